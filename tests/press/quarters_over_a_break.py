"""The small campaign over four quarters, before the last of which its boundaries change."""

from __future__ import annotations

from pathlib import Path

from tests.press.several_quarters import write_quarters
from tests.press.small_campaign import UNITS

DAY = "2024-10-01"
LAST = "2024-09-30"
NEW = """70,Tỉnh Sông Xanh,Tỉnh,province,,,
71,Huyện Mỹ An,Huyện,district,70,,
72,Huyện Mỹ Bình,Huyện,district,70,,{last}
73,Huyện Mỹ Châu,Huyện,district,70,,
711,Xã Tân An,Xã,commune,71,,{last}
712,Xã Tân Bình,Xã,commune,71,,{last}
713,Xã Tân Châu,Xã,commune,71,,{last}
721,Xã Phú An,Xã,commune,72,,{last}
731,Xã Lộc An,Xã,commune,73,,{last}
712,Xã Tân Thịnh,Xã,commune,71,{day},
713,Xã Tân Đông,Xã,commune,71,{day},
714,Xã Tân Tây,Xã,commune,71,{day},
731,Xã Phú Lộc,Xã,commune,73,{day},
"""
SUCCESSIONS = """from,to,date,share,basis,source
711,712,{day},,,Nghị quyết ví dụ
712,712,{day},,,Nghị quyết ví dụ
713,713,{day},0.4,dân số,Nghị quyết ví dụ
713,714,{day},0.6,dân số,Nghị quyết ví dụ
721,731,{day},,,Nghị quyết ví dụ
731,731,{day},,,Nghị quyết ví dụ
72,73,{day},,,Nghị quyết ví dụ
"""
SENT = {
    "71-huyen-my-an": ("MỸ AN", [("Tân Thịnh", 2000, 1300), ("Tân Đông", 400, 200),
                                 ("Tân Tây", 600, 300)]),
    "73-huyen-my-chau": ("MỸ CHÂU", [("Phú Lộc", 1300, 800)]),
}  # fmt: skip


def write_quarters_over_a_break(root: Path, folder: Path, successions: str = SUCCESSIONS) -> None:
    """The project ``folder``: from the fourth quarter on Tân An and Tân Bình are one, by the code
    of Tân Bình; Tân Châu is two, and Phú An and Lộc An, of two districts, are one.
    """
    write_quarters(root, folder, (0, 1, 2, 3))
    plan = folder / "data/campaigns/small"
    units = UNITS.splitlines()[0] + "\n" + NEW.format(last=LAST, day=DAY)
    (plan / "units.csv").write_text(units, "utf-8")
    (plan / "successions.csv").write_text(successions.format(day=DAY), "utf-8")
    raw = folder / "data/raw/small/2024-Q4"
    for path in raw.iterdir():
        path.unlink()
    for name, (district, communes) in SENT.items():
        lines = [
            f"ỦY BAN NHÂN DÂN HUYỆN {district},,,,",
            "SỐ LIỆU QUÝ IV NĂM 2024,,,,",
            "STT,Đơn vị,Số người lớn,Số người thành thạo,Số người quét mã",
            *(f"{n},Xã {unit},{whole},{part},{part + n}"
              for n, (unit, whole, part) in enumerate(communes, 1)),
        ]  # fmt: skip
        (raw / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")
