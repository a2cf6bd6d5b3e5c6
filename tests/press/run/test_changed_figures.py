"""What pages show and is no longer so is told before they are replaced, with what has changed."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import openpyxl
import pytest

from dxkit.campaign.project import Project
from dxkit.cli import run
from dxkit.intake.inputs import InputChanges
from dxkit.period import OpenPeriod
from dxkit.period.opening import open_period
from dxkit.press.manifest import Manifest
from dxkit.press.publish.links import Links
from dxkit.press.run.changed_figures import ChangedFigure, published_changes
from dxkit.press.run.finished_pages import FinishedPages
from dxkit.press.run.plan import plan_tasks
from dxkit.press.run.tasks import Outcome, Task

CAMPAIGN, PERIOD = "haugiang-2022", "2022-Q4"
PAGE = "district/934-huyen-phung-hiep.html"
HOUSEHOLDS, WITH_APP, FEWER = 51_988, 25_620, 6 + 2
"""Of 934 in 2022-Q3, by the workbook's own line of totals; and those taken away below."""


@pytest.fixture
def out(outputs: Path, tmp_path: Path) -> Path:
    """A copy of the shared run's outputs of both quarters."""
    shutil.copytree(outputs.parent, tmp_path / "out" / CAMPAIGN)
    return tmp_path / "out"


@pytest.fixture
def opened(outputs: Path) -> OpenPeriod:
    return open_period(Project.find(out=str(outputs.parents[1])), CAMPAIGN, PERIOD)


def figures(folder: Path) -> dict[tuple[str, str], tuple[str, str]]:
    with (folder / "data/changed_figures.csv").open(encoding="utf-8-sig", newline="") as file:
        return {(r["page"], r["fact"]): (r["before"], r["after"]) for r in csv.DictReader(file)}


def made_from(folder: Path, digest: str) -> None:
    """Have all pages and files made from something else than there is now."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    for record in (*manifest["pages"].values(), manifest):
        assert record["inputs_digest"]
        record["inputs_digest"] = digest
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def test_a_changed_earlier_quarter_and_a_changed_target(
    root: Path,
    out: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two cells of 2022-Q3 and a target are changed after the pages of 2022-Q4 were made."""
    project, folder = tmp_path / "project", out / CAMPAIGN / PERIOD
    for name in (f"data/campaigns/{CAMPAIGN}", f"data/raw/{CAMPAIGN}", "notebooks"):
        shutil.copytree(root / name, project / name)
    path = project / f"data/raw/{CAMPAIGN}/2022-Q3/934-huyen-phung-hiep.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    assert [sheet["F14"].value, sheet["F15"].value, sheet["F162"].value] == [152, 152, WITH_APP]
    assert sheet["C162"].value == HOUSEHOLDS
    sheet["F14"], sheet["F15"] = 146, 150
    book.save(path)
    targets = project / f"data/campaigns/{CAMPAIGN}/targets.csv"
    text = targets.read_text("utf-8")
    assert text.count("app_installed,*,2022-Q4,0.80,") == 1
    lower = text.replace("app_installed,*,2022-Q4,0.80,", "app_installed,*,2022-Q4,0.70,")
    targets.write_text(lower, "utf-8")
    monkeypatch.setenv("DXKIT_PROJECT", str(project))
    arguments = [PERIOD, "--lang", "en", "--out", str(out)]
    pages = {page: page.read_bytes() for page in folder.rglob("*.html")}
    del pages[folder / "findings.html"]

    assert run(["check", *arguments]) == 1
    said = capsys.readouterr().out
    assert "2022-Q3/934-huyen-phung-hiep.xlsx: 2 cells changed" in said
    assert '1. Chỉ tiêu hộ!F14: "152" → "146"' in said
    assert '1. Chỉ tiêu hộ!F15: "152" → "150"' in said
    assert "targets.csv, app_installed 2022-Q4: 80% → 70%" in said
    for page in (PAGE, "province.html", "index.html", "league.xlsx"):
        assert re.search(rf"^  {page}: \d+$", said, re.MULTILINE), page
    changed = figures(folder)
    before, after = map(float, changed[PAGE, "2022-Q3/934/app_installed/value"])
    assert before == pytest.approx(WITH_APP / HOUSEHOLDS, rel=1e-12)
    assert after == pytest.approx((WITH_APP - FEWER) / HOUSEHOLDS, rel=1e-12)
    assert changed[PAGE, "2022-Q4/934/app_installed/target"] == ("0.8", "0.7")
    assert changed["league.xlsx", "2022-Q4/934/app_installed/target"] == ("80%", "70%")
    assert (PAGE, "2022-Q4/934/app_installed/value") not in changed
    assert {page: page.read_bytes() for page in pages} == pages

    assert run(["report", *arguments, "--unit", "934"]) == 1
    said = capsys.readouterr().out
    told, made = said.index("2022-Q3/934-huyen-phung-hiep.xlsx: 2 cells"), said.index("Made 1")
    assert told < made < said.index("On the pages that were here before")
    assert (folder / PAGE).read_bytes() != pages[folder / PAGE]

    capsys.readouterr()
    assert run(["check", *arguments]) == 1  # the other pages are as they were
    said = capsys.readouterr().out
    assert "2022-Q3/934-huyen-phung-hiep.xlsx: 2 cells changed" in said
    assert "province.html" in said
    assert PAGE not in said
    assert "league.xlsx" not in said


def test_other_inputs_without_another_figure_are_no_news(opened: OpenPeriod, out: Path) -> None:
    """Every number on all pages and in the league is looked at, and is as it was."""
    folder = out / CAMPAIGN / PERIOD
    (folder / "manifest.json").unlink()  # then nobody knows
    assert published_changes(opened, folder).figures == ()


def test_each_number_that_is_no_longer_so_is_named_once(opened: OpenPeriod, out: Path) -> None:
    folder = out / CAMPAIGN / PERIOD
    page = folder / PAGE
    text = page.read_text("utf-8")
    key = "2022-Q4/934/total/rank"
    found = re.findall(rf'value="(\d+)" data-fact="{key}"', text)
    assert len(found) > 1
    text = text.replace(f'value="{found[0]}" data-fact="{key}"', f'value="77" data-fact="{key}"')
    text += '<data class="fact" value="0.5" data-fact="2022-Q4/934/gone/value">50%</data>'
    text += '<p>data-fact="2022-Q4/934/total/points" value="1"</p>'
    page.write_text(text, "utf-8")
    assert published_changes(opened, folder).figures == ()  # made from the same as there is now
    made_from(folder, "forgotten")
    changes = published_changes(opened, folder)
    assert changes.figures == (
        ChangedFigure(PAGE, key, 77, int(found[0])),
        ChangedFigure(PAGE, "2022-Q4/934/gone/value", 0.5, ""),
    )
    assert changes.inputs == InputChanges(unknown=True)


def test_a_league_that_is_no_workbook_stops_nothing(opened: OpenPeriod, out: Path) -> None:
    folder = out / CAMPAIGN / PERIOD
    made_from(folder, "other")
    for content in (b"", b"PK\x03\x04 no workbook"):
        (folder / "league.xlsx").write_bytes(content)
        assert published_changes(opened, folder).figures == ()


class Failing:
    """A crew that makes no page."""

    engine, jobs = "none", 1

    def run(self, tasks: Sequence[Task], folder: Path) -> Iterator[Outcome]:
        for task in tasks:
            yield Outcome(task, folder, "no ink", 0.1)

    def close(self) -> None:
        pass


def test_a_page_that_could_not_be_replaced_is_still_made_from_what_it_was(out: Path) -> None:
    folder = out / CAMPAIGN / PERIOD
    opened = open_period(Project.find(out=str(out)), CAMPAIGN, PERIOD)
    made_from(folder, "earlier")
    manifest = Manifest.load(folder / "manifest.json")
    assert manifest is not None
    units = ("930", "934")
    tasks = plan_tasks(
        opened.project,
        opened.campaign,
        PERIOD,
        "",
        folder,
        units,
        "",
        "vi",
        None,
        opened.analysis.units,
    )
    del manifest.pages["930"]
    links = Links.among(opened.campaign, PERIOD, opened.analysis.units, {}, folder.parent)
    batch = FinishedPages(opened, manifest, folder / ".scratch", links, "now")
    assert [record.status for record in batch.make(Failing(), tasks)] == ["failed", "failed"]
    assert [manifest.pages[unit].inputs_digest for unit in units] == ["", "earlier"]
