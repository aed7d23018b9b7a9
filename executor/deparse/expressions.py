"""Expressions other than calls."""

from executor import plan
from executor.catalog.quoting import quote_identifier, quote_qualified
from executor.deparse.constants import constant
from executor.deparse.entries import column_name, row_name, written
from executor.deparse.printer import PRINTERS, SMALL_STEP, Printer
from executor.plan import Call, Const, Expr
from executor.types import oids as T
from executor.types.made import is_anonymous


def top_level(p: Printer, node: Expr, implicit: bool = True) -> None:
    """An item of a list where `t.*` would be taken for t's columns: a whole row gets its type."""
    p.expr(node, implicit)
    if isinstance(node, plan.WholeRow):
        p.put(f"::{_row_type(p, node)}")


def _row_type(p: Printer, node: plan.WholeRow) -> str:
    name = p.entries.get(node.entry)
    if name is not None and name.relation is not None and name.relation.row_type:
        return p.type_name(name.relation.row_type)
    if name is not None and name.relation is not None:
        return p.relation_name(name.relation)
    return p.type_name(node.type)


def _const(p: Printer, node: Const, implicit: bool) -> None:
    found = column_name(p, node)
    if found is not None:
        p.put(written(found))
    else:
        constant(p, node)


def _column(p: Printer, node: plan.ColumnRef, implicit: bool) -> None:
    found = column_name(p, node)
    assert found is not None
    p.put(written(found))


def _domain_value(p: Printer, node: plan.DomainValue, implicit: bool) -> None:
    p.put("VALUE")


def _check_domain(p: Printer, node: plan.CheckDomain, implicit: bool) -> None:
    if node.explicit or implicit:
        cast(p, node.argument, node.type, -1, node)
    else:
        p.paren(node.argument, False, node)


def _parameter(p: Printer, node: plan.Param, implicit: bool) -> None:
    p.put(f"${node.number}")


def _whole_row(p: Printer, node: plan.WholeRow, implicit: bool) -> None:
    p.put(row_name(p, node))


def cast(p: Printer, argument: Expr, oid: int, typmod: int, parent: Expr) -> None:
    """argument::type. A literal takes the place of the constant and the conversion of its length."""
    if isinstance(argument, Const) and argument.type == oid and argument.typmod == -1 and not argument.system_column:
        constant(p, argument, label=False)
    else:
        p.open()
        p.paren(argument, False, parent)
        p.close()
    p.put(f"::{p.type_name(oid, typmod)}")


Conversion = plan.Relabel | plan.ConvertText | plan.ArrayConvert


def _conversion(p: Printer, node: Conversion, implicit: bool) -> None:
    if isinstance(node, plan.Relabel) and node.merged:
        found = column_name(p, node)
        assert found is not None
        p.put(written(found))
    elif isinstance(node, plan.Relabel) and node.collation:
        p.open()
        p.paren(node.argument, implicit, node)
        names = node.collation[1:] if node.collation[0] == "pg_catalog" else node.collation
        p.put(f" COLLATE {quote_qualified(*names)}")
        p.close()
    elif node.explicit or implicit:
        cast(p, node.argument, node.type, node.typmod, node)
    else:
        p.paren(node.argument, False, node)


def _boolean(p: Printer, node: plan.BoolOp, implicit: bool) -> None:
    p.open()
    if node.operator == "NOT":
        p.put("NOT ")
        p.paren(node.arguments[0], False, node)
    else:
        for i, argument in enumerate(node.arguments):
            p.put(f" {node.operator} " if i else "")
            p.paren(argument, False, node)
    p.close()


def _test(p: Printer, node: plan.IsTest, implicit: bool) -> None:
    p.open()
    p.paren(node.argument, node.test == "null", node)
    if node.whole:
        p.put(f" IS {'' if node.negated else 'NOT '}DISTINCT FROM NULL")
    else:
        p.put(f" IS {'NOT ' if node.negated else ''}{node.test.upper()}")
    p.close()


def _distinct(p: Printer, node: plan.DistinctFrom, implicit: bool) -> None:
    left, right = node.equal.arguments
    p.open()
    p.paren(left, True, node)
    p.put(" IS DISTINCT FROM ")
    p.paren(right, True, node)
    p.close()


def _case(p: Printer, node: plan.Case, implicit: bool) -> None:
    p.keyword("CASE", 0, SMALL_STEP)
    if node.subject is not None:
        p.put(" ")
        p.expr(node.subject, True)
    for condition, result in node.whens:
        p.keyword("WHEN ")
        p.expr(_tested(condition) if node.subject is not None else condition)
        p.put(" THEN ")
        p.expr(result, True)
    p.keyword("ELSE ")
    p.expr(node.otherwise or Const(type=node.type, value=None), True)
    p.keyword("END", -SMALL_STEP)


def _tested(condition: Expr) -> Expr:
    """What the subject of a CASE is compared with."""
    if isinstance(condition, Call) and condition.operator and len(condition.arguments) == 2:
        left = condition.arguments[0]
        while isinstance(left, (Call, plan.Relabel, plan.ConvertText)):
            left = left.arguments[0] if isinstance(left, Call) else left.argument
        if isinstance(left, plan.CaseValue):
            return condition.arguments[1]
    return condition


def _coalesce(p: Printer, node: plan.Coalesce, implicit: bool) -> None:
    p.put("COALESCE(")
    p.items(node.arguments)
    p.put(")")


def _min_max(p: Printer, node: plan.MinMax, implicit: bool) -> None:
    p.put("GREATEST(" if node.greatest else "LEAST(")
    p.items(node.arguments)
    p.put(")")


def _null_if(p: Printer, node: plan.NullIf, implicit: bool) -> None:
    p.put("NULLIF(")
    p.items(node.equal.arguments)
    p.put(")")


def _array_compare(p: Printer, node: plan.ArrayCompare, implicit: bool) -> None:
    assert isinstance(node.compare, Call)
    p.open()
    p.paren(node.value, True, node)
    p.put(f" {node.compare.operator} {'ALL' if node.every else 'ANY'} (")
    p.paren(node.array, True, node)
    if isinstance(node.array, plan.Subquery) and node.array.kind == "scalar":
        p.put(f"::{p.type_name(node.array.type)}")  # or it would be read as ANY (SELECT ...)
    p.put(")")
    p.close()


def _array(p: Printer, node: plan.Array, implicit: bool) -> None:
    p.put("ARRAY[")
    p.items(node.elements)
    p.put("]")
    if not node.elements:
        p.put(f"::{p.type_name(node.type)}")


def _row(p: Printer, node: plan.Row, implicit: bool) -> None:
    p.put("ROW(")
    _items(p, node.fields)
    p.put(")")
    if node.type != T.RECORD and not is_anonymous(node.type):
        p.put(f"::{p.type_name(node.type)}")


def _items(p: Printer, nodes: tuple[Expr, ...]) -> None:
    for i, item in enumerate(nodes):
        p.put(", " if i else "")
        top_level(p, item)


def _row_compare(p: Printer, node: plan.RowCompare, implicit: bool) -> None:
    calls = [c for c in node.compares if isinstance(c, Call)]
    p.put("(ROW(")
    _items(p, tuple(c.arguments[0] for c in calls))
    p.put(f") {node.operator} ROW(")
    _items(p, tuple(c.arguments[1] for c in calls))
    p.put("))")


def _subscript(p: Printer, node: plan.Subscript, implicit: bool) -> None:
    plain = isinstance(node.argument, (plan.ColumnRef, plan.Field)) and not isinstance(node.argument, plan.DomainValue)
    brackets = not plain
    p.put("(" if brackets else "")
    p.expr(node.argument, implicit)
    p.put(")" if brackets else "")
    for i, upper in enumerate(node.uppers):
        p.put("[")
        if node.is_slice:
            lower = node.lowers[i] if i < len(node.lowers) else None
            if lower is not None:
                p.expr(lower)
            p.put(":")
        if upper is not None:
            p.expr(upper)
        p.put("]")


def _field(p: Printer, node: plan.Field, implicit: bool) -> None:
    brackets = not isinstance(node.argument, (plan.Subscript, plan.Field))
    p.put("(" if brackets else "")
    p.expr(node.argument, True)
    p.put(")" if brackets else "")
    p.put(f".{quote_identifier(node.name)}")


def _default(p: Printer, node: plan.SetDefault, implicit: bool) -> None:
    p.put("DEFAULT")


def _subquery(p: Printer, node: plan.Subquery, implicit: bool) -> None:
    from executor.deparse.query import query

    p.put("ARRAY(" if node.kind == "array" else "(")
    operator = _compared(p, node) if node.compare else ""
    words = {"exists": "EXISTS ", "any": " IN " if operator == "=" else f" {operator} ANY ",
             "all": f" {operator} ALL ", "row": f" {operator} "}.get(node.kind)
    p.put(f"{words}(" if words is not None else "")
    query(p, node.query, visible_names=False)
    p.put("))" if words is not None else ")")


def _compared(p: Printer, node: plan.Subquery) -> str:
    """Print the left side; the operator is given back."""
    calls = [c for c in node.compare if isinstance(c, Call)]
    if len(calls) == 1:
        p.expr(calls[0].arguments[0], True)
    else:
        p.put("(")
        _items(p, tuple(c.arguments[0] for c in calls))
        p.put(")")
    return calls[0].operator or node.operator


PRINTERS.update({
    Const: _const, plan.Param: _parameter, plan.ColumnRef: _column, plan.DomainValue: _domain_value,
    plan.CheckDomain: _check_domain, plan.WholeRow: _whole_row, plan.Relabel: _conversion,
    plan.ConvertText: _conversion, plan.ArrayConvert: _conversion, plan.BoolOp: _boolean, plan.IsTest: _test,
    plan.DistinctFrom: _distinct, plan.Case: _case, plan.Coalesce: _coalesce, plan.MinMax: _min_max,
    plan.NullIf: _null_if, plan.ArrayCompare: _array_compare, plan.Array: _array, plan.Row: _row,
    plan.RowCompare: _row_compare, plan.Subscript: _subscript, plan.Field: _field, plan.SetDefault: _default,
    plan.Subquery: _subquery,
})  # fmt: skip
