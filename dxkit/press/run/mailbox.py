"""The messages of a kernel, kept for nbclient, which reads them channel by channel."""

from __future__ import annotations

import asyncio
import queue
from datetime import datetime
from functools import lru_cache
from typing import Any

FLUSH_AFTER = 0.2
"""Seconds after which ipykernel's streams show what was written, if nothing shows it sooner."""


class Mailbox:
    """The messages of a kernel, in the order in which ipykernel's own streams would bring them.

    Text waits until its stream is flushed or ``FLUSH_AFTER`` has passed, so that many small
    writes are one output, told by the messages' own times: the same cell gives the same outputs.
    """

    def __init__(self) -> None:
        self.channels: dict[str, asyncio.Queue[Any]] = {
            "iopub": asyncio.Queue(),
            "shell": asyncio.Queue(),
        }
        self._waiting: list[dict[str, Any]] = []  # stream messages, the oldest first

    def put(self, channel: str, message: dict[str, Any]) -> None:
        """Take a message in."""
        self.show_overdue(message["header"]["date"])
        content = message["content"]
        if channel == "flush":
            self.show(content["name"])
        elif message["header"]["msg_type"] != "stream":
            self.channels[channel].put_nowait(message)
        else:
            for other in self._waiting:
                if (
                    other["content"]["name"] == content["name"]
                    and other["parent_header"] == message["parent_header"]
                ):
                    other["content"]["text"] += content["text"]
                    return
            self._waiting.append(message)

    def show_overdue(self, now: datetime) -> None:
        """Show the text that has waited long enough."""
        for message in list(self._waiting):
            if (now - message["header"]["date"]).total_seconds() >= FLUSH_AFTER:
                self.show(message["content"]["name"])

    def show(self, name: str | None = None) -> None:
        """Show what waits of one stream, or of all."""
        for message in list(self._waiting):
            if name in (None, message["content"]["name"]):
                self._waiting.remove(message)
                self.channels["iopub"].put_nowait(message)

    @property
    def has_waiting(self) -> bool:
        """Whether text waits to be shown."""
        return bool(self._waiting)


class _Channel:
    """One channel as nbclient reads it."""

    def __init__(self, mailbox: Mailbox, name: str) -> None:
        self._mailbox = mailbox
        self._queue = mailbox.channels[name]

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        """The next message; raises ``queue.Empty`` after ``timeout`` seconds."""
        try:
            message: dict[str, Any]
            if not self._queue.empty():
                message = self._queue.get_nowait()
            else:
                message = await asyncio.wait_for(self._queue.get(), timeout)
            return message
        except TimeoutError:
            raise queue.Empty from None


@lru_cache(maxsize=1)
def client_session() -> Any:
    """jupyter_client's session, which numbers requests: one serves all clients of a process."""
    from jupyter_client.session import Session

    return Session(key=b"")


class KernelClient:
    """The part that both kinds of kernel share: requests, and the channels to read answers from."""

    has_kernel = True

    def __init__(self) -> None:
        self.mailbox = Mailbox()
        self.iopub_channel = _Channel(self.mailbox, "iopub")
        self.shell_channel = _Channel(self.mailbox, "shell")
        self._session = client_session()

    def _execute_request(self, code: str, **options: Any) -> dict[str, Any]:
        content = {"code": code, "silent": False, "allow_stdin": False, **options}
        return dict(self._session.msg("execute_request", content))

    def _info_request(self) -> dict[str, Any]:
        return dict(self._session.msg("kernel_info_request", {}))
