"""Every number that the analysis can make has words for its kind, method and reservations."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from dxkit.campaign.project import Project
from dxkit.model.campaign import Campaign
from dxkit.period import OpenPeriod, open_period
from dxkit.report.wording.language import available_languages, load_language
from dxkit.verify.kinds import KINDS

MAKERS = {"reported": 5, "declared": None, "derived": 5, "counted": 3, "absent": None, "key": None}
"""Calls that make a fact, of a subject and a kind; the place of the method among what they take."""


def calls(root: Path) -> Iterator[tuple[str, ast.Call]]:
    for path in (root / "dxkit/analysis").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr in MAKERS and len(node.args) >= 2:
                yield node.func.attr, node


def texts(node: ast.expr | None) -> set[str]:
    """The texts that an expression can be, as far as they are written there."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.IfExp):
        return texts(node.body) | texts(node.orelse)
    return set()


def written(root: Path) -> tuple[set[str], set[str]]:
    """Kinds and methods that stand in the code of the analysis."""
    found: set[str] = set()
    methods: set[str] = set()
    for name, call in calls(root):
        found |= texts(call.args[1])
        place = MAKERS[name]
        if place is not None and len(call.args) > place:
            methods |= texts(call.args[place])
        for keyword in call.keywords:
            if keyword.arg == "method":
                methods |= texts(keyword.value)
    return found, methods - {""}  # what has no value was not made


@pytest.fixture(scope="module")
def made(periods: dict[str, OpenPeriod], pci: Campaign, tmp_path_factory: pytest.TempPathFactory):
    """Kinds, methods and reservations of all facts of the shipped campaigns."""
    project = Project.find(None, str(tmp_path_factory.mktemp("out")))
    facts = []
    for opened in (periods["2022-Q4"], open_period(project, pci.id, "2009")):
        analysis = opened.analysis
        for unit in analysis.units.units:
            facts += (f for f in analysis.scorecard(unit.code).facts.values() if f.known)
    return (
        {fact.key.kind for fact in facts},
        {fact.method for fact in facts},
        {mark for fact in facts for mark in fact.marks},
    )


@pytest.mark.parametrize("code", available_languages())
def test_whatever_the_analysis_makes_has_its_words(code: str, root: Path, made) -> None:
    in_code = written(root)
    assert len(in_code[0]) > 25  # the code is read aright
    assert len(in_code[1]) > 10
    words = load_language(code).sections["trace"]
    wanted = {f"kind_{kind}" for kind in made[0] | in_code[0] | KINDS}
    wanted |= {f"method_{method}" for method in made[1] | in_code[1]}
    wanted |= {f"mark_{mark}" for mark in made[2]}
    assert wanted - set(words) == set()
    assert all(words[key].strip() for key in wanted)
