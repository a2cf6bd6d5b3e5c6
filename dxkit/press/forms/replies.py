"""The workbook in which a unit says what it thinks of its draft results: their main numbers and
sentences with their reservations, each with a cell for the reply.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from dxkit.model.facts import TOTAL
from dxkit.model.forms import REPLIES, Form, FormSheet
from dxkit.model.text import harmless
from dxkit.model.units import Unit
from dxkit.period import OpenPeriod
from dxkit.press.forms.page import BASE, LOOKS
from dxkit.press.forms.workbook import for_print, write_map
from dxkit.report.context import SignedContext, signs_of
from dxkit.report.sentences.headlines import thoughts
from dxkit.report.wording.language import SIGNS, Language
from dxkit.workbooks.atomic import new_workbook

_KINDS = ("value", "target", "points", "rank")
_HEADINGS = ("number", "reply_about", "reply_draft", "reply")
_WIDTHS = (6, 70, 50, 60)
_HEADER = 5
_LETTERS_IN_LINE = 60


def draft_rows(context: SignedContext) -> Iterator[tuple[str, str]]:
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
        drafted = [*draft_rows(context)]
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
        for_print(sheet)
        write_map(book, form)
    return form
