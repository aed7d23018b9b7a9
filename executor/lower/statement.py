"""The entry of lowering: one plan -> one SQLite statement."""

import msgspec

from executor import plan, walk
from executor.catalog.model import Catalog, Relation
from executor.catalog.model import Column as TableColumn
from executor.facts.lookup import Function
from executor.lower.expressions import is_volatile
from executor.lower.generator import Generator, Lowered
from executor.lower.query import query


def lower(p: plan.Plan, catalog: Catalog | None = None) -> Lowered:
    """A plan whose rows (of a query or RETURNING) go to the client. catalog: for statements that take several steps."""
    if catalog is not None and (p.ctes or isinstance(p, plan.DataChange)):
        from executor.lower.steps import lower_steps, takes_steps

        if takes_steps(p):
            return lower_steps(p, catalog)
    g = Generator()
    if isinstance(p, plan.DataChange):
        from executor.lower.change import change  # a session that only reads never needs it

        return g.finish(change(g, p), writes=True)
    return g.finish(query(g, p, top=True), writes=(is_volatile(p) and writes_sequences(p)) or bool(row_locks(p)))


def row_locks(p: plan.Plan) -> tuple[plan.Locking, ...]:
    """The FOR UPDATE and FOR SHARE clauses anywhere in a plan.

    A row is locked by locking the database for writing: stronger than PostgreSQL's row lock, never weaker. Whoever
    wants to change a locked row waits, and sees it as the holder left it.
    """
    found: list[plan.Locking] = []
    stack: list[object] = [p]
    while stack:
        current = stack.pop()
        if isinstance(current, tuple):
            stack.extend(current)
        elif isinstance(current, plan.Select) and current.locking:
            found += current.locking
        if isinstance(current, msgspec.Struct) and not isinstance(current, (Relation, Function, TableColumn)):
            stack.extend(getattr(current, n) for n in current.__struct_fields__)
    return tuple(found)


def writes_sequences(p: plan.Plan) -> bool:
    """True if a sequence is advanced: the statement must be able to write its new value at commit."""
    return any(isinstance(e, plan.Call) and e.function.name in ("nextval", "setval") for e in walk.descend(p))
