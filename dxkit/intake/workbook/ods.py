"""OpenDocument spreadsheets: .ods."""

from __future__ import annotations

from dxkit.intake.workbook.cells import Sheet, UnreadableFileError
from dxkit.intake.workbook.limits import Allowance
from dxkit.intake.workbook.ods_content import ContentListener
from dxkit.intake.workbook.xml_parts import Parts


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
