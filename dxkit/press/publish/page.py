"""From an executed notebook to one self-contained page, by nbconvert."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from nbconvert.exporters import Exporter
from traitlets import default

from dxkit.press.manifest import in_words
from dxkit.press.publish.frame import framed
from dxkit.press.publish.outputs import Content
from dxkit.report.wording.language import load_language
from dxkit.report.wording.publications import simulated_html


class DxkitExporter(Exporter):
    """``jupyter nbconvert --to dxkit``: the page of an executed notebook."""

    export_from_notebook = "dxkit"
    output_mimetype = "text/html"

    def __init__(self, config: Any = None, **settings: Any) -> None:
        settings.setdefault("optimistic_validation", True)  # once, not after each preprocessor
        super().__init__(config=config, **settings)

    @default("file_extension")  # type: ignore[untyped-decorator]
    def _extension(self) -> str:
        return ".html"

    def from_notebook_node(
        self, nb: Any, resources: Any = None, **kwargs: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page and nbconvert's resources, in which ``not_shown`` has what the page does not
        show: by kind, the numbers of the cells. The notebook's metadata may give ``title``,
        ``dxkit.language`` and ``dxkit.simulated``: then the page says so, whatever it shows;
        ``dxkit.state`` is what the page says of its publication.
        """
        told = nb.metadata.get("dxkit", {})
        language = told.get("language", "vi")
        nb, resources = super().from_notebook_node(nb, resources, **kwargs)
        shown = Content(nb, language)
        content, resources["not_shown"] = shown.html, shown.not_shown
        if shown.not_shown:
            self.log.warning(in_words(shown.not_shown, load_language(language)))
        if told.get("simulated") and 'class="banner"' not in content:
            content = str(simulated_html(True, load_language(language))) + content
        content = told.get("state", "") + content
        title = nb.metadata.get("title") or resources.get("metadata", {}).get("name", "")
        return framed(content, title, language), resources


@lru_cache(maxsize=1)
def exporter() -> DxkitExporter:
    """The one exporter of a process: making it costs more than using it. nbconvert's preprocessors
    do nothing without settings, and a notebook is checked when it is written.
    """
    return DxkitExporter(default_preprocessors=[], optimistic_validation=False)
