"""The examples of the sentences as facts."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from dxkit.model.facts import Fact, FactKey, UnitOfMeasure
from dxkit.report.sentences.catalogue import Example, Sentence
from dxkit.report.sentences.conditions import Facts

_UNITS = {
    "%": (UnitOfMeasure.SHARE, 1),
    "pp": (UnitOfMeasure.SHARE_DIFFERENCE, 1),
    "p": (UnitOfMeasure.POINTS, 2),
    "s": (UnitOfMeasure.SCORE, 2),
}
_WRITTEN = re.compile(r"(-?\d+)(\.\d+)?(pp|p|s|%)(?:/(\d))?")


def fact_of(name: str, value: str | float) -> Fact:
    """A fact as an example writes it: a number is a count, "45.6%" a share, "1.2pp" a difference of
    shares, "86.40p" points, "5.30s" a score, "2022-12-31" a day; other text is the reason why it is
    missing. Whole ones are written without decimals; "99.6%/0" tells with how many.
    """
    key = FactKey("2022-Q4", "example", "example", name)
    if not isinstance(value, str):
        return Fact(key, value, UnitOfMeasure.COUNT)
    found = _WRITTEN.fullmatch(value)
    if found:
        whole, part, suffix, told = found.groups()
        unit, decimals = _UNITS[suffix]
        scale = 100 if suffix in ("%", "pp") else 1
        number = float(Decimal(whole + (part or "")) / scale)
        return Fact(key, number, unit, int(told) if told else decimals if part else 0)
    if value[:1].isdigit():
        return Fact(key, date.fromisoformat(value).toordinal(), UnitOfMeasure.DATE)
    return Fact(key, None, UnitOfMeasure.COUNT, missing=value)


def facts_in(example: Example) -> tuple[Facts, int]:
    """The facts of an example, and the direction that is good in it."""
    facts = {
        name: fact_of(name, value)
        for name, value in example.items()
        if name != "direction" and value != ""
    }
    return facts, int(example.get("direction") or 1)


def true_examples(sentence: Sentence) -> list[Example]:
    """All examples for which a sentence is printed, the one of the documents first."""
    return [sentence.true, *({**sentence.true, **change} for change in sentence.also)]


def false_examples(sentence: Sentence) -> list[Example]:
    """All for which it is not: those told beside it, and the first without one of its numbers."""
    needed = [
        name
        for name, value in sentence.true.items()
        if name != "direction" and fact_of(name, value).known
    ]
    told = [{**sentence.true, **change} for change in sentence.false]
    return [*told, *({**sentence.true, name: "no_data"} for name in needed)]
