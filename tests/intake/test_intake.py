"""The demonstration workbooks read, and what bad input gives."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from dxkit.demo import read_census, simulate, write_demonstration
from dxkit.intake.period import read_period
from dxkit.intake.store import is_current, read_stored, write_stored
from dxkit.model.campaign import Campaign
from dxkit.model.findings import CATALOGUE
from dxkit.model.observations import Flag, Received

SIX = ("households", "households_digital_skills", "households_app", "households_cashless",
       "farm_households", "farm_households_ecommerce")  # fmt: skip


@pytest.fixture(scope="module")
def received(root: Path, haugiang: Campaign) -> Received:
    raw = root / "data/raw/haugiang-2022"
    return read_period(haugiang, "2022-Q4", raw / "2022-Q4", raw)


FEW = ("930-thanh-pho-vi-thanh.xlsx", "931-thanh-pho-nga-bay.xlsx", "932-huyen-chau-thanh-a.xlsx")


@pytest.fixture
def few(root: Path, tmp_path: Path) -> Path:
    """A folder with copies of three of the eight workbooks of 2022-Q4, which a test may spoil."""
    for file in FEW:
        shutil.copy(root / "data/raw/haugiang-2022/2022-Q4" / file, tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def untouched(root: Path, haugiang: Campaign, tmp_path_factory: pytest.TempPathFactory) -> Received:
    """What is read of ``few`` before anything in it is spoilt."""
    folder = tmp_path_factory.mktemp("untouched")
    for file in FEW:
        shutil.copy(root / "data/raw/haugiang-2022/2022-Q4" / file, folder)
    return read_period(haugiang, "2022-Q4", folder)


def places(received: Received) -> list[tuple[str, str, str, str]]:
    return [(f.code, f.address.file, f.address.sheet, f.address.cell) for f in received.findings]


def test_every_simulated_value_is_read_as_it_was_meant(
    root: Path, haugiang: Campaign, received: Received
) -> None:
    census = read_census(root / "data/raw/haugiang-2022/reference/households_census_2019.csv")
    truth = simulate(haugiang, census, 124)["2022-Q4"]
    compared = 0
    for commune in truth:
        code = commune.unit.code
        if code == "31417":
            continue
        for hamlet in commune.hamlets:
            kind = "khu-vuc" if commune.unit.type == "Phường" else "ap"
            for measure in SIX:
                found = received.table.of(f"{code}-{kind}-{hamlet.number}", measure)
                assert [o.value for o in found] == [hamlet.counts[measure]]
                compared += 1
        for month in range(3):
            for measure in ("dossiers", "dossiers_online"):
                found = [
                    o for o in received.table.of(code, measure) if o.period == f"2022-{month + 10}"
                ]
                if code == "31495":
                    assert [o.flag for o in found] == [Flag.NOT_APPLICABLE]
                else:
                    assert [o.value for o in found] == [commune.counts[f"{measure}_{month}"]]
                compared += 1
    assert compared > 3000


def test_the_findings_are_those_that_were_put_there(
    root: Path, haugiang: Campaign, received: Received, tmp_path: Path
) -> None:
    census = read_census(root / "data/raw/haugiang-2022/reference/households_census_2019.csv")
    odd = [o for o in write_demonstration(haugiang, census, tmp_path) if o.period == "2022-Q4"]
    wanted = {
        (o.kind, o.file, o.sheet, o.cell)
        for o in odd
        if o.kind not in ("not_reported", "not_applicable")
    }
    found = {p for p in places(received) if p[0] in {o.kind for o in odd}}
    assert found == wanted
    others = {code for code, *_ in places(received)} - {o.kind for o in odd}
    assert others == {"simulated_data", "unit_not_reported", "ratio_contradicts_parts"}


def test_a_commune_that_sent_nothing(received: Received) -> None:
    assert [f.unit_code for f in received.findings if f.code == "unit_not_reported"] == ["31417"]
    assert {o.flag for o in received.table.of("31417", "dossiers")} == {Flag.NOT_REPORTED}


def test_the_store_gives_back_what_was_received(received: Received, tmp_path: Path) -> None:
    path = tmp_path / "data" / "received.json"
    write_stored(received, "key", path)
    assert is_current(path, "key")
    assert not is_current(path, "other")
    again = read_stored(path)
    assert again.table == received.table
    assert again.units == received.units
    assert again.sources == received.sources
    assert [(f.code, f.address, dict(f.values)) for f in again.findings] == [
        (f.code, f.address, dict(f.values)) for f in received.findings
    ]


def test_files_that_cannot_be_read(haugiang: Campaign, raw_copy: Path) -> None:
    folder = raw_copy / "haugiang-2022" / "2022-Q4"
    whole = (folder / "930-thanh-pho-vi-thanh.xlsx").read_bytes()
    (folder / "930-thanh-pho-vi-thanh.xlsx").write_bytes(whole[: len(whole) // 2])
    (folder / "931-thanh-pho-nga-bay.xlsx").write_text("<html><table></table></html>")
    (folder / "note.txt").write_text("xin chào")
    (folder / "empty.xlsx").write_bytes(b"")
    (folder / "link.xlsx").symlink_to("/etc/passwd")
    received = read_period(haugiang, "2022-Q4", folder)
    codes = {(f.code, f.address.file, f.values.get("reason")) for f in received.findings}
    assert ("file_unreadable", "930-thanh-pho-vi-thanh.xlsx", "damaged") in codes
    assert ("file_unreadable", "931-thanh-pho-nga-bay.xlsx", "web_page") in codes
    assert ("file_unreadable", "empty.xlsx", "empty") in codes
    assert ("file_type_unknown", "note.txt", None) in codes
    unused = {f.unit_code: f.address.file for f in received.findings if f.code == "workbook_unused"}
    assert unused == {"930": "930-thanh-pho-vi-thanh.xlsx", "931": "931-thanh-pho-nga-bay.xlsx"}
    assert not [f for f in received.findings if f.code == "workbook_missing"]  # all have sent one
    damaged = {f.unit_code for f in received.findings if f.code == "file_unreadable"}
    assert damaged == {"930", "931", ""}  # nobody knows whose the empty one and the link are
    assert received.table.of("31342-ap-1", "households")  # the others are read


def change(path: Path, sheet: str, cell: str, value: object) -> None:
    book = openpyxl.load_workbook(path)
    book[sheet][cell] = value
    book.save(path)


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "code"),
    [
        ("1. Chỉ tiêu hộ", "B13", "Xã Xuân Tiến", "unit_unknown"),
        ("2. Hồ sơ TTHC", "B14", "Xã Vị Thanh 1", "unit_not_valid"),
        ("1. Chỉ tiêu hộ", "C14", "10.50,15", "value_unreadable"),
        ("1. Chỉ tiêu hộ", "C14", -4, "count_negative"),
        ("1. Chỉ tiêu hộ", "D14", 100000, "part_exceeds_whole"),
        ("1. Chỉ tiêu hộ", "C14", "#REF!", "value_is_error"),
        ("1. Chỉ tiêu hộ", "A5", "Quý III năm 2022", "wrong_period"),
        ("1. Chỉ tiêu hộ", "C10", "Số dân", "column_missing"),
    ],
)
def test_a_spoiled_cell_is_a_finding(
    haugiang: Campaign,
    untouched: Received,
    few: Path,
    sheet: str,
    cell: str,
    value: object,
    code: str,
) -> None:
    file = "932-huyen-chau-thanh-a.xlsx"
    change(few / file, sheet, cell, value)
    new = set(places(read_period(haugiang, "2022-Q4", few))) - set(places(untouched))
    found = {(c, f, s) for c, f, s, _ in new}
    assert (code, file, sheet) in found


def test_hamlets_under_an_unknown_commune_go_to_nobody(
    haugiang: Campaign, untouched: Received, few: Path
) -> None:
    file = "932-huyen-chau-thanh-a.xlsx"
    path = few / file
    change(path, "1. Chỉ tiêu hộ", "B18", "Xã Xuân Tiến")
    after = read_period(haugiang, "2022-Q4", few)
    first = [o.unit_code for o in untouched.table.observations if o.unit_code.startswith("31342-")]
    assert first
    assert first == [
        o.unit_code for o in after.table.observations if o.unit_code.startswith("31342-")
    ]
    unknown = [p for p in places(after) if p[0] == "unit_unknown" and p[1] == file]
    assert len(unknown) > 3


def test_figures_without_a_name_and_hidden_rows_are_not_passed_over(
    haugiang: Campaign, few: Path
) -> None:
    file = "930-thanh-pho-vi-thanh.xlsx"
    path = few / file
    book = openpyxl.load_workbook(path)
    sheet = book["2. Hồ sơ TTHC"]
    sheet["B14"] = None
    sheet.row_dimensions[15].hidden = True
    book.save(path)
    received = read_period(haugiang, "2022-Q4", few)
    assert ("unit_unknown", file, "2. Hồ sơ TTHC", "C14") in places(received)
    assert ("row_hidden", file, "2. Hồ sơ TTHC", "B15") in places(received)
    for code in ("31321", "31324"):
        assert all(o.value is None for o in received.table.of(code, "dossiers"))


def test_two_rows_of_one_unit_that_differ_are_both_refused(haugiang: Campaign, few: Path) -> None:
    file = "930-thanh-pho-vi-thanh.xlsx"
    change(few / file, "2. Hồ sơ TTHC", "B14", "Phường I")
    received = read_period(haugiang, "2022-Q4", few)
    assert ("unit_repeated", file, "2. Hồ sơ TTHC", "B14") in places(received)
    assert {o.flag for o in received.table.of("31318", "dossiers")} == {Flag.REJECTED}


def test_one_workbook_for_the_whole_province_reads_the_same(
    haugiang: Campaign, tmp_path: Path
) -> None:
    """The same figures on one sheet per commune, as .csv with semicolons, and in one table."""
    table = [["STT", "Đơn vị", "Tổng số hộ", "Hộ có kỹ năng số"],
             ["1", "Ấp 1", "1.205", "900"], ["2", "Ấp 2", "300", "62,5%"]]  # fmt: skip
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    text = "\n".join(
        ";".join(row) for row in [["Xã Vị Tân"], *table[:1], ["I", "Xã Vị Tân"], *table[1:]]
    )
    (one / "vi-tan.csv").write_bytes(text.encode("utf-16"))
    book = xlsxwriter.Workbook(two / "province.xlsx")
    sheet = book.add_worksheet("Sheet1")
    for number, row in enumerate(
        [*table[:1], ["I", "Thành phố Vị Thanh"], ["1", "Xã Vị Tân"], *table[1:]]
    ):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    book.close()
    values = []
    for folder in (one, two):
        received = read_period(haugiang, "2022-Q4", folder)
        values.append({(o.unit_code, o.measure): o.value for o in received.table.observations})
    assert values[0] == values[1]
    assert values[0]["31333-ap-1", "households"] == 1205


def test_every_code_has_words_in_both_languages() -> None:
    from dxkit.report.wording.language import load_language

    for code in ("vi", "en"):
        section = load_language(code).sections["finding"]
        names = {
            k
            for k in section
            if not k.startswith("reason_") and not k.endswith(("_short", "_to_do"))
        }
        names -= {"unit_unknown_alone", "unit_unnamed"}  # two more sentences of "unit_unknown"
        assert names == set(CATALOGUE)
        assert {f"{name}_short" for name in names} <= set(section)


def test_raw_files_are_never_written(root: Path, tmp_path: Path, haugiang: Campaign) -> None:
    source = root / "data/raw/haugiang-2022/2022-Q4"
    before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in source.iterdir()}
    shutil.copytree(source, tmp_path / "copy")
    read_period(haugiang, "2022-Q4", source)
    assert {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in source.iterdir()} == before


def test_a_column_that_names_no_month_beside_others_that_do(haugiang: Campaign, few: Path) -> None:
    """ "Thang 11" is spoilt: the month's figures must not be taken for the whole quarter's."""
    file = "931-thanh-pho-nga-bay.xlsx"
    change(few / file, "2. Hồ sơ TTHC", "E10", "-")
    received = read_period(haugiang, "2022-Q4", few)
    unclear = {p[3] for p in places(received) if p[0] == "column_part_unclear"}
    assert {"E13", "F13"} <= unclear
    values = {o.period: o.value for o in received.table.of("31340", "dossiers")}
    assert values["2022-11"] is None
    assert "2022-Q4" not in values


def test_a_word_of_notes_beside_figures_ends_no_table(
    haugiang: Campaign, untouched: Received, few: Path
) -> None:
    file = "931-thanh-pho-nga-bay.xlsx"
    change(few / file, "2. Hồ sơ TTHC", "A16", "Ghi chú:")
    assert read_period(haugiang, "2022-Q4", few).table == untouched.table


def test_a_sheet_that_is_left_out_is_reported(haugiang: Campaign, few: Path) -> None:
    file = "931-thanh-pho-nga-bay.xlsx"
    path = few / file
    book = openpyxl.load_workbook(path, data_only=True)
    del book["2. Hồ sơ TTHC"]
    book.save(path)
    missing = [
        f for f in read_period(haugiang, "2022-Q4", few).findings if f.code == "table_missing"
    ]
    assert [(f.address.file, f.unit_code, f.values["table"]) for f in missing] == [
        (file, "931", "dossiers")
    ]


def test_names_that_begin_again_without_a_new_group(haugiang: Campaign, few: Path) -> None:
    """The row of the second ward is deleted: its eight quarters are not the first ward's, as the
    row numbers tell, or where there are none, the names that come again.
    """
    file = "930-thanh-pho-vi-thanh.xlsx"
    path = few / file
    book = openpyxl.load_workbook(path, data_only=True)
    sheet = book["1. Chỉ tiêu hộ"]
    assert sheet["B18"].value.strip() == "Phường III"
    first = sheet["C14"].value
    sheet.delete_rows(18)
    book.save(path)
    received = read_period(haugiang, "2022-Q4", few)
    unclear = [f.address.cell for f in received.findings if f.code == "group_unclear"]
    assert unclear == [f"B{row}" for row in range(18, 26)]
    assert [o.value for o in received.table.of("31318-khu-vuc-1", "households")] == [first]
    for row in range(13, 26):
        sheet.cell(row, 1).value = None
    book.save(path)
    received = read_period(haugiang, "2022-Q4", few)
    unclear = [f.address.cell for f in received.findings if f.code == "group_unclear"]
    assert unclear == ["B22", "B23", "B24", "B25"]  # the first four contradict the first ward's
    assert received.table.of("31318-khu-vuc-5", "households") == ()
    assert {o.value for o in received.table.of("31318-khu-vuc-1", "households")} == {None}
