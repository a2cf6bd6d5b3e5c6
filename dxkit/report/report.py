"""The object a notebook touches: one unit's report, one method for each section of the page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Concatenate, NoReturn, ParamSpec

from dxkit.period import OpenPeriod
from dxkit.report.charts import over_time, units
from dxkit.report.context import NO_SECTION, Context, Section
from dxkit.report.sections import below, data, spine, unit, verdict

__all__ = ["Report", "Section"]

P = ParamSpec("P")
_OF_SILENT = frozenset({"head", "verdict", "data_state", "method", "sources", "fold"})
"""The sections of a unit that has not reported: one screen, in which the second says all."""
_TOLD_BY = {
    "headlines": "verdict",
    "next_steps": "tasks",
    **dict.fromkeys(("targets_chart", "changes_chart", "peers_chart"), "indicators"),
}
"""Which section tells what one said that there was: notebooks of offices ask for it."""


def _made_by(
    make: Callable[Concatenate[Context, P], Section],
) -> Callable[Concatenate[Report, P], Section]:
    """A method of the report that makes a section, with the documentation of its maker; what it
    gives can be made again, for its figure. Most have nothing of a unit that has not reported.
    """

    @wraps(make)
    def method(report: Report, /, *args: P.args, **kwargs: P.kwargs) -> Section:
        if report.context.is_silent and make.__name__ not in _OF_SILENT:
            return NO_SECTION
        again = partial(make, report.context, *args, **kwargs)
        return Section(again().html, again, report.context.told)

    return method


class Report:
    """One unit in one period, in one language. Every method gives one section of the page.

    The unit is given by its code, as text or as a number; KeyError, with codes like it, for one
    that does not exist.
    """

    def __init__(self, opened: OpenPeriod, unit_code: str | int, language: str) -> None:
        self.context = Context(opened, opened.analysis.units.find(unit_code).code, language)

    def __getattr__(self, name: str) -> NoReturn:
        told = f": {_TOLD_BY[name]}() tells what it told" if name in _TOLD_BY else ""
        raise AttributeError(f"a report has no {name!r}{told}", name=name, obj=self)

    @property
    def title(self) -> str:
        """The page's title in plain text."""
        language, period = self.context.language, self.context.opened.analysis.period
        unit = language.unit(self.context.view.unit)
        return language.titled("report.title", period, unit=unit)

    head = _made_by(unit.head)
    verdict = _made_by(verdict.verdict)
    indicators = _made_by(spine.indicators)
    narrative = _made_by(unit.narrative)
    trend_chart = _made_by(over_time.trend_chart)
    tasks = _made_by(unit.tasks)
    months_chart = _made_by(unit.months_or_course)
    registers = _made_by(over_time.registers)
    activity = _made_by(data.activity)
    map_chart = _made_by(units.map_chart)
    league = _made_by(below.league)
    comparison = _made_by(below.comparison)
    children_chart = _made_by(units.children_chart)
    funnel_chart = _made_by(units.funnel_chart)
    gap_chart = _made_by(units.gap_chart)
    ranked_chart = _made_by(units.ranked_chart)
    data_state = _made_by(data.data_state)
    method = _made_by(data.method)
    sources = _made_by(data.sources)
    fold = _made_by(data.fold)
