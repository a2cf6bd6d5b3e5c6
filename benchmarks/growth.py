"""How the cost of the commands grows with what there is to be done: ``python benchmarks/growth.py``

Synthetic campaigns in which one thing is doubled, time after time, up to the most that is asked
for; printed are seconds of the processor, which the machine's other work disturbs least, the ratio
to the size before, and the memory of the largest process. ``--write`` puts the table into the
documents.

    python benchmarks/growth.py --things units,files --most 0.25
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import xlsxwriter

ROOT = Path(__file__).resolve().parents[1]
CAMPAIGN = "growth"
OF_DISTRICT, HAMLETS = 25, 4  # communes of a district, hamlets of a commune
HOME = Path(__file__).with_suffix("")
"""The plan of the synthetic campaign; its units and periods are made here."""
WORDS = tomllib.loads((HOME / "words.toml").read_text("utf-8"))
SYLLABLES, HEADERS = WORDS["syllables"], WORDS["headers"]
BLOCK = re.compile(r"(?<=<!-- growth -->\n).*?(?=<!-- end of growth -->)", re.DOTALL)
DOCUMENTS = {"en": "docs/en/whole-country.md", "vi": "docs/vi/whole-country.md"}


@dataclass(frozen=True)
class Load:
    """What one campaign consists of, and the command that is measured."""

    communes: int = 25
    senders: str = "district"  # or commune, or province
    periods: int = 1
    wrong: int = 0  # cells that cannot be read, in the first workbook
    register: int = 0  # rows of the register, in the first workbook
    outputs: int = 0  # of a notebook of one's own
    command: str = "check"
    again: bool = False  # what is measured is a second run, which finds what the first one stored


@dataclass(frozen=True)
class Thing:
    """What is doubled: up to ``most``, from an eighth of it."""

    most: int
    load: Callable[[int], Load]


CELLS_OF_COMMUNE = 3 + HAMLETS * 5 + 1
THINGS = {
    "cells": Thing(
        480_000,
        lambda n: Load(n // CELLS_OF_COMMUNE, "province"),
    ),
    "files": Thing(
        300, lambda n: Load(n, "commune")
    ),
    "units": Thing(
        11_000, Load
    ),
    "periods": Thing(
        40,
        lambda n: Load(25, periods=n, command="report"),
    ),
    "kept": Thing(
        40,
        lambda n: Load(25, periods=n, command="report", again=True),
    ),
    "findings": Thing(
        5_000,
        lambda n: Load(600, "province", wrong=n),
    ),
    "register": Thing(
        10_000,
        lambda n: Load(25, register=n),
    ),
    "outputs": Thing(
        4_000,
        lambda n: Load(25, outputs=n, command="report"),
    ),
}  # fmt: skip


def commune_name(number: int) -> str:
    """A name of its own for each number, of three words or more."""
    words = []
    while number or len(words) < 3:
        number, word = divmod(number, len(SYLLABLES))
        words.insert(0, SYLLABLES[word])
    return " ".join(words)


def district_name(number: int) -> str:
    """Names that begin no commune's."""
    return f"{WORDS['river']} {commune_name(number)}"


def period_ids(number: int) -> list[str]:
    """Quarters in a row, the last of 2026-Q1."""
    last = 2026 * 4
    return [f"{n // 4}-Q{n % 4 + 1}" for n in range(last - number + 1, last + 1)]


def districts(communes: int) -> Iterator[tuple[int, range]]:
    """Each district's number and those of its communes."""
    for number, first in enumerate(range(0, communes, OF_DISTRICT)):
        yield number, range(first, min(first + OF_DISTRICT, communes))


def write_campaign(project: Path, load: Load) -> None:
    """The plan."""
    home = project / "data" / "campaigns" / CAMPAIGN
    home.mkdir(parents=True)
    level = "district" if load.senders == "province" else load.senders
    ids = period_ids(load.periods)
    first_days = {"1": "01-01", "2": "04-01", "3": "07-01", "4": "10-01"}
    last_days = {"1": "03-31", "2": "06-30", "3": "09-30", "4": "12-31"}
    periods = "".join(
        f'[[periods]]\nid = "{p}"\nfirst_day = {p[:4]}-{first_days[p[-1]]}\n'
        f"last_day = {p[:4]}-{last_days[p[-1]]}\n"
        for p in ids
    )
    for path in HOME.iterdir():
        if path.name != "words.toml":
            text = path.read_text("utf-8").replace("@level", level).replace("@periods", periods)
            if path.name == "targets.csv":
                head, row = text.splitlines()
                text = "\n".join([head, *(row.replace("@period", p) for p in ids)]) + "\n"
            (home / path.name).write_text(text, "utf-8")
    top, district_, commune_ = WORDS["province"], WORDS["district"], WORDS["commune"]
    lines = ["code,name,type,level,parent,valid_from,valid_to"]
    lines.append(f"1,{top},{top.split()[0]},province,,,")
    for district, members in districts(load.communes):
        lines.append(f"d{district},{district_} {district_name(district)},{district_},district,1,,")
        lines += [
            f"c{n},{commune_} {commune_name(n)},{commune_},commune,d{district},," for n in members
        ]
    (home / "units.csv").write_text("\n".join(lines) + "\n", "utf-8")


def write_workbooks(project: Path, load: Load) -> None:
    """What the senders send: rows of communes with the sums, below each its hamlets."""
    for period in period_ids(load.periods):
        folder = project / "data" / "raw" / CAMPAIGN / period
        folder.mkdir(parents=True)
        if load.senders == "province":
            everything = range(load.communes)
            write_workbook(folder / "all.xlsx", WORDS["province"], everything, period, load)
            continue
        for district, members in districts(load.communes):
            first = load if not district else replace(load, wrong=0, register=0)
            if load.senders == "district":
                title = f"{WORDS['district']} {district_name(district)}"
                write_workbook(folder / f"d{district}.xlsx", title, members, period, first)
                continue
            for commune in members:
                title = f"{WORDS['commune']} {commune_name(commune)}"
                write_workbook(folder / f"c{commune}.xlsx", title, [commune], period, load)


def write_workbook(
    path: Path, sender: str, communes: Sequence[int], period: str, load: Load
) -> None:
    """One workbook of one sheet, or of two with a register."""
    numeral = {"1": "I", "2": "II", "3": "III", "4": "IV"}[period[-1]]
    head = [
        [f"{WORDS['office']} {sender.upper()}"],
        [WORDS["title"].format(quarter=numeral, year=period[:4])],
    ]
    rows: list[list[object]] = [*head, [WORDS["number"], WORDS["unit"], *HEADERS]]
    wrong = load.wrong
    for commune in communes:
        figures = [(100 + (commune + n) % 50, 60, 20 + n) for n in range(HAMLETS)]
        sums = map(sum, zip(*figures, strict=True))
        rows.append([None, f"{WORDS['commune']} {commune_name(commune)}", *sums])
        for number, figure in enumerate(figures, 1):
            cells: list[object] = list(figure)
            for column in range(min(wrong, len(cells))):
                cells[column] = f"{number}.{column}.2"
                wrong -= 1
            rows.append([number, f"{WORDS['hamlet']} {number}", *cells])
    names = [f"{WORDS['commune']} {commune_name(commune)}" for commune in communes]
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet(WORDS["sheet"])
        for row, values in enumerate(rows):
            sheet.write_row(row, 0, values)
        if load.register:
            sheet = book.add_worksheet(WORDS["register_sheet"])
            listed = [*head, [WORDS["number"], *WORDS["register"]]]
            listed += [
                [n, f"{WORDS['model']} {n}", names[n % len(names)]] for n in range(load.register)
            ]
            for row, values in enumerate(listed):
                sheet.write_row(row, 0, values)


def write_notebooks(project: Path, load: Load) -> list[str]:
    """The notebooks, and the options by which one of somebody's own is run."""
    (project / "notebooks").mkdir()
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        (project / "notebooks" / path.name).write_bytes(path.read_bytes())
    if not load.outputs:
        return []
    content = json.loads((project / "notebooks/quarterly_report.ipynb").read_text("utf-8"))
    source = (
        "from IPython.display import HTML, display\n"
        f"for n in range({load.outputs}):\n    display(HTML(f'<p>{{n}}</p>'))"
    )
    common = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    content["cells"].append({**common, "id": "own", "source": source})
    own = project / "own.ipynb"
    own.write_text(json.dumps(content), "utf-8")
    return ["--notebook", str(own)]


def measured(load: Load) -> tuple[float, int]:
    """Processor seconds of a command and megabytes of its largest process."""
    with tempfile.TemporaryDirectory() as name:
        project = Path(name)
        write_campaign(project, load)
        write_workbooks(project, load)
        options = write_notebooks(project, load)
        if load.command == "report":
            options += ["--unit", "d0"]
        command = [sys.executable, "-m", "dxkit", load.command, "2026-Q1"]
        environment = {**os.environ, "DXKIT_PROJECT": name, "PYTHONUTF8": "1"}
        if load.again:
            first = [*command, "--campaign", CAMPAIGN, *options]
            subprocess.run(first, cwd=ROOT, env=environment, capture_output=True, check=False)
            options += ["--force"]
        with (project / "said.txt").open("w+", encoding="utf-8") as said:
            process = subprocess.Popen(
                [*command, "--campaign", CAMPAIGN, *options],
                cwd=ROOT, env=environment, stdout=said, stderr=said,
            )  # fmt: skip
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            said.seek(0)
            if process.returncode not in (0, 1):
                raise SystemExit(said.read())
    return used.ru_utime + used.ru_stime, used.ru_maxrss // 1000


def table(results: dict[str, dict[int, tuple[float, int]]], language: str) -> str:
    """The results as a table of Markdown."""
    words = WORDS[language]
    heads = words["heads"]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]

    def written(text: str) -> str:
        return text if language == "en" else text.translate(str.maketrans(".,", ",."))

    for thing, found in results.items():
        seconds = [second for second, _ in found.values()]
        ratios = [f"{b / a:.1f}" for a, b in itertools.pairwise(seconds)]
        columns = (
            words[thing],
            written(", ".join(f"{size:,}" for size in found).replace(", ", "; ")),
            written("; ".join(f"{second:.1f}" for second in seconds)),
            written("; ".join(ratios)),
            f"{list(found.values())[-1][1]} MB",
        )
        lines.append(f"| {' | '.join(columns)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print and, if asked, write the table."""
    parser = argparse.ArgumentParser(description="How the cost of the commands grows.")
    parser.add_argument("--things", default=",".join(THINGS), help="what to double")
    parser.add_argument("--most", type=float, default=1.0, help="share of the largest size")
    parser.add_argument("--write", action="store_true", help="put the table into the documents")
    arguments = parser.parse_args()
    kept = HOME.with_suffix(".json")
    results: dict[str, dict[int, tuple[float, int]]] = {}
    if kept.exists():
        for thing, found in json.loads(kept.read_text("utf-8")).items():
            results[thing] = {int(size): (s, m) for size, (s, m) in found.items()}
    for thing in arguments.things.split(","):
        most = int(THINGS[thing].most * arguments.most)
        results[thing] = {}
        for size in (max(most // part, 1) for part in (8, 4, 2, 1)):
            results[thing][size] = measured(THINGS[thing].load(size))
            seconds, memory = results[thing][size]
            print(f"{thing:9} {size:7} {seconds:8.2f} s processor {memory:6} MB", flush=True)
    if arguments.write:
        results = {thing: results[thing] for thing in THINGS if thing in results}
        kept.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
        for language, name in DOCUMENTS.items():
            path = ROOT / name
            before, after = BLOCK.split(path.read_text("utf-8"))
            path.write_text(before + table(results, language) + after, "utf-8")


if __name__ == "__main__":
    main()
