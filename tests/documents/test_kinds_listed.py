"""The documents list the kinds of numbers that there are, as the table of kinds has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxkit.analysis.facts.kinds import KINDS
from tests.documents.blocks import LANGUAGES, table_rows
from tools.kinds import with_table


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_documents_list_all_kinds_of_numbers(root: Path, language: str) -> None:
    page = (root / "docs" / language / "method.md").read_text("utf-8")
    assert with_table(page, language) == page, "renew it: python3 -m tools.kinds"
    table = page[page.index("<!-- kinds -->") : page.index("<!-- end of kinds -->")]
    rows = [(row[0].split("`")[1], row[1]) for row in table_rows(table)]
    assert rows == [(kind.name, about) for about, kinds in KINDS.items() for kind in kinds]
    words = [row[0].split("` ")[1] for row in table_rows(table)]
    assert all(words)


def test_a_table_that_is_not_renewed_is_seen() -> None:
    page = "<!-- kinds -->\n| a |\n|---|\n| `gone` |\n<!-- end of kinds -->\n"
    assert "`gone`" not in with_table(page, "en")
    assert with_table(page, "en").startswith(
        "<!-- kinds -->\n| a |\n|---|\n| `numerator` numerator |"
    )
