"""Filling in a form as a program that works nothing out: values go into cells, and nothing else."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.sax.saxutils import escape

Value = str | float | int | None
Cells = Mapping[tuple[str, str], Value]
"""What is typed, by the sheet's name and the cell's address."""


def parts_of(path: Path) -> dict[str, bytes]:
    """The parts of a package by name."""
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def pack(parts: Mapping[str, bytes], path: Path) -> None:
    """A package of parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)


def sheet_parts(parts: Mapping[str, bytes]) -> dict[str, str]:
    """The part of each sheet by its name."""
    listed = re.findall(rb'<sheet name="([^"]*)"', parts["xl/workbook.xml"])
    names = [name.decode().replace("&amp;", "&") for name in listed]
    return {name: f"xl/worksheets/sheet{n}.xml" for n, name in enumerate(names, start=1)}


def fill(form: Path, cells: Cells, path: Path) -> None:
    """A copy of a form with some cells filled in; a formula there is written over."""
    parts = parts_of(form)
    at = sheet_parts(parts)
    by_sheet: dict[str, dict[str, Value]] = {}
    for (sheet, address), value in cells.items():
        by_sheet.setdefault(sheet, {})[address] = value
    for sheet, values in by_sheet.items():
        text = parts[at[sheet]].decode()
        replaced = _cells(text, lambda address, of=values: of.get(address, ...))  # type: ignore[misc]
        parts[at[sheet]] = replaced.encode()
    pack(parts, path)


_CELL = re.compile(r'<c r="([A-Z]+\d+)"((?: s="\d+")?)(?: t="\w+")?(?:/>|>.*?</c>)')


def _cells(text: str, value_of: Callable[[str], object]) -> str:
    def written(found: re.Match[str]) -> str:
        value = value_of(found[1])
        if value is ...:
            return found[0]
        start = f'<c r="{found[1]}"{found[2]}'
        if value is None or value == "":
            return f"{start}/>"
        if isinstance(value, str):
            return f'{start} t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
        return f"{start}><v>{value!r}</v></c>"

    return _CELL.sub(written, text)
