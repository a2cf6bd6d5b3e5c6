"""Troubles that a table may have besides how its cells are written, and layouts that only an entry
of layouts.toml describes.
"""

from __future__ import annotations

import copy
import random
from dataclasses import replace

from dxkit.model.campaign import SheetLayout
from tests.intake.generated.layouts import (
    PERIOD,
    QUARTER_FIELDS,
    TEAM_FIELDS,
    Field,
    Place,
    Sheet,
)
from tests.intake.generated.meaning import Figure, Office, Page, Reading, Written
from tests.intake.generated.writings import write_figure, write_name

_OF_ITS_ROW = {"part of whole", "share", "share of many", "ditto"}  # read by cells beside or above


def _unclear(figure: Figure, content: object, pattern: str) -> Figure:
    return replace(figure, written=Written(content, Reading.UNCLEAR, None, pattern))


def _is_plain(sheet: Sheet) -> bool:
    """Whether a table has one row of labels, one column of names, and nothing beside figures."""
    return (
        sheet.is_simple
        and len(sheet.header_rows) == 1
        and sheet.name_columns == 1
        and not any(slot.beside for slot in sheet.slots)
    )


def _insert_column(sheet: Sheet, at: int) -> None:
    """Move everything from a column on one to the right."""
    page = sheet.page
    page.texts = {(r, c + (c >= at)): text for (r, c), text in page.texts.items()}
    page.merged = [(t, f + (f >= at), b, e + (e >= at)) for t, f, b, e in page.merged]
    page.figures = [
        replace(f, cell=(f.cell[0], f.cell[1] + (f.cell[1] >= at))) for f in page.figures
    ]


def names_between_figures(dice: random.Random, sheet: Sheet) -> None:
    """A further column of names without a label, in another order: figures on its right are of the
    units that it names.
    """
    figures, rows = sheet.page.figures, sheet.unit_rows
    of_rows = any(f.written.pattern in _OF_ITS_ROW for f in figures)
    if (
        not _is_plain(sheet)
        or of_rows
        or len(rows) < 3
        or sheet.has_sub_rows
        or sheet.has_groups
        or len(sheet.slots) < 2
    ):
        return
    at = sheet.column(dice.randrange(1, len(sheet.slots)))
    _insert_column(sheet, at)
    shifted = {row: rows[(n + 1) % len(rows)][1] for n, (row, _) in enumerate(rows)}
    for row, place in shifted.items():
        sheet.page.texts[row, at] = place.name
    sheet.page.figures = [
        replace(f, unit=shifted[f.cell[0]].code, name_cell=(f.cell[0], at), unit_clear=True)
        if f.cell[1] > at
        else f
        for f in sheet.page.figures
    ]


def moved_rows(dice: random.Random, sheet: Sheet) -> None:
    """A row whose figures stand one cell too far to the right, the last among the remarks."""
    last = sheet.column(len(sheet.slots))
    for row, _ in sheet.unit_rows:
        figures = [f for f in sheet.page.figures if f.cell[0] == row]
        plain = all(f.written.pattern == "number" for f in figures)
        if sheet.extra != "Ghi chú" or not plain or (row, last) in sheet.page.texts:
            continue
        contents = {
            f.cell[1]: f.written.content for f in figures
        } | {c: text for (r, c), text in sheet.page.texts.items()
             if r == row and sheet.column(0) <= c < last}  # fmt: skip
        for column in range(sheet.column(0), last):
            sheet.page.texts.pop((row, column), None)
        sheet.page.texts |= {
            (row, column + 1): content
            for column, content in contents.items()
            if not any(f.cell[1] == column + 1 for f in figures)
        }
        sheet.page.figures = [
            _unclear(f, contents.get(f.cell[1] - 1), "moved row") if f in figures else f
            for f in sheet.page.figures
        ]
        return


def old_block_beside(dice: random.Random, sheet: Sheet) -> None:
    """A block of another quarter on the right, with a title of its own."""
    top = sheet.header_rows.start
    if top < 2 or len(sheet.header_rows) != 1 or not sheet.is_simple:
        return
    left = max(column for _, column in (*sheet.page.texts, *(f.cell for f in sheet.page.figures)))
    left += dice.choice([2, 3])
    title = (top - 1, left)
    if not any("IV" in str(text) or "Q4" in str(text) for text in sheet.page.texts.values()):
        sheet.put(top - 1, sheet.first_column, "Quý IV năm 2022")  # or both could be the old one's
    sheet.put(*title, dice.choice(["Quý III năm 2022", "Số liệu quý IV năm 2021", "Quý II/2022"]))
    sheet.put(top, left, "STT")
    sheet.put(top, left + 1, "Đơn vị")
    field = sheet.fields[0]
    for depth, label in enumerate(field.labels):
        sheet.put(top + depth, left + 2, label)
    for number, (row, place) in enumerate(sheet.unit_rows, start=1):
        sheet.put(row, left, number)
        sheet.put(row, left + 1, place.name)
        written = Written(dice.randint(20, 4000), Reading.UNCLEAR, None, "block of another quarter")
        sheet.page.figures.append(
            Figure(sheet.page.name, (row, left + 2), place.code, field.measure, field.period,
                   written, title)
        )  # fmt: skip


def marks_below_a_merged_label(dice: random.Random, sheet: Sheet) -> None:
    """A label merged over a column of figures and one of marks beside it."""
    if not _is_plain(sheet):
        return
    position = dice.randrange(len(sheet.slots))
    figures = sheet.column(position)
    marks = figures + dice.choice([0, 1])
    _insert_column(sheet, marks)
    row = sheet.header_rows.start
    sheet.page.texts[row, figures] = sheet.page.texts.pop(
        (row, figures + (marks == figures)), None
    ) or sheet.page.texts.get((row, figures))
    sheet.page.merged.append((row, figures, row, figures + 1))
    sheet.page.needs_merged = True
    for unit_row, _ in sheet.unit_rows:
        if dice.random() < 0.3:
            mark = dice.choice(["(1)", "(2)", "*", "**", "a)", "đã kiểm tra", "số ước"])
            sheet.page.texts[unit_row, marks] = mark


def second_sheet(dice: random.Random, office: Office) -> None:
    """Sometimes an old copy of the sheet; where figures differ nobody knows which are right."""
    if dice.random() > 0.2:
        return
    (page,) = office.pages
    other = copy.deepcopy(page)
    other.name, other.is_copy = dice.choice(["Bản cũ", "Sheet2", "Lưu"]), True
    numbers = [
        n for n, f in enumerate(page.figures)
        if f.written.pattern == "number" and f.unit_clear and f.written.reading is Reading.CLEAR
    ]  # fmt: skip
    differing = dice.sample(numbers, min(len(numbers), dice.choice([0, 0, 1, 3])))
    other.texts |= {
        f.cell: f.written.content for f in other.figures if f.written.content is not None
    }
    kept = []
    for n in differing:
        figure = page.figures[n]
        content = figure.written.content
        if dice.random() < 0.3:
            page.figures[n] = _unclear(figure, "#REF!", "error")
        else:
            page.figures[n] = _unclear(figure, content, "differs on a second sheet")
            content = int(str(content)) + dice.randint(1, 50)
        other.texts.pop(figure.cell)
        kept.append(replace(_unclear(figure, content, "second sheet"), sheet=other.name))
    other.figures = kept
    office.pages.append(other)


def amounts(
    dice: random.Random, places: tuple[Place, ...], office: str
) -> tuple[Page, SheetLayout]:
    """An amount with decimals, in kg or in tonnes, of which each column has one decimal mark."""
    page, top = Page("Rác"), 0
    in_tonnes, mark = dice.random() < 0.4, dice.choice([",", ".", ""])
    top = _title(dice, page, office)
    unit = "tấn" if in_tonnes else "kg"
    label = dice.choice([f"Rác thu gom ({unit})", f"Rác thu gom, ĐVT: {unit}"])
    heads = ["STT", "Đơn vị", label, "Ghi chú"]
    page.texts |= {(top, column): head for column, head in enumerate(heads, start=1)}
    noise, total = dice.choice([0.0, 0.2]), 0.0
    for number, place in enumerate(places, start=1):
        row = top + number
        text, clear = write_name(dice, place.name, noise)
        page.texts |= {(row, 1): number, (row, 2): text}
        value = dice.randint(10_000, 9_000_000) / 100
        total += value
        content: object = value
        if mark and dice.random() < 0.5:  # with two decimals no mark can be one of thousands
            content = f"{value:.2f}".replace(".", mark)
        trouble = dice.random() < noise
        if trouble:
            content = dice.choice(["#REF!", f"-{value}", f"{value} tạ", f"{value}?", "năm tấn"])
        reading = Reading.UNCLEAR if trouble else Reading.CLEAR
        meant = None if trouble else round(value * (1000 if in_tonnes else 1), 3)
        written = Written(content, reading, meant, "amount")
        page.figures.append(
            Figure(page.name, (row, 3), place.code, "waste", PERIOD, written, (row, 2), clear)
        )
    if dice.random() < 0.5:
        page.texts |= {(top + len(places) + 1, 2): "Tổng cộng",
                       (top + len(places) + 1, 3): round(total, 2)}  # fmt: skip
    return page, SheetLayout("*", "*")


def _written(dice: random.Random, field: Field, noise: float) -> Written:
    thing = (
        "hồ sơ" if "dossiers" in field.measure else "tổ" if field.measure == "teams" else "người"
    )
    return write_figure(dice, dice.randint(20, 4000), thing=thing, noise=noise)


def _title(dice: random.Random, page: Page, office: str) -> int:
    """What stands above a table; its first row."""
    if dice.random() < 0.5:
        return 1
    page.texts[1, 1] = office.upper()
    page.texts[2, 1] = dice.choice(["BIỂU TỔNG HỢP", "Kết quả thi đua"])
    return dice.choice([3, 4])


def _begun(
    dice: random.Random, name: str, office: str
) -> tuple[Page, tuple[Field, ...], int, float]:
    """A page, what its table has figures of, the table's first row, and how much noise."""
    page, fields = Page(name), dice.choice([QUARTER_FIELDS, TEAM_FIELDS])
    return page, fields, _title(dice, page, office), dice.choice([0.0, 0.2])


def indicators_in_rows(
    dice: random.Random, places: tuple[Place, ...], office: str
) -> tuple[Page, SheetLayout]:
    """Units in columns, what is counted in rows."""
    page, fields, top, noise = _begun(dice, "Biểu ngang", office)
    has_units = dice.random() < 0.4
    left = 3 + has_units
    heads = ["STT", "Chỉ tiêu", "ĐVT"]
    page.texts |= {(top, c): head for c, head in enumerate(heads[: left - 1], start=1)}
    for column, place in enumerate(places, start=left):
        text, clear = write_name(dice, place.name, noise, place.declared)
        page.texts[top, column] = text
        for row, field in enumerate(fields, start=top + 1):
            page.figures.append(
                Figure(page.name, (row, column), place.code, field.measure, PERIOD,
                       _written(dice, field, noise), (top, column), clear)
            )  # fmt: skip
    for row, field in enumerate(fields, start=top + 1):
        page.texts[row, 1] = row - top
        mark = dice.choice(["", "", "- ", f"{row - top}. "])
        page.texts[row, 2] = mark + field.labels[0]
        if has_units:
            page.texts[row, 3] = "hồ sơ" if "dossiers" in field.measure else "tổ"
    return page, SheetLayout("*", "*", transposed=True)


def periods_in_rows(
    dice: random.Random, places: tuple[Place, ...], office: str
) -> tuple[Page, SheetLayout]:
    """Several periods of each unit in rows, by unit or by period; names once or in each row."""
    page, fields, top, noise = _begun(dice, "Biểu dài", office)
    times = dice.choice([("Quý III/2022", "Quý IV/2022"), ("2022-Q2", "2022-Q3", "2022-Q4"),
                         ("Quý IV/2021", "Quý IV/2022")])  # fmt: skip
    by_unit, once = dice.random() < 0.6, dice.random() < 0.4
    rows = [(place, time) for place in places for time in times]
    if not by_unit:
        rows = [(place, time) for time in times for place in places]
    heads = ["Kỳ báo cáo", "Đơn vị", *(field.labels[0] for field in fields)]
    page.texts |= {(top, column): head for column, head in enumerate(heads, start=1)}
    names: dict[str, tuple[str, bool]] = {}
    named: tuple[int, int] = (0, 0)
    before = ""
    for row, (place, time) in enumerate(rows, start=top + 1):
        text, clear = names.setdefault(place.code, write_name(dice, place.name, noise))
        page.texts[row, 1] = time
        if not (once and by_unit and before == place.code):
            page.texts[row, 2] = text
            named = (row, 2)
        before = place.code
        for column, field in enumerate(fields, start=3):
            written = _written(dice, field, noise)
            if time == times[-1]:
                page.figures.append(
                    Figure(page.name, (row, column), place.code, field.measure, PERIOD, written,
                           named, clear)
                )  # fmt: skip
            else:
                page.texts[row, column] = written.content
    return page, SheetLayout("*", "*", period_columns=("A",))


def blocks_of_periods(
    dice: random.Random, places: tuple[Place, ...], office: str
) -> tuple[Page, SheetLayout]:
    """Blocks of several periods, side by side."""
    page, fields, top, noise = _begun(dice, "Biểu so sánh", office)
    merge = dice.random() < 0.5
    times = ["Quý III/2022", "Quý IV/2022"]
    page.texts |= {(top, 1): "STT", (top, 2): "Đơn vị"}
    for block, time in enumerate(times):
        first = 3 + block * len(fields)
        page.texts[top, first] = time
        if merge:
            page.merged.append((top, first, top, first + len(fields) - 1))
        for column, field in enumerate(fields, start=first):
            page.texts[top + 1, column] = field.labels[0]
    for number, place in enumerate(places, start=1):
        row = top + 1 + number
        text, clear = write_name(dice, place.name, noise)
        page.texts |= {(row, 1): number, (row, 2): text}
        for column, field in enumerate([*fields, *fields], start=3):
            written = _written(dice, field, noise)
            if column < 3 + len(fields):
                page.texts[row, column] = written.content
                continue
            page.figures.append(
                Figure(page.name, (row, column), place.code, field.measure, PERIOD, written,
                       (row, 2), clear)
            )  # fmt: skip
    return page, SheetLayout("*", "*", period_blocks=True)
