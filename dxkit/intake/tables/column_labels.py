"""What the label above a column says: which measure, for which time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from dxkit.intake.dates import named_quarter
from dxkit.intake.tables.header_labels import compact, readings
from dxkit.intake.vocabulary import vocabulary
from dxkit.model.campaign import Campaign, Measure
from dxkit.model.periods import Period, split_period_id
from dxkit.model.text import normalise


class Span(StrEnum):
    """The time that a label says its column covers."""

    UNSAID = ""
    IN_PERIOD = "in_period"  # what came in the period
    CUMULATIVE = "cumulative"  # everything up to its end


@dataclass(frozen=True, slots=True)
class Labelled:
    """The measures that a column's label may mean, and the time it names."""

    measures: tuple[Measure, ...]
    period: str
    control: bool
    span: Span


class ColumnLabels:
    """The labels that a campaign declares, and the words that every office uses."""

    def __init__(self, campaign: Campaign, period: Period) -> None:
        self.period = period
        self._labels: dict[str, list[Measure]] = {}
        self._is_one: dict[tuple[str, tuple[str, ...]], bool] = {}
        self._read: dict[tuple[tuple[str, ...], bool], Labelled | None] = {}
        for measure in campaign.measures:
            names = measure.names.values() if measure.headers else ()
            keys = {compact([label.replace(">", " ")]) for label in (*measure.headers, *names)}
            for key in keys:
                self._labels.setdefault(key, []).append(measure)
        words = vocabulary()
        labels = [header for measure in campaign.measures for header in measure.headers]
        self._header_words = {
            word
            for label in (*labels, *words["unit_labels"], *words["row_number_labels"])
            for word in normalise(label).split()
        }
        self._kinds = {
            kind: {compact([word]) for word in words[kind]}
            for kind in ("unit_labels", "row_number_labels", "code_labels", "remark_labels",
                         "whole_period_labels", "this_period_labels", "in_period_labels")
        }  # fmt: skip
        cumulative = "|".join(words["period_cumulative"])
        self._cumulative = re.compile(rf"(?P<label>.*?) ?\b(?:{cumulative})\b(?P<rest>.*)\Z")
        until = "|".join(words["until"])
        self._until = re.compile(rf" ?(?:(?:{until})\b.*)?\Z")
        months = "|".join(words["period_month"])
        self._month = re.compile(
            rf"(?P<word>(?:t|{months}) ?)?(?P<number>\d{{1,2}})(?: (?P<year>\d{{4}}))?\Z"
        )

    def holds_known_word(self, text: str) -> bool:
        """Whether a text holds any word of a declared label."""
        return any(word in self._header_words for word in normalise(text).split())

    def read(self, path: Sequence[str], bare_months: bool = True) -> Labelled | None:
        """The measures that the labels above a column mean and the time they name; None when
        nobody declared them. Without ``bare_months``, "10/2022" is no month's label.
        """
        key = (tuple(path), bare_months)
        if key not in self._read:  # a sheet's header is tried in many ways
            self._read[key] = self._meaning(path, bare_months)
        return self._read[key]

    def _meaning(self, path: Sequence[str], bare_months: bool) -> Labelled | None:
        for reading in readings(path):
            label, period, control, span = self._without_period(reading, bare_months)
            if measures := self._labels.get(label):
                return Labelled(tuple(measures), period, control, span)
        # A label and below it the same in another language: both are declared for one measure.
        alone = [self._labels.get(compact([part]), []) for part in path]
        common = [m for m in alone[0] if all(m in others for others in alone)] if alone else []
        if len(path) > 1 and common:
            return Labelled(tuple(common), self.period.id, False, Span.UNSAID)
        return None

    def is_one(self, kind: str, path: Sequence[str]) -> bool:
        """Whether the labels, or one of them, are a word of the vocabulary's kind."""
        key = (kind, tuple(path))
        if key not in self._is_one:
            self._is_one[key] = any(
                compact(parts) in self._kinds[kind]
                for reading in readings(path)
                for parts in (reading, *([part] for part in reading))
            )
        return self._is_one[key]

    def _without_period(
        self, path: Sequence[str], bare_months: bool
    ) -> tuple[str, str, bool, Span]:
        """The label without the time it names; the part of the period that this is, whether it is
        the whole period beside its parts, and the span.
        """
        parts, period, control, span = [], self.period.id, False, Span.UNSAID
        for part in path:
            label = normalise(part)
            month = self._month.match(label)
            since = self._cumulative.match(label)
            key = compact([part])
            quarter = named_quarter(part)
            if since and (not since["label"] or self._until.match(since["rest"])):
                span = Span.CUMULATIVE
                rest = "" if self._until.match(since["rest"]) else since["rest"]
                parts.append(since["label"] or rest)
            elif key in self._kinds["in_period_labels"]:
                span = Span.IN_PERIOD
            elif quarter and quarter.is_all and quarter.fits(self.period):
                continue
            elif month and (month["word"] or (bare_months and month["year"])):
                # A month outside is no declared label.
                period = self._part(int(month["number"]), month["year"]) or "-"
                if period == "-":
                    parts.append(part)
            elif key in self._kinds["this_period_labels"]:
                continue
            elif self.period.parts and key in self._kinds["whole_period_labels"]:
                control = True
            else:
                parts.append(part)
        return compact(parts), period, control, span

    def _part(self, month: int, year: str | None) -> str | None:
        """The part of the period that a month is; the period's year is meant where none stands."""
        for part in self.period.parts:
            of_year, _, number = split_period_id(part)
            if number == month and year in (None, str(of_year)):
                return part
        return None
