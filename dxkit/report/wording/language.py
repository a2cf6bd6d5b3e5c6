"""How a thing is said: texts by key and language, and numbers only as facts.

Texts are in ``wording/<language>/<section>.toml``. A key ``claim.rank`` is the entry ``rank`` of
``claim.toml``. A placeholder ``{name}`` takes a Fact, text, or markup; a bare number is refused,
so no number reaches a reader without its source.
"""

from __future__ import annotations

import datetime
import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import LiteralString

from markupsafe import Markup, escape

from dxkit.model.choices import check_names
from dxkit.model.facts import Fact, UnitOfMeasure, as_written
from dxkit.model.keys import Words
from dxkit.model.periods import Period, split_period_id
from dxkit.model.text import slug
from dxkit.model.units import Unit

Filling = Fact | str | Markup

_FORMATTER = string.Formatter()

SIGNS = {
    "doubtful": "*", "elsewhere": "†", "weighted": "≈", "partial": "‡", "assumed": "§",
    "explained": "‖", "revised": "ʳ",
}  # fmt: skip
"""The signs behind numbers with a reservation; the page's style sheet sets them."""
IN_SENTENCES = ("doubtful", "elsewhere", "weighted", "revised")
"""Those that a sentence shows, too: the others it tells in words, or a table beside it does."""
NO_MARKS: frozenset[str] = frozenset()


class _Sections(Mapping[str, Mapping[str, str]]):
    """The texts in a folder, by section: each is read when it is first asked for, since a command
    says little, and all take longer than what a run does in which nothing has changed.
    """

    def __init__(self, folder: Path) -> None:
        self._files = {path.stem: path for path in sorted(folder.glob("*.toml"))}
        self._read: dict[str, Mapping[str, str]] = {}

    def __getitem__(self, name: str) -> Mapping[str, str]:
        if name not in self._read:
            self._read[name] = tomllib.loads(self._files[name].read_text("utf-8"))
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


class Language:
    """The words of one language. Use ``load_language``."""

    def __init__(self, code: str, sections: Mapping[str, Mapping[str, str]]) -> None:
        self.code = code
        self.sections = sections
        number = sections["number"]
        self._decimal_mark = number["decimal_mark"]
        self._group_mark = number["group_mark"]
        self._minus = number["minus"]
        self._percent = number["percent"]

    # numbers -----------------------------------------------------------------------------

    def number(
        self, fact: Fact, *, signless: bool = False, signed: bool = False, bare: bool = False
    ) -> str:
        """A fact as a reader sees it: rounded half up, in this language's marks ("45,6%").

        ``signless`` drops the sign, for sentences whose verb already says the direction;
        ``signed`` writes a plus, for tables of differences; ``bare`` leaves the "%" to the heading
        of a column. A missing fact gives the words of its reason.
        """
        if not isinstance(fact, Fact):
            raise TypeError(f"a number enters text only as a Fact, not {fact!r}")
        if fact.value is None:
            return self.plain(f"number.{fact.missing}")
        if fact.unit is UnitOfMeasure.DATE:
            return self.day(datetime.date.fromordinal(int(fact.value)))
        rounded = abs(as_written(fact)) if signless else as_written(fact)
        text = f"{rounded:,f}".replace(",", "\0").replace(".", self._decimal_mark)
        text = text.replace("\0", self._group_mark).replace("-", self._minus)
        if signed and rounded > 0:
            text = f"+{text}"
        return text + self._percent if fact.unit is UnitOfMeasure.SHARE and not bare else text

    def marks(self, fact: Fact) -> frozenset[str]:
        """Which of ``SIGNS`` a fact has; none but on a page."""
        return NO_MARKS

    def fact(
        self, fact: Fact, *, signless: bool = False, signed: bool = False, bare: bool = False
    ) -> Markup:
        """A fact as an element that carries its unrounded value, its key and its reservations."""
        text = self.number(fact, signless=signless, signed=signed, bare=bare)
        if fact.value is None:
            return element('<span class="missing">{}</span>', text)
        names = " ".join(["fact", *sorted(self.marks(fact))])
        return element(
            '<data class="{}" value="{}" data-fact="{}">{}</data>',
            names, repr(fact.value), str(fact.key), text,
        )  # fmt: skip

    def mark(self, number: float, *, share: bool) -> Markup:
        """A mark on a scale, which is no result: "100%", or "7.5" where it is of no shares."""
        text = f"{100 * number if share else number:g}{'%' if share else ''}"
        text = text.replace(".", self._decimal_mark).replace("-", self._minus)
        return Markup('<span class="scale">{}</span>').format(text)

    # texts -------------------------------------------------------------------------------

    def template(self, key: str) -> str:
        """The text behind a key; raises KeyError when there is none."""
        section, _, name = key.partition(".")
        return self.sections[section][name]

    def placeholders(self, key: str) -> frozenset[str]:
        """The names of a text's placeholders, without their ``:abs``."""
        parsed = _FORMATTER.parse(self.template(key))
        return frozenset(name for _, name, _, _ in parsed if name)

    def text(self, key: str, /, **values: Filling) -> Markup:
        """A text for the page: facts become traceable elements, strings are escaped.

        ``{change:abs}`` in the text drops the sign of the fact ``change``.
        """
        return Markup("".join(map(escape, self._pieces(key, values, plain=False))))

    def plain(self, key: str, /, **values: Filling) -> str:
        """The same text without markup, for alt texts and the command line."""
        return "".join(str(piece) for piece in self._pieces(key, values, plain=True))

    def _pieces(self, key: str, values: Mapping[str, Filling], *, plain: bool) -> list[str]:
        pieces: list[str] = []
        for literal, name, specification, _ in _FORMATTER.parse(self.template(key)):
            pieces.append(literal)
            if name is None:
                continue
            value = values[name]
            signless = specification == "abs"
            if isinstance(value, Fact):
                show = self.number if plain else self.fact
                pieces.append(show(value, signless=signless))
            elif isinstance(value, str):
                pieces.append(strip_tags(value) if plain else value)
            else:
                raise TypeError(f"{key}: {name} is {value!r}; a number enters text only as a Fact")
        return pieces

    # names -------------------------------------------------------------------------------

    def name(self, words: Words) -> str:
        """The name in this language, or in the campaign's first language when it has none."""
        return words.get(self.code) or next(iter(words.values()))

    def period(self, period_id: str) -> str:
        """A period as it is named within a sentence: "Q3 2022" as written in the language."""
        year, kind, number = split_period_id(period_id)
        shown = self._month(number) if kind == "month" else str(number)
        if kind in ("quarter", "half"):
            shown = self.template(f"number.{kind}_numerals").split()[number - 1]
        return self.template(f"number.period_{kind}").format(number=shown, year=year)

    def titled(self, key: str, period: Period, **values: str) -> str:
        """The title of a period in plain text."""
        return self.plain(self.title_key(key, period), period=self.period(period.id), **values)

    def title_key(self, key: str, period: Period) -> str:
        """The key of a title: half-years and longer periods that are made of others have words of
        their own, as of a review.
        """
        section, _, name = key.partition(".")
        own = f"{name}_{period.kind}"
        return f"{section}.{own}" if period.of and own in self.sections[section] else key

    def day(self, day: datetime.date) -> str:
        """A day; in Vietnamese as the decree on official documents writes it (30/2020, annex I): a
        nought before days below ten and before the months one and two only.
        """
        month = self._month(day.month)
        return self.template("number.day").format(day=day.day, month=month, year=day.year)

    def _month(self, number: int) -> str:
        return self.template("number.months").split()[number - 1]

    def type(self, type_: str) -> str:
        """The type of a unit as it is called within a sentence; one that the language does not know
        as the campaign calls it.
        """
        return self.sections["unit_type"].get(slug(type_), type_[:1].lower() + type_[1:])

    def unit(self, unit: Unit, *, starts: bool = False) -> str:
        """A unit's name within a sentence, or as it ``starts`` a line. The type is written small,
        except before a name that is a number, as the decree on official documents asks (30/2020,
        annex II).
        """
        if not unit.type:
            return unit.name
        numbered = re.fullmatch(r"[IVXLC]+|\d\S*", unit.bare_name) is not None
        template = self.template(f"number.unit_name{'_numbered' if numbered else ''}")
        text = template.format(type=self.type(unit.type), name=unit.bare_name)
        return text[:1].upper() + text[1:] if starts or numbered else text


def spoken(language: Language) -> Language:
    """The language as it is read aloud: "8 of 10", "50 percent" where one reads "8/10", "50%"."""
    words = language.sections["spoken"]
    among, each = words["among"], words["each"]
    claims = {
        key: re.sub(r"\}/(?=\w)", "}" + each, text.replace("}/{", "}" + among + "{"))
        for key, text in language.sections["claim"].items()
    }
    numbers = {**language.sections["number"], **words}
    return Language(language.code, {**language.sections, "number": numbers, "claim": claims})


def element(template: LiteralString, *values: object) -> Markup:
    """The template with a value for each ``{}``, escaped where it is no markup: what markupsafe's
    ``format`` does letter by letter, in half its time, for what a page has hundreds of.
    """
    parts = (value if isinstance(value, Markup) else escape(value) for value in values)
    return Markup(template.format(*parts))


def strip_tags(text: str) -> str:
    """Markup as plain text; ordinary text unchanged."""
    return text.striptags() if isinstance(text, Markup) else text


@lru_cache
def load_language(code: str) -> Language:
    """The words of a language that the kit ships; raises UnknownNameError for any other."""
    check_names("language", {code: None}, available_languages())
    return Language(code, _Sections(Path(str(files("dxkit.report.wording") / code))))


def available_languages() -> tuple[str, ...]:
    """Codes of the languages that the kit ships, sorted."""
    folder = files("dxkit.report.wording")
    return tuple(sorted(entry.name for entry in folder.iterdir() if (entry / "cli.toml").is_file()))


def language_of(key: str, text: str) -> Language | None:
    """The language whose text of a key, without placeholders, is this one."""
    spoken = map(load_language, available_languages())
    return next((language for language in spoken if language.plain(key) == text), None)
