"""Verify finds every tampering with a finished page, and nothing on an untouched one."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from dxkit.verify.numbers import Again, made_again
from dxkit.verify.proved import kinds
from dxkit.verify.raw_cells import misread
from dxkit.verify.writing import writings

from dxkit.analysis.facts.scorecard import Analysis
from dxkit.intake.period import read_period
from dxkit.model.campaign import Campaign, Correction
from dxkit.period import OpenPeriod
from dxkit.report.wording.language import load_language
from dxkit.verify.verify import verify_page
from tests.verify.tampering import FURTHER, Tamperer

DISTRICTS = [str(code) for code in range(930, 938)]


@pytest.fixture(scope="module")
def opened(periods: dict[str, OpenPeriod]) -> OpenPeriod:
    return periods["2022-Q4"]


@pytest.fixture(scope="module")
def again(opened: OpenPeriod) -> Again:
    previous = opened.analysis.previous
    return made_again(opened.campaign, opened.received, previous.received if previous else None)


@pytest.fixture(scope="module")
def pages(outputs: Path) -> dict[str, tuple[str, str]]:
    """Name and text of each district's page."""
    return {
        path.name[:3]: (f"district/{path.name}", path.read_text("utf-8"))
        for path in sorted((outputs / "district").glob("*.html"))
    }


@pytest.mark.unmeasured
def test_an_untouched_page_holds_no_difference(
    pages: dict[str, tuple[str, str]], again: Again, outputs: Path
) -> None:
    for name, text in pages.values():
        facts, differences = verify_page(text, name, again)
        assert not differences
        assert facts > 100
    for name in ("index.html", "province.html", "findings.html"):
        text = (outputs / name).read_text("utf-8")
        assert not verify_page(text, name, again)[1], name


def test_a_cell_that_the_office_corrected_is_still_the_cell_received(
    haugiang: Campaign, root: Path
) -> None:
    """A correction keeps the text received, so that the workbook and the page both stand."""
    file, sheet = "930-thanh-pho-vi-thanh.xlsx", "2. Hồ sơ TTHC"
    fields = ("2022-Q4", file, sheet, "C16", "12O", "120", "gọi hỏi", "Lan", "2022-12-20")
    corrected = dataclasses.replace(haugiang, corrections=(Correction(*fields),))
    folder = root / "data/raw/haugiang-2022/2022-Q4"
    cells, differences = misread(read_period(corrected, "2022-Q4", folder), folder)
    assert cells > 4000
    assert not differences


@pytest.mark.unmeasured
def test_the_second_path_makes_every_fact_of_a_district_again(
    opened: OpenPeriod, again: Again, request: pytest.FixtureRequest
) -> None:
    units = opened.analysis.units
    codes = ["93", *DISTRICTS, *(u.code for u in units.children("936"))]
    if request.config.getoption("--full"):
        codes = [u.code for level in ("province", "district", "commune")
                 for u in units.at_level(level)]  # fmt: skip
    compared = 0
    for code in codes:
        for key, fact in opened.analysis.scorecard(code).facts.items():
            number = again.number(key)
            assert (number is None) == (fact.value is None), key
            if fact.value is not None and number is not None:
                assert float(number) == pytest.approx(fact.value, rel=1e-12, abs=1e-12), key
                shown = load_language("vi").number(fact)
                value = float(number)
                assert shown in writings(key, value, opened.campaign, "vi"), key
                assert load_language("en").number(fact) in writings(
                    key, value, opened.campaign, "en"
                ), key
            compared += 1
    assert compared > 2500


def test_every_kind_of_fact_can_be_made_again(opened: OpenPeriod) -> None:
    found = {key.kind for key in opened.analysis.scorecard("930").facts}
    assert found <= kinds()


def test_the_proof_uses_nothing_of_the_analysis(root: Path) -> None:
    for path in (root / "dxkit/verify").glob("*.py"):
        assert "dxkit.analysis" not in path.read_text("utf-8"), path.name
    assert "dxkit.analysis" not in (root / "dxkit/verify/verify.py").read_text("utf-8")


# tampering -------------------------------------------------------------------------------


KINDS = [
    "digit", "value", "rounded", "rank", "name", "renamed", "word", "chart", "drawing",
    "section", "paragraph", "source", "date", "added",
    "described", "heading", "unheaded",
]  # fmt: skip


@pytest.mark.parametrize("number", range(102))
def test_every_tampering_is_found(
    number: int,
    pages: dict[str, tuple[str, str]],
    again: Again,
    opened: OpenPeriod,
    request: pytest.FixtureRequest,
) -> None:
    if number >= 34 and not request.config.getoption("--full"):
        pytest.skip("all of them with --full")
    tamperer = Tamperer(pages, opened.analysis.units, number)
    kind = KINDS[number % len(KINDS)]
    code, text = tamperer.pick()
    spoiled = getattr(tamperer, kind)(text)
    assert spoiled != text
    assert verify_page(spoiled, pages[code][0], again)[1], (kind, code)


@pytest.mark.parametrize("number", range(4 * len(FURTHER)))
def test_every_further_tampering_is_found(
    number: int,
    pages: dict[str, tuple[str, str]],
    again: Again,
    opened: OpenPeriod,
    request: pytest.FixtureRequest,
) -> None:
    if number >= len(FURTHER) and not request.config.getoption("--full"):
        pytest.skip("all of them with --full")
    kind = FURTHER[number % len(FURTHER)]
    # a place where there is something to miss, for what only a weak or a middling page holds
    some = {"polarity": DISTRICTS[3:], "state": DISTRICTS[3:], "superlative": ["936", "934"],
            "strong": ["930", "934", "937"]}  # fmt: skip
    chosen = {code: pages[code] for code in some.get(kind, DISTRICTS)}
    tamperer = Tamperer(chosen, opened.analysis.units, number)
    code, text = tamperer.pick()
    spoiled = getattr(tamperer, kind)(text)
    assert spoiled != text
    assert verify_page(spoiled, pages[code][0], again)[1], (kind, code)


def test_facts_in_swapped_places_are_found_though_each_is_right(
    pages: dict[str, tuple[str, str]], again: Again
) -> None:
    """Best and worst exchanged with their names: every number is right, the sentence is not."""
    name, text = pages["936"]
    pattern = (
        r'(data-claim="below_spread"[^>]*>Dẫn đầu là )(.*?)( \()(.*?)(\), xếp cuối là )(.*?)'
        r"( \()(.*?)(\), chênh)"
    )
    spoiled = re.sub(pattern, r"\1\6\3\8\5\2\7\4\9", text, count=1, flags=re.DOTALL)
    assert spoiled != text
    assert verify_page(spoiled, name, again)[1]


@pytest.mark.parametrize(
    ("unit", "pattern", "put"),
    [
        # a commune that misses the target is left out, or another one is blamed
        ("932", r', <span[^>]*data-name="unit/31360">xã Thạnh Xuân</span>(?= và)', ""),
        (
            "932",
            r'(data-claim="below_short".*?)31346">thị trấn Bảy Ngàn',
            r'\g<1>31345">xã Tân Hoà',
        ),
        # what the communes miss is taken away, and replaced by praise
        ("932", r'<span class="claim" data-claim="below_whole_met".*?chưa đạt\.</span>', ""),
        ("932", r'<span class="claim" data-claim="next_below".*?\.</span>', ""),
        ("930", r'; <span[^>]*data-name="short_indicator/initiatives">[^;.]*(?=; )', ""),
    ],
)
def test_a_hidden_or_wrong_limitation_is_found(
    unit: str, pattern: str, put: str, pages: dict[str, tuple[str, str]], again: Again
) -> None:
    name, text = pages[unit]
    spoiled = re.sub(pattern, put, text, count=1, flags=re.DOTALL)
    assert spoiled != text
    assert verify_page(spoiled, name, again)[1]


def test_a_district_with_a_silent_commune_is_not_hidden(outputs: Path, again: Again) -> None:
    text = (outputs / "province.html").read_text("utf-8")
    pattern = r'<span class="claim" data-claim="data_not_reported_below".*?\.</span>'
    spoiled = re.sub(pattern, "", text, count=1, flags=re.DOTALL)
    assert spoiled != text
    assert verify_page(spoiled, "province.html", again)[1]


def test_a_changed_workbook_is_found(pages: dict[str, tuple[str, str]], opened: OpenPeriod) -> None:
    """One received number one higher: the page no longer agrees."""
    import dataclasses

    table = opened.received.table
    place = next(i for i, o in enumerate(table.observations) if o.measure == "households_app")
    o = table.observations[place]
    changed = (
        *table.observations[:place],
        dataclasses.replace(o, value=(o.value or 0) + 1),
        *table.observations[place + 1 :],
    )
    received = dataclasses.replace(
        opened.received, table=dataclasses.replace(table, observations=changed)
    )
    assert isinstance(opened.analysis, Analysis)
    previous = opened.analysis.previous
    other = made_again(opened.campaign, received, previous.received if previous else None)
    assert verify_page(pages["930"][1], pages["930"][0], other)[1]
