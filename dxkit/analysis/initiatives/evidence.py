"""A plain grade for what a comparison is worth, with its reasons."""

from __future__ import annotations

from dataclasses import dataclass

from dxkit.analysis.initiatives.effect import Comparison

FEW_PLACES = 5
"""Under so many places compared, a difference may be one place's own story."""
MANY_PLACES = 8
FEW_DISTRICTS = 3
"""In fewer of them, what moved a whole district cannot be told from the initiative."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """``grade`` from A (solid) to D (nothing can be concluded); ``seems`` is ``helps``,
    ``harms`` or ``unknown``; ``reasons`` are codes of what holds the grade down, the weightiest
    first.
    """

    grade: str
    seems: str
    reasons: tuple[str, ...]

    @property
    def is_ground_to_go_on(self) -> bool:
        """Whether it allows to say where to try next: grade A or B."""
        return self.grade in ("A", "B")


def grade(comparison: Comparison) -> Evidence:
    """Grade a comparison.

    D: simulated figures, two periods only, no or too few comparable places, a difference that
    chance explains, or one that was there before the start. C: a difference, but only one period
    before, so neither trend nor the pull back to the mean can be checked, or a course before the
    start that was not tested over all periods, or places in fewer than three districts. B: the
    course before tested, but one period after, or few places. A: two or more periods after, at
    least eight places, nothing before the start.
    """
    interval = comparison.interval
    limits: list[tuple[str, str]] = []
    if comparison.panel.simulated:
        limits.append(("D", "simulated"))
    if interval is None:
        limits.append(("D", "no_places"))
        return _evidence(limits, "unknown")
    if len(comparison.sets) < FEW_PLACES:
        limits.append(("D", "few_places"))
    elif len(comparison.sets) < MANY_PLACES:
        limits.append(("B", "some_places"))
    if interval.excludes_nothing:
        limits.append(("D", "chance"))
    if comparison.earlier is not None and not comparison.earlier.excludes_nothing:
        limits.append(("D", "before_start"))
    if len(comparison.panel.periods) < 3:
        limits.append(("D", "two_periods"))
    elif comparison.periods_before < 2:
        limits.append(("C", "one_before"))
    elif not comparison.earlier_is_whole:
        limits.append(("C", "course_untested"))
    if comparison.periods_before >= 2 and comparison.periods_after < 2:
        limits.append(("B", "one_after"))
    if comparison.districts < FEW_DISTRICTS:
        limits.append(("C", "few_districts"))
    if comparison.pull is None:
        limits.append(("C", "no_guard"))
    seems = "unknown"
    if not interval.excludes_nothing:
        better = (interval.estimate > 0) == (comparison.panel.direction > 0)
        seems = "helps" if better else "harms"
    return _evidence(limits, seems)


def _evidence(limits: list[tuple[str, str]], seems: str) -> Evidence:
    worst = max((limit for limit, _ in limits), default="A")
    reasons = [reason for _, reason in sorted(limits, key=lambda item: item[0], reverse=True)]
    return Evidence(worst, seems, tuple(reasons))
