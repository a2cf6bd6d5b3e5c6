"""What changed since the last check, and what is no longer so of pages already made, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dxkit.campaign.project import Publication
from dxkit.intake.differences import CellChange
from dxkit.intake.inputs import FileChange, InputChanges, RuleChange
from dxkit.intake.revisions import FindingKey, Revision, SinceLastCheck
from dxkit.model.campaign import Campaign, IndicatorKind
from dxkit.model.facts import FactKey, UnitOfMeasure, declared
from dxkit.model.text import harmless
from dxkit.report.wording.findings import finding_kind
from dxkit.report.wording.language import Language
from dxkit.report.wording.publications import state_name

_LONGEST = 60  # characters of a cell


def changes_text(since: SinceLastCheck, language: Language, most: int) -> Iterator[str]:
    """Lines that say which cells changed, file by file, and what became of the findings; of
    each kind ``most`` are named.
    """
    say = language.plain
    if since.first:
        yield say("changes.first")
        return
    for file in since.gone_files:
        yield say("changes.file_gone", file=file)
    for file in since.new_files:
        yield say("changes.file_new", file=file)
    for revision in since.revisions:
        yield from _revision(revision, language, most)
    if not (since.revisions or since.new_files or since.gone_files):
        yield say("changes.none")
    if since.gone or since.new or since.revisions:
        numbers = {"gone": since.gone, "new": since.new, "still": since.still}
        yield say("changes.findings", **{name: str(len(keys)) for name, keys in numbers.items()})
        yield from _named(since.gone, "changes.finding_gone", language, most)
        yield from _named(since.new, "changes.finding_new", language, most)


def _revision(revision: Revision, language: Language, most: int) -> Iterator[str]:
    say = language.plain
    typed = [change for change in revision.changes if not change.recalculated]
    follow = len(revision.changes) - len(typed)
    key = "changes.file" if revision.file == revision.before else "changes.file_renamed"
    yield say(
        key,
        file=revision.file,
        before=revision.before,
        cells=str(len(typed)),
        unasked=str(len(revision.unasked)),
    )
    # What nobody asked for comes first: it is what must not be overlooked.
    unasked = [c for c in typed if (c.sheet, c.cell) in revision.unasked]
    asked = [c for c in typed if (c.sheet, c.cell) not in revision.unasked]
    for change in (*unasked, *asked)[:most]:
        line = cell_text(change, language)
        yield "  " + (f"{line} {say('changes.unasked')}" if change in unasked else line)
    if len(typed) > most:
        yield "  " + say("changes.more", number=str(len(typed) - most))
    if follow:
        yield "  " + say("changes.recalculated", number=str(follow))


def cell_text(change: CellChange, language: Language) -> str:
    """A changed cell, with what it said and says."""
    before, after = (short(text, language) for text in (change.before, change.after))
    at = "!".join(part for part in (change.sheet, change.cell) if part)  # text has no sheets
    return f"{at}: {before} → {after}"


def short(text: str, language: Language) -> str:
    """What a cell or rule says, in quotation marks, cut where it is long."""
    return f'"{harmless(text, _LONGEST)}"' if text else language.plain("changes.blank")


def _named(
    keys: Sequence[FindingKey], message: str, language: Language, most: int
) -> Iterator[str]:
    for code, file, sheet, cell, _ in keys[:most]:
        place = file + (f" › {sheet}!{cell}" if cell else f" › {sheet}" if sheet else "")
        yield "  " + language.plain(message, place=place, kind=finding_kind(code, language))
    if len(keys) > most:
        yield "  " + language.plain("changes.more_findings", number=str(len(keys) - most))


_OWN_COLUMN = {"targets.csv": "target"}
"""The column that a row of a file is there for, so that it need not be named."""


def published_text(
    figures: Mapping[str, int],
    inputs: InputChanges,
    publication: Publication | None,
    campaign: Campaign,
    language: Language,
    most: int,
) -> Iterator[str]:
    """Lines that say how many ``figures`` are different on which pages, of a ``publication`` if it
    is one, and what has changed since they were made; of each file ``most`` cells are named.
    """
    say = language.plain
    numbers = {"figures": str(sum(figures.values())), "pages": str(len(figures))}
    if publication is None:
        yield say("changes.published", **numbers)
    else:
        numbers["name"] = state_name(publication, language)
        numbers["period"] = language.period(publication.period)
        yield say(f"publication.{'differs' if figures else 'same_figures'}", **numbers)
    for page, number in figures.items():
        yield "  " + say("changes.published_page", page=page, figures=str(number))
    yield from inputs_text(inputs, publication, campaign, language, most)


def inputs_text(
    inputs: InputChanges,
    publication: Publication | None,
    campaign: Campaign,
    language: Language,
    most: int,
) -> Iterator[str]:
    """Lines that say what has changed since pages were made, or published."""
    say = language.plain
    yield say("changes.inputs" if publication is None else "publication.inputs")
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
