"""The sentences at the top: where the unit stands, whether it is proposed for a reward and why,
what it reached, what changed.
"""

from __future__ import annotations

from collections.abc import Iterator

from dxkit.analysis.ranking import TIED_INTO_QUOTA
from dxkit.model.facts import TOTAL, Claim, Fact, Reference, reward_subject
from dxkit.model.observations import Flag
from dxkit.report.sentences.catalogue import choose, state
from dxkit.report.sentences.conditions import shows_zero
from dxkit.report.sentences.coverage import least_covered
from dxkit.report.sentences.unit_view import View

_RANKS = ("headline_rank_up", "headline_rank_down", "headline_rank_same", "headline_rank_new")
_WITHOUT_RANK = (
    "headline_no_targets",
    "headline_after_end",
    "headline_incomplete",
    "headline_not_reported",
    "headline_unread",
    "headline_excluded",
    "headline_below_covered",
    "headline_below_reported",
    "headline_below_value",
    "headline_whole",
)
_WHOLE = ("all", "some", "none", "partly", "idle", "partly_idle")
_PART = ("open", "part_all", "part_some", "part_none")
TARGETS = tuple(f"headline_targets_{name}" for name in (*_WHOLE, *_PART))


def headlines(view: View) -> Iterator[Claim]:
    """At most five claims; a campaign without targets or an earlier period has fewer, and only a
    unit that is proposed for a reward, or takes none because figures lack, is told of it.
    """
    first = (standing(view), _award(view), _figures_lacking(view))
    for claim in (*first, _targets(view), _change(view)):
        if claim is not None:
            yield claim


def standing(view: View) -> Claim | None:
    """The unit's place and points, or why it has none."""
    scorecard = view.scorecard
    total = view.analysis.results.totals[view.unit.code]
    lacking = tuple(
        Reference("indicator", result.indicator.id)
        for result in view.results
        if result.measured.value.value is None
        and result.measured.value.missing != Flag.NOT_APPLICABLE
    )
    kinds = ("points", "max_points", "rank", "ranked", "rank_change")
    facts = {kind: scorecard.find(TOTAL, kind) for kind in kinds}
    if not view.results and view.children:
        return choose(
            ("headline_of_units",),
            {
                "points": view.fact(TOTAL, "points"),
                "units_total": view.fact(TOTAL, "units"),
                "below": view.child_level,
                "unit": view.itself,
            },
        )
    ranks = [f"{message}_graded" if total.band else message for message in _RANKS]
    return choose(
        (*ranks, *_WITHOUT_RANK),
        {
            **{name: fact for name, fact in facts.items() if fact is not None},
            "unit": view.itself,
            "group": Reference("unit", view.group.code) if view.group else view.itself,
            "level": Reference("level", view.unit.level),
            "band": Reference("band", total.band.id) if total.band else (),
            "previous_period": view.previous_period or (),
            "period": Reference("period", view.analysis.period.id),
            "lacking": lacking,
        },
    )


def _award(view: View) -> Claim | None:
    """On which list of rewards the unit is, and why."""
    if view.group is None:
        return None
    results, code = view.analysis.results, view.unit.code
    for rule in view.campaign.rewards:
        decisions = results.decisions.get((view.unit.level, view.group.code, rule.id), ())
        decision = next((d for d in decisions if d.unit_code == code and d.awarded), None)
        if decision is None:
            continue
        by = "progress_" if rule.by == "progress" else ""
        tied = "tied_" if decision.reason == TIED_INTO_QUOTA else ""
        whole = view.analysis.scorecard(view.group.code)
        return state(
            f"headline_award_{by}{tied}".removesuffix("_"),
            {
                "rank": view.fact(TOTAL, f"{by}rank"),
                "ranked": view.fact(TOTAL, f"{by}ranked"),
                "quota": whole.fact(reward_subject(rule.id), "quota"),
                "award": Reference("award", rule.id),
                "unit": view.itself,
            },
        )
    return None


def _figures_lacking(view: View) -> Claim | None:
    """Why a ranked unit takes no award whatever its place: it is that of the figures that came."""
    if not any(rule.level == view.unit.level for rule in view.campaign.rewards):
        return None
    totals = view.analysis.results.totals
    units = [c.unit.code for c in view.children if totals[c.unit.code].lacking]
    message = "headline_figures_lacking" if units else "headline_figures_lacking_own"
    return choose(
        (message,),
        {
            **view.known_kinds(TOTAL, "rank", "figures_lacking"),
            "unit": view.itself,
            "units": [Reference("unit", code) for code in units],
        },
    )


def _targets(view: View) -> Claim | None:
    """How many targets are reached; where units below lack figures that is said in the sentence,
    and where most do nothing is said to be reached.
    """
    met = [r for r in view.results if r.is_met is True]
    missed = [r for r in view.results if r.is_met is False]
    if not met and not missed:
        return None  # nothing is measured: a target that nobody measured is not missed
    open_ = [r for r in view.results if r.target is not None and r.is_met is None]
    idle = [r for r in open_ if r.measured.value.missing == Flag.NOT_APPLICABLE]
    unknown = [r for r in open_ if r not in idle]
    part = least_covered(view)
    return choose(
        [f"headline_targets_{name}" for name in (_PART if part else _WHOLE)],
        {
            **part,
            **view.known_kinds(TOTAL, "targets", "targets_known", "targets_met"),
            **{f"unknown_{r.indicator.id}": view.fact(r.indicator.id, "value") for r in unknown},
            **{f"idle_{r.indicator.id}": view.fact(r.indicator.id, "value") for r in idle},
            "below": view.child_level,
            "met": [Reference("short_indicator", r.indicator.id) for r in met],
            "missed": [Reference("short_indicator", r.indicator.id) for r in missed],
            "unknown": [Reference("short_indicator", r.indicator.id) for r in unknown],
            "idle": [Reference("short_indicator", r.indicator.id) for r in idle],
            "unit": view.itself,
        },
    )


def _change(view: View) -> Claim | None:
    """The greatest gain and the greatest loss among the indicators measured as shares."""
    if not view.indicators:
        return None
    if view.previous_period is None:
        first = view.fact(view.indicators[0].id, "change")
        return choose(
            ("headline_first",),
            {
                "change": first,
            },
        )
    changes = [
        (view.fact(indicator.id, "change"), indicator.direction)
        for indicator in view.indicators
        if indicator.kind == "ratio"
    ]
    gains = sorted(
        (
            (fact.number * direction, fact)
            for fact, direction in changes
            if fact.known and direction > 0
        ),
        key=lambda pair: pair[0],
    )
    if not gains:
        return None
    best, worst = gains[-1][1], gains[0][1]
    return choose(
        ("headline_both", "headline_growth", "headline_fall", "headline_same"),
        {
            "change": best if best.number > 0 or not _falls(worst) else worst,
            "fall": worst,
            "value": view.fact(best.key.subject, "value"),
            "indicator": Reference("indicator", best.key.subject),
            "fallen": Reference("indicator", worst.key.subject),
            "previous_period": view.previous_period,
        },
    )


def _falls(fact: Fact) -> bool:
    return fact.number < 0 and not shows_zero(fact)
