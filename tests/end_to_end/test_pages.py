"""The finished pages: every number is a fact, nothing foreign, the same bytes again."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest
from lxml import html

from dxkit.cli import run

pytestmark = pytest.mark.unmeasured

DECLARED = ("place", "raw", "date", "name", "document", "scale")


def digits_outside_facts(page: Path) -> list[str]:
    """Text with digits that is neither a fact nor one of the declared exceptions."""
    tree = html.fromstring(page.read_text("utf-8")).find("body")
    found = []

    def walk(element: html.HtmlElement) -> None:
        if not isinstance(element.tag, str) or element.tag == "script":
            return
        classes = set((element.get("class") or "").split())
        exempt = bool(classes & set(DECLARED)) or (
            "fact" in classes and (element.get("data-fact") or "").count("/") == 3
        )
        if not exempt:
            text = element.text or ""
            if element.getparent().tag == "figure" and element.get("id", "").endswith("-text"):
                text = without_numbers_of(element.getparent(), text)
            if re.search(r"\d", text):
                found.append(text.strip())
            for child in element:
                walk(child)
        else:
            return
        for child in element:
            if child.tail and re.search(r"\d", child.tail):
                found.append(child.tail.strip())

    walk(tree)
    return found


def without_numbers_of(figure: html.HtmlElement, text: str) -> str:
    """A chart's description without what the table of its data holds, in its order."""
    place, rest = 0, ""
    for element in figure.findall(".//table//*[@class]"):
        shown = element.text_content().strip()
        if element.tag == "data" or element.get("class") in ("raw", "name"):
            at = text.find(shown, place)
            if at >= 0:
                rest, place = rest + text[place:at], at + len(shown)
    return re.sub(r"(?:tháng \d+|quý [IV]+|1[012])/2022", "", rest + text[place:])


@pytest.mark.parametrize("name", ["district/930-thanh-pho-vi-thanh.html",
                                  "district/934-huyen-phung-hiep.html",
                                  "district/935-huyen-vi-thuy.html"])  # fmt: skip
def test_every_number_on_a_district_page_is_a_fact(outputs: Path, name: str) -> None:
    assert digits_outside_facts(outputs / name) == []


def test_the_walk_sees_a_bare_digit(outputs: Path, tmp_path: Path) -> None:
    page = (outputs / "district/930-thanh-pho-vi-thanh.html").read_text("utf-8")
    spoiled = tmp_path / "page.html"
    spoiled.write_text(page.replace("</main>", "<p>thêm 7 hộ</p></main>"), "utf-8")
    assert digits_outside_facts(spoiled) == ["thêm 7 hộ"]


def test_the_walk_sees_a_number_that_only_a_description_says(outputs: Path, tmp_path: Path) -> None:
    page = (outputs / "district/930-thanh-pho-vi-thanh.html").read_text("utf-8")
    spoiled = tmp_path / "page.html"
    changed = re.sub(
        r'(<p hidden="" id="chart-[^>]*>[^<]*?: [^<]*?)(?=[.]</p>)', r"\g<1>, 7%", page
    )
    assert changed != page
    spoiled.write_text(changed, "utf-8")
    assert any("7%" in text for text in digits_outside_facts(spoiled))


def test_a_district_page_holds_no_other_district(outputs: Path) -> None:
    for page in (outputs / "district").glob("*.html"):
        code = page.name[:3]
        text = page.read_text("utf-8")
        units = {key.split("/")[1] for key in re.findall(r'data-fact="([^"]*)"', text)}
        foreign = {u for u in units if u in {str(n) for n in range(930, 938)}} - {code}
        assert not foreign, (page.name, foreign)
        assert units - {code, "93"} <= {u for u in units if u.startswith("31")}
        files = set(re.findall(r"2022-Q[34]/(\d{3})-", text))
        assert files <= {code}


def test_the_pages_say_that_the_data_is_simulated(outputs: Path) -> None:
    pages = [*outputs.glob("*.html"), *outputs.glob("district/*.html")]
    assert len(pages) == 11
    for page in pages:
        assert 'class="banner"' in page.read_text("utf-8"), page.name


def test_pages_have_no_address_one_script_and_a_language(outputs: Path) -> None:
    for page in [*outputs.glob("*.html"), *outputs.glob("district/*.html")]:
        text = page.read_text("utf-8")
        assert '<html lang="vi">' in text
        (script,) = re.findall(r"<script>(.*?)</script>", text, re.S)
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"script-src 'sha256-{digest}'; " in text  # nothing but the kit's own may run
        assert text.count("<script") == 1
        assert "default-src 'none'" in text
        outside = set(re.findall(r"https?://[^\"' <]+", text)) - {"http://www.w3.org/2000/svg"}
        assert not outside
        assert text.count("<h1") == 1
        assert not re.search(r"\b(nan|None|NaN)\b", text)
        assert len(text.encode()) < 250_000
    sizes = sorted(page.stat().st_size for page in outputs.glob("district/*.html"))
    assert sizes[len(sizes) // 2] < 175_000


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.full)])
def test_two_runs_give_the_same_bytes(
    whole: bool, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Of the small campaign; of Hậu Giang's quarter, which ``verify`` makes again in every CI."""
    if not whole:
        period, made = "2024-Q2", request.getfixturevalue("small")
        assert run(["report", period, "--out", str(made)]) == 0
        outputs, least = made / "small" / period, 18
    elif request.config.getoption("--full"):
        period, outputs, least = "2022-Q4", request.getfixturevalue("outputs"), 21
    else:
        pytest.skip("a whole quarter is part of --full")
    assert run(["report", period, "--out", str(tmp_path / "again")]) == 0
    again = tmp_path / "again" / outputs.parent.name / period

    def digests(folder: Path) -> dict[str, str]:
        wanted = [*folder.rglob("*.html"), *folder.rglob("*.csv"), folder / "league.xlsx"]
        wanted += folder.glob("notebooks/*.ipynb")
        return {
            p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in wanted
        }

    assert digests(outputs) == digests(again)
    assert len(digests(outputs)) >= least


def test_an_unchanged_run_makes_nothing(outputs: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in outputs.rglob("*.html")}
    assert run(["report", "2022-Q4", "--out", str(outputs.parents[1])]) == 0
    assert {p: p.stat().st_mtime_ns for p in outputs.rglob("*.html")} == before
