"""Random quarters with gaps put together: by the kit, by the proof, and in plain Python."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from dxkit.analysis.aggregates import Aggregates
from dxkit.analysis.assembly import analyse_period
from dxkit.analysis.robustness import value_without
from dxkit.campaign.folder import load_campaign
from dxkit.model.campaign import Campaign
from dxkit.model.facts import FactKey
from dxkit.period.opening import compose
from dxkit.verify.kinds import number_of
from dxkit.verify.recount import recounted
from dxkit.verify.sums import Sums
from tests.period.wholes import (
    COMMUNES,
    SENT,
    Figures,
    Models,
    expected,
    received_of,
    write_whole,
)  # fmt: skip

QUARTERS = ("2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4")


@pytest.fixture(scope="module")
def campaign(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    folder = tmp_path_factory.mktemp("plan")
    conditions = '\n[[ranking.conditions]]\ncondition = "complete"\nat_least = 0.6\n'
    write_whole(root, folder, {**SENT, "2024-Q4": {}}, {}, more=conditions)
    return load_campaign(folder / "data/campaigns/small")


def quarters(dice: random.Random) -> Iterator[tuple[Figures, Models]]:
    """Four of them: communes that are silent, cells that are empty, names that come again."""
    for _ in QUARTERS:
        figures: Figures = {}
        for code in COMMUNES:
            people, dossiers = dice.randint(30, 300), dice.randint(0, 200)
            cells = [people, dice.randint(0, people), dossiers, dice.randint(0, dossiers),
                     *(dice.randint(0, 10) for _ in range(4))]  # fmt: skip
            if dice.random() < 0.9:
                figures[code] = [None if dice.random() < 0.03 else cell for cell in cells]
        names = ("Chợ 4.0", "CHỢ 4.0", "Ấp số", "Cà phê số")
        yield figures, {c: dice.sample(names[1:], dice.randint(0, 2)) for c in figures}


def disagreements(campaign: Campaign, sent: Sequence[tuple[Figures, Models]]) -> list[str]:
    """What the kit says of the whole, where the proof or plain Python says another number."""
    parts = [received_of(campaign, name, *one) for name, one in zip(QUARTERS, sent, strict=True)]
    whole = compose(campaign, "2024", parts)
    analysis, again = analyse_period(campaign, whole), recounted(campaign, whole)
    plain = expected(*map(list, zip(*sent, strict=True)))
    found = []
    for unit in analysis.units.units:
        for key, fact in analysis.scorecard(unit.code).facts.items():
            number = number_of(again, key)
            same = (number is None) == (fact.value is None)
            if not same or (number is not None and abs(float(number) - fact.number) > 1e-12):
                found.append(f"{key}: {fact.value} {fact.missing}, by the proof {number}")
        for indicator in campaign.indicators:
            fact_ = analysis.facts.find(unit.code, indicator.id, "value")
            if fact_ is None:
                continue
            why = again.sums.of(unit.code, indicator).why
            if not fact_.known and fact_.missing != why:
                found.append(f"{fact_.key}: {fact_.missing}, by the proof {why}")
            if indicator.id == "new_models":
                continue
            asked = (unit.code, indicator.id)
            told = Fraction(fact_.number).limit_denominator(10**7) if fact_.known else None
            if told != plain.get(asked):
                found.append(f"{asked}: {told}, in plain Python {plain.get(asked)}")
        models = analysis.facts.get(unit.code, "new_models", "value")
        if models.known and models.number != plain[unit.code, "new_models"]:
            found.append(f"{unit.code}: {models.number} initiatives")
        total = analysis.results.totals[unit.code]
        why = again.total(unit.code)[2] or again.why_not(unit.code)
        if again.group(unit.code) and total.unranked != why:
            found.append(f"{unit.code}: {total.unranked}")
    return found


def test_kit_proof_and_plain_python_agree(
    campaign: Campaign, request: pytest.FixtureRequest
) -> None:
    for seed in range(400 if request.config.getoption("--full") else 3):
        sent = [*quarters(random.Random(seed))]
        assert disagreements(campaign, sent) == [], seed


def test_a_wrong_whole_is_seen(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stocks added up like flows, and flows of the last part alone."""
    sent = [*quarters(random.Random(1))]
    right = Aggregates._in_parts
    wrong = {
        "added": lambda self, one, other: [(part, one, other) for part in self._parts] or None,
        "last": lambda self, one, other: [(part, one, other) for part in self._parts[-1:]] or None,
    }
    for name, method in wrong.items():
        monkeypatch.setattr(Aggregates, "_in_parts", method)
        found = disagreements(campaign, sent)
        assert any("by the proof" in line for line in found), name
        assert any("plain Python" in line for line in found), name
    monkeypatch.setattr(Aggregates, "_in_parts", right)
    assert disagreements(campaign, sent) == []


def test_the_key_of_a_part_is_counted_in_that_part(campaign: Campaign) -> None:
    sent = [*quarters(random.Random(2))]
    parts = [received_of(campaign, name, *one) for name, one in zip(QUARTERS, sent, strict=True)]
    again = recounted(campaign, compose(campaign, "2024", parts), course=parts)
    own = number_of(again, FactKey("2024-Q2", "70", "filing", "value"))
    assert own == number_of(
        recounted(campaign, parts[1]), FactKey("2024-Q2", "70", "filing", "value")
    )


def test_without_a_cell_kit_and_proof_agree(campaign: Campaign) -> None:
    """A flow without a cell of one part keeps the others; without its stock a unit leaves."""
    sent = [*quarters(random.Random(3))]
    parts = [received_of(campaign, name, *one) for name, one in zip(QUARTERS, sent, strict=True)]
    whole = compose(campaign, "2024", parts)
    by_indicator = analyse_period(campaign, whole).results.by_indicator
    tried = 0
    for (unit, name), result in by_indicator.items():
        if name == "new_models":  # of a name that is told twice another cell tells, too
            continue
        sides = (result.measured.numerator, result.measured.denominator)
        for cell in {o.address for side in sides for o in side.observations}:
            number = Sums(campaign, whole, without=frozenset({cell})).value(unit, result.indicator)
            found = value_without(result, [cell])
            expected_ = None if number is None else pytest.approx(float(number))
            assert found == expected_, (unit, name, cell)
            tried += 1
    assert tried > 100
