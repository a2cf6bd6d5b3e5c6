"""Which facts a unit has of all indicators together: its points and its place."""

from __future__ import annotations

from collections.abc import Iterator

from dxkit.analysis.facts.indicator_kinds import (
    FIRST_PERIOD,
    NOT_RANKED,
    OTHER_UNITS,
    POINT_DECIMALS,
    TOTAL,
)
from dxkit.analysis.facts.maker import FactMaker
from dxkit.analysis.totals import EXCLUDED, Total
from dxkit.model.facts import Fact, FactKey, UnitOfMeasure
from dxkit.model.rules import RankingRule, ScoringRule


def why_no_rank(total: Total) -> str:
    """Why a unit has no place: nothing to rank, a decision, or a condition it falls below."""
    if total.points is None:
        return NOT_RANKED
    return total.unranked if total.unranked == EXCLUDED else f"below_{total.unranked}"


def total_points_fact(
    maker: FactMaker, total: Total, points: tuple[Fact, ...], scoring: ScoringRule
) -> Fact:
    """The points over all indicators; ``points`` are those of each."""
    return maker.derived(
        TOTAL,
        "points",
        total.points,
        UnitOfMeasure.POINTS,
        POINT_DECIMALS,
        "sum_of_points",
        points,
        missing=total.missing,
        assumed=scoring.assumed,
    )


def rank_fact(
    maker: FactMaker,
    total: Total,
    points: Fact,
    points_of_group: tuple[FactKey, ...],
    ranking: RankingRule,
) -> Fact:
    """The place by ``points`` among the totals whose keys are ``points_of_group``."""
    return Fact(
        maker.key(TOTAL, "rank"),
        total.rank,
        UnitOfMeasure.COUNT,
        0,
        "competition_rank",
        points_of_group,
        points.sources,
        "" if total.rank is not None else why_no_rank(total),
        points.marks | ({"assumed"} if ranking.assumed else set()),
    )


def total_facts(
    maker: FactMaker,
    total: Total,
    points: Fact,
    points_of_indicators: tuple[Fact, ...],
    rank: Fact | None,
    previous_rank: Fact | None,
    scoring: ScoringRule,
    *,
    same_units: bool,
) -> Iterator[Fact]:
    """Everything about the total of one unit.

    ``rank`` is None when it is not ranked; ``previous_rank`` its place a period ago, None in the
    first period. Places are compared only when the ``same_units`` were ranked both times.
    """
    count = UnitOfMeasure.COUNT
    yield points
    yield maker.declared(
        TOTAL,
        "max_points",
        scoring.total_points,
        UnitOfMeasure.POINTS,
        assumed=scoring.assumed,
    )
    yield maker.derived(
        TOTAL, "covered", total.covered, UnitOfMeasure.SHARE, 0, "covered_points", ()
    )
    number = len(total.lacking)
    yield maker.counted(TOTAL, "figures_lacking", number, "count_of_lacking")
    if scoring.bonus:
        yield maker.derived(
            TOTAL,
            "bonus",
            total.bonus,
            UnitOfMeasure.POINTS,
            POINT_DECIMALS,
            "sum_of_bonus",
            points_of_indicators,
            assumed=scoring.assumed,
        )
    if rank is None:
        return
    yield rank
    yield maker.counted(TOTAL, "ranked", total.ranked, "count_of_ranked")
    if total.rank is not None:
        yield maker.counted(TOTAL, "rank_shared", total.sharing, "count_of_ranked")
    if previous_rank is None:
        yield maker.absent(TOTAL, "rank_change", count, FIRST_PERIOD)
        return
    yield previous_rank
    gained = None
    if rank.value is not None and previous_rank.value is not None:
        if not same_units:
            yield maker.absent(TOTAL, "rank_change", count, OTHER_UNITS)
            return
        gained = previous_rank.value - rank.value
    yield maker.derived(
        TOTAL, "rank_change", gained, count, 0, "places_gained", (rank, previous_rank)
    )
