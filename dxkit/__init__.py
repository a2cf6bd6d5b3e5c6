"""Reporting kit for emulation movements: raw workbooks in, one traceable page per unit out.

>>> import dxkit
>>> dxkit.campaigns()["campaign"].unique().tolist()[0]  # what there is
'haugiang-2022'
>>> opened = dxkit.open("haugiang-2022", "2022-Q4")  # one period of it, as pandas frames
>>> opened.ranking().query("level == 'district'")["unit_code"].head(3).tolist()
['932', '931', '930']

The documents: docs/en/python-api.md, with questions of analysts and their answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

# The room of this name is loaded before the function is defined; when it is loaded later, Python
# puts the room in the function's place.
import dxkit.report  # noqa: F401

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date
    from pathlib import Path

    import pandas as pd
    from matplotlib.figure import Figure

    from dxkit.campaign.project import Project
    from dxkit.model.campaign import Campaign
    from dxkit.press.run.production import Production
    from dxkit.report.explore.initiatives import Explorer
    from dxkit.report.explore.live import Picture
    from dxkit.report.explore.quality import Quality
    from dxkit.report.explore.start import Start
    from dxkit.report.notebook_period import NotebookPeriod
    from dxkit.report.report import Report

__all__ = ["campaigns", "explore", "open", "picture", "quality", "report", "run", "start"]
__version__ = "0.1.0"


def campaigns(language: str = "vi") -> pd.DataFrame:
    """What can be opened: one row per campaign and period, with their names, first, last and due
    day (dates), and the number of ``workbooks`` received. A plan that cannot be loaded is one row
    whose ``problem`` says why.

    >>> import dxkit
    >>> there = dxkit.campaigns("en")
    >>> there.query("workbooks > 0")[["campaign", "period"]].head(2).values.tolist()
    [['haugiang-2022', '2022-Q3'], ['haugiang-2022', '2022-Q4']]
    """
    from dxkit.campaign.project import Project
    from dxkit.report.frames import campaigns_frame
    from dxkit.report.wording.language import load_language

    return campaigns_frame(Project.find(), load_language(language))


def open(
    campaign: str,
    period: str | int | date = "",
    language: str = "vi",
    as_of: str | date = "",
) -> NotebookPeriod:
    """A period of a campaign, ready to explore; the newest with workbooks when none is named.
    ``period`` may be a number, such as 2009: what papermill makes of ``-p period 2009``; or a day,
    also as text, which means the shortest period that holds it. Labels are in the ``language``.
    ``as_of`` is a day by whose units it and all earlier periods are looked at, instead of by those
    of each period's last day: what merged since is added up, what was split goes by shares.

    Raises UnknownNameError, a KeyError, for a campaign or period that there is not: it tells those
    that there are; ValueError for a day until which units changed in a way that nothing tells.

    >>> import dxkit
    >>> dxkit.open("haugiang-2022", "2022-12-01")
    OpenPeriod('haugiang-2022', '2022-Q4')
    """
    import dataclasses
    import datetime

    from dxkit.period.opening import open_as_it_is
    from dxkit.press.publish.style import send_style
    from dxkit.report.notebook_period import NotebookPeriod
    from dxkit.report.wording.language import load_language

    send_style(load_language(language))
    project, plan, period_id = _named(campaign, period)
    if as_of:
        day = datetime.date.fromisoformat(str(as_of))
        if units := plan.unexplained(period_id, day):
            codes = ", ".join(unit.code for unit in units)
            raise ValueError(f"successions.csv does not tell what became of, or what was: {codes}")
        project = dataclasses.replace(project, as_of=day)
    return NotebookPeriod.of(open_as_it_is(project, plan, period_id), language)


def run(
    campaign: str,
    period: str | int | date = "",
    *,
    units: str | int | Collection[str | int] = (),
    level: str = "",
    language: str = "vi",
    to: str | Sequence[str] = (),
    notebook: str | Path = "",
    force: bool = False,
    jobs: int = 0,
) -> Production:
    """Make the reports of a period, as ``dxkit report`` does: by the same path, under the same
    lock, into the same folder. What is up to date is kept, one page that fails stops no other.

    ``units`` (codes, or one) or a ``level`` limit the pages; ``to`` names further forms to make
    them in (``"pdf"``, ``"docx"``, ``"pptx"``, ``"text"``, ``"card"``); ``notebook`` is your own,
    by its path or its name in notebooks/; ``force`` makes unchanged pages again; ``jobs`` is how
    many are made at a time (0: as many as there are cores).
    Returns what was ``made``, ``kept`` and ``failed``, all ``files`` in place, ``pages()`` and
    ``findings()`` as frames, and whether all is ``ok``.

    Raises UnknownNameError, CampaignError, RefusedError, UnfitNotebookError, and BusyError
    while another run writes there.

    >>> import dxkit
    >>> done = dxkit.run("haugiang-2022", "2022-Q4", units=[930])
    >>> [page.name for page in (*done.made, *done.kept)], done.failed
    (['930-thanh-pho-vi-thanh.html'], ())
    """
    from pathlib import Path

    from dxkit.model.choices import check_names
    from dxkit.press.publish.annexes import FORMS
    from dxkit.press.run.batch import Options
    from dxkit.press.run.production import produce
    from dxkit.report.wording.language import load_language

    load_language(language)
    kinds = (to,) if isinstance(to, str) and to else tuple(to)
    codes = (units,) if isinstance(units, str | int) and units != "" else tuple(units)
    check_names("form of a page", dict.fromkeys(kinds), ("html", *FORMS))
    options = Options(jobs=jobs, force=force, kinds=kinds)
    own = Path(notebook) if notebook else None
    return produce(*_named(campaign, period), options, codes, level, language, own)


def _named(campaign: str, period: str | int | date) -> tuple[Project, Campaign, str]:
    """The project, and what is meant in it by the names of a campaign and a period."""
    from dxkit.campaign.folder import load_campaign
    from dxkit.campaign.project import Project
    from dxkit.model.campaign import CampaignError
    from dxkit.model.choices import check_names
    from dxkit.report.wording.findings import problem_lines
    from dxkit.report.wording.language import load_language

    project = Project.find()
    check_names("campaign", {campaign: period}, project.campaigns)
    try:
        plan = load_campaign(project.campaign_folder(campaign))
    except CampaignError as error:
        for line in problem_lines(error, load_language("en")):
            error.add_note(line)
        raise
    if not period:
        known = project.periods_with_raw(plan)
        if not known:
            raise KeyError(f"campaign {campaign!r} has no workbooks of any period yet")
        period = known[-1]
    return project, plan, plan.period_of_day(str(period))


def explore(campaign: str, period: str | int | date = "", language: str = "vi") -> Explorer:
    """The initiatives of a campaign up to a period: choices, tables, charts, comparisons.

    >>> import dxkit
    >>> explorer = dxkit.explore("haugiang-2022").choose(indicator="cashless", district=930)
    >>> explorer.frame()["district_code"].unique().tolist()
    ['930']
    """
    from dxkit.press.publish.frame import framed
    from dxkit.report.explore.initiatives import Explorer

    return Explorer(open(campaign, period, language), language, framed)


def quality(campaign: str, period: str | int | date = "", language: str = "vi") -> Quality:
    """What was received in a period: who sent what, and what is wrong with it.

    >>> import dxkit
    >>> quality = dxkit.quality("haugiang-2022", "2022-Q4").choose(severity="error")
    >>> len(quality.chosen)
    0
    """
    from dxkit.report.explore.quality import Quality

    return Quality(open(campaign, period, language), language)


def start(campaign: str, period: str | int | date = "", language: str = "vi") -> Start:
    """Where a period stands, and links to notebooks, results and documents.

    >>> import dxkit
    >>> "8 files received" in dxkit.start("haugiang-2022", "2022-Q4", "en").state().html
    True
    """
    from dxkit.report.explore.start import Start

    return Start(open(campaign, period, language), language)


def picture(figure: Figure, description: str) -> Picture:
    """A matplotlib figure for a report of your own; the description is for who cannot see it.

    >>> import dxkit
    >>> from matplotlib.figure import Figure
    >>> dxkit.picture(Figure(), "An empty chart")
    An empty chart
    """
    from dxkit.report.explore.live import Picture

    return Picture(figure, description)


def report(
    campaign: str, period: str | int | date, unit: str | int, language: str = "vi"
) -> Report:
    """The report of one unit, whose methods give the sections of its page. The unit is given by its
    code, as text or as a number; UnknownNameError, with codes like it, for one that there is not.

    >>> import dxkit
    >>> dxkit.report("haugiang-2022", "2022-Q4", 930, "en").indicators()
    Results by criterion
    """
    from dxkit.report.report import Report

    return Report(open(campaign, period, language), unit, language)
