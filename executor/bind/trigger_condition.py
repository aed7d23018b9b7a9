"""The WHEN condition of a trigger: an expression over the row before, OLD, and the row after, NEW."""

from typing import NamedTuple

from executor import plan, walk
from executor.bind.calls import contains_aggregate, contains_set_returning, contains_window
from executor.bind.coerce import to_boolean
from executor.bind.expressions import bind
from executor.bind.scope import Item, Scope, table_columns
from executor.bind.statement import Statement
from executor.catalog.model import Relation
from executor.catalog.usertypes import numbered
from executor.parse import Node, Source, parse_expression
from executor.plan import ColumnRef, Expr, TableEntry, WholeRow
from executor.sqlstates import FeatureNotSupported, GroupingError, InvalidObjectDefinition, WindowingError

KIND = "trigger WHEN conditions"


class Condition(NamedTuple):
    """A bound condition. old, new: numbers of the entries of the rows."""

    expr: Expr
    old: int
    new: int
    columns: tuple[tuple[str, int, int], ...]

    def uses(self, entry: int) -> set[int]:
        """The columns used of one of the rows, by their places; -1 for the whole row."""
        found = {e.index for e in walk.descend(self.expr) if isinstance(e, ColumnRef) and e.entry == entry}
        return found | {-1 for e in walk.descend(self.expr) if isinstance(e, WholeRow) and e.entry == entry}

    def place(self, entry: int) -> int | None:
        """Where in the text one of the rows is first named."""
        found = [e.position for e in walk.descend(self.expr) if isinstance(e, (ColumnRef, WholeRow)) and e.entry == entry]
        return min(found, default=0) or None


def bind_condition(s: Statement, relation: Relation, node: Node) -> Condition:
    """Bind a condition and refuse what cannot be in one (42P17, 42803, 0A000)."""
    relation = numbered(s.catalog, relation)
    columns = tuple((c.name, c.type, c.typmod) for c in relation.columns)
    entries = [TableEntry(number=s.new_entry(), alias=alias, columns=columns, relation=relation) for alias in ("old", "new")]
    scope = Scope(items=[Item(entry.alias, table_columns(entry), entry) for entry in entries])
    scope.aggregates_refused = f"aggregate functions are not allowed in {KIND}"
    scope.windows_refused = f"window functions are not allowed in {KIND}"
    expr = bind(s, scope, node)
    if any(isinstance(e, plan.Subquery) for e in walk.descend(expr)):
        raise FeatureNotSupported("cannot use subquery in trigger WHEN condition", position=expr.position or None)
    for found, kind, what in ((contains_set_returning(expr), FeatureNotSupported, "set-returning functions"),
                              (contains_aggregate(expr), GroupingError, "aggregate functions"),
                              (contains_window(expr), WindowingError, "window functions")):
        if found:
            raise kind(f"{what} are not allowed in {KIND}", position=expr.position or None)
    return Condition(to_boolean(s, expr, "WHEN"), entries[0].number, entries[1].number, columns)


def stored_condition(s: Statement, relation: Relation, text: str) -> Condition:
    """A condition as the catalog has it."""
    before = s.positions, s.lifted, s.source
    s.positions, s.lifted, s.source = False, {}, Source("")
    try:
        return bind_condition(s, relation, parse_expression(text))
    finally:
        s.positions, s.lifted, s.source = before


def check_condition(found: Condition, relation: Relation, timing: str, level: str, events: tuple[str, ...]) -> None:
    """Refuse rows that the trigger has not (42P17)."""
    for entry, alias, without in ((found.old, "OLD", "INSERT"), (found.new, "NEW", "DELETE")):
        used = found.uses(entry)
        if not used:
            continue
        if level == "STATEMENT":
            raise InvalidObjectDefinition("statement trigger's WHEN condition cannot reference column values",
                                          position=found.place(entry))
        if without in events:
            raise InvalidObjectDefinition(f"{without} trigger's WHEN condition cannot reference {alias} values",
                                          position=found.place(entry))
        if alias == "NEW" and timing == "BEFORE":
            _refuse_generated(found, relation, used)


def _refuse_generated(found: Condition, relation: Relation, used: set[int]) -> None:
    generated = [c for i, c in enumerate(relation.columns) if c.generated and (i in used or -1 in used)]
    if not generated:
        return
    detail = ("A whole-row reference is used and the table contains generated columns." if -1 in used
              else f'Column "{generated[0].name}" is a generated column.')
    raise InvalidObjectDefinition("BEFORE trigger's WHEN condition cannot reference NEW generated columns", detail=detail,
                                  position=found.place(found.new))
