"""Workbooks that Vietnamese offices really published, read without help.

The truth is read a second, plain way here, or was published in the same file.
"""

from __future__ import annotations

import itertools
import warnings
from collections import defaultdict
from pathlib import Path

import openpyxl
import pytest
import xlrd
import xlsxwriter
from python_calamine import CalamineWorkbook

from dxkit.campaign.folder import load_campaign
from dxkit.intake.period import read_period
from dxkit.model.findings import Severity
from dxkit.model.observations import Received

REAL = Path(__file__).parents[2].parent / "shared" / "real"
CAMPAIGNS = Path(__file__).parent / "campaigns"
ISLANDERS = ("Hải Phòng", "Quảng Trị", "Vũng Tàu")  # with the three districts of one row

pytestmark = [
    pytest.mark.skipif(
        not REAL.is_dir(), reason="the published workbooks do not lie beside the project"
    ),
    pytest.mark.unmeasured,
]


def read(campaign: str, period: str, file: str, folder: Path) -> Received:
    (folder / file).write_bytes((REAL / file).read_bytes())
    return read_period(load_campaign(CAMPAIGNS / campaign), period, folder)


@pytest.fixture(scope="module")
def published_rows() -> list[list[str]]:
    """The rows of the census sheet, whose cells are texts."""
    book = CalamineWorkbook.from_path(str(REAL / "gso_census2019_households.xlsx"))
    return book.get_sheet_by_index(0).to_python(skip_empty_area=False)  # type: ignore[return-value]


@pytest.fixture(scope="module")
def sent_rows(published_rows: list[list[str]], pytestconfig: pytest.Config) -> list[list[str]]:
    """Those that are read here: all with --full, else of three provinces, with their sums in the
    country's line.
    """
    if pytestconfig.getoption("--full"):
        return published_rows
    head, country, rest = published_rows[:4], published_rows[4], published_rows[5:]
    begun = itertools.accumulate("(Tổng số)" in row[0] for row in rest)
    provinces = [list(rows) for _, rows in itertools.groupby(rest, key=lambda _: next(begun))]
    chosen = [rows for rows in provinces if any(name in rows[0][0] for name in ISLANDERS)]
    numbers = zip(*([int(text or 0) for text in rows[0][3:]] for rows in chosen), strict=True)
    return [
        *head,
        country[:3] + [str(sum(column)) for column in numbers],
        *itertools.chain(*chosen),
    ]


def write(rows: list[list[str]], path: Path) -> None:
    """A workbook of the same texts."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Cube3_Tongsoho")
        for number, row in enumerate(rows):
            for column, text in enumerate(row):
                if text:
                    sheet.write_string(number, column, text)


@pytest.fixture(scope="module")
def census(
    sent_rows: list[list[str]], pytestconfig: pytest.Config,
    tmp_path_factory: pytest.TempPathFactory,
) -> Received:  # fmt: skip
    folder = tmp_path_factory.mktemp("census")
    if pytestconfig.getoption("--full"):
        return read("census-2019", "2019", "gso_census2019_households.xlsx", folder)
    write(sent_rows, folder / "census.xlsx")
    return read_period(load_campaign(CAMPAIGNS / "census-2019"), "2019", folder)


@pytest.fixture(scope="module")
def census_rows(sent_rows: list[list[str]]) -> list[tuple[int, list[str]]]:
    """The rows below the header with their numbers."""
    stripped = ([text.strip() for text in row] for row in sent_rows[4:])
    return list(enumerate(stripped, start=5))


def test_every_commune_of_the_census_is_read(
    census: Received, census_rows: list[tuple[int, list[str]]], pytestconfig: pytest.Config
) -> None:
    full = pytestconfig.getoption("--full")
    plain = {
        f"D{number}": int(row[3])
        for number, row in census_rows
        if row[2] or (not any("(Tổng số)" in text for text in row[:3]) and number > 5)
    }
    read = {o.address.cell: o.value for o in census.table.observations if o.measure == "households"}
    assert len(read) == (11_165 if full else 449)
    assert read == plain
    levels = [census.units.get(o.unit_code).level for o in census.table.observations]
    assert set(levels) == {"commune"}
    assert len(census.units.at_level("province")) == (63 if full else 3)


def test_the_totals_of_the_census_agree_with_their_parts_as_published(
    census: Received, census_rows: list[tuple[int, list[str]]], pytestconfig: pytest.Config
) -> None:
    """Three island districts (Bach Long Vi, Con Co, Con Dao) have one row and no total row: who
    takes their row for a part of the district above finds 25 totals wrong that are right.
    """
    full = pytestconfig.getoption("--full")
    sums: dict[tuple[tuple[str, ...], int], int] = defaultdict(int)
    totals: dict[tuple[tuple[str, ...], int], tuple[int, str]] = {}
    province = district = ""
    for number, row in census_rows:
        province = row[0].removesuffix("(Tổng số)").strip() or province
        district = row[1].removesuffix("(Tổng số)").strip() or district
        names: tuple[str, ...] = (province, district)
        is_total = any("Tổng số" in text for text in row[:3])
        if is_total and not row[1]:
            names = (province,) if number > 5 else ()
        for column in range(3, 20):
            if not row[column]:
                continue
            if is_total:
                totals[names, column] = (int(row[column]), f"{chr(65 + column)}{number}")
            else:
                for group in ((), names[:1], names):
                    sums[group, column] += int(row[column])
    plain = [cell for key, (value, cell) in totals.items() if value != sums[key]]
    reported = [f.address.cell for f in census.findings if f.code == "total_differs"]
    print(f"{len(totals)} totals of the census checked, {len(plain)} disagree")
    assert len(totals) == (12_285 if full else 514)
    assert reported == plain == []


def test_a_total_of_the_census_that_is_changed_is_reported_with_the_difference(
    published_rows: list[list[str]], tmp_path: Path
) -> None:
    """Phuc Xa, D8: 5,863 households became 5,963, so the district's total above lacks 100."""
    rows = published_rows[:21]  # the first district of Ha Noi only
    assert rows[7][3] == "5863"
    rows[7] = [*rows[7][:3], "5963", *rows[7][4:]]
    write(rows, tmp_path / "census.xlsx")
    received = read_period(load_campaign(CAMPAIGNS / "census-2019"), "2019", tmp_path)
    differing = {
        f.address.cell: f.values["difference"]
        for f in received.findings
        if f.code == "total_differs" and f.address.cell.startswith("D")
    }
    assert differing["D7"] == 100
    assert set(differing) == {"D5", "D6", "D7"}  # the two above lack the districts cut off


@pytest.mark.parametrize(
    ("file", "name_column", "disagreeing"),
    [("mof_final_2006.xls", 1, []), ("mof_plan_2006.xls", 1, ["F14", "H14"])],
)
def test_provinces_stand_under_their_regions_and_totals_are_checked(
    file: str, name_column: int, disagreeing: list[str], tmp_path: Path
) -> None:
    received = read("budget-2006", "2006", file, tmp_path)
    sheet = xlrd.open_workbook(REAL / file).sheet_by_index(0)
    region, plain = "", {}
    for row in range(sheet.nrows):
        number, name = sheet.cell_value(row, 0), sheet.cell_value(row, name_column)
        if isinstance(number, str) and number.strip() and set(number.strip()) <= set("IVX"):
            region = " ".join(str(name).split())
        elif isinstance(number, float) and isinstance(name, str) and name.strip():
            plain[f"C{row + 1}"] = (" ".join(name.split()), region, sheet.cell_value(row, 2))
    revenue = {
        o.address.cell: (
            " ".join(received.units.get(o.unit_code).name.split()),
            received.units.ancestors(o.unit_code)[0].name,
            o.value,
        )
        for o in received.table.observations
        if o.measure == "revenue"
    }
    assert revenue == plain
    assert len(plain) == 64
    differing = [f.address.cell for f in received.findings if f.code == "total_differs"]
    assert differing == disagreeing  # the others are off by what rounding may make
    assert not [f for f in received.findings if f.severity is Severity.ERROR]


def test_one_total_of_the_plan_by_hand(tmp_path: Path) -> None:
    """Row 26 of the accounts states 909,413 million, its four provinces 909,414: rounded. Row 14 of
    the plan is 1,522,640 million more than its rows: that is no rounding.
    """
    received = read("budget-2006", "2006", "mof_plan_2006.xls", tmp_path)
    found = next(f for f in received.findings if f.address.cell == "H14")
    assert (found.code, found.values["difference"]) == ("total_differs", 1522640)


def test_columns_in_pairs_of_name_and_score(tmp_path: Path) -> None:
    received = read("pci-2015", "2015", "pci_2015.xlsx", tmp_path)
    scores = {
        (o.unit_code, o.measure): (o.value, o.address.cell) for o in received.table.observations
    }
    sheet = openpyxl.load_workbook(REAL / "pci_2015.xlsx", read_only=True).worksheets[0]
    rows = [list(row) for row in sheet.iter_rows(max_row=64, values_only=True)]
    pairs = 0
    for measure, column in [(f"score_{n}", 2 * n) for n in range(1, 11)] + [("pci", 22)]:
        of_measure = {cell: value for (_, m), (value, cell) in scores.items() if m == measure}
        letters = openpyxl.utils.get_column_letter(column + 1)
        plain = {f"{letters}{n}": row[column] for n, row in enumerate(rows[1:], start=2)}
        assert of_measure == plain
        pairs += len(plain)
        # The same province stands in another row of each pair: names, not rows, decide.
        names = {row[column - 1] for row in rows[1:]}
        assert len(names) == 63
    assert pairs == 63 * 11
    hau_giang = [
        value for (unit, m), (value, _) in scores.items() if unit == "93" and m == "score_1"
    ]
    assert hau_giang == [9.230436325073242]


def test_a_name_that_one_of_several_lists_lacks(tmp_path: Path) -> None:
    """Thanh Hoa is taken out of the first list of names and scores."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(REAL / "pci_2015.xlsx")
    sheet = book["Summary_VN"]
    assert sheet["B34"].value == "Thanh Hóa"
    sheet["B34"] = sheet["C34"] = None
    book.save(tmp_path / "pci.xlsx")
    received = read_period(load_campaign(CAMPAIGNS / "pci-2015"), "2015", tmp_path)
    lacking = [f for f in received.findings if f.code == "unit_not_beside"]
    assert [(f.unit_code, f.address.cell) for f in lacking] == [("38", "C1")]
