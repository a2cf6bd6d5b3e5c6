"""Demonstration workbooks: simulated figures in the shape that district offices send them."""

from dxkit.press.demo.sheets import Oddity, write_demonstration

__all__ = ["Oddity", "write_demonstration"]
