"""What the tables of a period say together: each figure once, and who has not reported."""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from dxkit.intake.dates import start_days
from dxkit.intake.file_cells import TableRead
from dxkit.intake.findings import finding
from dxkit.intake.vocabulary import without_word
from dxkit.model.campaign import Campaign
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.observations import Flag, Observation, Received, RegisterRow
from dxkit.model.periods import Period
from dxkit.model.units import UnitRegistry


def united(tables: Sequence[TableRead], period: Period) -> tuple[list[Observation], list[Finding]]:
    """All observations, each unit's figure once; one that two tables report differently is used
    from neither, be it that one of them cannot be read, and a period's figure beside those of its
    parts only where it is their sum.
    """
    kept: dict[tuple[str, str, str], Observation] = {}
    conflicts: set[tuple[str, str, str]] = set()
    findings: list[Finding] = []
    twice: Counter[tuple[CellRef, str]] = Counter()  # by the later sheet, and the earlier one
    for table in tables:
        for observation in table.observations:
            key = (observation.unit_code, observation.measure, observation.period)
            earlier = kept.setdefault(key, observation)
            if earlier is observation:
                continue
            if _is_same_file(observation, earlier):
                twice[observation.address._replace(cell=""), earlier.address.sheet] += 1
            if key in conflicts:
                if observation.value is not None:
                    findings.append(_repeated(observation, earlier))
            elif _contradicts(observation, earlier):
                conflicts.add(key)
                kept[key] = earlier.refused()
                findings += [_repeated(observation, earlier), _repeated(earlier, observation)]
            elif earlier.value is None and observation.value is not None:
                kept[key] = observation
    for (address, sheet), count in twice.items():
        if address.sheet != sheet:
            findings.append(finding("table_repeated", address, sheet=sheet, count=count))
    findings += _in_one_copy(tables, kept)
    findings += _whole_beside_parts(kept, period)
    return list(kept.values()), findings


_ALIKE = 0.5  # of the units of the smaller of two sheets that are copies of one table


def _in_one_copy(
    tables: Sequence[TableRead], kept: dict[tuple[str, str, str], Observation]
) -> Iterator[Finding]:
    """Take out the figures of units that only one of two sheets has, where a measure stands on both
    for the same units: nobody knows which sheet is the old one. Said once for a unit and sheet.
    """
    sheets: dict[tuple[str, str, str], dict[str, dict[str, Observation]]] = defaultdict(dict)
    for table in tables:
        for o in table.observations:
            of_file = sheets[o.address.file, o.measure, o.period]
            of_file.setdefault(o.address.sheet, {})[o.unit_code] = o
    told: set[tuple[str, str, str]] = set()
    for (_, measure, of), by_sheet in sheets.items():
        if len(set().union(*by_sheet.values())) == sum(map(len, by_sheet.values())):
            continue  # as where each unit has a sheet of its own
        for one, other in itertools.permutations(by_sheet, 2):
            here, there = by_sheet[one], by_sheet[other]
            common = here.keys() & there.keys()
            if not common or len(common) < _ALIKE * min(len(here), len(there)):
                continue
            for unit in here.keys() - there.keys():
                o, known = here[unit], kept[unit, measure, of]
                if known.address == o.address and known.value is not None:
                    kept[unit, measure, of] = known.refused()
                    if (unit, one, other) not in told:
                        told.add((unit, one, other))
                        yield finding("unit_in_one_copy", o, unit=unit, sheet=other)


def _is_same_file(one: Observation, other: Observation) -> bool:
    return one.address.file == other.address.file


def _contradicts(one: Observation, other: Observation) -> bool:
    """Whether two cells do not say the same of one figure. A cell that says nothing leaves the
    figure to another file, never to another sheet of its own: that may be an old one.
    """
    if one.value == other.value:
        return False
    without, known = (one, other) if one.value is None else (other, one)
    if without.flag is Flag.NOT_APPLICABLE and known.value == 0:
        return False
    is_silent = without.value is None and without.flag in (Flag.NO_DATA, Flag.NOT_REPORTED)
    return _is_same_file(one, other) or not is_silent


def _repeated(one: Observation, other: Observation) -> Finding:
    return finding("unit_repeated", one, unit=one.unit_code, cell=str(other.address))


def _whole_beside_parts(
    kept: dict[tuple[str, str, str], Observation], period: Period
) -> Iterator[Finding]:
    """Take out the figure of the whole period where those of its parts are there too, or it would
    count twice; where it is not their sum, none of them is used.
    """
    for (unit, measure, of), whole in list(kept.items()):
        keys = [(unit, measure, part) for part in period.parts if (unit, measure, part) in kept]
        if of != period.id or not keys:
            continue
        del kept[unit, measure, of]
        parts = [kept[key] for key in keys]
        known = [part.value for part in parts if part.value is not None]
        if whole.value is None or (len(known) == len(period.parts) and sum(known) == whole.value):
            continue
        for key, part in zip(keys, parts, strict=True):
            kept[key] = part.refused()
            yield _repeated(part, whole)
        yield _repeated(whole, parts[0])


def brackets_asked(
    tables: Sequence[TableRead], observations: Iterable[Observation], before: Received | None
) -> tuple[list[Observation], list[Finding]]:
    """The observations, without the figures of units named with brackets behind ("Ap 3 (moi tach)")
    where another table or the period before knows the name without them and this table does not: it
    may be the same unit. Where both stand in one table, or two that differ by their brackets, that
    they count as two is told.
    """
    earlier = before.table.observations if before is not None else ()
    had = {o.unit_code for o in earlier if o.value is not None}
    findings, unclear = [], set()
    for read in tables:
        elsewhere = had.union(*(t.units_named for t in tables if t is not read))
        alike = Counter(bare.code for bare, _ in read.remarked.values())
        for code, (bare, at) in read.remarked.items():
            is_beside = bare.code in read.units_named or alike[bare.code] > 1
            if code in had or not (is_beside or bare.code in elsewhere):
                continue
            if not is_beside:
                unclear.add((code, at.file, at.sheet))
            about = "unit_beside_like" if is_beside else "name_or_remark"
            findings.append(finding(about, at, code, unit=code, other=bare.name))
    kept = [
        o.refused()
        if o.value is not None and (o.unit_code, o.address.file, o.address.sheet) in unclear
        else o
        for o in observations
    ]
    return kept, findings


def missing_parts(
    period: Period, observations: Sequence[Observation]
) -> tuple[list[Observation], list[Finding]]:
    """For units that report a flow by parts of the period and lack some of them: an observation
    without a value for each, so that the others are never taken for the whole, and one finding
    for each sheet and part.
    """
    found: dict[tuple[str, str], dict[str, Observation]] = defaultdict(dict)
    for observation in observations:
        if observation.period in period.parts:
            found[observation.unit_code, observation.measure][observation.period] = observation
    lacking: list[Observation] = []
    findings: dict[tuple[str, str, str, str], Finding] = {}
    for (unit, measure), parts in found.items():
        first = next(iter(parts.values()))
        for part in period.parts:
            if part in parts:
                continue
            address = CellRef(first.address.file, first.address.sheet)
            lacking.append(Observation(part, unit, measure, None, address, "", Flag.NO_DATA))
            about = finding("part_missing", address, measure=measure, part=part)
            findings.setdefault((address.file, address.sheet, measure, part), about)
    return lacking, list(findings.values())


def without_repeated_rows(tables: Iterable[TableRead]) -> Iterator[Finding]:
    """A unit's initiative that stands twice in a register is kept once."""
    seen: dict[tuple[str, str, str], RegisterRow] = {}
    for table in tables:
        kept = []
        for row in table.register_rows:
            name = row.fields[0][1]
            key = (row.register, row.unit_code, without_word("initiative_things", name))
            if key in seen:
                cell = str(seen[key].address)
                yield finding("initiative_repeated", row.address, row.unit_code, name, cell=cell)
            else:
                seen[key] = row
                kept.append(row)
        table.register_rows = kept


def begun_later(
    campaign: Campaign, period: Period, tables: Iterable[TableRead]
) -> Iterator[Finding]:
    """An initiative that begins after the period is not in effect in it."""
    register = campaign.initiatives
    for row in (row for table in tables for row in table.register_rows):
        if register is not None and row.register == register.table:
            first_day, _ = start_days(row.text(register.columns["start"]))
            if first_day is not None and first_day > period.last_day:
                name = row.fields[0][1]
                yield finding("initiative_unclear", row.address, row.unit_code, name, name=name)


def register_counts(
    campaign: Campaign,
    units: UnitRegistry,
    tables: Iterable[TableRead],
    observations: Iterable[Observation],
    period_id: str,
) -> list[Observation]:
    """One for each row of a register, and nought for the units of its sender that reported
    something else but have no row.
    """
    reported = {o.unit_code for o in observations if o.value is not None}
    reported |= {above for code in tuple(reported) if code in units for above in units.line(code)}
    counts: list[Observation] = []
    for table in tables:
        measures = [m for m in campaign.measures if m.table == table.table and m.kind == "rows"]
        for measure in measures if table.header else ():
            with_rows = {row.unit_code for row in table.register_rows}
            counts += [
                Observation(period_id, row.unit_code, measure.id, 1, row.address, row.fields[0][1])
                for row in table.register_rows
            ]
            if table.sender is None or table.header is None:
                continue
            counts += [
                Observation(period_id, unit.code, measure.id, 0, table.header)
                for unit in units.descendants(table.sender.code)
                if unit.level == measure.level
                and unit.code in reported
                and unit.code not in with_rows
            ]
    return counts


def missing_units(
    campaign: Campaign,
    units: UnitRegistry,
    observations: Iterable[Observation],
    folder: Path,
    unused: Mapping[str, Collection[str]],
) -> Iterator[Finding]:
    """Reporting units of which nothing came. A unit whose figures came and were refused has
    reported; so has one of whose files all are ``unused``, by the codes or names of their senders.
    """
    known = {code for o in observations for code in units.line(o.unit_code)}
    first: dict[str, tuple[int, str]] = {}  # of the files that name a sender
    for number, (file, senders) in enumerate(unused.items()):
        for sender in senders:
            first.setdefault(sender, (number, file))
    for unit in units.at_level(campaign.report_level):
        if unit.code not in known:
            of_unit = [unit, *units.descendants(unit.code)]
            files = (first.get(name) for one in of_unit for name in (one.code, one.name))
            _, file = min(filter(None, files), default=(0, ""))
            code = "workbook_unused" if file else "workbook_missing"
            address = CellRef(file or folder.name)
            yield finding(code, address, unit.code, unit=unit.name, file=file)


def known_weights(
    campaign: Campaign, before: Received | None, published: Iterable[tuple[str, Observation]]
) -> dict[str, float]:
    """What units count by when completeness is judged: the measure that the plan names, of the last
    period or, where it had none, published (observations by the measure that they stand for).
    """
    weight = campaign.ranking.weight
    found: dict[str, float] = defaultdict(float)
    for measure, o in published:
        if measure == weight:
            found[o.unit_code] += o.value or 0
    return {**found, **(_summed(before.units, before.table.observations, weight) if before else {})}


def weights_of(
    campaign: Campaign,
    units: UnitRegistry,
    observations: Iterable[Observation],
    known: Mapping[str, float],
) -> dict[str, float]:
    """The weight of every unit: the known one, that of this period, or the mean of those of its
    level.
    """
    weight = campaign.ranking.weight
    if not weight:
        return {}
    found = {**_summed(units, observations, weight), **known}
    found = {code: value for code, value in found.items() if value > 0 and code in units}
    of_level: dict[str, list[float]] = defaultdict(list)
    for code, value in found.items():
        of_level[units.get(code).level].append(value)
    mean = {level: sum(values) / len(values) for level, values in of_level.items()}
    return {u.code: found.get(u.code, mean.get(u.level, 1.0)) for u in units.units}


def _summed(
    units: UnitRegistry, observations: Iterable[Observation], measure: str
) -> dict[str, float]:
    """The sum of a measure over each unit and all below it."""
    found: dict[str, float] = defaultdict(float)
    for o in observations:
        if o.measure == measure and o.value:
            for code in units.line(o.unit_code):
                found[code] += o.value
    return found


_WEIGHED = frozenset({"unit_missing", "unit_not_reported", "unit_left_out"})


def weighed(
    campaign: Campaign, units: UnitRegistry, findings: Iterable[Finding], known: Mapping[str, float]
) -> Iterator[Finding]:
    """The findings; those on units that are lacking say how much of their sender's weight."""
    for found in findings:
        above = (
            units.ancestor_at(found.unit_code, campaign.report_level)
            if (found.code in _WEIGHED and found.unit_code in units)
            else None
        )
        own = known.get(found.unit_code) if found.code != "unit_left_out" else None
        whole = known.get(above.code) if above is not None else None
        if above is None or not own or not whole or above.code == found.unit_code:
            yield found
            continue
        values = {
            "weight": own if own % 1 else int(own),
            "percent": round(100 * own / whole, 1),
            "weighed": campaign.ranking.weight,
            "above": above.name,
        }
        yield dataclasses.replace(found, values={**found.values, **values})


def missing_tables(
    campaign: Campaign,
    units: UnitRegistry,
    tables: Iterable[TableRead],
    observations: Iterable[Observation],
) -> Iterator[Finding]:
    """Tables that a unit with a workbook should have sent and that none of its sheets holds.
    Published figures to compare with are sent by nobody.
    """
    table_of = {measure.id: measure.table for measure in campaign.measures}
    published = {table_of.get(check.reference, "") for check in campaign.reference_checks}
    wanted = [table for table in dict.fromkeys(table_of.values()) if table not in published]
    sent: dict[str, set[str]] = {}
    files: dict[str, str] = {}
    said = [(o.unit_code, table_of.get(o.measure, ""), o.address.file) for o in observations]
    for read in tables:
        said += [(row.unit_code, read.table, read.file) for row in read.register_rows]
        if read.sender is not None:
            said.append((read.sender.code, read.table, read.file))
    for (code, table), file in {(code, table): file for code, table, file in said}.items():
        for above in units.line(code):
            sent.setdefault(above, set()).add(table)
            files.setdefault(above, file)
    for unit in units.at_level(campaign.report_level):
        for table in wanted if unit.code in sent else ():
            if table not in sent[unit.code]:
                address = CellRef(files[unit.code])
                yield finding("table_missing", address, unit.code, unit=unit.name, table=table)
