"""Written names and the units they mean: exact after normalisation, within the right parent.

Likeness may suggest a unit, never decide one.
"""

from __future__ import annotations

import datetime
import hashlib
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import PurePosixPath

from rapidfuzz import fuzz, process

from dxkit.intake.vocabulary import is_word, vocabulary, without_word
from dxkit.model.campaign import Campaign, Level
from dxkit.model.text import clean, fold, is_vietnamese, normalise, slug, telex, visible
from dxkit.model.units import Unit, UnitRegistry


class Scope:
    """Units among which a name is looked for, in their order."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self.units = tuple(units)

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {unit.code: position for position, unit in enumerate(self.units)}

    def of(self, units: Sequence[Unit]) -> list[Unit]:
        """Those of some units that are in the scope, in its order."""
        found = [unit for unit in units if unit.code in self._positions]
        return sorted(found, key=lambda unit: self._positions[unit.code])


class Scopes:
    """The scopes of one day's units."""

    def __init__(self, units: UnitRegistry) -> None:
        self._units = units
        self.children = cache(lambda code: Scope(units.children(code)))
        """The units directly below one."""
        self.descendants = cache(lambda code: Scope(units.descendants(code)))
        """All units below one."""

    @cached_property
    def levels(self) -> tuple[Scope, ...]:
        """The units of each level, from the top down."""
        return tuple(Scope(self._units.at_level(level)) for level in self._units.levels)

    @cached_property
    def below_top(self) -> Scope:
        """All units but those of the top level."""
        top = self._units.levels[0]
        return Scope(unit for unit in self._units.units if unit.level != top)

    @cached_property
    def first_level(self) -> tuple[tuple[str, Unit], ...]:
        """The units of the level below the top, each with its name's key."""
        return tuple((normalise(u.name), u) for scope in self.levels[1:2] for u in scope.units)

    @cached_property
    def by_slug(self) -> tuple[dict[str, list[Unit]], dict[str, list[Unit]]]:
        """The units below the top by the slugs of their names, with the type or its first letters,
        and by those of names of several words without it, where only one unit has it: a city and
        a ward in it may not be told apart.
        """
        full: dict[str, list[Unit]] = defaultdict(list)
        bare: dict[str, list[Unit]] = defaultdict(list)
        for unit in self.below_top.units:
            for name in {slug(unit.name), slug(f"{_initials(unit.type)} {unit.bare_name}")}:
                full[name].append(unit)
            if "-" in slug(unit.bare_name):
                bare[slug(unit.bare_name)].append(unit)
        return full, {name: units for name, units in bare.items() if len(units) == 1}


_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7",
          "viii": "8", "ix": "9", "x": "10", "xi": "11", "xii": "12"}  # fmt: skip

_NUMBER_BEHIND = re.compile(r"\A[a-z ]+ \d+\Z")  # of a key
_IN_BRACKETS = re.compile(r"\([^()]*\)")
_JOINED = re.compile(r"[,;&+\n]")  # between the names of several units
_AFTER_TYPE = " .,:;-\u2013"  # between a type and a name
_MOST_WORDS = 8  # of a name in a text
_LONGEST_NAME = 300  # characters; a longer text is compared with no name


@dataclass(frozen=True, slots=True)
class Match:
    """What a written name means: one unit, or none with the reason and what it might mean."""

    unit: Unit | None
    problem: str = ""  # unit_unknown, unit_ambiguous, unit_not_valid
    candidates: tuple[Unit, ...] = ()


@lru_cache(maxsize=20_000)
def _numbered(key: str) -> str:
    """The key with the last word as an arabic number when it is a roman one, and a number set
    apart from letters before it, but not from one letter behind: "p1" is "p 1", "1 a" is "1a".
    """
    key = re.sub(r"(?<=\d) (?=[^\W\d](?: |\Z))", "", key)
    words = re.sub(r"(?<=[^\W\d])(?=\d)", " ", key).split()
    if len(words) > 1 and words[-1] in _ROMAN:
        words[-1] = _ROMAN[words[-1]]
    return " ".join(word.lstrip("0") or "0" if word.isdigit() else word for word in words)


def _behind(kind: str, written: str) -> str:
    """What stands behind the type in a writing that begins with it, letter by letter; ``kind`` is
    the type's key.
    """
    ends = (end for end in range(1, len(written)) if _numbered(normalise(written[:end])) == kind)
    return written[next(ends, 0) :].lstrip(_AFTER_TYPE)


def _initials(kind: str) -> str:
    return "".join(word[0] for word in normalise(kind).split())


class Names:
    """The names of one campaign on one day."""

    def __init__(self, campaign: Campaign, day: datetime.date) -> None:
        self.units: UnitRegistry = campaign.units.on(day)
        self.scopes = Scopes(self.units)
        self._all = campaign.units.units
        current = set(self.units.units)
        self._not_current = tuple(unit for unit in self._all if unit not in current)
        self._aliases: dict[str, list[str]] = defaultdict(list)
        for alias in campaign.aliases:
            self._aliases[alias.code].append(alias.alias)
        self._keys = {id(unit): self._writings(unit) for unit in self._all}
        self._names = {id(unit): normalise(unit.name) for unit in self._all}
        # A writing that is nobody's is told from these at once, without a look at every unit.
        self._all_keys = {key for keys in self._keys.values() for names in keys for key in names}
        self._all_folded = {fold(key) for key in self._all_keys}
        self._below = {
            upper.id: lower for upper, lower in itertools.pairwise(campaign.levels) if lower.open
        }

    def _writings(self, unit: Unit) -> tuple[frozenset[str], frozenset[str]]:
        """Keys of a unit's full writings and of its bare ones."""
        bare = {_numbered(normalise(unit.bare_name))} if unit.bare_name else set()
        full = {_numbered(normalise(unit.name))}
        full |= {_numbered(normalise(alias)) for alias in self._aliases[unit.code]}
        if unit.type:
            initials = _initials(unit.type)
            name = normalise(unit.bare_name)
            kinds = (initials, " ".join(initials), fold(normalise(unit.type)))
            full |= {_numbered(f"{kind} {name}") for kind in kinds}
        return frozenset(full), frozenset(bare)

    def in_full(self, written: str) -> Unit | None:
        """The only unit that has a writing with its type ("xa Vi Tan"), None when none has."""
        return self._of_key(self._key(written))

    def at_the_end(self, text: str) -> Iterator[Unit]:
        """The units in full that a text ends with, be it with words before: "so lieu xa Vi Tan"."""
        words = self._key(text).split()
        keys = (" ".join(words[at:]) for at in range(1, len(words) - 1))
        yield from filter(None, map(self._of_key, keys))

    def _of_key(self, key: str) -> Unit | None:
        full, bare, _ = self._by_key
        return _only([unit for unit in full.get(key, ()) if unit not in bare.get(key, ())])

    def known(self, written: str) -> Unit | None:
        """The only unit of a writing, with or without its type, None when there is none: as
        ``find`` among all units, without a look for suggestions.
        """
        return self.in_full(written) or _only(self._by_key[1].get(self._key(written), ()))

    def may_be_called(self, readings: Iterable[str], unit: Unit) -> bool:
        """Whether one of the readings of a name holds any writing of a unit, of whatever day."""
        opened = fold(_numbered(normalise(unit.name))).removeprefix(fold(normalise(unit.type)))
        own = self._folded.get(unit.code) or {opened.strip()}
        keys = [f" {fold(self._key(reading))} " for reading in readings]
        return any(f" {name} " in key for key in keys for name in own)

    @cached_property
    def _folded(self) -> dict[str, set[str]]:
        """The writings of declared units without accents, by their codes."""
        found: dict[str, set[str]] = defaultdict(set)
        for unit in self._all:
            full, bare = self._keys[id(unit)]
            found[unit.code].update(map(fold, full | bare))
        return found

    def in_text(self, text: str) -> Iterator[tuple[Unit, ...]]:
        """The units whose names with their types stand in a text, for each such name from left to
        right; of names that begin alike the longest is meant.
        """
        words = normalise(text).split()
        names, begins = self._in_text[" ".join(words).isascii()]
        first = 0
        while first < len(words):
            if words[first] not in begins:
                first += 1
                continue
            for last in range(min(first + _MOST_WORDS, len(words)), first + 1, -1):
                if units := names.get(_numbered(" ".join(words[first:last]))):
                    yield tuple(units)
                    first = last - 1
                    break
            first += 1

    @cached_property
    def _in_text(self) -> tuple[tuple[dict[str, list[Unit]], set[str]], ...]:
        """The units below the top by their names with types, and the first words of these; and the
        same without accents.
        """
        full: dict[str, list[Unit]] = defaultdict(list)
        folded: dict[str, list[Unit]] = defaultdict(list)
        for unit in self.scopes.below_top.units:
            if unit.type:
                full[_numbered(normalise(unit.name))].append(unit)
                folded[fold(_numbered(normalise(unit.name)))].append(unit)
        return tuple((by, {key.split()[0] for key in by}) for by in (full, folded))

    def is_written(self, written: str) -> bool:
        """Whether any unit of any day has such a writing, be it without accents."""
        key = self._key(written)
        return key in self._all_keys or (key == fold(key) and key in self._all_folded)

    def is_of_open_level(self, written: str) -> bool:
        """Whether a writing begins as names of a level do that the workbooks name."""
        key = _numbered(normalise(written))
        return key.startswith(self._open_prefixes) or (
            _NUMBER_BEHIND.search(key) is not None and key.startswith(self._folded_prefixes)
        )

    @cached_property
    def _folded_prefixes(self) -> tuple[str, ...]:
        return tuple(map(fold, self._open_prefixes))

    @cached_property
    def _open_prefixes(self) -> tuple[str, ...]:
        prefixes = [p for level in self._below.values() for p in level.prefixes]
        return tuple(f"{_numbered(normalise(prefix))} " for prefix in prefixes)

    def has_type(self, written: str) -> bool:
        """Whether a writing begins with a type of unit, as "xa Vi Tan" does; one without any accent
        may begin with the type without its own.
        """
        key = _numbered(normalise(written))
        spelt = fold if key.isascii() else str
        return any(key.startswith(f"{spelt(prefix)} ") for prefix in self._prefixes)

    def lacks_accent(self, written: str, unit: Unit) -> bool:
        """Whether a writing of a unit begins with its type without accents, as "Ap 1" does; a
        declared name that has none at all is only typed so.
        """
        key, kind = _numbered(normalise(written)), normalise(unit.type)
        is_other = not key.startswith(f"{kind} ") and key.startswith(f"{fold(kind)} ")
        return is_other and (unit.code not in self.units or key != fold(key))

    @cached_property
    def _prefixes(self) -> frozenset[str]:
        return frozenset(normalise(unit.type) for unit in self.units.units if unit.type)

    def open_level_below(self, parent: Unit) -> Level | None:
        """The level below a unit when the workbooks name its units, None when they are declared."""
        return self._below.get(parent.level)

    @staticmethod
    def _key(written: str) -> str:
        key = _numbered(normalise(written))
        for prefix in vocabulary()["office_prefixes"]:
            key = key.removeprefix(prefix).strip()
        return key

    def find(
        self, written: str, scopes: Iterable[Scope | Iterable[Unit]], suggest: bool = True
    ) -> Match:
        """The unit that a writing means in the first scope that knows it; where none does, those
        that it is like, if it is to ``suggest`` any.
        """
        key = self._key(written)
        if not key or len(key) > _LONGEST_NAME:
            return Match(None, "unit_unknown")
        folded = fold(key)
        among = [scope if isinstance(scope, Scope) else Scope(scope) for scope in scopes]
        if key in self._all_keys or (key == folded and key in self._all_folded):
            full, bare, without_accents = self._by_key
            known = [full.get(key, ()), bare.get(key, ())]
            known += [without_accents.get(key, ())] if key == folded else []
            for scope in among:
                for units in known:
                    matches = scope.of(units)
                    if len(matches) == 1:
                        return Match(matches[0])
                    if matches:
                        return Match(None, "unit_ambiguous", tuple(matches))
            others = tuple(u for u in self._not_current if key in self._keys[id(u)][0])
            if others:
                return self._on_the_day(others, among)
        return Match(None, "unit_unknown", self._suggestions(key, among) if suggest else ())

    @cached_property
    def _by_key(self) -> tuple[dict[str, list[Unit]], ...]:
        """The units of the day by their full writings, the bare ones, and both without accents."""
        full: dict[str, list[Unit]] = defaultdict(list)
        bare: dict[str, list[Unit]] = defaultdict(list)
        folded: dict[str, list[Unit]] = defaultdict(list)
        for unit in self.units.units:
            of_full, of_bare = self._keys[id(unit)]
            for key in of_full:
                full[key].append(unit)
            for key in of_bare:
                bare[key].append(unit)
            for key in set(map(fold, of_full | of_bare)):
                folded[key].append(unit)
        return full, bare, folded

    def _on_the_day(self, others: tuple[Unit, ...], scopes: Sequence[Scope]) -> Match:
        """The unit that now stands under the code of an old name; none when it was split or is
        not yet there.
        """
        codes = {unit.code for unit in others}
        now = [unit for scope in scopes for unit in scope.units if unit.code in codes]
        if len(codes) == 1 and now and all(u.valid_to is not None for u in others):
            earlier = others[0].valid_to
            if now[0].valid_from and earlier and earlier < now[0].valid_from:
                return Match(now[0], "unit_renamed", others)
        return Match(None, "unit_not_valid", others)

    def _suggestions(self, key: str, scopes: Sequence[Scope]) -> tuple[Unit, ...]:
        known = [unit for scope in scopes for unit in scope.units]
        ranked = process.extract(
            key,
            [self._names[id(unit)] for unit in known],
            scorer=fuzz.ratio,
            limit=3,
            score_cutoff=60,
        )
        return tuple(dict.fromkeys(known[position] for _, _, position in ranked))

    def open_unit(self, written: str, parent: Unit) -> Unit | None:
        """The unit of an open level that a writing names under ``parent``; None for a writing
        that does not begin as such names do. A level without prefixes takes every name. Before a
        number the type may lack its accents ("Ap 1"); a name may not, or two would be one.

        The type is written as the campaign declares it, the name as it stands there.
        """
        level = self.open_level_below(parent)
        if level is None:
            return None
        written = clean(written)
        if not level.prefixes:
            return _opened(written, "", normalise(written), level, parent)
        key = _numbered(normalise(written))
        for prefix in sorted(level.prefixes, key=len, reverse=True):
            start = _numbered(normalise(prefix))
            if _NUMBER_BEHIND.search(key) and key.startswith(fold(start) + " "):
                start = fold(start)
            if key.startswith(start + " "):
                longer = next(
                    (p for p in level.prefixes if _initials(p) == start and p != prefix), prefix
                )
                bare = key.removeprefix(start).strip()
                if (number := without_word("ordinal", bare))[:1].isdigit():  # "Ap so 8"
                    bare = number
                if f" {start} " in f" {bare} " or _names_several(_behind(start, written)):
                    return None  # several units in one row
                name = f"{longer} {_behind(start, written)}"
                return _opened(name, longer, bare, level, parent)
        return None

    def of_other_type(self, written: str, parent: Unit) -> tuple[Unit, ...]:
        """What a number behind a word that is none of the open level's types may mean: "Khom 1" the
        first hamlet.
        """
        level, (_, *number) = self.open_level_below(parent), normalise(written).split() or [""]
        if level is None or not level.prefixes or len(number) != 1 or not number[0].isdigit():
            return ()
        found = self.open_unit(f"{level.prefixes[0]} {number[0]}", parent)
        return (found,) if found is not None else ()

    def without_brackets(self, unit: Unit) -> Unit | None:
        """The unit that one of an open level would be without the brackets behind its name."""
        if unit.code in self.units:
            return None
        return self.open_unit(_IN_BRACKETS.sub("", unit.name), self.units.get(unit.parent_code))


def _names_several(name: str) -> bool:
    """Whether a name without its type is those of several units: "1, 2", "5 va 6", "5-6", "khac";
    "2-9" is a day that units are called after.
    """
    bare = _IN_BRACKETS.sub("", name).strip()
    words, until = vocabulary(), "|".join(vocabulary()["until"])
    few = re.fullmatch(rf"(\d{{1,3}})\s*(?:([-\u2013])|[\u2192~]|{until})\s*(\d{{1,3}})", bare)
    is_range = bool(few and int(few[1]) < int(few[3]))
    is_day = bool(few and few[2]) and normalise(bare) in words["days_as_names"]
    joined = any(f" {word} " in f" {normalise(bare)} " for word in words["and"])
    joined |= is_word("rest_of_units", bare)
    return joined or bool(_JOINED.search(bare)) or (is_range and not is_day)


def _only(units: Sequence[Unit]) -> Unit | None:
    return units[0] if len(units) == 1 else None


_LONGEST_CODE = 60


def _opened(name: str, kind: str, bare: str, level: Level, parent: Unit) -> Unit:
    """A unit that a workbook names. Its code is made of the ``bare`` name's key, so that all
    writings of it share one, and tells all of it, or two names would; it becomes the name of a
    file. Of the name all can be seen: a sign that reverses what is read shows as one.
    """
    code = "-".join(part for part in (slug(kind), slug(telex(bare))) if part)
    if len(code) > _LONGEST_CODE or not is_vietnamese(bare):
        digest = hashlib.sha256(f"{kind} {bare}".encode("utf-8", "replace")).hexdigest()
        code = f"{code[:_LONGEST_CODE]}-{digest[:16]}"
    return Unit(f"{parent.code}-{code}", visible(name), kind, level.id, parent.code)


def sender_in_name(file: str, names: Names) -> Unit | None:
    """The unit that the name of a file begins with by code or holds by name, with its type or
    without, or None.
    """
    code = slug(PurePosixPath(file).stem).split("-")[0]
    if code in names.units and names.units.get(code).level != names.units.levels[0]:
        return names.units.get(code)
    full, bare = in_slug(PurePosixPath(file).with_suffix("").as_posix(), names)
    return finest(full or bare, names)


def in_slug(text: str, names: Names) -> tuple[list[Unit], list[Unit]]:
    """The units of whose names a text holds the slug, with their type; and of several words
    without it.
    """
    words = slug(text).split("-")
    parts = {
        "-".join(words[first:last])
        for first in range(len(words))
        for last in range(first + 1, len(words) + 1)
    }
    full, bare = ([u for p in parts for u in by.get(p, ())] for by in names.scopes.by_slug)
    return full, bare


def finest(units: Sequence[Unit], names: Names) -> Unit | None:
    """The lowest of units that stand in one line, without those whose name is only part of
    another's; None when they do not.
    """
    whole = [
        u
        for u in units
        if not any(normalise(u.name) in normalise(other.name) for other in units if other != u)
    ]
    if not whole:
        return None
    lowest = max(whole, key=lambda unit: names.units.levels.index(unit.level))
    line = names.units.line(lowest.code)
    return lowest if all(unit.code in line for unit in whole) else None
