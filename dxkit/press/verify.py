"""Proof: the finished pages are opened again and every number is compared with the raw files."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from pathlib import Path

from dxkit.analysis.scorecard import Analysis
from dxkit.intake.campaign_folder import load_campaign
from dxkit.intake.intake import read_period
from dxkit.intake.project import Project
from dxkit.model.facts import Fact, FactKey
from dxkit.press.verify_annexes import compare_document, compare_workbook
from dxkit.story.messages import Language, load_language

_FACT = re.compile(
    r"<data\b(?P<data>[^>]*)>(?P<text>[^<]*)</data>"
    r"|<g\b(?P<drawn>[^>]*data-fact[^>]*)>\s*<text[^>]*>(?P<drawn_text>[^<]*)</text>"
)
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Difference:
    """One number on a page that cannot be proved."""

    page: str
    fact: str
    shown: str
    expected: str


@dataclass(frozen=True)
class Verification:
    """How many numbers were compared on how many pages, and what differs."""

    pages: int
    facts: int
    differences: tuple[Difference, ...]


def verify_period(project: Project, campaign_id: str, period_id: str) -> Verification:
    """Read the raw workbooks anew, past any store, and compare every number on every page of a
    unit: its unrounded value, and the text in one of the kit's languages.
    """
    campaign = load_campaign(project.campaign_folder(campaign_id))
    references = project.raw_folder(campaign_id)
    before = campaign.previous_period(period_id)
    previous = None
    if before is not None and before.id in project.periods_with_raw(campaign):
        folder = project.period_folder(campaign_id, before.id)
        previous = read_period(campaign, before.id, folder, references)
    received = read_period(
        campaign, period_id, project.period_folder(campaign_id, period_id), references, previous
    )
    analysis = Analysis(campaign, received, previous)
    folder = project.output_folder(campaign_id, period_id)
    pages = sorted(p for p in folder.rglob("*.html") if "returned" not in p.parts)
    differences: list[Difference] = []
    compared = 0
    for page in pages:
        number, found = _compare(page, page.relative_to(folder).as_posix(), analysis)
        compared += number
        differences += found
    annexes = [*folder.glob("league.xlsx"), *sorted(folder.rglob("*.docx"))]
    for annex in annexes:
        number, found = _compare_annex(annex, annex.relative_to(folder).as_posix(), analysis)
        compared += number
        differences += found
    return Verification(len(pages) + len(annexes), compared, tuple(differences))


def _compare_annex(path: Path, name: str, analysis: Analysis) -> tuple[int, list[Difference]]:
    def find(key: str) -> Fact | None:
        return _fact(key, analysis)

    if path.suffix == ".docx":
        number, found = compare_document(path, find)
    else:
        number, found = compare_workbook(path, find)
    return number, [Difference(name, m.fact, m.shown, m.expected) for m in found]


def _compare(page: Path, name: str, analysis: Analysis) -> tuple[int, list[Difference]]:
    text = page.read_text("utf-8")
    lang = re.search(r'<html lang="(\w+)"', text)
    language = load_language(lang[1] if lang else "vi")
    differences = []
    number = 0
    for match in _FACT.finditer(text):
        attributes = dict(_ATTRIBUTE.findall(match["data"] or match["drawn"]))
        shown = html.unescape(match["text"] if match["data"] else match["drawn_text"])
        key = attributes.get("data-fact", "")
        value = attributes.get("value") or attributes.get("data-value", "")
        number += 1
        fact = _fact(key, analysis)
        if fact is None or not fact.known:
            differences.append(Difference(name, key, shown, "–"))
        elif value != repr(fact.value) or shown not in _writings(fact, language):
            expected = f"{language.number(fact)} ({fact.value!r})"
            differences.append(Difference(name, key, f"{shown} ({value})", expected))
    return number, differences


def _fact(key: str, analysis: Analysis) -> Fact | None:
    try:
        parsed = FactKey.parse(html.unescape(key))
    except ValueError:
        return None
    return analysis.find(parsed)


def _writings(fact: Fact, language: Language) -> set[str]:
    return {
        language.number(fact),
        language.number(fact, signless=True),
        language.number(fact, signed=True),
    }
