"""The spine: where the marks of its pictures stand, worked out by hand, and what its table says."""

from __future__ import annotations

import dataclasses
import re

import pytest
from lxml import html

import dxkit
from dxkit.model.campaign import Campaign
from dxkit.model.facts import Fact, FactKey, UnitOfMeasure
from dxkit.period import OpenPeriod
from dxkit.press.publish.style import lacking, page_style
from dxkit.report.report import Report
from dxkit.report.sections.spine import Scale, draw_bar, draw_periods
from dxkit.report.wording.language import IN_SENTENCES, SIGNS
from tests.analysis.several_periods import all_received, analysed, longer
from tests.analysis.test_results import full
from tests.analysis.test_uncertainty import changed

SHARES = Scale(0.0, 1.0)


def share(value: float, kind: str = "value") -> Fact:
    return Fact(FactKey("2022-Q4", "930", "cashless", kind), value, UnitOfMeasure.SHARE, 1)


def drawn(picture: str, tag: str, *names: str) -> list[tuple[str, ...]]:
    elements = html.fragment_fromstring(picture).iter(tag)
    return [tuple(element.get(name, "") for name in names) for element in elements]


def test_marks_stand_where_their_numbers_lie_on_the_scale() -> None:
    """40 % against 80 %, the others together at 62.5 %, each of them at 25 and 75 %."""
    picture = draw_bar(SHARES, share(0.4), share(0.8), [0.25, 0.75], share(0.625), reached=False)
    track, bar = drawn(picture, "rect", "x", "width", "style")
    assert track[:2] == ("0%", "100%")
    assert bar[:2] == ("0%", "40%")
    assert "--orange" in bar[2]
    assert drawn(picture, "circle", "cx") == [("25%",), ("75%",)]
    whole, target = drawn(picture, "line", "x1", "y1")
    assert (whole[0], target[0]) == ("62.5%", "80%")
    assert target[1] == "0"  # through the bar, the others' stroke below it
    assert float(whole[1]) > 10
    assert 'aria-hidden="true"' in picture
    assert "--blue" in draw_bar(SHARES, share(0.8), share(0.8), reached=True)
    assert "--peer" in draw_bar(SHARES, share(0.8))


def test_a_scale_of_its_own_is_an_outline_and_begins_at_nought() -> None:
    """From −2 to 6 nought lies at a quarter: 4 reaches from there to three quarters."""
    own = Scale(-2.0, 6.0, common=False)
    track, bar = drawn(draw_bar(own, share(4.0)), "rect", "x", "width", "style")
    assert "fill:none" in track[2]
    assert "dasharray" in track[2]
    assert bar[:2] == ("25%", "50%")
    assert drawn(draw_bar(own, share(-2.0)), "rect", "x", "width")[1] == ("0%", "25%")
    assert drawn(draw_bar(SHARES, None), "rect", "width") == [("100%",)]
    assert drawn(draw_bar(SHARES, share(1.5)), "rect", "width")[1] == ("100%",)
    many = draw_bar(SHARES, share(0.5), others=[n / 5000 for n in range(5001)])
    assert len(drawn(many, "circle", "cx")) == 201  # what no eye tells apart is one dot


def test_the_steeper_line_of_periods_rose_by_more() -> None:
    def points(picture: str) -> list[list[float]]:
        (path,) = drawn(picture, "path", "d")
        return [[float(n) for n in point.split()] for point in path[0][1:].split("L")]

    steep, flat = (points(draw_periods([0.2, 0.2 + rise], 0.4)) for rise in (0.4, 0.1))
    assert [x for x, _ in steep] == [x for x, _ in flat]
    rise = [before[1] - after[1] for before, after in (steep, flat)]
    assert rise[0] == pytest.approx(4 * rise[1])
    assert "--blue" in draw_periods([0.2, 0.3], 0.4)
    assert "--orange" in draw_periods([0.2, 0.3], 0.4, -1)
    assert "--peer" in draw_periods([0.3, 0.3], 0.4)


def test_a_period_without_a_value_is_a_gap_and_one_period_no_line() -> None:
    (path,) = drawn(draw_periods([0.1, 0.2, None, 0.3], 0.2), "path", "d")
    assert path[0].count("M") == 2
    assert path[0].count("L") == 1
    assert draw_periods([0.1], 1) == draw_periods([0.1, None], 1) == draw_periods([], 1) == ""


def cells(opened: OpenPeriod, unit: str, language: str = "en") -> dict[str, html.HtmlElement]:
    table = html.fragment_fromstring(
        str(Report(opened, unit, language).indicators().html), create_parent="div"
    )
    return {row[0].text_content(): row for row in table.iter("tr")}


def test_a_name_unfolds_what_is_meant_and_the_frame_holds_none_of_it(
    periods: dict[str, OpenPeriod],
) -> None:
    opened = periods["2022-Q4"]
    report = Report(opened, "936", "en")
    frame = report.indicators().frame
    assert frame is not None
    assert list(frame.columns[:3]) == ["Criterion", "Result", "Target"]
    assert frame["Criterion"].iloc[1] == "Digital skills"
    assert frame["State"].iloc[:4].tolist() == ["Far off", "Not reached", "Far off", "Far off"]
    assert frame["Result"].dtype == frame["Change"].dtype == float
    folded = html.fragment_fromstring(str(report.indicators().html), create_parent="div")
    said = [p.text_content() for p in folded.findall(".//details/p")]
    assert said[1].startswith("The share of households with digital skills: ")
    assert " ÷ " in said[1]
    assert " ÷ " not in said[-1]  # a count


def test_only_a_change_has_a_triangle(periods: dict[str, OpenPeriod]) -> None:
    for unit in ("930", "936", "93"):
        text = Report(periods["2022-Q4"], unit, "vi").indicators().html
        table = html.fragment_fromstring(str(text), create_parent="div")
        for mark in ("▲", "▼"):
            signs = [e for e in table.iter() if e.text and mark in e.text]
            assert {e.getparent().get("class", "").split()[-1] for e in signs} <= {
                "of-change", "elsewhere"
            }, unit  # fmt: skip
            for sign in signs:
                (fact,) = sign.getparent().iter("data")
                assert (float(fact.get("value")) > 0) == (mark == "▲")


def test_reservations_stand_once_at_the_heading_with_their_meaning_below(
    periods: dict[str, OpenPeriod],
) -> None:
    """One of 15 communes of 934 has not reported: every result is without it."""
    text = str(Report(periods["2022-Q4"], "934", "vi").indicators().html)
    section = html.fragment_fromstring(text)
    heads = {th.text_content(): th.get("class", "").split() for th in section.iter("th")}
    assert "partial" in heads["Kết quả"]
    assert {"partial", "assumed"} <= set(heads["Điểm"])
    assert "partial" not in heads["Chỉ tiêu"]
    notes = [p.text_content() for p in section.findall("p[@class]") if "note" in p.get("class")]
    assert "‡\xa0Chưa gồm các nơi thiếu số liệu." in notes[0]
    assert "§\xa0Tính theo quy tắc là giả định." in notes[0]
    assert "xã\u00a0Phụng\u00a0Hiệp" in notes[-1]
    whole = str(Report(periods["2022-Q4"], "930", "vi").indicators().html)
    assert "‡" in whole  # the others' figures are without it
    assert "chưa gửi báo cáo" not in whole


def test_what_the_heading_tells_no_cell_says_again(periods: dict[str, OpenPeriod]) -> None:
    """Nor where two numbers stand in it: "2–4". Of a mark that the spine's headings tell, what is
    doubtful or of other places stays known of the cell, for a phone.
    """
    report = Report(periods["2022-Q4"], "934", "vi")
    for section in (report.league(), report.indicators()):
        for table in html.fragment_fromstring(str(section.html)).iter("table"):
            heads = [set((th.get("class") or "").split()) for th in table.find("thead").iter("th")]
            assert any("assumed" in head for head in heads)
            for row in table.find("tbody").iter("tr"):
                for cell, head in zip(row, heads, strict=True):
                    for fact in cell.iter("data"):
                        assert not set(fact.get("class").split()) & head - {"number"}
                    if "of-change" in head and [*cell.iter("data")]:
                        assert "elsewhere" in cell.get("class").split()


def test_no_reservation_is_lost_where_headings_are_not_seen() -> None:
    """On a phone a cell carries what the heading of its column says, or the caption does."""
    style = page_style()
    ends = re.findall(r"\.spine (caption|td[^{}]*)::after { content: ([^}]*)", style)
    assert len(ends) == 2
    for mark, sign in SIGNS.items():
        of_cell = mark in IN_SENTENCES
        place = f"td.{mark} data" if of_cell else f"caption.{mark}"
        assert f'.spine {place} {{ --{mark}: "{sign}"; }}' in style
        assert all(f"var(--{mark}," in told for at, told in ends if at != "caption" or not of_cell)


def test_the_key_of_a_chart_needs_no_table_of_criteria_beside_it() -> None:
    without = page_style(lacking('<figure class="chart"><p class="key">'))
    assert ".key { display: flex;" in without
    assert ".spine {" not in without


def test_the_mark_of_a_rank_stands_behind_the_whole(periods: dict[str, OpenPeriod]) -> None:
    """Of the total the rank rests on an assumed rule: "8/8§"."""
    table = html.fragment_fromstring(str(Report(periods["2022-Q4"], "936", "vi").indicators().html))
    rank, of = table.findall(".//tr[@class='total']//td")[-2].iter("data")
    assert rank.get("class") == "fact"
    assert "assumed" in of.get("class", "")


def test_a_column_in_which_nothing_can_be_compared_is_told_once() -> None:
    """In Phụng Hiệp one commune is silent, so no rank of the others is compared with the last."""
    partial, whole = (
        dxkit.report("haugiang-2022", "2022-Q4", code).league() for code in (934, 936)
    )
    assert partial.frame is not None
    assert whole.frame is not None
    heading = "Tăng/giảm hạng"
    assert heading in [*whole.frame.columns]
    assert heading not in [*partial.frame.columns]
    said = " ".join(re.sub("<[^>]*>", "", partial.html).split())
    assert said.count(f"{heading}: không so sánh được.") == 1
    assert "Tăng/giảm hạng:" not in re.sub("<[^>]*>", "", whole.html)


def page_of(opened: OpenPeriod, plan: Campaign, told: dict[str, int]) -> Report:
    """The page of a ward of which so many of 10,000 households had the app in each quarter."""
    rows = {
        period: changed(full("31318", 1.0), households=10_000, households_app=apps)
        for period, apps in told.items()
    }
    analysis = analysed(plan, *all_received(plan, rows))
    return Report(dataclasses.replace(opened, analysis=analysis, campaign=plan), "31318", "en")


def test_beside_a_change_written_as_nought_nothing_points(
    haugiang: Campaign, periods: dict[str, OpenPeriod]
) -> None:
    """0.01 percentage points are written 0.0; 0.05 are written 0.1."""
    opened, plan = periods["2022-Q4"], longer(haugiang)
    for sign, shown, apps in (("▲", "+0.1", 5_005), ("", "0.0", 5_001), ("", "0.0", 4_999)):
        page = str(page_of(opened, plan, {"2022-Q3": 5_000, "2022-Q4": apps}).indicators().html)
        ((written, beside),) = re.findall(r'/app_installed/change">([^<]*)</data>(.*?)</td>', page)
        assert (written, re.findall("[▲▼]", beside)) == (shown, [*sign])
        assert ("the periods so far" in page) is bool(sign)


def test_without_a_period_before_the_key_names_no_line_of_periods(
    haugiang: Campaign, periods: dict[str, OpenPeriod]
) -> None:
    """Of the quarter before nothing came, of the one before that something did."""
    page = page_of(periods["2022-Q4"], longer(haugiang), {"2022-Q2": 5_000, "2022-Q4": 6_000})
    assert len(page.context.view.analysis.series) > 1
    assert "the periods so far" not in str(page.indicators().html)
