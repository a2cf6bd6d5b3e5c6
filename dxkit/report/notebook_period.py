"""A period as analysts use it in notebooks: shown at a glance, with pandas frames of what it holds,
true sentences, and what other rules would make of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING

from markupsafe import Markup

from dxkit.analysis import rows
from dxkit.analysis.analysis import Analysis, Scorecard
from dxkit.model.facts import TOTAL, Claim, Fact
from dxkit.model.findings import Severity
from dxkit.model.observations import Initiative
from dxkit.model.plan import with_rules
from dxkit.period import OpenPeriod
from dxkit.report.explore.live import Listed, as_count
from dxkit.report.frames import CERTAINTY_COLUMNS, Frames
from dxkit.report.sentences.catalogue import state
from dxkit.report.wording.language import Language, load_language
from dxkit.report.wording.sentences import Writer

if TYPE_CHECKING:
    import pandas as pd

_MOST_ROWS = 12
"""Rows of what is shown at a glance."""


def _glance(caption: str, rows: Iterable[Iterable[str]]) -> str:
    """A small table, whose first column are headings."""
    cell = Markup("<td>{}</td>")
    rows = [list(row) for row in rows]
    body = Markup("").join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            name, Markup("").join(map(cell.format, others))
        )
        for name, *others in (*rows[:_MOST_ROWS], *([["…"]] if len(rows) > _MOST_ROWS else []))
    )
    table = Markup("<table><caption>{}</caption><tbody>{}</tbody></table>")
    return table.format(caption, body)


@dataclass(frozen=True)
class Sentence:
    """A true sentence that a notebook shows as a paragraph of its page."""

    writer: Writer
    claim: Claim

    def _repr_html_(self) -> str:
        return str(self.writer.paragraph([self.claim]))

    def __repr__(self) -> str:
        return self.writer.plain(self.claim)


@dataclass(frozen=True, repr=False)
class ShownScorecard(Scorecard):
    """A scorecard that a notebook shows as a small table of the unit's indicators."""

    opened: NotebookPeriod = field(compare=False)

    def _repr_html_(self) -> str:
        say = self.opened._words

        def written(fact: Fact | None) -> str:
            return say.number(fact) if fact else "–"

        kinds = ("value", "target", "points", "rank")
        title = f"{say.unit(self.unit, starts=True)}, {say.period(self.period.id)}"
        named = [(i.id, say.name(i.short_names)) for i in self.opened.campaign.indicators]
        rows = [
            [name, *(written(self.find(subject, kind)) for kind in kinds)]
            for subject, name in (*named, (TOTAL, say.plain("report.total")))
            if any(self.find(subject, kind) for kind in kinds)
        ]
        head = ["", *(say.plain(f"report.column_{kind}") for kind in kinds)]
        return _glance(title, [head, *rows])


@dataclass(frozen=True, repr=False)
class NotebookPeriod(OpenPeriod):
    """A period of a campaign, opened: pandas frames of what it holds, scorecards, true sentences.

    ``units``, ``observations``, ``indicators``, ``ranking`` and the other methods named after
    things give frames, anew with each call. Shares are fractions from 0 to 1. Behind the columns
    that a method names stand labels in the language of the period (``level_name``,
    ``indicator_name``, …) and, beside ``unit_code``, the unit itself and those above it at every
    level (``district_code``, ``district_name``, …). ``frame.attrs["labels"]`` has a heading in
    words for each column, ``frame.attrs["units"]`` what its numbers are measured in.

    A unit is given by its code, as text or as a number. Names that there are not raise
    UnknownNameError, a KeyError that tells those that there are.

    >>> import dxkit
    >>> opened = dxkit.open("haugiang-2022", "2022-Q4", "en")
    >>> opened
    OpenPeriod('haugiang-2022', '2022-Q4')
    >>> league = opened.ranking().query("level == 'district'")
    >>> league[["unit_code", "rank"]].head(2).values.tolist()
    [['932', 1], ['931', 2]]
    """

    language: str = "vi"

    @classmethod
    def of(cls, opened: OpenPeriod, language: str) -> NotebookPeriod:
        """The same period with these methods."""
        load_language(language)
        return cls(
            **{f.name: getattr(opened, f.name) for f in fields(OpenPeriod)}, language=language
        )

    def __repr__(self) -> str:
        return f"OpenPeriod({self.campaign.id!r}, {self.analysis.period.id!r})"

    def _repr_html_(self) -> str:
        say, received = self._words, self.received
        found = Counter(finding.severity for finding, _ in received.mistakes)
        units = Counter(unit.level for unit in self.analysis.units.units)
        title = say.plain(
            "explore.start_title",
            campaign=say.name(self.campaign.names),
            period=say.period(self.analysis.period.id),
        )
        rows = [
            (say.plain("explore.glance_files"), len(received.sources)),
            (say.plain("explore.glance_values"), len(received.table.observations)),
            *((say.plain(f"site.severity_{severity}"), found[severity]) for severity in Severity),
            *((say.name(level.names), units[level.id]) for level in self.campaign.levels),
        ]
        return _glance(title, ([name, say.number(as_count(n))] for name, n in rows))

    @property
    def _words(self) -> Language:
        """The words of the period's language."""
        return load_language(self.language)

    def _frames(self, *analyses: Analysis, language: str = "") -> Frames:
        earlier = tuple(analysis.units for analysis in reversed(analyses[:-1]))
        words = load_language(language or self.language)
        return Frames(self.campaign, words, self.analysis.units, earlier)

    def scorecard(self, unit_code: str | int) -> ShownScorecard:
        """All facts of one unit: ``scorecard("930").fact("cashless", "value")``.

        >>> import dxkit
        >>> card = dxkit.open("haugiang-2022", "2022-Q4").scorecard(930)
        >>> fact = card.fact("cashless", "value")
        >>> round(fact.value, 4), str(fact.unit), card.fact("total", "rank").value
        (0.7788, 'share', 3)
        """
        card = self.analysis.scorecard(self.analysis.units.find(unit_code).code)
        return ShownScorecard(card.unit, card.period, card.facts, self)

    def sentence(
        self, unit_code: str | int, message: str, language: str = "", **facts: tuple[str, str]
    ) -> Sentence:
        """A sentence of claim.toml about a unit, each placeholder filled by a fact named by its
        subject and kind: ``sentence("930", "own_app", value=("app_installed", "value"))``.

        Raises FalseClaimError when the sentence's rule does not hold, UnknownNameError for a
        sentence or fact that there is not.
        """
        card, words = self.scorecard(unit_code), load_language(language or self.language)
        claim = state(message, {name: card.fact(*named) for name, named in facts.items()})
        return Sentence(Writer(self.campaign, self.analysis.units, words), claim)

    # frames ---------------------------------------------------------------------------------------

    def periods(self) -> pd.DataFrame:
        """The campaign's periods, one row each, as ``dxkit.campaigns()`` has them: ``campaign``,
        ``period``, their names, first, last and due day (dates), and the number of ``workbooks``
        received.

        >>> import dxkit
        >>> list(dxkit.open("haugiang-2022").periods()["period"])
        ['2022-Q3', '2022-Q4', '2022']
        """
        return self._frames().periods(self.project)

    def units(self) -> pd.DataFrame:
        """The units of the period, hamlets included, one row each: ``unit_code``, ``unit_name``,
        ``type``, ``level`` (ordered from the top), ``parent_code``.

        >>> import dxkit
        >>> units = dxkit.open("haugiang-2022", "2022-Q4").units()
        >>> int((units["district_code"] == "930").sum())  # the district itself and all below it
        65
        """
        return self._frames().all_units(self.analysis.period.id)

    def rules(self) -> pd.DataFrame:
        """The indicators as the plan has them, one row per indicator and level: ``target``
        (fractions for shares), ``max_points``, the ``scoring``, its ``direction`` (1: more is
        better), the measures above and below the line, whether a rule is ``assumed``.
        ``with_rules`` takes others.

        >>> import dxkit
        >>> rules = dxkit.open("haugiang-2022", "2022-Q4").rules()
        >>> row = rules.query("indicator == 'cashless' and level == 'district'").iloc[0]
        >>> float(row["target"]), float(row["max_points"])
        (0.8, 20.0)
        """
        return self._frames().rules(self.analysis.campaign, self.analysis.period.id)

    def observations(self, history: bool = False) -> pd.DataFrame:
        """What was received: one row per value, with ``file``, ``sheet`` and ``cell``; ``value`` in
        ``unit_of_measure`` (of ``things``), NaN where ``flag`` says why; ``raw`` as it was written;
        ``correction`` why the office corrected it. With ``history`` also of all earlier periods.

        >>> import dxkit
        >>> seen = dxkit.open("haugiang-2022", "2022-Q4").observations()
        >>> seen.loc[seen["measure"] == "households", "unit_of_measure"].unique().tolist()
        ['count']
        """
        analyses = self._analyses(history)
        return self._frames(*analyses).observations(analyses)

    def indicators(self, history: bool = False) -> pd.DataFrame:
        """The results: one row per unit and indicator: ``value`` in ``unit_of_measure`` (a share is
        a fraction), ``numerator``, ``denominator``, ``target``, ``attained`` (value over target),
        ``points``, ``rank`` among the units it is compared with, ``flag`` and ``unranked`` why one
        is missing. With ``history`` also of all earlier periods.

        >>> import dxkit
        >>> table = dxkit.open("haugiang-2022", "2022-Q4").indicators(history=True)
        >>> shares = table.query("unit_code == '930' and indicator == 'cashless'")
        >>> shares.set_index("period")["value"].round(4).to_dict()
        {'2022-Q3': 0.5816, '2022-Q4': 0.7788}
        """
        analyses = self._analyses(history)
        return self._frames(*analyses).indicators(analyses)

    def ranking(self, history: bool = False) -> pd.DataFrame:
        """The league tables of all levels: one row per ranked unit: ``points`` (of 100, or what the
        plan's scale is), ``rank`` inside ``group_code``, ``previous_rank``, ``band``, ``award``,
        ``tier``. Ranks are Int64, NA without one. With ``history`` also of all earlier periods.

        >>> import dxkit
        >>> league = dxkit.open("haugiang-2022", "2022-Q4").ranking()
        >>> league.query("level == 'district' and award != ''")["unit_code"].tolist()
        ['932', '931', '930']
        """
        analyses = self._analyses(history)
        frames = self._frames(*analyses)
        return frames.of_rows(rows.RANKING_COLUMNS, rows.ranking_rows, *analyses)

    def awards(self) -> pd.DataFrame:
        """What the reward rules decide: one row per rule and unit: ``rank`` by that rule,
        ``awarded``, the ``reason``, whether the unit is the ``reserve``.

        >>> import dxkit
        >>> awards = dxkit.open("haugiang-2022", "2022-Q4", "en").awards()
        >>> awards.query("rule == 'district' and reserve")["reason_name"].tolist()
        ['The quota is filled by the units above']
        """
        return self._frames().of_rows(rows.AWARD_COLUMNS, rows.award_rows, self.analysis)

    def rank_ranges(self) -> pd.DataFrame:
        """How far each rank holds, at the levels that units.csv knows: ``best`` and ``worst`` over
        all trials and by kind of trial (weights, indicators left out, doubtful cells, rounding,
        other methods), and ``award_draws``, the share of draws in which the unit is rewarded. Takes
        some seconds.

        >>> import dxkit
        >>> ranges = dxkit.open("haugiang-2022", "2022-Q4").rank_ranges()
        >>> bool((ranges["best"] <= ranges["rank"]).all())
        True
        """
        return self._frames().of_rows(rows.RANK_RANGE_COLUMNS, rows.rank_range_rows, self.analysis)

    def certainty(self) -> pd.DataFrame:
        """How sure the lists of rewards are: one row per group of ranked units: in how many of the
        ``draws`` and ``corners`` of the weights, and by which other ``ways``, the list comes out
        another; doubtful cells, those that alone decide, units ``tied`` across the edge.
        """
        return self._frames().of_rows(CERTAINTY_COLUMNS, rows.certainty_rows, self.analysis)

    def findings(self, language: str = "") -> pd.DataFrame:
        """What is wrong with the workbooks: one row per finding: ``code``, ``severity`` (ordered:
        note, warning, error), the sender's ``unit_code``, the cell, ``message`` in words, and the
        ``cause`` that it follows from, if any.

        >>> import dxkit
        >>> found = dxkit.open("haugiang-2022", "2022-Q4").findings()
        >>> int((found["severity"] == "error").sum())
        0
        """
        return self._frames(language=language).findings(self)

    def facts(self, unit_code: str | int) -> pd.DataFrame:
        """A unit's scorecard: one row per fact, with how it was made (``method``) and the ``cells``
        behind it, as a list of texts.

        >>> import dxkit
        >>> facts = dxkit.open("haugiang-2022", "2022-Q4").facts("930")
        >>> own = facts.query("subject == 'cashless' and kind == 'gap' and unit_code == '930'")
        >>> own["unit_of_measure"].tolist()
        ['share_difference']
        """
        code = self.analysis.units.find(unit_code).code
        return self._frames().facts(self.analysis, code)

    def initiatives(self) -> pd.DataFrame:
        """The register of initiatives: one row per initiative and place; those that the workbooks
        of this and earlier periods report, then the ``published`` ones.

        >>> import dxkit
        >>> register = dxkit.open("haugiang-2022", "2022-Q4").initiatives()
        >>> register["published"].dtype == bool
        True
        """
        return self._frames().initiatives(self.register, self.analysis.period.id)

    # other periods, other rules -------------------------------------------------------------------

    def _analyses(self, history: bool) -> tuple[Analysis, ...]:
        return self.history if history else (self.analysis,)

    @cached_property
    def history(self) -> tuple[Analysis, ...]:
        """The analyses of all periods with raw files up to this one, forward in time."""
        return Listed(super().history)

    @cached_property
    def register(self) -> tuple[Initiative, ...]:
        """The initiatives reported up to this period, then the published ones."""
        return Listed(super().register)

    def with_rules(
        self,
        weights: Mapping[str, float] | None = None,
        targets: Mapping[str | tuple[str, str], float] | None = None,
    ) -> WhatIf:
        """The period as it would be by other rules. Nothing is written, nothing changes here.

        ``weights`` are points by indicator, as ``max_points`` of ``rules()``; the whole scale keeps
        its points, so only their proportions count. ``targets`` are by indicator, for every level
        that has one (or, where none has, can have one), or by indicator and level; shares are
        fractions. Raises UnknownNameError for an indicator or level that there is not, ValueError
        for a number that cannot be one.

        >>> import dxkit
        >>> opened = dxkit.open("haugiang-2022", "2022-Q4")
        >>> doubled = opened.with_rules(weights={"cashless": 40}).ranking()
        >>> doubled.query("rank_change != 0 and level == 'district'")["unit_code"].tolist()
        []
        """
        period = self.analysis.period.id
        campaign = with_rules(self.analysis.campaign, period, weights or {}, targets or {})
        kept = {f.name: getattr(self, f.name) for f in fields(NotebookPeriod)}
        kept |= {"campaign": campaign, "analysis": self.analysis.by_plan(campaign)}
        given = {"weights": weights, "targets": targets}
        said = ", ".join(f"{name}={rules!r}" for name, rules in given.items() if rules)
        return WhatIf(**kept, today=self._today, expression=f"{self!r}.with_rules({said})")

    @property
    def _today(self) -> NotebookPeriod:
        return self


@dataclass(frozen=True, repr=False)
class WhatIf(NotebookPeriod):
    """A period by other rules than the plan's: a trial, never a result. ``ranking()`` and
    ``awards()`` have what stands ``today`` beside it; all other frames are by the rules tried.
    """

    today: NotebookPeriod = field(kw_only=True)
    expression: str = field(kw_only=True)

    def __repr__(self) -> str:
        return self.expression

    @property
    def _today(self) -> NotebookPeriod:
        return self.today

    def _repr_html_(self) -> str:
        say, league = self._words, self.ranking()
        league = league[(league["level"] == self.campaign.report_level) & league["rank"].notna()]
        columns = ["unit_name", "rank_today", "rank"]
        ranks = league[columns].astype(object).fillna("–").astype(str).to_numpy().tolist()
        head = ["", say.plain("frame.rank_today"), say.plain("frame.rank")]
        return _glance(say.plain("explore.what_if", period=say.period(self.analysis.period.id)),
                       [head, *ranks])  # fmt: skip

    def ranking(self, history: bool = False) -> pd.DataFrame:
        """The league tables by these rules, as ``dxkit.open().ranking()`` has them, and what stands
        today: ``points_today``, ``rank_today``, ``band_today``, ``award_today``; ``rank_change`` is
        how many ranks a unit gains by these rules. Of earlier periods nothing is changed.
        """
        frame = self._beside(
            super().ranking(history), self.today.ranking(history), ["period", "unit_code"],
            ["points", "rank", "band", "award"],
        )  # fmt: skip
        frame["rank_change"] = frame["rank_today"] - frame["rank"]
        return self._frames().told(frame, self.analysis.period.id)

    def awards(self) -> pd.DataFrame:
        """What the reward rules decide by these rules, as ``dxkit.open().awards()`` has it, and
        ``rank_today``, ``awarded_today``, ``reason_today``, ``reserve_today``. Who is no longer
        considered stands at the end.
        """
        frame = self._beside(
            super().awards(), self.today.awards(), ["level", "group_code", "rule", "unit_code"],
            ["rank", "awarded", "reason", "reserve"],
        )  # fmt: skip
        return self._frames().told(frame, self.analysis.period.id)

    @staticmethod
    def _beside(
        frame: pd.DataFrame, today: pd.DataFrame, keys: list[str], columns: list[str]
    ) -> pd.DataFrame:
        """A frame with columns of today's beside its own, and at its end rows that only today's
        has.
        """
        import pandas as pd

        names = {column: f"{column}_today" for column in columns}
        types = frame.dtypes.to_dict() | {names[c]: today.dtypes[c] for c in columns}
        today = today.rename(columns=names)
        both = frame.merge(today[[*keys, *names.values()]], on=keys, how="left")
        known = pd.MultiIndex.from_frame(frame[keys])
        gone = today[~pd.MultiIndex.from_frame(today[keys]).isin(known)]
        if not gone.empty:
            both = pd.concat([both.astype(object), gone.reindex(columns=both.columns)])
        for column, type_ in types.items():
            if str(type_) in ("bool", "str"):
                blank = False if str(type_) == "bool" else ""
                both[column] = both[column].astype(object).fillna(blank)
        return both.astype(types).reset_index(drop=True)
