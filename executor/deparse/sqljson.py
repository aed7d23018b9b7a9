"""SQL/JSON functions, constructors, IS JSON and JSON_TABLE as PostgreSQL prints them."""

from collections.abc import Callable

from executor.bind.resolve import type_of
from executor.catalog.quoting import quote_identifier
from executor.deparse.constants import constant, quoted
from executor.deparse.printer import JOIN_STEP, PRINTERS, Printer
from executor.facts.lookup import base_type
from executor.plan import Const, Expr
from executor.plan_json import JsonBuild, JsonTableEntry, JsonTest, PathCall
from executor.types import oids as T
from executor.types.jsonpath import text_of
from executor.types.jsonpath_syntax import parse
from executor.types.jsonspec import Behavior, PathSpec, TableColumn, TableNode

WRAPPERS = {"none": " WITHOUT WRAPPER", "conditional": " WITH CONDITIONAL WRAPPER",
            "unconditional": " WITH UNCONDITIONAL WRAPPER"}
STRING_CATEGORY = "S"


def _path(p: Printer, path: Expr) -> None:
    if isinstance(path, Const):
        constant(p, path, False)
    else:
        p.expr(path)


def _passing(p: Printer, names: tuple[str, ...], values: tuple[Expr, ...], each: Callable[[], None]) -> None:
    for i, (name, value) in enumerate(zip(names, values, strict=True)):
        p.put(", " if i else "")
        each()
        p.expr(value)
        p.put(f" AS {quote_identifier(name)}")


def _behavior(p: Printer, behavior: Behavior, value: Expr | None, clause: str) -> None:
    p.put(f" {behavior.kind.upper()}")
    if behavior.kind == "default":
        p.put(" ")
        if value is not None:
            p.expr(value)
        else:
            p.put("NULL")
    p.put(f" ON {clause}")


def _options(p: Printer, spec: PathSpec, empty: Expr | None, error: Expr | None) -> None:
    usual = "false" if spec.op == "exists" else "null"
    if spec.op == "query":
        p.put(WRAPPERS[spec.wrapper] + (" OMIT QUOTES" if spec.omit_quotes else " KEEP QUOTES"))
    if spec.on_empty is not None and spec.on_empty.kind != usual:
        _behavior(p, spec.on_empty, empty, "EMPTY")
    if spec.on_error.kind != usual:
        _behavior(p, spec.on_error, error, "ERROR")


def _type(p: Printer, oid: int, typmod: int) -> str:
    """A type; the typmod of a domain is its base's."""
    return p.type_name(oid, typmod if base_type(oid) == oid else -1)


def _path_call(p: Printer, node: PathCall, implicit: bool) -> None:
    spec = node.spec
    p.put(f"JSON_{spec.op.upper()}(")
    p.expr(node.document)
    p.put(", ")
    _path(p, node.path)
    if node.passing:
        p.put(" PASSING ")
        _passing(p, spec.names, node.passing, lambda: None)
    if spec.op != "exists" or spec.type != T.BOOL:
        p.put(f" RETURNING {_type(p, node.type, spec.typmod)}")
    _options(p, spec, node.on_empty, node.on_error)
    p.put(")")


def _build(p: Printer, node: JsonBuild, implicit: bool) -> None:
    p.put("JSON_ARRAY(" if node.array else "JSON_OBJECT(")
    for i, argument in enumerate(node.arguments):
        p.put("" if not i else " : " if i % 2 and not node.array else ", ")
        p.expr(argument, True)
    if node.absent_on_null is not node.array:
        p.put(" NULL ON NULL" if node.array else " ABSENT ON NULL")
    p.put(" WITH UNIQUE KEYS" if node.unique else "")
    p.put(f" RETURNING {p.type_name(node.type)})")


def _test(p: Printer, node: JsonTest, implicit: bool) -> None:
    if node.kind == "parse":
        p.put("JSON(")
        p.expr(node.argument, True)
        p.put(" WITH UNIQUE KEYS)")
        return
    p.open()
    p.paren(node.argument, True, node)
    p.put(" IS JSON" + (f" {node.item.upper()}" if node.item else "") + (" WITH UNIQUE KEYS" if node.unique else ""))
    p.close()


PRINTERS.update({PathCall: _path_call, JsonBuild: _build, JsonTest: _test})


# ---------------------------------------------------------------- JSON_TABLE


def table(p: Printer, entry: JsonTableEntry) -> None:
    """JSON_TABLE(...), a line for each part."""
    spec = entry.spec
    p.put("JSON_TABLE(")
    p.keyword("", JOIN_STEP)
    p.expr(entry.document)
    p.put(f", {_shown(spec.root.path)} AS {quote_identifier(spec.root.name)}")
    if entry.passing:
        p.put(" ")
        p.keyword("PASSING ", 0, JOIN_STEP)
        _passing(p, spec.names, entry.passing, lambda: p.keyword(""))
        p.indent -= JOIN_STEP
    _columns(p, entry, spec.root)
    p.put(" ERROR ON ERROR" if spec.loud else "")
    p.keyword(")", -JOIN_STEP)


def _shown(path: str) -> str:
    return quoted(text_of(parse(path)))


def _columns(p: Printer, entry: JsonTableEntry, node: TableNode) -> None:
    p.put(" ")
    p.keyword("COLUMNS (", 0, JOIN_STEP)
    for i, column in enumerate(node.columns):
        p.put(", " if i else "")
        _column(p, entry, column)
    for i, child in enumerate(node.children):
        p.put(", " if i or node.columns else " ")
        p.keyword(f"NESTED PATH {_shown(child.path)} AS {quote_identifier(child.name)}")
        _columns(p, entry, child)
    p.keyword(")", -JOIN_STEP)


def _column(p: Printer, entry: JsonTableEntry, column: TableColumn) -> None:
    spec = column.spec
    p.keyword(quote_identifier(column.name) + " ")
    if spec is None:
        p.put("FOR ORDINALITY")
        return
    _, oid, _ = entry.columns[column.output]
    p.put(_type(p, oid, spec.typmod))
    if spec.op == "exists":
        p.put(" EXISTS")
    elif spec.op == "query" and type_of(base_type(spec.type)).category == STRING_CATEGORY:
        p.put(" FORMAT JSON")
    p.put(f" PATH {_shown(column.path)}")
    values = (*entry.values, None)
    _options(p, spec, values[column.empty], values[column.error])
