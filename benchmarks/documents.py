"""What PDFs cost: those of all districts and communes, set from their finished pages, against the
eight pages of the districts printed by Chromium; in processor time, in one run.

    python benchmarks/documents.py

Makes the pages first, in a folder that is then removed. Needs Chromium.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import subprocess
import tempfile
from pathlib import Path

from dxkit.campaign.project import Project
from dxkit.cli import run
from dxkit.period.opening import open_period
from dxkit.press.publish.annexes import write_documents
from dxkit.workbooks.processes import adopt_orphans, stay_single_threaded

CAMPAIGN, PERIOD = "haugiang-2022", "2022-Q4"
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-extensions",
    "--proxy-server=127.0.0.1:9", "--no-pdf-header-footer", "--generate-pdf-document-outline",
)  # fmt: skip


def seconds_used() -> float:
    """Processor time of this process and of all that have ended below it, seconds."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> None:
    """Print both numbers."""
    stay_single_threaded()
    adopt_orphans()  # Chromium leaves processes behind
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        raise SystemExit("no chromium on this machine")
    with tempfile.TemporaryDirectory() as scratch:
        for level in ("district", "commune"):
            run(["report", PERIOD, "--campaign", CAMPAIGN, "--level", level, "--out", scratch,
                 "--time-limit", "900"])  # fmt: skip
        folder = Path(scratch) / CAMPAIGN / PERIOD
        opened = open_period(Project.find(None, scratch), CAMPAIGN, PERIOD)
        pages = sorted((*folder.glob("district/*.html"), *folder.glob("commune/*.html")))
        wanted = [(p.name.partition("-")[0], p, p.with_suffix(".pdf")) for p in pages]
        before = seconds_used()
        assert not any(write_documents(opened, wanted))
        between = seconds_used()
        printed = sorted(folder.glob("district/*.html"))
        for page in printed:
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
                target = Path(profile) / "page.pdf"
                own = (f"--user-data-dir={profile}", f"--print-to-pdf={target}", page.as_uri())
                subprocess.run([browser, *QUIET, *own], check=True, capture_output=True)
                assert target.exists()
        after = seconds_used()
    print(f"{len(wanted)} PDFs set from their pages: {between - before:.1f} s of the processor")
    print(f"{len(printed)} pages printed by Chromium: {after - between:.1f} s of the processor")


if __name__ == "__main__":
    main()
