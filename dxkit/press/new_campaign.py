"""A campaign that is begun: the lists of units and criteria that it is begun from, as offices keep
them in a sheet, and its folder, which loads and says in its comments what each key is.
"""

from __future__ import annotations

import os
import tempfile
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from dxkit.campaign.folder import load_campaign, quoted
from dxkit.campaign.plan_files import LANGUAGES, columns_of
from dxkit.campaign.reader import PLAN_FILE
from dxkit.model.campaign import (
    ALL_LEVELS,
    Accumulation,
    Campaign,
    Indicator,
    IndicatorKind,
    Level,
    Measure,
    MeasureKind,
    Target,
)
from dxkit.model.choices import RefusedError
from dxkit.model.keys import PerLanguage, fields_of
from dxkit.model.periods import Period
from dxkit.model.text import clean, normalise, slug
from dxkit.model.units import Unit
from dxkit.report.wording.language import Language, available_languages, load_language
from dxkit.workbooks.atomic import rename, write_text
from dxkit.workbooks.cells import Cell, UnreadableFileError
from dxkit.workbooks.csv_text import write_rows
from dxkit.workbooks.reading import read_workbook

_LEVELS = {
    "province": (),
    "district": ("quan", "huyen", "thi-xa", "thanh-pho"),
    "commune": ("xa", "phuong", "thi-tran", "dac-khu"),
    "unit": (),
    "hamlet": ("khu-vuc", "khom", "khu-pho", "to-dan-pho", "ap", "thon", "ban", "buon"),
}
"""The levels that a new plan may have, from the top down, with the types of their units. Units of
any other type are of the level ``unit``.
"""
OF_UNITS = ("unit", "code", "parent")
OF_CRITERIA = ("criterion", "numerator", "denominator", "target", "points")
"""The columns of each list; every row has something in the first."""
_POINTS = 10.0
_LONGEST_ID = 40


@dataclass(frozen=True)
class Line:
    """A row of a list: its cells by column, and where it stands."""

    at: str
    cells: Mapping[str, Cell]

    def text(self, column: str) -> str:
        """What stands in a column."""
        return clean(self.cells[column].text) if column in self.cells else ""

    def number(self, column: str, is_share: bool = False) -> float | None:
        """The number in a column, a share as a fraction of one. Raises RefusedError."""
        text = self.text(column).replace(" ", "").replace(",", ".")
        if not text:
            return None
        try:
            number = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            raise self.error("list_no_number", column) from None
        return number / 100 if is_share and number > 1 else number

    def error(self, reason: str, column: str) -> RefusedError:
        """That something is wrong in a column."""
        return RefusedError(reason, at=self.at, text=self.text(column))


def read_list(path: Path, columns: Sequence[str]) -> list[Line]:
    """The rows below the first one that has a heading of the first of the ``columns``. Raises
    RefusedError.
    """
    try:
        book = read_workbook(path, path.name)
    except UnreadableFileError as error:
        raise RefusedError("list_unreadable", text=path) from error
    headings = {
        normalise(heading): column
        for code in available_languages()
        for column in columns
        for heading in load_language(code).template(f"plan.heading_{column}").split("|")
    }
    for sheet in book.sheets:
        for row, cells in sheet.rows.items():
            named = {headings.get(normalise(c.text), ""): c.column for c in cells[::-1]}
            if columns[0] in named:
                below = (
                    Line(
                        f"{path.name} › {sheet.name}, {r}" if sheet.name else f"{path.name}, {r}",
                        {n: sheet.cells[r, c] for n, c in named.items() if (r, c) in sheet.cells},
                    )
                    for r in sheet.rows
                    if r > row
                )
                if found := [line for line in below if line.text(columns[0])]:
                    return found
    raise RefusedError(f"list_without_{columns[0]}", text=path)


def units_of(lines: Sequence[Line], province: str) -> list[Unit]:
    """The units of a list below a province. Each stands in the unit that its row names by code or
    name; where that is left out, in the last one above it in the list that is of a higher level.
    Raises RefusedError.
    """
    own = [line for line in lines if normalise(line.text("unit")) == normalise(province)]
    top = Unit(own[0].text("code") if own else "00", province, _type_of(province)[0], "province")
    found = {top.code: top}
    order = list(_LEVELS)
    for number, line in enumerate((line for line in lines if line not in own), start=1):
        name, code = line.text("unit"), line.text("code") or f"{number:02}"
        if code in found:
            raise line.error("unit_twice", "code")
        type_, level = _type_of(name)
        above = [u for u in found.values() if order.index(u.level) < order.index(level)]
        if wanted := line.text("parent"):
            above = [u for u in above if wanted == u.code or normalise(wanted) == normalise(u.name)]
        elif level == "unit":
            above = [top]
        if not above:
            raise line.error("list_no_parent", "parent")
        found[code] = Unit(code, name, type_, level, above[-1].code)
    if len(found) == 1:
        raise RefusedError("list_only_top", text=province)
    return list(found.values())


def _type_of(name: str) -> tuple[str, str]:
    """The type that a name begins with, as it is written there, and the level of such units."""
    words = load_language("vi").sections["unit_type"]
    for kind, word in sorted(words.items(), key=lambda item: -len(item[1])):
        if normalise(name).startswith(f"{normalise(word)} "):
            type_ = " ".join(name.split()[: len(word.split())])
            return type_, next((level for level, kinds in _LEVELS.items() if kind in kinds), "unit")
    return "", "unit"


@dataclass(frozen=True)
class Criteria:
    """What is judged, by which measures, with the targets of the first period."""

    measures: Sequence[Measure]
    indicators: Sequence[Indicator]
    targets: Sequence[Target]


def criteria_of(lines: Sequence[Line], level: str, period: str, source: str) -> Criteria:
    """The criteria of a list: each a share of what two columns of the workbooks hold, or a count of
    one. What the list does not say is assumed: ten points for each, and figures that are the state
    at the end of a period. Raises RefusedError.
    """
    taken = {"total"}
    measures: dict[str, Measure] = {}  # by heading
    indicators, targets = list[Indicator](), list[Target]()

    def measure(heading: str, whole: str = "") -> str:
        key = normalise(heading)
        if key not in measures:
            headers = (clean(heading.replace("|", " ").replace(">", " ")),)
            measures[key] = Measure(
                _id_of(heading, taken), _both(heading), _both(""), MeasureKind.COUNT,
                Accumulation.STOCK, level, "figures", headers, whole,
            )  # fmt: skip
        elif whole and not measures[key].whole:
            measures[key] = replace(measures[key], whole=whole)
        return measures[key].id

    for line in lines:
        of, part = line.text("denominator"), line.text("numerator")
        if not part:
            raise line.error("list_no_numerator", "criterion")
        whole = measure(of) if of else ""
        counted = measure(part, whole)
        target, points = line.number("target", is_share=bool(of)), line.number("points")
        scoring = "ratio_to_target" if target is not None else "share" if of else "none"
        points = 0.0 if scoring == "none" else _POINTS if points is None else points
        named = _both(line.text("criterion"))
        name = _id_of(line.text("criterion"), taken)
        kind = IndicatorKind.RATIO if of else IndicatorKind.COUNT
        indicators.append(
            Indicator(name, named, named, kind, counted, whole, 1, int(bool(of)), points, scoring,
                      {}, source, assumed=True)
        )  # fmt: skip
        if target is not None:
            targets.append(Target(name, ALL_LEVELS, period, target, source, assumed=True))
    if not any(indicator.max_points for indicator in indicators):
        raise RefusedError("list_without_points")
    return Criteria([*measures.values()], indicators, targets)


def _both(text: str) -> dict[str, str]:
    return dict.fromkeys(("vi", "en"), text)


def _id_of(text: str, taken: set[str]) -> str:
    """An id made of a name's words, which no other has; it is taken from now on."""
    words = slug(text).replace("-", "_") or "x"
    short = words[:_LONGEST_ID].rpartition("_")[0] if len(words) > _LONGEST_ID else words
    found, number = short or words[:_LONGEST_ID], 1
    while found in taken:
        number += 1
        found = f"{short}_{number}"
    taken.add(found)
    return found


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
    used: dict[str, dict[str, None]] = {name: {} for name in _LEVELS}
    known = set()
    for unit in units:
        known.add(unit.level)
        used[unit.level] |= {unit.type: None} if unit.type else {}
    is_open = with_hamlets and "hamlet" not in known
    if is_open:
        words = load_language("vi").sections["unit_type"]
        used["hamlet"] = {words[kind].capitalize(): None for kind in _LEVELS["hamlet"]}
        known.add("hamlet")
    words_of = {code: load_language(code) for code in LANGUAGES}
    return [
        Level(
            name,
            {code: language.plain(f"plan.level_{name}") for code, language in words_of.items()},
            is_open and name == "hamlet",
            tuple(used[name]),
        )
        for name in _LEVELS
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
    template = (files("dxkit.press") / "campaign.toml.j2").read_text("utf-8")
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
