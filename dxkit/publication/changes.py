"""What of a publication is no longer so: its pages are made again from what there is now, and
everything on them is compared with what was published. And how people are told of it: changes.html,
the draft of a notice that corrects it, and the list of the facts.
"""

from __future__ import annotations

import csv
import datetime
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from lxml import html
from markupsafe import Markup

from dxkit.campaign.project import FACTS, RECORD, Project, Publication
from dxkit.intake.inputs import InputChanges
from dxkit.model.campaign import Campaign, CampaignError
from dxkit.model.facts import Fact, FactKey
from dxkit.model.text import harmless
from dxkit.period import OpenPeriod
from dxkit.period.opening import open_period
from dxkit.press.manifest import (
    CHANGED_FACTS,
    CORRECTION,
    EFFECTS,
    Manifest,
    outputs_in,
    versions_in_use,
)
from dxkit.press.publish.document import Document, Paragraph, frame_of, text_of
from dxkit.press.publish.document_composition import MarkupBlocks
from dxkit.press.publish.document_writers import word_of
from dxkit.press.publish.frame import RAW, page_around
from dxkit.press.run.changed_figures import changes_since, is_same
from dxkit.press.run.made_again import MadeAgain
from dxkit.press.run.plan import page_path
from dxkit.report.tables import Column, bulleted, render_table
from dxkit.report.tracing import fact_label, subject_names
from dxkit.report.wording.changes import inputs_text
from dxkit.report.wording.language import Language
from dxkit.report.wording.publications import state_name
from dxkit.verify.files import places
from dxkit.workbooks.atomic import take_away, write_bytes, write_text
from dxkit.workbooks.csv_text import write_rows

_MOST_ROWS = 500
_SECTION = Markup('<section><h2 id="changes-{}">{}</h2>{}</section>')
_COLUMNS = ("fact", "before", "before_missing", "after", "after_missing", "pages", "causes")


_MOST_CAUSES = 12
"""Changed files that are tried one by one."""


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


def effects_since(project: Project, publication: Publication) -> Effects:
    """Compare a publication with what a run from nothing makes today, in a folder that is then
    removed. Raises CampaignError, and OSError where there is no room for it.
    """
    campaign, period = publication.campaign, publication.period
    kept, folder = publication.project(project), publication.outputs(project)
    as_published = replace(project, stated=publication.folder(project) / RECORD)
    with tempfile.TemporaryDirectory(prefix="dxkit-changes-") as scratch:
        again = MadeAgain(kept, campaign, period, Path(scratch).resolve(), as_published)
        manifest = Manifest.of(folder, campaign, period)
        units = [code for code in manifest.pages if code in again.planned]
        failed = dict(again.make(units, [*manifest.pages], manifest.in_place))
        inputs = changes_since(again.opened, publication, project).inputs
        then, now = _pages(folder), _pages(again.folder)
        shown = defaultdict[str, list[str]](list)
        for page, words in then.items():
            for key in words.facts:
                shown[key].append(page)
        published = _published_facts(publication.folder(project) / FACTS)
        alone = _alone(kept, again.opened, project, inputs, units, published)
        facts = [
            fact._replace(
                pages=tuple(shown[str(fact.key)]),
                causes=tuple(cause for cause, keys in alone.items() if fact.key in keys),
            )
            for fact in _changed(published, _facts(again.opened, units))
        ]
        versions = manifest.versions == versions_in_use()
        files = [*_files(folder, again.folder, {*failed}, same_versions=versions)]
    return Effects(
        publication, inputs, tuple(facts), tuple(_sentences(then, now)),
        tuple(_judgements(then, now)), tuple(files), tuple(alone), again.opened,
    )  # fmt: skip


Facts = Mapping[str, tuple[str, str]]


def _row_of(fact: Fact) -> tuple[str, str]:
    """A fact's value as Python writes it, and why it has none."""
    return "" if fact.value is None else repr(fact.value), fact.missing


def _published_facts(path: Path) -> Facts:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["fact"]: (row["value"], row["missing"]) for row in csv.DictReader(file)}


def _facts(opened: OpenPeriod, units: list[str]) -> Facts:
    return {str(fact.key): _row_of(fact) for fact in opened.all_facts(units)}


def _changed(then: Facts, now: Facts) -> Iterator[FactChange]:
    """The facts that are others, new or gone."""
    for key in dict.fromkeys((*then, *now)):
        before, after = then.get(key, ("", "")), now.get(key, ("", ""))
        known = before[0] and after[0]
        if before != after and not (known and is_same(float(before[0]), float(after[0]))):
            yield FactChange(FactKey.parse(key), before, after)


def _alone(
    kept: Project,
    opened: OpenPeriod,
    project: Project,
    inputs: InputChanges,
    units: list[str],
    published: Facts,
) -> dict[str, set[FactKey]]:
    """Which facts each of several changed files, or the kit's own code, makes others by itself: the
    publication is read again with that file alone as it is now. Nothing for one file alone.
    """
    campaign, period = opened.campaign, opened.analysis.period.id
    files = dict.fromkeys([*(c.file for c in inputs.files), *(c.file for c in inputs.rules)])
    names = [name for name in files if not name.startswith("notebooks/")]
    if len(names) + inputs.code < 2 or len(names) > _MOST_CAUSES:
        return {}
    found: dict[str, set[FactKey]] = {}
    base = published
    for name in [*[""] * inputs.code, *names]:
        with tempfile.TemporaryDirectory(prefix="dxkit-changes-") as scratch:
            one = Project(Path(scratch).resolve())
            shutil.copytree(kept.root / "data", one.root / "data", copy_function=shutil.copyfile)
            if name:
                _take_over(name, project, one, campaign)
            try:
                now = _facts(open_period(one, campaign.id, period), units)
            except CampaignError:  # one rule without the others that came with it
                continue
        found[name or "dxkit"] = {change.key for change in _changed(base, now)}
        base = base if name else now
    return found


def _take_over(name: str, project: Project, one: Project, campaign: Campaign) -> None:
    """Give a copy of a publication one changed file as it is now, if it still is."""
    period, _, inner = name.partition("/")
    received = project.raw_folder(campaign.id) / name
    if period in (each.id for each in campaign.periods):
        received = project.period_folder(campaign.id, period) / inner
    for source, target in (
        (received, one.raw_folder(campaign.id) / name),
        (project.campaign_folder(campaign.id) / name, one.campaign_folder(campaign.id) / name),
    ):
        target.unlink(missing_ok=True)
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)


def _files(folder: Path, again: Path, failed: set[str], *, same_versions: bool) -> Iterator[str]:
    """The files that would be others."""
    both = {*outputs_in(folder), *outputs_in(again)}
    for name in sorted(both):
        old, new = folder / name, again / name
        there = old.is_file() and new.is_file() and name not in failed
        contents = (old.read_bytes(), new.read_bytes()) if there else ()
        if not contents or places(name, *contents, same_versions=same_versions):
            yield name


# what a page says ---------------------------------------------------------------------------


class _Sentence(NamedTuple):
    """One that is printed: its key, its words, the facts that it tells."""

    key: str
    text: str
    facts: frozenset[str]


class _PageWords(NamedTuple):
    """The sentences of a page in order; its judgements by what is judged; the keys of the facts
    that it shows; the code of its language.
    """

    sentences: list[_Sentence]
    judgements: dict[str, str]
    facts: set[str]
    language: str


def _words_of(page: str) -> _PageWords:
    """What a page says."""
    root = html.fromstring(page.encode(), parser=html.HTMLParser(encoding="utf-8", huge_tree=True))
    claims = [
        _Sentence(
            e.get("data-claim"), _text(e),
            frozenset(f.get("data-fact") for f in e.iterfind(".//*[@data-fact]")),
        )
        for e in root.iterfind(".//*[@data-claim]")
    ]  # fmt: skip
    said = {e.get("data-said"): _text(e) for e in root.iterfind(".//*[@data-said]")}
    facts = {e.get("data-fact") for e in root.iterfind(".//*[@data-fact]")}
    return _PageWords(claims, said, facts, root.get("lang", ""))


def _text(element: Any) -> str:
    return " ".join(element.text_content().split())


def _pages(folder: Path) -> dict[str, _PageWords]:
    """The pages of a period but those on what is wrong with it, by their addresses."""
    names = [n for n in outputs_in(folder) if n.endswith(".html") and n != "findings.html"]
    return {name: _words_of((folder / name).read_text("utf-8")) for name in names}


def changed_sentences(then: Path, now: Path) -> list[WordChange]:
    """The sentences on the pages in one folder that are others on the same pages in another, where
    these are in the same language.
    """
    old, new = _pages(then), _pages(now)
    both = [name for name in old if name in new and old[name].language == new[name].language]
    return [*_sentences({name: old[name] for name in both}, {name: new[name] for name in both})]


def _sentences(
    then: Mapping[str, _PageWords], now: Mapping[str, _PageWords]
) -> Iterator[WordChange]:
    """The sentences that stand on one side only, each as often as it does. One that is no longer
    so goes with the new one that tells most of the same facts, or else has the same key.
    """
    for page in sorted({*then, *now}):
        old, new = (side[page].sentences if page in side else [] for side in (then, now))
        gone, come = _only(old, new), _only(new, old)
        for one in gone:
            alike = [(len(one.facts & c.facts), one.key == c.key, -n) for n, c in enumerate(come)]
            most = max(alike, default=(0, False, 0))
            match = come.pop(-most[2]) if any(most[:2]) else None
            yield WordChange(page, "", one.text, match.text if match else "")
        yield from (WordChange(page, "", "", one.text) for one in come)


def _only(these: list[_Sentence], others: list[_Sentence]) -> list[_Sentence]:
    """The sentences of one side that the other has not, or not as often."""
    left = Counter(sentence.text for sentence in others)
    found = []
    for sentence in these:
        left[sentence.text] -= 1
        if left[sentence.text] < 0:
            found.append(sentence)
    return found


def _judgements(
    then: Mapping[str, _PageWords], now: Mapping[str, _PageWords]
) -> Iterator[WordChange]:
    """What is judged otherwise, each once, with the first page that says it; not every page that
    is made then and now says all of them.
    """
    old, new = _judged(then), _judged(now)
    for about in dict.fromkeys((*old, *new)):
        (page, before), (other, after) = (side.get(about, ("", "")) for side in (old, new))
        if before != after:
            yield WordChange(page or other, about, before, after)


def _judged(pages: Mapping[str, _PageWords]) -> dict[str, tuple[str, str]]:
    """Each judgement with the first page that says it."""
    found: dict[str, tuple[str, str]] = {}
    for page in sorted(pages):
        for about, text in pages[page].judgements.items():
            found.setdefault(about, (page, text))
    return found


# how people are told ------------------------------------------------------------------------


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
