"""How each number on a page was made: what readers see when they point at it.

The page carries it as text that its script reads; without a script the page reads the same, and
its list of sources says which cells it rests on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from markupsafe import Markup

from dxkit.analysis.analysis import Analysis
from dxkit.model.addresses import named_ranges, ranges_by_sheet
from dxkit.model.campaign import Campaign
from dxkit.model.facts import TOTAL, Fact, FactKey, reward_subject
from dxkit.model.observations import Flag
from dxkit.report.wording.language import IN_SENTENCES, Language

_LISTS = ("periods", "units", "subjects", "kinds", "methods")
"""What the making of a fact names by its place in a list of words: parts of its key, its method."""
_MOST = 3
"""Facts, and sheets, that a title names; ``dxkit explain`` names all."""
_VISIBLE_MARKS = {"doubtful": "doubtful", "approximate": "doubtful", "other_places": "elsewhere",
                  "partial": "partial", "assumed": "assumed", "explained": "explained",
                  "weighted": "weighted"}  # fmt: skip


class PageLanguage(Language):
    """The words of a language, for one page: remembers which facts the page shows, and writes
    reservations on them as classes that the page's style makes visible. Nothing "arises" of what
    is counted once and stays, such as the ``stocks``: there is none. What is ``revised`` since it
    was published, by key, is marked, too.
    """

    def __init__(
        self,
        language: Language,
        stocks: frozenset[str] = frozenset(),
        revised: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(language.code, language.sections)
        self.facts: dict[FactKey, Fact] = {}
        self.stocks = stocks
        self.revised = revised

    def number(
        self, fact: Fact, *, signless: bool = False, signed: bool = False, bare: bool = False
    ) -> str:
        """The number as a reader sees it, or why there is none."""
        if fact.missing == Flag.NOT_APPLICABLE and fact.key.subject in self.stocks:
            return self.plain("number.none_there")
        return super().number(fact, signless=signless, signed=signed, bare=bare)

    def marks(self, fact: Fact) -> frozenset[str]:
        """The reservations that a reader sees behind a number."""
        marks = frozenset(_VISIBLE_MARKS[mark] for mark in fact.marks if mark in _VISIBLE_MARKS)
        return marks | {"revised"} if self.revised and str(fact.key) in self.revised else marks

    def fact(self, fact: Fact, **how: Any) -> Markup:
        """The fact as an element that carries its value, its key and its reservations."""
        if fact.known:
            self.facts[fact.key] = fact
        return super().fact(fact, **how)


def legend(language: PageLanguage) -> Markup:
    """What the marks on the numbers of sentences mean; of no mark that is not there."""
    marks = {mark for fact in language.facts.values() for mark in language.marks(fact)}
    shown = [mark for mark in IN_SENTENCES if mark in marks]
    return Markup(" ").join(language.text(f"trace.legend_{mark}") for mark in shown)


def traces(
    shown: Iterable[Fact],
    analysis: Analysis,
    unit_code: str,
    campaign: Campaign,
    language: Language,
) -> Markup:
    """The making of the facts shown and of those they are made from, as hidden text in JSON. Each
    is one line, of parts between "|": how it is written, its unit, its cells ("sheet ranges;sheet
    ranges"), the facts that it is made of by how much further on they stand, its subject,
    reservations, kind, method and period, each by its place in its list. Alike facts stand
    together, and each leaves out what at its end is as at the one before.

    Cells are named only of ``unit_code`` and the units below it: what a page says of a greater
    whole rests on other units' files, which it does not name.
    """
    own = {unit_code, *(unit.code for unit in analysis.units.descendants(unit_code))}
    shown = tuple(shown)
    facts = _with_inputs(shown, analysis, own)
    named = {fact.key for fact in shown}
    words = _words(facts.values(), analysis, campaign, language)
    at = {part: {one: place for place, (one, _) in enumerate(words[part])} for part in _LISTS}
    marks: dict[tuple[str, ...], int] = {}

    def parts(fact: Fact) -> list[int]:
        mark = marks.setdefault(tuple(sorted(fact.marks)), len(marks))
        period, unit, subject, kind = fact.key
        named = ("kinds", kind), ("methods", fact.method), ("periods", period)
        return [at["units"][unit], at["subjects"][subject], mark, *(at[p][one] for p, one in named)]

    told = {fact.key: parts(fact) for fact in facts.values()}
    ordered = sorted(facts.values(), key=lambda fact: told[fact.key][::-1])
    number_of = {fact.key: number for number, fact in enumerate(ordered)}
    sheets: dict[str, int] = {}
    lines: list[str] = []
    before: list[str] = []
    for number, fact in enumerate(ordered):
        inputs = [number_of[key] - number for key in fact.inputs if key in number_of]
        cells: list[str] = []
        if fact.key.unit in own and not inputs and (fact.key in named or not fact.inputs):
            for (file, sheet), ranges in ranges_by_sheet(fact.sources).items():
                place = sheets.setdefault(f"{file} › {sheet}", len(sheets))
                cells.append(f"{place} {ranges}")
        unit, *alike = map(str, told[fact.key])
        made_of = " ".join(map(str, inputs))
        entry = [language.number(fact), unit, ";".join(cells), made_of, *alike]
        last = next((n for n in range(len(entry), 1, -1) if entry[n - 1 :] != before[n - 1 :]), 1)
        lines.append("|".join(entry[:last]))
        before = entry
    content = {
        "facts": "\n".join(lines),
        "sheets": list(sheets),
        "marks": list(marks),
        "own": sorted(own & {key.unit for key in facts}),
        "words": words,
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return Markup('<p hidden class="place" id="traces">{}</p>').format(text)


def _with_inputs(shown: Iterable[Fact], analysis: Analysis, own: set[str]) -> dict[FactKey, Fact]:
    """The facts and, right behind them, those of these units that they were made from."""
    found = {fact.key: fact for fact in shown}
    for fact in tuple(found.values()):
        if fact.method == "competition_rank":
            continue  # made from the values of all units compared
        for key in fact.inputs:
            source = analysis.find(key) if key.unit in own else None
            if source is not None and source.known:
                found.setdefault(key, source)
    return found


def how_made(fact: Fact, analysis: Analysis, own: frozenset[str], language: Language) -> str:
    """The same of one fact in plain lines, for where no script shows it: what it is, by which
    method, from which facts and cells of units ``own``, with which reservations.
    """
    plain, key = language.plain, fact.key
    known = {f.key: f for f in map(analysis.find, fact.inputs) if f and f.known}
    inputs = [k for k in known if k.unit in own and fact.method != "competition_rank"]
    lines = [f"{plain('trace.made_of')}: {language.number(known[k])} "
             f"({fact_label(analysis, k, language)})" for k in inputs[:_MOST]]  # fmt: skip
    if key.unit in own:
        sheets = named_ranges(fact.sources)
        lines += [f"{plain('trace.cells')}: {ranges}" for ranges in sheets[:_MOST]]
        lines += ["…"] * (len(sheets) > _MOST or len(inputs) > _MOST)
    elif not inputs:
        lines.append(plain("trace.all_senders"))
    return "\n".join([
        f"{language.number(fact)}: {fact_label(analysis, key, language)}",
        plain(f"trace.method_{fact.method}"),
        *lines,
        *(plain(f"trace.mark_{mark}") for mark in sorted(fact.marks)),
    ])  # fmt: skip


def subject_names(campaign: Campaign, language: Language) -> dict[str, str]:
    """The names of all that facts are about."""
    names = {TOTAL: language.plain("report.total")}
    names |= {m.id: language.name(m.names) for m in campaign.measures}
    names |= {i.id: language.name(i.names) for i in campaign.indicators}
    return names | {reward_subject(r.id): language.name(r.names) for r in campaign.rewards}


def fact_label(analysis: Analysis, key: FactKey, language: Language) -> str:
    """What a number is, in words: unit, subject, kind and period."""
    subjects, kind = subject_names(analysis.campaign, language), f"kind_{key.kind}"
    subject = subjects.get(key.subject, key.subject)
    known = kind in language.sections["trace"]
    what = language.plain(f"trace.{kind}") if known else key.kind
    unit = analysis.units.get(key.unit).name if key.unit in analysis.units else key.unit
    return f"{unit}, {subject}, {what}, {language.period(key.period)}"


def _words(
    facts: Iterable[Fact], analysis: Analysis, campaign: Campaign, language: Language
) -> dict[str, Any]:
    """The names of all that the keys of these facts speak of, and the sentences on their making."""
    facts = list(facts)
    names = subject_names(campaign, language)
    plain = language.plain
    keys = [fact.key for fact in facts]  # each word once: hundreds of facts share them
    periods, units = dict.fromkeys(k.period for k in keys), dict.fromkeys(k.unit for k in keys)
    subjects, kinds = dict.fromkeys(k.subject for k in keys), dict.fromkeys(k.kind for k in keys)
    methods = dict.fromkeys(fact.method for fact in facts)
    marks = dict.fromkeys(mark for fact in facts for mark in sorted(fact.marks))
    return {
        "periods": [(period, language.period(period)) for period in periods],
        "units": [(unit, analysis.units.get(unit).name) for unit in units],
        "subjects": [(subject, names[subject]) for subject in subjects],
        "kinds": [(kind, plain(f"trace.kind_{kind}")) for kind in kinds],
        "methods": [(method, plain(f"trace.method_{method}")) for method in methods],
        "marks": {mark: plain(f"trace.mark_{mark}") for mark in marks},
        **{key: plain(f"trace.{key}") for key in ("title", "made_of", "cells", "all_senders")},
    }
