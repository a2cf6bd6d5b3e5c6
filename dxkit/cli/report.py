"""The command that makes the pages of a period."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dxkit.cli.check import published_lines, show_changes, show_findings
from dxkit.cli.progress import Progress, reason_said
from dxkit.cli.session import DONE, DONE_WITH_ERRORS, Session, common_options

if TYPE_CHECKING:
    from dxkit.press.manifest import PageRecord
    from dxkit.press.run.changed_figures import PublishedChanges


@click.command()
@click.argument("period", required=False)
@common_options
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
    from dxkit.press.manifest import BusyError
    from dxkit.press.publish.annexes import find_browser
    from dxkit.press.run.batch import TIME_LIMIT, Options, run_reports
    from dxkit.press.run.plan import UnfitNotebookError
    from dxkit.press.run.workers import ClusterError

    session = Session(campaign, raw, out, lang)
    period_id = session.period(period)
    codes = [session.unit_with_page(unit, period_id) for unit in units]
    session.level_with_pages(level)
    if notebook is not None:
        notebook = session.own_notebook(notebook, period_id)
    browser = find_browser() if "pdf" in kinds else None
    if "pdf" in kinds and browser is None:
        raise session.refuse("no_browser")
    bar = Progress(session)

    def outdated(changes: PublishedChanges) -> None:
        for line in published_lines(session, changes, most=3):
            bar.say(line)

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
                outdated=outdated,
            )
    except BusyError as error:
        raise session.refuse("busy", text=str(error)) from error
    except ClusterError as error:
        raise session.refuse("no_cluster", text=error) from error
    except UnfitNotebookError as error:
        word = "parameter_unknown" if error.missing else "notebook_unreadable"
        missing = ", ".join(error.missing)
        raise session.refuse(word, text=error.notebook, available=missing) from error
    except KeyboardInterrupt:
        click.echo(session.say("interrupted"), err=True)
        return DONE_WITH_ERRORS
    finally:
        bar.close()
    for record in result.pages:
        if record.status == "failed":
            reason = reason_said(session, record.reason)
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
    if changed := len(result.published.figures):
        click.echo(session.language.plain("changes.published_before", figures=str(changed)))
    on_kernel = sum(record.engine != "" for record in result.pages if record.status != "kept")
    if on_kernel:
        click.echo(session.say("on_kernel", number=on_kernel))
    wanted = {unit: result.manifest.pages[unit] for unit in result.units}
    failed = _make_annexes(session, kinds, period_id, wanted, result.folder, browser)
    errors = show_findings(session, session.open(period_id))
    if result.since.revisions:
        show_changes(session, result.since, most=2)
    click.echo(session.say("see", text=result.folder / "index.html"))
    failed += result.count("failed")
    return DONE_WITH_ERRORS if errors or failed or changed else DONE


def _make_annexes(
    session: Session,
    kinds: tuple[str, ...],
    period_id: str,
    pages: dict[str, PageRecord],
    folder: Path,
    browser: Path | None,
) -> int:
    """The pages in the other forms asked for; how many could not be made."""
    from collections import Counter

    from dxkit.press.manifest import BusyError
    from dxkit.press.publish.annexes import make_annexes

    if not set(kinds) - {"html"}:
        return 0
    made: Counter[str] = Counter()
    failed = 0
    language = session.language.code
    opened = session.open(period_id)
    try:
        for annex in make_annexes(kinds, opened, pages, folder, language, browser):
            if annex.reason:
                failed += 1
                text = session.say("annex_failed", text=annex.path, reason=annex.reason)
                click.echo(text, err=True)
            else:
                made[annex.kind] += 1
    except BusyError as error:
        raise session.refuse("busy", text=str(error)) from error
    for kind, number in made.items():
        click.echo(session.say("annexes_made", number=number, kind=kind.upper()))
    return failed
