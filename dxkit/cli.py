"""The command line: a thin skin over intake and press. No traceback reaches a user."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import itertools
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from dxkit.intake.project import Project
    from dxkit.intake.revisions import SinceLastCheck
    from dxkit.model.campaign import Campaign
    from dxkit.model.findings import Finding
    from dxkit.press.manifest import PageRecord
    from dxkit.story.messages import Language
    from dxkit.story.period import OpenPeriod

DONE, DONE_WITH_ERRORS, CANNOT_START = 0, 1, 2
_WRITE_FAILURES = {
    errno.ENOSPC: "no_space", errno.EDQUOT: "no_space",
    errno.EROFS: "read_only", errno.EACCES: "read_only", errno.EPERM: "read_only",
}  # fmt: skip


class CannotStartError(Exception):
    """The command cannot do anything; the message is in the office's language."""


def _languages() -> list[str]:
    """The languages the kit has words in: adding a folder adds one."""
    return sorted(folder.name for folder in (files("dxkit") / "story" / "words").iterdir())


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that every command has."""
    for option in (
        click.option("--lang", type=click.Choice(_languages()), default="vi", help="Language."),
        click.option("--out", help="Folder for the results instead of outputs."),
        click.option("--raw", help="Folder with the workbooks instead of data/raw."),
        click.option(
            "--campaign", help="Campaign id; DXKIT_CAMPAIGN or the first one if left out."
        ),
    ):
        command = option(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dxkit")
def cli() -> None:
    """Workbooks of a quarter become one traceable page per unit."""


class _Session:
    """What every command works with: project, campaign, period and language."""

    def __init__(self, campaign: str | None, raw: str | None, out: str | None, lang: str) -> None:
        from dxkit.intake.campaign_folder import load_campaign
        from dxkit.intake.project import Project, ProjectNotFoundError
        from dxkit.model.campaign import CampaignError
        from dxkit.story.messages import load_language

        self.language: Language = load_language(lang)
        try:
            self.project: Project = Project.find(raw, out)
        except ProjectNotFoundError as error:
            raise self.refuse("no_project", text=str(error)) from error
        available = self.project.campaigns
        chosen = campaign or os.environ.get("DXKIT_CAMPAIGN") or (available or ("",))[0]
        if chosen not in available:
            raise self.refuse("campaign_unknown", text=chosen, available=", ".join(available))
        try:
            self.campaign: Campaign = load_campaign(self.project.campaign_folder(chosen))
        except CampaignError as error:
            lines = [self.say("campaign_broken")]
            for problem in error.problems:
                values = {name: str(value) for name, value in problem.values.items()}
                text = self.language.plain(f"campaign.{problem.code}", **values)
                lines.append(f"  {problem.file}:{problem.line}: {text}")
            raise CannotStartError("\n".join(lines)) from error

    def say(self, key: str, /, **values: object) -> str:
        """A text of the command line."""
        return self.language.plain(
            f"cli.{key}", **{name: str(value) for name, value in values.items()}
        )

    def refuse(self, key: str, /, **values: object) -> CannotStartError:
        """The error that says why nothing can be done."""
        return CannotStartError(self.say(key, **values))

    def period(self, period_id: str | None) -> str:
        """The period asked for, or the newest with raw files."""
        known = [period.id for period in self.campaign.periods]
        if period_id is not None and period_id not in known:
            raise self.refuse("period_unknown", text=period_id, available=", ".join(known))
        with_raw = self.project.periods_with_raw(self.campaign)
        if period_id is None:
            if not with_raw:
                folder = self.project.raw or self.project.raw_folder(self.campaign.id)
                raise self.refuse("no_raw", text=folder)
            return with_raw[-1]
        if period_id not in with_raw:
            from dxkit.intake.raw_folder import raw_files

            folder = self.project.period_folder(self.campaign.id, period_id)
            if not raw_files(folder):
                raise self.refuse("raw_empty", text=folder)
        return period_id

    def open(self, period_id: str) -> OpenPeriod:
        """The period, read and analysed."""
        from dxkit.story.period import open_period

        with self.writing(period_id):
            return open_period(self.project, self.campaign.id, period_id)

    @contextlib.contextmanager
    def writing(self, period_id: str) -> Iterator[None]:
        """Within it, outputs of the period that cannot be written end the command with one clear
        sentence.
        """
        try:
            yield
        except OSError as error:
            key = _WRITE_FAILURES.get(error.errno or 0, "cannot_write")
            where = error.filename or self.project.output_folder(self.campaign.id, period_id)
            raise self.refuse(key, text=where, reason=error.strerror or error) from error

    def unit(self, text: str, period_id: str) -> str:
        """The code of the unit that a code or a name, with or without accents, means."""
        from dxkit.intake.text import fold

        units = self.campaign.units.on(self.campaign.period(period_id).last_day)
        if text in units:
            return text
        found = [u.code for u in units.units if fold(text) in (fold(u.name), fold(u.bare_name))]
        if len(found) != 1:
            some = [f"{u.code} {u.name}" for u in units.at_level(self.campaign.report_level)]
            raise self.refuse("unit_unknown", text=text, available=", ".join(some[:8]))
        return found[0]

    def own_notebook(self, named: Path) -> Path:
        """A notebook by its path or its name in notebooks/. From here on, outputs are apart from
        those of the office's own reports.
        """
        places = (named, self.project.notebooks / named)
        found = next((path for path in places if path.is_file()), None)
        if found is None:
            raise self.refuse("notebook_missing", text=named, available=self.project.notebooks)
        out = self.project.outputs / "own" / found.stem
        self.project = dataclasses.replace(self.project, out=out)
        return found.resolve()

    def level(self, text: str) -> str:
        """A level's id, checked."""
        known = [level.id for level in self.campaign.levels]
        if text and text not in known:
            raise self.refuse("level_unknown", text=text, available=", ".join(known))
        return text


@cli.command()
@click.argument("period", required=False)
@_options
@click.option("--unit", "units", multiple=True, help="Code or name; may be repeated.")
@click.option("--level", default="", help="Pages for another level.")
@click.option("--jobs", type=click.IntRange(1), default=None, help="Pages at a time.")
@click.option("--force", is_flag=True, help="Make unchanged pages again.")
@click.option("--only-failed", is_flag=True, help="Make only the pages that failed last time.")
@click.option("--time-limit", type=click.FloatRange(1), default=None, help="Seconds for one page.")
@click.option("--canary", is_flag=True, help="Make every page again in another order and compare.")
@click.option(
    "--engine",
    type=click.Choice(["auto", "fork", "spawn", "stock"]),
    default="auto",
    help="How notebooks are run; stock is Jupyter's own way.",
)
@click.option("--cluster", default="", help="Address of a Dask scheduler that makes the pages.")
@click.option(
    "--to",
    "kinds",
    multiple=True,
    type=click.Choice(["html", "pdf", "docx"]),
    help="Also as PDF or Word document; may be repeated.",
)
@click.option(
    "--notebook",
    type=click.Path(path_type=Path),
    default=None,
    help="A report notebook of your own; its pages go to a folder of their own.",
)
def report(
    period: str | None,
    campaign: str | None,
    raw: str | None,
    out: str | None,
    lang: str,
    units: tuple[str, ...],
    level: str,
    jobs: int | None,
    force: bool,
    only_failed: bool,
    time_limit: float | None,
    canary: bool,
    engine: str,
    cluster: str,
    kinds: tuple[str, ...],
    notebook: Path | None,
) -> int:
    """Make the pages of a period (the newest if left out)."""
    from dxkit.press.browser import find_browser
    from dxkit.press.lock import BusyError
    from dxkit.press.run import TIME_LIMIT, Options, run_reports
    from dxkit.press.tasks import UnknownParametersError
    from dxkit.press.workers import ClusterError

    session = _Session(campaign, raw, out, lang)
    period_id = session.period(period)
    codes = [session.unit(unit, period_id) for unit in units]
    session.level(level)
    if notebook is not None:
        notebook = session.own_notebook(notebook)
    browser = find_browser() if "pdf" in kinds else None
    if "pdf" in kinds and browser is None:
        raise session.refuse("no_browser")
    bar = _Progress(session)
    try:
        with session.writing(period_id):
            result = run_reports(
                session.project,
                session.campaign.id,
                period_id,
                Options(
                    jobs=jobs or 0,
                    force=force,
                    only_failed=only_failed,
                    engine="" if engine == "auto" else engine,
                    time_limit=time_limit or TIME_LIMIT,
                    cluster=cluster,
                    canary=canary,
                ),
                units=codes,
                level=level,
                language=lang,
                notebook=notebook,
                progress=bar.step,
                started=bar.start,
            )
    except BusyError as error:
        raise session.refuse("busy", text=str(error)) from error
    except ClusterError as error:
        raise session.refuse("no_cluster", text=error) from error
    except UnknownParametersError as error:
        missing = ", ".join(error.missing)
        raise session.refuse("parameter_unknown", text=error.notebook, available=missing) from error
    except KeyboardInterrupt:
        click.echo(session.say("interrupted"), err=True)
        return DONE_WITH_ERRORS
    finally:
        bar.close()
    for record in result.pages:
        if record.status == "failed":
            reason = _reason(session, record.reason)
            click.echo(session.say("page_failed", text=record.path, reason=reason), err=True)
    click.echo(
        session.say(
            "made",
            made=result.count("made"),
            kept=result.count("kept"),
            failed=result.count("failed"),
            seconds=f"{result.seconds:.1f}",
        )
    )
    wanted = {unit: result.manifest.pages[unit] for unit in result.units}
    failed = _make_annexes(session, kinds, period_id, wanted, result.folder, browser)
    errors = _show_findings(session, session.open(period_id))
    if result.since.revisions:
        _show_changes(session, result.since, most=2)
    click.echo(session.say("see", text=result.folder / "index.html"))
    return DONE_WITH_ERRORS if errors or failed or result.count("failed") else DONE


def _make_annexes(
    session: _Session,
    kinds: tuple[str, ...],
    period_id: str,
    pages: dict[str, PageRecord],
    folder: Path,
    browser: Path | None,
) -> int:
    """The pages in the other forms asked for; how many could not be made."""
    from collections import Counter

    from dxkit.press.annexes import make_annexes

    if not set(kinds) - {"html"}:
        return 0
    made: Counter[str] = Counter()
    failed = 0
    language = session.language.code
    opened = session.open(period_id)
    for annex in make_annexes(kinds, opened, pages, folder, language, browser):
        if annex.reason:
            failed += 1
            text = session.say("annex_failed", text=annex.path, reason=annex.reason)
            click.echo(text, err=True)
        else:
            made[annex.kind] += 1
    for kind, number in made.items():
        click.echo(session.say("annexes_made", number=number, kind=kind.upper()))
    return failed


@cli.command()
@click.argument("period", required=False)
@_options
def check(
    period: str | None, campaign: str | None, raw: str | None, out: str | None, lang: str
) -> int:
    """Read the workbooks and list what is wrong with them."""
    from dxkit.press.checking import write_check
    from dxkit.press.data_out import write_data

    session = _Session(campaign, raw, out, lang)
    period_id = session.period(period)
    opened = session.open(period_id)
    folder = session.project.output_folder(session.campaign.id, period_id)
    with session.writing(period_id):
        write_data(opened, folder / "data", session.language)
        checked = write_check(opened, folder, session.language)
    click.echo(
        session.say(
            "checked",
            files=len(opened.received.sources),
            observations=len(opened.received.table.observations),
        )
    )
    errors = _show_findings(session, opened, most=20)
    _show_changes(session, checked.since, most=20)
    for key, names in (
        ("copy_kept", checked.returned.kept),
        ("copy_failed", checked.returned.failed),
    ):
        for file in names:
            click.echo(session.language.plain(f"changes.{key}", file=file))
    click.echo(session.say("see", text=folder / "findings.html"))
    return DONE_WITH_ERRORS if errors else DONE


def _show_changes(session: _Session, since: SinceLastCheck, most: int) -> None:
    """What changed since the last check."""
    from dxkit.story.changes import changes_text

    for line in changes_text(since, session.language, most):
        click.echo(line)


def _show_findings(session: _Session, opened: OpenPeriod, most: int = 2) -> int:
    """Counts by severity and the first few of each kind; returns the number of errors."""
    from dxkit.story.findings import finding_text, names_in_findings
    from dxkit.story.plain_text import harmless

    findings = opened.received.findings
    names = names_in_findings(session.campaign, opened.analysis.units, session.language)
    counts = {
        kind: sum(f.severity == kind for f in findings) for kind in ("error", "warning", "note")
    }
    click.echo(
        session.say(
            "attention", errors=counts["error"], warnings=counts["warning"], notes=counts["note"]
        )
    )
    by_code: dict[str, list[Finding]] = {}
    for kind in ("error", "warning"):
        for finding in findings:
            if finding.severity == kind:
                by_code.setdefault(finding.code, []).append(finding)
    for alike in by_code.values():
        for finding in alike[:most]:
            text = finding_text(finding, session.language, names)
            click.echo("  " + harmless(f"{finding.place}: {text}", 2000))
        if len(alike) > most:
            click.echo("  " + session.say("more", number=len(alike) - most))
    return counts["error"]


@cli.command()
@click.argument("period", required=False)
@_options
@click.option("--level", default="", help="Level to rank; the campaign's report level if left out.")
@click.option("--within", default="", help="Rank inside this level instead of the declared one.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table")
def rank(
    period: str | None,
    campaign: str | None,
    raw: str | None,
    out: str | None,
    lang: str,
    level: str,
    within: str,
    form: str,
) -> int:
    """Print the league table."""
    import csv
    import json
    from dataclasses import asdict

    from dxkit.analysis.rows import ranking_rows
    from dxkit.analysis.unit_facts import TOTAL

    session = _Session(campaign, raw, out, lang)
    period_id = session.period(period)
    wanted = session.level(level) or session.campaign.report_level
    analysis = session.open(period_id).analysis
    if session.level(within):
        analysis = analysis.ranked_within(wanted, within)
    rows = [row for row in ranking_rows(analysis) if row.level == wanted]
    if form == "json":
        click.echo(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1))
    elif form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(asdict(rows[0]) if rows else [])
        writer.writerows(asdict(row).values() for row in rows)
    else:
        bands = {b.id: session.language.name(b.names) for b in session.campaign.scoring.bands}
        click.echo(session.say("rank_header"))
        for row in rows:
            card = analysis.scorecard(row.unit_code)
            place, points = (
                session.language.number(card.fact(TOTAL, k)) for k in ("rank", "points")
            )
            click.echo(f"{place}\t{points}\t{row.unit_name}\t{bands.get(row.band, '–')}")
    return DONE


@cli.command()
@click.argument("period")
@click.argument("unit")
@click.argument("indicator")
@click.option("--kind", default="value", help="Another number of it: points, rank, gap, change …")
@_options
def explain(
    period: str,
    unit: str,
    indicator: str,
    kind: str,
    campaign: str | None,
    raw: str | None,
    out: str | None,
    lang: str,
) -> int:
    """Show how one number was made, from the pages down to file, sheet and cell."""
    from dxkit.press.explain import chain

    session = _Session(campaign, raw, out, lang)
    period_id = session.period(period)
    opened = session.open(period_id)
    known = {i.id: i for i in session.campaign.indicators}
    if indicator not in known:
        raise session.refuse("indicator_unknown", text=indicator, available=", ".join(known))
    code = session.unit(unit, period_id)
    card = opened.analysis.scorecard(code)
    fact = card.find(indicator, "value")
    if fact is None:
        raise session.refuse("indicator_unknown", text=indicator, available="–")
    if card.find(indicator, kind) is None:
        kinds = [key.kind for key in card.facts if key.subject == indicator]
        raise session.refuse("kind_unknown", text=kind, available=", ".join(dict.fromkeys(kinds)))
    click.echo(
        session.say(
            "explain_value",
            indicator=session.language.name(known[indicator].names),
            unit=card.unit.name,
            period=session.language.period(period_id),
            value=session.language.number(fact),
        )
    )
    folder = session.project.output_folder(session.campaign.id, period_id)
    for line in chain(opened, card.fact(indicator, kind).key, folder, session.language):
        click.echo(line)
    return DONE


@cli.command()
@click.argument("period", required=False)
@_options
def verify(
    period: str | None, campaign: str | None, raw: str | None, out: str | None, lang: str
) -> int:
    """Prove that every number on the pages agrees with the raw workbooks."""
    from dxkit.press.verify import verify_period

    session = _Session(campaign, raw, out, lang)
    period_id = session.period(period)
    result = verify_period(session.project, session.campaign.id, period_id)
    if not result.pages:
        folder = session.project.output_folder(session.campaign.id, period_id)
        raise session.refuse("no_pages", text=folder)
    if not result.differences:
        counts = {"facts": result.facts, "pages": result.pages, "cells": result.cells}
        click.echo(session.say("verified", **counts))
        return DONE
    click.echo(session.say("not_verified", count=len(result.differences)))
    for difference in result.differences:
        click.echo(
            f"  {difference.page}: {difference.fact}: {difference.shown} ≠ {difference.expected}"
        )
    return DONE_WITH_ERRORS


@cli.command()
@_options
def demo(campaign: str | None, raw: str | None, out: str | None, lang: str) -> int:
    """Write the demonstration workbooks (simulated, the same bytes each time)."""
    from dxkit.press.demo import write_demonstration
    from dxkit.press.demo.truth import read_census

    session = _Session(campaign, raw, out, lang)
    references = session.project.raw_folder(session.campaign.id) / "reference"
    census = read_census(references / "households_census_2019.csv")
    folder = session.project.raw or session.project.raw_folder(session.campaign.id)
    write_demonstration(session.campaign, census, folder)
    count = len(list(folder.glob("2022-Q?/*.xlsx")))
    click.echo(session.say("demo_written", count=count, text=folder))
    return DONE


@cli.command(context_settings={"ignore_unknown_options": True})
@_options
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def lab(
    campaign: str | None, raw: str | None, out: str | None, lang: str, arguments: tuple[str, ...]
) -> int:
    """Open JupyterLab on the notebooks; further ARGUMENTS go to JupyterLab."""
    from dxkit.press.lab import open_lab

    session = _Session(campaign, raw, out, lang)
    for name, folder in (("DXKIT_RAW", session.project.raw), ("DXKIT_OUT", session.project.out)):
        if folder is not None:
            os.environ[name] = str(folder)
    return DONE if open_lab(session.project.root, lang, arguments) == 0 else CANNOT_START


def _reason(session: _Session, reason: str) -> str:
    """Why a page failed: the kit's own reasons in words, an error's as it is."""
    code, _, detail = reason.partition(": ")
    if code in ("timed_out", "died", "leak", "unstable", "other_code"):
        return session.say(code, text=detail)
    return reason


class _Progress:
    """A progress bar on a terminal, plain lines elsewhere."""

    def __init__(self, session: _Session) -> None:
        self._session = session
        self._bar: Any = None
        self._total = self._done = self._failed = 0

    def start(self, number: int) -> None:
        """How many pages there are to make."""
        self._total = number
        if number and sys.stderr.isatty():
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
        click.echo(line, err=True)

    def close(self) -> None:
        """The batch has ended."""
        if self._bar is not None:
            self._bar.close()


def main(arguments: list[str] | None = None) -> None:
    """Run a command and exit with its code: 0 done, 1 done with errors, 2 cannot start."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: list[str]) -> int:
    """Run a command; returns its exit code and lets no traceback through."""
    from dxkit.press.processes import stay_single_threaded

    stay_single_threaded()  # before anything imports numpy
    from dxkit.story.messages import load_language

    language = load_language(_language_asked_for(arguments))
    try:
        code = cli.main(arguments, prog_name="dxkit", standalone_mode=False)
        return int(code or DONE)
    except CannotStartError as error:
        click.echo(str(error), err=True)
    except click.ClickException as error:
        click.echo(language.plain("cli.usage", text=error.format_message()), err=True)
    except (KeyboardInterrupt, click.Abort):
        click.echo(language.plain("cli.interrupted"), err=True)
        return DONE_WITH_ERRORS
    except Exception:
        name = f"dxkit-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.log"
        log = Path(tempfile.gettempdir()) / name
        log.write_text(traceback.format_exc(), "utf-8")
        click.echo(language.plain("cli.unexpected", text=str(log)), err=True)
    return CANNOT_START


def _language_asked_for(arguments: list[str]) -> str:
    pairs = itertools.pairwise(arguments)
    named = [after for option, after in pairs if option == "--lang"]
    named += [a.removeprefix("--lang=") for a in arguments if a.startswith("--lang=")]
    return named[-1] if named and named[-1] in _languages() else "vi"
