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


def analyse_period(campaign: Campaign, received: Received, *earlier: Received | None) -> Analysis:
    """The analysis of a period, compared with the period before where that is at hand. Of periods
    ``earlier`` the nearest comes first.
    """
    at_hand = [each for each in earlier if each is not None]
    before = analyse_period(campaign, *at_hand) if at_hand else None
    return Analysis(campaign, received, before, METHODS)
