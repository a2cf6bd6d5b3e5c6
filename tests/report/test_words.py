"""Texts: same keys and placeholders in both languages, numbers only as facts, the house wording."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from dxkit.model.campaign import Campaign
from dxkit.model.facts import CellRef, Fact, FactKey, UnitOfMeasure
from dxkit.model.findings import CATALOGUE, Finding
from dxkit.report.sentences.catalogue import SENTENCES, FalseClaimError, state
from dxkit.report.wording.findings import finding_text, names_in_findings
from dxkit.report.wording.language import available_languages, load_language, spoken


def fact(value: float | None, unit: str, decimals: int = 1, **more: str) -> Fact:
    missing = "" if value is not None else "no_data"
    key = FactKey("2022-Q4", "930", "cashless", more.get("kind", "value"))
    return Fact(key, value, UnitOfMeasure(unit), decimals, missing=missing)


def test_both_languages_say_the_same_things() -> None:
    assert available_languages() == ("en", "vi")
    vi, en = load_language("vi"), load_language("en")
    assert set(vi.sections) == set(en.sections)
    for name, section in vi.sections.items():
        assert set(section) == set(en.sections[name]), name
        for key, text in section.items():
            fields = [
                {f for _, f, _, _ in string.Formatter().parse(t) if f}
                for t in (text, en.sections[name][key])
            ]
            assert fields[0] == fields[1], f"{name}.{key}"


def test_every_claim_has_its_sentence() -> None:
    for code in available_languages():
        assert set(load_language(code).sections["claim"]) - {"and"} == set(SENTENCES)


def test_every_finding_says_what_to_do() -> None:
    for code in available_languages():
        words = load_language(code).sections["finding"]
        to_do = {key: text for key, text in words.items() if key.endswith("_to_do")}
        assert set(to_do) == {f"{finding}_to_do" for finding in CATALOGUE}
        assert all(text.endswith(".") and "{" not in text for text in to_do.values())


def test_every_campaign_problem_has_its_sentence(root: Path) -> None:
    readers = [*sorted((root / "dxkit/campaign").glob("*.py")), root / "dxkit/model/keys.py"]
    source = "".join(path.read_text("utf-8") for path in readers)
    raised = r'(?:Misfit\w+|CampaignProblem|note_of|note)\((?:\s*[^"\s]+,| *reader[^"]+"[^"]+"\),)?'
    codes = set(re.findall(raised + r'\s*"(\w+)"[,)]', source))
    assert len(codes) > 30
    sentences = set(load_language("vi").sections["campaign"])
    assert codes <= sentences
    assert sentences <= set(re.findall(r'"(\w+)"', source))


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "vi", "en"),
    [
        (0.4563, "share", 1, "45,6%", "45.6%"),
        (0.9125, "share", 1, "91,3%", "91.3%"),
        (201970, "count", 0, "201.970", "201,970"),
        (-0.0144, "share_difference", 1, "−1,4", "−1.4"),
        (0.00001, "share_difference", 1, "0,0", "0.0"),
        (-0.00001, "share_difference", 1, "0,0", "0.0"),
        (86.394, "points", 2, "86,39", "86.39"),
        (None, "share", 1, "chưa có số liệu", "no figure"),
    ],
)
def test_numbers_as_they_are_read(
    value: float | None, unit: str, decimals: int, vi: str, en: str
) -> None:
    number = fact(value, unit, decimals)
    assert load_language("vi").number(number) == vi
    assert load_language("en").number(number) == en


def test_a_bare_number_enters_no_text() -> None:
    language = load_language("vi")
    with pytest.raises(TypeError):
        language.number(3)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        language.text("claim.level_no_target_value", indicator="x", value=3)


def test_text_from_cells_is_escaped() -> None:
    said = load_language("vi").text("site.index_title", period="<script>alert(1)</script>")
    assert "<script>" not in said
    assert "&lt;script&gt;" in said


def test_periods_are_named_as_the_office_names_them() -> None:
    language = load_language("vi")
    assert language.period("2022-Q4") == "quý IV/2022"
    assert language.period("2022-10") == "tháng 10/2022"
    assert language.period("2009") == "năm 2009"
    assert language.period("2022-H2") == "6 tháng cuối năm 2022"
    english = load_language("en")
    assert [words.period("2022-H1") for words in (english, spoken(english))] == [
        "H1 2022", "the first half of 2022"
    ]  # fmt: skip


def test_house_wording() -> None:
    claims = load_language("vi").sections["claim"]
    for key, text in claims.items():
        assert not re.search(r"(tăng|giảm) -", text), key
        if key.startswith("change_") and key.endswith("_ratio") and "{change" in text:
            assert "điểm phần trăm" in text, key
        if "giảm {" in text:
            assert ":abs}" in text, key


def test_a_false_sentence_cannot_be_made() -> None:
    gap, value, target = fact(-0.05, "share_difference"), fact(0.45, "share"), fact(0.5, "share")
    parts = {name: fact(45, "count", 0, kind=name) for name in ("numerator", "denominator")}
    filling = {"gap": gap, "value": value, "target": target, **parts}
    assert state("level_missed_ratio", filling).message == "level_missed_ratio"
    with pytest.raises(FalseClaimError):
        state("level_exceeded_ratio", filling)
    with pytest.raises(FalseClaimError):
        state("level_met_ratio", filling)


def test_direction_decides_what_is_good() -> None:
    gap, value, target = fact(-0.05, "share_difference"), fact(0.45, "share"), fact(0.5, "share")
    parts = {name: fact(45, "count", 0, kind=name) for name in ("numerator", "denominator")}
    filling = {"gap": gap, "value": value, "target": target, **parts}
    assert state("level_under_ratio", filling, -1)
    with pytest.raises(FalseClaimError):
        state("level_exceeded_ratio", filling, -1)


def test_a_finding_speaks_the_languages_numbers() -> None:
    values = {"total": 12313, "sum": 12268, "difference": 45}
    finding = Finding("total_differs", CellRef("a.xlsx", "S", "F70"), "937", "", values)
    assert "12.313" in finding_text(finding, load_language("vi"))
    assert "12,313" in finding_text(finding, load_language("en"))
    ratio = {"stated": 65.9, "computed": 66.1}
    finding = Finding("ratio_contradicts_parts", CellRef("a.xlsx", "S", "G70"), "937", "", ratio)
    assert "65,90" in finding_text(finding, load_language("vi"))


def test_a_finding_calls_a_table_by_its_name(haugiang: Campaign) -> None:
    values = {"unit": "Huyện Vị Thuỷ", "table": "dossiers"}
    finding = Finding("table_missing", CellRef("935.xlsx"), "935", "", values)
    for code, name in (("vi", "Hồ sơ thủ tục hành chính"), ("en", "Administrative applications")):
        language = load_language(code)
        names = names_in_findings(haugiang, haugiang.units, language)
        assert name in finding_text(finding, language, names)
