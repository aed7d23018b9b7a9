"""INSERT, UPDATE and DELETE."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from executor import plan
from executor.bind import domains
from executor.bind.assignments import bind_assignments
from executor.bind.coerce import assign, resolve_unknown
from executor.bind.conflict import bind_conflict
from executor.bind.expressions import bind
from executor.bind.from_clause import bind_joined
from executor.bind.parts import Place, column_values, distinct_columns
from executor.bind.query import bind_query, where_clause
from executor.bind.returning import bind_returning
from executor.bind.scope import CteInfo, Scope, table_columns
from executor.bind.set_operations import insert_values
from executor.bind.statement import Statement
from executor.bind.target import ChangeTarget, change_target, column_named, default_of, derived, is_filled
from executor.bind.views import conjunction
from executor.bind.with_clause import bind_with
from executor.catalog.model import Column
from executor.parse import Node
from executor.plan import (
    Delete,
    Expr,
    Insert,
    Param,
    Query,
    QueryEntry,
    Select,
    SetDefault,
    Target,
    Update,
    ValuesEntry,
)
from executor.sqlstates import (
    DuplicateColumn,
    GeneratedAlways,
    SyntaxError,
)
from executor.types import oids as T

Change = TypeVar("Change", bound=plan.DataChange)


# ---------------------------------------------------------------- INSERT


def bind_insert(s: Statement, scope: Scope, node: Node) -> Insert:
    """An InsertStmt."""
    ctes = bind_with(s, scope, node.take("withClause"))
    target = change_target(s, node.take("relation"), "INSERT")
    relation, entry, item = target.relation, target.entry, target.item
    override = node.take("override", "OVERRIDING_NOT_SET")
    column_nodes = node.nodes("cols")
    places = _insert_places(s, target, column_nodes)
    total = len(places) if column_nodes else len(target.names)
    source_node = node.take("selectStmt")
    if source_node is None:
        places, source = [], None
    else:
        source = insert_values(s, scope.child(), source_node) or bind_query(s, scope.child(), source_node, keep_unknown=True)
        source_node.finish()
        width = sum(1 for t in source.targets if not t.hidden)
        if width > total:
            raise SyntaxError("INSERT has more expressions than target columns", position=_place(source, total))
        if width < total and column_nodes:
            raise SyntaxError("INSERT has more target columns than expressions", position=places[width].position or None)
        if not column_nodes:
            places = [Place(target.column(s, name, 0, "INSERT"), (), 0) for name in target.names[:width]]
    target.check_defaults("INSERT")
    whole = [place.column for place in places if not place.parts]
    twice = next((c for i, c in enumerate(whole) if c in whole[:i]), None)
    if twice is not None:  # two columns of a view
        raise SyntaxError(f'multiple assignments to same column "{twice.name}"')
    chosen, query = _with_defaults(s, scope, target, places, source, override)
    conflict_node = node.take("onConflictClause")
    conflict = bind_conflict(s, scope, target, conflict_node) if conflict_node else None
    generated, checks = derived(s, relation, entry)
    returning, old = bind_returning(s, scope, node.take("returningClause"), [item], item, Insert,
                                    conflict is not None and conflict.update)
    change = Insert(relation=relation, entry=entry, columns=tuple(chosen), source=query, on_conflict=conflict,
                    returning=returning, old=old, generated=generated, checks=checks, view_checks=target.view_checks,
                     leaves=target.leaves, branches=target.branches, firing=target.firing,
                     moves=conflict is not None and target.moves(conflict.assignments))
    return with_ctes(change, ctes)


def merged_row(s: Statement, scope: Scope, target: ChangeTarget, node: Node) -> tuple[list[Column], Query]:
    """INSERT of a MERGE: the columns to store and the one row of their values, defaults included."""
    target.check_defaults("MERGE")
    override = node.take("override", "OVERRIDING_NOT_SET")
    column_nodes, value_nodes = node.nodes("targetList"), node.nodes("values")
    places = _insert_places(s, target, column_nodes)
    if not value_nodes:
        return _with_defaults(s, scope, target, [], None, override)
    row = tuple(SetDefault(type=T.UNKNOWN, position=s.position(v)) if v.kind == "SetToDefault" else bind(s, scope, v)
                for v in value_nodes)
    if len(row) > (len(places) if column_nodes else len(target.names)):
        raise SyntaxError("INSERT has more expressions than target columns",
                          position=row[len(places or target.names)].position or None)
    if len(row) < len(places):
        raise SyntaxError("INSERT has more target columns than expressions", position=places[len(row)].position or None)
    if not column_nodes:
        places = [Place(target.column(s, name, 0, "MERGE"), (), 0) for name in target.names[: len(row)]]
    entry = ValuesEntry(number=s.new_entry(), alias="", rows=(row,),
                        columns=tuple((f"column{i}", T.UNKNOWN, -1) for i in range(1, len(row) + 1)))
    values = Select(targets=tuple(Target(expr=e, name=n) for n, e in table_columns(entry)), source=(entry,))
    return _with_defaults(s, scope, target, places, values, override)


def with_ctes(change: Change, infos: list[CteInfo]) -> Change:
    """The change with its WITH list."""
    ctes = []
    for info in infos:
        assert info.cte is not None
        ctes.append(msgspec.structs.replace(info.cte, references=info.references))
    return msgspec.structs.replace(change, ctes=tuple(ctes))


def _place(source: Query, index: int) -> int | None:
    expr = [t for t in source.targets if not t.hidden][index].expr
    values = source.source[0] if isinstance(source, Select) and len(source.source) == 1 else None
    if isinstance(values, ValuesEntry) and isinstance(expr, plan.ColumnRef) and expr.entry == values.number:
        expr = values.rows[0][expr.index]
    return expr.position or None


def _insert_places(s: Statement, target: ChangeTarget, nodes: list[Node]) -> list[Place]:
    places: list[Place] = []
    names: dict[str, bool] = {}  # whether only parts of the column are given
    for node in nodes:
        position = s.position(node)
        name = node.take("name")
        column = target.column(s, name, position, "INSERT")
        parts = tuple(node.nodes("indirection"))
        if name in names and not (parts and names[name]):
            raise DuplicateColumn(f'column "{name}" specified more than once', position=position or None)
        names[name] = bool(parts)
        places.append(Place(column, parts, position))
        node.finish()
    return places


def _with_defaults(s: Statement, scope: Scope, target: ChangeTarget, places: list[Place], source: Query | None,
                   override: str) -> tuple[list[Column], Query]:
    """The columns to store and a query that gives them all, defaults included."""
    places, source = _without_generated(s, places, source)
    columns = distinct_columns(places)
    s.given[target.entry.number] = frozenset(c.number for c in columns) | s.given.get(target.entry.number, frozenset())
    if override == "OVERRIDING_USER_VALUE":
        ignored = {c.name for c in columns if c.identity}
    else:
        ignored = set()
    left_out = [c for c in target.relation.columns if c not in columns and target.is_filled(c)]
    values = _plain_values(source) if source is not None else ValuesEntry(number=s.new_entry(), alias="", columns=(), rows=((),))
    if values is not None:
        rows = []
        for row in values.rows:
            items = column_values(s, scope.child(), places, row,
                                  lambda c, e: _insert_value(s, target, c, e, override, c.name in ignored))
            rows.append((*items, *(target.default(s, c) for c in left_out)))
        chosen = [*columns, *left_out]
        entry = ValuesEntry(number=values.number, alias="", rows=tuple(rows),
                            columns=tuple((c.name, c.type, c.typmod) for c in chosen))
        query = Select(targets=tuple(Target(expr=e, name=n) for n, e in table_columns(entry)), source=(entry,))
        return chosen, query
    assert source is not None
    visible = [t for t in source.targets if not t.hidden]
    for place, given in zip(places, visible, strict=True):
        _check_identity(place.column, given.expr, override)
    inner = _convert_unknown(s, source, places)
    entry_ = QueryEntry(number=s.new_entry(), alias="", query=inner,
                        columns=tuple((t.name, t.expr.type, t.expr.typmod) for t in inner.targets if not t.hidden))
    positions = [given.expr.position for given in visible]

    def whole(column: Column, expr: Expr) -> Expr:
        if column.name in ignored:
            return target.default(s, column)
        position = positions[expr.index] if isinstance(expr, plan.ColumnRef) else 0
        return assign(s, expr, column.type, column.typmod, column.name, position)

    outputs = column_values(s, scope.child(), places, [expr for _, expr in table_columns(entry_)], whole)
    outputs += [target.default(s, c) for c in left_out]
    chosen = [*columns, *left_out]
    targets = tuple(Target(expr=e, name=c.name) for c, e in zip(chosen, outputs, strict=True))
    return chosen, Select(targets=targets, source=(entry_,))


def _without_generated(s: Statement, places: list[Place], source: Query | None) -> tuple[list[Place], Query | None]:
    """The values without those of generated columns, which can only be DEFAULT (428C9)."""
    given = [i for i, place in enumerate(places) if place.column.generated]
    if not given or source is None:
        return places, source
    values = _plain_values(source)
    for i in given:
        if values is None or not all(isinstance(row[i], SetDefault) for row in values.rows):
            raise GeneratedAlways(f'cannot insert a non-DEFAULT value into column "{places[i].column.name}"',
                                  detail=f'Column "{places[i].column.name}" is a generated column.')
    assert values is not None
    kept = [i for i in range(len(places)) if i not in given]
    entry = msgspec.structs.replace(values, rows=tuple(tuple(row[i] for i in kept) for row in values.rows),
                                    columns=tuple(values.columns[i] for i in kept))
    targets = tuple(Target(expr=e, name=n) for n, e in table_columns(entry))
    return [places[i] for i in kept], Select(targets=targets, source=(entry,))


def _plain_values(source: Query) -> ValuesEntry | None:
    """The VALUES lists of a source that is nothing else."""
    if not isinstance(source, Select) or len(source.source) != 1 or not isinstance(source.source[0], ValuesEntry):
        return None
    values = source.source[0]
    plain = not (source.order or source.limit or source.offset or source.ctes or source.where)
    same = all(isinstance(t.expr, plan.ColumnRef) and t.expr.entry == values.number for t in source.targets)
    return values if plain and same and len(source.targets) == len(values.columns) else None


def _convert_unknown(s: Statement, source: Query, places: list[Place]) -> Query:
    """Literals in the target list take their column's type directly, as in PostgreSQL."""
    if not isinstance(source, Select):
        return _resolved(s, source)
    changed = []
    for i, target in enumerate(t for t in source.targets if not t.hidden):
        if target.expr.type == T.UNKNOWN and not places[i].parts:
            column = places[i].column
            target = msgspec.structs.replace(target, expr=assign(s, target.expr, column.type, column.typmod, column.name))
        changed.append(target)
    return msgspec.structs.replace(source, targets=tuple(changed))


def _resolved(s: Statement, source: Query) -> Query:
    return msgspec.structs.replace(source, targets=tuple(
        msgspec.structs.replace(t, expr=resolve_unknown(s, t.expr)) for t in source.targets))


def _check_identity(column: Column, expr: Expr, override: str) -> None:
    if isinstance(expr, SetDefault) or override == "OVERRIDING_USER_VALUE":
        return
    if column.identity == "a" and override != "OVERRIDING_SYSTEM_VALUE":
        raise GeneratedAlways(f'cannot insert a non-DEFAULT value into column "{column.name}"',
                              detail=f'Column "{column.name}" is an identity column defined as GENERATED ALWAYS.',
                              hint="Use OVERRIDING SYSTEM VALUE to override.")


def _insert_value(s: Statement, target: ChangeTarget, column: Column, expr: Expr, override: str, ignored: bool) -> Expr:
    _check_identity(column, expr, override)
    if isinstance(expr, SetDefault) or ignored:
        return target.default(s, column)
    return assign(s, expr, column.type, column.typmod, column.name)


# ---------------------------------------------------------------- UPDATE, DELETE


def bind_update(s: Statement, scope: Scope, node: Node) -> Update:
    """An UpdateStmt."""
    ctes = bind_with(s, scope, node.take("withClause"))
    target = change_target(s, node.take("relation"), "UPDATE")
    relation, entry, item = target.relation, target.entry, target.item
    source = bind_joined(s, scope, item, node.nodes("fromClause"))
    assignments = bind_assignments(s, scope, target, node.nodes("targetList"), "UPDATE")
    where_node = node.take("whereClause")
    where = conjunction(target.where, where_clause(s, scope, where_node) if where_node else None)
    generated, checks = derived(s, relation, entry)
    returning, old = bind_returning(s, scope, node.take("returningClause"), scope.items, item, Update)
    change = Update(relation=relation, entry=entry, assignments=assignments, source=source, where=where,
                    returning=returning, old=old, generated=generated, checks=checks, view_checks=target.view_checks,
                     leaves=target.leaves, branches=target.branches, moves=target.moves(assignments), firing=target.firing)
    return with_ctes(change, ctes)


def bind_delete(s: Statement, scope: Scope, node: Node) -> Delete:
    """A DeleteStmt."""
    ctes = bind_with(s, scope, node.take("withClause"))
    target = change_target(s, node.take("relation"), "DELETE")
    relation, entry, item = target.relation, target.entry, target.item
    source = bind_joined(s, scope, item, node.nodes("usingClause"))
    where_node = node.take("whereClause")
    where = conjunction(target.where, where_clause(s, scope, where_node) if where_node else None)
    returning, old = bind_returning(s, scope, node.take("returningClause"), scope.items, item, Delete)
    change = Delete(relation=relation, entry=entry, source=source, where=where, returning=returning, old=old,
                     leaves=target.leaves, firing=target.firing)
    return with_ctes(change, ctes)


def bind_merge(s: Statement, scope: Scope, node: Node) -> plan.Merge:
    """A MergeStmt."""
    from executor.bind import merge

    return merge.bind_merge(s, scope, node)


CHANGES: dict[str, Callable[[Statement, Scope, Node], plan.DataChange]] = {
    "InsertStmt": bind_insert, "UpdateStmt": bind_update, "DeleteStmt": bind_delete, "MergeStmt": bind_merge,
}  # fmt: skip


# ---------------------------------------------------------------- COPY


def bind_copy(s: Statement, relation_node: Node, names: list[str] | None) -> tuple[Insert, tuple[Column, ...]]:
    """The INSERT that COPY FROM runs for each line: $1 ... $n are the columns' values, in their types. names: None for
    all columns. The WHERE is executor.bind.copy_from's business."""
    target = change_target(s, relation_node, "COPY")
    relation, entry = target.relation, target.entry
    if names is not None:
        columns = []
        for name in names:
            column = column_named(s, relation, name, 0)
            if column in columns:
                raise DuplicateColumn(f'column "{name}" specified more than once')
            columns.append(column)
    else:
        columns = [c for c in relation.columns if not c.generated]
    for column in columns:
        if column.generated:
            from executor.sqlstates import InvalidColumnReference

            raise InvalidColumnReference(f'column "{column.name}" is a generated column',
                                         detail="Generated columns cannot be used in COPY.")
    values = [domains.input_checked(s, Param(type=c.type, typmod=c.typmod, number=i)) for i, c in enumerate(columns, 1)]
    left_out = [c for c in relation.columns if c not in columns and is_filled(relation, c)]
    chosen = [*columns, *left_out]
    row = (*values, *(default_of(s, relation, c) for c in left_out))
    source_entry = ValuesEntry(number=s.new_entry(), alias="", rows=(row,),
                               columns=tuple((c.name, c.type, c.typmod) for c in chosen))
    source = Select(targets=tuple(Target(expr=e, name=n) for n, e in table_columns(source_entry)), source=(source_entry,))
    s.given[entry.number] = frozenset(c.number for c in columns)
    generated, checks = derived(s, relation, entry)
    insert = Insert(relation=relation, entry=entry, columns=tuple(chosen), source=source, generated=generated, checks=checks,
                    leaves=target.leaves, branches=target.branches, firing=target.firing)
    return insert, tuple(columns)

