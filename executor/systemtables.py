"""Brings the system catalogs a statement reads into its connection (see storage.memorytables)."""

from dataclasses import replace
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any

from executor.analysis import Analyzed
from executor.catalog.model import Relation
from executor.catalog.system import producers
from executor.catalog.system.relations import create_sql, qualified
from executor.errors import not_supported
from storage.statement import MemoryTable, Statement

if TYPE_CHECKING:
    from executor.session import Session

_versions = count(1)
_catalog_versions: dict[tuple[int, int], tuple[Any, int]] = {}


def system_tables(session: "Session", analyzed: Analyzed) -> Statement:
    """The statement with the tables it needs, filled for the catalog and the session as they are."""
    statement: Statement = analyzed.lowered.statement
    tables = tuple(_table(session, relation) for relation in analyzed.lowered.system)
    return replace(statement, needs=(*statement.needs, *tables))


def _table(session: "Session", relation: Relation) -> MemoryTable:
    if producers.producer(relation.schema, relation.name) is None:
        raise not_supported(f"system relation {relation.schema}.{relation.name}")
    kind = producers.depends_on(relation.schema, relation.name)
    if kind == "constant":
        version = 1
    elif kind == "catalog":
        version = _catalog_version(session)
    else:
        version = next(_versions) + 1_000_000_000
    view = session.engine.session_view(session)
    return MemoryTable(relation.sqlite_name, version, len(relation.columns), _create(relation.sqlite_name),
                       lambda _context: producers.rows(relation.schema, relation.name, view))


@cache
def _create(name: str) -> tuple[str, ...]:
    return tuple(create_sql(qualified(name)))


def _catalog_version(session: "Session") -> int:
    """A number for this very Catalog object and these roles, whose names are shown (they are compared by identity)."""
    shown = (session.context.catalog, session.identity.roles)
    key = (id(shown[0]), id(shown[1]))
    known = _catalog_versions.get(key)
    if known is None:
        if len(_catalog_versions) > 64:
            _catalog_versions.clear()
        known = _catalog_versions[key] = (shown, next(_versions) + 1)  # holds them, so that nothing else gets their id()
    return known[1]
