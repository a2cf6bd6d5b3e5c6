"""``dxkit check --plan``: what a plan lacks for a period, without a workbook opened or written."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from dxkit.cli import run

PLAN = """
id = "small"
report_level = "district"
simulated_marker = ""
name = { vi = "Nhỏ", en = "Small" }
organiser = { vi = "Sở", en = "Office" }
tables.people = { vi = "Người", en = "People" }
scoring = { total_points = 10, source = "s", assumed = true }
[[levels]]
id = "province"
name = { vi = "tỉnh", en = "province" }
[[levels]]
id = "district"
name = { vi = "huyện", en = "districts" }
[[levels]]
id = "commune"
name = { vi = "xã", en = "communes" }
[[periods]]
id = "2024-Q1"
first_day = 2024-01-01
last_day = 2024-03-31
source = "s"
[[periods]]
id = "2024-Q2"
first_day = 2024-04-01
last_day = 2024-06-30
source = "s"
[ranking]
method = "competition"
within = { district = "province" }
weight = "adults"
source = "s"
assumed = true
[[ranking.conditions]]
condition = "complete"
at_least = 0.8
[[reference_checks]]
measure = "adults"
reference = "adults"
folder = "reference"
tolerance = 0.1
source = "s"
[[rewards]]
id = "best"
level = "district"
quota = 1
minimum_share = 0.5
minimum_targets = 1
name = { vi = "Khen", en = "Reward" }
source = "s"
assumed = true
"""
FILES = {
    "campaign.toml": PLAN.lstrip(),
    "units.csv": "code,name,type,level,parent,valid_from,valid_to\n1,Tỉnh A,Tỉnh,province,,,\n"
    "11,Huyện B,Huyện,district,1,,\n111,Xã C,Xã,commune,11,,\n",
    "aliases.csv": "code,alias\n",
    "measures.csv": "measure,name_vi,name_en,thing_vi,thing_en,kind,accumulation,level,table,"
    "headers,whole\nadults,Người lớn,Adults,người,people,count,stock,commune,people,,\n"
    "skilled,Có kỹ năng,Skilled,người,people,count,stock,commune,people,,adults\n",
    "indicators.csv": "indicator,name_vi,name_en,short_name_vi,short_name_en,kind,numerator,"
    "denominator,direction,decimals,max_points,scoring,parameters,source,assumed\n"
    "skills,Kỹ năng,Skills,KN,Skills,ratio,skilled,adults,up,1,10,ratio_to_target,,s,true\n",
    "targets.csv": "indicator,level,period,target,source,assumed\nskills,*,2024-Q1,0.5,s,true\n"
    "skills,*,2024-Q2,0.6,s,true\n",
    "corrections.csv": "period,file,sheet,cell,expected,corrected,reason,name,date\n",
    "layouts.toml": "",
}
Q1, Q2 = "2024-Q1/a.csv", "2024-Q2/a.csv"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "data/campaigns/small" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    for name in (Q1, Q2, "reference/a.csv"):
        path = tmp_path / "data/raw/small" / name
        path.parent.mkdir(parents=True)
        path.write_text("no table\n", "utf-8")
    monkeypatch.setenv("DXKIT_PROJECT", str(tmp_path))
    for name in ("DXKIT_CAMPAIGN", "DXKIT_RAW", "DXKIT_OUT"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


Change = Callable[[Path], None]


def changed(file: str, old: str, new: str) -> Change:
    def change(project: Path) -> None:
        path = project / "data/campaigns/small" / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    return change


def removed(name: str) -> Change:
    return lambda project: (project / "data/raw/small" / name).unlink()


def in_plan(old: str, new: str) -> Change:
    return changed("campaign.toml", old, new)


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


VALUE = '[[ranking.conditions]]\ncondition = "value"\nindicator = "skills"\nat_least = 0.1\n'
WHERE = "[[reference_checks]]"
LACKS: dict[str, tuple[Change, str]] = {
    "target": (changed("targets.csv", "skills,*,2024-Q2,0.6,s,true\n", ""),
               r"targets.csv: .* no target of Q2 2024 \(districts\) .* 10 of 10 points: Skills"),
    "target_of_level": (changed("targets.csv", "*,2024-Q2", "commune,2024-Q2"),
                        r"targets.csv: .* no target of Q2 2024 \(districts\)"),
    "after_end": (in_plan('simulated_marker = ""', 'simulated_marker = ""\nlast_day = 2024-03-31'),
                  r"campaign.toml: Q2 2024 begins after the last day .*31/03/2024"),
    "units": (changed("units.csv", "111,Xã C,Xã,commune,11,,\n", ""),
              r"units.csv: the level communes has no unit on 30/06/2024"),
    "units_that_day": (changed("units.csv", "commune,11,,", "commune,11,,2024-05-31"),
                       r"units.csv: the level communes has no unit on 30/06/2024"),
    "weight": (in_plan('weight = "adults"\n', ""), r"campaign.toml: .* has no weight"),
    "condition_of_level": (in_plan("at_least = 0.8", 'at_least = 0.8\nlevel = "commune"'),
                           r"campaign.toml: the condition complete is for the level communes"),
    "reward_of_level": (in_plan('level = "district"\nquota', 'level = "commune"\nquota'),
                        r"campaign.toml: the reward best is for the level communes"),
    "reward_of_targets": (in_plan("minimum_targets = 1", "minimum_targets = 2"),
                          r"targets.csv: the reward best \(districts\) needs 2 .* Q2 2024 sets 1"),
    "references": (removed("reference/a.csv"), r"\S+reference: .*reference figures"),
    "raw": (removed(Q2), r"\S+2024-Q2: the raw folder of Q2 2024 holds no file"),
    "before": (removed(Q1), r"\S+2024-Q1: there is no workbook of the period before \(Q1 2024\)"),
}  # fmt: skip


@pytest.mark.parametrize("name", LACKS)
def test_what_lacks_is_one_line(
    name: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, sentence = LACKS[name]
    arguments = ["check", "2024-Q2", "--plan", "--lang"]
    assert run([*arguments, "en"]) == 0
    assert lines(capsys) == ["For Q2 2024 the plan lacks nothing."]
    change(project)
    assert run([*arguments, "en"]) == 1
    heading, line = lines(capsys)
    assert heading == "What the plan lacks for Q2 2024 (1):"
    assert re.match(f"  {sentence}", line), line
    assert run([*arguments, "vi"]) == 1
    heading, _ = lines(capsys)
    assert heading == "Kế hoạch của quý II/2024 còn thiếu 1 điểm:"
    assert not (project / "outputs").exists()


def test_a_level_without_the_result_it_is_judged_by(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A value reported by communes is theirs alone: districts have no points and no condition."""
    changed("indicators.csv", "ratio,skilled,adults", "value,skilled,")(project)
    changed("indicators.csv", "ratio_to_target,", "goalposts,low=0 | high=9")(project)
    in_plan(WHERE, VALUE + WHERE)(project)
    run(["check", "2024-Q2", "--plan", "--lang", "en"])
    text = "\n".join(lines(capsys))
    assert "indicators.csv: the level districts gets a report but can have no result" in text
    assert "a condition goes by the criterion Skills, of which the level districts" in text


def test_progress_needs_a_period_before(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    in_plan("minimum_targets = 1", 'by = "progress"')(project)
    assert run(["check", "2024-Q2", "--plan", "--lang", "en"]) == 0
    assert run(["check", "2024-Q1", "--plan", "--lang", "en"]) == 1
    assert "the reward best (districts) goes by the progress" in lines(capsys)[-1]


def test_the_first_period_lacks_none_before_it(project: Path) -> None:
    assert run(["check", "2024-Q1", "--plan"]) == 0


def test_the_shipped_plans_lack_nothing(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    monkeypatch.setenv("DXKIT_PROJECT", str(root))
    for campaign, period in (("haugiang-2022", "2022-Q3"), ("haugiang-2022", "2022-Q4"),
                             ("pci-2009", "2009")):  # fmt: skip
        assert run(["check", period, "--campaign", campaign, "--plan"]) == 0


def test_no_workbook_at_all_is_no_obstacle(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    removed(Q1)(project)
    removed(Q2)(project)
    assert run(["check", "--plan", "--lang", "en"]) == 1
    assert lines(capsys)[0] == "What the plan lacks for Q2 2024 (2):"


def test_two_questions_are_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--plan", "--explain-layout", "a.csv", "--lang", "en"]) == 2
    assert "--plan" in capsys.readouterr().err
