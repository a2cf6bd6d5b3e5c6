"""The object the notebook of data quality touches: who sent what, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

from markupsafe import Markup

from dxkit.model.findings import Finding, Severity
from dxkit.period import OpenPeriod
from dxkit.report.explore import quality_parts
from dxkit.report.explore.listed import Listed
from dxkit.report.explore.live import Controls, Part
from dxkit.report.wording.findings import finding_kind
from dxkit.report.wording.language import load_language


@dataclass(frozen=True, slots=True)
class Choice:
    """Which findings are listed; empty text chooses nothing."""

    sender: str = ""
    rule: str = ""
    severity: str = ""


class Quality:
    """What was received in a period. Each method gives one part of the notebook."""

    def __init__(self, opened: OpenPeriod, language: str = "vi") -> None:
        self.opened = opened
        self.language = load_language(language)
        self.choice = Choice()
        self._senders = {s.name: s.unit_code for s in opened.received.sources}
        self._parts: list[Part] = []
        say = self.language.plain
        self.controls = Controls(
            {field.name: say(f"explore.choose_{field.name}") for field in fields(Choice)},
            self._options,
            lambda name: getattr(self.choice, name),
            lambda name, value: self._widget_changed(name, value),
        )

    def choices(self) -> Controls:
        """The widgets: sender, kind of finding, severity."""
        return self.controls

    def choose(self, **choices: str | int) -> Quality:
        """Set choices in code; returns the object. The code of a unit may be a number. Raises
        ValueError for a value not on offer.
        """
        code_of = self.opened.analysis.units.code_of
        texts = {n: code_of(v) if n == "sender" else str(v) for n, v in choices.items()}
        for name, value in texts.items():
            if value not in [known for _, known in self._options(name)]:
                raise ValueError(f"{name}: {value!r} is not on offer")
        self.choice = replace(self.choice, **texts)
        for part in self._parts:
            part.refresh()
        return self

    def _widget_changed(self, name: str, value: str) -> None:
        self.choose(**{name: value})

    def _options(self, name: str) -> list[tuple[str, str]]:
        every = (self.language.plain("explore.all"), "")
        if name == "sender":
            level = self.opened.campaign.report_level
            return [every, *((u.name, u.code) for u in self.opened.analysis.units.at_level(level))]
        if name == "severity":
            said = self.language.plain
            return [every, *((said(f"site.severity_{s}"), str(s)) for s in Severity)]
        codes = dict.fromkeys(f.code for f in self.opened.received.findings)
        return [every, *((finding_kind(code, self.language), code) for code in codes)]

    def sender_of(self, finding: Finding) -> str:
        """The unit at the report level that a finding concerns: its own, else the file's sender."""
        units, level = self.opened.analysis.units, self.opened.campaign.report_level
        code = finding.unit_code or self._senders.get(finding.place.file, "")
        above = units.ancestor_at(code, level) if code in units else None
        return above.code if above else code

    @property
    def chosen(self) -> tuple[Finding, ...]:
        """The findings that fit the choices, errors first."""
        order = list(Severity)
        found = [
            f
            for f in self.opened.received.findings
            if (not self.choice.sender or self.sender_of(f) == self.choice.sender)
            and (not self.choice.rule or f.code == self.choice.rule)
            and (not self.choice.severity or f.severity == self.choice.severity)
        ]
        return Listed(sorted(found, key=lambda f: order.index(f.severity)))

    # parts -------------------------------------------------------------------------------

    def senders(self) -> Part:
        """Who sent which file, how many values were read from it, and how much is wrong."""
        return self._part(lambda: quality_parts.senders_table(self))

    def by_rule(self) -> Part:
        """How often each kind of finding occurs, by sender."""
        return self._part(lambda: quality_parts.rules_table(self))

    def findings(self) -> Part:
        """Each finding; a click opens the cells around it as they stand in the file."""
        return self._part(lambda: quality_parts.findings_list(self))

    def _part(self, render: Callable[[], Markup]) -> Part:
        part = Part(render)
        self._parts.append(part)
        return part
