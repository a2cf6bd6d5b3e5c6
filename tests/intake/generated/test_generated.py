"""Workbooks with a known truth and random mixtures of all patterns: no figure may be wrong in
silence, nearly all that a careful person could read is read, and the rest is named.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dxkit.intake.period import read_period
from dxkit.model.campaign import Campaign
from dxkit.model.findings import Severity
from dxkit.model.observations import Received
from tests.intake.generated.files import write_office
from tests.intake.generated.layouts import PERIOD, address
from tests.intake.generated.meaning import Figure, Office, Reading
from tests.intake.generated.offices import districts, make_office

pytestmark = pytest.mark.unmeasured

SAMPLE, ALL = 24, 700  # workbooks


@dataclass
class Tally:
    """What came of all cells; ``worst`` keeps some examples of each trouble."""

    counts: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    worst: dict[str, list[str]] = field(default_factory=dict)

    def note(self, outcome: str, example: str = "") -> None:
        self.counts[outcome] += 1
        if example:
            self.worst.setdefault(outcome, []).append(example)


def judge(office: Office, path: Path, received: Received, tally: Tally) -> None:
    """Compare every figure of one workbook with what was read of it."""
    read = {
        (o.place.sheet, o.place.cell, o.unit_code, o.measure, o.period): o
        for o in received.table.observations
    }
    by_cell = {(o.place.sheet, o.place.cell): o for o in received.table.observations}
    said = {(f.place.sheet, f.place.cell) for f in received.findings}
    serious = {
        (f.place.sheet, f.place.cell)
        for f in received.findings
        if f.severity is not Severity.NOTE and f.place.file == path.name
    }
    text_file = path.suffix in (".csv", ".tsv")
    for page in office.pages:
        name = "" if text_file else page.name
        for figure in page.figures:
            cell = address(figure.cell)
            observation = read.get((name, cell, figure.unit, figure.measure, figure.period))
            elsewhere = by_cell.get((name, cell))
            example = f"{office.kind} {path.name} {name}!{cell} {figure.unit} {figure.measure} " \
                f"{figure.written.content!r} ({figure.written.pattern})"  # fmt: skip
            named = (name, cell) in said
            covered = named or bool(
                {(name, address(figure.name_cell)), (name, ""), ("", "")} & serious
            )
            if observation is None and elsewhere is not None and elsewhere.value is not None:
                tally.note(
                    "wrong unit, named" if covered else "SILENTLY WRONG",
                    f"{example} taken for {elsewhere.unit_code} {elsewhere.measure}",
                )
                continue
            value = None if observation is None else observation.value
            _judge_one(figure, value, named, covered, example, tally)


def _judge_one(
    figure: Figure, value: object, named: bool, covered: bool, example: str, tally: Tally
) -> None:
    written = figure.written
    readable = figure.unit_clear and written.reading is Reading.CLEAR
    tally.note("cells")
    if readable:
        tally.note("readable")
    if value is None:
        if readable:
            tally.missed[written.pattern] += 1
            tally.note("not recovered", example)
        if not covered:
            tally.note("NOT NAMED", example)
    elif readable and value == written.meant:
        tally.note("recovered")
    elif not figure.unit_clear and value == written.meant:
        tally.note("unit guessed" if covered else "SILENTLY WRONG", example + f" read {value}")
    else:
        tally.note("wrong, named" if named else "SILENTLY WRONG", example + f" read {value}")


def test_generated_workbooks(
    haugiang: Campaign, root: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    number = ALL if request.config.getoption("--full") else SAMPLE
    tally = Tally()
    for seed in range(number):
        dice = random.Random(seed)
        province = districts(root / "data/campaigns/haugiang-2022/units.csv", dice)
        office = make_office(dice, province)
        folder = tmp_path / str(seed)
        folder.mkdir()
        path = write_office(office, folder, dice)
        judge(office, path, read_period(haugiang, PERIOD, folder), tally)
    counts = tally.counts
    share = counts["recovered"] / counts["readable"]
    print(f"\n{number} workbooks, {counts['cells']} cells: {counts['readable']} readable, "
          f"{counts['recovered']} recovered ({share:.2%}); silently wrong "
          f"{counts['SILENTLY WRONG']}, wrong but named {counts['wrong, named']}, "
          f"not named {counts['NOT NAMED']}")  # fmt: skip
    print("not recovered, by pattern:", dict(tally.missed.most_common(12)))
    for outcome in ("SILENTLY WRONG", "NOT NAMED", "wrong, named", "wrong unit, named",
                    "unit guessed"):  # fmt: skip
        for example in tally.worst.get(outcome, [])[:8]:
            print(f"  {outcome}: {example}")
    assert counts["cells"] > (100_000 if number == ALL else 2_000)
    assert counts["SILENTLY WRONG"] == 0
    assert counts["NOT NAMED"] == 0
    assert share >= 0.98
