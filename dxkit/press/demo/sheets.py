"""How the demonstration workbooks look: the forms of a district office, filled with the truth."""

from __future__ import annotations

import datetime
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import xlsxwriter

from dxkit.intake.text import slug
from dxkit.intake.workbook import column_letters
from dxkit.model.campaign import Campaign
from dxkit.model.periods import Period, split_period_id
from dxkit.model.units import Unit
from dxkit.press.demo.truth import (
    APPROXIMATE,
    LETTER_FOR_NOUGHT,
    NOT_REPORTED,
    NOTHING_AROSE,
    TYPED_SHARES,
    Place,
    simulate,
)

_NUMERALS = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII",
             "XIV", "XV")  # fmt: skip
_TEXT_STYLE = frozenset({"933", "937"})  # districts that type numbers as text
_SHARES = ("households_digital_skills", "households_app", "households_cashless")
_HEADER_ROW = 9  # 0-based, below the title block
_SECOND = "2022-Q4"


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
class _Book:
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
        return place.unit.code == NOT_REPORTED and self.period.id == _SECOND

    def reported(self) -> list[Place]:
        return [place for place in self.communes if not self.silent(place)]

    def odd(self, sheet: str, row: int, column: int, kind: str, value: object = "") -> None:
        cell = f"{column_letters(column + 1)}{row + 1}"
        name = self.texts["sheets"][sheet]
        self.oddities.append(Oddity(self.period.id, self.file, name, cell, kind, str(value)))


def write_demonstration(
    campaign: Campaign, census: Mapping[str, int], folder: Path, seed: int = 124
) -> tuple[Oddity, ...]:
    """Write ``folder/<period>/<district>.xlsx`` for every district and both quarters.

    The same seed gives the same bytes. Returns what is deliberately odd, cell by cell.
    """
    texts = tomllib.loads((files("dxkit.press.demo") / "texts.toml").read_text("utf-8"))
    found: list[Oddity] = []
    for period_id, places in simulate(campaign, census, seed).items():
        period = campaign.period(period_id)
        for district in campaign.units.on(period.last_day).at_level("district"):
            mine = [place for place in places if place.unit.parent_code == district.code]
            file = f"{district.code}-{slug(district.name)}.xlsx"
            found += _write(campaign, texts, period, district, mine, folder / period_id / file)
    return tuple(found)


def _write(
    campaign: Campaign,
    texts: Mapping[str, Any],
    period: Period,
    district: Unit,
    communes: list[Place],
    path: Path,
) -> list[Oddity]:
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    book = xlsxwriter.Workbook(scratch, {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": datetime.datetime.combine(period.last_day, datetime.time())})
    made = _Book(book, _formats(book), texts, campaign, period, district, path.name, communes)
    for write in (_households, _dossiers, _initiatives, _teams):
        write(made)
    book.close()
    os.replace(scratch, path)
    return made.oddities


def _formats(book: Any) -> dict[str, Any]:
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


def _start(made: _Book, key: str, last_column: int, unit: str = "") -> Any:
    """A sheet with the block above the table."""
    texts, formats = made.texts, made.formats
    sheet = made.book.add_worksheet(texts["sheets"][key])
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    half = last_column // 2
    first, last = (
        day.strftime("%d/%m/%Y") for day in (made.period.first_day, made.period.last_day)
    )
    year, _, quarter = split_period_id(made.period.id)
    numeral = _NUMERALS[quarter]
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


def _finish(made: _Book, sheet: Any, row: int, last_column: int) -> None:
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


def _header(made: _Book, sheet: Any, groups: list[tuple[str, list[str]]]) -> int:
    """The two header rows and the row of column numbers; returns the first row below."""
    column = 0
    header = made.formats["header"]
    for label, below in groups:
        if not below:
            sheet.merge_range(_HEADER_ROW, column, _HEADER_ROW + 1, column, label, header)
            column += 1
            continue
        if len(below) > 1:
            sheet.merge_range(
                _HEADER_ROW, column, _HEADER_ROW, column + len(below) - 1, label, header
            )
        for sub_label in below:
            sheet.write_string(_HEADER_ROW + 1, column, sub_label, header)
            column += 1
    for number in range(column):
        sheet.write_string(_HEADER_ROW + 2, number, f"({number + 1})", made.formats["number_row"])
    sheet.set_row(_HEADER_ROW, 34)
    return _HEADER_ROW + 3


def _number(made: _Book, sheet: Any, row: int, column: int, value: int, group: str = "") -> None:
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


def _ratio(
    made: _Book,
    sheet: Any,
    row: int,
    column: int,
    parts: tuple[int, int],
    columns: tuple[int, int],
    group: str = "",
) -> None:
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


def _households(made: _Book) -> None:
    texts = made.texts["headers"]
    sheet = _start(made, "households", 12, made.texts["households_in_cells"])
    pair = [texts["count"], texts["ratio"]]
    row = _header(
        made,
        sheet,
        [
            (made.texts["number"], []),
            (made.texts["unit"], []),
            (texts["households"], []),
            *((texts[measure], pair) for measure in _SHARES),
            (
                texts["farm"],
                [texts["farm_households"], texts["farm_households_ecommerce"], texts["ratio"]],
            ),
            (made.texts["remark"], []),
        ],
    )
    sheet.set_column(0, 0, 6)
    sheet.set_column(1, 1, 26)
    sheet.set_column(2, 11, 11)
    sheet.set_column(12, 12, 18)
    for place, commune in enumerate(made.communes, start=1):
        _label(made, sheet, row, _NUMERALS[place], _written(commune.unit, place), "group_")
        if made.silent(commune):
            for column in range(2, 12):
                sheet.write_blank(row, column, None, made.formats["group_count"])
            sheet.write_string(row, 12, made.texts["not_reported"], made.formats["text"])
            made.odd("households", row, 1, "not_reported")
            row += 1
            continue
        _household_row(made, sheet, row, commune.total, "group_")
        row += 1
        for hamlet in commune.hamlets:
            _label(made, sheet, row, str(hamlet.number), _hamlet_name(made, hamlet), "")
            _household_row(made, sheet, row, hamlet.counts.__getitem__, "")
            row += 1
    everybody = made.reported()
    _label(made, sheet, row, "", made.texts["total"], "group_")
    _household_row(made, sheet, row, lambda m: sum(c.total(m) for c in everybody), "group_")
    if made.district.code == "937" and made.period.id == _SECOND:
        true = sum(c.total("households_app") for c in everybody)
        wrong = f"{true + 45:,}".replace(",", ".")
        sheet.write_string(row, 5, wrong, made.formats["group_right"])
        made.odd("households", row, 5, "total_differs", true)
    _finish(made, sheet, row + 1, 12)


def _household_row(
    made: _Book, sheet: Any, row: int, count: Callable[[str], int], group: str
) -> None:
    households = count("households")
    _number(made, sheet, row, 2, households, group)
    shares_typed = made.district.code == TYPED_SHARES and made.period.id == _SECOND
    for place, measure in enumerate(_SHARES):
        column = 3 + 2 * place
        value = count(measure)
        if shares_typed and measure != "households_digital_skills":
            text = percent_text(value, households)
            sheet.write_string(row, column, text, made.formats[f"{group}right"])
            if not group:
                made.odd("households", row, column, "count_from_share", value)
        else:
            _number(made, sheet, row, column, value, group)
        _ratio(made, sheet, row, column + 1, (value, households), (column, 2), group)
    farms, sold = count("farm_households"), count("farm_households_ecommerce")
    _number(made, sheet, row, 9, farms, group)
    _number(made, sheet, row, 10, sold, group)
    _ratio(made, sheet, row, 11, (sold, farms), (10, 9), group)
    sheet.write_blank(row, 12, None, made.formats["text"])


def _label(made: _Book, sheet: Any, row: int, number: str, name: str, group: str) -> None:
    sheet.write_string(row, 0, number, made.formats[f"{group}index"])
    sheet.write_string(row, 1, name, made.formats[f"{group}text"])


def _hamlet_name(made: _Book, hamlet: Place) -> str:
    ward = hamlet.unit.type == made.texts["ward"]
    return made.texts["quarter_of_ward" if ward else "hamlet"].format(number=hamlet.number)


def _written(unit: Unit, place: int) -> str:
    """The name as offices write it: most in full, some shortened, some with stray blanks."""
    words = unit.type.split()
    if place % 5 == 3 and len(words) > 1:
        return f"{''.join(word[0] for word in words).upper()}. {unit.bare_name}"
    if place % 5 == 4:
        return f" {unit.name} "
    return unit.name


def _dossiers(made: _Book) -> None:
    texts = made.texts["headers"]
    sheet = _start(made, "dossiers", 11)
    pair = [texts["dossiers"], texts["dossiers_online"]]
    months = [split_period_id(part)[2] for part in made.period.parts]
    row = _header(
        made,
        sheet,
        [
            (made.texts["number"], []),
            (made.texts["unit"], []),
            *((texts["month"].format(month=month), pair) for month in months),
            (texts["whole"], [*pair, texts["ratio"]]),
            (made.texts["remark"], []),
        ],
    )
    sheet.set_column(0, 0, 6)
    sheet.set_column(1, 1, 26)
    sheet.set_column(2, 10, 11)
    sheet.set_column(11, 11, 18)
    for place, commune in enumerate(made.communes, start=1):
        _label(made, sheet, row, str(place), _written(commune.unit, place), "")
        if made.silent(commune):
            _blank_row(made, sheet, row, "dossiers", 11)
        elif commune.unit.code == NOTHING_AROSE and made.period.id == _SECOND:
            for column in range(2, 11):
                sheet.write_string(row, column, made.texts["none_arose"], made.formats["right"])
            sheet.write_blank(row, 11, None, made.formats["text"])
            made.odd("dossiers", row, 2, "not_applicable")
        else:
            _dossier_row(made, sheet, row, commune.counts.__getitem__, "")
            if commune.unit.code == LETTER_FOR_NOUGHT and made.period.id == _SECOND:
                arising = commune.counts["dossiers_0"]
                sheet.write_string(row, 2, f"{arising // 10}O", made.formats["right"])
                made.odd("dossiers", row, 2, "digits_repaired", arising)
        row += 1
    counted = [
        c
        for c in made.reported()
        if not (c.unit.code == NOTHING_AROSE and made.period.id == _SECOND)
    ]
    _label(made, sheet, row, "", made.texts["total"], "group_")
    _dossier_row(made, sheet, row, lambda m: sum(c.counts[m] for c in counted), "group_")
    _finish(made, sheet, row + 1, 11)


def _dossier_row(
    made: _Book, sheet: Any, row: int, count: Callable[[str], int], group: str
) -> None:
    for month in range(3):
        _number(made, sheet, row, 2 + 2 * month, count(f"dossiers_{month}"), group)
        _number(made, sheet, row, 3 + 2 * month, count(f"dossiers_online_{month}"), group)
    arising = sum(count(f"dossiers_{month}") for month in range(3))
    online = sum(count(f"dossiers_online_{month}") for month in range(3))
    _number(made, sheet, row, 8, arising, group)
    _number(made, sheet, row, 9, online, group)
    _ratio(made, sheet, row, 10, (online, arising), (9, 8), group)
    sheet.write_blank(row, 11, None, made.formats["text"])


def _blank_row(made: _Book, sheet: Any, row: int, key: str, last_column: int) -> None:
    for column in range(2, last_column):
        sheet.write_blank(row, column, None, made.formats["count"])
    sheet.write_string(row, last_column, made.texts["not_reported"], made.formats["text"])
    made.odd(key, row, 1, "not_reported")


def _initiatives(made: _Book) -> None:
    texts = made.texts["initiatives"]
    sheet = _start(made, "initiatives", 7)
    headers = [made.texts["number"], *texts["headers"]]
    for column, label in enumerate(headers):
        sheet.write_string(_HEADER_ROW, column, label, made.formats["header"])
    sheet.set_column(0, 0, 6)
    sheet.set_column(1, 1, 42)
    sheet.set_column(2, 7, 20)
    row = _HEADER_ROW + 1
    number = 0
    for commune in made.reported():
        for choice, households, start in commune.initiatives:
            number += 1
            name, subject, aim = texts["rows"][choice]
            fields = [str(number), name, commune.unit.name, subject, start, aim, str(households),
                      texts["evidence"]]  # fmt: skip
            for column, text in enumerate(fields):
                style = "index" if column in (0, 4, 6) else "text"
                sheet.write_string(row, column, text, made.formats[style])
            row += 1
    _finish(made, sheet, row, 7)


def _teams(made: _Book) -> None:
    texts = made.texts["headers"]
    sheet = _start(made, "teams", 8)
    groups = (
        ("team_group", ("teams", "team_members")),
        ("outreach_group", ("outreach_sessions", "outreach_people")),
        ("training_group", ("training_sessions", "training_people")),
    )
    row = _header(
        made,
        sheet,
        [
            (made.texts["number"], []),
            (made.texts["unit"], []),
            *((texts[group], [texts[measure] for measure in below]) for group, below in groups),
            (made.texts["remark"], []),
        ],
    )
    sheet.set_column(0, 0, 6)
    sheet.set_column(1, 1, 26)
    sheet.set_column(2, 7, 13)
    sheet.set_column(8, 8, 18)
    measures = [measure for _, below in groups for measure in below]
    for place, commune in enumerate(made.communes, start=1):
        _label(made, sheet, row, str(place), _written(commune.unit, place), "")
        if made.silent(commune):
            _blank_row(made, sheet, row, "teams", 8)
        else:
            for column, measure in enumerate(measures, start=2):
                _number(made, sheet, row, column, commune.counts[measure])
            if commune.unit.code == APPROXIMATE and made.period.id == _SECOND:
                about = made.texts["about"].format(number=commune.counts["outreach_people"])
                sheet.write_string(row, 5, about, made.formats["right"])
                made.odd("teams", row, 5, "value_approximate", commune.counts["outreach_people"])
            sheet.write_blank(row, 8, None, made.formats["text"])
        row += 1
    _label(made, sheet, row, "", made.texts["total"], "group_")
    for column, measure in enumerate(measures, start=2):
        _number(made, sheet, row, column, sum(c.counts[measure] for c in made.reported()), "group_")
    _finish(made, sheet, row + 1, 8)
