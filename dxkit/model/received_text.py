"""Text that came from a workbook, made fit to be shown anywhere."""

from __future__ import annotations

import re

LONGEST = 400
"""Letters of one received text that a page shows; its cell is named beside it."""

_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ufffe\uffff]"
)


def visible(text: str) -> str:
    """The text with "�" for each character that cannot be seen: controls, overrides of the writing
    direction, zero-width ones.
    """
    return _UNSEEN.sub("\ufffd", text)


def harmless(text: str, longest: int = LONGEST) -> str:
    """The text on one line, visible, at most ``longest`` letters and then "…"."""
    seen = visible(" ".join(text.split()))
    return seen if len(seen) <= longest else seen[: longest - 1].rstrip() + "…"
