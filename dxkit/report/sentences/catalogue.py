"""Every sentence's condition: the predicate over its facts without which it cannot be printed.

``state`` is the only way to make a Claim, and it refuses a false one. A slot is an ordered list
of alternatives for one place on the page; ``choose`` takes the first that is true.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from dxkit.model.facts import Claim, Fact, Reference
from dxkit.report.sentences.conditions import (
    Facts,
    Predicate,
    all_have_sign,
    all_lacking,
    all_missing,
    all_nought,
    are_known,
    better,
    compare,
    compare_written,
    every,
    gap,
    has_sign,
    is_number,
    missing,
    none_named,
    positive,
)
from dxkit.report.sentences.narrative_rules import NARRATIVE_RULES

Filling = Fact | Reference | Sequence[Reference]


class FalseClaimError(ValueError):
    """A sentence was asked for that its facts do not bear out."""


_LEVELS = {
    "exceeded": every(gap(1), has_sign("gap", 1)),
    "under": every(gap(1), has_sign("gap", -1)),  # where less is better
    "met": gap(0, 1, written_as_zero=True),
    "nearly": every(gap(-1, written_as_zero=True), positive("shortfall")),
    "missed": every(gap(-1), has_sign("gap", -1)),
    "over": every(gap(-1), has_sign("gap", 1)),
    "no_target": every(are_known("value"), missing("target", "no_target")),
}
_CHANGES = {
    "up": every(has_sign("change", 1), are_known("previous", "value")),
    "down": every(has_sign("change", -1), are_known("previous", "value")),
    "same": has_sign("change", 0),
    "unknown": lambda facts, direction: (
        "change" in facts and facts["change"].missing not in ("", "first_period")
    ),
}
_RANK_CHANGES = {
    "up": has_sign("rank_change", 1),
    "down": has_sign("rank_change", -1),
    "same": has_sign("rank_change", 0),
    "new": missing("rank_change"),
}
KINDS = ("ratio", "count", "value")
_REASONS = ("not_reported", "unread", "no_data", "not_applicable", "rejected")
_SILENCES = ("not_reported", "unread")
_UNRANKED = ("excluded", "below_covered", "below_reported", "below_value")

_SOME_UNKNOWN = every(
    positive("targets_known"),
    compare("targets_known", lambda known, all_: known < all_, "targets"),
    are_known("targets_met"),
    all_lacking("unknown_"),
)
_SOME_IDLE = all_missing("idle_", "not_applicable")
_PARTIAL = every(positive("left_out"), positive("targets_known"))
"""Some unit below lacks a figure behind a target that is judged."""
_MOST_KNOWN = compare("children_known", lambda known, all_: 2 * known >= all_, "children")
_ALL_TARGETS_KNOWN = compare("targets_known", lambda known, all_: known == all_, "targets")

RULES: Mapping[str, Predicate] = MappingProxyType(
    {
        **{f"level_{n}_{kind}": rule for n, rule in _LEVELS.items() for kind in KINDS},
        **{f"level_{reason}": missing("value", reason) for reason in _REASONS},
        "level_none_there": every(missing("value", "not_applicable"), all_nought("none_")),
        **{f"level_all_{reason}": all_missing("value_", reason) for reason in _SILENCES},
        **{f"change_{n}_{kind}": rule for n, rule in _CHANGES.items() for kind in KINDS},
        "below_all_met": every(
            is_number("children_known", lambda n: n > 1),
            compare("children_met", lambda met, all_: met == all_, "children_known"),
        ),
        "below_none_met": every(
            is_number("children_known", lambda n: n > 1),
            is_number("children_met", lambda n: n == 0),
        ),
        "below_some_met": every(
            positive("children_met"),
            compare("children_met", lambda met, all_: met < all_, "children_known"),
        ),
        "below_spread": every(better("best", "worst"), are_known("spread")),
        "below_equal": every(
            is_number("children_known", lambda n: n > 1),
            compare("best", lambda best, worst: best == worst, "worst"),
        ),
        "below_untargeted": every(
            is_number("children_known", lambda n: n > 1), none_named("children_met")
        ),
        **dict.fromkeys(("below_left_out", "below_left_out_all"), all_have_sign("left_out_", 1)),
        "below_none_there": every(all_have_sign("not_applicable_", 1), all_nought("none_")),
        **dict.fromkeys(
            ("below_not_applicable", "below_not_applicable_all"),
            all_have_sign("not_applicable_", 1),
        ),
        **{
            f"headline_rank_{n}{graded}": every(are_known("rank", "ranked", "points"), rule)
            for n, rule in _RANK_CHANGES.items()
            for graded in ("", "_graded")
        },
        "headline_not_reported": missing("points", "not_reported"),
        "headline_unread": missing("points", "unread"),
        "headline_incomplete": missing("points", "incomplete"),
        "headline_no_targets": missing("points", "no_targets"),
        "headline_after_end": missing("points", "after_end"),
        **{
            f"headline_{reason}": every(are_known("points"), missing("rank", reason))
            for reason in _UNRANKED
        },
        "headline_whole": are_known("points"),
        **dict.fromkeys(
            ("headline_figures_lacking", "headline_figures_lacking_own"),
            every(are_known("rank"), positive("figures_lacking")),
        ),
        "headline_of_units": every(missing("points"), positive("units_total")),
        **dict.fromkeys(
            [f"headline_award{by}{tied}" for by in ("", "_progress") for tied in ("", "_tied")],
            every(positive("quota"), are_known("rank", "ranked")),
        ),
        "headline_targets_all": every(
            positive("targets"),
            compare("targets_met", lambda met, all_: met == all_, "targets"),
        ),
        "headline_targets_none": every(
            positive("targets"),
            _ALL_TARGETS_KNOWN,
            is_number("targets_met", lambda n: n == 0),
        ),
        "headline_targets_some": every(
            positive("targets_met"),
            _ALL_TARGETS_KNOWN,
            compare("targets_met", lambda met, all_: met < all_, "targets"),
        ),
        "headline_targets_partly": every(_SOME_UNKNOWN, none_named("idle_")),
        "headline_targets_idle": every(_SOME_UNKNOWN, _SOME_IDLE, none_named("unknown_")),
        "headline_targets_partly_idle": every(_SOME_UNKNOWN, _SOME_IDLE),
        **{
            f"headline_targets_part_{n}": every(_PARTIAL, _MOST_KNOWN, rule)
            for n, rule in {
                "all": compare("targets_met", lambda met, all_: met == all_, "targets_known"),
                "some": every(
                    positive("targets_met"),
                    compare("targets_met", lambda met, all_: met < all_, "targets_known"),
                ),
                "none": is_number("targets_met", lambda met: met == 0),
            }.items()
        },
        **dict.fromkeys(
            ("headline_targets_open", "next_open"),
            every(
                _PARTIAL,
                compare("children_known", lambda known, all_: 2 * known < all_, "children"),
            ),
        ),
        "points_spread": compare("best", lambda best, worst: best > worst, "worst"),
        "points_equal": compare("best", lambda best, worst: best == worst, "worst"),
        "headline_growth": has_sign("change", 1),
        "headline_fall": has_sign("change", -1),
        "headline_both": every(has_sign("change", 1), has_sign("fall", -1)),
        "headline_same": has_sign("change", 0),
        "headline_first": missing("change", "first_period"),
        "register_some": positive("value"),
        "register_none": is_number("value", lambda n: n == 0),
        "register_unknown": missing("value"),
        **{
            f"data_{reason}_all": every(
                positive(f"units_{reason}"),
                compare(f"units_{reason}", lambda silent, all_: silent == all_, "units_total"),
            )
            for reason in _SILENCES
        },
        "data_not_reported": positive("units_not_reported"),
        "data_unread": positive("units_unread"),
        "data_all_reported": every(
            positive("units_total"),
            is_number("units_not_reported", lambda n: n == 0),
            is_number("units_unread", lambda n: n == 0),
            is_number("units_lacking", lambda n: n == 0),
        ),
        "data_lacking": positive("units_lacking"),
        **NARRATIVE_RULES,
        "picture_peers_above": has_sign("worst", 1),
        "picture_peers_below": has_sign("best", -1),
        "picture_peers_both": every(has_sign("best", 1), has_sign("worst", -1)),
        "picture_grid_none": is_number("children_met", lambda n: n == 0),
        "picture_grid_some": every(
            positive("children_met"),
            compare("children_met", lambda met, all_: met < all_, "children_known"),
        ),
        "picture_grid_all": every(
            is_number("children_known", lambda n: n > 1),
            compare("children_met", lambda met, all_: met == all_, "children_known"),
        ),
        "picture_targets_missed": has_sign("gap", -1),
        "picture_targets_met": has_sign("gap", 1),
        "picture_targets_close": every(has_sign("gap", 0), positive("gap")),
        "picture_targets_equal": is_number("gap", lambda gap: gap == 0),
        "picture_changes_up": every(has_sign("least", 1), has_sign("most", 1)),
        "picture_changes_down": every(has_sign("least", -1), has_sign("most", -1)),
        "picture_changes_mixed": every(has_sign("least", -1), has_sign("most", 1)),
        "picture_changes_some_up": every(has_sign("least", 0), has_sign("most", 1)),
        "picture_changes_some_down": every(has_sign("least", -1), has_sign("most", 0)),
        "picture_changes_none": every(has_sign("least", 0), has_sign("most", 0)),
        "picture_gap": every(positive("most"), are_known("target")),
        "picture_ranked": compare("greatest", lambda most, least: most > least, "least"),
        "picture_ranked_equal": compare("greatest", lambda most, least: most == least, "least"),
        "picture_months_up": compare_written("first", lambda first, last: first < last, "last"),
        "picture_months_down": compare_written("first", lambda first, last: first > last, "last"),
        "picture_months_same": compare_written("first", lambda first, last: first == last, "last"),
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
