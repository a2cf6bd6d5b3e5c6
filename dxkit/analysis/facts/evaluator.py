"""Makes any fact of a period on demand, by the table of kinds, and remembers it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dxkit.analysis.facts.about import About
from dxkit.analysis.facts.kind import Derived, Kind
from dxkit.analysis.facts.kinds import INDICATOR, MEASURE, PART, REWARD, TOTAL_KINDS
from dxkit.analysis.period_results import PeriodResults, flow_indicators
from dxkit.model.facts import TOTAL, Fact, FactKey, reward_subject
from dxkit.model.units import Unit


class _Ledger:
    """What is known of one unit and subject: what to ask, the kinds there are, the facts made."""

    __slots__ = ("about", "kinds", "made")

    def __init__(self, about: About, kinds: Mapping[str, Kind]) -> None:
        self.about = about
        self.kinds = kinds
        self.made: dict[str, Fact | None] = {}

    def fact(self, kind: str) -> Fact | None:
        """The fact of a kind, made at the first call; None when there is none."""
        if kind not in self.made:
            entry = self.kinds.get(kind)
            self.made[kind] = entry.make(self.about) if entry is not None else None
        return self.made[kind]


class Facts:
    """The facts of all units in one period; ``before`` are those of the period before."""

    def __init__(self, period: PeriodResults, before: Facts | None = None) -> None:
        self._period = period
        self._before = before
        self._ledgers: dict[tuple[str, str, str], _Ledger | None] = {}
        campaign = period.campaign
        self._indicators = frozenset(indicator.id for indicator in campaign.indicators)
        self._tables: dict[str, Mapping[str, Kind]] = {
            TOTAL: _by_name(TOTAL_KINDS),
            **dict.fromkeys(self._indicators, _by_name(INDICATOR)),
            **dict.fromkeys((m.id for m in campaign.measures), _by_name(MEASURE)),
            **dict.fromkeys((reward_subject(r.id) for r in campaign.rewards), _by_name(REWARD)),
        }
        self._of_part = _by_name(PART)

    def find(self, unit_code: str, subject: str, kind: str, part: str = "") -> Fact | None:
        """One fact of a unit; None when there is no such fact."""
        ledger = self._ledger(unit_code, subject, part)
        return ledger.fact(kind) if ledger is not None else None

    def get(self, unit_code: str, subject: str, kind: str) -> Fact:
        """The same; raises KeyError when there is no such fact."""
        fact = self.find(unit_code, subject, kind)
        if fact is None:
            raise KeyError(f"{unit_code}/{subject}/{kind}")
        return fact

    def find_key(self, key: FactKey) -> Fact | None:
        """The fact of that key, of this period, one of its parts or a period before; or None."""
        if key.period == self._period.period.id:
            return self.find(key.unit, key.subject, key.kind)
        if key.period in self._period.parts:
            return self.find(key.unit, key.subject, key.kind, key.period)
        return self._before.find_key(key) if self._before is not None else None

    def of_unit(self, unit: Unit) -> Iterator[Fact]:
        """All facts of a unit, those of indicators first; before each, those of the period before
        and of the unit it is ranked in that it was made from.
        """
        campaign, period = self._period.campaign, self._period
        for indicator in campaign.indicators:
            yield from self._all(unit.code, indicator.id)
        for indicator in flow_indicators(campaign):
            if period.results.aggregates.is_measured_at(unit.level, indicator):
                for part in period.parts:
                    yield from self._all(unit.code, indicator.id, part)
        yield from self._all(unit.code, TOTAL)
        for rule in campaign.rewards:
            yield from self._all(unit.code, reward_subject(rule.id))
        for measure in campaign.measures:
            yield from self._all(unit.code, measure.id)

    def _all(self, unit_code: str, subject: str, part: str = "") -> Iterator[Fact]:
        ledger = self._ledger(unit_code, subject, part)
        if ledger is None:
            return
        for name, kind in ledger.kinds.items():
            fact = ledger.fact(name)
            if fact is None:
                continue
            if isinstance(kind, Derived) and not kind.own_cells:
                yield from self._compared_with(ledger.about, kind)
            yield fact

    def _compared_with(self, about: About, kind: Derived) -> Iterator[Fact]:
        """What a fact was made from of the period before and of the unit it is ranked in."""
        for given in kind.inputs:
            for other in () if isinstance(given, str) else given(about) or ():
                if other.key.period != self._period.period.id or other.key.unit == about.group:
                    yield other

    def _ledger(self, unit_code: str, subject: str, part: str) -> _Ledger | None:
        """None for a unit that is not known and for an indicator not measured at its level."""
        key = (unit_code, subject, part)
        if key not in self._ledgers:
            self._ledgers[key] = self._new_ledger(*key)
        return self._ledgers[key]

    def _new_ledger(self, unit_code: str, subject: str, part: str) -> _Ledger | None:
        period = self._period
        kinds = self._of_part if part else self._tables.get(subject)
        measured = subject not in self._indicators or (
            (unit_code, subject) in period.results.by_indicator
        )
        if kinds is None or not measured or unit_code not in period.units:
            return None
        before = self._before.find if self._before is not None else None
        unit = period.units.get(unit_code)
        return _Ledger(About(period, unit, subject, self.find, before, part), kinds)


def _by_name(kinds: tuple[Kind, ...]) -> dict[str, Kind]:
    return {kind.name: kind for kind in kinds}
