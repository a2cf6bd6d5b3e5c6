"""What editors of notebooks show of a report: the page's style in a box of its own, and where an
editor takes styles and scripts away, everything but colours and drawings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import nh3
import pytest
from IPython.core.interactiveshell import InteractiveShell
from lxml import html as lxml_html
from traitlets.config import Config

import dxkit
from dxkit.model.facts import FactKey
from dxkit.period import OpenPeriod
from dxkit.press.publish import style
from dxkit.report import piece
from dxkit.report.context import Section
from dxkit.report.report import Report

SECTIONS = ("head", "verdict", "indicators", "league", "tasks", "data_state", "sources")
UNTRUSTED = nh3.ALLOWED_TAGS | {"data", "section", "figure", "figcaption", "header"}
"""Elements that JupyterLab leaves in what it does not trust; drawings are not among them."""


@pytest.fixture(scope="module")
def report(periods: dict[str, OpenPeriod]) -> Report:
    return Report(periods["2022-Q4"], "930", "vi")


@pytest.fixture
def in_kernel() -> Iterator[Any]:
    """The shell of a kernel, as far as anybody asks for it."""
    config = Config()
    config.HistoryManager.enabled = False  # its thread would stay, and nothing forks beside one
    shell = InteractiveShell.instance(config=config)
    shell.kernel = True
    yield shell
    InteractiveShell.clear_instance()
    style._sent_by.clear()


def untrusted(markup: str) -> Any:
    """The markup as JupyterLab shows it when it does not trust the notebook: its list of elements
    and attributes, of which it drops those that are empty, styles and scripts with what they hold.
    """
    kept = nh3.clean(
        markup,
        tags=UNTRUSTED,
        clean_content_tags={"style", "script"},
        attributes={"*": {"class", "hidden", "id", "title"}},
        attribute_filter=lambda tag, name, value: value or None,
    )
    return lxml_html.fragment_fromstring(kept, create_parent="div")


def seen(tree: Any) -> str:
    for element in tree.xpath(".//*[@hidden]"):
        element.drop_tree()
    return " ".join(tree.text_content().split())


def test_a_notebook_that_is_not_trusted_reads_well(report: Report, in_kernel: Any) -> None:
    for name in SECTIONS:
        section = getattr(report, name)()
        bundle = section._repr_mimebundle_()
        assert bundle[piece.PAGE] == str(section.html)
        page = lxml_html.fragment_fromstring(section.html, create_parent="div")
        facts = [d.get("data-fact") for d in page.xpath(".//data[@data-fact]")]
        for element in page.xpath(".//*[@class='official' or @class='scripted' or name()='svg']"):
            element.drop_tree()
        for element in page.xpath(".//*[@class='label' or @class='key']"):
            element.drop_tree()
        shown = untrusted(bundle["text/html"])
        for element in shown.xpath(".//sup"):
            element.drop_tree()
        titles = [d.get("title") for d in shown.xpath(".//data[starts-with(@class, 'fact')]")]
        assert len(titles) == len(facts), name
        assert all(titles), name
        assert seen(shown) == seen(page), name


def test_reservations_are_signs_in_the_text(report: Report, in_kernel: Any) -> None:
    """Where the style would set them: at the heading for a whole column, else at the number."""
    shown = untrusted(report.indicators()._repr_mimebundle_()["text/html"])
    for element in shown.xpath(".//*[@hidden] | .//details/p"):
        element.drop_tree()
    head, first, *_ = ([c.text_content().strip() for c in row] for row in shown.iter("tr"))
    assert [cell for cell in head if cell[-1] in "*†‡§"] == ["Đơn vị khác‡", "Điểm§"]
    assert first == [
        "Hồ sơ trực tuyến", "51,1%*", "50%", "+1,1*", "47,5%", "+21,3*▲", "20,00*", "3/8*", "● Đạt",
    ]  # fmt: skip
    said = untrusted(report.verdict()._repr_mimebundle_()["text/html"]).text_content()
    assert "Từ thứ 3* đến thứ 4*" in said
    assert "§" not in said  # a sentence says it in words


def test_a_title_tells_what_the_page_tells_of_a_number(report: Report, in_kernel: Any) -> None:
    opened = report.context.opened
    shown = lxml_html.fromstring(report.indicators()._repr_mimebundle_()["text/html"])
    told = {d.get("data-fact"): d.get("title").split("\n") for d in shown.xpath(".//data")}
    key = "2022-Q4/930/cashless/value"
    value = opened.analysis.find(FactKey.parse(key))
    assert told[key] == [
        "77,9%: Thành phố Vị Thanh, Tỷ lệ hộ gia đình có dịch vụ thanh toán không dùng tiền mặt, "
        "kết quả, quý IV/2022",
        "Số thứ nhất chia cho số thứ hai.",
        "Từ: 16.792 (Thành phố Vị Thanh, Tỷ lệ hộ gia đình có dịch vụ thanh toán không dùng tiền "
        "mặt, tử số, quý IV/2022)",
        "Từ: 21.561 (Thành phố Vị Thanh, Tỷ lệ hộ gia đình có dịch vụ thanh toán không dùng tiền "
        "mặt, mẫu số, quý IV/2022)",
        *(line for line in told[key] if line.startswith("Ô: ")),
        "Số liệu mô phỏng.",
    ]
    (cells,) = (line for line in told[key] if line.startswith("Ô: "))
    assert cells.startswith("Ô: 2022-Q4/930-thanh-pho-vi-thanh.xlsx › 1. Chỉ tiêu hộ: ")
    first = value.sources[0].cell
    assert re.search(rf"\b{re.sub('[0-9]', '', first)}[0-9]+:", cells)
    for lines in told.values():  # of a rank among others, nothing of the others' files
        assert not re.search(r"/93[1-7]-", "".join(lines))


def test_the_style_is_sent_once_with_what_opens_a_report(
    small: Any, in_kernel: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    sent: list[dict[str, str]] = []
    in_kernel.display_pub.publish = lambda data, **_: sent.append(data)
    campaign = dxkit.campaigns()["campaign"][0]
    for count, opened in ((1, 3), (2, 1)):
        in_kernel.execution_count = count
        for _ in range(opened):
            dxkit.open(campaign)
        assert len(sent) == count
    assert {one[piece.PAGE] for one in sent} == {""}  # a page has its own
    assert sent[0]["text/html"].startswith("<style>")
    told = seen(untrusted(sent[0]["text/html"]))
    assert told.startswith("Trình soạn thảo ẩn màu và biểu đồ"), told


def test_no_kernel_no_style(report: Report, small: Any) -> None:
    section: Section = report.head()
    assert section._repr_mimebundle_()["text/html"] == str(section.html)
    dxkit.open(dxkit.campaigns()["campaign"][0])
    assert style._sent_by == []


def test_the_style_is_the_pages_own_but_for_prints() -> None:
    own, boxed = style.page_style(), style.notebook_style()
    rules = style._RULE.findall(own)
    assert "".join(f"{head}{{{body}}}" for head, body in rules) == own  # none is passed over
    assert boxed.count("{") == boxed.count("}")
    assert "print" not in boxed
    assert "@page" not in boxed
    assert "rem" not in boxed.replace("var(--rem)", "").replace("--rem:", "")
    assert not re.search(r"@media[^{]*width", boxed)  # a notebook's column is not the screen
    assert not re.search(r"@container[^{]*(screen|print|rem)", boxed)
    assert "prefers-color-scheme" not in boxed  # nor is an editor as dark as the system
    root = next(body for head, body in rules if head.strip() == ":root")
    declared = set(re.findall(r"(--[\w-]+): ", root))
    assert declared
    assert all(boxed.count(f"{name}: ") == 2 for name in declared)  # light and dark
    for head, body in rules:
        if not head.strip().startswith("@") and ":root" not in head and "rem" not in body:
            assert f"{head.strip()} {{{body}}}" in boxed or head.strip() == "body", head
