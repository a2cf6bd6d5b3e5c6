"""The conditions of the sentences of the argument: situation, change, cause, what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from types import MappingProxyType

from dxkit.report.sentences.conditions import (
    Facts,
    Predicate,
    all_have_sign,
    always,
    are_known,
    compare,
    compare_written,
    every,
    has_sign,
    is_number,
    missing,
    names_all_behind,
    none_named,
    number_named,
    pairs,
    positive,
    some_positive,
    sum_exceeds,
    written_between,
)

_HIGHER, _LOWER = all_have_sign("higher_", 1), all_have_sign("lower_", -1)
_ONE_HIGHER, _ONE_LOWER = number_named("higher_", 1), number_named("lower_", 1)
_AGAINST: Mapping[str, Predicate] = {
    "both_one": every(_HIGHER, _LOWER, _ONE_LOWER, none_named("even_"), has_sign("gap", -1)),
    "both": every(_HIGHER, _LOWER, none_named("even_"), has_sign("gap", -1)),
    "mixed_one": every(_HIGHER, _LOWER, _ONE_LOWER, has_sign("gap", -1)),
    "mixed": every(_HIGHER, _LOWER, has_sign("gap", -1)),
    "higher": every(_HIGHER, none_named("lower_"), none_named("even_"), has_sign("gap", 1)),
    "lower": every(_LOWER, none_named("higher_"), none_named("even_"), has_sign("gap", -1)),
    "some_higher_one": every(_HIGHER, _ONE_HIGHER, none_named("lower_"), has_sign("gap", 1)),
    "some_higher": every(_HIGHER, none_named("lower_"), has_sign("gap", 1)),
    "some_lower_one": every(_LOWER, _ONE_LOWER, none_named("higher_"), has_sign("gap", -1)),
    "some_lower": every(_LOWER, none_named("higher_"), has_sign("gap", -1)),
    "level": every(none_named("higher_"), none_named("lower_"), has_sign("gap", 0)),
}
_NO_PACE = (
    "not_reported",
    "unread",
    "no_data",
    "rejected",
    "not_applicable",
    "not_measured",
)
_DECLARED = (
    "rule_competition",
    "rule_dense",
    "rule_ties",
    "rule_unrounded",
    "rule_excluded",
    "reward_whole",
    "reward_by_progress",
    "reward_ties_all",
    "reward_ties_none",
)
"""What the campaign declares in words: true because it does, as ``verify`` proves again."""
_ALL_TARGETS_MET = every(
    positive("targets"), compare("targets_met", lambda met, all_: met == all_, "targets")
)
_SOME_BELOW_MISS = pairs("met_", "known_", lambda met, all_: met < all_)
_ALL_BELOW_REACH = pairs("met_", "known_", lambda met, all_: met == all_)
_LEAST = ("least_reported", "least_covered", "least_value", "most_value")
MOST_ACTIVITIES = 6
MOST_OTHERS = 6
MOST_PLACES = 3
"""Places out of different numbers of units that one sentence names."""
_ACTIVITIES = [f"value_{place}" for place in range(1, MOST_ACTIVITIES + 1)]


def _behind(facts: Facts, place: str) -> float:
    return facts[f"ranked_{place}"].number - facts[f"rank_{place}"].number


_ALIKE: Mapping[str, Callable[[Facts, str], float | None]] = {
    "best": lambda facts, place: facts[f"rank_{place}"].number if _behind(facts, place) else None,
    "worst": _behind,
}
"""In what the places of one sentence are alike; None for a place of which it cannot be told."""


def _places(number: int, alike: Callable[[Facts, str], float | None]) -> Iterator[Predicate]:
    """Places out of different numbers of units that are alike in what is told of them."""
    places = [str(place) for place in range(1, number + 1)]
    yield are_known(*(f"{kind}_{place}" for kind in ("rank", "ranked") for place in places))
    yield lambda facts, direction: alike(facts, "1") is not None
    yield lambda facts, direction: len({alike(facts, place) for place in places}) == 1
    for one, other in combinations(places, 2):
        yield compare(f"ranked_{one}", lambda left, right: left != right, f"ranked_{other}")


NARRATIVE_RULES: Mapping[str, Predicate] = MappingProxyType(
    {
        # against the whole and against units of the same type
        **{f"group_{n}": rule for n, rule in _AGAINST.items()},
        **{f"type_{n}": every(positive("type_units"), r) for n, r in _AGAINST.items()},
        "type_alone": are_known("ranked"),
        **{
            f"strength_{n}_{number}": every(*_places(number, alike))
            for n, alike in _ALIKE.items()
            for number in range(1, MOST_PLACES + 1)
        },
        "strength_even": every(
            compare("best_rank", lambda best, worst: best == worst, "worst_rank"),
            compare("least_ranked", lambda least, most: least == most, "most_ranked"),
        ),
        "strength_unknown": missing("best_rank"),
        # what the points are made of, and with whom the place is shared
        "scale_part": every(are_known("points", "max_points"), written_between("covered", 0, 100)),
        "scale_bonus": every(are_known("points"), positive("bonus")),
        "rank_tied": every(are_known("rank"), is_number("rank_shared", lambda n: n > 1)),
        # how sure the place is
        "certainty_fixed": every(
            are_known("rank", "rank_best"),
            compare("rank_best", lambda best, worst: best == worst, "rank_worst"),
            compare("rank_best", lambda best, rank: best == rank, "rank"),
        ),
        "certainty_range": every(
            compare("rank_best", lambda best, worst: best < worst, "rank_worst"),
            compare("rank_best", lambda best, rank: best <= rank, "rank"),
            compare("rank", lambda rank, worst: rank <= worst, "rank_worst"),
        ),
        "certainty_unknown": every(are_known("points"), missing("rank")),
        "award_open": written_between("award_draws", 0, 100),
        # by which rules the units below are ranked and rewarded, and how sure the list is
        **dict.fromkeys(_DECLARED, always),
        "rule_rounded": are_known("decimals"),
        **dict.fromkeys((f"rule_{n}" for n in _LEAST), are_known("least")),
        "reward_quota": are_known("quota"),
        **dict.fromkeys(("reward_share", "reward_targets"), positive("least")),
        "list_same": every(
            positive("trials"), is_number("trials_changing", lambda number: number == 0)
        ),
        "list_changing": every(positive("trials"), positive("trials_changing")),
        "list_cells_some": every(positive("cells_tried"), positive("cells_deciding")),
        "list_cells_none": every(
            positive("cells_tried"), is_number("cells_deciding", lambda number: number == 0)
        ),
        "list_cells_absent": every(
            positive("trials"), is_number("cells_tried", lambda number: number == 0)
        ),
        **dict.fromkeys(
            (f"list_cell_{kind}" for kind in ("swap", "gain", "lose")), positive("cells_deciding")
        ),
        # over the whole movement
        "movement_met": compare(
            "movement_value", lambda value, target: value >= target, "movement_target"
        ),
        "movement_none": every(
            is_number("movement_value", lambda value: value == 0), positive("movement_target")
        ),
        "movement_missed": compare(
            "movement_value", lambda value, target: value < target, "movement_target"
        ),
        "movement_untold": every(
            missing("movement_value", "many_periods"), are_known("movement_target")
        ),
        "movement_unknown": every(missing("movement_value"), are_known("movement_target")),
        **{f"activity_{n}": are_known(*_ACTIVITIES[:n]) for n in range(1, MOST_ACTIVITIES + 1)},
        "activity_unknown": missing("value"),
        # what changed
        "progress_up": every(
            has_sign("progress", 1), are_known("progress_rank", "progress_ranked")
        ),
        "progress_down": every(
            has_sign("progress", -1), are_known("progress_rank", "progress_ranked")
        ),
        "progress_same": every(
            has_sign("progress", 0), are_known("progress_rank", "progress_ranked")
        ),
        "progress_unknown": missing("progress", "not_ranked"),
        # where
        "below_drag": compare_written("contribution", lambda part, weight: part < weight, "weight"),
        **{
            f"below_others_{n}": every(
                *(
                    compare(f"met_{place}", lambda met, all_: met < all_, f"known_{place}")
                    for place in range(1, n + 1)
                )
            )
            for n in range(1, MOST_OTHERS + 1)
        },
        "below_short": names_all_behind("short_", "children_met", "children_known"),
        "below_whole_met": every(_ALL_TARGETS_MET, _SOME_BELOW_MISS),
        "below_nothing": every(_ALL_TARGETS_MET, _ALL_BELOW_REACH),
        "below_unknown": compare("targets_known", lambda known, all_: known < all_, "targets"),
        "below_small": every(all_have_sign("small_", 1), are_known("smallest")),
        # what to do
        **{
            f"next_step_{n}": every(
                positive("lacking"), *(positive(name) for name in ("first", "second", "third")[:n])
            )
            for n in (1, 2, 3)
        },
        **{
            f"next_step_{n}_apart": sum_exceeds(("first", "second", "third")[:n], "lacking")
            for n in (1, 2, 3)
        },
        "next_step_whole": positive("lacking"),
        "next_goal": every(
            positive("lacking"),
            compare_written("goal", lambda goal, target: goal != target, "target"),
        ),
        "next_below": every(_ALL_TARGETS_MET, _SOME_BELOW_MISS),
        "next_nothing": _ALL_TARGETS_MET,
        "next_unknown": missing("value"),
        "deadline_set": every(positive("lacking"), positive("per_week"), are_known("deadline")),
        "deadline_none": every(positive("lacking"), missing("deadline", "no_deadline")),
        "flow_weekly": every(positive("lacking"), positive("per_week")),
        **{
            f"trend_{n}": every(has_sign("pace", 1), are_known("goal_date"), rule)
            for n, rule in {
                "in_time": compare("goal_date", lambda day, last: day <= last, "deadline"),
                "late": compare("goal_date", lambda day, last: day > last, "deadline"),
                "open": missing("deadline", "no_deadline"),
            }.items()
        },
        "pace_in_time": every(
            has_sign("pace", 1), compare("goal_date", lambda day, last: day <= last, "deadline")
        ),
        "pace_late": every(
            has_sign("pace", 1), compare("goal_date", lambda day, last: day > last, "deadline")
        ),
        "pace_open": every(
            has_sign("pace", 1), are_known("goal_date"), missing("deadline", "no_deadline")
        ),
        "pace_slow": every(positive("pace"), has_sign("pace", 0)),
        "pace_none": missing("goal_date", "no_progress"),
        "pace_first": missing("goal_date", "first_period"),
        "pace_unknown": missing("goal_date", *_NO_PACE),
        # the state of the data
        "data_simulated": are_known("value"),
        "data_doubtful": every(positive("cells_doubtful"), are_known("cells")),
        "data_not_doubtful": every(
            is_number("cells_doubtful", lambda n: n == 0), positive("cells")
        ),
        "data_not_reported_below": all_have_sign("silent_", 1),
        "data_partial": some_positive,
        "data_unchanged": positive("children_unchanged"),
    }
)
