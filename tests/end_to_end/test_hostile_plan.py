"""Hostile text in every text field of a plan is text, and nothing runs: with --full each text in
each field, in Word documents and proved too.
"""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import docx
import pytest
from hostile_workbooks import TEXTS
from lxml import html

from dxkit.cli import run
from tests.press.small_campaign import write_project

pytestmark = pytest.mark.unmeasured

PERIOD = "2024-Q2"
QUOTED = re.compile(r'(?<=(?:vi|en) = ")[^"]+(?=")|(?<=source = ")[^"]+(?=")')
FILES = ("units.csv", "measures.csv", "indicators.csv", "targets.csv")
HOSTILE = [text[:200] for text in TEXTS if "\n" not in text]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "first" in metafunc.fixturenames:
        full = metafunc.config.getoption("--full")
        metafunc.parametrize("first", range(len(HOSTILE) if full else 1))


class Spoiler:
    """Puts the next of the hostile texts behind each text, as a plan could have it."""

    def __init__(self, first: int) -> None:
        self.number = self.first = first

    def spoil(self, text: str) -> str:
        self.number += 1
        return f"{text} {HOSTILE[self.number % len(HOSTILE)]}"

    def spoil_plan(self, plan: Path) -> None:
        path = plan / "campaign.toml"
        text = path.read_text("utf-8")
        path.write_text(
            QUOTED.sub(lambda m: json.dumps(self.spoil(m[0]), ensure_ascii=False)[1:-1], text),
            "utf-8",
        )
        for name in FILES:
            rows = list(csv.DictReader((plan / name).read_text("utf-8").splitlines()))
            if name == "units.csv":  # workbooks call them by what are aliases now
                aliases = "".join(f"{row['code']},{row['name']}\n" for row in rows)
                (plan / "aliases.csv").write_text(f"code,alias\n{aliases}", "utf-8")
            for row in rows:
                for column in row:
                    if re.match(r"name|short_name|thing|source", column):
                        row[column] = self.spoil(row[column])
            made = io.StringIO()
            writer = csv.DictWriter(made, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
            (plan / name).write_text(made.getvalue(), "utf-8")


def test_hostile_texts_of_a_plan(
    first: int,
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    pytestconfig: pytest.Config,
) -> None:
    full = pytestconfig.getoption("--full")
    write_project(root, tmp_path, "2024-Q1", PERIOD)
    monkeypatch.setenv("DXKIT_PROJECT", str(tmp_path))
    spoiler = Spoiler(first)
    spoiler.spoil_plan(tmp_path / "data/campaigns/small")
    assert spoiler.number - spoiler.first > 50
    more = ["--to", "docx"] if full else []
    assert run(["report", PERIOD, *more]) in (0, 1), capsys.readouterr().err
    assert "Traceback" not in capsys.readouterr().err
    folder = tmp_path / "outputs/small"
    pages = [*folder.rglob("*.html")]
    assert len(pages) == 7
    for page in pages:
        tree = html.fromstring(page.read_text("utf-8"))
        assert len(tree.findall(".//script")) == len(tree.findall(".//style")) == 1, page.name
        assert not tree.xpath(".//img | .//iframe | .//object | .//form | .//base | .//input")
        assert not {a for e in tree.iter() for a in e.attrib if a.startswith("on")}
        links = [link.get("href", "") for link in tree.iter("a")]
        assert not [link for link in links if not re.match(r"(#|\.\./|[\w-]+[/.])", link)]
    shown = " ".join(page.read_text("utf-8") for page in pages)
    assert shown.count("&lt;script&gt;window.ran") > 3
    documents = [*folder.rglob("*.docx")]
    assert len(documents) == (4 if full else 0)
    for path in documents:
        document = docx.Document(str(path))
        body = document.element.body
        assert not body.xpath(".//w:hyperlink | .//w:fldSimple | .//w:object | .//w:altChunk")
        assert not [r for r in document.part.rels.values() if r.is_external]
    for path in folder.rglob("data/*.csv"):
        for row in csv.reader(path.read_text("utf-8-sig").splitlines()):
            for field in row:
                if re.match(r"\s*[=+@\-]", field):
                    float(field)
    if full:
        assert run(["verify", PERIOD]) == 0, capsys.readouterr()
