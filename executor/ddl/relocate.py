"""Giving a relation or sequence another name or schema, wherever Catalog and SQLite spell its name."""

from collections.abc import Iterable

from msgspec.structs import replace

from executor.catalog.model import Relation, Sequence
from executor.ddl import rewrite
from executor.ddl.base import DdlContext, Step, quoted
from executor.ddl.column import sequence_literal
from executor.ddl.dependency import NEXTVAL, Graph, Thing
from executor.ddl.naming import sqlite_name
from executor.ddl.objects import put_relation, put_sequence
from executor.ddl.schema_edit import own_indexes
from executor.ddl.sqlite_table import autoindexes
from executor.ddl.stored_texts import changed_texts
from executor.ddl.transition import transition
from executor.errors import not_supported

PASSING = "pgquill_rename"


def move_relation(ctx: DdlContext, old: Relation, schema: str, name: str) -> tuple[Step, ...]:
    """Rename a table or view and put it into a schema; moves ctx.catalog on. The name is known to be free."""
    if (old.schema, old.name) == (schema, name):
        return ()
    new = replace(old, schema=schema, name=name)
    steps: tuple[Step, ...] = ()
    if old.sqlite_name:
        new = replace(new, sqlite_name=sqlite_name(ctx.catalog, schema, name, skip=old.oid))
        if old.kind == "v":
            raise not_supported(f'renaming the view "{old.name}", which another program created,')
        steps = rename_table(old, new)
        new = autoindexes(new)
        ctx.catalog = put_relation(ctx.catalog, new)
        if old.schema != schema:
            moved = _with_index_names(ctx, new)
            new, more = transition(ctx, new, moved)
            steps += more
    ctx.catalog = put_relation(ctx.catalog, new)
    rename_in_views(ctx, old, new)
    rename_type_in_texts(ctx, (old.schema, old.name), (schema, name))
    return steps


def rename_type_in_texts(ctx: DdlContext, old: tuple[str, str], new: tuple[str, str]) -> None:
    """Rewrite the stored texts that spell a type; moves ctx.catalog on."""
    ctx.catalog = changed_texts(
        ctx.catalog,
        lambda text: rewrite.rename_type(text, old, new),
        lambda text: rewrite.rename_type(text, old, new, query=True),
    )


def rename_table(old: Relation, new: Relation) -> tuple[Step, ...]:
    """SQLite's own RENAME, which also rewrites foreign keys of other tables, triggers and views of other programs."""
    if old.sqlite_name == new.sqlite_name:
        return ()
    home = old.sqlite_schema
    if old.sqlite_name.lower() == new.sqlite_name.lower():
        # For SQLite the new name is taken, by the table itself.
        return (
            Step(f"ALTER TABLE {home}.{quoted(old.sqlite_name)} RENAME TO {quoted(PASSING)}"),
            Step(f"ALTER TABLE {home}.{quoted(PASSING)} RENAME TO {quoted(new.sqlite_name)}"),
        )
    return (Step(f"ALTER TABLE {home}.{quoted(old.sqlite_name)} RENAME TO {quoted(new.sqlite_name)}"),)


def _with_index_names(ctx: DdlContext, relation: Relation) -> Relation:
    """SQLite's names of a table's own indexes carry the schema."""
    own = own_indexes(relation)
    return replace(
        relation,
        indexes=tuple(
            replace(i, sqlite_name=sqlite_name(ctx.catalog, relation.schema, i.name)) if i.sqlite_name in own else i
            for i in relation.indexes
        ),
    )


def rename_in_views(ctx: DdlContext, old: Relation, new: Relation, columns: list[str] | None = None) -> None:
    """Rewrite the queries of the views that read a relation. columns: see rewrite.rename_relation."""
    for view in _views_over(ctx, old):
        others = {oid for oid, _ in view.uses if oid != old.oid}
        if any(
            ctx.catalog.relations_by_oid[oid].name == old.name for oid in others if oid in ctx.catalog.relations_by_oid
        ):
            raise not_supported(f'renaming "{old.name}" while view "{view.name}" reads two relations of that name')
        text = rewrite.rename_relation(view.definition, (old.schema, old.name), (new.schema, new.name), columns)
        ctx.catalog = put_relation(ctx.catalog, replace(view, definition=text))


def _views_over(ctx: DdlContext, relation: Relation) -> Iterable[Relation]:
    return [r for r in ctx.catalog.relations if r.definition and any(oid == relation.oid for oid, _ in r.uses)]


def move_sequence(ctx: DdlContext, old: Sequence, schema: str, name: str) -> tuple[Step, ...]:
    """Rename a sequence and put it into a schema; the defaults that call nextval follow. Moves ctx.catalog on."""
    new = replace(old, schema=schema, name=name)
    graph = Graph(ctx)
    literal = sequence_literal(new)
    for thing, _ in graph.dependents(Thing("sequence", old.oid)):
        relation = ctx.catalog.relations_by_oid[thing.oid]
        column = relation.by_number[thing.sub]
        assert column.default is not None
        text = NEXTVAL.sub(lambda match: _renamed(graph, match.group(0), match.group(1), old, literal), column.default)
        columns = tuple(replace(c, default=text) if c.number == column.number else c for c in relation.columns)
        ctx.catalog = put_relation(ctx.catalog, replace(relation, columns=columns))
    ctx.catalog = put_sequence(ctx.catalog, new)
    return ()


def _renamed(graph: Graph, call: str, inside: str, old: Sequence, literal: str) -> str:
    if not graph.names(inside.replace("''", "'"), old):
        return call
    return call.replace(f"'{inside}'", literal)
