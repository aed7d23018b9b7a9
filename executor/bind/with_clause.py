"""WITH queries, plain and recursive."""

from functools import cache

import msgspec

from executor import plan
from executor.bind import operators, set_operations
from executor.bind import query as queries
from executor.bind.resolve import base_type, element_type, type_of
from executor.bind.scope import CteInfo, Scope
from executor.bind.statement import Statement, type_name
from executor.catalog.model import Column as TableColumn
from executor.catalog.model import Relation
from executor.errors import not_supported
from executor.facts import table
from executor.facts.lookup import Function
from executor.parse import Node
from executor.plan import Cte, Query, Select, SetOperation, Target
from executor.sqlstates import DuplicateAlias, FeatureNotSupported, InvalidColumnReference, InvalidRecursion, SyntaxError
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
        return _data_change(s, scope, node, inner, name, number, aliases, recursive)
    if recursive and _mentions(inner, name):
        return _recursive(s, scope, node, inner, name, number, aliases)
    return _plain_cte(s, scope, inner, name, number, aliases, materialized, s.position(node))


def _data_change(s: Statement, scope: Scope, node: Node, inner: Node, name: str, number: int, aliases: list[str],
                 recursive: bool) -> CteInfo:
    """WITH name AS (INSERT, UPDATE, DELETE or MERGE ...)."""
    from executor.bind.data_change import CHANGES

    position = s.position(node)
    if scope.parent is not None:
        raise FeatureNotSupported("WITH clause containing a data-modifying statement must be at the top level",
                                  position=position or None)
    if recursive and _mentions(inner, name):
        raise InvalidRecursion(f'recursive query "{name}" must not contain data-modifying statements',
                               position=position or None)
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
    left = queries.bind_query(s, level.child(), left_node)
    left_node.finish()
    info = CteInfo(number, name, _cte_columns(left, aliases, name, position))
    scope.ctes[name] = info
    right = queries.bind_query(s, level.child(), right_node, keep_unknown=True)
    right_node.finish()
    _check_recursion(right, number, name)
    visible = [t for t in right.targets if not t.hidden]
    if len(visible) != len(info.columns):
        raise SyntaxError("each UNION query must have the same number of columns", position=position or None)
    for i, (target, (column, oid, typmod)) in enumerate(zip(visible, info.columns, strict=True), 1):
        common = operators.branches(s, [left.targets[i - 1].expr, target.expr], "UNION")[1]
        if common != oid:
            raise SyntaxErrorDatatype(name, i, column, oid, typmod, common)
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


def SyntaxErrorDatatype(name: str, at: int, column: str, oid: int, typmod: int, common: int) -> Exception:  # noqa: N802
    """42804: a recursive query whose column changes its type."""
    from executor.sqlstates import DatatypeMismatch

    return DatatypeMismatch(
        f'recursive query "{name}" column {at} has type {type_name(oid, typmod)} in non-recursive term but type '
        f"{type_name(common)} overall", hint="Cast the output of the non-recursive term to the correct type.")
