"""The folder of a campaign that is begun: it loads, and says in its comments what each key is."""

from __future__ import annotations

import os
import tempfile
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from dxkit.campaign.folder import load_campaign
from dxkit.campaign.next_period import quoted
from dxkit.campaign.plan_files import LANGUAGES, columns_of
from dxkit.campaign.reader import PLAN_FILE
from dxkit.model.campaign import Campaign, Level
from dxkit.model.keys import PerLanguage, fields_of
from dxkit.model.periods import Period
from dxkit.model.units import Unit
from dxkit.press.plans.lists import LEVELS, Criteria
from dxkit.report.wording.language import Language, load_language
from dxkit.workbooks.atomic import rename, write_text
from dxkit.workbooks.csv_text import write_rows


@dataclass(frozen=True)
class NewCampaign:
    """What a plan is begun with; ``levels`` from the top down."""

    id: str
    name: str
    organiser: str
    period: Period
    levels: Sequence[Level]
    units: Sequence[Unit]
    criteria: Criteria

    @property
    def report_level(self) -> str:
        """The level below the top one."""
        return self.levels[1].id

    @property
    def total_points(self) -> float:
        """What all criteria give together; a plan must have some."""
        return sum(indicator.max_points for indicator in self.criteria.indicators)

    @property
    def within(self) -> dict[str, str]:
        """For each level that in which its units are compared: that of the units above all of them,
        or the top one where they stand in units of several levels.
        """
        level_of = {unit.code: unit.level for unit in self.units}
        found = {}
        for above, level in pairwise(self.levels):
            of = {level_of[u.parent_code] for u in self.units if u.level == level.id}
            found[level.id] = of.pop() if len(of) == 1 else self.levels[0].id
            if level.open:
                found[level.id] = above.id
        return found


def levels_of(units: Iterable[Unit], with_hamlets: bool) -> list[Level]:
    """The levels of some units, and below them that of hamlets which only workbooks name."""
    used: dict[str, dict[str, None]] = {name: {} for name in LEVELS}
    known = set()
    for unit in units:
        known.add(unit.level)
        used[unit.level] |= {unit.type: None} if unit.type else {}
    is_open = with_hamlets and "hamlet" not in known
    if is_open:
        words = load_language("vi").sections["unit_type"]
        used["hamlet"] = {words[kind].capitalize(): None for kind in LEVELS["hamlet"]}
        known.add("hamlet")
    words_of = {code: load_language(code) for code in LANGUAGES}
    return [
        Level(
            name,
            {code: language.plain(f"plan.level_{name}") for code, language in words_of.items()},
            is_open and name == "hamlet",
            tuple(used[name]),
        )
        for name in LEVELS
        if name in known
    ]


def write_campaign(plan: NewCampaign, folder: Path, language: Language) -> Campaign:
    """Write the folder of a campaign, whole or not at all, and load it. Raises CampaignError where
    it would not load, FileExistsError where there is something of that name.
    """
    if os.path.lexists(folder):
        raise FileExistsError(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-") as scratch:
        made = Path(scratch) / plan.id
        write_text(made / PLAN_FILE, _plan(plan, language))
        rows: Mapping[str, Sequence[object]] = {
            "units.csv": plan.units,
            "measures.csv": plan.criteria.measures,
            "indicators.csv": plan.criteria.indicators,
            "targets.csv": plan.criteria.targets,
        }
        for field in fields_of(Campaign):
            name, kind = field.key.file, field.key.row
            if kind is not None:
                write_rows(made / name, columns_of(kind), map(_row, rows.get(name, ())))
            elif name:
                write_text(made / name, _comment(language, name.partition(".")[0]) + "\n")
        load_campaign(made)
        rename(made, folder)
    return load_campaign(folder)


def _row(record: Any) -> list[object]:
    """A record as the row of its file."""
    kind: Any = type(record)
    row: list[object] = []
    for field in fields_of(kind):
        value = getattr(record, field.name)
        if any(isinstance(mark, PerLanguage) for mark in field.marks):
            row += [value[code] for code in LANGUAGES]
        elif isinstance(value, Mapping):
            row.append(" | ".join(f"{name}={each}" for name, each in value.items()))
        elif isinstance(value, tuple):
            row.append(" | ".join(value))
        elif isinstance(value, bool):
            row.append(str(value).lower())
        else:
            row.append("up" if field.name == "direction" else value)
    return row


def _plan(plan: NewCampaign, language: Language) -> str:
    environment = Environment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False,
        keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters["q"] = quoted
    template = (files("dxkit.press.plans") / "campaign.toml.j2").read_text("utf-8")
    tables = {code: load_language(code).plain("plan.table_figures") for code in LANGUAGES}
    return environment.from_string(template).render(
        plan=plan,
        tables=tables,
        source=language.plain("plan.source"),
        note=lambda key: _comment(language, key),
    )


def _comment(language: Language, key: str) -> str:
    lines = (
        line
        for paragraph in language.plain(f"plan.note_{key}").splitlines()
        for line in textwrap.wrap(paragraph, 98, break_long_words=False, break_on_hyphens=False)
    )
    return "\n".join(f"# {line}" for line in lines)
