"""``python -m dxkit``."""

from dxkit.cli import main

main()
