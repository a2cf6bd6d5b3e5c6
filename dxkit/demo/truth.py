"""The simulated truth behind the demonstration workbooks, drawn from a seed.

Household totals lie close to the 2019 census; everything else is invented.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dxkit.model.campaign import Campaign
from dxkit.model.units import Unit

HAMLETS = 525
QUARTERS = ("2022-Q3", "2022-Q4")
NOT_REPORTED = "31417"  # in the second quarter
NOTHING_AROSE = "31495"
TYPED_SHARES = "935"
LETTER_FOR_NOUGHT = "31327"
APPROXIMATE = "31360"

# Level of each district on online dossiers, skills, app and cashless payment in both quarters.
_PROFILES = {
    "930": ((0.32, 0.69, 0.49, 0.59), (0.53, 0.88, 0.77, 0.79)),
    "931": ((0.41, 0.78, 0.60, 0.72), (0.60, 0.94, 0.85, 0.84)),
    "932": ((0.44, 0.80, 0.63, 0.74), (0.64, 0.95, 0.88, 0.86)),
    "933": ((0.33, 0.72, 0.52, 0.62), (0.49, 0.91, 0.79, 0.74)),
    "934": ((0.28, 0.66, 0.47, 0.55), (0.46, 0.84, 0.72, 0.68)),
    "935": ((0.37, 0.74, 0.56, 0.67), (0.51, 0.87, 0.81, 0.72)),
    "936": ((0.19, 0.55, 0.36, 0.41), (0.31, 0.70, 0.56, 0.53)),
    "937": ((0.25, 0.63, 0.44, 0.52), (0.43, 0.80, 0.68, 0.64)),
}
_RURAL_TYPE_LENGTH = 2  # the type of a rural commune has two letters; wards and townships more
_SHARES = ("households_digital_skills", "households_app", "households_cashless")


@dataclass
class Place:
    """The figures of one hamlet or commune in one quarter, by measure (and month)."""

    unit: Unit
    number: int = 0  # of a hamlet within its commune
    counts: dict[str, int] = field(default_factory=dict)
    hamlets: list[Place] = field(default_factory=list)
    initiatives: list[tuple[int, int, str]] = field(default_factory=list)  # row, households, start

    def total(self, measure: str) -> int:
        """The sum over the hamlets."""
        return sum(hamlet.counts[measure] for hamlet in self.hamlets)


def read_census(path: Path) -> dict[str, int]:
    """Households of the 2019 census by commune code, from the reference file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file) if len(row) > 3 and row[3].isdigit() and row[1]]
    return {row[1]: int(row[3]) for row in rows}


def simulate(campaign: Campaign, census: Mapping[str, int], seed: int) -> dict[str, list[Place]]:
    """The communes of each quarter in registry order, each with its hamlets."""
    draw = random.Random(seed)
    units = campaign.units.on(campaign.period(QUARTERS[0]).last_day)
    communes = units.at_level("commune")
    numbers = _hamlet_numbers([census[unit.code] for unit in communes])
    first, second = [], []
    for unit, hamlets in zip(communes, numbers, strict=True):
        before, after = _commune(
            draw, unit, round(census[unit.code] * draw.uniform(1, 1.04)), hamlets
        )
        first.append(before)
        second.append(after)
    return {QUARTERS[0]: first, QUARTERS[1]: second}


def _hamlet_numbers(households: list[int]) -> list[int]:
    """The 525 hamlets shared out by households: largest remainders, at least three a commune."""
    whole = sum(households)
    quotas = [max(3.0, HAMLETS * n / whole) for n in households]
    numbers = [int(quota) for quota in quotas]
    order = sorted(range(len(quotas)), key=lambda n: numbers[n] - quotas[n])
    for n in order[: HAMLETS - sum(numbers)]:
        numbers[n] += 1
    return numbers


def _commune(draw: random.Random, unit: Unit, households: int, hamlets: int) -> tuple[Place, Place]:
    before, after = Place(unit), Place(unit)
    lean = draw.gauss(0, 0.05)
    urban = len(unit.type) > _RURAL_TYPE_LENGTH
    weights = [draw.uniform(0.75, 1.25) for _ in range(hamlets)]
    left = households
    for number, weight in enumerate(weights, start=1):
        size = left if number == hamlets else round(households * weight / sum(weights))
        left -= size
        _hamlet(draw, unit, number, size, lean, urban, before, after)
    _commune_counts(draw, unit, lean, before, after)
    return before, after


def _hamlet(
    draw: random.Random,
    unit: Unit,
    number: int,
    size: int,
    lean: float,
    urban: bool,
    before: Place,
    after: Place,
) -> None:
    first, second = Place(unit, number), Place(unit, number)
    first.counts["households"] = second.counts["households"] = size
    levels = _PROFILES[unit.parent_code]
    for place, measure in enumerate(_SHARES, start=1):
        noise = draw.gauss(0, 0.03)
        start = min(max(levels[0][place] + lean + noise, 0.05), 0.99)
        end = min(max(levels[1][place] + lean + noise + draw.gauss(0, 0.01), start), 0.995)
        first.counts[measure] = round(size * start)
        second.counts[measure] = max(round(size * end), first.counts[measure])
    farms = round(size * (draw.uniform(0, 0.12) if urban else draw.uniform(0.5, 0.8)))
    sold = draw.uniform(0.02, 0.1) * (1 + lean)
    for quarter, growth in ((first, 1.0), (second, draw.uniform(1.2, 2.2))):
        quarter.counts["farm_households"] = farms
        quarter.counts["farm_households_ecommerce"] = min(round(farms * sold * growth), farms)
    before.hamlets.append(first)
    after.hamlets.append(second)


def _commune_counts(
    draw: random.Random, unit: Unit, lean: float, before: Place, after: Place
) -> None:
    levels = _PROFILES[unit.parent_code]
    usual = draw.randint(90, 320)
    for place, (quarter, level) in enumerate(((before, levels[0][0]), (after, levels[1][0]))):
        for month in range(3):
            arising = round(usual * draw.uniform(0.85, 1.15))
            if unit.code == LETTER_FOR_NOUGHT:
                arising -= arising % 10  # ends in a nought
            share = min(max(level + lean + (month - 1) * 0.02 + draw.gauss(0, 0.015), 0.02), 0.98)
            quarter.counts[f"dossiers_{month}"] = arising
            quarter.counts[f"dossiers_online_{month}"] = round(arising * share)
        teams = len(quarter.hamlets)
        quarter.counts["teams"] = teams
        quarter.counts["team_members"] = before.counts.get(
            "team_members", teams * 7 + draw.randint(-teams, teams)
        )
        sessions = draw.randint(2, 9)
        quarter.counts["outreach_sessions"] = sessions
        quarter.counts["outreach_people"] = sessions * draw.randint(25, 60)
        classes = draw.randint(1, 4)
        quarter.counts["training_sessions"] = classes
        quarter.counts["training_people"] = classes * draw.randint(20, 40)
        for _ in range(draw.choices((0, 1, 2), (0.35, 0.5, 0.15))[0]):
            month = draw.randint(7, 9) if place == 0 else draw.randint(10, 12)
            quarter.initiatives.append(
                (draw.randrange(8), draw.randint(15, 180), f"{month:02d}/2022")
            )
