"""What can be wrong with a campaign folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CampaignProblem:
    """One thing wrong in a campaign folder. ``line`` is 1-based, 0 for the whole file.

    The text lives in the message files under ``campaign.<code>``.
    """

    code: str
    file: str
    line: int = 0
    values: Mapping[str, object] = field(default_factory=dict)


class CampaignError(Exception):
    """The campaign folder cannot be used; ``problems`` lists everything that is wrong with it."""

    def __init__(self, problems: tuple[CampaignProblem, ...]) -> None:
        super().__init__(
            "; ".join(f"{p.file}:{p.line}: {p.code} {dict(p.values)}" for p in problems)
        )
        self.problems = problems
