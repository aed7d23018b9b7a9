"""Function calls: plain functions, aggregates, window functions, casts written as functions."""

from msgspec.structs import replace

from executor import plan, walk
from executor.bind import domains, operators, resolve, rows
from executor.bind.coerce import cast, coerce, resolve_unknown, to_boolean
from executor.bind.expressions import bind
from executor.bind.hypothetical import paired
from executor.bind.resolve import Candidate, array_type, coercion_path, element_type, find_function, function_candidates
from executor.bind.scope import Scope
from executor.bind.statement import Statement, type_name
from executor.bind.typenames import find as find_type
from executor.catalog.constructors import constructors
from executor.catalog.routines import routines
from executor.errors import not_supported
from executor.facts import lookup
from executor.facts.lookup import Function
from executor.parse import Node, parse_expression
from executor.plan import AggregateCall, Call, Const, Expr, SortKey, Window
from executor.sqlstates import (
    AmbiguousFunction,
    DatatypeMismatch,
    FeatureNotSupported,
    GroupingError,
    InvalidColumnReference,
    NullValueNotAllowed,
    UndefinedFunction,
    UndefinedObject,
    WindowingError,
    WrongObjectType,
)
from executor.types import oids as T
from executor.types.made import Field, is_constrained, oid_of, row_number


def bind_call(s: Statement, scope: Scope, node: Node) -> Expr:
    """A FuncCall node."""
    names, position = node.texts("funcname"), s.position(node)
    sql_syntax = node.take("funcformat") == "COERCE_SQL_SYNTAX"
    over, filter_node, order_nodes = node.take("over"), node.take("agg_filter"), node.nodes("agg_order")
    star, distinct, within = bool(node.take("agg_star")), bool(node.take("agg_distinct")), bool(node.take("agg_within_group"))
    variadic_call = bool(node.take("func_variadic"))
    argument_nodes = node.nodes("args")
    labels = [a.peek("name") for a in argument_nodes if a.kind == "NamedArgExpr"]
    arguments = [bound_argument(s, scope, a) for a in argument_nodes]
    if within:
        arguments += [bind(s, scope, o.peek("node")) for o in order_nodes]
    found = _choose(s, scope, names, arguments, labels, variadic_call, position, star=star,
                    special=bool(over or filter_node or order_nodes or distinct))
    if isinstance(found, Expr):
        return found
    function, converted, result = found
    if function.name == "pg_typeof" and not over:
        return _type_of(arguments[0])
    if function.kind == "f":
        _refuse_decorations(function, node, over, filter_node, distinct, order_nodes, star, position)
        if function.returns_set:
            scope.set_returning = True
        plain = Call(type=result, function=function, arguments=tuple(converted), position=position, sql_syntax=sql_syntax,
                     spread=variadic_call and function.variadic == T.ANY,
                     written=_as_written(function, len(argument_nodes), labels))
        return _checked_input(s, plain) if function.name in READING else plain
    if function.kind == "p":
        raise WrongObjectType(f"{_shown(names, arguments)} is a procedure", hint="To call a procedure, use CALL.",
                              position=position or None)
    call = _aggregate(s, scope, function, converted, result, node, position, star=star, distinct=distinct,
                      order_nodes=order_nodes, filter_node=filter_node, within=within)
    if over is not None:
        return _over(s, scope, call, over, position)
    return _plain_aggregate(scope, call, position)


def call_of(s: Statement, name: str, argument: Expr, position: int) -> Expr | None:
    """name(argument), also written argument.name; None if there is no such function."""
    candidates = function_candidates(_overloads(s, [name]), [argument.type], [], False)
    found, _ = find_function(candidates, [argument.type])
    if found is None:
        return None
    function, converted, result = converted_call(s, found, [argument], False, position)
    if function.kind != "f" or function.returns_set:
        return None
    return Call(type=result, function=function, arguments=tuple(converted), position=position)


def _as_written(function: Function, given: int, labels: list[str]) -> tuple[tuple[int, str], ...] | None:
    """See plan.Call.written."""
    by_position = given - len(labels)
    if not labels and (function.variadic or given == len(function.arguments)):
        return None
    named = ((function.argument_names.index(label), label) for label in labels)
    return (*((i, "") for i in range(by_position)), *named)


READING = frozenset(f"{kind}_populate_record{many}" for kind in ("json", "jsonb") for many in ("", "set"))
"""Functions that make values from text, which may break constraints of domains."""


def _checked_input(s: Statement, call: Call) -> Expr:
    if not is_constrained(call.type):
        return call
    if call.function.returns_set:
        raise not_supported(f"{call.function.name} of rows with constrained columns", position=call.position or None)
    return domains.input_checked(s, call)


def bound_argument(s: Statement, scope: Scope, node: Node) -> Expr:
    """An argument of a call, which may have a name."""
    if node.kind != "NamedArgExpr":
        return bind(s, scope, node)
    node.take("name")
    node.take("argnumber")
    value = bind(s, scope, node.take("arg"))
    node.finish()
    return value


def _type_of(argument: Expr) -> Expr:
    found = Const(type=T.REGTYPE, value=oid_of(argument.type))
    if not any(isinstance(e, AggregateCall) or (isinstance(e, Call) and e.function.returns_set) for e in walk.own(argument)):
        return found
    # The rows that there are depend on the argument.
    null = plan.IsTest(type=T.BOOL, test="null", negated=False, argument=argument)
    return plan.Case(type=T.REGTYPE, whens=((null, found),), otherwise=found, position=argument.position)


def _shown(names: list[str], arguments: list[Expr], labels: list[str] | None = None) -> str:
    texts = [type_name(a.type) for a in arguments]
    for i, label in enumerate(reversed(labels or []), 1):
        texts[-i] = f"{label} => {texts[-i]}"
    return f"{'.'.join(names)}({', '.join(texts)})"


def _overloads(s: Statement, names: list[str]) -> tuple[Function, ...]:
    """The functions that a name can mean: PostgreSQL's, and those that came with users' types."""
    built_in = lookup.functions_in(names[-2] if len(names) > 1 else "pg_catalog").get(names[-1], ())
    if not s.catalog.types and not s.catalog.routines:
        return built_in
    path = names[-2:-1] or s.search_path
    made = [function for schema in reversed(path)
            for function in (*constructors(s.catalog, schema, names[-1]), *routines(s.catalog, schema, names[-1]))]
    found = {function.arguments: function for function in made}  # the first schema's wins
    hidden = () if len(names) > 1 else path[: path.index("pg_catalog")] if "pg_catalog" in path else path
    for function in built_in:
        if function.arguments in found:
            if found[function.arguments].schema in hidden:
                built_in = tuple(f for f in built_in if f is not function)
            else:
                del found[function.arguments]
    return built_in + tuple(found.values())


def _choose(s: Statement, scope: Scope, names: list[str], arguments: list[Expr], labels: list[str], variadic_call: bool,
            position: int, *, star: bool, special: bool) -> tuple[Function, list[Expr], int] | Expr:
    """The function meant with its converted arguments and result type, or another expression it stands for."""
    functions = _overloads(s, names)
    given = [a.type for a in arguments]
    candidates = function_candidates(functions, given, labels, variadic_call)
    if star:
        candidates = [c for c in candidates if isinstance(c.item, Function) and c.item.kind == "a"]
    found, ambiguous = find_function(candidates, given)
    if found is None or found.types != tuple(given):
        stands_for = None if special or labels or star else _cast_or_field(s, names, arguments, position, found is None)
        if stands_for is not None:
            return stands_for
    if found is None:
        shown = _shown(names, arguments, labels)
        if ambiguous:
            raise AmbiguousFunction(f"function {shown} is not unique", position=position or None,
                                    hint="Could not choose a best candidate function. You might need to add explicit type casts.")
        raise UndefinedFunction(f"function {shown} does not exist", position=position or None,
                                hint="No function matches the given name and argument types. "
                                     "You might need to add explicit type casts.")
    return converted_call(s, found, arguments, variadic_call, position)


def _cast_or_field(s: Statement, names: list[str], arguments: list[Expr], position: int, missing: bool) -> Expr | None:
    """A one-argument call written for a cast, `int4('1')`, or for a column, `name(row)`."""
    if len(arguments) != 1:
        return None
    (argument,) = arguments
    target = find_type(s, names)
    if target is not None and target.kind not in ("p", "c"):
        if argument.type == T.UNKNOWN and isinstance(argument, Const):
            return cast(s, argument, target.oid, -1, position)
        path = coercion_path(argument.type, target.oid, resolve.EXPLICIT)
        if path and (path.method == "relabel" or (path.method == "text" and missing and rows.columns_of(argument) is None)):
            return coerce(s, argument, target.oid, -1, resolve.EXPLICIT, explicit=True)
    if missing and len(names) == 1 and any(f.name == names[0] for f in rows.columns_of(argument) or ()):
        return rows.field(s, argument, names[0], position)
    return None


def converted_call(s: Statement, found: Candidate, arguments: list[Expr], variadic_call: bool,
               position: int) -> tuple[Function, list[Expr], int]:
    """The function with its converted arguments, those left out among them, and the type of its result."""
    function = found.item
    assert isinstance(function, Function)
    given = [a.type for a in arguments]
    if found.order:
        placed: list[Expr | None] = [arguments[i] if i >= 0 else None for i in found.order]
        offset = len(function.arguments) - len(function.defaults)
        whole = [a if a is not None else _default_argument(s, function, i - offset) for i, a in enumerate(placed)]
        return _finish(s, function, function.arguments, whole, position)
    if found.variadic and function.variadic != T.ANY:
        return _variadic(s, function, found, arguments, position)
    if found.variadic:
        if (aggregate := lookup.aggregates().get(function.oid)) and aggregate.kind == "h":
            return function, arguments, function.result  # executor.bind.hypothetical gives them their types
        fixed = len(function.arguments) - 1
        converted = [coerce(s, a, t, position=position) for a, t in zip(arguments[:fixed], function.arguments, strict=False)]
        return function, converted + [_untyped(s, a) for a in arguments[fixed:]], function.result
    extra = [_default_argument(s, function, len(function.defaults) - found.defaults + i) for i in range(found.defaults)]
    assert given is not None
    if variadic_call and function.variadic == T.ANY:
        last = arguments[-1]
        if not element_type(last.type):
            raise DatatypeMismatch("VARIADIC argument must be an array", position=last.position or None)
    return _finish(s, function, function.arguments, [*arguments, *extra], position)


def _default_argument(s: Statement, function: Function, index: int) -> Expr:
    """The default is a text of its own: its places are not those of the statement."""
    before = s.positions, s.lifted
    s.positions, s.lifted = False, {}
    try:
        return bind(s, Scope(), parse_expression(function.defaults[index]))
    finally:
        s.positions, s.lifted = before


def _finish(s: Statement, function: Function, declared: tuple[int, ...], arguments: list[Expr],
            position: int) -> tuple[Function, list[Expr], int]:
    wanted, result = operators.polymorphic(declared, [a.type for a in arguments], function.result, position)
    converted = []
    for a, t in zip(arguments, wanted, strict=True):
        converted.append(_untyped(s, a) if t == T.ANY else coerce(s, a, t, position=position))
    if result == T.RECORD and function.name in SAME_ROW:
        result = rows.unnamed(converted[0].type)
    if result == T.RECORD and len(function.outputs) > 1:
        outputs = [operators.polymorphic(declared, [a.type for a in arguments], oid, position)[1] for _, oid in function.outputs]
        result = row_number(tuple(Field(name, oid) for (name, _), oid in zip(function.outputs, outputs, strict=True)))
    return function, converted, result


SAME_ROW = frozenset({"min", "max", "record_larger", "record_smaller"})
"""Functions of record that give one of their arguments back."""


def _untyped(s: Statement, argument: Expr) -> Expr:
    """An argument for "any": an unknown literal stays one for PostgreSQL, here it is text."""
    found = resolve_unknown(s, argument)
    return replace(found, untyped=True) if isinstance(found, Const) and argument.type == T.UNKNOWN else found


def _variadic(s: Statement, function: Function, found: Candidate, arguments: list[Expr],
              position: int) -> tuple[Function, list[Expr], int]:
    """The trailing arguments as the array a VARIADIC parameter takes."""
    fixed = len(function.arguments) - 1
    declared = function.arguments[:fixed] + (function.variadic,) * found.variadic
    wanted, _ = operators.polymorphic(declared, [a.type for a in arguments], function.variadic, position)
    converted = [coerce(s, a, t, position=position) for a, t in zip(arguments, wanted, strict=True)]
    element = wanted[-1]
    packed = plan.Array(type=array_type(element), elements=tuple(converted[fixed:]), position=position)
    _, result = operators.polymorphic(function.arguments, [*(a.type for a in converted[:fixed]), packed.type],
                                      function.result, position)
    return function, [*converted[:fixed], packed], result


def _refuse_decorations(function: Function, node: Node, over: Node | None, filter_node: Node | None, distinct: bool,
                        order_nodes: list[Node], star: bool, position: int) -> None:
    name = function.name
    if over is not None:
        raise WrongObjectType(f"OVER specified, but {name} is not a window function nor an aggregate function",
                              position=position or None)
    for given, what in ((star, "(*)"), (distinct, "DISTINCT"), (bool(order_nodes), "ORDER BY"),
                        (filter_node is not None, "FILTER")):
        if given:
            shown = f"{name}(*)" if what == "(*)" else what
            raise WrongObjectType(f"{shown} specified, but {name} is not an aggregate function", position=position or None)


def _aggregate(s: Statement, scope: Scope, function: Function, converted: list[Expr], result: int, node: Node,
               position: int, *, star: bool, distinct: bool, order_nodes: list[Node], filter_node: Node | None,
               within: bool) -> AggregateCall:
    fact = lookup.aggregates().get(function.oid)
    if function.kind == "a" and not converted and not star and not function.arguments:
        raise WrongObjectType(f"{function.name}(*) must be used to call a parameterless aggregate function",
                              position=position or None)
    if fact and fact.kind != "n" and not within:
        raise WrongObjectType(f"WITHIN GROUP is required for ordered-set aggregate {function.name}", position=position or None)
    if within and (fact is None or fact.kind == "n"):
        raise WrongObjectType(f"{function.name} is not an ordered-set aggregate, so it cannot have WITHIN GROUP",
                              position=position or None)
    order: tuple[SortKey, ...] = ()
    direct: tuple[Expr, ...] = ()
    if within:
        assert fact is not None
        if fact.kind == "h":
            direct, converted = paired(s, function, converted, len(order_nodes), position)
        else:
            direct, converted = tuple(converted[: fact.direct_arguments]), converted[fact.direct_arguments :]
    if order_nodes:
        from executor.bind.ordering import sort_key

        order = tuple(sort_key(s, scope, o, None) for o in order_nodes)
        if within:
            order = tuple(SortKey(expr=c, descending=o.descending, nulls_first=o.nulls_first)
                          for c, o in zip(converted, order, strict=True))
    if distinct:
        for a in converted:
            operators.check_distinct(s, a.type, a.position)
        order = tuple(_distinct_key(k, converted) for k in order)
        if any(not any(walk.key(k.expr) == walk.key(a) for a in converted) for k in order):
            raise InvalidColumnReference("in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list",
                              position=order[0].expr.position or None)
    condition = _filter(s, scope, filter_node) if filter_node else None
    return AggregateCall(type=result, function=function, arguments=tuple(converted), direct_arguments=direct, star=star,
                         distinct=distinct, order=order, filter=condition, position=position)


def _distinct_key(key: SortKey, arguments: list[Expr]) -> SortKey:
    """A sort key of an aggregate with DISTINCT: implicit casts of the argument that it repeats are part of it."""
    for argument in arguments:
        if walk.key(_without_implicit_casts(argument)) == walk.key(key.expr):
            return replace(key, expr=argument)
    if any(walk.key(key.expr) == walk.key(a) and _without_implicit_casts(a) is not a for a in arguments):
        raise InvalidColumnReference("in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list",
                                     position=key.expr.position or None)
    return key


def _without_implicit_casts(expr: Expr) -> Expr:
    while (isinstance(expr, plan.Relabel) and not expr.explicit) or (isinstance(expr, Call) and expr.implicit_cast):
        expr = expr.argument if isinstance(expr, plan.Relabel) else expr.arguments[0]
    return expr


def _filter(s: Statement, scope: Scope, node: Node) -> Expr:
    before = scope.aggregates_refused, scope.windows_refused
    scope.aggregates_refused = "aggregate functions are not allowed in FILTER"
    scope.windows_refused = "window functions are not allowed in FILTER"
    found = to_boolean(s, bind(s, scope, node), "FILTER")
    scope.aggregates_refused, scope.windows_refused = before
    return found


def _plain_aggregate(scope: Scope, call: AggregateCall, position: int) -> Expr:
    if call.function.kind == "w":
        raise WrongObjectType(f"window function {call.function.name} requires an OVER clause", position=position or None)
    level, entry = aggregate_level(scope, call)
    _refuse_sets(call, "aggregate")
    if level.aggregates_refused:
        raise GroupingError(level.aggregates_refused, position=position or None)
    for inner in (e for a in (*call.direct_arguments, *call.arguments, *(k.expr for k in call.order)) for e in walk.own(a)):
        if isinstance(inner, AggregateCall) and inner.window is not None:
            raise GroupingError("aggregate function calls cannot contain window function calls", position=inner.position or None)
        if isinstance(inner, (AggregateCall, plan.Grouping)):
            raise GroupingError("aggregate function calls cannot be nested", position=inner.position or None)
    parts = (call.arguments, call.order, call.filter)
    for inner in (e for part in parts for e in walk.descend(part) if isinstance(e, plan.OuterAggregate)):
        if _level_of(scope, {inner.entry})[0] is level:
            raise GroupingError("aggregate function calls cannot be nested", position=inner.position or None)
    level.aggregated = True
    if level is scope:
        return call
    for column in (e for d in call.direct_arguments for e in walk.own(d) if isinstance(e, plan.ColumnRef)):
        if _level_of(scope, {column.entry})[0] is not level:
            raise GroupingError("outer-level aggregate cannot contain a lower-level variable in its direct arguments",
                                position=column.position or None)
    return plan.OuterAggregate(type=call.type, typmod=call.typmod, call=call, entry=entry, position=call.position)


def _refuse_sets(call: AggregateCall, kind: str) -> None:
    found = next((e for a in call.arguments for e in walk.own(a) if isinstance(e, Call) and e.function.returns_set), None)
    if found is not None:
        raise FeatureNotSupported(f"{kind} function calls cannot contain set-returning function calls",
                                  position=found.position or None,
                                  hint="You might be able to move the set-returning function into a LATERAL FROM item.")


def aggregate_level(scope: Scope, call: AggregateCall) -> tuple[Scope, int]:
    """The query level that an aggregate belongs to, that of the innermost variables in its arguments, and one of its range
    entries (0 if there are no variables)."""
    return _level_of(scope, referenced_entries(replace(call, direct_arguments=())))


def _level_of(scope: Scope, entries: set[int]) -> tuple[Scope, int]:
    for level in scope.levels():
        own = {item.entry.number for item in level.items if item.entry is not None} & entries
        if own:
            return level, min(own)
    return scope, 0


def referenced_entries(expr: Expr) -> set[int]:
    """The range entries whose columns an expression uses (not looking into subqueries)."""
    found: set[int] = set()
    stack = [expr]
    while stack:
        current = stack.pop()
        if isinstance(current, (plan.ColumnRef, plan.OuterAggregate)):
            found.add(current.entry)
        stack.extend(walk.children(current))
    return found


def contains_aggregate(expr: Expr) -> bool:
    """True if an aggregate (not over a window) is inside."""
    if isinstance(expr, plan.Grouping) or (isinstance(expr, AggregateCall) and expr.window is None):
        return True
    return any(contains_aggregate(child) for child in walk.children(expr))


def contains_window(expr: Expr) -> bool:
    """True if a window function is inside."""
    if isinstance(expr, AggregateCall) and expr.window is not None:
        return True
    return any(contains_window(child) for child in walk.children(expr))


def contains_set_returning(expr: Expr) -> bool:
    """True if a set-returning function is inside."""
    if isinstance(expr, Call) and expr.function.returns_set:
        return True
    return any(contains_set_returning(child) for child in walk.children(expr))


# ---------------------------------------------------------------- windows

FRAME_BITS = {"range": 0x2, "rows": 0x4, "groups": 0x8}


def _over(s: Statement, scope: Scope, call: AggregateCall, over: Node, position: int) -> Expr:
    if call.distinct:
        raise FeatureNotSupported("DISTINCT is not implemented for window functions", position=position or None)
    if call.order:
        raise FeatureNotSupported("aggregate ORDER BY is not implemented for window functions", position=position or None)
    if call.filter is not None and call.function.kind == "w":
        raise FeatureNotSupported("FILTER is not implemented for non-aggregate window functions", position=position or None)
    _refuse_sets(call, "window")
    if scope.windows_refused:
        raise WindowingError(scope.windows_refused, position=position or None)
    window = window_of(s, scope, over)
    if any(contains_window(a) for a in call.arguments):
        raise WindowingError("window function calls cannot be nested", position=position or None)
    return AggregateCall(type=call.type, function=call.function, arguments=call.arguments, star=call.star,
                         filter=call.filter, window=window, position=position)


def window_of(s: Statement, scope: Scope, node: Node, *, defining: bool = False) -> Window:
    """OVER name, OVER (...) or (`defining`) a WINDOW clause's definition."""
    name, reference = node.take("name"), node.take("refname")
    options = node.take("frameOptions", 1058)
    partition, order = node.nodes("partitionClause"), node.nodes("orderClause")
    start_node, end_node = node.take("startOffset"), node.take("endOffset")
    node.finish()
    if name is not None and not defining:
        if name not in scope.windows:
            raise UndefinedObject(f'window "{name}" does not exist', position=s.position(node) or None)
        return scope.windows[name]
    from executor.bind.ordering import group_key, sort_key

    base: Window | None = None
    if reference is not None:
        base = scope.windows.get(reference)
        if base is None:
            raise UndefinedObject(f'window "{reference}" does not exist', position=s.position(node) or None)
        if partition:
            raise WindowingError(f'cannot override PARTITION BY clause of window "{reference}"',
                                 position=s.position(node) or None)
        if order and base.order:
            raise WindowingError(f'cannot override ORDER BY clause of window "{reference}"', position=s.position(node) or None)
        if not base.default_frame:
            raise WindowingError(f'cannot copy window "{reference}" because it has a frame clause',
                                 position=s.position(node) or None)
    parts = tuple(group_key(s, scope, p) for p in partition) if base is None else base.partition
    keys = tuple(sort_key(s, scope, o, None) for o in order) or (base.order if base else ())
    found = _frame(s, scope, node, options, parts, keys, start_node, end_node)
    if reference is None:
        return found
    return replace(found, base=reference, copied_order=base is not None and bool(base.order))


def _frame(s: Statement, scope: Scope, node: Node, options: int, partition: tuple[Expr, ...], order: tuple[SortKey, ...],
           start_node: Node | None, end_node: Node | None) -> Window:
    mode = next(m for m, bit in FRAME_BITS.items() if options & bit)
    if not options & 0x1:
        return Window(partition=partition, order=order)
    if mode == "groups" and not order:
        raise WindowingError("GROUPS mode requires an ORDER BY clause", position=s.position(node) or None)
    start = next(name for bit, name in STARTS if options & bit)
    end = next(name for bit, name in ENDS if options & bit)
    offsets: list[Expr | None] = []
    for offset in (start_node, end_node):
        if offset is None:
            offsets.append(None)
            continue
        bound = bind(s, scope, offset)
        if any(isinstance(e, plan.ColumnRef) for e in walk.own(bound)):
            raise InvalidColumnReference(f"argument of {mode.upper()} must not contain variables",
                                         position=bound.position or None)
        if any(isinstance(e, plan.Subquery) for e in walk.own(bound)):
            raise not_supported("a subquery as a frame's offset", position=bound.position or None)
        if isinstance(bound, Const) and bound.value is None:
            side = "ending" if offset is end_node else "starting"
            raise NullValueNotAllowed(f"frame {side} offset must not be null")
        if mode == "range":
            offsets.append(_range_offset(s, order, bound, s.position(node)))
        else:
            offsets.append(coerce(s, bound, T.INT8, context="a"))
    exclude = next((name for bit, name in EXCLUSIONS if options & bit), "")
    return Window(partition=partition, order=order, mode=mode, start=start, start_offset=offsets[0], end=end,
                  end_offset=offsets[1], exclude=exclude, default_frame=False, between=bool(options & 0x10))


def _range_offset(s: Statement, order: tuple[SortKey, ...], bound: Expr, position: int) -> Expr:
    if len(order) != 1:
        raise WindowingError("RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column",
                             position=position or None)
    key = order[0].expr.type
    if key not in (T.INT2, T.INT4, T.INT8, T.FLOAT4, T.FLOAT8):
        raise not_supported(f"RANGE with offset PRECEDING/FOLLOWING over type {type_name(key)}")
    return coerce(s, bound, key, context="a")


STARTS = ((0x20, "unbounded preceding"), (0x200, "current row"), (0x800, "preceding"), (0x2000, "following"))
ENDS = ((0x100, "unbounded following"), (0x400, "current row"), (0x1000, "preceding"), (0x4000, "following"))
EXCLUSIONS = ((0x8000, "current row"), (0x10000, "group"), (0x20000, "ties"))
