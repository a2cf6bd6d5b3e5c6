"""What senders say of findings, and what becomes of it by the office's decisions.

A decision holds for one code at one cell, while the cell reads as it did and the sender gives no
other reason: one who gives none any more contradicts nothing that is on record. It changes no
number: what is not used stays so. Nothing is accepted by itself.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from dxkit.intake.file_cells import FileRead
from dxkit.intake.findings import finding
from dxkit.intake.vocabulary import vocabulary
from dxkit.model.addresses import cell_order, column_and_row
from dxkit.model.campaign import Accumulation, Campaign, Decision, Explanation
from dxkit.model.facts import CellRef
from dxkit.model.findings import ACCEPTED, Finding, Severity, by_cause
from dxkit.model.observations import Answer, Received
from dxkit.model.text import clean, fold, normalise
from dxkit.workbooks.csv_text import guarded

_PERIOD = re.compile(
    r"\b(?:quy|thang|nam|ky|quarter|month|year|q)\s?(?:[ivx]+|\d{1,4})\b|\b20\d\d\b"
)
_OURS = ("answer", "decided", "decision")  # how values begin that explanations bring
_OF_ITS_PERIOD = "copied_forward"  # says the same each time that all is copied once more


def gives_no_reason(text: str) -> bool:
    """Whether an explanation is an empty phrase ("checked, correct"), or no words at all."""
    words = (word for word in normalise(text).split() if not word.isdigit())
    return all(word in vocabulary()["empty_words"] for word in words)


def explained(
    campaign: Campaign, files: Sequence[FileRead], received: Received, before: Received | None
) -> Received:
    """What was received, its answers kept, and each finding that its sender explains, or the office
    has decided on, with what is said and what holds of it: an accepted one is a note. What follows
    from it is told by itself, unless it is accepted, too.
    """
    explanations = _Explanations(campaign, files, received, before)
    found = [explanations.of(one) for one in received.findings]
    if any(one.explanation for one in found):
        alone = {
            id(follower)
            for root, followers in by_cause(found)
            for follower in followers
            if root.explanation and not follower.explanation
        }
        found = [dataclasses.replace(f, cause=None) if id(f) in alone else f for f in found]
    found += explanations.unused()
    known = (r for f in reversed(files) for r in f.replies if r.unit_code in received.units)
    replies = {(r.unit_code, r.about, r.text): r for r in known}  # sent twice, said once
    return dataclasses.replace(
        received,
        findings=tuple(found),
        answers=explanations.answers,
        replies=tuple(sorted(replies.values(), key=lambda reply: cell_order(reply.address))),
    )


class _Explanations:
    def __init__(
        self,
        campaign: Campaign,
        files: Sequence[FileRead],
        received: Received,
        before: Received | None,
    ) -> None:
        self._campaign, self._period = campaign, received.table.period
        self._cells = {file.source.name: file.cells.sheets for file in files}
        self._senders, self._measures = received.senders, _measures(received)
        units = {_row(address): unit for address, (unit, _) in self._measures.items()}
        self._of_rows: dict[tuple[str, str, int], Answer] = {}
        self._listed: dict[tuple[str, str, str, str], Answer] = {}
        for name, file in ((file.source.name, file) for file in files):
            for (sheet, row_number), cell in file.answers.items():
                row, address = (name, sheet, row_number), CellRef(name, sheet, cell.address)
                self._of_rows[row] = Answer(address, units.get(row, ""), clean(cell.text))
            for (sheet, at, code), (listed_on, cell) in file.listed.items():
                unit = units.get(_row(CellRef(name, sheet, at)), "")
                address = CellRef(name, listed_on, cell.address)
                self._listed[name, sheet, at, code] = Answer(address, unit, clean(cell.text))
        self.answers = tuple(dict.fromkeys([*self._of_rows.values(), *self._listed.values()]))
        self._decisions: dict[CellRef, list[Explanation]] = defaultdict(list)
        self._unused: dict[int, tuple[Explanation, CellRef]] = {}
        for decision in campaign.explanations:
            for address in _addresses(decision, files) if decision.period == self._period else ():
                self._decisions[address].append(decision)
                self._unused[id(decision)] = decision, address
        self._said_before = _said_before(campaign, before)
        self._accepted_before = {} if before is None else _accepted(campaign, before)

    def of(self, one: Finding) -> Finding:
        """A finding with what is said of it."""
        if not one.address.cell:
            return one
        answer = self._listed.get((*one.address, one.code), self._of_rows.get(_row(one.address)))
        text = self._text(one.address)
        values = dict(self._decided(one, answer, text))
        if answer is not None:
            says = self._says_of(one, answer)
            sheet, cell = answer.address[1:]
            where = cell if sheet == one.address.sheet else f"{sheet}!{cell}"
            at = {"answer_at": where, "answer_says": says}
            values |= {"answer": answer.text, **at}
        return dataclasses.replace(one, values={**one.values, **values}) if values else one

    def unused(self) -> Iterator[Finding]:
        """A note on each decision on what was not found."""
        for row, address in self._unused.values():
            told = {"decided_code": row.code, "name": row.name, "date": row.date}
            yield finding("explanation_unused", address, "", self._text(address), **told)

    def _text(self, address: CellRef) -> str:
        """What a cell says as it was received."""
        sheets = self._cells.get(address.file, {})
        return sheets.get(address.sheet, {}).get(address.cell, ("", ""))[0]

    def _says_of(self, one: Finding, answer: Answer) -> str:
        return self._says(answer.text, answer.unit_code or one.unit_code, one.address.file)

    def _says(self, text: str, unit: str, file: str) -> str:
        if gives_no_reason(text):
            return "nothing"
        key = _without_period(text)
        whose = (("unit", unit), ("sender", self._senders.get(file, "")))
        is_copied = any((*who, key) in self._said_before for who in whose if who[1])
        return "copied" if is_copied else "something"

    def _decided(self, one: Finding, answer: Answer | None, text: str) -> Mapping[str, object]:
        """What was decided on a finding, and whether it holds."""
        rows = self._decisions.get(one.address, [])
        own = [row for row in rows if row.code == one.code]
        fitting = [row for row in own if _is_same(row.value, text)]
        if answer is not None and self._says_of(one, answer) != "something":
            answer = None  # what came another way may say more
        meant = [r for r in fitting if answer is None or _is_same(r.explanation, answer.text)]
        if not own and self._accepted_before:
            key = _key(self._campaign, one, self._measures, text)
            carried = self._accepted_before.get(key) if key else None
            if carried is not None and one.severity is Severity.WARNING:
                is_meant = answer is None or _is_same(str(carried["decided_text"]), answer.text)
                return carried if is_meant else {**carried, "decision": "text_changed"}
        if not rows:
            return {}
        row = (meant or fitting or own or rows)[-1]
        for used in own or rows:
            self._unused.pop(id(used), None)
        says = self._says(row.explanation, one.unit_code, one.address.file)
        if not own:
            became = "other_code"
        elif not fitting:
            became = "value_changed"
        elif not meant:
            became = "text_changed"
        elif row.decision == Decision.REFUSED:
            became = "refused"
        elif says != "something":
            became = says
        else:
            became = "on_record" if one.severity is Severity.ERROR else ACCEPTED
        at, text = CellRef(""), clean(row.explanation).removeprefix("'")
        if answer is not None:
            at, text = answer.address, answer.text if meant else text  # which nothing guards
        return {
            "decision": became, "decided_text": text,
            "decided_by": row.name, "decided_on": row.date, "decided_note": row.note,
            "decided_value": row.value, "decided_code": row.code, "decided_in": self._period,
            "decided_file": at.file, "decided_sheet": at.sheet, "decided_cell": at.cell,
        }  # fmt: skip


def _row(address: CellRef) -> tuple[str, str, int]:
    return address.file, address.sheet, column_and_row(address.cell)[1]


def _is_same(one: str, other: str) -> bool:
    """Whether two texts are the same; in a plan one may be guarded against spreadsheets."""
    return guarded(clean(one)) == guarded(clean(other))


def _addresses(row: Explanation, files: Sequence[FileRead]) -> Iterable[CellRef]:
    """The cell of a decision, in its file and in copies of it that came back."""
    found = []
    for file in files:
        origin = file.cells.origin
        if row.file == file.source.name or (origin is not None and row.file == origin.file):
            names = [name for name in file.cells.sheets if name.strip() == row.sheet.strip()]
            if not names and origin is not None and not row.sheet:  # of a text file
                names = [*file.cells.sheets][:1]
            found += [CellRef(file.source.name, name, row.cell) for name in names or [row.sheet]]
    return found or [CellRef(row.file, row.sheet, row.cell)]


def _measures(received: Received) -> dict[CellRef, tuple[str, str]]:
    """By address the unit and the measure of what stands there."""
    some = (o for o in received.table.observations if o.address.cell)
    return {o.address: (o.unit_code, o.measure) for o in some}


def _without_period(text: str) -> str:
    """An explanation whose period does not matter."""
    return " ".join(_PERIOD.sub(" ", fold(text)).split())


def _said_before(campaign: Campaign, before: Received | None) -> frozenset[tuple[str, str, str]]:
    """What was explained in the period before, by unit and by sender."""
    if before is None:
        return frozenset()
    measures = _measures(before)
    said = [(a.address.file, a.unit_code, a.text) for a in before.answers]
    for row in campaign.explanations:
        if row.period == before.table.period:
            unit, _ = measures.get(CellRef(row.file, row.sheet, row.cell), ("", ""))
            said.append((row.file, unit, row.explanation.removeprefix("'")))
    return frozenset(
        (kind, code, _without_period(text))
        for file, unit, text in said
        for kind, code in (("unit", unit), ("sender", before.senders.get(file, "")))
        if code
    )


def _accepted(campaign: Campaign, before: Received) -> dict[str, Mapping[str, object]]:
    """What was accepted in the period before, by what findings must have in common with it."""
    measures = _measures(before)
    found = ((f, f.values) for f in before.findings if f.explanation)
    return {
        key: {name: value for name, value in values.items() if name.startswith(_OURS[1:])}
        for one, values in found
        if (key := _key(campaign, one, measures, str(values["decided_value"])))
    }


def _key(
    campaign: Campaign, one: Finding, measures: Mapping[CellRef, tuple[str, str]], text: str
) -> str:
    """What a finding has in common with that of another period of which the same explanation is
    true: code, unit, measure of a stock, what the cell says, and whatever else it tells; empty for
    one that is of its period alone.
    """
    unit, measure = measures.get(one.address, (one.unit_code, str(one.values.get("measure", ""))))
    is_flow = any(
        each.id == measure and each.accumulation is Accumulation.FLOW for each in campaign.measures
    )
    if not unit or is_flow or one.code == _OF_ITS_PERIOD:
        return ""
    told = {n: v for n, v in one.values.items() if not n.startswith(_OURS)}
    return json.dumps(
        [one.code, unit, measure, guarded(clean(text)), told], default=str, sort_keys=True
    )
