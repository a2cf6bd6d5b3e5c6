"""The manifest of a period's outputs: what each page was made from, and how it went."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any


@dataclass
class PageRecord:
    """One page: its address in the output folder, the key it was made under, how it went."""

    path: str
    key: str
    status: str  # made, kept, failed
    seconds: float = 0.0
    sha256: str = ""
    reason: str = ""


@dataclass
class Manifest:
    """One period's run."""

    campaign: str
    period: str
    engine: str = ""
    inputs: dict[str, str] = field(default_factory=dict)
    pages: dict[str, PageRecord] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> Manifest | None:
        """The manifest in a file, or None when there is none that can be read."""
        try:
            content = json.loads(path.read_text("utf-8"))
            pages = {unit: PageRecord(**record) for unit, record in content.pop("pages").items()}
            return cls(**content, pages=pages)
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def text(self) -> str:
        """The manifest as JSON."""
        content: dict[str, Any] = asdict(self)
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def digest_of(*parts: str | bytes) -> str:
    """A hash of several parts, each apart."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def code_key() -> str:
    """A hash of the package: a page made by other code is made again."""
    root = files("dxkit")
    return digest_of(*_contents(Path(str(root))))


def _contents(root: Path) -> Iterable[bytes]:
    wanted = {".py", ".toml", ".j2", ".css", ".json"}
    for path in sorted(root.rglob("*")):
        if path.suffix in wanted:
            yield path.relative_to(root).as_posix().encode()
            yield path.read_bytes()
