"""Tables that headings alone do not describe: what layouts.toml says of them, and where it does not
fit. The figures were worked out by hand.
"""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path

import openpyxl
import pytest

from dxkit.intake.period import read_period
from dxkit.model.campaign import Campaign, SheetLayout
from dxkit.model.periods import Period
from tests.intake.office import HEAD, HOUSEHOLDS, Office, Row, at

GROUP: Row = ["I", "Phường I", None, None]
KV1, KV2 = "31318-khu-vuc-1", "31318-khu-vuc-2"
TITLE: Row = ["UBND PHƯỜNG I"]


class Sent:
    """What was read of a workbook with one sheet "Biểu" and an entry of layouts.toml for it."""

    def __init__(
        self,
        campaign: Campaign,
        folder: Path,
        content: list[Row],
        merged: str = "",
        period: Period | None = None,
        file: str = "930.xlsx",
        **declared: object,
    ) -> None:
        entry = SheetLayout("*", "Biểu", **declared)  # type: ignore[arg-type]
        campaign = dataclasses.replace(campaign, layouts=(entry,) if declared else ())
        if period is not None:
            campaign = dataclasses.replace(campaign, periods=(period,))
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = "Biểu"
        for row in content:
            sheet.append(row)
        for area in merged.split():
            sheet.merge_cells(area)
        book.save(folder / file)
        chosen = period.id if period else "2022-Q4"
        self.received = read_period(campaign, chosen, folder)
        self.values = {
            (o.unit_code, o.measure, o.address.cell): o.value
            for o in self.received.table.observations
            if o.address.file and o.value is not None
        }

    @property
    def findings(self) -> list[tuple[str, str, object]]:
        """Of this sheet: code, cell and reason."""
        usual = {"column_missing", "column_absent", "table_missing", "unit_missing"}
        return [
            (f.code, f.address.cell, f.values.get("reason"))
            for f in self.received.findings
            if f.code not in usual and f.address.sheet
        ]


def figures(*of: tuple[str, str, str, int]) -> dict[tuple[str, str, str], int]:
    return {entry[:3]: entry[3] for entry in of}


# A label merged over a column of marks and one of figures: nothing needs to be declared.

MARKED: list[Row] = [
    ["TT", "Đơn vị", "Số tổ", None, "Số thành viên"],
    [1, "Phường I", None, 12, 84], [2, "Phường III", "(2)", 9, 61], [3, "Xã Vị Tân", None, 7, 40],
]  # fmt: skip
TEAMS = figures(
    ("31318", "teams", "D2", 12), ("31321", "teams", "D3", 9), ("31333", "teams", "D4", 7),
    ("31318", "team_members", "E2", 84), ("31321", "team_members", "E3", 61),
    ("31333", "team_members", "E4", 40),
)  # fmt: skip


def moved(rows: list[Row], order: list[int]) -> list[Row]:
    return [[row[n] for n in order] for row in rows]


def test_a_merged_label_over_marks_and_figures(campaign: Campaign, tmp_path: Path) -> None:
    sent = Sent(campaign, tmp_path, MARKED, "C1:D1")
    assert sent.values == TEAMS
    assert sent.findings == []


@pytest.mark.parametrize("mark", ["(2)", "*", "đã kiểm tra", "số liệu ước", "a)", "…"])
def test_marks_and_remarks_below_a_merged_label_are_no_figures(
    campaign: Campaign, tmp_path: Path, mark: str
) -> None:
    rows = [[mark if cell == "(2)" else cell for cell in row] for row in MARKED]
    assert Sent(campaign, tmp_path, rows, "C1:D1").values == TEAMS


def test_marks_behind_the_figures_or_on_both_sides(campaign: Campaign, tmp_path: Path) -> None:
    behind = [[a, b, d, c, e] for a, b, c, d, e in MARKED]
    behind[0][2:4] = ["Số tổ", None]
    sent = Sent(campaign, tmp_path, behind, "C1:D1")
    assert sent.values == {(u, m, c.replace("D", "C")): v for (u, m, c), v in TEAMS.items()}
    both = [[a, b, c, d, "(3)" if d == 7 else None, e] for a, b, c, d, e in MARKED]
    sent = Sent(campaign, tmp_path, both, "C1:E1")
    assert sent.values == {(u, m, c.replace("E", "F")): v for (u, m, c), v in TEAMS.items()}


def test_a_merged_label_over_two_columns_of_figures_is_asked(
    campaign: Campaign, tmp_path: Path
) -> None:
    rows = [[8 if cell == "(2)" else cell for cell in row] for row in MARKED]
    sent = Sent(campaign, tmp_path, rows, "C1:D1")
    assert {m for _, m, _ in sent.values} == {"team_members"}
    assert {("column_repeated", "C3", None), ("column_repeated", "D3", None)} <= {*sent.findings}


# Indicators in rows, units or periods in columns.

TURNED: list[Row] = [
    ["UBND TP Vị Thanh"], ["SỐ LIỆU QUÝ IV NĂM 2022"],
    ["STT", "Chỉ tiêu", "ĐVT", "Phường I", "Phường III", "Xã Vị Tân", "Tổng cộng"],
    [1, "1. Số tổ", "tổ", 12, 9, 7, 28], [2, "- Số thành viên", "người", 84, 61, 40, 185],
    [None, "Người lập biểu"],
]  # fmt: skip
OF_TURNED = figures(
    ("31318", "teams", "D4", 12), ("31321", "teams", "E4", 9), ("31333", "teams", "F4", 7),
    ("31318", "team_members", "D5", 84), ("31321", "team_members", "E5", 61),
    ("31333", "team_members", "F5", 40),
)  # fmt: skip


def test_indicators_in_rows(campaign: Campaign, tmp_path: Path) -> None:
    sent = Sent(campaign, tmp_path, TURNED, transposed=True)
    assert sent.values == OF_TURNED
    assert sent.findings == []


def test_a_total_of_indicators_in_rows_is_checked(campaign: Campaign, tmp_path: Path) -> None:
    rows = [[27 if cell == 28 else cell for cell in row] for row in TURNED]
    sent = Sent(campaign, tmp_path, rows, transposed=True)
    assert sent.values == OF_TURNED
    assert [f[:2] for f in sent.findings] == [("total_differs", "G4")]


def test_groups_of_units_above_one_another(campaign: Campaign, tmp_path: Path) -> None:
    """The communes stand over their hamlets, in merged cells."""
    rows: list[Row] = [
        ["Chỉ tiêu", "Phường I", None, "Xã Vị Tân", None],
        [None, "Khu vực 1", "Khu vực 2", "Ấp 1", "Ấp 2"],
        ["Tổng số hộ", 90, 80, 70, 60], ["Hộ có kỹ năng số", 45, 44, 43, 42],
    ]  # fmt: skip
    sent = Sent(campaign, tmp_path, rows, "A1:A2 B1:C1 D1:E1", transposed=True,
                header_rows="A", unit_columns=("1", "2"))  # fmt: skip
    assert sent.values == figures(
        (KV1, "households", "B3", 90), (KV2, "households", "C3", 80),
        ("31333-ap-1", "households", "D3", 70), ("31333-ap-2", "households", "E3", 60),
        (KV1, "households_digital_skills", "B4", 45),
        (KV2, "households_digital_skills", "C4", 44),
        ("31333-ap-1", "households_digital_skills", "D4", 43),
        ("31333-ap-2", "households_digital_skills", "E4", 42),
    )  # fmt: skip


def test_periods_in_columns_of_one_unit(campaign: Campaign, tmp_path: Path) -> None:
    rows: list[Row] = [
        ["UBND PHƯỜNG I"], ["Chỉ tiêu", "Quý III/2022", "Quý IV/2022", "Ghi chú"],
        ["Số tổ", 10, 12, None], ["Số thành viên", 70, 84, "tăng"],
    ]  # fmt: skip
    sent = Sent(campaign, tmp_path, rows, file="phuong-i.xlsx",
                transposed=True, one_unit=True, period_columns=("2",))  # fmt: skip
    assert sent.values == figures(("31318", "teams", "C3", 12), ("31318", "team_members", "C4", 84))


def test_one_unit_that_nobody_names(campaign: Campaign, tmp_path: Path) -> None:
    rows: list[Row] = [["Chỉ tiêu", "Thực hiện"], ["Số tổ", 12], ["Số thành viên", 84]]
    sent = Sent(campaign, tmp_path, rows, file="bieu.xlsx", transposed=True, one_unit=True)
    assert sent.values == {}
    assert [(code, reason) for code, _, reason in sent.findings] == [("layout_unfit", "no_sender")]
    (tmp_path / "bieu.xlsx").unlink()
    sent = Sent(campaign, tmp_path, [TITLE, *rows], file="930.xlsx", transposed=True, one_unit=True)
    assert sent.values == figures(("31318", "teams", "B3", 12), ("31318", "team_members", "B4", 84))


# Periods in rows.

LONG: list[Row] = [
    ["Kỳ", "Đơn vị", "Số tổ", "Số thành viên"],
    ["Quý III/2022", "Phường I", 10, 70], ["Quý IV/2022", "Phường I", 12, 84],
    ["Quý III/2022", "Phường III", 8, 50], ["Quý IV/2022", "Phường III", 9, 61],
    [None, "Tổng cộng", 39, 265],
]  # fmt: skip
OF_LONG = figures(
    ("31318", "teams", "C3", 12), ("31318", "team_members", "D3", 84),
    ("31321", "teams", "C5", 9), ("31321", "team_members", "D5", 61),
)  # fmt: skip


def with_periods(*written: object) -> list[Row]:
    """The long table with its two periods in another writing."""
    two = {"Quý III/2022": written[0], "Quý IV/2022": written[1]}
    return [[two.get(str(cell), cell) for cell in row] for row in LONG]


@pytest.mark.parametrize(
    "written",
    [
        ("Quý III/2022", "Quý IV/2022"),
        ("2022-Q3", "2022-Q4"),
        ("Q3/2022", "Q4/2022"),
        ("III/2022", "IV/2022"),
        ("Quý IV năm 2021", "Quý IV năm 2022"),
        ("Năm 2021 - Quý IV", "Năm 2022 - Quý IV"),
        ("Quý ba", "Quý bốn"),
    ],
)
def test_periods_in_rows(
    campaign: Campaign, tmp_path: Path, written: tuple[object, object]
) -> None:
    sent = Sent(campaign, tmp_path, with_periods(*written), period_columns=("A",))
    assert sent.values == OF_LONG
    assert sent.findings == []


@pytest.mark.parametrize(
    ("rows", "cell", "entry"), [(TURNED, "B4", "transposed"), (LONG, "A1", "period_columns")]
)
def test_a_layout_that_nobody_declared_is_one_finding(
    campaign: Campaign, tmp_path: Path, rows: list[Row], cell: str, entry: str
) -> None:
    sent = Sent(campaign, tmp_path, rows)
    assert sent.values == {}
    assert sent.findings == [("layout_needed", cell, entry)]


@pytest.mark.parametrize(
    ("label", "written"),
    [
        ("Kỳ", "Quý III/2022"),
        ("Ghi", "Quý III/2022"),
        ("Kỳ báo cáo", "2021-Q4"),
        ("Năm", 2021),
        ("Quý", "III/2022"),
        ("", "Tháng 8/2022"),
    ],
)
@pytest.mark.parametrize("at_the_end", [False, True])
def test_rows_of_another_period_only(
    campaign: Campaign, tmp_path: Path, label: str, written: object, at_the_end: bool
) -> None:
    rows = [row for row in LONG if "IV" not in str(row[0]) and row[0]]
    rows = [[written if "III" in str(cell) else cell for cell in row] for row in rows]
    rows[0] = [label or None, *rows[0][1:]]
    if at_the_end and label:
        rows = [[*row[1:], row[0]] for row in rows]
    sent = Sent(campaign, tmp_path, rows)
    assert sent.values == {}
    ((code, _, reason),) = sent.findings
    assert (code, reason) == ("layout_needed", "other_periods")


@pytest.mark.parametrize(
    ("label", "written"),
    [("Kỳ", "Quý IV/2022"), ("Kỳ", "2022-Q4"), ("Năm", 2022), ("Năm đạt chuẩn", 2019),
     ("Ghi chú", "đã nộp quý III/2022, bổ sung quý IV/2022"), ("Mã", "T4")],
)  # fmt: skip
def test_columns_that_name_no_other_period(
    campaign: Campaign, tmp_path: Path, label: str, written: object
) -> None:
    rows: list[Row] = [[label, *HEAD[1:3]], [written, "Phường I", 12], [written, "Phường III", 9]]
    sent = Sent(campaign, tmp_path, rows)
    assert sent.values == figures(("31318", "teams", "C2", 12), ("31321", "teams", "C3", 9))


YEAR = Period("2019", datetime.date(2019, 1, 1), datetime.date(2019, 12, 31))
MONTH = Period("2022-03", datetime.date(2022, 3, 1), datetime.date(2022, 3, 31))


@pytest.mark.parametrize(
    ("period", "written"),
    [
        (YEAR, (2018, 2019)),
        (YEAR, ("Năm 2018", "Năm 2019")),
        (YEAR, (2018.0, "2019")),
        (MONTH, ("Tháng 2/2022", "Tháng 3/2022")),
        (MONTH, ("T2", "T3")),
        (MONTH, ("2022-02", "2022-03")),
        (MONTH, (datetime.datetime(2022, 2, 1), datetime.datetime(2022, 3, 1))),
    ],
)
def test_years_and_months_in_rows(
    campaign: Campaign, tmp_path: Path, period: Period, written: tuple[object, object]
) -> None:
    """In 2019 all these units stood as they do in 2022."""
    sent = Sent(campaign, tmp_path, with_periods(*written), period=period, period_columns=("A",))
    assert sent.values == OF_LONG


def test_years_below_each_unit(campaign: Campaign, tmp_path: Path) -> None:
    """The name stands once: above its years, beside the first of them, or in a merged cell."""
    above: list[Row] = [
        ["TT", "Đơn vị", "Số tổ"], ["1", "Phường I", None], [None, 2018, 10], [None, 2019, 12],
        ["2", "Phường III", None], [None, 2018, 8], [None, 2019, 9],
    ]  # fmt: skip
    sent = Sent(campaign, tmp_path, above, period=YEAR, period_columns=("B",))
    assert sent.values == figures(("31318", "teams", "C4", 12), ("31321", "teams", "C7", 9))
    assert sent.findings == []
    beside: list[Row] = [
        ["Đơn vị", "Năm", "Số tổ"], ["Phường I", 2018, 10], [None, 2019, 12],
        ["Phường III", 2018, 8], [None, 2019, 9],
    ]  # fmt: skip
    expected = figures(("31318", "teams", "C3", 12), ("31321", "teams", "C5", 9))
    for merged in ("", "A2:A3 A4:A5"):
        sent = Sent(campaign, tmp_path, beside, merged, period=YEAR, period_columns=("B",))
        assert sent.values == expected
        assert sent.findings == []


def test_a_period_that_stands_once_for_many_rows(campaign: Campaign, tmp_path: Path) -> None:
    rows: list[Row] = [
        ["Năm", "Đơn vị", "Số tổ"], [2018, "Phường I", 10], [None, "Phường III", 8],
        [2019, "Phường I", 12], [None, "Phường III", 9],
    ]  # fmt: skip
    expected = figures(("31318", "teams", "C4", 12), ("31321", "teams", "C5", 9))
    for merged in ("", "A2:A3 A4:A5"):
        sent = Sent(campaign, tmp_path, rows, merged, period=YEAR, period_columns=("A",))
        assert sent.values == expected
        assert sent.findings == []


def test_year_and_quarter_in_columns_of_their_own(campaign: Campaign, tmp_path: Path) -> None:
    rows: list[Row] = [["Năm", "Quý", "Đơn vị", "Số tổ"]]
    rows += [[y, q, "Phường I", n] for n, (y, q) in enumerate(
        [(2021, "IV"), (2022, "III"), (2022, "IV")], 10)]  # fmt: skip
    sent = Sent(campaign, tmp_path, rows, period_columns=("A", "B"))
    assert sent.values == figures(("31318", "teams", "D4", 12))


def test_a_row_that_does_not_say_its_period_is_asked(campaign: Campaign, tmp_path: Path) -> None:
    rows = [list(row) for row in LONG]
    rows[4][0] = None
    sent = Sent(campaign, tmp_path, rows, period_columns=("A",))
    assert sent.values == dict(list(OF_LONG.items())[:2])
    assert sent.findings == [("layout_unfit", "A5", "row_unclear")]


# Blocks of several periods.


def test_blocks_of_periods_side_by_side(campaign: Campaign, tmp_path: Path) -> None:
    rows: list[Row] = [
        ["TT", "Đơn vị", 2018, None, 2019, None, "Ghi chú"],
        [None, None, "Số tổ", "Số thành viên", "Số tổ", "Số thành viên", None],
        [1, "Phường I", 10, 70, 12, 84, None], [2, "Phường III", 8, 50, 9, 61, "đã kiểm tra"],
    ]  # fmt: skip
    expected = figures(
        ("31318", "teams", "E3", 12), ("31321", "teams", "E4", 9),
        ("31318", "team_members", "F3", 84), ("31321", "team_members", "F4", 61),
    )  # fmt: skip
    for merged in ("", "A1:A2 B1:B2 C1:D1 E1:F1"):
        sent = Sent(campaign, tmp_path, rows, merged, period=YEAR, period_blocks=True)
        assert sent.values == expected
        assert sent.findings == []


@pytest.mark.parametrize("repeated", [True, False])
@pytest.mark.parametrize("words", [("Năm 2018", "Năm 2019"), ("1. Năm 2018", "2. Năm 2019"),
                                   (2018, 2019)])  # fmt: skip
def test_blocks_of_periods_one_below_the_other(
    campaign: Campaign, tmp_path: Path, repeated: bool, words: tuple[object, object]
) -> None:
    head: Row = ["TT", "Đơn vị", "Số tổ"]
    before: list[Row] = [[1, "Phường I", 10], [2, "Phường III", 8]]
    now: list[Row] = [[1, "Phường I", 12], [2, "Phường III", 9]]
    rows: list[Row] = [["UBND THÀNH PHỐ VỊ THANH"]]
    if repeated:
        rows += [[words[0]], head, *before, [], [words[1]], head, *now]
    else:
        rows += [head, [None, words[0]], *before, [None, words[1]], *now]
    sent = Sent(campaign, tmp_path, rows, period=YEAR, period_blocks=True, file="vi-thanh.xlsx")
    first = len(rows) - 1
    assert sent.values == figures(
        ("31318", "teams", f"C{first}", 12), ("31321", "teams", f"C{first + 1}", 9)
    )
    assert sent.findings == []


def test_blocks_of_quarters_below_a_title_of_both(campaign: Campaign, tmp_path: Path) -> None:
    rows: list[Row] = [
        ["SO SÁNH QUÝ III VÀ QUÝ IV NĂM 2022"], ["TT", "Đơn vị", "Quý III/2022", "Quý IV/2022"],
        [None, None, "Số tổ", "Số tổ"], [1, "Phường I", 10, 12],
    ]  # fmt: skip
    sent = Sent(campaign, tmp_path, rows, period_blocks=True)
    assert sent.values == figures(("31318", "teams", "D4", 12))
    assert sent.findings == []


# Columns by their letters, header rows, filters.


def test_columns_by_their_letters(campaign: Campaign, tmp_path: Path) -> None:
    rows: list[Row] = [TITLE, [None, "Phường I", 12, 84], [None, "Phường III", 9, 61]]
    declared = {"unit_columns": ("B",), "columns": {"C": "teams", "D": "team_members"}}
    sent = Sent(campaign, tmp_path, rows, file="vi-thanh.xlsx", **declared)
    assert sent.values == figures(
        ("31318", "teams", "C2", 12), ("31321", "teams", "C3", 9),
        ("31318", "team_members", "D2", 84), ("31321", "team_members", "D3", 61),
    )  # fmt: skip
    assert sent.findings == []


def test_one_column_by_its_letter_beside_headings(campaign: Campaign, tmp_path: Path) -> None:
    rows: list[Row] = [["TT", "Đơn vị", "Số tổ", "Cột 4"], [1, "Phường I", 12, 84]]
    sent = Sent(campaign, tmp_path, rows, columns={"D": "team_members"})
    assert sent.values == figures(("31318", "teams", "C2", 12), ("31318", "team_members", "D2", 84))


def test_columns_by_letters_below_months(campaign: Campaign, tmp_path: Path) -> None:
    rows: list[Row] = [
        ["TT", "Đơn vị", "Tháng 10", "Tháng 11", "Tháng 12"],
        [None, None, "a1", "a2", "a3"], [1, "Phường I", 5, 6, 7],
    ]  # fmt: skip
    sent = Sent(campaign, tmp_path, rows, header_rows="1-2", unit_columns=("B",),
                columns=dict.fromkeys("CDE", "dossiers"))  # fmt: skip
    periods = {o.address.cell: o.period for o in sent.received.table.observations if o.value}
    assert periods == {"C3": "2022-10", "D3": "2022-11", "E3": "2022-12"}


def test_header_rows_that_would_not_be_found(campaign: Campaign, tmp_path: Path) -> None:
    """A note with a declared heading stands further up; only the lower row is the header."""
    rows: list[Row] = [
        ["TT", "Đơn vị", "Số tổ", "Số thành viên"], ["Mẫu trên đây chỉ để tham khảo"], [],
        ["TT", "Địa bàn", "Số tổ"], [1, "Phường I", 12],
    ]  # fmt: skip
    sent = Sent(campaign, tmp_path, rows, header_rows="4", unit_columns=("B",))
    assert sent.values == figures(("31318", "teams", "C5", 12))


def test_only_rows_that_hold_a_text(campaign: Campaign, tmp_path: Path) -> None:
    rows: list[Row] = [
        ["TT", "Đơn vị", "Loại", "Số tổ"],
        [1, "Phường I", "Tổng số", 12], [None, None, "Thành thị", 7], [None, None, "Nông thôn", 5],
        [2, "Phường III", "TỔNG SỐ ", 9], [None, None, "Thành thị", 9],
    ]  # fmt: skip
    expected = figures(("31318", "teams", "D2", 12), ("31321", "teams", "D5", 9))
    for merged in ("", "B2:B4 B5:B6"):
        sent = Sent(campaign, tmp_path, rows, merged, rows={"C": ("Tổng số",)})
        assert sent.values == expected
        assert sent.findings == []


# What does not fit is one finding, never a guess.


@pytest.mark.parametrize(
    ("declared", "finding"),
    [
        ({"columns": {"C": "team_members"}}, ("C1", "other_measure")),
        ({"columns": {"F": "team_members"}}, ("F1", "line_empty")),
        ({"unit_columns": ("C",)}, ("C1", "no_unit")),
        ({"unit_columns": ("F",)}, ("F1", "no_unit")),
        ({"header_rows": "2"}, ("A2", "no_measure")),
        ({"header_rows": "9"}, ("", "no_measure")),
        ({"transposed": True}, ("", "no_measure")),
        ({"period_columns": ("A",)}, ("A1", "no_period")),
        ({"period_blocks": True}, ("", "no_period")),
        ({"rows": {"A": ("Tổng số",)}}, ("A1", "no_row")),
    ],
)
def test_a_layout_that_does_not_fit(
    campaign: Campaign, tmp_path: Path, declared: dict[str, object], finding: tuple[str, str]
) -> None:
    rows: list[Row] = [HEAD, [1, "Phường I", 12, 84], [2, "Phường III", 9, 61]]
    sent = Sent(campaign, tmp_path, rows, **declared)
    assert sent.values == {}
    assert sent.findings == [("layout_unfit", *finding)]


def test_one_unit_whose_rows_name_two_has_neither(campaign: Campaign, tmp_path: Path) -> None:
    rows: list[Row] = [HEAD, [1, "Phường I", 12, 84], [2, "Phường III", 9, 61]]
    sent = Sent(campaign, tmp_path, rows, one_unit=True)
    assert sent.values == {}
    assert {(code, cell) for code, cell, _ in sent.findings} == {
        ("name_not_nearest", "C2"), ("name_not_nearest", "D2"),
        ("unit_repeated", "A2"), ("unit_repeated", "A3"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "declared", "finding"),
    [
        ([[*HEAD[:2], "Quý III/2022"], [1, "Phường I", 12]], {"columns": {"C": "teams"}},
         ("C1", "other_period")),
        ([["Kỳ", *HEAD[1:3]], ["Quý III/2022", "Phường I", 12]], {"period_columns": ("A",)},
         ("A1", "no_period")),
        ([["Quý III/2022"], HEAD, [1, "Phường I", 12, 84]], {"period_blocks": True},
         ("A1", "no_period")),
    ],
)  # fmt: skip
def test_a_layout_for_another_period(
    campaign: Campaign,
    tmp_path: Path,
    rows: list[Row],
    declared: dict[str, object],
    finding: tuple[str, str],
) -> None:
    sent = Sent(campaign, tmp_path, rows, unit_columns=("B",), **declared)
    assert sent.values == {}
    assert sent.findings == [("layout_unfit", *finding)]


def test_figures_that_look_like_years_begin_no_block(campaign: Campaign, tmp_path: Path) -> None:
    rows: list[Row] = [
        ["Đơn vị", 2018, 2019], [None, "Số tổ", "Số tổ"],
        ["Phường I", 2018, 2019], ["Phường III", 1999, 2001],
    ]  # fmt: skip
    sent = Sent(campaign, tmp_path, rows, period=YEAR, period_blocks=True)
    assert sent.values == figures(("31318", "teams", "C3", 2019), ("31321", "teams", "C4", 2001))


def test_only_the_first_entry_that_fits_decides(office: Office) -> None:
    plain = SheetLayout("930.xlsx", "*")
    turned = SheetLayout("*", "*", transposed=True)
    office.campaign = dataclasses.replace(office.campaign, layouts=(plain, turned))
    seen = office.sends(HOUSEHOLDS, GROUP, [1, "Khu vực 1", 90, 45])
    assert seen.figure(KV1, "households") == (90, None, at("C3"))


# What was understood, column by column.


def understood(sent: Sent) -> list[tuple[str, str, str, str]]:
    (sheet,) = sent.received.sheets
    return [(c.line, c.path, c.use, c.measure) for c in sheet.columns]


def test_what_was_understood_of_a_sheet(campaign: Campaign, tmp_path: Path) -> None:
    rows: list[Row] = [
        TITLE, ["STT", "Đơn vị", "Hộ có kỹ năng số", None, "Kết quả > khác | năm", "Ghi chú"],
        [None, None, "Số hộ", "Tỷ lệ (%)", None, None],
        ["I", "Phường I"], [1, "Khu vực 1", 45, 50, 3, None], [2, "Khu vực 2", 44, 55, 4, "x"],
        [None, "Cộng", 89, None, None, None],
    ]  # fmt: skip
    sent = Sent(campaign, tmp_path, rows, "C2:D2", file="vi-thanh.xlsx")
    (sheet,) = sent.received.sheets
    assert (sheet.file, sheet.sheet, sheet.table) == ("vi-thanh.xlsx", "Biểu", "households")
    assert (sheet.why_not, sheet.header, sheet.first, sheet.last) == ("", "2-3", "B4", "B6")
    assert understood(sent) == [
        ("A", "STT", "row_number", ""),
        ("B", "Đơn vị", "units", ""),
        ("C", "Hộ có kỹ năng số > Số hộ", "measure", "households_digital_skills"),
        ("D", "Hộ có kỹ năng số > Tỷ lệ (%)", "not_declared", ""),
        ("E", "Kết quả khác năm", "not_declared", ""),
        ("F", "Ghi chú", "remark", ""),
    ]
    (finding,) = (f for f in sent.received.findings if f.code == "column_not_understood")
    assert (finding.address.cell, finding.values["path"]) == ("E2", "Kết quả khác năm")


def test_a_path_that_is_printed_can_be_declared(campaign: Campaign, tmp_path: Path) -> None:
    head: list[Row] = [["TT", "Đơn vị", "Mạng xã hội", None], [None, None, "Nhóm | chung", "Trang"]]
    rows = [*head, [1, "Phường I", 4, 2], [2, "Phường III", 5, 3]]
    before = Sent(campaign, tmp_path, rows, "C1:D1")
    paths = {line: path for line, path, _, _ in understood(before)}
    assert before.values == {}
    teams = campaign.measure("teams")
    declared = dataclasses.replace(teams, headers=tuple(paths["C"].split("|")))
    measures = tuple(declared if m == teams else m for m in campaign.measures)
    after = Sent(dataclasses.replace(campaign, measures=measures), tmp_path, rows, "C1:D1")
    assert after.values == figures(("31318", "teams", "C3", 4), ("31321", "teams", "C4", 5))


def test_what_was_understood_of_a_transposed_sheet(campaign: Campaign, tmp_path: Path) -> None:
    sent = Sent(campaign, tmp_path, TURNED, transposed=True)
    (sheet,) = sent.received.sheets
    assert (sheet.header, sheet.first, sheet.last) == ("B", "D3", "F3")
    assert understood(sent) == [
        ("3", "Chỉ tiêu", "units", ""),
        ("4", "1. Số tổ", "measure", "teams"),
        ("5", "- Số thành viên", "measure", "team_members"),
    ]


@pytest.mark.parametrize(
    ("rows", "declared", "why_not"),
    [
        ([HEAD, [1, "Phường I", 12, 84]], {"read": False}, "left_out"),
        ([HEAD, [1, "Phường I", 12, 84]], {"transposed": True}, "layout_unfit"),
        ([["Quý III năm 2022"], HEAD, [1, "Phường I", 12, 84]], {}, "wrong_period"),
        ([["xin chào"]], {}, "sheet_without_table"),
        ([], {}, "sheet_empty"),
        (TURNED, {}, "layout_needed"),
        (LONG, {}, "layout_needed"),
    ],
)
def test_a_sheet_that_is_not_used_says_why(
    campaign: Campaign,
    tmp_path: Path,
    rows: list[Row],
    declared: dict[str, object],
    why_not: str,
) -> None:
    sent = Sent(campaign, tmp_path, rows, **declared)
    assert [sheet.why_not for sheet in sent.received.sheets] == [why_not]
    assert sent.values == {}


def test_of_labels_that_nobody_declared_the_paths_are_told(
    campaign: Campaign, tmp_path: Path
) -> None:
    rows: list[Row] = [
        TITLE, ["Mã", "Tên gọi", "Nhà văn hóa", None], [None, None, "Số nhà", "Số phòng"],
        ["a", "Phường I", 4, 9],
    ]  # fmt: skip
    sent = Sent(campaign, tmp_path, rows, "C2:D2")
    assert sent.received.sheets[0].header == "2-3"
    assert understood(sent)[2:] == [
        ("C", "Nhà văn hóa > Số nhà", "not_declared", ""),
        ("D", "Nhà văn hóa > Số phòng", "not_declared", ""),
    ]
