"""Reporting kit for emulation movements: raw workbooks in, one traceable page per unit out."""

__version__ = "0.1.0"
