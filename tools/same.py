"""Prove that a change of the code changes no output: ``python3 run.py same [COMMIT]``.

Makes both campaigns from COMMIT and from the working tree, each with its own code, data and
notebooks but in one environment, and compares every file. COMMIT left out is the last commit where
something is uncommitted, else the commit before it. Exit code 0: all files are the same; 1: some
differ, each named with its first differing lines; 2: a tree could not be made.

Both sides stay in ``.same`` for a look, and what a commit gave is not made again.
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import io
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".same"

Q4, Q3 = ("2022-Q4", "--campaign", "haugiang-2022"), ("2022-Q3", "--campaign", "haugiang-2022")
PCI = ("2009", "--campaign", "pci-2009")
COMMUNES = ("--level", "commune")
DOCX, PDF = ("--to", "docx"), ("--to", "pdf")

# Each command writes to a folder of its own, so that all can run beside each other.
COMMANDS: dict[str, tuple[str, ...]] = {
    "communes-vi": ("report", *Q4, *COMMUNES, *DOCX),
    "communes-en": ("report", *Q4, *COMMUNES, "--lang", "en"),
    "pci-vi": ("report", *PCI, *DOCX),
    "pci-en": ("report", *PCI, "--lang", "en"),
    "districts-vi": ("report", *Q4, *DOCX, *PDF),
    "districts-en": ("report", *Q4, "--lang", "en", *DOCX),
    "first-period-vi": ("report", *Q3),
    "first-period-en": ("report", *Q3, "--lang", "en"),
    "check-vi": ("check", *Q4),
    "check-en": ("check", *Q4, "--lang", "en"),
    "rank-vi": ("rank", *Q4, "--format", "csv"),
    "rank-communes-en": ("rank", *Q4, *COMMUNES, "--lang", "en"),
    "rank-pci-en": ("rank", *PCI, "--lang", "en", "--format", "json"),
    "explain-vi": ("explain", "2022-Q4", "935", "online_dossiers", "--kind", "rank"),
    "explain-en": ("explain", "2022-Q4", "935", "online_dossiers", "--lang", "en"),
    "demo": ("demo", "--raw", "{out}"),
}
NOTEBOOKS = ("start_here", "data_quality", "explore_initiatives")


def without(*names: str) -> Callable[[bytes], bytes]:
    """JSON less the keys that fit one of these patterns, wherever they stand, in one order."""
    left_out = re.compile("|".join(names))

    def pruned(value: object) -> object:
        if isinstance(value, dict):
            return {k: pruned(entry) for k, entry in value.items() if not left_out.fullmatch(k)}
        return [pruned(entry) for entry in value] if isinstance(value, list) else value

    def prune(data: bytes) -> bytes:
        text = json.dumps(pruned(json.loads(data)), ensure_ascii=False, indent=1, sort_keys=True)
        return text.encode()

    return prune


def blank(pattern: bytes) -> Callable[[bytes], bytes]:
    """The file with everything the pattern fits replaced by a dash."""
    return lambda data: re.sub(pattern, b"-", data)


# What may differ between two runs of one code, or between two places for the same code, and why.
LEFT_OUT = (".running", "timings.json")  # the lock of a run, with its process; a clock
MADE_EQUAL: dict[str, Callable[[bytes], bytes]] = {
    # How long it took and in which order pages were ready; hashes of the code and, made of them,
    # the keys by which a later run knows what is out of date; and of what holds a clock.
    r".*/manifest\.json": without(
        "seconds", "made_from", "key", "versions", "tries", "inputs_digest", "shown"
    ),
    r".*/made_from/DIGEST\.json": without("code"),
    r".*/data/(received|returned)\.json": without("key"),
    # Papermill's clock, and the random names of cells and of widgets' models.
    r"notebooks/.*\.ipynb": lambda data: blank(rb"IPY_MODEL_\w+")(
        without("papermill", "execution", "id", "model_id", "widgets")(data)
    ),
    # What a command says: its seconds.
    r".*/said\.txt": blank(rb"\d+[.,]\d+ (?=seconds|gi\xc3\xa2y)"),
}


def git(*arguments: str) -> str:
    """What git answers about this project."""
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode:
        sys.stderr.write(f"git {arguments[0]}: {done.stderr.strip()}\n")
        raise SystemExit(2)
    return done.stdout.strip()


def run_in(tree: Path, out: Path, command: list[str]) -> str:
    """Run Python on a tree's own code; the complaint, or nothing. What it says is kept."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DXKIT_")}
    environment |= {"PYTHONPATH": str(tree), "PYTHONUTF8": "1", "DXKIT_PROJECT": str(tree)}
    environment["DXKIT_OUT"] = str(out)
    out.mkdir(parents=True)
    done = subprocess.run(
        [sys.executable, *command], cwd=tree, env=environment, capture_output=True, check=False
    )
    said = done.stdout.replace(str(out).encode(), b"OUT").replace(str(tree).encode(), b"TREE")
    (out / "said.txt").write_bytes(said)
    if done.returncode in (0, 1) and b"Traceback" not in done.stderr:
        return ""
    return f"{' '.join(command)}: exit {done.returncode}\n{done.stderr.decode(errors='replace')}"


def works(tree: Path, out: Path) -> Iterator[tuple[Path, Path, list[str]]]:
    """Everything that is made of one tree."""
    for name, (verb, *rest) in COMMANDS.items():
        folder = out / name
        extra = ["--jobs", "1"] if verb == "report" else []
        rest = [text.replace("{out}", str(folder)) for text in rest]
        yield tree, folder, ["-m", "dxkit", verb, *rest, *extra]
    for name in NOTEBOOKS:
        folder = out / "notebooks" / name
        source = f"notebooks/{name}.ipynb"
        command = ["-m", "papermill", "--no-progress-bar", "--cwd", "notebooks"]
        yield tree, folder, [*command, source, str(folder / f"{name}.ipynb")]


def foreign(tree: Path) -> str:
    """The complaint if Python run on a tree would take the code of another."""
    code = "import dxkit; print(dxkit.__file__)"
    environment = os.environ | {"PYTHONPATH": str(tree)}
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=tree, env=environment, capture_output=True, check=False
    )
    file = found.stdout.decode().strip()
    inside = bool(file) and Path(file).resolve().is_relative_to(tree.resolve())
    return "" if inside else f"{tree}: dxkit is taken from {file or found.stderr.decode()}"


def make(trees: dict[Path, Path]) -> None:
    """Make the outputs of trees, {tree: its folder}, on all cores."""
    complaints = [text for text in map(foreign, trees) if text]
    if not complaints:
        pairs = zip(*(works(tree, out) for tree, out in trees.items()), strict=True)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            complaints = list(pool.map(lambda work: run_in(*work), itertools.chain(*pairs)))
    if any(complaints):
        sys.stderr.write("\n".join(filter(None, complaints)) + "\n")
        raise SystemExit(2)


def base_folder(commit: str) -> Path:
    """Where the outputs of a commit are kept: for this list of commands in this environment."""
    digest = hashlib.sha256(sys.version.encode() + Path(__file__).read_bytes())
    digest.update((ROOT / "requirements.lock").read_bytes())
    return KEPT / f"{commit[:12]}-{digest.hexdigest()[:12]}"


def make_both(commit: str) -> tuple[Path, Path]:
    """The folders with the outputs of the commit and of the working tree."""
    base, now = base_folder(commit), KEPT / "now"
    fresh = not (base / "whole").exists()
    for folder in KEPT.glob("*"):
        if fresh or folder != base:
            shutil.rmtree(folder)
    if not fresh:
        make({ROOT: now})
        return base, now
    with tempfile.TemporaryDirectory(prefix="dxkit-same-") as place:
        tree = Path(place) / "tree"
        git("worktree", "add", "--quiet", "--detach", str(tree), commit)
        try:
            make({tree: base, ROOT: now})
        finally:
            git("worktree", "remove", "--force", str(tree))
    (base / "whole").touch()
    return base, now


def contents(folder: Path) -> dict[str, bytes]:
    """All files by name, less what may differ."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or path.name in LEFT_OUT or name == "whole":
            continue
        name = re.sub(r"(?<=/made_from/)[0-9a-f]{64}(?=\.json$)", "DIGEST", name)
        data = path.read_bytes()
        for pattern, equal in MADE_EQUAL.items():
            if re.fullmatch(pattern, name):
                data = equal(data)
        found[name] = data
    return found


def lines_of(name: str, data: bytes) -> list[str]:
    """A file as lines that a reader can compare; packages (.xlsx, .docx) component by component."""
    if name.endswith((".xlsx", ".docx")):
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = {part: package.read(part) for part in package.namelist()}
        return [
            f"{p}: {line}" for p, content in parts.items() for line in lines_of(".xml", content)
        ]
    text = data.decode("utf-8", errors="replace")
    return (text.replace("><", ">\n<") if name.endswith((".html", ".xml")) else text).split("\n")


def difference(name: str, before: bytes, after: bytes, most: int = 8) -> Iterator[str]:
    """The first lines that differ, short enough to read."""
    old, new = lines_of(name, before), lines_of(name, after)
    changed = difflib.unified_diff(old, new, "before", "after", n=0, lineterm="")
    for line in itertools.islice(changed, 2, 2 + most):
        yield line if len(line) <= 200 else line[:200] + " …"


def report(before: dict[str, bytes], after: dict[str, bytes], shown: int = 12) -> int:
    """Say what differs; returns how many files do."""
    differing = sorted(n for n in before | after if before.get(n) != after.get(n))
    for number, name in enumerate(differing):
        if name in before and name in after:
            print(f"differs: {name}")
            if number < shown:
                print(*(f"    {x}" for x in difference(name, before[name], after[name])), sep="\n")
        else:
            print(f"{'gone' if name in before else 'new'}: {name}")
    return len(differing)


def main() -> int:
    """Compare; returns the exit code."""
    parser = argparse.ArgumentParser(prog="run.py same", description=__doc__)
    parser.add_argument("commit", nargs="?", help="a commit, branch or tag to compare with")
    named = parser.parse_args().commit
    commit = named or ("HEAD" if git("status", "--porcelain") else "HEAD~1")
    commit = git("rev-parse", "--verify", f"{commit}^{{commit}}")
    base, now = make_both(commit)
    before, after = contents(base), contents(now)
    count = report(before, after)
    print(f"{len(before)} files of {commit[:12]}, {len(after)} of the working tree: ", end="")
    print(f"{count} differ, see {KEPT}" if count else "all the same")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
