"""A fact found alone, or handed on by another process, is the one on its unit's scorecard."""

from __future__ import annotations

import dataclasses
import pickle
import re
from pathlib import Path

from dxkit.analysis.analysis import Analysis
from dxkit.analysis.assembly import analyse_period
from dxkit.model.campaign import Campaign
from dxkit.model.facts import Fact
from dxkit.model.observations import IndicatorTable
from dxkit.model.units import Unit
from tests.analysis.test_results import full
from tests.analysis.test_uncertainty import changed, three


def with_a_period_before(campaign: Campaign) -> Analysis:
    now = three(campaign)
    then = three(campaign, *changed(full("31327", 0.75), households=80)).received
    earlier = {"2022-Q4": "2022-Q3", "2022-10": "2022-07"}
    observations = tuple(
        dataclasses.replace(o, period=earlier[o.period]) for o in then.table.observations
    )
    table = IndicatorTable("2022-Q3", observations)
    return analyse_period(now.campaign, now.received, dataclasses.replace(then, table=table))


def test_above_the_analysis_only_facts_and_standings_are_read(root: Path) -> None:
    """Conditions of sentences are still asked of results in places."""
    read = re.compile(
        r"\.(results|by_indicator|totals|decisions)\b(?!\()|import (Result|Results|Total)\b"
    )
    modules = [
        p for room in ("report", "press", "cli") for p in (root / "dxkit" / room).rglob("*.py")
    ]
    found = [
        p for p in modules if p.parent.name != "sentences" and read.search(p.read_text("utf-8"))
    ]
    assert len(modules) > 50
    assert not found


def test_values_and_places_found_alone_stand_on_scorecards(haugiang: Campaign) -> None:
    analysis, fresh = with_a_period_before(haugiang), with_a_period_before(haugiang)
    found = 0
    for unit in analysis.units.units:
        for key, fact in analysis.scorecard(unit.code).facts.items():
            alone = fresh.facts.find_key(key)
            assert alone == fact
            found += alone is not None
            if analysis.previous is not None and key.period == analysis.previous.period.id:
                assert fact == analysis.previous.scorecard(key.unit).facts[key]
        for measure in analysis.campaign.measures:
            counted = fresh.facts.find(unit.code, measure.id, "value")
            assert counted == analysis.scorecard(unit.code).find(measure.id, "value")
    assert found > 100


def test_what_is_worked_out_travels_between_processes(haugiang: Campaign) -> None:
    maker, taker, alone = (with_a_period_before(haugiang) for _ in range(3))
    for unit in maker.units.units:
        maker.scorecard(unit.code)
        alone.scorecard(unit.code)
    taker.take_over(pickle.loads(pickle.dumps(maker.worked_out)))
    assert taker.worked_out.scorecards == alone.worked_out.scorecards
    assert len(taker.worked_out.scorecards) == len(maker.units.units)
    assert taker.worked_out.certainties == alone.worked_out.certainties


def test_a_scorecard_makes_the_numbers_that_are_asked_for(haugiang: Campaign) -> None:
    asked, whole = (with_a_period_before(haugiang) for _ in range(2))
    unit = whole.units.at_level("district")[0]
    every = [key for key in whole.scorecard(unit.code).facts if key.unit == unit.code]
    made, make = list[str](), asked.facts.of_unit

    def of_unit(of: Unit) -> list[Fact]:
        made.append(of.code)
        return make(of)

    asked.facts.of_unit = of_unit  # type: ignore[method-assign]
    card = asked.scorecard(unit.code)
    for key in every:
        assert card.facts.get(key) == whole.scorecard(unit.code).facts[key], key
    assert card.find("nothing", "value") is None
    assert made == []
    assert dict(card.facts) == dict(whole.scorecard(unit.code).facts)
    assert made == [unit.code]
