"""The state of the data: who sent nothing, what is simulated, doubtful or unchanged."""

from __future__ import annotations

from collections.abc import Iterator

from dxkit.analysis.outcomes import INCOMPLETE
from dxkit.model.facts import TOTAL, Claim, Reference
from dxkit.model.observations import SILENT
from dxkit.report.sentences.catalogue import SLOTS, Filling
from dxkit.report.sentences.unit_view import View, ends_of, unit_of


def data_claims(view: View) -> Iterator[Claim]:
    """What a reader must know of the figures before relying on them."""
    yield from reporting_claims(view)
    yield from partial_claims(view)
    simulated = [f for f in view.scorecard.facts.values() if "simulated" in f.marks and f.known]
    if simulated:
        yield from SLOTS["simulated"].say({"value": simulated[0], "unit": view.itself})
    kinds = "cells cells_doubtful children_unchanged units"
    units = [Reference("unit", code) for code in view.unchanged]
    told = view.told(TOTAL, kinds, "unit previous_period", units_unchanged=units)
    for slot in ("doubtful", "unchanged"):
        yield from SLOTS[slot].say(told)


def partial_claims(view: View) -> Iterator[Claim]:
    """In which units below some have not reported, and that results of the whole lack them."""
    if not view.indicators or view.fact(TOTAL, "points").missing in SILENT:
        return
    own = view.known_kinds(TOTAL, "units_not_reported", "units_unread")
    below = [
        fact
        for fact in view.child_facts(TOTAL, "units_not_reported")
        if 0 < fact.number < view.analysis.scorecard(fact.key.unit).fact(TOTAL, "units").number
    ]
    silent = {f"silent_{fact.key.unit}": fact for fact in below}
    names: dict[str, Filling] = {"units": [unit_of(f) for f in below], "unit": view.itself}
    yield from SLOTS["silent_below"].say({**silent, **names})
    yield from SLOTS["partial"].say({**own, **silent, **names})


def reporting_claims(view: View) -> Iterator[Claim]:
    """Of which units below nothing is at hand or some figures lack, or that all reported; none
    without units below.
    """
    if not view.children:
        return
    points = [child.fact(TOTAL, "points") for child in view.children]
    kinds = "units_not_reported units_unread units_lacking tables_lacking"
    told = view.told(TOTAL, kinds, "level", units_total=view.fact(TOTAL, "units"))
    told |= {f"open_{fact.key.unit}": fact for fact in points if fact.missing == INCOMPLETE}
    for kind, units in without_figures(view).items():
        yield from SLOTS[kind].say({**told, "units": units})


def without_figures(view: View) -> dict[str, list[Reference]]:
    """The units below of which nothing came, nothing could be used, or some figures lack."""
    missing = {child.unit.code: child.fact(TOTAL, "points").missing for child in view.children}
    codes = {why: [c for c in missing if missing[c] == why] for why in ("not_reported", "unread")}
    codes["lacking"] = [*view.analysis.results.lacking_below(view.unit.code)]
    return {kind: [Reference("unit", code) for code in found] for kind, found in codes.items()}


def points_claims(view: View) -> Iterator[Claim]:
    """Which of the units below have most points, and which fewest."""
    points = view.child_facts(TOTAL, "points")
    if not points:
        return
    best, worst = (pick(points, key=lambda fact: fact.number) for pick in (max, min))
    yield from SLOTS["points"].say(ends_of(best, worst, points))


def register_claims(view: View, measure_id: str) -> Iterator[Claim]:
    """How many rows a register has for the unit, none, or that it is not known."""
    told = view.told(measure_id, "value", "unit", thing=Reference("thing", measure_id))
    yield from SLOTS["register"].say(told)
