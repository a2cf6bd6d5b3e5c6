"""``papermill --engine dxkit``: papermill's own engine by another name."""

from papermill.engines import NBClientEngine


class DxkitEngine(NBClientEngine):
    """What is quick in a batch (``press/run/shell.py``) is right only in a process made for it."""
