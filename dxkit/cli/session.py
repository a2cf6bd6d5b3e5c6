"""What every command works with: project, campaign, period, language and exit codes, and help in
the office's language: what commands, arguments and options do stands in its words.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import errno
import functools
import itertools
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dxkit.model.text import visible

if TYPE_CHECKING:
    from dxkit.campaign.project import Project, Publication
    from dxkit.model.campaign import Campaign, CampaignError
    from dxkit.model.observations import Mistake
    from dxkit.model.units import Unit, UnitRegistry
    from dxkit.period import OpenPeriod
    from dxkit.press.run.changed_figures import PublishedChanges
    from dxkit.report.wording.language import Language


_Command = TypeVar("_Command", bound=Callable[..., int])
DONE, DONE_WITH_ERRORS, CANNOT_START = 0, 1, 2
_PLAIN = re.compile(r"[\w.:/\\-]+")  # what no shell takes for anything else
_WRITE_FAILURES = {
    errno.ENOSPC: "no_space", errno.EDQUOT: "no_space",
    errno.EROFS: "read_only", errno.EACCES: "read_only", errno.EPERM: "read_only",
}  # fmt: skip


def tell(line: str, err: bool = False) -> None:
    """Print a line; what a file or a plan says in it is seen as it is, whatever it holds."""
    click.echo(visible(line), err=err)


class CannotStartError(Exception):
    """The command cannot do anything; the message is in the office's language."""


def languages() -> list[str]:
    """The languages the kit has words in: adding a folder adds one."""
    folders = files("dxkit.report.wording").iterdir()
    return sorted(folder.name for folder in folders if (folder / "cli.toml").is_file())


def with_session(command: Callable[..., int]) -> Callable[..., int]:
    """The options that every command has; the command is given the session they open."""

    @functools.wraps(command)
    def opened(
        campaign: str | None, raw: str | None, out: str | None, lang: str, **more: Any
    ) -> int:
        return command(Session(campaign, raw, out, lang, more.pop("as_of", "")), **more)

    return with_common_options(opened)


def with_common_options(command: _Command) -> _Command:
    """The options that choose project, campaign and language."""
    for option in (
        click.option("--lang", type=click.Choice(languages()), default="vi"),
        click.option("--out"),
        click.option("--raw"),
        click.option("--campaign"),
    ):
        command = option(command)
    return command


class Session:
    """What every command works with: project, campaign, period and language."""

    def __init__(
        self, campaign: str | None, raw: str | None, out: str | None, lang: str, as_of: str = ""
    ) -> None:
        from dxkit.campaign.project import Project, ProjectNotFoundError
        from dxkit.report.wording.language import load_language

        self.language: Language = load_language(lang)
        try:
            self.project: Project = Project.find(raw, out)
        except ProjectNotFoundError as error:
            raise self.refuse("no_project", text=str(error)) from error
        # The day is a command's that is asked for one, whatever the surroundings say.
        asked = self.day("as_of", as_of) if as_of else None
        self.project = dataclasses.replace(self.project, as_of=asked)
        if campaign is not None:
            self._known(campaign)
        self._named = campaign
        named = "" if lang == "vi" else lang
        options = {"campaign": campaign, "raw": raw, "out": out, "lang": named}
        self.given = "".join(
            f" --{name} {value}" if _PLAIN.fullmatch(value) else f' --{name} "{value}"'
            for name, value in options.items()
            if value
        )
        """The options of it that were given, as they are typed behind a command."""

    def day(self, name: str, text: str) -> datetime.date:
        """The day that is given with the option of that name."""
        from dxkit.model.keys import Day, MisfitError

        try:
            return datetime.date.fromisoformat(str(Day().read(text)))
        except MisfitError as error:
            values = {key: str(value) for key, value in error.values.items()}
            option = "--" + name.replace("_", "-")
            said = self.language.plain(f"campaign.{error.code}", key=option, **values)
            raise CannotStartError(said) from error

    @cached_property
    def campaign_id(self) -> str:
        """The campaign that the command is about; a command that needs none asks for none."""
        return self._named or self._default_campaign()

    def default_to(self, campaign: str) -> None:
        """Take a campaign that a file names where the command names none."""
        if self._named is None and campaign in self.project.campaigns:
            self._named = campaign

    @cached_property
    def campaign(self) -> Campaign:
        """Its plan."""
        from dxkit.campaign.folder import load_campaign
        from dxkit.model.campaign import CampaignError

        try:
            return load_campaign(self.project.campaign_folder(self.campaign_id))
        except CampaignError as error:
            raise self.refuse_plan("campaign_broken", error) from error

    def _default_campaign(self) -> str:
        """The campaign that is meant when none is named. Never one of several by chance: where
        there are several, the office has declared one, and which is said.
        """
        from dxkit.campaign.project import DEFAULT_CAMPAIGN, DefaultCampaignError

        available = self.project.campaigns
        declared, where = os.environ.get("DXKIT_CAMPAIGN"), "DXKIT_CAMPAIGN"
        if not declared:
            if len(available) == 1:
                return available[0]
            try:
                declared, where = self.project.default_campaign, DEFAULT_CAMPAIGN
            except DefaultCampaignError as error:
                raise self.refuse("default_broken", text=DEFAULT_CAMPAIGN) from error
        if not declared:
            key = "campaign_unnamed" if available else "no_campaign"
            folder = self.project.root / "data" / "campaigns"
            raise self.refuse(key, text=folder, available=", ".join(available))
        self._known(declared, where)
        if len(available) > 1:
            tell(self.say("campaign_default", text=declared, where=where), err=True)
        return declared

    def _known(self, campaign: str, where: str = "--campaign") -> None:
        available, folder = self.project.campaigns, self.project.campaign_folder(campaign)
        if campaign in available:
            return
        if any(one.name == campaign and one.is_dir() for one in folder.parent.glob("*")):
            raise self.refuse("campaign_without_plan", text=folder)
        named = ", ".join(available) or "–"
        raise self.refuse("campaign_unknown", text=campaign, where=where, available=named)

    def say(self, key: str, /, **values: object) -> str:
        """A text of the command line."""
        return self.language.plain(
            f"cli.{key}", **{name: str(value) for name, value in values.items()}
        )

    def refuse(self, key: str, /, **values: object) -> CannotStartError:
        """The error that says why nothing can be done."""
        return CannotStartError(self.say(key, **values))

    def refuse_plan(self, key: str, error: CampaignError) -> CannotStartError:
        """The same of a plan, with all that keeps it from being read."""
        from dxkit.report.wording.findings import problem_lines

        lines = (f"\n  {line}" for line in problem_lines(error, self.language))
        return CannotStartError(self.say(key) + "".join(lines))

    def finding_lines(self, mistakes: Iterable[Mistake], units: UnitRegistry) -> Iterator[str]:
        """Findings in words, each behind its cell, with the cells of what follows from it."""
        from dxkit.report.wording.findings import finding_text, names_in_findings, what_follows

        names = names_in_findings(self.campaign, units, self.language)
        for finding, consequences in mistakes:
            text = finding_text(finding, self.language, names)
            also = what_follows(finding, consequences, self.language)
            yield f"{finding.address}: {text} {also}".rstrip()

    def folder(self, period_id: str) -> Path:
        """The folder of a period's outputs."""
        return self.project.output_folder(self.campaign_id, period_id)

    def planned_period(self, period_id: str | None) -> str:
        """The period asked for, or the newest with raw files, or the last where none has any."""
        is_alone = period_id is None and not self.project.periods_with_raw(self.campaign)
        if is_alone or period_id in [period.id for period in self.campaign.periods]:
            return period_id or self.campaign.reported[-1].id
        return self.period(period_id)

    def reported_period(self, period_id: str | None) -> str:
        """The same, of those that somebody reports: none that is made of others."""
        found = self.planned_period(period_id)
        if self.campaign.period(found).of:
            leaves = ", ".join(leaf.id for leaf in self.campaign.leaves(found))
            raise self.refuse("period_of_others", text=found, available=leaves)
        return found

    def period(self, period_id: str | None) -> str:
        """The period asked for, or the newest with raw files."""
        known = [period.id for period in self.campaign.periods]
        if period_id is not None and period_id not in known:
            known_ids = ", ".join(known)
            raise self.refuse(
                "period_unknown", text=period_id, campaign=self.campaign.id, available=known_ids
            )
        with_raw = self.project.periods_with_raw(self.campaign)
        if period_id is None:
            if not with_raw:
                folder = self.project.raw or self.project.raw_folder(self.campaign.id)
                raise self.refuse("no_raw", text=folder)
            return self._explained(with_raw[-1])
        if period_id not in with_raw:
            from dxkit.workbooks.raw_folder import raw_files

            folder = self.project.period_folder(self.campaign.id, period_id)
            if not (raw_files(folder) or self.project.has_raw(self.campaign, period_id)):
                raise self.refuse("raw_empty", text=folder)
        return self._explained(period_id)

    def _explained(self, period_id: str) -> str:
        """The same, where successions.csv tells of all that changed until the day asked for."""
        day = self.project.as_of
        if day is not None and (units := self.campaign.unexplained(period_id, day)):
            named = ", ".join(f"{unit.name} ({unit.code})" for unit in units[:3])
            values = {"number": len(units), "available": named + ", …" * (len(units) > 3)}
            raise self.refuse("as_of_unexplained", text=period_id, day=day, **values)
        return period_id

    def published(self, period_id: str) -> tuple[Publication, ...]:
        """The publications of a period, the latest last."""
        from dxkit.campaign.project import publications

        return publications(self.project, self.campaign_id, period_id)

    def publication(self, period_id: str, number: int | None) -> Publication:
        """The publication with a number, or the latest."""
        known = self.published(period_id)
        found = [one for one in known if number in (one.number, None)]
        if not found:
            key = "publication.unknown" if known else "publication.none_yet"
            named = {"period": period_id, "number": str(number)}
            available = ", ".join(one.id for one in known)
            raise CannotStartError(self.language.plain(key, **named, available=available))
        return found[-1]

    def open(self, period_id: str) -> OpenPeriod:
        """The period, read and analysed."""
        from dxkit.period.opening import open_period

        with self.writing_to(self.folder(period_id)):
            return open_period(self.project, self.campaign.id, period_id)

    @contextlib.contextmanager
    def writing(self, period_id: str) -> Iterator[None]:
        """Within it this command alone writes the campaign's outputs. Outputs that another one is
        writing, that cannot be locked or not be written, end it with one clear sentence.
        """
        from dxkit.workbooks.atomic import only_writer

        with self.writing_to(self.folder(period_id)), only_writer(self.folder(period_id).parent):
            yield

    @contextlib.contextmanager
    def writing_to(self, where: Path) -> Iterator[None]:
        """Within it, what cannot be written ends the command with one clear sentence."""
        from dxkit.workbooks.atomic import BusyError, InUseError, LockError

        try:
            yield
        except BusyError as error:
            raise self.refuse("busy", text=error) from error
        except LockError as error:
            raise self.refuse("cannot_lock", text=error.filename, reason=error.strerror) from error
        except InUseError as error:
            raise self.refuse("file_in_use", text=error.filename) from error
        except OSError as error:
            key = _WRITE_FAILURES.get(error.errno or 0, "cannot_write")
            raise self.refuse(
                key, text=error.filename or where, reason=error.strerror or error
            ) from error

    def unit(self, text: str, period_id: str) -> str:
        """The code of the unit that a code or a name, with or without accents, means; also of one
        that only the workbooks of the period name.
        """
        from dxkit.model.text import fold

        day = self.project.as_of or self.campaign.period(period_id).last_day
        units = self.campaign.units.on(day)
        known = {unit.code for unit in units.units}
        known |= {fold(name) for unit in units.units for name in (unit.name, unit.bare_name)}
        if text not in known and fold(text) not in known:
            for above, level in itertools.pairwise(self.campaign.levels):
                codes = tuple(f"{unit.code}-" for unit in units.at_level(above.id))
                prefixes = tuple(f"{fold(prefix)} " for prefix in level.prefixes)
                if level.open and (text.startswith(codes) or fold(text).startswith(prefixes)):
                    units = self.open(period_id).received.units
                    break
        if text in units:
            return text
        for name in ("name", "bare_name"):
            named = [unit for unit in units.units if fold(getattr(unit, name)) == fold(text)]
            if len(named) == 1:
                return named[0].code
            if named:
                some = [f"{u.code} {u.name}{_within(units.parent(u.code))}" for u in named[:8]]
                some += ["…"] * (len(named) > 8)
                raise self.refuse("unit_ambiguous", text=text, available="; ".join(some))
        alike = [u for u in units.units if fold(text) and fold(text) in fold(u.name)]
        alike += units.children(text.partition("-")[0]) if "-" in text else []
        some = [f"{u.code} {u.name}" for u in alike or units.at_level(self.campaign.report_level)]
        raise self.refuse("unit_unknown", text=text, available=", ".join(some[:8]))

    def own_notebook(self, named: Path, period_id: str) -> Path:
        """A notebook by its path or its name in notebooks/. From here on, outputs are apart from
        those of the office's own reports.
        """
        from dxkit.model.choices import RefusedError
        from dxkit.press.run.plan import own_notebook

        with self.writing_to(self.folder(period_id)):
            try:
                found = own_notebook(self.project, self.campaign.id, period_id, named)
            except RefusedError as error:
                raise self.refuse(error.reason, **error.values) from error
        self.project, notebook = found
        return notebook

    def level(self, text: str) -> str:
        """A level's id, checked."""
        known = [level.id for level in self.campaign.levels]
        if text and text not in known:
            raise self.refuse("level_unknown", text=text, available=", ".join(known))
        return text

    def published_lines(self, changes: PublishedChanges, most: int) -> Iterator[str]:
        """Which numbers on pages in place, or in a publication, are no longer so, and what
        changed.
        """
        from dxkit.report.wording.changes import published_text

        yield from published_text(
            changes.pages, changes.inputs, changes.publication, self.campaign, self.language, most
        )


def _within(above: Unit | None) -> str:
    return f" ({above.name})" if above else ""


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
