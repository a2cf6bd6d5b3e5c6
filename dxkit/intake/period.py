"""The one composition: a period's raw folder to observations and findings; and the rows of its
registers to initiatives: the start as days, the aim as indicators.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from dxkit.intake.checks.completeness import (
    begun_later,
    brackets_asked,
    known_weights,
    missing_parts,
    missing_tables,
    missing_units,
    register_counts,
    united,
    weighed,
    weights_of,
    without_repeated_rows,
)
from dxkit.intake.checks.contradictions import settle
from dxkit.intake.checks.figures import (
    cumulative_below_period,
    far_from_reference,
    over_time,
    take_as_before,
    total_differs,
    within_period,
)
from dxkit.intake.checks.gaps import figures_gone, figures_needed, figures_nought, gaps_of, left_out
from dxkit.intake.checks.screen import screened
from dxkit.intake.dates import start_days, stated_times
from dxkit.intake.differences import settled
from dxkit.intake.explanations import explained
from dxkit.intake.file import file_that_failed, read_file, unreadable
from dxkit.intake.file_cells import FileRead, TableRead
from dxkit.intake.findings import finding, with_causes
from dxkit.intake.names import Names, sender_in_name
from dxkit.intake.revisions import History, altered_cells
from dxkit.intake.visits import read_visits
from dxkit.model.boundaries import as_of
from dxkit.model.campaign import Campaign, InitiativeRegister
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.observations import (
    VISITS,
    Flag,
    IndicatorTable,
    Initiative,
    Observation,
    Received,
    RegisterRow,
)
from dxkit.model.periods import Period
from dxkit.model.plan import plan_findings
from dxkit.model.text import normalise
from dxkit.model.units import Unit
from dxkit.workbooks.processes import Failure, each_apart, keep_log
from dxkit.workbooks.raw_folder import look_into, raw_files


def read_period(
    campaign: Campaign,
    period_id: str,
    folder: Path,
    references: Path | None = None,
    before: Received | Callable[[], Received] | None = None,
    history: History | None = None,
) -> Received:
    """Everything in the raw ``folder`` of one period. ``references`` is the folder that holds the
    campaign's reference folders; without it reported figures are not compared with published ones,
    and without what was received ``before`` not with the last period's, without the ``history`` of
    earlier checks not with the files as they were then. ``before`` may be a call that gives it: it
    is made when the files are read.

    Nothing is raised for bad input: what is wrong is in the findings.
    """
    period = campaign.period(period_id)
    names = Names(campaign, period.last_day)
    raw = look_into(folder)
    sent = list(_read(campaign, period, names, raw.files, folder))
    files = settled(sent)
    previous = before() if callable(before) else before
    if previous is not None:
        _, previous = as_of(campaign, previous, period.last_day)

    def together(some: Sequence[FileRead]) -> Received:
        return _together(campaign, period, names, some, folder, references, previous)

    received = together(files)
    findings = [
        unreadable(name, reason, unit_code=unit.code if unit else "")
        for name, reason in raw.passed_over
        for unit in (sender_in_name(name, names),)
    ]
    findings += received.findings
    findings += _without_file(campaign, period_id, sent)
    if references is not None:
        seen = read_visits(references / VISITS / period_id, received.units)
        findings += seen.findings
        received = dataclasses.replace(received, visits=tuple(seen.visits))
    findings += plan_findings(campaign, period_id)
    if history is not None:
        findings += altered_cells(sent, files, history, lambda file: together([file]).findings)
    received = dataclasses.replace(received, findings=tuple(findings))
    return explained(campaign, files, received, previous)


def _read(
    campaign: Campaign, period: Period, names: Names, paths: Sequence[Path], folder: Path
) -> Iterator[FileRead]:
    """The files, read in a process beside: what one makes of its reader is not the others' harm."""
    read = partial(read_file, campaign, period, names, folder=folder)
    for written in ("", "\u00e9"):  # without accents and with: patterns got ready here are ready
        stated_times(written)  # in each process beside, which takes longer than a short sheet
    for path, done in zip(paths, each_apart(read, paths), strict=True):
        if isinstance(done, Failure):
            if done.trace:
                keep_log(done.trace)
            yield file_that_failed(path, folder, names, f"reader_{done.reason}")
        else:
            yield done


def _without_file(
    campaign: Campaign, period_id: str, files: Iterable[FileRead]
) -> Iterator[Finding]:
    """The office's repairs of files that did not come, as which a returned copy counts, too."""
    known = {
        name for f in files for name in (f.source.name, f.cells.origin and f.cells.origin.file)
    }
    for c in campaign.corrections:
        if c.period == period_id and c.file not in known:
            address = CellRef(c.file, c.sheet, c.cell)
            yield finding("correction_without_file", address, reason=c.reason)


def _together(
    campaign: Campaign,
    period: Period,
    names: Names,
    files: Sequence[FileRead],
    folder: Path,
    references: Path | None,
    before: Received | None,
) -> Received:
    """What the files say together."""
    period_id = period.id
    tables = [table for file in files for table in file.tables]
    units = names.units.with_units(unit for unit in _named(tables) if unit.code not in names.units)
    findings = [one for file in files for one in file.findings]
    findings += figures_needed(campaign, (f for table in tables for f in table.findings))
    observations, repeated = united(tables, period)
    observations, bracketed = brackets_asked(tables, observations, before)
    choices = {shown: said for file in files for shown, said in file.as_before.items()}
    observations, held = take_as_before(campaign, observations, choices, before)
    lacking, parts = missing_parts(period, observations)
    observations += lacking
    findings += [*repeated, *bracketed, *held, *parts]
    left: Sequence[Unit] = ()
    if before is not None:
        gone = left_out(campaign, units, period_id, observations, before)
        left = gone.units
        units = units.with_units(left)
        observations += gone.observations
        findings += gone.findings
    findings += [*without_repeated_rows(tables), *begun_later(campaign, period, tables)]
    observations += register_counts(campaign, names.units, tables, observations, period_id)
    corrected = {address: c for file in files for address, c in file.corrected.items()}
    observations = [
        dataclasses.replace(o, raw=c.expected, correction=c.reason)
        if (c := corrected.get(o.address))
        else o
        for o in observations
    ]
    nought = figures_nought(campaign, units, observations, before)
    observations = nought.observations
    findings += nought.findings
    gaps = gaps_of(campaign, units, tables, observations, findings)
    for table in tables:
        findings += total_differs(campaign, table, units, gaps.below_totals(table))
    findings += within_period(campaign, observations)
    unused = {file.source.name: file.senders for file in files}
    findings += missing_units(campaign, units, observations, folder, unused)
    findings += gaps.findings
    findings += missing_tables(campaign, units, tables, observations)
    published: list[tuple[str, Observation]] = []
    if references is not None:
        for check in campaign.reference_checks:
            found = _read_reference(campaign, period, names, references / check.folder)
            findings += far_from_reference(check, observations, found, units)
            published += [(check.measure, o) for o in found if o.measure == check.reference]
    known = known_weights(campaign, before, published)
    findings = list(weighed(campaign, units, findings, known))
    exceeding = {
        f.address for f in findings if f.code in ("part_exceeds_whole", "share_exceeds_whole")
    }
    observations = [
        dataclasses.replace(o, flag=Flag.EXCEEDS_WHOLE)
        if o.address in exceeding and o.flag is not Flag.AS_BEFORE
        else o
        for o in observations
    ]
    received = Received(
        IndicatorTable(
            period_id,
            tuple(observations),
            tuple(row for table in tables for row in table.register_rows),
        ),
        units,
        (),
        tuple(file.source for file in files),
        tuple(observation for table in tables for observation in table.cumulative),
        tuple(sheet for file in files for sheet in file.sheets),
        weights_of(campaign, units, observations, known),
    )
    findings += cumulative_below_period(received)
    findings += screened(campaign, received, before)
    if before is not None:
        findings += over_time(campaign, received, before)
        findings += figures_gone(received, before, gaps.findings)
    for unit in left:  # only now: that a total is more than the rows tells of who is left out
        gaps.add("", units.line(unit.code))
    settled = settle(campaign, tables, units, observations, findings, before, gaps.below_totals)
    kept = dataclasses.replace(received.table, observations=tuple(settled.observations))
    findings = with_causes(campaign, settled.findings, settled.observations)
    return dataclasses.replace(received, table=kept, findings=tuple(findings))


def _named(tables: Sequence[TableRead]) -> Iterable[Unit]:
    """The units that only the workbooks name, each in its commonest writing, or the first of those
    that are equally common.
    """
    written: Counter[Unit] = Counter()
    for table in tables:
        written.update(table.units)
    found: dict[str, Unit] = {}
    for unit, times in written.items():
        if times > written[found.setdefault(unit.code, unit)]:
            found[unit.code] = unit
    return found.values()


def _read_reference(
    campaign: Campaign, period: Period, names: Names, folder: Path
) -> list[Observation]:
    tables = [
        table
        for path in look_into(folder).files
        for table in read_file(campaign, period, names, path, folder).tables
    ]
    return [observation for table in tables for observation in table.observations]


_PLAIN_COUNT = re.compile(r"\d{1,3}(?:[. ]\d{3})+|\d+")


def reported_initiatives(campaign: Campaign, rows: Iterable[RegisterRow]) -> tuple[Initiative, ...]:
    """The initiatives that the workbooks of a period report, in reading order."""
    register = campaign.initiatives
    if register is None:
        return ()
    aims = _Aims(campaign)
    return tuple(
        _initiative(campaign, register, aims, row, row.period)
        for row in rows
        if row.register == register.table
    )


def published_initiatives(
    campaign: Campaign, period_id: str, references: Path
) -> tuple[tuple[Initiative, ...], tuple[Finding, ...]]:
    """The campaign's register of published initiatives, read like any workbook, and what is wrong
    with it. Units are those of the period's last day; an initiative of a unit that did not exist
    then is left out, with a finding.
    """
    register = campaign.initiatives
    if register is None or not register.folder:
        return (), ()
    period = campaign.period(period_id)
    names = Names(campaign, period.last_day)
    aims = _Aims(campaign)
    found: list[Initiative] = []
    findings: list[Finding] = []
    folder = references / register.folder
    for path in raw_files(folder):
        file = read_file(campaign, period, names, path, folder)
        tables = [table for table in file.tables if table.table == register.table]
        for table in tables:
            findings += table.findings
            found += (_initiative(campaign, register, aims, row, "") for row in table.register_rows)
    return tuple(found), tuple(findings)


def _initiative(
    campaign: Campaign, register: InitiativeRegister, aims: _Aims, row: RegisterRow, period: str
) -> Initiative:
    text = {role: row.text(measure) for role, measure in register.columns.items()}
    first_day, last_day = start_days(text["start"])
    return Initiative(
        text["name"],
        row.unit_code,
        text["locality"],
        text["field"][:1].upper() + text["field"][1:],  # one field, however it begins
        text["start"],
        first_day,
        last_day,
        _period_of(campaign, first_day, last_day),
        text["aim"],
        aims.indicators(text["aim"]),
        _households(text["households"]),
        text["evidence"],
        text["source"],
        period,
        row.address,
    )


def _period_of(campaign: Campaign, first: datetime.date | None, last: datetime.date | None) -> str:
    """The one period in which something began: by its month when periods are reported by months."""
    if first is None or last is None:
        return ""
    same_month = (first.year, first.month) == (last.year, last.month)
    if same_month:
        month = f"{first.year}-{first.month:02d}"
        for period in campaign.reported:
            if month in period.parts:
                return period.id
    inside = [p.id for p in campaign.reported if p.first_day <= first and last <= p.last_day]
    return inside[0] if inside else ""


def _households(text: str) -> int | None:
    """A plain whole number; anything else stays text only."""
    return int(re.sub(r"[. ]", "", text)) if _PLAIN_COUNT.fullmatch(text.strip()) else None


class _Aims:
    """The indicators that written aims mean, by their names and their numerators' writings."""

    def __init__(self, campaign: Campaign) -> None:
        self._meant: dict[str, set[str]] = defaultdict(set)
        for indicator in campaign.indicators:
            numerator = campaign.measure(indicator.numerator)
            writings = [indicator.id, *indicator.names.values(), *indicator.short_names.values()]
            writings += [*numerator.names.values(), *self._headers(numerator.headers)]
            for writing in writings:
                self._meant[normalise(writing)].add(indicator.id)

    @staticmethod
    def _headers(headers: Iterable[str]) -> Iterator[str]:
        for header in headers:
            yield header
            yield header.partition(">")[0]  # the group's label

    def indicators(self, text: str) -> tuple[str, ...]:
        """The ids, in the order written; an aim that means none or several gives none."""
        found: list[str] = []
        for part in re.split(r"[;\n]", text):
            meant = self._meant.get(normalise(part), set())
            if len(meant) == 1:
                found += meant
        return tuple(dict.fromkeys(found))
