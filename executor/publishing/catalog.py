"""What replication asks of one database (replication.contract.Catalog): `Engine.publishing` gives it."""

from copy import copy

from executor.catalog.model import Catalog, Relation
from executor.database import ServedDatabase
from executor.publishing.facts import PUBLICATIONS, is_told, publication_facts, table_facts
from executor.publishing.routes import Lookup, Route, route
from executor.types.base import Env


class Snapshot:
    """The tables of one Catalog, by their names in SQLite."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._tables: dict[str, Relation] = {r.sqlite_name: r for r in catalog.relations if is_told(r)}

    def facts(self, name: str) -> bytes | None:
        """See replication.contract.Snapshot."""
        if name == PUBLICATIONS:
            return publication_facts(self._catalog)
        relation = self._tables.get(name)
        return None if relation is None else table_facts(self._catalog, relation)


class PublishedDatabase:
    """See the module. env: how values are printed."""

    def __init__(self, database: ServedDatabase, env: Env) -> None:
        self._database = database
        self._env = copy(env)  # routes are kept, and must not follow later SETs

    async def snapshot(self) -> Snapshot:
        """See replication.contract.Catalog."""
        return Snapshot(await self._database.newest_catalog())

    def route(self, table: str, lookup: Lookup, publications: tuple[str, ...] | None, *, binary: bool) -> Route | None:
        """See replication.contract.Catalog."""
        return route(table, lookup, publications, self._env, binary=binary)
