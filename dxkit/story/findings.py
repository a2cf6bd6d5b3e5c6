"""Findings in words."""

from __future__ import annotations

from dxkit.model.facts import Fact, FactKey, UnitOfMeasure
from dxkit.model.findings import Finding
from dxkit.story.messages import Language


def finding_text(finding: Finding, language: Language) -> str:
    """What is wrong and what to do, in plain text; the place is printed beside it."""
    values = {
        name: _number(finding, name, value, language)
        if isinstance(value, (int, float))
        else str(value)
        for name, value in finding.values.items()
    }
    if "reason" in values and f"reason_{values['reason']}" in language.sections["finding"]:
        values["reason"] = language.plain(f"finding.reason_{values['reason']}")
    return language.plain(f"finding.{finding.code}", raw=finding.raw, **values)


def finding_kind(code: str, language: Language) -> str:
    """What findings of a code are about, in a few words, for a page that lists their places."""
    return language.plain(f"finding.{code}_short")


def _number(finding: Finding, name: str, value: float | int, language: Language) -> str:
    """A number that a finding speaks of, in the language's marks."""
    whole = isinstance(value, int) or value.is_integer()
    fact = Fact(
        FactKey("-", finding.unit_code or "-", finding.code, name),
        value,
        UnitOfMeasure.COUNT if whole else UnitOfMeasure.SCORE,
        0 if whole else 2,
        "finding",
        sources=(finding.place,),
    )
    return language.number(fact)
