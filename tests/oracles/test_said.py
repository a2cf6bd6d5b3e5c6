"""The judge of words sees what is false: each true page is spoilt in one word or number, in both
languages.
"""

from __future__ import annotations

import dataclasses
import re

import pytest

from dxkit.period import OpenPeriod
from dxkit.report.report import Report
from dxkit.report.sentences.headlines import thoughts
from tests.oracles.page_tree import read_page
from tests.oracles.said import broken, wrongs
from tests.oracles.second_path import Again, made_again

FACT = r"(<data [^>]*>)[^<]*(</data>)"
SPOILT = [
    ("930", "vi", "verdict", r"Tăng (?=<data[^>]*rank_change)", "Giảm "),
    ("930", "vi", "verdict", r"Tăng (?=<data[^>]*progress)", "Giảm "),
    ("930", "vi", "verdict", r"Tăng <data[^>]*rank_change.*?</data> bậc so", "Giữ nguyên so"),
    ("930", "vi", "verdict", r"Từ thứ (.*?) đến thứ (.*?) khi", r"Từ thứ \2 đến thứ \1 khi"),
    ("930", "vi", "narrative", "chưa đạt chỉ tiêu", "đạt chỉ tiêu"),
    ("930", "vi", "narrative", "cao hơn chỉ tiêu", "chưa đạt chỉ tiêu"),
    ("930", "vi", "narrative", r" tăng (?=<data)", " giảm "),
    ("932", "vi", "narrative", "cao hơn ở mọi tỷ lệ", "thấp hơn ở mọi tỷ lệ"),
    ("930", "vi", "tasks", "Kịp hạn", "Sau hạn"),
    ("933", "en", "tasks", r"Late\.", "In time."),
    ("93", "vi", "narrative", r"Cao nhất là (.*?) \((.*?)\), thấp nhất là (.*?) \((.*?)\)",
     r"Cao nhất là \3 (\4), thấp nhất là \1 (\2)"),
    ("936", "vi", "indicators", r"(<span class=\"claim\"[^>]*>).*? còn cách",
     r"\1Các tỷ lệ có chỉ tiêu đều đạt; gần nhất là X còn cách"),
    ("930", "en", "verdict", r"Up (?=<data[^>]*rank_change)", "Down "),
    ("930", "en", "narrative", "below the target of", "above the target of"),
    ("930", "en", "narrative", ": up (?=<data)", ": down "),
    ("934", "en", "data_state", r"(<span class=\"claim\" data-claim=\")[^\"]*(\"[^>]*>).*?</span>",
     r'\1data_all_reported\2All <data class="fact" data-fact="2022-Q4/934/total/units">15</data> '
     r'<span data-name="level/commune">communes</span> have reported.</span>'),
]  # fmt: skip


@pytest.fixture(scope="module")
def again(periods: dict[str, OpenPeriod]) -> Again:
    opened = periods["2022-Q4"]
    previous = opened.analysis.previous
    return made_again(opened.campaign, opened.received, previous.received if previous else None)


def judged(text: str, unit: str, language: str, again: Again) -> list[str]:
    spans = (e for e in read_page(text).walk() if "data-claim" in e.attributes)
    return [wrong for span in spans for wrong in wrongs(span, unit, language, again)]


@pytest.mark.parametrize(("unit", "language", "section", "pattern", "put"), SPOILT)
def test_a_spoilt_sentence_is_seen(
    unit: str, language: str, section: str, pattern: str, put: str,
    periods: dict[str, OpenPeriod], again: Again,
) -> None:  # fmt: skip
    text = str(getattr(Report(periods["2022-Q4"], unit, language), section)().html)
    assert judged(text, unit, language, again) == []
    spoilt = re.sub(pattern, put, text, count=1, flags=re.DOTALL)
    assert spoilt != text
    assert judged(spoilt, unit, language, again) != []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_short_message_on_another_unit_is_seen(
    periods: dict[str, OpenPeriod], again: Again, language: str
) -> None:
    """930 is on the list of rewards and ranked, 937 is not on it."""
    context = Report(periods["2022-Q4"], "930", language).context
    told = {c.message: c for t in thoughts(context.view) for c in (*t.ways, *t.follows)}
    on_list = context.writer.sentence(told["message_award"])
    assert judged(on_list, "930", language, again) == []
    assert judged(on_list, "937", language, again) != []
    nothing = dataclasses.replace(told["message_rank"], message="message_without_points", facts={})
    assert judged(context.writer.sentence(nothing), "930", language, again) != []


def test_a_number_written_otherwise_is_seen(periods: dict[str, OpenPeriod], again: Again) -> None:
    text = str(Report(periods["2022-Q4"], "930", "vi").narrative().html)
    spoilt = re.sub(FACT, r"\g<1>99,9\2", text, count=1)
    assert judged(spoilt, "930", "vi", again) != []


@pytest.mark.parametrize(
    "text",
    ["đạt nan%", "tăng -0,0 điểm", "tăng −0 bậc", "chưa đạt: .", "gồm ()", "các các xã", "a  b",
     "None", "xã , phường", "{unit} đạt", "đạt 5..", "(, 5)"],
)  # fmt: skip
def test_a_broken_text_is_seen(text: str) -> None:
    assert list(broken(text))


@pytest.mark.parametrize("text", ["−0,4", "None of the 8 districts", "0", "tăng 0,05 điểm; −10"])
def test_a_whole_text_is_not_broken(text: str) -> None:
    assert not list(broken(text))
