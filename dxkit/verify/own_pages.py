"""Pages of an office's own notebooks: each number on them is the recounted one, written as it is.

Nothing else on them is proved: the kit does not know what their code is to say.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from dxkit.model.facts import Fact, FactKey
from dxkit.period import OpenPeriod
from dxkit.report.wording.language import Language
from dxkit.verify.difference import CHANGED, Difference

_FACT = re.compile(r'<data class="fact" value="([^"]*)" data-fact="([^"]*)">([^<]*)</data>')


def compare_numbers(
    name: str, page: str, opened: OpenPeriod, language: Language
) -> Iterator[Difference]:
    """The numbers of a page that are not those of the scorecards."""
    for value, key, shown in _FACT.findall(page):
        fact = _fact(opened, html.unescape(key))
        if fact is None or not fact.known:
            yield Difference(name, CHANGED, key, shown, "–")
            continue
        plain = {language.number(fact), language.number(fact, signed=True)}
        plain.add(language.number(fact, signless=True))
        written = html.unescape(shown)
        if value != repr(fact.value) or not {written, f"{written}%"} & plain:
            yield Difference(name, CHANGED, key, f"{shown} ({value})", language.number(fact))


def _fact(opened: OpenPeriod, key: str) -> Fact | None:
    try:
        return opened.analysis.find(FactKey.parse(key))
    except (ValueError, KeyError):
        return None
