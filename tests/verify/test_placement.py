"""Placement in every form of file: honest readings raise no alarm, exchanged ones are named."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font

from dxkit.intake.period import read_period
from dxkit.model.campaign import Campaign
from dxkit.model.observations import Observation, Received
from dxkit.verify import MOVED
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
        places = {f"{o.address.sheet}!{o.address.cell}" for o in table.observations
                  if getattr(o, field) == own}  # fmt: skip
        assert places & {d.place for d in found}


def test_a_number_taken_from_the_neighbour_is_found_in_every_form(
    received: tuple[Received, Path], haugiang: Campaign
) -> None:
    place = next(o.address for o in received[0].table.observations
                 if o.measure == "households_app" and o.value and not o.flag)  # fmt: skip
    wrong = altered(
        received[0],
        lambda o: dataclasses.replace(o, value=(o.value or 0) + 1) if o.address == place else o,
    )
    (found,) = compare_cells(haugiang, wrong, received[1]).differences
    assert (found.file, found.place) == (f"2022-Q4/{place.file}", f"{place.sheet}!{place.cell}")


@pytest.mark.parametrize(
    ("written", "value"),
    [("1.204", 1204), ("1,204", 1204), ("120,0", 120), ("86", 86)],
)
def test_a_number_that_was_typed_as_text_is_judged_by_a_plain_rule(
    written: str, value: int, folder: Path, haugiang: Campaign
) -> None:
    """Its text is the one received; what it was read as is another."""
    header = [["TT", "Đơn vị", "Tổng số hộ", "Hộ có kỹ năng số"]]
    received = sent(folder, haugiang, header, first=written)
    place = next(o.address for o in received.table.observations if o.raw == written)
    assert {o.value for o in received.table.observations if o.address == place} == {value}
    assert not compare_cells(haugiang, received, folder).differences
    for wrong in (value + 1, value * 1000):
        read = {place: wrong}
        other = altered(
            received, lambda o, r=read: dataclasses.replace(o, value=r.get(o.address, o.value))
        )
        (found,) = compare_cells(haugiang, other, folder).differences
        assert (found.place.partition("!")[2], found.expected) == (place.cell, written)


LABELS: dict[str, tuple[list[list[object]], str]] = {  # the rows of the header, what is merged
    "another language on a second line": (
        [["TT", "Đơn vị", "Tổng số hộ\nTotal households", "Hộ có kỹ năng số\nDigital skills"],
         [None, None, None, "Số hộ"]], "A1:A2 B1:B2 C1:C2"),
    "words over two rows": ([["TT", "Đơn vị", "Tổng", "Hộ có kỹ"],
                             [None, None, "số hộ", "năng số"]], ""),
    "words over three rows": ([["TT", "Đơn vị", "Tổng", "Hộ"], [None, None, "số", "có kỹ năng"],
                               [None, None, "hộ", "số"]], ""),
    "words over two rows, and a label below": (
        [["TT", "Đơn vị", "Tổng số hộ", "Hộ có kỹ"], [None, None, None, "năng số"],
         [None, None, None, "Số hộ"]], ""),
    "one word begins another's label": ([["TT", "Đơn vị", "Tổng số hộ", "Số hộ"],
                                         [None, None, None, "có kỹ năng số"]], ""),
    "the name of the measure": ([["TT", "Đơn vị", "Tổng số hộ",
                                  "Hộ có dịch vụ thanh toán không dùng tiền mặt"]], ""),
}  # fmt: skip


def sent(
    folder: Path, campaign: Campaign, header: list[list[object]], merged: str = "", *,
    font: str = "", ending: str = "xlsx", name: str = "Ấp 1", first: object = 120,
) -> Received:  # fmt: skip
    book = openpyxl.Workbook()
    for row in (*header, ["I", "Xã Vị Tân"], [1, name, first, 80],
                [2, "Ấp 2", 130, 70]):  # fmt: skip
        book.active.append(row)
    for area in merged.split():
        book.active.merge_cells(area)
    for cell in (cell for row in book.active.iter_rows() for cell in row if font):
        cell.font = Font(name=font)
    book.save(folder.parent / "made.xlsx")
    FORMS[ending](folder.parent / "made.xlsx", folder / f"930.{ending}")
    return read_period(campaign, "2022-Q4", folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sent").mkdir()
    return tmp_path / "sent"


@pytest.mark.parametrize("ending", FORMS)
@pytest.mark.parametrize("label", LABELS)
def test_a_broken_or_bilingual_label_is_no_other_measures(
    label: str, ending: str, folder: Path, haugiang: Campaign
) -> None:
    received = sent(folder, haugiang, *LABELS[label], ending=ending)
    cells = compare_cells(haugiang, received, folder)
    assert (cells.read, cells.differences) == (4, ())
    own = {o.measure for o in received.table.observations if o.address.cell}
    wrong = exchanged(received, "measure", *own)
    assert {d.cause for d in compare_cells(haugiang, wrong, folder).differences} == {MOVED}


@pytest.mark.parametrize("ending", FORMS)
def test_a_name_in_another_row_reaches_over_no_blank_figure(
    ending: str, folder: Path, haugiang: Campaign
) -> None:
    """A file that does not tell what is merged: the blank cell above a figure is no unit's name."""
    rows: list[list[object]] = [["TT", "Đơn vị", "Số tổ", "Số thành viên"],
                                [1, "Xã Tân Tiến", 3, None], [2, "XA VI TAN", 4, 12]]  # fmt: skip
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder.parent / "made.xlsx")
    FORMS[ending](folder.parent / "made.xlsx", folder / f"930.{ending}")
    received = read_period(haugiang, "2022-Q4", folder)
    assert {o.value for o in received.table.observations} >= {3, 4, 12}
    assert not compare_cells(haugiang, received, folder).differences


@pytest.mark.parametrize("written", ["trªn 2523", "Kho¶ng 1.792", "216 hé"])
def test_a_decoded_remark_is_not_judged_but_its_figures_are(
    written: str, folder: Path, haugiang: Campaign
) -> None:
    header = [["TT", "§¬n vÞ", "Tæng sè hé", "Hé cã kü n¨ng sè"]]
    received = sent(folder, haugiang, header, font=".VnTime", name="Êp 1", first=written)
    read = [o for o in received.table.observations if o.address.cell]
    assert "legacy_text_decoded" in {f.code for f in received.findings}
    assert read
    assert not compare_cells(haugiang, received, folder).differences
    first = next(o for o in read if o.raw and o.address.cell.startswith("C"))
    wrong = altered(
        received, lambda o: dataclasses.replace(o, raw=f"{o.raw} 7") if o == first else o
    )
    (found,) = compare_cells(haugiang, wrong, folder).differences
    assert found.place.endswith(first.address.cell)


@pytest.mark.parametrize(
    ("figures", "names"),
    [
        ("Số tổ,Số thành viên", ("Xã Tân Tiến", "Xã Vị Tân")),
        ("Số khác,Số tổ", ("Xã Tân Tiến", "Xã Vị Tân")),
        ("Số tổ,Số thành viên", ("XA TAN TIEN", "XA VI TAN")),
    ],
)
def test_a_figure_that_is_another_units_code_names_no_row(
    figures: str, names: tuple[str, str], folder: Path, haugiang: Campaign
) -> None:
    """In a text, where figures look like codes: taken ones, and those of a column nobody reads."""
    rows = [f"TT,Đơn vị,{figures}", f"1,{names[0]},31333,7", f"2,{names[1]},4,31338"]
    (folder / "930.csv").write_text("\n".join(rows), "utf-8")
    received = read_period(haugiang, "2022-Q4", folder)
    read = {o.address.cell: o.unit_code for o in received.table.observations if o.address.cell}
    assert {read["D2"], read["D3"]} == {"31338", "31333"}
    assert not compare_cells(haugiang, received, folder).differences
