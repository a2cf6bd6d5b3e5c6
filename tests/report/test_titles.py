"""Finished pages read as an official would: a title says what its chart shows, nothing is said
twice side by side, and nothing stands there that its neighbour contradicts.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from lxml import html

from dxkit.period import OpenPeriod
from dxkit.report.context import Context
from dxkit.report.sections.data import data_state
from dxkit.report.sentences.data_state import data_claims
from dxkit.report.sentences.next_steps import next_steps
from dxkit.report.sentences.unit_view import View
from dxkit.report.wording.language import load_language
from dxkit.report.wording.sentences import Writer

UNITS = [*(str(code) for code in range(930, 938)), "93"]


def pages(outputs: Path) -> list[html.HtmlElement]:
    found = [*sorted((outputs / "district").glob("*.html")), outputs / "province.html"]
    assert len(found) == 9
    return [html.parse(str(path)).getroot() for path in found]


def test_a_title_speaks_of_what_its_chart_shows(outputs: Path) -> None:
    """Each indicator named in a title has its numbers, or its own name, in the chart's table."""
    seen = 0
    for page in pages(outputs):
        for figure in page.xpath("//figure"):
            (title,) = figure.xpath("figcaption")
            assert title.text_content().strip(), figure.get("id")
            shown = {key.split("/")[2] for key in figure.xpath(".//table//@data-fact")}
            for name in title.xpath(".//@data-name"):
                kind, _, subject = name.partition("/")
                if kind in ("indicator", "short_indicator"):
                    seen += 1
                    assert subject in shown, (figure.get("id"), subject)
    assert seen > 30


def test_where_only_text_can_be_shown_a_part_is_its_title(outputs: Path) -> None:
    """Not the text of its tables, whose numbers would run into one another."""
    seen = 0
    for path in (outputs / "notebooks").glob("*.ipynb"):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            for output in cell.get("outputs", ()):
                page = "".join(output["data"]["text/html"])
                titles = html.fromstring(f"<div>{page}</div>").xpath("//h1|//h2|//figcaption")
                expected = " ".join(titles[0].text_content().split()) if titles else ""
                assert "".join(output["data"]["text/plain"]) == expected
                seen += bool(expected)
    assert seen > 100


def test_no_two_charts_of_a_page_say_the_same(outputs: Path) -> None:
    for page in pages(outputs):
        said = [claim.text_content() for claim in page.xpath("//figcaption/*[@data-claim]")]
        assert len(said) == len(set(said)), said


def test_doubts_that_are_listed_are_introduced(periods: dict[str, OpenPeriod]) -> None:
    """No cell behind the criteria of 932 needs checking, and two cells of its teams do; where no
    cell does, it ends with whether all below have their figures.
    """
    context = Context(periods["2022-Q4"], "932", "vi")
    page = html.fromstring(str(data_state(context).html))
    paragraphs = [p.text_content() for p in page.xpath("//p")]
    assert "không có ô nào cần xác minh." in paragraphs[0]
    (places,) = page.xpath("//ul")
    assert len(places) == 2
    assert places.getprevious().text_content() == (
        "Những điểm cần xem lại trong các tệp đã gửi, kể cả ở ô không dùng để tính tiêu chí:"
    )
    quiet = html.fromstring(str(data_state(Context(periods["2022-Q4"], "936", "vi")).html))
    assert not quiet.xpath("//ul")
    complete = "Các đơn vị trực thuộc đều có đủ số liệu ở tất cả các bảng."
    assert [p.text_content() for p in quiet.xpath("//p")][1:] == [complete]


def sentences(opened: OpenPeriod, code: str, language: str = "vi") -> list[list[str]]:
    """What to do, group by group."""
    writer = Writer(opened.campaign, opened.analysis.units, load_language(language))
    view = View(opened.analysis, opened.analysis.units.get(code))
    return [[writer.plain(claim) for claim in group] for group in next_steps(view)]


def test_a_target_that_rises_is_told_beside_the_work_that_it_makes(
    periods: dict[str, OpenPeriod],
) -> None:
    """Kế hoạch 103: 50 % of households with the app in the third quarter, 80 % in the fourth;
    cashless payment is at 80 % in both.
    """
    steps = {group[0].split(",")[0]: group for group in sentences(periods["2022-Q3"], "932")}
    assert steps["Về ứng dụng HauGiang"][1] == "Chỉ tiêu kỳ này là 50%; chỉ tiêu kỳ tới là 80%."
    assert not any("kỳ tới" in s for s in steps["Về thanh toán không tiền mặt"])
    for code in UNITS:
        last = sentences(periods["2022-Q4"], code)
        assert not any("kỳ tới" in s for group in last for s in group), code


def test_only_where_some_did_not_report_are_results_called_partial(
    periods: dict[str, OpenPeriod],
) -> None:
    """One commune of Phụng Hiệp has sent nothing, so the district and the province are partial."""
    for code in UNITS:
        view = View(periods["2022-Q4"].analysis, periods["2022-Q4"].analysis.units.get(code))
        said = [claim.message for claim in data_claims(view)]
        assert ("data_partial" in said) is (code in ("934", "93")), code
        assert ("data_not_reported_below" in said) is (code == "93"), code
    writer = Writer(
        periods["2022-Q4"].campaign, periods["2022-Q4"].analysis.units, load_language("vi")
    )
    assert [writer.plain(claim) for claim in data_claims(view)][:3] == [
        "Đã nhận đủ báo cáo của 8 huyện, thị xã, thành phố.",
        "Còn đơn vị trực thuộc chưa gửi báo cáo tại: huyện Phụng Hiệp.",
        "Các kết quả chung của tỉnh Hậu Giang tính trên những đơn vị có số liệu.",
    ]


def test_english_counts_need_no_plural(outputs: Path, periods: dict[str, OpenPeriod]) -> None:
    """No sentence that can hold a one puts a plural behind it, whatever the number."""
    claims = load_language("en").sections["claim"]
    counts = r"rank_change|trials_changing|targets_met|units_not_reported|units_unread|movement_\w+"
    plural = re.compile(rf"\{{({counts})(:abs)?\}} (\{{thing\}}|places|times|units|targets)")
    for message, text in claims.items():
        assert not plural.search(text), (message, text)
        if message.endswith("_count"):
            assert not re.search(r"\{(value|change|gap|target)(:abs)?\} \{thing\}", text), message
