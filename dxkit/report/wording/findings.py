"""Findings, and how sheets were understood, in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from dxkit.model.addresses import column_and_row, ranges_by_sheet
from dxkit.model.campaign import Campaign, CampaignError
from dxkit.model.facts import Fact, FactKey, UnitOfMeasure
from dxkit.model.findings import ACCEPTED, Finding, Severity
from dxkit.model.observations import ColumnRead, Mistake, SheetRead
from dxkit.model.text import harmless
from dxkit.model.units import UnitRegistry
from dxkit.report.wording.language import Language

_SEVERITIES = list(Severity)
_NAMED = frozenset(
    {"measure", "indicator", "unit", "parent", "weighed"}
)  # values that may be codes
_TENTHS = frozenset({"percent", "change", "usual"})
_PERIODS = frozenset({"stated", "expected", "part", "decided_in"})
_DAY = r"(\d{4})-(\d\d)-(\d\d)"
_LONGEST_ANSWER = 300


def names_in_findings(
    campaign: Campaign, units: UnitRegistry, language: Language
) -> dict[str, str]:
    """What the codes of measures, indicators, units, levels and tables in findings are called. A
    table or a level may have the code of a measure.
    """
    named = {thing.id: language.name(thing.names) for thing in campaign.indicators}
    named |= {measure.id: language.name(measure.names) for measure in campaign.measures}
    named |= {_of_table(id): language.name(names) for id, names in campaign.tables.items()}
    named |= {_of_level(level.id): language.name(level.names) for level in campaign.levels}
    return named | {unit.code: unit.name for unit in units.units}


def finding_text(
    finding: Finding, language: Language, names: Mapping[str, str] | None = None
) -> str:
    """What is wrong, in plain text; the address is printed beside it. ``names`` says what codes
    are called.
    """
    values = {
        name: _number(finding, name, value, language)
        if isinstance(value, (int, float))
        else value_text(name, str(value), language, names or {})
        for name, value in finding.values.items()
    }
    if "reason" in values and f"reason_{values['reason']}" in language.sections["finding"]:
        values["reason"] = language.plain(f"finding.reason_{values['reason']}")
    text = language.plain(f"finding.{_key(finding)}", raw=finding.raw, **values)
    if "proposed" in values:
        text += " " + language.plain(f"site.proposed_{values['voices']}", **values)
    if "weighed" in values:
        text += " " + language.plain("site.weight_lost", **values)
    return " ".join([text, *_explanation(values, language)])


def _key(finding: Finding) -> str:
    """The sentence for a finding: a name that is like no other, or none, has one of its own."""
    if finding.code != "unit_unknown" or finding.values["candidates"]:
        return finding.code
    return "unit_unknown_alone" if finding.values["name"] else "unit_unnamed"


def _explanation(values: Mapping[str, str], language: Language) -> Iterator[str]:
    """What the sender says of a finding, and what became of it."""
    if "answer" in values:
        said = {"answer": harmless(values["answer"], _LONGEST_ANSWER), "cell": values["answer_at"]}
        yield language.plain(f"site.answered_{values['answer_says']}", **said)
    if "decision" in values:
        kept = {key: harmless(value, _LONGEST_ANSWER) for key, value in values.items()}
        own = values["decided_text"] == values.get("answer")
        key = (
            "accepted_before" if values["decision"] == ACCEPTED and not own else values["decision"]
        )
        yield language.plain(f"site.decided_{key}", **kept)
        if values["decided_note"]:
            yield language.plain("site.decided_note", note=kept["decided_note"])


def texts_of_findings(
    campaign: Campaign, units: UnitRegistry, language: Language
) -> Callable[[Finding], str]:
    """What says of each finding of a campaign what is wrong."""
    names = names_in_findings(campaign, units, language)
    return lambda finding: finding_text(finding, language, names)


def what_follows(finding: Finding, consequences: Iterable[Finding], language: Language) -> str:
    """Where the consequences of a finding stand, in a sentence; empty where none stand in cells of
    their own.
    """
    here = finding.address
    cells = dict.fromkeys(f.address for f in consequences if f.address.cell and f.address != here)
    where = "; ".join(
        " ".join([*([file] if file != here.file else []), sheet if sheet != here.sheet else "", at])
        for (file, sheet), at in ranges_by_sheet(cells).items()
    )
    where = " ".join(where.split())
    return language.plain("site.also_here", cells=where) if where else ""


def in_order(mistakes: Iterable[Mistake]) -> list[Mistake]:
    """What is wrong with one file as its sender goes through it: errors first, then sheet by sheet,
    what is about a whole sheet before its cells, cells row by row.
    """
    found = list(mistakes)
    sheets: dict[str, int] = {}
    for finding, _ in found:
        sheets.setdefault(finding.address.sheet, len(sheets))

    def order(mistake: Mistake) -> tuple[int, int, int, int]:
        finding = mistake[0]
        column, row = column_and_row(finding.address.cell)
        return _SEVERITIES.index(finding.severity), sheets[finding.address.sheet], row, column

    return sorted(found, key=order)


def finding_kind(code: str, language: Language) -> str:
    """What findings of a code are about, in a few words, for a page that lists their places."""
    return language.plain(f"finding.{code}_short")


def what_to_do(code: str, language: Language) -> str:
    """What the sender, or the office, does about findings of a code."""
    return language.sections["finding"].get(f"{code}_to_do", "")


def sheet_text(sheet: SheetRead, language: Language, names: Mapping[str, str]) -> str:
    """Where the labels and the names of units of a table stand, or why it is not used. ``names``
    say what codes are called.
    """
    if sheet.why_not:
        texts = language.sections["layout"]
        reason = texts.get(sheet.why_not) or finding_kind(sheet.why_not, language)
        return language.plain("layout.not_used", reason=reason)
    table = names.get(_of_table(sheet.table), sheet.table)
    if not sheet.first:
        return language.plain("layout.no_rows", table=table, header=sheet.header)
    where = {"header": sheet.header, "first": sheet.first, "last": sheet.last}
    return language.plain("layout.used", table=table, **where)


def column_text(column: ColumnRead, language: Language, names: Mapping[str, str]) -> str:
    """What a column was taken for."""
    if f"use_{column.use}" not in language.sections["layout"]:
        return finding_kind(column.use, language)
    measure = names.get(column.measure, column.measure)
    use = language.plain(f"layout.use_{column.use}", measure=measure)
    if not column.period:
        return use
    return language.plain("layout.use_part", use=use, period=language.period(column.period))


def _of_table(table: str) -> str:
    return f"table {table}"


def _of_level(level: str) -> str:
    return f"level {level}"


def value_text(name: str, value: str, language: Language, names: Mapping[str, str]) -> str:
    """A value of a message as its reader calls it: periods, days and codes by their names."""
    if name in _PERIODS and re.fullmatch(r"\d{4}(-Q[1-4]|-\d\d)?", value):
        return language.period(value)
    if re.fullmatch(rf"{_DAY}( … {_DAY})?", value):
        return re.sub(_DAY, r"\3/\2/\1", value)
    if name == "table":
        return names.get(_of_table(value), value)
    if name == "decided_code":
        return finding_kind(value, language)
    if name == "level":
        return names.get(_of_level(value), value)
    if name == "indicators":
        return ", ".join(names.get(code, code) for code in value.split(", "))
    return names.get(value, value) if name in _NAMED else value


def _number(finding: Finding, name: str, value: float | int, language: Language) -> str:
    """A number that a finding speaks of, in the language's marks."""
    whole = isinstance(value, int) or value.is_integer()
    fact = Fact(
        FactKey("-", finding.unit_code or "-", finding.code, name),
        value,
        UnitOfMeasure.COUNT if whole else UnitOfMeasure.SCORE,
        0 if whole else 1 if name in _TENTHS and round(value, 1) == value else 2,
        "finding",
        sources=(finding.address,),
    )
    return language.number(fact)


def problem_lines(error: CampaignError, language: Language) -> Iterator[str]:
    """What is wrong with a plan, each behind its file and line."""
    for problem in error.problems:
        values = {name: str(value) for name, value in problem.values.items()}
        text = language.plain(f"campaign.{problem.code}", **values)
        yield harmless(f"{problem.file}:{problem.line}: {text}", 2000)
