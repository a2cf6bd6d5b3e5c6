"""How the cost of ``dxkit check`` grows with the number of units: ``python benchmarks/growth.py``

Synthetic campaigns of ever more communes, each of four hamlets, in workbooks of one district of 25
communes or, with ``--senders``, of one commune or the whole province. Prints seconds of the
processor, which the machine's other work disturbs least, and those of each further value: they stay
the same where the cost grows as the units do.

    python benchmarks/growth.py --communes 500,1000,2000 --senders district
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import xlsxwriter

ROOT = Path(__file__).resolve().parents[1]
PERIOD, CAMPAIGN = "2026-Q1", "growth"
OF_DISTRICT, HAMLETS = 25, 4  # communes of a district, hamlets of a commune
HOME = Path(__file__).with_suffix("")
"""The plan of the synthetic campaign; its units are made here."""
WORDS = tomllib.loads((HOME / "words.toml").read_text("utf-8"))
SYLLABLES, HEADERS = WORDS["syllables"], WORDS["headers"]


def commune_name(number: int) -> str:
    """A name of its own for each number."""
    first, rest = number % len(SYLLABLES), number // len(SYLLABLES)
    second, third = rest % len(SYLLABLES), rest // len(SYLLABLES)
    return " ".join(SYLLABLES[n] for n in (third, second, first))


def district_name(number: int) -> str:
    """Names that begin no commune's."""
    return f"{WORDS['river']} {commune_name(number)}"


def districts(communes: int) -> Iterator[tuple[int, range]]:
    """Each district's number and those of its communes."""
    for number, first in enumerate(range(0, communes, OF_DISTRICT)):
        yield number, range(first, min(first + OF_DISTRICT, communes))


def write_campaign(project: Path, communes: int, senders: str) -> None:
    """The plan."""
    home = project / "data" / "campaigns" / CAMPAIGN
    home.mkdir(parents=True)
    level = "district" if senders == "province" else senders
    for path in HOME.iterdir():
        if path.name != "words.toml":
            text = path.read_text("utf-8").replace("@level", level)
            (home / path.name).write_text(text, "utf-8")
    top, district_, commune_ = WORDS["province"], WORDS["district"], WORDS["commune"]
    lines = ["code,name,type,level,parent,valid_from,valid_to"]
    lines.append(f"1,{top},{top.split()[0]},province,,,")
    for district, members in districts(communes):
        lines.append(f"d{district},{district_} {district_name(district)},{district_},district,1,,")
        lines += [
            f"c{n},{commune_} {commune_name(n)},{commune_},commune,d{district},," for n in members
        ]
    (home / "units.csv").write_text("\n".join(lines) + "\n", "utf-8")


def write_workbooks(project: Path, communes: int, senders: str) -> None:
    """What the senders send: rows of communes with the sums, below each its hamlets."""
    folder = project / "data" / "raw" / CAMPAIGN / PERIOD
    folder.mkdir(parents=True)
    if senders == "province":
        write_workbook(folder / "all.xlsx", WORDS["province"].upper(), range(communes))
        return
    for district, members in districts(communes):
        if senders == "district":
            title = f"{WORDS['district']} {district_name(district)}".upper()
            write_workbook(folder / f"d{district}.xlsx", title, members)
            continue
        for commune in members:
            title = f"{WORDS['commune']} {commune_name(commune)}".upper()
            write_workbook(folder / f"c{commune}.xlsx", title, [commune])


def write_workbook(path: Path, sender: str, communes: Sequence[int]) -> None:
    """One workbook of one sheet."""
    rows: list[list[object]] = [
        [f"{WORDS['office']} {sender}"],
        [WORDS["title"]],
        [WORDS["number"], WORDS["unit"], *HEADERS],
    ]
    for commune in communes:
        figures = [(100 + (commune + n) % 50, 60, 20 + n) for n in range(HAMLETS)]
        rows.append(
            [
                None,
                f"{WORDS['commune']} {commune_name(commune)}",
                *map(sum, zip(*figures, strict=True)),
            ]
        )
        rows += [[n, f"{WORDS['hamlet']} {n}", *figure] for n, figure in enumerate(figures, 1)]
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet(WORDS["sheet"])
        for row, values in enumerate(rows):
            sheet.write_row(row, 0, values)


def check(project: Path) -> float:
    """Processor seconds of ``dxkit check``; exits where it finds an error, for there is none."""
    command = [sys.executable, "-m", "dxkit", "check", PERIOD, "--campaign", CAMPAIGN]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "DXKIT_PROJECT": str(project), "PYTHONUTF8": "1"}
    found = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8"
    )
    if found.returncode:
        raise SystemExit(f"{found.stdout}{found.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print one line for each size, then all as JSON."""
    parser = argparse.ArgumentParser(description="How the cost of check grows with the units.")
    parser.add_argument("--communes", default="500,1000,2000", help="sizes, upwards")
    parser.add_argument(
        "--senders", default="district", choices=("district", "commune", "province")
    )
    arguments = parser.parse_args()
    found: dict[int, float] = {}
    for communes in map(int, arguments.communes.split(",")):
        with tempfile.TemporaryDirectory() as name:
            write_campaign(Path(name), communes, arguments.senders)
            write_workbooks(Path(name), communes, arguments.senders)
            seconds = check(Path(name))
        each = ""
        if found:
            before = max(found)
            values = (communes - before) * HAMLETS * len(HEADERS)
            each = f"{(seconds - found[before]) / values * 1e3:.2f} ms a further value"
        print(f"{communes:6} communes {seconds:8.1f} s processor  {each}", flush=True)
        found[communes] = round(seconds, 2)
    print(json.dumps({arguments.senders: found}))


if __name__ == "__main__":
    main()
