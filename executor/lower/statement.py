"""The entry of lowering: one plan -> one SQLite statement."""

from executor import plan
from executor.lower.generator import Generator, Lowered
from executor.lower.query import query


def lower_query(q: plan.Query) -> Lowered:
    """A query whose rows go to the client."""
    g = Generator()
    return g.finish(query(g, q, top=True))
