"""Demonstration workbooks: simulated figures in the shape that district offices send them."""

from dxkit.demo.book import Oddity
from dxkit.demo.sheets import write_demonstration

__all__ = ["Oddity", "write_demonstration"]
