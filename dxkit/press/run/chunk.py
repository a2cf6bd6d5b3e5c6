"""The process that makes a chunk of a batch on a machine of the cluster."""

from __future__ import annotations

import datetime
import json
import sys
from pathlib import Path

from dxkit.campaign.project import Project
from dxkit.press.manifest import code_key
from dxkit.press.run.one_page import local_workers
from dxkit.press.run.tasks import EXECUTED, OTHER_CODE, PAGE, Task
from dxkit.workbooks.processes import lead_own_group, no_collection


def main(folder: Path) -> None:
    """The process that makes a chunk from the parcel in a folder; results go to ``made``."""
    lead_own_group()
    order = json.loads((folder / "order.json").read_text("utf-8"))
    if order["code"] != code_key():
        sys.exit(OTHER_CODE)
    day = datetime.date.fromisoformat(order["as_of"]) if order["as_of"] else None
    project = Project(folder, out=folder / "outputs", sealed=True, as_of=day)
    tasks = [
        Task(**{**task, "notebook": project.notebooks / task["notebook"], "page": folder,
                "parameters": tuple(task["parameters"]), "executed": folder})
        for task in order["tasks"]
    ]  # fmt: skip
    with (folder / "made.jsonl").open("w", encoding="utf-8") as record, no_collection():
        crew = local_workers(project, tasks, "", 1, order["time_limit"])
        for outcome in crew.run(tasks, folder):
            unit = outcome.task.unit
            if not outcome.reason:
                (folder / "made" / unit).mkdir(parents=True)
                for name in (PAGE, EXECUTED):
                    (outcome.scratch / name).replace(folder / "made" / unit / name)
            told = [unit, outcome.reason, outcome.seconds, outcome.tries, outcome.engine]
            record.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
