"""What the documents say of speed is what was measured last."""

from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dxkit.campaign.folder import load_campaign

if TYPE_CHECKING:
    from dxkit.period import OpenPeriod


def test_the_documents_quote_the_results(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(root / "benchmarks"))
    monkeypatch.delitem(sys.modules, "quote", raising=False)
    import quote

    result = json.loads((root / "benchmarks/results.json").read_text("utf-8"))
    for language, names in quote.DOCUMENTS.items():
        for name in names:
            document = (root / name).read_text("utf-8")
            assert quote.BLOCK.search(document), name
            assert quote.quoted(document, language, result) == document, name
    median = result["ratios_wall"]["loop / batch, intake stored"]["median"]
    assert f"{median:.1f} times as fast" in (root / "README.md").read_text("utf-8")
    assert f"gấp {median:.1f} lần".replace(".", ",") in (root / "README.vi.md").read_text("utf-8")


def test_the_documents_quote_how_the_cost_grows(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(root / "benchmarks"))
    import growth

    kept = json.loads((root / "benchmarks/growth.json").read_text("utf-8"))
    results = {thing: {int(size): found for size, found in k.items()} for thing, k in kept.items()}
    assert set(results) <= set(growth.THINGS)
    assert len(results) > 2
    for language, name in growth.DOCUMENTS.items():
        (quoted,) = growth.BLOCK.findall((root / name).read_text("utf-8"))
        assert quoted == growth.table(results, language)
    for found in results.values():
        seconds = [second for second, _ in found.values()]
        assert all(after <= 2.3 * before for before, after in itertools.pairwise(seconds))
        assert all(megabytes <= 1500 for _, megabytes in found.values())


def test_the_documents_quote_what_a_country_costs(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(root / "benchmarks"))
    import country

    kept = json.loads((root / "benchmarks/country.json").read_text("utf-8"))
    results = {step: country.Spent(**spent) for step, spent in kept.items()}
    assert country.STEPS["en"].keys() == country.STEPS["vi"].keys() == {"heads", *results}
    for language, name in country.growth.DOCUMENTS.items():
        (quoted,) = country.BLOCK.findall((root / name).read_text("utf-8"))
        assert quoted == country.table(results, language)


def test_the_country_is_as_large_as_viet_nam_was_and_its_plan_loads(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(root / "benchmarks"))
    import country

    whole = country.tree_of(63)
    assert (len(whole), sum(map(len, whole.values()))) == (63, 705)
    assert sum(len(c) for districts in whole.values() for c in districts.values()) == 10_599
    country.write_plan(tmp_path, country.tree_of(1))
    units = load_campaign(tmp_path / "data/campaigns/country").units.units
    assert (
        len({unit.name for unit in units})
        == len(units)
        == 2 + sum(1 + len(communes) for communes in whole[0].values())
    )


def test_the_documents_quote_how_many_cells_a_form_takes(
    root: Path, periods: dict[str, OpenPeriod], monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    monkeypatch.syspath_prepend(str(root / "benchmarks"))
    import form_cells

    from dxkit.press.forms.questions import Questions
    from dxkit.report.wording.language import load_language

    before, opened = (periods[name] for name in (form_cells.BEFORE, form_cells.PERIOD))
    period = opened.campaign.period(form_cells.PERIOD)
    questions = Questions(opened.campaign, period, before.received, load_language("vi"))
    forms = form_cells.in_forms(questions, opened.received)
    assert forms["again"] == 0  # no figure is typed twice
    # 520 hamlets with 4 figures that are others than a quarter ago (of 66 only 3) and a choice for
    # those that are not; 74 communes with 4 and a choice for 2; of 73 also 2 in each of 3 months,
    # 3 rows that say why there is none; 62 initiatives with 7 fields; 7 rows to explain
    assert forms.total() == 520 * 5 - 66 + 74 * 5 + 73 * 2 * 3 + 3 + 62 * 7 + 7
    quoted = [(root / f"docs/{code}/forms.md").read_text("utf-8") for code in ("en", "vi")]
    assert f"{forms.total():,}" in quoted[0]
    assert f"{forms.total():,}".replace(",", ".") in quoted[1]
    if request.config.getoption("--full"):
        folder = opened.project.period_folder(opened.campaign.id, period.id)
        workbooks = form_cells.in_workbooks(folder, opened.received)
        typed = workbooks.total() - workbooks["formulas"]
        assert f"{typed:,}" in quoted[0]
        assert f"{forms.total() / typed:.1%}" in quoted[0]
        assert forms.total() <= typed / 2
