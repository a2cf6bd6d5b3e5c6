"""The sentences that are titles of charts."""

from __future__ import annotations

from dxkit.report.sentences.conditions import known, number, positive, written, zero
from dxkit.report.sentences.sentence import Sentence, slot
from dxkit.report.sentences.sentences_below import (
    EVERY_ONE_MET,
    NINE_OF_NINE,
    NOT_EVERY_ONE,
    NOT_SOME,
    SOME_MET,
    TWO_OF_NINE,
)

PEERS = slot(
    "charts",
    Sentence(
        "picture_peers_both",
        (written("best") > 0) & (written("worst") < 0),
        {"best": "1.0pp", "worst": "-1.0pp"},
        false=({"best": "0.04pp"}, {"worst": "-0.04pp"}),
    ),
    Sentence(
        "picture_peers_above",
        (written("worst") > 0) & known("best"),
        {"best": "2.0pp", "worst": "1.0pp"},
        false=({"worst": "0.04pp"},),
    ),
    Sentence(
        "picture_peers_below",
        (written("best") < 0) & known("worst"),
        {"best": "-1.0pp", "worst": "-2.0pp"},
        false=({"best": "-0.04pp"},),
    ),
)
TARGETS = slot(
    "charts",
    Sentence(
        "picture_targets_missed", written("gap") < 0, {"gap": "-1.0pp"}, ({"gap": "-0.04pp"},)
    ),
    Sentence("picture_targets_met", written("gap") > 0, {"gap": "1.0pp"}, ({"gap": "0.04pp"},)),
    Sentence(
        "picture_targets_close",  # above it, and not so that it is seen
        positive("gap") & (written("gap") <= 0),
        {"gap": "0.04pp"},
        ({"gap": "0.0pp"}, {"gap": "0.1pp"}),
    ),
    Sentence(
        "picture_targets_equal",
        number("gap") == 0,
        {"gap": "0.0pp"},
        ({"gap": "0.04pp"}, {"gap": "-0.04pp"}),
    ),
)
CHANGES = slot(
    "charts",
    Sentence(
        "picture_changes_up",
        (written("least") > 0) & (written("most") > 0),
        {"least": "1.0pp", "most": "1.0pp"},
        ({"least": "0.04pp"}, {"most": "0.04pp"}),
    ),
    Sentence(
        "picture_changes_down",
        (written("least") < 0) & (written("most") < 0),
        {"least": "-1.0pp", "most": "-1.0pp"},
        ({"least": "-0.04pp"}, {"most": "-0.04pp"}),
    ),
    Sentence(
        "picture_changes_mixed",
        (written("least") < 0) & (written("most") > 0),
        {"least": "-1.0pp", "most": "1.0pp"},
        ({"least": "-0.04pp"}, {"most": "0.04pp"}),
    ),
    Sentence(
        "picture_changes_some_up",
        (written("least") == 0) & (written("most") > 0),
        {"least": "0.04pp", "most": "1.0pp"},
        ({"least": "0.1pp"}, {"least": "-0.1pp"}, {"most": "0.04pp"}),
    ),
    Sentence(
        "picture_changes_some_down",
        (written("least") < 0) & (written("most") == 0),
        {"least": "-1.0pp", "most": "0.04pp"},
        ({"most": "0.1pp"}, {"most": "-0.1pp"}, {"least": "-0.04pp"}),
    ),
    Sentence(
        "picture_changes_none",
        (written("least") == 0) & (written("most") == 0),
        {"least": "0.04pp", "most": "0.04pp"},
        ({"least": "0.1pp"}, {"least": "-0.1pp"}, {"most": "0.1pp"}, {"most": "-0.1pp"}),
    ),
)
GRID = slot(
    "charts",
    Sentence(
        "picture_grid_none", zero("children_met"), {"children_met": 0}, ({"children_met": 1},)
    ),
    Sentence("picture_grid_some", SOME_MET, TWO_OF_NINE, NOT_SOME, ({"children_met": 1},)),
    Sentence(
        "picture_grid_all",
        EVERY_ONE_MET,
        NINE_OF_NINE,
        NOT_EVERY_ONE,
        ({"children_known": 2, "children_met": 2},),
    ),
)
GAP = slot(
    "charts",
    Sentence(
        "picture_gap",
        positive("most") & known("target"),
        {"most": 640, "target": "50%"},
        false=({"most": 0},),
        also=({"most": 1},),
    ),
)
RANKED = slot(
    "charts",
    Sentence(
        "picture_ranked",
        number("greatest") > number("least"),
        {"greatest": "60.0%", "least": "40.0%"},
        ({"greatest": "40.0%"},),
    ),
    Sentence(
        "picture_ranked_equal",
        number("greatest") == number("least"),
        {"greatest": "60.0%", "least": "60.0%"},
        ({"greatest": "60.1%"}, {"least": "60.1%"}),
    ),
)
MONTHS = slot(
    "charts",
    Sentence(
        "picture_months_up",
        written("first") < written("last"),
        {"first": "40.0%", "last": "50.0%"},
        ({"first": "49.96%"}, {"first": "50.0%"}),
    ),
    Sentence(
        "picture_months_down",
        written("first") > written("last"),
        {"first": "50.0%", "last": "40.0%"},
        ({"last": "49.96%"}, {"last": "50.0%"}),
    ),
    Sentence(
        "picture_months_same",
        written("first") == written("last"),
        {"first": "49.96%", "last": "50.0%"},
        ({"first": "49.9%"}, {"first": "50.1%"}),
    ),
)
SLOTS = (PEERS, TARGETS, CHANGES, GRID, GAP, RANKED, MONTHS)
