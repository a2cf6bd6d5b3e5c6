"""The way out and back: workbooks to be filled in, and what is still to come from whom."""

from __future__ import annotations

import click

from dxkit.cli.help import Command
from dxkit.cli.session import DONE, DONE_WITH_ERRORS, Session, tell, with_session


@click.command(cls=Command)
@click.argument("period")
@click.option("--level", default="")
@click.option("--unit", "units", multiple=True)
@with_session
def form(session: Session, period: str, level: str, units: tuple[str, ...]) -> int:
    """Write a workbook to be filled in for each sender."""
    from dxkit.period.opening import receive_before
    from dxkit.press.forms.questions import Questions
    from dxkit.press.forms.workbook import form_name, write_form
    from dxkit.press.manifest import FORMS, Manifest, hash_of, hashes_of
    from dxkit.workbooks.atomic import InUseError, set_aside

    period_id, campaign = session.planned_period(period), session.campaign
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
        tell(session.say("form_without_before"))
    for path_kept in kept:
        tell(session.say("form_kept", text=path_kept))
    for path_in_use in in_use:
        tell(session.say("in_use", text=path_in_use), err=True)
    tell(session.say("forms_written", count=len(written), rows=rows, text=folder / FORMS))
    return DONE_WITH_ERRORS if in_use else DONE


@click.command(cls=Command)
@click.argument("period")
@with_session
def remind(session: Session, period: str) -> int:
    """Tell who has sent, who is late and what is open; write a text for each sender."""
    import datetime

    from dxkit.model.text import slug
    from dxkit.report.reminders import reminders
    from dxkit.workbooks.atomic import write_text

    period_id, language = session.planned_period(period), session.language
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
    tell(language.plain("remind.written", count=str(len(found)), text=str(folder)))
    return DONE
