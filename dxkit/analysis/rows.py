"""The data of a period as flat rows, for data files and frames: the columns of each table, and what
stands in them. Shares are fractions; None is an empty field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from dxkit.analysis.analysis import Analysis
from dxkit.model.facts import TOTAL
from dxkit.model.findings import Finding

Rows = Iterator[tuple[object, ...]]

OBSERVATION_COLUMNS = (
    "period", "unit_code", "unit_name", "level", "measure", "value", "flag", "raw", "file",
    "sheet", "cell", "correction",
)  # fmt: skip
"""Of a received value and the cell it stands in."""
INDICATOR_COLUMNS = (
    "period", "unit_code", "unit_name", "level", "parent_code", "indicator", "numerator",
    "denominator", "value", "target", "attained", "points", "flag", "rank", "unranked",
)  # fmt: skip
"""Of a result; ``flag`` holds the reason of a missing value, else its reservations; ``unranked``
why a value has no rank among the units it is compared with."""
RANKING_COLUMNS = (
    "period", "level", "group_code", "unit_code", "unit_name", "points", "rank",
    "previous_rank", "band", "award", "parent_code", "parent_name", "tier",
)  # fmt: skip
"""Of a rank; ``group_code`` is the unit inside which it was given."""
AWARD_COLUMNS = (
    "period", "level", "group_code", "rule", "unit_code", "unit_name", "rank", "awarded",
    "reason", "group_name", "reserve",
)  # fmt: skip
"""Of what a reward rule decides about one unit, the reason, and whether it is next after the list.
"""
RANK_RANGE_COLUMNS = (
    "period", "level", "group_code", "unit_code", "unit_name", "rank", "best", "worst",
    "indicators_best", "indicators_worst", "weights_best", "weights_worst", "cells_best",
    "cells_worst", "rounding_best", "rounding_worst", "award_draws",
    "methods_best", "methods_worst",
)  # fmt: skip
"""Of a rank, the best and the worst over all trials and over each kind of trial, and the share of
draws in which the unit is rewarded."""
_TRIED = ("indicators", "weights", "cells", "rounding")
VISIT_COLUMNS = (
    "period", "unit_code", "unit_name", "level", "visits", "checked", "confirmed", "verified",
    "verified_low", "verified_high", "chance", "size", "file", "sheet", "cell",
)  # fmt: skip
"""Of what visits on the spot say of a unit; from ``chance`` on, of a visit to the unit itself."""
FINDING_COLUMNS = (
    "code", "severity", "unit_code", "file", "sheet", "cell", "raw", "message", "cause",
)  # fmt: skip
"""Of a finding, with its text."""


def observation_rows(analysis: Analysis) -> Rows:
    """What was received, in reading order."""
    for o in analysis.received.table.observations:
        unit = analysis.units.get(o.unit_code)
        yield (
            o.period, unit.code, unit.name, unit.level, o.measure, o.value, o.flag, o.raw,
            o.address.file, o.address.sheet, o.address.cell, o.correction,
        )  # fmt: skip


def indicator_rows(analysis: Analysis) -> Rows:
    """All results, by unit in registry order, then by indicator in the campaign's order."""
    for unit in analysis.units.units:
        for result in analysis.results.of_unit(unit.code):
            subject = result.indicator.id
            value = analysis.facts.get(unit.code, subject, "value")
            numerator = analysis.facts.find(unit.code, subject, "numerator") or value
            denominator = analysis.facts.find(unit.code, subject, "denominator")
            yield (
                analysis.period.id, unit.code, unit.name, unit.level, unit.parent_code, subject,
                numerator.value, denominator.value if denominator else None, value.value,
                result.target.value if result.target else None, result.attained, result.points,
                value.missing or " ".join(sorted(value.marks)), result.rank, result.unranked,
            )  # fmt: skip


def ranking_rows(analysis: Analysis) -> Rows:
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
            before, above = previous.get(unit.code), analysis.units.parent(unit.code)
            yield (
                analysis.period.id, level, group, unit.code, unit.name, total.points, total.rank,
                before.rank if before else None, total.band.id if total.band else "", total.award,
                unit.parent_code, above.name if above else "", total.tier,
            )  # fmt: skip


def award_rows(analysis: Analysis) -> Rows:
    """All decisions of the reward rules, in order of level, group, rule and rank."""
    for (level, group, rule), decisions in analysis.results.decisions.items():
        reserve = analysis.standing.reserve(group, rule)
        for d in decisions:
            yield (
                analysis.period.id, level, group, rule, d.unit_code,
                analysis.units.get(d.unit_code).name, d.rank, d.awarded, d.reason,
                analysis.units.get(group).name, d.unit_code in reserve,
            )  # fmt: skip


def certainty_rows(analysis: Analysis) -> Rows:
    """How sure the list of rewards of each group of ranked units is."""
    for (level, group), members in analysis.results.groups.items():
        sure = analysis.certainty_of(members[0])
        if sure is None or analysis.campaign.level(level).open:
            continue
        yield (
            analysis.period.id, level, group, analysis.units.get(group).name, sure.draws,
            sure.draws_changing, sure.corners, sure.corners_changing, sure.ways,
            " ".join(sure.ways_changing), sure.doubtful_cells, len(sure.deciding_cells), sure.tied,
        )  # fmt: skip


def rank_range_rows(analysis: Analysis) -> Rows:
    """The certainty of every rank, at the levels that units.csv knows."""
    for (level, group), members in analysis.results.groups.items():
        found = analysis.certainty_of(members[0])
        if found is None or analysis.campaign.level(level).open:
            continue
        for code, sure in found.ranges.items():
            of_kinds = [end for kind in _TRIED for end in sure.by[kind]]
            yield (
                analysis.period.id, level, group, code, analysis.units.get(code).name,
                analysis.results.totals[code].rank or 0, min(sure.best, sure.trial_best),
                max(sure.worst, sure.trial_worst), *of_kinds,
                sure.award_draws, *sure.by["methods"],
            )  # fmt: skip


def visit_rows(analysis: Analysis) -> Rows:
    """The units that were visited, themselves or below, in registry order."""
    own = {visit.unit_code: visit for visit in analysis.received.visits}
    visited = {code for visit in own for code in analysis.units.line(visit)}
    for unit in (unit for unit in analysis.units.units if unit.code in visited):
        code, visit = unit.code, own.get(unit.code)
        found = (analysis.facts.get(code, TOTAL, kind).value for kind in VISIT_COLUMNS[4:10])
        drawn = (visit.chance, visit.size, *visit.address) if visit else (None,) * 5
        yield (analysis.period.id, code, unit.name, unit.level, *found, *drawn)


def finding_rows(findings: Iterable[Finding], text: Callable[[Finding], str]) -> Rows:
    """What is wrong with the workbooks, each in the words that ``text`` has for it."""
    for f in findings:
        yield (
            f.code, f.severity, f.unit_code, f.address.file, f.address.sheet, f.address.cell, f.raw,
            text(f), f.cause,
        )  # fmt: skip
