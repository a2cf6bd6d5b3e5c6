"""The object the start notebook touches: where the period stands, and links to everything."""

from __future__ import annotations

import datetime
import json
import os
from pathlib import Path

from markupsafe import Markup

from dxkit.model.facts import TOTAL
from dxkit.model.findings import Severity
from dxkit.period import OpenPeriod
from dxkit.report.explore.live import Shown, Teller, title
from dxkit.report.receipts import completeness_table, reminders
from dxkit.report.tables import Cell, Column, bulleted
from dxkit.report.wording.publications import simulated_html

_NOTEBOOKS = ("explore_initiatives", "data_quality", "quarterly_report", "province_overview")
_DOCUMENTS = {"guide": "quarter.md", "finding_guide": "findings.md", "api": "python-api.md"}


class Start(Teller):
    """The state of a period and the ways on. Each method gives one section of the notebook."""

    def __init__(self, opened: OpenPeriod, language: str = "vi") -> None:
        super().__init__(opened, language)
        self.period = opened.analysis.period.id
        self.folder = opened.project.output_folder(opened.campaign.id, self.period)

    def state(self) -> Shown:
        """What came in, what is wrong with it, what was made of it, who leads."""
        received = self.opened.received
        name = self.text(
            "explore.start_title",
            campaign=self.language.name(self.opened.campaign.names),
            period=self.language.period(self.period),
        )
        lines = [self._files(), self._findings(), self._pages(), *self._ranking()]
        content = title(name) + simulated_html(bool(received.simulated_files), self.language)
        content += bulleted(lines)
        units = self.opened.analysis.units.at_level(self.opened.campaign.report_level)
        content += completeness_table(self.opened, units, self.language)
        return Shown(lambda: content)

    def reminders(self) -> Shown:
        """Who has sent, who is late and what is open today, with a text for each sender to copy."""
        found = reminders(self.opened, self.language, datetime.date.today())
        headings = self.language.plain("remind.header").split("\t")[1:]
        columns = [Column(heading, numeric=n > 1) for n, heading in enumerate(headings)]
        columns.append(Column(self.text("explore.start_text")))
        folded = Markup("<details><summary>{}</summary><pre>{}</pre></details>")
        rows: list[list[Cell]] = [
            [
                self.language.unit(one.unit, starts=True),
                self.text(f"remind.state_{one.state}"),
                *(str(count) for count in (one.errors, one.warnings, one.lacking)),
                folded.format(one.text.partition("\n")[0], one.text),
            ]
            for one in found
        ]
        content = self.table_of("start_reminders", columns, rows)
        return Shown(lambda: content)

    def links(self) -> Shown:
        """The notebooks, the results that exist, the documents."""
        notebooks = self.opened.project.notebooks
        documents = self.opened.project.root / "docs" / self.language.code
        groups = {
            "notebooks": [(name, notebooks / f"{name}.ipynb") for name in _NOTEBOOKS],
            "results": [
                ("index", self.folder / "index.html"),
                ("findings", self.folder / "findings.html"),
                ("league", self.folder / "league.xlsx"),
            ],
            "documents": [(key, documents / name) for key, name in _DOCUMENTS.items()],
        }
        content = Markup("")
        for group, links in groups.items():
            items = [self._link(key, path) for key, path in links if path.exists()]
            if items:
                heading = self.text(f"explore.start_{group}")
                content += Markup("<h3>{}</h3>").format(heading) + bulleted(items)
        return Shown(lambda: content)

    def _link(self, key: str, path: Path) -> Markup:
        address = Path(os.path.relpath(path, self.opened.project.notebooks)).as_posix()
        # JupyterLab opens what it can show; a workbook it can only hand on.
        mark = Markup(" download") if path.suffix == ".xlsx" else ""
        said = self.text(f"explore.link_{key}")
        return Markup('<a href="{}"{}>{}</a>').format(address, mark, said)

    def _files(self) -> Markup:
        received = self.opened.received
        files = len(received.sources)
        missing = sum(f.code == "workbook_missing" for f in received.findings)
        if not missing:
            return self.text("explore.start_files_all", files=files)
        return self.text("explore.start_files", files=files, missing=missing)

    def _findings(self) -> Markup:
        found = [f.severity for f, _ in self.opened.received.mistakes]
        said = self.text(
            "explore.start_findings",
            errors=found.count(Severity.ERROR),
            warnings=found.count(Severity.WARNING),
            notes=found.count(Severity.NOTE),
        )
        if screen := len(self.opened.screen):
            said += Markup(" ") + self.text("explore.start_screen", number=screen)
        if number := len(self.opened.received.undecided):
            said += Markup(" ") + self.text("remind.undecided", number=number, period=self.period)
        return said

    def _pages(self) -> Markup:
        try:
            manifest = json.loads((self.folder / "manifest.json").read_text("utf-8"))
            status = [page["status"] for page in manifest["pages"].values()]
            inputs = manifest["inputs"]
        except (OSError, ValueError, KeyError, TypeError):
            return self.text("explore.start_no_pages", period=self.period)
        failed = status.count("failed")
        said = self.text("explore.start_pages", made=len(status) - failed, failed=failed)
        if inputs != {s.name: s.sha256 for s in self.opened.received.sources}:
            said += Markup(" ") + self.text("explore.start_outdated", period=self.period)
        return said

    def _ranking(self) -> list[Markup]:
        analysis, level = self.opened.analysis, self.opened.campaign.report_level
        units = analysis.units.at_level(level)
        ranks = {u: analysis.scorecard(u.code).find(TOTAL, "rank") for u in units}
        known = {u: fact.number for u, fact in ranks.items() if fact and fact.known}
        said = [self.text("explore.start_ranked", ranked=len(known), units=len(units))]
        first = [unit.name for unit, rank in known.items() if rank == 1]
        if first:
            said.append(self.text("explore.start_leading", units=", ".join(first)))
        return said
