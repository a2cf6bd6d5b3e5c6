"""Which format a file is in: its content decides, not its name."""

from __future__ import annotations

from enum import StrEnum

from dxkit.workbooks.cells import UnreadableFileError
from dxkit.workbooks.limits import Allowance
from dxkit.workbooks.xlsx import main_part
from dxkit.workbooks.xml_parts import Parts

_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = (b"%PDF", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff", b"{\\rtf")
_PAGES = (b"<!doctype html", b"<html", b"<table", b"<head", b"<body", b"<meta", b"<style",
          b"mime-version:", b"<!--")  # fmt: skip
_EXCEL_2003 = b"urn:schemas-microsoft-com:office:spreadsheet"
_FLAT_OPEN_DOCUMENT = b"urn:oasis:names:tc:opendocument"

SUFFIXES = {
    "xlsx": frozenset({".xlsx", ".xlsm"}),
    "xls": frozenset({".xls"}),
    "ods": frozenset({".ods"}),
    "text": frozenset({".csv", ".tsv"}),
}
"""The endings of names that each format goes by."""


class Format(StrEnum):
    """The formats that are read."""

    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    TEXT = "text"


def format_of(content: bytes) -> Format:
    """The format of a content; raises ``UnreadableFileError`` for any that is not read, with what
    it is.
    """
    if not content.strip(b" \t\r\n\0"):
        raise UnreadableFileError("empty")
    if content.startswith(_COMPOUND):
        return Format.XLS
    if content.startswith(_ZIP):
        return _zipped_format(content)
    if content.startswith(_OTHERS):
        raise UnreadableFileError("not_a_workbook")
    start = content[:4000].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if start.startswith((b"<?xml", b"<")):
        if _EXCEL_2003 in start:
            raise UnreadableFileError("excel_2003_xml")
        if _FLAT_OPEN_DOCUMENT in start:
            raise UnreadableFileError("flat_xml")
    if start.startswith((*_PAGES, b"<?xml")):
        raise UnreadableFileError("web_page")
    return Format.TEXT


def is_workbook(content: bytes) -> bool:
    """Whether a content is a workbook that is no text, whatever the name of its file."""
    try:
        return format_of(content) in (Format.XLSX, Format.ODS)
    except Exception:  # a damaged archive may raise anything
        return False


def _zipped_format(content: bytes) -> Format:
    parts = Parts(content, Allowance())
    main = main_part(parts)
    if main.endswith(".bin"):
        raise UnreadableFileError("binary_workbook")
    if main.startswith("xl/") or main.endswith("workbook.xml"):
        return Format.XLSX
    if "content.xml" in parts:
        if "mimetype" in parts and b"spreadsheet" not in parts.beginning("mimetype"):
            raise UnreadableFileError("not_a_workbook")
        return Format.ODS
    raise UnreadableFileError("not_a_workbook")
