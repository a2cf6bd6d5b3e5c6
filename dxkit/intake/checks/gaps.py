"""Gaps: units of the plan without figures in a table, and figures that the last period had.

Completeness is judged per unit and table. A unit that says itself that it has not reported is one
thing; one that is left out without a word is an error, or a total would be that of the others. So
are units that only the workbooks name (hamlets), left out together with their figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dxkit.intake.checks.figures import sums_of
from dxkit.intake.file_cells import TableRead
from dxkit.intake.findings import finding
from dxkit.intake.vocabulary import holds_word
from dxkit.model.campaign import Accumulation, Campaign, MeasureKind
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.observations import Flag, Observation, Received
from dxkit.model.units import Unit, UnitRegistry

_NAME_NOT_READ = frozenset({"unit_unknown", "unit_ambiguous"})


@dataclass
class Gaps:
    """What lacks: the findings, and by table (empty: in all) which totals may be more than the rows
    read.
    """

    findings: list[Finding] = field(default_factory=list)
    _totals: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, table: str, line: Sequence[str]) -> None:
        """Keep that the first unit of a line has no figure in a table; the rest are above it."""
        for code in ("", *line):
            self._totals[table, code].update(line)

    def below_totals(self, table: TableRead) -> frozenset[str]:
        """The units whose totals in this table lack a row of some unit below; the empty code stands
        for the table's own total.
        """
        sender = table.sender.code if table.sender is not None else ""
        found = (self._totals.get((of, sender), ()) for of in ("", table.table))
        codes = frozenset().union(*found)
        return codes | {""} if codes else codes


def gaps_of(
    campaign: Campaign,
    units: UnitRegistry,
    tables: Sequence[TableRead],
    observations: Iterable[Observation],
    findings: Iterable[Finding],
) -> Gaps:
    """The units of the plan that have no figure in a table that their reporting unit has sent.

    ``findings`` are those on names: where a unit is the likeliest of those that lack to be meant by
    a name that was not understood, that finding tells it already; one name is one unit's.
    """
    levels = _levels_of_tables(campaign)
    table_of = {measure.id: measure.table for measure in campaign.measures}
    best: dict[str, dict[str, Observation]] = defaultdict(dict)
    own: dict[str, set[str]] = defaultdict(set)
    for observation in observations:
        table = table_of[observation.measure]
        own[table].add(observation.unit_code)
        for code in units.line(observation.unit_code):
            earlier = best[table].get(code)
            if earlier is None or _weight(observation) > _weight(earlier):
                best[table][code] = observation
    likely, addresses = _likely_names(findings), _Addresses(tables, best)
    gaps = Gaps()
    silent: set[str] = set()
    lacking: dict[tuple[str, str, str], dict[str, Finding]] = defaultdict(dict)
    for reporter in units.at_level(campaign.report_level):
        members = (reporter, *units.descendants(reporter.code))
        for table, level in levels.items():
            found = best[table]
            if reporter.code not in found:  # no workbook or no such table: said elsewhere
                continue
            for unit in (member for member in members if member.level == level):
                line, here = units.line(unit.code), found.get(unit.code)
                if _weight(here) == _KNOWN:
                    continue
                if here is None and any(code in own[table] for code in line):
                    continue  # told by a unit above for all below it
                gaps.add(table, line)
                address, code = addresses.find(table, line)
                if code == "unit_not_reported":
                    if unit.code in silent:
                        continue
                    silent.add(unit.code)
                about = finding(code, address, unit.code, unit=unit.name, table=table)
                gaps.findings.append(about)
                if code != "unit_not_reported":
                    lacking[address.file, address.sheet, table][unit.name] = about
    told: set[int] = set()
    for (file, sheet, _), by_name in lacking.items():
        for names in likely.get((file, sheet), ()):
            meant = next((name for name in names if name in by_name), None)
            if meant is not None:
                told.add(id(by_name.pop(meant)))
    gaps.findings = [about for about in gaps.findings if id(about) not in told]
    return gaps


def figures_gone(now: Received, before: Received, known: Iterable[Finding]) -> Iterator[Finding]:
    """Figures that the last period had and of which this one has an empty cell. A row that is empty
    as a whole is one finding; units that ``known`` findings name as lacking have theirs.
    """
    told = {finding.unit_code for finding in known}
    earlier = sums_of(before.table.observations)
    rows: dict[tuple[str, str, str], list[Observation]] = defaultdict(list)
    full: set[tuple[str, str, str]] = set()
    for o in now.table.observations:
        row = (o.unit_code, o.address.file, o.address.sheet)
        if o.value is not None:
            full.add(row)
            continue
        had = o.address.cell and (o.unit_code, o.measure) in earlier
        if had and o.unit_code not in told and (o.flag is Flag.NO_DATA or _weight(o) == _EMPTY):
            rows[row].append(o)
    for row, lacking in rows.items():
        for o in lacking if row in full else lacking[:1]:
            was = earlier[o.unit_code, o.measure]
            yield finding("figure_gone", o, measure=o.measure, before=was)


def figures_needed(campaign: Campaign, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings; a blank cell of a figure that a criterion with points rests on is an error: its
    unit has no total and no rank by it.
    """
    scored = [i for i in campaign.indicators if i.scoring != "none"]
    needed = {measure for i in scored for measure in (i.numerator, i.denominator)}
    for about in findings:
        is_needed = about.code == "value_missing" and about.values.get("measure") in needed
        yield replace(about, code="figure_missing") if is_needed else about


_Told = Mapping[tuple[str, str], Sequence[Observation]]  # by unit and measure


@dataclass
class Nought:
    """The observations, those that are not used without their values, and the findings."""

    observations: list[Observation]
    findings: list[Finding] = field(default_factory=list)


def figures_nought(
    campaign: Campaign,
    units: UnitRegistry,
    observations: list[Observation],
    before: Received | None,
) -> Nought:
    """Wholes that are nought now in every cell of a unit, of whatever level, and were something in
    the last period; or, of what is counted as it stands on the last day, have all but gone. Without
    a whole a share does not apply and its points are made up by the other criteria; of a few of
    many any share is reached: who reports nothing would win. Neither they nor their parts are used,
    unless the office confirms one of the cells. Words that say that nothing arose are no figures,
    but what stands does not arise, and in all of a sender's units at once nothing stops arising.
    Where no last period tells, the units beside it do: what it would have if it were as they are.
    """
    wholes = {indicator.denominator for indicator in campaign.indicators} - {""}
    bases = {measure.whole for measure in campaign.measures if measure.id in wholes} - {""}
    now = _by_unit(units, observations, wholes | bases)
    then = _by_unit(before.units, before.table.observations, wholes) if before is not None else {}
    order = [level.id for level in campaign.levels]
    senders = frozenset(order[order.index(campaign.report_level) :])
    beside = _Beside(campaign, units, now)
    gone: dict[tuple[str, str], Finding] = {}
    for (code, measure), said in now.items():
        unit, known = units.get(code), [o for o in then.get((code, measure), ()) if _is_told(o)]
        stands = campaign.measure(measure).accumulation is Accumulation.STOCK
        by_words = stands or unit.level == campaign.report_level
        if measure not in wholes or unit.level not in senders or not (known or by_words):
            continue
        was = _added(known) if known else beside.expected(code, measure)
        least = campaign.checks.vanished_share * was if stands and known else 0.0
        few = was < campaign.checks.smallest
        if few and not (stands and known and was and not _added(said)):
            continue
        how = _gone(said, least, by_words)
        if how:
            values = {"unit": unit.name, "before": was, "now": _added(said)}
            how = how if known else "whole_absent"
            first = next(o for o in said if _is_told(o))
            gone[code, measure] = finding(how, first, code, measure=measure, **values)
    told = [f for (code, m), f in gone.items() if (units.get(code).parent_code, m) not in gone]
    found = Nought(observations, told)
    whole_of = {measure.id: measure.whole for measure in campaign.measures}
    of_units = {(o.unit_code, measure) for code, measure in gone for o in now[code, measure]}
    found.observations = [
        o.refused()
        if _is_told(o)
        and not of_units.isdisjoint({(o.unit_code, o.measure), (o.unit_code, whole_of[o.measure])})
        else o
        for o in observations
    ]
    return found


class _Beside:
    """What the units below the same one have of a measure, those that tell of it together: so much
    of the whole that it is itself a part of, or so much each.
    """

    def __init__(self, campaign: Campaign, units: UnitRegistry, now: _Told) -> None:
        self._wholes = {measure.id: measure.whole for measure in campaign.measures}
        self._units, self._now = units, now
        self._sums: dict[tuple[str, str], tuple[float, float]] = {}

    def expected(self, code: str, measure: str) -> int:
        """What a unit that tells of none would have if it were as the others."""
        above = self._units.get(code).parent_code, measure
        if _added(self._now[code, measure]):
            return 0
        if above not in self._sums:
            pairs = [self._pair(u.code, measure) for u in self._units.children(above[0])]
            self._sums[above] = sum(part for part, _ in pairs), sum(whole for _, whole in pairs)
        (part, whole), own = self._sums[above], self._base(code, measure)
        others = whole - self._pair(code, measure)[1]
        return int(own * part / others) if others else 0

    def _pair(self, code: str, measure: str) -> tuple[float, float]:
        said = self._now.get((code, measure), ())
        return (_added(said), self._base(code, measure)) if any(map(_is_told, said)) else (0, 0)

    def _base(self, code: str, measure: str) -> float:
        whole = self._wholes[measure]
        return _added(self._now.get((code, whole), ())) if whole else 1


def _is_told(observation: Observation) -> bool:
    """Whether there is a figure, or it is said that nothing arose."""
    return observation.value is not None or observation.flag is Flag.NOT_APPLICABLE


def _gone(said: Sequence[Observation], least: float, by_words: bool) -> str:
    """The code of what is said of one unit's whole; empty when it is there or nobody can tell."""
    values = [o.value for o in said if o.value is not None]
    if any(o.correction for o in said):
        return ""
    if values and not any(values):
        return "figures_nought"
    vanished = sum(values) < least if values else by_words
    return "whole_vanished" if vanished and all(map(_is_told, said)) else ""


def _added(observations: Iterable[Observation]) -> float | int:
    return sum(o.value or 0 for o in observations)


def _by_unit(
    units: UnitRegistry, observations: Iterable[Observation], measures: Collection[str]
) -> dict[tuple[str, str], list[Observation]]:
    """The observations of some measures of each unit and of all below it."""
    found: dict[tuple[str, str], list[Observation]] = defaultdict(list)
    for o in observations:
        if o.measure in measures:
            for code in units.line(o.unit_code):
                found[code, o.measure].append(o)
    return found


_EMPTY, _SAID, _KNOWN = range(3)


def _weight(observation: Observation | None) -> int:
    """Whether a figure came (though it may have been refused), that there is none is said, or
    neither.
    """
    if observation is None:
        return _EMPTY
    if observation.value is not None:
        return _KNOWN
    if observation.flag in (Flag.REJECTED, Flag.NOT_APPLICABLE):
        return _KNOWN
    if observation.flag is Flag.NO_DATA:
        return _SAID if observation.raw.strip() else _EMPTY
    said = holds_word("not_reported", observation.raw) or holds_word("none_arose", observation.raw)
    return _SAID if said else _EMPTY


def _levels_of_tables(campaign: Campaign) -> dict[str, str]:
    """Of each table of figures that units send, the finest level whose units the plan names."""
    closed = [level.id for level in campaign.levels if not level.open]
    order = [level.id for level in campaign.levels]
    published = {check.reference for check in campaign.reference_checks}
    found: dict[str, int] = {}
    for measure in campaign.measures:
        if measure.kind in (MeasureKind.TEXT, MeasureKind.ROWS) or measure.id in published:
            continue
        depth = min(order.index(measure.level), len(closed) - 1)
        found[measure.table] = max(found.get(measure.table, 0), depth)
    return {table: closed[depth] for table, depth in found.items()}


class _Addresses:
    """Where the figures of units should stand."""

    def __init__(
        self, tables: Sequence[TableRead], best: Mapping[str, Mapping[str, Observation]]
    ) -> None:
        self._best = best
        self._sent: dict[tuple[str, str], TableRead] = {}
        self._sheets: dict[tuple[str, str, str], TableRead] = {}
        self._said = {(r.table, code): at for r in tables for code, at in r.said.items()}
        for read in tables:
            self._sheets.setdefault((read.table, read.file, read.sheet), read)
            if read.sender is not None:
                self._sent.setdefault((read.table, read.sender.code), read)

    def find(self, table: str, line: Sequence[str]) -> tuple[CellRef, str]:
        """The address for the first unit of a line in a table, and the code of the finding."""
        unit, found = line[0], self._best[table]
        if (table, unit) in self._said:
            return self._said[table, unit], "unit_not_reported"
        if unit in found:
            here = found[unit]
            return here.address, "unit_not_reported" if _weight(here) == _SAID else "unit_missing"
        for code in line:
            if (table, code) in self._sent:
                return _heading(self._sent[table, code]), "unit_missing"
        for other in self._best.values():
            if unit in other:
                return CellRef(other[unit].address.file), "unit_missing"
        beside = next(found[code].address for code in line if code in found)
        read = self._sheets.get((table, beside.file, beside.sheet))
        if read is not None and read.sender is None:
            return _heading(read), "unit_missing"
        return CellRef(beside.file), "unit_not_reported"  # others' own workbooks came


def _heading(read: TableRead) -> CellRef:
    return read.heading or CellRef(read.file, read.sheet)


def _likely_names(findings: Iterable[Finding]) -> dict[tuple[str, str], list[list[str]]]:
    """By file and sheet, for each text that names no unit the names that it was likely meant for,
    the likeliest first.
    """
    found: dict[tuple[str, str], list[list[str]]] = defaultdict(list)
    for said in findings:
        if said.code in _NAME_NOT_READ:
            names = str(said.values.get("candidates", "")).split(", ")
            found[said.address.file, said.address.sheet].append(names)
    return found


_ENOUGH = 0.5  # of the figures gone must lack above, or they stand under another name


@dataclass
class LeftOut:
    """The units left out, an observation without a value for each of their figures, so that the
    others are never taken for the whole, and the findings.
    """

    units: list[Unit] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def left_out(
    campaign: Campaign,
    units: UnitRegistry,
    period_id: str,
    observations: Iterable[Observation],
    before: Received,
) -> LeftOut:
    """What the last period had of open levels and this one has not. Units that merged or are
    written in another way are not left out: what they had is still there above them.
    """
    open_levels = {level.id for level in campaign.levels if level.open}
    bases = {
        measure.id
        for measure in campaign.measures
        if measure.level in open_levels
        if measure.kind in (MeasureKind.COUNT, MeasureKind.AMOUNT)
        if measure.accumulation is Accumulation.STOCK and not measure.whole
    }
    now = _Below(units, observations, bases)
    then = _Below(before.units, before.table.observations, bases)
    gone: dict[str, list[Unit]] = defaultdict(list)
    for unit in before.units.units:
        if unit.level in open_levels and unit.code not in units and unit.parent_code in now.first:
            gone[unit.parent_code].append(unit)
    found = LeftOut()
    for parent, lacking in gone.items():
        sheet = now.first[parent].address
        address = CellRef(sheet.file, sheet.sheet)
        if not any(_lacks(now, then, parent, base, lacking) for base in sorted(bases)):
            continue
        for unit in lacking:
            found.units.append(unit)
            found.observations += [
                Observation(period_id, unit.code, measure, None, address, "", Flag.NOT_REPORTED)
                for measure in then.measures[unit.code]
            ]
            values = {"unit": unit.name, "parent": units.get(parent).name}
            found.findings.append(finding("unit_left_out", address, parent, **values))
    return found


class _Below:
    """What was received of units, by the unit above them."""

    def __init__(
        self, units: UnitRegistry, observations: Iterable[Observation], bases: Collection[str]
    ) -> None:
        self.first: dict[str, Observation] = {}
        self.values: dict[tuple[str, str], float | int] = {}
        self.sums: dict[tuple[str, str], float | int] = defaultdict(int)
        self.measures: dict[str, list[str]] = defaultdict(list)
        for o in observations:
            parent = units.get(o.unit_code).parent_code
            self.measures[o.unit_code].append(o.measure)
            if o.measure in bases:
                self.first.setdefault(parent, o)
                self.values[o.unit_code, o.measure] = o.value or 0
                self.sums[parent, o.measure] += o.value or 0


def _lacks(now: _Below, then: _Below, parent: str, base: str, units: Iterable[Unit]) -> bool:
    """Whether figures of a measure went with the units."""
    lost = sum(then.values.get((unit.code, base), 0) for unit in units)
    fell = then.sums[parent, base] - now.sums[parent, base]
    return lost > 0 and fell >= _ENOUGH * lost
