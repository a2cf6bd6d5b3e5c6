"""What becomes of explanations: only a decision of the office makes a warning a note, and only
while code, cell, value and words are those that were decided on.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest

from dxkit.campaign.folder import load_campaign
from dxkit.intake.explanations import explained, gives_no_reason
from dxkit.intake.period import read_period
from dxkit.intake.store import read_stored, write_stored
from dxkit.model.campaign import Campaign, Decision, Explanation
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.observations import Answer, IndicatorTable, Observation, Received
from dxkit.model.units import Unit, UnitRegistry
from dxkit.press.forms.questions import Questions
from dxkit.press.forms.workbook import write_form
from dxkit.report.wording.findings import finding_text
from dxkit.report.wording.language import load_language
from tests.press.forms.filling import Value, fill
from tests.press.small_campaign import write_project

SHEET = "1. Người dân"
MOVED = "50 người chuyển đi làm xa"
FIGURES = {"C9": 1000, "E9": 250, "H9": 300, "C10": 1000, "E10": 800, "H10": 800,
           "C11": 1000, "E11": 400, "H11": 400}  # fmt: skip
"""Tân An had 300 skilled adults a quarter ago; nothing else fell."""


@dataclasses.dataclass
class Office:
    """The small campaign's office: what Mỹ An sends in a quarter, and what is decided."""

    campaign: Campaign
    folder: Path

    def reads(
        self,
        period: str,
        before: Received | None,
        cells: Mapping[str, Value],
        *decided: Explanation,
        name: str = "71.xlsx",
    ) -> Received:
        """The quarter's form, filled in like ``FIGURES`` but for some cells, and read again."""
        questions = Questions(
            self.campaign, self.campaign.period(period), before, load_language("vi")
        )
        form = self.folder / "form.xlsx"
        write_form(questions, questions.units.get("71"), form)
        raw = self.folder / period
        raw.mkdir(exist_ok=True)
        for old in raw.iterdir():
            old.unlink()
        typed = {(SHEET, at): value for at, value in {**FIGURES, **cells}.items()}
        fill(form, typed, raw / name)
        campaign = dataclasses.replace(self.campaign, explanations=decided)
        return read_period(campaign, period, raw, None, before)


@pytest.fixture(scope="module")
def office(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder = tmp_path_factory.mktemp("office")
    write_project(root, folder / "project", "2024-Q1")
    return Office(load_campaign(folder / "project/data/campaigns/small"), folder)


@pytest.fixture(scope="module")
def before(office: Office) -> Received:
    raw = office.folder / "project/data/raw/small/2024-Q1"
    return read_period(office.campaign, "2024-Q1", raw)


def decided(**other: str) -> Explanation:
    fields = {
        "period": "2024-Q2", "file": "71.xlsx", "sheet": SHEET, "cell": "E9", "code": "stock_fell",
        "value": "250", "explanation": MOVED, "name": "Lê A", "date": "2024-07-05", "note": "",
        **other,
    }  # fmt: skip
    decision = Decision(fields.pop("decision", "accepted"))
    return Explanation(**fields, decision=decision)


def fell(received: Received, cell: str = "E9") -> Finding:
    (found,) = (f for f in received.findings if (f.code, f.address.cell) == ("stock_fell", cell))
    return found


def said(found: Finding, language: str = "vi") -> str:
    return finding_text(found, load_language(language))


ANSWERED = {"M9": MOVED}


def test_an_accepted_explanation_makes_its_warning_a_note(office: Office, before: Received) -> None:
    alone = office.reads("2024-Q2", before, ANSWERED)
    assert fell(alone).severity == "warning"  # nothing is accepted by itself
    assert {fell(alone).address} == alone.doubtful_cells
    received = office.reads("2024-Q2", before, ANSWERED, decided(note="đã gọi điện"))
    found = fell(received)
    assert (found.severity, received.doubtful_cells) == ("note", frozenset())
    assert said(found).endswith(
        "Đơn vị giải trình (ô M9): “50 người chuyển đi làm xa”. Văn phòng đã chấp nhận giải trình "
        "này (Lê A, 05/07/2024). Ghi chú của văn phòng: đã gọi điện."
    )
    told = found.explanation
    assert told is not None
    assert (told.text, told.period, told.name) == (MOVED, "2024-Q2", "Lê A")
    assert str(told.cell) == f"71.xlsx › {SHEET}!M9"
    values = {o.address.cell: (o.value, o.flag) for o in received.table.observations}
    assert values["E9"] == (250, None)  # no number is another
    assert received.table == alone.table


@pytest.mark.parametrize(
    ("row", "answer", "became", "told"),
    [
        ({"value": "251"}, MOVED, "value_changed", "nay ô ghi khác"),
        ({"value": ""}, MOVED, "value_changed", "nay ô ghi khác"),
        ({"code": "jump"}, MOVED, "other_code", "nội dung khác"),
        ({"code": "part_exceeds_whole"}, MOVED, "other_code", "không áp dụng ở đây"),
        ({"decision": "refused"}, MOVED, "refused", "không chấp nhận"),
        ({"explanation": "chuyển đi"}, MOVED, "text_changed", "cần xem lại"),
        ({"explanation": "Đã kiểm tra."}, "Đã kiểm tra.", "nothing", "không có hiệu lực"),
        ({"explanation": "Như trên"}, "Như  trên", "nothing", "chưa nêu lý do"),
        ({"explanation": "Số liệu đúng"}, None, "nothing", "không có hiệu lực"),
    ],
)
def test_whatever_else_quiets_nothing_and_is_told(
    office: Office, before: Received, row: dict[str, str], answer: str | None, became: str,
    told: str,
) -> None:  # fmt: skip
    found = fell(office.reads("2024-Q2", before, {"M9": answer}, decided(**row)))
    assert (found.severity, found.values["decision"]) == ("warning", became)
    assert told in said(found)
    assert found.explanation is None
    assert "{" not in said(found) + said(found, "en")


@pytest.mark.parametrize(
    "row",
    [{"period": "2024-Q1"}, {"file": "72.xlsx"}, {"sheet": "Khác"}, {"cell": "E10"},
     {"cell": "M9"}],
)  # fmt: skip
def test_a_decision_on_another_cell_is_not_used_and_a_note_says_so(
    office: Office, before: Received, row: dict[str, str]
) -> None:
    received = office.reads("2024-Q2", before, ANSWERED, decided(**row))
    assert fell(received).severity == "warning"
    notes = [f for f in received.findings if f.code == "explanation_unused"]
    assert len(notes) == ("period" not in row)
    assert all("Lê A (05/07/2024)" in said(note) for note in notes)


def test_an_explanation_that_came_another_way_holds_too(office: Office, before: Received) -> None:
    found = fell(office.reads("2024-Q2", before, {}, decided()))
    assert found.severity == "note"
    assert found.explanation is not None
    assert found.explanation.cell is None
    assert "đã chấp nhận giải trình “50 người chuyển đi làm xa”" in said(found)


def test_what_came_by_telephone_says_more_than_an_empty_phrase(
    office: Office, before: Received
) -> None:
    """The phrase stands beside it; the cell of the phrase is not that of the explanation."""
    found = fell(office.reads("2024-Q2", before, {"M9": "Đã kiểm tra"}, decided()))
    assert found.severity == "note"
    assert found.explanation is not None
    assert (found.explanation.text, found.explanation.cell) == (MOVED, None)
    assert "chưa nêu lý do cụ thể" in said(found)


def test_an_error_stays_an_error(office: Office, before: Received) -> None:
    """What is not used costs the unit its rank whatever is explained."""
    cells = {"E9": "ba trăm linh mấy", "M9": MOVED}
    row = decided(code="value_unreadable", value="ba trăm linh mấy")
    received = office.reads("2024-Q2", before, cells, row)
    (found,) = (f for f in received.findings if f.code == "value_unreadable")
    assert (found.severity, found.values["decision"]) == ("error", "on_record")
    assert "số vẫn chưa được dùng" in said(found)
    (value,) = (o for o in received.table.observations if o.address.cell == "E9")
    assert value.value is None


def test_what_follows_from_an_accepted_one_is_told_by_itself(
    office: Office, before: Received
) -> None:
    """People left Tân An, so fewer are skilled: of the two falls only that of the whole is
    accepted.
    """
    cells = {"C9": 200, "E9": 60, "H9": 60, "M9": MOVED}
    alone = office.reads("2024-Q2", before, cells)
    follows = [f.address.cell for f in alone.findings if f.cause and f.cause.cell == "C9"]
    assert follows == ["E9", "H9"]
    codes = {f.code for f in alone.findings if f.address.cell == "C9"}
    rows = [decided(cell="C9", value="200", code=code) for code in codes]
    received = office.reads("2024-Q2", before, cells, *rows)
    loud = {f.address.cell: f.cause for f in received.findings if f.severity == "warning"}
    assert loud == {"E9": None, "H9": None}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("-50 người chuyển đi", "'-50 người chuyển đi"),
        ("ấp 1 chuyển đi; -50 người", "ấp 1 chuyển đi; '-50 người"),
        ("'ấp 1 chuyển đi", "'ấp 1 chuyển đi"),
    ],
)
def test_a_text_that_a_spreadsheet_would_take_for_a_formula(
    office: Office, before: Received, text: str, kept: str
) -> None:
    """What is told is the sender's own text, without what guards it in the plan."""
    found = fell(office.reads("2024-Q2", before, {"M9": text}, decided(explanation=kept)))
    assert found.severity == "note"
    assert found.values["decided_text"] == found.values["answer"] == text


def test_who_gives_no_reason_any_more_contradicts_nothing_on_record(
    office: Office, before: Received
) -> None:
    """What was accepted is on record; only another reason is to be looked at anew."""
    for now, severity in ((None, "note"), ("Như trên", "note"), ("nhập nhầm ấp 3", "warning")):
        found = fell(office.reads("2024-Q2", before, {"M9": now}, decided()))
        assert found.severity == severity
        assert MOVED in said(found)


# the next quarter ------------------------------------------------------------------------


def test_the_same_figure_is_not_asked_again(office: Office, before: Received) -> None:
    """1,100 of 1,000 adults are skilled, which is explained once; the file has another name."""
    cells = {"E10": 1100, "M10": "gồm cả người tạm trú"}
    row = decided(cell="E10", code="part_exceeds_whole", value="1100",
                  explanation="gồm cả người tạm trú")  # fmt: skip
    first = office.reads("2024-Q2", before, cells, row)
    third = dataclasses.replace(
        office.campaign.period("2024-Q2"), id="2024-Q3",
        first_day=office.campaign.period("2024-Q2").last_day,
    )  # fmt: skip
    later = dataclasses.replace(office.campaign, periods=(*office.campaign.periods, third))
    longer = Office(later, office.folder)
    write_stored(first, "key", office.folder / "first.json")
    for kept in (first, read_stored(office.folder / "first.json")):
        again = longer.reads("2024-Q3", kept, {"E10": 1100}, row, name="Mỹ An.xlsx")
        (found,) = (f for f in again.findings if f.code == "part_exceeds_whole")
        assert found.severity == "note"
        assert found.explanation is not None
        assert found.explanation.period == "2024-Q2"
        assert "cho đúng số này (quý II/2024; Lê A, 05/07/2024)" in said(found)
    for other in (
        {"E10": 1101}, {"E10": 1100, "C10": 1001}, {"E10": 1100, "M10": "gõ nhầm, đúng là 1000"},
    ):  # fmt: skip
        again = longer.reads("2024-Q3", first, other, row)
        (found,) = (f for f in again.findings if f.code == "part_exceeds_whole")
        assert found.severity == "warning"


def test_a_column_that_is_copied_again_is_asked_anew(office: Office, before: Received) -> None:
    """What else was accepted of the same figure holds."""
    names = ("text", "in", "by", "on", "file", "sheet", "cell", "value", "note", "code")
    accepted = {"decision": "accepted", **{f"decided_{name}": "" for name in names}}
    measures = {m.id for m in office.campaign.measures if m.accumulation == "stock"}
    stock = next(o for o in before.table.observations if o.measure in measures)
    for code, severity in (("part_exceeds_whole", "note"), ("copied_forward", "warning")):
        found = Finding(code, stock.address, stock.unit_code, "", {"count": 8})
        first = dataclasses.replace(found, values={**found.values, **accepted})
        now, then = (dataclasses.replace(before, findings=(one,)) for one in (found, first))
        (again,) = explained(office.campaign, (), now, then).findings
        assert again.severity == severity


@pytest.mark.parametrize(
    ("earlier", "now", "copied"),
    [
        (MOVED, MOVED, True),
        (MOVED, "  50 NGƯỜI chuyển đi làm xa. ", True),
        ("Quý I năm 2024: hộ chuyển đi", "Quý II/2024: hộ chuyển đi", True),
        (MOVED, "20 người chuyển đi làm xa", False),
        ("ổn định", MOVED, False),
    ],
)
def test_what_was_said_a_quarter_ago_is_shown_as_such(
    office: Office, before: Received, earlier: str, now: str, copied: bool
) -> None:
    """Also what the same sender said of another commune then."""
    answer = Answer(CellRef("71-huyen-my-an.csv", "", "F6"), "713", earlier)
    first = dataclasses.replace(before, answers=(answer,))
    row = decided(explanation=now)
    alone = fell(office.reads("2024-Q2", first, {"M9": now}))
    assert alone.values["answer_says"] == ("copied" if copied else "something")
    assert ("giống hệt giải trình của kỳ trước" in said(alone)) is copied
    found = fell(office.reads("2024-Q2", first, {"M9": now}, row))
    assert found.severity == ("warning" if copied else "note")


@pytest.mark.parametrize(
    "text",
    ["Đã kiểm tra", "đã kiểm tra lại, số liệu đúng thực tế ạ", "OK", "…", "12", "như trên",
     "Theo báo cáo của xã", "checked, figures are correct", "Đơn vị đã rà soát, đúng"],
)  # fmt: skip
def test_phrases_that_give_no_reason(text: str) -> None:
    assert gives_no_reason(text)
    assert not gives_no_reason(f"{text} do sáp nhập ấp")


# many at once ----------------------------------------------------------------------------

TREATMENTS = ("answered", "blank", "empty phrase", "value changed later", "copied")
FULL, SAMPLE = 200, 6


def test_nothing_is_accepted_in_silence(
    office: Office, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    """Findings of three kinds, each treated in five ways by its sender; an office that accepts
    whatever it can, also by hand what says nothing; and the quarter after.
    """
    number = FULL if request.config.getoption("--full") else SAMPLE
    first, loud, again = 0, dict.fromkeys(TREATMENTS, 0), dict.fromkeys(TREATMENTS, 0)
    for start in range(0, number, 40):
        wave = _Wave(office, range(start, min(number, start + 40)))
        first += len(wave.cases)
        for name, counts in (("loud", loud), ("again", again)):
            for treatment in getattr(wave, name):
                counts[treatment] += 1
    assert first == number * len(TREATMENTS)
    assert loud == {**dict.fromkeys(TREATMENTS, number), "answered": 0}
    assert again["answered"] == 0
    with capsys.disabled():
        if number == FULL:
            print(f"\n{first} findings; loud {loud}; in the next period {again}")
    assert sum(again.values()) <= 0.2 * first


class _Wave:
    """One form whose every row has a finding, from its first check to that of the next quarter, in
    which paying adults, and the skilled but for those that exceed their whole, grow.
    """

    def __init__(self, office: Office, numbers: range) -> None:
        random = Random(numbers.start)
        self.cases = [(t, random.choice(("fell", "fell", "jumped", "jumped", "exceeds")))
                      for _ in numbers for t in TREATMENTS]  # fmt: skip
        units = office.campaign.units
        rows = range(9, 9 + len(self.cases))
        communes = [Unit(f"71{row:03}", f"Xã Số {row}", "Xã", "commune", "71") for row in rows]
        kept = [unit for unit in units.units if unit.level != "commune"]
        second = office.campaign.period("2024-Q2")
        third = dataclasses.replace(second, id="2024-Q3", first_day=second.last_day)
        self.office = Office(
            dataclasses.replace(
                office.campaign,
                units=UnitRegistry((*kept, *communes), units.levels),
                periods=(*office.campaign.periods, third),
            ),
            office.folder,
        )
        plain = {f"C{row}": 1000 for row in rows} | {f"H{row}": 301 for row in rows}
        skilled = {"fell": 260, "jumped": 960, "exceeds": 1040}
        was = {"fell": 300, "jumped": 300, "exceeds": 1000}
        now = {f"E{row}": skilled[kind] for row, (_, kind) in zip(rows, self.cases, strict=True)}
        said, cells = {}, {}
        for row, (treatment, _) in zip(rows, self.cases, strict=True):
            said[row] = {"blank": None, "empty phrase": "Đã kiểm tra, đúng",
                         "copied": f"{row} hộ sáp nhập, quý I"}.get(
                             treatment, f"{row} hộ chuyển về từ xã bên")  # fmt: skip
            cells[f"M{row}"] = said[row].replace("quý I", "quý II") if said[row] else None
        answers = tuple(
            Answer(CellRef("71.csv", "", f"F{row}"), f"71{row:03}", f"{row} hộ sáp nhập, quý I")
            for row, (treatment, _) in zip(rows, self.cases, strict=True)
            if treatment == "copied"
        )
        before = Received(
            IndicatorTable("2024-Q1", tuple(
                Observation("2024-Q1", f"71{row:03}", measure, value,
                            CellRef("71.csv", "", f"{column}{row}"))
                for row, (_, kind) in zip(rows, self.cases, strict=True)
                for column, measure, value in (
                    ("C", "people", 1000), ("D", "skilled", was[kind]), ("E", "paying", 300))
            )),
            self.office.campaign.units.on(second.last_day),
            answers=answers,
        )  # fmt: skip
        sent = {**plain, **now, **cells}
        checked = self._reads("2024-Q2", before, sent)
        found = [f for f in checked.findings if f.severity == "warning"]
        assert [f.address.cell for f in found] == [*dict.fromkeys(f.address.cell for f in found)]
        assert {f.address.cell for f in found} == {f"E{row}" for row in rows}
        accepted = [
            decided(cell=f.address.cell, code=f.code, value=f.raw,
                    explanation=str(f.values["answer"]))
            for f in found
            if "answer" in f.values
        ]  # fmt: skip
        assert len(accepted) == len(found) * 4 // 5
        assert not [f for f in checked.findings if f.explanation]
        for row, (treatment, kind) in zip(rows, self.cases, strict=True):
            if treatment == "value changed later":
                sent[f"E{row}"] = skilled[kind] + (1 if kind != "fell" else -1)
        later = self._reads("2024-Q2", before, sent, *accepted)
        self.loud = self._treatments(later)
        for row, (_, kind) in zip(rows, self.cases, strict=True):
            sent |= {f"H{row}": 302, f"M{row}": None}
            sent[f"E{row}"] = sent[f"E{row}"] + 2 * (kind != "exceeds")
        self.again = self._treatments(self._reads("2024-Q3", later, sent, *accepted))

    def _reads(
        self, period: str, before: Received, sent: Mapping[str, Value], *rows: Explanation
    ) -> Received:
        return self.office.reads(period, before, sent, *rows)

    def _treatments(self, received: Received) -> list[str]:
        """How those were treated that are asked."""
        asked = {f.address.cell for f in received.findings if f.severity == "warning"}
        return [self.cases[int(cell[1:]) - 9][0] for cell in asked if cell]
