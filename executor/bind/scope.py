"""What names mean at a place in a statement: the FROM items in sight, WITH queries, windows, and the enclosing queries.

A Scope is one query level. Looking a column up tries the level's own items, then the enclosing levels (a correlated
reference). Errors and hints are PostgreSQL's (42703, 42702, 42P01, 42P10).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from executor import plan
from executor.bind.statement import Statement
from executor.plan import ColumnRef, Cte, Expr
from executor.sqlstates import AmbiguousAlias, AmbiguousColumn, InvalidColumnReference, UndefinedColumn, UndefinedTable

TARGETS_MAX = 1664
"""How many columns a result or a row may have, as in PostgreSQL."""


@dataclass
class Item:
    """One name in FROM: a table, subquery or function with its alias, or (alias None) a join's merged columns.

    columns: (name, expression) as seen from this level. qualified/unqualified: whether a.x and x find it.
    """

    alias: str | None
    columns: tuple[tuple[str, Expr], ...]
    entry: plan.RangeEntry | None = None
    schema: str | None = None
    qualified: bool = True
    unqualified: bool = True
    lateral_only: bool = False
    lateral_ok: bool = True
    hidden_columns: tuple[tuple[str, Expr], ...] = ()  # system columns
    is_changed: bool = False  # it is the table that the statement changes
    absent: bool = False  # there is no such row: OLD of an INSERT, NEW of a DELETE

    def find(self, name: str) -> list[Expr]:
        """The expressions its columns of this name stand for."""
        return [expr for column, expr in self.columns if column == name]


@dataclass
class Scope:
    """One query level."""

    parent: "Scope | None" = None
    items: list[Item] = field(default_factory=list)
    ctes: dict[str, "CteInfo"] = field(default_factory=dict)
    future_ctes: set[str] = field(default_factory=set)  # WITH queries that come later, out of sight
    windows: dict[str, plan.Window] = field(default_factory=dict)
    clause: str = ""  # for messages: "WHERE", "JOIN/ON", ...
    aggregated: bool = False  # an aggregate of this level was found
    set_returning: bool = False
    aggregates_refused: str = ""  # why an aggregate may not stand here ("aggregate functions are not allowed in WHERE")
    windows_refused: str = ""
    merge_action: bool = False  # it is the RETURNING of a MERGE

    def child(self) -> "Scope":
        """The scope of a subquery written here."""
        return Scope(parent=self)

    def find_cte(self, name: str) -> "CteInfo | None":
        """The WITH query of this name, innermost first."""
        scope: Scope | None = self
        while scope:
            if name in scope.ctes:
                return scope.ctes[name]
            scope = scope.parent
        return None

    def is_future_cte(self, name: str) -> bool:
        """True if a WITH query in whose list this stands, but after it, has the name."""
        return any(name in level.future_ctes for level in self.levels())

    def levels(self) -> Iterator["Scope"]:
        """This level and the enclosing ones."""
        scope: Scope | None = self
        while scope:
            yield scope
            scope = scope.parent


@dataclass
class CteInfo:
    """A WITH query while its users are bound."""

    number: int
    name: str
    columns: tuple[tuple[str, int, int], ...]
    references: int = 0
    data_change_without_returning: bool = False
    cte: Cte | None = None


def column(s: Statement, scope: Scope, name: str, position: int) -> Expr | None:
    """An unqualified column by name, or None (42702 if ambiguous)."""
    for level in scope.levels():
        found: list[Expr] = []
        for item in level.items:
            if not item.unqualified:
                continue
            hits = item.find(name) or [expr for hidden, expr in item.hidden_columns if hidden == name]
            if hits and item.lateral_only and not item.lateral_ok:
                raise _bad_lateral(item, position)
            found += hits
        if len(found) > 1:
            raise AmbiguousColumn(f'column reference "{name}" is ambiguous', position=position or None)
        if found:
            return found[0]
    return None


def home(scope: Scope, expr: Expr) -> tuple[str, str] | None:
    """(alias, column) by which a column can be named here whatever columns other tables may get; None if there is none."""
    if not isinstance(expr, ColumnRef) or expr.index < 0:
        return None
    for level in scope.levels():
        for item in level.items:
            if item.entry is None or item.entry.number != expr.entry or item.alias is None or not item.qualified:
                continue
            seen = [i for i in level.items if i.qualified and i.alias == item.alias]
            name = item.entry.columns[expr.index][0]
            hidden = item_by_alias(scope, item.alias, None, 0) if len(seen) == 1 else None
            return (item.alias, name) if hidden is item and len(item.find(name)) == 1 else None
    return None


def item_by_alias(scope: Scope, alias: str, schema: str | None, position: int) -> Item | None:
    """A FROM item of this or an enclosing level by its name (42P09 if two share the name)."""
    for level in scope.levels():
        found = [item for item in level.items if item.qualified and item.alias == alias
                 and (schema is None or item.schema == schema)]
        if len(found) > 1:
            raise AmbiguousAlias(f'table reference "{alias}" is ambiguous', position=position or None)
        if found:
            if found[0].lateral_only and not found[0].lateral_ok:
                raise _bad_lateral(found[0], position)
            return found[0]
    return None


def qualified_column(s: Statement, scope: Scope, schema: str | None, alias: str, name: str, position: int) -> Expr:
    """alias.name (42P01, 42703)."""
    found = item_by_alias(scope, alias, schema, position)
    if found is None:
        raise missing_table(s, scope, schema, alias, position)
    hits = found.find(name) or [expr for hidden, expr in found.hidden_columns if hidden == name]
    if len(hits) > 1:
        raise AmbiguousColumn(f'column reference "{name}" is ambiguous', position=position or None)
    if not hits:
        raise UndefinedColumn(f"column {alias}.{name} does not exist", position=position or None,
                              hint=_similar(scope, name, alias))
    return hits[0]


def missing_table(s: Statement, scope: Scope, schema: str | None, alias: str, position: int) -> UndefinedTable:
    """The error for an unknown alias, with PostgreSQL's hints."""
    shown = f"{schema}.{alias}" if schema else alias
    for level in scope.levels():
        for item in level.items:
            if item.entry and isinstance(item.entry, plan.TableEntry) and item.entry.relation.name == alias \
                    and item.alias != alias:
                return UndefinedTable(f'invalid reference to FROM-clause entry for table "{shown}"',
                                      hint=f'Perhaps you meant to reference the table alias "{item.alias}".',
                                      position=position or None)
            if item.alias == alias and not item.qualified:
                return UndefinedTable(f'invalid reference to FROM-clause entry for table "{shown}"',
                                      detail=f'There is an entry for table "{shown}", but it cannot be referenced '
                                             "from this part of the query.", position=position or None)
    return UndefinedTable(f'missing FROM-clause entry for table "{shown}"', position=position or None)


def missing_column(scope: Scope, name: str, position: int) -> UndefinedColumn:
    """The error for an unknown column."""
    hidden = next((item for level in scope.levels() for item in level.items
                   if item.alias is not None and not (item.qualified or item.unqualified) and item.find(name)), None)
    detail = None if hidden is None else (f'There is a column named "{name}" in table "{hidden.alias}", but it cannot be '
                                          "referenced from this part of the query.")
    return UndefinedColumn(f'column "{name}" does not exist', position=position or None, detail=detail,
                           hint=None if detail else _similar(scope, name, None))


def _bad_lateral(item: Item, position: int) -> InvalidColumnReference | UndefinedTable:
    if item.is_changed:
        return InvalidColumnReference(
            f'invalid reference to FROM-clause entry for table "{item.alias}"', position=position or None,
            hint=f'There is an entry for table "{item.alias}", but it cannot be referenced from this part of the query.')
    return InvalidColumnReference(
        f'invalid reference to FROM-clause entry for table "{item.alias}"',
        detail="The combining JOIN type must be INNER or LEFT for a LATERAL reference.", position=position or None)


def _similar(scope: Scope, name: str, alias: str | None) -> str | None:
    """PostgreSQL's hint about a column with nearly this name (at most three edits, at most half the name)."""
    best: dict[int, list[str]] = {}
    limit = min(3, len(name) // 2)
    for level in scope.levels():
        for item in level.items:
            if item.alias is None or not (item.qualified or item.unqualified):
                continue
            if alias is not None and item.alias != alias:
                extra = _distance(alias, item.alias, 3)
            else:
                extra = 0
            for candidate, _ in item.columns:
                distance = _distance(name, candidate, limit + 1) + extra
                if distance <= limit:
                    best.setdefault(distance, []).append(f"{item.alias}.{candidate}")
    if not best:
        return None
    names = list(dict.fromkeys(best[min(best)]))
    if len(names) == 1:
        return f'Perhaps you meant to reference the column "{names[0]}".'
    if len(names) == 2:
        return f'Perhaps you meant to reference the column "{names[0]}" or the column "{names[1]}".'
    return None


def _distance(a: str, b: str, limit: int) -> int:
    """Levenshtein distance, or limit + 1 if it is more."""
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    previous = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        current = [i]
        for j, y in enumerate(b, 1):
            current.append(min(previous[j] + 1, current[-1] + 1, previous[j - 1] + (x != y)))
        previous = current
    return previous[-1]


def table_columns(entry: plan.RangeEntry, position: int = 0) -> tuple[tuple[str, Expr], ...]:
    """A range entry's outputs as columns in scope."""
    return tuple(
        (name, ColumnRef(type=oid, typmod=typmod, entry=entry.number, index=i, name=name))
        for i, (name, oid, typmod) in enumerate(entry.columns))
