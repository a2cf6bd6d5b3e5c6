"""What a page must say: nothing that the numbers ask for may have been taken away."""

from __future__ import annotations

from collections.abc import Iterator

from dxkit.model.facts import FactKey
from dxkit.report.sentences.catalogue import SLOTS
from dxkit.report.wording.language import load_language
from dxkit.verify.recount import Decisions
from tests.oracles.compare import Difference, PageProof
from tests.oracles.page_tree import Element
from tests.oracles.reached import least_share_known, reached_below, silent_below

Wanted = tuple[str, str, str]
"""The section, the beginning of the message, and the indicator it is about, or nothing."""


class CompletenessProof:
    """The sentences that each section of one unit's page must hold."""

    def __init__(self, proof: PageProof) -> None:
        self.proof = proof
        self.again = proof.again
        self.language = load_language(proof.language)

    def check(self) -> Iterator[Difference]:
        """What is not there. A section that a report does not have is not asked for."""
        sections = self._sections()
        for section, message, subject in self._wanted():
            if section in sections and not any(
                claim.startswith(message) and (not subject or subject in subjects)
                for claim, subjects in sections[section]
            ):
                what = f"{message}{subject and f' ({subject})'}"
                yield self.proof.differ(section, "–", what)
        if self.again.received.simulated_files and "headlines" in sections:
            banner = self.language.template("report.simulated")
            if banner not in {e.text for e in self.proof.root.find_all("p")}:
                yield self.proof.differ("simulated", "–", banner)

    def _sections(self) -> dict[str, list[tuple[str, set[str]]]]:
        """By section: each sentence's message and the subjects of its facts."""
        titles = {
            self.language.template(f"report.{key}_title"): key
            for key in ("headlines", "narrative", "next_steps", "data_state", "league")
        }
        found: dict[str, list[tuple[str, set[str]]]] = {}
        for section in self.proof.root.find_all("section"):
            heading = next((e.text for e in section.find_all("h2")), "")
            if heading in titles:
                found[titles[heading]] = [
                    (e.attributes["data-claim"], _subjects(e))
                    for e in section.walk()
                    if "data-claim" in e.attributes
                ]
        return found

    def _wanted(self) -> Iterator[Wanted]:
        unit, again = self.proof.unit, self.again
        indicators = again.indicators(unit)
        yield ("headlines", "headline_", "total")
        if any(again.is_met(unit, i) is not None for i in indicators):
            yield ("headlines", "headline_targets_", "total")
        if any(d.get(unit, (False,))[0] for d in self._decided(unit).values()):
            yield ("headlines", "headline_award", "total")
        rewarded = {rule.level for rule in again.campaign.rewards}
        is_ranked = again.group(unit) and again.rank(unit) is not None
        if again.units.get(unit).level in rewarded and is_ranked and again.incomplete(unit):
            yield ("headlines", "headline_figures_lacking", "total")
        any_ratio = any(i.kind == "ratio" and again.value(unit, i) is not None for i in indicators)
        for indicator in indicators:
            yield ("narrative", "level_", indicator.id)
            known = again.value(unit, indicator) is not None
            if again.before is not None and known:
                yield ("narrative", "change_", indicator.id)
            if indicator.kind == "ratio" and indicator.direction > 0 and known:
                lacking = again.number(
                    FactKey(again.period.id, unit, indicator.id, "goal_shortfall")
                )
                if lacking:
                    yield ("next_steps", "next_step_", indicator.id)
            left_out = self._number(indicator.id, "children_left_out")
            if indicator.kind == "ratio" and left_out and any_ratio:
                yield ("narrative", "below_left_out", indicator.id)
        yield from self._wanted_of_those_below()
        points, covered, _ = again.total(unit)
        if points is not None and round(covered, 9) < 1 and indicators:
            yield ("narrative", "scale_part", "total")
        place = again.rank(unit) if again.group(unit) else None
        if place is not None:
            if (again.shared(unit) or 0) > 1:
                yield ("narrative", "rank_tied", "total")
            if again.campaign.uncertainty is not None:
                yield ("narrative", "certainty_", "total")
                yield ("narrative", "rank_trials_", "total")
            if again.before is not None:
                yield ("narrative", "progress_", "total")
        for kind, message in (
            ("units_not_reported", "data_not_reported"),
            ("units_unread", "data_unread"),
            ("units_lacking", "data_lacking"),
            ("cells_doubtful", "data_doubtful"),
            ("children_unchanged", "data_unchanged"),
        ):
            if self._number("total", kind):
                yield ("data_state", message, "total")
        if indicators and silent_below(again, unit):
            yield ("data_state", "data_not_reported_below", "total")
            yield ("data_state", "data_partial", "total")
        yield from self._wanted_of_the_league()

    def _decided(self, unit: str) -> dict[str, Decisions]:
        group = self.again.group(unit)
        return self.again.decisions(group) if group else {}

    def _wanted_of_those_below(self) -> Iterator[Wanted]:
        """Each target that some unit below misses is told, also where the whole reaches it."""
        again, unit = self.again, self.proof.unit
        reached = reached_below(again, unit)
        short = [i for i, (met, known) in reached.items() if met < known]
        for indicator in short if len(short) <= len(SLOTS["others"].sentences) else ():
            yield ("narrative", "below_", indicator)
        met = [again.is_met(unit, i) for i in again.indicators(unit)
               if again.target(unit, i) is not None]  # fmt: skip
        if short and met and all(met) and 2 * least_share_known(again, unit) >= 1:
            yield ("narrative", "below_whole_met", "total")
            yield ("next_steps", "next_below", "total")

    def _wanted_of_the_league(self) -> Iterator[Wanted]:
        again, unit = self.again, self.proof.unit
        below = again.children(unit)
        if not below or again.group(below[0]) != unit:
            return
        rule = again.campaign.ranking
        yield ("league", f"rule_{rule.method}", "")
        yield ("league", "rule_unrounded" if rule.decimals is None else "rule_rounded", "")
        if rule.tie_break:
            yield ("league", "rule_ties", "")
        level = again.level_below(unit)
        for condition in rule.conditions:
            if condition.level in ("", level):
                kind = "value" if condition.kind == "value" else condition.kind
                name = f"rule_least_{kind}" if kind != "value" else "rule_"
                yield ("league", name, condition.indicator)
        if self._number("total", "cells_deciding"):
            yield ("league", "list_cells_some", "total")
            yield ("league", "list_cell_", "total")
        if self._number("total", "trials"):
            yield ("league", "list_", "total")
            yield ("league", "list_ways_", "total")

    def _number(self, subject: str, kind: str) -> float:
        try:
            found = self.again.number(FactKey(self.again.period.id, self.proof.unit, subject, kind))
        except KeyError:
            return 0
        return float(found or 0)


def _subjects(element: Element) -> set[str]:
    keys = [part.partition("=")[2] for part in element.attributes.get("data-facts", "").split()]
    keys += [e.attributes["data-fact"] for e in element.walk() if "data-fact" in e.attributes]
    return {key.split("/")[2] for key in keys if key.count("/") == 3}
