"""Assigning to a part of a column: SET c.field = x, SET a[1] = x, INSERT INTO t (c.field) ...: the column gets its value
so far with that part replaced."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from executor import plan
from executor.bind import domains
from executor.bind.coerce import try_coerce
from executor.bind.resolve import ASSIGNMENT
from executor.bind.scope import Scope
from executor.bind.statement import Statement, type_name
from executor.bind.subscripts import Indices, bound_subscripts, json_keys, subscript, subscripted_element
from executor.catalog.model import Column
from executor.errors import not_supported
from executor.facts.lookup import base_type
from executor.parse import Node
from executor.plan import Const, Expr, Field, SetDefault, SubscriptAssign
from executor.sqlstates import DatatypeMismatch, FeatureNotSupported, UndefinedColumn
from executor.types import made
from executor.types import oids as T

Parts = Sequence[Node]


class Place(NamedTuple):
    """What an INSERT's value goes to: a column, or the part of it that `parts` (String and A_Indices nodes) lead to."""

    column: Column
    parts: tuple[Node, ...]
    position: int


def distinct_columns(targets: Sequence[Place]) -> list[Column]:
    """The columns assigned to, each once."""
    return list({target.column.number: target.column for target in targets}.values())


def column_values(s: Statement, scope: Scope, targets: Sequence[Place], values: Sequence[Expr],
                  whole: Callable[[Column, Expr], Expr]) -> list[Expr]:
    """The value of each of `distinct_columns`. whole: converts one that is assigned as such."""
    found: dict[int, Expr] = {}
    for (column, parts, position), value in zip(targets, values, strict=False):
        if not parts:
            found[column.number] = whole(column, value)
            continue
        if isinstance(value, SetDefault):
            refuse_default(parts, position)
        so_far = found.get(column.number) or Const(type=column.type, typmod=column.typmod, value=None)
        found[column.number] = assigned(s, scope, so_far, parts, value, column.name, position)
    return [found[column.number] for column in distinct_columns(targets)]


def refuse_default(parts: Parts, position: int) -> None:
    """0A000 for DEFAULT, if it is for a part of a column."""
    if parts:
        what = "a subfield" if parts[0].kind == "String" else "an array element"
        raise FeatureNotSupported(f"cannot set {what} to DEFAULT", position=position or None)


def assigned(s: Statement, scope: Scope, container: Expr, parts: Parts, value: Expr, name: str, position: int) -> Expr:
    """The container (the value so far of the column `name`, or a part of it) with the part replaced (42703, 42804)."""
    number = container.type
    base = _based(container)
    store = _field if parts[0].kind == "String" else _elements
    stored = store(s, scope, base, parts, value, name, position)
    return domains.checked(s, stored, number) if domains.domain_of(number) is not None else stored


def _based(container: Expr) -> Expr:
    """A value of a domain as one of its base type; what has just been checked is checked anew as a whole."""
    base = base_type(container.type)
    if base == container.type:
        return container
    if isinstance(container, (plan.CheckDomain, plan.Relabel)) and base_type(container.argument.type) == base:
        return _based(container.argument)
    if isinstance(container, Const):
        return Const(type=base, value=None)
    return plan.Relabel(type=base, typmod=container.typmod, argument=container)


def _field(s: Statement, scope: Scope, base: Expr, parts: Parts, value: Expr, name: str, position: int) -> Expr:
    wanted, at = parts[0].text, position or None
    fields = made.fields_of(base.type)
    refusal = f'cannot assign to field "{wanted}" of column "{name}" because'
    if fields is None:
        raise DatatypeMismatch(f"{refusal} its type {type_name(base.type)} is not a composite type", position=at)
    if all(field.name != wanted for field in fields):
        raise UndefinedColumn(f"{refusal} there is no such column in data type {type_name(base.type)}", position=at)
    values: list[Expr] = []
    for i, field in enumerate(fields):
        old: Expr = Field(type=field.type, typmod=field.typmod, argument=base, index=i, name=field.name)
        if isinstance(base, plan.Row):
            old = base.fields[i]
        if field.name != wanted:
            values.append(old)
        elif len(parts) > 1:
            values.append(assigned(s, scope, old, parts[1:], value, name, position))
        else:
            what = f'subfield "{wanted}" is of type'
            values.append(_converted(s, value, field.type, field.typmod, what, position))
    return plan.Row(type=base.type, fields=tuple(values), names=tuple(field.name for field in fields))


def _elements(s: Statement, scope: Scope, base: Expr, parts: Parts, value: Expr, name: str, position: int) -> Expr:
    """container[i] = value, array[l:u] = value, jsonb[key] = value."""
    indices = Indices()
    count = 0
    while count < len(parts) and parts[count].kind == "A_Indices":
        indices.add(s, scope, parts[count])
        count += 1
    is_json = base.type == T.JSONB
    element = T.JSONB if is_json else subscripted_element(base, position)
    keys = json_keys(s, indices) if is_json else bound_subscripts(s, indices.uppers, position)
    lowers = bound_subscripts(s, indices.lower_bounds(), position) if indices.is_slice else ()
    wanted = base.type if indices.is_slice else element
    if count < len(parts):
        if indices.is_slice:
            raise not_supported("assigning to a field of a slice", position=position or None)
        new = assigned(s, scope, subscript(s, base, indices, position), parts[count:], value, name, position)
    else:
        what = f'subscripted assignment to "{name}" requires type'
        new = _converted(s, value, wanted, -1 if is_json else base.typmod, what, position)
    return SubscriptAssign(type=base.type, typmod=base.typmod, argument=base, uppers=keys, lowers=lowers,
                           is_slice=indices.is_slice, value=new, position=position)


def _converted(s: Statement, value: Expr, wanted: int, typmod: int, what: str, position: int) -> Expr:
    found = try_coerce(s, value, wanted, typmod, ASSIGNMENT)
    if found is None:
        raise DatatypeMismatch(f"{what} {type_name(wanted)} but expression is of type {type_name(value.type)}",
                               hint="You will need to rewrite or cast the expression.", position=position or None)
    return found
