"""What the page's wall lets through: no address of another computer, no id twice."""

from __future__ import annotations

import re

import pytest

from dxkit.press.publish.page import framed, sanitise

PICTURE = '<img src="data:image/png;base64,AA==" alt="x">'  # another way through the wall


@pytest.mark.parametrize("beside", ["", PICTURE])
@pytest.mark.parametrize(
    "address",
    ["//host/x", r"\\host\x", r"/\host/x", r"\/host", "&#47;&#47;host", " //host", "/\t/host",
     "\n//host", "data:text/html,x", "https://host/", "file://host/x", "javascript:x"],
)  # fmt: skip
def test_no_address_leads_to_another_computer(address: str, beside: str) -> None:
    content = f'<p><a href="{address}">chữ</a><img src="{address}" alt="y">{beside}</p>'
    cleaned = sanitise(content)
    assert "href" not in cleaned
    assert "chữ" in cleaned
    assert re.findall('src="([^"]*)"', cleaned) == re.findall('src="([^"]*)"', beside)


@pytest.mark.parametrize("beside", ["", PICTURE])
@pytest.mark.parametrize("style", ["fill:url(//host/x)", r"fill:ur\6c(//host/x)", "fill: URL('x')"])
def test_no_style_fetches(style: str, beside: str) -> None:
    cleaned = sanitise(f'<svg><rect style="{style}" width="3"/></svg>{beside}')
    assert "host" not in cleaned
    assert "url" not in cleaned.lower()


@pytest.mark.parametrize("beside", ["", PICTURE])
def test_of_elements_with_one_id_the_first_keeps_it(beside: str) -> None:
    content = (
        '<h2 id="a">Một</h2><h2 id="a">Hai</h2><p id="main">id="a" là chữ</p><p id="b">x</p>'
        f'<a href="#b">x</a><a href="district/1.html">y</a>{beside}'
    )
    page = framed(content, "Trang", "vi")
    assert re.findall(r'<\w+[^>]* id="([^"]*)"', page) == ["main", "a", "b"]
    assert 'id="a" là chữ' in page
    assert page.count('href="#b"') == page.count('href="district/1.html"') == 1
