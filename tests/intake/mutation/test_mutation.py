"""Workbooks spoilt at random: never a traceback, a hang, or a changed value without a finding.

``judging`` says what is asked of each reading. With ``--full`` over two thousand spoilt workbooks,
else a sample; each is made anew from the number that a failure names.
"""

from __future__ import annotations

import csv
import io
import random
import shutil
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import mutants
import pytest
from judging import Judge, letters

from dxkit.campaign.folder import load_campaign
from dxkit.campaign.project import Project
from dxkit.cli import run
from dxkit.intake.period import read_period
from dxkit.model.campaign import Campaign, MeasureKind
from dxkit.model.observations import IndicatorTable, Received
from dxkit.period.opening import open_period, receive
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


@pytest.mark.parametrize("entry", SUITE[:7], ids=[entry[0] for entry in SUITE[:7]])
def test_spoilt_workbooks_through_check(
    entry: tuple,
    tmp_path: Path,
    pytestconfig: pytest.Config,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The whole command, one file after the other on the same outputs: with --full more than 600.

    What stands in observations.csv is judged as above; no traceback, no file beside it lost.
    """
    what, make, file, (folder, period), mutate, count = entry
    full = pytestconfig.getoption("--full")
    if not full and what != "demo parts":
        pytest.skip("each is a second of the processor: with --full")
    campaign, content = load_campaign(ROOT / folder), make()
    raw = tmp_path / "raw" / campaign.id / period
    raw.mkdir(parents=True)
    (raw / file).write_bytes(content)
    beside = ROOT / f"data/raw/{campaign.id}/{period}/930-thanh-pho-vi-thanh.xlsx"
    shutil.copy(beside, raw)
    project = Project(ROOT, tmp_path / "raw", tmp_path / "out")
    folders = ["--raw", str(project.raw), "--out", str(project.out)]

    def checked(spoilt: bytes) -> tuple[Received, list[str]]:
        (raw / file).write_bytes(spoilt)
        open_period.cache_clear()
        code = run(["check", period, "--campaign", campaign.id, *folders, "--lang", "en"])
        err = capsys.readouterr().err
        wrong = [] if code in (0, 1) and "unexpected" not in err and "Trace" not in err else [err]
        received = receive(project, campaign, period)
        data = project.output_folder(campaign.id, period) / "data/observations.csv"
        with data.open(encoding="utf-8-sig", newline="") as lines:
            told = [(r["unit_code"], r["cell"], r["value"]) for r in csv.DictReader(lines)]
        stored = [
            (o.unit_code, o.address.cell, "" if o.value is None else str(o.value))
            for o in received.table.observations
        ]
        if told != stored:
            wrong.append("observations.csv is not what was read")
        return received, wrong

    original, wrong = checked(content)
    assert wrong == []
    rows = frozenset(m.id for m in campaign.measures if m.kind is MeasureKind.ROWS)
    judge = Judge(_of_file(original, file), rows, written_names(campaign))
    other = _of_file(original, beside.name).table
    bad: list[str] = []
    count = -(-count // 3) if full else 1
    for number in range(count):
        spoilt = mutate(content, random.Random(f"check {what} {number}"))
        received, wrong = checked(spoilt)
        faults = judge.faults(_of_file(received, file), spoilt, file.rsplit(".")[-1])
        if _of_file(received, beside.name).table != other:
            faults = [*faults, "the file beside it is read otherwise"]
        bad += [f"{what} {number}: {fault}" for fault in (*wrong, *faults[:2])]
    print(f"{what}: {count} spoilt and checked, {len(bad)} faults")
    assert not bad, "\n".join(bad)


def _of_file(received: Received, file: str) -> Received:
    """What was received of one file; all findings."""
    table = received.table
    found = tuple(o for o in table.observations if o.address.file == file)
    listed = tuple(r for r in table.register_rows if r.address.file == file)
    return replace(received, table=IndicatorTable(table.period, found, listed))


def _outcome(received, original, faults) -> str:  # type: ignore[no-untyped-def]
    if faults:
        return "fault"
    if any(f.code == "file_unreadable" for f in received.findings):
        return "refused"
    return "read alike" if received.table == original.table else "read with what changed"
