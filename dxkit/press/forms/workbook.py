"""The workbooks that go to a sender to be filled in: a form, with what to do, a sheet for each
table, the map by which it is read again; and one in which a unit says what it thinks of its draft
results: their main numbers and sentences with their reservations, each with a cell for the reply.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from dxkit.intake.file_cells import sheet_titles
from dxkit.model.addresses import column_letters, quoted
from dxkit.model.facts import TOTAL
from dxkit.model.forms import MAP, REPLIES, Form, FormSheet
from dxkit.model.text import cut, harmless, slug
from dxkit.model.units import Unit
from dxkit.period import OpenPeriod
from dxkit.press.forms.page import BASE, COLOURS, LOOKS, Page
from dxkit.press.forms.questions import OPEN, Questions
from dxkit.report.context import SignedContext, signs_of
from dxkit.report.sentences.headlines import thoughts
from dxkit.report.wording.language import SIGNS, Language
from dxkit.workbooks.atomic import new_workbook

_LONGEST_TITLE = 31
_FIELDS = 4  # of a line of the map; behind them stand the lists of choices


def form_name(sender: Unit) -> str:
    """What the form of a sender is called."""
    return f"{sender.code}-{slug(sender.name)}.xlsx"


def sender_of(questions: Questions, name: str) -> Unit | None:
    """The unit whose form has a name; None for any other name."""
    code = name.partition("-")[0]
    unit = questions.units.get(code) if code in questions.units else None
    return unit if unit is not None and form_name(unit) == name else None


def write_form(questions: Questions, sender: Unit, path: Path) -> Form:
    """The workbook, whole or not at all, with the same bytes every time; returns its map. Raises
    InUseError.
    """
    with new_workbook(path, questions.period.last_day) as book:
        return _Book(book, questions, sender).write()


class _Book:
    """The workbook being written."""

    def __init__(self, book: Any, questions: Questions, sender: Unit) -> None:
        self._questions, self._sender, self._book = questions, sender, book
        self._language, self._campaign = questions.language, questions.campaign
        self._looks = {name: book.add_format({**BASE, **look}) for name, look in LOOKS.items()}
        self._lists: list[tuple[str, ...]] = []  # each a column of the sheet with the map

    def _say(self, key: str, **values: str) -> str:
        return self._language.plain(f"form.{key}", **values)

    def write(self) -> Form:
        """All sheets: what to do first, then the tables, then the map, which nobody sees."""
        asked = self._questions.of(self._sender)
        names = [self._say("guide")]
        for number, question in enumerate(asked, start=1):
            name = f"{number}. {self._questions.name_of(question.table)}"
            words = cut(name, _LONGEST_TITLE + 1).rpartition(" ")[0]
            names.append(name if cut(name, _LONGEST_TITLE) == name else words)
        titles = list(sheet_titles(names).values())
        guide, *sheets = (self._book.add_worksheet(title) for title in titles)
        pages = [
            Page(sheet, title, self._looks, self._questions, question, self._sender, self._list_of)
            for sheet, title, question in zip(sheets, titles[1:], asked, strict=True)
        ]
        made = tuple(page.write() for page in pages)
        period = self._questions.period.id
        form = Form(self._campaign.id, period, self._sender.code, titles[0], made)
        below = self._guide(guide, pages)
        told = self._say("identity", text=form.identity.text)
        guide.write_string(below, 0, told, self._looks["note"])
        _for_print(guide)
        guide.set_portrait()
        for page in pages:
            page.sign(form.identity.text)
            _for_print(page.sheet)
        _write_map(self._book, form, self._lists)
        return form

    def _list_of(self, choices: Sequence[str]) -> str:
        """The range of a list of choices."""
        if tuple(choices) not in self._lists:
            self._lists.append(tuple(choices))
        column = column_letters(_FIELDS + 2 + self._lists.index(tuple(choices)))
        return f"={MAP}!${column}$1:${column}${len(choices)}"

    def _guide(self, sheet: Any, pages: Sequence[Page]) -> int:
        """What to do, until when, whom to ask, what is still open; returns a row below."""
        say, looks, language = self._say, self._looks, self._language
        for column, width in enumerate((34, 14, 14, 40)):
            sheet.set_column(column, column, width)
        title = say("title", period=language.period(self._questions.period.id).upper())
        sheet.merge_range(0, 0, 0, 3, title, looks["title"])
        name = harmless(language.name(self._campaign.names))
        sheet.merge_range(1, 0, 1, 3, name, looks["center_bold"])
        due = self._questions.period.due_day
        told = {
            "sender": language.unit(self._sender, starts=True),
            "asked_by": language.name(self._campaign.organiser),
            "days": self._questions.days,
            "deadline": language.day(due) if due else say("no_deadline"),
        }
        for row, (key, text) in enumerate(told.items(), start=3):
            sheet.write_string(row, 0, say(key), looks["bold"])
            sheet.merge_range(row, 1, row, 3, harmless(text), looks["plain"])
        top = 4 + len(told)
        sheet.write_string(top, 0, say("what_to_do"), looks["bold"])
        for row, step in enumerate(self._steps(pages), start=top + 1):
            sheet.merge_range(row, 0, row, 3, step, looks["wrapped"])
            sheet.set_row(row, 16 * (1 + len(step) // 105))
        first = row + 3
        for column, key in enumerate(("sheet", "rows", "still_open")):
            sheet.write_string(first - 1, column, say(key), looks["header"])
        for row, page in enumerate(pages, start=first):
            sheet.write_url(row, 0, f"internal:{quoted(page.title)}!A1", looks["text"], page.title)
            sheet.write_number(row, 1, len(page.rows), looks["index"])
            sheet.write_formula(row, 2, page.open_rows(), looks["index"], page.open_at_first)
        for kind, criteria in (("green", "=="), ("amber", ">")):
            of = {"type": "cell", "criteria": criteria, "value": 0, "format": looks[kind]}
            sheet.conditional_format(first, 2, row, 2, of)
        below = row + 2
        sheet.write_string(below, 0, say("colours"), looks["bold"])
        for row, state in enumerate((*OPEN, "done"), start=below + 1):
            sheet.write_string(row, 0, say(f"state_{state}"), looks[COLOURS[state]])
            sheet.merge_range(row, 1, row, 3, say(f"means_{state}"), looks["plain"])
        return row + 2

    def _steps(self, pages: Sequence[Page]) -> Iterator[str]:
        """What to do, numbered; of the period before and of units to be named where there are."""
        is_first = self._questions.before is None
        tables = (page.question for page in pages if not page.question.is_register)
        further = any(row.unit is None for table in tables for row in table.rows)
        told = {
            "compare": "" if is_first else self._say("steps_compare"),
            "as_before": "" if is_first else " " + self._say("steps_as_before"),
            "further": self._say("steps_further") if further else "",
        }
        steps = filter(None, self._say("steps", **told).split("\n"))
        return (f"{number}. {step}" for number, step in enumerate(steps, start=1))


def _write_map(book: Any, form: Form, lists: Sequence[tuple[str, ...]] = ()) -> None:
    """The map in a sheet that nobody sees, with lists of choices behind it, and the identity."""
    sheet = book.add_worksheet(MAP)
    for row, line in enumerate(form.lines()):
        for column, text in enumerate(line):
            if text:
                sheet.write_string(row, column, text)
    for column, choices in enumerate(lists, start=_FIELDS + 1):
        sheet.write_column(0, column, choices)
    sheet.protect()
    sheet.very_hidden()
    book.set_custom_property(MAP, form.identity.text, "text")


def _for_print(sheet: Any) -> None:
    """A4 across, as wide as a page; protected without a password, but for what is asked."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.4, top=0.6, bottom=0.6)
    sheet.set_footer("&L&8&A&R&8&P/&N")
    sheet.protect("", {"format_columns": True, "format_rows": True})


_KINDS = ("value", "target", "points", "rank")
_HEADINGS = ("number", "reply_about", "reply_draft", "reply")
_WIDTHS = (6, 70, 50, 60)
_HEADER = 5
_LETTERS_IN_LINE = 60


def _draft_rows(context: SignedContext) -> Iterator[tuple[str, str]]:
    """What a page in draft says first of a unit: each criterion, and all together, with its
    numbers; then its main sentences, which have none beside them.
    """
    view, language = context.view, context.language
    names = {i.id: language.name(i.short_names) for i in view.indicators}
    for subject, name in {**names, TOTAL: language.plain("report.total")}.items():
        found = view.known_kinds(subject, *_KINDS)
        told = (
            f"{language.plain(f'form.reply_{k}')} {language.plain_number(f)}"
            f"{signs_of(language.marks(f))}"
            for k, f in found.items()
        )
        if text := "; ".join(told):
            yield name, text
    for thought in thoughts(view):
        yield context.writer.plain(thought.ways[0]), ""


def write_reply_form(opened: OpenPeriod, unit: Unit, language: Language, path: Path) -> Form:
    """The workbook, whole or not at all, with the same bytes every time; returns its map. Raises
    InUseError.
    """
    campaign, period = opened.campaign, opened.analysis.period

    def say(key: str, **values: str) -> str:
        return language.plain(f"form.{key}", **values)

    title = say("reply_sheet")
    with new_workbook(path, period.last_day) as book:
        looks = {name: book.add_format({**BASE, **look}) for name, look in LOOKS.items()}
        sheet, fixed, rows = book.add_worksheet(title), dict[str, str](), dict[int, str]()
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)

        def put(row: int, column: int, text: str, look: str) -> None:
            text = " ".join(harmless(text, 2000).split())
            sheet.write_string(row - 1, column - 1, text, looks[look])
            fixed[f"{'ABCD'[column - 1]}{row}"] = text

        names = {"unit": language.unit(unit, starts=True), "period": language.period(period.id)}
        put(1, 1, say("reply_title", **names), "bold")
        told = [language.name(campaign.names)]
        if opened.received.simulated_files:
            told.append(language.plain("report.simulated"))
        put(2, 1, ". ".join(told), "plain")
        put(3, 1, say("reply_steps"), "plain")
        for column, key in enumerate(_HEADINGS, start=1):
            put(_HEADER, column, say(key), "header")
            put(_HEADER + 1, column, f"({column})", "number_row")
        context = SignedContext(opened, unit.code, language)
        drafted = [*_draft_rows(context)]
        for row, (about, draft) in enumerate(drafted, start=_HEADER + 2):
            rows[row] = f"row-{row}"
            put(row, 1, str(row - _HEADER - 1), "index")
            put(row, 2, about, "text")
            put(row, 3, draft, "text")
            sheet.write_blank(row - 1, 3, None, looks["open_text"])
            sheet.set_row(row - 1, 16 * (1 + max(len(about), len(draft)) // _LETTERS_IN_LINE))
        signs = "".join(chain(*drafted))
        marks = [mark for mark, sign in SIGNS.items() if sign in signs]
        put(row + 1, 2, context.language.meaning(marks), "note")
        asked = FormSheet(title, REPLIES, (_HEADER, _HEADER), 2, (), 0, 4, rows, {}, fixed)
        form = Form(campaign.id, period.id, unit.code, "", (asked,))
        identity = say("identity", text=form.identity.text)
        sheet.write_string(_HEADER - 2, 0, identity, looks["note"])
        sheet.freeze_panes(_HEADER + 1, 2)
        _for_print(sheet)
        _write_map(book, form)
    return form
