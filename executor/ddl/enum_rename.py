"""ALTER TYPE ... RENAME VALUE: a label is what columns store, and what stored expressions spell."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from executor.catalog.model import Catalog, Column, Relation, UserType
from executor.ddl import rewrite
from executor.ddl.base import DdlContext, Step
from executor.ddl.objects import put_relation
from executor.ddl.sqlite_table import qualified, sqlite_column
from executor.ddl.stored_texts import stored_texts
from executor.errors import not_supported
from executor.types import arrays
from executor.types.base import Stored
from executor.types.made import definition_of
from storage.statement import Function

Relabel = Callable[[Any], Any]


def renaming(ctx: DdlContext, made: UserType, old: str, new: str) -> tuple[Step, ...]:
    """The steps that change stored labels; moves ctx.catalog on where defaults spell the old one.

    Raises 0A000 if another stored expression has the label as a literal, which need not be meant as one.
    """
    enum = ctx.number_of(made.oid)
    steps = []
    # Tables that point to others first: ON UPDATE RESTRICT looks at once whether a row is still pointed to.
    for relation in sorted(ctx.catalog.relations, key=lambda r: not any(c.kind == "f" for c in r.constraints)):
        changed = relation
        for column in relation.columns:
            relabel = _relabel(ctx.number_of(column.type), enum, old, new)
            if relabel is None:
                continue
            changed = _with_default(ctx, changed, column, old, new)
            if relation.sqlite_name:
                steps.append(_update(relation, column, enum, relabel))
        if changed is not relation:
            ctx.catalog = put_relation(ctx.catalog, changed)
    _refuse_literals(ctx.catalog, made, old)
    if len(steps) > 1:
        steps = [Step("PRAGMA defer_foreign_keys = ON"), *steps, Step("PRAGMA defer_foreign_keys = OFF")]
    return tuple(steps)


def _relabel(number: int, enum: int, old: str, new: str) -> Relabel | None:
    """What a value of the type becomes, in the form it has inside an array; None if it holds no such enum."""
    if number == enum:
        return lambda value: new if value == old else value
    found = definition_of(number)
    if found is None:
        element = definition_of(number - 1)
        inner = _relabel(number - 1, enum, old, new) if element is not None else None
        return None if inner is None else _in_array(inner)
    if found.kind == "d":
        return _relabel(found.base, enum, old, new)
    fields = [_relabel(field.type, enum, old, new) for field in found.fields]
    return _in_row(fields) if any(fields) else None


def _in_array(inner: Relabel) -> Relabel:
    def relabel(value: Any) -> Any:
        array = arrays.load(value)
        return arrays.dump(arrays.map_elements(array.items, inner), array.lowers)

    return relabel


def _in_row(fields: list[Relabel | None]) -> Relabel:
    def relabel(value: Any) -> Any:
        items = arrays.load(value).items
        return arrays.dump([item if item is None or inner is None else inner(item)
                            for item, inner in zip(items, fields, strict=True)])

    return relabel


def _update(relation: Relation, column: Column, enum: int, relabel: Relabel) -> Step:
    def function(value: Stored) -> Stored:
        changed: Stored = relabel(value)
        return changed

    name = f"pg_relabel_{enum}_{relation.oid}_{column.number}"
    target = sqlite_column(column)
    return Step(f"UPDATE {qualified(relation)} SET {target} = {name}({target}) WHERE {target} IS NOT NULL",
                needs=(Function(name, function, 1, True),))


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
