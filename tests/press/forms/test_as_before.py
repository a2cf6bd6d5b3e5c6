"""What a sender leaves empty because it is as it was a period ago: said by the sender, taken while
it is so, told, proved.
"""

from __future__ import annotations

import dataclasses
import itertools
import shutil
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest

from dxkit.campaign.folder import load_campaign
from dxkit.campaign.project import Project
from dxkit.cli import run
from dxkit.intake.checks.figures import take_as_before
from dxkit.intake.period import read_period
from dxkit.model.addresses import column_letters
from dxkit.model.campaign import Accumulation, Campaign
from dxkit.model.facts import CellRef
from dxkit.model.observations import Flag, IndicatorTable, Observation, Received
from dxkit.model.units import Succession
from dxkit.period import OpenPeriod
from dxkit.period.opening import receive
from dxkit.report.wording.findings import finding_text
from dxkit.report.wording.language import load_language
from dxkit.verify.placement import compare_cells
from tests.intake.test_returned_forms import Sent, send, with_amounts
from tests.press.forms.filling import Value, fill
from tests.press.small_campaign import write_project

SHEET = "1. Chỉ tiêu theo hộ"
AS_BEFORE = "như kỳ trước"


@pytest.fixture(scope="module")
def ward(
    periods: dict[str, OpenPeriod], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Sent, Received]:
    """The form of phường I, and what its four quarters reported a period ago, alone."""
    opened = periods["2022-Q3"]
    before = opened.received
    of_ward = [o for o in before.table.observations if "31318" in before.units.line(o.unit_code)]
    table = dataclasses.replace(before.table, observations=tuple(of_ward))
    folder = tmp_path_factory.mktemp("as-before")
    sent = send(opened.campaign, before, "31318", "vi", folder)
    return sent, dataclasses.replace(before, table=table)


def received(one: Sent, cells: dict[tuple[str, str], Value], before: Received | None,
             folder: Path) -> Received:  # fmt: skip
    fill(one.made, cells, folder / f"{one.form.sender}.xlsx")
    return read_period(one.campaign, "2022-Q4", folder, None, before)


def told(got: Received, *wanted: str) -> list[tuple[str, str]]:
    return sorted((f.code, f.address.cell) for f in got.findings if f.code in wanted)


OWN = ("value_as_before", "as_before_unfounded", "form_cell_overwritten", "form_changed")


def test_what_a_sender_leaves_as_it_was_is_taken_and_told_at_the_choice(
    ward: tuple[Sent, Received], tmp_path: Path
) -> None:
    """Khu vực 1 leaves all households and those with skills, and writes the rest; 2 chooses nothing
    and leaves the same: its figures lack. What is written wins over the choice.
    """
    one, before = ward
    cells: dict[tuple[str, str], Value] = {(SHEET, "S11"): AS_BEFORE}
    cells |= {(SHEET, f"{column}{row}"): 40 for column in "HKN" for row in (11, 12)}
    cells |= {(SHEET, f"P{row}"): 30 for row in (11, 12)}
    got = received(one, cells, before, tmp_path)
    was = openpyxl.load_workbook(one.made)[SHEET]
    seen = {(o.unit_code, o.measure): o for o in got.table.observations}
    first, second = one.form.sheets[0].rows[11], one.form.sheets[0].rows[12]
    for measure, cell in (("households", "D11"), ("households_digital_skills", "F11")):
        o = seen[first, measure]
        assert (o.value, o.flag, o.address.cell) == (was[cell].value, Flag.AS_BEFORE, cell)
        assert seen[second, measure].value is None
    assert seen[first, "households_app"].value == 40
    assert seen[first, "households_app"].flag is None
    assert told(got, *OWN) == [("value_as_before", "S11")]
    (note,) = (f for f in got.findings if f.code == "value_as_before")
    assert note.severity == "note"
    assert note.values == {"count": 2, "cells": "D11, F11"}
    assert "(D11, F11)" in finding_text(note, load_language("vi"))


def _mended(before: Received, measure: str, **changes: object) -> Received:
    rows = [
        dataclasses.replace(o, **changes) if o.measure == measure else o  # type: ignore[arg-type]
        for o in before.table.observations
    ]
    return dataclasses.replace(
        before, table=dataclasses.replace(before.table, observations=tuple(rows))
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"value": 12}, "before_is_other"),
        ({"value": None, "flag": Flag.REJECTED}, "before_is_none"),
        ({"flag": Flag.APPROXIMATE_BELOW}, "before_is_none"),
        (None, "before_not_at_hand"),
    ],
)
def test_a_figure_that_is_no_longer_what_was_reported_is_told_and_not_taken(
    ward: tuple[Sent, Received], change: dict[str, object] | None, reason: str, tmp_path: Path
) -> None:
    one, before = ward
    then = _mended(before, "households", **change) if change is not None else None
    cells: dict[tuple[str, str], Value] = {(SHEET, "S11"): AS_BEFORE}
    cells |= {(SHEET, f"{column}11"): 40 for column in "EHKNP"}
    got = received(one, cells, then, tmp_path)
    (o,) = got.table.of(one.form.sheets[0].rows[11], "households")
    assert (o.value, o.flag, o.address.cell) == (None, Flag.REJECTED, "S11")
    (found,) = (f for f in got.findings if f.code == "as_before_unfounded")
    assert found.severity == "error"
    assert (found.address.cell, found.values["reason"]) == ("S11", reason)
    for language in ("vi", "en"):
        text = finding_text(found, load_language(language))
        assert "reason" not in text
        assert "before_" not in text


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({"D11": 999}, [("form_cell_overwritten", "D11")]),  # what was, written over
        ({"D11": None}, [("form_cell_overwritten", "D11")]),
        ({"S11": "như quý trước"}, [("form_changed", "S11")]),  # no choice of the list
        ({"S11": "", "U11": AS_BEFORE}, []),  # said where it means nothing
        ({"S11": "", "D11": 999, "S15": AS_BEFORE, "D15": 500, "B15": "Khu vực 9"},
         [("form_cell_overwritten", "D11"), ("form_cell_overwritten", "D15")]),
    ],
)  # fmt: skip
def test_no_figure_is_taken_by_another_hand(
    ward: tuple[Sent, Received], more: dict[str, Value], wanted: list[tuple[str, str]],
    tmp_path: Path,
) -> None:  # fmt: skip
    one, before = ward
    cells: dict[tuple[str, str], Value] = {(SHEET, "S11"): AS_BEFORE}
    cells |= {(SHEET, f"{column}11"): 40 for column in "EHKNP"}
    got = received(one, cells | {(SHEET, at): v for at, v in more.items()}, before, tmp_path)
    assert told(got, *OWN) == wanted
    values = {o.value for o in got.table.observations if o.measure == "households"}
    assert values <= {None}


@pytest.mark.parametrize(("last", "found"), [(5, []), (None, ["F11"])])
def test_some_that_are_as_they_were_are_no_column_copied_forward(
    ward: tuple[Sent, Received], last: int | None, found: list[str], tmp_path: Path
) -> None:
    """Three quarters leave those with skills, the last one has five more, or leaves them, too."""
    one, before = ward
    checks = dataclasses.replace(one.campaign.checks, copied_rows=3)
    less = dataclasses.replace(one, campaign=dataclasses.replace(one.campaign, checks=checks))
    was = openpyxl.load_workbook(one.made)[SHEET]
    cells: dict[tuple[str, str], Value] = {(SHEET, f"S{row}"): AS_BEFORE for row in range(11, 15)}
    for row, column in itertools.product(range(11, 15), "HKNP"):
        cells[SHEET, f"{column}{row}"] = was[f"{column}{row}"].offset(0, 1).value + 1
    if last is not None:
        cells[SHEET, "E14"] = was["F14"].value + last
    got = received(less, cells, before, tmp_path)
    assert [f.address.cell for f in got.findings if f.code == "copied_forward"] == found


def test_amounts_shares_and_scores_are_as_they_were_to_the_last_digit_a_workbook_keeps(
    haugiang: Campaign, periods: dict[str, OpenPeriod], tmp_path: Path
) -> None:
    campaign = with_amounts(haugiang)
    kept = {"rice", "canals", "grade"}
    measures = [
        dataclasses.replace(m, accumulation=Accumulation.STOCK) if m.id in kept else m
        for m in campaign.measures
    ]
    campaign = dataclasses.replace(campaign, measures=tuple(measures))
    values = {"rice": 0.1 + 0.2, "canals": 1 / 3, "grade": -12345.678901234567}
    at = CellRef("f.xlsx", "s", "A1")
    table = IndicatorTable(
        "2022-Q3", tuple(Observation("2022-Q3", "31336", m, v, at) for m, v in values.items())
    )
    before = dataclasses.replace(periods["2022-Q3"].received, table=table)
    one = send(campaign, before, "31336", "en", tmp_path / "made")
    sheet = next(s for s in one.form.sheets if s.table == "farms")
    row = next(iter(sheet.rows))
    cells: dict[tuple[str, str], Value] = {
        (sheet.name, f"{column_letters(sheet.choices)}{row}"): "as last period"
    }
    got = received(one, cells, before, tmp_path)
    there = {o.measure: (o.value, o.flag) for o in got.table.observations if o.measure in kept}
    assert there == {m: (pytest.approx(v, rel=1e-12), Flag.AS_BEFORE) for m, v in values.items()}
    assert compare_cells(campaign, got, tmp_path, before).differences == ()


@pytest.mark.parametrize(("now", "kept"), [(10**10, 10**10), (10**10 + 1, None)])
def test_one_of_ten_milliards_is_another_figure(
    haugiang: Campaign, periods: dict[str, OpenPeriod], now: int, kept: int | None
) -> None:
    shown, said = CellRef("f.xlsx", "s", "D9"), CellRef("f.xlsx", "s", "S9")
    o = Observation("2022-Q4", "31336", "households", 10**10, shown)
    then = dataclasses.replace(o, period="2022-Q3", value=now)
    before = dataclasses.replace(
        periods["2022-Q3"].received, table=IndicatorTable("2022-Q3", (then,))
    )
    ((got,), _) = take_as_before(haugiang, [o], {shown: said}, before)
    assert got.value == kept


def test_what_arose_in_the_period_is_never_left(
    ward: tuple[Sent, Received], tmp_path: Path
) -> None:
    one, before = ward
    teams = one.form.sheets[2]
    of = {c.measure: c for c in teams.columns}
    assert of["teams"].before == of["teams"].number + 1
    assert not of["outreach_sessions"].before
    row = next(iter(teams.rows))
    got = received(one, {(teams.name, f"{column_letters(teams.choices)}{row}"): AS_BEFORE}, before,
                   tmp_path)  # fmt: skip
    there = {o.measure: o.value for o in got.table.observations if o.unit_code == "31318"}
    assert there["teams"] is not None
    assert there["outreach_sessions"] is None


def _choices(made: Path) -> dict[str, list[object]]:
    book = openpyxl.load_workbook(made)
    rules = {str(r.sqref): r.formula1 for r in book[SHEET].data_validations.dataValidation}
    areas = {at: rule.split("!")[1].replace("$", "") for at, rule in rules.items() if "S" in at}
    return {at: [c.value for row in book["dxkit"][area] for c in row] for at, area in areas.items()}


def test_the_choice_stands_only_where_a_figure_is_known(ward: tuple[Sent, Received]) -> None:
    one, _ = ward
    assert _choices(one.made) == {
        "S11:S14": ["không phát sinh", "chưa có số liệu", AS_BEFORE],
        "S15:S17": ["không phát sinh", "chưa có số liệu"],
    }


def test_the_choice_is_not_offered_to_a_unit_that_is_another_since(
    ward: tuple[Sent, Received], tmp_path: Path
) -> None:
    """A part of phường I went to phường III: what is shown was reported of more than there is."""
    one, before = ward
    day = one.campaign.period("2022-Q4").first_day
    parts = tuple(Succession("31318", to, day, share) for to, share in
                  (("31318", Fraction(3, 5)), ("31321", Fraction(2, 5))))  # fmt: skip
    campaign = dataclasses.replace(one.campaign, successions=parts)
    other = send(campaign, before, "31318", "vi", tmp_path)
    assert [AS_BEFORE in said for said in _choices(other.made).values()] == [False]


def test_the_form_adds_what_is_left(ward: tuple[Sent, Received]) -> None:
    sheet = openpyxl.load_workbook(ward[0].made)[SHEET]
    left = 'SUMPRODUCT(($C11:$C14&$S11:$S14="như kỳ trước")*1,$D11:$D14)'
    assert sheet["C10"].value == f"=SUM($C11:$C17,{left})"
    assert 'IF($C11&$S11="như kỳ trước",$D11,$C11)' in sheet["G11"].value


def test_no_formula_is_too_long_for_a_cell(ward: tuple[Sent, Received]) -> None:
    lengths = [
        len(cell.value)
        for sheet in openpyxl.load_workbook(ward[0].made)
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str)
    ]
    assert max(lengths) < 8192 / 3  # a table may have some more columns


def test_the_second_reader_asks_for_the_choice_the_empty_cell_and_the_period_before(
    ward: tuple[Sent, Received], tmp_path: Path
) -> None:
    one, before = ward
    cells: dict[tuple[str, str], Value] = {(SHEET, "S11"): AS_BEFORE}
    cells |= {(SHEET, f"{column}11"): 40 for column in "EHKNP"}
    got = received(one, cells, before, tmp_path)

    def differing(then: Received | None, more: dict[str, Value]) -> list[str]:
        changed = cells | {(SHEET, at): value for at, value in more.items()}
        fill(one.made, changed, tmp_path / "31318.xlsx")
        judged = compare_cells(one.campaign, got, tmp_path, then)
        assert judged.read > 10
        return [*dict.fromkeys(f"{d.place} {d.shown}" for d in judged.differences)]

    was = openpyxl.load_workbook(one.made)[SHEET]["D11"].value
    wrong = [f"{SHEET}!D11 {was}"]
    assert differing(before, {}) == []
    assert differing(before, {"C11": " "}) == []  # emptied by the space bar
    assert differing(before, {"S11": ""}) == wrong
    assert differing(before, {"S11": "không phát sinh"}) == wrong
    assert differing(before, {"C11": 7}) == wrong
    assert differing(before, {"D11": 7}) == wrong
    assert differing(_mended(before, "households", value=12), {}) == wrong
    assert differing(None, {}) == wrong


def _plan_with(project: Path, period: str, *lines: str) -> Path:
    """The folder of the small campaign, with one more period."""
    plan = project / "data/campaigns/small"
    with (plan / "campaign.toml").open("a", encoding="utf-8") as file:
        file.write("\n".join(["[[periods]]", f'id = "{period}"', *lines, ""]))
    with (plan / "targets.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"{i},*,{period},0.80,Ví dụ,true\n" for i in ("skills", "codes"))
    return plan


def _left_as_before(project: Path, period: str) -> str:
    """Huyện Mỹ An sends the form that was made of a period, with the people of its three communes
    as they were; the column of the choices.
    """
    form = project / f"outputs/small/{period}/forms/71-huyen-my-an.xlsx"
    raw = project / f"data/raw/small/{period}"
    sheet = openpyxl.load_workbook(form).worksheets[1]
    choices: str = next(c.column_letter for c in sheet[7] if c.value == "Lý do để trống")
    cells: dict[tuple[str, str], Value] = {}
    for row in (9, 10, 11):
        cells[sheet.title, f"{choices}{row}"] = AS_BEFORE
        cells |= {(sheet.title, f"{c}{row}"): sheet[f"{c}{row}"].offset(0, 1).value for c in "EH"}
    for old in raw.glob("71*"):
        old.unlink()
    fill(form, cells, raw / "71.xlsx")
    return choices


def test_what_leans_on_what_leans_is_read_anew_when_the_first_is_mended(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was stored of the third quarter stayed as it was."""
    project = tmp_path / "project"
    write_project(root, project, "2024-Q1", "2024-Q2", "2024-Q3")
    plan = _plan_with(project, "2024-Q3", "first_day = 2024-07-01", "last_day = 2024-09-30")
    monkeypatch.setenv("DXKIT_PROJECT", str(project))
    for period in ("2024-Q2", "2024-Q3"):
        assert run(["form", period, "--unit", "71"]) == 0
        _left_as_before(project, period)

    def people() -> float | None:
        got = receive(Project(project), load_campaign(plan), "2024-Q3")
        return got.table.of("711", "people")[0].value

    assert people() == 1000
    sent = project / "data/raw/small/2024-Q1/71-huyen-my-an.csv"
    as_sent = sent.read_text("utf-8")
    sent.write_text(as_sent.replace("Tân An,1000", "Tân An,1100"), "utf-8")
    assert people() is None
    sent.write_text(as_sent, "utf-8")
    assert people() == 1000


def test_a_figure_left_as_it_was_is_proved_and_traced_to_the_period_before(
    small_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    project = Path(shutil.copytree(small_project, tmp_path / "project"))
    monkeypatch.setenv("DXKIT_PROJECT", str(project))
    assert run(["form", "2024-Q2", "--unit", "71"]) == 0
    choices = _left_as_before(project, "2024-Q2")
    assert run(["report", "2024-Q2", "--unit", "71", "--lang", "en"]) == 0
    capsys.readouterr()
    assert run(["verify", "2024-Q2", "--lang", "en"]) == 0
    assert "(0 could not be judged whole)" in capsys.readouterr().out
    assert run(["explain", "2024-Q2", "71", "skills", "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert f"D9  '1000' = 1000 (as last period, says the sender in {choices}9; last period:" in said
    assert said.count("says the sender in") == 3
    assert "2024-Q1/71-huyen-my-an.csv" in said.split("says the sender in")[1]
    days = ("first_day = 2024-01-01", "last_day = 2024-06-30")
    _plan_with(project, "2024-H1", 'of = ["2024-Q1", "2024-Q2"]', *days)
    assert run(["explain", "2024-H1", "71", "skills", "--lang", "en"]) == 0
    of_half = capsys.readouterr().out
    assert [line.split("(as")[1] for line in of_half.splitlines() if "(as" in line] == [
        line.split("(as")[1] for line in said.splitlines() if "(as" in line
    ]
