"""The way out and back: workbooks to be filled in, what is still to come from whom, and what the
office accepts of what senders explain.
"""

from __future__ import annotations

import re
from collections import Counter
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
from dxkit.model.facts import CellRef
from dxkit.model.text import clean, harmless

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from dxkit.period import OpenPeriod


@click.command(cls=Command)
@click.argument("period")
@click.option("--level", default="")
@click.option("--unit", "units", multiple=True)
@click.option("--reply", is_flag=True)
@with_session
def form(session: Session, period: str, level: str, units: tuple[str, ...], reply: bool) -> int:
    """Write a workbook to be filled in for each sender; or one for its reply to draft results."""
    if reply:
        return _reply_forms(session, session.reported_period(period), level, units)
    from dxkit.period.opening import receive_before
    from dxkit.press.forms.questions import Questions
    from dxkit.press.forms.workbook import form_name, write_form
    from dxkit.press.manifest import FORMS, Manifest, hash_of, hashes_of
    from dxkit.workbooks.atomic import InUseError, set_aside

    period_id, campaign = session.reported_period(period), session.campaign
    folder, wanted = session.folder(period_id), session.level(level) or campaign.report_level
    codes = dict.fromkeys(session.unit(unit, period_id) for unit in units)
    written, in_use, kept = list[str](), list[str](), list[str]()
    rows = 0
    with session.writing(period_id):
        before = receive_before(session.project, campaign, period_id)
        questions = Questions(campaign, campaign.period(period_id), before, session.language)
        known = questions.units
        named = (known.get(code) for code in codes if code in known)
        senders = [u for u in (named if codes else known.at_level(wanted)) if questions.of(u)]
        if not senders:
            raise session.refuse("form_nobody", text=", ".join(codes) or wanted)
        manifest = Manifest.of(folder, campaign.id, period_id)
        try:
            for sender in senders:
                name = f"{FORMS}/{form_name(sender)}"
                path = folder / name
                try:
                    if path.exists() and hash_of(path) != manifest.files.get(name):
                        kept.append(str(set_aside(path)))
                    made = write_form(questions, sender, path)
                except InUseError:
                    in_use.append(str(path))
                    continue
                written.append(name)
                rows += sum(len(sheet.rows) for sheet in made.sheets)
        finally:  # also of a run that ends early: nobody has worked in what it wrote
            manifest.files |= hashes_of(folder, written)
            manifest.save(folder)
    if before is None:
        opened = [session.language.name(level.names) for level in campaign.levels if level.open]
        own = [session.say("form_names_own", level=name) for name in opened]
        tell(" ".join([session.say("form_without_before"), *own]))
    for path_kept in kept:
        tell(session.say("form_kept", text=path_kept))
    for path_in_use in in_use:
        tell(session.say("in_use", text=path_in_use), err=True)
    tell(session.say("forms_written", count=len(written), rows=rows, text=folder / FORMS))
    return DONE_WITH_ERRORS if in_use else DONE


def _reply_forms(session: Session, period_id: str, level: str, units: Sequence[str]) -> int:
    """The draft results of each unit with room for its reply, beside the outputs of the periods. A
    workbook in which somebody has replied is kept.
    """
    from dxkit.intake.forms import read_form
    from dxkit.press.forms.workbook import form_name, write_reply_form
    from dxkit.workbooks.atomic import InUseError, set_aside
    from dxkit.workbooks.cells import UnreadableFileError
    from dxkit.workbooks.reading import read_workbook

    def has_reply(path: Path) -> bool:
        try:
            read = read_form(campaign, campaign.period(period_id), read_workbook(path, path.name))
        except UnreadableFileError:
            return True
        return read is None or bool(read.replies or read.findings)

    opened, campaign = session.open(period_id), session.campaign
    wanted = session.level(level) or campaign.report_level
    codes = dict.fromkeys(session.unit(unit, period_id) for unit in units)
    known, folder = opened.analysis.units, session.folder(period_id).parent / "replies" / period_id
    in_use, written = list[str](), 0
    with session.writing(period_id):
        for unit in map(known.get, codes) if codes else known.at_level(wanted):
            path = folder / form_name(unit)
            try:
                if path.exists() and has_reply(path):
                    tell(session.say("form_kept", text=set_aside(path)))
                write_reply_form(opened, unit, session.language, path)
                written += 1
            except InUseError:
                in_use.append(str(path))
    for name in in_use:
        tell(session.say("in_use", text=name), err=True)
    tell(session.say("replies_written", count=written, text=folder))
    return DONE_WITH_ERRORS if in_use else DONE


@click.command(cls=Command)
@click.argument("period")
@with_session
def remind(session: Session, period: str) -> int:
    """Tell who has sent, who is late and what is open; write a text for each sender."""
    import datetime

    from dxkit.model.text import slug
    from dxkit.report.receipts import reminders
    from dxkit.workbooks.atomic import write_text

    period_id, language = session.reported_period(period), session.language
    opened = session.open(period_id)
    folder = session.folder(period_id).parent / "reminders" / period_id
    found = list(reminders(opened, language, datetime.date.today()))
    with session.writing(period_id):
        for one in found:
            write_text(folder / f"{one.unit.code}-{slug(one.unit.name)}.txt", one.text)
    tell(language.plain("remind.header"))
    for one in found:
        state = language.plain(f"remind.state_{one.state}")
        counts = (one.errors, one.warnings, one.lacking)
        tell("\t".join([one.unit.code, one.unit.name, state, *map(str, counts)]))
    if number := len(opened.received.undecided):
        tell(language.plain("remind.undecided", number=str(number), period=period_id))
    tell(language.plain("remind.written", count=str(len(found)), text=str(folder)))
    return DONE


@click.command(cls=Command)
@click.argument("period")
@click.option("--cell", "cells", multiple=True)
@click.option("--by", default="")
@click.option("--refuse", is_flag=True)
@click.option("--code", default="")
@click.option("--note", default="")
@click.option("--text", default="")
@with_session
def accept(
    session: Session, period: str, cells: tuple[str, ...], by: str, refuse: bool, code: str,
    note: str, text: str,
) -> int:  # fmt: skip
    """List explanations that wait for a decision; accept or refuse some."""
    from dxkit.model.campaign import Decision
    from dxkit.report.explore.corrections import decisions_of, put_on_record

    period_id = session.reported_period(session.period(period))
    opened = session.open(period_id)
    if not cells:
        if given := [f"--{key}" for key, value in
                     (("by", by), ("refuse", refuse), ("code", code), ("note", note),
                      ("text", text)) if value]:  # fmt: skip
            raise session.refuse("accept_no_cell", text=", ".join(given))
        found = opened.received.undecided
        for one in found:
            (line,) = session.finding_lines([(one, [])], opened.analysis.units)
            tell(harmless(f"[{one.code}] {line}", 2000))
        counts = Counter(str(f.values["answer_says"]) for f in opened.received.findings
                         if "answer" in f.values and f.cause is None)  # fmt: skip
        told = {"count": len(found), "nothing": counts["nothing"], "copied": counts["copied"]}
        tell(session.say("accept_waiting", **told))
        return DONE
    decision = Decision.REFUSED if refuse else Decision.ACCEPTED
    try:
        made = [
            row
            for at in dict.fromkeys(_cell_meant(session, opened, each) for each in cells)
            for row in decisions_of(opened, at, decision, (by, note, text), session.language, code)
        ]
        path, _ = put_on_record(opened, made, session.language)
    except ValueError as error:
        raise CannotStartError(str(error)) from error
    for row in made:
        cell = CellRef(row.file, row.sheet, row.cell)
        tell(harmless(session.say(f"accept_{decision}", cell=cell, code=row.code), 2000))
    tell(session.say("accept_written", count=len(made), text=path, period=period_id))
    return DONE


def _cell_meant(session: Session, opened: OpenPeriod, text: str) -> CellRef:
    """The cell of a finding whose address, or the end of it, is typed."""
    wanted = _typed(text)
    known = dict.fromkeys(f.address for f in opened.received.findings if f.address.cell)
    found = [at for at in known if f"!{_typed(str(at))}".endswith(f"!{wanted}")]
    found = [at for at in found if _typed(str(at)) == wanted] or found
    if len(found) != 1:
        some = "; ".join(map(str, found[:8])) + "; …" * (len(found) > 8)
        key = "accept_many" if found else "accept_none"
        raise session.refuse(key, text=text, available=harmless(some, 2000))
    return found[0]


def _typed(address: str) -> str:
    """An address whatever stands between its file, its sheet and its cell."""
    return re.sub(r"\s*[\u203a>!]\s*", "!", clean(address)).casefold()
