"""What the program says without a command: where the period stands, and what comes next. All of it
is told from what earlier commands have kept; no workbook is opened and nothing is worked out.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dxkit.cli.session import DONE, Session, languages, tell
from dxkit.model.text import harmless

if TYPE_CHECKING:
    from dxkit.campaign.project import Publication
    from dxkit.press.manifest import Manifest

_MOST_NAMED = 8


@dataclass(frozen=True)
class _Status:
    """Where a period stands. ``checked`` says that a check has left its findings, ``same`` that
    files and plan are as they were then; ``severities`` counts the findings of that check,
    ``silent`` are the units whose workbook it missed, ``late`` how many were; ``undecided`` is how
    many explanations wait for the office, while that check still holds. Of the pages
    ``stale`` may have to be made again; ``unchanged`` says that files and plan are those of the
    last publication.
    """

    period: str
    files: int
    forms: int
    checked: bool
    same: bool
    severities: Counter[str]
    silent: tuple[str, ...]
    late: int
    undecided: int
    pages: int
    failed: int
    stale: int
    last: Publication | None
    unchanged: bool


def show_status(session: Session) -> int:
    """Print where the quarter's work stands and the commands that go on with it."""
    campaign, language = session.campaign, session.language
    status = _status_of(session, _period_in_work(session))
    period = campaign.period(status.period)
    due, today = period.due_day, datetime.date.today()
    tell(session.say("status_campaign", text=language.name(campaign.names), campaign=campaign.id))
    when = {"first": language.day(period.first_day), "last": language.day(period.last_day)}
    line = session.say("status_period", period=language.period(period.id), **when)
    if due is not None:
        key = "status_overdue" if today > due else "status_due"
        line += " " + session.say(key, due=language.day(due), number=abs((due - today).days))
    tell(line)
    for line in _lines(session, status):
        tell(harmless(line, 2000))
    tell(session.say("status_next"))
    for key, command in _next_steps(session, status):
        tell(f"  dxkit {command}{session.given}")
        tell(f"      {session.say(f'next_{key}')}")
    tell(session.say("status_help"))
    return DONE


def _period_in_work(session: Session) -> str:
    """The newest period that has workbooks or forms; where none has, the one that today is in, or
    the last begun, or the first.
    """
    from dxkit.press.manifest import FORMS

    campaign, today = session.campaign, datetime.date.today()
    begun = set(session.project.periods_with_raw(campaign))
    begun |= {p.id for p in campaign.reported if (session.folder(p.id) / FORMS).is_dir()}
    by_day = [p.id for p in campaign.reported if p.first_day <= today]
    newest = [p.id for p in campaign.reported if p.id in begun] or by_day
    return newest[-1] if newest else campaign.reported[0].id


def _status_of(session: Session, period_id: str) -> _Status:
    """What the outputs and the raw folder of a period say of it."""
    from dxkit.intake.revisions import History
    from dxkit.intake.store import read_stored
    from dxkit.period.opening import is_stored
    from dxkit.press.manifest import FORMS, Manifest
    from dxkit.workbooks.raw_folder import contents_of

    project, campaign, folder = session.project, session.campaign, session.folder(period_id)
    now = contents_of(project.period_folder(campaign.id, period_id))
    stored = project.store_file(campaign.id, period_id)
    history = History.open(stored.parent)
    seen = {name: history.files[name].sha256 for name in history.present}
    found = _findings(folder / "data" / "findings.csv")
    rows = found or []
    units = campaign.units.on(campaign.period(period_id).last_day)
    silent = [row["unit_code"] for row in rows if row["code"] == "workbook_missing"]
    manifest = Manifest.of(folder, campaign.id, period_id)
    pages = manifest.pages.values()
    last = next(iter(session.published(period_id)[::-1]), None)
    same = now.agrees(seen) and is_stored(project, campaign, period_id)
    return _Status(
        period_id,
        len(now.files),
        sum(name.startswith(f"{FORMS}/") for name in manifest.files),
        found is not None,
        same,
        Counter(
            row["severity"]
            for row in rows  # but for those that follow from others, or from ranks
            if not row["cause"] and row["code"] != "jump_into_award"
        ),
        tuple(units.get(code).name for code in silent if code in units),
        sum(row["code"] == "sent_late" for row in rows),
        len(read_stored(stored).undecided) if found is not None and same else 0,
        len(manifest.pages),
        sum(page.status == "failed" for page in pages),
        _stale(session, manifest) if manifest.pages and now.files else 0,
        last,
        last is not None and _is_as_published(session, last),
    )


def _findings(path: Path) -> list[dict[str, str]] | None:
    """The findings that a check has listed; None where no such list can be read."""
    from dxkit.analysis.rows import FINDING_COLUMNS
    from dxkit.campaign.plan_files import texts_in
    from dxkit.model.campaign import CampaignError

    try:
        return texts_in(path, FINDING_COLUMNS)
    except CampaignError:
        return None


def _stale(session: Session, manifest: Manifest) -> int:
    """How many pages, of those in place, the next report may have to make again."""
    from dxkit.period.opening import contents_before_and_of
    from dxkit.press.run.plan import UnfitNotebookError, key_of, plan_tasks

    project, campaign, period = session.project, session.campaign, manifest.period
    raw = contents_before_and_of(project, campaign, period)
    units = campaign.units.on(campaign.period(period).last_day)
    known = [code for code in manifest.pages if code in units]
    fewest = len(manifest.pages)
    for language in languages():  # the keys do not say which it was
        with suppress(UnfitNotebookError, OSError):
            key = key_of(project, campaign, raw, language)
            planned = plan_tasks(
                project, campaign, period, key, session.folder(period), known, "", language, None,
                units,
            )  # fmt: skip
            other = sum(task.key != manifest.pages[task.unit].key for task in planned)
            fewest = min(fewest, other)
    return fewest


def _is_as_published(session: Session, last: Publication) -> bool:
    """Whether the period's workbooks and the plan are those of a publication."""
    from dxkit.workbooks.raw_folder import contents_of

    campaign = session.campaign.id
    now, then = (
        [project.campaign_folder(campaign), project.period_folder(campaign, last.period)]
        for project in (session.project, last.project(session.project))
    )
    return all(contents_of(a).files == contents_of(b).files for a, b in zip(now, then, strict=True))


def _lines(session: Session, status: _Status) -> Iterator[str]:
    """What was received, found, made and published."""
    from dxkit.report.wording.publications import state_name

    folder = session.project.period_folder(session.campaign.id, status.period)
    yield session.say("status_files", number=status.files, text=folder)
    if status.forms and not status.files:
        yield session.say("status_forms", number=status.forms)
    if status.files and not status.checked:
        yield session.say("status_unchecked")
    if status.checked:
        counts = {f"{kind}s": status.severities[kind] for kind in ("error", "warning", "note")}
        line = session.say("status_findings", **counts)
        yield line if status.same else f"{line} {session.say('status_changed')}"
        if status.silent:
            named = ", ".join(status.silent[:_MOST_NAMED])
            named += ", …" * (len(status.silent) > _MOST_NAMED)
            yield session.say("status_silent", number=len(status.silent), available=named)
        if status.late:
            yield session.say("status_late", number=status.late)
        if status.undecided:
            told = {"number": str(status.undecided), "period": status.period}
            yield session.language.plain("remind.undecided", **told)
    if status.pages:
        made = status.pages - status.failed
        yield session.say("status_pages", made=made, failed=status.failed, number=status.stale)
    if status.last is None:
        yield session.say("status_unpublished")
    else:
        key = "status_published" if status.unchanged else "status_published_changed"
        yield session.say(key, name=state_name(status.last, session.language))


def _next_steps(session: Session, status: _Status) -> Iterator[tuple[str, str]]:
    """The commands that go on from there, the one to take first; each with why."""
    period, following = status.period, session.campaign.next_period(status.period)
    if not status.files:
        yield ("remind", f"remind {period}") if status.forms else ("form", f"form {period}")
        if status.forms:
            yield "check", f"check {period}"
        return
    if not status.checked or not status.same:
        yield "check", f"check {period}"
        return
    if status.last is not None:
        if not status.unchanged:
            yield "changes", f"changes {period}"
        elif following is None:
            yield "new_period", "new period"
        else:
            yield "form", f"form {following.id}"
        return
    if status.silent:
        yield "remind", f"remind {period}"
    if status.undecided:
        yield "accept", f"accept {period}"
    if status.severities["error"]:
        yield "mend", f"check {period}"
    if not status.pages or status.stale or status.failed:
        yield "report", f"report {period}"
    else:
        yield "verify", f"verify {period}"
        yield "publish", f"publish {period} --state provisional --by …"
