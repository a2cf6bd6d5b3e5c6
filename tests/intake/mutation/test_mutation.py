"""Workbooks spoilt at random: never a traceback, a hang, or a changed value without a finding.

``judging`` says what is asked of each reading. With ``--full`` over two thousand spoilt workbooks,
else a sample; each is made anew from the number that a failure names.
"""

from __future__ import annotations

import io
import random
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import mutants
import pytest
from judging import Judge, letters

from dxkit.campaign.folder import load_campaign
from dxkit.intake.period import read_period
from dxkit.model.campaign import Campaign, MeasureKind
from tests.workbooks.ods_files import ods_of

pytestmark = pytest.mark.unmeasured

ROOT = Path(__file__).parents[3]
REAL = ROOT.parent / "shared" / "real"
DEMO = ROOT / "data/raw/haugiang-2022/2022-Q4/931-thanh-pho-nga-bay.xlsx"
LONGEST = 60  # seconds for one file


def demo_xlsx() -> bytes:
    return DEMO.read_bytes()


def demo_table() -> list[tuple[str, list[list[object]]]]:
    """The sheets of the demonstration workbook as rows, by another library."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(DEMO))
    return [
        (name, book.get_sheet_by_name(name).to_python(skip_empty_area=False))
        for name in book.sheet_names
    ]


def demo_xls() -> bytes:
    import xlwt

    book = xlwt.Workbook()
    for name, rows in demo_table():
        sheet = book.add_sheet(name)
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if value != "":
                    sheet.write(r, c, value)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def demo_ods() -> bytes:
    return ods_of(demo_table())


def demo_csv() -> bytes:
    _, rows = demo_table()[1]
    lines = [
        ";".join(f"{v:g}".replace(".", ",") if isinstance(v, float) else str(v) for v in row)
        for row in rows
    ]
    return "\n".join(lines).encode("utf-8-sig")


def published(name: str) -> Callable[[], bytes]:
    return lambda: (REAL / name).read_bytes()


HAUGIANG = ("data/campaigns/haugiang-2022", "2022-Q4")
BUDGET = ("tests/intake/campaigns/budget-2006", "2006")
PCI = ("tests/intake/campaigns/pci-2015", "2015")
# What is spoilt: how the file is made, its name, campaign and period, how, how often with --full.
SUITE = [
    ("demo bytes", demo_xlsx, "931.xlsx", HAUGIANG, mutants.in_bytes, 300),
    ("demo parts", demo_xlsx, "931.xlsx", HAUGIANG, mutants.in_parts, 450),
    ("demo cells", demo_xlsx, "931.xlsx", HAUGIANG, mutants.in_cells, 450),
    ("ods bytes", demo_ods, "931.ods", HAUGIANG, mutants.in_bytes, 100),
    ("ods parts", demo_ods, "931.ods", HAUGIANG, mutants.in_parts, 200),
    ("xls bytes", demo_xls, "931.xls", HAUGIANG, mutants.in_bytes, 250),
    ("csv bytes", demo_csv, "931.csv", HAUGIANG, mutants.in_bytes, 150),
    ("mof_final_2006.xls bytes", published("mof_final_2006.xls"), "mof_final_2006.xls", BUDGET,
     mutants.in_bytes, 150),
    ("mof_plan_2006.xls bytes", published("mof_plan_2006.xls"), "mof_plan_2006.xls", BUDGET,
     mutants.in_bytes, 100),
    ("pci_2015.xlsx parts", published("pci_2015.xlsx"), "pci_2015.xlsx", PCI, mutants.in_parts, 60),
    ("pci_2015.xlsx cells", published("pci_2015.xlsx"), "pci_2015.xlsx", PCI, mutants.in_cells, 40),
]  # fmt: skip
SAMPLE = 50  # one of so many in the everyday run


def written_names(campaign: Campaign) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for unit in campaign.units.units:
        names = found.setdefault(unit.code, set())
        initials = "".join(word[0] for word in unit.type.split()) if unit.type else ""
        names |= {
            letters(text) for text in (unit.name, unit.bare_name, f"{initials} {unit.bare_name}")
        }
    for alias in campaign.aliases:
        found.setdefault(alias.code, set()).add(letters(alias.alias))
    return {code: frozenset(names) for code, names in found.items()}


def _hangs(*_: object) -> None:
    raise TimeoutError(f"a file took over {LONGEST} s")


@pytest.mark.parametrize("entry", SUITE, ids=[entry[0] for entry in SUITE])
def test_spoilt_workbooks(entry: tuple, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    what, make, file, (folder, period), mutate, count = entry
    if not file.startswith("931") and not REAL.is_dir():
        pytest.skip("the published workbooks do not lie beside the project")
    campaign = load_campaign(ROOT / folder)
    content = make()
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / file).write_bytes(content)
    original = read_period(campaign, period, raw)
    assert sum(o.value is not None for o in original.table.observations) > 30
    rows = frozenset(m.id for m in campaign.measures if m.kind is MeasureKind.ROWS)
    judge = Judge(original, rows, written_names(campaign))
    assert judge.faults(original, content, file.rsplit(".")[-1]) == []
    outcomes: Counter[str] = Counter()
    bad: list[str] = []
    if not pytestconfig.getoption("--full"):
        count = max(count // SAMPLE, 2)
    signal.signal(signal.SIGALRM, _hangs)
    for number in range(count):
        spoilt = mutate(content, random.Random(f"{what} {number}"))
        (raw / file).write_bytes(spoilt)
        signal.alarm(LONGEST)
        try:
            received = read_period(campaign, period, raw)
        except Exception as error:
            bad.append(f"{what} {number}: {type(error).__name__}: {error}")
            outcomes["traceback"] += 1
            continue
        finally:
            signal.alarm(0)
        faults = judge.faults(received, spoilt, file.rsplit(".")[-1])
        bad += [f"{what} {number}: {fault}" for fault in faults[:2]]
        outcomes[_outcome(received, original, faults)] += 1
    print(f"{what}: {count} spoilt, {dict(sorted(outcomes.items()))}")
    assert not bad, "\n".join(bad)


def _outcome(received, original, faults) -> str:  # type: ignore[no-untyped-def]
    if faults:
        return "fault"
    if any(f.code == "file_unreadable" for f in received.findings):
        return "refused"
    return "read alike" if received.table == original.table else "read with what changed"
