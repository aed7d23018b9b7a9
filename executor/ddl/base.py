"""What every DDL handler receives and returns.

A handler is `handler(node, ctx) -> DdlResult`. It does no I/O: it reads the parse node and the Catalog, and returns
the new Catalog, the steps that bring the SQLite file there, and the command tag. executor.ddl.run carries a result out.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

import msgspec

from executor.catalog.model import OWNER_OID, PUBLIC_OID, Catalog, Column, Relation
from executor.catalog.typenames import find_type
from executor.catalog.usertypes import number
from executor.context import Context
from executor.errors import SqlError
from executor.facts.lookup import Type
from executor.parse import Node, Source
from executor.privileges.rules import Owned, Who
from executor.roles.model import initial

TEMPORARY = "pg_temp"


class Bound(Protocol):
    """A PostgreSQL expression over one relation's columns, as the binder understood it."""

    @property
    def sql_pg(self) -> str:
        """PostgreSQL's text, to be stored."""

    @property
    def type(self) -> int:
        """OID of its type."""

    @property
    def sqlite(self) -> str:
        """The lowered text over bare column names."""

    @property
    def needs(self) -> tuple[Any, ...]:
        """What has to be registered on a connection before `sqlite` runs; empty if plain SQLite understands it."""

    @property
    def columns(self) -> tuple[int, ...]:
        """attnums used."""

    @property
    def volatility(self) -> str:
        """The worst of its functions: i, s or v."""


class BoundView(Protocol):
    """A view's query, as the binder understood it."""

    @property
    def columns(self) -> tuple[tuple[str, int, int], ...]:
        """Outputs: (name, type, typmod)."""

    @property
    def sql_pg(self) -> str:
        """The text to store: names qualified, "*" spelled out."""

    @property
    def uses(self) -> tuple[tuple[int, int], ...]:
        """What it reads: (relation OID, attnum, or 0 for the relation as such)."""

    @property
    def not_updatable(self) -> str:
        """Why rows cannot be changed through it; "" if they can."""


class Binder(Protocol):
    """The services of executor.bind that DDL needs. Errors are PostgreSQL's (42703, 42883, 42804 ...)."""

    def resolve_type(self, node: Node) -> tuple[int, int]:
        """A TypeName node -> (type OID, typmod)."""

    def check_expression(
        self, expression: Node | str, relation: Relation, what: str, target: tuple[int, int] | None = None
    ) -> Bound:
        """Bind an expression over the columns of `relation`.

        what: how messages call it ("CHECK", "index expressions", "column generation expressions" ...). target: (type,
        typmod) it is coerced to as by assignment (42804 if impossible), or None to leave it as it is.
        """

    def bind_default(self, expression: Node | str, column: Column) -> Bound:
        """Bind a column's DEFAULT: no columns, coerced by assignment to the column's type."""

    def bind_domain_check(self, expression: Node, base: int, typmod: int) -> str:
        """Bind a domain's CHECK over VALUE, of this base type; gives its text to be stored."""

    def rebind_domain_check(self, text: str, base: int, typmod: int) -> None:
        """Bind a domain's stored CHECK again, for its errors."""

    def domain_check(self, text: str, base: int, typmod: int, relation: Relation, column: Column) -> Bound:
        """A domain's stored CHECK with a table's column as VALUE."""

    def bind_view(self, query: Node) -> BoundView:
        """Bind a view's query."""

    def trigger_condition(self, node: Node, relation: Relation, timing: str, level: str,
                          events: tuple[str, ...]) -> tuple[str, tuple[int, ...]]:
        """Bind a trigger's WHEN condition; gives its text to be stored, and the attnums that it uses."""

    def row_filter(self, node: Node, relation: Relation) -> tuple[str, tuple[int, ...]]:
        """Bind a publication's WHERE; gives its text to be stored, and the attnums that it uses."""

    def role_exists(self, name: str) -> bool:
        """True if there is such a role."""

    def type_name(self, oid: int, typmod: int) -> str:
        """format_type()."""


class Step(msgspec.Struct, frozen=True):
    """One SQLite statement.

    With `failure` it is a query whose first row, if it gives one, is turned into the error to raise.
    sequence: OID of the sequence whose stored value it sets, 0 if it sets none.
    """

    sql: str
    params: tuple[Any, ...] = ()
    needs: tuple[Any, ...] = ()
    failure: Callable[[tuple[Any, ...]], SqlError] | None = None
    sequence: int = 0


class DdlContext:
    """The state of one DDL statement. Handlers that make several objects move `catalog` on as they go.

    search_path: schemas that exist, in order, with pg_catalog where it stands. creation_schema: where unqualified
    objects are made ("" if there is none: 3F000). source: the query string, for positions in errors. notices: sent to
    the client before the completion. who, database: the current user, and the database with its owner, for privileges.
    """

    def __init__(
        self,
        catalog: Catalog,
        binder: Binder,
        context: Context,
        *,
        search_path: tuple[str, ...] = ("pg_catalog", "public"),
        creation_schema: str = "public",
        user: str = "postgres",
        source: str = "",
    ) -> None:
        self._catalog = catalog
        self._next_oid = catalog.next_oid
        self.binder = binder
        self.context = context
        self.search_path = search_path
        self.creation_schema = creation_schema
        self.user = user
        self.text = ""  # of the statement, for the log
        self.source = Source(source)
        self.notices: list[SqlError] = []
        self.temporary = False  # the statement is about a temporary object: new ones take their OIDs from the next
        self.temporary_oids: Iterator[int] = iter(())
        self.who = Who(initial(), OWNER_OID)
        self.session_oid = OWNER_OID
        self.place: int | None = None  # where the name of what is made is, for errors about its schema
        self.database = Owned("database", "database", context.database, OWNER_OID, None)

    @property
    def catalog(self) -> Catalog:
        """The Catalog as the statement has made it so far."""
        return self._catalog

    @catalog.setter
    def catalog(self, catalog: Catalog) -> None:
        # `ctx.catalog = put(ctx.catalog, Thing(oid=ctx.new_oid()))` must not lose the number taken meanwhile.
        behind = catalog.next_oid != self._next_oid
        self._catalog = msgspec.structs.replace(catalog, next_oid=self._next_oid) if behind else catalog

    def new_oid(self) -> int:
        """Take the next OID."""
        if self.temporary:
            return next(self.temporary_oids)
        oid = self._next_oid
        self._next_oid = oid + 1
        self.catalog = self._catalog
        return oid

    def position(self, node: Node) -> int | None:
        """Where a node stands in the source, for an error."""
        return self.source.position(node.location) or None

    def notice(self, kind: type[SqlError], message: str, **fields: Any) -> None:
        """Queue a NOTICE of this SQLSTATE."""
        self.notices.append(kind(message, severity="NOTICE", **fields))

    def kind_of(self, type_oid: int) -> Type | None:
        """The type of this OID, users' types included."""
        return find_type(self.catalog, type_oid)

    def number_of(self, type_oid: int) -> int:
        """What plans and codecs know the type by (executor.types.made)."""
        found = number(self.catalog, type_oid)
        return type_oid if found is None else found

    def schema_oid(self, name: str) -> int:
        """OID of an existing schema."""
        if name == "public" and name not in self.catalog.schemas_by_name:
            return PUBLIC_OID
        return self.catalog.schemas_by_name[name].oid


class DdlResult(msgspec.Struct, frozen=True):
    """The new Catalog, the SQLite steps to it in order, and the command tag. emptied: OIDs of the tables of a TRUNCATE, and
    truncation what was said of it, as in storage.logged."""

    catalog: Catalog
    statements: tuple[Step, ...] = ()
    tag: str = ""
    emptied: tuple[int, ...] = ()
    truncation: int = 0

    @property
    def sequences(self) -> list[int]:
        """OIDs of the sequences whose values the steps set: what is held of them in memory is outdated then."""
        return list(dict.fromkeys(step.sequence for step in self.statements if step.sequence))


Handler = Callable[[Node, DdlContext], DdlResult]


def quoted(name: str) -> str:
    """A name in double quotes, for SQLite's SQL and for PostgreSQL's texts that always quote."""
    return '"' + name.replace('"', '""') + '"'


def names(columns: Iterable[Column]) -> list[str]:
    """Their names."""
    return [column.name for column in columns]


def items(node: Any) -> list[Node]:
    """The members of a List node (a list is returned as it is)."""
    return node if isinstance(node, list) else [] if node is None else node.nodes("items")


def discard(node: Node) -> None:
    """Take every field of a node of which nothing is done (IF NOT EXISTS on what exists)."""
    for field in node.tree[node.kind]:
        node.take(field)
