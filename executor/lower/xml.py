"""SQL/XML expressions as SQLite text: calls of functions made for each."""

from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b

from executor import plan
from executor.bind.volatility import volatility
from executor.builtins import xml_build
from executor.builtins.xml_table import Column, Spec, table_function
from executor.errors import not_supported
from executor.lower import functions
from executor.lower.expressions import value
from executor.lower.generator import Generator
from executor.plan_xml import XmlExpr, XmlTableEntry
from storage.statement import Function, TableFunction

FUNCTIONS_MAX = 1024
"""So many of the functions that have clients' names in them are kept."""


def _name(*parts: object) -> str:
    return f"pg_xml_{blake2b(repr(parts).encode(), digest_size=12).hexdigest()}"


@lru_cache(maxsize=FUNCTIONS_MAX)
def _element(name: str, names: tuple[str, ...], types: tuple[int, ...]) -> Function:
    return Function(_name("element", name, names, types), xml_build.element(name, names, types), -1, False, context=True)


@lru_cache(maxsize=FUNCTIONS_MAX)
def _forest(names: tuple[str, ...], types: tuple[int, ...]) -> Function:
    return Function(_name("forest", names, types), xml_build.forest(names, types), -1, False, context=True)


@lru_cache(maxsize=FUNCTIONS_MAX)
def _instruction(name: str, has_content: bool) -> Function:
    return Function(_name("pi", name, has_content), xml_build.instruction(name, has_content), int(has_content), True)


@lru_cache(maxsize=FUNCTIONS_MAX)
def _parse(option: str) -> Function:
    return Function(f"pg_xml_parse_{option}", xml_build.parsed(option), 1, True, strict=True)


@lru_cache(maxsize=FUNCTIONS_MAX)
def _serialize(option: str, indent: bool) -> Function:
    return Function(f"pg_xml_serialize_{option}_{int(indent)}", xml_build.serialized(option, indent), 1, True, strict=True)


CONCAT = Function("pg_xml_concat", xml_build.concatenated, -1, True)
ROOT = Function("pg_xml_root", xml_build.root, 3, True)
IS_DOCUMENT = Function("pg_xml_is_document", xml_build.is_document, 1, True, strict=True)


def _types(expr: XmlExpr) -> tuple[int, ...]:
    return tuple(oid for oid, _ in functions.argument_types((*expr.named, *expr.arguments)))


FUNCTIONS: dict[str, Callable[[XmlExpr], Function]] = {
    "element": lambda e: _element(e.name, e.names, _types(e)), "forest": lambda e: _forest(e.names, _types(e)),
    "pi": lambda e: _instruction(e.name, bool(e.arguments)), "parse": lambda e: _parse(e.option),
    "serialize": lambda e: _serialize(e.option, e.indents), "concat": lambda e: CONCAT, "root": lambda e: ROOT,
    "document": lambda e: IS_DOCUMENT,
}


def xml(g: Generator, expr: XmlExpr) -> str:
    """An SQL/XML expression."""
    texts = [value(g, e) for e in (*expr.named, *expr.arguments)]
    return f"{g.need(FUNCTIONS[expr.op](expr))}({', '.join(texts)})"


# ---------------------------------------------------------------- XMLTABLE


@lru_cache(maxsize=FUNCTIONS_MAX)
def _table_function(spec: Spec, nargs: int) -> TableFunction:
    return TableFunction(_name("table", spec), nargs, len(spec.columns), table_function(spec), context=True)


def table(g: Generator, entry: XmlTableEntry) -> str:
    """XMLTABLE."""
    columns: list[Column] = []
    defaults: list[plan.Expr] = []
    for i, (path, default) in enumerate(zip(entry.paths, entry.defaults, strict=True)):
        _, oid, typmod = entry.columns[i]
        columns.append(Column(entry.labels[i], functions.plain_type(oid), typmod, path is None,
                              len(defaults) if default is not None else -1, entry.not_null[i]))
        if default is not None:
            if volatility(default) == "v":
                raise not_supported("a volatile DEFAULT in XMLTABLE", position=default.position or None)
            defaults.append(default)
    paths = [path for path in entry.paths if path is not None]
    arguments = [value(g, e) for e in (entry.document, entry.row, *entry.uris, *paths, *defaults)]
    made = _table_function(Spec(entry.prefixes, tuple(columns)), len(arguments))
    return f"{g.need(made)}({', '.join(arguments)}) AS t{entry.number}"
