"""Sections in which a reader picks: tables that sort, filter, search, copy and save themselves as a
workbook, drawings whose marks can be clicked. Without widgets each stands still.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dxkit.model.text import visible
from dxkit.report.explore.live import Section, styled
from dxkit.report.wording.language import Language
from dxkit.workbooks.csv_text import guarded

if TYPE_CHECKING:
    import pandas as pd

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
