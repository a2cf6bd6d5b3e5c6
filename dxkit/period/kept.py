"""What is kept of the periods of a series, in a file beside what intake stored of each: made again
when what it was made from has changed, or somebody has changed the file.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from dxkit.analysis.series import Kept
from dxkit.intake.store import code_hash


def _parts_of(path: Path) -> tuple[str, str, bytes]:
    """The key of what a file was made from, the hash of what it keeps, and that; else nothing."""
    try:
        head, _, body = path.read_bytes().partition(b"\n")
        made_from, digest = json.loads(head)
    except (OSError, ValueError, TypeError):
        return "", "", b""
    return made_from, digest, body


def read_kept(path: Path, received_key: str = "") -> Kept | None:
    """What a file keeps; None where there is none, it was altered, or it was made from other files
    than those of ``received_key``, if one is given.
    """
    made_from, digest, body = _parts_of(path)
    is_current = not received_key or made_from == _key(received_key)
    if not is_current or digest != hashlib.sha256(body).hexdigest():
        return None
    kept: Kept = json.loads(body)
    return kept


def is_altered(path: Path, again: Path) -> bool:
    """Whether a file says something else than another that was made from the same."""
    (made_from, _, shown), (key, _, expected) = map(_parts_of, (path, again))
    return bool(key) and made_from == key and shown != expected


def written(kept: Kept, received_key: str) -> bytes:
    """The file that keeps it, under the key of what was received."""
    body = json.dumps(kept, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    head = json.dumps([_key(received_key), hashlib.sha256(body).hexdigest()])
    return head.encode() + b"\n" + body


def _key(received_key: str) -> str:
    worked_out_by = code_hash("dxkit.analysis")
    return hashlib.sha256((worked_out_by + received_key).encode()).hexdigest()
