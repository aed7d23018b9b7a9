"""VALUES lists, and UNION, INTERSECT and EXCEPT."""

import msgspec

from executor import plan, walk
from executor.bind import operators
from executor.bind import query as queries
from executor.bind.coerce import to_common
from executor.bind.expressions import bind
from executor.bind.locking import STRENGTHS
from executor.bind.ordering import sort_key
from executor.bind.scope import Item, Scope, table_columns
from executor.bind.statement import Statement
from executor.facts.lookup import base_type
from executor.parse import Node
from executor.plan import ColumnRef, Expr, Query, QueryEntry, Relabel, Select, SetOperation, SortKey, Target, ValuesEntry
from executor.sqlstates import FeatureNotSupported, SyntaxError
from executor.types import oids as T


def insert_values(s: Statement, scope: Scope, node: Node) -> Query | None:
    """The VALUES lists of an INSERT, each row for itself: they take the types of the columns, not a common one."""
    if not node.peek("valuesLists") or any(node.peek(f) for f in ("withClause", "sortClause", "limitCount", "limitOffset")):
        return None
    node.take("op")
    node.take("limitOption")
    return bind_values(s, scope, node, True, separate_rows=True)


def bind_values(s: Statement, scope: Scope, node: Node, keep_unknown: bool, separate_rows: bool = False) -> Query:
    """VALUES; with separate_rows the columns have no common types."""
    lists = [row.nodes("items") for row in node.nodes("valuesLists")]
    if len({len(row) for row in lists}) > 1:
        wrong = next(row for row in lists if len(row) != len(lists[0]))
        raise SyntaxError("VALUES lists must all be the same length", position=s.position(wrong[0]) or None)
    scope.aggregates_refused = "aggregate functions are not allowed in VALUES"
    scope.windows_refused = "window functions are not allowed in VALUES"
    rows = [[_values_item(s, scope, item, keep_unknown) for item in row] for row in lists]
    if keep_unknown and len(rows) == 1 and scope.set_returning and not any(isinstance(e, plan.SetDefault) for e in rows[0]):
        targets_ = tuple(Target(expr=e, name=f"column{i}") for i, e in enumerate(rows[0], 1))
        return Select(targets=targets_)
    columns: list[tuple[str, int, int]] = []
    for i in range(len(rows[0])):
        items = [row[i] for row in rows]
        if separate_rows or (keep_unknown and all(isinstance(e, plan.SetDefault) or e.type == T.UNKNOWN for e in items)):
            columns.append((f"column{i + 1}", T.UNKNOWN, -1))
            continue
        if not any(isinstance(e, plan.SetDefault) for e in items):
            items, oid, typmod = operators.branches(s, items, "VALUES")
            for row, item in zip(rows, items, strict=True):
                row[i] = item
            columns.append((f"column{i + 1}", oid, typmod))
        else:
            columns.append((f"column{i + 1}", T.UNKNOWN, -1))
    entry = ValuesEntry(number=s.new_entry(), alias="*VALUES*", columns=tuple(columns), rows=tuple(tuple(r) for r in rows))
    scope.items.append(Item("*VALUES*", table_columns(entry), entry))
    targets = [Target(expr=e, name=n) for n, e in table_columns(entry)]
    order = tuple(sort_key(s, scope, o, targets) for o in node.nodes("sortClause"))
    limit, offset, ties = queries.limits(s, scope, node)
    for locking in node.nodes("lockingClause"):
        raise FeatureNotSupported(f"{STRENGTHS[locking.take('strength')]} cannot be applied to VALUES")
    return Select(targets=tuple(targets), source=(entry,), order=order, limit=limit, offset=offset, with_ties=ties)


def _values_item(s: Statement, scope: Scope, node: Node, keep_unknown: bool) -> Expr:
    if node.kind == "SetToDefault" and keep_unknown:
        return plan.SetDefault(type=T.UNKNOWN, position=s.position(node))
    found = bind(s, scope, node)
    return found


OPERATIONS = {"SETOP_UNION": "UNION", "SETOP_INTERSECT": "INTERSECT", "SETOP_EXCEPT": "EXCEPT"}


def bind_set_operation(s: Statement, scope: Scope, node: Node, keep_unknown: bool) -> SetOperation:
    """UNION, INTERSECT or EXCEPT of two queries."""
    operator, every = OPERATIONS[node.take("op")], bool(node.take("all"))
    sides = []
    for side in (node.take("larg"), node.take("rarg")):
        for locking in side.peek("lockingClause", []):
            raise FeatureNotSupported(f"{STRENGTHS[locking.peek('strength')]} is not allowed with UNION/INTERSECT/EXCEPT")
        sides.append(queries.bind_query(s, scope.child(), side, keep_unknown=True))
        side.finish()
    left, right = sides
    outputs = [[t for t in side.targets if not t.hidden] for side in sides]
    if len(outputs[0]) != len(outputs[1]):
        raise SyntaxError(f"each {operator} query must have the same number of columns",
                          position=outputs[1][0].expr.position if outputs[1] else None)
    types = []
    for a, b in zip(*outputs, strict=True):
        _, oid, typmod = operators.branches(s, [a.expr, b.expr], operator)
        if not every:
            operators.check_equality(s, oid, a.expr.position)
        types.append((oid, typmod))
    oids = [oid for oid, _ in types]
    left, right = (convert_outputs(s, _with_blanks(s, side, types), oids, operator) for side in (left, right))
    number = s.new_entry()
    targets = set_targets(left, types, number)
    sort_scope = Scope(parent=scope.parent, ctes=scope.ctes)
    order = tuple(_set_order(s, sort_scope, o, targets, operator) for o in node.nodes("sortClause"))
    limit, offset, ties = queries.limits(s, scope, node)
    for locking in node.nodes("lockingClause"):
        raise FeatureNotSupported(f"{STRENGTHS[locking.take('strength')]} is not allowed with UNION/INTERSECT/EXCEPT")
    return SetOperation(number=number, operator=operator, every=every, left=left, right=right, targets=targets, order=order,
                        limit=limit, offset=offset, with_ties=ties)


def _set_order(s: Statement, scope: Scope, node: Node, targets: tuple[Target, ...], operator: str) -> SortKey:
    """ORDER BY of a set operation: only its output columns."""
    scope.items = [Item(None, tuple((t.name, t.expr) for t in targets), None, qualified=False)]
    found = sort_key(s, scope, node, list(targets))
    if not any(walk.key(found.expr) == walk.key(t.expr) for t in targets):
        raise FeatureNotSupported(
            "invalid UNION/INTERSECT/EXCEPT ORDER BY clause", position=found.expr.position or None,
            detail="Only result column names can be used, not expressions or functions.",
            hint="Add the expression/function to every SELECT, or move the UNION into a FROM clause.")
    return found


def set_targets(left: Query, types: list[tuple[int, int]], number: int) -> tuple[Target, ...]:
    """The outputs of a set operation, of these (type, typmod), as columns of entry `number`."""
    visible = [t for t in left.targets if not t.hidden]
    return tuple(Target(name=t.name, expr=ColumnRef(type=oid, typmod=typmod, entry=number, index=i, name=t.name))
                 for i, (t, (oid, typmod)) in enumerate(zip(visible, types, strict=True)))


def _with_blanks(s: Statement, query: Query, types: list[tuple[int, int]]) -> Query:
    """The query whose outputs of char(n) have the blanks of their own length, where the result has no length."""
    visible = [t for t in query.targets if not t.hidden]
    bare = {i for i, (t, (oid, typmod)) in enumerate(zip(visible, types, strict=True))
            if typmod < 0 <= t.expr.typmod and base_type(oid) == T.BPCHAR == base_type(t.expr.type)}
    if not bare:
        return query
    columns = tuple((t.name, t.expr.type, t.expr.typmod) for t in visible)
    entry = QueryEntry(number=s.new_entry(), alias="", query=query, columns=columns)
    return Select(source=(entry,), targets=tuple(
        Target(expr=Relabel(type=e.type, argument=e, position=e.position) if i in bare else e, name=name)
        for i, (name, e) in enumerate(table_columns(entry))))


def convert_outputs(s: Statement, query: Query, types: list[int], construct: str) -> Query:
    """The query with its outputs converted to these types."""
    visible = [t for t in query.targets if not t.hidden]
    if all(t.expr.type == oid for t, oid in zip(visible, types, strict=True)):
        return query
    if isinstance(query, SetOperation) and (not query.every or query.order or query.limit or query.offset):
        return _wrapped(s, query, types, construct)
    if isinstance(query, SetOperation):
        left = convert_outputs(s, query.left, types, construct)
        right = convert_outputs(s, query.right, types, construct)
        targets = set_targets(left, [(oid, -1) for oid in types], query.number)
        return msgspec.structs.replace(query, left=left, right=right, targets=targets)
    assert isinstance(query, Select)
    values = query.source[0] if len(query.source) == 1 and isinstance(query.source[0], ValuesEntry) else None
    if values is not None and all(isinstance(t.expr, ColumnRef) and t.expr.entry == values.number for t in visible):
        return _convert_values(s, query, values, types, construct)
    converted = tuple(msgspec.structs.replace(t, expr=to_common(s, t.expr, oid, construct))
                      for t, oid in zip(visible, types, strict=True))
    return msgspec.structs.replace(query, targets=converted)


def _wrapped(s: Statement, query: SetOperation, types: list[int], construct: str) -> Select:
    """An operation that compares or orders its rows does so with the types of its own: what it gives is converted."""
    columns = tuple((t.name, t.expr.type, t.expr.typmod) for t in query.targets)
    entry = QueryEntry(number=s.new_entry(), alias="", query=query, columns=columns)
    targets = tuple(Target(expr=to_common(s, e, oid, construct), name=name)
                    for (name, e), oid in zip(table_columns(entry), types, strict=True))
    return Select(targets=targets, source=(entry,))


def _convert_values(s: Statement, query: Select, values: ValuesEntry, types: list[int], construct: str) -> Select:
    rows = tuple(tuple(to_common(s, e, oid, construct) for e, oid in zip(row, types, strict=True)) for row in values.rows)
    entry = msgspec.structs.replace(values, rows=rows, columns=tuple(
        (name, oid, typmod) for (name, _, typmod), oid in zip(values.columns, types, strict=True)))
    targets = tuple(Target(expr=e, name=n) for n, e in table_columns(entry))
    return msgspec.structs.replace(query, source=(entry,), targets=targets)
