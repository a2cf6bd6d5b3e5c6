"""The words of a PDF that Typst has set, page by page, and what it was set with: read from the
file's own objects, by nothing that has written it.
"""

from __future__ import annotations

import contextlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterator

_OBJECT = re.compile(rb"(?<=\n)(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\n(.*)\nendstream", re.DOTALL)
_REFERENCE = re.compile(rb"/([\w+-]+) (\d+) 0 R")
_LETTER = re.compile(rb"<([0-9A-F]{4})> ?<([0-9A-F]+)>")
_PLAIN_STRING = rb"\((?:[^\\()]|\\.)*\)"
_STRING = rb"(?:\((?:[^\\()]|\\.|\((?:[^\\()]|\\.|" + _PLAIN_STRING + rb")*\))*\)|<[0-9A-F]+>)"
"""Parentheses may stand inside one another; or it is written in hexadecimal digits."""
_TOKEN = re.compile(
    rb"(?P<begin>/Artifact\b|/\w+)[^\n]*?B[DM]C|(?P<end>\bEMC\b)|/(?P<font>\w+) [\d.]+ Tf"
    rb"|/(?P<drawn>\w+) Do\b|\[(?P<shown>(?:"
    + _STRING
    + rb"|[^\]()<])*)\]\s*TJ|(?P<one>"
    + _STRING
    + rb")\s*Tj",
    re.DOTALL,
)
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
VERSION = re.compile(rb"<cp:version>[^<]*</cp:version>")
"""Where a Word document says what has drawn its drawings."""
_FACE = re.compile(rb"/FontName/(?:[A-Z]{6}\+)?([\w-]+)")
_SETTER = re.compile(rb"/Creator\(([^()]*)\)")


def set_with(content: bytes) -> set[bytes]:
    """The faces in a PDF and the program that has set it, or what a Word document says of its
    drawings: with others it may look otherwise.
    """
    with contextlib.suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(content)) as package:
        return {*VERSION.findall(package.read("docProps/core.xml"))}
    return {*_FACE.findall(content), *_SETTER.findall(content)}


def words_of(content: bytes) -> Iterator[tuple[str, str]]:
    """Each word of the text and its drawings in order, with its page as "p. 2"; not the numbers of
    the pages and the headings that a table repeats.
    """
    objects = {int(number): body for number, body in _OBJECT.findall(content)}
    pages = [o for o in objects.values() if b"/Type/Pages" in o]
    listed = re.findall(rb"(\d+) 0 R", pages[0].partition(b"/Kids")[2])
    for number, page in enumerate(listed, 1):
        for text in _texts(objects, int(page)):
            yield from ((f"p. {number}", word) for word in text.split())


def _texts(objects: dict[int, bytes], holder: int) -> Iterator[str]:
    """The text of each marked content of a page: a line, or all that a drawing says."""
    body = objects[holder]
    resources = re.search(rb"/Resources (\d+) 0 R", body)
    named = objects[int(resources[1])] if resources else body.partition(b"\nstream")[0]
    things = {name: int(number) for name, number in _REFERENCE.findall(named)}
    contents = re.search(rb"/Contents (\d+) 0 R", body)
    stream = _inflated(objects[int(contents[1])] if contents else body)
    apart, letters, said = list[bool](), dict[int, str](), ""
    for token in _TOKEN.finditer(stream):
        if token["begin"]:
            apart.append(token["begin"] == b"/Artifact")
        elif token["end"]:
            yield said
            apart.pop()
            said = ""
        elif token["font"]:
            letters = _letters(objects, things[token["font"]])
        elif token["drawn"]:
            if not any(apart) and b"/Subtype/Form" in objects[things[token["drawn"]]]:
                said += "".join(_texts(objects, things[token["drawn"]]))
        elif not any(apart):
            codes = b"".join(
                map(_plain, re.findall(_STRING, token["shown"] or token["one"], re.DOTALL))
            )
            pairs = zip(codes[::2], codes[1::2], strict=True)
            said += "".join(letters.get(high << 8 | low, "\ufffd") for high, low in pairs)
    yield said


def _letters(objects: dict[int, bytes], font: int) -> dict[int, str]:
    """What each code of a font says."""
    told = re.search(rb"/ToUnicode (\d+) 0 R", objects[font])
    listed = _LETTER.findall(_inflated(objects[int(told[1])])) if told else []
    return {
        int(code, 16): bytes.fromhex(says.decode()).decode("utf-16-be") for code, says in listed
    }


def _inflated(body: bytes) -> bytes:
    found = _STREAM.search(body)
    stream = found[1] if found else b""
    return zlib.decompress(stream) if b"/FlateDecode" in body else stream


def _plain(string: bytes) -> bytes:
    def letter(found: re.Match[bytes]) -> bytes:
        said = found[1]
        return bytes([int(said, 8) & 255]) if said.isdigit() else _PLAIN.get(said, said)

    inside = string[1:-1]
    return bytes.fromhex(inside.decode()) if string[:1] == b"<" else _ESCAPED.sub(letter, inside)
