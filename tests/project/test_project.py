"""The project's own files: lock, environment, notebooks, words out of code, the bootstrap."""

from __future__ import annotations

import ast
import importlib.metadata
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from rattler import MatchSpec

import run as bootstrap
from tools import bounds

VIETNAMESE = re.compile(
    "[àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ]", re.I
)


def project(root: Path) -> dict:
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]


def tracked(root: Path) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True, text=True
    )
    return [root / name for name in listed.stdout.split("\0") if name]


def name_of(requirement: str) -> str:
    return re.split(r"[<>=!~ \[;]", requirement)[0].replace("_", "-").lower()


def test_the_lock_holds_every_dependency_hashed_and_no_address(root: Path) -> None:
    text = (root / "requirements.lock").read_text("utf-8")
    assert "://" not in text
    locked = dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE))
    blocks = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in block for block in blocks)
    wanted = project(root)["dependencies"] + project(root)["optional-dependencies"]["test"]
    assert {name_of(r) for r in wanted} <= set(locked)


def test_the_lock_leaves_nothing_to_resolve(root: Path) -> None:
    """It is installed without its libraries' own wishes: pip 23 cannot meet them by hash."""
    text = (root / "requirements.lock").read_text("utf-8")
    locked = {
        canonicalize_name(name): version
        for name, version in re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)
    }
    asked = [project(root)["dependencies"]]
    for installed in importlib.metadata.distributions():
        if canonicalize_name(installed.metadata["Name"]) in locked:
            asked.append(installed.requires or [])
    assert len(asked) > 100
    for requirement in map(Requirement, itertools.chain.from_iterable(asked)):
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            version = locked[canonicalize_name(requirement.name)]
            assert requirement.specifier.contains(version), requirement
    commands = itertools.chain.from_iterable(bootstrap.ways_to_install())
    assert all("--no-deps" in c for c in commands if "install" in c)


def test_the_conda_environment_agrees_with_the_package(root: Path) -> None:
    content = yaml.safe_load((root / "environment.yml").read_text("utf-8"))
    assert set(content) == {"name", "channels", "dependencies"}
    assert content["channels"][0] == "conda-forge"
    *specs, pip = content["dependencies"]
    assert pip == {"pip": ["-e ."]}
    for spec in specs:
        MatchSpec(spec, strict=True)
        assert spec == spec.lower(), "conda-forge has no capitals in a name"
    bounds = {name_of(spec).removesuffix("-base").removesuffix("-py"): spec for spec in specs}
    for requirement in project(root)["dependencies"]:
        spec = bounds.pop(name_of(requirement))
        assert re.sub(r"^[\w-]+", "", spec) == re.sub(r"^[\w-]+", "", requirement)
    assert set(bounds) == {"python", "flit-core", "pip"}, "declared in pyproject.toml as well"


BY_NAME = {
    "ipykernel": "started by Jupyter for notebooks that need a kernel",
    "jupyterlab": "started by `dxkit lab`",
    "jupyterlab-language-pack-vi-vn": "found by JupyterLab",
    "seaborn": "for analysts' own notebooks",
}
"""What nothing of dxkit imports, and why it is declared all the same."""
TOOLS = {
    "coverage", "distributed", "flit-core", "import-linter", "mypy", "pandas-stubs", "ruff",
    "selenium-axe-python",
}  # fmt: skip
"""What the tests run, or need beside them, by another way than an import."""


def imported(root: Path, *folders: str) -> set[str]:
    """The packages that others have made and that modules import, wherever in them; one that is
    not installed goes by the name that it is imported by.
    """
    known = importlib.metadata.packages_distributions()
    found: set[str] = set()
    own = {"dxkit", "docs", *sys.stdlib_module_names}
    for folder in ("tests", "benchmarks", "tools", "run.py"):
        own |= {folder.removesuffix(".py"), *(p.stem for p in (root / folder).rglob("*.py"))}
    for path in (path for folder in folders for path in (root / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [str(node.module)]
            for name in {name.partition(".")[0] for name in names} - own:
                found |= {canonicalize_name(one) for one in known.get(name, [name])}
    return found


def test_what_is_imported_is_declared_with_bounds_and_what_is_declared_is_imported(
    root: Path,
) -> None:
    declared = {"run": project(root)["dependencies"], **project(root)["optional-dependencies"]}
    for requirement in map(Requirement, itertools.chain(*declared.values())):
        kinds = sorted(bound.operator for bound in requirement.specifier)
        assert kinds == ["<", ">="], f"{requirement}: the lowest and the first too high"
    named = {
        group: {canonicalize_name(Requirement(text).name) for text in some}
        for group, some in declared.items()
    }
    of_dxkit = imported(root, "dxkit")
    assert of_dxkit - named["cluster"] == named["run"] - set(BY_NAME)
    assert not of_dxkit & set(BY_NAME)
    assert named["cluster"] <= of_dxkit
    of_tests = imported(root, "tests", "tools", "docs", "benchmarks") - named["run"]
    assert of_tests == named["test"] - TOOLS


def test_the_lowest_versions_are_those_of_the_bounds(root: Path) -> None:
    asked = bounds.wanted("lowest", project(root)["dependencies"])
    assert {"pandas==3.0", "jupyterlab-language-pack-vi-VN==4.5.post3"} <= set(asked)
    assert all(re.fullmatch(r"[\w-]+==[\w.]+", one) for one in asked)
    assert bounds.wanted("newest", ["a>=1,<2"]) == ["a>=1,<2"]
    for requirement, lowest in zip(project(root)["dependencies"], asked, strict=True):
        assert Requirement(requirement).specifier.contains(lowest.partition("==")[2])


def test_no_tracked_file_names_a_package_index(root: Path) -> None:
    pattern = re.compile(r"https?://\S*/(simple|packages)/|^\s*--(index-url|find-links)", re.M)
    assert pattern.search("--index-" + "url x")
    for path in tracked(root):
        if path.suffix not in {".xlsx", ".png"}:
            assert not pattern.search(path.read_text("utf-8", "replace")), path


def test_notebooks_are_thin_and_clean(root: Path) -> None:
    notebooks = sorted((root / "notebooks").glob("*.ipynb"))
    assert len(notebooks) >= 2
    for path in notebooks:
        cells = json.loads(path.read_text("utf-8"))["cells"]
        code = [c for c in cells if c["cell_type"] == "code"]
        assert any("parameters" in c["metadata"].get("tags", []) for c in code)
        for cell in code:
            source = "".join(cell["source"])
            assert not cell["outputs"]
            assert cell["execution_count"] is None
            assert not re.search(r"^\s*(for|while|if|def|class|with|try)\b", source, re.M), path
            assert not VIETNAMESE.search(source)


def test_words_stand_in_word_files(root: Path) -> None:
    for path in tracked(root):
        parts = path.relative_to(root).parts
        if path.suffix in {".py", ".j2"} and parts[0] != "tests" and path.name != "run.py":
            assert not VIETNAMESE.search(path.read_text("utf-8")), path


@pytest.mark.parametrize("version", ["3.6.15", "3.8.18"])
def test_an_old_python_is_told_so(root: Path, version: str) -> None:
    python = Path.home() / f".pyenv/versions/{version}/bin/python"
    if not python.exists():
        pytest.skip(f"Python {version} is not on this machine")
    result = subprocess.run([python, root / "run.py", "report"], capture_output=True, check=False)
    assert result.returncode == 2
    assert "3.11" in result.stderr.decode()
    assert b"Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("installed", "fits"),
    [
        ({}, True),
        (
            {"dxkit.cli:main": "dxkit.cli:run"},
            False,
        ),  # the command went elsewhere since it was installed
        ({"[papermill.engine]\ndxkit = dxkit.press.run.engine:DxkitEngine\n": ""}, False),
        ({"[console_scripts]": "[console_scripts]\nold = dxkit.cli:old"}, False),
    ],
)
def test_an_environment_from_before_a_pull_is_made_anew(
    installed: dict[str, str], fits: bool, root: Path, tmp_path: Path
) -> None:
    """A Python whose dxkit lies here, installed with these entry points."""
    (tmp_path / "dxkit").mkdir()
    (tmp_path / "dxkit/__init__.py").touch()
    (tmp_path / "pyproject.toml").write_text((root / "pyproject.toml").read_text("utf-8"), "utf-8")
    declared = project(root)
    groups = {"console_scripts": declared["scripts"], **declared["entry-points"]}
    entries = "".join(
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in some.items())
        for group, some in groups.items()
    )
    for old, new in installed.items():
        assert old in entries
        entries = entries.replace(old, new)
    told = tmp_path / "dxkit-0.1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: dxkit\nVersion: 0.1.0\n")
    (told / "entry_points.txt").write_text(entries)
    code = f"import run; run.ROOT = {str(tmp_path)!r}; print(run.active_environment_fits())"
    result = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.prefix = 'own'; {code}"],
        capture_output=True, text=True, check=True, cwd=tmp_path,
        env={"PYTHONPATH": str(root)},
    )  # fmt: skip
    assert result.stdout.strip() == str(fits)


def test_a_half_made_environment_is_not_taken_for_a_good_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "Thư mục có dấu"
    (folder / ".venv" / "bin").mkdir(parents=True)
    for name in ("requirements.lock", "pyproject.toml"):
        (folder / name).write_text("")
    for name, value in (
        ("ROOT", folder), ("VENV", folder / ".venv"), ("STAMP", folder / ".venv/dxkit-ready"),
        ("LOG", folder / "run.log"),
    ):  # fmt: skip
        monkeypatch.setattr(bootstrap, name, str(value))
    assert not bootstrap.is_ready()
    Path(bootstrap.venv_python()).parent.mkdir(parents=True, exist_ok=True)
    fails = [sys.executable, "-c", "raise SystemExit(1)"]
    monkeypatch.setattr(bootstrap, "ways_to_install", lambda: [[fails], [fails]])
    assert not bootstrap.build()
    assert not bootstrap.is_ready()
    assert (folder / "run.log").exists()
    make = "import os; os.makedirs(os.path.dirname({0!r}), exist_ok=True); open({0!r}, 'w')"
    works = [sys.executable, "-c", make.format(bootstrap.venv_python())]
    monkeypatch.setattr(bootstrap, "ways_to_install", lambda: [[fails, fails], [works]])
    assert bootstrap.build()
    assert bootstrap.is_ready()
    (folder / "requirements.lock").write_text("changed")
    assert not bootstrap.is_ready()


def test_on_windows_the_command_decides_what_ctrl_c_means(monkeypatch: pytest.MonkeyPatch) -> None:
    """There a console asks all of its processes to stop, and none can become another one."""

    def asked_to_stop(command: list[str]) -> int:
        signal.raise_signal(signal.SIGINT)
        return 7

    monkeypatch.setattr(bootstrap, "os", SimpleNamespace(**{**vars(os), "name": "nt"}))
    monkeypatch.setattr(bootstrap, "active_environment_fits", lambda: True)
    monkeypatch.setattr(bootstrap.subprocess, "call", asked_to_stop)
    monkeypatch.setattr(sys, "argv", ["run.py", "report"])
    before = signal.getsignal(signal.SIGINT)
    try:
        assert bootstrap.main() == 7
    finally:
        signal.signal(signal.SIGINT, before)
