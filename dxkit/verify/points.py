"""Plain scoring and placing: points, totals, places and lists, by the campaign's rules."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from dxkit.model.campaign import Campaign, Indicator
from dxkit.model.plan import why_no_ranking
from dxkit.model.rules import RewardRule
from dxkit.verify.shares import share_of_points
from dxkit.verify.sums import Sums

Points = Mapping[str, float]


class Scores:
    """The points of every unit of one received period by the rules of the period ``rules_of``."""

    def __init__(self, campaign: Campaign, sums: Sums, rules_of: str) -> None:
        self.campaign = campaign
        self.sums = sums
        self.rules_of = rules_of
        self._shares: dict[tuple[str, str], float | None] = {}
        self._ties: dict[str, tuple[float, ...]] = {}
        self._totals: dict[str, tuple[float | None, float, str]] = {}
        self._members: dict[str, list[str]] = {}
        self._indicators: dict[str, list[Indicator]] = {}
        self._lacking: dict[str, list[Indicator]] = {}
        self._bonus: dict[str, float] = {}

    def group(self, unit: str) -> str:
        """The unit inside which this one is compared; empty when it is compared with nobody."""
        units = self.sums.received.units
        level = self.campaign.ranking.within.get(units.get(unit).level, "")
        while unit and units.get(unit).level != level:
            unit = units.get(unit).parent_code
        return unit

    def members(self, unit: str) -> list[str]:
        """The units it is compared with, itself among them."""
        if unit not in self._members:
            units, group = self.sums.received.units, self.group(unit)
            alike = units.at_level(units.get(unit).level)
            found = [u.code for u in alike if self.group(u.code) == group] if group else [unit]
            self._members |= dict.fromkeys(found, found)
        return self._members[unit]

    def indicators(self, unit: str) -> list[Indicator]:
        """The indicators measured at the unit's level."""
        if unit not in self._indicators:
            found = [i for i in self.campaign.indicators if self.sums.is_measured(unit, i)]
            self._indicators[unit] = found
        return self._indicators[unit]

    def target(self, unit: str, indicator: Indicator) -> float | None:
        """The target of the rules' period at the unit's level."""
        level = self.sums.received.units.get(unit).level
        found = self.campaign.target(indicator.id, level, self.rules_of)
        return found.value if found else None

    def is_met(self, unit: str, indicator: Indicator) -> bool | None:
        """Whether the target is reached; None without value or target."""
        value, target = self.sums.value(unit, indicator), self.target(unit, indicator)
        if value is None or target is None:
            return None
        return float(value) >= target if indicator.direction > 0 else float(value) <= target

    def share(self, unit: str, indicator: Indicator) -> float | None:
        """The share of the indicator's points; None without a value or a rule for it."""
        key = (unit, indicator.id)
        if key not in self._shares:
            self._shares[key] = self.share_at(unit, indicator, self.sums.value(unit, indicator))
        return self._shares[key]

    def share_at(self, unit: str, indicator: Indicator, value: Fraction | None) -> float | None:
        """The same if the unit's value were this one."""
        if value is None:
            return None
        peers: list[float] = []
        if indicator.scoring == "min_max":
            others = (self.sums.value(u, indicator) for u in self.members(unit) if u != unit)
            peers = [float(value), *(float(v) for v in others if v is not None)]
        return share_of_points(indicator, float(value), self.target(unit, indicator), peers)

    def total(self, unit: str) -> tuple[float | None, float, str]:
        """Points, covered share of the scale, and why there are none."""
        if unit not in self._totals:
            found = self._total(unit)
            why = why_no_ranking(
                self.campaign, self.sums.received.units.get(unit).level, self.rules_of
            )
            silent = found[2] in ("not_reported", "unread")
            self._totals[unit] = (None, 0.0, why) if why and not silent else found
        return self._totals[unit]

    def _total(self, unit: str) -> tuple[float | None, float, str]:
        rule = self.campaign.scoring
        scored = [
            i for i in self.indicators(unit) if i.scoring != "none" and i.id not in rule.bonus
        ]
        lacking = {
            self.sums.why_missing(unit, i) for i in scored if self.sums.value(unit, i) is None
        } - {"not_applicable"}
        shares = [(i.max_points, self.share(unit, i)) for i in scored]
        counted = [(most, share) for most, share in shares if share is not None]
        if lacking or not counted:
            silence = "unread" if "unread" in lacking else "not_reported"
            silent = lacking <= {"not_reported", "unread"} and not counted
            return None, 0.0, silence if silent else "incomplete"
        covered = sum(most for most, _ in counted)
        earned = sum(most * share for most, share in counted)
        return (
            earned * rule.total_points / covered + self.bonus(unit),
            covered / rule.total_points,
            "",
        )

    def lacking(self, unit: str) -> list[Indicator]:
        """The indicators of the scale whose figures are not whole."""
        if unit not in self._lacking:
            scale = [i for i in self.indicators(unit) if i.scoring != "none"]
            scale = [i for i in scale if i.id not in self.campaign.scoring.bonus]
            found = [i for i in scale if not self.sums.is_whole(unit, i)]
            self._lacking[unit] = found
        return self._lacking[unit]

    def bonus(self, unit: str) -> float:
        """The points on top of the scale."""
        if unit not in self._bonus:
            found = [i for i in self.indicators(unit) if i.id in self.campaign.scoring.bonus]
            points = sum(i.max_points * (self.share(unit, i) or 0.0) for i in found)
            self._bonus[unit] = points
        return self._bonus[unit]

    def is_ranked(self, unit: str) -> bool:
        """Whether the unit gets a place."""
        points, covered, _ = self.total(unit)
        rule = self.campaign.ranking
        if points is None or not self.group(unit):
            return False
        if (unit, self.rules_of) in {(e.unit, e.period) for e in rule.exclusions}:
            return False
        level = self.sums.received.units.get(unit).level
        for condition in rule.conditions:
            if condition.level not in ("", level):
                continue
            if condition.kind == "covered" and covered < condition.at_least - 1e-9:
                return False
            if condition.kind == "reported":
                below = self.sums.received.units.children(unit)
                silent = sum(self.total(c.code)[2] in ("not_reported", "unread") for c in below)
                if below and 1 - silent / len(below) < condition.at_least - 1e-9:
                    return False
            if condition.kind == "value":
                indicator = self.campaign.indicator(condition.indicator)
                value = (
                    self.sums.value(unit, indicator)
                    if self.sums.is_measured(unit, indicator)
                    else None
                )
                if value is not None:
                    short = (condition.at_least - float(value)) * indicator.direction
                    if short > 1e-9:
                        return False
        return True

    def places(self, points: Points) -> dict[str, int]:
        """Places by these points, ties broken as the campaign declares."""
        rule = self.campaign.ranking
        keys = {}
        for unit, number in points.items():
            steady = Decimal(repr(round(number, 9)))
            if rule.decimals is not None:
                steady = steady.quantize(Decimal(1).scaleb(-rule.decimals), ROUND_HALF_UP)
            keys[unit] = (steady, *self.tie_break(unit))
        return place_by(keys, rule.method)

    def tie_break(self, unit: str) -> tuple[float, ...]:
        """The values that decide equal points."""
        if unit not in self._ties:
            self._ties[unit] = self._tie_break(unit)
        return self._ties[unit]

    def _tie_break(self, unit: str) -> tuple[float, ...]:
        numbers = []
        for name in self.campaign.ranking.tie_break:
            indicator = self.campaign.indicator(name)
            measured = self.sums.is_measured(unit, indicator)
            value = self.sums.value(unit, indicator) if measured else None
            better = float("-inf") if value is None else float(value) * indicator.direction
            numbers.append(round(better, 9) if value is not None else better)
        return tuple(numbers)

    def lists(self, points: Points, met: Mapping[str, int], level: str) -> set[str]:
        """Who is rewarded by the rules that go by points."""
        listed: set[str] = set()
        for rule in self.campaign.rewards:
            in_force = not rule.periods or self.rules_of in rule.periods
            if rule.level == level and rule.by == "points" and in_force:
                listed |= self._list(rule, points, met, listed)
        return listed

    def _list(
        self, rule: RewardRule, points: Points, met: Mapping[str, int], listed: set[str]
    ) -> set[str]:
        most = self.campaign.scoring.total_points
        eligible = {
            unit: number
            for unit, number in points.items()
            if unit not in listed
            and not self.lacking(unit)
            and round(number / most, 9) >= round(rule.minimum_share, 9)
            and met[unit] >= rule.minimum_targets
        }
        order = place_by_rank(self.places(eligible))
        found: set[str] = set()
        above = 0
        for tied in order:
            fits = above < rule.quota if rule.ties == "all" else above + len(tied) <= rule.quota
            if not fits:
                break
            found |= set(tied)
            above += len(tied)
        return found


def place_by(keys: Mapping[str, tuple[object, ...]], method: str) -> dict[str, int]:
    """1, 2, 2, 4 or (dense) 1, 2, 2, 3, the greatest key first."""
    ordered = sorted(keys.values(), reverse=True)
    if method == "dense":
        ordered = list(dict.fromkeys(ordered))
    first: dict[tuple[object, ...], int] = {}
    for place, key in enumerate(ordered, start=1):
        first.setdefault(key, place)
    return {unit: first[key] for unit, key in keys.items()}


def place_by_rank(places: Mapping[str, int]) -> list[list[str]]:
    """Units of the same place together, the first place first."""
    return [
        [unit for unit, place in places.items() if place == rank]
        for rank in sorted(set(places.values()))
    ]
