"""From rows of a register to initiatives: the start as days, the aim as indicators."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from dxkit.intake.dates import start_days
from dxkit.intake.file import read_file
from dxkit.intake.names import Names
from dxkit.model.campaign import Campaign, InitiativeRegister
from dxkit.model.findings import Finding
from dxkit.model.observations import Initiative, RegisterRow
from dxkit.model.text import normalise
from dxkit.workbooks.raw_folder import raw_files

_PLAIN_COUNT = re.compile(r"\d{1,3}(?:[. ]\d{3})+|\d+")


def reported_initiatives(campaign: Campaign, rows: Iterable[RegisterRow]) -> tuple[Initiative, ...]:
    """The initiatives that the workbooks of a period report, in reading order."""
    register = campaign.initiatives
    if register is None:
        return ()
    aims = _Aims(campaign)
    return tuple(
        _initiative(campaign, register, aims, row, row.period)
        for row in rows
        if row.register == register.table
    )


def published_initiatives(
    campaign: Campaign, period_id: str, references: Path
) -> tuple[tuple[Initiative, ...], tuple[Finding, ...]]:
    """The campaign's register of published initiatives, read like any workbook, and what is wrong
    with it. Units are those of the period's last day; an initiative of a unit that did not exist
    then is left out, with a finding.
    """
    register = campaign.initiatives
    if register is None or not register.folder:
        return (), ()
    period = campaign.period(period_id)
    names = Names(campaign, period.last_day)
    aims = _Aims(campaign)
    found: list[Initiative] = []
    findings: list[Finding] = []
    folder = references / register.folder
    for path in raw_files(folder):
        file = read_file(campaign, period, names, path, folder)
        tables = [table for table in file.tables if table.table == register.table]
        for table in tables:
            findings += table.findings
            found += (_initiative(campaign, register, aims, row, "") for row in table.register_rows)
    return tuple(found), tuple(findings)


def _initiative(
    campaign: Campaign, register: InitiativeRegister, aims: _Aims, row: RegisterRow, period: str
) -> Initiative:
    text = {role: row.text(measure) for role, measure in register.columns.items()}
    first_day, last_day = start_days(text["start"])
    return Initiative(
        text["name"],
        row.unit_code,
        text["locality"],
        text["field"][:1].upper() + text["field"][1:],  # one field, however it begins
        text["start"],
        first_day,
        last_day,
        _period_of(campaign, first_day, last_day),
        text["aim"],
        aims.indicators(text["aim"]),
        _households(text["households"]),
        text["evidence"],
        text["source"],
        period,
        row.address,
    )


def _period_of(campaign: Campaign, first: datetime.date | None, last: datetime.date | None) -> str:
    """The one period in which something began: by its month when periods are reported by months."""
    if first is None or last is None:
        return ""
    same_month = (first.year, first.month) == (last.year, last.month)
    if same_month:
        month = f"{first.year}-{first.month:02d}"
        for period in campaign.reported:
            if month in period.parts:
                return period.id
    inside = [p.id for p in campaign.reported if p.first_day <= first and last <= p.last_day]
    return inside[0] if inside else ""


def _households(text: str) -> int | None:
    """A plain whole number; anything else stays text only."""
    return int(re.sub(r"[. ]", "", text)) if _PLAIN_COUNT.fullmatch(text.strip()) else None


class _Aims:
    """The indicators that written aims mean, by their names and their numerators' writings."""

    def __init__(self, campaign: Campaign) -> None:
        self._meant: dict[str, set[str]] = defaultdict(set)
        for indicator in campaign.indicators:
            numerator = campaign.measure(indicator.numerator)
            writings = [indicator.id, *indicator.names.values(), *indicator.short_names.values()]
            writings += [*numerator.names.values(), *self._headers(numerator.headers)]
            for writing in writings:
                self._meant[normalise(writing)].add(indicator.id)

    @staticmethod
    def _headers(headers: Iterable[str]) -> Iterator[str]:
        for header in headers:
            yield header
            yield header.partition(">")[0]  # the group's label

    def indicators(self, text: str) -> tuple[str, ...]:
        """The ids, in the order written; an aim that means none or several gives none."""
        found: list[str] = []
        for part in re.split(r"[;\n]", text):
            meant = self._meant.get(normalise(part), set())
            if len(meant) == 1:
                found += meant
        return tuple(dict.fromkeys(found))
