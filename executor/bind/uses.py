"""Which relations and columns a bound query reads: the dependencies of a view."""

from typing import Any

import msgspec

from executor import plan
from executor.catalog.model import Column, Relation
from executor.facts.lookup import Function


def uses(query: plan.Query) -> tuple[tuple[int, int], ...]:
    """(relation OID, 0) for each relation and (relation OID, attnum) for each column of it, in a fixed order.

    A view counts as itself: what it reads in turn is its own affair.
    """
    entries: dict[int, Relation] = {}
    columns: set[tuple[int, int]] = set()
    _walk(query, entries, columns)
    found = {(relation.oid, 0) for relation in entries.values()}
    for entry, index in columns:
        relation = entries.get(entry)
        if relation is not None and 0 <= index < len(relation.columns):
            found.add((relation.oid, relation.columns[index].number))
    return tuple(sorted(found))


def _walk(value: Any, entries: dict[int, Relation], columns: set[tuple[int, int]]) -> None:
    if isinstance(value, tuple):
        for item in value:
            _walk(item, entries, columns)
        return
    if not isinstance(value, msgspec.Struct) or isinstance(value, (Relation, Function, Column)):
        return
    if isinstance(value, plan.ColumnRef):
        columns.add((value.entry, value.index))
    elif isinstance(value, plan.TableEntry):
        entries[value.number] = value.relation
    elif isinstance(value, plan.QueryEntry) and value.view is not None:
        entries[value.number] = value.view
        return
    for name in value.__struct_fields__:
        _walk(getattr(value, name), entries, columns)
