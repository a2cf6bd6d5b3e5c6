"""Whatever is absent, every output is there and is proved: the first days of a quarter, a province
that plans less, a table that never comes.
"""

from __future__ import annotations

import random
import re
import shutil
from pathlib import Path

import pytest

from dxkit.cli import run
from tests.end_to_end.tiny_province import CAMPAIGN, PERIODS, Province

pytestmark = pytest.mark.unmeasured

SAMPLE, ALL = 3, 300
MOST_REMOVED = 14
AROUND = ("index.html", "../index.html", "league.xlsx", "findings.html", "province.html",
          "data/ranking.csv", "data/awards.csv", "data/findings.csv",
          "data/observations.csv")  # fmt: skip


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        number = ALL if metafunc.config.getoption("--full") else SAMPLE
        metafunc.parametrize("seed", range(number))


def test_whatever_is_absent_every_output_is_written_and_proved(
    seed: int,
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    dice = random.Random(seed)
    province = Province.whole(root)
    for _ in range(dice.randint(1, MOST_REMOVED) if seed else 0):
        province.remove(dice)
    province.write(root, tmp_path)
    monkeypatch.setenv("DXKIT_PROJECT", str(tmp_path))
    period = PERIODS[1] if province.sent[PERIODS[1]] else PERIODS[0]
    folder = tmp_path / "outputs" / CAMPAIGN / period
    more = dice.choice([[], [], ["--to", "docx"], ["--level", "commune"], ["--unit", "930"]])
    told = "\n".join(province.removed)
    commands = (["check", period], ["report", period, *more], ["report", period],
                ["rank", period], ["verify", period])  # fmt: skip
    for command in commands:
        code = run([*command, "--lang", "en"])
        out, err = capsys.readouterr()
        assert "unexpected" not in err, (command, err, log_of(err), told)
        assert code in ((0,) if command[0] == "verify" else (0, 1)), (command, out, err, told)
        assert " failed" not in err, (command, err, told)
        if command[0] == "report":
            missing = [name for name in AROUND if not (folder / name).exists()]
            pages = {path.name[:3] for path in folder.glob("district/*.html")}
            if "--unit" in command or "--level" in command:
                missing = [name for name in missing if name != "province.html"]
                assert pages == ({"930"} if "--unit" in command else set()), told
            else:
                assert pages == {"930", "931", "937"}, told
            assert not missing, told
    shutil.rmtree(tmp_path / "outputs")


def log_of(said: str) -> str:
    """The traceback that an unexpected end names."""
    found = re.search(r"(/\S+\.log)", said)
    return Path(found[1]).read_text("utf-8") if found else ""
