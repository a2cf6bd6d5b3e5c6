"""What can be chosen in the notebook of initiatives, and which initiatives fit a choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dxkit.analysis.initiatives import choose
from dxkit.model.campaign import Campaign, IndicatorKind
from dxkit.model.initiatives import Initiative
from dxkit.model.text import fold
from dxkit.model.units import UnitRegistry
from dxkit.report.wording.language import Language

_SORTS = ("place", "name", "field", "start", "households")


@dataclass(frozen=True, slots=True)
class Choice:
    """What is looked at. Empty text chooses nothing: all periods, areas, fields, names."""

    period: str = ""
    district: str = ""
    field: str = ""
    indicator: str = ""
    name: str = ""
    search: str = ""
    sort: str = "place"


@dataclass(frozen=True)
class Offers:
    """A register with what it offers to choose from: values with their texts."""

    campaign: Campaign
    units: UnitRegistry
    periods: Sequence[str]
    register: Sequence[Initiative]
    language: Language

    def fitting(self, choice: Choice) -> tuple[Initiative, ...]:
        """The initiatives that fit a choice, in the order chosen."""
        found = choose(
            self.register,
            self.units,
            field=choice.field,
            within=choice.district,
            indicator=choice.indicator,
            period=choice.period,
        )
        wanted = fold(choice.search)
        found = tuple(
            i
            for i in found
            if (not choice.name or i.name == choice.name) and wanted in fold(self._all_text(i))
        )
        places = {unit.code: place for place, unit in enumerate(self.units.units)}
        return tuple(sorted(found, key=lambda i: _order(i, choice.sort, places[i.unit_code])))

    def _all_text(self, initiative: Initiative) -> str:
        i = initiative
        place = self.units.get(i.unit_code).name
        return " ".join((i.name, place, i.locality, i.field, i.aim, i.evidence, i.source))

    @property
    def ratios(self) -> list[str]:
        """The indicators that can be compared."""
        return [i.id for i in self.campaign.indicators if i.kind is IndicatorKind.RATIO]

    def first_indicator(self) -> str:
        """The indicator that most reported initiatives aim at."""
        aims = [a for i in self.register for a in i.indicators if not i.published]
        return max(self.ratios, key=aims.count, default="")

    def options(self, name: str) -> list[tuple[str, str]] | None:
        """Texts and values on offer for a choice by its name; None where any text may be typed."""
        say, every = self.language.plain, (self.language.plain("explore.all"), "")
        if name == "period":
            return [every, *((self.language.period(p), p) for p in self.periods)]
        if name == "district":
            level = self.campaign.report_level
            return [every, *((u.name, u.code) for u in self.units.at_level(level))]
        if name == "field":
            fields = sorted({i.field for i in self.register if i.field}, key=fold)
            return [every, *((f, f) for f in fields)]
        if name == "indicator":
            names = (self.campaign.indicator(i).short_names for i in self.ratios)
            texts = (self.language.name(name) for name in names)
            return [every, *zip(texts, self.ratios, strict=True)]
        if name == "name":
            names_on_offer = sorted({i.name for i in self.register}, key=fold)
            return [every, *((n, n) for n in names_on_offer)]
        if name == "sort":
            return [(say(f"explore.sort_{key}"), key) for key in _SORTS]
        return None


def _order(initiative: Initiative, sort: str, place: int) -> tuple[object, ...]:
    first = initiative.first_day
    key: object = {
        "place": place,
        "name": fold(initiative.name),
        "field": fold(initiative.field),
        "start": first.isoformat() if first else "9999",
        "households": -(initiative.households or 0),
    }[sort]
    return key, place, initiative.name
