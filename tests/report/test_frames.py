"""The frames for analysts: documented columns, the figures of the data files, no shared state, and
labels, orders and units above beside them.
"""

from __future__ import annotations

import csv
import dataclasses
import numbers
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

import dxkit
from dxkit.campaign.folder import load_campaign
from dxkit.campaign.project import Project
from dxkit.model.campaign import CampaignError
from dxkit.model.units import Unit, UnitRegistry
from dxkit.report import frames
from dxkit.report.notebook_period import NotebookPeriod
from dxkit.report.wording.language import load_language
from tests.press.small_campaign import PLAN, TARGETS, write_project

Q4 = ("haugiang-2022", "2022-Q4")
COLUMNS = {
    "periods": frames.PERIOD_COLUMNS,
    "units": frames.UNIT_COLUMNS,
    "rules": frames.RULE_COLUMNS,
    "observations": frames.OBSERVATION_COLUMNS,
    "indicators": frames.INDICATOR_COLUMNS,
    "ranking": frames.rows.RANKING_COLUMNS,
    "awards": frames.rows.AWARD_COLUMNS,
    "rank_ranges": frames.RANK_RANGE_COLUMNS,
    "certainty": frames.CERTAINTY_COLUMNS,
    "findings": frames.FINDING_COLUMNS,
    "initiatives": frames.INITIATIVE_COLUMNS,
}
ORDERED = {"period", "level", "indicator", "measure", "band", "severity"}


@pytest.fixture(scope="module")
def period() -> NotebookPeriod:
    return dxkit.open(*Q4)


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_and_types(period, name: str) -> None:
    frame = getattr(period, name)()
    assert tuple(frame.columns[: len(COLUMNS[name])]) == COLUMNS[name]
    assert len(frame) > 0
    types = frame.dtypes.astype(str)
    for column in frame.columns:
        if column in frames._NUMBERS:
            assert types[column] == "float64", column
        elif column in frames._WHOLE:
            assert types[column] == "Int64", column
        elif column in frames._TRUTHS:
            assert types[column] == "bool", column
        elif column in frames._DAYS:
            assert types[column].startswith("datetime64"), column
        else:
            assert types[column] in ("str", "category"), column
            assert frame[column].notna().all(), column
        if column in ORDERED and name != "periods":
            assert frame[column].cat.ordered, column
    assert len(frame._repr_html_()) < 20_000
    frame["spoilt"] = 1
    assert "spoilt" not in getattr(period, name)()  # the next one is whole


@pytest.mark.parametrize(
    "name", ["observations", "indicators", "ranking", "awards", "rank_ranges", "findings"]
)
def test_the_frames_equal_the_data_files(period, outputs: Path, name: str) -> None:
    with (outputs / f"data/{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = list(csv.reader(file))
    frame = getattr(period, name)()
    assert list(frame.columns[: len(header)]) == header
    assert len(frame) == len(rows)
    for made, written in zip(frame[header].itertuples(index=False), rows, strict=True):
        for value, text in zip(made, written, strict=True):
            if pd.isna(value):
                assert text == ""
            elif isinstance(value, (bool, np.bool_)):
                assert text == str(value)
            elif isinstance(value, numbers.Number):
                assert value == float(text)
            else:
                assert value == text.removeprefix("'") or value == text


def test_three_lines_reach_any_figure(period) -> None:
    """The share of one district by two other ways: its two counts, and its scorecard."""
    table = period.indicators()
    value = table.query("unit_code == '930' and indicator == 'cashless'")["value"].item()
    own = period.observations().query("district_code == '930' and level == 'hamlet'")
    sums = own.groupby("measure")["value"].sum()
    assert value == pytest.approx(sums["households_cashless"] / sums["households"])
    assert value == period.scorecard("930").fact("cashless", "value").value
    facts = period.facts("930").query("unit_code == '930' and period == '2022-Q4'")
    facts = facts.query("subject == 'cashless' and kind == 'value'")
    assert facts["value"].item() == value
    assert len(facts["cells"].item()) > 50


@pytest.mark.parametrize("name", ["observations", "indicators", "ranking"])
def test_history_reaches_back(period, name: str) -> None:
    both = getattr(period, name)(history=True)
    earlier = getattr(dxkit.open("haugiang-2022", "2022-Q3"), name)()
    now = getattr(period, name)()
    assert len(both) == len(earlier) + len(now)
    columns = list(COLUMNS[name])
    for found, alone in ((both.iloc[: len(earlier)], earlier), (both.iloc[len(earlier) :], now)):
        pd.testing.assert_frame_equal(
            found[columns].reset_index(drop=True), alone[columns], check_categorical=False
        )


def test_each_period_of_a_history_is_compared_with_the_one_before(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three periods of a plan without a target for the whole: opening the third opens the second
    only, and yet the second has the ranks of the first.
    """
    write_project(root, tmp_path / "project", "2024-Q1", "2024-Q2", "2024-Q3")
    plan = tmp_path / "project/data/campaigns/small"
    third = '[[periods]]\nid = "2024-Q3"\nfirst_day = 2024-07-01\nlast_day = 2024-09-30\n'
    (plan / "campaign.toml").write_text(PLAN + third, "utf-8")
    more = "".join(f"{i},*,2024-Q3,0.80,Ví dụ,true\n" for i in ("skills", "codes"))
    (plan / "targets.csv").write_text(TARGETS + more, "utf-8")
    monkeypatch.setenv("DXKIT_PROJECT", str(tmp_path / "project"))
    opened = dxkit.open("small", "2024-Q3")
    assert opened.analysis.previous is not None
    assert opened.analysis.previous.previous is None
    league = opened.ranking(history=True).query("level == 'district'")
    ranks = league.pivot(index="unit_code", columns="period", values=["rank", "previous_rank"])
    assert (ranks["rank", "2024-Q1"] == ranks["previous_rank", "2024-Q2"]).all()
    assert (ranks["rank", "2024-Q2"] == ranks["previous_rank", "2024-Q3"]).all()
    assert ranks["previous_rank", "2024-Q1"].isna().all()


def test_a_campaign_without_initiatives_has_an_empty_register() -> None:
    pci = dxkit.open("pci-2009", "2009")
    frame = pci.initiatives()
    assert frame.empty
    assert tuple(frame.columns[: len(frames.INITIATIVE_COLUMNS)]) == frames.INITIATIVE_COLUMNS
    assert "country_code" in frame


# labels, orders, units above ----------------------------------------------------------------------


def test_the_units_above_stand_beside_a_unit(period) -> None:
    """Hamlet Khu vực 1 of ward I, by hand from units.csv and the workbook of 930."""
    row = period.indicators().query("unit_code == '31318-khu-vuc-1'").iloc[0]
    above = ("commune_code", "commune_name", "district_code", "district_name", "province_name")
    told = ["31318", "Phường I", "930", "Thành phố Vị Thanh", "Tỉnh Hậu Giang"]
    assert row[list(above)].tolist() == told
    units = period.units().set_index("unit_code")
    assert units.loc["930", ["district_code", "commune_code", "commune_name"]].tolist() == [
        "930", "", "",
    ]  # fmt: skip
    assert units.loc["93", "district_name"] == ""


def test_a_unit_that_is_gone_is_found_where_it_was(haugiang) -> None:
    top, old = Unit("1", "Tỉnh", "", "province"), Unit("2", "Huyện cũ", "", "district", "1")
    before, now = (UnitRegistry(units, ("province", "district")) for units in ((top, old), (top,)))
    made = frames.Frames(haugiang, load_language("vi"), now, (before,))
    frame = made.labelled(pd.DataFrame({"unit_code": ["2", "1", "x"]}))
    assert frame["district_name"].tolist() == ["Huyện cũ", "", ""]
    assert frame["province_name"].tolist() == ["Tỉnh", "Tỉnh", ""]


def test_labels_are_in_the_language_and_in_the_order_of_the_plan() -> None:
    for language, label, heading in (
        ("vi", "Thanh toán không tiền mặt", "Tiêu chí"),
        ("en", "Cashless payment", "Indicator"),
    ):
        frame = dxkit.open(*Q4, language).indicators()
        named = frame.loc[frame["indicator"] == "cashless", "indicator_name"].unique()
        assert named.tolist() == [label]
        assert frame.attrs["labels"]["indicator_name"] == heading
        assert set(frame.attrs["labels"]) == set(frame.columns)
        assert frame.attrs["language"] == language
    wide = frame.query("level == 'district'").pivot_table("value", "unit_name", "indicator")
    assert list(wide.columns) == [
        "online_dossiers", "digital_skills", "app_installed", "cashless", "ecommerce_farms",
        "initiatives",
    ]  # fmt: skip
    assert set(frame.query("level < 'district'")["unit_code"]) == {"93"}
    units = frame.groupby("indicator")["unit_of_measure"].first()
    assert units.to_dict() == dict.fromkeys(wide.columns[:5], "share") | {"initiatives": "count"}
    findings = dxkit.open(*Q4).findings()
    assert set(findings.query("severity >= 'warning'")["severity"]) <= {"warning", "error"}


@pytest.mark.parametrize("name", ["units", "observations", "ranking", "initiatives", "certainty"])
def test_every_column_has_a_heading_in_both_languages(name: str) -> None:
    headings = []
    for language in ("vi", "en"):
        frame = getattr(dxkit.open(*Q4, language), name)()
        assert list(frame.attrs["labels"]) == list(frame.columns)
        headings.append(list(frame.attrs["labels"].values()))
        assert len(set(headings[-1])) == len(headings[-1])
    assert all(vi != en for vi, en in zip(*headings, strict=True))


def test_the_days_of_periods_are_those_of_the_plan_not_of_the_calendar(period) -> None:
    """The last quarter of the plan runs from 15 September to 14 December; its months are whole."""
    both = period.observations(history=True)
    ends = both.drop_duplicates("period").set_index("period")["period_end"]
    assert ends["2022-Q4"] == pd.Timestamp("2022-12-14")
    assert ends["2022-11"] == pd.Timestamp("2022-11-30")
    assert both["period"].cat.categories.tolist() == [
        "2022-07", "2022-08", "2022-09", "2022-Q3", "2022-10", "2022-11", "2022-12", "2022-Q4",
        "2022",
    ]  # fmt: skip
    assert period.periods()["first_day"].tolist() == [
        pd.Timestamp("2022-06-15"), pd.Timestamp("2022-09-15"), pd.Timestamp("2022-06-15"),
    ]  # fmt: skip


def test_a_plan_that_cannot_be_loaded_is_told_among_the_campaigns(
    small_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(small_project / "data/campaigns", tmp_path / "data/campaigns")
    broken = tmp_path / "data/campaigns/torn"
    shutil.copytree(tmp_path / "data/campaigns/small", broken)
    (broken / "measures.csv").write_text("measure\n", "utf-8")
    there = frames.campaigns_frame(Project(tmp_path), load_language("en"))
    assert there["campaign"].tolist() == ["small", "small", "torn"]
    assert "measures.csv:1: the column name_vi is missing" in there["problem"][2]
    assert there["workbooks"].tolist() == [0, 0, 0]
    assert there.attrs["labels"].keys() == {*frames.PERIOD_COLUMNS}
    assert there.attrs["language"] == "en"
    monkeypatch.setenv("DXKIT_PROJECT", str(tmp_path))
    with pytest.raises(CampaignError) as raised:
        dxkit.open("torn")
    assert " ".join(raised.value.__notes__) == there["problem"][2]


# other rules --------------------------------------------------------------------------------------


def test_other_rules_give_the_ranks_that_a_hand_works_out(period) -> None:
    """Cashless doubled: each unit's points are those of its criteria, the one counted twice, over
    120 of 100.
    """
    league = period.with_rules(weights={"cashless": 40}).ranking().query("level == 'district'")
    own = period.indicators().query("level == 'district'")
    points = own.pivot_table("points", "unit_code", "indicator")
    by_hand = (points.sum(axis=1) + points["cashless"]) / 1.2
    found = league.set_index("unit_code")
    assert found["points"].to_dict() == pytest.approx(by_hand.to_dict())
    ranks = by_hand.rank(ascending=False).astype(int)
    assert found["rank"].astype(int).to_dict() == ranks.to_dict()
    today = period.ranking().query("level == 'district'").set_index("unit_code")
    assert (found["rank_today"] == today["rank"]).all()
    assert (found["rank_change"] == found["rank_today"] - found["rank"]).all()
    assert league.attrs["labels"]["rank_today"] == "Thứ hạng hiện nay"


def test_other_rules_change_awards_and_nothing_else(period) -> None:
    """All on initiatives: the ranks follow their points; today's frames stay as they are."""
    before = period.ranking()
    others = ["online_dossiers", "digital_skills", "app_installed", "cashless"]
    tried = period.with_rules(weights=dict.fromkeys(others, 0) | {"ecommerce_farms": 100})
    awards = tried.awards().query("rule == 'district'")
    own = period.indicators().query("level == 'district'")
    points = own.pivot_table("points", "unit_code", "indicator")
    # e-commerce had 10 points and has 100 of 110, initiatives keep 10
    by_hand = points["ecommerce_farms"] * 10 + points["initiatives"]
    best = by_hand.sort_values(ascending=False)
    first = [code for code in best.index if awards.set_index("unit_code")["awarded"][code]]
    assert first == best.index[: len(first)].tolist()
    assert awards["awarded_today"].sum() == 3
    assert (awards["awarded"] != awards["awarded_today"]).any()
    pd.testing.assert_frame_equal(period.ranking(), before)
    assert "no result" in dxkit.open(*Q4, "en").with_rules(targets={"cashless": 0.7})._repr_html_()
    assert repr(tried).startswith("OpenPeriod('haugiang-2022', '2022-Q4').with_rules(weights={")


def test_a_target_is_for_all_levels_or_for_one(period) -> None:
    tried = period.with_rules(targets={"cashless": 0.7, ("initiatives", "commune"): 2})
    rules = tried.rules().set_index(["indicator", "level"])["target"]
    assert rules["cashless"].tolist() == [0.7] * 4
    assert rules["initiatives"].dropna().to_dict() == {"district": 1.0, "commune": 2.0}
    value = tried.indicators().query("unit_code == '936' and indicator == 'cashless'")
    assert value["attained"].item() == pytest.approx(value["value"].item() / 0.7)
    # a criterion without any target gets one wherever it can be measured
    farms = period.with_rules(targets={"ecommerce_farms": 0.1}).rules()
    assert farms.query("indicator == 'ecommerce_farms'")["target"].tolist() == [0.1] * 4


def test_who_loses_the_rank_by_other_rules_is_told_among_the_awards(period) -> None:
    """Two frames that differ in who is considered: each stands in both."""
    keys = ["level", "group_code", "rule", "unit_code"]
    today = period.awards()
    fewer = today[today["unit_code"] != "932"]
    beside = type(period.with_rules())._beside(fewer, today, keys, ["rank", "awarded", "reason"])
    lost = beside[beside["unit_code"] == "932"].iloc[0]
    assert (lost["awarded"], lost["awarded_today"], lost["rank_today"]) == (False, True, 1)
    assert pd.isna(lost["rank"])
    assert (lost["unit_name"], lost["reason"]) == ("Huyện Châu Thành A", "")
    more = type(period.with_rules())._beside(today, fewer, keys, ["rank", "awarded", "reason"])
    new = more[more["unit_code"] == "932"].iloc[0]
    assert (new["awarded"], new["awarded_today"], new["reason_today"]) == (True, False, "")


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ({"weights": {"cashless": -1}}, "the weight of 'cashless' is a number from 0, not -1"),
        ({"weights": {"cashless": float("nan")}}, "the weight of 'cashless' is a number"),
        ({"weights": {"cashless": True}}, "the weight of 'cashless' is a number"),
        ({"targets": {"cashless": 70}}, "a fraction from 0 to 1, not 70"),
        ({"targets": {"cashless": float("inf")}}, "the target of 'cashless' is a number"),
        (
            {"weights": dict.fromkeys(
                ("online_dossiers", "digital_skills", "app_installed", "cashless",
                 "ecommerce_farms", "initiatives"), 0)},
            "no indicator has any weight",
        ),
    ],
)  # fmt: skip
def test_rules_that_cannot_be_are_refused(period, rules: dict, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        period.with_rules(**rules)


def test_without_other_rules_nothing_differs(period) -> None:
    same = period.with_rules().ranking()
    pd.testing.assert_frame_equal(same[list(period.ranking())], period.ranking())
    plan = load_campaign(period.campaign.folder)
    assert dataclasses.replace(plan) == period.campaign


# sections -----------------------------------------------------------------------------------------


def test_a_section_gives_the_numbers_that_it_shows_unrounded(period) -> None:
    """The table of a district's page, against its scorecard; ranks among others stay text."""
    report = dxkit.report(*Q4, "930", "en")
    frame = report.indicators().frame
    card = period.scorecard("930")
    row = frame.set_index("Criterion").loc["Cashless payment"]
    assert row["Result"] == card.fact("cashless", "value").value
    assert row["Points"] == card.fact("cashless", "points").value
    assert row["Rank"] == "3/8"
    assert pd.isna(frame.set_index("Criterion").loc["E-commerce", "Target"])
    assert frame["Target"].dtype == frame["Change"].dtype == float
    assert "Vị Thanh city" in frame.attrs["caption"]
    assert {"3/8", "8/8"} >= {frame["Rank"].iloc[-1]}


def test_a_chart_gives_its_figure_and_its_data() -> None:
    report = dxkit.report(*Q4, "93")
    chart = report.ranked_chart("online_dossiers")
    assert chart.figure.get_size_inches()[0] > 3
    assert chart.figure is not chart.figure  # each call draws anew
    texts = {text.get_text() for text in chart.figure.findobj(Text)}
    assert "63,5%" in texts  # 4,092 of 6,449 filed online
    assert 4_092 / 6_449 in chart.frame.iloc[:, 1].tolist()
    assert str(chart.html) == str(report.ranked_chart("online_dossiers").html)


def test_a_section_without_table_or_chart_has_none() -> None:
    report = dxkit.report(*Q4, "93")
    assert (report.head().frame, report.head().figure, report.head().frames) == (None, None, ())
    assert report.league().figure is None
    empty = dxkit.report(*Q4, "31318-khu-vuc-1").league()
    assert (str(empty.html), empty.frame, empty.figure) == ("", None, None)


def test_pieces_of_the_notebooks_give_frames_and_figures_too() -> None:
    explorer = dxkit.explore(*Q4).choose(indicator="cashless", district="930")
    register = explorer.table()
    assert len(register.frame) == len(explorer.chosen)
    explorer.choose(district="931")
    assert len(register.frame) == len(explorer.chosen)  # it follows the choice
    assert dxkit.quality(*Q4).senders().frame is not None
    assert dxkit.start(*Q4).links().frame is None


def test_every_section_of_a_page_can_be_taken_on() -> None:
    """Frames of each are rectangular, with headings, and every number of a table is in them."""
    report = dxkit.report(*Q4, "932")
    calls = [name for name, made in vars(type(report)).items() if hasattr(made, "__wrapped__")]
    assert len(calls) > 18
    numbers = 0
    for name in calls:
        for frame in getattr(report, name)().frames:
            assert all(isinstance(column, str) for column in frame.columns), name
            assert not frame.empty, name
            numbers += int(frame.map(lambda value: isinstance(value, float)).to_numpy().sum())
    assert numbers > 100
