"""Which cell is at fault where a row, its share and its totals contradict each other, and which one
number they leave for it. That number is proposed and never taken.

A cell at fault is one whose change alone settles all that contradicts it and upsets nothing else.
Amounts are looked at in steps of their last decimal; since they are rounded nobody is blamed by
them, and only what a share and a total both leave is proposed for one that cannot be read.
"""

from __future__ import annotations

import dataclasses
import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from dxkit.intake.file_cells import ControlTotal, StatedShare, TableRead, TotalKey, totals_of
from dxkit.intake.findings import finding
from dxkit.model.campaign import Accumulation, Campaign, MeasureKind
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding, Severity
from dxkit.model.observations import Flag, Observation, Received
from dxkit.model.units import UnitRegistry

_ROW_NOT_READ = frozenset(
    {"unit_unknown", "unit_ambiguous", "unit_not_valid", "group_unclear", "name_broken",
     "unit_of_another", "hidden_content_skipped", "unit_repeated", "unit_repeated_alike"}
)  # fmt: skip
_READ = frozenset({Flag.REPAIRED, Flag.APPROXIMATE})  # values that were not written like this
_LIMIT = 2**53
_MOST_DECIMALS = 3
_STEP_NOISE = 1e-6  # of binary fractions, in steps


@dataclass
class Settled:
    """The observations, those that are not used any more without their values, and the findings,
    with what is proposed and with their causes.
    """

    observations: list[Observation]
    findings: list[Finding]


def settle(
    campaign: Campaign,
    tables: Iterable[TableRead],
    units: UnitRegistry,
    observations: Sequence[Observation],
    findings: Sequence[Finding],
    before: Received | None,
    lacking: Callable[[TableRead], Collection[str]],
) -> Settled:
    """Findings on shares and totals tied to the cell at fault. A figure that was only read so (a
    letter for a digit) and that its row or its total contradicts is not used. Totals of the units
    that are ``lacking`` in a table (empty: its own) hold rows that did not come: they tell nothing.
    """
    known = {o.address: o for o in observations if o.address.cell}
    refused: dict[CellRef, Observation] = {}
    earlier = {
        (o.unit_code, o.measure): o.value
        for o in (before.table.observations if before is not None else ())
        if o.value is not None
    }
    doubtful: dict[str, set[CellRef]] = defaultdict(set)
    not_read = {told.address[:2] for told in findings if told.code in _ROW_NOT_READ}
    for told in findings:
        if told.severity is not Severity.NOTE or told.code == "value_missing":
            doubtful[told.address.file].add(told.address)
    causes: dict[CellRef, CellRef] = {}
    proposed: dict[CellRef, Mapping[str, object]] = {}
    added: list[Finding] = []
    right: set[CellRef] = set()  # shares and totals that agree with what is proposed
    for table in tables:
        cells = doubtful[table.file]
        if not cells or not (table.shares or table.controls):
            continue
        short = None if (table.file, table.sheet) in not_read else lacking(table)
        of_table = _Table(campaign, table, units, known, earlier, short)
        for place in of_table.suspects(cells):
            fault = of_table.fault(known[place])
            if fault is None:
                continue
            if fault.values:
                proposed[place] = fault.values
            if fault.code:
                told_by = {"value": known[place].value, **fault.values}
                added.append(finding(fault.code, known[place], **told_by))
                causes |= dict.fromkeys(fault.explains, place)
                right.update(fault.explains)
                of_table.faults[place] = fault.values.get("proposed")
            if fault.code == "reading_contradicted":
                known[place] = refused[place] = known[place].refused()
                of_table.forget(known[place])
        for place, cause in of_table.consequences(causes).items():
            causes.setdefault(place, cause)
            if cause in of_table.faults:
                right.add(place)
    told_of = {"total_differs", "ratio_contradicts_parts", "part_exceeds_whole"}
    return Settled(
        [refused.get(o.address, o) for o in observations],
        [
            told
            for told in (*_tied(findings, told_of, causes, proposed), *added)
            if told.code not in told_of or told.address not in right
        ],
    )


def _tied(
    findings: Iterable[Finding],
    told_of: Iterable[str],
    causes: Mapping[CellRef, CellRef],
    proposed: Mapping[CellRef, Mapping[str, object]],
) -> Iterator[Finding]:
    for told in findings:
        cause = causes.get(told.address) if told.code in told_of else None
        if cause is not None:
            yield dataclasses.replace(told, cause=cause)
        elif told.address in proposed and told.severity is Severity.ERROR:
            yield dataclasses.replace(told, values={**told.values, **proposed[told.address]})
        else:
            yield told


@dataclass
class _Fault:
    """What is wrong with a cell: the finding's code (empty: it has its own already), what is
    proposed, and the addresses of the shares and totals that it upsets.
    """

    code: str = ""
    values: dict[str, object] = field(default_factory=dict)
    explains: list[CellRef] = field(default_factory=list)


@dataclass
class _Witness:
    """What a share or a total says of a cell: between which numbers of steps it lies."""

    kind: str
    address: CellRef
    low: int
    high: int
    values: dict[str, object]

    def allows(self, value: float | int) -> bool:
        return self.low <= value <= self.high


class _Table:
    """The figures of one table, and what they say of each other."""

    def __init__(
        self,
        campaign: Campaign,
        table: TableRead,
        units: UnitRegistry,
        known: Mapping[CellRef, Observation],
        earlier: Mapping[tuple[str, str], float | int],
        lacking: Collection[str] | None,
    ) -> None:
        self._campaign, self._table, self._units = campaign, table, units
        self._known, self._earlier, self._lacking = known, earlier, lacking
        self._decimals: dict[str, int] = {}  # of each measure, as its figures are written
        self.faults: dict[CellRef, object] = {}  # what is proposed for the cells at fault
        self._totals = {control.address: control for control in table.controls}
        self._shares: dict[CellRef, list[StatedShare]] = defaultdict(list)
        for share in table.shares:
            self._shares[share.part].append(share)
            self._shares[share.whole].append(share)
        self._controls: dict[TotalKey, list[ControlTotal]] = defaultdict(list)
        for control in table.controls:
            self._controls[control.key].append(control)
        self._places: dict[TotalKey, list[CellRef]] = defaultdict(list)
        self._rows: dict[tuple[str, str], list[CellRef]] = defaultdict(list)
        self._sums: dict[TotalKey, tuple[float, list[CellRef]]] = {}
        for o in table.observations:
            self._rows[o.unit_code, o.period].append(o.address)
            for key in totals_of(o, self._units):
                if key in self._controls:
                    self._places[key].append(o.address)

    def forget(self, refused: Observation) -> None:
        """A figure of the table is not used any more."""
        for key in totals_of(refused, self._units):
            self._sums.pop(key, None)

    def _sum(self, key: TotalKey) -> tuple[float, list[CellRef]]:
        """The sum of the parts of a total, and the cells of those that lack."""
        if key not in self._sums:
            parts = [o for at in self._places[key] if (o := self._known.get(at)) is not None]
            lacks = [
                o.address for o in parts if o.value is None and o.flag is not Flag.NOT_APPLICABLE
            ]
            self._sums[key] = math.fsum(o.value or 0 for o in parts), lacks
        return self._sums[key]

    def suspects(self, doubtful: set[CellRef]) -> list[CellRef]:
        """The figures of the table that have a finding, or stand in a share that has one."""
        found = dict.fromkeys(o.address for o in self._table.observations if o.address in doubtful)
        for share in self._table.shares:
            if share.address in doubtful:
                found |= dict.fromkeys((share.part, share.whole))
        return [place for place in found if self._is_suspect(place)]

    def fault(self, suspect: Observation) -> _Fault | None:
        """What is wrong with a figure, if its row and its totals tell."""
        voices = [*self._by_shares(suspect), *self._by_totals(suspect)]
        if not voices:
            return None
        low, high = self._bounds(suspect)
        least = max(low, *(voice.low for voice in voices))
        most = min(high, *(voice.high for voice in voices))
        fault = _Fault()
        steps = self._steps(suspect.measure)
        kinds = {voice.kind for voice in voices}
        if least == most and (self._is_count(suspect) or ("total" in kinds and len(kinds) > 1)):
            fault.values = _told(least / steps if least % steps else least // steps, voices)
        value = suspect.value
        if value is None:
            return fault if fault.values and suspect.flag is not Flag.NOT_APPLICABLE else None
        against = [voice for voice in voices if not voice.allows(value)]
        fault.explains = [voice.address for voice in against]
        if not against:
            return None
        if suspect.flag in _READ:
            fault.code = "reading_contradicted"
            return fault
        is_odd = not low <= value <= high
        fault.explains += self._exceeding(suspect)
        if fault.values and len(against) + is_odd > 1:
            fault.code = "value_contradicted"
            return fault
        return None

    def consequences(self, causes: Mapping[CellRef, CellRef]) -> dict[CellRef, CellRef]:
        """Shares that a wrong total upsets, totals above it that are wrong by as much, and totals
        that are off by no more than the shares of their rows say.
        """
        found: dict[CellRef, CellRef] = {}
        off: dict[tuple[str, str, float], CellRef] = {}
        for control in sorted(self._table.controls, key=self._depth, reverse=True):
            added, lacks = self._sum(control.key)
            if control.address in causes or lacks:
                continue
            gap = control.value - added
            if abs(gap) <= 1e-9 * max(abs(added), 1):
                continue
            for share in self._shares[control.address]:
                if not self._agrees(share) and self._agrees(share, control.address, added):
                    found[share.address] = control.address
            below = off.setdefault((control.measure, control.period, gap), control.address)
            if below != control.address:
                found[control.address] = below
            elif first := self._corrected(control.key, gap) or self._explained(control.key, gap):
                found[control.address] = first
        return found

    def _corrected(self, key: TotalKey, gap: float) -> CellRef | None:
        """The first cell at fault below a total that is right with all that is proposed."""
        changes = [
            (place, proposed - (self._value(place) or 0))
            for place in self._places[key]
            if isinstance(proposed := self.faults.get(place), int)
        ]
        is_right = changes and abs(math.fsum(by for _, by in changes) - gap) < 1e-6
        return changes[0][0] if is_right else None

    def _explained(self, key: TotalKey, gap: float) -> CellRef | None:
        """The first share of a row that is upset, if all of them together explain a gap."""
        first, least, most = None, 0.0, 0.0
        for place in self._places[key]:
            part = self._known.get(place)
            if part is None or place not in self._shares:
                continue
            upset = [v for v in self._by_shares(part) if not v.allows(part.value or 0)]
            if upset:
                first = first or upset[0].address
                least += min(v.low for v in upset) - (part.value or 0)
                most += max(v.high for v in upset) - (part.value or 0)
        return first if first is not None and least <= gap <= most else None

    def _by_shares(self, suspect: Observation) -> Iterator[_Witness]:
        """What the shares of a row say of one of its counts, each by its likelier reading."""
        for share in self._shares[suspect.address]:
            is_part = share.part == suspect.address
            other = self._value(share.whole if is_part else share.part)
            if not other or other < 0:
                continue
            agreeing = (each for each in share.between if self._lies(share, each))
            low, high = next(agreeing, share.between[-1])
            exact = Decimal(repr(other)) * self._steps(suspect.measure)
            if is_part:
                ends = low * exact, high * exact
            elif low > 0:
                ends = exact / high, exact / low
            else:
                continue
            kind = "share" if is_part else "part"
            values: dict[str, object] = {"percent": share.percent}
            values["whole" if is_part else "part"] = other
            first, last = math.ceil(ends[0]), math.floor(ends[1])
            yield _Witness(kind, share.address, first, last, values)

    def _by_totals(self, suspect: Observation) -> Iterator[_Witness]:
        """What totals leave for a count when all their other parts are known."""
        if self._lacking is None:
            return
        for key in totals_of(suspect, self._units):
            for control in self._controls.get(key, ()):
                added, lacks = self._sum(key)
                if control.unit_code in self._lacking or lacks not in ([], [suspect.address]):
                    continue
                steps = self._steps(suspect.measure)
                left = (control.value - added + (suspect.value or 0)) * steps
                left = round(left) if abs(left - round(left)) < _STEP_NOISE else left
                if left >= 0 and left == round(left):
                    values: dict[str, object] = {"total": control.value}
                    yield _Witness("total", control.address, round(left), round(left), values)

    def _bounds(self, suspect: Observation) -> tuple[int, int]:
        """A part is not above its whole, and a part of a stock not below what it was; what changed
        more than the rules hold to be likely is odd.
        """
        measure, low, high = self._campaign.measure(suspect.measure), 0, _LIMIT
        steps = self._steps(measure.id)
        for place in self._rows[suspect.unit_code, suspect.period]:
            o = self._known.get(place)
            if o is None or o.value is None:
                continue
            if o.measure == measure.whole:
                high = min(high, math.floor(Decimal(repr(o.value)) * steps))
            elif self._campaign.measure(o.measure).whole == measure.id:
                low = max(low, math.ceil(Decimal(repr(o.value)) * steps))
        was = self._earlier.get((suspect.unit_code, measure.id))
        of_counts = measure.accumulation is Accumulation.STOCK and self._is_count(suspect)
        if was is None or not of_counts:
            return low, high
        rules = self._campaign.checks
        if measure.whole:
            return max(low, math.ceil(was)), high
        if was >= rules.smallest:
            low = max(low, math.ceil(was * (1 - rules.jump_stock)))
            high = min(high, math.floor(was * (1 + rules.jump_stock)))
        return low, high

    def _exceeding(self, whole: Observation) -> list[CellRef]:
        """The parts of a whole in its row that are more than it."""
        row = map(self._known.get, self._rows[whole.unit_code, whole.period])
        return [
            o.address
            for o in row
            if o is not None and self._campaign.measure(o.measure).whole == whole.measure
            if (o.value or 0) > (whole.value or 0)
        ]

    def _agrees(self, share: StatedShare, place: CellRef | None = None, value: float = 0) -> bool:
        return any(self._lies(share, each, place, value) for each in share.between)

    def _lies(
        self,
        share: StatedShare,
        between: tuple[Decimal, Decimal],
        place: CellRef | None = None,
        value: float = 0,
    ) -> bool:
        """Whether a share lies where a reading of its cell says, with a value in one place."""
        cells = (share.part, share.whole)
        part, whole = (value if at == place else self._value(at) for at in cells)
        if part is None or not whole:
            return True
        return between[0] <= Decimal(repr(part)) / Decimal(repr(whole)) <= between[1]

    def _value(self, place: CellRef) -> float | int | None:
        if place in self._totals:
            return self._totals[place].value
        return self._known[place].value if place in self._known else None

    def _is_count(self, o: Observation) -> bool:
        return self._campaign.measure(o.measure).kind is MeasureKind.COUNT

    def _is_suspect(self, place: CellRef) -> bool:
        """Whether a cell may be at fault: one of counts, or an amount that could not be read."""
        o = self._known.get(place)
        if o is None or self._is_count(o):
            return o is not None
        kind = self._campaign.measure(o.measure).kind
        return kind is MeasureKind.AMOUNT and o.value is None

    def _steps(self, measure: str) -> int:
        """How many steps of its last decimal in the table make one of a measure's unit."""
        if measure not in self._decimals:
            amounts = [o.value for o in self._table.observations if o.measure == measure]
            amounts += [c.value for c in self._table.controls if c.measure == measure]
            exponents = (Decimal(repr(v)).normalize().as_tuple().exponent for v in amounts if v)
            self._decimals[measure] = max((-int(e) for e in exponents), default=0)
        return int(10 ** min(max(self._decimals[measure], 0), _MOST_DECIMALS))

    def _depth(self, control: ControlTotal) -> int:
        return len(self._units.line(control.unit_code)) if control.unit_code else 0


def _told(number: float | int, voices: Sequence[_Witness]) -> dict[str, object]:
    """What is proposed, and by whom; the first of several of a kind speaks for all."""
    by_kind: dict[str, _Witness] = {}
    for voice in voices:
        by_kind.setdefault(voice.kind, voice)
    values: dict[str, object] = {"proposed": number}
    for voice in by_kind.values():
        values |= voice.values
    row = "share" if "share" in by_kind else "part" if "part" in by_kind else ""
    total = "total" if "total" in by_kind else ""
    values["voices"] = "_".join(filter(None, (row, total)))
    return values
