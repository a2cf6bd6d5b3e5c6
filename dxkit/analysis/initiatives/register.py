"""The register of initiatives: choosing, counting, and since when each place has one."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable

from dxkit.model.initiatives import Initiative
from dxkit.model.units import UnitRegistry


def choose(
    initiatives: Iterable[Initiative],
    units: UnitRegistry,
    *,
    field: str = "",
    within: str = "",
    indicator: str = "",
    period: str = "",
) -> tuple[Initiative, ...]:
    """The initiatives of a field, at a unit or below it, that aim at an indicator, reported in a
    period; what is left empty does not choose.
    """
    inside = {within, *(unit.code for unit in units.descendants(within))} if within else set()
    return tuple(
        initiative
        for initiative in initiatives
        if (not field or initiative.field == field)
        and (not within or initiative.unit_code in inside)
        and (not indicator or indicator in initiative.indicators)
        and (not period or initiative.period == period)
    )


def begun_by(initiatives: Iterable[Initiative], day: datetime.date) -> tuple[Initiative, ...]:
    """Those that may have begun by a day: all but those that surely began later."""
    return tuple(i for i in initiatives if i.first_day is None or i.first_day <= day)


def counts(initiatives: Iterable[Initiative]) -> dict[tuple[str, str], int]:
    """How many initiatives each unit reported in each period, by (unit code, period); published
    ones are not counted, for nobody reported them in a period.
    """
    return dict(Counter((i.unit_code, i.period) for i in initiatives if not i.published))


def started_at(initiatives: Iterable[Initiative], periods: Iterable[str]) -> dict[str, str]:
    """The period in which each unit's first of these initiatives began, by unit code; empty text
    when that cannot be told or lies outside ``periods``.
    """
    order = {period: place for place, period in enumerate(periods)}
    found: dict[str, str] = {}
    for initiative in initiatives:
        code, start = initiative.unit_code, initiative.start_period
        start = start if start in order else ""
        earlier = found.setdefault(code, start)
        if not start or not earlier:
            found[code] = ""
        elif order[start] < order[earlier]:
            found[code] = start
    return found
