"""What a number format makes of a number, where it shows another one than the cell holds."""

from __future__ import annotations

import re
from functools import lru_cache

from dxkit.intake.vocabulary import vocabulary
from dxkit.model.text import normalise

_ASIDE = re.compile(r"\[[^\]]*\]|[_*].")  # colours, conditions, widths and fillings
_THOUSANDS_LEFT_OUT = re.compile(r"[0#?],+(?![0#?,])")
_LITERAL = re.compile(r'"([^"]*)"|\\(.)')  # what a number format adds to the number


@lru_cache(maxsize=1_000)
def shows_another(number_format: str, is_nought: bool) -> bool:
    """Whether a format shows another number than the cell holds: 5 as "5 nghin", "5.000" or "5%"
    by letters of its own, 5000 as 5 by a comma behind, or nothing at all.
    """
    bare = _LITERAL.sub("", _ASIDE.sub("", number_format))
    sections = bare.split(";")
    section = sections[2] if is_nought and len(sections) > 2 else sections[0]
    if len(sections) > 1 and not section.strip() and not _LITERAL.search(number_format):
        return True
    if _THOUSANDS_LEFT_OUT.search(sections[0]):
        return True
    literal = " ".join(quoted or escaped for quoted, escaped in _LITERAL.findall(number_format))
    words = normalise(literal).split()
    return (
        any(word in words for word in vocabulary()["scales"])
        or "%" in literal
        or any(letter.isdecimal() for letter in literal)
    )
