"""Print the catalogue of sentences into docs/<language>/sentences.md: ``python docs/sentences.py``.

What stands above the line of hyphens in these documents is written by hand and stays.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby
from pathlib import Path

from dxkit.campaign.folder import load_campaign
from dxkit.model.facts import Fact, FactKey, Reference, UnitOfMeasure
from dxkit.report.sentences.catalogue import SLOTS, Example, Facts, Filling, Sentence
from dxkit.report.wording.language import load_language
from dxkit.report.wording.sentences import Writer

FOLDER = Path(__file__).resolve().parent
LINE = "\n---\n"
"""Below it a document is printed."""

_UNITS = {
    "%": (UnitOfMeasure.SHARE, 1),
    "pp": (UnitOfMeasure.SHARE_DIFFERENCE, 1),
    "p": (UnitOfMeasure.POINTS, 2),
    "s": (UnitOfMeasure.SCORE, 2),
}
_WRITTEN = re.compile(r"(-?\d+)(\.\d+)?(pp|p|s|%)(?:/(\d))?")


def fact_of(name: str, value: str | float) -> Fact:
    """A fact as an example writes it: a number is a count, "45.6%" a share, "1.2pp" a difference of
    shares, "86.40p" points, "5.30s" a score, "2022-12-31" a day; other text is the reason why it is
    missing. Whole ones are written without decimals; "99.6%/0" tells with how many.
    """
    key = FactKey("2022-Q4", "example", "example", name)
    if not isinstance(value, str):
        return Fact(key, value, UnitOfMeasure.COUNT)
    found = _WRITTEN.fullmatch(value)
    if found:
        whole, part, suffix, told = found.groups()
        unit, decimals = _UNITS[suffix]
        scale = 100 if suffix in ("%", "pp") else 1
        number = float(Decimal(whole + (part or "")) / scale)
        return Fact(key, number, unit, int(told) if told else decimals if part else 0)
    if value[:1].isdigit():
        return Fact(key, date.fromisoformat(value).toordinal(), UnitOfMeasure.DATE)
    return Fact(key, None, UnitOfMeasure.COUNT, missing=value)


def facts_in(example: Example) -> tuple[Facts, int]:
    """The facts of an example, and the direction that is good in it."""
    facts = {
        name: fact_of(name, value)
        for name, value in example.items()
        if name != "direction" and value != ""
    }
    return facts, int(example.get("direction") or 1)


def true_examples(sentence: Sentence) -> list[Example]:
    """All examples for which a sentence is printed, the one of the documents first."""
    return [sentence.true, *({**sentence.true, **change} for change in sentence.also)]


def false_examples(sentence: Sentence) -> list[Example]:
    """All for which it is not: those told beside it, and the first without one of its numbers."""
    needed = [
        name
        for name, value in sentence.true.items()
        if name != "direction" and fact_of(name, value).known
    ]
    told = [{**sentence.true, **change} for change in sentence.false]
    return [*told, *({**sentence.true, name: "no_data"} for name in needed)]


class Printer:
    """Prints the catalogue in one language."""

    def __init__(self, code: str) -> None:
        self.language = load_language(code)
        self.told = tomllib.loads((FOLDER / "sentences.toml").read_text("utf-8"))
        self.titles = self.told["titles"][code]
        self.writers = {name: self._writer(name) for name in self.told["campaigns"].values()}

    def _writer(self, name: str) -> Writer:
        campaign = load_campaign(FOLDER.parent / "data" / "campaigns" / name)
        units = campaign.units.on(campaign.periods[-1].last_day)
        return Writer(campaign, units, self.language)

    def text(self, sentence: Sentence) -> str:
        """The first example of a sentence as a reader sees it."""
        facts, direction = facts_in(sentence.true)
        names = {**self.told["names"]}
        for pattern, others in self.told["others"].items():
            names |= others if re.search(pattern, sentence.key) else {}
        named: dict[str, Filling] = {
            name: [Reference(*text.split("/", 1)) for text in names[name]]
            for name in self.language.placeholders(f"claim.{sentence.key}") - set(facts)
        }
        campaigns = self.told["campaigns"].items()
        campaign = next(name for pattern, name in campaigns if re.search(pattern, sentence.key))
        return self.writers[campaign].plain(sentence.claim({**facts, **named}, direction))

    def sections(self) -> Iterator[str]:
        """The document below its line: a section for each part of a page, a table for each slot;
        what two slots share stands in the first.
        """
        told: set[str] = set()
        for section, slots in groupby(SLOTS.values(), key=lambda slot: slot.section):
            tables = []
            for slot in slots:
                new = [sentence for sentence in slot.sentences if sentence.key not in told]
                tables += [self._table(new)] if new else []
                told |= {sentence.key for sentence in new}
            if tables:
                yield "\n\n".join((f"## {self.titles[section]}", *tables))

    def _table(self, sentences: Iterable[Sentence]) -> str:
        rows = [f"| {self.titles['columns']} |", "|---|---|---|"]
        for sentence in sentences:
            told = f"`{sentence.when}`" if sentence.true else ""
            rows.append(f"| {sentence.key} | {self.text(sentence)} | {told} |")
        return "\n".join(rows)


def printed(document: Path) -> str:
    """A document with the catalogue as it is now, in the language of its folder."""
    by_hand, _, _ = document.read_text("utf-8").partition(LINE)
    sections = Printer(document.parent.name).sections()
    return f"{by_hand}{LINE}\n" + "\n\n".join(sections) + "\n"


def main() -> None:
    """Print it in all languages."""
    for document in sorted(FOLDER.glob("*/sentences.md")):
        document.write_text(printed(document), "utf-8", newline="\n")


if __name__ == "__main__":
    main()
