"""Standard output and error of a notebook: every text with the cell that it belongs to."""

from __future__ import annotations

import io
import os
import sys
from typing import Any


class CellStream(io.TextIOBase):
    """Standard output or error of a notebook.

    Text is handed on as it is written, with the cell it belongs to. What was written past Python
    (by C code, by other processes) is taken from the captured descriptor first, so that it keeps
    its place.
    """

    encoding = "UTF-8"

    def __init__(self, name: str, session: Any) -> None:
        from contextvars import ContextVar

        self.name = name
        self._session = session
        self._process = os.getpid()
        self._parent: ContextVar[dict[str, Any]] = ContextVar("parent")
        self._last_parent: dict[str, Any] = {}
        self._original = getattr(sys, f"__{name}__")
        self._captured = _Captured({"stdout": 1, "stderr": 2}[name])
        self._flushed = True

    def set_parent(self, request: dict[str, Any]) -> None:
        """From now on, text of this thread and of new ones belongs to this request's cell."""
        from jupyter_client.session import extract_header

        self._last_parent = extract_header(request)
        self._parent.set(self._last_parent)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._captured.original

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if os.getpid() != self._process:  # a process forked by the notebook
            os.write(self._captured.descriptor, text.encode("utf-8", "replace"))
            return len(text)
        self._take_captured()
        if text:
            self._hand_on(text)
        return len(text)

    def flush(self) -> None:
        if os.getpid() == self._process:
            self._take_captured()
            if not self._flushed:
                self._session.send("flush", "flush", {"name": self.name})
                self._flushed = True

    def give_back(self) -> None:
        """Let the process have its descriptor again."""
        self._captured.give_back()
        setattr(sys, self.name, self._original)

    def _take_captured(self) -> None:
        text = self._captured.take()
        if text:
            self._hand_on(text)

    def _hand_on(self, text: str) -> None:
        parent = self._parent.get(self._last_parent)
        content = {"name": self.name, "text": text}
        self._session.send("iopub", "stream", content, parent=parent)
        self._flushed = False


class _Captured:
    """A descriptor whose text goes to a file without a name, where it can be read at once."""

    def __init__(self, descriptor: int) -> None:
        import codecs
        import tempfile

        self.descriptor = descriptor
        self.original = os.dup(descriptor)
        self._file = tempfile.TemporaryFile(mode="ab+", buffering=0)  # noqa: SIM115
        self._read = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        os.dup2(self._file.fileno(), descriptor)

    def take(self) -> str:
        """What was written since the last time."""
        size = os.fstat(self._file.fileno()).st_size
        if size == self._read:
            return ""
        self._file.seek(self._read)
        data = self._file.read(size - self._read)
        self._read += len(data)
        return self._decoder.decode(data)

    def give_back(self) -> None:
        """Undo the capture."""
        os.dup2(self.original, self.descriptor)
        os.close(self.original)
        self._file.close()
