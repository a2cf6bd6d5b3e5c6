"""Tables for the page: captioned, with scoped headings, figures on the right, facts traceable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dxkit.model.facts import Fact, UnitOfMeasure
from dxkit.report.wording.language import Language


@dataclass(frozen=True, slots=True)
class State:
    """A judgement in words with a shape beside it: ``good``, ``bad`` or another kind. ``said``
    tells what is judged (see ``Context.said``).
    """

    word: str
    kind: str
    said: str


@dataclass(frozen=True, slots=True)
class Graded:
    """A figure on the background of its step, from 0 far below the target to 4 above it (see
    ``grade``); None where there is no target.
    """

    fact: Fact
    step: int | None


Cell = Fact | str | Markup | State | Graded


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, whether it holds figures, and whether each of them says its unit, as
    where other columns of the table mix units.
    """

    heading: str | Markup
    numeric: bool = False
    units_in_cells: bool = False


IN_PERCENT = " (%)"
"""What a heading ends with when the figures below it are percentages."""
NOTHING = "–"
"""What stands in a cell when there is no figure to expect."""

STEP = "step-"
"""How the class of a cell on a coloured background begins."""

_DIFFERENCES = frozenset(
    {"gap", "change", "like_change", "rank_change", "against_group", "progress"}
)
_SHAPES = {"good": "●", "bad": "▲"}


def render_table(
    caption: str | Markup,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell]],
    language: Language,
    note: str | Markup = "",
    totals: int = 0,
) -> Markup:
    """The table in a box that scrolls sideways on a phone. A row's first cell is its heading.

    A column of nothing but percentages says so in its heading, once. The last ``totals`` rows stand
    apart and stay last when a reader sorts.
    """
    percent = [
        n > 0 and not column.units_in_cells and _only_shares([row[n] for row in rows])
        for n, column in enumerate(columns)
    ]
    head = Markup("").join(
        Markup('<th scope="col"{}>{}{}</th>').format(
            _numeric(column.numeric), column.heading, IN_PERCENT if shares else ""
        )
        for column, shares in zip(columns, percent, strict=True)
    )
    body = Markup("").join(
        _row(row, columns, percent, language, total=number >= len(rows) - totals)
        for number, row in enumerate(rows)
    )
    below = Markup('<p class="note">{}</p>').format(note) if note else ""
    return Markup(
        '<div class="table" tabindex="0" role="group" aria-label="{}"><table>'
        "<caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>{}"
    ).format(Markup(caption).striptags(), caption, head, body, below)


def _only_shares(cells: Sequence[Cell]) -> bool:
    """Whether a column holds shares and, at most, cells that say that there is none."""
    cells = [cell.fact if isinstance(cell, Graded) else cell for cell in cells]
    facts = [cell for cell in cells if isinstance(cell, Fact) and cell.known]
    others = [cell for cell in cells if not isinstance(cell, Fact)]
    return (
        bool(facts)
        and all(fact.unit is UnitOfMeasure.SHARE for fact in facts)
        and all(isinstance(cell, str) and cell in ("", NOTHING) for cell in others)
    )


def _row(
    row: Sequence[Cell],
    columns: Sequence[Column],
    percent: Sequence[bool],
    language: Language,
    *,
    total: bool,
) -> Markup:
    first, *others = row
    cells = [Markup('<th scope="row">{}</th>').format(_shown(first, language, bare=False))]
    cells += [
        Markup("<td{}>{}</td>").format(
            _numeric(column.numeric, cell), _shown(cell, language, bare=in_heading)
        )
        for cell, column, in_heading in zip(others, columns[1:], percent[1:], strict=True)
    ]
    mark = Markup(' class="total"') if total else ""
    return Markup("<tr{}>{}</tr>").format(mark, Markup("").join(cells))


def _numeric(numeric: bool, cell: Cell = "") -> Markup:
    if not numeric:
        return Markup("")
    step = cell.step if isinstance(cell, Graded) else None
    return Markup(' class="number{}"').format("" if step is None else f" {STEP}{step}")


def _shown(cell: Cell, language: Language, *, bare: bool) -> str | Markup:
    if isinstance(cell, Graded):
        cell = cell.fact
    if isinstance(cell, Fact):
        return language.fact(cell, signed=cell.key.kind in _DIFFERENCES, bare=bare)
    if isinstance(cell, State):
        return Markup(
            '<span class="state {}" data-said="{}"><span aria-hidden="true">{}</span> {}</span>'
        ).format(cell.kind, cell.said, _SHAPES.get(cell.kind, "–"), cell.word)
    return cell
