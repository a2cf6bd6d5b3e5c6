"""A papermill engine that runs a notebook without starting a kernel over sockets.

``papermill --engine dxkit`` works on any Python notebook. The notebook runs in a fork of a process
that has the kernel imported; where a fork is not safe, in a process started anew. A batch, which
gives each notebook a process of its own, says ``start="here"`` and spares the second one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from papermill.engines import Engine


class DxkitEngine(Engine):
    """The stock engine's client, on a kernel of another kind."""

    @classmethod
    def execute_notebook(cls, nb: Any, kernel_name: str, *args: Any, **kwargs: Any) -> Any:
        """As the stock engine; raises ValueError for a kernel that is not Python."""
        from tqdm import tqdm

        language = nb.metadata.get("kernelspec", {}).get("language", "python")
        if language != "python":
            raise ValueError(f"the dxkit engine runs Python notebooks, not {language}")
        interval, tqdm.monitor_interval = tqdm.monitor_interval, 0  # its thread forbids a fork
        try:
            return super().execute_notebook(nb, kernel_name, *args, **kwargs)
        finally:
            tqdm.monitor_interval = interval

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        start: str = "",
        execution_timeout: int | None = None,
        **kwargs: Any,
    ) -> None:
        """Run the managed notebook up to its end or the first cell that fails.

        ``start`` is ``fork``, ``spawn``, ``here``, or empty for the best that is safe.
        """
        client = client_class()(nb_man, start, _for_client(execution_timeout, kwargs))
        client.execute()


def _for_client(execution_timeout: int | None, options: dict[str, Any]) -> dict[str, Any]:
    """The stock engine's options as its client knows them."""
    kept_back = ("input_path", "timeout", "startup_timeout", "start_timeout")
    chosen = {name: value for name, value in options.items() if name not in kept_back}
    return {**chosen, "timeout": execution_timeout or options.get("timeout")}


@lru_cache(maxsize=1)
def client_class() -> Any:
    """The client, made on first use: papermill imports every engine that is installed."""
    from papermill.clientwrap import PapermillNotebookClient
    from papermill.log import logger

    from dxkit.press.run.here import KernelHere
    from dxkit.press.run.process import KernelProcess

    class Client(PapermillNotebookClient):
        """papermill's own client; only what starts and ends the kernel differs."""

        def __init__(self, nb_man: Any, start: str, options: dict[str, Any]) -> None:
            super().__init__(nb_man, log=logger, **options)
            self._start = start

        @contextmanager
        def setup_kernel(self, **kwargs: Any) -> Iterator[None]:
            """A kernel for as long as the notebook runs."""
            kernel = KernelHere() if self._start == "here" else KernelProcess(self._start)
            self.km = self.kc = kernel
            try:
                yield
            finally:
                kernel.close()

    return Client
