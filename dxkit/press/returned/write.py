"""Copies for the senders, kept up to date in the period's folder."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dxkit.intake.file_cells import returned_name
from dxkit.model.observations import Mistake
from dxkit.period import OpenPeriod
from dxkit.press.manifest import code_key, digest_of, hash_of, is_damaged
from dxkit.press.returned.copy import annotated_copy
from dxkit.press.returned.overview import COLOURS, Line
from dxkit.report.wording.findings import (
    finding_kind,
    finding_text,
    in_order,
    names_in_findings,
    what_follows,
    what_to_do,
)
from dxkit.report.wording.language import Language
from dxkit.workbooks.atomic import (
    carry_mark_of_the_web,
    set_aside,
    take_away,
    write_bytes,
    write_text,
)

_WITHOUT_COPY = frozenset({"file_unreadable", "file_type_unknown", "file_superseded"})
_RECORD = Path("data") / "returned.json"


@dataclass
class Returned:
    """What was written: raw file → path of its copy in the period's folder; the copies that
    somebody had worked in, under the names they were kept by; and those that stand ``as_written``.
    """

    copies: dict[str, str] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    as_written: list[str] = field(default_factory=list)


def write_returned(opened: OpenPeriod, folder: Path, language: Language) -> Returned:
    """``returned/<workbook>`` for every readable file with an error or a warning.

    A copy that would be the same is not written again; one that is not needed any more is taken
    away; one that was changed since it was written is kept under another name.
    """
    by_file: dict[str, list[Mistake]] = {}
    for mistake in opened.received.mistakes:
        by_file.setdefault(mistake[0].address.file, []).append(mistake)
    names = names_in_findings(opened.campaign, opened.analysis.units, language)
    period = language.period(opened.analysis.period.id)
    raw = opened.project.period_folder(opened.campaign.id, opened.analysis.period.id)
    result, code = Returned(), code_key()
    record = _Record(folder, result, {source.sha256 for source in opened.received.sources})
    parts = opened.received.parts  # those of a period made of others go back in their own
    for source in () if parts else opened.received.sources:
        mistakes = by_file.get(source.name, [])
        useless = any(f.code in _WITHOUT_COPY for f, _ in mistakes)
        if useless or not any(f.severity in COLOURS for f, _ in mistakes):
            continue
        name = _free_name(source.name, result.copies.values())
        lines = [_line(mistake, names, language) for mistake in in_order(mistakes)]
        key = digest_of(source.sha256, repr(lines), language.code, code)
        if not record.has(name, key):
            content = annotated_copy(raw / source.name, source, lines, period, language)
            if content is None:
                result.failed.append(source.name)
                continue
            record.write(name, key, content)
            carry_mark_of_the_web(raw / source.name, folder / name)
        record.wanted.add(name)
        result.copies[source.name] = name
    record.close()
    return result


def _free_name(file: str, taken: Iterable[str]) -> str:
    """Where the copy of a file goes; "a.xls" does not take the place of "a-xls.xlsx"."""
    path = Path("returned") / returned_name(file)
    lower = {name.casefold() for name in taken}
    number, free = 1, path
    while free.as_posix().casefold() in lower:
        number += 1
        free = path.with_name(f"{path.stem} {number}{path.suffix}")
    return free.as_posix()


def _line(mistake: Mistake, names: Mapping[str, str], language: Language) -> Line:
    finding, consequences = mistake
    also = what_follows(finding, consequences, language)
    return Line(
        finding.severity,
        language.plain(f"site.severity_{finding.severity}"),
        finding.address.sheet,
        finding.address.cell,
        finding.raw,
        f"{finding_text(finding, language, names)} {also}".rstrip(),
        what_to_do(finding.code, language),
        finding_kind(finding.code, language),
        finding.code,
        str(finding.values["answer"]) if "!" in str(finding.values.get("answer_at", "")) else "",
    )


class _Record:
    """What was written before, so that a person's own work in a copy is never written over."""

    def __init__(self, folder: Path, result: Returned, received: Collection[str]) -> None:
        self._folder, self._result, self._received = folder, result, received
        self.wanted: set[str] = set()
        try:
            self._written = json.loads((folder / _RECORD).read_text("utf-8"))
        except (OSError, ValueError):
            self._written = {}

    def has(self, name: str, key: str) -> bool:
        """Whether the copy is there, made under the same key, or as somebody has saved it since."""
        known = self._written.get(name, {})
        whole = self._hash(name) == known.get("sha256") or not is_damaged(self._folder / name)
        return known.get("key") == key and whole

    def write(self, name: str, key: str, content: bytes) -> None:
        """Write a copy, whole or not at all."""
        self._make_room(name, self._received)
        write_bytes(self._folder / name, content)
        self._written[name] = {"key": key, "sha256": digest_of(content)}

    def close(self) -> None:
        """Take away the copies that nothing is to be said of any more, and keep the record."""
        for name in [n for n in self._written if n not in self.wanted]:
            self._make_room(name, ())
            take_away(self._folder / name)
            del self._written[name]
        written = self._written.items()
        self._result.as_written += [n for n, w in written if self._hash(n) == w["sha256"]]
        write_text(self._folder / _RECORD, json.dumps(self._written, indent=1) + "\n")

    def _make_room(self, name: str, received: Collection[str]) -> None:
        """Set aside a copy that somebody has worked in, unless it was received back as it is."""
        path = self._folder / name
        present = self._hash(name)
        known = self._written.get(name, {}).get("sha256", "")
        if present == known or is_damaged(path) or hash_of(path) in received:
            return
        self._result.kept.append(set_aside(path).relative_to(self._folder).as_posix())

    def _hash(self, name: str) -> str:
        try:
            return digest_of((self._folder / name).read_bytes())
        except OSError:
            return ""
