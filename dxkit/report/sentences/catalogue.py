"""The catalogue of sentences: every sentence that the kit can say, with its condition.

A sentence is one entry in one of the modules gathered here; its words are in ``claim.toml`` under
its key. ``state`` is the only way to make a claim besides choosing from a slot, and it refuses a
false one.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dxkit.model.facts import Claim
from dxkit.report.sentences import (
    sentences_below,
    sentences_of_charts,
    sentences_of_data,
    sentences_of_headlines,
    sentences_of_situation,
)
from dxkit.report.sentences.conditions import Condition
from dxkit.report.sentences.sentence import Filling, Sentence, Slot

SLOTS: tuple[Slot, ...] = (
    *sentences_of_headlines.SLOTS,
    *sentences_of_situation.SLOTS,
    *sentences_below.SLOTS,
    *sentences_of_charts.SLOTS,
    *sentences_of_data.SLOTS,
)
"""All slots, in the order of the page."""
SENTENCES: Mapping[str, Sentence] = MappingProxyType(
    {sentence.key: sentence for place in SLOTS for sentence in place.sentences}
)
RULES: Mapping[str, Condition] = MappingProxyType(
    {key: sentence.when for key, sentence in SENTENCES.items()}
)
"""The condition of every sentence."""


def state(key: str, filling: Mapping[str, Filling], direction: int = 1) -> Claim:
    """The claim that a sentence makes; raises FalseClaimError when it is not true."""
    return SENTENCES[key].claim(filling, direction)
