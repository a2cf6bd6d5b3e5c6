"""Pages link to those that are there, whatever the order in which they were made."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from dxkit.cli import run
from dxkit.press.publish.links import without_links

DISTRICTS = {"71": "Huyện Mỹ An", "72": "Huyện Mỹ Bình", "73": "Huyện Mỹ Châu"}


def report(out: Path, period: str, *units: str) -> None:
    chosen = [word for unit in units for word in ("--unit", unit)]
    assert run(["report", period, *chosen, "--out", str(out)]) == 0


def pages(out: Path) -> dict[str, str]:
    found = {p.relative_to(out).as_posix(): p.read_text("utf-8") for p in out.rglob("*/*/*/*.html")}
    return {name.removeprefix("small/"): text for name, text in found.items()}


def links(page: Path) -> list[tuple[str, str]]:
    """What each link of a page says, and the page or index that it leads to, which is there."""
    found = re.findall(r'<a[^>]* href="([^#"][^"]*)"[^>]*>(.*?)</a>', page.read_text("utf-8"))
    for address, _ in found:
        assert (page.parent / address).resolve().is_file(), (page, address)
        assert not address.startswith("/")
    return [(re.sub("<[^>]+>", "", text).replace("\u00a0", " "), to) for to, text in found]


def all_links(out: Path) -> int:
    return sum(len(links(page)) for page in out.rglob("*.html"))


def test_a_page_leads_up_on_and_to_its_other_periods(small: Path) -> None:
    report(small, "2024-Q1")
    report(small, "2024-Q2")
    first, last = (small / f"small/2024-Q{n}/district/72-huyen-my-binh.html" for n in (1, 2))
    ways = [
        ("Quý II/2024", "../index.html"), ("Tỉnh Sông Xanh", "../province.html"),
        ("Huyện Mỹ An", "71-huyen-my-an.html"), ("Huyện Mỹ Châu", "73-huyen-my-chau.html"),
        ("quý I/2024", "../../2024-Q1/district/72-huyen-my-binh.html"),
    ]  # fmt: skip
    found = links(last)
    assert found[:2] == ways[:2]
    assert found[-3:] == ways[2:]
    assert ("quý II/2024", "../../2024-Q2/district/72-huyen-my-binh.html") in links(first)
    text = last.read_text("utf-8")
    assert "Huyện Mỹ Bình" not in dict(found)  # no page links to itself
    named = set(re.findall(r'data-name="unit/(7[0-9]*)"', text)) - {"72"}
    assert named == {"70", "71", "721"}
    for code in named:  # each name wherever it stands, but of a commune, which has no page
        name = rf'<span data-name="unit/{code}">'
        linked = len(re.findall(rf'<a class="unit" href="[^"]*">{name}', text))
        assert linked == (0 if code == "721" else len(re.findall(name, text)))
    assert all_links(small) > 60
    for period in ("2024-Q1", "2024-Q2"):
        assert run(["verify", period, "--out", str(small)]) == 0
    moved = small.with_name("a stick")
    small.rename(moved)
    assert all_links(moved) > 60  # from any folder


def test_the_order_in_which_pages_are_made_alters_none(small: Path, tmp_path: Path) -> None:
    """Seven runs in one go, one by one, and period after period to and fro."""
    runs = [("2024-Q1", "71"), ("2024-Q2", "71"), ("2024-Q2", "711"), ("2024-Q2", "70")]
    seen = []
    for number, order in enumerate([runs, runs[::-1], [*runs[2:], *runs[:2]]]):
        out = tmp_path / str(number)
        for period, unit in order:
            report(out, period, unit)
            all_links(out)
        seen.append(pages(out))
        shutil.rmtree(out)
    assert len(seen[0]) == 3
    assert seen[0] == seen[1] == seen[2]


def test_a_page_that_is_gone_failed_or_is_named_otherwise_is_linked_to_no_more(
    small: Path, small_project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report(small, "2024-Q2", "71", "72", "711")
    page, commune = (small / "small/2024-Q2" / name for name in (
        "district/71-huyen-my-an.html", "commune/711-xa-tan-an.html"))  # fmt: skip
    assert "commune/711" in page.read_text("utf-8")
    commune.unlink()
    times = page.stat().st_mtime_ns
    report(small, "2024-Q2", "72")
    assert page.stat().st_mtime_ns > times
    assert "commune/711" not in page.read_text("utf-8")
    assert run(["verify", "2024-Q2", "--out", str(small)]) == 0
    # another period's run finds its neighbours; without it they are without it again
    report(small, "2024-Q1", "71")
    assert "2024-Q1" in page.read_text("utf-8")
    shutil.rmtree(small / "small/2024-Q1")
    report(small, "2024-Q2", "72")
    all_links(small)
    # a page whose notebook fails is there for nobody, on the first run
    notebook = tmp_path / "own.ipynb"
    cells = json.loads((small_project / "notebooks/short_report.ipynb").read_text("utf-8"))
    cells["cells"][1]["source"] = [*cells["cells"][1]["source"], '\nassert unit != "711"']
    notebook.write_text(json.dumps(cells), "utf-8")
    own = ["report", "2024-Q2", "--unit", "71", "--unit", "711", "--unit", "712"]
    own += ["--notebook", str(notebook), "--out", str(small)]
    assert run(own) == 1
    made = small / "own/own/small/2024-Q2/commune"
    assert [p.name[:3] for p in made.iterdir()] == ["712"]
    all_links(small)
    notebook.write_text(notebook.read_text("utf-8").replace("assert unit", "unit"), "utf-8")
    assert run(own) == 0
    assert "711-xa-tan-an.html" in dict(map(reversed, links(next(made.glob("712*")))))  # type: ignore[arg-type]


def test_pages_that_the_manifest_does_not_know_are_named_by_the_proof(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As after a run of one page when the manifest was lost."""
    report(small, "2024-Q2", "71", "72")
    (small / "small/2024-Q2/manifest.json").unlink()
    report(small, "2024-Q2", "71")
    capsys.readouterr()
    assert run(["verify", "2024-Q2", "--out", str(small)]) == 1
    said = capsys.readouterr().out
    assert "district/72-huyen-my-binh.html" in said
    assert "71-huyen-my-an.html" not in said


def test_links_can_be_taken_off_again(small: Path) -> None:
    """And what somebody writes that looks like them stays."""
    report(small, "2024-Q2", "70", "71")
    text = (small / "small/2024-Q2/province.html").read_text("utf-8")
    bare = without_links(text)
    assert "district/71" in text
    assert "district/71" not in bare
    assert re.sub("<[^>]+>", "", bare[bare.find("<main") :]) in re.sub("<[^>]+>", "", text)
    assert without_links(bare) == bare
    assert without_links("<p>no page</p>") == "<p>no page</p>"
    ours = '<nav class="crumbs"><a href="x">x</a></nav>\n'
    assert ours in without_links(bare.replace("<h1>", ours + "<h1>"))


def test_names_in_an_english_page_are_marked_as_vietnamese(small: Path) -> None:
    """So that a screen reader does not read them as English; their type is English."""
    for language, marks in (("vi", 0), ("en", 1)):
        more = ["--lang", language, "--out", str(small)]
        assert run(["report", "2024-Q2", "--unit", "70", "--unit", "71", *more]) == 0
        page = (small / "small/2024-Q2/district/71-huyen-my-an.html").read_text("utf-8")
        assert (page.count('<bdi lang="vi">Mỹ\u00a0An</bdi>\u00a0district') > 3) == marks
        assert ('<bdi lang="vi">' in page) == marks
