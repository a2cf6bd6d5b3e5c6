"""Commands in processes of their own that are forked from the tests', where all is imported and
warm: begun in no time, where a new interpreter takes two seconds before it reads a word.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import NoReturn

from dxkit.cli import main
from dxkit.period.opening import open_period


class Forked:
    """``dxkit WORDS...`` as ``subprocess.Popen`` runs it, whose names these are; ``before`` is done
    in its process first. For tests that are not about starting, on machines that fork.
    """

    def __init__(
        self, *words: str, before: Callable[[], None] = lambda: None, **environment: str
    ) -> None:
        self.returncode: int | None = None
        self._streams = [os.memfd_create("said") for _ in range(2)]
        self.pid = os.fork()
        if not self.pid:
            self._become(list(words), before, environment)

    def _become(
        self, words: list[str], before: Callable[[], None], environment: dict[str, str]
    ) -> NoReturn:
        code: object = 70
        try:
            os.environ.update(environment)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            for number, stream in enumerate(self._streams, 1):
                os.dup2(stream, number)
            sys.stdout, sys.stderr = (os.fdopen(n, "w", encoding="utf-8") for n in (1, 2))
            gc.freeze()  # what the tests have made is not looked through, and thereby copied
            open_period.cache_clear()  # a new interpreter has opened nothing
            before()
            main(words)
        except SystemExit as ended:
            code = ended.code
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code if isinstance(code, int) else 70)

    def said(self) -> list[str]:
        """What it has written so far: into the stream of results, into that of messages."""
        read = (os.pread(stream, os.fstat(stream).st_size, 0) for stream in self._streams)
        return [content.decode("utf-8", "replace") for content in read]

    def poll(self) -> int | None:
        """Its exit code, or that of the signal that ended it, below 0; None while it lives."""
        if self.returncode is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def communicate(self, timeout: float = 300) -> list[str]:
        """What it said, once it has ended."""
        end = time.monotonic() + timeout
        while self.poll() is None:
            if time.monotonic() > end:
                self.kill()
                os.waitpid(self.pid, 0)
                raise TimeoutError(self.said())
            time.sleep(0.005)
        said = self.said()
        for stream in self._streams:
            os.close(stream)
        return said

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)
