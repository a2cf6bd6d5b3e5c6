"""Visits on the spot: chances that are known, shares and intervals that hold what they promise."""

from __future__ import annotations

import math
import random
from collections import Counter

import pytest

from dxkit.analysis.visits import Verified, chances_of, draw, verified
from dxkit.model.facts import CellRef, student
from dxkit.model.observations import Visit


def visit(unit: str, checked: int, confirmed: int, chance: float = 0.5, size: float = 100) -> Visit:
    return Visit(unit, chance, size, checked, confirmed, CellRef("1.xlsx", "1", "I8"))


def test_chances_add_up_to_the_visits() -> None:
    """Ten counts for two visits: each is worth 0.2; the six are sure, and four are left for one."""
    assert chances_of({"a": 1, "b": 1, "c": 2, "d": 6}, 2) == {
        "a": 0.25,
        "b": 0.25,
        "c": 0.5,
        "d": 1,
    }
    assert chances_of({"a": 1, "b": 3}, 5) == {"a": 1, "b": 1}  # more visits than units
    assert chances_of({}, 3) == {}


def test_a_draw_keeps_its_chances_and_its_number() -> None:
    """Of 2,000 draws each unit's share lies within four standard errors of its chance."""
    chances = chances_of({f"{n:02}": 1 + n % 4 for n in range(20)}, 6)
    drawn: Counter[str] = Counter()
    for seed in range(2000):
        found = draw(chances, seed)
        assert len(found) == 6
        drawn.update(found)
    for unit, chance in chances.items():
        assert abs(drawn[unit] / 2000 - chance) < 4 * math.sqrt(chance * (1 - chance) / 2000)
    assert draw(chances, 7) == draw(dict(reversed(chances.items())), 7)


def test_of_a_unit_that_was_visited_its_own_cases_are_told() -> None:
    """Wilson's interval of 8 of 10 is 0.490 to 0.943 (Brown, Cai and DasGupta 2001)."""
    found = verified([visit("1", 10, 8)], "1")
    assert found is not None
    assert (found.share, round(found.low, 3), round(found.high, 3)) == (0.8, 0.490, 0.943)


def test_too_few_visits_tell_nothing_of_the_whole() -> None:
    assert verified([visit("1", 10, 8), visit("2", 10, 8)], "0") is None
    assert verified([visit(str(n), 10, 8) for n in "123"], "0") is not None


def test_where_all_is_true_the_interval_still_has_a_width() -> None:
    """30 of 30 at three places: as 30 x (1.96 / 4.303)² = 6.22 cases, the lower end of which is
    1 / (1 + 1.96² / 6.22) = 0.618.
    """
    found = verified([visit(n, 10, 10) for n in "123"], "0")
    assert found == Verified(1.0, pytest.approx(0.618, abs=5e-4), 1.0)


def test_who_is_likelier_to_be_drawn_does_not_count_for_more() -> None:
    """Two cheats drawn for sure and an honest unit drawn once in four, all of one size: it stands
    for four, so that 4 x 1 + 2 x 0 of 6 are true.
    """
    three = [visit("1", 10, 0, 1.0), visit("2", 10, 0, 1.0), visit("3", 10, 10, 0.25)]
    found = verified(three, "0")
    assert found is not None
    assert found.share == pytest.approx(4 / 6)


@pytest.mark.parametrize("freedom", [*range(2, 31), 40, 60, 120])
def test_students_quantile_holds_95_in_100(freedom: int) -> None:
    """By the density, added up in steps of a thousandth."""

    def density(x: float) -> float:
        return (1 + x * x / freedom) ** (-(freedom + 1) / 2)

    gamma = math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)
    whole = math.exp(gamma) / math.sqrt(freedom * math.pi)
    steps = [n / 1000 for n in range(round(student(freedom) * 1000))]
    inside = 2 * whole * sum(density(x + 0.0005) for x in steps) / 1000
    last_digit = 6e-5 if freedom <= 30 else 6e-4  # tables print three
    assert inside == pytest.approx(0.95, abs=last_digit)


def test_the_interval_holds_the_truth(request: pytest.FixtureRequest) -> None:
    """Of provinces of 75 communes whose true shares differ, 12 visited by risk and 30 cases checked
    at each: at least 93 in 100 intervals hold the share of all reported cases that is true.
    """
    tries, held, wide = (2000 if request.config.option.full else 150), 0, 0.0
    dice = random.Random(19)
    for seed in range(tries):
        size = {f"{n:02}": dice.randint(300, 3000) for n in range(75)}
        risk = {code: dice.choice([1, 1, 1, 2, 3]) for code in size}
        true = {c: min(1.0, max(0.0, dice.gauss(0.93 - 0.08 * risk[c], 0.06))) for c in size}
        chances = chances_of(risk, 12)
        visits = [
            visit(c, 30, sum(dice.random() < true[c] for _ in range(30)), chances[c], size[c])
            for c in sorted(draw(chances, seed))
        ]
        found = verified(visits, "0")
        assert found is not None
        truth = sum(size[c] * true[c] for c in size) / sum(size.values())
        held += found.low <= truth <= found.high
        wide += (found.high - found.low) / tries
    print(f"{held} of {tries} intervals hold the truth, {wide:.3f} wide on average")
    assert held >= 0.93 * tries
    assert wide < 0.2
