"""The command line: a thin skin over intake and press. No traceback reaches a user."""

from __future__ import annotations

import gc
import itertools
import os
import sys
import tempfile
import time
import traceback
from pathlib import Path

import click

from dxkit.cli.check import check
from dxkit.cli.commands import demo, explain, lab, rank, verify
from dxkit.cli.report import report
from dxkit.cli.session import CANNOT_START, DONE, DONE_WITH_ERRORS, CannotStartError, languages
from dxkit.cli.usage_errors import mistake


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dxkit")
def cli() -> None:
    """Workbooks of a quarter become one traceable page per unit."""


for _command in (report, check, rank, explain, verify, demo, lab):
    cli.add_command(_command)


def main(arguments: list[str] | None = None) -> None:
    """Run a command and exit with its code: 0 done, 1 done with errors, 2 cannot start."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    code = run(sys.argv[1:] if arguments is None else arguments)
    gc.freeze()  # or Python looks through all facts for cycles as it ends, which takes a second
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run a command; returns its exit code and lets no traceback through."""
    from dxkit.press.run.processes import stay_single_threaded

    stay_single_threaded()  # before anything imports numpy
    from dxkit.report.wording.language import load_language

    language = load_language(_language_asked_for(arguments))
    try:
        code = cli.main(arguments, prog_name="dxkit", standalone_mode=False)
        return int(code or DONE)
    except CannotStartError as error:
        click.echo(str(error), err=True)
    except click.ClickException as error:
        click.echo(mistake(error, language), err=True)
    except (KeyboardInterrupt, click.Abort):
        click.echo(language.plain("cli.interrupted"), err=True)
        return DONE_WITH_ERRORS
    except Exception:
        name = f"dxkit-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.log"
        log = Path(tempfile.gettempdir()) / name
        log.write_text(traceback.format_exc(), "utf-8")
        click.echo(language.plain("cli.unexpected", text=str(log)), err=True)
    return CANNOT_START


def _language_asked_for(arguments: list[str]) -> str:
    pairs = itertools.pairwise(arguments)
    named = [after for option, after in pairs if option == "--lang"]
    named += [a.removeprefix("--lang=") for a in arguments if a.startswith("--lang=")]
    return named[-1] if named and named[-1] in languages() else "vi"
