"""What is taken out of a sender's workbook before it goes back."""

from __future__ import annotations

from dxkit.workbooks.package import Package

_WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def without_programs(package: Package) -> tuple[str, ...]:
    """Take out macros, and a digital signature that the remarks would make false; returns what
    was taken: ``macros``, ``signature``.
    """
    taken = []
    if "macroEnabled" in package.content_type(package.workbook):
        package.put(package.workbook, package.read(package.workbook), _WORKBOOK_TYPE)
    programs = package.related(package.workbook, "vbaProject")
    for part in programs:
        package.unrelate(package.workbook, part)
    programs += [name for name in package.names if name.startswith("xl/vba")]
    if programs:
        taken.append("macros")
    signed = [name for name in package.names if name.startswith("_xmlsignatures/")]
    if signed:
        for part in package.related("", "origin"):
            package.unrelate("", part)
        taken.append("signature")
    for part in {*programs, *signed}:
        package.drop(part)
    return tuple(taken)
