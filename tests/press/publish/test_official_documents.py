"""Documents to sign: the tree composed from a page, and how Word and PDF set it."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import unicodedata
import zipfile
from itertools import pairwise
from pathlib import Path

import docx
import matplotlib as mpl
import pytest
from lxml import etree, html
from PIL import ImageFont

from dxkit.period import OpenPeriod
from dxkit.press.publish import document_writers
from dxkit.press.publish.annexes import write_documents
from dxkit.press.publish.document import (
    Cell,
    Document,
    Figure,
    Heading,
    Paragraph,
    Run,
    Table,
    frame_of,
    text_of,
)
from dxkit.press.publish.document_composition import compose
from dxkit.press.publish.document_writers import word_of
from dxkit.press.publish.frame import framed
from dxkit.report.wording.language import SIGNS, load_language
from dxkit.verify.files import places, words_of
from dxkit.workbooks.processes import side_process
from tests.press.publish.test_annexes import with_another_digit

DISTRICTS = ("930", "931", "932", "933", "934", "935", "936", "937")
WEAK, PARTIAL, PROVINCE = "936", "934", "93"


@pytest.fixture(scope="module")
def pages(outputs: Path) -> dict[str, Path]:
    found = {unit: next((outputs / "district").glob(f"{unit}-*.html")) for unit in DISTRICTS}
    return found | {PROVINCE: outputs / "province.html"}


@pytest.fixture(scope="module")
def trees(pages: dict[str, Path], periods: dict[str, OpenPeriod]) -> dict[str, Document]:
    return {unit: compose(page, periods["2022-Q4"], unit) for unit, page in pages.items()}


@pytest.fixture(scope="module")
def prints(
    pages: dict[str, Path],
    periods: dict[str, OpenPeriod],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("prints")
    wanted = [(unit, page, folder / f"{unit}.pdf") for unit, page in pages.items()]
    assert write_documents(periods["2022-Q4"], wanted) == [""] * len(wanted)
    return {unit: target.read_bytes() for unit, _, target in wanted}


@pytest.fixture(scope="module")
def written(
    pages: dict[str, Path],
    periods: dict[str, OpenPeriod],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    target = tmp_path_factory.mktemp("written") / "936.docx"
    assert write_documents(periods["2022-Q4"], [(WEAK, pages[WEAK], target)]) == [""]
    return target


def said(text: tuple[Run, ...]) -> str:
    """Words without the signs that refer to a note."""
    return "".join(run.text for run in text if not run.raised)


def test_the_document_opens_and_is_divided_as_the_decree_asks(trees: dict[str, Document]) -> None:
    for tree in trees.values():
        assert (tree.kind, tree.frame.issuer) == ("BÁO CÁO", ("ỦY BAN NHÂN DÂN", "TỈNH HẬU GIANG"))
        opening = [said(p.text) for p in tree.opening]
        assert sum(p.startswith("Căn cứ Kế hoạch số 1") for p in opening) == 2
        assert any(p.startswith("Số liệu từ ngày 15/9/2022 đến ngày 14/12/2022.") for p in opening)
        assert re.search(r"^Ủy ban .* báo cáo kết quả quý IV/2022 của .* như sau:$", opening[-1])
        first = [said(b.text) for b in tree.body if isinstance(b, Heading) and b.level == 1]
        assert first == [
            "I. TÌNH HÌNH TỔ CHỨC THỰC HIỆN", "II. KẾT QUẢ", "III. HẠN CHẾ VÀ NGUYÊN NHÂN",
            "IV. NHIỆM VỤ", "V. KIẾN NGHỊ",
        ]  # fmt: skip
        assert isinstance(tree.body[-1], Paragraph)
        assert said(tree.body[-1].text).endswith("./.")


def test_sections_tables_drawings_and_annexes_are_numbered(trees: dict[str, Document]) -> None:
    for unit, tree in trees.items():
        captions = [said(b.caption) for b in tree.blocks() if isinstance(b, (Table, Figure))]
        for kind in ("Bảng", "Hình"):
            numbers = re.findall(rf"^{kind} (\d+)\. \S", "\n".join(captions), re.MULTILINE)
            assert numbers == [str(n) for n in range(1, len(numbers) + 1)], unit
            assert len(numbers) >= (5 if kind == "Bảng" else 1)
        notes = [said(block.note) for block in tree.blocks() if isinstance(block, Figure)]
        assert all(". Nguồn: " in note for note in notes), notes
        assert [annex.label for annex in tree.annexes] == [
            f"PHỤ LỤC {n}" for n in ("I", "II", "III")[: len(tree.annexes)]
        ]
        assert tree.annexes[0].name == "Kết quả của các đơn vị trực thuộc"
        for annex in tree.annexes:
            assert annex.attached.startswith("(Kèm theo Báo cáo số ……/BC-…… ngày ……")
        within = [h for h in tree.body if isinstance(h, Heading)]
        for before, heading in pairwise(within):
            assert heading.level <= before.level + 1
        seconds = [said(h.text) for h in within if h.level == 2]
        assert "2. Kết quả theo tiêu chí" in seconds
        (main,) = (
            b
            for b in tree.body
            if isinstance(b, Table) and "Kết quả từng tiêu chí" in said(b.caption)
        )
        assert said(main.rows[0][0].text) == "Tiêu chí"


def test_the_document_says_nothing_that_its_page_does_not_say(
    trees: dict[str, Document], pages: dict[str, Path]
) -> None:
    for unit, tree in trees.items():
        root = html.fromstring(pages[unit].read_text("utf-8"))
        for silent in root.xpath("//*[@aria-hidden] | //style | //script | //*[@id='traces']"):
            silent.drop_tree()
        page = " ".join(root.text_content().split())
        compact = re.sub(r"[\s.:;]", "", page)  # a tile of the strip is one item in the document
        told = 0
        for block in tree.blocks():
            texts = []
            if isinstance(block, Table):
                texts = [cell.text for row in block.rows for cell in row]
            elif isinstance(block, Paragraph) and block.kind in ("body", "item"):
                texts = [block.text]
            if isinstance(block, (Table, Figure)):
                texts.append(block.caption[1:])
            for text in map(said, texts):
                own = text.endswith(("như sau:", "./."))
                assert own or re.sub(r"[\s.:;]", "", text) in compact, (unit, text)
                told += not own
        assert told > 100


def test_a_reservation_is_seen_and_explained(trees: dict[str, Document]) -> None:
    """A sign stands behind each number that the page marks, its meaning below the table."""
    blocks = [*trees[PARTIAL].blocks()]
    signs = 0
    for block, after in pairwise(blocks):
        if not isinstance(block, Table):
            continue
        raised = {r.text for row in block.rows for c in row for r in c.text if r.raised}
        raised = {sign for written in raised for sign in written}
        assert raised <= set(SIGNS.values())
        signs += len(raised)
        notes = said(after.text) if isinstance(after, Paragraph) else ""
        assert {sign for sign in SIGNS.values() if f"{sign}\xa0" in notes} == raised
    assert signs >= 4


def test_a_column_that_says_one_thing_is_said_once(trees: dict[str, Document]) -> None:
    """Where a commune is silent no change of rank can be told: that is a note, no column."""
    league = {
        unit: next(b for b in trees[unit].body if isinstance(b, Table) and "Xếp hạng các" in
                   said(b.caption))
        for unit in (PARTIAL, WEAK)
    }  # fmt: skip
    heads = {unit: [said(c.text) for c in t.rows[0]] for unit, t in league.items()}
    assert "Tăng/giảm hạng" in heads[WEAK]
    assert "Tăng/giảm hạng" not in heads[PARTIAL]
    assert Paragraph(text_of("Tăng/giảm hạng: không so sánh được."), "note") in trees[PARTIAL].body


def test_a_page_of_ones_own_is_a_document_too_or_stops_no_other(
    periods: dict[str, OpenPeriod], tmp_path: Path
) -> None:
    """Drawings and sections that are not the kit's; pictures beyond the parser's limits."""
    headlines = load_language("vi").plain("report.verdict_title")
    section = f"<section><h2>{headlines}</h2>{{}}</section>"
    picture = f'<img src="data:image/png;base64,{"A" * 11_000_000}">'
    own = '<figure><svg width="9"></svg></figure><section></section>'
    wanted = []
    for name, content in (
        ("none", section.format("<table></table>")),
        ("own", own + section.format("<p>chữ</p>")),
        ("large", picture + section.format("<p>chữ</p>")),
    ):
        page = tmp_path / f"{name}.html"
        page.write_text(framed(content, "Trang", "vi"), "utf-8")
        wanted.append((WEAK, page, page.with_suffix(".docx")))
    reasons = write_documents(periods["2022-Q4"], wanted)
    assert reasons[0].startswith("ValueError: ")
    assert reasons[1:] == ["", ""]
    for _, _, target in wanted[1:]:
        assert "chữ" in [p.text for p in docx.Document(str(target)).paragraphs]


def test_columns_break_no_word_and_fill_the_page(trees: dict[str, Document]) -> None:
    """Measured with letters as wide as those of Times New Roman."""
    path = Path(mpl.get_data_path()) / "fonts/ttf/STIXGeneralBol.ttf"
    font = ImageFont.truetype(str(path), 1000)
    letters = str.maketrans("ĐđƯưƠơ", "DdUuOo")

    def wide(word: str, size: float) -> float:
        plain = "".join(c for c in unicodedata.normalize("NFD", word) if ord(c) < 768)
        return float(font.getlength(plain.translate(letters)) / 1000 * size * 25.4 / 72)

    tables = [(u, b) for u, tree in trees.items() for b in tree.blocks() if isinstance(b, Table)]
    assert len(tables) > 50
    for unit, table in tables:
        assert sum(table.widths) == pytest.approx(165, abs=0.1)
        assert 9 <= table.size <= 11
        for column, room in zip(zip(*table.rows, strict=True), table.widths, strict=True):
            for word in " ".join(said(cell.text) for cell in column).split():
                assert wide(word, table.size) + 3.2 <= room, (unit, word)


def test_word_has_the_decrees_page_and_true_properties(written: Path) -> None:
    document = docx.Document(str(written))
    section = document.sections[0]
    millimetres = [
        round(length.mm)
        for length in (section.page_width, section.page_height, section.top_margin,
                       section.bottom_margin, section.left_margin, section.right_margin)
    ]  # fmt: skip
    assert millimetres == [210, 297, 20, 20, 30, 15]
    assert section.different_first_page_header_footer
    assert "PAGE" in "".join(section.header._element.itertext())
    assert document.styles["Normal"].font.name == "Times New Roman"
    assert document.styles["Normal"].font.size.pt == 13
    told = document.core_properties
    assert told.title == "Báo cáo kết quả quý IV/2022 của huyện Long Mỹ"
    assert told.author == told.last_modified_by == "Ủy ban nhân dân tỉnh Hậu Giang"
    assert told.subject == "Phong trào thi đua chuyển đổi số tỉnh Hậu Giang năm 2022"
    assert (told.language, told.comments, told.created) == ("vi-VN", "", None)
    with zipfile.ZipFile(written) as package:
        assert not {"docProps/thumbnail.jpeg", "docProps/app.xml"} & {*package.namelist()}
        for name in package.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(package.read(name))


def test_word_keeps_heads_rows_captions_and_the_signature(
    written: Path, trees: dict[str, Document]
) -> None:
    document = docx.Document(str(written))
    count = 2 + sum(isinstance(block, Table) for block in trees[WEAK].body)
    head, *tables, signature = document.tables[:count]
    assert head.cell(0, 0).text.startswith("ỦY BAN NHÂN DÂN\nTỈNH HẬU GIANG\n")
    assert "Độc lập - Tự do - Hạnh phúc" in head.cell(0, 1).text
    assert "Nơi nhận:" in signature.cell(0, 0).text
    before = signature._tbl.getprevious()
    for _ in range(2):  # two lines of the text stay with who signs
        assert before.xpath("./w:pPr/w:keepNext")
        before = before.getprevious()
    for table in tables:
        first, *others = table._tbl.xpath("./w:tr")
        assert first.xpath("./w:trPr/w:tblHeader")
        assert all(row.xpath("./w:trPr/w:cantSplit") for row in (first, *others))
        assert table._tbl.getprevious().xpath("./w:pPr/w:keepNext")
    assert len(document.inline_shapes) >= 2
    for shape in document.inline_shapes:
        assert len(shape._inline.docPr.get("descr")) > 40
    headings = [p.text for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert "2. Kết quả theo tiêu chí" in headings
    assert "PHỤ LỤC I\nKết quả của các đơn vị trực thuộc" in headings


def test_a_district_has_at_most_seven_pages(prints: dict[str, bytes]) -> None:
    for unit in DISTRICTS:
        assert 4 <= len(re.findall(rb"/Type/Page/", prints[unit])) <= 7, unit


def test_the_pdf_is_tagged_named_and_without_a_clock(prints: dict[str, bytes]) -> None:
    for content in prints.values():
        assert content.startswith(b"%PDF-1.7")
        assert b"<pdfuaid:part>1</pdfuaid:part>" in content  # which the compiler checks
        for needed in (b"/StructTreeRoot", b"/Marked true", b"/Lang(vi-VN)", b"/Outlines"):
            assert needed in content
        assert content.count(b"/S/TH/") > 30
        assert content.count(b"/S/TH/") == content.count(b"/Scope/Column")
        assert content.count(b"/S/Figure/") == len(re.findall(rb"/S/Figure/[^>]*/Alt", content))
        assert b"/MediaBox[0 0 595.2756 841.8898]" in content
        assert b"Date(" not in content
        assert b"xmp:CreateDate" not in content
        title = "Báo cáo kết quả quý IV/2022 của ".encode("utf-16-be").hex().upper().encode()
        assert title in content.upper()


def test_no_page_ends_with_a_heading_and_two_lines_stand_above_who_signs(
    prints: dict[str, bytes], trees: dict[str, Document]
) -> None:
    for unit, content in prints.items():
        by_page: dict[str, list[str]] = {}
        for page, word in next(words_of(content)):
            by_page.setdefault(page, []).append(word)
        pages = [" ".join(words) for words in by_page.values()]
        headings = [said(b.text) for b in trees[unit].blocks() if isinstance(b, Heading)]
        captions = [said(b.caption) for b in trees[unit].blocks() if isinstance(b, Table)]
        for page in pages:
            assert not page.endswith(tuple(headings + captions)), (unit, page[-80:])
        (signed,) = (page for page in pages if "- Như trên;" in page)
        above = signed.partition("Trên đây là báo cáo kết quả trong kỳ./.")[0]
        assert above.endswith("(Đơn vị bổ sung kiến nghị.) ")


def test_the_words_of_a_pdf_are_those_another_reader_finds(
    prints: dict[str, bytes], tmp_path: Path
) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext on this machine")
    (tmp_path / "a.pdf").write_bytes(prints[PARTIAL])
    command = ["pdftotext", "-raw", str(tmp_path / "a.pdf"), "-"]
    read = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    *others, last = read.split("\f")
    assert not last.strip()
    assert [page.split()[0] for page in others[1:]] == [str(n) for n in range(2, len(others) + 1)]
    assert others[0].split()[0] == "ỦY"  # no number on the first page
    found = [word for _, word in next(words_of(prints[PARTIAL]))]
    missing = [word for word in found if len(word) < 30 and word not in read]
    assert len(found) > 2500
    assert len(missing) < 10, missing


def test_a_digit_that_was_changed_is_found_on_its_page(prints: dict[str, bytes]) -> None:
    made = prints[WEAK]
    changed = with_another_digit(made)
    for same in (True, False):  # also where other versions of libraries are in use
        (found,) = places("936.pdf", changed, made, same_versions=same)
        place, shown, expected = found
        assert place.startswith("p. ")
        ((one, other),) = [(a, b) for a, b in zip(shown, expected, strict=True) if a != b]
        assert (one + other).isdigit()
    assert places("936.pdf", made, made, same_versions=True) == []
    assert places("936.pdf", made[:-3], made, same_versions=True)


def test_a_pdf_from_a_machine_with_another_face_is_compared_by_its_words(
    prints: dict[str, bytes],
    pages: dict[str, Path],
    periods: dict[str, OpenPeriod],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(document_writers, "face", lambda: "New Computer Modern")
    target = tmp_path / "936.pdf"
    assert write_documents(periods["2022-Q4"], [(WEAK, pages[WEAK], target)]) == [""]
    other = target.read_bytes()
    assert b"NewCM" in other
    assert b"NewCM" not in prints[WEAK]
    assert places("936.pdf", other, prints[WEAK], same_versions=True) == []
    assert places("936.pdf", with_another_digit(other), prints[WEAK], same_versions=True)


def test_word_from_a_machine_with_another_face_is_compared_but_for_its_pictures(
    written: Path,
    pages: dict[str, Path],
    periods: dict[str, OpenPeriod],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(document_writers, "face", lambda: "New Computer Modern")
    target = tmp_path / "936.docx"
    assert write_documents(periods["2022-Q4"], [(WEAK, pages[WEAK], target)]) == [""]
    made, other = written.read_bytes(), target.read_bytes()
    assert made != other
    assert places("936.docx", other, made, same_versions=True) == []
    for inside, change in (
        ("word/document.xml", lambda text: text.replace(b">8/8<", b">7/8<", 1)),
        ("docProps/core.xml", lambda text: text.replace(b"IV/2022", b"III/2022", 1)),
    ):
        with zipfile.ZipFile(target) as package:
            parts = {name: package.read(name) for name in package.namelist()}
        changed = change(parts[inside])
        assert changed != parts[inside]
        spoilt = io.BytesIO()
        with zipfile.ZipFile(spoilt, "w") as package:
            for name, part in (parts | {inside: changed}).items():
                package.writestr(name, part)
        ((place, *_),) = places("936.docx", spoilt.getvalue(), made, same_versions=True)
        assert place == inside


def test_word_without_properties_is_told(written: Path) -> None:
    """As some programs save it."""
    spoilt = io.BytesIO()
    with zipfile.ZipFile(written) as package, zipfile.ZipFile(spoilt, "w") as other:
        for name in set(package.namelist()) - {"docProps/core.xml"}:
            other.writestr(name, package.read(name))
    assert places("936.docx", spoilt.getvalue(), written.read_bytes(), same_versions=True)


def test_a_face_without_vietnamese_letters_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    class Cut:
        def __init__(self, family: str, path: str) -> None:
            self.family, self.path, self.index = family, path, 0

    class Fonts:
        def __init__(self, *cuts: Cut) -> None:
            self._cuts = cuts

        def fonts(self) -> tuple[Cut, ...]:
            return self._cuts

    folder = Path(mpl.get_data_path()) / "fonts/ttf"
    whole, part = str(folder / "DejaVuSerif.ttf"), str(folder / "STIXGeneral.ttf")
    for cuts, expected in (
        ((), "Libertinus Serif"),
        ((Cut("Times New Roman", part),), "Libertinus Serif"),
        ((Cut("Times New Roman", part), Cut("Tinos", whole)), "Tinos"),
        ((Cut("Tinos", whole), Cut("Times New Roman", whole)), "Times New Roman"),
        ((Cut("Times New Roman", whole), Cut("Times New Roman", part)), "Libertinus Serif"),
    ):
        monkeypatch.setattr(document_writers, "_fonts", lambda cuts=cuts: Fonts(*cuts))
        assert document_writers.face.__wrapped__() == expected


def a_notice(said: str) -> Document:
    """A document of another kind, as the tree's module tells how to make one."""
    table = Table(
        text_of("Bảng 1. Số liệu đính chính"),
        ((Cell(text_of("Đơn vị"), bold=True), Cell(text_of("Điểm"), bold=True)),
         (Cell(text_of("Huyện A")), Cell(text_of("9,5"), is_number=True))),
        (100.0, 65.0), 11.0,
    )  # fmt: skip
    return Document(
        language="vi", title="Thông báo đính chính", author="Sở A", subject="Đính chính",
        keywords=(), frame=frame_of("Sở A", load_language("vi")), kind="THÔNG BÁO",
        about=("Đính chính",), opening=(Paragraph(text_of(said)),),
        body=(Heading(1, text_of("I. NỘI DUNG")), table, Paragraph(text_of("Hết./."))),
        annexes=(),
    )  # fmt: skip


def test_another_kind_of_document_is_laid_out_alike() -> None:
    notice = a_notice("Sở A thông báo như sau:")
    made = docx.Document(io.BytesIO(word_of(notice)))
    assert [p.text for p in made.paragraphs if p.text.strip()][:2] == ["THÔNG BÁO", "Đính chính"]
    assert made.tables[1].cell(1, 1).text == "9,5"
    assert word_of(notice) == word_of(notice)
    assert notice.as_data()["body"][1]["type"] == "table"


def test_a_letter_that_a_machine_may_lack_is_a_box_and_markup_is_text() -> None:
    """The compiler refuses what it has no letter for; nothing said is taken for its language."""
    said = '漢 😀 ع \u0378 #panic("x") $x$ *b* \\ "c" [d] @e <f> // g'
    with side_process(lambda: document_writers.pdf_of(a_notice(said))) as finish:
        words = [word for _, word in next(words_of(finish()))]
    shown = [
        "□",
        "□",
        "□",
        "□",
        '#panic("x")',
        "$x$",
        "*b*",
        "\\",
        '"c"',
        "[d]",
        "@e",
        "<f>",
        "//",
        "g",
    ]
    at = words.index("□")
    assert words[at : at + len(shown)] == shown
