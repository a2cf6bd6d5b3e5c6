"""What a workbook could do by itself or fetch from elsewhere, taken out of its sender's copy.

Named are the relations between parts that may stay; whatever else a file or a newer Excel has is
taken out, with what refers to it. (Office Open XML, ECMA-376 part 1, annex F.)
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress

from dxkit.workbooks.cells import UnreadableFileError
from dxkit.workbooks.package import OFFICE, Element, Package, main, part_key, relations_name

_PASSIVE = """
    officeDocument worksheet chartsheet styles theme themeOverride sharedStrings calcChain comments
    threadedComment person vmlDrawing drawing image chart chartEx chartUserShapes chartStyle
    chartColorStyle table tableSingleCells printerSettings hyperlink core-properties thumbnail
    extended-properties custom-properties customProperty customXml customXmlProps sheetMetadata
    pivotTable pivotCacheDefinition pivotCacheRecords slicer slicerCache timeline timelineCache
    diagramData diagramLayout diagramQuickStyle diagramColors diagramDrawing usernames
    rdRichValue rdRichValueStructure rdRichValueTypes rdArray richStyles FeaturePropertyBag
"""
_KINDS = {
    "macros": "vbaProject wordVbaData xlMacrosheet xlIntlMacrosheet dialogsheet",
    "links": "externalLink externalLinkPath hyperlink",
    "connections": "connections queryTable volatileDependencies xmlMaps powerPivotData model",
    "objects": "oleObject package control ctrlProp activeXControl activeXControlBinary",
    "signature": "origin signature",
}
ACTIVE = (*_KINDS, "extensions")
"""What may be taken out; ``extensions`` is all that is none of the others."""
_KIND_OF = {relation: kind for kind, words in _KINDS.items() for relation in words.split()}
_APART = """
    vbaProject externalLink hyperlink connections volatileDependencies oleObject package control
    ctrlProp activeXControl activeXControlBinary origin extensibility
"""
"""What can be taken out of a workbook without leaving a hole in it."""
_WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_ADDRESS = re.compile(r"(https?|mailto):|#", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')
_FETCHING = ("WEBSERVICE", "RTD", "IMAGE", "CALL", "EXEC", "REGISTER", "REGISTER.ID", "SQL.REQUEST",
             "FILTERXML", "STOCKHISTORY", "COPILOT", "PY")  # fmt: skip
_OUTSIDE = re.compile(
    r"\[\d+\]|\[[^\]]*\.xl\w*\]|\||\\\\|(?<![\w.])(_xl\w+\.)*"
    rf"({'|'.join(map(re.escape, _FETCHING))}|CUBE\w+)\s*\(",
    re.IGNORECASE,
)
"""What only formulas hold that reach outside the workbook; other text in quotes is left aside."""
_RULES = ("formula", "formula1", "formula2", "f")


class NotApartError(Exception):
    """Something active that cannot be taken out without spoiling the workbook."""


def active_kinds(content: bytes) -> tuple[str, ...]:
    """What active content a file has that is a workbook of parts; nothing for any other."""
    found = set()
    with suppress(UnreadableFileError, KeyError, ValueError, SyntaxError):
        package = Package(content)
        found |= {_kind(relation) for _, relation in _active_relations(package)}
        found |= {"links" for part in _sheets(package) for _ in _outside(package, part)}
    return tuple(kind for kind in ACTIVE if kind in found)


def take_out(package: Package) -> None:
    """Take all active content out of a workbook, formulas that reach outside it left as their
    results. Raises NotApartError where that cannot be done.
    """
    if "macroEnabled" in package.content_type(package.workbook):
        package.put(package.workbook, package.read(package.workbook), _WORKBOOK_TYPE)
    gone: dict[str, set[str]] = defaultdict(set)
    for part, relation in list(_active_relations(package)):
        if _word(relation) not in _APART.split() or (
            _is_external(relation) and not _is_link(relation)
        ):
            raise NotApartError(relation.get("Type"))
        gone[part].add(relation.get("Id", ""))
        relation.getparent().remove(relation)
    for part in filter(None, gone):
        _forget(package, part, gone[part])
    changed = [part for part in _sheets(package) if _without_formulas(package, part)]
    for chain in package.related(package.workbook, "calcChain") if changed else ():
        package.unrelate(package.workbook, chain)
    root = package.tree(package.workbook)
    for name in list(root.iter(main("definedName"))):
        if _reaches(name.text) or any(name.get(a) for a in ("xlm", "vbProcedure", "function")):
            name.getparent().remove(name)
    for properties in root.iter(main("workbookPr")):
        properties.attrib.pop("updateLinks", None)
    _drop_unrelated(package)
    for part in package.names:
        if part.startswith("xl/") and "/_rels/" not in part and part.endswith(".xml"):
            _look_again(package, part)


def _look_again(package: Package, part: str) -> None:
    """Raise NotApartError for a cache of figures from elsewhere, and for rules and charts that
    reach outside the workbook.
    """
    if "/pivotCache/" in part and package.holds(part, b"cacheSource"):
        for source in package.tree(part).iter(main("cacheSource")):
            if source.get("type") != "worksheet" or any(_ids(e) for e in source.iter()):
                raise NotApartError(part)
        package.tree(part).attrib.pop("refreshOnLoad", None)
    elif package.holds(part, b"]", b"|") and part not in _texts(package):
        for element in package.tree(part).iter():
            name = str(element.tag).rpartition("}")[2]
            if name in _RULES and _reaches(element.text):
                raise NotApartError(part)


def _texts(package: Package) -> list[str]:
    return [package.workbook, *package.related(package.workbook, "sharedStrings")]


def _active_relations(package: Package) -> Iterator[tuple[str, Element]]:
    """The relations that may not stay, each with the part that has it; what only they lead to is
    not looked at.
    """
    for part, relation, _ in _relations(package):
        if not _may_stay(relation):
            yield part, relation


def _relations(package: Package) -> Iterator[tuple[str, Element, str]]:
    """The relations of all parts that those which may stay lead to, each with its part and target;
    those of the package itself first.
    """
    reached, waiting = {""}, [""]
    while waiting:
        part = waiting.pop()
        for relation, target in package.relations(part):
            yield part, relation, target
            leads = _may_stay(relation) and not _is_external(relation)
            if leads and part_key(target) not in reached:
                reached.add(part_key(target))
                waiting.append(target)


def _may_stay(relation: Element) -> bool:
    link = _word(relation) == "hyperlink"
    harmless = link and _ADDRESS.match(relation.get("Target", "").strip())
    return _word(relation) in _PASSIVE.split() and bool(harmless or not _is_external(relation))


def _word(relation: Element) -> str:
    return str(relation.get("Type", "")).rpartition("/")[2]


def _is_external(relation: Element) -> bool:
    return bool(relation.get("TargetMode") == "External")


def _is_link(relation: Element) -> bool:
    return _word(relation) in ("hyperlink", "oleObject", "externalLink")


def _kind(relation: Element) -> str:
    return _KIND_OF.get(_word(relation), "links" if _is_external(relation) else "extensions")


def _ids(element: Element) -> list[str]:
    """The relations that an element names."""
    return [
        value for name, value in element.attrib.items() if str(name).startswith(f"{{{OFFICE}}}")
    ]


def _forget(package: Package, part: str, relations: set[str]) -> None:
    """Take out of a part what refers to some relations, and what then holds nothing any more."""
    if not part.endswith((".xml", ".vml")):
        raise NotApartError(part)
    for element in list(package.tree(part).iter()):
        if relations.isdisjoint(_ids(element)):
            continue
        parent = element.getparent()
        while parent is not None:
            parent.remove(element)
            if len(parent) or parent.getparent() is None:
                break
            element, parent = parent, parent.getparent()


def _sheets(package: Package) -> list[str]:
    return list(package.sheets.values())


def _reaches(formula: str | None) -> bool:
    return bool(formula) and _OUTSIDE.search(_QUOTED.sub("", formula or "")) is not None


def _outside(package: Package, part: str) -> Iterator[Element]:
    """The formulas of a sheet's cells that reach outside the workbook."""
    if package.holds(part, b"<f", b":f>", b":f "):
        for cell in package.tree(part).iter(main("c")):
            formula = cell.find(main("f"))
            if formula is not None and _reaches(formula.text):
                yield formula


def _without_formulas(package: Package, part: str) -> bool:
    """Leave the results of a sheet's formulas that reach outside; whether there were any."""
    found = list(_outside(package, part))
    shared = {formula.get("si") for formula in found if formula.get("t") == "shared"}
    if shared:
        found += [f for f in package.tree(part).iter(main("f")) if f.get("si") in shared]
    for formula in dict.fromkeys(found):
        formula.getparent().remove(formula)
    return bool(found)


def _drop_unrelated(package: Package) -> None:
    """Take out the parts to which nothing leads any more."""
    found = ["", *(to for _, relation, to in _relations(package) if not _is_external(relation))]
    reached = {part_key(name) for part in found for name in (part, relations_name(part))}
    reached.add(part_key("[Content_Types].xml"))
    for name in package.names:
        if part_key(name) not in reached:
            package.drop(name)
