"""How one number was made: from the pages that show it down to file, sheet and cell."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from string import ascii_uppercase

from dxkit.model.addresses import column_and_row
from dxkit.model.facts import CellRef, Fact, FactKey
from dxkit.model.observations import Flag, Observation
from dxkit.period import OpenPeriod
from dxkit.period.opening import open_period
from dxkit.report.wording.language import Language

_DEEPEST = 6
"""Steps between a number and the counts it rests on; ranks rest on more, which are not unrolled."""


def chain(opened: OpenPeriod, key: FactKey, folder: Path, language: Language) -> Iterator[str]:
    """The lines of the chain: pages, then each step indented below what it makes, then cells."""
    fact = opened.analysis.find(key)
    if fact is None:
        return
    for page, shown, times in places_shown(folder, key):
        yield language.plain("cli.explain_page", page=page, text=shown, times=str(times))
    yield from _steps(opened, fact, 1, language)
    yield "  " + language.plain("cli.explain_cells")
    received, visits = _received(opened, key.unit), _visits(opened)
    earlier = {key.period for key in fact.inputs} & {kept.id for kept in opened.analysis.past}
    project = replace(opened.project, as_of=opened.project.as_of or opened.analysis.period.last_day)
    periods = [opened, *(open_period(project, opened.campaign.id, name) for name in earlier)]
    cells = {*fact.sources}
    for one in periods if earlier else ():  # what is kept of a period names no cells: it is asked
        received |= _received(one, key.unit)
        found = (one.analysis.find(key) for key in fact.inputs)
        cells |= {cell for each in found if each is not None for cell in each.sources}
    for cell in in_reading_order(cells):
        observation = received.get(cell)
        made = (
            f"  {observation.raw!r} = {observation.value}" if observation else visits.get(cell, "")
        )
        if observation and observation.correction:
            made += " " + language.plain("cli.explain_corrected", reason=observation.correction)
        if observation and observation.flag is Flag.AS_BEFORE:
            made += " " + _as_before(opened, cell, observation, language)
        yield f"    {cell}{made}"


def _as_before(opened: OpenPeriod, cell: CellRef, o: Observation, language: Language) -> str:
    """Where its sender says that a figure is as it was a period ago, and the cells of that."""
    previous = opened.analysis.previous
    known = (opened.received, *opened.received.parts, *([previous.received] if previous else []))
    at_hand = {received.table.period: received for received in known}
    row = cell.cell.lstrip(ascii_uppercase)
    own, before = at_hand.get(o.period), opened.campaign.previous_period(o.period)
    at = (f.address for f in own.findings if f.code == "value_as_before") if own else ()
    said = (a for a in at if own and own.located(a)[:2] == cell[:2])
    choice = next((a.cell for a in said if a.cell.lstrip(ascii_uppercase) == row), "…")
    earlier = at_hand.get(before.id) if before else None
    was = earlier.table.of(o.unit_code, o.measure) if earlier else ()
    cells = "; ".join(str(earlier.located(one.address)) for one in was if earlier)
    return language.plain("cli.explain_as_before", cell=choice, before=cells or "…")


def in_reading_order(cells: Iterable[CellRef]) -> list[CellRef]:
    """Cells by file, sheet, column and row, as a spreadsheet has them: C14 before C100, Z before
    AA. Facts keep theirs in the order of their texts, which is quick to make.
    """
    return sorted(cells, key=lambda at: (at.file, at.sheet, *column_and_row(at.cell)))


def places_shown(folder: Path, key: FactKey) -> Iterator[tuple[str, str, int]]:
    """Each page that shows the number, how it is written there, and how often."""
    mark = f'data-fact="{re.escape(str(key))}"'
    shown_as = re.compile(rf"<(?:data|g)\b[^<>]*{mark}[^>]*>(?:<text[^>]*>)?([^<]*)<")
    for path in sorted(folder.rglob("*.html")):
        found = shown_as.findall(path.read_text("utf-8"))
        if found:
            yield path.relative_to(folder).as_posix(), html.unescape(found[0]), len(found)


def _steps(opened: OpenPeriod, fact: Fact, depth: int, language: Language) -> Iterator[str]:
    """A fact and, below it, those of the same unit that it was made from."""
    value = "–" if fact.value is None else repr(fact.value)
    method = fact.method or fact.missing
    words = f"trace.method_{method}"
    said = language.plain(words) if f"method_{method}" in language.sections["trace"] else method
    step = language.plain("cli.explain_step", key=str(fact.key), value=value, method=said)
    yield "  " * depth + step
    if depth >= _DEEPEST:
        return
    for key in fact.inputs:
        source = opened.analysis.find(key) if key.unit == fact.key.unit else None
        if source is not None:
            yield from _steps(opened, source, depth + 1, language)


def _visits(opened: OpenPeriod) -> dict[CellRef, str]:
    """What visits found, by the address that facts give it: cases confirmed of those checked."""
    at = opened.analysis.period.id
    return {v.source_in(at): f"  {v.confirmed}/{v.checked}" for v in opened.received.visits}


def _received(opened: OpenPeriod, unit: str) -> dict[CellRef, Observation]:
    """Observations of this period and the one before, by the address that facts give them: of a
    cell that boundaries have parted, what is in the unit.
    """
    found, previous = dict[CellRef, Observation](), opened.analysis.previous
    for received in (opened.received, *([previous.received] if previous else [])):
        for o in received.table.observations:
            at, inside = received.located(o.address), unit in received.units.line(o.unit_code)
            other = found.get(at, o)
            if other.unit_code != o.unit_code and unit in received.units.line(other.unit_code):
                if not inside:
                    continue
                if other.value is not None and o.value is not None:
                    o = replace(o, value=other.value + o.value)
            found[at] = o
    return found
