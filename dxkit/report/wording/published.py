"""What is no longer so of pages already made, and what has changed, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dxkit.intake.versions.inputs import FileChange, InputChanges, RuleChange
from dxkit.model.campaign import Campaign, IndicatorKind
from dxkit.model.facts import FactKey, UnitOfMeasure, declared
from dxkit.report.wording.changes import cell_text, short
from dxkit.report.wording.language import Language

_OWN_COLUMN = {"targets.csv": "target"}
"""The column that a row of a file is there for, so that it need not be named."""


def published_text(
    figures: Mapping[str, int],
    inputs: InputChanges,
    campaign: Campaign,
    language: Language,
    most: int,
) -> Iterator[str]:
    """Lines that say how many ``figures`` are different on which pages, and what has changed since
    they were made; of each file ``most`` cells are named.
    """
    say = language.plain
    numbers = {"figures": str(sum(figures.values())), "pages": str(len(figures))}
    yield say("changes.published", **numbers)
    for page, number in figures.items():
        yield "  " + say("changes.published_page", page=page, figures=str(number))
    yield say("changes.inputs")
    for file in inputs.files:
        yield from _file(file, language, most)
    for rule in inputs.rules[:most]:
        yield "  " + _rule(rule, campaign, language)
    if len(inputs.rules) > most:
        yield "  " + say("changes.more_rules", number=str(len(inputs.rules) - most))
    if inputs.code:
        yield "  " + say("changes.code")
    if inputs.unknown:
        yield "  " + say("changes.not_remembered")


def _file(change: FileChange, language: Language, most: int) -> Iterator[str]:
    say = language.plain
    if change.cells is None:
        yield "  " + say(f"changes.input_{change.kind}", file=change.file)
        return
    number = len(change.cells)
    yield "  " + say("changes.input_cells", file=change.file, cells=str(number))
    for cell in change.cells[:most]:
        yield "    " + cell_text(cell, language)
    if number > most:
        yield "    " + say("changes.more_cells", number=str(number - most))


def _rule(change: RuleChange, campaign: Campaign, language: Language) -> str:
    if not change.key:
        return language.plain("changes.input_changed", file=change.file)
    if change.file.endswith(".toml"):
        key = ".".join(change.key)
    else:
        key = " ".join(part for part in change.key if part not in ("", "*"))
    own = change.column == _OWN_COLUMN.get(change.file)
    if change.column and not own:
        key += f" {change.column}"
    before, after = (
        _target(change, text, campaign, language) if own and text else short(text, language)
        for text in (change.before, change.after)
    )
    return language.plain("changes.rule", file=change.file, key=key, before=before, after=after)


def _target(change: RuleChange, text: str, campaign: Campaign, language: Language) -> str:
    """A target as pages write it."""
    shares = {i.id for i in campaign.indicators if i.kind is IndicatorKind.RATIO}
    unit = UnitOfMeasure.SHARE if change.key[0] in shares else UnitOfMeasure.SCORE
    try:
        value = float(text)
    except ValueError:
        return short(text, language)
    return language.number(declared(FactKey("-", "-", change.key[0], "target"), value, unit))
