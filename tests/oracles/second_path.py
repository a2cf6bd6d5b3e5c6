"""The recount that ``verify`` makes, asked as the judges of sentences ask it."""

from __future__ import annotations

from fractions import Fraction

from dxkit.model.campaign import Campaign, Indicator
from dxkit.model.facts import FactKey
from dxkit.model.observations import Received
from dxkit.verify.kinds import decisions, number_of
from dxkit.verify.recount import Decisions, Recount
from dxkit.verify.sums import Number, Sums


class Again(Recount):
    """One period counted again."""

    before: Again | None

    def number(self, key: FactKey) -> Number | None:
        """The number of a fact, None when there is none; raises KeyError for an unknown key."""
        return number_of(self, key)

    def value(self, unit: str, indicator: Indicator) -> Fraction | None:
        """The value of a unit; None for a unit that there was not."""
        return self.sums.value(unit, indicator)

    def decisions(self, unit: str) -> dict[str, Decisions]:
        """What each reward in force decides about the units ranked inside this one."""
        return decisions(self, unit)

    def rank(self, unit: str) -> int | None:
        """The unit's rank."""
        return self.ranks(unit).get(unit)

    def shared(self, unit: str) -> int | None:
        """How many units have the unit's rank, itself among them."""
        own = self.rank(unit)
        return list(self.ranks(unit).values()).count(own) if own else None


def made_again(campaign: Campaign, received: Received, *earlier: Received | None) -> Again:
    """The period and those before it, the nearest first."""
    at_hand = [each for each in earlier if each is not None]
    before = made_again(campaign, *at_hand) if at_hand else None
    return Again(Sums(campaign, received), (before, *before.earlier) if before else ())
