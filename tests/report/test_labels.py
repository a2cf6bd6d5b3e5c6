"""Words on charts: every text is broken within the bounds, and always ends."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from dxkit.report.charts.style import broken
from tests.unhurried import given


@pytest.mark.parametrize(
    ("text", "width", "lines", "expected"),
    [
        ("Basic digital skills", 9, 4, "Basic\ndigital\nskills"),  # each word in a line of its own
        ("Digital skills", 20, 2, "Digital skills"),
        ("one two three four", 10, 2, "one two\nthree four"),
        ("", 9, 2, ""),
        (" aaaaaaaaaaa", 4, 1, "aaaaaaaaa…"),  # no letter goes without a sign of it
        ("aaaaaaaaaa bbbbbbbbbb cccccccccc", 4, 3, "aaaaaaaaaa\nbbbbbbbbbb\ncccccccccc"),
        ("a incomprehensibilities z", 9, 3, "a\nincomprehensib…"),  # nothing follows what is cut
    ],
)
def test_lines_by_hand(text: str, width: int, lines: int, expected: str) -> None:
    assert broken(text, width, lines) == expected


@given(st.text("ab ", max_size=60), st.integers(4, 20), st.integers(1, 4))
def test_any_text_is_broken_within_bounds(text: str, width: int, lines: int) -> None:
    found = broken(text, width, lines).split("\n")
    assert len(found) <= lines
    assert all(len(line) <= width + 6 for line in found)


@given(st.text("ab ", max_size=60), st.integers(4, 20), st.integers(1, 4))
def test_what_is_shown_is_how_the_text_begins(text: str, width: int, lines: int) -> None:
    shown = " ".join(broken(text, width, lines).split("\n"))
    whole = " ".join(text.split())
    assert shown == whole or (shown.endswith("…") and whole.startswith(shown[:-1]))
