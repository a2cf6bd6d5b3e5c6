"""Charts against their data: what is drawn where, in which order and colour, with which words."""

from __future__ import annotations

import datetime
import re
import warnings
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import strategies as st
from lxml import etree, html

from dxkit.model.facts import Fact, FactKey, UnitOfMeasure
from dxkit.period import OpenPeriod
from dxkit.report.charts.canvas import drawable
from dxkit.report.charts.figure import ChartData, DataRow, chart_figure
from dxkit.report.charts.over_time import (
    MOST_PAIRS,
    Month,
    Pair,
    Span,
    draw_months,
    draw_pairs,
    draw_spans,
)
from dxkit.report.charts.style import GOOD, broken, spread, step
from dxkit.report.charts.units import Bar, Dot, Place, draw_bars, draw_funnel, draw_map, draw_tiles
from dxkit.report.report import Report
from dxkit.report.tables import Cell, Column, Number, render_table
from dxkit.report.wording.language import load_language
from tests.unhurried import given

VI = load_language("vi")
SVG = "{http://www.w3.org/2000/svg}"
BLUE, ORANGE, GREY, INK = "var(--blue", "var(--orange", "var(--peer", "currentColor"


def share(value: float | None, unit: str = "930", subject: str = "cashless") -> Fact:
    key = FactKey("2022-Q4", unit, subject, "value")
    return Fact(key, value, UnitOfMeasure.SHARE, 1, missing="" if value is not None else "no_data")


def count(value: int, unit: str = "930", kind: str = "shortfall") -> Fact:
    return Fact(FactKey("2022-Q4", unit, "cashless", kind), value, UnitOfMeasure.COUNT)


def test_blue_is_that_of_seaborns_palette_for_the_colour_blind() -> None:
    from seaborn import color_palette

    assert color_palette("colorblind").as_hex()[0] == GOOD


def parsed(svg: str) -> etree._Element:
    return etree.fromstring(svg)


def words(svg: str) -> list[str]:
    return [element.text or "" for element in parsed(svg).iter(f"{SVG}text")]


def boxes(svg: str, colour: str) -> list[tuple[float, float, float, float]]:
    """(left, top, right, bottom) of the filled shapes of one colour, in drawing order."""
    return [
        (min(shape[::2]), min(shape[1::2]), max(shape[::2]), max(shape[1::2]))
        for shape in _shapes(svg, f"fill:{colour}")
    ]


def dots(svg: str, colour: str) -> list[tuple[float, float, float]]:
    """(x, y, width) of the round marks of one colour, in drawing order."""
    found = []
    for path in parsed(svg).iter(f"{SVG}path"):
        style = path.get("style", "")
        if f"fill:none;stroke:{colour}" in style and "stroke-linecap:round" in style:
            width = float(re.findall(r"stroke-width:([\d.]+)", style)[0])
            for piece in path.get("d", "").split("M")[1:]:
                x, y, *_ = (float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", piece))
                found.append((x, y, width))
    return found


def strokes(svg: str, colour: str) -> list[list[float]]:
    return _shapes(svg, f"fill:none;stroke:{colour}")


def _shapes(svg: str, style: str) -> list[list[float]]:
    return [
        [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", piece)]
        for path in parsed(svg).iter(f"{SVG}path")
        if style in path.get("style", "") and "linecap:round" not in path.get("style", "")
        for piece in path.get("d", "").split("M")[1:]
    ]


def facts_in(svg: str) -> list[tuple[str, str, str]]:
    return [
        (g.get("data-fact", ""), g.get("data-value", ""), "".join(g.itertext()).strip())
        for g in parsed(svg).iter(f"{SVG}g")
        if g.get("class") == "fact"
    ]


def test_bars_have_the_length_order_colour_and_number_of_their_values() -> None:
    rows = [
        Bar("Kỹ năng số", share(0.8), share(0.9)),
        Bar("Ứng dụng", share(0.4), share(0.4)),
        Bar("Sàn", share(0.2)),
        Bar("Thiếu", share(None)),
    ]
    svg = draw_bars("chart-t", rows, VI)
    (short,) = boxes(svg, ORANGE)
    (exact,) = boxes(svg, BLUE)
    (free,) = boxes(svg, GREY)  # without a target it neither reaches nor misses one
    assert short[1] < exact[1] < free[1]
    left = short[0]
    whole = (short[2] - left) / 0.8
    assert exact[2] - left == pytest.approx(0.4 * whole, abs=0.2)
    assert free[2] - left == pytest.approx(0.2 * whole, abs=0.2)
    shown = facts_in(svg)
    assert [s[2] for s in shown] == ["80,0%", "40,0%", "20,0%"]
    assert shown[0][:2] == ("2022-Q4/930/cashless/value", "0.8")
    assert "chưa có số liệu" in words(svg)


def test_a_share_above_the_whole_widens_the_scale() -> None:
    svg = draw_bars("chart-t", [Bar("A", share(1.5)), Bar("B", share(0.75))], VI)
    first, second = boxes(svg, GREY)
    assert first[2] - first[0] == pytest.approx(2 * (second[2] - second[0]), abs=0.2)
    assert first[2] <= 288


def test_a_target_line_goes_through_all_rows_and_is_named_once() -> None:
    target = share(0.5, subject="target")
    rows = [Bar("A", share(0.6), target), Bar("B", share(0.3), target)]
    svg = draw_bars("chart-t", rows, VI, line=target, line_word="Chỉ tiêu")
    (line,) = strokes(svg, INK)
    (reached,), (missed,) = boxes(svg, BLUE), boxes(svg, ORANGE)
    assert line[0] == line[2]
    assert missed[2] < line[0] < reached[2]
    assert line[1] < reached[1] < missed[3] < line[3]
    assert words(svg).count("Chỉ tiêu") == 1
    assert ("2022-Q4/930/target/value", "0.5", "50,0%") in facts_in(svg)


def test_what_is_lacking_is_orange_and_less_can_be_better() -> None:
    svg = draw_bars("chart-t", [Bar("A", count(768)), Bar("B", count(5))], VI, short_of=True)
    assert len(boxes(svg, ORANGE)) == 2
    assert not boxes(svg, BLUE)
    svg = draw_bars("chart-t", [Bar("A", share(0.2), share(0.3), direction=-1)], VI)
    assert len(boxes(svg, BLUE)) == 1


def test_a_funnel_has_wide_limits_for_few_and_colours_what_lies_beyond() -> None:
    """Around 50 % the outer limits of 100 are 0.1545 away, of 400 half of that."""
    sizes = {"A": (0.65, 100), "B": (0.66, 100), "C": (0.5, 400), "D": (0.42, 400)}
    units = [Dot(name, share(part), count(size)) for name, (part, size) in sizes.items()]
    svg = draw_funnel("chart-t", units, share(0.5), 1, "Mẫu số", VI)
    ((b, high, _),), ((d, low, _),) = dots(svg, BLUE), dots(svg, ORANGE)
    inside = sorted(dots(svg, "var(--peer"))
    assert [len(inside), inside[0][0], inside[1][0]] == [2, b, d]  # A and C, at B's and D's sizes
    assert high < inside[0][1] < inside[1][1] < low
    assert [f[2] for f in facts_in(svg)] == ["50,0%"]
    less = draw_funnel("chart-t", units, share(0.5), -1, "Mẫu số", VI)
    assert (dots(less, BLUE), dots(less, ORANGE)) == (dots(svg, ORANGE), dots(svg, BLUE))
    assert all(name in words(svg) for name in sizes)
    many = [Dot(f"U{n}", share(0.5), count(100)) for n in range(13)]
    assert words(draw_funnel("chart-t", many, share(0.5), 1, "Mẫu số", VI)) == ["50,0%", "Mẫu số"]


def test_a_table_has_each_value_on_the_ground_of_its_step() -> None:
    columns = [Column("Đơn vị"), Column("Kỹ năng", numeric=True), Column("Sàn", numeric=True)]
    rows: list[list[Cell]] = [
        ["Xã A", Number(share(0.9), step(0.9, 0.8, 1)), Number(share(0.1), None)],
        ["Xã B", Number(share(0.5), step(0.5, 0.8, 1)), "–"],
    ]
    table = html.fragment_fromstring(render_table("Kết quả", columns, rows, VI))
    cells = [(td.get("class"), td.text_content()) for td in table.iter("td")]
    assert cells == [
        ("number step-4", "90,0"), ("number", "10,0"), ("number step-0", "50,0"), ("number", "–")
    ]  # fmt: skip
    assert [d.get("value") for d in table.iter("data")] == ["0.9", "0.1", "0.5"]
    assert [th.text_content() for th in table.iter("th")][:3] == [
        "Đơn vị", "Kỹ năng (%)", "Sàn (%)"
    ]  # fmt: skip


def test_a_chart_is_as_wide_as_the_narrowest_phone_and_no_word_smaller_than_eleven() -> None:
    """Many months need more room: such a drawing says how wide it must stay, and scrolls."""
    months = [Month(f"tháng {n}/2022", count(200), count(50), share(0.25)) for n in range(1, 13)]
    few, many = (draw_months("chart-t", part, VI) for part in (months[:3], months))
    for svg in (few, many):
        assert min(float(size) for size in re.findall(r"font-size:([\d.]+)", svg)) >= 11
    assert (parsed(few).get("viewBox") or "").split()[2] == "288"
    assert "min-width" not in few
    wide = parsed(many)
    assert wide.get("class") == "wide"
    assert f"min-width:{(wide.get('viewBox') or '').split()[2]}px" in (wide.get("style") or "")


def test_months_hold_the_part_inside_the_whole() -> None:
    months = [
        Month("tháng 10/2022", count(200), count(50), share(0.25)),
        Month("tháng 11/2022", count(100), count(100), share(1.0)),
    ]
    svg = draw_months("chart-t", months, VI)
    wholes, parts = boxes(svg, "var(--line"), boxes(svg, BLUE)
    high = [b[3] - b[1] for b in wholes]
    assert high[0] == pytest.approx(2 * high[1], abs=0.2)
    assert parts[0][3] - parts[0][1] == pytest.approx(high[0] / 4, abs=0.2)
    assert parts[1][1] == pytest.approx(wholes[1][1], abs=0.2)
    assert [f[2] for f in facts_in(svg)] == ["200", "50", "25,0%", "100", "100", "100,0%"]


def test_spans_are_named_and_what_began_at_once_is_one_mark_with_its_number() -> None:
    """From January to December 2022 there are 364 days: 1 July is the 181st of them."""
    year = (datetime.date(2022, 1, 1), datetime.date(2022, 12, 31))
    july = (datetime.date(2022, 7, 1),) * 2
    spans = [
        Span("B", "Chợ 4.0", *year, True, 0),
        *(Span("A", "Quét mã", *july, False, n) for n in (1, 2, 3, 4)),
        Span("B", "Tổ công nghệ", *july, False, 5),
    ]
    svg = draw_spans("chart-t", spans, VI)
    ((left, y, right, _),) = strokes(svg, ORANGE)
    (several, one) = dots(svg, BLUE)
    assert several[0] == one[0] == pytest.approx(left + (right - left) * 181 / 364, abs=0.2)
    assert several[1] < y < one[1]  # each on a row of its own, below its group
    shown = words(svg)
    assert [w for w in shown if not re.search("[/×]", w)] == [
        "A", "Quét mã", "B", "Chợ 4.0", "Tổ công nghệ",
    ]  # fmt: skip
    assert [w for w in shown if "×" in w] == ["×4"]
    assert 4 <= sum("/2022" in word for word in shown) <= 7
    picks = re.findall(r'data-pick="([^"]*)"', svg)
    assert sorted(picks) == ["0", "1 2 3 4", "5"]


def test_a_picked_span_is_as_dark_as_words() -> None:
    july = (datetime.date(2022, 7, 1),) * 2
    spans = [Span("A", "Quét mã", *july, False, n, n == 1) for n in (0, 1)]
    spans.append(Span("A", "Tổ công nghệ", *july, False, 2))
    svg = draw_spans("chart-t", spans, VI)
    assert len(dots(svg, BLUE)) == 1  # the mark of both holds a picked one


def test_marks_never_lie_on_each_other() -> None:
    """Ten years of starts, one a month: what would touch is one mark."""
    days = [datetime.date(2013 + n // 12, n % 12 + 1, 1) for n in range(120)]
    svg = draw_spans("chart-t", [Span("A", "B", d, d, False, n) for n, d in enumerate(days)], VI)
    marks = sorted(x for x, *_ in dots(svg, BLUE))
    assert len(marks) > 10
    assert min(b - a for a, b in pairwise(marks)) > 15
    assert sum(int(w[1:]) for w in words(svg) if w.startswith("×")) == 120


def test_pairs_stand_on_one_scale_with_the_mean_of_those_matched() -> None:
    """From 20 % to 60 % there are 54 points of height; 40 % lies in the middle of them."""
    pairs = [
        Pair("Xã Một", share(0.2), share(0.6), (0.2, 0.4)),
        Pair("Xã Hai", share(0.4), share(0.2), (0.4, 0.4)),
    ]
    svg = draw_pairs("chart-t", pairs, VI)
    up, down = strokes(svg, BLUE)
    matched, same = strokes(svg, GREY)
    assert up[1] - up[3] == pytest.approx(54, abs=0.2)
    assert down[3] - down[1] == matched[1] - matched[3] == pytest.approx(27, abs=0.2)
    assert same[1] == same[3] == down[1]
    assert [text for _, _, text in facts_in(svg)] == ["20,0%", "60,0%", "40,0%", "20,0%"]
    assert {"Xã Một", "Xã Hai"} <= set(words(svg))
    many = draw_pairs("chart-t", pairs * 10, VI)
    assert len(strokes(many, BLUE)) == MOST_PAIRS


def test_tiles_lie_as_the_schema_says() -> None:
    tiles = [
        (0, 1, Place("Huyện Bắc", share(0.9), 4)),
        (1, 0, Place("Huyện Nam", share(0.2), 0)),
        (1, 1, Place("Huyện Không", share(None), None)),
    ]
    svg = draw_tiles("chart-t", tiles, VI)
    (north,), (south,), (none,) = (
        boxes(svg, f"var(--{c}") for c in ("grade-5", "grade-1", "track")
    )
    assert north[0] > south[2]
    assert north[3] < south[1]
    assert none[0] == north[0]
    assert none[1] == south[1]


def test_a_map_keeps_north_up_and_proportions() -> None:
    square = ((105.0, 9.0), (106.0, 9.0), (106.0, 10.0), (105.0, 10.0), (105.0, 9.0))
    north = tuple((x, y + 1) for x, y in square)
    svg = draw_map(
        "chart-t",
        [([square], Place("Nam", share(0.2), 0)), ([north], Place("Bắc", share(0.9), 4))],
        VI,
    )
    (below,), (above,) = boxes(svg, "var(--grade-1"), boxes(svg, "var(--grade-5")
    assert above[3] == pytest.approx(below[1], abs=0.2)
    assert above[2] - above[0] == pytest.approx(above[3] - above[1], abs=0.3)


def test_a_figure_says_its_claim_its_numbers_and_its_source() -> None:
    rows = (DataRow("Xã A", (share(0.456, "1"), share(0.5, "2"))), DataRow("Xã B", (None, None)))
    data = ChartData("Đơn vị", ("Kết quả", "Chỉ tiêu"), rows)
    drawing = draw_bars("chart-t", [Bar("Xã A", share(0.456, "1"))], VI)
    page = chart_figure("chart-t", drawing, [VI.text("claim.and")], "Nguồn: x", data, VI)
    figure = html.fragment_fromstring(page)
    picture = figure.find(".//svg")
    assert picture is not None
    assert picture.get("aria-hidden") == "true"  # the table says it
    caption, spoken = (figure.get_element_by_id(f"chart-t-{name}") for name in ("title", "text"))
    assert caption.tag == "figcaption"
    assert caption.text_content() == VI.plain("claim.and")
    assert spoken.text_content() == (
        "Số liệu theo Đơn vị: Xã A: Kết quả 45,6%, Chỉ tiêu 50,0%; Xã B."
    )
    for _, _, shown in facts_in(drawing):
        assert shown in spoken.text_content()
    assert [th.text_content() for th in figure.findall(".//thead//th")] == [
        "Đơn vị", "Kết quả (%)", "Chỉ tiêu (%)"
    ]  # fmt: skip
    assert [td.text_content() for td in figure.findall(".//td")] == ["45,6", "50,0", "–", "–"]
    assert "Nguồn: x" in "".join(figure.itertext())


def test_every_chart_names_its_source_some_after_how_they_are_read(
    periods: dict[str, OpenPeriod],
) -> None:
    report = Report(periods["2022-Q4"], "93", "en")
    told = {
        name: html.fromstring(str(getattr(report, f"{name}_chart")().html)).find_class("source")
        for name in ("ranked", "months", "children")
    }
    source = "Source: reports of the units, Q4 2022."
    assert {name: one.text_content() for name, (one,) in told.items()} == {
        "ranked": source, "months": source, "children": f"In order of total points. {source}"
    }  # fmt: skip


def test_a_chart_is_the_same_every_time_and_foreign_letters_never_stop_it() -> None:
    hostile = "Ấp \U0001f600漢字 \u202e $x^2$ <script>&\x07"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first = draw_bars("chart-t", [Bar(hostile, share(0.5))], VI)
        second = draw_bars("chart-t", [Bar(hostile, share(0.5))], VI)
    assert first == second
    parsed(first)
    assert "<script" not in first
    assert "\u202e" not in first
    assert "$x^2$" in first


def test_the_font_draws_every_letter_of_our_own(root: Path) -> None:
    """A letter that it lacks would be drawn as a box: no words or names of the project may."""
    words = (root / "dxkit/report/wording").rglob("*.toml")
    sources = [*words, *(root / "data/campaigns").rglob("*")]
    letters = {c for p in sources if p.is_file() for c in p.read_text("utf-8-sig")}
    lacking = {letter for letter in letters if not letter.isspace() and drawable(letter) != letter}
    assert lacking == set()
    assert drawable("a漢") == "a□"


@given(st.lists(st.floats(0, 100), min_size=1, max_size=12), st.floats(1, 20))
def test_labels_are_spread_in_order_and_within_bounds(places: list[float], apart: float) -> None:
    moved = spread(places, apart, 0, 100)
    assert all(-1e-6 <= place <= 100 + 1e-6 for place in moved)
    order = sorted(range(len(places)), key=lambda n: places[n])
    gap = min(apart, 100 / max(len(places) - 1, 1))
    for one, next_one in pairwise(order):
        assert moved[next_one] - moved[one] >= gap - 1e-6


@given(st.text(max_size=300), st.integers(5, 40), st.integers(1, 4))
def test_labels_fit_their_lines(text: str, width: int, lines: int) -> None:
    made = broken(text, width, lines).split("\n")
    assert len(made) <= lines
    assert all(len(line) <= width + 7 for line in made)


def test_short_labels_are_kept_whole_and_even() -> None:
    assert broken("Hồ sơ trực tuyến", 19) == "Hồ sơ trực tuyến"
    assert broken("Sàn thương mại điện tử", 19) == "Sàn thương\nmại điện tử"
