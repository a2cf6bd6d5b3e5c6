"""The methods by which a period is analysed, brought together."""

from __future__ import annotations

from functools import partial

from dxkit.analysis.analysis import Analysis, Methods
from dxkit.analysis.facts.evaluator import Evaluator
from dxkit.analysis.facts.kinds import KINDS
from dxkit.analysis.results import make_results
from dxkit.analysis.robustness.ranges import certainty, inputs_of, tiers_of
from dxkit.model.campaign import Campaign
from dxkit.model.observations import Received

METHODS = Methods(partial(make_results, tiers_of), certainty, inputs_of, partial(Evaluator, KINDS))


def analyse_period(
    campaign: Campaign, received: Received, previous: Received | None = None
) -> Analysis:
    """The analysis of a period, compared with the period before where that is at hand."""
    before = analyse_period(campaign, previous) if previous is not None else None
    return Analysis(campaign, received, before, METHODS)
