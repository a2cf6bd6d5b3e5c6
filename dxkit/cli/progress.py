"""How far a batch is, and why a page failed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from dxkit.cli.session import Session
    from dxkit.press.manifest import PageRecord


def reason_said(session: Session, reason: str) -> str:
    """Why a page failed: the kit's own reasons in words, an error's as it is."""
    code, _, detail = reason.partition(": ")
    if code in ("timed_out", "died", "leak", "unstable", "other_code"):
        return session.say(code, text=detail)
    return reason


class Progress:
    """A progress bar on a terminal, plain lines elsewhere."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._bar: Any = None
        self._total = self._done = self._failed = 0

    def start(self, number: int) -> None:
        """How many pages there are to make."""
        self._total = number
        if number and sys.stderr.isatty():
            from tqdm import tqdm

            tqdm.monitor_interval = 0  # no thread may live when the batch forks
            shape = (
                "{l_bar}{bar}| {n_fmt}/{total_fmt} [{elapsed} < {remaining}, {rate_fmt}{postfix}]"
            )
            label = self._session.say("progress")
            unit = " " + self._session.say("progress_unit")
            self._bar = tqdm(total=number, desc=label, unit=unit, bar_format=shape)

    def step(self, record: PageRecord) -> None:
        """One page is finished."""
        self._done += 1
        self._failed += record.status == "failed"
        if self._bar is not None:
            if self._failed:
                failures = self._session.say("progress_failed", count=self._failed)
                self._bar.set_postfix_str(failures, refresh=False)
            self._bar.update(1)
            return
        line = f"{self._session.say('progress')} {self._done}/{self._total}: {record.path}"
        if record.status == "failed":
            line += f" – {reason_said(self._session, record.reason)}"
        click.echo(line, err=True)

    def say(self, line: str) -> None:
        """A line of the command's answer, above the bar."""
        if self._bar is not None:
            self._bar.write(line)
        else:
            click.echo(line)

    def close(self) -> None:
        """The batch has ended."""
        if self._bar is not None:
            self._bar.close()
