"""What is published stays: kept whole or not at all, proved years later by what it holds, named
when a byte of it changes, and compared with all that is read afterwards.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import html

from dxkit.cli import run
from tests.press.other_writer import held_by_another
from tests.publication.conftest import EARLIER, PERIOD, replace_in

BY = "Nguyễn Văn <b>A</b>, Chánh Văn phòng"
STATE = re.compile(r'<p class="banner published" role="note">.*?</p>', re.DOTALL)
FINAL = ["publish", PERIOD, "--state", "final", "--by", BY]


def kept_in(project: Path) -> Path:
    return project / "data/published/small" / PERIOD


def outputs_of(folder: Path) -> Path:
    return folder / "outputs/small" / PERIOD


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes()
            for p in folder.rglob("*") if p.is_file()}  # fmt: skip


def without_state(page: Path) -> str:
    text = page.read_text("utf-8")
    assert text.count('class="banner published"') <= 1
    return STATE.sub("", text)


# what is kept --------------------------------------------------------------------------------


def test_pages_are_kept_as_they_were_with_their_state(reported: Path, published: Path) -> None:
    folder = kept_in(published) / "1-final"
    pages = {p.relative_to(outputs_of(folder)) for p in outputs_of(folder).rglob("*.html")}
    assert pages == {p.relative_to(outputs_of(reported))
                     for p in outputs_of(reported).rglob("*.html")}  # fmt: skip
    for page in pages:
        assert without_state(outputs_of(folder) / page) == without_state(
            outputs_of(reported) / page
        )
        says = page.name != "findings.html"
        text = (outputs_of(folder) / page).read_text("utf-8")
        assert text.count("SỐ LIỆU CHÍNH THỨC. Bản công bố số") == says
        assert text.count("Nguyễn Văn &lt;b&gt;A&lt;/b&gt;, Chánh Văn phòng") == says
        assert text.count("Đợt 1") == says
    assert bytes_of(outputs_of(reported)) == bytes_of(outputs_of(published))
    record = json.loads((folder / "publication.json").read_text("utf-8"))
    assert (record["state"], record["by"], record["errors"]) == ("final", BY, 0)


def test_what_it_was_made_from_is_kept_with_all_hashes(published: Path) -> None:
    folder = kept_in(published) / "1-final"
    for name in ("data/campaigns/small", f"data/raw/small/{EARLIER}", f"data/raw/small/{PERIOD}"):
        assert bytes_of(folder / name) == bytes_of(published / name)
    assert list(outputs_of(folder).rglob("*.docx"))
    facts = (folder / "facts.csv").read_text("utf-8-sig").splitlines()
    assert facts[0] == "fact,value,missing"
    assert f"{PERIOD}/71/skills/value,0.5," in facts
    listed = dict(line.split("  ", 1)[::-1] for line in
                  (folder / "SHA256SUMS").read_text("utf-8").splitlines())  # fmt: skip
    there = {n: hashlib.sha256(c).hexdigest() for n, c in bytes_of(folder).items()}
    del there["SHA256SUMS"]
    assert listed == there
    assert not [p for p in folder.rglob("*") if p.is_file() and os.stat(p).st_mode & 0o222]


# refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--state", "revised", "--by", "A"], "there is nothing to revise"),
        (["--state", "final", "--by", " "], "--by needs the name"),
        (["--state", "final", "--by", "A", "--despite", ""], "--despite needs a reason"),
        (["--state", "signed", "--by", "A"], "must be one of: provisional, final, revised"),
        (["--state", "final"], "--by is missing"),
    ],
)
def test_what_cannot_be_published_is_said(
    arguments: list[str], said: str, reported: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("DXKIT_PROJECT", str(reported))
    assert run(["publish", PERIOD, *arguments, "--lang", "en"]) == 2
    assert said in capsys.readouterr().err
    assert not kept_in(reported).exists()


@pytest.mark.parametrize("asked", [["changes", PERIOD], ["verify", PERIOD, "--publication", "1"]])
def test_a_period_of_which_nothing_is_published_is_said_to_have_nothing(
    asked: list[str], reported: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("DXKIT_PROJECT", str(reported))
    assert run([*asked, "--lang", "en"]) == 2
    assert "Nothing has been published of 2" in capsys.readouterr().err


def test_what_is_final_is_only_revised(
    published: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DXKIT_PROJECT", str(published))
    for state in ("provisional", "final"):
        assert run(["publish", PERIOD, "--state", state, "--by", "A", "--lang", "en"]) == 2
        assert "it can only be revised" in capsys.readouterr().err


def test_nothing_is_published_that_is_not_proved_or_has_errors_open(
    reported: Path, copied: Callable[[Path], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Unless it must be, for a reason that is kept; what is kept then is what was made again."""
    project = copied(reported)
    page = outputs_of(project) / "province.html"
    page.write_text(page.read_text("utf-8").replace("Sông Xanh", "Sông Vàng", 1), "utf-8")
    assert run([*FINAL, "--lang", "en"]) == 2
    assert "dxkit verify finds 1 differences" in capsys.readouterr().err
    sent = project / f"data/raw/small/{PERIOD}/73-huyen-my-chau.csv"
    replace_in(sent, "500,300,300", "500,300,không rõ")
    assert run([*FINAL, "--lang", "en"]) == 2
    assert "1 errors in the figures are open" in capsys.readouterr().err
    assert not kept_in(project).exists()
    assert run([*FINAL, "--despite", "Ủy ban yêu cầu"]) == 0
    record = json.loads((kept_in(project) / "1-final/publication.json").read_text("utf-8"))
    assert (record["despite"], record["errors"]) == ("Ủy ban yêu cầu", 1)
    assert record["differences"] > 1


# proved --------------------------------------------------------------------------------------


def test_a_publication_is_proved_by_what_it_holds_alone(
    published: Path, copied: Callable[[Path], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    project = copied(published)
    before = bytes_of(kept_in(project))
    shutil.rmtree(project / "outputs")
    shutil.rmtree(project / "data/raw")
    shutil.rmtree(project / "notebooks")
    plan = project / "data/campaigns/small"
    (plan / "campaign.toml").write_text("no plan any more", "utf-8")
    (plan / "units.csv").unlink()
    assert run(["verify", PERIOD, "--publication", "1", "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "files of publication 1 (final) are as they were published" in said
    assert "with 4 pages made again and compared whole: all agree" in said
    assert bytes_of(kept_in(project)) == before
    assert run(["verify", PERIOD, "--publication", "2", "--lang", "en"]) == 2
    assert "has no publication 2. There are: 1-final" in capsys.readouterr().err


def test_a_changed_byte_in_a_publication_is_named(
    published: Path, copied: Callable[[Path], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Also by ``verify`` of the working pages, and of the list of hashes itself."""
    project = copied(published)
    folder = kept_in(project) / "1-final"
    names = ["outputs/small/2024-Q2/province.html", "publication.json", "facts.csv",
             "outputs/small/2024-Q2/data/history.json", "data/campaigns/small/targets.csv",
             "data/raw/small/2024-Q1/72-huyen-my-binh.csv",
             "notebooks/start_here.ipynb"]  # fmt: skip
    for name in names:
        path = folder / name
        path.chmod(0o644)
        path.write_bytes(path.read_bytes()[:-1] + b" ")
    (folder / "outputs/small/2024-Q2/district/71-huyen-my-an.html").unlink()
    (folder / "notebooks/more.ipynb").write_text("{}", "utf-8")
    assert run(["verify", PERIOD, "--lang", "en"]) == 1
    said = capsys.readouterr().out
    at = f"data/published/small/{PERIOD}/1-final"
    for name in names:
        assert f"  {at}/{name}: has been changed" in said
    page = f"{at}/outputs/small/2024-Q2/district/71-huyen-my-an.html"
    assert f"  {page}: is not there, and should be" in said
    assert f"  {at}/notebooks/more.ipynb: " in said
    for name in ("publication.json", "data/campaigns/small/campaign.toml", "facts.csv"):
        (folder / name).chmod(0o644)
        (folder / name).write_text('{"day": 7}', "utf-8")
    for command in ("verify", "changes"):  # neither stumbles over it
        assert run([command, PERIOD, "--publication", "1", "--lang", "en"]) == 1
        said = capsys.readouterr().out
        assert "publication 1 (final): 10 files are not as they were published" in said
        assert f"  {at}/data/campaigns/small/campaign.toml: has been changed" in said
    assert run(["check", PERIOD, "--lang", "en"]) == 0


def test_nothing_is_published_beside_an_altered_publication(
    published: Path, copied: Callable[[Path], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """What is new in it would be told by comparing with that one."""
    project = copied(published)
    assert run(["report", PERIOD]) == 0
    page = outputs_of(kept_in(project) / "1-final") / "province.html"
    page.chmod(0o644)
    page.write_bytes(page.read_bytes()[:-1] + b" ")
    capsys.readouterr()
    assert run(["publish", PERIOD, "--state", "revised", "--by", "A", "--lang", "en"]) == 2
    assert "dxkit verify finds 1 differences" in capsys.readouterr().err
    assert [path.name for path in kept_in(project).iterdir()] == ["1-final"]


def test_a_changed_list_and_a_missing_publication_are_named(
    published: Path, copied: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from dxkit.campaign.project import Project
    from dxkit.publication import altered_publications, next_number

    project = copied(published)

    def named() -> set[tuple[str, str]]:
        found = altered_publications(Project(project), "small", PERIOD)
        return {(d.file.removeprefix(f"data/published/small/{PERIOD}/"), d.cause) for d in found}

    def held(path: Path, read: Callable[[Path], bytes] = Path.read_bytes) -> bytes:
        if path.name == "facts.csv":
            raise PermissionError(13, "Access is denied", str(path))
        return read(path)

    assert named() == set()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", held)
        assert named() == {("1-final/facts.csv", "file_unreadable")}
    sums = kept_in(project) / "1-final/SHA256SUMS"
    sealed = sums.read_text("utf-8")
    sums.chmod(0o644)
    sums.write_text(sealed + "\n", "utf-8")
    assert named() == {("1-final/SHA256SUMS", "file_changed")}
    sums.write_text(f"0{sealed[1:]}" if sealed[0] != "0" else f"1{sealed[1:]}", "utf-8")
    assert named() == {("1-final/" + sealed.split("  ", 1)[1].split("\n")[0], "file_changed")}
    sums.write_text(sealed, "utf-8")
    for number in (2, 3):
        following = kept_in(project) / f"{number}-revised"
        shutil.copytree(kept_in(project) / "1-final", following)
    assert ("1-final/SHA256SUMS", "file_changed") in named()  # none of the others holds its hash
    record = kept_in(project) / "3-revised/publication.json"
    record.chmod(0o644)
    altered = json.loads(record.read_text("utf-8")) | {"number": "3", "state": "revised"}
    record.write_text(json.dumps(altered), "utf-8")
    assert ("3-revised/publication.json", "file_changed") in named()
    shutil.rmtree(kept_in(project) / "2-revised")
    assert ("2", "file_missing") in named()
    assert next_number(Project(project), "small", PERIOD, "revised") == 4


# compared ------------------------------------------------------------------------------------


def test_all_that_is_read_is_compared_with_the_publication(
    published: Path, copied: Callable[[Path], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """A cell of the period, one of the period before and a target; ``report`` writes drafts."""
    project = copied(published)
    kept = bytes_of(kept_in(project))
    raw = project / "data/raw/small"
    replace_in(raw / PERIOD / "71-huyen-my-an.csv", "Tân An,1000,300,300", "Tân An,1000,300,290")
    replace_in(raw / EARLIER / "72-huyen-my-binh.csv", "800,400,400", "800,380,400")
    targets = project / "data/campaigns/small/targets.csv"
    replace_in(targets, "skills,*,2024-Q2,0.80", "skills,*,2024-Q2,0.70")
    named = ["Q2 2024, publication 1 (final): figures that are different now: ",
             "  district/71-huyen-my-an.html: ", "  province.html: ", "  league.xlsx: ",
             "  2024-Q1/72-huyen-my-binh.csv: 1 cells changed", '    D4: "400" → "380"',
             "  2024-Q2/71-huyen-my-an.csv: 1 cells changed", '    E4: "300" → "290"',
             "  targets.csv, skills 2024-Q2: 80% → 70%"]  # fmt: skip
    for command in ("check", "verify", "report"):
        assert run([command, PERIOD, "--lang", "en"]) == 1
        said = capsys.readouterr().out
        assert [text for text in named if text not in said] == [], command
    page = (outputs_of(project) / "province.html").read_text("utf-8")
    assert "DRAFT. This period has been published; this page has not." in page
    assert bytes_of(kept_in(project)) == kept
    revised = ["publish", PERIOD, "--state", "revised", "--by", "B"]
    assert run(revised) == 0
    folder = kept_in(project) / "2-revised"
    text = (outputs_of(folder) / "district/71-huyen-my-an.html").read_text("utf-8")
    assert "REVISED FIGURES" in text  # in the words of the page
    assert "Huyện Mỹ An, Share of paying, numerator, Q2 2024: 1,500 → 1,490" in text
    assert "Huyện Mỹ An" not in STATE.sub("", text).partition("<details>")[0].partition("<main")[2]
    shown = html.fromstring(text).xpath("//data[starts-with(@data-fact, $of)]", of=f"{PERIOD}/71/")
    marked = {d.get("data-fact"): "revised" in d.get("class").split() for d in shown}
    assert marked[f"{PERIOD}/71/codes/value"]
    assert not marked[f"{PERIOD}/71/skills/value"]
    assert "ʳ\xa0Revised since the publication before." in text
    assert {n: c for n, c in bytes_of(kept_in(project)).items() if n.startswith("1-")} == kept
    assert run(["verify", PERIOD, "--publication", "2"]) == 0
    capsys.readouterr()
    assert run(["check", PERIOD, "--lang", "en"]) == 0
    assert "publication" not in capsys.readouterr().out


def test_a_change_without_effect_is_said_to_have_none(
    published: Path, copied: Callable[[Path], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """And a later quarter is told of a change to one that was published."""
    project = copied(published)
    replace_in(project / "data/campaigns/small/targets.csv",
               "codes,*,2024-Q1,0.80,Ví dụ", "codes,*,2024-Q1,0.80,Văn bản")  # fmt: skip
    assert run(["check", PERIOD, "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "Q2 2024, publication 1 (final): what it was made from has changed since; no fi" in said
    assert 'targets.csv, codes 2024-Q1 source: "Ví dụ" → "Văn bản"' in said
    plan = project / "data/campaigns/small/campaign.toml"
    later = 'id = "2024-Q3"\nfirst_day = 2024-07-01\nlast_day = 2024-09-30\n\n[scoring]'
    plan.write_text(plan.read_text("utf-8").replace("[scoring]", f"[[periods]]\n{later}"), "utf-8")
    for path in (project / f"data/raw/small/{PERIOD}").iterdir():
        target = project / "data/raw/small/2024-Q3" / path.name
        target.parent.mkdir(exist_ok=True)
        target.write_text(path.read_text("utf-8").replace("QUÝ II", "QUÝ III"), "utf-8")
    replace_in(project / f"data/raw/small/{PERIOD}/73-huyen-my-chau.csv", "500,300", "500,290")
    assert run(["check", "2024-Q3", "--lang", "en"]) == 1
    said = capsys.readouterr().out
    assert "Q2 2024, publication 1 (final): figures that are different now" in said
    assert "2024-Q2/73-huyen-my-chau.csv: 1 cells changed" in said


# whole or not at all -------------------------------------------------------------------------


def test_one_at_a_time(
    reported: Path, copied: Callable[[Path], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever writes the outputs, and who publishes from other outputs."""
    project = copied(reported)
    for folder in (project / "outputs/small", project / "data/published/small"):
        with held_by_another(folder):
            assert run([*FINAL, "--lang", "en"]) == 2  # before anything is made
        assert "Another run is writing to" in capsys.readouterr().err
        assert not list(kept_in(project).glob("*"))


@pytest.mark.unmeasured
def test_two_at_once_give_one_publication(
    seed: int, reported: Path, copied: Callable[[Path], Path]
) -> None:
    project = copied(reported)
    shutil.copytree(project / "outputs", project.parent / "other")
    commands = [FINAL, [*FINAL, "--out", str(project.parent / "other")]]
    both = []
    for command in commands:
        words = [sys.executable, "-m", "dxkit", *command]
        both.append(subprocess.Popen(words, stderr=subprocess.PIPE, text=True))
        time.sleep(random.Random(seed).uniform(0, 2))
    said = [process.communicate()[1] for process in both]
    assert sorted(process.returncode for process in both) == [0, 2], said
    assert "Traceback" not in "".join(said)
    assert [path.name for path in kept_in(project).iterdir()] == ["1-final"]


@pytest.mark.unmeasured
def test_a_kill_leaves_nothing_half(
    seed: int, reported: Path, copied: Callable[[Path], Path]
) -> None:
    """At any moment; the next one publishes what it would have, under the same number."""
    project = copied(reported)
    process = subprocess.Popen([sys.executable, "-m", "dxkit", *FINAL], stdout=subprocess.DEVNULL)
    dice = random.Random(seed)
    stage = kept_in(project) / ".being-published"
    while not stage.exists() and process.poll() is None:
        time.sleep(0.01)
    time.sleep(dice.uniform(0, 4))
    process.kill()
    process.wait()
    whole = [path.name for path in kept_in(project).glob("[0-9]*")]
    if not whole:
        assert run(FINAL) == 0
    assert [path.name for path in kept_in(project).iterdir()] == ["1-final"]
    assert run(["verify", PERIOD, "--publication", "1"]) == 0


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(20 if metafunc.config.getoption("--full") else 0))
