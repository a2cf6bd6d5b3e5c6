"""Corrections and explanations that an office puts on record from a notebook."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from markupsafe import Markup

from dxkit.campaign.corrections import CorrectionError, add_correction
from dxkit.model.addresses import column_and_row
from dxkit.model.campaign import CampaignError, Correction
from dxkit.model.facts import CellRef
from dxkit.model.findings import Finding
from dxkit.model.text import harmless
from dxkit.period import OpenPeriod
from dxkit.period.opening import open_period
from dxkit.report.explore.live import Section, Teller, paragraph, styled, title
from dxkit.report.explore.received import excerpt, received_sheet
from dxkit.report.wording.findings import finding_kind
from dxkit.report.wording.language import Language
from dxkit.workbooks.atomic import BusyError, only_writer

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
    sheet = received_sheet(opened, place)
    return sheet.cell(row, column).text if sheet else None


def put_on_record(
    opened: OpenPeriod, place: CellRef, said: tuple[str, str, str], language: Language
) -> tuple[Path, OpenPeriod]:
    """Add what a cell should read, why and by whom (``said``) to the corrections of the campaign;
    returns their file, and the period opened anew. Raises ValueError in the office's words.
    """
    plan, received = opened.campaign, received_text(opened, place)
    if received is None:
        raise ValueError(language.plain("explore.refused_no_cell", text=str(place)))
    corrected, reason, name = (text.strip() for text in said)
    period, today = opened.analysis.period.id, datetime.date.today().isoformat()
    row = Correction(period, *place, received.strip(), corrected, reason, name, today)
    try:
        with only_writer(opened.project.outputs / plan.id):
            path = add_correction(plan.folder, row)
    except CorrectionError as error:
        values = {
            "text": error.text,
            **(dataclasses.asdict(error.earlier) if error.earlier else {}),
        }
        raise ValueError(language.plain(f"explore.refused_{error.reason}", **values)) from error
    except (BusyError, CampaignError, OSError) as error:
        kind = "busy" if isinstance(error, BusyError) else "file"
        raise ValueError(language.plain(f"explore.refused_{kind}", text=str(error))) from error
    open_period.cache_clear()
    return path, open_period(opened.project, plan.id, period)


class CorrectionForm(Section):
    """Fields and buttons that put a correction or an explanation of a doubtful cell on record; it
    offers the cells of the findings chosen.
    """

    def __init__(
        self,
        teller: Teller,
        findings: Callable[[], Iterable[Finding]],
        correct: Callable[[str, str, str, str], Path],
    ) -> None:
        super().__init__(self._static)
        self._teller, self._findings, self._correct = teller, findings, correct
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
            for kind in ("correct", "explain")
        ]

        def shown(_: object = None) -> None:
            place = address_of(made["cell"].value or "")
            made["corrected"].value = received_text(self._teller.opened, place) or ""
            around.value = str(styled(excerpt(self._teller.opened, place, self._teller.language)))

        def clicked(button: object) -> None:
            cell, corrected, reason, name = (widget.value for widget in made.values())
            place = address_of(cell or "")
            received = received_text(self._teller.opened, place)
            try:
                if received is not None and (corrected.strip() != received.strip()) is (
                    button is buttons[1]
                ):
                    key = "same" if button is buttons[0] else "differs"
                    raise ValueError(say(f"explore.refused_{key}"))
                path = self._correct(cell or "", corrected, reason, name)
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
