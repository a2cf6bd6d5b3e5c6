"""Slides for a conference: real tables and charts with the numbers in them, all within."""

from __future__ import annotations

import io
import random
import re
import zipfile
from pathlib import Path
from typing import Any

import matplotlib as mpl
import openpyxl
import pptx
import pytest
from lxml import etree
from PIL import ImageFont

from dxkit.campaign.project import Project
from dxkit.cli import run
from dxkit.period import OpenPeriod
from dxkit.period.opening import open_period
from dxkit.press.publish.slides import Grid, Points, talk_of
from dxkit.press.publish.slides_file import slides_of
from dxkit.verify.files import places
from tests.verify.gallery import component

UNITS = (("93", "vi"), ("936", "vi"), ("934", "en"), ("31417", "vi"))
"""The province, the weakest district, one with a silent commune, and that."""
TITLES = [
    "Kết quả chính", "Xếp hạng", "Đề nghị khen thưởng", "Kết quả theo tiêu chí",
    "Kết quả so với chỉ tiêu", "Điểm cao nhất và thấp nhất", "Kết quả qua các kỳ",
    "Nhiệm vụ trọng tâm thời gian tới", "Tình trạng số liệu", "Cách xếp hạng và xét khen thưởng",
]  # fmt: skip


@pytest.fixture(scope="module")
def files(periods: dict[str, OpenPeriod]) -> dict[str, bytes]:
    return {unit: slides_of(talk_of(periods["2022-Q4"], unit, code)) for unit, code in UNITS}


@pytest.fixture(scope="module")
def talks(files: dict[str, bytes]) -> dict[str, Any]:
    return {unit: pptx.Presentation(io.BytesIO(content)) for unit, content in files.items()}


@pytest.fixture(scope="module")
def pci_talk(tmp_path_factory: pytest.TempPathFactory) -> Any:
    project = Project.find(None, str(tmp_path_factory.mktemp("pci")))
    opened = open_period(project, "pci-2009", "2009")
    return pptx.Presentation(io.BytesIO(slides_of(talk_of(opened, "01", "vi"))))


def titles(talk: Any) -> list[str]:
    return [slide.shapes.title.text_frame.text for slide in talk.slides]


def slide(talk: Any, title: str) -> Any:
    return next(s for s in talk.slides if s.shapes.title.text_frame.text == title)


def table(talk: Any, title: str) -> list[list[str]]:
    (found,) = (shape.table for shape in slide(talk, title).shapes if shape.has_table)
    return [[cell.text for cell in row.cells] for row in found.rows]


def chart(talk: Any, title: str) -> Any:
    (found,) = (shape.chart for shape in slide(talk, title).shapes if shape.has_chart)
    return found


def test_the_slides_of_a_unit_are_those_of_a_conference(talks: dict[str, Any]) -> None:
    assert titles(talks["936"]) == ["Báo cáo kết quả quý IV/2022 của huyện Long Mỹ", *TITLES]
    assert titles(talks["93"]) == ["Báo cáo kết quả quý IV/2022 của tỉnh Hậu Giang", *TITLES]
    assert len(titles(talks["934"])) == 11
    assert "Kết quả so với chỉ tiêu" not in titles(talks["31417"])  # which has sent nothing
    for talk in talks.values():
        for number, one in enumerate(talk.slides, start=1):
            texts = [s.text_frame.text for s in one.shapes if s.has_text_frame]
            assert any(t.startswith(("SỐ LIỆU MÔ PHỎNG", "SIMULATED DATA")) for t in texts)
            assert str(number) in texts


def test_tables_are_tables_with_the_numbers_of_the_page(talks: dict[str, Any]) -> None:
    ranking = table(talks["936"], "Xếp hạng")
    assert ranking[0][:3] == ["Thứ hạng §", "Đơn vị", "Điểm §"]  # all by assumed rules
    assert [row[0] for row in ranking[1:]] == ["1", "2", "3*", "4*", "5‡", "6", "7", "8"]
    assert ranking[5][2] == "86,39‡"  # a commune is silent
    below = [s.text_frame.text for s in slide(talks["936"], "Xếp hạng").shapes if s.has_text_frame]
    for sign in (
        "*\xa0Có ô số liệu cần xác minh",
        "‡\xa0Chưa gồm các nơi thiếu",
        "§\xa0Tính theo quy tắc là giả",
    ):
        assert any(sign in text for text in below)
    assert ranking[8] == ["8", "Huyện Long Mỹ", "62,92", "0", "Trung bình", "–"]
    assert ranking[5][4] == "Tốt (còn thiếu số liệu)"
    awards = table(talks["93"], "Đề nghị khen thưởng")
    assert [row[2] for row in awards[1:]] == ["Có", "Có", "Có", "Dự bị"]
    criteria = {row[0]: row for row in table(talks["936"], "Kết quả theo tiêu chí")}
    assert criteria["Hồ sơ trực tuyến"][1:4] == ["28,0%", "50%", "−22,0"]
    assert criteria["Hồ sơ trực tuyến"][-1] == "Chưa đạt"
    said = slide(talks["936"], "Nhiệm vụ trọng tâm thời gian tới").shapes
    assert any("còn thiếu 1.115 hồ sơ để đạt 50%" in s.text_frame.text for s in said)


def test_charts_hold_their_numbers_unrounded_and_as_a_workbook(talks: dict[str, Any]) -> None:
    found = chart(talks["936"], "Kết quả so với chỉ tiêu")
    values, targets = found.plots[0].series
    assert values.values[0] == pytest.approx(1421 / 5071, abs=1e-15)
    assert (targets.values[0], targets.values[-1]) == (0.5, None)
    assert next(iter(found.plots[0].categories)) == "Hồ sơ trực tuyến"
    book = openpyxl.load_workbook(io.BytesIO(found.part.chart_workbook.xlsx_part.blob))
    assert book.active["B2"].value == pytest.approx(1421 / 5071, abs=1e-15)
    assert book.active["B2"].number_format == "0.0%"
    assert (
        list(chart(talks["93"], "Kết quả so với chỉ tiêu").plots[0].categories)[1] == "Kỹ năng số ‡"
    )
    ends = chart(talks["93"], "Điểm cao nhất và thấp nhất").plots[0]
    assert [round(v, 2) for v in ends.series[0].values][::7] == [91.19, 62.92]
    over_time = chart(talks["936"], "Kết quả qua các kỳ").plots[0]
    assert list(over_time.categories) == ["quý III/2022", "quý IV/2022"]
    assert len(over_time.series) == 5


def test_notes_name_the_numbers_and_their_cells(talks: dict[str, Any]) -> None:
    notes = slide(talks["936"], "Xếp hạng").notes_slide.notes_text_frame.text
    assert "62,92 [2022-Q4/936/total/points]" in notes
    assert "Ô nguồn: " in notes
    assert "2022-Q4/936-huyen-long-my.xlsx › 1. Chỉ tiêu hộ" in notes
    for talk in talks.values():
        for one in talk.slides:
            for shape in one.shapes:
                if shape.has_table or shape.has_chart:
                    (described,) = shape._element.xpath(".//p:cNvPr/@descr")
                    assert len(described) > 5
                    assert "[2022-Q" in one.notes_slide.notes_text_frame.text


def test_no_text_runs_over_its_box_or_the_slide(talks: dict[str, Any]) -> None:
    """Measured by another library, in a face wider than Arial."""
    folder = Path(mpl.get_data_path()) / "fonts/ttf"
    faces = {bold: ImageFont.truetype(str(folder / name), 1000) for bold, name in
             ((False, "DejaVuSans.ttf"), (True, "DejaVuSans-Bold.ttf"))}  # fmt: skip

    def tall(frame: Any, room: float) -> float:
        total = 0.0
        for paragraph in frame.paragraphs:
            for part in paragraph.runs:
                assert part.font.name == "Arial"
                assert part._r.rPr.get("lang") in ("vi-VN", "en-GB")
                size, lines, wide = part.font.size.pt, 1, 0.0
                for word in part.text.split():
                    more = faces[bool(part.font.bold)].getlength(f"{word} ") / 1000 * size
                    assert more <= room + size, part.text
                    if wide + more > room + size / 2:
                        lines, wide = lines + 1, 0.0
                    wide += more
                total += lines * size * 1.2
        return total

    for talk in talks.values():
        for one in talk.slides:
            for shape in one.shapes:
                assert shape.left >= 0
                assert shape.left + shape.width <= talk.slide_width
                assert shape.top + shape.height <= talk.slide_height
                if shape.has_text_frame:
                    assert tall(shape.text_frame, shape.width.pt - 14.4) <= shape.height.pt + 2
                elif shape.has_table:
                    rows = [*shape.table.rows]
                    assert shape.top.pt + sum(row.height.pt for row in rows) <= 500
                    for row in rows:
                        for cell, column in zip(row.cells, shape.table.columns, strict=True):
                            assert tall(cell.text_frame, column.width.pt - 12) <= row.height.pt


def test_the_file_has_true_properties_and_no_clock(
    files: dict[str, bytes], periods: dict[str, OpenPeriod]
) -> None:
    content = files["936"]
    assert content == slides_of(talk_of(periods["2022-Q4"], "936", "vi"))
    told = pptx.Presentation(io.BytesIO(content)).core_properties
    assert told.title == "Báo cáo kết quả quý IV/2022 của huyện Long Mỹ"
    assert told.author == told.last_modified_by == "Ủy ban nhân dân tỉnh Hậu Giang"
    assert (told.language, told.comments) == ("vi-VN", "")
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert not {"docProps/thumbnail.jpeg", "docProps/app.xml"} & {*package.namelist()}
        assert {info.date_time for info in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        for name in package.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(package.read(name))


def test_what_does_not_fit_goes_on_to_the_next_slide(periods: dict[str, OpenPeriod]) -> None:
    from dataclasses import replace

    talk = talk_of(periods["2022-Q4"], "936", "vi")
    rows = (("Tên", "Số"), *((f"Đơn vị {n} " + "dài " * 40, str(n)) for n in range(10)))
    points = Points(tuple(f"Câu {n}." + " chữ" * 60 for n in range(8)))
    bodies = (Grid(rows, frozenset({1}), 5), points)
    slides = tuple(replace(talk.slides[0], body=body) for body in bodies)
    made = pptx.Presentation(io.BytesIO(slides_of(replace(talk, slides=slides))))
    assert titles(made)[2] == "Kết quả chính (tiếp theo)"
    tables = (shape.table for s in made.slides for shape in s.shapes if shape.has_table)
    shown = [row.cells[1].text for table in tables for row in [*table.rows][1:]]
    assert shown == [str(n) for n in range(10)]
    said = " ".join(
        s.text_frame.text for one in made.slides for s in one.shapes if s.has_text_frame
    )
    assert all(f"Câu {n}." in said for n in range(8))


def test_a_campaign_without_targets_has_slides_too(pci_talk: Any) -> None:
    """63 provinces go on over several slides; nothing is called a target."""
    shown = titles(pci_talk)
    assert shown[2:4] == ["Xếp hạng", "Xếp hạng (tiếp theo)"]
    assert "Biểu đồ kết quả theo tiêu chí" in shown
    assert not {"Kết quả so với chỉ tiêu", "Đề nghị khen thưởng"} & {*shown}
    parts = [slide(pci_talk, title).shapes for title in ("Xếp hạng", "Kết quả theo tiêu chí")]
    league, criteria = (next(s.table for s in shapes if s.has_table) for shapes in parts)
    assert [cell.text for cell in league.rows[0].cells] == ["Thứ hạng", "Đơn vị", "Điểm"]
    assert [cell.text for cell in criteria.rows[0].cells][:2] == ["Tiêu chí", "Kết quả"]
    ends = [t.table.cell(len(t.table.rows) - 1, 0).text for s in pci_talk.slides for t in s.shapes
            if t.has_table]  # fmt: skip
    assert "63" in ends


def test_slides_are_proved(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A changed digit of a slide, of a table, of a chart is found."""
    words = ["report", "2024-Q1", "--out", str(small), "--unit", "71", "--to", "pptx"]
    assert run(words) == 0
    (path,) = small.rglob("*.pptx")
    assert run(["verify", "2024-Q1", "--out", str(small)]) == 0
    made = path.read_bytes()
    for pattern, member in ((r"(<a:t>[^<]*?)\d", r"ppt/slides/slide2\.xml"),
                            (r"(<a:t>[^<]*?)\d", r"ppt/slides/slide3\.xml"),
                            (r"(<c:v>0?\.?)\d", r"ppt/charts/chart\d+\.xml")):  # fmt: skip
        other = re.compile(pattern)
        spoilt = component(member, lambda t, o=other: o.sub(r"\g<1>77", t, count=1))(
            made, random.Random(1)
        )
        (place, *_), *_ = places(path.name, spoilt, made, same_versions=True)
        assert re.fullmatch(member, place)
    path.write_bytes(spoilt)
    capsys.readouterr()
    assert run(["verify", "2024-Q1", "--out", str(small)]) == 1
    assert "71-huyen-my-an.pptx" in capsys.readouterr().out
