"""Reporting kit for emulation movements: raw workbooks in, one traceable page per unit out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dxkit.story.period import OpenPeriod
    from dxkit.story.report import Report

__version__ = "0.1.0"


def open(campaign: str, period: str) -> OpenPeriod:
    """A period of a campaign, ready to explore. Raises KeyError for one that does not exist."""
    from dxkit.intake.project import Project
    from dxkit.story.period import open_period

    return open_period(Project.find(), campaign, period)


def report(campaign: str, period: str, unit: str, language: str = "vi") -> Report:
    """The report of one unit, whose methods give the parts of its page."""
    from dxkit.story.report import Report

    return Report(open(campaign, period), unit, language)
