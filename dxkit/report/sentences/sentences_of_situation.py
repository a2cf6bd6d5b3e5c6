"""The sentences on what a unit has reached, how that compares, and what has changed."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

from dxkit.report.sentences.conditions import (
    BEHIND,
    REACHED,
    RISING,
    Condition,
    count,
    every,
    known,
    missing,
    number,
    positive,
    written,
)
from dxkit.report.sentences.sentence import Example, Sentence, Slot, slot
from dxkit.report.sentences.sentences_of_headlines import because

KINDS = ("ratio", "count", "value")
NONE_OF_THEM = number("none_*") < 1
NOUGHT = every("none_*", NONE_OF_THEM | missing("none_*", "not_applicable"))
"""There is none of the things of which an indicator is a share."""
NOT_NOUGHT = ({"none_a": 1}, {"none_b": 2}, {"none_a": None})

# levels -----------------------------------------------------------------------------------------

_PARTS = ("numerator", "denominator")
_JUDGED = {
    "ratio": known("value", "target", *_PARTS),
    **dict.fromkeys(("count", "value"), known("value", "target")),
}
_STEPS = {"ratio": (0.1, 0.04), "count": (1, 0.4), "value": (0.01, 0.004)}
"""By kind of indicator: the least difference that is seen, and one that is not."""


def _amount(kind: str, value: float, *, difference: bool = True) -> str | float:
    """A number of an indicator of that kind, as an example writes it."""
    if kind == "count":
        return value
    return f"{value:.2f}{'pp' if difference else '%'}" if kind == "ratio" else f"{value:.3f}s"


def _near(kind: str, size: float = 0) -> Example:
    """A value so far from its target, and the target."""
    target = 50 if kind == "ratio" else 5
    amounts = (_amount(kind, number, difference=False) for number in (target + size, target))
    parts = {"numerator": 4323 + round(86 * size), "denominator": 8646} if kind == "ratio" else {}
    return {**dict(zip(("value", "target"), amounts, strict=True)), **parts}


_JUST_OVER = Sentence(
    "level_just_over_ratio",  # where more is better the shortfall is told
    _JUDGED["ratio"] & (written("gap") <= 0) & BEHIND & ~RISING,
    {**_near("ratio", 0.04), "gap": "0.04pp", "direction": -1},
    false=(
        {"gap": "0.1pp"},
        {"gap": "0.0pp"},
        {"gap": "-0.04pp"},
        {"gap": "-0.04pp", "direction": 1},
        {"gap": "-0.1pp", "direction": 1},
    ),
)


def _level(kind: str) -> Slot:
    step, unseen = _STEPS[kind]
    judged = _JUDGED[kind]
    parts = _PARTS if kind == "ratio" else ()
    shortfall: Example = {"shortfall": 3} if kind == "ratio" else {}

    def gap(size: float, direction: int = 1) -> Example:
        return {"gap": _amount(kind, size), "direction": direction}

    def away(name: str, condition: Condition, size: float, direction: int) -> Sentence:
        return Sentence(
            f"level_{name}_{kind}",
            judged & condition,
            {**_near(kind, size), **gap(size, direction)},
            false=(gap(unseen if size > 0 else -unseen, direction), {"direction": -direction}),
        )

    return slot(
        "narrative",
        away("exceeded", (written("gap") > 0) & RISING, step, 1),
        away("under", (written("gap") < 0) & ~RISING, -step, -1),
        Sentence(
            f"level_met_{kind}",
            judged & (written("gap") == 0) & REACHED,
            {**_near(kind), **gap(0)},
            false=(gap(step), gap(-step, -1), gap(-unseen)),
            also=(gap(unseen), gap(-unseen, -1)),
        ),
        Sentence(
            f"level_nearly_{kind}",
            judged & (written("gap") == 0) & BEHIND & (positive("shortfall") if parts else known()),
            {**_near(kind, -unseen), **gap(-unseen), **shortfall},
            false=(
                gap(-step),
                gap(step, -1),
                gap(0),
                {"direction": -1},
                *({name: 0} for name in shortfall),
            ),
            also=tuple({name: 1} for name in shortfall),
        ),
        *((_JUST_OVER,) if parts else ()),
        away("missed", (written("gap") < 0) & RISING, -step, 1),
        away("over", (written("gap") > 0) & ~RISING, step, -1),
        Sentence(
            f"level_no_target_{kind}",
            known("value", *parts) & missing("target", "no_target"),
            {**_near(kind), "target": "no_target"},
            false=({"target": "no_data"},),
        ),
        *_NO_LEVEL,
    )


_NO_LEVEL = (
    Sentence(
        "level_none_there",
        missing("value", "not_applicable") & NOUGHT,
        {"value": "not_applicable", "none_a": 0},
        false=(*NOT_NOUGHT, {"value": "no_data"}),
        also=({"none_a": "not_applicable"},),
    ),
    *(
        because(f"level_{reason}", "value", reason)
        for reason in ("not_reported", "unread", "no_data", "not_applicable", "rejected")
    ),
)
LEVEL: Mapping[str, Slot] = {kind: _level(kind) for kind in KINDS}
SILENCE = slot(
    "narrative",
    *(
        Sentence(
            f"level_all_{reason}",
            every("value_*", missing("value_*", reason)),
            {"value_a": reason, "value_b": reason},
            false=({"value_b": "no_data"}, {"value_b": 3}, {"value_a": None, "value_b": None}),
        )
        for reason in ("not_reported", "unread")
    ),
)
MOVEMENT = slot(
    "narrative",
    Sentence(
        "movement_met",
        number("movement_value") >= number("movement_target"),
        {"movement_value": 10, "movement_target": 10},
        false=({"movement_value": 9},),
    ),
    Sentence(
        "movement_none",
        (number("movement_value") == 0) & positive("movement_target"),
        {"movement_value": 0, "movement_target": 10},
        false=({"movement_value": 1}, {"movement_value": -1}, {"movement_target": 0}),
        also=({"movement_target": 1},),
    ),
    Sentence(
        "movement_missed",
        number("movement_value") < number("movement_target"),
        {"movement_value": 9, "movement_target": 10},
        false=({"movement_value": 10},),
    ),
    Sentence(
        "movement_untold",
        missing("movement_value", "many_periods") & known("movement_target"),
        {"movement_value": "many_periods", "movement_target": 10},
        false=({"movement_value": "no_data"},),
    ),
    Sentence(
        "movement_unknown",
        missing("movement_value") & known("movement_target"),
        {"movement_value": "no_data", "movement_target": 10},
        false=({"movement_value": 3},),
    ),
)

# against the whole and against units of the same type ---------------------------------------------

_HIGHER = every("higher_*", written("higher_*") > 0)
_LOWER = every("lower_*", written("lower_*") < 0)
_ONE_HIGHER = every("higher_*", written("higher_*") > 0, 1)
_ONE_LOWER = every("lower_*", written("lower_*") < 0, 1)
_NO_HIGHER, _NO_LOWER, _NO_EVEN = (count(f"{n}_*") < 1 for n in ("higher", "lower", "even"))
_SOME_EVEN = every("even_*", written("even_*") == 0)
_ABOVE, _BELOW = written("gap") > 0, written("gap") < 0
_UP, _DOWN = {"higher_a": "1.0pp"}, {"lower_a": "-1.0pp"}
_TWO_UP, _TWO_DOWN = {**_UP, "higher_b": "1.0pp"}, {**_DOWN, "lower_b": "-1.0pp"}
_ONE_EVEN = {"even_a": "0.0pp"}
_EVEN = {**_ONE_EVEN, "even_b": "0.04pp"}
_NOT_EVEN = ({"even_a": "0.1pp"}, {"even_a": "-0.1pp"}, {"even_a": None, "even_b": None})
_GAP_UP, _GAP_DOWN = {"gap": "1.0pp"}, {"gap": "-1.0pp"}
_NOT_ABOVE, _NOT_BELOW = {"gap": "0.04pp"}, {"gap": "-0.04pp"}
_NOT_HIGHER = ({"higher_a": "0.04pp"}, {"higher_a": None, "higher_b": None})
_NOT_LOWER = ({"lower_a": "-0.04pp"}, {"lower_a": None, "lower_b": None})
_AGAINST: tuple[tuple[str, Condition, Example, tuple[Example, ...]], ...] = (
    (
        "both_one",
        _HIGHER & _ONE_LOWER & _NO_EVEN & _BELOW,
        {**_TWO_UP, **_DOWN, **_GAP_DOWN},
        (*_NOT_HIGHER, {"lower_a": "-0.04pp"}, _TWO_DOWN, _ONE_EVEN, _NOT_BELOW),
    ),
    (
        "both",
        _HIGHER & _LOWER & _NO_EVEN & _BELOW,
        {**_TWO_UP, **_TWO_DOWN, **_GAP_DOWN},
        (*_NOT_HIGHER, *_NOT_LOWER, _ONE_EVEN, _NOT_BELOW),
    ),
    (
        "mixed_one",
        _HIGHER & _ONE_LOWER & _SOME_EVEN & _BELOW,
        {**_TWO_UP, **_DOWN, **_EVEN, **_GAP_DOWN},
        (*_NOT_HIGHER, {"lower_a": "-0.04pp"}, _TWO_DOWN, *_NOT_EVEN, _NOT_BELOW),
    ),
    (
        "mixed",
        _HIGHER & _LOWER & _SOME_EVEN & _BELOW,
        {**_TWO_UP, **_TWO_DOWN, **_EVEN, **_GAP_DOWN},
        (*_NOT_HIGHER, *_NOT_LOWER, *_NOT_EVEN, _NOT_BELOW),
    ),
    (
        "higher",
        _HIGHER & _NO_LOWER & _NO_EVEN & _ABOVE,
        {**_TWO_UP, **_GAP_UP},
        (*_NOT_HIGHER, _DOWN, _ONE_EVEN, _NOT_ABOVE),
    ),
    (
        "lower",
        _LOWER & _NO_HIGHER & _NO_EVEN & _BELOW,
        {**_TWO_DOWN, **_GAP_DOWN},
        (*_NOT_LOWER, _UP, _ONE_EVEN, _NOT_BELOW),
    ),
    (
        "some_higher_one",
        _ONE_HIGHER & _NO_LOWER & _SOME_EVEN & _ABOVE,
        {**_UP, **_EVEN, **_GAP_UP},
        ({"higher_a": "0.04pp"}, _TWO_UP, _DOWN, *_NOT_EVEN, _NOT_ABOVE),
    ),
    (
        "some_higher",
        _HIGHER & _NO_LOWER & _SOME_EVEN & _ABOVE,
        {**_TWO_UP, **_EVEN, **_GAP_UP},
        (*_NOT_HIGHER, _DOWN, *_NOT_EVEN, _NOT_ABOVE),
    ),
    (
        "some_lower_one",
        _ONE_LOWER & _NO_HIGHER & _SOME_EVEN & _BELOW,
        {**_DOWN, **_EVEN, **_GAP_DOWN},
        ({"lower_a": "-0.04pp"}, _TWO_DOWN, _UP, *_NOT_EVEN, _NOT_BELOW),
    ),
    (
        "some_lower",
        _LOWER & _NO_HIGHER & _SOME_EVEN & _BELOW,
        {**_TWO_DOWN, **_EVEN, **_GAP_DOWN},
        (*_NOT_LOWER, _UP, *_NOT_EVEN, _NOT_BELOW),
    ),
    (
        "level",
        _NO_HIGHER & _NO_LOWER & _SOME_EVEN & (written("gap") == 0),
        {**_EVEN, "gap": "0.04pp"},
        (_UP, _DOWN, *_NOT_EVEN, {"gap": "0.1pp"}, {"gap": "-0.1pp"}),
    ),
)
AGAINST_GROUP = slot(
    "narrative",
    *(Sentence(f"group_{name}", when, true, false) for name, when, true, false in _AGAINST),
)
AGAINST_TYPE = slot(
    "narrative",
    *(
        Sentence(
            f"type_{name}",
            positive("type_units") & when,
            {"type_units": 5, **true},
            false=(*false, {"type_units": 0}),
            also=({"type_units": 1},),
        )
        for name, when, true, false in _AGAINST
    ),
)
TYPE_ALONE = slot("narrative", Sentence("type_alone", known("ranked"), {"ranked": 8}))

# points, rank, and how sure it is -----------------------------------------------------------------

RANK_TIED = slot(
    "narrative",
    Sentence(
        "rank_tied",
        known("rank") & (number("rank_shared") > 1),
        {"rank": 2, "rank_shared": 2},
        false=({"rank_shared": 1},),
    ),
)
SCALE = slot(
    "narrative",
    Sentence(
        "scale_part",
        known("points", "max_points") & (written("covered") > 0) & (written("covered") < 100),
        {"points": "91.20p", "max_points": "100p", "covered": "80%"},
        false=({"covered": "0.4%/0"}, {"covered": "99.6%/0"}),
        also=({"covered": "1%"}, {"covered": "99%"}),
    ),
)
BONUS = slot(
    "narrative",
    Sentence(
        "scale_bonus",
        known("points") & positive("bonus"),
        {"points": "91.20p", "bonus": "5.00p"},
        false=({"bonus": "0p"},),
        also=({"bonus": "0.50p"},),
    ),
)
CERTAINTY = slot(
    "narrative",
    Sentence(
        "certainty_fixed",
        (number("rank_best") == number("rank_worst")) & (number("rank_best") == number("rank")),
        {"rank": 3, "rank_best": 3, "rank_worst": 3},
        false=({"rank_worst": 4}, {"rank_worst": 2}, {"rank": 2}, {"rank": 4}),
    ),
    Sentence(
        "certainty_range",
        (number("rank_best") < number("rank_worst"))
        & (number("rank_best") <= number("rank"))
        & (number("rank") <= number("rank_worst")),
        {"rank": 3, "rank_best": 2, "rank_worst": 4},
        false=({"rank_best": 3, "rank_worst": 3}, {"rank": 1}, {"rank": 5}),
        also=({"rank": 2}, {"rank": 4}),
    ),
    Sentence(
        "certainty_unknown",
        known("points") & missing("rank"),
        {"points": "91.20p", "rank": "excluded"},
        false=({"rank": 3},),
    ),
)
AWARD_OPEN = slot(
    "narrative",
    Sentence(
        "award_open",
        (written("award_draws") > 0) & (written("award_draws") < 100),
        {"award_draws": "62%"},
        false=({"award_draws": "0.4%/0"}, {"award_draws": "99.6%/0"}),
        also=({"award_draws": "1%"}, {"award_draws": "99%"}),
    ),
)

# where it stands best and lowest ------------------------------------------------------------------

MOST_RANKS = 3
"""Ranks out of different numbers of units that one sentence names."""
_BEHIND_OF = {str(n): number(f"ranked_{n}") - number(f"rank_{n}") for n in (1, 2, 3)}


def _best(numbers: str) -> Sentence:
    """The same rank, never the last, out of different numbers of units."""
    when = known()
    true: dict[str, str | float] = {}
    false: list[Example] = []
    also: list[Example] = []
    for n in numbers:
        when &= _BEHIND_OF[n] > 0
        true |= {f"rank_{n}": 2, f"ranked_{n}": 9 - int(n)}
        fewest = {f"ranked_{m}": 9 - int(m) for m in numbers} | {f"ranked_{n}": 5}
        also.append(fewest | {f"rank_{m}": 4 for m in numbers})
        false.append(fewest | {f"rank_{m}": 5 for m in numbers})
    for n in numbers[1:]:
        when &= number("rank_1") == number(f"rank_{n}")
        false += [{f"rank_{n}": 1}, {f"rank_{n}": 3}]
    for n, m in combinations(numbers, 2):
        when &= number(f"ranked_{n}") != number(f"ranked_{m}")
        false.append({f"ranked_{m}": 9 - int(n)})
    return Sentence(f"strength_best_{len(numbers)}", when, true, tuple(false), tuple(also))


def _worst(numbers: str) -> Sentence:
    """Equally far from the bottom, out of different numbers of units."""
    when = known() if numbers[1:] else known("rank_1", "ranked_1")
    true: dict[str, str | float] = {}
    false: list[Example] = []
    for n in numbers:
        true |= {f"rank_{n}": 8 - int(n), f"ranked_{n}": 9 - int(n)}
    for n in numbers[1:]:
        when &= _BEHIND_OF["1"] == _BEHIND_OF[n]
        false += [{f"rank_{n}": 7 - int(n)}, {f"rank_{n}": 9 - int(n)}]
    for n, m in combinations(numbers, 2):
        when &= number(f"ranked_{n}") != number(f"ranked_{m}")
        false.append({f"rank_{m}": 8 - int(n), f"ranked_{m}": 9 - int(n)})
    return Sentence(f"strength_worst_{len(numbers)}", when, true, tuple(false))


BEST = slot("narrative", *map(_best, ("123", "12", "1")))
WORST = slot("narrative", *map(_worst, ("123", "12", "1")))
EVEN = slot(
    "narrative",
    Sentence(
        "strength_even",
        (number("best_rank") == number("worst_rank"))
        & (number("least_ranked") == number("most_ranked")),
        {"best_rank": 3, "worst_rank": 3, "least_ranked": 8, "most_ranked": 8},
        false=({"worst_rank": 4}, {"worst_rank": 2}, {"most_ranked": 9}, {"most_ranked": 7}),
    ),
)
NO_STRENGTH = slot(
    "narrative",
    Sentence(
        "strength_unknown", missing("best_rank"), {"best_rank": "no_data"}, ({"best_rank": 3},)
    ),
)

# activity, and what has changed -------------------------------------------------------------------

MOST_ACTIVITIES = 6
ACTIVITY = slot(
    "narrative",
    *(
        Sentence(
            f"activity_{most}",
            known(*(f"value_{n}" for n in range(1, most + 1))),
            {f"value_{n}": 10 * n for n in range(1, most + 1)},
        )
        for most in range(MOST_ACTIVITIES, 0, -1)
    ),
    Sentence("activity_unknown", missing("value"), {"value": "no_data"}, ({"value": 3},)),
)


def _change(kind: str) -> Slot:
    step, unseen = _STEPS[kind]
    now = {"value": _near(kind)["value"]}
    needed = known("previous", "value")

    def change(size: float) -> Example:
        return {"change": _amount(kind, size)}

    def since(size: float) -> Example:
        return {**now, "previous": _near(kind, -size)["value"], **change(size)}

    return slot(
        "narrative",
        Sentence(
            f"change_up_{kind}",
            (written("change") > 0) & needed,
            since(step),
            (change(unseen),),
        ),
        Sentence(
            f"change_down_{kind}",
            (written("change") < 0) & needed,
            since(-step),
            (change(-unseen),),
        ),
        Sentence(
            f"change_same_{kind}",
            (written("change") == 0) & known("value"),
            {**now, **change(unseen)},
            (change(step), change(-step)),
        ),
        Sentence(
            f"change_unknown_{kind}",
            missing("change") & ~missing("change", "first_period"),
            {"change": "no_data"},
            ({"change": "first_period"}, change(step)),
        ),
    )


CHANGE: Mapping[str, Slot] = {kind: _change(kind) for kind in KINDS}
_PLACED = known("progress_rank", "progress_ranked")
_PLACE = {"progress_rank": 3, "progress_ranked": 8}
PROGRESS = slot(
    "narrative",
    Sentence(
        "progress_up",
        (written("progress") > 0) & _PLACED,
        {"progress": "0.50p", **_PLACE},
        ({"progress": "0.004p"},),
    ),
    Sentence(
        "progress_down",
        (written("progress") < 0) & _PLACED,
        {"progress": "-0.50p", **_PLACE},
        ({"progress": "-0.004p"},),
    ),
    Sentence(
        "progress_same",
        (written("progress") == 0) & _PLACED,
        {"progress": "0.004p", **_PLACE},
        ({"progress": "0.01p"}, {"progress": "-0.01p"}),
    ),
    because("progress_unknown", "progress", "not_ranked"),
)
SLOTS = (
    *LEVEL.values(),
    SILENCE,
    MOVEMENT,
    AGAINST_GROUP,
    AGAINST_TYPE,
    TYPE_ALONE,
    RANK_TIED,
    SCALE,
    BONUS,
    BEST,
    WORST,
    EVEN,
    NO_STRENGTH,
    CERTAINTY,
    AWARD_OPEN,
    ACTIVITY,
    *CHANGE.values(),
    PROGRESS,
)
