"""What has changed since the period before, indicator by indicator and as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from dxkit.model.campaign import Indicator
from dxkit.model.facts import TOTAL, Claim, Reference
from dxkit.report.sentences.catalogue import choose
from dxkit.report.sentences.unit_view import View

_CHANGES = ("up", "down", "same", "unknown")


def changes(view: View) -> Iterator[Claim]:
    """What is true of the change; nothing in a first period, which the headlines say."""
    if view.previous_period is None:
        return
    for indicator in view.indicators:
        claim = _change(view, indicator)
        if claim is not None:
            yield claim
    if view.group is None:
        return
    kinds = ("progress", "progress_rank", "progress_ranked")
    claim = choose(
        ("progress_up", "progress_down", "progress_same", "progress_unknown"),
        {
            **view.known_kinds(TOTAL, *kinds),
            "unit": view.itself,
            "previous_period": view.previous_period,
        },
    )
    if claim is not None:
        yield claim


def _change(view: View, indicator: Indicator) -> Claim | None:
    if not view.fact(indicator.id, "value").known:
        return None  # its own sentence says why
    previous = view.scorecard.previous(indicator.id, "value")
    more = {"previous": previous} if previous is not None else {}
    return choose(
        [f"change_{name}_{indicator.kind.value}" for name in _CHANGES],
        {
            **view.known_kinds(indicator.id, "value", "change"),
            **more,
            "previous_period": view.previous_period or (),
            "indicator": Reference("short_indicator", indicator.id),
            "thing": Reference("thing", indicator.numerator),
        },
        indicator.direction,
    )
