"""A change of a table whose triggers fire, as the statements it takes: one for its rows, others for each row.

Rows are stored values of the relation's columns in their order. RETURNING is a query over the rows that were changed, each
kept as: its address, the old row, the new row, and what RETURNING needs of the other tables.
"""

from dataclasses import dataclass

from executor.catalog.model import Relation
from executor.triggers.firing import Firing, Part


@dataclass(frozen=True, slots=True, eq=False)
class RowInsert:
    """INSERT of one row. write: of the row; gives the row as it is stored, and its address: nothing if it is in the way of ON
    CONFLICT. left_out: places of columns that SQLite fills in."""

    write: Part
    left_out: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class RowUpdate:
    """UPDATE of one row. write: of the new row and the address; gives the row as it is stored, and its address. check:
    raises for a row, generated columns included, that must not be."""

    write: Part
    check: Part | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Conflict:
    """ON CONFLICT DO UPDATE. same: the address of the row with a proposed row's key. values: of that address and the proposed
    row: the old row, what is assigned (to the columns at the places `assigned`), and whether WHERE lets it be."""

    same: Part
    values: Part
    assigned: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A change. event: INSERT, UPDATE or DELETE. given: the places of the columns that the source's outputs are for.

    source: of an INSERT: values for `given`; of others: address, old row, values for `given` (UPDATE), `extras` values for
    RETURNING. streams: a row may be changed before the next is asked for. reread: the row at an address.
    generated: the values of generated columns of a new row, whose places are `computed`.
    returning: over the rows kept under `step`. updated: attnums that are assigned to. queues: AFTER triggers wait for the end of
    the statement that this change is a part of. by_row: it is one row of a COPY, whose statement triggers fire once for all.
    """

    event: str
    relation: Relation
    firing: Firing
    source: Part
    given: tuple[int, ...] = ()
    streams: bool = False
    extras: int = 0
    insert: RowInsert | None = None
    update: RowUpdate | None = None
    delete: Part | None = None
    reread: Part | None = None
    conflict: Conflict | None = None
    updated: frozenset[int] = frozenset()
    returning: Part | None = None
    step: int = 0
    generated: Part | None = None
    computed: tuple[int, ...] = ()
    queues: bool = False
    by_row: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class MergeProgram:
    """A MERGE. The rows of each clause's source end with the place in the join of the row that they come from."""

    clauses: tuple[Program, ...]
