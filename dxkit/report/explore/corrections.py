"""Corrections and explanations that an office puts on record from a notebook, beside the cells that
they are about, in their surroundings as they stand in the files received.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from dxkit.campaign.plan_files import Record, add_records
from dxkit.intake.explanations import gives_no_reason
from dxkit.model.addresses import column_and_row, column_letters
from dxkit.model.campaign import CampaignError, Correction, Decision, Explanation
from dxkit.model.choices import RefusedError
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding, Severity
from dxkit.model.text import clean, harmless
from dxkit.period import OpenPeriod
from dxkit.period.opening import open_period
from dxkit.report.explore.live import Section, Teller, paragraph, styled, title
from dxkit.report.wording.findings import finding_kind, finding_text
from dxkit.report.wording.language import Language
from dxkit.workbooks.atomic import BusyError, only_writer
from dxkit.workbooks.cells import Sheet, UnreadableFileError, Workbook
from dxkit.workbooks.csv_text import guarded
from dxkit.workbooks.legacy_text import decoded_sheet
from dxkit.workbooks.raw_folder import read_content
from dxkit.workbooks.reading import workbook_of

_ROWS_AROUND, _COLUMNS_AROUND = 2, 4


@lru_cache(maxsize=32)
def _workbook(path: Path, changed: int, sha256: str) -> Workbook | None:
    try:
        content = read_content(path)
        is_it = hashlib.sha256(content).hexdigest() == sha256
        return workbook_of(content, path.name) if is_it else None
    except UnreadableFileError:
        return None


def _received_sheet(opened: OpenPeriod, place: CellRef) -> Sheet | None:
    """The sheet of an address as the period was opened with it, in Unicode; None where its file can
    no longer be read or another has taken its place.
    """
    hashes = {source.name: source.sha256 for source in opened.received.sources}
    period, _, name = opened.received.located(place).file.partition("/")
    path = opened.project.period_folder(opened.campaign.id, period) / name
    is_there = place.file in hashes and path.is_file()
    book = _workbook(path, path.stat().st_mtime_ns, hashes[place.file]) if is_there else None
    sheets = book.sheets if book else ()
    return next((decoded_sheet(s)[0] for s in sheets if s.name == place.sheet), None)


def excerpt(opened: OpenPeriod, place: CellRef, language: Language) -> Markup:
    """The cells around an address in a file received, the cell itself marked; in words, why there
    is nothing to show.
    """
    column, row = column_and_row(place.cell)
    if not column:
        return Markup("<p>{}</p>").format(language.text("explore.no_excerpt"))
    sheet = _received_sheet(opened, place)
    if sheet is None:
        return Markup("<p>{}</p>").format(language.text("explore.file_gone"))
    caption = language.text(
        "explore.excerpt_caption", file=place.file, sheet=place.sheet, cell=place.cell
    )
    return _grid(sheet, row, column, caption)


def _grid(sheet: Sheet, row: int, column: int, caption: Markup) -> Markup:
    columns = range(max(1, column - _COLUMNS_AROUND), column + _COLUMNS_AROUND + 1)
    rows = range(max(1, row - _ROWS_AROUND), row + _ROWS_AROUND + 1)
    head = Markup("").join(
        Markup('<th scope="col">{}</th>').format(column_letters(c)) for c in columns
    )
    body = Markup("")
    for number in rows:
        cells = Markup("").join(
            Markup("<td{}>{}</td>").format(
                Markup(' class="hit"') if (number, c) == (row, column) else Markup(""),
                sheet.cell(number, c).text[:60],
            )
            for c in columns
        )
        body += Markup('<tr><th scope="row">{}</th>{}</tr>').format(str(number), cells)
    return Markup(
        '<div class="table"><table><caption>{}</caption><thead><tr><th></th>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>"
    ).format(caption, head, body)


_CELL = re.compile("[A-Z]{1,3}[1-9][0-9]{0,6}")
_MOST = 300  # cells that the form offers; choosing a sender or a kind brings the others


def address_of(cell: str | CellRef) -> CellRef:
    """The address that a finding shows as "file › sheet!cell"."""
    file, mark, inside = str(cell).rpartition(" › ")
    sheet, _, where = inside.rpartition("!")
    return CellRef(file, sheet, where) if mark else CellRef(inside)


def received_text(opened: OpenPeriod, place: CellRef) -> str | None:
    """What a cell says in the file that the period was opened with; None where there is no such
    cell, or another file by now.
    """
    if not _CELL.fullmatch(place.cell):
        return None
    column, row = column_and_row(place.cell)
    sheet = _received_sheet(opened, place)
    return sheet.cell(row, column).text if sheet else None


def put_on_record(
    opened: OpenPeriod, records: Sequence[Record], language: Language
) -> tuple[Path, OpenPeriod]:
    """Add corrections, or decisions on explanations, to the campaign; returns their file, and the
    period opened anew. Raises ValueError in the office's words.
    """
    plan = opened.campaign
    try:
        with only_writer(opened.project.outputs / plan.id):
            path = add_records(plan.folder, records)
    except RefusedError as error:
        said = {key: str(value) for key, value in error.values.items()}
        kept = (said.get(key, "") for key in ("corrected", "explanation", "reason"))
        what, told = f"explore.refused_{error.reason}", ": ".join(filter(None, kept))
        raise ValueError(language.plain(what, **said, told=told)) from error
    except (BusyError, CampaignError, OSError) as error:
        kind = "busy" if isinstance(error, BusyError) else "file"
        raise ValueError(language.plain(f"explore.refused_{kind}", text=str(error))) from error
    open_period.cache_clear()
    return path, open_period(opened.project, plan.id, opened.analysis.period.id)


def correction_of(
    opened: OpenPeriod, place: CellRef, said: tuple[str, str, str], language: Language
) -> Correction:
    """What a cell should read, why and by whom (``said``). Raises ValueError in the office's words
    for a cell that is not there.
    """
    received = _guard(opened, place, language)
    corrected, reason, name = (text.strip() for text in said)
    return Correction(*_at(opened, place), received, corrected, reason, name, _today())


def decisions_of(
    opened: OpenPeriod,
    place: CellRef,
    decision: Decision,
    said: tuple[str, str, str],
    language: Language,
    code: str = "",
) -> list[Explanation]:
    """A decision on what a sender explains of each finding at a cell, or of that of a ``code``: by
    whom, a note, and the explanation where it came another way than in the workbook (``said``).
    Raises ValueError in the office's words for what cannot be decided on, and an explanation that
    gives no reason.
    """
    received = guarded(_guard(opened, place, language))
    name, note, text = (each.strip() for each in said)
    found = [f for f in opened.received.findings if f.address == place and code in ("", f.code)]
    loud = [f for f in found if code or f.severity is not Severity.NOTE] or found[:1]
    if not loud:
        raise ValueError(language.plain("explore.refused_no_finding", text=str(place), kind=code))
    made: dict[str, Explanation] = {}
    for one in loud:
        answer, says = (str(one.values.get(key, "")) for key in ("answer", "answer_says"))
        if text and says == "something" and clean(text) != answer:
            raise ValueError(language.plain("explore.refused_answered", text=answer))
        words = clean(text) or answer
        if decision is Decision.ACCEPTED:
            says = "something" if text else says
            says = "nothing" if words and gives_no_reason(words) else says
            if says in ("nothing", "copied"):
                raise ValueError(language.plain(f"explore.refused_{says}", text=words))
        if not words:
            raise ValueError(language.plain("explore.refused_no_answer", text=str(place)))
        made[one.code] = Explanation(
            *_at(opened, place), one.code, received, guarded(words), decision, name, _today(),
            note,
        )  # fmt: skip
    return [*made.values()]


def _at(opened: OpenPeriod, place: CellRef) -> tuple[str, str, str, str]:
    """The period that a cell was received for, and its address within that."""
    period, _, file = opened.received.located(place).file.partition("/")
    return period, file, place.sheet, place.cell


def _today() -> str:
    return datetime.date.today().isoformat()


def _guard(opened: OpenPeriod, place: CellRef, language: Language) -> str:
    """What a cell says, by which a record of it is guarded."""
    received = received_text(opened, place)
    if received is None:
        raise ValueError(language.plain("explore.refused_no_cell", text=str(place)))
    return received.strip()


class CorrectionForm(Section):
    """Fields and buttons that put a correction of a doubtful cell on record, or a decision on what
    its sender explains; it offers the cells of the findings chosen.
    """

    def __init__(
        self,
        teller: Teller,
        findings: Callable[[], Iterable[Finding]],
        correct: Callable[[str, str, str, str], Path],
        decide: Callable[[str, Decision, str, str], Path],
    ) -> None:
        super().__init__(self._static)
        self._teller, self._findings = teller, findings
        self._correct, self._decide = correct, decide
        self.widgets: dict[str, Any] = {}

    def _static(self) -> Markup:
        text = self._teller.text
        return title(text("explore.form_title")) + paragraph(text("explore.form_said"))

    def refresh(self) -> None:
        """Offer the cells of the findings chosen now."""
        if self.widgets:
            cell, options = self.widgets["cell"], list(self._offered())
            kept = cell.value
            cell.options = options
            cell.value = kept if kept in dict(options).values() else cell.value

    def _offered(self) -> Iterable[tuple[str, str]]:
        language = self._teller.language
        seen: set[str] = set()
        for finding in self._findings():
            place = str(finding.address)
            if finding.address.cell and place not in seen and len(seen) < _MOST:
                seen.add(place)
                yield f"{harmless(place, 80)} – {finding_kind(finding.code, language)}", place

    def _around(self, place: CellRef) -> Markup:
        """The cells around one, and what its findings say."""
        language = self._teller.language
        here = [f for f in self._teller.opened.received.findings if f.address == place]
        told = (paragraph(Markup("{}").format(finding_text(f, language))) for f in here)
        return excerpt(self._teller.opened, place, language) + Markup("").join(told)

    def _made(self) -> Any:
        import ipywidgets as widgets

        say = self._teller.language.plain
        look: dict[str, Any] = {
            "style": {"description_width": "9em"}, "layout": {"width": "50em"},
        }  # fmt: skip
        made: dict[str, Any] = {
            "cell": widgets.Dropdown(options=list(self._offered()), **look),
            "corrected": widgets.Text(**look),
            "reason": widgets.Text(**look),
            "name": widgets.Text(**look),
        }
        for name, widget in made.items():
            widget.description = say(f"explore.form_{name}")
            widget.add_class(f"dxkit-{name}")
        around, told = widgets.HTML(), widgets.HTML()
        told.add_class("dxkit-told")
        buttons = [
            widgets.Button(description=say(f"explore.form_{kind}"), layout={"width": "auto"})
            for kind in ("correct", *Decision)
        ]

        def shown(_: object = None) -> None:
            place = address_of(made["cell"].value or "")
            made["corrected"].value = received_text(self._teller.opened, place) or ""
            around.value = str(styled(self._around(place)))

        def clicked(button: object) -> None:
            cell, corrected, reason, name = (widget.value for widget in made.values())
            place = address_of(cell or "")
            received = received_text(self._teller.opened, place)
            decisions = dict(zip(buttons[1:], Decision, strict=True))
            try:
                is_same = received is None or corrected.strip() == received.strip()
                if button is buttons[0] and received is not None and is_same:
                    raise ValueError(say("explore.refused_same"))
                if button is not buttons[0] and not is_same:
                    raise ValueError(say("explore.refused_differs"))
                if button is buttons[0]:
                    path = self._correct(cell or "", corrected, reason, name)
                else:
                    path = self._decide(cell or "", decisions[button], name, reason)
                told.value = str(paragraph(say("explore.on_record", path=str(path), place=cell)))
                made["reason"].value = ""
            except ValueError as error:
                told.value = str(paragraph(str(error)))

        made["cell"].observe(shown, names="value")
        for button in buttons:
            button.on_click(clicked)
        self.widgets = made
        shown()
        heading = widgets.HTML(str(self.html))
        rest = [made["corrected"], made["reason"], made["name"], widgets.HBox(buttons), told]
        return widgets.VBox([heading, made["cell"], around, *rest])
