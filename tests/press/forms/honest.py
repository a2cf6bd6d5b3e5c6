"""Honest senders: forms filled in as they ask, with what each cell truly says."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from dxkit.model.addresses import column_letters
from dxkit.model.campaign import Campaign, MeasureKind
from dxkit.model.forms import Form, FormSheet
from dxkit.model.observations import Flag
from tests.press.forms.filling import Value

Truth = tuple[float | int | None, Flag | None, str]
"""Value, why there is none, and the cell that says so."""
_CHOICES = {
    "vi": {"không phát sinh": Flag.NOT_APPLICABLE, "chưa có số liệu": Flag.NO_DATA},
    "en": {"nothing arose": Flag.NOT_APPLICABLE, "no data": Flag.NO_DATA},
}

_AS_BEFORE = {"vi": "như kỳ trước", "en": "as last period"}


@dataclass
class Filled:
    """What is typed, by sheet and cell; what it says, by sheet, row, measure and period; the names
    of further units, by sheet and row; texts of registers, by sheet, row and measure.
    """

    cells: dict[tuple[str, str], Value] = field(default_factory=dict)
    truth: dict[tuple[str, int, str, str], Truth] = field(default_factory=dict)
    named: dict[tuple[str, int], str] = field(default_factory=dict)
    texts: dict[tuple[str, int, str], str] = field(default_factory=dict)


def honest(campaign: Campaign, form: Form, language: str, random: Random, names: bool) -> Filled:
    """An honest filling: most cells, some left empty with a reason and some without, some rows of
    further units (where ``names``), explanations here and there.
    """
    filled = Filled()
    for sheet in form.sheets:
        kinds = {campaign.measure(c.measure).kind for c in sheet.columns}
        if MeasureKind.TEXT in kinds:
            _register(campaign, form, sheet, random, filled)
        else:
            _figures(campaign, sheet, language, random, filled, names)
    return filled


def _figures(
    campaign: Campaign, sheet: FormSheet, language: str, random: Random, filled: Filled, names: bool
) -> None:
    further = iter(range(20, 40))
    for row, code in sheet.rows.items():
        if not code:
            if not names or random.random() < 0.6:
                continue
            name = f"{random.choice(('Ấp', 'Khu vực'))} {next(further)}"
            filled.cells[sheet.name, f"{column_letters(sheet.unit_column)}{row}"] = name
            filled.named[sheet.name, row] = name
        if random.random() < 0.05:
            continue  # the row is left empty
        choice, flag = random.choice([*_CHOICES[language].items()])
        has_choice = random.random() < 0.2
        at_choice = f"{column_letters(sheet.choices)}{row}"
        if has_choice and random.random() < 0.5:
            _as_before(campaign, sheet, row, language, random, filled)
            continue
        values: dict[tuple[str, str], float | int] = {}
        left = []
        for column in sheet.columns:
            measure, address = (campaign.measure(column.measure),
                                f"{column_letters(column.number)}{row}")  # fmt: skip
            key = sheet.name, row, measure.id, column.period
            if random.random() < (0.5 if has_choice else 0.03):
                left.append(key)
                continue
            whole = values.get((measure.whole, column.period))
            value = _value(measure.kind, whole, random)
            values[measure.id, column.period] = value
            filled.cells[sheet.name, address] = value
            filled.truth[key] = (value, None, address)
        if has_choice and left:
            filled.cells[sheet.name, at_choice] = choice
        is_empty = not values and not (has_choice and left)
        for key in left:
            address = f"{column_letters(_number(sheet, key))}{row}"
            if has_choice:
                filled.truth[key] = (None, flag, at_choice)
            else:
                reason = Flag.NOT_REPORTED if is_empty else Flag.NO_DATA
                filled.truth[key] = (None, reason, address)
        for key, (value, _, address) in [*filled.truth.items()]:
            of_row = key[:2] == (sheet.name, row) and key[3] in {k[3] for k in left}
            if of_row and value == 0 and has_choice and flag is Flag.NOT_APPLICABLE:
                filled.truth[key] = (None, flag, address)  # nought where nothing arose
        if random.random() < 0.2:
            at = f"{column_letters(sheet.answers)}{row}"
            filled.cells[sheet.name, at] = "Xã rà soát lại, 12 hộ chuyển đi từ tháng 11"


def _as_before(
    campaign: Campaign, sheet: FormSheet, row: int, language: str, random: Random, filled: Filled
) -> None:
    """A row whose stocks are said to be as they were: what the form shows holds in its cell; what
    arose in the period, or what the form does not know, is written or lacks.
    """
    filled.cells[sheet.name, f"{column_letters(sheet.choices)}{row}"] = _AS_BEFORE[language]
    for column in sheet.columns:
        shown = f"{column_letters(column.before)}{row}" if column.before else ""
        key = sheet.name, row, column.measure, column.period
        if shown in sheet.fixed and random.random() < 0.7:
            filled.truth[key] = (float(sheet.fixed[shown]), None, shown)
            continue
        address = f"{column_letters(column.number)}{row}"
        kind = campaign.measure(column.measure).kind
        value = round(_value(kind, None, random) % 1, 3) if kind is MeasureKind.SHARE else 1
        filled.cells[sheet.name, address] = value
        filled.truth[key] = (value, None, address)


def _number(sheet: FormSheet, key: tuple[str, int, str, str]) -> int:
    return next(c.number for c in sheet.columns if (c.measure, c.period) == key[2:])


def _value(kind: MeasureKind, whole: float | int | None, random: Random) -> float | int:
    if kind is MeasureKind.COUNT:
        most = 20_000 if random.random() < 0.1 else 900
        return random.randint(0, most if whole is None else int(whole))
    if kind is MeasureKind.SHARE:
        return round(random.random(), 3)
    return round(random.random() * 100, random.randint(0, 3))


def _register(
    campaign: Campaign, form: Form, sheet: FormSheet, random: Random, filled: Filled
) -> None:
    register = campaign.initiatives
    assert register is not None
    roles = {measure: role for role, measure in register.columns.items()}
    units = campaign.units.on(campaign.period(form.period).last_day)
    level = campaign.measure(sheet.columns[0].measure).level
    below = [
        u for u in (units.get(form.sender), *units.descendants(form.sender)) if u.level == level
    ]
    aim = campaign.indicators[0].short_names["vi"]
    for row in [*sheet.rows][: random.randint(0, 6)]:
        unit = random.choice(below)
        filled.named[sheet.name, row] = unit.code
        typed: dict[str, Value] = {
            "name": f"Chợ 4.0 số {row}", "locality": unit.name, "field": "Kinh tế số", "aim": aim,
            "start": 44834 + row, "households": 12 + row, "evidence": "Báo cáo 12/BC-UBND",
        }  # fmt: skip
        for column in sheet.columns:
            address = f"{column_letters(column.number)}{row}"
            role = roles[column.measure]
            value = typed[role]
            filled.cells[sheet.name, address] = value
            said = f"{row:02}/10/2022" if role == "start" else str(value)
            filled.texts[sheet.name, row, column.measure] = said
