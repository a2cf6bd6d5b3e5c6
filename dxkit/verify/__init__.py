"""The second path: everything on the pages made again from the received cells, by plain means; and
what cannot be proved, each in its file and place, by cause.

Nothing of the analysis room is used here, so that a mistake there shows as a difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

CHANGED, MISSING, ADDED = "file_changed", "file_missing", "file_added"
UNREADABLE, UNKNOWN = "file_unreadable", "file_unknown"
FAILED, OTHER = "not_made", "file_other"
"""A page that could not be made again; a file that is as it was made, and would be another now."""
INPUT, MOVED, RECOUNT = "input_changed", "cell_differs", "recount_differs"
"""A received file or cell that is not what was published; a cell, or its row or column, that a
second reader finds to say something else; a number that is another when it is counted again.
"""
CAUSES = (INPUT, UNKNOWN, MOVED, RECOUNT, CHANGED, MISSING, ADDED, UNREADABLE, FAILED, OTHER)
"""All that may be wrong, causes before consequences; each is the key of its words."""


class Difference(NamedTuple):
    """One thing that cannot be proved: in which file or of which fact, why (one of ``CAUSES``),
    where in it, what stands there and what should.
    """

    file: str
    cause: str
    place: str = ""
    shown: str = ""
    expected: str = ""


def in_order(found: Sequence[Difference]) -> tuple[Difference, ...]:
    """Causes first, those of one file together, in the order in which the files are met."""
    met = {file: number for number, file in enumerate(dict.fromkeys(d.file for d in found))}
    return tuple(sorted(found, key=lambda d: (CAUSES.index(d.cause), met[d.file])))
