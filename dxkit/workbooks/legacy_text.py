"""Vietnamese text from before Unicode: TCVN3 and VNI, recognised by font or content and decoded.

Both wrote Vietnamese with the letters of Western fonts and drew others in their place, so the cells
hold Western text: in TCVN3 one letter for each, in VNI a vowel and a second letter for its marks.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache

from dxkit.workbooks.cells import Cell, Sheet


class Encoding(StrEnum):
    """The two old ways of writing."""

    TCVN3 = "TCVN3"
    VNI = "VNI"


_GRAVE, _HOOK, _TILDE, _ACUTE, _DOT = "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"
_TONES = (_GRAVE, _HOOK, _TILDE, _ACUTE, _DOT)
_BREVE, _CIRCUMFLEX, _HORN = "\u0306", "\u0302", "\u031b"


def _composed(*parts: str) -> str:
    return unicodedata.normalize("NFC", "".join(parts))


def _tcvn3() -> dict[str, str]:
    """One byte for each letter; source: TCVN 5712:1993, third set."""
    table = {}
    plain = ["A" + _BREVE, "A" + _CIRCUMFLEX, "E" + _CIRCUMFLEX, "O" + _CIRCUMFLEX, "O" + _HORN,
             "U" + _HORN, "\u0110"]  # fmt: skip
    for code, letter in zip(range(0xA1, 0xA8), plain, strict=True):
        table[chr(code)] = _composed(letter)
        table[chr(code + 7)] = _composed(letter).lower()
    # The five tones of each vowel, in the order grave, hook, tilde, acute, dot below.
    toned = {
        "a": (0xB5, 0xB6, 0xB7, 0xB8, 0xB9),
        "a" + _BREVE: (0xBB, 0xBC, 0xBD, 0xBE, 0xC6),
        "a" + _CIRCUMFLEX: (0xC7, 0xC8, 0xC9, 0xCA, 0xCB),
        "e": (0xCC, 0xCE, 0xCF, 0xD0, 0xD1),
        "e" + _CIRCUMFLEX: (0xD2, 0xD3, 0xD4, 0xD5, 0xD6),
        "i": (0xD7, 0xD8, 0xDC, 0xDD, 0xDE),
        "o": (0xDF, 0xE1, 0xE2, 0xE3, 0xE4),
        "o" + _CIRCUMFLEX: (0xE5, 0xE6, 0xE7, 0xE8, 0xE9),
        "o" + _HORN: (0xEA, 0xEB, 0xEC, 0xED, 0xEE),
        "u": (0xEF, 0xF1, 0xF2, 0xF3, 0xF4),
        "u" + _HORN: (0xF5, 0xF6, 0xF7, 0xF8, 0xF9),
        "y": (0xFA, 0xFB, 0xFC, 0xFD, 0xFE),
    }
    for vowel, codes in toned.items():
        for tone, code in zip(_TONES, codes, strict=True):
            table[chr(code)] = _composed(vowel, tone)
    return table


def _vni() -> dict[str, str]:
    """A vowel and a letter for its marks, some vowels by one letter; source: VNI Windows fonts."""
    plain = dict(zip(_TONES, "\u00f8\u00fb\u00f5\u00f9\u00ef", strict=True))
    table = {"\u00f4": "o" + _HORN, "\u00f6": "u" + _HORN, "\u00f1": "\u0111"}
    for vowel in "aeouy":
        table |= {vowel + mark: vowel + tone for tone, mark in plain.items()}
    for written, vowel in (("\u00f4", "o" + _HORN), ("\u00f6", "u" + _HORN)):
        table |= {written + mark: vowel + tone for tone, mark in plain.items()}
    del table["y" + plain[_DOT]]
    table["\u00ee"] = "y" + _DOT
    circumflex = dict(zip(_TONES, "\u00e0\u00e5\u00e3\u00e1\u00e4", strict=True))
    for vowel in "aeo":
        table[vowel + "\u00e2"] = vowel + _CIRCUMFLEX
        table |= {vowel + mark: vowel + _CIRCUMFLEX + tone for tone, mark in circumflex.items()}
    breve = dict(zip(_TONES, "\u00e8\u00fa\u00fc\u00e9\u00eb", strict=True))
    table["a\u00ea"] = "a" + _BREVE
    table |= {"a" + mark: "a" + _BREVE + tone for tone, mark in breve.items()}
    table |= dict(
        zip("\u00ec\u00e6\u00f3\u00ed\u00f2", ("i" + tone for tone in _TONES), strict=True)
    )
    lower = {written: _composed(letter) for written, letter in table.items()}
    capital = {written.upper(): letter.upper() for written, letter in lower.items()}
    mixed = {
        written[0].upper() + written[1:]: letter.upper()
        for written, letter in lower.items()
        if len(written) == 2
    }
    return lower | mixed | capital


_TABLES: Mapping[Encoding, Mapping[str, str]] = {Encoding.TCVN3: _tcvn3(), Encoding.VNI: _vni()}
_PATTERNS = {
    encoding: re.compile("|".join(map(re.escape, sorted(table, key=len, reverse=True))))
    for encoding, table in _TABLES.items()
}

_ONSET = "ngh|ng|nh|n|gh|gi|g|kh|k|ch|c|ph|p|th|tr|t|qu|b|d|\u0111|h|l|m|r|s|v|x|"
_RHYME = (
    "(?:uy\u00ea|uya|oai|oay|oeo|uay|u\u00e2y|u\u00f4i|\u01b0\u01a1i|\u01b0\u01a1u|i\u00eau|y\u00eau|uyu"
    "|ai|ao|au|ay|\u00e2u|\u00e2y|eo|\u00eau|ia|iu|i\u00ea|oa|o\u0103|oe|oi|\u00f4i|\u01a1i|ua|u\u00e2|u\u00ea|ui|uy|u\u01a1|u\u00f4|\u01b0a|\u01b0i"
    "|\u01b0u|\u01b0\u01a1|y\u00ea|oo|[aeiouy\u0103\u00e2\u00ea\u00f4\u01a1\u01b0])"
    "(?:ng|nh|ch|[cmnpt])?"
)
_SYLLABLE = re.compile(f"(?:{_ONSET}){_RHYME}\\Z")
_WORD = re.compile(r"[^\W\d_]+(?:[^\w\s.,;:()/\-]+[^\W\d_]*)*")


def decoded(text: str, encoding: Encoding) -> str:
    """The text in Unicode (NFC). A letter that the old encoding does not have is left as it is."""
    table = _TABLES[encoding]
    found = _PATTERNS[encoding].sub(lambda match: table[match[0]], text)
    return unicodedata.normalize("NFC", found)


def decoded_sheet(sheet: Sheet) -> tuple[Sheet, Encoding | None]:
    """The sheet with its old text in Unicode, and which encoding that was; the very same sheet and
    None when it holds none.

    The cells of each font are judged together: their words must be Vietnamese after decoding and
    not before. A font's name (".VnTime", "VNI-Times") decides where the words allow both.
    """
    groups: dict[str, list[Cell]] = defaultdict(list)
    for cell in sheet.cells.values():
        if isinstance(cell.value, str) and not cell.value.isascii():
            groups[cell.font].append(cell)
    cells = dict(sheet.cells)
    used: Encoding | None = None
    for font, group in groups.items():
        texts = [str(cell.value) for cell in group]
        encoding = recognised(texts, font)
        if encoding is None:
            continue
        for cell, text in zip(group, texts, strict=True):
            if _can_be(text, encoding):
                used = encoding
                value = decoded(text, encoding)
                cells[cell.row, cell.column] = dataclasses.replace(cell, value=value)
    return (dataclasses.replace(sheet, cells=cells), used) if used else (sheet, None)


def recognised(texts: Iterable[str], font: str = "") -> Encoding | None:
    """The old encoding that texts of one font are written in, None for Unicode, English, French."""
    possible = [text for text in texts if not text.isascii()]
    unicode_words = _vietnamese_words(possible)
    best: Encoding | None = None
    most = 0
    for encoding in Encoding:
        fitting = [text for text in possible if _can_be(text, encoding)]
        words = _vietnamese_words(decoded(text, encoding) for text in fitting)
        if words > most:
            best, most = encoding, words
    named = _by_font(font)
    if named is not None:
        fitting = [text for text in possible if _can_be(text, named)]
        words = _vietnamese_words(decoded(text, named) for text in fitting)
        return named if words and words >= unicode_words else None
    written = sum(len(_odd_words(text)) for text in possible)
    certain = most >= 2 and most > unicode_words and most >= 0.8 * written
    return best if certain else None


def _by_font(font: str) -> Encoding | None:
    name = font.lower()
    if name.startswith(".vn"):
        return Encoding.TCVN3
    return Encoding.VNI if name.startswith("vni") else None


def _can_be(text: str, encoding: Encoding) -> bool:
    """Whether nothing in the text lies outside the encoding: a real Unicode letter rules it out."""
    if any(ord(letter) > 0xFF for letter in text):
        return False
    left = _PATTERNS[encoding].sub("", text)
    return not any(letter.isalpha() and not letter.isascii() for letter in left)


def _odd_words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if not word.isascii()]


def _vietnamese_words(texts: Iterable[str]) -> int:
    """How many words with marks are syllables of Vietnamese."""
    return sum(is_syllable(word) for text in texts for word in _odd_words(text))


@lru_cache(maxsize=20_000)
def is_syllable(word: str) -> bool:
    """Whether a word can be a Vietnamese syllable: onset, rhyme and at most one tone."""
    decomposed = unicodedata.normalize("NFD", word.casefold())
    if sum(letter in _TONES for letter in decomposed) > 1:
        return False
    toneless = "".join(letter for letter in decomposed if letter not in _TONES)
    return bool(_SYLLABLE.match(unicodedata.normalize("NFC", toneless)))
