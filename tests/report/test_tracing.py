"""Every number that the analysis can make has words for its kind, method and reservations."""

from __future__ import annotations

import json
import re

import pytest

from dxkit.analysis.facts.kinds import KINDS
from dxkit.analysis.rules import REGISTRY
from dxkit.campaign.project import Project
from dxkit.model.addresses import ranges_by_sheet
from dxkit.model.campaign import Campaign
from dxkit.model.facts import FactKey
from dxkit.period import OpenPeriod
from dxkit.period.opening import open_period
from dxkit.report.tracing import traces
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


@pytest.mark.parametrize("unit", ["93", "934", "31429"])
def test_what_a_page_tells_of_a_number_is_how_it_was_made(
    unit: str, periods: dict[str, OpenPeriod]
) -> None:
    """The lines of the page, in which what is as before is left out, read in the plainest way."""
    opened, words = periods["2022-Q4"], load_language("vi")
    analysis = opened.analysis
    shown = [fact for fact in analysis.scorecard(unit).facts.values() if fact.known]
    text = str(traces(shown, analysis, unit, opened.campaign, words))
    found = json.loads(re.sub(r"^<p[^>]*>|</p>$", "", text).replace("&#34;", '"'))
    whole: list[str] = []
    keys, told = [], {}
    for line in found["facts"].split("\n"):
        parts = line.split("|")
        whole = parts + whole[len(parts) :]
        lists = ("periods", "units", "subjects", "kinds")
        at = [int(whole[n]) for n in (8, 1, 4, 6)]
        keys.append("/".join(found["words"][name][n][0] for name, n in zip(lists, at, strict=True)))
        told[keys[-1]] = tuple(whole)
    own = {unit, *(one.code for one in analysis.units.descendants(unit))}
    asked = {str(fact.key) for fact in shown}
    assert asked <= {*keys}
    for number, key in enumerate(keys):
        fact = analysis.find(FactKey.parse(key))
        assert fact is not None
        written, _, cells, further, _, marks, _, method, _ = told[key]
        assert written == words.number(fact)
        assert found["words"]["methods"][int(method)][0] == fact.method
        assert found["marks"][int(marks)] == sorted(fact.marks)
        inputs = [keys[number + int(n)] for n in further.split()]
        assert inputs == [str(one) for one in fact.inputs if str(one) in told]
        places = [cell.partition(" ") for cell in cells.split(";") if cell]
        sheets = {found["sheets"][int(n)]: ranges for n, _, ranges in places}
        wanted = ranges_by_sheet(fact.sources) if not fact.inputs or key in asked else {}
        if inputs or fact.key.unit not in own:
            wanted = {}
        assert sheets == {f"{file} › {sheet}": ranges for (file, sheet), ranges in wanted.items()}


def test_what_is_no_cell_has_no_range_alone_or_beside_others() -> None:
    whole, one = ("a.xlsx", "1", ""), ("a.xlsx", "1", "12")  # a sheet; a row, which is no cell
    cell = ("a.xlsx", "1", "C12")
    for cells in ([whole], [one], [whole, one]):
        assert ranges_by_sheet(cells) == {}
        assert ranges_by_sheet([*cells, cell]) == ranges_by_sheet([cell]) == {cell[:2]: "C12"}
