"""Conditions one step from another: an atom negated, a threshold or comparison moved by one, a
conjunct left out, a number read in another way.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dxkit.report.sentences.catalogue import Condition, prefix_in

_OTHER_SIGNS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE,),
    ast.LtE: (ast.Lt,),
    ast.Eq: (ast.LtE, ast.GtE),
    ast.GtE: (ast.Gt,),
    ast.Gt: (ast.GtE,),
}
_MEANS = {"reached": "good(gap) >= 0"}


def mutants(condition: Condition) -> Iterator[Condition]:
    """All conditions one step from this one."""
    yield from map(Condition, _of(condition.expression))


def _of(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.BoolOp(op=how, values=parts):
            for place, part in enumerate(parts):
                before, after = parts[:place], parts[place + 1 :]
                others = [*before, *after]
                yield others[0] if len(others) == 1 else ast.BoolOp(how, others)
                for other in _of(part):
                    yield ast.BoolOp(how, [*before, other, *after])
        case ast.UnaryOp(operand=part):
            yield part
            yield from map(_not, _of(part))
        case ast.Name(id=name) if name in _MEANS:
            yield from _of(_parsed(_MEANS[name]))
        case ast.Call(func=ast.Name(id="every" | "one" as how), args=[part]):
            yield _not(node)
            yield from _of_counted(how, part)
        case ast.Call(func=ast.Name(id="known" | "missing") as how, args=names):
            yield _not(node)
            yield from _of_names(how, names)
        case ast.Compare(left=left, ops=[sign], comparators=[right]):
            yield _not(node)
            for other_sign in _OTHER_SIGNS.get(type(sign), ()):
                yield ast.Compare(left, [other_sign()], [right])
            for other in _of_term(left):
                yield ast.Compare(other, [sign], [right])
            for other in _of_term(right):
                yield ast.Compare(left, [sign], [other])
        case ast.Name(id="rising"):
            yield _not(node)
        case ast.Constant(value=True):
            return
        case _:
            raise ValueError(f"no steps are known of {ast.unparse(node)}")


def _of_counted(how: str, part: ast.expr) -> Iterator[ast.expr]:
    """Of any instead of every, of none too, of any number instead of one; and within."""
    inner, prefix = ast.unparse(part), prefix_in(part)
    if how == "every":
        yield _parsed(f"count({prefix}) > 0 and not every(not ({inner}))")
        yield _parsed(f"count({prefix}) < 1 or every({inner})")
    else:
        yield _parsed(f"every({inner})")
    for other in _of(part):
        if any(n.id.endswith("_") for n in ast.walk(other) if isinstance(n, ast.Name)):
            yield ast.Call(ast.Name(how), [other], [])


def _of_names(how: ast.Name, names: list[ast.expr]) -> Iterator[ast.expr]:
    """Each name or reason left out, and all reasons."""
    kept = 0 if how.id == "known" else 1
    for place in range(kept, len(names)):
        yield ast.Call(how, [*names[:place], *names[place + 1 :]], [])
    if kept and len(names) > 2:
        yield ast.Call(how, names[:1], [])


def _of_term(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Constant(value=int(number)):
            yield from (ast.Constant(number - 1), ast.Constant(number + 1))
        case ast.Call(func=ast.Name(id="written" | "good"), args=[name]):
            yield name
        case ast.BinOp(left=left, op=sign, right=right):
            yield from (ast.BinOp(other, sign, right) for other in _of_term(left))
            yield from (ast.BinOp(left, sign, other) for other in _of_term(right))


def _not(node: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), node)


def _parsed(text: str) -> ast.expr:
    return Condition.parse(text).expression
