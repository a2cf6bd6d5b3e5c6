"""Every sentence's condition: the predicate over its facts without which it cannot be printed.

``state`` is the only way to make a Claim, and it refuses a false one. A slot is an ordered list
of alternatives for one place on the page; ``choose`` takes the first that is true.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from dxkit.model.facts import Claim, Fact, Reference, UnitOfMeasure

Facts = Mapping[str, Fact]
Predicate = Callable[[Facts, int], bool]
Filling = Fact | Reference | Sequence[Reference]


class FalseClaimError(ValueError):
    """A sentence was asked for that its facts do not bear out."""


def known(facts: Facts, *names: str) -> bool:
    """Whether all these facts are there and have a value."""
    return all(name in facts and facts[name].known for name in names)


def shows_zero(fact: Fact) -> bool:
    """Whether a fact that is not zero would be written as zero."""
    return not as_written(fact)


def as_written(fact: Fact) -> Decimal:
    """The number that a reader sees of a known fact."""
    scale = 100 if fact.unit in (UnitOfMeasure.SHARE, UnitOfMeasure.SHARE_DIFFERENCE) else 1
    value = Decimal(repr(fact.number)) * scale
    return value.quantize(Decimal(1).scaleb(-fact.decimals), ROUND_HALF_UP)


def _sign(facts: Facts, name: str) -> int:
    value = facts[name].number
    return (value > 0) - (value < 0)


def _signed(name: str, *signs: int, written: bool = True) -> Predicate:
    """The fact is known and its sign is one of ``signs``; a difference that would be written as
    zero counts as none when ``written``."""

    def holds(facts: Facts, direction: int) -> bool:
        if not known(facts, name):
            return False
        sign = 0 if written and shows_zero(facts[name]) else _sign(facts, name)
        return sign in signs

    return holds


def _missing(name: str, *reasons: str) -> Predicate:
    def holds(facts: Facts, direction: int) -> bool:
        return name in facts and facts[name].missing in reasons

    return holds


def _gap(*signs: int, written_as_zero: bool = False) -> Predicate:
    """The gap to the target, seen in the direction that is good for the indicator."""

    def holds(facts: Facts, direction: int) -> bool:
        if not known(facts, "value", "target", "gap"):
            return False
        return (
            _sign(facts, "gap") * direction in signs and shows_zero(facts["gap"]) is written_as_zero
        )

    return holds


def _all(*predicates: Predicate) -> Predicate:
    return lambda facts, direction: all(holds(facts, direction) for holds in predicates)


def _known(*names: str) -> Predicate:
    return lambda facts, direction: known(facts, *names)


def _is(name: str, test: Callable[[float], bool]) -> Predicate:
    return lambda facts, direction: known(facts, name) and test(facts[name].number)


def _compare(left: str, test: Callable[[float, float], bool], right: str) -> Predicate:
    return lambda facts, direction: (
        known(facts, left, right) and test(facts[left].number, facts[right].number)
    )


def _written(left: str, test: Callable[[Decimal, Decimal], bool], right: str) -> Predicate:
    """The same on the numbers that a reader sees."""
    return lambda facts, direction: (
        known(facts, left, right) and test(as_written(facts[left]), as_written(facts[right]))
    )


_LEVELS = {
    "exceeded": _gap(1),
    "met": _gap(0, 1, written_as_zero=True),
    "nearly": _all(_gap(-1, written_as_zero=True), _is("shortfall", lambda n: n > 0)),
    "missed": _gap(-1),
    "no_target": _all(_known("value"), _missing("target", "no_target")),
}
_CHANGES = {
    "up": _all(_signed("change", 1), _known("previous", "value")),
    "down": _all(_signed("change", -1), _known("previous", "value")),
    "same": _signed("change", 0),
    "unknown": lambda facts, direction: (
        "change" in facts and facts["change"].missing not in ("", "first_period")
    ),
}
_RANK_CHANGES = {
    "up": _signed("rank_change", 1),
    "down": _signed("rank_change", -1),
    "same": _signed("rank_change", 0),
    "new": lambda facts, direction: "rank_change" in facts and not facts["rank_change"].known,
}
KINDS = ("ratio", "count", "value")
_REASONS = ("not_reported", "no_data", "not_applicable", "rejected")

RULES: Mapping[str, Predicate] = MappingProxyType(
    {
        **{f"level_{n}_{kind}": rule for n, rule in _LEVELS.items() for kind in KINDS},
        **{f"level_{reason}": _missing("value", reason) for reason in _REASONS},
        **{f"change_{n}_{kind}": rule for n, rule in _CHANGES.items() for kind in KINDS},
        "standing_above": _all(_known("rank", "ranked", "group_value"), _signed("difference", 1)),
        "standing_below": _all(_known("rank", "ranked", "group_value"), _signed("difference", -1)),
        "standing_equal": _all(_known("rank", "ranked", "group_value"), _signed("difference", 0)),
        "standing_rank": _known("rank", "ranked"),
        "below_all_met": _all(
            _is("children_known", lambda n: n > 1),
            _compare("children_met", lambda met, all_: met == all_, "children_known"),
        ),
        "below_none_met": _all(
            _is("children_known", lambda n: n > 1), _is("children_met", lambda n: n == 0)
        ),
        "below_some_met": _all(
            _is("children_met", lambda n: n > 0),
            _compare("children_met", lambda met, all_: met < all_, "children_known"),
        ),
        "below_spread": _compare("best", lambda best, worst: best != worst, "worst"),
        "below_equal": _all(
            _is("children_known", lambda n: n > 1),
            _compare("best", lambda best, worst: best == worst, "worst"),
        ),
        "below_left_out": _is("children_left_out", lambda n: n > 0),
        "below_not_applicable": _is("children_not_applicable", lambda n: n > 0),
        **{
            f"headline_rank_{n}{graded}": _all(_known("rank", "ranked", "points"), rule)
            for n, rule in _RANK_CHANGES.items()
            for graded in ("", "_graded")
        },
        "headline_not_reported": _missing("points", "not_reported"),
        "headline_incomplete": _missing("points", "incomplete"),
        "headline_whole": _known("points"),
        "headline_targets_all": _all(
            _is("targets", lambda n: n > 0),
            _compare("targets_met", lambda met, all_: met == all_, "targets"),
        ),
        "headline_targets_none": _all(
            _is("targets", lambda n: n > 0), _is("targets_met", lambda n: n == 0)
        ),
        "headline_targets_some": _all(
            _is("targets_met", lambda n: n > 0),
            _compare("targets_met", lambda met, all_: met < all_, "targets"),
        ),
        "points_spread": _compare("best", lambda best, worst: best > worst, "worst"),
        "points_equal": _compare("best", lambda best, worst: best == worst, "worst"),
        "headline_growth": _signed("change", 1),
        "headline_fall": _signed("change", -1),
        "headline_both": _all(_signed("change", 1), _signed("fall", -1)),
        "headline_same": _signed("change", 0),
        "headline_first": _missing("change", "first_period"),
        "next_step_1": _all(_is("shortfall", lambda n: n > 0), _is("first", lambda n: n > 0)),
        "next_step_2": _all(_is("shortfall", lambda n: n > 0), _is("second", lambda n: n > 0)),
        "next_step_3": _all(_is("shortfall", lambda n: n > 0), _is("third", lambda n: n > 0)),
        "next_step_whole": _is("shortfall", lambda n: n > 0),
        "next_nothing": _all(
            _is("targets", lambda n: n > 0),
            _compare("targets_met", lambda met, all_: met == all_, "targets"),
        ),
        "register_some": _is("value", lambda n: n > 0),
        "register_none": _is("value", lambda n: n == 0),
        "register_unknown": lambda facts, direction: "value" in facts and not facts["value"].known,
        "picture_peers_above": _signed("worst", 1),
        "picture_peers_below": _signed("best", -1),
        "picture_peers_both": _all(_signed("best", 1), _signed("worst", -1)),
        "picture_grid_some": _compare(
            "children_met", lambda met, all_: met < all_, "children_known"
        ),
        "picture_grid_all": _all(
            _is("children_known", lambda n: n > 1),
            _compare("children_met", lambda met, all_: met == all_, "children_known"),
        ),
        "picture_months_up": _written("first", lambda first, last: first < last, "last"),
        "picture_months_down": _written("first", lambda first, last: first > last, "last"),
        "picture_months_same": _written("first", lambda first, last: first == last, "last"),
        "data_not_reported": _is("units_not_reported", lambda n: n > 0),
        "data_all_reported": _is("units_not_reported", lambda n: n == 0),
    }
)


def is_true(message: str, facts: Facts, direction: int = 1) -> bool:
    """Whether the facts bear a sentence out; raises KeyError for an unknown sentence."""
    return RULES[message](facts, direction)


def state(message: str, filling: Mapping[str, Filling], direction: int = 1) -> Claim:
    """The claim that a sentence makes; raises FalseClaimError when it is not true."""
    facts = _facts_of(filling)
    if not is_true(message, facts, direction):
        raise FalseClaimError(f"{message} is not true of {facts}")
    references = {
        name: (value,) if isinstance(value, Reference) else tuple(value)
        for name, value in filling.items()
        if not isinstance(value, Fact)
    }
    return Claim(message, tuple(facts.items()), tuple(references.items()))


def choose(slot: Sequence[str], filling: Mapping[str, Filling], direction: int = 1) -> Claim | None:
    """The first sentence of the slot that is true, or None when none is."""
    facts = _facts_of(filling)
    for message in slot:
        if is_true(message, facts, direction):
            return state(message, filling, direction)
    return None


def _facts_of(filling: Mapping[str, Filling]) -> dict[str, Fact]:
    return {name: value for name, value in filling.items() if isinstance(value, Fact)}
