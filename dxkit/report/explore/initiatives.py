"""The object the notebook of initiatives touches: choices, and the sections that follow them; some
are tables and drawings in which a reader picks. Without widgets each stands still.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from markupsafe import Markup

from dxkit.model.text import slug, visible
from dxkit.period import OpenPeriod
from dxkit.report.explore import initiative_sections as sections
from dxkit.report.explore.live import Section, save_workbook, styled
from dxkit.report.explore.selection import Selection
from dxkit.report.frames import Frames, panel_frame
from dxkit.report.wording.language import Language
from dxkit.workbooks.atomic import write_text
from dxkit.workbooks.csv_text import guarded

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


# sections in which a reader picks -----------------------------------------------------------------


_WORDS = ("search", "lengthMenu", "info", "infoEmpty", "infoFiltered", "zeroRecords", "emptyTable")


class Grid(Section):
    """A table by itables, whose scripts come with it. ``render`` gives what stands still,
    ``frame`` what is shown, ``picked`` the numbers of its rows that are picked; ``pick`` is told
    of others.
    """

    def __init__(
        self,
        render: Callable[[], Markup],
        frame: Callable[[], pd.DataFrame],
        picked: Callable[[], Sequence[int]],
        pick: Callable[[Sequence[int]], object],
        language: Language,
    ) -> None:
        super().__init__(render)
        self._frame, self._picked, self._pick, self._language = frame, picked, pick, language
        self._shown: Any = None

    def _safe_frame(self) -> pd.DataFrame:
        """Text that a spreadsheet would run when it is pasted there is quoted, as in CSV files."""
        return self._frame().map(lambda v: visible(guarded(v)) if isinstance(v, str) else v)

    def refresh(self) -> None:
        """Show the rows of now, and which of them are picked."""
        if self._widget is None or self._shown is None:
            super().refresh()
        else:
            frame, picked = self._safe_frame(), list(self._picked())
            rows = frame.to_numpy().tolist()
            if repr(rows) != repr(self._shown):
                self._shown = rows
                self._widget.update(frame, selected_rows=picked, **self._options)
            elif self._widget.selected_rows != picked:
                self._widget.selected_rows = picked

    def _made(self) -> Any:
        try:
            from itables.widget import ITable
        except ImportError:  # an environment from before a pull: the table stands still
            return super()._made()
        frame = self._safe_frame()
        self._shown = frame.to_numpy().tolist()
        made = ITable(frame, selected_rows=list(self._picked()), **self._options)
        made.observe(self._selected, names="selected_rows")
        return made

    @property
    def _options(self) -> dict[str, Any]:
        """What the table is told each time it is shown anew."""
        say = self._language.plain
        words = {key: say(f"explore.grid_{key}") for key in _WORDS}
        buttons = [
            {"extend": kind, "text": say(f"explore.grid_{kind}"), "title": None}
            for kind in ("copyHtml5", "excelHtml5")
        ]
        return {
            "select": True, "showIndex": False, "maxBytes": 0, "column_filters": "header",
            "buttons": buttons, "language": words, "style": "width:100%",
            "classes": "display compact dxkit-grid", "autoWidth": False,
            "layout": {"topStart": "buttons", "topEnd": "search", "bottomStart": "info",
                       "bottomEnd": "paging"},
        }  # fmt: skip

    def _selected(self, change: Any) -> None:
        """Rows of a table that has been shown anew meanwhile are not meant."""
        self._pick([number for number in change["new"] if number < len(self._shown)])


class Marked(Section):
    """A drawing whose marks (``data-pick``, numbers between blanks) can be clicked."""

    def __init__(
        self, render: Callable[[], Markup], pick: Callable[[Sequence[int]], object]
    ) -> None:
        super().__init__(render)
        self._pick = pick

    def _made(self) -> Any:
        try:
            import anywidget
            import traitlets
        except ImportError:
            return super()._made()

        class Drawing(anywidget.AnyWidget):  # type: ignore[misc]
            _esm = (files("dxkit.report.explore") / "marked.js").read_text("utf-8")
            value = traitlets.Unicode().tag(sync=True)
            picked = traitlets.Unicode().tag(sync=True)

        made = Drawing(value=str(styled(self._render())))
        made.observe(lambda change: self._clicked(made, change["new"]), names="picked")
        return made

    def _clicked(self, made: Any, numbers: str) -> None:
        if numbers:
            self._pick([int(number) for number in numbers.split(" ")[1:]])
