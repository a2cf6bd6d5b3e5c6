"""The pages are valid HTML, as the checker of the W3C's HTML group sees it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

TOO_NEW = "Unknown pseudo-element or pseudo-class \u201c::details-content\u201d."
"""Standard CSS that prints what is folded; the checker knows it since its release 26.9."""


def complaints(checker: list[str], pages: list[Path]) -> list[str]:
    """What the checker has against some pages."""
    names = [str(page) for page in pages]
    done = subprocess.run([*checker, *names], capture_output=True, check=False, timeout=300)
    found = json.loads(done.stdout)["messages"]
    told = [f"{Path(m['url']).name}: {m['type']}: {m['message']}" for m in found]
    return [text for text in told if not text.endswith(TOO_NEW)]


def test_every_page_is_valid(nu_checker: list[str], outputs: Path) -> None:
    pages = [
        *outputs.glob("*.html"),
        outputs.parent / "index.html",
        *outputs.glob("district/*.html"),
    ]
    assert len(pages) == 12
    assert complaints(nu_checker, pages) == []


def test_the_checker_sees_a_mistake(nu_checker: list[str], outputs: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    text = (outputs / "index.html").read_text("utf-8")
    page.write_text(text.replace("</main>", "<p><table></p></main>"), "utf-8")
    assert complaints(nu_checker, [page])
