"""The check that a page holds nothing of another unit looks at its elements, not at its text."""

from __future__ import annotations

import pytest

from dxkit.model.units import Unit, UnitRegistry
from dxkit.press.publish.frame import framed
from dxkit.press.run.finished_pages import foreign_units

UNITS = UnitRegistry(
    (
        Unit("1", "Tỉnh A", "Tỉnh", "province"),
        Unit("11", "Huyện B", "Huyện", "district", "1"),
        Unit("12", "Huyện C", "Huyện", "district", "1"),
        Unit("111", "Xã D", "Xã", "commune", "11"),
    ),
    ("province", "district", "commune"),
)
FACT = '<data class="fact" value="1" data-fact="2022-Q4/{}/x/value">1</data>'
COMPARED = f'<section><h2 id="comparison">So sánh</h2>{FACT.format("12")}</section>'

PAGES = {
    "its own, above and below": ("".join(map(FACT.format, ("11", "1", "111"))), ()),
    "another's": (FACT.format("11") + FACT.format("12"), ("12",)),
    "another's in a drawing": (
        '<svg><g data-value="1" data-fact="2022-Q4/12/x/value"><text>1</text></g></svg>', ("12",)),
    "declared": (COMPARED, ()),
    "declared with more": (COMPARED.replace('"comparison"', '"comparison-2"'), ()),
    "another heading": (COMPARED.replace('"comparison"', '"comparisons"'), ("12",)),
    "behind a comparison": (COMPARED + FACT.format("12"), ("12",)),
    "around a comparison": (f"<section>{COMPARED}{FACT.format('12')}</section>", ("12",)),
    # what somebody sent
    "a fact as text": ("<p>Mô hình data-fact=&#34;2022-Q4/12/x</p>", ()),
    "a fact as text, to the end": (
        "<p>data-fact=&#34;2022-Q4/12/x/value&#34;&gt;1&lt;/data&gt;</p>", ()),
    "a fact in an attribute": ("<p aria-label='data-fact=\"2022-Q4/12/x/value\"'>x</p>", ()),
    "a comparison as text": (
        f"<section>&lt;h2 id=&#34;comparison&#34;&gt;{FACT.format('12')}</section>", ("12",)),
    "a comparison in an attribute": (
        "<section><p aria-label='<h2 id=\"comparison\">'>x</p>" + FACT.format("12") + "</section>",
        ("12",)),
    "an end in an attribute": (
        f'<section><p aria-label="</section>">x</p>{COMPARED}{FACT.format("12")}</section>',
        ("12",)),
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_what_stands_on_a_page_of_another_unit(name: str) -> None:
    content, foreign = PAGES[name]
    assert foreign_units(framed(content, "Báo cáo", "vi"), "11", UNITS) == foreign


def test_a_long_page_is_looked_through_to_its_end() -> None:
    """The parser stops at ten million characters of one text unless it is told not to."""
    page = f"<p>{'x' * 11_000_000}</p>{FACT.format('12')}"
    assert foreign_units(page, "11", UNITS) == ("12",)
