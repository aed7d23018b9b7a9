"""RETURNING: the changed row, the row before (OLD) and after (NEW), and what was joined to it."""

from dataclasses import replace

from executor import walk
from executor.bind.query import bind_targets
from executor.bind.scope import Item, Scope
from executor.bind.statement import Statement
from executor.bind.views import replace_entry
from executor.errors import not_supported
from executor.parse import Node
from executor.plan import ColumnRef, Const, DataChange, Delete, Insert, TableEntry, Target
from executor.sqlstates import DuplicateAlias, SyntaxError

OPTIONS = {"RETURNING_OPTION_OLD": "old", "RETURNING_OPTION_NEW": "new"}


def bind_returning(s: Statement, scope: Scope, node: Node | None, items: list[Item], target: Item,
                   change: type[DataChange], conflict: bool = False) -> tuple[tuple[Target, ...], int]:
    """The target list, and the number of the entry that is the row before an UPDATE.

    items: what is in sight, `target` among it. conflict: it is an INSERT that may update.
    """
    if node is None:
        return (), 0
    names = returning_names(s, node, items)
    entry = target.entry
    assert isinstance(entry, TableEntry)
    inner = Scope(parent=scope.parent, items=list(items), ctes=scope.ctes)
    inner.aggregates_refused = "aggregate functions are not allowed in RETURNING"
    inner.windows_refused = "window functions are not allowed in RETURNING"
    before = TableEntry(number=s.new_entry(), alias="old", columns=entry.columns, relation=entry.relation)
    rows = {
        "old": _absent(target) if change is Insert and not conflict else target if change is Delete
        else replace(target, entry=before, columns=replace_entry(target.columns, entry.number, before.number),
                     hidden_columns=replace_entry(target.hidden_columns, entry.number, before.number)),
        "new": _absent(target) if change is Delete else target,
    }
    inner.items += [replace(rows[kind], alias=name, schema=None, unqualified=False) for kind, name in names.items()]
    listed = node.nodes("exprs")
    targets = tuple(bind_targets(s, inner, listed))
    if not targets:
        raise SyntaxError("RETURNING must have at least one column", position=s.position(listed[0]) or None)
    node.finish()
    used = any(isinstance(e, ColumnRef) and e.entry == before.number for t in targets for e in walk.descend(t.expr))
    if conflict and used:
        raise not_supported("RETURNING OLD of INSERT ... ON CONFLICT DO UPDATE")
    return targets, before.number if used else 0


def returning_names(s: Statement, node: Node, items: list[Item]) -> dict[str, str]:
    """Which names stand for the old and the new row: those of WITH (...), else old and new unless a table has them."""
    taken = {item.alias for item in items if item.qualified}
    names: dict[str, str] = {}
    for option in node.nodes("options"):
        kind, name = OPTIONS[option.take("option")], option.take("value")
        position = s.position(option)
        option.finish()
        if kind in names:
            raise SyntaxError(f"{kind.upper()} cannot be specified multiple times", position=position or None)
        if name in taken:
            raise DuplicateAlias(f'table name "{name}" specified more than once', position=position or None)
        taken.add(name)
        names[kind] = name
    for kind in ("old", "new"):
        if kind not in names and kind not in taken:
            names[kind] = kind
    return names


def _absent(target: Item) -> Item:
    """A row that there is none of: all its columns are NULL."""
    columns = tuple((name, Const(type=e.type, typmod=e.typmod, value=None)) for name, e in target.columns)
    return Item(None, columns, None, absent=True)
