"""The entry of lowering: one plan -> one SQLite statement."""

from executor import plan
from executor.lower.generator import Generator, Lowered
from executor.lower.query import is_volatile, query


def lower(p: plan.Plan) -> Lowered:
    """A plan whose rows (of a query or RETURNING) go to the client."""
    g = Generator()
    if isinstance(p, plan.DataChange):
        from executor.lower.change import change  # a session that only reads never needs it

        return g.finish(change(g, p), writes=True)
    return g.finish(query(g, p, top=True), writes=is_volatile(p) and writes_sequences(p))


def writes_sequences(p: plan.Plan) -> bool:
    """True if a sequence is advanced: the statement must be able to write its new value at commit."""
    return any(isinstance(e, plan.Call) and e.function.name in ("nextval", "setval") for e in plan.descend(p))
