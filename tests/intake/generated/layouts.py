"""Where things stand in a generated workbook: headers, groups, totals, what is above and below."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from tests.intake.generated.meaning import SHEET_CELL, Figure, Page, Reading, Written
from tests.intake.generated.writings import THINGS, misspelt, write_figure, write_name

PERIOD = "2022-Q4"


@dataclass(frozen=True)
class Place:
    """A unit that has rows: its code, its name, and the units below it in the same table."""

    code: str
    name: str
    below: tuple[Place, ...] = ()
    declared: bool = True  # in the campaign's table of units; a hamlet is what its office calls it


@dataclass(frozen=True)
class Field:
    """A column of figures: its measure, for which time, and its labels from the top down."""

    measure: str
    labels: tuple[str, ...]
    period: str = PERIOD
    whole: str = ""


@dataclass(frozen=True)
class Slot:
    """A column: of a field, or (``beside``) one that repeats or accompanies a field and holds
    no figure of the period.
    """

    labels: tuple[str, ...]
    field: Field
    beside: str = ""  # ratio, before, cumulative


HOUSEHOLD_FIELDS = (
    Field("households", ("Tổng số hộ",)),
    Field("households_digital_skills", ("Hộ có kỹ năng số",), whole="households"),
    Field("households_app", ("Hộ cài đặt ứng dụng HauGiang App",), whole="households"),
    Field("households_cashless", ("Hộ thanh toán không dùng tiền mặt",), whole="households"),
)
GROUPED_HOUSEHOLD_FIELDS = (
    Field("households", ("Tổng số hộ",)),
    Field("households_digital_skills", ("Hộ có kỹ năng số", "Số hộ"), whole="households"),
    Field("households_app", ("Hộ cài HauGiang App", "Số hộ"), whole="households"),
    Field("farm_households", ("Hộ SXNN", "Tổng số"), whole="households"),
    Field("farm_households_ecommerce", ("Hộ SXNN", "Tham gia sàn TMĐT"), whole="farm_households"),
)
DOSSIER_FIELDS = tuple(
    Field(measure, (f"Tháng {month}", label), f"2022-{month}", whole)
    for month in (10, 11, 12)
    for measure, label, whole in (
        ("dossiers", "Phát sinh", ""),
        ("dossiers_online", "Trực tuyến", "dossiers"),
    )
)
TEAM_FIELDS = (Field("teams", ("Số tổ",)), Field("team_members", ("Số thành viên",)))
QUARTER_FIELDS = (
    Field("dossiers", ("Hồ sơ phát sinh",)),
    Field("dossiers_online", ("Hồ sơ nộp trực tuyến",), whole="dossiers"),
)
FLOWS = (QUARTER_FIELDS,)

ENGLISH = {
    "Tổng số hộ": "Total households", "Hộ có kỹ năng số": "Digital skills",
    "Số tổ": "Teams", "Số thành viên": "Members", "Phát sinh": "Arising", "Trực tuyến": "Online",
}  # fmt: skip


class Sheet:
    """Writes one table onto a page. ``parent`` is the unit all rows stand below without its row;
    ``whole`` keeps figures by unit so that totals can be written.
    """

    def __init__(self, dice: random.Random, page: Page, fields: tuple[Field, ...]) -> None:
        self.dice = dice
        self.page = page
        self.fields = fields
        self.slots = _slots(dice, fields)
        self.noise = dice.choice([0.0, 0.1, 0.3, 0.5])
        self.first_column = dice.choice([1, 1, 1, 2])
        self.row = 1
        self.name_columns = 1
        self.previous: dict[Field, int] = {}
        self.extra = dice.choice(["", "", "Ghi chú", "Lượt tải ứng dụng"])
        self._stated: dict[str, bool] = {}  # of the row being written
        self.unit_rows: list[tuple[int, Place]] = []
        self.header_rows = range(0)
        self.has_sub_rows = False
        self.has_groups = False
        self.is_simple = True  # no row but those of units, each once, and a total

    @property
    def name_column(self) -> int:
        return self.first_column + 1

    def column(self, position: int) -> int:
        return self.first_column + 1 + self.name_columns + position

    def put(self, row: int, column: int, content: object) -> None:
        self.page.texts[row, column] = content

    def titles(self, office: str) -> None:
        """What stands above a table."""
        if self.dice.random() < 0.7:
            self.put(1, 1, office.upper())
            self.put(1, 4, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
            self.put(2, 4, "Độc lập - Tự do - Hạnh phúc")
            self.put(3, 1, self.dice.choice(["Số: 05/BC-UBND", "Biểu số 1"]))
            self.put(4, 1, self.dice.choice(["BÁO CÁO KẾT QUẢ QUÝ IV NĂM 2022", "BIỂU TỔNG HỢP",
                                             "Kết quả thi đua Q4/2022"]))  # fmt: skip
            self.put(5, 3, self.dice.choice(["ĐVT: hộ", "(Đơn vị tính: như cột)"]))
            self.row = self.dice.choice([6, 7])

    def header(self, name_labels: tuple[str, ...] = ("Đơn vị",)) -> None:
        """The labels: one row, two rows with merged groups, words broken over rows, bilingual."""
        self.name_columns = len(name_labels)
        depth = max(len(slot.labels) for slot in self.slots)
        first = self.row
        bilingual = self.dice.random() < 0.15
        broken = depth == 1 and not bilingual and self.dice.random() < 0.2
        last = first + depth - 1 + broken
        self.put(first, self.first_column, self.dice.choice(["STT", "TT", "Số TT"]))
        for position, label in enumerate(name_labels):
            self.put(first, self.name_column + position, label)
        for position, slot in enumerate(self.slots):
            self._label(slot, self.column(position), first, bilingual, broken)
        if self.extra:
            self.put(first, self.column(len(self.slots)), self.extra)
        if depth > 1:
            self._merge_groups(first)
            if self.dice.random() < 0.7:
                for column in range(self.first_column, self.column(0)):
                    self.page.merged.append((first, column, last, column))
        self.header_row = last
        self.header_rows = range(first, last + 1)
        self.row = last + 1
        if self.dice.random() < 0.3:
            count = self.column(len(self.slots)) - self.first_column
            for number in range(count):
                self.put(self.row, self.first_column + number, f"({number + 1})")
            self.row += 1

    def _label(self, slot: Slot, column: int, first: int, bilingual: bool, broken: bool) -> None:
        for depth, label in enumerate(slot.labels):
            text = label if self.dice.random() > 0.004 else misspelt(self.dice, label)
            if bilingual and label in ENGLISH:
                text = f"{label}\n{ENGLISH[label]}"
            if broken:
                head, _, tail = label.rpartition(" ")
                self.put(first, column, head)
                self.put(first + 1, column, tail)
            else:
                self.put(first + depth, column, text)

    def _merge_groups(self, first: int) -> None:
        """Merge a group's label over its columns, or leave it over the first of them only."""
        merge = self.dice.random() < 0.7
        start = 0
        for position in range(1, len(self.slots) + 1):
            same = (
                position < len(self.slots)
                and len(self.slots[start].labels) > 1
                and self.slots[position].labels[0] == self.slots[start].labels[0]
            )
            if same:
                self.page.texts.pop((first, self.column(position)), None)
                continue
            if merge and position - start > 1:
                self.page.merged.append(
                    (first, self.column(start), first, self.column(position - 1))
                )
            start = position

    def unit_row(
        self, place: Place, number: object, *, names: tuple[str, ...] = (), clear: bool = True
    ) -> None:
        """A row of figures of a unit; ``names`` are those of its columns of names, where several
        are, ``clear`` whether the units above are known.
        """
        row = self.row
        self.put(row, self.first_column, number)
        if names:
            name_clear = True
            for position, name in enumerate(names):
                if name:
                    self.put(row, self.name_column + position, name)
            name_cell = (row, self.name_column + len(names) - 1)
        else:
            noise = 0.4 if self.noise else 0.0
            text, name_clear = write_name(self.dice, place.name, noise, place.declared)
            self.put(row, self.name_column, text)
            name_cell = (row, self.name_column)
        meant: dict[str, int] = {}
        self._stated = {}
        if self.extra and self.dice.random() < 0.5:
            said = "đã kiểm tra" if self.extra == "Ghi chú" else self.dice.randint(1, 900)
            self.put(row, self.column(len(self.slots)), said)
        self.unit_rows.append((row, place))
        figures = {field: self._figure(field, meant) for field in self.fields}
        for position, slot in enumerate(self.slots):
            cell = (row, self.column(position))
            field, written = slot.field, figures[slot.field]
            if slot.beside:
                self.page.texts[cell] = self._beside(slot, meant)
                continue
            self.page.figures.append(
                Figure(self.page.name, cell, place.code, field.measure, field.period, written,
                       name_cell, name_clear and clear)
            )  # fmt: skip
        self.row += 1

    def _beside(self, slot: Slot, meant: dict[str, int]) -> object:
        """What accompanies a figure: its share of the whole, an earlier or a later sum."""
        value = meant[f"{slot.field.measure} {slot.field.period}"]
        if slot.beside == "ratio":
            whole = meant[f"{slot.field.whole} {slot.field.period}"]
            return round(value * 100 / whole, 1) if whole else None
        return value // 2 if slot.beside == "before" else value * 3 + 1

    def _figure(self, field: Field, meant: dict[str, int]) -> Written:
        key = f"{field.measure} {field.period}"
        whole = meant.get(f"{field.whole} {field.period}") if field.whole else None
        value = self.dice.randint(0, whole) if whole is not None else self.dice.randint(20, 4000)
        meant[key] = value
        thing = next((word for start, word in THINGS.items() if field.measure == start), "")
        thing = thing or ("hồ sơ" if "dossiers" in field.measure else "hộ")
        known = whole if self._stated.get(f"{field.whole} {field.period}") else None
        written = write_figure(
            self.dice, value, thing=thing, whole=known, above=self.previous.get(field),
            noise=self.noise,
        )  # fmt: skip
        self._stated[key] = written.reading is Reading.CLEAR
        self.previous.pop(field, None)
        if written.reading is Reading.CLEAR:
            self.previous[field] = value
        return written

    def rows(self, places: tuple[Place, ...], *, repeat_every: int = 0, clear: bool = True) -> None:
        """Rows of units, the header repeated as at page breaks, a total below."""
        header = {
            (row, column): text
            for (row, column), text in self.page.texts.items()
            if row == self.header_row
        }
        single = self.header_row == min((r for r, _ in header), default=0)
        totals: dict[int, int] = {}
        complete = True
        for number, place in enumerate(places, start=1):
            if repeat_every and single and number > 1 and number % repeat_every == 1:
                for (_, column), text in header.items():
                    self.put(self.row, column, text)
                self.row += 1
            if self.dice.random() < 0.03:
                self.row += 1
            start = len(self.page.figures)
            self.is_simple = self.is_simple and not repeat_every
            self.unit_row(place, self.dice.choice([number, f"{number}", f"{number}."]), clear=clear)
            if self.has_sub_rows and self.dice.random() < 0.5:
                self.sub_row(start)
            elif self.dice.random() < 0.02:
                self.hidden_row(place)
            elif self.dice.random() < 0.01 and self.page.figures[start].unit_clear:
                self.repeated_row(place, start)
                complete = False
            for figure in self.page.figures[start:]:
                if figure.cell[0] in self.page.hidden_rows:
                    continue
                column = figure.cell[1]
                readable = figure.written.meant is not None and figure.unit_clear
                complete = complete and readable
                totals[column] = totals.get(column, 0) + (figure.written.meant or 0)
        if complete and places and self.dice.random() < 0.5:
            self.put(self.row, self.name_column, self.dice.choice(["Cộng", "Tổng cộng"]))
            for column, value in totals.items():
                self.put(self.row, column, value)
            self.row += 1
        self.previous = {}

    def sub_row(self, start: int) -> None:
        """A row that parts the one above: its figures are in the other's already."""
        name = self.dice.choice(["Trong đó: nữ", "- Nữ", "Trong đó: hộ nghèo", "  Gồm: nam"])
        self.put(self.row, self.name_column, name)
        for figure in self.page.figures[start:]:
            if figure.written.meant:
                self.put(self.row, figure.cell[1], figure.written.meant // 2)
        self.row += 1
        self.previous = {}

    def hidden_row(self, place: Place) -> None:
        """A row that is hidden: an old draft of the unit above, which nobody may count."""
        self.put(self.row, self.name_column, place.name)
        for position in range(len(self.slots)):
            self.put(self.row, self.column(position), self.dice.randint(1, 9999))
        self.page.hidden_rows.add(self.row)
        self.is_simple = False
        self.row += 1

    def repeated_row(self, place: Place, start: int) -> None:
        """A second row of the unit above with other figures: nobody knows which are right."""
        self.is_simple = False
        self.put(self.row, self.name_column, place.name)
        for position in range(len(self.slots)):
            self.put(self.row, self.column(position), self.dice.randint(10_000, 99_999))
        self.row += 1
        unclear = [
            replace(f, written=replace(f.written, reading=Reading.UNCLEAR, meant=None))
            for f in self.page.figures[start:]
        ]
        self.page.figures[start:] = unclear

    def group_row(self, place: Place, number: object) -> bool:
        """A row that only names the parent of those below; whether its name is clear."""
        text, clear = write_name(self.dice, place.name, 0.4 if self.noise else 0.0)
        self.put(self.row, self.first_column, number)
        self.put(self.row, self.name_column, text)
        self.row += 1
        self.has_groups = True
        return clear

    def foot(self) -> None:
        """What stands below a table."""
        if self.dice.random() < 0.6:
            row = self.row + self.dice.choice([0, 1])
            if self.dice.random() < 0.5:
                self.put(row, 1, "Ghi chú: số liệu chốt ngày 14/12/2022")
                row += 1
            self.put(row, 4, "Vị Thanh, ngày 15 tháng 12 năm 2022")
            self.put(row + 1, 2, "NGƯỜI LẬP BIỂU")
            self.put(row + 1, 4, "TM. ỦY BAN NHÂN DÂN")
            self.put(row + 3, 2, "Nguyễn Thị Ánh")
            self.put(row + 3, 4, "Trần Văn Đông")


def _slots(dice: random.Random, fields: tuple[Field, ...]) -> list[Slot]:
    """The columns of some fields: in their order or another, alone or with what is beside them."""
    slots = [Slot(field.labels, field) for field in fields]
    if any(len(field.labels) > 1 for field in fields):
        return slots
    way = dice.choice(["plain", "plain", "ratios", "quarters", "cumulative", "shuffled"])
    if way == "shuffled":
        dice.shuffle(slots)
    elif way == "ratios":
        slots = [
            each
            for slot in slots
            for each in (
                (slot, Slot(("Tỷ lệ (%)",), slot.field, "ratio")) if slot.field.whole else (slot,)
            )
        ]
    elif way in ("quarters", "cumulative"):
        flow = fields in FLOWS
        words = ("Quý III/2022", "Quý IV/2022") if way == "quarters" else ("Trong quý", "Lũy kế")
        slots = []
        for field in fields:
            label = field.labels[0]
            if way == "quarters":
                slots.append(Slot((label, words[0]), field, "before"))
                slots.append(Slot((label, words[1]), field))
            elif flow:
                slots.append(Slot((label, words[0]), field))
                slots.append(Slot((label, words[1]), field, "cumulative"))
            else:
                slots.append(Slot((label, words[0]), field, "before"))
                slots.append(Slot((label, words[1]), field))
    return slots


def address(cell: SHEET_CELL) -> str:
    """A1 writing of a cell, apart from the kit's."""
    row, column = cell
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[rest] + letters
    return f"{letters}{row}"
