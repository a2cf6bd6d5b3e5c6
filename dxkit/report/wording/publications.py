"""What a page says above all else: of its publication, of simulated figures."""

from __future__ import annotations

import datetime

from markupsafe import Markup

from dxkit.campaign.project import AS_OF, DRAFT, Publication
from dxkit.report.wording.language import Language

_DATE = Markup('<span class="date">{}</span>')
_NAME = Markup('<span class="name">{}</span>')
_SIMULATED = Markup('<p class="banner" role="note">{}</p>')
_STATE = Markup('<p class="banner published" role="note">{}</p>')
_CHANGED = Markup("<details><summary>{}</summary><ul>{}</ul></details>")


def simulated_html(is_simulated: bool, language: Language) -> Markup:
    """The warning that figures are simulated, nothing where none is."""
    return _SIMULATED.format(language.text("report.simulated")) if is_simulated else Markup("")


def state_name(publication: Publication, language: Language) -> str:
    """A publication within a sentence: its number and state."""
    state = language.plain(f"publication.{publication.state}")
    return language.plain("publication.name", number=str(publication.number), state=state)


def state_html(publication: Publication | None, page: str, language: Language) -> Markup:
    """The state that a page says, and what on it is otherwise than in the publication before; of no
    ``page`` the state alone. Nothing where nothing was published.
    """
    if publication is None:
        return Markup("")
    if publication.state == DRAFT:
        return _STATE.format(language.text("publication.is_draft"))
    day = language.day(datetime.date.fromisoformat(publication.day))
    if publication.state == AS_OF:
        return _STATE.format(language.text("publication.is_as_of", day=_DATE.format(day)))
    said = language.text(
        f"publication.is_{publication.state}",
        number=_DATE.format(publication.number),
        day=_DATE.format(day),
        by=_NAME.format(publication.by),
    )
    if publication.note:
        said += Markup(" ") + _NAME.format(publication.note)
    lines = publication.changed.get(page, ())
    if not lines:
        return _STATE.format(said)
    items = Markup("").join(Markup("<li>{}</li>").format(_NAME.format(line)) for line in lines)
    return _STATE.format(said) + _CHANGED.format(language.text("publication.changed"), items)
