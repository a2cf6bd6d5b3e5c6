"""How much of a unit, by weight, is in its criteria; by hand: nine communes of the city 930."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dxkit.analysis.aggregates import Completeness
from dxkit.analysis.assembly import analyse_period
from dxkit.intake.period import read_period
from dxkit.intake.store import read_stored, write_stored
from dxkit.model.campaign import Campaign
from dxkit.model.observations import Received
from dxkit.model.rules import Condition
from dxkit.period import OpenPeriod
from dxkit.report.receipts import completeness_table, incomplete_lines
from dxkit.report.wording.findings import finding_text, names_in_findings
from dxkit.report.wording.language import load_language
from dxkit.verify.sums import Sums
from tests.intake.office import HOUSEHOLDS, VI_TAN, Office, Row

MONTHS: Row = ["TT", "Đơn vị", "Tháng 10", None, "Tháng 11", None, "Tháng 12", None]
SIDES: Row = [None, None, *["Phát sinh", "Trực tuyến"] * 3]


def communes(campaign: Campaign) -> list[str]:
    units = campaign.units.on(campaign.period("2022-Q4").last_day)
    return [unit.name for unit in units.children("930")]


def households(office: Office, of_vi_tan: int | None, others: int = 100) -> Received:
    """Every commune with its number of households, half of them skilled; none of Xã Vị Tân."""
    rows: list[Row] = []
    for number, name in enumerate(communes(office.campaign), start=1):
        count = of_vi_tan if name == "Xã Vị Tân" else others
        if count is not None:
            rows.append([number, name, count, count // 2])
    return office.sends(HOUSEHOLDS, *rows).received


def complete(campaign: Campaign, received: Received, indicator: str) -> tuple[float, float]:
    """By the analysis, and by the second way of the proof."""
    measured = analyse_period(campaign, received).results.by_indicator["930", indicator].measured
    again = Sums(campaign, received).completeness("930", campaign.indicator(indicator))
    return measured.complete, float(again)


def test_what_is_left_out_counts_by_the_households_of_the_last_period(office: Office) -> None:
    """200 of 1,000 households were of Xã Vị Tân: 80 % are there, whatever the others count now."""
    before = households(office, 200)
    households(office, None, others=300)
    received = read_period(office.campaign, "2022-Q4", office.folder, before=before)
    assert complete(office.campaign, received, "digital_skills") == (0.8, 0.8)
    (finding,) = (f for f in received.findings if f.unit_code == VI_TAN)
    names = names_in_findings(office.campaign, received.units, load_language("vi"))
    assert finding_text(finding, load_language("vi"), names).endswith(
        "Vì vậy Thành phố Vị Thanh thiếu 200 (Tổng số hộ), bằng 20% cả đơn vị."
    )


def test_without_a_last_period_it_counts_as_the_mean_of_the_others(office: Office) -> None:
    received = households(office, None)
    assert complete(office.campaign, received, "digital_skills") == pytest.approx((8 / 9,) * 2)


def test_without_a_weight_all_count_alike(office: Office) -> None:
    alike = replace(office.campaign, ranking=replace(office.campaign.ranking, weight=""))
    before = households(Office(alike, office.folder), 200)
    households(office, None)
    received = read_period(alike, "2022-Q4", office.folder, before=before)
    assert received.weights == {}
    assert complete(alike, received, "digital_skills") == pytest.approx((8 / 9,) * 2)


def test_a_month_that_lacks_is_a_third_of_its_unit(office: Office) -> None:
    rows: list[Row] = [[n, name, 10, 5, 10, 5, 10, 5]
                       for n, name in enumerate(communes(office.campaign), start=1)]  # fmt: skip
    rows[0][4] = "nhiều"
    rows[1][6:] = ["không phát sinh", "không phát sinh"]
    received = office.sends(MONTHS, SIDES, *rows, merged="C1:D1 E1:F1 G1:H1").received
    assert complete(office.campaign, received, "online_dossiers") == pytest.approx((26 / 27,) * 2)


def test_weights_are_stored(office: Office, tmp_path: Path) -> None:
    received = households(office, 200)
    write_stored(received, "key", tmp_path / "store.json")
    assert read_stored(tmp_path / "store.json").weights == received.weights
    assert (received.weights[VI_TAN], received.weights["930"]) == (200, 1000)


def test_a_unit_of_which_too_much_lacks_is_not_ranked(
    periods: dict[str, OpenPeriod], haugiang: Campaign
) -> None:
    """In the shipped quarter one commune of Huyện Phụng Hiệp has not reported."""
    received = periods["2022-Q4"].received
    whole = Condition("complete", 0.99, "district")
    rule = replace(haugiang.ranking, conditions=(whole,))
    results = analyse_period(replace(haugiang, ranking=rule), received).results
    totals = {u.code: results.totals[u.code] for u in received.units.at_level("district")}
    assert {code for code, total in totals.items() if total.rank is None} == {"934"}
    assert (totals["934"].unranked, totals["934"].award) == ("complete", "")
    assert totals["930"].complete == 1
    assert 0.8 < totals["934"].complete < 0.99


def test_it_is_ranked_where_the_plan_asks_for_less(periods: dict[str, OpenPeriod]) -> None:
    results = periods["2022-Q4"].analysis.results
    assert results.totals["934"].rank is not None
    least = [c.at_least for c in periods["2022-Q4"].campaign.ranking.conditions_at("district")]
    assert 0.8 in least


def matrix(campaign: Campaign, received: Received) -> dict[str, str]:
    """How much of each commune of 930 the table of households has."""
    found = Completeness(campaign, received)
    return {unit.name: str(found.of(unit, "households")) for unit in received.units.children("930")}


def test_the_matrix_tells_complete_partly_empty_and_absent(office: Office) -> None:
    """Of the table of households a criterion rests on six columns: all are judged."""
    figures = [m.names["vi"] for m in office.campaign.measures if m.table == "households"]
    head: Row = ["TT", "Đơn vị", *figures]
    whole: Row = [100, 50, 40, 30, 20, 10]
    whole_names = communes(office.campaign)
    cells: dict[int, Row] = {
        1: [100, 50, 40, "nhiều", 20, 10],
        2: [None] * 6,
        4: [100, 50, 40, 30, "không phát sinh", "không phát sinh"],
    }
    rows: list[Row] = [
        [n, name, *cells.get(n, whole)] for n, name in enumerate(whole_names) if n != 3
    ]
    received = office.sends(head, *rows).received
    needed = [o.measure for o in received.table.observations if o.unit_code == VI_TAN]
    assert len(set(needed)) == 6
    expected = dict.fromkeys(whole_names, "complete")
    expected |= {whole_names[1]: "partly", whole_names[2]: "empty", whole_names[3]: "absent"}
    assert matrix(office.campaign, received) == expected
    found, units = Completeness(office.campaign, received), received.units
    assert (found.of(units.get("930"), "households"), found.of(units.get("931"), "households")) == (
        "partly", "absent",
    )  # fmt: skip
    assert found.of(units.get("930"), "dossiers") == "absent"


def test_a_table_that_lacks_a_column_is_there_in_part(office: Office) -> None:
    received = households(office, 200)
    assert set(matrix(office.campaign, received).values()) == {"partly"}


def test_a_hamlet_of_the_last_period_that_is_left_out_is_lacking(office: Office) -> None:
    hamlets: list[Row] = [[n, f"Ấp {n}", 100, 50] for n in (1, 2)]
    two = replace(office.campaign, indicators=office.campaign.indicators[1:2])
    only = Office(two, office.folder)
    assert {m for i in two.indicators for m in (i.numerator, i.denominator)} == {
        "households", "households_digital_skills",
    }  # fmt: skip
    before = only.sends(HOUSEHOLDS, ["I", "Xã Vị Tân"], *hamlets).received
    assert matrix(two, before)["Xã Vị Tân"] == "complete"
    only.sends(HOUSEHOLDS, ["I", "Xã Vị Tân"], hamlets[0])
    received = read_period(two, "2022-Q4", office.folder, before=before)
    assert matrix(two, received)["Xã Vị Tân"] == "partly"


def test_where_the_whole_reports_for_all_below_they_are_told(office: Office) -> None:
    received = office.sends(HOUSEHOLDS, [1, "Thành phố Vị Thanh", 900, 450], file="tinh.xlsx")
    assert set(matrix(office.campaign, received.received).values()) == {"partly"}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_matrix_is_shown_and_told(periods: dict[str, OpenPeriod], language: str) -> None:
    """In the shipped quarter all but Huyện Phụng Hiệp are complete."""
    opened, words = periods["2022-Q4"], load_language(language)
    units = opened.analysis.units.at_level("district")
    whole, lacking = incomplete_lines(opened, units, words)
    assert "7" in whole
    assert lacking.startswith("  Huyện Phụng Hiệp: ")
    assert lacking.count(words.plain("site.partly")) == 4
    page = completeness_table(opened, units, words)
    assert page.count(f">{words.plain('site.complete')}<") == 7 * 4
    communes_of = opened.analysis.units.children
    complete = completeness_table(opened, communes_of("930"), words, only_lacking=True)
    assert complete == f"<p>{words.plain('site.matrix_complete')}</p>"
    below = completeness_table(opened, communes_of("934"), words, only_lacking=True)
    assert below.count("<tr") == 2  # the headings and Xã Phụng Hiệp
    assert below.count(f">{words.plain('site.empty')}<") == 3
    assert below.count(f">{words.plain('site.absent')}<") == 1  # no initiative of it is listed


def test_two_units_of_one_name_are_two(periods: dict[str, OpenPeriod]) -> None:
    """A commune without figures, three times in one list: none of a name hides another."""
    opened, words = periods["2022-Q4"], load_language("en")
    (silent,) = (u for u in opened.analysis.units.children("934") if u.name == "Xã Phụng Hiệp")
    first, *lines = incomplete_lines(opened, [silent] * 3, words)
    assert first == words.plain("site.matrix_whole", whole="0", units="3")
    assert len(lines) == 3
