"""Tables for the page: captioned, with scoped headings, figures on the right, facts traceable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dxkit.model.facts import Fact, UnitOfMeasure
from dxkit.report.wording.language import IN_SENTENCES, NO_MARKS, SIGNS, Language, element


@dataclass(frozen=True, slots=True)
class State:
    """A judgement in words with a shape beside it: of a target, from 0 far from it to 4 reached
    (``STATES``), or of another ``kind``. ``said`` tells what is judged (see ``Context.said``).
    """

    word: str
    kind: str
    said: str
    step: int | None = None


NO_PICTURE = Markup("")


@dataclass(frozen=True, slots=True)
class Number:
    """A number with what stands beside it: a picture that says no more than the table does, the
    number of those it is one of ("3/8"), or the step of its background and of the shape that the
    style sets before it, from 0 far from the target to 4 at it; None where there is no target.
    """

    fact: Fact
    step: int | None = None
    picture: Markup = NO_PICTURE
    among: Fact | None = None


Cell = Fact | str | Markup | State | Number


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, whether it holds figures, and whether each of them says its unit, as
    where other columns of the table mix units. One with a ``name`` is known by it to the page's
    style. The cells of one that is ``labelled`` carry its heading, which the style writes where the
    headings are not seen. One that is ``more`` than a phone holds is folded there.
    """

    heading: str | Markup
    numeric: bool = False
    units_in_cells: bool = False
    name: str = ""
    labelled: bool = False
    more: bool = False


IN_PERCENT = " (%)"
"""What a heading ends with when the figures below it are percentages."""
NOTHING = "–"
"""What stands in a cell when there is no figure to expect."""

STEP = "step-"
"""How the class of a cell on a coloured background begins."""

_DIFFERENCES = frozenset(
    {"gap", "change", "like_change", "rank_change", "against_group", "progress"}
)
SHAPES = "○◔◑◕●"
"""The shape of each step: the fuller, the nearer to the target."""
STATES = ("far", "bad", "bad", "near", "good")
"""The kind of judgement of each step."""
_OTHER_SHAPES = {"unknown": "?", "open": "?"}
_SHAPE = Markup('<span class="shape" aria-hidden="true">{}</span>')
_CLASSES = re.compile(r'class="([^"]*)"')
_OF_FACT = re.compile(r'(?<=class="fact )[^"]*')


def render_table(
    caption: str | Markup,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Cell]],
    language: Language,
    note: str | Markup = "",
    totals: int = 0,
    name: str = "",
) -> Markup:
    """The table in a box that scrolls sideways on a phone. A row's first cell is its heading.

    A column of nothing but percentages says so in its heading, once; so does one whose numbers all
    have a reservation, and the caption or the cells for where headings are not seen. What the marks
    of reservations mean stands below. The last ``totals`` rows stand apart and stay last when a
    reader sorts. ``name`` is for the page's style.
    """
    facts = [
        [fact for row in rows if (fact := _fact(row[n])) is not None and fact.known]
        for n in range(len(columns))
    ]
    percent = [
        n > 0 and not column.units_in_cells and _only_shares([row[n] for row in rows])
        for n, column in enumerate(columns)
    ]
    common = [
        frozenset.intersection(*map(language.marks, found)) if len(found) > 1 else NO_MARKS
        for found in facts
    ]
    head = Markup("").join(
        element(
            '<th scope="col"{}>{}{}</th>',
            _classes(marks, column), column.heading, IN_PERCENT if shares else "",
        )
        for column, shares, marks in zip(columns, percent, common, strict=True)
    )  # fmt: skip
    body = Markup("").join(
        _row(row, columns, percent, common, language, total=number >= len(rows) - totals)
        for number, row in enumerate(rows)
    )
    below = Markup('<p class="note">{}</p>').format(note) if note else Markup("")
    fold = Markup('<details class="columns"><summary>{}</summary></details>')
    rest = fold.format(language.text("report.columns_more")) if any(c.more for c in columns) else ""
    return Markup(
        '{}<div class="{}"><table>'
        "<caption{}>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>{}{}"
    ).format(
        rest, f"table {name}".strip(),
        _classes(frozenset.union(*common)), caption, head, body, _legend(head + body, language),
        below,
    )  # fmt: skip


def _legend(table: Markup, language: Language) -> Markup:
    """What the marks of reservations in a table mean; of none that is not there."""
    found = {mark for classes in _CLASSES.findall(table) for mark in classes.split()}
    said = [language.text(f"trace.legend_{mark}") for mark in SIGNS if mark in found]
    if not said:
        return Markup("")
    return Markup('<p class="note legend">{}</p>').format(Markup(" ").join(said))


def _fact(cell: Cell) -> Fact | None:
    return cell.fact if isinstance(cell, Number) else cell if isinstance(cell, Fact) else None


def _only_shares(cells: Sequence[Cell]) -> bool:
    """Whether a column holds shares and, at most, cells that say that there is none."""
    facts = [fact for cell in cells if (fact := _fact(cell)) is not None]
    others = [cell for cell in cells if _fact(cell) is None]
    known = [fact for fact in facts if fact.known]
    return (
        bool(known)
        and all(fact.unit is UnitOfMeasure.SHARE for fact in known)
        and all(isinstance(cell, str) and cell in ("", NOTHING) for cell in others)
    )


def _row(
    row: Sequence[Cell],
    columns: Sequence[Column],
    percent: Sequence[bool],
    common: Sequence[frozenset[str]],
    language: Language,
    *,
    total: bool,
) -> Markup:
    cells = [element('<th scope="row">{}</th>', _shown(row[0], language, bare=False))]
    for cell, column, bare, marks in [*zip(row, columns, percent, common, strict=True)][1:]:
        shown = _untold(_shown(cell, language, bare=bare), marks)
        names = [*(marks & {*IN_SENTENCES} if column.name and cell != "" else ())]
        if isinstance(cell, Number) and cell.step is not None:
            names.append(f"{STEP}{cell.step}")
        classes = _classes(names, column)
        if column.labelled and cell != "":
            classes += element(' data-label="{}"', column.heading)
        cells.append(element("<td{}>{}</td>", classes, shown))
    mark = Markup(' class="total"') if total else ""
    return element("<tr{}>{}</tr>", mark, Markup("").join(cells))


def _classes(more: Iterable[str], column: Column | None = None) -> Markup:
    of_column = {"number": column.numeric, column.name: True, "rest": column.more} if column else {}
    names = [*(name for name, is_so in of_column.items() if name and is_so), *sorted(more)]
    return element(' class="{}"', " ".join(names)) if names else Markup("")


def _untold(shown: str | Markup, told: frozenset[str]) -> str | Markup:
    """A cell without the reservations that the heading of its column tells."""

    def kept(marks: re.Match[str]) -> str:
        return " ".join(mark for mark in marks[0].split() if mark not in told)

    if not told or not isinstance(shown, Markup):
        return shown
    return Markup(_OF_FACT.sub(kept, shown).replace('class="fact "', 'class="fact"'))


def _shown(cell: Cell, language: Language, *, bare: bool) -> str | Markup:
    if isinstance(cell, Number):
        shown = Markup(_shown(cell.fact, language, bare=bare))
        if cell.among is not None and cell.fact.known:
            marks = language.marks(cell.fact) | language.marks(cell.among)  # behind the whole
            names = " ".join(["fact", *sorted(marks)])
            of = _CLASSES.sub(f'class="{names}"', language.fact(cell.among), count=1)
            shown = Markup(_CLASSES.sub('class="fact"', shown, count=1) + "/" + of)
        return shown + cell.picture
    if isinstance(cell, Fact):
        return language.fact(cell, signed=cell.key.kind in _DIFFERENCES, bare=bare)
    if isinstance(cell, State):
        return Markup('<span class="state {}" data-said="{}">{} {}</span>').format(
            cell.kind, cell.said, _SHAPE.format(sign_of(cell)), cell.word
        )
    return cell


def bulleted(items: Iterable[str], kind: str = "") -> Markup:
    """A list of these items, of a ``kind`` to the page's style; nothing without any."""
    listed = Markup("").join(map(Markup("<li>{}</li>").format, items))
    of_kind = Markup(' class="{}"').format(kind) if kind else ""
    return Markup("<ul{}>{}</ul>").format(of_kind, listed) if listed else listed


def sign_of(state: State) -> str:
    """The shape of a judgement."""
    return _OTHER_SHAPES.get(state.kind, "–") if state.step is None else SHAPES[state.step]
