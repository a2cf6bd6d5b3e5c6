"""The catalogue of sentences, catalogue.toml: every sentence that the kit can say, when it may, and
the places on a page where it stands. A claim is made by choosing from a slot, or by ``state``,
which refuses a false one.

A condition is an expression that is so, or not so, of facts: ``value > 0``, ``written(change) ==
0``. A name is the unrounded number of a fact, ``written`` the one that a reader sees (45.6 of a
share of 0.4563), ``good`` the unrounded one turned so that more is better. Numbers are added,
subtracted, multiplied by whole ones and compared; what needs an unknown one is not so. Joined with
``and``, ``or``, ``not``, besides:

- ``known(a, b)``: these facts are there and have a value;
- ``missing(a)``, ``missing(a, reason, ...)``: it is there without one, for one of these reasons;
- ``rising``: more is better for the indicator;
- ``reached``: a target is, by the ``gap`` to it;
- ``every(met_ < known_)``: so of each ending of the facts whose names begin with ``met_``, the
  first such name in it, and there is one; ``one(...)``: there is exactly one;
- ``count(met_)``: how many facts have such names.
"""

from __future__ import annotations

import ast
import operator
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from dxkit.model.choices import look_up
from dxkit.model.facts import Claim, Fact, Reference, as_written, reaches

Facts = Mapping[str, Fact]
"""The facts by placeholder."""
_Number = Decimal | float

_COMPARISONS: Mapping[type[ast.cmpop], Callable[[_Number, _Number], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.GtE: operator.ge,
    ast.Gt: operator.gt,
}
_SUMS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """An expression of that language. Asked of facts, with the direction that is good for the
    indicator: 1 where more is better, else -1. Raises ValueError where it is not one.
    """

    expression: ast.expr
    text: str = ""
    """As it is written, where it was read."""

    @classmethod
    def parse(cls, text: str) -> Condition:
        """A condition as it is written; of no text, one that is so of any facts."""
        return cls(ast.parse(text or "True", mode="eval").body, text)

    def __call__(self, facts: Facts, direction: int = 1) -> bool:
        return _is_so(self.expression, facts, direction)

    def __str__(self) -> str:
        return self.text or ast.unparse(self.expression)


def _is_so(expression: ast.expr, facts: Facts, direction: int) -> bool:
    match expression:
        case ast.BoolOp(op=ast.And(), values=parts):
            return all(_is_so(part, facts, direction) for part in parts)
        case ast.BoolOp(values=parts):
            return any(_is_so(part, facts, direction) for part in parts)
        case ast.UnaryOp(op=ast.Not(), operand=part):
            return not _is_so(part, facts, direction)
        case ast.Constant(value=bool(always)):
            return always
        case ast.Name(id="rising"):
            return direction > 0
        case ast.Name(id="reached"):
            gap = facts.get("gap")
            return gap is not None and gap.known and reaches(gap.number, 0, direction)
        case ast.Compare(left=left, ops=[sign], comparators=[right]) if type(sign) in _COMPARISONS:
            found, other = (_number(side, facts, direction) for side in (left, right))
            if found is None or other is None:
                return False
            return _COMPARISONS[type(sign)](found, other)
        case ast.Call(func=ast.Name(id="known"), args=names):
            return all((fact := facts.get(_name(n))) is not None and fact.known for n in names)
        case ast.Call(func=ast.Name(id="missing"), args=[name, *reasons]):
            fact = facts.get(_name(name))
            if fact is None or fact.known:
                return False
            return not reasons or fact.missing in map(_name, reasons)
        case ast.Call(func=ast.Name(id="every" | "one" as how), args=[part]):
            found_so = [_is_so(part, own, direction) for own in _endings(part, facts)]
            return all(found_so) and (bool(found_so) if how == "every" else len(found_so) == 1)
    raise ValueError(f"not a condition: {ast.unparse(expression)}")


def _number(expression: ast.expr, facts: Facts, direction: int) -> _Number | None:
    """What a term makes of the facts; None where one of them is not known."""
    match expression:
        case ast.Constant(value=int(number)):
            return number
        case ast.Call(func=ast.Name(id="count"), args=[name]):
            return len(_names_like(_name(name), facts))
        case ast.Call(func=ast.Name(id="written" | "good" as how), args=[name]):
            fact = facts.get(_name(name))
            if fact is None or not fact.known:
                return None
            return as_written(fact) if how == "written" else fact.number * direction
        case ast.Name(id=name):
            fact = facts.get(name)
            return fact.value if fact is not None else None
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _SUMS:
            one, other = (_number(side, facts, direction) for side in (left, right))
            if one is None or other is None:
                return None
            return _SUMS[type(sign)](float(one), float(other))
    raise ValueError(f"not a number: {ast.unparse(expression)}")


def _name(expression: ast.expr) -> str:
    if isinstance(expression, ast.Name):
        return expression.id
    raise ValueError(f"not a name: {ast.unparse(expression)}")


def _names_like(name: str, facts: Facts) -> list[str]:
    """The names of the facts that are so, or begin so where it ends in ``_``."""
    if not name.endswith("_"):
        return [name] if name in facts else []
    return [other for other in facts if other.startswith(name)]


def prefix_in(expression: ast.expr) -> str:
    """The first name in a condition that stands for all that begin so; raises ValueError where
    there is none.
    """
    names = (part.id for part in ast.walk(expression) if isinstance(part, ast.Name))
    for name in names:
        if name.endswith("_"):
            return name
    raise ValueError(f"no name ends in _: {ast.unparse(expression)}")


def _endings(expression: ast.expr, facts: Facts) -> list[Facts]:
    """For each ending the facts, those with that ending under the beginning of their names too."""
    prefix = prefix_in(expression)
    ends = [name.removeprefix(prefix) for name in _names_like(prefix, facts)]
    return [
        {**facts, **{n.removesuffix(end): f for n, f in facts.items() if n.endswith(f"_{end}")}}
        for end in ends
    ]


Filling = Fact | Reference | Sequence[Reference]
Example = Mapping[str, str | float]
"""Facts as catalogue.toml writes them, by placeholder, and ``direction``: docs/sentences.py."""


class FalseClaimError(ValueError):
    """A sentence was asked for that its facts do not bear out."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, named by its key in claim.toml; printed only ``when`` its facts bear it out.

    ``true`` are facts for which it is printed, all of them needed. ``also`` are changes of them for
    which it is printed too, ``false`` those, just across the border, for which it is not.
    """

    key: str
    when: Condition
    true: Example
    false: tuple[Example, ...] = ()
    also: tuple[Example, ...] = ()

    def claim(self, filling: Mapping[str, Filling], direction: int = 1) -> Claim:
        """What it claims of what fills it; raises FalseClaimError when that is not true."""
        facts = _facts_of(filling)
        if not self.when(facts, direction):
            raise FalseClaimError(f"{self.key} is not true of {facts}")
        references = {
            name: (value,) if isinstance(value, Reference) else tuple(value)
            for name, value in filling.items()
            if not isinstance(value, Fact)
        }
        return Claim(self.key, tuple(facts.items()), tuple(references.items()))


@dataclass(frozen=True, slots=True)
class Slot:
    """One place on the page, in the ``section`` of that name: the first of its sentences that is
    true is printed there, or none. Those that are asked for ``by_key`` are no alternatives: which
    of them is meant no fact tells, but the campaign.
    """

    section: str
    name: str
    sentences: tuple[Sentence, ...]
    by_key: bool = False

    def choose(self, filling: Mapping[str, Filling], direction: int = 1) -> Claim | None:
        """What is printed of these facts and names; None when no sentence is true."""
        facts = _facts_of(filling)
        found = (s for s in self.sentences if s.when(facts, direction))
        sentence = next(found, None)
        return None if sentence is None else sentence.claim(filling, direction)

    def say(self, filling: Mapping[str, Filling], direction: int = 1) -> Iterator[Claim]:
        """The same as none or one."""
        claim = self.choose(filling, direction)
        if claim is not None:
            yield claim


def _facts_of(filling: Mapping[str, Filling]) -> Facts:
    return {name: value for name, value in filling.items() if isinstance(value, Fact)}


def read_slots(text: str) -> Mapping[str, Slot]:
    """The slots of a catalogue by name, in its order."""
    places = [
        (section, name, entry)
        for section, entries in tomllib.loads(text).items()
        for name, entry in entries.items()
    ]
    own: dict[str, list[Sentence]] = {}
    for _, name, entry in places:
        alike, suffix = own.get(entry.get("like"), ()), entry.get("suffix", "")
        own[name] = [replace(sentence, key=sentence.key + suffix) for sentence in alike]
        for key, told in entry.items():
            own[name] += _sentences(key, told) if isinstance(told, dict) else ()
    return MappingProxyType(
        {
            name: Slot(
                section,
                name,
                (*own[name], *own.get(entry.get("then"), ())),
                entry.get("by_key", False),
            )
            for section, name, entry in places
        }
    )


def _sentences(key: str, told: dict[str, Any]) -> Iterator[Sentence]:
    """The sentence of an entry, and those of the same condition."""
    for each in (key, *told.get("same", ())):
        yield Sentence(
            each,
            Condition.parse(told.get("when", "")),
            told.get("true", {}),
            tuple(told.get("false", ())),
            tuple(told.get("also", ())),
        )


SLOTS: Mapping[str, Slot] = read_slots(
    files("dxkit.report.sentences").joinpath("catalogue.toml").read_text("utf-8")
)
"""All slots by name, in the order of the page."""
SENTENCES: Mapping[str, Sentence] = MappingProxyType(
    {sentence.key: sentence for slot in SLOTS.values() for sentence in slot.sentences}
)
"""All sentences by key."""


def state(key: str, filling: Mapping[str, Filling], direction: int = 1) -> Claim:
    """The claim that a sentence makes; raises FalseClaimError when it is not true, UnknownNameError
    for an unknown sentence.
    """
    return look_up("sentence", key, SENTENCES).claim(filling, direction)
