"""The catalogue of sentences, catalogue.toml: every sentence that the kit can say, when it may, and
the places on a page where it stands.

A claim is made by choosing from a slot, or by ``state``, which refuses a false one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from dxkit.model.choices import look_up
from dxkit.model.facts import Claim, Fact, Reference
from dxkit.report.sentences.conditions import Condition, Facts

Filling = Fact | Reference | Sequence[Reference]
Example = Mapping[str, str | float]
"""Facts as catalogue.toml writes them, by placeholder, and ``direction``: docs/sentences.py."""


class FalseClaimError(ValueError):
    """A sentence was asked for that its facts do not bear out."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, named by its key in claim.toml; printed only ``when`` its facts bear it out.

    ``true`` are facts for which it is printed, all of them needed. ``also`` are changes of them for
    which it is printed too, ``false`` those, just across the border, for which it is not.
    """

    key: str
    when: Condition
    true: Example
    false: tuple[Example, ...] = ()
    also: tuple[Example, ...] = ()

    def claim(self, filling: Mapping[str, Filling], direction: int = 1) -> Claim:
        """What it claims of what fills it; raises FalseClaimError when that is not true."""
        facts = _facts_of(filling)
        if not self.when(facts, direction):
            raise FalseClaimError(f"{self.key} is not true of {facts}")
        references = {
            name: (value,) if isinstance(value, Reference) else tuple(value)
            for name, value in filling.items()
            if not isinstance(value, Fact)
        }
        return Claim(self.key, tuple(facts.items()), tuple(references.items()))


@dataclass(frozen=True, slots=True)
class Slot:
    """One place on the page, in the ``section`` of that name: the first of its sentences that is
    true is printed there, or none. Those that are asked for ``by_key`` are no alternatives: which
    of them is meant no fact tells, but the campaign.
    """

    section: str
    name: str
    sentences: tuple[Sentence, ...]
    by_key: bool = False

    def choose(self, filling: Mapping[str, Filling], direction: int = 1) -> Claim | None:
        """What is printed of these facts and names; None when no sentence is true."""
        facts = _facts_of(filling)
        found = (s for s in self.sentences if s.when(facts, direction))
        sentence = next(found, None)
        return None if sentence is None else sentence.claim(filling, direction)

    def say(self, filling: Mapping[str, Filling], direction: int = 1) -> Iterator[Claim]:
        """The same as none or one."""
        claim = self.choose(filling, direction)
        if claim is not None:
            yield claim


def _facts_of(filling: Mapping[str, Filling]) -> Facts:
    return {name: value for name, value in filling.items() if isinstance(value, Fact)}


def read_slots(text: str) -> Mapping[str, Slot]:
    """The slots of a catalogue by name, in its order."""
    places = [
        (section, name, entry)
        for section, entries in tomllib.loads(text).items()
        for name, entry in entries.items()
    ]
    own: dict[str, list[Sentence]] = {}
    for _, name, entry in places:
        alike, suffix = own.get(entry.get("like"), ()), entry.get("suffix", "")
        own[name] = [replace(sentence, key=sentence.key + suffix) for sentence in alike]
        for key, told in entry.items():
            own[name] += _sentences(key, told) if isinstance(told, dict) else ()
    return MappingProxyType(
        {
            name: Slot(
                section,
                name,
                (*own[name], *own.get(entry.get("then"), ())),
                entry.get("by_key", False),
            )
            for section, name, entry in places
        }
    )


def _sentences(key: str, told: dict[str, Any]) -> Iterator[Sentence]:
    """The sentence of an entry, and those of the same condition."""
    for each in (key, *told.get("same", ())):
        yield Sentence(
            each,
            Condition.parse(told.get("when", "")),
            told.get("true", {}),
            tuple(told.get("false", ())),
            tuple(told.get("also", ())),
        )


SLOTS: Mapping[str, Slot] = read_slots(
    files("dxkit.report.sentences").joinpath("catalogue.toml").read_text("utf-8")
)
"""All slots by name, in the order of the page."""
SENTENCES: Mapping[str, Sentence] = MappingProxyType(
    {sentence.key: sentence for slot in SLOTS.values() for sentence in slot.sentences}
)
"""All sentences by key."""


def state(key: str, filling: Mapping[str, Filling], direction: int = 1) -> Claim:
    """The claim that a sentence makes; raises FalseClaimError when it is not true, UnknownNameError
    for an unknown sentence.
    """
    return look_up("sentence", key, SENTENCES).claim(filling, direction)
