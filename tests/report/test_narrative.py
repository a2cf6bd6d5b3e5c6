"""The narrative: true, in order, without repetition, of a length that is read; and every sentence
has its twin for when there is no figure.
"""

from __future__ import annotations

import dataclasses
import re
from itertools import chain
from pathlib import Path

import pytest

from dxkit.analysis.analysis import Analysis
from dxkit.analysis.assembly import analyse_period
from dxkit.model.campaign import Campaign
from dxkit.model.facts import CellRef, Claim
from dxkit.model.findings import Finding
from dxkit.model.observations import Flag, IndicatorTable, Received
from dxkit.period import OpenPeriod
from dxkit.report.sentences.catalogue import SENTENCES
from dxkit.report.sentences.causes import causes
from dxkit.report.sentences.data_state import data_claims
from dxkit.report.sentences.headlines import headlines
from dxkit.report.sentences.next_steps import next_steps
from dxkit.report.sentences.ranking_and_rewards import list_certainty, ranking_rules
from dxkit.report.sentences.situation import activity, changes, levels, standing
from dxkit.report.sentences.unit_view import View
from dxkit.report.wording.language import load_language
from dxkit.report.wording.sentences import Writer
from tests.analysis.test_results import analyse, full, observe
from tests.oracles.proved import proved_fact
from tests.oracles.second_path import made_again

DISTRICTS = [str(code) for code in range(930, 938)]


def story(view: View) -> list[Claim]:
    """All claims of the argument, in reading order."""
    steps = [claim for group in next_steps(view) for claim in group]
    return [
        *headlines(view), *chain.from_iterable(levels(view)), *standing(view),
        *activity(view), *changes(view), *causes(view), *steps,
    ]  # fmt: skip


def view_of(opened: OpenPeriod, code: str) -> View:
    return View(opened.analysis, opened.analysis.units.get(code))


def written(opened: OpenPeriod, claims: list[Claim], language: str = "vi") -> list[str]:
    writer = Writer(opened.campaign, opened.analysis.units, load_language(language))
    return [writer.plain(claim) for claim in claims]


def views(periods: dict[str, OpenPeriod]) -> list[View]:
    """Each district's of the shipped quarter."""
    return [view_of(periods["2022-Q4"], code) for code in DISTRICTS]


@pytest.mark.parametrize("period", ["2022-Q3", "2022-Q4"])
def test_a_district_has_400_to_980_words_and_no_sentence_twice(
    periods: dict[str, OpenPeriod], period: str
) -> None:
    for code in DISTRICTS:
        view = view_of(periods[period], code)
        sentences = written(periods[period], story(view))
        words = sum(len(sentence.split()) for sentence in sentences)
        assert 400 <= words <= 980, (code, words)
        assert len(sentences) == len(set(sentences)), code


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_sentence_holds_a_hole_or_a_double_sign(
    periods: dict[str, OpenPeriod], language: str
) -> None:
    for period, opened in periods.items():
        for code in (*DISTRICTS, "93"):
            view = view_of(opened, code)
            for sentence in written(opened, [*story(view), *data_claims(view)], language):
                assert not re.search(r"\b(nan|None(?! of)|NaN)\b|\(\)|  | ,|\{|\}", sentence), (
                    sentence
                )
                assert not re.search(r"(tăng|giảm|by) [-+−]", sentence), (period, sentence)
                assert sentence[0].isupper() or sentence[0].isdigit(), sentence
                assert sentence.endswith("."), sentence


def test_a_difference_of_shares_is_in_percentage_points(periods: dict[str, OpenPeriod]) -> None:
    for code in DISTRICTS:
        for claim in story(view_of(periods["2022-Q4"], code)):
            template = load_language("vi").template(f"claim.{claim.message}")
            for name, fact in claim.facts:
                if fact.unit == "share_difference" and f"{{{name}" in template:
                    after = template.split(f"{{{name}", 1)[1].split("}", 1)[1]
                    assert after.startswith(" điểm phần trăm"), claim.message


def test_the_office_would_write_it_so(periods: dict[str, OpenPeriod]) -> None:
    """Nghị định 30/2020 and the usage of reports: roman quarters, comma and point, small common
    nouns, percentage points for differences, no sign behind a verb.
    """
    strange = re.compile(
        r"quý \d|\d\.\d{1,2}(?!\d)|\d,\d{3}\b"
        r"|[a-zà-ỹ,;:(] (Huyện|Xã|Thị trấn|Thành phố|Thị xã|Tỉnh) [A-ZĐ]"
        r"|(tăng|giảm|thêm|bớt|thiếu|cao hơn|thấp hơn|chênh nhau) [\d,.]+%"
        r"|(tăng|giảm|thêm|bớt|thiếu) [-+−]|\bQuý\b|\(\)|: \.|\b0 bậc"
        # what an official struck out: talk, a score that reads as a doubt, a number read twice
        r"|Cao điểm nhất|theo lối|không phải là mục đích|còn điểm cần|đà hiện nay"
        r"|chỉ tiêu [\d,]+%? là \d|\bmột mình\b"
        # what holds up to a cap only: thirty dossiers may be lacking, and three points be left
        r"|thêm một trăm"
    )
    number = 0
    for opened in periods.values():
        for code in (*DISTRICTS, "93"):
            view = view_of(opened, code)
            rules = [*ranking_rules(view), *list_certainty(view)]
            for sentence in written(opened, [*story(view), *data_claims(view), *rules]):
                number += 1
                found = strange.search(sentence)
                assert found is None, (found, sentence)
    assert number > 600


def test_a_series_is_one_sentence(periods: dict[str, OpenPeriod]) -> None:
    opened = periods["2022-Q4"]
    writer = Writer(opened.campaign, opened.analysis.units, load_language("vi"))
    text = writer.paragraph(changes(view_of(opened, "930"))).striptags()
    assert text.startswith("Hồ sơ trực tuyến tăng 21,3 điểm phần trăm (từ 29,9%); kỹ năng số tăng")
    assert re.fullmatch(r"([^.;]+; ){5}[^.;]+\. Nếu tính cả hai kỳ [^.]+\.", text), text


def test_parts_that_exceed_the_whole_are_told_apart(periods: dict[str, OpenPeriod]) -> None:
    """The province lacks 933 dossiers; the districts behind lack more, others make up for it."""
    said = written(periods["2022-Q4"], story(view_of(periods["2022-Q4"], "93")))
    (online,) = [s for s in said if s.startswith("Về hồ sơ trực tuyến")]
    assert online == (
        "Về hồ sơ trực tuyến, còn thiếu 933 hồ sơ để đạt 50%; tính riêng từng đơn vị thì còn thiếu "
        "nhiều nhất là huyện Long Mỹ (1.115), thị xã Long Mỹ (734) và huyện Châu Thành (223)."
    )
    # 933 over the 13 weeks of the quarter are 71,8 a week
    assert "Nếu số lượng phát sinh như kỳ này, mỗi tuần cần thêm 72 hồ sơ nộp trực tuyến." in said
    assert not any("hồ sơ mỗi tuần" in s for s in said)  # dossiers start anew in each period


def test_every_claim_on_a_page_is_true_of_its_own_facts(periods: dict[str, OpenPeriod]) -> None:
    for opened in periods.values():
        for code in DISTRICTS:
            view = view_of(opened, code)
            for claim in [*story(view), *data_claims(view)]:
                assert SENTENCES[claim.message].when(dict(claim.facts)), claim.message


def test_the_argument_runs_from_the_situation_to_what_to_do(
    periods: dict[str, OpenPeriod],
) -> None:
    order = ("headline", "level", "change", "below", "next")
    for code in DISTRICTS:
        kinds = [claim.message.split("_")[0] for claim in story(view_of(periods["2022-Q4"], code))]
        seen = [next(i for i, k in enumerate(kinds) if k == kind) for kind in order]
        assert seen == sorted(seen), code


def test_what_costs_most_points_comes_first(periods: dict[str, OpenPeriod]) -> None:
    seen = 0
    for view in views(periods):
        scored = {i.id: i.max_points for i in view.indicators}
        lost = []
        for group in next_steps(view):
            told = [f.key.subject for claim in group for _, f in claim.facts]
            indicator = next((subject for subject in told if subject in scored), None)
            if indicator is not None:
                lost.append(scored[indicator] - (view.fact(indicator, "points").value or 0))
        assert lost == sorted(lost, reverse=True), view.unit.name
        seen += len(lost) > 1
    assert seen


def test_the_best_and_the_worst_below_are_what_they_are_called(
    periods: dict[str, OpenPeriod],
) -> None:
    seen = 0
    for view in views(periods):
        for facts in (dict(claim.facts) for claim in causes(view)):
            if {"best", "worst"} <= facts.keys():
                below = view.child_facts(facts["best"].key.subject, "value")
                numbers = [fact.number for fact in below]  # more is better of all ratios here
                assert facts["best"].number == max(numbers), view.unit.name
                assert facts["worst"].number == min(numbers), view.unit.name
                seen += 1
    assert seen


def messages(analysis: Analysis, code: str) -> set[str]:
    view = View(analysis, analysis.units.get(code))
    return {claim.message for claim in [*story(view), *data_claims(view)]}


def test_a_unit_that_sent_nothing_says_so_everywhere(haugiang: Campaign) -> None:
    said = messages(analyse(haugiang, *full("31318", 1.0)), "31324")
    assert {
        "headline_not_reported", "level_all_not_reported", "strength_unknown", "activity_unknown",
        "next_unknown", "certainty_unknown", "movement_unknown", "headline_first",
    } - said <= {"movement_unknown", "certainty_unknown"}  # fmt: skip
    assert not any(re.match(r"(level_(met|missed|exceeded)|group_|type_|pace_)", m) for m in said)


def test_a_unit_that_lacks_one_figure_says_which(haugiang: Campaign) -> None:
    rows = [o for o in full("31318", 1.0) if o.measure != "households_app"]
    rows.append(observe("31318-a", "households_app", None, Flag.REJECTED))
    said = messages(analyse(haugiang, *rows, *full("31321", 0.5)), "31318")
    assert {"headline_incomplete", "level_rejected", "headline_first"} <= said


UNREAD = {
    "headline_unread", "level_all_unread", "activity_unknown", "next_unknown",
}  # fmt: skip


@pytest.mark.parametrize(
    ("found", "unread", "silent"),
    [
        # a file that nobody can read or place may be that of any district of which nothing is used
        (Finding("file_unreadable", CellRef("x.xlsx")), {"931", "31340"}, {"31324"}),
        # a row of a name that is no unit's, in the workbook of the first district
        (Finding("unit_unknown", CellRef("a.xlsx", "S", "B9"), "930", "Xã X"), {"31324"}, {"931"}),
        # a doubtful value is no reason
        (
            Finding("value_approximate", CellRef("a.xlsx", "S", "B9"), "930"),
            set(),
            {"31324", "931"},
        ),
    ],
)
def test_what_was_sent_and_not_used_is_not_called_unsent(
    haugiang: Campaign, found: Finding, unread: set[str], silent: set[str]
) -> None:
    received = dataclasses.replace(
        analyse(haugiang, *full("31318", 1.0)).received, findings=(found,)
    )
    analysis = analyse_period(haugiang, received)
    writer = Writer(haugiang, analysis.units, load_language("vi"))
    for code in unread:
        view = View(analysis, analysis.units.get(code))
        claims = [*story(view), *data_claims(view)]
        assert {claim.message for claim in claims} >= UNREAD
        assert not any("chưa gửi" in writer.plain(claim) for claim in claims), code
    for code in silent:
        assert "headline_not_reported" in messages(analysis, code)
    again = made_again(haugiang, received, None)
    for code in ("93", *unread, *silent):
        for key, fact in analysis.scorecard(code).facts.items():
            assert proved_fact(again, key).value == fact.value, key
            if key.kind == ("points" if key.subject == "total" else "value"):
                assert proved_fact(again, key).missing == fact.missing, key


def test_what_does_not_arise_is_said_and_is_not_missing(haugiang: Campaign) -> None:
    rows = [o for o in full("31318", 1.0) if not o.measure.startswith("dossiers")]
    rows += [
        observe("31318", m, None, Flag.NOT_APPLICABLE) for m in ("dossiers", "dossiers_online")
    ]
    said = messages(analyse(haugiang, *rows, *full("31321", 0.5)), "31318")
    assert "level_not_applicable" in said
    assert "headline_rank_new_graded" in said


def test_one_period_is_too_few_to_foresee(haugiang: Campaign) -> None:
    said = messages(analyse(haugiang, *full("31318", 0.5), *full("31321", 0.4)), "31318")
    assert {"pace_first", "deadline_set"} <= said
    assert not said & {"pace_late", "pace_in_time", "pace_none", "progress_up"}


def test_a_previous_figure_that_is_missing_is_said(haugiang: Campaign) -> None:
    units = haugiang.units.on(haugiang.period("2022-Q3").last_day)
    before = Received(IndicatorTable("2022-Q3", ()), units)
    now = analyse(haugiang, *full("31318", 0.5), *full("31321", 0.4)).received
    said = messages(analyse_period(haugiang, now, before), "31318")
    assert {"change_unknown", "pace_unknown", "progress_unknown"} <= said


TWINS = {
    "level": {"level_not_reported", "level_no_data", "level_not_applicable", "level_rejected"},
    "change": {"change_unknown"},
    "headline": {"headline_not_reported", "headline_incomplete", "headline_first"},
    "type": {"type_alone"},
    "strength": {"strength_unknown"},
    "certainty": {"certainty_unknown"},
    "movement": {"movement_unknown"},
    "activity": {"activity_unknown"},
    "progress": {"progress_unknown"},
    "below": {"below_left_out", "below_not_applicable"},
    "next": {"next_unknown"},
    "deadline": {"deadline_none"},
    "trend": {"pace_first", "pace_unknown", "pace_none"},
    "pace": {"pace_first", "pace_unknown", "pace_none"},
    "register": {"register_unknown"},
    "data": {"data_not_reported", "data_unread"},
    "list": {"list_cells_absent"},
}


def test_every_kind_of_claim_has_its_missing_twin() -> None:
    for kind, twins in TWINS.items():
        assert twins <= set(SENTENCES), kind
    kinds = {message.split("_")[0] for message in SENTENCES}
    # these are shown only where there is something to compare: their subject has its own twin
    assert kinds - set(TWINS) <= {
        "group", "award", "points", "picture", "flow", "scale", "rank",
        "rule", "reward", "target", "tier", "verdict", "task", "message", "behind", "values",
        "boundaries",
    }  # fmt: skip


def test_units_excluded_or_below_a_condition_are_told_why(haugiang: Campaign) -> None:
    analysis = analyse(haugiang, *full("31318", 1.0))
    assert "headline_below_reported" in messages(analysis, "930")  # one commune of nine


def test_the_files_of_words_name_no_unit_of_the_campaign(root: Path) -> None:
    for language in ("vi", "en"):
        text = (root / f"dxkit/report/wording/{language}/claim.toml").read_text("utf-8")
        assert "Hậu Giang" not in text
