"""The methods by which a period is analysed, brought together, and any fact of it, made on
demand by the table of kinds and remembered.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from dxkit.analysis.analysis import Analysis, Facts, Methods, PeriodAtHand
from dxkit.analysis.facts.about import About
from dxkit.analysis.facts.kind import Derived, Kind
from dxkit.analysis.facts.kinds import KINDS
from dxkit.analysis.results import make_results
from dxkit.analysis.robustness import certainty, inputs_of, tiers_of
from dxkit.analysis.series import KEPT, Kept, PeriodKept
from dxkit.model.boundaries import as_of
from dxkit.model.campaign import Campaign
from dxkit.model.facts import TOTAL, Fact, FactKey, reward_subject
from dxkit.model.observations import Received
from dxkit.model.plan import is_measured_at
from dxkit.model.units import Unit


class Evaluator(Facts):
    """Makes any fact of a period on demand and remembers it, by the table of ``kinds``: by what
    they are about (``indicator``, ``month``, ``total``, ``measure``, ``reward``).
    """

    def __init__(self, kinds: Mapping[str, tuple[Kind, ...]], analysis: Analysis) -> None:
        table = {about: {kind.name: kind for kind in some} for about, some in kinds.items()}
        self._analysis = analysis
        self._before = analysis.previous.facts if analysis.previous is not None else None
        self._known: dict[tuple[str, str, str], About | None] = {}
        campaign = analysis.campaign
        self._indicators = frozenset(indicator.id for indicator in campaign.indicators)
        self._tables: dict[str, Mapping[str, Kind]] = {
            TOTAL: table["total"],
            **dict.fromkeys(self._indicators, table["indicator"]),
            **dict.fromkeys((m.id for m in campaign.measures), table["measure"]),
            **dict.fromkeys((reward_subject(r.id) for r in campaign.rewards), table["reward"]),
        }
        self._of_part = table["month"]

    def find(self, unit_code: str, subject: str, kind: str, part: str = "") -> Fact | None:
        about = self._about(unit_code, subject, part)
        return about.fact(kind) if about is not None else None

    def get(self, unit_code: str, subject: str, kind: str) -> Fact:
        fact = self.find(unit_code, subject, kind)
        if fact is None:
            raise KeyError(f"{unit_code}/{subject}/{kind}")
        return fact

    def find_key(self, key: FactKey) -> Fact | None:
        if key.period == self._analysis.period.id:
            return self.find(key.unit, key.subject, key.kind)
        if key.period in self._analysis.parts:
            return self.find(key.unit, key.subject, key.kind, key.period)
        periods = (*self._analysis.series, *self._analysis.course)
        found = (p for p in periods if p is not None and p.id == key.period)
        period = next(found, None)
        if isinstance(period, PeriodKept):
            return period.find(key.unit, key.subject, key.kind)
        return self._before.find_key(key) if self._before is not None else None

    def of_unit(self, unit: Unit) -> list[Fact]:
        """All facts of a unit, those of indicators first; before each, those of the period before
        and of the unit it is ranked in that it was made from.
        """
        campaign, period = self._analysis.campaign, self._analysis
        subjects = [(indicator.id, "") for indicator in campaign.indicators]
        for indicator in filter(campaign.is_flow, campaign.indicators):  # each part has its own
            if is_measured_at(campaign, unit.level, indicator):
                subjects += [(indicator.id, part) for part in period.parts]
        subjects += [(TOTAL, ""), *((reward_subject(rule.id), "") for rule in campaign.rewards)]
        subjects += [(measure.id, "") for measure in campaign.measures]
        found: list[Fact] = []
        group = period.results.group_of(unit)
        for subject, part in subjects:
            about = self._about(unit.code, subject, part)
            if about is not None:
                self._add_all(about, group, found)
        return found

    def _add_all(self, about: About, group: str, found: list[Fact]) -> None:
        own = self._analysis.period.id
        for name, kind in about.kinds.items():
            fact = about.fact(name)
            if fact is None:
                continue
            if isinstance(kind, Derived) and not kind.own_cells:
                for key in fact.inputs:
                    if key.period != own or key.unit == group:
                        other = self.find_key(key)
                        if other is not None:
                            found.append(other)
            found.append(fact)

    def _about(self, unit_code: str, subject: str, part: str) -> About | None:
        """None for a unit that is not known and for an indicator not measured at its level."""
        asked = (unit_code, subject, part)
        if asked not in self._known:
            self._known[asked] = self._new(*asked)
        return self._known[asked]

    def _new(self, unit_code: str, subject: str, part: str) -> About | None:
        period = self._analysis
        kinds = self._of_part if part else self._tables.get(subject)
        measured = subject not in self._indicators or (
            (unit_code, subject) in period.results.by_indicator
        )
        if kinds is None or not measured or unit_code not in period.units:
            return None
        before = self._before.find if self._before is not None else None
        return About(period, period.units.get(unit_code), subject, kinds, self.find, before, part)


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
