"""Workbooks with a known truth and random mixtures of all patterns: no figure may be wrong in
silence, nearly all that a careful person could read is read, and the rest is named.
"""

from __future__ import annotations

import dataclasses
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dxkit.intake.period import read_period
from dxkit.model.campaign import Accumulation, Campaign, Conversion, Measure, MeasureKind
from dxkit.model.findings import Finding, Severity
from dxkit.model.observations import NOT_USED, Received
from dxkit.report.wording.findings import finding_text
from dxkit.report.wording.language import load_language
from tests.intake.generated.files import write_office
from tests.intake.generated.layouts import PERIOD, address
from tests.intake.generated.meaning import Figure, Office, Reading
from tests.intake.generated.offices import districts, make_office

pytestmark = pytest.mark.unmeasured

SAMPLE, ALL = 24, 1_100  # workbooks


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
        (o.address.sheet, o.address.cell, o.unit_code, o.measure, o.period): o
        for o in received.table.observations
    }
    by_cell = {(o.address.sheet, o.address.cell): o for o in received.table.observations}
    said = {(f.address.sheet, f.address.cell) for f in received.findings}
    for finding in received.findings:  # each has words, whatever it holds
        assert all(finding_text(finding, load_language(code)) for code in ("vi", "en"))
    serious = [
        f
        for f in received.findings
        if f.severity is not Severity.NOTE and f.address.file == path.name
    ]
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
            covered = named or any(_covers(f, name, figure) for f in serious)
            if observation is None and elsewhere is not None and elsewhere.value is not None:
                tally.note(
                    "wrong unit, named" if covered else "SILENTLY WRONG",
                    f"{example} taken for {elsewhere.unit_code} {elsewhere.measure}",
                )
                continue
            value = None if observation is None else observation.value
            _judge_one(figure, value, named, covered, example, tally)
    _judge_the_rest(office, text_file, received, said, tally)


_OF_SHEETS = {"wrong_period", "cumulative_title", "unit_scaled"}  # at the cell that says it
_OF_ROWS = {"unit_unknown", "unit_ambiguous", "unit_of_another", "group_unclear", "sender_unclear"}


def _covers(finding: Finding, sheet: str, figure: Figure) -> bool:
    """Whether a finding tells that a figure may not be used: at its row's name, at the name of a
    group further up, of its unit, of its whole column, or of the whole sheet or file.
    """
    if finding.address.sheet not in ("", sheet):
        return False
    if finding.address.cell == address(figure.name_cell) or finding.unit_code == figure.unit:
        return True
    letters = finding.address.cell.rstrip("0123456789")
    if finding.code in _OF_ROWS and finding.address.cell:
        return int(finding.address.cell[len(letters) :]) < figure.cell[0]
    if finding.values.get("measure") == figure.measure:
        return finding.code in ("column_missing", "part_missing")
    if finding.code in _OF_SHEETS:
        return True
    return not finding.address.cell and finding.code in NOT_USED - {"column_missing"}


def _judge_the_rest(
    office: Office,
    text_file: bool,
    received: Received,
    said: set[tuple[str, str]],
    tally: Tally,
) -> None:
    """No value is taken from where none belongs, and each unit that a table lacks is told."""
    belonging = {
        ("" if text_file else page.name, address(figure.cell))
        for page in office.pages
        for figure in page.figures
    }
    copies = {page.name for page in office.pages if page.is_copy}
    for o in received.table.observations:
        at = (o.address.sheet, o.address.cell)
        is_strange = o.value is not None and o.address.cell and at not in belonging
        if is_strange and o.address.sheet not in copies:
            outcome = "wrong, named" if at in said else "SILENTLY WRONG"
            tally.note(outcome, f"{office.kind} {o.address} {o.unit_code} {o.measure} {o.value}")
    told = {f.unit_code for f in received.findings if f.severity is not Severity.NOTE}
    for code in office.left_out if any(o.address.file for o in received.table.observations) else ():
        tally.note("units left out")
        if code not in told:
            tally.note("NOT NAMED", f"{office.kind} {office.file}: {code} left out")


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
    elif (
        readable and written.meant is not None and value == pytest.approx(written.meant, rel=1e-12)
    ):
        tally.note("recovered")
    elif not figure.unit_clear and value == written.meant:
        tally.note("unit guessed" if covered else "SILENTLY WRONG", example + f" read {value}")
    else:
        tally.note("wrong, named" if named else "SILENTLY WRONG", example + f" read {value}")


def try_workbook(campaign: Campaign, root: Path, folder: Path, seed: int, tally: Tally) -> str:
    """Make a workbook, read it and compare; returns its kind."""
    dice = random.Random(seed)
    province = districts(root / "data/campaigns/haugiang-2022/units.csv", dice)
    office = make_office(dice, province)
    folder = folder / str(seed)
    folder.mkdir()
    path = write_office(office, folder, dice)
    described = with_waste(dataclasses.replace(campaign, layouts=office.layouts))
    judge(office, path, read_period(described, PERIOD, folder), tally)
    return office.kind


def with_waste(campaign: Campaign) -> Campaign:
    """The campaign with an amount that is reported in kg or in tonnes."""
    names = {"vi": "Rác thu gom", "en": "Waste collected"}
    waste = Measure("waste", names, {"vi": "kg", "en": "kg"}, MeasureKind.AMOUNT,
                    Accumulation.FLOW, "commune", "waste", ("Rác thu gom",))  # fmt: skip
    return dataclasses.replace(
        campaign,
        measures=(*campaign.measures, waste),
        conversions=(Conversion("tấn", "kg", 1000),),
    )


def test_generated_workbooks(
    haugiang: Campaign, root: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    number = ALL if request.config.getoption("--full") else SAMPLE
    tally = Tally()
    for seed in range(number):
        try_workbook(haugiang, root, tmp_path, seed, tally)
    counts = tally.counts
    share = counts["recovered"] / counts["readable"]
    print(f"\n{number} workbooks, {counts['cells']} cells, {counts['units left out']} units left "
          f"out: {counts['readable']} readable, "
          f"{counts['recovered']} recovered ({share:.2%}); silently wrong "
          f"{counts['SILENTLY WRONG']}, wrong but named {counts['wrong, named']}, "
          f"not named {counts['NOT NAMED']}")  # fmt: skip
    print("not recovered, by pattern:", dict(tally.missed.most_common(12)))
    for outcome in ("SILENTLY WRONG", "NOT NAMED", "wrong, named", "wrong unit, named",
                    "unit guessed"):  # fmt: skip
        for example in tally.worst.get(outcome, [])[:8]:
            print(f"  {outcome}: {example}")
    assert counts["units left out"] > (200 if number == ALL else 0)
    assert counts["cells"] > (150_000 if number == ALL else 2_000)
    assert counts["SILENTLY WRONG"] == 0
    assert counts["NOT NAMED"] == 0
    assert share >= (
        0.985 if number == ALL else 0.97
    )  # of few workbooks one misspelt label is much
