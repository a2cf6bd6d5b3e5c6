"""Help and mistakes are told in the office's language, for every command and all that it takes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest

from dxkit.cli import cli, run
from dxkit.cli.session import told
from dxkit.report.wording.language import load_language


def commands(group: click.Group, *above: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """All commands below a group, each with the words that call it."""
    for name, command in group.commands.items():
        yield (*above, name), command
        if isinstance(command, click.Group):
            yield from commands(command, *above, name)


ALL = {(): cli, **dict(commands(cli))}


def help_of(names: tuple[str, ...], code: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert run([*names, "--lang", code, "--help"] if names else ["--help", "--lang", code]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return re.sub(r"\s+", " ", captured.out)


@pytest.mark.parametrize("names", ALL, ids=" ".join)
def test_each_command_is_told_with_all_that_it_takes(
    names: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    for code in ("vi", "en"):
        text, words = help_of(names, code, capsys), load_language(code).sections["help"]
        assert words["_".join(names) or "dxkit"] in text
        for parameter in ALL[names].params:
            is_option = isinstance(parameter, click.Option)
            for one in parameter.opts if is_option else [parameter.human_readable_name.upper()]:
                assert one in text
            name = "version" if "--version" in parameter.opts else parameter.name or ""
            assert told(load_language(code), names, name) in text
            if name in ("campaign", "raw", "out", "lang"):
                assert words[name] in text
        for name in getattr(ALL[names], "commands", {}):
            assert words["_".join([*names, name])] in text
        if code == "vi":
            assert not re.search(r"\b(Usage|Options|Commands|Arguments|Show|required|the)\b", text)
            assert text.startswith(f"Cách dùng: {' '.join(['dxkit', *names])} [TÙY CHỌN]")


def test_every_word_of_the_help_is_used_and_translated() -> None:
    vi, en = (load_language(code).sections["help"] for code in ("vi", "en"))
    used = {"usage", "of_options", "of_command", "arguments", "options", "commands", "required"}
    used |= {"dxkit", "help", "version"}
    for names, command in ALL.items():
        own = "_".join(names)
        used.add(own or "dxkit")
        for parameter in command.params:
            shared = parameter.name or ""
            used.add(f"{own}_{shared}" if f"{own}_{shared}" in vi else shared)
    assert used == set(vi)
    assert [key for key in vi if vi[key] == en[key]] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["report", "--force=1"], "sau --force không được ghi giá trị"),
        (["new", "campaign", "x", "--hamlets=1"], "sau --hamlets không được ghi giá trị"),
        (["new", "--campaign"], "sau --campaign phải ghi một giá trị"),
        (["check", "--help=yes"], "sau --help không được ghi giá trị"),
        (["check", "--form"], "sau --form phải ghi một giá trị"),
        (["publish", "2022-Q4", "--by", "A"], "còn thiếu --state"),
        (["--lang", "fr"], "--lang phải là một trong: en, vi"),
        (["--lang"], "sau --lang phải ghi một giá trị"),
        (["--level", "commune"], "không có tùy chọn --level"),
        (["--lang", "en", "chekc"], "there is no command chekc (similar: check)"),
        (["--lang", "en", "--campaign", "x", "rank"], 'There is no campaign "x"'),
        (["--campaign", "x", "rank", "--campaign", "y"], 'Không có chiến dịch "y"'),
        (["--campaign", "x"], 'Không có chiến dịch "x"'),
    ],
)
def test_mistakes_are_told_in_the_language_asked_for(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err.count("\n")) == ("", 1)
    assert words in captured.err
