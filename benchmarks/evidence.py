"""How often the comparison of initiatives claims what is not so, and finds what is: the table in
docs/*/method.md. ``python benchmarks/evidence.py [--draws 1000] [SITUATION …]`` works it out,
prints it and writes ``evidence.json`` and the documents; ``--write`` only writes the documents.

Draw number n of a situation has the seed n, so every figure can be had again.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.analysis.panels import Situation  # noqa: E402

KEPT = Path(__file__).with_suffix(".json")
DOCUMENTS = {"en": "docs/en/method.md", "vi": "docs/vi/method.md"}
BLOCK = re.compile(r"(<!-- evidence -->\n).*?(<!-- end of evidence -->)", re.DOTALL)
LONG = {"periods": 8, "start": 4}
SITUATIONS = {
    "lot": Situation(),
    "lot_long": Situation(**LONG, treated=8),
    "district": Situation(chosen="district", treated=8, shock=0.02),
    "drift": Situation(**LONG, chosen="district", treated=8, shock=0.01, drifts=True),
    "rising": Situation(**LONG, chosen="rising", slope=0.005),
    "dip": Situation(periods=2, start=1, chosen="dip", noise=0.04),
    "rising_short": Situation(chosen="rising", slope=0.005),
    "dip_short": Situation(chosen="dip", noise=0.04),
    "helps": Situation(effect=0.05),
    "helps_long": Situation(**LONG, effect=0.05, treated=8),
    "helps_rising": Situation(**LONG, effect=0.05, chosen="rising", slope=0.005),
    "helps_spill": Situation(effect=0.05, spill=0.03),
}


def measure(situation: Situation, draws: int) -> dict[str, float]:
    """Shares of the draws: the interval excludes no difference, the page says that it seems to help
    or to harm, grade A, grade A or B, the interval holds the true effect.
    """
    from dxkit.analysis.initiatives import compare, grade

    found = dict.fromkeys(("interval", "page", "A", "AB", "holds"), 0)
    for seed in range(draws):
        comparison = compare(*situation.draw(seed))
        evidence, interval = grade(comparison), comparison.interval
        found["page"] += evidence.seems != "unknown"
        found["A"] += evidence.grade == "A"
        found["AB"] += evidence.grade in ("A", "B")
        found["interval"] += interval is not None and not interval.excludes_nothing
        # where nothing can be compared nothing false is told either
        found["holds"] += interval is None or interval.low <= situation.effect <= interval.high
    return {"draws": draws, **{key: number / draws for key, number in found.items()}}


def quoted(document: str, language: str, kept: dict[str, Any]) -> str:
    """A document with the table of what was found."""
    words, marks = kept["words"][language], str.maketrans(".", "," if language == "vi" else ".")
    lines = [words["columns"], "|---|---|---|---|---|---|"]
    for key, found in kept["found"].items():
        figures = (f"{100 * found[f]:.1f}".translate(marks) + "%" for f in list(found)[1:])
        lines.append(f"| {words[key]} | {' | '.join(figures)} |")
    table = "\n".join(lines)
    return BLOCK.sub(lambda match: f"{match[1]}{table}\n{match[2]}", document)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("situations", nargs="*")
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    kept = json.loads(KEPT.read_text("utf-8"))
    for key in [] if asked.write else asked.situations or SITUATIONS:
        kept["found"][key] = measure(SITUATIONS[key], asked.draws)
        print(key, json.dumps(kept["found"][key]), flush=True)
    kept["found"] = {key: kept["found"][key] for key in SITUATIONS if key in kept["found"]}
    KEPT.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")
    for language, name in DOCUMENTS.items():
        text = (ROOT / name).read_text("utf-8")
        (ROOT / name).write_text(quoted(text, language, kept), "utf-8")


if __name__ == "__main__":
    main()
