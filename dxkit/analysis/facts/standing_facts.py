"""Facts about a unit's standing beyond its place: progress, certainty, the state of its data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dxkit.analysis.facts.indicator_kinds import FIRST_PERIOD, NOT_RANKED, TOTAL
from dxkit.analysis.facts.maker import FactMaker
from dxkit.analysis.results import Progress
from dxkit.analysis.robustness.ranges import RankRange
from dxkit.model.facts import CellRef, Fact, UnitOfMeasure


def progress_facts(
    maker: FactMaker, progress: Progress | None, first: bool, inputs: tuple[Fact, ...]
) -> Iterator[Fact]:
    """Points gained since the period before by the rules of this one, and the place by them.

    ``first`` tells that there is no period before; ``inputs`` are the points now and the values of
    then.
    """
    points, count = UnitOfMeasure.POINTS, UnitOfMeasure.COUNT
    if progress is None:
        reason = FIRST_PERIOD if first else NOT_RANKED
        yield maker.absent(TOTAL, "progress", points, reason)
        yield maker.absent(TOTAL, "progress_rank", count, reason)
        return
    yield maker.derived(
        TOTAL, "points_before", progress.before, points, 2, "points_by_these_rules", inputs
    )
    yield maker.derived(TOTAL, "progress", progress.gain, points, 2, "difference", inputs)
    yield maker.derived(TOTAL, "progress_rank", progress.rank, count, 0, "competition_rank", inputs)
    yield maker.counted(TOTAL, "progress_ranked", progress.ranked, "count_of_ranked")


def certainty_facts(maker: FactMaker, found: RankRange, points: Fact) -> Iterator[Fact]:
    """The best and the worst place over all trials, and how often the unit is rewarded."""
    count = UnitOfMeasure.COUNT
    for kind, value in (("rank_best", found.best), ("rank_worst", found.worst)):
        yield maker.derived(TOTAL, kind, value, count, 0, "rank_range", (points,), assumed=True)
    yield maker.derived(
        TOTAL,
        "award_draws",
        found.award_draws,
        UnitOfMeasure.SHARE,
        0,
        "share_of_draws",
        (points,),
        assumed=True,
    )


def doubt_facts(
    maker: FactMaker, cells_of_unit: Sequence[CellRef], doubtful: frozenset[CellRef]
) -> Iterator[Fact]:
    """How many of the cells behind the unit's indicators a warning stands against."""
    number = sum(cell in doubtful for cell in cells_of_unit)
    yield maker.counted(TOTAL, "cells", len(cells_of_unit), "count_of_cells")
    yield maker.counted(TOTAL, "cells_doubtful", number, "count_of_cells")


def movement_facts(
    maker: FactMaker, subject: str, value: Fact, earlier: Fact | None, missing: str, target: float
) -> Iterator[Fact]:
    """A count over the whole movement so far, against the target for the movement.

    ``earlier`` is the count of the periods before, None when there are none or when, for the reason
    ``missing``, it is not at hand.
    """
    count = UnitOfMeasure.COUNT
    yield maker.declared(subject, "movement_target", target, count, assumed=True)
    if missing:
        yield maker.absent(subject, "movement_value", count, missing)
        return
    parts = (value,) if earlier is None else (earlier, value)
    numbers = [part.value for part in parts if part.value is not None]
    both = sum(numbers) if len(numbers) == len(parts) else None
    yield maker.derived(subject, "movement_value", both, count, 0, "sum", parts[::-1])
