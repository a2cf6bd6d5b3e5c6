"""The state of the data: who sent nothing, and what the registers hold."""

from __future__ import annotations

from collections.abc import Iterator

from dxkit.analysis.unit_facts import TOTAL
from dxkit.model.facts import Claim, Reference
from dxkit.story.claims.rules import choose
from dxkit.story.claims.view import View, unit_of


def reporting_claims(view: View) -> Iterator[Claim]:
    """Which units below sent nothing, or that all reported; nothing for a unit without any."""
    if not view.children:
        return
    totals = view.analysis.results.totals
    silent = [
        Reference("unit", child.unit.code)
        for child in view.children
        if totals[child.unit.code].missing == "not_reported"
    ]
    claim = choose(
        ("data_not_reported", "data_all_reported"),
        {
            "units_not_reported": view.fact(TOTAL, "units_not_reported"),
            "units_total": view.fact(TOTAL, "units"),
            "units": silent,
            "level": view.child_level,
        },
    )
    if claim is not None:
        yield claim


def points_claims(view: View) -> Iterator[Claim]:
    """Which of the units below have most points, and which fewest."""
    points = view.child_facts(TOTAL, "points")
    if not points:
        return
    best, worst = (pick(points, key=lambda fact: fact.number) for pick in (max, min))
    claim = choose(
        ("points_spread", "points_equal"),
        {
            "best": best,
            "worst": worst,
            "best_units": [unit_of(fact) for fact in points if fact.number == best.number],
            "worst_units": [unit_of(fact) for fact in points if fact.number == worst.number],
        },
    )
    if claim is not None:
        yield claim


def register_claims(view: View, measure_id: str) -> Iterator[Claim]:
    """How many rows a register has for the unit, none, or that it is not known."""
    claim = choose(
        ("register_some", "register_none", "register_unknown"),
        {
            "value": view.fact(measure_id, "value"),
            "thing": Reference("thing", measure_id),
            "unit": view.itself,
        },
    )
    if claim is not None:
        yield claim
