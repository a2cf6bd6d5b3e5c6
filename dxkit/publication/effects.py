"""All facts of a period, as a publication keeps them, and what is otherwise than in one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from dxkit.campaign.project import Publication
from dxkit.intake.versions.inputs import InputChanges
from dxkit.model.facts import Fact, FactKey
from dxkit.period import OpenPeriod
from dxkit.report.wording.language import Language
from dxkit.workbooks.csv_text import write_rows


def facts_of(opened: OpenPeriod, units: list[str]) -> Iterator[Fact]:
    """All facts about the units that the plan knows and those directly below ``units``."""
    open_levels = {level.id for level in opened.campaign.levels if level.open}
    known = {*units}
    for unit in opened.analysis.units.units:
        if unit.level not in open_levels or known & {unit.code, unit.parent_code}:
            yield from opened.analysis.scorecard(unit.code).facts.values()


def row_of(fact: Fact) -> tuple[str, str]:
    """A fact's value as Python writes it, and why it has none."""
    return "" if fact.value is None else repr(fact.value), fact.missing


def write_facts(opened: OpenPeriod, units: list[str], path: Path) -> None:
    """Each fact with its unrounded value, or the reason why there is none."""
    rows = ((str(f.key), f.value, f.missing) for f in facts_of(opened, units))
    write_rows(path, ("fact", "value", "missing"), rows)


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
