"""The labels above the columns of a table, whatever rows and merged cells they are spread over, and
what they say: which measure, for which time.
"""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache, partial

from dxkit.intake.dates import named_quarter, stated_times
from dxkit.intake.numbers import parse_decimal, units_of_amounts
from dxkit.intake.vocabulary import is_word, starts_with_word, vocabulary
from dxkit.model.campaign import Campaign, Measure, MeasureKind
from dxkit.model.periods import Period, split_period_id
from dxkit.model.text import clean, fold, heading_key, normalise, without_outline, words_in_full
from dxkit.workbooks.cells import Cell, Sheet

_COLUMN_NUMBER = re.compile(r"\(?\d{1,2}\)?(\s*=.*)?\Z")
_BRACKET_BEHIND = re.compile(r"(?P<label>.*\S)\s*\((?P<remark>[^()]+|\(\d{1,2}\))\)\Z")
_COLUMN_LETTER = re.compile(r"[A-Z]\Z")
_SHORT = 2  # words
_ROWS_BELOW = 20  # looked at for figures
_SEPARATOR = re.compile(r"\s*(?:\n|\s[-–]\s|/|\()\s*")

Paths = dict[int, tuple[str, ...]]


def header_paths(sheet: Sheet, rows: range) -> Paths:
    """The labels above each column from the top down: merged ones stand over all their columns,
    and so does a group's label that is written over its first column only. Column numbers such
    as (1) and a label under itself are left out.
    """
    labels: dict[tuple[int, int], str] = {}
    columns: set[int] = set()
    counted_in = {row for row in rows if says_units_of_measure(sheet.rows.get(row, ()))}
    for row in rows:
        for cell in sheet.rows.get(row, ()):
            says = row not in counted_in or is_word("amount_units", cell.text)
            if clean(cell.text) and not is_column_number(cell) and says:
                labels[row, cell.column] = label_text(cell)
            columns.add(cell.column)
    merged = set()
    holding = columns | _columns_below(sheet, rows.stop) if sheet.merged else columns
    for first_row, first_column, last_row, last_column in sheet.merged:
        label = labels.get((first_row, first_column))
        if label is None or first_row not in rows:
            continue
        # A label reaches over the columns that hold anything: labels of their own, or figures.
        over = [c for c in range(first_column, last_column + 1) if c in holding]
        for row in range(first_row, min(last_row, rows.stop - 1) + 1):
            for column in {first_column, *over}:
                labels[row, column] = label
                merged.add((row, column))
                columns.add(column)
    _spread_groups(labels, sorted(columns), rows, merged)
    paths: dict[int, tuple[str, ...]] = {}
    for column in sorted(columns):
        texts = filter(None, (labels.get((row, column)) for row in rows))
        paths[column] = tuple(text for text, _ in itertools.groupby(texts))
    return paths


def labels_just_above(sheet: Sheet, row: int) -> frozenset[int]:
    """The columns over which another label stands directly above a row, so that the row alone does
    not say what they hold.

    A title begins in the first column, and what is counted in is no label.
    """
    columns: set[int] = set()
    own = {cell.column for cell in sheet.rows.get(row, ())}
    last = max(own, default=0)
    above = [cell for cell in sheet.rows.get(row - 1, ()) if clean(cell.text)]
    # Row numbers stand above where rows and columns have changed places.
    numbers = any(is_word("row_number_labels", cell.text) for cell in above)
    for position, cell in enumerate(above):
        if cell.column == 1 or starts_with_word("unit_of_measure", clean(cell.text).lstrip("(")):
            continue
        if numbers and (is_column_number(cell) or is_word("row_number_labels", cell.text)):
            continue
        if position and above[position - 1].text.rstrip().endswith(":"):  # "Day:", and which
            continue
        following = above[position + 1].column if position + 1 < len(above) else last + 1
        below = range(cell.column, following)
        names = any(is_word("unit_labels", sheet.cell(row, column).text) for column in below)
        whose = ("this_period_labels", "of_other_sheets")
        is_told = stated_times(cell.text, bare_months=True) or any(
            is_word(kind, cell.text) for kind in whose
        )
        if not (names and is_told):  # the title of a block beside
            columns.update(below)
    return frozenset(columns & own)


def labels_just_below(sheet: Sheet, row: int, units: Sequence[int]) -> frozenset[int]:
    """The columns whose label goes on in a row that names no unit and holds no figure, so that a
    header which ends above it does not say what they hold.
    """
    cells = sheet.rows.get(row, ())
    named = not units or any(sheet.cell(row, column).text.strip() for column in units)
    texts = all(isinstance(cell.value, str) for cell in cells)
    if named or not texts:
        return frozenset()
    if says_units_of_measure(cells):
        return frozenset(cell.column for cell in cells if is_word("amount_units", cell.text))
    return frozenset(cell.column for cell in cells if _is_label(cell))


def says_units_of_measure(cells: Sequence[Cell]) -> bool:
    """Whether a row below the labels only says what its columns count in: (ho), %."""
    if len(cells) > 1 and is_word("unit_of_measure", clean(cells[0].text).strip("()[] ")):
        cells = cells[1:]
    texts = (clean(cell.text).strip("()[] ") for cell in cells)
    return bool(cells) and all(map(_is_unit_of_measure, texts))


@lru_cache(maxsize=2_000)
def _is_unit_of_measure(text: str) -> bool:
    return text in ("%", "") or any(is_word(k, text) for k in ("units_in_cells", "amount_units"))


def _is_label(cell: Cell) -> bool:
    """Whether a text is a label, not what is written in place of a figure."""
    words = ("no_data", "zero", "none_arose", "not_reported", "ditto")
    text = clean(cell.text)
    return (
        sum(letter.isalpha() for letter in text) > 1
        and not any(letter.isdecimal() for letter in text.partition("/")[0][:1])
        and not any(is_word(kind, text) for kind in words)
        and not is_column_number(cell)
    )


def is_below_figures(sheet: Sheet, row: int) -> bool:
    """Whether the row above a row is one of figures, as where another page's header follows."""
    return any(is_figure(cell) for cell in sheet.rows.get(row - 1, ()))


def is_figure(cell: Cell) -> bool:
    """Whether a cell holds a number and nothing else, be it as text."""
    if isinstance(cell.value, str):
        return parse_decimal(clean(cell.value)) is not None
    return isinstance(cell.value, (int, float))


def label_text(cell: Cell) -> str:
    """A label's text; a spreadsheet makes a date of "10/2022"."""
    if isinstance(cell.value, datetime.datetime):
        return f"{cell.value.month}/{cell.value.year}"
    return cell.text


def rows_from(sheet: Sheet, row: int, most: int) -> list[int]:
    """The first rows from a row on that hold anything."""
    return list(itertools.islice((r for r in sheet.rows if r >= row), most))


def _columns_below(sheet: Sheet, row: int) -> frozenset[int]:
    """The columns that hold something in the first rows from a row on."""
    near = rows_from(sheet, row, _ROWS_BELOW)
    return frozenset(cell.column for r in near for cell in sheet.rows[r])


def is_column_number(cell: Cell) -> bool:
    """Whether a cell holds what numbers a column: (1), 2, (3)=(2)/(1), A."""
    text = clean(cell.text)
    return bool(_COLUMN_NUMBER.match(text) or _COLUMN_LETTER.match(text))


def _spread_groups(
    labels: dict[tuple[int, int], str],
    columns: Sequence[int],
    rows: range,
    merged: set[tuple[int, int]],
) -> None:
    """Give a label written over the first column of its group to the columns on its right that
    have a label below and none of their own beside it.

    A label that is merged says itself how far it reaches; one without a label below it is no
    group's. The labels of row numbers and units stand alone.
    """
    for row in rows[:-1]:
        group = ""
        for column in columns:
            below = any((lower, column) in labels for lower in range(row + 1, rows.stop))
            own = labels.get((row, column))
            if own is not None:
                alone = (
                    (row, column) in merged
                    or not below
                    or any(is_word(kind, own) for kind in ("unit_labels", "row_number_labels"))
                    or len(normalise(own)) < 3  # the first letter of a broken "STT"
                )
                group = "" if alone else own
            elif below and group:
                # A column labelled further up belongs to that label, not to a neighbour's.
                above = any((upper, column) in labels for upper in range(rows.start, row))
                beside = any((upper, column - 1) in labels for upper in range(rows.start, row))
                if above and not beside:
                    group = ""
                else:
                    labels[row, column] = group


def readings(path: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The ways to read a column's labels: whole, then without what is in another language, or the
    numbers and dashes that lists have before them.

    In a bilingual office form the second half of a label is plain ASCII, set apart by a new
    line, a dash, a slash or a bracket.
    """
    yield tuple(path)
    native = tuple(in_own_language(label) for label in path)
    if native != tuple(path):
        yield native
    bare = tuple(without_outline(label.lstrip()) for label in native)
    if bare != native:
        yield bare


@lru_cache(maxsize=2_000)
def in_own_language(label: str) -> str:
    """The first part of a bilingual text: up to where only ASCII letters follow."""
    for separator in _SEPARATOR.finditer(label):
        rest = label[separator.end() :]
        before = label[: separator.start()]
        if before.strip() and rest.isascii() and _is_translation(rest, "\n" in separator[0]):
            return before
    return label


def _is_translation(text: str, on_its_own_line: bool) -> bool:
    """Whether the second half of a label only says the first again: not an abbreviation such as
    "(KH)", and no word that says which figures are meant, as "plan" does.
    """
    letters = "".join(letter for letter in text if letter.isalpha())
    if not letters or (letters.isupper() and len(letters) < 5 and not on_its_own_line):
        return False
    if any(map(str.isdigit, text)):
        return False
    words = normalise(text).split()
    short = len(words) <= _SHORT  # a longer one translates the whole label, plans and all
    return not (short and any(word in vocabulary()["other_figures"] for word in words))


@lru_cache(maxsize=2_000)
def compact(*parts: str) -> str:
    """A key for labels that is the same however they are broken over rows."""
    return "".join(normalise(part) for part in parts).replace(" ", "")


class Span(StrEnum):
    """The time that a label says its column covers."""

    UNSAID = ""
    IN_PERIOD = "in_period"  # what came in the period
    CUMULATIVE = "cumulative"  # everything up to its end


@dataclass(frozen=True, slots=True)
class Labelled:
    """The measures that a column's label may mean, and the time it names."""

    measures: tuple[Measure, ...]
    period: str
    control: bool
    span: Span
    unit: str = ""  # of measure, as the label of an amount says it


class ColumnLabels:
    """The labels that a campaign declares, and the words that every office uses."""

    def __init__(self, campaign: Campaign, period: Period) -> None:
        self.period = period
        self._labels: dict[str, list[Measure]] = {}
        self.read = cache(self._meaning)  # a sheet's header is tried in many ways
        self.is_one = cache(self._is_one)
        words = vocabulary()
        self._in_full = words_in_full(campaign.abbreviations)
        self._key = partial(heading_key, self._in_full)
        units = units_of_amounts(campaign)  # a letter may be the end of a word
        self._units = {compact(unit): unit for unit in units if len(unit) > 1}
        self._amounts: dict[str, list[Measure]] = {}  # by labels without a unit of measure
        labels = [*words["unit_labels"], *words["row_number_labels"]]
        for measure in campaign.measures:
            if measure.kind is MeasureKind.ROWS:
                continue
            own = [*measure.headers, *measure.names.values()]
            labels += measure.headers or own
            keys = {self._key(label.replace(">", " ")) for label in own}
            of_kind = self._labels
            if measure.kind is MeasureKind.AMOUNT:
                of_kind, keys = self._amounts, {self._without_unit(key)[0] for key in keys}
            for key in keys:
                of_kind.setdefault(key, []).append(measure)
        bare: dict[str, list[list[Measure]]] = {}  # as an office without accents writes them
        for key, meant in self._labels.items():
            bare.setdefault(fold(key), []).append(meant)
        self._unaccented = {key: of[0] for key, of in bare.items() if of.count(of[0]) == len(of)}
        labels += [fold(label) for label in labels]
        said = [f" {normalise(label)} " for label in labels]
        for short, full in self._in_full.items():
            said += [f" {full} " for label in said if f" {short} " in label]
            said += [f" {short} " for label in said if f" {full} " in label]
        self._header_words = {word for label in said for word in label.split()}
        self._kinds = {
            kind: {compact(form) for word in words[kind] for form in (word, fold(word))}
            for kind in ("unit_labels", "row_number_labels", "code_labels", "remark_labels",
                         "count_labels", "whole_period_labels", "this_period_labels",
                         "in_period_labels")
        }  # fmt: skip
        cumulative = "|".join(words["period_cumulative"])
        self._cumulative = re.compile(rf"(?P<label>.*?) ?\b(?:{cumulative})\b(?P<rest>.*)\Z")
        until = "|".join(words["until"])
        self._until = re.compile(rf" ?(?:(?:{until})\b.*)?\Z")
        months = "|".join(words["period_month"])
        named = (entry.rpartition(" ") for entry in words["month_names"])
        self._of_name = {name: f"{words['period_month'][0]} {number}" for name, _, number in named}
        self._month = re.compile(
            rf"(?P<word>(?:t|{months}) ?)?(?P<number>\d{{1,2}})(?: (?P<year>\d{{4}}))?\Z"
        )

    def holds_known_word(self, text: str) -> bool:
        """Whether a text holds any word of a declared label."""
        return any(word in self._header_words for word in normalise(text).split())

    def _meaning(self, path: tuple[str, ...], bare_months: bool = True) -> Labelled | None:
        """The measures that the labels above a column mean and the time they name; None when
        nobody declared them. Without ``bare_months``, "10/2022" is no month's label.
        """
        for reading in readings(path):
            label, period, control, span = self._without_period(reading, bare_months)
            if measures := self._labels.get(label) or self._unaccented.get(label):
                return Labelled(tuple(measures), period, control, span)
            of_amount, unit = self._without_unit(label)
            if measures := self._amounts.get(of_amount):
                return Labelled(tuple(measures), period, control, span, unit)
        if len(path) > 1 and compact(path[-1].partition("(")[0]) in self._kinds["count_labels"]:
            return self._meaning(path[:-1], bare_months)  # beside the share of the same
        # A label and below it the same in another language: both are declared for one measure.
        alone = [self._labels.get(self._key(part), []) for part in path]
        common = [m for m in alone[0] if all(m in others for others in alone)] if alone else []
        if len(path) > 1 and common:
            return Labelled(tuple(common), self.period.id, False, Span.UNSAID)
        return self._with_remark(path, bare_months)

    def _with_remark(self, path: tuple[str, ...], bare_months: bool) -> Labelled | None:
        """What labels mean whose last says its time, what it counts, or its column's number in
        brackets behind it: "Tong so ho (ho)", "Ho so phat sinh (quy IV)".
        """
        behind = _BRACKET_BEHIND.match(clean(path[-1])) if path else None
        if behind is None:
            return None
        word = starts_with_word("unit_of_measure", behind["remark"])
        remark = normalise(behind["remark"]).removeprefix(word).strip()
        label = (*path[:-1], behind["label"])
        meant = self._meaning(label, bare_months)
        if meant and not _COLUMN_NUMBER.match(remark):
            things = {normalise(of) for m in meant.measures for of in m.things.values()}
            if remark == "%" and all(m.kind is MeasureKind.SHARE for m in meant.measures):
                return meant
            if remark not in things:
                return self._meaning((*label, remark), bare_months)
        return meant

    def of_time(self, path: tuple[str, ...]) -> Labelled:
        """The time that labels name, of whatever measure."""
        _, period, control, span = self._without_period(path, True)
        return Labelled((), period, control, span)

    def _without_unit(self, label: str) -> tuple[str, str]:
        """A key of labels without the unit of measure behind it, and that unit."""
        for key, unit in self._units.items() if self._units else ():
            if label.endswith(key) and label != key:
                rest = label.removesuffix(key)
                for word in vocabulary()["unit_of_measure"]:
                    rest = rest.removesuffix(compact(word))
                return rest, unit
        return label, ""

    def _is_one(self, kind: str, path: tuple[str, ...]) -> bool:
        """Whether the labels, or one of them, are a word of the vocabulary's kind."""
        return any(
            compact(*parts) in self._kinds[kind]
            for reading in readings(path)
            for parts in (reading, *((part,) for part in reading))
        )

    def _without_period(
        self, path: Sequence[str], bare_months: bool
    ) -> tuple[str, str, bool, Span]:
        """The label without the time it names; the part of the period that this is, whether it is
        the whole period beside its parts, and the span.
        """
        parts, period, control, span = [], self.period.id, False, Span.UNSAID
        for part in path:
            label = normalise(part)
            name, _, year = label.partition(" ")
            if name in self._of_name:  # "October 2022"
                label = f"{self._of_name[name]} {year}".strip()
            month = self._month.match(label)
            since = self._cumulative.match(label)
            key = compact(part)
            quarter = named_quarter(part)
            if since and (not since["label"] or self._until.match(since["rest"])):
                span = Span.CUMULATIVE
                rest = "" if self._until.match(since["rest"]) else since["rest"]
                parts.append(since["label"] or rest)
            elif key in self._kinds["in_period_labels"]:
                span = Span.IN_PERIOD
            elif quarter and quarter.is_all and quarter.fits(self.period):
                continue
            elif month and (month["word"] or (bare_months and month["year"])):
                # A month outside is no declared label.
                period = self._part(int(month["number"]), month["year"]) or "-"
                if period == "-":
                    parts.append(part)
            elif key in self._kinds["this_period_labels"]:
                continue
            elif self.period.parts and key in self._kinds["whole_period_labels"]:
                control = True
            else:
                parts.append(part)
        return self._key(*parts), period, control, span

    def _part(self, month: int, year: str | None) -> str | None:
        """The part of the period that a month is; the period's year is meant where none stands."""
        for part in self.period.parts:
            of_year, _, number = split_period_id(part)
            if number == month and year in (None, str(of_year)):
                return part
        return None
