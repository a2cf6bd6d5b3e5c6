"""The formulas of an .xlsx file: a result that follows from other cells was changed by nobody."""

from __future__ import annotations

from dxkit.workbooks.package import Element, Package, main

Formulas = dict[str, dict[str, str]]
"""Sheet → address → formula, without the leading "=". What Excel keeps once for many cells is left
so until it is needed: ``written_out`` reads both.
"""

_SHARED = "\t"  # in no formula: before the address of the first cell, and after it


def formulas_of(content: bytes) -> Formulas:
    """All formulas. Nothing for other formats, and for a file whose parts cannot be followed or are
    too large.
    """
    if not content.startswith(b"PK"):
        return {}
    try:
        package = Package(content)
        return {
            name: _of_sheet(package.tree(part))
            for name, part in package.sheets.items()
            if package.holds(part, b"<f", b":f")
        }
    except Exception:  # a damaged file may raise anything; without formulas more is warned of
        return {}


def written_out(formula: str, address: str) -> str:
    """The formula of the cell at an address, as it would stand there alone."""
    if not formula.startswith(_SHARED):
        return formula
    _, origin, text = formula.split(_SHARED, 2)
    return moved(text, origin, address)


def moved(formula: str, origin: str, address: str) -> str:
    """A formula as it reads after its cell went from one address to another."""
    from openpyxl.formula.tokenizer import TokenizerError
    from openpyxl.formula.translate import Translator

    if not formula or origin == address:
        return formula
    try:
        return str(Translator(f"={formula}", origin=origin).translate_formula(address))[1:]
    except TokenizerError:
        return formula


def _of_sheet(root: Element) -> dict[str, str]:
    found: dict[str, str] = {}
    shared: dict[str, str] = {}
    for formula in root.iter(main("f")):
        cell = formula.getparent()
        address = str(cell.get("r", "")) if cell is not None else ""
        text, group = formula.text or "", formula.get("si")
        if group is not None and text:
            shared[group] = f"{_SHARED}{address}{_SHARED}{text}"
        elif group in shared:
            text = shared[group]
        found[address] = text
    return found
