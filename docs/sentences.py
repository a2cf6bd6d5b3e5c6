"""Print the catalogue of sentences into docs/<language>/sentences.md: ``python docs/sentences.py``.

What stands above the line of hyphens in these documents is written by hand and stays.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from dxkit.campaign.folder import load_campaign
from dxkit.model.facts import Reference
from dxkit.report.sentences.catalogue import SLOTS, Filling, Sentence
from dxkit.report.sentences.examples import facts_in
from dxkit.report.wording.language import load_language
from dxkit.report.wording.sentences import Writer

FOLDER = Path(__file__).resolve().parent
LINE = "\n---\n"
"""Below it a document is printed."""


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
