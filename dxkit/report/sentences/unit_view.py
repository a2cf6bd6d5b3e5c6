"""What the sentences about one unit look at: its scorecard and those around it; and how the units
below it stand: on how many of them what is said of the whole rests, and which targets need
attention.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from dxkit.analysis.analysis import Analysis, Scorecard
from dxkit.analysis.outcomes import Result
from dxkit.model.campaign import Accumulation, Campaign, Indicator
from dxkit.model.facts import TOTAL, Fact, FactKey, Reference, reaches
from dxkit.model.units import Unit
from dxkit.report.sentences.catalogue import Filling


@dataclass(frozen=True)
class View:
    """One unit in one analysed period."""

    analysis: Analysis
    unit: Unit

    @property
    def campaign(self) -> Campaign:
        """The campaign."""
        return self.analysis.campaign

    @cached_property
    def scorecard(self) -> Scorecard:
        """The unit's own scorecard."""
        return self.analysis.scorecard(self.unit.code)

    @cached_property
    def group(self) -> Unit | None:
        """The unit inside which this one is ranked."""
        code = self.analysis.results.group_of(self.unit)
        return self.analysis.units.get(code) if code else None

    @cached_property
    def results(self) -> tuple[Result, ...]:
        """The unit's results, in the campaign's order of indicators."""
        return self.analysis.results.of_unit(self.unit.code)

    @cached_property
    def indicators(self) -> tuple[Indicator, ...]:
        """The indicators that can be measured at the unit's level."""
        return tuple(result.indicator for result in self.results)

    def is_met(self, indicator: Indicator) -> bool | None:
        """Whether the unit reaches a target, which its gap tells; None without value or target."""
        gap = self.scorecard.find(indicator.id, "gap")
        if gap is None or not gap.known:
            return None
        return reaches(gap.number, 0, indicator.direction)

    @cached_property
    def children(self) -> tuple[Scorecard, ...]:
        """Scorecards of the units directly below, in registry order."""
        below = self.analysis.units.children(self.unit.code)
        return tuple(self.analysis.scorecard(child.code) for child in below)

    @cached_property
    def peers(self) -> tuple[Scorecard, ...]:
        """Scorecards of all units it is ranked among, itself included, in registry order."""
        return tuple(self.analysis.scorecard(code) for code in self.codes_of_peers)

    @property
    def codes_of_peers(self) -> tuple[str, ...]:
        """Codes of all units it is ranked among, itself included, in registry order."""
        if self.group is None:
            return ()
        members = self.analysis.results.groups[self.unit.level, self.group.code]
        return tuple(unit.code for unit in members)

    def rank_of(self, code: str) -> float | None:
        """The rank of a unit; None where it has none."""
        fact = self.analysis.find(FactKey(self.analysis.period.id, code, TOTAL, "rank"))
        return fact.value if fact is not None else None

    def fact(self, subject: str, kind: str) -> Fact:
        """One of the unit's own facts; raises KeyError when there is no such fact."""
        return self.scorecard.fact(subject, kind)

    def own_facts(self, kind: str) -> Iterator[Fact]:
        """The unit's facts of this period and one kind, in the campaign's order of indicators."""
        period, code = self.scorecard.period.id, self.unit.code
        for key, fact in self.scorecard.facts.items():
            if (key.period, key.unit, key.kind) == (period, code, kind):
                yield fact

    def known_kinds(self, subject: str, *kinds: str) -> dict[str, Fact]:
        """The unit's facts of one subject by kind, as far as there are such facts."""
        found = {kind: self.scorecard.find(subject, kind) for kind in kinds}
        return {kind: fact for kind, fact in found.items() if fact is not None}

    def told(
        self, about: Indicator | str, kinds: str = "", names: str = "", /, **more: Filling
    ) -> dict[str, Filling]:
        """What fills a sentence ``about`` an indicator or another subject: its facts by their
        ``kinds``, as far as there are such facts, then the ``names`` that sentences call alike.
        """
        subject = about if isinstance(about, str) else about.id
        named = {name: self._named(name, about) for name in names.split()}
        return {**self.known_kinds(subject, *kinds.split()), **named, **more}

    def _named(self, name: str, about: Indicator | str) -> Filling:
        match name, about:
            case "unit", _:
                return self.itself
            case "group", _:
                return Reference("unit", self.group.code) if self.group else self.itself
            case "level" | "below", _:
                return self.child_level
            case "period", _:
                return Reference("period", self.analysis.period.id)
            case "previous_period", _:
                return self.previous_period or ()
            case "indicator", Indicator():
                return short_name(about)
            case "thing" | "part", Indicator():
                return Reference("thing" if name == "thing" else "measure", about.numerator)
            case "whole", Indicator():
                return Reference("measure", about.denominator or about.numerator)
        raise KeyError(name)

    @property
    def unchanged(self) -> tuple[str, ...]:
        """Codes of the units below whose figures all equal those of the period before."""
        return self.analysis.unchanged_below(self.unit)

    @property
    def is_near_award(self) -> bool:
        """Whether any reward by points is given among the units it is ranked with."""
        return any(
            rule.level == self.unit.level and rule.by == "points" for rule in self.campaign.rewards
        )

    def child_facts(self, subject: str, kind: str) -> tuple[Fact, ...]:
        """The known facts of that name among the units directly below, in registry order."""
        found = (child.find(subject, kind) for child in self.children)
        return tuple(fact for fact in found if fact is not None and fact.known)

    def nought_of(self, card: Scorecard, indicator: Indicator) -> dict[str, Fact]:
        """How many things there are at a unit of which the indicator is a share, when these are
        counted once and stay: of them none can be there, while what is counted anew may not arise.
        """
        whole = indicator.denominator
        stays = whole and self.campaign.measure(whole).accumulation is Accumulation.STOCK
        fact = card.find(whole, "value") if stays else None
        return {} if fact is None else {f"none_{card.unit.code}": fact}

    @property
    def itself(self) -> Reference:
        """The unit's name."""
        return Reference("unit", self.unit.code)

    @property
    def child_level(self) -> Reference:
        """The name of the level directly below; of the unit's own level at the bottom."""
        ids = [level.id for level in self.campaign.levels]
        place = ids.index(self.unit.level)
        return Reference("level", ids[min(place + 1, len(ids) - 1)])

    @property
    def previous_period(self) -> Reference | None:
        """The name of the period before, when its data is at hand."""
        previous = self.analysis.previous
        return Reference("period", previous.period.id) if previous else None


def equal_to(fact: Fact, facts: Iterable[Fact]) -> list[Fact]:
    """The facts with the same number, up to what is lost in fractions of two."""
    return [other for other in facts if round(other.number - fact.number, 12) == 0]


def ends_of(best: Fact, worst: Fact, facts: Sequence[Fact]) -> dict[str, Filling]:
    """The best and the worst of facts and the names of all the units that have their numbers."""
    told: dict[str, Filling] = {"best": best, "worst": worst}
    for name, end in (("best_units", best), ("worst_units", worst)):
        told[name] = [unit_of(fact) for fact in facts if fact.number == end.number]
    return told


def unit_of(fact: Fact) -> Reference:
    """The name of the unit that a fact is about."""
    return Reference("unit", fact.key.unit)


def short_name(indicator: Indicator | Fact) -> Reference:
    """The short name of an indicator, or of that which a fact is about."""
    subject = indicator.key.subject if isinstance(indicator, Fact) else indicator.id
    return Reference("short_indicator", subject)


@dataclass(frozen=True, slots=True)
class Reached:
    """How many of the units below reach the target of an indicator, of those with a figure."""

    indicator: Indicator
    met: Fact
    known: Fact

    @property
    def share(self) -> float:
        """The share of the units with a figure that reach the target."""
        return self.met.number / self.known.number

    @property
    def is_short(self) -> bool:
        """Whether some unit with a figure misses the target."""
        return self.met.number < self.known.number


def reached_below(view: View) -> Iterator[Reached]:
    """Each indicator with a target below and a figure of some unit, in the campaign's order."""
    for indicator in view.indicators:
        found = view.known_kinds(indicator.id, "children_met", "children_known")
        if len(found) == 2 and found["children_met"].known and found["children_known"].value:
            yield Reached(indicator, *found.values())


def weakest_first(view: View) -> list[Indicator]:
    """The indicators whose target the unit misses, then those that some unit below misses; in
    either group the one that the smallest share of the units below reach comes first, and among
    equals the one on which most points are lost. Nothing when nothing is lacking.
    """
    reached = {r.indicator.id: r for r in reached_below(view)}

    def order(indicator: Indicator) -> tuple[bool, float, float]:
        below = reached.get(indicator.id)
        points = view.fact(indicator.id, "points").value or 0
        return (
            view.is_met(indicator) is not False,
            below.share if below else 1.0,
            points - indicator.max_points,
        )

    lacking = [
        indicator
        for indicator in view.indicators
        if view.is_met(indicator) is False
        or (indicator.id in reached and reached[indicator.id].is_short)
    ]
    return sorted(lacking, key=order)


def least_covered(view: View) -> dict[str, Fact]:
    """Of the indicator behind a target that is judged whose figures come from the smallest share
    of the units below: how many have figures, of how many, and how many lack them. Nothing where
    no unit below lacks a figure.
    """
    found: list[tuple[float, dict[str, Fact]]] = []
    for indicator in view.indicators:
        left_out = view.fact(indicator.id, "children_left_out")
        if view.is_met(indicator) is not None and left_out.number > 0:
            counts = view.known_kinds(indicator.id, "children_known", "children")
            share = counts["children_known"].number / counts["children"].number
            found.append((share, {"left_out": left_out, **counts}))
    return min(found, key=lambda pair: pair[0])[1] if found else {}


def too_few_to_judge(view: View) -> bool:
    """Whether fewer than half of the units below have figures behind some target: then nothing is
    said to be reached by the whole, or compared with others.
    """
    return any(rests_on_few(view, i) for i in view.indicators if view.is_met(i) is not None)


def rests_on_few(view: View, indicator: Indicator) -> bool:
    """Whether fewer than half of the units below have a figure of an indicator."""
    known, of = (view.fact(indicator.id, kind).value for kind in ("children_known", "children"))
    return bool(known) and 2 * (known or 0) < (of or 0)
