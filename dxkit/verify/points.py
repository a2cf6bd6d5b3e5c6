"""Plain scoring and ranking: points, totals, ranks and lists, by the campaign's rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from dxkit.model.campaign import Campaign, Indicator
from dxkit.model.plan import why_no_ranking
from dxkit.model.rules import Condition, RewardRule
from dxkit.verify.sums import SILENT, Sums, remembered

Points = Mapping[str, float]


class Scores:
    """The points of every unit of one received period by the rules of the period ``rules_of``."""

    def __init__(self, campaign: Campaign, sums: Sums, rules_of: str) -> None:
        self.campaign = campaign
        self.sums = sums
        self.rules_of = rules_of

    @remembered
    def group(self, unit: str) -> str:
        """The unit inside which this one is compared; empty when it is compared with nobody."""
        units = self.sums.received.units
        level = self.campaign.ranking.within.get(units.get(unit).level, "")
        while unit and units.get(unit).level != level:
            unit = units.get(unit).parent_code
        return unit

    def members(self, unit: str) -> list[str]:
        """The units it is compared with, itself among them."""
        group, level = self.group(unit), self.sums.received.units.get(unit).level
        return self._compared(level, group) if group else [unit]

    @remembered
    def _compared(self, level: str, group: str) -> list[str]:
        alike = self.sums.received.units.at_level(level)
        return [unit.code for unit in alike if self.group(unit.code) == group]

    @remembered
    def indicators(self, unit: str) -> list[Indicator]:
        """The indicators measured at the unit's level."""
        return [i for i in self.campaign.indicators if self.sums.is_measured(unit, i)]

    def target(self, unit: str, indicator: Indicator) -> float | None:
        """The target of the rules' period at the unit's level."""
        level = self.sums.received.units.get(unit).level
        found = self.campaign.target(indicator.id, level, self.rules_of)
        return found.value if found else None

    def is_met(self, unit: str, indicator: Indicator) -> bool | None:
        """Whether the target is reached; None without value or target."""
        return self.is_met_at(unit, indicator, self.sums.value(unit, indicator))

    def is_met_at(self, unit: str, indicator: Indicator, value: Fraction | None) -> bool | None:
        """The same if the unit's value were this one."""
        target = self.target(unit, indicator)
        if value is None or target is None:
            return None
        return float(value) >= target if indicator.direction > 0 else float(value) <= target

    def met(self, unit: str) -> int:
        """How many targets the unit reaches."""
        return sum(self.is_met(unit, i) is True for i in self.indicators(unit))

    def share(self, unit: str, indicator: Indicator) -> float | None:
        """The share of the indicator's points; None without a value or a rule for it."""
        return self.share_at(unit, indicator, self.sums.value(unit, indicator))

    def share_at(self, unit: str, indicator: Indicator, value: Fraction | None) -> float | None:
        """The same if the unit's value were this one."""
        if value is None:
            return None
        peers: list[float] = []
        if indicator.scoring == "min_max":
            others = (self.sums.value(u, indicator) for u in self.members(unit) if u != unit)
            peers = [float(value), *(float(v) for v in others if v is not None)]
        return share_of_points(indicator, float(value), self.target(unit, indicator), peers)

    @remembered
    def total(self, unit: str) -> tuple[float | None, float, str]:
        """Points, covered share of the scale, and why there are none."""
        found, level = self._total(unit), self.sums.received.units.get(unit).level
        why = why_no_ranking(self.campaign, level, self.rules_of)
        return (None, 0.0, why) if why and found[2] not in SILENT else found

    def _total(self, unit: str) -> tuple[float | None, float, str]:
        rule = self.campaign.scoring
        scored = self.scale(unit)
        lacking = {
            self.sums.why_missing(unit, i) for i in scored if self.sums.value(unit, i) is None
        } - {"not_applicable"}
        shares = [(i.max_points, self.share(unit, i)) for i in scored]
        counted = [(most, share) for most, share in shares if share is not None]
        if lacking or not counted:
            silence = "unread" if "unread" in lacking else "not_reported"
            silent = lacking <= SILENT and not counted
            return None, 0.0, silence if silent else "incomplete"
        covered = sum(most for most, _ in counted)
        earned = sum(most * share for most, share in counted)
        return (
            earned * rule.total_points / covered + self.bonus(unit),
            covered / rule.total_points,
            "",
        )

    def scale(self, unit: str) -> list[Indicator]:
        """The indicators that make up the unit's scale."""
        scored = (i for i in self.indicators(unit) if i.scoring != "none")
        return [i for i in scored if i.id not in self.campaign.scoring.bonus]

    @remembered
    def lacking(self, unit: str) -> list[Indicator]:
        """The indicators of the scale whose figures are not whole."""
        return [i for i in self.scale(unit) if not self.sums.is_whole(unit, i)]

    @remembered
    def bonus(self, unit: str) -> float:
        """The points on top of the scale."""
        found = [i for i in self.indicators(unit) if i.id in self.campaign.scoring.bonus]
        return sum(i.max_points * (self.share(unit, i) or 0.0) for i in found)

    def is_ranked(self, unit: str) -> bool:
        """Whether the unit gets a rank."""
        return self.total(unit)[0] is not None and bool(self.group(unit)) and not self.why_not(unit)

    @remembered
    def why_not(self, unit: str) -> str:
        """Why a unit with points has no rank: a decision, or the condition it falls below."""
        rule, units = self.campaign.ranking, self.sums.received.units
        if (unit, self.rules_of) in {(e.unit, e.period) for e in rule.exclusions}:
            return "excluded"
        for condition in rule.conditions:
            if condition.level in ("", units.get(unit).level) and self._below(unit, condition):
                return f"below_{condition.kind}"
        return ""

    def _below(self, unit: str, condition: Condition) -> bool:
        """Whether the unit does not fulfil a condition for being ranked."""
        if condition.kind == "covered":
            return self.total(unit)[1] < condition.at_least - 1e-9
        if condition.kind == "reported":
            below = self.sums.received.units.children(unit)
            silent = sum(self.total(c.code)[2] in SILENT for c in below)
            return bool(below) and 1 - silent / len(below) < condition.at_least - 1e-9
        indicator = self.campaign.indicator(condition.indicator)
        if not self.sums.is_measured(unit, indicator):
            return False
        value = self.sums.value(unit, indicator)
        if value is None:
            return False
        return (condition.at_least - float(value)) * indicator.direction > 1e-9

    def ranks(self, points: Points) -> dict[str, int]:
        """Ranks by these points, ties broken as the campaign declares."""
        rule = self.campaign.ranking
        keys = {}
        for unit, number in points.items():
            steady = Decimal(repr(round(number, 9)))
            if rule.decimals is not None:
                steady = steady.quantize(Decimal(1).scaleb(-rule.decimals), ROUND_HALF_UP)
            keys[unit] = (steady, *self.tie_break(unit))
        return rank_by(keys, rule.method)

    @remembered
    def tie_break(self, unit: str) -> tuple[float, ...]:
        """The values that decide equal points."""
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
        order = units_by_rank(self.ranks(eligible))
        found: set[str] = set()
        above = 0
        for tied in order:
            fits = above < rule.quota if rule.ties == "all" else above + len(tied) <= rule.quota
            if not fits:
                break
            found |= set(tied)
            above += len(tied)
        return found


def rank_by(keys: Mapping[str, tuple[object, ...]], method: str) -> dict[str, int]:
    """1, 2, 2, 4 or (dense) 1, 2, 2, 3, the greatest key first."""
    ordered = sorted(keys.values(), reverse=True)
    if method == "dense":
        ordered = list(dict.fromkeys(ordered))
    first: dict[tuple[object, ...], int] = {}
    for rank, key in enumerate(ordered, start=1):
        first.setdefault(key, rank)
    return {unit: first[key] for unit, key in keys.items()}


def units_by_rank(ranks: Mapping[str, int]) -> list[list[str]]:
    """Units of the same rank together, the first rank first."""
    return [
        [unit for unit, own in ranks.items() if own == rank] for rank in sorted({*ranks.values()})
    ]


def share_of_points(
    indicator: Indicator, value: float, target: float | None, peers: Sequence[float]
) -> float | None:
    """What share of an indicator's points a value earns."""
    up, number = indicator.direction > 0, indicator.parameters
    place: float | None
    match indicator.scoring:
        case "ratio_to_target" | "ratio_to_target_uncapped":
            if target is None or target <= 0:
                return None
            place = max(value, 0.0) / target
            if not up:
                place = target / value if value > 0 else 1.0
            return min(place, 1.0) if indicator.scoring == "ratio_to_target" else place
        case "steps":
            earned = [0.0]
            for name, edge in number.items():
                reached = value >= edge if up else value <= edge
                if name.startswith("from_") and reached:
                    earned.append(number[f"share_{name[5:]}"])
            return max(earned)
        case "share":
            place = value
        case "count":
            place = value / number["full"]
        case "min_max":
            span = max(peers) - min(peers)
            place = (value - min(peers)) / span if span else None
        case "goalposts":
            place = (value - number["low"]) / (number["high"] - number["low"])
        case _:
            return None
    if place is None:
        return None
    place = min(1.0, max(0.0, place))
    return place if up else 1.0 - place
