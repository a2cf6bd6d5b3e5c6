"""Verify finds every tampering with a finished page, and nothing on an untouched one."""

from __future__ import annotations

import dataclasses
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from dxkit.analysis.scorecard import Analysis
from dxkit.intake.intake import read_period
from dxkit.intake.project import Project
from dxkit.model.campaign import Campaign, Correction
from dxkit.model.units import UnitRegistry
from dxkit.press.proof.again import Again, made_again
from dxkit.press.proof.proved import kinds
from dxkit.press.proof.raw_cells import misread
from dxkit.press.proof.writing import writings
from dxkit.press.verify import verify_page
from dxkit.story.messages import load_language
from dxkit.story.period import OpenPeriod, open_period

DISTRICTS = [str(code) for code in range(930, 938)]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> OpenPeriod:
    project = Project.find(None, str(tmp_path_factory.mktemp("out")))
    return open_period(project, "haugiang-2022", "2022-Q4")


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
                value = fact.value
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
    for path in (root / "dxkit/press/proof").glob("*.py"):
        assert "dxkit.analysis" not in path.read_text("utf-8"), path.name
    assert "dxkit.analysis" not in (root / "dxkit/press/verify.py").read_text("utf-8")


# tampering -------------------------------------------------------------------------------


class Tamperer:
    """Spoils pages in one place, each time by another seed."""

    def __init__(self, pages: dict[str, tuple[str, str]], units: UnitRegistry, seed: int) -> None:
        self.pages = pages
        self.units = units
        self.random = random.Random(seed)

    def pick(self) -> tuple[str, str]:
        """A page's unit and its text."""
        code = self.random.choice(sorted(self.pages))
        return code, self.pages[code][1]

    def replaced(self, text: str, pattern: str, change: Callable[[re.Match[str]], str]) -> str:
        """The text with one of the pattern's places, chosen at random, changed."""
        main = text.index("<main")
        found = [m for m in re.finditer(pattern, text, re.DOTALL) if m.start() > main]
        match = self.random.choice(found)
        new = change(match)
        assert new != match[0]
        return text[: match.start()] + new + text[match.end() :]

    def digit(self, text: str) -> str:
        """One digit of a number that a reader sees."""

        def change(match: re.Match[str]) -> str:
            places = [i for i, c in enumerate(match[2]) if c.isdigit()]
            place = self.random.choice(places)
            other = self.random.choice([d for d in "0123456789" if d != match[2][place]])
            return match[1] + match[2][:place] + other + match[2][place + 1 :] + match[3]

        return self.replaced(text, r"(<data [^>]*>)([^<]*\d[^<]*)(</data>)", change)

    def value(self, text: str) -> str:
        """A rounded value: what is seen stays, what a machine reads is cut."""

        def change(match: re.Match[str]) -> str:
            digits = self.random.randint(2, 9)
            return f'{match[1]}"{float(match[2]):.{digits}f}"{match[3]}'

        return self.replaced(text, r'(<data [^>]*value=)"(-?\d+\.\d{11,})"([^>]*>)', change)

    def rounded(self, text: str) -> str:
        """What is seen is rounded to whole percent, as if by hand."""

        def change(match: re.Match[str]) -> str:
            number = round(float(match[2].replace(",", ".")))
            return f"{match[1]}{number}%{match[3]}"

        return self.replaced(text, r"(<data [^>]*>)(\d+,[1-9])%(</data>)", change)

    def rank(self, text: str) -> str:
        """A place, in what is seen and in what a machine reads."""

        def change(match: re.Match[str]) -> str:
            other = self.random.choice([n for n in range(1, 9) if n != int(match[2])])
            return f'{match[1]}"{other}"{match[3]}{other}{match[4]}'

        pattern = r'(<data [^>]*value=)"(\d+)"( data-fact="[^"]*/rank">)\d+(</data>)'
        return self.replaced(text, pattern, change)

    def name(self, text: str) -> str:
        """A unit's name, to that of another unit of its level."""

        def change(match: re.Match[str]) -> str:
            unit = self.units.get(match[2])
            others = [u.name for u in self.units.at_level(unit.level) if u.code != unit.code]
            new = self.random.choice([n for n in others if n.lower() != match[4].lower()])
            return f"{match[1]}{match[2]}{match[3]}{new}{match[5]}"

        pattern = r'(<span class="name" data-name="unit/)(\d{3,})(">)([^<]*)(</span>)'
        return self.replaced(text, pattern, change)

    def renamed(self, text: str) -> str:
        """A unit's name together with what says which unit it names."""

        def change(match: re.Match[str]) -> str:
            unit = self.units.get(match[2])
            others = [u for u in self.units.children(unit.parent_code) if u.code != unit.code]
            new = self.random.choice(others)
            return f"{match[1]}{new.code}{match[3]}{new.name}{match[4]}"

        pattern = r'(<span class="name" data-name="unit/)(31\d+)(">)[^<]*(</span>)'
        return self.replaced(text, pattern, change)

    def word(self, text: str) -> str:
        """A word that turns a sentence into its opposite."""
        opposites = {" tăng ": " giảm ", " thấp hơn ": " cao hơn ", " chưa đạt ": " đã đạt ",
                     " còn thiếu ": " đã thừa ", "chưa chắc chắn": "rất chắc chắn"}  # fmt: skip
        words = "|".join(opposites)
        claim = rf'<span class="claim"(?:(?!</section>).)*?(?:{words})'
        return self.replaced(
            text,
            claim,
            lambda m: re.sub(
                rf"({words})(?!.*({words}))", lambda w: opposites[w[1]], m[0], flags=re.DOTALL
            ),
        )

    def swapped(self, text: str, pattern: str) -> str:
        """A piece of the page replaced by the same piece of another district's page."""
        others = [p for _, p in self.pages.values() if p != text]

        def change(match: re.Match[str]) -> str:
            pieces = [m[0] for other in others for m in re.finditer(pattern, other, re.DOTALL)]
            return self.random.choice([p for p in pieces if p != match[0]])

        return self.replaced(text, pattern, change)

    def chart(self, text: str) -> str:
        """A chart of another district."""
        return self.swapped(text, r'<figure class="chart" id="chart-targets">.*?</figure>')

    def drawing(self, text: str) -> str:
        """Only the drawing of another district."""
        return self.swapped(text, r'<div class="drawing">.*?</div>')

    def section(self, text: str) -> str:
        """A whole section of another district."""
        return self.swapped(text, r"<section data-about=.*?</section>")

    def paragraph(self, text: str) -> str:
        """A paragraph of the narrative of another district."""
        return self.swapped(text, r'<p><span class="claim".*?</p>')

    def source(self, text: str) -> str:
        """The address of a cell in the list of sources."""

        def change(match: re.Match[str]) -> str:
            return f"{match[1]}{match[2]}{int(match[3]) + 500}{match[4]}"

        pattern = r'(<li class="place">[^<]*?)([A-Z]+)(\d+)([^<]*</li>)'
        return self.replaced(text, pattern, change)

    def date(self, text: str) -> str:
        """A day or quarter."""
        pattern = r'(<span class="date"[^>]*>[^<]*?)(\d)([^<]*</span>)'
        return self.replaced(text, pattern, lambda m: f"{m[1]}{(int(m[2]) + 1) % 10}{m[3]}")

    def added(self, text: str) -> str:
        """A number that somebody has typed in."""
        return self.replaced(text, r"</li>|</p>", lambda m: f" Thêm 7 hộ.{m[0]}")

    def described(self, text: str) -> str:
        """A digit of what only readers who do not see a chart are told."""
        pattern = r'(<p hidden="" id="chart-[^>]*>[^<]*?)(\d)([^<]*</p>)'
        return self.replaced(text, pattern, lambda m: f"{m[1]}{(int(m[2]) + 1) % 10}{m[3]}")

    def heading(self, text: str) -> str:
        """The unit in the heading of a column."""
        return self.replaced(text, r" \(%\)</th>", lambda m: "</th>")

    def unheaded(self, text: str) -> str:
        """A heading that makes percentages of counts or points."""
        return self.replaced(text, r">Điểm</th>|>Còn thiếu</th>", lambda m: m[0][:-5] + " (%)</th>")


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
