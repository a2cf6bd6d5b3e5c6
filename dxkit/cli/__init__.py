"""The command line: a thin skin over intake and press. No traceback reaches a user."""

from __future__ import annotations

import codecs
import contextlib
import gc
import itertools
import os
import re
import sys
import traceback
from collections.abc import Iterator
from typing import TYPE_CHECKING
from unicodedata import normalize

import click
from click.exceptions import NoSuchCommand

from dxkit.cli.commands import demo, explain, lab, rank, sample
from dxkit.cli.forms import accept, form, remind
from dxkit.cli.new import new
from dxkit.cli.proof import changes, publish, verify
from dxkit.cli.report import check, report
from dxkit.cli.session import (
    CANNOT_START,
    DONE,
    DONE_WITH_ERRORS,
    CannotStartError,
    Group,
    Session,
    languages,
    tell,
    with_common_options,
)
from dxkit.cli.status import show_status
from dxkit.model.text import in_code_page

if TYPE_CHECKING:
    from dxkit.report.wording.language import Language

_EXTRA = re.compile(r"unexpected extra arguments? \((.+)\)")  # click has no class for these
_NO_VALUE = "does not take a value"  # as it says of a flag, by the same class as of other options


@click.group(
    cls=Group, invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip
@click.version_option(package_name="dxkit", message="%(prog)s %(version)s")
@with_common_options
@click.pass_context
def cli(context: click.Context, /, **given: str) -> int:
    """Say where the quarter stands; what is given before a command is given to it."""
    if context.invoked_subcommand is not None:
        context.default_map = dict.fromkeys(cli.commands, given)
        return DONE
    return show_status(Session(**given))


for _command in (new, form, report, check, remind, accept, rank, explain, sample, verify,
                 publish, changes, demo, lab):  # fmt: skip
    cli.add_command(_command)


def main(arguments: list[str] | None = None) -> None:
    """Run a command and exit with its code: 0 done, 1 done with errors, 2 cannot start."""
    arguments = sys.argv[1:] if arguments is None else arguments
    with all_letters_shown(arguments):
        code = run(arguments)
    from dxkit.workbooks.processes import ignore_stops

    ignore_stops()
    gc.freeze()  # or Python looks through all facts for cycles as it ends, which takes a second
    sys.exit(code)


@contextlib.contextmanager
def all_letters_shown(arguments: list[str]) -> Iterator[None]:
    """Within it the streams are UTF-8, or what PYTHONIOENCODING names: then the nearest that it has
    stands for letters that it lacks, and at the end it is told that it lacked some.
    """
    named = os.environ.get("PYTHONIOENCODING", "").partition(":")[0]
    lacking: list[str] = []

    def nearest(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeEncodeError)
        letters = error.object[error.start : error.end]
        written = "".join(in_code_page(letter, named or "utf-8") for letter in letters)
        if normalize("NFC", written) != normalize("NFC", letters):
            lacking.append(letters)
        return written, error.end

    codecs.register_error("nearest", nearest)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding=None if named else "utf-8", errors="nearest")
    yield
    if named and lacking:
        from dxkit.report.wording.language import load_language

        language = load_language(_language_asked_for(arguments))
        tell(language.plain("cli.letters_lacking", text=named), err=True)


def run(arguments: list[str]) -> int:
    """Run a command; returns its exit code and lets no traceback through."""
    from dxkit.workbooks.processes import (
        keep_log,
        raise_stop,
        stay_single_threaded,
        stops_handled_by,
    )

    stay_single_threaded()  # before anything imports numpy
    from dxkit.report.wording.language import load_language

    language = load_language(_language_asked_for(arguments))
    with stops_handled_by(raise_stop):  # all as Ctrl-C
        try:
            code = cli.main(arguments, prog_name="dxkit", standalone_mode=False, obj=language)
            return int(code or DONE)
        except CannotStartError as error:
            tell(str(error), err=True)
        except click.ClickException as error:
            tell(_mistake(error, language), err=True)
        except (KeyboardInterrupt, click.Abort):
            tell(language.plain("cli.interrupted"), err=True)
            return DONE_WITH_ERRORS
        except Exception:
            log = keep_log(traceback.format_exc())
            tell(language.plain("cli.unexpected", text=str(log)), err=True)
        return CANNOT_START


def _language_asked_for(arguments: list[str]) -> str:
    pairs = itertools.pairwise(arguments)
    named = [after for option, after in pairs if option == "--lang"]
    named += [a.removeprefix("--lang=") for a in arguments if a.startswith("--lang=")]
    return named[-1] if named and named[-1] in languages() else "vi"


def _mistake(error: click.ClickException, language: Language) -> str:
    """One sentence; of a rare mistake it quotes click, which speaks English."""
    match error:
        case NoSuchCommand():
            said = language.plain("cli.no_command", text=error.command_name)
        case click.NoSuchOption():
            said = language.plain("cli.no_option", text=error.option_name)
        case click.BadOptionUsage():
            key = "takes_no_value" if _NO_VALUE in error.format_message() else "no_value"
            said = language.plain(f"cli.{key}", text=error.option_name)
        case click.MissingParameter():
            said = language.plain("cli.missing", text=_name(error.param))
        case click.BadParameter():
            said = _bad_value(error.param, language)
        case _ if extra := _EXTRA.search(error.format_message()):
            said = language.plain("cli.extra", text=extra[1])
        case _:
            said = error.format_message().rstrip(".")
    alike = getattr(error, "possibilities", None)
    if alike:
        said = language.plain("cli.alike", text=said, available=", ".join(sorted(alike)))
    return language.plain("cli.usage", text=said)


def _bad_value(parameter: click.Parameter | None, language: Language) -> str:
    kind, name = parameter.type if parameter else None, _name(parameter)
    match kind:
        case click.Choice():
            choices = ", ".join(map(str, kind.choices))
            return language.plain("cli.no_choice", text=name, available=choices)
        case click.IntRange():
            return language.plain("cli.no_whole_number", text=name, available=str(kind.min))
        case click.FloatRange():
            return language.plain("cli.no_number", text=name, available=str(kind.min))
    return language.plain("cli.bad_value", text=name)


def _name(parameter: click.Parameter | None) -> str:
    """As it is typed: the long form of an option, an argument in capitals."""
    if parameter is None:
        return ""
    if isinstance(parameter, click.Argument):
        return parameter.human_readable_name.upper()
    return max(parameter.opts, key=len)
