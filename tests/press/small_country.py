"""A country of three provinces, each with three districts of two communes: what is told of one
province has nothing to do with the others.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from tests.press.small_campaign import INDICATORS, PLAN, write_project

QUARTERS = ("2024-Q1", "2024-Q2", "2024-Q3")
_LEVEL = (
    '[[levels]]\nid = "country"\nname = {vi = "cả nước", en = "country"}\nprefixes = ["Nước"]\n'
)
_QUARTER = '[[periods]]\nid = "2024-Q3"\nfirst_day = 2024-07-01\nlast_day = 2024-09-30\n\n'
_MORE = """
[[rewards]]
id = "risen"
level = "district"
by = "progress"
minimum_share = 0.1
quota = 1
name = {vi = "Tiến bộ", en = "Progress"}
source = "Ví dụ"
assumed = true

[uncertainty]
draws = 20
weight_band = 0.2
seed = 7
source = "Ví dụ"
assumed = true
"""
PROVINCES, DISTRICTS, COMMUNES = ("An", "Bình", "Châu"), ("Đông", "Nam", "Tây"), ("Hạ", "Thượng")


def districts() -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """Code and name of each district, with those of its communes."""
    for p, province in enumerate(PROVINCES, 1):
        for d, district in enumerate(DISTRICTS, 1):
            name = f"{province} {district}"
            communes = [(f"{p}{d}{c}", f"{name} {n}") for c, n in enumerate(COMMUNES, 1)]
            yield f"{p}{d}", name, communes


def write_country(root: Path, folder: Path) -> None:
    """The project ``folder``: its plan, and what was sent in each quarter, seeded."""
    write_project(root, folder)
    plan = folder / "data/campaigns/small"
    text = PLAN.replace("[[levels]]", _LEVEL + "[[levels]]", 1)
    text = text.replace("[scoring]", _QUARTER + "[scoring]", 1)
    text = text.replace('district = "province"', 'province = "country"\ndistrict = "province"')
    (plan / "campaign.toml").write_text(text + _MORE, "utf-8")
    units = ["code,name,type,level,parent,valid_from,valid_to", "0,Nước Thử,Nước,country,,,"]
    units += [f"{p},Tỉnh {n},Tỉnh,province,0,," for p, n in enumerate(PROVINCES, 1)]
    for code, name, communes in districts():
        units.append(f"{code},Huyện {name},Huyện,district,{code[0]},,")
        units += [f"{c},Xã {n},Xã,commune,{code},," for c, n in communes]
    (plan / "units.csv").write_text("\n".join([*units, ""]), "utf-8")
    scored = INDICATORS.replace("up,1,4,ratio_to_target", "up,1,4,min_max")
    (plan / "indicators.csv").write_text(scored, "utf-8")
    targets = ["indicator,level,period,target,source,assumed"]
    targets += [f"{i},*,{q},0.60,Ví dụ,true" for i in ("skills", "codes") for q in QUARTERS]
    (plan / "targets.csv").write_text("\n".join([*targets, ""]), "utf-8")
    dice = random.Random(1)
    for quarter in QUARTERS:
        for code, name, communes in districts():
            lines = [
                f"ỦY BAN NHÂN DÂN HUYỆN {name.upper()},,,,",
                f"SỐ LIỆU QUÝ {'I' * int(quarter[-1])} NĂM 2024,,,,",
                "STT,Đơn vị,Số người lớn,Số người thành thạo,Số người quét mã",
            ]
            for number, (_, commune) in enumerate(communes, 1):
                whole = dice.randint(200, 900)
                some = [int(whole * dice.uniform(0.3, 0.9)) for _ in range(2)]
                lines.append(f"{number},Xã {commune},{whole},{some[0]},{some[1]}")
            sent = folder / "data/raw/small" / quarter / f"{code}.csv"
            sent.parent.mkdir(parents=True, exist_ok=True)
            sent.write_text("\n".join([*lines, ""]), "utf-8")
