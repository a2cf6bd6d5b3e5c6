"""The recount, the placement and the judges of sentences, each on the demonstration workbooks."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from dxkit.analysis.assembly import analyse_period
from dxkit.intake.period import read_period
from dxkit.model.campaign import Campaign, Correction
from dxkit.model.facts import FactKey
from dxkit.model.observations import Observation
from dxkit.period import OpenPeriod
from dxkit.press.manifest import Manifest
from dxkit.report.wording.language import load_language
from dxkit.verify import INPUT, RECOUNT, Difference
from dxkit.verify.kinds import KINDS
from dxkit.verify.placement import compare_cells
from dxkit.verify.verify import causes, recount_facts
from tests.oracles.compare import PageProof
from tests.oracles.completeness import CompletenessProof
from tests.oracles.page_tree import read_page
from tests.oracles.proved import beside_target
from tests.oracles.second_path import Again, made_again
from tests.oracles.sentences import SentenceProof
from tests.oracles.writing import writings

DISTRICTS = [str(code) for code in range(930, 938)]


@pytest.fixture(scope="module")
def opened(periods: dict[str, OpenPeriod]) -> OpenPeriod:
    return periods["2022-Q4"]


@pytest.fixture(scope="module")
def again(opened: OpenPeriod) -> Again:
    previous = opened.analysis.previous
    return made_again(opened.campaign, opened.received, previous.received if previous else None)


# the recount -----------------------------------------------------------------------------


@pytest.mark.unmeasured
def test_every_fact_of_the_scorecards_is_counted_again(
    opened: OpenPeriod, again: Again, request: pytest.FixtureRequest
) -> None:
    full = request.config.getoption("--full")
    pages = [u.code for u in opened.analysis.units.at_level("commune")] if full else []
    counted, found = recount_facts(opened, again, pages)
    assert counted > (90_000 if full else 25_000)
    assert not found


def test_every_kind_of_fact_can_be_counted_again(opened: OpenPeriod) -> None:
    found = {key.kind for key in opened.analysis.scorecard("930").facts}
    assert found <= KINDS


def test_each_number_is_written_as_its_kind_is(opened: OpenPeriod, again: Again) -> None:
    for code in ("93", *DISTRICTS):
        for key, fact in opened.analysis.scorecard(code).facts.items():
            number = again.number(key)
            if number is not None:
                for language in ("vi", "en"):
                    shown = load_language(language).number(fact)
                    target = beside_target(again, key)
                    assert shown in writings(
                        key, float(number), opened.campaign, language, target
                    ), key


def other(opened: OpenPeriod, change: Callable[[Observation], Observation]) -> OpenPeriod:
    """The period as if something else had been received."""
    table = opened.received.table
    observations = tuple(change(o) for o in table.observations)
    received = dataclasses.replace(
        opened.received, table=dataclasses.replace(table, observations=observations)
    )
    previous = opened.analysis.previous
    analysis = analyse_period(opened.campaign, received, previous.received if previous else None)
    return dataclasses.replace(opened, received=received, analysis=analysis)


def test_a_number_that_is_another_is_named_and_replaced(opened: OpenPeriod, again: Again) -> None:
    """One received number is one higher than what the recount starts from."""
    place = next(
        o.address for o in opened.received.table.observations if o.measure == "households_app"
    )

    def change(o: Observation) -> Observation:
        if o.address != place or o.measure != "households_app":
            return o
        return dataclasses.replace(o, value=(o.value or 0) + 1)

    wrong = other(opened, change)
    _, found = recount_facts(wrong, again, [])
    named = {difference.place: difference for difference in found}
    key = FactKey("2022-Q4", "930", "app_installed", "numerator")
    assert named[str(key)].cause == RECOUNT
    assert int(named[str(key)].shown) == int(named[str(key)].expected) + 1
    assert wrong.scorecard("930").facts[key].value == again.number(key)


def test_a_result_that_no_fact_tells_is_counted_again_too(opened: OpenPeriod, again: Again) -> None:
    """What data files and rankings read straight from the results."""
    wrong = other(opened, lambda o: o)
    results = wrong.analysis.results
    key = ("930", "app_installed")
    own = results.by_indicator[key]
    for code in ("93", *DISTRICTS):
        len(wrong.scorecard(code).facts)  # made before anything is altered
    results.by_indicator[key] = dataclasses.replace(own, target=None)
    total = results.totals["931"]
    results.totals["931"] = dataclasses.replace(total, rank=(total.rank or 0) + 1, band=None)
    _, found = recount_facts(wrong, again, [])
    places = {difference.place for difference in found if difference.cause == RECOUNT}
    assert places == {
        "2022-Q4/930/total/app_installed/attained",
        "2022-Q4/930/total/app_installed/is_met",
        "2022-Q4/931/total/rank",
        "2022-Q4/931/total/band",
    }


# placement -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def raw(root: Path) -> Path:
    return root / "data/raw/haugiang-2022/2022-Q4"


def test_a_second_reader_finds_each_number_in_its_row_and_column(
    opened: OpenPeriod, raw: Path
) -> None:
    cells = compare_cells(opened.campaign, opened.received, raw)
    assert not cells.differences
    assert cells.read > 4000
    assert cells.unjudged < 200


def test_a_cell_that_the_office_corrected_is_still_the_cell_received(
    haugiang: Campaign, raw: Path
) -> None:
    """A correction keeps the text received, so that the workbook and the page both stand."""
    file, sheet = "930-thanh-pho-vi-thanh.xlsx", "2. Hồ sơ TTHC"
    fields = ("2022-Q4", file, sheet, "C16", "12O", "120", "gọi hỏi", "Lan", "2022-12-20")
    corrected = dataclasses.replace(haugiang, corrections=(Correction(*fields),))
    assert not compare_cells(haugiang, read_period(corrected, "2022-Q4", raw), raw).differences


# the causes ------------------------------------------------------------------------------


def test_a_file_that_the_manifest_does_not_know_is_named(opened: OpenPeriod, outputs: Path) -> None:
    manifest = Manifest.load(outputs / "manifest.json")
    assert manifest is not None
    assert not list(causes(manifest, opened, [], outputs))
    (forgotten, digest), *others = manifest.inputs.items()
    for inputs in (dict(others), {**manifest.inputs, "gone.xlsx": digest}):
        name = forgotten if forgotten not in inputs else "gone.xlsx"
        found = list(causes(dataclasses.replace(manifest, inputs=inputs), opened, [], outputs))
        assert found == [Difference(f"2022-Q4/{name}", INPUT)]


# sentences -------------------------------------------------------------------------------


def judge(text: str, unit: str, again: Again) -> list[object]:
    proof = PageProof("", unit, "vi", read_page(text), again)
    return [*SentenceProof(proof).check(), *CompletenessProof(proof).check()]


@pytest.fixture(scope="module")
def pages(outputs: Path) -> dict[str, str]:
    found = {
        p.name[:3]: p.read_text("utf-8") for p in sorted((outputs / "district").glob("*.html"))
    }
    return {**found, "93": (outputs / "province.html").read_text("utf-8")}


@pytest.mark.unmeasured
def test_every_sentence_of_every_page_is_true_and_none_is_lacking(
    pages: dict[str, str], again: Again
) -> None:
    for code, text in pages.items():
        assert not judge(text, code, again), code


_SAID = [
    # a commune that misses the target is left out, or another one is blamed
    ("932", r', <span[^>]*data-name="unit/31360">xã\sThạnh\sXuân</span>(?= và)', ""),
    (
        "932",
        r'(data-claim="below_short".*?)31346">thị\strấn\sBảy\sNgàn',
        '\\g<1>31345">xã\u00a0Tân\u00a0Hoà',
    ),
    # what the communes miss is taken away
    ("932", r'<span class="claim" data-claim="below_whole_met".*?chưa đạt\.</span>', ""),
    ("932", r'<span class="claim" data-claim="next_below".*?\.</span>', ""),
    ("930", r'; <span[^>]*data-name="short_indicator/initiatives">[^;.]*(?=; )', ""),
    # a silent commune is hidden; what every page owes
    ("93", r'(.*)<span class="claim" data-claim="data_not_reported_below".*?\.</span>', r"\1"),
    ("930", r'<span class="claim" data-claim="certainty_.*?\.</span>', ""),
    # best and worst exchanged with their names: every number is right, the sentence is not
    (
        "936",
        r'(data-claim="below_spread"[^>]*>Cao nhất là )(.*?)( \()(.*?)(\), thấp nhất là )(.*?)'
        r"( \()(.*?)(\), chênh)",
        r"\1\6\3\8\5\2\7\4\9",
    ),
    # a miss told as a success, a word turned
    ("936", r'(data-claim="level_missed(?:(?!class="claim").)*?)chưa đạt', r"\1đạt"),
    ("936", r'(<span class="claim"(?:(?!</section>).)*?) tăng ', r"\1 giảm "),
]


@pytest.mark.parametrize(("unit", "pattern", "put"), _SAID)
def test_the_judges_of_sentences_see(
    unit: str, pattern: str, put: str, pages: dict[str, str], again: Again
) -> None:
    text = pages[unit]
    spoilt = re.sub(pattern, put, text, count=1, flags=re.DOTALL)
    assert spoilt != text
    assert judge(spoilt, unit, again)


def test_the_proof_uses_nothing_of_the_analysis(root: Path) -> None:
    for path in (root / "dxkit/verify").glob("*.py"):
        assert "dxkit.analysis" not in path.read_text("utf-8"), path.name
