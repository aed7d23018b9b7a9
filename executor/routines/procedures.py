"""CALL: which procedure is meant, its arguments, and what comes back from it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from executor import plan
from executor.analysis import Column, column_of
from executor.bind.calls import bound_argument, converted_call
from executor.bind.resolve import find_function, function_candidates
from executor.bind.scope import Scope
from executor.bind.statement import Statement as Binding
from executor.bind.statement import type_name
from executor.catalog.model import Catalog, Routine
from executor.catalog.routines import IS_ROUTINE
from executor.catalog.usertypes import number
from executor.commands.base import Parameters, Result
from executor.context import Context
from executor.errors import SqlError, not_supported
from executor.facts.lookup import Function
from executor.parse import Node, RawStatement, Source
from executor.plpgsql.compiled import output_numbers
from executor.plpgsql.plans import Plan, finished
from executor.plpgsql.run import Host
from executor.routines.call import run_routine
from executor.routines.hosts import SessionHost
from executor.sqlstates import AmbiguousFunction, SyntaxError, UndefinedFunction, WrongObjectType
from executor.types.base import Stored

if TYPE_CHECKING:
    from executor.session import Session


class Bound(NamedTuple):
    """A CALL. plan: computes its inputs; types: theirs. outputs: (index among all arguments, name, type)."""

    routine: Routine
    plan: Plan
    types: tuple[int, ...]
    outputs: tuple[tuple[int, str, int], ...]
    nodes: tuple[Node | None, ...]


def bind_call(node: Node, catalog: Catalog, context: Context, path: tuple[str, ...], source: str, names: Any) -> Bound:
    """Bind a CallStmt. names: what it may name (executor.bind.variables), or None."""
    call = node.take("funccall")
    s = Binding(catalog=catalog, context=context, search_path=path, source=Source(source), fixed_parameters=True)
    s.variables = names
    given = call.nodes("args")
    for field in ("funcformat", "func_variadic"):
        call.take(field)
    labels = [a.peek("name") for a in given if a.kind == "NamedArgExpr"]
    copies = tuple(a.peek("arg") if a.kind == "NamedArgExpr" else Node(a.kind, dict(a.tree[a.kind])) for a in given)
    arguments = [bound_argument(s, Scope(), a) for a in given]
    names_of = call.texts("funcname")
    position = s.position(call)
    found, routine = _choose(s, names_of, arguments, labels, position)
    function, converted, _ = converted_call(s, found, arguments, bool(call.peek("func_variadic")), position)
    inputs = [(a, e) for a, e in zip(_listed(routine), converted, strict=True) if a.mode in "ibv"]
    types = tuple(e.type for _, e in inputs)
    targets = tuple(plan.Target(expr=e, name=f"a{i}") for i, (_, e) in enumerate(inputs))
    computed = finished(s, plan.Select(targets=targets or (plan.Target(expr=plan.Const(type=23, value=1), name="x"),)),
                        "SELECT", tuple(names.references) if names is not None else (),
                        tuple(names.shapes.items()) if names is not None else ())
    numbers = output_numbers(catalog, routine, types)
    places = [i for i, a in enumerate(_listed(routine)) if a.mode in "ob"]
    outputs = tuple((place, a.name or f"column{i}", oid)
                    for i, (place, a, oid) in enumerate(zip(places, routine.outputs, numbers, strict=True), 1))
    order = found.order or tuple(range(len(arguments)))
    written = tuple(copies[order[i]] if i < len(order) and 0 <= order[i] < len(copies) else None
                    for i in range(len(_listed(routine))))
    assert function is not None
    return Bound(routine, computed, types, outputs, written)


def _listed(routine: Routine) -> tuple[Any, ...]:
    return tuple(a for a in routine.arguments if a.mode != "t")


def _choose(s: Binding, names: list[str], arguments: list[plan.Expr], labels: list[str], position: int) -> tuple[Any, Routine]:
    types = [a.type for a in arguments]
    shown = f"{'.'.join(names)}({', '.join(map(type_name, types))})"
    path: Sequence[str] = names[-2:-1] or s.search_path
    known: dict[tuple[int, ...], tuple[Function, Routine]] = {}
    other: Routine | None = None
    for schema in path:
        for routine in s.catalog.routines_by_name.get((schema, names[-1]), ()):
            if routine.kind != "p":
                other = routine
                continue
            made = _fact(s.catalog, routine)
            known.setdefault(made.arguments, (made, routine))
    candidates = function_candidates([made for made, _ in known.values()], types, labels, False)
    found, ambiguous = find_function(candidates, types)
    if found is None:
        if ambiguous:
            raise AmbiguousFunction(f"procedure {shown} is not unique", position=position or None, hint=(
                "Could not choose a best candidate procedure. You might need to add explicit type casts."))
        if other is not None and not known:
            raise WrongObjectType(f"{shown} is not a procedure", position=position or None,
                                  hint="To call a function, use SELECT.")
        raise UndefinedFunction(f"procedure {shown} does not exist", position=position or None, hint=(
            "No procedure matches the given name and argument types. You might need to add explicit type casts."))
    return found, next(routine for made, routine in known.values() if made is found.item)


def _fact(catalog: Catalog, routine: Routine) -> Function:
    """The procedure with all its arguments, those that only come back among them."""
    listed = _listed(routine)
    types = tuple(number(catalog, a.type) or 0 for a in listed)
    variadic = 0
    if listed and listed[-1].mode == "v":
        from executor.bind.resolve import element_type

        variadic = element_type(types[-1])
    return Function(oid=routine.oid, name=routine.name, kind="p", strict=False, returns_set=False, volatility="v", result=2278,
                    arguments=types, variadic=variadic, defaults=tuple(a.default for a in listed if a.default is not None),
                    argument_names=tuple(a.name for a in listed), outputs=(), source=IS_ROUTINE, schema=routine.schema)


async def invoke(host: Host, context: Context, bound: Bound, parameters: Sequence[Stored]) -> list[Stored]:
    """Run the procedure; the values of its outputs."""
    rows, _ = await host.rows(bound.plan, parameters)
    arguments = list(rows[0]) if bound.types else []
    result = number(host.catalog, bound.routine.result) or 0
    found = await run_routine(host, context, bound.routine, bound.types, result, arguments)
    if not bound.outputs:
        return []
    value = found[0] if found else None
    if isinstance(value, tuple):
        return list(value)
    return [value] if len(bound.outputs) == 1 else [None] * len(bound.outputs)


async def call_statement(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """A client's CALL."""
    if len(parameters):
        raise not_supported("parameters in CALL")
    host = SessionHost(session, atomic=session.block.in_block)
    session.block.begin_statement()
    bound = bind_call(raw.node, host.catalog, session.context, host.path, raw.source, None)
    values = await invoke(host, session.context, bound, ())
    if not bound.outputs:
        return Result("CALL")
    return Result("CALL", columns=_columns(bound), rows=[tuple(values)])


def _columns(bound: Bound) -> tuple[Column, ...]:
    return tuple(column_of(plan.Target(expr=plan.Const(type=oid, value=None), name=name)) for _, name, oid in bound.outputs)


def describe_call(session: "Session", node: Node) -> tuple[Column, ...] | None:
    """The outputs of the procedure that a CALL names."""
    copy = Node(node.kind, node.tree[node.kind])
    try:
        bound = bind_call(copy, session.context.catalog, session.context, session.search_path(), "", None)
    except SqlError:
        return None
    return _columns(bound) or None


def writable(bound: Bound, index: int) -> list[str]:
    """The names of the variable that is the argument of an output (42601 for anything else)."""
    place, name, _ = bound.outputs[index]
    node = bound.nodes[place]
    if node is None or node.kind != "ColumnRef":
        raise SyntaxError(f'procedure parameter "{name}" is an output parameter but corresponding argument is not writable')
    return [field.text for field in node.peek("fields")]


