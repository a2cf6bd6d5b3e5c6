"""Who is on the list and why, by hand."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from dxkit.analysis.analysis import Standing
from dxkit.analysis.rules import Candidate, decide
from dxkit.model.rules import RewardRule


def rule(quota: int = 2, **more: object) -> RewardRule:
    return RewardRule("flag", "district", quota, 0.5, {}, "", True, **more)  # type: ignore[arg-type]


def field(*rows: tuple[str, int, float, int]) -> list[Candidate]:
    return [Candidate(*row) for row in rows]


def reasons(found: tuple) -> dict[str, tuple[bool, str]]:
    return {d.unit_code: (d.awarded, d.reason) for d in found}


def test_the_quota_is_filled_from_the_top_and_the_next_one_is_told_why_not() -> None:
    candidates = field(("c", 3, 0.7, 1), ("a", 1, 0.9, 1), ("b", 2, 0.8, 1))
    assert reasons(decide(rule(), candidates, set())) == {
        "a": (True, "within_quota"), "b": (True, "within_quota"), "c": (False, "quota_full"),
    }  # fmt: skip
    assert [d.unit_code for d in decide(rule(), candidates, set())] == ["a", "b", "c"]


def test_a_tie_at_the_edge_stands_or_falls_together() -> None:
    candidates = field(("a", 1, 0.9, 1), ("b", 2, 0.8, 1), ("c", 2, 0.8, 1), ("d", 4, 0.7, 1))
    assert reasons(decide(rule(), candidates, set())) == {
        "a": (True, "within_quota"), "b": (True, "tied_into_quota"),
        "c": (True, "tied_into_quota"), "d": (False, "quota_full"),
    }  # fmt: skip
    assert reasons(decide(rule(ties="none"), candidates, set())) == {
        "a": (True, "within_quota"), "b": (False, "tied_out_of_quota"),
        "c": (False, "tied_out_of_quota"), "d": (False, "quota_full"),
    }  # fmt: skip


def test_a_tie_wholly_inside_the_quota_is_no_tie_at_the_edge() -> None:
    candidates = field(("a", 1, 0.9, 1), ("b", 1, 0.9, 1), ("c", 3, 0.8, 1))
    assert reasons(decide(rule(ties="none"), candidates, set())) == {
        "a": (True, "within_quota"), "b": (True, "within_quota"), "c": (False, "quota_full"),
    }  # fmt: skip


def test_a_unit_that_fails_a_condition_leaves_its_place_to_the_next() -> None:
    candidates = field(("a", 1, 0.9, 0), ("b", 2, 0.49, 3), ("c", 3, 0.5, 3), ("d", 4, 0.5, 2))
    found = decide(rule(minimum_targets=2), candidates, set())
    assert reasons(found) == {
        "a": (False, "below_minimum_targets"), "b": (False, "below_minimum_share"),
        "c": (True, "within_quota"), "d": (True, "within_quota"),
    }  # fmt: skip


def test_exactly_the_minimum_is_enough() -> None:
    assert reasons(decide(rule(), field(("a", 1, 0.1 + 0.4, 0)), set()))["a"][0]
    assert not reasons(decide(rule(), field(("a", 1, 0.4999999, 0)), set()))["a"][0]


def test_one_unit_one_award() -> None:
    candidates = field(("a", 1, 0.9, 1), ("b", 2, 0.8, 1), ("c", 3, 0.7, 1))
    assert reasons(decide(rule(1), candidates, {"a"})) == {
        "a": (False, "has_an_award"), "b": (True, "within_quota"), "c": (False, "quota_full"),
    }  # fmt: skip


@pytest.mark.parametrize("quota", [0, 1, 5])
def test_a_quota_may_be_empty_or_larger_than_the_field(quota: int) -> None:
    found = decide(rule(quota), field(("a", 1, 0.9, 1), ("b", 2, 0.8, 1)), set())
    assert sum(d.awarded for d in found) == min(quota, 2)
    assert decide(rule(quota), [], set()) == ()


def test_the_reserve_is_who_is_best_of_those_whom_the_quota_left_out() -> None:
    """A quota of one: a and, below the least share, b; then c and d are equal, e behind them."""
    candidates = field(("a", 1, 0.9, 5), ("b", 2, 0.4, 5), ("c", 3, 0.8, 5), ("d", 3, 0.8, 5),
                       ("e", 5, 0.7, 5))  # fmt: skip
    some = rule(1)
    decisions = {("commune", "71", some.id): decide(some, candidates, set())}
    standing = Standing(SimpleNamespace(decisions=decisions))  # type: ignore[arg-type]
    assert standing.reserve("71", some.id) == {"c", "d"}
    assert [d.unit_code for d in standing.short_list("71", some.id)] == ["a", "b", "c", "d"]
    alone = {("commune", "71", some.id): decide(some, candidates[:2], set())}
    standing = Standing(SimpleNamespace(decisions=alone))  # type: ignore[arg-type]
    assert standing.reserve("71", some.id) == frozenset()
    assert [d.unit_code for d in standing.short_list("71", some.id)] == ["a", "b"]
