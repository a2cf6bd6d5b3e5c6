"""The command that reads the workbooks and tells what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dxkit.cli.session import DONE, DONE_WITH_ERRORS, Session, common_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dxkit.intake.versions.revisions import SinceLastCheck
    from dxkit.model.findings import Finding
    from dxkit.period import OpenPeriod
    from dxkit.press.run.changed_figures import PublishedChanges


@click.command()
@click.argument("period", required=False)
@common_options
def check(
    period: str | None, campaign: str | None, raw: str | None, out: str | None, lang: str
) -> int:
    """Read the workbooks and list what is wrong with them."""
    from dxkit.press.manifest import BusyError, Manifest, hashes_of, only_run
    from dxkit.press.publish.period_files import write_check
    from dxkit.press.run.changed_figures import published_changes

    session = Session(campaign, raw, out, lang)
    period_id = session.period(period)
    opened = session.open(period_id)
    folder = session.project.output_folder(session.campaign.id, period_id)
    try:
        with session.writing(period_id):
            folder.mkdir(parents=True, exist_ok=True)
            with only_run(folder):
                published = published_changes(opened, folder)
                written = hashes_of(folder, published.write(folder))
                checked = write_check(opened, session.language)
                manifest = Manifest.of(folder, session.campaign.id, period_id)
                manifest.renew(folder, checked.files | written)
                manifest.save(folder)
    except BusyError as error:
        raise session.refuse("busy", text=str(error)) from error
    click.echo(
        session.say(
            "checked",
            files=len(opened.received.sources),
            observations=len(opened.received.table.observations),
        )
    )
    errors = show_findings(session, opened, most=5)
    show_changes(session, checked.since, most=20)
    for line in published_lines(session, published, most=20):
        click.echo(line)
    for key, names in (
        ("copy_kept", checked.returned.kept),
        ("copy_failed", checked.returned.failed),
    ):
        for file in names:
            click.echo(session.language.plain(f"changes.{key}", file=file))
    click.echo(session.say("see", text=folder / "findings.html"))
    return DONE_WITH_ERRORS if errors or published.figures else DONE


def published_lines(session: Session, changes: PublishedChanges, most: int) -> Iterator[str]:
    """Which numbers on pages in place are no longer so, and what has changed; nothing if none."""
    from dxkit.report.wording.changes import published_text

    if changes.figures:
        yield from published_text(
            changes.pages, changes.inputs, session.campaign, session.language, most
        )


def show_changes(session: Session, since: SinceLastCheck, most: int) -> None:
    """What changed since the last check."""
    from dxkit.report.wording.changes import changes_text

    for line in changes_text(since, session.language, most):
        click.echo(line)


def show_findings(session: Session, opened: OpenPeriod, most: int = 2) -> int:
    """Counts by severity and the first few of each kind; returns the number of errors."""
    from dxkit.model.received_text import harmless
    from dxkit.report.wording.findings import finding_text, names_in_findings

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
