"""What nbclient asks of a kernel: here, or in a process of its own."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import multiprocessing
import os
import pickle
import queue
import signal
import socket
import struct
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from dxkit.press.kernel import Deliver, import_kernel, make_kernel
from dxkit.press.processes import can_fork, kill_group, lead_own_group, signal_group

FLUSH_AFTER = 0.2
"""Seconds after which ipykernel's streams show what was written, if nothing shows it sooner."""
_SIZE = struct.Struct("!Q")


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
            if not self._queue.empty():
                return self._queue.get_nowait()
            return await asyncio.wait_for(self._queue.get(), timeout)
        except TimeoutError:
            raise queue.Empty from None


class KernelClient:
    """The part that both kinds of kernel share: requests, and the channels to read answers from."""

    has_kernel = True

    def __init__(self) -> None:
        from jupyter_client.session import Session

        self.mailbox = Mailbox()
        self.iopub_channel = _Channel(self.mailbox, "iopub")
        self.shell_channel = _Channel(self.mailbox, "shell")
        self._session = Session(key=b"")

    def _execute_request(self, code: str, **options: Any) -> dict[str, Any]:
        content = {"code": code, "silent": False, "allow_stdin": False, **options}
        return dict(self._session.msg("execute_request", content))

    def _info_request(self) -> dict[str, Any]:
        return dict(self._session.msg("kernel_info_request", {}))


class KernelHere(KernelClient):
    """A kernel in this very process, for a process that was made for one notebook."""

    def __init__(self) -> None:
        super().__init__()
        self._kernel = make_kernel(self.mailbox.put)
        self._at_exit: list[Callable[[], Any]] = []
        self._register, atexit.register = atexit.register, self._keep  # type: ignore[assignment]

    async def execute(self, code: str, **options: Any) -> str:
        """Run a cell to its end; its messages are then in the channels."""
        request = self._execute_request(code, **options)
        if self.is_alive():
            await self._kernel.answer(request)
        return str(request["header"]["msg_id"])

    def kernel_info(self) -> str:
        """Ask for the language."""
        from jupyter_core.utils import run_sync

        request = self._info_request()
        run_sync(self._kernel.answer)(request)
        return str(request["header"]["msg_id"])

    def is_alive(self) -> bool:
        """Until the notebook asks for the kernel's exit."""
        return not self._kernel.exit_asked

    def _keep(self, hook: Callable[..., Any], *args: Any, **kwargs: Any) -> Callable[..., Any]:
        self._at_exit.append(partial(hook, *args, **kwargs))
        return hook

    def close(self) -> None:
        """Do what the notebook wants done at its end, and give the process its streams back."""
        atexit.register = self._register
        for hook in reversed(self._at_exit):
            with contextlib.suppress(Exception):
                hook()
        sys.stdout.give_back()  # type: ignore[union-attr]
        sys.stderr.give_back()  # type: ignore[union-attr]


class KernelProcess(KernelClient):
    """A kernel in a process of its own: forked where that is safe, otherwise started anew."""

    def __init__(self, start: str = "") -> None:
        super().__init__()
        method = start or ("fork" if can_fork() else "spawn")
        if method == "fork":
            import_kernel()
        context: Any = multiprocessing.get_context(method)
        self._socket, theirs = socket.socketpair()
        inherited = self._socket if method == "fork" else None
        self._process = context.Process(target=_serve, args=(theirs, inherited))
        self._process.start()
        theirs.close()
        self._received = bytearray()
        self._listening = False
        self._closed = False
        self._unanswered = 0
        self._loop: Any = None
        self._overdue: asyncio.TimerHandle | None = None

    def execute(self, code: str, **options: Any) -> str:
        """Start a cell; its messages come through the channels."""
        return self._ask(self._execute_request(code, **options))

    def kernel_info(self) -> str:
        """Ask for the language."""
        return self._ask(self._info_request())

    def is_alive(self) -> bool:
        """Whether the process lives."""
        if self._closed:
            return True  # asked by a task of nbclient's that outlives the cell: not a death
        return bool(self._process.is_alive())

    def interrupt_kernel(self) -> None:
        """As Ctrl-C would, in the kernel and in the processes it has started."""
        signal_group(self._process.pid, signal.SIGINT)

    def close(self, patience: float = 5.0) -> None:
        """End the process and everything that it has started."""
        if self._listening:
            self._listening = False
            self._loop.remove_reader(self._socket.fileno())
        self._socket.close()  # the kernel ends when it finds nobody at the other end
        if not self._unanswered:
            self._process.join(patience)
        kill_group(self._process.pid)
        if self._process.is_alive():
            self._process.kill()
        self._process.join()
        self._process.close()
        self._closed = True

    def _ask(self, request: dict[str, Any]) -> str:
        from jupyter_core.utils import ensure_event_loop

        if not self._listening:
            self._listening = True
            self._loop = ensure_event_loop()
            self._loop.add_reader(self._socket.fileno(), self._receive)
        self._unanswered += 1
        data = pickle.dumps(request)
        with contextlib.suppress(OSError):  # of a dead kernel nbclient learns by is_alive
            self._socket.sendall(_SIZE.pack(len(data)) + data)
        return str(request["header"]["msg_id"])

    def _receive(self) -> None:
        try:
            data = self._socket.recv(1 << 20)
        except OSError:
            data = b""
        if not data:
            self.mailbox.show()
            self._loop.remove_reader(self._socket.fileno())
            self._listening = False
            return
        self._received += data
        while len(self._received) >= _SIZE.size:
            (size,) = _SIZE.unpack_from(self._received)
            end = _SIZE.size + size
            if len(self._received) < end:
                break
            channel, message = pickle.loads(self._received[_SIZE.size : end])
            self._unanswered -= channel == "shell"
            self.mailbox.put(channel, message)
            del self._received[:end]
        if self.mailbox.has_waiting and self._overdue is None:
            self._overdue = self._loop.call_later(FLUSH_AFTER, self._show_overdue)

    def _show_overdue(self) -> None:
        self._overdue = None
        self.mailbox.show()


def _serve(connection: socket.socket, inherited: socket.socket | None) -> None:
    """The kernel's process: answer requests until the other end is closed."""
    if inherited is not None:
        inherited.close()  # otherwise the other end would never be seen closed
    lead_own_group()
    atexit._clear()  # the hooks of the process that was forked are not ours to run
    lock = threading.Lock()

    def deliver(channel: str, message: dict[str, Any]) -> None:
        data = pickle.dumps((channel, message))
        with lock:
            connection.sendall(_SIZE.pack(len(data)) + data)

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(_answer_all(connection, deliver))
    atexit._run_exitfuncs()
    os._exit(0)


async def _answer_all(connection: socket.socket, deliver: Deliver) -> None:
    kernel = make_kernel(deliver)
    while not kernel.exit_asked:
        head = await _read(connection, _SIZE.size)
        if not head:
            return
        (size,) = _SIZE.unpack(head)
        await kernel.answer(pickle.loads(await _read(connection, size)))


async def _read(connection: socket.socket, size: int) -> bytes:
    """Exactly so many bytes, or none when the other end is closed. Tasks of the notebook run on."""
    data = b""
    loop = asyncio.get_running_loop()
    while len(data) < size:
        ready = asyncio.Event()
        loop.add_reader(connection.fileno(), ready.set)
        try:
            await ready.wait()
            part = connection.recv(size - len(data))
        except ConnectionError:
            return b""
        finally:
            loop.remove_reader(connection.fileno())
        if not part:
            return b""
        data += part
    return data
