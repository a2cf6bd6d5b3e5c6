"""Model initiatives: what was tried, where, since when, and which indicators it aims at.

A name alone does not name an initiative ("Cho 4.0" exists in many places): name and unit do.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from dxkit.model.facts import CellRef
from dxkit.model.keys import Folder, Id, Key, OfMeasure

ROLES = ("name", "locality", "field", "start", "aim", "households", "evidence", "source")
"""What a register tells of an initiative; a campaign says which of its measures holds which."""


@dataclass(frozen=True, slots=True)
class InitiativeRegister:
    """Where a campaign keeps its initiatives: the measures' ``table``, the ``folder`` of published
    ones under the campaign's raw folder (empty when there are none), and ``columns``, which maps
    each of ``ROLES`` to a measure id.
    """

    table: Id
    folder: Annotated[Folder, Key(default="")]
    columns: Annotated[Mapping[str, OfMeasure], Key(each=ROLES)]


@dataclass(frozen=True, slots=True)
class Initiative:
    """One initiative at one unit.

    ``start`` is the text as received; the first and last day are those between which it began,
    None when the text names no year. ``start_period`` is the campaign period it began in, empty
    when that cannot be told. ``indicators`` are the ids that ``aim`` means. ``period`` is the
    period whose workbook reported it, empty for one that was ``published`` elsewhere.
    """

    name: str
    unit_code: str
    locality: str
    field: str
    start: str
    first_day: datetime.date | None
    last_day: datetime.date | None
    start_period: str
    aim: str
    indicators: tuple[str, ...]
    households: int | None
    evidence: str
    source: str
    period: str
    address: CellRef

    @property
    def published(self) -> bool:
        """Whether it stands in the register of published initiatives, not in a report."""
        return not self.period

    @property
    def key(self) -> tuple[str, str]:
        """Name and unit, which together name an initiative."""
        return self.name, self.unit_code
