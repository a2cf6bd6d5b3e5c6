"""The object a notebook touches: one unit's report, one method for each part of the page."""

from __future__ import annotations

from dxkit.story.parts import (
    activity,
    data_state,
    head,
    league,
    method,
    narrative,
    pictures,
    results,
)
from dxkit.story.parts.context import Context, Part
from dxkit.story.period import OpenPeriod

__all__ = ["Part", "Report"]


class Report:
    """One unit in one period, in one language. Every method gives one part of the page."""

    def __init__(self, opened: OpenPeriod, unit_code: str, language: str) -> None:
        self.context = Context(opened, unit_code, language)

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
        """The three sentences to remember."""
        return results.headlines(self.context)

    def indicators(self) -> Part:
        """The table of indicators; nothing at a level where none is measured."""
        return results.indicators(self.context)

    def targets_chart(self) -> Part:
        """Values against targets, for the indicators measured as shares or scores."""
        return pictures.targets_chart(self.context)

    def children_chart(self) -> Part:
        """The units below, ranked by points."""
        return pictures.children_chart(self.context)

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
