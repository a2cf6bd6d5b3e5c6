"""The facts of a document: which run of the text shows which, kept inside the file.

Runs that show a fact have the character style ``FACT_STYLE``; a part of the package lists the keys
of their facts in the order of the text. Readers of the document see neither.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FACT_STYLE = "dxkit fact"
PART_NAME = "/customXml/dxkit-facts.json"
_CONTENT_TYPE = "application/json"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXml"


def attach_facts(document: Any, keys: list[str], alternatives: list[str], language: str) -> None:
    """Put the keys into the document: of the runs, and of the pictures' text alternatives."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    content = {"language": language, "runs": keys, "alternatives": alternatives}
    blob = json.dumps(content, ensure_ascii=False, indent=0).encode()
    part = Part(PackURI(PART_NAME), _CONTENT_TYPE, blob, document.part.package)
    document.part.relate_to(part, _RELATION)


def read_facts(path: Path) -> tuple[str, list[tuple[str, str]]]:
    """The language of a document, and each fact's key with the text that shows it, in reading
    order. Raises ValueError when runs and keys do not pair.
    """
    import docx

    document = docx.Document(str(path))
    blob = next(
        (part.blob for part in document.part.package.parts if part.partname == PART_NAME), None
    )
    if blob is None:
        raise ValueError(f"{path.name} holds no facts")
    content = json.loads(blob)
    style = document.styles[FACT_STYLE].style_id
    shown = document.element.body.xpath(f"//w:r[w:rPr/w:rStyle[@w:val='{style}']]")
    texts = ["".join(node.text or "" for node in run.xpath("./w:t")) for run in shown]
    return str(content["language"]), list(zip(content["runs"], texts, strict=True))
