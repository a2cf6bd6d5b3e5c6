"""Proof of a period: recounted, made again, compared whole.

Every fact of the scorecards is held beside its recount, and the pages are made again with the
recounted numbers. What the sections read from the results without a fact (grades, decisions on
rewards, ranges of each kind of trial, cells that decide, reasons) is compared as well.
"""

from __future__ import annotations

import csv
import html
import math
import re
import tempfile
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from dxkit.campaign.folder import load_campaign
from dxkit.campaign.project import Project
from dxkit.model.facts import TOTAL, CellRef, Fact, FactKey
from dxkit.model.observations import VISITS, Flag
from dxkit.period import OpenPeriod
from dxkit.period.opening import is_altered, leaves_of, receive, receive_before
from dxkit.press.manifest import MANIFEST, Manifest, code_key, executed_path, versions_in_use
from dxkit.press.run.made_again import MadeAgain
from dxkit.report.wording.language import Language
from dxkit.verify import CHANGED, FAILED, INPUT, OTHER, RECOUNT, Difference, in_order
from dxkit.verify.files import compare_files
from dxkit.verify.kinds import decisions, list_trials, number_of, tiers
from dxkit.verify.placement import compare_cells, compare_told, compare_visits
from dxkit.verify.recount import Recount, recounted
from dxkit.verify.sums import Number
from dxkit.workbooks.processes import no_collection, stay_single_threaded

TOLERANCE = 1e-12
"""How far, in parts of the number, two ways of adding floats may lie apart."""
_IN_DATA = ("value", "numerator", "denominator", "target", "attained", "points")
_SIDES = {"value": 0, "numerator": 0, "denominator": 1}
_SHOWN = re.compile(r'<data class="fact" value="([^"]*)" data-fact="([^"]*)">([^<]*)</data>')


@dataclass(frozen=True)
class Verification:
    """What was proved of a period, and what differs, causes first.

    ``counted`` are the ``facts`` counted again, the ``cells`` read by a second reader (``unjudged``
    of them say nothing that it can judge), the ``pages`` and ``files`` compared, and ``own`` of the
    pages of which the numbers alone were. ``versions`` of libraries, and maybe the kit's own code,
    are others than those that the pages were made with.
    """

    counted: Mapping[str, int]
    versions: Sequence[str]
    other_code: bool
    differences: Sequence[Difference]
    opened: OpenPeriod


def verify_period(project: Project, campaign_id: str, period_id: str) -> Verification:
    """Read the workbooks anew, count every number again, make every file again in a folder that is
    then removed, and compare. Raises CampaignError, and OSError where there is no room for it.
    """
    stay_single_threaded()
    folder = project.output_folder(campaign_id, period_id)
    manifest = Manifest.load(folder / MANIFEST) or Manifest(campaign_id, period_id)
    now, then = versions_in_use(), manifest.versions
    versions = [f"{n} {then[n]} → {now.get(n, '–')}" for n in then if then[n] != now.get(n)]
    code = manifest.made_from.get("code", code_key()) != code_key()
    with no_collection(), tempfile.TemporaryDirectory(prefix="dxkit-verify-") as scratch:
        made = MadeAgain(project, campaign_id, period_id, Path(scratch).resolve())
        opened, units, is_own = made.opened, made.units, project.outputs.parent.name == "own"
        plan = load_campaign(made.project.campaign_folder(campaign_id))
        received = [receive(made.project, plan, p) for p in reversed(opened.sources)]
        course = [receive(made.project, plan, p.id) for p in opened.analysis.course]
        again = recounted(plan, *received, course=course, day=project.as_of)
        facts, others = recount_facts(opened, again, units)
        found = [other._replace(file=_page_of(other, made, units)) for other in others]
        counted = Counter(facts=facts, pages=len(units), own=len(units) if is_own else 0)
        leaves = {p: None for of in opened.sources for p in leaves_of(project, opened.campaign, of)}
        for name in leaves:
            one = receive(made.project, opened.campaign, name)
            held = any(o.flag is Flag.AS_BEFORE for o in one.table.observations)
            was = receive_before(made.project, opened.campaign, name) if held else None
            raw = project.period_folder(campaign_id, name)
            cells = compare_cells(opened.campaign, one, raw, was)
            counted.update(cells=cells.read, unjudged=cells.unjudged)
            returned = project.raw_folder(campaign_id) / VISITS / name
            told = compare_told(one, plan.explanations, partial(project.period_folder, campaign_id))
            counted.update(cells=told.read)
            found += (*cells.differences, *told.differences, *compare_visits(one, returned))
        found += [*_altered_series(project, made.project, opened)]
        noted = [unit for unit, page in manifest.pages.items() if page.status != "failed"]
        linked, listed = manifest.in_place, noted
        if not manifest.pages:
            linked, listed = {unit: made.planned[unit] for unit in units}, units
        failed = dict(made.make([] if is_own else units, listed, linked))
        apart = {*failed}
        for unit in units if is_own else []:
            page = made.planned[unit]
            text = (folder / page).read_text("utf-8", "replace")
            found += _compare_numbers(page, text, opened, made.language(page))
            apart |= {page, executed_path(unit)}
        counted["files"], altered = compare_files(
            folder, made.folder, frozenset(apart), same_versions=not versions
        )
    not_made = [Difference(page, FAILED, expected=reason) for page, reason in failed.items()]
    found += (*not_made, *causes(manifest, opened, altered, folder), *altered)
    return Verification(counted, versions, code, in_order(found), opened)


def _altered_series(project: Project, again: Project, opened: OpenPeriod) -> Iterator[Difference]:
    """The files of what is kept of earlier periods that say something else than is kept anew of the
    same workbooks.
    """
    day = opened.received.as_of or opened.analysis.period.last_day
    for period in opened.analysis.past:
        other = opened.campaign.other_boundaries(period.id, day)
        files = [p.kept_file(opened.campaign.id, period.id, other) for p in (project, again)]
        if is_altered(*files):
            name = files[0].relative_to(project.stores / opened.campaign.id).as_posix()
            yield Difference(f"../{name}", CHANGED)


def causes(
    manifest: Manifest, opened: OpenPeriod, altered: list[Difference], folder: Path
) -> Iterator[Difference]:
    """The received files that are others than those the outputs were made from, if these would be
    others now or there are others; with the cells that observations.csv tells otherwise.
    """
    now = {source.name: source.sha256 for source in opened.received.sources}
    is_other = any(d.cause == OTHER for d in altered) or now.keys() != manifest.inputs.keys()
    if not manifest.files or not is_other:
        return
    told: dict[tuple[str, str], str] = {}
    with suppress(OSError, ValueError, KeyError):
        lines = (folder / "data/observations.csv").read_text("utf-8-sig").splitlines(keepends=True)
        for row in csv.DictReader(lines):
            told[row["file"], f"{row['sheet']}!{row['cell']}"] = row["raw"]
    for name in sorted(n for n in {*now, *manifest.inputs} if now.get(n) != manifest.inputs.get(n)):
        file = opened.received.located(CellRef(name)).file
        of_file = [o for o in opened.received.table.observations if o.address.file == name]
        cells = {f"{o.address.sheet}!{o.address.cell}": o.raw for o in of_file}
        both = ((at, told.get((name, at), raw), raw) for at, raw in cells.items())
        other = [Difference(file, INPUT, at, was, raw) for at, was, raw in both if was != raw]
        yield from other or [Difference(file, INPUT)]


def _page_of(difference: Difference, made: MadeAgain, there: Sequence[str]) -> str:
    """The page of the unit that a number is about, or of one above it; else its period."""
    period, unit, *_ = difference.place.split("/")
    units = made.opened.analysis.units
    line = units.line(unit) if unit in units else ()
    return next((made.planned[code] for code in line if code in there), period)


def recount_facts(
    opened: OpenPeriod, recount: Recount, pages: Collection[str]
) -> tuple[int, list[Difference]]:
    """How many facts were counted again, and which differ: all of the units that the plan knows and
    of those directly below the units that have ``pages``, of the others those that stand in the
    data files. From here on the scorecards hold the recounted number wherever it is another.
    """
    counted, found, analysis = 0, list[Difference](), opened.analysis
    open_levels = {level.id for level in opened.campaign.levels if level.open}
    with_page = {*pages}
    in_data = [(i.id, kind) for i in opened.campaign.indicators for kind in _IN_DATA]
    for unit in analysis.units.units:
        code, other = unit.code, dict[FactKey, Fact]()
        if whole := unit.level not in open_levels or with_page & {code, unit.parent_code}:
            facts = [*analysis.scorecard(code).facts.values()]
        else:
            facts = [f for asked in in_data if (f := analysis.facts.find(code, *asked)) is not None]
        earlier = [f for p in analysis.past for f in p.facts(code)] if whole else []
        counted += len(facts) + len(earlier)
        for fact in (*facts, *earlier):
            number: Number | None = math.nan  # nothing to count: as no number is
            with suppress(KeyError):
                number = number_of(recount, fact.key)
            if _is_same(fact.value, number):
                found += _compare_around(recount, fact)
                continue
            exact = None if number is None or math.isnan(number) else float(number)
            shown = fact.missing if fact.value is None else fact.value
            found.append(_differ(fact.key, shown, "–" if exact is None else f"{exact:.15g}"))
            missing = (fact.missing or "no_data") if exact is None else ""
            other[fact.key] = replace(fact, value=exact, missing=missing)
        if other and whole:
            card = analysis.scorecard(code)
            card = replace(card, facts={**card.facts, **other})
            analysis.take_over(replace(analysis.worked_out, scorecards={code: card}))
    for unit in analysis.units.units:
        for what, shown, expected in _results(opened, recount, unit.code):
            if shown != expected and not (isinstance(shown, float) and _is_same(shown, expected)):
                place = f"{recount.period.id}/{unit.code}/{TOTAL}/{what}"
                found.append(_differ(place, shown, expected))
    return counted, [*dict.fromkeys(found)]


def _is_same(value: float | None, number: Number | None) -> bool:
    if value is None or number is None:
        return value is number
    return math.isclose(value, number, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def _compare_around(recount: Recount, fact: Fact) -> Iterator[Difference]:
    """The cells of a number that was read, and the reason for having none."""
    key, indicators = fact.key, {i.id: i for i in recount.campaign.indicators}
    periods = {r.period.id: r for r in (recount.before, recount) if r is not None}
    if key.subject not in indicators or key.period not in periods or key.kind not in _SIDES:
        return
    indicator = indicators[key.subject]
    pair = periods[key.period].sums.of(key.unit, indicator)
    if not fact.known:
        if key.kind == "value" and fact.missing != pair.why:
            yield _differ(key, fact.missing, pair.why)
    elif key.kind != "value" or indicator.kind != "ratio":
        cells = {*map(periods[key.period].received.located, pair.cells[_SIDES[key.kind]])}
        for cell in sorted(cells ^ set(fact.sources))[:3]:
            yield _differ(key, *((cell, "–") if cell in fact.sources else ("–", cell)))


def _results(opened: OpenPeriod, r: Recount, code: str) -> Iterator[tuple[str, Any, Any]]:
    """What the results say of a unit, and what the recount says of it."""
    analysis, results, unit = opened.analysis, opened.analysis.results, r.units.get(code)
    total, (points, _, why) = results.totals[code], r.total(code)
    yield "points", total.points, points
    yield "band", total.band.id if total.band else "", r.band(code)
    yield "missing", total.missing, why
    yield "group", results.group_of(unit), r.group(code)
    yield "lacking", sorted(results.lacking_below(code)), sorted(r.incomplete_below(code))
    yield "unchanged", sorted(analysis.unchanged_below(unit)), r.unchanged_below(code)
    for result in results.of_unit(code):  # the data files read these
        i = result.indicator
        attained = number_of(r, FactKey(r.period.id, code, i.id, "attained"))
        yield f"{i.id}/attained", result.attained, attained
        yield f"{i.id}/is_met", result.is_met, r.is_met(code, i)
        if r.group(code):
            yield f"{i.id}/rank", result.rank, r.ranks_within(code, i).get(code)
    if r.group(code):
        yield "rank", total.rank, r.ranks(code).get(code)
        yield "tier", total.tier, tiers(r, code).get(code)
        yield "unranked", total.unranked, why or r.why_not(code)
    counted = decisions(r, code)
    for rule in r.campaign.rewards:
        given = results.decisions.get((rule.level, code, rule.id), ())
        of, decided = {d.unit_code: (d.awarded, d.reason) for d in given}, counted.get(rule.id, {})
        for below in dict.fromkeys((*of, *decided)):
            yield f"{rule.id}/{below}", of.get(below), decided.get(below)
    if (certain := analysis.list_certainty(unit)) is not None:
        trials = list_trials(r, code)
        deciding = {c.cell: (set(c.gains), set(c.loses)) for c in certain.deciding_cells}
        yield "deciding", deciding, trials.deciding
        yield "ways", [*certain.ways_changing], [way for way, other in trials.ways.items() if other]
        for below, sure in certain.ranges.items():
            by = {kind: ends[below] for kind, ends in trials.by.items()}
            yield f"ranges/{below}", dict(sure.by), by
            yield f"outside/{below}", set(sure.outside), trials.outside(below)


def _differ(what: object, shown: object, expected: object) -> Difference:
    return Difference("", RECOUNT, str(what), str(shown), str(expected))


def _compare_numbers(
    name: str, page: str, opened: OpenPeriod, language: Language
) -> Iterator[Difference]:
    """The numbers of a page of an office's own notebook that are not those of the scorecards, or
    not written as they are. Nothing else on it is proved: what its code is to say is not known.
    """
    for value, escaped, text in _SHOWN.findall(page):
        key, shown = html.unescape(escaped), html.unescape(text)
        fact = None
        with suppress(ValueError, KeyError):
            fact = opened.analysis.find(FactKey.parse(key))
        if fact is None or not fact.known:
            yield Difference(name, CHANGED, key, shown, "–")
            continue
        plain = {language.number(fact), language.number(fact, signed=True),
                 language.number(fact, signless=True)}  # fmt: skip
        if value != repr(fact.value) or not {shown, f"{shown}%"} & plain:
            yield Difference(name, CHANGED, key, f"{shown} ({value})", language.number(fact))
