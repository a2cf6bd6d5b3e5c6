"""JupyterLab set up for analysts: their language, the project's folder, nothing from outside."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

START = "notebooks/start_here.ipynb"


def lab_command(root: Path, language: str, more: Sequence[str] = ()) -> list[str]:
    """The command that starts JupyterLab on 127.0.0.1 in the project, at the start notebook.

    No news, no look for updates, no list of extensions from the net; ``more`` are options of
    JupyterLab itself, which win over these.
    """
    shipped = Path(str(files("dxkit.report.explore.lab")))
    settings = shipped / language if (shipped / language).is_dir() else shipped / "en"
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        "--ip=127.0.0.1",
        f"--ServerApp.root_dir={root}",
        f"--LabApp.default_url=/lab/tree/{START}",
        f"--LabApp.app_settings_dir={settings}",
        "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        *more,
    ]


def open_lab(root: Path, language: str, more: Sequence[str] = ()) -> int:
    """Start JupyterLab and wait for its end; returns its exit code.

    Ctrl+C reaches JupyterLab too, which asks whether it is meant: to end it so is no failure.
    """
    interrupted = False
    with subprocess.Popen(lab_command(root, language, more), cwd=root) as process:
        while True:
            try:
                code = process.wait()
                return 0 if interrupted else code
            except KeyboardInterrupt:
                interrupted = True
