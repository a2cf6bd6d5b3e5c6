"""The words of a page that are no sentence of the kit's: each must be one of its own or a name."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator
from functools import cached_property

from dxkit.report.wording.language import load_language
from dxkit.verify.compare import Difference, PageProof
from dxkit.verify.page_tree import Element

_APART = frozenset({"place", "raw", "date", "name", "document", "fact"})
_SKIPPED = frozenset({"script", "style", "svg", "head"})
_PARTING = re.compile(r"[.:;,()/–▲●]+")


class WordingProof:
    """The free words of one page."""

    def __init__(self, proof: PageProof) -> None:
        self.proof = proof
        self.language = load_language(proof.language)

    def check(self) -> Iterator[Difference]:
        """Words that nobody can have written but a hand from outside, and labels that tell those
        who do not see the page another thing than it shows.
        """
        body = next(iter(self.proof.root.find_all("body")), self.proof.root)
        waiting = [body]
        while waiting:
            element = waiting.pop()
            if element.tag in _SKIPPED or element.classes & _APART or _is_description(element):
                continue
            if {"data-claim", "data-said", "data-name", "data-fact"} & set(element.attributes):
                continue
            for child in element.children:
                if isinstance(child, Element):
                    waiting.append(child)
                else:
                    for piece in _pieces(child):
                        if not self._is_known(piece):
                            yield self.proof.differ("words", piece, "–")
        for element in body.walk():
            yield from self._label(element)

    def _label(self, element: Element) -> Iterator[Difference]:
        label = element.attributes.get("aria-label", "")
        caption = next((e.text for e in element.find_all("caption")), None)
        if element.tag == "div" and caption is not None and label and label != caption:
            yield self.proof.differ("aria-label", label, caption)
        for name in ("aria-label", "alt", "title"):
            for piece in _pieces(element.attributes.get(name, "")):
                if not self._is_known(piece):
                    yield self.proof.differ(name, piece, "–")

    def _is_known(self, piece: str) -> bool:
        """One of the kit's texts or names, or one after the other."""
        known = self._known
        if piece in known:
            return True
        places = (i for i, letter in enumerate(piece) if letter == " ")
        return any(piece[:i] in known and piece[i + 1 :] in known for i in places)

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(piece for text in self._texts() for piece in _pieces(text))

    def _texts(self) -> Iterator[str]:
        again, campaign = self.proof.again, self.proof.again.campaign
        for texts in self.language.sections.values():
            for text in texts.values():
                for literal, _, _, _ in string.Formatter().parse(text):
                    yield literal
        named = [campaign.names, campaign.organiser, *campaign.legal_basis]
        named += campaign.tables.values()
        named += [level.names for level in campaign.levels]
        named += [band.names for band in campaign.scoring.bands]
        named += [rule.names for rule in campaign.rewards]
        for indicator in campaign.indicators:
            named += [indicator.names, indicator.short_names]
        for measure in campaign.measures:
            named += [measure.names, measure.things]
        for words in named:
            for text in words.values():
                yield from (text, text.upper(), text[:1].lower() + text[1:])
        for code in self.proof.allowed:
            name = again.units.get(code).name
            yield from (name, name[:1].lower() + name[1:])


def _is_description(element: Element) -> bool:
    """Whether it tells a chart's data, which is compared with their table."""
    inside = (above for above in element.above() if above.tag == "figure")
    return any(element.attributes.get("id") == f"{f.attributes.get('id')}-text" for f in inside)


def _pieces(text: str) -> Iterable[str]:
    """The text cut at its punctuation, without what holds no letter."""
    for piece in _PARTING.split(text):
        words = " ".join(piece.split()).strip(" …*+-\"'")
        if any(c.isalpha() for c in words):
            yield words
