"""Every number that the analysis can make has words for its kind, method and reservations."""

from __future__ import annotations

import pytest

from dxkit.analysis.facts.kinds import KINDS
from dxkit.analysis.scoring import REGISTRY
from dxkit.campaign.project import Project
from dxkit.model.campaign import Campaign
from dxkit.period import OpenPeriod
from dxkit.period.opening import open_period
from dxkit.report.wording.language import available_languages, load_language
from dxkit.verify.kinds import KINDS as RECOUNTED
from tools.kinds import method_of


def declared() -> tuple[set[str], set[str]]:
    """Kinds and methods that the table of kinds can make, whatever the campaign."""
    entries = [kind for several in KINDS.values() for kind in several]
    fixed = {method_of(kind) for kind in entries if not callable(kind.method)}
    return {kind.name for kind in entries}, fixed | {"quotient", "sum"} | set(REGISTRY)


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
def test_whatever_the_analysis_makes_has_its_words(code: str, made) -> None:
    in_code = declared()
    assert len(in_code[0]) > 25
    assert len(in_code[1]) > 10
    words = load_language(code).sections["trace"]
    wanted = {f"kind_{kind}" for kind in made[0] | in_code[0] | RECOUNTED}
    wanted |= {f"method_{method}" for method in made[1] | in_code[1]}
    wanted |= {f"mark_{mark}" for mark in made[2]}
    assert wanted - set(words) == set()
    assert all(words[key].strip() for key in wanted)
