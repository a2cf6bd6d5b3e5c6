"""Random series of three to twelve quarters, with gaps, late wards and changed targets: what their
pages say of the course of things, beside the conditions written down once more in plain words, and
judged by what the words mean.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import pytest

from dxkit.model.campaign import Campaign
from dxkit.model.observations import Observation
from dxkit.period import OpenPeriod
from dxkit.report.report import Report
from dxkit.report.sentences.situation import trends
from dxkit.report.sentences.unit_view import View
from tests.analysis.several_periods import all_received, analysed, longer
from tests.analysis.test_results import full
from tests.analysis.test_uncertainty import changed
from tests.oracles.page_tree import read_page
from tests.oracles.said import wrongs
from tests.oracles.second_path import made_again

WARDS = ("31318", "31321", "31324", "31327")
CITY, APP = "930", "app_installed"
SAMPLE, ALL = 10, 1_500
HOUSEHOLDS = 400


@dataclass(frozen=True)
class Course:
    """What each ward told of the app in each period, None for nothing; no period where nothing came
    at all; and the target of each.
    """

    told: dict[str, dict[str, int]]
    targets: dict[str, float]
    periods: tuple[str, ...]


def drawn(seed: int, names: Sequence[str]) -> Course:
    """A course of things that often has runs."""
    draw = random.Random(seed)
    number = draw.choice((3, 4, 5, 6, 12))
    periods = tuple(names[:number])
    target, told, targets = draw.choice((0.5, 0.6, 0.8)), dict[str, dict[str, int]](), {}
    now = {ward: draw.randrange(150, 300) for ward in WARDS}
    drift = draw.choice((-9, 0, 9))
    for period in periods:
        if draw.random() < 0.15:
            target = draw.choice((0.5, 0.6, 0.8))
        targets[period] = target
        drift = -drift if draw.random() < 0.15 else drift
        for ward in WARDS:
            now[ward] = min(max(now[ward] + drift + draw.randrange(-2, 3), 0), HOUSEHOLDS)
        if draw.random() < 0.1 and period != periods[-1]:
            continue
        late = [ward for ward in WARDS if draw.random() < 0.05]
        told[period] = {ward: n for ward, n in now.items() if ward not in late}
    return Course(told, targets, periods)


def rows(own: dict[str, int]) -> Iterator[Observation]:
    for ward, apps in own.items():
        yield from changed(full(ward, 1.0), households=HOUSEHOLDS, households_app=apps)


def plan(campaign: Campaign, course: Course) -> Campaign:
    """The plan of the wards of a course."""
    campaign = longer(campaign)
    units = tuple(u for u in campaign.units.units if u.level != "commune" or u.code in WARDS)
    targets = tuple(
        replace(t, value=course.targets[t.period])
        if t.indicator == APP and t.period in course.targets
        else t
        for t in campaign.targets
    )
    return replace(campaign, units=type(campaign.units)(units, campaign.units.levels),
                   targets=targets)  # fmt: skip


def expected(course: Course, wards: Sequence[str]) -> list[str]:
    """The sentences on the app that are owed of these wards together."""
    points: list[tuple[Fraction, frozenset[str], float] | None] = []
    for period in reversed(course.periods):
        own = {w: n for w, n in course.told.get(period, {}).items() if w in wards}
        share = Fraction(sum(own.values()), HOUSEHOLDS * len(own)) if own else None
        told = (share, frozenset(own), course.targets[period]) if share is not None else None
        points.append(told)
    if len(course.told) < 3 or points[0] is None:
        return []
    row: list[Fraction] = []
    places: frozenset[str] = frozenset()
    for point in points:
        if point is None or (row and point[1] != places):
            break
        row.append(point[0])
        places = point[1]
    missed: list[float] = []
    for point in points:
        if point is None or point[0] >= Fraction(repr(point[2])):
            break
        missed.append(point[2])
    tenths = [math.floor(share * 1000 + Fraction(1, 2)) for share in row]

    def run(start: int, sign: int) -> int:
        length = 0
        while start + length + 1 < len(tenths) and (
            (tenths[start + length] - tenths[start + length + 1]) * sign > 0
        ):
            length += 1
        return length

    up, down = run(0, 1), run(0, -1)
    found = []
    if down and run(1, 1) >= 2:
        found.append("trend_turned_down")
    elif up and run(1, -1) >= 2:
        found.append("trend_turned_up")
    elif up >= 2:
        more = len(row) > up + 1 and is_beyond(row, tenths, 1, missed)
        found.append("trend_rise_highest" if more else "trend_rise")
    elif down >= 2:
        more = len(row) > down + 1 and is_beyond(row, tenths, -1, missed)
        found.append("trend_fall_lowest" if more else "trend_fall")
    elif len(row) >= 3 and is_beyond(row, tenths, 1, missed):
        found.append("trend_highest")
    elif len(row) >= 3 and is_beyond(row, tenths, -1, missed):
        found.append("trend_lowest")
    if len(missed) >= 3:
        found.append("behind_changed" if set(missed) != {missed[0]} else "behind_again")
    return found


def is_beyond(
    row: Sequence[Fraction], tenths: Sequence[int], sign: int, missed: Sequence[float]
) -> bool:
    """Whether the first is above all others, or below, as it is written: with more decimals where a
    target that it misses is nearer than it would show.
    """
    others = row[1:]
    if missed and math.floor(Fraction(repr(missed[0])) * 1000) <= tenths[0]:
        return (row[0] - (max(others) if sign > 0 else min(others))) * sign > 0
    return (tenths[0] - (max(tenths[1:]) if sign > 0 else min(tenths[1:]))) * sign > 0


def test_random_courses_are_told_as_they_are(
    haugiang: Campaign, periods: dict[str, OpenPeriod], request: pytest.FixtureRequest
) -> None:
    number = ALL if request.config.getoption("--full") else SAMPLE
    names = [period.id for period in longer(haugiang).periods]
    said: Counter[str] = Counter()
    for seed in range(number):
        course = drawn(seed, names)
        campaign = plan(haugiang, course)
        received = all_received(campaign, {p: [*rows(own)] for p, own in course.told.items()})
        if received[-1].table.period != course.periods[-1] or not received[-1].table.observations:
            continue
        analysis = analysed(campaign, *received)
        again = made_again(campaign, *received[::-1])
        opened = replace(
            periods["2022-Q4"], campaign=campaign, received=received[-1], analysis=analysis
        )
        for unit, wards in ((WARDS[0], WARDS[:1]), (CITY, WARDS)):
            claims = [
                c for group in trends(View(analysis, analysis.units.get(unit))) for c in group
            ]
            own = [
                claim.message
                for claim in claims
                if any(fact.key.subject == APP for _, fact in claim.facts)
                and claim.message.startswith(("trend_", "behind_"))
            ]
            assert own == expected(course, wards), (seed, unit, course)
            said.update(claim.message for claim in claims)
            for language in ("vi", "en"):
                report = Report(opened, unit, language)
                shown = (report.verdict, report.narrative, *([report.trend_chart] * (seed < 3)))
                page = read_page("".join(str(section().html) for section in shown))
                wrong = [
                    f"seed {seed}, {unit}, {language}: {text} — {element.text}"
                    for element in page.walk()
                    if "data-claim" in element.attributes
                    for text in wrongs(element, unit, language, again)
                ]
                assert wrong == []
    owed = {"trend_rise", "trend_fall", "behind_again"}
    if number == ALL:
        owed |= {
            "trend_turned_down", "trend_turned_up", "trend_rise_highest", "trend_fall_lowest",
            "trend_highest", "trend_lowest", "behind_changed", "values_apart", "points_rise",
            "points_fall", "points_apart", "rank_highest", "rank_lowest",
        }  # fmt: skip
    assert owed <= {*said}, said


def test_the_highest_is_the_greatest_where_less_is_better(haugiang: Campaign) -> None:
    """60, 50, 55 and 70 %: the worst, and the highest."""
    indicators = tuple(
        replace(i, direction=-1, scoring="none") if i.id == APP else i for i in haugiang.indicators
    )
    campaign = longer(replace(haugiang, indicators=indicators), "2020-Q4")
    shares = zip(campaign.periods, (240, 200, 220, 280), strict=True)
    told = {period.id: [*rows({WARDS[0]: apps})] for period, apps in shares}
    analysis = analysed(campaign, *all_received(campaign, told))
    claims = [c for group in trends(View(analysis, analysis.units.get(WARDS[0]))) for c in group]
    (claim,) = (c for c in claims if c.message.startswith("trend_"))
    assert claim.message == "trend_rise_highest"
    assert dict(claim.facts)["highest_before"].value == 0.6
