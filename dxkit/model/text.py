"""Texts made comparable, one writing for what looks alike; received texts made fit to be shown."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

_LOOKALIKES = str.maketrans(
    # Eth for D with stroke, then Cyrillic capitals and smalls that look Latin.
    "\u00d0\u00f0\u0189\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425"
    "\u0430\u0435\u043e\u0440\u0441\u0445\u0406\u0456\u0408\u0458\u0405\u0455",
    "\u0110\u0111\u0110ABEKMHOPCTXaeopcxIiJjSs",
)
_INVISIBLE = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xAD, 0x200E, 0x200F])
_APART = re.compile("([\u00a8\u00af\u00b4\u00b5\u00b8]+)")
"""Signs that their compatible form makes others of: a Greek letter, a blank and a mark."""

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_LATE_TONE = re.compile(f"([ou])([aey])([{_TONES}])")
_EARLY_TONE = re.compile(f"([ou])([{_TONES}])([aey])")
_PUNCTUATION = re.compile("[^\\w%\u2030]+")
_OUTLINE = re.compile(
    # "X." is short for a commune, never the tenth group.
    r"(?:(?!X\b)[IVX]{1,5}|(?:\d{1,3}\.)*\d{1,3}|[a-hA-E])\s*[.)·:]\s*(?=\D)"
    r"|(?:[IVX]{1,5}|\d{1,3})\s+[-–]\s+|[-–+*•]\s*"
)
LONGEST = 400
"""Letters of one received text that a page shows; its cell is named beside it."""

_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ufffe\uffff]"
)


def clean(text: str) -> str:
    """The text in NFC, without invisible characters, lookalikes of Latin letters made Latin,
    every run of blanks one space.
    """
    if text.isascii():  # nothing to compose or to replace, and most cells are
        return " ".join(text.split())
    return _cleaned_label(text) if len(text) <= _LONGEST_KEPT else _cleaned(text)


def _cleaned(text: str) -> str:
    pieces = _APART.split(text.translate(_INVISIBLE))  # each second one is such letters
    pieces[::2] = [unicodedata.normalize("NFKC", piece) for piece in pieces[::2]]
    text = "".join(pieces).translate(_LOOKALIKES)
    return " ".join(unicodedata.normalize("NFC", text).split())


_LONGEST_KEPT = 300  # characters: labels and names come again and again, long texts once
_cleaned_label = lru_cache(maxsize=50_000)(_cleaned)


def normalise(text: str) -> str:
    """A key that is equal for all writings of one name: case, blanks, punctuation and the place
    of the tone mark do not matter; accents do.
    """
    return _normalised_label(text) if len(text) <= _LONGEST_KEPT else _normalised(text)


def _normalised(text: str) -> str:
    return " ".join(_PUNCTUATION.sub(" ", in_small_letters(text)).split())


def in_small_letters(text: str) -> str:
    """The cleaned text in lower case, with one place for the tone of "oa", "oe", "uy": the first
    vowel; punctuation stays.
    """
    decomposed = unicodedata.normalize("NFD", clean(text).casefold())
    return unicodedata.normalize("NFC", _LATE_TONE.sub(r"\1\3\2", decomposed))


def with_late_tones(key: str) -> str:
    """The other writing of a key: the tone of "oa", "oe", "uy" on the second vowel."""
    decomposed = unicodedata.normalize("NFD", key)
    return unicodedata.normalize("NFC", _EARLY_TONE.sub(r"\1\3\2", decomposed))


_normalised_label = lru_cache(maxsize=50_000)(_normalised)


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """The normalised text without any accent, in ASCII where the letters are Vietnamese."""
    decomposed = unicodedata.normalize("NFD", normalise(text).replace("\u0111", "d"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def slug(text: str) -> str:
    """The folded text with hyphens, fit for a file name or a code."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")


_TELEX = {"\u0300": "f", "\u0301": "s", "\u0309": "r", "\u0303": "x", "\u0323": "j"}


def telex(text: str) -> str:
    """The normalised text in ASCII without losing its accents, as Vietnamese keyboards type it:
    a doubled letter or a w for the vowel, the tone's letter at the end of the word.
    """
    return " ".join(_telex_word(word) for word in normalise(text).split())


def is_vietnamese(text: str) -> bool:
    """Whether the words of a normalised text are written as Vietnamese ones, so that telex loses
    nothing: no other letters, one tone in a word, and no letters of which telex makes accents.
    """
    return all(map(_is_vietnamese_word, text.split()))


@lru_cache(maxsize=10_000)
def _is_vietnamese_word(text: str) -> bool:
    word = unicodedata.normalize("NFD", text.replace("\u0111", "d"))
    letters = word.translate(_WITHOUT_TONES)
    has_one_tone = len(word) - len(letters) < 2
    return bool(_VIETNAMESE.match(letters)) and has_one_tone and not _TYPED.search(fold(text))


_WITHOUT_TONES = dict.fromkeys(map(ord, _TELEX))
_VIETNAMESE = re.compile("(?:[a-z0-9]|[aeo]\u0302|a\u0306|[ou]\u031b)*\\Z")
_TYPED = re.compile(r"aa|ee|oo|dd|[aou]w|[sfrxj](?![^ ])")


@lru_cache(maxsize=10_000)
def _telex_word(word: str) -> str:
    letters: list[str] = []
    tone = ""
    for letter in unicodedata.normalize("NFD", word.replace("\u0111", "dd")):
        if letter in _TELEX:
            tone = _TELEX[letter]
        elif letter == "\u0302":
            letters.append(letters[-1])
        elif letter in "\u0306\u031b":
            letters.append("w")
        else:
            letters.append(letter)
    return "".join(letters) + tone


def without_outline(text: str) -> str:
    """A text without the number, letter or dash that lists have before it."""
    outline = _OUTLINE.match(text)
    return text[outline.end() :] if outline else text


def words_in_full(abbreviations: Mapping[str, str]) -> dict[str, str]:
    """Abbreviations and what they stand for, normalised."""
    return {normalise(short): normalise(full) for short, full in abbreviations.items()}


def heading_key(in_full: Mapping[str, str], *parts: str) -> str:
    """One key for all writings of a heading, however it is broken over rows, given what
    ``words_in_full`` says.
    """
    words = " ".join(map(normalise, parts)).split()
    return "".join(in_full.get(word, word) for word in words).replace(" ", "")


def visible(text: str) -> str:
    """The text with "�" for each character that cannot be seen: controls, overrides of the writing
    direction, zero-width ones.
    """
    return _UNSEEN.sub("\ufffd", text)


def cut(text: str, units: int) -> str:
    """The beginning of a text, as long as Excel counts: some signs as two.

    >>> cut("abc", 2), len(cut("\\U0001f600" * 20, 31))
    ('ab', 15)
    """
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore")


def shortened(text: str, longest: int) -> str:
    """The text, or its beginning of so many letters and then "…"."""
    return text if len(text) <= longest else f"{text[:longest]}…"


def harmless(text: str, longest: int = LONGEST) -> str:
    """The text on one line, visible, at most ``longest`` letters and then "…"."""
    seen = visible(" ".join(text.split()))
    return seen if len(seen) <= longest else seen[: longest - 1].rstrip() + "…"


_PLAIN = str.maketrans(
    {
        "\u0110": "D", "\u0111": "d", "\u2212": "-", "\u2192": "->", "\u2260": "!=", "\u2264": "<=",
        "\u2265": ">=", "\u2248": "~", "\u202f": " ", "\u2013": "-", "\u2026": "...", "\u203a": ">",
        "\u201c": '"', "\u201d": '"', "\u2018": "'", "\u2019": "'", "\u00b7": ".", "\u00a0": " ",
        "\u00d7": "x", "\u2016": "||", "\u02b3": "r",
    }
)  # fmt: skip


def in_code_page(letter: str, page: str) -> str:
    """What a code page has for a letter that it lacks: the letter and its marks apart, or without
    the marks that it lacks as well, a sign that means the same, at last "?".
    """

    def has(text: str) -> bool:
        return text.encode(page, "ignore").decode(page) == text

    plain = letter.translate(_PLAIN)
    base, *marks = list(unicodedata.normalize("NFD", plain))
    if not base.isalpha():  # what is struck out would mean the contrary
        return plain if plain != letter and has(plain) else "?"
    found = ""
    for order in itertools.permutations(marks):
        whole, apart = base, ""
        for mark in order:
            both = unicodedata.normalize("NFC", whole + mark)
            if len(both) == 1 and has(both):
                whole = both
            elif has(mark):
                apart += mark
        found = max(found, whole + apart, key=lambda text: len(unicodedata.normalize("NFD", text)))
    return found if has(found) else "?"
