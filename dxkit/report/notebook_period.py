"""A period as analysts use it in notebooks: shown at a glance, with pandas frames of what it holds,
and true sentences.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING

from markupsafe import Markup

from dxkit.analysis.analysis import Analysis, Scorecard
from dxkit.model.facts import Claim
from dxkit.model.findings import Severity
from dxkit.model.initiatives import Initiative
from dxkit.period import OpenPeriod
from dxkit.report import frames
from dxkit.report.explore import numbers
from dxkit.report.explore.live import Listed
from dxkit.report.report import Report
from dxkit.report.sentences.catalogue import state
from dxkit.report.wording.language import load_language
from dxkit.report.wording.sentences import Writer

if TYPE_CHECKING:
    import pandas as pd


_OFFICE = "vi"  # the language of an office that has not named another


def period_at_a_glance(opened: OpenPeriod) -> Markup:
    """What was received for a period, what is wrong with it, how many units it has."""
    language = load_language(_OFFICE)
    say, received = language.text, opened.received
    found = Counter(finding.severity for finding, _ in received.mistakes)
    units = Counter(unit.level for unit in opened.analysis.units.units)
    title = language.plain(
        "explore.start_title",
        campaign=language.name(opened.campaign.names),
        period=language.period(opened.analysis.period.id),
    )
    rows = [
        (say("explore.glance_files"), len(received.sources)),
        (say("explore.glance_values"), len(received.table.observations)),
        *((say(f"site.severity_{severity}"), found[severity]) for severity in Severity),
        *((language.name(level.names), units[level.id]) for level in opened.campaign.levels),
    ]
    row = Markup('<tr><th scope="row">{}</th><td>{}</td></tr>')
    body = (row.format(name, language.number(numbers.count(number))) for name, number in rows)
    table = Markup("<table><caption>{}</caption><tbody>{}</tbody></table>")
    return table.format(title, Markup("").join(body))


def scorecard_at_a_glance(opened: OpenPeriod, unit_code: str) -> Markup:
    """The table of a unit's indicators, as its page has it."""
    report = Report(opened, unit_code, _OFFICE)
    return Markup("<h3>{}</h3>{}").format(report.title, report.indicators().html)


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
    """A scorecard that a notebook shows as the table of the unit's indicators."""

    opened: OpenPeriod = field(compare=False)

    def _repr_html_(self) -> str:
        return str(scorecard_at_a_glance(self.opened, self.unit.code))


@dataclass(frozen=True, repr=False)
class NotebookPeriod(OpenPeriod):
    """An open period with what analysts ask of it.

    The methods named after things give pandas frames, anew with each call; their columns are
    documented in docs/en/python-api.md. A unit may be given by its code as text or as a number;
    KeyError, with codes like it, for one that does not exist.
    """

    @classmethod
    def of(cls, opened: OpenPeriod) -> NotebookPeriod:
        """The same period with these methods."""
        return cls(*(getattr(opened, f.name) for f in fields(OpenPeriod)))

    def __repr__(self) -> str:
        return f"OpenPeriod({self.campaign.id!r}, {self.analysis.period.id!r})"

    def _repr_html_(self) -> str:
        return str(period_at_a_glance(self))

    def scorecard(self, unit_code: str | int) -> ShownScorecard:
        """All facts of one unit."""
        card = self.analysis.scorecard(self.analysis.units.find(unit_code).code)
        return ShownScorecard(card.unit, card.period, card.facts, self)

    def sentence(
        self, unit_code: str | int, message: str, language: str = "vi", **facts: tuple[str, str]
    ) -> Sentence:
        """A sentence of claim.toml about a unit, each placeholder filled by a fact named by its
        subject and kind: ``sentence("930", "own_app", value=("app_installed", "value"))``.

        Raises FalseClaimError when the sentence's rule does not hold, KeyError for a fact that
        there is not.
        """
        card = self.scorecard(unit_code)
        claim = state(message, {name: card.fact(*named) for name, named in facts.items()})
        return Sentence(Writer(self.campaign, self.analysis.units, load_language(language)), claim)

    def units(self) -> pd.DataFrame:
        """The units of the period, hamlets included: one row per unit."""
        return frames.units_frame(self.analysis.units)

    def observations(self) -> pd.DataFrame:
        """What was received: one row per value, with its cell."""
        return frames.observations_frame(self.analysis)

    def indicators(self, history: bool = False) -> pd.DataFrame:
        """The results: one row per unit and indicator; with ``history`` also of all earlier
        periods that have raw files.
        """
        return frames.indicators_frame(self.history if history else (self.analysis,))

    def ranking(self) -> pd.DataFrame:
        """The league tables of all levels: one row per ranked unit."""
        return frames.ranking_frame(self.analysis)

    def findings(self, language: str = "vi") -> pd.DataFrame:
        """What is wrong with the workbooks: one row per finding, with its text."""
        return frames.findings_frame(self, language)

    def facts(self, unit_code: str | int) -> pd.DataFrame:
        """A unit's scorecard: one row per fact, with how it was made and the cells behind it."""
        return frames.facts_frame(self.analysis, self.analysis.units.find(unit_code).code)

    def initiatives(self) -> pd.DataFrame:
        """The register of initiatives: one row per initiative and place; those that the workbooks
        of this and earlier periods report, then the published ones.
        """
        return frames.initiatives_frame(self.register, self.analysis.units)

    @cached_property
    def history(self) -> tuple[Analysis, ...]:
        """The analyses of all periods with raw files up to this one, forward in time."""
        return Listed(super().history)

    @cached_property
    def register(self) -> tuple[Initiative, ...]:
        """The initiatives reported up to this period, then the published ones."""
        return Listed(super().register)
