"""The sentences at the top: where the unit stands, whether it is proposed for a reward and why,
what it reached, what changed; the short ones of the strip, beside its large numbers; and what
messages say, where there is room for a few sentences only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dxkit.analysis.rules import QUOTA_FULL, TIED_INTO_QUOTA, TIER_INTO_QUOTA
from dxkit.model.campaign import IndicatorKind
from dxkit.model.facts import TOTAL, Claim, Reference, as_written, reward_subject
from dxkit.model.observations import Flag
from dxkit.model.rules import REWARD_BASES
from dxkit.report.sentences.catalogue import SLOTS, state
from dxkit.report.sentences.data_state import without_figures
from dxkit.report.sentences.next_steps import next_steps
from dxkit.report.sentences.unit_view import (
    View,
    equal_to,
    least_covered,
    short_name,
    too_few_to_judge,
)


def _keys(*slots: str) -> frozenset[str]:
    return frozenset(sentence.key for name in slots for sentence in SLOTS[name].sentences)


TARGETS = _keys("targets", "targets_in_part")
"""The keys of the sentences on how many targets are reached."""
_AWARDS = _keys("award")
"""Those of the sentences on a list of rewards that the unit is on."""
_LACKING = _keys("figures_lacking", "figures_lacking_own")
"""Those of the sentences that it takes no reward because figures lack."""
CHANGES = _keys("first_period", "headline_change")
"""Those of the sentences on what changed since the period before."""


def headlines(view: View) -> Iterator[Claim]:
    """At most five claims; a campaign without targets or an earlier period has fewer, and only a
    unit that is proposed for a reward, or takes none because figures lack, is told of it.
    """
    first = standing(view)
    if first is not None:
        yield first
    for claims in (_award, _figures_lacking, _targets, _change):
        yield from claims(view)


def standing(view: View) -> Claim | None:
    """The unit's rank and points, or why it has none."""
    if not view.indicators and view.children:
        units = view.fact(TOTAL, "units")
        return SLOTS["of_units"].choose(view.told(TOTAL, "points", "below unit", units_total=units))
    band = view.analysis.results.totals[view.unit.code].band
    told = view.told(
        TOTAL,
        "points max_points complete rank ranked rank_change",
        "unit group previous_period period",
        level=Reference("level", view.unit.level),
        band=Reference("band", band.id) if band else (),
        lacking=[
            Reference("indicator", i.id)
            for i in view.indicators
            if view.fact(i.id, "value").missing not in ("", Flag.NOT_APPLICABLE)
        ],
    )
    return SLOTS["standing_graded" if band else "standing"].choose(told)


def _award(view: View) -> Iterator[Claim]:
    """On which list of rewards the unit is, and why, or that it is the next after a full list."""
    if view.group is None:
        return
    results, code = view.analysis.results, view.unit.code
    for rule in view.campaign.rewards:
        decisions = results.decisions.get((view.unit.level, view.group.code, rule.id), ())
        by = "" if rule.by == "points" else f"{rule.by}_"
        rank, ranked = REWARD_BASES[rule.by]
        decision = next((d for d in decisions if d.unit_code == code), None)
        after = next((d.rank for d in decisions if d.reason == QUOTA_FULL), None)
        if decision is None or not (
            decision.awarded or (decision.reason == QUOTA_FULL and decision.rank == after)
        ):
            continue
        how = {TIED_INTO_QUOTA: "tied_", TIER_INTO_QUOTA: "tied_", QUOTA_FULL: "next_"}
        whole = view.analysis.scorecard(view.group.code)
        told = {
            "rank": view.fact(TOTAL, rank),
            "ranked": view.fact(TOTAL, ranked),
            "quota": whole.fact(reward_subject(rule.id), "quota"),
            **view.told(TOTAL, "", "unit", award=Reference("award", rule.id)),
        }
        key = f"headline_award_{by}{how.get(decision.reason, '')}".removesuffix("_")
        yield state(key, told)
        return


def _figures_lacking(view: View) -> Iterator[Claim]:
    """Why a ranked unit takes no award whatever its rank: it is that of the figures that came."""
    if not any(rule.level == view.unit.level for rule in view.campaign.rewards):
        return
    units = [c for c in view.children if c.fact(TOTAL, "figures_lacking").value]
    named = [Reference("unit", child.unit.code) for child in units]
    told = view.told(TOTAL, "rank figures_lacking", "unit", units=named)
    yield from SLOTS["figures_lacking" if units else "figures_lacking_own"].say(told)


def _targets(view: View) -> Iterator[Claim]:
    """How many targets are reached; where units below lack figures that is said in the sentence,
    and where most do nothing is said to be reached.
    """
    targeted = [i for i in view.indicators if view.scorecard.find(i.id, "gap") is not None]
    met = [i for i in targeted if view.is_met(i) is True]
    missed = [i for i in targeted if view.is_met(i) is False]
    if not met and not missed:
        return  # nothing is measured: a target that nobody measured is not missed
    values = {i.id: view.fact(i.id, "value") for i in targeted}
    open_ = [i for i in targeted if view.is_met(i) is None]
    idle = [i for i in open_ if values[i.id].missing == Flag.NOT_APPLICABLE]
    unknown = [i for i in open_ if i not in idle]
    part = least_covered(view)

    told = {**part, **view.told(TOTAL, "targets targets_known targets_met", "below unit")}
    told |= {f"unknown_{i.id}": values[i.id] for i in unknown}
    told |= {f"idle_{i.id}": values[i.id] for i in idle}
    named = {"met": met, "missed": missed, "unknown": unknown, "idle": idle}
    told |= {name: list(map(short_name, some)) for name, some in named.items()}
    yield from SLOTS["targets_in_part" if part else "targets"].say(told)


def first_period(view: View) -> Iterator[Claim]:
    """That there is no period before to compare with, where there is none; of one that is made of
    others its course tells more.
    """
    if view.indicators and view.previous_period is None and not view.analysis.period.of:
        yield from SLOTS["first_period"].say({"change": view.fact(view.indicators[0].id, "change")})


def _change(view: View) -> Iterator[Claim]:
    """The greatest gain and the greatest loss among the indicators measured as shares; nothing
    where most units below lack figures behind some target.
    """
    yield from first_period(view)
    if view.previous_period is None or not view.indicators or too_few_to_judge(view):
        return
    ratios = [i for i in view.indicators if i.kind is IndicatorKind.RATIO]
    changes = [view.fact(i.id, "change") for i in ratios]
    ordered = sorted((f for f in changes if f.known), key=lambda fact: fact.number)
    if not ordered:
        return
    best, worst = ordered[-1], ordered[0]
    rising, falling = (equal_to(end, ordered) for end in (best, worst))
    rising.remove(best)
    yield from SLOTS["headline_change"].say(
        {
            "change": best if as_written(best) > 0 or as_written(worst) >= 0 else worst,
            "fall": worst,
            **{f"also_{fact.key.subject}": fact for fact in rising},
            "value": view.fact(best.key.subject, "value"),
            "indicator": [Reference("indicator", f.key.subject) for f in (best, *rising)],
            "fallen": [Reference("indicator", f.key.subject) for f in falling],
            "previous_period": view.previous_period,
        }
    )


# the strip --------------------------------------------------------------------------------------


def rank_notes(view: View) -> Iterator[Claim]:
    """Who shares a unit's rank, how it has changed, and which ranks other weights give."""
    kinds = "rank rank_shared rank_change rank_best rank_worst weight_band"
    yield from _notes(view, kinds, "verdict_shared", "verdict_rank", "verdict_range")


def points_notes(view: View) -> Iterator[Claim]:
    """By how much a unit's points have changed, both periods judged by the targets of this one."""
    slot = "verdict_points" if view.fact(TOTAL, "targets").value else "verdict_points_untargeted"
    yield from _notes(view, "progress", slot)


def _notes(view: View, kinds: str, *slots: str) -> Iterator[Claim]:
    told = view.told(TOTAL, kinds, "previous_period")
    for slot in slots:
        yield from SLOTS[slot].say(told)


def targets_notes(view: View) -> Iterator[Claim]:
    """On the figures of how many units below the targets are judged, or why they are not."""
    told = view.told(TOTAL, "targets_known", "below unit")
    yield from SLOTS["verdict_targets"].say({**least_covered(view), **told})


def lacking_notes(view: View) -> Iterator[Claim]:
    """Of how many units below nothing is at hand, or some figures lack; of a few which."""
    if not view.children:
        return
    for kind, units in without_figures(view).items():
        whole = view.fact(TOTAL, "units")
        told = view.told(TOTAL, f"units_{kind}", "level", units_total=whole, units=units)
        yield from SLOTS[f"verdict_{kind}"].say(told)


@dataclass(frozen=True, slots=True)
class Thought:
    """One thing to say: the ``ways`` to say it, the fullest first, and what ``follows`` in order
    once it is said. A ``step`` is told only if all before it are: the first matters most.
    """

    ways: tuple[Claim, ...]
    follows: tuple[Claim, ...] = ()
    step: bool = False


def thoughts(view: View) -> Iterator[Thought]:
    """What there is to say of a unit, most important first: where it stands, rewards, targets, what
    to do first, change, and what else to do.
    """
    told = [*headlines(view)]
    steps = zip(next_steps(view), next_steps(view, located=False), strict=True)
    to_do = [Thought((full, brief), tuple(more), step=True) for (full, *more), (brief, *_) in steps]
    changes = [claim for claim in told if claim.message in CHANGES]
    for claim in told:
        if claim not in changes:
            first = view.told(TOTAL, "points max_points rank ranked", "unit period")
            short = SLOTS["message"].say(first) if claim is told[0] else _in_short(view, claim)
            yield Thought((claim, *short))
    yield from (*to_do[:1], *(Thought((claim,)) for claim in changes), *to_do[1:])


def _in_short(view: View, claim: Claim) -> Iterator[Claim]:
    """Another headline, in short."""
    if claim.message in TARGETS and "_part" not in claim.message:
        counted = view.known_kinds(TOTAL, "targets", "targets_known", "targets_met")
        yield from SLOTS["message_targets"].say(counted)
    elif claim.message in _AWARDS:
        key = "message_award_next" if claim.message.endswith("_next") else "message_award"
        yield state(key, dict(claim.facts) | dict(claim.references))
    elif claim.message in _LACKING:
        yield from SLOTS["message_figures_lacking"].say(dict(claim.facts))
