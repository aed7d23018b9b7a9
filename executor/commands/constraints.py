"""SET CONSTRAINTS: when deferrable constraints, and constraint triggers, are checked in this transaction."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from executor import sqlstates as states
from executor.catalog.model import Catalog, Constraint, Relation, Trigger
from executor.commands.base import CommandKind, Parameters, Result
from executor.errors import not_supported
from executor.parse import Node, RawStatement
from executor.triggers.commands import fire_pending
from executor.triggers.state import state_of
from storage.statement import Statement

if TYPE_CHECKING:
    from executor.session import Session


class Named(NamedTuple):
    """A constraint, or the trigger that is one."""

    relation: Relation
    thing: Constraint | Trigger


async def run(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """SET CONSTRAINTS { ALL | name, ... } { DEFERRED | IMMEDIATE }."""
    node = raw.node
    deferred = bool(node.take("deferred", False))
    nodes = node.nodes("constraints")
    if not session.block.in_block:
        session.notices.append(states.NoActiveSqlTransaction("SET CONSTRAINTS can only be used in transaction blocks",
                                                             severity="WARNING"))
    catalog = await session.catalog()
    named = _named(session, catalog, nodes) if nodes else list(_constraints(catalog))
    keys = [n.thing for n in named if isinstance(n.thing, Constraint) and n.thing.deferrable]
    await _foreign_keys(session, catalog, keys, deferred=deferred)
    state = state_of(session.context)
    if not nodes:
        state.everything, state.modes = deferred, {}
    for found in named:
        if nodes and isinstance(found.thing, Trigger):
            state.modes[found.thing.oid] = deferred
    if not deferred:
        await fire_pending(session, lambda call: not state.is_deferred(call.trigger))
    return Result("SET CONSTRAINTS")


def _constraints(catalog: Catalog) -> Iterator[Named]:
    for relation in catalog.relations:
        yield from (Named(relation, c) for c in relation.constraints)
        yield from (Named(relation, t) for t in relation.triggers if t.constraint)


def _named(session: "Session", catalog: Catalog, nodes: list[Node]) -> list[Named]:
    found: list[Named] = []
    for node in nodes:
        schema, name = node.take("schemaname", ""), node.take("relname")
        for field in ("inh", "relpersistence", "catalogname"):
            node.take(field, None)
        node.finish()
        matching: list[Named] = []
        for searched in (schema,) if schema else session.search_path():
            matching = [n for n in _constraints(catalog) if n.relation.schema == searched and n.thing.name == name]
            if matching:
                break
        if not matching:
            raise states.UndefinedObject(f'constraint "{name}" does not exist')
        if not all(n.thing.deferrable for n in matching):
            raise states.WrongObjectType(f'constraint "{name}" is not deferrable')
        found += matching
    return found


async def _foreign_keys(session: "Session", catalog: Catalog, keys: list[Constraint], *, deferred: bool) -> None:
    """SQLite can put off all of its foreign keys, or check those that were put off once more, and nothing finer."""
    foreign = [c for c in keys if c.kind == "f"]
    others = [c for c in keys if c.kind != "f"]
    if others and (deferred or any(c.deferred for c in others)):
        raise not_supported("SET CONSTRAINTS of a key other than a foreign key")
    if not foreign:
        return
    transaction = session.block.begin_statement()
    every = [c for r in catalog.relations for c in r.constraints if c.kind == "f"]
    if deferred:
        if all(c.deferred for c in foreign):
            return
        if not all(c.deferrable for c in every) or len(foreign) < sum(c.deferrable for c in every):
            raise not_supported("SET CONSTRAINTS ... DEFERRED of some of the foreign keys of a database")
        await transaction.begin_write()
        await (await transaction.run(Statement("PRAGMA defer_foreign_keys = 1"))).close()
        return
    if transaction.has_unresolved_foreign_keys:
        from executor.diagnose import diagnose_commit

        raise await diagnose_commit(session, transaction) or states.ForeignKeyViolation(
            "insert, update or delete violates a foreign key constraint")


COMMANDS = {"ConstraintsSetStmt": CommandKind(run)}
