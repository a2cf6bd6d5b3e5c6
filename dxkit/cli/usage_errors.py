"""What is wrong with a command as it was typed, in the office's language."""

from __future__ import annotations

import re

import click
from click.exceptions import NoSuchCommand

from dxkit.report.wording.language import Language

_EXTRA = re.compile(r"unexpected extra arguments? \((.+)\)")  # click has no class for these


def mistake(error: click.ClickException, language: Language) -> str:
    """One sentence; of a rare mistake it quotes click, which speaks English."""
    match error:
        case NoSuchCommand():
            said = language.plain("cli.no_command", text=error.command_name)
        case click.NoSuchOption():
            said = language.plain("cli.no_option", text=error.option_name)
        case click.BadOptionUsage():
            said = language.plain("cli.no_value", text=error.option_name)
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
