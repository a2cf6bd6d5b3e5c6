"""The documents say what there is, all of it and nothing else, and what they tell can be done."""

from __future__ import annotations

import csv
import inspect
import re
import shutil
import sys
import tomllib
from pathlib import Path

import click
import pytest

import dxkit
from dxkit.analysis import initiatives
from dxkit.cli import cli
from dxkit.model.findings import CATALOGUE
from dxkit.press.run.production import Production
from dxkit.report import frames
from dxkit.report.explore.initiatives import Explorer
from dxkit.report.explore.live import Chooser
from dxkit.report.explore.quality import Quality
from dxkit.report.explore.start import Start
from dxkit.report.notebook_period import NotebookPeriod, WhatIf
from dxkit.report.piece import Piece
from dxkit.report.report import Report

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
import plan_keys
from blocks import LANGUAGES, Reader, blocks_of, pages, table_rows

COMMANDS = {
    " ".join([name, *inner]): command
    for name, group in cli.commands.items()
    for inner, command in (
        [([one], c) for one, c in group.commands.items()]
        if isinstance(group, click.Group)
        else [([], group)]
    )
}
SLOW = {"quarter.md", "your-own.md", "boundaries.md"}


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


# what there is -------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_findings(root: Path, language: str) -> None:
    rows = table_rows(pages(root, language)["findings.md"])
    documented = {named(row[0])[0]: row[1] for row in rows}
    assert documented == {code: str(severity) for code, severity in CATALOGUE.items()}
    assert all(len(row) == 4 and row[2].endswith(".") and row[3].endswith(".") for row in rows)


@pytest.mark.parametrize("language", LANGUAGES)
def test_commands_and_options(root: Path, language: str) -> None:
    text = pages(root, language)["commands.md"]
    rows = table_rows(text)
    usages = [named(row[0])[0] for row in rows if len(row) == 2]
    told_of = {re.split(r" \[?[A-Z]", usage)[0] for usage in usages if ".csv" not in usage}
    assert told_of == set(COMMANDS)
    options = {option: row[1] for row in rows if len(row) == 3 for option in named(row[0])}
    context = click.Context(cli)
    for name, command in COMMANDS.items():
        declared = {o for p in command.params if isinstance(p, click.Option) for o in p.opts}
        everywhere = {"--help", "--campaign", "--raw", "--out", "--lang"}
        told = {o for o, of in options.items() if name in re.split(r" *, *", of)}
        assert declared | {"--help"} == told | everywhere, name
        usage = next(named(r[0])[0] for r in rows if r[0].startswith(f"`{name}"))
        arguments = [
            p.make_metavar(context) for p in command.params if p.param_type_name == "argument"
        ]
        wanted = [a for a in arguments if not a.startswith("[ARGUMENTS")]
        assert usage.removeprefix(name).split() == wanted, name
    for page in pages(root, language).values():
        for mentioned in re.findall(r"`dxkit ([a-z]+)", page):
            assert mentioned in cli.commands


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_command_is_shown_with_options_that_it_has(root: Path, language: str) -> None:
    readme = root / ("README.md" if language == "en" else f"README.{language}.md")
    text = "\n".join([*pages(root, language).values(), readme.read_text("utf-8")])
    shown = re.findall(r"(?:`|^ *)(?:dxkit|python3? run\.py) ([^`\n#|]+)", text, re.MULTILINE)
    seen = 0
    for line in shown:
        for name in (name for name in COMMANDS if f"{line} ".startswith(f"{name} ")):
            params = [*cli.params, *COMMANDS[name].params]
            declared = {"--help", *(option for p in params for option in p.opts)}
            assert set(re.findall(r"(?<!\S)--[\w-]+", line)) <= declared, line
            seen += 1
    assert seen > 40


@pytest.mark.parametrize("language", LANGUAGES)
def test_columns_of_the_data_files(root: Path, outputs: Path, language: str) -> None:
    rows = {named(r[0])[0]: r for r in table_rows(pages(root, language)["commands.md"])}
    for path in sorted((outputs / "data").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            assert named(rows[path.name][1]) == next(csv.reader(file)), path.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_campaign_folder(root: Path, language: str) -> None:
    text = pages(root, language)["campaign-folder.md"]
    assert plan_keys.renewed(text) == text
    assert "|  |\n" not in text  # a key of which nothing is told
    sections = dict(re.findall(r"^## (\S+)$(.*?)(?=^## |\Z)", text, re.M | re.S))
    folder = root / "data/campaigns/haugiang-2022"
    assert set(sections) == {p.name for p in folder.iterdir() if p.suffix in (".csv", ".toml")}
    for name, section in sections.items():
        told = [key for row in table_rows(section) for key in named(row[0])]
        if name.endswith(".csv"):
            with (folder / name).open(encoding="utf-8-sig", newline="") as file:
                assert told == next(csv.reader(file)), name
    told = {named(row[0])[0] for row in table_rows(sections["campaign.toml"])}
    for plan in (root / "data/campaigns").glob("*/campaign.toml"):
        assert keys_in(tomllib.loads(plan.read_text("utf-8"))) <= told, plan


def keys_in(table: dict[str, object], before: str = "") -> set[str]:
    """The keys of a plan as the document names them; those of the office's own are left out."""
    found = set()
    for key, value in table.items():
        found.add(name := f"{before}{key}")
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict) and name not in ("tables", "ranking.within"):
                found |= keys_in(inner, f"{name}.") if set(inner) != {"vi", "en"} else set()
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_python_api(root: Path, language: str) -> None:
    text = pages(root, language)["python-api.md"]
    functions = {
        name for name, value in vars(dxkit).items()
        if inspect.isfunction(value) and value.__module__ == "dxkit" and name[0] != "_"
    }  # fmt: skip
    told = set(re.findall(r"`dxkit\.(\w+)\(", text))
    assert told == functions
    mentioned = set(re.findall(r"`(\w+)(?:\(|`)", text))
    known, methods = set(functions), set(functions)
    for kind in (NotebookPeriod, WhatIf, Production, Piece, Chooser, Explorer, Quality, Start,
                 Report):  # fmt: skip
        public = {
            name for name, value in vars(kind).items()
            if not name.startswith("_") and (callable(value) or isinstance(value, property))
        }  # fmt: skip
        assert public <= mentioned, (kind, public - mentioned)
        known |= {name for name in dir(kind) if not name.startswith("_")}
        methods |= {name for name in known if callable(getattr(kind, name, None))}
    functions = {n for n in initiatives.__all__ if inspect.isfunction(getattr(initiatives, n))}
    assert functions <= mentioned, functions - mentioned
    called = set(re.findall(r"`(\w+)\(", text))
    assert called <= methods | functions, called - methods - functions
    columns = {
        row[0].split("(")[0].strip("`"): named(row[2]) for row in table_rows(text) if len(row) == 3
    }
    for name in ("periods", "units", "rules", "observations", "indicators", "ranking", "awards",
                 "rank_ranges", "certainty", "findings", "facts", "initiatives"):  # fmt: skip
        singular = name.removesuffix("s").upper()
        made = (vars(frames.rows) | vars(frames))[f"{singular}_COLUMNS"]
        assert tuple(columns[name]) == made, name


# what can be done ----------------------------------------------------------------------------


@pytest.fixture
def reader(root: Path, tmp_path: Path) -> Reader:
    """A fresh copy of what a clone holds, to follow a document in."""
    for part in ("data", "notebooks", "docs", "dxkit"):
        shutil.copytree(root / part, tmp_path / "dự án" / part)  # with what is compiled already
    return Reader(tmp_path / "dự án")


NAMES = ["second-campaign.md", "quarter.md", "your-own.md", "boundaries.md"]


def test_the_pages_with_blocks_are_those_that_are_followed(root: Path) -> None:
    with_blocks = [n for n in pages(root, "en") if blocks_of(root / "docs/en" / n)]
    alone = ["layouts.md", "python-api.md"]  # which have tests of their own
    assert sorted(with_blocks) == sorted([*NAMES, *alone])


@pytest.mark.parametrize("name", NAMES)
def test_a_reader_can_do_what_the_page_tells(
    root: Path, reader: Reader, name: str, request: pytest.FixtureRequest
) -> None:
    if name in SLOW and not request.config.getoption("--full"):
        pytest.skip("this page takes a minute to follow: part of --full")
    steps = list(reader.follow(root / "docs/vi" / name))
    print(f"\n{name}: {len(steps)} steps followed")
    assert len(steps) >= 4
    assert {code for command, code in reader.codes if command == "verify"} <= {0}
    if name == "quarter.md":
        ran = [command for command, _ in reader.codes]
        assert ran[1:4] == ["new", "form", "remind"]
        assert (ran[-1], reader.codes[-1][1]) == ("publish", 0)
    if name == "second-campaign.md":
        assert {("report", 0), ("verify", 0)} <= set(reader.codes)
