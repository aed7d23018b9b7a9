"""A statement's text -> what is needed to run it: parse, bind, lower; kept in the database's plan cache."""

from collections.abc import Callable, Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from executor import plan, walk
from executor.bind.query import bind_query
from executor.bind.resolve import element_type, type_of
from executor.bind.scope import Scope
from executor.bind.statement import LiteralNeeded, Statement, unresolved_parameters
from executor.bind.volatility import SEQUENCE_WRITERS
from executor.catalog import usertypes
from executor.catalog.model import Catalog, Relation
from executor.context import Context
from executor.errors import SqlError
from executor.facts.lookup import base_type
from executor.lower.generator import Lowered, Slot
from executor.lower.statement import lower
from executor.parse import Node, RawStatement, Source
from executor.sqlstates import IndeterminateDatatype, ObjectNotInPrerequisiteState, StatementTooComplex, UndefinedObject
from executor.table_locks import Tables, tables_of
from executor.types import made, record
from executor.types import oids as T
from executor.types.base import Encoder, Env, Stored
from executor.types.oids import REG_TYPES
from executor.types.registry import codec

if TYPE_CHECKING:
    from executor.privileges.plans import Need


class Column(msgspec.Struct, frozen=True):
    """One column of a result, as RowDescription tells it; `number` is its type in the plan, 0 for type_oid itself."""

    name: str
    type_oid: int
    type_size: int
    typmod: int = -1
    format: int = 0
    table_oid: int = 0
    attribute: int = 0
    fields: tuple[tuple[str, int, int], ...] = ()  # of an anonymous row: (name, type, typmod)
    number: int = 0

    @property
    def prints_names(self) -> bool:
        """True if its text depends on the session's catalog and search path (regclass and the like)."""
        return any(map(_prints_names, (self.number or self.type_oid, *(oid for _, oid, _ in self.fields))))


@cache
def _prints_names(number: int) -> bool:
    """Whether values of a type are names of objects, or have such inside."""
    number = base_type(number)
    if number in REG_TYPES:
        return True
    element = element_type(number)
    return bool(element and _prints_names(element)) or any(_prints_names(f.type) for f in made.fields_of(number) or ())


class Analyzed(msgspec.Struct, dict=True):
    """An optimizable statement ready to run. Valid for `catalog` only (compared by identity).

    parameters: types of $1 ...; columns: None without a result. verb: of the command tag. changes: what it does that
    a READ ONLY transaction may not, by its name in the message; "" for nothing.
    """

    catalog: Catalog
    plan: plan.Plan
    lowered: Lowered
    parameters: tuple[int, ...]
    columns: tuple[Column, ...] | None
    verb: str
    writes: bool
    may_be_kept: bool
    changes: str = ""
    used: dict[int, Relation] = {}  # every relation that is used, by OID
    given: dict[int, frozenset[int]] = {}  # INSERT's entry -> attnums that it names
    through: dict[int, tuple[Relation, ...]] = {}  # changed entry -> the views around it
    outputs: dict[Any, tuple[tuple[Column, ...], tuple[Encoder, ...]]] = {}  # by formats and settings
    needs_writer: bool = False  # a function that it calls has turned out to change rows

    @cached_property
    def calls_routines(self) -> bool:
        """Whether it calls functions that users made."""
        return bool(self.catalog.routines) and (self.lowered.statement.nested or any(
            step.lowered.statement.nested for step in self.lowered.steps))

    @cached_property
    def reading(self) -> frozenset[int]:
        """The OIDs of what it reads while routines that it calls must not change that: of a query that calls some."""
        return frozenset(self.used) if self.calls_routines and isinstance(self.plan, plan.Query) else frozenset()

    @cached_property
    def tables(self) -> Tables:
        """The locks on tables that it needs."""
        plain = not self.lowered.steps and isinstance(self.plan, plan.Query)
        return tables_of(self.plan, self.used, self.catalog, plain=plain) if self.used else ()


    @cached_property
    def needs(self) -> "tuple[Need, ...]":
        """The privileges that it needs."""
        from executor.privileges.plans import needs_of  # superusers' sessions never import it

        return needs_of(self.plan, self.given, self.through)


VERBS = {"SelectStmt": "SELECT", "InsertStmt": "INSERT", "UpdateStmt": "UPDATE", "DeleteStmt": "DELETE",
         "MergeStmt": "MERGE"}


def _change(name: str) -> Callable[[Statement, Scope, Node], plan.Plan]:
    """A binder of executor.bind.data_change, which a session that only reads never imports."""

    def bind(s: Statement, scope: Scope, node: Node) -> plan.Plan:
        from executor.bind import data_change

        binder: Callable[[Statement, Scope, Node], plan.Plan] = getattr(data_change, name)
        return binder(s, scope, node)

    return bind


BINDERS: dict[str, Callable[[Statement, Scope, Node], plan.Plan]] = {
    "SelectStmt": bind_query, "InsertStmt": _change("bind_insert"), "UpdateStmt": _change("bind_update"),
    "DeleteStmt": _change("bind_delete"), "MergeStmt": _change("bind_merge"),
}  # fmt: skip


def is_optimizable(node: Node) -> bool:
    """True for SELECT, INSERT, UPDATE, DELETE, MERGE; the rest are commands."""
    return node.kind in BINDERS and not (node.kind == "SelectStmt" and node.peek("intoClause"))


def bind_statement(raw: RawStatement, catalog: Catalog, context: Context, search_path: tuple[str, ...],
                   parameter_oids: Sequence[int] = (), lifted: dict[int, int] | None = None, *,
                   fixed: bool = False) -> tuple[Statement, plan.Plan]:
    """Bind an optimizable statement. fixed: it has no more parameters than are declared (42P02)."""
    s = Statement(catalog=catalog, context=context, search_path=search_path, source=Source(raw.source),
                  lifted=lifted or {}, fixed_parameters=fixed)
    s.parameters = {i: declared_number(catalog, oid) for i, oid in enumerate(parameter_oids, 1)}
    try:
        found = BINDERS[raw.node.kind](s, Scope(), raw.node)
        raw.node.finish()
    except RecursionError:
        raise StatementTooComplex("stack depth limit exceeded") from None
    return s, found


def declared_number(catalog: Catalog, oid: int) -> int:
    """The type that a client declared for a parameter."""
    found = usertypes.number(catalog, oid or T.UNKNOWN)
    if found is None:
        raise UndefinedObject(f"type with OID {oid} does not exist")
    return found


def analyze(raw: RawStatement, catalog: Catalog, context: Context, search_path: tuple[str, ...],
            parameter_oids: Sequence[int] = (), lifted: dict[int, int] | None = None,
            runs: bool = True) -> Analyzed:
    """Bind and lower a statement. runs: False if it is only looked at.

    lifted: byte offset of a literal -> its number; raises LiteralNeeded if one decides about the plan.
    """
    s, found = bind_statement(raw, catalog, context, search_path, parameter_oids, lifted)
    if lifted and len(s.lifted_used) != len(lifted):
        raise LiteralNeeded
    if runs:
        check_populated(s)
        if catalog.publications and (found.ctes if isinstance(found, plan.Query) else True):
            from executor.publishing.permitted import refuse_unidentified

            refuse_unidentified(found, catalog)
    types = unresolved_parameters(s)
    for number, oid in enumerate(types, 1):
        if oid == T.UNKNOWN:
            raise IndeterminateDatatype(f"could not determine data type of parameter ${number}")
    try:
        lowered = lower(found, catalog)
    except RecursionError:
        raise StatementTooComplex("stack depth limit exceeded") from None
    targets = found.returning if isinstance(found, plan.DataChange) else found.targets
    has_result = isinstance(found, plan.Query) or bool(found.returning)
    verb = VERBS[raw.node.kind]
    return Analyzed(catalog=catalog, plan=found, lowered=lowered, parameters=tuple(types),
                    columns=tuple(column_of(t) for t in targets) if has_result else None,
                    verb=verb, writes=lowered.statement.writes, may_be_kept=not s.volatile_literals,
                    changes=changes_of(found, lowered, verb), used=s.relations, given=s.given,
                    through=s.through)


def changes_of(found: plan.Plan, lowered: Lowered, verb: str) -> str:
    """What a READ ONLY transaction refuses. It may change temporary tables, and lock their rows."""
    if lowered.statement.writes:
        if isinstance(found, plan.Query):
            names = (e.function.name for e in walk.descend(found) if isinstance(e, plan.Call))
            return next((f"{name}()" for name in names if name in SEQUENCE_WRITERS), verb)
        return "" if isinstance(found, plan.DataChange) and found.relation.persistence == "t" else verb
    if not lowered.steps:
        return ""
    from executor.lower.locking import first_lock  # steps that write nothing lock rows

    strength = first_lock(found)
    return f"{verb} {strength}" if strength else ""


def check_populated(s: Statement) -> None:
    """55000 for a materialized view without data."""
    for relation in s.relations.values():
        if not relation.populated:
            raise ObjectNotInPrerequisiteState(f'materialized view "{relation.name}" has not been populated',
                                               hint="Use the REFRESH MATERIALIZED VIEW command.")


def column_of(target: plan.Target) -> Column:
    """A target as RowDescription describes it (domains as their base types)."""
    expr = target.expr
    number = base_type(expr.type)
    t = type_of(number)
    return Column(name=target.name, type_oid=made.oid_of(number), type_size=t.length, typmod=expr.typmod,
                  table_oid=target.origin[0], attribute=target.origin[1], number=number)


def env_key(env: Env) -> tuple[Any, ...]:
    """What of a session's settings decides how values are read and printed."""
    return (env.date_style, env.date_order, env.interval_style, env.timezone_name, env.extra_float_digits,
            env.bytea_output, env.xml_option)


def encoder(column: Column, format_: int, env: Env) -> Encoder:
    """How one column's stored values are sent."""
    if column.fields:
        fields = [record.Field(n, codec(oid), typmod) for n, oid, typmod in column.fields]
        found = record.record_codec(T.RECORD, fields)
    else:
        found = codec(column.number or column.type_oid)
    return found.binary_encoder(column.typmod, env) if format_ else found.text_encoder(column.typmod, env)


def formatted(columns: tuple[Column, ...] | None, formats: tuple[int, ...]) -> tuple[Column, ...] | None:
    """The columns in the formats that Bind asks for: none, one for all, or one for each."""
    if columns is None or not any(formats):
        return columns
    wanted = formats if len(formats) > 1 else formats * len(columns)
    return tuple(msgspec.structs.replace(c, format=f) for c, f in zip(columns, wanted, strict=True))


def slot_values(slots: Sequence[Slot], parameters: Sequence[Stored], literals: Sequence[tuple[str, str]],
                env: Env) -> list[Stored]:
    """The parameters of the SQLite statement. parameters: stored values of $1 ...; literals: as lifted."""
    values: list[Stored] = []
    for slot in slots:
        if slot.source == "param":
            values.append(parameters[slot.number - 1])
        elif slot.source == "bound":
            values.append(-1)  # all rows, unless executor.locking says otherwise
        else:
            values.append(_literal(slot, literals[slot.number], env))
    return values


def _literal(slot: Slot, literal: tuple[str, str], env: Env) -> Stored:
    text, kind = literal
    base = base_type(slot.type)
    if kind in "iI" and base in (T.INT2, T.INT4, T.INT8):
        return int(text)
    if kind == "s" and base in (T.TEXT, T.VARCHAR):
        return text
    try:
        return codec(base).parse(text, slot.typmod if base == T.INTERVAL else -1, env)
    except SqlError:
        raise LiteralNeeded from None
