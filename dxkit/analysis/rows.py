"""The results as flat rows, one class per data file, with its columns as attributes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dxkit.analysis.scorecard import Analysis
from dxkit.analysis.unit_facts import TOTAL


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """One line of indicators.csv. Shares are fractions; None is an empty field; ``flag`` holds
    the reason of a missing value, else its reservations.
    """

    period: str
    unit_code: str
    unit_name: str
    level: str
    parent_code: str
    indicator: str
    numerator: float | int | None
    denominator: float | int | None
    value: float | int | None
    target: float | None
    attained: float | None
    points: float | None
    flag: str


@dataclass(frozen=True, slots=True)
class RankingRow:
    """One line of ranking.csv; ``group_code`` is the unit inside which the place was given."""

    period: str
    level: str
    group_code: str
    unit_code: str
    unit_name: str
    points: float | None
    rank: int | None
    previous_rank: int | None
    band: str
    award: str


def indicator_rows(analysis: Analysis) -> Iterator[IndicatorRow]:
    """All results, by unit in registry order, then by indicator in the campaign's order."""
    for unit in analysis.units.units:
        scorecard = analysis.scorecard(unit.code)
        for result in analysis.results.of_unit(unit.code):
            value = scorecard.fact(result.indicator.id, "value")
            numerator = scorecard.find(result.indicator.id, "numerator") or value
            denominator = scorecard.find(result.indicator.id, "denominator")
            yield IndicatorRow(
                analysis.period.id,
                unit.code,
                unit.name,
                unit.level,
                unit.parent_code,
                result.indicator.id,
                numerator.value,
                denominator.value if denominator else None,
                value.value,
                result.target.value if result.target else None,
                result.attained,
                result.points,
                value.missing or " ".join(sorted(value.marks)),
            )


def ranking_rows(analysis: Analysis) -> Iterator[RankingRow]:
    """All ranked groups: by level from the top, then group, then place; the unranked come last."""
    order = {level.id: place for place, level in enumerate(analysis.campaign.levels)}
    groups = sorted(analysis.results.groups.items(), key=lambda item: order[item[0][0]])
    for (level, group), members in groups:
        if not analysis.results.group_of(members[0]):
            continue
        totals = [analysis.results.totals[unit.code] for unit in members]
        for total in sorted(totals, key=lambda t: (t.rank is None, t.rank or 0)):
            unit = analysis.units.get(total.unit_code)
            before = analysis.scorecard(unit.code).previous(TOTAL, "rank")
            yield RankingRow(
                analysis.period.id,
                level,
                group,
                unit.code,
                unit.name,
                total.points,
                total.rank,
                int(before.number) if before and before.known else None,
                total.band.id if total.band else "",
                total.award,
            )
