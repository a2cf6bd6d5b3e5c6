"""Files that nobody should send: each ends in one clear finding or is read as it is meant, within
bounded time and memory, and the files beside it are read.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import textwrap
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import building
import pytest

from dxkit.intake.period import read_period
from dxkit.model.campaign import Campaign
from dxkit.model.observations import Received
from dxkit.report.wording.findings import finding_text
from dxkit.report.wording.language import load_language
from dxkit.workbooks import limits
from dxkit.workbooks.cells import Cell, Sheet, UnreadableFileError
from dxkit.workbooks.package import Package
from dxkit.workbooks.raw_folder import look_into, read_content
from dxkit.workbooks.reading import workbook_of

ROOT = Path(__file__).parents[3]
HTML = "<html><body><table><tr><td>1</td></tr></table></body></html>"
EXCEL_2003 = (
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>'
)
FLAT = (
    '<?xml version="1.0"?><office:document '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"/>'
)


def cell(text: bytes) -> Callable[[bytes], bytes]:
    """A change of a sheet part: one more cell with a text."""
    row = b'<row r="9"><c r="A9" t="inlineStr"><is><t>' + text + b"</t></is></c></row>"
    return lambda sheet: sheet.replace(b"</sheetData>", row + b"</sheetData>")


def before_end(xml: bytes) -> Callable[[bytes], bytes]:
    return lambda sheet: sheet.replace(b"</worksheet>", xml + b"</worksheet>")


def ods(old: bytes, new: bytes, part: str = "content.xml") -> bytes:
    def change(content: bytes) -> bytes:
        assert old in content
        return content.replace(old, new, 1)

    return building.with_part(change, part, building.good_ods())


def in_place_of(old: bytes, new: bytes, part: str = building.SHEET) -> bytes:
    """The good workbook with a piece of one part exchanged."""

    def change(content: bytes) -> bytes:
        assert old in content
        return content.replace(old, new)

    return building.with_part(change, part)


def listed(tag: bytes, one: bytes, number: int) -> bytes:
    """The good workbook with a long list behind its cells; ``%d`` in an entry is its number."""
    entries = b"".join(one.replace(b"%d", b"%d" % (n + 10)) for n in range(number))
    return building.with_part(before_end(b"<%s>%s</%s>" % (tag, entries, tag)))


def renamed(name: bytes) -> bytes:
    return building.with_part(
        lambda book: book.replace(b'name="Sheet1"', b'name="' + name + b'"'), "xl/workbook.xml"
    )


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    # archives that unfold
    "bomb.xlsx": (lambda: building.with_large_part(600_000_000, b" ", noise=8_000), "too_large"),
    "tags.xlsx": (lambda: building.with_large_part(25_000_000, b"<a/>", noise=8_000), "too_large"),
    "depth.xlsx": (lambda: building.with_large_part(2_000_000, b"<a>", tail=b""), "too_large"),
    "comment.xlsx": (
        lambda: building.with_large_part(5_000_000, b"< ", building._HEAD + b"<!--"), "too_large"),
    "attribute.xlsx": (
        lambda: building.with_large_part(5_000_000, b"x", building._HEAD + b'<a b="'), "too_large"),
    "names.xlsx": (lambda: building.with_part(before_end(
        b"".join(b"<n%d/>" % n for n in range(50_000)))), "too_large"),
    "parts.xlsx": (lambda: building.many_parts(11_000), "too_large"),
    "cells.xlsx": (lambda: building.with_part(lambda sheet: sheet.replace(b"</sheetData>", b"".join(
        b"<row>" + b"<c><v>1</v></c>" * 300 + b"</row>" for _ in range(1700)) + b"</sheetData>")),
        "too_large"),
    "strings.xlsx": (lambda: building.with_part(
        lambda strings: strings.replace(b"</sst>", b"<si><t>a</t></si>" * 1_100_000 + b"</sst>"),
        "xl/sharedStrings.xml"), "too_large"),
    "text.xlsx": (lambda: building.with_part(
        lambda strings: strings.replace(
            b"</sst>", b"<si><t>" + building.filling(30_000_000, b"</t></si><si><t>")
            + b"</t></si></sst>"),
        "xl/sharedStrings.xml"), "too_large"),
    "giant.xlsx": (lambda: building.with_part(cell(b"a" * 40_000)), "cell_too_long"),
    "vast.xlsx": (lambda: building.with_part(cell(building.filling(90_000_000))),
                  "cell_too_long"),
    "wide.xlsx": (lambda: building.with_part(
        lambda sheet: sheet.replace(b"</sheetData>", b'<row r="9"><c r="XFD9"><v>1</v></c></row>'
                                    b"</sheetData>")), "too_wide"),
    "merged.xlsx": (lambda: building.with_part(before_end(
        b'<mergeCells><mergeCell ref="A1:C2"/><mergeCell ref="B2:D9"/></mergeCells>')), "damaged"),
    "blanks.xlsx": (lambda: building.with_large_part(25_000_000, b" "), "unfolds"),
    "bzip2.xlsx": (lambda: building.packed_by(12, building.good_xlsx(), building.SHEET),
                   "packed_otherwise"),
    "lzma.ods": (lambda: building.packed_by(14, building.good_ods(), "content.xml"),
                 "packed_otherwise"),
    "relations.xlsx": (lambda: building.packed_by(12, building.good_xlsx(), "_rels/.rels"),
                       "packed_otherwise"),
    # archives that lie
    "shared.xlsx": (building.shared_bytes, "parts_overlap"),
    "list.xlsx": (building.list_within_a_part, "parts_overlap"),
    "lying.xlsx": (building.lying_archive, "damaged"),
    "checksum.xlsx": (building.wrong_checksum, "damaged"),
    "doubled.xlsx": (building.doubled_part, "damaged"),
    "twice.xlsx": (lambda: building.with_part(
        lambda sheet: sheet.replace(b"</sheetData>", b'<row r="3"><c r="C3"><v>9</v></c></row>'
                                    b"</sheetData>")), "damaged"),
    "elsewhere.xlsx": (lambda: building.with_part(
        lambda sheet: sheet.replace(b'r="C3"', b'r="C4"')), "damaged"),
    "elsewhere-named.xlsx": (lambda: building.good_xlsx().replace(
        b"worksheets/sheet1", b"worksheets/sheet7", 1), "damaged"),
    # what stands around a workbook, or in it
    "front.xlsx": (lambda: b"%PDF-1.7\n" + building.good_xlsx(), "not_a_workbook"),
    "program.xlsx": (lambda: b"MZ" + bytes(200) + building.good_xlsx(), "not_a_workbook"),
    "page-front.xlsx": (lambda: HTML.encode() + building.good_xlsx(), "web_page"),
    "behind.xlsx": (lambda: building.good_xlsx() + b"%PDF-1.7" + bytes(100_000), "damaged"),
    "inside.xlsx": (lambda: building.zipped({"a.xlsx": building.good_xlsx()}), "not_a_workbook"),
    "letter.xlsx": (lambda: in_place_of(
        b"xl/workbook.xml", b"word/document.xml", "_rels/.rels"), "not_a_workbook"),
    # parts that say what cannot be
    "encoding.xlsx": (lambda: in_place_of(b'"UTF-8"', b'"UTF-32"'), "damaged"),
    "infinite.xlsx": (lambda: in_place_of(b"1205", b"1e999999999"), "damaged"),
    "digits.xlsx": (lambda: in_place_of(b"1205", b"9" * 4000), "damaged"),
    "no-text.xlsx": (lambda: in_place_of(b"<v>1</v>", b"<v>99999999999999999999</v>"), "damaged"),
    "far-row.xlsx": (lambda: in_place_of(b'r="3"', b'r="99999999999"'), "damaged"),
    "far-columns.xlsx": (lambda: in_place_of(
        b"<sheetData>", b'<cols><col min="-5" max="99999999999" hidden="1"/></cols>'
        b"<sheetData>"), "damaged"),
    # depths
    "deep.xlsx": (lambda: in_place_of(
        b"</sheetData>", b"</sheetData>" + b"<ext>" * 3000 + b"</ext>" * 3000), "too_large"),
    "deep.ods": (lambda: ods(
        b"<text:p>", b"<text:p>" + b"<text:span>" * 3000 + b"</text:span>" * 3000), "too_large"),
    "notes.ods": (lambda: ods(
        b"<text:p>", b"<office:annotation><text:p>x</text:p></office:annotation>" * 50_000
        + b"<text:p>"), "cell_too_long"),
    # entities
    "entities.xlsx": (lambda: building.with_part(building.entities), "declares_entities"),
    "foreign.xlsx": (lambda: building.with_part(building.foreign_entity), "declares_entities"),
    "foreign.ods": (lambda: building.with_part(
        building.foreign_entity, "content.xml", building.good_ods()), "declares_entities"),
    # passwords
    "locked.xlsx": (lambda: building.compound(bytes(5000), "EncryptedPackage"), "encrypted"),
    "zip-locked.xlsx": (building.locked_archive, "encrypted"),
    "locked.xls": (lambda: building.compound(
        building.xls_stream()[:20] + building.record(0x2F, bytes(6)) + building.xls_stream()[20:]),
        "encrypted"),
    "locked.ods": (lambda: ods(
        b"<manifest:file-entry", b"<manifest:encryption-data/><manifest:file-entry",
        "META-INF/manifest.xml"), "encrypted"),
    # cut short
    "cut.xlsx": (lambda: building.good_xlsx()[:3000], "damaged"),
    "cut.xls": (lambda: building.good_xls()[:3000], "damaged"),
    "cut.ods": (lambda: building.good_ods()[:1500], "damaged"),
    "cut.csv": (lambda: building.good_csv().decode().encode("utf-16")[:-1], "damaged"),
    "nothing.xlsx": (lambda: b"", "empty"),
    "zeros.xls": (lambda: bytes(4096), "empty"),
    # something else under a workbook's name
    "page.xls": (HTML.encode, "web_page"),
    "page-utf16.xls": (lambda: HTML.encode("utf-16"), "web_page"),
    "mail-page.xls": (lambda: b"MIME-Version: 1.0\nX-Document-Type: Workbook\n" + HTML.encode(),
                      "web_page"),
    "old-xml.xls": (EXCEL_2003.encode, "excel_2003_xml"),
    "flat.ods": (FLAT.encode, "flat_xml"),
    "portable.xlsx": (lambda: b"%PDF-1.7 \n", "not_a_workbook"),
    "letter.xls": (lambda: building.compound(bytes(5000), "WordDocument"), "not_a_workbook"),
    "archive.xlsx": (lambda: building.zipped({"a.txt": b"1"}), "not_a_workbook"),
    "binary.xlsx": (lambda: building.with_part(
        lambda rels: rels.replace(b"xl/workbook.xml", b"xl/workbook.bin"), "_rels/.rels"),
        "binary_workbook"),
    "bytes.csv": (lambda: bytes(range(256)) * 20, "not_a_workbook"),
    # old workbooks
    "sheet-100-times.xls": (building.one_sheet_many_times, "damaged"),
    "columns.xls": (lambda: building.compound(building.in_sheet(
        building.xls_stream(), building.record(0x7D, b"\0\0\xff\xff" + bytes(8)))), "damaged"),
    # open documents
    "repeated.ods": (lambda: ods(
        b"<table:table-row>", b'<table:table-row table:number-rows-repeated="1000000">'),
        "too_large"),
    "repeated-wide.ods": (lambda: ods(
        b"<table:table-cell ", b'<table:table-cell table:number-columns-repeated="999999" '),
        "too_wide"),
    "blanks.ods": (lambda: ods(b"<text:p>", b'<text:p><text:s text:c="99999999"/>'),
                   "cell_too_long"),
    # texts
    "quotation.csv": (lambda: building.good_csv() + '\n"2;Ấp 2;5'.encode(), "quotation_open"),
    "commas.csv": (lambda: "STT,Đơn vị,Tỷ lệ\n1,Ấp 1,45,6\n2,Ấp 2,33,2\n".encode(),
                   "separator_unclear"),
    "line.csv": (lambda: b";" * 2_000_000, "too_large"),
    "rows.csv": (lambda: b"a;b\n" + b";\n" * 1_100_000, "too_large"),
    "long.csv": (lambda: b'a;b\n"' + b"x" * 200_000 + b'";1\n', "cell_too_long"),
    # names of sheets
    "alike.xlsx": (lambda: _two_sheets_alike(), "sheets_alike"),
}  # fmt: skip


def _two_sheets_alike() -> bytes:
    import io

    import xlsxwriter

    made = io.BytesIO()
    book = xlsxwriter.Workbook(made)
    book.add_worksheet("Xã A")
    book.add_worksheet("Other")
    book.close()
    return building.with_part(
        lambda part: part.replace(b'"Other"', "\"XÃ A\"".encode()),
        "xl/workbook.xml", made.getvalue(),
    )  # fmt: skip


READ: dict[str, Callable[[], bytes]] = {
    "blank-rows.xlsx": lambda: building.blank_rows(1_000_000),
    "blank-rows.ods": lambda: ods(
        b"</table:table>",
        b'<table:table-row table:number-rows-repeated="1048000"><table:table-cell '
        b'table:number-columns-repeated="16384"/></table:table-row></table:table>',
    ),
    "blank-rows.xls": building.blank_cells,
    "linked-columns.xls": building.linked_columns,
    "whole-columns.xlsx": lambda: building.with_part(
        before_end(b'<mergeCells><mergeCell ref="E1:XFD1048576"/></mergeCells>')
    ),
    "hidden-columns.xlsx": lambda: building.with_part(
        lambda sheet: sheet.replace(
            b"<sheetData>",
            b"<cols>" + b'<col min="9" max="16384" hidden="1"/>' * 20_000 + b"</cols><sheetData>",
        )
    ),
    "picture.xlsx": lambda: building.zipped(
        {**building.parts_of(building.good_xlsx()), "xl/media/image1.bmp": bytes(30_000_000)}
    ),
    "path.xlsx": lambda: renamed(b"../../etc/passwd"),
    "formula.xlsx": lambda: renamed(b"=cmd|'/C calc'!A0"),
    "script.xlsx": lambda: renamed(b"&lt;script&gt;alert(1)&lt;/script&gt;"),
    "nested.xlsx": lambda: building.zipped(
        {**building.parts_of(building.good_xlsx()), "xl/media/b.zip": building.good_xlsx() * 50}
    ),
    "merged-pairs.xlsx": lambda: listed(b"mergeCells", b'<mergeCell ref="E%d:F%d"/>', 5_000),
    "links.xlsx": lambda: listed(b"hyperlinks", b'<hyperlink ref="A%d" location="A1"/>', 50_000),
    "choices.xlsx": lambda: listed(
        b"dataValidations", b'<dataValidation sqref="A1:XFD1048576" type="list"/>', 20_000
    ),
    "rules.xlsx": lambda: listed(
        b"conditionalFormatting", b'<cfRule type="expression" priority="%d"/>', 20_000
    ),
    "defined.xlsx": lambda: in_place_of(
        b"</sheets>",
        b"</sheets><definedNames>"
        + b"".join(b'<definedName name="n%d">A1</definedName>' % n for n in range(50_000))
        + b"</definedNames>",
        "xl/workbook.xml",
    ),
    "styles.xlsx": lambda: in_place_of(
        b"</cellXfs>", b'<xf numFmtId="0" fontId="0"/>' * 50_000 + b"</cellXfs>", "xl/styles.xml"
    ),
    "runs.xlsx": lambda: in_place_of(
        b"</sst>", b"<si>" + b"<r><t>a</t></r>" * 20_000 + b"</si></sst>", "xl/sharedStrings.xml"
    ),
    "brackets.xlsx": lambda: in_place_of(
        b"</sheetData>",
        b'<row r="9"><c r="A9"><f>'
        + b"(" * 4000
        + b"1"
        + b")" * 4000
        + b"</f><v>1</v></c></row></sheetData>",
    ),
    "utf-16.xlsx": lambda: building.with_part(
        lambda sheet: sheet.decode().replace("UTF-8", "UTF-16").encode("utf-16")
    ),
    "dde.xlsx": lambda: building.with_part(cell(b"=cmd|'/C calc'!A0")),
}

LARGE = {"bomb.xlsx", "tags.xlsx", "cells.xlsx", "strings.xlsx", "repeated.ods", "blank-rows.xlsx"}


def read(haugiang: Campaign, folder: Path) -> Received:
    return read_period(haugiang, "2022-Q4", folder)


def households(received: Received, file: str) -> list[object]:
    return [
        o.value
        for o in received.table.observations
        if o.address.file == file and o.measure == "households"
    ]


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_refused(
    name: str, haugiang: Campaign, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    if name in LARGE and not pytestconfig.getoption("--full"):
        pytest.skip("takes seconds to make and read: with --full")
    make, reason = REFUSED[name]
    (tmp_path / name).write_bytes(make())
    (tmp_path / "good.csv").write_bytes(building.good_csv())
    received = read(haugiang, tmp_path)
    about = [f for f in received.findings if f.address.file == name]
    assert [(f.code, f.values["reason"]) for f in about] == [("file_unreadable", reason)]
    assert households(received, "good.csv") == [1205]
    for language in ("vi", "en"):
        words = load_language(language)
        assert words.plain(f"finding.reason_{reason}") in finding_text(about[0], words)


@pytest.mark.parametrize("name", READ)
def test_a_file_that_is_read_as_it_is_meant(
    name: str, haugiang: Campaign, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    if name in LARGE and not pytestconfig.getoption("--full"):
        pytest.skip("takes seconds to make and read: with --full")
    (tmp_path / name).write_bytes(READ[name]())
    received = read(haugiang, tmp_path)
    assert households(received, name) == [1205]
    assert not [f for f in received.findings if f.code == "file_unreadable"]


def test_every_reason_is_tried_and_said() -> None:
    source, intake = (
        "".join(path.read_text("utf-8") for path in (ROOT / "dxkit" / room).rglob("*.py"))
        for room in ("workbooks", "intake")
    )
    given = set(re.findall(r'UnreadableFileError\(\s*"(\w+)"', source))
    given |= set(re.findall(r'"encrypted" if locked else "(\w+)"', source)) | {"encrypted"}
    listed = {"reader_too_costly", "reader_ended", "reader_error"}  # of a reader that ended
    listed |= {"link", "not_a_file", "is_folder", "name_not_text", "cannot_open"}
    of_visits = ("unknown_unit", "twice", "chance", "count", "without_rows")
    listed |= {
        f"visit_{reason}" for reason in of_visits
    }  # in tests/end_to_end/test_visits_proved.py
    # of forms, each tried in tests/intake/test_returned_forms.py
    changes = ("inserted", "deleted", "renamed", "unclear")
    listed |= {f"form_{kind}_{change}" for kind in ("row", "column") for change in changes}
    of_forms = ("older", "newer", "map_lost", "map_damaged", "sheet_missing", "sheet_added",
                "measure_unknown", "choice_unknown")  # fmt: skip
    listed |= {f"form_{reason}" for reason in of_forms}
    # of what a sender left as last period, each tried in tests/press/forms/test_as_before.py
    listed |= {f"before_{reason}" for reason in ("is_other", "is_none", "not_at_hand")}
    # of layouts that lack or do not fit, each tried in tests/intake/test_layouts.py
    raised = re.findall(r"raise UnfitLayoutError\((.*)\)", intake)
    of_layouts = {reason for text in raised for reason in re.findall(r'"(\w+)"', text)}
    assert len(of_layouts) == 8
    of_layouts |= {"row_unclear", "transposed", "period_columns", "other_periods"}
    for language in ("vi", "en"):
        section = load_language(language).sections["finding"]
        said = {key.removeprefix("reason_") for key in section if key.startswith("reason_")}
        assert said == given | listed | of_layouts
    tried = {reason for _, reason in REFUSED.values()}
    assert given - tried <= {"cannot_open", "not_a_file"}  # tried below


@pytest.mark.parametrize(
    ("name", "make", "format"),
    [
        ("a.xls", building.good_xlsx, "xlsx"),
        ("a.xlsx", building.good_csv, "text"),
        ("a.csv", building.good_xls, "xls"),
        ("a.xlsx", building.good_ods, "ods"),
    ],
)
def test_the_content_decides_and_that_is_said(
    name: str, make: Callable[[], bytes], format: str, haugiang: Campaign, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(make())
    received = read(haugiang, tmp_path)
    assert households(received, name) == [1205]
    (finding,) = [f for f in received.findings if f.code == "file_type_differs"]
    assert finding.values == {"format": format, "suffix": f".{name[2:]}"}


def test_a_workbook_under_another_name_is_not_passed_over(
    haugiang: Campaign, tmp_path: Path
) -> None:
    (tmp_path / "930.xlsx.bak").write_bytes(building.good_xlsx())
    (tmp_path / "note.txt").write_text("x")
    damaged = building.with_part(lambda relations: relations[:-30], "_rels/.rels")
    (tmp_path / "932.zip").write_bytes(damaged)
    codes = {(f.code, f.address.file) for f in read(haugiang, tmp_path).findings}
    assert ("workbook_not_read", "930.xlsx.bak") in codes
    assert {("file_type_unknown", "note.txt"), ("file_type_unknown", "932.zip")} <= codes


def test_what_is_no_file_is_a_finding(haugiang: Campaign, tmp_path: Path) -> None:
    folder, outside = tmp_path / "raw", tmp_path / "outside"
    (folder / "folder.xlsx").mkdir(parents=True)
    outside.mkdir()
    (outside / "secret.xlsx").write_bytes(building.good_xlsx())
    (folder / "good.csv").write_bytes(building.good_csv())
    (folder / "link.xlsx").symlink_to(outside / "secret.xlsx")
    (folder / "dangling.xlsx").symlink_to(outside / "nothing.xlsx")
    (folder / "linked-folder").symlink_to(outside)
    (folder / "device.csv").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe.csv")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe.xlsx")).write_bytes(building.good_xlsx())
    with socket.socket(socket.AF_UNIX) as connection:
        connection.bind(str(folder / "socket.csv"))
        received = read(haugiang, folder)
    assert {
        (f.address.file, f.values["reason"])
        for f in received.findings
        if f.code == "file_unreadable"
    } == {
        ("folder.xlsx", "is_folder"),
        ("link.xlsx", "link"),
        ("dangling.xlsx", "link"),
        ("linked-folder", "link"),
        ("device.csv", "link"),
        ("pipe.csv", "not_a_file"),
        ("socket.csv", "not_a_file"),
        ("\\udcff\\udcfe.xlsx", "name_not_text"),
    }
    assert households(received, "good.csv") == [1205]
    assert [s.name for s in received.sources] == ["good.csv"]
    for file in (folder / "pipe.csv", folder / "link.xlsx"):  # put there after the look
        with pytest.raises(UnreadableFileError):
            read_content(file)


def test_a_file_that_cannot_be_opened_or_is_gone(
    haugiang: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("good.csv", "kept.csv", "gone.csv"):
        (tmp_path / name).write_bytes(building.good_csv())
    opened = os.open

    def watched(path: object, *rest: object, **more: object) -> int:
        if str(path).endswith("kept.csv"):
            raise PermissionError(13, "kept")
        if str(path).endswith("gone.csv"):
            Path(str(path)).unlink()
        return opened(path, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", watched)
    received = read(haugiang, tmp_path)
    assert {
        (f.address.file, f.values["reason"])
        for f in received.findings
        if f.code == "file_unreadable"
    } == {("kept.csv", "cannot_open"), ("gone.csv", "cannot_open")}
    assert households(received, "good.csv") == [1205]


def test_a_folder_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "closed").mkdir()
    listed = os.scandir

    def watched(path: object) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "closed")
        return listed(path)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "scandir", watched)
    assert look_into(tmp_path).passed_over == (("closed", "cannot_open"),)


def test_a_file_beyond_the_largest(tmp_path: Path, haugiang: Campaign) -> None:
    with (tmp_path / "huge.xlsx").open("wb") as file:
        file.truncate(20 * limits.LARGEST_FILE)  # a hole: it takes no room on the disk
    (finding,) = [f for f in read(haugiang, tmp_path).findings if f.code == "file_unreadable"]
    assert finding.values["reason"] == "too_large"


def test_memory_is_bounded(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    """All of these files, read by a process of its own that may take a gigabyte of memory; without
    the bounds several of them take more, each alone. The large ones with ``--full``.
    """
    left_out = set() if pytestconfig.getoption("--full") else LARGE
    files = {name: make for name, (make, _) in REFUSED.items()} | READ
    for name in files.keys() - left_out:
        (tmp_path / name).write_bytes(files[name]())
    program = textwrap.dedent(
        """
        import resource, sys
        from pathlib import Path
        from dxkit.campaign.folder import load_campaign
        from dxkit.intake.period import read_period
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
        campaign = load_campaign(Path("data/campaigns/haugiang-2022"))
        received = read_period(campaign, "2022-Q4", Path(sys.argv[1]))
        print(sum(f.code == "file_unreadable" for f in received.findings))
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    refused, megabytes = map(int, done.stdout.split())
    print(f"{len(files.keys() - left_out)} hostile files read in {megabytes} MB at the most")
    assert refused == len(REFUSED.keys() - left_out)


def test_hidden_ranges_are_kept_as_far_as_cells_are_read() -> None:
    """Each range over all columns or rows would be a set of its own, sheet by sheet."""
    content = building.with_part(
        lambda sheet: sheet.replace(
            b"<sheetData>",
            b'<cols><col min="2" max="3" hidden="1"/><col min="3" max="5" width="0"/>'
            b'<col min="7" max="7"/><col min="399" max="16384" hidden="1"/></cols><sheetData>',
        ).replace(
            b"</sheetData>",
            b'<row r="8" hidden="1"/><row r="9" hidden="1"><c r="A9"><v>1</v></c></row>'
            b"</sheetData>",
        )
    )
    (sheet,) = workbook_of(content, "a.xlsx").sheets
    assert sheet.hidden_columns == {2, 3, 4, 5, 399, 400}
    assert sheet.hidden_rows == {9}


@pytest.mark.parametrize(
    ("usual", "own", "is_seen"),
    [("", 'ht="0.75"', False), ("", 'ht="15"', True), ('zeroHeight="1"', 'hidden="1"', False),
     ('defaultRowHeight="0"', "", False), ('zeroHeight="1"', 'ht="15"', True),
     ('zeroHeight="1"', "", True),  # the unused rows below a form are hidden, not those written
     ('defaultRowHeight="15"', "", True)],
)  # fmt: skip
def test_a_row_too_low_to_be_seen_is_hidden(usual: str, own: str, is_seen: bool) -> None:
    content = building.with_part(
        lambda sheet: sheet.replace(
            b"<sheetData>", f"<sheetFormatPr {usual}/><sheetData>".encode()
        ).replace(
            b"</sheetData>", f'<row r="9" {own}><c r="A9"><v>1</v></c></row></sheetData>'.encode()
        )
    )
    (sheet,) = workbook_of(content, "a.xlsx").sheets
    assert (9 not in sheet.hidden_rows) == is_seen


def test_merged_ranges_are_not_unfolded_into_rows() -> None:
    last = limits.MOST_ROWS
    cells = {(row, 1): Cell(row, 1, f"{row}") for row in (1, 5, last)}
    sheet = Sheet("a", cells, merged=((5, 1, last - 1, 2), (1, 1, 3, 1)))
    tracemalloc.start()
    try:
        above = {row: sheet.merged_above(row, 1) for row in (1, 2, 3, 4, 5, 6, last - 1, last)}
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert {row: cell.value for row, cell in above.items() if cell} == {
        2: "1", 3: "1", 6: "5", last - 1: "5",
    }  # fmt: skip
    assert sheet.merged_above(6, 2) is None  # of the range's first column only
    assert most < 1_000_000


def test_a_large_part_is_looked_through_piece_by_piece() -> None:
    """The search for our marks takes no part whole."""
    content = building.with_large_part(30_000_000, b" ", noise=8_000)
    tracemalloc.start()
    try:
        assert Package(content).holds(building.SHEET, b"no such tag", b"</worksheet>")
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 5_000_000


def test_formulas_beyond_the_bounds_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures are read all the same: only what followed from which cell is not known."""
    long = "+1" * 120
    written = {f"A{row}": f"B{row}{long}" for row in range(1, 5)}
    written["A2"] = f"B2{'+1' * limits.LONGEST_TEXT}"
    rows = "".join(
        f'<row r="{at[1:]}"><c r="{at}"><f>{text}</f><v>7</v></c></row>'
        for at, text in written.items()
    )
    data = b"<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>"
    data += f"<sheetData>{rows}</sheetData></worksheet>".encode()
    monkeypatch.setattr(limits, "MOST_TEXT", 500)
    (sheet,) = workbook_of(building.with_part(lambda _: data), "x.xlsx").sheets
    assert sheet.formulas == {"A1": f"B1{long}", "A3": f"B3{long}"}
    assert [cell.value for cell in sheet.cells.values()] == [7, 7, 7, 7]


@pytest.mark.parametrize("before", [0, (1 << 18) - 1, (1 << 18) - 3, 1 << 18])
def test_a_text_between_two_pieces_is_found(before: int) -> None:
    package = Package(building.zipped({"a.xml": b" " * before + b"<f>1</f>"}))
    assert package.holds("a.xml", b"</g>", b"<f>")
    assert not package.holds("a.xml", b"<f>2", b"<g>")


def test_what_is_parsed_whole_is_bounded_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tags and attributes count, not bytes, and those of all parts together."""
    package = Package(building.zipped({"a.xml": b'<a b=""/>', "b.xml": b"<b><c/></b>"}))
    monkeypatch.setattr("dxkit.workbooks.package.MOST_PARSED", 4)
    package.tree("a.xml")  # one tag, one attribute
    with pytest.raises(UnreadableFileError):
        package.tree("b.xml")


@pytest.mark.parametrize(("language", "mark"), [("en", ","), ("vi", ".")])
def test_the_bounds_are_written_down(language: str, mark: str) -> None:
    """Every bound stands in limits.md of both languages with its number."""
    text = (ROOT / "docs" / language / "limits.md").read_text("utf-8")
    bounds = {name: value for name, value in vars(limits).items() if name.isupper()}
    assert len(bounds) > 15
    for name, value in bounds.items():
        (row,) = [
            line for line in text.splitlines() if line.startswith("|") and f"`{name}`" in line
        ]
        assert f"{value:,}".replace(",", mark) in row, name
