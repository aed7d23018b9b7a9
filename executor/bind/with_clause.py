"""WITH queries, plain and recursive."""

from functools import cache

import msgspec

from executor import plan, walk
from executor.bind import operators, recursion, set_operations
from executor.bind import query as queries
from executor.bind.calls import contains_window
from executor.bind.resolve import element_type, type_of
from executor.bind.scope import CteInfo, Scope
from executor.bind.statement import Statement, type_name
from executor.errors import not_supported
from executor.facts import table
from executor.facts.lookup import base_type
from executor.parse import Node
from executor.plan import Cte, Query, Select, SetOperation, Target
from executor.sqlstates import (
    DatatypeMismatch,
    DuplicateAlias,
    FeatureNotSupported,
    InvalidColumnReference,
    InvalidRecursion,
    SyntaxError,
)
from executor.types import oids as T


def with_ctes(query: Query, infos: list[CteInfo], recursive: bool = False) -> Query:
    """The query with its WITH list."""
    if not infos:
        return query
    ctes = []
    for info in infos:
        assert info.cte is not None
        ctes.append(msgspec.structs.replace(info.cte, references=info.references))
    return msgspec.structs.replace(query, ctes=tuple(ctes), recursive=recursive)


def bind_with(s: Statement, scope: Scope, node: Node | None) -> list[CteInfo]:
    """Bind the WITH queries, in an order in which each can be, and bring their names into scope."""
    if node is None:
        return []
    recursive = bool(node.take("recursive"))
    nodes = node.nodes("ctes")
    _check_names(s, scope, nodes)
    ordered = recursion.safe_order(s, nodes) if recursive else [(cte, False) for cte in nodes]
    scope.future_ctes = {cte.peek("ctename") for cte in nodes}
    infos = []
    for cte, uses_itself in ordered:
        name = cte.take("ctename")
        infos.append(_cte(s, scope, cte, name, uses_itself))
        scope.future_ctes.discard(name)
        cte.finish()
    node.finish()
    return infos


def _check_names(s: Statement, scope: Scope, nodes: list[Node]) -> None:
    names: set[str] = set()
    for node in nodes:
        name, position = node.peek("ctename"), s.position(node) or None
        if name in names:
            raise DuplicateAlias(f'WITH query name "{name}" specified more than once', position=position)
        names.add(name)
        if scope.parent is not None and node.peek("ctequery").kind != "SelectStmt":
            raise FeatureNotSupported("WITH clause containing a data-modifying statement must be at the top level",
                                      position=position)


def _cte(s: Statement, scope: Scope, node: Node, name: str, uses_itself: bool) -> CteInfo:
    aliases = node.texts("aliascolnames")
    materialized = {"CTEMaterializeAlways": "always", "CTEMaterializeNever": "never"}.get(node.take("ctematerialized", ""), "")
    if node.take("search_clause"):
        raise not_supported("SEARCH clause")
    if node.take("cycle_clause"):
        raise not_supported("CYCLE clause")
    inner = node.take("ctequery")
    number = s.new_entry()
    if inner.kind != "SelectStmt":
        return _data_change(s, scope, node, inner, name, number, aliases)
    if uses_itself:
        return _recursive(s, scope, node, inner, name, number, aliases)
    return _plain_cte(s, scope, inner, name, number, aliases, materialized, s.position(node))


def _data_change(s: Statement, scope: Scope, node: Node, inner: Node, name: str, number: int, aliases: list[str]) -> CteInfo:
    """WITH name AS (INSERT, UPDATE, DELETE or MERGE ...)."""
    from executor.bind.data_change import CHANGES

    position = s.position(node)
    change = CHANGES[inner.kind](s, scope.child(), inner)
    inner.finish()
    columns = _columns_of(change.returning, aliases, name, position)
    info = CteInfo(number, name, columns, data_change_without_returning=not change.returning)
    info.cte = Cte(number=number, name=name, query=change, columns=columns, aliases=tuple(aliases))
    scope.ctes[name] = info
    return info


def _plain_cte(s: Statement, scope: Scope, inner: Node, name: str, number: int, aliases: list[str], materialized: str,
               position: int) -> CteInfo:
    query = queries.bind_query(s, scope.child(), inner)
    inner.finish()
    columns = _cte_columns(query, aliases, name, position)
    info = CteInfo(number, name, columns)
    info.cte = Cte(number=number, name=name, query=query, columns=columns, materialized=materialized,
                   aliases=tuple(aliases))
    scope.ctes[name] = info
    return info


def _cte_columns(query: Query, aliases: list[str], name: str, position: int) -> tuple[tuple[str, int, int], ...]:
    return _columns_of(query.targets, aliases, name, position)


def _columns_of(targets: tuple[Target, ...], aliases: list[str], name: str,
                position: int) -> tuple[tuple[str, int, int], ...]:
    outputs = [(t.name, t.expr.type, t.expr.typmod) for t in targets if not t.hidden]
    if len(aliases) > len(outputs):
        raise InvalidColumnReference(f'WITH query "{name}" has {len(outputs)} columns available but '
                                     f"{len(aliases)} columns specified", position=position or None)
    return tuple((aliases[i] if i < len(aliases) else n, oid, typmod) for i, (n, oid, typmod) in enumerate(outputs))


def _check_term(right: Query, number: int) -> None:
    """The recursive term must use the query directly in its FROM, and each row of it for itself: SQLite runs the term
    once a row, PostgreSQL once for all rows of the step before (42P19 for aggregates, 0A000 for what PostgreSQL can do)."""
    direct = sum(_direct_uses(item, number) for item in right.source) if isinstance(right, Select) else 0
    if not isinstance(right, Select) or not direct or right.ctes:
        raise not_supported("a recursive reference inside a subquery, set operation or WITH of the recursive term")
    if (call := _first_aggregate(right)) is not None:
        raise InvalidRecursion("aggregate functions are not allowed in a recursive query's recursive term",
                               position=call.position or None)
    refused = {"DISTINCT": right.distinct_on is not None, "GROUP BY": right.aggregated, "ORDER BY": bool(right.order),
               "LIMIT": right.limit is not None, "OFFSET": right.offset is not None,
               "a window function": any(contains_window(t.expr) for t in right.targets)}
    for construct, found in refused.items():
        if found:
            raise not_supported(f"{construct} in the recursive term of a query")


def _first_aggregate(query: Select) -> plan.Expr | None:
    parts = [*(t.expr for t in query.targets), *([query.having] if query.having is not None else [])]
    return next((e for part in parts for e in walk.own(part) if isinstance(e, plan.AggregateCall) and e.window is None), None)


def _direct_uses(item: plan.FromItem, number: int) -> int:
    if isinstance(item, plan.Join):
        return _direct_uses(item.left, number) + _direct_uses(item.right, number)
    return int(isinstance(item, plan.CteEntry) and item.cte == number)


def _recursive(s: Statement, scope: Scope, node: Node, inner: Node, name: str, number: int, aliases: list[str]) -> CteInfo:
    position = s.position(node)
    inner.take("op")
    inner.take("limitOption")
    level = scope.child()
    ctes = bind_with(s, level, inner.take("withClause"))
    left_node, right_node = inner.take("larg"), inner.take("rarg")
    left = queries.bind_query(s, level.child(), left_node)
    left_node.finish()
    info = CteInfo(number, name, _cte_columns(left, aliases, name, position))
    scope.ctes[name] = info
    right = queries.bind_query(s, level.child(), right_node, keep_unknown=True)
    right_node.finish()
    _check_term(right, number)
    visible = [t for t in right.targets if not t.hidden]
    if len(visible) != len(info.columns):
        raise SyntaxError("each UNION query must have the same number of columns", position=position or None)
    for i, (target, (_, oid, typmod)) in enumerate(zip(visible, info.columns, strict=True), 1):
        first = left.targets[i - 1].expr
        _, common, common_typmod = operators.branches(s, [first, target.expr], "UNION")
        if (common, common_typmod) != (oid, typmod):
            raise DatatypeMismatch(
                f'recursive query "{name}" column {i} has type {type_name(oid, typmod)} in non-recursive term but type '
                f"{type_name(common, common_typmod)} overall", position=first.position or None,
                hint="Cast the output of the non-recursive term to the correct type.")
    right = set_operations.convert_outputs(s, right, [oid for _, oid, _ in info.columns], "UNION")
    every = bool(inner.take("all"))
    if not every:
        _check_hashable([oid for _, oid, _ in info.columns])
    query = SetOperation(number=s.new_entry(), operator="UNION", every=every, left=left, right=right,
                         targets=set_operations.set_targets(left, [(oid, typmod) for _, oid, typmod in info.columns], number))
    inner.finish()
    info.cte = Cte(number=number, name=name, query=with_ctes(query, ctes), columns=info.columns, recursive=True,
                   aliases=tuple(aliases))
    return info


HASH = 405
"""OID of the access method hash."""


@cache
def _hashable() -> frozenset[int]:
    return frozenset(oid for method, oid in table("pg_opclass").select("opcmethod", "opcintype") if method == HASH)


def _check_hashable(types: list[int]) -> None:
    """0A000 for a recursive UNION (not ALL) of types that PostgreSQL cannot hash."""
    for oid in (base_type(oid) for oid in types):
        if oid not in _hashable() and type_of(oid).kind == "b" and not element_type(oid) and oid not in (T.TEXT, T.VARCHAR):
            raise FeatureNotSupported("could not implement recursive UNION",
                                      detail="All column datatypes must be hashable.")
