"""Groups, intervals, what would undo them, grades and suggestions on cases worked by hand."""

from __future__ import annotations

import dataclasses
import itertools
import math
import random
from types import SimpleNamespace

import numpy as np
import pytest

from dxkit.analysis.initiatives import (
    Earlier,
    Evidence,
    Interval,
    Panel,
    Place,
    another_place,
    compare,
    grade,
    groups_of,
    panel_of,
    t_quantile,
    trends_differ,
    where_next,
)
from dxkit.analysis.panel import Dealings, Window
from dxkit.model.campaign import Campaign
from dxkit.model.units import MapShapes
from tests.analysis.panels import Situation
from tests.analysis.test_results import analyse, full


def panel_by(values: dict[str, tuple[float, ...]], **districts: str) -> Panel:
    """A panel of communes of one size; a place's district is the first letter of its code."""
    periods = tuple(f"Q{n}" for n in range(1, 1 + len(next(iter(values.values())))))
    return Panel(
        "cashless", 1, periods,
        {c: Place(c, "commune", 1000, districts.get(c, c[0])) for c in values},
        {(c, p): v for c, line in values.items() for p, v in zip(periods, line, strict=True)},
    )  # fmt: skip


def small_panel() -> Panel:
    """Two districts, in each a place with the initiative, and others; the second rose whole."""
    return panel_by({
        "a1": (0.40, 0.60), "a2": (0.30, 0.40), "a3": (0.50, 0.56),
        "b1": (0.50, 0.94), "b2": (0.49, 0.85), "b3": (0.10, 0.90),
    })  # fmt: skip


def test_places_are_compared_within_their_district() -> None:
    groups, left_out = groups_of(small_panel(), {"a1": "Q2", "b1": "Q2"}, {"b3"})
    assert [(g.district, g.places, g.others) for g in groups] == [
        ("a", ("a1",), ("a2", "a3")), ("b", ("b1",), ("b2",)),
    ]  # fmt: skip
    assert left_out == ()
    found = compare(small_panel(), {"a1": "Q2", "b1": "Q2"}, {"b3"})
    # 0.20 less the mean of 0.10 and 0.06; 0.44 less 0.36; by how much each district can tell:
    # one against two 2/3, one against one 1/2
    by_hand = (0.12 * 2 / 3 + 0.08 / 2) / (2 / 3 + 1 / 2)
    assert found.interval is not None
    assert found.interval.estimate == pytest.approx(by_hand)
    assert found.table.differences() == {"a1": pytest.approx(0.12), "b1": pytest.approx(0.08)}
    assert found.plain_change == pytest.approx(0.32)
    assert found.pull is None  # three others cannot tell how a start level counts
    evidence = grade(found)
    assert (evidence.grade, evidence.seems) == ("D", "unknown")
    assert set(evidence.reasons) >= {"few_places", "chance", "two_periods"}


def test_places_that_cannot_be_compared_say_why() -> None:
    panel = small_panel()
    starts = {"a1": "Q2", "a2": "Q1", "a3": "", "nowhere": "Q2", "b1": "Q2", "b2": "Q2"}
    missing = {key: v for key, v in panel.values.items() if key != ("b2", "Q1")}
    found = compare(dataclasses.replace(panel, values=missing), starts, {"b3"})
    assert dict(found.left_out) == {
        "a2": "no_before", "a3": "no_start", "nowhere": "other_level", "a1": "no_match",
        "b1": "no_match", "b2": "no_value",
    }  # fmt: skip
    assert found.interval is None
    assert grade(found).reasons == ("no_places",)


def test_others_of_a_district_serve_once_where_initiatives_began_in_several_periods() -> None:
    values = {f"a{n}": (0.1 * n, 0.2, 0.3, 0.4) for n in range(9)}
    groups, _ = groups_of(panel_by(values), {"a0": "Q2", "a1": "Q3", "a2": "Q3"}, ())
    assert [g.start for g in groups] == ["Q2", "Q3"]
    assert [len(g.others) for g in groups] == [2, 4]
    assert len({code for g in groups for code in g.others}) == 6


def by_brute_force(
    treated: list[list[int]], values: list[list[float]], effect: float
) -> tuple[float, float]:
    """The shares of all ways to deal the labels of each block whose difference, weighted by what
    each block can tell, is at least, and at most, the real one, were this the effect.
    """

    def mean(labels: tuple[tuple[int, ...], ...]) -> float:
        top = bottom = 0.0
        for own, line, real in zip(labels, values, treated, strict=True):
            clean = [v - effect * r for v, r in zip(line, real, strict=True)]
            with_it = [v for v, o in zip(clean, own, strict=True) if o]
            without = [v for v, o in zip(clean, own, strict=True) if not o]
            weight = len(with_it) * len(without) / len(own)
            top += weight * (sum(with_it) / len(with_it) - sum(without) / len(without))
            bottom += weight
        return top / bottom

    blocks = [sorted(set(itertools.permutations(labels))) for labels in treated]
    dealt = [mean(labels) for labels in itertools.product(*blocks)]
    real = mean(tuple(tuple(labels) for labels in treated))
    above = sum(value >= real - 1e-12 for value in dealt) / len(dealt)
    return above, sum(value <= real + 1e-12 for value in dealt) / len(dealt)


@pytest.mark.parametrize("seed", range(4))
def test_the_interval_holds_what_dealing_in_every_way_does_not_reject(seed: int) -> None:
    draw = random.Random(seed)
    treated = [[1, 1, 0, 0, 0, 0], [1, 0, 0, 0, 0]]  # 15 × 5 ways
    values = [[draw.gauss(0.8 * own, 1) for own in labels] for labels in treated]
    blocks = [n for n, labels in enumerate(treated) for _ in labels]
    flat = [np.array([v for line in lines for v in line], float) for lines in (treated, values)]
    dealings = Dealings(flat[0], blocks, np.empty((len(blocks), 0)))
    found = dealings.interval(flat[1], 0.2)
    assert found.estimate == pytest.approx(dealings.estimate(flat[1]))
    above, below = by_brute_force(treated, values, 0.0)
    assert found.probability == pytest.approx(min(1, 2 * min(above, below)), abs=0.04)
    # at the bounds the share of dealings crosses a tenth; chance in the draws is a tenth of that
    for bound, side, outside in ((found.low, 0, -0.02), (found.high, 1, 0.02)):
        assert by_brute_force(treated, values, bound + outside)[side] < 0.12
        assert by_brute_force(treated, values, bound - outside)[side] > 0.08


def test_one_place_alone_proves_nothing() -> None:
    dealings = Dealings(np.array([1.0, 0, 0, 0]), "aaaa", np.empty((4, 0)))
    found = dealings.interval(np.array([9.0, 1.0, 1.1, 0.9]))
    assert (found.low, found.high) == (-math.inf, math.inf)
    assert found.estimate == pytest.approx(8.0)
    assert found.probability == pytest.approx(0.5, abs=0.05)  # two sides of one in four


def test_the_difference_is_that_of_least_squares() -> None:
    """A second, plain way: one equation for all, solved whole."""
    panel, starts = Situation(kinds=3, effect=0.05, shock=0.01).draw(3)
    found = compare(panel, starts)
    rows = [(group, code) for group in found.groups for code in (*group.places, *group.others)]
    change, equation = [], []
    for group, code in rows:
        v = [panel.values[code, period] for period in panel.periods]
        place, before = panel.places[code], (v[0] + v[1]) / 2
        change.append((v[2] + v[3]) / 2 - before)
        equation.append([
            code in starts, before, math.log(place.size), place.type == "ward",
            place.type == "township", *(group.district == f"d{n}" for n in range(8)),
        ])  # fmt: skip
    solved = np.linalg.lstsq(np.array(equation, float), np.array(change), rcond=None)[0]
    assert found.interval is not None
    assert found.interval.estimate == pytest.approx(solved[0])


def levels_panel(**more: tuple[float, ...]) -> Panel:
    """Fourteen others of one district that change by 0.3 − 0.5 × their level, and two places with
    the initiative at 0.1 and 0.2, of which it makes 0.1.
    """
    others = {f"a{n:02}": (0.2 + n / 20, 0.5 + 0.5 * (0.2 + n / 20) - 0.2) for n in range(14)}
    own = {f"ax{v}": (v / 10, 0.3 + 0.5 * v / 10 + 0.1) for v in (1, 2)}
    return panel_by(others | own | more)


def test_what_comes_of_the_start_level_is_taken_off_and_told() -> None:
    found = compare(levels_panel(), {"ax1": "Q2", "ax2": "Q2"})
    assert found.interval is not None
    assert found.interval.estimate == pytest.approx(0.1)
    # they start at 0.15, the others at 0.2 + 6.5 / 20 = 0.525: half of 0.375
    assert found.pull == pytest.approx(0.1875)
    # were all of it chance, 0.375 were to be expected, and the levels after say it all
    assert found.pull_unseen == pytest.approx(0.1875)
    assert found.interval.excludes_nothing


@pytest.mark.parametrize("step", [0.0, 0.1])
def test_figures_that_move_alike_are_no_finding(step: float) -> None:
    for seed in range(10):
        draw = random.Random(seed)
        values = {}
        for n in range(40):
            level = draw.choice((0.1, 0.3, 0.7))
            values["abcd"[n % 4] + f"{n:02}"] = tuple(level + step * t for t in range(4))
        found = compare(panel_by(values), dict.fromkeys(draw.sample(sorted(values), 9), "Q3"))
        assert found.interval is not None
        assert found.interval.probability == 1
        assert found.earlier is not None
        assert found.earlier.probability == 1


def test_a_straight_line_is_carried_on_where_places_have_trends() -> None:
    window = Window((0, 1, 2), (3, 4))
    panel = panel_by({"a1": (0.1, 0.2, 0.3, 0.5, 0.9), "a2": (0.2, 0.2, 0.2, 0.2, 0.2)})
    line, mean = (window.course(panel, "a1", line=told) for told in (True, False))
    assert line is not None
    assert mean is not None
    assert (line.before, line.after) == (pytest.approx(0.2), pytest.approx(0.7))
    assert line.expected == pytest.approx(0.45)  # 0.4 and 0.5
    assert mean.expected == pytest.approx(0.2)
    alike, _ = Situation(periods=8, start=4).draw(1)
    unlike, starts = Situation(periods=8, start=4, slope=0.005).draw(1)
    for panel, differ in ((alike, False), (unlike, True)):
        groups, _ = groups_of(panel, starts, ())
        assert trends_differ(panel, groups) is differ
        found = compare(panel, starts)
        assert (found.carried is not None) is differ


def rising(bend: float = 0.0) -> tuple[Panel, dict[str, str]]:
    """30 places in three districts, ten with the initiative from the fifth of eight periods on.
    These rise by 0.02 a period, the others by what chance gives, and ``bend`` comes on top from
    the fourth period on, before anything began.
    """
    draw = random.Random(7)
    values = {}
    for n in range(30):
        own = n % 3 == 0
        rise, level = draw.gauss(0.02 if own else 0.0, 0.004), draw.gauss(0.4, 0.05)
        values["abc"[n // 10] + f"{n:02}"] = tuple(
            level + rise * t + bend * own * (t >= 3) + draw.gauss(0, 0.003) for t in range(8)
        )
    return panel_by(values), {c: "Q5" for c in values if int(c[1:]) % 3 == 0}


def test_a_course_of_their_own_is_taken_off_and_holds_the_grade_down() -> None:
    panel, starts = rising()
    found = compare(panel, starts)
    assert found.interval is not None
    assert found.carried == pytest.approx(0.08, abs=0.02)  # 0.02 over four periods
    assert found.interval.excludes_nothing
    assert found.earlier is not None
    assert found.earlier.probability <= 0.01
    lifted = {k: v + 0.1 * (k[0] in starts and k[1] >= "Q5") for k, v in panel.values.items()}
    evidence = grade(compare(dataclasses.replace(panel, values=lifted), starts))
    assert (evidence.grade, evidence.seems) == ("C", "helps")
    assert "own_course" in evidence.reasons


def test_what_began_before_the_start_is_no_finding() -> None:
    panel, starts = rising(bend=0.1)
    found = compare(panel, starts, line=False)
    assert found.interval is not None
    assert not found.interval.excludes_nothing
    assert "before_start" in grade(found).reasons
    assert grade(found).seems == "unknown"


def test_the_test_of_earlier_periods_has_power_where_courses_are_alike() -> None:
    found = compare(*Situation(periods=6, start=3, effect=0.08).draw(2))
    assert found.earlier is not None
    assert found.earlier.probability > 0.05
    assert found.earlier.power > 0.9
    faint = found.table.earlier(0.001)
    assert faint is not None
    assert faint.power < 0.1  # next to no trend is found as often as none
    assert compare(*Situation(periods=3, start=1).draw(2)).earlier is None


def test_placebo_starts_use_nothing_from_the_true_start_on() -> None:
    values = {f"a{n}": (0.1, 0.2 + 0.1 * (n < 2), 0.5, 0.6 + 0.2 * (n < 2)) for n in range(8)}
    found = compare(panel_by(values), {"a0": "Q4", "a1": "Q4"}, line=False)
    # one period back: Q3 against Q1 and Q2; two back: Q2 and Q3 against Q1
    assert [p.estimate for p in found.placebos] == [pytest.approx(-0.05), pytest.approx(0.05)]


def test_the_break_of_trend_that_undoes_a_finding() -> None:
    found = compare(*Situation(effect=0.08, treated=12).draw(4))
    assert found.interval is not None
    assert found.undoing_break is not None
    # a trend that bends by b adds b in the first period and 2 b in the second
    assert (1 + 2) / 2 * found.undoing_break == pytest.approx(found.interval.low)
    assert compare(*Situation().draw(4)).undoing_break is None


def test_a_finding_of_one_place_names_it() -> None:
    panel, starts = Situation().draw(8)
    first = min(starts)
    lifted = {k: v + 0.9 * (k[0] == first and k[1] >= "Q2") for k, v in panel.values.items()}
    found = compare(dataclasses.replace(panel, values=lifted), starts)
    district = panel.places[first].district
    assert {first, district} <= set(found.carriers) or found.interval.excludes_nothing  # type: ignore[union-attr]
    assert compare(*Situation(effect=0.1).draw(8)).carriers == ()


def test_neighbours_that_moved_are_told() -> None:
    panel, starts = Situation(effect=0.08, treated=6).draw(2)
    beside = {f"{int(code) + step:03d}" for code in starts for step in (8, -8)} - set(starts)
    places = {}
    for code, place in panel.places.items():
        near = {f"{int(code) + 8:03d}", f"{int(code) - 8:03d}"} & set(panel.places)
        places[code] = dataclasses.replace(place, neighbours=frozenset(near))
    for spill, told in ((0.0, False), (0.06, True)):
        moved = {k: v + spill * (k[0] in beside and k[1] >= "Q2") for k, v in panel.values.items()}
        known = dataclasses.replace(panel, values=moved, places=places)
        found = compare(known, starts).spillover
        assert found is not None
        assert (not found.excludes_nothing) is told
        assert found.estimate == pytest.approx(spill, abs=0.02)
        assert ("neighbours" in grade(compare(known, starts)).reasons) is told
    # where no borders are known, districts without the initiative are what lies further away
    away = compare(panel, starts).spillover
    assert away is not None
    everywhere = {f"{n:03d}": "Q2" for n in range(8)}
    assert compare(panel, everywhere).spillover is None


def test_units_that_touch_are_neighbours() -> None:
    square = ((0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0))
    shapes = MapShapes(
        {"a": (0, 0), "b": (1, 1), "c": (0, 2), "d": (3, 3)},
        {"p": (square,), "q": (tuple((x + 1, y) for x, y in square),),
         "r": (tuple((x + 3, y) for x, y in square),)},
    )  # fmt: skip
    found = shapes.neighbours([*"abcdpqr", "nowhere"])
    assert {code: "".join(sorted(others)) for code, others in found.items()} == {
        "a": "b", "b": "ac", "c": "b", "d": "", "p": "q", "q": "p", "r": "", "nowhere": "",
    }  # fmt: skip


CLEAR = Interval(0.05, 0.02, 0.08, 0.005, 0.05)
NOTHING = Interval(0.0, -0.02, 0.02, 0.9, 0.05)


def told_by(periods: str, **more: object) -> SimpleNamespace:
    """What a grade looks at of a panel."""
    return SimpleNamespace(**{"simulated": False, "periods": periods, "direction": 1, **more})


def graded(**more: object) -> Evidence:
    """The grade of a comparison in which nothing is amiss but what is told."""
    whole = {
        "panel": told_by("abcd"),
        "interval": CLEAR, "places": range(8), "districts": 3, "periods_before": 2,
        "periods_after": 2, "pull": 0.01, "earlier": Earlier(0.4, 0.8), "carried": None,
        "holds_without_a_period": True, "carriers": (), "spillover": NOTHING, **more,
    }  # fmt: skip
    return grade(SimpleNamespace(**whole))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("letter", "reason", "more"),
    [
        ("B", "some_places", {"places": range(7)}),
        ("D", "few_places", {"places": range(4)}),
        ("B", "one_after", {"periods_after": 1}),
        ("C", "one_before", {"periods_before": 1, "earlier": None}),
        ("C", "few_districts", {"districts": 2}),
        ("C", "no_guard", {"pull": None}),
        ("D", "chance", {"interval": NOTHING}),
        ("B", "some_doubt", {"interval": dataclasses.replace(CLEAR, probability=0.02)}),
        ("C", "weak_test", {"earlier": Earlier(0.4, 0.4)}),
        ("D", "before_start", {"earlier": Earlier(0.04, 0.8)}),
        ("C", "own_course", {"earlier": Earlier(0.04, 0.8), "carried": 0.02}),
        ("D", "before_start", {"earlier": Earlier(0.04, 0.8), "carried": 0.02,
                               "holds_without_a_period": False}),
        ("B", "one_carries", {"carriers": ("a",)}),
        ("B", "neighbours", {"spillover": CLEAR}),
        ("D", "two_periods", {"panel": told_by("ab")}),
        ("D", "simulated", {"panel": told_by("abcd", simulated=True)}),
    ],
)  # fmt: skip
def test_what_holds_a_grade_down(letter: str, reason: str, more: dict[str, object]) -> None:
    assert graded() == Evidence("A", "helps", ())
    assert graded(spillover=None) == Evidence("A", "helps", ())
    seems = "unknown" if letter == "D" else "helps"
    assert graded(**more) == Evidence(letter, seems, (reason,))


def test_a_finding_on_the_bad_side_harms() -> None:
    assert graded(panel=told_by("abcd", direction=-1)) == Evidence("A", "harms", ())


def test_where_next_by_hand() -> None:
    found = compare(small_panel(), {"a1": "Q2", "b1": "Q2"}, {"a3"})
    # a1 (0.60) and b1 (0.94) gained 0.10 and, b3 being one of the others, −0.14
    assert [(s.code, s.like) for s in where_next(found, 0.88)] == [
        ("a2", "a1"), ("a3", "a1"), ("b2", "a1"),
    ]  # fmt: skip
    assert [round(s.lag, 9) for s in where_next(found, 0.88)] == [0.48, 0.32, 0.03]
    assert where_next(found, 0.88, {"a2", "a3", "b2"}) == ()


def test_what_one_more_place_may_expect() -> None:
    # tables of Student's t, 97.5 %: 2.776 (4 degrees of freedom), 2.571 (5), 2.262 (9), 2.042 (30)
    for free, published in ((4, 2.776), (5, 2.571), (9, 2.262), (30, 2.042)):
        assert t_quantile(0.975, free) == pytest.approx(published, abs=0.01)
    values = {f"a{n}": (0.2, 0.3 + gain) for n, gain in enumerate((0.02, 0.04, 0.06, 0.08, 0.1))}
    others = {f"a{n}": (0.2, 0.3) for n in range(5, 9)}
    found = compare(panel_by(values | others), dict.fromkeys(values, "Q2"))
    # mean 0.06, standard deviation sqrt(0.001); for one more of five times sqrt(6 / 5)
    reach = 2.776 * math.sqrt(0.001 * 6 / 5)
    assert another_place(found) == pytest.approx((0.06 - reach, 0.06 + reach), abs=1e-3)
    few = dict.fromkeys(("a0", "a1", "a2", "a3"), "Q2")
    assert another_place(compare(panel_by(values | others), few)) is None


def test_places_of_one_district_never_get_a_or_b() -> None:
    """An effect of 8 points in 8 of 75 places, by lot: solid evidence over eight districts, but
    not when all these places lie in one, or when nobody knows where they lie.
    """
    panel, starts = Situation(effect=0.08, treated=8).draw(5)
    reasons = {}
    for name, of in (
        ("eight", lambda code: str(int(code) % 8)),
        ("one", lambda code: "one" if code in starts or int(code) % 8 == 1 else "two"),
        ("unknown", lambda code: ""),
    ):
        places = {c: dataclasses.replace(p, district=of(c)) for c, p in panel.places.items()}
        evidence = grade(compare(dataclasses.replace(panel, places=places), starts))
        assert evidence.seems == "helps"
        reasons[name] = (evidence.grade, evidence.reasons)
    assert reasons["eight"] == ("A", ())
    assert reasons["one"][0] == reasons["unknown"][0] == "C"
    assert "few_districts" in set(reasons["one"][1]) & set(reasons["unknown"][1])


def test_a_good_year_of_a_district_is_no_effect() -> None:
    """Places of one district, all of whose places rise by 10 points when the initiative begins."""
    panel, starts = Situation(chosen="district", treated=4).draw(6)
    (district,) = {panel.places[code].district for code in starts}
    lifted = {
        (c, p): v + 0.1 * (panel.places[c].district == district and p >= "Q2")
        for (c, p), v in panel.values.items()
    }
    found = compare(dataclasses.replace(panel, values=lifted), starts)
    plain = compare(panel, starts)
    assert found.interval is not None
    assert plain.interval is not None
    assert found.interval.estimate == pytest.approx(plain.interval.estimate)


def test_a_place_lies_in_the_unit_next_to_the_top(haugiang: Campaign) -> None:
    analysis = analyse(haugiang, *full("31318", 1.0), *full("31340", 1.0))
    panel = panel_of([analysis], "cashless", "commune", MapShapes({"31318": (0, 0)}, {}))
    assert panel.places["31318"].district == "930"
    assert panel.places["31340"].district == "931"
    # where units of that level are compared, each is its own, and they are compared as a whole
    districts = panel_of([analysis], "cashless", "district")
    assert districts.places["931"].district == "931"
    values = {(c, p): 0.5 for c in districts.places for p in ("Q1", "Q2")}
    longer = dataclasses.replace(districts, periods=("Q1", "Q2"), values=values)
    ((group,), _) = groups_of(longer, {"930": "Q2"}, ())
    assert len(group.others) == len(districts.places) - 1
