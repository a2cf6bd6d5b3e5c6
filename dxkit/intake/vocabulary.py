"""The words of office workbooks: what says total, no data, nothing arose."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files

from dxkit.model.text import clean, normalise


@lru_cache(maxsize=1)
def vocabulary() -> dict[str, tuple[str, ...]]:
    """The words that ``vocabulary.toml`` declares, normalised, longest first; writings that
    hold no letter or digit ("-", "…") are kept as they are.
    """
    content = tomllib.loads((files("dxkit.intake") / "vocabulary.toml").read_text("utf-8"))
    return {
        key: tuple(sorted({normalise(word) or word for word in words}, key=len, reverse=True))
        for key, words in content.items()
    }


def is_word(kind: str, text: str) -> bool:
    """Whether a text is, as a whole, one of the words of a kind."""
    key = normalise(text)
    return (key or clean(text)) in vocabulary()[kind]


def starts_with_word(kind: str, text: str) -> str:
    """The word of a kind with which the normalised text begins, or nothing."""
    key = normalise(text) + " "
    return next((word for word in vocabulary()[kind] if key.startswith(word + " ")), "")


def without_word(kind: str, text: str) -> str:
    """The normalised text without the word of a kind that it begins with, if it says more."""
    key = normalise(text)
    return key.removeprefix(starts_with_word(kind, text)).strip() or key


def holds_word(kind: str, text: str) -> bool:
    """Whether one of the words of a kind stands in a text."""
    key = f" {normalise(text)} "
    return any(f" {word} " in key for word in vocabulary()[kind])
