"""The command that makes the pages of a period."""

from __future__ import annotations

import sys
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dxkit.cli.check import published_lines, show_changes, show_findings
from dxkit.cli.session import DONE, DONE_WITH_ERRORS, Command, Session, tell, with_session
from dxkit.model.text import harmless

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dxkit.campaign.project import Publication
    from dxkit.press.manifest import PageRecord
    from dxkit.press.publish.annexes import Annex
    from dxkit.press.run.batch import RunResult
    from dxkit.press.run.changed_figures import PublishedChanges

_MOST_TIMES = 10
_MOST_SENTENCES = 5
"""Sentences of drafts that are told on the screen."""


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
    bar = Progress(session)
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
    errors = show_findings(session, result.received, result.manifest.screen)
    if result.since.revisions:
        show_changes(session, result.since, most=2)
    for name, seconds in result.dearest[:_MOST_TIMES] if timings else ():
        shown = session.say(f"stage_{name}") if name in result.stages else name
        tell(f"{seconds:8.2f} s  {shown}")
    tell(session.say("see", text=result.folder / "index.html"))
    done = not (errors or failed or result.count("failed") or result.changed)
    return DONE if done else DONE_WITH_ERRORS


def _tell_sentences(session: Session, publication: Publication, result: RunResult) -> None:
    """The first sentences on the drafts that are not those of the publication."""
    from dxkit.publication.changes import changed_sentences
    from dxkit.publication.effects import sentence_lines

    if publication.period == result.manifest.period:
        found = changed_sentences(publication.outputs(session.project), result.folder)
        number = {"number": str(len(found))}
        tell(session.language.plain("publication.sentences", **number))
        for line in sentence_lines(found[:_MOST_SENTENCES], session.language):
            tell(f"  {harmless(line, 2000)}")


def _made(session: Session, bar: Progress, make: Callable[[], RunResult]) -> RunResult:
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


def _tell_pages(session: Session, bar: Progress, result: RunResult) -> None:
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


class Progress:
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
        for line in published_lines(self._session, changes, most=3):
            (tell if self._bar is None else self._bar.write)(line)

    def close(self) -> None:
        """The batch has ended."""
        if self._bar is not None:
            self._bar.close()
