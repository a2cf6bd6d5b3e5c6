"""By which rules the units inside one are ranked and rewarded, and how sure the list is."""

from __future__ import annotations

from collections.abc import Iterator

from dxkit.analysis.outcomes import DecidingCell
from dxkit.model.campaign import IndicatorKind
from dxkit.model.facts import TOTAL, Claim, Fact, Reference, reward_subject
from dxkit.model.rules import RewardRule
from dxkit.model.text import visible
from dxkit.report.sentences.catalogue import SLOTS, state
from dxkit.report.sentences.unit_view import View


def ranking_rules(view: View) -> Iterator[Claim]:
    """The whole rule of the ranking: ties, rounding, who is ranked."""
    rule, level = view.campaign.ranking, view.child_level.id
    broken = [i for i in rule.tie_break if any(c.find(i, "value") for c in view.children)]
    if broken:
        yield state("rule_ties", {"ties": [Reference("indicator", i) for i in broken]})
    yield state(f"rule_{rule.method}{'_after_ties' if broken else ''}", {})
    rounded = view.scorecard.find(TOTAL, "decimals")
    yield state("rule_rounded", {"decimals": rounded}) if rounded else state("rule_unrounded", {})
    yield from SLOTS["rule_ranked"].say({"least": view.fact(TOTAL, "minimum_ranked")})
    if any(indicator.kind is IndicatorKind.RATIO for indicator in view.indicators):
        yield from SLOTS["rule_of_few"].say({"least": view.fact(TOTAL, "least_denominator")})
    if rule.tiers:
        yield state("rule_tiers", {})
    for condition in rule.conditions_at(level):
        kind = f"least_{condition.kind}"
        if condition.kind != "value":
            if condition.at_least > 0:
                yield state(f"rule_{kind}", {"least": view.fact(TOTAL, kind)})
            continue
        indicator = view.campaign.indicator(condition.indicator)
        named = Reference("indicator", indicator.id)
        told = view.told(indicator, "", "", least=view.fact(indicator.id, kind), indicator=named)
        yield state("rule_least_value" if indicator.direction > 0 else "rule_most_value", told)
    out = {e.unit for e in rule.exclusions if e.period == view.analysis.period.id}
    excluded = [Reference("unit", c.unit.code) for c in view.children if c.unit.code in out]
    if excluded:
        yield state("rule_excluded", {"units": excluded})


def reward_rules(view: View, rule: RewardRule) -> Iterator[Claim]:
    """How many units of those below a rule rewards, and on which conditions."""
    subject = reward_subject(rule.id)
    yield state("reward_quota", {"quota": view.fact(subject, "quota")})
    yield from SLOTS["reward_share"].say({"least": view.fact(subject, "minimum_share")})
    yield from SLOTS["reward_targets"].say({"least": view.fact(subject, "minimum_targets")})
    yield from SLOTS["reward_coverage"].say({"least": view.fact(subject, "minimum_coverage")})
    yield state("reward_whole", {})
    if rule.by != "points":
        yield state(f"reward_by_{rule.by}", {})
    yield state(f"reward_{'tier' if rule.by == 'tier' else 'ties'}_{rule.ties}", {})


def list_certainty(view: View) -> Iterator[Claim]:
    """How the list of rewards among the units below stands the trials, and each single doubtful
    cell that alone would change it.
    """
    kinds = ("weight_band", "trials", "trials_changing", "corners", "corners_changing", "ways",
             "ways_changing", "tied_at_quota", "cells_tried", "cells_deciding")  # fmt: skip
    facts = view.known_kinds(TOTAL, *kinds)
    found = view.analysis.list_certainty(view.unit)
    if found is None or len(facts) < len(kinds):
        return
    yield from SLOTS["list"].say(facts)
    named = [Reference("trial", name) for name in found.ways_changing]
    yield from SLOTS["list_ways"].say({**facts, "trials_named": named})
    yield from SLOTS["list_cells"].say(facts)
    for deciding in found.deciding_cells:
        yield _deciding(view, deciding, facts["cells_deciding"])


def _deciding(view: View, found: DecidingCell, number: Fact) -> Claim:
    cell = view.analysis.received.located(found.cell)
    place = f"{cell.file} › {cell.sheet}: {cell.cell}"
    kind = "swap" if found.gains and found.loses else "gain" if found.gains else "lose"
    gains, loses = ([Reference("unit", c) for c in some] for some in (found.gains, found.loses))
    named = view.told(
        TOTAL, "", "", cell=Reference("cell", visible(place)), gains=gains, loses=loses
    )
    return state(f"list_cell_{kind}", {"cells_deciding": number, **named})
