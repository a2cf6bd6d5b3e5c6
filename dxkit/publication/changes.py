"""What of a publication is no longer so: its pages are made again from what there is now, and
everything on them is compared with what was published.
"""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from lxml import html

from dxkit.campaign.project import FACTS, RECORD, Project, Publication
from dxkit.intake.inputs import InputChanges
from dxkit.model.campaign import Campaign, CampaignError
from dxkit.model.facts import Fact, FactKey
from dxkit.period import OpenPeriod
from dxkit.period.opening import open_period
from dxkit.press.manifest import Manifest, outputs_in, versions_in_use
from dxkit.press.run.changed_figures import changes_since, is_same
from dxkit.press.run.made_again import MadeAgain
from dxkit.publication.effects import Effects, FactChange, WordChange
from dxkit.verify.files import places

_MOST_CAUSES = 12
"""Changed files that are tried one by one."""


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
