"""Slides as a file of PowerPoint: tables and charts are its own, with the numbers in them; what
does not fit on a slide goes on to the next.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pptx
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Pt

from dxkit.press.publish.document import SPOKEN
from dxkit.press.publish.document_writers import describe, is_left_out, stable
from dxkit.press.publish.slides import Body, Chart, Grid, Points, Slide, Talk
from dxkit.report.charts.canvas import width_of, wrapped
from dxkit.report.charts.style import BAD, GOOD, INK, PEER, SOFT
from dxkit.report.wording.language import load_language

FACE = "Arial"
"""Which every office has, and a face of the same widths elsewhere."""
_WIDTH, _HEIGHT = 960.0, 540.0
_LEFT, _TOP, _ROOM, _TALL = 44.0, 104.0, 872.0, 380.0
"""Points: a slide's, and what is free for its body."""
_LINE, _BETWEEN, _PADDING = 1.25, 9.0, 14.0
_SIZES = {Points: (24.0, 20.0, 18.0, 16.0, 14.0), Grid: (18.0, 16.0, 14.0, 12.0)}
_COLOURS = (GOOD, PEER, BAD, "#56766a", "#7a4b94", "#8a8000")
_HEAD, _STRONG, _PLAIN = "#0173b2", "#e4eff8", "#ffffff"
_TITLE_ONLY = 5
"""The layout of the library's own template that has nothing but a title."""


def slides_of(talk: Talk) -> bytes:
    """The .pptx, with the same bytes every time."""
    made = pptx.Presentation()
    made.slide_width, made.slide_height = Pt(_WIDTH), Pt(_HEIGHT)
    spoken = SPOKEN.get(talk.language, talk.language)
    about = (talk.title, talk.author, talk.subject, ", ".join(talk.keywords))
    package = made.part.package
    for relation in filter(is_left_out, [*package.iter_rels()]):
        package.drop_rel(relation.rId)
    describe(made, *about, spoken)
    writer = _Writer(made, talk)
    writer.opening()
    for slide in talk.slides:
        for part in _parts(slide, load_language(talk.language).template("message.slide_more")):
            writer.add(part)
    content = io.BytesIO()
    made.save(content)
    return stable(content.getvalue())


def _parts(slide: Slide, more: str) -> Iterator[Slide]:
    """The slide, or as many as it takes at the smallest size."""
    body, bodies = slide.body, list[Body]()
    if isinstance(body, Points):
        size = _SIZES[Points][-1]
        tall = [_tall_of_point(text, size) for text in body.texts]
        bodies = [
            replace(body, texts=tuple(body.texts[n] for n in part))
            for part in _divided(tall, _TALL)
        ]
    elif isinstance(body, Grid):
        size = _SIZES[Grid][-1]
        head, *rows = _talls(body, size)
        for part in _divided(rows, _TALL - head):
            strong = part.index(body.strong - 1) + 1 if body.strong - 1 in part else -1
            kept = (body.rows[0], *(body.rows[n + 1] for n in part))
            bodies.append(replace(body, rows=kept, strong=strong))
    else:
        bodies = [body]
    for number, one in enumerate(bodies):
        title = more.format(title=slide.title) if number else slide.title
        yield replace(slide, title=title, body=one)


def _divided(talls: Sequence[float], room: float) -> list[list[int]]:
    """Which of these follow each other on one slide, by number."""
    parts, left = list[list[int]](), 0.0
    for number, tall in enumerate(talls):
        if not parts or tall > left:
            parts.append([])
            left = room
        parts[-1].append(number)
        left -= tall
    return parts


def _tall_of_point(text: str, size: float) -> float:
    return len(wrapped(text, size, _ROOM - 24)) * size * _LINE + _BETWEEN


def _widths(grid: Grid, size: float) -> list[float]:
    """Widths of columns that fill the slide: each as its longest text, or at least its longest
    word.
    """
    columns = [*zip(*grid.rows, strict=True)]
    whole = [max(width_of(text, size, "bold") for text in column) + _PADDING for column in columns]
    least = [
        max(width_of(word, size, "bold") for text in column for word in (text.split() or [""]))
        + _PADDING
        for column in columns
    ]
    spare = _ROOM - sum(whole)
    if spare >= 0:
        return [width + spare / len(whole) for width in whole]
    wanted = [w - n for w, n in zip(whole, least, strict=True)]
    share = max(_ROOM - sum(least), 0) / (sum(wanted) or 1)
    return [n + w * share for n, w in zip(least, wanted, strict=True)]


def _talls(grid: Grid, size: float) -> list[float]:
    """Heights of the rows."""
    widths = _widths(grid, size)
    return [
        max(len(wrapped(text, size, width - _PADDING, "normal" if number else "bold"))
            for text, width in zip(row, widths, strict=True)) * size * _LINE + 6
        for number, row in enumerate(grid.rows)
    ]  # fmt: skip


class _Writer:
    """Adds slides to a presentation."""

    def __init__(self, made: Any, talk: Talk) -> None:
        self._made, self._talk = made, talk
        languages = {"vi": MSO_LANGUAGE_ID.VIETNAMESE, "en": MSO_LANGUAGE_ID.ENGLISH_UK}
        self._tongue = languages.get(talk.language)

    def opening(self) -> None:
        """The first slide: who, what, which days."""
        slide = self._slide(self._talk.title, top=150, tall=130, size=40)
        organiser, *others = self._talk.opening
        self._box(slide, (_LEFT, 90, _ROOM, 40), [organiser.upper()], 20, SOFT, bold=True)
        self._box(slide, (_LEFT, 300, _ROOM, 120), others, 20, INK)

    def add(self, told: Slide) -> None:
        """One slide, with its notes."""
        slide = self._slide(told.title, top=34, tall=62, size=30)
        body = told.body
        if isinstance(body, Points):
            sizes = _SIZES[Points]
            fits = (s for s in sizes if sum(_tall_of_point(t, s) for t in body.texts) <= _TALL)
            where = (_LEFT, _TOP, _ROOM, _TALL)
            self._box(slide, where, body.texts, next(fits, sizes[-1]), INK, bullets=True)
        elif isinstance(body, Grid):
            fits = (s for s in _SIZES[Grid] if sum(_talls(body, s)) <= _TALL)
            self._grid(slide, body, next(fits, _SIZES[Grid][-1]), told.title)
        else:
            self._chart(slide, body, told.title)
        if body.note:
            small = (s for s in (11, 10, 9) if len(wrapped(body.note, s, _ROOM - 24)) == 1)
            where = (_LEFT, _TOP + _TALL + 2, _ROOM, 22)
            self._box(slide, where, [body.note], next(small, 8), SOFT)
        notes = slide.notes_slide.notes_text_frame
        notes.text = told.notes

    def _slide(self, title: str, *, top: float, tall: float, size: float) -> Any:
        slide = self._made.slides.add_slide(self._made.slide_layouts[_TITLE_ONLY])
        heading = slide.shapes.title
        heading.left, heading.top, heading.width, heading.height = map(
            Pt, (_LEFT, top, _ROOM, tall)
        )
        lines = (s for s in (size, size * 0.8, size * 0.6)
                 if len(wrapped(title, s, _ROOM - 20, "bold")) * s * _LINE <= tall)  # fmt: skip
        frame = heading.text_frame
        frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.MIDDLE
        self._set(frame.paragraphs[0], title, next(lines, size * 0.5), INK, bold=True)
        frame.paragraphs[0].alignment = PP_ALIGN.LEFT
        for place, text in enumerate(self._talk.warnings):
            where = (_LEFT, 6 + 18 * place, _ROOM, 18)
            self._box(slide, where, [text], 12, BAD, bold=True)
        self._box(slide, (_LEFT, 508, 700, 22), [self._talk.foot], 12, SOFT)
        number = str(len(self._made.slides))
        foot = self._box(slide, (_LEFT + 772, 508, 100, 22), [number], 12, SOFT)
        foot.paragraphs[0].alignment = PP_ALIGN.RIGHT
        return slide

    def _box(
        self,
        slide: Any,
        where: tuple[float, float, float, float],
        texts: Sequence[str],
        size: float,
        colour: str,
        *,
        bold: bool = False,
        bullets: bool = False,
    ) -> Any:
        frame = slide.shapes.add_textbox(*map(Pt, where)).text_frame
        frame.word_wrap = True
        frame.margin_top = frame.margin_bottom = 0
        for number, text in enumerate(texts):
            paragraph = frame.add_paragraph() if number else frame.paragraphs[0]
            self._set(paragraph, f"• {text}" if bullets else text, size, colour, bold=bold)
            paragraph.space_after = Pt(_BETWEEN - 3 if bullets else 0)
        return frame

    def _set(
        self, paragraph: Any, text: str, size: float, colour: str, *, bold: bool = False
    ) -> None:
        run = paragraph.add_run()
        run.text = text
        font = run.font
        font.name, font.size, font.bold = FACE, Pt(size), bold
        font.color.rgb = RGBColor.from_string(colour[1:].upper())
        if self._tongue is not None:
            font.language_id = self._tongue

    def _grid(self, slide: Any, grid: Grid, size: float, title: str) -> None:
        talls, widths = _talls(grid, size), _widths(grid, size)
        where = map(Pt, (_LEFT, _TOP, sum(widths), sum(talls)))
        shape = slide.shapes.add_table(len(grid.rows), len(widths), *where)
        _describe(shape, title)
        table = shape.table
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Pt(width)
        for number, (row, tall) in enumerate(zip(grid.rows, talls, strict=True)):
            table.rows[number].height = Pt(tall)
            ground = _HEAD if number == 0 else _STRONG if number == grid.strong else _PLAIN
            for at, text in enumerate(row):
                cell = table.cell(number, at)
                cell.fill.solid()
                cell.fill.fore_color.rgb = RGBColor.from_string(ground[1:].upper())
                cell.margin_left = cell.margin_right = Pt(_PADDING / 2 - 1)
                cell.margin_top = cell.margin_bottom = Pt(2)
                cell.vertical_anchor = MSO_ANCHOR.MIDDLE
                paragraph = cell.text_frame.paragraphs[0]
                ink = _PLAIN if number == 0 else INK
                bold = number in (0, grid.strong)
                self._set(paragraph, text, size, ink, bold=bold)
                paragraph.alignment = PP_ALIGN.RIGHT if at in grid.numeric else PP_ALIGN.LEFT

    def _chart(self, slide: Any, told: Chart, title: str) -> None:
        data = CategoryChartData(number_format=told.form)
        data.categories = told.categories
        for name, values in told.series:
            data.add_series(name, values)
        kind = XL_CHART_TYPE.LINE_MARKERS if told.is_line else XL_CHART_TYPE.BAR_CLUSTERED
        where = map(Pt, (_LEFT, _TOP, _ROOM, _TALL))
        shape = slide.shapes.add_chart(kind, *where, data)
        _describe(shape, f"{title}: {told.said}")
        chart = shape.chart
        chart.font.name, chart.font.size = FACE, Pt(14)
        chart.has_title = False
        chart.has_legend = len(told.series) > 1
        if chart.has_legend:
            chart.legend.position = XL_LEGEND_POSITION.BOTTOM
            chart.legend.include_in_layout = False
        axis = chart.value_axis
        axis.has_major_gridlines = axis.visible = False
        axis.minimum_scale = 0
        if "%" in told.form and all(v is None or v <= 1 for _, vs in told.series for v in vs):
            axis.maximum_scale = 1
        chart.category_axis.reverse_order = not told.is_line
        plot = chart.plots[0]
        if not told.is_line:
            plot.gap_width, plot.overlap = 40, 0
        for series, colour in zip(plot.series, _COLOURS * 9, strict=False):
            rgb = RGBColor.from_string(colour[1:].upper())
            look = series.format
            if told.is_line:
                series.smooth = False
                look.line.color.rgb = rgb
                series.marker.format.fill.solid()
                series.marker.format.fill.fore_color.rgb = rgb
            else:
                look.fill.solid()
                look.fill.fore_color.rgb = rgb
            labels = series.data_labels
            labels.show_value, labels.number_format = True, told.form
            labels.number_format_is_linked = False
            labels.font.size, labels.font.name = Pt(12), FACE
            if told.is_line:
                labels.position = XL_LABEL_POSITION.ABOVE


def _describe(shape: Any, text: str) -> None:
    """What a reader is told who does not see it."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", text)
