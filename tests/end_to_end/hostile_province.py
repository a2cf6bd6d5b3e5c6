"""A small province in which every text field that anybody fills holds a hostile text: the plan's
files, the workbooks down to the names of files and sheets, notes and registers, what was published.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path

import openpyxl
from hostile_workbooks import TEXTS
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from tests.end_to_end.tiny_province import CAMPAIGN, PERIODS, Province

PERIOD = PERIODS[1]
TOML_TEXT = re.compile(r'(?<=(?:vi|en) = ")[^"]+(?=")|(?<=source = ")[^"]*[^"\w][^"]*(?=")')
PLAN_TEXTS = re.compile(r"name|short_name|thing|source")
PUBLISHED = ("Tên mô hình, sáng kiến", "Địa điểm", "Lĩnh vực", "Chỉ tiêu hướng tới", "Kết quả",
             "Nguồn")  # fmt: skip


class HostileProvince:
    """Puts another of the texts into each field. ``turn`` turns the texts round, so that as many
    turns as there are texts put each text into each field. Each has its number behind it
    (``zq17z``), by which it is found wherever it arrives.
    """

    def __init__(self, turn: int) -> None:
        self.turn = turn
        self.fields: Counter[str] = Counter()
        """How many fields of each group hold a text."""

    def _text(self, group: str, most: int = 200, unfit: str = "\0") -> str:
        number = self.fields.total()
        self.fields[group] += 1
        text = TEXTS[(number + self.turn) % len(TEXTS)]
        return f"{re.sub(unfit, '', text)[: most - 8]} zq{number}z"

    def write(self, root: Path, folder: Path) -> None:
        """The project ``folder``."""
        Province.whole(root).write(root, folder)
        plan, raw = folder / "data/campaigns" / CAMPAIGN, folder / "data/raw" / CAMPAIGN
        self._plan(plan)
        repaired = [self._workbook(path) for path in sorted((raw / PERIOD).glob("*.xlsx"))]
        _write_rows(plan / "corrections.csv", [
            {"period": PERIOD, "file": file, "sheet": sheet, "cell": cell, "expected": "4",
             "corrected": "5", "reason": self._text("corrections"),
             "name": self._text("corrections"), "date": "2022-12-20"}
            for file, sheet, cell in repaired
        ])  # fmt: skip
        places = (("31318", "Phường I"), ("31340", "Phường Ngã Bảy"))
        published = [
            {"STT": str(n), "Mã ĐVHC": code, "Đơn vị": name, "Thời điểm bắt đầu": "10/2022"}
            | {heading: self._text("published initiatives") for heading in PUBLISHED}
            for n, (code, name) in enumerate(places, 1)
        ]
        _write_rows(raw / "reference/initiatives_published.csv", published)

    def _plan(self, plan: Path) -> None:
        path = plan / "campaign.toml"

        def spoilt(found: re.Match[str]) -> str:
            text = self._text("campaign.toml").replace("\n", " ")
            return json.dumps(f"{found[0]} {text}", ensure_ascii=False)[1:-1]

        path.write_text(TOML_TEXT.sub(spoilt, path.read_text("utf-8")), "utf-8")
        for name in ("units.csv", "measures.csv", "indicators.csv", "targets.csv"):
            rows = _read_rows(plan / name)
            if name == "units.csv":  # workbooks call them by what are aliases now
                called = [{"code": row["code"], "alias": row["name"]} for row in rows]
                _write_rows(plan / "aliases.csv", called)
            for row in rows:
                for column in (c for c in row if PLAN_TEXTS.match(c)):
                    row[column] = f"{row[column]} {self._text(name)}".replace("\n", " ")
            _write_rows(plan / name, rows)

    def _workbook(self, path: Path) -> tuple[str, str, str]:
        """A workbook under its hostile name; file, sheet and address of the cell to be repaired."""
        book = openpyxl.load_workbook(path)
        for sheet, spoil in zip(
            book.worksheets,
            (self._households, self._dossiers, self._register, self._teams),
            strict=True,
        ):
            wide, rows = sheet.max_column + 1, range(5, sheet.max_row + 1)
            spoil(sheet)
            self._put(sheet, 2, 1, "titles")
            self._put(sheet, 4, wide, "headings")
            for row in rows:
                self._put(sheet, row, wide, "remarks")
            sheet.cell(5, 2).comment = Comment(self._text("notes"), self._text("notes"))
            sheet.oddFooter.center.text = self._text("header and footer", 60)
            self._put(sheet, sheet.max_row + 2, 2, "below the table")
        for sheet in book.worksheets:
            sheet.title = self._text("names of sheets", 31, r"[\[\]:*?/\\\n]")
        for name in ("creator", "title", "subject", "keywords", "description"):
            setattr(book.properties, name, self._text("properties"))
        hostile = self._text("names of files", 60, "[/\n]")
        name = f"{path.stem} {hostile}.xlsx"
        path.unlink()
        book.save(path.with_name(name))
        return name, book.worksheets[3].title, "E5"  # of the teams

    def _households(self, sheet: Worksheet) -> None:
        for row in range(5, sheet.max_row + 1):
            said = str(sheet.cell(row, 2).value)
            if said.startswith(("Ấp", "Khu vực")):
                self._put(sheet, row, 2, "names of hamlets", f"{said} ")

    def _dossiers(self, sheet: Worksheet) -> None:
        self._put(sheet, 6, 4, "figures that are none")

    def _register(self, sheet: Worksheet) -> None:
        sheet.cell(4, 8).value, sheet.cell(4, 9).value = "Kết quả bước đầu", "Nguồn"
        for row in range(5, sheet.max_row + 1):
            for column in (2, 4, 6, 8, 9):
                self._put(sheet, row, column, "register")
        for column in (5, 7):  # when it began, how many take part
            self._put(sheet, sheet.max_row, column, "register")

    def _teams(self, sheet: Worksheet) -> None:
        self._put(sheet, sheet.max_row + 1, 2, "unknown units")

    def _put(self, sheet: Worksheet, row: int, column: int, group: str, before: str = "") -> None:
        """Text as text, whatever it looks like."""
        cell = sheet.cell(row, column)
        cell.value, cell.data_type = before + self._text(group), "s"


def arrived(text: str) -> set[int]:
    """The numbers of the injections that are seen in a text."""
    return {int(number) for number in re.findall(r"zq(\d+)z", text)}


def _read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
