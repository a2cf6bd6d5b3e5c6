"""The sheets with one row for each commune, and the list of initiatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dxkit.demo.book import (
    HEADER_ROW,
    SECOND,
    Book,
    finish_sheet,
    start_sheet,
    write_blank_row,
    write_header,
    write_label,
    write_number,
    write_ratio,
    written_name,
)
from dxkit.demo.truth import (
    APPROXIMATE,
    LETTER_FOR_NOUGHT,
    NOTHING_AROSE,
)
from dxkit.model.periods import split_period_id


def write_dossiers(made: Book) -> None:
    """The sheet of dossiers by month."""
    texts = made.texts["headers"]
    sheet = start_sheet(made, "dossiers", [6, 26, *[11] * 9, 18])
    pair = [texts["dossiers"], texts["dossiers_online"]]
    months = [split_period_id(part)[2] for part in made.period.parts]
    row = write_header(
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
    for place, commune in enumerate(made.communes, start=1):
        write_label(made, sheet, row, str(place), written_name(commune.unit, place), "")
        if made.silent(commune):
            write_blank_row(made, sheet, row, "dossiers", 11)
        elif commune.unit.code == NOTHING_AROSE and made.period.id == SECOND:
            for column in range(2, 11):
                sheet.write_string(row, column, made.texts["none_arose"], made.formats["right"])
            sheet.write_blank(row, 11, None, made.formats["text"])
            made.odd("dossiers", row, 2, "not_applicable")
        else:
            _dossier_row(made, sheet, row, commune.counts.__getitem__, "")
            if commune.unit.code == LETTER_FOR_NOUGHT and made.period.id == SECOND:
                arising = commune.counts["dossiers_0"]
                sheet.write_string(row, 2, f"{arising // 10}O", made.formats["right"])
                made.odd("dossiers", row, 2, "digits_repaired", arising)
        row += 1
    counted = [
        c
        for c in made.reported()
        if not (c.unit.code == NOTHING_AROSE and made.period.id == SECOND)
    ]
    write_label(made, sheet, row, "", made.texts["total"], "group_")
    _dossier_row(made, sheet, row, lambda m: sum(c.counts[m] for c in counted), "group_")
    finish_sheet(made, sheet, row + 1, 11)


def _dossier_row(made: Book, sheet: Any, row: int, count: Callable[[str], int], group: str) -> None:
    for month in range(3):
        write_number(made, sheet, row, 2 + 2 * month, count(f"dossiers_{month}"), group)
        write_number(made, sheet, row, 3 + 2 * month, count(f"dossiers_online_{month}"), group)
    arising = sum(count(f"dossiers_{month}") for month in range(3))
    online = sum(count(f"dossiers_online_{month}") for month in range(3))
    write_number(made, sheet, row, 8, arising, group)
    write_number(made, sheet, row, 9, online, group)
    write_ratio(made, sheet, row, 10, (online, arising), (9, 8), group)
    sheet.write_blank(row, 11, None, made.formats["text"])


def write_initiatives(made: Book) -> None:
    """The list of model initiatives."""
    texts = made.texts["initiatives"]
    sheet = start_sheet(made, "initiatives", [6, 42, *[20] * 6])
    headers = [made.texts["number"], *texts["headers"]]
    for column, label in enumerate(headers):
        sheet.write_string(HEADER_ROW, column, label, made.formats["header"])
    row = HEADER_ROW + 1
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
    finish_sheet(made, sheet, row, 7)


def write_teams(made: Book) -> None:
    """The sheet of the community digital teams."""
    texts = made.texts["headers"]
    sheet = start_sheet(made, "teams", [6, 26, *[13] * 6, 18])
    groups = (
        ("team_group", ("teams", "team_members")),
        ("outreach_group", ("outreach_sessions", "outreach_people")),
        ("training_group", ("training_sessions", "training_people")),
    )
    row = write_header(
        made,
        sheet,
        [
            (made.texts["number"], []),
            (made.texts["unit"], []),
            *((texts[group], [texts[measure] for measure in below]) for group, below in groups),
            (made.texts["remark"], []),
        ],
    )
    measures = [measure for _, below in groups for measure in below]
    for place, commune in enumerate(made.communes, start=1):
        write_label(made, sheet, row, str(place), written_name(commune.unit, place), "")
        if made.silent(commune):
            write_blank_row(made, sheet, row, "teams", 8)
        else:
            for column, measure in enumerate(measures, start=2):
                write_number(made, sheet, row, column, commune.counts[measure])
            if commune.unit.code == APPROXIMATE and made.period.id == SECOND:
                about = made.texts["about"].format(number=commune.counts["outreach_people"])
                sheet.write_string(row, 5, about, made.formats["right"])
                made.odd("teams", row, 5, "value_approximate", commune.counts["outreach_people"])
            sheet.write_blank(row, 8, None, made.formats["text"])
        row += 1
    write_label(made, sheet, row, "", made.texts["total"], "group_")
    for column, measure in enumerate(measures, start=2):
        write_number(
            made, sheet, row, column, sum(c.counts[measure] for c in made.reported()), "group_"
        )
    finish_sheet(made, sheet, row + 1, 8)
