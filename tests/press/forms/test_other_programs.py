"""Forms in LibreOffice: opened, worked out, saved in each of its formats, and read back."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from random import Random

import openpyxl
import pytest
from openpyxl.utils import column_index_from_string

from dxkit.period import OpenPeriod
from tests.intake.test_returned_forms import Sent, codes, expected, seen, send
from tests.press.forms.filling import fill
from tests.press.forms.honest import honest

FORMATS = {
    "ods": "ods",
    "xlsx": "xlsx",
    "xls": "xls",
    "csv": "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1",
}


@pytest.fixture(scope="module")
def office() -> str:
    found = shutil.which("soffice")
    if found is None:
        pytest.skip("LibreOffice is not on this machine")
    return found


@pytest.fixture(scope="module")
def form(periods: dict[str, OpenPeriod], tmp_path_factory: pytest.TempPathFactory) -> Sent:
    opened = periods["2022-Q3"]
    folder = tmp_path_factory.mktemp("form")
    return send(opened.campaign, opened.received, "31318", "vi", folder)


def saved(office: str, path: Path, suffix: str, folder: Path) -> list[Path]:
    """The files that LibreOffice saves of a workbook without any results: it works them all out."""
    typed = folder / f"{path.stem}-typed.xlsx"
    openpyxl.load_workbook(path).save(typed)  # leaves no results of formulas
    out = folder / suffix
    own = f"-env:UserInstallation={(folder / 'office').as_uri()}"
    command = [office, own, "--headless", "--convert-to", FORMATS[suffix], "--outdir", str(out)]
    subprocess.run([*command, str(typed)], check=True, capture_output=True, timeout=120)
    return sorted(out.iterdir())


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_was_typed_comes_back(
    request: pytest.FixtureRequest, office: str, form: Sent, suffix: str, tmp_path: Path
) -> None:
    if suffix != "ods" and not request.config.getoption("--full"):
        pytest.skip("each takes seconds: with --full")
    filled = honest(form.campaign, form.form, "vi", Random(7), names=True)
    fill(form.made, filled.cells, tmp_path / "31318.xlsx")
    reads = [form.read(path) for path in saved(office, tmp_path / "31318.xlsx", suffix, tmp_path)]
    there = {key: value for read in reads for key, value in seen(read).items()}
    wanted = expected(form, filled)
    if suffix != "csv":
        assert codes(reads[0]) <= {"value_missing"}
        assert {key: there[key] for key in wanted} == wanted
        return
    assert len(reads) == 6  # a file for each sheet, each told, none with its map
    assert all("form_without_map" in codes(read) for read in reads)
    shown = {
        key for key, (value, _, cell, sheet) in wanted.items()
        if value is not None and (sheet, cell) not in filled.cells
    }  # fmt: skip
    values = {key: value for key, (value, *_) in wanted.items() if value is not None}
    assert {there[key][0] for key in shown} <= {None}  # nobody knows what a choice was about
    assert {key: there[key][0] for key in values.keys() - shown} == {
        key: value for key, value in values.items() if key not in shown
    }


def test_the_form_says_what_the_checks_say(
    request: pytest.FixtureRequest, office: str, form: Sent, tmp_path: Path
) -> None:
    """Khu vực 1 has a part above its whole, 2 has lost households with the app, 3 has twice as many
    households, 4 lacks a figure; a row is added without a name. Then what is left empty is as last
    period: in 1 a part is above what the whole was, in 3 all is left, in 4 a share jumps.
    """
    if not request.config.getoption("--full"):
        pytest.skip("takes seconds: with --full")
    sheet = form.form.sheets[0]
    book = openpyxl.load_workbook(form.made)
    page = book[sheet.name]
    for row in range(11, 15):
        for column in sheet.columns:
            page.cell(row, column.number).value = page.cell(row, column.number + 1).value
    page["E11"] = page["C11"].value + 1
    page["H12"] = page["H12"].value - 1
    page["C13"] = page["C13"].value * 2
    page["P14"] = None
    page["C15"] = 5
    book.save(tmp_path / "31318.xlsx")
    path = saved(office, tmp_path / "31318.xlsx", "xlsx", tmp_path)[0]
    after = openpyxl.load_workbook(path, data_only=True)
    states = [after[sheet.name].cell(row, sheet.choices + 1).value for row in range(11, 17)]
    assert states == ["Lớn hơn tổng", "Cần giải trình", "Cần giải trình", "Còn thiếu",
                      "Thiếu tên đơn vị", None]  # fmt: skip
    as_before = openpyxl.load_workbook(form.made)
    page = as_before[sheet.name]
    was = {f"{c}{row}": page.cell(row, column_index_from_string(c) + 1).value
           for c in "CEHKNP" for row in range(11, 15)}  # fmt: skip
    for row in range(11, 15):
        page.cell(row, sheet.choices).value = "như kỳ trước"
    page["E11"] = was["C11"] + 1
    page["H12"] = was["H12"] + 1
    page["H14"] = was["C14"]
    (tmp_path / "kept").mkdir()
    as_before.save(tmp_path / "kept.xlsx")
    kept = openpyxl.load_workbook(
        saved(office, tmp_path / "kept.xlsx", "xlsx", tmp_path / "kept")[0], data_only=True
    )[sheet.name]
    states = [kept.cell(row, sheet.choices + 1).value for row in range(11, 15)]
    assert states == ["Lớn hơn tổng", "Đủ", "Đủ", "Cần giải trình"]
    assert kept["C10"].value == sum(was[f"C{row}"] for row in range(11, 15))
    assert kept["H10"].value == sum(was[f"H{row}"] for row in range(11, 14)) + 1 + was["C14"]
    assert kept["J13"].value == round(was["H13"] / was["C13"] * 100, 1)
    assert kept["J12"].value == round((was["H12"] + 1) / was["C12"] * 100, 1)
    guide = after[form.form.guide]
    open_rows = {guide.cell(row, 1).value: guide.cell(row, 3).value for row in range(1, 30)}
    assert open_rows[sheet.name] == 5
    kept = openpyxl.load_workbook(path)[sheet.name]
    assert len(kept.data_validations.dataValidation) >= 7
    assert len(kept.conditional_formatting) >= 2
    assert kept.protection.sheet
