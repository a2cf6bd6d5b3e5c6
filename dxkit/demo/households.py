"""The sheet of households: hamlets in the groups of their communes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dxkit.demo.book import (
    NUMERALS,
    SECOND,
    Book,
    finish_sheet,
    hamlet_name,
    percent_text,
    start_sheet,
    write_header,
    write_label,
    write_number,
    write_ratio,
    written_name,
)
from dxkit.demo.truth import (
    TYPED_SHARES,
)

_SHARES = ("households_digital_skills", "households_app", "households_cashless")


def write_households(made: Book) -> None:
    """Write the sheet."""
    texts = made.texts["headers"]
    widths = [6, 26, *[11] * 10, 18]
    sheet = start_sheet(made, "households", widths, made.texts["households_in_cells"])
    pair = [texts["count"], texts["ratio"]]
    row = write_header(
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
    for place, commune in enumerate(made.communes, start=1):
        name = written_name(commune.unit, place)
        write_label(made, sheet, row, NUMERALS[place], name, "group_")
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
            write_label(made, sheet, row, str(hamlet.number), hamlet_name(made, hamlet), "")
            _household_row(made, sheet, row, hamlet.counts.__getitem__, "")
            row += 1
    everybody = made.reported()
    write_label(made, sheet, row, "", made.texts["total"], "group_")
    _household_row(made, sheet, row, lambda m: sum(c.total(m) for c in everybody), "group_")
    if made.district.code == "937" and made.period.id == SECOND:
        true = sum(c.total("households_app") for c in everybody)
        wrong = f"{true + 45:,}".replace(",", ".")
        sheet.write_string(row, 5, wrong, made.formats["group_right"])
        made.odd("households", row, 5, "total_differs", true)
    finish_sheet(made, sheet, row + 1, 12)


def _household_row(
    made: Book, sheet: Any, row: int, count: Callable[[str], int], group: str
) -> None:
    households = count("households")
    write_number(made, sheet, row, 2, households, group)
    shares_typed = made.district.code == TYPED_SHARES and made.period.id == SECOND
    for place, measure in enumerate(_SHARES):
        column = 3 + 2 * place
        value = count(measure)
        if shares_typed and measure != "households_digital_skills":
            text = percent_text(value, households)
            sheet.write_string(row, column, text, made.formats[f"{group}right"])
            if not group:
                made.odd("households", row, column, "count_from_share", value)
        else:
            write_number(made, sheet, row, column, value, group)
        write_ratio(made, sheet, row, column + 1, (value, households), (column, 2), group)
    farms, sold = count("farm_households"), count("farm_households_ecommerce")
    write_number(made, sheet, row, 9, farms, group)
    write_number(made, sheet, row, 10, sold, group)
    write_ratio(made, sheet, row, 11, (sold, farms), (10, 9), group)
    sheet.write_blank(row, 12, None, made.formats["text"])
