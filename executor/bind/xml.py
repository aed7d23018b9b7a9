"""SQL/XML expressions: XMLELEMENT, XMLATTRIBUTES, XMLFOREST, XMLCONCAT, XMLPARSE, XMLPI, XMLROOT, XMLSERIALIZE, IS DOCUMENT."""

from collections.abc import Callable

from executor.bind import typenames
from executor.bind.coerce import resolve_unknown, try_coerce
from executor.bind.expressions import bind
from executor.bind.names import figure_name
from executor.bind.resolve import ASSIGNMENT
from executor.bind.scope import Scope
from executor.bind.statement import Statement, type_name
from executor.builtins.xml_build import refused_target
from executor.parse import Node
from executor.plan import Const, Expr
from executor.plan_xml import XmlExpr
from executor.sqlstates import CannotCoerce, DatatypeMismatch, SyntaxError
from executor.types import oids as T
from executor.types.xmltext import name_of

OPTIONS = {"XMLOPTION_DOCUMENT": "document", "XMLOPTION_CONTENT": "content"}


def converted(s: Statement, scope: Scope, node: Node, oid: int, construct: str, typmod: int = -1) -> Expr:
    """An argument of this type (42804)."""
    expr = bind(s, scope, node)
    found = try_coerce(s, expr, oid, typmod, ASSIGNMENT)
    if found is None:
        raise DatatypeMismatch(f"argument of {construct} must be type {type_name(oid)}, not type {type_name(expr.type)}",
                               position=expr.position or None)
    return found


def _value(s: Statement, scope: Scope, node: Node) -> Expr:
    """A value of any type; a literal stays as it is written."""
    expr = bind(s, scope, node)
    return expr if isinstance(expr, Const) else resolve_unknown(s, expr)


def _named(s: Statement, scope: Scope, node: Node, kind: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[Expr, ...]]:
    """XML names, SQL names and values of XMLATTRIBUTES or of XMLFOREST's arguments (42601)."""
    names, labels, values = [], [], []
    for target in node.nodes("named_args"):
        position, label, value = s.position(target), target.take("name"), target.take("val")
        target.finish()
        if label is None and value.kind != "ColumnRef":
            raise SyntaxError(f"unnamed XML {kind} value must be a column reference", position=position or None)
        name = name_of(figure_name(value), True) if label is None else name_of(label, False)
        if kind == "attribute" and name in names:
            raise SyntaxError(f'XML attribute name "{name}" appears more than once', position=position or None)
        names.append(name)
        labels.append(figure_name(value) if label is None else label)
        values.append(_value(s, scope, value))
    return tuple(names), tuple(labels), tuple(values)


def _element(s: Statement, scope: Scope, node: Node) -> Expr:
    label = node.take("name")
    names, labels, named = _named(s, scope, node, "attribute")
    arguments = tuple(_value(s, scope, argument) for argument in node.nodes("args"))
    return XmlExpr(type=T.XML, op="element", name=name_of(label, False), label=label, names=names, labels=labels, named=named,
                   arguments=arguments, position=s.position(node))


def _forest(s: Statement, scope: Scope, node: Node) -> Expr:
    names, labels, named = _named(s, scope, node, "element")
    return XmlExpr(type=T.XML, op="forest", names=names, labels=labels, named=named, position=s.position(node))


def _concat(s: Statement, scope: Scope, node: Node) -> Expr:
    arguments = tuple(converted(s, scope, argument, T.XML, "XMLCONCAT") for argument in node.nodes("args"))
    return XmlExpr(type=T.XML, op="concat", arguments=arguments, position=s.position(node))


def _parse(s: Statement, scope: Scope, node: Node) -> Expr:
    text, preserve = node.nodes("args")
    keeps = preserve.take("boolval")
    return XmlExpr(type=T.XML, op="parse", arguments=(converted(s, scope, text, T.TEXT, "XMLPARSE"),),
                   option=OPTIONS[node.take("xmloption", "XMLOPTION_DOCUMENT")], preserves=bool(keeps.take("boolval", False)),
                   position=s.position(node))


def _instruction(s: Statement, scope: Scope, node: Node) -> Expr:
    label = node.take("name")
    name = name_of(label, False)
    if name.lower() == "xml":
        raise refused_target(name)
    arguments = tuple(converted(s, scope, argument, T.TEXT, "XMLPI") for argument in node.nodes("args"))
    return XmlExpr(type=T.XML, op="pi", name=name, label=label, arguments=arguments, position=s.position(node))


def _root(s: Statement, scope: Scope, node: Node) -> Expr:
    arguments = tuple(converted(s, scope, argument, oid, "XMLROOT")
                      for argument, oid in zip(node.nodes("args"), (T.XML, T.TEXT, T.INT4), strict=True))
    return XmlExpr(type=T.XML, op="root", arguments=arguments, position=s.position(node))


def _is_document(s: Statement, scope: Scope, node: Node) -> Expr:
    (argument,) = node.nodes("args")
    return XmlExpr(type=T.BOOL, op="document", arguments=(converted(s, scope, argument, T.XML, "IS DOCUMENT"),),
                   position=s.position(node))


def bind_serialize(s: Statement, scope: Scope, node: Node) -> Expr:
    """XMLSERIALIZE (42846 for a type that text does not convert to by itself)."""
    oid, typmod = typenames.resolve(s, node.take("typeName"))
    argument = converted(s, scope, node.take("expr"), T.XML, "XMLSERIALIZE")
    made = XmlExpr(type=T.TEXT, op="serialize", arguments=(argument,), option=OPTIONS[node.take("xmloption")],
                   indents=bool(node.take("indent")), target=(oid, typmod), position=s.position(node))
    found = try_coerce(s, made, oid, typmod)
    if found is None:
        raise CannotCoerce(f"cannot cast XMLSERIALIZE result to {type_name(oid)}", position=s.position(node) or None)
    return found


HANDLERS: dict[str, Callable[[Statement, Scope, Node], Expr]] = {
    "IS_XMLELEMENT": _element, "IS_XMLFOREST": _forest, "IS_XMLCONCAT": _concat, "IS_XMLPARSE": _parse,
    "IS_XMLPI": _instruction, "IS_XMLROOT": _root, "IS_DOCUMENT": _is_document,
}


def bind_xml(s: Statement, scope: Scope, node: Node) -> Expr:
    """Any SQL/XML expression node but XMLSERIALIZE."""
    made = HANDLERS[node.take("op", "IS_XMLCONCAT")](s, scope, node)
    node.take("xmloption")  # only XMLPARSE has one
    return made
