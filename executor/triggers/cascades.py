"""Foreign keys' actions on tables with triggers: what SQLite does by itself to the referencing rows, their triggers see.

While a row that others may refer to is written, SQLite triggers of the connection's own stand on the referencing tables, which
call `cascaded` for each row that an action is about to delete or update. They are made for one change and dropped after it;
a trigger function's own statements in between are told from the actions by TriggerState.active.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

from executor.bind.statement import Statement as Binding
from executor.bind.target import derived
from executor.catalog.model import Constraint, Relation
from executor.catalog.usertypes import numbered
from executor.errors import not_supported
from executor.lower.firing import Parts, row_update
from executor.lower.generator import quote
from executor.plan import TableEntry, Update
from executor.triggers.firing import Firing, fired_triggers, firing_relations
from executor.triggers.program import RowUpdate
from executor.triggers.state import state_of
from storage.statement import Function, Statement

ACTIONS = "cnd"
"""cascade, set null, set default."""
_keys = count(1)


@dataclass(frozen=True, slots=True, eq=False)
class Cascaded:
    """A table whose rows an action may change. key: its number. update: writes a row that a trigger wants otherwise.

    create, drop: the statements that make SQLite tell of its rows, and that end it.
    """

    key: int
    relation: Relation
    firing: Firing
    update: RowUpdate | None
    create: tuple[Statement, ...]
    drop: tuple[Statement, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """A foreign key with actions that points to a table. child: its table, as far as it is watched."""

    key: Constraint
    child: Cascaded


@dataclass(frozen=True, slots=True, eq=False)
class Cascades:
    """The tables that actions reach from one, and the keys that point to each of these, by OID."""

    tables: dict[int, Cascaded]
    references: dict[int, tuple[Reference, ...]]


def cascades_of(s: Binding, relation: Relation) -> Cascades | None:
    """What actions of foreign keys do to tables with triggers when rows of a relation change; None for nothing."""
    watched = firing_relations(s.catalog)
    tables: dict[int, Cascaded] = {}
    references: dict[int, tuple[Reference, ...]] = {}
    pending = [relation.oid]
    while pending:
        parent = pending.pop()
        if parent in references:
            continue
        found = []
        for child, key in _acting(s, parent):
            if child.oid in watched:
                if child.oid not in tables:
                    tables[child.oid] = _cascaded(s, numbered(s.catalog, child))
                found.append(Reference(key, tables[child.oid]))
                pending.append(child.oid)
        references[parent] = tuple(sorted(found, key=lambda r: r.key.oid))
    return Cascades(tables, references) if tables else None


def _acting(s: Binding, parent: int) -> Iterator[tuple[Relation, Constraint]]:
    for relation in s.catalog.relations:
        for key in relation.constraints:
            if key.kind == "f" and key.referenced == parent and (key.on_delete in ACTIONS or key.on_update in ACTIONS):
                yield relation, key


def _cascaded(s: Binding, relation: Relation) -> Cascaded:
    if not relation.rowid or any(c.affinity for c in relation.columns):
        raise not_supported(f'foreign key actions on table "{relation.name}", which has triggers and was made elsewhere')
    firing = Firing(relation, tuple(fired_triggers(s, relation)))
    update = None
    if firing.has("BEFORE", "ROW", "UPDATE"):
        columns = tuple((c.name, c.type, c.typmod) for c in relation.columns)
        entry = TableEntry(number=s.new_entry(), alias=relation.name, columns=columns, relation=relation)
        generated, checks = derived(s, relation, entry)
        update = row_update(Parts(), Update(relation=relation, entry=entry, assignments=(), generated=generated, checks=checks,
                                            firing=firing))
    key = next(_keys)
    return Cascaded(key, relation, firing, update, *_watchers(key, relation))


def _watchers(key: int, relation: Relation) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    table = quote(relation.sqlite_name or relation.name)
    names = [quote(c.sqlite_name or c.name) for c in relation.columns]
    old, new = (", ".join(f"{row}.{name}" for name in names) for row in ("old", "new"))
    create, drop = [], []
    for event, values in (("DELETE", old), ("UPDATE", f"{old}, {new}")):
        name = f"pgquill_cascade_{key}_{event}"
        call = f"pg_cascaded({key}, old.{relation.rowid}, {values})"
        create.append(Statement(f"CREATE TEMP TRIGGER {name} BEFORE {event} ON {relation.sqlite_schema}.{table} "
                                f"BEGIN SELECT CASE WHEN {call} THEN 1 ELSE RAISE(IGNORE) END; END", (CASCADED,)))
        drop.append(Statement(f"DROP TRIGGER IF EXISTS temp.{name}"))
    return tuple(create), tuple(drop)


def _called(context: Any, key: int, rowid: int, *values: Any) -> int:
    """Whether the row is to be changed."""
    active = state_of(context).active
    return 1 if active is None else int(active.cascaded(key, rowid, values))


CASCADED = Function("pg_cascaded", _called, -1, context=True, nested=True)
