"""Visits on the spot from the draw to the award: drawn, filled in, come back, shown, proved. The
numbers on the pages are counted here as an outsider would, from the workbooks alone.
"""

from __future__ import annotations

import csv
import dataclasses
import math
import re
import shutil
from pathlib import Path

import openpyxl
import pytest

from dxkit.campaign.folder import load_campaign
from dxkit.cli import run
from dxkit.intake.visits import read_visits
from dxkit.model.observations import IndicatorTable, Received
from dxkit.period.opening import open_period
from dxkit.verify.placement import compare_visits
from tests.press.small_campaign import PLAN, write_project

PERIOD = "2024-Q1"
FOUND = {"711": (30, 27), "712": (25, 25), "713": (30, 12), "721": (20, 19), "731": (30, 30)}
"""What the visitors found: of so many cases checked so many are true."""


@pytest.fixture(scope="module")
def project(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small campaign, four communes visited, all results back, its pages made."""
    folder = tmp_path_factory.mktemp("visits") / "project"
    write_project(root, folder, PERIOD)
    plan = folder / "data/campaigns/small/campaign.toml"
    rewards = PLAN[PLAN.index("[[rewards]]") : PLAN.index("[tables]")]
    more = rewards.replace('"best"', '"commune"').replace('"district"', '"commune"')
    plan.write_text(PLAN.replace("[tables]", more + "[tables]"), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DXKIT_PROJECT", str(folder))
        assert run(["sample", PERIOD, "--visits", "4", "--seed", "3"]) == 0
        book = openpyxl.load_workbook(folder / f"outputs/small/field_checks/{PERIOD}-3.xlsx")
        for row in book.worksheets[0].iter_rows(min_row=8):
            row[6].value, row[7].value = FOUND[row[0].value]
        back = folder / "data/raw/small/field_checks" / PERIOD
        back.mkdir(parents=True)
        book.save(back / "results.xlsx")
        assert in_new_process(["report", PERIOD]) == 0
    return folder


@pytest.fixture
def copy(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The campaign to be altered; commands are about it."""
    copied = tmp_path / "project"
    shutil.copytree(project, copied)
    monkeypatch.setenv("DXKIT_PROJECT", str(copied))
    return copied


def in_new_process(arguments: list[str]) -> int:
    """A command as a process of its own would run it: with no period open."""
    open_period.cache_clear()
    return run(arguments)


def rows_of(project: Path) -> list[tuple[str, float, float, int, int]]:
    book = openpyxl.load_workbook(project / f"data/raw/small/field_checks/{PERIOD}/results.xlsx")
    found = book.worksheets[0].iter_rows(min_row=8, values_only=True)
    return [(row[0], row[4], row[5], row[6], row[7]) for row in found]


def wilson(share: float, cases: float) -> tuple[float, float]:
    square = 1.96**2 / cases
    half = math.sqrt(square * share * (1 - share) + square**2 / 4)
    low, high = ((share + square / 2 + side * half) / (1 + square) for side in (-1, 1))
    return max(0.0, low), min(1.0, high)


def shown(project: Path, page: str) -> dict[str, float]:
    """The numbers on a page by the keys of their facts."""
    text = next((project / "outputs/small" / PERIOD).glob(page)).read_text("utf-8")
    facts = re.findall('<data class="fact" value="([^"]*)" data-fact="([^"]*)"', text)
    return {key: float(value) for value, key in facts if value.replace(".", "", 1).isdigit()}


def test_the_list_says_whom_with_which_chance(project: Path) -> None:
    """Tân Bình is proposed and counts three times, Tân Châu is its reserve and counts twice: of
    four visits for eight counts both are sure, and two are left for three units.
    """
    rows = rows_of(project)
    assert len({code for code, *_ in rows}) == 4
    chances = {"712": 1, "713": 1}
    assert {code: chance for code, chance, *_ in rows} == {
        code: pytest.approx(chances.get(code, 2 / 3)) for code, *_ in rows
    }
    assert {"712", "713"} < {code for code, *_ in rows}
    sizes = {"711": 600, "712": 1600, "713": 800, "721": 800, "731": 600}  # both shares
    assert [size for _, _, size, *_ in rows] == [sizes[code] for code, *_ in rows]
    book = openpyxl.load_workbook(project / f"outputs/small/field_checks/{PERIOD}-3.xlsx")
    assert book.sheetnames[1:] == [code for code, *_ in rows]
    for sheet in book.worksheets:
        assert (sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (9, 0)
    assert book.worksheets[0].row_dimensions[6].height > 40  # three lines of headings
    texts = [str(cell.value) for row in book.worksheets[1] for cell in row if cell.value]
    assert "PHIẾU KIỂM TRA THỰC TẾ" in texts
    assert "30" in texts


def test_an_outsider_finds_the_shares_on_the_pages(project: Path) -> None:
    rows, page = rows_of(project), shown(project, "province.html")
    weights = [size / chance for _, chance, size, *_ in rows]
    shares = [confirmed / checked for *_, checked, confirmed in rows]
    mean = sum(w * p for w, p in zip(weights, shares, strict=True)) / sum(weights)
    apart = [w * (p - mean) / sum(weights) for w, p in zip(weights, shares, strict=True)]
    cases = min(
        sum(row[3] for row in rows), mean * (1 - mean) / (sum(a * a for a in apart) * 4 / 3)
    )
    low, high = wilson(mean, cases * (1.96 / 3.182) ** 2)  # three degrees of freedom
    of = f"{PERIOD}/70/total/"
    expected = {"visits": 4, "checked": sum(row[3] for row in rows),
                "confirmed": sum(row[4] for row in rows), "verified": mean, "verified_low": low,
                "verified_high": high}  # fmt: skip
    assert {kind: page[of + kind] for kind in expected} == pytest.approx(expected)


def test_rank_and_league_have_the_shares_beside_the_award(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DXKIT_PROJECT", str(project))
    assert in_new_process(["rank", PERIOD, "--level", "commune", "--lang", "en"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("Confirmed on the spot")
    visited = {code for code, *_ in rows_of(project)}
    if "731" in visited:  # 30 of 30: 1 / (1 + 3.8416 / 30) = 0.886
        assert any(line.endswith("100.0% (88.6% – 100.0%)") for line in lines)
    assert sum(line.endswith("–") for line in lines[1:]) == 5 - len(visited)
    league = openpyxl.load_workbook(project / "outputs/small" / PERIOD / "league.xlsx")
    assert [cell.value for cell in league["Xếp hạng"][3]][-3:] == [
        "Tỷ lệ được xác nhận", "Xác nhận: từ", "Xác nhận: đến"
    ]  # fmt: skip


def test_the_results_are_data_and_explained_down_to_their_cells(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A row for each unit visited or with visits below, as on the pages; without results no file
    (the shipped quarters have none).
    """
    with (project / "outputs/small" / PERIOD / "data/visits.csv").open(encoding="utf-8-sig") as f:
        rows = {row["unit_code"]: row for row in csv.DictReader(f)}
    came = {code: row for code, *row in rows_of(project)}
    for code, (chance, size, checked, confirmed) in came.items():
        row = rows.pop(code)
        assert [float(row[c]) for c in ("chance", "size", "checked", "confirmed", "visits")] == [
            pytest.approx(chance), size, checked, confirmed, 1
        ]  # fmt: skip
        ends = [float(row[c]) for c in ("verified_low", "verified_high")]
        assert ends == pytest.approx(wilson(confirmed / checked, checked), abs=1e-9)
        assert (row["file"], row["sheet"]) == ("field_checks/results.xlsx", "Danh sách")
    assert {*rows} == {"70", *(f"{code[:2]}" for code in came)}
    assert rows["70"]["verified"] == str(
        shown(project, "province.html")[f"{PERIOD}/70/total/verified"]
    )
    assert (rows["70"]["chance"], rows["70"]["cell"]) == ("", "")
    monkeypatch.setenv("DXKIT_PROJECT", str(project))
    assert in_new_process(["explain", PERIOD, "70", "total", "--kind", "verified"]) == 0
    out = capsys.readouterr().out
    for line, (_, _, checked, confirmed) in enumerate(came.values(), start=8):
        cell = f"field_checks/{PERIOD}/results.xlsx › Danh sách!H{line}"
        assert f"{cell}  {confirmed}/{checked}" in out
    province = (project / "outputs/small" / PERIOD / "province.html").read_text("utf-8")
    assert f"field_checks/{PERIOD}/results.xlsx › Danh sách: H8:H11" in province


def test_the_reserve_is_named_at_every_level(project: Path) -> None:
    """Of the communes of Mỹ An, Tân Bình is first, Tân Châu the reserve; of the districts 73 and,
    as Mỹ An and Mỹ Bình have one half each, both of these.
    """
    folder = project / "outputs/small" / PERIOD
    with (folder / "data/awards.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    verdicts = {row["unit_code"]: (row["awarded"], row["reserve"]) for row in rows}
    assert verdicts == {
        "73": ("True", "False"), "71": ("False", "True"), "72": ("False", "True"),
        "712": ("True", "False"), "713": ("False", "True"), "711": ("False", "False"),
    }  # fmt: skip
    page = next(folder.glob("district/71-*.html")).read_text("utf-8")
    assert re.findall('data-said="decision/([^/]*)/[^"]*">([^<]*)<', page) == [
        ("71", "Dự bị"), ("712", "Có"), ("713", "Dự bị")  # its own in the strip, then theirs
    ]  # fmt: skip
    league = openpyxl.load_workbook(folder / "league.xlsx")["Đề nghị khen thưởng"]
    given = {row[0]: row[5] for row in league.iter_rows(min_row=4, values_only=True) if row[5]}
    assert given == {"73": "Đề nghị khen thưởng", "71": "Dự bị", "72": "Dự bị",
                     "712": "Đề nghị khen thưởng", "713": "Dự bị"}  # fmt: skip


def test_verify_proves_the_results_and_names_one_that_was_altered(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert in_new_process(["verify", PERIOD, "--lang", "en"]) == 0, capsys.readouterr().out
    path = copy / f"data/raw/small/field_checks/{PERIOD}/results.xlsx"
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["H8"] = 1
    book.save(path)
    assert in_new_process(["verify", PERIOD, "--lang", "en"]) == 1
    assert "province.html" in capsys.readouterr().out


def test_the_second_reader_sees_a_number_that_was_read_otherwise(project: Path) -> None:
    folder = project / "data/raw/small/field_checks" / PERIOD
    units = load_campaign(project / "data/campaigns/small").units
    visits = read_visits(folder, units).visits
    received = Received(IndicatorTable(PERIOD, ()), units, visits=tuple(visits))
    assert list(compare_visits(received, folder)) == []
    for change in ({"confirmed": 3}, {"chance": 0.5}, {"unit_code": "721"}):
        other = dataclasses.replace(visits[0], **change)  # type: ignore[arg-type]
        seen = dataclasses.replace(received, visits=(other, *visits[1:]))
        assert [d.file for d in compare_visits(seen, folder)] == ["field_checks/results.xlsx"]


def test_the_second_reader_reads_results_that_came_back_as_text(
    project: Path, tmp_path: Path
) -> None:
    """A remark that reads like a heading is none; what is noted in a workbook as text is a number,
    and so is all of a text file.
    """
    units = load_campaign(project / "data/campaigns/small").units
    heading = ("unit", "name", "chance", "size", "checked", "confirmed", "remark")
    rows = [heading, ("711", "x", "0.5", "40", "30", "27", "checked"),
            ("721", "y", "0.25", "60", "20", "19", "")]  # fmt: skip
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(tmp_path / "a.xlsx")
    for name, mark in (("a.xlsx", ""), ("b.csv", ","), ("c.csv", ";")):
        if mark:
            (tmp_path / name).write_text("\n".join(map(mark.join, rows)), "utf-8")
        visits = read_visits(tmp_path, units).visits
        assert [(v.unit_code, v.confirmed) for v in visits] == [("711", 27), ("721", 19)]
        received = Received(IndicatorTable(PERIOD, ()), units, visits=tuple(visits))
        assert list(compare_visits(received, tmp_path)) == []
        other = dataclasses.replace(visits[1], confirmed=18)
        seen = dataclasses.replace(received, visits=(visits[0], other))
        assert [d.file for d in compare_visits(seen, tmp_path)] == [f"field_checks/{name}"]
        (tmp_path / name).unlink()


@pytest.mark.parametrize(
    ("cell", "value", "told"),
    [
        ("A8", "999", ("unknown_unit", "A8")),
        ("A8", "713", ("twice", "A10")),
        ("E8", 0, ("chance", "E8")),
        ("F8", None, ("chance", "F8")),
        ("G8", 0, ("count", "G8")),
        ("G8", "25,5", ("count", "G8")),
        ("H8", 99, ("count", "H8")),
        ("H8", "một", ("count", "H8")),
        ("H8", None, ("count", "H8")),
        ("E7", "x", ("without_rows", "")),
    ],
)
def test_what_cannot_be_used_is_told_at_its_cell(
    project: Path, tmp_path: Path, cell: str, value: object, told: tuple[str, str]
) -> None:
    book = openpyxl.load_workbook(project / f"data/raw/small/field_checks/{PERIOD}/results.xlsx")
    book.worksheets[0][cell] = value
    book.save(tmp_path / "results.xlsx")
    units = load_campaign(project / "data/campaigns/small").units
    read = read_visits(tmp_path, units)
    assert [
        (str(f.values["reason"]).removeprefix("visit_"), f.address.cell) for f in read.findings
    ] == [told]
    assert len(read.visits) == (0 if told[0] == "without_rows" else 3)


def test_a_visit_still_to_come_is_no_mistake_and_what_is_no_workbook_is_one(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = copy / f"data/raw/small/field_checks/{PERIOD}/results.xlsx"
    book = openpyxl.load_workbook(path)
    for column in "GH":
        book.worksheets[0][f"{column}8"] = None
    book.worksheets[0]["H9"] = 26  # of 25
    book.save(path)
    (path.parent / "notes.pdf").write_bytes(b"%PDF-1.4")
    assert in_new_process(["check", PERIOD, "--lang", "en"]) == 1
    out = capsys.readouterr().out
    assert "field_checks/results.xlsx › Danh sách!H9: The result of a visit" in out
    assert "field_checks/notes.pdf" in out
    assert "2 errors" in out


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--visits", "0"], "--visits"),
        (["--level", "village"], "village"),
        (["--seed", "x"], "--seed"),
    ],
)
def test_wrong_options_are_one_sentence(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    options: list[str], text: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("DXKIT_PROJECT", str(project))
    assert run(["sample", PERIOD, *options]) == 2
    told = capsys.readouterr().err.strip()
    assert text in told
    assert "\n" not in told
