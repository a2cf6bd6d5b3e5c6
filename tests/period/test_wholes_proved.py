"""The whole chain for a period made of others: pages, league, proof, explanation, commands."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook

from dxkit.campaign.project import Project
from dxkit.cli import run
from dxkit.period.opening import open_period
from dxkit.press.publish.document import Heading
from dxkit.press.publish.document_composition import compose
from tests.period.wholes import SENT, write_whole

OUT = "outputs/small/2024"
long = pytest.mark.skipif("not config.getoption('--full')", reason="--full")


@pytest.fixture(scope="module")
def made(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose year is reported; 72 sent nothing in the first quarter."""
    folder = tmp_path_factory.mktemp("whole")
    sent = {**SENT, "2024-Q1": {c: f for c, f in SENT["2024-Q1"].items() if c != "721"}}
    write_whole(root, folder, sent)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DXKIT_PROJECT", str(folder))
        assert run(["report", "2024", "--lang", "vi"]) == 1  # a workbook is missing
    return folder


@pytest.fixture(autouse=True)
def _in_project(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DXKIT_PROJECT", str(made))


def test_pages_say_what_the_year_is_made_of_and_who_lacks(made: Path) -> None:
    page = (made / OUT / "province.html").read_text("utf-8")
    assert "<title>Báo cáo tổng kết năm 2024 của tỉnh Sông Xanh</title>" in page
    assert "Diễn biến theo từng kỳ" in page
    assert "Diễn biến theo tháng" not in page
    assert "kỳ đầu tiên" not in page
    assert 'data-fact="2024-Q1/70/filing/value"' in page
    year = open_period(Project(made), "small", "2024")
    signed = compose(made / OUT / "province.html", year, "70")
    headings = [block.text for block in signed.body if isinstance(block, Heading)]
    assert any("Diễn biến theo từng kỳ" in run.text for text in headings for run in text)
    told = page.partition("Chưa có số liệu")[2].partition("chưa đầy đủ")[0]
    assert ">huyện\xa0Mỹ\xa0Bình<" in told
    assert "Mỹ\xa0An" not in told
    own = next((made / OUT / "district").glob("72-*")).read_text("utf-8")
    told = own.partition("Chưa có số liệu")[2].partition("</p>")[0]
    assert "quý I/2024" in told
    other = next((made / OUT / "district").glob("71-*")).read_text("utf-8")
    assert "nên kết quả" not in other
    # 72 lacks in the first quarter: what all told then is not compared with what all told last
    assert ("tăng từ" in other, "tăng từ" in own, "tăng từ" in page) == (True, False, False)


def test_copies_for_senders_are_those_of_the_parts(made: Path) -> None:
    page = (made / OUT / "findings.html").read_text("utf-8")
    assert "nằm trong kết quả của từng kỳ" in page
    assert "không có bản trả lại" not in page
    assert not (made / OUT / "returned").exists()


def test_the_league_and_the_data_files_are_of_the_year(made: Path) -> None:
    book = load_workbook(made / OUT / "league.xlsx", read_only=True)
    first = [cell.value for row in book.worksheets[0].iter_rows() for cell in row if cell.value]
    assert any("Tổng kết năm 2024" in str(text) for text in first)
    told = (made / OUT / "data/observations.csv").read_text("utf-8-sig")
    assert "2024-Q1/71.csv" in told
    assert "2024-Q2/72.csv" in told


def test_a_script_that_knows_nothing_of_the_kit_agrees(made: Path) -> None:
    """From the raw files alone: stocks, flows, scores and the register of the year."""

    def rows(quarter: str, kind: str) -> Iterator[list[str]]:
        for path in sorted((made / "data/raw/small" / quarter).glob("*.csv")):
            if ("mo-hinh" in path.name) == (kind == "models"):
                with path.open(encoding="utf-8", newline="") as file:
                    yield from (row for row in csv.reader(file) if row[0].isdigit())

    quarters = [{row[1]: [*map(int, row[2:])] for row in rows(q, "figures")} for q in SENT]
    last = quarters[-1]
    models = {(row[1], row[2].casefold()) for q in SENT for row in rows(q, "models")}
    plain: dict[tuple[str, str], float] = {}
    for name in last:
        told = [quarter[name] for quarter in quarters if name in quarter]
        plain[name, "skills"] = last[name][1] / last[name][0]
        plain[name, "filing"] = sum(t[3] for t in told) / sum(t[2] for t in told)
        plain[name, "use"] = sum(t[2] for t in told) / last[name][0]
        plain[name, "new_models"] = sum(unit == name for unit, _ in models)
        plain[name, "last_score"] = last[name][4]
        plain[name, "sum_score"] = sum(t[5] for t in told)
        plain[name, "mean_score"] = sum(t[6] for t in told) / len(told)
    with (made / OUT / "data/indicators.csv").open(encoding="utf-8-sig", newline="") as file:
        said = {(row["unit_name"], row["indicator"]): row["value"] for row in csv.DictReader(file)}
    for key, number in plain.items():
        assert float(said[key]) == pytest.approx(number, abs=1e-12), key
    assert len(plain) == 35


def test_the_proof_agrees(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", "2024", "--lang", "en"]) == 0
    assert "all agree" in capsys.readouterr().out


@long
def test_the_proof_names_a_workbook_of_a_part_that_is_another(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = made / "data/raw/small/2024-Q1/71.csv"
    text = path.read_text("utf-8")
    path.write_text(text.replace("100,10,40,10", "100,10,40,12"), "utf-8")
    assert run(["verify", "2024", "--lang", "en"]) == 1
    assert "2024-Q1/71.csv" in capsys.readouterr().out
    path.write_text(text, "utf-8")


def test_a_number_leads_to_its_cells_of_both_quarters(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", "2024", "711", "filing", "--lang", "en"]) == 0
    told = capsys.readouterr().out
    assert "2024-Q1/71.csv" in told
    assert "2024-Q2/71.csv" in told


@pytest.mark.parametrize("command", ["form", "remind", "sample", "accept"])
def test_what_is_of_reported_periods_names_them(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([command, "2024", "--lang", "en"]) == 2
    assert "Name one of: 2024-Q1, 2024-Q2." in capsys.readouterr().err
    assert run([command, "2024", "--lang", "vi"]) == 2
    assert "gộp từ các kỳ khác" in capsys.readouterr().err


def test_the_newest_period_is_the_last_quarter(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--plan", "--lang", "en"]) == 0
    assert "Q2 2024" in capsys.readouterr().out


@long
def test_a_published_year_is_compared_with_its_parts_as_they_are(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_whole(root, tmp_path)
    monkeypatch.setenv("DXKIT_PROJECT", str(tmp_path))
    for period in ("2024-Q1", "2024"):
        assert run(["report", period, "--lang", "en"]) == 0
        assert run(["publish", period, "--state", "final", "--by", "A", "--lang", "en"]) == 0
    path = tmp_path / "data/raw/small/2024-Q1/71.csv"
    path.write_text(path.read_text("utf-8").replace("100,10,40,10", "100,10,40,14"), "utf-8")
    capsys.readouterr()
    open_period.cache_clear()  # as a new process opens it
    assert run(["check", "2024", "--lang", "en"]) == 1
    told = capsys.readouterr().out
    assert "2024, publication 1 (final)" in told
    assert "Q1 2024, publication 1 (final)" in told
    assert 'F4: "10" → "14"' in told
    assert run(["verify", "2024", "--publication", "1", "--lang", "en"]) == 0
    assert run(["changes", "2024", "--lang", "en"]) == 1
    assert "Q1 2024 to" in capsys.readouterr().out
