"""An office that sends a small workbook, and what was read of it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles import Font

from dxkit.intake.period import read_period
from dxkit.model.campaign import Campaign
from dxkit.model.observations import Received

Row = list[object]
HEAD: Row = ["TT", "Đơn vị", "Số tổ", "Số thành viên"]
HOUSEHOLDS: Row = ["TT", "Đơn vị", "Tổng số hộ", "Hộ có kỹ năng số"]
DOSSIERS: Row = ["TT", "Đơn vị", "Hồ sơ phát sinh", "Nộp trực tuyến"]
POOR: Row = ["TT", "Đơn vị", "Tỷ lệ hộ nghèo"]


class Office:
    """An office that sends one workbook, of one sheet "Biểu" unless it says otherwise."""

    def __init__(self, campaign: Campaign, folder: Path, period: str = "2022-Q4") -> None:
        self.campaign = campaign
        self.folder = folder
        self.period = period

    def sends(self, *rows: Row, file: str = "930.xlsx", merged: str = "", **more: object) -> Seen:
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = str(more.get("sheet", "Biểu"))
        for row in rows:
            sheet.append(row)
        for area in merged.split():
            sheet.merge_cells(area)
        for cell, number_format in dict(more.get("formats", {})).items():  # type: ignore[call-overload]
            sheet[cell].number_format = number_format
        if "font" in more:
            for row_of_cells in sheet.iter_rows():
                for cell in row_of_cells:
                    cell.font = Font(name=str(more["font"]))
        book.save(self.folder / file)
        return self.sent(more.get("before"))

    def sent(self, before: Any = None) -> Seen:
        return Seen(read_period(self.campaign, self.period, self.folder, before=before))


@dataclasses.dataclass
class Seen:
    received: Received

    def figure(self, unit: str, measure: str, period: str = "2022-Q4") -> tuple[object, ...]:
        """Value, flag and place of one figure; empty when there is none."""
        found = [o for o in self.received.table.of(unit, measure) if o.period == period]
        assert len(found) <= 1
        return next((o.value, o.flag, str(o.address)) for o in found) if found else ()

    def findings(self, *codes: str) -> list[tuple[str, str]]:
        """Codes and places, without those that every small workbook of a test gives."""
        usual = {"workbook_missing", "unit_missing", "unit_not_reported", "column_missing",
                 "column_absent", "table_missing", "workbook_unused"}  # fmt: skip
        return [
            (f.code, str(f.address))
            for f in self.received.findings
            if (f.code in codes if codes else f.code not in usual)
        ]


def at(cell: str, file: str = "930.xlsx", sheet: str = "Biểu") -> str:
    return f"{file} › {sheet}!{cell}"


PHUONG_I, HOA_LUU, VI_TAN = "31318", "31336", "31333"
