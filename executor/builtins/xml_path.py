"""XPath over XML documents: xpath, xpath_exists, XMLEXISTS."""

from copy import deepcopy
from typing import Any

from executor.builtins.base import Builtin, Python
from executor.errors import not_supported
from executor.sqlstates import DataException, InvalidArgumentForXquery, NullValueNotAllowed
from executor.types import arrays
from executor.types.base import Stored
from executor.types.geometric import number_text
from executor.types.xmltext import document, escaped, library

_CDATA = "<![CDATA["


def _namespaces(mapping: str) -> dict[str, str]:
    """The prefixes of a text[][2] (22000, 22004)."""
    array = arrays.load(mapping)
    if not array.items:
        return {}
    if len(array.lengths) != 2 or array.lengths[1] != 2:
        raise DataException("invalid array for XML namespace mapping",
                            detail="The array must be two-dimensional with length of the second axis equal to 2.")
    if any(None in pair for pair in array.items):
        raise NullValueNotAllowed("neither namespace name nor URI may be null")
    return dict(array.items)


def evaluated(path: str, start: Any, text: str, namespaces: dict[str, str]) -> Any:
    """What an expression gives over a tree or an element of one: nodes, or a single value (10608).

    text: the document, if CDATA sections in it must be told from text.
    """
    etree = library()
    try:
        found = etree.XPath(path, namespaces=namespaces, regexp=False, smart_strings=False)(start)
        if isinstance(found, list):
            _refuse_lost(etree.XPath(f"count({path})", namespaces=namespaces, regexp=False)(start), found, text)
    except etree.XPathSyntaxError as error:
        raise InvalidArgumentForXquery("invalid XPath expression", detail=str(error)) from None
    except (etree.XPathError, ValueError, TypeError) as error:  # the last two: what lxml says of characters and prefixes
        raise InvalidArgumentForXquery("could not create XPath object", detail=str(error)) from None
    return found


def _refuse_lost(count: float, found: list[Any], text: str) -> None:
    """0A000 for nodes that lxml leaves out or does not tell apart: the document itself, namespaces, CDATA sections."""
    if len(found) != count or any(isinstance(node, tuple) for node in found):
        raise not_supported("an XPath result with namespace nodes or the document node")
    if _CDATA in text and any(isinstance(node, str) for node in found):
        raise not_supported("an XPath result with text of a document that has CDATA sections")


def _over_document(path: str, text: str, mapping: str) -> Any:
    """What an expression gives over a document (2200M, 10608)."""
    namespaces = _namespaces(mapping)
    if not path:
        raise InvalidArgumentForXquery("empty XPath expression")
    tree = document(text, "could not parse XML document")
    return [tree] if path.strip() == "/" else evaluated(path, tree, text, namespaces)


def node_text(node: Any) -> str:
    """A node of a result as XML: with the namespaces it needs, without the text that follows it."""
    if isinstance(node, str):
        return escaped(node)
    etree = library()
    if hasattr(node, "getroot"):
        return str(etree.tostring(node, encoding="unicode")) + "\n"
    return str(etree.tostring(deepcopy(node), encoding="unicode", with_tail=False))


def _value_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value) if isinstance(value, float) else escaped(str(value))


def xpath(path: str, text: str, mapping: str = "[]") -> Stored:
    """The nodes or the value that an expression gives, as xml[]."""
    found = _over_document(path, text, mapping)
    nodes = [node_text(node) for node in found] if isinstance(found, list) else [_value_text(found)]
    return arrays.dump(nodes)


def exists(path: str, text: str, mapping: str = "[]") -> int:
    """Whether an expression gives any node, or a value."""
    found = _over_document(path, text, mapping)
    return int(not isinstance(found, list) or bool(found))


_DOCUMENT = "'<a><b>1</b><b>2</b></a>'"
_MAPPED = "'<a xmlns=\"u\"><b>1</b></a>', ARRAY[ARRAY['x', 'u']]"

BUILTINS = (
    Builtin("xpath(text,xml)", Python(xpath), (f"xpath('//b/text()', {_DOCUMENT})", "{1,2}")),
    Builtin("xpath(text,xml,_text)", Python(xpath), (f"xpath('//x:b/text()', {_MAPPED})", "{1}")),
    Builtin("xpath_exists(text,xml)", Python(exists), (f"xpath_exists('//c', {_DOCUMENT})", "f")),
    Builtin("xpath_exists(text,xml,_text)", Python(exists), (f"xpath_exists('//x:b', {_MAPPED})", "t")),
    Builtin("xmlexists(text,xml)", Python(exists), (f"xmlexists('//b' PASSING {_DOCUMENT})", "t")),
)
