"""Every fact of the scorecards beside its recount, and the scorecards with the recounted numbers.

What the sections read from the results without a fact (grades, decisions on rewards, ranges of each
kind of trial, cells that decide, reasons) is compared here as well.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from dxkit.model.facts import TOTAL, Fact, FactKey
from dxkit.period import OpenPeriod
from dxkit.report.wording.language import Language
from dxkit.verify.difference import CHANGED, RECOUNT, Difference
from dxkit.verify.kinds import decisions, list_trials, number_of, tiers
from dxkit.verify.recount import Recount
from dxkit.verify.sums import Number

TOLERANCE = 1e-12
"""How far, in parts of the number, two ways of adding floats may lie apart."""
_IN_DATA = ("value", "numerator", "denominator", "target", "attained", "points")
_SIDES = {"value": 0, "numerator": 0, "denominator": 1}
_SHOWN = re.compile(r'<data class="fact" value="([^"]*)" data-fact="([^"]*)">([^<]*)</data>')


def recount_facts(
    opened: OpenPeriod, recount: Recount, pages: Collection[str]
) -> tuple[int, list[Difference]]:
    """How many facts were counted again, and which differ: all of the units that the plan knows and
    of those directly below the units that have ``pages``, of the others those that stand in the
    data files. From here on the scorecards hold the recounted number wherever it is another.
    """
    counted, found, analysis = 0, list[Difference](), opened.analysis
    open_levels = {level.id for level in opened.campaign.levels if level.open}
    with_page = {*pages}
    in_data = [(i.id, kind) for i in opened.campaign.indicators for kind in _IN_DATA]
    for unit in analysis.units.units:
        code, other = unit.code, dict[FactKey, Fact]()
        if whole := unit.level not in open_levels or with_page & {code, unit.parent_code}:
            facts = [*analysis.scorecard(code).facts.values()]
        else:
            facts = [f for asked in in_data if (f := analysis.facts.find(code, *asked)) is not None]
        earlier = [f for p in analysis.past for f in p.facts(code)] if whole else []
        counted += len(facts) + len(earlier)
        for fact in (*facts, *earlier):
            number: Number | None = math.nan  # nothing to count: as no number is
            with suppress(KeyError):
                number = number_of(recount, fact.key)
            if _is_same(fact.value, number):
                found += _compare_around(recount, fact)
                continue
            exact = None if number is None or math.isnan(number) else float(number)
            shown = fact.missing if fact.value is None else fact.value
            found.append(_differ(fact.key, shown, "–" if exact is None else f"{exact:.15g}"))
            missing = (fact.missing or "no_data") if exact is None else ""
            other[fact.key] = replace(fact, value=exact, missing=missing)
        if other and whole:
            card = analysis.scorecard(code)
            card = replace(card, facts={**card.facts, **other})
            analysis.take_over(replace(analysis.worked_out, scorecards={code: card}))
    for unit in analysis.units.units:
        for what, shown, expected in _results(opened, recount, unit.code):
            if shown != expected and not (isinstance(shown, float) and _is_same(shown, expected)):
                place = f"{recount.period.id}/{unit.code}/{TOTAL}/{what}"
                found.append(_differ(place, shown, expected))
    return counted, [*dict.fromkeys(found)]


def _is_same(value: float | None, number: Number | None) -> bool:
    if value is None or number is None:
        return value is number
    return math.isclose(value, number, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def _compare_around(recount: Recount, fact: Fact) -> Iterator[Difference]:
    """The cells of a number that was read, and the reason for having none."""
    key, indicators = fact.key, {i.id: i for i in recount.campaign.indicators}
    periods = {r.period.id: r for r in (recount.before, recount) if r is not None}
    if key.subject not in indicators or key.period not in periods or key.kind not in _SIDES:
        return
    indicator = indicators[key.subject]
    pair = periods[key.period].sums.of(key.unit, indicator)
    if not fact.known:
        if key.kind == "value" and fact.missing != pair.why:
            yield _differ(key, fact.missing, pair.why)
    elif key.kind != "value" or indicator.kind != "ratio":
        cells = {*map(periods[key.period].received.located, pair.cells[_SIDES[key.kind]])}
        for cell in sorted(cells ^ set(fact.sources))[:3]:
            yield _differ(key, *((cell, "–") if cell in fact.sources else ("–", cell)))


def _results(opened: OpenPeriod, r: Recount, code: str) -> Iterator[tuple[str, Any, Any]]:
    """What the results say of a unit, and what the recount says of it."""
    analysis, results, unit = opened.analysis, opened.analysis.results, r.units.get(code)
    total, (points, _, why) = results.totals[code], r.total(code)
    yield "points", total.points, points
    yield "band", total.band.id if total.band else "", r.band(code)
    yield "missing", total.missing, why
    yield "group", results.group_of(unit), r.group(code)
    yield "lacking", sorted(results.lacking_below(code)), sorted(r.incomplete_below(code))
    yield "unchanged", sorted(analysis.unchanged_below(unit)), r.unchanged_below(code)
    for result in results.of_unit(code):  # the data files read these
        i = result.indicator
        attained = number_of(r, FactKey(r.period.id, code, i.id, "attained"))
        yield f"{i.id}/attained", result.attained, attained
        yield f"{i.id}/is_met", result.is_met, r.is_met(code, i)
        if r.group(code):
            yield f"{i.id}/rank", result.rank, r.ranks_within(code, i).get(code)
    if r.group(code):
        yield "rank", total.rank, r.ranks(code).get(code)
        yield "tier", total.tier, tiers(r, code).get(code)
        yield "unranked", total.unranked, why or r.why_not(code)
    counted = decisions(r, code)
    for rule in r.campaign.rewards:
        given = results.decisions.get((rule.level, code, rule.id), ())
        of, decided = {d.unit_code: (d.awarded, d.reason) for d in given}, counted.get(rule.id, {})
        for below in dict.fromkeys((*of, *decided)):
            yield f"{rule.id}/{below}", of.get(below), decided.get(below)
    if (certain := analysis.list_certainty(unit)) is not None:
        trials = list_trials(r, code)
        deciding = {c.cell: (set(c.gains), set(c.loses)) for c in certain.deciding_cells}
        yield "deciding", deciding, trials.deciding
        yield "ways", [*certain.ways_changing], [way for way, other in trials.ways.items() if other]
        for below, sure in certain.ranges.items():
            by = {kind: ends[below] for kind, ends in trials.by.items()}
            yield f"ranges/{below}", dict(sure.by), by
            yield f"outside/{below}", set(sure.outside), trials.outside(below)


def _differ(what: object, shown: object, expected: object) -> Difference:
    return Difference("", RECOUNT, str(what), str(shown), str(expected))


def compare_numbers(
    name: str, page: str, opened: OpenPeriod, language: Language
) -> Iterator[Difference]:
    """The numbers of a page of an office's own notebook that are not those of the scorecards, or
    not written as they are. Nothing else on it is proved: what its code is to say is not known.
    """
    for value, escaped, text in _SHOWN.findall(page):
        key, shown = html.unescape(escaped), html.unescape(text)
        fact = None
        with suppress(ValueError, KeyError):
            fact = opened.analysis.find(FactKey.parse(key))
        if fact is None or not fact.known:
            yield Difference(name, CHANGED, key, shown, "–")
            continue
        plain = {language.number(fact), language.number(fact, signed=True),
                 language.number(fact, signless=True)}  # fmt: skip
        if value != repr(fact.value) or not {shown, f"{shown}%"} & plain:
            yield Difference(name, CHANGED, key, f"{shown} ({value})", language.number(fact))
