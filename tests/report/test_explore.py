"""The notebooks for exploring: true figures, choices that are followed, whole without widgets."""

from __future__ import annotations

import csv
import dataclasses
import json
import multiprocessing
import os
import re
import warnings
from collections import Counter
from pathlib import Path

import nbformat
import numpy as np
import openpyxl
import pandas as pd
import papermill
import pytest
from lxml import html as lxml_html

import dxkit
from dxkit.analysis.initiatives import Comparison, Evidence, another_place, compare, grade
from dxkit.report.explore import initiative_sections as sections
from dxkit.report.explore import live, selection
from dxkit.report.explore.live import save_workbook
from dxkit.report.explore.quality import FEW_ALIKE, MOST_SHOWN
from dxkit.report.frames import PANEL_COLUMNS
from dxkit.workbooks.csv_text import write_rows
from tests.analysis.panels import Situation


@pytest.fixture
def explorer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    dxkit.open("haugiang-2022", "2022-Q4")  # read once, from the outputs of the project
    opened = dxkit.explore("haugiang-2022", "2022-Q4")
    object.__setattr__(opened.opened.project, "out", tmp_path)
    yield opened
    object.__setattr__(opened.opened.project, "out", None)


def rows_of(html: str) -> list[list[str]]:
    tables = lxml_html.fromstring(html).xpath("//table")
    return [[c.text_content() for c in row] for t in tables for row in t.xpath("./tbody/tr")]


def test_the_register_follows_the_choices(explorer) -> None:
    frame = dxkit.open("haugiang-2022", "2022-Q4").initiatives()
    begun = frame[frame["start"].str.extract(r"(20\d\d)")[0].astype(int) <= 2022]
    part = explorer.table()
    explorer.choose(indicator="", search="cho 4.0")
    rows = rows_of(part.html)
    expected = begun[begun["name"].str.contains("Chợ 4.0")]
    assert len(rows) == len(expected) > 10
    explorer.choose(search="", field="Kinh tế số", district="932", indicator="cashless")
    assert len(explorer.chosen) == len(rows_of(part.html)) > 0
    codes = {u.code for u in explorer.units.descendants("932")}
    assert {i.unit_code for i in explorer.chosen} <= codes
    explorer.choose(district="", field="", sort="households")
    sizes = [i.households or 0 for i in explorer.chosen]
    assert sizes == sorted(sizes, reverse=True)
    explorer.choose(search="khong co dau nao nhu the nay")
    assert rows_of(part.html) == []
    assert "Không có mô hình" in part.html


def test_a_choice_that_is_not_on_offer_is_refused(explorer) -> None:
    with pytest.raises(ValueError, match="district"):
        explorer.choose(district="999")
    with pytest.raises(ValueError, match="no choice 'colour'; there are: period, district"):
        explorer.choose(colour="red")
    with pytest.raises(ValueError, match=r"no sort 'nmae'; there are: .*; the nearest is 'name'"):
        explorer.choose(sort="nmae")


@pytest.fixture
def in_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Widgets are made as for a front end, which nobody sees."""
    monkeypatch.setattr(live, "has_kernel", lambda: True)


def test_widgets_follow_what_is_chosen_in_code(explorer, in_kernel: None) -> None:
    bundle = explorer.choices()._repr_mimebundle_()
    widgets = explorer.controls.widgets
    table = explorer.table()
    explorer.choose(district="932", indicator="cashless", search="chợ")
    shown = {name: widget.value for name, widget in widgets.items()}
    assert shown == dataclasses.asdict(explorer.choice)
    assert (shown["district"], shown["search"]) == ("932", "chợ")
    assert explorer.choices()._repr_mimebundle_()["text/html"] != bundle["text/html"]
    assert explorer.controls.widgets is widgets  # shown twice, they are the same
    widgets["search"].value = ""
    widgets["district"].value = "930"
    assert (explorer.choice.district, explorer.choice.search) == ("930", "")
    assert len(rows_of(table.html)) == len(explorer.chosen)


def test_options_narrow_to_what_is_there(explorer, in_kernel: None) -> None:
    explorer.choices()._repr_mimebundle_()
    widgets = explorer.controls.widgets
    explorer.choose(indicator="")
    all_names = len(widgets["name"].options)
    explorer.choose(district="932")
    register = explorer.register
    codes = {u.code for u in explorer.units.descendants("932")} | {"932"}
    there = [i for i in register if i.unit_code in codes]
    for name in ("name", "field"):
        offered = {value for _, value in widgets[name].options} - {""}
        assert offered == {getattr(i, name) for i in there}
    assert len(widgets["name"].options) < all_names
    assert len(widgets["district"].options) == 1 + len(
        {explorer.units.ancestor_at(i.unit_code, "district").code for i in register
         if explorer.units.ancestor_at(i.unit_code, "district")}
    )  # fmt: skip
    other = next(i.field for i in register if i.field not in {t.field for t in there})
    explorer.choose(field=other)  # exists elsewhere: it is chosen, shown, and nothing fits
    assert widgets["field"].value == other
    assert explorer.chosen == ()
    explorer.choose(field="", district="")
    assert len(widgets["name"].options) == all_names


def test_kinds_of_findings_narrow_to_those_of_the_sender(in_kernel: None) -> None:
    quality = dxkit.quality("haugiang-2022", "2022-Q4")
    quality.choices()._repr_mimebundle_()
    quality.choose(sender="932")
    offered = {value for _, value in quality.controls.widgets["rule"].options} - {""}
    of_sender = {f.code for f in quality.opened.all_findings if quality.sender_of(f) == "932"}
    assert offered == of_sender
    assert len(of_sender) < len({f.code for f in quality.opened.all_findings})


def test_without_an_indicator_nothing_is_compared_and_that_is_said(explorer) -> None:
    explorer.choose(indicator="")
    for part in (explorer.matched(), explorer.before_after(), explorer.next_places()):
        assert "Chọn một tiêu chí" in part.html
    assert "tất cả các mô hình" in explorer.card().html
    assert explorer.evidence is None
    assert explorer.suggestions() == ()


def test_the_honest_grade_of_two_simulated_quarters_is_low_and_says_why(explorer) -> None:
    for indicator in ("cashless", "digital_skills", "online_dossiers", "app_installed"):
        explorer.choose(indicator=indicator)
        text = explorer.matched().html
        assert explorer.evidence.grade == "D"
        assert "D – chưa kết luận được" in text
        assert "hai quý là quá ít để kết luận" in text
        assert "mô phỏng" in text
        assert "đã được trừ ra" not in text  # with one period before the start it cannot be
        assert "phần này không tách ra được" in text
        assert "xác suất do ngẫu nhiên" not in text  # a p-value is no such probability
        assert "cứ 40 mô hình không có tác dụng thì khoảng một mô hình trông như có lợi" in text
        assert "Chỉ có một kỳ trước khi bắt đầu nên không kiểm định được" in text
        assert "Số liệu chưa cho thấy tác dụng." in text  # a grade D leans nowhere
        assert "nan" not in re.findall(r"\w+", text)


def test_where_to_try_next_takes_evidence(explorer, monkeypatch: pytest.MonkeyPatch) -> None:
    explorer.choose(indicator="cashless")
    for letter, said in (("A", True), ("B", True), ("C", False), ("D", False)):
        found = Evidence(letter, "helps", ())
        monkeypatch.setattr(selection, "grade", lambda _, found=found: found)
        assert bool(explorer.suggestions()) is said
        html = explorer.next_places().html
        assert bool(rows_of(html)) is said
        assert ("khoảng 95% cho một nơi" in html) is said
        assert ("Chưa gợi ý nơi thử tiếp" in html) is not said


def compared(explorer, situation: Situation, seed: int) -> Comparison:
    """A comparison of synthetic shares at the communes and districts of the explorer's units."""
    panel, starts = situation.draw(seed)
    communes = (unit.code for unit in explorer.units.at_level("commune"))
    codes = dict(zip(sorted(panel.places), communes, strict=True))
    places = {
        codes[c]: dataclasses.replace(p, code=codes[c], district=f"93{p.district[1:]}")
        for c, p in panel.places.items()
    }
    values = {(codes[c], period): value for (c, period), value in panel.values.items()}
    panel = dataclasses.replace(panel, places=places, values=values)
    return compare(panel, {codes[c]: start for c, start in starts.items()})


def test_a_finding_tells_what_it_rests_on_and_what_would_break_it(explorer) -> None:
    explorer.choose(indicator="cashless")
    found = compared(explorer, Situation(effect=0.08), 1)
    assert grade(found).grade == "A"
    text = str(sections.comparison_sentences(explorer, found, found.interval))
    text += str(sections.checks(explorer, found, found.interval))
    for number in (found.pull, found.interval.estimate, found.interval.low, found.undoing_break):
        assert f"{100 * number:.1f}".replace(".", ",").replace("-", "−") in text
    assert f"{100 * found.earlier.probability:.1f}%".replace(".", ",") in text
    assert "hồi quy về trung bình, đo ở những nơi chưa có mô hình); phần này đã được trừ ra" in text
    for said in ("gãy đi", "Kiểm định chung", "sớm hơn 1 kỳ", "Bỏ bất kỳ nơi nào", "lân cận"):
        assert said in text
    assert "đường thẳng" not in text
    rising = compared(explorer, Situation(periods=8, start=4, slope=0.005, effect=0.05), 1)
    text = str(sections.comparison_sentences(explorer, rising, rising.interval))
    text += str(sections.checks(explorer, rising, rising.interval))
    assert f"{100 * rising.carried:.1f}".replace(".", ",").replace("-", "−") in text
    assert "tiếp tục theo đường thẳng của mình" in text
    assert all(f"sớm hơn {back} kỳ" in text for back in (1, 2, 3))


def test_a_finding_that_hangs_on_one_place_names_it(explorer) -> None:
    found = compared(explorer, Situation(effect=0.02), 11)
    assert found.carriers
    text = str(sections.checks(explorer.choose(indicator="cashless"), found, found.interval))
    assert all(explorer.units.get(code).name in text for code in found.carriers)


def test_where_to_try_next_tells_what_one_more_place_may_expect(
    explorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    explorer.choose(indicator="cashless")
    found = compared(explorer, Situation(effect=0.08), 1)
    monkeypatch.setattr(selection, "compare", lambda *_: found)
    explorer._comparisons.clear()
    low, high = (f"{100 * v:.1f}".replace(".", ",").replace("-", "−") for v in another_place(found))
    html = explorer.next_places().html
    assert f"chênh lệch từ {low} đến {high} điểm phần trăm" in html
    assert rows_of(html)


def test_the_figures_shown_are_those_of_the_scorecards(explorer) -> None:
    explorer.choose(indicator="cashless")
    found = lxml_html.fromstring(explorer.matched().html).xpath("//data[@class='fact']")
    assert len(found) > 40
    opened = explorer.opened
    for element in found:
        period, unit, subject, kind = element.get("data-fact").split("/")
        analysis = opened.analysis if period == "2022-Q4" else opened.analysis.previous
        fact = analysis.scorecard(unit).fact(subject, kind)
        assert repr(fact.value) == element.get("value")


def test_the_panel_for_other_packages(explorer) -> None:
    explorer.choose(indicator="cashless", name="Tuyến đường thanh toán bằng mã QR")
    frame = explorer.panel()
    assert tuple(frame.columns) == PANEL_COLUMNS
    begun = explorer.frame().groupby("unit_code")["start_period"].min()
    first = frame.groupby("unit_code")["first_treated"].first()
    assert first[first > 0].index.isin(begun.index).all()
    assert set(first) == {0, 1, 2}
    assert (begun[first[first == 2].index] == "2022-Q4").all()
    # who has another initiative of the same aim is neither with nor without one
    others = set(explorer.others_with_the_aim()) - set(begun.index)
    assert others
    assert others.isdisjoint(frame["unit_code"])
    row = frame[(frame["unit_code"] == first.index[0]) & (frame["time"] == 2)].iloc[0]
    fact = explorer.opened.scorecard(row["unit_code"]).fact("cashless", "value")
    assert (row["period"], row["value"]) == ("2022-Q4", float(fact.value))
    assert row["district"] in {unit.code for unit in explorer.units.at_level("district")}
    explorer.choose(indicator="")
    with pytest.raises(ValueError, match="indicator"):
        explorer.panel()


def test_another_package_finds_the_same_difference(explorer) -> None:
    fixest = pytest.importorskip("pyfixest", reason="pyfixest is not among dxkit's packages")
    explorer.choose(indicator="cashless")
    panel = explorer.panel()
    wide = panel.pivot(index="unit_code", columns="time", values="value").dropna()
    rows = panel.drop_duplicates("unit_code").set_index("unit_code").loc[wide.index]
    rows = rows[rows["first_treated"] != 1]
    rows["before"], rows["change"] = wide[1], wide[2] - wide[1]
    rows["log_size"], rows["with_it"] = np.log(rows["size"]), rows["first_treated"] > 0
    found = fixest.feols("change ~ with_it + before + log_size + C(type) | district", data=rows)
    estimate = found.coef()["with_it"]
    assert estimate == pytest.approx(explorer.comparison.interval.estimate)


def test_saving_table_and_card(explorer, tmp_path: Path) -> None:
    explorer.choose(indicator="cashless", search="chợ")
    path = explorer.save_table()
    assert path.parent == tmp_path / "haugiang-2022" / "explore"
    sheet = openpyxl.load_workbook(path).active
    header, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert header == list(explorer.frame().columns)
    assert [row[0] for row in rows] == [i.name for i in explorer.chosen]
    households = [row[header.index("households")] for row in rows]
    assert households == [i.households for i in explorer.chosen]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", sheet.dimensions)
    before = path.read_bytes()
    assert explorer.save_table().read_bytes() == before
    card = explorer.save_card().read_text("utf-8")
    assert card.startswith("<!doctype html>")
    assert "SỐ LIỆU MÔ PHỎNG" in card
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", card)
    assert "chưa kết luận được" in card


def test_what_cannot_be_saved_is_told_below_the_buttons(
    explorer, tmp_path: Path, in_kernel: None
) -> None:
    *_, buttons, told = explorer.controls._made().children
    told.value, save_table = "<span>Đã lưu: …</span>", buttons.children[0]
    (tmp_path / "haugiang-2022").mkdir()
    (tmp_path / "haugiang-2022/explore").write_text("a file in the folder's place")
    save_table.click()
    assert told.value.startswith("<span>Chưa lưu: ")
    (tmp_path / "haugiang-2022/explore").unlink()
    save_table.click()
    assert told.value.startswith("<span>Đã lưu: ")
    assert ".xlsx" in told.value


def test_the_card_in_short_says_where_since_when_and_how_sure(explorer) -> None:
    explorer.choose(indicator="cashless", name="Tuyến đường thanh toán bằng mã QR")
    said = dict(rows_of(explorer.card().html))
    frame = explorer.frame()
    places = frame["unit_name"][~frame["unit_code"].duplicated()]
    assert said["Nơi thực hiện"].startswith(f"{len(places)} nơi: {places.iloc[0]}, ")
    first, last = said["Bắt đầu"].split(" – ")
    months = [f"{start[3:]}-{start[:2]}" for start in frame["start"]]
    assert (first, last) == tuple(f"{m[5:]}/{m[:4]}" for m in (min(months), max(months)))
    households = frame["households"].dropna()
    total = f"{int(households.sum()):,}".replace(",", ".")
    assert said["Số hộ"] == f"{total} hộ, cộng {len(households)} dòng có ghi số hộ"
    assert said["Mức bằng chứng"] == "D – chưa kết luận được"
    explorer.choose(search="khong co dau nao nhu the nay")
    assert "Không có mô hình" in explorer.card().html


def test_a_field_is_one_field_however_it_begins(explorer) -> None:
    fields = explorer.frame()["field"].unique()
    assert len({field.casefold() for field in fields}) == len(fields) > 3


def test_text_that_a_spreadsheet_would_run_is_quoted(tmp_path: Path) -> None:
    quoted = {"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\t=1": "\t'=1",
              "\r=1": "\r'=1", "a;=1+1": "a;'=1+1", "a\n@x": "a\n'@x",
              "＝1+1": "'＝1+1"}  # fmt: skip
    texts = [*quoted, "Chợ 4.0", "144"]
    path = tmp_path / "a/b.csv"
    write_rows(path, ("name", "households"), [(text, 144) for text in texts])
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))[1:]
    assert [row[0] for row in rows] == [*quoted.values(), "Chợ 4.0", "144"]
    assert {row[1] for row in rows} == {"144"}


def test_a_workbook_of_a_frame_runs_nothing(tmp_path: Path) -> None:
    texts = ["=1+1", "+1", "http://example.com", "<b>", "x" * 200, ""]
    frame = pd.DataFrame({"name": texts, "value": [1.5, None, 3, 4, 5, 6]})
    sheet = openpyxl.load_workbook(save_workbook(frame, tmp_path / "a.xlsx")).active
    cells = [c for row in sheet.iter_rows(min_row=2) for c in row if c.value is not None]
    assert {c.data_type for c in cells} == {"s", "n"}
    assert [c.value for c in cells if c.column == 1] == [t for t in texts if t]
    assert [c.value for c in cells if c.column == 2] == [1.5, 3, 4, 5, 6]
    assert not any(c.hyperlink for c in cells)


def test_a_view_is_saved_as_text_and_chosen_again(explorer) -> None:
    explorer.choose(indicator="cashless", district="932", search="chợ & mã=1", beside="930")
    view, choice = explorer.view, explorer.choice
    assert view.startswith("district=932&indicator=cashless&search=")
    explorer.choose(indicator="", district="", search="", sort="name", beside="")
    assert explorer.choose_view(view).choice == choice
    assert explorer.choose_view(f"http://x/lab/tree/a.ipynb?view={view}").choice == choice
    assert explorer.choose_view("").choice == choice  # nothing is said
    shown = explorer.saved_view().html
    assert lxml_html.fromstring(shown).xpath("//pre")[0].text_content() == (
        f"explorer = dxkit.explore('haugiang-2022', '2022-Q4', 'vi').choose_view({view!r})"
    )
    for wrong, said in (("colour=red", "colour"), ("district=1", "district"), ("abc", "abc")):
        with pytest.raises(ValueError, match=said):
            explorer.choose_view(wrong)
    assert explorer.choice == choice


def test_a_saved_view_is_a_notebook_that_opens_with_it(explorer, tmp_path: Path) -> None:
    explorer.choose(indicator="cashless", district="932", search='chợ "4.0"')
    part = explorer.saved_view()
    assert "<a " not in part.html
    path = explorer.save_view()
    assert path.parent == tmp_path / "haugiang-2022" / "explore"
    (link,) = lxml_html.fromstring(part.html).xpath("//a/@href")
    assert (explorer.opened.project.notebooks / link).resolve() == path.resolve()
    cells = json.loads(path.read_text("utf-8"))["cells"]
    assert len(cells) > 10
    assert not any(cell.get("outputs") for cell in cells)
    (said,) = (c["source"] for c in cells if c["metadata"].get("tags") == ["parameters"])
    names: dict[str, str] = {}
    exec("".join(said), names)  # what the kernel does with the cell
    assert (names["campaign"], names["period"]) == ("haugiang-2022", "2022-Q4")
    choice = explorer.choice
    assert explorer.choose(district="", search="").choose_view(names["view"]).choice == choice
    explorer.choose(sort="name")  # another view, of which there is no notebook yet
    assert "<a " not in part.html
    assert explorer.save_view() != path


def test_two_districts_stand_side_by_side(explorer) -> None:
    part = explorer.choose(indicator="cashless").beside()
    assert "Hãy chọn một địa bàn" in part.html
    explorer.choose(district="932", beside="930")
    rows = {row[0]: row[1:] for row in rows_of(part.html)}
    for column, code in enumerate(("932", "930")):
        codes = {u.code for u in explorer.units.descendants(code)} | {code}
        there = [
            i for i in explorer.register if i.unit_code in codes and "cashless" in i.indicators
        ]
        assert rows["Số mô hình, sáng kiến"][column] == str(len(there))
        assert rows["Số nơi có mô hình"][column] == str(len({i.unit_code for i in there}))
        value = explorer.opened.scorecard(code).fact("cashless", "value")
        (shown,) = (row[column] for name, row in rows.items() if name.endswith("hiện nay"))
        assert shown == explorer.language.number(value)


def test_what_is_picked_is_marked_in_every_section(explorer) -> None:
    explorer.choose(indicator="cashless")
    timeline, where, before = explorer.timeline(), explorer.map(), explorer.before_after()
    unpicked = [timeline.html, where.html, before.html]
    number = next(
        n for n, i in enumerate(explorer.chosen)
        if i.first_day and any(i.unit_code in g.places for g in explorer.comparison.groups)
    )  # fmt: skip
    explorer.pick([number])
    assert explorer.picked == (number,)
    assert all(now != then for now, then in zip(
        [timeline.html, where.html, before.html], unpicked, strict=True
    ))  # fmt: skip
    assert f"► {explorer.units.get(explorer.chosen[number].unit_code).name}" in before.html
    explorer.choose(sort="name")  # the same initiative, wherever it stands now
    assert [explorer.chosen[n] for n in explorer.picked] == [
        i for i in explorer.chosen if i in explorer._picked
    ]
    assert len(explorer.picked) == 1
    explorer.pick([])
    assert explorer.choose(sort="place").picked == ()
    with pytest.raises(IndexError):
        explorer.pick([9999])


def test_the_map_counts_the_chosen_in_each_district(explorer) -> None:
    explorer.choose(indicator="")
    drawn = lxml_html.fromstring(explorer.map().html)
    picks = [g.get("data-pick").split(" ") for g in drawn.xpath("//g[@data-pick]")]
    of = Counter(explorer.units.ancestor_at(i.unit_code, "district") for i in explorer.chosen)
    del of[None]
    assert sorted(map(len, picks)) == sorted(of.values())


def test_quality_counts_what_the_findings_file_counts() -> None:
    quality = dxkit.quality("haugiang-2022", "2022-Q4")
    frame = dxkit.open("haugiang-2022", "2022-Q4").findings()
    rows = rows_of(quality.by_rule().html)
    assert sum(int(row[-1]) for row in rows) == len(frame)
    senders = rows_of(quality.senders().html)
    assert len(senders) == 8
    errors, warned, notes = (sum(int(r[n].replace("–", "0")) for r in senders) for n in (3, 4, 5))
    severity = frame["severity"].value_counts()
    assert (errors, warned, notes) == tuple(
        severity.get(k, 0) for k in ("error", "warning", "note")
    )


def test_findings_of_one_kind_do_not_bury_the_others() -> None:
    quality = dxkit.quality("haugiang-2022", "2022-Q4").choose(sender="935")
    alike = Counter((f.code, f.address.file) for f in quality.chosen)
    assert max(alike.values()) > MOST_SHOWN
    text = lxml_html.fromstring(quality.findings().html)
    assert len(text.xpath("//details")) == sum(min(n, FEW_ALIKE) for n in alike.values())
    left = [n - FEW_ALIKE for n in alike.values() if n > FEW_ALIKE]
    said = [re.search(r"và (\d+) phát hiện", p.text_content()) for p in text.xpath("//p")]
    assert [int(found[1]) for found in said if found] == left
    ((code, _),) = alike.most_common(1)[0][:1]
    quality.choose(rule=code)
    details = lxml_html.fromstring(quality.findings().html).xpath("//details")
    assert len(details) == min(len(quality.chosen), MOST_SHOWN)


def test_one_click_shows_the_cell_as_received() -> None:
    quality = dxkit.quality("haugiang-2022", "2022-Q4")
    quality.choose(rule="digits_repaired")
    (finding,) = quality.chosen
    hit = lxml_html.fromstring(quality.findings().html).xpath("//td[@class='hit']")
    assert [cell.text_content() for cell in hit] == [finding.raw]


def test_start_says_where_the_period_stands(
    outputs: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    monkeypatch.setenv("DXKIT_OUT", str(outputs.parents[1]))
    start = dxkit.start("haugiang-2022")
    said = repr(start.state())
    with (outputs / "data/ranking.csv").open(encoding="utf-8-sig", newline="") as file:
        first = next(r["unit_name"] for r in csv.DictReader(file) if r["level"] == "district")
    assert f"Đang dẫn đầu: {first}." in said
    assert "Đã nhận 8 tệp, đủ các đơn vị." in said
    assert "Đã lập 9 trang báo cáo, 0 trang lỗi." in said
    assert "thay đổi sau khi lập trang" not in said
    links = re.findall(r'href="([^"]+)"', start.links().html)
    assert len(links) >= 7
    assert all((root / "notebooks" / link).exists() for link in links)
    kept = re.findall(r'href="([^"]+)" download', start.links().html)
    assert [Path(link).name for link in kept] == ["league.xlsx"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize("engine", [None, "dxkit"])
@pytest.mark.parametrize("name", ["start_here", "data_quality", "explore_initiatives"])
def test_the_notebooks_run_with_their_defaults(
    root: Path, outputs: Path, engine: str | None, name: str, tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    is_widgets = name == "explore_initiatives"
    if (engine is None) is not is_widgets and not request.config.getoption("--full"):
        pytest.skip("on a stock kernel the one with most widgets; --full runs each by both")
    done = tmp_path / "done.ipynb"

    def execute() -> None:
        warnings.simplefilter("ignore")
        os.environ.update(DXKIT_OUT=str(outputs.parents[1]), DXKIT_PROJECT=str(root))
        os.environ.pop("PYTEST_CURRENT_TEST", None)  # the stock kernel looks for it
        os.chdir(tmp_path)
        papermill.execute_notebook(
            str(root / f"notebooks/{name}.ipynb"), str(done), progress_bar=False,
            kernel_name="python3", engine_name=engine,
        )  # fmt: skip

    process = multiprocessing.get_context("fork").Process(target=execute)
    process.start()
    process.join(120)
    assert process.exitcode == 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cells = [c for c in nbformat.read(done, as_version=4).cells if c.cell_type == "code"]
    shown = [o for c in cells for o in c.outputs if "data" in o]
    wanted = {"start_here": 4, "data_quality": 8, "explore_initiatives": 12}[name]
    assert len(shown) == wanted
    assert all("text/html" in o.data for o in shown)
    widgets = [o for o in shown if "application/vnd.jupyter.widget-view+json" in o.data]
    assert bool(widgets) == (name != "start_here")
    text = "".join(o.data["text/html"] for o in shown)
    assert "Traceback" not in text
