"""Cells read one by one: what office workbooks hold, and what it means."""

from __future__ import annotations

import datetime
import math
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import example
from hypothesis import strategies as st

from dxkit.intake.numbers import (
    Counted,
    count_from_share,
    is_fraction,
    parse_decimal,
    read_count,
    read_number,
)
from dxkit.intake.tables.read import contradicting_ratio
from dxkit.model.campaign import MeasureKind
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.observations import MISSING_FLAGS, Flag
from dxkit.report.wording.findings import finding_text
from dxkit.report.wording.language import load_language
from dxkit.workbooks.cells import Cell
from tests.unhurried import given


def cell(value: object, number_format: str = "General", **more: bool) -> Cell:
    return Cell(1, 1, value, number_format, **more)


@pytest.mark.parametrize(
    ("written", "value", "flag", "problem"),
    [
        (1205, 1205, None, ""),
        (1205.0, 1205, None, ""),
        ("'1205".lstrip("'"), 1205, None, ""),
        ("1205 ", 1205, None, ""),
        ("1.234", 1234, None, ""),
        ("12 345", 12345, None, ""),
        ("12\u00a0345", 12345, None, ""),
        ("1,234", 1234, None, ""),
        ("1.234.567", 1234567, None, ""),
        ("102 hộ", 102, None, ""),
        ("25/40", 25, None, ""),
        ("26/01", None, Flag.REJECTED, "value_ambiguous"),  # a day
        ("40/25", None, Flag.REJECTED, "value_ambiguous"),
        ("5/09", None, Flag.REJECTED, "value_ambiguous"),
        ("62,5% (25/40)", 25, None, ""),
        ("63,5% (25/40)", None, Flag.REJECTED, "value_unreadable"),
        ("gần 60", 60, Flag.APPROXIMATE_BELOW, "value_approximate"),
        ("trên 445.300", 445300, Flag.APPROXIMATE_ABOVE, "value_approximate"),
        ("12O", 120, Flag.REPAIRED, "digits_repaired"),
        ("l5", 15, Flag.REPAIRED, "digits_repaired"),
        ("0", 0, None, ""),
        ("không", 0, None, ""),
        ("-", None, Flag.NO_DATA, ""),
        ("–", None, Flag.NO_DATA, ""),
        ("…", None, Flag.NO_DATA, ""),
        ("x", None, Flag.NO_DATA, ""),
        ("Chưa có số liệu", None, Flag.NO_DATA, ""),
        (None, None, Flag.NO_DATA, ""),
        ("Không phát sinh", None, Flag.NOT_APPLICABLE, ""),
        ("chưa gửi báo cáo", None, Flag.NOT_REPORTED, ""),
        ("10.50,15", None, Flag.REJECTED, "value_unreadable"),
        ("năm hộ", None, Flag.REJECTED, "value_unreadable"),
        ("45.6", None, Flag.REJECTED, "count_not_whole"),
        (2.5, None, Flag.REJECTED, "count_not_whole"),
        (-3, None, Flag.REJECTED, "count_negative"),
        (True, None, Flag.REJECTED, "value_unreadable"),
        (float("inf"), None, Flag.REJECTED, "value_unreadable"),
        (datetime.datetime(2022, 4, 3), None, Flag.REJECTED, "value_is_date"),
        ("#DIV/0!", None, Flag.REJECTED, "value_is_error"),
        ("62,5%", None, Flag.REJECTED, "share_in_count_column"),
        ("=1+1", None, Flag.REJECTED, "value_is_sum"),
        # a mark behind the number, or a part of it told beside
        ("731*", 731, None, "value_with_remark"),
        ("731 (**)", 731, None, "value_with_remark"),
        ("1.731;", 1731, None, "value_with_remark"),
        ("731.", 731, None, "value_with_remark"),
        ("731 hộ;", 731, None, "value_with_remark"),
        ("731 (trong đó 243 nữ)", 731, None, "value_with_remark"),
        ("731, trong đó: nữ 243", 731, None, "value_with_remark"),
        ("731 (nữ: 243)", 731, None, "value_with_remark"),
        ("731 hộ (gồm 20 hộ mới)", 731, None, "value_with_remark"),
        ("731 (trong đó 91,1% là nữ)", 731, None, "value_with_remark"),
        ("gần 731*", 731, Flag.APPROXIMATE_BELOW, "value_approximate"),
        # what stands beside may be the very number, another quantity, or another part
        ("731 (trong đó 843 nữ)", None, Flag.REJECTED, "value_ambiguous"),
        ("731 (lũy kế)", None, Flag.REJECTED, "value_unreadable"),
        ("731 (kế hoạch)", None, Flag.REJECTED, "value_unreadable"),
        ("731 (1)", None, Flag.REJECTED, "value_unreadable"),
        ("731 (trong đó 243 nữ) quý III", None, Flag.REJECTED, "value_unreadable"),
        ("*731", None, Flag.REJECTED, "value_unreadable"),
        ("-5;", None, Flag.REJECTED, "count_negative"),
        ("701+30", None, Flag.REJECTED, "value_is_sum"),
        ("1.701 + 30 + 2", None, Flag.REJECTED, "value_is_sum"),
        ("701-30", None, Flag.REJECTED, "value_unreadable"),
    ],
)
def test_a_count(written: object, value: int | None, flag: Flag | None, problem: str) -> None:
    found = read_count(cell(written))
    assert (found.value, found.flag, found.problem) == (value, flag, problem)


@pytest.mark.parametrize(
    ("written", "result", "shown"), [("701+30", 731, "731"), ("1.701 + 30 + 2", 1733, "1.733")]
)
def test_an_addition_is_proposed_and_not_taken(written: str, result: int, shown: str) -> None:
    details = read_count(cell(written)).details
    assert details == {"result": result}
    finding = Finding("value_is_sum", CellRef("a.xlsx", "1", "C4"), raw=written, values=details)
    assert f"kết quả là {shown};" in finding_text(finding, load_language("vi"))


def test_a_formula_that_was_never_calculated_is_a_finding() -> None:
    found = read_count(cell(None, formula_without_value=True))
    assert found.problem == "formula_not_calculated"


@pytest.mark.parametrize(
    ("written", "number_format", "value", "problem"),
    [
        (0.8, "0%", 0.8, ""),
        (45.6, "General", 0.456, ""),
        ("45,6%", "General", 0.456, ""),
        ("45,6", "General", 0.456, ""),
        ("45,6*", "General", 0.456, "value_with_remark"),
        ("45,6%;", "General", 0.456, "value_with_remark"),
        (0.456, "General", None, "value_ambiguous"),
        ("0,5", "General", None, "value_ambiguous"),
        ("abc", "General", None, "value_unreadable"),
    ],
)
def test_a_share(written: object, number_format: str, value: float | None, problem: str) -> None:
    found = read_number(cell(written, number_format), MeasureKind.SHARE)
    assert (found.value, found.problem) == (value, problem)


@pytest.mark.parametrize(
    ("written", "value", "problem"),
    [
        (8.351827, 8.351827, ""),
        ("8,351827", 8.351827, ""),
        ("8.351827", 8.351827, ""),
        ("1.234", None, "value_ambiguous"),
    ],
)
def test_a_score(written: object, value: float | None, problem: str) -> None:
    found = read_number(cell(written), MeasureKind.SCORE)
    assert (found.value, found.problem) == (value, problem)


@given(st.integers(1, 999), st.data())
def test_a_typed_share_gives_back_the_only_count_that_fits(whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole))
    typed = (Decimal(part) * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)
    assert count_from_share(typed, whole) == part


def test_a_typed_share_of_a_large_whole_is_not_guessed() -> None:
    assert count_from_share(Decimal("50"), 1000) is None  # 495 to 504 all round to 50
    assert count_from_share(Decimal("33.3"), 10) is None  # no count of ten does


@given(st.integers(0, 10**9))
def test_grouping_by_dots_is_undone(number: int) -> None:
    assert read_count(cell(f"{number:,}".replace(",", "."))).value == number


@pytest.mark.parametrize("text", ["1,2,3,4", "1.23,4,5", "", "--", "1..2"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert parse_decimal(text) is None


_ODD = "0123456789.,- −–+()/%'\" \n\t\u00a0\u202f²½①٣५Ⅻ∞eExOolIxhộngàn#=:;*"
_FORMATS = st.one_of(
    st.sampled_from(["General", "0%", "0.00%", "#,##0,", ";;;", '0"%"', "@", "0,0.0%"]),
    st.text('#0.,;%"\\_*[]@?eE ', max_size=30),
)
_ANYTHING = st.one_of(
    st.text(_ODD, max_size=40),
    st.text(max_size=60),
    st.sampled_from(["1" * 5000, "0." + "0" * 400 + "1", "9" * 400 + "%", "1/" + "9" * 400]),
    st.floats(),
    st.integers(-(10**400), 10**400),
    st.booleans(),
    st.datetimes(),
    st.none(),
)


@given(_ANYTHING, _FORMATS, st.booleans())
@example(float("nan"), "0%", True)
@example(float("-inf"), "General", True)
@example("1" * 5000, "General", True)
def test_whatever_stands_in_a_cell_is_a_number_or_has_a_reason(
    value: object, number_format: str, is_part: bool
) -> None:
    written = cell(value, number_format)
    counts = (read_count(written), read_count(written, Counted(frozenset({"ho"}), is_part)))
    others = [
        read_number(written, kind, fractions)
        for kind in (MeasureKind.SHARE, MeasureKind.SCORE)
        for fractions in (False, True)
    ]
    for found in (*counts, *others):
        assert (found.value is None) == (found.flag in MISSING_FLAGS)
        if found.value is None:
            assert found.problem or found.flag is not Flag.REJECTED
        else:
            assert math.isfinite(found.value)
    for found in counts:
        assert found.value is None or (isinstance(found.value, int) and found.value >= 0)
        if found.share is not None:
            count_from_share(found.share, 40)
    is_fraction(written)
    contradicting_ratio(written, 20, 40)


@pytest.mark.parametrize("number", [1e308, -1e308, 5e-324, float("nan"), float("inf"), 10**400])
def test_a_percentage_of_no_sensible_size_is_refused(number: float) -> None:
    found = read_count(cell(number, "0.00%"))
    assert (found.value, found.flag) == (None, Flag.REJECTED)
