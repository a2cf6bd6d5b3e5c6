"""Forms that come back: what an honest sender typed is read whole and raises nothing; what was
changed in a form is told at its cell, and no value is taken for another.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from random import Random

import openpyxl
import pytest

from dxkit.campaign.folder import load_campaign
from dxkit.intake.file import read_file
from dxkit.intake.file_cells import FileRead
from dxkit.intake.names import Names
from dxkit.intake.period import read_period
from dxkit.model.addresses import column_and_row, column_letters
from dxkit.model.campaign import Campaign, MeasureKind
from dxkit.model.findings import CATALOGUE
from dxkit.model.forms import MAP, Form
from dxkit.model.observations import Flag, Received
from dxkit.model.text import slug
from dxkit.period import OpenPeriod
from dxkit.press.forms.questions import Questions
from dxkit.press.forms.workbook import form_name, write_form
from dxkit.report.wording.findings import finding_text
from dxkit.report.wording.language import load_language
from tests.press.forms.filling import Value, fill
from tests.press.forms.honest import Filled, honest
from tests.press.forms.tampering import KINDS, tamper
from tests.press.small_campaign import write_project

FULL, SAMPLE = 1000, 24
HONEST = {"value_missing", "initiative_repeated"}
"""What an honest filling may be told: that a figure is lacking."""


@dataclasses.dataclass
class Sent:
    """A form as it was made, and where it is filled in."""

    campaign: Campaign
    form: Form
    language: str
    made: Path

    def read(self, path: Path) -> FileRead:
        period = self.campaign.period(self.form.period)
        names = Names(self.campaign, period.last_day)
        return read_file(self.campaign, period, names, path, path.parent)


def send(
    campaign: Campaign, before: Received | None, unit: str, language: str, folder: Path
) -> Sent:
    questions = Questions(campaign, campaign.reported[-1], before, load_language(language))
    sender = questions.units.get(unit)
    path = folder / language / campaign.id / form_name(sender)
    return Sent(campaign, write_form(questions, sender, path), language, path)


def with_amounts(campaign: Campaign) -> Campaign:
    """Hậu Giang with a table of amounts, shares and scores that districts report of communes."""
    of = dataclasses.replace(campaign.measure("dossiers"), table="farms", whole="")
    more = [
        dataclasses.replace(of, id=id, kind=kind, headers=(label,), things={"vi": thing})
        for id, kind, label, thing in (
            ("rice", MeasureKind.AMOUNT, "Sản lượng lúa", "tấn"),
            ("canals", MeasureKind.SHARE, "Kênh mương kiên cố", ""),
            ("grade", MeasureKind.SCORE, "Điểm nông thôn mới", "điểm"),
        )
    ]
    tables = {**campaign.tables, "farms": {"vi": "Nông nghiệp: 'lúa' & kênh", "en": "Farms"}}
    return dataclasses.replace(campaign, measures=(*campaign.measures, *more), tables=tables)


@pytest.fixture(scope="module")
def sent(
    root: Path, haugiang: Campaign, pci: Campaign, periods: dict[str, OpenPeriod],
    tmp_path_factory: pytest.TempPathFactory,
) -> list[Sent]:  # fmt: skip
    """Forms of several campaigns, levels and languages, with and without a period before."""
    folder = tmp_path_factory.mktemp("forms")
    write_project(root, folder / "project")
    small = load_campaign(folder / "project/data/campaigns/small")
    before = periods["2022-Q3"].received
    return [
        send(haugiang, before, "31318", "vi", folder),
        send(haugiang, before, "31489", "en", folder),
        send(with_amounts(haugiang), None, "31336", "vi", folder / "amounts"),
        send(pci, None, "01", "en", folder),
        send(pci, None, pci.units.on(pci.periods[0].last_day).top.code, "vi", folder),
        send(small, None, "71", "vi", folder),
        send(small, None, "70", "en", folder),
        send(haugiang, before, "937", "vi", folder),
    ]


def expected(one: Sent, filled: Filled) -> dict[tuple[str, str, str], tuple[object, ...]]:
    """By unit, measure and period what is to be read, and in which cell."""
    found = {}
    for sheet in one.form.sheets:
        above = ""
        for row in sorted({*sheet.rows, *sheet.groups}):
            above = sheet.groups.get(row, above)
            code = sheet.rows.get(row, "")
            if (sheet.name, row) in filled.named:
                code = f"{above}-{slug(filled.named[sheet.name, row])}"
            for (name, at, measure, period), truth in filled.truth.items():
                if (name, at) == (sheet.name, row):
                    found[code, measure, period] = (*truth, sheet.name)
    return found


def seen(read: FileRead) -> dict[tuple[str, str, str], tuple[object, ...]]:
    return {
        (o.unit_code, o.measure, o.period): (o.value, o.flag, o.address.cell, o.address.sheet)
        for table in read.tables
        for o in table.observations
    }


def codes(read: FileRead) -> set[str]:
    return {f.code for f in (*read.findings, *(f for t in read.tables for f in t.findings))}


def test_every_honest_filling_is_read_whole_and_raises_nothing(
    request: pytest.FixtureRequest, sent: list[Sent], tmp_path: Path
) -> None:
    number = FULL if request.config.getoption("--full") else SAMPLE
    cells = 0
    for seed in range(number):
        random = Random(seed)
        one = sent[seed % 7] if seed % 40 else sent[7]  # a whole district now and then
        filled = honest(one.campaign, one.form, one.language, random, names=True)
        path = tmp_path / f"{one.form.sender}.xlsx"
        fill(one.made, filled.cells, path)
        read = one.read(path)
        assert codes(read) <= HONEST, (seed, codes(read))
        there, wanted = seen(read), expected(one, filled)
        for key, truth in wanted.items():
            assert there[key] == truth, (seed, key)
        empty = {key: v for key, v in there.items() if key not in wanted}
        assert {value for value, *_ in empty.values()} <= {None}, seed
        rows = [row for table in read.tables for row in table.register_rows]
        texts = {(a.sheet, column_and_row(a.cell)[1], m): row.text(m)
                 for row in rows for m, a in row.addresses}  # fmt: skip
        assert texts == filled.texts, seed
        assert [r.unit_code for r in rows] == [
            code for (name, row), code in filled.named.items()
            if (name, row, "initiative_name") in filled.texts]  # fmt: skip
        assert read.source.unit_code == one.form.sender
        cells += len(wanted)
    assert cells > 30 * number


def test_a_figure_over_the_sum_of_a_group_without_rows_is_not_used(
    sent: list[Sent], tmp_path: Path
) -> None:
    """It is told so; where a row is named it is a total, with which the sum is compared."""
    one, path = sent[2], tmp_path / "31336.xlsx"
    sheet = one.form.sheets[0]
    group, column = next(iter(sheet.groups)), column_letters(sheet.columns[0].number)
    typed: dict[tuple[str, str], Value] = {(sheet.name, f"{column}{group}"): 500}
    fill(one.made, typed, path)
    read = one.read(path)
    assert "form_cell_overwritten" in codes(read)
    assert {value for value, *_ in seen(read).values()} <= {None}
    assert not any(table.controls for table in read.tables)
    named: dict[tuple[str, str], Value] = {
        (sheet.name, f"B{group + 1}"): "Ấp 1",
        (sheet.name, f"{column}{group + 1}"): 400,
    }
    fill(one.made, typed | named, path)
    read = one.read(path)
    assert [value for value, *_ in seen(read).values() if value is not None] == [400]
    assert [control.value for table in read.tables for control in table.controls] == [500]


def test_the_codes_an_honest_filling_may_give_are_notes() -> None:
    assert CATALOGUE["value_missing"] == "note"


def test_a_map_that_another_program_shows_is_read(sent: list[Sent], tmp_path: Path) -> None:
    one, path = sent[5], tmp_path / "71.xlsx"
    filled = honest(one.campaign, one.form, one.language, Random(3), names=True)
    fill(one.made, filled.cells, path)
    book = openpyxl.load_workbook(path)
    book[MAP].sheet_state = "visible"
    book.save(path)
    read = one.read(path)
    assert codes(read) <= HONEST
    assert seen(read).items() >= expected(one, filled).items()


def test_what_was_changed_is_told_at_its_cell_and_no_value_is_taken_for_another(
    request: pytest.FixtureRequest, sent: list[Sent], tmp_path: Path
) -> None:
    """Each kind with 25 seeds; without --full every fourth kind with one."""
    is_full = request.config.getoption("--full")
    assert len(KINDS) > 50
    for name in [*KINDS][:: 1 if is_full else 4]:
        for seed in range(25 if is_full else 1):
            one = sent[0 if seed % 2 else 5]  # four quarters below a ward; three communes
            told_of_one_change(one, name, Random(f"{name} {seed}"), tmp_path)


def told_of_one_change(one: Sent, name: str, random: Random, folder: Path) -> None:
    filled = honest(one.campaign, one.form, one.language, random, names=True)
    path = folder / f"{one.form.sender}.xlsx"
    fill(one.made, filled.cells, path)
    book = openpyxl.load_workbook(path)
    code, sheet, cell = tamper(name, book, one.form, random)
    book.save(path)
    read = one.read(path)
    found = [*read.findings, *(f for t in read.tables for f in t.findings)]
    told = {(f.code, f.address.sheet, f.address.cell) for f in found}
    at = [(code, sheet, each) for each in cell.split() or [""]]
    assert told.intersection(at), (name, sorted(told))
    wanted, there = expected(one, filled), seen(read)
    # Where nothing arose nought is no value; without the map it is what was typed.
    by_value = {k: 0 if f is Flag.NOT_APPLICABLE else v for k, (v, f, *_) in wanted.items()}
    wrong = {
        key: (by_value.get(key), value)
        for key, (value, _, *address) in there.items()
        if value not in (None, by_value.get(key))
        and address != [cell, sheet]
        and key[0].rpartition("-")[2] != "77"  # a row put in names it
    }
    assert not wrong, name


def test_an_explanation_stands_beside_what_it_explains_and_settles_nothing(
    sent: list[Sent], periods: dict[str, OpenPeriod], tmp_path: Path
) -> None:
    """Khu vực 1 lost households with the app and says why; 2 says nothing; 3 explains what nobody
    asks; 4 lost some and says nothing at all.
    """
    one, all_before = sent[0], periods["2022-Q3"].received
    of_ward = [o for o in all_before.table.observations
               if "31318" in all_before.units.line(o.unit_code)]  # fmt: skip
    table = dataclasses.replace(all_before.table, observations=tuple(of_ward))
    before = dataclasses.replace(all_before, table=table)
    sheet = one.form.sheets[0]
    was = {(o.unit_code, o.measure): o.value for o in before.table.observations}
    cells: dict[tuple[str, str], Value] = {}
    for row, code in sheet.rows.items():
        for column in sheet.columns if code else ():
            fell = column.measure == "households_app" and row != 13
            value = was[code, column.measure]
            assert value is not None
            cells[sheet.name, f"{column_letters(column.number)}{row}"] = value - 5 * fell
    answers = {11: "15 hộ đã chuyển đi <b>", 12: "Đã kiểm tra", 13: "ổn định"}
    cells |= {(sheet.name, f"U{row}"): text for row, text in answers.items()}
    fill(one.made, cells, tmp_path / "31318.xlsx")
    received = read_period(one.campaign, "2022-Q4", tmp_path, None, before)
    fell_at = {f.address.cell: f for f in received.findings if f.code == "stock_fell"}
    assert sorted(fell_at) == ["H11", "H12", "H14"]
    vi = load_language("vi")
    said = {cell: finding_text(f, vi) for cell, f in fell_at.items()}
    assert said["H11"].endswith("Đơn vị giải trình (ô U11): “15 hộ đã chuyển đi <b>”.")
    assert said["H12"].endswith("(ô U12) “Đã kiểm tra”, chưa nêu lý do cụ thể.")
    assert "giải trình" not in said["H14"]
    assert all(f.severity == "warning" for f in fell_at.values())  # nothing is settled by it


def test_a_measure_that_the_plan_has_no_longer_is_told_at_its_label(
    sent: list[Sent], tmp_path: Path
) -> None:
    """The sheet is read by its labels: what the plan still has."""
    one = sent[5]
    filled = honest(one.campaign, one.form, one.language, Random(2), names=False)
    fill(one.made, filled.cells, tmp_path / "71.xlsx")
    left = tuple(m for m in one.campaign.measures if m.id != "paying")
    read = dataclasses.replace(one, campaign=dataclasses.replace(one.campaign, measures=left)).read(
        tmp_path / "71.xlsx"
    )
    told = [(f.address.cell, f.values["reason"]) for f in read.findings if f.code == "form_changed"]
    label = next(c.number for c in one.form.sheets[0].columns if c.measure == "paying")
    assert told == [(f"{column_letters(label)}7", "form_measure_unknown")]
    wanted = {k: v[0] for k, v in expected(one, filled).items() if k[1] != "paying" and v[0]}
    assert {k: v[0] for k, v in seen(read).items() if v[0]} == wanted
