"""Claims as sentences of one language: names looked up, numbers as traceable facts."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable

from markupsafe import Markup, escape

from dxkit.model.campaign import Campaign
from dxkit.model.facts import Claim, FactKey, Reference
from dxkit.model.keys import Words
from dxkit.model.text import visible
from dxkit.model.units import Unit, UnitRegistry
from dxkit.report.wording.language import Filling, Language, element

NBSP = "\u00a0"
SERIES = tuple(f"change_{how}_" for how in ("up", "down", "none", "same", "slight", "like"))
"""How the messages begin that are told in one series, parted by semicolons."""


def unit_name(unit: Unit, campaign: Campaign, language: Language, *, starts: bool = True) -> Markup:
    """A unit's name, which no line end parts; what of it is in another language says so."""
    whole = escape(visible(language.unit(unit, starts=starts)).replace(" ", NBSP))
    spoken = next(iter(campaign.names))
    if spoken == language.code:
        return whole
    own = escape(visible(unit.bare_name).replace(" ", NBSP))
    return Markup('<bdi lang="{}">{}</bdi>').format(spoken, own).join(whole.split(own, 1))


class Writer:
    """Writes the claims of one campaign in one language."""

    def __init__(self, campaign: Campaign, units: UnitRegistry, language: Language) -> None:
        self.campaign = campaign
        self.units = units
        self.language = language

    def sentence(self, claim: Claim, *, goes_on: bool = False, follows: bool = False) -> Markup:
        """The claim for the page, as an element that names its message and those of the facts that
        make it true which it does not show (``_unseen``). One that ``goes_on`` ends in a semicolon,
        one that ``follows`` such a one begins small.
        """
        key = f"claim.{claim.message}"
        shown = self.language.placeholders(key)
        unseen = _unseen((name, fact.key) for name, fact in claim.facts if name not in shown)
        facts = element(' data-facts="{}"', unseen) if unseen else Markup("")
        text = self.language.text(key, **self._filling(claim, key, starts=not follows))
        if goes_on:
            text = text.removesuffix(".") + Markup(";")
        return element(
            '<span class="claim" data-claim="{}"{}>{}</span>', claim.message, facts, text
        )

    def plain(self, claim: Claim) -> str:
        """The claim without markup, for alt texts."""
        key = f"claim.{claim.message}"
        return self.language.plain(key, **self._filling(claim, key))

    def paragraph(self, claims: Iterable[Claim]) -> Markup:
        """Several claims one after the other; each sentence is written once, and those that list
        the same of several indicators become one series. Nothing when there is no claim.
        """
        said = list(claims)
        listed = [claim.message.startswith(SERIES) for claim in said]
        sentences = dict.fromkeys(
            self.sentence(claim, goes_on=here and after, follows=before and here)
            for claim, before, here, after in zip(
                said, [False, *listed], listed, [*listed[1:], False], strict=False
            )
        )
        return Markup("<p>{}</p>").format(Markup(" ").join(sentences)) if said else Markup("")

    def name(self, reference: Reference, *, starts: bool = False) -> Markup:
        """What a reference names, written small within a sentence unless it ``starts`` one."""
        campaign, language = self.campaign, self.language
        if reference.kind == "unit":
            unit = self.units.get(reference.id)
            return self._named(reference, unit_name(unit, campaign, language, starts=starts))
        if reference.kind == "former":
            code, _, day = reference.id.partition("/")
            unit = campaign.units.on(datetime.date.fromisoformat(day)).get(code)
            return self._named(reference, unit_name(unit, campaign, language, starts=starts))
        if reference.kind == "period":
            text = language.period(reference.id)
            shown = text[:1].upper() + text[1:] if starts else text
            return self._named(reference, escape(shown), "date")
        if reference.kind == "cell":
            return self._named(reference, escape(reference.id), "place")
        if reference.kind == "trial":
            way, _, of = reference.id.partition("/")
            kind = "unit" if way == "cells" else "short_indicator"
            filling = {"of": self.name(Reference(kind, of))} if of else {}
            key = "cells_of" if way == "cells" and of else way
            return self._named(reference, self.language.text(f"report.trial_{key}", **filling))
        words: dict[str, Callable[[], Words]] = {
            "indicator": lambda: campaign.indicator(reference.id).names,
            "short_indicator": lambda: campaign.indicator(reference.id).short_names,
            "measure": lambda: campaign.measure(reference.id).names,
            "thing": lambda: campaign.measure(reference.id).things,
            "level": lambda: campaign.level(reference.id).names,
            "table": lambda: campaign.tables[reference.id],
            "type": lambda: {language.code: language.type(reference.id)},
            "band": lambda: next(
                band.names for band in campaign.scoring.bands if band.id == reference.id
            ),
            "award": lambda: next(r.names for r in campaign.rewards if r.id == reference.id),
        }
        text = language.name(words[reference.kind]())
        shown = text[:1].upper() + text[1:] if starts else _small(text, reference.kind)
        return self._named(reference, escape(shown))

    @staticmethod
    def _named(reference: Reference, text: Markup, kind: str = "") -> Markup:
        """The name as an element that says what it names."""
        look = element(' class="{}"', kind) if kind else Markup("")
        return element(
            '<span{} data-name="{}/{}">{}</span>', look, reference.kind, reference.id, text
        )

    def names(self, references: Iterable[Reference], *, starts: bool = False) -> Markup:
        """An enumeration: "a, b and c"."""
        written = [
            self.name(reference, starts=starts and not place)
            for place, reference in enumerate(references)
        ]
        if len(written) < 2:
            return Markup("").join(written)
        conjunction = self.language.text("claim.and")
        return Markup(", ").join(written[:-1]) + conjunction + written[-1]

    def _filling(self, claim: Claim, key: str, *, starts: bool = True) -> dict[str, Filling]:
        template = self.language.template(key)
        filling: dict[str, Filling] = dict(claim.facts)
        for placeholder, references in claim.references:
            first = starts and template.startswith("{" + placeholder + "}")
            filling[placeholder] = self.names(references, starts=first)
        return filling


def _unseen(facts: Iterable[tuple[str, FactKey]]) -> str:
    """Facts by their placeholders: ``placeholder=key``, of which the placeholder is left out where
    it is the key's kind, and the key's beginning where it is that of the fact before.
    """
    written, before = [], ""
    for name, key in facts:
        whole = str(key)
        about = whole.removesuffix(key.kind)
        short = key.kind if about == before else whole
        written.append(short if name == key.kind else f"{name}={short}")
        before = about
    return " ".join(written)


def _small(text: str, kind: str) -> str:
    """A name within a sentence; that of a grade or a list keeps its capital, and capitals within
    the first word tell another that does.
    """
    first = text.split(" ", 1)[0]
    if kind in ("band", "award") or any(letter.isupper() for letter in first[1:]):
        return text
    return text[:1].lower() + text[1:]
