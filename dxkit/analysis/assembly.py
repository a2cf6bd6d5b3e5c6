"""The methods by which a period is analysed, brought together."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from functools import partial
from typing import Any

from dxkit.analysis.analysis import Analysis, Methods, PeriodAtHand
from dxkit.analysis.facts.evaluator import Evaluator
from dxkit.analysis.facts.kinds import KINDS
from dxkit.analysis.results import make_results
from dxkit.analysis.robustness.ranges import certainty, inputs_of, tiers_of
from dxkit.analysis.series import KEPT, Kept, PeriodKept
from dxkit.model.boundaries import as_of
from dxkit.model.campaign import Campaign
from dxkit.model.facts import TOTAL, Fact
from dxkit.model.observations import Received

METHODS = Methods(partial(make_results, tiers_of), certainty, inputs_of, partial(Evaluator, KINDS))


def analyse_period(
    campaign: Campaign,
    received: Received,
    previous: Received | None = None,
    past: Sequence[PeriodKept] = (),
    day: datetime.date | None = None,
) -> Analysis:
    """The analysis of a period, compared with the period before where that is at hand, as it is by
    the units of a ``day``, else of the period's last one, and of its series what is kept of
    ``past`` ones.
    """
    day = day or campaign.period(received.table.period).last_day
    before = None
    if previous is not None:
        before = Analysis(*as_of(campaign, previous, day), None, METHODS)
    return Analysis(campaign, received, before, METHODS, past)


def kept_of(analysis: Analysis) -> Kept:
    """What is kept of a period."""
    campaign, find = analysis.campaign, analysis.facts.find
    subjects = {i.id: KEPT["indicator"] for i in campaign.indicators}
    subjects |= {TOTAL: KEPT["total"]} | {m.id: KEPT["measure"] for m in campaign.activity}
    own, units = PeriodAtHand(analysis), dict[str, Any]()
    for unit in analysis.units.units:
        told: dict[str, dict[str, Any]] = {}
        for subject, kinds in subjects.items():
            for kind in kinds:
                if (fact := find(unit.code, subject, kind)) is not None:
                    told.setdefault(subject, {})[kind] = _plain(fact)
            if subject in told and (at := own.places(unit.code, subject)):
                told[subject]["places"] = at
        units[unit.code] = told
    return {"sources": own.sources, "units": units}


def _plain(fact: Fact) -> list[Any]:
    marks = " ".join(sorted(fact.marks))
    return [fact.value, fact.decimals, str(fact.unit), fact.method, fact.missing, marks]
