"""Times that a text states: quarters, months, spans of months from the year's start, days."""

from __future__ import annotations

import calendar
import dataclasses
import datetime
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from dxkit.intake.vocabulary import holds_word, is_word, starts_with_word, vocabulary
from dxkit.model.periods import Period, calendar_days, split_period_id
from dxkit.model.text import clean, fold, harmless, in_small_letters, normalise, with_late_tones
from dxkit.workbooks.cells import Cell

_NUMERALS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_ROMAN = "i ii iii iv v vi vii viii ix x xi xii"  # "x" alone stands for a month left open
_MONTHS_OF = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_LONGEST_TITLE = 100
_SHORTENED = 3  # letters of "thg"; "9th" is no span of months
_ROMAN_QUARTER = re.compile(r"(?<!\w)(IV|I{1,3})\s?[/.-]\s?((?:19|20)\d{2})(?!\d)")


@dataclass(frozen=True, slots=True)
class Stated:
    """A time that a text states. ``kind`` is ``quarter``, ``month``, ``week`` or ``months`` (the
    first so many of the year); ``year`` is None where the text gives none; ``is_all`` says that
    the text holds nothing else.
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
        if self.year is None or self.kind in ("months", "week"):
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
    numeral = r"(?P<number>[il]v|[il]{1,3}|0?[1-4])"  # an "l" may be typed for an "I"

    def both(kind: str) -> str:
        return "|".join(
            w for word in words[kind] for w in (word, with_late_tones(word), fold(word))
        )

    found: dict[str, str] = {}
    for prefix, spelt in (("folded ", fold), ("", str)):
        quarter, month, year, day, week = (
            "|".join(map(spelt, words[f"period_{kind}"]))
            for kind in ("quarter", "month", "year", "day", "week")
        )
        up_to = "|".join(map(spelt, words["up_to"]))
        between = "|".join(map(spelt, (*words["and"], *words["until"])))
        in_full = "|".join(spelt(word) for word in words["period_month"] if len(word) > _SHORTENED)
        often = "|".join(map(spelt, words["times_over"]))
        told = "|".join(map(spelt, words["told_after"]))
        found |= {
            # "12 months of 2022" is a span, "day 5 month 10" a day, "up to month 12" no month.
            f"{prefix}month": rf"(?<!\d )(?<!{day} )\b(?:{month}) ?(?P<number>1[0-2]|0?[1-9])\b"
            rf"(?:\D{{0,6}}(?P<year>(?:19|20)\d{{2}})\b)?",
            # "3 months once" is how often.
            f"{prefix}months": rf"(?<!{day} )\b(?P<number>1[0-2]|0?[2-9]) ?(?:{in_full})\b"
            rf"(?! ?\d{{1,2}}\b)(?! (?:\w+ )?(?:{often})\b)"
            rf"(?:[^\d]{{0,12}}(?P<year>(?:19|20)\d{{2}})\b)?",
            f"{prefix}month alone": rf"\A(?:.*\b(?:{told}) )?(?:{month}|t) ?"
            r"(?P<number>1[0-2]|0?[1-9])\Z(?P<year>)",
            f"{prefix}span of months": rf"\b(?:{month})[\s(:]+(?P<month>\d{{1,2}})"
            rf"(?:(?:/| (?:{year}) )(?P<year>20\d\d))?"
            rf"(?:\s*(?:[,;+-]|\u2013|{between})\s*(?:(?:{month}) )?(?P<last>\d{{1,2}}))+"
            rf"(?:\)?(?:/| (?:{year}) )(?P<last_year>20\d\d)\b|\s*(?:\Z|[);]))",
            f"{prefix}week": rf"(?P<told>\A\W*|\b(?:{told})[\s:(-]+)?(?<!\d )\b(?:{week}) "
            rf"(?P<number>\d\d?)\b{of_year}",
            f"{prefix}year": rf"\b(?:{year}) ?(?P<year>(?:19|20)\d{{2}})\b",
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
    quarter, month, year, day, until, up_to = map(
        both, ("period_quarter", "period_month", "period_year", "period_day", "until", "up_to")
    )
    of_month = rf"(?:{month}) \d{{1,2}}(?:/| (?:{year}) )"
    found |= {
        "quarter": rf"\b(?:(?:{quarter}) ?|q){numeral}\b{of_year}",
        "days": rf"(?<![\d/.-])(?P<day>\d{{1,2}})(?:[/.-]| (?:{month}) )(?P<month>\d{{1,2}})"
        rf"(?:(?:[/.-]| (?:{year}) )(?P<year>\d{{4}}))?\s*(?:[-\u2013~\u2192]|{until})\s*"
        rf"(?:[^\W\d]+ )?(?:(?:{day}) )?(?P<last_day>\d{{1,2}})(?:[/.-]| (?:{month}) )"
        rf"(?P<last_month>\d{{1,2}})(?:(?:[/.-]| (?:{year}) )(?P<last_year>\d{{4}})|(?![\w/.-]))",
        "day": rf"\b(?:{day}) (?P<day>\d{{1,2}}) (?:{month}) (?P<month>\d{{1,2}}) (?:{year}) "
        r"(?P<year>\d{4})\b",
        "up to": rf"\b(?:{up_to})[\s:]*(?:(?:[^\W\d]+:?|\d+[hg:]\d*) ){{0,2}}(?P<day>\d{{1,2}})"
        rf"(?:[/.-]| (?:{month}) )(?P<month>\d{{1,2}})"
        rf"(?:(?:[/.-]| (?:{year}) )(?P<year>\d{{4}})|(?![\w/.-]))",
        "up to month": rf"\b(?:{up_to}) (?:(?:{both('month_end')}) )?(?P<day>)(?:{month}) ?"
        rf"(?P<month>1[0-2]|0?[1-9])(?:(?: ?/ ?| (?:{year}) )(?P<year>\d{{4}})|(?![\w/.-]))",
        "since": rf"\b(?:{both('period_cumulative')})[\s:]*(?:{both('since')})[\s:]*"
        rf"(?:(?:{day}) )?(?P<day>\d{{1,2}})(?:[/.-]| (?:{month}) )(?P<month>\d{{1,2}})"
        rf"(?:(?:[/.-]| (?:{year}) )(?P<year>\d{{4}}))?",
        # A title that is a document's, told by its number and no more.
        "cited": rf"(?i)\A\W*(?:(?:{both('cited_by')}) )*(?:{both('documents')})"
        rf"(?: (?:{both('document_number')}))?:? [^\s,;:()]*\d[^\s,;:()]*"
        rf"(?: (?:{day}) \d{{1,2}})? (?:{of_month}|(?:{year}) )(?:19|20)\d\d",
        "surveyed": rf"(?i)\b(?:{both('surveys')})\b(?:(?!\b(?:{quarter}|{month})\b)[^,;:()])*?"
        rf"\b(?:{year}) (?:19|20)\d\d",
        "last year": rf"(?i)(?<=[\divx]) (?:\w{{3}} )?(?:{both('last_year')})\b",
        "compared": rf"(?i)\b(?:{both('compared')})\b ?"
        r"(?P<with>.*?)(?=[;)]| [-\u2013] |\Z)",
        "besides": rf"(?i)(?<![\divx] )(?<![\divx] \w\w\w )\b(?:{both('besides')})\b"
        r".*?(?=[;)]| [-\u2013] |\Z)",
        "by number": rf"(?i)\b(?P<of>{both('period_words')})[\s:(-]+"
        rf"(?:(?:{both('ordinal')}) )?(?P<number>[1-9]|1[0-2]|iv|i{{1,3}})"
        rf"(?=\s*(?:\Z|[),;]|[/-] ?20\d\d| (?:{both('period_year')})\b))",
        "outlook": "(?i)"
        + "".join(f"(?<!{w} )" for c in words["done"] for w in (c, fold(c)))
        + rf"\b(?:{both('outlook')})\b",
        "until": rf"\b(?:{until})(?: (?:{both('month_end')}))?\s*\Z",
    }
    return {name: re.compile(pattern) for name, pattern in found.items()}


@lru_cache(maxsize=10_000)
def stated_times(text: str, *, bare_months: bool = False) -> tuple[Stated, ...]:
    """Every quarter, span of months, month and week that a text states, in this order of kinds.

    A month counts only when it is not the end of a range or part of a day, and with its year, but
    for ``bare_months``.
    """
    key, prefix = _key_of(text)
    found: list[Stated] = []
    for kind, name in (
        ("quarter", f"{prefix}quarter"),
        ("months", f"{prefix}months"),
        ("month", f"{prefix}month"),
        ("week", f"{prefix}week"),
    ):
        for match in _patterns()[name].finditer(key):
            if kind == "month" and not (bare_months or match["year"]):
                continue
            if kind == "week" and found and match["told"] is None:
                continue  # "Quy IV (cap nhat tuan 50)"
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
    key = in_small_letters(text).replace("_", " ")
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

    a_month, a_year, a_quarter = map(any_of, ("period_month", "period_year", "period_quarter"))
    # Five is the word for a year, too, and without accents six that for "after".
    unsure = map(spelt, words["unsure_numbers"])
    unclear = [word for word in unsure if unaccented or word in words["period_year"]]
    sure = "|".join(word for word in numbers if word not in unclear)
    numbers |= {roman: str(n) for n, roman in enumerate(_ROMAN.split(), start=1)}
    roman = "|".join(sorted(set(_ROMAN.split()) - {"x"}, key=len, reverse=True))
    or_last = "" if unaccented else r"|\Z"
    of_may = rf"(?:{'|'.join(unclear)})(?= (?:{a_year}) \d{or_last})"
    each = "".join(rf"(?<!\b{spelt(w)} )" for w in words["every"])
    told = rf"\b(?P<told>{any_of('told_after')})"
    after, end = rf"(?:\A\(?|{told}[\s:(-]+)", r"(?![^\W_]|[/.-]\w)"
    a_number = r"(?:1[0-2]|0?[1-9])"
    full_year, this_year = r"(?:19|20)\d\d", r"(?P<year>20[0-4]\d)"
    short_year = r"(?P<year>(?:20)?(?:1[89]|2\d))"
    nth = {w: n for w, _, n in (entry.rpartition(" ") for entry in words["ordinals"])}
    months = {w: n for w, _, n in (entry.rpartition(" ") for entry in words["month_names"])}
    a_name = "|".join(months)
    name, day = rf"(?P<name>{a_name})\b\.?", r"(?P<day>[1-3]?\d)(?:st|nd|rd|th)?"
    comma_year = rf"(?:[\s,.]*(?=20)| ?[-/'\u2019] ?){short_year}(?![\w/])"
    to, ends = rf"\s*(?:[-\u2013~\u2192]|{any_of('until')})", r"(?=\s*(?:\Z|[);]))"
    kinds = ("numbered", "until", "period_month", "period_quarter")
    number = any_of("document_number")
    is_other = re.compile(
        rf"(?:\b(?:{'|'.join(map(any_of, kinds))})(?: {number})?|\A{number}|[,\d] ?[-\u2013]?)\Z"
    ).search

    def in_full(match: re.Match[str]) -> str:
        word_of = {"told": "", "quarter": quarter, "month": month, "year": year}
        found = ((word, match.groupdict().get(of)) for of, word in word_of.items())
        return " ".join(f"{word} {written}" for word, written in found if written)

    def named(match: re.Match[str]) -> str:
        number, written = months[match["name"]], match["year"]
        of = written and in_this_century(written)
        if in_month := match.groupdict().get("day"):
            return "/".join(filter(None, (in_month, number, of)))
        return f"{month} {number} {year} {of}" if of else f"{month} {number}"

    def at_the_end(match: re.Match[str]) -> str:
        before = match.string[: match.start()].rstrip(" (:")
        return match[0] if is_other(before) else f"{month} {match[0]}"

    of_year = (
        rf"(?=(?: ?(?:[,+\u2013-]|{any_of('until')}|{any_of('and')}) ?t?\d\d?)*"
        rf"(?: ?[/.-] ?{full_year}(?!\d)| (?:{a_year}) {full_year}))"
    )
    found: dict[str, Callable[[re.Match[str]], str]] = {
        # "2022-09-30"
        r"(?<![\d/.-])(?P<year>20\d\d)-(?P<month>[01]\d)-(?P<day>[0-3]\d)(?: 00:00:00)?(?!\d)":
            lambda match: f"{match['day']}/{match['month']}/{match['year']}",
        # "14 December 2022", "Dec 14, 2022", "September 2022", "Sep-22", "July to"
        rf"(?<![\w/.-]){day}[\s-](?:of )?{name}(?:{comma_year}|(?={to})|{ends})": named,
        rf"\b{name} {day}(?:,? {short_year}|(?={to})|{ends})(?!\w)": named,
        rf"\b{name}(?:{comma_year}|(?={to}\s*(?:{a_name})\b)|(?<=\w{{4}}){ends})": named,
        # "from 01/7/22", "quy IV/21", "4Q22"
        r"(?<![\d/.])(?P<of>[0-3]?\d[/.-][01]?\d[/.-])(?P<year>1[89]|2\d)(?!\d|[/.]\d)":
            lambda match: f"{match['of']}20{match['year']}",
        rf"\b(?P<of>(?:{a_quarter}|{a_month}|[qt])[ .]*(?:{roman}|\d\d?) ?[/-] ?)"
        rf"(?P<year>1[89]|2\d)(?=\s*(?:\Z|[),;:(]))":
            lambda match: f"{match['of']}20{match['year']}",
        rf"(?<![^\W_])(?P<number>[1-4])q[\s/.-]?{short_year}(?!\d)":
            lambda match: f"{quarter} {match['number']} {year} {in_this_century(match['year'])}",
        # "Q.3/2022", not "Q.3", a district of a city
        rf"(?<![^\W_])q[ .-]{{1,2}}(?P<number>[1-4])(?=[ ./-]{{1,3}}{full_year})":
            lambda match: f"{quarter} {match['number']}",
        # "third quarter"
        rf"\b(?P<word>{'|'.join(nth)})[\s-](?:{a_quarter})\b":
            lambda match: f"{quarter} {nth[match['word']]}",
        # "H1 2022"
        rf"(?<![^\W_])(?:h[12]|[12]h)(?=[\s/.-]*{full_year})": lambda _: f"6 {month} {year}",
        # "thang hai", "quy thu ba", but no "hai thang mot lan"
        rf"(?<![^\W_]){each}(?P<of>{a_quarter}|{a_month})[\s:-]+"
        rf"(?:(?:{any_of('ordinal')})[\s:-]+)?(?P<word>[1-4](?!\d)|{sure}|{roman}|{of_may})"
        rf"(?![^\W_]| (?:{any_of('times_over')})\b| \d\d?\b)":
            lambda match: f"{match['of']} {numbers.get(match['word'], match['word'])}",
        rf"\b(?:{any_of('half_year')})\b": lambda _: f"6 {month} {year}",
        rf"\b(?:{any_of('whole_year')})\b": lambda _: f"12 {month} {year}",
        # "ba quy dau nam"
        rf"(?<![^\W_])(?P<word>{sure}|0?[2-4])[\s-]+(?:{a_quarter})"
        rf"(?=[\s-](?:{any_of('year_start')}))":
            lambda match: f"{3 * int(numbers.get(match['word'], match['word']))} {month}",
        # "9T/2022", "9T dau nam"
        rf"(?<![^\W_])(?P<number>1[0-2]|0?[2-9])t(?: ?[/.-]? ?(?P<year>{full_year})"
        rf"|(?=[\s-](?:{any_of('year_start')}|{any_of('year_end')})))(?![^\W_])":
            lambda match: f"{match['number']} {month} {in_full(match)}".rstrip(),
        # "chin thang", and "nam thang dau nam"
        rf"(?<![^\W_])(?P<word>{sure}|(?:{'|'.join(unclear)})(?= (?:{a_month}) \w+ (?:{a_year})\b))"
        rf"[\s-]+(?:{a_month})(?![^\W_]| \d)":
            lambda match: f"{numbers[match['word']]} {month}",
        # "3 thang cuoi nam"
        rf"\b0?3[\s-](?:{a_month})[\s-](?:{any_of('year_end')})":
            lambda match: f"{quarter} 4 {year}",
        # "T7, T8, T9"
        rf"{after}(?P<of>t(?P<months>\d\d?(?:\s*[,;+\u2013-]\s*t\d\d?)+))(?![^\W_])":
            lambda match: f"{month} {match['months'].replace('t', '')}",
        # "T2/2026", "bao cao T2"
        rf"(?<![^\W_])(?:{told}:? )?th?[. ]*(?P<month>1[0-2]|0?[1-9])(?![^\W_])"
        rf"(?(told)|{of_year})": in_full,
        # "ky bao cao: 2026Q1", "202602", "2026-02"
        rf"{after}{this_year} ?[/._-]? ?(?:q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2])){end}":
            in_full,
        # "ky bao cao: 2/2026", "022026"
        rf"{after}(?P<month>1[0-2]|0?[1-9])(?: ?[/.-] ?|(?<=\d\d)){this_year}{end}": in_full,
        # "ky bao cao: 2026"
        rf"{told}[\s:(-]+(?P<year>{full_year}){end}": in_full,
        # "ky bao cao: 7-9/2026", "tu 07/2026 den 09/2026"
        rf"{after}(?P<months>{a_number}(?: ?[,;+\u2013-] ?{a_number})+)(?= ?/ ?{full_year}{end})":
            lambda match: f"{month} {match['months']}",
        rf"(?<![\w/.,-])(?P<first>{a_number}/{full_year}){to}"
        rf" ?(?P<last>{a_number}/{full_year}){end}":
            lambda match: f"{month} {match['first']} - {month} {match['last']}",
        # "bao cao chuyen doi so 02/2026"
        rf"(?<![\w/.,-])(?:1[0-2]|0?[1-9])[/-]{full_year}(?=\s*(?:\Z|[),;]))": at_the_end,
    }  # fmt: skip
    return tuple((re.compile(pattern), write) for pattern, write in found.items())


def in_this_century(year: str) -> str:
    """A year of two digits in full."""
    return year if len(year) == 4 else f"20{year}"


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


def without_besides(text: str) -> str:
    """A title without what it tells of another table or time: "(thay the bieu thang 9)", "ky truoc:
    quy III".
    """
    return _patterns()["besides"].sub("", clean(text))


def with_kind(text: str, period: Period) -> str:
    """A text in which "ky 4/2022" is the fourth period of its kind."""
    kind, most = ("month", 12) if period.kind == "month" else ("quarter", 4)
    word = vocabulary()[f"period_{kind}"][0]

    def in_full(match: re.Match[str]) -> str:
        number = _NUMERALS.get(match["number"].lower()) or int(match["number"])
        return f"{match['of']} {word} {number}" if number <= most else match[0]

    return _patterns()["by number"].sub(in_full, text) if period.kind == kind else text


@lru_cache(maxsize=10_000)
def own_words(text: str, period: Period) -> str:
    """A title without what its figures are compared with, the documents it cites by their year, and
    its outlook where it tells a time before: "quy IV, phuong huong quy I/2023", "9 thang, nhiem vu
    quy IV"; "last year" is told by its number. What may be a year
    ago stays: of the period without its year, before an outlook on anything but what comes next.
    """
    own, is_month = with_kind(without_compared(text), period), period.kind == "month"
    year, _, number = split_period_id(period.id)
    own = _patterns()["last year"].sub(f" {vocabulary()['period_year'][0]} {year - 1}", own)
    own = _patterns()["cited"].sub("", own)
    if not starts_with_word("told_after", own):  # figures of a survey are of its year
        own = _patterns()["surveyed"].sub("", own)
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


def month_alone(text: str, period: Period) -> Stated | None:
    """The month without a year that a title is, or ends with after "report" and the like."""
    key, prefix = _key_of(own_words(text, period))
    match = _patterns()[f"{prefix}month alone"].match(key)
    return _stated("month", match, False) if match else None


def other_times(cells: Iterable[Cell], period: Period) -> list[tuple[Cell, Stated]]:
    """The titles among some cells that state a time which is not the period's, each with that
    time. Times of the period's kind go before others.
    """
    texts = [cell for cell in cells if isinstance(cell.value, str)]
    in_row = Counter(cell.row for cell in texts)
    stated = (_others_in(cell.text, period, in_row[cell.row] == 1) for cell in texts)
    found = ((cell, next(iter(times), None)) for cell, times in zip(texts, stated, strict=True))
    return [(cell, time) for cell, time in found if time is not None]


def _others_in(text: str, period: Period, is_alone: bool) -> Iterable[Stated]:
    """The other times that a title states. What ``is_alone`` in its row may state by an end or a
    year alone, and that figures are planned, if it says no more: not "Cac xa thanh lap nam 2021".
    """
    planned = starts_with_word("of_other_titles", text) if is_alone else ""
    if planned and tells_only_time(normalise(text).removeprefix(planned)):
        return (Stated("days", 0, None),)
    ways = (titled_times(way, period) for way in dict.fromkeys((without_besides(text), text)))
    if stated := next(filter(None, ways), ()):
        return (time for time in of_kind(stated, period) if not time.fits(period))
    month = month_alone(text, period)
    if month is not None:
        return () if month.fits(period) else (month,)
    is_title = starts_with_word("told_after", text) and tells_only_time(text.split()[-1])
    is_alone &= bool(is_title) or tells_only_time(text)
    said = (time_alone(text) or text) if is_alone else text
    days, is_other = other_days(said, period), is_word("of_other_sheets", text)
    is_other |= days is not None and (is_alone or days.is_span)
    if is_alone and not is_other:
        years = stated_years(own_words(said, period), period.year + 1)
        is_other = bool(years and period.year not in years)
    return (Stated("days", 0, None),) if is_other else ()


@lru_cache(maxsize=1)
def _words_of_time() -> frozenset[str]:
    kinds = ("told_after", "period_day", "period_week", "period_month", "period_quarter",
             "period_year", "up_to", "until", "since", "month_end")  # fmt: skip
    words = (word for kind in kinds for word in vocabulary()[kind])
    return frozenset([*_NUMERALS, *(part for word in words for part in fold(word).split())])


def tells_only_time(text: str) -> bool:
    """Whether a text holds a time of figures and no other word: "So lieu den 30/9/2022"."""
    words = fold(in_figures(text)).split()
    return all(word in _words_of_time() or not word.isalpha() for word in words)


def tells_time(text: str, period: Period) -> bool:
    """Whether a title tells whose time its figures are: a time, "ky nay", "ky truoc"."""
    is_told = is_word("this_period_labels", text) or is_word("of_other_sheets", text)
    is_told = is_told or stated_days(own_words(text, period), period.last_day) is not None
    return bool(is_told or titled_times(text, period) or month_alone(text, period))


def of_kind(stated: Collection[Stated], period: Period) -> Collection[Stated]:
    """The times of the period's kind among some, and weeks; all where none is."""
    return [time for time in stated if time.kind in (period.kind, "week")] or stated


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


class OtherDays(NamedTuple):
    """Days that a title states and that are not the period's: a span, or the end of one that may
    have begun whenever. A span that ends in the period ``goes_back`` before it.
    """

    told: str
    is_span: bool
    goes_back: bool = False


_LONGER = 1.5  # times a period, or its part: days that are not its own
_A_MONTH = datetime.timedelta(days=30)


def other_days(text: str, period: Period) -> OtherDays | None:
    """The days that a title states where these are not the period's: a span that begins well before
    the period it ends in, is much shorter, or whose middle is not in the period, an end before its
    middle or half its length after it. Things are counted once in a year, within a month or at a
    day. None where it states none, or the period's.
    """
    own, length = own_words(text, period), period.last_day - period.first_day
    days, end = stated_days(own, period.last_day), stated_end(own, period.last_day)
    is_year = period.kind == "year"
    if days is None:
        earliest = period.first_day + length * (0 if is_year else 1) / 2
        is_own = end is None or earliest <= end <= period.last_day + length / 2
        return None if is_own else OtherDays(str(end), False)
    span, middle = days[1] - days[0], days[0] + (days[1] - days[0]) / 2
    is_long = span > _LONGER * length
    is_short = (_A_MONTH if is_year else datetime.timedelta(-1)) < span < length / _LONGER
    if not is_long and not is_short and period.first_day <= middle <= period.last_day:
        return None
    goes_back = is_long and period.first_day <= days[1] <= period.last_day
    return OtherDays(" … ".join(map(str, days)), True, goes_back)


def stated_days(text: str, near: datetime.date) -> tuple[datetime.date, datetime.date] | None:
    """The first and the last day of a span that a text states: "15/6 - 14/9/2022", "tu dau nam
    den 14/9/2022"; without a year, of the one that ends next to the day that it is ``near``.
    """
    key = in_figures(text)
    prefix = "folded " if key.isascii() else ""
    if months := _patterns()[f"{prefix}span of months"].search(key):
        opening, closing = int(months["month"]), int(months["last"])
        if {opening, closing} <= {*range(1, 13)}:
            year = int(months["last_year"] or 0) or _next_to(near, closing, 28).year
            begins = int(months["year"] or 0) or year - (opening > closing)
            (opens, _), (_, closes) = (
                calendar_days(f"{of}-{number:02d}")
                for of, number in ((begins, opening), (year, closing))
            )
            if opens < closes and opening != closing:
                return opens, closes
    match = _patterns()["days"].search(key)
    if match is None:
        until = stated_end(text, near) if holds_word("year_start", text) else None
        return (until.replace(month=1, day=1), until) if until else None
    last = _day_of(match["last_year"], match["last_month"], match["last_day"], near)
    first = last and _day_of(match["year"], match["month"], match["day"], last)
    if first and last and first > last and not match["year"]:
        first = _day_of(str(last.year - 1), match["month"], match["day"], last)
    return (first, last) if first and last and first <= last else None


def stated_end(text: str, near: datetime.date) -> datetime.date | None:
    """The day up to which a text says that it counts: "tinh den ngay 31/3/2026", "den thang 3";
    without a year that next to the day that it is ``near``.
    """
    return _day_in(text, ("up to", "up to month"), near)


def stated_start(text: str, near: datetime.date) -> datetime.date | None:
    """The day since which a text says that it adds up: "luy ke tu 15/9/2022"."""
    return _day_in(text, ("since",), near)


def _day_in(text: str, patterns: Sequence[str], near: datetime.date) -> datetime.date | None:
    """The day that the first of the patterns finds, the last of a month without one."""
    key = in_figures(text)
    match = next(filter(None, (_patterns()[name].search(key) for name in patterns)), None)
    if match is None or match["day"]:
        return _day_of(match["year"], match["month"], match["day"], near) if match else None
    year = int(match["year"] or _next_to(near, int(match["month"]), 28).year)
    return calendar_days(f"{year}-{int(match['month']):02d}")[1]


_ALONE = re.compile(
    r"\(?(?:[^\W\d]+:? )*(?:(?P<day>\d\d?[/.-]\d\d?[/.-]20\d\d)|(?P<year>20[0-4]\d))\)?\Z"
)


def time_alone(text: str) -> str:
    """A text that is a day or a year and nothing else, with the words of one that figures are of:
    "den 30/9/2022", "nam 2021"; nothing where it is none.
    """
    key = in_figures(text)
    found = _ALONE.match(key.strip(" :"))
    if found is None or not tells_only_time(text):
        return ""
    return " ".join((vocabulary()["up_to" if found["day"] else "period_year"][0], clean(text)))


_START = re.compile(
    r"(?:(?P<day>\d{1,2})(?:\s*[-–]\s*\d{1,2})?/)?(?:(?P<month>\d{1,2})/)?(?P<year>(?:19|20)\d\d)\b"
)
_BRACKETS = re.compile(r"\([^)]*\)")


def start_days(text: str) -> tuple[datetime.date | None, datetime.date | None]:
    """The first and the last day on which something dated so may have begun.

    "07/9/2023" is one day, "06/2022" a month, "2022" a year; of a span ("12/2021-2023") its start;
    what stands in brackets is a remark. (None, None) when no year is named or the date is none.
    """
    found = _START.search(_BRACKETS.sub(" ", text))
    if found is None:
        return None, None
    year = int(found["year"])
    day, month = found["day"], found["month"]
    if month is None:
        day, month = None, day
    try:
        if month is None:
            return datetime.date(year, 1, 1), datetime.date(year, 12, 31)
        first = datetime.date(year, int(month), int(day or 1))
    except ValueError:
        return None, None
    if day is not None:
        return first, first
    return first, first.replace(day=calendar.monthrange(year, first.month)[1])


def _day_of(year: str | None, month: str, day: str, near: datetime.date) -> datetime.date | None:
    try:
        if year is None:
            return _next_to(near, int(month), int(day))
        return datetime.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _next_to(near: datetime.date, month: int, day: int) -> datetime.date:
    """The day of a month that is next to another day."""
    days = [datetime.date(near.year + years, month, day) for years in (-1, 0, 1)]
    return min(days, key=lambda found: abs(found - near))


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


def without_code(name: str) -> str:
    """The name of a file without the code of its sender before it."""
    return _CODE.sub("", name.replace("_", " ").strip())


def time_in_name(name: str) -> Stated | None:
    """The quarter, the months from the year's start on or the month in the name of a file or sheet,
    where accents are often left out.
    """
    text = without_code(name)
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
    near = datetime.date.min  # it has its year
    return _day_of(match["year"], match["month"], match["day"], near) if match else None


def _stated(kind: str, match: re.Match[str], is_all: bool) -> Stated:
    groups = match.groupdict()
    written = groups.get("number") or ""
    number = _NUMERALS.get(written.lstrip("0").replace("l", "i")) or int(written)
    year = int(match["year"]) if match["year"] else None
    return Stated(kind, number, year, is_all)
