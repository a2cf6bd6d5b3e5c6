"""A period more in a plan: which days the next one may have, and the plan's files with it."""

from __future__ import annotations

import calendar
import datetime
import re
import shutil
import tempfile
from itertools import pairwise
from pathlib import Path

from dxkit.campaign.folder import load_campaign
from dxkit.campaign.plan_files import columns_of, newline_of, texts_in, with_rows
from dxkit.campaign.reader import PLAN_FILE
from dxkit.model.campaign import Campaign, Target
from dxkit.model.choices import RefusedError
from dxkit.model.keys import FIRST_DAY, LAST_DAY
from dxkit.model.periods import Period, calendar_days, split_period_id
from dxkit.workbooks.atomic import write_text

TARGETS = "targets.csv"
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
"""How long those are that units report of, the shortest first."""
_HEADING = re.compile(r"\s*\[")


def calendar_period(period_id: str) -> Period:
    """A period with the days that the calendar gives it. Raises RefusedError."""
    if _parts(period_id)[1] not in _MONTHS:
        raise RefusedError("period_malformed", text=period_id)
    return Period(period_id, *calendar_days(period_id))


def next_period(campaign: Campaign, wanted: str = "") -> Period:
    """The period ``wanted``, or the one after the last of the shortest: days, parts and due day are
    as far from those of the last of its length as it is from that. Raises RefusedError.
    """
    kind = _parts(wanted)[1] if wanted else ""
    last = {period.kind: period for period in campaign.reported}
    kind = kind or next((shorter for shorter in _MONTHS if shorter in last), "")
    if kind not in last or kind not in _MONTHS:
        known = ", ".join(period.id for period in campaign.reported)
        raise RefusedError("period_of_no_kind", text=wanted, available=known)
    before, length = last[kind], _MONTHS[kind]
    months = length
    if wanted:
        months = (_number(wanted) - _number(before.id)) * length
        if months <= 0:
            raise RefusedError("period_not_later", text=wanted, period=before.id)
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
        year, kind, number = split_period_id(period_id)
        if not FIRST_DAY.year <= year <= LAST_DAY.year:
            raise ValueError(year)
    except ValueError as error:
        raise RefusedError("period_malformed", text=period_id) from error
    return year, kind, number


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


def add_period(campaign: Campaign, period: Period, source_of_targets: str) -> int:
    """Write a period more into the files of a plan, into all that it changes or none; returns how
    many targets it has. It stands behind the last one of its length, whose targets it has for the
    time being, each marked as assumed; all else stays as it is, byte for byte.

    Raises RefusedError where the plan cannot be extended in this way, CampaignError where it
    would not load any more, InUseError where somebody has one of the files open.
    """
    before = [p for p in campaign.reported if p.kind == period.kind][-1]
    plan = _bytes_as_text(campaign.folder / PLAN_FILE)
    files = {PLAN_FILE: _with_block(plan, before, period)}
    own = {"period": period.id, "source": source_of_targets, "assumed": "true"}
    targets = texts_in(campaign.folder / TARGETS, columns_of(Target))
    rows = [row | own for row in targets if row["period"] == before.id]
    if rows:
        files[TARGETS] = with_rows(_bytes_as_text(campaign.folder / TARGETS), rows)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(shutil.copytree(campaign.folder, Path(scratch) / campaign.id))
        for name, text in files.items():
            (folder / name).write_text(text, "utf-8", newline="")
        made = load_campaign(folder)
    if sorted(made.periods, key=str) != sorted((*campaign.periods, period), key=str):
        raise RefusedError("periods_inline", text=campaign.folder / PLAN_FILE)
    write_text(campaign.folder / PLAN_FILE, files[PLAN_FILE])
    try:
        if rows:
            write_text(campaign.folder / TARGETS, files[TARGETS])
    except OSError:
        write_text(campaign.folder / PLAN_FILE, plan)
        raise
    return len(rows)


def _bytes_as_text(path: Path) -> str:
    """A file's text with its line ends and its byte order mark."""
    return path.read_bytes().decode("utf-8")


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
            newline = newline_of(text)
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
