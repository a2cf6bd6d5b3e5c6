"""Amounts with decimals in a unit of measure, and headings in other writings than the declared."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import openpyxl
import pytest

from dxkit.analysis.aggregates import total
from dxkit.analysis.facts.methods import shortfall
from dxkit.model.campaign import Campaign, Conversion, MeasureKind
from dxkit.model.facts import FactKey, as_written
from dxkit.model.observations import Observation
from dxkit.verify.kinds import number_of
from tests.analysis.test_results import analyse, observe
from tests.intake.office import PHUONG_I, VI_TAN, Office, Row, Seen, at
from tests.oracles.second_path import made_again

TONNES = Conversion("tấn", "kg", 1000)


def in_kg(campaign: Campaign, *conversions: Conversion) -> Campaign:
    """The campaign whose number of teams' members is an amount in kg instead."""
    measures = tuple(
        dataclasses.replace(
            m, kind=MeasureKind.AMOUNT, things={"vi": "kg", "en": "kg"}, headers=("Rác (kg)",),
            names={"vi": "Rác thu gom", "en": "Waste"},
        )
        if m.id == "team_members" else m
        for m in campaign.measures
    )  # fmt: skip
    return dataclasses.replace(campaign, measures=measures, conversions=conversions)


def send(office: Office, label: str, *cells: object, title: str = "", below: str = "") -> Seen:
    """One column under a label, of Phường I, Xã Vị Tân and so on; a further row of labels."""
    names = ["Phường I", "Xã Vị Tân", "Xã Hỏa Lựu"]
    rows: list[Row] = [[title], ["TT", "Đơn vị", "Số tổ", label]]
    rows += [[None, None, None, below]] if below else []
    rows += [[n, name, 5, value] for n, (name, value) in enumerate(zip(names, cells), 1)]  # noqa: B905
    return office.sends(*rows, file="930.xlsx")


def amounts(seen: Seen) -> list[float | int | None]:
    return [o.value for o in seen.received.table.observations if o.measure == "team_members"]


def codes(seen: Seen) -> list[str]:
    return [code for code, _ in seen.findings()]


@pytest.fixture
def kg(office: Office) -> Office:
    return Office(in_kg(office.campaign), office.folder)


@pytest.fixture
def kg_or_tonnes(office: Office) -> Office:
    return Office(in_kg(office.campaign, TONNES), office.folder)


@pytest.mark.parametrize(
    ("cells", "values", "remarks"),
    [
        (["412.500,5", 1200.25, 7], [412500.5, 1200.25, 7], 0),
        ([0.1 + 0.2, "0,456", "12 345,5"], [0.3, 0.456, 12345.5], 0),
        # which mark is the decimal one is told by another cell of the column
        (["1.200", "2.300,5", "7,25"], [1200, 2300.5, 7.25], 0),
        (["1,200", "2,300.5", "7.25"], [1200, 2300.5, 7.25], 0),
        (["1.200", "1.234.567"], [1200, 1234567], 0),
        (["200 kg", "2,5 kg*", "3,5 (trong đó 1,2 rác nhựa)"], [200, 2.5, 3.5], 2),
    ],
)
def test_numbers_with_decimals(
    kg: Office, cells: list[object], values: list[float], remarks: int
) -> None:
    seen = send(kg, "Rác (kg)", *cells)
    assert amounts(seen) == values
    assert codes(seen) == ["value_with_remark"] * remarks


@pytest.mark.parametrize(
    ("cells", "values", "found"),
    [
        (["1.200", "2.300", 7], [None, None, 7], ["value_ambiguous"] * 2),
        # two marks for decimals: nobody knows what 1,200 is
        (["1,200", "2.300,5", "7.25"], [None, 2300.5, 7.25], ["value_ambiguous"]),
        (["-3,5", "1.2.3", "12O"], [None] * 3, ["count_negative", "value_ambiguous",
                                                "value_unreadable"]),
        (["1,2 triệu", "3 tạ", 7], [None, None, 7], ["value_of_other_thing"] * 2),
        (["gần 60,5", 7], [60.5, 7], ["value_approximate"]),
        (["60,5?", "60 …", 7], [None, None, 7], ["value_unreadable"] * 2),
    ],
)  # fmt: skip
def test_what_is_not_certain_is_asked(
    kg: Office, cells: list[object], values: list[float | None], found: list[str]
) -> None:
    seen = send(kg, "Rác (kg)", *cells)
    assert (amounts(seen), codes(seen)) == (values, found)


WAYS: list[dict[str, str]] = [
    {"label": "Rác (tấn)"}, {"label": "Rác thu gom, ĐVT: tấn"}, {"label": "Rác", "below": "(tấn)"},
    {"label": "Rác", "title": "Đơn vị tính: Tấn"}, {"label": "Rác", "title": "(ĐVT: hộ, tấn)"},
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_another_unit_of_measure_is_converted_where_that_is_declared(
    kg_or_tonnes: Office, way: dict[str, str]
) -> None:
    seen = send(kg_or_tonnes, way["label"], 1, "2,5", 0.0003, title=way.get("title", ""),
                below=way.get("below", ""))  # fmt: skip
    assert amounts(seen) == [1000, 2500, 0.3]
    assert codes(seen) == []


@pytest.mark.parametrize("way", WAYS)
def test_another_unit_of_measure_is_asked_where_it_is_not(kg: Office, way: dict[str, str]) -> None:
    seen = send(kg, way["label"], 1, "2,5", title=way.get("title", ""), below=way.get("below", ""))
    assert amounts(seen) == [None, None]
    assert codes(seen) == ["column_unit_unclear"] * 2


def test_a_cell_or_a_format_may_say_its_own_unit(kg_or_tonnes: Office) -> None:
    seen = send(kg_or_tonnes, "Rác (kg)", "1,5 tấn", "200 kg", title="ĐVT: tấn")
    assert amounts(seen) == [1500, 200]
    rows = [["TT", "Đơn vị", "Rác (kg)"], [1, "Phường I", 5]]
    shown = kg_or_tonnes.sends(*rows, formats={"C2": '0.0" tấn"'})
    assert shown.findings() == [("value_shown_otherwise", at("C2"))]


def test_whole_numbers_of_a_unit_are_asked_under_a_title_of_another(office: Office) -> None:
    measures = tuple(
        dataclasses.replace(m, things={"vi": "triệu đồng", "en": "million dong"})
        if m.id == "team_members" else m
        for m in office.campaign.measures
    )  # fmt: skip
    other = Office(dataclasses.replace(office.campaign, measures=measures), office.folder)
    assert amounts(send(other, "Số thành viên", 5, title="ĐVT: triệu đồng")) == [5]
    assert amounts(send(other, "Số thành viên", 5, title="ĐVT: nghìn đồng")) == [None]


def test_amounts_add_up_as_they_are_written() -> None:
    assert total([0.1, 0.2]) == 0.3
    assert total([412500.5, 1200.25]) == 413700.75
    assert (total([0.5, 0.5]), type(total([0.5, 0.5]))) == (1, int)
    assert total([0.1]) == 0.1
    assert total([3, 4]) == 7


@pytest.mark.parametrize(
    ("part", "whole", "target", "lacking"),
    [(240.05, 300.5, 0.8, 0.35), (0.1, 0.3, 0.5, 0.05), (0.15, 0.3, 0.5, 0),
     (0.0, 0.001, 0.5, 0.01)],
)  # fmt: skip
def test_what_is_lacking_of_an_amount(
    part: float, whole: float, target: float, lacking: float
) -> None:
    assert shortfall(part, whole, target) == lacking


def test_an_amount_goes_whole_to_its_fact_and_is_recounted(haugiang: Campaign) -> None:
    campaign = in_kg(haugiang)

    def weighed(code: str, value: float) -> Observation:
        return dataclasses.replace(observe(code, "team_members", 0), value=value)

    analysis = analyse(campaign, weighed(PHUONG_I, 0.1), weighed(VI_TAN, 412500.2))
    again = made_again(campaign, analysis.received)
    written = {}
    for unit in (PHUONG_I, VI_TAN, "930"):
        key = FactKey("2022-Q4", unit, "team_members", "value")
        fact = analysis.scorecard(unit).facts[key]
        assert float(number_of(again, key) or 0) == fact.value
        written[unit] = str(as_written(fact))
    assert written == {PHUONG_I: "0.1", VI_TAN: "412500.2", "930": "412500.3"}


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        ("Hộ SXNN bán trên sàn TMĐT", "Hộ sản xuất nông nghiệp bán trên sàn thương mại điện tử"),
        ("Hộ sản xuất nông nghiệp bán trên sàn thương mại điện tử", "Hộ SXNN bán trên sàn TMĐT"),
        ("Hồ sơ DVC", "Hồ sơ dịch vụ công"),
        ("Hộ có KNS", "Hộ có kỹ năng số"),
        ("Số hộ NTM", "Số hộ nông thôn mới"),  # the campaign's own
        ("Số hộ nông thôn mới", "Số hộ NTM"),
    ],
)
def test_abbreviations_count_both_ways(office: Office, declared: str, written: str) -> None:
    measures = tuple(
        dataclasses.replace(m, headers=(declared,)) if m.id == "team_members" else m
        for m in office.campaign.measures
    )
    own = {**office.campaign.abbreviations, "NTM": "nông thôn mới"}
    campaign = dataclasses.replace(office.campaign, measures=measures, abbreviations=own)
    assert amounts(send(Office(campaign, office.folder), written, 5, 7)) == [5, 7]


def test_a_name_is_a_heading_without_being_listed(office: Office) -> None:
    measures = tuple(
        dataclasses.replace(m, headers=(), names={"vi": "Đội viên", "en": "Members"})
        if m.id == "team_members" else m
        for m in office.campaign.measures
    )  # fmt: skip
    campaign = dataclasses.replace(office.campaign, measures=measures)
    for label in ("Đội viên", "đội viên", "Members"):
        assert amounts(send(Office(campaign, office.folder), label, 5, 7)) == [5, 7]


def test_an_old_text_sign_in_unicode_stays(office: Office, tmp_path: Path) -> None:
    """ "§" is a letter of an old encoding: a font that is none of its own does not make it one."""
    for font in ("Verdana", "Arial", ""):
        book = openpyxl.Workbook()
        book.active.title = "Biểu"
        for row in (["TT", "Đơn vị", "Tổng số hộ"], ["I", "Xã Vị Tân"], [1, "Ấp § An", 12]):
            book.active.append(row)
        for cell in book.active[3]:
            cell.font = openpyxl.styles.Font(name=font or None)
        book.save(office.folder / "930.xlsx")
        named = [u.name for u in office.sent().received.units.units if u.level == "hamlet"]
        assert named == ["Ấp § An"]
