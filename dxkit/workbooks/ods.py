"""OpenDocument spreadsheets: .ods."""

from __future__ import annotations

from dxkit.workbooks.cells import Sheet, UnreadableFileError
from dxkit.workbooks.limits import Allowance
from dxkit.workbooks.ods_sheet import ContentListener
from dxkit.workbooks.xml_parts import Parts


def read_ods(parts: Parts, allowance: Allowance) -> tuple[Sheet, ...]:
    """The sheets of the document, in its order."""
    manifest = "META-INF/manifest.xml"
    if manifest in parts and any(
        element.path.endswith("/encryption-data") for element in parts.elements(manifest)
    ):
        raise UnreadableFileError("encrypted")
    listener = ContentListener(allowance)
    if "styles.xml" in parts:
        parts.read("styles.xml", listener.styles)
    parts.read("content.xml", listener)
    if not listener.sheets:
        raise UnreadableFileError("damaged")
    return tuple(listener.sheets)
