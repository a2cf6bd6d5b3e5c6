"""The notebooks run by themselves on a stock kernel, and give what the batch gives."""

from __future__ import annotations

import warnings
from pathlib import Path

import nbformat
import papermill
import pytest
from lxml import html as lxml_html
from nbconvert.exporters import get_exporter

from dxkit.press.publish.frame import sanitise
from dxkit.press.publish.links import without_links
from dxkit.press.publish.page import DxkitExporter
from dxkit.report.piece import PAGE


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_a_notebook_runs_with_its_defaults(
    root: Path, outputs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DXKIT_OUT", str(outputs.parents[1]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        notebook = papermill.execute_notebook(
            str(root / "notebooks/quarterly_report.ipynb"),
            None,
            cwd=str(root / "notebooks"),
            progress_bar=False,
            kernel_name="python3",
        )
    batch = nbformat.read(outputs / "notebooks/930.ipynb", as_version=4)
    sent, *outputs_of = [o for c in notebook.cells for o in c.get("outputs", [])]
    assert sent.data["text/html"].startswith("<style>")
    for output in outputs_of:  # a section with nothing to say has no box
        assert output.data["text/html"].startswith('<div class="dxkit">') == bool(output.data[PAGE])
    shown = [o.data[PAGE] for o in outputs_of]
    expected = [o.data["text/html"] for c in batch.cells for o in c.get("outputs", [])]
    assert len(shown) > 10
    assert shown == expected
    pages = [DxkitExporter().from_notebook_node(n)[0] for n in (notebook, batch)]
    main, of_batch = (page.partition("<main")[2].partition("</main>")[0] for page in pages)
    assert main == of_batch
    counts = [c.execution_count for c in notebook.cells if c.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))


def test_the_exporter_is_known_by_name(outputs: Path) -> None:
    exporter = get_exporter("dxkit")
    assert exporter is DxkitExporter
    notebook = nbformat.read(outputs / "notebooks/930.ipynb", as_version=4)
    page, _ = exporter().from_notebook_node(notebook)
    made = next((outputs / "district").glob("930-*.html")).read_text("utf-8")
    assert page == without_links(made)


def test_a_failing_cell_and_streams(tmp_path: Path) -> None:
    cells = [
        nbformat.v4.new_code_cell(
            "import sys\nprint('spoken')\nprint('whispered', file=sys.stderr)\n1 + 1"
        ),
        nbformat.v4.new_code_cell(
            "from IPython.display import HTML, display\ndisplay(HTML('<b>x</b>'))"
        ),
        nbformat.v4.new_code_cell("import asyncio\nawait asyncio.sleep(0)\n'done'"),
        nbformat.v4.new_code_cell("1 / 0"),
        nbformat.v4.new_code_cell("print('never')"),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    path = tmp_path / "n.ipynb"
    nbformat.write(notebook, path)
    done = tmp_path / "done.ipynb"
    with pytest.raises(papermill.PapermillExecutionError, match="ZeroDivisionError"):
        papermill.execute_notebook(
            str(path), str(done), engine_name="dxkit", progress_bar=False, language="python"
        )
    executed = [c for c in nbformat.read(done, as_version=4).cells if c.cell_type == "code"]
    kinds = [[o.output_type for o in c.outputs] for c in executed]
    assert kinds == [
        ["stream", "stream", "execute_result"], ["display_data"], ["execute_result"], ["error"], [],
    ]  # fmt: skip
    page, _ = DxkitExporter().from_notebook_node(nbformat.read(done, as_version=4))
    assert "<b>x</b>" in page
    for kept in ("spoken", "whispered", "Traceback", "ZeroDivisionError: division by zero"):
        assert kept in page.split("<main", 1)[1]
    assert "asyncio" not in page.split("<main", 1)[1]
    notebook = nbformat.read(done, as_version=4)
    notebook.metadata["dxkit"] = {"language": "en", "simulated": False}  # as the batch has it
    page, resources = DxkitExporter().from_notebook_node(notebook)
    assert "spoken" in page
    assert "ZeroDivisionError: division by zero" in page
    for hidden in ("whispered", "Traceback", "asyncio"):
        assert hidden not in page.split("<main", 1)[1]
    assert resources["not_shown"] == {"stderr": [1], "traceback": [4]}


def test_a_bare_picture_is_on_the_page_and_headings_carry_no_sign() -> None:
    """What ``plt.show()`` leaves in somebody's own notebook."""
    data = nbformat.v4.new_output("display_data", {"image/png": "iVBORw0K\nGgo=\n"})
    told = nbformat.v4.new_output(
        "display_data", {"image/png": "iVBORw0KGgo="}, metadata={"image/png": {"alt": 'a "b" <c>'}}
    )
    cell = nbformat.v4.new_code_cell("plt.show()", outputs=[data, told])
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Của tôi"), cell])
    page, _ = DxkitExporter().from_notebook_node(notebook)
    main = lxml_html.fromstring(page).xpath("//main")[0]
    assert main.xpath(".//h1/descendant::text()") == ["Của tôi"]
    address = "data:image/png;base64,iVBORw0KGgo="
    assert [(i.get("src"), i.get("alt")) for i in main.xpath(".//img")] == [
        (address, "Hình trong sổ tay, chưa có lời mô tả"), (address, 'a "b" <c>'),
    ]  # fmt: skip
    assert "text/html" not in data["data"]
    assert "MÔ PHỎNG" not in page
    notebook.metadata["dxkit"] = {"language": "vi", "simulated": True}
    page, _ = DxkitExporter().from_notebook_node(notebook)
    assert (
        "SỐ LIỆU MÔ PHỎNG" in lxml_html.fromstring(page).xpath("//main/p[@class='banner']")[0].text
    )


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<img src="x" onerror="alert(1)">',
        '<a href="javascript:alert(1)">x</a>',
        '<svg onload="alert(1)"><path d="M0"/></svg>',
        '<p style="background:url(//e)">x</p>',
        "<iframe src='//e'></iframe>",
        '<use href="//e#x"></use>',
    ],
)
def test_the_second_wall(hostile: str) -> None:
    safe = sanitise(hostile)
    for word in ("script", "onerror", "onload", "javascript", "//e", "iframe"):
        assert word not in safe, safe


@pytest.mark.parametrize(
    ("hostile", "left"),
    [
        ('<img src="//e/x.png" alt="a">', '<img alt="a">'),
        ('<img src="https://e/x.png" alt="a">', '<img alt="a">'),
        ('<img src="data:text/html,x" alt="a">', '<img alt="a">'),
        ('<img src="data:image/svg+xml;base64,AA" alt="a">', '<img alt="a">'),
        ('<a href="data:text/html,x">x</a>', "<a>x</a>"),
        ('<a href=" DATA:text/html,x">x</a>', "<a>x</a>"),
        ('<a href="javascript:alert(1)">x</a>', "<a>x</a>"),
    ],
)
def test_a_picture_opens_no_door_for_anything_else(hostile: str, left: str) -> None:
    picture = '<img src="data:image/png;base64,iVBORw0KGgo=" alt="of one\'s own">'
    assert sanitise(picture + hostile).endswith(left)
    assert sanitise(picture) == picture.replace("&#39;", "'")


def test_what_the_page_needs_passes_the_second_wall() -> None:
    content = (
        '<section><h2 id="a">A</h2><div class="table" tabindex="0" role="region" aria-label="t">'
        '<data class="fact" value="0.5" data-fact="p/u/s/k">50%</data></div>'
        '<svg role="img" viewBox="0 0 1 1" aria-label="x"><g class="fact" data-value="1" '
        'data-fact="p/u/s/k"><text x="1" y="1" style="fill:currentColor">1</text></g></svg>'
        '<a href="district/1.html">x</a></section>'
    )
    assert sanitise(content).replace('xmlns="http://www.w3.org/2000/svg" ', "") == content
