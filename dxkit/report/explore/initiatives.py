"""The object the notebook of initiatives touches: choices, and the sections that follow them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from dxkit.model.text import slug
from dxkit.period import OpenPeriod
from dxkit.report.explore import initiative_sections as sections
from dxkit.report.explore.live import Section, save_workbook
from dxkit.report.explore.picking import Grid, Marked
from dxkit.report.explore.selection import Selection
from dxkit.report.frames import Frames, panel_frame
from dxkit.workbooks.atomic import write_text

if TYPE_CHECKING:
    import pandas as pd


class Explorer(Selection):
    """Initiatives of a campaign up to a period. Each method gives one section of the notebook,
    which follows the choices made with the widgets of ``choices()`` or in code with ``choose()``.
    """

    def __init__(
        self,
        opened: OpenPeriod,
        language: str = "vi",
        framed: Callable[[str, str, str], str] | None = None,
    ) -> None:
        super().__init__(opened, language)
        self._framed = framed

    @property
    def _buttons(self) -> dict[str, Callable[[], str]]:
        """Saving the table, the card and the view."""
        say = self.language.plain
        return {
            say("explore.save_table"): lambda: self._saved(self.save_table()),
            say("explore.save_card"): lambda: self._saved(self.save_card()),
            say("explore.save_view"): lambda: self._saved(self.save_view()),
        }

    # sections ----------------------------------------------------------------------------

    def frame(self) -> pd.DataFrame:
        """The initiatives chosen, as a frame like that of ``dxkit.open().initiatives()``."""
        frames = Frames(self.campaign, self.language, self.units)
        return frames.initiatives(self.chosen, self.opened.analysis.period.id)

    def panel(self) -> pd.DataFrame:
        """The chosen indicator over periods in long form, for pyfixest, diff-diff or CausalPy: one
        row per place and period with a value. ``first_treated`` is the ``time`` (1, 2, …) in which
        a chosen initiative began there, 0 where there is none; places with another of the same aim
        or of unknown start are left out. Raises ValueError while no indicator is chosen.
        """
        if not self.choice.indicator:
            raise ValueError("choose an indicator first: choose(indicator=...)")
        return panel_frame(*self.panel_and_starts(), self.others_with_the_aim())

    def table(self) -> Section:
        """The register: one row per initiative and place, which can be picked."""
        return self._added(
            Grid(
                lambda: sections.register_table(self),
                lambda: sections.register_frame(self),
                lambda: self.picked,
                self.pick,
                self.language,
            )
        )

    def timeline(self) -> Section:
        """When the initiatives chosen began; a click on a mark picks what it stands for."""
        return self._added(Marked(lambda: sections.timeline_section(self), self.pick))

    def map(self) -> Section:
        """How many of the initiatives chosen each unit has; a click on a unit picks them."""
        return self._added(Marked(lambda: sections.map_section(self), self.pick))

    def beside(self) -> Section:
        """The district chosen and another one (``beside``) side by side."""
        return self._section(lambda: sections.beside_section(self))

    def saved_view(self) -> Section:
        """What is chosen as a line of code and as a link, to be kept or sent."""
        return self._section(lambda: sections.view_section(self, self.view_file))

    def before_after(self) -> Section:
        """The indicator before and after the start at each place and the others of its district."""
        return self._section(lambda: sections.before_after_section(self))

    def matched(self) -> Section:
        """The comparison with others of the district, its grade, what it rests on, the places."""
        return self._section(lambda: sections.evidence_section(self))

    def next_places(self) -> Section:
        """Where to try next."""
        return self._section(lambda: sections.next_section(self))

    def card(self) -> Section:
        """The card of the chosen initiative in short: where, since when, for what, how sure."""
        return self._section(lambda: sections.summary_section(self))

    # saving ------------------------------------------------------------------------------

    @property
    def folder(self) -> Path:
        """Where this explorer saves: beside the outputs of the periods, never among them."""
        return self.opened.project.outputs / self.campaign.id / "explore"

    def save_table(self) -> Path:
        """Write the initiatives chosen as a workbook; returns the file."""
        path = self.folder / f"{self._file_name('initiatives')}.xlsx"
        return save_workbook(self.frame(), path)

    def save_card(self) -> Path:
        """Write the card as a page of its own, to go with a report; returns the file."""
        if self._framed is None:
            raise RuntimeError("open the explorer with dxkit.explore() to save cards")
        title, content = sections.card_title(self), str(sections.card_page(self))
        page = self._framed(content, title, self.language.code)
        path = self.folder / f"{self._file_name('card')}.html"
        write_text(path, page)
        return path

    def save_view(self) -> Path:
        """Write a notebook that opens with what is chosen now: this one with these parameters, to
        be kept or sent; returns the file.
        """
        said = {
            "campaign": self.campaign.id,
            "period": self.opened.analysis.period.id,
            "language": self.language.code,
            "view": self.view,
        }
        source = self.opened.project.notebooks / "explore_initiatives.ipynb"
        notebook = json.loads(source.read_text("utf-8"))
        for cell in notebook["cells"]:
            cell.update({"outputs": [], "execution_count": None} if "outputs" in cell else {})
            if "parameters" in cell["metadata"].get("tags", ()):
                cell["source"] = [f"{name}: str = {value!r}\n" for name, value in said.items()]
        path = self.view_file
        write_text(path, json.dumps(notebook, ensure_ascii=False, indent=1) + "\n")
        self.refresh()
        return path

    @property
    def view_file(self) -> Path:
        """The notebook that ``save_view`` writes for what is chosen now."""
        return self.folder / f"{self._file_name('view')}.ipynb"

    def _file_name(self, kind: str) -> str:
        chosen = "-".join(slug(part) for _, part in parse_qsl(self.view))[:80].strip("-")
        return "-".join(filter(None, (self.opened.analysis.period.id, kind, chosen)))

    def _saved(self, path: Path) -> str:
        return self.language.plain("explore.saved", path=str(path))
