"""Seeded edits of a small quarter: what an office might send, or make of it, at the borders of the
sentences.

The quarter is the demonstration's, cut down to five districts, four communes in each and two
hamlets in each of these, so that thousands of edits are analysed in minutes.
"""

from __future__ import annotations

import dataclasses
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from dxkit.model.campaign import Campaign, Indicator, IndicatorKind, MeasureKind
from dxkit.model.findings import Finding
from dxkit.model.observations import Flag, Observation, Received
from dxkit.model.units import Unit, UnitRegistry

DISTRICTS = ("930", "932", "933", "935", "934")
COMMUNES, HAMLETS = 4, 2


def small(received: Received) -> Received:
    """The same quarter of a few units."""
    units, kept = received.units, [received.units.top.code]
    for district in DISTRICTS:
        communes = units.children(district)[:COMMUNES]
        kept += [district, *(c.code for c in communes)]
        kept += [h.code for c in communes for h in units.children(c.code)[:HAMLETS]]
    table = received.table
    return dataclasses.replace(
        received,
        units=UnitRegistry(tuple(u for u in units.units if u.code in kept), units.levels),
        table=dataclasses.replace(
            table,
            observations=tuple(o for o in table.observations if o.unit_code in kept),
            register_rows=tuple(row for row in table.register_rows if row.unit_code in kept),
        ),
        findings=tuple(f for f in received.findings if not f.unit_code or f.unit_code in kept),
    )


@dataclass
class Quarter:
    """Observations that are edited, and what else an edit needs to know."""

    campaign: Campaign
    units: UnitRegistry
    observations: list[Observation]
    findings: list[Finding] = field(default_factory=list)

    @classmethod
    def of(cls, campaign: Campaign, received: Received) -> Quarter:
        """The quarter as it was received."""
        return cls(
            campaign, received.units, list(received.table.observations), list(received.findings)
        )

    def received(self, like: Received) -> Received:
        """What was received after all edits."""
        table = dataclasses.replace(like.table, observations=tuple(self.observations))
        return dataclasses.replace(like, table=table, findings=tuple(self.findings))

    def is_under(self, code: str, unit: str) -> bool:
        """Whether a unit is another or stands below it."""
        return unit in self.units.line(code)

    def change(
        self,
        wanted: Callable[[Observation], bool],
        make: Callable[[Observation], Observation | None],
    ) -> None:
        """Each observation that is wanted made anew, or left out."""
        made = [make(o) if wanted(o) else o for o in self.observations]
        self.observations = [o for o in made if o is not None]

    def cells(self, unit: str, *measures: str) -> list[Observation]:
        """The counts of these measures in a unit and below it, or of all."""
        return [
            o for o in self.observations
            if o.value is not None and (not measures or o.measure in measures)
            and self.is_under(o.unit_code, unit)
        ]  # fmt: skip

    def put(self, old: Observation, value: int) -> None:
        """Another count in a cell; of a register another number of rows, with no row behind it."""
        place = self.observations.index(old)
        flag = None if old.flag in (Flag.NOT_APPLICABLE, Flag.FROM_SHARE) else old.flag
        raw = "" if self.campaign.measure(old.measure).kind is MeasureKind.ROWS else str(value)
        self.observations[place] = dataclasses.replace(old, value=value, flag=flag, raw=raw)


Edit = Callable[[Quarter, random.Random], None]


def _ratios(campaign: Campaign) -> list[Indicator]:
    return [i for i in campaign.indicators if i.kind is IndicatorKind.RATIO]


def _unit(quarter: Quarter, chance: random.Random, *levels: str) -> Unit:
    level = chance.choice(levels or ("district", "district", "commune", "commune", "hamlet"))
    return chance.choice(quarter.units.at_level(level))


def _without_value(o: Observation, flag: Flag) -> Observation:
    return dataclasses.replace(o, value=None, flag=flag)


def nought(quarter: Quarter, chance: random.Random) -> None:
    """All counts of one measure are 0 in a unit."""
    unit, indicator = _unit(quarter, chance), chance.choice(quarter.campaign.indicators)
    measures = {indicator.numerator, chance.choice([indicator.numerator, indicator.denominator])}
    for old in quarter.cells(unit.code, *measures):
        quarter.put(old, 0)


def alike(quarter: Quarter, chance: random.Random) -> None:
    """Every place of a district, or of all, has the same counts."""
    everywhere = chance.random() < 0.5
    unit = quarter.units.top if everywhere else _unit(quarter, chance, "district", "commune")
    whole = chance.choice([1, 8, 10, 100, 400])
    shares = {
        i.numerator: chance.choice([0, 1, 2, 3, 5, 8, 9, 10]) for i in _ratios(quarter.campaign)
    }
    wholes = {i.denominator for i in _ratios(quarter.campaign)}
    for old in quarter.cells(unit.code):
        if old.measure in wholes:
            quarter.put(old, whole)
        elif old.measure in shares:
            quarter.put(old, whole * shares[old.measure] // 10)


def tie(quarter: Quarter, chance: random.Random) -> None:
    """One unit has the counts of another, cell by cell."""
    level = chance.choice(["district", "commune"])
    one, other = chance.sample(quarter.units.at_level(level), 2)
    theirs: dict[tuple[str, str], list[Observation]] = {}
    for cell in quarter.cells(one.code):
        theirs.setdefault((cell.measure, cell.period), []).append(cell)
    for old in quarter.cells(other.code):
        same = theirs.get((old.measure, old.period))
        if same:
            quarter.put(
                old, int(same.pop(0).value or 0) if len(same) > 1 else int(same[0].value or 0)
            )


def near_target(quarter: Quarter, chance: random.Random) -> None:
    """A share is exactly at its target, or one thing more or less; sometimes where a whole of many
    things makes that a difference that rounding hides.
    """
    unit = _unit(quarter, chance, "district", "commune", "hamlet")
    indicator = chance.choice(_ratios(quarter.campaign))
    target = quarter.campaign.target(indicator.id, "district", "2022-Q4")
    goal = target.value if target is not None else 0.1
    scale = chance.choice([1, 1, 1, 10, 100, 1000])
    for old in quarter.cells(unit.code, indicator.denominator) if scale > 1 else ():
        quarter.put(old, int(old.value or 0) * scale)
    whole = sum(int(o.value or 0) for o in quarter.cells(unit.code, indicator.denominator))
    wanted = math.ceil(round(whole * goal, 6)) + chance.choice([-1, 0, 1])
    parts = quarter.cells(unit.code, indicator.numerator)
    for number, old in enumerate(parts, start=1):
        share = (
            wanted
            if number == len(parts)
            else min(max(wanted, 0), round(whole * goal / len(parts)))
        )
        quarter.put(old, max(share, 0))
        wanted -= share


def one_more(quarter: Quarter, chance: random.Random) -> None:
    """One cell counts a little more or less."""
    old = chance.choice(
        quarter.cells(_unit(quarter, chance, "commune").code) or quarter.cells("93")
    )
    quarter.put(old, max(int(old.value or 0) + chance.choice([-2, -1, 1, 2]), 0))


def extreme(quarter: Quarter, chance: random.Random) -> None:
    """A count of nothing to speak of, or of millions."""
    unit = _unit(quarter, chance)
    indicator = chance.choice(_ratios(quarter.campaign))
    size = chance.choice([1, 2, 3, 7, 10**6, 10**7])
    full = chance.random() < 0.3
    for old in quarter.cells(unit.code, indicator.denominator, indicator.numerator):
        is_whole = old.measure == indicator.denominator
        quarter.put(old, size if is_whole or full else min(int(old.value or 0), size))


def cell_missing(quarter: Quarter, chance: random.Random) -> None:
    """Some cells cannot be used or say nothing."""
    found = quarter.cells(_unit(quarter, chance, "district", "commune").code)
    chosen = chance.sample(found, min(len(found), chance.choice([1, 1, 3, 10])))
    flag = chance.choice([Flag.REJECTED, Flag.NO_DATA])
    for old in chosen:
        place = quarter.observations.index(old)
        quarter.observations[place] = _without_value(old, flag)
        code = "value_unreadable" if flag is Flag.REJECTED else "figure_gone"
        quarter.findings.append(Finding(code, old.address, old.unit_code))


def measure_missing(quarter: Quarter, chance: random.Random) -> None:
    """A unit has no figure of one measure."""
    unit = _unit(quarter, chance, "district", "commune")
    measure = chance.choice([o.measure for o in quarter.observations])
    quarter.change(
        lambda o: o.measure == measure and quarter.is_under(o.unit_code, unit.code),
        lambda o: _without_value(o, Flag.NO_DATA),
    )


def table_missing(quarter: Quarter, chance: random.Random) -> None:
    """One table of a district or commune did not come."""
    unit = _unit(quarter, chance, "district", "commune")
    tables = {m.id: m.table for m in quarter.campaign.measures}
    table = chance.choice(sorted(set(tables.values())))
    gone = [
        o for o in quarter.observations
        if tables[o.measure] == table and quarter.is_under(o.unit_code, unit.code)
    ]  # fmt: skip
    quarter.change(lambda o: o in gone, lambda o: None)
    if gone:
        code = "table_missing" if unit.level == "district" else "unit_missing"
        quarter.findings.append(Finding(code, gone[0].address._replace(cell=""), unit.code))


def silent(quarter: Quarter, chance: random.Random) -> None:
    """A unit sends nothing."""
    unit = _unit(quarter, chance, "district", "commune", "commune")
    quarter.change(lambda o: quarter.is_under(o.unit_code, unit.code), lambda o: None)


def one_reporter(quarter: Quarter, chance: random.Random) -> None:
    """Of all districts, or of the communes of one, a single one sends something."""
    level = chance.choice(["district", "commune"])
    one = _unit(quarter, chance, level)
    above = quarter.units.ancestors(one.code)[0].code if level == "commune" else "93"
    parent = one.parent_code if level == "commune" else above
    quarter.change(
        lambda o: (
            quarter.is_under(o.unit_code, parent) and not quarter.is_under(o.unit_code, one.code)
        ),
        lambda o: None,
    )


def idle(quarter: Quarter, chance: random.Random) -> None:
    """Nothing arose, or there is none of what a share is of."""
    unit = _unit(quarter, chance)
    indicator = chance.choice(_ratios(quarter.campaign))
    measures = (indicator.numerator, indicator.denominator)
    flagged = chance.random() < 0.5
    for old in quarter.cells(unit.code, *measures):
        if flagged:
            place = quarter.observations.index(old)
            quarter.observations[place] = _without_value(old, Flag.NOT_APPLICABLE)
        else:
            quarter.put(old, 0)


def initiatives(quarter: Quarter, chance: random.Random) -> None:
    """A unit has none, one or many initiatives."""
    unit, number = _unit(quarter, chance, "district", "commune"), chance.choice([0, 1, 2, 30])
    for old in quarter.cells(unit.code, "initiatives_effective"):
        quarter.put(old, number)


NOW: tuple[Edit, ...] = (
    nought, alike, tie, near_target, near_target, one_more, extreme, cell_missing, measure_missing,
    table_missing, silent, one_reporter, idle, initiatives,
)  # fmt: skip
BEFORE: tuple[Edit, ...] = (nought, alike, silent, table_missing, one_reporter, cell_missing, tie)


@dataclass(frozen=True)
class Edited:
    """An edited quarter, the one before it or none, and the unit whose pages are looked at."""

    received: Received
    previous: Received | None
    names: tuple[str, ...]
    unit: str


def edited(seed: int, campaign: Campaign, received: Received, previous: Received) -> Edited:
    """The edits of a seed: one to three of the quarter, one in four also of the quarter before,
    which one in twelve does not have.
    """
    chance = random.Random(seed)
    now = Quarter.of(campaign, received)
    chosen = [chance.choice(NOW) for _ in range(chance.choice([1, 1, 2, 3]))]
    for edit in chosen:
        if now.observations:
            edit(now, chance)
    names = [edit.__name__ for edit in chosen]
    earlier: Received | None = previous
    draw = chance.random()
    if draw < 1 / 12:
        earlier, names = None, [*names, "first_period"]
    elif draw < 1 / 3:
        then, edit = Quarter.of(campaign, previous), chance.choice(BEFORE)
        edit(then, chance)
        earlier, names = then.received(previous), [*names, f"{edit.__name__}_before"]
    return Edited(now.received(received), earlier, tuple(names), _touched(now, received, chance))


def _touched(now: Quarter, received: Received, chance: random.Random) -> str:
    """The province, a district, a commune or a hamlet's commune: of those that were edited, if any
    were.
    """
    before = {(o.unit_code, o.measure, o.period): o.value for o in received.table.observations}
    after = {(o.unit_code, o.measure, o.period): o.value for o in now.observations}
    keys = [k for k in before.keys() | after.keys() if before.get(k, -1) != after.get(k, -1)]
    moved = sorted({unit for unit, _, _ in keys})
    unit = chance.choice(moved) if moved else chance.choice(now.units.at_level("hamlet")).code
    line = [u for u in (now.units.get(unit), *now.units.ancestors(unit)) if u.level != "hamlet"]
    return chance.choice(line).code
