"""Plans that must not load: each is refused by one line that names file, line, key and what is
allowed. Each kind of mistake stands in several variants.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dxkit.campaign.folder import load_campaign
from dxkit.model.campaign import CampaignError, CampaignProblem
from dxkit.report.wording.language import load_language

Change = Callable[[Path], object]


@pytest.fixture
def folder(root: Path, tmp_path: Path) -> Path:
    target = tmp_path / "haugiang-2022"
    shutil.copytree(root / "data/campaigns/haugiang-2022", target)
    return target


def refused(folder: Path) -> tuple[CampaignProblem, ...]:
    with pytest.raises(CampaignError) as caught:
        load_campaign(folder)
    return caught.value.problems


def plan(pattern: str, line: str) -> Change:
    """A line of campaign.toml in place of another."""

    def change(folder: Path) -> None:
        path = folder / "campaign.toml"
        text, count = re.subn(f"^{pattern}$", line, path.read_text("utf-8"), count=1, flags=re.M)
        assert count == 1, pattern
        path.write_text(text, "utf-8")

    return change


def whole(
    of: str, name: str = "2022", first: str = "2022-06-15", last: str = "2022-12-14", more: str = ""
) -> Change:
    """A further period that is made of others, in place of the plan's own."""

    def change(folder: Path) -> None:
        path, targets = folder / "campaign.toml", folder / "targets.csv"
        before, _, after = path.read_text("utf-8").partition("\n[tables]\n")
        before = before.partition("\n# The whole movement")[0] if OWN in before else before
        lines = targets.read_text("utf-8").splitlines(keepends=True)
        targets.write_text("".join(line for line in lines if ",2022," not in line), "utf-8")
        days = f"first_day = {first}\nlast_day = {last}\n{more}"
        made = f'\n[[periods]]\nid = "{name}"\nof = [{of}]\n{days}\n'
        path.write_text(f"{before}{made}\n[tables]\n{after}", "utf-8")

    return change


def both(*changes: Change) -> Change:
    """Several changes."""
    return lambda folder: [change(folder) for change in changes]


OWN = '\nof = ["2022-Q3", "2022-Q4"]\nfirst_day = 2022-06-15\nlast_day = 2022-12-14\nsource'
BOTH = '"2022-Q3", "2022-Q4"'


def tiers_without_ranges(folder: Path) -> None:
    """A plan that asks for tiers and does not say how ranks are tried."""
    path = folder / "campaign.toml"
    before, _, after = path.read_text("utf-8").partition("\n[uncertainty]\n")
    before = before.replace("\n[ranking]\n", "\n[ranking]\ntiers = true\n")
    path.write_text(before + after[after.index("\n[[") :], "utf-8")


def row(name: str, *lines: str) -> Change:
    """Lines at the end of a CSV file."""

    def change(folder: Path) -> None:
        path = folder / name
        path.write_text("\n".join([path.read_text("utf-8").rstrip("\n"), *lines, ""]), "utf-8")

    return change


EXPLAINED = "2022-Q4,a.xlsx,S,C14,jump,5,sáp nhập ấp,accepted,n,2022-12-30,"


def explained(*lines: str) -> Change:
    """The file of decisions on explanations, which the plan does without."""

    def change(folder: Path) -> None:
        columns = "period,file,sheet,cell,code,value,explanation,decision,name,date,note"
        (folder / "explanations.csv").write_text("\n".join([columns, *lines, ""]), "utf-8")

    return change


def indicator(**more: str) -> Change:
    """One more indicator, without points."""
    fields = {
        "indicator": "seventh", "name_vi": "X", "name_en": "X", "short_name_vi": "X",
        "short_name_en": "X", "kind": "ratio", "numerator": "households_app",
        "denominator": "households", "direction": "up", "decimals": "1", "max_points": "0",
        "scoring": "none", "parameters": "", "source": "s", "assumed": "true",
    }  # fmt: skip
    return row("indicators.csv", ",".join((fields | more).values()))


def measure(name: str, whole: str = "", headers: str = "", table: str = "households") -> str:
    headers = headers or f"Cột {name}"
    return f"{name},N {name},N {name},a,a,count,stock,hamlet,{table},{headers},{whole}"


COUNT = {"kind": "count", "denominator": ""}
REFUSED: dict[str, tuple[Change, str, str, str]] = {
    # name: what is done to the plan, the file, what stands in the line, what the sentence says
    "code_up": (row("units.csv", "../../away/x,Huyện X,Huyện,district,93,,"), "units.csv",
                "../../away", "code: .*A-Z a-z 0-9 _ -"),
    "code_in_capitals": (row("units.csv", "94a,Huyện X,Huyện,district,93,,",
                             "94A,Huyện Y,Huyện,district,93,,"), "units.csv", "94A,",
                         "94A and 94a"),
    "short_name_twice": (indicator(short_name_en="DIGITAL skills"), "indicators.csv", "seventh",
                         "short_name_en: .*twice"),
    "code_long": (row("units.csv", "9" * 41 + ",Huyện X,Huyện,district,93,,"), "units.csv",
                  "99999", "code: .*1 … 40"),
    "period_elsewhere": (whole(BOTH, "2023"), "campaign.toml", "first_day = 2022-06-15",
                         "2022-06-15.*2023-01-01 … 2023-12-31"),
    "code_slash": (row("units.csv", "94/1,Huyện X,Huyện,district,93,,"), "units.csv", "94/1,",
                   "code"),
    "code_dots": (row("units.csv", "..,Huyện X,Huyện,district,93,,"), "units.csv", "..,", "code"),
    "code_drive": (row("units.csv", "C:x,Huyện X,Huyện,district,93,,"), "units.csv", "C:x", "code"),
    "draws_nan": (plan("draws = .*", "draws = nan"), "campaign.toml", "draws = nan",
                  r"uncertainty\.draws: .*1 … 100000"),
    "draws_0": (plan("draws = .*", "draws = 0"), "campaign.toml", "draws = 0", "draws.*1 …"),
    "draws_negative": (plan("draws = .*", "draws = -1"), "campaign.toml", "draws = -1", "draws"),
    "draws_huge": (plan("draws = .*", "draws = 1e400"), "campaign.toml", "draws = 1e400", "draws"),
    "draws_part": (plan("draws = .*", "draws = 20.5"), "campaign.toml", "draws = 20.5", "whole"),
    "draws_text": (plan("draws = .*", 'draws = "2000"'), "campaign.toml", "draws =", "wrong kind"),
    "draws_truth": (plan("draws = .*", "draws = true"), "campaign.toml", "draws =", "wrong kind"),
    "seed_long": (plan("seed = .*", f"seed = {10**400}"), "campaign.toml", "seed =", "seed"),
    "points_nan": (plan("total_points = .*", "total_points = nan"), "campaign.toml",
                   "total_points", r"scoring\.total_points: .*0\.001 … 1000000"),
    "points_0": (plan("total_points = .*", "total_points = 0"), "campaign.toml", "total_points",
                 "total_points"),
    "points_endless": (plan("total_points = .*", "total_points = inf"), "campaign.toml",
                       "total_points", "total_points"),
    "share_above_1": (plan("jump_share = .*", "jump_share = 50"), "campaign.toml", "jump_share",
                      r"checks\.jump_share: .*0 … 1"),
    "decimals_999": (indicator(decimals="999"), "indicators.csv", "seventh", "decimals: .*0 … 6"),
    "decimals_negative": (indicator(decimals="-1"), "indicators.csv", "seventh", "decimals"),
    "decimals_part": (indicator(decimals="1.5"), "indicators.csv", "seventh", "whole"),
    "points_comma": (indicator(max_points='"0,5"'), "indicators.csv", "seventh", "with a point"),
    "points_digits": (indicator(max_points="1_0"), "indicators.csv", "seventh", "max_points"),
    "target_nan": (row("targets.csv", "cashless,*,*,nan,s,true"), "targets.csv", "nan", "target"),
    "target_endless": (row("targets.csv", "initiatives,*,*,1e999,s,true"), "targets.csv", "1e999",
                       "target"),
    "target_0": (row("targets.csv", "cashless,*,*,0,s,true"), "targets.csv", ",0,", "above 0"),
    "goalposts_same": (indicator(scoring="goalposts", parameters="low=1|high=1"), "indicators.csv",
                       "seventh", "parameters: .*goalposts.*low < high"),
    "goalposts_turned": (indicator(scoring="goalposts", parameters="low=2|high=1"),
                         "indicators.csv", "seventh", "low < high"),
    "goalposts_half": (indicator(scoring="goalposts", parameters="low=1"), "indicators.csv",
                       "seventh", "low < high"),
    "goalposts_nan": (indicator(scoring="goalposts", parameters="low=nan|high=1"),
                      "indicators.csv", "seventh", r"parameters\.low: "),
    "count_0": (indicator(**COUNT, scoring="count", parameters="full=0"), "indicators.csv",
                "seventh", "full > 0"),
    "count_none": (indicator(**COUNT, scoring="count"), "indicators.csv", "seventh", "full > 0"),
    "count_negative": (indicator(**COUNT, scoring="count", parameters="full=-2"), "indicators.csv",
                       "seventh", "full > 0"),
    "steps_alone": (indicator(scoring="steps", parameters="from_1=0.5"), "indicators.csv",
                    "seventh", "share_1"),
    "parameter_twice": (indicator(scoring="count", parameters="full=1|full=2"), "indicators.csv",
                        "seventh", '"full" is declared twice'),
    "parameter_idle": (indicator(parameters="full=3"), "indicators.csv", "seventh", "none needs –"),
    "whole_circle": (row("measures.csv", measure("y", "z"), measure("z", "y")), "measures.csv",
                     "y,N", "whole: .*y < z < y"),
    "whole_itself": (row("measures.csv", measure("y", "y")), "measures.csv", "y,N", "y < y"),
    "whole_long": (row("measures.csv", measure("w", "x"), measure("x", "y"), measure("y", "w")),
                   "measures.csv", "w,N", "w < x < y < w"),
    "heading_twice": (row("measures.csv", measure("y", headers="Số mới | Tổng số hộ dân")),
                      "measures.csv", "y,N", 'headers: "Tổng số hộ dân" .* y and of households,'),
    "heading_of_short": (row("measures.csv", measure("y", headers="Số hộ sản xuất nông nghiệp")),
                         "measures.csv", "y,N", "y and of farm_households,"),
    "heading_in_full": (row("measures.csv", measure("y", headers="Số người dùng DVC"),
                            measure("z", headers="Số người > dùng dịch vụ công")),
                        "measures.csv", "z,N", "z and of y,"),
    "heading_is_a_name": (row("measures.csv", measure("y", headers="HỘ CÓ KỸ > NĂNG SỐ")),
                          "measures.csv", "y,N", "y and of households_digital_skills,"),
    "folder_up": (plan('folder = "reference"', 'folder = "../../../../etc"'), "campaign.toml",
                  '"../../../../etc"', r"reference_checks\[1\]\.folder"),
    "folder_root": (plan('folder = "reference"', 'folder = "/etc"'), "campaign.toml", '"/etc"',
                    "folder"),
    "folder_inside": (plan('folder = "reference"', 'folder = "a/../../b"'), "campaign.toml",
                      "a/../", "folder"),
    "folder_drive": (plan('folder = "reference"', "folder = 'C:\\\\\\\\x'"), "campaign.toml",
                     "C:", "folder"),
    "total": (indicator(indicator="total"), "indicators.csv", "total,X", "dxkit's own"),
    "total_measure": (row("measures.csv", measure("total")), "measures.csv", "total,N",
                      "dxkit's own"),
    "id_blank": (indicator(indicator="my id"), "indicators.csv", "my id", "a-z 0-9 _"),
    "id_capital": (indicator(indicator="Skills"), "indicators.csv", "Skills", "a-z 0-9 _"),
    "id_slash": (row("measures.csv", measure("a/b")), "measures.csv", "a/b", "measure"),
    "id_of_reward": (plan('id = "commune"\nlevel = "commune"\nquota = 1',
                          'id = "a/b"\nlevel = "commune"\nquota = 1'), "campaign.toml", '"a/b"',
                     r"rewards\[2\]\.id"),
    "tier_without_tiers": (plan('id = "commune"\nlevel = "commune"',
                                'id = "commune"\nby = "tier"\nlevel = "commune"'),
                           "campaign.toml", 'by = "tier"', "by needs ranking.tiers = true"),
    "tiers_without_ranges": (tiers_without_ranges, "campaign.toml", "tiers = true",
                             r"ranking\.tiers needs \[uncertainty\]"),
    "id_of_measure": (indicator(indicator="dossiers"), "indicators.csv", "dossiers,X", "measure"),
    "id_of_measure_2": (row("measures.csv", measure("cashless")), "indicators.csv", "cashless,",
                        "measure"),
    "id_twice": (indicator(indicator="cashless"), "indicators.csv", "cashless,X", "twice"),
    "band_twice": (plan('id = "good"', 'id = "fair"'), "campaign.toml", 'id = "fair"',
                   "twice"),
    "alias_of_two": (row("aliases.csv", "931,TPVT"), "aliases.csv", "931,TPVT", "931 and 930"),
    "alias_twice": (row("aliases.csv", "930,TPVT"), "aliases.csv", "930,TPVT", "twice"),
    "unit_backwards": (row("units.csv", "94,Huyện X,Huyện,district,93,2022-02-01,2022-01-31"),
                       "units.csv", "94,Huyện", "valid_to: .*ends before"),
    "alias_in_capitals": (row("aliases.csv", "931,Tpvt"), "aliases.csv", "931,Tpvt", "931 and 930"),
    "alias_is_a_name": (row("aliases.csv", "931,Thành phố Vị Thanh"), "aliases.csv",
                        "931,Thành phố Vị", "931 and 930"),
    "day_with_time": (plan("first_day = 2022-09-15", "first_day = 2022-09-15T10:00:00"),
                      "campaign.toml", "T10:00", r"periods\[2\]\.first_day: .*YYYY-MM-DD"),
    "day_as_text": (plan("first_day = 2022-09-15", 'first_day = "2022-09-15"'), "campaign.toml",
                    '"2022-09-15"', "wrong kind"),
    "day_of_year_1": (plan("first_day = 2022-06-15", "first_day = 0001-06-15"), "campaign.toml",
                      "0001", "1900-01-01"),
    "day_turned_in_csv": (row("units.csv", "94,Huyện X,Huyện,district,93,01/7/2022,"), "units.csv",
                          "94,Huyện", "valid_from: .*2022-07-01"),
    "day_run_together": (row("units.csv", "94,Huyện X,Huyện,district,93,20220701,"), "units.csv",
                         "94,Huyện", "valid_from"),
    "day_turned": (plan("last_day = 2022-12-14", "last_day = 05/08/2026"), "campaign.toml",
                   "05/08/2026", "2026-08-05"),
    "day_turned_dashes": (plan("last_day = 2022-12-14", "last_day = 5-8-2026"), "campaign.toml",
                          "5-8-2026", "2026-08-05"),
    "comma_missing": (plan('tie_break = .*', 'tie_break = ["cashless" "digital_skills"]'),
                      "campaign.toml", "tie_break", "comma is missing"),
    "decimal_comma": (plan("jump_share = .*", "jump_share = 0,5"), "campaign.toml", "jump_share",
                      "with a point"),
    "quotes_missing": (plan('method = .*', "method = competition"), "campaign.toml", "method",
                       "quotation marks"),
    "two_provinces": (row("units.csv", "94,Tỉnh Y,Tỉnh,province,,,"), "units.csv", "94,Tỉnh",
                      "only one unit of the level province"),
    "two_provinces_a_day": (row("units.csv", "94,Tỉnh Y,Tỉnh,province,,2025-06-30,"), "units.csv",
                            "94,Tỉnh", "93"),
    "province_below": (row("units.csv", "94,Tỉnh Y,Tỉnh,province,93,,"), "units.csv", "94,Tỉnh",
                       "parent"),
    "within_itself": (plan('commune = "district"', 'commune = "commune"'), "campaign.toml",
                      'commune = "commune"', "level above"),
    "within_below": (plan('commune = "district"', 'commune = "hamlet"'), "campaign.toml",
                     'commune = "hamlet"', "level above"),
    "condition_in_percent": (plan("at_least = .*", "at_least = 80"), "campaign.toml", "at_least",
                             r"ranking\.conditions\[1\]\.at_least: .*0 … 1"),
    "level_in_place_of_another": (plan('id = "commune"\nname.vi = .*',
                                       'id = "district"\nname.vi = "xã"'),
                                  "campaign.toml", 'id = "district"', r"levels\[3\]\.id: .*twice"),
    "period_in_place_of_another": (plan('id = "2022-Q4"', 'id = "2022-Q3"'), "campaign.toml",
                                   'id = "2022-Q3"', r"periods\[2\]\.id: .*twice"),
    "tile_twice": (row("tiles.csv", "930,5,5"), "tiles.csv", "930,5,5", '"930" is declared twice'),
    "tile_on_tile": (row("tiles.csv", "31318,0,2"), "tiles.csv", "31318,0,2", "twice"),
    "tile_of_nobody": (row("tiles.csv", "9999,5,5"), "tiles.csv", "9999", "not declared in units"),
    "correction_cell": (row("corrections.csv", "2022-Q4,a.xlsx,S,14C,1,2,r,n,2022-12-30"),
                        "corrections.csv", "14C", "cell: .*C14"),
    "correction_day": (row("corrections.csv", "2022-Q4,a.xlsx,S,C14,1,2,r,n,30/12/2022"),
                       "corrections.csv", "30/12", "date: .*2022-12-30"),
    "explanation_cell": (explained(EXPLAINED.replace("C14", "14C")), "explanations.csv", "14C",
                         "cell: .*C14"),
    "explanation_decision": (explained(EXPLAINED.replace("accepted", "đồng ý")), "explanations.csv",
                             "đồng ý", "decision: .*accepted, refused"),
    "explanation_code": (explained(EXPLAINED.replace("jump", "stock_fel")), "explanations.csv",
                         "stock_fel", 'code: "stock_fel" is not one of: stock_fell'),
    "explanation_day": (explained(EXPLAINED.replace("2022-12-30", "30/12/2022")),
                        "explanations.csv", "30/12", "date: .*2022-12-30"),
    "explanation_of_nothing": (explained(EXPLAINED.replace("sáp nhập ấp", " ")),
                               "explanations.csv", "C14", "explanation"),
    "explanation_by_nobody": (explained(EXPLAINED.replace(",n,", ",,")), "explanations.csv", "C14",
                              "name"),
    "explanation_period": (explained(EXPLAINED.replace("2022-Q4", "2022-Q5")), "explanations.csv",
                           "2022-Q5", "period: .*2022-Q4"),
    "explanation_twice": (explained(EXPLAINED, EXPLAINED.replace("accepted", "refused")),
                          "explanations.csv", "refused", "cell: .*C14.*twice"),
    "explanation_short": (explained(EXPLAINED.rstrip(",")), "explanations.csv", "C14", "10.*11"),
    "open_quotation": (row("aliases.csv", '931,"NB'), "aliases.csv", '931,"NB', "quotation mark"),
    "control_sign": (row("aliases.csv", "931,N\x00B"), "aliases.csv", "N\x00B", "alias: "),
    "control_bell": (plan("simulated_marker = .*", 'simulated_marker = "\\\\u0007"'),
                     "campaign.toml", "u0007", "simulated_marker: "),
    "name_of_two": (row("units.csv", "94,Huyện Vị Thuỷ,Huyện,district,93,,"), "units.csv",
                    "94,Huyện", "name: .*94 and 935"),
    "name_of_two_written_otherwise": (row("units.csv", "94,HUYỆN VỊ THỦY,Huyện,district,93,,"),
                                      "units.csv", "94,HUYỆN", "name: .*94 and 935"),
    "alias_is_a_name_further_up": (row("aliases.csv", "930,Tỉnh Hậu Giang"), "aliases.csv",
                                   "930,Tỉnh", "alias: .* 930 and 93;"),
    "alias_is_a_name_in_capitals": (row("aliases.csv", "93,XÃ VỊ TÂN"), "aliases.csv", "93,XÃ",
                                    "alias: .* 93 and 31333;"),
    "alias_is_the_name_above": (row("aliases.csv", "31318,Thành phố Vị Thanh"), "aliases.csv",
                                "31318,Thành", "alias: .* 31318 and 930;"),
    "points_without_scoring": (indicator(max_points="5"), "indicators.csv", "seventh",
                               "max_points does not go with scoring = none"),
    "points_of_a_bonus_without_scoring": (indicator(max_points="0.5"), "indicators.csv", "seventh",
                                          "max_points does not go with"),
    "whole_of_shares": (row("measures.csv", "poor,N,N,a,a,share,stock,hamlet,households,Nghèo,",
                            measure("y", "poor")), "measures.csv", "y,N", "whole: .*households"),
    "commune_beside_districts": (row("units.csv", "39999,Xã Côn Đảo,Xã,commune,93,,"), "units.csv",
                                 "39999,Xã", "parent: .*39999 has no unit of the level district"),
    "ward_beside_districts": (row("units.csv", "39998,Phường X,Phường,commune,93,2022-01-01,"),
                              "units.csv", "39998,", "parent: .*39998 has no unit of the level"),
    "periods_twice": (row("layouts.toml", '[[sheets]]\nfile = "a"\nsheet = "b"',
                          'period_columns = ["A"]', "period_blocks = true"), "layouts.toml",
                      "period_columns", "period_columns does not go with period_blocks"),
    "column_beyond": (row("layouts.toml", '[[sheets]]\nfile = "a"\nsheet = "b"',
                          'unit_columns = ["XFE"]'), "layouts.toml", "XFE",
                      "unit_columns: .*A … XFD"),
    "column_beyond_of_figures": (row("layouts.toml", '[[sheets]]\nfile = "a"\nsheet = "b"',
                                     'columns = {XFZ = "households"}'), "layouts.toml", "XFZ",
                                 "columns: .*A … XFD"),
    "alias_of_signs": (row("aliases.csv", "930,-"), "aliases.csv", "930,-", "alias: "),
    "alias_of_points": (row("aliases.csv", "930,..."), "aliases.csv", "930,...", "alias: "),
    "part_of_another_year": (plan("parts = .*", 'parts = ["2023-07"]'), "campaign.toml", "2023-07",
                             r"periods\[1\]\.parts: .*2022-06, 2022-07, 2022-08, 2022-09"),
    "part_is_a_quarter": (plan("parts = .*", 'parts = ["2022-Q3"]'), "campaign.toml", "parts",
                          "parts: .*2022-07"),
    "part_after": (plan("parts = .*", 'parts = ["2022-10"]'), "campaign.toml", "2022-10", "parts"),
    "part_twice": (plan("parts = .*", 'parts = ["2022-07", "2022-07"]'), "campaign.toml", "parts",
                   "parts: .*twice"),
    "due_before": (plan("due_day = 2022-12-31", "due_day = 2022-01-31"), "campaign.toml",
                   "2022-01-31", r"periods\[2\]\.due_day: .*2022-09-15"),
    "band_from_the_same": (plan("from_share = 0.9", "from_share = 0.8"), "campaign.toml",
                           "from_share = 0.8", "from_share: .*twice"),
    "ratio_to_words": (indicator(denominator="initiative_name"), "indicators.csv", "seventh",
                       "denominator: .*is not one of: households"),
    "ratio_of_words": (indicator(numerator="initiative_name"), "indicators.csv", "seventh",
                       "numerator: "),
    "share_of_itself": (indicator(denominator="households_app"), "indicators.csv", "seventh",
                        "denominator: households_app is no whole of which households_app"),
    "share_turned_over": (indicator(numerator="households", denominator="households_app"),
                          "indicators.csv", "seventh", "denominator: households_app is no whole"),
    "share_of_a_part_of_a_part": (
        lambda folder: [change(folder) for change in (
            row("measures.csv", measure("y", "households_app")),
            indicator(numerator="households", denominator="y"))],
        "indicators.csv", "seventh", "denominator: y is no whole of which households could"),
    "whole_of_unknown": (whole('"2022-Q3", "2022-Q5"'), "campaign.toml", "2022-Q5", "of: "),
    "whole_of_undeclared": (whole('"2022-Q2", "2022-Q3", "2022-Q4"', first="2022-03-15"),
                            "campaign.toml", '"2022-Q2"', r"of.*2022-Q2.*2022-Q3, 2022-Q4"),
    "whole_of_itself": (whole('"2022-Q3", "2022"'), "campaign.toml", "of = ",
                        'of: "2022" is not one of: 2022-Q3, 2022-Q4'),
    "whole_in_a_circle": (both(whole('"2023"'), whole('"2022"', "2023")), "campaign.toml",
                          'of = ["2023"]', 'of: "2023" is not one of'),
    "whole_of_kinds": (both(whole('"2022-Q3"', "2022-H1", last="2022-09-14"),
                            whole('"2022-H1", "2022-Q4"', "2021")), "campaign.toml",
                       '"2022-H1", "2022-Q4"', "of: .*one kind .*2022-H1, 2022-Q4"),
    "whole_backwards": (whole('"2022-Q4", "2022-Q3"'), "campaign.toml", '"2022-Q4", "2022-Q3"',
                        "of: 2022-Q3 does not begin on the day after 2022-Q4.*2022-12-14"),
    "whole_with_a_gap": (both(plan("first_day = 2022-09-15", "first_day = 2022-09-16"),
                              whole(BOTH)), "campaign.toml", BOTH,
                         "of: 2022-Q4 does not begin on the day after 2022-Q3.*2022-09-14"),
    "whole_of_one_twice": (whole('"2022-Q3", "2022-Q3"', last="2022-09-14"), "campaign.toml",
                           '"2022-Q3", "2022-Q3"', "of: "),
    "whole_begins_later": (whole(BOTH, first="2022-06-23"), "campaign.toml", "2022-06-23",
                           r"periods\[3\].first_day: .*2022-06-23.*2022-Q3, 2022-06-15"),
    "whole_ends_later": (whole(BOTH, last="2022-12-31"), "campaign.toml", "last_day = 2022-12-31",
                         "last_day: .*2022-12-31.*2022-Q4, 2022-12-14"),
    "whole_by_months": (whole(BOTH, more='parts = ["2022-07"]'), "campaign.toml", "2022-07",
                        "parts does not go with of"),
    "whole_due": (whole(BOTH, more="due_day = 2022-12-31"), "campaign.toml", "due_day",
                  "due_day does not go with of"),
    "half_reported": (whole("", "2022-H2"), "campaign.toml", "of = ", "of is empty"),
    "years_reported": (whole("", "2022-2023"), "campaign.toml", "of = ", "of is empty"),
    "shares_over_periods": (
        both(whole(BOTH), row("measures.csv", "poor,N,N,a,a,share,flow,hamlet,households,X,")),
        "measures.csv", "poor,", "accumulation: shares of"),
    "mean_of_counts": (row("measures.csv", "poor,N,N,a,a,count,mean,hamlet,households,X,"),
                       "measures.csv", "poor,", "accumulation does not go with kind = count"),
    "correction_in_a_whole": (both(whole(BOTH), row("corrections.csv",
                                                    "2022,a.xlsx,S,C14,1,2,r,n,2022-12-30")),
                              "corrections.csv", "2022,a", "period: .*2022-Q3, 2022-Q4"),
    "quota_0": (plan("quota = 3", "quota = 0"), "campaign.toml", "quota = 0",
                r"rewards\[1\]\.quota: .*1 …"),
    "tie_broken_twice": (plan("tie_break = .*", 'tie_break = ["cashless", "cashless"]'),
                         "campaign.toml", "tie_break", 'tie_break: "cashless".*twice'),
    "whole_of_words": (row("measures.csv", measure("y", "initiative_name")), "measures.csv", "y,N",
                       "whole: "),
    "weight_of_words": (plan("weight = .*", 'weight = "initiative_name"'), "campaign.toml",
                        "weight =", r"ranking\.weight: .*households"),
    "correction_twice": (row("corrections.csv", "2022-Q4,a.xlsx,S,C14,1,2,r,n,2022-12-30",
                             "2022-Q4,a.xlsx,S,C14,1,3,again,n,2022-12-30"), "corrections.csv",
                         "again", "cell: .*C14.*twice"),
    "header_turned": (row("layouts.toml", '[[sheets]]\nfile = "a"\nsheet = "b"',
                          'header_rows = "10-9"'), "layouts.toml", "10-9", "header_rows: .*9-10"),
    "header_turned_letters": (row("layouts.toml", '[[sheets]]\nfile = "a"\nsheet = "b"',
                                  'transposed = true\nheader_rows = "AA-B"'), "layouts.toml",
                              "AA-B", "header_rows: .*B-AA"),
    "column_of_two_jobs": (row("layouts.toml", '[[sheets]]\nfile = "a"\nsheet = "b"',
                               'period_columns = ["B"]\nunit_columns = ["B"]'), "layouts.toml",
                           "unit_columns", 'unit_columns: "B".*twice'),
    "unit_column_twice": (row("layouts.toml", '[[sheets]]\nfile = "a"\nsheet = "b"',
                              'unit_columns = ["C", "B", "C"]'), "layouts.toml", "unit_columns",
                          'unit_columns: "C".*twice'),
    "name_of_no_language": (plan('simulated_marker = .*', 'organisers = "x"'), "campaign.toml",
                            "organisers", "organisers is not known; there are: .*organiser"),
    "succession_share_0": (row("successions.csv", "31318,31321,2025-07-01,0,x,s"),
                           "successions.csv", "31321,2025-07-01,0", "share: .*above 0, up to 1"),
    "succession_share_in_percent": (row("successions.csv", "31318,31321,2025-07-01,28.4,x,s"),
                                    "successions.csv", "28.4", "share: .*0.284, 1030/3632"),
    "succession_share_comma": (row("successions.csv", '31318,31321,2025-07-01,"0,284",x,s'),
                               "successions.csv", "0,284", "share: .*no part"),
    "succession_share_of_0": (row("successions.csv", "31318,31321,2025-07-01,1/0,x,s"),
                              "successions.csv", "1/0", "share: .*no part"),
    "succession_shares_above_1": (row("successions.csv", "931,930,2021-01-01,0.6,,s",
                                      "931,931,2021-01-01,0.5,,s"), "successions.csv", "0.5",
                                  "share: .*931 on 2021-01-01 add up to 11/10, not to 1"),
    "succession_shares_below_1": (row("successions.csv", "931,931,2021-01-01,0.999999999999,,s"),
                                  "successions.csv", "0.9999", "share: .*add up to 99999"),
    "succession_shares_of_each_basis": (
        row("successions.csv", "31372,31366,2020-02-01,1/3,area,s",
            "31372,31369,2020-02-01,1/3,area,s"), "successions.csv", "31372,31369,2020-02-01,1/3",
        "share: .*add up to 2/3"),
    "succession_share_missing": (row("successions.csv", "931,930,2021-01-01,0.6,,s",
                                     "931,931,2021-01-01,,,s"), "successions.csv",
                                 "931,931,2021-01-01", "share: .*some are missing"),
    "succession_before_its_unit": (row("successions.csv", "31372,31366,2020-03-01,,,s"),
                                   "successions.csv", "2020-03-01",
                                   "from: .*31372 is not there on 2020-02-29"),
    "succession_to_a_unit_of_later": (row("successions.csv", ",92,2025-06-30,,,s"),
                                      "successions.csv", ",92,2025-06-30",
                                      "to: .*92 is not there on 2025-06-30"),
    "succession_of_nobody": (row("successions.csv", "9999,92,2025-07-01,,,s"), "successions.csv",
                             "9999", "from: .*9999.*not declared in units.csv"),
    "succession_from_and_to_nobody": (row("successions.csv", ",,2025-07-01,,,s"),
                                      "successions.csv", ",,2025", "from is empty"),
    "succession_twice": (row("successions.csv", "31318,31321,2025-07-01,,,again"),
                         "successions.csv", "again", "to: .*31318 → 31321.*twice"),
    "succession_in_a_circle": (row("successions.csv", "930,931,2021-01-01,,,s",
                                   "931,930,2021-01-01,0.5,,s", "931,931,2021-01-01,0.5,,s"),
                               "successions.csv", "930,931",
                               "from: .*930 is there before and after"),
    "succession_of_a_unit_that_goes_on": (row("successions.csv", "31318,31321,2024-01-01,,,s"),
                                          "successions.csv", "31318,31321,2024",
                                          "from: .*31318 is there before and after 2024-01-01"),
    "year_over_boundaries": (
        lambda folder: [change(folder) for change in (
            whole('"2022-Q3", "2022-Q4"'),
            row("successions.csv", "937,937,2022-10-01,,,s"))],
        "campaign.toml", 'of = ["2022-Q3"', "of: boundaries change on 2022-10-01, within 2022"),
    "succession_day": (row("successions.csv", "31318,31321,01/7/2025,,,s"), "successions.csv",
                       "01/7/2025", "date: .*2025-07-01"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_one_line_names_the_mistake(folder: Path, name: str) -> None:
    change, file, at, said = REFUSED[name]
    change(folder)
    problems = refused(folder)
    assert [problem.file for problem in problems] == [file], problems
    lines = (folder / file).read_text("utf-8").splitlines()
    assert at in lines[problems[0].line - 1]
    values = {key: str(value) for key, value in problems[0].values.items()}
    sentences = [
        load_language(language).plain(f"campaign.{problems[0].code}", **values)
        for language in ("en", "vi")
    ]
    assert re.search(said, sentences[0]), sentences[0]
    assert "{" not in "".join(sentences).replace("{…}", "")


@pytest.mark.parametrize("name", ["units.csv", "targets.csv", "campaign.toml"])
@pytest.mark.parametrize("content", ["", "\ufeff", "\n \n"])
def test_an_empty_file_is_told_in_one_line(folder: Path, name: str, content: str) -> None:
    (folder / name).write_text(content, "utf-8")
    found = [(p.code, p.file) for p in refused(folder)]
    assert found == [("file_empty", name)]


def test_periods_stand_in_the_order_of_their_days(folder: Path) -> None:
    path = folder / "campaign.toml"
    head, third, rest = path.read_text("utf-8").split("\n[[periods]]\n", 2)
    fourth, _, others = rest.partition("\n[[periods]]\n")
    path.write_text("\n[[periods]]\n".join([head, fourth, third, others]), "utf-8")
    (found,) = (p for p in refused(folder) if p.code.startswith("period_"))
    assert (found.code, found.values["period"]) == ("period_before", "2022-Q3")
    assert found.values["other"] == "2022-Q4"


def test_semicolons_are_read_and_a_mixture_is_named(folder: Path) -> None:
    before = load_campaign(folder)
    for name in ("aliases.csv", "tiles.csv", "corrections.csv"):
        path = folder / name
        path.write_text(path.read_text("utf-8").replace(",", ";"), "utf-8")
    assert load_campaign(folder).aliases == before.aliases
    assert load_campaign(folder) == before
    path = folder / "indicators.csv"
    head, *rest = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([head.replace(",", ";"), *rest, ""]), "utf-8")
    [problem] = refused(folder)
    assert (problem.file, problem.line, problem.code) == ("indicators.csv", 2, "separators_differ")
    assert problem.values == {"text": ",", "expected": ";"}


def test_one_separator_of_another_kind(folder: Path) -> None:
    row("aliases.csv", "931;NB")(folder)
    [problem] = refused(folder)
    assert (problem.file, problem.code, problem.line) == ("aliases.csv", "separators_differ", 12)


def test_a_plan_that_is_no_toml_hides_no_mistake_of_another_file(folder: Path) -> None:
    plan("total_points = .*", "total_points = 100,0")(folder)
    row("aliases.csv", "931,")(folder)
    found = [(p.file, p.code) for p in refused(folder)]
    assert found == [("aliases.csv", "field_empty"), ("campaign.toml", "toml_decimal_comma")]


def test_one_heading_in_two_tables_is_two_columns(folder: Path) -> None:
    row("measures.csv", measure("y", headers="Số hộ SXNN", table="teams"))(folder)
    assert "y" in {each.id for each in load_campaign(folder).measures}


def test_an_abbreviation_of_the_campaign_makes_two_headings_one(folder: Path) -> None:
    row("measures.csv", measure("y", headers="Số CLB"), measure("z", headers="Số câu lạc bộ"))(
        folder
    )
    load_campaign(folder)
    with (folder / "campaign.toml").open("a", encoding="utf-8") as file:
        file.write('\n[abbreviations]\nCLB = "câu lạc bộ"\n')
    [problem] = refused(folder)
    assert (problem.file, problem.code) == ("measures.csv", "heading_of_two")


def test_what_follows_from_a_mistake_is_not_reported(folder: Path) -> None:
    """An indicator that cannot be read is known by its id all the same; its points are not
    missed."""
    path = folder / "indicators.csv"
    path.write_text(path.read_text("utf-8").replace("ratio_to_target,", "ratio,", 1), "utf-8")
    assert [(p.file, p.code) for p in refused(folder)] == [("indicators.csv", "unknown_value")]
    path.write_text(path.read_text("utf-8").replace("online_dossiers,", "Online,", 1), "utf-8")
    assert {p.file for p in refused(folder)} == {"indicators.csv"}
    shutil.rmtree(folder)


def test_the_line_of_a_key_is_that_of_its_own_table(folder: Path) -> None:
    plan('level = "commune"\nquota = 1', 'level = "commune"\nquota = 1.5')(folder)
    plan('id = "weak"', 'id = "Weak"')(folder)
    lines = (folder / "campaign.toml").read_text("utf-8").splitlines()
    found = {p.values["key"]: lines[p.line - 1] for p in refused(folder)}
    assert found == {"rewards[2].quota": "quota = 1.5", "scoring.bands[5].id": 'id = "Weak"'}


def test_a_cell_that_is_sent_anew_may_be_corrected_anew(folder: Path) -> None:
    """A correction holds only while its cell reads what was expected."""
    cell = "2022-Q4,a.xlsx,S,C14"
    row("corrections.csv", f"{cell},1,2,r,n,2022-12-30", f"{cell},3,4,r,n,2022-12-31")(folder)
    assert len(load_campaign(folder).corrections) == 2


def test_blank_rows_at_the_end_are_no_rows(folder: Path) -> None:
    row("aliases.csv", ",", " , ", "")(folder)
    assert len(load_campaign(folder).aliases) == 10


NASTY = ["nan", "-1", '""', "true", "[[1]]", "{a = 1}", '["x"]', "2022-02-30"]


def test_no_value_of_any_key_is_more_than_a_refusal(folder: Path) -> None:
    path = folder / "campaign.toml"
    text = path.read_text("utf-8")
    settings = list(re.finditer(r"^([\w.]+) = .*$", text, re.M))
    assert len(settings) > 90
    refusals = 0
    for number, setting in enumerate(settings):
        value = NASTY[number % len(NASTY)]
        changed = f"{text[: setting.start()]}{setting[1]} = {value}{text[setting.end() :]}"
        path.write_text(changed, "utf-8")
        try:
            load_campaign(folder)
        except CampaignError as error:
            refusals += 1
            lines = {problem.line for problem in error.problems if problem.file == path.name}
            assert changed.count("\n", 0, setting.start()) + 1 in lines, (setting[0], value)
    assert refusals >= 0.9 * len(settings)
