"""Returned workbooks: the sender's own file with colours, notes and a first sheet, nothing else
changed. Read back by openpyxl and, where it is there, by LibreOffice.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import warnings
import zipfile
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from lxml import etree

from dxkit.intake.file_cells import returned_name, without_remarks
from dxkit.model.findings import Severity
from dxkit.model.observations import SourceFile
from dxkit.press.returned.copies import annotated_copy
from dxkit.press.returned.overview import Line
from dxkit.report.wording.language import load_language
from dxkit.workbooks.reading import read_workbook
from tests.unhurried import EXAMPLES, given

ERROR, WARNING, NOTE = Severity
ORANGE, YELLOW = "FFF8CBAD", "FFFFE699"


def line(sheet: str, cell: str, severity: Severity = ERROR, wrong: str = "Sai.") -> Line:
    return Line(severity, f"mức {severity}", sheet, cell, "như đã nhận", wrong, "Sửa.")


def annotated(path: Path, lines: Iterable[Line]) -> bytes:
    source = SourceFile(path.name, sha256(path.read_bytes()).hexdigest())
    content = annotated_copy(path, source, list(lines), "quý IV/2022", load_language("vi"))
    assert content is not None
    return content


def opened(content: bytes | Path, **how: bool) -> openpyxl.Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of parts that openpyxl leaves out
        source = content if isinstance(content, Path) else io.BytesIO(content)
        return openpyxl.load_workbook(source, **how)


@pytest.fixture
def everything(tmp_path: Path) -> Path:
    """A workbook with all that spreadsheets are known to lose on the way."""
    path = tmp_path / "đủ thứ.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet, other = book.add_worksheet("Số liệu"), book.add_worksheet("It's 'a' sheet")
    form = book.add_format(
        {"bold": True, "bg_color": "#C6EFCE", "border": 1, "num_format": "#,##0"}
    )
    for row in range(10):
        sheet.write_number(row, 0, row)
        sheet.write_formula(row, 1, f"=A{row + 1}*2", form, row * 2)
    sheet.write_formula("B12", '=B1&"x"', form, "0x")
    sheet.write_formula("B13", "=1/0", form, "#DIV/0!")
    sheet.write_array_formula("C1:C3", "{=A1:A3*3}")
    sheet.write_rich_string("D1", "thường ", form, "đậm", " nữa")
    sheet.write_comment("A1", "ghi chú cũ", {"author": "Lan"})
    sheet.write_comment("A9", "không liên quan", {"author": "Lan"})
    sheet.merge_range("D3:F5", "gộp", form)
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "='Số liệu'!$A$1:$A$10"})
    sheet.insert_chart("H5", chart)
    sheet.insert_textbox("H20", "hộp chữ")
    sheet.insert_button("H25", {"caption": "nút"})
    sheet.add_sparkline("G1", {"range": "'Số liệu'!A1:A10"})
    sheet.conditional_format("A1:A10", {"type": "data_bar", "data_bar_2010": True})
    sheet.data_validation("A21", {"validate": "list", "source": ["a", "b"]})
    sheet.set_column("A:A", 33)
    sheet.set_row(3, 40)
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    sheet.print_area("A1:F30")
    sheet.ignore_errors({"number_stored_as_text": "A1:C9"})
    other.write_string("A1", "x")
    other.write_url("E2", "internal:'Số liệu'!A1")
    other.protect("pw")
    other.activate()
    book.define_name("Ten", "='Số liệu'!$A$1")
    book.close()
    return path


def test_everything_of_the_sender_is_kept(everything: Path) -> None:
    lines = [line("Số liệu", cell) for cell in ("A1", "B12", "E4", "J40", "C2")]
    content = annotated(everything, [*lines, line("It's 'a' sheet", "A1", WARNING)])
    before, after = zipfile.ZipFile(everything), zipfile.ZipFile(io.BytesIO(content))
    changed = {
        name for name in before.namelist() if etree_of(before, name) != etree_of(after, name)
    }
    assert changed == {
        "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml",
        "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml",
        "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml",
    }  # fmt: skip
    sheets = [
        etree.fromstring(archive.read("xl/worksheets/sheet1.xml")) for archive in (before, after)
    ]
    for root in sheets:
        for cell in root.iter("{*}c"):
            cell.attrib.pop("s", None)
        for row in root.iter("{*}row"):
            row.attrib.pop("spans", None)
        for view in root.iter("{*}sheetView"):
            view.attrib.pop("tabSelected", None)
    for cell in list(sheets[1].iter("{*}c")):
        if cell.get("r") in ("J40",):  # an empty cell, put in to carry its colour and note
            assert not len(cell)
            cell.getparent().getparent().remove(cell.getparent())
    assert etree.tostring(sheets[0], method="c14n") == etree.tostring(sheets[1], method="c14n")
    xml = after.read("xl/drawings/vmlDrawing1.vml").decode()
    assert "nút" in xml  # the button is a shape among the notes
    book, source = opened(content), opened(everything)
    for old, new in (("Số liệu", "Số liệu"), ("It's 'a' sheet", "It's 'a' sheet")):
        for row in source[old].iter_rows():
            for cell in row:
                other = book[new][cell.coordinate]
                for part in ("font", "border", "number_format", "alignment", "protection"):
                    assert repr(getattr(cell, part)) == repr(getattr(other, part))
    assert book["Số liệu"].print_area == "'Số liệu'!$A$1:$F$30"
    assert book["Số liệu"].print_title_rows == "$1:$1"


def etree_of(archive: zipfile.ZipFile, name: str) -> bytes:
    content = archive.read(name)
    if not name.endswith((".xml", ".rels")):
        return content
    return etree.tostring(etree.fromstring(content), method="c14n")


def test_colours_notes_and_links(everything: Path) -> None:
    lines = [
        line("Số liệu", "A1", WARNING, "Một."), line("Số liệu", "A1", ERROR, "Hai."),
        line("Số liệu", "E4", WARNING, "Ba."), line("It's 'a' sheet", "E2", WARNING, "Bốn."),
        line("Số liệu", "", ERROR, "Thiếu cột."), line("", "", ERROR, "Cả tệp."),
        line("Không có trang này", "B2", ERROR, "Năm."), line("Số liệu", "A3", NOTE, "Sáu."),
    ]  # fmt: skip
    book = opened(annotated(everything, lines))
    assert book.sheetnames == ["Cần kiểm tra", "Số liệu", "It's 'a' sheet"]
    assert book.active.title == "Cần kiểm tra"
    assert [sheet.sheet_view.tabSelected or False for sheet in book] == [True, False, False]
    data = book["Số liệu"]
    assert data["A1"].fill.fgColor.rgb == ORANGE
    assert data["D3"].fill.fgColor.rgb == YELLOW
    assert data["A3"].fill.fgColor.rgb == "00000000"
    note = data["A1"].comment
    assert note.author == "Lan"
    assert note.text.startswith("ghi chú cũ\n\n")
    assert note.text.count("•") == 2
    assert "Một." in note.text
    assert "Hai." in note.text
    assert "Ba." in data["D3"].comment.text  # a merged cell's note is at its first cell
    assert data["A9"].comment.text == "không liên quan"
    assert data["A3"].comment is None
    first = book.worksheets[0]
    rows = {row[0].value: row for row in first.iter_rows() if str(row[0].value).isdigit()}
    assert len(rows) == len(lines)
    shown = [[cell.value for cell in row[1:7]] for row in rows.values()]
    assert shown[0] == ["mức warning", "Số liệu", "A1", "như đã nhận", "Một.", "Sửa."]
    links = {cell.coordinate: cell.hyperlink.location for row in rows.values() for cell in row
             if cell.hyperlink}  # fmt: skip
    assert sorted(links.values()) == [
        "'It''s ''a'' sheet'!E2", "'Số liệu'!A1", "'Số liệu'!A1", "'Số liệu'!A3", "'Số liệu'!E4"
    ]  # fmt: skip


def test_a_second_round_replaces_the_first(everything: Path) -> None:
    once = annotated(everything, [line("Số liệu", "A1"), line("Số liệu", "C2", WARNING)])
    book = opened(once)
    book["Cần kiểm tra"].title = "Tên khác"
    book.move_sheet("Tên khác", 2)
    path = everything.with_name("lần 2.xlsx")
    book.save(path)
    twice = opened(annotated(path, [line("Số liệu", "A2", ERROR, "Còn lại.")]))
    assert twice.sheetnames == ["Số liệu", "It's 'a' sheet", "Tên khác"]
    sheet = twice["Số liệu"]
    assert sheet["A1"].comment.text == "ghi chú cũ"
    assert sheet["C2"].comment is None
    assert {sheet[cell].fill.fgColor.rgb for cell in ("A1", "C2")} == {"00000000"}
    assert sheet["A2"].fill.fgColor.rgb == ORANGE
    assert sheet["A2"].comment.text.count("▼") == 1
    numbers = [row[0].value for row in twice["Tên khác"].iter_rows()]
    assert numbers.count("1") == 1
    assert "2" not in numbers


def test_every_note_has_one_box_whoever_wrote_the_file(everything: Path) -> None:
    """xlsxwriter, openpyxl and LibreOffice write the drawings of notes each in their own way."""
    plain = everything.with_name("openpyxl.xlsx")
    book = openpyxl.Workbook()
    book.active.title = "Số liệu"
    for cell in ("A1", "B7"):
        book.active[cell].comment = openpyxl.comments.Comment("của đơn vị", "Lan")
    book.save(plain)
    for path in (everything, plain):
        lines = [line("Số liệu", cell) for cell in ("A1", "C2", "D8")]
        copy = path.with_name(f"trả {path.name}")
        copy.write_bytes(annotated(path, lines))
        for _ in range(2):  # a second round on its own outcome
            archive = zipfile.ZipFile(copy)
            sheet = "xl/worksheets/_rels/sheet1.xml.rels"
            targets = [
                relation.get("Target").lstrip("/").replace("../", "xl/")
                for relation in etree.fromstring(archive.read(sheet))
                if relation.get("Type").endswith(("/comments", "/vmlDrawing"))
            ]
            roots = [etree.fromstring(archive.read(target)) for target in targets]
            notes = [n.get("ref") for root in roots for n in root.iter("{*}comment")]
            boxes = [
                (int(data.findtext("{*}Row")), int(data.findtext("{*}Column")))
                for root in roots
                for data in root.iter("{urn:schemas-microsoft-com:office:excel}ClientData")
                if data.get("ObjectType") == "Note"
            ]
            ids = [s.get("id") for root in roots for s in root.iter("{*}shape")]
            assert len(set(ids)) == len(ids)
            places = [openpyxl.utils.cell.coordinate_to_tuple(note) for note in notes]
            assert sorted(boxes) == sorted((row - 1, column - 1) for row, column in places)
            assert len(notes) == len(set(notes)) == 4
            copy.write_bytes(annotated(copy, lines))


def test_texts_of_cells_stay_texts(everything: Path) -> None:
    hostile = ["=1+1", "=cmd|' /C calc'!A0", "+1", "@x", "_x0041_", "a\x00b\ud800", "<b>&amp;"]
    lines = [Line(ERROR, "Lỗi", "Số liệu", "A1", text, text, text) for text in hostile]
    content = annotated(everything, lines)
    book = opened(content)
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row if cell.value]
    assert all(cell.data_type == "s" for cell in cells)
    assert {"=1+1", "+1", "@x", "ab", "<b>&amp;"} <= {cell.value for cell in cells}
    xml = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/dxkit1.xml")
    assert b"<f" not in xml
    assert b"_x005F_x0041_" in xml  # not the letter that Excel would make of it


values = st.one_of(
    st.integers(-(10**9), 10**9),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.booleans(),
    st.text(st.characters(min_codepoint=32, max_codepoint=0x2FFF), max_size=20),
    st.sampled_from(["=A1+1", "=SUM(A1:B2)", "#N/A", " trống ", "12O", "a\nb", "_x0041_"]),
)
addresses = st.tuples(st.integers(1, 12), st.integers(1, 6))


@settings(max_examples=EXAMPLES // 2, suppress_health_check=list(HealthCheck))
@given(
    st.dictionaries(addresses, values, max_size=25),
    st.lists(addresses, max_size=12),
    st.sets(addresses, max_size=3),
)
def test_annotating_changes_no_value_and_no_formula(
    tmp_path_factory: pytest.TempPathFactory,
    cells: dict[tuple[int, int], object],
    marked: list[tuple[int, int]],
    commented: set[tuple[int, int]],
) -> None:
    path = tmp_path_factory.mktemp("mỗi") / "tệp.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    for (row, column), value in cells.items():
        sheet.cell(row, column).value = value
    for row, column in commented:
        sheet.cell(row, column).comment = openpyxl.comments.Comment("của đơn vị", "Lan")
    sheet.merge_cells("H2:J4")
    book.save(path)
    lines = [line("Sheet", sheet.cell(*address).coordinate) for address in marked]
    content = annotated(path, [*lines, line("Sheet", "I3")])
    again = path.with_name("lần hai.xlsx")
    again.write_bytes(content)
    for copy in (content, annotated(again, lines)):
        for how in ({}, {"data_only": True}):
            before = opened(path, **how)["Sheet"]
            after = opened(copy, **how)["Sheet"]
            assert contents(before) == contents(after)
    notes = {cell.coordinate: cell.comment.text for row in after.iter_rows() for cell in row
             if cell.comment}  # fmt: skip
    assert set(notes) == {sheet.cell(*a).coordinate for a in {*marked, *commented}}
    for address in commented:
        assert notes[sheet.cell(*address).coordinate].startswith("của đơn vị")
    read = read_workbook(again, again.name)
    bare, origin = without_remarks(read)
    assert origin is not None
    assert (origin.file, origin.sha256) == (path.name, sha256(path.read_bytes()).hexdigest())
    texts = [
        {at: cell.text for at, cell in found.sheets[0].cells.items()}
        for found in (bare, read_workbook(path, path.name))
    ]
    assert texts[0] == texts[1]


@pytest.mark.parametrize("suffix", ["xlsx", "xls"])
def test_a_hidden_row_with_something_to_check_is_shown(suffix: str, tmp_path: Path) -> None:
    import xlwt

    path = tmp_path / f"a.{suffix}"
    if suffix == "xlsx":
        book = openpyxl.Workbook()
        for row in range(1, 6):
            book.active.append([row])
        book.active.title = "Biểu"
        book.active.row_dimensions[2].hidden = book.active.row_dimensions[4].hidden = True
        book.active.row_dimensions[3].height = 0
        book.save(path)
    else:
        old = xlwt.Workbook()
        sheet = old.add_sheet("Biểu")
        for row in range(5):
            sheet.write(row, 0, row + 1)
            sheet.row(row).hidden = row in (1, 2, 3)
        old.save(str(path))
    copy = opened(annotated(path, [line("Biểu", "A2"), line("Biểu", "A3", WARNING)]))
    hidden = {n for n, row in copy["Biểu"].row_dimensions.items() if row.hidden or row.height == 0}
    assert hidden == {4}


def contents(sheet: openpyxl.worksheet.worksheet.Worksheet) -> dict[str, tuple[object, str]]:
    return {
        cell.coordinate: (cell.value, cell.data_type)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


@pytest.mark.parametrize("name", ["mof_plan_2003.xls", "mof_final_2006.xls", "mof_plan_2006.xls"])
def test_an_old_workbook_comes_back_as_a_new_one_that_reads_alike(
    published: Path, name: str, tmp_path: Path
) -> None:
    original = read_workbook(published / name, name)
    sheet = original.sheets[0]
    some = next(iter(sheet.cells.values()))
    copy = tmp_path / returned_name(name)
    assert copy.name == name.replace(".xls", "-xls.xlsx")
    copy.write_bytes(annotated(published / name, [line(sheet.name, some.address)]))
    again, origin = without_remarks(read_workbook(copy, copy.name))
    assert origin is not None
    assert origin.file == name
    assert [s.name for s in again.sheets] == [s.name for s in original.sheets]
    for before, after in zip(original.sheets, again.sheets, strict=True):
        assert {at: cell.text for at, cell in before.cells.items()} == {
            at: cell.text for at, cell in after.cells.items()
        }
        fonts = {at: cell.font for at, cell in before.cells.items() if cell.font}
        assert fonts == {at: after.cells[at].font for at in fonts}
        assert set(before.merged) == set(after.merged)
        assert before.hidden_rows == after.hidden_rows
    remarks = [row[0].value for row in opened(copy).worksheets[0]["A1:A6"]]
    assert any("công thức chỉ còn kết quả" in str(text) for text in remarks)


def test_macros_stay_behind_and_that_is_said(everything: Path) -> None:
    path = everything.with_suffix(".xlsm")
    with zipfile.ZipFile(everything) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "[Content_Types].xml":
                content = content.replace(
                    b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
                    b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
                ).replace(
                    b"</Types>",
                    b'<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'
                    b"</Types>",
                )
            if name == "xl/_rels/workbook.xml.rels":
                content = content.replace(
                    b"</Relationships>",
                    b'<Relationship Id="rId99" Type="http://schemas.microsoft.com/office/2006/'
                    b'relationships/vbaProject" Target="vbaProject.bin"/></Relationships>',
                )
            target.writestr(name, content)
        target.writestr("xl/vbaProject.bin", b"macro")
    content = annotated(path, [line("Số liệu", "A1")])
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert not [name for name in archive.namelist() if "vba" in name]
    assert b"macroEnabled" not in archive.read("[Content_Types].xml")
    assert b"vbaProject" not in archive.read("xl/_rels/workbook.xml.rels")
    texts = [cell.value for (cell,) in opened(content).worksheets[0]["A1:A6"]]
    assert any("không còn macro" in str(text) for text in texts)
    assert returned_name("a/b.xlsm") == "a/b-xlsm.xlsx"


def test_what_nobody_changed_is_copied_as_it_is_packed(
    everything: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part that no remark touches is never unpacked: it may unfold to gigabytes."""
    with zipfile.ZipFile(everything) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    relations = "xl/worksheets/_rels/sheet1.xml.rels"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
    for number, target in enumerate(("/xl/media/%E1%BA%A3nh%201.bmp", "../media/image2.png")):
        one = f'<Relationship Id="rX{number}" Type="{kind}" Target="{target}"/></Relationships>'
        parts[relations] = parts[relations].replace(b"</Relationships>", one.encode())
    with zipfile.ZipFile(everything, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
        archive.writestr("xl/media/ảnh 1.bmp", bytes(5_000_000), zipfile.ZIP_DEFLATED, 1)
        archive.writestr("xl/media/image2.png", b"stored", zipfile.ZIP_STORED)
    unpacked = []
    opened = zipfile.ZipFile.open

    def watched(archive: zipfile.ZipFile, name: zipfile.ZipInfo, *more: object) -> object:
        unpacked.append(getattr(name, "filename", name))
        return opened(archive, name, *more)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(zipfile.ZipFile, "open", watched)
        content = annotated(everything, [line("Số liệu", "A1")])
    assert "xl/worksheets/sheet1.xml" in unpacked
    assert not [name for name in unpacked if name.startswith("xl/media")]
    before, after = zipfile.ZipFile(everything), zipfile.ZipFile(io.BytesIO(content))
    assert after.testzip() is None
    assert set(before.namelist()) <= set(after.namelist())
    for name in ("xl/media/ảnh 1.bmp", "xl/media/image2.png", "xl/charts/chart1.xml"):
        old, new = before.getinfo(name), after.getinfo(name)
        assert (new.compress_type, new.compress_size) == (old.compress_type, old.compress_size)
        assert after.read(name) == before.read(name)


def test_the_same_file_gives_the_same_bytes(everything: Path) -> None:
    lines = [line("Số liệu", "A1"), line("Số liệu", "B2", WARNING)]
    assert annotated(everything, lines) == annotated(everything, lines)


def office(path: Path, form: str, tmp_path: Path) -> Path:
    """A file as LibreOffice saves it."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("LibreOffice is not on this machine")
    target = tmp_path / "office"
    target.mkdir(exist_ok=True)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [program, profile, "--headless", "--convert-to", form, "--outdir", target, path]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return target / f"{path.stem}.{form}"


def test_another_office_program_opens_it_and_keeps_what_was_added(
    everything: Path, tmp_path: Path
) -> None:
    lines = [line("Số liệu", "A1"), line("Số liệu", "B3", WARNING), line("It's 'a' sheet", "A1")]
    path = tmp_path / "trả lại.xlsx"
    path.write_bytes(annotated(everything, lines))
    saved = opened(office(path, "xlsx", tmp_path))
    assert saved.sheetnames == ["Cần kiểm tra", "Số liệu", "It's 'a' sheet"]
    assert saved["Số liệu"]["A1"].fill.fgColor.rgb == ORANGE
    assert saved["Số liệu"]["B3"].fill.fgColor.rgb == YELLOW
    assert saved["Số liệu"]["B4"].fill.fgColor.rgb == "FFC6EFCE"
    assert "ghi chú cũ" in saved["Số liệu"]["A1"].comment.text
    assert "Sai." in saved["Số liệu"]["A1"].comment.text
    assert saved["It's 'a' sheet"]["A1"].comment is not None
    assert saved["Số liệu"]["B5"].value == "=A5*2"
    links = [c.hyperlink.location for row in saved.worksheets[0].iter_rows() for c in row
             if c.hyperlink]  # fmt: skip
    assert len(links) == 3
    # Saved by another program it is still known, and a second round cleans up the first.
    again = tmp_path / "office" / "trả lại.xlsx"
    bare, origin = without_remarks(read_workbook(again, again.name))
    assert origin is not None
    assert [sheet.name for sheet in bare.sheets] == ["Số liệu", "It's 'a' sheet"]
    second = opened(annotated(again, [line("Số liệu", "A2")]))
    assert second.sheetnames == saved.sheetnames
    assert second["Số liệu"]["A1"].comment.text.strip() == "ghi chú cũ"
    assert second["Số liệu"]["B3"].comment is None
    assert second["Số liệu"]["B3"].fill.fgColor.rgb != YELLOW


def test_findings_of_a_kind_down_a_column_are_one_line_of_the_list(everything: Path) -> None:
    """Three of K3, K4, K5 and two of G1, G2; the line of one cell in the column of others stays."""

    def of(cell: str, wrong: str, kind: str = "Tỷ lệ ghi thay số lượng") -> Line:
        received = "86,1%" if cell == "K3" else "90%"
        return Line(WARNING, "xem lại", "Số liệu", cell, received, wrong, "Sửa.", kind)

    lines = [of("K3", "ra 3"), of("K4", "ra 4"), of("K5", "ra 5"), of("K9", "khác", "Khác"),
             of("A1", "như nhau"), of("A2", "như nhau"), of("A7", "như nhau"),
             of("G1", "ra 1"), of("G2", "ra 2")]  # fmt: skip
    sheet = opened(annotated(everything, lines)).worksheets[0]
    rows = [[cell.value for cell in row][3:6] for row in sheet.iter_rows() if row[3].value]
    assert rows[1:] == [
        ["K3:K5", "", "Tỷ lệ ghi thay số lượng"],
        ["K9", "90%", "khác"],
        ["A1:A2, A7", "90%", "như nhau"],
        ["G1", "90%", "ra 1"],
        ["G2", "90%", "ra 2"],
    ]
    links = [cell.hyperlink.location for cell in sheet["D"] if cell.hyperlink]
    assert [links[0], links[2]] == ["'Số liệu'!K3:K5", "'Số liệu'!A1:A2"]
    notes = opened(annotated(everything, lines))["Số liệu"]
    assert [notes[cell].comment.text.splitlines()[-1] for cell in ("K3", "K5")] == [
        "• xem lại. ra 3 Sửa.", "• xem lại. ra 5 Sửa.",
    ]  # fmt: skip


def test_the_line_by_which_a_copy_is_known_is_out_of_sight(everything: Path) -> None:
    sheet = opened(annotated(everything, [line("Số liệu", "A3")])).worksheets[0]
    (row,) = (
        cell.row
        for cell in sheet["A"]
        if sha256(everything.read_bytes()).hexdigest() in str(cell.value)
    )
    assert sheet.row_dimensions[row].hidden
    assert not any(d.hidden for number, d in sheet.row_dimensions.items() if number != row)
