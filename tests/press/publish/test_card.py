"""The picture of a unit's results: what stands on it, that all of it fits, and its proof."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import matplotlib as mpl
import pytest
from lxml import etree
from PIL import Image, ImageFont

from dxkit.cli import run
from dxkit.period import OpenPeriod
from dxkit.press.publish.card import SIZES, card_of
from dxkit.report.wording.language import load_language
from dxkit.verify.files import places

UNITS = ("93", "932", "934", "936", "31417", "31318-khu-vuc-2")
WEAK, SILENT = "936", "31417"


@pytest.fixture
def opened(periods: dict[str, OpenPeriod]) -> OpenPeriod:
    return periods["2022-Q4"]


def svg(opened: OpenPeriod, unit: str, size: str = "phone", code: str = "vi") -> str:
    return card_of(size, "svg", opened, unit, load_language(code)).decode()


def texts(drawing: str) -> list[str]:
    return [text.text or "" for text in etree.fromstring(drawing).iter("{*}text")]


def test_a_card_says_who_where_it_stands_and_what_to_do(opened: OpenPeriod) -> None:
    said = texts(svg(opened, WEAK))
    whole = " ".join(said)
    assert said[0] == "ỦY BAN NHÂN DÂN TỈNH HẬU GIANG"
    assert {"Huyện Long Mỹ", "Kết quả quý IV/2022", "8/8", "62,92/100", "1/5"} <= {*said}
    assert "SỐ LIỆU MÔ PHỎNG, không phải số liệu thật." in said
    assert "28,0% (chỉ tiêu 50%) · Chưa đạt" in said  # 1.421 of 5.071
    assert "8 (chỉ tiêu 1) · Đạt" in said
    assert "Về hồ sơ trực tuyến, còn thiếu 1.115 hồ sơ để đạt 50%" in whole
    assert "Số liệu từ ngày 15/9/2022 đến ngày 14/12/2022." in said
    assert "Có tên trong danh sách “Đề nghị khen thưởng”." in texts(svg(opened, "932"))
    assert "Còn thiếu số liệu nên không được xét" in " ".join(texts(svg(opened, "934")))
    whole = texts(svg(opened, "93"))
    assert {"48,0%* (chỉ tiêu 50%) · Chưa đạt", "Hồ sơ trực tuyến ‡", "84,28*/100"} <= {*whole}
    assert "* Có ô số liệu cần xác minh hoặc ghi số ước chừng." in " ".join(whole)
    assert not any("0/0" in text for text in texts(svg(opened, "93")))
    silent = texts(svg(opened, SILENT))
    assert "Xã Phụng Hiệp chưa gửi báo cáo quý" in silent
    assert "points §" in texts(svg(opened, WEAK, code="en"))


def test_bars_are_as_long_as_the_values_and_notches_stand_at_the_targets(
    opened: OpenPeriod,
) -> None:
    """Of 360 points 18 stay free at each side: 324 are the whole."""
    drawing = svg(opened, WEAK)
    shapes = [p.get("d") for p in etree.fromstring(drawing).iter("{*}path")]
    boxes = [re.match(r"M18 [\d.]+L([\d.]+) ", d) for d in shapes]
    lengths = [round((float(b[1]) - 18) / 324, 2) for b in boxes if b and float(b[1]) < 342]
    assert lengths == [0.28, 0.67, 0.53, 0.51, 0.08]
    notches = [re.fullmatch(r"M([\d.]+) [\d.]+L\1 [\d.]+", d) for d in shapes]
    assert [round((float(n[1]) - 18) / 324, 2) for n in notches if n] == [0.5, 0.9, 0.8, 0.8]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("code", ["vi", "en"])
def test_nothing_runs_over_the_edge_or_over_other_words(
    size: str, code: str, opened: OpenPeriod
) -> None:
    """Measured by another library than the one that draws."""
    folder = Path(mpl.get_data_path()) / "fonts/ttf"
    faces = {weight: ImageFont.truetype(str(folder / name), 1000) for weight, name in
             (("normal", "DejaVuSans.ttf"), ("bold", "DejaVuSans-Bold.ttf"))}  # fmt: skip
    width, height = SIZES[size]
    for unit in UNITS:
        root = etree.fromstring(svg(opened, unit, size, code))
        usual = dict(pair.split(":", 1) for pair in root.get("style").split(";"))
        boxes = []
        for text in root.iter("{*}text"):
            own = dict(pair.split(":", 1) for pair in (text.get("style") or "").split(";") if pair)
            look = usual | own
            points = float(look["font-size"].removesuffix("px"))
            weight = "bold" if look.get("font-weight") in ("bold", "700") else "normal"
            wide = faces[weight].getlength(text.text) / 1000 * points
            x, y = float(text.get("x")), float(text.get("y"))
            left = {"start": x, "end": x - wide, "middle": x - wide / 2}[look["text-anchor"]]
            boxes.append((left, y - 0.75 * points, left + wide, y + 0.2 * points, text.text))
        for left, top, right, bottom, said in boxes:
            assert left >= 0.02 * width, said
            assert right <= 0.98 * width, said
            assert top >= 0, said
            assert bottom <= height, said
        for (l1, t1, r1, b1, one), (l2, t2, r2, b2, other) in combinations(boxes, 2):
            assert r1 <= l2 or r2 <= l1 or b1 <= t2 or b2 <= t1, (unit, one, other)


def test_a_picture_has_its_size_and_the_same_bytes_every_time(opened: OpenPeriod) -> None:
    vietnamese = load_language("vi")
    for size, pixels in (("phone", (1080, 1920)), ("a4", (1653, 2339))):
        made = card_of(size, "png", opened, WEAK, vietnamese)
        assert made == card_of(size, "png", opened, WEAK, vietnamese)
        picture = Image.open(io.BytesIO(made))
        assert abs(picture.size[0] - pixels[0]) + abs(picture.size[1] - pixels[1]) <= 2
        assert picture.getpixel((3, 3))[:3] == (255, 255, 255)
        assert not picture.text
        assert 'viewBox="0 0 ' in svg(opened, WEAK, size)
    assert not re.search(r"var\(|currentColor|aria-labelledby=\"card.*<script", svg(opened, WEAK))


def test_hostile_names_do_nothing_but_be_shown(opened: OpenPeriod) -> None:
    names = {"vi": "<script>alert(1)</script> & " + "dài " * 30}
    campaign = replace(opened.campaign, names=names, organiser=names)
    drawing = svg(replace(opened, campaign=campaign), WEAK)
    root = etree.fromstring(drawing)
    assert not root.findall(".//{*}script")
    assert "alert(1)" in " ".join(texts(drawing))


def test_cards_are_proved(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A changed digit, a changed dot of the picture; of other versions its size alone is asked."""
    words = ["report", "2024-Q1", "--out", str(small), "--unit", "71", "--to", "card"]
    assert run(words) == 0
    made = sorted(path for path in small.rglob("71-huyen-my-an.*.*"))
    assert [p.name.partition(".")[2] for p in made] == [
        "a4.png",
        "a4.svg",
        "phone.png",
        "phone.svg",
    ]
    assert run(["verify", "2024-Q1", "--out", str(small)]) == 0
    for path in made[:2]:
        content = path.read_bytes()
        if path.suffix == ".svg":
            spoilt = re.sub(rb"\d(?=[^<>]*</text>)", b"77", content, count=1)
        else:
            picture, target = Image.open(io.BytesIO(content)), io.BytesIO()
            picture.putpixel((400, 400), (0, 0, 0, 255))
            picture.save(target, format="png")
            spoilt = target.getvalue()
        assert spoilt != content
        assert places(path.name, spoilt, content, same_versions=True)
        path.write_bytes(spoilt)
    small_one = Image.new("RGBA", (5, 5))
    small_one.save(target := io.BytesIO(), format="png")
    assert places("a.png", target.getvalue(), content, same_versions=False)
    assert not places("a.png", content[:40] + b"x" + content[41:], content, same_versions=False)
    capsys.readouterr()
    assert run(["verify", "2024-Q1", "--out", str(small)]) == 1
    said = capsys.readouterr().out
    assert all(path.name in said for path in made[:2])
    assert not any(path.name in said for path in made[2:])
