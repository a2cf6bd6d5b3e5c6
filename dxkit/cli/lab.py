"""The command that opens JupyterLab."""

from __future__ import annotations

import os

import click

from dxkit.cli.session import CANNOT_START, DONE, Session, common_options


@click.command(context_settings={"ignore_unknown_options": True})
@common_options
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def lab(
    campaign: str | None, raw: str | None, out: str | None, lang: str, arguments: tuple[str, ...]
) -> int:
    """Open JupyterLab on the notebooks; further ARGUMENTS go to JupyterLab."""
    from dxkit.report.explore.lab import open_lab

    session = Session(campaign, raw, out, lang)
    for name, folder in (("DXKIT_RAW", session.project.raw), ("DXKIT_OUT", session.project.out)):
        if folder is not None:
            os.environ[name] = str(folder)
    return DONE if open_lab(session.project.root, lang, arguments) == 0 else CANNOT_START
