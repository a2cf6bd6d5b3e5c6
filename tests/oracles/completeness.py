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
from tests.oracles.second_path import Again

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
        yield from self._tasks()
        if self.again.received.simulated_files and "verdict" in sections:
            banner = self.language.template("report.simulated")
            if banner not in {e.text for e in self.proof.root.find_all("p")}:
                yield self.proof.differ("simulated", "–", banner)

    def _sections(self) -> dict[str, list[tuple[str, set[str]]]]:
        """By section: each sentence's message and the subjects of its facts."""
        titles = {
            self.language.template(f"report.{key}_title"): key
            for key in ("verdict", "narrative", "data_state", "league")
        } | {key: key for key in ("headlines", "next_steps")}
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
        yield from self._wanted_of_the_strip()
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
            yield ("verdict", "next_below", "total")

    def _wanted_of_the_strip(self) -> Iterator[Wanted]:
        again, unit = self.again, self.proof.unit
        if again.total(unit)[2] in ("not_reported", "unread"):
            return  # one screen says what is missing
        if again.group(unit) and again.rank(unit) is not None:
            if (again.shared(unit) or 0) > 1:
                yield ("verdict", "verdict_shared", "total")
            if again.campaign.uncertainty is not None:
                yield ("verdict", "verdict_range", "total")
            if again.before is not None and self._number("total", "points_before"):
                yield ("verdict", "verdict_points_", "total")
        for kind in ("not_reported", "unread", "lacking"):
            if self._number("total", f"units_{kind}"):
                yield ("verdict", f"verdict_{kind}", "total")
        judged = any(again.is_met(unit, i) is not None for i in again.indicators(unit))
        if judged and least_share_known(again, unit) < 1:
            yield ("verdict", "verdict_targets_", "")

    def _tasks(self) -> Iterator[Difference]:
        """Each target ahead has its row, in which stand those below that lack most."""
        again, unit, rows = self.again, self.proof.unit, self._rows_of_tasks()
        if rows is None:
            return
        for indicator in again.indicators(unit):
            if indicator.kind != "ratio" or indicator.direction < 0:
                continue
            key = FactKey(again.period.id, unit, indicator.id, "goal_shortfall")
            shown = rows.pop(indicator.id, None)
            lacks = bool(self._number(indicator.id, "goal_shortfall"))
            if lacks is not (shown is not None):
                yield self.proof.differ(str(key), str(shown), str(lacks))
            below = sorted(
                (float(n) for c in again.children(unit) if (n := _told(again, c, key))),
                reverse=True,
            )
            most = sorted((float(_told(again, c, key) or 0) for c in shown or ()), reverse=True)
            whole = len(below[:3]) - sum(n == below[3] for n in below[:3]) if below[3:] else 3
            if shown is not None and len(again.children(unit)) > 1 and most != below[:whole]:
                yield self.proof.differ(str(key), str(most), str(below[:3]))
        for subject in rows:
            yield self.proof.differ(subject, "–", "no criterion")

    def _rows_of_tasks(self) -> dict[str, list[str]] | None:
        """By indicator, the units named in its row; None without the section, which a page on which
        nothing lacks does not have.
        """
        title = self.language.template("report.tasks_title")
        found: dict[str, list[str]] = {}
        for section in self.proof.root.find_all("section"):
            if next((e.text for e in section.find_all("h2")), "") != title:
                continue
            table = next(e for e in section.find_all("table"))
            for row in table.find_all("tr")[1:]:
                keys = [
                    FactKey.parse(e.attributes["data-fact"])
                    for e in row.walk()
                    if e.attributes.get("data-fact", "").endswith("/goal_shortfall")
                ]
                found[keys[0].subject] = [key.unit for key in keys[1:]]
        return found

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


def _told(again: Again, unit: str, key: FactKey) -> float:
    """The number of a key at another unit; 0 where there is none."""
    try:
        return float(again.number(key._replace(unit=unit)) or 0)
    except KeyError:
        return 0


def _subjects(element: Element) -> set[str]:
    keys = [*element.unseen().values()]
    keys += [e.attributes["data-fact"] for e in element.walk() if "data-fact" in e.attributes]
    return {key.split("/")[2] for key in keys if key.count("/") == 3}
