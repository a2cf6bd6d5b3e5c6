"""The commands on what is made: its proof, its publication, what has changed since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

import click

from dxkit.cli.session import (
    DONE,
    DONE_WITH_ERRORS,
    CannotStartError,
    Command,
    Session,
    tell,
    with_session,
)
from dxkit.model.text import harmless

if TYPE_CHECKING:
    from dxkit.campaign.project import Project, Publication
    from dxkit.verify import Difference
    from dxkit.verify.verify import Verification

_MOST_LINES = 20
"""How much of what differs is told on the screen."""


@click.command(cls=Command)
@click.argument("period", required=False)
@with_session
@click.option("--as-of", default="")
@click.option("--publication", type=click.IntRange(1), default=None)
def verify(session: Session, period: str | None, publication: int | None) -> int:
    """Count and make everything again from the raw workbooks, and compare it whole."""
    from dxkit.press.run.changed_figures import all_changes
    from dxkit.publication import altered_publications

    if publication is not None:
        return _verify_publication(session, period, publication)
    period_id = session.period(period)
    project, campaign = session.project, session.campaign
    kept = [p.id for p in campaign.periods if session.published(p.id)]
    with session.writing(period_id):
        altered = [d for one in kept for d in altered_publications(project, campaign.id, one)]
        result = _proved(session, period_id, project, altered)
        changes = all_changes(session.open(period_id)) if kept else ()
    changes = tuple(one for one in changes if one.publication)
    for one in changes:
        for line in session.published_lines(one, most=3):
            tell(line)
    code = _tell(session, result)
    return DONE_WITH_ERRORS if any(one.figures for one in changes) else code


@click.command(cls=Command)
@click.argument("period")
@click.option("--state", type=click.Choice(["provisional", "final", "revised"]), required=True)
@click.option("--by", required=True)
@click.option("--note", default="")
@click.option("--despite", default=None)
@with_session
def publish(
    session: Session, period: str, state: str, by: str, note: str, despite: str | None
) -> int:
    """Keep the pages of a period with all they were made from, for good."""
    from dxkit.campaign.project import Publication
    from dxkit.model.choices import RefusedError
    from dxkit.press.manifest import FINDINGS, PROOF, Manifest
    from dxkit.publication import altered_publications, next_number, open_errors
    from dxkit.publication import publish as keep
    from dxkit.report.wording.publications import state_name
    from dxkit.workbooks.atomic import only_writer

    def refuse(key: str, **values: object) -> CannotStartError:
        said = {name: str(value) for name, value in values.items()}
        return CannotStartError(session.language.plain(f"publication.{key}", **said))

    if not by.strip():
        raise refuse("nobody")
    if despite is not None and not despite.strip():
        raise refuse("no_reason")
    period_id = session.period(period)
    campaign, folder = session.campaign.id, session.folder(period_id)
    named = session.language.period(period_id)
    try:
        with session.writing(period_id), only_writer(session.project.published_folder(campaign)):
            number = next_number(session.project, campaign, period_id, state)
            errors = open_errors(session.open(period_id).received)
            if errors and not despite:
                raise refuse("errors_open", period=named, count=errors, text=folder / FINDINGS)
            altered = [*altered_publications(session.project, campaign, period_id)]
            result = _proved(session, period_id, session.project, altered)
            made = Manifest.of(folder, campaign, period_id)
            failed = sum(page.status == "failed" for page in made.pages.values())
            differences = len(result.differences) + failed
            if differences and not despite:
                raise refuse("not_proved", period=named, count=differences, text=folder / PROOF)
            new = Publication(
                campaign, period_id, number, state, harmless(by.strip()), "",
                harmless(note.strip()), harmless((despite or "").strip()), errors, differences,
            )  # fmt: skip
            kept = keep(session.project, new, result.opened)
    except RefusedError as error:
        raise refuse(error.reason, **error.values) from error
    name = state_name(new, session.language)
    done = {"period": named, "name": name, "text": str(kept)}
    tell(session.language.plain("publication.done", **done))
    return DONE


@click.command(cls=Command)
@click.argument("period")
@with_session
@click.option("--publication", type=click.IntRange(1), default=None)
def changes(session: Session, period: str, publication: int | None) -> int:
    """List what of a publication is no longer so, and why; draft the notice that corrects it."""
    from dxkit.press.manifest import CORRECTION, EFFECTS
    from dxkit.publication.changes import (
        cause_lines,
        effects_since,
        judged_rows,
        sentence_lines,
        write_effects,
    )
    from dxkit.report.wording.publications import state_name

    period_id, language = session.period(period), session.language
    one, folder = session.publication(period_id, publication), session.folder(period_id)
    if _is_altered(session, one):
        return DONE_WITH_ERRORS
    with session.writing(period_id):
        effects = effects_since(session.project, one)
        write_effects(effects, folder, language)
    judged = [*judged_rows(effects, language)]
    counts = {"facts": effects.facts, "sentences": effects.sentences, "judged": judged,
              "files": effects.files}  # fmt: skip
    causes = [*cause_lines(effects, language, 20)]
    key = "effects" if effects.any else "no_effect" if causes else "nothing_changed"
    told = {"period": language.period(period_id), "name": state_name(one, language)}
    told |= {name: str(len(found)) for name, found in counts.items()}
    tell(language.plain(f"publication.{key}", **told))
    for line in causes:
        tell(f"  {line}")
    said = [language.plain("publication.judged", about=a, before=then or "–", after=now or "–")
            for a, then, now in judged]  # fmt: skip
    said += sentence_lines(effects.sentences, language)
    for line in said[:_MOST_LINES]:
        tell(f"  {harmless(line, 2000)}")
    if (more := len(said) - _MOST_LINES) > 0:
        left = {"number": str(more), "text": EFFECTS}
        tell("  " + language.plain("publication.more_lines", **left))
    if not effects.any:
        return DONE
    for name in (EFFECTS, CORRECTION):
        tell(session.say("see", text=folder / name))
    return DONE_WITH_ERRORS


def _verify_publication(session: Session, period: str | None, number: int) -> int:
    """Prove a publication by nothing but what it holds."""
    period_id = period or session.period(period)
    one = session.publication(period_id, number)
    if _is_altered(session, one):
        return DONE_WITH_ERRORS
    with session.writing(period_id):
        result = _proved(session, period_id, one.project(session.project))
    return _tell(session, result)


def _is_altered(session: Session, one: Publication) -> bool:
    """Say which files of a publication are not as they were published, or that all are."""
    from dxkit.publication import altered_files, sums_of
    from dxkit.report.wording.publications import state_name

    name = state_name(one, session.language)
    found = [session.say(d.cause, text=d.file) for d in altered_files(session.project, one)]
    number = str(len(found) or len(sums_of(one.folder(session.project))))
    key = f"publication.{'altered' if found else 'verified'}"
    tell(session.language.plain(key, files=number, name=name))
    for line in found:
        tell(f"  {line}")
    return bool(found)


def _proved(
    session: Session, period_id: str, project: Project, altered: Sequence[Difference] = ()
) -> Verification:
    """The proof of a period of a project, beside what is ``altered`` of publications; what differs
    is written into ``verify.html``.
    """
    from dxkit.press.manifest import FINDINGS, INDEX, Manifest, outputs_in
    from dxkit.press.publish.index_pages import write_differences
    from dxkit.verify import in_order
    from dxkit.verify.verify import verify_period

    folder = project.output_folder(session.campaign_id, period_id)
    manifest = Manifest.of(folder, session.campaign_id, period_id)
    pages = [name for name in outputs_in(folder) if name.endswith(".html")]
    if not ({*pages} - {FINDINGS, INDEX} or any(p.sha256 for p in manifest.pages.values())):
        raise session.refuse("no_pages", text=folder)
    result = verify_period(project, session.campaign_id, period_id)
    result = replace(result, differences=in_order([*altered, *result.differences]))
    groups = _groups(session, result)
    write_differences(groups, result.opened, session.folder(period_id), session.language)
    return result


def _groups(session: Session, result: Verification) -> list[tuple[str, list[Sequence[str]]]]:
    """What differs, in words by cause and file, with the places."""
    return [
        (session.say(cause, text=file), [d[2:] for d in members if any(d[2:])])
        for (cause, file), members in groupby(result.differences, lambda d: (d.cause, d.file))
    ]


def _tell(session: Session, result: Verification) -> int:
    """Say how a proof went."""
    from dxkit.press.manifest import PROOF

    if result.versions:
        tell(session.say("other_versions", text=", ".join(result.versions)))
    if result.other_code:
        tell(session.say("made_by_other_code"))
    if result.counted["own"]:
        tell(session.say("verified_own", own=result.counted["own"]))
    if not result.differences:
        tell(session.say("verified", **result.counted))
        return DONE
    tell(session.say("not_verified", count=len(result.differences), text=PROOF))
    lines = [told + _first_place(session, places) for told, places in _groups(session, result)]
    if (more := len(lines) - _MOST_LINES + 1) > 1:
        lines[-more:] = [session.say("more_in", count=more, text=PROOF)]
    for line in lines:
        tell(f"  {line}")
    return DONE_WITH_ERRORS


def _first_place(session: Session, places: Sequence[Sequence[str]]) -> str:
    """How many places it is that differ, and the first of them."""
    if not places:
        return ""
    at, shown, expected = places[0]
    first = harmless(f"{at and at + ': '}{shown or '–'} ≠ {expected or '–'}")
    return f" ({session.say('places', count=len(places))} {first})"
