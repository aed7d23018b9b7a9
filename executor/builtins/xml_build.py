"""Making XML from SQL values: what XMLELEMENT, XMLFOREST, XMLPI, XMLROOT, XMLPARSE, XMLSERIALIZE and IS DOCUMENT run."""

from base64 import b64encode
from collections.abc import Callable
from copy import copy
from functools import reduce
from typing import Any

from executor.builtins.array import element_of
from executor.builtins.output import printer
from executor.context import Context
from executor.errors import not_supported
from executor.facts.lookup import type_at
from executor.sqlstates import (
    DatetimeValueOutOfRange,
    InvalidXmlProcessingInstruction,
    NotAnXmlDocument,
    SyntaxError,
)
from executor.types import arrays, oids
from executor.types.base import Stored
from executor.types.registry import codec
from executor.types.xmltext import (
    DOCUMENT,
    attribute_escaped,
    check,
    declaration,
    declared,
    escaped,
    is_document_form,
    is_well_formed,
    joined,
    library,
    parser,
)

Converter = Callable[[Context, Any], str]
"""Writes a stored value that is not NULL as XML has it, not yet escaped."""

_BASE64_LINE = 72


def _bytes(context: Context, value: bytes) -> str:
    if context.env.xml_binary == "hex":
        return value.hex().upper()
    text = b64encode(value).decode()
    return "\r\n".join(text[at : at + _BASE64_LINE] for at in range(0, len(text), _BASE64_LINE))


def _date(oid: int, name: str) -> Converter:
    def write(context: Context, value: Stored) -> str:
        if value in ("infinity", "-infinity"):
            raise DatetimeValueOutOfRange(f"{name} out of range", detail=f"XML does not support infinite {name} values.")
        env = copy(context.env)
        env.date_style = "ISO"
        text = codec(oid).text_encoder(-1, env)(value).decode()
        if oid == oids.DATE:
            return text
        day, _, time = text.partition(" ")
        if oid == oids.TIMESTAMPTZ:
            clock, _, era = time.partition(" ")
            if clock[-3] in "+-":
                clock += ":00"
            time = f"{clock} {era}" if era else clock
        return f"{day}T{time}"

    return write


def _array(element: int) -> Converter:
    show, read = xml_value(element), arrays.from_json(element)

    def write(context: Context, value: Stored) -> str:
        return "".join(f"<element>{show(context, read(item))}</element>" for item in arrays.load_items(value)
                       if item is not None)

    return write


_CONVERTERS: dict[int, Converter] = {
    oids.BOOL: lambda context, value: "true" if value else "false", oids.BYTEA: _bytes,
    oids.DATE: _date(oids.DATE, "date"), oids.TIMESTAMP: _date(oids.TIMESTAMP, "timestamp"),
    oids.TIMESTAMPTZ: _date(oids.TIMESTAMPTZ, "timestamp"),
}


def plain_value(oid: int) -> Converter:
    """The function that writes values of a type, as an attribute takes them."""
    known = type_at(oid)
    if known is not None and known.is_array:
        return _array(element_of(oid))
    return _CONVERTERS.get(oid) or printer(oid)


def xml_value(oid: int) -> Converter:
    """The same, escaped as content of an element takes it; XML stays as it is."""
    known = type_at(oid)
    write = plain_value(oid)
    if oid in (oids.XML, oids.BYTEA) or (known is not None and known.is_array):
        return write
    return lambda context, value: escaped(write(context, value))


def element(name: str, names: tuple[str, ...], types: tuple[int, ...]) -> Callable[..., Stored]:
    """XMLELEMENT: the attributes' values come first."""
    count = len(names)
    attributes = [plain_value(oid) for oid in types[:count]]
    contents = [xml_value(oid) for oid in types[count:]]

    def make(context: Context, *values: Stored) -> str:
        head = "".join(f' {label}="{attribute_escaped(write(context, value))}"'
                       for label, write, value in zip(names, attributes, values, strict=False) if value is not None)
        parts = [write(context, value) for write, value in zip(contents, values[count:], strict=True) if value is not None]
        return f"<{name}{head}>{''.join(parts)}</{name}>" if parts else f"<{name}{head}/>"

    return make


def forest(names: tuple[str, ...], types: tuple[int, ...]) -> Callable[..., Stored]:
    """XMLFOREST: an element for each value; NULL if all are."""
    writers = [xml_value(oid) for oid in types]

    def make(context: Context, *values: Stored) -> Stored:
        parts = [f"<{name}>{write(context, value)}</{name}>"
                 for name, write, value in zip(names, writers, values, strict=True) if value is not None]
        return "".join(parts) if parts else None

    return make


def concatenated(*values: Stored) -> Stored:
    """XMLCONCAT: the values that are not NULL, one after the other; NULL if all are."""
    found = [value for value in values if isinstance(value, str)]
    if len(found) == 1:  # its declaration is written anew
        one = declaration(found[0], None)
        return declared(one.version, one.standalone) + found[0][one.length :]
    return reduce(joined, found) if found else None


def instruction(name: str, has_content: bool) -> Callable[..., Stored]:
    """XMLPI (42601, 2200T)."""

    def make(content: Stored = None) -> Stored:
        if has_content and content is None:
            return None
        if content is None:
            return f"<?{name}?>"
        if "?>" in str(content):
            raise InvalidXmlProcessingInstruction("invalid XML processing instruction",
                                                  detail='XML processing instruction cannot contain "?>".')
        return f"<?{name} {str(content).lstrip(' ')}?>"

    return make


def refused_target(name: str) -> SyntaxError:
    """The error for XMLPI (NAME xml)."""
    return SyntaxError("invalid XML processing instruction",
                       detail=f'XML processing instruction target name cannot be "{name}".')


_STANDALONE = {0: True, 1: False, 2: None}
"""The codes of STANDALONE YES, NO, NO VALUE in the tree; 3: it is not mentioned."""


def root(text: Stored, version: Stored, code: Stored) -> Stored:
    """XMLROOT: the value with another declaration."""
    if not isinstance(text, str):
        return None
    found = declaration(text, None)
    assert isinstance(code, int) and isinstance(version, str | None)
    standalone = _STANDALONE.get(code, found.standalone)
    return declared(version, standalone) + text[found.length :]


def parsed(option: str) -> Callable[[str], Stored]:
    """XMLPARSE (2200M, 2200N)."""

    def parse(text: str) -> Stored:
        check(text, option)
        return text

    return parse


def is_document(text: str) -> int:
    """IS DOCUMENT."""
    return int(is_well_formed(text, DOCUMENT))


def serialized(option: str, indent: bool) -> Callable[[str], Stored]:
    """XMLSERIALIZE (2200L for content where a document is asked for)."""

    def serialize(text: str) -> Stored:
        if option == DOCUMENT and not is_well_formed(text, DOCUMENT):
            raise NotAnXmlDocument("not an XML document")
        return _indented(text, option) if indent else text

    return serialize


def _parsed_again(text: str) -> Any:
    """0A000 for what was accepted as XML, or made, but is not read by lxml: undeclared prefixes, control characters."""
    etree = library()
    try:
        return etree.fromstring(text.encode(), parser(remove_blank_text=True))
    except etree.XMLSyntaxError as error:
        raise not_supported(f"INDENT of XML that cannot be parsed ({error.msg})") from None


def _indented(text: str, option: str) -> str:
    etree = library()
    found = declaration(text, None)
    body = text[found.length :]
    if is_document_form(body, option):
        tree = _parsed_again(body).getroottree()
        shown = str(etree.tostring(tree, encoding="unicode", pretty_print=True))
        head = f'<?xml version="{found.version}"?>\n' if found.length else ""
        return head + (shown.rstrip("\r\n") if option == DOCUMENT else shown)
    container = _parsed_again(f"<r>{body}</r>")
    parts = [escaped(container.text or "")]
    for child in container:
        if any(parts):
            parts.append("\n")
        parts.append(etree.tostring(child, encoding="unicode", pretty_print=True, with_tail=False).rstrip("\n"))
        parts.append(escaped(child.tail or ""))
    return "".join(parts)
