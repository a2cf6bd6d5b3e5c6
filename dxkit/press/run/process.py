"""A kernel in a process of its own."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import multiprocessing
import os
import pickle
import signal
import socket
import struct
import threading
from typing import Any

from dxkit.press.run.kernel import Deliver
from dxkit.press.run.mailbox import FLUSH_AFTER, KernelClient
from dxkit.press.run.processes import can_fork, kill_group, lead_own_group, signal_group
from dxkit.press.run.start import import_kernel, started_kernel

_SIZE = struct.Struct("!Q")


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
        with lock, contextlib.suppress(ConnectionError):  # nobody may be listening any more
            connection.sendall(_SIZE.pack(len(data)) + data)

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(_answer_all(connection, deliver))
    atexit._run_exitfuncs()
    os._exit(0)


async def _answer_all(connection: socket.socket, deliver: Deliver) -> None:
    kernel = started_kernel(deliver)
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
