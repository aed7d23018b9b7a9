"""The tables of a database at one place of its log, and how each is told to one consumer."""

from typing import Any

from replication.contract import Catalog, Route, Snapshot
from replication.decoded import Column, Identity, Relation, Type
from storage.changes import Change as Logged

OWN = "pgquill_"
"""What the names of pgquill's own tables begin with."""


class Told:
    """A table that is told, and what as."""

    __slots__ = ("relation", "route")

    def __init__(self, route: Route) -> None:
        shown = route.relation
        columns = tuple(Column(c.name, c.type_oid, c.typmod, c.type_name, c.is_key, c.binary, _type(c.type), c.position,
                               c.not_null, c.is_pk, c.default) for c in shown.columns)
        self.route = route
        self.relation = Relation(shown.oid, shown.schema, shown.name, Identity(shown.identity), columns)


def _type(shown: Any) -> Type | None:
    return None if shown is None else Type(shown.oid, shown.schema, shown.name, shown.printed, _type(shown.domain_of))


class Tables:
    """See the module. Moves on with `pass_facts`; a `fork` does so alone."""

    def __init__(self, catalog: Catalog, snapshot: Snapshot, known: dict[str, bytes | None], publications: tuple[str, ...] | None,
                 *, binary: bool) -> None:
        self._catalog = catalog
        self._snapshot = snapshot
        self._known = known
        self._publications = publications
        self._binary = binary
        self._told: dict[str, Told | None] = {}

    def fork(self) -> "Tables":
        """A copy."""
        return Tables(self._catalog, self._snapshot, dict(self._known), self._publications, binary=self._binary)

    def facts(self, name: str) -> bytes | None:
        """See replication.contract.Lookup."""
        if name in self._known:
            return self._known[name]
        return self._snapshot.facts(name)

    def pass_facts(self, change: Logged) -> None:
        """A FACTS entry has been passed: from here on things are as it says."""
        for name, _, after in change.old or ():
            self._known[name] = after
        self._told.clear()

    def told(self, name: str) -> Told | None:
        """How a table is told, by its name in SQLite; None if it is not. Raises as replication.contract.Catalog.route."""
        try:
            return self._told[name]
        except KeyError:
            found = None
            if not name.startswith(OWN):
                route = self._catalog.route(name, self.facts, self._publications, binary=self._binary)
                found = None if route is None else Told(route)
            self._told[name] = found
            return found
