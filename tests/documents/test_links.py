"""Both languages have the same documents, and every link leads somewhere."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from blocks import LANGUAGES, blocks_of, pages, table_rows


def test_both_languages_have_the_same_pages_headings_and_blocks(root: Path) -> None:
    en, vi = pages(root, "en"), pages(root, "vi")
    assert set(en) == set(vi)
    assert len(en) >= 11
    for name in en:
        assert [line.count("#") for line in re.findall(r"^#+ ", en[name], re.M)] == [
            line.count("#") for line in re.findall(r"^#+ ", vi[name], re.M)
        ], name
        mine, theirs = (blocks_of(root / "docs" / language / name) for language in LANGUAGES)
        assert mine == theirs, name
        assert len(table_rows(en[name])) == len(table_rows(vi[name])), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_listed_and_every_link_leads_somewhere(root: Path, language: str) -> None:
    folder = root / "docs" / language
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", pages(root, language)["README.md"]))
    assert listed == set(pages(root, language)) - {"README.md"}
    for place in [*folder.glob("*.md"), root / "README.md", root / "README.vi.md"]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", place.read_text("utf-8")):
            assert (place.parent / target).exists(), f"{place.name}: {target}"


def paths(text: str) -> list[str]:
    return re.findall(r"`((?:dxkit|notebooks|data|tests)/[^`\s<]*)`", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_on_the_house_names_what_is_there(root: Path, language: str) -> None:
    """Every file and folder; no question of the ten sends a newcomer to more than two files."""
    text = pages(root, language)["architecture.md"]
    named = paths(text)
    assert len(named) > 30
    guide = (root / "CONTRIBUTING.md").read_text("utf-8")
    assert [path for path in (*named, *paths(guide)) if not (root / path).exists()] == []
    code = (file for room in ("dxkit", "tests") for file in (root / room).rglob("*.py"))
    known = {
        name
        for file in code
        for name in re.findall(r"^(?:class )?([A-Z]\w+)", file.read_text("utf-8"), re.MULTILINE)
    }
    assert set(re.findall(r"`([A-Z]\w+)", guide.partition("\n## Recipes\n")[2])) - known == set()
    questions = re.split(r"^\d+\. \*\*", text, flags=re.MULTILINE)[1:]
    assert len(questions) == 10
    for question in questions:
        assert 1 <= len(set(paths(question))) <= 2
    rooms = {path.name for path in (root / "dxkit").iterdir() if (path / "__init__.py").exists()}
    assert {
        path.split("/")[1] for path in named if path.count("/") == 2 and path[-1] == "/"
    } >= rooms
