"""Transactions as output plugins are told of them: relations by their PostgreSQL names, values as PostgreSQL prints them.

Positions are byte positions, times microseconds since 1970 (UTC). Values are bytes in the text or the binary format of their
type; None is NULL. Everything is an immutable value.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

import msgspec

Values = tuple[bytes | None, ...]
"""One value for each of the relation's columns."""


class Identity(Enum):
    """pg_class.relreplident: what tells which row was changed."""

    DEFAULT = "d"  # the primary key
    FULL = "f"  # the whole old row
    INDEX = "i"  # the columns of a unique index
    NOTHING = "n"


class Type(msgspec.Struct, frozen=True):
    """A type. schema and name: of pg_type. printed: as format_type() prints it with its modifier. domain_of: what a domain is
    made of, which may be a domain again."""

    oid: int
    schema: str
    name: str
    printed: str
    domain_of: "Type | None" = None


class Column(msgspec.Struct, frozen=True):
    """A column. type_name: as format_type() prints it with its modifier. is_key: part of the replica identity. binary: its
    values are in the binary format. type: what the type is if it is not built in (OID 10000 and above). default: as
    pg_get_expr() prints it. position: pg_attribute.attnum."""

    name: str
    type_oid: int
    typmod: int
    type_name: str
    is_key: bool
    binary: bool = False
    type: Type | None = None
    position: int = 0
    not_null: bool = False
    is_pk: bool = False
    default: str | None = None


class Relation(msgspec.Struct, frozen=True):
    """A table as it was when its row was changed, and with the columns that are told."""

    oid: int
    schema: str
    name: str
    identity: Identity
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Insert:
    """A new row."""

    relation: Relation
    new: Values


@dataclass(frozen=True, slots=True)
class Update:
    """A changed row. old: the row before, if the identity is FULL, or its key if that has changed (then the other columns are
    None and `is_key` says so); None otherwise."""

    relation: Relation
    old: Values | None
    new: Values
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class Delete:
    """A row that is gone. old: all of it (FULL), or its key with None in the other columns (`is_key`); None if the relation has
    no identity, when pgoutput is silent about it."""

    relation: Relation
    old: Values | None
    is_key: bool = True


@dataclass(frozen=True, slots=True)
class Truncate:
    """Tables were emptied."""

    relations: tuple[Relation, ...]
    cascade: bool
    restart_identity: bool


@dataclass(frozen=True, slots=True)
class Message:
    """pg_logical_emit_message. transactional: it is part of the transaction around it."""

    prefix: str
    content: bytes
    transactional: bool
    lsn: int


@dataclass(frozen=True, slots=True)
class Origin:
    """The transaction came here by replication itself. lsn: its position there. id: pg_replication_origin.roident, 0 if that
    is not known."""

    name: str
    lsn: int
    id: int = 0


Change = Insert | Update | Delete | Truncate | Message


@dataclass(frozen=True, slots=True)
class Transaction:
    """One committed transaction. lsn: of its commit record (what BEGIN calls final_lsn). end_lsn: after it. changes: lazily, in
    order; may be iterated once. size: bytes of it in the log, to say whether it is large enough to be streamed. safe_lsn: who
    has confirmed no more than this is told all of it again; the position of all that is said of it but its end."""

    xid: int
    lsn: int
    end_lsn: int
    committed_at: int
    origin: Origin | None
    size: int
    changes: Iterable[Change]
    safe_lsn: int
