"""Where the processor time of a batch goes: ``python benchmarks/stages.py [--write]``

The steps of ``dxkit report`` for the eight districts of the demonstration, one after the other in
one process, with the intake stored; pages in a process each, as a batch makes them. Seconds of a
core depend on the machine, so the shares of the whole stand beside them. ``--write`` puts the table
into docs/<language>/performance.md.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dxkit.workbooks.processes import stay_single_threaded

stay_single_threaded()

from dxkit.campaign.project import Project  # noqa: E402
from dxkit.period.opening import open_period  # noqa: E402
from dxkit.press.run import workers  # noqa: E402
from dxkit.press.run.plan import plan_tasks  # noqa: E402
from dxkit.press.run.tasks import Task  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
CAMPAIGN, PERIOD = "haugiang-2022", "2022-Q4"
WORDS = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
BLOCK = re.compile(r"(?<=<!-- stages -->\n).*?(?=<!-- end of stages -->)", re.DOTALL)


class Clock:
    """Processor seconds of each step, in order."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def of(self, step: str) -> Iterator[None]:
        """Count what is done within to a step."""
        begun = time.process_time()
        yield
        self.seconds[step] = self.seconds.get(step, 0.0) + time.process_time() - begun


def page_seconds(task: Task, folder: Path) -> float:
    """Processor seconds of the process of one page, from its fork to its end."""
    scratch = folder / task.unit
    scratch.mkdir()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    child = os.fork()
    if not child:
        os.chdir(scratch)
        os._exit(bool(workers.make_page(task, scratch, "fork")))
    if os.waitpid(child, 0)[1]:
        raise SystemExit(f"the page of {task.unit} failed")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def measured(out: Path) -> Mapping[str, float]:
    """Seconds of a core by step, those of pages all together."""
    clock, project = Clock(), Project.find(None, str(out))
    workers.announce(project)
    with clock.of("open"):
        opened = open_period(project, CAMPAIGN, PERIOD)
    units = opened.analysis.units
    tasks = plan_tasks(
        project, opened.campaign, PERIOD, "", out, (), "district", "vi", None, units
    )  # fmt: skip
    with clock.of("tools"):
        workers.warm_tools()
    with clock.of("ranks"):
        workers.open_for_pages(project, tasks[0])
    with clock.of("scorecards"):
        workers.prepare_scorecards(project, tasks)
    with clock.of("rehearsal"):
        workers.warm_up(project, tasks[0])
    gc.freeze()
    found = [page_seconds(task, out) for task in tasks]
    clock.seconds["pages"] = statistics.fmean(found) * len(found)
    from dxkit.press.publish.index_pages import index_html
    from dxkit.press.publish.league_workbook import write_league
    from dxkit.press.publish.period_files import write_check
    from dxkit.report.wording.language import load_language

    language = load_language("vi")
    with clock.of("league"):
        write_league(opened, out / "league.xlsx", language)
    with clock.of("files"):
        write_check(opened, language)
        index_html(opened, {task.unit: task.page.name for task in tasks}, language)
    return clock.seconds


def table(seconds: Mapping[str, float], language: str) -> str:
    """The steps with their seconds and shares."""
    words, whole = WORDS[language], sum(seconds.values())
    lines = [f"| {' | '.join(words['heads'])} |", "|---|---|---|"]
    for step, spent in [*seconds.items(), ("all", whole)]:
        lines.append(f"| {words[step]} | {spent:.2f} | {100 * spent / whole:.0f} % |")
    text = "\n".join(lines) + "\n"
    return text.replace(".", ",") if language == "vi" else text


def main() -> None:
    """Measure, print and, if asked, write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help="put the table into the documents")
    write = parser.parse_args().write
    with tempfile.TemporaryDirectory() as name:
        store = f"from dxkit.cli import run; run(['check', '{PERIOD}', '--out', {name!r}])"
        subprocess.run([sys.executable, "-c", store], cwd=ROOT, stdout=subprocess.DEVNULL)
        seconds = measured(Path(name))
    print(table(seconds, "en"))
    for language in WORDS if write else ():
        path = ROOT / f"docs/{language}/performance.md"
        text = path.read_text("utf-8")
        start, *_, end = BLOCK.split(text)
        path.write_text(start + table(seconds, language) + end, "utf-8")


if __name__ == "__main__":
    main()
