"""The state of the data: who sent nothing, what is simulated, doubtful or unchanged."""

from __future__ import annotations

from collections.abc import Iterator

from dxkit.model.facts import TOTAL, Claim, Reference
from dxkit.model.observations import SILENT
from dxkit.report.sentences.catalogue import choose
from dxkit.report.sentences.unit_view import View, unit_of


def data_claims(view: View) -> Iterator[Claim]:
    """What a reader must know of the figures before relying on them."""
    yield from reporting_claims(view)
    yield from _partial_claims(view)
    simulated = [f for f in view.scorecard.facts.values() if "simulated" in f.marks and f.known]
    if simulated:
        claim = choose(("data_simulated",), {"value": simulated[0], "unit": view.itself})
        if claim is not None:
            yield claim
    cells = view.known_kinds(TOTAL, "cells", "cells_doubtful", "children_unchanged", "units")
    for slot in (("data_doubtful", "data_not_doubtful"), ("data_unchanged",)):
        claim = choose(
            slot,
            {
                **cells,
                "unit": view.itself,
                "units_unchanged": [Reference("unit", code) for code in view.unchanged],
                "previous_period": view.previous_period or (),
            },
        )
        if claim is not None:
            yield claim


def _partial_claims(view: View) -> Iterator[Claim]:
    """In which units below some have not reported, and that results of the whole lack them."""
    if not view.results or view.fact(TOTAL, "points").missing in SILENT:
        return
    own = view.known_kinds(TOTAL, "units_not_reported", "units_unread")
    below = [
        fact
        for fact in view.child_facts(TOTAL, "units_not_reported")
        if 0 < fact.number < view.analysis.scorecard(fact.key.unit).fact(TOTAL, "units").number
    ]
    silent = {f"silent_{fact.key.unit}": fact for fact in below}
    for message, facts in (("data_not_reported_below", silent), ("data_partial", own | silent)):
        claim = choose(
            (message,), {**facts, "units": [unit_of(f) for f in below], "unit": view.itself}
        )
        if claim is not None:
            yield claim


def reporting_claims(view: View) -> Iterator[Claim]:
    """Of which units below nothing is at hand or some figures lack, or that all reported; none
    without units below.
    """
    if not view.children:
        return
    totals = view.analysis.results.totals
    counts = {
        "units_not_reported": view.fact(TOTAL, "units_not_reported"),
        "units_unread": view.fact(TOTAL, "units_unread"),
        "units_lacking": view.fact(TOTAL, "units_lacking"),
        "units_total": view.fact(TOTAL, "units"),
    }
    lacking = view.analysis.results.lacking_below(view.unit.code)
    all_reported = () if _lacks_a_table(view) else ("data_all_reported",)
    slots = {
        "not_reported": ("data_not_reported_all", "data_not_reported", *all_reported),
        "unread": ("data_unread_all", "data_unread"),
        "lacking": ("data_lacking",),
    }
    for reason, slot in slots.items():
        units = [
            Reference("unit", child.unit.code)
            for child in view.children
            if totals[child.unit.code].missing == reason
            or (reason == "lacking" and child.unit.code in lacking)
        ]
        claim = choose(slot, {**counts, "units": units, "level": view.child_level})
        if claim is not None:
            yield claim


def _lacks_a_table(view: View) -> bool:
    """Whether a table that was due from the unit or one below it did not come: one that no
    criterion rests on is no figure lacking, and yet not all have reported.
    """
    units = view.analysis.units
    own = {view.unit.code, *(unit.code for unit in units.descendants(view.unit.code))}
    return any(
        finding.code in ("unit_missing", "table_missing") and finding.unit_code in own
        for finding in view.analysis.received.findings
    )


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
