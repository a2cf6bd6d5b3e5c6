"""The links between pages: to the index and the units above, to the neighbours, to the same unit in
the periods before and after, and from each name of a unit whose page is in place.

They are put on pages that are otherwise finished, and can be taken off again: which pages there are
is known when the last is made, and may be otherwise after the next run of this period or of one
beside it. What a page says does not depend on them.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from dxkit.model.campaign import Campaign
from dxkit.model.units import Unit, UnitRegistry
from dxkit.press.manifest import INDEX, MANIFEST, Manifest, digest_of, sha256_of
from dxkit.report.tables import bulleted
from dxkit.report.wording.language import Language, load_language
from dxkit.report.wording.sentences import unit_name
from dxkit.workbooks.atomic import InUseError, write_text

_NAME = re.compile(r'<span data-name="unit/([^"]+)">.*?</span>', re.DOTALL)
_LINK = re.compile(r'<a class="unit" href="[^"]*">(.*?)</a>', re.DOTALL)
LANGUAGE = re.compile(r'<html lang="(\w+)"')
_CRUMBS = re.compile(r'<nav class="crumbs".*?</nav>\n', re.DOTALL)
_SKIP, _MAIN, _END = "</a>\n", '<main id="main"', "</main>\n"
_Seen = Callable[[str], str]
"""An address in the period's folder as it is seen from a page."""


def without_links(page: str) -> str:
    """A page as it is finished, before it is linked to others."""
    head, _, rest = page.partition(_MAIN)
    rest, _, end = rest.rpartition(_END)
    head, end = _CRUMBS.sub("", head), end[end.find("<script>") :]
    return head + _MAIN + _LINK.sub(r"\1", rest) + _END + end if _MAIN in page else page


class Beside(NamedTuple):
    """Another period that has pages, and which ``way`` it lies: ``before``, ``after``, a ``part``
    of the one or the ``whole`` that it is part of; its pages by unit.
    """

    way: str
    period: str
    pages: Mapping[str, str]


@dataclass(frozen=True)
class Links:
    """The pages of a period that are linked to: ``here``, by unit, as their addresses in its
    folder; those ``beside``, of other periods, as seen from its folder. ``units`` are those of the
    period, with any whose page is there.
    """

    campaign: Campaign
    period: str
    units: UnitRegistry
    here: Mapping[str, str]
    beside: tuple[Beside, ...]

    @classmethod
    def among(
        cls,
        campaign: Campaign,
        period: str,
        units: UnitRegistry,
        here: Mapping[str, str],
        folder: Path,
    ) -> Links:
        """The links of a period whose pages are ``here``, among the outputs of the campaign's
        periods in ``folder``.
        """
        beside = tuple(periods_beside(campaign, period, folder))
        return cls(campaign, period, units, here, beside)

    @cached_property
    def digest(self) -> str:
        """A hash of all pages that are linked to."""
        told = [sorted(pages.items()) for pages in (self.here, *(b.pages for b in self.beside))]
        return digest_of(*(str(pages) for pages in told))

    def put_on(self, page: str, code: str) -> str:
        """A unit's page with its links; any that it has are taken off before. What is no page of
        the kit stays as it is.
        """
        found = LANGUAGE.search(page[:200])
        if found is None or _MAIN not in page:
            return page
        language, folder = load_language(found[1]), posixpath.dirname(self.here[code])

        def seen(address: str) -> str:
            return posixpath.relpath(address, folder or ".")

        def linked(name: re.Match[str]) -> str:
            address = self.here.get(name[1]) if name[1] != code else None
            return str(_link(seen(address), Markup(name[0]), "unit")) if address else name[0]

        head, _, rest = without_links(page).partition(_MAIN)
        rest, _, end = rest.rpartition(_END)
        skip, _, contents = head.rpartition(_SKIP)
        head = f"{skip}{_SKIP}{self._crumbs(code, language, seen)}{contents}"
        ways = self._ways(code, language, seen)
        return f"{head}{_MAIN}{_NAME.sub(linked, rest)}{_END}{ways}{end}"

    def _crumbs(self, code: str, language: Language, seen: _Seen) -> Markup:
        """The way down to a unit: the index of the period, the units above, itself."""
        period = language.period(self.period)
        steps = [_link(seen(INDEX), _date(period[:1].upper() + period[1:]))]
        steps += [self._named(unit, language, seen) for unit in self.units.ancestors(code)[::-1]]
        here = Markup('<span aria-current="page">{}</span>')
        steps.append(here.format(self._name(self.units.get(code), language)))
        listed = Markup("").join(map(Markup("<li>{}</li>").format, steps))
        return _nav("crumbs", language, Markup("<ol>{}</ol>").format(listed))

    def _ways(self, code: str, language: Language, seen: _Seen) -> Markup:
        """The ways on from a unit: to its neighbours inside the unit above, and to itself in the
        periods beside; to the units below it that only the workbooks name.
        """
        ways = list[Markup]()
        for way, other in zip(("before", "after"), self._neighbours[code], strict=True):
            if other:
                name = self._named(self.units.get(other), language, seen)
                ways.append(language.text(f"site.unit_{way}", name=name))
        for one in self.beside:
            if code in one.pages:
                name = _link(seen(one.pages[code]), _date(language.period(one.period)))
                ways.append(language.text(f"site.period_{one.way}", name=name))
        below = [
            self._named(child, language, seen)
            for child in self.units.children(code)
            if child.code in self.here and self.campaign.level(child.level).open
        ]
        told = bulleted(ways, "links")
        if below:
            title = Markup("<h2>{}</h2>").format(language.text("report.pages_below"))
            told = title + bulleted(below, "links") + told
        return _nav("ways", language, told) if told else told

    def _named(self, unit: Unit, language: Language, seen: _Seen) -> Markup:
        """A unit's name, which leads to its page where there is one."""
        name, address = self._name(unit, language), self.here.get(unit.code)
        return _link(seen(address), name) if address else name

    def _name(self, unit: Unit, language: Language) -> Markup:
        name = unit_name(unit, self.campaign, language)
        return Markup('<span class="name">{}</span>').format(name)

    @cached_property
    def _neighbours(self) -> Mapping[str, tuple[str, str]]:
        """The units before and after each that has a page, of those inside the same unit that have
        one, in the order of the plan.
        """
        orders = dict[str, list[str]]()
        for unit in self.units.units:
            if unit.code in self.here:
                orders.setdefault(unit.parent_code, [""]).append(unit.code)
        threes = (zip(one, one[1:], [*one[2:], ""], strict=False) for one in orders.values())
        return {code: (before, after) for before, code, after in chain.from_iterable(threes)}


def periods_beside(campaign: Campaign, period: str, folder: Path) -> Iterator[Beside]:
    """The nearest periods before and after one, of its length, that have pages among the outputs in
    ``folder``, the ones that it is made of, and those made of it; with the pages' addresses as seen
    from the folder of the one.
    """
    alike = [one.id for one in campaign.alike(period)]
    place = alike.index(period)

    def having(way: str, names: Iterable[str]) -> Iterator[Beside]:
        for name in names:
            manifest = Manifest.load(folder / name / MANIFEST)
            if manifest and (pages := manifest.in_place):
                yield Beside(way, name, {u: f"../{name}/{page}" for u, page in pages.items()})

    yield from islice(having("before", alike[:place][::-1]), 1)
    yield from islice(having("after", alike[place + 1 :]), 1)
    yield from having("part", campaign.period(period).of)
    yield from having("whole", (one.id for one in campaign.periods if period in one.of))


def _link(address: str, name: str, kind: str = "") -> Markup:
    of_kind = Markup(' class="{}"').format(kind) if kind else ""
    return Markup('<a{} href="{}">{}</a>').format(of_kind, address, name)


def _nav(kind: str, language: Language, content: Markup) -> Markup:
    label = language.text(f"site.{kind}")
    return Markup('<nav class="{}" aria-label="{}">{}</nav>\n').format(kind, label, content)


def _date(text: str) -> Markup:
    return Markup('<span class="date">{}</span>').format(text)


def link_pages(links: Links, manifest: Manifest, folder: Path) -> None:
    """Put links on all pages in place that are as they were made; a page that another program has
    open gets them by the next run.
    """
    manifest.linked = links.digest
    for unit, address in links.here.items():
        page, record = folder / address, manifest.pages[unit]
        content = page.read_bytes()
        if record.sha256 and record.sha256 != sha256_of(content):
            continue
        linked = links.put_on(content.decode("utf-8", "replace"), unit)
        if linked.encode("utf-8") == content:
            continue
        try:
            write_text(page, linked)
        except InUseError:
            manifest.linked = ""
            continue
        if record.sha256:  # that of a page that could not be made again is not known
            record.sha256 = sha256_of(linked.encode("utf-8"))
