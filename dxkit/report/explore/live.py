"""What notebooks show and save: sections that follow the choices made with widgets and stand still
where there are none, pictures, long lists in short, files.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from markupsafe import Markup

from dxkit.workbooks.atomic import write_text

if TYPE_CHECKING:
    import pandas as pd


_LONGEST_TEXT = 1_500  # characters


def has_kernel() -> bool:
    """Whether this runs in a notebook kernel, whose front end may show widgets."""
    from IPython.core.getipython import get_ipython

    return hasattr(get_ipython(), "kernel")


def styled(content: Markup) -> Markup:
    """Content that looks the same in JupyterLab as anywhere else."""
    style = Markup((files("dxkit.report.explore") / "explore.css").read_text("utf-8"))
    return Markup('<style>{}</style><div class="dxkit">{}</div>').format(style, content)


class Picture:
    """A matplotlib figure with a description for those who do not see it, fit for a page."""

    def __init__(self, figure: Any, description: str) -> None:
        stream = io.BytesIO()
        figure.savefig(stream, format="png", dpi=120, bbox_inches="tight")
        self._encoded = base64.b64encode(stream.getvalue()).decode()
        self.description = description

    def _repr_html_(self) -> str:
        return Markup(
            '<figure><img src="data:image/png;base64,{0}" alt="{1}">'
            "<figcaption>{1}</figcaption></figure>"
        ).format(self._encoded, self.description)

    def __repr__(self) -> str:
        return self.description


class Part:
    """A piece of a notebook. ``render`` gives its content anew for the present choices.

    Shown in a kernel it is a widget that changes with them; its static form goes with it, for
    exports and for notebooks run without one.
    """

    def __init__(self, render: Callable[[], Markup]) -> None:
        self._render = render
        self._widget: Any = None

    @property
    def html(self) -> Markup:
        """The content for the present choices."""
        return styled(self._render())

    def refresh(self) -> None:
        """Show the content for new choices."""
        if self._widget is not None:
            self._widget.value = str(self.html)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        content = self._render()
        html = styled(content)
        bundle: dict[str, Any] = {"text/html": str(html), "text/plain": _in_short(content)}
        if has_kernel():
            from ipywidgets import HTML

            if self._widget is None:
                self._widget = HTML(value=str(html))
            bundle |= {
                kind: data
                for kind, data in self._widget._repr_mimebundle_().items()
                if kind not in bundle
            }
        return bundle


def _in_short(content: Markup) -> str:
    """A content as text, where nothing else can be shown: of a long table its beginning."""
    text = str(content.striptags())
    return f"{text[:_LONGEST_TEXT]}…" if len(text) > _LONGEST_TEXT else text


class Controls:
    """Widgets that set choices. ``options`` gives for each choice its label and its values by
    shown text; a choice without values is a text to type. ``set_choice`` is told of every change.
    """

    def __init__(
        self,
        labels: Mapping[str, str],
        options: Callable[[str], list[tuple[str, str]] | None],
        present: Callable[[str], str],
        set_choice: Callable[[str, str], None],
        buttons: Iterable[tuple[str, Callable[[], str]]] = (),
        hint: str = "",
    ) -> None:
        self._labels = labels
        self._options = options
        self._present = present
        self._set_choice = set_choice
        self._buttons = tuple(buttons)
        self._hint = hint
        self.widgets: dict[str, Any] = {}
        self._offering = False

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        said = Markup("; ").join(
            Markup("{}: <b>{}</b>").format(label, self._shown(name))
            for name, label in self._labels.items()
        )
        static = styled(Markup("<p>{}</p>").format(said))
        bundle: dict[str, Any] = {"text/html": str(static), "text/plain": str(said.striptags())}
        if has_kernel():
            made = self._box()._repr_mimebundle_()
            bundle |= {kind: data for kind, data in made.items() if kind not in bundle}
        return bundle

    def _shown(self, name: str) -> str:
        options = self._options(name) or ()
        present = self._present(name)
        return next((text for text, value in options if value == present), present or "–")

    def _box(self) -> Any:
        import ipywidgets as widgets

        style = {"description_width": "7.5em"}
        layout = widgets.Layout(width="26em")
        for name, label in self._labels.items():
            options = self._options(name)
            made: Any
            if options is None:
                made = widgets.Text(
                    value=self._present(name), description=label, placeholder=self._hint,
                    style=style, layout=layout, continuous_update=False,
                )  # fmt: skip
            else:
                made = widgets.Dropdown(
                    options=options, value=self._present(name), description=label,
                    style=style, layout=layout,
                )  # fmt: skip
            made.add_class(f"dxkit-{name}")
            made.observe(self._changed(name), names="value")
            self.widgets[name] = made
        rows = [widgets.HBox(list(self.widgets.values()), layout={"flex_flow": "row wrap"})]
        if self._buttons:
            rows.append(self._button_row(widgets))
        return widgets.VBox(rows)

    def _button_row(self, widgets: Any) -> Any:
        said = widgets.HTML()
        row = []
        for label, action in self._buttons:
            button = widgets.Button(description=label, layout={"width": "auto"})
            button.on_click(_telling(action, said))
            row.append(button)
        return widgets.HBox([*row, said])

    def _changed(self, name: str) -> Callable[[Any], None]:
        def changed(change: Any) -> None:
            if not self._offering:
                self._set_choice(name, change["new"])

        return changed

    def offer_anew(self, changed: str) -> None:
        """Bring the offers of all other widgets up to the present choices."""
        self._offering = True
        try:
            for name, widget in self.widgets.items():
                options = self._options(name)
                if name != changed and options is not None:
                    if list(widget.options) != options:
                        widget.options = options
                    widget.value = self._present(name)
        finally:
            self._offering = False


def _telling(action: Callable[[], str], said: Any) -> Callable[[Any], None]:
    def clicked(_: Any) -> None:
        said.value = str(Markup("<span>{}</span>").format(action()))

    return clicked


def save_frame(frame: pd.DataFrame, path: Path) -> Path:
    """Write a frame as CSV that Excel opens well: with a byte order mark, no text a formula."""
    text = frame.map(_harmless).to_csv(index=False, lineterminator="\r\n", float_format="%.15g")
    return save_text("\ufeff" + text, path)


def save_text(text: str, path: Path) -> Path:
    """Write a text; returns the file."""
    write_text(path, text)
    return path


def _harmless(value: object) -> object:
    """Text that a spreadsheet would take for a formula, quoted."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value


T = TypeVar("T")

_SHOWN, _LONGEST = 3, 200


class Listed(tuple[T, ...]):
    """A tuple that says how many things it holds, and shows only the first three, cut short."""

    def __repr__(self) -> str:
        shown = [f"{text[:_LONGEST]}…" if len(text) > _LONGEST else text
                 for text in map(repr, self[:_SHOWN])]  # fmt: skip
        return f"<{len(self)}: {', '.join(shown)}{', …' if len(self) > _SHOWN else ''}>"
