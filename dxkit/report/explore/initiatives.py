"""The object the notebook of initiatives touches: choices, and the parts that follow them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from dxkit.analysis.initiatives import (
    Comparison,
    Evidence,
    Suggestion,
    begun_by,
    choose,
    compare,
    grade,
    panel_of,
    started_at,
    where_next,
)
from dxkit.model.campaign import MeasureKind
from dxkit.model.initiatives import Initiative
from dxkit.model.text import slug
from dxkit.period import OpenPeriod
from dxkit.report.explore import card, evidence, register
from dxkit.report.explore.choices import Choice, Offers
from dxkit.report.explore.listed import Listed
from dxkit.report.explore.live import Controls, Part
from dxkit.report.explore.saving import save_frame, save_text
from dxkit.report.wording.language import load_language

if TYPE_CHECKING:
    import pandas as pd


class Explorer:
    """Initiatives of a campaign up to a period. Each method gives one part of the notebook, which
    follows the choices made with the widgets of ``choices()`` or in code with ``choose()``.
    """

    def __init__(
        self,
        opened: OpenPeriod,
        language: str = "vi",
        framed: Callable[[str, str, str], str] | None = None,
    ) -> None:
        self.opened = opened
        self.language = load_language(language)
        self.campaign = opened.campaign
        self.units = opened.analysis.units
        begun = begun_by(opened.register, opened.analysis.period.last_day)
        self.register = Listed(begun)
        self._framed = framed
        self._parts: list[Part] = []
        self._comparisons: dict[Choice, Comparison] = {}
        periods = [analysis.period.id for analysis in opened.history]
        self._offers = Offers(self.campaign, self.units, periods, self.register, self.language)
        self.choice = Choice(indicator=self._offers.first_indicator())
        self.controls = self._controls()

    # choices -----------------------------------------------------------------------------

    def choices(self) -> Controls:
        """The widgets: period, area, field, indicator, initiative, search, order; and saving."""
        return self.controls

    def choose(self, **choices: str | int) -> Explorer:
        """Set choices in code, such as ``choose(district="932", search="cho 4.0")``; returns the
        explorer. The code of a unit may be a number. Raises ValueError for a value that is not on
        offer, TypeError for another name.
        """
        code_of = self.units.code_of
        texts = {n: code_of(v) if n == "district" else str(v) for n, v in choices.items()}
        wanted = dataclasses.replace(self.choice, **texts)
        for name in choices:
            values = [value for _, value in self._offers.options(name) or ()]
            if values and getattr(wanted, name) not in values:
                raise ValueError(f"{name}: {getattr(wanted, name)!r} is none of {values}")
        self.choice = wanted
        for part in self._parts:
            part.refresh()
        return self

    @property
    def chosen(self) -> tuple[Initiative, ...]:
        """The initiatives that fit the choices, in the order chosen."""
        return Listed(self._offers.fitting(self.choice))

    def _controls(self) -> Controls:
        names = [field.name for field in dataclasses.fields(Choice)]
        say = self.language.plain
        return Controls(
            {name: say(f"explore.choose_{name}") for name in names},
            self._offers.options,
            lambda name: getattr(self.choice, name),
            self._widget_changed,
            (
                (say("explore.save_table"), lambda: self._saved(self.save_table())),
                (say("explore.save_card"), lambda: self._saved(self.save_card())),
            ),
            say("explore.search_hint"),
        )

    def _widget_changed(self, name: str, value: str) -> None:
        self.choose(**{name: value})

    # the comparison ----------------------------------------------------------------------

    @cached_property
    def level(self) -> str:
        """The level at which places are compared: that of the register's rows."""
        table = self.campaign.initiatives.table if self.campaign.initiatives else ""
        rows = (m for m in self.campaign.measures if m.kind is MeasureKind.ROWS)
        levels = [measure.level for measure in rows if measure.table == table]
        return levels[0] if levels else self.campaign.report_level

    @property
    def comparison(self) -> Comparison | None:
        """The chosen initiatives' places against matched ones, on the chosen indicator; None while
        no indicator is chosen.
        """
        if not self.choice.indicator:
            return None
        key = dataclasses.replace(self.choice, sort="place")
        if key not in self._comparisons:
            panel = panel_of(self.opened.history, self.choice.indicator, self.level)
            starts = started_at(self.chosen, panel.periods)
            self._comparisons[key] = compare(panel, starts, self._others_with_the_aim())
        return self._comparisons[key]

    def _others_with_the_aim(self) -> set[str]:
        """Units with any initiative of the same aim: they are no fair comparison."""
        same = choose(self.register, self.units, indicator=self.choice.indicator)
        return {initiative.unit_code for initiative in same}

    @property
    def evidence(self) -> Evidence | None:
        """The grade of the comparison, with its reasons."""
        return grade(self.comparison) if self.comparison else None

    @property
    def goal(self) -> float:
        """What lagging places lag behind: the target, or the mean of all places without one."""
        if self.comparison is None:
            return 0.0
        panel = self.comparison.panel
        target = self.campaign.target(panel.indicator, self.level, panel.periods[-1])
        if target is not None:
            return target.value
        known = [v for (_, period), v in panel.values.items() if period == panel.periods[-1]]
        return sum(known) / len(known) if known else 0.0

    # parts -------------------------------------------------------------------------------

    def frame(self) -> pd.DataFrame:
        """The initiatives chosen, as a frame like that of ``dxkit.open().initiatives()``."""
        from dxkit.report.frames import initiatives_frame

        return initiatives_frame(self.chosen, self.units)

    def table(self) -> Part:
        """The register: one row per initiative and place."""
        return self._part(lambda: register.register_table(self))

    def timeline(self) -> Part:
        """When the initiatives chosen began."""
        return self._part(lambda: register.timeline_part(self))

    def before_after(self) -> Part:
        """The indicator before and after the start, place by place, beside matched places."""
        return self._part(lambda: evidence.before_after_part(self))

    def matched(self) -> Part:
        """The comparison with matched places, its grade, and the places themselves."""
        return self._part(lambda: evidence.evidence_part(self))

    def next_places(self) -> Part:
        """Where to try next."""
        return self._part(lambda: card.next_part(self))

    def card(self) -> Part:
        """The card of the chosen initiative in short: where, since when, for what, how sure."""
        return self._part(lambda: card.summary_part(self))

    def suggestions(self) -> tuple[Suggestion, ...]:
        """Where to try next, as objects; nothing below grade B, which is no ground to go on."""
        evidence = self.evidence
        if self.comparison is None or evidence is None or not evidence.is_ground_to_go_on:
            return ()
        return where_next(self.comparison, self.goal, self._others_with_the_aim())

    def _part(self, render: Callable[[], Markup]) -> Part:
        part = Part(render)
        self._parts.append(part)
        return part

    # saving ------------------------------------------------------------------------------

    @property
    def folder(self) -> Path:
        """Where this explorer saves: beside the outputs of the periods, never among them."""
        return self.opened.project.outputs / self.campaign.id / "explore"

    def save_table(self) -> Path:
        """Write the initiatives chosen as CSV, for Excel; returns the file."""
        return save_frame(self.frame(), self.folder / f"{self._file_name('initiatives')}.csv")

    def save_card(self) -> Path:
        """Write the card as a page of its own, to go with a report; returns the file."""
        if self._framed is None:
            raise RuntimeError("open the explorer with dxkit.explore() to save cards")
        title, content = card.card_title(self), str(card.card_page(self))
        page = self._framed(content, title, self.language.code)
        return save_text(page, self.folder / f"{self._file_name('card')}.html")

    def _file_name(self, kind: str) -> str:
        choice = self.choice
        parts = (choice.district, choice.field, choice.indicator, choice.name, choice.search)
        chosen = "-".join(slug(part) for part in parts if part)[:80].strip("-")
        return "-".join(filter(None, (self.opened.analysis.period.id, kind, chosen)))

    def _saved(self, path: Path) -> str:
        return self.language.plain("explore.saved", path=str(path))
