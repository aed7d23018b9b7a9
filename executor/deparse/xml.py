"""SQL/XML expressions as PostgreSQL prints them."""

from collections.abc import Callable

from executor.catalog.quoting import quote_identifier
from executor.deparse.printer import PRINTERS, Printer
from executor.plan import Const
from executor.plan_xml import XmlExpr, XmlTableEntry

STANDALONE = {0: ", STANDALONE YES", 1: ", STANDALONE NO", 2: ", STANDALONE NO VALUE", 3: ""}


def _named(p: Printer, node: XmlExpr) -> None:
    for i, (label, value) in enumerate(zip(node.labels, node.named, strict=True)):
        p.put(", " if i else "")
        p.expr(value, True)
        p.put(f" AS {quote_identifier(label)}")


def _arguments(p: Printer, node: XmlExpr) -> None:
    for i, argument in enumerate(node.arguments):
        p.put(", " if i else "")
        p.expr(argument, True)


def _element(p: Printer, node: XmlExpr) -> None:
    p.put(f"XMLELEMENT(NAME {quote_identifier(node.label)}")
    if node.named:
        p.put(", XMLATTRIBUTES(")
        _named(p, node)
        p.put(")")
    p.put(", " if node.arguments else "")
    _arguments(p, node)
    p.put(")")


def _forest(p: Printer, node: XmlExpr) -> None:
    p.put("XMLFOREST(")
    _named(p, node)
    p.put(")")


def _concat(p: Printer, node: XmlExpr) -> None:
    p.put("XMLCONCAT(")
    _arguments(p, node)
    p.put(")")


def _parse(p: Printer, node: XmlExpr) -> None:
    p.put(f"XMLPARSE({node.option.upper()} ")
    _arguments(p, node)
    p.put(f" {'PRESERVE' if node.preserves else 'STRIP'} WHITESPACE)")


def _instruction(p: Printer, node: XmlExpr) -> None:
    p.put(f"XMLPI(NAME {quote_identifier(node.label)}")
    p.put(", " if node.arguments else "")
    _arguments(p, node)
    p.put(")")


def _root(p: Printer, node: XmlExpr) -> None:
    text, version, standalone = node.arguments
    p.put("XMLROOT(")
    p.expr(text, True)
    p.put(", VERSION ")
    if isinstance(version, Const) and version.value is None:
        p.put("NO VALUE")
    else:
        p.expr(version, True)
    assert isinstance(standalone, Const) and isinstance(standalone.value, int)
    p.put(f"{STANDALONE[standalone.value]})")


def _document(p: Printer, node: XmlExpr) -> None:
    p.paren(node.arguments[0], True, node)
    p.put(" IS DOCUMENT")


def _serialize(p: Printer, node: XmlExpr) -> None:
    p.put(f"XMLSERIALIZE({node.option.upper()} ")
    _arguments(p, node)
    p.put(f" AS {p.type_name(*node.target)} {'INDENT' if node.indents else 'NO INDENT'})")


KINDS: dict[str, Callable[[Printer, XmlExpr], None]] = {
    "element": _element, "forest": _forest, "concat": _concat, "parse": _parse, "pi": _instruction, "root": _root,
    "document": _document, "serialize": _serialize,
}


def _print(p: Printer, node: XmlExpr, implicit: bool) -> None:
    KINDS[node.op](p, node)


PRINTERS.update({XmlExpr: _print})


# ---------------------------------------------------------------- XMLTABLE


def table(p: Printer, entry: XmlTableEntry) -> None:
    """XMLTABLE(...)."""
    p.put("XMLTABLE(")
    if entry.uris:
        p.put("XMLNAMESPACES (")
        for i, (prefix, uri) in enumerate(zip(entry.prefixes, entry.uris, strict=True)):
            p.put(", " if i else "")
            p.expr(uri, True)
            p.put(f" AS {quote_identifier(prefix)}")
        p.put("), ")
    p.put("(")
    p.expr(entry.row, True)
    p.put(") PASSING (")
    p.expr(entry.document, True)
    p.put(") COLUMNS ")
    for i, label in enumerate(entry.labels):
        p.put(f"{', ' if i else ''}{quote_identifier(label)} ")
        _column(p, entry, i)
    p.put(")")


def _column(p: Printer, entry: XmlTableEntry, i: int) -> None:
    path, default = entry.paths[i], entry.defaults[i]
    if path is None:
        p.put("FOR ORDINALITY")
        return
    _, oid, typmod = entry.columns[i]
    p.put(p.type_name(oid, typmod))
    for word, expr in (("DEFAULT", default), ("PATH", path)):
        if expr is not None:
            p.put(f" {word} (")
            p.expr(expr, True)
            p.put(")")
    p.put(" NOT NULL" if entry.not_null[i] else "")
