"""Facts about the parts of a period: a flow indicator by month, as it was reported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dxkit.analysis.aggregates import Aggregates
from dxkit.analysis.facts.maker import FactMaker
from dxkit.model.campaign import Campaign, Indicator
from dxkit.model.facts import Fact, FactKey, UnitOfMeasure
from dxkit.model.observations import IndicatorTable, Received
from dxkit.model.periods import Period


def flow_indicators(campaign: Campaign) -> tuple[Indicator, ...]:
    """The ratios of which both sides are flows, so that each part of a period has its own."""
    return tuple(i for i in campaign.indicators if campaign.is_flow(i))


def aggregates_by_part(
    campaign: Campaign, received: Received, period: Period
) -> dict[str, Aggregates]:
    """For each part of the period that somebody reported on, sums of what was reported on it."""
    found = {}
    for part in period.parts:
        own = tuple(o for o in received.table.observations if o.period == part)
        if own:
            table = IndicatorTable(received.table.period, own)
            found[part] = Aggregates(campaign, replace(received, table=table))
    return found


def month_facts(
    maker: FactMaker, indicator: Indicator, parts: dict[str, Aggregates]
) -> Iterator[Fact]:
    """``month_numerator``, ``month_denominator`` and ``month_value`` of each part, whose keys bear
    the part's own period ("2022-10").
    """
    for part, aggregates in parts.items():
        measured = aggregates.indicator(maker.unit_code, indicator)
        sides = [
            _moved(
                maker.reported(indicator.id, f"month_{side}", quantity, UnitOfMeasure.COUNT), part
            )
            for side, quantity in (
                ("numerator", measured.numerator),
                ("denominator", measured.denominator),
            )
        ]
        yield from sides
        yield _moved(
            maker.reported(
                indicator.id,
                "month_value",
                measured.value,
                UnitOfMeasure.SHARE,
                indicator.decimals,
                "quotient",
                sides,
            ),
            part,
        )


def _moved(fact: Fact, part: str) -> Fact:
    key = fact.key
    return replace(fact, key=FactKey(part, key.unit, key.subject, key.kind))
