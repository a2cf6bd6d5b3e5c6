"""Causes before consequences: one mistake is one finding, and nobody is blamed for what follows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding, by_cause
from tests.intake.office import HEAD, HOUSEHOLDS, Office, Row, Seen

GROUP: Row = ["I", "Xã Vị Tân", 390, 240]
AP_1, AP_2, AP_3 = [1, "Ấp 1", 120, 80], [2, "Ấp 2", 130, 70], [3, "Ấp 3", 140, 90]


def told(seen: Seen, *codes: str) -> dict[str, list[str]]:
    """Cells of the findings that follow from no other, with the cells of what follows."""
    usual = {"workbook_missing", "unit_missing", "unit_not_reported", "table_missing",
             "column_missing", "column_absent", "workbook_unused"} - {*codes}  # fmt: skip
    return {
        f"{finding.code} {finding.address.cell}".strip(): [f.address.cell for f in following]
        for finding, following in seen.received.mistakes
        if finding.code not in usual
    }


def test_rows_below_a_name_that_nobody_knows_are_its_consequences(office: Office) -> None:
    misspelt = ["I", "Xã Vị Tâm", 390, 240]
    seen = office.sends(HOUSEHOLDS, misspelt, AP_1, AP_2, AP_3, ["II", "Xã Hỏa Lựu", 20, 10],
                        [1, "Ấp 1", 20, 10], ["", "Tổng cộng", 410, 250])  # fmt: skip
    assert told(seen) == {"unit_unknown B2": ["B3", "B4", "B5"]}


def test_each_of_two_misspelt_groups_has_its_own_rows(office: Office) -> None:
    seen = office.sends(HOUSEHOLDS, ["I", "Xã Vị Tâm"], AP_1, AP_2, ["II", "Xã Hoa Lửu"], AP_1)
    assert told(seen) == {"unit_unknown B2": ["B3", "B4"], "unit_unknown B5": ["B6"]}


def test_hamlets_misspelt_beside_each_other_are_each_their_own_mistake(office: Office) -> None:
    seen = office.sends(HOUSEHOLDS, GROUP, [1, "Xóm 1", 120, 80], [2, "Bản 2", 130, 70], AP_3)
    assert told(seen) == {"unit_unknown B3": [], "unit_unknown B4": []}


@pytest.mark.parametrize(
    ("total", "blamed"),
    [([390, 240], []), ([391, 240], ["C2"]), ([389, 240], ["C2"]), ([270, 150], ["D2"])],
)
def test_a_total_that_is_right_with_the_row_refused_is_right(
    total: Row, blamed: list[str], office: Office
) -> None:
    """120 + 130 + 140 = 390 and 80 + 70 + 90 = 240, of which the first row is not used."""
    group = ["I", "Xã Vị Tân", *total]
    seen = office.sends(HOUSEHOLDS, group, [1, "Xóm 1", 120, 80], AP_2, AP_3)
    found = [f.address.cell for f in seen.received.findings if f.code == "total_differs"]
    assert found == blamed


def test_a_refused_row_that_cannot_be_read_leaves_the_total_alone(office: Office) -> None:
    seen = office.sends(HOUSEHOLDS, GROUP, [1, "Xóm 1", "nhiều", 80], AP_2, AP_3)
    assert told(seen) == {"unit_unknown B3": []}


def test_a_shifted_row_is_one_mistake(office: Office) -> None:
    seen = office.sends([*HEAD, "Ghi chú"], [1, "Xã Vị Tân", 7, None, 52], [2, "Phường I", 1, 2])
    assert told(seen) == {"row_shifted C2": ["D2"]}


def test_what_did_not_come_of_a_sheet_that_is_not_used_follows_from_it(office: Office) -> None:
    seen = office.sends(["BÁO CÁO QUÝ III NĂM 2022"], HEAD, [1, "Xã Vị Tân", 7, 52])
    (cause,) = (f for f in seen.received.findings if f.code == "wrong_period")
    follows = [f.code for f in seen.received.findings if f.cause == cause.address]
    assert "workbook_unused" in follows
    assert all(f.code != "workbook_unused" for f, _ in seen.received.mistakes)


def test_two_rows_of_one_unit_are_one_mistake(office: Office) -> None:
    seen = office.sends(HOUSEHOLDS, ["I", "Xã Vị Tân"], AP_1, AP_2, [3, "Ấp 1", 140, 90])
    assert told(seen) == {"unit_repeated B5": ["B3"]}


def test_several_findings_at_one_cell_are_told_as_its_worst(office: Office) -> None:
    seen = office.sends(HOUSEHOLDS, ["I", "Xã Vị Tân"], AP_1, [2, "Ấp 2", 130, "2OO"])
    both = [f.code for f in seen.received.findings if f.address.cell == "D4"]
    assert both == ["digits_repaired", "part_exceeds_whole"]
    assert told(seen) == {"digits_repaired D4": ["D4"]}


def test_units_that_lack_at_one_heading_are_each_told(office: Office) -> None:
    seen = office.sends(HEAD, [1, "Xã Vị Tân", 7, 52])
    lacking = [f for f, _ in seen.received.mistakes if f.code == "unit_missing"]
    assert len(lacking) == 8
    assert len({f.address for f in lacking}) == 1


def test_a_cause_of_a_cause_is_followed_and_a_circle_ends() -> None:
    def at(cell: str, cause: str = "") -> Finding:
        place = CellRef("a.xlsx", "S", cell)
        return Finding("jump", place, cause=place._replace(cell=cause) if cause else None)

    chain = [at("C1"), at("C2", "C1"), at("C3", "C2"), at("C4", "C9")]
    assert [(f.address.cell, [g.address.cell for g in of]) for f, of in by_cause(chain)] == [
        ("C1", ["C2", "C3"]),
        ("C4", []),
    ]
    assert len(by_cause([at("C1", "C2"), at("C2", "C1")])) == 2


@pytest.mark.parametrize(
    ("counted_in", "rounding", "total", "blamed"),
    [
        ("triệu đồng", 0.5, 34, False),  # of 10.4, 11.4, 12.4: off by 1, at most 1.5 + 0.5
        ("triệu đồng", 0.5, 35, False),
        ("triệu đồng", 0.5, 36, True),
        ("triệu đồng", 0.5, 30, True),
        ("triệu đồng", 0.0, 34, True),  # an office that allows none
        ("tấn", 0.5, 34, False),
        ("ha", 0.5, 32, False),
        ("hộ", 0.5, 34, True),  # households are counted, never rounded
        ("người", 0.5, 32, True),
    ],
)
def test_totals_of_amounts_may_be_off_by_rounding(
    counted_in: str, rounding: float, total: int, blamed: bool, office: Office
) -> None:
    measures = tuple(
        replace(m, things={"vi": counted_in, "en": counted_in}) if m.id == "households" else m
        for m in office.campaign.measures
    )
    checks = replace(office.campaign.checks, rounding=rounding)
    tuned = Office(replace(office.campaign, measures=measures, checks=checks), office.folder)
    seen = tuned.sends(HOUSEHOLDS[:3], ["I", "Xã Vị Tân", total], [1, "Ấp 1", 10],
                       [2, "Ấp 2", 11], [3, "Ấp 3", 12])  # fmt: skip
    found = [f.address.cell for f in seen.received.findings if f.code == "total_differs"]
    assert found == (["C2"] if blamed else [])
