"""Rows as values: their types, their fields, and conversion of rows to composite types.

A row that is built in a statement has a type of its own (executor.types.made.row_number), which clients see as
`record`: so its columns are known wherever the value goes.
"""

from collections.abc import Sequence

from executor import plan
from executor.bind.statement import Statement, type_name
from executor.catalog import usertypes
from executor.catalog.model import Relation
from executor.errors import not_supported
from executor.facts.lookup import base_type
from executor.plan import Call, Expr, Field, Row, WholeRow
from executor.sqlstates import CannotCoerce, UndefinedColumn, WrongObjectType
from executor.types import made
from executor.types import oids as T


def anonymous(names: Sequence[str], fields: Sequence[Expr]) -> int:
    """The type of a row of these fields."""
    return made.row_number(tuple(made.Field(n, f.type, f.typmod) for n, f in zip(names, fields, strict=True)))


def unnamed(number: int) -> int:
    """The type `record` with the columns of a row type: what functions give that are declared to return record."""
    fields = made.fields_of(number)
    return number if fields is None or made.is_anonymous(number) else made.row_number(fields)


def check_alike(items: Sequence[Expr], construct: str) -> None:
    """0A000 for rows that PostgreSQL could compare only as far as their columns are alike."""
    if not any(made.is_anonymous(item.type) for item in items):
        return
    unknown = any(f.type == T.UNKNOWN for f in made.fields_of(items[0].type) or ())
    if unknown or len({item.type for item in items}) > 1:
        raise not_supported(f"{construct} of rows with different columns, or columns of unknown type",
                            position=items[0].position or None)


def row(fields: Sequence[Expr], position: int) -> Row:
    """ROW(...)."""
    names = tuple(f"f{i}" for i in range(1, len(fields) + 1))
    return Row(type=anonymous(names, fields), fields=tuple(fields), names=names, position=position)


def whole_row(s: Statement, entry: plan.RangeEntry | None, names: tuple[str, ...], fields: tuple[Expr, ...],
              position: int, absent: bool = False) -> WholeRow:
    """A FROM item's row: of its relation's row type, if it has one."""
    relation = _relation_of(entry)
    number = usertypes.row_type(s.catalog, relation) if relation is not None else None
    if isinstance(entry, plan.FunctionEntry) and len(entry.calls) == 1 and not entry.ordinality:
        number = entry.calls[0].type if columns_of(entry.calls[0]) is not None else None
    if number is None:
        number = anonymous(names, fields)
    return WholeRow(type=number, entry=entry.number if entry is not None else 0, position=position, fields=fields, names=names,
                    absent=absent)


def _relation_of(entry: plan.RangeEntry | None) -> Relation | None:
    if isinstance(entry, plan.TableEntry):
        return entry.relation
    return entry.view if isinstance(entry, plan.QueryEntry) else None


def columns_of(expr: Expr) -> tuple[made.Field, ...] | None:
    """The columns of a value that is a row; None for other values, and for a `record` of unknown columns."""
    return made.fields_of(expr.type)


def expanded(s: Statement, argument: Expr, position: int) -> list[tuple[str, Expr]]:
    """(row).*: its columns (42809 for what is no row)."""
    if isinstance(argument, (Row, WholeRow)):
        return list(zip(argument.names, argument.fields, strict=True))
    found = columns_of(argument)
    if found is None and isinstance(argument, Call) and argument.function.outputs:
        return [(name, Field(type=oid, argument=argument, index=i, name=name, position=position))
                for i, (name, oid) in enumerate(argument.function.outputs)]
    if found is None:
        raise WrongObjectType(f"type {type_name(argument.type)} is not composite", position=position or None)
    return [(f.name, Field(type=f.type, typmod=f.typmod, argument=argument, index=i, name=f.name, position=position))
            for i, f in enumerate(found)]


def field(s: Statement, argument: Expr, name: str, position: int) -> Expr:
    """(row).name (42703, 42809)."""
    position = position or argument.position
    columns = expanded(s, argument, position) if _is_row(argument) else None
    if columns is None:
        raise WrongObjectType(f"column notation .{name} applied to type {type_name(argument.type)}, "
                              "which is not a composite type", position=position or None)
    for column, expr in columns:
        if column == name:
            return expr
    if made.is_anonymous(base_type(argument.type)) or argument.type == T.RECORD:
        raise UndefinedColumn(f'could not identify column "{name}" in record data type', position=position or None)
    raise UndefinedColumn(f'column "{name}" not found in data type {type_name(argument.type)}', position=position or None)


def _is_row(argument: Expr) -> bool:
    return columns_of(argument) is not None or isinstance(argument, (Row, WholeRow)) or (
        isinstance(argument, Call) and bool(argument.function.outputs))


def to_composite(s: Statement, expr: Expr, target: int, context: str, explicit: bool) -> Expr | None:
    """A row as a value of a composite type, column by column; None if it is not a row that can be."""
    wanted, given = made.fields_of(target), columns_of(expr)
    if wanted is None or given is None:
        return None
    if made.is_anonymous(target) and isinstance(expr, (Row, WholeRow)) and len(given) == len(wanted):
        parts = [try_field(s, f, w) for f, w in zip(expr.fields, wanted, strict=True)]
        if any(part is None for part in parts):
            return None
        return Row(type=target, fields=tuple(p for p in parts if p is not None), names=tuple(w.name for w in wanted),
                   position=expr.position)
    if made.is_anonymous(target) or (made.is_anonymous(expr.type) and not isinstance(expr, (Row, WholeRow))):
        same = [(f.type, f.typmod) for f in wanted] == [(f.type, f.typmod) for f in given]
        return plan.Relabel(type=target, argument=expr, position=expr.position, explicit=explicit) if same else None
    if not isinstance(expr, (Row, WholeRow)):
        return None
    if len(given) != len(wanted):
        few = "few" if len(given) < len(wanted) else "many"
        raise CannotCoerce(f"cannot cast type {type_name(expr.type)} to {type_name(target)}",
                           detail=f"Input has too {few} columns.")
    fields = tuple(_converted(s, f, w, expr, target, i, context, explicit)
                   for i, (f, w) in enumerate(zip(expr.fields, wanted, strict=True), 1))
    return Row(type=target, fields=fields, names=tuple(f.name for f in wanted), position=expr.position)


def try_field(s: Statement, value: Expr, wanted: made.Field) -> Expr | None:
    """A column of one row as the same column of another, implicitly."""
    from executor.bind.coerce import try_coerce

    return value if value.type == wanted.type else try_coerce(s, value, wanted.type, wanted.typmod)


def _converted(s: Statement, value: Expr, wanted: made.Field, whole: Expr, target: int, number: int, context: str,
               explicit: bool) -> Expr:
    from executor.bind.coerce import try_coerce

    found = try_coerce(s, value, wanted.type, wanted.typmod, context, explicit)
    if found is None:
        raise CannotCoerce(f"cannot cast type {type_name(whole.type)} to {type_name(target)}",
                           detail=f"Cannot cast type {type_name(value.type)} to {type_name(wanted.type)} in column {number}.")
    return found
