"""What of a period is there: of each unit and table of figures, judged measure by measure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from enum import StrEnum

from dxkit.model.campaign import Campaign, Measure, MeasureKind
from dxkit.model.observations import Flag, Received
from dxkit.model.units import Unit


class Presence(StrEnum):
    """How much of the figures that a table should have of a unit can be used."""

    COMPLETE = "complete"
    PARTLY = "partly"
    EMPTY = "empty"  # its row is there, without any figure that can be used
    ABSENT = "absent"  # no row in the files received


class Completeness:
    """The matrix of units and tables of a period. A table's measures are those that a criterion
    rests on, where it has such; hamlets are judged within their commune, those of the last period
    among them. Of a table that only an earlier part of the period has, part is there.
    """

    def __init__(self, campaign: Campaign, received: Received) -> None:
        self._units = received.units
        self._parts = tuple(Completeness(campaign, part) for part in received.parts)
        used = {m for i in campaign.indicators for m in (i.numerator, i.denominator)}
        published = {check.reference for check in campaign.reference_checks}
        figures: dict[str, list[Measure]] = {table: [] for table in campaign.tables}
        for measure in campaign.measures:
            if measure.kind is not MeasureKind.TEXT and measure.id not in published:
                figures.setdefault(measure.table, []).append(measure)
        self._measures = {
            table: [m for m in found if m.id in used] or found
            for table, found in figures.items()
            if found
        }
        self._order = [level.id for level in campaign.levels]
        closed = [level.id for level in campaign.levels if not level.open]
        self._finest = {
            table: closed[min(max(self._order.index(m.level) for m in found), len(closed) - 1)]
            for table, found in self._measures.items()
        }
        self._own: set[tuple[str, str]] = set()
        self._counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        for o in received.table.observations:
            self._own.add((o.unit_code, o.measure))
            is_there = o.value is not None or o.flag is Flag.NOT_APPLICABLE
            for code in self._units.line(o.unit_code):
                count = self._counts[code, o.measure]
                count[0] += 1
                count[1] += is_there

    @property
    def tables(self) -> Sequence[str]:
        """The tables of figures, in the campaign's order."""
        return tuple(self._measures)

    def of(self, unit: Unit, table: str) -> Presence:
        """How much of a unit's figures a table has."""
        finest = self._order.index(self._finest[table])
        depth = self._order.index(unit.level)
        is_told_here = any((unit.code, m.id) in self._own for m in self._measures[table])
        below = self._units.children(unit.code)
        if depth >= finest or is_told_here or not below:
            return self._told(unit, table, told_above=not is_told_here)
        found = {self.of(child, table) for child in below}
        if len(found) == 1:
            return found.pop()
        return Presence.EMPTY if found <= {Presence.EMPTY, Presence.ABSENT} else Presence.PARTLY

    def _told(self, unit: Unit, table: str, told_above: bool) -> Presence:
        measures = self._measures[table]
        counts = [self._counts.get((unit.code, m.id), [0, 0]) for m in measures]
        if not any(due for due, _ in counts):
            above = self._units.ancestors(unit.code) if told_above else ()
            for other in above:  # one that reports for all below it
                if any((other.code, m.id) in self._own for m in measures):
                    return self._told(other, table, told_above=False)
            parts = (p._told(unit, table, told_above) for p in self._parts if unit.code in p._units)
            is_absent = {*parts} <= {Presence.EMPTY, Presence.ABSENT}
            return Presence.ABSENT if is_absent else Presence.PARTLY
        if not any(there for _, there in counts):
            return Presence.EMPTY
        is_whole = all(due and due == there for due, there in counts)
        return Presence.COMPLETE if is_whole else Presence.PARTLY
