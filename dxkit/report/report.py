"""The object a notebook touches: one unit's report, one method for each part of the page."""

from __future__ import annotations

from dxkit.period import OpenPeriod
from dxkit.report.parts import (
    activity,
    charts_of_children,
    charts_of_unit,
    charts_over_time,
    data_state,
    head,
    indicators,
    league,
    method,
    narrative,
    unit_map,
)
from dxkit.report.parts.context import Context, Part

__all__ = ["Part", "Report"]


class Report:
    """One unit in one period, in one language. Every method gives one part of the page.

    The unit is given by its code, as text or as a number; KeyError, with codes like it, for one
    that does not exist.
    """

    def __init__(self, opened: OpenPeriod, unit_code: str | int, language: str) -> None:
        self.context = Context(opened, opened.analysis.units.find(unit_code).code, language)

    @property
    def title(self) -> str:
        """The page's title in plain text."""
        language = self.context.language
        period = language.period(self.context.opened.analysis.period.id)
        return language.plain("report.title", unit=self.context.view.unit.name, period=period)

    def head(self) -> Part:
        """The title block: who, what, which period, cut-off, and a warning on simulated data."""
        return head.head(self.context)

    def headlines(self) -> Part:
        """The sentences to remember."""
        return indicators.headlines(self.context)

    def indicators(self) -> Part:
        """The table of indicators; nothing at a level where none is measured."""
        return indicators.indicators(self.context)

    def targets_chart(self) -> Part:
        """Values against targets, for the indicators measured as shares or scores."""
        return charts_of_unit.targets_chart(self.context)

    def changes_chart(self) -> Part:
        """Each share in the period before and now; nothing in the first period."""
        return charts_of_unit.changes_chart(self.context)

    def peers_chart(self) -> Part:
        """The unit among those it is ranked with, who stay nameless."""
        return charts_of_unit.peers_chart(self.context)

    def children_chart(self) -> Part:
        """The units below and their indicators as a table in colours."""
        return charts_of_children.children_chart(self.context)

    def gap_chart(self) -> Part:
        """How much each unit below lacks on the indicator that costs most points."""
        return charts_of_children.gap_chart(self.context)

    def ranked_chart(self, indicator: str = "") -> Part:
        """The units below ranked on one indicator, the one that costs most points when left out."""
        return charts_of_children.ranked_chart(self.context, indicator)

    def months_chart(self) -> Part:
        """A flow indicator, such as dossiers filed online, month by month."""
        return charts_over_time.months_chart(self.context)

    def map_chart(self) -> Part:
        """The units below on the campaign's map or schema, with their points."""
        return unit_map.map_chart(self.context)

    def narrative(self) -> Part:
        """A paragraph for each indicator; nothing at a level where none is measured."""
        return narrative.narrative(self.context)

    def registers(self) -> Part:
        """The registers that the campaign keeps, such as model initiatives."""
        return activity.registers(self.context)

    def activity(self) -> Part:
        """Measures that no indicator uses, by table: the activity of the teams, for instance."""
        return activity.activity(self.context)

    def next_steps(self) -> Part:
        """What is lacking to reach the targets, and where."""
        return narrative.next_steps(self.context)

    def data_state(self) -> Part:
        """What is missing or doubtful in this unit's data."""
        return data_state.data_state(self.context)

    def method(self) -> Part:
        """How scores and ranks were made, and which rules are assumed."""
        return method.method(self.context)

    def sources(self) -> Part:
        """The cells behind the page's numbers."""
        return data_state.sources(self.context)

    def league(self) -> Part:
        """The units that are ranked inside this one: place, points, grade, award."""
        return league.league(self.context)

    def comparison(self) -> Part:
        """The same indicators for all units below."""
        return league.comparison(self.context)
