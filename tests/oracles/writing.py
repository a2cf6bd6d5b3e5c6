"""How a number must look on a page, told from its key alone."""

from __future__ import annotations

import calendar
import datetime
from decimal import ROUND_HALF_UP, Decimal

from dxkit.model.campaign import Campaign
from dxkit.model.facts import FactKey

_SHARES = {
    "attained": 1,
    "contribution": 1,
    "weight": 1,
    "covered": 0,
    "complete": 1,
    "award_draws": 0,
}
_LIKE_VALUE = ("value", "best_before", "worst_before", "group_value", "type_value", "month_value",
               "interval_low", "interval_high")  # fmt: skip
_DIFFERENCES = ("gap", "change", "like_change", "against_group", "against_type", "spread")
_POINTS = ("points", "points_to_target", "points_before", "progress", "bonus")
_DECLARED = ("target", "goal", "least_value", "max_points", "smallest", "movement_target")
_DECLARED_SHARES = (
    "minimum_share",
    "minimum_coverage",
    "weight_band",
    "least_reported",
    "least_covered",
    "least_complete",
)
_DATES = ("deadline", "goal_date")
MINUS = "\N{MINUS SIGN}"
MARKS = {"vi": (",", "."), "en": (".", ",")}
"""Decimal mark and group mark by language."""


TYPES = {
    "Tỉnh": "province", "Thành phố": "city", "Huyện": "district", "Thị xã": "town",
    "Phường": "ward", "Thị trấn": "township", "Xã": "commune", "Khu vực": "quarter", "Ấp": "hamlet",
}  # fmt: skip
"""The types of units in English."""


def name_of_unit(name: str, type_: str, language: str) -> str:
    """What a unit is called in a language."""
    bare = name.removeprefix(type_).strip()
    if language == "vi" or type_ not in TYPES:
        return name
    is_number = bare[:1].isdigit() or not bare.strip("IVX")
    return f"{TYPES[type_].capitalize()} {bare}" if is_number else f"{bare} {TYPES[type_]}"


def is_date(key: FactKey) -> bool:
    """Whether the number is a day."""
    return key.kind in _DATES


def writings(
    key: FactKey, value: float, campaign: Campaign, language: str, target: float | None = None
) -> tuple[str, ...]:
    """The ways in which the number may be written: as it is, without its sign, with a plus; beside
    the ``target`` of its indicator.
    """
    if is_date(key):
        day = datetime.date.fromordinal(int(value))
        if language == "en":
            return (f"{day.day} {calendar.month_name[day.month]} {day.year}",)
        month = f"0{day.month}" if day.month < 3 else str(day.month)
        return (f"{day.day:02}/{month}/{day.year}",)
    scale, decimals, sign = form(key, value, campaign, target)
    number = (Decimal(repr(value)) * scale).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    plain = _marked(abs(number), language) + sign
    if number > 0:
        return (plain, f"+{plain}")
    return (plain,) if not number else (f"{MINUS}{plain}", plain)


def form(
    key: FactKey, value: float, campaign: Campaign, target: float | None = None
) -> tuple[int, int, str]:
    """By what a kind of number is multiplied, its decimals, and what stands after it."""
    scale, decimals, sign = _usual_form(key, value, campaign)
    if target is not None and key.kind in ("value", "gap"):
        indicator = next(i for i in campaign.indicators if i.id == key.subject)
        own, goal = (value, target) if key.kind == "value" else (value + target, target)
        while decimals < 16 and _seems_reached(own, goal, scale, decimals, indicator.direction):
            decimals += 1
    return scale, decimals, sign


def _seems_reached(own: float, goal: float, scale: int, decimals: int, direction: int) -> bool:
    """Whether a target that is missed looks as if it were not, as the two are written."""
    if round(own, 12) * direction >= goal * direction:
        return False
    exact = Decimal(repr(round(own, 15))) * scale
    shown = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return shown * direction >= Decimal(repr(goal)) * scale * direction


def _usual_form(key: FactKey, value: float, campaign: Campaign) -> tuple[int, int, str]:
    indicator = next((i for i in campaign.indicators if i.id == key.subject), None)
    ratio = indicator is not None and indicator.kind == "ratio"
    decimals = indicator.decimals if indicator is not None else 0
    kind = key.kind
    if kind in _SHARES:
        return 100, _SHARES[kind], "%"
    if indicator is not None and kind in _LIKE_VALUE:
        return (100, decimals, "%") if ratio else (1, decimals, "")
    if kind in _DIFFERENCES:
        return (100 if ratio else 1), decimals, ""
    if kind in _DECLARED or kind in _DECLARED_SHARES:
        percent = kind in _DECLARED_SHARES or (ratio and kind in ("target", "goal", "least_value"))
        shown = value * 100 if percent else value
        needed = f"{shown:.4f}".rstrip("0").partition(".")[2]
        return (100 if percent else 1), len(needed), "%" if percent else ""
    return 1, (2 if kind in _POINTS else 0), ""


def _marked(number: Decimal, language: str) -> str:
    decimal_mark, group_mark = MARKS[language]
    whole, _, rest = f"{number:f}".partition(".")
    groups: list[str] = []
    while len(whole) > 3:
        whole, group = whole[:-3], whole[-3:]
        groups.insert(0, group)
    written = group_mark.join([whole, *groups])
    return f"{written}{decimal_mark}{rest}" if rest else written
