"""What share of an indicator's points a value earns, by the campaign's rule for it."""

from __future__ import annotations

from collections.abc import Sequence

from dxkit.model.campaign import Indicator


def share_of_points(
    indicator: Indicator, value: float, target: float | None, peers: Sequence[float]
) -> float | None:
    """What share of an indicator's points a value earns."""
    up, number = indicator.direction > 0, indicator.parameters
    place: float | None
    match indicator.scoring:
        case "ratio_to_target" | "ratio_to_target_uncapped":
            if target is None or target <= 0:
                return None
            place = max(value, 0.0) / target
            if not up:
                place = target / value if value > 0 else 1.0
            return min(place, 1.0) if indicator.scoring == "ratio_to_target" else place
        case "steps":
            earned = [0.0]
            for name, edge in number.items():
                reached = value >= edge if up else value <= edge
                if name.startswith("from_") and reached:
                    earned.append(number[f"share_{name[5:]}"])
            return max(earned)
        case "share":
            place = value
        case "count":
            place = value / number["full"]
        case "min_max":
            span = max(peers) - min(peers)
            place = (value - min(peers)) / span if span else None
        case "goalposts":
            place = (value - number["low"]) / (number["high"] - number["low"])
        case _:
            return None
    if place is None:
        return None
    place = min(1.0, max(0.0, place))
    return place if up else 1.0 - place
