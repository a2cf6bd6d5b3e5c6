"""A sentence: its condition and its examples; and a slot, the sentences for one place on a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dxkit.model.facts import Claim, Fact, Reference
from dxkit.report.sentences.conditions import ALWAYS, Condition, Facts

Filling = Fact | Reference | Sequence[Reference]
Example = Mapping[str, str | float | None]
"""Facts as they are written down (``examples.fact_of``) by placeholder, and ``direction``, 1 where
it is left out. In a change of an example None takes a fact away.
"""


class FalseClaimError(ValueError):
    """A sentence was asked for that its facts do not bear out."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, named by its key in claim.toml; printed only ``when`` its facts bear it out.

    ``true`` are facts for which it is printed, all of them needed; their text stands in the
    documents. ``also`` are changes of them for which it is printed too, ``false`` those, just
    across the border, for which it is not.
    """

    key: str
    when: Condition = ALWAYS
    true: Example = field(default_factory=dict)
    false: tuple[Example, ...] = ()
    also: tuple[Example, ...] = ()

    def claim(self, filling: Mapping[str, Filling], direction: int = 1) -> Claim:
        """What it claims of what fills it; raises FalseClaimError when that is not true."""
        facts = facts_of(filling)
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
    true is printed there, or nothing. Those that are asked for ``by_key`` are no alternatives:
    which of them is meant no fact tells, but the campaign.
    """

    section: str
    sentences: tuple[Sentence, ...]
    by_key: bool = False

    def choose(self, filling: Mapping[str, Filling], direction: int = 1) -> Claim | None:
        """What is printed of these facts and names; None when no sentence is true."""
        facts = facts_of(filling)
        found = (s for s in self.sentences if s.when(facts, direction))
        sentence = next(found, None)
        return None if sentence is None else sentence.claim(filling, direction)

    def say(self, filling: Mapping[str, Filling], direction: int = 1) -> Iterator[Claim]:
        """The same as none or one."""
        claim = self.choose(filling, direction)
        if claim is not None:
            yield claim


def slot(section: str, *sentences: Sentence) -> Slot:
    """A place on the page and its sentences, the first that is true being printed."""
    return Slot(section, sentences)


def stated(section: str, *sentences: Sentence) -> Slot:
    """Sentences of one place that are asked for by key."""
    return Slot(section, sentences, by_key=True)


def facts_of(filling: Mapping[str, Filling]) -> Facts:
    """The facts among what fills a sentence."""
    return {name: value for name, value in filling.items() if isinstance(value, Fact)}
