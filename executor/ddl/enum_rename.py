"""ALTER TYPE ... RENAME VALUE: a label is what columns store, and what stored expressions spell."""

from msgspec.structs import replace

from executor.catalog.model import Catalog, Column, Relation, UserType
from executor.ddl import rewrite
from executor.ddl.base import DdlContext, Step
from executor.ddl.objects import put_relation
from executor.ddl.stored_texts import stored_texts
from executor.ddl.stored_values import changing, updates
from executor.errors import not_supported


def renaming(ctx: DdlContext, made: UserType, old: str, new: str) -> tuple[Step, ...]:
    """The steps that change stored labels; moves ctx.catalog on where defaults spell the old one.

    Raises 0A000 if another stored expression has the label as a literal, which need not be meant as one.
    """
    steps = updates(ctx, ctx.number_of(made.oid), lambda value: new if value == old else value)
    for relation in ctx.catalog.relations:
        changed = relation
        for column in relation.columns:
            if changing(ctx.number_of(column.type), ctx.number_of(made.oid), lambda value: value) is not None:
                changed = _with_default(ctx, changed, column, old, new)
        if changed is not relation:
            ctx.catalog = put_relation(ctx.catalog, changed)
    _refuse_literals(ctx.catalog, made, old)
    return tuple(steps)


def _with_default(ctx: DdlContext, relation: Relation, column: Column, old: str, new: str) -> Relation:
    """The relation with the new label in a default that is no more than a literal (of the enum, or cast to it)."""
    if not column.default or column.generated or not rewrite.has_literal(column.default, old):
        return relation
    text = rewrite.rename_literal(column.default, old, new)
    if text is None:
        return relation
    columns = tuple(replace(c, default=text) if c.number == column.number else c for c in relation.columns)
    return replace(relation, columns=columns)


def _refuse_literals(catalog: Catalog, made: UserType, old: str) -> None:
    for stored in stored_texts(catalog):
        if rewrite.has_literal(stored.text, old, query=stored.kind == "view"):
            raise not_supported(f'renaming the value "{old}" of enum "{made.name}", which a stored expression may mean,')
