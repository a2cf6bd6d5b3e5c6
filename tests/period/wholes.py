"""The small campaign with what happens, what stands, scores and initiatives, over periods that are
made of others; and, in plain Python from the figures that were sent, what the whole comes to.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from dxkit.model.campaign import Campaign
from dxkit.model.facts import CellRef
from dxkit.model.observations import Flag, IndicatorTable, Observation, Received
from tests.press.several_quarters import ROMAN
from tests.press.small_campaign import PLAN, write_project

MEASURES = """\
measure,name_vi,name_en,thing_vi,thing_en,kind,accumulation,level,table,headers,whole
people,Số người lớn,Adults,người,people,count,stock,commune,people,,
skilled,Số người thành thạo,Skilled,người,people,count,stock,commune,people,,people
dossiers,Số hồ sơ,Applications,hồ sơ,applications,count,flow,commune,people,,
online,Hồ sơ trực tuyến,Online,hồ sơ,applications,count,flow,commune,people,,dossiers
last,Điểm cuối,Last score,,,score,stock,commune,people,,
sum,Điểm cộng,Added score,,,score,flow,commune,people,,
mean,Điểm bình quân,Mean score,,,score,mean,commune,people,,
talks,Số buổi nói chuyện,Talks,buổi,talks,count,flow,commune,people,,
models,Mô hình,Models,mô hình,models,rows,flow,commune,models,,
model_name,Tên mô hình,Model,,,text,flow,commune,models,,
"""
INDICATORS = """\
indicator,name_vi,name_en,short_name_vi,short_name_en,kind,numerator,denominator,direction,\
decimals,max_points,scoring,parameters,source,assumed
skills,Tỷ lệ thành thạo,Share of skilled,Kỹ năng,Skills,ratio,skilled,people,up,1,4,\
ratio_to_target,,Ví dụ,true
filing,Tỷ lệ trực tuyến,Share online,Trực tuyến,Online,ratio,online,dossiers,up,1,4,\
ratio_to_target,,Ví dụ,true
new_models,Số mô hình,Models,Mô hình,Models,count,models,,up,0,2,count,full=4,Ví dụ,true
use,Hồ sơ trên người,Applications per adult,Hồ sơ,Use,ratio,dossiers,people,up,1,0,none,,Ví dụ,true
last_score,Điểm cuối kỳ,Last,Cuối,Last,value,last,,up,2,0,none,,Ví dụ,true
sum_score,Điểm cộng dồn,Sum,Cộng,Sum,value,sum,,up,2,0,none,,Ví dụ,true
mean_score,Điểm trung bình,Mean,Bình quân,Mean,value,mean,,up,2,0,none,,Ví dụ,true
"""
COMMUNES = {"711": "Tân An", "712": "Tân Bình", "713": "Tân Châu", "721": "Phú An", "731": "Lộc An"}
DISTRICTS = {"71": "MỸ AN", "72": "MỸ BÌNH", "73": "MỸ CHÂU"}
COLUMNS = ("people", "skilled", "dossiers", "online", "last", "sum", "mean", "talks")
Figures = dict[str, Sequence[int | None]]
"""By commune, its figures in the order of COLUMNS; None for an empty cell."""
Models = Mapping[str, Sequence[str]]
"""By commune, the names of its initiatives."""

SENT: dict[str, Figures] = {
    "2024-Q1": {"711": (100, 10, 40, 10, 5, 3, 6, 1), "712": (200, 30, 60, 30, 7, 1, 8, 2),
                "713": (300, 60, 100, 20, 9, 2, 4, 3), "721": (80, 40, 50, 25, 4, 4, 4, 4),
                "731": (50, 10, 20, 5, 6, 5, 2, 5)},
    "2024-Q2": {"711": (100, 50, 60, 50, 6, 2, 9, 10), "712": (210, 90, 40, 30, 8, 2, 4, 20),
                "713": (300, 90, 80, 60, 3, 3, 5, 30), "721": (90, 70, 30, 10, 5, 1, 8, 40),
                "731": (60, 30, 80, 45, 2, 2, 4, 50)},
}  # fmt: skip
MODELS: dict[str, Models] = {
    "2024-Q1": {"711": ["Chợ 4.0", "Ấp số"], "721": ["Chợ 4.0"], "731": []},
    "2024-Q2": {
        "711": ["CHỢ 4.0", "Tuyến đường"],
        "712": ["Ấp số"],
        "721": ["Cà phê số"],
        "731": [],
    },
}


def write_whole(
    root: Path,
    folder: Path,
    sent: Mapping[str, Figures] = SENT,
    models: Mapping[str, Models] = MODELS,
    wholes: Mapping[str, Sequence[str]] | None = None,
    more: str = "",
) -> None:
    """The project ``folder``: the quarters that something was ``sent`` of, then the ``wholes`` that
    are made of others; districts all of whose communes are left out send nothing.
    """
    write_project(root, folder)
    plan, quarters = folder / "data/campaigns/small", ("2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4")
    days = {name: (datetime.date(2024, 3 * n + 1, 1),
                   datetime.date(2024 + n // 3, (3 * n + 3) % 12 + 1, 1) - datetime.timedelta(1))
            for n, name in enumerate(quarters)}  # fmt: skip
    names = [name for name in quarters if name <= max(sent)]
    periods = "".join(_period(name, *days[name]) for name in names)
    made = {"2024": names} if wholes is None else wholes
    for name, of in made.items():
        days[name] = (days[of[0]][0], days[of[-1]][1])
        listed = ", ".join(f'"{part}"' for part in of)
        periods += _period(name, *days[name], f"of = [{listed}]\n")
    targets = [f"{i},*,{name},{value},Ví dụ,true" for name in (*names, *made)
               for i, value in (("skills", "0.50"), ("filing", "0.80"))]  # fmt: skip
    start, end = PLAN.index("[[periods]]"), PLAN.index("[scoring]")
    texts = {
        "campaign.toml": f'{PLAN[:start]}{periods}{PLAN[end:]}models = {{vi = "Mô hình", '
        f'en = "Models"}}\n{more}',
        "measures.csv": MEASURES, "indicators.csv": INDICATORS,
        "targets.csv": "\n".join(["indicator,level,period,target,source,assumed", *targets, ""]),
    }  # fmt: skip
    for name, text in texts.items():
        (plan / name).write_text(text, "utf-8")
    for name, figures in sent.items():
        for code in DISTRICTS:
            rows = {c: f for c, f in figures.items() if c.startswith(code)}
            if rows:
                send(folder, name, code, rows, models.get(name, {}))


def _period(name: str, first: datetime.date, last: datetime.date, more: str = "") -> str:
    return f'[[periods]]\nid = "{name}"\nfirst_day = {first}\nlast_day = {last}\n{more}\n'


def send(folder: Path, period: str, code: str, rows: Figures, models: Models) -> None:
    """A district's two files of a quarter."""
    raw = folder / "data/raw/small" / period
    raw.mkdir(parents=True, exist_ok=True)
    top = [f"ỦY BAN NHÂN DÂN HUYỆN {DISTRICTS[code]}",
           f"SỐ LIỆU QUÝ {ROMAN[int(period[-1]) - 1]} NĂM 2024"]  # fmt: skip
    headers = [line.split(",")[1] for line in MEASURES.splitlines()[1:9]]
    lines = [*(line + "," * 9 for line in top), ",".join(["STT", "Đơn vị", *headers])]
    for n, (commune, figures) in enumerate(rows.items(), 1):
        cells = ("" if figure is None else str(figure) for figure in figures)
        lines.append(",".join([str(n), f"Xã {COMMUNES[commune]}", *cells]))
    (raw / f"{code}.csv").write_text("\n".join(lines) + "\n", "utf-8")
    lines = [*(line + ",," for line in top), "STT,Đơn vị,Tên mô hình"]
    told = [(c, name) for c in rows for name in models.get(c, ())]
    lines += [f"{n},Xã {COMMUNES[c]},{name}" for n, (c, name) in enumerate(told, 1)]
    (raw / f"{code}-mo-hinh.csv").write_text("\n".join(lines) + "\n", "utf-8")


def expected(sent: Sequence[Figures], models: Sequence[Models]) -> dict[tuple[str, str], Fraction]:
    """By unit and indicator, the value of the whole of these quarters; none where there is none."""
    at = {column: n for n, column in enumerate(COLUMNS)}
    found: dict[tuple[str, str], Fraction] = {}

    def told(commune: str, quarter: Figures, *columns: str) -> list[int] | None:
        cells = [quarter[commune][at[c]] if commune in quarter else None for c in columns]
        known = [cell for cell in cells if cell is not None]
        return known if len(known) == len(columns) else None

    for unit in ("70", *DISTRICTS, *COMMUNES):
        below = [c for c in COMMUNES if unit == "70" or c.startswith(unit)]
        stock = [t for c in below if (t := told(c, sent[-1], "skilled", "people"))]
        flow = [t for q in sent for c in below if (t := told(c, q, "online", "dossiers"))]
        filed = {c: [t[0] for q in sent if (t := told(c, q, "dossiers"))] for c in below}
        both = [(sum(filed[c]), t[0]) for c in below
                if filed[c] and (t := told(c, sent[-1], "people"))]  # fmt: skip
        for name, pairs in (("skills", stock), ("filing", flow), ("use", both)):
            if whole := sum(pair[1] for pair in pairs):
                found[unit, name] = Fraction(sum(pair[0] for pair in pairs), whole)
        names = {(c, m.casefold()) for each in models for c in below for m in each.get(c, ())}
        found[unit, "new_models"] = Fraction(len(names))
        for name, quarters in (("last", sent[-1:]), ("sum", sent), ("mean", sent)):
            scores = [t[0] for q in quarters if unit in COMMUNES and (t := told(unit, q, name))]
            if scores:
                divided = len(scores) if name == "mean" else 1
                found[unit, f"{name}_score"] = Fraction(sum(scores), divided)
    return found


def received_of(campaign: Campaign, period: str, figures: Figures, models: Models) -> Received:
    """The same as if it were read: a file of figures and one of initiatives of each district."""
    told: list[Observation] = []
    for row, (code, cells) in enumerate(figures.items(), 1):
        for n, (measure, value) in enumerate(zip(COLUMNS, cells, strict=True)):
            at = CellRef(f"{code[:2]}.csv", "1", f"{'CDEFGHIJ'[n]}{row}")
            flag = Flag.NO_DATA if value is None else None
            told.append(Observation(period, code, measure, value, at, str(value), flag))
        named = models.get(code, ())
        for n, name in enumerate(named, 1):
            at = CellRef(f"{code}-models.csv", "1", f"B{n}")
            told.append(Observation(period, code, "models", 1, at, name))
        if not named:
            told.append(Observation(period, code, "models", 0, CellRef(f"{code}.csv", "1", "B1")))
    units = campaign.units.on(campaign.period(period).last_day)
    return Received(IndicatorTable(period, tuple(told)), units)
