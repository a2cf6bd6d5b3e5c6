"""What verify says: on the screen by cause and file in a few lines, all of it in verify.html."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from markupsafe import Markup

from dxkit.model.text import harmless
from dxkit.press.publish.page import page_around
from dxkit.report.tables import Cell, Column, render_table
from dxkit.report.wording.language import Language
from dxkit.verify.difference import Difference
from dxkit.verify.files import REPORT
from dxkit.verify.verify import Verification
from dxkit.workbooks.atomic import write_text

MOST_LINES, _MOST_ROWS = 20, 500


def _groups(found: Sequence[Difference]) -> Iterator[tuple[str, str, list[Difference]]]:
    """By cause, then by file, in the order in which they are first met."""
    groups: dict[tuple[str, str], list[Difference]] = {}
    for difference in found:
        groups.setdefault((difference.cause, difference.file), []).append(difference)
    for (cause, file), members in groups.items():
        yield cause, file, members


def lines(result: Verification, language: Language, most: int = MOST_LINES) -> list[str]:
    """At most so many lines: each cause and file, how many places it concerns, and the first."""
    told = []
    for cause, file, members in _groups(result.differences):
        text = language.plain(f"cli.{cause}", text=file)
        places = [d for d in members if d.place or d.shown or d.expected]
        if places:
            text += f" ({language.plain('cli.places', count=str(len(places)))} {_place(places[0])})"
        told.append(f"  {text}")
    if len(told) > most:
        more = language.plain("cli.more_in", count=str(len(told) - most + 1), text=REPORT)
        told[most - 1 :] = [f"  {more}"]
    return told


def _place(difference: Difference) -> str:
    at = f"{difference.place}: " if difference.place else ""
    return harmless(f"{at}{difference.shown or '–'} ≠ {difference.expected or '–'}")


def write_report(result: Verification, folder: Path, language: Language) -> None:
    """``verify.html`` with all that differs; none where nothing does."""
    if not result.differences:
        (folder / REPORT).unlink(missing_ok=True)
        return
    title = language.plain(
        "site.verify_title", period=language.period(result.opened.analysis.period.id)
    )
    content = Markup("")
    columns = [Column(language.text(f"site.verify_{key}")) for key in ("at", "shown", "expected")]
    for number, (cause, file, members) in enumerate(_groups(result.differences), start=1):
        heading = harmless(language.plain(f"cli.{cause}", text=file))
        content += Markup('<section><h2 id="cause-{}" class="place">{}</h2>').format(
            number, heading
        )
        rows: list[list[Cell]] = [
            [_raw(d.place), _raw(d.shown), _raw(d.expected)] for d in members[:_MOST_ROWS]
        ]
        if any(any(d[2:]) for d in members):
            content += render_table(language.text("site.verify_places"), columns, rows, language)
        content += Markup("</section>")
    page = page_around(result.opened, title, content, language)
    write_text(folder / REPORT, page)


def _raw(text: str) -> Markup:
    return Markup('<span class="raw">{}</span>').format(harmless(text or "–"))
