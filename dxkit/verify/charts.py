"""The charts of a finished page: whose drawing it is, what its labels name, what is said of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from dxkit.model.received_text import harmless
from dxkit.report.wording.language import load_language, written_day
from dxkit.verify.compare import Difference, PageProof
from dxkit.verify.page_tree import Element


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
                if described and described != f"{name}-title {name}-text":
                    yield self.proof.differ(name, described, f"{name}-title {name}-text")
                if self.proof.unit:
                    yield from self._labels(name, drawing)
                yield from self._said(name, figure, drawing)
            for element in figure.find_all("p"):
                if element.attributes.get("id") == f"{name}-text":
                    yield from self._spoken(name, figure, element)

    def _spoken(self, name: str, figure: Element, element: Element) -> Iterator[Difference]:
        """The description says what the table of the chart's data says, whose numbers are proved
        with all others.
        """
        tables = figure.find_all("table")
        expected = self._read_out(tables[0]) if tables else "–"
        if element.text != expected:
            yield self.proof.differ(name, element.text, expected)

    def _read_out(self, table: Element) -> str:
        """A table as one sentence: "unit: heading number, heading number; unit: …"."""
        head, *rows = [
            [e for e in row.children if isinstance(e, Element)] for row in table.find_all("tr")
        ]
        headings = [cell.text for cell in head]
        parts = []
        for label, *cells in rows:
            numbers = []
            for heading, cell in zip(headings[1:], cells, strict=True):
                if cell.text == "–":
                    continue
                stem = heading.removesuffix(" (%)")
                is_number = any("data-fact" in e.attributes for e in cell.walk())
                shown = cell.text + "%" * (stem != heading and is_number)
                numbers.append(shown if len(headings) == 2 else f"{stem} {shown}")
            parts.append(f"{label.text}: {', '.join(numbers)}" if numbers else label.text)
        return self.language.plain("chart.alternative", label=headings[0], rows="; ".join(parts))

    def _said(self, name: str, figure: Element, drawing: Element) -> Iterator[Difference]:
        """Every number in the drawing stands in the table too, and so in the description."""
        listed = {
            e.attributes["data-fact"]
            for table in figure.find_all("table")
            for e in table.walk()
            if "data-fact" in e.attributes
        }
        for element in drawing.walk():
            key = element.attributes.get("data-fact")
            if key is not None and key not in listed:
                yield self.proof.differ(name, key, "–")

    def _labels(self, name: str, drawing: Element) -> Iterator[Difference]:
        """What is written in the drawing beside the numbers is known on this page. The lines of one
        label stand in one group.
        """
        labels: dict[Element, list[str]] = {}
        for line in drawing.find_all("text"):
            if not any("data-fact" in e.attributes for e in (line, *line.above())):
                grouped = line.parent is not None and line.parent.tag == "g"
                labels.setdefault(line.parent if grouped and line.parent else line, []).append(
                    line.text
                )
        for lines in labels.values():
            label = " ".join(lines).strip()
            if label and not self._is_known(label):
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
            harmless(text)
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
