"""The triggers of a relation made ready to fire: their WHEN conditions as statements."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from executor import plan
from executor.bind.statement import Statement as Binding
from executor.bind.trigger_condition import stored_condition
from executor.catalog.model import Catalog, Relation, Trigger
from executor.lower.generator import Generator, Lowered
from executor.lower.query import query
from executor.types.base import Stored
from storage.statement import Statement

ROW = 100_000
"""Values of the row a part is about are parameters numbered from here on; no statement's own parameter gets so far."""
Row = tuple[Stored, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One SQLite statement of a change. places: for each of its parameters that is of the row, its place there; for one that
    is the statement's own, that one's place, inverted."""

    statement: Statement
    places: tuple[int, ...]

    def values(self, own: Row, row: Row) -> list[Stored]:
        """Its parameters. own: those of the whole statement."""
        return [row[at] if at >= 0 else own[~at] for at in self.places]


@dataclass(frozen=True, slots=True, eq=False)
class Fired:
    """A trigger. condition: its WHEN over the old row's values and then the new row's, None without one."""

    trigger: Trigger
    condition: Part | None


@dataclass(frozen=True, slots=True, eq=False)
class Firing:
    """A relation's triggers, in the order in which they fire. cascades: executor.triggers.cascades.Cascades: what foreign keys do
    to tables with triggers when a row of this one is deleted or its key changes. view: the rows of a view, as a range entry."""

    relation: Relation
    triggers: tuple[Fired, ...]
    cascades: Any = None
    view: Any = None

    def has(self, timing: str, level: str, event: str) -> bool:
        """Whether there is such a trigger."""
        return any(t.trigger.timing == timing and t.trigger.level == level and event in t.trigger.events for t in self.triggers)


def firing_of(s: Binding, relation: Relation, view: Any = None) -> Firing | None:
    """The triggers of a relation that a statement changes; None if nothing can fire. view: as in Firing."""
    if relation.oid not in firing_relations(s.catalog):
        return None
    from executor.triggers.cascades import cascades_of

    return Firing(relation, tuple(fired_triggers(s, relation)), cascades_of(s, relation), view)


def firing_relations(catalog: Catalog) -> frozenset[int]:
    """OIDs of the relations whose changes can fire triggers, by themselves or through the actions of foreign keys."""
    found = catalog.memo.get("firing")
    if found is None:
        found = catalog.memo["firing"] = _firing_relations(catalog)
    assert isinstance(found, frozenset)
    return found


def _firing_relations(catalog: Catalog) -> frozenset[int]:
    found = {r.oid for r in catalog.relations if r.triggers}
    more = set(found)
    while more:
        more = {c.referenced for r in catalog.relations if r.oid in more for c in r.constraints
                if c.kind == "f" and (c.on_delete in "cnd" or c.on_update in "cnd")} - found
        found |= more
    return frozenset(found)


def fired_triggers(s: Binding, relation: Relation) -> Iterator[Fired]:
    """The triggers of a relation that are not disabled."""
    for trigger in relation.triggers:
        if trigger.enabled != "D":
            yield Fired(trigger, _condition(s, relation, trigger.when) if trigger.when else None)


def _condition(s: Binding, relation: Relation, text: str) -> Part:
    found = stored_condition(s, relation, text)
    rows = []
    for i, number in enumerate((found.old, found.new)):
        first = ROW + i * len(found.columns)
        values = tuple(plan.Param(type=oid, typmod=typmod, number=first + j) for j, (_, oid, typmod) in enumerate(found.columns))
        rows.append(plan.ValuesEntry(number=number, alias="", rows=(values,), columns=found.columns))
    g = Generator()
    return part(g.finish(query(g, plan.Select(targets=(plan.Target(expr=found.expr, name="c0"),), source=tuple(rows)))), [])


def part(lowered: Lowered, own: list[Any]) -> Part:
    """A lowered statement as a part. own: the whole statement's parameters, to which its own are added."""
    places = []
    for slot in lowered.slots:
        if slot.source == "param" and slot.number >= ROW:
            places.append(slot.number - ROW)
            continue
        if slot not in own:
            own.append(slot)
        places.append(~own.index(slot))
    return Part(lowered.statement, tuple(places))
