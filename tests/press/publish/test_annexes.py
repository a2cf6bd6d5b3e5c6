"""The annexes: the league workbook, the Word document, the PDF; and that verification sees them."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from lxml import html

from dxkit.cli import run
from dxkit.press.publish.annexes import PrintError, find_browser, print_page
from dxkit.verify.files import places


@pytest.fixture(scope="module")
def with_documents(outputs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outputs of the shared run, copied, with the Word document of one district."""
    out = tmp_path_factory.mktemp("annexes")
    shutil.copytree(outputs.parent, out / "haugiang-2022")
    assert run(["report", "2022-Q4", "--unit", "936", "--to", "docx", "--out", str(out)]) == 0
    return out


def document_of(out: Path) -> Path:
    return next((out / "haugiang-2022/2022-Q4/district").glob("936-*.docx"))


def test_the_workbook_has_formats_panes_filters_and_titles(outputs: Path) -> None:
    book = openpyxl.load_workbook(outputs / "league.xlsx")
    assert book.sheetnames == [
        "Xếp hạng", "Đề nghị khen thưởng", "So sánh", "Tiêu chí", "Ghi chú", "Đối chiếu",
    ]  # fmt: skip
    proposed = list(book["Đề nghị khen thưởng"].iter_rows(values_only=True))
    assert ("31318-khu-vuc-2", "Khu vực 2", "Ấp, khu vực", "Phường I", 1) in {
        (*row[:2], str(row[2]).capitalize(), *row[3:5]) for row in proposed
    }
    assert {row[2] for row in proposed[2:]} >= {"huyện, thị xã, thành phố", "ấp, khu vực"}
    for name in ("Xếp hạng", "So sánh", "Tiêu chí"):
        sheet = book[name]
        assert "MÔ PHỎNG" in sheet["A1"].value
        assert sheet.freeze_panes == "C3"
        assert sheet.auto_filter.ref.startswith("A2:")
        assert sheet.print_title_rows == "$2:$2"
        assert sheet.page_setup.orientation == "landscape"
    compared = book["So sánh"]
    heads = [c.value for c in compared[2]]
    online = compared.cell(3, heads.index("Hồ sơ trực tuyến") + 1)
    assert online.number_format == "0.0%"
    assert 0 < online.value < 1
    ranking = book["Xếp hạng"]
    places = [ranking.cell(row, 5).value for row in range(3, 11)]
    assert places == sorted(places)
    assert ranking.cell(3, 3).number_format == "#,##0.00"
    kinds = {c.data_type for sheet in book for row in sheet.iter_rows() for c in row}
    assert "f" not in kinds
    notes = "\n".join(str(c.value) for (_, c) in book["Ghi chú"].iter_rows(max_col=2))
    assert "Kế hoạch 103/KH-UBND" in notes
    assert "giả định" in notes


def test_the_document_is_laid_out_as_the_decree_asks(with_documents: Path) -> None:
    path = document_of(with_documents)
    document = docx.Document(str(path))
    section = document.sections[0]
    millimetres = [
        round(length.mm)
        for length in (section.page_width, section.page_height, section.top_margin,
                       section.bottom_margin, section.left_margin, section.right_margin)
    ]  # fmt: skip
    assert millimetres == [210, 297, 20, 20, 30, 15]
    assert document.styles["Normal"].font.name == "Times New Roman"
    assert document.styles["Normal"].font.size.pt == 13
    head = document.tables[0]
    assert head.cell(0, 0).text.startswith("ỦY BAN NHÂN DÂN\nTỈNH HẬU GIANG\n")
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in head.cell(0, 1).text
    assert "Độc lập - Tự do - Hạnh phúc" in head.cell(0, 1).text
    assert head.cell(1, 0).text.startswith("Số:")
    words = [p.text for p in document.paragraphs]
    wanted = ["BÁO CÁO", "I. CÔNG TÁC CHỈ ĐẠO, TỔ CHỨC THỰC HIỆN", "II. KẾT QUẢ",
              "III. HẠN CHẾ, NGUYÊN NHÂN", "IV. NHIỆM VỤ, GIẢI PHÁP", "Phụ lục I"]  # fmt: skip
    places = [words.index(text) for text in wanted]
    assert places == sorted(places)
    assert any(text.endswith("./.") for text in words)
    assert any("MÔ PHỎNG" in text for text in words)
    assert "Nơi nhận:" in "".join(c.text for t in document.tables for c in t.rows[0].cells)
    assert len(document.inline_shapes) >= 5
    for shape in document.inline_shapes:
        assert len(shape._inline.docPr.get("descr")) > 40
    assert section.different_first_page_header_footer


def test_the_document_says_what_the_page_says(with_documents: Path) -> None:
    path = document_of(with_documents)
    page = html.fromstring(path.with_suffix(".html").read_text("utf-8"))
    written = " ".join(" ".join(p.text.split()) for p in docx.Document(str(path)).paragraphs)
    sentences = [
        " ".join(item.text_content().split())
        for item in page.iter("li")
        if item.getparent().get("class") == "headlines"
    ]
    assert len(sentences) == 3
    for sentence in sentences:
        assert sentence in written


def test_documents_have_the_same_bytes_every_time(with_documents: Path, tmp_path: Path) -> None:
    path = document_of(with_documents)
    before = path.read_bytes()
    arguments = ["--unit", "936", "--to", "docx", "--out", str(with_documents)]
    assert run(["report", "2022-Q4", *arguments]) == 0
    assert path.read_bytes() == before


@pytest.mark.unmeasured
def test_verification_proves_pages_and_annexes_and_names_what_was_changed_in_them(
    with_documents: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A number changed on a page and in each annex is named, and nothing else: all other pages,
    annexes and data files are proved.
    """
    shutil.copytree(with_documents, tmp_path, dirs_exist_ok=True)
    path = document_of(tmp_path)
    _replace_in(path, "word/document.xml", _first_fact_text)
    book_path = tmp_path / "haugiang-2022/2022-Q4/league.xlsx"
    book = openpyxl.load_workbook(book_path)
    book["Xếp hạng"]["C3"] = 99.5
    book.save(book_path)
    page = path.with_suffix(".html")
    text = page.read_text("utf-8")
    fact = re.compile(r"(data-fact=\"2022-Q4/936/cashless/value\"[^>]*>)5")
    tampered = fact.sub(r"\g<1>6", text, count=1)
    assert tampered != text
    page.write_text(tampered, "utf-8", newline="")
    capsys.readouterr()
    assert run(["verify", "2022-Q4", "--out", str(tmp_path)]) == 1
    _, *named = capsys.readouterr().out.splitlines()
    places = {line.strip().partition(": ")[0] for line in named}
    assert places == {f"district/{path.name}", f"district/{page.name}", "league.xlsx"}
    assert any("936/cashless/value" in line for line in named)
    assert any("Xếp hạng!C3" in line for line in named)


def test_a_changed_number_of_the_workbook_is_found(outputs: Path, tmp_path: Path) -> None:
    """Neither another number, nor another writing of it, nor one that nobody listed passes."""
    path = outputs / "league.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["Xếp hạng"]
    sheet["C3"] = 99.5
    sheet["C4"].number_format = "0%"
    sheet["Z9"] = 7
    book.save(tmp_path / "league.xlsx")
    spoilt, made = (tmp_path / "league.xlsx").read_bytes(), path.read_bytes()
    assert not places("league.xlsx", made, made, same_versions=True)
    found = {place for place, *_ in places("league.xlsx", spoilt, made, same_versions=True)}
    assert {f"Xếp hạng!{cell}" for cell in ("C3", "C4", "Z9")} <= found


def test_a_changed_description_of_a_picture_is_found(with_documents: Path, tmp_path: Path) -> None:
    """What only readers who do not see a document's chart are told is proved as well."""
    path = tmp_path / "copy.docx"
    made = document_of(with_documents).read_bytes()
    path.write_bytes(made)
    _replace_in(
        path,
        "word/document.xml",
        lambda text: re.sub(r'(descr="[^"]*?)28,0%', r"\g<1>29,0%", text, count=1),
    )
    (place, shown, expected), *_ = places(path.name, path.read_bytes(), made, same_versions=True)
    assert place == "word/document.xml"
    assert shown != expected


def _first_fact_text(text: str) -> str:
    """The document's XML with the first number that is a fact made another."""
    place = text.index('w:rStyle w:val="dxkitfact"')
    start = text.index("<w:t>", place) + 5
    end = text.index("</w:t>", start)
    return f"{text[:start]}77.777{text[end:]}"


def _replace_in(path: Path, member: str, change: Any) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    changed = change(parts[member].decode())
    assert changed.encode() != parts[member]
    parts[member] = changed.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_a_page_prints_on_a4(outputs: Path, tmp_path: Path) -> None:
    browser = find_browser()
    if browser is None:
        pytest.skip("no Chromium, Chrome or Edge on this machine")
    target = tmp_path / "page.pdf"
    print_page(browser, next((outputs / "district").glob("936-*.html")), target)
    content = target.read_bytes()
    assert content.startswith(b"%PDF")
    assert b"/MediaBox [0 0 594.95996 841.91998]" in content
    assert b"/StructTreeRoot" in content  # tagged for screen readers
    assert not list(tmp_path.glob(".*"))


def test_printing_without_a_browser_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DXKIT_BROWSER", str(tmp_path / "none"))
    assert find_browser() is None
    assert run(["report", "2022-Q4", "--to", "pdf", "--out", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "Microsoft Edge" in said
    assert "Traceback" not in said


def test_a_browser_that_fails_is_named(tmp_path: Path, outputs: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\nexit 3\n", "utf-8")
    broken.chmod(0o755)
    with pytest.raises(PrintError, match="ended with 3"):
        print_page(broken, outputs / "index.html", tmp_path / "index.pdf")
    assert not (tmp_path / "index.pdf").exists()
