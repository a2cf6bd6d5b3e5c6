"""The screen: figures that are more regular than counting makes them. Each check asks for a second
look, accuses nobody and changes no figure; its docstring tells how often chance alone gives what it
finds. They look at the measures that earn points.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from dxkit.intake.checks.figures import sums_of
from dxkit.intake.findings import finding
from dxkit.model.addresses import column_and_row
from dxkit.model.campaign import (
    Accumulation,
    Campaign,
    Indicator,
    IndicatorKind,
    Measure,
    MeasureKind,
)
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.observations import Flag, Observation, Received
from dxkit.model.rules import Spread
from dxkit.model.units import UnitRegistry

_LARGE_FIGURES = 3  # figures that are not small and must be among those that are equal
_FEWEST_DIGITS = 10
_ROUND = "05"
_Pairs = list[tuple[Observation, Observation | None]]


def screened(campaign: Campaign, now: Received, before: Received | None) -> Iterator[Finding]:
    """All findings of the screen, ``before`` being the period before where it is at hand."""
    observations = now.table.observations
    yield from heaped_above_target(campaign, now.table.period, observations, now.units)
    yield from copied_from_another(campaign, observations, now.units)
    yield from digits_repeated(campaign, observations, now.units)
    if before is not None:
        yield from copied_forward(campaign, now, before)
        yield from whole_shrank(campaign, now, before)


def heaped_above_target(
    campaign: Campaign, period_id: str, observations: Sequence[Observation], units: UnitRegistry
) -> Iterator[Finding]:
    """Of the units below a reporting unit, far more shares just above a target than just below it,
    and than just above these.

    Where shares grow or fall steadily across a target, a crowd between two strips as wide is
    greater than one of them, not both: it is compared with each as heads among throws (McCrary,
    Journal of Econometrics 2008, in its simplest form). By chance: less than ``heaping_chance`` of
    reporting units and targets.
    """
    rules, sums = campaign.checks, sums_of(observations)
    first = {(o.unit_code, o.measure): o for o in reversed(observations)}
    for indicator in _ratios(campaign):
        target = campaign.target(indicator.id, campaign.report_level, period_id)
        crowds: dict[str, list[Observation]] = defaultdict(list)
        beside: dict[str, Counter[int]] = defaultdict(Counter)
        for (code, measure), part in sums.items():
            whole = sums.get((code, indicator.denominator))
            if target is None or measure != indicator.numerator or not whole:
                continue
            sender = units.ancestor_at(code, campaign.report_level)
            beyond = (part / whole - target.value) * indicator.direction
            strip = math.floor(round(beyond / rules.heaping_window, 9))
            if sender is not None and strip == 0:
                crowds[sender.code].append(first[code, measure])
            elif sender is not None:
                beside[sender.code][strip] += 1
        for code, crowd in crowds.items():
            near = max(beside[code][-1], beside[code][1])
            if target and _chance_of(len(crowd), len(crowd) + near, 0.5) < rules.heaping_chance:
                values = {
                    "above": len(crowd),
                    "below": beside[code][-1],
                    "target": round(target.value * 100, 1),
                    "window": round(rules.heaping_window * 100, 1),
                    "indicator": indicator.id,
                }
                yield finding("heaped_above_target", crowd[0].address, code, **values)


def copied_from_another(
    campaign: Campaign, observations: Iterable[Observation], units: UnitRegistry
) -> Iterator[Finding]:
    """A unit whose figures of a table are all those of another unit of its level.

    Told where at least three of them are not small. By chance: of 100 hamlets of one size, of whom
    three shares spread over some points, fewer than one in a thousand has such a twin.
    """
    first: dict[tuple[object, ...], str] = {}
    for rows in _rows(campaign, observations).values():
        code, table = rows[0].unit_code, campaign.measure(rows[0].measure).table
        if not _is_telling(campaign, rows):
            continue
        figures = sorted((o.measure, o.period, o.value) for o in rows)
        key = (units.get(code).level, table, *figures)
        other = first.setdefault(key, code)
        if other != code:
            within = units.get(other).parent_code
            values = {"count": len(rows), "unit": other, "parent": within}
            yield finding("copied_from_another", rows[0], **values)


def digits_repeated(
    campaign: Campaign, observations: Iterable[Observation], units: UnitRegistry
) -> Iterator[Finding]:
    """Counts of the units directly below one that end in one digit, or in 0 and 5, too often.

    The last digits of counts that spread over tens are evenly spread (Beber and Scacco, Political
    Analysis 2012). By chance: at most ``digits_chance`` of the units, as each of the ten
    digits, and 0 with 5, is given its part of it.
    """
    rules = campaign.checks
    scored = {i.numerator for i in campaign.indicators} | {
        i.denominator for i in campaign.indicators
    }
    known = {(o.unit_code, o.measure, o.period): o.value for o in observations}
    ends: dict[tuple[str, str], list[tuple[str, Observation]]] = defaultdict(list)
    for o in observations:
        measure = campaign.measure(o.measure)
        above = units.parent(o.unit_code)
        whole = known.get((o.unit_code, measure.whole, o.period))
        if measure.id not in scored or measure.kind is not MeasureKind.COUNT or above is None:
            continue
        if o.value is not None and o.value >= rules.smallest and o.value != whole:
            ends[above.code, measure.table].append((str(int(o.value))[-1], o))
    for (code, _), written in ends.items():
        counts, number = Counter(digit for digit, _ in written), len(written)
        digit, most = counts.most_common(1)[0]
        of_one = 10 * _chance_of(most, number, 0.1)
        of_round = _chance_of(counts["0"] + counts["5"], number, 0.2)
        if number < _FEWEST_DIGITS or 2 * min(of_one, of_round) >= rules.digits_chance:
            continue
        told = _ROUND if of_round < of_one else digit
        here = [o for end, o in written if end in told]
        values = {"count": len(here), "number": number, "digits": ", ".join(told)}
        yield finding("digits_repeated", here[0].address, code, **values)


def copied_forward(campaign: Campaign, now: Received, before: Received) -> Iterator[Finding]:
    """A column in which every figure is what the same unit reported a period ago, or those of the
    units directly below one; and a unit whose figures of a table are all those of then.
    """
    earlier = _by_part(campaign, before)
    columns: dict[tuple[str, str, int], _Pairs] = defaultdict(list)
    rows: dict[tuple[str, str], _Pairs] = defaultdict(list)
    for key, observation in _by_part(campaign, now).items():
        file, sheet, cell = observation.address
        pair = (observation, earlier.get(key))
        number = column_and_row(cell)[0] - (observation.flag is Flag.AS_BEFORE)  # shown beside
        columns[file, sheet, number].append(pair)
        rows[key[0], campaign.measure(key[1]).table].append(pair)
    told: set[CellRef] = set()
    for pairs in columns.values():
        groups: dict[str, _Pairs] = defaultdict(list)
        for pair in pairs:
            groups[now.units.get(pair[0].unit_code).parent_code].append(pair)
        for some in [pairs] if _is_copy(campaign, pairs) else groups.values():
            if _is_copy(campaign, some):
                told.update(o.address for o, _ in some)
                yield finding("copied_forward", some[0][0], None, "", count=len(some))
    for pairs in rows.values():
        left = [o for o, was in pairs if o.address not in told]
        same = all(was is not None and o.value == was.value for o, was in pairs)
        if same and _is_telling(campaign, left):
            yield finding("row_unchanged", left[0], count=len(pairs))


def whole_shrank(campaign: Campaign, now: Received, before: Received) -> Iterator[Finding]:
    """What a share is taken of fell by far more than it did at the other units of the level, while
    the share rose.

    Far: ``shrunk_share`` and ``outlying`` deviations beyond the others, which chance gives as
    rarely as ``Spread`` says. A part of a whole that does not fall in truth has ``stock_fell``.
    """
    sums, earlier = sums_of(now.table.observations), sums_of(before.table.observations)
    first = {(o.unit_code, o.measure): o for o in reversed(now.table.observations)}
    rules, told = campaign.checks, set[tuple[str, str]]()
    for indicator in _ratios(campaign):
        whole = campaign.measure(indicator.denominator)
        if indicator.direction < 0 or (whole.whole and whole.accumulation is Accumulation.STOCK):
            continue
        fall = {
            code: 1 - value / earlier[code, measure]
            for (code, measure), value in sums.items()
            if measure == whole.id and earlier.get((code, measure), 0) >= rules.smallest
        }
        levels: dict[str, list[float]] = defaultdict(list)
        for code, fell in fall.items():
            levels[now.units.get(code).level].append(fell)
        beside = {level: Spread(falls) for level, falls in levels.items()}
        for code, fell in fall.items():
            parts = sums.get((code, indicator.numerator)), earlier.get((code, indicator.numerator))
            if fell <= 0 or None in parts or (code, whole.id) in told:
                continue
            if (parts[0] or 0) <= (parts[1] or 0) * (1 - fell):
                continue
            above = beside[now.units.get(code).level].excess(fell, rules.outlying)
            if (above or 0) >= rules.shrunk_share:
                told.add((code, whole.id))
                was = earlier[code, whole.id]
                values = {"value": sums[code, whole.id], "before": was, "indicator": indicator.id}
                yield finding("whole_shrank", first[code, whole.id], **values)


def _chance_of(hits: int, throws: int, each: float) -> float:
    """The chance of at least so many hits in so many throws of which ``each`` hits by chance."""
    return math.fsum(
        math.comb(throws, k) * each**k * (1 - each) ** (throws - k) for k in range(hits, throws + 1)
    )


def _ratios(campaign: Campaign) -> list[Indicator]:
    """The shares that earn points."""
    return [i for i in campaign.indicators if i.kind is IndicatorKind.RATIO and i.scoring != "none"]


def _is_copy(campaign: Campaign, pairs: _Pairs) -> bool:
    """Whether figures are those of the period before, where that had any of them."""
    both = [(o.value, was.value) for o, was in pairs if was is not None]
    same = [value for value, was in both if value == was]
    return len(same) == len(both) >= campaign.checks.copied_rows and any(same)


def _rows(
    campaign: Campaign, observations: Iterable[Observation]
) -> dict[tuple[str, str], list[Observation]]:
    """Known figures that are likely to change, by unit and table."""
    found: dict[tuple[str, str], list[Observation]] = defaultdict(list)
    for o in observations:
        measure = campaign.measure(o.measure)
        if o.value is not None and _changes(campaign, measure):
            found[o.unit_code, measure.table].append(o)
    return found


def _is_telling(campaign: Campaign, rows: Sequence[Observation]) -> bool:
    """Whether figures are large and many enough for it to be odd that others are equal to them."""
    return sum((o.value or 0) >= campaign.checks.smallest for o in rows) >= _LARGE_FIGURES


def _by_part(campaign: Campaign, received: Received) -> dict[tuple[str, str, int], Observation]:
    """Known figures that are likely to change from period to period, by unit, measure and the
    number of their month in the period.
    """
    parts = campaign.period(received.table.period).parts
    return {
        (o.unit_code, o.measure, parts.index(o.period) if o.period in parts else -1): o
        for o in received.table.observations
        if o.value is not None and _changes(campaign, campaign.measure(o.measure))
    }


def _changes(campaign: Campaign, measure: Measure) -> bool:
    """Whether a measure is likely to change: flows, and parts that are no base of another part."""
    is_base = any(other.whole == measure.id for other in campaign.measures)
    return measure.accumulation is Accumulation.FLOW or (bool(measure.whole) and not is_base)
