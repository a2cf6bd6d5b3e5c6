"""What there is to choose from, and the errors for what there is not and what cannot be."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

Thing = TypeVar("Thing")

_MOST_SHOWN = 10


class UnknownNameError(KeyError, ValueError):
    """A name that there is not, told with those that there are and the nearest one. Of many names
    the nearest are shown, or else the first. ``known`` may say of each name what it names.
    """

    def __init__(self, what: str, given: object, known: Iterable[str]) -> None:
        told = known if isinstance(known, Mapping) else {}
        named = {str(name): str(told.get(name) or "") for name in known}
        super().__init__(what, str(given), named)

    def __str__(self) -> str:
        what, given, known = self.args
        near = nearest(given, known)
        many = len(known) > _MOST_SHOWN
        shown = list(near if many and near else known)[:_MOST_SHOWN]
        told = ", ".join(f"{name} ({known[name]})" if known[name] else name for name in shown)
        told = f"{told}, …" if len(shown) < len(known) else told or "–"
        hint = f"; the nearest is {near[0]!r}" if near and not (many and len(near) == 1) else ""
        return f"no {what} {given!r}; there are: {told}{hint}"


class RefusedError(ValueError):
    """What somebody asks for cannot be done. ``reason`` is a key of the words for it, which
    ``values`` fill; ``message`` says it to who works in Python.
    """

    def __init__(self, reason: str, /, message: str = "", **values: object) -> None:
        super().__init__(message or f"{reason}: {values}")
        self.reason, self.values = reason, values


def nearest(given: str, known: Mapping[str, str]) -> list[str]:
    """The names that are like what was given, or whose descriptions are, the nearest first; accents
    and case do not count.
    """
    wanted = _plain(given)
    folded: dict[str, list[str]] = {}
    for name, description in known.items():
        for text in filter(None, {_plain(name), _plain(description)}):
            folded.setdefault(text, []).append(name)
    like = difflib.get_close_matches(wanted, folded, _MOST_SHOWN)
    like += [text for text in folded if wanted and (wanted in text or text in wanted)]
    return list(dict.fromkeys(name for text in like for name in folded[text]))


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.casefold().replace("\u0111", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def look_up(what: str, given: str, known: Mapping[str, Thing]) -> Thing:
    """The thing of a name; raises UnknownNameError when there is none."""
    try:
        return known[given]
    except (KeyError, TypeError):
        raise UnknownNameError(what, given, known.keys()) from None


def check_names(what: str, given: Mapping[str, Any], known: Iterable[str]) -> None:
    """Raise UnknownNameError for the first of the names given that is not known."""
    known = tuple(known)
    for name in given:
        if name not in known:
            raise UnknownNameError(what, name, known)
