"""What replication asks of the executor, which it must not import: what the tables of the log are in PostgreSQL's terms.

`engine.publishing(database_name)` gives a Catalog. What tables looked like when a record was written is told by *facts*: bytes
that the executor makes and that only it understands, in the FACTS entries of the log (`storage.logged`) for what has changed
since, and in a `Snapshot` for what has not. They go by the table's name in SQLite, and by PUBLICATIONS for all publications.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from replication.decoded import Values

PUBLICATIONS = "\0publications"
"""The name of the facts about publications; no table's."""
DDL_BEGINS, DDL_ENDS = 1, 2
"""What a FACTS entry's rowid says: rows that are changed between the two are no changes of rows to anybody but an exact copy."""
Stored = Sequence[Any]
"""A row as it is stored, in the order of the file's columns."""
Filter = Callable[[Stored], bool]
"""Whether a row passes; raises as its expression does."""
Lookup = Callable[[str], bytes | None]
"""The facts of a name at one position of the log; None if there was no such table."""


class Snapshot(Protocol):
    """The tables as they are after everything that has been committed when it was taken."""

    def facts(self, name: str) -> bytes | None:
        """What there is to know of a table by its name in SQLite, or of PUBLICATIONS."""


class Route(Protocol):
    """How the rows of one table are told to one consumer, as of one state of the catalog.

    relation: has the attributes of decoded.Relation, with the letter of its identity: of a partition the root, if a publication
    says so; with the columns that are told.
    is_own: it is the table itself. inserts ... truncates: what is told at all. has_key: whether there is an identity that rows
    are told by (FULL: all columns). on_insert, on_update, on_delete: row filters; None lets all pass.
    """

    relation: Any
    is_own: bool
    inserts: bool
    updates: bool
    deletes: bool
    truncates: bool
    has_key: bool
    is_full: bool
    on_insert: Filter | None
    on_update: Filter | None
    on_delete: Filter | None

    def print(self, row: Stored) -> Values:
        """Its values as they are told. Raises SqlError for a value that does not fit its type."""

    def print_key(self, row: Stored) -> Values:
        """The values of the key, None for the other columns."""

    def has_other_key(self, old: Stored, new: Stored) -> bool:
        """Whether a change has changed the key."""


class Catalog(Protocol):
    """One database, as output plugins need it."""

    async def snapshot(self) -> Snapshot:
        """The newest committed state."""

    def route(self, table: str, lookup: Lookup, publications: tuple[str, ...] | None, *, binary: bool) -> Route | None:
        """How a table is told to who asks for these publications (None: everything); None if it is not told.

        Raises SqlError (0A000) if the publications contradict each other.
        """
