"""One system of colours and signs: contrasts by WCAG 2.2, even steps, the page's colours those of
the charts.
"""

from __future__ import annotations

import re
from importlib.resources import files
from itertools import pairwise

import pytest

from dxkit.report.charts.style import GRADES, VARIABLES, step
from dxkit.report.tables import SHAPES, STATES

CSS = (files("dxkit.press.publish") / "templates" / "page.css").read_text("utf-8")
BLOCKS = [dict(re.findall(r"--([\w-]+): (#\w+);", block)) for block in re.findall(
    r":root \{(.*?)\}", CSS, re.S)]  # fmt: skip
LOOKS = {
    look: BLOCKS[0] | block  # on prints, too, where nothing else is said
    for look, block in zip(("light", "dark", "print"), BLOCKS, strict=True)
}
STEPS = [f"grade-{n}" for n in range(1, 6)]


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
    parts = [int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted(map(luminance, (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_the_standards_example() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#fff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("look", LOOKS)
def test_words_and_marks_stand_out_from_what_is_behind_them(look: str) -> None:
    colours = LOOKS["light"] | LOOKS[look]
    for behind in ("ground", "panel", *STEPS):
        assert contrast(colours["ink"], colours[behind]) >= 5, behind
    for words in ("soft", "good", "near", "bad", "far", "accent", "doubt"):
        for behind in ("ground", "panel"):
            assert contrast(colours[words], colours[behind]) >= 4.5, (words, behind)
    for mark in ("blue", "orange", "peer", "ink"):
        assert contrast(colours[mark], colours["ground"]) >= 3, mark


@pytest.mark.parametrize("look", LOOKS)
def test_the_steps_short_of_a_target_are_even_also_in_grey(look: str) -> None:
    """In lightness (CIE L*), which is what a grey print keeps."""
    colours = LOOKS["light"] | LOOKS[look]
    lightness = [116 * luminance(colours[name]) ** (1 / 3) - 16 for name in STEPS[:4]]
    gaps = [abs(b - a) for a, b in pairwise(lightness)]
    assert lightness in (sorted(lightness), sorted(lightness, reverse=True))
    assert min(gaps) >= 4
    assert max(gaps) <= 1.5 * min(gaps)


def test_charts_and_pages_have_the_same_colours() -> None:
    for colour, variable in VARIABLES.items():
        if found := re.match(r"var\(--([\w-]+),", variable):
            assert LOOKS["light"][found[1]] == colour, variable
    assert [LOOKS["print"][name] for name in STEPS] == list(GRADES)


@pytest.mark.parametrize(
    ("number", "target", "direction", "expected"),
    [
        (0.8, 0.8, 1, 4), (0.9, 0.8, 1, 4), (0.79999, 0.8, 1, 3), (0.72, 0.8, 1, 3),
        (0.7199, 0.8, 1, 2), (0.64, 0.8, 1, 2), (0.63, 0.8, 1, 1), (0.56, 0.8, 1, 1),
        (0.55, 0.8, 1, 0), (0, 0.8, 1, 0), (0.63, 0.9, 1, 1),
        (20, 20, -1, 4), (10, 20, -1, 4), (22, 20, -1, 3), (23, 20, -1, 2), (27, 20, -1, 0),
        (-11, -10, 1, 3), (-9, -10, 1, 4), (-1, 0, 1, 0), (0, 0, 1, 4), (1, 0, -1, 0),
    ],
)  # fmt: skip
def test_steps_are_distances_from_the_target_as_parts_of_it(
    number: float, target: float, direction: int, expected: int
) -> None:
    assert step(number, target, direction) == expected


def test_each_step_has_a_shape_of_its_own_and_no_sign_of_change() -> None:
    assert len(set(SHAPES)) == len(STATES) == len(GRADES) == 5
    assert not {"▲", "▼"} & set(SHAPES)
    assert {f".{state} " for state in STATES} <= set(re.findall(r"\.\w+ ", CSS))
    found = re.findall(
        r"td\.step-(\d)::before \{ content: \"(.)\"; content: \"(.)\" / \"\"; \}", CSS
    )
    assert found == [(str(step), shape, shape) for step, shape in enumerate(SHAPES)]
