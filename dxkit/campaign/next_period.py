"""A period more in a plan: which days the next one may have, and the plan's files with it."""

from __future__ import annotations

import calendar
import csv
import datetime
import io
import re
import shutil
import tempfile
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from dxkit.campaign.folder import load_campaign
from dxkit.campaign.plan_files import read_rows
from dxkit.campaign.reader import PLAN_FILE, columns_of
from dxkit.model.campaign import Campaign, Target
from dxkit.model.periods import Period, split_period_id

TARGETS = "targets.csv"
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
"""How long those are that units report of, the shortest first."""
_HEADING = re.compile(r"\s*\[")


class PeriodRefusedError(ValueError):
    """A period cannot be added. ``reason`` is a key of the words of the command line, which
    ``values`` fill.
    """

    def __init__(self, reason: str, **values: object) -> None:
        super().__init__(f"{reason}: {values}")
        self.reason, self.values = reason, values


def calendar_period(period_id: str) -> Period:
    """A period with the days that the calendar gives it. Raises PeriodRefusedError."""
    year, kind, number = _parts(period_id)
    if kind not in _MONTHS:
        raise PeriodRefusedError("period_malformed", text=period_id)
    first = datetime.date(year, max(number - 1, 0) * _MONTHS[kind] + 1, 1)
    last = _later(first - datetime.timedelta(days=1), _MONTHS[kind])
    return Period(period_id, first, last)


def next_period(campaign: Campaign, wanted: str = "") -> Period:
    """The period ``wanted``, or the one after the last of the shortest: days, parts and due day are
    as far from those of the last of its length as it is from that. Raises PeriodRefusedError.
    """
    kind = _parts(wanted)[1] if wanted else ""
    last = {period.kind: period for period in campaign.reported}
    kind = kind or next((shorter for shorter in _MONTHS if shorter in last), "")
    if kind not in last or kind not in _MONTHS:
        known = ", ".join(period.id for period in campaign.periods)
        raise PeriodRefusedError("period_of_no_kind", text=wanted, available=known)
    before, length = last[kind], _MONTHS[kind]
    months = length
    if wanted:
        months = (_number(wanted) - _number(before.id)) * length
        if months <= 0:
            raise PeriodRefusedError("period_not_later", text=wanted, period=before.id)
    first = _later(before.last_day, months - length) + datetime.timedelta(days=1)
    due = _later(before.due_day, months) if before.due_day else None
    return Period(
        wanted or _following(before.id),
        first,
        _later(before.last_day, months),
        tuple(_month_later(part, months) for part in before.parts),
        due_day=due,
    )


def _parts(period_id: str) -> tuple[int, str, int]:
    try:
        return split_period_id(period_id)
    except ValueError as error:
        raise PeriodRefusedError("period_malformed", text=period_id) from error


def _number(period_id: str) -> int:
    """Counts the periods of one kind."""
    year, kind, number = split_period_id(period_id)
    return year * 12 // _MONTHS[kind] + number


def _following(period_id: str) -> str:
    year, kind, number = split_period_id(period_id)
    last = 12 // _MONTHS[kind]
    year, number = (year, number + 1) if number < last and kind != "year" else (year + 1, 1)
    return {"month": f"{year}-{number:02}", "quarter": f"{year}-Q{number}", "year": f"{year}"}[kind]


def _month_later(part: str, months: int) -> str:
    year, _, month = split_period_id(part)
    later = year * 12 + month - 1 + months
    return f"{later // 12}-{later % 12 + 1:02}"


def _later(day: datetime.date, months: int) -> datetime.date:
    """So many months later; the last day of a month becomes the last day of a month."""
    later = day.year * 12 + day.month - 1 + months
    year, month = later // 12, later % 12 + 1
    is_last = day.day == calendar.monthrange(day.year, day.month)[1]
    last = calendar.monthrange(year, month)[1]
    return datetime.date(year, month, last if is_last else min(day.day, last))


def with_period(
    campaign: Campaign, period: Period, source_of_targets: str
) -> tuple[Mapping[str, str], int]:
    """The files of a plan that a period more changes, by name, with their new text, the plan first;
    and the number of targets in it. All else in them stays as it is, byte for byte: the period
    stands behind the last one of its length, whose targets it has for the time being, each marked
    as assumed. Raises PeriodRefusedError where the file cannot be extended in this way.
    """
    before = [p for p in campaign.reported if p.kind == period.kind][-1]
    plan = _bytes_as_text(campaign.folder / PLAN_FILE)
    files = {PLAN_FILE: _with_block(plan, before, period)}
    targets = _targets(campaign.folder / TARGETS, before, period, source_of_targets)
    if targets:
        text = _bytes_as_text(campaign.folder / TARGETS)
        files[TARGETS] = text + _newline(text) * (not text.endswith("\n")) + "".join(targets)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(shutil.copytree(campaign.folder, Path(scratch) / campaign.id))
        for name, text in files.items():
            (folder / name).write_text(text, "utf-8", newline="")
        made = load_campaign(folder)
    if sorted(made.periods, key=str) != sorted((*campaign.periods, period), key=str):
        raise PeriodRefusedError("periods_inline", text=campaign.folder / PLAN_FILE)
    return files, len(targets)


def _bytes_as_text(path: Path) -> str:
    """A file's text with its line ends and its byte order mark."""
    return path.read_bytes().decode("utf-8")


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _with_block(text: str, before: Period, period: Period) -> str:
    """The plan with the block of a period behind that of another."""
    lines = text.splitlines(keepends=True)
    named = re.compile(rf"\s*id\s*=\s*([\"']){re.escape(before.id)}\1")
    headings = [n for n, line in enumerate(lines) if _HEADING.match(line)] + [len(lines)]
    for start, end in pairwise(headings):
        is_period = re.match(r"\s*\[\[\s*periods\s*\]\]", lines[start])
        if is_period and any(map(named.match, lines[start:end])):
            while end > start + 1 and re.match(r"\s*(#|$)", lines[end - 1]):
                end -= 1
            newline = _newline(text)
            block = [f"{line}{newline}" for line in ("", *_block(period))]
            if not lines[end - 1].endswith("\n"):
                block.insert(0, newline)
            return "".join([*lines[:end], *block, *lines[end:]])
    return text


def _block(period: Period) -> list[str]:
    lines = ["[[periods]]", f'id = "{period.id}"']
    lines += [f"first_day = {period.first_day}", f"last_day = {period.last_day}"]
    if period.due_day is not None:
        lines.append(f"due_day = {period.due_day}")
    if period.parts:
        lines.append("parts = [{}]".format(", ".join(f'"{part}"' for part in period.parts)))
    return [*lines, f"source = {quoted(period.source)}", f"assumed = {str(period.assumed).lower()}"]


def quoted(text: str) -> str:
    """A text as a string of TOML."""
    return '"{}"'.format(text.replace("\\", "\\\\").replace('"', '\\"'))


def _targets(path: Path, before: Period, period: Period, source: str) -> list[str]:
    """The lines of targets that a period takes over from another, written as the file is."""
    columns = columns_of(Target)
    text = _bytes_as_text(path)
    head = text.removeprefix("\ufeff").splitlines()[0]
    header = next(csv.reader([head], delimiter=_separator(text)))
    lines = []
    for row in read_rows(path, columns, []):
        if row.get("period") == before.id:
            own = {"period": period.id, "source": source, "assumed": "true"}
            written = io.StringIO(newline="")
            writer = csv.writer(written, delimiter=_separator(text), lineterminator=_newline(text))
            writer.writerow([own.get(name.strip()) or row.get(name.strip()) for name in header])
            lines.append(written.getvalue())
    return lines


def _separator(text: str) -> str:
    return max(",;\t", key=text.partition("\n")[0].count)
