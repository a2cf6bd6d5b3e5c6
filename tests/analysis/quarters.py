"""Simulated quarters of the demonstration's province as they would be read, honest or not: figures
in plain dictionaries, which a test may spoil, and what intake would make of them.
"""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from dxkit.demo import read_census, simulate
from dxkit.model.addresses import column_letters
from dxkit.model.campaign import Campaign
from dxkit.model.facts import CellRef
from dxkit.model.observations import IndicatorTable, Observation, Received
from dxkit.model.units import Unit, UnitRegistry

PARTS = ("households_digital_skills", "households_app", "households_cashless")
_COLUMNS = ("households", *PARTS, "farm_households", "farm_households_ecommerce")
_FLOWS = ("dossiers", "dossiers_online")
Figures = dict[tuple[str, str, int], int]
"""By unit, measure and number of the month (-1: of the quarter)."""


@dataclass
class Quarter:
    """Of one quarter, figures that may be altered."""

    campaign: Campaign
    period: str
    units: UnitRegistry
    figures: Figures

    def received(self) -> Received:
        period, rows = self.campaign.period(self.period), dict[str, int]()
        observations = []
        for (code, measure, month), value in self.figures.items():
            row = rows.setdefault(code, len(rows) + 1)
            column = (*_COLUMNS, *_FLOWS, "initiatives_effective").index(measure) * 3 + month + 2
            sender = self.units.ancestor_at(code, "district")
            assert sender is not None
            cell = CellRef(f"{sender.code}.xlsx", "1", f"{column_letters(column)}{row}")
            part = period.id if month < 0 else period.parts[month]
            observations.append(Observation(part, code, measure, value, cell, str(value)))
        return Received(IndicatorTable(period.id, tuple(observations)), self.units)

    def hamlets(self, above: str) -> list[str]:
        found = [u.code for u in self.units.descendants(above) if u.level == "hamlet"]
        return [code for code in found if (code, "households", -1) in self.figures]


def simulated(
    campaign: Campaign, raw: Path, seed: int, districts: Collection[str] = ()
) -> tuple[Quarter, Quarter]:
    """The two quarters of a seed, of some ``districts`` only where any are named. The second one's
    households were counted anew: each hamlet's differ by about one in a hundred.
    """
    census = read_census(raw / "reference/households_census_2019.csv")
    anew, quarters = random.Random(seed), []
    for period, all_communes in simulate(campaign, census, seed).items():
        communes = [c for c in all_communes if not districts or c.unit.parent_code in districts]
        hamlets = [
            Unit(f"{c.unit.code}-ap-{h.number}", f"Ấp {h.number}", "Ấp", "hamlet", c.unit.code)
            for c in communes
            for h in c.hamlets
        ]
        units = campaign.units.on(campaign.period(period).last_day).with_units(hamlets)
        figures: Figures = {}
        for commune in communes:
            for hamlet in commune.hamlets:
                code = f"{commune.unit.code}-ap-{hamlet.number}"
                figures |= {(code, m, -1): hamlet.counts[m] for m in _COLUMNS}
                if quarters:
                    was = figures[code, "households", -1]
                    least = max(figures[code, m, -1] for m in (*PARTS, "farm_households"))
                    figures[code, "households", -1] = max(least, round(was * anew.gauss(1, 0.01)))
            for month in range(3):
                for measure in _FLOWS:
                    value = commune.counts[f"{measure}_{month}"]
                    figures[commune.unit.code, measure, month] = value
            figures[commune.unit.code, "initiatives_effective", -1] = len(commune.initiatives)
        quarters.append(Quarter(campaign, period, units, figures))
    return quarters[0], quarters[1]
