"""Text files in encodings that Python decodes but does not fully encode."""

from __future__ import annotations

import unicodedata


def cp1258_bytes(text: str) -> bytes:
    """Vietnamese in Windows code page 1258: some letters whole, the tone a letter of its own."""
    content = b""
    for letter in unicodedata.normalize("NFC", text):
        try:
            content += letter.encode("cp1258")
        except UnicodeEncodeError:
            base, *marks = unicodedata.normalize("NFD", letter)
            tones = [mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323"]
            others = [mark for mark in marks if mark not in tones]
            whole = unicodedata.normalize("NFC", "".join([base, *others]))
            content += whole.encode("cp1258") + "".join(tones).encode("cp1258")
    return content
