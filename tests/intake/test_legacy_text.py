"""Text from before Unicode. Truths: the domain guide's examples and a ministry's own two sheets."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from hypothesis import strategies as st
from openpyxl.styles import Font

from dxkit.intake.period import read_period
from dxkit.model.campaign import Campaign
from dxkit.model.text import clean
from dxkit.workbooks.cells import Cell, Sheet
from dxkit.workbooks.legacy_text import Encoding, decoded, decoded_sheet, is_syllable, recognised
from dxkit.workbooks.reading import read_workbook
from tests.unhurried import given
from tests.workbooks.old_writing import TCVN3, VNI, written

REAL = Path(__file__).parents[2].parent / "shared" / "real"

WORDS = [
    "huyện",
    "châu",
    "thành",
    "phụng",
    "hiệp",
    "ngã",
    "bảy",
    "vị",
    "thủy",
    "đông",
    "phước",
    "được",
    "người",
    "số",
    "hộ",
    "kỹ",
    "năng",
    "xã",
]


@pytest.mark.parametrize(
    ("old", "encoding", "meant"),
    [
        ("HuyÖn Ch©u Thµnh", Encoding.TCVN3, "Huyện Châu Thành"),
        ("Phông HiÖp", Encoding.TCVN3, "Phụng Hiệp"),
        ("Ng· B¶y", Encoding.TCVN3, "Ngã Bảy"),
        ("Huyeän Chaâu Thaønh", Encoding.VNI, "Huyện Châu Thành"),
        ("Vò Thuûy", Encoding.VNI, "Vị Thủy"),
        ("HUYEÄN PHUÏNG HIEÄP", Encoding.VNI, "HUYỆN PHỤNG HIỆP"),
    ],
)
def test_old_text_is_recognised_and_decoded(old: str, encoding: Encoding, meant: str) -> None:
    assert recognised([old]) is encoding
    assert decoded(old, encoding) == meant


@pytest.mark.parametrize(
    "text",
    ["Huyện Châu Thành", "Xã Đông Phước", "Système de santé à Génève", "Köln und Öl", "naïve café",
     "Total households", "12 345 hộ", "Lê Văn Tám", "São Paulo", "Phường Trần Phú"],
)  # fmt: skip
def test_other_text_is_left_alone(text: str) -> None:
    sheet = Sheet("", {(1, 1): Cell(1, 1, text)})
    assert recognised([text]) is None
    assert decoded_sheet(sheet) == (sheet, None)


@given(st.lists(st.sampled_from(WORDS), min_size=2, max_size=6).map(" ".join))
def test_encoding_is_undone(text: str) -> None:
    for encoding, table in ((Encoding.TCVN3, TCVN3), (Encoding.VNI, VNI)):
        assert decoded(written(text, table), encoding) == text


@given(st.sampled_from(sorted(TCVN3)))
def test_each_letter_of_tcvn3(letter: str) -> None:
    assert decoded(TCVN3[letter], Encoding.TCVN3) == letter


@given(st.sampled_from(sorted(VNI)))
def test_each_letter_of_vni(letter: str) -> None:
    assert decoded(VNI[letter], Encoding.VNI) == letter


def test_the_soft_hyphen_is_a_letter_of_tcvn3() -> None:
    assert recognised(["trung \xad¬ng"], ".VnArialH") is Encoding.TCVN3
    assert decoded("trung \xad¬ng", Encoding.TCVN3) == "trung ương"


def test_a_font_decides_where_words_allow_both() -> None:
    # "phông" is a word as it stands and, in TCVN3, "phụng".
    assert recognised(["phông"], ".VnTime") is Encoding.TCVN3
    assert recognised(["phông"], "Arial") is None
    assert recognised(["Huyện Phụng Hiệp"], ".VnTime") is None  # Unicode in an old font


@pytest.mark.parametrize("word", ["nghiêng", "được", "khuya", "quyết", "Ý", "ương", "yêu", "thuở"])
def test_syllables(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["système", "köln", "huyÖn", "café", "strố"])
def test_no_syllables(word: str) -> None:
    assert not is_syllable(word)


@pytest.mark.skipif(not REAL.is_dir(), reason="the published workbooks are not beside the project")
def test_the_ministrys_old_sheet_equals_its_unicode_twin() -> None:
    book = read_workbook(REAL / "mof_plan_2003.xls", "mof_plan_2003.xls")
    old, encoding = decoded_sheet(book.sheets[0])
    twin, of_twin = decoded_sheet(book.sheets[1])
    assert (encoding, of_twin) == (Encoding.TCVN3, None)
    assert twin == book.sheets[1]
    different = {}
    texts = 0
    for place in sorted(set(old.cells) | set(twin.cells)):
        first, second = old.cell(*place), twin.cell(*place)
        if first.is_error and second.is_error:
            continue  # #VALUE! and #REF!, in a hidden column
        texts += isinstance(first.value, str)
        if clean(first.text).casefold() != clean(second.text).casefold():
            different[first.address] = (first.text, second.text)
    print(f"{texts} texts compared, {len(different)} differ")
    assert texts > 100
    assert different == {}


def test_an_old_workbook_is_read_as_if_it_were_in_unicode(
    haugiang: Campaign, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    rows = [
        ["TT", "§¬n vÞ", "Tæng sè hé", "Hé cã kü n¨ng sè"],
        [1, "X· VÞ T©n", None, None],
        [2, "Êp 1", 120, 100],
    ]
    for row in rows:
        sheet.append(row)
        for cell in sheet[sheet.max_row]:
            cell.font = Font(name=".VnTime")
    book.save(tmp_path / "930-vi-thanh.xlsx")
    received = read_period(haugiang, "2022-Q4", tmp_path)
    households = received.table.of("31333-ap-1", "households")
    assert [(o.value, o.address.cell) for o in households] == [(120, "C3")]
    notes = [f for f in received.findings if f.code == "legacy_text_decoded"]
    assert [(f.address.sheet, dict(f.values)) for f in notes] == [("Sheet", {"encoding": "TCVN3"})]


def test_a_text_file_in_tcvn3_bytes_is_decoded(haugiang: Campaign, tmp_path: Path) -> None:
    lines = "TT;Đơn vị;Tổng số hộ;Hộ có kỹ năng số\n1;xã Vị Tân;;\n2;ấp 1;120;100\n"
    (tmp_path / "930.csv").write_bytes(written(lines, TCVN3).encode("latin-1"))
    received = read_period(haugiang, "2022-Q4", tmp_path)
    assert [o.value for o in received.table.of("31333-ap-1", "households")] == [120]
