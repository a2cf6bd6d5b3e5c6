"""The situation: what each indicator has reached, how that compares, and how sure the place is."""

from __future__ import annotations

from collections.abc import Iterator

from dxkit.model.campaign import Indicator, IndicatorKind, MeasureKind
from dxkit.model.facts import TOTAL, Claim, Fact, Reference
from dxkit.report.sentences.catalogue import Filling, choose
from dxkit.report.sentences.conditions import shows_zero
from dxkit.report.sentences.narrative_rules import MOST_ACTIVITIES
from dxkit.report.sentences.strengths import strengths
from dxkit.report.sentences.unit_view import View

_LEVELS = ("exceeded", "under", "met", "nearly", "missed", "over", "no_target")
_REASONS = ("not_reported", "unread", "no_data", "not_applicable", "rejected")
_AGAINST = (
    "both_one",
    "both",
    "mixed_one",
    "mixed",
    "higher",
    "lower",
    "some_higher_one",
    "some_higher",
    "some_lower_one",
    "some_lower",
    "level",
)


def levels(view: View) -> Iterator[tuple[Claim, ...]]:
    """What each indicator has reached, and over the whole movement; nothing of a unit without any
    usable figure.
    """
    for indicator in view.indicators if _silence(view) is None else ():
        yield level(view, indicator), *_movement(view, indicator)


def standing(view: View) -> Iterator[Claim]:
    """Where the unit stands among others, and how sure that is; or that it has no usable figure."""
    yield from _points(view)
    silence = _silence(view)
    if silence is not None:
        yield silence
    of_group, of_type = _against_group(view), _against_type(view)
    if of_group and of_type and _in_which(of_group) == _in_which(of_type):
        of_type = None  # the same again
    for claim in (of_group, of_type):
        if claim is not None:
            yield claim
    yield from strengths(view)
    yield from certainty(view)


def _points(view: View) -> Iterator[Claim]:
    """With whom the place is shared, and what the points are made of where that is not plain."""
    kinds = ("points", "max_points", "covered", "bonus", "rank", "rank_shared")
    facts = view.known_kinds(TOTAL, *kinds)
    totals = view.analysis.results.totals
    place = totals[view.unit.code].rank
    tied = [
        Reference("unit", code)
        for code in view.codes_of_peers
        if place is not None and code != view.unit.code and totals[code].rank == place
    ]
    for message in ("rank_tied", "scale_part", "scale_bonus"):
        claim = choose((message,), {**facts, "unit": view.itself, "tied": tied})
        if claim is not None:
            yield claim


def _silence(view: View) -> Claim | None:
    """That there is nothing on any indicator, said once."""
    return choose(
        ("level_all_not_reported", "level_all_unread"),
        {**{f"value_{i.id}": view.fact(i.id, "value") for i in view.indicators},
         "unit": view.itself},
    )  # fmt: skip


def level(view: View, indicator: Indicator) -> Claim:
    """What the unit has reached on one indicator, or why there is no figure."""
    kind = indicator.kind.value
    kinds = ("value", "target", "gap", "shortfall", "numerator", "denominator")
    claim = choose(
        [f"level_{name}_{kind}" for name in _LEVELS]
        + [f"level_{name}" for name in ("none_there", *_REASONS)],
        {
            **view.known_kinds(indicator.id, *kinds),
            **view.nought_of(view.scorecard, indicator),
            "whole": Reference("measure", indicator.denominator or indicator.numerator),
            "indicator": Reference("indicator", indicator.id),
            "thing": Reference("thing", indicator.numerator),
            "unit": view.itself,
        },
        indicator.direction,
    )
    if claim is None:
        raise LookupError(f"no sentence fits the level of {indicator.id} at {view.unit.code}")
    return claim


def _movement(view: View, indicator: Indicator) -> Iterator[Claim]:
    """What has been reached over the whole movement, where the plan sets a target for it."""
    claim = choose(
        [f"movement_{name}" for name in ("met", "none", "missed", "untold", "unknown")],
        {
            **view.known_kinds(indicator.id, "movement_value", "movement_target"),
            "thing": Reference("thing", indicator.numerator),
            "unit": view.itself,
        },
    )
    if claim is not None:
        yield claim


def _against_group(view: View) -> Claim | None:
    if view.group is None:
        return None
    return _against(view, "group", "against_group", {"group": Reference("unit", view.group.code)})


def _against_type(view: View) -> Claim | None:
    """Against all units of the same type together, or that there is no other one."""
    if view.group is None or not view.unit.type:
        return None
    more = {"type": Reference("type", view.unit.type), "group": Reference("unit", view.group.code)}
    counted = next(view.own_facts("type_units"), None)
    if counted is not None:
        return _against(view, "type", "against_type", {**more, "type_units": counted})
    alike = [p for p in view.peers if p.unit.type == view.unit.type]
    ranked = view.scorecard.find(TOTAL, "ranked")
    if len(alike) > 1 or ranked is None:
        return None
    return choose(("type_alone",), {**more, "ranked": ranked, "unit": view.itself})


def _against(view: View, slot: str, kind: str, more: dict[str, Filling]) -> Claim | None:
    """On which ratios the unit is higher and on which lower, and the greatest distance."""
    ratios = {i.id for i in view.indicators if i.kind is IndicatorKind.RATIO}
    found = [f for f in view.own_facts(kind) if f.key.subject in ratios and f.known]
    if not found:
        return None
    higher = [f for f in found if f.number > 0 and not shows_zero(f)]
    lower = [f for f in found if f.number < 0 and not shows_zero(f)]
    furthest = max(found, key=lambda fact: abs(fact.number))
    if higher and lower:
        furthest = max(lower, key=lambda fact: abs(fact.number))
    return choose(
        [f"{slot}_{name}" for name in _AGAINST],
        {
            **{f"higher_{f.key.subject}": f for f in higher},
            **{f"lower_{f.key.subject}": f for f in lower},
            **{f"even_{f.key.subject}": f for f in found if f not in higher and f not in lower},
            "higher": [Reference("short_indicator", f.key.subject) for f in higher],
            "lower": [Reference("short_indicator", f.key.subject) for f in lower],
            "furthest": Reference("short_indicator", furthest.key.subject),
            "gap": furthest,
            "unit": view.itself,
            **more,
        },
    )


def _in_which(claim: Claim) -> tuple[str, ...]:
    """On which ratios the unit is higher and on which lower."""
    names = (name for name, _ in claim.facts)
    return tuple(name for name in names if name.startswith(("higher_", "lower_", "even_")))


def certainty(view: View) -> Iterator[Claim]:
    """Whether the place stands under every trial, and whether the award does."""
    kinds = ("points", "rank", "rank_best", "rank_worst", "award_draws")
    facts = view.known_kinds(TOTAL, *kinds)
    if view.group is None or "rank" not in facts:
        return
    filling: dict[str, Filling] = {**facts, "unit": view.itself}
    claim = choose(("certainty_fixed", "certainty_range", "certainty_unknown"), filling)
    if claim is not None:
        yield claim
    if "award_draws" in facts:
        opened = choose(("award_open",), filling) if view.is_near_award else None
        if opened is not None:
            yield opened


def activity(view: View) -> Iterator[Claim]:
    """What was done, in counts that no indicator uses; one sentence for each table of them."""
    campaign = view.campaign
    used = {m for i in campaign.indicators for m in (i.numerator, i.denominator)}
    used |= {check.reference for check in campaign.reference_checks}
    tables: dict[str, list[Fact]] = {}
    for measure in campaign.measures:
        fact = view.scorecard.find(measure.id, "value")
        if fact is not None and measure.id not in used and measure.kind is MeasureKind.COUNT:
            tables.setdefault(measure.table, []).append(fact)
    for table, facts in tables.items():
        known = [fact for fact in facts if fact.known][:MOST_ACTIVITIES]
        filling: dict[str, Filling] = {
            "unit": view.itself,
            "table": Reference("table", table),
            "value": facts[0],
        }
        for place, fact in enumerate(known, start=1):
            filling[f"value_{place}"] = fact
            filling[f"name_{place}"] = Reference("measure", fact.key.subject)
            filling[f"thing_{place}"] = Reference("thing", fact.key.subject)
        claim = choose((f"activity_{len(known)}",) if known else ("activity_unknown",), filling)
        if claim is not None:
            yield claim
