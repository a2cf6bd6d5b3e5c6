"""Facts over the periods of a series, counted again from what was received in each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise, takewhile

from dxkit.model.campaign import Indicator, IndicatorKind
from dxkit.verify.recount import Recount, rounded
from dxkit.verify.sums import Number, measures_of


def at_hand(r: Recount, unit: str) -> Iterator[Recount]:
    """The period and those before it, back to the first that is not at hand, or has no such
    unit.
    """
    for name, one in zip([r.period.id, *r.past], [r, *r.earlier], strict=False):
        if one.period.id != name or unit not in one.units:
            return
        yield one


def _unbroken(
    r: Recount,
    unit: str,
    number: Callable[[Recount], Number | None],
    alike: Callable[[Recount, Recount], bool],
) -> list[Number]:
    found: list[Number] = []
    newer: Recount | None = None
    for one in at_hand(r, unit):
        told = number(one)
        if told is None or (newer is not None and not alike(one, newer)):
            break
        found.append(told)
        newer = one
    return found


def values(r: Recount, unit: str, i: Indicator) -> list[Number]:
    """The values that can be compared, this period's first: of the same places, or of all."""

    def number(one: Recount) -> Fraction | None:
        return one.sums.value(unit, i) if one.sums.is_measured(unit, i) else None

    def places(one: Recount) -> set[str]:
        return one.sums.tellers(unit, measures_of(i))

    def alike(one: Recount, newer: Recount) -> bool:
        whole = all(each.sums.of(unit, i).is_whole for each in (one, newer))
        return places(one) == places(newer) or (whole or i.kind is IndicatorKind.VALUE)

    return _unbroken(r, unit, number, alike)


def points(r: Recount, unit: str) -> list[Number]:
    """The points by the same targets of the same criteria, of whole figures."""
    if any(i.scoring == "min_max" for i in r.campaign.indicators):
        return []

    def rules(one: Recount) -> list[object]:
        targets = [i for i in one.indicators(unit) if i.scoring.startswith("ratio_to_target")]
        counted = [i.id for i in one.scale(unit) if one.share(unit, i) is not None]
        return [counted, *((i.id, one.target(unit, i)) for i in targets)]

    def alike(one: Recount, newer: Recount) -> bool:
        lacking = one.incomplete(unit) or newer.incomplete(unit)
        return not lacking and rules(one) == rules(newer)

    return _unbroken(r, unit, lambda one: one.total(unit)[0], alike)


def ranks(r: Recount, unit: str) -> list[Number]:
    """The ranks among the same units."""

    def alike(one: Recount, newer: Recount) -> bool:
        return one.ranked(unit) == newer.ranked(unit)

    return _unbroken(r, unit, lambda one: one.ranks(unit).get(unit), alike)


def behind(r: Recount, unit: str, i: Indicator) -> int:
    """How many periods in a row, this one the last, miss their targets."""

    def misses(one: Recount) -> bool:
        return one.sums.is_measured(unit, i) and one.is_met(unit, i) is False

    return len([*takewhile(misses, at_hand(r, unit))])


def steps(numbers: Sequence[Number], sign: int, decimals: int, scale: int = 1) -> int:
    """How often in a row, from the first back, a number is above the next, or below, as written."""
    written = [rounded(float(number) * scale, decimals) for number in numbers]
    gains = ((now - before) * sign for now, before in pairwise(written))
    return len([*takewhile(lambda gain: gain > 0, gains)])


def number(kind: str, row: Sequence[Number], direction: int, decimals: int, scale: int) -> Number:
    """A number that a row of comparable ones tells; raises KeyError where it tells none."""
    if not row or (kind.endswith(("best_before", "worst_before")) and len(row) < 2):
        raise KeyError(kind)
    row, name = (row[1:], kind.removesuffix("_before")) if "_before" in kind else (row, kind)
    if name == "alike":
        return len(row)
    if name in ("best", "worst"):
        return max(row) if (direction > 0) is (name == "best") else min(row)
    return steps(row, 1 if name == "rises" else -1, decimals, scale)


OF_ROW = ("alike", "rises", "falls", "rises_before", "falls_before", "best_before", "worst_before")
OF_RANKS = {
    "ranks_alike": "alike", "rank_best_before": "best_before", "rank_worst_before": "worst_before",
}  # fmt: skip
