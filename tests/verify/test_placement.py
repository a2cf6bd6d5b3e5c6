"""Placement in every form of file: honest readings raise no alarm, exchanged ones are named."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from dxkit.intake.period import read_period
from dxkit.model.campaign import Campaign
from dxkit.model.observations import Observation, Received
from dxkit.verify.difference import MOVED
from dxkit.verify.placement import compare_cells

FILE = "932-huyen-chau-thanh-a.xlsx"


def to_ods(source: Path, target: Path) -> None:
    """A workbook as an office program saves it in .ods, with its merged cells."""
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import CoveredTableCell, Table, TableCell, TableRow
    from odf.text import P

    document = OpenDocumentSpreadsheet()
    for sheet in openpyxl.load_workbook(source, data_only=True).worksheets:
        table = Table(name=sheet.title)
        spans = {(m.min_row, m.min_col): m for m in sheet.merged_cells.ranges}
        for cells in sheet.iter_rows():
            row = TableRow()
            for cell in cells:
                told: dict[str, object] = {}
                if (merged := spans.get((cell.row, cell.column))) is not None:
                    told = {"numbercolumnsspanned": merged.size["columns"],
                            "numberrowsspanned": merged.size["rows"]}  # fmt: skip
                is_number = isinstance(cell.value, (int, float))
                kind = {"valuetype": "float", "value": repr(cell.value)} if is_number else {}
                if isinstance(cell.value, str):
                    kind = {"valuetype": "string"}
                covered = isinstance(cell, openpyxl.cell.MergedCell)
                made = (CoveredTableCell if covered else TableCell)(**kind, **told)
                for line in str(cell.value).split("\n") if cell.value is not None else ():
                    made.addElement(P(text=line))
                row.addElement(made)
            table.addElement(row)
        document.spreadsheet.addElement(table)
    document.save(str(target))


def to_xls(source: Path, target: Path) -> None:
    """The same in the old binary form."""
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    for sheet in openpyxl.load_workbook(source, data_only=True).worksheets:
        made = book.add_sheet(sheet.title)
        spans = {(m.min_row, m.min_col): m for m in sheet.merged_cells.ranges}
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            at = (cell.row - 1, cell.column - 1)
            if (merged := spans.get((cell.row, cell.column))) is not None:
                made.write_merge(at[0], merged.max_row - 1, at[1], merged.max_col - 1, cell.value)
            elif cell.value is not None and not isinstance(cell, openpyxl.cell.MergedCell):
                made.write(*at, cell.value)
    book.save(str(target))


FORMS: dict[str, Callable[[Path, Path], object]] = {
    "xlsx": shutil.copy, "ods": to_ods, "xls": to_xls
}  # fmt: skip


@pytest.fixture(scope="module", params=FORMS)
def received(
    request: pytest.FixtureRequest, root: Path, haugiang: Campaign,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Received, Path]:  # fmt: skip
    folder = tmp_path_factory.mktemp(request.param)
    name = Path(FILE).with_suffix(f".{request.param}").name
    FORMS[request.param](root / "data/raw/haugiang-2022/2022-Q4" / FILE, folder / name)
    return read_period(haugiang, "2022-Q4", folder), folder


def altered(received: Received, change: Callable[[Observation], Observation]) -> Received:
    observations = tuple(map(change, received.table.observations))
    return dataclasses.replace(
        received, table=dataclasses.replace(received.table, observations=observations)
    )


def exchanged(received: Received, field: str, one: str, two: str) -> Received:
    """What was received, as if intake had taken each for the other."""
    names = {one: two, two: one}

    def change(o: Observation) -> Observation:
        own = getattr(o, field)
        return dataclasses.replace(o, **{field: names.get(own, own)})

    return altered(received, change)


def test_every_form_is_read_by_a_second_reader(
    received: tuple[Received, Path], haugiang: Campaign
) -> None:
    cells = compare_cells(haugiang, *received)
    assert not cells.differences
    assert cells.read > 400
    assert cells.unjudged < cells.read / 10


@pytest.mark.parametrize(
    ("field", "one", "two"),
    [
        ("measure", "dossiers", "dossiers_online"),
        ("measure", "households_app", "households_cashless"),
        ("unit_code", "31342", "31345"),  # two communes
    ],
)
def test_exchanged_columns_and_rows_are_found_in_every_form(
    field: str, one: str, two: str, received: tuple[Received, Path], haugiang: Campaign
) -> None:
    table = received[0].table
    assert {one, two} <= {getattr(o, field) for o in table.observations}
    wrong = exchanged(received[0], field, one, two)
    found = compare_cells(haugiang, wrong, received[1]).differences
    assert {d.cause for d in found} == {MOVED}
    for own in (one, two):
        places = {f"{o.place.sheet}!{o.place.cell}" for o in table.observations
                  if getattr(o, field) == own}  # fmt: skip
        assert places & {d.place for d in found}


def test_a_number_taken_from_the_neighbour_is_found_in_every_form(
    received: tuple[Received, Path], haugiang: Campaign
) -> None:
    place = next(o.place for o in received[0].table.observations
                 if o.measure == "households_app" and o.value and not o.flag)  # fmt: skip
    wrong = altered(
        received[0],
        lambda o: dataclasses.replace(o, value=(o.value or 0) + 1) if o.place == place else o,
    )
    (found,) = compare_cells(haugiang, wrong, received[1]).differences
    assert (found.file, found.place) == (f"2022-Q4/{place.file}", f"{place.sheet}!{place.cell}")
