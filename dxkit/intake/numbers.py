"""Reading one cell, in Vietnamese and English writing: what number it holds, or why it holds none.

Whatever is not certain becomes a missing value with a finding, never a guess.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from dxkit.intake.vocabulary import is_word, vocabulary
from dxkit.model.campaign import Campaign, Measure, MeasureKind
from dxkit.model.observations import Flag
from dxkit.model.text import clean, normalise
from dxkit.workbooks.cells import Cell

_LONGEST_NUMBER = 24  # characters: a spreadsheet's numbers have 15 digits
_PLAIN = re.compile(r"[+]?\d+\Z")
# A group of thousands never begins with nought: "0.456" is no 456.
_IN_GROUPS = re.compile(r"[1-9]\d{0,2}(?P<mark>[., ])\d{3}(?:(?P=mark)\d{3})*\Z")
_DECIMAL_COMMA = re.compile(r"(?:\d+|[1-9]\d{0,2}(?:([. ])\d{3})(?:\1\d{3})*),\d+\Z")
_DECIMAL_POINT = re.compile(r"(?:\d+|[1-9]\d{0,2}(?:,\d{3})+)\.\d+\Z")
_DIGIT_LOOKALIKES = str.maketrans("OolI", "0011")
_WITH_LOOKALIKES = re.compile(r"(?=.*\d)(?=.*[OolI])[\dOolI]+(?:[. ][\dOolI]{3})*\Z")


def parse_decimal(text: str) -> Decimal | None:
    """A decimal number in Vietnamese or English writing; None for anything else.

    A point is a decimal mark when it cannot group thousands.
    """
    if len(text) > _LONGEST_NUMBER:
        return None
    if _DECIMAL_COMMA.match(text):
        return Decimal(re.sub(r"[. ]", "", text).replace(",", "."))
    if _PLAIN.match(text) or _DECIMAL_POINT.match(text):
        return Decimal(text.replace(",", ""))
    return None


def parse_whole(text: str) -> int | None:
    """A whole number, plain or grouped in thousands by points, blanks or commas; else None."""
    if len(text) > _LONGEST_NUMBER:
        return None
    if _PLAIN.match(text):
        return int(text)
    if _IN_GROUPS.match(text):
        return int(re.sub(r"[., ]", "", text))
    return None


def parse_with_lookalikes(text: str) -> int | None:
    """A whole number in which letters stand for digits ("12O", "l5"), or None."""
    if not _WITH_LOOKALIKES.match(text):
        return None
    return parse_whole(text.translate(_DIGIT_LOOKALIKES))


_MOST_DECIMALS = 6  # of a percentage beside its part and whole


def agrees(part: int, whole: int, percentage: Decimal) -> bool:
    """Whether part of whole, rounded half up to the decimals typed, is the percentage typed."""
    decimals = -int(percentage.as_tuple().exponent)
    if decimals > _MOST_DECIMALS:
        return False
    step = Decimal(1).scaleb(-decimals)
    return (Decimal(part) * 100 / Decimal(whole)).quantize(step, ROUND_HALF_UP) == percentage


def count_from_share(percentage: Decimal, whole: int) -> int | None:
    """The only whole number whose share of ``whole`` is the percentage typed, or None when there
    is none or more than one.
    """
    near = int(percentage * whole / 100)
    reach = whole // 100 + 2
    found = [
        part
        for part in range(max(near - reach, 0), min(near + reach, whole) + 1)
        if agrees(part, whole, percentage)
    ]
    return found[0] if len(found) == 1 else None


LARGEST = 10**15  # of a number, whichever its sign: beyond, a spreadsheet loses digits
_TWO_NUMBERS = re.compile(r"\d[^\S\n]*(?:\n|\t|[^\S\n]{2,})\s*\d")  # one below or beside the other
_DATE = re.compile(
    r"\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)\d{2}\Z|(?:19|20)\d{2}-\d{1,2}-\d{1,2}(?:[T ].*)?\Z"
    r"|\d{1,2}[- ](?:Thg|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?[- ]?\d{0,4}\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Value:
    """What a cell says. ``problem`` is a finding code, ``details`` what fills its message.

    ``share`` is set when a percentage stands where a count belongs: see ``count_from_share``.
    """

    value: float | int | None
    flag: Flag | None = None
    problem: str = ""
    details: Mapping[str, object] = field(default_factory=dict)
    share: Decimal | None = None
    whole: int | None = None


def rejected(problem: str, **details: object) -> Value:
    """No value, and the finding that says why."""
    return Value(None, Flag.REJECTED, problem, details)


def read_common(cell: Cell) -> Value | None:
    """What is read the same in every column of numbers; None when it is for the column to say."""
    if cell.is_error or (isinstance(cell.value, str) and cell.value.startswith("#")):
        return rejected("value_is_error")
    if cell.formula_without_value:
        return rejected("formula_not_calculated")
    if cell.value is None or (isinstance(cell.value, str) and not clean(cell.value)):
        return Value(None, Flag.NO_DATA)
    if isinstance(cell.value, (datetime.date, datetime.time, datetime.timedelta)):
        return rejected("value_is_date")
    if isinstance(cell.value, bool):
        return rejected("value_unreadable")
    if isinstance(cell.value, (int, float)) and not abs(cell.value) <= LARGEST:
        return rejected("value_unreadable")
    if cell.struck:
        return rejected("value_struck_out")
    if not cell.is_plain and shows_another(cell.number_format, cell.value == 0):
        return rejected("value_shown_otherwise")
    if isinstance(cell.value, str):
        if _TWO_NUMBERS.search(cell.value.strip()):
            return rejected("value_ambiguous")
        # Marks of footnotes ("102\u00b9") and the like are digits that are no part of a number.
        if any(letter.isnumeric() and not letter.isdecimal() for letter in cell.value):
            return rejected("value_unreadable")
        if _DATE.match(clean(cell.value)):
            return rejected("value_is_date")
        for words, value in (
            ("no_data", Value(None, Flag.NO_DATA)),
            ("none_arose", Value(None, Flag.NOT_APPLICABLE)),
            ("not_reported", Value(None, Flag.NOT_REPORTED)),
            ("zero", Value(0)),
        ):
            if is_word(words, cell.value):
                return value
    return None


_ASIDE = re.compile(r"\[[^\]]*\]|[_*].")  # colours, conditions, widths and fillings
_THOUSANDS_LEFT_OUT = re.compile(r"[0#?],+(?![0#?,])")
_LITERAL = re.compile(r'"([^"]*)"|\\(.)')  # what a number format adds to the number


def _literal_of(number_format: str) -> str:
    """What a number format adds to the number."""
    return " ".join(quoted or escaped for quoted, escaped in _LITERAL.findall(number_format))


@lru_cache(maxsize=1_000)
def shows_another(number_format: str, is_nought: bool) -> bool:
    """Whether a format shows another number than the cell holds: 5 as "5 nghin", "5.000" or "5%"
    by letters of its own, 5000 as 5 by a comma behind, or nothing at all.
    """
    bare = _LITERAL.sub("", _ASIDE.sub("", number_format))
    sections = bare.split(";")
    section = sections[2] if is_nought and len(sections) > 2 else sections[0]
    if len(sections) > 1 and not section.strip() and not _LITERAL.search(number_format):
        return True
    if _THOUSANDS_LEFT_OUT.search(sections[0]):
        return True
    literal = _literal_of(number_format)
    words = normalise(literal).split()
    return (
        any(word in words for word in vocabulary()["scales"])
        or "%" in literal
        or any(letter.isdecimal() for letter in literal)
    )


_NOISE = 1e-6  # what a formula's binary fractions may leave beside a whole number
_MOST_DIGITS = 15  # a spreadsheet's numbers have no more: what is longer is no count
_LARGEST_SHARE = 1_000_000  # times the whole
_PLAIN_COUNT = re.compile(r"(?:0|[1-9]\d{0,14})\Z", re.ASCII)
_BELOW_NOUGHT = re.compile(r"[-\u2212\u2013]\s?\d[\d., ]*\Z|\(\d[\d., ]*\)\Z")  # -5, (5)
_PARTS = re.compile(
    r"(?:(?P<share>[\d.,]+ ?%) ?)?\(?(?P<part>\d[\d. ]*) ?/ ?(?P<whole>\d[\d. ]*)\)?\Z"
)


@dataclass(frozen=True, slots=True)
class Counted:
    """What a column of counts counts. ``things`` are normalised words for it (any, when empty);
    ``is_part`` says that another column holds the whole, so that a cell may read "25/40".
    """

    things: frozenset[str] = frozenset()
    is_part: bool = True

    def counts(self, thing: str) -> bool:
        """Whether a word in a cell ("ho gia dinh") is a writing of what is counted ("ho")."""
        return any(
            f"{thing} ".startswith(f"{t} ") or t.startswith(f"{thing} ") for t in self.things
        )

    def is_other(self, thing: str) -> bool:
        """Whether a word in a cell or its format is of things, but none of those counted."""
        is_thing = thing in vocabulary()["units_in_cells"]
        return is_thing and bool(self.things) and not self.counts(thing)


_ANYTHING = Counted()
_MARKS_BEHIND = re.compile(r"(?<=[\w%)])(?:\s*(?:[*\u2020]+|\(\*+\)))?\s*[;:.,]?\Z")  # 731*, 731;
_LONGEST_REMARK = 200  # characters of a cell
_NUMBER_WITHIN = re.compile(r"\d[\d.,]*%?")
_ADDED = re.compile(r"=?\s*\d[\d. ]*(?:\+\s*\d[\d. ]*)+\Z")


def _without_remark(text: str) -> tuple[str, str]:
    """A text without the mark of a footnote or of a sentence behind its number, and without what
    is told of a part: "731 (trong do 243 nu)"; and that part.
    """
    if len(text) > _LONGEST_REMARK:
        return text, ""
    text = _MARKS_BEHIND.sub("", text)
    told = _part_told().search(text)
    if told is None:
        return text, ""
    return text[: told.start()].strip(), told["part"] or told["bare"]


@lru_cache(maxsize=1)
def _part_told() -> re.Pattern[str]:
    parts, names = ("|".join(vocabulary()[kind]) for kind in ("sub_rows", "sub_row_names"))
    of_one = rf"\d[\d.]* ?(?:{names})|(?:{names}):? ?\d[\d.]*"
    within = rf"(?P<part>(?:{parts})\b[^()]*|{of_one})"
    return re.compile(
        rf"[,;]? ?\({within}\)\Z|[,;]? (?P<bare>(?:{parts})\b[^()]*)\Z", re.IGNORECASE
    )


def _read_text(text: str, read: Callable[[str], Value]) -> Value:
    """What a text says, be it with a remark behind its number: of what is told of that number no
    part is greater.
    """
    value = read(text)
    bare, part = _without_remark(text) if value.problem == "value_unreadable" else (text, "")
    if bare == text:
        return value
    value = read(bare)
    if value.value is None or value.problem:
        return value
    for number in _NUMBER_WITHIN.findall(part):
        most = 100 if number.endswith("%") else value.value
        told = parse_whole(number.rstrip("%.,")) or parse_decimal(number.rstrip("%.,"))
        if told is not None and told > most:
            return rejected("value_ambiguous")
    return replace(value, problem="value_with_remark", details={"value": value.value})


def read_count(cell: Cell, counted: Counted = _ANYTHING) -> Value:
    """A whole number of things, 0 or more."""
    if isinstance(cell.value, str) and cell.is_plain and _PLAIN_COUNT.match(cell.value):
        return Value(int(cell.value))  # as most cells are
    common = read_common(cell)
    if common is not None:
        return common
    if isinstance(cell.value, (int, float)):
        if cell.is_percentage:
            return _rejected_share(cell.value, cell.number_format)
        thing = "" if cell.is_plain else normalise(_literal_of(cell.number_format))
        if counted.is_other(thing):
            return rejected("value_of_other_thing", thing=thing)
        return _whole(cell.value)
    return _read_text(_written(cell), lambda text: _count_in(text, counted))


def _written(cell: Cell) -> str:
    """The text of a cell without the mark by which a spreadsheet keeps a number as text."""
    return clean(str(cell.value)).removeprefix("'").strip()


def _count_in(text: str, counted: Counted) -> Value:
    """What the text of a count says."""
    text, flag, thing = without_words(text)
    if _BELOW_NOUGHT.match(text):
        return rejected("count_negative")
    if _is_no_count(text):
        return rejected("value_ambiguous")
    if counted.is_other(thing):
        return rejected("value_of_other_thing", thing=thing)
    if parts := _PARTS.match(text):
        clear = counted.is_part and flag is None
        return _part_of_whole(parts) if clear else rejected("value_ambiguous")
    if text.endswith("%"):
        if flag is not None:
            return rejected("value_ambiguous")
        share = parse_decimal(text[:-1].strip())
        if share is None:
            return rejected("value_unreadable")
        return Value(None, Flag.REJECTED, "share_in_count_column", share=share)
    if _ADDED.match(text):
        parts_added = [parse_whole(part.strip()) for part in text.lstrip("= ").split("+")]
        if flag is None and None not in parts_added:
            return rejected("value_is_sum", result=sum(part or 0 for part in parts_added))
    found = parse_whole(text)
    if found is None and flag is None:
        repaired = parse_with_lookalikes(text)
        if repaired is not None:
            return Value(repaired, Flag.REPAIRED, "digits_repaired", {"value": repaired})
    if found is None:
        decimal = parse_decimal(text)
        if decimal is None:
            return rejected("value_unreadable")
        if decimal != int(decimal):
            return rejected("count_not_whole")
        found = int(decimal)
    return _approximate(Value(found), flag)


def read_number(cell: Cell, kind: MeasureKind, fractions: bool = False) -> Value:
    """A score, or a percentage as a fraction. ``fractions`` says that the whole column of shares
    is written in fractions, so that 0.456 is 45.6 %.
    """
    common = read_common(cell)
    if common is not None:
        return common
    if isinstance(cell.value, (int, float)):
        if kind is MeasureKind.SHARE and cell.value < 0:
            return rejected("count_negative")
        if kind is MeasureKind.SHARE and not cell.is_percentage:
            if fractions:
                return Value(cell.value)
            if 0 < cell.value <= 1:
                return rejected("value_ambiguous")
            return Value(float(Decimal(repr(cell.value)) / 100))
        return Value(cell.value)
    return _read_text(clean(str(cell.value)), lambda text: _number_in(text, kind, fractions))


def _number_in(text: str, kind: MeasureKind, fractions: bool) -> Value:
    """What the text of a share or a score says."""
    text, flag, _ = without_words(text)
    return _approximate(_bare_number_in(text, kind, fractions), flag)


def _approximate(value: Value, flag: Flag | None) -> Value:
    """What a number says that words before it call approximate, if any do."""
    if flag is None or value.value is None:
        return value
    return Value(value.value, flag, "value_approximate", {"value": value.value})


def _bare_number_in(text: str, kind: MeasureKind, fractions: bool) -> Value:
    if kind is MeasureKind.SHARE and (parts := _PARTS.match(text)):
        found = _part_of_whole(parts)
        return Value(found.value / found.whole) if found.value and found.whole else found
    percent = text.endswith("%")
    number = parse_decimal(text.rstrip("% "))
    if number is None:
        return rejected("value_unreadable")
    if kind is MeasureKind.SHARE:
        if fractions:
            return Value(float(number))
        if not percent and 0 < number <= 1:
            return rejected("value_ambiguous")
        return Value(float(number / 100))
    if re.fullmatch(r"\d{1,3}[.,]\d{3}", text):  # one and a bit, or a thousand and a bit?
        return rejected("value_ambiguous")
    return Value(float(number))


def bare_number(cell: Cell) -> tuple[Decimal | None, bool]:
    """The number that a cell holds and nothing else, as it is written, and whether it says that it
    is in percent.
    """
    if isinstance(cell.value, str):
        text = clean(cell.value)
        return parse_decimal(text.rstrip("% ")), text.endswith("%")
    if isinstance(cell.value, bool) or not isinstance(cell.value, (int, float)):
        return None, False
    known = abs(cell.value) <= LARGEST
    return (Decimal(repr(cell.value)), cell.is_percentage) if known else (None, False)


def is_fraction(cell: Cell) -> bool | None:
    """Whether a cell of a column of shares holds a bare number up to 1; None when it says nothing
    about how the column is written.
    """
    number, percent = bare_number(cell)
    if cell.is_error or not number:
        return None
    return not percent and abs(number) <= 1


def _whole(value: float | int) -> Value:
    if value < 0:
        return rejected("count_negative")
    if abs(value - round(value)) > _NOISE:
        return rejected("count_not_whole")
    return Value(round(value))


def _is_no_count(text: str) -> bool:
    """Whether digits are no count: a telephone's, with a nought before many others, or more than
    a spreadsheet's number has.
    """
    digits = re.sub(r"[., ]", "", text)
    if not digits.isdecimal() or text[1:2] in (".", ","):
        return False
    return len(digits) > _MOST_DIGITS or (len(digits) > 3 and digits[0] == "0")


def without_words(text: str, things: str = "units_in_cells") -> tuple[str, Flag | None, str]:
    """The number in a text such as "gan 60 ho", which side of it the truth lies, and of what: one
    of the vocabulary's ``things``, if any.
    """
    flag: Flag | None = None
    thing = ""
    for kind, meaning in (
        ("approximate_below", Flag.APPROXIMATE_BELOW),
        ("approximate_above", Flag.APPROXIMATE_ABOVE),
        ("approximate", Flag.APPROXIMATE),
    ):
        for word in vocabulary()[kind]:
            if normalise(text).startswith(word + " "):
                text, flag = clean(text)[len(word) :].strip(), meaning
    for word in vocabulary()[things] if things else ():
        if normalise(text).endswith(" " + word):
            text, thing = clean(text)[: -len(word)].strip(), word
            break
    return text, flag, thing


def _part_of_whole(parts: re.Match[str]) -> Value:
    part, whole = (parse_whole(parts[name].strip()) for name in ("part", "whole"))
    if part is None or not whole:
        return rejected("value_unreadable")
    typed = parse_decimal(parts["share"].rstrip("% ")) if parts["share"] else None
    if parts["share"] and (typed is None or not agrees(part, whole, typed)):
        return rejected("value_unreadable")
    if part > whole or parts["whole"].startswith("0"):  # 26/01 is a day
        return rejected("value_ambiguous")
    return Value(part, whole=whole)


def _rejected_share(fraction: float, number_format: str) -> Value:
    if abs(fraction) > _LARGEST_SHARE:
        return rejected("value_unreadable")
    shown = re.search(r"0[.,](0+)", number_format)
    decimals = min(len(shown[1]), _MOST_DIGITS) if shown else 0
    percentage = Decimal(repr(fraction)) * 100
    rounded = percentage.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return Value(None, Flag.REJECTED, "share_in_count_column", share=rounded)


def units_of_amounts(campaign: Campaign) -> list[str]:
    """The units of measure that amounts may be in, normalised, longest first; none where the
    campaign has no amounts.
    """
    measured = [m for m in campaign.measures if is_measured_out(m)]
    own = [thing for measure in measured for thing in measure.things.values() if thing]
    own += [name for each in campaign.conversions for name in (each.unit, each.of)]
    units = {*map(normalise, own), *vocabulary()["amount_units"]} if measured else set()
    return sorted(units, key=lambda unit: (-len(unit), unit))


def is_measured_out(measure: Measure) -> bool:
    """Whether a measure is of money, weight or the like, be its numbers amounts or not."""
    words = (normalise(thing).split() for thing in measure.things.values())
    in_units = any(text and text[-1] in vocabulary()["amount_units"] for text in words)
    of_numbers = measure.kind in (MeasureKind.COUNT, MeasureKind.SCORE)
    return measure.kind is MeasureKind.AMOUNT or (of_numbers and in_units)


@dataclass(frozen=True, slots=True)
class Amount:
    """What a column of amounts is in: the ``units`` of measure that may stand in its cells, each
    with how many of the measure's own it is, the ``factor`` of numbers without one, and the decimal
    ``mark`` of its texts where that is certain.
    """

    units: Mapping[str, Decimal]
    factor: Decimal = Decimal(1)
    mark: str = ""

    def is_other(self, unit: str) -> bool:
        """Whether a text is a unit of measure that is none of these."""
        return unit not in self.units and unit in vocabulary()["amount_units"]


_AMOUNT = re.compile(r"(?P<number>\d(?:[\d., ]*\d)?) ?(?P<unit>[^\d\s.,].*)?\Z")
_BOTH_MARKS = re.compile(r"[1-9]\d{0,2}(?:([., ])\d{3})(?:\1\d{3})*(?P<mark>(?!\1)[.,])\d+\Z")
_ONE_MARK = re.compile(r"\d+(?P<mark>[.,])\d+\Z")


def decimal_mark(cells: Iterable[Cell]) -> str:
    """The decimal mark of a column's texts: nothing where none tells, or two do."""
    marks = set()
    for cell in cells:
        if isinstance(cell.value, str) and (found := _AMOUNT.match(clean(cell.value))):
            number = found["number"]
            groups, both, decimals = (p.match(number) for p in (_IN_GROUPS, _BOTH_MARKS, _ONE_MARK))
            if both or (decimals and not groups):
                marks.add((both or decimals)["mark"])  # type: ignore[index]
            elif groups and groups["mark"] != " " and number.count(groups["mark"]) > 1:
                marks.add("," if groups["mark"] == "." else ".")
    return marks.pop() if len(marks) == 1 else ""


def read_amount(cell: Cell, amount: Amount) -> Value:
    """A number of the measure's own unit, 0 or more. Whether a point groups thousands must be
    certain: by itself, or by other cells of the column.
    """
    common = read_common(cell)
    if common is not None:
        return common
    if isinstance(cell.value, (int, float)):
        if cell.is_percentage:
            return rejected("value_ambiguous")
        shown = normalise(_literal_of(cell.number_format))
        if amount.is_other(shown) or amount.units.get(shown, amount.factor) != amount.factor:
            return rejected("value_shown_otherwise")
        # A spreadsheet's numbers have 15 digits; what is behind them is a sum's binary rest.
        return _amount_of(Decimal(f"{cell.value:.15g}"), amount.factor)
    return _read_text(_written(cell), lambda text: _amount_in(text, amount))


def _amount_in(text: str, amount: Amount) -> Value:
    if text.startswith(("-", "\u2212", "\u2013")) and text[1:].strip()[:1].isdecimal():
        return rejected("count_negative")
    text, flag, _ = without_words(text, "")
    found = _AMOUNT.match(text)
    if found is None or _MARKS_BEHIND.sub("", text) != text:  # "2,5 kg*" has a remark
        return rejected("value_unreadable")
    unit = normalise(found["unit"] or "")
    if found["unit"] and unit not in amount.units:
        known = amount.is_other(unit) or unit in vocabulary()["scales"]
        return (
            rejected("value_of_other_thing", thing=unit) if known else rejected("value_unreadable")
        )
    number = _number_of_amount(found["number"], amount.mark)
    if number is None:
        return rejected("value_ambiguous")
    return _approximate(_amount_of(number, amount.units[unit] if unit else amount.factor), flag)


def _number_of_amount(text: str, mark: str) -> Decimal | None:
    """The number of a text, None where it can be read in two ways or in none."""
    if text.isdigit():
        return Decimal(text)
    groups, both, decimals = (p.match(text) for p in (_IN_GROUPS, _BOTH_MARKS, _ONE_MARK))
    if both:
        found, of_groups = both["mark"], ""
    elif groups and (groups["mark"] == " " or text.count(groups["mark"]) > 1):
        found, of_groups = "", groups["mark"]
    elif groups and mark:  # 1.200 by itself is 1200 or 1.2
        found, of_groups = (mark, "") if groups["mark"] == mark else ("", groups["mark"])
    elif decimals and not groups:
        found, of_groups = decimals["mark"], ""
    else:
        return None
    if mark and (found not in ("", mark) or of_groups == mark):
        return None
    whole, _, rest = text.rpartition(found) if found else (text, "", "")
    digits = re.sub(r"[., ]", "", whole)
    return Decimal(f"{digits}.{rest}") if rest else Decimal(digits)


def _amount_of(number: Decimal, factor: Decimal) -> Value:
    if number < 0:
        return rejected("count_negative")
    amount = number * factor
    if amount > LARGEST:
        return rejected("value_unreadable")
    return Value(int(amount) if amount == amount.to_integral_value() else float(amount))
