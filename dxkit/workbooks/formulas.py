"""The formulas of an .xlsx file: a result that follows from other cells was changed by nobody."""

from __future__ import annotations

_SHARED = "\t"  # in no formula: before the address of the first cell, and after it


def shared(formula: str, address: str) -> str:
    """A formula, without the leading "=", that the file keeps once for many cells, as it is kept
    for each: with the address of the first.
    """
    return f"{_SHARED}{address}{_SHARED}{formula}"


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
