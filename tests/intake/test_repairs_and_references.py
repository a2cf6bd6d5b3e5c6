"""The office's repairs, the published reference, and formats other than .xlsx."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import openpyxl
import pytest
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from dxkit.intake.period import read_period
from dxkit.model.campaign import Campaign, Correction

FILE = "930-thanh-pho-vi-thanh.xlsx"


def repair(cell: str, expected: str, corrected: str, sheet: str = "2. Hồ sơ TTHC") -> Correction:
    return Correction(
        "2022-Q4", FILE, sheet, cell, expected, corrected, "gọi điện hỏi lại", "Lê A", "2022-12-20"
    )


def test_a_repair_applies_while_the_cell_reads_as_expected(root: Path, haugiang: Campaign) -> None:
    corrections = (
        repair("C16", "12O", "150"),
        repair("D16", "never this", "3"),
        repair("A1", "x", "y", "No such sheet"),
    )
    campaign = dataclasses.replace(haugiang, corrections=corrections)
    received = read_period(campaign, "2022-Q4", root / "data/raw/haugiang-2022/2022-Q4")
    found = [o for o in received.table.of("31327", "dossiers") if o.period == "2022-10"]
    assert [(o.value, o.raw, o.correction) for o in found] == [(150, "12O", "gọi điện hỏi lại")]
    said = [(f.code, f.address.cell) for f in received.findings if f.code.startswith("correction")]
    assert sorted(said) == [
        ("correction_applied", "C16"),
        ("correction_outdated", "A1"),
        ("correction_outdated", "D16"),
    ]
    assert "digits_repaired" not in {f.code for f in received.findings}


def test_a_repair_of_a_file_that_did_not_come_is_told(campaign: Campaign, tmp_path: Path) -> None:
    """A name written otherwise: the figure stays as it was sent, and nobody would know."""
    from tests.intake.office import HEAD, VI_TAN, Office

    repairs = tuple(
        Correction("2022-Q4", file, "Biểu", "C2", "7", "9", "gọi điện", "Lê A", "2022-12-20")
        for file in ("930.xls", "930.xlsx")
    )
    other = dataclasses.replace(repairs[0], period="2022-Q3")
    campaign = dataclasses.replace(campaign, corrections=(*repairs, other))
    seen = Office(campaign, tmp_path).sends(HEAD, [1, "Xã Vị Tân", 7, 52])
    assert seen.figure(VI_TAN, "teams")[0] == 9
    said = [(f.code, str(f.address)) for f in seen.received.findings if "correction" in f.code]
    assert sorted(said) == [
        ("correction_applied", "930.xlsx › Biểu!C2"),
        ("correction_without_file", "930.xls › Biểu!C2"),
    ]


def test_households_far_from_the_census_are_a_finding(
    root: Path, haugiang: Campaign, raw_copy: Path
) -> None:
    folder = raw_copy / "haugiang-2022" / "2022-Q4"
    book = openpyxl.load_workbook(folder / FILE)
    sheet = book["1. Chỉ tiêu hộ"]
    sheet["C14"] = sheet["C14"].value + 900  # the first hamlet of Phường I, 1.640 households
    book.save(folder / FILE)
    received = read_period(haugiang, "2022-Q4", folder, root / "data/raw/haugiang-2022")
    far = [f for f in received.findings if f.code == "far_from_reference"]
    assert [(f.unit_code, f.address.file, f.address.cell) for f in far] == [("31318", FILE, "C14")]
    assert far[0].values["published"] == 1640
    assert not [
        f
        for f in read_period(
            haugiang,
            "2022-Q4",
            root / "data/raw/haugiang-2022/2022-Q4",
            root / "data/raw/haugiang-2022",
        ).findings
        if f.code == "far_from_reference"
    ]


def test_an_open_document_spreadsheet(haugiang: Campaign, tmp_path: Path) -> None:
    document = OpenDocumentSpreadsheet()
    table = Table(name="Bảng")
    rows = [
        ["STT", "Đơn vị", "Tổng số hộ", "Hộ có kỹ năng số"],
        ["I", "Xã Vị Tân", None, None],
        ["1", "Ấp 1", 120, "100"],
        ["2", "Ấp 2", 80.5, "#REF!"],
    ]
    for row in rows:
        line = TableRow()
        for value in row:
            if isinstance(value, (int, float)):
                cell = TableCell(valuetype="float", value=str(value))
                cell.addElement(P(text=str(value)))
            else:
                cell = TableCell(valuetype="string")
                if value:
                    cell.addElement(P(text=value))
            line.addElement(cell)
        table.addElement(line)
    document.spreadsheet.addElement(table)
    document.save(str(tmp_path / "vi-tan.ods"))
    received = read_period(haugiang, "2022-Q4", tmp_path)
    values = {(o.unit_code, o.measure): o.value for o in received.table.observations}
    assert values["31333-ap-1", "households"] == 120
    assert values["31333-ap-1", "households_digital_skills"] == 100
    codes = {(f.code, f.address.cell) for f in received.findings}
    assert {("count_not_whole", "C4"), ("value_is_error", "D4")} <= codes


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1258"])
def test_text_files_in_the_encodings_of_offices(
    haugiang: Campaign, tmp_path: Path, encoding: str
) -> None:
    import unicodedata

    text = "STT;Đơn vị;Tổng số hộ\nI;Xã Vị Tân;\n1;Ấp 1;1.205\n"
    if encoding == "cp1258":  # holds tones as marks of their own
        marks = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
        pieces = []
        for letter in text:
            apart = unicodedata.normalize("NFD", letter)
            tones = "".join(c for c in apart if c in marks)
            pieces.append(
                unicodedata.normalize("NFC", "".join(c for c in apart if c not in marks)) + tones
            )
        text = "".join(pieces)
    (tmp_path / "vi-tan.csv").write_bytes(text.encode(encoding))
    received = read_period(haugiang, "2022-Q4", tmp_path)
    assert [o.value for o in received.table.of("31333-ap-1", "households")] == [1205]
