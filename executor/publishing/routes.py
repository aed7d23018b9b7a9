"""How the rows of a table are told: which publications have it, as which table, which columns, which rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from executor.analysis import Column as Sent
from executor.analysis import encoder
from executor.bind.statement import type_name
from executor.facts.lookup import type_at
from executor.publishing.facts import (
    PUBLICATIONS,
    ColumnFacts,
    PublicationFacts,
    PublishedFacts,
    TableFacts,
    TypeFacts,
    decode_publications,
    decode_table,
    type_number,
)
from executor.publishing.filters import RowFilter
from executor.sqlstates import FeatureNotSupported, InvalidParameterValue
from executor.types.base import Encoder, Env
from executor.types.made import DOMAIN, oid_of

Lookup = Callable[[str], bytes | None]
Filter = Callable[[Sequence[Any]], bool]
Values = tuple[bytes | None, ...]
FIRST_MADE = 10000
"""Types below this OID are built in."""
ACTIONS = ("insert", "update", "delete", "truncate")
FILTERED = ACTIONS[:3]


class ToldType(msgspec.Struct, frozen=True):
    """A type that is not built in; see replication.decoded.Type."""

    oid: int
    schema: str
    name: str
    printed: str
    domain_of: "ToldType | None" = None


class ToldColumn(msgspec.Struct, frozen=True):
    """A column as clients know it; see replication.decoded.Column."""

    name: str
    type_oid: int
    typmod: int
    type_name: str
    is_key: bool
    binary: bool
    type: ToldType | None
    position: int
    not_null: bool
    is_pk: bool
    default: str | None


class ToldRelation(msgspec.Struct, frozen=True):
    """A table as clients know it; see replication.decoded.Relation. identity: the letter of relreplident."""

    oid: int
    schema: str
    name: str
    identity: str
    columns: tuple[ToldColumn, ...]


class Route:
    """See replication.contract.Route."""

    __slots__ = ("_keys", "_printers", "_width", "deletes", "has_key", "inserts", "is_full", "is_own", "on_delete", "on_insert",
                 "on_update", "relation", "truncates", "updates")

    on_insert: Filter | None
    on_update: Filter | None
    on_delete: Filter | None

    def __init__(self, relation: ToldRelation, table: TableFacts, printers: Sequence[tuple[int, Encoder | None, bool]],
                 actions: set[str], filters: dict[str, RowFilter], *, is_own: bool) -> None:
        self.relation: Any = relation
        self.is_own = is_own
        self.inserts, self.updates, self.deletes, self.truncates = (action in actions for action in ACTIONS)
        self.is_full = table.identity == "f"
        self.has_key = self.is_full or bool(table.key)
        self.on_insert, self.on_update, self.on_delete = (filters.get(action) for action in FILTERED)
        self._printers = tuple((place, encode) for place, encode, _ in printers)
        self._keys = tuple((place, encode if is_key else None) for place, encode, is_key in printers)
        self._width = table.width

    def print(self, row: Sequence[Any]) -> Values:
        """See replication.contract.Route."""
        if len(row) != self._width:
            raise self._misfit(row)
        return tuple([None if encode is None or row[place] is None else encode(row[place]) for place, encode in self._printers])

    def print_key(self, row: Sequence[Any]) -> Values:
        """See replication.contract.Route."""
        if len(row) != self._width:
            raise self._misfit(row)
        return tuple([None if encode is None or row[place] is None else encode(row[place]) for place, encode in self._keys])

    def has_other_key(self, old: Sequence[Any], new: Sequence[Any]) -> bool:
        """See replication.contract.Route."""
        return any(encode is not None and old[place] != new[place] for place, encode in self._keys)

    def _misfit(self, row: Sequence[Any]) -> Exception:
        return InvalidParameterValue(f'a row of {len(row)} columns in the log is none of table "{self.relation.name}"')


@dataclass
class _Chosen:
    """The publications that say most about a table, and the table that they tell it as. level: how far up that is."""

    table: TableFacts
    level: int
    publications: list[PublicationFacts]
    actions: set[str]


def route(name: str, lookup: Lookup, publications: tuple[str, ...] | None, env: Env, *, binary: bool) -> Route | None:
    """How a table is told to who asks for these publications; None if it is not told.

    Raises: SqlError (0A000) where two of them list different columns; what understanding a row filter raises.
    """
    found = lookup(name)
    if found is None:
        return None
    table = decode_table(found)
    if publications is None:
        columns = table.columns
        return _make(table, table, columns, set(ACTIONS), {}, env, binary)
    ancestors = _ancestors(table, lookup)
    known = {p.name: p for p in decode_publications(lookup(PUBLICATIONS) or b"\x90")}
    wanted = [known[p] for p in dict.fromkeys(publications) if p in known]
    chosen = _choose(table, ancestors, wanted)
    if chosen is None:
        return None
    columns = _columns(chosen)
    filters = _filters(table, chosen)
    return _make(table, chosen.table, columns, chosen.actions, filters, env, binary)


def _ancestors(table: TableFacts, lookup: Lookup) -> list[TableFacts]:
    """The tables that it is a partition of, the nearest first."""
    found: list[TableFacts] = []
    while table.parent:
        facts = lookup(table.parent)
        if facts is None:
            break
        table = decode_table(facts)
        found.append(table)
    return found


def published_as(publication: PublicationFacts, table: TableFacts) -> PublishedFacts | None:
    """The entry of a table in a publication."""
    return next((t for t in publication.tables if t.relation == table.oid), None)


def _has(publication: PublicationFacts, table: TableFacts) -> bool:
    return published_as(publication, table) is not None or table.schema_oid in publication.schemas


def _choose(table: TableFacts, ancestors: list[TableFacts], wanted: list[PublicationFacts]) -> _Chosen | None:
    """Which publications decide: those that tell the table as the highest of those that it is a part of."""
    chosen: _Chosen | None = None
    actions: set[str] = set()
    for publication in wanted:
        level, publish = 0, publication.all_tables
        if publish:
            level = len(ancestors) if publication.via_root else 0
        else:
            above = [i for i, ancestor in enumerate(ancestors, 1) if _has(publication, ancestor)]
            if above and publication.via_root:
                level = above[-1]
            publish = bool(above) or _has(publication, table)
        if not publish or (table.is_partitioned and not publication.via_root):
            continue  # the partitions are told, and not the table that has no rows
        actions |= set(publication.actions)
        if chosen is None or level > chosen.level:
            chosen = _Chosen(ancestors[level - 1] if level else table, level, [publication], actions)
        elif level == chosen.level:
            chosen.publications.append(publication)
    return chosen


def _columns(chosen: _Chosen) -> tuple[ColumnFacts, ...]:
    """The columns that are told (0A000 if the publications do not agree)."""
    lists = []
    for publication in chosen.publications:
        entry = None if publication.all_tables else published_as(publication, chosen.table)
        if entry is not None and entry.columns is not None:
            lists.append(frozenset(entry.columns))
        else:
            lists.append(frozenset(c.number for c in chosen.table.columns if not c.generated or (
                c.generated == "s" and publication.generated == "s")))
    if len(set(lists)) > 1:
        raise FeatureNotSupported(f'cannot use different column lists for table "{chosen.table.schema}.{chosen.table.name}" in '
                                  "different publications")
    return tuple(c for c in chosen.table.columns if c.number in lists[0])


def _filters(table: TableFacts, chosen: _Chosen) -> dict[str, RowFilter]:
    """The row filter of each action: passed by what passes that of any publication that tells the action."""
    found: dict[str, RowFilter] = {}
    for action in FILTERED:
        texts = []
        for publication in chosen.publications:
            if action in publication.actions:
                entry = published_as(publication, chosen.table)
                by_schema = chosen.table.schema_oid in publication.schemas
                texts.append("" if publication.all_tables or by_schema or entry is None else entry.where)
        if texts and all(texts):
            found[action] = RowFilter(table, tuple(dict.fromkeys(texts)))
    return found


def _make(table: TableFacts, told: TableFacts, columns: tuple[ColumnFacts, ...], actions: set[str],
          filters: dict[str, RowFilter], env: Env, binary: bool) -> Route:
    places = {column.name: column for column in table.columns}
    key_names = {c.name for c in table.columns if c.number in table.key}
    printers: list[tuple[int, Encoder | None, bool]] = []
    shown = []
    for column in columns:
        own = places.get(column.name)
        if own is None:
            raise InvalidParameterValue(f'the partition "{table.name}" has no column "{column.name}"')
        number = type_number(own.type)
        sent = Sent(name=own.name, type_oid=oid_of(number), type_size=-1, typmod=own.typmod, number=number)
        is_key = table.identity == "f" or column.name in key_names
        # What is computed when it is read is in no row of PostgreSQL's.
        printers.append((own.place, None if own.generated == "v" else encoder(sent, int(binary), env), is_key))
        type_ = _told_type(column) if column.type_oid >= FIRST_MADE else None
        shown.append(ToldColumn(column.name, column.type_oid, column.typmod, column.type_name, is_key, binary, type_,
                                column.number, column.not_null, column.is_pk, column.default))
    relation = ToldRelation(told.oid, told.schema, told.name, table.identity, tuple(shown))
    return Route(relation, table, printers, actions, filters, is_own=told is table)


def _told_type(column: ColumnFacts) -> ToldType:
    definition = column.type.definition
    if definition is None:
        return ToldType(column.type_oid, "pg_catalog", column.type_name, column.type_name)
    if column.type.is_array:
        return ToldType(column.type_oid, definition.schema, f"_{definition.name}"[:63], column.type_name)
    over = _domain_of(column.type) if definition.kind == DOMAIN else None
    return ToldType(column.type_oid, definition.schema, definition.name, column.type_name, over)


def _domain_of(facts: TypeFacts) -> ToldType | None:
    """What a domain is made of."""
    definition, base = facts.definition, facts.base
    assert definition is not None and base is not None
    number = type_number(base)
    found = type_at(number)
    assert found is not None
    printed = type_name(number, definition.base_typmod)
    over = _domain_of(base) if base.definition is not None and base.definition.kind == DOMAIN and not base.is_array else None
    return ToldType(oid_of(number), found.schema, found.name, printed, over)
