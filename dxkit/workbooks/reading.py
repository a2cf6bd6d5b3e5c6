"""From a path to a workbook: one guarded look at the file, then its format's reader. The content
decides which format a file is in, not its name.
"""

from __future__ import annotations

from pathlib import Path

from dxkit.workbooks.archive import Parts
from dxkit.workbooks.cells import UnreadableFileError, Workbook
from dxkit.workbooks.limits import Allowance
from dxkit.workbooks.raw_folder import read_content
from dxkit.workbooks.xlsx import main_part

_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = (b"%PDF", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff", b"{\\rtf")
_PAGES = (b"<!doctype html", b"<html", b"<table", b"<head", b"<body", b"<meta", b"<style",
          b"mime-version:", b"<!--")  # fmt: skip
_PROPERTIES = ("docProps/custom.xml", "meta.xml")
_EXCEL_2003 = b"urn:schemas-microsoft-com:office:spreadsheet"
_FLAT_OPEN_DOCUMENT = b"urn:oasis:names:tc:opendocument"


def format_of(content: bytes) -> str:
    """The format of a content; raises ``UnreadableFileError`` for any that is not read, with what
    it is.
    """
    if not content.strip(b" \t\r\n\0"):
        raise UnreadableFileError("empty")
    if content.startswith(_COMPOUND):
        return "xls"
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
    return "text"


def is_workbook(content: bytes) -> bool:
    """Whether a content is a workbook that is no text, whatever the name of its file."""
    try:
        return format_of(content) in ("xlsx", "ods")
    except Exception:  # a damaged archive may raise anything
        return False


def _zipped_format(content: bytes) -> str:
    parts = Parts(content, Allowance())
    main = main_part(parts)
    if main.endswith(".bin"):
        raise UnreadableFileError("binary_workbook")
    if main.startswith("xl/") or main.endswith("workbook.xml"):
        return "xlsx"
    if "content.xml" in parts:
        if "mimetype" in parts and b"spreadsheet" not in parts.beginning("mimetype"):
            raise UnreadableFileError("not_a_workbook")
        return "ods"
    raise UnreadableFileError("not_a_workbook")


def read_workbook(path: Path, file: str) -> Workbook:
    """The cells of a file; ``file`` is the name that addresses will carry. Raises
    ``UnreadableFileError`` for anything that cannot be read.
    """
    return workbook_of(read_content(path), file)


def workbook_of(content: bytes, file: str) -> Workbook:
    """The cells of a content. The content decides the format, not the name."""
    try:
        return _workbook_of(content, file, format_of(content))
    except UnreadableFileError:
        raise
    except MemoryError as error:
        raise UnreadableFileError("too_large") from error
    except Exception as error:  # whatever a reader finds broken; the library for .xls, anything
        raise UnreadableFileError("damaged") from error


def _workbook_of(content: bytes, file: str, found: str) -> Workbook:
    allowance, properties = Allowance(), ""
    if found == "text":
        from dxkit.workbooks.csv_text import decode, read_separated

        text, encoding = decode(content)
        return Workbook(file, read_separated(text, allowance), found, encoding)
    if found == "xls":
        from dxkit.workbooks.xls import read_xls

        sheets = read_xls(content, allowance)
    else:
        parts = Parts(content, allowance)
        own = [parts.beginning(name) for name in _PROPERTIES if name in parts]
        properties = b"".join(own).decode("utf-8", "replace")
        if found == "ods":
            from dxkit.workbooks.ods import read_ods

            sheets = read_ods(parts, allowance)
        else:
            from dxkit.workbooks.xlsx import read_xlsx

            sheets = read_xlsx(parts, allowance)
    names = [sheet.name.casefold() for sheet in sheets]
    if len(set(names)) < len(names):  # an address would mean two cells
        raise UnreadableFileError("sheets_alike")
    return Workbook(file, sheets, found, properties=properties)
