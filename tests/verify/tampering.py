"""Ways in which somebody may spoil a finished page, each in a place that a seed chooses."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from dxkit.model.units import UnitRegistry


class Tamperer:
    """Spoils pages in one place, each time by another seed."""

    def __init__(self, pages: dict[str, tuple[str, str]], units: UnitRegistry, seed: int) -> None:
        self.pages = pages
        self.units = units
        self.random = random.Random(seed)

    def pick(self) -> tuple[str, str]:
        """A page's unit and its text."""
        code = self.random.choice(sorted(self.pages))
        return code, self.pages[code][1]

    def replaced(self, text: str, pattern: str, change: Callable[[re.Match[str]], str]) -> str:
        """The text with one of the pattern's places, chosen at random, changed."""
        main = text.index("<main")
        found = [m for m in re.finditer(pattern, text, re.DOTALL) if m.start() > main]
        match = self.random.choice(found)
        new = change(match)
        assert new != match[0]
        return text[: match.start()] + new + text[match.end() :]

    def digit(self, text: str) -> str:
        """One digit of a number that a reader sees."""

        def change(match: re.Match[str]) -> str:
            places = [i for i, c in enumerate(match[2]) if c.isdigit()]
            place = self.random.choice(places)
            other = self.random.choice([d for d in "0123456789" if d != match[2][place]])
            return match[1] + match[2][:place] + other + match[2][place + 1 :] + match[3]

        return self.replaced(text, r"(<data [^>]*>)([^<]*\d[^<]*)(</data>)", change)

    def value(self, text: str) -> str:
        """A rounded value: what is seen stays, what a machine reads is cut."""

        def change(match: re.Match[str]) -> str:
            digits = self.random.randint(2, 9)
            return f'{match[1]}"{float(match[2]):.{digits}f}"{match[3]}'

        return self.replaced(text, r'(<data [^>]*value=)"(-?\d+\.\d{11,})"([^>]*>)', change)

    def rounded(self, text: str) -> str:
        """What is seen is rounded to whole percent, as if by hand."""

        def change(match: re.Match[str]) -> str:
            number = round(float(match[2].replace(",", ".")))
            return f"{match[1]}{number}%{match[3]}"

        return self.replaced(text, r"(<data [^>]*>)(\d+,[1-9])%(</data>)", change)

    def rank(self, text: str) -> str:
        """A place, in what is seen and in what a machine reads."""

        def change(match: re.Match[str]) -> str:
            other = self.random.choice([n for n in range(1, 9) if n != int(match[2])])
            return f'{match[1]}"{other}"{match[3]}{other}{match[4]}'

        pattern = r'(<data [^>]*value=)"(\d+)"( data-fact="[^"]*/rank">)\d+(</data>)'
        return self.replaced(text, pattern, change)

    def name(self, text: str) -> str:
        """A unit's name, to that of another unit of its level."""

        def change(match: re.Match[str]) -> str:
            unit = self.units.get(match[2])
            others = [u.name for u in self.units.at_level(unit.level) if u.code != unit.code]
            new = self.random.choice([n for n in others if n.lower() != match[4].lower()])
            return f"{match[1]}{match[2]}{match[3]}{new}{match[5]}"

        pattern = r'(<span class="name" data-name="unit/)(\d{3,})(">)([^<]*)(</span>)'
        return self.replaced(text, pattern, change)

    def renamed(self, text: str) -> str:
        """A unit's name together with what says which unit it names."""

        def change(match: re.Match[str]) -> str:
            unit = self.units.get(match[2])
            others = [u for u in self.units.children(unit.parent_code) if u.code != unit.code]
            new = self.random.choice(others)
            return f"{match[1]}{new.code}{match[3]}{new.name}{match[4]}"

        pattern = r'(<span class="name" data-name="unit/)(31\d+)(">)[^<]*(</span>)'
        return self.replaced(text, pattern, change)

    def word(self, text: str) -> str:
        """A word that turns a sentence into its opposite."""
        opposites = {" tăng ": " giảm ", " thấp hơn ": " cao hơn ", " chưa đạt ": " đã đạt ",
                     " còn thiếu ": " đã thừa ", "chưa chắc chắn": "rất chắc chắn"}  # fmt: skip
        words = "|".join(opposites)
        claim = rf'<span class="claim"(?:(?!</section>).)*?(?:{words})'
        return self.replaced(
            text,
            claim,
            lambda m: re.sub(
                rf"({words})(?!.*({words}))", lambda w: opposites[w[1]], m[0], flags=re.DOTALL
            ),
        )

    def swapped(self, text: str, pattern: str) -> str:
        """A piece of the page replaced by the same piece of another district's page."""
        others = [p for _, p in self.pages.values() if p != text]

        def change(match: re.Match[str]) -> str:
            pieces = [m[0] for other in others for m in re.finditer(pattern, other, re.DOTALL)]
            return self.random.choice([p for p in pieces if p != match[0]])

        return self.replaced(text, pattern, change)

    def chart(self, text: str) -> str:
        """A chart of another district."""
        return self.swapped(text, r'<figure class="chart" id="chart-targets">.*?</figure>')

    def drawing(self, text: str) -> str:
        """Only the drawing of another district."""
        return self.swapped(text, r'<div class="drawing">.*?</div>')

    def section(self, text: str) -> str:
        """A whole section of another district."""
        return self.swapped(text, r"<section data-about=.*?</section>")

    def paragraph(self, text: str) -> str:
        """A paragraph of the narrative of another district."""
        return self.swapped(text, r'<p><span class="claim".*?</p>')

    def source(self, text: str) -> str:
        """The address of a cell in the list of sources."""
        pattern = r'(<li class="place">[^<]*?[A-Z]+)(\d+)([^<]*</li>)'
        return self.replaced(text, pattern, lambda m: f"{m[1]}{int(m[2]) + 500}{m[3]}")

    def date(self, text: str) -> str:
        """A day or quarter."""
        pattern = r'(<span class="date"[^>]*>[^<]*?)(\d)([^<]*</span>)'
        return self.replaced(text, pattern, lambda m: f"{m[1]}{(int(m[2]) + 1) % 10}{m[3]}")

    def added(self, text: str) -> str:
        """A number that somebody has typed in."""
        return self.replaced(text, r"</li>|</p>", lambda m: f" Thêm 7 hộ.{m[0]}")

    def described(self, text: str) -> str:
        """A digit of what only readers who do not see a chart are told."""
        pattern = r'(<p hidden="" id="chart-[^>]*>[^<]*?)(\d)([^<]*</p>)'
        return self.replaced(text, pattern, lambda m: f"{m[1]}{(int(m[2]) + 1) % 10}{m[3]}")

    def heading(self, text: str) -> str:
        """The unit in the heading of a column."""
        return self.replaced(text, r" \(%\)</th>", lambda m: "</th>")

    def unheaded(self, text: str) -> str:
        """A heading that makes percentages of counts or points."""
        return self.replaced(text, r">Điểm</th>|>Còn thiếu</th>", lambda m: m[0][:-5] + " (%)</th>")

    # further ways ------------------------------------------------------------------------

    def removed(self, text: str) -> str:
        """A sentence that the page owes its reader is taken away."""
        owed = "headline|level|change|next_step|certainty|progress|rule|list_cells|data_not_rep"
        return self.replaced(
            text,
            rf'<span class="claim" data-claim="(?:{owed})[^>]*>(?:(?!class="claim"|</li>|</p>|'
            r"</figcaption>).)*</span>",
            lambda m: "",
        )

    def polarity(self, text: str) -> str:
        """A target that was missed is reached, in a sentence."""
        pattern = r'(data-claim="level_missed(?:(?!class="claim").)*?)chưa đạt'
        return self.replaced(text, pattern, lambda m: f"{m[1]}đạt")

    def state(self, text: str) -> str:
        """A target that was missed is reached, in the table."""
        pattern = (
            r'<span class="state bad"([^>]*)><span aria-hidden="true">▲</span> Chưa đạt</span>'
        )
        good = r'<span class="state good"\1><span aria-hidden="true">●</span> Đạt</span>'
        return self.replaced(text, pattern, lambda m: re.sub(pattern, good, m[0]))

    def rows(self, text: str) -> str:
        """Two rows of the league table change places."""
        start = text.index("<table", text.index('id="bang-xep-hang"'))
        end = text.index("</table>", start)
        rows = re.findall(r"<tr>.*?</tr>", text[start:end], re.DOTALL)[1:]
        place = self.random.randrange(len(rows) - 1)
        table = text[start:end].replace(
            rows[place] + rows[place + 1], rows[place + 1] + rows[place]
        )
        return text[:start] + table + text[end:]

    def heads(self, text: str) -> str:
        """Two rows of the league table exchange their units."""
        start = text.index("<table", text.index('id="bang-xep-hang"'))
        end = text.index("</table>", start)
        heads = re.findall(r'<th scope="row">.*?</th>', text[start:end])
        one, other = self.random.sample(heads, 2)
        table = text[start:end].replace(one, "@").replace(other, one).replace("@", other)
        return text[:start] + table + text[end:]

    def target(self, text: str) -> str:
        """A target lowered, in what is seen and in what a machine reads."""

        def change(match: re.Match[str]) -> str:
            lower = float(match[2]) - 0.1
            return f'{match[1]}"{lower}"{match[3]}{round(lower * 100)}%{match[4]}'

        pattern = r'(<data [^>]*value=)"(0\.\d)"( data-fact="[^"]*/target">)\d+%(</data>)'
        return self.replaced(text, pattern, change)

    def alike(self, text: str) -> str:
        """Points raised, in what is seen and in what a machine reads."""

        def change(match: re.Match[str]) -> str:
            more = float(match[2]) + 1
            shown = f"{more:.2f}".replace(".", ",")
            return f'{match[1]}"{more}"{match[3]}{shown}{match[4]}'

        pattern = r'(<data [^>]*value=)"(\d+\.\d+)"( data-fact="[^"]*/points">)\d+,\d+(</data>)'
        return self.replaced(text, pattern, change)

    def label(self, text: str) -> str:
        """What is read out of a table is not what stands above it."""
        pattern = r'(<div class="table"[^>]*aria-label=")([^"]*)(")'
        return self.replaced(text, pattern, lambda m: f"{m[1]}{m[2]} đạt{m[3]}")

    def traced(self, text: str) -> str:
        """A cell in the trace of a number, to its neighbour of the same unit."""
        start = text.index('id="traces"')
        end = text.index("</p>", start)
        found = list(re.finditer(r'"([C-K])(\d+):([C-K])(\d+)', text[start:end]))
        match = self.random.choice([m for m in found if int(m[4]) > int(m[2])])
        new = f'"{match[1]}{int(match[2]) + 1}:{match[3]}{match[4]}'
        trace = text[start:end]
        return text[:start] + trace[: match.start()] + new + trace[match.end() :] + text[end:]

    def award(self, text: str) -> str:
        """The one who came next is on the list."""
        return self.replaced(text, r"(data-said=\"decision/[^>]*>)Không", lambda m: f"{m[1]}Có")

    def reason(self, text: str) -> str:
        """Another reason for not being on the list."""
        new = "Điểm chưa đạt mức tối thiểu"
        pattern = r'(data-said="reason/[^>]*>)[^<]*'
        return self.replaced(text, pattern, lambda m: f"{m[1]}{new}")

    def grade(self, text: str) -> str:
        """Another grade in the league table."""

        def change(match: re.Match[str]) -> str:
            return match[1] + ("Khá" if match[2] != "Khá" else "Tốt")

        return self.replaced(text, r'(data-said="band/[^>]*>)([^<]*)', change)

    def superlative(self, text: str) -> str:
        """The last of the communes is another one, with that one's true number."""
        values = re.findall(
            r'<data [^>]*value="([^"]*)" data-fact="2022-Q4/(31\d+)/(\w+)/value">([^<]*)</data>',
            text,
        )

        def change(match: re.Match[str]) -> str:
            others = [v for v in values if v[2] == match["subject"] and v[1] != match["worst"]]
            value, unit, subject, shown = self.random.choice(others)
            name = self.units.get(unit).name
            name = name[:1].lower() + name[1:]
            if shown == match["shown"] or unit == match["best"]:
                value, unit, subject, shown = others[0]
            number = shown if shown.endswith("%") else f"{shown}%"
            return (
                f'{match["before"]}unit/{unit}">{name}</span> (<data class="fact" value="{value}" '
                f'data-fact="2022-Q4/{unit}/{subject}/value">{number}</data>'
            )

        pattern = (
            r'(?P<before>data-claim="below_spread"[^>]*>(?:(?!xếp cuối).)*?/(?P<best>31\d+)'
            r'(?:(?!xếp cuối).)*?xếp cuối là <span class="name" data-name=")unit/(?P<worst>\d+)">'
            r'[^<]*</span> \(<data [^>]*data-fact="[^"]*/(?P<subject>\w+)/value">(?P<shown>[^<]*)'
            r"</data>"
        )
        return self.replaced(text, pattern, change)

    def strong(self, text: str) -> str:
        """The criterion of the best place is another one."""
        pattern = (
            r'(data-claim="strength_best_\d"(?:(?!</span> \().)*?data-name="short_indicator/)'
            r'(\w+)(">)[^<]*(</span>)'
        )

        def change(match: re.Match[str]) -> str:
            new = "ecommerce_farms" if match[2] != "ecommerce_farms" else "cashless"
            names = {"ecommerce_farms": "sàn thương mại điện tử",
                     "cashless": "thanh toán không tiền mặt"}  # fmt: skip
            return f"{match[1]}{new}{match[3]}{names[new]}{match[4]}"

        return self.replaced(text, pattern, change)

    def words(self, text: str) -> str:
        """A sentence without any number that somebody has typed in."""
        return self.replaced(text, r"</li>|</p>", lambda m: f" Đơn vị này bị phê bình.{m[0]}")

    def banner(self, text: str) -> str:
        """That the data is simulated is not said any more."""
        return re.sub(r'<p class="banner".*?</p>', "", text, count=1)

    def count(self, text: str) -> str:
        """A word in the table of counts."""
        return self.replaced(text, r"Buổi tuyên truyền</th>", lambda m: "Lớp tập huấn</th>")

    def colour(self, text: str) -> str:
        """A figure of the heat map stands on the ground of another distance from its target."""
        pattern = r'(<td class="number step-)(\d)'
        return self.replaced(text, pattern, lambda m: f"{m[1]}{(int(m[2]) + 1) % 5}")


FURTHER = [
    "removed", "polarity", "state", "rows", "heads", "target", "alike", "label", "traced",
    "award", "reason", "grade", "superlative", "strong", "words", "banner", "count",
    "colour",
]  # fmt: skip
