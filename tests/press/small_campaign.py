"""A campaign of three districts, small enough to be run in a moment, with all that once made
``verify`` see what was not there: text files, ranks that are shared, rewards whose certainty nobody
tries, communes that do not stand in the order of their ranks.
"""

from __future__ import annotations

import shutil
from pathlib import Path

PLAN = """
id = "small"
report_level = "district"

[name]
vi = "Phong trào nhỏ"
en = "Small movement"

[organiser]
vi = "Ủy ban nhân dân tỉnh Sông Xanh"
en = "People's Committee of Song Xanh"

[[levels]]
id = "province"
name = {vi = "tỉnh", en = "province"}
prefixes = ["Tỉnh"]

[[levels]]
id = "district"
name = {vi = "huyện", en = "districts"}
prefixes = ["Huyện"]

[[levels]]
id = "commune"
name = {vi = "xã", en = "communes"}
prefixes = ["Xã"]

[[periods]]
id = "2024-Q1"
first_day = 2024-01-01
last_day = 2024-03-31

[[periods]]
id = "2024-Q2"
first_day = 2024-04-01
last_day = 2024-06-30

[scoring]
total_points = 10
source = "Ví dụ"
assumed = true

[[scoring.bands]]
id = "all"
name = {vi = "Đạt", en = "Pass"}
from_share = 0.0

[ranking]
method = "competition"
source = "Ví dụ"
assumed = true

[ranking.within]
district = "province"
commune = "district"

[[rewards]]
id = "best"
level = "district"
quota = 1
minimum_share = 0.5
name = {vi = "Đề nghị khen thưởng", en = "Proposed for reward"}
source = "Ví dụ"
assumed = true

[tables]
people = {vi = "Người dân", en = "People"}
"""
UNITS = """code,name,type,level,parent,valid_from,valid_to
70,Tỉnh Sông Xanh,Tỉnh,province,,,
71,Huyện Mỹ An,Huyện,district,70,,
72,Huyện Mỹ Bình,Huyện,district,70,,
73,Huyện Mỹ Châu,Huyện,district,70,,
711,Xã Tân An,Xã,commune,71,,
712,Xã Tân Bình,Xã,commune,71,,
713,Xã Tân Châu,Xã,commune,71,,
721,Xã Phú An,Xã,commune,72,,
731,Xã Lộc An,Xã,commune,73,,
"""
MEASURES = """\
measure,name_vi,name_en,thing_vi,thing_en,kind,accumulation,level,table,headers,whole
people,Số người lớn,Adults,người,people,count,stock,commune,people,Số người lớn,
skilled,Người lớn thành thạo,Skilled adults,người,people,count,stock,commune,people,\
Số người thành thạo,people
paying,Người lớn quét mã trả tiền,Adults paying by code,người,people,count,stock,commune,people,\
Số người quét mã,people
"""
INDICATORS = """\
indicator,name_vi,name_en,short_name_vi,short_name_en,kind,numerator,denominator,direction,\
decimals,max_points,scoring,parameters,source,assumed
skills,Tỷ lệ thành thạo,Share of skilled,Kỹ năng,Skills,ratio,skilled,people,up,1,6,\
ratio_to_target,,Ví dụ,true
codes,Tỷ lệ quét mã,Share of paying,Quét mã,Paying,ratio,paying,people,up,1,4,\
ratio_to_target,,Ví dụ,true
"""
TARGETS = """indicator,level,period,target,source,assumed
skills,*,2024-Q1,0.80,Ví dụ,true
skills,*,2024-Q2,0.80,Ví dụ,true
codes,*,2024-Q1,0.80,Ví dụ,true
codes,*,2024-Q2,0.80,Ví dụ,true
"""
SENT = {
    # 300 + 800 + 400 = 1,500 of 3,000 adults; the communes are third, first and second; as many pay
    "71-huyen-my-an": ("MỸ AN", [("Tân An", 1000, 300), ("Tân Bình", 1000, 800),
                                 ("Tân Châu", 1000, 400)]),
    "72-huyen-my-binh": ("MỸ BÌNH", [("Phú An", 800, 400)]),  # one half as well
    "73-huyen-my-chau": ("MỸ CHÂU", [("Lộc An", 500, 300)]),
}  # fmt: skip


def write_project(root: Path, folder: Path, *periods: str) -> None:
    """The project ``folder``: the plan, the notebooks of ``root``, what was sent in each period."""
    plan = folder / "data/campaigns/small"
    plan.mkdir(parents=True)
    texts = {
        "campaign.toml": PLAN, "units.csv": UNITS, "measures.csv": MEASURES,
        "indicators.csv": INDICATORS, "targets.csv": TARGETS, "layouts.toml": "",
        "aliases.csv": "code,alias\n",
        "corrections.csv": "period,file,sheet,cell,expected,corrected,reason,name,date\n",
    }  # fmt: skip
    for name, text in texts.items():
        (plan / name).write_text(text, "utf-8")
    shutil.copytree(root / "notebooks", folder / "notebooks")
    for period in periods:
        raw = folder / "data/raw/small" / period
        raw.mkdir(parents=True)
        for name, (district, rows) in SENT.items():
            lines = [
                f"ỦY BAN NHÂN DÂN HUYỆN {district},,,,",
                f"SỐ LIỆU QUÝ {'I' * int(period[-1])} NĂM 2024,,,,",
                "STT,Đơn vị,Số người lớn,Số người thành thạo,Số người quét mã",
                *(f"{n},Xã {unit},{all_},{some},{some}"
                  for n, (unit, all_, some) in enumerate(rows, 1)),
            ]  # fmt: skip
            (raw / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")


def files_made(out: Path, *left_out: str) -> dict[str, bytes]:
    """What runs have made, by its address, but the files or folders ``left_out`` and those that
    hold times and keys or remember what earlier commands saw.
    """
    clocked = {"manifest.json", "timings.json"}
    apart = {*clocked, "received.json", "kept.json", "history.json", "returned.json", "made_from"}
    found = ((p.relative_to(out), p) for p in sorted(out.rglob("*")) if p.is_file())
    return {
        name.as_posix(): path.read_bytes()
        for name, path in found
        if not path.name.startswith(".") and not (apart | {*left_out}) & {*name.parts}
    }
