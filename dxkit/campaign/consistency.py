"""Whether the parts of a plan agree: what no single key or column can be wrong about by itself.

Each check names the files and keys that it compares, and is made only when each of them is sound.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from itertools import chain, pairwise
from typing import Any

from dxkit.campaign.plan_files import Record, what_of
from dxkit.campaign.reader import Reader
from dxkit.model.addresses import line_number
from dxkit.model.campaign import (
    ALL_LEVELS,
    Accumulation,
    Alias,
    Campaign,
    Indicator,
    IndicatorKind,
    Measure,
    MeasureKind,
    Target,
)
from dxkit.model.facts import TOTAL
from dxkit.model.findings import CATALOGUE
from dxkit.model.keys import MisfitError, Number
from dxkit.model.periods import LONG_KINDS, Period, calendar_days
from dxkit.model.plan import BY_TARGET
from dxkit.model.text import heading_key, normalise, words_in_full
from dxkit.model.units import Succession, Unit
from dxkit.workbooks.limits import WIDEST_SHEET

_SHARE = Number(0, 1)


def look_through(campaign: Campaign, reader: Reader) -> None:
    """Note all in which the parts of the plan do not agree."""
    for check, *compared in _CHECKS:
        if reader.is_sound(*compared):
            check(campaign, reader)


def _identity(campaign: Campaign, reader: Reader) -> None:
    if campaign.id != campaign.folder.name:
        at = reader.plan.at("id")
        reader.note(at, "id_differs", text=campaign.id, folder=campaign.folder.name)


def _each_period(campaign: Campaign, reader: Reader) -> None:
    for period in campaign.periods or ():
        if period.last_day < period.first_day:
            reader.note_of(period, "period_backwards", "last_day", period=period.id)
            continue
        if period.due_day is not None and period.due_day < period.first_day:
            values = {"text": period.due_day, "allowed": f"{period.first_day} …"}
            reader.note_of(period, "date_out_of_range", "due_day", **values)
        if period.of:
            _made_of_others(campaign, period, reader)
            continue
        if period.kind in LONG_KINDS:
            reader.note_of(period, "field_empty", "of")
        first, last = (day.year * 12 + day.month - 1 for day in (period.first_day, period.last_day))
        months = [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(first, last + 1)]
        for number, part in enumerate(period.parts):
            if part not in months:
                allowed = ", ".join(months[:12])
                reader.note_of(period, "unknown_value", "parts", text=part, allowed=allowed)
            elif part in period.parts[:number]:
                reader.note_of(period, "repeated", "parts", text=part)


def _made_of_others(campaign: Campaign, period: Period, reader: Reader) -> None:
    """The periods that one is made of stand above it, so that none is part of itself; they are of
    one kind, follow each other day by day, and fill it.
    """
    for key in ("parts", "due_day"):
        if getattr(period, key):
            reader.note_of(period, "excludes", key, text="of")
    above = {p.id: p for p in campaign.periods[: campaign.periods.index(period)]}
    parts = [above[part] for part in period.of if part in above]
    for part in period.of:
        if part not in above and any(p.id == part for p in campaign.periods):
            allowed = ", ".join(above)
            reader.note_of(period, "unknown_value", "of", text=part, allowed=allowed)
    if len(parts) < len(period.of):
        return
    if len({part.kind for part in parts}) > 1:
        reader.note_of(period, "parts_of_kinds", "of", text=", ".join(period.of))
        return
    for one, following in pairwise(parts):
        if following.first_day != one.last_day + datetime.timedelta(days=1):
            values = {"text": following.id, "other": one.id, "day": one.last_day}
            reader.note_of(period, "parts_apart", "of", **values)
            return
    for key, edge in (("first_day", parts[0]), ("last_day", parts[-1])):
        if getattr(period, key) != (expected := getattr(edge, key)):
            values = {"text": getattr(period, key), "other": edge.id, "day": expected}
            reader.note_of(period, "part_edge", key, **values)
    for s in campaign.successions or ():
        if parts[0].last_day < s.date <= parts[-1].last_day:
            reader.note_of(period, "parts_over_boundaries", "of", text=period.id, day=s.date)
            return


def _periods(campaign: Campaign, reader: Reader) -> None:
    for period in campaign.periods:
        before = campaign.previous_period(period.id)
        if before is not None and period.last_day < before.first_day:
            values = {"period": period.id, "other": before.id}
            reader.note_of(period, "period_before", "first_day", **values)
        elif before is not None and period.first_day <= before.last_day:
            reader.note_of(period, "period_overlaps", "first_day", period=period.id)
        first, last = calendar_days(period.id)
        if period.last_day < first or last < period.first_day:
            values = {"text": str(period.first_day), "allowed": f"{first} … {last}"}
            reader.note_of(period, "date_out_of_range", "first_day", **values)


def _units(campaign: Campaign, reader: Reader) -> None:
    levels = list(campaign.units.levels)
    by_code: dict[str, list[Unit]] = defaultdict(list)
    by_folded: dict[str, set[str]] = defaultdict(set)
    top: list[Unit] = []
    for unit in campaign.units.units:
        if unit.valid_from and unit.valid_to and unit.valid_to < unit.valid_from:
            reader.note_of(unit, "unit_backwards", "valid_to", unit=unit.code)
            continue
        if any(_overlap(unit, other) for other in by_code[unit.code]):
            reader.note_of(unit, "unit_repeated", unit=unit.code)
        elif unit.level == levels[0] and not unit.parent_code:
            others = [other.code for other in top if _overlap(unit, other)]
            if others:
                reader.note_of(unit, "two_tops", unit=unit.code, other=others[0], level=levels[0])
            top.append(unit)
        other = next(iter(by_folded[unit.code.casefold()] - {unit.code}), None)
        if other is not None:  # names of files, which Windows does not tell apart
            values = {"text": unit.code.casefold(), "unit": unit.code, "other": other}
            reader.note_of(unit, "alias_of_two", **values)
        by_folded[unit.code.casefold()].add(unit.code)
        by_code[unit.code].append(unit)
    for unit in list(chain.from_iterable(by_code.values())):
        parents = [parent for parent in by_code[unit.parent_code] if _overlap(unit, parent)]
        values = {"unit": unit.code, "parent": unit.parent_code}
        is_top = unit.level == levels[0]
        if is_top == bool(unit.parent_code) or (not is_top and not parents):
            reader.note_of(unit, "parent_unknown", "parent", **values)
        elif any(levels.index(p.level) >= levels.index(unit.level) for p in parents):
            reader.note_of(unit, "parent_not_above", "parent", **values)
    if not campaign.units.units:
        reader.note(("units.csv", 0, "code"), "no_units")


def _by_code(campaign: Campaign) -> dict[str, list[Unit]]:
    """The units of each code, one after the other in time; none of a code that there is not."""
    found: dict[str, list[Unit]] = defaultdict(list)
    for unit in campaign.units.units:
        found[unit.code].append(unit)
    return found


def _overlap(one: Unit, other: Unit) -> bool:
    """Whether two units exist on a common day."""
    start = max(one.valid_from or datetime.date.min, other.valid_from or datetime.date.min)
    return start <= min(one.valid_to or datetime.date.max, other.valid_to or datetime.date.max)


def _aliases(campaign: Campaign, reader: Reader) -> None:
    """One writing means one of the units below one unit, and of one level."""
    of_code = _by_code(campaign)
    written: dict[tuple[str, str], list[Unit]] = defaultdict(list)
    for unit in campaign.units.units:
        alike = written[unit.parent_code, normalise(unit.name)]
        for other in {o.code: o for o in alike if o.code != unit.code and _overlap(unit, o)}:
            values = {"text": unit.name, "unit": unit.code, "other": other}
            reader.note_of(unit, "alias_of_two", "name", **values)
        alike.append(unit)
    levels_of: dict[str, list[Unit]] = defaultdict(list)
    for unit in campaign.units.units:
        levels_of[normalise(unit.name)].append(unit)
    known: set[Alias] = set()
    for alias in campaign.aliases:
        if alias in known:
            reader.note_of(alias, "repeated", "alias", text=alias.alias)
            continue
        known.add(alias)
        key = normalise(alias.alias)
        if not key:  # it would be the name of a row that has none
            values = {"text": alias.alias, "allowed": "A-Z a-z 0-9"}
            reader.note_of(alias, "malformed", "alias", **values)
        mine = of_code[alias.code]
        meant = {o.code for u in mine for o in written[u.parent_code, key] if _overlap(u, o)}
        # The full name of a unit of another level; units of one level may be called alike.
        meant |= {o.code for u in mine for o in levels_of[key] if o.level != u.level}
        for other in sorted(meant - {alias.code}):
            values = {"text": alias.alias, "unit": alias.code, "other": other}
            reader.note_of(alias, "alias_of_two", "alias", **values)
        for unit in mine:
            written[unit.parent_code, key].append(unit)


def _successions(campaign: Campaign, reader: Reader) -> None:
    """Both units of a row are there on their days; what leaves a unit is all of it, or what stays
    is said, too.
    """
    by_code = _by_code(campaign)
    groups: dict[tuple[str, datetime.date, str], dict[str, Succession]] = defaultdict(dict)
    noted = len(reader.problems)
    for s in campaign.successions:
        ends = (("from", s.from_code, s.day_before), ("to", s.to_code, s.date))
        for key, code, day in ends:
            if code and not any(unit.valid_on(day) for unit in by_code[code]):
                reader.note_of(s, "succession_not_there", key, unit=code, day=day)
        if not s.from_code and not s.to_code:
            reader.note_of(s, "field_empty", "from")
        group = groups[s.from_code, s.date, s.basis]
        if s.to_code in group:
            text = f"{s.from_code} → {s.to_code}, {s.date}"
            reader.note_of(s, "repeated", "to", text=text)
        group.setdefault(s.to_code, s)
    for (code, day, _), group in groups.items() if len(reader.problems) == noted else ():
        last = next(reversed(group.values()))
        stays = [u for u in by_code[code] if u.valid_on(last.day_before) and u.valid_on(day)]
        shares = [s.share for s in group.values() if s.share is not None]
        values: dict[str, Any] = {"unit": code, "day": day}
        if stays and code not in group:
            reader.note_of(last, "succession_goes_on", **values)
        elif code and len(shares) not in (0, len(group)):
            reader.note_of(last, "succession_share_missing", "share", **values)
        elif code and shares and sum(shares) != 1:
            values["given"] = sum(shares)
            reader.note_of(last, "succession_shares", "share", **values)


def _measures(campaign: Campaign, reader: Reader) -> None:
    whole_of = {measure.id: measure.whole for measure in campaign.measures}
    in_circles: set[str] = set()
    for measure in campaign.measures:
        if measure.id == TOTAL:
            reader.note_of(measure, "reserved", text=measure.id)
        if measure.kind is MeasureKind.AMOUNT and not any(measure.things.values()):
            reader.note_of(measure, "field_empty", "thing_vi")
        if measure.accumulation is Accumulation.MEAN and measure.kind is not MeasureKind.SCORE:
            reader.note_of(measure, "excludes", "accumulation", text=f"kind = {measure.kind}")
        adds_up = measure.accumulation is not Accumulation.STOCK
        if measure.kind is MeasureKind.SHARE and adds_up and any(p.of for p in campaign.periods):
            reader.note_of(measure, "shares_do_not_add", "accumulation")
        above = _with_wholes(measure.id, whole_of)
        whole = whole_of[above[-1]]
        if whole == measure.id and whole not in in_circles:
            reader.note_of(measure, "part_of_itself", "whole", text=" < ".join([*above, whole]))
            in_circles |= {*above}
        if measure.table not in campaign.tables:
            reader.note(reader.plan.at("tables"), "table_without_name", text=measure.table)


def _with_wholes(measure: str, whole_of: Mapping[str, str]) -> list[str]:
    """A measure, the one that it is part of, and so on."""
    found = [measure]
    while (whole := whole_of.get(found[-1], "")) and whole not in found:
        found.append(whole)
    return found


def _headings(campaign: Campaign, reader: Reader) -> None:
    """One heading means one measure of a table, also with its abbreviations written out."""
    in_full = words_in_full(campaign.abbreviations)
    meant: dict[tuple[str, str], Measure] = {}
    for measure in campaign.measures:
        own = (*measure.headers, *measure.names.values())
        for text in own if measure.kind is not MeasureKind.ROWS else ():
            key = measure.table, heading_key(in_full, text.replace(">", " "))
            other = meant.setdefault(key, measure)
            if other is not measure:
                values = {"text": text, "measure": measure.id, "other": other.id}
                reader.note_of(measure, "heading_of_two", "headers", **values)
                break


def _indicators(campaign: Campaign, reader: Reader) -> None:
    short: set[tuple[str, str]] = set()
    for indicator in campaign.indicators:
        for language, name in indicator.short_names.items():
            if (language, normalise(name)) in short:  # no sentence would tell them apart
                reader.note_of(indicator, "repeated", f"short_name_{language}", text=name)
            short.add((language, normalise(name)))
        if indicator.id == TOTAL:
            reader.note_of(indicator, "reserved", text=indicator.id)
        if indicator.kind is IndicatorKind.RATIO and not indicator.denominator:
            reader.note_of(indicator, "field_empty", "denominator")
        elif indicator.max_points > 0 and indicator.scoring == "none":
            reader.note_of(indicator, "excludes", "max_points", text="scoring = none")
        elif indicator.kind is not IndicatorKind.RATIO and indicator.denominator:
            reader.note_of(indicator, "no_denominator", "denominator", text=indicator.kind)
        fits, needed = _parameters_of(indicator)
        if not fits:
            values = {"scoring": indicator.scoring, "allowed": needed}
            reader.note_of(indicator, "parameters_unfit", "parameters", **values)


def _what_counts(campaign: Campaign, reader: Reader) -> None:
    """Indicators, wholes and weights are made of figures, not of words; no share is a whole, and
    none is of a part of what it counts.
    """
    figures = [m.id for m in campaign.measures if m.kind is not MeasureKind.TEXT]
    no_wholes = (MeasureKind.SHARE, MeasureKind.SCORE)
    wholes = [m.id for m in campaign.measures if m.id in figures and m.kind not in no_wholes]
    whole_of = {measure.id: measure.whole for measure in campaign.measures}
    used: list[tuple[object, str, str]] = [(m, "whole", m.whole) for m in campaign.measures]
    for indicator in campaign.indicators:
        used.append((indicator, "numerator", indicator.numerator))
        used.append((indicator, "denominator", indicator.denominator))
        if indicator.numerator in _with_wholes(indicator.denominator, whole_of):
            values = {"text": indicator.denominator, "whole": indicator.numerator}
            reader.note_of(indicator, "share_of_a_part", "denominator", **values)
    if reader.is_sound("ranking"):
        used.append((campaign.ranking, "weight", campaign.ranking.weight))
    for record, key, measure in used:
        fitting = wholes if key == "whole" else figures
        if measure and measure not in fitting:
            allowed = ", ".join(fitting[:12])
            reader.note_of(record, "unknown_value", key, text=measure, allowed=allowed)


def _parameters_of(indicator: Indicator) -> tuple[bool, str]:
    """Whether the parameters are those of the scoring and leave it a result; which it needs."""
    given = indicator.parameters
    match indicator.scoring:
        case "count":
            return set(given) == {"full"} and given["full"] > 0, "full > 0"
        case "goalposts":
            return set(given) == {"low", "high"} and given["low"] < given["high"], "low < high"
        case "steps":
            steps = [name.removeprefix("from_") for name in given if name.startswith("from_")]
            names = {f"{part}_{step}" for part in ("from", "share") for step in steps}
            shares = [given.get(f"share_{step}", -1) for step in steps]
            fits = bool(steps) and set(given) == names and min(shares) >= 0
            return fits, "from_1=… | share_1=… | …"
    return not given, "–"


def _names_of_facts(campaign: Campaign, reader: Reader) -> None:
    measures = {measure.id for measure in campaign.measures}
    for indicator in campaign.indicators:
        if indicator.id in measures:
            reader.note_of(indicator, "id_of_measure", text=indicator.id)


def _targets(campaign: Campaign, reader: Reader) -> None:
    indicators = {indicator.id: indicator for indicator in campaign.indicators}
    seen: set[Target] = set()
    for target in campaign.targets:
        indicator, value = indicators[target.indicator], target.value
        if indicator.kind is IndicatorKind.RATIO and not 0 < value <= 1:
            reader.note_of(target, "target_not_a_share", "target", text=value)
        elif indicator.scoring in BY_TARGET and value <= 0:
            reader.note_of(target, "target_not_above_0", "target", text=value)
        keys = {dataclasses.replace(t, value=0, source="", assumed=False)
                for t in of_levels(target, campaign.units.levels)}  # fmt: skip
        if keys & seen:
            text = f"{target.indicator}, {target.level}, {target.period}"
            reader.note_of(target, "repeated", text=text)
        seen |= keys


def of_levels(target: Target, levels: Iterable[str]) -> tuple[Target, ...]:
    """The target of each level that a row of targets.csv sets."""
    if target.level != ALL_LEVELS:
        return (target,)
    return tuple(dataclasses.replace(target, level=level) for level in levels)


def _bands(campaign: Campaign, reader: Reader) -> None:
    seen: set[float] = set()
    for band in campaign.scoring.bands:
        if band.from_share in seen:
            reader.note_of(band, "repeated", "from_share", text=band.from_share)
        seen.add(band.from_share)


def _records(campaign: Campaign, reader: Reader) -> None:
    """A cell is corrected, or explained, once while it reads the same: which of two would hold?"""
    seen: set[tuple[str, ...]] = set()
    reported = [period.id for period in campaign.reported]
    records: tuple[Record, ...] = (*campaign.corrections, *campaign.explanations)
    for record in records:
        if record.period not in reported:
            allowed = ", ".join(reported)
            reader.note_of(record, "unknown_value", "period", text=record.period, allowed=allowed)
        if what_of(record) in seen:
            reader.note_of(record, "repeated", "cell", text=record.cell)
        seen.add(what_of(record))
    for each in campaign.explanations:
        if each.code not in CATALOGUE:
            alike = ", ".join(get_close_matches(each.code, CATALOGUE) or CATALOGUE)
            reader.note_of(each, "unknown_value", "code", text=each.code, allowed=alike)


def _points(campaign: Campaign, reader: Reader) -> None:
    scoring = campaign.scoring
    given = sum(indicator.max_points for indicator in campaign.scale)
    if campaign.indicators and abs(given - scoring.total_points) > 1e-9:
        values = {"total": scoring.total_points, "given": given}
        reader.note_of(scoring, "points_do_not_add_up", "total_points", **values)


def _ranking(campaign: Campaign, reader: Reader) -> None:
    order = [level.id for level in campaign.levels]
    by_code = _by_code(campaign)
    for level, group in campaign.ranking.within.items():
        if order.index(group) >= order.index(level):
            at = reader.plan.at(f"ranking.within.{level}")
            reader.note(at, "level_not_above", text=group, level=level)
            continue
        others = [unit for unit in campaign.units.units if unit.level == group]
        for unit in campaign.units.units if reader.is_sound("units.csv") else ():
            is_alone = unit.level == level and group not in _levels_above(unit, by_code)
            if is_alone and any(_overlap(unit, other) for other in others):
                values = {"unit": unit.code, "level": group}
                reader.note_of(unit, "none_to_compare_with", "parent", **values)
    breaking = campaign.ranking.tie_break
    for name in sorted({name for name in breaking if breaking.count(name) > 1}):
        reader.note_of(campaign.ranking, "repeated", "tie_break", text=name)
    for condition in campaign.ranking.conditions:
        if (condition.kind == "value") != bool(condition.indicator):
            reader.note_of(condition, "indicator_of_condition", "indicator", text=condition.kind)
        elif condition.kind != "value":
            try:
                _SHARE.read(condition.at_least)
            except MisfitError as error:
                reader.note_of(condition, error.code, "at_least", **error.values)


def _levels_above(unit: Unit, by_code: Mapping[str, Sequence[Unit]]) -> set[str]:
    """The levels of the units above one, on any of its days."""
    found: set[str] = set()
    above = [unit]
    while above := [o for u in above for o in by_code[u.parent_code]
                    if _overlap(o, unit) and o.level not in found]:  # fmt: skip
        found |= {o.level for o in above}
    return found


def _tiers(campaign: Campaign, reader: Reader) -> None:
    """Tiers are made from ranges of ranks, and rewards by tier go by tiers."""
    if campaign.ranking.tiers and campaign.uncertainty is None:
        reader.note(reader.plan.at("ranking.tiers"), "needs", text="[uncertainty]")
    for rule in campaign.rewards:
        if rule.by == "tier" and not campaign.ranking.tiers:
            reader.note_of(rule, "needs", "by", text="ranking.tiers = true")


def _initiatives(campaign: Campaign, reader: Reader) -> None:
    tables = {measure.table: 0 for measure in campaign.measures}
    register = campaign.initiatives
    if register is not None and register.table not in tables:
        values = {"text": register.table, "where": "measures.csv", "allowed": ", ".join(tables)}
        reader.note_of(register, "not_declared", "table", **values)


def _layouts(campaign: Campaign, reader: Reader) -> None:
    """Columns have letters and rows numbers, the other way about in a transposed sheet; the columns
    that are named belong to one table.
    """
    tables = {measure.id: measure.table for measure in campaign.measures}
    for layout in campaign.layouts:
        keys = ("unit_columns", "columns", "rows", "period_columns")
        lines = [
            (key, line, not layout.transposed) for key in keys for line in getattr(layout, key)
        ]
        for line in filter(None, layout.header_rows.split("-")):
            lines.append(("header_rows", line, layout.transposed))
        for key, line, has_letters in lines:
            is_beyond = line.isalpha() and line_number(line) > WIDEST_SHEET
            if line and (line.isdecimal() is has_letters or is_beyond):
                allowed = "A … XFD" if has_letters else "3"
                reader.note_of(layout, "malformed", key, text=line, allowed=allowed)
        named = [*layout.unit_columns, *layout.period_columns]
        for line in sorted({line for line in named if named.count(line) > 1}):
            reader.note_of(layout, "repeated", "unit_columns", text=line)
        first, _, last = layout.header_rows.partition("-")
        if last and (len(last), last) < (len(first), first):
            values = {"text": layout.header_rows, "allowed": f"{last}-{first}"}
            reader.note_of(layout, "malformed", "header_rows", **values)
        others = {tables[measure] for measure in layout.columns.values()}
        if len(others) > 1:
            reader.note_of(
                layout, "columns_of_two_tables", "columns", text=", ".join(sorted(others))
            )
        if layout.period_columns and layout.period_blocks:
            reader.note_of(layout, "excludes", "period_columns", text="period_blocks")
        if layout.one_unit and layout.unit_columns:
            reader.note_of(layout, "excludes", "one_unit", text="unit_columns")


_CHECKS: tuple[tuple[Callable[[Campaign, Reader], None], *tuple[str, ...]], ...] = (
    (_identity, "id"),
    (_each_period,),
    (_periods, "periods"),
    (_units, "levels", "units.csv"),
    (_aliases, "units.csv", "aliases.csv"),
    (_successions, "units.csv", "successions.csv"),
    (_measures, "periods", "measures.csv", "tables"),
    (_headings, "measures.csv", "abbreviations"),
    (_indicators, "indicators.csv"),
    (_what_counts, "measures.csv", "indicators.csv"),
    (_bands, "scoring"),
    (_records, "periods", "corrections.csv", "explanations.csv"),
    (_names_of_facts, "measures.csv", "indicators.csv"),
    (_targets, "levels", "indicators.csv", "targets.csv"),
    (_points, "scoring", "indicators.csv"),
    (_ranking, "levels", "ranking"),
    (_tiers, "ranking", "rewards", "uncertainty"),
    (_initiatives, "measures.csv", "initiatives"),
    (_layouts, "measures.csv", "layouts.toml"),
)
