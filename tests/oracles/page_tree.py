"""A finished page as a tree of elements, read by the standard library's parser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "col", "wbr", "area", "base"})


@dataclass(eq=False)
class Element:
    """One element: its tag, attributes, and what is in it, text and elements in order."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None = None
    children: list[Element | str] = field(default_factory=list)

    @property
    def classes(self) -> frozenset[str]:
        """The element's classes."""
        return frozenset(self.attributes.get("class", "").split())

    @property
    def text(self) -> str:
        """All text in it, runs of white space written as one space."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield from child._texts()

    def walk(self) -> Iterator[Element]:
        """The element and all below it, in reading order."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting += [c for c in reversed(element.children) if isinstance(c, Element)]

    def find_all(self, *tags: str) -> list[Element]:
        """All elements of these tags below it, in reading order."""
        return [element for element in self.walk() if element.tag in tags and element is not self]

    def unseen(self) -> dict[str, str]:
        """The keys of the facts that a sentence rests on and does not show, by placeholder: one
        that is its key's kind is left out, so is the beginning of a key that is as before.
        """
        found, before = dict[str, str](), ""
        for part in self.attributes.get("data-facts", "").split():
            name, _, key = part.rpartition("=")
            before = key.rpartition("/")[0] or before
            kind = key.rpartition("/")[2]
            found[name or kind] = f"{before}/{kind}"
        return found

    def above(self) -> Iterator[Element]:
        """The elements that hold it, nearest first."""
        element = self.parent
        while element is not None:
            yield element
            element = element.parent


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self._open = self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self._open)
        self._open.children.append(element)
        if tag not in _VOID:
            self._open = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self._open)
        self._open.children.append(element)

    def handle_endtag(self, tag: str) -> None:
        element: Element | None = self._open
        while element is not None and element.tag != tag:
            element = element.parent
        if element is not None and element.parent is not None:
            self._open = element.parent

    def handle_data(self, data: str) -> None:
        self._open.children.append(data)


def read_page(text: str) -> Element:
    """The root of a page's tree."""
    builder = _Builder()
    builder.feed(text)
    builder.close()
    return builder.root
