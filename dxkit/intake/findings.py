"""The one way in which findings are made: what is known of where they stand is filled in."""

from __future__ import annotations

from dataclasses import dataclass

from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
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
