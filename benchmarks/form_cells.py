"""How many cells somebody types into for a quarter: ``python benchmarks/form_cells.py``

In the demonstration's workbooks, whose rows senders fill in whole, and in the forms that ask for
the same figures of the same units. What a form has ready or works out is not typed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import chain
from pathlib import Path

import openpyxl

from dxkit.campaign.project import Project
from dxkit.model.observations import Received
from dxkit.period.opening import open_period
from dxkit.press.forms.questions import Questions, Role
from dxkit.report.wording.language import load_language

ROOT = Path(__file__).resolve().parents[1]
CAMPAIGN, BEFORE, PERIOD = "haugiang-2022", "2022-Q3", "2022-Q4"


def in_workbooks(folder: Path, received: Received) -> Counter[str]:
    """The cells of the workbooks' rows, from the first with a figure to the one below the last in
    each sheet, which has its sums, by what they hold: figures that intake took, other numbers and
    shares, names and ordinal numbers, formulas.
    """
    taken: dict[tuple[str, str], set[str]] = defaultdict(set)
    registered = (cell for row in received.table.register_rows for _, cell in row.addresses)
    for address in chain((o.address for o in received.table.observations), registered):
        taken[address.file, address.sheet].add(address.cell)
    counts: Counter[str] = Counter()
    for path in sorted(folder.glob("*.xlsx")):
        for sheet in openpyxl.load_workbook(path).worksheets:
            own = taken[path.name, sheet.title]
            rows = [sheet[cell].row for cell in own]
            for row in sheet.iter_rows(min_row=min(rows), max_row=max(rows) + 1) if rows else ():
                for cell in row:
                    if cell.data_type == "f":
                        counts["formulas"] += 1
                    elif cell.coordinate in own:
                        counts["figures"] += 1
                    elif cell.value is not None:
                        counts["names" if cell.column <= 2 else "others"] += 1
    return counts


def in_forms(questions: Questions, received: Received) -> Counter[str]:
    """The cells of the forms that are filled in to tell what was received: figures, each of a unit
    in a part of the period, those that are asked for again, names of rows that no form had ready,
    fields of registers, choices (in a row why there is no figure; or that those left empty, two at
    least, are as a period ago), and explanations that a change asks for.
    """
    reported = {(o.unit_code, o.measure, o.period): o.value for o in received.table.observations}
    asked: Counter[tuple[str, str, str]] = Counter()
    fields: Counter[str] = Counter(choices=0)
    left = 0
    for sender in questions.units.at_level(questions.campaign.report_level):
        for question in questions.of(sender):
            entries = [column for column in question.columns if column.role is Role.ENTRY]
            if not question.is_register:
                for unit in (r.unit.code for r in question.rows if r.unit and not r.group):
                    row = {(unit, c.measure.id, c.period): c for c in entries}
                    asked.update(row.keys())
                    lacks = any(key in reported and reported[key] is None for key in row)
                    held = [
                        key
                        for key, column in row.items()
                        if column in question.stocks
                        and key[:2] in questions.exact_stocks
                        and reported.get(key) == questions.earlier[unit][key[1]]
                    ]
                    is_left = len(held) > 1 and not lacks
                    fields["choices"] += lacks or is_left
                    left += len(held) * is_left
    for row in received.table.register_rows:
        fields["fields of registers"] += sum(bool(text) for _, text in row.fields)
    again = sum(times - 1 for times in asked.values())
    changed = (f for f in received.findings if f.code in ("jump", "stock_fell"))
    fields["explanations"] = len({(f.unit_code, *f.address[:2]) for f in changed})  # one for a row
    measures = {measure for _, measure, _ in asked}
    told = {k for k, value in reported.items() if value is not None and k[1] in measures}
    named = {unit for unit, *_ in told - set(asked)}
    return fields + Counter({"figures": len(told) - left, "names": len(named), "again": again})


def main() -> None:
    """Print both, and the share of one in the other."""
    project = Project.find()
    opened = open_period(project, CAMPAIGN, PERIOD)
    before = open_period(project, CAMPAIGN, BEFORE).received
    campaign = opened.campaign
    questions = Questions(campaign, campaign.period(PERIOD), before, load_language("vi"))
    workbooks = in_workbooks(project.period_folder(CAMPAIGN, PERIOD), opened.received)
    forms = in_forms(questions, opened.received)
    typed = workbooks.total() - workbooks["formulas"]
    print(f"workbooks: {typed:,} typed ({dict(workbooks)})")
    print(f"forms: {forms.total():,} typed ({dict(forms)}), {forms.total() / typed:.1%} of those")


if __name__ == "__main__":
    main()
