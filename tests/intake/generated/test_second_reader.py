"""Every value that was read stands at its address for another library as well, beside the label of
its row and below that of its column: generated workbooks, and published ones where they lie beside
the project. Labels are compared by a plain key of this module, and by nothing of the reader's.
"""

from __future__ import annotations

import dataclasses
import random
import re
import unicodedata
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
import xlrd

from dxkit.campaign.folder import load_campaign
from dxkit.intake.period import read_period
from dxkit.model.campaign import Campaign, MeasureKind
from dxkit.model.facts import CellRef
from dxkit.model.observations import Flag, Observation, Received
from tests.intake.generated.files import write_office
from tests.intake.generated.layouts import PERIOD
from tests.intake.generated.offices import districts, make_office
from tests.intake.generated.test_generated import with_waste

pytestmark = pytest.mark.unmeasured

SAMPLE, ALL = 8, 60  # workbooks that a second library reads, labels and all
REAL = Path(__file__).parents[3].parent / "shared" / "real"
PUBLISHED = [
    ("tests/intake/campaigns/census-2019", "2019", "gso_census2019_households.xlsx"),
    ("data/campaigns/pci-2009", "2009", "pci_2009.xls"),
    ("tests/intake/campaigns/pci-2015", "2015", "pci_2015.xlsx"),
    ("tests/intake/campaigns/budget-2006", "2006", "mof_final_2006.xls"),
]

_HEADER_ROWS = 40
Cells = dict[tuple[int, int], object]
_TYPES = re.compile(
    r"^(thi tran|tt|phuong|p|xa|x|khu vuc|kv|ap|huyen|h|thanh pho|tp|thi xa|tx|tinh)\b *"
)
_LIKE_LATIN = str.maketrans("đĐðÐА", "dDdDA")


def key(text: object) -> str:
    """A text without accents, case, punctuation, list numbers and invisible signs."""
    letters = unicodedata.normalize("NFKD", str(text).translate(_LIKE_LATIN)).casefold()
    bare = "".join(c for c in letters if not unicodedata.combining(c) and c not in "\u200b\ufeff")
    words = re.sub(r"[^a-z0-9%]+", " ", re.sub(r"(?<=[a-z])(?=\d)", " ", bare)).strip()
    return words


def name_key(text: object) -> str:
    return _TYPES.sub("", key(str(text).partition("(")[0])) or key(text)


def cells_of(path: Path) -> dict[str, tuple[Cells, Cells]]:
    """What each sheet holds by the other library; and the same with merged cells everywhere."""
    found: dict[str, tuple[Cells, Cells]] = {}
    if path.suffix == ".xls":
        book = xlrd.open_workbook(path, formatting_info=True)
        for page in book.sheets():
            cells: Cells = {
                (r + 1, c + 1): whole(page.cell_value(r, c))
                for r in range(page.nrows)
                for c in range(page.row_len(r))
                if page.cell_value(r, c) != ""
            }
            areas = [(t + 1, f + 1, b, e) for t, b, f, e in page.merged_cells]
            found[page.name] = cells, spread(cells, areas)
        return found
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        workbook = openpyxl.load_workbook(path, data_only=True)
    for sheet in workbook.worksheets:
        cells = {
            (c.row, c.column): whole(c.value) for row in sheet for c in row if c.value is not None
        }  # fmt: skip
        areas = [(a.min_row, a.min_col, a.max_row, a.max_col) for a in sheet.merged_cells.ranges]
        found[sheet.title] = cells, spread(cells, areas)
    return found


def whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def spread(cells: Cells, areas: list[tuple[int, int, int, int]]) -> Cells:
    more = dict(cells)
    for top, left, bottom, right in areas:
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                more[row, column] = cells.get((top, left))
    return more


def label(full: Cells, row: int, column: int) -> object:
    """What stands over a column in a row: a group's label may stand over its first column only."""
    found = (full.get((row, c)) for c in range(column, 0, -1))
    return next((text for text in found if text not in (None, "")), None)


def at(place: CellRef) -> tuple[int, int]:
    letters, row = re.fullmatch(r"([A-Z]+)(\d+)", place.cell).groups()  # type: ignore[union-attr]
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(row), column


def troubles(o: Observation, received: Received, campaign: Campaign, sheet: tuple[Cells, Cells],
             units: dict[str, dict[str, set[str]]]) -> Iterator[str]:  # fmt: skip
    """What the other library's cells do not say of a value."""
    cells, full = sheet
    row, column = at(o.address)
    content = cells.get((row, column))
    is_number = isinstance(content, (int, float)) and not o.flag
    if is_number and not any(
        abs(float(content) * factor - float(o.value or 0)) <= 1e-9 * abs(float(o.value or 0))
        for factor in (1, 0.01, 1000)  # a share written in per cent, tonnes for kg
    ):
        yield f"the cell holds {content!r}"
    if content is None or key(content) != key(o.raw):
        yield f"the cell reads {content!r}, not {o.raw!r}"
    own = received.units.get(o.unit_code)
    left = (full.get((row, c)) for c in range(column - 1, 0, -1))
    right = (full.get((row, c)) for c in range(column + 1, column + 4))
    above = (full.get((r, column)) for r in range(row - 1, 0, -1))
    further_up = (full.get((r, c)) for r in range(row - 1, 0, -1) for c in (2, 3))
    for texts in (left, right, above, further_up):
        named = [name_key(t) for t in texts if isinstance(t, str) and any(map(str.isalpha, t))]
        nearest = next((name for name in named if name in units[own.level]), "")
        if nearest:
            break
    if own.code not in units[own.level].get(nearest, ()):
        yield f"the row's label is {nearest!r}, not {own.name!r}"
    measure = campaign.measure(o.measure)
    labels = [label(full, r, column) for r in range(1, min(row, _HEADER_ROWS))]
    labels += [full.get((row, c)) for c in (1, 2, 3)]  # of a transposed sheet
    said = "".join(key(t) for t in labels if t is not None).replace(" ", "")
    headers = (h.rpartition(">")[2] for h in (*measure.headers, *measure.names.values()))
    if not any(key(h).replace(" ", "") in said for h in headers):
        yield f"above the column stands {said[:80]!r}"


def compare(campaign: Campaign, received: Received, path: Path, tally: Counter[str]) -> list[str]:
    sheets = cells_of(path)
    units: dict[str, dict[str, set[str]]] = {}  # level → key → codes
    for unit in received.units.units:
        written = [a.alias for a in campaign.aliases if a.code == unit.code]
        for name in (unit.name, unit.bare_name, *written):
            units.setdefault(unit.level, {}).setdefault(name_key(name), set()).add(unit.code)
    found = []
    for o in received.table.observations:
        kind = campaign.measure(o.measure).kind
        if o.value is None or kind in (MeasureKind.ROWS, MeasureKind.TEXT):
            continue
        if o.flag not in (None, Flag.EXCEEDS_WHOLE):
            tally["repaired or approximate"] += 1
            continue
        tally["compared"] += 1
        for trouble in troubles(o, received, campaign, sheets[o.address.sheet], units):
            found.append(f"{o.address} {o.unit_code} {o.measure} {o.value}: {trouble}")
    return found


def generated(
    campaign: Campaign, root: Path, folder: Path, seed: int
) -> tuple[Campaign, Path] | None:
    """A generated workbook that the other libraries read, in no font of its own."""
    dice = random.Random(seed)
    office = make_office(dice, districts(root / "data/campaigns/haugiang-2022/units.csv", dice))
    folder.mkdir()
    path = write_office(office, folder, dice)
    if path.suffix not in (".xlsx", ".xlsm", ".xls") or office.font:
        return None
    return with_waste(dataclasses.replace(campaign, layouts=office.layouts)), path


def test_generated_values_stand_where_another_library_finds_them(
    haugiang: Campaign, root: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    number = ALL if request.config.getoption("--full") else SAMPLE
    tally: Counter[str] = Counter()
    found: list[str] = []
    for seed in range(2_000, 2_000 + 3 * number):
        if tally["workbooks"] == number:
            break
        made = generated(haugiang, root, tmp_path / str(seed), seed)
        if made is not None:
            campaign, path = made
            received = read_period(campaign, PERIOD, path.parent)
            found += [f"{seed} {one}" for one in compare(campaign, received, path, tally)]
            tally["workbooks"] += 1
    print(f"\n{dict(tally)}; {len(found)} differ")
    assert found == []
    assert tally["workbooks"] == number
    assert tally["compared"] > 30 * number


def test_a_value_at_another_address_is_told(haugiang: Campaign, root: Path, tmp_path: Path) -> None:
    """The comparison can fail: a value one cell to the left, another unit's, another measure's."""
    seeds = iter(range(2_000, 2_100))
    made = None
    while made is None:
        seed = next(seeds)
        made = generated(haugiang, root, tmp_path / str(seed), seed)
    campaign, path = made
    received = read_period(campaign, PERIOD, path.parent)
    values = [o for o in received.table.observations if o.value is not None and not o.flag]
    first = values[0]
    other = next(o for o in values if o.unit_code != first.unit_code)
    row, column = at(first.address)
    beside = CellRef(*first.address[:2], f"{chr(63 + column)}{row}")
    measure = next(m.id for m in campaign.measures if m.id == "initiatives" or m.table == "teams")
    for wrong in (
        dataclasses.replace(first, address=beside),
        dataclasses.replace(first, unit_code=other.unit_code),
        dataclasses.replace(first, value=first.value + 1),
        dataclasses.replace(first, measure=measure if measure != first.measure else "dossiers"),
    ):
        table = dataclasses.replace(received.table, observations=(wrong, other))
        changed = dataclasses.replace(received, table=table)
        assert compare(campaign, changed, path, Counter()) != [], wrong


@pytest.mark.skipif(
    not REAL.is_dir(), reason="the published workbooks do not lie beside the project"
)
@pytest.mark.parametrize(("plan", "period", "file"), PUBLISHED)
def test_published_values_stand_where_another_library_finds_them(
    root: Path, tmp_path: Path, plan: str, period: str, file: str, request: pytest.FixtureRequest
) -> None:
    if file.startswith("gso") and not request.config.getoption("--full"):
        pytest.skip("the census of the whole country takes a minute: part of --full")
    path = tmp_path / file
    path.write_bytes((REAL / file).read_bytes())
    campaign = load_campaign(root / plan)
    tally: Counter[str] = Counter()
    found = compare(campaign, read_period(campaign, period, tmp_path), path, tally)
    print(f"\n{file}: {dict(tally)}; {len(found)} differ")
    assert found == []
    assert tally["compared"] > 50
