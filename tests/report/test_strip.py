"""The strip at the top of a page, the table of tasks, and the one screen of who has not reported:
what they say of units of every kind, in words written by hand.
"""

from __future__ import annotations

import dataclasses

import pytest
from lxml import html

import dxkit
from dxkit.analysis.analysis import Analysis
from dxkit.model.campaign import Campaign
from dxkit.model.rules import Exclusion
from dxkit.period import OpenPeriod
from dxkit.report.report import Report
from tests.analysis.test_results import analyse, full
from tests.report.test_true_words import before_and_now, scored_by, with_analysis

FIRST = "Đây là kỳ đầu tiên có số liệu nên chưa có kỳ trước để so sánh."


def strip(page: Report) -> list[str]:
    """Each tile as "title | number | texts", then the lines below."""
    root = html.fragment_fromstring(str(page.verdict().html))
    for silent in root.xpath("//*[@aria-hidden]"):
        silent.drop_tree()
    found = []
    for title, told in root.xpath("//dl/div"):
        pieces = [title, *(e for e in told.iter("p", "li"))]
        found.append(" | ".join(" ".join(e.text_content().split()) for e in pieces))
    return [*found, *(" ".join(p.text_content().split()) for p in root.findall("p"))]


@pytest.fixture(scope="module")
def now(periods: dict[str, OpenPeriod]) -> OpenPeriod:
    return periods["2022-Q4"]


def test_a_district_of_which_a_commune_is_silent(now: OpenPeriod) -> None:
    assert strip(Report(now, "934", "vi")) == [
        "Xếp hạng trong tỉnh Hậu Giang | 5/8 | Giảm 1 bậc so với quý III/2022. | Không đổi khi "
        "trọng số tăng hoặc giảm tới 20%.",
        "Điểm | 86,39/100 | Xếp loại: Tốt (còn thiếu số liệu) | Tăng 22,00 điểm so với quý "
        "III/2022, tính theo chỉ tiêu kỳ này.",
        "Chỉ tiêu đạt | 1/5 | Hồ sơ trực tuyến: Gần đạt | Kỹ năng số: Gần đạt | Ứng dụng "
        "HauGiang: Gần đạt | Thanh toán không tiền mặt: Chưa đạt | Mô hình, sáng kiến: Đạt | Ở "
        "tiêu chí thiếu nhiều nhất, tính trên số liệu của 14/15 xã, phường, thị trấn.",
        "Đề nghị khen thưởng | Không | Còn thiếu số liệu nên không được xét (giả định)",
        "Việc cần làm trước: Về thanh toán không tiền mặt, còn thiếu 4.519 hộ để đạt 80%, nhiều "
        "nhất ở xã Hòa Mỹ (768), xã Tân Bình (493) và xã Hiệp Hưng (491).",
        "Còn thiếu: 1/15 xã, phường, thị trấn chưa gửi báo cáo: xã Phụng Hiệp.",
    ]


def test_the_whole_says_who_leads_and_who_is_proposed(now: OpenPeriod) -> None:
    assert strip(Report(now, "93", "en"))[:3] == [
        "In the lead | 1. Châu Thành A district: 91.19 | 2. Ngã Bảy city: 90.95 | 3. Vị Thanh "
        "city: 88.66",
        "Proposed for reward | Châu Thành A district | Ngã Bảy city | Vị Thanh city",
        "Points | 84.28/100",
    ]


def page_of(now: OpenPeriod, analysis: Analysis, code: str) -> list[str]:
    opened = dataclasses.replace(with_analysis(now, analysis), campaign=analysis.campaign)
    return strip(Report(opened, code, "vi"))


def test_ties_exclusions_and_plans_without_rewards_or_targets(
    haugiang: Campaign, now: OpenPeriod
) -> None:
    """Two wards alike, and one behind them: one reward that both take; a decision that takes one of
    them out; and what is not in the plan is not in the strip.
    """
    rows = [*full("31318", 0.9), *full("31321", 0.9), *full("31324", 0.3)]
    tied = page_of(now, analyse(haugiang, *rows), "31318")
    assert tied[0].startswith("Xếp hạng trong thành phố Vị Thanh | 1/3 | 2 đơn vị đồng hạng. | ")
    assert tied[3] == (
        "Đề nghị khen thưởng | Có | Đồng hạng ở mức cuối của số lượng, cùng được đề nghị (giả định)"
    )
    assert tied[-1] == FIRST
    out = Exclusion("31318", "2022-Q4", {"vi": "Quyết định"}, "Quyết định")
    rule = dataclasses.replace(haugiang.ranking, exclusions=(out,))
    excluded = dataclasses.replace(haugiang, ranking=rule)
    told = page_of(now, analyse(excluded, *rows), "31318")
    assert told[0].startswith("Xếp hạng trong thành phố Vị Thanh | – | Phường I đạt ")
    assert "không được xếp hạng trong quý IV/2022 theo quyết định" in told[0]
    assert told[3].startswith(
        "Đề nghị khen thưởng | Không | Không được xếp hạng nên không được xét"
    )
    plain = dataclasses.replace(haugiang, rewards=(), targets=(), uncertainty=None)
    bare = page_of(now, analyse(plain, *rows), "31321")
    assert len(bare) == 2  # nor is anybody asked for figures that are there
    assert "không xếp hạng, không xét khen thưởng" in bare[0]
    assert bare[1] == FIRST


def test_who_has_no_rank_in_progress_is_ranked_all_the_same(
    haugiang: Campaign, now: OpenPeriod
) -> None:
    """A ward without figures of the period before, where rewards go by progress."""
    rewards = tuple(
        dataclasses.replace(r, by="progress", minimum_share=0.0) for r in haugiang.rewards
    )
    plan = dataclasses.replace(haugiang, rewards=rewards)
    wards = {"31318": 0.3, "31321": 0.6}
    told = page_of(now, before_and_now(plan, wards, wards | {"31324": 0.9}), "31324")
    assert told[0].startswith("Xếp hạng trong thành phố Vị Thanh | 1/3")
    assert told[3].startswith(
        "Đề nghị khen thưởng | Không | Chưa có thứ hạng theo cách xét này nên chưa được xét"
    )


def test_the_points_of_a_plan_without_targets_are_not_said_to_be_by_them(
    haugiang: Campaign, now: OpenPeriod
) -> None:
    """Points between the worst and the best of three wards, of which the first was the worst."""
    plan = dataclasses.replace(scored_by(haugiang, "min_max"), targets=(), rewards=())
    wards = {"31318": 0.3, "31321": 0.6, "31324": 0.9}
    told = page_of(now, before_and_now(plan, wards, wards | {"31318": 0.7}), "31318")
    assert told[1] == "Điểm | 33,33/100 | Xếp loại: Yếu | Tăng 33,33 điểm so với quý III/2022."


def test_scores_of_a_country_without_targets_and_without_a_whole() -> None:
    one, whole = (strip(dxkit.report("pci-2009", "2009", unit, "vi")) for unit in ("01", "VN"))
    assert one[0].startswith("Xếp hạng trong Việt Nam | 33/63 | Từ thứ 27 đến thứ 40 khi ")
    assert [tile.split(" | ")[0] for tile in one[1:]] == ["Điểm", FIRST]
    assert whole[0].startswith("Dẫn đầu | 1. ")
    assert whole[1].startswith("Báo cáo này trình bày kết quả của 63 ")


def test_who_has_not_reported_has_one_screen(now: OpenPeriod) -> None:
    """What is missing, in which file, till when, and what there was in the period before."""
    page = Report(now, "31417", "vi")
    assert strip(page) == [
        "Bảng còn thiếu số liệu | Chỉ tiêu theo hộ: để trống | Hồ sơ thủ tục hành chính: để trống "
        "| Mô hình, sáng kiến trong kỳ: không có trong tệp | Hoạt động của tổ công nghệ số cộng "
        "đồng: để trống",
        "Tệp đã nhận của huyện Phụng Hiệp | 934-huyen-phung-hiep.xlsx",
        "Hạn gửi báo cáo | 31/12/2022 | (giả định)",
        "Xã Phụng Hiệp chưa gửi báo cáo quý IV/2022 nên chưa được xếp hạng. Trước hết, xã Phụng "
        "Hiệp cần bổ sung số liệu còn thiếu hoặc chưa dùng được; sau đó mới tính được phần việc "
        "còn lại.",
        "§ Tính theo quy tắc là giả định.",
    ]
    table = page.verdict().frame
    assert table is not None
    assert [round(v, 3) for v in table["Kết quả"][:5]] == [0.182, 0.569, 0.366, 0.446, 0.068]
    names = ("indicators", "narrative", "tasks", "league", "children_chart", "months_chart",
             "registers", "activity", "trend_chart")  # fmt: skip
    assert not any(getattr(page, name)().html for name in names)
    assert all(getattr(page, name)().html for name in ("head", "data_state", "method", "sources"))


def test_the_table_of_tasks(now: OpenPeriod) -> None:
    """The greatest loss of points first; what the period before tells of a pace, and of none."""
    table = Report(now, "936", "vi").tasks().frame
    assert table is not None
    assert table.attrs["caption"] == (
        "Phần còn thiếu của huyện Long Mỹ để đạt chỉ tiêu vào ngày 31/12/2022"
    )
    second = [" ".join(str(cell).split()) for cell in table.iloc[1]]
    assert second == [
        "Thanh toán không tiền mặt",
        "6.324 hộ để đạt 80%; thêm 7,36 điểm",
        "xã Thuận Hòa (1.238), xã Xà Phiên (1.083), xã Lương Nghĩa (803)",
        "2.604 (hiện nay 196)",
        "29/7/2023 Sau hạn.",
    ]
    assert [*table["Tiêu chí"]] == ["Hồ sơ trực tuyến", "Thanh toán không tiền mặt",
                                    "Ứng dụng HauGiang", "Kỹ năng số"]  # fmt: skip
    assert Report(now, "932", "vi").tasks().html == ""  # the strip says what remains


def test_a_first_period_has_no_pace(haugiang: Campaign, now: OpenPeriod) -> None:
    opened = with_analysis(now, analyse(haugiang, *full("31318", 0.5), *full("31321", 0.7)))
    table = Report(opened, "31318", "vi").tasks().frame
    assert table is not None
    assert {*table["Dự kiến đạt"]} == {"chưa có kỳ trước"}
