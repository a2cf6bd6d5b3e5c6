"""What earlier periods say is kept beside what intake stored of them: nothing of it decides what a
number is.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from dxkit.analysis import assembly
from dxkit.campaign.project import Project
from dxkit.cli import run
from dxkit.model.facts import Fact, FactKey
from dxkit.period import OpenPeriod, opening
from dxkit.period.opening import contents_before_and_of, open_period, receive
from dxkit.press.run.changed_figures import inputs_of
from dxkit.press.run.cluster import _pack
from dxkit.report.sentences.headlines import headlines
from dxkit.report.sentences.unit_view import View
from tests.analysis.several_periods import analysed
from tests.press.several_quarters import send, write_quarters

MORE = (0, 1, 1, 2, 0)
LAST = "2025-Q1"


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Project:
    write_quarters(root, tmp_path, MORE)
    return Project(tmp_path)


def opened(project: Project, period: str = LAST) -> OpenPeriod:
    """As a new process opens it."""
    open_period.cache_clear()
    return open_period(project, "small", period)


def all_facts(period: OpenPeriod) -> dict[FactKey, Fact]:
    """Every fact of every unit, of the earlier periods too."""
    analysis = period.analysis
    found = {}
    for unit in analysis.units.units:
        found |= analysis.scorecard(unit.code).facts
        found |= {fact.key: fact for kept in analysis.past for fact in kept.facts(unit.code)}
    return found


def kept_files(project: Project) -> list[Path]:
    return sorted(project.outputs.rglob("kept.json"))


def test_from_the_store_or_anew_the_numbers_are_the_same(project: Project) -> None:
    nothing_stored = all_facts(opened(project))
    assert [path.parts[-3] for path in kept_files(project)] == ["2024-Q1", "2024-Q2", "2024-Q3"]
    from_store = all_facts(opened(project))
    assert from_store == nothing_stored
    plan = opened(project).campaign
    received = [receive(project, plan, period.id) for period in plan.periods]
    analysis = analysed(plan, *received)
    for key, fact in from_store.items():
        assert analysis.find(key) == fact
    skills = opened(project).analysis.facts.get("71", "skills", "rises_before")
    assert (skills.number, from_store[skills.key].inputs[-1].period) == (1, "2024-Q1")


def test_what_is_kept_is_read_and_not_worked_out(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor are the workbooks or the store of what was received in those periods."""
    expected = all_facts(opened(project))
    asked: list[str] = []
    real: Callable[..., object] = opening.receive

    def recording(project: Project, campaign: object, period: str, **more: object) -> object:
        asked.append(period)
        return real(project, campaign, period, **more)

    monkeypatch.setattr(opening, "receive", recording)
    monkeypatch.delattr(assembly, "kept_of")
    assert all_facts(opened(project)) == expected
    assert {*asked} == {"2024-Q4", "2025-Q1"}


def test_each_raw_folder_is_looked_into_once(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To know whether all is stored, and to open it: each of the series counts in every key."""
    all_facts(opened(project))
    looked: list[str] = []
    real = opening.contents_of
    monkeypatch.setattr(opening, "contents_of", lambda at, of="": looked.append(of) or real(at, of))
    quarters = ["2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4", LAST]
    assert opening.is_stored(project, opening.load_campaign(project.campaign_folder("small")), LAST)
    assert sorted(looked) == quarters
    looked.clear()
    all_facts(opened(project))
    assert sorted(looked) == quarters


@pytest.mark.parametrize(("without", "received"), [((), 2), (("2024-Q4",), 1)])
def test_a_machine_of_the_cluster_has_the_same_numbers(
    root: Path, tmp_path: Path, without: Sequence[str], received: int
) -> None:
    """From what is sent to it: the plan, what was received of two periods, what is kept of more:
    where nothing came of the period before, of the one before that, too.
    """
    write_quarters(root, tmp_path, MORE, without)
    project = Project(tmp_path)
    before = all_facts(opened(project))
    project.kept_file("small", "2024-Q1").unlink()  # as if nobody had asked for it yet
    send(tmp_path, "2024-Q3", 5)  # nor for this since it is another
    opened(project)
    task = SimpleNamespace(campaign="small", period=LAST, notebook=project.notebooks / "x.ipynb")
    task.notebook.write_text("{}", "utf-8")
    with zipfile.ZipFile(io.BytesIO(_pack(project, [task]))) as parcel:  # type: ignore[list-item]
        parcel.extractall(tmp_path / "sent")
        names = [name for name in parcel.namelist() if name.endswith("received.json")]
    assert len(names) == received
    assert (expected := all_facts(opened(project))) != before
    sent = Project(tmp_path / "sent", out=tmp_path / "sent/outputs", sealed=True)
    assert all_facts(opened(sent)) == expected


def _another_figure(project: Project) -> None:
    send(project.root, "2024-Q2", 5)


def _another_target(project: Project) -> None:
    path = project.campaign_folder("small") / "targets.csv"
    path.write_text(
        path.read_text("utf-8").replace("skills,*,2024-Q2,0.80", "skills,*,2024-Q2,0.40")
    )


def _spoilt(project: Project) -> None:
    path = project.kept_file("small", "2024-Q2")
    path.write_bytes(path.read_bytes()[:-200])


def _without_head(project: Project) -> None:
    path = project.kept_file("small", "2024-Q2")
    path.write_bytes(b"0" + path.read_bytes()[path.read_bytes().index(b"\n") :])


def _altered(project: Project) -> None:
    path = project.kept_file("small", "2024-Q2")
    head, body = path.read_text("utf-8").split("\n")
    other = body.replace('"value":[0.6', '"value":[0.9')
    assert other != body
    path.write_text(f"{head}\n{other}", "utf-8")


def _gone(project: Project) -> None:
    project.kept_file("small", "2024-Q2").unlink()


@pytest.mark.parametrize(
    "change", [_another_figure, _another_target, _spoilt, _without_head, _altered, _gone]
)
def test_what_is_kept_is_made_again_when_it_is_not_so(
    project: Project, change: Callable[[Project], None]
) -> None:
    before = all_facts(opened(project))
    change(project)
    after = all_facts(opened(project))
    assert (after == before) is (change in (_spoilt, _without_head, _altered, _gone))
    for path in kept_files(project):
        path.unlink()
    assert all_facts(opened(project)) == after


def test_what_is_judged_by_the_period_before_goes_by_those_before_that(project: Project) -> None:
    """Of 713, 90 in the second quarter and 5 in the third are used by what was used of the quarter
    before; a half-year goes by all that lies before its quarters.
    """
    plan = project.campaign_folder("small")
    with (plan / "campaign.toml").open("a", encoding="utf-8") as file:
        file.write('[[periods]]\nid = "2024-H2"\nof = ["2024-Q3", "2024-Q4"]\n')
        file.write("first_day = 2024-07-01\nlast_day = 2024-12-31\n")
    with (plan / "targets.csv").open("a", encoding="utf-8") as targets:
        targets.writelines(f"{i},*,2024-H2,0.80,Ví dụ,true\n" for i in ("skills", "codes"))

    def tells(quarter: str, people: int) -> None:
        path = project.raw_folder("small") / f"2024-{quarter}/71-huyen-my-an.csv"
        *lines, _ = path.read_text("utf-8").splitlines()
        path.write_text("\n".join([*lines, f"3,Xã Tân Châu,{people},4,4"]) + "\n", "utf-8")

    def used() -> tuple[list[float | None], str, str]:
        half = opened(project, "2024-H2")
        now = [
            receive(project, half.campaign, f"2024-Q{n}").table.of("713", "people") for n in (2, 3)
        ]
        lying = contents_before_and_of(project, half.campaign, "2024-H2")[-1].key
        return [o.value for (o,) in now], lying, inputs_of(half).digest

    tells("Q2", 90)
    tells("Q3", 5)
    first = used()
    tells("Q1", 90)
    second = used()
    assert (first[0], second[0]) == ([None, 5], [90, None])
    assert not {*first[1:]} & {*second[1:]}


def test_the_proof_notices_a_history_that_was_altered(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By who knows how the file says that it is whole."""
    monkeypatch.setenv("DXKIT_PROJECT", str(project.root))
    arguments = ["--campaign", "small", "--lang", "en"]
    assert run(["report", LAST, *arguments, "--unit", "71"]) == 0
    assert run(["verify", LAST, *arguments]) == 0
    path = project.kept_file("small", "2024-Q2")
    whole = path.read_bytes()
    _altered(project)
    head, body = path.read_text("utf-8").split("\n")
    made_from, _ = json.loads(head)
    path.write_text(
        json.dumps([made_from, hashlib.sha256(body.encode()).hexdigest()]) + "\n" + body, "utf-8"
    )
    capsys.readouterr()
    assert run(["verify", LAST, *arguments]) == 1
    assert "2024-Q2/data/kept.json" in capsys.readouterr().out
    open_period.cache_clear()
    run(["report", LAST, *arguments, "--unit", "71", "--force"])
    path.write_bytes(whole)
    capsys.readouterr()
    assert run(["verify", LAST, *arguments]) == 1  # the page was made from what was altered
    assert "district/71" in capsys.readouterr().out.replace("\\", "/")


def test_pages_show_all_periods(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The index of the campaign, the chart of a unit's page, and how a number over time is made."""
    monkeypatch.setenv("DXKIT_PROJECT", str(project.root))
    arguments = ["--campaign", "small", "--lang", "en"]
    assert run(["report", LAST, *arguments, "--unit", "71"]) == 0
    folder = project.outputs / "small"
    index = (folder / "index.html").read_text("utf-8")
    periods = [f"{2024 + n // 4}-Q{n % 4 + 1}" for n in range(5)]
    for unit in ("71", "72", "73"):
        for kind in ("rank", "points"):
            keys = [f'data-fact="{period}/{unit}/total/{kind}"' for period in periods]
            places = [index.index(key) for key in keys]
            assert places == sorted(places)
    page = next((folder / LAST / "district").glob("71-*.html")).read_text("utf-8")
    chart = page[page.index('id="chart-trend"') :]
    chart = chart[: chart.index("</figure>")]
    # 1,500 of 3,000 people, then one tenth more, again, two tenths more, and none
    for period, share in zip(periods, ("0.5", "0.6", "0.6", "0.7", "0.5"), strict=True):
        assert f'value="{share}" data-fact="{period}/71/skills/value"' in chart
    capsys.readouterr()
    run(["explain", LAST, "71", "skills", "--kind", "rises_before", *arguments])
    told = capsys.readouterr().out
    assert "2024-Q1/71/skills/numerator = 1500" in told
    assert "2024-Q2/71-huyen-my-an.csv" in told  # the cells of each period


def test_a_gap_is_no_first_period(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing came of the period before, but of two before it."""
    write_quarters(root, tmp_path, (0, 1, 1, 2), without=["2024-Q3"])
    analysis = opened(Project(tmp_path), "2024-Q4").analysis
    change = analysis.facts.get("71", "skills", "change")
    assert (change.value, change.missing) == (None, "gap_before")
    said = [claim.message for claim in headlines(View(analysis, analysis.units.get("71")))]
    assert "headline_gap" in said
    assert "headline_first" not in said


def test_a_year_stands_beside_its_quarters(root: Path, tmp_path: Path) -> None:
    """Each is compared with its like."""
    names = write_quarters(root, tmp_path, (0, 1, 1, 2))
    plan = tmp_path / "data/campaigns/small"
    year = '[[periods]]\nid = "2024"\nfirst_day = 2024-01-01\nlast_day = 2024-12-31\n\n'
    text = (plan / "campaign.toml").read_text("utf-8")
    (plan / "campaign.toml").write_text(text.replace("[scoring]", f"{year}[scoring]", 1), "utf-8")
    with (plan / "targets.csv").open("a", encoding="utf-8") as file:
        file.write("skills,*,2024,0.80,Ví dụ,true\ncodes,*,2024,0.80,Ví dụ,true\n")
    send(tmp_path, "2024", 2, "")
    project = Project(tmp_path)
    quarter, whole = (opened(project, name).analysis for name in ("2024-Q4", "2024"))
    assert [*quarter.over_time("71", "skills", "value")] == names
    assert [*whole.over_time("71", "skills", "value")] == ["2024"]
    assert whole.facts.get("71", "skills", "change").missing == "first_period"
    assert quarter.facts.get("71", "skills", "change").value == pytest.approx(0.1)
