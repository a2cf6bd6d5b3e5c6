"""verify.html: all that cannot be proved of a period, beside its pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from markupsafe import Markup

from dxkit.model.text import harmless
from dxkit.period import OpenPeriod
from dxkit.press.manifest import PROOF
from dxkit.press.publish.page import page_around
from dxkit.report.tables import Column, render_table
from dxkit.report.wording.language import Language
from dxkit.workbooks.atomic import take_away, write_text

_MOST_ROWS = 500
_SECTION = Markup('<section><h2 id="cause-{}" class="place">{}</h2>{}</section>')
_RAW = Markup('<span class="raw">{}</span>')


def write_differences(
    groups: Iterable[tuple[str, Sequence[Sequence[str]]]],
    opened: OpenPeriod,
    folder: Path,
    language: Language,
) -> None:
    """The page with each cause and file, and below it the places: where, what stands there, what
    should. No page where nothing differs.
    """
    content = Markup("")
    columns = [Column(language.text(f"site.verify_{key}")) for key in ("at", "shown", "expected")]
    for number, (heading, places) in enumerate(groups, start=1):
        rows = [[_RAW.format(harmless(text or "–")) for text in place] for place in places]
        caption = language.text("site.verify_places")
        table = render_table(caption, columns, rows[:_MOST_ROWS], language) if rows else ""
        content += _SECTION.format(number, harmless(heading), table)
    if not content:
        take_away(folder / PROOF)
        return
    title = language.plain("site.verify_title", period=language.period(opened.analysis.period.id))
    write_text(folder / PROOF, page_around(opened, title, content, language))
