"""The facts of a document: which words of it show which, kept inside the file.

Runs of text that show a fact have the character style ``FACT_STYLE``. A part of the package lists,
in reading order, the key of each, and for each picture the keys and the words of the numbers in its
text alternative. Readers of the document see neither.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dxkit.report.tables import IN_PERCENT

FACT_STYLE = "dxkit fact"
_PART_NAME = "/customXml/dxkit-facts.json"
_CONTENT_TYPE = "application/json"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXml"


@dataclass
class DocumentFacts:
    """What a document shows: keys of the runs in order; for each picture pairs of key and words."""

    runs: list[str] = field(default_factory=list)
    pictures: dict[str, list[tuple[str, str]]] = field(default_factory=dict)


def attach_facts(document: Any, facts: DocumentFacts, language: str) -> None:
    """Put the list into the document."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    content = {"language": language, "runs": facts.runs, "pictures": facts.pictures}
    blob = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    part = Part(PackURI(_PART_NAME), _CONTENT_TYPE, blob, document.part.package)
    document.part.relate_to(part, _RELATION)


def read_facts(path: Path) -> tuple[str, list[tuple[str, str]]]:
    """The document's language, and for each number its fact's key and the words that show it: of
    the text first, then of the pictures' alternatives. Raises ValueError when the file holds no
    list, or text and list do not pair.
    """
    import docx

    document = docx.Document(str(path))
    parts = document.part.package.iter_parts()
    blob = next((part.blob for part in parts if part.partname == _PART_NAME), None)
    if blob is None:
        raise ValueError(f"{path.name} holds no list of facts")
    content = json.loads(blob)
    style = document.styles[FACT_STYLE].style_id
    body = document.element.body
    runs = body.xpath(f".//w:r[w:rPr/w:rStyle[@w:val='{style}']]")
    texts = [_words(run) + _percent_above(run) for run in runs]
    numbers = list(zip(content["runs"], texts, strict=True))
    alternatives = {e.get("name"): e.get("descr") for e in body.xpath(".//wp:docPr[@descr]")}
    for name, pairs in content["pictures"].items():
        text, start = alternatives[name], 0
        for key, words in pairs:
            start = text.find(words, start)
            if start < 0:
                raise ValueError(f"{path.name}: {name} does not say {words}")
            start += len(words)
            numbers.append((key, words))
    return str(content["language"]), numbers


def _words(element: Any) -> str:
    return "".join(node.text or "" for node in element.xpath(".//w:t"))


def _percent_above(run: Any) -> str:
    """ "%" when a run stands in a table's cell below a heading that says it for its column."""
    cell = next(iter(run.xpath("./ancestor::w:tc[1]")), None)
    if cell is None:
        return ""
    first, *_ = cell.xpath("./ancestor::w:tbl[1]/w:tr")
    heading = first.xpath("./w:tc")[len(cell.xpath("./preceding-sibling::w:tc"))]
    return "%" if cell not in first and _words(heading).endswith(IN_PERCENT) else ""
