"""Messages for Zalo, SMS and loudspeakers: whole sentences, never longer than they may be."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from dxkit.cli import run
from dxkit.cli.report import report
from dxkit.period import OpenPeriod
from dxkit.press.publish import messages
from dxkit.press.publish.annexes import FORMS
from dxkit.press.publish.messages import CHANNELS, Channel, NoMessageError, message_of
from dxkit.report.sentences.headlines import thoughts
from dxkit.report.sentences.unit_view import View
from dxkit.report.wording.language import load_language, spoken
from dxkit.report.wording.sentences import Writer

UNITS = ("93", "930", "931", "932", "933", "934", "935", "936", "937", "31417", "31420")
WEAK, PARTIAL = "936", "934"


@pytest.fixture
def opened(periods: dict[str, OpenPeriod]) -> OpenPeriod:
    return periods["2022-Q4"]


def told(opened: OpenPeriod, unit: str, channel: str, code: str = "vi") -> str:
    return message_of(channel, opened, unit, load_language(code))


def test_a_message_says_rank_targets_and_the_first_task(opened: OpenPeriod) -> None:
    """Of the weakest district, as an official would send it."""
    assert told(opened, WEAK, "sms") == (
        "SO LIEU MO PHONG. Quy IV/2022, huyen Long My xep thu 8/8, dat 62,92/100 diem. "
        "Hoan thanh 1/5 chi tieu. Ve ho so truc tuyen, con thieu 1.115 ho so de dat 50%."
    )
    assert told(opened, WEAK, "zalo").split("\n") == [
        "Kết quả quý IV/2022 của huyện Long Mỹ",
        "SỐ LIỆU MÔ PHỎNG, không phải số liệu thật.",
        "Huyện Long Mỹ xếp thứ 8/8 huyện, thị xã, thành phố của tỉnh Hậu Giang, đạt 62,92/100 "
        "điểm, xếp loại Trung bình, giữ nguyên thứ hạng so với quý III/2022.",
        "Hoàn thành 1/5 chỉ tiêu (mô hình, sáng kiến); chưa hoàn thành: hồ sơ trực tuyến, kỹ năng "
        "số, ứng dụng HauGiang và thanh toán không tiền mặt.",
        "Về hồ sơ trực tuyến, còn thiếu 1.115 hồ sơ để đạt 50%.",
        "Đạt chỉ tiêu thì tiêu chí này được thêm 8,79 điểm.",
    ]
    aloud = told(opened, WEAK, "loudspeaker")
    assert aloud.startswith("Kính thưa bà con và các đồng chí! Sau đây là kết quả quý bốn năm 2022")
    assert "xếp thứ 8 trên 8 huyện" in aloud
    assert "đạt 62,92 trên 100 điểm" in aloud
    assert "để đạt 50 phần trăm" in aloud
    assert "đến ngày 3 tháng 6 năm 2023" in aloud
    assert not re.search(r"\d[/%]", aloud)
    short = told(opened, PARTIAL, "sms")
    assert short.endswith("Con thieu so lieu nen khong duoc xet de nghi khen thuong.")
    assert "chua gui bao cao quy IV/2022" in told(opened, "31417", "sms")
    assert 'Co ten trong danh sach "De nghi khen thuong".' in told(opened, "932", "sms")
    assert told(opened, WEAK, "sms", "en").startswith(
        "SIMULATED DATA. Q4 2022: Long My district ranks 8 of 8 with 62.92 of 100 points."
    )
    assert "for the fourth quarter of 2022" in told(opened, WEAK, "loudspeaker", "en")


@pytest.mark.parametrize("code", ["vi", "en"])
def test_no_message_is_cut_or_too_long(
    code: str, opened: OpenPeriod, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With room for any number of letters: each line is a whole sentence of the catalogue."""
    for name, channel in CHANNELS.items():
        language = load_language(code)
        language = spoken(language) if name == "loudspeaker" else language
        writer = Writer(opened.campaign, opened.analysis.units, language)
        plain = "sms" if name == "sms" else "zalo"
        for unit in UNITS:
            view = View(opened.analysis, opened.analysis.units.get(unit))
            whole = {writer.plain(c) for t in thoughts(view) for c in (*t.ways, *t.follows)}
            monkeypatch.setitem(CHANNELS, name, Channel(channel.longest, "\n"))
            first = told(opened, unit, name, code).split("\n")[: 1 if plain == "sms" else 2]
            for room in (channel.longest, *range(40, channel.longest, 97)):
                monkeypatch.setitem(CHANNELS, name, Channel(room, "\n"))
                try:
                    text = told(opened, unit, name, code)
                except NoMessageError:
                    assert room < 270
                    continue
                assert len(text) <= room
                assert text.isascii() or plain != "sms"
                lines = text.split("\n")
                assert lines[: len(first)] == first
                assert len(lines) > len(first)
                for line in lines[len(first) :]:
                    assert line in whole or any(line == str(messages._Message("sms", [w]))
                                                for w in whole)  # fmt: skip
        monkeypatch.setitem(CHANNELS, name, channel)


def test_the_first_task_is_told_before_all_others(
    opened: OpenPeriod, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = Writer(opened.campaign, opened.analysis.units, load_language("vi"))
    for unit in UNITS:
        steps = [t for t in thoughts(View(opened.analysis, opened.analysis.units.get(unit)))
                 if t.step]  # fmt: skip
        for room in range(150, 900, 30):
            monkeypatch.setitem(CHANNELS, "zalo", Channel(room, "\n"))
            try:
                text = told(opened, unit, "zalo")
            except NoMessageError:
                continue
            said = [any(writer.plain(c) in text for c in t.ways) for t in steps]
            assert said == sorted(said, reverse=True), (unit, room)


def test_a_message_says_the_state_of_the_publication(opened: OpenPeriod, tmp_path: Path) -> None:
    record = {"campaign": "haugiang-2022", "period": "2022-Q4", "number": 1, "day": "2023-01-05",
              "state": "provisional", "by": "A"}  # fmt: skip
    (tmp_path / "publication.json").write_text(json.dumps(record), "utf-8")
    project = replace(opened.project, stated=tmp_path / "publication.json")
    published = replace(opened, project=project)
    assert told(published, WEAK, "sms").startswith("SO BO. SO LIEU MO PHONG. ")
    assert told(published, WEAK, "zalo").split("\n")[1] == "SƠ BỘ."
    assert "Đây là bản sơ bộ." in told(published, WEAK, "loudspeaker")


def test_messages_stand_beside_their_page_and_go_with_it(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Made, proved, a changed digit found, made again when damaged, cleared with an old page."""
    words = ["report", "2024-Q1", "--out", str(small), "--unit", "71"]
    assert run([*words, "--to", "text"]) == 0
    folder = small / "small/2024-Q1"
    names = {path.name for path in folder.rglob("*.txt")}
    assert names == {f"71-huyen-my-an.{channel}.txt" for channel in CHANNELS}
    assert names <= {
        Path(n).name for n in json.loads((folder / "manifest.json").read_text())["files"]
    }
    assert run(["verify", "2024-Q1", "--out", str(small)]) == 0
    for path in folder.rglob("*.txt"):
        made = path.read_bytes()
        assert made.endswith(b".\n")
        spoilt = re.sub(rb"\d(?=\D*$)", lambda m: b"%d" % (9 - int(m[0])), made)
        path.write_bytes(spoilt)
        capsys.readouterr()
        assert run(["verify", "2024-Q1", "--out", str(small)]) == 1
        assert path.name in capsys.readouterr().out
        assert run(words) == 0
        assert path.read_bytes() == made
    assert run([*words, "--force"]) == 0
    assert not list(folder.rglob("*.txt"))


def test_a_name_that_leaves_no_room_is_told(
    small: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CHANNELS, "sms", Channel(20, " "))
    words = ["report", "2024-Q1", "--out", str(small), "--unit", "71", "--to", "text"]
    assert run([*words, "--lang", "en"]) == 1
    told = capsys.readouterr()
    assert "Could not make district/71-huyen-my-an.sms.txt: no sentence is short enough" in told.err
    assert "Made 2 TEXT files." in told.out


def test_the_command_offers_every_form() -> None:
    (to,) = (option for option in report.params if option.name == "kinds")
    assert set(to.type.choices) == {"html", *FORMS}
