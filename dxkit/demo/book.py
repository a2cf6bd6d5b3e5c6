"""A demonstration workbook while it is written, and what all its sheets share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from dxkit.demo.truth import (
    NOT_REPORTED,
    TYPED_SHARES,
    Place,
)
from dxkit.model.addresses import column_letters
from dxkit.model.campaign import Campaign
from dxkit.model.periods import Period, split_period_id
from dxkit.model.units import Unit

NUMERALS = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII",
             "XIV", "XV")  # fmt: skip
_TEXT_STYLE = frozenset({"933", "937"})  # districts that type numbers as text
HEADER_ROW = 9  # 0-based, below the title block
SECOND = "2022-Q4"


@dataclass(frozen=True, slots=True)
class Oddity:
    """One cell that is deliberately odd. ``value`` is what it truly means."""

    period: str
    file: str
    sheet: str
    cell: str
    kind: str
    value: str = ""


@dataclass
class Book:
    """One workbook being written."""

    book: Any
    formats: dict[str, Any]
    texts: Mapping[str, Any]
    campaign: Campaign
    period: Period
    district: Unit
    file: str
    communes: list[Place]
    oddities: list[Oddity] = field(default_factory=list)

    @property
    def typed_as_text(self) -> bool:
        return self.district.code in _TEXT_STYLE

    def silent(self, place: Place) -> bool:
        """Whether a commune has not reported."""
        return place.unit.code == NOT_REPORTED and self.period.id == SECOND

    def reported(self) -> list[Place]:
        return [place for place in self.communes if not self.silent(place)]

    def odd(self, sheet: str, row: int, column: int, kind: str, value: object = "") -> None:
        cell = f"{column_letters(column + 1)}{row + 1}"
        name = self.texts["sheets"][sheet]
        self.oddities.append(Oddity(self.period.id, self.file, name, cell, kind, str(value)))


def formats_of(book: Any) -> dict[str, Any]:
    """The looks of all cells of a workbook, by name."""
    base = {"font_name": "Times New Roman", "font_size": 12, "valign": "vcenter"}
    boxed = {**base, "border": 1}
    center = {"align": "center"}
    return {
        "center": book.add_format({**base, **center}),
        "bold": book.add_format({**base, **center, "bold": True}),
        "title": book.add_format({**base, **center, "bold": True, "font_size": 14}),
        "italic": book.add_format({**base, **center, "italic": True}),
        "warning": book.add_format({**base, **center, "bold": True, "font_color": "#C00000"}),
        "header": book.add_format({**boxed, **center, "bold": True, "text_wrap": True}),
        "number_row": book.add_format({**boxed, **center, "italic": True, "font_size": 10}),
        "text": book.add_format({**boxed, "text_wrap": True}),
        "index": book.add_format({**boxed, **center}),
        "count": book.add_format({**boxed, "num_format": "#,##0"}),
        "ratio": book.add_format({**boxed, "num_format": "0.0"}),
        "right": book.add_format({**boxed, "align": "right"}),
        "group_text": book.add_format({**boxed, "bold": True, "text_wrap": True}),
        "group_index": book.add_format({**boxed, **center, "bold": True}),
        "group_count": book.add_format({**boxed, "bold": True, "num_format": "#,##0"}),
        "group_ratio": book.add_format({**boxed, "bold": True, "num_format": "0.0"}),
        "group_right": book.add_format({**boxed, "bold": True, "align": "right"}),
        "note": book.add_format({**base, "italic": True}),
        "sign": book.add_format({**base, **center, "bold": True, "text_wrap": True}),
    }


def start_sheet(made: Book, key: str, widths: Sequence[int], unit: str = "") -> Any:
    """A sheet with the block above a table whose columns have these widths."""
    texts, formats, last_column = made.texts, made.formats, len(widths) - 1
    sheet = made.book.add_worksheet(texts["sheets"][key])
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    half = last_column // 2
    first, last = (
        day.strftime("%d/%m/%Y") for day in (made.period.first_day, made.period.last_day)
    )
    year, _, quarter = split_period_id(made.period.id)
    numeral = NUMERALS[quarter]
    merged: list[tuple[int, int, int, str, str]] = [
        (0, 0, half, f"{texts['committee']} {made.district.name.upper()}", "center"),
        (0, half + 1, last_column, texts["nation"], "bold"),
        (1, 0, half, texts["office"], "bold"),
        (1, half + 1, last_column, texts["motto"], "bold"),
        (3, 0, last_column, texts["titles"][key], "title"),
        (
            4,
            0,
            last_column,
            texts["period"].format(numeral=numeral, year=year, first=first, last=last),
            "bold",
        ),
        (5, 0, last_column, texts["attached"], "italic"),
        (
            6,
            0,
            last_column,
            texts["simulated"].format(marker=made.campaign.simulated_marker),
            "warning",
        ),
    ]
    for row, left, right, text, style in merged:
        sheet.merge_range(row, left, row, right, text, formats[style])
    if unit:
        text = texts["unit_of_count"].format(unit=unit)
        sheet.write_string(7, last_column, text, formats["italic"])
    return sheet


def finish_sheet(made: Book, sheet: Any, row: int, last_column: int) -> None:
    """Notes, date and signatures below the table."""
    texts, formats = made.texts, made.formats
    last = made.period.last_day.strftime("%d/%m/%Y")
    sheet.write_string(row + 1, 0, texts["notes"].format(last=last), formats["note"])
    half = last_column // 2
    year = made.period.last_day.year
    date_line = texts["date_line"].format(year=year)
    sheet.merge_range(row + 3, half + 1, row + 3, last_column, date_line, formats["italic"])
    sheet.merge_range(row + 4, 0, row + 4, half, texts["prepared_by"], formats["sign"])
    sheet.merge_range(row + 4, half + 1, row + 4, last_column, texts["signed_for"], formats["sign"])
    sheet.merge_range(row + 5, half + 1, row + 5, last_column, texts["signed_by"], formats["sign"])
    sheet.set_row(row + 5, 34)


def write_header(made: Book, sheet: Any, groups: list[tuple[str, list[str]]]) -> int:
    """The two header rows and the row of column numbers; returns the first row below."""
    column = 0
    header = made.formats["header"]
    for label, below in groups:
        if not below:
            sheet.merge_range(HEADER_ROW, column, HEADER_ROW + 1, column, label, header)
            column += 1
            continue
        if len(below) > 1:
            sheet.merge_range(
                HEADER_ROW, column, HEADER_ROW, column + len(below) - 1, label, header
            )
        for sub_label in below:
            sheet.write_string(HEADER_ROW + 1, column, sub_label, header)
            column += 1
    for number in range(column):
        sheet.write_string(HEADER_ROW + 2, number, f"({number + 1})", made.formats["number_row"])
    sheet.set_row(HEADER_ROW, 34)
    return HEADER_ROW + 3


def write_number(
    made: Book, sheet: Any, row: int, column: int, value: int, group: str = ""
) -> None:
    if made.typed_as_text:
        sheet.write_string(
            row, column, f"{value:,}".replace(",", "."), made.formats[f"{group}right"]
        )
    else:
        sheet.write_number(row, column, value, made.formats[f"{group}count"])


def percent_text(part: int, whole: int) -> str:
    """A share as an office types it: "62,5%", rounded half up to one decimal."""
    share = (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{share}%".replace(".", ",")


def write_ratio(
    made: Book,
    sheet: Any,
    row: int,
    column: int,
    parts: tuple[int, int],
    columns: tuple[int, int],
    group: str = "",
) -> None:
    """The share of two cells of the row: a formula, or typed where the district types shares."""
    part, whole = parts
    if not whole:
        sheet.write_string(row, column, "-", made.formats[f"{group}right"])
    elif made.typed_as_text or made.district.code == TYPED_SHARES:
        sheet.write_string(row, column, percent_text(part, whole), made.formats[f"{group}right"])
    else:
        cells = [f"{column_letters(number + 1)}{row + 1}" for number in columns]
        formula = f"=ROUND({cells[0]}/{cells[1]}*100,1)"
        value = float(percent_text(part, whole)[:-1].replace(",", "."))
        sheet.write_formula(row, column, formula, made.formats[f"{group}ratio"], value)


def write_label(made: Book, sheet: Any, row: int, number: str, name: str, group: str) -> None:
    """The row number and the name of a unit."""
    sheet.write_string(row, 0, number, made.formats[f"{group}index"])
    sheet.write_string(row, 1, name, made.formats[f"{group}text"])


def hamlet_name(made: Book, hamlet: Place) -> str:
    """The name of a hamlet, or of a quarter in a ward."""
    ward = hamlet.unit.type == made.texts["ward"]
    name: str = made.texts["quarter_of_ward" if ward else "hamlet"].format(number=hamlet.number)
    return name


def written_name(unit: Unit, place: int) -> str:
    """The name as offices write it: most in full, some shortened, some with stray blanks."""
    words = unit.type.split()
    if place % 5 == 3 and len(words) > 1:
        return f"{''.join(word[0] for word in words).upper()}. {unit.bare_name}"
    if place % 5 == 4:
        return f" {unit.name} "
    return unit.name


def write_blank_row(made: Book, sheet: Any, row: int, key: str, last_column: int) -> None:
    """The row of a commune that has not reported."""
    for column in range(2, last_column):
        sheet.write_blank(row, column, None, made.formats["count"])
    sheet.write_string(row, last_column, made.texts["not_reported"], made.formats["text"])
    made.odd(key, row, 1, "not_reported")
