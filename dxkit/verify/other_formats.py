"""Proof of the annexes: every number of league.xlsx and of the Word documents is compared again.

``find`` gives the fact of a key as the second path of ``verify`` makes it from the raw files.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dxkit.model.facts import Fact
from dxkit.press.publish.league_workbook import as_in_cell, number_format
from dxkit.press.publish.word.facts import read_facts
from dxkit.report.wording.language import Language, available_languages, load_language

Find = Callable[[str], Fact | None]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One number of an annex that cannot be proved: its fact's key or its place, what stands there,
    what should.
    """

    fact: str
    shown: str
    expected: str


def compare_workbook(path: Path, find: Find) -> tuple[int, list[Mismatch]]:
    """How many numbers the workbook's sheets hold, and which differ. Each must be listed with its
    fact, be that fact's unrounded value, and have the format that shows it as pages do; each
    listed number must be there.
    """
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
    spoken = (load_language(code) for code in available_languages())
    language = next(s for s in spoken if s.plain("workbook.numbers") == book.sheetnames[-1])
    listing = book.worksheets[-1]
    listed = {
        (sheet, cell): (str(key), shown)
        for sheet, cell, key, shown in listing.iter_rows(min_row=2, max_col=4, values_only=True)
    }
    compared = 0
    differences = []
    for sheet in book:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            if cell.value is None or cell.data_type == "s":
                continue
            compared += 1
            place = f"{sheet.title}!{cell.coordinate}"
            key, shown = listed.pop((sheet.title, cell.coordinate), (place, None))
            fact = find(key)
            if fact is None or not fact.known:
                differences.append(Mismatch(key, str(cell.value), "–"))
            elif not _is_as_shown(fact, cell.value) or (cell.number_format, shown) != (
                number_format(fact),
                language.number(fact),
            ):
                differences.append(_mismatch(key, f"{shown} ({cell.value!r})", fact, language))
    differences += [
        Mismatch(key, "–", f"{sheet}!{cell}") for (sheet, cell), (key, _) in listed.items()
    ]
    return compared, differences


def _is_as_shown(fact: Fact, content: object) -> bool:
    """Whether a cell holds the fact's number, to the last digits that two ways of adding share."""
    return isinstance(content, int | float) and math.isclose(
        content, as_in_cell(fact), rel_tol=1e-12, abs_tol=1e-12
    )


def compare_document(path: Path, find: Find) -> tuple[int, list[Mismatch]]:
    """How many numbers the document's text and its pictures' alternatives show; which differ."""
    try:
        code, numbers = read_facts(path)
    except ValueError as error:  # runs were added or taken away by hand
        return 0, [Mismatch(path.name, str(error), "–")]
    language = load_language(code)
    differences = []
    for key, shown in numbers:
        fact = find(key)
        if fact is None or not fact.known:
            differences.append(Mismatch(key, shown, "–"))
        elif shown not in writings(fact, language):
            differences.append(_mismatch(key, shown, fact, language))
    return len(numbers), differences


def writings(fact: Fact, language: Language) -> frozenset[str]:
    """The ways in which a text may write a fact: as it is, without or with its sign."""
    return frozenset(
        {
            language.number(fact),
            language.number(fact, signless=True),
            language.number(fact, signed=True),
        }
    )


def _mismatch(key: str, shown: str, fact: Fact, language: Language) -> Mismatch:
    return Mismatch(key, shown, f"{language.number(fact)} ({fact.value!r})")
