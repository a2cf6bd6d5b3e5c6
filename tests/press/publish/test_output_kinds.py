"""What a notebook shows is on its page, whatever its kind, or the page says by name what is not."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from dxkit.press.publish.page import DxkitExporter

DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"


def page_of(*cells: object) -> str:
    """The part of a page between its frame."""
    notebook = new_notebook(cells=list(cells), metadata={"dxkit": {"language": "en"}})
    page, _ = DxkitExporter().from_notebook_node(notebook)
    return str(page.partition("<main")[2].partition(">")[2].partition("</main>")[0])


def shown(**data: object) -> str:
    """The page of one output; kinds are given with __ for / and _ for other signs."""
    kinds = {"plain": "text/plain", "html": "text/html", "markdown": "text/markdown",
             "latex": "text/latex", "svg": "image/svg+xml", "png": "image/png",
             "jpeg": "image/jpeg", "json": "application/json",
             "vega": "application/vnd.vegalite.v5+json", "plotly": "application/vnd.plotly.v1+json",
             "widget": "application/vnd.jupyter.widget-view+json",
             "script": "application/javascript"}  # fmt: skip
    bundle = {kinds[kind]: value for kind, value in data.items()}
    return page_of(new_code_cell("...", outputs=[new_output("display_data", bundle)]))


SVG = '<svg xmlns="http://www.w3.org/2000/svg"><text>KEPT</text></svg>'


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        ({"markdown": "**KEPT**", "plain": "<Markdown object>"}, "<strong>KEPT</strong>"),
        ({"markdown": ["**KE", "PT**"], "plain": "x"}, "<strong>KEPT</strong>"),
        ({"latex": "$KEPT < 1$", "plain": "<Latex object>"}, "<pre>$KEPT &lt; 1$</pre>"),
        ({"svg": SVG, "plain": "<SVG object>"}, "<text>KEPT</text>"),
        ({"png": DOT, "plain": "<Figure>"}, f'src="data:image/png;base64,{DOT}"'),
        ({"jpeg": "/9j/TUFSSy1KUEVH\n", "plain": "x"}, "data:image/jpeg;base64,/9j/TUFSSy1KUEVH"),
        ({"plain": "'KEPT'"}, "<pre>'KEPT'</pre>"),
        ({"json": {"a": 1}, "plain": "a <b>KEPT</b>"}, "a &lt;b&gt;KEPT&lt;/b&gt;"),
        ({"html": "<p>KEPT</p>", "widget": {}, "plain": "HTML()"}, "<p>KEPT</p>"),
        ({"vega": {}, "png": DOT, "plain": "alt.Chart(...)"}, f"base64,{DOT}"),
    ],
)  # fmt: skip
def test_what_can_stand_still_is_shown(data: dict[str, object], kept: str) -> None:
    page = shown(**data)
    assert kept in page
    assert "is not shown here" not in page
    assert "object&gt;" not in page


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ({"vega": {}, "plain": "alt.Chart(...)"}, "application/vnd.vegalite.v5+json"),
        ({"plotly": {}, "html": "<div id='x'></div>"}, "application/vnd.plotly.v1+json"),
        ({"widget": {}, "plain": "Output()"}, "application/vnd.jupyter.widget-view+json"),
        ({"script": "alert(1)"}, "application/javascript"),
        ({"html": "<div id='x'></div><script>alert(1)</script>"}, "text/html"),
        ({"html": "<p>words</p><iframe src='https://host/'></iframe>"}, "text/html"),
    ],
)
def test_what_needs_a_program_is_told_by_name(data: dict[str, object], kind: str) -> None:
    page = shown(**data)
    assert f"An output of the kind {kind} is not shown here" in page
    assert "alert" not in page
    assert ("words" in page) == ("words" in str(data))


@pytest.mark.parametrize(
    "data",
    [
        {"html": "", "plain": ""},
        {"html": "", "plain": "Markup('')"},
        {"plain": "<Axes: xlabel='x'>"},
        {"plain": "[<matplotlib.lines.Line2D at 0x7f00>]"},
        {"plain": "(<Figure>, object at 0x7f00)"},
    ],
)
def test_nothing_is_put_where_a_part_has_nothing_to_say(data: dict[str, object]) -> None:
    assert shown(**data).strip() == ""


def test_a_picture_pasted_into_markdown_is_shown() -> None:
    cell = new_markdown_cell("![dot](attachment:dot.png)",
                             attachments={"dot.png": {"image/png": DOT}})  # fmt: skip
    page = page_of(cell, new_markdown_cell("no picture here"))
    assert page.count(f'src="data:image/png;base64,{DOT}"') == 1


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("[decree](https://example.org/30)", "decree (https://example.org/30)"),
        ("<https://example.org/30>", ">https://example.org/30<"),
        ("<a class='x' href='mailto:a@example.org'>office</a>", "office (mailto:a@example.org)"),
        ("[below](#here)", '<a href="#here">below</a>'),
        ("[page](district/930.html)", '<a href="district/930.html">page</a>'),
    ],
)
def test_links_are_kept_or_told_as_text(source: str, told: str) -> None:
    page = page_of(new_markdown_cell(source))
    assert told in page
    assert not [part for part in page.split("href=")[1:] if part[1:5] in ("http", "mail")]


def test_a_coloured_table_keeps_its_colours() -> None:
    html = (
        '<style type="text/css">\n#T_1_row0_col0, #T_1_row0_col1 {\n  background-color: #ffee00;\n'
        "  color: red;\n}\n#T_1_row1_col0 { background: url(//host/x); color: blue; }\n</style>"
        '<table id="T_1"><tr><td id="T_1_row0_col0" class="data">1</td>'
        '<td id="T_1_row0_col1">2</td></tr><tr><td id="T_1_row1_col0">3</td></tr></table>'
    )
    page = shown(html=html)
    assert page.count("background-color:#ffee00") == page.count("background-color") == 2
    assert page.count("color:red") == 2
    assert "host" not in page
    assert "T_1_row0_col0 {" not in page
