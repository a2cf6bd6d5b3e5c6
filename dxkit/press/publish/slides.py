"""A unit's results as slides for a conference: what each says, as points, table or chart, and its
notes. ``slides_file`` sets them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from dxkit.model.addresses import named_ranges, ranges_by_sheet
from dxkit.model.facts import TOTAL, Claim, Fact, FactKey, united_sources
from dxkit.model.rules import REWARD_BASES
from dxkit.model.text import harmless
from dxkit.model.units import Unit
from dxkit.period import OpenPeriod
from dxkit.press.publish.messages import warnings_of
from dxkit.report.charts.figure import measured_by_share
from dxkit.report.context import SignedContext, signs_of
from dxkit.report.sentences.data_state import data_claims
from dxkit.report.sentences.headlines import headlines
from dxkit.report.sentences.next_steps import next_steps
from dxkit.report.sentences.ranking_and_rewards import ranking_rules, reward_rules
from dxkit.report.sentences.unit_view import View
from dxkit.report.tracing import fact_label
from dxkit.report.wording.language import IN_SENTENCES, NO_MARKS, load_language

_ENDS = 5
"""Units that are shown from the top, and from the bottom."""
_SIGNED = ("gap", "change", "rank_change")
"""Kinds of numbers that are written with a plus."""
_IN_CHARTS = (*IN_SENTENCES, "partial")
"""Reservations whose signs stand in a chart; that a rule is assumed is said of all points."""
_FEW = 2
"""Rows up to which a table shows every column."""
_NOTED = 3000
"""Letters of source cells in the notes of a slide; of more, the sheets alone are named."""


@dataclass(frozen=True)
class Points:
    """Sentences, one below the other; ``note`` says what the signs behind numbers mean."""

    texts: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class Grid:
    """A table; the first row heads it. ``strong`` is the row that is about the unit itself,
    ``note`` what the signs mean.
    """

    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int]
    strong: int = -1
    note: str = ""


@dataclass(frozen=True)
class Chart:
    """Numbers of several series by category; None where there is none. ``is_line`` over time, else
    bars; ``form`` is how a spreadsheet writes them, ``said`` what a reader is told who cannot see.
    """

    categories: tuple[str, ...]
    series: tuple[tuple[str, tuple[float | None, ...]], ...]
    form: str
    said: str
    is_line: bool = False
    note: str = ""


Body = Points | Grid | Chart
_Cell = str | Fact


@dataclass(frozen=True)
class Slide:
    """A slide: its title, what it shows, what stands in its notes."""

    title: str
    body: Body
    notes: str


@dataclass(frozen=True)
class Talk:
    """All slides with what stands on each: ``warnings`` and ``foot``. ``opening`` is what the first
    says below its title.
    """

    language: str
    title: str
    author: str
    subject: str
    keywords: tuple[str, ...]
    opening: tuple[str, ...]
    warnings: tuple[str, ...]
    foot: str
    slides: tuple[Slide, ...]


@dataclass
class _Speaker:
    """Makes the slides of one unit."""

    context: SignedContext
    slides: list[Slide] = field(default_factory=list)

    def say(self, key: str, **values: Fact | str) -> str:
        return self.context.language.plain(key, **values)

    def add(self, title: str, make: Callable[[], Body | None]) -> None:
        """A slide where there is something to show; its notes name the numbers on it."""
        language = self.context.language
        language.facts.clear()
        body = make()
        if body is not None:
            self.slides.append(Slide(title, body, self._notes(language.facts)))

    def _notes(self, facts: dict[FactKey, Fact]) -> str:
        analysis, language = self.context.opened.analysis, self.context.language
        lines = [
            f"{fact_label(analysis, key, language)}: {language.plain_number(fact)} [{key}]"
            for key, fact in [*facts.items()]
        ]
        sources = united_sources(facts.values())
        cells = "; ".join(named_ranges(sources))
        if len(cells) > _NOTED:
            cells = "; ".join(f"{file} › {sheet}" for file, sheet in ranges_by_sheet(sources))
        if cells:
            lines.append(f"{self.say('workbook.source_cells')}: {cells}")
        return "\n".join(harmless(line, 2 * _NOTED) for line in lines)

    def sentences(self, claims: Iterable[Claim]) -> Points | None:
        """Claims as points; None where there is none."""
        writer = self.context.writer
        texts = tuple(dict.fromkeys(harmless(writer.plain(c), 2000) for c in claims))
        marks = set().union(*map(self.context.language.marks, self.context.language.facts.values()))
        note = self.context.language.meaning(marks & {*IN_SENTENCES})
        return Points(texts, note) if texts else None

    def grid(self, heads: Sequence[str], rows: Sequence[Sequence[_Cell]], strong: int = -1) -> Grid:
        """A table with the signs of reservations: behind a heading what all numbers below it have,
        else behind the number.
        """
        language, made, seen = self.context.language, list[list[str]](), set[str]()
        numeric = set[int]()
        for head, column in zip(heads, zip(*rows, strict=True), strict=True):
            found = [cell for cell in column if isinstance(cell, Fact)]
            if len(rows) > _FEW and {*map(self._said, column)} <= {"–"} | _absent(found):
                continue  # it says nothing of any row
            marked = [language.marks(fact) for fact in found if fact.known]
            common = frozenset.intersection(*marked) if len(marked) > 1 else NO_MARKS
            seen |= set().union(*marked)
            numeric |= {len(made)} if found else set()
            texts = [f"{head} {signs_of(common)}".strip()]
            for cell in column:
                if not isinstance(cell, Fact):
                    texts.append(cell)
                    continue
                signed = cell.key.kind in _SIGNED
                own = language.marks(cell) - common if cell.known else NO_MARKS
                texts.append(language.plain_number(cell, signed=signed) + signs_of(own))
            made.append(texts)
        return Grid(
            tuple(zip(*made, strict=True)), frozenset(numeric), strong, language.meaning(seen)
        )

    def _said(self, cell: _Cell) -> str:
        return cell if isinstance(cell, str) else cell.missing or str(cell.key)

    def marked(self, name: str, *facts: Fact | None) -> str:
        """A name in a chart with the signs of its numbers."""
        marks = {mark for fact in facts if fact for mark in self.context.language.marks(fact)}
        return f"{name} {signs_of(marks & {*_IN_CHARTS})}".strip()

    def meaning(self, facts: Iterable[Fact | None]) -> str:
        """What those signs mean."""
        marks = {mark for fact in facts if fact for mark in self.context.language.marks(fact)}
        return self.context.language.meaning(marks & {*_IN_CHARTS})

    def name(self, unit: Unit) -> str:
        return harmless(self.context.language.unit(unit, starts=True))

    def cell(self, fact: Fact | None) -> str:
        return "–" if fact is None else self.context.language.plain_number(fact)

    # slides ----------------------------------------------------------------------------------

    def league(self, codes: Sequence[str]) -> Grid | None:
        """Units by rank with points, change, grade and reward."""
        opened, view = self.context.opened, self.context.view
        standing = opened.analysis.standing
        if len(codes) < 2:
            return None
        awards = {
            rule.id: self.context.language.name(rule.names) for rule in opened.campaign.rewards
        }
        keys = ("column_rank", "unit", "column_points", "column_rank_change", "column_band",
                "column_award")  # fmt: skip
        rows: list[list[_Cell]] = []
        strong = -1
        for code in standing.in_order(codes):
            card, band = opened.analysis.scorecard(code), standing.band(code)
            grade = self.context.language.name(band.names) if band else "–"
            if standing.is_of_part(code):
                grade += f" ({self.say('report.figures_lacking')})"
            strong = len(rows) + 1 if code == view.unit.code else strong
            award = awards.get(standing.award(code), "–")
            rank, points, change = (
                card.find(TOTAL, kind) or "–" for kind in ("rank", "points", "rank_change")
            )
            rows.append([rank, self.name(card.unit), points, change, grade, award])
        return self.grid([self.say(f"report.{key}") for key in keys], rows, strong)

    def awards(self, group: str, level: str) -> Grid | None:
        """Who is proposed inside a group, why, and the reserve."""
        opened, rows = self.context.opened, list[list[_Cell]]()
        standing, units = opened.analysis.standing, opened.analysis.units
        for rule in opened.campaign.rewards:
            kind, _ = REWARD_BASES[rule.by]
            for d in standing.short_list(group, rule.id) if rule.level == level else ():
                rank = opened.analysis.facts.find(d.unit_code, TOTAL, kind) or "–"
                reason = self.say(f"report.reason_{d.reason}")
                name = self.context.language.name(rule.names)
                row = [name, self.name(units.get(d.unit_code)), rank]
                rows.append([*row, self.say(f"report.award_{standing.verdict(group, d)}"), reason])
        keys = ("unit", "column_rank", "column_award", "column_reason")
        heads = [self.say("message.list"), *(self.say(f"report.{key}") for key in keys)]
        if len({name for name, *_ in rows}) == 1:  # the title says it
            heads, rows = heads[1:], [row[1:] for row in rows]
        return self.grid(heads, rows) if rows else None

    def criteria(self) -> Grid | None:
        """Value, target, distance, change, points and verdict of each criterion."""
        view, language = self.context.view, self.context.language
        if not view.indicators:
            return None
        kinds = ("value", "target", "gap", *(["change"] if view.previous_period else []), "points")
        keys = ("indicator", *(f"column_{kind}" for kind in kinds), "column_state")
        rows: list[list[_Cell]] = []
        for indicator in view.indicators:
            facts = {kind: view.scorecard.find(indicator.id, kind) for kind in kinds}
            state = {True: "good", False: "bad", None: "none"}[view.is_met(indicator)]
            target, value = facts["target"], facts["value"]
            if state == "none" and target is not None and target.known:
                state = "unknown" if value is None or not value.known else "open"
            name = harmless(language.name(indicator.short_names))
            cells = [fact or "–" for fact in facts.values()]
            rows.append([name, *cells, self.say(f"report.state_{state}")])
        return self.grid([self.say(f"report.{key}") for key in keys], rows)

    def against_targets(self) -> Chart | None:
        """Values and targets of the criteria that are shares."""
        find, shown = self.context.view.scorecard.find, []
        for indicator in measured_by_share(self.context):
            value, target = find(indicator.id, "value"), find(indicator.id, "target")
            if value is not None and value.known:
                name = harmless(self.context.language.name(indicator.short_names))
                shown.append((name, value, target if target and target.known else None))
        if not shown or len({value.unit for _, value, _ in shown}) > 1:
            return None
        form = "0.0%" if shown[0][1].unit == "share" else "0.00"
        values: tuple[float | None, ...] = tuple(v.number for _, v, _ in shown)
        series = [(self.say("report.column_value"), values)]
        if any(t for *_, t in shown):
            targets = tuple(t.number if t else None for *_, t in shown)
            series.append((self.say("report.column_target"), targets))
        said = "; ".join(
            f"{name}: {self.cell(v)}" + (f" ({series[-1][0]} {self.cell(t)})" if t else "")
            for name, v, t in shown
        )
        names = tuple(self.marked(name, value) for name, value, _ in shown)
        note = self.meaning(value for _, value, _ in shown)
        return Chart(names, tuple(series), form, said, note=note)

    def ends(self, codes: Sequence[str]) -> Chart | None:
        """The points of the best and the weakest units."""
        analysis = self.context.opened.analysis
        facts = [analysis.facts.find(code, TOTAL, "points") for code in codes]
        known = sorted((f for f in facts if f is not None and f.known), key=lambda f: -f.number)
        if len(known) < 2:
            return None
        shown = known if len(known) <= 2 * _ENDS else [*known[:_ENDS], *known[-_ENDS:]]
        names = tuple(self.marked(self.name(analysis.units.get(f.key.unit)), f) for f in shown)
        said = "; ".join(f"{n}: {self.cell(f)}" for n, f in zip(names, shown, strict=True))
        points = (self.say("report.column_points"), tuple(f.number for f in shown))
        return Chart(names, (points,), "0.00", said, note=self.meaning(shown))

    def over_time(self) -> Chart | None:
        """The criteria that are shares in all periods there are."""
        analysis, unit = self.context.opened.analysis, self.context.view.unit.code
        series, said, periods = [], [], list[str]()
        shown: list[Fact | None] = []
        for indicator in measured_by_share(self.context):
            found = analysis.over_time(unit, indicator.id, "value")
            values = [f if f is not None and f.known else None for f in found.values()]
            if any(f is not None and f.unit == "share" for f in values):
                name = harmless(self.context.language.name(indicator.short_names))
                name, shown = self.marked(name, *values), [*shown, *values]
                series.append((name, tuple(f.number if f else None for f in values)))
                told = ", ".join(self.cell(f) for f in found.values())
                said.append(f"{name}: {told}")
                periods = list(map(self.context.language.period, found))
        if len(periods) < 2:
            return None
        return Chart(
            tuple(periods), tuple(series), "0.0%", "; ".join(said), True, self.meaning(shown)
        )


def _absent(found: Sequence[Fact]) -> set[str]:
    """Why there is no number in a column, where that is one reason for all."""
    reasons = {fact.missing for fact in found}
    return reasons if len(reasons) == 1 and "" not in reasons else set()


def talk_of(opened: OpenPeriod, unit_code: str, code: str) -> Talk:
    """The slides on a unit, in a language: title, main results, ranking, rewards, criteria as a
    table and against targets, best and weakest, periods, what to do, state of the data, rules.
    """
    context = SignedContext(opened, unit_code, load_language(code))
    speaker, view, language = _Speaker(context), context.view, context.language
    analysis, campaign = opened.analysis, opened.campaign
    below = [card.unit.code for card in view.children]
    ranked_below = analysis.standing.ranks_below(unit_code)
    peers = list(view.codes_of_peers)
    group = view.group.code if view.group else unit_code
    level = view.unit.level if view.group else view.child_level.id
    listed = peers if view.group else below if ranked_below else []
    say = speaker.say
    speaker.add(say("message.slide_headlines"), lambda: speaker.sentences(headlines(view)))
    speaker.add(say("message.slide_league"), lambda: speaker.league(listed))
    speaker.add(say("workbook.awards"), lambda: speaker.awards(group, level))
    speaker.add(say("message.slide_criteria"), speaker.criteria)
    drawn = "targets" if any(fact.known for fact in view.own_facts("target")) else "chart"
    speaker.add(say(f"message.slide_{drawn}"), speaker.against_targets)
    speaker.add(say("message.slide_ends"), lambda: speaker.ends(below or peers))
    speaker.add(say("message.slide_periods"), speaker.over_time)
    steps = [claim for group in next_steps(view) for claim in group[:1]]
    speaker.add(say("message.slide_steps"), lambda: speaker.sentences(steps))
    speaker.add(say("message.slide_data"), lambda: speaker.sentences(data_claims(view)))
    above = View(analysis, view.group) if view.group else view
    if analysis.standing.ranks_below(above.unit.code):
        speaker.add(say("message.slide_rules"), lambda: speaker.sentences(_rules(above)))
    period = language.period(analysis.period.id)
    unit = harmless(language.unit(view.unit))
    days = (language.day(day) for day in (analysis.period.first_day, analysis.period.last_day))
    first, last = days
    name, organiser = language.name(campaign.names), language.name(campaign.organiser)
    return Talk(
        language=language.code,
        title=language.titled("report.title", analysis.period, unit=unit),
        author=organiser,
        subject=name,
        keywords=(period, unit),
        opening=(organiser, name, say("report.cut_off", first=first, last=last)),
        warnings=tuple(warnings_of("zalo", opened, language)),
        foot=f"{speaker.name(view.unit)} – {period}",
        slides=tuple(speaker.slides),
    )


def _rules(above: View) -> Iterator[Claim]:
    """How units are ranked and rewarded."""
    yield from ranking_rules(above)
    for rule in above.campaign.rewards:
        if rule.level == above.child_level.id:
            yield from reward_rules(above, rule)
