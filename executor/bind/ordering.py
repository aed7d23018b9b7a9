"""ORDER BY, GROUP BY and DISTINCT ON: what names, numbers and expressions in them mean."""

from executor import walk
from executor.bind import operators
from executor.bind.calls import contains_aggregate, contains_window
from executor.bind.coerce import resolve_unknown
from executor.bind.expressions import bind
from executor.bind.scope import Scope
from executor.bind.statement import LiteralNeeded, Statement
from executor.errors import not_supported
from executor.facts import lookup
from executor.parse import Node
from executor.plan import Const, Expr, SortKey, Target
from executor.sqlstates import (
    AmbiguousColumn,
    GroupingError,
    InvalidColumnReference,
    SyntaxError,
    WindowingError,
    WrongObjectType,
)


def sort_key(s: Statement, scope: Scope, node: Node, targets: list[Target] | None) -> SortKey:
    """A SortBy node. targets: the target list whose names and numbers ORDER BY may use, None inside aggregates."""
    direction, nulls = node.take("sortby_dir"), node.take("sortby_nulls")
    value = node.take("node")
    at = named_at(s, value)
    expr = sort_target(s, scope, value, targets, "ORDER BY") if targets is not None \
        else resolve_unknown(s, bind(s, scope, value))
    descending = direction == "SORTBY_DESC"
    if direction == "SORTBY_USING":
        descending = _descending(s, expr, node.texts("useOp"), s.position(node))
    node.finish()
    operators.sort_operator(expr.type, descending, at or expr.position)
    nulls_first = {"SORTBY_NULLS_FIRST": True, "SORTBY_NULLS_LAST": False}.get(nulls, descending)
    return SortKey(expr=expr, descending=descending, nulls_first=nulls_first)


def _descending(s: Statement, expr: Expr, names: list[str], position: int) -> bool:
    """Whether ORDER BY x USING an operator is downwards (42809 if one cannot sort by it)."""
    chosen = operators.operator_for(s, names, expr.type, expr.type, position).oid
    for strategy, descending in ((1, False), (5, True)):
        found = operators.btree_operator(expr.type, strategy)
        if found is not None and found.oid == chosen:
            return descending
    if chosen in lookup.operator_classes.sorting:
        raise not_supported(f"ORDER BY USING {names[-1]}", position=position or None)
    raise WrongObjectType(f"operator {names[-1]} is not a valid ordering operator", position=position or None,
                          hint='Ordering operators must be "<" or ">" members of btree operator families.')


def sort_target(s: Statement, scope: Scope, node: Node, targets: list[Target], construct: str) -> Expr:
    """An output column by name or number, else an expression over the input."""
    visible = [t for t in targets if not t.hidden]
    if node.kind == "ColumnRef" and len(node.nodes("fields")) == 1 and node.nodes("fields")[0].kind == "String":
        name = node.nodes("fields")[0].text
        found = {repr(walk.key(t.expr)): t.expr for t in visible if t.name == name}
        if len(found) > 1:
            raise AmbiguousColumn(f'{construct} "{name}" is ambiguous', position=s.position(node) or None)
        if found:
            return next(iter(found.values()))
    return _numbered(s, scope, node, visible, construct)


def _numbered(s: Statement, scope: Scope, node: Node, visible: list[Target], construct: str) -> Expr:
    if node.kind == "A_Const":
        if node.location in s.lifted:
            raise LiteralNeeded
        value = node.take("ival")
        if value is None:
            raise SyntaxError(f"non-integer constant in {construct}", position=s.position(node) or None)
        number: int = value.take("ival", 0)
        if not 1 <= number <= len(visible):
            raise InvalidColumnReference(f"{construct} position {number} is not in select list",
                                         position=s.position(node) or None)
        return visible[number - 1].expr
    expr = resolve_unknown(s, bind(s, scope, node))
    wanted = walk.key(expr)
    return next((t.expr for t in visible if walk.key(t.expr) == wanted), expr)


def group_item(s: Statement, scope: Scope, node: Node, targets: list[Target]) -> Expr:
    """GROUP BY prefers input columns over output names."""
    if node.kind == "ColumnRef" and len(node.nodes("fields")) == 1 and node.nodes("fields")[0].kind == "String":
        from executor.bind import scope as names

        own = Scope(items=scope.items)
        if names.column(s, own, node.nodes("fields")[0].text, s.position(node)) is None:
            expr = sort_target(s, scope, node, targets, "GROUP BY")
        else:
            expr = bind(s, scope, node)
    else:
        expr = _numbered(s, scope, node, targets, "GROUP BY")
    if any(isinstance(e, Const) and e.lifted is not None for e in walk.own(expr)):
        raise LiteralNeeded  # two literals that are told apart may be equal: then the outputs have the group's expression
    if contains_aggregate(expr):
        raise GroupingError("aggregate functions are not allowed in GROUP BY", position=expr.position or None)
    if contains_window(expr):
        raise WindowingError("window functions are not allowed in GROUP BY", position=expr.position or None)
    operators.check_equality(s, expr.type, named_at(s, node) or expr.position)
    return expr


def named_at(s: Statement, node: Node) -> int:
    """Where an output column is named that stands elsewhere; 0 if the node is another expression."""
    return s.position(node) if node.kind in ("ColumnRef", "A_Const") else 0


def group_key(s: Statement, scope: Scope, node: Node) -> Expr:
    """A PARTITION BY expression."""
    expr = resolve_unknown(s, bind(s, scope, node))
    operators.check_equality(s, expr.type, expr.position)
    return expr
