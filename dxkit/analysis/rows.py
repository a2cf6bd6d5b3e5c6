"""The results as flat rows, one class per data file, with its columns as attributes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dxkit.analysis.analysis import Analysis


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
    """One line of ranking.csv; ``group_code`` is the unit inside which the rank was given."""

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


@dataclass(frozen=True, slots=True)
class AwardRow:
    """One line of awards.csv: what a reward rule decides about one unit, and the reason."""

    period: str
    level: str
    group_code: str
    rule: str
    unit_code: str
    unit_name: str
    rank: int
    awarded: bool
    reason: str


@dataclass(frozen=True, slots=True)
class RankRangeRow:
    """One line of rank_ranges.csv: the rank of a unit, the best and the worst over all trials and
    over each kind of trial, and the share of draws in which the unit is rewarded.
    """

    period: str
    level: str
    group_code: str
    unit_code: str
    unit_name: str
    rank: int
    best: int
    worst: int
    indicators_best: int
    indicators_worst: int
    weights_best: int
    weights_worst: int
    cells_best: int
    cells_worst: int
    rounding_best: int
    rounding_worst: int
    award_draws: float


_ENDS = ((0, "best"), (1, "worst"))


def indicator_rows(analysis: Analysis) -> Iterator[IndicatorRow]:
    """All results, by unit in registry order, then by indicator in the campaign's order."""
    for unit in analysis.units.units:
        for result in analysis.results.of_unit(unit.code):
            subject = result.indicator.id
            value = analysis.facts.get(unit.code, subject, "value")
            numerator = analysis.facts.find(unit.code, subject, "numerator") or value
            denominator = analysis.facts.find(unit.code, subject, "denominator")
            yield IndicatorRow(
                analysis.period.id, unit.code, unit.name, unit.level, unit.parent_code, subject,
                numerator.value, denominator.value if denominator else None, value.value,
                result.target.value if result.target else None, result.attained, result.points,
                value.missing or " ".join(sorted(value.marks)),
            )  # fmt: skip


def ranking_rows(analysis: Analysis) -> Iterator[RankingRow]:
    """All ranked groups: by level from the top, then group, then rank; the unranked come last."""
    order = {level.id: depth for depth, level in enumerate(analysis.campaign.levels)}
    previous = analysis.previous.results.totals if analysis.previous else {}
    groups = sorted(analysis.results.groups.items(), key=lambda item: order[item[0][0]])
    for (level, group), members in groups:
        if not analysis.results.group_of(members[0]):
            continue
        totals = [analysis.results.totals[unit.code] for unit in members]
        for total in sorted(totals, key=lambda t: (t.rank is None, t.rank or 0)):
            unit = analysis.units.get(total.unit_code)
            before = previous.get(unit.code)
            yield RankingRow(
                analysis.period.id, level, group, unit.code, unit.name, total.points, total.rank,
                before.rank if before else None, total.band.id if total.band else "", total.award,
            )  # fmt: skip


def award_rows(analysis: Analysis) -> Iterator[AwardRow]:
    """All decisions of the reward rules, in order of level, group, rule and rank."""
    for (level, group, rule), decisions in analysis.results.decisions.items():
        for d in decisions:
            yield AwardRow(
                analysis.period.id, level, group, rule, d.unit_code,
                analysis.units.get(d.unit_code).name, d.rank, d.awarded, d.reason,
            )  # fmt: skip


def rank_range_rows(analysis: Analysis) -> Iterator[RankRangeRow]:
    """The certainty of every rank, at the levels that units.csv knows."""
    for (level, group), members in analysis.results.groups.items():
        found = analysis.certainty_of(members[0])
        if found is None or analysis.campaign.level(level).open:
            continue
        for code, sure in found.ranges.items():
            by = {f"{kind}_{end}": pair[n] for kind, pair in sure.by.items() for n, end in _ENDS}
            yield RankRangeRow(
                analysis.period.id, level, group, code, analysis.units.get(code).name,
                analysis.results.totals[code].rank or 0, sure.best, sure.worst, **by,
                award_draws=sure.award_draws,
            )  # fmt: skip
