"""How the demonstration workbooks look: the forms of a district office, filled with the truth."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import xlsxwriter

from dxkit.demo.book import (
    Book,
    Oddity,
    formats_of,
)
from dxkit.demo.commune_tables import write_dossiers, write_initiatives, write_teams
from dxkit.demo.households import write_households
from dxkit.demo.truth import (
    Place,
    simulate,
)
from dxkit.model.campaign import Campaign
from dxkit.model.periods import Period
from dxkit.model.text import slug
from dxkit.model.units import Unit
from dxkit.workbooks.atomic import replacing


def write_demonstration(
    campaign: Campaign, census: Mapping[str, int], folder: Path, seed: int = 124
) -> tuple[Oddity, ...]:
    """Write ``folder/<period>/<district>.xlsx`` for every district and both quarters.

    The same seed gives the same bytes. Returns what is deliberately odd, cell by cell.
    """
    texts = tomllib.loads((files("dxkit.demo") / "texts.toml").read_text("utf-8"))
    found: list[Oddity] = []
    for period_id, places in simulate(campaign, census, seed).items():
        period = campaign.period(period_id)
        for district in campaign.units.on(period.last_day).at_level("district"):
            mine = [place for place in places if place.unit.parent_code == district.code]
            file = f"{district.code}-{slug(district.name)}.xlsx"
            found += _write(campaign, texts, period, district, mine, folder / period_id / file)
    return tuple(found)


def _write(
    campaign: Campaign,
    texts: Mapping[str, Any],
    period: Period,
    district: Unit,
    communes: list[Place],
    path: Path,
) -> list[Oddity]:
    created = datetime.datetime.combine(period.last_day, datetime.time())
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with replacing(path) as scratch, xlsxwriter.Workbook(scratch, options) as book:
        book.set_properties({"created": created})
        made = Book(book, formats_of(book), texts, campaign, period, district, path.name, communes)
        for write in (write_households, write_dossiers, write_initiatives, write_teams):
            write(made)
    return made.oddities
