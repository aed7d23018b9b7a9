"""The table and columns of a COPY: found by name, and checked as PostgreSQL checks them."""

from collections.abc import Iterable, Sequence

from executor.catalog.model import Column, Relation
from executor.copy.options import Options
from executor.errors import SqlError
from executor.sqlstates import DuplicateColumn, InvalidColumnReference, UndefinedColumn, WrongObjectType

_FROM = {
    "v": ('cannot copy to view "{}"', "To enable copying to a view, provide an INSTEAD OF INSERT trigger."),
    "m": ('cannot copy to materialized view "{}"', None),
    "S": ('cannot copy to sequence "{}"', None),
}
_TO = {
    "v": ('cannot copy from view "{}"', "Try the COPY (SELECT ...) TO variant."),
    "S": ('cannot copy from sequence "{}"', None),
    "p": ('cannot copy from partitioned table "{}"', "Try the COPY (SELECT ...) TO variant."),
}


def refuse_kind(relation: Relation, *, is_from: bool) -> SqlError | None:
    """42809 for a relation that is no table; None for one that COPY can work with."""
    found = (_FROM if is_from else _TO).get(relation.relkind)
    if is_from and any(t.timing == "INSTEAD OF" and "INSERT" in t.events for t in relation.triggers):
        return None
    if found is not None:
        return WrongObjectType(found[0].format(relation.name), hint=found[1])
    if relation.kind == "m" and not relation.populated:
        from executor.sqlstates import ObjectNotInPrerequisiteState

        return ObjectNotInPrerequisiteState(
            f'cannot copy from unpopulated materialized view "{relation.name}"',
            hint="Use the REFRESH MATERIALIZED VIEW command.",
        )
    return None


def columns_named(relation: Relation, names: Sequence[str]) -> tuple[Column, ...]:
    """The columns of a list, all that are not generated if it is empty (42703, 42701, 42P10)."""
    if not names:
        return tuple(column for column in relation.columns if not column.generated)
    found: list[Column] = []
    for name in names:
        column = relation.by_name.get(name)
        if column is None:
            raise UndefinedColumn(f'column "{name}" of relation "{relation.name}" does not exist')
        if column.generated:
            raise InvalidColumnReference(
                f'column "{name}" is a generated column', detail="Generated columns cannot be used in COPY."
            )
        if column in found:
            raise DuplicateColumn(f'column "{name}" specified more than once')
        found.append(column)
    return tuple(found)


def check_forced(options: Options, relation: Relation | None, copied: Iterable[str]) -> None:
    """The column lists of FORCE_QUOTE, FORCE_NOT_NULL and FORCE_NULL name columns that are copied."""
    known = list(copied)
    for option in ("force_quote", "force_not_null", "force_null"):
        names = getattr(options, option)
        if not names or names == "*":
            continue
        if relation is not None:
            columns_named(relation, names)
        for name in names:
            if relation is None and name not in known:
                raise UndefinedColumn(f'column "{name}" does not exist')
            if name not in known:
                raise InvalidColumnReference(f'{option.upper()} column "{name}" not referenced by COPY')


def forced(names: tuple[str, ...] | str, column: str) -> bool:
    """Whether a FORCE_... option is meant for a column."""
    return names == "*" or column in names
