"""Many things in a notebook: shown by their number and the first of them."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")

_SHOWN, _LONGEST = 3, 200


class Listed(tuple[T, ...]):
    """A tuple that says how many things it holds, and shows only the first three, cut short."""

    def __repr__(self) -> str:
        shown = [f"{text[:_LONGEST]}…" if len(text) > _LONGEST else text
                 for text in map(repr, self[:_SHOWN])]  # fmt: skip
        return f"<{len(self)}: {', '.join(shown)}{', …' if len(self) > _SHOWN else ''}>"
