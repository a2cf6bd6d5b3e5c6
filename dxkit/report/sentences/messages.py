"""What short messages say of a unit, where there is room for a few sentences only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dxkit.model.facts import TOTAL, Claim
from dxkit.report.sentences.catalogue import SLOTS, state
from dxkit.report.sentences.headlines import AWARDS, CHANGES, LACKING, TARGETS, headlines
from dxkit.report.sentences.next_steps import next_steps
from dxkit.report.sentences.unit_view import View


@dataclass(frozen=True, slots=True)
class Thought:
    """One thing to say: the ``ways`` to say it, the fullest first, and what ``follows`` in order
    once it is said. A ``step`` is told only if all before it are: the first matters most.
    """

    ways: tuple[Claim, ...]
    follows: tuple[Claim, ...] = ()
    step: bool = False


def thoughts(view: View) -> Iterator[Thought]:
    """What there is to say of a unit, most important first: where it stands, rewards, targets, what
    to do first, change, and what else to do.
    """
    told = [*headlines(view)]
    steps = zip(next_steps(view), next_steps(view, located=False), strict=True)
    to_do = [Thought((full, brief), tuple(more), step=True) for (full, *more), (brief, *_) in steps]
    changes = [claim for claim in told if claim.message in CHANGES]
    for claim in told:
        if claim not in changes:
            short = _standing(view) if claim is told[0] else _briefly(view, claim)
            yield Thought((claim, *short))
    yield from (*to_do[:1], *(Thought((claim,)) for claim in changes), *to_do[1:])


def _standing(view: View) -> Iterator[Claim]:
    """Where a unit stands, in short."""
    return SLOTS["message"].say(view.told(TOTAL, "points max_points rank ranked", "unit period"))


def _briefly(view: View, claim: Claim) -> Iterator[Claim]:
    """Another headline, in short."""
    if claim.message in TARGETS and "_part" not in claim.message:
        counted = view.known_kinds(TOTAL, "targets", "targets_known", "targets_met")
        yield from SLOTS["message_targets"].say(counted)
    elif claim.message in AWARDS:
        key = "message_award_next" if claim.message.endswith("_next") else "message_award"
        yield state(key, dict(claim.facts) | dict(claim.references))
    elif claim.message in LACKING:
        yield from SLOTS["message_figures_lacking"].say(dict(claim.facts))
