"""Tables for the page: captioned, with scoped headings, figures on the right, facts traceable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dxkit.model.facts import Fact
from dxkit.story.messages import Language


@dataclass(frozen=True, slots=True)
class State:
    """A judgement in words with a shape beside it: ``good``, ``bad`` or ``none``. ``said`` tells
    what is judged (see ``Context.said``).
    """

    word: str
    kind: str
    said: str


Cell = Fact | str | Markup | State


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading and whether it holds figures."""

    heading: str | Markup
    numeric: bool = False


_DIFFERENCES = frozenset({"gap", "change", "rank_change", "against_group", "progress"})
_SHAPES = {"good": "●", "bad": "▲", "none": "–", "unknown": "–"}


def render_table(
    caption: str | Markup,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell]],
    language: Language,
    note: str | Markup = "",
    totals: int = 0,
) -> Markup:
    """The table in a box that scrolls sideways on a phone. A row's first cell is its heading.

    The last ``totals`` rows stand apart and stay last when a reader sorts.
    """
    head = Markup("").join(
        Markup('<th scope="col"{}>{}</th>').format(_numeric(column.numeric), column.heading)
        for column in columns
    )
    body = Markup("").join(
        _row(row, columns, language, total=number >= len(rows) - totals)
        for number, row in enumerate(rows)
    )
    below = Markup('<p class="note">{}</p>').format(note) if note else ""
    return Markup(
        '<div class="table" tabindex="0" role="group" aria-label="{}"><table>'
        "<caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>{}"
    ).format(Markup(caption).striptags(), caption, head, body, below)


def _row(
    row: Sequence[Cell], columns: Sequence[Column], language: Language, *, total: bool
) -> Markup:
    first, *others = row
    cells = [Markup('<th scope="row">{}</th>').format(_shown(first, language))]
    cells += [
        Markup("<td{}>{}</td>").format(_numeric(column.numeric), _shown(cell, language))
        for cell, column in zip(others, columns[1:], strict=True)
    ]
    mark = Markup(' class="total"') if total else ""
    return Markup("<tr{}>{}</tr>").format(mark, Markup("").join(cells))


def _numeric(numeric: bool) -> Markup:
    return Markup(' class="number"') if numeric else Markup("")


def _shown(cell: Cell, language: Language) -> str | Markup:
    if isinstance(cell, Fact):
        return language.fact(cell, signed=cell.key.kind in _DIFFERENCES)
    if isinstance(cell, State):
        return Markup(
            '<span class="state {}" data-said="{}"><span aria-hidden="true">{}</span> {}</span>'
        ).format(cell.kind, cell.said, _SHAPES[cell.kind], cell.word)
    return cell
