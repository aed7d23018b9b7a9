"""SELECT, set operations, WITH and FROM as SQLite text."""

from collections.abc import Callable
from functools import cache
from itertools import count, zip_longest
from typing import Any

from executor import plan, walk
from executor.lower import functions, rows
from executor.lower.expressions import collation, condition, is_volatile, note_not_null, order_term, raw, sortable, value
from executor.lower.generator import Generator
from executor.lower.passes import prepare
from executor.lower.rewriting import range_entries
from executor.lower.trees import TreeEntry
from executor.plan_json import JsonTableEntry
from executor.plan_xml import XmlTableEntry
from executor.sqlstates import InvalidRowCountInLimitClause, InvalidRowCountInResultOffsetClause
from storage.statement import Function, TableFunction


def query(g: Generator, q: plan.Query, top: bool = False) -> str:
    """A query as SQL; its outputs are named c0, c1, ... top: numeric columns may stay numbers."""
    q = prepare(q, g)
    ctes = with_clause(g, q.ctes)
    if isinstance(q, plan.SetOperation):
        return ctes + _set_operation(g, q)
    assert isinstance(q, plan.Select)
    return ctes + _select(g, q, top)


def with_clause(g: Generator, ctes: tuple[plan.Cte, ...]) -> str:
    """WITH, or nothing."""
    if not ctes:
        return ""
    parts = []
    for cte in ctes:
        assert isinstance(cte.query, plan.Query)
        columns = ", ".join(f"c{i}" for i in range(len(cte.columns)))
        body = _recursive(g, cte) if cte.recursive else query(g, cte.query)
        hint = ""
        if not cte.recursive and (cte.materialized == "always" or is_volatile(cte.query)):
            hint = "MATERIALIZED "
        elif cte.materialized == "never":
            hint = "NOT MATERIALIZED "
        parts.append(f"w{cte.number}({columns}) AS {hint}({body})")
    keyword = "WITH RECURSIVE" if any(c.recursive for c in ctes) else "WITH"
    return f"{keyword} {', '.join(parts)} "


def _recursive(g: Generator, cte: plan.Cte) -> str:
    q = cte.query
    assert isinstance(q, plan.SetOperation)
    left, right = query(g, q.left), query(g, q.right)
    if isinstance(q.left, plan.SetOperation) or q.left.ctes or q.left.order:
        left = f"SELECT * FROM ({left})"
    keyword = "UNION ALL" if q.every else "UNION"
    return f"{with_clause(g, q.ctes)}{left} {keyword} {right}"


# ---------------------------------------------------------------- SELECT


def _select(g: Generator, q: plan.Select, top: bool) -> str:
    for item in q.source:
        mark_nullable(g, item)
    if len(q.source) == 1 and isinstance(q.source[0], plan.QueryEntry) and is_volatile(q.targets):
        g.in_order.add(q.source[0].number)
    source = from_clause(g, q.source)
    if q.where is not None:
        note_not_null(g, q.where, range_entries(q.source))
    keys = [walk.key(t.expr) for t in q.targets] if q.order else []
    printer = raw if top else value
    outputs = []
    for i, target in enumerate(q.targets):
        text = printer(g, target.expr)
        if q.distinct_on == ():
            text += collation(g, target.expr.type)
        outputs.append(f"{text} AS c{i}")
    if q.having is not None and not q.group and not any(
            isinstance(e, plan.AggregateCall) for t in q.targets for e in walk.own(t.expr)):
        # SQLite knows a query without GROUP BY for a grouped one by an aggregate among its outputs only.
        outputs[:1] = [f"CASE WHEN count(*) >= 0 THEN {printer(g, t.expr)} END AS c0" for t in q.targets[:1]] or ["count(*)"]
    parts = [f"SELECT {'DISTINCT ' if q.distinct_on == () else ''}{', '.join(outputs) or 'NULL'}"]
    if source:
        parts.append(f"FROM {source}")
    if q.where is not None:
        parts.append(f"WHERE {condition(g, q.where)}")
    if q.group:
        parts.append("GROUP BY " + ", ".join(f"{sortable(g, e)}" if not isinstance(e, plan.Const) else f"({value(g, e)} + 0)"
                                             for e in q.group))
    if q.having is not None:
        parts.append(f"HAVING {value(g, q.having)}")
    if q.order:
        parts.append("ORDER BY " + ", ".join(_order(g, k, keys) for k in q.order))
    return " ".join(parts) + limits(g, q)


def _order(g: Generator, key: plan.SortKey, keys: list[Any]) -> str:
    wanted = walk.key(key.expr)
    if wanted in keys and not isinstance(key.expr, plan.ColumnRef):
        return order_term(g, key, str(keys.index(wanted) + 1))
    if isinstance(key.expr, plan.Const):
        return "(NULL)"
    return order_term(g, key)


def limits(g: Generator, q: plan.Query) -> str:
    """LIMIT and OFFSET; negative numbers raise, NULL means none."""
    if q.limit is None and q.offset is None:
        return ""
    if q.with_ties:  # the rows are limited already
        assert q.limit is not None
        text = f" LIMIT min({g.need(TIES)}({value(g, q.limit)}), -1)"
        return text + (f" OFFSET {_count(g, q.offset, OFFSET)}" if q.offset is not None else "")
    text = f" LIMIT {_count(g, q.limit, LIMIT)}" if q.limit is not None else " LIMIT -1"
    return text + (f" OFFSET {_count(g, q.offset, OFFSET)}" if q.offset is not None else "")


def _count(g: Generator, expr: plan.Expr, check: Function) -> str:
    inner = expr
    if isinstance(inner, plan.Call) and len(inner.arguments) == 1 and inner.function.name == "int8":
        inner = inner.arguments[0]
    if isinstance(inner, plan.Const) and inner.lifted is None and isinstance(inner.value, int) and inner.value >= 0:
        return str(inner.value)
    return value(g, expr) if isinstance(expr, plan.RowBound) else f"{g.need(check)}({value(g, expr)})"


def check_limit(number: int | None) -> int:
    """LIMIT for SQLite: -1 for none (2201W)."""
    if number is None:
        return -1
    if number < 0:
        raise InvalidRowCountInLimitClause("LIMIT must not be negative")
    return number


def check_offset(number: int | None) -> int:
    """OFFSET for SQLite (2201X)."""
    if number is None:
        return 0
    if number < 0:
        raise InvalidRowCountInResultOffsetClause("OFFSET must not be negative")
    return number


def _ties(number: int | None) -> int:
    if number is None:
        raise InvalidRowCountInLimitClause("row count cannot be null in FETCH FIRST ... WITH TIES clause")
    return check_limit(number)


LIMIT = Function("pg_limit", check_limit, 1, True)
TIES = Function("pg_limit_with_ties", _ties, 1, True)
OFFSET = Function("pg_offset", check_offset, 1, True)


# ---------------------------------------------------------------- set operations


def _set_operation(g: Generator, q: plan.SetOperation) -> str:
    g.enter(q)
    keyword = q.operator + (" ALL" if q.every else "")
    if q.every and q.operator != "UNION":
        sides = [_numbered(g, q.left), _numbered(g, q.right)]
        outputs = ", ".join(f"c{i}" for i in range(len(q.targets)))
        text = f"SELECT {outputs} FROM ({sides[0]} {q.operator} {sides[1]})"
    else:
        text = f"{_operand(g, q.left, True)} {keyword} {_operand(g, q.right, False)}"
    if q.order:
        numbers = [str(_position(q, k) + 1) for k in q.order]
        text += " ORDER BY " + ", ".join(order_term(g, k, n) for k, n in zip(q.order, numbers, strict=True))
    return text + limits(g, q)


def _position(q: plan.SetOperation, key: plan.SortKey) -> int:
    wanted = walk.key(key.expr)
    return next(i for i, t in enumerate(q.targets) if walk.key(t.expr) == wanted)


def _operand(g: Generator, q: plan.Query, left: bool) -> str:
    collations = [collation(g, t.expr.type) for t in q.targets]
    plain = isinstance(q, plan.Select) and not (q.order or q.limit or q.offset or q.ctes or q.distinct_on or q.with_ties)
    if plain and not any(collations):
        return query(g, q)
    if left and isinstance(q, plan.SetOperation) and not (q.order or q.limit or q.offset or q.ctes) and not any(collations) \
            and not (q.every and q.operator != "UNION"):
        return query(g, q)
    outputs = ", ".join(f"c{i}{c} AS c{i}" for i, c in enumerate(collations))
    return f"SELECT {outputs} FROM ({query(g, q)})"


def _numbered(g: Generator, q: plan.Query) -> str:
    """The rows with the how-many-th of their equals each is, which makes INTERSECT and EXCEPT keep duplicates."""
    columns = [f"c{i}{collation(g, t.expr.type)}" for i, t in enumerate(q.targets)]
    outputs = ", ".join(f"{c} AS c{i}" for i, c in enumerate(columns))
    return (f"SELECT {outputs}, row_number() OVER (PARTITION BY {', '.join(columns)}) AS n FROM ({query(g, q)})")


# ---------------------------------------------------------------- FROM


def mark_nullable(g: Generator, item: plan.FromItem, nullable: bool = False) -> None:
    """Note the entries that an outer join may fill with NULLs."""
    if isinstance(item, plan.Join):
        mark_nullable(g, item.left, nullable or item.kind in ("right", "full"))
        mark_nullable(g, item.right, nullable or item.kind in ("left", "full"))
    elif nullable:
        g.nullable.add(item.number)


def from_clause(g: Generator, source: tuple[plan.FromItem, ...]) -> str:
    """The FROM list. Entries are made known first, since a lateral one may use any before it."""
    for item in source:
        _enter(g, item)
    texts = [from_item(g, item) for item in source]
    # A comma binds like JOIN in SQLite: what is before it would become part of an outer join after it.
    texts[1:] = [f"({text})" if _keeps_right(item) else text for item, text in zip(source[1:], texts[1:], strict=True)]
    return (" CROSS JOIN " if any(_is_lateral(i) for i in source) else ", ").join(texts)


def _keeps_right(item: plan.FromItem) -> bool:
    """True for a join that keeps all rows of a right side: it matters which rows are on its left."""
    return isinstance(item, plan.Join) and (item.kind in ("right", "full") or _keeps_right(item.left))


def _enter(g: Generator, item: plan.FromItem) -> None:
    if isinstance(item, plan.Join):
        _enter(g, item.left)
        _enter(g, item.right)
    else:
        g.enter(item)


def _is_lateral(item: plan.FromItem) -> bool:
    if isinstance(item, plan.Join):
        return _is_lateral(item.left) or _is_lateral(item.right)
    return item.lateral


JOINS = {"inner": "JOIN", "left": "LEFT JOIN", "right": "RIGHT JOIN", "full": "FULL JOIN", "cross": "CROSS JOIN"}


def from_item(g: Generator, item: plan.FromItem) -> str:
    """A table, subquery, function or join."""
    return ITEMS[type(item)](g, item)


def _join(g: Generator, item: plan.Join) -> str:
    left, right = from_item(g, item.left), from_item(g, item.right)
    if isinstance(item.right, plan.Join):
        right = f"({right})"
    keyword = "JOIN" if item.kind == "cross" and not _is_lateral(item.right) else JOINS[item.kind]
    on = f" ON {condition(g, item.condition)}" if item.condition is not None else ""
    return f"{left} {keyword} {right}{on}"


def _table(g: Generator, entry: plan.TableEntry) -> str:
    if entry.sample is not None:
        from executor.lower.table_sample import sampled  # few queries have one

        return sampled(g, entry)
    return f"{g.table(entry.relation)} AS t{entry.number}"


def _subquery(g: Generator, entry: plan.QueryEntry) -> str:
    if entry.lateral:
        return f"{lateral_query(g, lambda inner: query(inner, entry.query), len(entry.columns))} AS t{entry.number}"
    body = query(g, entry.query)
    if isinstance(entry, plan.OrderedEntry) or is_volatile(tuple(t.expr for t in entry.query.targets)) or (
            entry.query.order and entry.number in g.in_order):
        columns = ", ".join(f"c{i}" for i in range(len(entry.columns)))
        name = g.fresh()
        body = f"WITH {name}({columns}) AS MATERIALIZED ({body}) SELECT * FROM {name}"
    return f"({body}) AS t{entry.number}"


def lateral_query(g: Generator, printed: Callable[[Generator], str], ncolumns: int) -> str:
    """A query that uses other FROM items: run by a table-valued function with their values as arguments."""
    inner = Generator(outer=g, counter=g.root.counter, nullable=g.nullable)
    sql = printed(inner)
    return g.lateral(sql, inner.outer_values, ncolumns)


def _cte(g: Generator, entry: plan.CteEntry) -> str:
    return f"w{entry.cte} AS t{entry.number}"


def _step(g: Generator, entry: plan.StepEntry) -> str:
    """Rows kept by an earlier step: as a table of their own, for which SQLite can make an index."""
    width = max(len(entry.columns), entry.rowid + 1)
    columns = ", ".join(f"c{i}" for i in range(width))
    name = g.fresh()
    rows = f"SELECT * FROM {g.need(_kept(width))}({entry.step})"
    return f"(WITH {name}({columns}) AS MATERIALIZED ({rows}) SELECT * FROM {name}) AS t{entry.number}"


@cache
def _kept(width: int) -> TableFunction:
    def rows(context: Any, step: int) -> Any:
        found = context.kept_rows[step]
        return (row[0] for row in found) if width == 1 else found

    return TableFunction(f"pg_kept_rows_{width}", 1, width, rows, context=True, few=True)  # else see executor.steps


def _values(g: Generator, entry: plan.ValuesEntry) -> str:
    rows = ", ".join("(" + (", ".join(value(g, e) for e in row) or "NULL") + ")" for row in entry.rows)
    columns = ", ".join(f"c{i}" for i in range(len(entry.columns) or 1))
    name = g.fresh()
    return f"(WITH {name}({columns}) AS (VALUES {rows}) SELECT * FROM {name}) AS t{entry.number}"


def _function(g: Generator, entry: plan.FunctionEntry) -> str:
    alias = f" AS t{entry.number}"
    if len(entry.calls) == 1 and not entry.ordinality:
        call = entry.calls[0]
        if rows.spreads(call, entry.columns[:1]):
            return _row_columns(g, entry, call) + alias
        if isinstance(call, plan.Call) and functions.gives_rows(call.function):
            made = functions.table_function(call.function, call.arguments, call.type, entry.widths[0], call.position)
            arguments = ", ".join(value(g, a) for a in call.arguments)
            return f"{g.need(made)}({arguments}){alias}"
        if entry.lateral:
            return lateral_query(g, lambda inner: f"SELECT {value(inner, call)} AS c0", 1) + alias
        return f"(SELECT {value(g, call)} AS c0){alias}"
    return _several(g, entry) + alias


def _row_columns(g: Generator, entry: plan.FunctionEntry, call: plan.Expr) -> str:
    """The columns of the rows that a function gives, each of which is one value."""
    if isinstance(call, plan.Call) and functions.gives_rows(call.function):
        made = functions.table_function(call.function, call.arguments, call.type, 1, call.position)
        spread = rows.spread_table_function(made, call.type)
        return f"{g.need(spread)}({', '.join(value(g, a) for a in call.arguments)})"
    spread = rows.spread_value(call.type)
    return f"{g.need(spread)}({value(g, call)})"


def _several(g: Generator, entry: plan.FunctionEntry) -> str:
    """ROWS FROM and WITH ORDINALITY: the functions run side by side, short ones padded with NULLs."""
    parts: list[tuple[TableFunction | None, int, int]] = []
    arguments: list[str] = []
    at = 0
    for call, width in zip(entry.calls, entry.widths, strict=True):
        spreads = rows.spreads(call, entry.columns[at : at + 1])
        at += width
        if isinstance(call, plan.Call) and functions.gives_rows(call.function):
            made = functions.table_function(call.function, call.arguments, call.type, 1 if spreads else width, call.position)
            if spreads:
                made = rows.spread_table_function(made, call.type)
            parts.append((made, len(call.arguments), width))
            arguments += [value(g, a) for a in call.arguments]
        else:
            parts.append((rows.spread_value(call.type) if spreads else None, 1, width))
            arguments.append(value(g, call))
    name = "rows_" + "_".join(f"{p.name if p else 'value'}" for p, _, _ in parts) + ("_o" if entry.ordinality else "")
    total = sum(entry.widths) + entry.ordinality
    nested = any(p.nested for p, _, _ in parts if p is not None)
    function = TableFunction(name, len(arguments), total, _side_by_side(parts, bool(entry.ordinality)), context=True,
                             nested=nested)
    return f"{g.need(g.root.needs.get(name, function))}({', '.join(arguments)})"


def _side_by_side(parts: list[tuple[TableFunction | None, int, int]], ordinality: bool) -> Callable[..., Any]:
    def rows(context: Any, *arguments: Any) -> Any:
        iterators, at = [], 0
        for function, nargs, _ in parts:
            given = arguments[at : at + nargs]
            at += nargs
            if function is None:
                iterators.append(iter(given))
            else:
                iterators.append(iter(function.callable(*((context,) if function.context else ()), *given)))
        for number, row in zip(count(1), zip_longest(*iterators, fillvalue=_MISSING), strict=False):
            flat: list[Any] = []
            for item, (_, _, width) in zip(row, parts, strict=True):
                if item is _MISSING:
                    flat += [None] * width
                elif width == 1 and not isinstance(item, tuple):
                    flat.append(item)
                else:
                    flat += item
            if ordinality:
                flat.append(number)
            yield tuple(flat) if len(flat) != 1 else flat[0]

    return rows


_MISSING = object()


def _json_table(g: Generator, entry: JsonTableEntry) -> str:
    from executor.lower.sqljson import table

    return table(g, entry)


def _xml_table(g: Generator, entry: XmlTableEntry) -> str:
    from executor.lower.xml import table

    return table(g, entry)


ITEMS: dict[type, Callable[[Generator, Any], str]] = {
    plan.Join: _join, plan.TableEntry: _table, plan.QueryEntry: _subquery, plan.CteEntry: _cte, plan.ValuesEntry: _values,
    TreeEntry: _subquery, plan.FunctionEntry: _function, JsonTableEntry: _json_table,
    XmlTableEntry: _xml_table, plan.StepEntry: _step, plan.OrderedEntry: _subquery,
}  # fmt: skip
