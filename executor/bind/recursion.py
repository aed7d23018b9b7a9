"""WITH RECURSIVE before its queries are bound: the order they can be bound in, and whether one may use itself as it does.

Source: queries-with.html. Errors are PostgreSQL's (42P19, and 0A000 for what it does not do either).
"""

from collections.abc import Generator, Iterator
from typing import Any

from executor.bind.statement import Statement
from executor.parse import Node
from executor.sqlstates import FeatureNotSupported, InvalidRecursion, UndefinedTable

Tree = Any
"""A parse tree as JSON."""

OUTER_JOIN, SUBQUERY, FIRST_TERM = "an outer join", "a subquery", "its non-recursive term"
NULLED = {"JOIN_LEFT": ("rarg",), "JOIN_RIGHT": ("larg",), "JOIN_FULL": ("larg", "rarg")}
"""The sides of a join that may be filled with NULLs."""


def safe_order(s: Statement, ctes: list[Node]) -> list[tuple[Node, bool]]:
    """The queries of a WITH RECURSIVE, each after those it uses, with whether it uses itself.

    Raises 42P19 for one that may not use itself as it does.
    """
    names = [cte.peek("ctename") for cte in ctes]
    used = [{tree["relname"] for tree, _ in _references(cte.raw("ctequery"))} for cte in ctes]
    recursive = {name for name, found in zip(names, used, strict=True) if name in found}
    pending = [(cte, name, (found & set(names)) - {name}) for cte, name, found in zip(ctes, names, used, strict=True)]
    ordered = []
    for i in range(len(pending)):
        chosen = next((j for j in range(i, len(pending)) if not pending[j][2]), None)
        if chosen is None:
            raise FeatureNotSupported("mutual recursion between WITH items is not implemented",
                                      position=s.position(pending[i][0]) or None)
        pending[i], pending[chosen] = pending[chosen], pending[i]
        cte, name, _ = pending[i]
        for _, _, others in pending[i + 1 :]:
            others.discard(name)
        ordered.append((cte, name in recursive))
    for cte, uses_itself in ordered:
        if uses_itself:
            _check(s, cte)
    return ordered


def _check(s: Statement, cte: Node) -> None:
    """Refuse a query that uses itself in another way than as (non-recursive-term UNION [ALL] recursive-term)."""
    name, query, position = cte.peek("ctename"), cte.peek("ctequery"), s.position(cte) or None
    if query.kind != "SelectStmt":
        raise InvalidRecursion(f'recursive query "{name}" must not contain data-modifying statements', position=position)
    if query.peek("op") != "SETOP_UNION":
        raise InvalidRecursion(f'recursive query "{name}" does not have the form non-recursive-term UNION [ALL] recursive-term',
                               position=position)
    hidden = frozenset[str]()
    if (clause := query.raw("withClause")) is not None:
        _refuse(s, name, _inner_with(clause, SUBQUERY, hidden))
        hidden = frozenset(_names(clause))
    _refuse(s, name, _references(query.raw("larg"), FIRST_TERM, hidden))
    _refuse(s, name, _references(query.raw("rarg"), "", hidden))
    for field, construct in (("sortClause", "ORDER BY"), ("limitOffset", "OFFSET"), ("limitCount", "LIMIT"),
                             ("lockingClause", "FOR UPDATE/SHARE")):
        if query.peek(field):
            raise FeatureNotSupported(f"{construct} in a recursive query is not implemented",
                                      position=_leftmost(s, query.raw(field)) or None)


def _refuse(s: Statement, name: str, references: Iterator[tuple[Tree, str]]) -> None:
    count = 0
    for tree, context in references:
        if tree["relname"] != name:
            continue
        count += 1
        if context or count > 1:
            where = f"within {context}" if context else "more than once"
            raise InvalidRecursion(f'recursive reference to query "{name}" must not appear {where}',
                                   position=s.position(Node("RangeVar", tree)) or None)


def _references(tree: Tree, context: str = "", hidden: frozenset[str] = frozenset()) -> Iterator[tuple[Tree, str]]:
    """The table names that no WITH inside hides, with where it is that a recursive reference may not stand ("": it may)."""
    if isinstance(tree, list):
        for item in tree:
            yield from _references(item, context, hidden)
    if not isinstance(tree, dict):
        return
    if "relname" in tree:
        if "schemaname" not in tree and tree["relname"] not in hidden:
            yield tree, context
        return
    if "withClause" in tree:
        hidden = yield from _inner_with(tree["withClause"], context, hidden)
    changed = _contexts(tree, context)
    for field, value in tree.items():
        if field != "withClause":
            yield from _references(value, changed.get(field, context), hidden)


def _contexts(tree: Tree, context: str) -> dict[str, str]:
    """The fields of a node that are another context than the node itself."""
    if "subLinkType" in tree:
        return {"subselect": SUBQUERY}
    if context:
        return {}
    if (nulled := NULLED.get(tree.get("jointype", ""))) is not None:
        return dict.fromkeys(nulled, OUTER_JOIN)
    operation = tree.get("op")
    if operation == "SETOP_INTERSECT" and tree.get("all"):
        return {"larg": "INTERSECT", "rarg": "INTERSECT"}
    if operation == "SETOP_EXCEPT":
        return {"larg": "EXCEPT", "rarg": "EXCEPT"} if tree.get("all") else {"rarg": "EXCEPT"}
    return {}


def _names(clause: Tree) -> list[str]:
    return [cte["CommonTableExpr"]["ctename"] for cte in clause["ctes"]]


def _inner_with(clause: Tree, context: str,
                hidden: frozenset[str]) -> Generator[tuple[Tree, str], None, frozenset[str]]:
    """The references of a WITH inside; it returns what is hidden from the statement after it."""
    names = _names(clause)
    if clause.get("recursive"):
        hidden = hidden.union(names)
    for name, cte in zip(names, clause["ctes"], strict=True):
        yield from _references(cte["CommonTableExpr"]["ctequery"], context, hidden)
        hidden = hidden | {name}
    return hidden


def _leftmost(s: Statement, tree: Tree) -> int:
    """The first place in the source that a tree tells of."""
    found: list[int] = []
    stack = [tree]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            stack.extend(current.values())
            location = current.get("location", -1)
            if isinstance(location, int) and location >= 0:
                found.append(location)
    return s.source.position(min(found)) if found and s.positions else 0


def forward_reference(name: str, position: int) -> UndefinedTable:
    """The error for a name that is no relation, but a later WITH query's."""
    return UndefinedTable(
        f'relation "{name}" does not exist', position=position or None,
        detail=f'There is a WITH item named "{name}", but it cannot be referenced from this part of the query.',
        hint="Use WITH RECURSIVE, or re-order the WITH items to remove forward references.")
