"""What every section of a page looks at, and the small pieces of page that sections share; where
there is no page to show reservations on numbers, their signs and what these mean.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property

from markupsafe import Markup

from dxkit.campaign.project import stated
from dxkit.model.facts import TOTAL, Claim, Fact, FactKey, Reference
from dxkit.model.keys import Words
from dxkit.model.observations import SILENT
from dxkit.model.text import slug, visible
from dxkit.period import OpenPeriod
from dxkit.report.piece import Piece
from dxkit.report.sentences.unit_view import View
from dxkit.report.tracing import PageLanguage, how_made
from dxkit.report.wording.language import IN_SENTENCES, SIGNS, Language, load_language
from dxkit.report.wording.sentences import Writer

_TITLE = re.compile(r"<(h[1-6]|figcaption)\b[^>]*>(.*?)</\1>", re.DOTALL)


class Section(Piece):
    """A finished piece of a page, shown by any notebook; where only text can be shown, its title:
    the numbers of a table would run into one another. ``again`` makes the same once more, ``told``
    tells how the number of a key was made.
    """

    def __init__(
        self,
        html: Markup,
        again: Callable[[], object] = lambda: None,
        told: Callable[[str], str] = lambda key: "",
    ) -> None:
        self._html, self._again, self._how_made = Markup(visible(html)), again, told

    @property
    def html(self) -> Markup:
        """The section as it stands on a page; empty when it has nothing to say."""
        return self._html

    def _make_again(self) -> None:
        self._again()

    def _told(self, key: str) -> str:
        return self._how_made(key)

    def __repr__(self) -> str:
        found = _TITLE.search(self.html)
        return str(Markup(found[2]).striptags()) if found else ""


NO_SECTION = Section(Markup(""))
"""What a section is when there is nothing to show."""


class Context:
    """One unit in one period, in one language: what a part is made from."""

    def __init__(self, opened: OpenPeriod, unit_code: str, language: str) -> None:
        self.opened = opened
        campaign = opened.campaign
        stocks = (i.id for i in campaign.indicators if i.denominator and not campaign.is_flow(i))
        said = stated(opened.project, campaign.id, opened.analysis.period.id)
        revised = frozenset(said.revised if said else ())
        self.language = PageLanguage(load_language(language), frozenset(stocks), revised)
        self.view = View(opened.analysis, opened.analysis.units.get(unit_code))
        self.writer = Writer(opened.campaign, opened.analysis.units, self.language)

    def told(self, key: str) -> str:
        """How a number that was shown was made, for who has no script to see it."""
        fact = self.language.facts.get(FactKey.parse(key))
        analysis = self.opened.analysis
        return how_made(fact, analysis, self._own, self.language) if fact else ""

    @cached_property
    def _own(self) -> frozenset[str]:
        """The codes of this unit and those below it."""
        own = self.view.unit.code
        return frozenset((own, *(u.code for u in self.opened.analysis.units.descendants(own))))

    @property
    def is_silent(self) -> bool:
        """Whether nothing that can be used has come of a unit that should have figures."""
        view = self.view
        return bool(view.indicators) and view.fact(TOTAL, "points").missing in SILENT

    def section(self, key: str, body: Markup, *, aside: bool = False) -> Section:
        """A part under the heading ``report.<key>_title``."""
        return Section(self.titled(self.language.plain(f"report.{key}_title"), body, aside=aside))

    def titled(self, title: str, body: Markup, *, aside: bool = False) -> Markup:
        """A section with a heading that can be linked to; one that is ``aside`` of what leads is
        folded on a phone, and nowhere else.
        """
        if aside:
            body = self.aside(title, body)
        about = f"{self.opened.analysis.period.id}/{self.view.unit.code}"
        return Markup('<section data-about="{}"><h2 id="{}">{}</h2>{}</section>').format(
            about, slug(title), title, body
        )

    def aside(self, title: str, body: Markup, *, headed: bool = True) -> Markup:
        """What is folded on a phone, and nowhere else; ``headed`` by its ``title``, or else that is
        what unfolds it.
        """
        handle = Markup.escape(title)
        if headed:
            handle = Markup('{}<span class="unseen">: {}</span>').format(
                self.language.text("report.aside_more"), title
            )
        return Markup('<details class="aside"><summary>{}</summary>{}</details>').format(
            handle, body
        )

    def more(self, key: str, body: Markup) -> Markup:
        """What of a section only some ask for, folded under ``report.<key>_more``; no part of it in
        print.
        """
        return Markup('<details class="more"><summary>{}</summary>{}</details>').format(
            self.language.text(f"report.{key}_more"), body
        )

    def assumed(self) -> Markup:
        """The mark of a rule that is an assumption."""
        return Markup('<span class="assumed">({})</span>').format(
            self.language.text("report.assumed")
        )

    def sentences(self, claims: Iterable[Claim]) -> Markup:
        """Claims one after the other, without a paragraph of their own."""
        return Markup(" ").join(self.writer.sentence(claim) for claim in claims)

    @staticmethod
    def said(what: str, text: str) -> Markup:
        """A judgement in words, as an element that says what is judged, so that it can be proved
        again: ``band/<unit>``, ``award/<unit>``, ``decision/<unit>/<reward>``,
        ``reason/<unit>/<reward>``, ``met/<unit>/<indicator>`` or ``scoring/<indicator>``.
        """
        return Markup('<span class="said" data-said="{}">{}</span>').format(what, text)

    def band(self, code: str) -> Markup:
        """A unit's grade; beside it that its points and rank are those of the figures that came,
        where some lack.
        """
        standing = self.opened.analysis.standing
        band = standing.band(code)
        said = self.said(f"band/{code}", self.language.name(band.names) if band else "–")
        if not standing.is_of_part(code):
            return said
        return Markup('{} <span class="note">({})</span>').format(
            said, self.language.text("report.figures_lacking")
        )

    def award(self, code: str) -> Markup:
        """The reward that a unit is proposed for, as a badge behind its name; nothing if none."""
        award = self.opened.analysis.standing.award(code)
        names = [r.names for r in self.opened.campaign.rewards if r.id == award]
        if not names:
            return Markup("")
        said = self.said(f"award/{code}", self.language.name(names[0]))
        badge = Markup('<span class="badge"><span class="unseen">, </span>{}</span>')
        return badge.format(said)

    def name(self, code: str) -> Markup:
        """A unit's name as it begins a line."""
        return self.writer.name(Reference("unit", code), starts=True)

    def dated_name(self, words: Words) -> Markup:
        """A name from the campaign folder, which may hold figures."""
        return Markup('<span class="name">{}</span>').format(self.language.name(words))

    @staticmethod
    def date(text: str) -> Markup:
        """A day or period, whose figures are no facts."""
        return Markup('<span class="date">{}</span>').format(text)


class SignedLanguage(PageLanguage):
    """Remembers which numbers were written; those in sentences are followed by their signs."""

    def number(
        self, fact: Fact, *, signless: bool = False, signed: bool = False, bare: bool = False
    ) -> str:
        """The number as a reader sees it."""
        text = super().number(fact, signless=signless, signed=signed, bare=bare)
        if not fact.known:
            return text
        self.facts[fact.key] = fact
        return text + signs_of(self.marks(fact) & {*IN_SENTENCES})

    def plain_number(self, fact: Fact, *, signed: bool = False) -> str:
        """The number without signs, which stand elsewhere."""
        if fact.known:
            self.facts[fact.key] = fact
        return super().number(fact, signed=signed)

    def meaning(self, marks: Iterable[str]) -> str:
        """What signs mean; nothing where there is none."""
        return " ".join(self.plain(f"trace.legend_{mark}") for mark in SIGNS if mark in {*marks})


def signs_of(marks: Iterable[str]) -> str:
    """The signs of reservations, in their order."""
    return "".join(sign for mark, sign in SIGNS.items() if mark in {*marks})


class SignedContext(Context):
    """A unit, told in such a language."""

    language: SignedLanguage

    def __init__(self, opened: OpenPeriod, unit_code: str, language: Language) -> None:
        super().__init__(opened, unit_code, language.code)
        of = self.language
        self.language = self.writer.language = SignedLanguage(of, of.stocks, of.revised)
