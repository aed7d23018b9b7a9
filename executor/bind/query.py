"""SELECT: the select list, WHERE, grouping, DISTINCT, LIMIT. The rest is in with_clause.py, set_operations.py, ordering.py."""

import msgspec

from executor import plan, walk
from executor.bind import expressions, operators, rows, set_operations, variables, with_clause
from executor.bind.calls import window_of
from executor.bind.coerce import resolve_unknown
from executor.bind.expressions import bind, expand
from executor.bind.from_clause import bind_from
from executor.bind.grouping import check_grouping, group_clause
from executor.bind.locking import bind_locking
from executor.bind.names import figure_name
from executor.bind.ordering import named_at, sort_key, sort_target
from executor.bind.scope import TARGETS_MAX, Item, Scope, home, item_by_alias, missing_table
from executor.bind.statement import Statement, type_name
from executor.parse import Node
from executor.plan import ColumnRef, Expr, Query, Select, SortKey, Target
from executor.sqlstates import (
    FeatureNotSupported,
    InvalidColumnReference,
    InvalidRowCountInLimitClause,
    SyntaxError,
    TooManyColumns,
    WindowingError,
)
from executor.types import oids as T


def bind_query(s: Statement, scope: Scope, node: Node, keep_unknown: bool = False) -> Query:
    """A SelectStmt node in its own scope (a fresh level). keep_unknown: leave unknown outputs for INSERT to convert."""
    clause = node.take("withClause")
    recursive = clause is not None and bool(clause.peek("recursive"))
    ctes = with_clause.bind_with(s, scope, clause)
    if node.peek("op", "SETOP_NONE") != "SETOP_NONE":
        query: Query = set_operations.bind_set_operation(s, scope, node, keep_unknown)
    elif node.peek("valuesLists"):
        query = set_operations.bind_values(s, scope, node, keep_unknown)
    else:
        query = _select(s, scope, node, keep_unknown)
    return with_clause.with_ctes(query, ctes, recursive)


# ---------------------------------------------------------------- SELECT


def _select(s: Statement, scope: Scope, node: Node, keep_unknown: bool) -> Select:
    if node.take("intoClause"):
        raise SyntaxError("SELECT ... INTO is not allowed here")
    source = bind_from(s, scope, node.nodes("fromClause"))
    for window in node.nodes("windowClause"):
        _define_window(s, scope, window)
    scope.clause = "SELECT"
    targets = bind_targets(s, scope, node.nodes("targetList"), keep_unknown)
    where = _where(s, scope, node.take("whereClause"))
    having_node = node.take("havingClause")
    having = _having(s, scope, having_node) if having_node else None
    order = tuple(sort_key(s, scope, o, targets) for o in node.nodes("sortClause"))
    group_nodes = node.nodes("groupClause")
    group, sets = group_clause(s, scope, group_nodes, targets, bool(node.take("groupDistinct")))
    distinct_on = _distinct(s, scope, node, targets, order)
    limit, offset, ties = limits(s, scope, node)
    aggregated = scope.aggregated or bool(group_nodes) or having is not None
    query = Select(targets=tuple(targets), source=source, where=where, group=group, grouping_sets=sets,
                   aggregated=aggregated, having=having, distinct_on=distinct_on, order=order, limit=limit, offset=offset,
                   with_ties=ties, windows=tuple(scope.windows.values()))
    if aggregated:
        check_grouping(s, scope, query)
    clauses = node.nodes("lockingClause")
    return bind_locking(s, scope, query, clauses) if clauses else query


def _where(s: Statement, scope: Scope, node: Node | None) -> Expr | None:
    return where_clause(s, scope, node) if node is not None else None


def _having(s: Statement, scope: Scope, node: Node) -> Expr:
    scope.windows_refused, before = "window functions are not allowed in HAVING", scope.windows_refused
    found = expressions.condition(s, scope, node, "HAVING")
    scope.windows_refused = before
    return found


def where_clause(s: Statement, scope: Scope, node: Node) -> Expr:
    """WHERE: no aggregates, windows or set-returning functions."""
    before = scope.aggregates_refused, scope.windows_refused
    scope.aggregates_refused = "aggregate functions are not allowed in WHERE"
    scope.windows_refused = "window functions are not allowed in WHERE"
    found = expressions.condition(s, scope, node, "WHERE")
    scope.aggregates_refused, scope.windows_refused = before
    call = next((e for e in walk.own(found) if isinstance(e, plan.Call) and e.function.returns_set), None)
    if call is not None:
        raise FeatureNotSupported("set-returning functions are not allowed in WHERE", position=call.position or None)
    return found


def _define_window(s: Statement, scope: Scope, node: Node) -> None:
    name = node.take("name")
    if name in scope.windows:
        raise WindowingError(f'window "{name}" is already defined', position=s.position(node) or None)
    found = window_of(s, scope, node, defining=True)
    scope.windows[name] = msgspec.structs.replace(found, name=name)


def bind_targets(s: Statement, scope: Scope, nodes: list[Node], keep_unknown: bool = False) -> list[Target]:
    """A target list (also RETURNING's), stars expanded."""
    targets: list[Target] = []
    for node in nodes:
        name, value = node.take("name"), node.take("val")
        if _is_star(value):
            targets += _star(s, scope, node, value, keep_unknown)
        else:
            expr = bind(s, scope, value)
            if not keep_unknown:
                expr = resolve_unknown(s, expr)
            targets.append(Target(expr=expr, name=name or figure_name(value), origin=origin(scope, expr)))
        node.finish()
        if len(targets) > TARGETS_MAX:
            raise TooManyColumns(f"target lists can have at most {TARGETS_MAX} entries")
    return targets


def origin(scope: Scope, expr: Expr) -> tuple[int, int]:
    """(table OID, attnum) of a plain column."""
    if isinstance(expr, ColumnRef) and expr.index >= 0:
        for level in scope.levels():
            for item in level.items:
                entry = item.entry
                if entry is not None and entry.number == expr.entry:
                    if isinstance(entry, plan.TableEntry):
                        return entry.relation.oid, entry.relation.columns[expr.index].number
                    if isinstance(entry, plan.QueryEntry):
                        if entry.view is not None:
                            return entry.view.oid, entry.view.columns[expr.index].number
                        visible = [t for t in entry.query.targets if not t.hidden]
                        return visible[expr.index].origin
    return 0, 0


def _is_star(node: Node) -> bool:
    if node.kind == "ColumnRef":
        return bool(node.nodes("fields")[-1].kind == "A_Star")
    return node.kind == "A_Indirection" and bool(node.peek("indirection")[-1].kind == "A_Star")


def _spelled(s: Statement, scope: Scope, item: Item, name: str, expr: Expr) -> tuple[str, str]:
    """A column that "*" stands for, as (alias or "", name)."""
    return (home(scope, expr) if s.keeps_text else None) or (item.alias or "", name)


def _star(s: Statement, scope: Scope, target: Node, node: Node, keep_unknown: bool) -> list[Target]:
    position = s.position(node)
    if node.kind != "ColumnRef":
        found = expand(s, scope, node)
        target._fields["pgquill_fields"] = [name for name, _ in found]
        return [Target(expr=expr if keep_unknown else resolve_unknown(s, expr), name=name) for name, expr in found]
    prefix = [f.text for f in node.nodes("fields")[:-1]]
    node.finish()
    if prefix:
        row = variables.row(s, prefix, position) if s.variables is not None and s.positions else None
        if row is not None:
            return [Target(expr=expr, name=name) for name, expr in rows.expanded(s, row, position)]
        schema = prefix[-2] if len(prefix) > 1 else None
        named = item_by_alias(scope, prefix[-1], schema, position)
        if named is None:
            raise missing_table(s, scope, schema, prefix[-1], position)
        items: list[Item] = [named]
    else:
        items = [item for item in scope.items if item.unqualified]
        if not scope.items:
            raise SyntaxError("SELECT * with no tables specified is not valid", position=position or None)
    s.stars.append((target, [_spelled(s, scope, item, name, expr) for item in items for name, expr in item.columns]))
    return [Target(expr=expr, name=name, origin=origin(scope, expr)) for item in items for name, expr in item.columns]


def _distinct(s: Statement, scope: Scope, node: Node, targets: list[Target],
              order: tuple[SortKey, ...]) -> tuple[Expr, ...] | None:
    nodes = node._fields.get("distinctClause")
    if nodes is None:
        return None
    found = node.nodes("distinctClause")
    if nodes == [{}] or not nodes:
        for target in targets:
            operators.check_equality(s, target.expr.type, target.expr.position)
        known = {walk.key(t.expr) for t in targets}
        for k in order:
            if walk.key(k.expr) not in known:
                raise InvalidColumnReference("for SELECT DISTINCT, ORDER BY expressions must appear in select list",
                                             position=k.expr.position or None)
        return ()
    on = tuple(sort_target(s, scope, n, targets, "DISTINCT ON") for n in found)
    for n, expr in zip(found, on, strict=True):
        operators.check_equality(s, expr.type, named_at(s, n) or expr.position)
    on_keys = {walk.key(e) for e in on}
    leading = [walk.key(k.expr) for k in order]
    seen: set[object] = set()
    for k in leading:
        if k in on_keys:
            seen.add(k)
        elif seen != on_keys:
            raise InvalidColumnReference("SELECT DISTINCT ON expressions must match initial ORDER BY expressions",
                                         position=on[0].position or None)
    return on


def limits(s: Statement, scope: Scope, node: Node) -> tuple[Expr | None, Expr | None, bool]:
    """LIMIT, OFFSET, and whether WITH TIES."""
    ties = node.take("limitOption", "") == "LIMIT_OPTION_WITH_TIES"
    limit = _limit(s, scope, node.take("limitCount"), "LIMIT")
    if ties and limit is None:
        raise InvalidRowCountInLimitClause("row count cannot be null in FETCH FIRST ... WITH TIES clause")
    return limit, _limit(s, scope, node.take("limitOffset"), "OFFSET"), ties


def _limit(s: Statement, scope: Scope, node: Node | None, construct: str) -> Expr | None:
    if node is None:
        return None
    if node.kind == "A_Const" and node.peek("isnull"):
        node.take("isnull")
        return None
    own = Scope(parent=scope.parent, items=list(scope.items), ctes=scope.ctes)
    own.aggregates_refused = f"aggregate functions are not allowed in {construct}"
    own.windows_refused = f"window functions are not allowed in {construct}"
    found = bind(s, own, node)
    if any(isinstance(e, ColumnRef) and any(i.entry and i.entry.number == e.entry for i in scope.items)
           for e in walk.descend(found)):
        raise InvalidColumnReference(f"argument of {construct} must not contain variables", position=found.position or None)
    from executor.bind.coerce import try_coerce

    converted = try_coerce(s, found, T.INT8, context="a")
    if converted is None:
        from executor.sqlstates import DatatypeMismatch

        raise DatatypeMismatch(f"argument of {construct} must be type bigint, not type {type_name(found.type)}",
                               position=found.position or None)
    return converted
