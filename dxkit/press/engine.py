"""A papermill engine that runs a notebook inside the calling process, without a kernel.

``papermill --engine dxkit`` works on any notebook that needs no widgets and no ``input``. The
process is not fit for a second notebook afterwards: a batch gives each its own.
"""

from __future__ import annotations

from typing import Any

from papermill.engines import Engine


class DxkitEngine(Engine):
    """Runs the code cells one after the other through IPython and keeps their outputs."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, log_output: bool = False, **kwargs: Any
    ) -> None:
        """Run the managed notebook up to its end or the first cell that fails."""
        from dxkit.press.shell import NotebookShell

        shell = NotebookShell()
        for index, cell in enumerate(nb_man.nb.cells):
            if cell.cell_type != "code" or not cell.source.strip():
                continue
            nb_man.cell_start(cell, index)
            failed = shell.run(cell)
            if failed and "raises-exception" not in cell.metadata.get("tags", []):
                nb_man.cell_exception(cell, index)
                return
            nb_man.cell_complete(cell, index)
