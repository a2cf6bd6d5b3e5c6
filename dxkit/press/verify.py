"""Proof: the finished pages are opened again and everything on them is proved by a second path."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from dxkit.intake.campaign_folder import load_campaign
from dxkit.intake.intake import read_period
from dxkit.intake.project import Project
from dxkit.model.campaign import Campaign
from dxkit.model.table import Received
from dxkit.press.manifest import Manifest, digest_of
from dxkit.press.proof.again import Again, made_again
from dxkit.press.proof.charts import ChartProof
from dxkit.press.proof.checks import Difference, PageProof
from dxkit.press.proof.completeness import CompletenessProof
from dxkit.press.proof.judgements import JudgementProof
from dxkit.press.proof.page_tree import read_page
from dxkit.press.proof.proved import fact_of
from dxkit.press.proof.raw_cells import misread
from dxkit.press.proof.sentences import SentenceProof
from dxkit.press.proof.surroundings import Surroundings
from dxkit.press.proof.wording import WordingProof
from dxkit.press.verify_annexes import compare_document, compare_workbook

__all__ = ["Difference", "Verification", "proofs_of", "verify_pages", "verify_period"]


@dataclass(frozen=True)
class Verification:
    """How many numbers were proved on how many pages, how many received cells were read again, and
    what differs.
    """

    pages: int
    facts: int
    cells: int
    differences: tuple[Difference, ...]


def verify_period(project: Project, campaign_id: str, period_id: str) -> Verification:
    """Read the raw workbooks anew, past any store, make every number again without the analysis,
    and compare it with every page of the period, the league workbook and the Word documents.
    """
    campaign = load_campaign(project.campaign_folder(campaign_id))
    received, previous = _read(project, campaign, period_id)
    again = made_again(campaign, received, previous)
    folder = project.output_folder(campaign_id, period_id)
    number, facts, differences = verify_pages(folder, again)
    differences += altered_pages(folder)
    for annex in (*folder.glob("league.xlsx"), *sorted(folder.rglob("*.docx"))):
        compare = compare_document if annex.suffix == ".docx" else compare_workbook
        proved, mismatches = compare(annex, partial(fact_of, again))
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
    return Verification(number, facts, cells, tuple(differences))


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
        text = page.read_text("utf-8")
        number, found = verify_page(text, page.relative_to(folder).as_posix(), again)
        facts += number
        differences += found
    return len(pages), facts, differences


def altered_pages(folder: Path) -> list[Difference]:
    """The pages that are gone, or whose bytes are not those that the manifest says were made."""
    manifest = Manifest.load(folder / "manifest.json")
    found = []
    for record in manifest.pages.values() if manifest else ():
        if record.status == "failed" or not record.sha256:
            continue
        path = folder / record.path
        digest = digest_of(path.read_bytes()) if path.is_file() else "–"
        if digest != record.sha256:
            found.append(Difference(record.path, "sha256", digest, record.sha256))
    return found


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
