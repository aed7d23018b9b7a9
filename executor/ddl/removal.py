"""Takes objects out of the Catalog and out of SQLite, in the order that executor.ddl.dependency found."""

from collections.abc import Iterable

from msgspec.structs import replace

from executor.catalog.model import Catalog, Relation
from executor.ddl.base import DdlContext, Step
from executor.ddl.dependency import Graph, Thing
from executor.ddl.objects import put_publication, put_relation, without, without_comments
from executor.ddl.row_change import reshaping
from executor.ddl.schema_edit import redefine
from executor.ddl.sequence import removal_steps
from executor.ddl.sqlite_table import qualified, refuse_foreign_made
from executor.ddl.transition import transition

WHOLE = ("relation", "sequence", "schema", "type", "routine", "publication")
"""Kinds that are no part of something else."""


def remove(ctx: DdlContext, things: Iterable[Thing]) -> tuple[Step, ...]:
    """Remove all of these (closed under dependency); moves ctx.catalog on."""
    gone = set(things)
    relations = [ctx.catalog.relations_by_oid[t.oid] for t in gone if t.kind == "relation"]
    dropped = {relation.oid for relation in relations}
    steps: list[Step] = []
    owners = _owners(ctx, gone)
    # Foreign keys first: the texts of their tables spell columns that may go next.
    for chosen in ({t for t in owners if _is_foreign_key(ctx, t)}, set(owners)):
        for oid in sorted({owners[thing] for thing in chosen} - dropped):
            steps += _reduce(ctx, ctx.catalog.relations_by_oid[oid], chosen)
    steps += _drop_tables(ctx, relations)
    for thing in sorted(gone):
        if thing.kind == "sequence":
            steps += removal_steps(ctx.catalog.sequences_by_oid[thing.oid])
    ctx.catalog = _without_published(ctx.catalog, {t.oid for t in gone if t.kind == "published"})
    ctx.catalog = without(ctx.catalog, {t.oid for t in gone if t.kind in WHOLE})
    return tuple(steps)


def _without_published(catalog: Catalog, oids: set[int]) -> Catalog:
    """The catalog with publications without these entries."""
    for publication in catalog.publications if oids else ():
        tables = tuple(t for t in publication.tables if t.oid not in oids)
        schemas = tuple(s for s in publication.schemas if s.oid not in oids)
        catalog = put_publication(catalog, replace(publication, tables=tables, schemas=schemas))
    return catalog


def _owners(ctx: DdlContext, gone: set[Thing]) -> dict[Thing, int]:
    """The parts of tables among the things, with their tables' OIDs."""
    graph = Graph(ctx)
    found = {}
    for thing in gone:
        if thing.kind in ("column", "default"):
            found[thing] = thing.oid
        elif thing.kind == "constraint":
            found[thing] = graph.constraints[thing.oid][0].oid
        elif thing.kind == "trigger":
            found[thing] = graph.triggers[thing.oid][0].oid
        elif thing.kind == "index":
            found[thing] = graph.indexes[thing.oid][0].oid
    return found


def _is_foreign_key(ctx: DdlContext, thing: Thing) -> bool:
    return thing.kind == "constraint" and Graph(ctx).constraints[thing.oid][1].kind == "f"


def _reduce(ctx: DdlContext, old: Relation, gone: set[Thing]) -> tuple[Step, ...]:
    """A table that stays, without the parts that go."""
    constraints = tuple(c for c in old.constraints if Thing("constraint", c.oid) not in gone)
    nulls = {c.columns[0] for c in constraints if c.kind == "n"}
    columns = []
    for column in old.columns:
        if Thing("column", old.oid, column.number) in gone:
            continue
        if Thing("default", old.oid, column.number) in gone:
            column = replace(column, default=None)
        columns.append(replace(column, not_null=column.number in nulls) if not old.made_elsewhere else column)
    lost = [c.number for c in old.columns if c not in columns and c.number not in {k.number for k in columns}]
    new = replace(
        old,
        columns=tuple(columns),
        constraints=constraints,
        indexes=tuple(i for i in old.indexes if Thing("index", i.oid) not in gone),
        triggers=tuple(t for t in old.triggers if Thing("trigger", t.oid) not in gone),
        last_number=max([old.last_number, *(c.number for c in old.columns)]) if lost else old.last_number,
    )
    if (new.columns, new.constraints, new.indexes) == (old.columns, old.constraints, old.indexes):
        if new.triggers != old.triggers:
            ctx.catalog = put_relation(ctx.catalog, new)
        return ()
    if not columns and old.kind != "c":
        refuse_foreign_made(old)  # SQLite drops no table's last column
    rows = reshaping(ctx, old, new) if lost else []
    new, steps = transition(ctx, old, new)
    steps = (*rows, *steps)
    ctx.catalog = put_relation(ctx.catalog, new)
    parts = {c.oid for c in old.constraints} - {c.oid for c in constraints}
    parts |= {i.oid for i in old.indexes} - {i.oid for i in new.indexes}
    parts |= {t.oid for t in old.triggers} - {t.oid for t in new.triggers}
    ctx.catalog = without_comments(ctx.catalog, parts)
    for number in lost:
        ctx.catalog = without_comments(ctx.catalog, {old.oid}, number)
    return steps


def _drop_tables(ctx: DdlContext, relations: list[Relation]) -> list[Step]:
    """DROP TABLE for each, tables that point to others first.

    SQLite deletes a table's rows before it drops it, which foreign keys to it can refuse; so the foreign keys among
    the tables that go, which the order cannot take care of, are taken out of their texts before.
    """
    steps: list[Step] = []
    left = {r.oid: r for r in relations if r.sqlite_name and r.kind in "rm"}
    for relation in [*left.values()]:
        own = [c for c in relation.constraints if c.kind == "f" and c.referenced in left]
        if own and not relation.made_elsewhere and not any(column.affinity for column in relation.columns):
            bare = replace(relation, constraints=tuple(c for c in relation.constraints if c.kind != "f"))
            steps += redefine(ctx, bare)
            left[relation.oid] = bare
    while left:
        pointed = {
            c.referenced for r in left.values() for c in r.constraints if c.kind == "f" and c.referenced != r.oid
        }
        free = [r for r in left.values() if r.oid not in pointed] or list(left.values())
        for relation in sorted(free, key=lambda r: r.oid):
            steps.append(Step(f"DROP TABLE {qualified(relation)}"))
            del left[relation.oid]
    for relation in relations:
        if relation.sqlite_name and relation.kind == "v":
            steps.append(Step(f"DROP VIEW {qualified(relation)}"))
    return steps
