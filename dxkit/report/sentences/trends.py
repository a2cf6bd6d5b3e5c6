"""What the periods of the series show: runs, turns, the highest and the lowest so far, targets that
are missed again and again; and what cannot be compared, because it is of something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dxkit.model.campaign import Indicator
from dxkit.model.facts import TOTAL, Claim, Fact, Reference
from dxkit.report.sentences.catalogue import SLOTS, Filling
from dxkit.report.sentences.unit_view import View, short_name

_STEPS = ("alike", "rises", "falls", "rises_before", "falls_before")


def trends(view: View) -> Iterator[tuple[Claim, ...]]:
    """What is true of each indicator over the periods, then what cannot be compared, then of the
    points and of the rank; nothing where fewer than three periods are at hand.
    """
    told = [(*_trend(view, i), *_behind(view, i)) for i in view.indicators]
    kinds = ("rank", "ranks_alike", "rank_best_before", "rank_worst_before")
    ranks = SLOTS["trend_rank"].say(view.known_kinds(TOTAL, *kinds))
    yield from filter(None, (*told, (*_apart(view),), (*_points(view), *ranks)))


def boundaries(view: View) -> Iterator[Claim]:
    """Of which units it is made since boundaries changed."""
    found = view.analysis.boundaries.get(view.unit.code)
    if found is None:
        return
    named = [Reference("former", f"{code}/{found.before}") for code in found.origins]
    told = view.told(TOTAL, "boundary_day parts_of_units", "unit", former=named)
    yield from SLOTS["boundaries"].say(told)


def known_over_time(view: View, subject: str, kind: str) -> dict[str, Fact]:
    """The known facts of a kind by period, forward in time."""
    found = view.analysis.over_time(view.unit.code, subject, kind)
    return {period: fact for period, fact in found.items() if fact is not None and fact.known}


def _trend(view: View, indicator: Indicator) -> Iterator[Claim]:
    facts = view.known_kinds(indicator.id, "value", "best_before", "worst_before", *_STEPS)
    ends = ("highest_before", "lowest_before")
    names = zip(("best_before", "worst_before"), ends[:: indicator.direction], strict=True)
    turned = {name: facts.pop(kind) for kind, name in names if kind in facts}
    run = _start_of_run(facts, known_over_time(view, indicator.id, "value"))
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
    targets = list(known_over_time(view, indicator.id, "target").values())
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


def _points(view: View) -> Iterator[Claim]:
    """How long the points have risen or fallen; and since when they can be compared."""
    facts = view.known_kinds(TOTAL, "points", *_STEPS)
    alike = facts.get("alike")
    if alike is None:
        return
    run = _start_of_run(facts, known_over_time(view, TOTAL, "points"))
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
