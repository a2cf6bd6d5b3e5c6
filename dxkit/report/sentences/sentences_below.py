"""The sentences on the units below, and on what is to be done."""

from __future__ import annotations

from dxkit.report.sentences.conditions import (
    Condition,
    Term,
    count,
    every,
    good,
    known,
    missing,
    number,
    positive,
    written,
    zero,
)
from dxkit.report.sentences.sentence import Example, Sentence, slot
from dxkit.report.sentences.sentences_of_headlines import (
    ALL_MET,
    ALL_TARGETS_MET,
    NOT_ALL_MET,
    ONE_MET,
    because,
    too_few,
)
from dxkit.report.sentences.sentences_of_situation import NOT_NOUGHT, NOUGHT

# how many of them reach a target ------------------------------------------------------------------

SEVERAL = number("children_known") > 1
SOME_MET = positive("children_met") & (number("children_met") < number("children_known"))
EVERY_ONE_MET = SEVERAL & (number("children_met") == number("children_known"))
TWO_OF_NINE = {"children_known": 9, "children_met": 2}
NINE_OF_NINE = {"children_known": 9, "children_met": 9}
NOT_SOME = ({"children_met": 0}, {"children_met": 9})
NOT_EVERY_ONE = (
    {"children_known": 1, "children_met": 1},
    {"children_met": 8},
    {"children_met": 10},
)
MET_BELOW = slot(
    "narrative",
    Sentence(
        "below_all_met",
        EVERY_ONE_MET,
        NINE_OF_NINE,
        NOT_EVERY_ONE,
        ({"children_known": 2, "children_met": 2},),
    ),
    Sentence(
        "below_none_met",
        SEVERAL & zero("children_met"),
        {"children_known": 9, "children_met": 0},
        false=({"children_known": 1}, {"children_met": 1}),
        also=({"children_known": 2},),
    ),
    Sentence("below_some_met", SOME_MET, TWO_OF_NINE, NOT_SOME, ({"children_met": 1},)),
    Sentence(
        "below_untargeted",
        SEVERAL & (count("children_met") < 1),
        {"children_known": 9},
        false=({"children_known": 1}, {"children_met": 3}),
        also=({"children_known": 2},),
    ),
)
EXTREMES = slot(
    "narrative",
    Sentence(
        "below_spread",
        (good("best") > good("worst")) & known("spread"),
        {"best": "60.0%", "worst": "40.0%", "spread": "20.0pp"},
        false=({"best": "40.0%"}, {"direction": -1}),
        also=({"best": "40.0%", "worst": "60.0%", "direction": -1},),
    ),
    Sentence(
        "below_equal",
        SEVERAL & (number("best") == number("worst")),
        {"children_known": 9, "best": "60.0%", "worst": "60.0%"},
        false=({"children_known": 1}, {"best": "60.1%"}, {"worst": "60.1%"}),
        also=({"children_known": 2},),
    ),
)
SHORT = slot(
    "narrative",
    Sentence(
        "below_short",
        every("short_*", good("short_*") < 0)
        & (count("short_*") == number("children_known") - number("children_met")),
        {
            "children_known": 9,
            "children_met": 7,
            "short_a": "-1.0pp",
            "short_b": "-1.0pp",
        },
        false=(
            {"short_a": "0.0pp"},
            {"direction": -1},
            {"children_met": 6},
            {"children_met": 8},
            {"children_met": 9, "short_a": None, "short_b": None},
        ),
        also=({"short_a": "1.0pp", "short_b": "1.0pp", "direction": -1},),
    ),
)
DRAG = slot(
    "narrative",
    Sentence(
        "below_drag",
        written("contribution") < written("weight"),
        {"contribution": "20.0%", "weight": "30.0%"},
        false=({"contribution": "29.96%"}, {"contribution": "30.0%"}),
    ),
)
MOST_OTHERS = 6


def _others(number_of: int) -> Sentence:
    when: Condition = known()
    true: dict[str, str | float] = {}
    for n in range(1, number_of + 1):
        when &= number(f"met_{n}") < number(f"known_{n}")
        true |= {f"met_{n}": n, f"known_{n}": 9}
    false = tuple({f"met_{n}": 9} for n in range(1, number_of + 1))
    return Sentence(f"below_others_{number_of}", when, true, false)


OTHERS = slot("narrative", *map(_others, range(MOST_OTHERS, 0, -1)))

# where the unit itself reaches all its targets ----------------------------------------------------

_SOME_MISS = every("met_*", number("met_*") < number("known_*"))
_MISSED = {"met_a": 7, "known_a": 9, "met_b": 7, "known_b": 9}
_NOT_MISSED = (
    {"met_a": 9},
    {"met_a": None, "met_b": None},
)
SHORT_OF_ALL = slot(
    "narrative",
    Sentence(
        "below_whole_met",
        ALL_TARGETS_MET & _SOME_MISS,
        {**ALL_MET, **_MISSED},
        false=(*NOT_ALL_MET, *_NOT_MISSED),
        also=(ONE_MET,),
    ),
)
NOTHING_SHORT = slot(
    "narrative",
    Sentence(
        "below_nothing",
        ALL_TARGETS_MET & every("met_*", number("met_*") == number("known_*")),
        {**ALL_MET, "met_a": 9, "known_a": 9, "met_b": 9, "known_b": 9},
        false=(*NOT_ALL_MET, {"met_a": 8}, {"met_a": 10}, {"met_a": None, "met_b": None}),
        also=(ONE_MET,),
    ),
    Sentence(
        "below_unknown",
        number("targets_known") < number("targets"),
        {"targets": 5, "targets_known": 4},
        false=({"targets_known": 5},),
    ),
)

# which of them are left out -----------------------------------------------------------------------


def _all_positive(key: str, name: str, *more: str) -> Sentence:
    """A sentence on what each of several indicators has some of."""
    return Sentence(
        key,
        every(f"{name}_*", positive(f"{name}_*")) & known(*more),
        {f"{name}_a": 2, f"{name}_b": 2, **dict.fromkeys(more, 30)},
        false=({f"{name}_a": 0}, {f"{name}_a": None, f"{name}_b": None}),
        also=({f"{name}_a": 1},),
    )


LEFT_OUT, LEFT_OUT_ALL, NOT_APPLICABLE, NOT_APPLICABLE_ALL = (
    slot("narrative", _all_positive(f"below_{name}{all_}", name))
    for name in ("left_out", "not_applicable")
    for all_ in ("", "_all")
)
NONE_THERE = slot(
    "narrative",
    Sentence(
        "below_none_there",
        every("not_applicable_*", positive("not_applicable_*")) & NOUGHT,
        {"not_applicable_x": 2, "not_applicable_y": 2, "none_a": 0, "none_b": 0},
        false=(
            *NOT_NOUGHT[:2],
            {"none_a": None, "none_b": None},
            {"not_applicable_x": 0},
            {"not_applicable_x": None, "not_applicable_y": None},
        ),
        also=({"not_applicable_x": 1}, {"none_a": "not_applicable"}),
    ),
)
SMALL = slot("narrative", _all_positive("below_small", "small", "smallest"))

# what to do ---------------------------------------------------------------------------------------

_PLACES = ("first", "second", "third")
_LACKING = positive("lacking") & known("goal")
_TEN: Example = {"lacking": 10, "goal": "60%"}
_ONE: Example = {"lacking": 1}
_NONE: Example = {"lacking": 0}


def _sum_of(names: tuple[str, ...]) -> Term:
    terms = iter(map(number, names))
    total = next(terms)
    for term in terms:
        total += term
    return total


def _step(number_of: int) -> Sentence:
    names = _PLACES[:number_of]
    when = _LACKING
    for name in names:
        when &= positive(name)
    return Sentence(
        f"next_step_{number_of}",
        when,
        {**_TEN, **dict(zip(names, (4, 3, 2), strict=False))},
        false=(_NONE, *({name: 0} for name in names)),
        also=({"lacking": 1, "first": 1}, *({name: 1} for name in names)),
    )


def _step_apart(number_of: int) -> Sentence:
    """The parts make more than the whole, which others above the target make up for."""
    names = _PLACES[:number_of]
    when = _LACKING & (_sum_of(names) > number("lacking"))
    for name in names if number_of > 1 else ():
        when &= positive(name)
    return Sentence(
        f"next_step_{number_of}_apart",
        when,
        {**_TEN, **dict(zip(names, (12, 11, 10), strict=False))},
        false=(
            _NONE,
            {"lacking": sum((12, 11, 10)[:number_of])},
            *({name: 0} for name in names),
        ),
        also=(_ONE, *({name: 1} for name in names if number_of > 1)),
    )


STEP = slot(
    "next_steps",
    *(sentence for n in (3, 2, 1) for sentence in (_step_apart(n), _step(n))),
    Sentence("next_step_whole", _LACKING, _TEN, (_NONE,), (_ONE,)),
)
NEXT_GOAL = slot(
    "next_steps",
    Sentence(
        "next_goal",
        positive("lacking") & (written("goal") != written("target")),
        {**_TEN, "target": "50%"},
        false=(_NONE, {"target": "60.04%"}, {"goal": "50.04%", "target": "50%"}),
        also=(_ONE,),
    ),
)
DEADLINE = slot(
    "next_steps",
    Sentence(
        "deadline_set",
        positive("lacking") & positive("per_week") & known("deadline"),
        {"lacking": 10, "per_week": 2, "deadline": "2022-12-31"},
        false=(_NONE, {"per_week": 0}),
        also=(_ONE, {"per_week": 1}),
    ),
    Sentence(
        "deadline_none",
        positive("lacking") & missing("deadline", "no_deadline"),
        {"lacking": 10, "deadline": "no_deadline"},
        false=(_NONE, {"deadline": "no_data"}),
        also=(_ONE,),
    ),
)
FLOW = slot(
    "next_steps",
    Sentence(
        "flow_weekly",
        positive("lacking") & positive("per_week"),
        {"lacking": 10, "per_week": 2},
        false=(_NONE, {"per_week": 0}),
        also=(_ONE, {"per_week": 1}),
    ),
)
_FAST = written("pace") > 0
_DAY: Example = {"pace": 1, "goal_date": "2022-12-20"}
_NOT_FAST: Example = {"pace": 0.4}
_UNFORESEEN = ("not_reported", "unread", "no_data", "rejected", "not_applicable", "not_measured")
_NO_FORECAST = (
    Sentence(
        "pace_slow",
        positive("pace") & (written("pace") < 1),
        {"pace": 0.4},
        false=({"pace": 0}, {"pace": 0.6}, {"pace": 1}),
    ),
    because("pace_none", "goal_date", "no_progress"),
    because("pace_first", "goal_date", "first_period"),
    Sentence(
        "pace_unknown",
        missing("goal_date", *_UNFORESEEN),
        {"goal_date": "no_data"},
        false=({"goal_date": "reached"},),
        also=tuple({"goal_date": reason} for reason in _UNFORESEEN),
    ),
)


def _forecasts(way: str) -> tuple[Sentence, ...]:
    return (
        Sentence(
            f"{way}_in_time",
            _FAST & (number("goal_date") <= number("deadline")),
            {**_DAY, "deadline": "2022-12-31"},
            (_NOT_FAST, {"goal_date": "2023-01-01"}),
            ({"goal_date": "2022-12-31"},),
        ),
        Sentence(
            f"{way}_late",
            _FAST & (number("goal_date") > number("deadline")),
            {**_DAY, "deadline": "2022-12-14"},
            (_NOT_FAST, {"deadline": "2022-12-20"}),
        ),
        Sentence(
            f"{way}_open",
            _FAST & known("goal_date") & missing("deadline", "no_deadline"),
            {**_DAY, "deadline": "no_deadline"},
            (_NOT_FAST, {"deadline": "no_data"}),
        ),
        *_NO_FORECAST,
    )


PACE, TREND = (slot("next_steps", *_forecasts(way)) for way in ("pace", "trend"))
"""Of what stays and is added to; and of a share of what arises anew in each period."""
LAST = slot(
    "next_steps",
    Sentence(
        "next_below",
        ALL_TARGETS_MET & _SOME_MISS,
        {**ALL_MET, **_MISSED},
        false=(*NOT_ALL_MET, *_NOT_MISSED),
        also=(ONE_MET,),
    ),
    Sentence("next_nothing", ALL_TARGETS_MET, ALL_MET, NOT_ALL_MET, (ONE_MET,)),
    Sentence("next_unknown", missing("value"), {"value": "incomplete"}, ({"value": "50p"},)),
)
LAST_IN_PART = slot("next_steps", too_few("next_open"))
SLOTS = (
    MET_BELOW,
    EXTREMES,
    SHORT,
    DRAG,
    OTHERS,
    SHORT_OF_ALL,
    NOTHING_SHORT,
    LEFT_OUT,
    LEFT_OUT_ALL,
    NONE_THERE,
    NOT_APPLICABLE,
    NOT_APPLICABLE_ALL,
    SMALL,
    STEP,
    NEXT_GOAL,
    DEADLINE,
    FLOW,
    TREND,
    PACE,
    LAST,
    LAST_IN_PART,
)
