"""Times that a text states: quarters, months, spans of months from the year's start, days."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

from dxkit.intake.vocabulary import holds_word, vocabulary
from dxkit.model.periods import Period, calendar_days, split_period_id
from dxkit.model.text import clean, fold, harmless, in_small_letters, normalise
from dxkit.workbooks.cells import Cell

_NUMERALS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_ROMAN = "i ii iii iv v vi vii viii ix x xi xii"  # "x" alone stands for a month left open
_MONTHS_OF = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_LONGEST_TITLE = 100
_ROMAN_QUARTER = re.compile(r"(?<!\w)(IV|I{1,3})\s?[/.-]\s?((?:19|20)\d{2})(?!\d)")


@dataclass(frozen=True, slots=True)
class Stated:
    """A time that a text states. ``kind`` is ``quarter``, ``month`` or ``months`` (the first so
    many of the year); ``year`` is None where the text gives none; ``is_all`` says that the text
    holds nothing else.
    """

    kind: str
    number: int
    year: int | None
    is_all: bool = False

    def fits(self, period: Period) -> bool:
        """Whether the period may be meant; a span of months fits the period at its end, a month
        its year, in which things are counted once.
        """
        year, kind, number = split_period_id(period.id)
        if self.year not in (None, year):
            return False
        if self.kind == "months":
            return self.number == max(number, 1) * _MONTHS_OF.get(kind, 0)
        return (self.kind, self.number) == (kind, number) or (self.kind, kind) == ("month", "year")

    def goes_back(self, period: Period) -> bool:
        """Whether it is a span of more months than the period has."""
        return self.kind == "months" and self.number > _MONTHS_OF.get(period.kind, 0)

    def told(self, text: str) -> str:
        """The time as an identifier; in the words of the text that states it where it gives no
        year, or a span.
        """
        if self.year is None or self.kind == "months":
            return harmless(clean(text), _LONGEST_TITLE)
        number = f"Q{self.number}" if self.kind == "quarter" else f"{self.number:02d}"
        return f"{self.year}-{number}"

    def against(self, period: Period, text: str) -> dict[str, object]:
        """What is told of a time, stated by a text, that is another than the period's."""
        return {"stated": self.told(text), "expected": period.id}


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    words = vocabulary()
    of_year = r"(?:\D{0,8}(?P<year>(?:19|20)\d{2})\b)?"
    numeral = r"(?P<number>iv|i{1,3}|0?[1-4])"
    found: dict[str, str] = {}
    for prefix, spelt in (("folded ", fold), ("", str)):
        quarter, month, year, day, until = (
            "|".join(map(spelt, words[key]))
            for key in ("period_quarter", "period_month", "period_year", "period_day", "until")
        )
        up_to = "|".join(map(spelt, words["up_to"]))
        between = "|".join(map(spelt, (*words["and"], *words["until"])))
        found |= {
            # "12 months of 2022" is a span, "day 5 month 10" a day, "up to month 12" no month.
            f"{prefix}month": rf"(?<!\d )(?<!{day} )\b(?:{month}) ?(?P<number>1[0-2]|0?[1-9])\b"
            rf"(?:\D{{0,6}}(?P<year>(?:19|20)\d{{2}})\b)?",
            f"{prefix}months": rf"(?<!{day} )\b(?P<number>1[0-2]|0?[2-9]) (?:{month})\b(?! ?\d)"
            rf"(?:[^\d]{{0,12}}(?P<year>(?:19|20)\d{{2}})\b)?",
            f"{prefix}span of months": rf"\b(?:{month}) (?P<month>\d{{1,2}})"
            rf"(?:\s*(?:[,-]|\u2013|{between})\s*(?:(?:{month}) )?(?P<last>\d{{1,2}}))+"
            rf"(?:/| (?:{year}) )(?P<year>20\d\d)\b",
            f"{prefix}year": rf"\b(?:{year}) (?P<year>(?:19|20)\d{{2}})\b",
            f"{prefix}plan": rf"\b(?:(?:{up_to}) (?:{year})|(?:{year}) (?:19|20)\d{{2}})"
            r" (?P<last>(?:19|20)\d{2})\b",
            # A letter is dated, its day often left open: "day … month 4 year 2026".
            f"{prefix}letter": rf"\b(?:{day})(?: \d{{1,2}})? (?:{month})(?: \d{{1,2}})?"
            rf" (?:{year}) \d{{4}}\b",
        }
        if spelt is fold:
            found |= {
                "folded quarter": rf"(?<![^\W_])(?:(?:{quarter}) ?|q){numeral}(?![^\W_]){of_year}",
                "folded month in a name": rf"(?<![^\W_])(?:{month}|t(?= ?[01]\d)) ?"
                rf"(?P<number>1[0-2]|0?[1-9])(?!\d)(?:\D{{1,6}}(?P<year>20\d{{2}})\b)?",
            }
    found |= {
        "quarter": rf"\b(?:(?:{quarter}) ?|q){numeral}\b{of_year}",
        "days": rf"(?P<day>\d{{1,2}})(?:[/.-]| (?:{month}) )(?P<month>\d{{1,2}})"
        rf"(?:(?:[/.-]| (?:{year}) )(?P<year>\d{{4}}))?\s*(?:[-\u2013~\u2192]|{until})\s*"
        rf"(?:[^\W\d]+ )?(?:(?:{day}) )?(?P<last_day>\d{{1,2}})(?:[/.-]| (?:{month}) )"
        rf"(?P<last_month>\d{{1,2}})(?:[/.-]| (?:{year}) )(?P<last_year>\d{{4}})",
        "day": rf"\b(?:{day}) (?P<day>\d{{1,2}}) (?:{month}) (?P<month>\d{{1,2}}) (?:{year}) "
        r"(?P<year>\d{4})\b",
        "up to": rf"\b(?:{up_to})\s*(?:(?:[^\W\d]+|\d+[hg:]\d*) ){{0,2}}"
        rf"(?P<day>\d{{1,2}})"
        rf"(?:[/.-]| (?:{month}) )(?P<month>\d{{1,2}})(?:[/.-]| (?:{year}) )(?P<year>\d{{4}})",
        "compared": rf"(?i)\b(?:{'|'.join(w for c in words['compared'] for w in (c, fold(c)))})\b"
        r" ?(?P<with>.*?)(?=[;)]| [-\u2013] |\Z)",
        "outlook": "(?i)"
        + "".join(f"(?<!{w} )" for c in words["done"] for w in (c, fold(c)))
        + rf"\b(?:{'|'.join(w for c in words['outlook'] for w in (c, fold(c)))})\b",
        "until": rf"\b(?:{until})\s*\Z",
    }
    return {name: re.compile(pattern) for name, pattern in found.items()}


@lru_cache(maxsize=10_000)
def stated_times(text: str, *, bare_months: bool = False) -> tuple[Stated, ...]:
    """Every quarter, span of months and month that a text states, in this order of kinds.

    A month counts only when it is not the end of a range or part of a day, and with its year, but
    for ``bare_months``.
    """
    key, prefix = _key_of(text)
    found = []
    for kind, name in (
        ("quarter", f"{prefix}quarter"),
        ("months", f"{prefix}months"),
        ("month", f"{prefix}month"),
    ):
        for match in _patterns()[name].finditer(key):
            if kind == "month" and not (bare_months or match["year"]):
                continue
            if kind == "month" and _patterns()["until"].search(key[: match.start()]):
                continue
            found.append(_stated(kind, match, match[0] == key))
    found += [
        Stated("quarter", _NUMERALS[match[1].lower()], int(match[2]), False)
        for match in _ROMAN_QUARTER.finditer(text)
    ]
    return tuple(found)


@lru_cache(maxsize=10_000)
def in_figures(text: str) -> str:
    """A text in small letters that has its quarters and months in words as figures ("thang hai",
    "chin thang"), and those in figures alone with their word ("T2/2026", "ky bao cao: 202602").
    """
    key = in_small_letters(text)
    for pattern, write in _writings(key.isascii()):
        key = pattern.sub(write, key)
    return key


@lru_cache(maxsize=2)
def _writings(
    unaccented: bool,
) -> tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...]:
    """The ways to write a time that are made one, each with what is written for it."""
    words = vocabulary()
    spelt = fold if unaccented else str
    numbers = {spelt(w): n for w, _, n in (entry.rpartition(" ") for entry in words["numbers"])}
    month, year = spelt(words["period_month"][0]), spelt(words["period_year"][0])
    quarter = spelt(words["period_quarter"][0])

    def any_of(kind: str) -> str:
        return "|".join(spelt(word).replace(" ", r"[\s-]") for word in words[kind])

    # Five is the word for a year, too, and without accents six that for "after".
    unclear = [word for word, n in numbers.items() if n in ("5", "6")[: 1 + unaccented]]
    sure = "|".join(word for word in numbers if word not in unclear)
    numbers |= {roman: str(n) for n, roman in enumerate(_ROMAN.split(), start=1)}
    roman = "|".join(sorted(set(_ROMAN.split()) - {"x"}, key=len, reverse=True))
    or_last = "" if unaccented else r"|\Z"
    of_may = rf"(?:{'|'.join(unclear)})(?= {year} \d{or_last})"
    each = "".join(rf"(?<!\b{spelt(w)} )" for w in words["every"])
    told = rf"\b(?P<told>{any_of('told_after')})"
    after, end = rf"(?:\A\(?|{told}[\s:(-]+)", r"(?![^\W_]|[/.-]\w)"
    full_year, this_year = r"(?:19|20)\d\d", r"(?P<year>20[0-4]\d)"
    kinds = ("numbered", "until", "period_month", "period_quarter")
    number = any_of("document_number")
    is_other = re.compile(
        rf"(?:\b(?:{'|'.join(map(any_of, kinds))})(?: {number})?|\A{number}|[,\d] ?[-\u2013]?)\Z"
    ).search

    def in_full(match: re.Match[str]) -> str:
        word_of = {"told": "", "quarter": quarter, "month": month, "year": year}
        found = ((word, match.groupdict().get(of)) for of, word in word_of.items())
        return " ".join(f"{word} {written}" for word, written in found if written)

    def at_the_end(match: re.Match[str]) -> str:
        before = match.string[: match.start()].rstrip(" (:")
        return match[0] if is_other(before) else f"{month} {match[0]}"

    of_year = rf"(?=(?: ?[,\u2013-] ?t?\d\d?)* ?[/.-] ?{full_year}(?!\d)| {year} {full_year})"
    found: dict[str, Callable[[re.Match[str]], str]] = {
        # "quy IV/21"
        rf"\b(?P<of>(?:{any_of('period_quarter')}|{month}|[qt]) ?(?:{roman}|\d\d?) ?/ ?)"
        rf"(?P<year>1[89]|2\d)(?=\s*(?:\Z|[),;:(]))":
            lambda match: f"{match['of']}20{match['year']}",
        # "thang hai", but no "hai thang mot lan"
        rf"(?<![^\W_]){each}(?P<of>{any_of('period_quarter')}|{month})[\s:-]+"
        rf"(?P<word>{sure}|{roman}|{of_may})(?![^\W_]| (?:{any_of('times_over')})\b| \d\d?\b)":
            lambda match: f"{match['of']} {numbers[match['word']]}",
        rf"\b(?:{any_of('half_year')})\b": lambda _: f"6 {month} {year}",
        rf"\b(?:{any_of('whole_year')})\b": lambda _: f"12 {month} {year}",
        # "ba quy dau nam"
        rf"(?<![^\W_])(?P<word>{sure}|0?[2-4])[\s-]+(?:{any_of('period_quarter')})"
        rf"(?=[\s-](?:{any_of('year_start')}))":
            lambda match: f"{3 * int(numbers.get(match['word'], match['word']))} {month}",
        # "9T/2022", "9T dau nam"
        rf"(?<![^\W_])(?P<number>1[0-2]|0?[2-9])t(?: ?[/.-]? ?(?P<year>{full_year})"
        rf"|(?=[\s-](?:{any_of('year_start')}|{any_of('year_end')})))(?![^\W_])":
            lambda match: f"{match['number']} {month} {in_full(match)}".rstrip(),
        # "chin thang", and "nam thang dau nam"
        rf"(?<![^\W_])(?P<word>{sure}|(?:{'|'.join(unclear)})(?= {month} \w+ {year}\b))"
        rf"[\s-]+{month}(?![^\W_]| \d)":
            lambda match: f"{numbers[match['word']]} {month}",
        # "3 thang cuoi nam"
        rf"\b0?3[\s-]{month}[\s-](?:{any_of('year_end')})":
            lambda match: f"{quarter} 4 {year}",
        # "T2/2026", "bao cao T2"
        rf"(?<![^\W_])(?:{told}:? )?t\.? ?(?P<month>1[0-2]|0?[1-9])(?![^\W_])"
        rf"(?(told)|{of_year})": in_full,
        # "ky bao cao: 2026Q1", "202602", "2026-02"
        rf"{after}{this_year} ?[/._-]? ?(?:q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2])){end}":
            in_full,
        # "ky bao cao: 2/2026", "022026"
        rf"{after}(?P<month>1[0-2]|0?[1-9])(?: ?[/.-] ?|(?<=\d\d)){this_year}{end}": in_full,
        # "ky bao cao: 2026"
        rf"{told}[\s:(-]+(?P<year>{full_year}){end}": in_full,
        # "bao cao chuyen doi so 02/2026"
        rf"(?<![\w/.,-])(?:1[0-2]|0?[1-9])[/-]{full_year}(?=\s*(?:\Z|[),;]))": at_the_end,
    }  # fmt: skip
    return tuple((re.compile(pattern), write) for pattern, write in found.items())


def _key_of(text: str) -> tuple[str, str]:
    """A text without the day of a letter, and what begins the names of the patterns for it: those
    without accents where it has none.
    """
    key = _patterns()["letter"].sub("", normalise(in_figures(text)))
    return (_patterns()["folded letter"].sub("", key), "folded ") if key.isascii() else (key, "")


def without_compared(text: str) -> str:
    """A title without what its figures are compared with, "quy IV (so voi quy III)"; what is
    planned is of the same time, "so voi ke hoach quy IV".
    """
    planned = tuple(map(fold, vocabulary()["planned"]))
    return _patterns()["compared"].sub(
        lambda match: match[0] if fold(match["with"]).startswith(planned) else "", clean(text)
    )


def own_words(text: str, period: Period) -> str:
    """A title without what its figures are compared with, and without its outlook where it tells a
    time before: "quy IV, phuong huong quy I/2023", "9 thang, nhiem vu quy IV". What may be a year
    ago stays: of the period without its year, before an outlook on anything but what comes next.
    """
    own, is_month = without_compared(text), period.kind == "month"
    year, _, number = split_period_id(period.id)
    is_last = number in (0, 12 if is_month else 4)
    follows = (year + 1, 1) if is_last else (year, number + 1)
    for outlook in _patterns()["outlook"].finditer(own):
        before, after = own[: outlook.start()], own[outlook.start() :]
        told = of_kind(stated_times(before, bare_months=is_month), period)
        years = stated_years(before)
        if not all(t.fits(period) for t in told) or (years and max(years) < year):
            return before
        later = stated_times(after, bare_months=is_month)
        is_next = {t.year for t in later if t.year} | {*stated_years(after)} <= {follows[0]}
        is_next &= all(t.number == follows[1] for t in later if t.kind == period.kind)
        if (told and (is_next or any(t.year for t in told))) or (number == 0 and year in years):
            return before
    return own


def titled_times(text: str, period: Period) -> tuple[Stated, ...]:
    """The times that a title states of its own figures, among periods of months months without a
    year as well.
    """
    return stated_times(own_words(text, period), bare_months=period.kind == "month")


def other_times(cells: Iterable[Cell], period: Period) -> list[tuple[Cell, Stated]]:
    """The titles among some cells that state a time which is not the period's, each with that
    time. Times of the period's kind go before others.
    """
    found = []
    for cell in cells:
        stated = titled_times(cell.text, period) if isinstance(cell.value, str) else ()
        others = [time for time in of_kind(stated, period) if not time.fits(period)]
        found += [(cell, time) for time in others[:1]]
    return found


def of_kind(stated: Collection[Stated], period: Period) -> Collection[Stated]:
    """The times of the period's kind among some; all where none is."""
    return [time for time in stated if time.kind == period.kind] or stated


_SHORT = 4  # words of a text that holds a month and nothing else
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_MONTH = re.compile(r"t ?(1[0-2]|0?[1-9])\Z", re.IGNORECASE)


def names_period(text: str, period: Period) -> bool | None:
    """Whether a text that names one time names the period (True) or another (False); None for a
    text that names none, several, or only the year that the period lies in.
    """
    text = clean(text)
    if stated_day(text):
        return None
    years = {int(year) for year in _YEAR.findall(text)}
    year, kind, _ = split_period_id(period.id)
    if len(years) > 1:
        return None
    if written := _MONTH.match(text):
        return Stated("month", int(written[1]), None).fits(period)
    stated = {(time.kind, time.number): time for time in stated_times(text)}
    named = time_in_name(text) if not stated and len(text.split()) <= _SHORT else None
    times = [*stated.values(), *([named] if named and named.kind == "month" else [])]
    times = [time for time in times if time.kind == "quarter"] or times
    if len(times) > 1:
        return None
    if times:
        of_year = dataclasses.replace(times[0], year=times[0].year or next(iter(years), None))
        return of_year.fits(period)
    is_year = text.isdigit() or bool(stated_years(text))
    if not is_year or (kind != "year" and years == {year}):
        return None
    return years == {year} if years else None


def stated_days(text: str) -> tuple[datetime.date, datetime.date] | None:
    """The first and the last day of a span that a text states: "15/6 - 14/9/2022", "tu dau nam
    den 14/9/2022".
    """
    match = _patterns()["days"].search(clean(text).casefold())
    key = in_figures(text)
    prefix = "folded " if key.isascii() else ""
    if months := _patterns()[f"{prefix}span of months"].search(key):
        begin, end = int(months["month"]), int(months["last"])
        if 1 <= begin < end <= 12:
            (opens, _), (_, closes) = (
                calendar_days(f"{months['year']}-{number:02d}") for number in (begin, end)
            )
            return opens, closes
    if match is None:
        until = stated_end(text) if holds_word("year_start", text) else None
        return (until.replace(month=1, day=1), until) if until else None
    last_year = int(match["last_year"])
    try:
        first = datetime.date(
            int(match["year"] or last_year), int(match["month"]), int(match["day"])
        )
        last = datetime.date(last_year, int(match["last_month"]), int(match["last_day"]))
    except ValueError:
        return None
    return (first, last) if first <= last else None


def stated_end(text: str) -> datetime.date | None:
    """The day up to which a text says that it counts: "tinh den ngay 31/3/2026"."""
    match = _patterns()["up to"].search(clean(text).casefold())
    return _day(match) if match else None


def stated_years(text: str, after: int = 0) -> tuple[int, ...]:
    """The years that a text states by themselves, in no day; without those of a plan that goes on
    ``after`` a year: "den nam 2030", "5 nam 2026-2030".
    """
    key, prefix = _key_of(text)
    if after:
        plan = _patterns()[f"{prefix}plan"]
        key = plan.sub(lambda m: m[0] if int(m["last"]) <= after else "", key)
    return tuple(int(match["year"]) for match in _patterns()[f"{prefix}year"].finditer(key))


def named_quarter(text: str) -> Stated | None:
    """The first quarter that a label or a title states."""
    return next((stated for stated in stated_times(text) if stated.kind == "quarter"), None)


_CODE = re.compile(r"\A(?!(?:19|20)\d\d[-. ])\d{3,}[-. ]+")  # of a sender
_MONTH_BEHIND = re.compile(r"(?<=[-. ])((?:19|20)\d\d)[-. ]?(0[1-9]|1[0-2])\Z")


def time_in_name(name: str) -> Stated | None:
    """The quarter, the months from the year's start on or the month in the name of a file or sheet,
    where accents are often left out.
    """
    text = _CODE.sub("", name.replace("_", " ").strip())
    if at := _ROMAN_QUARTER.search(text):
        return Stated("quarter", _NUMERALS[at[1].casefold()], int(at[2]))
    if at := _MONTH_BEHIND.search(text):
        return Stated("month", int(at[2]), int(at[1]))
    key = fold(in_figures(text))
    for kind in ("quarter", "months", "month in a name"):
        if at := _patterns()[f"folded {kind}"].search(key):
            return _stated(kind.split()[0], at, False)
    return None


def stated_day(text: str) -> datetime.date | None:
    """The day that a text states as letters do: "ngay 05 thang 10 nam 2022"."""
    match = _patterns()["day"].search(normalise(text))
    return _day(match) if match else None


def _day(match: re.Match[str]) -> datetime.date | None:
    try:
        return datetime.date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return None


def _stated(kind: str, match: re.Match[str], is_all: bool) -> Stated:
    groups = match.groupdict()
    written = groups.get("number") or ""
    number = _NUMERALS.get(written.lstrip("0")) or int(written)
    year = int(match["year"]) if match["year"] else None
    return Stated(kind, number, year, is_all)
