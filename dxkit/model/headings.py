"""Headings as they are compared: however broken over rows, and with abbreviations written out."""

from __future__ import annotations

from collections.abc import Mapping

from dxkit.model.text import normalise


def words_in_full(abbreviations: Mapping[str, str]) -> dict[str, str]:
    """Abbreviations and what they stand for, normalised."""
    return {normalise(short): normalise(full) for short, full in abbreviations.items()}


def heading_key(in_full: Mapping[str, str], *parts: str) -> str:
    """One key for all writings of a heading, given what ``words_in_full`` says."""
    words = " ".join(map(normalise, parts)).split()
    return "".join(in_full.get(word, word) for word in words).replace(" ", "")
