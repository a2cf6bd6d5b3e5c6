"""What can be chosen in the notebook of initiatives, which initiatives fit the choice, and what
follows from it: comparison, grade, goal.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Self
from urllib.parse import parse_qsl, urlencode

from dxkit.analysis.initiatives import Comparison, Evidence, Suggestion, compare, grade, where_next
from dxkit.analysis.panel import Panel, begun_by, choose, panel_of, started_at
from dxkit.model.campaign import IndicatorKind, MeasureKind
from dxkit.model.observations import Initiative
from dxkit.model.text import fold
from dxkit.period import OpenPeriod
from dxkit.report.explore.live import Chooser, Listed

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
    beside: str = ""


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


class Selection(Chooser):
    """Initiatives of a campaign up to a period, of which some are chosen."""

    of_unit = ("district", "beside")

    def __init__(self, opened: OpenPeriod, language: str = "vi") -> None:
        super().__init__(opened, language)
        self.campaign = opened.campaign
        self.units = opened.analysis.units
        self.register = Listed(begun_by(opened.register, opened.analysis.period.last_day))
        self._comparisons: dict[Choice, Comparison] = {}
        self._picked: frozenset[Initiative] = frozenset()
        # the indicator that most reported initiatives aim at
        aims = [a for i in self.register for a in i.indicators if not i.published]
        self.choice = Choice(indicator=max(self._ratios, key=aims.count, default=""))

    @property
    def chosen(self) -> tuple[Initiative, ...]:
        """The initiatives that fit the choices, in the order chosen."""
        sort, places = self.choice.sort, {u.code: n for n, u in enumerate(self.units.units)}
        fitting = self._fitting(self.choice)
        return Listed(sorted(fitting, key=lambda i: _order(i, sort, places[i.unit_code])))

    def _fitting(self, choice: Choice) -> list[Initiative]:
        found = choose(
            self.register,
            self.units,
            field=choice.field,
            within=choice.district,
            indicator=choice.indicator,
            period=choice.period,
        )
        wanted = fold(choice.search)
        return [
            i
            for i in found
            if (not choice.name or i.name == choice.name) and wanted in fold(self._text_of(i))
        ]

    def _there(self, name: str) -> set[str] | None:
        if name not in ("period", "district", "field", "indicator", "name"):
            return None
        left = self._fitting(dataclasses.replace(self.choice, **{name: ""}))
        if name == "indicator":
            return {aim for i in left for aim in i.indicators}
        if name == "district":
            return {code for i in left for code in self.units.line(i.unit_code)}
        return {getattr(i, name) for i in left}

    def _text_of(self, i: Initiative) -> str:
        place = self.units.get(i.unit_code).name
        return " ".join((i.name, place, i.locality, i.field, i.aim, i.evidence, i.source))

    def within(self, district: str) -> tuple[Initiative, ...]:
        """The initiatives that fit the choices in another district than the one chosen."""
        return Listed(self._fitting(dataclasses.replace(self.choice, district=district)))

    @property
    def view(self) -> str:
        """What is chosen, as it stands in a link: "indicator=cashless&district=932"."""
        said = dataclasses.asdict(self.choice)
        default = {"sort": "place"}
        return urlencode({n: v for n, v in said.items() if v != default.get(n, "")})

    def choose_view(self, view: str) -> Self:
        """Choose what a saved view says, and nothing else; an empty one leaves all as it is. Raises
        ValueError for one that does not fit.
        """
        if not view:
            return self
        said = dict(parse_qsl(view.rpartition("view=")[2].lstrip("?"), strict_parsing=True))
        names = [field.name for field in dataclasses.fields(Choice)]
        if unknown := set(said) - set(names):
            raise ValueError(f"{', '.join(sorted(unknown))}: none of {', '.join(names)}")
        return self.choose(**(dataclasses.asdict(Choice()) | said))

    @property
    def picked(self) -> tuple[int, ...]:
        """The numbers of the initiatives picked, as they stand in ``chosen``, from 0."""
        return tuple(n for n, i in enumerate(self.chosen) if i in self._picked)

    def pick(self, numbers: Iterable[int]) -> Self:
        """Pick initiatives by their numbers in ``chosen``: table, timeline, map and charts mark
        them. Returns the object; raises IndexError for a number that there is not.
        """
        chosen = self.chosen
        picked = frozenset(chosen[number] for number in numbers)
        if picked != self._picked:
            self._picked = picked
            self.refresh()
        return self

    @property
    def _ratios(self) -> list[str]:
        """The indicators that can be compared."""
        return [i.id for i in self.campaign.indicators if i.kind is IndicatorKind.RATIO]

    def _options(self, name: str) -> list[tuple[str, str]] | None:
        say, every = self.language.plain, (self.language.plain("explore.all"), "")
        if name == "period":
            periods = [analysis.period.id for analysis in self.opened.history]
            return [every, *((self.language.period(p), p) for p in periods)]
        if name in ("district", "beside"):
            level = self.campaign.report_level
            return [every, *((u.name, u.code) for u in self.units.at_level(level))]
        if name == "field":
            fields = sorted({i.field for i in self.register if i.field}, key=fold)
            return [every, *((f, f) for f in fields)]
        if name == "indicator":
            names = (self.campaign.indicator(i).short_names for i in self._ratios)
            texts = (self.language.name(name) for name in names)
            return [every, *zip(texts, self._ratios, strict=True)]
        if name == "name":
            names_on_offer = sorted({i.name for i in self.register}, key=fold)
            return [every, *((n, n) for n in names_on_offer)]
        if name == "sort":
            return [(say(f"explore.sort_{key}"), key) for key in _SORTS]
        return None

    @cached_property
    def level(self) -> str:
        """The level at which places are compared: that of the register's rows."""
        table = self.campaign.initiatives.table if self.campaign.initiatives else ""
        rows = (m for m in self.campaign.measures if m.kind is MeasureKind.ROWS)
        levels = [measure.level for measure in rows if measure.table == table]
        return levels[0] if levels else self.campaign.report_level

    @property
    def comparison(self) -> Comparison | None:
        """The chosen initiatives' places against others of their districts, on the chosen
        indicator; None while no indicator is chosen.
        """
        if not self.choice.indicator:
            return None
        key = dataclasses.replace(self.choice, sort="place", beside="")
        if key not in self._comparisons:
            panel, starts = self.panel_and_starts()
            self._comparisons[key] = compare(panel, starts, self.others_with_the_aim())
        return self._comparisons[key]

    def panel_and_starts(self) -> tuple[Panel, dict[str, str]]:
        """The chosen indicator at all places, and when the chosen initiatives began at theirs."""
        opened, indicator = self.opened, self.choice.indicator
        panel = panel_of(opened.history, indicator, self.level, opened.shapes)
        return panel, started_at(self.chosen, panel.periods)

    def others_with_the_aim(self) -> set[str]:
        """Units with any initiative of the same aim: they are no fair comparison."""
        same = choose(self.register, self.units, indicator=self.choice.indicator)
        return {initiative.unit_code for initiative in same}

    @property
    def evidence(self) -> Evidence | None:
        """The grade of the comparison, with its reasons."""
        return grade(self.comparison) if self.comparison else None

    @property
    def goal(self) -> float:
        """What lagging places lag behind: the target, or the mean of all places without one."""
        if self.comparison is None:
            return 0.0
        panel = self.comparison.panel
        target = self.campaign.target(panel.indicator, self.level, panel.periods[-1])
        if target is not None:
            return target.value
        known = [v for (_, period), v in panel.values.items() if period == panel.periods[-1]]
        return sum(known) / len(known) if known else 0.0

    def suggestions(self) -> tuple[Suggestion, ...]:
        """Where to try next, as objects; nothing below grade B, which is no ground to go on."""
        evidence = self.evidence
        if self.comparison is None or evidence is None or not evidence.is_ground_to_go_on:
            return ()
        return where_next(self.comparison, self.goal, self.others_with_the_aim())


def indicator_name(selection: Selection) -> str:
    """The chosen indicator in words."""
    if not selection.choice.indicator:
        return selection.language.plain("explore.all")
    indicator = selection.campaign.indicator(selection.choice.indicator)
    return selection.language.name(indicator.short_names)


def within_a_sentence(selection: Selection) -> str:
    """The chosen indicator's full name, as it stands inside a sentence."""
    names = selection.campaign.indicator(selection.choice.indicator).names
    name = selection.language.name(names)
    return name[:1].lower() + name[1:]


def with_parent(selection: Selection, code: str) -> str:
    """A unit and the unit above it."""
    parent = selection.units.parent(code)
    name = selection.units.get(code).name
    return f"{name}, {parent.name}" if parent else name
