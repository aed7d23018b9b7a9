"""JSON_EXISTS, JSON_VALUE and JSON_QUERY, and what all SQL/JSON constructs share: FORMAT, PASSING, RETURNING, ON ERROR."""

from typing import NamedTuple

from executor import plan, walk
from executor.bind import operators, typenames
from executor.bind.calls import contains_set_returning
from executor.bind.coerce import coerce, resolve_unknown, try_coerce
from executor.bind.domains import checked
from executor.bind.expressions import bind
from executor.bind.resolve import ASSIGNMENT, EXPLICIT, element_type, type_of
from executor.bind.scope import Scope
from executor.bind.statement import Statement, type_name
from executor.errors import SqlError, not_supported
from executor.facts import lookup
from executor.facts.lookup import base_type
from executor.parse import Node
from executor.plan import Call, Const, Expr
from executor.plan_json import PathCall
from executor.sqlstates import CannotCoerce, DatatypeMismatch, FeatureNotSupported, SyntaxError
from executor.types import oids as T
from executor.types.jsonspec import Behavior, PathSpec
from executor.types.made import base_typmod, contains_domain
from executor.types.registry import codec

JSON_TYPES = (T.JSON, T.JSONB)
STRING_CATEGORY, BIT_CATEGORY = "S", "V"


class Returning(NamedTuple):
    """RETURNING: type 0 where it was left out. format: default, json or jsonb."""

    type: int = 0
    typmod: int = -1
    format: str = "default"


# ---------------------------------------------------------------- FORMAT


class Format(NamedTuple):
    """FORMAT JSON [ENCODING name] as written; kind "default" if not written."""

    kind: str
    encoding: str
    position: int


FORMATS = {"JS_FORMAT_DEFAULT": "default", "JS_FORMAT_JSON": "json", "JS_FORMAT_JSONB": "jsonb"}
ENCODINGS = {"JS_ENC_DEFAULT": "", "JS_ENC_UTF8": "UTF8", "JS_ENC_UTF16": "UTF16", "JS_ENC_UTF32": "UTF32"}


def format_of(s: Statement, node: Node | None) -> Format:
    """A JsonFormat node."""
    if node is None:
        return Format("default", "", 0)
    found = Format(FORMATS[node.take("format_type", "JS_FORMAT_DEFAULT")], ENCODINGS[node.take("encoding", "JS_ENC_DEFAULT")],
                   s.position(node))
    node.finish()
    return found


def category(oid: int) -> str:
    """A type's category: S for strings."""
    return type_of(base_type(oid)).category


def function_call(name: str, arguments: tuple[Expr, ...], s: Statement, position: int) -> Call:
    """A call of a pg_catalog function that has one form only for these arguments."""
    function = next(f for f in lookup.functions_by_name()[name] if len(f.arguments) == len(arguments))
    return operators.make_call(s, function, arguments, position)


def text_of_bytea(s: Statement, argument: Expr, form: Format) -> Expr:
    """JSON text that came as bytea (0A000 for an encoding other than UTF8)."""
    if form.encoding not in ("", "UTF8"):
        raise _bad_encoding(form)
    return function_call("convert_from", (argument, Const(type=T.NAME, value="UTF8")), s, argument.position)


def _bad_encoding(form: Format) -> SqlError:
    return FeatureNotSupported("unsupported JSON encoding", hint="Only UTF8 JSON encoding is supported.",
                               position=form.position or None)


# Types that a path takes as items of their own; every other PASSING argument is made jsonb.
PASSED_AS_IS = frozenset({T.BOOL, T.NUMERIC, T.INT2, T.INT4, T.INT8, T.FLOAT4, T.FLOAT8, T.TEXT, T.VARCHAR, T.DATE, T.TIME,
                          T.TIMETZ, T.TIMESTAMP, T.TIMESTAMPTZ})


def value(s: Statement, scope: Scope, node: Node, default: str, target: int = 0, passing: bool = False) -> Expr:
    """A JsonValueExpr: an expression, perhaps FORMAT JSON, as json or jsonb where that is asked for.

    default: the format where none is written. target: the type it must have, 0 for any.
    """
    raw = bind(s, scope, node.take("raw_expr"))
    form = format_of(s, node.take("format"))
    node.take("formatted_expr")
    node.finish()
    expr = coerce(s, raw, T.TEXT) if raw.type == T.UNKNOWN else raw
    chosen = default
    if form.kind != "default":
        if form.encoding and expr.type != T.BYTEA:
            raise DatatypeMismatch("JSON ENCODING clause is only allowed for bytea input type", position=form.position or None)
        chosen = "default" if expr.type in JSON_TYPES else form.kind
    elif passing:
        if base_type(expr.type) in PASSED_AS_IS or category(expr.type) == STRING_CATEGORY:
            return expr
    elif expr.type in JSON_TYPES:
        chosen = "default"
    if chosen == "default" and (not target or expr.type == target):
        return expr
    return _formatted(s, expr, form, chosen, target, passing)


def _formatted(s: Statement, expr: Expr, form: Format, chosen: str, target: int, passing: bool) -> Expr:
    kind = category(expr.type)
    if not passing and not target and expr.type != T.BYTEA and kind != STRING_CATEGORY:
        how = "implicit" if form.kind == "default" else "explicit"
        raise DatatypeMismatch(f"cannot use non-string types with {how} FORMAT JSON clause",
                               position=form.position or expr.position or None)
    if chosen == "json" and expr.type == T.BYTEA:
        expr = text_of_bytea(s, expr, form)
    if target:
        return coerce(s, expr, target, context=EXPLICIT)  # not printed as a cast
    wanted = T.JSONB if chosen == "jsonb" else T.JSON
    found = try_coerce(s, expr, wanted, -1, EXPLICIT)
    if found is None:
        return function_call("to_json" if wanted == T.JSON else "to_jsonb", (expr,), s, expr.position)
    return found


# ---------------------------------------------------------------- RETURNING


def returning(s: Statement, node: Node | None, any_type: bool = False) -> Returning:
    """A JsonOutput node. any_type: FORMAT JSON may be said of types that are no strings."""
    if node is None:
        return Returning()
    name = node.take("typeName")
    form = format_of(s, (node.take("returning") or Node("returning", {})).take("format"))
    node.finish()
    if name.peek("setof"):
        raise FeatureNotSupported("returning SETOF types is not supported in SQL/JSON functions")
    oid, typmod = typenames.resolve(s, name)
    if type_of(oid).kind == "p":
        raise FeatureNotSupported("returning pseudo-types is not supported in SQL/JSON functions")
    if form.kind == "default":
        return Returning(oid, typmod, "jsonb" if oid == T.JSONB else "json")
    check_output_format(form, oid, any_type)
    return Returning(oid, typmod, form.kind)


def check_output_format(form: Format, oid: int, any_type: bool) -> None:
    """Refuse FORMAT JSON for an output type that cannot have it (0A000)."""
    if not any_type and oid not in (T.BYTEA, *JSON_TYPES) and category(oid) != STRING_CATEGORY:
        raise FeatureNotSupported("cannot use JSON format with non-string output types", position=form.position or None)
    if form.encoding and oid != T.BYTEA:
        raise FeatureNotSupported("cannot set JSON encoding for non-bytea output types", position=form.position or None)
    if form.encoding not in ("", "UTF8"):
        raise _bad_encoding(form)


def returned(s: Statement, expr: Expr, wanted: Returning) -> Expr:
    """The result of a constructor as the RETURNING type (42846)."""
    if not wanted.type or wanted.type == expr.type:
        return expr
    if wanted.type == T.BYTEA and wanted.format == "json":
        text = coerce(s, expr, T.TEXT, context=ASSIGNMENT)
        return function_call("convert_to", (text, Const(type=T.NAME, value="UTF8")), s, expr.position)
    found = try_coerce(s, expr, wanted.type, wanted.typmod, ASSIGNMENT)
    if found is None:
        raise CannotCoerce(f"cannot cast type {type_name(expr.type)} to {type_name(wanted.type)}")
    return found


# ---------------------------------------------------------------- ON EMPTY, ON ERROR

KINDS = {"JSON_BEHAVIOR_NULL": "null", "JSON_BEHAVIOR_ERROR": "error", "JSON_BEHAVIOR_EMPTY": "empty",
         "JSON_BEHAVIOR_TRUE": "true", "JSON_BEHAVIOR_FALSE": "false", "JSON_BEHAVIOR_UNKNOWN": "unknown",
         "JSON_BEHAVIOR_EMPTY_ARRAY": "empty array", "JSON_BEHAVIOR_EMPTY_OBJECT": "empty object",
         "JSON_BEHAVIOR_DEFAULT": "default"}
CONSTANTS: dict[str, tuple[int, int | str]] = {
    "empty array": (T.JSONB, "[]"), "empty object": (T.JSONB, "{}"), "true": (T.BOOL, 1), "false": (T.BOOL, 0)}
ALLOWED = {
    "exists": (("error", "true", "false", "unknown"), "Only ERROR, TRUE, FALSE, or UNKNOWN", "EXISTS"),
    "value": (("error", "null", "default"), "Only ERROR, NULL, or DEFAULT expression", "scalar"),
    "query": (("error", "null", "empty", "empty array", "empty object", "default"),
              "Only ERROR, NULL, EMPTY ARRAY, EMPTY OBJECT, or DEFAULT expression", "formatted"),
}


def check_behavior(s: Statement, op: str, node: Node | None, clause: str, column: str) -> None:
    """Refuse a behaviour that the function does not have (42601)."""
    if node is None:
        return
    kinds, only, columns = ALLOWED[op]
    if KINDS[node.peek("btype", "JSON_BEHAVIOR_NULL")] not in kinds:
        place = f"{columns} columns" if column else f"JSON_{op.upper()}()"
        shown = f' for column "{column}"' if column else ""
        raise SyntaxError(f"invalid {clause} behavior{shown}", position=s.position(node) or None,
                          detail=f"{only} is allowed in {clause} for {place}.")


def behavior(s: Statement, scope: Scope, node: Node | None, default: str, oid: int,
             typmod: int) -> tuple[Behavior, Expr | None]:
    """An ON EMPTY or ON ERROR clause for a RETURNING type: what it does, and the value it gives if any."""
    kind, expr, position = default, None, 0
    if node is not None:
        kind, position = KINDS[node.take("btype", "JSON_BEHAVIOR_NULL")], s.position(node)
        inner = node.take("expr")
        node.take("coerce")
        node.finish()
        if kind == "default":
            expr = bind(s, scope, inner)
            _check_default(expr)
    if expr is None:
        if kind not in CONSTANTS:
            return Behavior(kind, coerce=kind != "error"), None
        constant, stored = CONSTANTS[kind]
        expr = Const(type=constant, value=stored, position=position)
    return _behavior_value(s, kind, expr, oid, typmod)


def _behavior_value(s: Statement, kind: str, expr: Expr, oid: int, typmod: int) -> tuple[Behavior, Expr | None]:
    if isinstance(expr, plan.CheckDomain) and base_type(expr.type) == oid:
        expr = expr.argument  # checked when it is needed
    if expr.type == oid:
        return Behavior(kind), expr
    if isinstance(expr, Const) and expr.value is None and expr.lifted is None:
        return Behavior(kind, coerce=True), None
    if expr.type == T.JSONB:
        return Behavior(kind, coerce=True), expr
    if expr.type == T.BOOL and base_type(oid) != T.INT4:
        return Behavior(kind, coerce=True), Const(type=T.JSONB, value="true" if kind == "true" else "false")
    strict = category(oid) in (STRING_CATEGORY, BIT_CATEGORY)
    found = try_coerce(s, expr, oid, typmod, ASSIGNMENT if strict else EXPLICIT, not strict)
    if found is None:
        hint = f"You will need to explicitly cast the expression to type {type_name(oid)}." if kind == "default" else None
        raise CannotCoerce(f"cannot cast behavior expression of type {type_name(expr.type)} to {type_name(oid)}",
                           position=expr.position or None, hint=hint)
    return Behavior(kind), found


WRAPPING = (plan.Relabel, plan.ConvertText, plan.ArrayConvert, plan.CheckDomain)


def _check_default(expr: Expr) -> None:
    inner = expr
    while isinstance(inner, WRAPPING):
        inner = inner.argument
    position = expr.position or None
    if not isinstance(inner, (Const, Call)):
        raise DatatypeMismatch("can only specify a constant, non-aggregate function, or operator expression for DEFAULT",
                               position=position)
    if any(isinstance(e, plan.ColumnRef) and not isinstance(e, plan.DomainValue) for e in walk.descend(expr)):
        raise DatatypeMismatch("DEFAULT expression must not contain column references", position=position)
    if contains_set_returning(expr):
        raise DatatypeMismatch("DEFAULT expression must not return a set", position=position)


# ---------------------------------------------------------------- the functions

OPERATIONS = {"JSON_EXISTS_OP": "exists", "JSON_VALUE_OP": "value", "JSON_QUERY_OP": "query"}
WRAPPERS = {"JSW_UNSPEC": "none", "JSW_NONE": "none", "JSW_CONDITIONAL": "conditional", "JSW_UNCONDITIONAL": "unconditional"}
DEFAULT_TYPES = {"exists": T.BOOL, "value": T.TEXT, "query": T.JSONB}


def passing_arguments(s: Statement, scope: Scope, nodes: list[Node]) -> tuple[tuple[str, ...], tuple[Expr, ...]]:
    """PASSING value AS name, ..."""
    names, values = [], []
    for node in nodes:
        names.append(node.take("name"))
        values.append(resolve_unknown(s, value(s, scope, node.take("val"), "jsonb", passing=True)))
        node.finish()
    return tuple(names), tuple(values)


def document(s: Statement, scope: Scope, node: Node, default: str) -> Expr:
    """The context item, as jsonb."""
    return value(s, scope, node, default, T.JSONB)


def path(s: Statement, scope: Scope, node: Node) -> Expr:
    """The path expression, as jsonpath."""
    raw = bind(s, scope, node)
    found = try_coerce(s, raw, T.JSONPATH, -1, EXPLICIT, True)
    if found is None:
        raise DatatypeMismatch(f"JSON path expression must be of type jsonpath, not of type {type_name(raw.type)}",
                               position=raw.position or None)
    return found


def returned_type(s: Statement, oid: int, typmod: int) -> tuple[int, int, plan.CheckDomain | None]:
    """The type and typmod that JSON is converted to, and the domain to check then (0A000 for composite types)."""
    base, domain = base_type(oid), None
    if base != oid:
        found = checked(s, Const(type=base, value=None), oid)
        domain = found if isinstance(found, plan.CheckDomain) else None
        typmod = base_typmod(oid)
    codec(base)
    if contains_domain(base) or type_of(element_type(base) or base).kind == "c":
        raise not_supported(f"RETURNING {type_name(oid)} in SQL/JSON functions")
    return base, typmod, domain


def wrapper_of(s: Statement, node: Node, op: str) -> tuple[str, bool]:
    """WRAPPER and whether quotes are omitted (42601 for both)."""
    wrapper, quotes = WRAPPERS[node.take("wrapper", "JSW_UNSPEC")], node.take("quotes", "JS_QUOTES_UNSPEC")
    omit = quotes == "JS_QUOTES_OMIT"
    if op == "query" and omit and wrapper != "none":
        raise SyntaxError("SQL/JSON QUOTES behavior must not be specified when WITH WRAPPER is used",
                          position=s.position(node) or None)
    return wrapper, omit


def bind_function(s: Statement, scope: Scope, node: Node) -> Expr:
    """A JsonFuncExpr node."""
    op = OPERATIONS[node.take("op", "JSON_EXISTS_OP")]
    output, on_empty, on_error = node.take("output"), node.take("on_empty"), node.take("on_error")
    node.take("column_name")
    if output is not None and op != "query":
        form = format_of(s, output.peek("returning").peek("format"))
        if form.kind != "default" or form.encoding:
            raise SyntaxError(f"cannot specify FORMAT JSON in RETURNING clause of JSON_{op.upper()}()",
                              position=form.position or None)
    wrapper, omit = wrapper_of(s, node, op)
    for clause, written in (("ON EMPTY", on_empty), ("ON ERROR", on_error)):
        check_behavior(s, op, written, clause, "")
    context_item = document(s, scope, node.take("context_item"), "jsonb" if op == "query" else "default")
    path_expr = path(s, scope, node.take("pathspec"))
    names, passed = passing_arguments(s, scope, node.nodes("passing"))
    wanted = returning(s, output)
    oid = wanted.type or DEFAULT_TYPES[op]
    spec, empty, error, domain = path_spec(s, scope, op, oid, wanted.typmod, on_empty, on_error, wrapper=wrapper, omit=omit,
                                           names=names, passed=passed)
    return PathCall(type=oid, typmod=spec.typmod, spec=spec, document=context_item, path=path_expr, passing=passed,
                    on_empty=empty, on_error=error, domain=domain, position=s.position(node))


def path_spec(s: Statement, scope: Scope, op: str, oid: int, typmod: int, on_empty: Node | None, on_error: Node | None, *,
              wrapper: str, omit: bool, names: tuple[str, ...], passed: tuple[Expr, ...],
              column: str = "") -> tuple[PathSpec, Expr | None, Expr | None, plan.CheckDomain | None]:
    """What a path function does, the values of its ON EMPTY and ON ERROR, and the domain its result must suit."""
    oid, typmod, domain = returned_type(s, oid, typmod)
    empty_behavior, empty = behavior(s, scope, on_empty, "null", oid, typmod) if op != "exists" else (None, None)
    error_behavior, error = behavior(s, scope, on_error, "false" if op == "exists" else "null", oid, typmod)
    spec = PathSpec(op=op, type=oid, typmod=typmod, on_empty=empty_behavior, on_error=error_behavior, names=names,
                    passing=tuple((base_type(e.type), e.typmod) for e in passed), wrapper=wrapper,
                    omit_quotes=omit or op == "value", column=column, outcome=domain is not None)
    return spec, empty, error, domain
