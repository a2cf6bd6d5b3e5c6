"""Sentences that say "most", "first" or "furthest": whether no other number goes beyond theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from dxkit.model.campaign import Indicator
from dxkit.model.facts import FactKey
from dxkit.verify.sums import Number
from tests.oracles.reached import least_share_known
from tests.oracles.second_path import Again

Keys = Mapping[str, FactKey]
_REACHED_BY_THE_WHOLE = frozenset({
    "below_whole_met", "below_nothing", "next_below", "next_nothing",
    "picture_targets_met", "picture_targets_close", "picture_targets_equal",
})  # fmt: skip


class Superlatives:
    """Judges the superlatives of one period's sentences."""

    def __init__(self, again: Again) -> None:
        self.again = again

    def hold(self, message: str, keys: Keys) -> bool:
        """Whether every superlative of a sentence is one; true of a sentence without any."""
        return all(round(own, 12) == round(best, 12) for own, best in self._pairs(message, keys))

    def _pairs(self, message: str, keys: Keys) -> Iterator[tuple[float, float]]:
        """A number that is said to be extreme, and the extreme one."""
        if message in _REACHED_BY_THE_WHOLE:
            share = least_share_known(self.again, next(iter(keys.values())).unit)
            yield min(share, 0.5), 0.5  # half of the units below at least must have figures
        if message in ("below_spread", "points_spread", "picture_ranked"):
            low, high = ("least", "greatest") if message == "picture_ranked" else ("worst", "best")
            sign = self._direction(keys[high]) if message == "below_spread" else 1
            for name, towards in ((high, sign), (low, -sign)):
                beside = self._beside(keys[name])
                yield towards * self._number(keys[name]), max(towards * n for n in beside)
        elif message.startswith("next_step_") and "first" in keys:
            names = [name for name in ("first", "second", "third") if name in keys]
            greatest = sorted(self._beside(keys["first"]), reverse=True)
            for name, best in zip(names, greatest, strict=False):
                yield self._number(keys[name]), best
        elif message == "picture_gap":
            yield self._number(keys["most"]), max(self._beside(keys["most"]))
        elif message.startswith(("group_", "type_")) and "gap" in keys:
            lower = [key for name, key in keys.items() if name.startswith("lower_")]
            higher = [key for name, key in keys.items() if name.startswith("higher_")]
            told = lower or higher
            if told:
                yield abs(self._number(keys["gap"])), max(abs(self._number(k)) for k in told)
        elif message.startswith("strength") and message != "strength_unknown":
            yield from self._strength(message, keys)
        elif message.startswith(("headline_growth", "headline_both")):
            changes = list(self._of_unit(keys["change"], "change", _is_ratio))
            yield self._number(keys["change"]), max(changes)
            if message.startswith("headline_both"):
                yield -self._number(keys["fall"]), max(-n for n in changes)
        elif message.startswith(("headline_targets_", "next_open", "verdict_targets")):
            yield self._coverage(keys)
        elif message.startswith("picture_targets"):
            gaps = list(self._of_unit(keys["gap"], "gap", _is_rising_ratio))
            yield -self._number(keys["gap"]), max(-n for n in gaps)

    def _coverage(self, keys: Keys) -> tuple[float, float]:
        """The share of the units below that are said to have figures, and the smallest such share
        behind a target that is judged.
        """
        told = 1.0
        if "children_known" in keys:
            told = self._number(keys["children_known"]) / self._number(keys["children"])
        return told, least_share_known(self.again, keys["targets_known"].unit)

    def _strength(self, message: str, keys: Keys) -> Iterator[tuple[float, float]]:
        """The places named are the best, of those that are not the last, or of the others the
        nearest to the bottom; and none that is so is left out.
        """
        unit = next(iter(keys.values())).unit
        found = [
            (float(rank), float(ranked))
            for indicator in self.again.indicators(unit)
            if (rank := self._kind(unit, indicator, "rank")) is not None
            and (ranked := self._kind(unit, indicator, "ranked") or 0) > 1
        ]
        if message == "strength_even":
            yield float(len(set(found))), 1.0
            return
        first = min((rank for rank, ranked in found if rank < ranked), default=0)
        right = {(rank, ranked) for rank, ranked in found if rank == first < ranked}
        if message.startswith("strength_worst"):
            others = set(found) - right
            behind = min((ranked - rank for rank, ranked in others), default=0)
            right = {(rank, ranked) for rank, ranked in others if ranked - rank == behind}
        ends = [name.removeprefix("rank_") for name in keys if name.startswith("rank_")]
        told = {(self._number(keys[f"rank_{n}"]), self._number(keys[f"ranked_{n}"])) for n in ends}
        yield float(len(told ^ right)), 0.0

    def _kind(self, unit: str, indicator: Indicator, kind: str) -> Number:
        return self.again.number(FactKey(self.again.period.id, unit, indicator.id, kind))

    def _number(self, key: FactKey) -> float:
        return float(self.again.number(key) or 0)

    def _direction(self, key: FactKey) -> int:
        found = (i.direction for i in self.again.campaign.indicators if i.id == key.subject)
        return next(found, 1)

    def _beside(self, key: FactKey) -> list[float]:
        """The same number of all units beside the fact's own."""
        again = self.again
        indicator = next((i for i in again.campaign.indicators if i.id == key.subject), None)
        found = []
        for unit in again.children(again.units.get(key.unit).parent_code):
            if indicator is None or again.sums.is_measured(unit, indicator):
                number = again.number(FactKey(key.period, unit, key.subject, key.kind))
                if number is not None:
                    found.append(float(number))
        return found

    def _of_unit(
        self, key: FactKey, kind: str, wanted: Callable[[Indicator], bool]
    ) -> Iterator[float]:
        """The same kind of number of all the unit's indicators that are meant."""
        again = self.again
        for indicator in again.indicators(key.unit):
            if wanted(indicator):
                try:
                    number = again.number(FactKey(key.period, key.unit, indicator.id, kind))
                except KeyError:
                    continue  # the indicator is not compared
                if number is not None:
                    yield float(number)


def _is_ratio(indicator: Indicator) -> bool:
    return indicator.kind == "ratio"


def _is_rising_ratio(indicator: Indicator) -> bool:
    return indicator.kind == "ratio" and indicator.direction > 0
