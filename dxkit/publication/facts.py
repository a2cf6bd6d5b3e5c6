"""All facts of a period, as a publication keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dxkit.model.facts import Fact
from dxkit.period import OpenPeriod
from dxkit.workbooks.csv_text import write_rows


def facts_of(opened: OpenPeriod, units: list[str]) -> Iterator[Fact]:
    """All facts about the units that the plan knows and those directly below ``units``."""
    open_levels = {level.id for level in opened.campaign.levels if level.open}
    known = {*units}
    for unit in opened.analysis.units.units:
        if unit.level not in open_levels or known & {unit.code, unit.parent_code}:
            yield from opened.analysis.scorecard(unit.code).facts.values()


def row_of(fact: Fact) -> tuple[str, str]:
    """A fact's value as Python writes it, and why it has none."""
    return "" if fact.value is None else repr(fact.value), fact.missing


def write_facts(opened: OpenPeriod, units: list[str], path: Path) -> None:
    """Each fact with its unrounded value, or the reason why there is none."""
    rows = ((str(f.key), f.value, f.missing) for f in facts_of(opened, units))
    write_rows(path, ("fact", "value", "missing"), rows)
