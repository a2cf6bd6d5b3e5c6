"""One thing changed in the data: exactly what depends on it changes, and nothing survives unseen.

A mutation is compared with the untouched analysis by the facts and the sentences of all districts.
What may change is worked out here from the tree of units alone; what must change is named by the
mutation. The conditions of the sentences are mutated in ``test_catalogue.py``.
"""

from __future__ import annotations

import dataclasses
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import cached_property
from itertools import chain

import pytest

from dxkit.analysis.analysis import Analysis
from dxkit.analysis.assembly import analyse_period
from dxkit.model.campaign import Campaign
from dxkit.model.facts import FactKey
from dxkit.model.observations import Flag, Observation, Received
from dxkit.period import OpenPeriod
from dxkit.report.sentences.catalogue import SENTENCES
from dxkit.report.sentences.causes import causes
from dxkit.report.sentences.data_state import data_claims
from dxkit.report.sentences.headlines import headlines
from dxkit.report.sentences.next_steps import next_steps
from dxkit.report.sentences.ranking_and_rewards import list_certainty, ranking_rules, reward_rules
from dxkit.report.sentences.situation import activity, changes, levels, standing
from dxkit.report.sentences.unit_view import View
from dxkit.report.wording.language import load_language
from dxkit.report.wording.sentences import Writer

pytestmark = pytest.mark.unmeasured

DISTRICTS = [str(code) for code in range(930, 938)]
RATIOS = {
    "online_dossiers": ("dossiers_online", "dossiers"),
    "digital_skills": ("households_digital_skills", "households"),
    "app_installed": ("households_app", "households"),
    "cashless": ("households_cashless", "households"),
    "ecommerce_farms": ("farm_households_ecommerce", "farm_households"),
}
OF_GROUP = {
    "rank", "ranked", "rank_change", "group_units", "group_value", "against_group", "type_units",
    "type_value", "against_type",
    "progress_rank", "progress_ranked", "rank_best", "rank_worst", "award_draws", "contribution",
    "weight",
}  # fmt: skip
"""Kinds of a unit that depend on the units it is compared with."""


class Told:
    """What an analysis says of the districts: facts by key, sentences by district. Each is made
    when it is asked for; all of them with --full, which counts what each mutation moves.
    """

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.sentences = Sentences(analysis)
        count_moved(self)

    @cached_property
    def facts(self) -> dict[FactKey, float | None]:
        scorecards = [self.analysis.scorecard(code) for code in DISTRICTS]
        return {k: f.value for s in scorecards for k, f in s.facts.items() if k.unit == s.unit.code}

    def fact(self, *key: str) -> float | None:
        """The value of one of them."""
        found = self.analysis.find(FactKey(*key))
        assert found is not None, key
        return found.value

    @cached_property
    def league(self) -> tuple[tuple[str, str], ...]:
        top = View(self.analysis, self.analysis.units.top)
        rules = [claim for rule in self.analysis.campaign.rewards if rule.level == "district"
                 for claim in reward_rules(top, rule)]  # fmt: skip
        said = [*ranking_rules(top), *rules, *list_certainty(top)]
        return tuple((claim.message, self.sentences.writer.plain(claim)) for claim in said)

    def by_kind(self) -> dict[str, set[tuple[str, str, str]]]:
        """All sentences by the kind of their claim, with whose page they stand on."""
        found: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
        for code, told in [*((c, self.sentences[c]) for c in DISTRICTS), ("93", self.league)]:
            for message, sentence in told:
                found[message.split("_")[0]].add((code, message, sentence))
        return found


class Sentences(dict[str, tuple[tuple[str, str], ...]]):
    """Of each district, when it is asked for, with the facts that they show."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.writer = Writer(analysis.campaign, analysis.units, load_language("vi"))
        self.shown: dict[str, frozenset[FactKey]] = {}

    def __missing__(self, code: str) -> tuple[tuple[str, str], ...]:
        view = View(self.analysis, self.analysis.units.get(code))
        steps = [claim for group in next_steps(view) for claim in group]
        claims = [
            *headlines(view), *chain.from_iterable(levels(view)), *standing(view),
            *activity(view), *changes(view), *causes(view), *steps, *data_claims(view),
        ]  # fmt: skip
        self[code] = tuple((claim.message, self.writer.plain(claim)) for claim in claims)
        self.shown[code] = frozenset(f.key for claim in claims for _, f in claim.facts)
        return self[code]


BASE: list[Told] = []
MOVED: Counter[str] = Counter()
"""How many mutations moved a sentence of each kind of claim."""


def count_moved(found: Told) -> None:
    """Note which kinds of claims a mutation moves."""
    if not BASE or "--full" not in sys.argv:
        return
    before, after = BASE[0].by_kind(), found.by_kind()
    MOVED.update(kind for kind in {*before, *after} if before.get(kind) != after.get(kind))


@pytest.fixture(scope="module")
def base(periods: dict[str, OpenPeriod]) -> Analysis:
    return periods["2022-Q4"].analysis


@pytest.fixture(scope="module")
def told(base: Analysis) -> Told:
    if not BASE:
        BASE.append(Told(base))
    return BASE[0]


def with_observations(
    base: Analysis, change: Callable[[Observation], Observation | None]
) -> Analysis:
    table = base.received.table
    kept = tuple(new for o in table.observations if (new := change(o)) is not None)
    received = dataclasses.replace(
        base.received, table=dataclasses.replace(table, observations=kept)
    )
    return analysed(base, base.campaign, received)


def analysed(base: Analysis, campaign: Campaign, received: Received) -> Analysis:
    analysis = analyse_period(campaign, received, base.previous.received if base.previous else None)
    if campaign is base.campaign:
        analysis.previous = base.previous  # untouched: no need to make it again
    return analysis


def differing(one: Told, other: Told) -> set[FactKey]:
    keys = set(one.facts) | set(other.facts)
    return {k for k in keys if one.facts.get(k, "–") != other.facts.get(k, "–")}


def district_of(base: Analysis, unit: str) -> str:
    found = base.units.ancestor_at(unit, "district")
    assert found is not None
    return found.code


# one cell --------------------------------------------------------------------------------


def cells(base: Analysis, seed: int) -> tuple[Observation, Observation]:
    """A counted cell and the same with another number."""
    chosen = random.Random(seed)
    measure = chosen.choice([m for pair in RATIOS.values() for m in pair])
    found = [o for o in base.received.table.observations
             if o.measure == measure and o.value is not None and o.flag is None
             and o.value > 5]  # fmt: skip
    old = chosen.choice(found)
    step = chosen.choice([1, 2, -1, -2, 5])
    return old, dataclasses.replace(old, value=(old.value or 0) + step)


@pytest.mark.parametrize("seed", range(60))
def test_one_cell_changes_what_depends_on_it_and_nothing_else(
    seed: int, base: Analysis, told: Told, request: pytest.FixtureRequest
) -> None:
    sampled(request, seed, 60, 2)
    old, new = cells(base, seed)
    other = Told(with_observations(base, lambda o: new if o is old else o))
    district = district_of(base, old.unit_code)
    indicators = {i for i, pair in RATIOS.items() if old.measure in pair}
    whole_district = indicators | {"total", old.measure}
    for key in differing(told, other):
        own = key.unit == district and key.subject in whole_district
        others = key.kind in OF_GROUP and key.subject in {*indicators, "total"}
        assert own or others, key
    # and what must change: the count, each ratio's value and gap or change, to the last digit
    for indicator in indicators:
        for kind in ("value", "change", "against_group"):
            key = FactKey("2022-Q4", district, indicator, kind)
            assert told.facts[key] != other.facts[key], key
    assert (
        told.facts[FactKey("2022-Q4", district, old.measure, "value")]
        != (other.facts[FactKey("2022-Q4", district, old.measure, "value")])
    )
    # sentences change only where a fact they show has changed
    moved = differing(told, other)
    for code in DISTRICTS:
        mine = dict.fromkeys(told.sentences[code])
        if mine.keys() != dict.fromkeys(other.sentences[code]).keys():
            below = told.sentences.shown[code] | other.sentences.shown[code]
            units = {unit.code for unit in base.units.descendants(code)}
            assert below & moved or any(k.unit in units for k in below), code
            assert code == district or any(k.kind in OF_GROUP for k in below & moved), code


# whole things ----------------------------------------------------------------------------


def set_share(base: Analysis, district: str, indicator: str, share: float) -> Analysis:
    """Every place of a district at the same share of one indicator."""
    part, whole = RATIOS[indicator]
    wholes = {
        (o.unit_code, o.period): o.value
        for o in base.received.table.observations
        if o.measure == whole
    }

    def change(o: Observation) -> Observation:
        mine = o.measure == part and district_of(base, o.unit_code) == district
        if not mine or o.value is None:
            return o
        total = wholes.get((o.unit_code, o.period)) or 0
        return dataclasses.replace(o, value=round(total * share))

    return with_observations(base, change)


def messages(told: Told, district: str, prefix: str) -> list[str]:
    return [
        sentence for message, sentence in told.sentences[district] if message.startswith(prefix)
    ]


CROSSINGS = [
    (district, indicator, share)
    for district in DISTRICTS
    for indicator in ("online_dossiers", "digital_skills", "app_installed", "cashless")
    for share in (0.3, 0.97)
]


@pytest.mark.parametrize(("district", "indicator", "share"), CROSSINGS)
def test_crossing_a_target_changes_the_sentences(
    district: str,
    indicator: str,
    share: float,
    base: Analysis,
    told: Told,
    request: pytest.FixtureRequest,
) -> None:
    sampled(request, CROSSINGS.index((district, indicator, share)), len(CROSSINGS), 2)
    other = Told(set_share(base, district, indicator, share))
    name = base.campaign.indicator(indicator).names["vi"]
    (sentence,) = [s for s in messages(other, district, "level_") if s.startswith(name)]
    target = base.campaign.target(indicator, "district", "2022-Q4")
    assert target is not None
    assert ("cao hơn chỉ tiêu" in sentence) is (share > target.value)
    assert ("chưa đạt chỉ tiêu" in sentence) is (share < target.value)
    short = base.campaign.indicator(indicator).short_names["vi"]
    lower = short[:1].lower() + short[1:] if not short[1:2].isupper() else short
    steps = messages(other, district, "next_step")
    assert any(step.startswith(f"Về {lower},") for step in steps) is (share < target.value)
    before = told.fact("2022-Q3", district, indicator, "value")
    change = [s for s in messages(other, district, "change_") if s.startswith(short)]
    assert before is not None
    assert (" tăng " in change[0]) if share > before else (" giảm " in change[0]), change
    assert sentence not in messages(told, district, "level_")


FLIPPED = sorted(RATIOS)


@pytest.mark.parametrize("indicator", FLIPPED)
def test_a_flipped_direction_turns_target_rank_and_order(
    indicator: str, base: Analysis, told: Told, request: pytest.FixtureRequest
) -> None:
    sampled(request, FLIPPED.index(indicator), len(FLIPPED), 1)
    indicators = tuple(
        dataclasses.replace(i, direction=-1) if i.id == indicator else i
        for i in base.campaign.indicators
    )
    other = Told(
        analysed(base, dataclasses.replace(base.campaign, indicators=indicators), base.received)
    )
    for district in DISTRICTS:
        key = FactKey("2022-Q4", district, indicator, "rank")
        assert told.facts[key] + other.facts[key] == 9  # type: ignore[operator]
        names = base.campaign.indicator(indicator).names["vi"]
        levels = [
            [s for s in messages(t, district, "level_") if s.startswith(names)]
            for t in (told, other)
        ]
        if base.campaign.target(indicator, "district", "2022-Q4"):
            assert levels[0] != levels[1]
            assert ("chưa đạt" in levels[0][0]) is not ("chưa đạt" in levels[1][0])
    for key in differing(told, other):
        assert key.subject in {indicator, "total"}, key


def test_without_the_quarter_before_nothing_is_compared_with_it(base: Analysis, told: Told) -> None:
    other = Told(analyse_period(base.campaign, base.received))
    for district in DISTRICTS:
        said = {message for message, _ in other.sentences[district]}
        assert "headline_first" in said
        assert not any(
            m.startswith(("change_", "progress_", "headline_growth", "headline_both")) for m in said
        )
        assert not any("quý III" in s for _, s in other.sentences[district])
        assert not any(m in said for m in ("pace_late", "pace_in_time", "headline_rank_up"))
        lost = {m for m, _ in told.sentences[district]} - said
        assert any(m.startswith("change_") for m in lost)


REMOVED = list(range(16))


@pytest.mark.parametrize("number", REMOVED)
def test_a_commune_that_sends_nothing_is_named_and_left_out(
    number: int, base: Analysis, told: Told, request: pytest.FixtureRequest
) -> None:
    sampled(request, number, len(REMOVED), 1)
    district = DISTRICTS[number % 8]
    communes = base.units.children(district)
    commune = communes[(number // 8 + 1) % len(communes)]
    if any(commune.name.lower() in s.lower() for s in messages(told, district, "data_not")):
        pytest.skip("this one has sent nothing as it is")
    gone = {commune.code, *(u.code for u in base.units.descendants(commune.code))}
    other = Told(with_observations(base, lambda o: None if o.unit_code in gone else o))
    (sentence,) = messages(other, district, "data_not_reported")
    lower = commune.name[:1].lower() + commune.name[1:]
    named = sentence.split("chưa gửi báo cáo:")[1]
    assert lower in named or commune.name in named
    left_out = " ".join(messages(other, district, "below_left_out"))
    assert lower in left_out or commune.name in left_out
    for place in ("below_spread", "next_step", "below_drag"):
        for said in messages(other, district, place):
            assert f"{lower} (" not in said
    key = FactKey("2022-Q4", district, "total", "units_not_reported")
    assert other.facts[key] == told.facts[key] + 1  # type: ignore[operator]
    for code in set(DISTRICTS) - {district}:
        for changed in differing(told, other):
            if changed.unit == code:
                assert changed.kind in OF_GROUP, changed


SILENT = DISTRICTS


@pytest.mark.parametrize("district", SILENT)
def test_a_district_that_sends_nothing_has_no_number_left(
    district: str, base: Analysis, told: Told, request: pytest.FixtureRequest
) -> None:
    sampled(request, SILENT.index(district), len(SILENT), 1)
    gone = {district, *(u.code for u in base.units.descendants(district))}
    other = Told(with_observations(base, lambda o: None if o.unit_code in gone else o))
    said = {message for message, _ in other.sentences[district]}
    assert {"headline_not_reported", "level_all_not_reported", "next_unknown"} <= said
    assert not any(
        m.startswith(("level_met", "level_missed", "change_", "next_step", "pace_", "group_"))
        for m in said
    )
    assert other.fact("2022-Q4", district, "total", "rank") is None
    for code in set(DISTRICTS) - {district}:
        assert other.fact("2022-Q4", code, "total", "ranked") == 7


def test_the_last_becomes_the_first(base: Analysis, told: Told) -> None:
    analysis = base
    for indicator in RATIOS:
        analysis = with_previous_kept(base, set_share(analysis, "936", indicator, 0.99))
    other = Told(analysis)
    assert other.fact("2022-Q4", "936", "total", "rank") == 1
    first = other.sentences["936"][0][1]
    assert "xếp thứ 1/8" in first
    assert "tăng 7 bậc" in first
    # two of its communes have no initiative in the register: that is what is left to do
    (left,) = messages(other, "936", "next_")
    assert left.endswith("hỗ trợ các đơn vị trực thuộc chưa đạt về mô hình, sáng kiến.")
    assert told.sentences["932"][0] != other.sentences["932"][0]


def with_previous_kept(base: Analysis, changed: Analysis) -> Analysis:
    return analysed(base, base.campaign, changed.received)


# flags and counts ------------------------------------------------------------------------

FLAGS = [Flag.REJECTED, Flag.NO_DATA]


@pytest.mark.parametrize("flag", FLAGS)
@pytest.mark.parametrize("indicator", sorted(RATIOS))
def test_an_indicator_without_usable_cells_is_told_by_its_reason(
    indicator: str, flag: Flag, base: Analysis, request: pytest.FixtureRequest
) -> None:
    sampled(request, FLAGS.index(flag) + 2 * sorted(RATIOS).index(indicator), 10, 1)
    part, _ = RATIOS[indicator]

    def change(o: Observation) -> Observation:
        if o.measure == part and district_of(base, o.unit_code) == "932":
            return dataclasses.replace(o, value=None, flag=flag)
        return o

    other = Told(with_observations(base, change))
    said = dict(other.sentences["932"])
    assert f"level_{flag}" in said
    assert "headline_incomplete" in said
    assert base.campaign.indicator(indicator).names["vi"][1:] in said["headline_incomplete"]
    assert other.fact("2022-Q4", "932", "total", "rank") is None


INITIATIVES = [0, 1, 5]


@pytest.mark.parametrize("number", INITIATIVES)
def test_the_number_of_initiatives_is_what_the_sentences_say(
    number: int, base: Analysis, request: pytest.FixtureRequest
) -> None:
    sampled(request, INITIATIVES.index(number), len(INITIATIVES), 1)
    rows = [
        o for o in base.received.table.observations
        if o.measure == "initiatives_effective" and o.value
        and district_of(base, o.unit_code) == "931"
    ]  # fmt: skip
    kept = rows[:number]
    zero = [dataclasses.replace(rows[0], value=0)] if not number else []
    gone = {id(o) for o in rows if o not in kept}
    table = base.received.table
    observations = (*(o for o in table.observations if id(o) not in gone), *zero)
    received = dataclasses.replace(
        base.received, table=dataclasses.replace(table, observations=observations)
    )
    other = Told(analysed(base, base.campaign, received))
    (sentence,) = [s for s in messages(other, "931", "level_") if s.startswith("Số mô hình")]
    found = min(number, len(rows))
    assert (f"là {found} mô hình" if found else "chưa có mô hình nào") in sentence
    assert ("chưa đạt" in sentence) is (found < 1)
    (total,) = messages(other, "931", "movement_")
    assert f"{found + 7} mô hình" in total  # seven in the quarter before


def test_figures_that_nobody_renewed_are_named(base: Analysis) -> None:
    assert base.previous is not None
    commune = base.units.children("936")[0]
    own = {commune.code, *(u.code for u in base.units.descendants(commune.code))}
    months = dict(zip(("2022-10", "2022-11", "2022-12"), ("2022-07", "2022-08", "2022-09"),
                      strict=True))  # fmt: skip
    before = {
        (o.unit_code, o.measure, o.period): o for o in base.previous.received.table.observations
    }

    def change(o: Observation) -> Observation:
        if o.unit_code not in own:
            return o
        old = before.get((o.unit_code, o.measure, months.get(o.period, "2022-Q3")))
        return o if old is None else dataclasses.replace(o, value=old.value, flag=old.flag)

    other = Told(with_observations(base, change))
    (sentence,) = messages(other, "936", "data_unchanged")
    assert commune.name[1:] in sentence
    assert "quý III/2022" in sentence


WEIGHTS = [1, 5, 15, 30]


@pytest.mark.parametrize("weight", WEIGHTS)
def test_a_weight_changes_points_and_nothing_that_is_counted(
    weight: int, base: Analysis, told: Told, request: pytest.FixtureRequest
) -> None:
    sampled(request, WEIGHTS.index(weight), len(WEIGHTS), 1)
    indicators = tuple(
        dataclasses.replace(i, max_points=float(weight)) if i.id == "cashless" else i
        for i in base.campaign.indicators
    )
    scoring = dataclasses.replace(base.campaign.scoring, total_points=80.0 + weight)
    campaign = dataclasses.replace(base.campaign, indicators=indicators, scoring=scoring)
    other = Told(analysed(base, campaign, base.received))
    kinds = {key.kind for key in differing(told, other)}
    assert {"points", "max_points"} <= kinds
    assert not kinds & {"value", "numerator", "change", "gap", "shortfall", "spread", "pace"}


def with_rules(base: Analysis, **more: object) -> Analysis:
    ranking = dataclasses.replace(base.campaign.ranking, **more)  # type: ignore[arg-type]
    return analysed(base, dataclasses.replace(base.campaign, ranking=ranking), base.received)


def test_points_that_the_rules_round_alike_share_a_place(base: Analysis, told: Told) -> None:
    other = Told(with_rules(base, decimals=0, tie_break=()))  # 91,19 and 90,95 points
    assert "rank_tied" not in dict(told.sentences["932"])
    assert "thành phố Ngã Bảy" in dict(other.sentences["932"])["rank_tied"]
    assert "huyện Châu Thành A" in dict(other.sentences["931"])["rank_tied"]
    assert "rule_rounded" in dict(other.league)
    assert "rule_ties" not in dict(other.league)


def test_a_condition_of_the_ranking_is_printed_with_its_number(base: Analysis, told: Told) -> None:
    conditions = base.campaign.ranking.conditions
    stricter = tuple(
        dataclasses.replace(c, at_least=0.95) if c.kind == "reported" else c for c in conditions
    )
    assert stricter != conditions
    other = Told(with_rules(base, conditions=stricter))
    assert "80%" in dict(told.league)["rule_least_reported"]
    assert "95%" in dict(other.league)["rule_least_reported"]
    # one commune of fifteen has sent nothing: Phụng Hiệp is not ranked any more
    assert "headline_below_reported" in dict(other.sentences["934"])


REWARDS = [(2, "all"), (3, "none"), (1, "none")]


@pytest.mark.parametrize(("quota", "ties"), REWARDS)
def test_a_reward_is_printed_as_the_campaign_declares_it(
    quota: int, ties: str, base: Analysis, request: pytest.FixtureRequest
) -> None:
    sampled(request, REWARDS.index((quota, ties)), len(REWARDS), 1)
    rewards = tuple(
        dataclasses.replace(r, quota=quota, ties=ties, minimum_targets=1)
        if r.level == "district" else r
        for r in base.campaign.rewards
    )  # fmt: skip
    campaign = dataclasses.replace(base.campaign, rewards=rewards)
    said = dict(Told(analysed(base, campaign, base.received)).league)
    assert f"{quota} đơn vị" in said["reward_quota"]
    assert f"reward_ties_{ties}" in said
    assert "1 chỉ tiêu" in said["reward_targets"]


def test_what_does_not_arise_takes_its_part_from_the_scale(base: Analysis, told: Told) -> None:
    def change(o: Observation) -> Observation:
        mine = o.measure in RATIOS["online_dossiers"] and district_of(base, o.unit_code) == "937"
        return dataclasses.replace(o, value=None, flag=Flag.NOT_APPLICABLE) if mine else o

    other = Told(with_observations(base, change))
    assert "scale_part" not in dict(told.sentences["937"])
    assert "80%" in dict(other.sentences["937"])["scale_part"]
    assert "level_not_applicable" in dict(other.sentences["937"])


def test_a_bonus_is_told_apart(base: Analysis, told: Told) -> None:
    scoring = dataclasses.replace(base.campaign.scoring, total_points=90.0, bonus=("initiatives",))
    campaign = dataclasses.replace(base.campaign, scoring=scoring)
    other = Told(analysed(base, campaign, base.received))
    assert "10,00 điểm thưởng" in dict(other.sentences["930"])["scale_bonus"]


def test_every_kind_of_claim_is_moved_by_some_mutation(
    told: Told, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    if not request.config.getoption("--full"):
        pytest.skip("the mutations all run with --full")
    if hasattr(request.config, "workerinput"):
        pytest.skip("what all mutations move is counted in one process: run them without -n")
    with capsys.disabled():
        print("\nmutations that move each kind of claim:", dict(MOVED.most_common()))
    kinds = {m.split("_")[0] for m in SENTENCES} - {"points", "register", "picture"}
    # what tables and pictures say: tests/report/test_charts.py and the proof of pages
    assert kinds - set(MOVED) == set()


def sampled(request: pytest.FixtureRequest, number: int, of: int, kept: int) -> None:
    """Without --full only some of the mutations run, the same each time."""
    if not request.config.getoption("--full"):
        chosen = random.Random(of).sample(range(of), kept)
        if number not in chosen:
            pytest.skip("all of them with --full")


def test_there_are_at_least_150_mutations() -> None:
    number = 60 + len(CROSSINGS) + len(FLIPPED) + 1 + len(REMOVED) + len(SILENT) + 1
    number += len(FLAGS) * len(RATIOS) + len(INITIATIVES) + 1 + len(WEIGHTS) + 2 + len(REWARDS) + 2
    assert number >= 150
