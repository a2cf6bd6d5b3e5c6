"""Reading the campaign's measures, indicators and targets."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar

from dxkit.campaign.csv_reader import Row, RowsOf
from dxkit.model.campaign import (
    SCORING_FUNCTIONS,
    WHOLE_MOVEMENT,
    Accumulation,
    Indicator,
    IndicatorKind,
    Measure,
    MeasureKind,
    Target,
)
from dxkit.model.periods import Period

_ALL_LEVELS = "*"
_Kind = TypeVar("_Kind", bound=StrEnum)


def read_measures(
    rows_of: RowsOf, level_ids: tuple[str, ...], languages: Sequence[str]
) -> tuple[Measure, ...]:
    """The file measures.csv."""
    names = [f"{column}_{code}" for column in ("name", "thing") for code in languages]
    columns = ("kind", "accumulation", "level", "table", "headers", "whole")
    rows = rows_of("measures.csv", "measure", *names, *columns)
    measures = tuple(
        Measure(
            row.text("measure", required=True),
            row.words("name", languages),
            {code: row.text(f"thing_{code}") for code in languages},
            _enumeration(MeasureKind, row, "kind"),
            _enumeration(Accumulation, row, "accumulation"),
            row.one_of("level", level_ids),
            row.text("table", required=True),
            row.parts("headers"),
            row.text("whole"),
        )
        for row in rows
    )
    ids = [measure.id for measure in measures]
    for row, measure in zip(rows, measures, strict=True):
        if ids.count(measure.id) > 1:
            row.problem("repeated", text=measure.id)
        if measure.whole and measure.whole not in ids:
            row.problem("measure_unknown", text=measure.whole)
        if not measure.headers and measure.kind is not MeasureKind.ROWS:
            row.problem("field_empty", column="headers")
    return measures


def read_indicators(
    rows_of: RowsOf, measures: tuple[Measure, ...], languages: Sequence[str]
) -> tuple[Indicator, ...]:
    """The file indicators.csv."""
    names = [f"{column}_{code}" for column in ("name", "short_name") for code in languages]
    columns = [
        "kind",
        "numerator",
        "denominator",
        "direction",
        "decimals",
        "max_points",
        "scoring",
        "parameters",
        "source",
        "assumed",
    ]
    rows = rows_of("indicators.csv", "indicator", *names, *columns)
    ids = {measure.id for measure in measures}
    indicators = []
    for row in rows:
        kind = _enumeration(IndicatorKind, row, "kind")
        ratio = kind is IndicatorKind.RATIO
        indicators.append(
            Indicator(
                row.text("indicator", required=True),
                row.words("name", languages),
                row.words("short_name", languages),
                kind,
                row.one_of("numerator", ids),
                row.one_of("denominator", ids if ratio else (), empty=not ratio),
                1 if row.one_of("direction", ("up", "down")) == "up" else -1,
                int(row.number("decimals")),
                row.number("max_points"),
                row.one_of("scoring", sorted(SCORING_FUNCTIONS)),
                _parameters(row),
                row.text("source", required=True),
                row.truth("assumed"),
            )
        )
        if [i.id for i in indicators].count(indicators[-1].id) > 1:
            row.problem("repeated", text=indicators[-1].id)
    return tuple(indicators)


def read_targets(
    rows_of: RowsOf,
    indicators: tuple[Indicator, ...],
    level_ids: tuple[str, ...],
    periods: tuple[Period, ...],
) -> tuple[Target, ...]:
    """The file targets.csv."""
    kinds = {indicator.id: indicator.kind for indicator in indicators}
    columns = ("indicator", "level", "period", "target", "source", "assumed")
    targets: dict[tuple[str, str, str], Target] = {}
    for row in rows_of("targets.csv", *columns):
        indicator = row.one_of("indicator", kinds)
        named = row.one_of("level", (*level_ids, _ALL_LEVELS))
        period = row.one_of("period", [WHOLE_MOVEMENT, *(p.id for p in periods)])
        value = row.number("target")
        if kinds.get(indicator) is IndicatorKind.RATIO and not 0 < value <= 1:
            row.problem("target_not_a_share", text=row.text("target"))
        source, assumed = row.text("source", required=True), row.truth("assumed")
        for level in level_ids if named == _ALL_LEVELS else (named,):
            if (indicator, level, period) in targets:
                row.problem("repeated", text=f"{indicator}, {level}, {period}")
            targets[indicator, level, period] = Target(
                indicator, level, period, value, source, assumed
            )
    return tuple(targets.values())


def _enumeration(kinds: type[_Kind], row: Row, column: str) -> _Kind:
    members = {str(member): member for member in kinds}
    text = row.one_of(column, members)
    return members.get(text, next(iter(kinds)))


def _parameters(row: Row) -> dict[str, float]:
    """The field ``parameters``: ``name=number`` pairs between ``|``."""
    found = {}
    for part in row.parts("parameters"):
        name, _, number = part.partition("=")
        try:
            found[name.strip()] = float(number)
        except ValueError:
            row.problem("not_a_number", column="parameters", text=part)
    return found
