"""Files that exploring saves, whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dxkit.workbooks.atomic import write_text

if TYPE_CHECKING:
    import pandas as pd


def save_frame(frame: pd.DataFrame, path: Path) -> Path:
    """Write a frame as CSV that Excel opens well: with a byte order mark, no text a formula."""
    text = frame.map(_harmless).to_csv(index=False, lineterminator="\r\n", float_format="%.15g")
    return save_text("\ufeff" + text, path)


def save_text(text: str, path: Path) -> Path:
    """Write a text; returns the file."""
    write_text(path, text)
    return path


def _harmless(value: object) -> object:
    """Text that a spreadsheet would take for a formula, quoted."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value
