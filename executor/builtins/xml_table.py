"""XMLTABLE: the rows that an XPath expression finds in a document, and their columns by further expressions."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from executor.builtins.xml_path import evaluated, node_text
from executor.context import Context
from executor.errors import not_supported
from executor.facts.lookup import type_at
from executor.sqlstates import CardinalityViolation, InvalidArgumentForXquery, NullValueNotAllowed
from executor.types import oids
from executor.types.base import Stored
from executor.types.registry import codec
from executor.types.xmltext import document, escaped, library


class Column(NamedTuple):
    """A column of an XMLTABLE. ordinality: the rows' number; default: the place of its value among the defaults, or -1."""

    name: str
    type: int
    typmod: int
    ordinality: bool
    default: int
    not_null: bool


class Spec(NamedTuple):
    """What an XMLTABLE is made of, apart from its arguments."""

    prefixes: tuple[str, ...]
    columns: tuple[Column, ...]


def table_function(spec: Spec) -> Callable[..., Iterator[Any]]:
    """The function of document, row path, URIs, column paths and defaults."""
    uris = 2 + len(spec.prefixes)
    filled = [column for column in spec.columns if not column.ordinality]
    defaults = uris + len(filled)

    def rows(context: Context, *arguments: Stored) -> Iterator[Any]:
        text, path = arguments[0], arguments[1]
        if text is None:
            return
        namespaces = _namespaces(spec.prefixes, arguments[2:uris])
        paths = dict(zip((column.name for column in filled), _paths(filled, arguments[uris:defaults]), strict=True))
        if path is None:
            raise NullValueNotAllowed("row filter expression must not be null")
        if not path:
            raise InvalidArgumentForXquery("row path filter must not be empty string")
        tree = document(str(text), "could not parse XML document")
        found = evaluated(str(path), tree, str(text), namespaces)
        for number, node in enumerate(found if isinstance(found, list) else (), 1):
            if isinstance(node, str):
                raise not_supported("XMLTABLE over attributes or text")
            values = tuple(number if column.ordinality else
                           _column(context, column, node, paths[column.name], str(text), namespaces, arguments[defaults:])
                           for column in spec.columns)
            yield values if len(values) != 1 else values[0]

    return rows


def _namespaces(prefixes: tuple[str, ...], uris: tuple[Stored, ...]) -> dict[str, str]:
    if None in uris:
        raise NullValueNotAllowed("namespace URI must not be null")
    return dict(zip(prefixes, map(str, uris), strict=True))


def _paths(columns: list[Column], paths: tuple[Stored, ...]) -> list[str]:
    for column, path in zip(columns, paths, strict=True):
        if path is None:
            raise NullValueNotAllowed("column filter expression must not be null",
                                      detail=f'Filter for column "{column.name}" is null.')
        if not path:
            raise InvalidArgumentForXquery("column path filter must not be empty string")
    return [str(path) for path in paths]


def _column(context: Context, column: Column, node: Any, path: str, text: str, namespaces: dict[str, str],
            defaults: tuple[Stored, ...]) -> Stored:
    shown = _shown(column, evaluated(path, node, text if column.type == oids.XML else "", namespaces))
    value: Stored = None
    if shown is not None:
        value = codec(column.type).parse(shown, column.typmod, context.env)
    elif column.default >= 0:
        value = defaults[column.default]
    if value is None and column.not_null:
        raise NullValueNotAllowed(f'null is not allowed in column "{column.name}"')
    return value


def _shown(column: Column, found: Any) -> str | None:
    """What a column's path gives, as text."""
    if isinstance(found, list):
        if not found:
            return None
        if column.type == oids.XML:
            return "".join(node_text(node) for node in found)
        if len(found) > 1:
            raise CardinalityViolation("more than one value returned by column XPath expression")
        return found[0] if isinstance(found[0], str) else str(library().XPath("string()")(found[0]))
    if isinstance(found, bool):
        known = type_at(column.type)
        return str(int(found)) if known is not None and known.category == "N" else "true" if found else "false"
    if isinstance(found, float):
        return _number(found)
    return escaped(str(found)) if column.type == oids.XML else str(found)


def _number(value: float) -> str:
    """A number as XPath's string() gives it."""
    if value == int(value) if abs(value) < 2**31 else False:
        return str(int(value))
    return str(library().XPath("string($n)")(library().Element("x"), n=value))
