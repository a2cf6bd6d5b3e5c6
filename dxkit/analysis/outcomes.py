"""What is worked out of a period for all units at once: the nouns. ``results`` and ``robustness``
work them out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from dxkit.analysis.rules import Decision
from dxkit.model.campaign import Campaign, Indicator, Target
from dxkit.model.facts import CellRef, reaches
from dxkit.model.observations import SILENT, Measured
from dxkit.model.rules import Band
from dxkit.model.units import Unit, UnitRegistry

INCOMPLETE = "incomplete"
"""Why a unit has no total: some, not all, of its indicators lack a value."""
EXCLUDED, TOO_FEW, TOO_FEW_THINGS = "excluded", "too_few_ranked", "too_few_things"
WEIGHTED = "weighted"
"""Why a unit is not ranked: the campaign's folder names it; too few units could be; by an indicator
also: its share is one of too few things.
"""


@dataclass(frozen=True, slots=True)
class Result:
    """One unit on one indicator. ``points`` is None without a value or without a rule for it;
    ``rank`` is that among the ``ranked`` units of the group, ``unranked`` why one with a value has
    none: ``too_few_things``, ``too_few_ranked`` or ``weighted``.
    """

    unit_code: str
    indicator: Indicator
    measured: Measured
    target: Target | None
    points: float | None
    rank: int | None = None
    ranked: int = 0
    unranked: str = ""

    @property
    def attained(self) -> float | None:
        """Value over target; None when one of them is missing."""
        value = self.measured.value.value
        if value is None or self.target is None or not self.target.value:
            return None
        return value / self.target.value

    @property
    def is_met(self) -> bool | None:
        """Whether the target is reached, on unrounded values; None without a value or a target."""
        value = self.measured.value.value
        if value is None or self.target is None:
            return None
        return reaches(value, self.target.value, self.indicator.direction)


@dataclass(frozen=True, slots=True)
class Total:
    """The points of one unit over all indicators, brought to the campaign's full scale.

    ``covered`` is the share of the scale whose indicators apply, ``applies`` the same of what can
    be had at the unit's level; ``bonus`` the part of ``points`` that comes on top of the scale.
    ``missing`` tells why there is no total (``not_reported``, ``unread``, ``incomplete``,
    ``not_applicable`` where nothing arose on any criterion, ``not_scored`` where nothing that is
    known can be given points, or what the plan lacks). ``sharing`` is how many units have its rank,
    itself among them; ``unranked`` tells why there is no rank: that, ``excluded``,
    ``weighted``, ``too_few_ranked``, or the kind of a condition that the unit does not fulfil.
    ``lacking`` are the indicators of the scale whose figures are not whole: some unit that should
    be in them is not. Such a unit takes no award. ``complete`` is the least share of the units
    below, by weight, whose figures are in one of them. ``tier`` is None without a rank, or where
    units are not parted into tiers. ``silent`` tells that nothing of the unit counts in the period.
    """

    unit_code: str
    points: float | None
    covered: float
    missing: str = ""
    band: Band | None = None
    rank: int | None = None
    ranked: int = 0
    award: str = ""
    bonus: float = 0.0
    unranked: str = ""
    sharing: int = 0
    lacking: tuple[str, ...] = ()
    applies: float = 0.0
    complete: float = 0.0
    tier: int | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a unit has come since the period before.

    ``before`` are the points that its values of then would earn by this period's rules, so that a
    target that has risen hides no progress; ``gain`` is its points now less those.
    """

    unit_code: str
    before: float
    gain: float
    rank: int
    ranked: int


@dataclass(frozen=True, eq=False)
class Results:
    """All results of one period of a campaign by the targets and exclusions of the period
    ``rules_of``. Values, points and ranks are unrounded.

    ``group_codes`` holds, by unit code, the unit inside which it is compared, empty for none;
    ``groups`` the units that are compared with each other, by level and group code. By indicator
    there is no result where a level is below the indicator. ``progress`` is that of units that are
    ranked now and had a total before; ``decisions`` are by level, group code and rule id.
    """

    campaign: Campaign
    units: UnitRegistry
    rules_of: str
    group_codes: Mapping[str, str]
    groups: Mapping[tuple[str, str], tuple[Unit, ...]]
    by_indicator: Mapping[tuple[str, str], Result]
    totals: Mapping[str, Total]
    progress: Mapping[str, Progress]
    decisions: Mapping[tuple[str, str, str], tuple[Decision, ...]]

    def group_of(self, unit: Unit) -> str:
        """Code of the unit inside which this one is compared; empty when it is not compared."""
        return self.group_codes[unit.code]

    def of_unit(self, unit_code: str) -> tuple[Result, ...]:
        """The results of one unit, in the campaign's order of indicators."""
        keys = ((unit_code, indicator.id) for indicator in self.campaign.indicators)
        return tuple(self.by_indicator[key] for key in keys if key in self.by_indicator)

    def ranked_with(self, unit_code: str) -> frozenset[str]:
        """Codes of the units of its group that have a rank."""
        unit = self.units.get(unit_code)
        return self._ranked_by_group[unit.level, self.group_codes[unit_code] or unit_code]

    @cached_property
    def _ranked_by_group(self) -> dict[tuple[str, str], frozenset[str]]:
        return {
            group: frozenset(u.code for u in members if self.totals[u.code].rank is not None)
            for group, members in self.groups.items()
        }

    def lacking_below(self, unit_code: str) -> tuple[str, ...]:
        """Of the units directly below, those that have sent something and lack other figures;
        those in which some, but not all, of the units below are silent are told of by that.
        """
        found = []
        for child in self.units.children(unit_code):
            total = self.totals[child.code]
            below = [self.totals[c.code].missing for c in self.units.children(child.code)]
            told = 0 < below.count("not_reported") < len(below)
            if total.lacking and total.missing not in SILENT and not told:
                found.append(child.code)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class RankRange:
    """The ranks that a unit can have when weights change, ``best`` to ``worst``, and those that it
    takes in all other trials, ``trial_best`` to ``trial_worst``; ``outside`` names the trials that
    give it a rank better or worse than weights do: ``without/…`` an indicator, ``geometric`` mean,
    mean of ``ranks``, ``cells`` left out, ``rounding``. ``by`` gives the range of each kind of
    trial: ``indicators``, ``weights``, ``cells``, ``rounding``, ``methods``. ``award_draws`` is the
    share of the draws of weights in which the unit is on a list of rewards.
    """

    unit_code: str
    best: int
    worst: int
    trial_best: int
    trial_worst: int
    outside: tuple[str, ...]
    award_draws: float
    by: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class DecidingCell:
    """A doubtful cell without which the list of rewards would be another."""

    cell: CellRef
    unit_code: str
    gains: tuple[str, ...]  # units that would come onto a list
    loses: tuple[str, ...]  # units that would leave it


@dataclass(frozen=True, slots=True)
class Certainty:
    """How sure the ranking of one group is. The list of rewards was tried with so many ``draws``
    and ``corners`` of the weights, and came out another in ``draws_changing`` and
    ``corners_changing`` of them; a list that equal units leave open is another one. Of ``ways``
    tried, each named as in ``RankRange``, ``cells/…`` being all doubtful cells of a unit, those in
    ``ways_changing`` give another list. ``doubtful_cells`` were left out one at a time, and each of
    the ``deciding_cells`` alone changes it. ``tied`` units are equal across the edge of a quota
    as it is.
    """

    ranges: Mapping[str, RankRange]
    deciding_cells: tuple[DecidingCell, ...] = ()
    doubtful_cells: int = 0
    draws: int = 0
    draws_changing: int = 0
    corners: int = 0
    corners_changing: int = 0
    ways: int = 0
    ways_changing: tuple[str, ...] = ()
    tied: int = 0
