"""The matrix of units and tables: of whom which figures are there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from dxkit.analysis.completeness import Completeness, Presence
from dxkit.model.units import Unit
from dxkit.period.opened import OpenPeriod
from dxkit.report.tables import Cell, Column, render_table
from dxkit.report.wording.language import Language


def completeness_table(
    opened: OpenPeriod, units: Sequence[Unit], language: Language, only_lacking: bool = False
) -> Markup:
    """A row for each unit, a column for each table of figures; nothing without either. Of
    ``only_lacking``, rows of the units that lack something, or a sentence that none does.
    """
    found = Completeness(opened.campaign, opened.received)
    if not units or not found.tables:
        return Markup("")
    if only_lacking:
        whole = {Presence.COMPLETE}
        units = [unit for unit in units if {found.of(unit, t) for t in found.tables} != whole]
        if not units:
            return Markup("<p>{}</p>").format(language.text("site.matrix_complete"))
    names = opened.campaign.tables
    columns = [Column(language.text("site.matrix_unit"))]
    columns += [Column(language.name(names[table])) for table in found.tables]
    rows: list[list[Cell]] = [
        [
            language.unit(unit, starts=True),
            *(language.text(f"site.{found.of(unit, t)}") for t in found.tables),
        ]
        for unit in units
    ]
    caption = language.text("site.matrix_lacking" if only_lacking else "site.matrix_caption")
    return render_table(caption, columns, rows, language)


def incomplete_lines(
    opened: OpenPeriod, units: Sequence[Unit], language: Language
) -> Iterator[str]:
    """How many units have complete figures in all tables; of the others which tables have not."""
    found = Completeness(opened.campaign, opened.received)
    names = opened.campaign.tables
    lacking = {
        unit.name: [
            f"{language.name(names[table])}: {language.plain(f'site.{state}')}"
            for table in found.tables
            if (state := found.of(unit, table)) is not Presence.COMPLETE
        ]
        for unit in units
    }
    whole = sum(not tables for tables in lacking.values())
    yield language.plain("site.matrix_whole", whole=str(whole), units=str(len(units)))
    for name, tables in lacking.items():
        if tables:
            yield f"  {name}: {'; '.join(tables)}"
