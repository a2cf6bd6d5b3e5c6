"""A campaign folder with mistakes: all of them are reported, each with its file and line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dxkit.campaign.folder import load_campaign
from dxkit.campaign.project import Project
from dxkit.model.campaign import CampaignError


@pytest.fixture
def folder(root: Path, tmp_path: Path) -> Path:
    target = tmp_path / "haugiang-2022"
    shutil.copytree(root / "data/campaigns/haugiang-2022", target)
    return target


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text, f"{old!r} is not in {file}"
    path.write_text(text.replace(old, new, 1), "utf-8")


def problems(folder: Path) -> list[tuple[str, str, int]]:
    with pytest.raises(CampaignError) as caught:
        load_campaign(folder)
    return [(p.code, p.file, p.line) for p in caught.value.problems]


def line_of(folder: Path, file: str, text: str) -> int:
    lines = (folder / file).read_text("utf-8").splitlines()
    return next(n for n, line in enumerate(lines, start=1) if text in line)


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "at"),
    [
        ("units.csv", "31318,Phường I,", "31318,,", "field_empty", "31318,,"),
        ("units.csv", "31318,Phường I,Phường,commune", "31318,Phường I,Phường,ward",
         "not_declared", "31318"),
        ("units.csv", "31321,Phường III", "31318,Phường III", "unit_repeated", "31318,Phường III"),
        ("units.csv", "Phường,commune,930,,2025", "Phường,commune,999,,2025", "not_declared",
         ",999,"),
        ("units.csv", "2020-02-01,2025", "2020-02-31,2025", "not_a_date", "2020-02-31"),
        ("aliases.csv", "932,CTA", "938,CTA", "not_declared", "938,CTA"),
        ("measures.csv", "hộ,households,count,stock", "hộ,households,number,stock",
         "unknown_value", "number,stock"),
        ("indicators.csv", "ratio_to_target", "ratio_to_goal", "unknown_value", "ratio_to_goal"),
        ("indicators.csv", ",20,", ",twenty,", "not_a_number", ",twenty,"),
        ("targets.csv", ",0.30,", ",30,", "target_not_a_share", ",30,"),
        ("targets.csv", "2022-Q3,0.30", "2022-Q9,0.30", "not_declared", "2022-Q9"),
        ("targets.csv", "2022-Q4,0.50", "2022-Q3,0.50", "repeated", "2022-Q3,0.50"),
        ("campaign.toml", 'report_level = "district"', 'report_level = "county"',
         "not_declared", "report_level"),
        ("campaign.toml", 'id = "haugiang-2022"', 'id = "other"', "id_differs", 'id = "other"'),
        ("campaign.toml", 'method = "competition"', 'method = "best"', "unknown_value",
         'method = "best"'),
        ("campaign.toml", "weight_band = 0.2", "weight_band = 1.2", "not_a_number",
         "weight_band = 1.2"),
        ("campaign.toml", 'condition = "reported"', 'condition = "punctual"', "unknown_value",
         'condition = "punctual"'),
        ("campaign.toml", "quota = 3\n", 'quota = 3\nties = "some"\n', "unknown_value",
         'ties = "some"'),
        ("campaign.toml", "quota = 3\n", 'quota = 3\nperiods = ["2022-Q5"]\n',
         "not_declared", 'periods = ["2022-Q5"]'),
        ("campaign.toml", "total_points = 100", 'total_points = 100\nbonus = ["flags"]',
         "not_declared", 'bonus = ["flags"]'),
        ("campaign.toml", "total_points = 100", "total_points = 90", "points_do_not_add_up",
         "total_points"),
    ],
)  # fmt: skip
def test_each_mistake_is_reported_at_its_line(
    folder: Path, file: str, old: str, new: str, code: str, at: str
) -> None:
    spoil(folder, file, old, new)
    assert (code, file, line_of(folder, file, at)) in problems(folder)


def test_mistakes_in_two_files_are_reported_together(folder: Path) -> None:
    spoil(folder, "targets.csv", ",0.30,", ",30,")
    spoil(folder, "aliases.csv", "932,CTA", "938,CTA")
    found = problems(folder)
    assert [(code, file) for code, file, _ in found] == [
        ("not_declared", "aliases.csv"),
        ("target_not_a_share", "targets.csv"),
    ]


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ('unit_columns = ["2"]', "malformed"),
        ('columns = {4 = "teams"}', "malformed"),
        ('header_rows = "B"', "malformed"),
        ('header_rows = "0"', "malformed"),
        ('unit_columns = ["B2"]', "malformed"),
        ('transposed = true\nheader_rows = "2"', "malformed"),
        ('transposed = true\nperiod_columns = ["A"]', "malformed"),
        ('columns = {C = "household"}', "not_declared"),
        ('columns = {C = "teams", D = "dossiers"}', "columns_of_two_tables"),
        ('unit_columns = ["B"]\none_unit = true', "excludes"),
        ('rows = {C = "Tổng số"}', "key_wrong_type"),
        ('rows = {C = [""]}', "field_empty"),
        ("first_row = 3", "key_unknown"),
    ],
)
def test_an_entry_of_layouts_is_looked_through(folder: Path, entry: str, code: str) -> None:
    text = f'[[sheets]]\nfile = "*"\nsheet = "*"\n{entry}\n'
    (folder / "layouts.toml").write_text(text, "utf-8")
    ((found, file, line),) = problems(folder)
    assert (found, file, line) == (code, "layouts.toml", 4 + entry.count("\n"))


def test_missing_and_unreadable_files(folder: Path) -> None:
    (folder / "targets.csv").unlink()
    (folder / "aliases.csv").write_bytes(b"code,alias\n930,\xff\xfe\n")
    (folder / "layouts.toml").write_text("[[sheets\n", "utf-8")
    codes = {(code, file) for code, file, _ in problems(folder)}
    assert ("file_missing", "targets.csv") in codes
    assert ("file_not_utf8", "aliases.csv") in codes
    assert ("toml_unreadable", "layouts.toml") in codes


def test_columns_and_keys_that_do_not_fit(folder: Path) -> None:
    spoil(folder, "aliases.csv", "code,alias", "code,name")
    spoil(folder, "targets.csv", "initiatives,commune,2022-Q3", "initiatives,x,commune,2022-Q3")
    spoil(folder, "campaign.toml", "total_points = 100", "total_points = 100\nrounding = 2")
    codes = {code for code, _, _ in problems(folder)}
    assert {"column_missing", "column_unknown", "fields_do_not_fit", "key_unknown"} <= codes


def test_wrong_periods(folder: Path) -> None:
    spoil(folder, "campaign.toml", "last_day = 2022-09-14", "last_day = 2022-05-14")
    spoil(folder, "campaign.toml", "first_day = 2022-09-15", 'first_day = "soon"')
    codes = {code for code, _, _ in problems(folder)}
    assert {"period_backwards", "key_wrong_type"} <= codes


def test_the_shipped_campaigns_load(root: Path) -> None:
    ids = Project(root).campaigns
    assert ids == ("haugiang-2022", "pci-2009")
    campaign = load_campaign(root / "data/campaigns/haugiang-2022")
    for period in campaign.periods:
        units = campaign.units.on(period.last_day)
        assert len(units.at_level("district")) == 8
        assert len(units.at_level("commune")) == 75
        kinds = [u.type for u in units.at_level("commune")]
        assert [kinds.count(k) for k in ("Xã", "Phường", "Thị trấn")] == [51, 13, 11]
    assert campaign.target("online_dossiers", "district", "2022-Q3").value == 0.3
    assert campaign.target("app_installed", "hamlet", "2022-Q4").value == 0.8
    assert campaign.target("cashless", "commune", "2022-Q3").assumed
    assert len(load_campaign(root / "data/campaigns/pci-2009").units.at_level("province")) == 63


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a mark"])
def test_a_plan_saved_on_windows_is_the_same_plan(folder: Path, start: bytes) -> None:
    """Excel and Notepad end lines with two signs, and may put a mark at the beginning."""
    known = load_campaign(folder)
    for path in folder.iterdir():
        if path.suffix in (".csv", ".toml"):
            lines = path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            path.write_bytes(start + lines)
    saved = load_campaign(folder)
    assert repr(saved) == repr(known)


@pytest.mark.parametrize("encoding", ["utf-16", "cp1258", "cp1252"])
def test_a_plan_that_excel_saved_in_another_encoding_is_told_so(
    folder: Path, encoding: str
) -> None:
    text = (folder / "aliases.csv").read_text("utf-8")
    (folder / "aliases.csv").write_text(text + "931,Ngã Bảy ầ\n", encoding, errors="ignore")
    assert problems(folder)[0][:2] == ("file_not_utf8", "aliases.csv")


def test_a_plan_that_another_program_keeps_is_told_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Path.read_text

    def kept(path: Path, *more: str) -> str:
        if path.name == "targets.csv":
            raise PermissionError(13, "Permission denied", str(path))
        return read(path, *more)

    monkeypatch.setattr(Path, "read_text", kept)
    with pytest.raises(CampaignError) as error:
        load_campaign(folder)
    (problem,) = (p for p in error.value.problems if p.file == "targets.csv")
    assert (problem.code, problem.values) == ("file_unreadable", {"reason": "Permission denied"})


def test_a_plan_is_read_anew_when_a_file_of_it_has_changed(folder: Path) -> None:
    first = load_campaign(folder)
    assert load_campaign(folder) is first
    spoil(folder, "targets.csv", ",0.30,", ",0.31,")
    assert load_campaign(folder).targets != first.targets
    spoil(folder, "targets.csv", ",0.31,", ",0.30,")
    assert load_campaign(folder) == first
    spoil(folder, "targets.csv", ",0.30,", ",x,")
    assert len(problems(folder)) == len(problems(folder)) > 0  # what is wrong is told each time


def test_a_plan_with_a_link_in_it_is_read_each_time(folder: Path) -> None:
    """What a link leads to may change, and is in no hash."""
    (folder / "targets.csv").rename(folder.parent / "targets.csv")
    try:
        (folder / "targets.csv").symlink_to(folder.parent / "targets.csv")
    except OSError:
        pytest.skip("no links may be made here")
    assert load_campaign(folder) is not load_campaign(folder)
