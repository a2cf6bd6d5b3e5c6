"""What stands around the numbers: dates, documents, places, register rows, traces, titles."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from dxkit.model.addresses import column_letters, column_number
from dxkit.model.facts import CellRef, FactKey
from dxkit.model.received_text import harmless, visible
from dxkit.report.wording.language import load_language, written_day
from dxkit.verify.compare import Difference, PageProof
from dxkit.verify.page_tree import Element
from dxkit.verify.sources import cells_behind, cells_of
from dxkit.verify.writing import writings

_PLACE = re.compile(r"(?P<file>.+?) › (?P<sheet>.*): (?P<cells>[A-Z]+\d+(?:[:,] ?[A-Z]+\d+)*)")

_PARTS_OF_A_KEY = ("periods", "units", "subjects", "kinds")
_CELLS = 8
"""Where a trace names its cells."""


class Surroundings:
    """The texts of one page that hold figures which are no facts."""

    def __init__(self, proof: PageProof) -> None:
        self.proof = proof
        self.again = proof.again
        self.language = load_language(proof.language)

    def check(self) -> Iterator[Difference]:
        """Everything that is not as the campaign and the received files have it."""
        yield from self._among("document", self._documents)
        yield from self._among("date", self._dates)
        yield from self._unmarked_names()
        yield from self._raw()
        yield from self._places()
        yield from self._traces()
        yield from self._title()

    def _elements(self, name: str) -> Iterator[Element]:
        for element in self.proof.root.walk():
            if name in element.classes and "data-fact" not in element.attributes:
                yield element

    def _among(self, name: str, allowed: frozenset[str]) -> Iterator[Difference]:
        for element in self._elements(name):
            if element.text not in allowed and "data-name" not in element.attributes:
                yield self.proof.differ(name, element.text, "–")

    @cached_property
    def _documents(self) -> frozenset[str]:
        campaign = self.again.campaign
        sources = [i.source for i in campaign.indicators]
        sources += [campaign.scoring.source, campaign.ranking.source]
        sources += [rule.source for rule in campaign.rewards]
        sources += [campaign.uncertainty.source] if campaign.uncertainty else []
        sources += [text for basis in campaign.legal_basis for text in basis.values()]
        sources += [r for e in campaign.ranking.exclusions for r in (e.source, *e.reason.values())]
        return frozenset(" ".join(source.split()) for source in sources)

    @cached_property
    def _dates(self) -> frozenset[str]:
        found: set[str] = set()
        for period in self.again.campaign.periods:
            found |= {self.language.period(p) for p in (period.id, *period.parts)}
            found |= {f"{p[5:]}/{p[:4]}" for p in period.parts}
            found |= {f"{p[5:].lstrip('0')}/{p[:4]}" for p in period.parts}
            found |= {written_day(period.first_day), written_day(period.last_day)}
        found |= {text[:1].upper() + text[1:] for text in found}
        name = self.language.period(self.again.period.id)
        found.add(self.language.plain("site.index_title", period=name))
        return frozenset(found)

    def _unmarked_names(self) -> Iterator[Difference]:
        """Names that say nothing of what they name are the campaign's or a unit's of this page."""
        campaign, allowed = self.again.campaign, self.proof.allowed
        texts = {*campaign.names.values(), *campaign.organiser.values()}
        texts |= {self.again.units.get(code).name for code in allowed}
        texts |= self._dates
        for element in self._elements("name"):
            drawn = any(e.tag == "svg" for e in element.above())
            if "data-name" not in element.attributes and not drawn and element.text not in texts:
                yield self.proof.differ("name", element.text, "–")

    def _raw(self) -> Iterator[Difference]:
        """Text from cells stands in a received register or finding of this page's units."""
        received, allowed = self.again.received, self.proof.allowed
        texts = {
            harmless(text)
            for row in received.table.register_rows
            if row.unit_code in allowed
            for _, text in row.fields
        }
        for element in self._elements("raw"):
            if self.proof.unit and element.text and element.text not in texts:
                yield self.proof.differ("raw", element.text, "–")

    @cached_property
    def _known_cells(self) -> frozenset[CellRef]:
        """The cells that the page's units sent, in this period and the one before."""
        found: set[CellRef] = set()
        again = self.again
        for period in (again, again.before):
            if period is None:
                continue
            senders = {s.name: s.unit_code for s in period.received.sources}
            unit = self.proof.unit
            own = {unit, *(below.code for below in period.units.descendants(unit))}
            places = [o.place for o in period.received.table.observations if o.unit_code in own]
            places += [
                f.place
                for f in period.received.findings
                if f.place.cell and (f.unit_code in own or senders.get(f.place.file) in own)
            ]
            for place in places:
                file = visible(f"{period.period.id}/{place.file}")
                found.add(CellRef(file, visible(place.sheet), place.cell))
        return frozenset(found)

    def _places(self) -> Iterator[Difference]:
        """Every cell that is named was received from the page's units; the list of sources names
        all cells behind their numbers.
        """
        if not self.proof.unit:
            return
        known = self._known_cells | {
            CellRef(c.file.partition("/")[2], c.sheet, c.cell) for c in self._known_cells
        }
        listed: set[CellRef] = set()
        for element in self._elements("place"):
            if element.attributes.get("id") == "traces":
                continue
            for cells in _cells_in(element.text):
                if cells is None or not cells <= known:
                    yield self.proof.differ("place", element.text, "–")
                elif any("sources" in e.classes for e in element.above()):
                    listed |= cells
        if listed:
            lacking = self._sources - listed
            for cell in sorted(lacking)[:3]:
                yield self.proof.differ("sources", "–", str(cell))

    @cached_property
    def _sources(self) -> frozenset[CellRef]:
        """The cells behind the indicators of the page's unit in its own period."""
        period = self.again.period.id
        cells = cells_behind(self.again, self.proof.unit)
        return frozenset(
            CellRef(visible(f"{period}/{c.file}"), visible(c.sheet), c.cell) for c in cells
        )

    def _traces(self) -> Iterator[Difference]:
        """What the page's script tells of each number: its writing is that of the number."""
        found = (e for e in self.proof.root.walk() if e.attributes.get("id") == "traces")
        for element in found:
            try:
                content = json.loads("".join(c for c in element.children if isinstance(c, str)))
                lists = [content["words"][part] for part in _PARTS_OF_A_KEY]
                entries = [
                    (
                        "/".join(parts[at][0] for parts, at in zip(lists, entry[1:5], strict=True)),
                        entry,
                    )
                    for entry in content["facts"]
                ]
                sheets = content["sheets"]
            except (ValueError, KeyError, TypeError, IndexError):
                yield self.proof.differ("traces", "–", "JSON")
                return
            for text, entry in entries:
                yield from self._trace(text, entry, sheets)

    def _trace(self, text: str, entry: list[Any], sheets: list[str]) -> Iterator[Difference]:
        shown = str(entry[0])
        try:
            key = FactKey.parse(text)
            number = self.again.number(key)
        except (KeyError, ValueError):
            yield self.proof.differ(text, shown, "–")
            return
        if number is None or key.unit not in self.proof.allowed:
            yield self.proof.differ(text, shown, "–")
            return
        value = float(number)
        allowed = writings(key, int(value) if value.is_integer() else value,
                           self.again.campaign, self.proof.language)  # fmt: skip
        if shown not in allowed:
            yield self.proof.differ(text, shown, allowed[0])
        told: set[CellRef] = set()
        for place, ranges in entry[_CELLS] if len(entry) > _CELLS else ():
            named = next(iter(_cells_in(f"{sheets[place]}: {ranges}")), None)
            told |= named or set()
            if named is None or not named <= self._known_cells:
                yield self.proof.differ(text, f"{sheets[place]}: {ranges}", "–")
        expected = cells_of(self.again, key) if told else None
        if expected is not None:
            expected = {CellRef(visible(c.file), visible(c.sheet), c.cell) for c in expected}
        if expected is not None and told != expected:
            first = min(told ^ expected)
            yield self.proof.differ(text, str(first), "–" if first in told else "…")

    def _title(self) -> Iterator[Difference]:
        if not self.proof.unit:
            return
        unit = self.again.units.get(self.proof.unit).name
        period = self.language.period(self.again.period.id)
        expected = self.language.plain("report.title", unit=unit, period=period)
        for tag in ("title", "h1"):
            for element in self.proof.root.find_all(tag):
                if element.text != expected and not any(e.tag == "svg" for e in element.above()):
                    yield self.proof.differ(tag, element.text, expected)


def _cells_in(text: str) -> Iterable[set[CellRef] | None]:
    """The cells of "file › sheet: C12:C20, E12; …", None for what cannot be read so. A text file
    has no sheet: "file › : C12".
    """
    for part in text.split("; "):
        found = _PLACE.fullmatch(part.strip())
        if found is None:
            if " › " in part and re.search(r"[A-Z]+\d", part.rpartition(":")[2]):
                yield None
            continue
        cells: set[CellRef] = set()
        for run in found["cells"].split(", "):
            first, _, last = run.partition(":")
            letters, top = re.sub(r"\d", "", first), int(re.sub(r"\D", "", first))
            other, bottom = re.sub(r"\d", "", last or first), int(re.sub(r"\D", "", last or first))
            for column in range(column_number(letters), column_number(other) + 1):
                cells |= {
                    CellRef(found["file"], found["sheet"], f"{column_letters(column)}{row}")
                    for row in range(top, bottom + 1)
                }
        yield cells
