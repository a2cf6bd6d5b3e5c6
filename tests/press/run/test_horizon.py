"""A page stays as it is when what changed is not its own: the same bytes as one made anew."""

from __future__ import annotations

import json
import random
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dxkit.campaign.project import Project
from dxkit.cli import run
from dxkit.intake.store import store_key
from dxkit.period import OpenPeriod
from dxkit.period.opening import are_parsed, contents_before_and_of, open_period
from dxkit.press.manifest import PageRecord
from dxkit.press.run import batch, plan
from dxkit.press.run.finished_pages import FinishedPages
from dxkit.press.run.plan import Horizon, is_thin, key_of, plan_tasks
from dxkit.press.run.workers import report_calls
from dxkit.report.report import Report
from tests.press.small_campaign import files_made
from tests.press.small_country import QUARTERS, write_country

LAST = QUARTERS[-1]
Change = Callable[[Path, random.Random], None]


@pytest.fixture(scope="module")
def country(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("country") / "project"
    write_country(root, folder)
    return folder


def opened(project: Path) -> OpenPeriod:
    open_period.cache_clear()
    return open_period(Project(project), "small", LAST)


def hashes(period: OpenPeriod, level: str) -> dict[str, str]:
    """The hash of what each page of a level can show."""
    project, campaign = period.project, period.campaign
    raw = contents_before_and_of(project, campaign, LAST)
    tasks = plan_tasks(project, campaign, LAST, "", project.outputs, (), level, "vi", None,
                       period.received.units)  # fmt: skip
    plan = store_key(campaign, project.raw_folder("small"), ())
    return {task.unit: task.shown for task in Horizon(period, raw, plan).with_hashes(tasks)}


def pages(period: OpenPeriod, units: list[str]) -> dict[str, str]:
    """Each page as its notebook shows it, all sections made anew."""
    calls = report_calls(period.project.notebooks / "quarterly_report.ipynb")
    found = {}
    for unit in units:
        report = Report(period, unit, "vi")
        found[unit] = "".join(getattr(report, call)().html for call in calls)
    return found


def in_a_line(project: Path, dice: random.Random, change: Callable[[list[str]], None]) -> None:
    """Change the cells of a line of figures of some workbook of this period or the one before."""
    file = dice.choice(sorted((project / "data/raw/small").glob("*/*.csv")))
    lines = file.read_text("utf-8").splitlines()
    number = dice.randrange(3, len(lines))
    cells = lines[number].split(",")
    change(cells)
    lines[number] = ",".join(cells)
    file.write_text("\n".join([*lines, ""]), "utf-8")


def cell(text: str) -> Change:
    """Another text in one cell; nothing stands for another number."""

    def change(project: Path, dice: random.Random) -> None:
        def put(cells: list[str]) -> None:
            at = dice.randrange(2, 5)
            cells[at] = text or str(max(0, int(cells[at]) - dice.randint(1, 60)))

        in_a_line(project, dice, put)

    return change


def name(text: str) -> Change:
    """The unit of a line is called otherwise."""
    return partial(_named, text=text)


def _named(project: Path, dice: random.Random, text: str) -> None:
    in_a_line(project, dice, lambda cells: cells.__setitem__(1, text))


def some_file(project: Path, dice: random.Random) -> Path:
    return dice.choice(sorted((project / "data/raw/small").glob("*/*.csv")))


def taken_away(project: Path, dice: random.Random) -> None:
    some_file(project, dice).unlink()


def sent_twice(project: Path, dice: random.Random) -> None:
    file = some_file(project, dice)
    shutil.copy(file, file.with_name(f"{file.stem}-moi.csv"))


def sent_by_nobody(project: Path, dice: random.Random) -> None:
    file = some_file(project, dice)
    lines = file.read_text("utf-8").splitlines()
    file.write_text("\n".join([*lines[1:], ""]), "utf-8")


def simulated(project: Path, dice: random.Random) -> None:
    file = some_file(project, dice)
    file.write_text("SỐ LIỆU MÔ PHỎNG,,,,\n" + file.read_text("utf-8"), "utf-8")


def unlike_any(project: Path, dice: random.Random) -> None:
    some_file(project, dice).with_name("ghi-chu.csv").write_text("một,hai\nba,bốn\n", "utf-8")


def other_target(project: Path, dice: random.Random) -> None:
    file = project / "data/campaigns/small/targets.csv"
    file.write_text(file.read_text("utf-8").replace("0.60", "0.61"), "utf-8")


def of_two_lines(project: Path, dice: random.Random) -> None:
    file = some_file(project, dice)
    *head, first, last = file.read_text("utf-8").splitlines()
    file.write_text("\n".join([*head, last, first, ""]), "utf-8")


CHANGES: dict[str, Change] = {
    "number": cell(""), "none": cell("-"), "nothing": cell(" "), "text": cell("nhiều"),
    "greater": cell("99999"), "share": cell("85%"), "repaired": cell("12O"),
    "stranger": name("Xã Không Có"), "other": name("Xã An Đông Hạ"), "whole": name("Tổng cộng"),
    "away": taken_away, "twice": sent_twice, "nobody": sent_by_nobody, "simulated": simulated,
    "unlike": unlike_any, "target": other_target, "lines": of_two_lines,
}  # fmt: skip
SAMPLE = [("number", 1), ("away", 0)]


def changes(config: pytest.Config) -> list[tuple[str, int]]:
    if config.option.full:
        return [(kind, seed) for kind in CHANGES for seed in range(12)]
    return SAMPLE


def differ(
    country: Path, folder: Path, kinds: list[tuple[str, int]], level: str = "", most: int = 99
) -> tuple[int, int, list[str]]:
    """How many pages keep their hash through seeded changes, and how many do not; of the former
    (``most`` are looked at) those that show something else.
    """
    before = opened(country)
    known = hashes(before, level)
    made: dict[str, str] = {}
    alike, other, wrong = 0, 0, []
    for kind, seed in kinds:
        project = folder / f"{kind}-{seed}"
        shutil.copytree(country, project, ignore=shutil.ignore_patterns("outputs"))
        CHANGES[kind](project, random.Random(f"{kind} {seed}"))
        after = opened(project)
        now = hashes(after, level)
        same = [unit for unit, shown in known.items() if shown == now[unit]]
        alike, other = alike + len(same), other + len(known) - len(same)
        some = random.Random(seed).sample(same, min(most, len(same)))
        made |= pages(before, [unit for unit in some if unit not in made])
        anew = pages(after, some)
        wrong += [f"{kind} {seed}: {unit}" for unit in some if anew[unit] != made[unit]]
        shutil.rmtree(project)
    return alike, other, wrong


def test_a_page_whose_hash_stays_is_the_same_made_anew(
    country: Path, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    kinds, full = changes(pytestconfig), pytestconfig.option.full
    alike, other, wrong = differ(country, tmp_path, kinds, most=99 if full else 2)
    assert wrong == []
    assert alike > 3 * len(kinds)  # of ten pages
    assert other >= 3 * len(kinds)
    if full:
        assert differ(country, tmp_path, kinds, "commune")[2] == []


def test_a_page_shows_more_than_its_own_unit(
    country: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That the comparison sees a page which shows what is not in its hash."""
    monkeypatch.setattr(plan._Told, "horizon", lambda told, code: code)
    assert differ(country, tmp_path, [("number", 1)], most=5)[2] != []


def test_a_notebook_that_looks_at_the_period_has_no_hash(country: Path) -> None:
    own = country / "notebooks/own.ipynb"
    notebook = json.loads((country / "notebooks/quarterly_report.ipynb").read_text("utf-8"))
    notebook["cells"][-1]["source"] = "len(dxkit.open(campaign, period).findings())"
    own.write_text(json.dumps(notebook), "utf-8")
    period = opened(country)
    raw = contents_before_and_of(period.project, period.campaign, LAST)
    tasks = plan_tasks(period.project, period.campaign, LAST, "", country, ["11"], "", "vi", own,
                       period.received.units)  # fmt: skip
    (task,) = Horizon(period, raw, "").with_hashes(tasks)
    own.unlink()
    assert task.key
    assert task.shown == ""


def listed(folder: Path) -> dict[str, str]:
    """How each fact of the league is shown."""
    sheet = openpyxl.load_workbook(folder / "league.xlsx").worksheets[-1]
    return {str(row[2]): str(row[3]) for row in sheet.iter_rows(min_row=2, values_only=True)}


def test_a_changed_workbook_has_those_pages_made_that_can_show_it(
    country: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    shutil.copytree(country, project)
    monkeypatch.setenv("DXKIT_PROJECT", str(project))

    report = partial(reported, tmp_path)
    some = [word for unit in ("11", "21", "31", "32") for word in ("--unit", unit)]
    assert report("out", *some) == 0
    folder = tmp_path / "out/small" / LAST
    first = times(folder)
    before = listed(folder)
    sent = project / "data/raw/small" / LAST / "32.csv"
    lines = sent.read_text("utf-8").splitlines()
    cells = lines[-1].split(",")
    lines[-1] = ",".join([*cells[:-1], str(int(cells[-1]) - 7)])
    sent.write_text("\n".join([*lines, ""]), "utf-8")
    assert report("out", *some) == 1  # figures that were there are no longer so
    assert made_after(first, folder) == {"31", "32"}
    now = listed(folder)
    told = (folder / "data/changed_figures.csv").read_text("utf-8-sig").splitlines()
    told = [line.split(",")[1] for line in told if line.startswith("league.xlsx,")]
    assert sorted(told) == sorted(key for key in before if before[key] != now.get(key))
    assert {key.split("/")[1][:1] for key in told} == {"0", "2", "3"}  # also the rank of 2
    assert report("anew", *some[:4]) == 0
    made = (files_made(tmp_path / name, "own") for name in ("out", "anew"))
    kept, anew = (
        {n: f for n, f in each.items() if re.search("district/[12]|books/[12]", n)} for each in made
    )
    assert kept == anew
    assert len(kept) == 4


def test_what_is_made_while_the_plan_changes_is_made_again(
    country: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, folder = tmp_path / "project", tmp_path / "out/small" / LAST
    shutil.copytree(country, project)
    monkeypatch.setenv("DXKIT_PROJECT", str(project))
    compare = batch._Run.compare_figures

    def meanwhile(*given: Any) -> None:
        compare(*given)
        other_target(project, random.Random(0))

    with monkeypatch.context() as patch:
        patch.setattr(batch._Run, "compare_figures", meanwhile)
        assert reported(tmp_path, "out", "--unit", "11") == 0
    assert made_from(folder, "11") == ("", "", "")
    first = times(folder)
    reported(tmp_path, "out", "--unit", "11")
    assert made_after(first, folder) == {"11"}
    assert 'value="0.61"' in next(folder.glob("district/11-*.html")).read_text("utf-8")
    assert "" not in made_from(folder, "11")
    league = (folder / "league.xlsx").read_bytes()

    plan = project / "data/campaigns/small/targets.csv"
    changed, make = plan.read_text("utf-8"), FinishedPages.make

    def saved_again(*given: Any) -> Iterator[PageRecord]:
        yield from make(*given)
        plan.write_text(changed, "utf-8")

    plan.write_text(changed.replace("0.61", "0.60"), "utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(FinishedPages, "make", saved_again)
        reported(tmp_path, "out", "--unit", "31")
    assert made_from(folder, "31")[0] == ""
    assert (folder / "league.xlsx").read_bytes() != league
    first = times(folder)
    reported(tmp_path, "out", "--unit", "11")
    assert made_after(first, folder) == set()
    assert (folder / "league.xlsx").read_bytes() == league
    # The page of 31 still says what was so before: it is kept when asked, but not in silence.
    assert reported(tmp_path, "out", "--unit", "31", "--only-failed") == 1


def test_what_is_made_while_a_workbook_is_another_is_made_again(
    country: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is not forked reads workbooks for itself, and they may be taken back after the run."""
    project, folder, make = tmp_path / "project", tmp_path / "out/small" / LAST, FinishedPages.make
    shutil.copytree(country, project)
    monkeypatch.setenv("DXKIT_PROJECT", str(project))

    def replaced(*given: Any) -> Iterator[PageRecord]:
        shutil.copy(
            project / f"data/raw/small/{LAST}/12.csv", project / f"data/raw/small/{LAST}/11.csv"
        )
        yield from make(*given)

    monkeypatch.setattr(FinishedPages, "make", replaced)
    reported(tmp_path, "out", "--unit", "11", "--engine", "spawn")
    assert made_from(folder, "11") == ("", "", "")


def test_workbooks_in_the_folder_of_another_quarter_are_others(
    country: Path, tmp_path: Path
) -> None:
    shutil.copytree(country, tmp_path / "project")
    project, raw = Project(tmp_path / "project"), tmp_path / "project/data/raw/small"
    shutil.rmtree(raw / QUARTERS[0])
    before = opened(project.root)
    (raw / QUARTERS[1]).rename(raw / QUARTERS[0])  # now nothing is known of the quarter before
    lying = contents_before_and_of(project, before.campaign, LAST)
    was = [replace(lying[0], of=QUARTERS[1]), lying[1]]
    assert are_parsed(was, before.sources)
    assert not are_parsed(lying, before.sources)
    keys = {key_of(project, before.campaign, raw, "vi") for raw in (was, lying)}
    assert len(keys) == 2


def test_a_plan_may_compare_units_with_nobody(country: Path, tmp_path: Path) -> None:
    shutil.copytree(country, tmp_path / "project")
    plan = tmp_path / "project/data/campaigns/small/campaign.toml"
    plan.write_text(plan.read_text("utf-8").replace('commune = "district"\n', ""), "utf-8")
    assert all(hashes(opened(tmp_path / "project"), "commune").values())


def reported(folder: Path, out: str, *more: str) -> int:
    """What a process of its own would say that makes the pages of the last quarter."""
    open_period.cache_clear()
    return run(["report", LAST, "--out", str(folder / out), *more])


def times(folder: Path) -> dict[str, int]:
    """When the page of each unit was written."""
    pages = json.loads((folder / "manifest.json").read_text("utf-8"))["pages"]
    return {unit: (folder / page["path"]).stat().st_mtime_ns for unit, page in pages.items()}


def made_from(folder: Path, unit: str) -> tuple[str, str, str]:
    """Under which key the page of a unit was made, the hash of what it can show, and the digest of
    what it was made from.
    """
    page = json.loads((folder / "manifest.json").read_text("utf-8"))["pages"][unit]
    return page["key"], page["shown"], page["inputs_digest"]


def made_after(before: dict[str, int], folder: Path) -> set[str]:
    return {unit for unit, at in times(folder).items() if at != before[unit]}


SETS, OPENS = 'unit: str = "930"  # a code', "import dxkit\n\n" + plan._OPENED


@pytest.mark.parametrize(
    ("cells", "thin"),
    [
        ([SETS, OPENS, "report.head()", "report.head(brief=True)"], True),
        ([SETS, OPENS, "# nothing", "", "report.league();"], True),
        ([SETS, OPENS.replace("unit,", '"931",'), "report.head()"], False),
        ([SETS, OPENS, 'unit = "931"', "report.head()"], False),
        ([SETS, OPENS, "report.context.opened"], False),
        ([SETS, OPENS, "report.head(brief=dxkit.campaigns())"], False),
        ([SETS, OPENS, "report.head().frame"], False),
        ([SETS, OPENS, "dxkit.open(campaign, period)"], False),
        ([SETS, OPENS, "%matplotlib inline"], False),
        ([SETS, OPENS, "import os"], False),
        (["unit = open('x').read()", OPENS, "report.head()"], False),
    ],
)
def test_a_notebook_that_only_shows_sections_is_told_from_others(
    cells: list[str], thin: bool
) -> None:
    written = [{"cell_type": "code", "metadata": {}, "source": [cell]} for cell in cells]
    written[0]["metadata"] = {"tags": ["parameters"]}
    text = {"cell_type": "markdown", "metadata": {}, "source": "%time"}
    assert is_thin(json.dumps({"cells": [*written, text]}).encode()) is thin


def test_the_notebooks_of_reports_only_show_sections(root: Path) -> None:
    for name in ("quarterly_report", "province_overview", "short_report"):
        assert is_thin((root / f"notebooks/{name}.ipynb").read_bytes())
