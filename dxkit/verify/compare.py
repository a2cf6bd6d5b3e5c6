"""What is checked on a finished page: numbers, names, sentences, rows, whose page it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dxkit.model.facts import FactKey
from dxkit.report.wording.language import load_language
from dxkit.verify.numbers import Again
from dxkit.verify.page_tree import Element
from dxkit.verify.writing import writings

TOLERANCE = 1e-12
_SHARED = frozenset({"target", "max_points"})
"""Kinds that are the same for all units of a table, which may show them of any of these."""
_IN_PERCENT = "(%)"
"""How a column's heading ends that says once that its figures are percentages."""
_EXEMPT = frozenset({"place", "raw", "date", "name", "document"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing on a page that cannot be proved."""

    page: str
    fact: str
    shown: str
    expected: str


@dataclass(frozen=True)
class PageProof:
    """One page under examination. ``unit`` is the unit it is about, empty for an index."""

    page: str
    unit: str
    language: str
    root: Element
    again: Again

    def differ(self, what: str, shown: str, expected: str) -> Difference:
        """A difference on this page."""
        return Difference(self.page, what, shown, expected)

    @property
    def allowed(self) -> frozenset[str]:
        """The units whose numbers and names this page may hold."""
        units = self.again.units
        if not self.unit or units.get(self.unit).level == self.again.campaign.levels[0].id:
            return frozenset(unit.code for unit in units.units)
        own = {self.unit, *(unit.code for unit in units.descendants(self.unit))}
        group = self.again.scores.group(self.unit)
        return frozenset(own | ({group} if group else set()))

    def facts(self) -> Iterator[tuple[Element, str, str, str]]:
        """Every number on the page: its element, key, unrounded value and text."""
        for element in self.root.walk():
            key = element.attributes.get("data-fact")
            if key is not None:
                value = element.attributes.get("value", element.attributes.get("data-value", ""))
                yield element, key, value, element.text

    # numbers -----------------------------------------------------------------------------

    def numbers(self) -> Iterator[Difference]:
        """Each number made again: its value, how it is written, and whether it belongs here."""
        allowed = self.allowed
        for element, text_key, value, shown in self.facts():
            heading = element.heading_above()
            if heading is not None and heading.text.endswith(_IN_PERCENT):
                shown += "%"
            try:
                key = FactKey.parse(text_key)
                number = self.again.number(key)
            except (KeyError, ValueError):
                yield self.differ(text_key, shown, "–")
                continue
            if key.unit not in allowed:
                yield self.differ(text_key, shown, self.unit)
            elif number is None:
                yield self.differ(text_key, shown, "–")
            else:
                yield from self._number(key, value, shown, float(number))

    def _number(self, key: FactKey, value: str, shown: str, number: float) -> Iterator[Difference]:
        try:
            stated = float(value)
        except ValueError:
            yield self.differ(str(key), value, repr(number))
            return
        if abs(stated - number) > TOLERANCE * max(1.0, abs(number)):
            yield self.differ(str(key), f"{shown} ({value})", repr(number))
            return
        typed = int(value) if re.fullmatch(r"-?\d+", value) else stated
        allowed = writings(key, typed, self.again.campaign, self.language)
        if shown not in allowed:
            yield self.differ(str(key), shown, allowed[0])

    def bare_digits(self) -> Iterator[Difference]:
        """Digits that are neither a number of the page nor one of the declared exceptions."""
        body = next((e for e in self.root.find_all("body")), self.root)
        waiting: list[Element] = [body]
        while waiting:
            element = waiting.pop()
            if element.tag in ("script", "style") or "data-fact" in element.attributes:
                continue
            if element.classes & _EXEMPT or _describes_a_chart(element):
                continue
            for child in element.children:
                if isinstance(child, Element):
                    waiting.append(child)
                elif re.search(r"\d", self._without_dates(child)):
                    yield self.differ("text", child.strip(), "–")

    def _without_dates(self, text: str) -> str:
        """The text without the names of the campaign's periods."""
        language = load_language(self.language)
        for period in self.again.campaign.periods:
            for name in (period.id, *period.parts):
                text = text.replace(language.period(name), "")
        return text

    # rows --------------------------------------------------------------------------------

    def rows(self) -> Iterator[Difference]:
        """The numbers of a table's row are about the unit, indicator or measure that heads it."""
        campaign = self.again.campaign
        names = {name: measure.id for measure in campaign.measures
                 for name in measure.names.values()}  # fmt: skip
        names |= {name: indicator.id for indicator in campaign.indicators
                  for name in indicator.short_names.values()}  # fmt: skip
        for row in self.root.find_all("tr"):
            head = next((cell for cell in row.find_all("th")), None)
            keys = [e.attributes["data-fact"] for e in row.walk() if "data-fact" in e.attributes]
            if head is None or not keys:
                continue
            parsed = [key.split("/") for key in keys if key.count("/") == 3]
            named = [
                e.attributes["data-name"].partition("/")
                for e in head.walk()
                if e.attributes.get("data-name", "").startswith("unit/")
            ]
            for _, _, code in named[:1]:
                own = {unit for _, unit, _, kind in parsed if kind not in _SHARED}
                if own and own != {code}:
                    yield self.differ(keys[0], head.text, code)
            subjects = {subject for _, _, subject, _ in parsed}
            dated = any(element.classes & _EXEMPT for element in head.walk())
            about_one = len(subjects) == 1 and subjects & set(names.values())
            if about_one and not named and not dated and names.get(head.text) not in subjects:
                yield self.differ(keys[0], head.text, str(*subjects))

    # whose page --------------------------------------------------------------------------

    def belonging(self) -> Iterator[Difference]:
        """Every part says that it was made for this unit and period."""
        mine = f"{self.again.period.id}/{self.unit}"
        for section in self.root.find_all("section"):
            about = section.attributes.get("data-about", "")
            if self.unit and about != mine:
                heading = next((e.text for e in section.find_all("h2")), "")
                yield self.differ("section", f"{heading} ({about})", mine)


def _describes_a_chart(element: Element) -> bool:
    """Whether it is the text alternative of a chart, which is compared with the chart's table."""
    parent = element.parent
    return (
        parent is not None
        and parent.tag == "figure"
        and "id" in parent.attributes
        and element.attributes.get("id") == f"{parent.attributes['id']}-text"
    )
