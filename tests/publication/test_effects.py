"""What ``changes`` lists after a publication is what a run from nothing gives, no more, no fewer:
facts and sentences, after changed cells of any period, targets, points, units, reference figures
and corrections.
"""

from __future__ import annotations

import random
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from dxkit.campaign.project import Project, publications
from dxkit.cli import run
from dxkit.period.opening import open_period
from tests.publication.conftest import EARLIER, PERIOD, replace_in

PLAN = "data/campaigns/small"


class Sentences(HTMLParser):
    """The sentences of a page by Python's own parser: elements that name their sentence."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: Counter[str] = Counter()
        self._open: list[list[str] | None] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("br", "meta", "link", "img", "input", "hr"):
            self._open.append([] if "data-claim" in dict(attrs) else None)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("br", "meta", "link", "img", "input", "hr"):
            words = self._open.pop()
            if words is not None:
                self.found[" ".join("".join(words).split())] += 1

    def handle_data(self, data: str) -> None:
        for words in self._open:
            if words is not None:
                words.append(data)


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text("utf-8") + text, "utf-8")


# one change of each kind ---------------------------------------------------------------------


def cell(project: Path, dice: random.Random) -> None:
    """One count, or in its place a word, of a commune in either period."""
    period = dice.choice((EARLIER, PERIOD))
    path = dice.choice(sorted((project / "data/raw/small" / period).iterdir()))
    lines = path.read_text("utf-8").split("\n")
    at = dice.randrange(3, len(lines) - 1)
    number, unit, whole, *some = lines[at].split(",")
    column = dice.randrange(len(some))
    some[column] = dice.choice((str(dice.randrange(int(whole))), "chưa có", ""))
    lines[at] = ",".join([number, unit, whole, *some])
    path.write_text("\n".join(lines), "utf-8")


def target(project: Path, dice: random.Random) -> None:
    path = project / PLAN / "targets.csv"
    lines = path.read_text("utf-8").splitlines()
    at = dice.randrange(1, len(lines))
    lines[at] = lines[at].replace("0.80", f"0.{dice.randrange(30, 100)}")
    path.write_text("\n".join(lines) + "\n", "utf-8")


def points(project: Path, dice: random.Random) -> None:
    path, most = project / PLAN / "indicators.csv", dice.randrange(1, 10)
    text = path.read_text("utf-8").replace(",1,4,ratio", f",1,{10 - most},ratio")
    path.write_text(text.replace("skilled,people,up,1,6", f"skilled,people,up,1,{most}"), "utf-8")


def unit(project: Path, dice: random.Random) -> None:
    """A commune under another district, or called something else."""
    path = project / PLAN / "units.csv"
    old, new = dice.choice((("Xã Tân An,Xã,commune,71", "Xã Tân An,Xã,commune,72"),
                            ("Xã Phú An", "Xã Phú Yên"), ("Xã Lộc An", "Xã Lộc Ân"),
                            ("Huyện Mỹ Bình", "Huyện Mỹ Bính")))  # fmt: skip
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


def reference(project: Path, dice: random.Random) -> None:
    path = project / "data/raw/small/reference/census.csv"
    path.write_text(path.read_text("utf-8").replace("990", str(dice.randrange(500, 1500))), "utf-8")


def correction(project: Path, dice: random.Random) -> None:
    row = f"{PERIOD},71-huyen-my-an.csv,,D4,300,{dice.randrange(1000)},Gõ nhầm,A,2024-07-01\n"
    append(project / PLAN / "corrections.csv", row)


def quota(project: Path, dice: random.Random) -> None:
    path = project / PLAN / "campaign.toml"
    old, new = dice.choice((("quota = 1", "quota = 2"), ("share = 0.5", "share = 0.7")))
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


KINDS = (cell, target, points, unit, reference, correction, quota)
FULL = 500


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        full = metafunc.config.getoption("--full")
        metafunc.parametrize("seed", range(FULL if full else 1))


def all_facts(project: Path) -> dict[str, tuple[object, str]]:
    """Every fact of every unit, read from nothing."""
    open_period.cache_clear()
    out = project.parent / f"{project.name}-read"
    analysis = open_period(Project(project, out=out), "small", PERIOD).analysis
    cards = (analysis.scorecard(one.code) for one in analysis.units.units)
    return {str(key): (f.value, f.missing) for card in cards for key, f in card.facts.items()}


def pages(project: Path) -> Iterator[tuple[str, Counter[str]]]:
    folder = project / "outputs/small" / PERIOD
    for path in sorted(folder.rglob("*.html")):
        if path.name not in ("findings.html", "changes.html"):
            text = path.read_text("utf-8")
            yield path.relative_to(folder).as_posix(), Sentences(text).found


def test_what_is_listed_is_what_a_run_from_nothing_gives(
    seed: int, published: Path, copied: Callable[[Path], Path]
) -> None:
    from dxkit.publication.changes import effects_since

    dice, project = random.Random(seed), copied(published)
    for kind in dice.sample(KINDS, dice.choice((1, 1, 2))) if seed else (cell, target):
        kind(project, dice)
    kept = {p: p.read_bytes() for p in (project / "data/published").rglob("*") if p.is_file()}
    open_period.cache_clear()
    (publication,) = publications(Project(project), "small", PERIOD)
    effects = effects_since(Project(project), publication)

    before, after = all_facts(published), all_facts(project)
    listed = {str(f.key): (f.before, f.after) for f in effects.facts}
    nothing = ("", "")
    assert len(listed) == len(effects.facts)
    assert listed == {
        key: (row(before[key]) if key in before else nothing,
              row(after[key]) if key in after else nothing)
        for key in before.keys() | after.keys()
        if not alike(before.get(key), after.get(key))
    }  # fmt: skip

    open_period.cache_clear()
    old = dict(pages(published))
    shutil.rmtree(project / "outputs")
    run(["report", PERIOD])
    new = dict(pages(project))
    assert old.keys() == new.keys()
    for page in old:
        mine = [change for change in effects.sentences if change.page == page]
        gone, come = Counter(c.before for c in mine), Counter(c.after for c in mine)
        del gone[""], come[""]
        assert gone == old[page] - new[page], page
        assert come == new[page] - old[page], page
    assert {p: p.read_bytes() for p in kept} == kept
    changed_bytes = bool(listed) or any(old[page] != new[page] for page in old)
    assert effects.any >= changed_bytes


def alike(one: tuple[object, str] | None, other: tuple[object, str] | None) -> bool:
    """Whether two facts are the same: numbers in 12 digits, as everywhere in the proof."""
    numbers = [fact[0] for fact in (one, other) if fact and fact[0] is not None]
    if len(numbers) == 2:
        return numbers[0] == pytest.approx(numbers[1], rel=1e-12, abs=1e-12)
    return one == other


def row(fact: tuple[object, str]) -> tuple[str, str]:
    return "" if fact[0] is None else repr(fact[0]), fact[1]


def test_a_lower_target_is_one_cause(
    published: Path, copied: Callable[[Path], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """On the screen, on the page, in the draft of the notice; nothing left where it is undone."""
    import docx

    project = copied(published)
    targets = project / PLAN / "targets.csv"
    old, new = "skills,*,2024-Q2,0.80", "skills,*,2024-Q2,0.50"
    replace_in(targets, old, new)
    assert run(["changes", PERIOD, "--lang", "en"]) == 1
    said = capsys.readouterr().out
    assert "  targets.csv, skills 2024-Q2: 80% → 50%" in said
    assert "  Huyện Mỹ An, Share of skilled, target reached: ○ Còn xa → ● Đạt" in said
    assert "By itself" not in said  # it is the only one
    folder = project / "outputs/small" / PERIOD
    page = (folder / "changes.html").read_text("utf-8")
    assert "skills 2024-Q2: 80% → 50%" in page
    assert "Huyện Mỹ An, Share of skilled, points, Q2 2024</span>" in page
    told = docx.Document(str(folder / "correction.docx"))
    words = "\n".join(p.text for p in told.paragraphs)
    assert "Correction of the published results of Q2 2024" in words
    cells = {c.text for t in told.tables for r in t.rows for c in r.cells}
    assert "Huyện Mỹ An, Share of skilled, target, Q2 2024" in cells
    assert {"80%", "50%", "Huyện Mỹ An"} <= cells  # the page of which a sentence is another
    assert "league.xlsx" in page  # what only who makes the reports wants to know
    assert "league.xlsx" not in words + "".join(cells)
    replace_in(targets, new, old)
    assert run(["changes", PERIOD, "--lang", "en"]) == 0
    assert "nothing that it was made from has changed" in capsys.readouterr().out
    assert not (folder / "changes.html").exists()
    assert not (folder / "correction.docx").exists()


def test_each_of_several_files_is_told_with_what_it_changes(
    published: Path, copied: Callable[[Path], Path]
) -> None:
    """Worked by hand: the cell alone moves 71's share of payers, the target alone no value."""
    from dxkit.publication.changes import effects_since

    project = copied(published)
    sent = project / f"data/raw/small/{PERIOD}/71-huyen-my-an.csv"
    replace_in(sent, "1000,300,300", "1000,300,270")
    replace_in(project / PLAN / "targets.csv", "skills,*,2024-Q2,0.80", "skills,*,2024-Q2,0.50")
    (publication,) = publications(Project(project), "small", PERIOD)
    effects = effects_since(Project(project), publication)
    by_key = {str(f.key): f for f in effects.facts}
    cell_file = f"{PERIOD}/71-huyen-my-an.csv"
    assert effects.causes == (cell_file, "targets.csv")
    value = by_key[f"{PERIOD}/71/codes/value"]
    assert (value.before, value.after) == (("0.5", ""), ("0.49", ""))
    assert value.causes == (cell_file,)
    assert by_key[f"{PERIOD}/71/skills/target"].causes == ("targets.csv",)
    assert by_key[f"{PERIOD}/71/total/points"].causes == (cell_file, "targets.csv")


def test_a_workbook_that_is_gone_changes_no_grade_of_others(
    published: Path, copied: Callable[[Path], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Alone in front, a district is told its grade on its page, as the index told it before."""
    project = copied(published)
    (project / f"data/raw/small/{PERIOD}/72-huyen-my-binh.csv").unlink()
    open_period.cache_clear()
    assert run(["changes", PERIOD, "--lang", "en"]) == 1
    said = capsys.readouterr().out
    lines = (project / "outputs/small" / PERIOD / "changes.html").read_text("utf-8")
    rows = re.findall("<tr>(.*?)</tr>", lines, re.DOTALL)
    cells = [[" ".join(re.sub("<[^>]*>", " ", c).split()) for c in re.split("</t[dh]>", row)[:3]]
             for row in rows if "<td" in row]  # fmt: skip
    assert ["Huyện Mỹ Bình, grade", "Đạt", "–"] in cells
    assert [c for c in cells if c[0] == "Huyện Mỹ An, grade"] == []
    assert len(cells) > 50
    assert [c for c in cells if len(c) == 3 and c[1] == c[2] == "–"] == []
    assert ": – → –" not in said


def test_a_change_without_effect_has_none(
    published: Path, copied: Callable[[Path], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    project = copied(published)
    append(project / PLAN / "aliases.csv", "711,Tân An cũ\n")
    open_period.cache_clear()
    assert run(["changes", PERIOD, "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "make no figure, no sentence and no file that was published different" in said
    assert "  aliases.csv, " in said


def test_drafts_are_compared_with_the_same_pages_in_the_same_language(tmp_path: Path) -> None:
    from dxkit.publication.changes import WordChange, changed_sentences

    for folder, written in {
        "then": {"same": ("vi", "Một"), "gone": ("vi", "Một"), "translated": ("vi", "Một")},
        "now": {"same": ("vi", "Hai"), "new": ("vi", "Một"), "translated": ("en", "One")},
    }.items():
        (tmp_path / folder).mkdir()
        for name, (language, text) in written.items():
            page = f'<html lang="{language}"><p data-claim="first">{text}</p></html>'
            (tmp_path / folder / f"{name}.html").write_text(page, "utf-8")
    found = changed_sentences(tmp_path / "then", tmp_path / "now")
    assert found == [WordChange("same.html", "", "Một", "Hai")]
