"""What pages were made from is remembered, and what has changed since is told rule by rule."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from dxkit.intake.file_cells import FileCells
from dxkit.intake.inputs import (
    FileChange,
    InputChanges,
    Inputs,
    RuleChange,
    files_in_use,
    input_changes,
    rule_changes,
)
from dxkit.intake.revisions import FileHistory, History

TARGETS = """indicator,level,period,target,source
app,*,2022-Q3,0.50,Plan 1
app,*,2022-Q4,0.80,Plan 1
skills,*,2022-Q4,0.70,"Plan 1, page 2"
"""


def test_a_row_is_told_by_the_fields_that_it_is_about() -> None:
    after = TARGETS.replace("2022-Q4,0.80", "2022-Q4,0.70")
    assert list(rule_changes("targets.csv", TARGETS, after)) == [
        RuleChange("targets.csv", ("app", "*", "2022-Q4"), "target", "0.80", "0.70")
    ]
    assert list(rule_changes("targets.csv", TARGETS, TARGETS.replace("\n", "\r\n"))) == []


def test_rows_that_came_and_went() -> None:
    lines = TARGETS.splitlines(keepends=True)
    shuffled = "".join([lines[0], lines[3], lines[1]]) + "app,*,2023-Q1,0.90,\n"
    assert set(rule_changes("targets.csv", TARGETS, shuffled)) == {
        RuleChange("targets.csv", ("app", "*", "2022-Q4"), "", "0.80, Plan 1", ""),
        RuleChange("targets.csv", ("app", "*", "2023-Q1"), "", "", "0.90"),
    }


def test_rows_that_nothing_tells_apart_are_compared_whole() -> None:
    before, after = "code,alias\n930,A\n930,A\n", "code,alias\n930,A\n930,B\n"
    assert list(rule_changes("aliases.csv", before, after)) == [
        RuleChange("aliases.csv", ("930", "B"), "", "", "")
    ]


def test_keys_of_a_plan_are_told_by_the_names_of_their_tables() -> None:
    before = """last_day = 2022-12-31
[scoring]
assumed = true
[[rewards]]
id = "district"
quota = 3
[[rewards]]
id = "commune"
quota = 1
[[periods]]
parts = ["2022-10", "2022-11"]
"""
    after = before.replace("quota = 3", "quota = 4").replace("true", "false")
    after = after.replace(', "2022-11"', "").replace("last_day = 2022-12-31\n", "")
    assert set(rule_changes("campaign.toml", before, after)) == {
        RuleChange("campaign.toml", ("last_day",), "", "2022-12-31", ""),
        RuleChange("campaign.toml", ("scoring", "assumed"), "", "true", "false"),
        RuleChange("campaign.toml", ("rewards", "district", "quota"), "", "3", "4"),
        RuleChange("campaign.toml", ("periods", "1", "parts"), "", "2022-10, 2022-11", "2022-10"),
    }


def test_a_file_that_cannot_be_taken_apart_has_changed_all_the_same() -> None:
    assert list(rule_changes("campaign.toml", "a = 1", "a = ")) == [
        RuleChange("campaign.toml", (), "", "", "")
    ]


def test_changed_files_are_told_with_the_cells_that_were_typed_over() -> None:
    before = Inputs(
        {"Q3/a.xlsx": "a1", "Q3/b.xlsx": "b1", "Q3/c.xlsx": "c", "Q3/d.xlsx": "d"},
        {"map.geojson": "m1", "units.csv": "code\n930\n"},
        "code",
    )
    now = Inputs(
        {"Q3/a.xlsx": "a2", "Q3/b.xlsx": "b2", "Q3/c.xlsx": "c", "Q3/e.xlsx": "e"},
        {"map.geojson": "m2", "units.csv": "code\n930\n"},
        "code",
    )
    known = {
        ("Q3/a.xlsx", "a1"): FileCells({"S": {"A1": ("4", ""), "B1": ("8", "A1*2")}}),
        ("Q3/a.xlsx", "a2"): FileCells({"S": {"A1": ("5", ""), "B1": ("10", "A1*2")}}),
        ("Q3/b.xlsx", "b2"): FileCells({"S": {"A1": ("5", "")}}),
    }
    changes = input_changes(before, now, lambda *version: known.get(version))
    a, *others = changes.files
    assert (a.file, a.kind) == ("Q3/a.xlsx", "changed")
    assert [(c.cell, c.before, c.after) for c in a.cells or ()] == [("A1", "4", "5")]
    assert others == [
        FileChange("Q3/b.xlsx", "changed"),
        FileChange("Q3/d.xlsx", "gone"),
        FileChange("Q3/e.xlsx", "new"),
        FileChange("map.geojson", "changed"),
    ]
    assert (changes.rules, changes.code, changes.unknown) == ((), False, False)
    other_code = dataclasses.replace(before, code="other")
    assert input_changes(before, other_code, lambda *_: None) == InputChanges(code=True)
    assert input_changes(None, now, lambda *_: None) == InputChanges(unknown=True)


def test_what_is_remembered_keeps_the_cells_of_its_files(tmp_path: Path) -> None:
    q3, q4 = (tmp_path / period / "data" for period in ("2022-Q3", "2022-Q4"))
    first = Inputs({"2022-Q3/a.xlsx": "1"}, {"units.csv": "xã\n"}, "code")
    second = dataclasses.replace(first, files={"2022-Q3/a.xlsx": "2"})
    first.save(q4, set())
    second.save(q4, {first.digest})
    assert Inputs.load(q4, first.digest) == first
    assert Inputs.load(q4, "") is None
    assert files_in_use(tmp_path) == {"1", "2"}
    history = History(q3, {"a.xlsx": FileHistory("3")})
    for version in "0123":
        history.keep(version, FileCells({"S": {"A1": (version, "")}}))
    history.save(files_in_use(tmp_path))
    assert {path.stem for path in (q3 / "cells").iterdir()} == {"1", "2", "3"}
    second.save(q4, set())
    assert files_in_use(tmp_path) == {"2"}
