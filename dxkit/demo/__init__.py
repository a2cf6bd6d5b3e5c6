"""Demonstration workbooks: simulated figures in the shape that district offices send them. What is
a province's own (levels, oddities, forms, texts) is data in ``data/demo/<campaign>.toml``.
"""

from dxkit.demo.workbook import Oddity, write_demonstration

__all__ = ["Oddity", "write_demonstration"]
