"""What commands print where PYTHONIOENCODING names a code page of Windows: every letter that the
page has in any way, the nearest for each that it lacks, and a word on that.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tomllib
import unicodedata
from pathlib import Path

import pytest

from dxkit.cli import all_letters_shown, run
from tests.workbooks.text_files import cp1258_bytes

SIGNS = str.maketrans({"−": "-", "→": "->", "≠": "!=", "≈": "~", "‖": "||", "ʳ": "r"})
"""What neither page has, in letters that both have."""
COMMANDS = [
    ["check", "--plan"],
    ["rank"],
    ["rank", "--format", "csv", "--level", "commune"],
    ["explain", "2024-Q2", "71", "skills"],
    ["sample", "2024-Q2"],
    ["verify", "2024-Q2"],
    ["report", "--help"],
    ["report", "2024-Q2", "--unit", "Huyện Phụng Hiệp"],
    ["rank", "2024-Q9"],
    ["check", "2024-Q2"],
    ["báo-cáo"],
]


def without_marks(text: str) -> str:
    plain = text.translate(SIGNS).replace("đ", "d").replace("Đ", "D")
    return "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))


def spoken(words: list[str], page: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str, int]:
    """What a command writes to both streams, read by that page, and its code."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding=page, newline="") for _ in range(2)]
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", streams[0])
        patch.setattr(sys, "stderr", streams[1])
        if page == "utf-8":
            patch.delenv("PYTHONIOENCODING", raising=False)
        else:
            patch.setenv("PYTHONIOENCODING", page)
        with all_letters_shown(words):
            code = run(words)
    texts = []
    for stream in streams:
        stream.flush()
        texts.append(unicodedata.normalize("NFC", stream.buffer.getvalue().decode(page)))  # type: ignore[attr-defined]
    return texts[0], texts[1], code


@pytest.mark.parametrize("language", ["vi", "en"])
def test_commands_are_read_in_every_code_page(
    language: str, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for command in COMMANDS if language == "vi" else COMMANDS[-4:]:
        out = [] if "--help" in command or "báo-cáo" in command else ["--out", str(small)]
        words = [*command, "--lang", language, *out]
        run(words)  # what a second run says of changes is then the same
        whole = spoken(words, "utf-8", monkeypatch)
        assert whole[0] or whole[1], command
        assert "unexpected" not in whole[1]
        for page in ("cp1258", "cp1252"):
            said, told, code = spoken(words, page, monkeypatch)
            assert code == whole[2]
            lines = told.splitlines(keepends=True)
            note = lines.pop() if lines and page in lines[-1] else ""
            if page == "cp1258":
                assert (said, "".join(lines)) == (whole[0], whole[1].translate(SIGNS)), command
                assert not note
            else:
                both = (without_marks(said), without_marks("".join(lines)))
                assert both == (without_marks(whole[0]), without_marks(whole[1])), command
                lost = "".join(whole[:2]).translate(SIGNS)
                assert bool(note) == (lost.encode(page, "ignore").decode(page) != lost), command


def test_every_text_of_the_kit_keeps_its_letters(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [
        str(text).translate(SIGNS)
        for path in sorted((root / "dxkit/report/wording").rglob("*.toml"))
        for text in tomllib.loads(path.read_text("utf-8")).values()
    ]
    assert len(texts) > 2000
    monkeypatch.setenv("PYTHONIOENCODING", "cp1258")
    with all_letters_shown(["--lang", "en"]):
        pass  # the pages are told apart by the environment alone
    said = "\n".join(texts)
    assert said.encode("cp1258", "nearest") == cp1258_bytes(unicodedata.normalize("NFC", said))


@pytest.mark.parametrize(
    ("text", "page", "seen"),
    [
        ("Đạt chỉ tiêu; ưu tiên Ấp Mỹ Hưng", "cp1252", "Dat chi tiêu; uu tiên Âp My Hung"),
        ("gồm 3 ≤ 5, −1,2 → 0 ≠ 1", "cp1252", "gôm 3 <= 5, -1,2 -> 0 != 1"),
        ("“ồ”: 1 × 2…", "latin-1", '"ô": 1 × 2...'),
        ("được", "cp437", "duoc"),
        ("☂ ✓ \udcff", "cp1252", "? ? ?"),
        ("\udcff", "utf-8", "?"),
    ],
)
def test_the_nearest_letter_stands_for_one_that_lacks(
    text: str, page: str, seen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", page)
    streams = [io.TextIOWrapper(io.BytesIO(), encoding=page) for _ in range(2)]
    monkeypatch.setattr(sys, "stdout", streams[0])
    monkeypatch.setattr(sys, "stderr", streams[1])
    with all_letters_shown(["--lang", "en"]):
        sys.stdout.write(text)
    for stream in streams:
        stream.flush()
    assert streams[0].buffer.getvalue().decode(page) == seen  # type: ignore[attr-defined]
    assert page in streams[1].buffer.getvalue().decode(page)  # type: ignore[attr-defined]


def test_a_redirected_command_writes_utf8_unless_another_page_is_named(small_project: Path) -> None:
    said = {}
    for page in ("", "cp1258", ":strict"):
        environment = os.environ | {"DXKIT_PROJECT": str(small_project), "PYTHONIOENCODING": page}
        words = [sys.executable, "-X", "utf8=0", "-m", "dxkit", "rank", "2030"]
        done = subprocess.run(
            words, capture_output=True, check=False, env={**environment, "LC_ALL": "C"}
        )
        assert done.returncode == 2
        text = done.stderr.decode("cp1258" if page == "cp1258" else "utf-8")
        said[page] = unicodedata.normalize("NFC", text)
    assert "Không có kỳ" in said[""]
    assert len(set(said.values())) == 1
