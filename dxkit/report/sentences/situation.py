"""The situation: what each indicator has reached, how that compares, how sure the rank is, what has
changed since the period before; and what the periods of the series show: runs, turns, the highest
and the lowest so far, targets that are missed again and again, and what cannot be compared, because
it is of something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dxkit.model.campaign import Indicator, IndicatorKind, MeasureKind
from dxkit.model.facts import TOTAL, Claim, Fact, Reference, as_written
from dxkit.report.sentences.catalogue import SLOTS, Filling, Slot
from dxkit.report.sentences.unit_view import View, equal_to, short_name, too_few_to_judge

_MOST_ACTIVITIES = 6
"""Counts that the longest sentence on activity tells."""


def levels(view: View) -> Iterator[tuple[Claim, ...]]:
    """What each indicator has reached, and over the whole movement; nothing of a unit without any
    usable figure.
    """
    for indicator in view.indicators if _silence(view) is None else ():
        slots = (_interval, _too_few, _coverage, _movement)
        yield level(view, indicator), *(claim for said in slots for claim in said(view, indicator))


def standing(view: View, *, compared: bool = True) -> Iterator[Claim]:
    """Where the unit stands among others, and how sure that is; or that it has no usable figure.
    ``compared``: also where it is above and below the others, if its figures are of the whole.
    """
    yield from _points(view)
    silence = _silence(view)
    if silence is not None:
        yield silence
    if compared and not too_few_to_judge(view):
        yield from _comparisons(view)
        yield from strengths(view)
    yield from certainty(view)


def _comparisons(view: View) -> Iterator[Claim]:
    """With the others of the group and of its type; with one of them where both say the same."""
    of_group, of_type = _against_group(view), _against_type(view)
    if of_group and of_type and _in_which(of_group) == _in_which(of_type):
        of_type = None
    yield from (claim for claim in (of_group, of_type) if claim is not None)


def _points(view: View) -> Iterator[Claim]:
    """With whom the rank is shared, and what the points are made of where that is not plain."""
    kinds = ("points", "max_points", "covered", "bonus", "rank", "rank_shared")
    facts = view.known_kinds(TOTAL, *kinds)
    own = view.rank_of(view.unit.code)
    tied = [
        Reference("unit", code)
        for code in view.codes_of_peers
        if own is not None and code != view.unit.code and view.rank_of(code) == own
    ]
    for slot in (SLOTS["rank_tied"], SLOTS["scale"], SLOTS["bonus"]):
        yield from slot.say({**facts, "unit": view.itself, "tied": tied})


def _silence(view: View) -> Claim | None:
    """That there is nothing on any indicator, said once."""
    values = {f"value_{i.id}": view.fact(i.id, "value") for i in view.indicators}
    return SLOTS["silence"].choose({**values, "unit": view.itself})


def level(view: View, indicator: Indicator) -> Claim:
    """What the unit has reached on one indicator, or why there is no figure."""
    kinds = "value target gap shortfall numerator denominator"
    named = Reference("indicator", indicator.id)
    told = view.told(indicator, kinds, "whole thing unit", indicator=named)
    told |= view.nought_of(view.scorecard, indicator)
    claim = SLOTS[f"level_{indicator.kind}"].choose(told, indicator.direction)
    if claim is None:
        raise LookupError(f"no sentence fits the level of {indicator.id} at {view.unit.code}")
    return claim


def _interval(view: View, indicator: Indicator) -> Iterator[Claim]:
    """How far a share of a few things is from being sure."""
    kinds = "denominator interval_low interval_high"
    yield from SLOTS["interval"].say(view.told(indicator, kinds, "thing"))


def _too_few(view: View, indicator: Indicator) -> Iterator[Claim]:
    """That the share is of too few things to have a rank."""
    least = view.scorecard.find(indicator.id, "least_denominator")
    if least is not None:
        yield from SLOTS["too_few"].say(view.told(indicator, "denominator", "thing", least=least))


def _coverage(view: View, indicator: Indicator) -> Iterator[Claim]:
    """That the figure is of fewer than half of the units below."""
    told = view.told(indicator, "children_known children", "below unit")
    left_out = view.fact(indicator.id, "children_left_out")
    yield from SLOTS["coverage"].say({"left_out": left_out, **told})


def _movement(view: View, indicator: Indicator) -> Iterator[Claim]:
    """What has been reached over the whole movement, where the plan sets a target for it."""
    told = view.told(indicator, "movement_value movement_target", "thing unit")
    yield from SLOTS["movement"].say(told)


# against others -----------------------------------------------------------------------------------


def _against_group(view: View) -> Claim | None:
    if view.group is None:
        return None
    more = view.told(TOTAL, "", "group", level=Reference("level", view.unit.level))
    return _against(view, SLOTS["against_group"], "against_group", more)


def _against_type(view: View) -> Claim | None:
    """Against the others of the same type together, or that there is no other one."""
    if view.group is None or not view.unit.type:
        return None
    more = view.told(TOTAL, "", "group", type=Reference("type", view.unit.type))
    counted = next(view.own_facts("type_units"), None)
    if counted is not None:
        more |= {"type_units": counted}
        return _against(view, SLOTS["against_type"], "against_type", more)
    alike = [p for p in view.peers if p.unit.type == view.unit.type]
    ranked = view.scorecard.find(TOTAL, "ranked")
    if len(alike) > 1 or ranked is None:
        return None
    return SLOTS["type_alone"].choose({**more, "ranked": ranked, "unit": view.itself})


def _against(view: View, slot: Slot, kind: str, more: Mapping[str, Filling]) -> Claim | None:
    """On which ratios the unit is higher and on which lower, and the greatest distance."""
    ratios = {i.id for i in view.indicators if i.kind is IndicatorKind.RATIO}
    found = [f for f in view.own_facts(kind) if f.key.subject in ratios and f.known]
    if not found:
        return None
    higher = [f for f in found if as_written(f) > 0]
    lower = [f for f in found if as_written(f) < 0]
    even = [f for f in found if not as_written(f)]
    furthest = max(lower if higher and lower else found, key=lambda fact: abs(fact.number))
    return slot.choose(
        {
            **{f"higher_{f.key.subject}": f for f in higher},
            **{f"lower_{f.key.subject}": f for f in lower},
            **{f"even_{f.key.subject}": f for f in even},
            "higher": list(map(short_name, higher)),
            "lower": list(map(short_name, lower)),
            "furthest": list(map(short_name, equal_to(furthest, found))),
            "gap": furthest,
            "unit": view.itself,
            **more,
        }
    )


def _in_which(claim: Claim) -> tuple[str, ...]:
    """On which ratios the unit is higher and on which lower."""
    names = (name for name, _ in claim.facts)
    return tuple(name for name in names if name.startswith(("higher_", "lower_", "even_")))


def certainty(view: View) -> Iterator[Claim]:
    """Which ranks are possible when weights change, which other trials give others, and whether
    the award stands.
    """
    kinds = ("points", "rank", "rank_best", "rank_worst", "weight_band", "trial_best",
             "trial_worst", "trials_outside", "award_draws")  # fmt: skip
    facts = view.known_kinds(TOTAL, *kinds)
    if view.group is None or "rank" not in facts:
        return
    filling: dict[str, Filling] = {**facts, "unit": view.itself}
    yield from SLOTS["certainty"].say(filling)
    sure = view.analysis.certainty_of(view.unit)
    own = sure.ranges.get(view.unit.code) if sure is not None else None
    if own is not None:
        named = [Reference("trial", name) for name in own.outside]
        yield from SLOTS["certainty_trials"].say({**filling, "trials_named": named})
    tier = view.known_kinds(TOTAL, "tier", "tiers", "tier_units")
    yield from SLOTS["tier"].say({**tier, "unit": view.itself})
    if view.is_near_award:
        yield from SLOTS["award_open"].say(filling)


# where it stands best and lowest ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Standing:
    """The rank on one criterion, and out of how many: units that have nothing to measure are not
    ranked, so that criteria differ in it.
    """

    rank: Fact
    ranked: Fact

    @property
    def behind(self) -> float:
        """How many places follow."""
        return self.ranked.number - self.rank.number


def strengths(view: View) -> Iterator[Claim]:
    """The criteria with the best rank, the last one never being it; then among the others those
    nearest the bottom. Or that all are alike, or that there is no figure to be ranked on.
    """
    ranks = [fact for fact in view.own_facts("rank") if fact.key.subject != TOTAL]
    if view.group is None or not ranks:
        return
    if not any(fact.known for fact in ranks):
        yield from SLOTS["no_strength"].say({"best_rank": ranks[0], "unit": view.itself})
    found = [
        _Standing(fact, ranked)
        for fact in ranks
        if fact.known and (ranked := view.fact(fact.key.subject, "ranked")).number > 1
    ]
    if not found:
        return
    even = _even(view, found) if len(found) > 1 else None
    if even is not None:
        yield even
        return
    first = min((s.rank.number for s in found if s.behind), default=0)
    best = [s for s in found if s.behind and s.rank.number == first]
    others = [s for s in found if s not in best]
    last = min((s.behind for s in others), default=0)
    yield from _ranks(SLOTS["best"], best)
    yield from _ranks(SLOTS["worst"], [s for s in others if s.behind == last])


def _even(view: View, found: list[_Standing]) -> Claim | None:
    ranks = sorted((s.rank for s in found), key=lambda fact: fact.number)
    ranked = sorted((s.ranked for s in found), key=lambda fact: fact.number)
    ends = {"best_rank": ranks[0], "worst_rank": ranks[-1]}
    ends |= {"least_ranked": ranked[0], "most_ranked": ranked[-1]}
    return SLOTS["even"].choose(view.told(TOTAL, "", "unit", **ends))


def _ranks(slot: Slot, told: list[_Standing]) -> Iterator[Claim]:
    """Each rank once with its criteria; nothing where they are too many to be read."""
    groups: dict[float, list[_Standing]] = {}
    for standing in told:
        groups.setdefault(standing.ranked.number, []).append(standing)
    if len(groups) > len(SLOTS["best"].sentences):
        return
    filling: dict[str, Filling] = {}
    for number, alike in enumerate(groups.values(), start=1):
        filling[f"rank_{number}"] = alike[0].rank
        filling[f"ranked_{number}"] = alike[0].ranked
        filling[f"at_{number}"] = [short_name(s.rank) for s in alike]
    yield from slot.say(filling)


# what was done, and what has changed --------------------------------------------------------------


def activity(view: View) -> Iterator[Claim]:
    """What was done, in counts that no indicator uses; one sentence for each table of them."""
    tables: dict[str, list[Fact]] = {}
    for measure in view.campaign.activity:
        fact = view.scorecard.find(measure.id, "value")
        if fact is not None and measure.kind is not MeasureKind.ROWS:
            tables.setdefault(measure.table, []).append(fact)
    for table, facts in tables.items():
        known = [fact for fact in facts if fact.known][:_MOST_ACTIVITIES]
        named = Reference("table", table)
        filling = view.told(TOTAL, "", "unit", table=named, value=facts[0])
        for number, fact in enumerate(known, start=1):
            filling[f"value_{number}"] = fact
            filling[f"name_{number}"] = Reference("measure", fact.key.subject)
        yield from SLOTS["activity"].say(filling)


def changes(view: View) -> Iterator[Claim]:
    """What is true of the change; nothing in a first period, which the headlines say."""
    if view.previous_period is None:
        return
    for indicator in view.indicators:
        yield from _change(view, indicator)
    told_now = [i.id for i in view.indicators if view.fact(i.id, "value").known]
    unknown = [fact for i in told_now if not (fact := view.fact(i, "change")).known]
    told_of = {f"change_{fact.key.subject}": fact for fact in unknown}
    named = view.told(TOTAL, "", "previous_period", indicators=list(map(short_name, unknown)))
    yield from SLOTS["change_unknown"].say({**told_of, **named})
    told = {indicator.id for indicator in view.indicators}
    scopes = [f for f in view.own_facts("places_in_one") if f.key.subject in told]
    if scopes:
        most = max(scopes, key=lambda fact: fact.number)
        yield from SLOTS["change_scope"].say({"places_in_one": most})
    if view.group is None:
        return
    kinds = "progress progress_rank progress_ranked"
    yield from SLOTS["progress"].say(view.told(TOTAL, kinds, "unit previous_period"))


def _change(view: View, indicator: Indicator) -> Iterator[Claim]:
    if not view.fact(indicator.id, "value").known:
        return  # its own sentence says why
    previous = view.scorecard.previous(indicator.id, "value")
    names = "previous_period indicator thing"
    filling = view.told(indicator, "value change like_change", names)
    filling |= {"previous": previous} if previous is not None else {}
    yield from SLOTS[f"change_{indicator.kind}"].say(filling, indicator.direction)
    if indicator.kind is not IndicatorKind.VALUE:
        yield from SLOTS[f"change_like_{indicator.kind}"].say(filling)


_STEPS = ("alike", "rises", "falls", "rises_before", "falls_before")


def trends(view: View) -> Iterator[tuple[Claim, ...]]:
    """What is true of each indicator over the periods, then what cannot be compared, then of the
    points and of the rank; nothing where fewer than three periods are at hand.
    """
    told = [(*_trend(view, i), *_behind(view, i)) for i in view.indicators]
    kinds = ("rank", "ranks_alike", "rank_best_before", "rank_worst_before")
    ranks = SLOTS["trend_rank"].say(view.known_kinds(TOTAL, *kinds))
    yield from filter(None, (*told, (*_apart(view),), (*_points_over_time(view), *ranks)))


def boundaries(view: View) -> Iterator[Claim]:
    """Of which units it is made since boundaries changed."""
    found = view.analysis.boundaries.get(view.unit.code)
    if found is None:
        return
    named = [Reference("former", f"{code}/{found.before}") for code in found.origins]
    told = view.told(TOTAL, "boundary_day parts_of_units", "unit", former=named)
    yield from SLOTS["boundaries"].say(told)


def _known_over_time(view: View, subject: str, kind: str) -> dict[str, Fact]:
    """The known facts of a kind by period, forward in time."""
    found = view.analysis.over_time(view.unit.code, subject, kind)
    return {period: fact for period, fact in found.items() if fact is not None and fact.known}


def _trend(view: View, indicator: Indicator) -> Iterator[Claim]:
    facts = view.known_kinds(indicator.id, "value", "best_before", "worst_before", *_STEPS)
    ends = ("highest_before", "lowest_before")
    names = zip(("best_before", "worst_before"), ends[:: indicator.direction], strict=True)
    turned = {name: facts.pop(kind) for kind, name in names if kind in facts}
    run = _start_of_run(facts, _known_over_time(view, indicator.id, "value"))
    named: dict[str, Filling] = {"indicator": short_name(indicator)}
    yield from SLOTS["over_periods"].say({**facts, **turned, **run, **named})


def _start_of_run(facts: Mapping[str, Fact], told: Mapping[str, Fact]) -> dict[str, Filling]:
    """The number before the first step of the run that ends with this period, and its period; the
    number of the period before this one.
    """
    steps = max((facts[k].number for k in ("rises", "falls") if k in facts), default=0)
    row = list(told.values())
    if len(row) < 2 or not steps:
        return {}
    first = row[-1 - int(steps)]
    period = Reference("period", first.key.period)
    return {"first": first, "previous": row[-2], "first_period": period}


def _behind(view: View, indicator: Indicator) -> Iterator[Claim]:
    """For how many periods in a row its targets were missed, and the last other one of them."""
    facts = view.known_kinds(indicator.id, "behind", "target")
    if "behind" not in facts:
        return
    filling: dict[str, Filling] = {**facts, "indicator": short_name(indicator)}
    targets = list(_known_over_time(view, indicator.id, "target").values())
    missed = targets[len(targets) - int(facts["behind"].number) :]
    other = [fact for fact in missed if fact.value != facts["target"].value]
    if other:
        filling |= {"other_target": other[-1]}
        filling |= {"other_period": Reference("period", other[-1].key.period)}
    yield from SLOTS["behind"].say(filling)


def _apart(view: View) -> Iterator[Claim]:
    """Of which period and those before it the results are of other places."""
    by_period: dict[str, dict[str, Fact]] = {}
    for indicator in view.indicators:
        alike = view.scorecard.find(indicator.id, "alike")
        earlier = None if alike is None else _before_stretch(view, indicator.id, "value", alike)
        if earlier is not None:
            by_period.setdefault(earlier.key.period, {})[indicator.id] = earlier
    for period, facts in by_period.items():
        named = [short_name(fact) for fact in facts.values()]
        filling: dict[str, Filling] = {f"earlier_{name}": fact for name, fact in facts.items()}
        filling |= {"indicators": named, "first_period": Reference("period", period)}
        yield from SLOTS["values_apart"].say(filling)


def _before_stretch(view: View, subject: str, kind: str, alike: Fact) -> Fact | None:
    """The number of the period before those that can be compared, where it has one."""
    found = list(view.analysis.over_time(view.unit.code, subject, kind).values())
    number = len(found) - int(alike.number) - 1
    fact = found[number] if number >= 0 else None
    return fact if fact is not None and fact.known else None


def _points_over_time(view: View) -> Iterator[Claim]:
    """How long the points have risen or fallen; and since when they can be compared."""
    facts = view.known_kinds(TOTAL, "points", *_STEPS)
    alike = facts.get("alike")
    if alike is None:
        return
    run = _start_of_run(facts, _known_over_time(view, TOTAL, "points"))
    yield from SLOTS["trend_points"].say({**facts, **run})
    earlier = _before_stretch(view, TOTAL, "points", alike)
    if earlier is None:
        return
    period = earlier.key.period
    changed = {}
    for indicator in view.indicators:
        targets = list(view.analysis.over_time(view.unit.code, indicator.id, "target").items())
        at = [name for name, _ in targets].index(period)
        before, after = (fact for _, fact in targets[at : at + 2])
        if before is not None and after is not None and before.value != after.value:
            changed[indicator.id] = after
    told = {f"changed_{name}": fact for name, fact in changed.items()}
    named: dict[str, Filling] = {"indicators": list(map(short_name, changed.values()))}
    named |= {"first_period": Reference("period", period)}
    yield from SLOTS["points_apart"].say({"earlier": earlier, **told, **named})
