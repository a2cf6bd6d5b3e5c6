"""A package's parts are written alike whatever a process has imported."""

from __future__ import annotations

import subprocess
import sys

WRITE = """
from lxml import etree
from dxkit.workbooks.package import MAIN, OFFICE
root = etree.fromstring(f'<worksheet xmlns="{MAIN}"/>')
etree.SubElement(root, f"{{{MAIN}}}legacyDrawing").set(f"{{{OFFICE}}}id", "rId1")
print(etree.tostring(root).decode())
"""


def test_an_attribute_has_its_usual_prefix_beside_any_library() -> None:
    """openpyxl registers prefixes for the whole process: copies made before and after its import
    had other bytes, which ``verify`` took for a change.
    """
    written = {
        subprocess.check_output([sys.executable, "-c", before + WRITE], text=True)
        for before in ("", "import openpyxl\n")
    }
    assert len(written) == 1
    assert 'r:id="rId1"' in written.pop()
