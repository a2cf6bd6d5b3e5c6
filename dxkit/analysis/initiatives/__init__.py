"""Which model initiatives seem to work, where, and what to try next: honestly graded."""

from dxkit.analysis.initiatives.effect import Comparison, compare
from dxkit.analysis.initiatives.evidence import Evidence, grade
from dxkit.analysis.initiatives.matching import MatchedSet, match
from dxkit.analysis.initiatives.panel import Panel, Place, panel_of
from dxkit.analysis.initiatives.permutation import Interval, permutation_interval
from dxkit.analysis.initiatives.register import begun_by, choose, counts, started_at
from dxkit.analysis.initiatives.sets import matched_sets
from dxkit.analysis.initiatives.where_next import Suggestion, where_next

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
