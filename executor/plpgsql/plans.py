"""Pieces of SQL in a body, bound and lowered; conversions of values between types."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from executor import plan, walk
from executor.analysis import BINDERS, VERBS, Analyzed, changes_of, check_populated, column_of, is_optimizable
from executor.bind import domains
from executor.bind.coerce import resolve_unknown, try_coerce
from executor.bind.query import bind_query
from executor.bind.resolve import ASSIGNMENT
from executor.bind.scope import Scope
from executor.bind.statement import Statement as Binding
from executor.bind.statement import type_name
from executor.bind.volatility import volatility
from executor.catalog.model import Catalog
from executor.context import Context
from executor.errors import SqlError
from executor.facts.lookup import base_type
from executor.lower.generator import Generator, Lowered
from executor.lower.query import query as lower_query
from executor.lower.statement import lower
from executor.parse import RawStatement, Source, parse
from executor.plpgsql.frame import Frame, Names, Reference
from executor.plpgsql.native import native
from executor.plpgsql.syntax import Expr
from executor.prepared import fresh
from executor.sqlstates import DatatypeMismatch, StatementTooComplex, SyntaxError
from executor.types import oids as T
from executor.types.base import Stored
from executor.types.numeric import numeric_from_number

Type = tuple[int, int]
"""(type number, typmod)."""


@dataclass(slots=True, eq=False)
class Plan:
    """A bound piece. references: its parameters; shapes: see frame.Names. columns: (name, type, typmod) of its rows.
    is_simple: an expression over its parameters alone, which reads no table. raw: of a command, which is not bound."""

    analyzed: Analyzed | None
    references: tuple[Reference, ...]
    shapes: tuple[tuple[int, int], ...]
    columns: tuple[tuple[str, int, int], ...]
    is_simple: bool = False
    slots: tuple[int, ...] = ()
    raw: RawStatement | None = None
    numerics: tuple[tuple[int, int], ...] = ()
    verb: str = ""
    is_quiet: bool = False  # errors in it do not say the SQL, since PostgreSQL computes it without a query
    is_constant: bool = False  # PostgreSQL computes it as it plans
    compute: Callable[[list[Any]], Stored] | None = None  # computes it from the variables' values, where that is simple

    @property
    def type(self) -> Type:
        """Of its first column."""
        return self.columns[0][1:]

    def parameters(self, frame: Frame) -> list[Stored]:
        """The values of its parameters."""
        return [frame.get(number, field) for number, field in self.references]


def bind_piece(frame: Frame, piece: Expr, context: Context, catalog: Catalog, path: tuple[str, ...],
               target: Type | None = None) -> Plan:
    """Bind a piece of a body. target: what an expression is converted to, if that can be done within it.

    Errors in it have an internal position, or a line of context."""
    lead = "" if piece.mode == "statement" else "SELECT "
    text = lead + piece.text[piece.prefix :]
    try:
        statements = parse(text)
        if len(statements) != 1:
            raise SyntaxError("cannot insert multiple commands into a prepared statement")
        return bind_raw(statements[0], Names(frame, piece.names, piece.conflict), frame, context, catalog, path, target)
    except SqlError as error:
        raise located(error, piece, len(lead) - piece.prefix) from None


def located(error: SqlError, piece: Expr, lead: int) -> SqlError:
    """An error met in a piece as it was bound."""
    if error.position is not None:
        error.internal_position, error.internal_query = error.position - lead, piece.text
        error.position = None
    elif error.internal_position is None:
        words = {"statement": "SQL statement", "assignment": "PL/pgSQL assignment"}.get(piece.mode, "PL/pgSQL expression")
        add_context(error, f'{words} "{piece.text}"')
    return error


def add_context(error: SqlError, line: str) -> None:
    """One more line of CONTEXT."""
    error.where = line if error.where is None else f"{error.where}\n{line}"


def bind_raw(raw: RawStatement, names: Any, frame: Frame, context: Context, catalog: Catalog, path: tuple[str, ...],
             target: Type | None) -> Plan:
    """Bind a parsed statement whose names may be variables."""
    if not is_optimizable(raw.node):
        return Plan(None, (), (), (), raw=raw)
    s = Binding(catalog=catalog, context=context, search_path=path, source=Source(raw.source), fixed_parameters=True)
    s.variables = names
    s.transitions = frame.transitions
    try:
        bound = _bound(s, raw, target)
        check_populated(s)
        return finished(s, bound, VERBS[raw.node.kind], tuple(names.references), tuple(names.shapes.items()))
    except RecursionError:
        raise StatementTooComplex("stack depth limit exceeded") from None


def _bound(s: Binding, raw: RawStatement, target: Type | None) -> plan.Plan:
    if target is not None and raw.node.kind == "SelectStmt":
        again = fresh(raw)
        found: plan.Plan = bind_query(s, Scope(), raw.node, keep_unknown=True)
        raw.node.finish()
        if _is_expression(found):
            assert isinstance(found, plan.Select)
            return converted(s, found, target)
        raw = again
    found = BINDERS[raw.node.kind](s, Scope(), raw.node)
    raw.node.finish()
    return found


def _is_expression(bound: plan.Plan) -> bool:
    return isinstance(bound, plan.Select) and len(bound.targets) == 1 and not (
        bound.source or bound.order or bound.distinct_on is not None or bound.group or bound.aggregated)


def converted(s: Binding, bound: plan.Select, target: Type) -> plan.Select:
    """An expression as a value of another type, as an assignment converts it."""
    from msgspec.structs import replace

    (only,) = bound.targets
    expr = assigned(s, only.expr, target)
    if expr is None:
        expr = resolve_unknown(s, only.expr)
    return bound if expr is only.expr else replace(bound, targets=(replace(only, expr=expr),))


def assigned(s: Binding, expr: plan.Expr, target: Type) -> plan.Expr | None:
    """An expression as a variable of a type takes it: by an assignment cast, else through its text."""
    found = try_coerce(s, expr, *target, ASSIGNMENT)
    if found is None and target[0] != T.RECORD:
        from executor.types.made import fields_of

        if fields_of(expr.type) is not None or fields_of(target[0]) is not None:
            return None  # rows are converted column by column, when they are there
        inner = plan.ConvertText(type=base_type(target[0]), typmod=target[1], argument=expr)
        found = domains.input_checked(s, inner)
        if domains.domain_of(target[0]) is not None:
            found = domains.checked(s, inner, target[0])
    return found


def finished(s: Binding, bound: plan.Plan, verb: str, references: tuple[Reference, ...],
             shapes: tuple[tuple[int, int], ...]) -> Plan:
    """Lower what has been bound."""
    lowered = lower(bound, s.catalog)
    is_query = isinstance(bound, plan.Query)
    if is_query and not lowered.steps:
        generator = Generator()
        assert isinstance(bound, plan.Query)
        lowered = generator.finish(lower_query(generator, bound), writes=lowered.statement.writes)
    targets = bound.targets if isinstance(bound, plan.Query) else bound.returning
    has_result = is_query or bool(targets)
    visible = [t for t in targets if not t.hidden] if has_result else []
    analyzed = Analyzed(catalog=s.catalog, plan=bound, lowered=lowered, parameters=tuple(s.parameters.values()),
                        columns=tuple(map(column_of, visible)) if has_result else None, verb=verb,
                        writes=lowered.statement.writes, may_be_kept=not s.volatile_literals,
                        changes=changes_of(bound, lowered, verb), used=s.relations, given=s.given, through=s.through)
    numerics = () if is_query and not lowered.steps else tuple(
        (i, t.expr.typmod) for i, t in enumerate(visible) if base_type(t.expr.type) == T.NUMERIC)
    is_simple = _is_simple(bound, lowered, s)
    return Plan(analyzed, references, shapes, tuple((t.name, t.expr.type, t.expr.typmod) for t in visible),
                is_simple=is_simple, compute=native(targets[0].expr, references) if is_simple else None,
                numerics=numerics, verb=verb, is_quiet=_is_quiet(bound),
                is_constant=not references and _is_constant(bound),
                slots=tuple(slot.number - 1 for slot in lowered.slots if slot.source == "param"))


def _is_simple(bound: plan.Plan, lowered: Lowered, s: Binding) -> bool:
    if not _is_expression(bound) or s.relations or lowered.steps or lowered.system or lowered.statement.writes:
        return False
    assert isinstance(bound, plan.Select)
    if bound.where is not None or bound.limit is not None or bound.offset is not None or bound.having is not None or bound.ctes:
        return False
    if lowered.statement.nested or len(lowered.slots) != sum(slot.source == "param" for slot in lowered.slots):
        return False
    return not any(isinstance(e, plan.Call) and e.function.returns_set for e in walk.descend(bound))


def _is_quiet(bound: plan.Plan) -> bool:
    return _is_expression(bound) and not any(
        isinstance(e, plan.Subquery) or (isinstance(e, plan.Call) and e.function.returns_set) for e in walk.descend(bound))


def _is_constant(bound: plan.Plan) -> bool:
    if not _is_expression(bound):
        return False
    assert isinstance(bound, plan.Select)
    (only,) = bound.targets
    return volatility(only.expr) == "i" and not any(isinstance(e, plan.CheckDomain) for e in walk.descend(only.expr))


def exact(rows: list[Any], numerics: tuple[tuple[int, int], ...]) -> list[Any]:
    """Rows with their numerics in the form that expressions compute with."""
    if not numerics:
        return rows
    found = []
    for row in rows:
        values = list(row)
        for i, typmod in numerics:
            if values[i] is not None and not isinstance(values[i], str):
                scale = None if typmod < 0 else ((typmod - 4 & 0x7FF) ^ 1024) - 1024
                values[i] = numeric_from_number(values[i], scale)
        found.append(tuple(values))
    return found


def bind_conversion(context: Context, catalog: Catalog, path: tuple[str, ...], source: Type, target: Type) -> Plan | None:
    """The conversion of a value as an assignment does it; None if there is nothing to do."""
    if source == target or (source[0] == target[0] and target[1] == -1) or target[0] in (T.RECORD, T.VOID):
        return None
    s = Binding(catalog=catalog, context=context, search_path=path, source=Source(""), fixed_parameters=True)
    s.parameters[1] = source[0]
    given = plan.Param(type=source[0], typmod=source[1], number=1)
    expr = assigned(s, given, target)
    if expr is None:
        raise DatatypeMismatch(f"cannot cast type {type_name(source[0])} to {type_name(target[0])}")
    if expr is given or (isinstance(expr, plan.Relabel) and expr.argument is given):
        return None
    return finished(s, plan.Select(targets=(plan.Target(expr=expr, name="x"),)), "SELECT", ((0, -1),), ())

