"""GROUP BY with its grouping sets, GROUPING(), and the rule that every column of a grouped query is grouped, aggregated,
or determined by a grouped primary key."""

from collections.abc import Callable, Container, Iterator
from itertools import chain, combinations, product

from executor import plan, walk
from executor.bind.expressions import bind
from executor.bind.ordering import group_item
from executor.bind.scope import Scope
from executor.bind.statement import Statement
from executor.errors import not_supported
from executor.parse import Node
from executor.plan import AggregateCall, ColumnRef, Expr, Query, Select, Target
from executor.sqlstates import GroupingError, StatementTooComplex, TooManyArguments, TooManyColumns
from executor.types import oids as T

SETS_MAX = 4096
CUBE_MAX = 12
ARGUMENTS_MAX = 31
Sets = list[tuple[int, ...]]
"""Grouping sets, each as places in the list of all grouping expressions."""


class GroupClause:
    """A GROUP BY list while it is bound: all its expressions, each once."""

    def __init__(self, s: Statement, scope: Scope, targets: list[Target]) -> None:
        self.s = s
        self.scope = scope
        self.targets = targets
        self.exprs: list[Expr] = []
        self.keys: dict[object, int] = {}
        self.repeated = False  # two output columns that are grouped by are the same expression

    def sets(self, node: Node) -> Sets:
        """The grouping sets one item stands for."""
        if node.kind != "GroupingSet":
            return [self.unit(node)]
        kind, content = node.take("kind"), node.nodes("content")
        found = KINDS[kind](self, content, self.s.position(node))
        node.finish()
        return found

    def unit(self, node: Node) -> tuple[int, ...]:
        """The expressions of one item: (a, b) are two."""
        if node.kind == "RowExpr" and node.peek("row_format") == "COERCE_IMPLICIT_CAST":
            node.take("row_format")
            found = tuple(chain.from_iterable(self.unit(argument) for argument in node.nodes("args")))
            node.finish()
            return found
        return (self._expression(node),)

    def _expression(self, node: Node) -> int:
        expr = group_item(self.s, self.scope, node, self.targets)
        wanted = walk.key(expr)
        if wanted not in self.keys:
            self.keys[wanted] = len(self.exprs)
            self.exprs.append(expr)
        elif self.exprs[self.keys[wanted]] is not expr and all(
                any(t.expr is e for t in self.targets) for e in (expr, self.exprs[self.keys[wanted]])):
            self.repeated = True
        return self.keys[wanted]

    def rollup(self, content: list[Node], position: int) -> Sets:
        """ROLLUP: the whole list, then ever less of its end."""
        units = [self.unit(node) for node in content]
        return [_joined(units[:length]) for length in range(len(units), -1, -1)]

    def cube(self, content: list[Node], position: int) -> Sets:
        """CUBE: every selection (54011 for more than 12 elements)."""
        if len(content) > CUBE_MAX:
            raise TooManyColumns(f"CUBE is limited to {CUBE_MAX} elements", position=position or None)
        units = [self.unit(node) for node in content]
        return [_joined(chosen) for length in range(len(units), -1, -1) for chosen in combinations(units, length)]

    def several(self, content: list[Node], position: int) -> Sets:
        """GROUPING SETS: those of each element."""
        return list(chain.from_iterable(self.sets(node) for node in content))


KINDS: dict[str, Callable[[GroupClause, list[Node], int], Sets]] = {
    "GROUPING_SET_EMPTY": lambda clause, content, position: [()],
    "GROUPING_SET_SIMPLE": lambda clause, content, position: [_joined([clause.unit(node) for node in content])],
    "GROUPING_SET_ROLLUP": GroupClause.rollup,
    "GROUPING_SET_CUBE": GroupClause.cube,
    "GROUPING_SET_SETS": GroupClause.several,
}


def _joined(units: "list[tuple[int, ...]] | tuple[tuple[int, ...], ...]") -> tuple[int, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(units)))


def group_clause(s: Statement, scope: Scope, nodes: list[Node], targets: list[Target],
                 distinct: bool) -> tuple[tuple[Expr, ...], tuple[tuple[int, ...], ...] | None]:
    """GROUP BY: its expressions, and the grouping sets if there are any but the one of all expressions."""
    if not nodes:
        return (), None
    scope.aggregates_refused, refused = "aggregate functions are not allowed in GROUP BY", scope.aggregates_refused
    clause = GroupClause(s, scope, targets)
    several = [clause.sets(node) for node in nodes]
    scope.aggregates_refused = refused
    number = 1
    for found in several:
        number *= len(found)
    if number > SETS_MAX:
        raise StatementTooComplex(f"too many grouping sets present (maximum {SETS_MAX})",
                                  position=s.position(nodes[0]) or None)
    sets = [_joined(chosen) for chosen in product(*several)]
    if distinct:
        sets = list({frozenset(chosen): chosen for chosen in sets}.values())
    if len(sets) == 1 and len(sets[0]) == len(clause.exprs) and clause.exprs:
        return tuple(clause.exprs), None
    if clause.repeated:
        raise not_supported("grouping sets over two output columns that are the same expression",
                            position=s.position(nodes[0]) or None)
    return tuple(clause.exprs), tuple(sets)


def bind_grouping(s: Statement, scope: Scope, node: Node) -> Expr:
    """GROUPING(...); that its arguments are grouped is checked with the query's other expressions."""
    position = s.position(node)
    arguments = node.nodes("args")
    if len(arguments) > ARGUMENTS_MAX:
        raise TooManyArguments(f"GROUPING must have fewer than {ARGUMENTS_MAX + 1} arguments", position=position or None)
    found = plan.Grouping(type=T.INT4, arguments=tuple(bind(s, scope, a) for a in arguments), position=position)
    level = _level(scope, found)
    if level.aggregates_refused:
        raise GroupingError(level.aggregates_refused.replace("aggregate functions", "grouping operations"),
                            position=position or None)
    level.aggregated = True
    return found


def _level(scope: Scope, call: plan.Grouping) -> Scope:
    """The query that a GROUPING belongs to: the innermost that its arguments have columns of."""
    entries = {e.entry for e in walk.descend(call.arguments) if isinstance(e, ColumnRef)}
    for level in scope.levels():
        if entries & {item.entry.number for item in level.items if item.entry is not None}:
            return level
    return scope


def check_grouping(s: Statement, scope: Scope, query: Select) -> None:
    """42803 for a column that is neither grouped nor aggregated."""
    own = {item.entry.number: item for item in scope.items if item.entry is not None}
    keys = {walk.key(g) for g in query.group}
    everywhere = set(range(len(query.group))).intersection(*(query.grouping_sets or ()))
    grouped_columns = {(g.entry, g.index) for i, g in enumerate(query.group)
                       if isinstance(g, ColumnRef) and i in everywhere}
    determined = {number for number, item in own.items() if _determined(item.entry, number, grouped_columns)}

    def check(expr: Expr, subquery: bool) -> None:
        if walk.key(expr) in keys:
            return
        if isinstance(expr, AggregateCall) and expr.window is None:
            for argument in expr.direct_arguments:
                try:
                    check(argument, subquery)
                except GroupingError as error:
                    error.detail = "Direct arguments of an ordered-set aggregate must use only grouped columns."
                    raise
            return
        if isinstance(expr, plan.Grouping):
            if _level(scope, expr) is not scope:
                return
            for argument in expr.arguments:
                if walk.key(argument) not in keys:
                    raise GroupingError("arguments to GROUPING must be grouping expressions of the associated query level",
                                        position=argument.position or expr.position or None)
            return
        if isinstance(expr, ColumnRef):
            if expr.entry in own and expr.entry not in determined:
                item = own[expr.entry]
                where = "subquery uses ungrouped column" if subquery else "column"
                shown = f'"{item.alias}.{expr.name}"' if item.alias else f'"{expr.name}"'
                if subquery:
                    raise GroupingError(f"{where} {shown} from outer query", position=expr.position or None)
                raise GroupingError(f"{where} {shown} must appear in the GROUP BY clause or be used in an aggregate function",
                                    position=expr.position or None)
            return
        if isinstance(expr, plan.Subquery):
            for value in expr.value:
                check(value, subquery)
            for inner in _columns(expr.query, own):
                check(inner, True)
            return
        for child in walk.children(expr):
            check(child, subquery)

    for target in query.targets:
        check(target.expr, False)
    if query.having is not None:
        check(query.having, False)
    for key in query.order:
        check(key.expr, False)
    for on in query.distinct_on or ():
        check(on, False)


def _columns(query: Query, own: Container[int]) -> Iterator[ColumnRef]:
    """The columns in a subquery, but for those in aggregates of the query that has the range entries `own`."""
    found = walk.nodes(query, skip=lambda node: isinstance(node, plan.OuterAggregate) and node.entry in own)
    return (node for node in found if isinstance(node, ColumnRef))


def _determined(entry: plan.RangeEntry | None, number: int, grouped: set[tuple[int, int]]) -> bool:
    """True if the entry's primary key is grouped."""
    if not isinstance(entry, plan.TableEntry) or entry.relation.primary_key is None:
        return False
    numbers = [c.number for c in entry.relation.columns]
    return all((number, numbers.index(c)) in grouped for c in entry.relation.primary_key.columns)
