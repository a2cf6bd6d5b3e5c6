"""A period as pandas frames, for analysts: tidy, one thing per row, columns as documented.

Shares are fractions. Text columns hold text, never a missing value; numbers that are missing are
NaN, and ``flag`` says why. Each call makes a new frame, so nothing an analyst does to one reaches
another.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from dxkit.analysis import rows
from dxkit.analysis.initiatives.panel import Panel
from dxkit.analysis.rows import (
    FINDING_COLUMNS,
    INDICATOR_COLUMNS,
    OBSERVATION_COLUMNS,
    RANKING_COLUMNS,
)
from dxkit.model.initiatives import Initiative
from dxkit.period import OpenPeriod
from dxkit.report.wording.findings import texts_of_findings
from dxkit.report.wording.language import load_language

if TYPE_CHECKING:
    import pandas as pd

    from dxkit.analysis.analysis import Analysis
    from dxkit.model.units import UnitRegistry

UNIT_COLUMNS = ("unit_code", "unit_name", "type", "level", "parent_code")
FACT_COLUMNS = (
    "period", "unit_code", "subject", "kind", "value", "unit_of_measure", "decimals", "method",
    "missing", "marks", "cells",
)  # fmt: skip
INITIATIVE_COLUMNS = (
    "name", "unit_code", "unit_name", "locality", "field", "start", "start_period", "aim",
    "indicators", "households", "evidence", "source", "period", "published", "file", "sheet",
    "cell",
)  # fmt: skip
PANEL_COLUMNS = (
    "unit_code", "period", "time", "value", "first_treated", "district", "type", "size",
)  # fmt: skip
_NUMBERS = {"value", "numerator", "denominator", "target", "attained", "points", "rank",
            "previous_rank", "households"}  # fmt: skip


def _frame(columns: Sequence[str], entries: Iterable[Sequence[object]]) -> pd.DataFrame:
    import pandas as pd  # when a frame is asked for: it takes longer than a page to make

    frame = pd.DataFrame([list(row) for row in entries], columns=list(columns), dtype=object)
    for column in columns:
        if column in _NUMBERS:
            frame[column] = pd.to_numeric(frame[column].astype(float))
        elif column not in ("published", "decimals", "cells"):
            frame[column] = frame[column].fillna("").astype(str)
    return frame


def units_frame(units: UnitRegistry) -> pd.DataFrame:
    """One row per unit, hamlets included, parents before children's level."""
    return _frame(
        UNIT_COLUMNS, ([u.code, u.name, u.type, u.level, u.parent_code] for u in units.units)
    )


def observations_frame(analysis: Analysis) -> pd.DataFrame:
    """One row per received value, with the cell it stands in."""
    return _frame(OBSERVATION_COLUMNS, rows.observation_rows(analysis))


def indicators_frame(analyses: Iterable[Analysis]) -> pd.DataFrame:
    """One row per unit, indicator and period."""
    return _frame(INDICATOR_COLUMNS, chain.from_iterable(map(rows.indicator_rows, analyses)))


def ranking_frame(analysis: Analysis) -> pd.DataFrame:
    """One row per ranked unit, by level, group and rank."""
    return _frame(RANKING_COLUMNS, rows.ranking_rows(analysis))


def findings_frame(opened: OpenPeriod, language: str) -> pd.DataFrame:
    """One row per finding, with its text."""
    texts = texts_of_findings(opened.campaign, opened.analysis.units, load_language(language))
    return _frame(FINDING_COLUMNS, rows.finding_rows(opened.all_findings, texts))


def facts_frame(analysis: Analysis, unit_code: str) -> pd.DataFrame:
    """One row per fact of a unit's scorecard; ``cells`` lists the cells behind it."""
    entries = (
        [
            key.period, key.unit, key.subject, key.kind, fact.value, str(fact.unit), fact.decimals,
            fact.method, fact.missing, " ".join(sorted(fact.marks)),
            [str(cell) for cell in fact.sources],
        ]
        for key, fact in analysis.scorecard(unit_code).facts.items()
    )  # fmt: skip
    return _frame(FACT_COLUMNS, entries)


def initiatives_frame(initiatives: Iterable[Initiative], units: UnitRegistry) -> pd.DataFrame:
    """One row per initiative and unit, reported and published ones."""
    entries = (
        [
            i.name, i.unit_code, units.get(i.unit_code).name, i.locality, i.field, i.start,
            i.start_period, i.aim, " ".join(i.indicators), i.households, i.evidence, i.source,
            i.period, i.published, i.address.file, i.address.sheet, i.address.cell,
        ]
        for i in initiatives
    )  # fmt: skip
    frame = _frame(INITIATIVE_COLUMNS, entries)
    frame["published"] = frame["published"].astype(bool)
    return frame


def panel_frame(panel: Panel, starts: Mapping[str, str], excluded: Collection[str]) -> pd.DataFrame:
    """One row per place and period with a value; ``first_treated`` counts as ``time`` does, from 1,
    and is 0 at places without an initiative. Those whose start is not known, and ``excluded`` ones,
    are left out.
    """
    order = {period: number for number, period in enumerate(panel.periods, 1)}
    entries = (
        [
            code, period, order[period], panel.values[code, period],
            order.get(starts.get(code, ""), 0), place.district, place.type, place.size,
        ]
        for code, place in panel.places.items()
        if starts.get(code, "" if code in excluded else "never")
        for period in panel.periods
        if (code, period) in panel.values
    )  # fmt: skip
    frame = _frame(PANEL_COLUMNS, entries)
    return frame.astype({"time": int, "first_treated": int, "size": float})
