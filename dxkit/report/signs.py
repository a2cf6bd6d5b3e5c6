"""Reservations on numbers where there is no page to show them: their signs, and what these mean."""

from __future__ import annotations

from collections.abc import Iterable

from dxkit.model.facts import Fact
from dxkit.period import OpenPeriod
from dxkit.report.context import Context
from dxkit.report.tracing import PageLanguage
from dxkit.report.wording.language import IN_SENTENCES, SIGNS, Language


class SignedLanguage(PageLanguage):
    """Remembers which numbers were written; those in sentences are followed by their signs."""

    def number(
        self, fact: Fact, *, signless: bool = False, signed: bool = False, bare: bool = False
    ) -> str:
        """The number as a reader sees it."""
        text = super().number(fact, signless=signless, signed=signed, bare=bare)
        if not fact.known:
            return text
        self.facts[fact.key] = fact
        return text + signs_of(self.marks(fact) & {*IN_SENTENCES})

    def plain_number(self, fact: Fact, *, signed: bool = False) -> str:
        """The number without signs, which stand elsewhere."""
        if fact.known:
            self.facts[fact.key] = fact
        return super().number(fact, signed=signed)

    def meaning(self, marks: Iterable[str]) -> str:
        """What signs mean; nothing where there is none."""
        return " ".join(self.plain(f"trace.legend_{mark}") for mark in SIGNS if mark in {*marks})


def signs_of(marks: Iterable[str]) -> str:
    """The signs of reservations, in their order."""
    return "".join(sign for mark, sign in SIGNS.items() if mark in {*marks})


class SignedContext(Context):
    """A unit, told in such a language."""

    language: SignedLanguage

    def __init__(self, opened: OpenPeriod, unit_code: str, language: Language) -> None:
        super().__init__(opened, unit_code, language.code)
        of = self.language
        self.language = self.writer.language = SignedLanguage(of, of.stocks, of.revised)
