"""What notebooks show and save: sections that follow the choices made with widgets and stand still
where there are none, pictures, long lists in short, files; and the numbers that exploring makes,
facts for the sake of their writing, without a cell of their own, which are shown as plain text:
only facts of scorecards are marked as such.
"""

from __future__ import annotations

import base64
import dataclasses
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from markupsafe import Markup

from dxkit.model.choices import UnknownNameError, check_names
from dxkit.model.facts import Fact, FactKey, UnitOfMeasure, united_marks, united_sources
from dxkit.model.text import shortened, visible
from dxkit.period import OpenPeriod
from dxkit.report.piece import Piece, boxed, has_kernel
from dxkit.report.tables import Cell, Column, render_table
from dxkit.report.wording.language import Filling, load_language
from dxkit.workbooks.atomic import new_workbook

if TYPE_CHECKING:
    import pandas as pd


_LONGEST_TEXT = 1_500  # characters where nothing else than text can be shown
T = TypeVar("T")


def styled(content: Markup) -> Markup:
    """Content for a widget, which is shown where styles and scripts are."""
    return boxed(Markup(visible(content)), "explored")


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


class Shown(Piece):
    """A piece of a notebook. ``render`` gives its content."""

    _box = "explored"

    def __init__(self, render: Callable[[], Markup]) -> None:
        self._render = render

    @property
    def html(self) -> Markup:
        """The content as it is now."""
        return Markup(visible(self._render()))

    def _make_again(self) -> None:
        self._render()

    def __repr__(self) -> str:
        return shortened(str(self._render().striptags()), _LONGEST_TEXT)


class Section(Shown):
    """A piece of a notebook that follows choices.

    Shown in a kernel it is a widget that changes with them; its static form goes with it, for
    exports and for notebooks run without one.
    """

    _widget: Any = None

    def refresh(self) -> None:
        """Show the content for new choices."""
        if self._widget is not None:
            self._widget.value = str(styled(self._render()))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        bundle = super()._repr_mimebundle_()
        if has_kernel():
            self._widget = self._widget or self._made()
            shown = self._widget._repr_mimebundle_()  # of an anywidget, beside its metadata
            return dict(shown[0] if isinstance(shown, tuple) else shown) | bundle
        return bundle

    def _made(self) -> Any:
        """The widget that shows it."""
        from ipywidgets import HTML

        return HTML(value=str(styled(self._render())))


OfSections = TypeVar("OfSections", bound=Section)


def title(text: str) -> Markup:
    """The heading of a piece."""
    return Markup("<h2>{}</h2>").format(text)


def paragraph(text: str) -> Markup:
    """A paragraph of a piece."""
    return Markup("<p>{}</p>").format(text)


class Teller:
    """What tells of a period in a language."""

    def __init__(self, opened: OpenPeriod, language: str) -> None:
        self.opened = opened
        self.language = load_language(language)

    def text(self, key: str, /, **values: Filling | float) -> Markup:
        """A text in which the numbers that exploring makes are plain text: of things where they are
        whole, else differences of shares.
        """
        return self.language.text(key, **{n: self._written(v) for n, v in values.items()})

    def _written(self, value: Filling | float) -> Filling:
        if isinstance(value, int | float):
            value = as_count(value) if isinstance(value, int) else as_points(value)
        if isinstance(value, Fact) and value.method == "explored":
            return self.language.number(value)
        return value

    def columns(self, keys: str, numeric: str = "") -> list[Column]:
        """The columns of a table, headed by the words of these keys; those of numbers are told."""
        return [
            Column(self.text(f"explore.column_{k}"), k in numeric.split()) for k in keys.split()
        ]

    def table_of(
        self,
        key: str,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Cell]],
        **values: Filling | float,
    ) -> Markup:
        """A table whose caption are the words of that key."""
        return render_table(self.text(f"explore.{key}", **values), columns, rows, self.language)


class Chooser(Teller):
    """What has choices and sections that follow them. ``choice`` is a dataclass of texts, empty for
    everything, of which ``of_unit`` names those that are codes of units.
    """

    of_unit: tuple[str, ...] = ()
    choice: Any

    def __init__(self, opened: OpenPeriod, language: str) -> None:
        super().__init__(opened, language)
        self.controls = Controls(self)
        self._sections: list[Section] = []

    def _options(self, name: str) -> list[tuple[str, str]] | None:
        """Texts and values that there are for a choice by its name; None where any text may be
        typed.
        """
        raise NotImplementedError

    def _there(self, name: str) -> set[str] | None:
        """The values of a choice with which something is left of what the other choices leave;
        None where that is not asked.
        """
        return None

    def offered(self, name: str) -> list[tuple[str, str]] | None:
        """Texts and values on offer for a choice beside the others: those with which something is
        left, everything, and what is chosen; None where any text may be typed.
        """
        options, there = self._options(name), self._there(name)
        if options is None or there is None:
            return options
        kept = {"", getattr(self.choice, name)} | there
        return [(text, value) for text, value in options if value in kept]

    @property
    def _buttons(self) -> dict[str, Callable[[], str]]:
        """What can be done with what is chosen, by label; each tells what it has done."""
        return {}

    def choices(self) -> Controls:
        """The widgets, one for each choice."""
        return self.controls

    def choose(self, **choices: str | int) -> Self:
        """Set choices in code, such as ``choose(district="932", search="cho 4.0")``; widgets and
        sections follow. Returns the object. The code of a unit may be a number. Raises
        UnknownNameError, a ValueError, for a value or a choice that there is not.
        """
        check_names("choice", choices, (field.name for field in dataclasses.fields(self.choice)))
        code_of = self.opened.analysis.units.code_of
        texts = {n: code_of(v) if n in self.of_unit else str(v) for n, v in choices.items()}
        wanted = dataclasses.replace(self.choice, **texts)
        for name, value in texts.items():
            on_offer = {value: text for text, value in self._options(name) or ()}
            if on_offer and value not in on_offer:
                raise UnknownNameError(name, value, on_offer)
        self.choice = wanted
        self.refresh()
        return self

    def refresh(self) -> None:
        """Have widgets and sections show what is so now."""
        self.controls.refresh()
        for section in self._sections:
            section.refresh()

    def _section(self, render: Callable[[], Markup]) -> Section:
        return self._added(Section(render))

    def _added(self, section: OfSections) -> OfSections:
        """A section that is shown anew whenever another choice is made."""
        self._sections.append(section)
        return section


class Controls:
    """The widgets that set the choices of ``chooser``; without a kernel, what is chosen."""

    def __init__(self, chooser: Chooser) -> None:
        self._chooser = chooser
        self.widgets: dict[str, Any] = {}
        self._box: Any = None
        self._following = False

    @property
    def _labels(self) -> dict[str, str]:
        names = (field.name for field in dataclasses.fields(self._chooser.choice))
        return {name: self._chooser.language.plain(f"explore.choose_{name}") for name in names}

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        said = Markup("; ").join(
            Markup("{}: <b>{}</b>").format(label, self._shown(name))
            for name, label in self._labels.items()
        )
        static = Shown(lambda: paragraph(said))
        bundle = static._repr_mimebundle_() | {"text/plain": str(said.striptags())}
        if not has_kernel():
            return bundle
        self._box = self._box or self._made()
        return dict(self._box._repr_mimebundle_()) | bundle

    def _shown(self, name: str) -> str:
        present = getattr(self._chooser.choice, name)
        options = self._chooser._options(name) or ()
        return next((text for text, value in options if value == present), present or "–")

    def refresh(self) -> None:
        """Move the widgets to what is chosen, whoever chose it, and offer what is left."""
        self._following = True
        try:
            for name, widget in self.widgets.items():
                options, chosen = self._chooser.offered(name), getattr(self._chooser.choice, name)
                if options is not None and list(widget.options) != options:
                    widget.options = options
                if widget.value != chosen:
                    widget.value = chosen
        finally:
            self._following = False

    def _made(self) -> Any:
        import ipywidgets as widgets

        chooser = self._chooser
        for name, label in self._labels.items():
            options = chooser.offered(name)
            look: dict[str, Any] = {
                "value": getattr(chooser.choice, name), "description": label,
                "style": {"description_width": "7.5em"}, "layout": {"width": "26em"},
            }  # fmt: skip
            if options is None:
                hint = chooser.language.plain("explore.search_hint")
                made = widgets.Text(placeholder=hint, continuous_update=False, **look)
            else:
                made = widgets.Dropdown(options=options, **look)
            made.add_class(f"dxkit-{name}")
            made.observe(self._changed(name), names="value")
            self.widgets[name] = made
        rows = [widgets.HBox(list(self.widgets.values()), layout={"flex_flow": "row wrap"})]
        said, row = widgets.HTML(), []
        for label, action in chooser._buttons.items():
            button = widgets.Button(description=label, layout={"width": "auto"})
            button.on_click(_telling(action, said, chooser))
            row.append(button)
        return widgets.VBox([*rows, *([widgets.HBox(row), said] if row else [])])

    def _changed(self, name: str) -> Callable[[Any], None]:
        def changed(change: Any) -> None:
            if not self._following:
                self._chooser.choose(**{name: change["new"]})

        return changed


def _telling(action: Callable[[], str], said: Any, teller: Teller) -> Callable[[Any], None]:
    def clicked(_: Any) -> None:
        try:
            told = action()
        except OSError as error:
            told = teller.text("explore.not_saved", text=str(error))
        said.value = str(Markup("<span>{}</span>").format(told))

    return clicked


def save_workbook(frame: pd.DataFrame, path: Path) -> Path:
    """Write a frame as a workbook: headings that filter and stay, numbers as numbers, text as text
    that is never a formula or a link; the same bytes every time. Returns the file.
    """
    cells = frame.convert_dtypes().astype(object).where(frame.notna(), None)
    with new_workbook(path) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        rows = list(cells.itertuples(index=False))
        for column, heading in enumerate(map(str, frame.columns)):
            sheet.write_string(0, column, heading, bold)
            widest = max([len(heading), *(len(str(row[column])) for row in rows)], default=0)
            sheet.set_column(column, column, min(widest + 2, 60))
            for number, row in enumerate(rows, 1):
                value = row[column]
                if isinstance(value, bool) or not isinstance(value, int | float | None):
                    value = str(value)  # as periods and labels are read
                sheet.write(number, column, value)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(rows), 1), max(len(frame.columns) - 1, 0))
    return path


_SHOWN, _LONGEST = 3, 200


class Listed(tuple[T, ...]):
    """A tuple that says how many things it holds, and shows only the first three, cut short."""

    def __repr__(self) -> str:
        shown = (shortened(repr(one), _LONGEST) for one in self[:_SHOWN])
        return f"<{len(self)}: {', '.join(shown)}{', …' if len(self) > _SHOWN else ''}>"


def as_count(value: int, subject: str = "count") -> Fact:
    """How many things there are."""
    return Fact(FactKey("-", "-", subject, "explored"), value, UnitOfMeasure.COUNT, 0, "explored")


def as_points(value: float, subject: str = "difference") -> Fact:
    """A difference of shares, written in percentage points."""
    key = FactKey("-", "-", subject, "explored")
    return Fact(key, value, UnitOfMeasure.SHARE_DIFFERENCE, 1, "explored")


def as_share(value: float, decimals: int = 1) -> Fact:
    """A share, written as a percentage."""
    key = FactKey("-", "-", "share", "explored")
    return Fact(key, value, UnitOfMeasure.SHARE, decimals, "explored")


def mean_of(facts: Iterable[Fact]) -> Fact:
    """The mean of known facts of one kind, with all their cells; of one fact, the fact itself."""
    all_of_them = tuple(facts)
    first = all_of_them[0]
    if len(all_of_them) == 1:
        return first
    key = FactKey(first.key.period, first.key.unit, first.key.subject, "mean")
    return Fact(
        key,
        sum(fact.number for fact in all_of_them) / len(all_of_them),
        first.unit,
        first.decimals,
        "mean",
        tuple(fact.key for fact in all_of_them),
        united_sources(all_of_them),
        marks=united_marks(all_of_them),
    )
