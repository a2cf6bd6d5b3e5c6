"""What a notebook shows of an open period and of a scorecard: a small table, in the office's
language. Nothing is worked out for it but the one scorecard.
"""

from __future__ import annotations

from collections import Counter

from markupsafe import Markup

from dxkit.model.findings import Severity
from dxkit.period import OpenPeriod
from dxkit.report.explore import numbers
from dxkit.report.report import Report
from dxkit.report.wording.language import load_language

_OFFICE = "vi"  # the language of an office that has not named another


def period_at_a_glance(opened: OpenPeriod) -> Markup:
    """What was received for a period, what is wrong with it, how many units it has."""
    language = load_language(_OFFICE)
    say, received = language.text, opened.received
    found = Counter(finding.severity for finding in received.findings)
    units = Counter(unit.level for unit in opened.analysis.units.units)
    title = language.plain(
        "explore.start_title",
        campaign=language.name(opened.campaign.names),
        period=language.period(opened.analysis.period.id),
    )
    rows = [
        (say("explore.glance_files"), len(received.sources)),
        (say("explore.glance_values"), len(received.table.observations)),
        *((say(f"site.severity_{severity}"), found[severity]) for severity in Severity),
        *((language.name(level.names), units[level.id]) for level in opened.campaign.levels),
    ]
    row = Markup('<tr><th scope="row">{}</th><td>{}</td></tr>')
    body = (row.format(name, language.number(numbers.count(number))) for name, number in rows)
    table = Markup("<table><caption>{}</caption><tbody>{}</tbody></table>")
    return table.format(title, Markup("").join(body))


def scorecard_at_a_glance(opened: OpenPeriod, unit_code: str) -> Markup:
    """The table of a unit's indicators, as its page has it."""
    report = Report(opened, unit_code, _OFFICE)
    return Markup("<h3>{}</h3>{}").format(report.title, report.indicators().html)
