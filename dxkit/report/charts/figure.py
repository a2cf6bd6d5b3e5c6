"""A chart on the page: its claim as title, the drawing, its text alternative, its data as table,
and where the data comes from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dxkit.model.campaign import Indicator, IndicatorKind
from dxkit.model.facts import Claim, Fact, Reference
from dxkit.report.charts.style import DISTANCES, EARNED, VARIABLES, step
from dxkit.report.context import Context
from dxkit.report.tables import NOTHING, SHAPES, STEP, Cell, Column, render_table
from dxkit.report.wording.language import Language, strip_tags

MOST_ROWS = 30
"""A chart with more rows is longer than a page; the tables hold them all."""
NO_KEY = Markup("")
_STEP = Markup('<span><span class="chip {}{}" aria-hidden="true">{}</span> {}</span>')
_SWATCH = Markup(
    '<svg class="mark" width="14" height="12" aria-hidden="true">'
    '<rect width="100%" height="100%" style="fill:{}"/></svg>'
)


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


def chart_figure(
    name: str,
    drawing: Markup,
    claims: Sequence[Markup],
    source: Markup | str,
    data: ChartData,
    language: Language,
    marks: Markup = NO_KEY,
    about: Markup = NO_KEY,
) -> Markup:
    """The whole figure: what it is ``about`` and the key to its ``marks`` above the drawing.
    ``claims`` are the sentences that the chart shows to be true, its title ``<name>-title``. Who
    does not see the ``drawing`` is told that, and its numbers by the table of its data, which holds
    the facts; ``<name>-text`` says them for documents. A drawing that is wider than a phone scrolls
    in its box.
    """
    title = Markup(" ").join(claims)
    alternative = language.plain("chart.alternative", label=data.label, rows=data.spoken(language))
    return Markup(
        '<figure class="chart" id="{name}"><figcaption id="{name}-title">{title}</figcaption>'
        '{about}{marks}<div class="drawing">{drawing}</div>'
        '<p hidden id="{name}-text">{alternative}</p>'
        '<p class="source">{source}</p>'
        "<details><summary>{summary}</summary>{table}</details></figure>"
    ).format(
        name=name,
        title=title,
        marks=marks,
        about=Markup('<p class="about">{}</p>').format(about) if about else "",
        drawing=drawing,
        alternative=alternative,
        source=source,
        summary=language.text("chart.data"),
        table=data.table(language.text("chart.data_caption"), language),
    )


def name_of(key: str) -> str:
    """The id of a chart on the page."""
    return f"chart-{key}"


def chart(
    context: Context,
    key: str,
    drawing: Markup,
    claims: Sequence[Claim | None],
    data: ChartData,
    marks: Markup = NO_KEY,
    what: Indicator | None = None,
) -> Markup:
    """The figure of the chart ``key``, under the claims that it shows and, of which unit and period
    it is, ``what`` it shows; ``marks`` is the key to its colours.
    """
    title, source = _title_and_source(context, key, claims)
    about = context.language.text(
        f"chart.{key}_about",
        what="" if what is None else context.writer.name(Reference("indicator", what.id)),
        unit=context.writer.name(context.view.itself),
        period=context.date(context.language.period(context.opened.analysis.period.id)),
    )
    name, language = name_of(key), context.language
    return chart_figure(name, drawing, title, source, data, language, marks, about)


def swatches(language: Language, shown: Iterable[tuple[str, str]]) -> Markup:
    """A key of colours, each with the word ``chart.key_<word>``."""
    items = (
        Markup("<span>{} {}</span>").format(
            _SWATCH.format(VARIABLES[colour]), language.text(f"chart.key_{word}")
        )
        for colour, word in shown
    )
    return Markup('<p class="key">{}</p>').format(Markup(" ").join(items))


def coloured_table(
    context: Context, key: str, table: Markup, claims: Sequence[Claim | None]
) -> Markup:
    """The figure ``key`` that is a table whose colours show its claims: it needs no other text and
    no other data.
    """
    title, source = _title_and_source(context, key, claims)
    return Markup(
        '<figure class="chart heat" id="{name}"><figcaption id="{name}-title">{title}</figcaption>'
        '{table}<p class="source">{source}</p></figure>'
    ).format(name=name_of(key), title=Markup(" ").join(title), table=table, source=source)


def _title_and_source(
    context: Context, key: str, claims: Sequence[Claim | None]
) -> tuple[list[Markup], Markup]:
    """The claims as sentences, or what the chart holds when none is true; and where its data comes
    from: of a chart that has to be explained by words of its own, with how to read it.
    """
    text = context.language.text
    period = context.date(context.language.period(context.opened.analysis.period.id))
    title = [context.writer.sentence(claim) for claim in claims if claim is not None]
    title = title or [text("chart.untitled", period=period)]
    own = f"{key}_source"
    source = own if own in context.language.sections["chart"] else "source"
    return title, text(f"chart.{source}", period=period)


def short_name(context: Context, indicator: Indicator) -> str:
    """The indicator as charts and tables name it."""
    return context.language.name(indicator.short_names)


def measured_by_share(context: Context) -> tuple[Indicator, ...]:
    """The unit's indicators that stand on a common scale: those that are no plain counts."""
    return tuple(i for i in context.view.indicators if i.kind is not IndicatorKind.COUNT)


def known(fact: Fact | None) -> Fact | None:
    """The fact when it has a value."""
    return fact if fact is not None and fact.known else None


def step_of(value: Fact | None, target: Fact | None, direction: int) -> int | None:
    """How far a value is from its target, from 0 far to 4 reached; None without either."""
    if value is None or target is None or not value.known or not target.known:
        return None
    return step(value.number, target.number, direction)


def steps_key(language: Language, shown: Iterable[int | None], earned: bool = False) -> Markup:
    """The key to the steps that are ``shown``, best first, each with its ends: distances from the
    target or, on a map, shares of the points ``earned``.
    """
    found = set(shown)
    marks = [language.mark(end, share=True) for end in (EARNED if earned else DISTANCES)]
    items = []
    for number in sorted((n for n in found if n is not None), reverse=True):
        ends = [marks[min(max(n, 0), len(marks) - 1)] for n in (number - 1, number)]
        of, to = ends if earned else ends[::-1]
        said = language.text(f"chart.{'earned' if earned else 'step'}_{number}", of=of, to=to)
        items.append(_STEP.format(STEP, number, SHAPES[number], said))
    if None in found:
        items.append(Markup("<span>– {}</span>").format(language.text("chart.step_none")))
    return Markup('<p class="note steps">{}</p>').format(Markup(" · ").join(items))
