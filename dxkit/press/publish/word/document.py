"""The report of one unit as an official document: parts I to IV and annexes."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import docx

from dxkit.model.received_text import harmless
from dxkit.period import OpenPeriod
from dxkit.press.publish.word.facts import attach_facts
from dxkit.press.publish.word.from_parts import PageText
from dxkit.press.publish.word.layout import (
    CENTRE,
    ROMAN,
    closing,
    first_line,
    heading_block,
    set_up,
    title,
)
from dxkit.report.charts.canvas import with_bitmaps
from dxkit.report.report import Report

_PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("direction", ("activity",)),
    ("results", ("headlines", "targets_chart", "narrative", "league", "children_chart",
                 "changes_chart", "months_chart", "registers")),
    ("limits", ("data_state", "gap_chart")),
    ("tasks", ("next_steps",)),
)  # fmt: skip
_ANNEXES = ("indicators", "comparison", "method", "sources")


def write_document(opened: OpenPeriod, unit_code: str, language_code: str, path: Path) -> None:
    """``path`` as .docx, whole or not at all, with the same bytes every time. It says what the
    unit's page says, from the same claims and facts.
    """
    with with_bitmaps() as pictures:
        report = Report(opened, unit_code, language_code)
        parts = {
            name: str(getattr(report, name)().html)
            for name in (*(n for _, names in _PARTS for n in names), *_ANNEXES)
        }
    language = report.context.language
    say = language.plain
    document = docx.Document()
    set_up(document, language)
    document.core_properties.title = report.title
    document.core_properties.author = language.name(opened.campaign.organiser)
    heading_block(document, language.name(opened.campaign.organiser), language)
    period = language.period(opened.analysis.period.id)
    unit = harmless(opened.analysis.units.get(unit_code).name)
    title(document, say("official.report"), say("official.abstract", period=period, unit=unit))
    _simulated(document, opened, say("report.simulated"))
    addressed = document.add_paragraph(say("official.addressed"))
    addressed.alignment = CENTRE
    text = PageText(document, pictures, say("official.letters"))
    for numeral, (key, names) in zip(ROMAN, _PARTS, strict=False):
        document.add_heading(f"{numeral}. {say(f'official.part_{key}')}", level=1)
        if not any(parts[name].strip() for name in names):
            _to_fill(document, say("official.to_fill"))
        text.start_part()
        for name in names:
            text.add(parts[name])
        if key in ("direction", "limits"):
            _to_fill(document, say(f"official.to_fill_{key}"))
    last = document.add_paragraph(say("official.ends"))
    first_line(last)
    closing(document, language)
    _annexes(document, text, parts, language.plain("official.annex"))
    attach_facts(document, text.facts, language_code)
    _save(document, path)


def _simulated(document: docx.document.Document, opened: OpenPeriod, warning: str) -> None:
    if opened.received.simulated_files:
        paragraph = document.add_paragraph()
        paragraph.alignment = CENTRE
        paragraph.add_run(warning).bold = True


def _to_fill(document: docx.document.Document, words: str) -> None:
    """What no figure can say is left to the office, in brackets."""
    paragraph = document.add_paragraph()
    first_line(paragraph)
    paragraph.add_run(words).italic = True


def _annexes(
    document: docx.document.Document, text: PageText, parts: dict[str, str], word: str
) -> None:
    filled = [name for name in _ANNEXES if parts[name].strip()]
    for numeral, name in zip(ROMAN, filled, strict=False):
        heading = document.add_paragraph()
        heading.paragraph_format.page_break_before = numeral == "I"
        heading.paragraph_format.keep_with_next = True
        heading.alignment = CENTRE
        run = heading.add_run(f"{word} {numeral}")
        run.bold = True
        text.start_part()
        text.add(parts[name])


def _save(document: docx.document.Document, path: Path) -> None:
    """Written anew with one date for all members, so that the bytes are the same every time."""
    first = io.BytesIO()
    document.save(first)
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with (
            zipfile.ZipFile(first) as made,
            zipfile.ZipFile(scratch, "w", zipfile.ZIP_DEFLATED) as final,
        ):
            for name in made.namelist():
                member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                member.compress_type = zipfile.ZIP_DEFLATED
                final.writestr(member, made.read(name))
        os.replace(scratch, path)
    finally:
        scratch.unlink(missing_ok=True)
