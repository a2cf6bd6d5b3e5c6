"""Demonstration workbooks: the forms of a district office, filled with a simulated truth that a
seed draws. What is a province's own (levels, oddities, forms, texts) is data in
``data/demo/<campaign>.toml``.

Household totals lie close to the 2019 census; everything else is invented.
"""

from __future__ import annotations

import csv
import random
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from dxkit.model.addresses import column_letters
from dxkit.model.campaign import Campaign
from dxkit.model.periods import Period, split_period_id
from dxkit.model.text import slug
from dxkit.model.units import Unit
from dxkit.workbooks.atomic import new_workbook

_NUMERALS = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII",
             "XIV", "XV")  # fmt: skip
_BASE = {"font_name": "Times New Roman", "font_size": 12, "valign": "vcenter"}
_HEADER_ROW = 9  # 0-based, below the title block


def read_plan(campaign: Campaign) -> dict[str, Any]:
    """What the demonstration of a campaign holds; raises FileNotFoundError when it has none."""
    path = campaign.folder.parents[1] / "demo" / f"{campaign.id}.toml"
    return tomllib.loads(path.read_text("utf-8"))


def read_census(path: Path) -> dict[str, int]:
    """Households of the 2019 census by commune code, from the reference file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file) if len(row) > 3 and row[3].isdigit() and row[1]]
    return {row[1]: int(row[3]) for row in rows}


@dataclass
class Figures:
    """The figures of one hamlet or commune in one quarter, by measure (and month)."""

    unit: Unit
    number: int = 0  # of a hamlet within its commune
    counts: dict[str, int] = field(default_factory=dict)
    hamlets: list[Figures] = field(default_factory=list)
    initiatives: list[tuple[int, int, str]] = field(default_factory=list)  # row, households, start

    def count(self, measure: str) -> int:
        """Its own figure, or else the sum over its hamlets."""
        own = self.counts.get(measure)
        return sum(hamlet.counts[measure] for hamlet in self.hamlets) if own is None else own


@dataclass(frozen=True, slots=True)
class Oddity:
    """One cell that is deliberately odd. ``value`` is what it truly means."""

    period: str
    file: str
    sheet: str
    cell: str
    kind: str
    value: str = ""


def write_demonstration(
    campaign: Campaign, census: Mapping[str, int], folder: Path, seed: int = 124
) -> tuple[Oddity, ...]:
    """Write ``folder/<period>/<district>.xlsx`` for every district and both quarters.

    The same seed gives the same bytes. Returns what is deliberately odd, cell by cell. Raises
    FileNotFoundError when there is no demonstration of the campaign.
    """
    plan = read_plan(campaign)
    oddities: list[Oddity] = []
    for period_id, communes in simulate(campaign, census, seed).items():
        period = campaign.period(period_id)
        for district in campaign.units.on(period.last_day).at_level("district"):
            mine = [commune for commune in communes if commune.unit.parent_code == district.code]
            path = folder / period_id / f"{district.code}-{slug(district.name)}.xlsx"
            with new_workbook(path, period.last_day) as book:
                looks = {n: book.add_format(_BASE | look) for n, look in plan["looks"].items()}
                marker = campaign.simulated_marker
                for form in plan["sheets"]:
                    sheet = book.add_worksheet(form["name"])
                    written = _Sheet(
                        sheet, looks, form, plan, marker, period, district, path.name, mine
                    )
                    written.write()
                    oddities += written.oddities
    return tuple(oddities)


@dataclass
class _Sheet:
    """One sheet of a workbook while it is written."""

    sheet: Any
    looks: Mapping[str, Any]
    form: Mapping[str, Any]
    plan: Mapping[str, Any]
    marker: str
    period: Period
    district: Unit
    file: str
    communes: list[Figures]
    oddities: list[Oddity] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.texts: Mapping[str, str] = self.plan["texts"]
        self.odd: Mapping[str, Any] = self.plan["odd"]
        self.last = len(self.form["widths"]) - 1
        self.is_last_period = self.period.id == self.plan["periods"][-1]
        self.types_numbers = self.district.code in self.odd["numbers_as_text"]
        self.types_shares = self.district.code == self.odd["shares_typed"]

    def write(self) -> None:
        """Write it: what stands above, the table or the list, what stands below."""
        self._title_block()
        row = self._table() if "columns" in self.form else self._list()
        self._signatures(row)

    def _text(self, row: int, column: int, text: str, look: str) -> None:
        self.sheet.write_string(row, column, text, self.looks[look])

    def _merged(self, row: int, left: int, right: int, text: str, look: str) -> None:
        self.sheet.merge_range(row, left, row, right, text, self.looks[look])

    def _is_odd(self, commune: Figures, what: str) -> bool:
        """Whether a commune has not reported, or had nothing to report in this sheet."""
        declared = self.odd[what]
        if what == "nothing_arose":
            declared = declared["unit"] if declared["sheet"] == self.form["key"] else ""
        return bool(self.is_last_period and commune.unit.code == declared)

    def _note(self, row: int, column: int, kind: str, value: object = "") -> None:
        cell = f"{column_letters(column + 1)}{row + 1}"
        name = self.form["name"]
        self.oddities.append(Oddity(self.period.id, self.file, name, cell, kind, str(value)))

    def _title_block(self) -> None:
        texts, half, last = self.texts, self.last // 2, self.last
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        for column, width in enumerate(self.form["widths"]):
            self.sheet.set_column(column, column, width)
        days = (self.period.first_day, self.period.last_day)
        first_day, last_day = (day.strftime("%d/%m/%Y") for day in days)
        year, _, quarter = split_period_id(self.period.id)
        period = texts["period"].format(
            numeral=_NUMERALS[quarter], year=year, first=first_day, last=last_day
        )
        simulated = texts["simulated"].format(marker=self.marker)
        self._merged(0, 0, half, f"{texts['committee']} {self.district.name.upper()}", "center")
        self._merged(0, half + 1, last, texts["nation"], "bold")
        self._merged(1, 0, half, texts["office"], "bold")
        self._merged(1, half + 1, last, texts["motto"], "bold")
        self._merged(3, 0, last, self.form["title"], "title")
        self._merged(4, 0, last, period, "bold")
        self._merged(5, 0, last, texts["attached"], "italic")
        self._merged(6, 0, last, simulated, "warning")
        if "unit" in self.form:
            self._text(7, last, texts["unit_of_count"].format(unit=self.form["unit"]), "italic")

    def _signatures(self, row: int) -> None:
        """Notes, date and signatures below the table."""
        texts, half, last_day = self.texts, self.last // 2, self.period.last_day
        self._text(row + 1, 0, texts["notes"].format(last=last_day.strftime("%d/%m/%Y")), "note")
        date = texts["date_line"].format(year=last_day.year)
        self._merged(row + 3, half + 1, self.last, date, "italic")
        self._merged(row + 4, 0, half, texts["prepared_by"], "sign")
        self._merged(row + 4, half + 1, self.last, texts["signed_for"], "sign")
        self._merged(row + 5, half + 1, self.last, texts["signed_by"], "sign")
        self.sheet.set_row(row + 5, 34)

    def _list(self) -> int:
        """The list of model initiatives; returns the first row below."""
        texts = self.plan["initiatives"]
        for column, label in enumerate([self.texts["number"], *texts["headers"]]):
            self._text(_HEADER_ROW, column, label, "header")
        row = _HEADER_ROW + 1
        reported = (c for c in self.communes if not self._is_odd(c, "not_reported"))
        for commune in reported:
            for choice, households, start in commune.initiatives:
                name, subject, aim = texts["rows"][choice]
                fields = [str(row - _HEADER_ROW), name, commune.unit.name, subject, start, aim,
                          str(households), texts["evidence"]]  # fmt: skip
                for column, text in enumerate(fields):
                    self._text(row, column, text, "index" if column in (0, 4, 6) else "text")
                row += 1
        return row

    def _table(self) -> int:
        """A row for each commune, below it (in one form) its hamlets, and the total."""
        row = self._header()
        by_hamlet = self.form.get("by_hamlet", False)
        group = "group_" if by_hamlet else ""
        counted = []
        for place, commune in enumerate(self.communes, start=1):
            number = _NUMERALS[place] if by_hamlet else str(place)
            self._label(row, number, _written_name(commune.unit, place), group)
            if self._is_odd(commune, "not_reported"):
                for column in range(2, self.last):
                    self.sheet.write_blank(row, column, None, self.looks[f"{group}count"])
                self._text(row, self.last, self.texts["not_reported"], "text")
                self._note(row, 1, "not_reported")
                row += 1
                continue
            if self._is_odd(commune, "nothing_arose"):
                for column in range(2, self.last):
                    self._text(row, column, self.texts["none_arose"], "right")
                self.sheet.write_blank(row, self.last, None, self.looks["text"])
                self._note(row, 2, "not_applicable")
                row += 1
                continue
            counted.append(commune)
            self._row(row, commune.unit.code, commune.count, group)
            row += 1
            for hamlet in commune.hamlets if by_hamlet else ():
                self._label(row, str(hamlet.number), self._hamlet_name(hamlet), "")
                self._row(row, "", hamlet.count, "")
                row += 1
        self._label(row, "", self.texts["total"], "group_")
        total = self.district.code
        self._row(row, total, lambda measure: sum(c.count(measure) for c in counted), "group_")
        return row + 1

    def _header(self) -> int:
        """The two header rows and the row of column numbers; returns the first row below."""
        texts, column = self.texts, 0
        months = [split_period_id(part)[2] for part in self.period.parts]
        for label, *below in [[texts["number"]], [texts["unit"]], *self.form["labels"],
                              [texts["remark"]]]:  # fmt: skip
            label = label.format(*months)
            if below:
                self._merged(_HEADER_ROW, column, column + len(below) - 1, label, "header")
            else:
                header = self.looks["header"]
                self.sheet.merge_range(_HEADER_ROW, column, _HEADER_ROW + 1, column, label, header)
            for under in below:
                self._text(_HEADER_ROW + 1, column, under, "header")
                column += 1
            column += not below
        for number in range(column):
            self._text(_HEADER_ROW + 2, number, f"({number + 1})", "number_row")
        self.sheet.set_row(_HEADER_ROW, 34)
        return _HEADER_ROW + 3

    def _label(self, row: int, number: str, name: str, group: str) -> None:
        """The row number and the name of a unit."""
        self._text(row, 0, number, f"{group}index")
        self._text(row, 1, name, f"{group}text")

    def _row(self, row: int, code: str, count: Callable[[str], int], group: str) -> None:
        """The figures of a unit, and what is odd among those of its code."""
        columns: Sequence[str] = self.form["columns"]
        for column, measure in enumerate(columns, start=2):
            part, _, whole = measure.partition("/")
            if whole:
                cells = [f"{column_letters(3 + columns.index(m))}{row + 1}" for m in (part, whole)]
                self._ratio(row, column, count(part), count(whole), cells, group)
            elif self.types_shares and self.is_last_period and part in self.odd["share_for_count"]:
                share = _percent(count(part), count(self.form["columns"][0]))
                self._text(row, column, share, f"{group}right")
                if not group:
                    self._note(row, column, "count_from_share", count(part))
            elif self.types_numbers:
                self._text(row, column, _dotted(count(part)), f"{group}right")
            else:
                self.sheet.write_number(row, column, count(part), self.looks[f"{group}count"])
        for odd in self.odd["cells"] if self.is_last_period else ():
            if (odd["sheet"], odd["unit"]) == (self.form["key"], code):
                value, column = count(odd["measure"]), 2 + columns.index(odd["measure"])
                dotted = _dotted(value + odd.get("more", 0))
                text = odd["text"].format(number=value, tens=value // 10, dotted=dotted)
                self._text(row, column, text, f"{group}right")
                self._note(row, column, odd["kind"], value)
        if code != self.district.code or "total_without_remark" not in self.form:
            self.sheet.write_blank(row, self.last, None, self.looks["text"])

    def _ratio(
        self, row: int, column: int, part: int, whole: int, cells: Sequence[str], group: str
    ) -> None:
        """A share: a formula, or typed where the district types shares or numbers."""
        if not whole:
            self._text(row, column, "-", f"{group}right")
        elif self.types_numbers or self.types_shares:
            self._text(row, column, _percent(part, whole), f"{group}right")
        else:
            formula = f"=ROUND({cells[0]}/{cells[1]}*100,1)"
            value = float(_percent(part, whole)[:-1].replace(",", "."))
            self.sheet.write_formula(row, column, formula, self.looks[f"{group}ratio"], value)

    def _hamlet_name(self, hamlet: Figures) -> str:
        """The name of a hamlet, or of a quarter in a ward."""
        ward = hamlet.unit.type == self.texts["ward"]
        return self.texts["quarter_of_ward" if ward else "hamlet"].format(number=hamlet.number)


def _dotted(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _percent(part: int, whole: int) -> str:
    """A share as an office types it: "62,5%", rounded half up to one decimal."""
    share = (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{share}%".replace(".", ",")


def _written_name(unit: Unit, place: int) -> str:
    """The name as offices write it: most in full, some shortened, some with stray blanks."""
    words = unit.type.split()
    if place % 5 == 3 and len(words) > 1:
        return f"{''.join(word[0] for word in words).upper()}. {unit.bare_name}"
    if place % 5 == 4:
        return f" {unit.name} "
    return unit.name


_RURAL_TYPE_LENGTH = 2  # the type of a rural commune has two letters; wards and townships more


def simulate(campaign: Campaign, census: Mapping[str, int], seed: int) -> dict[str, list[Figures]]:
    """The communes of each quarter in registry order, each with its hamlets."""
    plan = read_plan(campaign)
    draws = _Draws(plan, random.Random(seed))
    units = campaign.units.on(campaign.period(plan["periods"][0]).last_day)
    communes = units.at_level("commune")
    numbers = _hamlet_numbers([census[unit.code] for unit in communes], plan["hamlets"])
    figures = [
        draws.commune(unit, round(census[unit.code] * draws.random.uniform(1, 1.04)), hamlets)
        for unit, hamlets in zip(communes, numbers, strict=True)
    ]
    return {period: [both[n] for both in figures] for n, period in enumerate(plan["periods"])}


def _hamlet_numbers(households: list[int], number: int) -> list[int]:
    """The hamlets shared out by households: largest remainders, at least three a commune."""
    whole = sum(households)
    quotas = [max(3.0, number * n / whole) for n in households]
    numbers = [int(quota) for quota in quotas]
    order = sorted(range(len(quotas)), key=lambda n: numbers[n] - quotas[n])
    for n in order[: number - sum(numbers)]:
        numbers[n] += 1
    return numbers


@dataclass
class _Draws:
    """Draws of figures in both quarters, in an order that the seed's bytes depend on."""

    plan: Mapping[str, Any]
    random: random.Random

    def commune(self, unit: Unit, households: int, hamlets: int) -> tuple[Figures, Figures]:
        quarters = Figures(unit), Figures(unit)
        lean = self.random.gauss(0, 0.05)
        weights = [self.random.uniform(0.75, 1.25) for _ in range(hamlets)]
        left = households
        for number, weight in enumerate(weights, start=1):
            size = left if number == hamlets else round(households * weight / sum(weights))
            left -= size
            for quarter, hamlet in zip(
                quarters, self._hamlet(unit, number, size, lean), strict=True
            ):
                quarter.hamlets.append(hamlet)
        self._counts_of_commune(unit, lean, quarters)
        return quarters

    def _hamlet(self, unit: Unit, number: int, size: int, lean: float) -> tuple[Figures, Figures]:
        first, second = Figures(unit, number), Figures(unit, number)
        first.counts["households"] = second.counts["households"] = size
        levels = self.plan["levels"][unit.parent_code]
        for place, measure in enumerate(self.plan["shares"], start=1):
            noise = self.random.gauss(0, 0.03)
            start = min(max(levels[0][place] + lean + noise, 0.05), 0.99)
            end = levels[1][place] + lean + noise + self.random.gauss(0, 0.01)
            first.counts[measure] = round(size * start)
            second.counts[measure] = max(
                round(size * min(max(end, start), 0.995)), first.counts[measure]
            )
        urban = len(unit.type) > _RURAL_TYPE_LENGTH
        farms = round(size * self.random.uniform(*((0, 0.12) if urban else (0.5, 0.8))))
        sold = self.random.uniform(0.02, 0.1) * (1 + lean)
        for quarter, growth in ((first, 1.0), (second, self.random.uniform(1.2, 2.2))):
            quarter.counts["farm_households"] = farms
            quarter.counts["farm_households_ecommerce"] = min(round(farms * sold * growth), farms)
        return first, second

    def _counts_of_commune(
        self, unit: Unit, lean: float, quarters: tuple[Figures, Figures]
    ) -> None:
        draw = self.random
        usual = draw.randint(90, 320)
        for place, quarter in enumerate(quarters):
            counts = quarter.counts
            level = self.plan["levels"][unit.parent_code][place][0]
            for month in range(3):
                arising = round(usual * draw.uniform(0.85, 1.15))
                if unit.code == self.plan["odd"]["ends_in_nought"]:
                    arising -= arising % 10
                share = level + lean + (month - 1) * 0.02 + draw.gauss(0, 0.015)
                counts[f"dossiers_{month}"] = arising
                counts[f"dossiers_online_{month}"] = round(arising * min(max(share, 0.02), 0.98))
            for measure in ("dossiers", "dossiers_online"):
                counts[measure] = sum(counts[f"{measure}_{month}"] for month in range(3))
            counts["teams"] = teams = len(quarter.hamlets)
            members = teams * 7 + draw.randint(-teams, teams)
            counts["team_members"] = quarters[0].counts.get("team_members", members)
            counts["outreach_sessions"] = sessions = draw.randint(2, 9)
            counts["outreach_people"] = sessions * draw.randint(25, 60)
            counts["training_sessions"] = classes = draw.randint(1, 4)
            counts["training_people"] = classes * draw.randint(20, 40)
            for _ in range(draw.choices((0, 1, 2), (0.35, 0.5, 0.15))[0]):
                month = draw.randint(7, 9) if place == 0 else draw.randint(10, 12)
                initiative = draw.randrange(8), draw.randint(15, 180), f"{month:02d}/2022"
                quarter.initiatives.append(initiative)
