"""Changing rows through a view: which views can, and what stands for their columns in the base table.

A simple view's INSERT, UPDATE or DELETE is bound as one of its base table: its columns are the expressions of its select
list, its WHERE joins the statement's, and WITH CHECK OPTION becomes conditions on the new row.
Source: sql-createview.html, "Updatable Views".
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from executor import plan
from executor.bind.calls import contains_set_returning, contains_window
from executor.bind.from_clause import view_query
from executor.bind.statement import Statement
from executor.catalog.model import Column, Relation
from executor.lower.rewriting import rewrite
from executor.plan import ColumnRef, Expr, Select, TableEntry
from executor.sqlstates import FeatureNotSupported, ObjectNotInPrerequisiteState, UndefinedColumn

Check = tuple[str, Expr]

REFUSALS = {
    "INSERT": ("cannot insert into", "inserting into", "INSERT"), "UPDATE": ("cannot update", "updating", "UPDATE"),
    "DELETE": ("cannot delete from", "deleting from", "DELETE"),
}  # fmt: skip
COLUMN_REFUSALS = {"INSERT": "cannot insert into", "UPDATE": "cannot update", "MERGE": "cannot merge into"}
"""How the errors for a view, and for one of its columns, begin for each kind of statement."""


@dataclass(frozen=True)
class UpdatableView:
    """A view over its base table. columns: what each view column is, over `entry`; where: the rows that are in it."""

    view: Relation
    entry: TableEntry
    columns: tuple[Expr, ...]
    where: Expr | None
    checks: tuple[Check, ...]  # (view, condition) of WITH CHECK OPTION, in the order they are made in
    defaults: dict[int, Column]  # by the place of a column in the table: the view's column, which has a default instead
    below: tuple[Relation, ...] = ()  # the views between this one and the table, the outer ones first
    rows: plan.QueryEntry | None = None  # if the base is a view with INSTEAD OF triggers: its rows

    @property
    def relation(self) -> Relation:
        """The base table."""
        return self.entry.relation

    def base_column(self, name: str, position: int, verb: str) -> Column:
        """The table's column behind one of the view's (42703; 0A000 if there is none)."""
        found = next((i for i, c in enumerate(self.view.columns) if c.name == name), None)
        if found is None:
            raise UndefinedColumn(f'column "{name}" of relation "{self.view.name}" does not exist', position=position or None)
        reason = column_refusal(self.columns[found], self.entry.number)
        if reason:
            raise FeatureNotSupported(f'{COLUMN_REFUSALS[verb]} column "{name}" of view "{self.view.name}"', detail=reason)
        expr = self.columns[found]
        assert isinstance(expr, ColumnRef)
        return self.relation.columns[expr.index]


def column_refusal(expr: Expr, entry: int) -> str:
    """Why a view's column cannot be assigned to; "" if it can."""
    if isinstance(expr, plan.WholeRow) and expr.entry == entry:
        return "View columns that return whole-row references are not updatable."
    if (isinstance(expr, ColumnRef) and expr.index < 0) or (isinstance(expr, plan.Const) and expr.system_column):
        return "View columns that refer to system columns are not updatable."
    if not isinstance(expr, ColumnRef) or expr.entry != entry:
        return "View columns that are not columns of their base relation are not updatable."
    return ""


def _aggregated(q: Select) -> bool:
    return q.aggregated


TESTS: tuple[tuple[Callable[[Select], bool], str], ...] = (
    (lambda q: q.distinct_on is not None, "Views containing DISTINCT are not automatically updatable."),
    (lambda q: bool(q.group) or q.grouping_sets is not None, "Views containing GROUP BY are not automatically updatable."),
    (lambda q: q.having is not None, "Views containing HAVING are not automatically updatable."),
    (lambda q: bool(q.ctes), "Views containing WITH are not automatically updatable."),
    (lambda q: q.limit is not None or q.offset is not None, "Views containing LIMIT or OFFSET are not automatically updatable."),
    (_aggregated, "Views that return aggregate functions are not automatically updatable."),
    (lambda q: any(contains_window(t.expr) for t in q.targets),
     "Views that return window functions are not automatically updatable."),
    (lambda q: any(contains_set_returning(t.expr) for t in q.targets),
     "Views that return set-returning functions are not automatically updatable."),
    (lambda q: len(q.source) != 1 or (not isinstance(q.source[0], TableEntry)
     and not (isinstance(q.source[0], plan.QueryEntry) and q.source[0].view is not None)),
     "Views that do not select from a single table or view are not automatically updatable."),
    (lambda q: isinstance(q.source[0], TableEntry) and q.source[0].relation.kind != "r",
     "Views that do not select from a single table or view are not automatically updatable."),
    (lambda q: isinstance(q.source[0], TableEntry) and q.source[0].sample is not None,
     "Views containing TABLESAMPLE are not automatically updatable."),
)
"""In PostgreSQL's order: the first that holds is reported."""


def refusal(q: plan.Query, columns: bool) -> str:
    """Why a view with this query is not updatable; "" if it is, as far as its own query tells.

    columns: it must have a column that is updatable.
    """
    if isinstance(q, plan.SetOperation):
        return "Views containing UNION, INTERSECT, or EXCEPT are not automatically updatable."
    assert isinstance(q, Select)
    reason = next((reason for test, reason in TESTS if test(q)), "")
    if not reason and columns and not _updatable_columns(q):
        return "Views that have no updatable columns are not automatically updatable."
    return reason


def _updatable_columns(q: plan.Query) -> dict[int, int]:
    """Which of a simple view's columns can be assigned to: its place -> the place in what it selects from."""
    visible = [t.expr for t in q.targets if not t.hidden]
    return {i: e.index for i, e in enumerate(visible) if isinstance(e, ColumnRef) and not column_refusal(e, _number(q))}


INSERTED, UPDATED, DELETED = 8, 4, 16
"""1 << CmdType of each, as pg_relation_is_updatable tells them."""


def updatability(s: Statement, relation: Relation) -> tuple[int, frozenset[int]]:
    """What can be done to a relation, as bits, and which of its columns (from 0) can be assigned to."""
    if relation.kind == "r" and relation.sqlite_schema != "catalog":
        return INSERTED | UPDATED | DELETED, frozenset(range(len(relation.columns)))
    if relation.kind != "v" or relation.made_elsewhere or relation.sqlite_schema == "catalog":
        return 0, frozenset()
    q = view_query(s, relation)
    if refusal(q, columns=False):
        return 0, frozenset()
    assert isinstance(q, Select)
    (source,) = q.source
    base = source.view if isinstance(source, plan.QueryEntry) else source.relation if isinstance(source, TableEntry) else None
    assert base is not None
    events, below = updatability(s, base)
    columns = frozenset(i for i, at in _updatable_columns(q).items() if at in below)
    return events if columns else events & DELETED, columns


def is_replaced(relation: Relation, events: tuple[str, ...]) -> bool:
    """Whether INSTEAD OF triggers take what a statement does to a view."""
    return any(t.timing == "INSTEAD OF" and event in t.events and t.enabled != "D" for t in relation.triggers for event in events)


def updatable_view(s: Statement, view: Relation, verb: str, *, cascaded: bool = False, merging: bool = False) -> UpdatableView:
    """The view as its base table (55000 if it is not simple enough). verb: INSERT, UPDATE or DELETE.

    cascaded: a view above it has WITH CASCADED CHECK OPTION. merging: the statement is MERGE.
    """
    q = view_query(s, view)
    reason = refusal(q, columns=verb != "DELETE")
    if reason:
        refused, doing, trigger = REFUSALS[verb]
        hint = f"To enable {doing} the view, provide an INSTEAD OF {trigger} trigger or an unconditional ON {trigger} DO " \
               "INSTEAD rule."
        if merging:
            hint = f"To enable {doing} the view using MERGE, provide an INSTEAD OF {trigger} trigger."
        raise ObjectNotInPrerequisiteState(f'{refused} view "{view.name}"', detail=reason, hint=hint)
    assert isinstance(q, Select)
    visible = tuple(t.expr for t in q.targets if not t.hidden)
    checked = cascaded or bool(view.check_option)
    own: tuple[Check, ...] = ((view.name, q.where),) if checked and q.where is not None else ()
    (source,) = q.source
    if isinstance(source, TableEntry):
        return UpdatableView(view, source, visible, q.where, own, _defaults(view, visible, source.number))
    assert isinstance(source, plan.QueryEntry) and source.view is not None
    if is_replaced(source.view, (verb,)):
        entry = TableEntry(number=source.number, alias=source.alias, columns=source.columns, relation=source.view)
        return UpdatableView(view, entry, visible, q.where, own, _defaults(view, visible, source.number), rows=source)
    inner = updatable_view(s, source.view, verb, cascaded=cascaded or view.check_option == "cascaded",
                           merging=merging)

    def below(expr: Expr) -> Expr | None:
        if isinstance(expr, plan.WholeRow) and expr.entry == source.number:
            return None
        return inner.columns[expr.index] if isinstance(expr, ColumnRef) and expr.entry == source.number else None

    where = conjunction(inner.where, rewrite(q.where, below, below))
    columns = rewrite(visible, below, below)
    return UpdatableView(view, inner.entry, columns, where, (*inner.checks, *rewrite(own, below, below)),
                         inner.defaults | _defaults(view, columns, inner.entry.number), (inner.view, *inner.below), inner.rows)


def _defaults(view: Relation, columns: tuple[Expr, ...], entry: int) -> dict[int, Column]:
    """The columns of a view that have a default of their own, by the place of the table's column behind them."""
    return {expr.index: column for column, expr in zip(view.columns, columns, strict=True)
            if column.default is not None and isinstance(expr, ColumnRef) and not column_refusal(expr, entry)}


def _number(q: plan.Query) -> int:
    assert isinstance(q, Select)
    source = q.source[0]
    return source.number if isinstance(source, plan.RangeEntry) else 0


def conjunction(first: Expr | None, second: Expr | None) -> Expr | None:
    """Both conditions, of which either may be missing."""
    if first is None or second is None:
        return second if first is None else first
    return plan.BoolOp(type=first.type, operator="AND", arguments=(first, second))


def replace_entry(value: Any, old: int, new: int) -> Any:
    """Expressions over one range entry as ones over another with the same columns."""
    def change(expr: Expr) -> Expr | None:
        if isinstance(expr, ColumnRef) and expr.entry == old:
            return msgspec.structs.replace(expr, entry=new)
        return None

    return rewrite(value, change, change)


def under_alias(view: UpdatableView, alias: str) -> UpdatableView:
    """The view with its base table under another name."""
    return replace(view, entry=msgspec.structs.replace(view.entry, alias=alias))
