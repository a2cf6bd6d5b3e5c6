"""The spine of a page: one table of the criteria, each result with a bar beside it on one common
scale, its target, the other units and the periods; the pictures say no more than the table does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dxkit.model.campaign import Indicator, IndicatorKind
from dxkit.model.facts import TOTAL, Fact, as_written
from dxkit.model.observations import Flag
from dxkit.report.charts.figure import known, short_name, step_of, steps_key
from dxkit.report.charts.style import BAD, GOOD, INK, PEER, SOFT, TRACK, VARIABLES
from dxkit.report.context import NO_SECTION, Context, Section
from dxkit.report.sentences.chart_titles import targets_claim
from dxkit.report.sentences.data_state import partial_claims, reporting_claims
from dxkit.report.sentences.headlines import TARGETS, headlines
from dxkit.report.sentences.unit_view import rests_on_few, too_few_to_judge
from dxkit.report.tables import NOTHING, STATES, Cell, Column, Number, State, render_table

_HIGH, _LANE, _OWN = 20, 16.5, 10
"""Pixels: a bar's picture, the middle of the other units' dots in it, the bar itself."""
_WIDE, _TALL, _EDGE = 46, 18, 3
"""Pixels of a line of periods, and its margin."""
_NONE_EXPECTED = ("no_target", "first_period", "gap_before", "not_scored")
_OWN_TRACK = f"fill:none;stroke:{VARIABLES[PEER]};stroke-dasharray:2 2"
_SELF_EVIDENT = {"value", "change", "state"}
"""Columns whose cells need no label on a phone: a picture or a word stands in them."""
_STEPS = 200
"""Dots nearer to each other than one step are one dot."""
_MANY = 25
"""More dots than that are smaller and let each other be seen."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What the left and the right end of a bar stand for; ``common`` when other bars share it."""

    low: float
    high: float
    common: bool = True

    def at(self, number: float) -> float:
        """Where a number lies, in hundredths of the width; beyond an end it lies there."""
        part = (number - self.low) / ((self.high - self.low) or 1.0)
        return round(100 * min(max(part, 0.0), 1.0), 1)


def draw_bar(
    scale: Scale,
    value: Fact | None,
    target: Fact | None = None,
    others: Sequence[float] = (),
    whole: Fact | None = None,
    reached: bool | None = None,
) -> Markup:
    """A bar from the left end to the value, blue if it reaches the target, orange if not; a notch
    at the target; below it the others as dots, and a stroke for all of them together. The track is
    filled where the scale is common, an outline where it is the bar's own.
    """
    colour = {True: GOOD, False: BAD, None: PEER}[reached]
    parts = [_box(0, 100, f"fill:{VARIABLES[TRACK]}" if scale.common else _OWN_TRACK)]
    if value is not None:
        start, end = sorted(map(scale.at, (0.0, value.number)))
        look = f"fill:{VARIABLES[colour]}{'' if scale.common else ';opacity:.6'}"
        parts.append(_box(start, end - start, look))
    if others:
        places = sorted({round(scale.at(n) * _STEPS / 100) * 100 / _STEPS for n in others})
        parts.append(_dots(places, _LANE))
    if whole is not None:
        parts.append(_stroke(scale.at(whole.number), _OWN + 3, _HIGH, 1.6))
    if target is not None:
        parts.append(_stroke(scale.at(target.number), 0, _OWN + 4, 2.6))
    return _picture("bar", f'width="100%" height="{_HIGH}"', parts)


def _box(start: float, width: float, style: str) -> str:
    place = f'x="{_short(start)}%" y="2" width="{_short(width)}%" height="{_OWN}"'
    return f'<rect {place} style="{style}"/>'


def _stroke(x: float, top: float, bottom: float, width: float) -> str:
    style = f"stroke:{VARIABLES[INK]};stroke-width:{width}"
    place = f'x1="{_short(x)}%" x2="{_short(x)}%" y1="{top}" y2="{bottom}"'
    return f'<line {place} style="{style}"/>'


def _dots(places: Sequence[float], middle: float) -> str:
    many = len(places) > _MANY
    dots = (f'<circle cx="{_short(x)}%" cy="{middle}" r="{2 if many else 2.4}"/>' for x in places)
    look = f"fill:{VARIABLES[PEER]}{';opacity:.6' if many else ''}"
    return f'<g style="{look}">{"".join(dots)}</g>'


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _picture(name: str, size: str, parts: Sequence[str]) -> Markup:
    return Markup(f'<svg class="{name}" {size} aria-hidden="true">{"".join(parts)}</svg>')


def draw_periods(
    values: Sequence[float | None], window: float, direction: int = 1, apart: int = 0
) -> Markup:
    """The values of the periods as a line; ``window`` is the difference as high as the picture, so
    that among lines of one window the steeper one rose by more. A gap where a period has no value,
    and behind those ``apart``, the first ones, which cannot be compared with the others; the last
    is a dot, blue when better than the one before, orange when worse. Nothing for fewer than two.
    """
    told = [(n, value) for n, value in enumerate(values) if value is not None]
    if len(told) < 2 or values[-1] is None:
        return Markup("")
    low, high = min(v for _, v in told), max(v for _, v in told)
    middle, span = (low + high) / 2, window or 1.0

    def at(n: int, value: float) -> tuple[float, float]:
        across = _EDGE + (_WIDE - 2 * _EDGE) * n / (len(values) - 1)
        return across, _TALL / 2 - (_TALL - 2 * _EDGE) * (value - middle) / span

    path, before = "", -2
    for n, value in told:
        joined = n == before + 1 and n != apart
        path += "{}{} {}".format("L" if joined else "M", *map(_short, at(n, value)))
        before = n
    change = (told[-1][1] - told[-2][1]) * direction
    colour = GOOD if change > 0 else BAD if change < 0 else PEER
    x, y = map(_short, at(*told[-1]))
    line = f'<path d="{path}" style="fill:none;stroke:{VARIABLES[SOFT]};stroke-width:1.5"/>'
    dot = f'<circle cx="{x}" cy="{y}" r="2.8" style="fill:{VARIABLES[colour]}"/>'
    return _picture("periods", f'viewBox="0 0 {_WIDE} {_TALL}" width="{_WIDE}" height="{_TALL}"',
                    [line, dot])  # fmt: skip


def _mark(width: int, *parts: str) -> Markup:
    return _picture("mark", f'width="{width}" height="{_HIGH}"', parts)


_KEYS = {
    "value": _mark(18, _box(0, 100, f"fill:{VARIABLES[GOOD]}")),
    "target": _mark(4, _stroke(50, 0, _OWN + 4, 2.6)),
    "others": _mark(6, _dots([50], _OWN - 3)),
    "whole": _mark(4, _stroke(50, 4, _HIGH - 4, 1.6)),
    "periods": draw_periods([0.0, 0.3, 1.0], 2.0),
    "own": _mark(18, _box(0, 100, _OWN_TRACK)),
}
"""The marks as the key shows them."""


# the table ----------------------------------------------------------------------------------------


def indicators(context: Context, *, brief: bool = False) -> Section:
    """The table of criteria, with its message above and its reservations below, on a ``brief`` page
    without the message and what the method says; nothing at a level where none is measured.
    """
    view = context.view
    if not view.indicators:
        return NO_SECTION
    text = context.language.text
    keys = _keys(context)
    mixed = any(i.kind is IndicatorKind.COUNT for i in view.indicators)
    columns = [Column(text("report.indicator"))]
    columns += [
        Column(
            text(f"report.column_{key}"),
            numeric=key != "state",
            units_in_cells=mixed,
            name=f"of-{key.replace('_', '-')}",
            labelled=key not in _SELF_EVIDENT,
        )
        for key in keys
    ]
    pictures = _Pictures(context)
    rows: list[list[Cell]] = [
        [
            _defined(context, indicator),
            *(_cell(context, indicator, key, pictures) for key in keys),
        ]
        for indicator in view.indicators
    ]
    rows.append([text("report.total"), *(_of_total(context, key) for key in keys)])
    period = context.date(context.language.period(view.analysis.period.id))
    unit = context.writer.name(view.itself)
    caption = text("report.indicators_caption", unit=unit, period=period)
    table = render_table(caption, columns, rows, context.language, totals=1, name="spine")
    message = Markup("") if brief else _message(context)
    body = message + pictures.key() + table + _key_to_verdicts(rows, context)
    body += _lacking(context, table) + (Markup("") if brief else _notes(context, keys))
    return context.section("indicators", body)


def _keys(context: Context) -> list[str]:
    """The columns that hold something."""
    view = context.view
    has_targets = any(fact.known for fact in view.own_facts("target"))
    told = {f.key.subject for f in view.own_facts("like_change")}
    return [
        "value",
        *(["target", "gap"] if has_targets else []),
        *(["group_value"] if _compared(context) else []),
        *(["change"] if view.previous_period else []),
        *(["like_change"] if any(i.id in told for i in view.indicators) else []),
        "points",
        *(["rank"] if view.group else []),
        *(["state"] if has_targets else []),
    ]


def _compared(context: Context) -> bool:
    """Whether what the others have together is known and may be held against the unit."""
    facts = context.view.own_facts("group_value")
    return not too_few_to_judge(context.view) and any(fact.known for fact in facts)


def _message(context: Context) -> Markup:
    """What the table shows first: which share is furthest from its target, or how many are met."""
    view = context.view
    furthest = None if too_few_to_judge(view) else targets_claim(view)
    claims = [furthest] if furthest else [c for c in headlines(view) if c.message in TARGETS]
    told = Markup('<p class="message">{}</p>').format(context.sentences(claims))
    return told if claims else Markup("")


def _key_to_verdicts(rows: Sequence[Sequence[Cell]], context: Context) -> Markup:
    steps = [cell.step for *_, cell in rows if isinstance(cell, State) and cell.step is not None]
    return steps_key(context.language, steps) if steps else Markup("")


def _notes(context: Context, keys: Sequence[str]) -> Markup:
    shares = _ratios(context.view.indicators)
    notes = [
        *(["shares"] if shares and not {"gap", "change"}.isdisjoint(keys) else []),
        *(["like"] if "like_change" in keys else []),
        *(["ranks"] if "rank" in keys else []),
    ]
    said = Markup(" ").join(context.language.text(f"report.indicators_note_{n}") for n in notes)
    told = Markup('<p class="note">{}</p>').format(said)
    return context.more("indicators", told) if notes else Markup("")


def _lacking(context: Context, table: Markup) -> Markup:
    """Which units the figures of a table are without, where some are."""
    if "partial" not in table:
        return Markup("")
    claims = (*reporting_claims(context.view), *partial_claims(context.view))
    lacking = [c for c in claims if c.message not in ("data_all_reported", "data_partial")]
    told = Markup('<p class="note">{}</p>').format(context.sentences(lacking))
    return told if lacking else Markup("")


def _defined(context: Context, indicator: Indicator) -> Markup:
    """The criterion's short name, which unfolds what is meant by it."""
    language, campaign = context.language, context.opened.campaign
    said = language.name(indicator.names)
    if indicator.denominator:
        measures = (indicator.numerator, indicator.denominator)
        said += ": " + " ÷ ".join(language.name(campaign.measure(m).names) for m in measures)
    if indicator.direction < 0:
        said += f"; {language.plain('report.less_is_better')}"
    return Markup(
        '<details><summary>{}</summary><p><span class="name">{}.</span></p></details>'
    ).format(short_name(context, indicator), said)


def _cell(context: Context, indicator: Indicator, kind: str, pictures: _Pictures) -> Cell:
    if kind == "state":
        return state_of(context, indicator)
    card = context.view.scorecard
    fact = card.find(indicator.id, kind)
    if kind == "like_change" and fact is None:  # all of those told both times
        fact = card.find(indicator.id, "change")
    elsewhere = kind == "like_change" and fact is not None and not fact.known
    if elsewhere or fact is None or fact.missing in _NONE_EXPECTED:
        return NOTHING
    if kind == "value":
        return Number(fact, picture=pictures.bar(indicator))
    value = card.find(indicator.id, "value")
    if not fact.known and value is not None and not value.known:
        return NOTHING  # the result says why
    if kind == "change":
        return Number(fact, picture=pictures.changes[indicator.id])
    return Number(fact, among=context.view.fact(indicator.id, "ranked")) if kind == "rank" else fact


def _of_total(context: Context, kind: str) -> Cell:
    """Of the total the points and the rank; nothing else can be added up."""
    if kind not in ("points", "rank"):
        return ""
    fact = context.view.scorecard.find(TOTAL, kind)
    is_rank = kind == "rank" and fact is not None and fact.known
    among = context.view.fact(TOTAL, "ranked") if is_rank else None
    return NOTHING if fact is None else Number(fact, among=among)


def state_of(context: Context, indicator: Indicator) -> State:
    """Whether the target is reached, nearly, not or by far not; or why that is not judged."""
    card = context.view.scorecard
    value, target = card.fact(indicator.id, "value"), card.fact(indicator.id, "target")
    step = step_of(value, target, indicator.direction)
    kind = "none" if step is None else STATES[step]
    if step is None and target.known:
        kind = "idle" if value.missing == Flag.NOT_APPLICABLE else "unknown"
    elif step is not None and rests_on_few(context.view, indicator):
        kind, step = "open", None
    said = f"met/{card.unit.code}/{indicator.id}"
    return State(context.language.plain(f"report.state_{kind}"), kind, said, step)


class _Pictures:
    """The pictures in the table of one unit, and the key to them."""

    def __init__(self, context: Context) -> None:
        self._context = context
        view = context.view
        peers = () if too_few_to_judge(view) else view.peers
        self._others = {
            indicator.id: [
                fact.number
                for peer in peers
                if peer.unit.code != view.unit.code
                and (fact := known(peer.find(indicator.id, "value"))) is not None
            ]
            for indicator in view.indicators
        }
        own = (
            self._find(i, kind) for i in _ratios(view.indicators) for kind in ("value", "target")
        )
        self._whole = max([1.0, *(fact.number for fact in own if fact)])
        self._scales = {i.id: self._scale(i) for i in view.indicators}
        self._earlier = {i.id: self._values(i) for i in view.indicators}
        self.changes = {i.id: self._change(i) for i in view.indicators}

    def _find(self, indicator: Indicator, kind: str) -> Fact | None:
        return known(self._context.view.scorecard.find(indicator.id, kind))

    def _scale(self, indicator: Indicator) -> Scale:
        """Shares stand on a scale to 100 %, or to the greatest of them; scores on that of their
        index; all else on its own.
        """
        if indicator.kind is IndicatorKind.RATIO:
            return Scale(0.0, self._whole)
        if indicator.scoring == "goalposts":
            return Scale(indicator.parameters["low"], indicator.parameters["high"])
        own = (self._find(indicator, kind) for kind in ("value", "target"))
        shown = [*(fact.number for fact in own if fact), *self._others[indicator.id]]
        return Scale(min([0.0, *shown]), max([0.0, *shown]) or 1.0, common=False)

    def _values(self, indicator: Indicator) -> list[float | None]:
        """The values of the periods that are there, the last one this period's."""
        view = self._context.view
        told = view.analysis.over_time(view.unit.code, indicator.id, "value").values()
        return [fact.value if fact is not None else None for fact in told]

    def bar(self, indicator: Indicator) -> Markup:
        """The picture beside a result."""
        value, target, whole = (
            self._find(indicator, kind) for kind in ("value", "target", "group_value")
        )
        if not _compared(self._context):
            whole = None
        met = self._context.view.scorecard.is_met(indicator)
        others = self._others[indicator.id]
        return draw_bar(self._scales[indicator.id], value, target, others, whole, met)

    def _change(self, indicator: Indicator) -> Markup:
        """The sign and the picture beside a change; nothing beside one that is written as 0."""
        fact = self._find(indicator, "change")
        if fact is None or not as_written(fact):
            return Markup("")
        kind = "better" if fact.number * indicator.direction > 0 else "worse"
        sign = Markup('<span class="sign {}" aria-hidden="true">{}</span>').format(
            kind, "▲" if fact.number > 0 else "▼"
        )
        values, alike = self._earlier[indicator.id], self._find(indicator, "alike")
        apart = len(values) - int(alike.number) if alike is not None else 0
        window = self._window(indicator)
        return sign + draw_periods(values, window, indicator.direction, apart)

    def _window(self, indicator: Indicator) -> float:
        """The difference as high as a picture: the greatest of all on one scale."""
        if not self._scales[indicator.id].common:
            return _extent(self._earlier[indicator.id])
        alike = (i for i, scale in self._scales.items() if scale == self._scales[indicator.id])
        return max(_extent(self._earlier[i]) for i in alike)

    def key(self) -> Markup:
        """What the marks of the pictures are, each beside its name; of none that is not there."""
        context = self._context
        view, text = context.view, context.language.text
        has = {
            "value": True,
            "target": any(self._find(i, "target") for i in view.indicators),
            "others": any(self._others.values()),
            "whole": _compared(context),
            "periods": any(self.changes.values()),
            "own": any(not scale.common for scale in self._scales.values()),
        }
        scale = next((s for s in self._scales.values() if s.common), None)
        told = [(mark, text(f"chart.key_{name}")) for name, mark in _KEYS.items() if has[name]]
        if scale is not None:
            is_share = bool(_ratios(view.indicators))
            low, high = (context.language.mark(n, share=is_share) for n in (scale.low, scale.high))
            told.insert(0, (Markup(""), text("chart.key_scale", low=low, high=high)))
        items = (Markup("<span>{} {}</span>").format(*one) for one in told)
        return Markup('<p class="key" aria-hidden="true">{}</p>').format(Markup(" ").join(items))


def _ratios(indicators: Iterable[Indicator]) -> list[Indicator]:
    return [i for i in indicators if i.kind is IndicatorKind.RATIO]


def _extent(values: Sequence[float | None]) -> float:
    told = [value for value in values if value is not None]
    return max(told) - min(told) if told else 0.0
