"""INSERT, UPDATE and DELETE as SQLite text."""

from collections.abc import Callable
from functools import cache
from typing import Any

from executor import plan, walk
from executor.catalog.elsewhere import NO_COLUMNS
from executor.catalog.model import Column, Relation
from executor.catalog.search_path import shown_schema
from executor.context import Context
from executor.diagnosis.texts import failing_row
from executor.errors import not_supported
from executor.lower.expressions import condition, is_volatile, raw, sortable, value
from executor.lower.generator import Generator, quote
from executor.lower.query import from_clause, mark_nullable, query, with_clause
from executor.lower.rewriting import entries_of, range_entries
from executor.sqlstates import CardinalityViolation, CheckViolation, NotNullViolation, WithCheckOptionViolation
from executor.types.base import Stored
from storage.statement import Function


def change(g: Generator, c: plan.DataChange) -> str:
    """A data-changing statement."""
    return with_clause(g, c.ctes) + CHANGES[type(c)](g, c)


def column_text(column: Column) -> str:
    """A column's name in SQLite, quoted."""
    return quote(column.sqlite_name or column.name)


def _returning(g: Generator, c: plan.DataChange, sources: set[int]) -> str:
    if not c.returning:
        return ""
    used = {e.entry for t in c.returning for e in walk.descend(t.expr) if isinstance(e, plan.ColumnRef)}
    if used & sources:
        raise not_supported("RETURNING columns of other tables than the one changed")
    g.table(c.relation)
    name = quote(c.relation.sqlite_name or c.relation.name)
    for i, column in enumerate(c.relation.columns):
        g.overrides[c.entry.number, i] = f"{name}.{column_text(column)}"
    if c.relation.rowid:
        g.overrides[c.entry.number, -1] = f"{name}.{c.relation.rowid}"
    printer = value if g.exact else raw
    return " RETURNING " + ", ".join(f"{printer(g, t.expr)} AS c{i}" for i, t in enumerate(c.returning))


# ---------------------------------------------------------------- INSERT


def _insert(g: Generator, c: plan.Insert) -> str:
    g.enter(c.entry)
    row = _single_row(c)
    names = [column_text(column) for column in (*c.columns, *(column for column, _ in c.generated))]
    if not names and row is not None and not c.checks and not c.view_checks and c.on_conflict is None:
        return f"INSERT INTO {g.table(c.relation)} AS t{c.entry.number} DEFAULT VALUES{_returning(g, c, set())}"
    names = names or [_filler(c.relation)]
    head = f"INSERT INTO {g.table(c.relation)} AS t{c.entry.number} ({', '.join(names)}) "
    if row and not c.checks and not c.generated and not c.view_checks:
        body = f"VALUES ({', '.join(_stored(g, c.relation, column, e) for column, e in zip(c.columns, row, strict=True))})"
    else:
        body = _from_source(g, c)
    return head + body + _conflict(g, c) + _returning(g, c, set())


def _filler(relation: Relation) -> str:
    """What gets a NULL where rows are given nothing, since SQLite has to be told some column."""
    if not relation.columns:
        return quote(NO_COLUMNS)
    for column in relation.columns:
        if not column.generated and column.sqlite_default == (column.number == relation.rowid_column):
            return column_text(column)
    raise not_supported("INSERT of rows without values into a table that another program created")


def _single_row(c: plan.Insert) -> tuple[plan.Expr, ...] | None:
    source = c.source
    if not isinstance(source, plan.Select) or source.where is not None or len(source.source) != 1:
        return None
    if isinstance(source.source[0], plan.ValuesEntry):
        rows = source.source[0].rows
        return rows[0] if len(rows) == 1 else None
    return None


def _stored(g: Generator, relation: Relation, column: Column, expr: plan.Expr) -> str:
    text = value(g, expr)
    return _not_null_key(g, relation, column, text) if _may_be_null_key(relation, column, expr) else text


def _may_be_null_key(relation: Relation, column: Column, expr: plan.Expr) -> bool:
    """SQLite would invent a rowid for a NULL key; PostgreSQL refuses it."""
    if column.number != relation.rowid_column:
        return False
    if isinstance(expr, plan.Const) and expr.value is not None:
        return False
    return not (isinstance(expr, plan.Call) and expr.function.name == "nextval")


def _not_null_key(g: Generator, relation: Relation, column: Column, text: str) -> str:
    return f"coalesce({text}, {g.need(_null_key(relation.schema, relation.name, column.name))}())"


@cache
def _null_key(schema: str, table: str, column: str) -> Function:
    def refuse() -> None:
        raise NotNullViolation(f'null value in column "{column}" of relation "{table}" violates not-null constraint',
                               schema=shown_schema(schema), table=table, column=column)

    return Function(f"pg_null_{schema}.{table}.{column}", refuse, 0, False)


def _from_source(g: Generator, c: plan.Insert) -> str:
    """INSERT ... SELECT: the source's rows, generated columns, checks."""
    source = query(g, c.source)
    if _repeated_keys_matter(c):
        source = _refuse_repeated(g, c, source)
    if is_volatile(tuple(t.expr for t in c.source.targets)) and (c.checks or c.generated or c.view_checks):
        columns = ", ".join(f"c{i}" for i in range(len(c.columns)))
        source = f"WITH src({columns}) AS MATERIALIZED ({source}) SELECT * FROM src"
    outputs = []
    inserted = {column.number: f"s.c{i}" for i, column in enumerate(c.columns)}
    for i, column in enumerate(c.relation.columns):
        g.overrides[c.entry.number, i] = inserted.get(column.number, "NULL")
    generated = []
    for column, expr in c.generated:
        text = value(g, expr)
        generated.append(text)
        g.overrides[c.entry.number, c.relation.columns.index(column)] = f"({text})"
    for i, column in enumerate(c.columns):
        text = f"s.c{i}"
        outputs.append(_not_null_key(g, c.relation, column, text) if column.number == c.relation.rowid_column else text)
    where = check_text(g, c) or "1"
    for i in range(len(c.relation.columns)):
        g.overrides.pop((c.entry.number, i), None)
    return f"SELECT {', '.join([*outputs, *generated]) or 'NULL'} FROM ({source}) AS s WHERE {where}"


def check_text(g: Generator, c: plan.DataChange) -> str:
    """A condition that raises for a new row that violates a CHECK, and is true otherwise."""
    if c.checks or c.view_checks:
        refuse_computed(c)
    tests = []
    for name, expr in c.checks:
        if not name:
            from executor.lower.routing import partition_check

            row = ", ".join(value(g, column) for column in _row(c.entry))
            tests.append(f"WHEN ({value(g, expr)}) IS NOT TRUE THEN {g.need(partition_check(c.relation))}({row})")
            continue
        failed = g.need(_check_failed(c.relation.schema, c.relation.name, name))
        tests.append(f"WHEN ({value(g, expr)}) IS FALSE THEN {failed}()")
    for name, expr in c.view_checks:
        failed = g.need(_view_check_failed(name, c.relation))
        row = ", ".join(value(g, column) for column in _row(c.entry))
        tests.append(f"WHEN ({value(g, expr)}) IS NOT TRUE THEN {failed}({row})")
    return f"CASE {' '.join(tests)} ELSE 1 END" if tests else ""


def refuse_computed(c: plan.DataChange) -> None:
    """0A000 where the new row has to be known before it is written, and SQLite computes some of it."""
    if c.relation.has_computed_by_sqlite:
        raise not_supported(f'a change of table "{c.relation.name}", whose generated columns SQLite computes, that needs the new '
                            "row beforehand")


@cache
def _check_failed(schema: str, table: str, name: str) -> Function:
    def refuse() -> None:
        raise CheckViolation(f'new row for relation "{table}" violates check constraint "{name}"',
                             schema=shown_schema(schema), table=table, constraint=name)

    return Function(f"pg_check_{schema}.{table}.{name}", refuse, 0, False)


def _row(entry: plan.TableEntry) -> list[plan.Expr]:
    return [plan.ColumnRef(type=oid, typmod=typmod, entry=entry.number, index=i, name=name)
            for i, (name, oid, typmod) in enumerate(entry.columns)]


def _view_check_failed(view: str, relation: Relation) -> Function:
    def refuse(context: Context, *row: Stored) -> None:
        raise WithCheckOptionViolation(f'new row violates check option for view "{view}"',
                                       detail=failing_row(relation, row, context.env))

    types = "_".join(f"{c.type}m{c.typmod}" for c in relation.columns)
    return Function(f"pg_view_check_{view}_{types}", refuse, len(relation.columns), False, context=True)


def _repeated_keys_matter(c: plan.Insert) -> bool:
    return c.on_conflict is not None and c.on_conflict.update


def _check_keys_stay(c: plan.Insert, conflict: plan.OnConflict) -> None:
    """0A000 for DO UPDATE that may give a row another key, which a later row of the statement could meet."""
    keys = {c.relation.columns[key.index].number: key.index for key in conflict.keys if isinstance(key, plan.ColumnRef)}
    for column, expr in conflict.assignments:
        same = isinstance(expr, plan.ColumnRef) and expr.index == keys.get(column.number) \
            and expr.entry in (conflict.excluded, c.entry.number)
        if column.number in keys and not same and _single_row(c) is None:
            raise not_supported("ON CONFLICT DO UPDATE of several rows that changes a column of the conflict target")


def _refuse_repeated(g: Generator, c: plan.Insert, source: str) -> str:
    """DO UPDATE must not meet the same key twice in one statement (21000); SQLite would update twice."""
    assert c.on_conflict is not None
    numbers = [column.number for column in c.columns]
    keys, names = [], []
    for key in c.on_conflict.keys:
        assert isinstance(key, plan.ColumnRef)
        number = c.relation.columns[key.index].number
        if number not in numbers:
            return source
        reference = plan.ColumnRef(type=key.type, typmod=key.typmod, entry=-1, index=numbers.index(number), name="")
        g.overrides[-1, reference.index] = f"c{reference.index}"
        keys.append(sortable(g, reference))
        names.append(f"c{reference.index}")
    columns = ", ".join(f"c{i}" for i in range(len(c.columns)))
    known = " AND ".join(f"{name} IS NOT NULL" for name in names)
    # Partitions are made by sorting; the rows must be inserted, and returned, in the order they were given in.
    placed = f"SELECT *, row_number() OVER () AS place FROM ({source})"
    return (f"SELECT {columns} FROM (SELECT *, count(*) OVER (PARTITION BY {', '.join(keys)}) AS same FROM ({placed})) "
            f"WHERE CASE WHEN same > 1 AND {known} THEN {g.need(REPEATED)}() ELSE 1 END ORDER BY place")


def _repeated() -> None:
    raise CardinalityViolation("ON CONFLICT DO UPDATE command cannot affect row a second time",
                               hint="Ensure that no rows proposed for insertion within the same command have duplicate "
                                    "constrained values.")


REPEATED = Function("pg_repeated_key", _repeated, 0, False)


def _do_nothing(g: Generator, c: plan.Insert) -> str:
    """DO NOTHING, once it is certain that the row in the way stays: whoever has changed it is waited for."""
    if not _is_shared(c.relation) or not c.relation.columns:
        return " DO NOTHING"
    from executor.locking import certain_function  # which needs this package

    column = column_text(next(column for column in c.relation.columns if not column.generated))
    certain = g.need(certain_function(c.relation.sqlite_name or c.relation.name))
    return f" DO UPDATE SET {column} = t{c.entry.number}.{column} WHERE {certain}(t{c.entry.number}.{c.relation.rowid}) IS NULL"


def _is_shared(relation: Relation) -> bool:
    """Whether others may change its rows, which have numbers."""
    return bool(relation.rowid) and relation.sqlite_schema == "main"


def _conflict(g: Generator, c: plan.Insert) -> str:
    conflict = c.on_conflict
    if conflict is None:
        return ""
    text = " ON CONFLICT"
    if conflict.keys:
        names = []
        for key in conflict.keys:
            assert isinstance(key, plan.ColumnRef)
            names.append(column_text(c.relation.columns[key.index]))
        text += f" ({', '.join(names)})"
        if conflict.predicate is not None:
            for i, column in enumerate(c.relation.columns):
                g.overrides[c.entry.number, i] = column_text(column)
            text += f" WHERE {value(g, conflict.predicate)}"
            for i in range(len(c.relation.columns)):
                g.overrides.pop((c.entry.number, i), None)
    if not conflict.update:
        return text + _do_nothing(g, c)
    _check_keys_stay(c, conflict)
    computed = (tuple(e for _, e in conflict.assignments), conflict.where, c.ctes)
    if _single_row(c) is None and any(isinstance(e, plan.TableEntry) and e.relation.oid == c.relation.oid
                                      for e in entries_of(computed)):
        # PostgreSQL's would not see the rows that the statement has inserted already.
        raise not_supported("ON CONFLICT DO UPDATE of several rows that reads the table again")
    if c.checks or c.generated or c.view_checks:
        raise not_supported("ON CONFLICT DO UPDATE on a table with generated columns or checks kept by pgquill")
    for i, column in enumerate(c.relation.columns):
        g.overrides[conflict.excluded, i] = f"excluded.{column_text(column)}"
    excluded = plan.TableEntry(number=conflict.excluded, alias="excluded", columns=c.entry.columns, relation=c.relation)
    g.enter(excluded)
    text += " DO UPDATE SET " + ", ".join(f"{column_text(column)} = {value(g, e)}" for column, e in conflict.assignments)
    if conflict.where is None:
        return text
    if not _is_shared(c.relation):
        return f"{text} WHERE {condition(g, conflict.where)}"
    from executor.locking import seen_function  # which needs this package

    seen = g.need(seen_function(c.relation.sqlite_name or c.relation.name))
    return f"{text} WHERE {seen}(t{c.entry.number}.{c.relation.rowid}) AND {condition(g, conflict.where)}"


# ---------------------------------------------------------------- UPDATE, DELETE


def _update(g: Generator, c: plan.Update) -> str:
    g.enter(c.entry)
    for item in c.source:
        mark_nullable(g, item)
    source = from_clause(g, c.source)
    assigned = {column.number: value(g, e) for column, e in c.assignments}
    key = assigned.get(c.relation.rowid_column)
    if key is not None:
        column = c.relation.by_number[c.relation.rowid_column]
        assigned[column.number] = _not_null_key(g, c.relation, column, key)
    where = [condition(g, c.where)] if c.where is not None else []
    for i, column in enumerate(c.relation.columns):
        if column.number in assigned:
            g.overrides[c.entry.number, i] = f"({assigned[column.number]})"
    for column, expr in c.generated:
        assigned[column.number] = value(g, expr)
        g.overrides[c.entry.number, c.relation.columns.index(column)] = f"({assigned[column.number]})"
    if checks := check_text(g, c):
        where.append(checks)
    for i in range(len(c.relation.columns)):
        g.overrides.pop((c.entry.number, i), None)
    sets = ", ".join(f"{column_text(c.relation.by_number[n])} = {text}" for n, text in assigned.items())
    if not sets:
        first = column_text(c.relation.columns[0])
        sets = f"{first} = {first}"
    if not source and _has_subquery(tuple(e for _, e in c.assignments)):
        # SQLite would run the subqueries row by row, over rows changed already; with a FROM it computes all rows first.
        source = "(SELECT 1)"
    text = f"UPDATE {g.table(c.relation)} AS t{c.entry.number} SET {sets}"
    text += f" FROM {source}" if source else ""
    text += f" WHERE {_all(where)}" if where else ""
    return text + _returning(g, c, range_entries(c.source))


def _has_subquery(value_: Any) -> bool:
    return any(isinstance(e, plan.Subquery) for e in walk.descend(value_))


def _all(conditions: list[str]) -> str:
    """Conditions in order: a check must only be made for rows that the WHERE before it chose."""
    if len(conditions) == 1:
        return conditions[0]
    return f"CASE WHEN {conditions[0]} THEN {conditions[1]} ELSE 0 END"


def _delete(g: Generator, c: plan.Delete) -> str:
    g.enter(c.entry)
    table = g.table(c.relation)
    if not c.source:
        text = f"DELETE FROM {table} AS t{c.entry.number}"
        text += f" WHERE {condition(g, c.where)}" if c.where is not None else ""
        return text + _returning(g, c, set())
    if not c.relation.rowid:
        raise not_supported("DELETE ... USING on a table without rowid")
    for item in c.source:
        mark_nullable(g, item)
    rows = f"SELECT t{c.entry.number}.{c.relation.rowid} FROM {table} AS t{c.entry.number}, {from_clause(g, c.source)}"
    rows += f" WHERE {condition(g, c.where)}" if c.where is not None else ""
    return f"DELETE FROM {table} WHERE {c.relation.rowid} IN ({rows})" + _returning(g, c, range_entries(c.source))


CHANGES: dict[type, Callable[[Generator, Any], str]] = {plan.Insert: _insert, plan.Update: _update, plan.Delete: _delete}
