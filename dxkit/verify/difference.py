"""What cannot be proved, each in its file and place; and how it is said: on the screen by cause and
file in a few lines, all of it in verify.html.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from dxkit.model.text import harmless
from dxkit.period import OpenPeriod
from dxkit.press.publish.page import page_around
from dxkit.report.tables import Cell, Column, render_table
from dxkit.report.wording.language import Language
from dxkit.workbooks.atomic import write_text

REPORT = "verify.html"
MOST_LINES, _MOST_ROWS = 20, 500
_HEADING = Markup('<section><h2 id="cause-{}" class="place">{}</h2>')
_RAW = Markup('<span class="raw">{}</span>')

CHANGED, MISSING, ADDED = "file_changed", "file_missing", "file_added"
UNREADABLE, UNKNOWN = "file_unreadable", "file_unknown"
FAILED, OTHER = "not_made", "file_other"
"""A page that could not be made again; a file that is as it was made, and would be another now."""
INPUT, MOVED, RECOUNT = "input_changed", "cell_differs", "recount_differs"
"""A received file or cell that is not what was published; a cell, or its row or column, that a
second reader finds to say something else; a number that is another when it is counted again.
"""
CAUSES = (INPUT, UNKNOWN, MOVED, RECOUNT, CHANGED, MISSING, ADDED, UNREADABLE, FAILED, OTHER)
"""All that may be wrong, causes before consequences; each is the key of its words."""


class Difference(NamedTuple):
    """One thing that cannot be proved: in which file or of which fact, why (one of ``CAUSES``),
    where in it, what stands there and what should.
    """

    file: str
    cause: str
    place: str = ""
    shown: str = ""
    expected: str = ""


def in_order(found: Sequence[Difference]) -> tuple[Difference, ...]:
    """Causes first, those of one file together, in the order in which the files are met."""
    met = {file: number for number, file in enumerate(dict.fromkeys(d.file for d in found))}
    return tuple(sorted(found, key=lambda d: (CAUSES.index(d.cause), met[d.file])))


def lines(found: Sequence[Difference], language: Language) -> list[str]:
    """At most so many lines: each cause and file, how many places it concerns, and the first."""
    told = []
    for (cause, file), members in groupby(found, lambda d: (d.cause, d.file)):
        text = language.plain(f"cli.{cause}", text=file)
        if places := [d for d in members if any(d[2:])]:
            at = f"{places[0].place}: " if places[0].place else ""
            first = harmless(f"{at}{places[0].shown or '–'} ≠ {places[0].expected or '–'}")
            text += f" ({language.plain('cli.places', count=str(len(places)))} {first})"
        told.append(f"  {text}")
    if len(told) > MOST_LINES:
        count = str(len(told) - MOST_LINES + 1)
        told[MOST_LINES - 1 :] = [f"  {language.plain('cli.more_in', count=count, text=REPORT)}"]
    return told


def write_report(
    found: Sequence[Difference], opened: OpenPeriod, folder: Path, language: Language
) -> None:
    """``verify.html`` with all that differs; none where nothing does."""
    if not found:
        (folder / REPORT).unlink(missing_ok=True)
        return
    title = language.plain("site.verify_title", period=language.period(opened.analysis.period.id))
    content = Markup("")
    columns = [Column(language.text(f"site.verify_{key}")) for key in ("at", "shown", "expected")]
    groups = groupby(found, lambda d: (d.cause, d.file))
    for number, ((cause, file), members) in enumerate(groups, start=1):
        heading = harmless(language.plain(f"cli.{cause}", text=file))
        content += _HEADING.format(number, heading)
        rows: list[list[Cell]] = [
            [_RAW.format(harmless(text or "–")) for text in d[2:]] for d in members if any(d[2:])
        ]
        if rows:
            caption = language.text("site.verify_places")
            content += render_table(caption, columns, rows[:_MOST_ROWS], language)
        content += Markup("</section>")
    write_text(folder / REPORT, page_around(opened, title, content, language))
