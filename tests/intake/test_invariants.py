"""The two invariants, each taken out: then figures of moved rows, of second columns of names and
of second sheets are wrong in silence, and with both none is. What the reader itself does about a
second column of names is taken out from the beginning.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import openpyxl
import pytest

from dxkit.intake import period as reading
from dxkit.intake.file_cells import TableRead
from dxkit.intake.names import Match, Names
from dxkit.intake.tables import header
from dxkit.intake.tables.invariants import NameInRow, OneSource
from dxkit.intake.tables.row_units import RowUnits
from dxkit.model.campaign import Campaign
from dxkit.model.findings import Finding, Severity
from dxkit.model.observations import Observation
from tests.intake.office import HEAD, HOA_LUU, PHUONG_I, VI_TAN, Office, Row, Seen

TITLE: Row = ["SỐ LIỆU QUÝ IV NĂM 2022"]
TRUE = {(PHUONG_I, "teams"): 5, (PHUONG_I, "team_members"): 40,
        (VI_TAN, "teams"): 7, (VI_TAN, "team_members"): 1044,
        (HOA_LUU, "teams"): 6, (HOA_LUU, "team_members"): 20}  # fmt: skip


def sheets(office: Office, **rows: Sequence[Row]) -> Seen:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in rows.items():
        sheet = book.create_sheet(name)
        for line in (TITLE, *lines):
            sheet.append(line)
        for cell in (cell for row in sheet for cell in row if cell.value == "#REF!"):
            cell.data_type = "e"
    book.save(office.folder / "930.xlsx")
    return office.sent()


def text_file(texts: Sequence[str], office: Office) -> Seen:
    (office.folder / "930.csv").write_text("\n".join(texts) + "\n", "utf-8")
    return office.sent()


SECOND: Row = [2, "Xã Vị Tân", 7, 1044]
REMARKS: Row = [*HEAD, "Ghi chú"]
Case = Callable[[Office], Seen]
NAME, SOURCE = "name in its row", "one source"
CASES: dict[str, tuple[str, Case]] = {
    # A: a second column of names between the figures, or nearer to them than the first
    "names between": (NAME, partial(sheets, Biểu=[
        ["TT", "Địa bàn", "Số tổ", None, "Số thành viên"],
        [1, "Phường I", 5, "Xã Vị Tân", 1044], [2, "Xã Vị Tân", 7, "Phường I", 40]])),
    "names between of another list": (NAME, partial(sheets, Biểu=[
        ["TT", "Phường, xã", "Số tổ", "", "Số thành viên"],
        [1, "Xã Hỏa Lựu", 6, "Phường I", 40], [2, "Phường I", 5, "Xã Hỏa Lựu", 20]])),
    "names between, longer": (NAME, partial(sheets, Biểu=[
        ["TT", "Đơn vị", "Số tổ", None, "Số thành viên"],
        [1, "Phường I", 5, "Xã Hỏa Lựu", 20], [2, "Xã Vị Tân", 7, "Phường I", 40],
        [3, "Xã Hỏa Lựu", 6, "Xã Vị Tân", 1044]])),
    # B: a second sheet has what the first one lacks, or something else
    "an error beside a copy": (SOURCE, partial(sheets, Biểu=[HEAD, [1, "Phường I", "#REF!", 40]],
                                               Cũ=[HEAD, [1, "Phường I", 3, 40]])),
    "not known beside a copy": (SOURCE, partial(
        sheets, Nháp=[HEAD, [1, "Phường I", 3, 40], SECOND],
        Biểu=[HEAD, [1, "Phường I", "chưa rõ", 40], SECOND])),
    "two copies that differ": (SOURCE, partial(sheets, Biểu=[HEAD, [1, "Phường I", 4, 40]],
                                               Sửa=[HEAD, [1, "Phường I", 5, 40]])),
    "a unit of one copy": (SOURCE, partial(sheets, Biểu=[HEAD, [1, "Phường I", 5, 40], SECOND],
                                           Cũ=[HEAD, [1, "Phường I", 5, 40],
                                               [2, "Xã Hỏa Lựu", 9, 30]])),
    # C: the cells of a row fit its columns in two ways
    "moved to the right": (SOURCE, partial(sheets, Biểu=[
        REMARKS, [1, "Phường I", 5, 40], [2, "Xã Vị Tân", None, 7, 1044]])),
    "moved before a column of its own": (SOURCE, partial(sheets, Biểu=[
        [*HEAD, "Đạt/Không"], [1, "Phường I", None, 5, 40], SECOND])),
    "cut in two": (SOURCE, partial(sheets, Biểu=[
        REMARKS, [1, "Phường I", 5, 40, "đủ"], [2, "Xã Vị Tân", 7, 1, "044"]])),
    "cut in two by a comma": (SOURCE, partial(
        text_file, [",".join(map(str, REMARKS)), "1,Phường I,5,40,đủ", "2,Xã Vị Tân,7,1,044"])),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _one_column_of_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader takes the last column of names for that of all figures."""

    def of_the_last(
        units: Sequence[int], figures: Sequence[int]
    ) -> Iterable[tuple[tuple[int, ...], tuple[int, ...]]]:
        yield tuple(units[-1:]), tuple(figures)

    monkeypatch.setattr(header, "_side_by_side", of_the_last)


def first_of_each(
    tables: Sequence[TableRead], _: object
) -> tuple[list[Observation], list[Finding]]:
    kept: dict[tuple[str, str, str], Observation] = {}
    for o in (o for table in tables for o in table.observations):
        key = o.unit_code, o.measure, o.period
        if key not in kept or kept[key].value is None:
            kept[key] = o
    return list(kept.values()), []


def take_out(invariant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if invariant == NAME:
        monkeypatch.setattr(NameInRow, "kept", lambda self, unit, own, values: values)
    else:
        monkeypatch.setattr(OneSource, "fits_two_ways", lambda self, number, found: False)
        monkeypatch.setattr(reading, "united", first_of_each)


def wrong(seen: Seen) -> list[tuple[str, str, object]]:
    """The figures that are used and are not the true ones."""
    return [
        (o.unit_code, o.measure, o.value)
        for o in seen.received.table.observations
        if o.value is not None and o.address.cell and o.value != TRUE[o.unit_code, o.measure]
    ]


@pytest.mark.parametrize("case", CASES)
def test_with_both_invariants_no_figure_is_wrong_and_what_is_not_used_is_told(
    office: Office, case: str
) -> None:
    seen = CASES[case][1](office)
    assert wrong(seen) == []
    told = {f.code for f in seen.received.findings if f.severity is Severity.ERROR}
    assert told & {"name_not_nearest", "unit_repeated", "unit_in_one_copy", "row_shifted"}


@pytest.mark.parametrize("case", CASES)
def test_without_its_invariant_a_figure_is_wrong(
    office: Office, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_out(CASES[case][0], monkeypatch)
    assert wrong(CASES[case][1](office)) != []


@pytest.mark.parametrize("case", CASES)
def test_each_invariant_sees_its_cases_alone(
    office: Office, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_out(SOURCE if CASES[case][0] == NAME else NAME, monkeypatch)
    assert wrong(CASES[case][1](office)) == []


@pytest.mark.parametrize("is_sent_as", ["Xã Vị Tân", "Vị Tân", "VI TAN"])
def test_a_row_taken_for_another_unit_than_it_names_is_not_used(
    office: Office, monkeypatch: pytest.MonkeyPatch, is_sent_as: str
) -> None:
    phuong_i = office.campaign.units.on(datetime.date(2022, 12, 14)).get(PHUONG_I)
    monkeypatch.setattr(RowUnits, "find", lambda *_: Match(phuong_i))
    seen = sheets(office, Biểu=[HEAD, [2, is_sent_as, 7, 1044]])
    assert wrong(seen) == []
    assert ("name_not_nearest", "930.xlsx › Biểu!C3") in seen.findings()


@pytest.mark.parametrize(
    ("code", "readings", "is_called"),
    [
        (VI_TAN, ["Xã Vị Tân"], True), (VI_TAN, ["X. Vi Tan"], True),
        (VI_TAN, ["UBND xã Vị Tân"], True), (VI_TAN, ["Xã Vị Tân (7 ấp)"], True),
        (PHUONG_I, ["P1"], True), (PHUONG_I, ["Phường 1"], True),
        (VI_TAN, ["Xã Hỏa Lựu"], False), (PHUONG_I, ["Phường III"], False), (VI_TAN, [], False),
        (VI_TAN, ["Xã Vị Thanh"], False),
    ],
)  # fmt: skip
def test_a_name_is_the_units_own(
    haugiang: Campaign, code: str, readings: list[str], is_called: bool
) -> None:
    names = Names(haugiang, haugiang.period("2022-Q4").last_day)
    assert names.may_be_called(readings, names.units.get(code)) is is_called
