"""Office packages without a clock: the same content gives the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

_LEFT_OUT = ("docProps/thumbnail.jpeg", "docProps/app.xml")
"""What the libraries' own empty documents bring along, and is not true of ours."""
_CLOCK = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def stable(content: bytes) -> bytes:
    """A package whose members, and workbooks within it, have no time of their making."""
    final = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as package, zipfile.ZipFile(final, "w") as made:
        for name in package.namelist():
            part = package.read(name)
            if name.endswith(".xlsx"):
                part = stable(part)
            elif name == "docProps/core.xml":
                part = _CLOCK.sub(rb"\g<1>2000-01-01T00:00:00Z", part)
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(member, part)
    return final.getvalue()


def is_left_out(relation: Any) -> bool:
    """Whether a relation of such a package leads to a part of the library's own template that says
    nothing of the document.
    """
    return not relation.is_external and relation.target_part.partname.lstrip("/") in _LEFT_OUT


def describe(made: Any, title: str, author: str, subject: str, keywords: str, spoken: str) -> None:
    """Give a document of python-docx or python-pptx its true properties, and no others."""
    told = made.core_properties
    told.title, told.author, told.subject, told.keywords = title, author, subject, keywords
    told.language, told.comments, told.last_modified_by = spoken, "", author
    for element in [*told._element]:
        if element.tag.endswith(("}created", "}modified")):
            told._element.remove(element)
