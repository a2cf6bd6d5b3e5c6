"""What a notebook shows is on its page, whatever its kind, or the page says by name what is not."""

from __future__ import annotations

import base64
import re
from typing import Any

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


VIEW = "application/vnd.jupyter.widget-view+json"
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
        ({"vega": {"title": "T"}, "plain": "x"}, "application/vnd.vegalite.v5+json (T)"),
        ({"plotly": {"layout": {"title": {"text": "T"}}}}, "application/vnd.plotly.v1+json (T)"),
        ({"script": "alert(1)"}, "application/javascript"),
        ({"html": "<div id='x'></div><script>alert(1)</script>"}, "text/html"),
        ({"html": "<p>words</p><iframe src='https://host/'></iframe>"}, "iframe (https://host/)"),
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
        {"plain": "(<Figure size 640x480 with 1 Axes>, array([<Axes: >, <Axes: >], dtype=object))"},
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


def page_and_missing(*cells: object, **metadata: object) -> tuple[str, dict[str, list[int]]]:
    """The page of cells, and what it does not show."""
    notebook = new_notebook(cells=list(cells), metadata={**metadata})
    page, resources = DxkitExporter().from_notebook_node(notebook)
    return page, resources["not_shown"]


def widgets(**models: dict[str, object]) -> dict[str, Any]:
    """What a notebook keeps of its widgets: kinds behind the names, states."""
    state = {
        name: {"model_name": f"{name.partition('_')[0]}Model", "state": model}
        for name, model in models.items()
    }
    return {"application/vnd.jupyter.widget-state+json": {"state": state}}


def test_what_boxes_and_outputs_of_widgets_hold_is_shown_and_controls_are_named() -> None:
    kept = widgets(
        VBox={"children": [f"IPY_MODEL_{n}" for n in ("Tab", "IntSlider", "Dropdown", "VBox")]},
        Tab={"children": ["IPY_MODEL_Output", "IPY_MODEL_HTML"], "titles": ["First", "Second"]},
        Output={
            "outputs": [
                {"output_type": "stream", "name": "stdout", "text": "in <it>\n"},
                {
                    "output_type": "display_data",
                    "metadata": {},
                    "data": {VIEW: {"model_id": "Output"}},
                },
            ]
        },
        HTML={"value": "<b>bold</b><script>alert(1)</script>"},
        IntSlider={"description": "count", "value": 7},
        Dropdown={"description": "kind", "_options_labels": ["a", "b"], "index": 1},
    )
    view = {VIEW: {"model_id": "VBox"}, "text/plain": "VBox()"}
    cell = new_code_cell("...", outputs=[new_output("display_data", view)])
    page, missing = page_and_missing(new_markdown_cell("x"), cell, widgets=kept)
    for shown in ("<p>First</p>", "<pre>in &lt;it&gt;</pre>", "<p>Second</p>", "<b>bold</b>",
                  "IntSlider (count 7)", "Dropdown (kind b)"):  # fmt: skip
        assert page.count(shown) == 1, shown
    assert "alert" not in page
    assert "VBox()" not in page
    assert missing == {"script": [2], "IntSlider": [2], "Dropdown": [2]}


def test_streams_are_one_text_whatever_the_clock_and_later_text_writes_over() -> None:
    texts = ("a", "b\r\r\n", "50%\r", "100%\n", "\x1b[31mred\x1b[0m & <b>\n")
    pieces = [new_output("stream", name="stdout", text=t) for t in texts]
    page, missing = page_and_missing(new_code_cell("...", outputs=pieces))
    assert page.count("<pre>") == 1
    assert "<pre>ab\n100%\nred &amp; &lt;b&gt;</pre>" in page
    assert missing == {}


@pytest.mark.parametrize("returns", [0, 1, 2_000_000])
def test_a_long_line_is_looked_through_once(returns: int) -> None:
    """Not once for each of its letters: 200,000 of them took half a minute; nor for each return to
    its beginning, which is no line of its own.
    """
    letters = "x" * 2_000_000
    text = letters + "\r" * returns
    page, _ = page_and_missing(
        new_code_cell("...", outputs=[new_output("stream", name="stdout", text=text)])
    )
    assert f"<pre>{letters}</pre>" in page


@pytest.mark.parametrize(
    ("html", "kinds"),
    [
        ("<P>words</P><IFRAME SRC='https://host/'></IFRAME>", {"iframe": [1]}),
        ("words <video controls><source src='https://host/v'>old</video>", {"video": [1]}),
        ("words <img src='https://host/p.png' alt='told'>", {"img": [1]}),
        ("words <select><option>one</option></select><input type=hidden>", {"select": [1]}),
        ("words <style>#a:hover { color: red }</style>", {"style": [1]}),
        ("words <style>.dataframe td { color: red }</style>", {}),
        ("words <style>.a, td { color: red }</style>", {}),
        ("words <math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>", {}),
        ("words <embed src='//host/x'><object data='//host/o'>words</object>",
         {"embed": [1], "object": [1]}),
    ],
)  # fmt: skip
def test_what_html_loses_is_counted_and_the_rest_stands(
    html: str, kinds: dict[str, list[int]]
) -> None:
    cell = new_code_cell("...", outputs=[new_output("display_data", {"text/html": html})])
    page, missing = page_and_missing(cell)
    assert missing == kinds
    main = page.partition("<main")[2]
    assert "words" in main
    assert 'src="https:' not in main
    for kind in set(kinds) - {"style"}:
        assert f"loại {kind}" in main
    assert ("told" in main) == ("told" in html)
    assert "<mfrac>" in main or "mfrac" not in html


def test_drawings_are_whole_and_do_not_share_ids() -> None:
    drawn = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
        '<style>.c { fill: COLOUR }</style><defs><path id="m" d="M0 0"/><clipPath id="k"><rect '
        'width="1"/></clipPath></defs><use xlink:href="#m" x="3" class="c"/><g clip-path="url(#k)">'
        '<circle r="2" style="fill:url(#m)"/></g><use href="https://host/x.svg#m"/>'
        '<rect fill="url(//host/y)"/></svg>'
    )
    cells = [
        new_code_cell("...", outputs=[new_output("display_data", {"image/svg+xml": s})])
        for s in (drawn.replace("COLOUR", "red"), drawn.replace("COLOUR", "blue"))
    ]
    page, missing = page_and_missing(*cells)
    main = page.partition("<main")[2]
    for n, colour in ((1, "red"), (2, "blue")):
        one, two = f"#drawing-{n}-1", f"#drawing-{n}-2"
        for part in (f'<path id="{one[1:]}" d="M0 0">', f'<clipPath id="{two[1:]}">',
                     f'clip-path="url({two})"', f'fill:url(&quot;{one}&quot;)"',
                     f'xlink:href="{one}" x="3" class="c" style="fill:{colour}"'):  # fmt: skip
            assert main.count(part) == 1, part
    assert main.count("host") == 2  # in the two notes
    assert missing == {"use": [1, 2]}


def test_drawings_in_html_and_pasted_ones_keep_their_own_colours() -> None:
    drawn = (
        '<svg xmlns="http://www.w3.org/2000/svg"><defs><linearGradient id="g"><stop/>'
        '</linearGradient></defs><rect fill="url(#g)"/></svg>'
    )
    html = {"text/html": f"<style>.a{{color:red}}</style>{drawn}"}
    pasted = {"a.svg": {"image/svg+xml": base64.b64encode(drawn.encode()).decode()}}
    shown = new_code_cell("...", outputs=[new_output("display_data", html)] * 2)
    texts = [new_markdown_cell("![a](attachment:a.svg)", attachments=pasted) for _ in range(2)]
    page = page_of(shown, *texts)
    ids = re.findall(r'<linearGradient id="([^"]+)"', page)
    assert len({*ids}) == 4
    assert re.findall(r"url\(#([^)]+)\)", page) == ids


def test_a_picture_of_a_widget_that_is_only_named_is_told() -> None:
    kept = widgets(Image={"format": "url"})
    kept["application/vnd.jupyter.widget-state+json"]["state"]["Image"]["buffers"] = [{"data": ""}]
    cell = new_code_cell("...", outputs=[new_output("display_data", {VIEW: {"model_id": "Image"}})])
    page, missing = page_and_missing(cell, widgets=kept)
    assert "loại img" in page
    assert missing == {"img": [1]}


def test_tables_lists_boxes_and_headings_keep_what_they_mean() -> None:
    source = (
        '<table><tr><td colspan="2" rowspan="3">wide</td></tr></table>\n\n'
        "- [x] done\n- [ ] open\n\n4. four\n\n## Được giao\n\n[to it](#Được-giao)"
    )
    page, _ = page_and_missing(new_markdown_cell(source))
    for kept in ('<div class="table" tabindex="0"', 'colspan="2"', 'rowspan="3"', "\u2611 done",
                 "\u2610 open", '<ol start="4">',
                 '<h2 id="%C4%90%C6%B0%E1%BB%A3c-giao">Được giao</h2>'):  # fmt: skip
        assert kept in page, kept
    assert "¶" not in page


@pytest.mark.parametrize(
    ("plain", "shown_"),
    [("<NA>", "&lt;NA&gt;"), ("<Colour.RED: 'r'>", "&lt;Colour.RED: 'r'&gt;"), ("[]", "[]"),
     ("{'f': <function f at 0x7f00ab>, 'a': 1}", "{'f': &lt;function f&gt;, 'a': 1}")],
)  # fmt: skip
def test_values_that_only_look_like_names_of_objects_are_shown(plain: str, shown_: str) -> None:
    assert f"<pre>{shown_}</pre>" in shown(plain=plain)


def test_numbers_in_json_and_pasted_pictures_made_smaller_are_shown() -> None:
    assert "<pre>[\n 1,\n 2\n]</pre>" in shown(
        json=[1, 2], plain="<IPython.core.display.JSON object>"
    )
    pasted = new_markdown_cell(
        "<img src='attachment:a.png' width='9'>", attachments={"a.png": {"image/png": DOT}}
    )
    page, missing = page_and_missing(pasted)
    assert f'src="data:image/png;base64,{DOT}" width="9"' in page
    assert missing == {}


@pytest.mark.parametrize(
    ("given", "fits"),
    [("", True), ("width='9'", True), ("width='9' height='9'", True), ("height='9'", False)],
)
def test_pictures_are_no_wider_than_a_screen(given: str, fits: bool) -> None:
    cell = new_markdown_cell(f"<img src='data:image/png;base64,{DOT}' {given}>")
    svg = f"<svg {given} viewBox='0 0 9 9'><text>x</text></svg>"
    drawn = new_code_cell("...", outputs=[new_output("display_data", {"image/svg+xml": svg})])
    style = 'style="max-width:100%;height:auto"'
    assert page_of(cell).count(style) == page_of(drawn).count(style) == fits
    assert "viewBox" in page_of(drawn)
