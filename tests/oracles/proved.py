"""Numbers made again as facts, with the reason for having none."""

from __future__ import annotations

from dxkit.model.facts import Fact, FactKey, UnitOfMeasure
from tests.oracles.second_path import Again
from tests.oracles.writing import form, is_date


def proved_fact(again: Again, key: FactKey) -> Fact:
    """The fact made again, as it is written; raises KeyError for an unknown key."""
    number = again.number(key)
    target = beside_target(again, key)
    scale, decimals, sign = form(key, float(number or 0), again.campaign, target)
    unit = UnitOfMeasure.COUNT
    if is_date(key):
        unit = UnitOfMeasure.DATE
    elif scale == 100:
        unit = UnitOfMeasure.SHARE if sign else UnitOfMeasure.SHARE_DIFFERENCE
    if number is None:
        return Fact(key, None, unit, decimals, missing=_why(again, key))
    whole = float(number).is_integer()
    return Fact(key, int(number) if whole else float(number), unit, decimals)


def beside_target(again: Again, key: FactKey) -> float | None:
    """The target of the fact's indicator in its period."""
    found = next((i for i in again.campaign.indicators if i.id == key.subject), None)
    if found is None or key.kind not in ("value", "gap"):
        return None
    told = again.number(FactKey(key.period, key.unit, key.subject, "target"))
    return None if told is None else float(told)


def _why(again: Again, key: FactKey) -> str:
    """Why there is no number, as far as the rules of the sentences ask."""
    indicators = {i.id: i for i in again.campaign.indicators}
    if key.subject in indicators:
        indicator = indicators[key.subject]
        why = "no_target" if key.kind == "target" else "not_applicable"
        if key.kind in ("change", "goal_date", "pace") and again.before is None:
            return "first_period"
        if key.kind == "deadline":
            return "no_deadline"
        if key.kind == "goal_date":
            pace = again.number(FactKey(key.period, key.unit, key.subject, "pace"))
            if pace is not None:
                lacking = FactKey(key.period, key.unit, key.subject, "goal_shortfall")
                return "no_progress" if again.number(lacking) else "reached"
        if again.value(key.unit, indicator) is None and key.kind != "target":
            return again.sums.of(key.unit, indicator).why
        if key.kind in ("change", "goal_date", "pace", "movement_value"):
            return "no_data"
        return why
    if key.subject == "total":
        if key.kind in ("progress", "progress_rank", "rank_change"):
            return "first_period" if again.before is None else "not_ranked"
        points, _, why = again.total(key.unit)
        if key.kind == "rank" and points is not None:
            why = again.why_not(key.unit)
            return why if why in ("", "excluded", "too_few_ranked") else f"below_{why}"
        return why if key.kind == "points" else "not_ranked"
    return again.sums.total(key.unit, (key.subject,)).why
