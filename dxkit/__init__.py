"""Reporting kit for emulation movements: raw workbooks in, one traceable page per unit out."""

from __future__ import annotations

from typing import TYPE_CHECKING

# The room of this name is loaded before the function is defined; when it is loaded later, Python
# puts the room in the function's place.
import dxkit.report  # noqa: F401

if TYPE_CHECKING:
    from datetime import date

    from matplotlib.figure import Figure

    from dxkit.report.explore.initiatives import Explorer
    from dxkit.report.explore.live import Picture
    from dxkit.report.explore.quality import Quality
    from dxkit.report.explore.start import Start
    from dxkit.report.notebook_period import NotebookPeriod
    from dxkit.report.report import Report

__version__ = "0.1.0"


def open(campaign: str, period: str | int | date = "") -> NotebookPeriod:
    """A period of a campaign, ready to explore; the newest with workbooks when none is named.
    ``period`` may be a number, such as 2009: what papermill makes of ``-p period 2009``; or a day,
    also as text, which means the shortest period that holds it.

    Raises KeyError, which lists those that there are, for one that does not exist.
    """
    from dxkit.campaign.folder import load_campaign
    from dxkit.campaign.project import Project
    from dxkit.period.opening import open_period
    from dxkit.report.notebook_period import NotebookPeriod

    project = Project.find()
    if campaign not in project.campaigns:
        raise KeyError(f"no campaign {campaign!r}; there are: {', '.join(project.campaigns)}")
    plan = load_campaign(project.campaign_folder(campaign))
    if not period:
        known = project.periods_with_raw(plan)
        if not known:
            raise KeyError(f"campaign {campaign!r} has no workbooks of any period yet")
        period = known[-1]
    return NotebookPeriod.of(open_period(project, campaign, plan.period_of_day(str(period))))


def explore(campaign: str, period: str | int | date = "", language: str = "vi") -> Explorer:
    """The initiatives of a campaign up to a period: choices, tables, charts, comparisons."""
    from dxkit.press.publish.page import framed
    from dxkit.report.explore.initiatives import Explorer

    return Explorer(open(campaign, period), language, framed)


def quality(campaign: str, period: str | int | date = "", language: str = "vi") -> Quality:
    """What was received in a period: who sent what, and what is wrong with it."""
    from dxkit.report.explore.quality import Quality

    return Quality(open(campaign, period), language)


def start(campaign: str, period: str | int | date = "", language: str = "vi") -> Start:
    """Where a period stands, and links to notebooks, results and documents."""
    from dxkit.report.explore.start import Start

    return Start(open(campaign, period), language)


def picture(figure: Figure, description: str) -> Picture:
    """A matplotlib figure for a report of your own; the description is for who cannot see it."""
    from dxkit.report.explore.live import Picture

    return Picture(figure, description)


def report(
    campaign: str, period: str | int | date, unit: str | int, language: str = "vi"
) -> Report:
    """The report of one unit, whose methods give the parts of its page. The unit is given by its
    code, as text or as a number; KeyError, with codes like it, for one that does not exist.
    """
    from dxkit.report.report import Report

    return Report(open(campaign, period), unit, language)
