"""Whether what the pages of a period show is still so, and what has changed since they were made,
or published.

The pages themselves say what was published: every number on them carries its key and value.
"""

from __future__ import annotations

import html
import io
import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import astuple, dataclass, field, fields, replace
from itertools import islice
from pathlib import Path
from types import MappingProxyType

from dxkit.campaign.project import Project, Publication, publications
from dxkit.intake.file_cells import FileCells, cells_of, without_remarks
from dxkit.intake.inputs import RULE_FILES, InputChanges, Inputs, input_changes
from dxkit.intake.revisions import History
from dxkit.model.facts import Fact, FactKey
from dxkit.model.observations import VISITS
from dxkit.period import OpenPeriod
from dxkit.period.opening import leaves_of, open_period, series_of
from dxkit.press.manifest import CHANGED_FIGURES, LEAGUE, MANIFEST, Manifest, code_key, sha256_of
from dxkit.press.run.plan import OVERVIEW_NOTEBOOK, REPORT_NOTEBOOK
from dxkit.report.wording.language import Language, language_of
from dxkit.workbooks.cells import UnreadableFileError
from dxkit.workbooks.csv_text import write_rows
from dxkit.workbooks.raw_folder import contents_of, raw_files, read_content
from dxkit.workbooks.reading import workbook_of

_FACT = re.compile(r"<(?:data|g)\s[^<>]*\bdata-fact=[^<>]*>")
_KEY = re.compile(r'\bdata-fact="([^"]*)"')
_VALUE = re.compile(r'\s(?:data-)?value="([^"]*)"')


@dataclass(frozen=True, slots=True)
class ChangedFigure:
    """One number that a page or the league shows and that is another today, or none: then ``after``
    is empty. Unrounded on pages; in the league as it is written.
    """

    page: str
    fact: str
    before: str | float
    after: str | float

    def shown(self, fact: Fact | None, language: Language) -> tuple[str, str]:
        """Both as readers see them; ``fact`` is that of today."""
        if fact is None or isinstance(self.before, str):
            return str(self.before) or "–", str(self.after) or "–"
        before = replace(fact, value=self.before, missing="")
        return language.number(before), language.number(fact)


@dataclass(frozen=True)
class PublishedChanges:
    """The numbers on pages in place, or in a publication, that are no longer so, and all that has
    changed since; of pages in place only where a number has.
    """

    figures: tuple[ChangedFigure, ...] = ()
    inputs: InputChanges = field(default_factory=InputChanges)
    publication: Publication | None = None

    @property
    def any(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.figures) or self.inputs != InputChanges()

    @property
    def pages(self) -> Mapping[str, int]:
        """How many numbers have changed, by page."""
        return Counter(figure.page for figure in self.figures)


def write_figures(changes: Iterable[PublishedChanges], folder: Path) -> list[str]:
    """``changed_figures.csv``, which stays until a figure changes again; returns its address,
    nothing when no figure has changed.
    """
    columns = [*(column.name for column in fields(ChangedFigure)), "publication"]
    rows = []
    for one in changes:
        of = one.publication
        rows += [(*astuple(f), f"{of.period}/{of.id}" if of else "") for f in one.figures]
    if not rows:
        return []
    write_rows(folder / CHANGED_FIGURES, columns, rows)
    return [CHANGED_FIGURES]


def inputs_of(opened: OpenPeriod) -> Inputs:
    """All that the numbers of a period are made from, as it is now."""
    campaign = opened.campaign
    files: dict[str, str] = {}
    for period, hashes in opened.sources.items():
        within = "" if campaign.period(period).of else f"{period}/"
        files |= {within + name: sha256 for name, sha256 in hashes.items()}
    references = opened.project.raw_folder(campaign.id)
    whole = opened.analysis.period
    parts = leaves_of(opened.project, campaign, whole.id) if whole.of else ()
    for earlier in series_of(opened.project, campaign, parts[0])[:-1] if parts else ():
        found = contents_of(opened.project.period_folder(campaign.id, earlier)).files
        files |= {f"{earlier}/{name}": sha256 for name, sha256 in found.items()}
    register = campaign.initiatives.folder if campaign.initiatives else ""
    beside = {VISITS, register, *(check.folder for check in campaign.reference_checks)} - {""}
    for name in sorted(beside):
        for path in raw_files(references / name):
            files[path.relative_to(references).as_posix()] = _hash(path)
    for name in (OVERVIEW_NOTEBOOK, REPORT_NOTEBOOK):
        files[f"notebooks/{name}"] = _hash(opened.project.notebooks / name)
    plan: dict[str, str] = {}
    for path in raw_files(campaign.folder):
        rules = path.name.endswith(RULE_FILES)
        name = path.relative_to(campaign.folder).as_posix()
        plan[name] = path.read_text("utf-8-sig", "replace") if rules else _hash(path)
    return Inputs(files, plan, code_key())


def remember(opened: OpenPeriod, manifest: Manifest, inputs: Inputs) -> str:
    """Remember what pages are made from now, with what those were that the manifest holds; returns
    the digest.
    """
    wanted = {manifest.inputs_digest, *(page.inputs_digest for page in manifest.pages.values())}
    inputs.save(_store(opened, opened.analysis.period.id), wanted)
    return inputs.digest


def _hash(path: Path) -> str:
    try:
        return sha256_of(read_content(path))
    except UnreadableFileError as error:
        return error.reason


def all_changes(
    opened: OpenPeriod, kept: Mapping[str, str] = MappingProxyType({})
) -> tuple[PublishedChanges, ...]:
    """What is no longer so of the last publication of the period and of those that it is made of or
    compared with; where the period has none, of its pages in place, save those ``kept``, with their
    units, which can show nothing else. What is made by the units of another day is nothing that was
    published.
    """
    if opened.project.as_of is not None:
        return ()
    project, campaign, found = opened.project, opened.campaign.id, list[PublishedChanges]()
    read = {p: None for one in reversed(opened.sources)
            for p in (one, *leaves_of(project, opened.campaign, one))}  # fmt: skip
    for period in read:
        own = period == opened.analysis.period.id
        if last := publications(project, campaign, period)[-1:]:
            one = opened if own else open_period(project, campaign, period)
            found.append(changes_since(one, last[0], project))
        elif own:
            folder = project.output_folder(campaign, period)
            found.append(published_changes(opened, folder, kept=kept))
    return tuple(one for one in found if one.any)


def changes_since(
    opened: OpenPeriod, publication: Publication, project: Project
) -> PublishedChanges:
    """What is no longer so of a publication, which stands in ``project``."""
    return published_changes(opened, publication.outputs(project), publication)


def published_changes(
    opened: OpenPeriod,
    folder: Path,
    publication: Publication | None = None,
    kept: Mapping[str, str] = MappingProxyType({}),
) -> PublishedChanges:
    """The numbers on the pages of a period in a folder and in its league that are no longer so.
    What was made from the same as there is now is not looked at, nor, in a league that was made
    with pages that are ``kept``, what it lists of their units and of those below them.
    """
    made = _made_from(folder)
    if not made:
        return PublishedChanges()
    now = inputs_of(opened)
    figures: list[ChangedFigure] = []
    changed = InputChanges()
    for digest, pages in made.items():
        if digest == now.digest:
            continue
        same = [kept[page] for page in pages if page in kept] if digest else []
        whose = {u.code for code in same for u in opened.analysis.units.descendants(code)} | {*same}
        found = [f for p in pages if p not in kept for f in _changed(opened, folder, p, whose)]
        if found or publication is not None:
            before = Inputs.load(folder / "data", digest)
            changed += input_changes(before, now, lambda *file: _cells(opened, folder, *file))
        figures += found
    return PublishedChanges(tuple(figures), changed, publication)


def _made_from(folder: Path) -> Mapping[str, list[str]]:
    """The pages in place and the league, by the digest of what they were made from; nothing stands
    for what is not known.
    """
    manifest = Manifest.load(folder / MANIFEST)
    digests = {r.path: r.inputs_digest for r in manifest.pages.values()} if manifest else {}
    found: dict[str, list[str]] = defaultdict(list)
    for path in (*sorted(folder.rglob("*.html")), folder / LEAGUE):
        page = path.relative_to(folder)
        if "returned" not in page.parts and path.is_file():
            name = page.as_posix()
            others = manifest.inputs_digest if manifest else ""
            found[digests.get(name, others)].append(name)
    return found


def _store(opened: OpenPeriod, period: str) -> Path:
    return opened.project.store_file(opened.campaign.id, period).parent


def _cells(opened: OpenPeriod, folder: Path, file: str, sha256: str) -> FileCells | None:
    """What a raw file said in a version, if it is still known: remembered, or kept as it was."""
    period, campaign = file.partition("/")[0], opened.campaign.id
    for store in (folder.parent / period / "data", _store(opened, period)):
        if (cells := History(store).cells(sha256)) is not None:
            return cells
    for project in (Project(folder.parents[2]), opened.project):
        path = project.raw_folder(campaign) / file
        with suppress(UnreadableFileError):
            if path.is_file() and sha256_of(content := read_content(path)) == sha256:
                return cells_of(*without_remarks(workbook_of(content, file)))
    return None


def _changed(
    opened: OpenPeriod, folder: Path, page: str, same: Collection[str]
) -> Iterator[ChangedFigure]:
    """The numbers of one page that are no longer so, each once; in the league those of the units
    ``same`` are.
    """
    if page == LEAGUE:
        yield from _changed_in_league(opened, folder / page, same)
        return
    seen = set()
    for tag in _FACT.findall((folder / page).read_text("utf-8", "replace")):
        key, value = (html.unescape("".join(p.findall(tag)[:1])) for p in (_KEY, _VALUE))
        if key in seen:
            continue
        seen.add(key)
        before, fact = _number(value), _find(opened, key)
        after = fact.number if fact is not None else ""
        if not is_same(before, after):
            yield ChangedFigure(page, key, before, after)


def _number(text: str) -> float | str:
    """A value on a page; as it stands if somebody made no number of it."""
    try:
        return int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        return text


def is_same(before: float | str, after: float | str) -> bool:
    """Whether two numbers are the same to the last digits that two ways of adding share."""
    if isinstance(before, str) or isinstance(after, str):
        return before == after
    return math.isclose(before, after, rel_tol=1e-12, abs_tol=1e-12)


def _find(opened: OpenPeriod, key: str) -> Fact | None:
    """The known fact of a key, if there is one."""
    try:
        fact = opened.analysis.find(FactKey.parse(key))
    except (ValueError, KeyError):
        return None
    return fact if fact is not None and fact.known else None


def _unit_of(key: str) -> str:
    return key.partition("/")[2].partition("/")[0]


def _changed_in_league(
    opened: OpenPeriod, path: Path, same: Collection[str]
) -> Iterator[ChangedFigure]:
    """Its last sheet lists each number with its fact and how it is shown."""
    from python_calamine import CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
        title = book.sheet_names[-1]
        rows = book.get_sheet_by_name(title).iter_rows()
        told = ((str(row[2]), str(row[3])) for row in islice(rows, 1, None))
        listed = {key: shown for key, shown in told if _unit_of(key) not in same}
    except Exception:  # a damaged file raises anything; that it is damaged is told elsewhere
        return
    language = language_of("workbook.numbers", title)
    if language is None:
        return
    for key, shown in listed.items():
        fact = _find(opened, key)
        now = language.number(fact) if fact is not None else ""
        if shown != now:
            yield ChangedFigure(LEAGUE, key, shown, now)
