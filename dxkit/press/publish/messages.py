"""The results of a unit as messages: for Zalo, for SMS, to be read out. They are made of whole
sentences of the catalogue, most important first, as many as there is room for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from dxkit.campaign.project import stated
from dxkit.model.text import harmless, in_code_page
from dxkit.period import OpenPeriod
from dxkit.report.sentences.headlines import Thought, thoughts
from dxkit.report.sentences.unit_view import View
from dxkit.report.wording.language import Language, spoken
from dxkit.report.wording.sentences import Writer


class Channel(NamedTuple):
    """How a message is sent: at most ``longest`` letters, ``between`` its sentences."""

    longest: int
    between: str


CHANNELS = {
    "zalo": Channel(500, "\n"),
    "sms": Channel(160, " "),
    "loudspeaker": Channel(1000, "\n"),
}
_TWICE = frozenset("^{}[]~|\\")
"""Letters that take the room of two in an SMS."""


class NoMessageError(ValueError):
    """No sentence on the unit is short enough."""


@dataclass(frozen=True, slots=True)
class _Message:
    """A message that grows while there is room."""

    channel: str
    lines: list[str]

    def __str__(self) -> str:
        text = CHANNELS[self.channel].between.join(self.lines)
        if self.channel == "sms":  # with other letters it would hold seventy
            text = "".join(c if c.isascii() else in_code_page(c, "ascii") for c in text)
        return text.replace("`", "'") if self.channel == "sms" else text

    def takes(self, line: str) -> bool:
        """Whether there was room for a line, which it then has."""
        self.lines.append(line)
        text = str(self)
        twice = sum(letter in _TWICE for letter in text) if self.channel == "sms" else 0
        if len(text) + twice <= CHANNELS[self.channel].longest:
            return True
        self.lines.pop()
        return False


def message_of(channel: str, opened: OpenPeriod, unit_code: str, language: Language) -> str:
    """The message on a unit, with what must be known of its figures. Raises NoMessageError."""
    if channel == "loudspeaker":
        language = spoken(language)
    unit = opened.analysis.units.get(unit_code)
    writer = Writer(opened.campaign, opened.analysis.units, language)
    message = _Message(channel, [*warnings_of(channel, opened, language)])
    if channel != "sms":
        names = {"unit": harmless(language.unit(unit))}
        names["period"] = language.period(opened.analysis.period.id)
        key = "spoken" if channel == "loudspeaker" else "results"
        message.lines.insert(0, language.plain(f"message.{key}", **names))
    told = thoughts(View(opened.analysis, unit))
    first, passed = next(told, None), False
    if first is None or not _say(first, message, writer):  # it names the unit
        raise NoMessageError
    for thought in told:
        if not (thought.step and passed):
            passed |= not _say(thought, message, writer) and thought.step
    return str(message)


def _say(thought: Thought, message: _Message, writer: Writer) -> bool:
    """Add a thought in the fullest way that there is room for, then what follows; in an SMS in the
    shortest way that gives a number, if any does, for there the next thing matters more.
    """
    ways = thought.ways
    if message.channel == "sms" and all(fact.known for _, fact in ways[-1].facts):
        ways = ways[::-1]
    if not any(message.takes(harmless(writer.plain(claim), 2000)) for claim in ways):
        return False
    for claim in thought.follows:
        if not message.takes(harmless(writer.plain(claim), 2000)):
            break
    return True


def warnings_of(channel: str, opened: OpenPeriod, language: Language) -> Iterator[str]:
    """That the figures are simulated; the state of the publication."""
    publication = stated(opened.project, opened.campaign.id, opened.analysis.period.id)
    if publication is not None:
        state = language.plain(f"publication.{publication.state}")
        is_spoken = channel == "loudspeaker"
        said = language.plain("message.spoken_state", state=state)
        yield said if is_spoken else f"{state.upper()}."
    if opened.received.simulated_files:
        key = {"sms": "simulated_short", "loudspeaker": "spoken_simulated"}.get(
            channel, "simulated"
        )
        yield language.plain(f"message.{key}")
