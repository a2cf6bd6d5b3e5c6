"""The lists that a campaign is begun from, units and criteria, as offices keep them in a sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dxkit.model.campaign import (
    ALL_LEVELS,
    Accumulation,
    Indicator,
    IndicatorKind,
    Measure,
    MeasureKind,
    Target,
)
from dxkit.model.choices import RefusedError
from dxkit.model.text import clean, normalise, slug
from dxkit.model.units import Unit
from dxkit.report.wording.language import available_languages, load_language
from dxkit.workbooks.cells import Cell, UnreadableFileError
from dxkit.workbooks.reading import read_workbook

LEVELS = {
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
    order = list(LEVELS)
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
            return type_, next((level for level, kinds in LEVELS.items() if kind in kinds), "unit")
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
