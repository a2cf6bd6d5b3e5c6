"""Writes the table of the kinds of numbers into the documents: ``python3 -m tools.kinds``.

The table in ``docs/<language>/method.md`` is made from ``dxkit.analysis.facts.kinds`` and the words
of ``trace.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from dxkit.analysis.facts.kind import Declared, Derived, Kind
from dxkit.analysis.facts.kinds import KINDS
from dxkit.report.wording.language import available_languages, load_language

_TABLE = re.compile(r"(?<=<!-- kinds -->\n).*?(?=<!-- end of kinds -->)", re.DOTALL)


def with_table(document: str, language: str) -> str:
    """The document with its table of kinds made anew; its first two lines stay, they are words."""
    found = _TABLE.search(document)
    if found is None:
        raise ValueError("the document has no table of kinds")
    head = "".join(found[0].splitlines(keepends=True)[:2])
    return document[: found.start()] + head + "".join(rows(language)) + document[found.end() :]


def rows(language: str) -> Iterator[str]:
    """A line for each kind: what it is about, its unit of measure, its method, its inputs."""
    say = load_language(language).plain
    for about, kinds in KINDS.items():
        for kind in kinds:
            made_from = ", ".join(
                f"`{given}`" if isinstance(given, str) else f"`{given.kind}` ({given.whence})"
                for given in kind.inputs
            )
            unit = kind.unit.__name__ if callable(kind.unit) else str(kind.unit)
            name = f"`{kind.name}` {say(f'trace.kind_{kind.name}')}"
            yield f"| {name} | {about} | {unit} | `{method_of(kind)}` | {made_from or '–'} |\n"


def method_of(kind: Kind) -> str:
    """The method's name; of one that depends on the indicator, what decides it."""
    if callable(kind.method):
        return kind.method.__name__
    if kind.method or isinstance(kind, Declared):
        return kind.method or "declared"
    return kind.function.__name__ if isinstance(kind, Derived) else "sum"


if __name__ == "__main__":
    for code in available_languages():
        page = Path(__file__).parents[1] / "docs" / code / "method.md"
        page.write_text(with_table(page.read_text("utf-8"), code), "utf-8")
