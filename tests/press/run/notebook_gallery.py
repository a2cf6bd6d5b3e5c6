# ruff: noqa: E501
"""Notebooks that are hard on an engine: each is a list of cells; a cell may carry tags."""

from __future__ import annotations

from typing import Any

import nbformat

MAY_FAIL = ("raises-exception",)

Cell = str | tuple[str, tuple[str, ...]]

GALLERY: dict[str, list[Cell]] = {
    "values": ["1 + 1", "x = 5", "x; x", "x;", "'text'", "None", "_", "__, ___", "Out[1] + x", ""],
    "streams": [
        "import sys\nprint('out'); print('err', file=sys.stderr); print('out again')",
        "for i in range(2000): print(i)",
        "print('no newline', end=''); sys.stdout.flush(); print('|after', end='')",
        "sys.stdout.write('written')",
        "print('a'); display('shown'); print('b')",
        "print('before the error')\nraise ValueError('tiếng Việt có dấu')",
    ],
    "slow streams": [
        "import sys, time\nprint('a'); time.sleep(0.6); print('b', file=sys.stderr)\n"
        "time.sleep(0.6); print('c')",
    ],
    "rich": [
        "from IPython.display import *\ndisplay(HTML('<b>x</b>'), Markdown('*y*'), 3)",
        "Latex('$x^2$')",
        "JSON({'a': [1, 2]})",
        "SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0\"/></svg>')",
        "display({'text/plain': 'p', 'application/x-own+json': {'k': 1}}, raw=True)",
        "class Own:\n    def _repr_html_(self): return '<i>own</i>'\n"
        "    def _repr_mimebundle_(self, **kw): return {'text/own': 'o'}\nOwn()",
        "h = display('first', display_id='d')\nprint('between')",
        "h.update('second')",
        "display('third', display_id='d')",
        "print('gone'); clear_output(); print('kept')",
        "print('gone later'); clear_output(wait=True); print('replaced')",
        "import pandas\npandas.DataFrame({'a': [1, 2]})",
        "pandas.DataFrame({'a': [1, 2]}).style.highlight_max()\nNone",
        "Image(data=b'\\x89PNG\\r\\n\\x1a\\n' + bytes(20), format='png')",
    ],
    "broken display": [
        "class Broken:\n    def _repr_html_(self): raise RuntimeError('broken repr')\nBroken()",
        "print('never')",
    ],
    "charts": [
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.title('x')",
        "fig, ax = plt.subplots()\nax.bar(['a'], [1])\nNone",
        "plt.figure(); plt.plot([1]); plt.show(); print('after')",
        "%matplotlib inline\nplt.rcParams['figure.dpi']",
        "plt.get_backend()",
    ],
    "errors": [
        ("1 / 0", MAY_FAIL),
        ("def f(): return g()\ndef g(): raise KeyError('k')\nf()", MAY_FAIL),
        ("a b", MAY_FAIL),
        ("try:\n    1 / 0\nexcept Exception as e:\n    raise RuntimeError('second') from e", MAY_FAIL),
        ("import sys; sys.exit(3)", MAY_FAIL),
        ("raise SystemExit", MAY_FAIL),
        ("raise KeyboardInterrupt", MAY_FAIL),
        ("class E(BaseException): pass\nraise E('own')", MAY_FAIL),
        ("print('x' * 10); [][1]", MAY_FAIL),
        ("raise ExceptionGroup('g', [ValueError(1), TypeError(2)])", MAY_FAIL),
        ("print('skipped')", ("skip-execution",)),
        "'still here'",
    ],
    "an error that is no output": ["print(1)", "raise ExceptionGroup('g', [ValueError(1)])", "print('never')"],
    "stops at the first error": ["print(1)", "undefined_name", "print('never')"],
    "asyncio": [
        "import asyncio\nawait asyncio.sleep(0.01)\n'awaited'",
        "async def late(): await asyncio.sleep(0.05); print('late'); return 7\n"
        "task = asyncio.create_task(late())",
        "await task",
        ("asyncio.run(late())", MAY_FAIL),
        "await asyncio.gather(late(), late())",
        ("async def fails(): raise ValueError('inside')\nawait fails()", MAY_FAIL),
        "async with asyncio.timeout(1): print('in')",
        "asyncio.get_running_loop().is_running()",
    ],
    "threads": [
        "import threading\nt = threading.Thread(target=lambda: print('thread')); t.start(); t.join()",
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(4) as pool: print(sum(pool.map(lambda x: x * x, range(100))))",
        "t = threading.Thread(target=lambda: display('from a thread')); t.start(); t.join()",
        "threading.current_thread() is threading.main_thread()",
        "import contextvars\nv = contextvars.ContextVar('v', default=1); v.set(2); v.get()",
    ],
    "processes": [
        "import os, subprocess, sys\nos.system('echo from the system')",
        "subprocess.run(['echo', 'inherited'], check=True).returncode",
        "os.write(1, b'straight to one\\n')",
        "os.write(2, b'straight to two\\n')",
        "subprocess.check_output(['echo', 'caught'])",
        "!echo 'shell line'",
        "x = !echo assigned\nx",
        "!exit 3\n_exit_code",
        "%%bash\necho bash; echo error >&2",
        ("%%bash\nexit 4", MAY_FAIL),
        "from multiprocessing import get_context\n"
        "def square(x): return x * x\n"
        "with get_context('fork').Pool(2) as pool: print(pool.map(square, range(4)))",
        "def speak(): print('from a fork', flush=True)\n"
        "p = get_context('fork').Process(target=speak); p.start(); p.join()",
    ],
    "magics": [
        "%pwd\nNone",
        "%who_ls",
        "a = 1\n%who",
        "%%capture caught\nprint('inside'); 1",
        "caught.stdout",
        "%env DXKIT_GALLERY=1",
        "import os; os.environ['DXKIT_GALLERY']",
        "%%writefile gallery_file.py\nvalue = 'imported'",
        "import gallery_file; gallery_file.value",
        "%run gallery_file.py\nvalue",
        "%precision 3\n3.14159",
        "%xmode Plain",
        ("1 / 0", MAY_FAIL),
        "%history -n",
        "%alias say echo\n%say hello",
        "%lsmagic\nNone",
        "len.__doc__[:10]",
        "%config InlineBackend.figure_format = 'svg'",
        "%load_ext autoreload\n%autoreload 2",
        "%%html\n<u>u</u>",
        "%reset -f\n'a' in dir()",
        "get_ipython().__class__.__name__",
        "get_ipython().set_next_input('x = 1')",
    ],
    "transformed cells": [
        "def exchange(lines): return [line.replace('@@', '40 + 2') for line in lines]\n"
        "get_ipython().input_transformers_cleanup.append(exchange)",
        "@@",
        "@@; await __import__('asyncio').sleep(0)",
        "get_ipython().input_transformers_cleanup.remove(exchange)",
        ("@@; await __import__('asyncio').sleep(0)", MAY_FAIL),
        ("@@", MAY_FAIL),
        "get_ipython().run_cell('1 + 1').result",
    ],
    "warnings": [
        "import warnings, logging\nwarnings.warn('careful')",
        "warnings.warn('old', DeprecationWarning)",
        "logging.warning('logged')",
        "logging.getLogger('own').error('named')",
        "logging.info('not shown')",
        "def f(): warnings.warn('from a function')\nf(); f()",
    ],
    "state": [
        "import sys, os\n'' in sys.path, os.getcwd() == os.path.abspath('.')",
        "__name__",
        "sorted(k for k in globals() if not k.startswith('_'))",
        "import pickle\nclass Local: pass\ntype(pickle.loads(pickle.dumps(Local()))).__name__",
        "sys.stdout.isatty(), sys.stdin.isatty() if sys.stdin else None, sys.stdout.encoding",
        "import dataclasses\n@dataclasses.dataclass\nclass D: a: int\nD(1)",
        "import inspect\ndef documented(x): return x\ninspect.getsource(documented)",
        "os.environ.get('MPLBACKEND')",
        "_ih[1], In[2], len(In)",
    ],
    "not plain JSON": [
        "from datetime import datetime, timezone\ndisplay({'text/plain': 'dates', 'application/json': "
        "{'day': datetime(2022, 12, 14, tzinfo=timezone.utc), 'pair': (1, 2), 'by': {3: 'x'}}}, "
        "raw=True)",
        "display({'text/plain': 'p', 'image/png': b'not encoded'}, raw=True)",
    ],
    "killed": ["print('before')", "import os, time\nprint('said')\ntime.sleep(0.5)\nos.kill(os.getpid(), 9)",
               "print('never')"],
    "ends itself": ["print('before')", "import os; os._exit(3)", "print('never')"],
    "parameters": [("a = 1\nb = 'x'", ("parameters",)), "print(a, b)"],
}  # fmt: skip


NEEDS_KERNEL: dict[str, list[Cell]] = {
    "comms": ["from comm import create_comm\nc = create_comm(target_name='own', data={'a': 1})"],
    "an output widget": ["import ipywidgets\nbox = ipywidgets.Output()\nwith box: print('in')\nbox"],
    "interact": ["import ipywidgets\n@ipywidgets.interact(x=(0, 5))\ndef show(x=2): print(x)"],
    "input": [("input('?')", MAY_FAIL)],
    "getpass": [("import getpass; getpass.getpass()", MAY_FAIL)],
    "a magic of the kernel's": ["%connect_info"],
    "an extension of the kernel's": ["%store"],
    "an unknown magic": [("%nosuchmagic", MAY_FAIL)],
    "the kernel itself": ["get_ipython().kernel"],
    "exit": ["exit()"],
    "windows": ["get_ipython().enable_gui('tk')"],
    "no number": ["display({'application/json': float('nan')}, raw=True)"],
}  # fmt: skip
"""Each asks, in its last cell, for what the plain shell has not."""


def notebook(cells: list[Cell]) -> Any:
    """The notebook of a list of cells, with a text cell first."""
    made = [nbformat.v4.new_markdown_cell("# Text")]
    for number, cell in enumerate(cells):
        source, tags = cell if isinstance(cell, tuple) else (cell, ())
        made.append(nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)}))
        made[-1]["id"] = f"c{number}"
    content = nbformat.v4.new_notebook(cells=made)
    content.metadata["kernelspec"] = {
        "name": "python3", "display_name": "Python 3", "language": "python",
    }  # fmt: skip
    return content
