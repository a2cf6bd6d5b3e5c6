"""A period made of others: what was received in each of them, as if it had come for the whole.

Flows of all parts, stocks of the last, each initiative of a register once; addresses bear the part
they were received for. How the parts add up, unit by unit, is not decided here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain

from dxkit.model.campaign import Accumulation, Campaign, MeasureKind
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.observations import Flag, IndicatorTable, Observation, Received, RegisterRow
from dxkit.model.plan import FINDINGS, plan_findings
from dxkit.model.text import normalise
from dxkit.model.units import UnitRegistry

_OF_PLAN = frozenset(FINDINGS.values())


def compose(
    campaign: Campaign, period_id: str, received: Sequence[Received], unread: Sequence[str] = ()
) -> Received:
    """What the reported periods of one that is made of others say together. ``received`` are those
    at hand; one that is not has nothing, and a finding says so, as of each file ``unread`` in the
    folder of the whole.
    """
    units = _united(campaign, period_id, received)
    known = {part.table.period: part for part in received}
    leaves = [leaf.id for leaf in campaign.leaves(period_id)]
    weights = {code: weight for part in received for code, weight in part.weights.items()}
    counted = {m.id for m in campaign.measures if m.kind is MeasureKind.ROWS}
    nothing = {p: Received(IndicatorTable(p, ()), units, weights=weights) for p in leaves}
    parts = _counted_once([_located(known.get(p, nothing[p])) for p in leaves], counted)
    findings = [Finding("period_missing", CellRef(p)) for p in leaves if p not in known]
    findings += [Finding("file_of_whole", CellRef(f"{period_id}/{name}")) for name in unread]
    findings += [f for part in parts for f in _findings(part, units)]
    flows = {m.id for m in campaign.measures if m.accumulation is not Accumulation.STOCK}
    told = [o for part in parts[:-1] for o in part.table.observations if o.measure in flows]
    told = [o for o in (*told, *parts[-1].table.observations) if o.unit_code in units]
    told += _lacking(campaign, parts, units, flows)
    rows = _once([row for part in parts for row in part.table.register_rows])
    return Received(
        IndicatorTable(period_id, tuple(told), tuple(rows)),
        units,
        (*findings, *plan_findings(campaign, period_id)),
        tuple(source for part in parts for source in part.sources),
        sheets=tuple(sheet for part in parts for sheet in part.sheets),
        weights=weights,
        parts=parts,
        is_located=True,
    )


def _united(campaign: Campaign, period_id: str, received: Iterable[Received]) -> UnitRegistry:
    """The units of the last day, with all that only the workbooks name."""
    units = campaign.units.on(campaign.period(period_id).last_day)
    declared = {unit.code for unit in campaign.units.units}
    named = {u.code: u for part in received for u in part.units.units if u.code not in declared}
    return units.with_units(u for u in named.values() if u.parent_code in units)


def _findings(part: Received, units: UnitRegistry) -> Iterator[Finding]:
    """Those of a part; of a unit that is not there any more, of the one that was above it."""
    for found in part.findings:
        code = found.unit_code
        if code in part.units and code not in units:
            code = next((above for above in part.units.line(code) if above in units), "")
        if found.code not in _OF_PLAN:
            yield dataclasses.replace(found, unit_code=code)


def _located(part: Received) -> Received:
    """The same, its files by their names in the campaign's raw folder."""
    known: dict[CellRef, CellRef] = {}

    def at(cell: CellRef) -> CellRef:
        if cell not in known:
            known[cell] = cell if cell.file in ("", part.table.period) else part.located(cell)
        return known[cell]

    replace = dataclasses.replace
    table = replace(
        part.table,
        observations=tuple(replace(o, address=at(o.address)) for o in part.table.observations),
        register_rows=tuple(
            replace(row, addresses=tuple((m, at(cell)) for m, cell in row.addresses))
            for row in part.table.register_rows
        ),
    )
    findings = (
        replace(f, address=at(f.address), cause=at(f.cause) if f.cause else None)
        for f in part.findings
    )
    sources = (replace(s, name=part.located(CellRef(s.name)).file) for s in part.sources)
    sheets = (replace(s, file=part.located(CellRef(s.file)).file) for s in part.sheets)
    return replace(
        part, table=table, findings=tuple(findings), sources=tuple(sources), sheets=tuple(sheets),
        cumulative=(), visits=(), is_located=True,
    )  # fmt: skip


def _once(rows: Sequence[RegisterRow]) -> list[RegisterRow]:
    """Each initiative of a unit once, as it was reported last."""
    last = {(row.register, row.unit_code, normalise(row.fields[0][1])): row for row in rows}
    return list(last.values())


def _counted_once(parts: Sequence[Received], counted: Collection[str]) -> tuple[Received, ...]:
    """The parts, in which an initiative of a unit that is reported again later counts as none."""
    last = {_named(o): o for part in parts for o in part.table.observations if o.measure in counted}

    def once(o: Observation) -> Observation:
        is_again = o.measure in counted and o.value and last[_named(o)] is not o
        return dataclasses.replace(o, value=0) if is_again else o

    tables = [(part, tuple(map(once, part.table.observations))) for part in parts]
    return tuple(
        dataclasses.replace(part, table=dataclasses.replace(part.table, observations=told))
        for part, told in tables
    )


def _named(o: Observation) -> tuple[str, str, str]:
    return o.unit_code, o.measure, normalise(o.raw)


def _lacking(
    campaign: Campaign, parts: Sequence[Received], units: UnitRegistry, flows: Collection[str]
) -> Iterator[Observation]:
    """That of a unit which tells of a flow in one part there is nothing in another, neither of
    itself nor of those above or below it.
    """
    tellers = [
        {(o.unit_code, o.measure): None for o in part.table.observations if o.unit_code in units}
        for part in parts
    ]
    for part, told in zip(parts, tellers, strict=True):
        above = {(code, measure) for unit, measure in told for code in units.line(unit)}
        unread, heard = part.not_used_of(campaign.report_level), part.units_heard
        for unit, measure in dict.fromkeys(chain.from_iterable(tellers)):
            is_told = any((code, measure) in told for code in units.line(unit))
            if measure in flows and not is_told and (unit, measure) not in above:
                flag = Flag.NO_DATA if unit in heard else Flag.NOT_REPORTED
                flag = Flag.UNREAD if unit in unread else flag
                at = CellRef(part.table.period)
                yield Observation(part.table.period, unit, measure, None, at, "", flag)
