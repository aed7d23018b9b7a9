"""The WHEN conditions of triggers, as PostgreSQL prints them."""

from executor.bind.trigger_condition import stored_condition
from executor.catalog.model import Catalog, Relation
from executor.deparse.printer import Level, Name
from executor.deparse.stored import Path, printer, remembered, statement


def condition_text(catalog: Catalog, path: Path, relation: Relation, text: str, *, pretty: bool = False) -> str:
    """A condition over old and new."""
    def make() -> str:
        found = stored_condition(statement(catalog, relation), relation, text)
        p = printer(catalog, path, pretty)
        names = tuple(c.name for c in relation.columns)
        p.entries[found.old] = Name("old", names, relation)
        p.entries[found.new] = Name("new", names, relation)
        p.levels.append(Level(qualify=True))
        p.expr(found.expr)
        return p.text

    shown: str = remembered(catalog, ("deparse", relation.oid, "when", text, path, pretty), make, text)
    return shown
