"""The letters of a text made of several runs: which are crossed out, which stand above the line."""

from __future__ import annotations

from collections.abc import Mapping

_RAISED = str.maketrans(
    "0123456789", "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"
)


def raised(text: str) -> str:
    """The text with its digits as superscripts: a footnote's mark is no digit of a number."""
    return text.translate(_RAISED)


class Runs:
    """The runs of one text of Office Open XML. ``struck`` tells whether any letter is crossed
    out.
    """

    def __init__(self) -> None:
        self.struck = False
        self._strikes = self._raises = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Hear the beginning of an element within the text."""
        if name == "r":
            self._strikes = self._raises = False
        elif name == "strike":
            self._strikes = is_on(attributes)
        elif name == "vertAlign":
            self._raises = attributes.get("val") == "superscript"

    def end(self, name: str) -> None:
        """Hear the end of an element within the text."""
        if name == "r":
            self._strikes = self._raises = False

    def letters(self, text: str) -> str:
        """Letters of the present run, as they are read."""
        self.struck = self.struck or (self._strikes and bool(text.strip()))
        return raised(text) if self._raises else text


def is_on(attributes: Mapping[str, str]) -> bool:
    """Whether a property that is there is on: it may say that it is off."""
    return attributes.get("val", "1") not in ("0", "false", "off")
