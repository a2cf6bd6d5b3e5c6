"""The object a notebook touches: one unit's report, one method for each part of the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from markupsafe import Markup

from dxkit.analysis.comparison_facts import is_met
from dxkit.analysis.unit_facts import TOTAL
from dxkit.intake.text import slug
from dxkit.model.campaign import (
    IndicatorKind,
    MeasureKind,
)
from dxkit.model.facts import CellRef, Claim, Fact, Reference
from dxkit.model.rules import RankingRule, RewardRule, ScoringRule, Words
from dxkit.model.table import RegisterRow
from dxkit.story.charts import Bar, bars
from dxkit.story.claims.data_state import points_claims, register_claims, reporting_claims
from dxkit.story.claims.headlines import headlines
from dxkit.story.claims.indicators import indicator_claims
from dxkit.story.claims.next_steps import next_steps
from dxkit.story.claims.view import View
from dxkit.story.findings import finding_kind
from dxkit.story.messages import load_language
from dxkit.story.period import OpenPeriod
from dxkit.story.places import ranges_by_sheet
from dxkit.story.sentences import Writer
from dxkit.story.tables import Cell, Column, State, render_table


class Part:
    """A finished piece of a page, shown by any notebook."""

    def __init__(self, html: Markup) -> None:
        self.html = html

    def _repr_html_(self) -> str:
        return str(self.html)

    def __repr__(self) -> str:
        return str(self.html.striptags())


class Report:
    """One unit in one period, in one language. Every method gives one part of the page."""

    def __init__(self, opened: OpenPeriod, unit_code: str, language: str) -> None:
        self.opened = opened
        self.language = load_language(language)
        self.view = View(opened.analysis, opened.analysis.units.get(unit_code))
        self.writer = Writer(opened.campaign, opened.analysis.units, self.language)

    @property
    def title(self) -> str:
        """The page's title in plain text."""
        return self.language.plain(
            "report.title",
            unit=self.view.unit.name,
            period=self.language.period(self.opened.analysis.period.id),
        )

    def head(self) -> Part:
        """The title block: who, what, which period, cut-off, and a warning on simulated data."""
        campaign, period = self.opened.campaign, self.opened.analysis.period
        text = self.language.text
        basis = Markup("; ").join(
            Markup('<span class="document">{}</span>').format(self.language.name(words))
            for words in campaign.legal_basis
        )
        banner = Markup("")
        if self.opened.received.simulated_files:
            banner = Markup('<p class="banner" role="note">{}</p>').format(text("report.simulated"))
        title = text(
            "report.title",
            unit=self._name(self.view.unit.code),
            period=self._date(self.language.period(period.id)),
        )
        cut_off = text(
            "report.cut_off",
            first=self._date(period.first_day.strftime("%d/%m/%Y")),
            last=self._date(period.last_day.strftime("%d/%m/%Y")),
        )
        if period.assumed:
            cut_off += Markup(" ") + self._assumed()
        lines = [
            Markup('<p class="organiser">{}</p>').format(self.language.name(campaign.organiser)),
            Markup('<p class="campaign">{}</p>').format(self._dated_name(campaign.names)),
            Markup("<h1>{}</h1>").format(title),
            Markup('<p class="cut-off">{}</p>').format(cut_off),
        ]
        if basis:
            lines.append(Markup('<p class="basis">{} {}</p>').format(text("report.basis"), basis))
        return Part(
            Markup('<header class="report-head">{}</header>{}').format(
                Markup("").join(lines), banner
            )
        )

    def headlines(self) -> Part:
        """The three sentences to remember."""
        items = Markup("").join(
            Markup("<li>{}</li>").format(self.writer.sentence(c)) for c in headlines(self.view)
        )
        return self._section("headlines", Markup('<ul class="headlines">{}</ul>').format(items))

    def indicators(self) -> Part:
        """The table of indicators; nothing at a level where none is measured."""
        if not self.view.results:
            return Part(Markup(""))
        text = self.language.text
        columns = [Column(text("report.indicator"))]
        keys = ["value"]
        if any(result.target for result in self.view.results):
            keys += ["target", "gap"]
        if self.view.previous_period:
            keys += ["change"]
        keys += ["points", *(["rank"] if self.view.group else [])]
        columns += [Column(text(f"report.column_{key}"), numeric=True) for key in keys]
        with_state = "target" in keys
        if with_state:
            columns.append(Column(text("report.column_state")))
        rows: list[list[Cell]] = []
        for result in self.view.results:
            indicator = result.indicator.id
            row: list[Cell] = [self.language.name(result.indicator.short_names)]
            for key in keys:
                row.append(self._cell(indicator, key))
            if with_state:
                row.append(self._state(is_met(result)))
            rows.append(row)
        rows.append(self._total_row(keys, with_state))
        caption = text("report.indicators_caption", unit=self._name(self.view.unit.code))
        return self._section(
            "indicators",
            render_table(caption, columns, rows, self.language, text("report.indicators_note")),
        )

    def targets_chart(self) -> Part:
        """Values against targets, for the indicators measured as shares or scores."""
        if not self.view.results:
            return Part(Markup(""))
        rows = [
            Bar(
                self.language.name(i.short_names),
                self.view.fact(i.id, "value"),
                self.view.scorecard.find(i.id, "target"),
            )
            for i in self.view.indicators
            if i.kind is not IndicatorKind.COUNT
        ]
        claims = [c for c in headlines(self.view) if c.message.startswith("headline_targets")]
        return self._chart("targets", rows, claims)

    def children_chart(self) -> Part:
        """The units below, ranked by points."""
        ranked = sorted(
            self.view.children, key=lambda child: -(child.fact(TOTAL, "points").value or -1)
        )
        if not ranked:
            return Part(Markup(""))
        rows = [Bar(child.unit.name, child.fact(TOTAL, "points")) for child in ranked]
        return self._chart("children", rows, list(points_claims(self.view)))

    def narrative(self) -> Part:
        """A paragraph for each indicator; nothing at a level where none is measured."""
        if not self.view.results:
            return Part(Markup(""))
        paragraphs = Markup("").join(
            Markup("<h3>{}</h3>{}").format(
                self.language.name(indicator.short_names),
                self.writer.paragraph(indicator_claims(self.view, indicator)),
            )
            for indicator in self.view.indicators
        )
        return self._section("narrative", paragraphs)

    def registers(self) -> Part:
        """The registers that the campaign keeps, such as model initiatives."""
        parts = []
        for measure in self.opened.campaign.measures:
            if measure.kind is not MeasureKind.ROWS:
                continue
            rows = self.opened.analysis.register_rows(self.view.unit.code, measure.table)
            body = self.writer.paragraph(register_claims(self.view, measure.id))
            if rows:
                body += self._register_table(measure.table, rows)
            title = self.language.name(self.opened.campaign.tables[measure.table])
            parts.append(self._titled(title, body))
        return Part(Markup("").join(parts))

    def activity(self) -> Part:
        """Measures that no indicator uses, by table: the activity of the teams, for instance."""
        used = {i.numerator for i in self.view.indicators}
        used |= {i.denominator for i in self.view.indicators}
        used |= {check.reference for check in self.opened.campaign.reference_checks}
        tables: dict[str, list[list[Cell]]] = {}
        for measure in self.opened.campaign.measures:
            fact = self.view.scorecard.find(measure.id, "value")
            if fact is None or measure.id in used:
                continue
            row: list[Cell] = [self.language.name(measure.names), fact]
            if self.view.previous_period:
                before = self._before(measure.id)
                row.append(before if before is not None else self.language.text("number.no_data"))
            tables.setdefault(measure.table, []).append(row)
        text = self.language.text
        columns = [Column(text("report.measure")), Column(text("report.this_period"), numeric=True)]
        if self.view.previous_period:
            columns.append(Column(text("report.previous_period"), numeric=True))
        parts = []
        for table, rows in tables.items():
            title = self.language.name(self.opened.campaign.tables[table])
            parts.append(self._titled(title, render_table(title, columns, rows, self.language)))
        return Part(Markup("").join(parts))

    def next_steps(self) -> Part:
        """What is lacking to reach the targets, and where."""
        claims = list(next_steps(self.view))
        if not claims:
            return Part(Markup(""))
        items = Markup("").join(
            Markup("<li>{}</li>").format(self.writer.sentence(c)) for c in claims
        )
        return self._section("next_steps", Markup("<ul>{}</ul>").format(items))

    def data_state(self) -> Part:
        """What is missing or doubtful in this unit's data."""
        body = (
            self.writer.paragraph(reporting_claims(self.view)) if self.view.children else Markup("")
        )
        by_code: dict[str, list[CellRef]] = {}
        for finding in self.opened.received.findings:
            if finding.severity != "note" and self._concerns(finding.unit_code, finding.place):
                by_code.setdefault(finding.code, []).append(finding.place)
        items = []
        for code, cells in by_code.items():
            places = "; ".join(
                f"{file} › {sheet}: {ranges}"
                for (file, sheet), ranges in ranges_by_sheet(cells).items()
            )
            kind = finding_kind(code, self.language)
            items.append(Markup('<li>{}: <span class="place">{}</span></li>').format(kind, places))
        if items:
            body += Markup("<ul>{}</ul>").format(Markup("").join(items))
        else:
            body += Markup("<p>{}</p>").format(self.language.text("report.no_findings"))
        return self._section("data_state", body)

    def method(self) -> Part:
        """How scores and ranks were made, and which rules are assumed."""
        indicators = self.opened.campaign.indicators
        campaign, text = self.opened.campaign, self.language.text
        columns = [
            Column(text("report.indicator")),
            Column(text("report.column_max_points"), numeric=True),
            Column(text("report.column_scoring")),
            Column(text("report.column_source")),
        ]
        rows: list[list[Cell]] = []
        cards = (self.view.scorecard, *self.view.children)
        for indicator in indicators:
            points = (card.find(indicator.id, "max_points") for card in cards)
            source = Markup('<span class="document">{}</span>').format(indicator.source)
            if indicator.assumed:
                source += Markup(" ") + self._assumed()
            rows.append(
                [
                    self.language.name(indicator.short_names),
                    next((fact for fact in points if fact is not None), "–"),
                    text(f"report.scoring_{indicator.scoring}"),
                    source,
                ]
            )
        rules_used: list[ScoringRule | RankingRule | RewardRule] = [
            campaign.scoring,
            campaign.ranking,
            *self._rewards(),
        ]
        rules = Markup("").join(
            Markup('<li><span class="document">{}</span>{}</li>').format(
                rule.source, Markup(" ") + self._assumed() if rule.assumed else ""
            )
            for rule in rules_used
        )
        body = Markup("<p>{}</p>").format(text("report.method"))
        body += render_table(text("report.method_caption"), columns, rows, self.language)
        return self._section("method", body + Markup("<ul>{}</ul>").format(rules))

    def sources(self) -> Part:
        """The cells behind the page's numbers."""
        own = (
            fact
            for fact in self.view.scorecard.facts.values()
            if fact.key.unit == self.view.unit.code and fact.key.kind != "against_group"
        )
        cells = {cell for fact in own for cell in fact.sources}
        items = Markup("").join(
            Markup('<li class="place">{} › {}: {}</li>').format(file, sheet, ranges)
            for (file, sheet), ranges in ranges_by_sheet(cells).items()
        )
        body = Markup("<p>{}</p><ul>{}</ul>").format(self.language.text("report.sources"), items)
        return self._section("sources", body)

    def league(self) -> Part:
        """The units that are ranked inside this one: place, points, grade, award."""
        text = self.language.text
        if not self.view.children:
            return Part(Markup(""))
        totals = self.opened.analysis.results.totals
        ordered = sorted(
            self.view.children,
            key=lambda child: (
                totals[child.unit.code].rank is None,
                totals[child.unit.code].rank or 0,
            ),
        )
        with_previous = self.view.previous_period is not None
        columns = [Column(text("report.unit")), Column(text("report.column_rank"), numeric=True)]
        columns.append(Column(text("report.column_points"), numeric=True))
        if with_previous:
            columns.append(Column(text("report.column_rank_change"), numeric=True))
        columns += [Column(text("report.column_band")), Column(text("report.column_award"))]
        rows: list[list[Cell]] = []
        for child in ordered:
            total = totals[child.unit.code]
            award = next((r for r in self.opened.campaign.rewards if r.id == total.award), None)
            row: list[Cell] = [self._name(child.unit.code), child.fact(TOTAL, "rank")]
            row.append(child.fact(TOTAL, "points"))
            if with_previous:
                row.append(child.fact(TOTAL, "rank_change"))
            row.append(self.language.name(total.band.names) if total.band else "–")
            row.append(self.language.name(award.names) if award else "–")
            rows.append(row)
        caption = text("report.league_caption", unit=self._name(self.view.unit.code))
        body = render_table(caption, columns, rows, self.language, self._ranking_note())
        return self._section("league", body)

    def comparison(self) -> Part:
        """The same indicators for all units below."""
        if not self.view.children:
            return Part(Markup(""))
        text = self.language.text
        columns = [Column(text("report.unit"))]
        cards = [*self.view.children, *([self.view.scorecard] if self.view.results else [])]
        shown = [
            i for i in self.opened.campaign.indicators if any(c.find(i.id, "value") for c in cards)
        ]
        columns += [Column(self.language.name(i.short_names), numeric=True) for i in shown]
        rows: list[list[Cell]] = []
        for card in cards:
            row: list[Cell] = [self._name(card.unit.code)]
            row += [card.find(indicator.id, "value") or "–" for indicator in shown]
            rows.append(row)
        caption = text("report.comparison_caption", unit=self._name(self.view.unit.code))
        return self._section("comparison", render_table(caption, columns, rows, self.language))

    # pieces ------------------------------------------------------------------------------

    def _section(self, key: str, body: Markup) -> Part:
        return Part(self._titled(self.language.plain(f"report.{key}_title"), body))

    def _titled(self, title: str, body: Markup) -> Markup:
        return Markup('<section><h2 id="{}">{}</h2>{}</section>').format(slug(title), title, body)

    def _chart(self, key: str, rows: Iterable[Bar], claims: list[Claim]) -> Part:
        rows = list(rows)
        title = Markup(" ").join(self.writer.sentence(claim) for claim in claims)
        alternative = self.language.plain(
            f"report.{key}_alternative",
            unit=self.view.unit.name,
            rows="; ".join(f"{row.label}: {self.language.number(row.value)}" for row in rows),
        )
        source = self.language.text(
            f"report.{key}_source",
            period=self._date(self.language.period(self.opened.analysis.period.id)),
        )
        return self._section(
            f"{key}_chart",
            bars(f"chart-{key}", rows, title, source, alternative, self.language),
        )

    def _cell(self, indicator: str, kind: str) -> Cell:
        fact = self.view.scorecard.find(indicator, kind)
        if fact is None or fact.missing in ("no_target", "first_period", "not_scored"):
            return "–"
        if kind == "rank" and fact.known:
            ranked = self.view.fact(indicator, "ranked")
            return self.language.fact(fact) + Markup("/") + self.language.fact(ranked)
        return fact

    def _total_row(self, keys: list[str], with_state: bool) -> list[Cell]:
        row: list[Cell] = [self.language.text("report.total")]
        for key in keys:
            row.append(self._cell(TOTAL, key) if key in ("points", "rank") else "")
        return [*row, ""] if with_state else row

    def _state(self, met: bool | None) -> State:
        kind = {True: "good", False: "bad", None: "none"}[met]
        return State(self.language.plain(f"report.state_{kind}"), kind)

    def _register_table(self, table: str, rows: Iterable[RegisterRow]) -> Markup:
        measures = [
            m
            for m in self.opened.campaign.measures
            if m.table == table and m.kind is MeasureKind.TEXT
        ]
        columns = [Column(self.language.name(m.names)) for m in measures]
        written: list[list[Cell]] = [
            [Markup('<span class="raw">{}</span>').format(row.text(m.id)) for m in measures]
            for row in rows
        ]
        title = self.language.name(self.opened.campaign.tables[table])
        return render_table(title, columns, written, self.language)

    def _before(self, measure_id: str) -> Fact | None:
        previous = self.opened.analysis.previous
        if previous is None or self.view.unit.code not in previous.units:
            return None
        return previous.scorecard(self.view.unit.code).find(measure_id, "value")

    def _concerns(self, unit_code: str, place: CellRef) -> bool:
        """Whether a finding is about this unit or one below it."""
        units = self.opened.analysis.units
        if unit_code:
            chain = [unit_code]
            if unit_code in units:
                chain += [unit.code for unit in units.ancestors(unit_code)]
            return self.view.unit.code in chain
        senders = {s.name: s.unit_code for s in self.opened.received.sources}
        return senders.get(place.file, "") == self.view.unit.code

    def _rewards(self) -> Iterator[RewardRule]:
        levels = {self.view.unit.level, self.view.child_level.id}
        yield from (rule for rule in self.opened.campaign.rewards if rule.level in levels)

    def _ranking_note(self) -> Markup:
        rule = self.opened.campaign.ranking
        ties = self.writer.names([Reference("indicator", i) for i in rule.tie_break])
        key = "report.ranking_note_ties" if rule.tie_break else "report.ranking_note"
        note = self.language.text(key, ties=ties)
        return note + Markup(" ") + self._assumed() if rule.assumed else note

    def _assumed(self) -> Markup:
        return Markup('<span class="assumed">({})</span>').format(
            self.language.text("report.assumed")
        )

    def _name(self, code: str) -> Markup:
        return self.writer.name(Reference("unit", code), starts=True)

    def _dated_name(self, words: Words) -> Markup:
        return Markup('<span class="name">{}</span>').format(self.language.name(words))

    @staticmethod
    def _date(text: str) -> Markup:
        return Markup('<span class="date">{}</span>').format(text)
