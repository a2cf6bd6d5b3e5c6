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
    begun_by,
    choose,
    counts,
    match,
    matched_sets,
    panel_of,
    started_at,
)

__all__ = [
    "Comparison", "Evidence", "Interval", "MatchedSet", "Panel", "Place", "Suggestion",
    "begun_by", "choose", "compare", "counts", "grade", "match", "matched_sets", "panel_of",
    "permutation_interval", "started_at", "where_next",
]  # fmt: skip
