"""Every fact of the scorecards beside its recount, and the scorecards with the recounted numbers.

What the sections read from the results without a fact (grades, decisions on rewards, ranges of each
kind of trial, cells that decide, reasons) is compared here as well.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection, Iterator

from dxkit.model.facts import TOTAL, CellRef, Fact, FactKey
from dxkit.period import OpenPeriod
from dxkit.verify.difference import RECOUNT, Difference
from dxkit.verify.kinds import number_of
from dxkit.verify.recount import Recount
from dxkit.verify.sums import Number

TOLERANCE = 1e-12
"""How far, in parts of the number, two ways of adding floats may lie apart."""
_IN_DATA = ("value", "numerator", "denominator", "target", "attained", "points")
_SIDES = {"numerator": 0, "denominator": 1, "month_numerator": 0, "month_denominator": 1}


def recount_facts(
    opened: OpenPeriod, recount: Recount, pages: Collection[str]
) -> tuple[int, list[Difference]]:
    """How many facts were counted again, and which differ: all of the units that the plan knows and
    of those directly below the units that have ``pages``, of the others those that stand in the
    data files. From here on the scorecards hold the recounted number wherever it is another.
    """
    counted, found = 0, list[Difference]()
    analysis, levels = opened.analysis, opened.campaign.levels
    open_levels = {level.id for level in levels if level.open}
    for unit in analysis.units.units:
        code, other = unit.code, dict[FactKey, Fact]()
        if whole := unit.level not in open_levels or {code, unit.parent_code} & {*pages}:
            facts = list(analysis.scorecard(code).facts.values())
        else:
            kinds = [(i.id, kind) for i in opened.campaign.indicators for kind in _IN_DATA]
            asked = (analysis.facts.find(code, *kind) for kind in kinds)
            facts = [fact for fact in asked if fact is not None]
        counted += len(facts)
        for fact in facts:
            number = _recounted(recount, fact)
            if _is_same(fact.value, number):
                found += _compare_around(recount, fact)
            else:
                shown = fact.missing if fact.value is None else fact.value
                found.append(_differ(fact.key, shown, "–" if number is None else number))
                other[fact.key] = _corrected(fact, number)
        if other and whole:
            card = analysis.scorecard(code)
            card = dataclasses.replace(card, facts={**card.facts, **other})
            known = dataclasses.replace(analysis.worked_out, scorecards={code: card})
            analysis.take_over(known)
    return counted, [*dict.fromkeys(found), *_compare_results(opened, recount)]


def _recounted(recount: Recount, fact: Fact) -> Number | str | None:
    try:
        return number_of(recount, fact.key)
    except KeyError:
        return "–"


def _is_same(value: float | int | None, number: Number | str | None) -> bool:
    if value is None or number is None or isinstance(number, str):
        return value is None and number is None
    return math.isclose(value, number, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def _corrected(fact: Fact, number: Number | str | None) -> Fact:
    if number is None or isinstance(number, str):
        return dataclasses.replace(fact, value=None, missing=fact.missing or "no_data")
    exact = int(number) if isinstance(fact.value, int) and number == int(number) else float(number)
    return dataclasses.replace(fact, value=exact, missing="")


def _compare_around(recount: Recount, fact: Fact) -> Iterator[Difference]:
    """The cells of a number that was read, and the reason for having none."""
    key = fact.key
    period = recount if key.period in (recount.period.id, *recount.period.parts) else recount.before
    if period is None:
        return
    indicator = next((i for i in period.campaign.indicators if i.id == key.subject), None)
    if indicator is None or key.period != period.period.id or key.kind not in ("value", *_SIDES):
        return
    if not fact.known:
        why = period.sums.why_missing(key.unit, indicator)
        if key.kind == "value" and fact.missing != why:
            yield _differ(key, fact.missing, why)
    elif key.kind != "value" or indicator.kind != "ratio":
        measures = period.sums.measures_of(indicator)
        measure = measures[min(_SIDES.get(key.kind, 0), len(measures) - 1)]
        own = period.sums.places[measure] & period.sums.cells(key.unit, indicator)
        cells = {CellRef(f"{period.period.id}/{c.file}", c.sheet, c.cell) for c in own}
        for cell in sorted(cells ^ set(fact.sources))[:3]:
            yield _differ(key, *((cell, "–") if cell in fact.sources else ("–", cell)))


def _compare_results(opened: OpenPeriod, recount: Recount) -> Iterator[Difference]:
    analysis, period = opened.analysis, recount.period.id
    for unit in analysis.units.units:
        code = unit.code
        total = analysis.results.totals[code]
        points, _, why = recount.scores.total(code)
        pairs: dict[str, tuple[object, object]] = {
            "band": (total.band.id if total.band else "", recount.band(code)),
            "missing": (total.missing, why),
            "group": (analysis.results.group_of(unit), recount.scores.group(code)),
            "lacking": (sorted(analysis.results.lacking_below(code)),
                        sorted(recount.lacking_below(code))),
            "unchanged": (sorted(analysis.unchanged_below(unit)), recount.unchanged_below(code)),
        }  # fmt: skip
        for result in analysis.results.of_unit(code):  # the data files read these
            for kind in ("attained", "points"):
                number = number_of(recount, FactKey(period, code, result.indicator.id, kind))
                if not _is_same(getattr(result, kind), number):
                    pairs[f"{result.indicator.id}/{kind}"] = (getattr(result, kind), number)
            met = recount.scores.is_met(code, result.indicator)
            pairs[f"{result.indicator.id}/is_met"] = (result.is_met, met)
        if not _is_same(total.points, points):
            pairs["points"] = (total.points, points)
        rank = recount.ranks(code).get(code) if recount.scores.group(code) else None
        pairs["rank"] = (total.rank, rank)
        if points is not None and recount.scores.group(code):
            pairs["unranked"] = (total.unranked, recount.scores.why_not(code))
        for rule, decided in recount.decisions(code).items():
            level = recount.level_below(code)
            given = {
                d.unit_code: (d.awarded, d.reason)
                for d in analysis.results.decisions.get((level, code, rule), ())
            }
            pairs |= {f"{rule}/{u}": (given.get(u), d) for u, d in decided.items()}
        certain = analysis.list_certainty(unit)
        if certain is not None:
            trials = recount.list_trials(code)
            given_by = {c.cell: (set(c.gains), set(c.loses)) for c in certain.deciding_cells}
            pairs["deciding"] = (given_by, trials.deciding)
            for below, sure in certain.ranges.items():
                by = {kind: ends[below] for kind, ends in trials.by.items()}
                pairs[f"ranges/{below}"] = (dict(sure.by), by)
        for what, (shown, expected) in pairs.items():
            if shown != expected:
                yield _differ(f"{period}/{code}/{TOTAL}/{what}", shown, expected)


def _differ(what: object, shown: object, expected: object) -> Difference:
    return Difference("", RECOUNT, str(what), str(shown), str(expected))
