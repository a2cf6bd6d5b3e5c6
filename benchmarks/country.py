"""A whole country in one campaign: ``python benchmarks/country.py [--share 0.1]``

63 provinces, 705 districts and 10,599 communes (Viet Nam before July 2025; made-up names, seeded
figures), one workbook per province and quarter, twelve figures per commune. Runs what a ministry
would, one command after the other, and prints for each the seconds by the clock and of all cores,
the memory of the largest process and how many pages are there. ``--share`` takes a part of the
provinces.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import growth
import xlsxwriter

PROVINCES, DISTRICTS, COMMUNES = 63, 705, 10_599
CAMPAIGN, QUARTERS = "country", ("2025-Q4", "2026-Q1")
HOME = Path(__file__).with_suffix("")
"""The plan; its units are made here."""
WORDS, PLAN = growth.WORDS, tomllib.loads((HOME / "campaign.toml").read_text("utf-8"))
TYPES = {level["id"]: level["prefixes"][0] for level in PLAN["levels"]}
Tree = Mapping[int, Mapping[int, Sequence[int]]]
"""The communes of each district of each province, all by numbers."""


def tree_of(provinces: int) -> Tree:
    """The first provinces, their districts and communes."""
    found: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for commune in range(COMMUNES):
        district = commune * DISTRICTS // COMMUNES
        if (province := district * PROVINCES // DISTRICTS) < provinces:
            found[province][district].append(commune)
    return found


def name_of(level: str, number: int) -> str:
    """A name that no other unit has."""
    before = {"province": f"{WORDS['sheet'].split()[0]} ", "district": f"{WORDS['river']} "}
    return f"{TYPES[level]} {before.get(level, '')}{growth.commune_name(number)}"


def write_plan(project: Path, tree: Tree) -> None:
    """The campaign's folder and the notebooks."""
    home = project / "data" / "campaigns" / CAMPAIGN
    shutil.copytree(HOME, home)
    top = TYPES["country"]
    lines = ["code,name,type,level,parent,valid_from,valid_to"]
    lines.append(f"0,{top} {WORDS['river']},{top},country,,,")
    for province, districts in tree.items():
        units = [("province", f"p{province}", province, "0")]
        for district, communes in districts.items():
            units.append(("district", f"d{district}", district, f"p{province}"))
            units += [("commune", f"c{number}", number, f"d{district}") for number in communes]
        lines += [
            f"{code},{name_of(level, number)},{TYPES[level]},{level},{parent},,"
            for level, code, number, parent in units
        ]
    (home / "units.csv").write_text("\n".join([*lines, ""]), "utf-8")
    growth.write_notebooks(project, growth.Load())


def write_workbook(project: Path, tree: Tree, quarter: str, province: int, seed: int = 0) -> None:
    """What a province sends: rows of districts, below each its communes."""
    dice = random.Random(f"{province} {seed}")
    folder = project / "data" / "raw" / CAMPAIGN / quarter
    folder.mkdir(parents=True, exist_ok=True)
    with (HOME / "measures.csv").open(encoding="utf-8") as file:
        heads = [measure["headers"] for measure in csv.DictReader(file)]
    numeral = {"1": "I", "4": "IV"}[quarter[-1]]
    rows: list[list[object]] = [
        [f"{WORDS['office']} {name_of('province', province).upper()}"],
        [WORDS["title"].format(quarter=numeral, year=quarter[:4])],
        [WORDS["number"], WORDS["unit"], *heads],
    ]
    for district, communes in tree[province].items():
        rows.append([None, name_of("district", district)])
        for number, commune in enumerate(communes, 1):
            figures: list[object] = []
            for _ in heads[::2]:
                whole = dice.randint(800, 4_000)
                share = dice.uniform(0.4, 0.9) + 0.02 * QUARTERS.index(quarter)
                figures += [whole, int(whole * share)]
            rows.append([number, name_of("commune", commune), *figures])
    with xlsxwriter.Workbook(folder / f"p{province}.xlsx") as book:
        sheet = book.add_worksheet(WORDS["sheet"])
        for row, values in enumerate(rows):
            sheet.write_row(row, 0, values)


def run(project: Path, name: str, *command: str) -> None:
    """Run a command to its end and print what it took and made."""
    environment = {**os.environ, "DXKIT_PROJECT": str(project), "PYTHONUTF8": "1"}
    with (project / "said.txt").open("w+", encoding="utf-8") as said:
        begun, before = time.monotonic(), os.times()
        process = subprocess.Popen(
            [sys.executable, "-m", "dxkit", *command, "--campaign", CAMPAIGN],
            cwd=growth.ROOT, env=environment, stdout=said, stderr=said,
        )  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        after = os.times()
        said.seek(0)
        if process.returncode not in (0, 1):
            raise SystemExit(said.read())
    spent = after.children_user + after.children_system
    spent -= before.children_user + before.children_system
    pages = len([*project.glob("outputs/*/*/*/*.html")])
    print(
        f"{name:36} {time.monotonic() - begun:8.1f} s {spent:8.1f} s processor "
        f"{used.ru_maxrss // 1024:6} MB {pages:6} pages",
        flush=True,
    )


def main() -> None:
    """Make the country and run the commands."""
    parser = argparse.ArgumentParser(description="A whole country in one campaign.")
    parser.add_argument("--share", type=float, default=1.0, help="part of the provinces")
    tree = tree_of(max(1, round(PROVINCES * parser.parse_args().share)))
    with tempfile.TemporaryDirectory() as name:
        project = Path(name)
        write_plan(project, tree)
        for quarter in QUARTERS:
            for province in tree:
                write_workbook(project, tree, quarter, province)
        before, last = QUARTERS
        run(project, f"check {before}", "check", before)
        run(project, f"check {last}", "check", last)
        run(project, "report, all districts", "report", last, "--level", "district")
        index = project / "outputs" / CAMPAIGN / last / "index.html"
        print(f"{'index.html':36} {index.stat().st_size / 1e6:8.1f} MB", flush=True)
        run(project, "again, nothing changed", "report", last, "--level", "district")
        write_workbook(project, tree, last, 0, seed=1)
        run(project, "again, one workbook changed", "report", last, "--level", "district")
        run(project, "verify", "verify", last)


if __name__ == "__main__":
    main()
