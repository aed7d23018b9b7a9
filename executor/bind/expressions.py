"""Expressions: a table from parse node to the function that binds it."""

from collections.abc import Callable

from msgspec.structs import replace

from executor import plan, walk
from executor.bind import constants, domains, operators, rows, typenames, variables
from executor.bind import scope as names
from executor.bind.coerce import cast, coerce, resolve_unknown, to_boolean
from executor.bind.resolve import array_type, element_type, type_of
from executor.bind.scope import TARGETS_MAX, Scope
from executor.bind.statement import LiteralNeeded, Statement, type_name
from executor.errors import not_supported
from executor.facts import lookup, table
from executor.facts.lookup import base_type
from executor.parse import Node
from executor.plan import BoolOp, Call, Case, CaseValue, Const, Expr, IsTest, Row
from executor.sqlstates import (
    DatatypeMismatch,
    FeatureNotSupported,
    IndeterminateDatatype,
    SyntaxError,
    TooManyColumns,
    UndefinedColumn,
    UndefinedFunction,
    UndefinedObject,
)
from executor.types import oids as T
from executor.types.made import fields_of

Handler = Callable[[Statement, Scope, Node], Expr]


def bind(s: Statement, scope: Scope, node: Node) -> Expr:
    """An expression node as a typed expression; every field of the node is accounted for."""
    handler = HANDLERS.get(node.kind)
    if handler is None:
        raise not_supported(CONSTRUCTS.get(node.kind, node.kind), position=s.position(node) or None)
    found = handler(s, scope, node)
    node.finish()
    return found


def bind_all(s: Statement, scope: Scope, nodes: list[Node]) -> list[Expr]:
    """Several expressions in order."""
    return [bind(s, scope, node) for node in nodes]


def condition(s: Statement, scope: Scope, node: Node, construct: str) -> Expr:
    """A boolean expression for WHERE, HAVING, ON ..."""
    before, scope.clause = scope.clause, construct
    found = to_boolean(s, bind(s, scope, node), construct)
    scope.clause = before
    return found


# ---------------------------------------------------------------- parameters, columns


def _parameter(s: Statement, scope: Scope, node: Node) -> Expr:
    if s.variables is not None and s.positions:
        return variables.parameter(s, node.take("number", 0), s.position(node))
    return domains.input_checked(s, s.parameter(node.take("number", 0), s.position(node)))


def _placed(expr: Expr, position: int) -> Expr:
    """A column with the place where it is written, for errors about it (42803)."""
    return replace(expr, position=position) if isinstance(expr, plan.ColumnRef) else expr


def _column(s: Statement, scope: Scope, node: Node) -> Expr:
    if s.variables is not None and s.positions:
        return variables.column(s, node, lambda: _plain_column(s, scope, node))
    return _plain_column(s, scope, node)


def _plain_column(s: Statement, scope: Scope, node: Node) -> Expr:
    fields = node.nodes("fields")
    position = s.position(node)
    if fields[-1].kind == "A_Star":
        return _whole_row(s, scope, [f.text for f in fields[:-1]], position)
    texts = [f.text for f in fields]
    if len(texts) == 1:
        found = names.column(s, scope, texts[0], position)
        if found is not None:
            if s.keeps_text and (home := names.home(scope, found)) is not None:
                s.columns.append((node, home))
            return _placed(found, position)
        if names.item_by_alias(scope, texts[0], None, position):
            return _whole_row(s, scope, texts, position)
        raise names.missing_column(scope, texts[0], position)
    if len(texts) == 2:
        try:
            return _placed(names.qualified_column(s, scope, None, texts[0], texts[1], position), position)
        except UndefinedColumn:
            if not any((schema, texts[1]) in s.catalog.routines_by_name for schema in s.search_path):
                raise
            from executor.bind.calls import call_of

            if (call := call_of(s, texts[1], _whole_row(s, scope, texts[:1], position), position)) is None:
                raise
            return call
    if len(texts) == 3:
        return names.qualified_column(s, scope, texts[0], texts[1], texts[2], position)
    if len(texts) == 4:
        if texts[0] != s.context.database:
            raise not_supported(f"cross-database reference {'.'.join(texts)}", position=position or None)
        return names.qualified_column(s, scope, texts[1], texts[2], texts[3], position)
    raise SyntaxError(f"improper qualified name (too many dotted names): {'.'.join(texts)}", position=position or None)


def _whole_row(s: Statement, scope: Scope, texts: list[str], position: int) -> Expr:
    if not texts:
        raise SyntaxError('row expansion via "*" is not supported here', position=position or None)
    found = names.item_by_alias(scope, texts[-1], texts[-2] if len(texts) > 1 else None, position)
    if found is None:
        raise names.missing_table(s, scope, texts[-2] if len(texts) > 1 else None, texts[-1], position)
    if isinstance(found.entry, plan.FunctionEntry) and len(found.columns) == 1 and not found.entry.ordinality \
            and type_of(found.columns[0][1].type).kind != "c":
        return found.columns[0][1]
    return rows.whole_row(s, found.entry, tuple(n for n, _ in found.columns), tuple(expr for _, expr in found.columns), position,
                          found.absent)


# ---------------------------------------------------------------- operators


def _operator_expression(s: Statement, scope: Scope, node: Node) -> Expr:
    return A_EXPR[node.take("kind")](s, scope, node)


def _operator(s: Statement, scope: Scope, node: Node) -> Expr:
    operator = node.texts("name")
    left, right = node.take("lexpr"), node.take("rexpr")
    position = s.position(node)
    if operator == ["="] and scope_transform_null(s) and (_is_null(left) or _is_null(right)):
        argument = right if _is_null(left) else left
        return IsTest(type=T.BOOL, test="null", negated=False, argument=bind(s, scope, argument), position=position)
    if right.kind == "SubLink" and left is not None and left.kind == "RowExpr":
        from executor.bind.sublinks import row_subquery

        return row_subquery(s, scope, operator, left, right, position)
    bound_left = bind(s, scope, left) if left is not None else None
    bound_right = bind(s, scope, right)
    return operators.make(s, operator, bound_left, bound_right, position)


def scope_transform_null(s: Statement) -> bool:
    """The setting transform_null_equals."""
    settings = s.context.settings
    return settings is not None and settings.get("transform_null_equals") == "on"


def _is_null(node: Node | None) -> bool:
    return node is not None and node.kind == "A_Const" and bool(node.peek("isnull"))


def _like(s: Statement, scope: Scope, node: Node) -> Expr:
    operator, position = node.texts("name"), s.position(node)
    left = bind(s, scope, node.take("lexpr"))
    return operators.make(s, operator, left, bind(s, scope, node.take("rexpr")), position)


def _distinct(negated: bool) -> Handler:
    def handler(s: Statement, scope: Scope, node: Node) -> Expr:
        node.take("name")
        left, right = node.take("lexpr"), node.take("rexpr")
        position = s.position(node)
        for one, other in ((left, right), (right, left)):
            if _is_null(one):
                one.take("isnull")
                tested = bind(s, scope, other)
                whole = tested.type == T.RECORD or fields_of(tested.type) is not None
                return IsTest(type=T.BOOL, test="null", negated=not negated, argument=tested, whole=whole,
                              position=position)
        a, b = bind(s, scope, left), bind(s, scope, right)
        if isinstance(a, Row) and isinstance(b, Row):
            parts = tuple(_distinct_pair(s, negated, x, y, position) for x, y in zip(a.fields, b.fields, strict=True))
            return BoolOp(type=T.BOOL, operator="AND" if negated else "OR", arguments=parts, position=position)
        return _distinct_pair(s, negated, a, b, position)

    return handler


def _distinct_pair(s: Statement, negated: bool, a: Expr, b: Expr, position: int) -> Expr:
    equal = operators.make(s, ["="], a, b, position)
    if not isinstance(equal, Call):
        raise not_supported("IS DISTINCT FROM of rows", position=position or None)
    return plan.DistinctFrom(type=T.BOOL, negated=negated, equal=equal, position=position)


def _nullif(s: Statement, scope: Scope, node: Node) -> Expr:
    name = node.texts("name")
    first, position = bind(s, scope, node.take("lexpr")), s.position(node)
    equal = operators.make(s, name, first, bind(s, scope, node.take("rexpr")), position)
    if not isinstance(equal, Call):
        raise not_supported("NULLIF of rows", position=position or None)
    left = equal.arguments[0]
    return plan.NullIf(type=left.type, typmod=left.typmod, first=left, equal=equal, position=position)


def _between(symmetric: bool, negated: bool) -> Handler:
    def handler(s: Statement, scope: Scope, node: Node) -> Expr:
        node.take("name")
        position = s.position(node)
        value = bind(s, scope, node.take("lexpr"))
        low, high = bind_all(s, scope, node.take("rexpr").nodes("items"))

        def within(a: Expr, b: Expr) -> Expr:
            first, second = (("<", ">") if negated else (">=", "<="))
            parts = (operators.make(s, [first], value, a, position), operators.make(s, [second], value, b, position))
            return BoolOp(type=T.BOOL, operator="OR" if negated else "AND", arguments=parts, position=position)

        if not symmetric:
            return within(low, high)
        both = (within(low, high), within(high, low))
        return BoolOp(type=T.BOOL, operator="AND" if negated else "OR", arguments=both, position=position)

    return handler


def _in_list(s: Statement, scope: Scope, node: Node) -> Expr:
    from executor.bind.lists import in_list

    return in_list(s, scope, node)


def _array_compare(every: bool) -> Handler:
    def handler(s: Statement, scope: Scope, node: Node) -> Expr:
        from executor.bind.lists import array_compare

        return array_compare(s, scope, node, every=every)

    return handler


A_EXPR: dict[str, Handler] = {
    "AEXPR_OP": _operator, "AEXPR_LIKE": _like, "AEXPR_ILIKE": _like, "AEXPR_SIMILAR": _like,
    "AEXPR_OP_ANY": _array_compare(every=False), "AEXPR_OP_ALL": _array_compare(every=True),
    "AEXPR_DISTINCT": _distinct(negated=False), "AEXPR_NOT_DISTINCT": _distinct(negated=True),
    "AEXPR_NULLIF": _nullif, "AEXPR_IN": _in_list,
    "AEXPR_BETWEEN": _between(symmetric=False, negated=False), "AEXPR_NOT_BETWEEN": _between(symmetric=False, negated=True),
    "AEXPR_BETWEEN_SYM": _between(symmetric=True, negated=False),
    "AEXPR_NOT_BETWEEN_SYM": _between(symmetric=True, negated=True),
}  # fmt: skip


# ---------------------------------------------------------------- boolean logic and tests

BOOLEAN_OPERATORS = {"AND_EXPR": "AND", "OR_EXPR": "OR", "NOT_EXPR": "NOT"}


def _boolean(s: Statement, scope: Scope, node: Node) -> Expr:
    operator = BOOLEAN_OPERATORS[node.take("boolop")]
    arguments = tuple(to_boolean(s, bind(s, scope, a), operator) for a in node.nodes("args"))
    return BoolOp(type=T.BOOL, operator=operator, arguments=arguments, position=s.position(node))


def _null_test(s: Statement, scope: Scope, node: Node) -> Expr:
    negated = node.take("nulltesttype") == "IS_NOT_NULL"
    node.take("argisrow")
    argument = bind(s, scope, node.take("arg"))
    return IsTest(type=T.BOOL, test="null", negated=negated, argument=resolve_unknown(s, argument),
                  position=s.position(node))


BOOLEAN_TESTS = {"IS_TRUE": ("true", False), "IS_NOT_TRUE": ("true", True), "IS_FALSE": ("false", False),
                 "IS_NOT_FALSE": ("false", True), "IS_UNKNOWN": ("unknown", False), "IS_NOT_UNKNOWN": ("unknown", True)}


def _boolean_test(s: Statement, scope: Scope, node: Node) -> Expr:
    test, negated = BOOLEAN_TESTS[node.take("booltesttype")]
    construct = f"IS {'NOT ' if negated else ''}{test.upper()}"
    argument = to_boolean(s, bind(s, scope, node.take("arg")), construct)
    return IsTest(type=T.BOOL, test=test, negated=negated, argument=argument, position=s.position(node))


# ---------------------------------------------------------------- casts, CASE and friends


def _type_cast(s: Statement, scope: Scope, node: Node) -> Expr:
    oid, typmod = typenames.resolve(s, node.take("typeName"))
    argument_node = node.take("arg")
    if argument_node.kind == "A_ArrayExpr" and element_type(oid):
        argument = array_literal(s, scope, argument_node, base_type(oid))
        argument_node.finish()
    else:
        argument = bind(s, scope, argument_node)
    position = s.position(node) if node.location >= 0 else argument.position
    if argument.type == T.UNKNOWN and isinstance(argument, Const) and argument.lifted is not None and typmod >= 0:
        raise LiteralNeeded
    return cast(s, argument, oid, typmod, position)


def _case(s: Statement, scope: Scope, node: Node) -> Expr:
    subject_node, position = node.take("arg"), s.position(node)
    subject = resolve_unknown(s, bind(s, scope, subject_node)) if subject_node else None
    conditions, results = [], []
    for when in node.nodes("args"):
        value = bind(s, scope, when.take("expr"))
        if subject is not None:
            placeholder = CaseValue(type=subject.type, typmod=subject.typmod)
            value = operators.make(s, ["="], placeholder, value, s.position(when))
        conditions.append(to_boolean(s, value, "CASE/WHEN"))
        results.append(bind(s, scope, when.take("result")))
        when.finish()
    default = node.take("defresult")
    otherwise = bind(s, scope, default) if default else Const(type=T.UNKNOWN, value=None)
    refuse_sets([*conditions, *results, otherwise], "CASE")
    *results, otherwise = _branches_else_first(s, results, otherwise, "CASE")
    return Case(type=otherwise.type, typmod=_shared_typmod([*results, otherwise]), subject=subject, otherwise=otherwise,
                whens=tuple(zip(conditions, results, strict=True)), position=position)


def refuse_sets(items: list[Expr], construct: str) -> None:
    """0A000 for a set-returning function where rows cannot be made."""
    found = next((e for item in items for e in walk.own(item) if isinstance(e, Call) and e.function.returns_set), None)
    if found is not None:
        raise FeatureNotSupported(f"set-returning functions are not allowed in {construct}", position=found.position or None,
                                  hint="You might be able to move the set-returning function into a LATERAL FROM item.")


def _branches_else_first(s: Statement, results: list[Expr], otherwise: Expr, construct: str) -> list[Expr]:
    """PostgreSQL considers the ELSE branch first when it chooses the type."""
    (converted_else, *converted), _, _ = operators.branches(s, [otherwise, *results], construct, "CASE/ELSE", "CASE/WHEN")
    return [*converted, converted_else]


def _shared_typmod(items: list[Expr]) -> int:
    found = {item.typmod for item in items if not (isinstance(item, Const) and item.value is None)}
    return found.pop() if len(found) == 1 else -1


def _coalesce(s: Statement, scope: Scope, node: Node) -> Expr:
    items, oid, typmod = operators.branches(s, bind_all(s, scope, node.nodes("args")), "COALESCE")
    refuse_sets(items, "COALESCE")
    return plan.Coalesce(type=oid, typmod=typmod, arguments=tuple(items), position=s.position(node))


def _min_max(s: Statement, scope: Scope, node: Node) -> Expr:
    greatest = node.take("op", "IS_GREATEST") == "IS_GREATEST"
    given = bind_all(s, scope, node.nodes("args"))
    construct = "GREATEST" if greatest else "LEAST"
    rows.check_alike(given, construct)
    items, oid, typmod = operators.branches(s, given, construct)
    operators.check_comparison(oid)
    return plan.MinMax(type=oid, typmod=typmod, greatest=greatest, arguments=tuple(items), position=s.position(node))


def _array(s: Statement, scope: Scope, node: Node) -> Expr:
    return array_literal(s, scope, node, 0)


def array_literal(s: Statement, scope: Scope, node: Node, wanted: int) -> Expr:
    """ARRAY[...]; wanted is the array type of a cast around it, or 0."""
    position = s.position(node)
    children = node.nodes("elements")
    items: list[Expr] = []
    for child in children:
        if child.kind == "A_ArrayExpr":
            items.append(array_literal(s, scope, child, wanted))
            child.finish()
        else:
            items.append(bind(s, scope, child))
    nested = any(type_of(i.type).is_array for i in items)  # a domain over an array is an element
    if wanted:
        target = wanted if nested else element_type(wanted)
        converted = [cast(s, i, target, -1, i.position) for i in items]
        return plan.Array(type=wanted, elements=tuple(converted), nested=nested, position=position)
    if not items:
        raise IndeterminateDatatype("cannot determine type of empty array", position=position or None,
                                    hint="Explicitly cast to the desired type, for example ARRAY[]::integer[].")
    items, oid, _ = operators.branches(s, items, "ARRAY")
    result = oid if nested else array_type(oid)
    if not result:
        raise UndefinedFunction(f"could not find array type for data type {type_name(oid)}", position=position or None)
    return plan.Array(type=result, elements=tuple(items), nested=nested, position=position)


def _row(s: Statement, scope: Scope, node: Node) -> Expr:
    node.take("row_format")
    node.take("colnames")
    fields: list[Expr] = []
    for arg in node.nodes("args"):
        fields += _expand_star(s, scope, arg)
        if len(fields) > TARGETS_MAX:
            raise TooManyColumns(f"ROW expressions can have at most {TARGETS_MAX} entries", position=s.position(node) or None)
    return rows.row(fields, s.position(node))


def _expand_star(s: Statement, scope: Scope, node: Node) -> list[Expr]:
    if node.kind == "ColumnRef" and node.nodes("fields")[-1].kind == "A_Star" and len(node.nodes("fields")) > 1:
        whole = bind(s, scope, node)
        if isinstance(whole, plan.Param):
            return [expr for _, expr in rows.expanded(s, whole, whole.position)]
        return list(whole.fields) if isinstance(whole, plan.WholeRow) else [whole]
    if node.kind == "A_Indirection" and node.peek("indirection")[-1].kind == "A_Star":
        return [expr for _, expr in expand(s, scope, node)]
    return [bind(s, scope, node)]


def expand(s: Statement, scope: Scope, node: Node) -> list[tuple[str, Expr]]:
    """The columns of (row).*, written as an A_Indirection."""
    *steps, _ = node.nodes("indirection")
    whole = bind(s, scope, node.take("arg"))
    argument = _steps(s, scope, whole, steps, whole.position)
    node.finish()
    return rows.expanded(s, argument, argument.position)


def _indirection(s: Statement, scope: Scope, node: Node) -> Expr:
    argument = bind(s, scope, node.take("arg"))
    return _steps(s, scope, argument, node.nodes("indirection"), argument.position)


def _steps(s: Statement, scope: Scope, argument: Expr, parts: list[Node], position: int) -> Expr:
    """argument[i].name ..., one step after the other."""
    from executor.bind.subscripts import Indices, subscript

    indices = Indices()
    for part in parts:
        if part.kind == "A_Indices":
            indices.add(s, scope, part)
            continue
        if indices:
            argument, indices = subscript(s, argument, indices, position), Indices()
        if part.kind == "A_Star":
            raise SyntaxError('row expansion via "*" is not supported here', position=position or None)
        argument = rows.field(s, argument, part.text, position)
    return subscript(s, argument, indices, position) if indices else argument


def _collate(s: Statement, scope: Scope, node: Node) -> Expr:
    argument = bind(s, scope, node.take("arg"))
    collation = node.texts("collname")
    position = s.position(node)
    if collation[-1] not in ("C", "POSIX", "default", "ucs_basic", "pg_c_utf8", "C.UTF-8"):
        if (collation[-1],) in table("pg_collation").select("collname"):
            raise not_supported(f'collation "{collation[-1]}"', position=position or None)
        raise UndefinedObject(f'collation "{".".join(collation)}" for encoding "UTF8" does not exist',
                              position=position or None)
    argument = resolve_unknown(s, argument)
    if type_of(base_type(element_type(argument.type) or argument.type)).collation == 0:
        raise DatatypeMismatch(f"collations are not supported by type {type_name(argument.type)}", position=position or None)
    return plan.Relabel(type=argument.type, typmod=argument.typmod, argument=argument, collation=tuple(collation),
                        position=position)


VALUE_FUNCTIONS = {
    "SVFOP_CURRENT_DATE": ("current_date", T.DATE), "SVFOP_CURRENT_TIME": ("current_time", T.TIMETZ),
    "SVFOP_CURRENT_TIME_N": ("current_time", T.TIMETZ), "SVFOP_CURRENT_TIMESTAMP": ("current_timestamp", T.TIMESTAMPTZ),
    "SVFOP_CURRENT_TIMESTAMP_N": ("current_timestamp", T.TIMESTAMPTZ), "SVFOP_LOCALTIME": ("localtime", T.TIME),
    "SVFOP_LOCALTIME_N": ("localtime", T.TIME), "SVFOP_LOCALTIMESTAMP": ("localtimestamp", T.TIMESTAMP),
    "SVFOP_LOCALTIMESTAMP_N": ("localtimestamp", T.TIMESTAMP), "SVFOP_CURRENT_ROLE": ("current_user", T.NAME),
    "SVFOP_CURRENT_USER": ("current_user", T.NAME), "SVFOP_USER": ("current_user", T.NAME),
    "SVFOP_SESSION_USER": ("session_user", T.NAME), "SVFOP_CURRENT_CATALOG": ("current_database", T.NAME),
    "SVFOP_CURRENT_SCHEMA": ("current_schema", T.NAME),
}  # fmt: skip


def _value_function(s: Statement, scope: Scope, node: Node) -> Expr:
    """CURRENT_DATE and the like: now() converted to the type asked for, or a function of the session."""
    written, position = node.take("op"), s.position(node)
    name, oid = VALUE_FUNCTIONS[written]
    precision = node.take("typmod", 0)  # 0 is left out of the tree
    typmod = precision if written.endswith("_N") else -1
    functions = lookup.functions_by_name()
    shown = written.removeprefix("SVFOP_")
    if oid == T.NAME:
        (function,) = functions[name]
        return Call(type=oid, function=function, arguments=(), position=position, sql_value=shown)
    now = Call(type=T.TIMESTAMPTZ, function=functions["now"][0], arguments=(), position=position)
    found = coerce(s, now, oid, typmod, "a", position=position)
    assert isinstance(found, Call)
    if shown.endswith("_N"):
        shown = f"{shown.removesuffix('_N')}({typmod or 0})"
    return replace(found, implicit_cast=False, sql_value=shown)


def _default(s: Statement, scope: Scope, node: Node) -> Expr:
    raise SyntaxError("DEFAULT is not allowed in this context", position=s.position(node) or None)


def _call(s: Statement, scope: Scope, node: Node) -> Expr:
    from executor.bind.calls import bind_call

    return bind_call(s, scope, node)


def _sublink(s: Statement, scope: Scope, node: Node) -> Expr:
    from executor.bind.sublinks import bind_sublink

    return bind_sublink(s, scope, node)


def _json(s: Statement, scope: Scope, node: Node) -> Expr:
    from executor.bind.sqljson_build import bind_json

    return bind_json(s, scope, node)


JSON_NODES = ("JsonFuncExpr", "JsonObjectConstructor", "JsonArrayConstructor", "JsonArrayQueryConstructor", "JsonObjectAgg",
              "JsonArrayAgg", "JsonParseExpr", "JsonScalarExpr", "JsonSerializeExpr", "JsonIsPredicate")


def _xml(s: Statement, scope: Scope, node: Node) -> Expr:
    from executor.bind.xml import bind_xml

    return bind_xml(s, scope, node)


def _xml_serialize(s: Statement, scope: Scope, node: Node) -> Expr:
    from executor.bind.xml import bind_serialize

    return bind_serialize(s, scope, node)


def _merge_action(s: Statement, scope: Scope, node: Node) -> Expr:
    from executor.bind.merge import bind_merge_action

    return bind_merge_action(s, scope, node)


def _grouping(s: Statement, scope: Scope, node: Node) -> Expr:
    from executor.bind.grouping import bind_grouping

    return bind_grouping(s, scope, node)


HANDLERS: dict[str, Handler] = {
    "A_Const": constants.constant, "ParamRef": _parameter, "ColumnRef": _column, "A_Expr": _operator_expression,
    "BoolExpr": _boolean, "NullTest": _null_test, "BooleanTest": _boolean_test, "TypeCast": _type_cast,
    "CaseExpr": _case, "CoalesceExpr": _coalesce, "MinMaxExpr": _min_max, "A_ArrayExpr": _array, "RowExpr": _row,
    "A_Indirection": _indirection, "CollateClause": _collate, "SQLValueFunction": _value_function,
    "SetToDefault": _default, "FuncCall": _call, "SubLink": _sublink,
    "XmlExpr": _xml, "XmlSerialize": _xml_serialize,
    "GroupingFunc": _grouping, "MergeSupportFunc": _merge_action, **dict.fromkeys(JSON_NODES, _json),
}  # fmt: skip

CONSTRUCTS = {"CurrentOfExpr": "WHERE CURRENT OF",
              "MergeSupportFunc": "MERGE_ACTION",
              "JsonObjectConstructor": "JSON_OBJECT", "JsonArrayConstructor": "JSON_ARRAY",
              "JsonIsPredicate": "IS JSON", "JsonObjectAgg": "JSON_OBJECTAGG", "JsonArrayAgg": "JSON_ARRAYAGG"}
