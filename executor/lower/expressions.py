"""Expressions as SQLite text: a table from plan node to printer.

`value` prints an expression in stored form; `raw` may leave a numeric column as the number SQLite holds (for output
and sorting); `condition` prints a filter, where NULL and false are the same.
"""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from executor import plan, walk
from executor.bind.resolve import type_of
from executor.errors import not_supported
from executor.facts.lookup import base_type
from executor.lower import functions, rows
from executor.lower.generator import Generator, RowLock, Slot, literal
from executor.plan_json import JsonBuild, JsonTest, PathCall
from executor.plan_xml import XmlExpr
from executor.types import oids as T
from executor.types.made import FIRST_NUMBER, fields_of
from executor.types.registry import codec
from storage.statement import Collation


def value(g: Generator, expr: plan.Expr) -> str:
    """An expression in its type's stored form."""
    text = PRINTERS[type(expr)](g, expr)
    if " COLLATE " in text and type(expr) not in LEAVES and base_type(expr.type) not in NOT_TEXT:
        # SQLite would compare the whole under the first collation it finds anywhere inside.
        return f"({text}{collation(g, expr.type) or ' COLLATE BINARY'})"
    return text


LEAVES = frozenset({plan.Const, plan.Param, plan.ColumnRef, plan.CaseValue, plan.ElementRef, plan.Subquery})
NOT_TEXT = frozenset({T.BOOL, T.INT2, T.INT4, T.INT8, T.OID, T.BYTEA})
"""Types whose values no collation changes the order of."""


def raw(g: Generator, expr: plan.Expr) -> str:
    """Like value, but a column as it is stored."""
    if isinstance(expr, plan.ColumnRef):
        return g.column(expr) if expr.index >= 0 else value(g, expr)
    if isinstance(expr, plan.Relabel) and base_type(expr.type) == base_type(expr.argument.type) != T.BPCHAR:
        return raw(g, expr.argument)
    return value(g, expr)


def condition(g: Generator, expr: plan.Expr) -> str:
    """A filter: NULL counts as false, which leaves SQLite free to use indexes."""
    if isinstance(expr, plan.BoolOp) and expr.operator in ("AND", "OR"):
        return "(" + f" {expr.operator} ".join(condition(g, a) for a in expr.arguments) + ")"
    if isinstance(expr, plan.ArrayCompare):
        return functions.array_compare(g, expr, filtering=True)
    if isinstance(expr, plan.Call) and expr.operator in COMPARISONS and len(expr.arguments) == 2:
        return _comparison(g, expr)
    return value(g, expr)


COMPARISONS = frozenset({"=", "<", "<=", ">", ">="})


def _comparison(g: Generator, expr: plan.Call) -> str:
    """A comparison as a filter. A column made elsewhere is compared as it stands; values of another class do not match."""
    columns = [a for a in expr.arguments if isinstance(a, plan.ColumnRef) and functions.checked_class(g, a)]
    if not columns:
        return value(g, expr)
    before, g.unchecked = g.unchecked, True
    text = value(g, expr)
    g.unchecked = before
    tests = [f"typeof({g.column(c)}) = '{functions.checked_class(g, c)}'" for c in columns] if expr.operator != "=" else []
    return "(" + " AND ".join([text, *tests]) + ")"


def is_volatile(value_: Any) -> bool:
    """True if a volatile function is called anywhere inside."""
    return any(isinstance(e, plan.Call) and e.function.volatility == "v" for e in walk.descend(value_))


# ---------------------------------------------------------------- order and equality


def collation(g: Generator, oid: int) -> str:
    """" COLLATE name" where a type's stored values do not compare natively, else nothing."""
    base = base_type(oid)
    if base in (T.RECORD, T.UNKNOWN, T.VOID) or type_of(base).kind == "p":
        return ""
    found = codec(base)
    if found.collation is None:
        return ""
    if found.compare is not None:
        g.need(Collation(found.collation, found.compare))
    return f" COLLATE {found.collation}"


EQUAL_AS_STORED = frozenset({*T.RANGE_TYPES, *T.MULTIRANGE_TYPES, T.INET, T.CIDR, T.TSVECTOR}) - {T.NUMRANGE, T.NUMMULTIRANGE}
"""The built-in types of which codecs say so (Codec.equal_as_stored); a test holds the two together."""


def equality(g: Generator, oid: int) -> str:
    """Like `collation`, for comparing two values only for equality."""
    base = base_type(oid)
    if base in EQUAL_AS_STORED or (base >= FIRST_NUMBER and codec(base).equal_as_stored):
        return ""
    return collation(g, oid)


def sortable(g: Generator, expr: plan.Expr) -> str:
    """An expression as SQLite should sort, group or compare it."""
    if base_type(expr.type) == T.NUMERIC:
        from executor.lower.scaled import sort_key

        if (number := sort_key(g, expr)) is not None:
            return number + collation(g, expr.type)
    return raw(g, expr) + collation(g, expr.type)


def order_term(g: Generator, key: plan.SortKey, text: str | None = None) -> str:
    """One ORDER BY term; `text` replaces the expression (an output's number)."""
    body = sortable(g, key.expr) if text is None else text + collation(g, key.expr.type)
    if key.descending:
        body += " DESC"
    if not may_be_null(g, key.expr):
        return body
    if key.nulls_first == key.descending:
        body += " NULLS FIRST" if key.nulls_first else " NULLS LAST"
    return body


def may_be_null(g: Generator, expr: plan.Expr) -> bool:
    """False where an expression is known not to be NULL."""
    if isinstance(expr, plan.Const):
        return expr.value is None
    if isinstance(expr, plan.ColumnRef):
        if (expr.entry, expr.index) in g.not_null:
            return False
        if expr.entry in g.nullable:
            return True
        entry = g.entries.get(expr.entry)
        if isinstance(entry, plan.TableEntry):
            return expr.index >= 0 and not entry.relation.columns[expr.index].not_null
        return True
    if isinstance(expr, plan.AggregateCall):
        return expr.function.name not in ("count", "row_number", "rank", "dense_rank")
    return True


def note_not_null(g: Generator, where: plan.Expr, own: set[int]) -> None:
    """Note the columns that a filter lets through only where they are not NULL: an index can then give their order.

    own: the range entries of the query filtered; it says nothing about the rows of those around it.
    """
    if isinstance(where, plan.BoolOp):
        if where.operator == "AND":
            for argument in where.arguments:
                note_not_null(g, argument, own)
        return
    if isinstance(where, plan.IsTest) and where.test == "null" and where.negated:
        found: tuple[plan.Expr, ...] = (where.argument,)
    elif isinstance(where, plan.Call) and where.function.strict and where.operator:
        found = where.arguments
    elif isinstance(where, plan.InList) and not where.negated:
        found = (where.value,)
    else:
        return
    g.not_null.update((e.entry, e.index) for e in found if isinstance(e, plan.ColumnRef) and e.entry in own)


# ---------------------------------------------------------------- leaves


def _const(g: Generator, expr: plan.Const) -> str:
    if expr.lifted is not None:
        return g.slot(Slot("lifted", expr.lifted, expr.type, expr.typmod))
    return literal(expr.value)


def _check_domain(g: Generator, expr: plan.CheckDomain) -> str:
    from executor.lower.domains import check_domain

    return check_domain(g, expr)


def _no_negative_zero(g: Generator, expr: plan.NoNegativeZero) -> str:
    from executor.lower.domains import no_negative_zero

    return no_negative_zero(g, expr)


def _no_partition(g: Generator, expr: plan.NoPartition) -> str:
    from executor.lower.routing import no_partition

    return no_partition(g, expr)


def _param(g: Generator, expr: plan.Param) -> str:
    return g.slot(Slot("param", expr.number, expr.type))


def _column(g: Generator, expr: plan.ColumnRef) -> str:
    text = g.column(expr)
    if expr.index < 0:
        return f"('(0,' || {text} || ')')"
    return functions.lift(g, expr, text)


def _placeholder(g: Generator, expr: plan.Expr) -> str:
    return g.placeholders[-1]


def _relabel(g: Generator, expr: plan.Relabel) -> str:
    text = functions.operand(g, expr, expr.argument)
    if functions.prints_differently(expr):
        return f"{g.need(functions.inet_of_cidr())}({text})"
    source, target = base_type(expr.argument.type), base_type(expr.type)
    if source == T.INT4 and target in UNSIGNED:
        return f"({text} & 4294967295)"
    if source in UNSIGNED and target == T.INT4:
        return f"((({text} + 2147483648) & 4294967295) - 2147483648)"
    return text


UNSIGNED = frozenset({T.OID, *T.REG_TYPES})
"""Types of 32 bits without a sign, to and from which integer is cast by taking the bits as they are."""


# ---------------------------------------------------------------- logic

EMPTY = {"AND": "1", "OR": "0"}


def _bool(g: Generator, expr: plan.BoolOp) -> str:
    if expr.operator == "NOT":
        return f"(NOT {value(g, expr.arguments[0])})"
    return "(" + f" {expr.operator} ".join(value(g, a) for a in expr.arguments) + ")"


TESTS = {("null", False): "IS NULL", ("null", True): "IS NOT NULL", ("unknown", False): "IS NULL",
         ("unknown", True): "IS NOT NULL", ("true", False): "IS TRUE", ("true", True): "IS NOT TRUE",
         ("false", False): "IS FALSE", ("false", True): "IS NOT FALSE"}


def _test(g: Generator, expr: plan.IsTest) -> str:
    if expr.whole:
        return f"({value(g, expr.argument)} {TESTS[expr.test, expr.negated]})"
    if isinstance(expr.argument, (plan.Row, plan.WholeRow)):
        tests = [f"{raw(g, field)} {TESTS[expr.test, expr.negated]}" for field in expr.argument.fields]
        return "(" + (" AND ".join(tests) or "1") + ")"
    if expr.test == "null" and fields_of(expr.argument.type) is not None:
        return rows.row_null_test(g, value(g, expr.argument), expr.negated)
    text = raw(g, expr.argument) if expr.test == "null" else value(g, expr.argument)
    return f"({text} {TESTS[expr.test, expr.negated]})"


def compares_natively(call: plan.Call) -> bool:
    """True if the = call over its two operands is SQLite's own = (with the type's collation)."""
    a, b = call.arguments
    return base_type(a.type) == base_type(b.type) and functions.stored_alike(call)


def _distinct(g: Generator, expr: plan.DistinctFrom) -> str:
    a, b = expr.equal.arguments
    if compares_natively(expr.equal):
        operator = "IS" if expr.negated else "IS NOT"
        return f"({value(g, a)} {operator} {value(g, b)}{equality(g, a.type)})"
    equal = value(g, expr.equal)
    x, y = value(g, a), value(g, b)
    same = f"CASE WHEN {x} IS NULL OR {y} IS NULL THEN {x} IS NULL AND {y} IS NULL ELSE {equal} END"
    return f"({same})" if expr.negated else f"(NOT {same})"


def _case(g: Generator, expr: plan.Case) -> str:
    parts = ["CASE"]
    once = expr.subject is not None and not all(_matches_natively(c) for c, _ in expr.whens) and is_volatile(expr.subject)
    name = g.fresh() if once else ""
    if expr.subject is not None and all(_matches_natively(c) for c, _ in expr.whens):
        parts.append(f"{value(g, expr.subject)}{equality(g, expr.subject.type)}")
        for test, result in expr.whens:
            assert isinstance(test, plan.Call)
            parts.append(f"WHEN {value(g, test.arguments[1])} THEN {functions.operand(g, expr, result)}")
    else:
        for text, (_, result) in zip(case_conditions(g, expr, f"{name}.v" if once else ""), expr.whens, strict=True):
            parts.append(f"WHEN {text} THEN {functions.operand(g, expr, result)}")
    if expr.otherwise is not None:
        parts.append(f"ELSE {functions.operand(g, expr, expr.otherwise)}")
    text = " ".join(parts) + " END"
    return _with_value(g, name, expr.subject, text) if once and expr.subject is not None else f"({text})"


def _with_value(g: Generator, name: str, expr: plan.Expr, text: str) -> str:
    """A text that uses the value of a volatile expression, as `name`.v, more than once."""
    return f"(WITH {name}(v) AS MATERIALIZED (SELECT {value(g, expr)}) SELECT {text} FROM {name})"


def case_conditions(g: Generator, expr: plan.Case, subject: str = "") -> list[str]:
    """What stands after each WHEN if the CASE has no subject; one that it has (`subject` in other words) is in them."""
    if expr.subject is not None:
        g.placeholders.append(subject or value(g, expr.subject))
    conditions = [value(g, test) for test, _ in expr.whens]
    if expr.subject is not None:
        g.placeholders.pop()
    return conditions


def _matches_natively(test: plan.Expr) -> bool:
    return isinstance(test, plan.Call) and len(test.arguments) == 2 and isinstance(test.arguments[0], plan.CaseValue) \
        and test.operator == "=" and compares_natively(test)


def _coalesce(g: Generator, expr: plan.Coalesce) -> str:
    texts = [functions.operand(g, expr, a) for a in expr.arguments]
    return texts[0] if len(texts) == 1 else f"coalesce({', '.join(texts)})"


def _min_max(g: Generator, expr: plan.MinMax) -> str:
    """GREATEST and LEAST leave NULLs out, which SQLite's max(a, b) does not; its aggregate does."""
    name = "max" if expr.greatest else "min"
    texts = [functions.operand(g, expr, a) for a in expr.arguments]
    rows = " UNION ALL ".join(f"SELECT {t} AS v" for t in texts)
    return f"(SELECT {name}(v{collation(g, expr.type)}) FROM ({rows}))"


def _nullif(g: Generator, expr: plan.NullIf) -> str:
    if is_volatile(expr.first):
        name = g.fresh()
        g.placeholders.append(f"{name}.v")
        seen = plan.ElementRef(type=expr.first.type, typmod=expr.first.typmod)
        test = value(g, replace(expr.equal, arguments=(seen, *expr.equal.arguments[1:])))
        g.placeholders.pop()
        return _with_value(g, name, expr.first, f"CASE WHEN {test} THEN NULL ELSE {name}.v END")
    first = value(g, expr.first)
    return f"(CASE WHEN {value(g, expr.equal)} THEN NULL ELSE {first} END)"


def _in_list(g: Generator, expr: plan.InList) -> str:
    operator = "NOT IN" if expr.negated else "IN"
    if functions.stored_alike(expr.equal):
        items = ", ".join(value(g, item) for item in expr.items)
        left = value(g, expr.value)
        return f"({left}{equality(g, expr.value.type)} {operator} ({items}))"
    tests = []
    for item in expr.items:
        g.placeholders.append(value(g, item))
        tests.append(value(g, expr.equal))
        g.placeholders.pop()
    joined = "(" + " OR ".join(tests) + ")"
    return f"(NOT {joined})" if expr.negated else joined


def _row_compare(g: Generator, expr: plan.RowCompare) -> str:
    compares = [value(g, c) for c in expr.compares]
    if expr.operator == "=":
        return "(" + " AND ".join(compares) + ")"
    if expr.operator == "<>":
        return "(NOT (" + " AND ".join(compares) + "))"
    equals = [value(g, e) for e in expr.equals]
    last = compares[-1]
    if expr.operator in ("<=", ">="):
        last = f"({last} OR {equals[-1]})"
    for compare, equal in zip(reversed(compares[:-1]), reversed(equals[:-1]), strict=True):
        last = f"({compare} OR ({equal} AND {last}))"
    return last


# ---------------------------------------------------------------- composites


def _array(g: Generator, expr: plan.Array) -> str:
    return functions.make_array(g, expr)


def _subscript(g: Generator, expr: plan.Subscript) -> str:
    from executor.lower.subscripts import subscript

    return subscript(g, expr)


def _subscript_assign(g: Generator, expr: plan.SubscriptAssign) -> str:
    from executor.lower.subscripts import assignment

    return assignment(g, expr)


def _row(g: Generator, expr: plan.Row | plan.WholeRow) -> str:
    return rows.make_row(g, expr)


def _field(g: Generator, expr: plan.Field) -> str:
    if fields_of(expr.argument.type) is None:
        raise not_supported("selecting a field of a function's result in an expression")
    return rows.row_field(g, value(g, expr.argument), expr)


def _array_convert(g: Generator, expr: plan.ArrayConvert) -> str:
    return functions.convert_array(g, expr)


def _set_default(g: Generator, expr: plan.SetDefault) -> str:
    raise not_supported("DEFAULT in this context")


def _subquery(g: Generator, expr: plan.Subquery) -> str:
    from executor.lower.subqueries import subquery

    return subquery(g, expr)


def _aggregate(g: Generator, expr: plan.AggregateCall) -> str:
    from executor.lower.aggregates import aggregate

    return aggregate(g, expr)


def _json(g: Generator, expr: plan.Expr) -> str:
    from executor.lower.sqljson import PRINTERS as JSON_PRINTERS

    return JSON_PRINTERS[type(expr)](g, expr)


def _outer_aggregate(g: Generator, expr: plan.OuterAggregate) -> str:
    """The passes over the query that it belongs to have replaced it where they could."""
    raise not_supported("aggregate of an outer query's columns in this subquery", position=expr.position or None)


def _xml(g: Generator, expr: XmlExpr) -> str:
    from executor.lower.xml import xml

    return xml(g, expr)


def _lock_row(g: Generator, expr: plan.LockRow) -> str:
    from executor.locking import lock_function

    assert isinstance(expr.lock, RowLock)
    return f"{g.need(lock_function(expr.lock))}({value(g, expr.address)})"


PRINTERS: dict[type, Callable[[Generator, Any], str]] = {
    plan.NoPartition: _no_partition, plan.NoNegativeZero: _no_negative_zero,
    plan.DomainValue: _column, plan.CheckDomain: _check_domain,
    plan.Const: _const, plan.Param: _param, plan.RowBound: lambda g, e: g.slot(Slot("bound")),
    plan.ColumnRef: _column, plan.RowNumber: Generator.column,
    plan.CaseValue: _placeholder,
    plan.ElementRef: _placeholder, plan.Relabel: _relabel, plan.BoolOp: _bool, plan.IsTest: _test,
    plan.DistinctFrom: _distinct, plan.Case: _case, plan.Coalesce: _coalesce, plan.MinMax: _min_max,
    plan.NullIf: _nullif, plan.InList: _in_list, plan.ArrayCompare: lambda g, e: functions.array_compare(g, e),
    plan.RowCompare: _row_compare, plan.Array: _array, plan.Subscript: _subscript, plan.Row: _row, plan.WholeRow: _row,
    plan.OuterAggregate: _outer_aggregate,
    plan.Grouping: lambda g, e: "0",  # without grouping sets all of its arguments are grouped
    plan.Field: _field, plan.ArrayConvert: _array_convert, plan.SetDefault: _set_default, plan.Subquery: _subquery,
    plan.AggregateCall: _aggregate, plan.Call: lambda g, e: functions.call(g, e),
    plan.ConvertText: lambda g, e: functions.convert_text(g, e), plan.RowJson: lambda g, e: rows.row_json(g, e),
    plan.SubscriptAssign: _subscript_assign, PathCall: _json, JsonBuild: _json, JsonTest: _json,
    XmlExpr: _xml, plan.LockRow: _lock_row,
}  # fmt: skip
