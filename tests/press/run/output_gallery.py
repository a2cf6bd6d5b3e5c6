# ruff: noqa: E501
"""Notebooks with outputs of every kind that people's notebooks have, one kind each."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

from nbformat.v4 import (
    new_code_cell,
    new_markdown_cell,
    new_output,
    new_raw_cell,
)
from notebook_gallery import MAY_FAIL, Cell


def _dot() -> str:
    """A PNG picture of one red dot, in base64."""

    def part(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    drawn = part(b"IHDR", head) + part(b"IDAT", zlib.compress(b"\0\xff\0\0")) + part(b"IEND", b"")
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + drawn).decode()


DOT = _dot()
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="20"><text y="15">MARK-SVG</text></svg>'
SVG_64 = base64.b64encode(SVG.encode()).decode()


def text(source: str, **more: Any) -> Any:
    return new_markdown_cell(source, **more)


def stored(*, metadata: Any = None, **data: Any) -> Any:
    """A cell with an output that is in the notebook already: kinds by their short names."""
    kinds = {"html": "text/html", "plain": "text/plain", "md": "text/markdown", "png": "image/png",
             "svg": "image/svg+xml", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp",
             "latex": "text/latex", "json": "application/json", "pdf": "application/pdf",
             "js": "application/javascript", "mermaid": "text/vnd.mermaid",
             "vega": "application/vnd.vegalite.v5+json", "plotly": "application/vnd.plotly.v1+json",
             "bokeh": "application/vnd.bokehjs_exec.v0+json", "geo": "application/geo+json",
             "widget": "application/vnd.jupyter.widget-view+json", "own": "application/x-own+json"}  # fmt: skip
    bundle = {kinds[name]: value for name, value in data.items()}
    cell = new_code_cell("...", execution_count=1)
    cell["outputs"] = [new_output("display_data", bundle, metadata=metadata or {})]
    return cell


def said(**streams: str) -> Any:
    return new_code_cell(
        "...", outputs=[new_output("stream", name=n, text=t) for n, t in streams.items()]
    )


SHOW = "from IPython.display import *\n"

RUN: dict[str, list[Cell]] = {
    "plain values": ["'MARK-PLAIN'", "1 + 1", "None", "[1, 'a < b']", "{'k': {'n': 1}}", "3.50", "True", "x = 'not shown'", "'hidden';"],
    "display objects": [SHOW + "display(Markdown('**MARK-MD** [far](https://example.org/x) [near](#a)'))", "display(Latex('$MARK < 1$'), Math(r'\\frac{1}{2}'))",
                        f"display(SVG('{SVG}'))", "display(HTML('<b>MARK-HTML</b>'), JSON({'MARK-JSON': [1, 2]}), Pretty('MARK-PRETTY'))",
                        "display(Javascript('alert(1)'))", "display(Code('x = 1', language='python'))", "display(GeoJSON({'type': 'Point', 'coordinates': [1, 2]}))"],
    "pictures": [SHOW + f"import base64\ndot = base64.b64decode('{DOT}')\nImage(dot)", "Image(dot, width=40, height=30, alt='MARK-ALT')",
                 "Image(dot, format='gif')", "Image(url='https://example.org/far.png')", "Image(dot, format='jpeg')"],
    "bundles not plain JSON": ["from datetime import datetime, date\nimport numpy, pandas\ndisplay({'text/plain': 'MARK-BUNDLE', 'application/json': {'day': datetime(2022, 12, 14), 'pair': (1, 2), 'by': {3: 'x'}}}, raw=True)",
                               "class Own:\n    def _repr_mimebundle_(self, include=None, exclude=None):\n        return {'text/plain': 'MARK-OWN', 'application/x-own+json': {'n': (1, 2), 5: 'five'}}\nOwn()",
                               "class Pair:\n    def _repr_mimebundle_(self, **kw):\n        return {'text/html': '<i>MARK-PAIR</i>', 'text/plain': 'p'}, {'text/html': {'isolated': True}}\nPair()",
                               "numpy.float64(1.5), numpy.int64(2), numpy.array([1, 2]), date(2022, 12, 14)"],
    "styler": ["import pandas\npandas.DataFrame({'a': [1, 2], 'b': [3, 4]}).style.set_properties(**{'background-color': '#ffee00'}).set_caption('MARK-CAPTION')",
               "pandas.DataFrame({'a': [1, 2]}).style.background_gradient(cmap='Blues').format('{:.1f}')",
               "pandas.DataFrame({'a': [1, 2]}).style.bar(color='#d65f5f').highlight_max(color='lightgreen')"],
    "pandas": ["import pandas as pd\npd.DataFrame({'số hộ': [1, 2], 'tỷ lệ': [0.5, None]}, index=['Ấp 1', 'Ấp <2>'])", "pd.Series([1, 2], name='MARK-SERIES')", "pd.Period('2022Q4'), pd.Interval(0, 1), pd.NA",
               "pd.NA", "pd.Timestamp('2022-12-14')", "pd.DataFrame()", "pd.concat({'x': pd.DataFrame({'a': [1], 'b': [2]}), 'y': pd.DataFrame({'a': [3], 'b': [4]})}, axis=1)",
               "pd.DataFrame({'n': range(100)})", "pd.Categorical(['a', 'b'])", "pd.array([1, None])", "pd.DataFrame({'a': [1, 1, 2], 'b': [1, 2, 3], 'c': 1}).set_index(['a', 'b'])"],
    "streams and colours": ["import sys\nprint('MARK-OUT'); print('MARK-ERR', file=sys.stderr); print('a <b> & c')", "print('one', end=''); print(' line'); sys.stdout.flush(); print('next')", "print('\\x1b[31mMARK-RED\\x1b[0m \\x1b[1mbold\\x1b[0m')",
                "print('0%\\r50%\\rMARK-100%')", "print('tab\\tand  blanks')\nprint('đấu ấn tiếng Việt')"],
    "errors allowed": [("print('before')\n1 / 0", MAY_FAIL), ("raise ValueError('MARK-ERROR với dấu <b>')", MAY_FAIL), ("raise KeyError('MARK-KEY') from OSError('MARK-CAUSE')", MAY_FAIL),
                       ("def f(: pass", MAY_FAIL), ("raise ExceptionGroup('MARK-GROUP', [ValueError(1)])", MAY_FAIL), "'MARK-AFTER'"],
    "errors in repr": [("class Bad:\n    def __repr__(self): raise RuntimeError('MARK-REPR')\nBad()", MAY_FAIL), "class Half:\n    def _repr_html_(self): return None\n    def __repr__(self): return 'MARK-HALF'\nHalf()"],
    "displays by id": [SHOW + "h = display('first', display_id='d'); h2 = display(HTML('<p>old</p>'), display_id=True)", "h.update('MARK-SECOND'); h2.update(HTML('<p>MARK-NEW</p>'))", "update_display('MARK-THIRD', display_id='d')"],
    "clear output": [SHOW + "print('gone'); clear_output(); print('MARK-KEPT')", "print('later gone'); clear_output(wait=True); print('MARK-REPLACED')", "for i in range(3):\n    clear_output(wait=True); display(f'MARK-{i}')"],
    "async": ["import asyncio\nawait asyncio.sleep(0)\n'MARK-AWAITED'", "async def f(): print('MARK-TASK'); return 'MARK-VALUE'\nawait f()", "await asyncio.gather(f(), f())"],
    "threads and pools": ["import threading\nt = threading.Thread(target=lambda: print('MARK-THREAD')); t.start(); t.join()", "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(2) as pool: print(sum(pool.map(abs, range(10))))"],
    "subprocesses": ["import subprocess, sys\nprint(subprocess.run([sys.executable, '-c', 'print(\"MARK-CHILD\")'], capture_output=True, text=True).stdout)", "!echo MARK-SHELL", "out = !echo MARK-TAKEN\nout"],
    "input refused": [("input('MARK-ASK')", MAY_FAIL), "'MARK-ON'"],
    "long outputs": ["for i in range(3000): print(i, 'MARK' if i == 2999 else '')", "'x' * 20000 + ' MARK-LONG'", "list(range(2000))"],
    "progress": ["from tqdm import tqdm\nfor i in tqdm(range(3), desc='MARK-TQDM'): pass\nprint('MARK-DONE')", "from tqdm.notebook import tqdm as bar\nfor i in bar(range(3), desc='MARK-BAR'): pass"],
    "warnings and logs": ["import warnings, logging\nwarnings.warn('MARK-WARNING')", "logging.warning('MARK-LOGGED')\n'MARK-BESIDE'"],
    "output widget": ["import ipywidgets as w\nbox = w.Output()\nwith box:\n    print('MARK-BOX'); display('MARK-IN')\nbox", "w.HBox([w.HTML('<b>MARK-BOLD</b>'), w.Label('MARK-LABEL'), w.IntSlider(value=3, description='MARK-SLIDER')])",
                      "tab = w.Tab([w.Output(), w.HTML('MARK-TAB')]); tab.titles = ['MARK-ONE', 'MARK-TWO']\ntab", f"import base64\nw.Image(value=base64.b64decode('{DOT}'), format='png')"],
    "interact": ["import ipywidgets\n@ipywidgets.interact(x=(0, 5), name=['a', 'b'])\ndef show(x=2, name='a'):\n    print('MARK-X', x)\n    return f'MARK-{name}'"],
    "matplotlib": ["import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.title('x')", "fig, ax = plt.subplots()\nax.bar(['a'], [1])", "plt.hist([1, 2, 2], bins=2)", "plt.figure(); plt.show()\nprint('MARK-AFTER')"],
    "matplotlib as svg": ["%matplotlib inline\n%config InlineBackend.figure_formats = ['svg']\nimport matplotlib.pyplot as plt\nplt.rcParams['svg.fonttype'] = 'none'\nplt.plot([1, 2], 'o-'); plt.title('MARK-TITLE')\nNone",
                          "plt.rcParams['svg.fonttype'] = 'path'\nplt.imshow([[1, 2], [3, 4]]); plt.ylabel('y')\nNone", "plt.scatter([1, 2, 3], [1, 2, 3], c=[1, 2, 3], marker='^', alpha=.5)\nNone"],
    "matplotlib retina": ["%matplotlib inline\n%config InlineBackend.figure_formats = ['retina']\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nNone"],
    "other magics": ["%%bash\necho MARK-BASH", "%%html\n<u>MARK-U</u><script>alert(1)</script>", "%%javascript\nalert(1)", "%%markdown\n# MARK-HEAD", "%%latex\n$MARK$", f"%%svg\n{SVG}", "%%capture c\nprint('captured')", "print(c.stdout, 'MARK-C')", "%time 1 + 1", "%who_ls"],
    "frames and media": [SHOW + "IFrame('https://example.org/page', 300, 200)", "YouTubeVideo('abc')", "Audio(data=[0, .1] * 50, rate=8000)", "Video('https://example.org/v.mp4')", "FileLink('MARK.csv')", "display(HTML('<video controls><source src=\"https://example.org/w.webm\">no video</video><p>MARK-BESIDE</p>'))"],
    "functions and classes": ["def f(): pass\nf", "int", "object()", "import json\njson", "{'f': f, 'MARK-KEY': 1}", "from enum import Enum\nclass Colour(Enum):\n    RED = 'MARK-RED'\nColour.RED", "import dataclasses\n@dataclasses.dataclass\nclass D: a: str\nD('MARK-D')", "lambda: 1"],
    "unicode": ["tên_xã = 'MARK-Xã Vị Thanh'\ntên_xã", "print('مرحبا 👩‍🌾 한국어 \\u202eabc')", "'\\ud83d' if False else '\\x07bell'", "print('e\\u0301 é')"],
}  # fmt: skip
"""Notebooks that are run, as those of notebook_gallery."""

STORED: dict[str, list[Any]] = {
    "markdown": [text("# MARK-H1\n\n## MARK-H2 tiếng Việt\n\n1. one\n   - two\n     - three\n\n5. five\n\n> quote\n\n`code` **bold** *it* ~~struck~~\n\n---\n\n```python\nx = 'MARK-CODE'\n```\n\n```mermaid\nMARK-GRAPH\n```\n\nterm\n: MARK-DEFINITION\n"),
                 text("- [x] MARK-TODO done\n- [ ] open\n\n3. MARK-THREE\n4. four\n\n[to a heading](#MARK-H2-tiếng-Việt) [mail](mailto:a@example.org)")],
    "markdown tables": [text("| a | b |\n|:--|--:|\n| MARK-L | 1 |\n| x \\| y | **2** |"), text('<table><tr><th colspan="2">MARK-WIDE</th></tr><tr><td rowspan="2">r</td><td>1</td></tr><tr><td>2</td></tr></table>')],
    "markdown html": [text('<p style="color:red; text-align:center">MARK-STYLED</p>\n\n<font color="blue">MARK-FONT</font> <kbd>Ctrl</kbd> H<sub>2</sub>O <mark>m</mark> <abbr title="MARK-ABBR">a</abbr> <span style="background-color:#ffff00">s</span>\n\n<details open><summary>MARK-SUMMARY</summary>inside</details>\n\n<ol start="7" type="a"><li value="9">MARK-LI</li></ol>\n\n<center>MARK-CENTER</center>')],
    "markdown math": [text("$x^2 < y$ and $$\\frac{1}{2}$$ and \\begin{align} a &= b \\end{align} costs 5$ and 6$"), text("<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>")],
    "links": [text("[a](https://example.org/MARK-1) <https://example.org/MARK-2> https://example.org/MARK-3 [d](mailto:MARK-4@example.org) [e](page.html) [f](#here) [g](../other/MARK.ipynb) [h][ref] [i](//example.org/MARK-5) [j](javascript:alert(1))\n\n[ref]: https://example.org/MARK-6 'MARK-TITLE'\n\n<a id='here'>MARK-HERE</a>")],
    "footnotes": [text("Text[^1] and more.\n\n[^1]: MARK-NOTE")],
    "headings with ids": [text("# One\n# One\n<h2 id='own'>MARK-OWN</h2>\n\n## A & B <c>\n\n[to](#One) [own](#own)"), text("# One\n\n### MARK-THIRD `code`")],
    "doubled ids": [text("<p id='a'>MARK-A</p><p id='a'>MARK-B</p><p id='main'>MARK-C</p>"), stored(html="<p id='a'>MARK-D</p>"), stored(svg='<svg xmlns="http://www.w3.org/2000/svg"><defs><path id="a" d="M0 0"/></defs><use href="#a"/><text>MARK-E</text></svg>')],
    "pasted pictures": [text("![dot](attachment:dot.png)\n\n<img src='attachment:dot.png' width='40'>", attachments={"dot.png": {"image/png": DOT}}), text("![drawn](attachment:x.svg)", attachments={"x.svg": {"image/svg+xml": SVG_64}})],
    "pictures elsewhere": [text("![MARK-ALT](https://example.org/a.png) ![MARK-LOCAL](pictures/b.png)\n\n<img src='//example.org/c.png' alt='MARK-C'>"), text(f"<img src='data:image/png;base64,{DOT}' alt='kept' width='20'>"), stored(html="<img src='http://example.org/d.png' alt='MARK-D'> <img src='data:image/svg+xml;base64," + SVG_64 + "'>")],
    "raw cells": [new_raw_cell("MARK-RAW <b>bold</b> end"), new_raw_cell(" MARK-HTML <i>i</i>", metadata={"raw_mimetype": "text/html"}), new_raw_cell("MARK-LATEX", metadata={"raw_mimetype": "text/latex"})],
    "tags": [new_code_cell("x", metadata={"tags": ["hide_input", "hide-input"]}, outputs=[new_output("stream", text="MARK-1")]), new_code_cell("x", metadata={"tags": ["remove_cell", "hide-output"]}, outputs=[new_output("stream", text="MARK-2")]),
             new_code_cell("x", metadata={"jupyter": {"outputs_hidden": True}, "collapsed": True}, outputs=[new_output("stream", text="MARK-3")])],
    "kinds beside each other": [stored(html="<p>MARK-HTML</p>", plain="plain"), stored(md="*MARK-MD*", plain="plain"), stored(latex="$MARK-L$", plain="plain"), stored(png=DOT, svg=SVG, plain="plain"), stored(json={"a": 1}, plain="MARK-PLAIN"), stored(json=[1, 2], plain="<IPython.core.display.JSON object>"),
                                stored(own={"k": 1}, plain="MARK-P"), stored(pdf="JVBERi0=", plain="<pdf>"), stored(png=DOT, pdf="JVBERi0=", plain="x"), stored(webp="UklGRg==", plain="x"), stored(gif="R0lGODdh", plain="x")],
    "charts of programs": [stored(vega={"mark": "bar"}, plain="alt.Chart(...)"), stored(vega={"mark": "bar"}, png=DOT, plain="alt.Chart(...)"), stored(plotly={"data": []}, html="<div id='p'></div><script>draw()</script>"), stored(plotly={"data": []}, plain="Figure({...})"),
                           stored(html="<div class='bk-root'></div><script>embed()</script>", bokeh="", plain="x"), stored(geo={"type": "Point"}, plain="<IPython.display.GeoJSON object>"), stored(mermaid="graph TD; MARK-->B", plain="<mermaid>"), stored(html="<iframe srcdoc='<p>folium</p>'></iframe>", plain="<folium.Map at 0x7f>")],
    "widgets without state": [stored(widget={"model_id": "lost", "version_major": 2}, plain="IntSlider(value=0)"), stored(widget={"model_id": "x"}, html="<p>MARK-HTML</p>", plain="x")],
    "drawings": [stored(svg='<?xml version="1.0"?><!DOCTYPE svg><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9"><style>.c{fill:#00ff00} #one{stroke:red}</style><defs><linearGradient id="g"><stop offset="0" stop-color="red"/></linearGradient><clipPath id="k"><rect width="5" height="5"/></clipPath><symbol id="s"><circle r="1"/></symbol></defs><rect id="one" class="c" width="3" height="3"/><circle cx="3" cy="3" r="2" fill="url(#g)" clip-path="url(#k)"/><use xlink:href="#s" x="2"/><polyline points="0,0 1,1"/><line x1="0" x2="3" y1="0" y2="3" stroke="black"/><text><tspan>MARK-T</tspan></text><title>t</title></svg>'),
                 stored(svg='<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><a href="https://example.org/x"><text>MARK-A</text></a><image href="https://example.org/p.png"/><rect fill="url(https://example.org/g#x)" width="1"/><use href="https://example.org/u.svg#x"/><foreignObject><p>MARK-FOREIGN</p></foreignObject><g onclick="alert(1)"><text>MARK-B</text></g></svg>')],
    "hostile": [stored(html="<script>alert(1)</script><p onclick='alert(1)' style='background:url(//example.org/x)'>MARK-P</p><p><a href='javascript:alert(1)'>MARK-J</a></p><base href='//example.org/'><meta http-equiv=refresh content='0;url=//example.org'><form action='//example.org'><input name=q><p><button>MARK-GO</button></p></form>"),
                stored(html="<SCRIPT SRC=//example.org/x.js></SCRIPT><LINK REL=stylesheet HREF=//example.org/x.css><p>MARK-UP</p>"), stored(md="<img src=x onerror=alert(1)> MARK-MD <svg onload=alert(1)><text>MARK-S</text></svg>"),
                text("<style>body{display:none}</style>MARK-BODY <math><mtext><script>alert(1)</script></mtext></math><object data='//example.org/o'></object><embed src='//example.org/e'>")],
    "style sheets": [stored(html="<style>.note{color:green} td{color:#112233}</style><p class='note'>MARK-GREEN</p><table><tr><td>1</td></tr></table>"), stored(html="<style>.container{width:100%}</style>"), stored(html="<style>#t th.x:hover{color:red}</style><table id='t'><tr><th class='x'>MARK-TH</th></tr></table>")],
    "tables of pandas": [stored(html='<table border="1" class="dataframe"><thead><tr><th></th><th colspan="2" halign="left">MARK-X</th></tr></thead><tfoot><tr><td>MARK-FOOT</td></tr></tfoot><tbody><tr><th rowspan="2" valign="top">1</th><td>2</td></tr></tbody></table>')],
    "ansi": [said(stdout="\x1b[38;5;196mMARK-256\x1b[0m \x1b]8;;https://example.org\x1b\\MARK-LINK\x1b]8;;\x1b\\ \x1b[2K\x1b[1AMARK-MOVE"), stored(plain="\x1b[1mMARK-BOLD\x1b[0m")],
    "streams in pieces": [new_code_cell("x", outputs=[new_output("stream", text="MARK-A"), new_output("stream", text="MARK-B\n"), new_output("stream", name="stderr", text="MARK-E\n"), new_output("stream", text="")])],
    "no output": [new_code_cell("x = 1"), new_code_cell(""), text("")],
    "empty": [],
    "words that look like markup": [said(stdout="<script>alert('MARK')</script> &amp; </pre>\n"), stored(plain="'<b>MARK-B</b>'"), new_code_cell("x", outputs=[new_output("error", ename="E<b>", evalue="<i>MARK-I</i>", traceback=["<u>MARK-U</u>"])])],
}  # fmt: skip
"""Notebooks that hold their outputs."""
