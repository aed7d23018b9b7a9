"""JSON_OBJECT, JSON_ARRAY, JSON_OBJECTAGG, JSON_ARRAYAGG, JSON(), JSON_SCALAR, JSON_SERIALIZE and IS JSON."""

from typing import Any

from executor.bind import sqljson
from executor.bind.calls import bind_call
from executor.bind.coerce import coerce, resolve_unknown
from executor.bind.expressions import bind
from executor.bind.scope import Scope
from executor.bind.sqljson import JSON_TYPES, STRING_CATEGORY, Returning
from executor.bind.statement import Statement, type_name
from executor.parse import Node
from executor.plan import Const, Expr
from executor.plan_json import JsonBuild, JsonTest
from executor.sqlstates import DatatypeMismatch, SyntaxError
from executor.types import oids as T


def _built_type(wanted: Returning, arguments: list[Expr]) -> int:
    """The type a constructor makes before RETURNING converts it: jsonb if asked for or if an argument is jsonb."""
    if wanted.type:
        return T.JSONB if wanted.format == "jsonb" else T.JSON
    return T.JSONB if any(a.type == T.JSONB for a in arguments) else T.JSON


def _object(s: Statement, scope: Scope, node: Node) -> Expr:
    arguments: list[Expr] = []
    for pair in node.nodes("exprs"):
        key = bind(s, scope, pair.take("key"))
        if not isinstance(key, Const):  # a literal stays as it is written
            key = resolve_unknown(s, key)
        arguments += (key, sqljson.value(s, scope, pair.take("value"), "default"))
        pair.finish()
    return _constructor(s, node, arguments, array=False)


def _array(s: Statement, scope: Scope, node: Node) -> Expr:
    arguments = [sqljson.value(s, scope, item, "default") for item in node.nodes("exprs")]
    return _constructor(s, node, arguments, array=True)


def _constructor(s: Statement, node: Node, arguments: list[Expr], array: bool) -> Expr:
    wanted = sqljson.returning(s, node.take("output"), any_type=True)
    made = JsonBuild(type=_built_type(wanted, arguments), array=array, arguments=tuple(arguments),
                     absent_on_null=bool(node.take("absent_on_null")), unique=bool(node.take("unique")),
                     position=s.position(node))
    return sqljson.returned(s, made, wanted)


# ---------------------------------------------------------------- aggregates


def _string(text: str) -> dict[str, Any]:
    return {"String": {"sval": text}}


def _aggregate(s: Statement, scope: Scope, node: Node, name: str, suffix: str, arguments: list[Any], types: list[Expr]) -> Expr:
    """A JSON aggregate as a call of the function that does it."""
    constructor = node.take("constructor")
    wanted = sqljson.returning(s, constructor.take("output"), any_type=True)
    kind = "jsonb" if _built_type(wanted, types) == T.JSONB else "json"
    call = {"funcname": [_string("pg_catalog"), _string(f"{kind}_{name}{suffix}")], "args": arguments,
            "location": constructor.location}
    for field in ("agg_order", "agg_filter", "over"):
        if constructor.peek(field):
            constructor.take(field)
            call[field] = constructor.raw(field)
    constructor.finish()
    function = Node("FuncCall", call)
    found = bind_call(s, scope, function)
    function.finish()
    return sqljson.returned(s, found, wanted)


def _formatted(s: Statement, scope: Scope, node: Node) -> tuple[Any, Expr]:
    """The tree of a value, cast to json where FORMAT JSON says that it is one, and the value itself."""
    tree = node.raw("raw_expr")
    plain = bind(s, scope, node.peek("raw_expr"))
    found = sqljson.value(s, scope, node, "default")
    if found.type == T.JSON and plain.type not in JSON_TYPES:
        tree = {"TypeCast": {"arg": tree, "typeName": {"names": [_string("pg_catalog"), _string("json")], "typemod": -1},
                             "location": -1}}
    return tree, found


def _object_aggregate(s: Statement, scope: Scope, node: Node) -> Expr:
    pair = node.take("arg")
    key, (tree, found) = bind(s, scope, pair.peek("key")), _formatted(s, scope, pair.take("value"))
    pair.take("key")
    suffix = ("_unique" if node.take("unique") else "") + ("_strict" if node.take("absent_on_null") else "")
    return _aggregate(s, scope, node, "object_agg", suffix, [pair.raw("key"), tree], [key, found])


def _array_aggregate(s: Statement, scope: Scope, node: Node) -> Expr:
    tree, found = _formatted(s, scope, node.take("arg"))
    suffix = "_strict" if node.take("absent_on_null") else ""
    return _aggregate(s, scope, node, "agg", suffix, [tree], [found])


def _array_query(s: Statement, scope: Scope, node: Node) -> Expr:
    """JSON_ARRAY(query): JSON_ARRAYAGG over the query's only column."""
    query = node.take("query")
    targets = query
    while targets.peek("larg") is not None:
        targets = targets.peek("larg")
    count = len(targets.peek("targetList", [])) or len((targets.peek("valuesLists") or [Node("List", {})])[0].peek("items", []))
    if count > 1:
        raise SyntaxError("subquery must return only one column", position=s.position(node) or None)
    column = {"ColumnRef": {"fields": [_string("q"), _string("a")], "location": node.location}}
    form = node.raw("format") or {"format_type": "JS_FORMAT_DEFAULT", "encoding": "JS_ENC_DEFAULT", "location": -1}
    aggregate = {"arg": {"raw_expr": column, "format": form}, "absent_on_null": bool(node.take("absent_on_null")),
                 "constructor": {"location": node.location}}
    if node.raw("output"):
        aggregate["constructor"]["output"] = node.raw("output")  # type: ignore[index]
    for field in ("output", "format"):
        node.take(field)
    source = {"RangeSubselect": {"subquery": query.tree, "alias": {"aliasname": "q", "colnames": [_string("a")]}}}
    select = {"targetList": [{"ResTarget": {"val": {"JsonArrayAgg": aggregate}, "location": node.location}}],
              "fromClause": [source], "limitOption": "LIMIT_OPTION_DEFAULT", "op": "SETOP_NONE"}
    return bind(s, scope, Node("SubLink", {"subLinkType": "EXPR_SUBLINK", "subselect": {"SelectStmt": select},
                                           "location": node.location}))


# ---------------------------------------------------------------- JSON(), JSON_SCALAR, JSON_SERIALIZE, IS JSON


def _text_argument(s: Statement, scope: Scope, node: Node, form: sqljson.Format) -> Expr:
    """The argument of IS JSON and of JSON(... WITH UNIQUE KEYS): strings and bytea as text, others as they are."""
    expr = bind(s, scope, node)
    if expr.type == T.BYTEA:
        return sqljson.text_of_bytea(s, expr, form)
    if expr.type == T.UNKNOWN or sqljson.category(expr.type) == STRING_CATEGORY:
        expr = coerce(s, expr, T.TEXT)
    if form.encoding:
        raise DatatypeMismatch("cannot use JSON FORMAT ENCODING clause for non-bytea input types",
                               position=form.position or None)
    return expr


def _parse(s: Statement, scope: Scope, node: Node) -> Expr:
    inner = node.take("expr")
    wanted = sqljson.returning(s, node.take("output"), any_type=True)
    if not node.take("unique_keys"):
        return sqljson.value(s, scope, inner, "json", wanted.type or T.JSON)
    form = sqljson.format_of(s, inner.take("format"))
    argument = _text_argument(s, scope, inner.take("raw_expr"), form)
    if argument.type != T.TEXT:
        raise DatatypeMismatch("cannot use non-string types with WITH UNIQUE KEYS clause", position=s.position(node) or None)
    made = JsonTest(type=T.JSON, kind="parse", argument=argument, unique=True, position=s.position(node))
    return sqljson.returned(s, made, wanted)


def _scalar(s: Statement, scope: Scope, node: Node) -> Expr:
    argument = resolve_unknown(s, bind(s, scope, node.take("expr")))
    wanted = sqljson.returning(s, node.take("output"), any_type=True)
    return sqljson.returned(s, sqljson.function_call("to_json", (argument,), s, s.position(node)), wanted)


def _serialize(s: Statement, scope: Scope, node: Node) -> Expr:
    argument = sqljson.value(s, scope, node.take("expr"), "json")
    output = node.take("output")
    wanted = sqljson.returning(s, output, any_type=True) if output is not None else Returning(T.TEXT, -1, "json")
    if wanted.type != T.BYTEA and sqljson.category(wanted.type) != STRING_CATEGORY:
        raise DatatypeMismatch(f"cannot use type {type_name(wanted.type)} in RETURNING clause of JSON_SERIALIZE()",
                               hint="Try returning a string type or bytea.")
    return sqljson.returned(s, argument, wanted._replace(format="json"))


ITEM_TYPES = {"JS_TYPE_ANY": "", "JS_TYPE_OBJECT": "object", "JS_TYPE_ARRAY": "array", "JS_TYPE_SCALAR": "scalar"}


def _is_json(s: Statement, scope: Scope, node: Node) -> Expr:
    form = sqljson.format_of(s, node.take("format"))
    argument = _text_argument(s, scope, node.take("expr"), form)
    if argument.type not in (T.TEXT, *JSON_TYPES):
        raise DatatypeMismatch(f"cannot use type {type_name(argument.type)} in IS JSON predicate")
    return JsonTest(type=T.BOOL, kind="is", argument=argument, unique=bool(node.take("unique_keys")),
                    item=ITEM_TYPES[node.take("item_type", "JS_TYPE_ANY")], position=s.position(node))


HANDLERS = {
    "JsonFuncExpr": sqljson.bind_function, "JsonObjectConstructor": _object, "JsonArrayConstructor": _array,
    "JsonArrayQueryConstructor": _array_query, "JsonObjectAgg": _object_aggregate, "JsonArrayAgg": _array_aggregate,
    "JsonParseExpr": _parse, "JsonScalarExpr": _scalar, "JsonSerializeExpr": _serialize, "JsonIsPredicate": _is_json,
}


def bind_json(s: Statement, scope: Scope, node: Node) -> Expr:
    """Any SQL/JSON expression node."""
    return HANDLERS[node.kind](s, scope, node)
