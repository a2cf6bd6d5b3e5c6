"""A sweep: pages of thousands of edited quarters, in both languages, every sentence judged by what
its words say (``tests/oracles/said.py``) and by the judges of names, of superlatives, and of what a
page owes.

Every edit is told by its seed: a failure names it, and ``edited(seed, ...)`` makes it again. A few
edits of each run are drawn whole, the others without the drawings, which are slow and hold the same
numbers.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator
from itertools import chain

import pytest
from markupsafe import Markup

from dxkit.analysis.assembly import analyse_period
from dxkit.model.campaign import Campaign
from dxkit.model.observations import Received
from dxkit.period import OpenPeriod
from dxkit.report.charts import over_time, units
from dxkit.report.report import Report
from dxkit.report.sentences.headlines import headlines, thoughts
from dxkit.report.sentences.next_steps import next_steps
from tests.oracles.compare import PageProof
from tests.oracles.completeness import CompletenessProof
from tests.oracles.page_tree import Element, read_page
from tests.oracles.said import broken, wrongs
from tests.oracles.second_path import Again, made_again
from tests.oracles.sentences import SentenceProof
from tests.report.sweep.edits import Edited, edited, small

pytestmark = pytest.mark.unmeasured

SAMPLE, ALL = 12, 2_400  # edits
DRAWN = 40
"""One of so many edits is drawn whole."""
SECTIONS = (
    "head", "verdict", "indicators", "narrative",
    "league", "children_chart", "months_chart", "registers", "activity", "tasks",
    "comparison", "ranked_chart", "map_chart", "data_state", "method",
)  # fmt: skip
DRAWINGS = (
    (units, "draw_bars"), (over_time, "draw_months"),
    (units, "draw_map"), (units, "draw_tiles"),
)  # fmt: skip


@pytest.fixture(scope="module")
def quarters(periods: dict[str, OpenPeriod]) -> tuple[OpenPeriod, Received, Received]:
    """The period, and the small quarters of now and before."""
    opened = periods["2022-Q4"]
    previous = opened.analysis.previous
    assert previous is not None
    return opened, small(opened.received), small(previous.received)


def plain(campaign: Campaign) -> Campaign:
    """The campaign with few draws: how many there are moves no sentence but their number."""
    assert campaign.uncertainty is not None
    return dataclasses.replace(
        campaign, uncertainty=dataclasses.replace(campaign.uncertainty, draws=12)
    )


def analysed(opened: OpenPeriod, case: Edited) -> OpenPeriod:
    """The period as if this had been received."""
    campaign = plain(opened.campaign)
    analysis = analyse_period(campaign, case.received, case.previous)
    return dataclasses.replace(opened, campaign=campaign, received=case.received, analysis=analysis)


def page_of(opened: OpenPeriod, unit: str, language: str) -> Element:
    """All sections of a unit's page, and the sentences of brief pages and messages."""
    report = Report(opened, unit, language)
    view, writer = report.context.view, report.context.writer
    said = (c for thought in thoughts(view) for c in (*thought.ways, *thought.follows))
    whole = {
        "headlines": headlines(view),
        "next_steps": chain.from_iterable(next_steps(view)),
        "messages": [claim for claim in said if claim.message.startswith("message")],
    }
    sections = [str(getattr(report, name)().html) for name in SECTIONS]
    sections += [
        f"<section><h2>{name}</h2>{writer.paragraph(claims)}</section>"
        for name, claims in whole.items()
    ]
    return read_page("".join(sections))


def judged(
    root: Element, unit: str, language: str, again: Again, said: Counter[str]
) -> Iterator[str]:
    """What is wrong on a page."""
    for element in root.walk():
        if "data-claim" in element.attributes:
            said[element.attributes["data-claim"]] += 1
            for wrong in wrongs(element, unit, language, again):
                yield f"{element.attributes['data-claim']}: {wrong} — {element.text}"
        elif element.tag in ("td", "th", "caption", "h1", "h2", "text"):
            yield from broken(element.text)
    proof = PageProof("", unit, language, root, again)
    for difference in (*SentenceProof(proof).check(), *CompletenessProof(proof).check()):
        yield f"{difference.fact}: {difference.shown} ≠ {difference.expected}"


def trouble(
    seed: int, quarters: tuple[OpenPeriod, Received, Received], said: Counter[str]
) -> list[str]:
    """What is wrong on the pages of one seed."""
    base, received, previous = quarters
    case = edited(seed, base.campaign, received, previous)
    opened = analysed(base, case)
    again = made_again(opened.campaign, case.received, case.previous)
    return [
        f"seed {seed} ({', '.join(case.names)}), {case.unit}, {language}: {wrong}"
        for language in ("vi", "en")
        for wrong in judged(page_of(opened, case.unit, language), case.unit, language, again, said)
    ]


def test_no_edit_makes_a_false_sentence(
    quarters: tuple[OpenPeriod, Received, Received],
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    full = request.config.getoption("--full")
    number = ALL if full else SAMPLE
    said: Counter[str] = Counter()
    found: list[str] = []
    for seed in range(number):
        with monkeypatch.context() as patch:
            for module, name in DRAWINGS if seed % DRAWN else ():
                patch.setattr(module, name, lambda *_, **__: Markup("<svg></svg>"))
            found += trouble(seed, quarters, said)
    print(
        f"\n{number} edits, {sum(said.values())} sentences of {len(said)} kinds, {len(found)} wrong"
    )
    assert not found, "\n".join(found[:40])
    assert len(said) > (110 if full else 60)
