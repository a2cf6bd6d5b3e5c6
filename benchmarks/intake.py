"""Seconds that reading takes: the demonstration workbooks, the census of the whole country, and how
the cost grows with the cells.

    python benchmarks/intake.py

Each figure is the shortest of three readings in this process, by the clock and, since other work on
the machine counts in that, by the processor's time. The census is read where the published
workbooks lie beside the project.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import xlsxwriter

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from dxkit.campaign.folder import load_campaign  # noqa: E402
from dxkit.intake.period import read_period  # noqa: E402
from dxkit.intake.vocabulary import vocabulary  # noqa: E402
from dxkit.model.campaign import Campaign  # noqa: E402

CENSUS = ROOT.parent / "shared" / "real" / "gso_census2019_households.xlsx"
GOALS = {"demonstration": 3.0, "census": 15.0}
HAMLETS = (10, 20, 40, 80)  # for each of the 75 communes


def shortest(run: Callable[[], object], times: int = 3) -> tuple[float, float]:
    """The shortest of several runs, in seconds of the clock and of the processor."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter(), time.process_time()
        run()
        seconds.append((time.perf_counter() - start[0], time.process_time() - start[1]))
    return min(clock for clock, _ in seconds), min(processor for _, processor in seconds)


def write_province(campaign: Campaign, hamlets: int, path: Path) -> int:
    """One workbook of the whole province; returns how many cells it holds."""
    words = vocabulary()
    measures = [m for m in campaign.measures if m.table == "households"][:6]
    headers = [m.headers[0].rpartition(">")[2].strip() for m in measures]
    kind = campaign.levels[-1].prefixes[0]
    rows: list[list[object]] = [[words["row_number_labels"][0], words["unit_labels"][0], *headers]]
    for number, commune in enumerate(campaign.units.on(_last_day(campaign)).at_level("commune"), 1):
        rows.append([str(number), commune.name, *[100 * hamlets] * len(measures)])
        rows += [[str(n), f"{kind} {n}", *[100] * len(measures)] for n in range(1, hamlets + 1)]
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for row, values in enumerate(rows):
            sheet.write_row(row, 0, values)
    return sum(map(len, rows))


def _last_day(campaign: Campaign):  # type: ignore[no-untyped-def]
    return campaign.period("2022-Q4").last_day


def main() -> int:
    """Print the figures; 1 when a goal is missed."""
    haugiang = load_campaign(ROOT / "data" / "campaigns" / "haugiang-2022")
    raw = ROOT / "data" / "raw" / "haugiang-2022"

    def demonstration() -> None:
        for period in ("2022-Q3", "2022-Q4"):
            read_period(haugiang, period, raw / period, raw)

    found = {"demonstration": shortest(demonstration)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if CENSUS.exists():
            shutil.copy(CENSUS, folder)
            census = load_campaign(ROOT / "tests" / "intake" / "campaigns" / "census-2019")
            found["census"] = shortest(lambda: read_period(census, "2019", folder), 2)
            (folder / CENSUS.name).unlink()
        for what, (clock, processor) in found.items():
            goal = f"goal {GOALS[what]:.0f} s"
            print(f"{what:15} {clock:6.2f} s by the clock {processor:6.2f} s processor   {goal}")
        before = 0.0
        for hamlets in HAMLETS:
            cells = write_province(haugiang, hamlets, folder / "province.xlsx")
            _, seconds = shortest(lambda: read_period(haugiang, "2022-Q4", folder))
            growth = f"{seconds / before:.2f} times that of half the cells" if before else ""
            each = seconds / cells * 1e6
            print(f"{cells:9} cells {seconds:6.2f} s processor {each:6.1f} µs each   {growth}")
            before = seconds
    return int(any(clock > GOALS[what] for what, (clock, _) in found.items()))


if __name__ == "__main__":
    sys.exit(main())
