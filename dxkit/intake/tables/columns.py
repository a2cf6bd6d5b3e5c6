"""What each column of a table holds: a measure and when, or the ratio of two others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from dxkit.intake.tables.column_labels import Labelled, Span
from dxkit.intake.tables.header_labels import Paths
from dxkit.intake.tables.layout import Column, RatioColumn
from dxkit.intake.vocabulary import starts_with_word
from dxkit.model.campaign import Accumulation


def columns_of(table: str, found: Mapping[int, Labelled], period_id: str) -> tuple[Column, ...]:
    """The columns of one table by what their labels say, each that is unclear with its problem."""
    chosen = {
        number: next((m for m in labelled.measures if m.table == table), None)
        for number, labelled in found.items()
    }
    # "In the quarter" says of a stock how much it grew; the stock itself may stand beside.
    states = {
        measure.id
        for number, measure in chosen.items()
        if measure is not None and found[number].span is not Span.IN_PERIOD
    }
    columns = []
    for number, labelled in found.items():
        measure = chosen[number]
        if measure is None:
            continue
        stock = measure.accumulation is Accumulation.STOCK
        problem = ""
        if stock and labelled.span is Span.IN_PERIOD:
            if measure.id in states:
                continue
            problem = "column_span_unclear"
        cumulative = labelled.span is Span.CUMULATIVE and not stock
        columns.append(
            Column(
                number,
                measure,
                labelled.period,
                labelled.control,
                cumulative,
                labelled.span is Span.IN_PERIOD,
                problem,
            )
        )
    with_parts = {c.measure.id for c in columns if c.period != period_id}
    columns = [
        # A column of the whole period is a control only when its parts are there.
        replace(c, control=c.control and c.measure.id in with_parts)
        for c in columns
    ]
    often = Counter((c.measure.id, c.scope) for c in columns)
    columns = [
        replace(c, problem="column_repeated") if often[c.measure.id, c.scope] > 1 else c
        for c in columns
    ]
    # Beside columns that name their month, one that names none may be a month's as well.
    return tuple(
        replace(c, problem="column_part_unclear")
        if c.measure.id in with_parts
        and c.period == period_id
        and not (c.control or c.cumulative or c.problem)
        else c
        for c in columns
    )


def ratios_of(paths: Paths, columns: Sequence[Column]) -> tuple[RatioColumn, ...]:
    """Each ratio column belongs to the nearest part on its left and that part's whole."""
    found = []
    for number, path in paths.items():
        if not path or not starts_with_word("ratio_labels", path[-1]):
            continue
        parts = [c for c in columns if c.number < number and c.measure.whole]
        if not parts:
            continue
        part = max(parts, key=lambda c: c.number)
        whole = next(
            (c for c in columns if c.measure.id == part.measure.whole and c.scope == part.scope),
            None,
        )
        if whole is not None:
            found.append(RatioColumn(number, part.number, whole.number))
    return tuple(found)
