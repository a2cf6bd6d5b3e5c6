"""What the documents say of speed is what was measured last."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest


def test_the_documents_quote_the_results(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(root / "benchmarks"))
    monkeypatch.delitem(sys.modules, "quote", raising=False)
    import quote

    result = json.loads((root / "benchmarks/results.json").read_text("utf-8"))
    for language, names in quote.DOCUMENTS.items():
        for name in names:
            document = (root / name).read_text("utf-8")
            assert quote.BLOCK.search(document), name
            assert quote.quoted(document, language, result) == document, name
    median = result["ratios_wall"]["loop / batch, intake stored"]["median"]
    assert f"{median:.1f} times as fast" in (root / "README.md").read_text("utf-8")
    assert f"gấp {median:.1f} lần".replace(".", ",") in (root / "README.vi.md").read_text("utf-8")
