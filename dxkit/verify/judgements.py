"""What tables say in words and colours: grades, rewards and why, targets met, how far from them;
and the order of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dxkit.model.keys import Words
from dxkit.report.wording.language import load_language
from dxkit.verify.compare import Difference, PageProof
from dxkit.verify.page_tree import Element
from dxkit.verify.rewards_again import Decisions, band_again, decisions_again

_STEP_STARTS = (0.75, 0.9, 1, 1.1)
"""Shares of the target at which the next colour of a heat map begins."""
_SHAPES = {"good": "●", "bad": "▲", "none": "–", "unknown": "–"}


class JudgementProof:
    """The judgements of one page."""

    def __init__(self, proof: PageProof) -> None:
        self.proof = proof
        self.again = proof.again
        self.language = load_language(proof.language)
        self._decided: dict[str, dict[str, Decisions]] = {}

    def check(self) -> Iterator[Difference]:
        """Everything that is wrong with them."""
        for element in self.proof.root.walk():
            said = element.attributes.get("data-said")
            if said is not None:
                expected = self._expected(said)
                if element.text != expected:
                    yield self.proof.differ(said, element.text, expected)
        for row in self.proof.root.find_all("tr"):
            yield from self._row(row)
        for table in self.proof.root.find_all("table"):
            yield from self._order(table)
        for figure in self.proof.root.find_all("figure"):
            if "heat" in figure.classes:
                for cell in figure.find_all("td"):
                    yield from self._colour(cell)

    def _expected(self, said: str) -> str:
        kind, *identity = said.split("/")
        makers: dict[str, Callable[..., str]] = {
            "met": self._met,
            "band": self._band,
            "award": self._award,
            "decision": self._decision,
            "reason": self._reason,
            "scoring": self._scoring,
        }
        try:
            return makers[kind](*identity)
        except (KeyError, TypeError):
            return "–"

    def _met(self, unit: str, indicator_id: str) -> str:
        scores = self.again.scores
        indicator = self.again.campaign.indicator(indicator_id)
        met = scores.is_met(unit, indicator)
        kind = "none" if scores.target(unit, indicator) is None else "unknown"
        if met is not None:
            kind = "good" if met else "bad"
        return f"{_SHAPES[kind]} {self.language.template(f'report.state_{kind}')}"

    def _band(self, unit: str) -> str:
        found = band_again(self.again, unit)
        names = (b.names for b in self.again.campaign.scoring.bands if b.id == found)
        return self._name(next(names, {}))

    def _award(self, unit: str) -> str:
        for rule in self.again.campaign.rewards:
            listed, _ = self._decisions(unit).get(rule.id, {}).get(unit, (False, ""))
            if listed:
                return self._name(rule.names)
        return "–"

    def _decision(self, unit: str, rule: str) -> str:
        listed, _ = self._decisions(unit)[rule][unit]
        return self.language.template(f"report.award_{'yes' if listed else 'no'}")

    def _reason(self, unit: str, rule: str) -> str:
        return self.language.template(f"report.reason_{self._decisions(unit)[rule][unit][1]}")

    def _scoring(self, indicator: str) -> str:
        return self.language.template(
            f"report.scoring_{self.again.campaign.indicator(indicator).scoring}"
        )

    def _decisions(self, unit: str) -> dict[str, Decisions]:
        group = self.again.scores.group(unit)
        if group not in self._decided:
            self._decided[group] = decisions_again(self.again, group)
        return self._decided[group]

    def _name(self, words: Words) -> str:
        return self.language.name(words) if words else "–"

    # tables ------------------------------------------------------------------------------

    def _row(self, row: Element) -> Iterator[Difference]:
        """A judgement stands in the row of the unit or the indicator that it is about."""
        head = next(iter(row.find_all("th")), None)
        if head is None:
            return
        units = [
            e.attributes["data-name"].partition("/")[2]
            for e in head.walk()
            if e.attributes.get("data-name", "").startswith("unit/")
        ]
        for cell in row.find_all("td"):
            if self.proof.unit and any(c.isalpha() for c in cell.text) and not _has_origin(cell):
                yield self.proof.differ("cell", cell.text, "–")
        campaign = self.again.campaign
        for element in row.walk():
            kind, *identity = element.attributes.get("data-said", "").split("/")
            if not identity:
                continue
            about = identity[-1] if kind in ("met", "scoring") else identity[0]
            expected = units[:1]
            if kind in ("met", "scoring"):
                expected = [i.id for i in campaign.indicators
                            if head.text in i.short_names.values()]  # fmt: skip
            if about not in expected:
                yield self.proof.differ(element.attributes["data-said"], head.text, about)

    def _colour(self, cell: Element) -> Iterator[Difference]:
        """A cell stands on the ground that its value has by its target, or on none."""
        keys = (e.attributes.get("data-fact", "").split("/") for e in cell.walk())
        _, unit, indicator_id, _ = next((key for key in keys if len(key) == 4), [""] * 4)
        step = self._step(unit, indicator_id) if unit in self.again.units else None
        expected = set() if step is None else {f"step-{step}"}
        found = {name for name in cell.classes if name.startswith("step-")}
        if found != expected:
            yield self.proof.differ(f"colour {unit}/{indicator_id}", str(found), str(expected))

    def _step(self, unit: str, indicator_id: str) -> int | None:
        indicator = self.again.campaign.indicator(indicator_id)
        value = self.again.sums.value(unit, indicator)
        target = self.again.scores.target(unit, indicator)
        if value is None or target is None:
            return None
        parts = (float(value), target) if indicator.direction > 0 else (target, float(value))
        attained = parts[0] / parts[1] if parts[1] else 1
        return sum(attained >= start for start in _STEP_STARTS)

    def _order(self, table: Element) -> Iterator[Difference]:
        """The units of one group that stand with their places stand in their order, none twice; but
        for a list that tells on whose page each unit stands: it is for finding one by its name.
        """
        places: list[tuple[str, int]] = []
        for row in table.find_all("tr"):
            if self._leads_above(row):
                continue
            keys = [e.attributes.get("data-fact", "").split("/") for e in row.walk()]
            kinds = {key[3]: key[1] for key in keys if len(key) == 4 and key[2] == "total"}
            unit = kinds.get("rank") or kinds.get("progress_rank")
            if unit and unit in self.again.units:
                kind = "rank" if "rank" in kinds else "progress_rank"
                value = next(
                    e.attributes.get("value", "")
                    for e in row.walk()
                    if e.attributes.get("data-fact", "").endswith(f"/{unit}/total/{kind}")
                )
                places.append((unit, int(value) if value.isdigit() else 0))
        groups = {self.again.scores.group(unit) for unit, _ in places}
        numbers = [place for _, place in places]
        if len(groups) == 1 and (
            numbers != sorted(numbers) or len({unit for unit, _ in places}) < len(places)
        ):
            yield self.proof.differ("order", str(numbers), str(sorted(numbers)))

    def _leads_above(self, row: Element) -> bool:
        """Whether a row names a unit and then the one that it belongs to."""
        named = [e.attributes.get("data-name", "").partition("/") for e in row.walk()]
        codes = [code for kind, _, code in named if kind == "unit" and code in self.again.units]
        return len(codes) == 2 and self.again.units.get(codes[0]).parent_code == codes[1]


def _has_origin(cell: Element) -> bool:
    """Whether what a cell says is proved somewhere: it tells what it is."""
    told = {"data-fact", "data-name", "data-said"}
    apart = {"raw", "date", "document", "missing", "place"}
    return any(told & set(e.attributes) or e.classes & apart for e in cell.walk())
