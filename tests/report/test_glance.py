"""What the objects of the Python face are as the last value of a cell, and how units are named."""

from __future__ import annotations

import dataclasses
import datetime
import pickle
import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from IPython.lib.pretty import pretty
from markupsafe import Markup

import dxkit
from dxkit.model.campaign import Campaign
from dxkit.model.choices import UnknownNameError
from dxkit.model.units import Unit, UnitRegistry
from dxkit.period import OpenPeriod
from dxkit.report.explore.live import Listed

LONGEST = 2_000  # characters; a screen has as many

Q4 = ("haugiang-2022", "2022-Q4")
SHOWN: dict[str, Callable[[OpenPeriod], Any]] = {
    "period": lambda opened: opened,
    "campaign": lambda opened: opened.campaign,
    "received": lambda opened: opened.received,
    "table": lambda opened: opened.received.table,
    "units": lambda opened: opened.analysis.units,
    "analysis": lambda opened: opened.analysis,
    "history": lambda opened: opened.history,
    "register": lambda opened: opened.register,
    "scorecard": lambda opened: opened.scorecard("930"),
    "fact": lambda opened: opened.scorecard("93").fact("cashless", "value"),
    "report": lambda _: dxkit.report(*Q4, "930"),
    "part": lambda _: dxkit.report(*Q4, "930").indicators(),
    "explorer": lambda _: dxkit.explore(*Q4),
    "chosen initiatives": lambda _: dxkit.explore(*Q4).chosen,
    "comparison": lambda _: dxkit.explore(*Q4).choose(indicator="cashless").comparison,
    "panel": lambda _: dxkit.explore(*Q4).choose(indicator="cashless").comparison.panel,
    "quality": lambda _: dxkit.quality(*Q4),
    "chosen findings": lambda _: dxkit.quality(*Q4).chosen,
    "start": lambda _: dxkit.start(*Q4),
}


@pytest.mark.parametrize("name", SHOWN)
def test_what_is_shown_by_itself_is_short(name: str) -> None:
    assert len(pretty(SHOWN[name](dxkit.open(*Q4)))) < LONGEST


@pytest.mark.parametrize("part", ["table", "card"])
def test_a_part_that_follows_choices_is_short_as_text(part: str) -> None:
    shown = getattr(dxkit.explore(*Q4).choose(indicator="cashless"), part)()
    assert len(shown._repr_mimebundle_()["text/plain"]) < LONGEST


def test_a_period_is_a_small_table_in_the_language_of_the_office() -> None:
    html = dxkit.open(*Q4)._repr_html_()
    assert len(html) < LONGEST
    assert "quý IV/2022</caption>" in html
    rows = re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td>', html)
    # one province of eight districts, which have sent one workbook each
    assert {("Tệp đã nhận", "8"), ("tỉnh", "1"), ("huyện, thị xã, thành phố", "8")} <= set(rows)


def test_a_scorecard_is_a_small_table_and_a_scorecard() -> None:
    opened = dxkit.open(*Q4)
    card = opened.scorecard("931")
    html = card._repr_html_()
    assert len(html) < LONGEST
    assert "Thành phố Ngã Bảy, quý IV/2022</caption>" in html
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in html.split("<tr>")]
    assert ["Thanh toán không tiền mặt", "83,1%", "80%", "20,00", "2"] in rows
    page = Markup(dxkit.report(*Q4, "931").indicators().html).striptags().replace("%", "")
    assert all(cell.strip("%") in page for row in rows[2:] for cell in row if cell[0].isdigit())
    assert len(dxkit.open("pci-2009").scorecard("01")._repr_html_()) < LONGEST
    assert card.fact("cashless", "value") == opened.analysis.scorecard("931").fact(
        "cashless", "value"
    )


def test_many_things_are_their_number_and_the_first() -> None:
    assert repr(Listed("abcd")) == "<4: 'a', 'b', 'c', …>"
    assert repr(Listed("ab")) == "<2: 'a', 'b'>"
    assert repr(Listed()) == "<0: >"
    assert len(repr(Listed(["x" * 9_000] * 5))) < 700
    assert Listed("ab") == ("a", "b")


# units by number ----------------------------------------------------------------------------

UNITS = UnitRegistry(
    tuple(
        Unit(code, name, "", level, parent)
        for code, name, level, parent in (
            ("00", "Cả nước", "country", ""),
            ("01", "Hà Nội", "province", "00"),
            ("12", "Lai Châu", "province", "00"),
            ("012", "Xã A", "commune", "12"),
            ("ap-1", "Ấp 1", "commune", "12"),
        )
    ),
    ("country", "province", "commune"),
)


@pytest.mark.parametrize(
    ("given", "code"), [("01", "01"), (1, "01"), (1.0, "01"), ("012", "012"), (12, "12")]
)
def test_a_number_is_the_code_it_can_mean(given: str | int, code: str) -> None:
    assert UNITS.find(given).code == code


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (7, ["01 (Hà Nội)", "12 (Lai Châu)"]),  # nothing like it: the units below the top
        ("13", ["12 (Lai Châu)"]),
        ("lai", ["12 (Lai Châu)"]),  # a name in place of a code
        ("1", ["01 (Hà Nội)", "12 (Lai Châu)"]),  # a text is taken as it is
    ],
)
def test_a_code_that_does_not_exist_is_told_with_those_like_it(
    given: str | int, named: list[str]
) -> None:
    with pytest.raises(KeyError) as raised:
        UNITS.find(given)
    assert f"no unit '{given}'" in str(raised.value)
    assert all(one in str(raised.value) for one in named)


def test_a_unit_may_be_a_number_at_every_face() -> None:
    opened = dxkit.open(*Q4)
    assert "thành phố Ngã Bảy" in dxkit.report(*Q4, 931).title
    assert opened.scorecard(931).unit.code == "931"
    assert opened.facts(931).equals(opened.facts("931"))
    facts = {"bonus": ("total", "points"), "points": ("total", "points")}
    said = [opened.sentence(unit, "scale_bonus", **facts) for unit in (931, "931")]
    assert str(said[0]) == str(said[1])
    explorer, quality = dxkit.explore(*Q4), dxkit.quality(*Q4)
    assert explorer.choose(district=932).choice.district == "932"
    assert quality.choose(sender=935).choice.sender == "935"
    for wrong in (lambda: opened.scorecard(999), lambda: dxkit.report(*Q4, 999)):
        with pytest.raises(KeyError, match=r"no unit '999'; there are: 930 \("):
            wrong()


def test_what_there_is_not_is_told_with_what_there_is_and_the_nearest() -> None:
    opened, report = dxkit.open(*Q4), dxkit.report(*Q4, "93")
    # what must be told (the names that there are, the nearest where one is near), and who asks
    wrong: dict[str, Callable[[], object]] = {
        "no campaign 'haugiang-2023'; there are: haugiang-2022, pci-2009; "
        "the nearest is 'haugiang-2022'": lambda: dxkit.open("haugiang-2023"),
        "no campaign 'zzz'; there are: haugiang-2022, pci-2009": lambda: dxkit.open("zzz"),
        "no period '2022-Q9'; there are: 2022-Q3, 2022-Q4": lambda: dxkit.open(Q4[0], "2022-Q9"),
        "no language 'fr'; there are: en, vi": lambda: dxkit.open(*Q4, "fr"),
        "no unit 'nga bay'; there are: 31340 (Phường Ngã Bảy), 931 (Thành phố Ngã Bảy), …": (
            lambda: opened.facts("nga bay")
        ),
        "no indicator 'cashles'; there are: online_dossiers, digital_skills, app_installed, "
        "cashless, ecommerce_farms, initiatives; the nearest is 'cashless'": (
            lambda: report.ranked_chart("cashles")
        ),
        "no indicator with points 'aps'; there are: online": (
            lambda: opened.with_rules(weights={"aps": 1})
        ),
        "no level with 'cashless' 'hamlets'; there are: province, district, commune, hamlet; "
        "the nearest is 'hamlet'": (
            lambda: opened.with_rules(targets={("cashless", "hamlets"): 0.7})
        ),
        "no fact about 'cashless' of kind 'valeu'; there are: value, …": (
            lambda: opened.scorecard("930").fact("cashless", "valeu")
        ),
        "no facts of unit '930' about 'cash'; there are: cashless": (
            lambda: opened.scorecard("930").fact("cash", "value")
        ),
        "no sentence 'scale_bonuss'; there are: scale_bonus, …": (
            lambda: opened.sentence("930", "scale_bonuss")
        ),
        "no choice 'distrct'; there are: ": lambda: dxkit.explore(*Q4).choose(distrct="930"),
        "no form of a page 'pfd'; there are: html, pdf, docx, pptx, text, card": (
            lambda: dxkit.run(*Q4, to="pfd")
        ),
        "no level 'distrct'; there are: province, district, commune, hamlet; the nearest is "
        "'district'": lambda: dxkit.run(*Q4, level="distrct"),
        "no notebook 'my_report.ipynb'; there are in ": (
            lambda: dxkit.run(*Q4, notebook="my_report.ipynb")
        ),
    }  # fmt: skip
    for text, ask in wrong.items():
        with pytest.raises(ValueError) as raised:  # noqa: PT011
            ask()
        assert str(raised.value).startswith(text), (text, str(raised.value))


def test_an_unknown_name_crosses_to_another_process_whole() -> None:
    error = UnknownNameError("unit", 7, {"01": "Hà Nội"})
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    assert str(error) == "no unit '7'; there are: 01 (Hà Nội)"
    assert str(UnknownNameError("unit", "ha noi", {"01": "Hà Nội", "02": ""})) == (
        "no unit 'ha noi'; there are: 01 (Hà Nội), 02; the nearest is '01'"
    )
    many = UnknownNameError("unit", "05x", {f"{n:02}": "" for n in range(40)})
    assert str(many).startswith("no unit '05x'; there are: 05, …")
    assert str(UnknownNameError("unit", "x", ())) == "no unit 'x'; there are: –"


@pytest.mark.parametrize(
    "day",
    [datetime.date(2022, 9, 15), datetime.datetime(2022, 10, 15, 7, 30), pd.Timestamp("2022-11-01"),
     "2022-12-14"],
)  # fmt: skip
def test_a_period_may_be_a_day_that_it_holds(day: datetime.date | str) -> None:
    assert dxkit.open("haugiang-2022", day).analysis.period.id == "2022-Q4"


@pytest.mark.parametrize("day", [datetime.date(1999, 1, 1), "2022-13-45", "2022-Q9"])
def test_a_day_of_no_period_is_told_with_those_that_there_are(day: datetime.date | str) -> None:
    with pytest.raises(KeyError, match=rf"no period '{day}'; there are: 2022-Q3, 2022-Q4"):
        dxkit.open("haugiang-2022", day)


def test_a_day_means_the_shortest_period(haugiang: Campaign) -> None:
    year = dataclasses.replace(haugiang.period("2022-Q4"), id="2022",
                               first_day=datetime.date(2022, 1, 1))  # fmt: skip
    plan = dataclasses.replace(haugiang, periods=(year, *haugiang.periods))
    assert plan.period_of_day("2022-12-01") == "2022-Q4"
    assert plan.period_of_day("2022-02-01") == "2022"


def test_a_period_may_be_a_number() -> None:
    assert dxkit.open("pci-2009", 2009).analysis.period.id == "2009"
    with pytest.raises(KeyError, match="no period '2010'; there are: 2009"):
        dxkit.open("pci-2009", 2010)


@pytest.mark.parametrize(
    ("gone", "now"),
    [("headlines", "verdict"), ("next_steps", "tasks"), ("peers_chart", "indicators")],
)
def test_a_section_that_is_gone_says_which_tells_it(gone: str, now: str) -> None:
    report = dxkit.report("haugiang-2022", "2022-Q4", 936)
    with pytest.raises(AttributeError, match=rf"{gone}.*{now}\(\) tells"):
        getattr(report, gone)
    assert getattr(report, now)().html
    with pytest.raises(AttributeError, match="a report has no 'verdicts'"):
        getattr(report, "verdicts")  # noqa: B009
