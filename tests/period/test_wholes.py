"""Periods made of periods: what happens adds up, what stands is that of the last, registers unite,
and each number leads to its cells and is proved.
"""

from __future__ import annotations

import io
import zipfile
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import pytest

from dxkit.analysis.aggregates import Completeness
from dxkit.campaign.project import Project
from dxkit.model.facts import TOTAL
from dxkit.period import OpenPeriod
from dxkit.period.opening import open_period
from dxkit.press.run.cluster import _pack
from dxkit.report.explore.corrections import correction_of
from dxkit.report.report import Report
from dxkit.report.wording.language import load_language
from dxkit.verify.recount import recounted
from tests.period.wholes import MODELS, SENT, expected, write_whole


def opened(folder: Path, period: str = "2024") -> OpenPeriod:
    """As a new process opens it."""
    open_period.cache_clear()
    return open_period(Project(folder), "small", period)


def values(period: OpenPeriod) -> dict[tuple[str, str], Fraction]:
    """By unit and indicator, the values as they are known."""
    units, campaign = period.analysis.units.units, period.campaign
    found = {}
    for unit in units:
        for indicator in campaign.indicators:
            fact = period.analysis.facts.find(unit.code, indicator.id, "value")
            if fact is not None and fact.known:
                found[unit.code, indicator.id] = Fraction(fact.number).limit_denominator(10**6)
    return found


def test_figures_of_the_whole_by_hand(root: Path, tmp_path: Path) -> None:
    write_whole(root, tmp_path)
    whole = opened(tmp_path)
    find = whole.analysis.facts.get
    # 711: 10 + 50 of 40 + 60 applications; 50 of 100 adults in the second quarter.
    assert find("711", "filing", "value").number == 0.6
    assert find("711", "skills", "value").number == 0.5
    # 71: 10 + 30 + 20 + 50 + 30 + 60 of 40 + 60 + 100 + 60 + 40 + 80; 230 of 610.
    sides = [find("71", "filing", kind).number for kind in ("numerator", "denominator")]
    assert sides == [200, 380]
    assert [find("71", "skills", k).number for k in ("numerator", "denominator")] == [230, 610]
    # "Chợ 4.0" and "CHỢ 4.0" are one of 711; "Ấp số" of 711 and of 712 are two.
    assert find("711", "new_models", "value").number == 3
    assert find("71", "new_models", "value").number == 4
    assert [find("711", f"{name}_score", "value").number for name in ("last", "sum", "mean")] == [
        6, 5, 7.5,
    ]  # fmt: skip
    assert find("71", "talks", "value").number == 66
    assert find("711", "use", "value").number == 1  # 100 applications of 100 adults at the end
    assert find("70", "use", "value").number == (270 + 290) / 760
    rows = [row.text("model_name") for row in whole.analysis.register_rows("711", "models")]
    assert rows == ["CHỢ 4.0", "Ấp số", "Tuyến đường"]
    assert values(whole) == expected([*SENT.values()], [*MODELS.values()])


def test_facts_lead_to_the_cells_of_each_part(root: Path, tmp_path: Path) -> None:
    write_whole(root, tmp_path)
    find = opened(tmp_path).analysis.facts.get
    cells = [str(cell) for cell in find("711", "filing", "numerator").sources]
    assert [cell.partition(" ")[0] for cell in cells] == ["2024-Q1/71.csv", "2024-Q2/71.csv"]
    assert [cell[-2:] for cell in cells] == ["F4", "F4"]
    [stock] = find("711", "skills", "numerator").sources
    assert (stock.file, stock.cell) == ("2024-Q2/71.csv", "D4")
    models = {cell.file for cell in find("711", "new_models", "value").sources}
    assert models == {"2024-Q1/71-mo-hinh.csv", "2024-Q2/71-mo-hinh.csv"}


@pytest.mark.parametrize("without", ["2024-Q1", "2024-Q2"])
def test_who_lacks_in_one_part_is_partial(root: Path, tmp_path: Path, without: str) -> None:
    sent = {name: {c: f for c, f in figures.items() if (name, c) != (without, "712")}
            for name, figures in SENT.items()}  # fmt: skip
    conditions = '\n[[ranking.conditions]]\ncondition = "complete"\nat_least = 0.8\n'
    write_whole(root, tmp_path, sent, more=conditions)
    whole = opened(tmp_path)
    find = whole.analysis.facts.get
    for unit in ("712", "71", "70"):
        assert "partial" in find(unit, "filing", "value").marks
    assert "partial" not in find("711", "filing", "value").marks
    assert ("partial" in find("71", "skills", "value").marks) == (without == "2024-Q2")
    totals = whole.analysis.results.totals
    assert totals["712"].rank is None
    # one of six figures is lacking of 71, all are there of the others
    assert [(totals[code].rank is None, bool(totals[code].lacking)) for code in ("71", "72")] == [
        (without == "2024-Q2", True), (False, False),
    ]  # fmt: skip
    assert totals["711"].rank is not None
    assert {key: value for key, value in values(whole).items() if key[1] != "new_models"} == {
        key: value
        for key, value in expected([*sent.values()], [*MODELS.values()]).items()
        if key[1] != "new_models"
    }


def test_a_district_without_one_part_has_no_award(root: Path, tmp_path: Path) -> None:
    """The best of all: 72 sends nothing in the first quarter."""
    write_whole(root, tmp_path)
    whole = opened(tmp_path)
    [best] = [d.unit_code for d in whole.analysis.standing.decisions("70", "best") if d.awarded]
    for path in (tmp_path / "data/raw/small/2024-Q1").glob(f"{best}*"):
        path.unlink()
    whole = opened(tmp_path)
    decisions = {d.unit_code: d for d in whole.analysis.standing.decisions("70", "best")}
    assert not decisions[best].awarded
    assert whole.analysis.standing.is_of_part(best)
    assert whole.analysis.facts.get(best, TOTAL, "complete").number == 0.5
    assert [f.code for f in whole.received.findings if f.unit_code == best][:1] == [
        "workbook_missing"
    ]


def test_the_year_has_rewards_of_its_own(root: Path, tmp_path: Path) -> None:
    """Two districts are proposed at the end of the year, one in a quarter."""
    own = """
[[rewards]]
id = "of_the_year"
level = "district"
quota = 2
minimum_share = 0.5
periods = ["2024"]
name = {vi = "Khen thưởng tổng kết", en = "Award of the year"}
source = "Ví dụ"
assumed = true
"""
    write_whole(root, tmp_path, more=own)
    plan = tmp_path / "data/campaigns/small/campaign.toml"
    text = plan.read_text("utf-8")
    quarters = 'quota = 1\nperiods = ["2024-Q1", "2024-Q2"]\n'
    plan.write_text(text.replace("quota = 1\n", quarters), "utf-8")
    for period, rule, number in (("2024", "of_the_year", 2), ("2024-Q2", "best", 1)):
        standing = opened(tmp_path, period).analysis.standing
        decisions = list(standing.decisions("70"))
        assert {d.rule.id for d in decisions} == {rule}
        assert sum(d.awarded for d in decisions) == number


def test_without_a_whole_quarter(root: Path, tmp_path: Path) -> None:
    write_whole(root, tmp_path, {"2024-Q2": SENT["2024-Q2"]}, {"2024-Q2": MODELS["2024-Q2"]})
    plan = tmp_path / "data/campaigns/small/campaign.toml"
    weighed = plan.read_text("utf-8").replace("[ranking]\n", '[ranking]\nweight = "people"\n')
    plan.write_text(weighed, "utf-8")
    whole = opened(tmp_path)
    [missing] = [f for f in whole.received.findings if f.code == "period_missing"]
    assert missing.address.file == "2024-Q1"
    assert "partial" in whole.analysis.facts.get("711", "filing", "value").marks
    assert whole.analysis.facts.get("711", "filing", "value").number == 50 / 60
    for unit in ("711", "71", "70"):  # whatever the units count by
        assert whole.analysis.facts.get(unit, TOTAL, "complete").number == 0.5


def test_who_reported_one_part_has_not_kept_silent(root: Path, tmp_path: Path) -> None:
    """Of what stands the last part counts: 712 and 731 sent the first only, 721 the last, 713
    neither. Nobody has a rank for it, and no other sentence than that of 713 says "sent nothing".
    """
    first = {c: f for c, f in SENT["2024-Q1"].items() if c not in ("713", "721")}
    last = {c: SENT["2024-Q2"][c] for c in ("711", "721")}
    more = '\n[[ranking.conditions]]\ncondition = "reported"\nat_least = 0.5\n'
    write_whole(root, tmp_path, {"2024-Q1": first, "2024-Q2": last}, {}, more=more)
    for name, kept in (("indicators", ("indicator", "skills", "last_score")),
                       ("targets", ("indicator", "skills"))):  # fmt: skip
        path = tmp_path / f"data/campaigns/small/{name}.csv"
        lines = [line for line in path.read_text("utf-8").splitlines() if line.startswith(kept)]
        path.write_text("\n".join([*lines, ""]).replace(",up,1,4,", ",up,1,10,"), "utf-8")
    whole = opened(tmp_path)
    find, totals = whole.analysis.facts.get, whole.analysis.results.totals
    again = recounted(whole.campaign, whole.received)
    part, nothing = ("part_not_reported", "incomplete"), ("not_reported", "not_reported")
    silent = {"711": ("", ""), "712": part, "713": nothing, "721": ("", ""), "731": part}
    for unit, (why, total) in {**silent, "71": ("", ""), "72": ("", ""), "73": part}.items():
        assert find(unit, "skills", "value").missing == why
        assert (totals[unit].missing, again.total(unit)[2]) == (total, total)
        for indicator in whole.campaign.indicators if unit in silent else ():
            assert find(unit, indicator.id, "value").missing == why
            assert again.sums.of(unit, indicator).why == (why or "not_applicable")
    counts = [find("71", TOTAL, f"units_{kind}").number for kind in ("not_reported", "lacking")]
    assert counts == [1, 1]
    # of the three communes of 71 the figures of one count, less than half
    assert totals["71"].unranked == again.why_not("71") == "reported"
    assert [code for code in ("71", "73") if totals[code].rank is not None] == []
    told = Report(whole, "71", "vi").data_state().html.striptags()
    assert "1/3 xã chưa gửi báo cáo: xã Tân Châu." in told
    assert "1/3 xã còn thiếu số liệu: xã Tân Bình." in told
    there = Completeness(whole.campaign, whole.received)
    of = {code: there.of(whole.analysis.units.get(code), "people") for code in silent}
    assert of == {
        "711": "complete", "712": "partly", "713": "absent", "721": "complete", "731": "partly",
    }  # fmt: skip
    for language, line in (
        ("vi", "Xã Tân Bình chưa gửi đủ báo cáo của các kỳ gộp vào kỳ này nên chưa có kết quả"),
        ("en", "Tân Bình commune has not reported for every part of the period, so there is no"),
    ):
        report = Report(whole, "712", language)
        assert not report.context.is_silent
        assert line in report.narrative().html.striptags()
    assert Report(whole, "713", "vi").context.is_silent


@pytest.mark.parametrize("adds_up", [True, False])
def test_of_what_stands_only_the_last_part_can_be_lacking(
    root: Path, tmp_path: Path, adds_up: bool
) -> None:
    write_whole(root, tmp_path)
    for path in (tmp_path / "data/raw/small/2024-Q1").glob("72*"):
        path.unlink()
    measures = tmp_path / "data/campaigns/small/measures.csv"
    if not adds_up:
        text = measures.read_text("utf-8").replace(",mean,commune", ",stock,commune")
        text = text.replace(",flow,", ",stock,").replace("text,stock,", "text,flow,")
        measures.write_text(text, "utf-8")
    whole = opened(tmp_path)
    assert (whole.analysis.facts.get("72", TOTAL, "complete").number < 1) == adds_up
    told = Report(whole, "72", "en").months_chart().html.striptags()
    assert ("not complete" in told) == adds_up


def test_the_lowest_page_says_that_figures_of_a_part_are_lacking(
    root: Path, tmp_path: Path
) -> None:
    first = {**SENT["2024-Q1"], "712": (200, 30, None, None, 7, 1, 8, 2)}
    write_whole(root, tmp_path, {**SENT, "2024-Q1": first})
    for unit in ("712", "71"):
        told = Report(opened(tmp_path), unit, "en").months_chart().html.striptags()
        assert "In Q1 2024, some of the figures of Tân Bình commune are lacking." in told
        assert "are made of Q1 2024 and Q2 2024:" in told


def test_halves_of_quarters_and_a_year_of_halves(root: Path, tmp_path: Path) -> None:
    sent = {**SENT, "2024-Q3": SENT["2024-Q1"], "2024-Q4": SENT["2024-Q2"]}
    models = {**MODELS, "2024-Q3": {"713": ["Ấp số"]}, "2024-Q4": {"713": ["ẤP SỐ"]}}
    wholes = {
        "2024-H1": ["2024-Q1", "2024-Q2"],
        "2024-H2": ["2024-Q3", "2024-Q4"],
        "2024": ["2024-H1", "2024-H2"],
    }
    write_whole(root, tmp_path, sent, models, wholes)
    year = opened(tmp_path)
    assert values(year) == expected([*sent.values()], [*models.values()])
    half = opened(tmp_path, "2024-H2")
    assert values(half) == expected([*sent.values()][2:], [*models.values()][2:])
    before = half.analysis.previous
    assert before is not None
    assert before.period.id == "2024-H1"
    change = half.analysis.facts.get("711", "filing", "change")
    assert change.number == 0  # the same figures in both halves
    assert [kept.id for kept in year.analysis.course] == ["2024-H1", "2024-H2"]


def test_a_unit_that_closed_within_the_whole_was_lacking_before(root: Path, tmp_path: Path) -> None:
    """713 sends nothing in the first quarter, and is not there in the second."""
    sent = {name: {c: f for c, f in figures.items() if c != "713"}
            for name, figures in SENT.items()}  # fmt: skip
    write_whole(root, tmp_path, sent)
    plan = tmp_path / "data/campaigns/small/units.csv"
    closed = plan.read_text("utf-8").replace(
        "Châu,Xã,commune,71,,", "Châu,Xã,commune,71,,2024-03-31"
    )
    plan.write_text(closed, "utf-8")
    whole = opened(tmp_path)
    assert "713" not in whole.analysis.units
    [missing] = [f for f in whole.received.findings if f.code == "unit_missing"]
    assert missing.unit_code == "71"
    assert whole.received.tables_lacking == {"71": 1, "70": 1}
    filing = whole.analysis.facts.get("71", "filing", "value")
    assert (filing.number, "partial" in filing.marks) == (120 / 200, True)
    assert values(whole) == {
        key: value
        for key, value in expected([*sent.values()], [*MODELS.values()]).items()
        if key[0] != "713"
    }


def test_units_of_different_levels_tell_in_different_parts(root: Path, tmp_path: Path) -> None:
    """The district itself in the first quarter, its communes in the second."""
    write_whole(root, tmp_path)
    raw = tmp_path / "data/raw/small/2024-Q1/72.csv"
    text = raw.read_text("utf-8").replace("Xã Phú An", "Huyện Mỹ Bình")
    raw.write_text(text, "utf-8")
    find = opened(tmp_path).analysis.facts.get
    sides = [find("72", "filing", kind).number for kind in ("numerator", "denominator")]
    assert sides == [25 + 10, 50 + 30]
    assert "partial" not in find("72", "filing", "value").marks
    assert "partial" in find("721", "filing", "value").marks


def test_files_in_the_folder_of_the_whole_are_told(root: Path, tmp_path: Path) -> None:
    write_whole(root, tmp_path)
    folder = tmp_path / "data/raw/small/2024"
    folder.mkdir()
    (folder / "71.csv").write_text("a,b\n", "utf-8")
    [found] = [f for f in opened(tmp_path).received.findings if f.code == "file_of_whole"]
    assert found.address.file == "2024/71.csv"


def test_a_cluster_and_a_new_process_know_the_same(root: Path, tmp_path: Path) -> None:
    """Nothing of a whole is stored; a worker far away makes it of its parts."""
    write_whole(root, tmp_path)
    first = opened(tmp_path)
    told = {unit.code: first.scorecard(unit.code).facts for unit in first.analysis.units.units}
    task = SimpleNamespace(campaign="small", period="2024", notebook=tmp_path / "notebooks/x.ipynb")
    task.notebook.write_text("{}", "utf-8")
    with zipfile.ZipFile(io.BytesIO(_pack(first.project, [task]))) as parcel:  # type: ignore[list-item]
        parcel.extractall(tmp_path / "sent")
    assert not list((tmp_path / "outputs/small/2024").rglob("received.json"))
    open_period.cache_clear()
    sent = Project(tmp_path / "sent", out=tmp_path / "sent/outputs", sealed=True)
    for period in (open_period(sent, "small", "2024"), opened(tmp_path)):
        assert {code: period.scorecard(code).facts for code in told} == told
        kept = period.analysis.course[0].find("71", "filing", "value")
        assert kept is not None
        assert kept.number == 60 / 200


def test_a_cell_is_corrected_in_the_period_it_came_for(root: Path, tmp_path: Path) -> None:
    write_whole(root, tmp_path)
    whole = opened(tmp_path)
    [cell] = [o.address for o in whole.received.table.of("711", "online") if o.period == "2024-Q1"]
    made = correction_of(whole, cell, ("12", "typed wrongly", "A"), load_language("en"))
    assert (made.period, made.file, made.cell) == ("2024-Q1", "71.csv", "F4")
    assert (made.expected, made.corrected) == ("10", "12")
