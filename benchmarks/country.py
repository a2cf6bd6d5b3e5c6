"""A whole country in one campaign: ``python benchmarks/country.py [--share 0.1] [--write]``

63 provinces, 705 districts and 10,599 communes (Viet Nam before July 2025; made-up names, seeded
figures), one workbook per province and quarter, twelve figures per commune. Runs what a ministry
would, one command after the other, and prints for each the seconds by the clock and of all cores,
the memory of the largest process and how many files are there afterwards. ``--share`` takes a part
of the provinces, ``--write`` puts the table into the documents.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
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
BLOCK = re.compile(r"(?<=<!-- country -->\n).*?(?=<!-- end of country -->)", re.DOTALL)
STEPS = json.loads((HOME / "words.json").read_text("utf-8"))


@dataclass(frozen=True)
class Spent:
    """What a command took: seconds by the clock and of all cores, megabytes of its largest process;
    and how many files there were afterwards, megabytes of the index among them.
    """

    clock: float
    cores: float
    memory: int
    files: int
    index: float


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


@contextmanager
def dask_cluster() -> Iterator[dict[str, str]]:
    """A scheduler and two workers on this machine, and what makes the command trust them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    address = f"tcp://127.0.0.1:{port}"
    worker = ["dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    scheduler = ["dask_scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{module}", *arguments],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=growth.ROOT,
        )
        for module, *arguments in (scheduler, worker, worker)
    ]  # fmt: skip
    try:
        yield {"DXKIT_CLUSTER": address}
    finally:
        for process in processes:
            process.terminate()
            process.wait()


def cores() -> float:
    """Processor seconds of all processes that have ended."""
    used = os.times()
    return used.children_user + used.children_system


def run(project: Path, *command: str, **environment: str) -> tuple[float, int]:
    """Run a command to its end: seconds by the clock, and megabytes of its largest process."""
    environment |= {"DXKIT_PROJECT": str(project), "PYTHONUTF8": "1"}
    with (project / "said.txt").open("w+", encoding="utf-8") as said:
        begun = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "dxkit", *command, "--campaign", CAMPAIGN],
            cwd=growth.ROOT, env={**os.environ, **environment}, stdout=said, stderr=said,
        )  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        if process.returncode not in (0, 1):
            raise SystemExit(said.read())
    return time.monotonic() - begun, used.ru_maxrss // 1024


def measured(tree: Tree, project: Path) -> Iterator[tuple[str, Spent]]:
    """What each command took, one after the other."""
    write_plan(project, tree)
    for quarter in QUARTERS:
        for province in tree:
            write_workbook(project, tree, quarter, province)
    before, last = QUARTERS
    out = project / "outputs" / CAMPAIGN / last
    districts = ("report", last, "--level", "district")
    of_ten = [d for province in range(10) for d in tree.get(province, {}).values()]
    communes = [word for numbers in of_ten for n in numbers for word in ("--unit", f"c{n}")]

    def spent(*command: str, **environment: str) -> Spent:
        used = cores()
        clock, memory = run(project, *command, **environment)
        files = [path for path in out.rglob("*") if path.is_file()]
        index = sum(path.stat().st_size for path in out.glob("index.html")) / 1e6
        return Spent(clock, cores() - used, memory, len(files), index)

    yield "check_before", spent("check", before)
    yield "check", spent("check", last)
    yield "districts", spent(*districts)
    yield "unchanged", spent(*districts)
    write_workbook(project, tree, last, 0, seed=1)
    yield "changed", spent(*districts)
    sample = ("--out", str(project / "sample"))
    every_50th = [d for districts in tree.values() for d in districts][::50]
    run(project, *districts, *(w for d in every_50th for w in ("--unit", f"d{d}")), *sample)
    yield "verify", spent("verify", last, *sample)
    yield "communes", spent("report", last, "--level", "commune", *communes)
    used = cores()
    with dask_cluster() as at:
        on_cluster = spent(*districts, "--force", "--cluster", at["DXKIT_CLUSTER"], **at)
    yield "cluster", Spent(**asdict(on_cluster) | {"cores": cores() - used})
    yield "here", spent(*districts, "--force")


def table(results: Mapping[str, Spent], language: str) -> str:
    """The results as a table of Markdown."""
    words = STEPS[language]
    lines = [f"| {' | '.join(words['heads'])} |", "|---" * len(words["heads"]) + "|"]
    for step, s in results.items():
        index = f"{s.index:.1f} MB" if s.index else ""
        numbers = f"{s.clock:,.1f} | {s.cores:,.1f} | {s.memory:,} MB | {s.files:,} | {index}"
        if language != "en":
            numbers = numbers.translate(str.maketrans(".,", ",."))
        lines.append(f"| {words[step]} | {numbers} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Make the country, run the commands, print and, if asked, write what they took."""
    parser = argparse.ArgumentParser(description="A whole country in one campaign.")
    parser.add_argument("--share", type=float, default=1.0, help="part of the provinces")
    parser.add_argument("--write", action="store_true", help="put the table into the documents")
    arguments = parser.parse_args()
    tree = tree_of(max(1, round(PROVINCES * arguments.share)))
    results = {}
    with tempfile.TemporaryDirectory() as name:
        for step, spent in measured(tree, Path(name)):
            results[step] = spent
            print(f"{step:12} {spent}", flush=True)
    if arguments.write:
        kept = {step: asdict(spent) for step, spent in results.items()}
        HOME.with_suffix(".json").write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
        for language, document in growth.DOCUMENTS.items():
            path = growth.ROOT / document
            before, after = BLOCK.split(path.read_text("utf-8"))
            path.write_text(before + table(results, language) + after, "utf-8")


if __name__ == "__main__":
    main()
