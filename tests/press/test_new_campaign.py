"""A campaign that is begun from two lists: it loads, tells what keys are, can be worked with."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import openpyxl
import pytest

from dxkit.campaign.folder import load_campaign
from dxkit.cli import run
from dxkit.model.campaign import Campaign

UNITS = """DANH SÁCH ĐƠN VỊ,,
Mã,Tên đơn vị,Trực thuộc
92,Thành phố Cần Thơ,
31369,Xã Đông Phước,
31459,Xã  Vĩnh Tường,92
31465,Phường Vị Thanh,Thành phố Cần Thơ
"""
CRITERIA = """Tiêu chí;Tử số;Mẫu số;Chỉ tiêu;Điểm
Hộ có kỹ năng số;Số hộ có kỹ năng số;Tổng số hộ;80%;60
Hộ thanh toán số;Số hộ thanh toán số;Tổng số hộ;0,5;
Hộ có ứng dụng;Số hộ có ứng dụng;Tổng số hộ;;15
Mô hình;Số mô hình;;3;
Đoàn kiểm tra;Số đoàn;;;
"""


class Office:
    """An empty project, and the command in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plan = folder / "data/campaigns/can-tho"

    def file(self, name: str, content: str) -> str:
        path = self.folder / name
        path.write_text(content, "utf-8")
        return str(path)

    def begin(self, units: str = UNITS, criteria: str = CRITERIA, *more: str) -> int:
        given = ["--name", 'Phong trào "số"', "--province", "Thành phố Cần Thơ"]
        given += ["--units", self.file("units.csv", units)]
        given += ["--criteria", self.file("criteria.csv", criteria)]
        return run(["new", "campaign", "can-tho", *given, "--period", "2026-Q1", *more])


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    (tmp_path / "data/campaigns").mkdir(parents=True)
    monkeypatch.setenv("DXKIT_PROJECT", str(tmp_path))
    monkeypatch.delenv("DXKIT_CAMPAIGN", raising=False)
    return Office(tmp_path)


def units_in(campaign: Campaign) -> list[str]:
    return [f"{u.code} {u.name} {u.level} {u.parent_code}".strip() for u in campaign.units.units]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_folder_is_what_was_given(
    language: str, office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    assert office.begin(UNITS, CRITERIA, "--hamlets", "--lang", language) == 0
    campaign = load_campaign(office.plan)
    assert dict(campaign.names) == dict.fromkeys(("vi", "en"), 'Phong trào "số"')
    of = {"vi": "Ủy ban nhân dân thành phố Cần Thơ", "en": "People's Committee of Cần Thơ city"}
    if language == "vi":
        assert campaign.organiser["vi"] == of["vi"]
    assert [(level.id, level.open) for level in campaign.levels] == [
        ("province", False), ("commune", False), ("hamlet", True)]  # fmt: skip
    assert campaign.level("commune").prefixes == ("Xã", "Phường")
    assert units_in(campaign) == [
        "92 Thành phố Cần Thơ province", "31369 Xã Đông Phước commune 92",
        "31459 Xã Vĩnh Tường commune 92", "31465 Phường Vị Thanh commune 92"]  # fmt: skip
    assert (campaign.report_level, dict(campaign.ranking.within)) == (
        "commune", {"commune": "province", "hamlet": "commune"})  # fmt: skip
    (period,) = campaign.periods
    assert (period.id, str(period.first_day), str(period.last_day), period.assumed) == (
        "2026-Q1", "2026-01-01", "2026-03-31", True)  # fmt: skip
    assert [(m.headers, m.whole, m.level) for m in campaign.measures] == [
        (("Tổng số hộ",), "", "hamlet"),
        (("Số hộ có kỹ năng số",), "tong_so_ho", "hamlet"),
        (("Số hộ thanh toán số",), "tong_so_ho", "hamlet"),
        (("Số hộ có ứng dụng",), "tong_so_ho", "hamlet"),
        (("Số mô hình",), "", "hamlet"),
        (("Số đoàn",), "", "hamlet"),
    ]
    judged = [
        (i.names["vi"], str(i.kind), i.denominator, i.max_points, i.scoring, i.assumed)
        for i in campaign.indicators
    ]
    assert judged == [
        ("Hộ có kỹ năng số", "ratio", "tong_so_ho", 60, "ratio_to_target", True),
        ("Hộ thanh toán số", "ratio", "tong_so_ho", 10, "ratio_to_target", True),
        ("Hộ có ứng dụng", "ratio", "tong_so_ho", 15, "share", True),
        ("Mô hình", "count", "", 10, "ratio_to_target", True),
        ("Đoàn kiểm tra", "count", "", 0, "none", True),
    ]
    assert campaign.scoring.total_points == 95
    targets = {(t.indicator, t.level): t.value for t in campaign.targets}
    assert [targets.get((i.id, "commune")) for i in campaign.indicators] == [
        0.8,
        0.5,
        None,
        3,
        None,
    ]
    said = capsys.readouterr().out
    assert ("5 tiêu chí từ 6 số liệu" if language == "vi" else "5 criteria from 6 measures") in said

    # Each key stands below its comment, in the office's language; the examples are good ones.
    text = (office.plan / "campaign.toml").read_text("utf-8")
    for block in re.split(r"\n\n(?!\[\[levels)", text):
        assert block.startswith("# ")
    assert ("The name of this folder" in text) is (language == "en")
    used = re.sub(r'(?m)^# (\[\[?[a-z_.]+\]\]?|[a-z_.]+ = ("[^"]*"|[\d.-]+|true))$', r"\1", text)
    assert used.count("\n[[") == text.count("\n[[") + 3
    (office.plan / "campaign.toml").write_text(used, "utf-8")
    whole = load_campaign(office.plan)
    assert (len(whole.rewards), len(whole.scoring.bands), len(whole.legal_basis)) == (1, 1, 1)


def test_it_can_be_checked_asked_by_form_and_go_on(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    assert office.begin() == 0
    capsys.readouterr()
    assert run([]) == 0  # the only campaign needs no naming
    assert "dxkit form 2026-Q1\n" in capsys.readouterr().out
    assert run(["form", "2026-Q1"]) == 0
    assert "không có cột đối chiếu.\n" in capsys.readouterr().out  # and nobody names hamlets
    assert len(list(office.folder.glob("outputs/can-tho/2026-Q1/forms/*.xlsx"))) == 3
    assert run(["check", "--plan", "2026-Q1"]) == 1
    (line,) = capsys.readouterr().out.strip().splitlines()[-1:]
    assert "2026-Q1: thư mục số liệu quý I/2026 chưa có tệp nào" in line
    rows = "STT,Đơn vị,Tổng số hộ,Số hộ có kỹ năng số,Số hộ thanh toán số,Số hộ có ứng dụng"
    rows += ",Số mô hình,Số đoàn\n1,Xã Đông Phước,200,100,50,40,2,1\n"
    rows += "2,Xã Vĩnh Tường,100,80,60,30,3,0\n3,Phường Vị Thanh,300,90,90,90,1,2\n"
    (office.folder / "data/raw/can-tho/2026-Q1/all.csv").write_text(rows, "utf-8")
    assert run(["rank", "2026-Q1", "--format", "csv"]) == 0
    ranked = re.findall(
        r"^2026-Q1,commune,92,(\d+),[^,]*,([\d.]+),(\d)", capsys.readouterr().out, re.M
    )
    # 60 × 0.5/0.8 + 10 × 0.25/0.5 + 15 × 0.2 + 10 × 2/3; 60 + 10 + 15 × 0.3 + 10; and the last
    points = {"31369": 37.5 + 5 + 3 + 20 / 3, "31459": 84.5, "31465": 22.5 + 6 + 4.5 + 10 / 3}
    assert {c: float(p) for c, p, _ in ranked} == pytest.approx(points)
    assert {c: r for c, _, r in ranked} == {"31459": "1", "31369": "2", "31465": "3"}
    assert run(["new", "period"]) == 0
    assert [p.id for p in load_campaign(office.plan).periods] == ["2026-Q1", "2026-Q2"]


def test_units_stand_in_the_last_one_above_where_the_list_does_not_say(office: Office) -> None:
    units = "unit\nHuyện A\nXã Một\nThị trấn Hai\nThị xã B\nPhường Một\nẤp 1\nẤp 2\n"
    assert office.begin(units) == 0
    campaign = load_campaign(office.plan)
    assert units_in(campaign) == [
        "00 Thành phố Cần Thơ province", "01 Huyện A district 00", "02 Xã Một commune 01",
        "03 Thị trấn Hai commune 01", "04 Thị xã B district 00", "05 Phường Một commune 04",
        "06 Ấp 1 hamlet 05", "07 Ấp 2 hamlet 05"]  # fmt: skip
    assert campaign.report_level == "district"
    assert dict(campaign.ranking.within) == {
        "district": "province", "commune": "district", "hamlet": "commune"}  # fmt: skip
    assert campaign.measures[0].level == "hamlet"


def test_departments_are_units_of_the_province(office: Office) -> None:
    assert office.begin("code,unit\nSNV,Sở Nội vụ\nSTC,Sở Tài chính\n") == 0
    campaign = load_campaign(office.plan)
    assert [(level.id, level.prefixes) for level in campaign.levels][1:] == [("unit", ())]
    assert units_in(campaign)[1:] == ["SNV Sở Nội vụ unit 00", "STC Sở Tài chính unit 00"]


def test_lists_may_be_workbooks(office: Office) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Phụ lục"], [], ["STT", "Mẫu số", "Tiêu chí", "Tử số", "Mục tiêu"],
                [1, "Tổng số hộ", "Kỹ năng số", "Số hộ có kỹ năng", 0.8], [], [""]):  # fmt: skip
        sheet.append(row)
    sheet["E4"].number_format = "0%"
    path = office.folder / "criteria.xlsx"
    book.save(path)
    assert office.begin(UNITS, CRITERIA, "--criteria", str(path)) == 0
    (indicator,) = load_campaign(office.plan).indicators
    (target,) = {t.value for t in load_campaign(office.plan).targets}
    assert (indicator.names["vi"], target) == ("Kỹ năng số", 0.8)


@pytest.mark.parametrize(
    ("units", "criteria", "more", "words"),
    [
        (UNITS, CRITERIA, ["--period", "2026-Q7"], '"2026-Q7" is no period'),
        (UNITS, CRITERIA, ["--period", "2026-H1"], '"2026-H1" is no period'),
        (UNITS, CRITERIA, ["--period", "0000"], '"0000" is no period'),
        (UNITS, CRITERIA, ["--period", "0001-01"], '"0001-01" is no period'),
        (UNITS, CRITERIA, ["--units", "nowhere.csv"], "nowhere.csv is not there"),
        ("Xã\nXã A\n", CRITERIA, [], 'no column with the heading "unit"'),
        ("unit\n", CRITERIA, [], 'no column with the heading "unit"'),
        (UNITS + "31369,Xã Khác,\n", CRITERIA, [], "units.csv, 7: the code 31369 stands there"),
        (UNITS + "1,Xã Khác,Huyện X\n", CRITERIA, [],
         'units.csv, 7: no unit above this one is called "Huyện X"'),
        (UNITS + "1,Xã Khác,Xã Đông Phước\n", CRITERIA, [], 'called "Xã Đông Phước"'),
        (UNITS + "x y,Xã Khác,\n", CRITERIA, [], "units.csv:6"),
        ("unit\nThành phố Cần Thơ\n", CRITERIA, [], "no unit below Thành phố Cần Thơ"),
        (UNITS, CRITERIA + "Thêm;;;;\n", [], 'criteria.csv, 7: the criterion "Thêm" does not say'),
        (UNITS, CRITERIA + "Thêm;Số thêm;;nhiều;\n", [], 'criteria.csv, 7: "nhiều" is no number'),
        (UNITS, CRITERIA + "Thêm;Số thêm;;0;\n", [], "targets.csv:"),
        (UNITS, CRITERIA + "Thêm;Tổng số hộ;Số hộ có ứng dụng;;\n", [], "measures.csv:"),
        (UNITS, "criterion,numerator\nA,B\n", [], "No criterion of the list gives points"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_plan_writes_nothing(
    units: str, criteria: str, more: list[str], words: str, office: Office,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert office.begin(units, criteria, *more, "--lang", "en") == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert words in captured.err
    assert list((office.folder / "data").rglob("*")) == [office.folder / "data/campaigns"]


@pytest.mark.parametrize("there", ["a folder", "a file"])
def test_nothing_is_written_over(
    there: str, office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    if there == "a folder":
        office.plan.mkdir()
    else:
        office.plan.write_text("notes", "utf-8")
    assert office.begin() == 2
    assert "đã có; không ghi gì" in capsys.readouterr().err
    assert office.plan.is_file() or not list(office.plan.iterdir())


def test_an_id_that_is_a_path_is_refused(office: Office) -> None:
    for name in ("../x", "a b", "a/b", "", "chiến-dịch"):
        assert run(["new", "campaign", name]) == 2
    assert list((office.folder / "data").rglob("*")) == [office.folder / "data/campaigns"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_what_is_not_given_is_asked_for(
    office: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lists = [office.file("u.csv", UNITS), f'"{office.file("c.csv", CRITERIA)}"']
    answers = ["", " ", "Bình dân học vụ số", "Thành phố Cần Thơ", "no.csv", lists[1], lists[0], "",
               " ", "2026-Q5", "2026-05", "y", "Có", lists[0], lists[1]]  # fmt: skip
    monkeypatch.setattr(sys, "stdin", Terminal("\n".join(answers) + "\n"))
    assert run(["new", "campaign", "can-tho"]) == 0
    campaign = load_campaign(office.plan)
    assert campaign.names["vi"] == "Bình dân học vụ số"
    assert campaign.organiser["vi"] == "Ủy ban nhân dân thành phố Cần Thơ"
    assert [str(d) for p in campaign.periods for d in (p.id, p.last_day)] == [
        "2026-05",
        "2026-05-31",
    ]
    assert campaign.levels[-1].open
    asked = capsys.readouterr().out
    for column, name in (("đơn vị", "c.csv"), ("tiêu chí", "u.csv")):
        assert f'{name} không có cột nào tên là "{column}"' in asked
    assert "Không có no.csv" in asked
    assert asked.count("ấp, khu vực không? (c/k)") == 2  # "y" is neither
    assert '"2026-Q5" không phải là kỳ' in asked
    assert "Đơn vị phát động [Ủy ban nhân dân thành phố Cần Thơ]: " in asked

    assert (
        run(["new", "campaign", "other", "--name", "X"]) == 2
    )  # nobody answers any more, as after Ctrl-C
    assert capsys.readouterr().err.strip() == "Đã dừng theo yêu cầu; chưa ghi gì."
    assert not (office.plan.parent / "other").exists()


def test_the_folder_for_workbooks_is_made_where_they_are(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = office.folder / "received(1)"
    assert office.begin(UNITS, CRITERIA, "--raw", str(raw)) == 0
    assert (raw / "can-tho/2026-Q1").is_dir()
    assert not (office.folder / "data/raw").exists()
    assert f'dxkit form 2026-Q1 --campaign can-tho --raw "{raw}"\n' in capsys.readouterr().out


def test_elsewhere_what_is_not_given_is_named(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["new", "campaign", "can-tho", "--name", "X", "--units", " "]) == 2
    assert "Còn thiếu: --province, --units, --criteria" in capsys.readouterr().err
