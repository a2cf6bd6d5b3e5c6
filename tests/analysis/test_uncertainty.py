"""How sure a place is, on a group of three worked by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from dxkit.analysis.analysis import Analysis
from dxkit.analysis.assembly import analyse_period
from dxkit.analysis.robustness.ranges import certainty, value_without
from dxkit.model.campaign import Campaign
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.observations import Observation
from tests.analysis.test_results import analyse, full, observe


def changed(rows: list[Observation], **values: int) -> list[Observation]:
    return [
        dataclasses.replace(o, value=values[o.measure]) if o.measure in values else o for o in rows
    ]


def three(campaign: Campaign, *more: Observation) -> Analysis:
    """A and B have 85 points each, A by the app, B by the dossiers; C has 55."""
    a = changed(full("31318", 1.0), dossiers_online=25)
    b = changed(full("31321", 1.0), households_app=40)
    ranking = dataclasses.replace(campaign.ranking, tie_break=())
    plain = dataclasses.replace(campaign, ranking=ranking)
    return analyse(plain, *a, *b, *full("31324", 0.5), *more)


def test_points_that_rest_on_one_indicator_are_not_sure(haugiang: Campaign) -> None:
    analysis = three(haugiang)
    totals = analysis.results.totals
    assert [totals[c].rank for c in ("31318", "31321", "31324")] == [1, 1, 3]
    found = analysis.certainty_of(analysis.units.get("31318"))
    by = found.ranges["31318"].by
    assert by["indicators"] == (1, 2)  # without the app B leads, without the dossiers A
    assert by["weights"] == (1, 2)
    assert by["cells"] == (1, 1)
    assert by["rounding"] == (1, 2)  # written alike: either may be first
    assert found.ranges["31324"].best == found.ranges["31324"].worst == 3
    assert found.trials_changing


def test_how_often_a_unit_is_rewarded_is_counted_over_the_declared_draws(
    haugiang: Campaign,
) -> None:
    found = three(haugiang)
    sure = found.certainty_of(found.units.get("31318")).ranges
    rule = haugiang.uncertainty
    draws = np.random.default_rng(rule.seed).uniform(
        1 - rule.weight_band, 1 + rule.weight_band, (rule.draws, 6)
    )
    # A leads exactly when the app (third) weighs more than the dossiers (first)
    leads = sum(draw[2] > draw[0] for draw in draws.tolist()) / rule.draws
    assert sure["31318"].award_draws == pytest.approx(leads)
    assert sure["31321"].award_draws == pytest.approx(1 - leads)
    assert 0.4 < leads < 0.6
    assert sure["31324"].award_draws == 0


def test_the_same_seed_gives_the_same_ranges(haugiang: Campaign) -> None:
    units = [three(haugiang) for _ in range(2)]
    assert units[0].certainty_of(units[0].units.get("31318")) == units[1].certainty_of(
        units[1].units.get("31318")
    )


def test_the_one_doubtful_cell_that_decides_an_award_is_named(haugiang: Campaign) -> None:
    # A and C as above; B better than A by a second hamlet whose app figure is doubtful
    doubtful = observe("31321-b", "households_app", 100)
    rows = [
        *changed(full("31318", 1.0), dossiers_online=25),
        *changed(full("31321", 1.0), households_app=30),
        observe("31321-b", "households", 100),
        observe("31321-b", "households_digital_skills", 90),
        observe("31321-b", "households_cashless", 80),
        observe("31321-b", "farm_households", 0),
        observe("31321-b", "farm_households_ecommerce", 0),
        doubtful,
    ]
    analysis = analyse(haugiang, *rows)
    totals = analysis.results.totals
    # B: (30+100)/200 = 65 % of 80 % gives 16,25; A half of the dossiers gives 10
    assert totals["31321"].points == pytest.approx(75 + 16.25)
    assert totals["31321"].award == "commune"
    found = certainty(
        analysis.results, "commune", "930", haugiang.uncertainty, frozenset({doubtful.place})
    )
    # without the cell: 30 of 100 gives 7,5, less than A
    assert found.doubtful_cells == 1
    (cell,) = found.deciding_cells
    assert (cell.cell, cell.gains, cell.loses) == (doubtful.place, ("31318",), ("31321",))
    assert found.ranges["31321"].by["cells"] == (1, 2)
    assert found.trials_changing


def test_a_cell_is_left_out_with_what_stands_beside_it(haugiang: Campaign) -> None:
    analysis = analyse(
        haugiang,
        observe("31318-a", "households", 100),
        observe("31318-a", "households_app", 10),
        observe("31318-b", "households", 300),
        observe("31318-b", "households_app", 270),
    )
    result = analysis.results.by_indicator["31318", "app_installed"]
    part, whole = (CellRef("a.xlsx", "S", f"{m}31318-b") for m in ("households_app", "households"))
    assert value_without(result, [part]) == value_without(result, [whole]) == 10 / 100
    assert value_without(result, []) == 280 / 400
    everything = [o.place for o in result.measured.value.observations]
    assert value_without(result, everything) is None


def test_warnings_make_cells_doubtful(haugiang: Campaign) -> None:
    analysis = three(haugiang)
    place = CellRef("a.xlsx", "S", "households_app31318-a")
    finding = Finding("value_approximate", place, "31318")
    received = dataclasses.replace(analysis.received, findings=(finding,))
    again = analyse_period(analysis.campaign, received)
    assert again.doubtful_cells == {place}
    assert again.scorecard("31318").fact("total", "cells_doubtful").value == 1
    assert again.certainty_of(again.units.get("31318")).doubtful_cells == 1
    # the app left out, A has 65 of 80 points, B 85 of 100: A falls behind
    assert again.certainty_of(again.units.get("31318")).ranges["31318"].by["cells"] == (1, 2)


def test_a_group_without_anyone_ranked_has_no_ranges(haugiang: Campaign) -> None:
    analysis = analyse(haugiang)
    assert analysis.certainty_of(analysis.units.get("31318")).ranges == {}


@pytest.mark.parametrize("method", ["competition", "dense"])
def test_the_matrix_places_agree_with_the_plain_ones(haugiang: Campaign, method: str) -> None:
    from dxkit.analysis.ranking import ranks_of
    from dxkit.analysis.robustness.trials import ranks_by_row

    generator = np.random.default_rng(7)
    rows = generator.integers(0, 6, size=(50, 9))
    for row, found in zip(rows, ranks_by_row(rows, method), strict=True):
        expected = ranks_of({str(i): (int(v),) for i, v in enumerate(row)}, method)
        assert found.tolist() == [expected[str(i)] for i in range(9)]
