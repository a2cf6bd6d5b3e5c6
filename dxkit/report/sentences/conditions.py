"""The language of the conditions of sentences: an expression that is so, or not so, of facts.

``value > 0``, ``written(change) == 0``: a name is the unrounded number of a fact, ``written`` the
one that a reader sees (45.6 of a share of 0.4563), ``good`` the unrounded one turned so that more
is better. Numbers are added, subtracted, multiplied by whole ones and compared; what needs an
unknown one is not so. Joined with ``and``, ``or``, ``not``, besides:

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
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from dxkit.model.facts import Fact, as_written, reaches

Facts = Mapping[str, Fact]
"""The facts by placeholder."""
Number = Decimal | float

_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Number, Number], bool]] = {
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


def _number(expression: ast.expr, facts: Facts, direction: int) -> Number | None:
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
