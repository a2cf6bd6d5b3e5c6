"""Visits on the spot: whom to visit, drawn by risk with known chances, and what share of the
reported cases is true by what the visits found.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dxkit.analysis.analysis import Analysis
from dxkit.analysis.facts.methods import interval_high, interval_low
from dxkit.model.campaign import IndicatorKind
from dxkit.model.facts import NORMAL, student
from dxkit.model.findings import SCREEN, Finding, Severity
from dxkit.model.observations import Visit

TOO_FEW_VISITS = "too_few_visits"
FEWEST_VISITS = 3
"""Visits below a unit from which its share is told."""
_MOST_PATTERNS = 3


@dataclass(frozen=True, slots=True)
class Drawn:
    """A unit to visit: its chance of being drawn, the cases that it has reported, and why it counts
    more than once.
    """

    unit_code: str
    chance: float
    size: float
    reasons: tuple[str, ...]


def level_of_visits(analysis: Analysis) -> str:
    """The level directly below that of the reports, or that one where the plan lists none below."""
    levels = analysis.campaign.levels
    at = [level.id for level in levels].index(analysis.campaign.report_level)
    below = levels[at + 1 : at + 2]
    return below[0].id if below and not below[0].open else analysis.campaign.report_level


def draw_visits(
    analysis: Analysis, findings: Iterable[Finding], level: str, visits: int, seed: int
) -> list[Drawn]:
    """So many units of a level, drawn systematically with chances in proportion to their risk from
    a random order (Hartley and Rao, Annals of Mathematical Statistics 1962).

    Each unit that has reported any case counts once, and once more for each of its ``reasons``.
    """
    reasons = _reasons(analysis, findings, level)
    chances = chances_of({code: 1 + len(why) for code, why in reasons.items()}, visits)
    drawn = draw(chances, seed)
    sizes = {code: reported_cases(analysis, code) for code in drawn}
    return [
        Drawn(unit.code, chances[unit.code], sizes[unit.code], reasons[unit.code])
        for unit in analysis.units.at_level(level)
        if unit.code in drawn
    ]


def draw(chances: Mapping[str, float], seed: int) -> set[str]:
    """A systematic draw with these chances: in a random order they are laid end to end, and each in
    which one of equally spaced points falls is drawn.
    """
    dice = random.Random(seed)
    order = sorted(chances)
    dice.shuffle(order)
    start, reached, found = dice.random(), 0.0, set[str]()
    for code in order:
        before, reached = reached, reached + chances[code]
        if math.floor(round(reached - start, 9)) > math.floor(round(before - start, 9)):
            found.add(code)
    return found


def chances_of(sizes: Mapping[str, float], visits: int) -> dict[str, float]:
    """Chances in proportion to sizes that add up to so many visits; who would have more than 1 is
    drawn for sure.
    """
    sure: set[str] = set()
    while True:
        left = {code: size for code, size in sizes.items() if code not in sure}
        each = max(visits - len(sure), 0) / sum(left.values()) if left else 0.0
        more = {code for code, size in left.items() if size * each >= 1}
        if not more:
            return {code: 1.0 if code in sure else sizes[code] * each for code in sizes}
        sure |= more


def reported_cases(analysis: Analysis, code: str) -> float:
    """What a unit has reported as reached: the numerators of its shares, added."""
    ratios = (r for r in analysis.results.of_unit(code) if r.indicator.kind is IndicatorKind.RATIO)
    return math.fsum(r.measured.numerator.value or 0 for r in ratios)


def _reasons(
    analysis: Analysis, findings: Iterable[Finding], level: str
) -> dict[str, tuple[str, ...]]:
    """Why a visit is likelier, of the units of a level that have reported anything."""
    found: dict[str, list[str]] = {
        unit.code: []
        for unit in analysis.units.at_level(level)
        if reported_cases(analysis, unit.code)
    }
    for (_, group, rule), decisions in analysis.results.decisions.items():
        reserve = analysis.standing.reserve(group, rule)
        for decision in (d for d in decisions if d.unit_code in found):
            if decision.awarded:
                found[decision.unit_code] += ["proposed"] * 2
            elif decision.unit_code in reserve:
                found[decision.unit_code].append("reserve")
    units = analysis.units
    for finding in findings:
        code = finding.unit_code
        about = [code, *(u.code for u in units.descendants(code))] if code in units else []
        about += (unit.code for unit in units.ancestors(code)) if code in units else ()
        for unit in (unit for unit in about if unit in found):
            if finding.code in SCREEN and found[unit].count("pattern") < _MOST_PATTERNS:
                found[unit].append("pattern")
            elif finding.severity is not Severity.NOTE and "doubt" not in found[unit]:
                found[unit].append("doubt")
    return {code: tuple(why) for code, why in found.items()}


@dataclass(frozen=True, slots=True)
class Verified:
    """The share of reported cases that are true, and the ends of its interval."""

    share: float
    low: float
    high: float


def verified(visits: Sequence[Visit], unit_code: str) -> Verified | None:
    """What visits say of a unit: to itself, that of the cases checked; to units below it, those
    weighted by the cases they have reported over their chances (Hajek's ratio). None below three
    visits.

    The variance is that between the visited units, as if drawn with replacement, which holds what
    is lost by checking a part of each and errs towards a wide interval; that is Wilson's for as
    many independent cases as would vary so, with Student's quantile for few visits (Korn and
    Graubard, Survey Methodology 1998).
    """
    own = [visit for visit in visits if visit.unit_code == unit_code]
    if own:
        checked, confirmed = own[0].checked, own[0].confirmed
        ends = interval_low(confirmed, checked), interval_high(confirmed, checked)
        return Verified(confirmed / checked, *ends)
    if len(visits) < FEWEST_VISITS:
        return None
    weights = [visit.size / visit.chance for visit in visits]
    shares = [visit.confirmed / visit.checked for visit in visits]
    whole = math.fsum(weights)
    share = math.fsum(w * p for w, p in zip(weights, shares, strict=True)) / whole
    apart = (w * (p - share) / whole for w, p in zip(weights, shares, strict=True))
    number = len(visits)
    variance = math.fsum(a * a for a in apart) * number / (number - 1)
    cases = float(sum(visit.checked for visit in visits))
    if variance > 0:
        cases = min(cases, share * (1 - share) / variance)
    cases *= (NORMAL / student(number - 1)) ** 2
    return Verified(share, interval_low(share * cases, cases), interval_high(share * cases, cases))
