"""Findings: the one way in which they are made, what is known of where they stand filled in; and
which follows from which: one mistake of a sender is told once, and what it brings about elsewhere
is folded under it.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from dxkit.model.addresses import column_and_row, column_letters
from dxkit.model.campaign import Campaign
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding, Severity
from dxkit.model.observations import Observation
from dxkit.workbooks.cells import Cell


@dataclass(frozen=True, slots=True)
class FindingFactory:
    """Makes findings about a file, or a sheet of it, of a sender if one is known; without a file
    only about what has an address of its own.
    """

    file: str = ""
    sheet: str = ""
    unit_code: str = ""

    def address(self, cell: Cell | None = None) -> CellRef:
        """The full address of a cell; of the whole sheet, or file, without one."""
        return CellRef(self.file, self.sheet, cell.address if cell is not None else "")

    def __call__(
        self,
        code: str,
        at: Observation | CellRef | Cell | None = None,
        unit_code: str | None = None,
        raw: str | None = None,
        /,
        **values: object,
    ) -> Finding:
        """The finding of a code. An observation brings its address, unit and raw text, unless they
        are given; ``values`` fill the message.
        """
        if isinstance(at, Observation):
            known = at.address, at.unit_code, at.raw
        else:
            address = at if isinstance(at, CellRef) else self.address(at)
            known = address, self.unit_code, ""
        unit_code = known[1] if unit_code is None else unit_code
        return Finding(code, known[0], unit_code, known[2] if raw is None else raw, values)


finding = FindingFactory()
"""Makes findings about what has an address of its own."""


_PART_NOT_USED = frozenset(
    {"file_unreadable", "wrong_period", "cumulative_title", "unit_scaled", "sender_unclear",
     "sheet_of_other_figures", "names_missing", "workbook_not_read"}
)  # fmt: skip
_NOTHING_OF = frozenset({"table_missing", "workbook_unused", "workbook_missing"})
_ROW_REFUSED = frozenset({"unit_unknown", "unit_ambiguous", "unit_not_valid", "unit_repeated"})
_UNIT_LACKS = frozenset({"unit_missing", "unit_left_out", "unit_disappeared"})
_BLANK = frozenset({"value_missing", "figure_missing", "figure_gone"})
_OF_ROW = frozenset(
    {"row_shifted", "name_not_nearest", "value_struck_out", "cell_merged", *_BLANK}
)  # what befalls a row as a whole, though each of its cells is named
_OF_COLUMN = frozenset({"column_span_unclear", "column_part_unclear", "column_repeated"})
_OVER_TIME = frozenset({"jump", "stock_fell"})
# Before all else at their cell.
_CHIEF = ("reading_contradicted", "value_contradicted", "figure_gone")


def with_causes(
    campaign: Campaign, findings: Sequence[Finding], observations: Iterable[Observation]
) -> list[Finding]:
    """The findings in their order, each that follows from another with that one's address. What
    already has its cause keeps it.
    """
    causes = _Causes(campaign, findings, observations)
    return [
        finding if cause is None else dataclasses.replace(finding, cause=cause)
        for finding, cause in zip(findings, causes.found, strict=True)
    ]


class _Causes:
    """Looks for causes rule by rule; the first that finds one decides."""

    def __init__(
        self, campaign: Campaign, findings: Sequence[Finding], observations: Iterable[Observation]
    ) -> None:
        self._campaign = campaign
        self._findings = findings
        self._at = {o.address: o for o in observations}
        self.found = [finding.cause for finding in findings]
        self._of_parts_not_used()
        self._of_rows_refused()
        self._of_names()
        self._of_wholes()
        self._first_of(_OF_ROW, lambda f: (f.code, *f.address[:2], _row(f)))
        shifted = {(*f.address[:2], _row(f)): f.address for _, f in self._free({"row_shifted"})}
        for number, finding in self._free(_BLANK):
            self.found[number] = shifted.get((*finding.address[:2], _row(finding)))
        self._below_merged()
        self._first_of(
            _OF_COLUMN, lambda f: (f.code, *f.address[:2], column_and_row(f.address.cell)[0])
        )
        self._first_of({"unit_repeated"}, lambda f: f.unit_code)
        self._of_cells()

    def _free(self, codes: Iterable[str]) -> Iterator[tuple[int, Finding]]:
        """The findings of these codes that follow from nothing yet, with their numbers."""
        for number, finding in enumerate(self._findings):
            if self.found[number] is None and finding.code in codes:
                yield number, finding

    def _of_parts_not_used(self) -> None:
        """No table, or nothing, came of a unit whose file, or a sheet of it, is not used."""
        by_file: dict[str, CellRef] = {}
        by_unit: dict[str, CellRef] = {}
        for _, finding in self._free(_PART_NOT_USED):
            by_file.setdefault(finding.address.file, finding.address)
            by_unit.setdefault(finding.unit_code, finding.address)
        for number, finding in self._free(_NOTHING_OF):
            cause = by_file.get(finding.address.file)
            if finding.code == "workbook_missing":
                cause = by_unit.get(finding.unit_code)
            self.found[number] = cause
        missing = {f.address.file: f.address for _, f in self._free({"table_missing"})}
        for number, finding in self._free({"sheet_without_table"}):
            self.found[number] = missing.get(finding.address.file)

    def _of_rows_refused(self) -> None:
        """Units lack on a sheet on which at least as many rows have names that nobody knows."""
        refused: dict[tuple[str, str], list[CellRef]] = defaultdict(list)
        for finding in self._findings:
            if finding.code in _ROW_REFUSED:
                refused[finding.address.file, finding.address.sheet].append(finding.address)
        lacking: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number, finding in self._free(_UNIT_LACKS):
            lacking[finding.address.file, finding.address.sheet].append(number)
        for sheet, numbers in lacking.items():
            if len(numbers) <= len(refused[sheet]):
                for number in numbers:
                    self.found[number] = refused[sheet][0]

    def _below_merged(self) -> None:
        """What a cell merged over several rows leaves empty below it."""
        merged = {f.address: f.address for _, f in self._free({"cell_merged"})}
        for number, finding in self._free(_BLANK):
            column, row = column_and_row(finding.address.cell)
            above = finding.address._replace(cell=f"{column_letters(column)}{row - 1}")
            if above in merged:
                self.found[number] = merged[finding.address] = merged[above]

    def _of_names(self) -> None:
        """As many units are new below a unit as are gone: names are written in another way."""
        came: dict[object, list[Finding]] = defaultdict(list)
        for _, finding in self._free({"unit_appeared"}):
            came[finding.values["parent"]].append(finding)
        went: dict[object, list[int]] = defaultdict(list)
        for number, finding in self._free({"unit_left_out", "unit_disappeared"}):
            went[finding.values["parent"]].append(number)
        for parent, numbers in went.items():
            if len(numbers) == len(came[parent]):
                for number, finding in zip(numbers, came[parent], strict=True):
                    self.found[number] = finding.address

    def _of_wholes(self) -> None:
        """A part changed as its whole in the same row did."""
        changed = {
            (o.unit_code, o.measure): f.address
            for _, f in self._free(_OVER_TIME)
            if (o := self._at.get(f.address)) is not None
        }
        for number, finding in self._free(_OVER_TIME):
            o = self._at.get(finding.address)
            whole = self._campaign.measure(o.measure).whole if o is not None else ""
            if o is not None and whole:
                self.found[number] = changed.get((o.unit_code, whole))

    def _first_of(self, codes: Iterable[str], key: Callable[[Finding], object]) -> None:
        first: dict[object, CellRef] = {}
        for number, finding in self._free(codes):
            cause = first.setdefault(key(finding), finding.address)
            if cause != finding.address:
                self.found[number] = cause

    def _of_cells(self) -> None:
        """Of several findings at one cell about one unit the chief one is told."""
        by_cell: dict[tuple[CellRef, str], list[int]] = defaultdict(list)
        for number, finding in enumerate(self._findings):
            if finding.address.cell:
                by_cell[finding.address, finding.unit_code].append(number)
        for (place, _), numbers in by_cell.items():
            free = [number for number in numbers if self.found[number] is None]
            if len(numbers) == 1 or not free:
                continue
            chief = min(free, key=self._weight)
            for number in numbers:
                if number != chief and self.found[number] is None:
                    self.found[number] = place

    def _weight(self, number: int) -> tuple[bool, int, int]:
        finding = self._findings[number]
        severity = list(Severity).index(finding.severity)
        return finding.code not in _CHIEF, severity, number


def _row(finding: Finding) -> int:
    return column_and_row(finding.address.cell)[1]
