"""FROM: its items, their aliases, joins."""

from collections.abc import Callable
from typing import Any

from executor import plan
from executor.catalog.quoting import quote_identifier
from executor.deparse.calls import table_call
from executor.deparse.printer import JOIN_STEP, STEP, Printer
from executor.plan import Call, FromItem, FunctionEntry, Join, RangeEntry
from executor.plan_json import JsonTableEntry
from executor.plan_xml import XmlTableEntry
from executor.types.made import fields_of


def from_clause(p: Printer, items: tuple[FromItem, ...]) -> None:
    """FROM and its list."""
    for i, item in enumerate(items):
        if i == 0:
            p.keyword(" FROM ", -STEP, STEP, 2)
            _item(p, item)
            continue
        p.put(", ")
        with p.captured() as found:
            _item(p, item)
        p.wrapped(found[0], first=False)


def _item(p: Printer, item: FromItem) -> None:
    if isinstance(item, Join):
        _join(p, item)
        return
    p.put("LATERAL " if item.says_lateral or (item.lateral and isinstance(item, LATERAL_ITEMS)) else "")
    ENTRIES[type(item)](p, item)
    name = p.entries[item.number]
    if _shows_alias(item, name.refname):
        p.put(f" {quote_identifier(name.refname or '')}")
    if isinstance(item, FunctionEntry) and len(item.calls) == 1 and any(item.defined):
        p.put(_definition_list(p, item.calls[0], name.columns))
    elif _shows_columns(item, name.columns):
        p.put(f"({', '.join(map(quote_identifier, name.columns))})")
    if isinstance(item, plan.TableEntry) and item.sample is not None:
        method, arguments, seed = item.sample
        p.put(f" TABLESAMPLE {method} (")
        p.items(arguments, implicit=False)
        p.put(")")
        if seed is not None:
            p.put(" REPEATABLE (")
            p.expr(seed)
            p.put(")")


def _shows_alias(item: RangeEntry, refname: str | None) -> bool:
    if item.has_alias or isinstance(item, FunctionEntry):
        return True
    if isinstance(item, (JsonTableEntry, XmlTableEntry)):
        return False
    if isinstance(item, plan.TableEntry):
        return refname != item.relation.name
    if isinstance(item, plan.QueryEntry) and item.view is not None:
        return refname != item.view.name
    return not isinstance(item, plan.CteEntry) or refname != item.alias


def _shows_columns(item: RangeEntry, columns: tuple[str, ...]) -> bool:
    if isinstance(item, FunctionEntry):
        return True
    relation = item.relation if isinstance(item, plan.TableEntry) else item.view if isinstance(item, plan.QueryEntry) else None
    if relation is not None:
        return tuple(c.name for c in relation.columns) != columns
    return item.has_column_aliases or tuple(name for name, _, _ in item.columns) != columns


def _table(p: Printer, item: plan.TableEntry) -> None:
    p.put("ONLY " if item.only else "")
    p.put(p.relation_name(item.relation))


def _subquery(p: Printer, item: plan.QueryEntry) -> None:
    from executor.deparse.query import query

    if item.view is not None:
        p.put(p.relation_name(item.view))
        return
    p.put("(")
    query(p, item.query)
    p.put(")")


def _cte(p: Printer, item: plan.CteEntry) -> None:
    p.put(quote_identifier(p.cte_names[item.cte]))


def _functions(p: Printer, item: FunctionEntry) -> None:
    calls = item.calls
    if len(calls) == 1:
        table_call(p, calls[0])
    elif all(isinstance(c, Call) and c.function.name == "unnest" and len(c.arguments) == 1 for c in calls):
        p.put("UNNEST(")
        p.items(tuple(c.arguments[0] for c in calls if isinstance(c, Call)))
        p.put(")")
    else:
        p.put("ROWS FROM(")
        for i, call in enumerate(calls):
            p.put(", " if i else "")
            table_call(p, call)
            if item.defined and item.defined[i]:
                p.put(" AS " + _definition_list(p, call, tuple(field.name for field in fields_of(call.type) or ())))
        p.put(")")
    p.put(" WITH ORDINALITY" if item.ordinality else "")


def _definition_list(p: Printer, call: plan.Expr, names: tuple[str, ...]) -> str:
    """A column definition list."""
    columns = zip(names, fields_of(call.type) or (), strict=True)
    return "(" + ", ".join(f"{quote_identifier(name)} {p.type_name(f.type, f.typmod)}" for name, f in columns) + ")"


def _values(p: Printer, item: plan.ValuesEntry) -> None:
    from executor.deparse.query import values_lists

    p.put("(")
    values_lists(p, item)
    p.put(")")


def _json_table(p: Printer, item: JsonTableEntry) -> None:
    from executor.deparse.sqljson import table

    table(p, item)


def _xml_table(p: Printer, item: XmlTableEntry) -> None:
    from executor.deparse.xml import table

    table(p, item)


LATERAL_ITEMS = (FunctionEntry, JsonTableEntry, XmlTableEntry)
ENTRIES: dict[type[RangeEntry], Callable[[Printer, Any], None]] = {
    plan.TableEntry: _table, plan.QueryEntry: _subquery, plan.CteEntry: _cte, FunctionEntry: _functions,
    plan.ValuesEntry: _values, JsonTableEntry: _json_table,
    XmlTableEntry: _xml_table}

KINDS = {"left": " LEFT JOIN ", "right": " RIGHT JOIN ", "full": " FULL JOIN "}


def _join(p: Printer, join: Join) -> None:
    if join.alias:
        p.inside.append(join)
    enclosed = not p.pretty or bool(join.alias)
    right_enclosed = p.pretty and isinstance(join.right, Join) and not join.right.alias
    p.put("(" if enclosed else "")
    _item(p, join.left)
    plain = " CROSS JOIN " if join.condition is None else " JOIN "
    p.keyword(KINDS.get(join.kind, plain), -STEP, STEP, JOIN_STEP)
    p.put("(" if right_enclosed else "")
    _item(p, join.right)
    p.put(")" if right_enclosed else "")
    _join_condition(p, join)
    p.put(")" if enclosed else "")
    if join.alias:
        p.inside.pop()
        p.put(f" {quote_identifier(next(name for lv in p.levels for j, name in lv.joins if j is join))}")
        if any(a != b for (a, _), b in zip(join.columns, _inner_names(join), strict=False)):
            p.put(f"({', '.join(quote_identifier(name) for name, _ in join.columns)})")


def _inner_names(join: Join) -> list[str]:
    """The names of a join's columns before its alias renamed them."""
    names = list(join.using)
    for side in (join.left, join.right):
        if isinstance(side, Join):
            own = [name for name, _ in side.columns] if side.alias else _inner_names(side)
        else:
            own = [name for name, _, _ in side.columns]
        names += [name for name in own if name not in join.using]
    return names


def _join_condition(p: Printer, join: Join) -> None:
    if join.using:
        p.put(f" USING ({', '.join(map(quote_identifier, join.using))})")
        p.put(f" AS {quote_identifier(join.using_alias)}" if join.using_alias else "")
    elif join.condition is not None:
        p.put(" ON ")
        p.open()
        p.expr(join.condition)
        p.close()
    elif join.kind not in ("inner", "cross"):
        p.put(" ON TRUE")
