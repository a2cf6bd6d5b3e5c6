"""The command that reads the workbooks and tells what is wrong with them."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dxkit.cli.session import DONE, DONE_WITH_ERRORS, Command, Session, tell, with_session
from dxkit.model.text import harmless

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dxkit.intake.revisions import SinceLastCheck
    from dxkit.model.observations import Mistake, Received
    from dxkit.model.units import UnitRegistry
    from dxkit.press.run.changed_figures import PublishedChanges

_MOST_WHERE = 300  # characters that tell where the rest of what is alike stands


@click.command(cls=Command)
@click.argument("period", required=False)
@click.option("--explain-layout", metavar="FILE")
@click.option("--plan", is_flag=True)
@click.option("--form", metavar="FILE")
@with_session
def check(
    session: Session, period: str | None, explain_layout: str | None, plan: bool, form: str | None
) -> int:
    """Read the workbooks and list what is wrong with them."""
    asked = {"--plan": plan or None, "--explain-layout": explain_layout, "--form": form}
    key, text, *_ = [*(name for name, value in asked.items() if value is not None), "", ""]
    if text:
        told = session.language.plain("campaign.excludes", key=key, text=text)
        raise session.refuse("usage", text=told)
    if form is not None:
        return _form(session, period, form)
    if plan:
        return _plan(session, period)
    if explain_layout is not None:
        return _explain(session, period, explain_layout)
    from dxkit.period.opening import contents_before_and_of
    from dxkit.press.manifest import Manifest, hashes_of
    from dxkit.press.publish.period_files import write_check
    from dxkit.press.run.changed_figures import all_changes, write_figures
    from dxkit.press.run.plan import key_of
    from dxkit.report.receipts import incomplete_lines

    period_id = session.period(period)
    folder = session.folder(period_id)
    with session.writing(period_id):
        opened = session.open(period_id)
        published = all_changes(opened)
        written = hashes_of(folder, write_figures(published, folder))
        checked = write_check(opened, session.language)
        manifest = Manifest.of(folder, session.campaign.id, period_id)
        manifest.renew(folder, checked.files | written)
        raw = contents_before_and_of(session.project, session.campaign, period_id)
        if manifest.key != key_of(session.project, opened.campaign, raw, session.language.code):
            manifest.key = ""  # the league is not of what these files are
        manifest.save(folder)
    values = len(opened.received.table.observations)
    tell(session.say("checked", files=len(opened.received.sources), observations=values))
    units = opened.analysis.units.at_level(session.campaign.report_level)
    for line in incomplete_lines(opened, units, session.language):
        tell(line)
    errors = show_findings(session, opened.received, checked.screen, most=5)
    if not opened.received.parts:  # each has its own
        show_changes(session, checked.since, most=20)
    for changes in published:
        for line in published_lines(session, changes, most=20):
            tell(line)
    copies = {"copy_kept": checked.returned.kept, "copy_failed": checked.returned.failed}
    for key, names in copies.items():
        for file in names:
            tell(session.language.plain(f"changes.{key}", file=file))
    tell(session.say("see", text=folder / "findings.html"))
    return DONE_WITH_ERRORS if errors or any(c.figures for c in published) else DONE


def _plan(session: Session, period: str | None) -> int:
    """Print what the plan lacks for a period; no workbook is read and nothing is written."""
    from dxkit.campaign.folder import lacks
    from dxkit.model.plan import plan_findings
    from dxkit.report.wording.findings import names_in_findings, value_text

    campaign, language = session.campaign, session.language
    period_id = session.planned_period(period)
    names = names_in_findings(campaign, campaign.units, language)
    found: list[Mistake] = [(finding, []) for finding in plan_findings(campaign, period_id)]
    lines = list(session.finding_lines(found, campaign.units))
    for lack in lacks(session.project, campaign, period_id):
        values = {k: value_text(k, str(v), language, names) for k, v in lack.values.items()}
        lines.append(f"{lack.file}: {language.plain(f'campaign.{lack.code}', **values)}")
    key, name = "plan_lacks" if lines else "plan_whole", language.period(period_id)
    tell(session.say(key, period=name, count=len(lines)))
    for line in lines:
        tell("  " + harmless(line, 2000))
    return DONE_WITH_ERRORS if lines else DONE


def _explain(session: Session, period: str | None, name: str) -> int:
    """Print what was understood of each sheet of one workbook; nothing is written."""
    from dxkit.intake.file import read_file
    from dxkit.intake.names import Names
    from dxkit.report.wording.findings import column_text, names_in_findings, sheet_text

    period_id = session.reported_period(period)
    folder = session.project.period_folder(session.campaign.id, period_id)
    path = folder / name if (folder / name).is_file() else Path(name).absolute()
    if not path.is_file():
        raise session.refuse("explained_file", text=name, folder=folder)
    of_folder = folder if path.is_relative_to(folder) else path.parent
    chosen = session.campaign.period(period_id)
    units = Names(session.campaign, chosen.last_day)
    read = read_file(session.campaign, chosen, units, path, of_folder)
    names = names_in_findings(session.campaign, units.units, session.language)

    for sheet in read.sheets:
        tell(harmless(f"{sheet.address}: {sheet_text(sheet, session.language, names)}", 2000))
        for column in sheet.columns:
            use = column_text(column, session.language, names)
            tell("  " + harmless(f"{column.line}: {column.path} → {use}", 2000))
    alone: list[Mistake] = [(finding, []) for finding in read.findings if not read.sheets]
    for line in session.finding_lines(alone, units.units):
        tell(harmless(line, 2000))
    return DONE


def _form(session: Session, period: str | None, name: str) -> int:
    """Print what is wrong with one form as it will be when it has come in; it is put nowhere."""
    import shutil
    import tempfile

    from dxkit.intake.forms import identity_of
    from dxkit.intake.period import read_period
    from dxkit.model.findings import by_cause
    from dxkit.period.opening import receive_before
    from dxkit.workbooks.cells import UnreadableFileError
    from dxkit.workbooks.reading import read_workbook

    path = Path(name).absolute()
    if not path.is_file():
        raise session.refuse("explained_file", text=name, folder=Path.cwd())
    try:
        identity = identity_of(read_workbook(path, path.name))
    except UnreadableFileError as error:
        reason = session.language.plain(f"finding.reason_{error.reason}")
        raise session.refuse("form_unreadable", text=name, reason=reason) from error
    if identity is None:
        raise session.refuse("form_none", text=name)
    session.default_to(identity.campaign)
    campaign = session.campaign
    known = [one.id for one in campaign.periods]
    said = identity.period if period is None and identity.period in known else period
    period_id = session.reported_period(said)
    before = receive_before(session.project, campaign, period_id)
    references = session.project.raw_folder(campaign.id)
    with tempfile.TemporaryDirectory() as folder:
        shutil.copyfile(path, Path(folder) / path.name)
        there = references if references.is_dir() else None
        received = read_period(campaign, period_id, Path(folder), there, before)
    units = received.units
    own = {identity.sender}
    if identity.sender in units:
        own |= {unit.code for unit in units.descendants(identity.sender)}
    found = [f for f in received.findings if f.address.file == path.name or f.unit_code in own]
    told = {
        "unit": units.get(identity.sender).name if identity.sender in units else identity.sender,
        "period": session.language.period(period_id),
        "values": sum(o.value is not None for o in received.table.observations),
        "rows": len(received.table.register_rows),
        "lacking": sum(f.code in ("value_missing", "figure_missing") for f in found),
    }
    tell(session.say("form_checked", **told))
    return DONE_WITH_ERRORS if show_mistakes(session, by_cause(found), units, 20) else DONE


def published_lines(session: Session, changes: PublishedChanges, most: int) -> Iterator[str]:
    """Which numbers on pages in place, or in a publication, are no longer so, and what changed."""
    from dxkit.report.wording.changes import published_text

    yield from published_text(
        changes.pages,
        changes.inputs,
        changes.publication,
        session.campaign,
        session.language,
        most,
    )


def show_changes(session: Session, since: SinceLastCheck, most: int) -> None:
    """What changed since the last check."""
    from dxkit.report.wording.changes import changes_text

    for line in changes_text(since, session.language, most):
        tell(line)


def show_findings(session: Session, received: Received, screen: int, most: int = 2) -> int:
    """Counts by severity and the first few of each kind, without what follows from another, and the
    number of those for a second look; returns the number of errors.
    """
    errors = show_mistakes(session, received.mistakes, received.units, most)
    if screen:
        tell(session.say("screen", number=screen))
    return errors


def show_mistakes(
    session: Session, mistakes: Iterable[Mistake], units: UnitRegistry, most: int
) -> int:
    """The same of what is wrong by itself."""
    from dxkit.model.addresses import ranges_by_sheet
    from dxkit.model.facts import CellRef

    by_severity: dict[str, list[Mistake]] = defaultdict(list)
    for mistake in mistakes:
        by_severity[mistake[0].severity].append(mistake)
    counts = {f"{kind}s": len(by_severity[kind]) for kind in ("error", "warning", "note")}
    tell(session.say("attention", **counts))
    by_code: dict[str, list[Mistake]] = defaultdict(list)
    for severity in ("error", "warning"):
        # What takes a part of a unit out of its sums comes first.
        for mistake in sorted(by_severity[severity], key=lambda m: "weighed" not in m[0].values):
            by_code[mistake[0].code].append(mistake)
    for alike in by_code.values():
        for line in session.finding_lines(alike[:most], units):
            tell("  " + harmless(line, 2000))
        if len(alike) > most:
            rest = dict.fromkeys(finding.address for finding, _ in alike[most:])
            ranges = (CellRef(*sheet, cells) for sheet, cells in ranges_by_sheet(rest).items())
            where = "; ".join(map(str, [*ranges, *(at for at in rest if not at.cell)]))
            more = session.say("more", number=len(alike) - most, text=harmless(where, _MOST_WHERE))
            tell(f"  {more}")
    return counts["errors"]
