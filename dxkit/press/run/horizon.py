"""What a page can show of its period, as one hash: as long as it stays the same, so does the page.

A report looks at its unit, at all below it and at those that these are compared with, now and in
the period before; what is told of the rest of a country it never says.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Sequence
from dataclasses import fields, replace
from functools import cached_property
from itertools import chain
from typing import Any

from dxkit.model.campaign import Campaign
from dxkit.model.observations import Received, Reply, Visit
from dxkit.period import OpenPeriod
from dxkit.press.manifest import code_key, digest_of
from dxkit.press.run.tasks import Task
from dxkit.workbooks.raw_folder import Contents

_OPENED = "report = dxkit.report(campaign, period, unit, language)"


class Horizon:
    """Of the pages of one period, opened from what lies ``raw`` in the folders of its series, by a
    ``plan`` and references whose hash (``store_key``) was taken before: what changes while it is
    read makes pages again.
    """

    def __init__(self, opened: OpenPeriod, raw: Sequence[Contents], plan: str) -> None:
        campaign, period = opened.campaign, opened.analysis.period.id
        previous = opened.analysis.previous
        self._now = _Told(campaign, opened.received)
        self._before = _Told(campaign, previous.received) if previous is not None else None
        told = [one for one in (opened.analysis, previous) if one is not None]
        near = {one.period.id for one in told if not one.received.parts}  # of parts all is told
        sources = zip(opened.sources, raw, strict=True)
        earlier = [at.key for name, at in sources if name not in near]
        self._everywhere = (plan, *earlier, code_key(), period)

    def with_hashes(self, tasks: Sequence[Task]) -> list[Task]:
        """The tasks, each with the hash of all that its page can show; without one where nobody
        knows what its notebook looks at.
        """
        contents = {task.notebook: task.notebook.read_bytes() for task in tasks}
        thin = {path for path, content in contents.items() if is_thin(content)}
        return [
            replace(task, shown=self._hash(task, contents[task.notebook]))
            if task.notebook in thin
            else task
            for task in tasks
        ]

    def _hash(self, task: Task, content: bytes) -> str:
        at = self._now.horizon(task.unit)
        told = [self._now.hash(at)]
        if self._before is not None:
            told.append(self._before.hash(self._before.horizon_of(self._now.below(at))))
        own = (task.language, task.unit, task.state, content)
        return digest_of(*self._everywhere, *own, *told)


class _Told:
    """What was received of a period, by the units that it is told of."""

    def __init__(self, campaign: Campaign, received: Received) -> None:
        self._campaign, self._received = campaign, received
        self._units = received.units
        self._telling = {o.unit_code for o in received.table.observations}
        self._below: dict[str, frozenset[str]] = {}

    def below(self, code: str) -> frozenset[str]:
        """The codes of a unit and of all below it."""
        if code not in self._below:
            below = self._units.descendants(code)
            self._below[code] = frozenset((code, *(unit.code for unit in below)))
        return self._below[code]

    def horizon(self, code: str) -> str:
        """The unit in which all lies that the page of a unit can show: in it the unit and all below
        it are compared with others.
        """
        levels = [level.id for level in self._campaign.levels]
        depth = levels.index(self._units.get(code).level)
        within = map(self._campaign.ranking.within.get, levels[depth:])
        highest = min([max(depth - 1, 0), *(levels.index(level) for level in within if level)])
        unit = self._units.ancestor_at(code, levels[highest])
        return self._raised(unit.code if unit is not None else self._units.top.code)

    def horizon_of(self, codes: frozenset[str]) -> str:
        """The unit in which all of these were that there were."""
        lines = [self._units.line(code) for code in codes if code in self._units]
        common = set(lines[0]).intersection(*lines) if lines else set()
        nearest = next((code for code in lines[0] if code in common), "") if lines else ""
        return self._raised(nearest or self._units.top.code)

    def _raised(self, code: str) -> str:
        """The same, or the highest above that tells of itself for all below it."""
        line = self._units.line(code)
        return next((above for above in reversed(line) if above in self._telling), code)

    def hash(self, code: str) -> str:
        """A hash of all that is told of a unit and those below it, and of what is told of all."""
        above = self._units.line(code)[1:]
        files = [name for name, sender in self._received.senders.items() if sender in above]
        return digest_of(self._of_all, self._hashes[code].hexdigest(), repr(files))

    @cached_property
    def _of_all(self) -> str:
        """What is told of no unit, with each kind of thing that is not known here to be."""
        by_unit = {"table", "units", "findings", "sources", "cumulative", "weights", "visits"}
        received = self._received
        by_unit |= {"replies", "weighted", "sheets", "answers"}  # pages show no sheets, no answers
        rest = [getattr(received, f.name) for f in fields(received) if f.name not in by_unit]
        return repr((received.table.period, bool(received.simulated_files), rest))

    @cached_property
    def _hashes(self) -> dict[str, Any]:
        """By unit, a hash of what is told of it and those below it, in the order of telling."""
        received, units = self._received, self._units
        top, hashes = units.top.code, {unit.code: hashlib.sha256() for unit in units.units}
        lines = {code: [hashes[above] for above in units.line(code)] for code in hashes}

        def add(code: str, *told: object) -> None:
            text = repr(told).encode()
            for each in lines.get(code) or lines[top]:
                each.update(text)

        not_used = received.not_used_of(self._campaign.report_level)
        for unit in units.units:
            sure = (unit.code not in not_used, unit.code not in received.weighted)
            add(unit.code, unit, received.weights.get(unit.code), sure)
        doubtful, simulated = received.doubtful_cells, received.simulated_files
        explained = received.explained_cells
        for told in (received.table.observations, received.cumulative):
            for one in told:
                marked = one.address in doubtful, one.address in explained
                marks = (*marked, one.address.file in simulated)
                add(one.unit_code, told is received.cumulative, one, marks)
        for row in received.table.register_rows:
            add(row.unit_code, row, [cell in doubtful for _, cell in row.addresses])
        for came in chain[Reply | Visit](received.replies, received.visits):
            add(came.unit_code, came)
        for source in received.sources:
            add(source.unit_code, source.name, source.simulated)
        chief = {id(finding) for finding, _ in received.mistakes}
        for finding in received.findings:
            whose = finding.unit_code or received.senders.get(finding.address.file, "")
            add(whose, finding, id(finding) in chief)
        return hashes


def is_thin(notebook: bytes) -> bool:
    """Whether a notebook does nothing but open the report of the unit that it is given and show
    sections of it: then it looks at nothing else.
    """
    cells = [c for c in json.loads(notebook)["cells"] if c["cell_type"] == "code"]
    try:
        return all(
            _sets_a_literal(line)
            if "parameters" in cell["metadata"].get("tags", ())
            else _shows(line)
            for cell in cells
            for line in ast.parse("".join(cell["source"])).body
        )
    except SyntaxError:  # a magic
        return False


def _sets_a_literal(line: ast.stmt) -> bool:
    return isinstance(line, ast.Assign | ast.AnnAssign) and isinstance(line.value, ast.Constant)


def _shows(line: ast.stmt) -> bool:
    """Whether a line imports the package, opens the report, or shows one of its sections."""
    if ast.unparse(line) in ("import dxkit", _OPENED):
        return True
    match line:
        case ast.Expr(ast.Call(ast.Attribute(ast.Name("report"), _), [], keywords)):
            return all(isinstance(keyword.value, ast.Constant) for keyword in keywords)
    return False
