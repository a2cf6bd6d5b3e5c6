"""The sentences at the top of a page: the rank, the award, the targets, what changed."""

from __future__ import annotations

from dxkit.report.sentences.conditions import (
    count,
    every,
    known,
    lacking,
    missing,
    number,
    positive,
    written,
    zero,
)
from dxkit.report.sentences.sentence import Example, Sentence, Slot, slot, stated

# the rank ---------------------------------------------------------------------------------------

_POINTS = {"points": "91.20p", "max_points": "100p"}
_RANK: Example = {"rank": 3, "ranked": 8, **_POINTS}
_SCORED = known("points", "max_points")
_RANKED = known("rank", "ranked") & _SCORED


def because(key: str, name: str, reason: str) -> Sentence:
    """A sentence that tells for which reason a number is missing."""
    return Sentence(key, missing(name, reason), {name: reason}, ({name: "other_units"},))


def _unranked(reason: str) -> Sentence:
    return Sentence(
        f"headline_{reason}",
        _SCORED & missing("rank", reason),
        {**_POINTS, "rank": reason},
        ({"rank": "not_ranked"},),
    )


_WITHOUT_RANK = (
    *(
        because(f"headline_{reason}", "points", reason)
        for reason in ("no_targets", "after_end", "incomplete", "not_reported", "unread")
    ),
    *map(_unranked, ("excluded", "below_covered", "below_reported", "below_value")),
    Sentence("headline_whole", _SCORED, _POINTS),
)


def _standing(graded: str) -> Slot:
    return slot(
        "headlines",
        Sentence(
            f"headline_rank_up{graded}",
            _RANKED & positive("rank_change"),
            {**_RANK, "rank_change": 2},
            false=({"rank_change": 0},),
            also=({"rank_change": 1},),
        ),
        Sentence(
            f"headline_rank_down{graded}",
            _RANKED & (number("rank_change") < 0),
            {**_RANK, "rank_change": -2},
            false=({"rank_change": 0},),
            also=({"rank_change": -1},),
        ),
        Sentence(
            f"headline_rank_same{graded}",
            _RANKED & (number("rank_change") == 0),
            {**_RANK, "rank_change": 0},
            false=({"rank_change": 1}, {"rank_change": -1}),
        ),
        Sentence(
            f"headline_rank_new{graded}",
            _RANKED & missing("rank_change"),
            {**_RANK, "rank_change": "other_units"},
            false=({"rank_change": 0},),
        ),
        *_WITHOUT_RANK,
    )


STANDING, STANDING_GRADED = _standing(""), _standing("_graded")
OF_UNITS = slot(
    "headlines",
    Sentence(
        "headline_of_units",
        missing("points") & positive("units_total"),
        {"points": "not_measured", "units_total": 63},
        false=({"units_total": 0}, {"points": "50p"}),
        also=({"units_total": 1},),
    ),
)

# awards -----------------------------------------------------------------------------------------

AWARD = stated(
    "headlines",
    *(
        Sentence(
            f"headline_award{by}{tied}",
            positive("quota") & known("rank", "ranked"),
            {"quota": 3, "rank": 2, "ranked": 8},
            false=({"quota": 0},),
            also=({"quota": 1},),
        )
        for by in ("", "_progress")
        for tied in ("", "_tied")
    ),
)
FIGURES_LACKING, FIGURES_LACKING_OWN = (
    slot(
        "headlines",
        Sentence(
            key,
            known("rank") & positive("figures_lacking"),
            {"rank": 3, "figures_lacking": 2},
            false=({"figures_lacking": 0},),
            also=({"figures_lacking": 1},),
        ),
    )
    for key in ("headline_figures_lacking", "headline_figures_lacking_own")
)

# targets ----------------------------------------------------------------------------------------

_ALL_KNOWN = number("targets_known") == number("targets")
_SOME_KNOWN = (
    positive("targets_known") & (number("targets_known") < number("targets")) & known("targets_met")
)
_SOME_OF_FIVE = {"targets": 5, "targets_known": 4, "targets_met": 2}
_NOT_SOME_KNOWN = ({"targets_known": 0}, {"targets_known": 5})
_UNKNOWN = every("unknown_*", lacking("unknown_*"))
_UNKNOWN_TWO = {"unknown_a": "no_data", "unknown_b": "not_reported"}
_NOT_UNKNOWN = (
    {"unknown_a": "not_applicable"},
    {"unknown_a": "50%"},
    {"unknown_a": None, "unknown_b": None},
)
_IDLE = every("idle_*", missing("idle_*", "not_applicable"))
_IDLE_TWO = {"idle_a": "not_applicable", "idle_b": "not_applicable"}
_NOT_IDLE = ({"idle_a": "no_data"}, {"idle_a": "50%"}, {"idle_a": None, "idle_b": None})
ALL_TARGETS_MET = positive("targets") & (number("targets_met") == number("targets"))
ALL_MET = {"targets": 2, "targets_met": 2}
NOT_ALL_MET = ({"targets": 0, "targets_met": 0}, {"targets_met": 1}, {"targets_met": 3})
ONE_MET = {"targets": 1, "targets_met": 1}

TARGETS = slot(
    "headlines",
    Sentence("headline_targets_all", ALL_TARGETS_MET, ALL_MET, NOT_ALL_MET, (ONE_MET,)),
    Sentence(
        "headline_targets_some",
        positive("targets_met") & _ALL_KNOWN & (number("targets_met") < number("targets")),
        {"targets": 4, "targets_known": 4, "targets_met": 2},
        false=({"targets_met": 0}, {"targets_met": 4}, {"targets_known": 3}, {"targets_known": 5}),
        also=({"targets_met": 1},),
    ),
    Sentence(
        "headline_targets_none",
        positive("targets") & _ALL_KNOWN & zero("targets_met"),
        {"targets": 2, "targets_known": 2, "targets_met": 0},
        false=(
            {"targets": 0, "targets_known": 0},
            {"targets_met": 1},
            {"targets_known": 1},
            {"targets_known": 3},
        ),
        also=({"targets": 1, "targets_known": 1},),
    ),
    Sentence(
        "headline_targets_partly",
        _SOME_KNOWN & _UNKNOWN & (count("idle_*") < 1),
        {**_SOME_OF_FIVE, **_UNKNOWN_TWO},
        false=(*_NOT_SOME_KNOWN, *_NOT_UNKNOWN, {"idle_a": "not_applicable"}),
        also=({"targets_known": 1},),
    ),
    Sentence(
        "headline_targets_idle",
        _SOME_KNOWN & _IDLE & (count("unknown_*") < 1),
        {**_SOME_OF_FIVE, **_IDLE_TWO},
        false=(*_NOT_SOME_KNOWN, *_NOT_IDLE, {"unknown_a": "no_data"}),
        also=({"targets_known": 1},),
    ),
    Sentence(
        "headline_targets_partly_idle",
        _SOME_KNOWN & _UNKNOWN & _IDLE,
        {**_SOME_OF_FIVE, "targets_known": 3, **_UNKNOWN_TWO, **_IDLE_TWO},
        false=(*_NOT_SOME_KNOWN, *_NOT_UNKNOWN, *_NOT_IDLE),
        also=({"targets_known": 1},),
    ),
)

_LEFT_OUT = positive("left_out")
"""Some unit below lacks a figure behind a target that is judged."""
_MOST_KNOWN = 2 * number("children_known") >= number("children")
_HALF = {"left_out": 5, "children_known": 5, "children": 10}
_LESS_THAN_HALF = {"left_out": 5, "children_known": 4, "children": 9}
_NOT_MOST = ({"left_out": 0}, {"children_known": 4, "children": 9})


def too_few(key: str) -> Sentence:
    """A sentence of a unit fewer than half of whose units below have figures."""
    return Sentence(
        key,
        _LEFT_OUT & positive("targets_known") & (2 * number("children_known") < number("children")),
        {**_LESS_THAN_HALF, "targets_known": 5},
        false=({"left_out": 0}, {"targets_known": 0}, {"children_known": 5, "children": 10}),
        also=({"left_out": 1}, {"targets_known": 1}),
    )


TARGETS_IN_PART = slot(
    "headlines",
    too_few("headline_targets_open"),
    Sentence(
        "headline_targets_part_all",
        _LEFT_OUT
        & positive("targets_known")
        & _MOST_KNOWN
        & (number("targets_met") == number("targets_known")),
        {**_HALF, "targets_known": 2, "targets_met": 2},
        false=(
            *_NOT_MOST,
            {"targets_known": 0, "targets_met": 0},
            {"targets_met": 1},
            {"targets_met": 3},
        ),
        also=({"left_out": 1}, {"targets_known": 1, "targets_met": 1}),
    ),
    Sentence(
        "headline_targets_part_some",
        _LEFT_OUT
        & _MOST_KNOWN
        & positive("targets_met")
        & (number("targets_met") < number("targets_known")),
        {**_HALF, "targets_known": 4, "targets_met": 2},
        false=(*_NOT_MOST, {"targets_met": 0}, {"targets_met": 4}),
        also=({"left_out": 1}, {"targets_met": 1}),
    ),
    Sentence(
        "headline_targets_part_none",
        _LEFT_OUT & positive("targets_known") & _MOST_KNOWN & zero("targets_met"),
        {**_HALF, "targets_known": 2, "targets_met": 0},
        false=(*_NOT_MOST, {"targets_known": 0}, {"targets_met": 1}),
        also=({"left_out": 1}, {"targets_known": 1}),
    ),
)

# changes ----------------------------------------------------------------------------------------

FIRST_PERIOD = slot("headlines", because("headline_first", "change", "first_period"))
CHANGES = slot(
    "headlines",
    Sentence(
        "headline_both",
        (written("change") > 0) & (written("fall") < 0) & known("value"),
        {"change": "1.0pp", "value": "51.2%", "fall": "-1.0pp"},
        false=({"change": "0.04pp"}, {"fall": "-0.04pp"}),
    ),
    Sentence(
        "headline_growth",
        (written("change") > 0) & known("value"),
        {"change": "1.0pp", "value": "51.2%"},
        false=({"change": "0.04pp"},),
    ),
    Sentence(
        "headline_fall",
        written("change") < 0,
        {"change": "-1.0pp"},
        false=({"change": "-0.04pp"},),
    ),
    Sentence(
        "headline_same",
        written("change") == 0,
        {"change": "0.04pp"},
        false=({"change": "0.1pp"}, {"change": "-0.1pp"}),
    ),
)
SLOTS = (
    STANDING,
    STANDING_GRADED,
    OF_UNITS,
    AWARD,
    FIGURES_LACKING,
    FIGURES_LACKING_OWN,
    TARGETS,
    TARGETS_IN_PART,
    FIRST_PERIOD,
    CHANGES,
)
