"""The simulated truth behind the demonstration workbooks, drawn from a seed.

Household totals lie close to the 2019 census; everything else is invented.
"""

from __future__ import annotations

import csv
import random
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dxkit.model.campaign import Campaign
from dxkit.model.units import Unit

_RURAL_TYPE_LENGTH = 2  # the type of a rural commune has two letters; wards and townships more


@dataclass
class Figures:
    """The figures of one hamlet or commune in one quarter, by measure (and month)."""

    unit: Unit
    number: int = 0  # of a hamlet within its commune
    counts: dict[str, int] = field(default_factory=dict)
    hamlets: list[Figures] = field(default_factory=list)
    initiatives: list[tuple[int, int, str]] = field(default_factory=list)  # row, households, start

    def count(self, measure: str) -> int:
        """Its own figure, or else the sum over its hamlets."""
        own = self.counts.get(measure)
        return sum(hamlet.counts[measure] for hamlet in self.hamlets) if own is None else own


def read_plan(campaign: Campaign) -> dict[str, Any]:
    """What the demonstration of a campaign holds; raises FileNotFoundError when it has none."""
    path = campaign.folder.parents[1] / "demo" / f"{campaign.id}.toml"
    return tomllib.loads(path.read_text("utf-8"))


def read_census(path: Path) -> dict[str, int]:
    """Households of the 2019 census by commune code, from the reference file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file) if len(row) > 3 and row[3].isdigit() and row[1]]
    return {row[1]: int(row[3]) for row in rows}


def simulate(campaign: Campaign, census: Mapping[str, int], seed: int) -> dict[str, list[Figures]]:
    """The communes of each quarter in registry order, each with its hamlets."""
    plan = read_plan(campaign)
    draws = _Draws(plan, random.Random(seed))
    units = campaign.units.on(campaign.period(plan["periods"][0]).last_day)
    communes = units.at_level("commune")
    numbers = _hamlet_numbers([census[unit.code] for unit in communes], plan["hamlets"])
    figures = [
        draws.commune(unit, round(census[unit.code] * draws.random.uniform(1, 1.04)), hamlets)
        for unit, hamlets in zip(communes, numbers, strict=True)
    ]
    return {period: [both[n] for both in figures] for n, period in enumerate(plan["periods"])}


def _hamlet_numbers(households: list[int], number: int) -> list[int]:
    """The hamlets shared out by households: largest remainders, at least three a commune."""
    whole = sum(households)
    quotas = [max(3.0, number * n / whole) for n in households]
    numbers = [int(quota) for quota in quotas]
    order = sorted(range(len(quotas)), key=lambda n: numbers[n] - quotas[n])
    for n in order[: number - sum(numbers)]:
        numbers[n] += 1
    return numbers


@dataclass
class _Draws:
    """Draws of figures in both quarters, in an order that the seed's bytes depend on."""

    plan: Mapping[str, Any]
    random: random.Random

    def commune(self, unit: Unit, households: int, hamlets: int) -> tuple[Figures, Figures]:
        quarters = Figures(unit), Figures(unit)
        lean = self.random.gauss(0, 0.05)
        weights = [self.random.uniform(0.75, 1.25) for _ in range(hamlets)]
        left = households
        for number, weight in enumerate(weights, start=1):
            size = left if number == hamlets else round(households * weight / sum(weights))
            left -= size
            for quarter, hamlet in zip(
                quarters, self._hamlet(unit, number, size, lean), strict=True
            ):
                quarter.hamlets.append(hamlet)
        self._counts_of_commune(unit, lean, quarters)
        return quarters

    def _hamlet(self, unit: Unit, number: int, size: int, lean: float) -> tuple[Figures, Figures]:
        first, second = Figures(unit, number), Figures(unit, number)
        first.counts["households"] = second.counts["households"] = size
        levels = self.plan["levels"][unit.parent_code]
        for place, measure in enumerate(self.plan["shares"], start=1):
            noise = self.random.gauss(0, 0.03)
            start = min(max(levels[0][place] + lean + noise, 0.05), 0.99)
            end = levels[1][place] + lean + noise + self.random.gauss(0, 0.01)
            first.counts[measure] = round(size * start)
            second.counts[measure] = max(
                round(size * min(max(end, start), 0.995)), first.counts[measure]
            )
        urban = len(unit.type) > _RURAL_TYPE_LENGTH
        farms = round(size * self.random.uniform(*((0, 0.12) if urban else (0.5, 0.8))))
        sold = self.random.uniform(0.02, 0.1) * (1 + lean)
        for quarter, growth in ((first, 1.0), (second, self.random.uniform(1.2, 2.2))):
            quarter.counts["farm_households"] = farms
            quarter.counts["farm_households_ecommerce"] = min(round(farms * sold * growth), farms)
        return first, second

    def _counts_of_commune(
        self, unit: Unit, lean: float, quarters: tuple[Figures, Figures]
    ) -> None:
        draw = self.random
        usual = draw.randint(90, 320)
        for place, quarter in enumerate(quarters):
            counts = quarter.counts
            level = self.plan["levels"][unit.parent_code][place][0]
            for month in range(3):
                arising = round(usual * draw.uniform(0.85, 1.15))
                if unit.code == self.plan["odd"]["ends_in_nought"]:
                    arising -= arising % 10
                share = level + lean + (month - 1) * 0.02 + draw.gauss(0, 0.015)
                counts[f"dossiers_{month}"] = arising
                counts[f"dossiers_online_{month}"] = round(arising * min(max(share, 0.02), 0.98))
            for measure in ("dossiers", "dossiers_online"):
                counts[measure] = sum(counts[f"{measure}_{month}"] for month in range(3))
            counts["teams"] = teams = len(quarter.hamlets)
            members = teams * 7 + draw.randint(-teams, teams)
            counts["team_members"] = quarters[0].counts.get("team_members", members)
            counts["outreach_sessions"] = sessions = draw.randint(2, 9)
            counts["outreach_people"] = sessions * draw.randint(25, 60)
            counts["training_sessions"] = classes = draw.randint(1, 4)
            counts["training_people"] = classes * draw.randint(20, 40)
            for _ in range(draw.choices((0, 1, 2), (0.35, 0.5, 0.15))[0]):
                month = draw.randint(7, 9) if place == 0 else draw.randint(10, 12)
                initiative = draw.randrange(8), draw.randint(15, 180), f"{month:02d}/2022"
                quarter.initiatives.append(initiative)
