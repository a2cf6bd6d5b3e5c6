"""The house: no module imports another in a circle, nothing inside imports the face, and the
package stays small. Which room may import which is a contract in pyproject.toml.
"""

from __future__ import annotations

import ast
from collections import Counter
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

MOST_MODULES, MOST_LINES, DEEPEST = 200, 52_171, 18
"""Where the house stands; more is for a function of the product, and told in its commit."""


@pytest.fixture(scope="module")
def sources(root: Path) -> dict[str, str]:
    """The text of each module by its dotted name."""
    return {
        ".".join(p.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): p.read_text(
            "utf-8"
        )
        for p in sorted((root / "dxkit").rglob("*.py"))
    }


@pytest.fixture(scope="module")
def graph(sources: dict[str, str]) -> dict[str, set[str]]:
    """Each module with those of the package that it imports, also in functions and for types."""
    found: dict[str, set[str]] = {}
    for name, text in sources.items():
        found[name] = set()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                found[name] |= {alias.name for alias in node.names} & set(sources)
            elif isinstance(node, ast.ImportFrom) and node.module in sources:
                inside = (f"{node.module}.{alias.name}" for alias in node.names)
                found[name] |= {m if m in sources else str(node.module) for m in inside}
    return {name: targets - {name} for name, targets in found.items()}


def test_no_module_imports_another_in_a_circle(graph: dict[str, set[str]]) -> None:
    assert len(graph) > 150
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(" imports ".join(error.args[1][::-1]))


def test_nothing_inside_imports_the_face(graph: dict[str, set[str]]) -> None:
    assert [name for name, targets in graph.items() if "dxkit" in targets] == []


def test_the_package_stays_small(graph: dict[str, set[str]], sources: dict[str, str]) -> None:
    @cache
    def depth(module: str) -> int:
        return 1 + max(map(depth, graph[module]), default=0)

    assert len(graph) <= MOST_MODULES
    lines = sum(text.count("\n") for text in sources.values())
    # to the hundred: an entry of a table is no second place to touch
    assert lines // 100 <= MOST_LINES // 100
    assert max(map(depth, graph)) <= DEEPEST


def test_no_two_files_of_tests_have_one_name(root: Path) -> None:
    """pytest could collect neither beside the other."""
    names = Counter(path.name for path in (root / "tests").rglob("test_*.py"))
    assert len(names) > 100
    assert [name for name, number in names.items() if number > 1] == []
