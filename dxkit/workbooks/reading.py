"""From a path to a workbook: one guarded look at the file, then its format's reader."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
import zlib
from pathlib import Path
from xml.parsers.expat import ExpatError

from dxkit.workbooks.cells import UnreadableFileError, Workbook
from dxkit.workbooks.detection import Format, format_of
from dxkit.workbooks.limits import LARGEST_FILE, Allowance
from dxkit.workbooks.xml_parts import Parts


def read_workbook(path: Path, file: str) -> Workbook:
    """The cells of a file; ``file`` is the name that addresses will carry. Raises
    ``UnreadableFileError`` for anything that cannot be read.
    """
    return workbook_of(read_content(path), file)


def read_content(path: Path) -> bytes:
    """The bytes of a file: a regular one, not a link, no larger than the bound. It is opened once
    and never waited for.
    """
    # A link and a pipe may have taken the file's place since the folder was listed.
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    try:
        with os.fdopen(os.open(path, flags), "rb") as opened:
            if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                raise UnreadableFileError("not_a_file")
            content = opened.read(LARGEST_FILE + 1)
    except OSError as error:
        raise UnreadableFileError("cannot_open") from error
    if len(content) > LARGEST_FILE:
        raise UnreadableFileError("too_large")
    return content


def workbook_of(content: bytes, file: str) -> Workbook:
    """The cells of a content. The content decides the format, not the name."""
    try:
        return _workbook_of(content, file, format_of(content))
    except UnreadableFileError:
        raise
    except MemoryError as error:
        raise UnreadableFileError("too_large") from error
    except (zipfile.BadZipFile, zlib.error, ExpatError, EOFError, struct.error) as error:
        raise UnreadableFileError("damaged") from error
    except Exception as error:  # the library for .xls raises anything on damaged input
        raise UnreadableFileError("damaged") from error


def _workbook_of(content: bytes, file: str, found: Format) -> Workbook:
    allowance = Allowance()
    if found is Format.TEXT:
        from dxkit.workbooks.csv_text import read_separated
        from dxkit.workbooks.encodings import decode

        text, encoding = decode(content)
        return Workbook(file, read_separated(text, allowance), found, encoding)
    if found is Format.XLS:
        from dxkit.workbooks.xls import read_xls

        sheets = read_xls(content, allowance)
    elif found is Format.ODS:
        from dxkit.workbooks.ods import read_ods

        sheets = read_ods(Parts(content, allowance), allowance)
    else:
        from dxkit.workbooks.xlsx import read_xlsx

        sheets = read_xlsx(Parts(content, allowance), allowance)
    names = [sheet.name.casefold() for sheet in sheets]
    if len(set(names)) < len(names):  # an address would mean two places
        raise UnreadableFileError("sheets_alike")
    return Workbook(file, sheets, found)
