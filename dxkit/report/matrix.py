"""The matrix of units and tables: of whom which figures are there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from dxkit.analysis.completeness import Presence
from dxkit.model.units import Unit
from dxkit.period import OpenPeriod
from dxkit.report.tables import Cell, Column, render_table
from dxkit.report.wording.language import Language


def completeness_table(
    opened: OpenPeriod, units: Sequence[Unit], language: Language, only_lacking: bool = False
) -> Markup:
    """A row for each unit, a column for each table of figures; nothing without either. Of
    ``only_lacking``, rows of the units that lack something, or a sentence that none does.
    """
    found = opened.analysis.completeness
    if not units or not found.tables:
        return Markup("")
    states = [(unit, [found.of(unit, table) for table in found.tables]) for unit in units]
    if only_lacking:
        states = [(unit, row) for unit, row in states if set(row) != {Presence.COMPLETE}]
        if not states:
            return Markup("<p>{}</p>").format(language.text("site.matrix_complete"))
    names = opened.campaign.tables
    columns = [Column(language.text("site.matrix_unit"))]
    columns += [Column(language.name(names[table])) for table in found.tables]
    rows: list[list[Cell]] = [
        [language.unit(unit, starts=True), *(language.text(f"site.{state}") for state in row)]
        for unit, row in states
    ]
    caption = language.text("site.matrix_lacking" if only_lacking else "site.matrix_caption")
    return render_table(caption, columns, rows, language)


def incomplete_lines(
    opened: OpenPeriod, units: Sequence[Unit], language: Language
) -> Iterator[str]:
    """How many units have complete figures in all tables; of the others which tables have not."""
    found, names = opened.analysis.completeness, opened.campaign.tables
    lines = []
    for unit in units:
        lacking = [
            f"{language.name(names[table])}: {language.plain(f'site.{state}')}"
            for table in found.tables
            if (state := found.of(unit, table)) is not Presence.COMPLETE
        ]
        if lacking:
            lines.append(f"  {unit.name}: {'; '.join(lacking)}")
    whole = str(len(units) - len(lines))
    yield language.plain("site.matrix_whole", whole=whole, units=str(len(units)))
    yield from lines
