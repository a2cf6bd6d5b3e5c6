"""Which model initiatives seem to work, where, and what to try next: honestly graded."""

from dxkit.analysis.initiatives.effect import (
    Comparison,
    Evidence,
    Interval,
    Suggestion,
    compare,
    grade,
    permutation_interval,
    where_next,
)
from dxkit.analysis.initiatives.matching import (
    MatchedSet,
    Panel,
    Place,
    match,
    matched_sets,
    panel_of,
)
from dxkit.analysis.initiatives.register import begun_by, choose, counts, started_at

__all__ = [
    "Comparison",
    "Evidence",
    "Interval",
    "MatchedSet",
    "Panel",
    "Place",
    "Suggestion",
    "begun_by",
    "choose",
    "compare",
    "counts",
    "grade",
    "match",
    "matched_sets",
    "panel_of",
    "permutation_interval",
    "started_at",
    "where_next",
]
