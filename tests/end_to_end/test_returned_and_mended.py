"""A workbook goes back with remarks, is mended, and is put into the raw folder again."""

from __future__ import annotations

import csv
import datetime
import io
import shutil
import subprocess
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from dxkit.cli import run
from dxkit.period.opening import open_period
from tests.end_to_end.tiny_province import Province

FILE = "933-huyen-chau-thanh.xlsx"
HOUSEHOLDS, DOSSIERS, TEAMS = "1. Chỉ tiêu hộ", "2. Hồ sơ TTHC", "4. Tổ công nghệ số"

SPOILED: dict[tuple[str, str], object] = {
    (HOUSEHOLDS, "C14"): "4O4",  # a letter for a digit
    (HOUSEHOLDS, "D15"): "rất nhiều",  # no number
    (HOUSEHOLDS, "F16"): "#REF!",  # an error of Excel
    (HOUSEHOLDS, "H17"): "gần 200",  # nearly
    (HOUSEHOLDS, "D18"): "9.999",  # more than there are households
    (DOSSIERS, "B13"): "Thị trấn Ngã Sáuu",  # no such unit
    (DOSSIERS, "C14"): datetime.datetime(2022, 4, 3),  # a date among numbers
    (DOSSIERS, "E15"): "-5",  # below nought
    (DOSSIERS, "F16"): "1.23",  # not a number in either way of writing
    (TEAMS, "D14"): "",  # blank
}


DISTRICTS = {"933", "936", "937"}
"""Whose workbooks are sent here."""


@pytest.fixture(scope="module")
def project(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hậu Giang's plan for these districts, with few draws: a check is over in half the time."""
    folder = tmp_path_factory.mktemp("project")
    Province.silent(root, DISTRICTS).write(root, folder)
    return folder


@pytest.fixture(autouse=True)
def in_project(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DXKIT_PROJECT", str(project))


@pytest.fixture
def office(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Office:
    return Office(root, tmp_path, capsys)


def changed(path: Path, cells: tuple[tuple[tuple[str, str], object], ...]) -> bytes:
    """A workbook with some cells changed."""
    book, content = openpyxl.load_workbook(path), io.BytesIO()
    for (sheet, cell), value in cells:
        book[sheet][cell].value = value
    book.save(content)
    return content.getvalue()


changed_original = cache(changed)
"""The same of one that nobody alters: several tests begin with the same."""


@cache
def cells_of(original: Path) -> dict[tuple[str, str], object]:
    """What stands in a workbook that nobody alters, by sheet and cell."""
    book = openpyxl.load_workbook(original)
    return {(sheet.title, cell.coordinate): cell.value
            for sheet in book for row in sheet.iter_rows() for cell in row}  # fmt: skip


class Office:
    """One raw folder with one workbook, and what a check says of it."""

    def __init__(
        self, root: Path, folder: Path, capsys: pytest.CaptureFixture[str], file: str = FILE
    ) -> None:
        self.original = root / "data/raw/haugiang-2022/2022-Q4" / file
        self.raw = folder / "raw" / "2022-Q4"
        self.raw.mkdir(parents=True)
        self.folder, self._capsys = folder, capsys
        self.out = folder / "out" / "haugiang-2022" / "2022-Q4"
        shutil.copy(self.original, self.raw / file)

    def check(self) -> str:
        """What the command says."""
        open_period.cache_clear()
        arguments = ["--raw", str(self.folder / "raw"), "--out", str(self.folder / "out")]
        assert run(["check", "2022-Q4", *arguments]) in (0, 1)
        said = self._capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return said.out

    def findings(self, file: str = FILE) -> set[tuple[str, str, str]]:
        """(code, sheet, cell) of the errors and warnings of one file."""
        return {
            (row["code"], row["sheet"], row["cell"])
            for row in self.rows("findings.csv")
            if row["file"] == file and row["severity"] != "note"
        }

    def rows(self, name: str) -> list[dict[str, str]]:
        with (self.out / "data" / name).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def values(self) -> dict[tuple[str, str, str], str]:
        """(unit, period, measure) → value, of all observations."""
        return {
            (row["unit_code"], row["period"], row["measure"]): row["value"]
            for row in self.rows("observations.csv")
        }

    def change(self, path: Path, cells: dict[tuple[str, str], object], to: Path) -> None:
        """A workbook with some cells changed, saved under another name."""
        make = changed_original if path == self.original else changed
        to.write_bytes(make(path, tuple(cells.items())))

    @property
    def right(self) -> dict[tuple[str, str], object]:
        """What the spoiled cells should say."""
        return {place: cells_of(self.original)[place] for place in SPOILED}


def test_mended_and_put_back_the_findings_are_gone_and_the_changes_are_listed(
    office: Office,
) -> None:
    office.check()
    as_sent, values = office.findings(), office.values()
    office.change(office.original, SPOILED, office.raw / FILE)
    shutil.rmtree(office.folder / "out")
    assert "Chưa có lần kiểm tra trước" in office.check()
    spoiled = office.findings()
    new = spoiled - as_sent
    places = {(sheet, cell) for _, sheet, cell in new}
    assert places >= set(SPOILED) - {(TEAMS, "D14")}
    assert office.values() != values

    office.change(office.out / "returned" / FILE, office.right, office.raw / FILE)
    said = office.check()
    assert office.findings() == as_sent
    assert office.values() == values
    changes = {
        (row["sheet"], row["cell"]): (row["before"].removeprefix("'"), row["after"], row["kind"])
        for row in office.rows("changes.csv")
    }
    assert changes == {
        place: ("2022-04-03 00:00:00" if place == (DOSSIERS, "C14") else SPOILED[place],
                office.right[place], "asked")
        for place in SPOILED
    }  # fmt: skip
    assert f"{FILE}: 10 ô đã đổi từ lần kiểm tra trước, trong đó 0 ô không bị đánh dấu." in said
    assert f'{HOUSEHOLDS}!C14: "4O4" → "404"' in said
    assert f"hết: {FILE} › {HOUSEHOLDS}!D15: Số không đọc được" in said
    assert "Không có tệp nào của kỳ này đổi" in office.check()
    assert office.findings() == as_sent


def test_a_cell_that_nobody_marked_is_warned_of_until_it_is_undone(office: Office) -> None:
    office.change(office.original, {(HOUSEHOLDS, "D15"): "rất nhiều"}, office.raw / FILE)
    office.check()
    before = office.findings()
    mended = {(HOUSEHOLDS, "D15"): "272", (HOUSEHOLDS, "F20"): "1"}
    office.change(office.out / "returned" / FILE, mended, office.raw / FILE)
    said = office.check()
    altered = ("cell_altered", HOUSEHOLDS, "F20")
    assert altered in office.findings() - before
    assert "2 ô đã đổi từ lần kiểm tra trước, trong đó 1 ô không bị đánh dấu." in said
    was = cells_of(office.original)[HOUSEHOLDS, "F20"]
    assert f'{HOUSEHOLDS}!F20: "{was}" → "1" (không bị đánh dấu)' in said
    kinds = {row["cell"]: row["kind"] for row in office.rows("changes.csv")}
    assert kinds == {"D15": "asked", "F20": "unasked"}
    # The warning stays at the next check, and when another cell is mended later.
    office.check()
    assert altered in office.findings()
    office.change(office.raw / FILE, {(HOUSEHOLDS, "H20"): "2"}, office.raw / FILE)
    office.check()
    assert {altered, ("cell_altered", HOUSEHOLDS, "H20")} <= office.findings()
    undone = {(HOUSEHOLDS, cell): cells_of(office.original)[HOUSEHOLDS, cell]
              for cell in ("F20", "H20")}  # fmt: skip
    office.change(office.raw / FILE, undone, office.raw / FILE)
    office.check()
    assert not {code for code, _, _ in office.findings()} & {"cell_altered", "cells_altered"}


@pytest.mark.parametrize("name", ["933-huyen-chau-thanh (1).xlsx", "ban sua.xlsx"])
def test_a_mended_copy_beside_its_original_takes_its_place(office: Office, name: str) -> None:
    office.check()
    as_sent, values = office.findings(), office.values()
    office.change(office.original, SPOILED, office.raw / FILE)
    office.check()
    office.change(office.out / "returned" / FILE, office.right, office.raw / name)
    said = office.check()
    assert office.findings() == {("file_superseded", "", "")}
    assert office.findings(name) == as_sent
    assert office.values() == values
    assert f"{name} (trước là {FILE}): 10 ô đã đổi" in said
    # Without any earlier check the original beside the copy is what it is compared with.
    shutil.rmtree(office.folder / "out")
    office.check()
    assert office.findings() == {("file_superseded", "", "")}
    assert office.findings(name) == as_sent


def test_two_versions_without_a_mark_are_one_error_and_what_differs_is_not_used(
    office: Office,
) -> None:
    office.check()
    values = office.values()
    other = "933-huyen-chau-thanh (2).xlsx"
    office.change(office.original, {(HOUSEHOLDS, "D15"): "111"}, office.raw / other)
    office.check()
    found = {*office.findings(), *office.findings(other)}
    errors = [code for code, _, _ in found if code.startswith(("file_", "unit_repeated"))]
    assert errors == ["file_versions_differ"]
    kept = min(FILE, other)  # the first is read, and goes back with the cell marked
    assert ("cell_versions_differ", HOUSEHOLDS, "D15") in office.findings(kept)
    said = openpyxl.load_workbook(office.out / "returned" / kept)[HOUSEHOLDS]["D15"].comment.text
    assert other in said or FILE in said
    differing = {key: value for key, value in office.values().items() if values[key] != value}
    assert list(differing.values()) == [""]
    assert len(office.values()) == len(values)


def test_the_same_file_twice_counts_once(office: Office) -> None:
    office.check()
    values, findings = office.values(), office.findings()
    shutil.copy(office.original, office.raw / "933-huyen-chau-thanh - Copy.xlsx")
    office.check()
    assert office.values() == values
    assert office.findings("933-huyen-chau-thanh - Copy.xlsx") | office.findings() == findings
    assert "file_repeated" in {row["code"] for row in office.rows("findings.csv")}


def test_a_mended_copy_without_anything_to_compare_it_with_says_so(office: Office) -> None:
    office.change(office.original, SPOILED, office.raw / FILE)
    office.check()
    office.change(office.out / "returned" / FILE, office.right, office.folder / "mended.xlsx")
    shutil.rmtree(office.folder / "out")
    shutil.move(office.folder / "mended.xlsx", office.raw / FILE)
    said = office.check()
    assert "Chưa có lần kiểm tra trước" in said
    assert ("baseline_missing", "", "") in office.findings()


def test_the_offices_own_repair_of_a_file_holds_for_its_mended_copy(
    office: Office, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Path(shutil.copytree(project, office.folder / "project"))
    monkeypatch.setenv("DXKIT_PROJECT", str(own))
    was = cells_of(office.original)[HOUSEHOLDS, "C20"]
    repairs = own / "data/campaigns/haugiang-2022/corrections.csv"
    row = f"2022-Q4,{FILE},{HOUSEHOLDS},C20,{was},500,gõ nhầm,Lan,2022-12-20\n"
    repairs.write_text(repairs.read_text("utf-8-sig") + row, "utf-8")
    office.change(office.original, {(HOUSEHOLDS, "D15"): "rất nhiều"}, office.raw / FILE)
    office.check()
    name = "933-huyen-chau-thanh (1).xlsx"
    right = {(HOUSEHOLDS, "D15"): "272"}
    office.change(office.out / "returned" / FILE, right, office.raw / name)
    for _ in range(2):
        office.check()
        (repaired,) = [r for r in office.rows("observations.csv") if r["correction"]]
        assert (repaired["file"], repaired["cell"], repaired["value"]) == (name, "C20", "500")
        (office.raw / FILE).unlink(missing_ok=True)


def test_another_senders_mark_takes_nobodys_place(office: Office, root: Path) -> None:
    """A file that claims to be the copy of another one's but holds other cells is no version."""
    office.change(office.original, SPOILED, office.raw / FILE)
    office.check()
    returned = openpyxl.load_workbook(office.out / "returned" / FILE)
    marks = [
        cell.value
        for row in returned.worksheets[0].iter_rows(max_row=10)
        for cell in row
        if str(cell.value).startswith("dxkit-returned:")
    ]
    forged = openpyxl.load_workbook(root / "data/raw/haugiang-2022/2022-Q4/937-thi-xa-long-my.xlsx")
    forged.create_sheet("x", 0)["A1"] = marks[0]
    forged.save(office.raw / "937-thi-xa-long-my.xlsx")
    office.check()
    assert "file_superseded" not in {code for code, _, _ in office.findings()}
    units = {row["unit_code"] for row in office.rows("observations.csv") if row["value"]}
    assert any(code.startswith("31366") for code in units)


def test_work_done_in_the_outputs_is_never_written_over(office: Office) -> None:
    office.change(office.original, SPOILED, office.raw / FILE)
    office.check()
    copy = office.out / "returned" / FILE
    office.change(copy, office.right, copy)
    worked_on = copy.read_bytes()
    office.change(office.original, {**SPOILED, (TEAMS, "D15"): "x y"}, office.raw / FILE)
    said = office.check()
    kept = copy.with_name("933-huyen-chau-thanh.edited-1.xlsx")
    assert kept.read_bytes() == worked_on
    assert kept.name in said
    assert copy.read_bytes() != worked_on


def test_returned_copies_that_are_not_needed_any_more_are_taken_away(office: Office) -> None:
    office.change(office.original, SPOILED, office.raw / FILE)
    office.check()
    copy = office.out / "returned" / FILE
    first = copy.read_bytes()
    office.check()
    assert copy.read_bytes() == first
    (office.raw / FILE).rename(office.raw / "933.xlsx")
    office.check()
    assert not copy.exists()
    assert (office.out / "returned" / "933.xlsx").exists()


def test_a_sheet_written_anew_is_one_warning(office: Office) -> None:
    office.check()
    before = office.findings()
    sheet = openpyxl.load_workbook(office.original)[TEAMS]
    renewed: dict[tuple[str, str], object] = {
        (TEAMS, cell.coordinate): str(int(cell.value) + 1)
        for row in sheet.iter_rows(min_row=13, max_row=20, min_col=3, max_col=8)
        for cell in row
        if str(cell.value).isdigit()
    }
    assert len(renewed) > 40
    more = {(TEAMS, f"I{row}"): "ghi chú mới" for row in range(13, 21)}
    office.change(office.original, renewed | more, office.raw / FILE)
    office.check()
    codes = [(code, sheet) for code, sheet, _ in office.findings() - before]
    assert codes.count(("cells_altered", TEAMS)) == 1
    assert "cell_altered" not in {code for code, _ in codes}
    assert len(office.rows("changes.csv")) == len(renewed | more)


def test_files_that_come_and_go_are_named(office: Office, root: Path) -> None:
    office.check()
    (office.raw / FILE).unlink()
    shutil.copy(root / "data/raw/haugiang-2022/2022-Q4/937-thi-xa-long-my.xlsx", office.raw)
    said = office.check()
    assert f"{FILE}: không còn trong thư mục số liệu." in said
    assert "937-thi-xa-long-my.xlsx: tệp mới" in said
    assert "Không có tệp nào của kỳ này đổi" in office.check()


def test_a_row_put_in_is_one_row_and_not_all_below(office: Office) -> None:
    office.check()
    book = openpyxl.load_workbook(office.original)
    book[DOSSIERS].insert_rows(15)
    for column, value in enumerate(["2b", "Xã Đông Thạnh A", "1", "1"], start=1):
        book[DOSSIERS].cell(15, column, value)
    book.save(office.raw / FILE)
    office.check()
    changes = [(r["sheet"], r["cell"], r["after"]) for r in office.rows("changes.csv")]
    assert changes == [
        (DOSSIERS, f"{letter}15", value)
        for letter, value in zip("ABCD", ["2b", "Xã Đông Thạnh A", "1", "1"], strict=True)
    ]


def _as_csv(source: Path, folder: Path) -> Path:
    sheet = openpyxl.load_workbook(source)[HOUSEHOLDS]
    path = folder / "933-huyen-chau-thanh.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        for row in sheet.iter_rows(values_only=True):
            writer.writerow(["" if value is None else value for value in row])
    return path


def test_a_text_file_comes_back_as_a_workbook_that_takes_its_place(office: Office) -> None:
    path = _as_csv(office.original, office.raw)
    (office.raw / FILE).unlink()
    office.check()
    as_sent, values = office.findings(path.name), office.values()
    text = path.read_text("utf-8-sig")
    assert text.count("1;Ấp 1;404;") == 1
    path.write_text(text.replace("1;Ấp 1;404;", "1;Ấp 1;=404+1;"), "utf-8-sig")
    office.check()
    broken = office.findings(path.name) - as_sent
    assert {(code, cell) for code, _, cell in broken} >= {("value_is_sum", "C14")}
    copy = office.out / "returned" / "933-huyen-chau-thanh-csv.xlsx"
    book = openpyxl.load_workbook(copy)
    assert book.worksheets[1]["C14"].data_type == "s"  # never a live formula
    assert book.worksheets[1]["C14"].value == "=404+1"
    assert "933-huyen-chau-thanh.csv" in str(book.worksheets[0]["A4"].value)
    office.change(copy, {(book.sheetnames[1], "C14"): "404"}, office.raw / copy.name)
    office.check()
    assert office.findings(path.name) == {("file_superseded", "", "")}
    assert {(c, at) for c, _, at in office.findings(copy.name)} == {(c, at) for c, _, at in as_sent}
    assert office.values() == values
    assert [
        (r["cell"], r["before"].removeprefix("'"), r["after"]) for r in office.rows("changes.csv")
    ] == [("C14", "=404+1", "404")]


def test_formulas_that_follow_a_mended_cell_were_changed_by_nobody(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Mended and saved by a program that calculates, as Excel does."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("LibreOffice is not on this machine")
    file = "936-huyen-long-my.xlsx"
    office = Office(root, tmp_path, capsys, file)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"

    def calculated(path: Path, folder: Path) -> None:
        command = [program, profile, "--headless", "--convert-to", "xlsx", "--outdir", folder, path]
        subprocess.run(command, check=True, capture_output=True, timeout=120)

    edited = tmp_path / "edited" / file
    edited.parent.mkdir()
    office.change(office.original, {(HOUSEHOLDS, "D14"): "2 trăm"}, edited)
    calculated(edited, office.raw)
    office.check()
    asked = office.findings(file)
    assert ("value_unreadable", HOUSEHOLDS, "D14") in asked
    office.change(office.out / "returned" / file, {(HOUSEHOLDS, "D14"): 266}, edited)
    calculated(edited, office.raw)
    said = office.check()
    assert office.findings(file) == {f for f in asked if f[1:] != (HOUSEHOLDS, "D14")} - {
        ("value_is_error", HOUSEHOLDS, "E14")
    }
    changes = {(r["sheet"], r["cell"]): r["kind"] for r in office.rows("changes.csv")}
    assert changes == {(HOUSEHOLDS, "D14"): "asked", (HOUSEHOLDS, "E14"): "recalculated"}
    assert "1 ô công thức được tính lại theo." in said
