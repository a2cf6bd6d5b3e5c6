"""Where units lie: a GeoJSON file dropped into the campaign folder is drawn as a map."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from dxkit.campaign.folder import load_map
from dxkit.model.campaign import CampaignError
from dxkit.period import OpenPeriod
from dxkit.report.charts.units import bare_names, map_chart
from dxkit.report.context import Context

CODES = [str(code) for code in range(930, 938)]


@pytest.fixture
def opened(periods: dict[str, OpenPeriod]) -> OpenPeriod:
    return periods["2022-Q4"]


def square(west: float, south: float) -> list[list[float]]:
    """A ring one degree wide."""
    east, north = west + 1, south + 1
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def geojson(codes: list[str]) -> dict[str, Any]:
    """The units in a row from west to east; the last of two islands."""
    features = []
    for n, code in enumerate(codes):
        geometry = {"type": "Polygon", "coordinates": [square(105 + n, 9)]}
        if n == len(codes) - 1:
            islands = [[square(105 + n, 9)], [square(105 + n, 11)]]
            geometry = {"type": "MultiPolygon", "coordinates": islands}
        features.append({"type": "Feature", "properties": {"code": code}, "geometry": geometry})
    return {"type": "FeatureCollection", "features": features}


def test_areas_and_tiles_are_read(tmp_path: Path) -> None:
    (tmp_path / "tiles.csv").write_text("code,row,column\n930,1,0\n931,0,2\n", "utf-8-sig")
    (tmp_path / "map.geojson").write_text(json.dumps(geojson(["930", "931"])), "utf-8")
    shapes = load_map(tmp_path)
    assert shapes.tiles == {"930": (1, 0), "931": (0, 2)}
    assert shapes.areas["930"] == (
        ((105.0, 9.0), (106.0, 9.0), (106.0, 10.0), (105.0, 10.0), (105.0, 9.0)),
    )
    assert [ring[0] for ring in shapes.areas["931"]] == [(106.0, 9.0), (106.0, 11.0)]


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"features": [{"properties": {}}]}',
     '{"features": [{"properties": {"code": "1"}, "geometry": {"type": "Point"}}]}'],
)  # fmt: skip
def test_a_map_that_cannot_be_read_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.geojson").write_text(text, "utf-8")
    with pytest.raises(CampaignError) as caught:
        load_map(tmp_path)
    assert [problem.file for problem in caught.value.problems] == ["bad.geojson"]


def test_without_a_map_the_page_says_that_it_is_a_schema(opened: OpenPeriod) -> None:
    figure = html.fromstring(map_chart(Context(opened, "93", "vi")).html)
    assert "Sơ đồ vị trí tương đối, không phải bản đồ" in figure.text_content()
    assert "không phải bản đồ" in figure.text_content()


def test_a_tile_has_the_name_without_its_kind_where_that_tells_no_other_apart(
    opened: OpenPeriod,
) -> None:
    """Of the eight, a town and a district are both called Long Mỹ."""
    figure = html.fromstring(map_chart(Context(opened, "93", "vi")).html)
    drawn = " ".join(text.text for text in figure.iterfind(".//svg//text"))
    for name in ("Châu Thành A", "Vị Thanh", "Huyện Long Mỹ", "Thị xã Long Mỹ"):
        assert name in drawn
    assert "Huyện Châu" not in drawn
    units = opened.analysis.units
    assert bare_names(units.children("934"))["31420"] == "Hòa Mỹ"
    numbered = [u for u in units.units if not any(map(str.islower, u.bare_name))]
    assert numbered
    assert bare_names(numbered) == {}


def test_a_map_in_the_folder_is_drawn_instead(opened: OpenPeriod, tmp_path: Path) -> None:
    (tmp_path / "map.geojson").write_text(json.dumps(geojson(CODES)), "utf-8")
    with_map = dataclasses.replace(opened, shapes=load_map(tmp_path))
    figure = html.fromstring(map_chart(Context(with_map, "93", "vi")).html)
    assert "Bản đồ" in figure.findtext(".//h2")
    assert "không phải bản đồ" not in figure.text_content()
    shapes = [p.get("d") for p in figure.findall(".//svg/path")]
    assert [shape.count("M") for shape in shapes] == [1] * 7 + [2]  # the last has two islands
    west = [float(re.findall(r"[\d.]+", shape)[0]) for shape in shapes]
    assert west == sorted(west)
    scorecards = {code: opened.analysis.scorecard(code) for code in CODES}
    drawn = {
        group.get("data-fact").split("/")[1]: float(group.get("data-value"))
        for group in figure.findall(".//g[@class='fact']")
    }
    assert drawn == {code: card.fact("total", "points").value for code, card in scorecards.items()}


def test_a_map_that_lacks_a_unit_is_not_drawn(opened: OpenPeriod, tmp_path: Path) -> None:
    (tmp_path / "map.geojson").write_text(json.dumps(geojson(CODES[:-1])), "utf-8")
    without = dataclasses.replace(opened, shapes=load_map(tmp_path))
    assert map_chart(Context(without, "93", "vi")).html == ""
