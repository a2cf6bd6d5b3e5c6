"""What is of the units of one day goes to those of another: by random histories of boundaries, by a
second plain way, and by what is known of Hậu Giang.
"""

from __future__ import annotations

import datetime
import random
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import strategies as st

from dxkit.campaign.folder import load_campaign
from dxkit.model.campaign import Campaign
from dxkit.model.units import OUTSIDE, Passage, Succession, Unit, UnitRegistry, passage
from tests.unhurried import given

FIRST = datetime.date(2019, 1, 1)
YEARS = [datetime.date(year, 7, 1) for year in (2020, 2021, 2022, 2023)]
ONE_DAY = datetime.timedelta(days=1)
Figures = dict[str, Fraction]


class History:
    """Communes whose boundaries change each year by chance: some merge, some are split with shares
    or without, some take the code of a neighbour, some leave, some come from outside.
    """

    def __init__(self, seed: int, kinds: str = "merge split code unknown leave come stay") -> None:
        self.chance = random.Random(seed)
        self.kinds = kinds.split()
        self.begun = {str(n): FIRST for n in range(self.chance.randint(3, 7))}
        self.units: list[Unit] = []
        self.rows: list[Succession] = []
        for day in YEARS[: self.chance.randint(1, 4)]:
            self._change(day)
        self.units += [Unit(c, c, "", "commune", "", first) for c, first in self.begun.items()]
        self.registry = UnitRegistry(tuple(self.units), ("commune",))

    def _change(self, day: datetime.date) -> None:
        codes = list(self.begun)
        self.chance.shuffle(codes)
        heirs: dict[str, dict[str, Fraction | None]] = {}
        while codes:
            kind, code = self.chance.choice(self.kinds), codes.pop()
            other = codes.pop() if codes and kind in ("merge", "code") else code
            if kind == "merge":
                heirs[code] = heirs[other] = {self.chance.choice([code, other]): Fraction(1)}
            elif kind == "code":
                heirs[code], heirs[other] = {other: Fraction(1)}, {code: Fraction(1)}
            elif kind in ("split", "unknown"):
                cut = Fraction(self.chance.randint(1, 9), 10)
                new = f"{code}.{day.year}"
                heirs[code] = {code: cut, new: 1 - cut}
                if kind == "unknown":
                    heirs[code] = dict.fromkeys(heirs[code])
            elif kind == "leave":
                heirs[code] = {OUTSIDE: Fraction(1)}
            elif kind == "come":
                heirs[code] = {code: Fraction(1)}
                heirs.setdefault(OUTSIDE, {})[code] = None
        for code, parts in heirs.items():
            self.rows += [Succession(code, heir, day, part) for heir, part in parts.items()]
        for code in heirs.keys() - {OUTSIDE}:
            first = self.begun.pop(code)
            self.units.append(Unit(code, code, "", "commune", "", first, day - ONE_DAY))
        begun = {heir for parts in heirs.values() for heir in parts} - {OUTSIDE}
        self.begun |= dict.fromkeys(sorted(begun), day)

    def passage(self, start: datetime.date, end: datetime.date) -> Passage:
        return passage(self.registry, self.rows, start, end)

    def days(self) -> list[datetime.date]:
        days = [FIRST, *(d + ONE_DAY * self.chance.randint(-1, 1) for d in YEARS)]
        return sorted(self.chance.sample(days, 3))


def carried(figures: Figures, by: Passage) -> dict[str, Fraction | None]:
    """The figures of units as they are after a passage; None where that cannot be told."""
    found: dict[str, Fraction | None] = {}
    for code, heirs in by.shares.items():
        for heir, share in heirs.items():
            known = found.get(heir, Fraction(0))
            part = None if share is None else share * figures.get(code, Fraction(0))
            found[heir] = None if part is None or known is None else known + part
    return found


def plainly(
    history: History, figures: Figures, start: datetime.date, end: datetime.date
) -> dict[str, Fraction | None]:
    """The same by another way: what is at each place is moved on date by date, row by row."""
    now: dict[str, Fraction | None] = dict(figures)
    for day in YEARS:
        if not start < day <= end:
            continue
        moved: dict[str, Fraction | None] = {}
        leaving = {row.from_code for row in history.rows if row.date == day}
        for code, figure in now.items():
            if code not in leaving or code == OUTSIDE:
                moved[code] = figure
        for row in history.rows:
            if row.date != day or row.from_code not in now | {OUTSIDE: None}:
                continue
            here, there = now.get(row.from_code), moved.get(row.to_code, Fraction(0))
            lost = row.from_code == OUTSIDE or None in (here, there, row.share)
            moved[row.to_code] = None if lost else there + here * row.share  # type: ignore[operator]
        now = moved
    return now


def some_figures(history: History, day: datetime.date) -> Figures:
    return {
        u.code: Fraction(history.chance.randint(0, 999)) for u in history.registry.on(day).units
    }


@given(st.integers(0, 2**32))
def test_passages_compose(seed: int) -> None:
    history = History(seed)
    a, b, c = history.days()
    first, second, third = history.passage(FIRST, a), history.passage(a, b), history.passage(b, c)
    assert first.then(second).then(third) == first.then(second.then(third))
    assert first.then(second).then(third) == history.passage(FIRST, c)
    figures = some_figures(history, a)
    inside = {code: part for code, part in carried(figures, second).items() if code != OUTSIDE}
    plain = plainly(history, figures, a, b)
    assert inside == {code: part for code, part in plain.items() if code != OUTSIDE}


@given(st.integers(0, 2**32))
def test_totals_are_kept(seed: int) -> None:
    history = History(seed, "merge split code stay")
    a, b, _ = history.days()
    by, figures = history.passage(a, b), some_figures(history, a)
    found = carried(figures, by)
    assert sum(part for part in found.values() if part is not None) == sum(figures.values())
    assert all(sum(s for s in heirs.values() if s is not None) == 1 for heirs in by.shares.values())
    assert set(found) - {OUTSIDE} <= {unit.code for unit in history.registry.on(b).units}
    rounded = sum(float(part or 0) for part in found.values())
    assert rounded == pytest.approx(float(sum(figures.values())), rel=1e-12)


@given(st.integers(0, 2**32))
def test_there_and_back_again(seed: int) -> None:
    history = History(seed)
    a, b, _ = history.days()
    there, back, figures = history.passage(a, b), history.passage(b, a), some_figures(history, a)
    assert back == there.back()
    known = carried(figures, there)
    again = carried({code: part or Fraction(0) for code, part in known.items()}, back)
    told = {
        code: part for code, part in again.items()
        if code and part is not None and None not in (known[h] for h in there.shares[code])
    }  # fmt: skip
    assert all(figures[code] == part for code, part in told.items())
    renamed = there.renamed
    assert renamed.keys() <= again.keys()
    assert all(again[code] == figures[code] for code in renamed)
    assert {heir: code for code, heir in renamed.items()}.items() <= back.renamed.items()


def test_a_unit_without_a_row_stays_itself() -> None:
    history = History(1, "stay")
    assert history.passage(FIRST, YEARS[-1]).renamed == {c: c for c in history.begun}


@pytest.fixture(scope="module")
def campaign(root: Path) -> Campaign:
    return load_campaign(root / "data/campaigns/haugiang-2022")


def test_the_reform_of_2025(campaign: Campaign) -> None:
    """75 communes to 28, and two of these from two old districts; codes that mean other places."""
    by = campaign.passage(datetime.date(2022, 12, 14), datetime.date(2025, 7, 1))
    level = {unit.code: unit for unit in campaign.units.on(datetime.date(2022, 12, 14)).units}
    old = {code: heirs for code, heirs in by.shares.items() if len(code) == 5}
    assert len(old) == 75
    assert all([*heirs.values()] == [1] for heirs in old.values())
    origins = {code: set(found) for code, found in by.origins.items() if len(code) == 5}
    assert len(origins) == 28
    assert set(origins) | {"92"} == {
        unit.code for unit in campaign.units.on(datetime.date(2025, 7, 1)).units
    }
    crossing = {c for c, of in origins.items() if len({level[o].parent_code for o in of}) > 1}
    assert crossing == {"31369", "31453"}
    assert origins["31369"] == {"31362", "31369", "31387"}  # Cái Tắc, Đông Thạnh, Đông Phước A
    assert set(by.shares["31384"]) == {"31378"}  # old Đông Phước is not in new Đông Phước
    assert by.origins["92"][OUTSIDE] is None
    assert by.shares["934"] == {"92": 1}
    assert not by.renamed


def test_the_split_of_2020_goes_by_the_people_that_were_moved(campaign: Campaign) -> None:
    by = campaign.passage(datetime.date(2019, 12, 31), datetime.date(2022, 12, 14))
    assert by.shares["31372"] == {"31366": Fraction(1030, 3632), "31369": Fraction(2602, 3632)}
    assert [round(float(share or 0), 3) for share in by.shares["31372"].values()] == [0.284, 0.716]
    kept = [s for s in campaign.successions if s.from_code == "31372"]
    assert [s.basis for s in kept] == ["người chuyển"] * 2 + ["diện tích"] * 2
    assert all("4.081" in s.source and "3.632" in s.source for s in kept[:2])
    assert by.renamed["931"] == "931"
    assert by.origins["31366"].keys() == {"31366", "31372"}
