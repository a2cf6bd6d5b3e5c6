"""Which initiatives are chosen, and what follows from the choice: comparison, grade, goal."""

from __future__ import annotations

import dataclasses
from functools import cached_property

from dxkit.analysis.initiatives import (
    Comparison,
    Evidence,
    Suggestion,
    begun_by,
    choose,
    compare,
    grade,
    panel_of,
    started_at,
    where_next,
)
from dxkit.model.campaign import MeasureKind
from dxkit.model.initiatives import Initiative
from dxkit.period import OpenPeriod
from dxkit.report.explore.choices import Choice, Offers
from dxkit.report.explore.listed import Listed
from dxkit.report.wording.language import load_language


class Selection:
    """Initiatives of a campaign up to a period, of which some are chosen."""

    def __init__(self, opened: OpenPeriod, language: str = "vi") -> None:
        self.opened = opened
        self.language = load_language(language)
        self.campaign = opened.campaign
        self.units = opened.analysis.units
        self.register = Listed(begun_by(opened.register, opened.analysis.period.last_day))
        self._comparisons: dict[Choice, Comparison] = {}
        periods = [analysis.period.id for analysis in opened.history]
        self.offers = Offers(self.campaign, self.units, periods, self.register, self.language)
        self.choice = Choice(indicator=self.offers.first_indicator())

    def select(self, **choices: str | int) -> None:
        """Choose; the names are those of ``Choice``. Raises ValueError for a value that is not on
        offer, TypeError for another name.
        """
        code_of = self.units.code_of
        texts = {n: code_of(v) if n == "district" else str(v) for n, v in choices.items()}
        wanted = dataclasses.replace(self.choice, **texts)
        for name in choices:
            values = [value for _, value in self.offers.options(name) or ()]
            if values and getattr(wanted, name) not in values:
                raise ValueError(f"{name}: {getattr(wanted, name)!r} is none of {values}")
        self.choice = wanted

    @property
    def chosen(self) -> tuple[Initiative, ...]:
        """The initiatives that fit the choices, in the order chosen."""
        return Listed(self.offers.fitting(self.choice))

    @cached_property
    def level(self) -> str:
        """The level at which places are compared: that of the register's rows."""
        table = self.campaign.initiatives.table if self.campaign.initiatives else ""
        rows = (m for m in self.campaign.measures if m.kind is MeasureKind.ROWS)
        levels = [measure.level for measure in rows if measure.table == table]
        return levels[0] if levels else self.campaign.report_level

    @property
    def comparison(self) -> Comparison | None:
        """The chosen initiatives' places against matched ones, on the chosen indicator; None while
        no indicator is chosen.
        """
        if not self.choice.indicator:
            return None
        key = dataclasses.replace(self.choice, sort="place")
        if key not in self._comparisons:
            panel = panel_of(self.opened.history, self.choice.indicator, self.level)
            starts = started_at(self.chosen, panel.periods)
            self._comparisons[key] = compare(panel, starts, self._others_with_the_aim())
        return self._comparisons[key]

    def _others_with_the_aim(self) -> set[str]:
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
        return where_next(self.comparison, self.goal, self._others_with_the_aim())
