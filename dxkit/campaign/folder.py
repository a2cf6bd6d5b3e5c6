"""Reading a campaign folder: the whole plan at once, with every mistake in it."""

from __future__ import annotations

import dataclasses
import tomllib
from importlib.resources import files
from pathlib import Path

from dxkit.campaign.consistency import look_through, of_levels
from dxkit.campaign.map import read_map
from dxkit.campaign.reader import Reader
from dxkit.model.campaign import Campaign, CampaignError
from dxkit.workbooks.raw_folder import contents_of

_known: dict[Path, tuple[str, Campaign]] = {}
"""By folder, the campaign that was read last, and the hash of what lay there."""


def load_campaign(folder: Path) -> Campaign:
    """The campaign in ``folder``; raises CampaignError listing everything that is wrong with it. It
    is read anew when a file has changed: each page asks for it, and a country takes half a second.
    """
    there = contents_of(folder)
    if folder in _known and _known[folder][0] == there.key:
        return _known[folder][1]
    campaign = _read(folder)
    if not there.passed_over and contents_of(folder) == there:
        _known[folder] = there.key, campaign
    return campaign


def _read(folder: Path) -> Campaign:
    reader = Reader(folder)
    campaign = reader.campaign()
    if campaign.abbreviations is not None:  # it could be read
        usual = tomllib.loads((files("dxkit.campaign") / "abbreviations.toml").read_text("utf-8"))
        campaign = dataclasses.replace(campaign, abbreviations={**usual, **campaign.abbreviations})
    read_map(reader)
    reader.look_up()
    look_through(campaign, reader)
    if reader.problems:
        raise CampaignError(tuple(sorted(reader.problems, key=lambda p: (p.file, p.line))))
    levels = campaign.units.levels
    targets = tuple(each for target in campaign.targets for each in of_levels(target, levels))
    return dataclasses.replace(campaign, targets=targets)
