"""Which names a sentence must hold, told from its facts; each placeholder has its rule."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from dxkit.model.facts import CellRef, FactKey
from dxkit.model.text import visible
from dxkit.verify.kinds import list_trials, trials
from tests.oracles.compare import PageProof
from tests.oracles.reached import reached_below, silent_below

Keys = Mapping[str, FactKey]
Names = set[str]
_OF_ITS_LEVEL = ("headline", "group_")
"""How the messages begin that name the level of the unit itself."""
_ORDINARY = ("value", "change", "gap", "least", "first", "greatest", "children_known", "most")
"""The facts, most telling first, whose indicator a sentence is about."""


class NamesInSentences:
    """The names of one page's sentences."""

    def __init__(self, proof: PageProof) -> None:
        self.proof = proof
        self.again = proof.again

    def expected(self, message: str, name: str, keys: Keys, named: Names) -> Names:
        """The ids that a placeholder must name; empty when it names what it must not."""
        again = self.again
        unit = self._unit(message, keys)
        numbered, _, place = name.rpartition("_")
        if numbered in ("name", "thing") and place.isdigit():
            return {keys[k].subject for k in (f"value_{place}", f"met_{place}") if k in keys}
        if numbered == "at" and f"rank_{place}" in keys and f"ranked_{place}" in keys:
            return self._at_place(unit, keys, place)
        if name in ("higher", "lower"):
            return {k[len(name) + 1 :] for k in keys if k.startswith(f"{name}_")}
        if name.endswith("_unit") and name.removesuffix("_unit") in keys:
            return self._equal(keys[name.removesuffix("_unit")], named)
        if message == "picture_gap" and name == "unit":
            return self._all_equal(keys["most"])
        if name in ("best_units", "worst_units"):
            return self._all_equal(keys[name.removesuffix("_units")])
        simple = {
            "unit": lambda: {unit},
            "group": lambda: {again.group(unit) or unit},
            "level": lambda: {self._level(unit, below=not message.startswith(_OF_ITS_LEVEL))},
            "below": lambda: {self._level(unit, below=True)},
            "type": lambda: {again.units.get(unit).type},
            "period": lambda: {again.period.id},
            "previous_period": lambda: {again.before.period.id} if again.before else set(),
            "first_month": lambda: {keys["first"].period},
            "last_month": lambda: {keys["last"].period},
            "band": lambda: {again.band(unit)},
            "award": lambda: self._award(message, unit, keys),
            "drag_unit": lambda: {keys["weight"].unit},
            "tied": lambda: self.tied(unit),
            "ties": lambda: (
                {i.id for child in again.children(unit) for i in again.indicators(child)}
                & {*again.campaign.ranking.tie_break}
            ),
            "units": lambda: self._units(message, unit, keys),
            "short_units": lambda: self._short(unit, keys),
            "units_unchanged": lambda: set(again.unchanged_below(unit)),
            "met": lambda: self._targets(unit, met=True),
            "missed": lambda: self._targets(unit, met=False),
            "unknown": lambda: self._targets(unit, met=None) - self._idle(unit),
            "idle": lambda: self._targets(unit, met=None) & self._idle(unit),
            "lacking": lambda: (
                {i.id for i in again.indicators(unit) if again.value(unit, i) is None}
                - self._idle(unit)
            ),
            "indicators": lambda: self._indicators(message, unit, keys),
            "indicator": lambda: self._subjects(message, keys),
            "furthest": lambda: self._alike(keys["gap"]),
            "fallen": lambda: self._alike(
                keys["fall" if message.startswith("headline_both") else "change"]
            ),
            "best_indicator": lambda: self._alike(keys.get("best", keys.get("most", _NONE))),
            "worst_indicator": lambda: self._alike(keys.get("worst", keys.get("least", _NONE))),
            "table": lambda: {
                again.campaign.measure(keys.get("value_1", keys.get("value", _NONE)).subject).table
            },
            "thing": lambda: {self._measure(message, keys, message == "below_small")},
            "part": lambda: {self._measure(message, keys, whole=False)},
            "whole": lambda: {self._measure(message, keys, whole=True)},
            "cell": lambda: named & {_written(c, again.period.id) for c in self._deciding(unit)},
            "trials_named": lambda: self._trials(message, unit),
            "gains": lambda: self._moved(unit, named, 0),
            "loses": lambda: self._moved(unit, named, 1),
        }
        try:
            return simple[name]()
        except KeyError:
            return set()

    def _unit(self, message: str, keys: Keys) -> str:
        """The unit that a sentence is about."""
        if message == "below_drag":
            return self.again.units.get(keys["weight"].unit).parent_code
        chief = next((keys[k] for k in ("most", "points", "value") if k in keys), None)
        if chief is None:
            chief = next((key for key in keys.values()), None)
        return chief.unit if chief is not None else self.proof.unit

    def _level(self, unit: str, *, below: bool) -> str:
        """That of the unit itself, or of the units below it."""
        levels = [level.id for level in self.again.campaign.levels]
        own = levels.index(self.again.units.get(unit).level)
        return levels[min(own + 1, len(levels) - 1) if below else own]

    def _subject(self, message: str, keys: Keys) -> str:
        order = ("change", *_ORDINARY) if message.startswith("headline") else _ORDINARY
        return next(
            (keys[k].subject for k in order if k in keys), next(iter(keys.values())).subject
        )

    def _subjects(self, message: str, keys: Keys) -> Names:
        """The indicator that a sentence is about, or all with the same extreme number."""
        subject = self._subject(message, keys)
        if message.startswith(("headline_growth", "headline_both")):
            return self._alike(keys["change"])
        return self._alike(keys["gap"]) if message.startswith("picture_targets") else {subject}

    def _alike(self, key: FactKey) -> Names:
        """The ratios of the unit with the same number of this kind."""
        again, own = self.again, self.again.number(key)
        found = set()
        for i in again.indicators(key.unit) if own is not None else ():
            try:
                other = again.number(key._replace(subject=i.id)) if i.kind == "ratio" else None
            except KeyError:
                continue  # the indicator is not compared
            if other is not None and round(float(own or 0) - float(other), 12) == 0:
                found.add(i.id)
        return found

    def _measure(self, message: str, keys: Keys, whole: bool) -> str:
        subject = self._subject(message, keys)
        indicators = {i.id: i for i in self.again.campaign.indicators}
        if subject not in indicators:
            return subject
        return indicators[subject].denominator if whole else indicators[subject].numerator

    def _targets(self, unit: str, *, met: bool | None) -> Names:
        again = self.again
        return {
            i.id
            for i in again.indicators(unit)
            if again.is_met(unit, i) is met and again.target(unit, i) is not None
        }

    def _idle(self, unit: str) -> Names:
        """The indicators of which there is nothing to measure at the unit."""
        again = self.again
        return {
            i.id
            for i in again.indicators(unit)
            if again.value(unit, i) is None and again.sums.of(unit, i).why == "not_applicable"
        }

    def tied(self, unit: str) -> Names:
        """The other units with the unit's place."""
        ranks = self.again.ranks(unit)
        return {other for other, place in ranks.items() if place == ranks.get(unit)} - {unit}

    def _award(self, message: str, unit: str, keys: Keys) -> Names:
        """The list that the unit is on for the reason told; its place is that of the list."""
        again = self.again
        by = "progress_" if "_progress" in message else ""
        for name in ("rank", "ranked"):
            if keys[name] != FactKey(again.period.id, unit, "total", f"{by}{name}"):
                return set()
        tied, within = (True, "tied_into_quota"), (True, "within_quota")
        told = [tied] if message.endswith("_tied") else [within]
        if message == "message_award":  # that it is on the list, not why
            told = [tied, within]
        decided = again.decisions(again.group(unit))
        if message.endswith("_next"):
            told = [(False, "quota_full")]
            own = again.number(keys["rank"])
            full = {u for d in decided.values() for u, how in d.items() if how in told}
            ranks = [again.number(keys["rank"]._replace(unit=u)) for u in full]
            if own is None or any(rank is not None and rank < own for rank in ranks):
                return set()
        return {
            rule.id
            for rule in again.campaign.rewards
            if keys["quota"].subject == f"reward-{rule.id}"
            and (rule.by == "progress") is bool(by)
            and decided.get(rule.id, {}).get(unit) in told
        }

    def _at_place(self, unit: str, keys: Keys, place: str) -> Names:
        """The criteria on which the unit has this place out of so many."""
        shown = [self.again.number(keys[f"{kind}_{place}"]) for kind in ("rank", "ranked")]
        period = self.again.period.id
        return {
            i.id
            for i in self.again.indicators(unit)
            if [self.again.number(FactKey(period, unit, i.id, kind)) for kind in ("rank", "ranked")]
            == shown
        }

    def _indicators(self, message: str, unit: str, keys: Keys) -> Names:
        if message == "next_below":
            return {key.subject for name, key in keys.items() if name.startswith("met_")}
        if not message.startswith("picture_grid"):
            starts = ("left_out_", "not_applicable_", "small_", "change_")
            return {key.subject for name, key in keys.items() if name.startswith(starts)}
        counts = reached_below(self.again, unit)
        shares = {i: Fraction(met, known) for i, (met, known) in counts.items()}
        least = min(shares.values(), default=Fraction(0))
        shown = self.again.number(keys["children_known"])
        fewest = {i for i, share in shares.items() if share == least}
        return {i for i in fewest if not least or counts[i][1] == shown}

    def _short(self, unit: str, keys: Keys) -> Names:
        """The units below that miss the target of the sentence's indicator."""
        subject, again = keys["children_met"].subject, self.again
        indicator = self.again.campaign.indicator(subject)
        return {c for c in self.again.children(unit) if again.is_met(c, indicator) is False}

    def _units(self, message: str, unit: str, keys: Keys) -> Names:
        """The units below that a sentence without their numbers must name."""
        again, below = self.again, self.again.children(unit)
        if message.endswith(("a_not_reported", "t_not_reported", "a_unread", "t_unread")):
            why = message.partition("_")[2]
            return {c for c in below if again.total(c)[2] == why}
        if message in ("data_lacking", "verdict_lacking"):
            return set(again.incomplete_below(unit))
        if message == "headline_figures_lacking":
            return {c for c in below if again.incomplete(c)}
        if message == "data_not_reported_below":
            return set(silent_below(again, self.proof.unit))
        if message == "rule_excluded":
            out = {e.unit for e in again.campaign.ranking.exclusions if e.period == again.period.id}
            return out & set(below)
        subjects = {key.subject for key in keys.values()}
        indicators = [i for i in again.campaign.indicators if i.id in subjects]
        found: Names = set()
        for code in below:
            for indicator in indicators:
                if not again.sums.is_measured(code, indicator):
                    continue
                if message == "below_small":
                    lower = again.sums.of(code, indicator).numbers[1] or 0
                    named = 0 < lower < again.campaign.checks.smallest
                else:
                    idle = message.startswith(("below_not_applicable", "below_none"))
                    lacks = again.value(code, indicator) is None
                    why = again.sums.of(code, indicator).why if lacks else ""
                    named = lacks and (why == "not_applicable") is idle
                if named:
                    found.add(code)
        return found

    def _equal(self, key: FactKey, named: Names) -> Names:
        """Of the units named, those whose same number is this one; and the fact's own unit."""
        number = self.again.number(key)
        same = {
            unit
            for unit in named
            if unit in self.again.units
            and self.again.number(FactKey(key.period, unit, key.subject, key.kind)) == number
        }
        return same | {key.unit}

    def _all_equal(self, key: FactKey) -> Names:
        """All units beside the fact's own whose same number is this one."""
        beside = self.again.children(self.again.units.get(key.unit).parent_code)
        again = self.again
        indicator = next((i for i in again.campaign.indicators if i.id == key.subject), None)
        known = {u for u in beside if indicator is None or again.sums.is_measured(u, indicator)}
        return self._equal(key, known)

    def _deciding(self, unit: str) -> dict[CellRef, tuple[Names, Names]]:
        return list_trials(self.again, unit).deciding

    def _trials(self, message: str, unit: str) -> Names:
        """The other trials that give the unit other ranks, or those below it another list."""
        if message == "rank_trials_outside":
            return trials(self.again, unit).outside(unit)
        return {way for way, other in list_trials(self.again, unit).ways.items() if other}

    def _moved(self, unit: str, named: Names, side: int) -> Names:
        """The units named, when some deciding cell moves just these."""
        moved = [sides[side] for sides in self._deciding(unit).values()]
        return named if named in moved else set()


def _written(cell: CellRef, period: str) -> str:
    return visible(f"{period}/{cell.file} › {cell.sheet}: {cell.cell}")


_NONE = FactKey("", "", "", "")
