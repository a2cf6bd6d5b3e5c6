"""The small campaign over more quarters, in each of which other numbers of people are skilled."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

from tests.press.small_campaign import PLAN, SENT, TARGETS, write_project

ROMAN = ("I", "II", "III", "IV")


def write_quarters(
    root: Path,
    folder: Path,
    more: Sequence[int],
    without: Sequence[str] = (),
    targets: Sequence[float] = (),
) -> list[str]:
    """The project ``folder`` with a quarter for each of ``more``, so many people in ten more of
    each commune being skilled than ``SENT`` says; nothing came of quarters ``without``. Returns the
    ids.
    """
    names = [f"{2024 + n // 4}-Q{n % 4 + 1}" for n in range(len(more))]
    write_project(root, folder)
    plan = folder / "data/campaigns/small"
    periods, rows = "", TARGETS.splitlines()[:1]
    for number, name in enumerate(names):
        first = datetime.date(int(name[:4]), 3 * (number % 4) + 1, 1)
        following = datetime.date(first.year + (number % 4 == 3), (first.month + 2) % 12 + 1, 1)
        last = following - datetime.timedelta(days=1)
        periods += f'[[periods]]\nid = "{name}"\nfirst_day = {first}\nlast_day = {last}\n\n'
        target = targets[number] if targets else 0.8
        rows += [f"{i},*,{name},{target:.2f},Ví dụ,true" for i in ("skills", "codes")]
    start, end = PLAN.index("[[periods]]"), PLAN.index("[scoring]")
    (plan / "campaign.toml").write_text(PLAN[:start] + periods + PLAN[end:], "utf-8")
    (plan / "targets.csv").write_text("\n".join(rows) + "\n", "utf-8")
    for number, name in enumerate(names):
        if name not in without:
            send(folder, name, more[number], ROMAN[number % 4])
    return names


def send(folder: Path, name: str, more: int, quarter: str = "") -> None:
    """What was sent in a quarter."""
    title = f"QUÝ {quarter or ROMAN[int(name[-1]) - 1]} NĂM" if "Q" in name else "NĂM"
    raw = folder / "data/raw/small" / name
    raw.mkdir(parents=True, exist_ok=True)
    for file, (district, communes) in SENT.items():
        lines = [
            f"ỦY BAN NHÂN DÂN HUYỆN {district},,,,",
            f"SỐ LIỆU {title} {name[:4]},,,,",
            "STT,Đơn vị,Số người lớn,Số người thành thạo,Số người quét mã",
        ]
        for n, (unit, whole, some) in enumerate(communes, 1):
            part = some + whole * more // 10
            lines.append(f"{n},Xã {unit},{whole},{part},{some + n}")
        (raw / f"{file}.csv").write_text("\n".join(lines) + "\n", "utf-8")
