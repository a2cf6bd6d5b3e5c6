"""The commands that read the workbooks of a period: to tell what is wrong with them, and to make
its pages.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dxkit.cli.session import DONE, DONE_WITH_ERRORS, Command, Session, tell, with_session
from dxkit.model.text import harmless

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dxkit.campaign.project import Publication
    from dxkit.intake.revisions import SinceLastCheck
    from dxkit.model.observations import Mistake, Received
    from dxkit.model.units import UnitRegistry
    from dxkit.press.manifest import PageRecord
    from dxkit.press.publish.annexes import Annex
    from dxkit.press.run.batch import RunResult
    from dxkit.press.run.changed_figures import PublishedChanges

_MOST_WHERE = 300  # characters that tell where the rest of what is alike stands
_MOST_TIMES = 10
_MOST_SENTENCES = 5
"""Sentences of drafts that are told on the screen."""


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
    errors = _show_findings(session, opened.received, checked.screen, most=5)
    if not opened.received.parts:  # each has its own
        _show_changes(session, checked.since, most=20)
    for changes in published:
        for line in session.published_lines(changes, most=20):
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
    return DONE_WITH_ERRORS if _show_mistakes(session, by_cause(found), units, 20) else DONE


def _show_changes(session: Session, since: SinceLastCheck, most: int) -> None:
    """What changed since the last check."""
    from dxkit.report.wording.changes import changes_text

    for line in changes_text(since, session.language, most):
        tell(line)


def _show_findings(session: Session, received: Received, screen: int, most: int = 2) -> int:
    """Counts by severity and the first few of each kind, without what follows from another, and the
    number of those for a second look; returns the number of errors.
    """
    errors = _show_mistakes(session, received.mistakes, received.units, most)
    if screen:
        tell(session.say("screen", number=screen))
    return errors


def _show_mistakes(
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


@click.command(cls=Command)
@click.argument("period", required=False)
@with_session
@click.option("--unit", "units", multiple=True)
@click.option("--level", default="")
@click.option("--as-of", default="")
@click.option("--jobs", type=click.IntRange(1), default=None)
@click.option("--force", is_flag=True)
@click.option("--only-failed", is_flag=True)
@click.option("--time-limit", type=click.FloatRange(1), default=None)
@click.option("--canary", is_flag=True)
@click.option("--timings", is_flag=True)
@click.option("--engine", type=click.Choice(["auto", "fork", "spawn", "stock"]), default="auto")
@click.option("--cluster", default="")
@click.option(
    "--to",
    "kinds",
    multiple=True,
    type=click.Choice(["html", "pdf", "docx", "pptx", "text", "card"]),
)
@click.option("--notebook", type=click.Path(path_type=Path), default=None)
def report(
    session: Session,
    period: str | None,
    units: tuple[str, ...],
    level: str,
    kinds: tuple[str, ...],
    notebook: Path | None,
    engine: str,
    timings: bool,
    **options: Any,
) -> int:
    """Make the pages of a period (the newest if left out)."""
    from dxkit.press.run.batch import Options, run_reports
    from dxkit.workbooks.processes import can_fork

    if engine == "fork" and not can_fork():
        raise session.refuse("no_fork")
    period_id = session.period(period)
    codes = [session.unit(unit, period_id) for unit in units]
    session.level(level)
    if notebook is not None:
        notebook = session.own_notebook(notebook, period_id)
    given = {name: value for name, value in options.items() if value is not None}
    bar = _Progress(session)
    with session.writing(period_id):
        make = partial(
            run_reports,
            session.project,
            session.campaign.id,
            period_id,
            Options(engine="" if engine == "auto" else engine, kinds=kinds, **given),
            units=codes,
            level=level,
            language=session.language.code,
            notebook=notebook,
            progress=bar.step,
            started=bar.start,
            outdated=bar.outdated,
            finished=partial(_tell_pages, session, bar),
        )
        result = _made(session, bar, make)
    if not result.units:
        name = session.language.name(session.campaign.level(level).names)
        raise session.refuse("level_empty", level=name, period=session.language.period(period_id))
    failed = _tell_annexes(session, result.annexes)
    errors = _show_findings(session, result.received, result.manifest.screen)
    if result.since.revisions:
        _show_changes(session, result.since, most=2)
    for name, seconds in result.dearest[:_MOST_TIMES] if timings else ():
        shown = session.say(f"stage_{name}") if name in result.stages else name
        tell(f"{seconds:8.2f} s  {shown}")
    tell(session.say("see", text=result.folder / "index.html"))
    done = not (errors or failed or result.count("failed") or result.changed)
    return DONE if done else DONE_WITH_ERRORS


def _tell_sentences(session: Session, publication: Publication, result: RunResult) -> None:
    """The first sentences on the drafts that are not those of the publication."""
    from dxkit.publication.changes import changed_sentences, sentence_lines

    if publication.period == result.manifest.period:
        found = changed_sentences(publication.outputs(session.project), result.folder)
        number = {"number": str(len(found))}
        tell(session.language.plain("publication.sentences", **number))
        for line in sentence_lines(found[:_MOST_SENTENCES], session.language):
            tell(f"  {harmless(line, 2000)}")


def _made(session: Session, bar: _Progress, make: Callable[[], RunResult]) -> RunResult:
    """Have the pages made; what cannot be done ends the command with one clear sentence."""
    from dxkit.press.run.plan import UnfitNotebookError
    from dxkit.press.run.tasks import ClusterError, StrangeClusterError

    try:
        return make()
    except ClusterError as error:
        word = "strange_cluster" if isinstance(error, StrangeClusterError) else "no_cluster"
        raise session.refuse(word, text=error) from error
    except UnfitNotebookError as error:
        word = "parameter_unknown" if error.missing else "notebook_unreadable"
        missing = ", ".join(error.missing)
        raise session.refuse(word, text=error.notebook, available=missing) from error
    finally:
        bar.close()


def _tell_pages(session: Session, bar: _Progress, result: RunResult) -> None:
    """Say how the making of pages went."""
    bar.close()
    for record in result.pages:
        if record.status == "failed":
            reason = _reason(session, record.reason)
            tell(session.say("page_failed", text=record.path, reason=reason), err=True)
    counts: dict[str, object] = {kind: result.count(kind) for kind in ("made", "kept", "failed")}
    tell(session.say("made", **counts, seconds=f"{result.seconds:.1f}"))
    if changed := sum(len(c.figures) for c in result.published if c.publication is None):
        tell(session.language.plain("changes.published_before", figures=str(changed)))
    if of := next((c.publication for c in result.published if c.publication), None):
        _tell_sentences(session, of, result)
    _say_not_shown(session, result)
    on_kernel = sum(record.engine != "" for record in result.pages if record.status != "kept")
    if on_kernel:
        tell(session.say("on_kernel", number=on_kernel))


def _say_not_shown(session: Session, result: RunResult) -> None:
    """What pages do not show of their notebooks, those alike together."""
    alike: dict[str, list[str]] = {}
    for record in result.pages:
        if record.not_shown:
            from dxkit.press.manifest import in_words

            alike.setdefault(in_words(record.not_shown, session.language), []).append(record.path)
    for told, pages in alike.items():
        some = ", ".join(pages[:2]) + ", …" * (len(pages) > 2)
        tell(session.say("not_shown", text=some, reason=told))


def _tell_annexes(session: Session, annexes: Sequence[Annex]) -> int:
    """Say how the making of pages in other forms went; how many could not be made."""
    failed = [annex for annex in annexes if annex.reason]
    for annex in failed:
        text = session.say("annex_failed", text=annex.path, reason=_reason(session, annex.reason))
        tell(text, err=True)
    for kind, number in Counter(annex.kind for annex in annexes if not annex.reason).items():
        tell(session.say("annexes_made", number=number, kind=kind.upper()))
    return len(failed)


def _reason(session: Session, reason: str) -> str:
    """Why a page failed: the kit's own reasons in words, an error's as it is."""
    code, _, detail = reason.partition(": ")
    if code == "in_cell":
        number, _, text = detail.partition(": ")
        return session.say(code, number=number, text=text)
    own = (
        "timed_out died leak unstable other_code too_much_memory too_much_output in_use no_message"
    )
    return session.say(code, text=detail) if code in own.split() else reason


class _Progress:
    """A progress bar on a terminal, plain lines elsewhere."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._bar: Any = None
        self._total = self._done = self._failed = 0

    def start(self, number: int) -> None:
        """How many pages there are to make; told anew when they turn out to be fewer."""
        self._total = number
        if self._bar is not None:
            self._bar.total = number
            self._bar.refresh()
        elif number and sys.stderr.isatty():
            from tqdm import tqdm

            tqdm.monitor_interval = 0  # no thread may live when the batch forks
            shape = (
                "{l_bar}{bar}| {n_fmt}/{total_fmt} [{elapsed} < {remaining}, {rate_fmt}{postfix}]"
            )
            label = self._session.say("progress")
            unit = " " + self._session.say("progress_unit")
            self._bar = tqdm(total=number, desc=label, unit=unit, bar_format=shape)

    def step(self, record: PageRecord) -> None:
        """One page is finished."""
        self._done += 1
        self._failed += record.status == "failed"
        if self._bar is not None:
            if self._failed:
                failures = self._session.say("progress_failed", count=self._failed)
                self._bar.set_postfix_str(failures, refresh=False)
            self._bar.update(1)
            return
        line = f"{self._session.say('progress')} {self._done}/{self._total}: {record.path}"
        if record.status == "failed":
            line += f" – {_reason(self._session, record.reason)}"
        tell(line, err=True)

    def outdated(self, changes: PublishedChanges) -> None:
        """Numbers on pages in place that are no longer so, told above the bar."""
        for line in self._session.published_lines(changes, most=3):
            (tell if self._bar is None else self._bar.write)(line)

    def close(self) -> None:
        """The batch has ended."""
        if self._bar is not None:
            self._bar.close()
