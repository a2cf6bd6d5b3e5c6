"""The same pages by plain calls: no notebook, no papermill, no nbconvert. The limit of a batch.

``python benchmarks/plain.py OUT JOBS UNIT...`` makes pages of 2022-Q4 in so many processes.
"""

import os
import sys
from pathlib import Path

from dxkit.workbooks.processes import stay_single_threaded

stay_single_threaded()

from dxkit.campaign.project import Project  # noqa: E402
from dxkit.period.opening import open_period  # noqa: E402
from dxkit.press.publish.frame import framed  # noqa: E402
from dxkit.press.run.plan import plan_tasks  # noqa: E402
from dxkit.press.run.workers import prepare_scorecards, report_calls  # noqa: E402
from dxkit.report.report import Report  # noqa: E402


def make(units: list[str], project: Project, calls: list[str], target: Path) -> None:
    """Each page: the report's parts one after the other, and the frame around them."""
    opened = open_period(project, "haugiang-2022", "2022-Q4")
    for unit in units:
        report = Report(opened, unit, "vi")
        content = "".join(str(getattr(report, call)().html) for call in calls)
        (target / f"{unit}.html").write_text(framed(content, report.title, "vi"), "utf-8")


def main(out: str, jobs: int, units: list[str]) -> None:
    project = Project.find(None, out)
    opened = open_period(project, "haugiang-2022", "2022-Q4")
    (task,) = plan_tasks(
        project, opened.campaign, "2022-Q4", "", Path(out), [units[0]], "", "vi", None,
        opened.analysis.units,
    )  # fmt: skip
    prepare_scorecards(project, [task])
    target = Path(out) / "plain"
    target.mkdir(exist_ok=True)
    children = []
    for number in range(jobs):
        child = os.fork()
        if not child:
            make(units[number::jobs], project, report_calls(task.notebook), target)
            os._exit(0)
        children.append(child)
    failed = sum(os.waitpid(child, 0)[1] != 0 for child in children)
    sys.exit(failed)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
