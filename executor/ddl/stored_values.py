"""Changing stored values of a user's type, wherever tables hold them: in columns, inside arrays and inside rows."""

from collections.abc import Callable, Iterator
from typing import Any

from executor.catalog.model import Catalog, Column, Relation
from executor.ddl.base import DdlContext, Step
from executor.ddl.sqlite_table import qualified, sqlite_column
from executor.errors import not_supported
from executor.types import arrays
from executor.types.base import Stored
from executor.types.made import definition_of
from storage.statement import Function

Change = Callable[[Any], Any]
"""From one value to another, not NULL, both in the form they have inside arrays."""


def stored_columns(catalog: Catalog) -> Iterator[tuple[Relation, Column]]:
    """Every column that SQLite has. Tables that point to others come first: ON UPDATE RESTRICT looks at once whether a
    row is still pointed to."""
    for relation in sorted(catalog.relations, key=lambda r: not any(c.kind == "f" for c in r.constraints)):
        if relation.sqlite_name and relation.kind in "rm":
            yield from ((relation, column) for column in relation.columns)


def changing(number: int, wanted: int, change: Change) -> Change | None:
    """What becomes of a value of type `number` when those of type `wanted` change; None if it has none of them."""
    if number == wanted:
        return change
    found = definition_of(number)
    if found is None:
        inner = changing(number - 1, wanted, change) if definition_of(number - 1) is not None else None
        return None if inner is None else _in_array(inner)
    if found.kind == "d":
        return changing(found.base, wanted, change)
    if found.kind in "rm":
        if changing(found.base, wanted, change) is not None:
            raise not_supported("changing a type that ranges are over")
        return None
    fields = [changing(field.type, wanted, change) for field in found.fields]
    return _in_row(fields) if any(fields) else None


def _in_array(inner: Change) -> Change:
    def changed(value: Any) -> Any:
        array = arrays.load(value)
        return arrays.dump(arrays.map_elements(array.items, inner), array.lowers)

    return changed


def _in_row(fields: list[Change | None]) -> Change:
    def changed(value: Any) -> Any:
        items = arrays.load(value).items
        return arrays.dump([item if item is None or inner is None else inner(item)
                            for item, inner in zip(items, fields, strict=True)])

    return changed


def updates(ctx: DdlContext, wanted: int, change: Change) -> list[Step]:
    """The steps that change every stored value of a type, given by its number."""
    steps = []
    for relation, column in stored_columns(ctx.catalog):
        changed = changing(ctx.number_of(column.type), wanted, change)
        if changed is not None:
            steps.append(_update(relation, column, wanted, changed))
    if len(steps) > 1:
        return [Step("PRAGMA defer_foreign_keys = ON"), *steps, Step("PRAGMA defer_foreign_keys = OFF")]
    return steps


def _update(relation: Relation, column: Column, wanted: int, change: Change) -> Step:
    def function(value: Stored) -> Stored:
        changed: Stored = change(value)
        return changed

    name = f"pg_change_{wanted}_{relation.oid}_{column.number}"
    target = sqlite_column(column)
    return Step(f"UPDATE {qualified(relation)} SET {target} = {name}({target}) WHERE {target} IS NOT NULL",
                needs=(Function(name, function, 1, True),))
