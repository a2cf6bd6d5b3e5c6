"""Proof: the finished pages are opened again and what they say is compared with a second path; all
files are compared with the hashes of the run that made them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from dxkit.campaign.folder import load_campaign
from dxkit.campaign.project import Project
from dxkit.intake.period import read_period
from dxkit.model.campaign import Campaign
from dxkit.model.observations import Received
from dxkit.verify.charts import ChartProof
from dxkit.verify.compare import Difference, PageProof
from dxkit.verify.completeness import CompletenessProof
from dxkit.verify.files import UNREADABLE, compare_files
from dxkit.verify.judgements import JudgementProof
from dxkit.verify.numbers import Again, made_again
from dxkit.verify.other_formats import Mismatch, compare_document, compare_workbook
from dxkit.verify.page_tree import read_page
from dxkit.verify.proved import fact_of
from dxkit.verify.raw_cells import misread
from dxkit.verify.sentences import SentenceProof
from dxkit.verify.surroundings import Surroundings
from dxkit.verify.wording import WordingProof

__all__ = ["Difference", "Verification", "proofs_of", "verify_pages", "verify_period"]


@dataclass(frozen=True)
class Verification:
    """How many numbers were proved on how many pages, how many received cells were read again, how
    many files compared with what was made, and what differs.
    """

    pages: int
    facts: int
    cells: int
    files: int
    differences: tuple[Difference, ...]


def verify_period(project: Project, campaign_id: str, period_id: str) -> Verification:
    """Read the raw workbooks anew, past any store, make every number again without the analysis,
    and compare it with every page of the period, the league workbook and the Word documents; and
    all files with what the run noted that made them.
    """
    campaign = load_campaign(project.campaign_folder(campaign_id))
    received, previous = _read(project, campaign, period_id)
    again = made_again(campaign, received, previous)
    folder = project.output_folder(campaign_id, period_id)
    number, facts, differences = verify_pages(folder, again)
    files, altered = compare_files(folder)
    differences += altered
    for annex in (*folder.glob("league.xlsx"), *sorted(folder.rglob("*.docx"))):
        proved, mismatches = _compared(annex, again)
        number, facts = number + 1, facts + proved
        name = annex.relative_to(folder).as_posix()
        differences += [Difference(name, m.fact, m.shown, m.expected) for m in mismatches]
    cells = 0
    for one in (received, previous):
        if one is not None:
            raw = project.period_folder(campaign_id, one.table.period)
            read, found = misread(one, raw)
            cells += read
            differences += found
    return Verification(number, facts, cells, files, tuple(differences))


def _compared(annex: Path, again: Again) -> tuple[int, list[Mismatch]]:
    """How many numbers an annex holds, and which differ."""
    compare = compare_document if annex.suffix == ".docx" else compare_workbook
    try:
        return compare(annex, partial(fact_of, again))
    except Exception:  # as of a page: whatever its container makes the reader raise
        return 0, [Mismatch(UNREADABLE, "", "")]


def _read(project: Project, campaign: Campaign, period_id: str) -> tuple[Received, Received | None]:
    """What intake says of a period and of the one before, from the files and past any store."""
    before = campaign.previous_period(period_id)
    previous = None
    if before is not None and before.id in project.periods_with_raw(campaign):
        previous, _ = _read(project, campaign, before.id)
    folder = project.period_folder(campaign.id, period_id)
    references = project.raw_folder(campaign.id)
    return read_period(campaign, period_id, folder, references, previous), previous


def verify_pages(folder: Path, again: Again) -> tuple[int, int, list[Difference]]:
    """How many pages there are in a period's folder, how many numbers they hold, what differs."""
    pages = sorted(p for p in folder.rglob("*.html") if "returned" not in p.parts)
    facts = 0
    differences: list[Difference] = []
    for page in pages:
        name = page.relative_to(folder).as_posix()
        try:
            number, found = verify_page(page.read_text("utf-8"), name, again)
        except Exception:  # whatever a spoilt page makes its reader raise: the file is named
            number, found = 0, [Difference(name, UNREADABLE, "", "")]
        facts += number
        differences += found
    return len(pages), facts, differences


def verify_page(text: str, name: str, again: Again) -> tuple[int, list[Difference]]:
    """How many numbers a page holds, and what on it cannot be proved."""
    root = read_page(text)
    html = next(iter(root.find_all("html")), root)
    language = html.attributes.get("lang", "vi")
    proof = PageProof(name, _unit_of(name, again), language, root, again)
    differences = proofs_of(proof)
    return sum(1 for _ in proof.facts()), differences


def proofs_of(proof: PageProof) -> list[Difference]:
    """Everything on a page that cannot be proved, each once."""
    found = list(proof.numbers())
    found += proof.rows()
    if proof.unit:
        found += [*proof.belonging(), *proof.bare_digits()]
        found += Surroundings(proof).check()
        found += WordingProof(proof).check()
        found += CompletenessProof(proof).check()
    found += JudgementProof(proof).check()
    found += SentenceProof(proof).check()
    found += ChartProof(proof).check()
    return list(dict.fromkeys(found))


def _unit_of(name: str, again: Again) -> str:
    """The unit that a page's address names; empty for an index or a list of findings."""
    folder, _, file = name.rpartition("/")
    top = again.campaign.levels[0].id
    if not folder and file == f"{top}.html":
        return again.units.top.code
    code = file.partition("-")[0]
    return code if folder and code in again.units else ""
