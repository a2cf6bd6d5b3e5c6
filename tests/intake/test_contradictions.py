"""Which cell is at fault where a row, its share and its totals contradict each other, by hand.

Three hamlets: 337 of 370 households (91.1 %), 260 of 400 (65.0 %), 405 of 610 (66.4 %), together
1,002 of 1,380 (72.6 %).
"""

from __future__ import annotations

import dataclasses

import pytest

from dxkit.intake.period import read_period
from dxkit.model.campaign import Campaign, MeasureKind
from dxkit.model.observations import Flag
from dxkit.report.wording.findings import finding_text
from dxkit.report.wording.language import load_language
from tests.intake.office import HOUSEHOLDS, VI_TAN, Office, Row, Seen

HEAD: Row = [*HOUSEHOLDS, "Tỷ lệ (%)"]
TOTAL: Row = ["", "Tổng cộng", 1380, 1002, 72.6]


def sent(office: Office, skilled: object = 337, share: object = 91.1, total: object = TOTAL,
         households: object = 370, **more: Row) -> Seen:  # fmt: skip
    return office.sends(
        HEAD,
        more.get("group", ["I", "Xã Vị Tân", 1380, 1002, 72.6]),
        [1, "Ấp 1", households, skilled, share],
        more.get("second", [2, "Ấp 2", 400, 260, 65.0]),
        [3, "Ấp 3", 610, 405, 66.4],
        *more.get("rest", []),
        *([total] if total else []),
    )


def told(seen: Seen) -> dict[str, object]:
    """What is proposed at each cell whose finding follows from no other."""
    usual = {"workbook_missing", "unit_missing", "table_missing", "column_missing", "column_absent",
             "unit_not_reported"}  # fmt: skip
    return {
        f"{f.code} {f.address.cell}": f.values.get("proposed")
        for f, _ in seen.received.mistakes
        if f.code not in usual
    }


def skilled(seen: Seen, hamlet: str = "ap-1") -> tuple[object, ...]:
    return seen.figure(f"{VI_TAN}-{hamlet}", "households_digital_skills")[:2]


def test_the_table_agrees_with_itself(office: Office) -> None:
    assert told(sent(office)) == {}


def test_a_letter_read_as_a_digit_against_its_row_is_not_used(office: Office) -> None:
    seen = sent(office, "2O5")
    assert told(seen) == {"reading_contradicted D3": 337}
    assert skilled(seen) == (None, Flag.REJECTED)
    blamed = {f.code for f in seen.received.findings}
    assert not blamed & {"ratio_contradicts_parts", "total_differs"}
    (finding,) = (f for f, _ in seen.received.mistakes if f.code == "reading_contradicted")
    assert finding_text(finding, load_language("en")).endswith(
        "Perhaps 337: 91.1% of 370 in its row and the total 1,002 both give it."
    )
    assert finding_text(finding, load_language("vi")).endswith(
        "Có thể là 337: 91,1% của 370 trong cùng dòng và số tổng 1.002 đều cho số này."
    )


def test_a_letter_read_as_a_digit_that_its_row_confirms_is_used(office: Office) -> None:
    assert told(sent(office, "33O", 89.2, ["", "Tổng cộng", 1380, 995, 72.1],
                     group=["I", "Xã Vị Tân", 1380, 995, 72.1])) == {
        "digits_repaired D3": None
    }  # fmt: skip


@pytest.mark.parametrize("written", ["nhiều", "#REF!", "33 7 hoặc 373", None])
def test_what_cannot_be_read_gets_the_number_that_row_and_total_leave(
    written: object, office: Office
) -> None:
    seen = sent(office, written)
    assert skilled(seen)[0] is None
    found = [f.values.get("proposed") for f, _ in seen.received.mistakes if f.address.cell == "D3"]
    assert found == [337]


def test_transposed_digits_are_one_finding_at_the_cell(office: Office) -> None:
    """733 for 337: more than the whole, not 91.1 %, and the totals lack 396."""
    seen = sent(office, 733)
    assert told(seen) == {"value_contradicted D3": 337}
    follow = next(of for f, of in seen.received.mistakes if f.address.cell == "D3")
    assert [(f.code, f.address.cell) for f in follow] == [("part_exceeds_whole", "D3")]
    assert not {"D2", "D6", "E3"} & {f.address.cell for f in seen.received.findings}  # all right
    assert skilled(seen)[0] == 733  # nothing is taken


def test_a_wrong_total_is_at_fault_itself(office: Office) -> None:
    """990 for 1,002: its own share 72.6 % is that of 1,002."""
    seen = sent(office, total=["", "Tổng cộng", 1380, 990, 72.6])
    assert told(seen) == {"total_differs D6": None}
    follow = next(of for f, of in seen.received.mistakes if f.address.cell == "D6")
    assert [f.address.cell for f in follow] == ["E6"]


def test_a_wrong_total_of_a_group_carried_into_the_whole_is_told_once(office: Office) -> None:
    total: Row = ["", "Tổng cộng", 1380, 990, 71.7]
    seen = sent(office, total=total, group=["I", "Xã Vị Tân", 1380, 990, 71.7])
    assert told(seen) == {"total_differs D2": None}


def test_a_wrong_whole_is_found_by_the_share_of_its_part(office: Office) -> None:
    """307 households for 370: 337 of 307 is more than all, and both totals lack 63."""
    assert told(sent(office, households=307)) == {"value_contradicted C3": 370}


def test_a_wrong_share_alone_stays_at_its_own_cell(office: Office) -> None:
    assert told(sent(office, share=19.1)) == {"ratio_contradicts_parts E3": None}


def test_two_wrong_cells_in_one_column_leave_no_number(office: Office) -> None:
    """733 and 220: each share tells of its row; the totals follow, nothing is proposed."""
    seen = sent(office, 733, second=[2, "Ấp 2", 400, 220, 65.0])
    assert set(told(seen).values()) == {None}
    assert "total_differs D6" not in told(seen)


def test_a_row_that_did_not_come_leaves_nothing_to_propose(office: Office) -> None:
    """The totals hold a hamlet whose name nobody knows, with one figure that cannot be read."""
    rest: Row = [["", "Thôn lạ", 100, "?", 50.0]]
    total: Row = ["", "Tổng cộng", 1480, 1052, 71.1]
    seen = sent(office, "nhiều", 91.1, total, group=["I", "Xã Vị Tân", 1480, 1052, 71.1], rest=rest)
    (proposed,) = (f.values for f, _ in seen.received.mistakes if f.address.cell == "D3")
    assert (proposed["proposed"], proposed["voices"]) == (337, "share")


def test_what_a_stock_had_before_is_heard(office: Office) -> None:
    """The total leaves 300 (965 − 260 − 405); where there were 330 that is no proposal."""
    before = sent(office, 330, 89.2, None, group=["I", "Xã Vị Tân"]).received
    sent(office, "nhiều", None, None, group=["I", "Xã Vị Tân", 1380, 965])
    without = read_period(office.campaign, "2022-Q4", office.folder)
    heard = read_period(office.campaign, "2022-Q4", office.folder, before=before)
    at = "D3"
    assert [f.values.get("proposed") for f in without.findings if f.address.cell == at] == [300]
    assert [f.values.get("proposed") for f in heard.findings if f.address.cell == at] == [None]


def in_kg(campaign: Campaign) -> Campaign:
    """The campaign whose households and households with skills are kg instead, with decimals."""
    kinds = {"households": "kg", "households_digital_skills": "kg"}
    measures = tuple(
        dataclasses.replace(m, kind=MeasureKind.AMOUNT, things={"vi": "kg", "en": "kg"})
        if m.id in kinds
        else m
        for m in campaign.measures
    )
    return dataclasses.replace(campaign, measures=measures)


@pytest.mark.parametrize(
    ("cell", "share", "total", "proposed"),
    [
        # 337.25 of 370.5 is 91.03 %; 1,002.25 - 260 - 405 = 337.25
        ("3?7,25", 91.0, 1002.25, 337.25), ("chưa rõ", 91.03, 1002.25, 337.25),
        ("#", 91.0, 1002.5, 337.5), ("mờ", 91.1, 1002, None),
        ("mờ", None, 1002.25, None),  # the total alone may be rounded
        ("mờ", 91.0, None, None),  # and the share alone leaves 37 steps
        ("mờ", 80.0, 1002.25, None),  # one of them is wrong
    ],
)  # fmt: skip
def test_an_amount_is_proposed_where_a_share_and_a_total_leave_one(
    office: Office, cell: str, share: object, total: object, proposed: object
) -> None:
    kg = Office(in_kg(office.campaign), office.folder)
    group: Row = ["I", "Xã Vị Tân", 1380.5, total]
    seen = sent(kg, cell, share, None, 370.5, group=group)
    found = {f.address.cell: f for f in seen.received.findings if f.severity == "error"}
    assert found["D3"].values.get("proposed") == proposed
    assert skilled(seen) == (None, Flag.REJECTED)
    if proposed == 337.25:
        assert "337,25" in finding_text(found["D3"], load_language("vi"))


def test_an_amount_that_can_be_read_is_never_blamed(office: Office) -> None:
    kg = Office(in_kg(office.campaign), office.folder)
    seen = sent(
        kg, 205.5, 91.0, ["", "Tổng cộng", 1380.5, 1002.25], 370.5, group=["I", "Xã Vị Tân"]
    )
    assert skilled(seen)[0] == 205.5
    assert told(seen) == {"ratio_contradicts_parts E3": None}
