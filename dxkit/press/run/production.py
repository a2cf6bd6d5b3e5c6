"""The batch of a period for who works in Python: what is asked for, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from dxkit.campaign.project import Project
from dxkit.model.campaign import Campaign
from dxkit.model.findings import Severity
from dxkit.period.opening import open_period
from dxkit.press.manifest import in_words, outputs_in
from dxkit.press.run.batch import Options, RunResult, run_reports, units_among
from dxkit.press.run.plan import own_notebook
from dxkit.report.notebook_period import NotebookPeriod
from dxkit.report.wording.language import load_language
from dxkit.workbooks.atomic import BusyError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class Production:
    """What ``dxkit.run`` did: which pages it ``made``, ``kept`` because nothing had changed, or
    ``failed`` to make, as paths; ``annexes_failed`` those in other forms; all ``files`` in place.
    ``period`` is the period as it was published, to go on with.
    """

    result: RunResult
    period: NotebookPeriod

    @property
    def folder(self) -> Path:
        """The folder of the period's outputs."""
        return self.result.folder

    @property
    def made(self) -> tuple[Path, ...]:
        """The pages that were made anew."""
        return tuple(self._paths("made"))

    @property
    def kept(self) -> tuple[Path, ...]:
        """The pages that were up to date."""
        return tuple(self._paths("kept"))

    @property
    def failed(self) -> tuple[Path, ...]:
        """The pages that could not be made; ``pages()`` says why."""
        return tuple(self._paths("failed"))

    @property
    def annexes_failed(self) -> Mapping[str, str]:
        """Why pages in other forms could not be made, by their address."""
        return {annex.path: annex.reason for annex in self.result.annexes if annex.reason}

    def _paths(self, status: str) -> Iterator[Path]:
        pages = sorted(page.path for page in self.result.pages if page.status == status)
        return (self.folder / page for page in pages)

    @property
    def files(self) -> tuple[Path, ...]:
        """All outputs that are in place now: pages, workbooks, data files, annotated copies."""
        return tuple(self.folder / name for name in outputs_in(self.folder))

    @property
    def ok(self) -> bool:
        """Whether all went well, as exit code 0 of ``dxkit report`` says: no page failed, no error
        among the findings, no figure on pages that were in place before was another one.
        """
        errors = any(f.severity is Severity.ERROR for f, _ in self.period.received.mistakes)
        failed = self.failed or self.annexes_failed
        return not (errors or failed or self.result.changed)

    def pages(self) -> pd.DataFrame:
        """One row per page asked for: ``unit_code``, ``unit_name``, ``status`` (made, kept,
        failed), ``path``, ``seconds``, ``reason`` of a failure, and what of its notebook is
        ``not_shown``.
        """
        import pandas as pd

        words = load_language(self.period.language)
        units, of_page = self.period.analysis.units, {p.path: p for p in self.result.pages}
        codes = {page.path: unit for unit, page in self.result.manifest.pages.items()}
        rows = [
            (
                codes[path], units.get(codes[path]).name, p.status, path, p.seconds, p.reason,
                in_words(p.not_shown, words) if p.not_shown else "",
            )
            for path, p in sorted(of_page.items())
        ]  # fmt: skip
        names = ["unit_code", "unit_name", "status", "path", "seconds", "reason", "not_shown"]
        return pd.DataFrame(rows, columns=names)

    def findings(self) -> pd.DataFrame:
        """What is wrong with the workbooks, as ``dxkit.open().findings()`` has it."""
        return self.period.findings()

    def __repr__(self) -> str:
        counts = ", ".join(f"{n}={self.result.count(n)}" for n in ("made", "kept", "failed"))
        return f"Production({str(self.folder)!r}, {counts}, ok={self.ok})"

    def _repr_html_(self) -> str:
        say = load_language(self.period.language).plain
        counts = {kind: str(self.result.count(kind)) for kind in ("made", "kept", "failed")}
        said = say("cli.made", **counts, seconds=f"{self.result.seconds:.1f}")
        failures = [f"{p.path}: {p.reason}" for p in self.result.pages if p.status == "failed"]
        lines = [said, *failures[:10], say("cli.see", text=str(self.folder / "index.html"))]
        return Markup("<br>").join(lines)


def produce(
    project: Project,
    campaign: Campaign,
    period_id: str,
    options: Options,
    units: Sequence[str | int],
    level: str,
    language: str,
    notebook: Path | None,
) -> Production:
    """Make the pages of a period by the path of ``dxkit report``, and open it as it is then."""
    open_period.cache_clear()  # workbooks may have changed since this process opened it
    if level:
        campaign.level(level)
    registry = units_among(project, campaign, period_id, map(str, units))
    codes = [registry.find(unit).code for unit in units]
    try:
        if notebook is not None:
            project, notebook = own_notebook(project, campaign.id, period_id, notebook)
        result = run_reports(
            project, campaign.id, period_id, options, units=codes, level=level,
            language=language, notebook=notebook,
        )  # fmt: skip
    except BusyError as error:
        error.add_note("Another run is writing to these outputs: try again when it has ended.")
        raise
    opened = open_period(project, campaign.id, period_id)
    return Production(result, NotebookPeriod.of(opened, language))
