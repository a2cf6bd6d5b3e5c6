"""The sentences of a finished page: their words, their names, and their truth, all over again."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterator

from dxkit.model.facts import FactKey
from dxkit.model.keys import Words
from dxkit.report.sentences.catalogue import SENTENCES
from dxkit.report.wording.language import load_language
from dxkit.report.wording.sentences import SERIES
from tests.oracles.compare import Difference, PageProof
from tests.oracles.names_in_sentences import NamesInSentences
from tests.oracles.page_tree import Element
from tests.oracles.proved import proved_fact
from tests.oracles.superlatives import Superlatives
from tests.oracles.writing import TYPES, name_of_unit


class SentenceProof:
    """The names and sentences of one page."""

    def __init__(self, proof: PageProof) -> None:
        self.proof = proof
        self.again = proof.again
        self.language = load_language(proof.language)
        self.names = NamesInSentences(proof)
        self.superlatives = Superlatives(proof.again)

    def check(self) -> Iterator[Difference]:
        """Everything that is wrong with the page's names and sentences."""
        for element in self.proof.root.walk():
            if "data-name" in element.attributes:
                yield from self._name(element)
            if "data-claim" in element.attributes:
                yield from self._sentence(element)

    # names -------------------------------------------------------------------------------

    def _name(self, element: Element) -> Iterator[Difference]:
        kind, _, identity = element.attributes["data-name"].partition("/")
        try:
            expected = self._written(kind, identity)
        except (KeyError, ValueError, StopIteration):
            expected = "–"
        if _small(element.text) != _small(expected):
            yield self.proof.differ(f"{kind}/{identity}", element.text, expected)
        elif kind == "unit" and identity not in self.proof.allowed | self._tied(element):
            yield self.proof.differ(f"{kind}/{identity}", element.text, self.proof.unit)

    def _tied(self, element: Element) -> set[str]:
        """Beside whom a sentence on a shared place may name: those who share it."""
        said = element.parent.attributes.get("data-claim", "") if element.parent else ""
        return self.names.tied(self.proof.unit) if said == "rank_tied" else set()

    def _written(self, kind: str, identity: str) -> str:
        campaign = self.again.campaign
        if kind == "unit":
            unit = self.again.units.get(identity)
            return name_of_unit(unit.name, unit.type, self.language.code)
        if kind == "period":
            return self.language.period(identity)
        if kind == "cell":
            return identity
        if kind == "trial":
            way, _, of = identity.partition("/")
            template = self.language.template(
                f"report.trial_{way}{'_of' * (way == 'cells' and bool(of))}"
            )
            if not of:
                return template
            name = self._written(_TRIED[way], of)
            is_type_first = way == "without" or self.language.code == "vi"
            return template.replace("{of}", _small(name) if is_type_first else name)
        if kind == "type":
            return TYPES[identity] if self.language.code == "en" else identity
        names: dict[str, Callable[[], Words]] = {
            "indicator": lambda: campaign.indicator(identity).names,
            "short_indicator": lambda: campaign.indicator(identity).short_names,
            "measure": lambda: campaign.measure(identity).names,
            "thing": lambda: campaign.measure(identity).things,
            "level": lambda: campaign.level(identity).names,
            "table": lambda: campaign.tables[identity],
            "band": lambda: next(b.names for b in campaign.scoring.bands if b.id == identity),
            "award": lambda: next(r.names for r in campaign.rewards if r.id == identity),
        }
        words = names[kind]()
        return words.get(self.language.code) or next(iter(words.values()))

    # sentences ---------------------------------------------------------------------------

    def _sentence(self, element: Element) -> Iterator[Difference]:
        message = element.attributes["data-claim"]
        shown = element.text
        if message not in SENTENCES or message not in self.language.sections["claim"]:
            yield self.proof.differ(message, shown, "–")
            return
        template = self.language.template(f"claim.{message}")
        filled = self._filled(element, template)
        try:
            keys = self._keys(element, filled or {})
            facts = {name: proved_fact(self.again, key) for name, key in keys.items()}
        except (KeyError, ValueError):
            filled = None
        if filled is None:
            yield self.proof.differ(message, shown, template)
            return
        subject = next(iter(keys.values())).subject if keys else ""
        indicator = next((i for i in self.again.campaign.indicators if i.id == subject), None)
        is_true = SENTENCES[message].when(facts, indicator.direction if indicator else 1)
        if not is_true or not self.superlatives.hold(message, keys):
            yield self.proof.differ(message, shown, "–")
        yield from self._references(element, filled, keys)

    def _filled(self, element: Element, template: str) -> dict[str, list[Element]] | None:
        """What fills each placeholder; None when the words are not those of the template."""
        inside = [child for child in element.children if isinstance(child, Element)]
        written = "".join(
            child if isinstance(child, str) else _SIGNS[_sort(child)] for child in element.children
        )
        if element.attributes["data-claim"].startswith(SERIES) and written.endswith(";"):
            written = written[:-1] + "."
        conjunction = re.escape(self.language.template("claim.and"))
        pattern = ""
        names = []
        for literal, name, _, _ in string.Formatter().parse(template):
            pattern += re.escape(literal)
            if name:
                names.append(name)
                pattern += f"(N(?:(?:, N)*{conjunction}N)?|F|M)".translate(_TO_SIGNS)
        found = re.fullmatch(pattern, written)
        if found is None:
            return None
        filled: dict[str, list[Element]] = {}
        for name, text in zip(names, found.groups(), strict=True):
            number = sum(text.count(sign) for sign in _SIGNS.values())
            filled[name], inside = inside[:number], inside[number:]
        return filled

    def _keys(self, element: Element, filled: dict[str, list[Element]]) -> dict[str, FactKey]:
        """The facts by placeholder: those shown, and those named apart."""
        found = {name: FactKey.parse(key) for name, key in element.unseen().items()}
        for name, elements in filled.items():
            if "data-fact" in elements[0].attributes:
                found[name] = FactKey.parse(elements[0].attributes["data-fact"])
        return found

    def _references(
        self, element: Element, filled: dict[str, list[Element]], keys: dict[str, FactKey]
    ) -> Iterator[Difference]:
        """The names in a sentence are those of its facts."""
        message = element.attributes["data-claim"]
        for name, elements in filled.items():
            if "data-name" not in elements[0].attributes:
                continue
            named = [e.attributes["data-name"].partition("/")[2] for e in elements]
            expected = self.names.expected(message, name, keys, set(named))
            if not expected or set(named) != expected or len(set(named)) < len(named):
                shown = ", ".join(sorted(expected)) if expected else "–"
                yield self.proof.differ(name, element.text, shown)


_TRIED = {"without": "short_indicator", "cells": "unit"}
"""What trials leave out, by their names."""
_SIGNS = {"N": "\ue000", "F": "\ue001", "M": "\ue002"}
"""Signs that stand for a name, a fact and a missing fact while the words are compared."""
_TO_SIGNS = str.maketrans(_SIGNS)


def _sort(element: Element) -> str:
    if "data-fact" in element.attributes:
        return "F"
    return "N" if "data-name" in element.attributes else "M"


def _small(text: str) -> str:
    first = text.split(" ", 1)[0]
    return text if first[1:] != first[1:].lower() else text[:1].lower() + text[1:]
