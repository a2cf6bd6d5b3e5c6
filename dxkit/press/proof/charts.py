"""The charts of a finished page: whose drawing it is, what its labels name, what is said of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from dxkit.press.proof.checks import Difference, PageProof
from dxkit.press.proof.page_tree import Element
from dxkit.story.messages import load_language, written_day


class ChartProof:
    """The figures of one page."""

    def __init__(self, proof: PageProof) -> None:
        self.proof = proof
        self.language = load_language(proof.language)

    def check(self) -> Iterator[Difference]:
        """Everything that is wrong with the page's charts."""
        for figure in self.proof.root.find_all("figure"):
            name = figure.attributes.get("id", "")
            for drawing in figure.find_all("svg"):
                described = drawing.attributes.get("aria-labelledby", "")
                if described and described != f"{name}-text":
                    yield self.proof.differ(name, described, f"{name}-text")
                if self.proof.unit:
                    yield from self._labels(name, drawing)
            for element in figure.find_all("p"):
                if element.attributes.get("id") == f"{name}-text":
                    yield from self._spoken(name, element)

    def _spoken(self, name: str, element: Element) -> Iterator[Difference]:
        """In the description, the numbers after a unit's name are that unit's."""
        unit = ""
        for child in element.children:
            if not isinstance(child, Element):
                continue
            kind, _, identity = child.attributes.get("data-name", "").partition("/")
            key = child.attributes.get("data-fact", "").split("/")
            if kind == "unit":
                unit = identity
            elif unit and len(key) == 4 and key[3] != "target" and key[1] != unit:
                yield self.proof.differ(name, "/".join(key), unit)

    def _labels(self, name: str, drawing: Element) -> Iterator[Difference]:
        """What is written in the drawing beside the numbers is known on this page."""
        for group in drawing.find_all("g"):
            inside = any("data-fact" in e.attributes for e in (group, *group.above()))
            lines = [c.text for c in group.children if isinstance(c, Element) and c.tag == "text"]
            label = " ".join(lines).strip()
            if label and not inside and not self._is_known(label):
                yield self.proof.differ(name, label, "–")

    def _is_known(self, label: str) -> bool:
        if label in self._texts or not any(c.isalnum() for c in label):
            return True
        stem = label.removesuffix("…").strip()
        return label.endswith("…") and any(text.startswith(stem) for text in self._texts)

    @cached_property
    def _texts(self) -> frozenset[str]:
        again, campaign = self.proof.again, self.proof.again.campaign
        unit = self.proof.unit
        own = {unit, *(u.code for u in again.units.descendants(unit))}
        found = {again.units.get(code).name for code in self.proof.allowed}
        for indicator in campaign.indicators:
            found |= {*indicator.names.values(), *indicator.short_names.values()}
        found |= {
            " ".join(text.split())
            for row in again.received.table.register_rows
            if row.unit_code in own
            for _, text in row.fields
        }
        for period in campaign.periods:
            parts = (period.id, *period.parts)
            found |= {self.language.period(part) for part in parts}
            found |= {f"{p[5:]}/{p[:4]}" for p in period.parts}
            found |= {f"{p[5:].lstrip('0')}/{p[:4]}" for p in period.parts}
            found |= {written_day(period.first_day), written_day(period.last_day)}
        for section in ("chart", "report", "number"):
            found |= set(self.language.sections[section].values())
        return frozenset(found)
