"""How the cells of a form look, as xlsxwriter names their properties."""

from __future__ import annotations

BASE = {"font_name": "Times New Roman", "font_size": 11, "valign": "vcenter"}
_GREY, _LINE = "#5F6B76", {"border": 1, "border_color": "#9AA5B1"}
_OPEN = {**_LINE, "bg_color": "#FFFBE6", "locked": False}
LOOKS: dict[str, dict[str, object]] = {
    "plain": {},
    "wrapped": {"text_wrap": True, "valign": "top"},
    "bold": {"bold": True},
    "center": {"align": "center"},
    "center_bold": {"align": "center", "bold": True},
    "motto": {"align": "center", "bold": True, "bottom": 0},
    "title": {"align": "center", "bold": True, "font_size": 14},
    "italic": {"align": "center", "italic": True},
    "open_line": {"align": "center", "bold": True, "locked": False},
    "open_note": {"italic": True, "locked": False},
    "note": {"italic": True, "font_color": _GREY, "font_size": 9},
    "header": {**_LINE, "align": "center", "bold": True, "text_wrap": True, "bg_color": "#E8EEF4"},
    "header_grey": {**_LINE, "align": "center", "text_wrap": True, "font_color": _GREY},
    "number_row": {**_LINE, "align": "center", "italic": True, "font_size": 9},
    "text": {**_LINE, "text_wrap": True},
    "index": {**_LINE, "align": "center"},
    "number": {**_LINE, "num_format": "#,##0"},
    "measured": {**_LINE, "num_format": "#,##0.###"},
    "part": {**_LINE, "num_format": "0.0%"},
    "share": {**_LINE, "num_format": "0.0", "font_color": _GREY, "italic": True},
    "grey": {**_LINE, "num_format": "#,##0.###", "font_color": _GREY},
    "grey_part": {**_LINE, "num_format": "0.0%", "font_color": _GREY},
    "state": {**_LINE, "align": "center", "bold": True, "text_wrap": True, "font_size": 9},
    "open_number": {**_OPEN, "num_format": "#,##0"},
    "open_measured": {**_OPEN, "num_format": "#,##0.###"},
    "open_part": {**_OPEN, "num_format": "0.0%"},
    "open_text": {**_OPEN, "text_wrap": True},
    "open_date": {**_OPEN, "num_format": "dd/mm/yyyy"},
    "group_text": {**_LINE, "bold": True, "text_wrap": True, "bg_color": "#F3F5F8"},
    "group_index": {**_LINE, "bold": True, "align": "center", "bg_color": "#F3F5F8"},
    "group_number": {**_LINE, "bold": True, "num_format": "#,##0.###", "bg_color": "#F3F5F8"},
    "group_part": {**_LINE, "bold": True, "num_format": "0.0%", "bg_color": "#F3F5F8"},
    "group_share": {**_LINE, "num_format": "0.0", "font_color": _GREY, "bg_color": "#F3F5F8"},
    "green": {"bg_color": "#D9F0E0", "font_color": "#0B5A2B"},
    "amber": {"bg_color": "#FFE3A8", "font_color": "#6B4700"},
    "red": {"bg_color": "#F9D0CC", "font_color": "#8A1410"},
}  # fmt: skip
COLOURS = {"empty": "amber", "partial": "amber", "explain": "amber", "wrong": "red",
           "exceeds": "red", "nameless": "red", "done": "green"}  # fmt: skip
"""The look of each state of a row."""
