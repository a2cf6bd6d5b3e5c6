"""Which model initiatives seem to work, where, and what to try next: honestly graded."""

from dxkit.analysis.initiatives.effect import (
    Comparison,
    Evidence,
    Suggestion,
    another_place,
    compare,
    grade,
    where_next,
)
from dxkit.analysis.initiatives.panel import (
    Earlier,
    Group,
    Interval,
    Panel,
    Place,
    begun_by,
    choose,
    counts,
    groups_of,
    panel_of,
    started_at,
)

__all__ = [
    "Comparison", "Earlier", "Evidence", "Group", "Interval", "Panel", "Place", "Suggestion",
    "another_place", "begun_by", "choose", "compare", "counts", "grade", "groups_of", "panel_of",
    "started_at", "where_next",
]  # fmt: skip
