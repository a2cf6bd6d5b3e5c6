"""A period more in a plan: its days, and every byte of what stood there before."""

from __future__ import annotations

import datetime
import os
import re
import shutil
import time
from pathlib import Path

import pytest

from dxkit.campaign.folder import load_campaign, next_period
from dxkit.cli import run
from dxkit.model.campaign import Campaign

DAY = datetime.date.fromisoformat


@pytest.fixture
def project(small_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DXKIT_PROJECT", str(tmp_path / "dx"))
    return Path(shutil.copytree(small_project, tmp_path / "dx"))


def plan_of(project: Path) -> Path:
    return project / "data/campaigns/small/campaign.toml"


def with_periods(project: Path, *periods: str, **more: str) -> Campaign:
    """The small campaign with these periods, "id first last due parts", instead of its own."""
    plan, text = plan_of(project), ""
    for period in periods:
        name, first, last, *due = period.split()
        text += f'[[periods]]\nid = "{name}"\nfirst_day = {first}\nlast_day = {last}\n'
        text += f"due_day = {due[0]}\n" if due else ""
        text += f"parts = {due[1:]}\n" if due[1:] else ""
    before, _, after = plan.read_text("utf-8").partition("[[periods]]")
    plan.write_text(f"{before}{text}\n[scoring]{after.partition('[scoring]')[2]}", "utf-8")
    targets = plan.with_name("targets.csv")
    targets.write_text(targets.read_text("utf-8").partition("\n")[0] + "\n", "utf-8")
    return load_campaign(plan.parent)


@pytest.mark.parametrize(
    ("period", "wanted", "expected"),
    [
        # as calendars have it: the last day of a month stays the last day of a month
        (
            "2024-Q2 2024-04-01 2024-06-30 2024-07-31", "2024-Q3",
            "2024-Q3 2024-07-01 2024-09-30 2024-10-31",
        ),
        ("2023-Q4 2023-10-01 2023-12-31", "", "2024-Q1 2024-01-01 2024-03-31"),
        ("2024-02 2024-02-01 2024-02-29 2024-03-05", "",
         "2024-03 2024-03-01 2024-03-31 2024-04-05"),
        ("2024-01 2024-01-01 2024-01-31", "", "2024-02 2024-02-01 2024-02-29"),
        ("2024-12 2024-12-01 2024-12-31", "", "2025-01 2025-01-01 2025-01-31"),
        ("2009 2009-01-01 2009-12-31 2010-02-28", "", "2010 2010-01-01 2010-12-31 2011-02-28"),
        # as decree 09/2019 has it: from the 15th to the 14th
        (
            "2022-Q4 2022-09-15 2022-12-14 2022-12-31 2022-10 2022-11 2022-12", "",
            "2023-Q1 2022-12-15 2023-03-14 2023-03-31 2023-01 2023-02 2023-03",
        ),
        ("2023-11 2023-10-31 2023-11-30", "2024-02", "2024-02 2024-02-01 2024-02-29"),
        ("2022-Q4 2022-09-15 2022-12-14", "2023-Q3", "2023-Q3 2023-06-15 2023-09-14"),
        ("2022-Q3 2022-06-15 2022-09-14", "2022-Q4", "2022-Q4 2022-09-15 2022-12-14"),
    ],
)  # fmt: skip
def test_the_days_follow_those_of_the_period_before(
    period: str, wanted: str, expected: str, project: Path
) -> None:
    found = next_period(with_periods(project, period), wanted)
    days = [str(d) for d in (found.first_day, found.last_day, found.due_day) if d]
    assert " ".join([found.id, *days, *found.parts]) == expected


def test_of_several_lengths_the_shortest_that_is_reported_goes_on(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quarters = ("2024-Q1 2024-01-01 2024-03-31", "2024-Q2 2024-04-01 2024-06-30")
    campaign = with_periods(project, *quarters, "2024 2024-01-01 2024-06-30")
    assert next_period(campaign).id == "2024-Q3"
    assert next_period(campaign, "2025").id == "2025"
    plan = plan_of(project)
    year = 'last_day = 2024-06-30\nof = ["2024-Q1", "2024-Q2"]\n\n[scoring]'
    text = plan.read_text("utf-8").replace("last_day = 2024-06-30\n\n[scoring]", year)
    plan.write_text(text, "utf-8")  # now the year is made of the quarters
    assert run(["new", "period", "2025", "--lang", "en"]) == 2
    refusal = 'no period as long as "2025" that units report of (2024-Q1, 2024-Q2);'
    assert refusal in capsys.readouterr().err
    assert run(["new", "period"]) == 0
    ids = [period.id for period in load_campaign(plan.parent).periods]
    assert ids == ["2024-Q1", "2024-Q2", "2024-Q3", "2024"]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_all_else_stays_byte_for_byte(
    project: Path, newline: str, mark: str, capsys: pytest.CaptureFixture[str]
) -> None:
    plan, targets = plan_of(project), plan_of(project).with_name("targets.csv")
    last = "last_day = 2024-06-30\n"
    text = plan.read_text("utf-8").replace(last, f"{last}# of the second\n\n# of the scale\n", 1)
    begins, ends = text.split(f"{last}# of the second\n")
    plan.write_bytes((mark + text).replace("\n", newline).encode())
    known = targets.read_text("utf-8").replace(",", ";").rstrip("\n")  # an open last line
    targets.write_bytes((mark + known).replace("\n", newline).encode())
    assert run(["new", "period", "--lang", "en", "--due-day", "2024-10-15"]) == 0

    block = f"""{begins}{last}
[[periods]]
id = "2024-Q3"
first_day = 2024-07-01
last_day = 2024-09-30
due_day = 2024-10-15
source = "Days as in Q2 2024, not yet decided: put the plan's own here"
assumed = true
# of the second
{ends}"""
    assert plan.read_bytes() == (mark + block).replace("\n", newline).encode()
    own = [line for line in known.splitlines() if ";2024-Q2;" in line]
    fields = [line.split(";") for line in own]
    taken = "Taken over from Q2 2024: put the decision here"
    added = [";".join([f[0], f[1], "2024-Q3", f[3], taken, "true"]) + "\n" for f in fields]
    assert len(added) == 2
    assert targets.read_bytes() == (mark + known + "\n" + "".join(added)).replace(
        "\n", newline
    ).encode()  # fmt: skip
    assert (project / "data/raw/small/2024-Q3").is_dir()
    said = capsys.readouterr().out
    assert f"{len(added)} targets taken over from Q2 2024" in said
    assert "Reports are due by 15 October 2024." in said
    assert said.endswith("  dxkit form 2024-Q3 --lang en\n")
    campaign = load_campaign(plan.parent)
    assert [p.id for p in campaign.periods] == ["2024-Q1", "2024-Q2", "2024-Q3"]
    assert run(["check", "2024-Q3", "--plan"]) == 1  # only files are lacking
    assert not re.search(r"targets\.csv|campaign\.toml", capsys.readouterr().out)
    assert run(["form", "2024-Q3"]) == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["2024-Q2"], "The period 2024-Q2 is not after 2024-Q2"),
        (["2023-Q4"], "The period 2023-Q4 is not after 2024-Q2"),
        (["2024-07"], 'no period as long as "2024-07"'),
        (["2024-Q5"], '"2024-Q5" is no period'),
        (["../x"], '"../x" is no period'),
        (["--first-day", "2024-06-30"], "periods[3].first_day"),
        (["--last-day", "2024-01-01"], "periods[3].last_day"),
        (["--due-day", "31/7/2024"], '--due-day: "31/7/2024" is not a date YYYY-MM-DD'),
        (["--due-day", "0001-01-01"], "--due-day: "),
        (["9999-Q4"], '"9999-Q4" is no period'),
        (["0000-Q1"], '"0000-Q1" is no period'),
    ],
)
def test_a_period_that_does_not_fit_changes_nothing(
    arguments: list[str], words: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {p: p.read_bytes() for p in plan_of(project).parent.iterdir()}
    assert run(["new", "period", *arguments, "--lang", "en"]) == 2
    assert words in capsys.readouterr().err
    assert {p: p.read_bytes() for p in plan_of(project).parent.iterdir()} == before
    assert not list((project / "data/raw/small").glob("2024-Q3"))


def test_a_file_that_is_open_elsewhere_changes_neither(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {p: p.read_bytes() for p in plan_of(project).parent.iterdir()}
    replace = os.replace

    def replaced(scratch: Path, path: Path) -> None:
        if path.name == "targets.csv":
            raise PermissionError(13, "Access is denied", str(path))
        replace(scratch, path)

    monkeypatch.setattr(os, "replace", replaced)
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    assert run(["new", "period", "--lang", "en"]) == 2
    assert "targets.csv is open in another program" in capsys.readouterr().err
    assert {p: p.read_bytes() for p in plan_of(project).parent.iterdir()} == before


def test_periods_on_one_line_are_added_by_hand(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    campaign = with_periods(project, "2024-Q2 2024-04-01 2024-06-30")
    plan = plan_of(project)
    block = '[[periods]]\nid = "2024-Q2"\nfirst_day = 2024-04-01\nlast_day = 2024-06-30\n'
    inline = 'periods = [{id = "2024-Q2", first_day = 2024-04-01, last_day = 2024-06-30}]\n'
    plan.write_text(inline + plan.read_text("utf-8").replace(block, ""), "utf-8")
    assert load_campaign(plan.parent).periods == campaign.periods
    before = plan.read_bytes()
    assert run(["new", "period", "--lang", "en"]) == 2
    assert "do not stand as [[periods]]" in capsys.readouterr().err
    assert plan.read_bytes() == before
