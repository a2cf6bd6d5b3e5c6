"""The short sentences of the strip at the top of a page, beside its large numbers."""

from __future__ import annotations

from collections.abc import Iterator

from dxkit.model.facts import TOTAL, Claim
from dxkit.report.sentences.below import least_covered
from dxkit.report.sentences.catalogue import SLOTS, Filling
from dxkit.report.sentences.data_state import without_figures
from dxkit.report.sentences.unit_view import View


def rank_notes(view: View) -> Iterator[Claim]:
    """Who shares a unit's rank, how it has changed, and which ranks other weights give."""
    kinds = ("rank", "rank_shared", "rank_change", "rank_best", "rank_worst", "weight_band")
    yield from _notes(view, kinds, "verdict_shared", "verdict_rank", "verdict_range")


def points_notes(view: View) -> Iterator[Claim]:
    """By how much a unit's points have changed, both periods judged by the targets of this one."""
    slot = "verdict_points" if view.fact(TOTAL, "targets").value else "verdict_points_untargeted"
    yield from _notes(view, ("progress",), slot)


def _notes(view: View, kinds: tuple[str, ...], *slots: str) -> Iterator[Claim]:
    filling: dict[str, Filling] = {
        **view.known_kinds(TOTAL, *kinds),
        "previous_period": view.previous_period or (),
    }
    for slot in slots:
        yield from SLOTS[slot].say(filling)


def targets_notes(view: View) -> Iterator[Claim]:
    """On the figures of how many units below the targets are judged, or why they are not."""
    counted = {**least_covered(view), **view.known_kinds(TOTAL, "targets_known")}
    names = {"below": view.child_level, "unit": view.itself}
    yield from SLOTS["verdict_targets"].say({**counted, **names})


def lacking_notes(view: View) -> Iterator[Claim]:
    """Of how many units below nothing is at hand, or some figures lack; of a few which."""
    if not view.children:
        return
    for kind, units in without_figures(view).items():
        yield from SLOTS[f"verdict_{kind}"].say(
            {
                **view.known_kinds(TOTAL, f"units_{kind}"),
                "units_total": view.fact(TOTAL, "units"),
                "units": units,
                "level": view.child_level,
            }
        )
