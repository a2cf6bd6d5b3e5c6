"""A kernel in this very process."""

from __future__ import annotations

import atexit
import contextlib
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from dxkit.press.run.mailbox import KernelClient
from dxkit.press.run.start import started_kernel


class KernelHere(KernelClient):
    """A kernel in this very process, for a process that was made for one notebook."""

    def __init__(self) -> None:
        super().__init__()
        self._kernel = started_kernel(self.mailbox.put)
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
