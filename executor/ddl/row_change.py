"""What a change of a row type's columns means for values of it that columns hold."""

from collections.abc import Iterator
from typing import Any

from executor.catalog.model import Column, Relation
from executor.ddl.base import DdlContext, Step
from executor.ddl.stored_values import changing, stored_columns, updates
from executor.sqlstates import FeatureNotSupported
from executor.types import arrays


def holders(ctx: DdlContext, relation: Relation) -> Iterator[tuple[Relation, Column]]:
    """The stored columns that hold values of the relation's row type."""
    if not relation.row_type:
        return
    wanted = ctx.number_of(relation.row_type)
    # Those that have them inside something come first, as in PostgreSQL's errors.
    for table, column in sorted(stored_columns(ctx.catalog), key=lambda place: place[1].type == relation.row_type):
        if changing(ctx.number_of(column.type), wanted, lambda value: value) is not None:
            yield table, column


def reshaping(ctx: DdlContext, old: Relation, new: Relation) -> list[Step]:
    """The steps that give stored rows of a row type the columns of its new shape: new ones are NULL."""
    if not old.row_type or not any(True for _ in holders(ctx, old)):
        return []
    places = {column.number: i for i, column in enumerate(old.columns)}
    taken = [places.get(column.number) for column in new.columns]

    def change(value: Any) -> Any:
        items = arrays.load(value).items
        return arrays.dump([None if place is None else items[place] for place in taken])

    return updates(ctx, ctx.number_of(old.row_type), change)


def refuse_stored(ctx: DdlContext, relation: Relation, what: str) -> None:
    """0A000, as in PostgreSQL, if a table has values of the row type in a column."""
    for table, column in holders(ctx, relation):
        uses = "uses it" if what == "type" else "uses its row type"
        raise FeatureNotSupported(
            f'cannot alter {what} "{relation.name}" because column "{table.name}.{column.name}" {uses}'
        )
