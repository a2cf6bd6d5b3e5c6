"""The indicator table: what was received, one observation per unit, period and measure."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from sys import intern

from dxkit.model.facts import CellRef
from dxkit.model.findings import ACCEPTED, Finding, Severity, by_cause
from dxkit.model.units import UnitRegistry


class Flag(StrEnum):
    """Why an observation has no value, or what is odd about the value it has."""

    # no value
    NOT_REPORTED = "not_reported"  # the unit sent nothing
    PART_NOT_REPORTED = "part_not_reported"  # of a period made of others, in some of them only
    UNREAD = "unread"  # nothing usable, though files at hand hold parts that could not be used
    NO_DATA = "no_data"  # the cell says there is no figure
    NOT_APPLICABLE = "not_applicable"  # nothing arose, so there is nothing to measure
    REJECTED = "rejected"  # a finding of severity error stands against the cell
    NOT_CARRIED = "not_carried"  # nobody knows which part is of this unit since boundaries changed
    # a value, and how it came or what is odd about it
    AS_BEFORE = "as_before"  # its sender says that what was reported a period ago still holds
    APPROXIMATE_BELOW = "approximate_below"  # "nearly 60": a little less than the value
    APPROXIMATE_ABOVE = "approximate_above"  # "over 445,300": a little more
    APPROXIMATE = "approximate"  # "about 400": on either side
    REPAIRED = "repaired"  # "12O" read as 120
    FROM_SHARE = "from_share"  # a share was typed where a count belongs; only one count fits it
    EXCEEDS_WHOLE = "exceeds_whole"  # part greater than whole


APPROXIMATE = frozenset({Flag.APPROXIMATE_ABOVE, Flag.APPROXIMATE_BELOW, Flag.APPROXIMATE})
MISSING_FLAGS = frozenset(
    {
        Flag.NOT_REPORTED, Flag.PART_NOT_REPORTED, Flag.UNREAD, Flag.NO_DATA, Flag.NOT_APPLICABLE,
        Flag.REJECTED, Flag.NOT_CARRIED,
    }
)  # fmt: skip
SILENT = frozenset({Flag.NOT_REPORTED, Flag.UNREAD})
"""Why a unit has nothing at all."""
NOT_USED = frozenset(
    {
        "file_unreadable", "workbook_not_read", "workbook_unused", "wrong_period",
        "cumulative_title", "unit_scaled", "sender_unclear", "column_missing", "column_hidden",
        "sheet_of_other_figures",
        "names_missing", "layout_needed", "layout_unfit", "unit_unknown", "unit_ambiguous",
        "unit_not_valid", "unit_of_another", "group_unclear", "form_of_another",
        "form_part_unclear",
    }
)  # fmt: skip
"""Findings on parts of files that were not used, so that whose figures they hold is not known."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One received value: who, when, what, how much, and the cell it stands in.

    ``period`` is the campaign period or one of its declared parts (a month). ``value`` is None
    exactly when ``flag`` is one of ``MISSING_FLAGS``. Shares are fractions. ``raw`` is the
    cell's text as received; ``correction`` the reason of an office repair, if one was applied.
    """

    period: str
    unit_code: str
    measure: str
    value: float | int | None
    address: CellRef
    raw: str = ""
    flag: Flag | None = None
    correction: str = ""

    def __post_init__(self) -> None:
        if (self.value is None) != (self.flag in MISSING_FLAGS):
            raise ValueError(f"{self.address}: value {self.value!r} does not fit flag {self.flag}")

    def refused(self) -> Observation:
        """The same without its value, for a finding of severity error stands against it."""
        return replace(self, value=None, flag=Flag.REJECTED)


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One row of a register of text (a model initiative): its columns and their cells.

    ``fields`` maps the column's measure id to its text; ``addresses`` to its cell.
    """

    period: str
    unit_code: str
    register: str
    fields: tuple[tuple[str, str], ...]
    addresses: tuple[tuple[str, CellRef], ...]

    def text(self, column: str) -> str:
        """The text of one column, empty when the row has none."""
        return dict(self.fields).get(column, "")

    @property
    def address(self) -> CellRef:
        """The row's first cell."""
        return self.addresses[0][1]


@dataclass(frozen=True, slots=True)
class Initiative:
    """One model initiative at one unit: what was tried, where, since when, and which indicators it
    aims at. A name alone names none ("Cho 4.0" exists in many places): name and unit do.

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


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One received file: name relative to the raw folder, hash, and what intake saw of it."""

    name: str
    sha256: str
    simulated: bool = False
    unit_code: str = ""  # the sender, when the file or its sheets name one
    is_reply: bool = False  # says what its sender thinks of draft results, and no figure


@dataclass(frozen=True, slots=True)
class ColumnRead:
    """What a column of a table was taken for. ``line`` is its letter (a row's number, where rows
    and columns have changed places), ``path`` the labels above it as measures.csv takes them
    ("A > B > C"), ``use`` a key of the texts on layouts, or the finding code of one whose cells
    cannot be used; ``period`` is set for a part of the period.
    """

    line: str
    path: str
    use: str
    measure: str = ""
    period: str = ""


@dataclass(frozen=True, slots=True)
class SheetRead:
    """What was understood of a sheet, for each table on it. ``why_not`` says why nothing of it is
    used: a finding code, or a key of the texts on layouts. ``header`` names the lines of its
    labels; ``first`` and ``last`` are the cells of the first and the last name of a unit.
    """

    file: str
    sheet: str
    why_not: str = ""
    table: str = ""
    header: str = ""
    first: str = ""
    last: str = ""
    columns: tuple[ColumnRead, ...] = ()

    @property
    def address(self) -> CellRef:
        """The address of the sheet."""
        return CellRef(self.file, self.sheet, "")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a sender wrote as an explanation: its cell, the unit that it speaks of, empty where
    nobody knows it, and its text, each run of blanks one space.
    """

    address: CellRef
    unit_code: str
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What a unit says of its draft results: the cell, what of them it is ``about``, its text."""

    address: CellRef
    unit_code: str
    about: str
    text: str


VISITS = "field_checks"
"""The folder of the results of visits, beside those of the periods; in it one for each period."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What a visit to a unit found: of so many reported cases that were ``checked`` so many were
    ``confirmed``. The unit was drawn with this ``chance``, and has reported ``size`` cases.
    """

    unit_code: str
    chance: float
    size: float
    checked: int
    confirmed: int
    address: CellRef

    def source_in(self, period: str) -> CellRef:
        """The address as facts give it, from the campaign's raw folder."""
        name = self.address.file.removeprefix(f"{VISITS}/")
        return self.address._replace(file=f"{VISITS}/{period}/{name}")


@dataclass(frozen=True)
class IndicatorTable:
    """All observations and register rows of one campaign period, in reading order."""

    period: str
    observations: tuple[Observation, ...]
    register_rows: tuple[RegisterRow, ...] = ()

    def __repr__(self) -> str:
        counts = f"observations={len(self.observations)}, register_rows={len(self.register_rows)}"
        return f"IndicatorTable(period={self.period!r}, {counts})"

    @cached_property
    def _by_unit_and_measure(self) -> dict[tuple[str, str], tuple[Observation, ...]]:
        found: dict[tuple[str, str], list[Observation]] = defaultdict(list)
        for observation in self.observations:
            found[observation.unit_code, observation.measure].append(observation)
        return {key: tuple(group) for key, group in found.items()}

    def of(self, unit_code: str, measure: str) -> tuple[Observation, ...]:
        """All observations of one measure at one unit: several for a flow with parts."""
        return self._by_unit_and_measure.get((unit_code, measure), ())


NOT_MEASURED = "not_measured"
"""Reason of a quantity below the finest level that reports its measure."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number made from observations, or the reason for having none.

    ``observations`` are those it was made from, in registry order. ``partial`` tells that some
    unit that should be in it is not.
    """

    value: float | int | None
    missing: str = ""
    observations: tuple[Observation, ...] = ()
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """An indicator of one unit: the quotient and the two sums behind it.

    For indicators that are not ratios ``denominator`` has no value. ``complete`` is the share of
    the units below whose figures are in it, or did not arise, by their weight.
    """

    value: Quantity
    numerator: Quantity
    denominator: Quantity
    complete: float = 1.0


NO_DENOMINATOR = Quantity(None, NOT_MEASURED)


Mistake = tuple[Finding, list[Finding]]
"""A finding that follows from no other, and those that follow from it."""


@dataclass(frozen=True)
class Received:
    """Everything intake has to say about one period's raw folder.

    ``units`` is the campaign's registry on the period's last day plus the units of open levels
    (hamlets) that the workbooks name. ``cumulative`` holds flows added up since before the
    period: another quantity, never subtracted to get the period's own. ``sheets`` tell what was
    understood of each sheet. ``weights`` are what units count by when completeness is judged, by
    code; where there are none all count alike. ``visits`` are those whose results came back,
    ``answers`` all that senders explain, ``replies`` what they say of draft results.

    What is of a period made of others has ``parts``: what was received of each reported one, which
    its figures are put together from; its table tells of the flows of all, the stocks of the last.
    Files of the whole and of parts go by their names in the campaign's raw folder (``is_located``).

    ``weighted`` are codes of units whose figures rest on shares of units of another day: they are
    never ranked; ``heirs`` by code of each unit that was there only then, and of each hamlet in it,
    the unit that it went into; ``as_of`` the day of all that, where it is not the period's last.
    """

    table: IndicatorTable
    units: UnitRegistry
    findings: tuple[Finding, ...] = ()
    sources: tuple[SourceFile, ...] = ()
    cumulative: tuple[Observation, ...] = ()
    sheets: tuple[SheetRead, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    visits: tuple[Visit, ...] = ()
    answers: tuple[Answer, ...] = ()
    replies: tuple[Reply, ...] = ()
    parts: tuple[Received, ...] = ()
    is_located: bool = False
    weighted: frozenset[str] = frozenset()
    heirs: Mapping[str, str] = field(default_factory=dict)
    as_of: datetime.date | None = None

    def __repr__(self) -> str:
        counts = f"sources={len(self.sources)}, findings={len(self.findings)}"
        return f"Received({self.table!r}, {self.units!r}, {counts})"

    @property
    def hashes(self) -> dict[str, str]:
        """The hash of each file, by its name."""
        return {source.name: source.sha256 for source in self.sources}

    def located(self, cell: CellRef) -> CellRef:
        """The address within the campaign's raw folder: periods have files of the same name."""
        if self.is_located:
            return cell
        file = intern(f"{self.table.period}/{cell.file}")  # one object of all its cells
        return CellRef(file, cell.sheet, cell.cell)

    @cached_property
    def mistakes(self) -> list[Mistake]:
        """All findings, by what they follow from."""
        return by_cause(self.findings)

    def visits_to(self, unit_code: str) -> list[Visit]:
        """The visits to a unit and to those below it."""
        return [v for v in self.visits if unit_code in self.units.line(v.unit_code)]

    @cached_property
    def senders(self) -> dict[str, str]:
        """By name of a file, the code of the unit that sent it; empty where nobody knows it."""
        return {source.name: source.unit_code for source in self.sources}

    @cached_property
    def simulated_files(self) -> frozenset[str]:
        """Names of the files that say on their face that they are simulated."""
        return frozenset(source.name for source in self.sources if source.simulated)

    @cached_property
    def doubtful_cells(self) -> frozenset[CellRef]:
        """The cells that a warning stands against: used, but somebody should look."""
        warned = (f.address for f in self.findings if f.severity is Severity.WARNING)
        return frozenset(address for address in warned if address.cell)

    @cached_property
    def explained_cells(self) -> frozenset[CellRef]:
        """The cells of which the office has accepted what the sender explains."""
        return frozenset(f.address for f in self.findings if f.explanation is not None)

    @property
    def undecided(self) -> list[Finding]:
        """The findings that a sender gives a reason for and the office has not decided on yet, as
        far as they are more than notes or follow from nothing.
        """
        return [
            found
            for found in self.findings
            if found.values.get("answer_says") == "something"
            and found.values.get("decision") not in (ACCEPTED, "refused", "on_record")
            and (found.severity is not Severity.NOTE or found.cause is None)
        ]

    @cached_property
    def tables_lacking(self) -> Counter[str]:
        """By code of a unit, in how many tables it, or one below it, is left out or that did not
        come from it: one that no criterion rests on is no figure lacking, and yet not all have
        reported.
        """
        gaps = (f for f in self.findings if f.code in ("unit_missing", "table_missing"))
        return Counter(c for f in gaps if f.unit_code for c in self.units.line(f.unit_code))

    @cached_property
    def units_heard(self) -> frozenset[str]:
        """Codes of the units of which something came, themselves or below."""
        said = {o.unit_code for o in self.table.observations if o.flag is not Flag.NOT_REPORTED}
        return frozenset(code for unit in said for code in self.units.line(unit))

    def not_used_of(self, report_level: str) -> frozenset[str]:
        """Codes of the units whose figures may stand in parts of the files that were not used:
        those of the parts' sender or, where nobody knows it, those at and below ``report_level`` of
        whom nothing was used.
        """
        found: set[str] = set()
        nobody_knows = False
        for finding in self.findings:
            if finding.code in NOT_USED:
                sender = finding.unit_code or self.senders.get(finding.address.file, "")
                if sender in self.units:
                    found |= {sender, *(unit.code for unit in self.units.descendants(sender))}
                nobody_knows |= sender not in self.units
        if nobody_knows:
            used = {code for o in self.table.observations for code in self.units.line(o.unit_code)}
            for unit in self.units.at_level(report_level):
                if unit.code not in used:
                    found.add(unit.code)
                    found |= {below.code for below in self.units.descendants(unit.code)}
        return frozenset(found)
