"""Who lacks figures in a table, by hand: the nine communes of the city 930."""

from __future__ import annotations

import dataclasses

import pytest
from openpyxl import load_workbook

from dxkit.analysis.assembly import analyse_period
from dxkit.intake.checks.gaps import figures_gone, figures_nought
from dxkit.intake.period import read_period
from dxkit.model.campaign import Campaign
from dxkit.model.observations import Received
from dxkit.report.wording.findings import finding_text, names_in_findings
from dxkit.report.wording.language import load_language
from tests.intake.office import DOSSIERS, HEAD, HOA_LUU, HOUSEHOLDS, VI_TAN, Office, Row, Seen, at

WITH_REMARKS: Row = [*HEAD, "Ghi chú"]


def communes(campaign: Campaign) -> dict[str, str]:
    units = campaign.units.on(campaign.period("2022-Q4").last_day)
    return {unit.code: unit.name for unit in units.children("930")}


def rows(campaign: Campaign, without: str = "", **others: Row) -> list[Row]:
    """A row of figures for each commune but one, or another row for some."""
    found = []
    for number, (code, name) in enumerate(communes(campaign).items(), start=1):
        if code != without:
            found.append([number, name, *others.get(f"u{code}", [7, 52])])
    return found


def gaps(seen: Seen) -> list[tuple[str, str, str]]:
    codes = ("unit_missing", "unit_not_reported", "figure_gone")
    return [
        (f.code, f.unit_code, str(f.address)) for f in seen.received.findings if f.code in codes
    ]


def test_a_commune_left_out_of_a_table_is_an_error_that_names_it(office: Office) -> None:
    seen = office.sends(HEAD, *rows(office.campaign, without=VI_TAN), ["", "Tổng cộng", 56, 416])
    assert gaps(seen) == [("unit_missing", VI_TAN, at("B1"))]
    (finding,) = (f for f in seen.received.findings if f.code == "unit_missing")
    assert finding.severity == "error"
    assert finding.values == {"unit": "Xã Vị Tân", "table": "teams"}  # no weight is known


@pytest.mark.parametrize("said", ["chưa gửi báo cáo", "Chưa báo cáo", "đơn vị chưa gửi"])
def test_a_bracket_behind_the_name_says_that_it_has_not_reported(office: Office, said: str) -> None:
    given = rows(office.campaign, without=VI_TAN)
    seen = office.sends(HEAD, *given, [9, f"Xã Vị Tân ({said})", None, None])
    place = at(f"B{len(given) + 2}")
    assert [(code, unit) for code, unit, _ in gaps(seen)] == [("unit_not_reported", VI_TAN)]
    assert seen.findings("name_with_remark", "unit_unknown") == [("name_with_remark", place)]


def test_a_total_is_not_blamed_for_the_row_that_lacks(office: Office) -> None:
    """Nine rows of 7 are 63: with eight, the total is right; 55 is less than the 56 of eight."""
    left = rows(office.campaign, without=VI_TAN)
    assert office.sends(HEAD, *left, ["", "Tổng cộng", 63, 468]).findings("total_differs") == []
    seen = office.sends(HEAD, *left, ["", "Tổng cộng", 55, 416])
    assert seen.findings("total_differs") == [("total_differs", at("C10"))]


def test_with_all_rows_a_total_is_compared_as_ever(office: Office) -> None:
    seen = office.sends(HEAD, *rows(office.campaign), ["", "Tổng cộng", 64, 468])
    assert gaps(seen) == []
    assert seen.findings("total_differs") == [("total_differs", at("C11"))]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ([None, None, None], "unit_missing"),
        ([None, None, "xem phụ lục"], "unit_missing"),
        ([None, None, "Chưa gửi báo cáo"], "unit_not_reported"),
        ([None, None, "Xã chưa gửi báo cáo do chuyển trụ sở"], "unit_not_reported"),
        (["chưa báo cáo", "chưa báo cáo", None], "unit_not_reported"),
        (["không phát sinh", "không phát sinh", None], ""),
        (["nhiều", "#REF!", None], ""),  # refused: each has its own error
        ([0, 0, None], ""),
    ],
)
def test_an_empty_row_that_says_why_is_another_thing(cells: Row, code: str, office: Office) -> None:
    seen = office.sends(WITH_REMARKS, *rows(office.campaign, **{f"u{VI_TAN}": cells}))
    place = next(n for n, c in enumerate(communes(office.campaign), start=2) if c == VI_TAN)
    assert gaps(seen) == ([(code, VI_TAN, at(f"C{place}"))] if code else [])


def test_a_name_that_is_not_understood_is_the_one_error(office: Office) -> None:
    found = rows(office.campaign)
    (row,) = (row for row in found if row[1] == "Xã Vị Tân")
    row[1] = "Xã Vị Tâm"
    seen = office.sends(HEAD, *found, ["", "Tổng cộng", 63, 468])
    codes = ("unit_unknown", "unit_missing", "total_differs")
    assert seen.findings(*codes) == [("unit_unknown", at(f"B{found.index(row) + 2}"))]


def test_a_commune_that_is_in_one_table_and_not_in_the_other(office: Office) -> None:
    office.sends(HEAD, *rows(office.campaign), file="930-to.xlsx")
    seen = office.sends(DOSSIERS, *rows(office.campaign, without=HOA_LUU), file="930-ho-so.xlsx")
    assert gaps(seen) == [("unit_missing", HOA_LUU, at("B1", "930-ho-so.xlsx"))]
    assert seen.received.units_heard >= {HOA_LUU}


def test_communes_that_send_for_themselves_do_not_lack_in_anothers_file(office: Office) -> None:
    seen = office.sends(HEAD, [1, "Xã Vị Tân", 7, 52], file=f"{VI_TAN}.xlsx")
    silent = communes(office.campaign).keys() - {VI_TAN}
    assert {(code, unit) for code, unit, _ in gaps(seen)} == {
        ("unit_not_reported", unit) for unit in silent
    }


def test_a_table_that_is_missing_is_an_error(office: Office) -> None:
    seen = office.sends(HEAD, *rows(office.campaign))
    missing = [f for f in seen.received.findings if f.code == "table_missing"]
    tables = {f.values["table"] for f in missing}
    assert tables == {"households", "dossiers", "initiatives", "poverty"}
    assert {f.severity for f in missing} == {"error"}


def after(office: Office, *now: Row) -> list[tuple[str, str, str]]:
    """The figures gone in a second workbook, the first being the period before."""
    before = office.sends(HEAD, *rows(office.campaign)).received
    seen = office.sends(HEAD, *now)
    received = read_period(office.campaign, "2022-Q4", office.folder, before=before)
    assert not [f for f in seen.received.findings if f.code == "figure_gone"]
    return gaps(Seen(received))


def test_a_cell_that_is_empty_now_and_had_a_figure(office: Office) -> None:
    now = rows(office.campaign, **{f"u{VI_TAN}": [None, 52], f"u{HOA_LUU}": ["–", 52]})
    places = {code: n for n, code in enumerate(communes(office.campaign), start=2)}
    assert set(after(office, *now)) == {
        ("figure_gone", code, at(f"C{places[code]}")) for code in (VI_TAN, HOA_LUU)
    }


def test_what_never_had_a_figure_or_says_why_is_not_gone(office: Office) -> None:
    now = rows(office.campaign, **{f"u{VI_TAN}": ["không phát sinh", 52], f"u{HOA_LUU}": [0, 0]})
    assert after(office, *now) == []


def test_a_row_that_is_empty_as_a_whole_is_told_once(office: Office) -> None:
    now = rows(office.campaign, **{f"u{VI_TAN}": [None, None]})
    place = 2 + next(n for n, row in enumerate(now) if row[1] == "Xã Vị Tân")
    assert after(office, *now) == [("unit_missing", VI_TAN, at(f"C{place}"))]


def test_a_figure_that_the_last_period_lacked_as_well_is_not_gone(office: Office) -> None:
    now = rows(office.campaign, **{f"u{VI_TAN}": [None, 52]})
    received = office.sends(HEAD, *now).received
    assert list(figures_gone(received, received, ())) == []
    full = office.sends(HEAD, *rows(office.campaign)).received
    assert [f.values["before"] for f in figures_gone(received, full, ())] == [7]


def hamlets(office: Office, **households: int) -> Received:
    """What a workbook with these hamlets of Xã Vị Tân says."""
    names = [name.replace("_", " ") for name in households]
    rows = [
        [n, name, h, 10]
        for n, (name, h) in enumerate(zip(names, households.values(), strict=True), 1)
    ]
    return office.sends(HOUSEHOLDS, ["I", "Xã Vị Tân", None, None], *rows).received


@pytest.mark.parametrize(
    ("now", "gone"),
    [
        ({"Ấp_1": 100, "Ấp_3": 90}, ["Ấp 2"]),  # 80 of 270 are gone with their hamlet
        ({"Ấp_1": 100}, ["Ấp 2", "Ấp 3"]),
        ({"Ấp_1": 180, "Ấp_3": 90}, []),  # merged with the first, which has them now
        ({"Ấp_1": 100, "Ấp_Mới": 82, "Ấp_3": 90}, []),  # another name
        ({"Ấp_1": 100, "Ấp_2": 9, "Ấp_3": 90}, []),  # a figure that fell is another finding
    ],
)
def test_a_hamlet_left_out_with_its_figures(
    now: dict[str, int], gone: list[str], office: Office
) -> None:
    before = hamlets(office, Ấp_1=100, Ấp_2=80, Ấp_3=90)
    hamlets(office, **now)
    received = read_period(office.campaign, "2022-Q4", office.folder, before=before)
    found = [f for f in received.findings if f.code == "unit_left_out"]
    assert [f.values["unit"] for f in found] == gone
    assert {(f.severity, f.address.sheet, f.unit_code) for f in found} <= {
        ("error", "Biểu", VI_TAN)
    }
    lacking = {u.code for u in received.units.units if u.name in gone}
    for code in lacking:
        (observation,) = received.table.of(code, "households")
        assert (observation.value, observation.flag) == (None, "not_reported")
    result = analyse_period(office.campaign, received).results.by_indicator[
        VI_TAN, "digital_skills"
    ]
    assert result.measured.value.partial == bool(gone)


@pytest.mark.parametrize(
    ("head", "column", "found"),
    [
        (HEAD, "D", [("column_hidden", at("D1"))]),
        ([*HEAD, "Số thành viên"], "E", [("hidden_content_skipped", at("E1"))]),
    ],
)
def test_a_hidden_column_is_an_error_unless_another_holds_its_figures(
    head: Row, column: str, found: list[tuple[str, str]], office: Office
) -> None:
    office.sends(head, *([*row, 52] for row in rows(office.campaign)))
    path = office.folder / "930.xlsx"
    book = load_workbook(path)
    book.active.column_dimensions[column].hidden = True
    book.save(path)
    seen = office.sent()
    assert seen.findings("column_hidden", "hidden_content_skipped") == found
    severity = {f.severity for f in seen.received.findings if (f.code, str(f.address)) in found}
    assert severity == {"error" if column == "D" else "note"}
    assert seen.figure(VI_TAN, "teams")[0] == 7
    assert bool(seen.figure(VI_TAN, "team_members")) is (column == "E")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_figures_without_names_on_their_left_are_an_error_in_words(
    language: str, office: Office
) -> None:
    seen = office.sends(["TT", "Số tổ", "Số thành viên"], [1, 7, 52])
    assert seen.findings("names_missing") == [("names_missing", at("B1"))]
    assert seen.figure(VI_TAN, "teams") == seen.figure(VI_TAN, "team_members") == ()
    words = load_language(language)
    names = names_in_findings(office.campaign, seen.received.units, words)
    (finding,) = (f for f in seen.received.findings if f.code == "names_missing")
    table = words.name(office.campaign.tables["teams"])
    assert f'"{table}"' in finding_text(finding, words, names)


def dossiers(office: Office, then: Row, **now: Row) -> Seen:
    """What was read where each commune sent ``then`` a period before, and ``now`` the same, or
    another row for some or (``all``) for each.
    """

    def sent(others: dict[str, Row]) -> list[Row]:
        return [
            [n, name, *others.get(f"u{code}", others.get("all", then))]
            for n, (code, name) in enumerate(communes(office.campaign).items(), start=1)
        ]

    before = office.sends(DOSSIERS, *sent({})).received
    office.sends(DOSSIERS, *sent(now))
    return Seen(read_period(office.campaign, "2022-Q4", office.folder, before=before))


def noughts(seen: Seen, code: str = "figures_nought") -> list[tuple[str, str]]:
    found = [f for f in seen.received.findings if f.code == code]
    return [(f.unit_code, str(f.address)) for f in found]


def test_a_whole_that_is_nought_in_every_cell_is_one_error_and_is_not_used(office: Office) -> None:
    """Nine communes had 40 dossiers each, 360 in all."""
    seen = dossiers(office, [40, 20], all=[0, 0])
    assert noughts(seen) == [("930", at("C2"))]
    (said,) = (f for f in seen.received.findings if f.code == "figures_nought")
    assert (said.severity, said.values["before"]) == ("error", 360)
    for measure, column in (("dossiers", "C"), ("dossiers_online", "D")):
        assert seen.figure(VI_TAN, measure)[:2] == (None, "rejected"), column
    assert seen.findings("jump", "copied_forward") == []


@pytest.mark.parametrize(
    ("then", "now", "is_asked"),
    [
        ([30, 20], [0, 0], True),
        ([29, 20], [0, 0], False),  # fewer than the campaign looks at
        ([30, 20], [1, 0], False),
        ([30, 20], ["không phát sinh", "không phát sinh"], False),
        ([0, 0], [0, 0], False),
    ],
)
def test_one_commune_that_reports_nought(
    then: Row, now: Row, is_asked: bool, office: Office
) -> None:
    place = 2 + list(communes(office.campaign)).index(VI_TAN)
    seen = dossiers(office, then, **{f"u{VI_TAN}": now})
    assert noughts(seen) == ([(VI_TAN, at(f"C{place}"))] if is_asked else [])
    if then[0]:
        assert seen.figure(HOA_LUU, "dossiers")[0] == then[0]


def test_a_sender_of_whose_units_nothing_arises_any_more_is_asked(office: Office) -> None:
    """One commune may have had no dossiers; all nine had 40 each."""
    seen = dossiers(office, [40, 20], all=["không phát sinh", "không phát sinh"])
    assert noughts(seen, "whole_vanished") == [("930", at("C2"))]
    assert seen.figure(VI_TAN, "dossiers")[:2] == (None, "rejected")


AP = [f"{VI_TAN}-ap-{n}" for n in (1, 2)]
FARMS: Row = ["TT", "Đơn vị", "Tổng số hộ", "Hộ SXNN", "Hộ SXNN tham gia sàn TMĐT"]
NONE = "không phát sinh"


def farms(office: Office, *own: object, other: object = 400, then: Row | None = None) -> Seen:
    """What was read where hamlets of one commune have so many farms, of 500 households each, all on
    the platform, and that of another has ``other``; ``then`` the first ones had so many before.
    """

    def sent(*own: object) -> list[Row]:
        rows: list[Row] = [[n, f"Ấp {n}", 500, x, x] for n, x in enumerate(own, start=1)]
        last: list[Row] = [["II", "Xã Hoả Lựu"], [1, "Ấp 3", 500, other, other]]
        return [FARMS, ["I", "Xã Vị Tân"], *rows, *last]

    before = office.sends(*sent(*then)).received if then else None
    return office.sends(*sent(*own), before=before)


def told(seen: Seen) -> set[tuple[str, str, str]]:
    """What is said of wholes that are gone: the code, the unit, the cell; all cost the rank."""
    codes = ("figures_nought", "whole_vanished", "whole_absent")
    found = [f for f in seen.received.findings if f.code in codes]
    assert {f.severity for f in found} <= {"error"}
    return {(f.code, f.unit_code, f.address.cell) for f in found}


@pytest.mark.parametrize(
    ("then", "now", "asked"),
    [
        ([150, 150], [NONE, NONE], {("whole_vanished", VI_TAN, "D3")}),  # what stands arises not
        ([150, 150], [3, 3], {("whole_vanished", VI_TAN, "D3")}),  # of 300: any share is reached
        ([150, 150], [NONE, 4], {("whole_vanished", VI_TAN, "D3")}),
        ([150, 150], [29, 0], {("whole_vanished", VI_TAN, "D3")}),
        ([150, 150], [30, 0], {("figures_nought", AP[1], "D4")}),  # a tenth is left of the commune
        ([150, 150], [NONE, 30], {("whole_vanished", AP[0], "D3")}),
        ([150, 150], [None, 3], {("whole_vanished", AP[1], "D4")}),  # an empty cell tells nothing
        ([150, 150], [150, 14], {("whole_vanished", AP[1], "D4")}),
        ([150, 150], [150, 15], set()),
        ([150, 20], [150, 0], {("figures_nought", AP[1], "D4")}),  # however few there were
        ([150, 20], [150, NONE], {("whole_vanished", AP[1], "D4")}),
        ([150, 20], [150, 1], set()),  # few things are let be while there are any
        ([25, 0], [150, 0], set()),  # the last period agrees, in figures or in words
        ([25, NONE], [150, 0], set()),
        ([25, 0], [150, NONE], set()),
    ],
)
def test_farms_that_have_all_but_gone_are_asked_about(
    then: Row, now: Row, asked: set[tuple[str, str, str]], office: Office
) -> None:
    """Of the commune or of a hamlet alone; the other commune's and hamlet's figures are used."""
    seen = farms(office, *now, then=then)
    assert told(seen) == asked
    lost = {code for _, unit, _ in asked for code in ([unit] if unit in AP else AP)}
    for code, value in zip(AP, now, strict=True):
        number = value if isinstance(value, int) and code not in lost else None
        for measure in ("farm_households", "farm_households_ecommerce"):
            assert seen.figure(code, measure)[0] == number
        assert (seen.figure(code, "farm_households")[1] == "rejected") == (
            code in lost and value is not None
        )
        assert seen.figure(code, "households")[0] == 500


@pytest.mark.parametrize(
    ("now", "other", "asked"),
    [
        ([0, 0], 400, {("whole_absent", VI_TAN, "D3")}),  # beside it 400 of 500: 800 of its 1,000
        ([NONE, NONE], 400, {("whole_absent", VI_TAN, "D3")}),
        ([0, NONE], 400, {("whole_absent", VI_TAN, "D3")}),
        ([0, 0], 15, {("whole_absent", VI_TAN, "D3")}),  # 30 of 1,000
        ([0, 0], 14, set()),  # 28: few enough for there to be none
        ([0, 0], NONE, set()),  # a campaign for townsfolk
        ([0, 30], 400, {("whole_absent", AP[0], "D3")}),  # as the hamlet beside it: 30
        ([0, 29], 400, set()),
        ([1, 0], 400, set()),  # as the hamlet beside it: 1
        ([None, 0], 400, {("whole_absent", VI_TAN, "D4")}),
    ],
)
def test_in_a_first_period_the_units_beside_it_say_what_a_unit_should_have(
    now: Row, other: object, asked: set[tuple[str, str, str]], office: Office
) -> None:
    assert told(farms(office, *now, other=other)) == asked


def test_in_a_first_period_one_commune_may_have_no_dossiers(office: Office) -> None:
    """What arises need not arise everywhere."""
    first, *others = communes(office.campaign).values()
    seen = office.sends(DOSSIERS, [1, first, 0, 0], *([2, name, 40, 20] for name in others))
    assert told(seen) == set()


def test_noughts_refused_in_a_first_period_do_not_agree_with_those_of_the_next(
    office: Office,
) -> None:
    first = farms(office, 0, 0).received
    received = read_period(office.campaign, "2022-Q4", office.folder, before=first)
    assert told(Seen(received)) == {("whole_absent", VI_TAN, "D3")}


def test_a_hamlet_whose_farms_have_gone_is_neither_ranked_nor_helped_by_it(office: Office) -> None:
    seen = farms(office, 150, 0, then=[150, 150])
    totals = analyse_period(office.campaign, seen.received).results.totals
    assert (totals[AP[1]].rank, totals[AP[1]].missing) == (None, "incomplete")
    assert "ecommerce_farms" in totals[VI_TAN].lacking  # its commune takes no award


def test_noughts_that_the_office_confirms_are_used(office: Office) -> None:
    before = dossiers(office, [40, 20]).received
    of = office.sends(
        DOSSIERS, *([n, x, 0, 0] for n, x in enumerate(communes(office.campaign).values()))
    )
    said = list(of.received.table.observations)
    args = office.campaign, of.received.units
    assert len(figures_nought(*args, said, before).findings) == 1
    place = next(n for n, o in enumerate(said) if o.measure == "dossiers")
    said[place] = dataclasses.replace(said[place], correction="confirmed by telephone")
    found = figures_nought(*args, said, before)
    assert {f.unit_code for f in found.findings} == communes(office.campaign).keys() - {
        said[place].unit_code
    }
    assert found.observations[place].value == 0


def test_one_name_that_is_not_understood_is_one_unit(office: Office) -> None:
    """Two communes lack and one row cannot be read: it is the likelier one's, the other lacks."""
    named = communes(office.campaign)
    left = [r for r in rows(office.campaign, without=HOA_LUU) if r[1] != named[VI_TAN]]
    seen = office.sends(HEAD, *left, [8, "Xã Vị Tâq", 7, 52])
    assert gaps(seen) == [("unit_missing", HOA_LUU, at("B1"))]
    assert seen.findings("unit_unknown") == [("unit_unknown", at("B9"))]
    both = office.sends(HEAD, *left, [8, "Xã Hoả Tâq", 7, 52])  # like Hoả Lựu, Hoả Tiến, Vị Tân
    assert len(gaps(both)) == 1


@pytest.mark.parametrize(
    ("group", "cell"),
    [(["I", "Xã Vị Tân", None, None, "Chưa gửi báo cáo"], "B3"),
     (["I", "Xã Vị Tân", "chưa báo cáo"], "C3")],
)  # fmt: skip
def test_a_group_that_says_itself_that_it_has_not_reported(
    office: Office, group: Row, cell: str
) -> None:
    head = [*HOUSEHOLDS, "Ghi chú"]
    rows: list[Row] = [[1, "Ấp 1"], [2, "Ấp 2"], ["II", "Xã Hỏa Lựu"], [1, "Ấp 1", 120, 80]]
    seen = office.sends([], head, group, *rows)
    said = [(f.code, f.address.cell) for f in seen.received.findings if f.unit_code == VI_TAN]
    assert said == [("unit_not_reported", cell)]


@pytest.mark.parametrize(
    ("head", "cells", "found"),
    [
        (HOUSEHOLDS, [None, 52], [("figure_missing", "error", "C2")]),
        (HOUSEHOLDS, [520, "chưa có số liệu"], [("figure_missing", "error", "D2")]),
        (DOSSIERS, [120, "-"], [("figure_missing", "error", "D2")]),
        (HEAD, [7, None], [("value_missing", "note", "D2")]),  # no criterion rests on it
        (HOUSEHOLDS, [520, "không phát sinh"], []),
        (
            [*HEAD, "Ghi chú"],
            [None, None, "chưa báo cáo"],
            [("unit_not_reported", "warning", "C2")],
        ),
    ],
)
def test_a_blank_cell_that_costs_a_unit_its_rank_is_an_error(
    head: Row, cells: Row, found: list[tuple[str, str, str]], office: Office
) -> None:
    first, *others = communes(office.campaign).values()
    seen = office.sends(
        head, [1, first, *cells], *([n, name, 7, 5] for n, name in enumerate(others))
    )
    codes = ("figure_missing", "value_missing", "unit_not_reported")
    about = [f for f in seen.received.findings if f.code in codes and f.address.sheet]
    assert [(f.code, str(f.severity), f.address.cell) for f in about] == found
