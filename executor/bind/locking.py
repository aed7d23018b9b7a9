"""FOR UPDATE, FOR SHARE and the like: which FROM items they are for, and where they may not stand."""

from collections.abc import Iterator

from msgspec.structs import replace

from executor import plan
from executor.bind.calls import contains_set_returning, contains_window
from executor.bind.scope import Scope
from executor.bind.statement import Statement
from executor.parse import Node
from executor.plan import FromItem, Join, Locking, Query, QueryEntry, Select, TableEntry
from executor.plan_json import JsonTableEntry
from executor.sqlstates import FeatureNotSupported, SyntaxError, UndefinedTable, WrongObjectType

STRENGTHS = {"LCS_FORKEYSHARE": "FOR KEY SHARE", "LCS_FORSHARE": "FOR SHARE", "LCS_FORNOKEYUPDATE": "FOR NO KEY UPDATE",
             "LCS_FORUPDATE": "FOR UPDATE"}
"""From the weakest to the strongest."""
WAITS = {"LockWaitBlock": "", "LockWaitSkip": "SKIP LOCKED", "LockWaitError": "NOWAIT"}
"""In the order in which one goes before another for the same rows."""
UNLOCKABLE = {"m": "materialized view", "S": "sequence"}
NOT_ROWS: dict[type, str] = {plan.FunctionEntry: "a function", JsonTableEntry: "a table function",
                             plan.ValuesEntry: "VALUES", plan.CteEntry: "a WITH query", Join: "a join"}


def bind_locking(s: Statement, scope: Scope, query: Select, nodes: list[Node]) -> Select:
    """The query with its locking clauses (0A000 where its rows are not rows of tables, 42P01 for an unknown name)."""
    found: dict[int, Locking] = {}
    for node in nodes:
        kind, wait = node.take("strength"), node.take("waitPolicy", "LockWaitBlock")
        _check(query, STRENGTHS[kind])
        names = node.nodes("lockedRels")
        node.finish()
        named = [_named(s, scope, query, name, STRENGTHS[kind]) for name in names]
        for entry in named if names else entries(query.source):
            if isinstance(entry, (TableEntry, QueryEntry)):
                _check_below(entry, STRENGTHS[kind])
                found[entry.number] = stronger(found.get(entry.number), Locking(
                    entry=entry.number, strength=STRENGTHS[kind], wait=WAITS[wait]))
    _check_nullable(query.source, {number: locking.strength for number, locking in found.items()})
    return replace(query, locking=tuple(found[number] for number in sorted(found)))


def stronger(old: Locking | None, new: Locking) -> Locking:
    """What two clauses for the same rows come to."""
    if old is None:
        return new
    strengths, waits = list(STRENGTHS.values()), list(WAITS.values())
    return Locking(entry=new.entry, strength=max(old.strength, new.strength, key=strengths.index),
                   wait=max(old.wait, new.wait, key=waits.index))


def _check(query: Query, strength: str) -> None:
    """0A000 where rows of the result are not rows of a table; also for the subqueries that a clause reaches."""
    if not isinstance(query, Select):
        raise FeatureNotSupported(f"{strength} is not allowed with UNION/INTERSECT/EXCEPT")
    exprs = [t.expr for t in query.targets]
    for refused, construct in ((query.distinct_on is not None, "DISTINCT clause"),
                               (bool(query.group) or query.grouping_sets is not None, "GROUP BY clause"),
                               (query.having is not None, "HAVING clause"), (query.aggregated, "aggregate functions"),
                               (any(map(contains_window, exprs)), "window functions"),
                               (any(map(contains_set_returning, exprs)), "set-returning functions in the target list")):
        if refused:
            raise FeatureNotSupported(f"{strength} is not allowed with {construct}")


def _check_below(entry: plan.RangeEntry, strength: str) -> None:
    """The clause reaches into subqueries and views, though not into WITH queries."""
    if isinstance(entry, TableEntry):
        word = UNLOCKABLE.get(entry.relation.kind)
        if word is not None:
            raise WrongObjectType(f'cannot lock rows in {word} "{entry.relation.name}"')
    elif isinstance(entry, QueryEntry):
        _check(entry.query, strength)
        assert isinstance(entry.query, Select)
        for inner in entries(entry.query.source):
            _check_below(inner, strength)
        _check_nullable(entry.query.source, {inner.number: strength for inner in entries(entry.query.source)})


def entries(items: tuple[FromItem, ...]) -> Iterator[plan.RangeEntry]:
    """The range entries of a FROM list."""
    for item in items:
        if isinstance(item, Join):
            yield from entries((item.left, item.right))
        else:
            yield item


def _named(s: Statement, scope: Scope, query: Select, node: Node, strength: str) -> plan.RangeEntry:
    """The FROM item of this level that OF names."""
    alias, position = node.take("relname"), s.position(node) or None
    if node.take("schemaname") or node.take("catalogname"):
        raise SyntaxError(f"{strength} must specify unqualified relation names", position=position)
    item = next((item for item in scope.items if item.alias == alias), None)
    if item is None:
        raise UndefinedTable(f'relation "{alias}" in {strength} clause not found in FROM clause', position=position)
    construct = NOT_ROWS.get(type(item.entry)) if item.entry is not None else NOT_ROWS[Join]
    if construct is not None:
        raise FeatureNotSupported(f"{strength} cannot be applied to {construct}", position=position)
    assert item.entry is not None
    return item.entry


def _check_nullable(items: tuple[FromItem, ...], locked: dict[int, str], nullable: bool = False) -> None:
    """0A000 where an outer join may have no row. locked: the strengths, by entry."""
    for item in items:
        if isinstance(item, Join):
            _check_nullable((item.left,), locked, nullable or item.kind in ("right", "full"))
            _check_nullable((item.right,), locked, nullable or item.kind in ("left", "full"))
        elif nullable and item.number in locked and _has_rows(item):
            raise FeatureNotSupported(f"{locked[item.number]} cannot be applied to the nullable side of an outer join")


def _has_rows(item: plan.RangeEntry) -> bool:
    """Whether there are rows to lock; a subquery that sorts or limits counts as one, whatever is in it."""
    if isinstance(item, QueryEntry) and isinstance(item.query, Select):
        return not is_simple(item.query) or any(map(_has_rows, entries(item.query.source)))
    return isinstance(item, TableEntry)


def is_simple(query: Select) -> bool:
    """Whether the rows of a subquery in FROM are locked with those of the query around it."""
    return not (query.order or query.limit is not None or query.offset is not None or query.ctes or query.locking)
