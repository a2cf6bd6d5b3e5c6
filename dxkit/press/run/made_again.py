"""Everything that a period's run has made, made once more in a folder of its own: the workbooks are
read past any store, the notebooks run, the files around the pages written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from dxkit.campaign.folder import load_campaign
from dxkit.campaign.project import Project
from dxkit.intake.revisions import History
from dxkit.period import OpenPeriod
from dxkit.period.opening import leaves_of, open_period, series_of
from dxkit.press.forms.questions import Questions
from dxkit.press.forms.workbook import sender_of, write_form
from dxkit.press.manifest import ABOVE, FINDINGS, FORMS, INDEX, LEAGUE
from dxkit.press.publish.annexes import SUFFIXES, page_language, write_documents
from dxkit.press.publish.index_pages import campaign_html, index_html
from dxkit.press.publish.league_workbook import write_league
from dxkit.press.publish.links import Links
from dxkit.press.publish.period_files import write_check
from dxkit.press.run.plan import page_path, plan_tasks
from dxkit.press.run.tasks import EXECUTED, PAGE, TIME_LIMIT
from dxkit.press.run.workers import local_workers
from dxkit.report.wording.language import Language, language_of
from dxkit.workbooks.atomic import put_in_place, write_text
from dxkit.workbooks.raw_folder import contents_of


class MadeAgain:
    """One period of a project as it stands in ``made``, made again below ``scratch``; from the plan
    and workbooks of another project where ``inputs`` names one.
    """

    def __init__(
        self,
        project: Project,
        campaign: str,
        period: str,
        scratch: Path,
        inputs: Project | None = None,
    ) -> None:
        self.made = project.output_folder(campaign, period)
        self.project = replace(inputs or project, out=scratch)
        self.folder = self.project.output_folder(campaign, period)
        self.folder.mkdir(parents=True)
        self._beside = (self.folder if inputs else self.made).parent
        plan = load_campaign(self.project.campaign_folder(campaign))
        read = [
            leaf
            for one in series_of(inputs or project, plan, period)
            for leaf in leaves_of(inputs or project, plan, one)
        ]
        for one in read:
            kept = project.store_file(campaign, one).parent
            history = History.open(kept)
            if inputs is not None:  # what has changed since is read as if it were new
                now = contents_of(inputs.period_folder(campaign, one)).files
                same = {n: f for n, f in history.files.items() if now.get(n) == f.sha256}
                history = replace(history, files=same)
            history.copy(self.project.store_file(campaign, one).parent)
        self.opened: OpenPeriod = open_period(self.project, campaign, period)
        self.planned: Mapping[str, str] = {
            unit.code: page_path(self.opened.campaign, unit)
            for unit in self.opened.analysis.units.units
        }
        """Where the page of each unit would stand, by its code."""

    @property
    def units(self) -> list[str]:
        """The units whose page is there."""
        return [code for code, page in self.planned.items() if (self.made / page).is_file()]

    def make(
        self, units: Collection[str], listed: Collection[str], linked: Mapping[str, str]
    ) -> Iterator[tuple[str, str]]:
        """Make the pages of these ``units`` and all that stands around them, each in the language
        that it is written in; yields what could not be made, and why. The index lists the pages of
        the units ``listed``, the campaign's index the periods that are there; pages link to those
        ``linked``, by unit, and to those of the periods beside that are there.
        """
        spoken: dict[str, list[str]] = {}
        for code in units:
            spoken.setdefault(self.language(self.planned[code]).code, []).append(code)
        for name, codes in spoken.items():
            yield from self._pages(codes, name)
        campaign, analysis = self.opened.campaign, self.opened.analysis
        links = Links.among(campaign, analysis.period.id, analysis.units, linked, self._beside)
        for code in units:
            made = self.folder / self.planned[code]
            if code in linked and made.is_file():
                write_text(made, links.put_on(made.read_text("utf-8"), code))
        write_league(
            self.opened, self.folder / LEAGUE, self._of_workbook(LEAGUE, -1, "workbook.numbers")
        )
        self._forms()
        write_check(self.opened, self.language(FINDINGS))
        documents = []
        for code, name in self.planned.items():
            page = next((f / name for f in (self.folder, self.made) if (f / name).is_file()), None)
            targets = [Path(name).with_suffix(suffix) for suffix in SUFFIXES]
            there = [target for target in targets if (self.made / target).is_file()]
            documents += [(code, page, self.folder / target) for target in there if page]
        reasons = write_documents(self.opened, documents)
        for (*_, target), reason in zip(documents, reasons, strict=True):
            if reason:
                yield target.relative_to(self.folder).as_posix(), reason
        pages = {code: self.planned[code] for code in listed if code in self.planned}
        write_text(self.folder / INDEX, index_html(self.opened, pages, self.language(INDEX)))
        names = (period.id for period in self.opened.campaign.periods)
        periods = {n: f"{n}/{INDEX}" for n in names if (self._beside / n / INDEX).exists()}
        above = campaign_html(self.opened, periods, self.language(ABOVE))
        write_text(self.folder / ABOVE, above)

    def _pages(self, units: list[str], language: str) -> Iterator[tuple[str, str]]:
        opened = self.opened
        tasks = plan_tasks(
            self.project, opened.campaign, opened.analysis.period.id, "", self.folder, units, "",
            language, None, opened.analysis.units,
        )  # fmt: skip
        crew = local_workers(self.project, tasks, "", 0, TIME_LIMIT)
        for outcome in crew.run(tasks, self.folder):
            if outcome.reason:
                yield self.planned[outcome.task.unit], outcome.reason
                continue
            for name, target in ((EXECUTED, outcome.task.executed), (PAGE, outcome.task.page)):
                target.parent.mkdir(parents=True, exist_ok=True)
                put_in_place(outcome.scratch / name, target)

    # in which language a file is written ----------------------------------------------------

    def language(self, page: str) -> Language:
        """That of a page in place; Vietnamese where it does not say."""
        return page_language(self.made / page)

    def _forms(self) -> None:
        """The forms that are in place; what nobody's form is called is not made."""
        campaign, period, before = self.opened.campaign, self.opened.analysis.period, None
        if self.opened.analysis.previous is not None:
            before = self.opened.analysis.previous.received
        for path in sorted((self.made / FORMS).glob("*.xlsx")):
            name = f"{FORMS}/{path.name}"
            language = self._of_workbook(name, 0, "form.guide")
            questions = Questions(campaign, period, before, language)
            if (sender := sender_of(questions, path.name)) is not None:
                write_form(questions, sender, self.folder / name)

    def _of_workbook(self, name: str, sheet: int, key: str) -> Language:
        """The language in which one of a workbook's sheets has its name."""
        from python_calamine import CalamineWorkbook

        try:
            title = CalamineWorkbook.from_path(str(self.made / name)).sheet_names[sheet]
        except Exception:  # whatever a spoilt workbook makes its reader raise: it is compared whole
            title = ""
        return language_of(key, title) or self.language(INDEX)
