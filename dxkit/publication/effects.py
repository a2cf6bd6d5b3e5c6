"""What is no longer so of a publication, and how people are told of it: changes.html, the draft of
a notice that corrects it, and the list of the facts.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import NamedTuple

from lxml import html
from markupsafe import Markup

from dxkit.campaign.project import Publication
from dxkit.intake.inputs import InputChanges
from dxkit.model.facts import Fact, FactKey
from dxkit.model.text import harmless
from dxkit.period import OpenPeriod
from dxkit.press.manifest import CHANGED_FACTS, CORRECTION, EFFECTS
from dxkit.press.publish.document import Document, Paragraph, frame_of, text_of
from dxkit.press.publish.document_composition import MarkupBlocks
from dxkit.press.publish.document_writers import word_of
from dxkit.press.publish.frame import RAW, page_around
from dxkit.press.run.plan import page_path
from dxkit.report.tables import Column, bulleted, render_table
from dxkit.report.tracing import fact_label, subject_names
from dxkit.report.wording.changes import inputs_text
from dxkit.report.wording.language import Language
from dxkit.report.wording.publications import state_name
from dxkit.workbooks.atomic import take_away, write_bytes, write_text
from dxkit.workbooks.csv_text import write_rows

_MOST_ROWS = 500
_SECTION = Markup('<section><h2 id="changes-{}">{}</h2>{}</section>')
_COLUMNS = ("fact", "before", "before_missing", "after", "after_missing", "pages", "causes")


class FactChange(NamedTuple):
    """One fact that is another: its value (as it is written in Python) or why it has none, then
    and now, both empty where there was or is no such fact; the pages that showed it; and the
    changed files that each by itself make it another, none where only several together do.
    """

    key: FactKey
    before: tuple[str, str]
    after: tuple[str, str]
    pages: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()


class WordChange(NamedTuple):
    """A sentence of a page that is no longer printed, and the one in its stead; either may be
    empty. Or a judgement: then ``about`` is what is judged (``Context.said``).
    """

    page: str
    about: str
    before: str
    after: str


@dataclass(frozen=True)
class Effects:
    """All that is otherwise than in a publication, and what has changed since."""

    publication: Publication
    inputs: InputChanges
    facts: tuple[FactChange, ...]
    sentences: tuple[WordChange, ...]
    judgements: tuple[WordChange, ...]
    files: tuple[str, ...]
    causes: tuple[str, ...]
    opened: OpenPeriod

    @property
    def any(self) -> bool:
        """Whether anything that was published is otherwise."""
        return bool(self.facts or self.sentences or self.judgements or self.files)

    @property
    def ranks(self) -> tuple[FactChange, ...]:
        """The ranks among the facts."""
        return tuple(change for change in self.facts if change.key.kind == "rank")

    def shown(self, change: FactChange, language: Language) -> tuple[str, str]:
        """A changed fact as readers see it, then and now."""
        try:
            fact = self.opened.analysis.find(change.key)
        except KeyError:
            fact = None
        then, now = (_shown(row, fact, language) for row in (change.before, change.after))
        return then, now


def _shown(row: tuple[str, str], fact: Fact | None, language: Language) -> str:
    value, missing = row
    if fact is None or not (value or missing):
        return value or "–"
    return language.number(replace(fact, value=float(value) if value else None, missing=missing))


def write_effects(effects: Effects, folder: Path, language: Language) -> None:
    """The three files beside the pages, the notice on what pages showed; none where nothing is
    otherwise. Raises InUseError.
    """
    for name in (EFFECTS, CORRECTION, CHANGED_FACTS):
        take_away(folder / name)
    if not effects.any:
        return
    period = language.period(effects.publication.period)
    title = language.plain("publication.changes_title", period=period)
    page = page_around(effects.opened, title, _content(effects, language), language)
    write_text(folder / EFFECTS, page)
    rows = ((str(f.key), *_row(f.before), *_row(f.after), " ".join(f.pages), " ".join(f.causes))
            for f in effects.facts)  # fmt: skip
    write_rows(folder / CHANGED_FACTS, _COLUMNS, rows)
    shown = tuple(fact for fact in effects.facts if fact.pages)
    _write_notice(replace(effects, facts=shown, files=()), folder / CORRECTION, language)


def _row(row: tuple[str, str]) -> tuple[float | None, str]:
    return float(row[0]) if row[0] else None, row[1]


def _write_notice(effects: Effects, path: Path, language: Language) -> None:
    """The draft of the notice, as an official document."""
    say, publication = language.plain, effects.publication
    campaign, period = effects.opened.campaign, language.period(publication.period)
    organiser, name = language.name(campaign.organiser), state_name(publication, language)
    about = say("publication.notice_about", period=period)
    day = language.day(datetime.date.fromisoformat(publication.day))
    opening = say("publication.notice_opening", period=period, name=name, day=day)
    markup = html.fragments_fromstring(str(_content(effects, language)))
    document = Document(
        language=language.code,
        title=about,
        author=organiser,
        subject=language.name(campaign.names),
        keywords=(period,),
        frame=frame_of(organiser, language),
        kind=say("publication.notice"),
        about=(about,),
        opening=(
            Paragraph(text_of(say("official.addressed")), "centred"),
            Paragraph(text_of(opening)),
        ),
        body=(
            *MarkupBlocks(language).blocks(markup, count(1)),
            Paragraph(text_of(say("publication.notice_end"))),
        ),
        annexes=(),
    )
    write_bytes(path, word_of(document))


def _content(effects: Effects, language: Language) -> Markup:
    """Causes, then judgements and ranks, sentences, figures, other files: sections of a page."""
    text = language.text
    lines = cause_lines(effects, language, 100)
    causes = bulleted(RAW.format(harmless(line, 2000)) for line in lines)
    content = _SECTION.format(1, text("publication.inputs").rstrip(":"), causes)
    analysis = effects.opened.analysis
    pages = {
        page_path(analysis.campaign, unit): ", ".join(analysis.units.get(c).name for c in line)
        for unit in analysis.units.units
        if (line := analysis.units.line(unit.code)[:-1] or (unit.code,))
    }
    words = [(pages.get(c.page, c.page), c.before, c.after) for c in effects.sentences]
    sections: list[tuple[str, str, Sequence[Sequence[str]]]] = [
        ("judged", "about", [*judged_rows(effects, language)]),
        ("words", "page", words),
        ("figures", "about", [*_figures(effects, effects.facts, language)]),
        ("files", "", [(name,) for name in effects.files]),
    ]
    for number, (key, first, rows) in enumerate(sections, 2):
        if not rows:
            continue
        columns = [first, "then", "now"] if first else ["file"]
        heading = text(f"publication.changed_{key}")
        cells = [[RAW.format(harmless(cell or "–", 2000)) for cell in row] for row in rows]
        named = [Column(text(f"publication.column_{column}")) for column in columns]
        table = render_table(heading, named, cells[:_MOST_ROWS], language)
        if len(rows) > _MOST_ROWS:
            table += Markup("<p>{}</p>").format(text("publication.more_rows", text=CHANGED_FACTS))
        content += _SECTION.format(number, heading, table)
    return content


def cause_lines(effects: Effects, language: Language, most: int) -> Iterator[str]:
    """What has changed, and how many facts each file changes by itself."""
    campaign, publication = effects.opened.campaign, effects.publication
    _, *lines = inputs_text(effects.inputs, publication, campaign, language, most)
    yield from (line.strip() for line in lines)
    alone = {cause: sum(cause in fact.causes for fact in effects.facts)
             for cause in effects.causes}  # fmt: skip
    for cause, number in alone.items():
        key = "alone" if number else "alone_none"
        yield language.plain(f"publication.{key}", file=cause, facts=str(number))


def sentence_lines(found: Iterable[WordChange], language: Language) -> list[str]:
    """Sentences that are others, each on its page, then and now."""
    return [language.plain("publication.sentence", page=one.page, before=one.before or "–",
                           after=one.after or "–") for one in found]  # fmt: skip


def judged_rows(effects: Effects, language: Language) -> Iterator[tuple[str, str, str]]:
    """Judgements and ranks that are others: about what, then, now."""
    analysis = effects.opened.analysis
    subjects = subject_names(analysis.campaign, language)
    subjects |= {rule.id: language.name(rule.names) for rule in analysis.campaign.rewards}
    for change in effects.judgements:
        kind, *parts = change.about.split("/")
        names = [analysis.units.get(p).name if p in analysis.units else subjects.get(p, p)
                 for p in parts]  # fmt: skip
        known = f"about_{kind}" in language.sections["publication"]
        named = language.plain(f"publication.about_{kind}") if known else kind
        yield ", ".join([*names, named]), change.before, change.after
    yield from _figures(effects, effects.ranks, language)


def _figures(
    effects: Effects, changes: Iterable[FactChange], language: Language
) -> Iterator[tuple[str, str, str]]:
    """Facts that are others: which, then, now. One without a value on either side, for a reason
    that no reader sees, is none.
    """
    for change in changes:
        then, now = effects.shown(change, language)
        if then != now or change.before[0] or change.after[0]:
            yield fact_label(effects.opened.analysis, change.key, language), then, now
