"""The results of a unit as one picture, to be hung up (A4) or sent to a phone."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import NamedTuple

from lxml import html

from dxkit.model.campaign import Indicator
from dxkit.model.facts import TOTAL, Claim, Fact
from dxkit.model.text import harmless
from dxkit.period import OpenPeriod
from dxkit.press.publish.document_composition import standing_alone
from dxkit.press.publish.messages import warnings_of
from dxkit.report.charts.canvas import Canvas, width_of, wrapped
from dxkit.report.charts.style import BAD, GOOD, INK, LINE, PEER, SOFT, TRACK
from dxkit.report.context import SignedContext, signs_of
from dxkit.report.sentences.headlines import thoughts
from dxkit.report.wording.language import IN_SENTENCES, Language

SIZES = {"a4": (595.0, 842.0), "phone": (360.0, 640.0)}
"""Points of width and height of the pictures."""
_PIXELS = {"a4": 200, "phone": 216}
"""To the inch: 1,653 by 2,339 of A4, 1,080 by 1,920 of a phone."""
_FAMILY = "DejaVu Sans, Verdana, Arial, sans-serif"
_PAPER, _WARNING = "#ffffff", "#fbe2c4"
_VERDICTS = {"message_award": GOOD, "message_award_next": INK, "message_figures_lacking": BAD}
"""The sentences on rewards that stand on the card, and their colours."""
_BARS = 0.3
"""Of the height of a criterion's strip, the bar's."""


class _Line(NamedTuple):
    """A line of words as it is set."""

    text: str
    size: float
    colour: str = INK
    weight: str = "normal"


def card_of(name: str, kind: str, opened: OpenPeriod, unit_code: str, language: Language) -> bytes:
    """The picture of a size of ``SIZES``, as ``svg`` or ``png``. The letters of the latter are
    those of the charts, which every machine has: it is the same picture everywhere.
    """
    width, height = SIZES[name]
    with Canvas(f"card-{name}", height, language, width) as canvas:
        canvas.bars([(0, 0, width, height)], _PAPER)
        _Card(canvas, SignedContext(opened, unit_code, language), width / 360).draw()
        if kind == "png":
            picture, unsigned = io.BytesIO(), {"Software": None}
            canvas.figure.savefig(picture, format="png", dpi=_PIXELS[name], metadata=unsigned)
            return picture.getvalue()
        drawing = html.fragment_fromstring(canvas.svg())
        told = f'<svg font-family="{_FAMILY}" width="{width:g}pt" height="{height:g}pt"'
        return f"{standing_alone(drawing).replace('<svg', told, 1)}\n".encode()


class _Card:
    """One card being drawn from the top down; ``unit`` is how large a point of the phone's is."""

    def __init__(self, canvas: Canvas, context: SignedContext, unit: float) -> None:
        self._canvas, self._context, self._unit = canvas, context, unit
        self._say = context.language.plain
        self._left, self._right = 18 * unit, canvas.width - 18 * unit
        self._y = 18 * unit

    def draw(self) -> None:
        """All of it: who, warnings, where the unit stands, the criteria, what to do, the days."""
        context, campaign = self._context, self._context.opened.campaign
        language, view = context.language, context.view
        period = context.opened.analysis.period
        name = harmless(language.unit(view.unit, starts=True))
        self._write(language.name(campaign.organiser).upper(), 9, SOFT, "bold")
        self._write(language.name(campaign.names), 9, SOFT)
        self._y += 5 * self._unit
        self._write(name, min(24, 24 * self._room / self._wide(name, 24, "bold")), INK, "bold")
        self._write(self._say("message.card_results", period=language.period(period.id)), 12)
        for warning in warnings_of("zalo", context.opened, language):
            self._warn(warning)
        self._rule()
        said = [*thoughts(view)]
        first, others = next(iter(said), None), said[1:]
        if view.scorecard.find(TOTAL, "points") and view.fact(TOTAL, "points").known:
            self._totals()
        elif first is not None:
            self._write(self._plain(first.ways[0]), 13, INK, "bold")
        for claim in (thought.ways[-1] for thought in others):
            if colour := _VERDICTS.get(claim.message):
                self._write(self._plain(claim), 11, colour, "bold")
        foot = [
            _Line(self._say("report.cut_off", first=language.day(period.first_day),
                            last=language.day(period.last_day)), 8, SOFT),
            _Line(self._say("message.card_source"), 8, SOFT),
        ]  # fmt: skip
        find = view.scorecard.find
        totals = [find(TOTAL, kind) for kind in ("rank", "points", "targets_met")]
        facts = [*totals, *(self._find(i, "value") for i in view.indicators)]
        marks = {m for f in facts if f is not None and f.known for m in language.marks(f)}
        if meaning := context.language.meaning(marks):
            foot.insert(0, _Line(meaning, 8, SOFT))
        task = next((t.ways[0] for t in others if t.step), None)
        below = [*self._lines(foot)]
        if task:
            title = _Line(self._say("message.card_task"), 11, INK, "bold")
            below = [*self._lines([title, _Line(self._plain(task), 10)]), *below]
        bottom = self._canvas.height - 14 * self._unit - sum(self._height(line) for line in below)
        self._criteria(bottom - 8 * self._unit)
        self._y = bottom
        for line in below:
            self._set(line)

    # pieces ----------------------------------------------------------------------------------

    def _totals(self) -> None:
        """Rank, points and targets reached, side by side, large."""
        find = self._context.view.scorecard.find
        shown = []
        for key, kinds in (("rank", ("rank", "ranked")), ("points", ("points", "max_points")),
                           ("targets", ("targets_met", "targets_known"))):  # fmt: skip
            one, of = (find(TOTAL, kind) for kind in kinds)
            if one is not None and one.known and of is not None and of.value:
                number = self._say("message.card_of", one=one, of=of)
                shown.append(
                    (number, f"{self._say(f'message.card_{key}')} {self._signs(one)}".strip())
                )
        room = self._room / max(len(shown), 1)
        size = min(
            [26.0, *(26 * (room - 16 * self._unit) / self._wide(n, 26, "bold") for n, _ in shown)]
        )
        for at, (number, caption) in enumerate(shown):
            x = self._left + at * room
            self._place(x, self._y, _Line(number, size, INK, "bold"))
            self._place(x, self._y + 1.3 * size * self._unit, _Line(caption, 9, SOFT))
        self._y += (1.3 * size + 18) * self._unit

    def _criteria(self, bottom: float) -> None:
        """The value of each criterion with its target, a bar where it is a share."""
        found = ((i, self._find(i, "value")) for i in self._context.view.indicators)
        shown = [(indicator, value) for indicator, value in found if value is not None]
        if not shown:
            return
        self._rule()
        step = min((bottom - self._y) / len(shown), 60 * self._unit)
        size = min(11.0, step / self._unit / 3.1)
        for indicator, value in shown:
            self._criterion(indicator, value, step, size)
            self._y += step

    def _criterion(self, indicator: Indicator, value: Fact, step: float, size: float) -> None:
        declared = self._find(indicator, "target")
        target = declared if declared is not None and declared.known else None
        is_met = self._context.view.is_met(indicator)
        colour = {True: GOOD, False: BAD, None: PEER}[is_met]
        state = {True: "good", False: "bad", None: "unknown" if target else "none"}[is_met]
        number = self._context.language.number(value)
        if target is not None:
            number = self._say("message.card_value", value=value, target=target)
        is_judged = any(fact.known for fact in self._context.view.own_facts("target"))
        state_said = f" · {self._say(f'report.state_{state}')}"
        said = number + state_said * (value.known and is_judged)
        name = harmless(self._context.language.name(indicator.short_names))
        name = f"{name} {self._signs(value)}".strip()
        room = self._room - self._wide(said, size, "bold") - 6 * self._unit
        name_size = min(size, size * room / self._wide(name, size))
        self._place(self._left, self._y, _Line(name, name_size))
        self._place(self._right, self._y, _Line(said, size, INK, "bold"), at="right")
        if not value.known or value.unit != "share":
            return
        top, thick = self._y + 1.45 * size * self._unit, _BARS * step
        self._canvas.bars([(self._left, top, self._room, thick)], TRACK)
        length = self._room * min(max(value.number, 0), 1)
        self._canvas.bars([(self._left, top, length, thick)], colour)
        if target is not None:
            x = self._left + self._room * min(max(target.number, 0), 1)
            ends = [(x, top - 2 * self._unit), (x, top + thick + 2 * self._unit)]
            self._canvas.lines([ends], INK, 2 * self._unit)

    def _signs(self, fact: Fact) -> str:
        """The signs that do not follow the number itself, as in a sentence."""
        return signs_of(self._context.language.marks(fact) - {*IN_SENTENCES} if fact.known else ())

    def _find(self, indicator: Indicator, kind: str) -> Fact | None:
        return self._context.view.scorecard.find(indicator.id, kind)

    def _plain(self, claim: Claim) -> str:
        return self._context.writer.plain(claim)

    def _warn(self, text: str) -> None:
        """A warning on a coloured ground."""
        self._y += 3 * self._unit
        lines = [*self._lines([_Line(text, 10, INK, "bold")])]
        tall = sum(map(self._height, lines)) + 4 * self._unit
        left = self._left - 4 * self._unit
        self._canvas.bars([(left, self._y, self._room + 8 * self._unit, tall)], _WARNING)
        self._y += 2 * self._unit
        for line in lines:
            self._set(line)
        self._y += 2 * self._unit

    def _rule(self) -> None:
        self._y += 6 * self._unit
        ends = [(self._left, self._y), (self._right, self._y)]
        self._canvas.lines([ends], LINE, self._unit)
        self._y += 8 * self._unit

    # words -----------------------------------------------------------------------------------

    @property
    def _room(self) -> float:
        return self._right - self._left

    def _wide(self, text: str, size: float, weight: str = "normal") -> float:
        """How wide a line of words is, in points of the picture."""
        return width_of(text, size * self._unit, weight) or 1.0

    def _height(self, line: _Line) -> float:
        return 1.3 * line.size * self._unit

    def _lines(self, whole: list[_Line]) -> Iterator[_Line]:
        """Words broken where there is no room left for the next one; none is cut."""
        for line in whole:
            size = line.size * self._unit
            for text in wrapped(harmless(line.text, 2000), size, self._room, line.weight):
                yield line._replace(text=text)

    def _write(self, text: str, size: float, colour: str = INK, weight: str = "normal") -> None:
        for line in self._lines([_Line(text, size, colour, weight)]):
            self._set(line)

    def _set(self, line: _Line) -> None:
        self._place(self._left, self._y, line)
        self._y += self._height(line)

    def _place(self, x: float, top: float, line: _Line, at: str = "left") -> None:
        middle, size = top + self._height(line) / 2, line.size * self._unit
        self._canvas.words(x, middle, line.text, at, line.colour, size=size, weight=line.weight)
