"""How long reports take, beside the usual way, on the machine at hand: ``python benchmarks/compare.py``

Every figure is a ratio of two measurements of the same call, made in turn; seconds of one call mean
nothing on another day. Writes benchmarks/results.json and prints what it holds.

(a) a loop of ``papermill`` and ``jupyter nbconvert``, one process each, from stored data
(b) ``dxkit report`` for the same districts: intake stored, and workbooks read anew
(c) the districts and all their communes
(d) plain Python calls of the same charts and pages, without notebook machinery
(e) a batch in which nothing has changed
(f) intake of the demonstration and, where they are at hand, of the census workbooks
(g) peak memory
"""  # noqa: E501

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import quote

ROOT = Path(__file__).resolve().parents[1]
CAMPAIGN, PERIOD = "haugiang-2022", "2022-Q4"
PYTHON = sys.executable


@dataclass(frozen=True)
class Cost:
    """What one command took: seconds by the clock, seconds of all cores together, memory."""

    wall: float
    cpu: float
    peak_mb: float


def run(command: list[str], **variables: str) -> Cost:
    """Run a command to its end; exit code 1 says that findings were found, which is no failure."""
    # What Python compiles is kept, as on the machines of those who use the kit.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", **variables}
    begun, before = time.monotonic(), os.times()
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    after = os.times()
    if process.returncode not in (0, 1):
        raise SystemExit(f"{command} ended with {process.returncode}")
    cpu = (after.children_user + after.children_system) - (
        before.children_user + before.children_system
    )
    return Cost(time.monotonic() - begun, cpu, usage.ru_maxrss / 1024)


def report(out: Path, units: list[str], *more: str) -> Cost:
    """One batch."""
    chosen = [argument for unit in units for argument in ("--unit", unit)]
    return run([PYTHON, "-m", "dxkit", "report", PERIOD, "--out", str(out), *chosen, *more])


def loop(out: Path, units: list[str]) -> Cost:
    """The usual way: for each unit a papermill process, then an nbconvert process."""
    costs = []
    target = out / "loop"
    target.mkdir(exist_ok=True)
    for unit in units:
        notebook = str(target / f"{unit}.ipynb")
        parameters = ["-r", "unit", unit, "-r", "period", PERIOD, "-r", "campaign", CAMPAIGN]
        source = str(ROOT / "notebooks/quarterly_report.ipynb")
        quiet = ["--no-progress-bar", "--log-level", "ERROR"]
        variables = {"DXKIT_PROJECT": str(ROOT), "DXKIT_OUT": str(out)}
        papermill = [PYTHON, "-m", "papermill", source, notebook, *parameters, *quiet]
        nbconvert = [PYTHON, "-m", "nbconvert", "--to", "html", notebook, "--log-level", "ERROR"]
        costs += [run(papermill, **variables), run(nbconvert, **variables)]
    return total(costs)


def total(costs: list[Cost]) -> Cost:
    """Several commands one after the other."""
    return Cost(
        sum(c.wall for c in costs), sum(c.cpu for c in costs), max(c.peak_mb for c in costs)
    )


def plain(out: Path, units: list[str]) -> Cost:
    """The same pages by plain calls, in as many processes as there are cores."""
    jobs = str(len(os.sched_getaffinity(0)))
    return run([PYTHON, "benchmarks/plain.py", str(out), jobs, *units])


def intake(campaign: str, period: str, raw: Path) -> Cost:
    """Reading the workbooks of one period, in a process of its own."""
    code = (
        "from pathlib import Path; from dxkit.campaign.folder import load_campaign; "
        "from dxkit.intake.period import read_period; "
        f"c = load_campaign(Path({campaign!r})); "
        f"read_period(c, {period!r}, Path({str(raw)!r}), Path({str(raw.parent)!r}))"
    )
    return run([PYTHON, "-c", code])


def one_round(out: Path, districts: list[str], communes: list[str]) -> dict[str, Cost]:
    """Everything once, in turn."""
    fresh = out.with_name("fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    everybody = [*districts, *communes]
    costs = {
        "start": run([PYTHON, "-c", "import dxkit"]),
        "loop": loop(out, districts),
        "stored": report(out, districts, "--force"),
        "anew": report(fresh, districts),
        "all": report(out, everybody, "--force"),
        "plain": plain(out, districts),
        "plain_all": plain(out, everybody),
        "unchanged": report(out, everybody),
        "unchanged_again": report(out, everybody),
        "start_again": run([PYTHON, "-c", "import dxkit"]),
        "intake": intake(
            f"data/campaigns/{CAMPAIGN}", PERIOD, ROOT / "data/raw" / CAMPAIGN / PERIOD
        ),
    }
    census = ROOT.parent / "shared/real/gso_census2019_households.xlsx"
    if census.exists():
        folder = out.with_name("census")
        folder.mkdir(exist_ok=True)
        shutil.copy(census, folder)
        costs["intake_census"] = intake("tests/intake/campaigns/census-2019", "2019", folder)
    return costs


def ratios(costs: dict[str, Cost], pages: int, more: int, measure: str) -> dict[str, float]:
    """What is quoted. ``measure`` is wall or cpu."""

    def of(name: str) -> float:
        return float(getattr(costs[name], measure))

    marginal = (of("all") - of("stored")) / more
    marginal_plain = (of("plain_all") - of("plain")) / more
    return {
        "loop / batch, intake stored": of("loop") / of("stored"),
        "loop / batch, workbooks read anew": of("loop") / of("anew"),
        "all pages / loop of the districts": of("all") / of("loop"),
        "marginal page / plain Python": marginal / marginal_plain,
        "page in the loop / marginal page": of("loop") / pages / marginal,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", type=Path, default=Path(__file__).with_name("results.json"))
    chosen = parser.parse_args()
    from dxkit.campaign.folder import load_campaign

    campaign = load_campaign(ROOT / "data/campaigns" / CAMPAIGN)
    units = campaign.units.on(campaign.period(PERIOD).last_day)
    districts = [unit.code for unit in units.at_level("district")]
    communes = [unit.code for unit in units.at_level("commune")]
    rounds = []
    with tempfile.TemporaryDirectory(prefix="dxkit-benchmark-") as folder:
        out = Path(folder) / "out"
        out.mkdir()
        report(out, districts)  # intake is stored, byte code written, disk caches warm
        for number in range(chosen.rounds):
            rounds.append(one_round(out, districts, communes))
            print(f"round {number + 1} of {chosen.rounds} done", file=sys.stderr)
    result = summary(rounds, len(districts), len(communes))
    chosen.write.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(json.dumps(result, indent=1))
    if chosen.write == Path(__file__).with_name("results.json"):
        quote.main()


def summary(rounds: list[dict[str, Cost]], pages: int, more: int) -> dict[str, object]:
    """Medians over the rounds, with the machine named."""
    found: dict[str, object] = {"machine": machine(), "rounds": len(rounds)}
    found |= {"pages": pages, "pages_all": pages + more}
    for measure in ("wall", "cpu"):
        each = [ratios(costs, pages, more, measure) for costs in rounds]
        found[f"ratios_{measure}"] = {
            name: {
                "median": round(statistics.median(r[name] for r in each), 2),
                "lowest": round(min(r[name] for r in each), 2),
                "highest": round(max(r[name] for r in each), 2),
            }
            for name in each[0]
        }
    overhead = [
        min(c["unchanged"].wall, c["unchanged_again"].wall)
        - min(c["start"].wall, c["start_again"].wall)
        for c in rounds
    ]
    found["unchanged_seconds_over_import"] = round(statistics.median(overhead), 2)
    found["peak_mb"] = {
        "batch process or any of its workers": round(max(c["all"].peak_mb for c in rounds)),
        "loop": round(max(c["loop"].peak_mb for c in rounds)),
    }
    found["seconds_wall"] = {
        name: round(statistics.median(c[name].wall for c in rounds), 2) for name in rounds[0]
    }
    found["seconds_cpu"] = {
        name: round(statistics.median(c[name].cpu for c in rounds), 2) for name in rounds[0]
    }
    return found


def machine() -> dict[str, object]:
    """Where this was measured."""
    model = platform.processor()
    information = Path("/proc/cpuinfo")
    if information.exists():
        lines = information.read_text("utf-8", "replace").splitlines()
        model = next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), model)
    return {
        "processor": model,
        "cores": len(os.sched_getaffinity(0)),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
    }


if __name__ == "__main__":
    main()
