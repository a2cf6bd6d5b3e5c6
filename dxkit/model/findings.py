"""What can be wrong with received data: findings, each with a code, a severity and an address.

The catalogue below is the complete list of codes. Their texts live in the message files
of the report room, under ``finding.<code>``; a test keeps both lists equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from dxkit.model.facts import CellRef


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "error"  # the value at this address is not used
    WARNING = "warning"  # the value is used; somebody should look
    NOTE = "note"  # for the record


ACCEPTED = "accepted"
"""What became of an explanation that keeps its finding quiet."""


@dataclass(frozen=True, slots=True)
class AcceptedExplanation:
    """An explanation that the office has accepted in a ``period``, on a ``day``: its text, and the
    cell of the period's files in which the sender wrote it; None where the office wrote it down.
    """

    text: str
    cell: CellRef | None
    period: str
    name: str
    day: str

    @staticmethod
    def of(values: Mapping[str, object]) -> AcceptedExplanation | None:
        """That of a finding's values, if it has one."""
        if values.get("decision") != ACCEPTED:
            return None
        text, period, name, day, *at = (str(values[f"decided_{key}"]) for key in _DECIDED)
        return AcceptedExplanation(text, CellRef(*at) if at[-1] else None, period, name, day)


_DECIDED = ("text", "in", "by", "on", "file", "sheet", "cell")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a person should know about one address in the received data.

    ``values`` fills the placeholders of the message; ``raw`` is the cell's text as received;
    ``cause`` is where the finding stands from which this one follows, if it follows from one.
    """

    code: str
    address: CellRef
    unit_code: str = ""
    raw: str = ""
    values: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    cause: CellRef | None = None

    @property
    def severity(self) -> Severity:
        """The severity that the catalogue declares for this code; a note where the office has
        accepted what its sender says of it.
        """
        return Severity.NOTE if self.explanation is not None else CATALOGUE[self.code]

    @property
    def explanation(self) -> AcceptedExplanation | None:
        """What the office has accepted of the sender, if it has."""
        return AcceptedExplanation.of(self.values)


def by_cause(findings: Iterable[Finding]) -> list[tuple[Finding, list[Finding]]]:
    """The findings that follow from no other among these, in their order, each with those that
    follow from it, at whatever remove.
    """
    found = list(findings)
    at: dict[CellRef, int] = {}
    for number, finding in enumerate(found):
        if finding.cause is None:
            at.setdefault(finding.address, number)
    follows = {f.address: f.cause for f in found if f.cause is not None and f.cause != f.address}

    def root(number: int) -> int:
        address, seen = found[number].cause, set()
        while address is not None and address not in at and address not in seen:
            seen.add(address)
            address = follows.get(address)
        return number if address is None else at.get(address, number)

    groups: dict[int, list[Finding]] = {}
    for number, finding in enumerate(found):
        above = root(number)
        groups.setdefault(above, [])
        if above != number:
            groups[above].append(finding)
    return [(found[number], groups[number]) for number in sorted(groups)]


SCREEN = (
    "heaped_above_target", "copied_from_another", "digits_repeated", "row_unchanged",
    "whole_shrank", "jump_into_award",
)  # fmt: skip
"""Findings of unusual patterns: questions to the office, which say nothing of any one cell."""

CATALOGUE: Mapping[str, Severity] = MappingProxyType(
    {
        # the plan
        "plan_without_targets": Severity.ERROR,
        "period_after_end": Severity.ERROR,
        # the folder and its files
        "raw_folder_empty": Severity.ERROR,
        "period_missing": Severity.ERROR,
        "file_of_whole": Severity.ERROR,
        "file_unreadable": Severity.ERROR,
        "file_type_unknown": Severity.NOTE,
        "file_type_differs": Severity.NOTE,
        "workbook_not_read": Severity.WARNING,
        "sheet_without_table": Severity.NOTE,
        "hidden_content_skipped": Severity.NOTE,
        "legacy_text_decoded": Severity.NOTE,
        "encoding_detected": Severity.NOTE,
        "wrong_period": Severity.ERROR,
        "cumulative_title": Severity.ERROR,
        "unit_scaled": Severity.ERROR,
        "sheet_of_other_figures": Severity.ERROR,
        "sender_unclear": Severity.ERROR,
        "sent_late": Severity.WARNING,
        "simulated_data": Severity.NOTE,
        "workbook_missing": Severity.ERROR,
        "workbook_unused": Severity.ERROR,
        # tables and names
        "column_missing": Severity.ERROR,
        "column_hidden": Severity.ERROR,
        "row_hidden": Severity.ERROR,
        "names_missing": Severity.ERROR,
        "layout_needed": Severity.ERROR,
        "layout_unfit": Severity.ERROR,
        "part_missing": Severity.ERROR,
        "column_absent": Severity.NOTE,
        "column_not_understood": Severity.NOTE,
        "column_repeated": Severity.ERROR,
        "column_span_unclear": Severity.ERROR,
        "column_part_unclear": Severity.ERROR,
        "column_unit_unclear": Severity.ERROR,
        "column_cumulative": Severity.NOTE,
        "column_of_fractions": Severity.WARNING,
        "column_with_decimals": Severity.WARNING,
        "unit_unknown": Severity.ERROR,
        "unit_ambiguous": Severity.ERROR,
        "unit_not_valid": Severity.ERROR,
        "unit_renamed": Severity.WARNING,
        "type_without_accent": Severity.NOTE,
        "unit_of_another": Severity.ERROR,
        "unit_repeated": Severity.ERROR,
        "unit_repeated_alike": Severity.NOTE,
        "name_with_remark": Severity.NOTE,
        "name_or_remark": Severity.ERROR,
        "unit_beside_like": Severity.WARNING,
        "name_broken": Severity.ERROR,
        "sub_row_skipped": Severity.NOTE,
        "group_unclear": Severity.ERROR,
        "table_missing": Severity.ERROR,
        "table_repeated": Severity.WARNING,
        "unit_in_one_copy": Severity.ERROR,
        "unit_not_beside": Severity.WARNING,
        "unit_missing": Severity.ERROR,
        "unit_not_reported": Severity.WARNING,
        # values
        "value_missing": Severity.NOTE,
        "figure_missing": Severity.ERROR,
        "value_unreadable": Severity.ERROR,
        "value_ambiguous": Severity.ERROR,
        "value_shown_otherwise": Severity.ERROR,
        "cell_merged": Severity.ERROR,
        "row_shifted": Severity.ERROR,
        "name_not_nearest": Severity.ERROR,
        "value_of_other_thing": Severity.ERROR,
        "value_approximate": Severity.WARNING,
        "value_with_remark": Severity.NOTE,
        "value_is_sum": Severity.ERROR,
        "value_struck_out": Severity.ERROR,
        "value_is_date": Severity.ERROR,
        "value_is_error": Severity.ERROR,
        "formula_not_calculated": Severity.ERROR,
        "digits_repaired": Severity.WARNING,
        "ditto_read": Severity.WARNING,
        "count_from_share": Severity.WARNING,
        "share_in_count_column": Severity.ERROR,
        # checks between values
        "part_exceeds_whole": Severity.WARNING,
        "share_exceeds_whole": Severity.WARNING,
        "ratio_contradicts_parts": Severity.WARNING,
        "total_differs": Severity.WARNING,
        "value_contradicted": Severity.WARNING,
        "reading_contradicted": Severity.ERROR,
        "far_from_reference": Severity.WARNING,
        "initiative_repeated": Severity.WARNING,
        "initiative_unnamed": Severity.WARNING,
        "initiative_unclear": Severity.WARNING,
        # checks against the period before
        "stock_fell": Severity.WARNING,
        "cumulative_fell": Severity.WARNING,
        "cumulative_below_period": Severity.WARNING,
        "jump": Severity.WARNING,
        "figure_gone": Severity.ERROR,
        "figures_nought": Severity.ERROR,
        "whole_vanished": Severity.ERROR,
        "whole_absent": Severity.ERROR,
        "initiative_carried_over": Severity.NOTE,
        "unit_appeared": Severity.WARNING,
        "unit_disappeared": Severity.WARNING,
        "unit_left_out": Severity.ERROR,
        "count_not_whole": Severity.ERROR,
        "count_negative": Severity.ERROR,
        # the screen: unusual patterns
        "heaped_above_target": Severity.NOTE,
        "copied_from_another": Severity.NOTE,
        "digits_repeated": Severity.NOTE,
        "copied_forward": Severity.WARNING,
        "row_unchanged": Severity.NOTE,
        "whole_shrank": Severity.NOTE,
        "jump_into_award": Severity.NOTE,
        # versions of a file: several at once, and since the last check
        "file_superseded": Severity.WARNING,
        "file_repeated": Severity.NOTE,
        "file_versions_differ": Severity.ERROR,
        "cell_versions_differ": Severity.ERROR,
        "baseline_missing": Severity.WARNING,
        "cell_altered": Severity.WARNING,
        "cells_altered": Severity.WARNING,
        # forms that came back
        "form_of_another": Severity.ERROR,
        "form_without_map": Severity.WARNING,
        "form_part_unclear": Severity.ERROR,
        "form_changed": Severity.WARNING,
        "form_cell_overwritten": Severity.WARNING,
        "value_as_before": Severity.NOTE,
        "as_before_unfounded": Severity.ERROR,
        # what came back from visits
        "visit_unusable": Severity.ERROR,
        # the office's own repairs
        "correction_applied": Severity.NOTE,
        "value_explained": Severity.NOTE,
        "correction_outdated": Severity.ERROR,
        "correction_without_file": Severity.ERROR,
        "explanation_unused": Severity.NOTE,
    }
)
