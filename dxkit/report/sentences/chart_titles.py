"""What the charts show, said in a sentence: each claim is the title of one chart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dxkit.analysis.series import is_alike
from dxkit.model.campaign import Indicator
from dxkit.model.facts import Claim, Fact, Reference
from dxkit.report.sentences.catalogue import SLOTS
from dxkit.report.sentences.unit_view import View, equal_to, reached_below, short_name, unit_of


def targets_claim(view: View) -> Claim | None:
    """Which share that should rise is furthest from its target or, where all reach theirs, nearest
    to it; nothing where one that has not missed it is not known.
    """
    gaps = _of_shares(view, "gap", rising=True)
    if not gaps:
        return None
    least = min(gaps, key=lambda fact: fact.number)
    unknown = {
        f"open_{i.id}": fact
        for i in view.indicators
        if i.kind == "ratio" and (fact := view.scorecard.find(i.id, "gap")) and not fact.known
    }
    return SLOTS["chart_targets"].choose(
        {"gap": least, "indicator": _named(least, gaps), **unknown}
    )


def trend_claims(view: View) -> list[Claim]:
    """Which indicators have risen, and which have fallen, twice in a row at least; or that none
    has.
    """
    runs = {
        kind: [
            fact for i in view.indicators
            if (fact := view.scorecard.find(i.id, kind)) is not None and fact.known
        ]
        for kind in ("rises", "falls")
    }  # fmt: skip
    claims: list[Claim] = []
    for kind, facts in runs.items():
        long = [fact for fact in facts if fact.number > 1]
        told = {f"{kind}_{fact.key.subject}": fact for fact in long}
        claims += SLOTS[f"chart_{kind}"].say({**told, "indicators": list(map(short_name, long))})
    every = {f"{kind}_{f.key.subject}": f for kind, facts in runs.items() for f in facts}
    return claims or list(SLOTS["chart_no_run"].say(every))


def grid_claim(view: View) -> Claim | None:
    """On which indicator the smallest share of the units below reach the target."""
    reached = list(reached_below(view))
    if not reached:
        return None
    least = min(reached, key=lambda r: r.share)
    fewest = [
        r
        for r in reached
        if r.share == least.share and (not r.share or r.known.number == least.known.number)
    ]
    named = [short_name(r.indicator) for r in fewest]
    kinds = "children_met children_known"
    told = view.told(least.indicator, kinds, "indicator level", indicators=named)
    return SLOTS["chart_grid"].choose(told)


def gap_claim(view: View, indicator: Indicator, lacking: Sequence[Fact]) -> Claim | None:
    """Where most is lacking to the target of the period, of what is lacking anywhere."""
    most = max(lacking, key=lambda fact: fact.number)
    units = [unit_of(fact) for fact in equal_to(most, lacking)]
    told = view.told(indicator, "target", "indicator thing", unit=units)
    return SLOTS["chart_gap"].choose({"most": most, **told})


def ranked_claim(view: View, indicator: Indicator) -> Claim | None:
    """Between which values the units below lie on one indicator."""
    values = view.child_facts(indicator.id, "value")
    if not values:
        return None
    return SLOTS["chart_ranked"].choose(
        {
            "greatest": max(values, key=lambda fact: fact.number),
            "least": min(values, key=lambda fact: fact.number),
            "indicator": Reference("indicator", indicator.id),
        }
    )


def funnel_claim(view: View, indicator: Indicator) -> Claim | None:
    """How many of the units below are farther from the common share than chance would have it."""
    kinds = "children_outside children_known value"
    return SLOTS["chart_funnel"].choose(view.told(indicator, kinds, "indicator"))


def months_claim(view: View, indicator: Indicator) -> Claim | None:
    """From the first to the last month that has a share."""
    return _first_and_last(month_shares(view, indicator), indicator)


def course_claim(view: View, indicator: Indicator) -> Claim | None:
    """From the first to the last period with a value among those that one is made of; nothing where
    not the same places told of it.
    """
    asked = (view.unit.code, indicator.id)
    told = [(p, f) for p in view.analysis.course if (f := p.find(*asked, "value")) and f.known]
    if told and not is_alike(told[0][0], told[-1][0], *asked):
        return None
    return _first_and_last([fact for _, fact in told], indicator)


def _first_and_last(shares: Sequence[Fact], indicator: Indicator) -> Claim | None:
    if len(shares) < 2:
        return None
    first, last = shares[0], shares[-1]
    return SLOTS["chart_months"].choose(
        {
            "first": first,
            "last": last,
            "first_month": Reference("period", first.key.period),
            "last_month": Reference("period", last.key.period),
            "indicator": Reference("indicator", indicator.id),
        }
    )


def month_shares(view: View, indicator: Indicator) -> tuple[Fact, ...]:
    """The known shares of the period's months, in order."""
    return tuple(
        fact
        for key, fact in sorted(view.scorecard.facts.items(), key=lambda item: item[0].period)
        if (key.unit, key.subject, key.kind) == (view.unit.code, indicator.id, "month_value")
        and fact.known
    )


def _named(extreme: Fact, facts: Iterable[Fact]) -> list[Reference]:
    """The indicators whose number is the extreme one."""
    return [short_name(fact) for fact in equal_to(extreme, facts)]


def _of_shares(view: View, kind: str, *, rising: bool = False) -> list[Fact]:
    """The known facts of a kind about the indicators measured as shares, or those that should
    rise.
    """
    return [
        fact
        for indicator in view.indicators
        if indicator.kind == "ratio" and (not rising or indicator.direction > 0)
        if (fact := view.scorecard.find(indicator.id, kind)) is not None and fact.known
    ]


def weakest_indicator(view: View) -> Indicator | None:
    """The indicator with a shortfall on which most points are lost, or None when none has one."""
    found = [
        (indicator.max_points - points.number, indicator)
        for indicator in view.indicators
        if (lacking := view.scorecard.find(indicator.id, "shortfall")) is not None
        and lacking.known
        and lacking.number > 0
        and (points := view.fact(indicator.id, "points")).known
    ]
    return max(found, key=lambda pair: pair[0])[1] if found else None
