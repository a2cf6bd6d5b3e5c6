"""What the page's wall lets through: no address of another computer, no id twice."""

from __future__ import annotations

import re

import pytest

from dxkit.press.publish.frame import framed, sanitise

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


@pytest.mark.parametrize("beside", ["", PICTURE])
@pytest.mark.parametrize(
    "drawing",
    [
        '<use href="//host/x#a"/>', '<use xlink:href="host.svg#a"/>', "<use href='/\\host#a'/>",
        '<image href="https://host/p.png"/>', '<image xlink:href="data:text/html,host"/>',
        '<image href="data:image/svg+xml;base64,host"/>', '<rect fill="url(//host/x)"/>',
        "<rect stroke='URL( #a) url(//host)'/>", r'<rect fill="u\72l(//host)"/>',
        '<g mask="image-set(\'//host\' 1x)"/>', '<g clip-path="url(host.svg#a)"/>',
        '<path marker-end="url(&quot;https://host#a&quot;)"/>', '<g style="fill:src(\'//host\')"/>',
        '<style>@import "//host/x"</style>', '<foreignObject><img src="//host/x"></foreignObject>',
        '<animate attributeName="href" to="//host"/>', '<set attributeName="href" to="//host"/>',
        '<feImage href="//host/x"/>', '<a xlink:href="//host/x"><text>t</text></a>',
        '<linearGradient href="https://host/#a"/>', '<pattern xlink:href="//host/#a"/>',
        '<textPath href="//host#a">t</textPath>', '<script>host</script>', '<g onload="host"/>',
        '<rect fill="var(--x, url(//host))"/>', '<text>t</text><desc><iframe src="//host"></desc>',
    ],
)  # fmt: skip
def test_no_part_of_a_drawing_reaches_out_or_runs(drawing: str, beside: str) -> None:
    cleaned = sanitise(f"<svg>{drawing}</svg>{beside}")
    assert "host" not in cleaned
    assert sanitise(cleaned) == cleaned


def test_parts_of_a_drawing_may_use_each_other() -> None:
    content = (
        '<svg viewBox="0 0 1 1"><defs><linearGradient id="g"><stop offset="0" stop-color="red">'
        '</stop></linearGradient></defs><rect fill="url(#g)"></rect>'
        '<rect style="stroke:url(&quot;#g&quot;)"></rect>'
        '<use href="#g"></use><image href="data:image/png;base64,AA=="></image></svg>'
    )
    assert sanitise(content) == content
