"""The sentences on the state of the data, on registers, on the rules of ranking and rewards, and
those of an office of its own.
"""

from __future__ import annotations

from dxkit.report.sentences.conditions import (
    every,
    known,
    missing,
    number,
    positive,
    zero,
)
from dxkit.report.sentences.sentence import Example, Sentence, Slot, slot, stated


def _some(key: str, *names: str, more: tuple[str, ...] = ()) -> Sentence:
    """A sentence on what there is some of; ``more`` are other numbers that it needs."""
    when = known(*more)
    for name in names:
        when &= positive(name)
    return Sentence(
        key,
        when,
        {**dict.fromkeys(names, 2), **dict.fromkeys(more, 8)},
        false=tuple({name: 0} for name in names),
        also=tuple({name: 1} for name in names),
    )


# who has reported ---------------------------------------------------------------------------------


def _all_silent(reason: str) -> Sentence:
    silent = f"units_{reason}"
    return Sentence(
        f"data_{reason}_all",
        positive(silent) & (number(silent) == number("units_total")),
        {silent: 8, "units_total": 8},
        false=({silent: 0, "units_total": 0}, {silent: 7}, {silent: 9}),
        also=({silent: 1, "units_total": 1},),
    )


_COUNTS = ("units_not_reported", "units_unread", "units_lacking", "tables_lacking")
NOT_REPORTED = slot(
    "data_state",
    _all_silent("not_reported"),
    _some("data_not_reported", "units_not_reported", more=("units_total",)),
    Sentence(
        "data_all_reported",
        positive("units_total")
        & zero(_COUNTS[0])
        & zero(_COUNTS[1])
        & zero(_COUNTS[2])
        & zero(_COUNTS[3]),
        {"units_total": 8, **dict.fromkeys(_COUNTS, 0)},
        false=({"units_total": 0}, *({name: 1} for name in _COUNTS)),
        also=({"units_total": 1},),
    ),
)
UNREAD = slot(
    "data_state",
    _all_silent("unread"),
    _some("data_unread", "units_unread", more=("units_total",)),
)
LACKING = slot("data_state", _some("data_lacking", "units_lacking", more=("units_total",)))
SILENT_BELOW = slot(
    "data_state",
    Sentence(
        "data_not_reported_below",
        every("silent_*", positive("silent_*")),
        {"silent_a": 2, "silent_b": 2},
        false=({"silent_a": 0}, {"silent_a": None, "silent_b": None}),
        also=({"silent_a": 1},),
    ),
)
_NO_SILENCE: Example = {"units_not_reported": 0, "units_unread": 0, "silent_a": None}
PARTIAL = slot(
    "data_state",
    Sentence(
        "data_partial",
        positive("units_not_reported")
        | positive("units_unread")
        | every("silent_*", positive("silent_*")),
        {"units_not_reported": 1},
        false=(
            {"units_not_reported": 0},
            {"units_not_reported": 0, "silent_a": 0, "silent_b": 1},
            {"units_not_reported": 0, "units_unread": 0, "silent_a": 0},
        ),
        also=({**_NO_SILENCE, "units_unread": 1}, {**_NO_SILENCE, "silent_a": 1}),
    ),
)
SIMULATED = slot("data_state", Sentence("data_simulated", known("value"), {"value": 3}))
DOUBTFUL = slot(
    "data_state",
    _some("data_doubtful", "cells_doubtful", more=("cells",)),
    Sentence(
        "data_not_doubtful",
        zero("cells_doubtful") & positive("cells"),
        {"cells_doubtful": 0, "cells": 640},
        false=({"cells_doubtful": 1}, {"cells": 0}),
        also=({"cells": 1},),
    ),
)
UNCHANGED = slot("data_state", _some("data_unchanged", "children_unchanged"))
POINTS = slot(
    "map",
    Sentence(
        "points_spread",
        number("best") > number("worst"),
        {"best": "91.20p", "worst": "70.15p"},
        false=({"best": "70.15p"},),
    ),
    Sentence(
        "points_equal",
        number("best") == number("worst"),
        {"best": "91.20p", "worst": "91.20p"},
        false=({"best": "91.21p"}, {"worst": "91.21p"}),
    ),
)
REGISTER = slot(
    "activity",
    _some("register_some", "value"),
    Sentence(
        "register_none",
        number("value") == 0,
        {"value": 0},
        false=({"value": 1}, {"value": -1}),
    ),
    Sentence("register_unknown", missing("value"), {"value": "no_data"}, ({"value": 3},)),
)

# by which rules the units below are ranked and rewarded -------------------------------------------


def _declared(*keys: str, needs: tuple[str, ...] = (), written: str = "80%") -> Slot:
    """What the campaign declares in words: true because it does, as ``verify`` proves again."""
    return stated(
        "league",
        *(Sentence(key, known(*needs), dict.fromkeys(needs, written))
          for key in keys),
    )  # fmt: skip


RULES_IN_WORDS = _declared(
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
RULES_IN_NUMBERS = _declared(
    "rule_least_reported", "rule_least_covered", "rule_least_value", "rule_most_value",
    needs=("least",),
)  # fmt: skip
ROUNDED = slot("league", Sentence("rule_rounded", known("decimals"), {"decimals": 2}))
QUOTA = slot("league", Sentence("reward_quota", known("quota"), {"quota": 3}))
REWARD_SHARE = slot(
    "league",
    Sentence("reward_share", positive("least"), {"least": "50%"}, ({"least": "0%"},)),
)
REWARD_TARGETS = slot("league", _some("reward_targets", "least"))
LIST = slot(
    "league",
    Sentence(
        "list_same",
        positive("trials") & zero("trials_changing"),
        {"trials": 2000, "trials_changing": 0},
        false=({"trials": 0}, {"trials_changing": 1}),
        also=({"trials": 1},),
    ),
    _some("list_changing", "trials", "trials_changing"),
)
LIST_CELLS = slot(
    "league",
    _some("list_cells_some", "cells_tried", "cells_deciding"),
    Sentence(
        "list_cells_none",
        positive("cells_tried") & zero("cells_deciding"),
        {"cells_tried": 12, "cells_deciding": 0},
        false=({"cells_tried": 0}, {"cells_deciding": 1}),
        also=({"cells_tried": 1},),
    ),
    Sentence(
        "list_cells_absent",
        positive("trials") & zero("cells_tried"),
        {"trials": 2000, "cells_tried": 0},
        false=({"trials": 0}, {"cells_tried": 1}),
        also=({"trials": 1},),
    ),
)
LIST_CELL = stated(
    "league", *(_some(f"list_cell_{way}", "cells_deciding") for way in ("swap", "gain", "lose"))
)
OWN = stated(
    "own",
    # what an office's own notebooks say, by key
)
SLOTS = (
    NOT_REPORTED,
    UNREAD,
    LACKING,
    SILENT_BELOW,
    PARTIAL,
    SIMULATED,
    DOUBTFUL,
    UNCHANGED,
    REGISTER,
    RULES_IN_WORDS,
    ROUNDED,
    RULES_IN_NUMBERS,
    QUOTA,
    REWARD_SHARE,
    REWARD_TARGETS,
    LIST,
    LIST_CELLS,
    LIST_CELL,
    POINTS,
    OWN,
)
