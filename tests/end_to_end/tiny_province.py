"""A province of three districts under Hậu Giang's plan, and what they send, parts of which lack.

The plan is the shipped one, with its register, rewards, conditions, months and uncertainty, so that
whatever a campaign has is there; few units and few draws make it quick.
"""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Callable, Set
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl

CAMPAIGN, PERIODS = "haugiang-2022", ("2022-Q3", "2022-Q4")
_TITLES = {"2022-Q3": "Quý III năm 2022", "2022-Q4": "Quý IV năm 2022"}
_DISTRICTS = {"930": ("31318", "31333"), "931": ("31340", "31344"), "937": ("31471", "31474")}
_HOUSEHOLDS = ("Tổng số hộ", "Hộ có kỹ năng số", "Hộ cài đặt ứng dụng HauGiang App",
               "Hộ thanh toán không dùng tiền mặt", "Hộ sản xuất nông nghiệp",
               "Hộ sản xuất nông nghiệp tham gia sàn thương mại điện tử")  # fmt: skip
_TEAMS = ("Số tổ", "Số thành viên", "Số buổi tuyên truyền", "Lượt người được tuyên truyền",
          "Số lớp tập huấn", "Lượt người được tập huấn")  # fmt: skip
_REGISTER = ("STT", "Tên mô hình, sáng kiến", "Địa phương", "Lĩnh vực", "Thời điểm bắt đầu",
             "Chỉ tiêu hướng tới", "Số hộ tham gia")  # fmt: skip

Row = list[object]


@dataclass
class Province:
    """What is sent: period → district → sheet → rows, the first of which are the headings."""

    units: list[dict[str, str]]
    sent: dict[str, dict[str, dict[str, list[Row]]]]
    indicators: list[dict[str, str]]
    targets: list[dict[str, str]]
    references: bool = True
    removed: list[str] = field(default_factory=list)

    @classmethod
    def whole(cls, root: Path) -> Province:
        plan = root / "data/campaigns" / CAMPAIGN
        kept = {"93", *_DISTRICTS, *(code for codes in _DISTRICTS.values() for code in codes)}
        units = [
            row
            for row in _rows(plan / "units.csv")
            if row["code"] in kept and row["parent"] in ("", *kept)
        ]
        names = {row["code"]: row["name"] for row in units}
        sent = {
            period: {
                district: _sheets([names[code] for code in codes], number)
                for district, codes in _DISTRICTS.items()
            }
            for number, period in enumerate(PERIODS)
        }
        return cls(units, sent, _rows(plan / "indicators.csv"), _rows(plan / "targets.csv"))

    @classmethod
    def silent(cls, root: Path, districts: Set[str]) -> Province:
        """Some districts with all their communes, of which nothing is there yet."""
        plan = root / "data/campaigns" / CAMPAIGN
        kept = {"93", *districts}
        units = [
            row
            for row in _rows(plan / "units.csv")
            if row["code"] in kept or row["parent"] in districts
        ]
        indicators, targets = (_rows(plan / f"{name}.csv") for name in ("indicators", "targets"))
        return cls(units, {}, indicators, targets, references=False)

    def remove(self, dice: random.Random) -> None:
        """Take away some part, of any size."""
        kinds: list[Callable[[random.Random], str]] = [
            self._workbook, self._sheet, self._row, self._column, self._cells,
            self._unit, self._indicator, self._target, self._period,
        ]  # fmt: skip
        weights = (3, 4, 4, 4, 3, 1, 1, 1, 1)
        (kind,) = dice.choices(kinds, weights)
        self.removed.append(f"{kind.__name__[1:]} {kind(dice)}")

    def _some_sheet(self, dice: random.Random) -> tuple[str, list[Row]]:
        places = [(p, d, s) for p, ds in self.sent.items() for d, ss in ds.items() for s in ss]
        period, district, sheet = dice.choice(places)
        return f"{period} {district} {sheet}", self.sent[period][district][sheet]

    def _workbook(self, dice: random.Random) -> str:
        period = dice.choice([period for period in self.sent if self.sent[period]])
        district = dice.choice(list(self.sent[period]))
        if sum(map(len, self.sent.values())) > 1:
            del self.sent[period][district]
        return f"{period} {district}"

    def _sheet(self, dice: random.Random) -> str:
        period = dice.choice([period for period in self.sent if self.sent[period]])
        district = dice.choice(list(self.sent[period]))
        sheets = self.sent[period][district]
        name = dice.choice(list(sheets))
        if len(sheets) > 1:
            del sheets[name]
        return f"{period} {district} {name}"

    def _row(self, dice: random.Random) -> str:
        name, rows = self._some_sheet(dice)
        return f"{name} {rows.pop(dice.randrange(1, len(rows))) if len(rows) > 1 else '–'}"

    def _column(self, dice: random.Random) -> str:
        name, rows = self._some_sheet(dice)
        column = dice.randrange(1, len(rows[0]))
        return f"{name} {[row.pop(column) for row in rows]}"

    def _cells(self, dice: random.Random) -> str:
        name, rows = self._some_sheet(dice)
        column = dice.randrange(2, max(len(rows[0]), 3))
        for row in rows[1:]:
            if column < len(row) and dice.random() < 0.7:
                row[column] = None
        return f"{name} {column}"

    def _unit(self, dice: random.Random) -> str:
        """From the plan; its rows stay in the workbooks. Never the last of a district."""
        of = {code: district for district, codes in _DISTRICTS.items() for code in codes}
        there = [of[row["code"]] for row in self.units if row["code"] in of]
        codes = [row["code"] for row in self.units if there.count(of.get(row["code"], "")) > 1]
        code = dice.choice(codes) if codes else ""
        self.units = [row for row in self.units if row["code"] != code]
        return code

    def _indicator(self, dice: random.Random) -> str:
        tie_break = ("online_dossiers", "digital_skills")
        ids = [row["indicator"] for row in self.indicators if row["indicator"] not in tie_break]
        gone = dice.choice(ids) if ids else ""
        self.indicators = [row for row in self.indicators if row["indicator"] != gone]
        self.targets = [row for row in self.targets if row["indicator"] != gone]
        return gone

    def _target(self, dice: random.Random) -> str:
        return str(self.targets.pop(dice.randrange(len(self.targets))) if self.targets else "")

    def _period(self, dice: random.Random) -> str:
        """The one before, or the published references."""
        if dice.random() < 0.5 or not self.sent[PERIODS[1]]:
            self.references = False
            return "reference"
        self.sent[PERIODS[0]] = {}
        return PERIODS[0]

    def write(self, root: Path, folder: Path) -> None:
        """The project ``folder``."""
        plan = folder / "data/campaigns" / CAMPAIGN
        shutil.copytree(root / "data/campaigns" / CAMPAIGN, plan)
        (plan / "successions.csv").unlink()  # it names units that are not here
        shutil.copytree(root / "notebooks", folder / "notebooks")
        text = (plan / "campaign.toml").read_text("utf-8").replace("draws = 2000", "draws = 40")
        points = sum(int(row["max_points"]) for row in self.indicators)
        text = text.replace("total_points = 100", f"total_points = {points}")
        (plan / "campaign.toml").write_text(text, "utf-8")
        codes = {row["code"] for row in self.units}
        for name in ("aliases.csv", "tiles.csv"):
            _write(plan / name, [row for row in _rows(plan / name) if row["code"] in codes])
        for name, rows in (("units", self.units), ("indicators", self.indicators),
                           ("targets", self.targets)):  # fmt: skip
            _write(plan / f"{name}.csv", rows, plan / f"{name}.csv")
        raw = folder / "data/raw" / CAMPAIGN
        raw.mkdir(parents=True)
        if self.references:
            shutil.copytree(root / "data/raw" / CAMPAIGN / "reference", raw / "reference")
        names = {row["code"]: row["name"] for row in self.units}
        for period, districts in self.sent.items():
            (raw / period).mkdir()
            for district, sheets in districts.items():
                book = openpyxl.Workbook()
                book.remove(book.worksheets[0])
                for name, rows in sheets.items():
                    sheet = book.create_sheet(name)
                    sheet.append([f"ỦY BAN NHÂN DÂN {names[district].upper()}"])
                    sheet.append([f"Biểu {name}"])
                    sheet.append([_TITLES[period]])
                    for row in rows:
                        sheet.append(row)
                book.save(raw / period / f"{district}.xlsx")


def _sheets(communes: list[str], number: int) -> dict[str, list[Row]]:
    households: list[Row] = [["STT", "Đơn vị", *_HOUSEHOLDS]]
    dossiers: list[Row] = [["STT", "Đơn vị", "Phát sinh", "Trực tuyến"]]
    register: list[Row] = [list(_REGISTER)]
    teams: list[Row] = [["STT", "Đơn vị", *_TEAMS]]
    for n, commune in enumerate(communes, 1):
        hamlets: list[list[int]] = [
            [200 + 30 * n, 120 + 11 * n + 9 * number, 90 + 7 * n, 101 + 5 * n, 40 + n, 17 + n],
            [310 + 10 * n, 160 + 13 * n, 120 + 9 * n + 4 * number, 97 + 8 * n, 60 + n, 25 + n],
        ]
        households.append(["I" * n, commune, *map(sum, zip(*hamlets, strict=True))])
        kind = "Khu vực" if commune.startswith("Phường") else "Ấp"
        households += [[i, f"{kind} {i}", *hamlet] for i, hamlet in enumerate(hamlets, 1)]
        dossiers.append([n, commune, 230 + 40 * n, 120 + 31 * n + 7 * number])
        register.append(
            [
                n,
                f"Mô hình {n}.{number}",
                commune,
                "Kinh tế số",
                "11/2022",
                "Hộ có kỹ năng số",
                20 + n,
            ]
        )
        teams.append([n, commune, 3 + n, 21 + n, 4, 90 + n, 2, 33 + n])
    return {"Hộ": households, "Hồ sơ": dossiers, "Mô hình": register, "Tổ": teams}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: list[dict[str, str]], like: Path | None = None) -> None:
    with (like or path).open(encoding="utf-8-sig", newline="") as file:
        columns = next(csv.reader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
