"""Ways in which somebody may spoil what was published: each takes the bytes of one file and gives
them back spoilt in a place that a seed chooses.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import random
import re
import zipfile
import zlib
from collections.abc import Callable

import openpyxl

Spoil = Callable[[bytes, random.Random], bytes]
Change = Callable[[re.Match[str], random.Random], str]


def replaced(pattern: str, change: str | Change, *, body: bool = True) -> Spoil:
    """One place of a page that the pattern finds, changed; in its ``body`` or anywhere."""

    def spoil(content: bytes, chance: random.Random) -> bytes:
        text = content.decode("utf-8")
        start = text.index("<main") if body and "<main" in text else 0
        found = list(re.compile(pattern, re.DOTALL).finditer(text, start))
        chance.shuffle(found)
        for match in found:
            new = match.expand(change) if isinstance(change, str) else change(match, chance)
            if new != match[0]:
                return f"{text[: match.start()]}{new}{text[match.end() :]}".encode()
        raise AssertionError(f"nothing to spoil: {pattern}")

    return spoil


def exchanged(pattern: str) -> Spoil:
    """Two different neighbours that the pattern finds change places."""

    def spoil(content: bytes, chance: random.Random) -> bytes:
        text = content.decode("utf-8")
        found = itertools.pairwise(re.finditer(pattern, text, re.DOTALL))
        one, other = chance.choice([(a, b) for a, b in found if a[0] != b[0]])
        middle = text[one.end() : other.start()]
        return f"{text[: one.start()]}{other[0]}{middle}{one[0]}{text[other.end() :]}".encode()

    return spoil


def digit(match: re.Match[str], chance: random.Random) -> str:
    at = chance.choice([n for n, c in enumerate(match[2]) if c.isdigit()])
    other = chance.choice([d for d in "0123456789" if d != match[2][at]])
    return f"{match[1]}{match[2][:at]}{other}{match[2][at + 1 :]}{match[3]}"


OPPOSITE = {"tăng": "giảm", "thấp hơn": "cao hơn", "chưa đạt": "đã đạt", "còn thiếu": "đã thừa",
            "cao nhất": "thấp nhất", "đạt": "chưa đạt"}  # fmt: skip

PAGE: dict[str, Spoil] = {
    # numbers
    "a digit that is seen": replaced(r"(<data [^>]*>)([^<]*\d[^<]*)(</data>)", digit),
    "a digit of the value": replaced(r'(<data [^>]*value=")([\d.]+)(")', digit),
    "a key": replaced(r'(data-fact="2022-Q)(4)(/)', r"\g<1>3\3"),
    "a sign dropped": replaced(r"(<data [^>]*>)\u2212(\d)", r"\1\2"),
    "a rank with its value": replaced(
        r'value="(\d+)" (data-fact="[^"]*/rank">)\1<', r'value="1" \g<2>1<'
    ),
    "another indicator's target": exchanged(r'<data class="fact" value="[\d.]+" data-fact="[^"]*'
                                            r'/target">[^<]*</data>'),
    "a number taken away": replaced(r"<data [^>]*>[^<]*</data>", ""),
    "a number typed in": replaced(r"</li>|</p>", r" Thêm 7 hộ.\g<0>"),
    # words
    "a verb": replaced("|".join(OPPOSITE), lambda m, _: OPPOSITE[m[0]]),
    "a verb and its mark": replaced(
        r'<span class="claim"[^>]*>((?:(?!<span class="claim").)*?)\b(tăng|giảm|thiếu|đạt)',
        r"<span>\1không \2",
    ),
    "a unit's name": replaced(r'(data-name="unit/\d+">)[^<]*', r"\1Huyện Khác"),
    "a heading": replaced(r"(<h2[^>]*>)([^<]*)", r"\1\2 (đã duyệt)"),
    "a column's headings exchanged": exchanged(r'<th scope="col"[^>]*>[^<]+</th>'),
    "a caption": replaced(r"(<caption[^>]*>)([^<]*)", r"\1\2, sơ bộ"),
    "a description for those who do not see": replaced(r'(aria-label=")([^"]*)', r"\1\2 tốt"),
    "an assumption hidden": replaced(r"\s*\(giả định\)", ""),
    "a sentence removed": replaced(r'<span class="claim".*?</span>', ""),
    "a sentence twice": replaced(r'<p><span class="claim".*?</p>', r"\g<0>\g<0>"),
    "two paragraphs exchanged": exchanged(r'<p><span class="claim".*?</p>'),
    "blame typed in": replaced(r"</li>|</p>", r" Đơn vị này bị phê bình.\g<0>"),
    # rows, sections, what warns
    "a row deleted": replaced(r"<tr><th scope=\"row\".*?</tr>", ""),
    "two rows exchanged": exchanged(r"<tr><th scope=\"row\".*?</tr>"),
    "a section removed": replaced(r"<section.*?</section>", ""),
    "two sections exchanged": exchanged(r"<section.*?</section>"),
    "the banner removed": replaced(r'<p class="banner".*?</p>', "", body=False),
    "a state turned": replaced(r'class="state bad"', 'class="state good"'),
    "a step of colour": replaced(r"(step-)(\d)()", digit),
    "a date": replaced(r'(<span class="date"[^>]*>[^<]*?)(\d)([^<]*</span>)', digit),
    "a source's address": replaced(r'(<li class="place">[^<]*?[A-Z])(\d+)([^<]*</li>)', digit),
    "a trace": replaced(r'(id="traces"[^>]*>.*?\|\d+ [A-K])(\d+)([| ])', digit),
    # hidden
    "hidden by an attribute": replaced(r"<(section|table|p)\b", r"<\1 hidden"),
    "hidden by a style": replaced(r"<(section|table|p|tr)\b", r'<\1 style="display:none"'),
    "hidden by the page's style": replaced("</style>", ".note{display:none}</style>", body=False),
    "said by the page's style": replaced(
        "</style>", "h1::after{content:' (chính thức)'}</style>", body=False
    ),
    "a comment": replaced("</p>", "<!-- xem lại --></p>"),
    "a blank": replaced("</p>", " </p>"),
    # drawings
    "a bar's length": replaced(r'(<path d="[^"]*?)(\d+)([^"]*")', digit),
    "a bar's colour": replaced(r"(fill:var\(--)orange", r"\1green"),
    "a mark removed": replaced(r"<path [^>]*></path>|<path [^>]*/>", ""),
    "two labels exchanged": exchanged(r"<text [^>]*>[^<]+</text>"),
    "a drawing removed": replaced(r"<svg.*?</svg>", ""),
    # the file around
    "a script": replaced("</body>", "<script>document.title='x'</script></body>", body=False),
    "the script": replaced(r"<script>", "<script>void 0;", body=False),
    "the policy removed": replaced(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "",
                                   body=False),
    "the title": replaced(r"<title>", "<title>Dự thảo: ", body=False),
    "the language": replaced(r'lang="vi"', 'lang="en"', body=False),
    "a picture": replaced("</p>", '<img src="https://example.org/a.png"></p>'),
    "a link": replaced("</p>", '<a href="https://example.org">x</a></p>'),
    "an end": lambda content, _: content + b"\n",
    "cut": lambda content, chance: content[: chance.randrange(1, len(content))],
    "emptied": lambda content, _: b"",
}  # fmt: skip

INDEX: dict[str, Spoil] = {
    "a row of the index deleted": PAGE["a row deleted"],
    "two rows of the index exchanged": PAGE["two rows exchanged"],
    "a link to another page": replaced(r'href="district/93\d', 'href="district/999'),
    "a page left out of the index": replaced(r'<li><a href="[^"]*">[^<]*</a></li>', ""),
}
FINDINGS: dict[str, Spoil] = {
    "a finding's text": replaced(r"(<li|<td)([^>]*>)(\w)", r"\1\2Không \3"),
    "a count of findings": replaced(r'(<td class="number"[^>]*>)(\d+)(</td>)', digit),
    "findings of a sender removed": PAGE["a section removed"],
}


def _rows(change: Callable[[list[list[str]], random.Random], None]) -> Spoil:
    def spoil(content: bytes, chance: random.Random) -> bytes:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        change(rows, chance)
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows(rows)
        return text.getvalue().encode("utf-8-sig")

    return spoil


def _altered_field(rows: list[list[str]], chance: random.Random) -> None:
    row = chance.choice(rows[1:])
    row[chance.randrange(len(row))] += "0"


def _exchanged_fields(rows: list[list[str]], chance: random.Random) -> None:
    one = next(n for n in range(len(rows[0]) - 1) if any(r[n] != r[n + 1] for r in rows[1:]))
    for row in rows[1:]:
        row[one], row[one + 1] = row[one + 1], row[one]


TABLE: dict[str, Spoil] = {
    "a field": _rows(_altered_field),
    "a line deleted": _rows(lambda rows, chance: rows.remove(chance.choice(rows[1:]))),
    "a line added": _rows(lambda rows, chance: rows.append(["x"] * len(rows[0]))),
    "two columns exchanged": _rows(_exchanged_fields),
    "a column renamed": _rows(lambda rows, _: rows[0].__setitem__(0, "x")),
    "the mark at the start": lambda content, _: content.removeprefix(b"\xef\xbb\xbf"),
    "the ends of lines": lambda content, _: content.replace(b"\r\n", b"\n"),
}


def _book(change: Callable[[openpyxl.Workbook, random.Random], None]) -> Spoil:
    def spoil(content: bytes, chance: random.Random) -> bytes:
        book = openpyxl.load_workbook(io.BytesIO(content))
        change(book, chance)
        target = io.BytesIO()
        book.save(target)
        return target.getvalue()

    return spoil


def _cell(change: Callable[[openpyxl.cell.Cell], None], kind: str, sheet: int = 1) -> Spoil:
    def alter(book: openpyxl.Workbook, chance: random.Random) -> None:
        cells = [c for row in book.worksheets[sheet].iter_rows(min_row=5) for c in row
                 if c.data_type == kind and c.value not in (None, 0)]  # fmt: skip
        change(chance.choice(cells))

    return _book(alter)


def _names_exchanged(book: openpyxl.Workbook, _: random.Random) -> None:
    sheet = book.worksheets[1]
    sheet["C5"].value, sheet["C6"].value = sheet["C6"].value, sheet["C5"].value


WORKBOOK: dict[str, Spoil] = {
    "a number of the workbook": _cell(lambda c: setattr(c, "value", c.value + 1), "n"),
    "a format of the workbook": _cell(lambda c: setattr(c, "number_format", "0.000"), "n"),
    "a text of the workbook": _cell(lambda c: setattr(c, "value", f"{c.value}."), "s"),
    "a text of the list of numbers": _cell(
        lambda c: setattr(c, "value", f"{c.value}."), "s", sheet=-1
    ),
    "a cell cleared": _cell(lambda c: setattr(c, "value", None), "s"),
    "the names of two units exchanged": _book(_names_exchanged),
    "a row hidden": _book(lambda b, _: setattr(b.worksheets[1].row_dimensions[5], "hidden", True)),
    "a sheet removed": _book(lambda b, chance: b.remove(chance.choice(b.worksheets[:-1]))),
    "a sheet hidden": _book(lambda b, _: setattr(b.worksheets[1], "sheet_state", "hidden")),
    "the workbook emptied": lambda content, _: b"",
    "the workbook cut": lambda content, chance: content[: chance.randrange(1, len(content))],
}


def component(pattern: str, change: Callable[[str], str]) -> Spoil:
    """One component of a package, changed; all others as they lie."""

    def spoil(content: bytes, _: random.Random) -> bytes:
        target = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as made, zipfile.ZipFile(target, "w") as out:
            name = next(n for n in made.namelist() if re.fullmatch(pattern, n))
            for info in made.infolist():
                part = made.read(info)
                if info.filename == name:
                    changed = change(part.decode("utf-8", "surrogateescape"))
                    assert changed.encode("utf-8", "surrogateescape") != part
                    part = changed.encode("utf-8", "surrogateescape")
                out.writestr(info, part)
        return target.getvalue()

    return spoil


COPY: dict[str, Spoil] = {
    "a cell of a returned copy": component(
        "xl/worksheets/sheet2.xml", lambda t: re.sub(r"<v>(\d+)</v>", r"<v>1\1</v>", t, count=1)
    ),
    "a remark of a returned copy": component(
        r"xl/dxkit-comments1\.xml", lambda t: re.sub(r"(<t [^>]*>)", r"\1Không ", t, count=1)
    ),
}
DOCUMENT: dict[str, Spoil] = {
    "a word of the document": component(
        "word/document.xml", lambda t: t.replace(">Căn cứ", ">Không căn cứ", 1)
        if ">Căn cứ" in t else re.sub(r"(<w:t[^>]*>)(\w)", r"\1Không \2", t, count=1)
    ),
    "a number of the document": component(
        "word/document.xml",
        lambda t: re.sub(r"(<w:t[^>]*>)\d", r"\g<1>77", t, count=1),
    ),
    "a paragraph of the document": component(
        "word/document.xml",
        lambda t: re.sub(r"<w:p>(?:(?!<w:p>).)*?</w:p>", "", t, count=1, flags=re.DOTALL),
    ),
    "a picture of the document": component("word/media/.*", lambda t: t[:-1] + "x"),
    "a style of the document": component(
        "word/styles.xml", lambda t: t.replace("w:val=", "w:Val=", 1)
    ),
}  # fmt: skip


def _of_stream(change: Callable[[bytes], bytes]) -> Spoil:
    """Something else in what the first page of a PDF shows."""

    def spoil(content: bytes, chance: random.Random) -> bytes:
        streams = re.finditer(rb"/Length (\d+)/Filter/FlateDecode>>\nstream\n", content)
        for found in streams:
            start, length = found.end(), int(found[1])
            shown = zlib.decompress(content[start : start + length])
            if b"]TJ" not in shown:
                continue
            put = zlib.compress(change(shown))
            head = found[0].replace(found[1], str(len(put)).encode(), 1)
            return content[: found.start()] + head + put + content[start + length :]
        return content

    return spoil


PDF: dict[str, Spoil] = {
    "a letter of the PDF": _of_stream(lambda s: re.sub(rb"\\001", rb"\\002", s, count=1)),
    "a line of the PDF": _of_stream(lambda s: re.sub(rb"\[[^\n]*\]TJ", b"", s, count=1)),
    "a place on the PDF": _of_stream(lambda s: re.sub(rb" cm/", b"1 cm/", s, count=1)),
    "a property of the PDF": lambda content, chance: content.replace(b"/Title", b"/Tit1e", 1),
    "an end of the PDF": lambda content, chance: content[:-3],
}  # fmt: skip


def _notebook(change: Callable[[list[dict[str, object]], random.Random], object]) -> Spoil:
    def spoil(content: bytes, chance: random.Random) -> bytes:
        notebook = json.loads(content)
        change(notebook["cells"], chance)
        return (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode()

    return spoil


NOTEBOOK: dict[str, Spoil] = {
    "the code of a notebook": _notebook(lambda cells, _: cells[-1].update(source="pass")),
    "an output of a notebook": _notebook(
        lambda cells, chance: chance.choice([c for c in cells if c.get("outputs")]).update(
            outputs=[]
        )
    ),
    "a cell of a notebook": _notebook(lambda cells, _: cells.pop()),
}
DRAWS: dict[str, Spoil] = {
    "an input of the trials": lambda content, _: content.replace(b"1", b"2", 1),
}
