"""Help in the office's language: what commands, arguments and options do stands in its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dxkit.report.wording.language import Language

_COMMON = ("campaign", "raw", "out", "lang")


class Command(click.Command):
    """A command that is told of in the language which the outermost context has as its object."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write usage, what it does, arguments and options."""
        _write_help(self, ctx, formatter)


class Group(click.Group):
    """The same with commands of its own."""

    command_class = Command

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write usage, what it does, options and commands."""
        _write_help(self, ctx, formatter)


def told(language: Language, names: Sequence[str], parameter: str = "") -> str:
    """What a command, by its names from the outermost, does, or what one of its parameters means:
    in the command's own words for it, or in those that all share. KeyError if there are none.
    """
    own = "_".join([*names, *filter(None, [parameter])])
    is_shared = parameter in _COMMON or own not in language.sections["help"]
    return language.plain(f"help.{parameter if is_shared else own}")


def _write_help(
    command: click.Command, context: click.Context, formatter: click.HelpFormatter
) -> None:
    from dxkit.report.wording.language import load_language

    language: Language = context.find_root().obj or load_language("vi")
    names = context.command_path.split()[1:]
    inner = command.commands if isinstance(command, click.Group) else {}
    declared = command.get_params(context)
    arguments = [p for p in declared if isinstance(p, click.Argument)]
    options = [p for p in declared if isinstance(p, click.Option)]
    options.sort(key=lambda option: option.name in _COMMON or "--help" in option.opts)
    usage = [language.plain("help.of_options"), *(a.make_metavar(context) for a in arguments)]
    usage += [language.plain("help.of_command")] * bool(inner)
    prefix = language.plain("help.usage") + " "
    formatter.write_usage(context.command_path, " ".join(usage), prefix=prefix)
    formatter.write_paragraph()
    with formatter.indentation():
        formatter.write_text(told(language, names or ["dxkit"]))
    sections = {
        "arguments": [
            (a.human_readable_name.upper(), told(language, names, a.name or "")) for a in arguments
        ],
        "options": [_record(language, names, option, context) for option in options],
        "commands": [(name, told(language, [*names, name])) for name in inner],
    }
    for name, rows in sections.items():
        if rows:
            with formatter.section(language.plain(f"help.{name}")):
                formatter.write_dl(rows)


def _record(
    language: Language, names: Sequence[str], option: click.Option, context: click.Context
) -> tuple[str, str]:
    """An option as it is typed, and what it means."""
    typed = ", ".join(option.opts)
    if isinstance(option.type, click.Choice):
        typed += f" {option.make_metavar(context)}"
    elif not option.is_flag:
        typed += " …"
    name = "version" if "--version" in option.opts else "help" if "--help" in option.opts else ""
    text = told(language, names, name or option.name or "")
    return typed, text + f" {language.plain('help.required')}" * option.required
