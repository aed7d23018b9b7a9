"""The entry of lowering: one plan -> one SQLite statement."""

from executor import plan, walk
from executor.bind.volatility import SEQUENCE_WRITERS
from executor.catalog.model import Catalog
from executor.lower.expressions import is_volatile
from executor.lower.generator import Generator, Lowered
from executor.lower.query import query


def lower(p: plan.Plan, catalog: Catalog | None = None) -> Lowered:
    """A plan whose rows (of a query or RETURNING) go to the client. catalog: for statements that take several steps."""
    if catalog is not None and catalog.children:
        from executor.lower.trees import expand

        p = expand(p, catalog)
    if catalog is not None and (p.ctes or isinstance(p, plan.DataChange) or locks_rows(p)):
        from executor.lower.steps import lower_steps, takes_steps

        if takes_steps(p) or locks_rows(p):
            return lower_steps(p, catalog)
        if isinstance(p, plan.DataChange) and p.firing is not None:
            from executor.lower.firing import lower_firing
            from executor.lower.steps import FIRST_STEP_ENTRY, read

            return lower_firing(p, FIRST_STEP_ENTRY, returning=lambda q: read(q, top=True))
    g = Generator()
    if isinstance(p, plan.DataChange):
        from executor.lower.change import change  # a session that only reads never needs it

        return g.finish(change(g, p), writes=True)
    return g.finish(query(g, p, top=True), writes=advances_sequences(p))


def locks_rows(p: plan.Plan) -> bool:
    """True if rows are locked anywhere in a plan."""
    return any(isinstance(node, plan.Select) and node.locking for node in walk.nodes(p))


def advances_sequences(p: plan.Plan) -> bool:
    """True if a sequence is advanced: the statement must be able to write its new value at commit."""
    return is_volatile(p) and any(isinstance(e, plan.Call) and e.function.name in SEQUENCE_WRITERS for e in walk.descend(p))
