"""What the documents say of speed, from benchmarks/results.json: ``python benchmarks/quote.py``.

The text between two marks in each document is written anew; a test finds documents that say
something else than the file.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PROVINCES, COMMUNES = 63, 10_600
BLOCK = re.compile(r"(<!-- measured: (\w+) -->\n).*?(<!-- end of measured -->)", re.DOTALL)
DOCUMENTS = {
    "en": ("README.md", "docs/en/whole-country.md"),
    "vi": ("README.vi.md", "docs/vi/whole-country.md"),
}


class Words:
    """Sentences of one language, and how it writes numbers."""

    def __init__(self, language: str, result: dict[str, Any]) -> None:
        texts = json.loads(Path(__file__).with_name("quote.json").read_text("utf-8"))
        self._texts: dict[str, str] = texts[language]
        self._marks = str.maketrans(",.", ".,") if language == "vi" else {}
        self._result = result

    def number(self, value: float, decimals: int) -> str:
        """A number as readers of the language write it."""
        return f"{value:,.{decimals}f}".translate(self._marks)

    def say(self, key: str, **numbers: tuple[float, int]) -> str:
        """A sentence with its numbers, each with the decimals it is written with."""
        written = {name: self.number(*number) for name, number in numbers.items()}
        machine = {k: str(v) for k, v in self._result["machine"].items()}
        return self._texts[key].format(**machine, **written)


def speed(result: dict[str, Any], words: Words) -> str:
    """The table of a README."""
    ratios = {name: value["median"] for name, value in result["ratios_wall"].items()}
    rows = [
        words.say("stored", n=(ratios["loop / batch, intake stored"], 1)),
        words.say("anew", n=(ratios["loop / batch, workbooks read anew"], 1)),
        words.say(
            "all",
            n=(ratios["all pages / loop of the districts"], 2),
            pages=(result["pages_all"], 0),
        ),
        words.say(
            "marginal",
            n=(ratios["marginal page / plain Python"], 2),
            cpu=(result["ratios_cpu"]["marginal page / plain Python"]["median"], 2),
        ),
        words.say("unchanged", n=(result["unchanged_seconds_over_import"], 2)),
        words.say("memory", n=(result["peak_mb"]["batch process or any of its workers"], 0)),
    ]
    head = words.say("head", rounds=(result["rounds"], 0), of=(result["machine"]["load"], 1))
    return "\n".join([head, "", words.say("columns"), "|---|---|", *rows]) + "\n"


def country(result: dict[str, Any], words: Words) -> str:
    """The sums for a whole country."""
    start, everything = result["seconds_cpu"]["stored"], result["seconds_cpu"]["all"]
    page = (everything - start) / (result["pages_all"] - result["pages"])
    starts, communes = PROVINCES * start, COMMUNES * page
    hours = (starts + communes) / 2 / 3600
    lines = [
        words.say(
            "country",
            pages=(result["pages_all"], 0),
            all=(everything, 1),
            start=(start, 1),
            page=(page, 2),
        ),
        "",
        words.say("country_columns"),
        "|---|---|---|",
        words.say("country_start", start=(start, 1), starts=(starts, 0)),
        words.say("country_communes", page=(page, 2), communes=(communes, 0)),
        words.say("country_sum", sum=(starts + communes, 0), hours=(hours, 1)),
    ]
    return "\n".join(lines) + "\n"


def quoted(document: str, language: str, result: dict[str, Any]) -> str:
    """A document with what its marks ask for in their place."""
    words = Words(language, result)
    made = {"speed": speed, "country": country}
    return BLOCK.sub(lambda m: m[1] + made[m[2]](result, words) + m[3], document)


def main() -> None:
    result = json.loads(Path(__file__).with_name("results.json").read_text("utf-8"))
    for language, names in DOCUMENTS.items():
        for name in names:
            path = ROOT / name
            path.write_text(quoted(path.read_text("utf-8"), language, result), "utf-8")


if __name__ == "__main__":
    main()
