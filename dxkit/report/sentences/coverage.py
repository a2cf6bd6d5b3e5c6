"""On how many of the units below what is said of the whole rests."""

from __future__ import annotations

from dxkit.model.facts import Fact
from dxkit.report.sentences.unit_view import View


def least_covered(view: View) -> dict[str, Fact]:
    """Of the indicator behind a target that is judged whose figures come from the smallest share
    of the units below: how many have figures, of how many, and how many lack them. Nothing where
    no unit below lacks a figure.
    """
    found: list[tuple[float, dict[str, Fact]]] = []
    for result in view.results:
        subject = result.indicator.id
        left_out = view.fact(subject, "children_left_out")
        if result.is_met is not None and left_out.number > 0:
            counts = view.known_kinds(subject, "children_known", "children")
            share = counts["children_known"].number / counts["children"].number
            found.append((share, {"left_out": left_out, **counts}))
    return min(found, key=lambda pair: pair[0])[1] if found else {}


def too_few_to_judge(view: View) -> bool:
    """Whether fewer than half of the units below have figures behind some target: then nothing is
    said to be reached by the whole.
    """
    part = least_covered(view)
    return bool(part) and 2 * part["children_known"].number < part["children"].number
