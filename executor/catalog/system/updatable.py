"""Which relations and columns can be changed: for information_schema and the functions behind it."""

from executor.catalog.model import Catalog, Relation


def updatability(catalog: Catalog, relation: Relation) -> tuple[int, frozenset[int]]:
    """INSERT 8, UPDATE 4, DELETE 16, as bits; and which columns (from 0) can be assigned to. Kept with the catalog."""
    from executor.bind import views  # the catalogs are loaded without the binder
    from executor.deparse.stored import statement
    from executor.errors import SqlError

    key = ("updatability", relation.oid)
    found: tuple[int, frozenset[int]] | None = catalog.memo.get(key)
    if found is None:
        try:
            found = views.updatability(statement(catalog, relation), relation)
        except SqlError:  # a view whose query cannot be bound any more, or yet
            found = 0, frozenset()
        catalog.memo[key] = found
    return found


def insertable(catalog: Catalog, relation: Relation) -> bool:
    """True if INSERT works."""
    return bool(updatability(catalog, relation)[0] & 8)


def updatable(catalog: Catalog, relation: Relation) -> bool:
    """True if UPDATE and DELETE work."""
    return updatability(catalog, relation)[0] & 20 == 20
