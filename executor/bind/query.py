"""SELECT, VALUES, set operations and WITH."""

from executor import plan
from executor.bind import expressions, operators
from executor.bind.calls import contains_aggregate, contains_set_returning, contains_window, window_of
from executor.bind.coerce import resolve_unknown
from executor.bind.expressions import bind
from executor.bind.from_clause import bind_from
from executor.bind.grouping import check_grouping
from executor.bind.scope import CteInfo, Item, Scope, home, item_by_alias, missing_table, table_columns
from executor.bind.statement import Statement, type_name
from executor.catalog.model import Column as TableColumn
from executor.catalog.model import Relation
from executor.errors import not_supported
from executor.facts.lookup import Function
from executor.parse import Node
from executor.plan import ColumnRef, Cte, Expr, Query, Select, SetOperation, SortKey, Target, ValuesEntry
from executor.sqlstates import (
    AmbiguousColumn,
    DuplicateAlias,
    FeatureNotSupported,
    GroupingError,
    InvalidColumnReference,
    InvalidRecursion,
    SyntaxError,
    WindowingError,
)
from executor.types import oids as T


def bind_query(s: Statement, scope: Scope, node: Node, keep_unknown: bool = False) -> Query:
    """A SelectStmt node in its own scope (a fresh level). keep_unknown: leave unknown outputs for INSERT to convert."""
    clause = node.take("withClause")
    recursive = clause is not None and bool(clause.peek("recursive"))
    ctes = bind_with(s, scope, clause)
    if node.peek("op", "SETOP_NONE") != "SETOP_NONE":
        query: Query = _set_operation(s, scope, node, keep_unknown)
    elif node.peek("valuesLists"):
        query = _values(s, scope, node, keep_unknown)
    else:
        query = _select(s, scope, node, keep_unknown)
    return with_ctes(query, ctes, recursive)


def with_ctes(query: Query, infos: list[CteInfo], recursive: bool = False) -> Query:
    """The query with its WITH list."""
    if not infos:
        return query
    import msgspec

    ctes = []
    for info in infos:
        assert info.cte is not None
        ctes.append(msgspec.structs.replace(info.cte, references=info.references))
    return msgspec.structs.replace(query, ctes=tuple(ctes), recursive=recursive)


# ---------------------------------------------------------------- WITH


def bind_with(s: Statement, scope: Scope, node: Node | None) -> list[CteInfo]:
    """Bind the WITH queries and bring their names into scope."""
    if node is None:
        return []
    recursive = bool(node.take("recursive"))
    infos = []
    for cte in node.nodes("ctes"):
        name = cte.take("ctename")
        if name in scope.ctes:
            raise DuplicateAlias(f'WITH query name "{name}" specified more than once', position=s.position(cte) or None)
        infos.append(_cte(s, scope, cte, name, recursive))
        cte.finish()
    node.finish()
    return infos


def _cte(s: Statement, scope: Scope, node: Node, name: str, recursive: bool) -> CteInfo:
    aliases = node.texts("aliascolnames")
    materialized = {"CTEMaterializeAlways": "always", "CTEMaterializeNever": "never"}.get(node.take("ctematerialized", ""), "")
    if node.take("search_clause"):
        raise not_supported("SEARCH clause")
    if node.take("cycle_clause"):
        raise not_supported("CYCLE clause")
    inner = node.take("ctequery")
    number = s.new_entry()
    if inner.kind != "SelectStmt":
        raise not_supported(f"{inner.kind.removesuffix('Stmt').upper()} in WITH", position=s.position(node) or None)
    if recursive and _mentions(inner, name):
        return _recursive(s, scope, node, inner, name, number, aliases)
    return _plain_cte(s, scope, inner, name, number, aliases, materialized, s.position(node))


def _plain_cte(s: Statement, scope: Scope, inner: Node, name: str, number: int, aliases: list[str], materialized: str,
               position: int) -> CteInfo:
    query = bind_query(s, scope.child(), inner)
    inner.finish()
    columns = _cte_columns(query, aliases, name, position)
    info = CteInfo(number, name, columns)
    info.cte = Cte(number=number, name=name, query=query, columns=columns, materialized=materialized,
                   aliases=tuple(aliases))
    scope.ctes[name] = info
    return info


def _cte_columns(query: Query, aliases: list[str], name: str, position: int) -> tuple[tuple[str, int, int], ...]:
    outputs = [(t.name, t.expr.type, t.expr.typmod) for t in query.targets if not t.hidden]
    if len(aliases) > len(outputs):
        raise InvalidColumnReference(f'WITH query "{name}" has {len(outputs)} columns available but '
                                     f"{len(aliases)} columns specified", position=position or None)
    return tuple((aliases[i] if i < len(aliases) else n, oid, typmod) for i, (n, oid, typmod) in enumerate(outputs))


def _is_shadowed(node: Node, name: str) -> bool:
    """True if the query has a WITH query of the same name of its own."""
    clause = node.peek("withClause")
    return clause is not None and any(c.peek("ctename") == name for c in clause.peek("ctes", []))


def _check_recursion(right: Query, number: int, name: str) -> None:
    """The recursive term must use the query once, directly in its FROM (42P19; 0A000 for what PostgreSQL can do)."""
    direct = sum(_direct_uses(item, number) for item in right.source) if isinstance(right, Select) else 0
    total = sum(1 for e in _entries(right) if isinstance(e, plan.CteEntry) and e.cte == number)
    if total > 1:
        raise InvalidRecursion(f'recursive reference to query "{name}" must not appear more than once')
    if isinstance(right, Select) and right.aggregated:
        raise InvalidRecursion("aggregate functions are not allowed in a recursive query's recursive term")
    if direct != total or right.ctes:
        raise not_supported("a recursive reference inside a subquery, set operation or WITH of the recursive term")


def _direct_uses(item: plan.FromItem, number: int) -> int:
    if isinstance(item, plan.Join):
        if item.kind != "inner" and item.kind != "cross":
            outer = item.right if item.kind in ("left", "full") else item.left
            if _direct_uses(outer, number):
                raise InvalidRecursion("recursive reference must not appear within an outer join")
        return _direct_uses(item.left, number) + _direct_uses(item.right, number)
    return int(isinstance(item, plan.CteEntry) and item.cte == number)


def _entries(value: object) -> list[plan.RangeEntry]:
    """Every range entry at any depth."""
    import msgspec

    found: list[plan.RangeEntry] = []
    stack: list[object] = [value]
    while stack:
        current = stack.pop()
        if isinstance(current, plan.RangeEntry):
            found.append(current)
        if isinstance(current, tuple):
            stack.extend(current)
        elif isinstance(current, msgspec.Struct) and not isinstance(current, (Relation, Function, TableColumn)):
            stack.extend(getattr(current, n) for n in current.__struct_fields__)
    return found


def _mentions(node: Node, name: str) -> bool:
    """True if a RangeVar of this name is anywhere inside."""
    stack: list[object] = [node.tree]
    while stack:
        current = stack.pop()
        if isinstance(current, dict):
            if current.get("relname") == name and "schemaname" not in current:
                return True
            stack.extend(current.values())
        elif isinstance(current, list):
            stack.extend(current)
    return False


def _recursive(s: Statement, scope: Scope, node: Node, inner: Node, name: str, number: int, aliases: list[str]) -> CteInfo:
    position = s.position(node)
    if inner.take("op") != "SETOP_UNION":
        if _is_shadowed(inner, name):
            return _plain_cte(s, scope, inner, name, number, aliases, "", position)
        raise InvalidRecursion(f'recursive query "{name}" does not have the form non-recursive-term UNION [ALL] recursive-term',
                               position=position or None)
    for field, construct in (("sortClause", "ORDER BY"), ("limitOffset", "OFFSET"), ("limitCount", "LIMIT"),
                             ("lockingClause", "FOR UPDATE/SHARE")):
        if inner.peek(field):
            raise FeatureNotSupported(f"{construct} in a recursive query is not implemented")
    inner.take("limitOption")
    level = scope.child()
    ctes = bind_with(s, level, inner.take("withClause"))
    left_node, right_node = inner.take("larg"), inner.take("rarg")
    if _mentions(left_node, name):
        raise InvalidRecursion(f'recursive reference to query "{name}" must not appear within its non-recursive term',
                               position=position or None)
    left = bind_query(s, level.child(), left_node)
    left_node.finish()
    info = CteInfo(number, name, _cte_columns(left, aliases, name, position))
    scope.ctes[name] = info
    right = bind_query(s, level.child(), right_node, keep_unknown=True)
    right_node.finish()
    _check_recursion(right, number, name)
    visible = [t for t in right.targets if not t.hidden]
    if len(visible) != len(info.columns):
        raise SyntaxError("each UNION query must have the same number of columns", position=position or None)
    for i, (target, (column, oid, typmod)) in enumerate(zip(visible, info.columns, strict=True), 1):
        common = operators.branches(s, [left.targets[i - 1].expr, target.expr], "UNION")[1]
        if common != oid:
            raise SyntaxErrorDatatype(name, i, column, oid, typmod, common)
    right = convert_outputs(s, right, [oid for _, oid, _ in info.columns], "UNION")
    every = bool(inner.take("all"))
    query = SetOperation(number=s.new_entry(), operator="UNION", every=every, left=left, right=right,
                         targets=_set_targets(left, [(oid, typmod) for _, oid, typmod in info.columns], number))
    inner.finish()
    info.cte = Cte(number=number, name=name, query=with_ctes(query, ctes), columns=info.columns, recursive=True,
                   aliases=tuple(aliases))
    return info


def SyntaxErrorDatatype(name: str, at: int, column: str, oid: int, typmod: int, common: int) -> Exception:  # noqa: N802
    """42804: a recursive query whose column changes its type."""
    from executor.sqlstates import DatatypeMismatch

    return DatatypeMismatch(
        f'recursive query "{name}" column {at} has type {type_name(oid, typmod)} in non-recursive term but type '
        f"{type_name(common)} overall", hint="Cast the output of the non-recursive term to the correct type.")


# ---------------------------------------------------------------- SELECT


def _select(s: Statement, scope: Scope, node: Node, keep_unknown: bool) -> Select:
    if node.take("intoClause"):
        raise SyntaxError("SELECT ... INTO is not allowed here")
    node.take("groupDistinct")
    source = bind_from(s, scope, node.nodes("fromClause"))
    for window in node.nodes("windowClause"):
        _define_window(s, scope, window)
    scope.clause = "SELECT"
    targets = bind_targets(s, scope, node.nodes("targetList"), keep_unknown)
    where = _where(s, scope, node.take("whereClause"))
    having_node = node.take("havingClause")
    having = expressions.condition(s, scope, having_node, "HAVING") if having_node else None
    order = tuple(sort_key(s, scope, o, targets) for o in node.nodes("sortClause"))
    group_nodes = node.nodes("groupClause")
    if any(g.kind == "GroupingSet" for g in group_nodes):
        raise not_supported("GROUPING SETS, ROLLUP and CUBE")
    scope.aggregates_refused, refused = "aggregate functions are not allowed in GROUP BY", scope.aggregates_refused
    group = tuple(_group(s, scope, g, targets) for g in group_nodes)
    scope.aggregates_refused = refused
    distinct_on = _distinct(s, scope, node, targets, order)
    limit, offset, ties = _limits(s, scope, node)
    locking = tuple(_locking(s, scope, k) for k in node.nodes("lockingClause"))
    aggregated = scope.aggregated or bool(group) or having is not None
    query = Select(targets=tuple(targets), source=source, where=where, group=group, aggregated=aggregated, having=having,
                   distinct_on=distinct_on, order=order, limit=limit, offset=offset, with_ties=ties, locking=locking,
                   windows=tuple(scope.windows.values()))
    if aggregated:
        check_grouping(s, scope, query)
    if locking:
        _check_lockable(query, locking[0].partition("/")[0])
    return query


def _check_lockable(query: Select, strength: str) -> None:
    """0A000 where rows of the result are not rows of a table."""
    windows = any(contains_window(t.expr) for t in query.targets)
    for refused, construct in ((query.distinct_on is not None, "DISTINCT clause"), (bool(query.group), "GROUP BY clause"),
                               (query.having is not None, "HAVING clause"), (query.aggregated, "aggregate functions"),
                               (windows, "window functions"),
                               (any(contains_set_returning(t.expr) for t in query.targets),
                                "set-returning functions in the target list")):
        if refused:
            raise FeatureNotSupported(f"{strength} is not allowed with {construct}")


def _where(s: Statement, scope: Scope, node: Node | None) -> Expr | None:
    return where_clause(s, scope, node) if node is not None else None


def where_clause(s: Statement, scope: Scope, node: Node) -> Expr:
    """WHERE: no aggregates, windows or set-returning functions."""
    before = scope.aggregates_refused, scope.windows_refused
    scope.aggregates_refused = "aggregate functions are not allowed in WHERE"
    scope.windows_refused = "window functions are not allowed in WHERE"
    found = expressions.condition(s, scope, node, "WHERE")
    scope.aggregates_refused, scope.windows_refused = before
    if contains_set_returning(found):
        raise FeatureNotSupported("set-returning functions are not allowed in WHERE")
    return found


def _define_window(s: Statement, scope: Scope, node: Node) -> None:
    name = node.take("name")
    if name in scope.windows:
        raise WindowingError(f'window "{name}" is already defined', position=s.position(node) or None)
    import msgspec

    found = window_of(s, scope, node, defining=True)
    scope.windows[name] = msgspec.structs.replace(found, name=name)


def bind_targets(s: Statement, scope: Scope, nodes: list[Node], keep_unknown: bool = False) -> list[Target]:
    """A target list (also RETURNING's), stars expanded."""
    targets: list[Target] = []
    for node in nodes:
        name, value = node.take("name"), node.take("val")
        if _is_star(value):
            targets += _star(s, scope, node, value)
        else:
            expr = bind(s, scope, value)
            if not keep_unknown:
                expr = resolve_unknown(s, expr)
            targets.append(Target(expr=expr, name=name or figure_name(value), origin=origin(scope, expr)))
        node.finish()
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


def _star(s: Statement, scope: Scope, target: Node, node: Node) -> list[Target]:
    position = s.position(node)
    if node.kind != "ColumnRef":
        raise not_supported("expansion of a composite value with .*", position=position or None)
    prefix = [f.text for f in node.nodes("fields")[:-1]]
    node.finish()
    if prefix:
        schema = prefix[-2] if len(prefix) > 1 else None
        found = item_by_alias(scope, prefix[-1], schema, position)
        if found is None:
            raise missing_table(s, scope, schema, prefix[-1], position)
        items: list[Item] = [found[0]]
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
        known = {plan.key(t.expr) for t in targets}
        for k in order:
            if plan.key(k.expr) not in known:
                raise InvalidColumnReference("for SELECT DISTINCT, ORDER BY expressions must appear in select list",
                                             position=k.expr.position or None)
        return ()
    on = tuple(_sort_target(s, scope, n, targets, "DISTINCT ON") for n in found)
    on_keys = {plan.key(e) for e in on}
    leading = [plan.key(k.expr) for k in order]
    seen: set[object] = set()
    for k in leading:
        if k in on_keys:
            seen.add(k)
        elif seen != on_keys:
            raise InvalidColumnReference("SELECT DISTINCT ON expressions must match initial ORDER BY expressions",
                                         position=on[0].position or None)
    return on


def _limits(s: Statement, scope: Scope, node: Node) -> tuple[Expr | None, Expr | None, bool]:
    ties = node.take("limitOption", "") == "LIMIT_OPTION_WITH_TIES"
    return _limit(s, scope, node.take("limitCount"), "LIMIT"), _limit(s, scope, node.take("limitOffset"), "OFFSET"), ties


def _limit(s: Statement, scope: Scope, node: Node | None, construct: str) -> Expr | None:
    if node is None:
        return None
    inner = Scope(parent=Scope(parent=scope.parent, ctes=scope.ctes))
    if node.kind == "A_Const" and node.peek("isnull"):
        node.take("isnull")
        return None
    own = Scope(parent=scope.parent, items=list(scope.items))
    found = bind(s, own, node)
    if any(isinstance(e, ColumnRef) and any(i.entry and i.entry.number == e.entry for i in scope.items)
           for e in plan.descend(found)):
        raise InvalidColumnReference(f"argument of {construct} must not contain variables", position=found.position or None)
    del inner
    from executor.bind.coerce import try_coerce

    converted = try_coerce(s, found, T.INT8, context="a")
    if converted is None:
        from executor.sqlstates import DatatypeMismatch

        raise DatatypeMismatch(f"argument of {construct} must be type bigint, not type {type_name(found.type)}",
                               position=found.position or None)
    return converted


def _locking(s: Statement, scope: Scope, node: Node) -> str:
    strength, wait = node.take("strength"), node.take("waitPolicy", "LockWaitBlock")
    for relation in node.nodes("lockedRels"):
        alias = relation.take("relname")
        if item_by_alias(scope, alias, None, s.position(relation)) is None:
            from executor.sqlstates import UndefinedTable

            raise UndefinedTable(f'relation "{alias}" in {LOCKS[strength]} clause not found in FROM clause',
                                 position=s.position(relation) or None)
    return f"{LOCKS[strength]}/{WAITS[wait]}"


WAITS = {"LockWaitBlock": "wait", "LockWaitSkip": "skip", "LockWaitError": "nowait"}
LOCKS = {"LCS_FORUPDATE": "FOR UPDATE", "LCS_FORNOKEYUPDATE": "FOR NO KEY UPDATE", "LCS_FORSHARE": "FOR SHARE",
         "LCS_FORKEYSHARE": "FOR KEY SHARE"}


# ---------------------------------------------------------------- ORDER BY, GROUP BY


def sort_key(s: Statement, scope: Scope, node: Node, targets: list[Target] | None) -> SortKey:
    """A SortBy node. targets: the target list whose names and numbers ORDER BY may use, None inside aggregates."""
    direction, nulls = node.take("sortby_dir"), node.take("sortby_nulls")
    value = node.take("node")
    expr = _sort_target(s, scope, value, targets, "ORDER BY") if targets is not None \
        else resolve_unknown(s, bind(s, scope, value))
    descending = direction == "SORTBY_DESC"
    if direction == "SORTBY_USING":
        (operator,) = node.texts("useOp")
        if operator not in ("<", ">"):
            raise not_supported(f"ORDER BY USING {operator}")
        descending = operator == ">"
    node.finish()
    operators.sort_operator(expr.type, descending, expr.position)
    nulls_first = {"SORTBY_NULLS_FIRST": True, "SORTBY_NULLS_LAST": False}.get(nulls, descending)
    return SortKey(expr=expr, descending=descending, nulls_first=nulls_first)


def _sort_target(s: Statement, scope: Scope, node: Node, targets: list[Target], construct: str) -> Expr:
    """An output column by name or number, else an expression over the input."""
    visible = [t for t in targets if not t.hidden]
    if node.kind == "ColumnRef" and len(node.nodes("fields")) == 1 and node.nodes("fields")[0].kind == "String":
        name = node.nodes("fields")[0].text
        found = {repr(plan.key(t.expr)): t.expr for t in visible if t.name == name}
        if len(found) > 1:
            raise AmbiguousColumn(f'{construct} "{name}" is ambiguous', position=s.position(node) or None)
        if found:
            return next(iter(found.values()))
    return _numbered(s, scope, node, visible, construct)


def _numbered(s: Statement, scope: Scope, node: Node, visible: list[Target], construct: str) -> Expr:
    if node.kind == "A_Const":
        if node.location in s.lifted:
            from executor.bind.statement import LiteralNeeded

            raise LiteralNeeded
        value = node.take("ival")
        if value is None:
            raise SyntaxError(f"non-integer constant in {construct}", position=s.position(node) or None)
        number: int = value.take("ival", 0)
        if not 1 <= number <= len(visible):
            raise InvalidColumnReference(f"{construct} position {number} is not in select list", position=s.position(node) or None)
        return visible[number - 1].expr
    expr = resolve_unknown(s, bind(s, scope, node))
    wanted = plan.key(expr)
    return next((t.expr for t in visible if plan.key(t.expr) == wanted), expr)


def _group(s: Statement, scope: Scope, node: Node, targets: list[Target]) -> Expr:
    """GROUP BY prefers input columns over output names."""
    if node.kind == "ColumnRef" and len(node.nodes("fields")) == 1 and node.nodes("fields")[0].kind == "String":
        from executor.bind import scope as names

        own = Scope(items=scope.items)
        if names.column(s, own, node.nodes("fields")[0].text, s.position(node)) is None:
            expr = _sort_target(s, scope, node, targets, "GROUP BY")
        else:
            expr = bind(s, scope, node)
    else:
        expr = _numbered(s, scope, node, targets, "GROUP BY")
    if contains_aggregate(expr, scope):
        raise GroupingError("aggregate functions are not allowed in GROUP BY", position=expr.position or None)
    if contains_window(expr):
        raise WindowingError("window functions are not allowed in GROUP BY", position=expr.position or None)
    operators.check_equality(s, expr.type, expr.position)
    return expr


def group_key(s: Statement, scope: Scope, node: Node) -> Expr:
    """A PARTITION BY expression."""
    expr = resolve_unknown(s, bind(s, scope, node))
    operators.check_equality(s, expr.type, expr.position)
    return expr


# ---------------------------------------------------------------- VALUES, set operations


def insert_values(s: Statement, scope: Scope, node: Node) -> Query | None:
    """The VALUES lists of an INSERT, each row for itself: they take the types of the columns, not a common one."""
    if not node.peek("valuesLists") or any(node.peek(f) for f in ("withClause", "sortClause", "limitCount", "limitOffset")):
        return None
    node.take("op")
    node.take("limitOption")
    return _values(s, scope, node, True, separate_rows=True)


def _values(s: Statement, scope: Scope, node: Node, keep_unknown: bool, separate_rows: bool = False) -> Query:
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
    limit, offset, ties = _limits(s, scope, node)
    for locking in node.nodes("lockingClause"):
        raise not_supported(f"{LOCKS[locking.take('strength')]} on VALUES")
    return Select(targets=tuple(targets), source=(entry,), order=order, limit=limit, offset=offset, with_ties=ties)


def _values_item(s: Statement, scope: Scope, node: Node, keep_unknown: bool) -> Expr:
    if node.kind == "SetToDefault" and keep_unknown:
        return plan.SetDefault(type=T.UNKNOWN, position=s.position(node))
    found = bind(s, scope, node)
    return found


OPERATIONS = {"SETOP_UNION": "UNION", "SETOP_INTERSECT": "INTERSECT", "SETOP_EXCEPT": "EXCEPT"}


def _set_operation(s: Statement, scope: Scope, node: Node, keep_unknown: bool) -> SetOperation:
    operator, every = OPERATIONS[node.take("op")], bool(node.take("all"))
    sides = []
    for side in (node.take("larg"), node.take("rarg")):
        sides.append(bind_query(s, scope.child(), side, keep_unknown=True))
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
    left = convert_outputs(s, left, [oid for oid, _ in types], operator)
    right = convert_outputs(s, right, [oid for oid, _ in types], operator)
    number = s.new_entry()
    targets = _set_targets(left, types, number)
    sort_scope = Scope(parent=scope.parent, ctes=scope.ctes)
    order = tuple(_set_order(s, sort_scope, o, targets, operator) for o in node.nodes("sortClause"))
    limit, offset, ties = _limits(s, scope, node)
    for locking in node.nodes("lockingClause"):
        raise FeatureNotSupported(f"{LOCKS[locking.take('strength')]} is not allowed with UNION/INTERSECT/EXCEPT")
    return SetOperation(number=number, operator=operator, every=every, left=left, right=right, targets=targets, order=order,
                        limit=limit, offset=offset, with_ties=ties)


def _set_order(s: Statement, scope: Scope, node: Node, targets: tuple[Target, ...], operator: str) -> SortKey:
    """ORDER BY of a set operation: only its output columns."""
    scope.items = [Item(None, tuple((t.name, t.expr) for t in targets), None, qualified=False)]
    found = sort_key(s, scope, node, list(targets))
    if not any(plan.key(found.expr) == plan.key(t.expr) for t in targets):
        raise FeatureNotSupported(
            "invalid UNION/INTERSECT/EXCEPT ORDER BY clause", position=found.expr.position or None,
            detail="Only result column names can be used, not expressions or functions.",
            hint="Add the expression/function to every SELECT, or move the UNION into a FROM clause.")
    return found


def _set_targets(left: Query, types: list[tuple[int, int]], number: int) -> tuple[Target, ...]:
    visible = [t for t in left.targets if not t.hidden]
    return tuple(Target(name=t.name, expr=ColumnRef(type=oid, typmod=typmod, entry=number, index=i, name=t.name))
                 for i, (t, (oid, typmod)) in enumerate(zip(visible, types, strict=True)))


def convert_outputs(s: Statement, query: Query, types: list[int], construct: str) -> Query:
    """The query with its outputs converted to these types."""
    import msgspec

    visible = [t for t in query.targets if not t.hidden]
    if all(t.expr.type == oid for t, oid in zip(visible, types, strict=True)):
        return query
    if isinstance(query, SetOperation):
        left = convert_outputs(s, query.left, types, construct)
        right = convert_outputs(s, query.right, types, construct)
        targets = _set_targets(left, [(oid, -1) for oid in types], query.number)
        return msgspec.structs.replace(query, left=left, right=right, targets=targets)
    assert isinstance(query, Select)
    values = query.source[0] if len(query.source) == 1 and isinstance(query.source[0], ValuesEntry) else None
    if values is not None and all(isinstance(t.expr, ColumnRef) and t.expr.entry == values.number for t in visible):
        return _convert_values(s, query, values, types, construct)
    from executor.bind.coerce import to_common

    converted = tuple(msgspec.structs.replace(t, expr=to_common(s, t.expr, oid, construct))
                      for t, oid in zip(visible, types, strict=True))
    return msgspec.structs.replace(query, targets=converted)


def _convert_values(s: Statement, query: Select, values: ValuesEntry, types: list[int], construct: str) -> Select:
    import msgspec

    from executor.bind.coerce import to_common

    rows = tuple(tuple(to_common(s, e, oid, construct) for e, oid in zip(row, types, strict=True)) for row in values.rows)
    entry = msgspec.structs.replace(values, rows=rows, columns=tuple(
        (name, oid, typmod) for (name, _, typmod), oid in zip(values.columns, types, strict=True)))
    targets = tuple(Target(expr=e, name=n) for n, e in table_columns(entry))
    return msgspec.structs.replace(query, source=(entry,), targets=targets)


# ---------------------------------------------------------------- names of output columns


def figure_name(node: Node) -> str:
    """The name PostgreSQL gives an output column without AS."""
    return _figure(node)[0] or "?column?"


def _figure(node: Node | None) -> tuple[str, int]:
    """(name, strength): 2 a good name, 1 a type's or CASE's, 0 none."""
    handler = NAMES.get(node.kind) if node is not None else None
    return handler(node) if handler else ("", 0)


def _last_text(nodes: list[Node]) -> str:
    texts = [n.text for n in nodes if n.kind == "String"]
    return texts[-1] if texts else ""


def _cast_name(node: Node) -> tuple[str, int]:
    name, strength = _figure(node.peek("arg"))
    if strength > 1:
        return name, strength
    names = node.peek("typeName").nodes("names")
    return (_last_text(names), 1) if names else (name, strength)


def _case_name(node: Node) -> tuple[str, int]:
    name, strength = _figure(node.peek("defresult"))
    return (name, strength) if strength > 1 else ("case", 1)


def _sublink_name(node: Node) -> tuple[str, int]:
    kind = node.peek("subLinkType")
    if kind == "EXISTS_SUBLINK":
        return "exists", 2
    if kind == "ARRAY_SUBLINK":
        return "array", 2
    if kind == "EXPR_SUBLINK":
        select = node.peek("subselect")
        while select is not None and select.peek("larg") is not None:
            select = select.peek("larg")
        targets = select.peek("targetList", []) if select is not None else []
        if targets:
            return (targets[0].peek("name"), 2) if targets[0].peek("name") else _figure(targets[0].peek("val"))
        if select is not None and select.peek("valuesLists"):
            return "column1", 2
    return "", 0


def _indirection_name(node: Node) -> tuple[str, int]:
    name = _last_text(node.peek("indirection", []))
    return (name, 2) if name else _figure(node.peek("arg"))


VALUE_NAMES = {"SVFOP_CURRENT_CATALOG": "current_catalog", "SVFOP_CURRENT_ROLE": "current_role", "SVFOP_USER": "user",
               "SVFOP_CURRENT_SCHEMA": "current_schema"}

NAMES = {
    "ColumnRef": lambda n: (_last_text(n.peek("fields")), 2),
    "A_Indirection": _indirection_name,
    "FuncCall": lambda n: (_last_text(n.peek("funcname")), 2),
    "A_Expr": lambda n: ("nullif", 2) if n.peek("kind") == "AEXPR_NULLIF" else ("", 0),
    "TypeCast": _cast_name,
    "CollateClause": lambda n: _figure(n.peek("arg")),
    "GroupingFunc": lambda n: ("grouping", 2),
    "SubLink": _sublink_name,
    "CaseExpr": _case_name,
    "A_ArrayExpr": lambda n: ("array", 2),
    "RowExpr": lambda n: ("row", 2),
    "CoalesceExpr": lambda n: ("coalesce", 2),
    "MinMaxExpr": lambda n: ("greatest" if n.peek("op", "IS_GREATEST") == "IS_GREATEST" else "least", 2),
    "SQLValueFunction": lambda n: (
        VALUE_NAMES.get(n.peek("op")) or n.peek("op").removeprefix("SVFOP_").removesuffix("_N").lower(), 2),
}  # fmt: skip
