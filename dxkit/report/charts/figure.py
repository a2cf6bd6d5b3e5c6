"""A chart on the page: its claim as title, the drawing, its text alternative, its data as table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dxkit.model.facts import Fact
from dxkit.report.charts.svg import WIDE
from dxkit.report.tables import NOTHING, Cell, Column, render_table
from dxkit.report.wording.language import Language, strip_tags

_SCROLLS = ' tabindex="0" role="group" aria-labelledby="{}-title"'


@dataclass(frozen=True, slots=True)
class DataRow:
    """One row of a chart's data: what it is about, and a number (or None) for each heading."""

    label: str | Markup
    facts: tuple[Fact | None, ...]


@dataclass(frozen=True, slots=True)
class ChartData:
    """All numbers that a chart shows. ``label`` heads the first column, ``headings`` the others."""

    label: str
    headings: tuple[str | Markup, ...]
    rows: tuple[DataRow, ...]

    def table(self, caption: str | Markup, language: Language) -> Markup:
        """The numbers as a table."""
        columns = [
            Column(self.label),
            *(Column(heading, numeric=True) for heading in self.headings),
        ]
        rows: list[list[Cell]] = [
            [row.label, *(NOTHING if fact is None else fact for fact in row.facts)]
            for row in self.rows
        ]
        return render_table(caption, columns, rows, language)

    def spoken(self, language: Language) -> str:
        """The numbers one after the other: unit, heading and number; unit, heading and number."""
        alone = len(self.headings) == 1
        rows = []
        for row in self.rows:
            numbers = [
                ("" if alone else strip_tags(heading) + " ") + language.number(fact)
                for heading, fact in zip(self.headings, row.facts, strict=True)
                if fact is not None
            ]
            label = strip_tags(row.label)
            rows.append(f"{label}: {', '.join(numbers)}" if numbers else label)
        return "; ".join(rows)


def table_figure(
    name: str, table: Markup, claims: Sequence[Markup], source: Markup | str
) -> Markup:
    """A figure whose picture is a table: it needs no other text and no other data."""
    return Markup(
        '<figure class="chart heat" id="{name}"><figcaption id="{name}-title">{title}</figcaption>'
        '{table}<p class="source">{source}</p></figure>'
    ).format(name=name, title=Markup(" ").join(claims), table=table, source=source)


def chart_figure(
    name: str,
    drawing: Markup,
    claims: Sequence[Markup],
    source: Markup | str,
    data: ChartData,
    language: Language,
) -> Markup:
    """The whole figure. ``claims`` are the sentences that the chart shows to be true: they are its
    title ``<name>-title``, which with all its numbers in ``<name>-text`` is the text alternative
    of ``drawing``. The alternative says what the table of the chart's data says, which holds the
    facts. A drawing that is wider than a phone scrolls in its box, by the keyboard too.
    """
    title = Markup(" ").join(claims)
    alternative = language.plain("chart.alternative", label=data.label, rows=data.spoken(language))
    return Markup(
        '<figure class="chart" id="{name}"><figcaption id="{name}-title">{title}</figcaption>'
        '<div class="drawing"{focusable}>{drawing}</div>'
        '<p hidden id="{name}-text">{alternative}</p>'
        '<p class="source">{source}</p>'
        "<details><summary>{summary}</summary>{table}</details></figure>"
    ).format(
        name=name,
        title=title,
        drawing=drawing,
        focusable=Markup(_SCROLLS).format(name) if drawing.startswith(WIDE) else "",
        alternative=alternative,
        source=source,
        summary=language.text("chart.data"),
        table=data.table(language.text("chart.data_caption"), language),
    )
