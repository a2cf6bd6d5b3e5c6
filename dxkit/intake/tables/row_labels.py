"""What the first texts of a row say: a unit's name with its numbering, or a total and of what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dxkit.intake.vocabulary import is_word, starts_with_word, vocabulary
from dxkit.model.text import clean, normalise

_OUTLINE = re.compile(
    # "X." is short for a commune, never the tenth group.
    r"(?:(?!X\b)[IVX]{1,5}|(?:\d{1,3}\.)*\d{1,3}|[a-hA-E])\s*[.)·:]\s*(?=\D)"
    r"|(?:[IVX]{1,5}|\d{1,3})\s+[-–]\s+|[-–+*•]\s*"
)
_COUNT_BEHIND = re.compile(r"\s*\(\d[^()]*\)\Z")
_ROMAN = re.compile(r"[IVX]{1,6}[.)]?\Z")
_LONGEST_PLACE = 10  # words


@dataclass(frozen=True, slots=True)
class RowLabel:
    """A row's label. ``name`` is the unit's name, empty for a total that names none; ``native``
    the name without its second line in another language.
    """

    name: str
    is_total: bool = False
    native: str = ""

    @property
    def open_name(self) -> str:
        """The name without the numbering before it: what a unit that nobody declared is called."""
        return _OUTLINE.sub("", self.name, count=1) if _OUTLINE.match(self.name) else self.name

    @property
    def readings(self) -> list[str]:
        """The name as it stands, without numbering, without another language, and without what
        a bracket counts behind it: "Xa Vi Tan (7 ap)".
        """
        uncounted = _COUNT_BEHIND.sub("", self.open_name)
        names = (self.name, self.open_name, self.native, uncounted)
        return list(dict.fromkeys(name for name in names if name))


def row_label(text: str) -> RowLabel:
    """What a label means: "Tong cong", "Cong huyen X", "X (Tong so)", or the name of a unit."""
    first_line, _, second_line = text.strip().partition("\n")
    native = clean(first_line) if second_line.isascii() else ""
    whole = clean(text)
    if is_word("total_rows", whole) or is_word("total_rows", native):
        return RowLabel("", True)
    bracket = whole.rfind("(")
    if bracket > 0 and normalise(whole[bracket:]) in vocabulary()["total_suffixes"]:
        return RowLabel(whole[:bracket].strip(), True)
    if word := starts_with_word("total_rows", whole):
        return RowLabel(" ".join(whole.split()[len(word.split()) :]), True)
    return RowLabel(whole, native=native)


def is_roman(text: str) -> bool:
    """Whether a row number is a roman numeral, as those of groups are."""
    return bool(_ROMAN.match(clean(text)))


def parted(name: str) -> Iterator[tuple[str, str]]:
    """The ways to part a name into a place and what it lies in."""
    for mark in (",", " - ", " \u2013 ", "("):
        place, found, of = name.partition(mark)
        if found and place.strip() and of.strip():
            yield place.strip(), of.strip(" )")
    words = name.split()
    for first in range(2, min(len(words) - 1, _LONGEST_PLACE)):
        yield " ".join(words[:first]), " ".join(words[first:])
