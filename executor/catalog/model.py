"""A database's objects: frozen values that the binder looks names up in.

A Catalog is built by executor.catalog.load from SQLite's own schema and the table `pgquill_object`; a change of the
schema makes a new Catalog. Nothing here does I/O. Texts of expressions and views are PostgreSQL's SQL.
`owner` is the OID of a role; 0 stands for the superuser that every server begins with.
"""

from functools import cached_property
from typing import Any

import msgspec

FIRST_USER_OID = 16384
FIRST_TEMPORARY_OID = 2_000_000_000
"""Temporary objects have OIDs from here on, unique among the sessions of the process, and are never stored."""
PUBLIC_OID, PG_CATALOG_OID, INFORMATION_SCHEMA_OID = 2200, 11, 12421
OWNER_OID = 10
OWN_DATABASE = 5
"""What a comment on the database has as its object: the database's OID is another each time the file is served."""


class AclItem(msgspec.Struct, frozen=True, array_like=True):
    """Privileges that `grantor` has granted to `grantee` (OIDs of roles; 0 is PUBLIC), as PostgreSQL's letters; those with
    grant option are in `options` too."""

    grantee: int
    grantor: int
    letters: str
    options: str = ""


Acl = tuple[AclItem, ...]
"""An access control list. Where an object has None, the privileges are PostgreSQL's defaults: executor.privileges.acl."""


class Column(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One column of a relation."""

    name: str
    number: int  # attnum, from 1, never reused
    type: int
    typmod: int = -1
    not_null: bool = False
    default: str | None = None  # SQL text; for generated columns their expression
    identity: str = ""  # a always, d by default
    generated: str = ""  # s stored, v virtual
    collation: int = 0
    sqlite_name: str = ""  # "" = the same name
    sqlite_default: bool = False  # a file made elsewhere: SQLite fills the column in when it is left out of an INSERT
    added: bool = False  # by ADD COLUMN in place: older rows lack it; SQLite gives them the DEFAULT of its CREATE text
    affinity: str = ""  # of files made elsewhere: the declared type; values are checked as they are read
    inherited: int = 0  # from how many parents it comes (attinhcount)
    local: bool = True  # the table's own definition has it (attislocal)
    sqlite_collation: str = ""  # a COLLATE other than BINARY that another program gave the column, for example NOCASE
    acl: Acl | None = None

    @property
    def computed_by_sqlite(self) -> bool:
        """Whether it is a generated column of a table made elsewhere: SQLite computes it, and nobody may give it a value."""
        return bool(self.generated) and self.sqlite_default


class Constraint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A table's constraint. kind: p primary key, u unique, c check, f foreign key, n not null."""

    oid: int
    name: str
    kind: str
    columns: tuple[int, ...] = ()  # attnums
    expression: str = ""  # of a CHECK
    enforced_by_sqlite: bool = True  # False: the executor checks it (its expression needs functions that only it has)
    index: int = 0  # OID of the index behind p and u
    referenced: int = 0  # OID of the table a foreign key points to
    referenced_columns: tuple[int, ...] = ()
    on_update: str = "a"  # a no action, r restrict, c cascade, n set null, d set default
    on_delete: str = "a"
    match: str = "s"  # s simple, f full
    deferrable: bool = False
    deferred: bool = False
    nulls_not_distinct: bool = False
    no_inherit: bool = False
    enforced: bool = True  # False: NOT ENFORCED, nobody checks it
    validated: bool = True  # False: NOT VALID, rows older than it may violate it
    inherited: int = 0  # from how many parents it comes (coninhcount)
    local: bool = True  # the table's own definition has it (conislocal)
    parent: int = 0  # of a partition's key or foreign key: OID of the partitioned table's


class IndexColumn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One key of an index: a column or an expression."""

    column: int = 0  # attnum, 0 for an expression
    expression: str = ""
    descending: bool = False
    nulls_first: bool = False
    operator_class: str = ""
    collation: str = ""


class Index(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An index; `sqlite_name` is empty for the rowid itself (an integer primary key), and for an index on expressions
    that plain SQLite cannot evaluate, which has no counterpart in the file."""

    oid: int
    name: str
    table: int
    columns: tuple[IndexColumn, ...]
    included: tuple[int, ...] = ()
    unique: bool = False
    primary: bool = False
    method: str = "btree"
    predicate: str = ""
    sqlite_name: str = ""
    nulls_not_distinct: bool = False
    options: dict[str, str] = {}
    parent: int = 0  # of a partition's index: OID of the partitioned table's


class KeyPart(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One part of a partition key: a column (attnum), or an expression."""

    column: int = 0
    expression: str = ""
    type: int = 0
    typmod: int = -1


class PartitionKey(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a table is partitioned by. strategy: l list, r range."""

    strategy: str
    parts: tuple[KeyPart, ...]


class Bound(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which rows of the partitioned table a partition takes.

    Values are texts, as the key's types print them, or None for NULL. values: of a list. lower, upper: of a range, each a
    pair (kind, text), kind "value", "min" (MINVALUE) or "max" (MAXVALUE).
    """

    default: bool = False
    values: tuple[str | None, ...] = ()
    lower: tuple[tuple[str, str], ...] = ()
    upper: tuple[tuple[str, str], ...] = ()


class EnumLabel(msgspec.Struct, frozen=True):
    """A value of an enum. order: its place, as pg_enum.enumsortorder says it."""

    oid: int
    name: str
    order: float


class UserType(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An enum (e), a domain (d), a range (r) or a multirange (m); a composite type is a Relation of kind c.

    labels: in order. base: OID of the type that a domain, a range or a multirange is over. default: SQL text.
    constraints: CHECKs over VALUE (kind c) and NOT NULL (kind n). constructor: (schema, name) of the functions that make
    a range or multirange: what the type was called at first. difference: name of a range's subtype_diff function.
    """

    oid: int
    schema: str
    name: str
    kind: str
    array_type: int
    labels: tuple[EnumLabel, ...] = ()
    base: int = 0
    base_typmod: int = -1
    collation: int = 0
    default: str | None = None
    constraints: tuple[Constraint, ...] = ()
    constructor: tuple[str, str] = ("", "")
    difference: str = ""
    owner: int = 0
    acl: Acl | None = None

    @property
    def not_null(self) -> bool:
        """True if a domain has a NOT NULL constraint of its own."""
        return any(c.kind == "n" for c in self.constraints)

    def constraint(self, name: str) -> Constraint | None:
        """The constraint of this name."""
        return next((c for c in self.constraints if c.name == name), None)


class Trigger(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A trigger of a table or view. timing: BEFORE, AFTER or INSTEAD OF. events: INSERT, DELETE, UPDATE, TRUNCATE, in this
    order.

    columns: attnums of UPDATE OF. when: PostgreSQL's text of the condition, over old and new. used: attnums that it uses.
    enabled: O origin, D disabled, R replica, A always. constraint: OID of its row in pg_constraint, 0 if it is no constraint
    trigger. referenced: OID of the table after FROM. old_table, new_table: names of the transition tables.
    """

    oid: int
    name: str
    function: int
    timing: str
    events: tuple[str, ...]
    level: str = "STATEMENT"  # or ROW
    columns: tuple[int, ...] = ()
    when: str = ""
    used: tuple[int, ...] = ()
    arguments: tuple[str, ...] = ()
    enabled: str = "O"
    constraint: int = 0
    deferrable: bool = False
    deferred: bool = False
    referenced: int = 0
    old_table: str = ""
    new_table: str = ""


class Relation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, dict=True):
    """A table (r), view (v), materialized view (m) or composite type (c).

    sqlite_name: the table's or view's name in SQLite. sqlite_schema: main, temp or catalog (the attached system
    catalogs). rowid: how a row is addressed: the name of the rowid ("rowid", "_rowid_", "oid", whichever no column
    hides), "" for WITHOUT ROWID tables, whose primary key does it. rowid_column: attnum of the INTEGER PRIMARY KEY,
    0 if none. last_number: the highest attnum ever given out, if the column that had it was dropped.
    uses: what a view reads: (relation OID, attnum; 0 for the relation as such), for dependencies.
    parents: OIDs of the tables it inherits from, in order. partition_key: of a partitioned table, which has no rows of its
    own; its table in SQLite is empty. bound: of a partition, whose parent is the partitioned table.
    made_elsewhere: not created through PostgreSQL DDL; types are inferred and nothing about it is stored.
    """

    oid: int
    schema: str
    name: str
    kind: str = "r"
    columns: tuple[Column, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    indexes: tuple[Index, ...] = ()
    definition: str = ""  # of a view: its query
    check_option: str = ""  # of a view: local, cascaded
    options: dict[str, str] = {}
    sqlite_name: str = ""
    sqlite_schema: str = "main"
    sqlite_sql: str = ""  # the CREATE text at the time it was recorded: differs when another program changed it
    rowid: str = "rowid"
    rowid_column: int = 0
    made_elsewhere: bool = False
    persistence: str = "p"  # p permanent, t temporary, u unlogged
    row_type: int = 0  # OID of its composite type
    array_type: int = 0
    populated: bool = True
    last_number: int = 0
    on_commit: str = ""  # of a temporary table: delete, drop
    replica_identity: str = "d"  # d default, f full, n nothing, i index
    replica_index: int = 0  # of REPLICA IDENTITY USING INDEX: its OID; where that is gone, there is no identity
    uses: tuple[tuple[int, int], ...] = ()
    parents: tuple[int, ...] = ()
    partition_key: PartitionKey | None = None
    bound: Bound | None = None
    owner: int = 0
    acl: Acl | None = None
    triggers: tuple[Trigger, ...] = ()  # in the order in which they fire: by name

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Its columns by name."""
        return {column.name: column for column in self.columns}

    @cached_property
    def by_number(self) -> dict[int, Column]:
        """Its columns by attnum."""
        return {column.number: column for column in self.columns}

    @cached_property
    def has_computed_by_sqlite(self) -> bool:
        """Whether SQLite computes some of its columns."""
        return any(column.computed_by_sqlite for column in self.columns)

    def constraint(self, name: str) -> Constraint | None:
        """The constraint of this name."""
        return next((c for c in self.constraints if c.name == name), None)

    def trigger(self, name: str) -> Trigger | None:
        """The trigger of this name."""
        return next((t for t in self.triggers if t.name == name), None)

    @property
    def relkind(self) -> str:
        """Its kind as pg_class tells it: p for a partitioned table."""
        return "p" if self.partition_key is not None else self.kind

    @property
    def primary_key(self) -> Constraint | None:
        """The primary key, if it has one."""
        return next((c for c in self.constraints if c.kind == "p"), None)


class Sequence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A sequence's definition; its current value is in `pgquill_sequence` and executor.sequences."""

    oid: int
    schema: str
    name: str
    type: int = 20
    start: int = 1
    increment: int = 1
    minimum: int = 1
    maximum: int = 9223372036854775807
    cache: int = 1
    cycle: bool = False
    owned_by: tuple[int, int] | None = None  # (table OID, attnum)
    identity: bool = False  # it is the inside of that identity column
    persistence: str = "p"
    owner: int = 0
    acl: Acl | None = None


class Schema(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A namespace."""

    oid: int
    name: str
    owner: int = 0
    acl: Acl | None = None


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """COMMENT ON: class is the catalog ("pg_class"), sub the attnum or 0."""

    catalog: str
    object: int
    sub: int
    text: str


class Argument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One declared argument of a routine. mode: i in, o out, b inout, v variadic, t column of RETURNS TABLE."""

    type: int
    name: str = ""
    mode: str = "i"
    default: str | None = None  # SQL text


class Routine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, dict=True):
    """A function (f) or procedure (p). Types are OIDs.

    body: the text between the quotes; "" for one in SQL-standard syntax, whose `statements` are PostgreSQL's text with names
    qualified, and which is atomic, a RETURN or a BEGIN ATOMIC ... END. settings: SET clauses, name -> value as SET takes it.
    uses: what a body in SQL-standard syntax reads: (relation OID, attnum), for dependencies.
    """

    oid: int
    schema: str
    name: str
    kind: str = "f"
    language: str = "sql"  # sql, plpgsql
    arguments: tuple[Argument, ...] = ()
    result: int = 2278  # void
    returns_set: bool = False
    volatility: str = "v"  # i, s, v
    strict: bool = False
    security_definer: bool = False
    leakproof: bool = False
    parallel: str = "u"  # u unsafe, r restricted, s safe
    cost: float = 0.0  # 0: what CREATE FUNCTION takes where it is not said
    rows: float = 0.0
    body: str = ""
    statements: tuple[str, ...] = ()
    atomic: str = ""  # "", "return", "begin"
    settings: tuple[tuple[str, str], ...] = ()
    uses: tuple[tuple[int, int], ...] = ()
    path: tuple[str, ...] = ()  # what names in `statements` were looked up along
    owner: int = 0

    @cached_property
    def inputs(self) -> tuple[Argument, ...]:
        """The arguments that a call gives, in order (of a procedure's, OUT arguments are not among them)."""
        return tuple(a for a in self.arguments if a.mode in "ibv")

    @cached_property
    def outputs(self) -> tuple[Argument, ...]:
        """The OUT and INOUT arguments and the columns of RETURNS TABLE."""
        return tuple(a for a in self.arguments if a.mode in "obt")

    @cached_property
    def signature(self) -> tuple[int, ...]:
        """The types by which it is told from others of its name."""
        return tuple(a.type for a in self.inputs)


class PublishedTable(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A table of a publication. columns: attnums, where they are listed. where: SQL text of the row filter."""

    oid: int
    relation: int
    columns: tuple[int, ...] | None = None
    where: str = ""
    used: tuple[int, ...] = ()  # attnums that the row filter uses


class PublishedSchema(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A schema all of whose tables a publication has; OIDs."""

    oid: int
    schema: int


class Publication(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A publication. actions: of insert, update, delete, truncate. generated: n none, s stored."""

    oid: int
    name: str
    all_tables: bool = False
    actions: tuple[str, ...] = ("insert", "update", "delete", "truncate")
    via_root: bool = False
    generated: str = "n"
    tables: tuple[PublishedTable, ...] = ()
    schemas: tuple[PublishedSchema, ...] = ()
    owner: int = 0
    acl: Acl | None = None  # never: there is nothing to grant


class SubscribedTable(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A table of a subscription. state: i to be copied, s copied at `lsn` (what was committed from there on is still to be
    applied), r followed like the others. lsn: a position of the publisher."""

    relation: int
    state: str = "i"
    lsn: int = 0


class Subscription(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A subscription. slot: None for none; streaming: f off, t on, p parallel; skip_lsn: of the transaction to be left out, or
    0."""

    oid: int
    name: str
    conninfo: str
    publications: tuple[str, ...]
    slot: str | None = None
    enabled: bool = False
    binary: bool = False
    streaming: str = "p"
    disable_on_error: bool = False
    password_required: bool = True
    run_as_owner: bool = False
    failover: bool = False
    synchronous_commit: str = "off"
    origin: str = "any"
    skip_lsn: int = 0
    tables: tuple[SubscribedTable, ...] = ()
    owner: int = 0
    acl: Acl | None = None  # never: there is nothing to grant


class Catalog(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Everything in one database at one version (its SQLite schema_version)."""

    version: int
    relations: tuple[Relation, ...] = ()
    sequences: tuple[Sequence, ...] = ()
    schemas: tuple[Schema, ...] = ()
    types: tuple[UserType, ...] = ()
    routines: tuple[Routine, ...] = ()
    publications: tuple[Publication, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    comments: tuple[Comment, ...] = ()
    next_oid: int = FIRST_USER_OID

    @cached_property
    def relations_by_name(self) -> dict[tuple[str, str], Relation]:
        """(schema, name) -> relation."""
        return {(r.schema, r.name): r for r in self.relations}

    @cached_property
    def relations_by_oid(self) -> dict[int, Relation]:
        """OID -> relation."""
        return {r.oid: r for r in self.relations}

    @cached_property
    def children(self) -> dict[int, tuple[Relation, ...]]:
        """OID of a table -> the tables that inherit from it directly, in the order of their OIDs."""
        found: dict[int, list[Relation]] = {}
        for relation in self.relations:
            for parent in relation.parents:
                found.setdefault(parent, []).append(relation)
        return {oid: tuple(sorted(relations, key=lambda r: r.oid)) for oid, relations in found.items()}

    @cached_property
    def sequences_by_name(self) -> dict[tuple[str, str], Sequence]:
        """(schema, name) -> sequence."""
        return {(s.schema, s.name): s for s in self.sequences}

    @cached_property
    def sequences_by_oid(self) -> dict[int, Sequence]:
        """OID -> sequence."""
        return {s.oid: s for s in self.sequences}

    @cached_property
    def indexes_by_name(self) -> dict[tuple[str, str], tuple[Relation, Index]]:
        """(schema, name) -> (its table, index)."""
        return {(r.schema, i.name): (r, i) for r in self.relations for i in r.indexes}

    @cached_property
    def types_by_oid(self) -> dict[int, UserType]:
        """OID -> enum or domain."""
        return {t.oid: t for t in self.types}

    @cached_property
    def has_triggers(self) -> bool:
        """Whether any relation has a trigger."""
        return any(r.triggers for r in self.relations)

    @cached_property
    def routines_by_oid(self) -> dict[int, Routine]:
        """OID -> function or procedure."""
        return {r.oid: r for r in self.routines}

    @cached_property
    def routines_by_name(self) -> dict[tuple[str, str], tuple[Routine, ...]]:
        """(schema, name) -> its overloads, in the order in which they were made."""
        found: dict[tuple[str, str], tuple[Routine, ...]] = {}
        for r in self.routines:
            found[r.schema, r.name] = (*found.get((r.schema, r.name), ()), r)
        return found

    @cached_property
    def schemas_by_name(self) -> dict[str, Schema]:
        """Name -> schema."""
        return {s.name: s for s in self.schemas}

    @cached_property
    def publications_by_name(self) -> dict[str, Publication]:
        """Name -> publication."""
        return {p.name: p for p in self.publications}

    @cached_property
    def subscriptions_by_name(self) -> dict[str, Subscription]:
        """Name -> subscription."""
        return {s.name: s for s in self.subscriptions}

    @cached_property
    def memo(self) -> dict[Any, Any]:
        """Things derived from this catalog by others (bound views, default expressions ...), kept as long as it."""
        return {}
