"""Opening a period: read, or taken from the store, then analysed.

What reads workbooks and what analyses is imported when it is needed: a run that finds nothing
changed needs neither, and they are half of its time. What is kept of the periods of a series stands
in a file beside what intake stored of each: made again when what it was made from has changed, or
somebody has changed the file.

One made of others is what was received in each of them, as if it had come for the whole: flows of
all parts, stocks of the last, each initiative of a register once; addresses bear the part they were
received for. How the parts add up, unit by unit, is not decided here.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache, partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from dxkit.campaign.folder import load_campaign, load_map
from dxkit.campaign.project import Project
from dxkit.intake.revisions import History
from dxkit.intake.store import code_hash, is_current, read_stored, store_key, write_stored
from dxkit.model.boundaries import as_of
from dxkit.model.campaign import Accumulation, Campaign, MeasureKind
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.observations import (
    Flag,
    IndicatorTable,
    Initiative,
    Observation,
    Received,
    RegisterRow,
)
from dxkit.model.plan import FINDINGS, plan_findings
from dxkit.model.text import normalise
from dxkit.model.units import UnitRegistry
from dxkit.period import OpenPeriod, Past
from dxkit.workbooks.atomic import write_bytes, writer_if_free
from dxkit.workbooks.raw_folder import Contents, contents_of, raw_files

if TYPE_CHECKING:
    from dxkit.analysis.analysis import Analysis
    from dxkit.analysis.series import Kept


@lru_cache(maxsize=8)
def open_period(project: Project, campaign_id: str, period_id: str) -> OpenPeriod:
    """The period, from the stored intake when the raw files and the campaign are unchanged.

    The period before is opened with it; of those before that is asked what is kept of them. Raises
    CampaignError, and UnknownNameError for a period the campaign does not have.
    """
    from dxkit.analysis.assembly import analyse_period
    from dxkit.analysis.series import PeriodKept

    campaign = load_campaign(project.campaign_folder(campaign_id))
    campaign.period(period_id)
    before, look = period_before(project, campaign, period_id), _looking(project, campaign)
    received = receive(project, campaign, period_id, look=look)
    previous = receive(project, campaign, before, look=look) if before else None
    names = [p for p in series_of(project, campaign, period_id) if p not in (before, period_id)]
    parts = campaign.period(period_id).of
    names += [part for part in parts if _is_at_hand(project, campaign, part)]
    day = project.as_of or campaign.period(period_id).last_day
    back = partial(look_back, project, campaign, day=day, look=look)
    past = [PeriodKept(name, partial(back, name)) for name in names]
    campaign, received = as_of(campaign, received, day)
    analysis = analyse_period(campaign, received, previous, past, day)
    shapes = load_map(campaign.folder)
    return OpenPeriod(project, campaign, received, analysis, shapes, Past(_history, _register))


def open_as_it_is(project: Project, campaign: Campaign, period_id: str) -> OpenPeriod:
    """The same for a process that lives long: opened anew when its plan or workbooks have changed
    since it was opened last, unless ``one_reading`` forbids.
    """
    opened = open_period(project, campaign.id, period_id)
    if project.sealed or _standing:
        return opened
    raw = contents_before_and_of(project, campaign, period_id)
    if campaign == opened.campaign and are_parsed(raw, opened.sources):
        return opened
    open_period.cache_clear()
    return open_period(project, campaign.id, period_id)


_standing: list[None] = []
"""Not empty while ``one_reading`` holds, in all threads."""


@contextmanager
def one_reading() -> Iterator[None]:
    """Within it periods stay as they were opened: all pages of a batch are of one reading, by which
    a later run knows whether they are out of date.
    """
    _standing.append(None)
    try:
        yield
    finally:
        _standing.pop()


def _history(opened: OpenPeriod) -> tuple[Analysis, ...]:
    """Each period of the series that is at hand as opening it gives it."""
    project, campaign, last = opened.project, opened.campaign, opened.analysis.period.id
    earlier = series_of(project, campaign, last)[:-1]
    return (*(open_period(project, campaign.id, p).analysis for p in earlier), opened.analysis)


def _register(opened: OpenPeriod) -> tuple[Initiative, ...]:
    from dxkit.intake.period import published_initiatives, reported_initiatives

    reported = (
        initiative
        for analysis in opened.history
        for initiative in reported_initiatives(
            opened.campaign, analysis.received.table.register_rows
        )
        if initiative.unit_code in opened.analysis.units
    )
    references = opened.project.raw_folder(opened.campaign.id)
    published, _ = published_initiatives(opened.campaign, opened.analysis.period.id, references)
    return (*reported, *published)


def receive(
    project: Project,
    campaign: Campaign,
    period_id: str,
    wait: Callable[[], None] = lambda: None,
    tries: int = 2,
    look: Callable[[str], Contents] | None = None,
) -> Received:
    """What intake says of one period, read anew only when something it depends on has changed; of
    one made of others what it says of them.

    ``wait`` is called before the period before is asked for, which somebody else may be reading;
    ``tries`` is how often the files are read once more when they change meanwhile; ``look`` looks
    into the raw folder of a reported period, if it was not looked at yet.
    """
    if campaign.period(period_id).of:
        leaves = leaves_of(project, campaign, period_id)
        parts = [receive(project, campaign, leaf, look=look) for leaf in leaves]
        unread = () if project.sealed else _own_files(project, campaign, period_id)
        return compose(campaign, period_id, parts, unread)
    stored = project.store_file(campaign.id, period_id)
    if project.sealed and stored.exists():
        return read_stored(stored)
    raw = contents_before_and_of(project, campaign, period_id, look)
    references = project.raw_folder(campaign.id)
    key = store_key(campaign, references, raw)
    if is_current(stored, key):
        return read_stored(stored)
    from dxkit.intake.period import read_period

    before = period_before(project, campaign, period_id)
    read: list[Received] = []

    def earlier() -> Received:
        wait()
        read.append(receive(project, campaign, before))
        return read[0]

    folder = project.period_folder(campaign.id, period_id)
    with writer_if_free(project.stores / campaign.id) as may_write:
        history = History.open(stored.parent, may_write)
        received = read_period(
            campaign, period_id, folder, references, earlier if before else None, history
        )
        # Stored under the hash of what was parsed: a file may be replaced in between, and be back.
        beside = [one for one in raw if one.of in (before, period_id)]
        parsed = {each.table.period: each.hashes for each in (*read, received)}
        was_parsed = are_parsed(beside, parsed)
        as_before = was_parsed and key == _key(project, campaign, period_id)
        if may_write and as_before and campaign == load_campaign(campaign.folder):
            write_stored(received, key, stored)
    return (
        received
        if was_parsed or not tries
        else receive(project, campaign, period_id, tries=tries - 1)
    )


def receive_on_day(project: Project, campaign: Campaign, period_id: str) -> Received:
    """What a period that is opened was made from: received, as it is on the day that it is of."""
    day = project.as_of or campaign.period(period_id).last_day
    return as_of(campaign, receive(project, campaign, period_id), day)[1]


def look_back(
    project: Project,
    campaign: Campaign,
    period_id: str,
    day: datetime.date,
    look: Callable[[str], Contents] | None = None,
) -> Kept:
    """What is kept of a period, as it is by the units of a day: from the file of an earlier
    run, when it was made from the same files by the same plan and code; else worked out anew and
    kept. ``look`` looks into the raw folder of a reported period, if it was not looked at yet.
    """
    path = project.kept_file(campaign.id, period_id, campaign.other_boundaries(period_id, day))
    look = look or _looking(project, campaign)
    key = "" if project.sealed else _key(project, campaign, period_id, look)
    if (known := _read_kept(path, key)) is not None:
        return known
    from dxkit.analysis.assembly import analyse_period, kept_of

    received = receive(project, campaign, period_id)
    found = kept_of(analyse_period(*as_of(campaign, received, day)))
    with writer_if_free(project.stores / campaign.id) as may_write:
        if may_write and key and _is_stored(project, campaign, period_id, look):
            write_bytes(path, kept_bytes(found, key))
    return found


def contents_before_and_of(
    project: Project,
    campaign: Campaign,
    period_id: str,
    look: Callable[[str], Contents] | None = None,
) -> tuple[Contents, ...]:
    """What lies in the raw folders of the periods of its series, itself the last: each is read
    beside the one before, and what is used of that goes by the one before it.
    """
    look, series = look or _looking(project, campaign), series_of(project, campaign, period_id)
    return tuple(_contents(project, campaign, one, look) for one in series)


def _looking(project: Project, campaign: Campaign) -> Callable[[str], Contents]:
    """Looks into the raw folder of a reported period, once into each."""
    return cache(lambda one: contents_of(project.period_folder(campaign.id, one), one))


def _contents(
    project: Project, campaign: Campaign, period_id: str, look: Callable[[str], Contents]
) -> Contents:
    """What lies in the raw folder of a period, or in those of the periods that it is made of, with
    what would be in its own and what lies in those before them.
    """
    if not campaign.period(period_id).of:
        return look(period_id)
    beside: list[tuple[str, str]] = []
    files: dict[str, str] = {}
    leaves = leaves_of(project, campaign, period_id)
    for leaf in leaves:
        found = look(leaf)
        beside += ((f"{leaf}/{name}", reason) for name, reason in found.passed_over)
        files |= {f"{leaf}/{name}": sha256 for name, sha256 in found.files.items()}
    beside += ((name, "") for name in _own_files(project, campaign, period_id))
    earlier = series_of(project, campaign, leaves[0])[:-1] if leaves else ()
    beside += ((one, look(one).key) for one in earlier)
    return Contents(tuple(beside), files, period_id)


def _own_files(project: Project, campaign: Campaign, period_id: str) -> tuple[str, ...]:
    """Files that lie in the raw folder of a period made of others, where nothing is read."""
    folder = project.period_folder(campaign.id, period_id)
    found = raw_files(folder) if folder != project.raw else []
    return tuple(path.relative_to(folder).as_posix() for path in found)


def leaves_of(project: Project, campaign: Campaign, period_id: str) -> tuple[str, ...]:
    """The reported periods at hand that one is made of, forward in time; itself if reported."""
    leaves = [leaf.id for leaf in campaign.leaves(period_id)]
    return tuple(p for p in leaves if p == period_id or _is_at_hand(project, campaign, p))


def are_parsed(raw: Sequence[Contents], parsed: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether what was received of some periods was parsed from these files, by their hashes."""
    return [one.of for one in raw] == [*parsed] and all(map(Contents.agrees, raw, parsed.values()))


def is_stored(project: Project, campaign: Campaign, period_id: str) -> bool:
    """Whether opening the period reads no workbook."""
    needed, look = series_of(project, campaign, period_id)[-2:], _looking(project, campaign)
    return project.sealed or all(_is_stored(project, campaign, one, look) for one in needed)


def _is_stored(
    project: Project, campaign: Campaign, period_id: str, look: Callable[[str], Contents]
) -> bool:
    """Whether what is stored of it was read with what lay there when it was looked at."""
    return all(
        is_current(project.store_file(campaign.id, leaf), _key(project, campaign, leaf, look))
        for leaf in leaves_of(project, campaign, period_id)
    )


def _key(
    project: Project,
    campaign: Campaign,
    period_id: str,
    look: Callable[[str], Contents] | None = None,
) -> str:
    """The hash of all that a period is read with."""
    raw = contents_before_and_of(project, campaign, period_id, look)
    return store_key(campaign, project.raw_folder(campaign.id), raw)


def period_before(project: Project, campaign: Campaign, period_id: str) -> str:
    """The period before, if there is one at hand; otherwise nothing."""
    before = campaign.previous_period(period_id)
    return before.id if before and _is_at_hand(project, campaign, before.id) else ""


def receive_before(project: Project, campaign: Campaign, period_id: str) -> Received | None:
    """What intake says of the period before; None where none is at hand."""
    before = period_before(project, campaign, period_id)
    return receive(project, campaign, before) if before else None


def series_of(project: Project, campaign: Campaign, period_id: str) -> tuple[str, ...]:
    """The periods as long as one that are at hand, forward in time, itself the last."""
    alike = [period.id for period in campaign.alike(period_id)]
    earlier = alike[: alike.index(period_id)]
    return (*(p for p in earlier if _is_at_hand(project, campaign, p)), period_id)


def _is_at_hand(project: Project, campaign: Campaign, period_id: str) -> bool:
    if project.sealed:
        if campaign.period(period_id).of and leaves_of(project, campaign, period_id):
            return True
        stored = project.store_file(campaign.id, period_id)
        return stored.exists() or any(stored.parent.glob("kept*.json"))
    return project.has_raw(campaign, period_id)


def _parts_of(path: Path) -> tuple[str, str, bytes]:
    """The key of what a file was made from, the hash of what it keeps, and that; else nothing."""
    try:
        head, _, body = path.read_bytes().partition(b"\n")
        made_from, digest = json.loads(head)
    except (OSError, ValueError, TypeError):
        return "", "", b""
    return made_from, digest, body


def _read_kept(path: Path, received_key: str = "") -> Kept | None:
    """What a file keeps; None where there is none, it was altered, or it was made from other files
    than those of ``received_key``, if one is given.
    """
    made_from, digest, body = _parts_of(path)
    is_current = not received_key or made_from == _made_from(received_key)
    if not is_current or digest != hashlib.sha256(body).hexdigest():
        return None
    kept: Kept = json.loads(body)
    return kept


def is_altered(path: Path, again: Path) -> bool:
    """Whether a file says something else than another that was made from the same."""
    (made_from, _, shown), (key, _, expected) = map(_parts_of, (path, again))
    return bool(key) and made_from == key and shown != expected


def kept_bytes(kept: Kept, received_key: str) -> bytes:
    """The file that keeps it, under the key of what was received."""
    body = json.dumps(kept, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    head = json.dumps([_made_from(received_key), hashlib.sha256(body).hexdigest()])
    return head.encode() + b"\n" + body


def _made_from(received_key: str) -> str:
    worked_out_by = code_hash("dxkit.analysis")
    return hashlib.sha256((worked_out_by + received_key).encode()).hexdigest()


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
