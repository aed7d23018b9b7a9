"""INSERT, UPDATE and DELETE."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from executor import plan
from executor.bind import domains
from executor.bind.coerce import assign, resolve_unknown
from executor.bind.conflict import bind_conflict
from executor.bind.expressions import bind
from executor.bind.from_clause import bind_from, system_columns
from executor.bind.query import bind_query, where_clause
from executor.bind.returning import bind_returning
from executor.bind.scope import CteInfo, Item, Scope, table_columns
from executor.bind.statement import Statement
from executor.bind.subscripts import assigned
from executor.bind.with_clause import bind_with
from executor.catalog.model import Column, Relation
from executor.errors import not_supported
from executor.parse import Node, Source, parse_expression
from executor.plan import (
    Delete,
    Expr,
    Insert,
    Param,
    Query,
    QueryEntry,
    Select,
    SetDefault,
    TableEntry,
    Target,
    Update,
    ValuesEntry,
)
from executor.sqlstates import (
    DuplicateColumn,
    FeatureNotSupported,
    GeneratedAlways,
    SyntaxError,
    UndefinedColumn,
    WrongObjectType,
)
from executor.types import oids as T

Change = TypeVar("Change", bound=plan.DataChange)


# ---------------------------------------------------------------- the target


def _target(s: Statement, node: Node) -> tuple[Relation, TableEntry, Item]:
    """The table to change, and its name in scope."""
    position = s.position(node)
    alias_node = node.take("alias")
    alias = None
    if alias_node is not None:
        alias = alias_node.take("aliasname")
        alias_node.finish()
    node.take("inh")
    node.take("relpersistence")
    relation = s.relation(node.take("schemaname"), node.take("relname"), position)
    node.finish()
    _check_changeable(s, relation, position)
    columns = tuple((c.name, c.type, c.typmod) for c in relation.columns)
    entry = TableEntry(number=s.new_entry(), alias=alias or relation.name, columns=columns, relation=relation)
    item = Item(entry.alias, table_columns(entry), entry, schema=None if alias else relation.schema,
                hidden_columns=system_columns(entry, relation))
    return relation, entry, item


def _check_changeable(s: Statement, relation: Relation, position: int) -> None:
    if relation.sqlite_schema == "catalog":
        from executor.sqlstates import InsufficientPrivilege

        raise InsufficientPrivilege(f"permission denied: \"{relation.name}\" is a system catalog")
    if relation.kind == "v":
        raise not_supported(f'changing rows through view "{relation.name}"', position=position or None)
    if relation.kind == "m":
        raise WrongObjectType(f'cannot change materialized view "{relation.name}"', position=position or None)


def stored_expression(s: Statement, entry: TableEntry, text: str) -> Expr:
    """A stored expression (CHECK, generated column) over a table's columns."""
    before = s.positions, s.lifted, s.source
    s.positions, s.lifted, s.source = False, {}, Source("")
    try:
        scope = Scope(items=[Item(entry.alias, table_columns(entry), entry)])
        return bind(s, scope, parse_expression(text))
    finally:
        s.positions, s.lifted, s.source = before


def default_of(s: Statement, relation: Relation, column: Column) -> Expr:
    """A column's default, converted to its type; NULL if it has none."""
    if column.generated:
        raise not_supported(f'DEFAULT of generated column "{column.name}"')
    default = column.default if not column.identity else _identity_default(s, relation, column)
    if default is None:
        default = domains.default_text(column.type)
    if default is None:
        return assign(s, plan.Const(type=T.UNKNOWN, value=None), column.type, column.typmod, column.name)
    before = s.positions, s.lifted
    s.positions, s.lifted = False, {}
    try:
        value = bind(s, Scope(), parse_expression(default))
        return assign(s, value, column.type, column.typmod, column.name)
    finally:
        s.positions, s.lifted = before


def _is_filled(relation: Relation, column: Column) -> bool:
    """True if the executor fills the column in when it is left out. A key that is the rowid gets its NULL: left to
    SQLite it would be given a number, which only tables made elsewhere expect."""
    if column.generated or column.sqlite_default:
        return False
    is_rowid = column.number == relation.rowid_column and not relation.made_elsewhere
    return column.default is not None or bool(column.identity) or is_rowid or domains.fills_columns(column.type)


def _identity_default(s: Statement, relation: Relation, column: Column) -> str | None:
    """The next value of an identity column's sequence, as SQL text."""
    for sequence in s.catalog.sequences:
        if sequence.identity and sequence.owned_by == (relation.oid, column.number):
            return f"nextval('{sequence.oid}'::regclass)"
    return None


def _derived(s: Statement, relation: Relation, entry: TableEntry) -> tuple[tuple[tuple[Column, Expr], ...],
                                                                            tuple[tuple[str, Expr], ...]]:
    """Generated columns and the checks the executor makes, over the new row."""
    generated = tuple((c, assign(s, stored_expression(s, entry, c.default or "NULL"), c.type, c.typmod, c.name))
                      for c in relation.columns if c.generated)
    checks = tuple((c.name, stored_expression(s, entry, c.expression)) for c in relation.constraints
                   if c.kind == "c" and not c.enforced_by_sqlite)
    return generated, checks


def column_named(s: Statement, relation: Relation, name: str, position: int) -> Column:
    """A column of the target by name (42703)."""
    found = relation.by_name.get(name)
    if found is None:
        if name in ("ctid", "tableoid", "xmin", "xmax", "cmin", "cmax"):
            raise not_supported(f'assigning to system column "{name}"', position=position or None)
        raise UndefinedColumn(f'column "{name}" of relation "{relation.name}" does not exist', position=position or None)
    return found


# ---------------------------------------------------------------- INSERT


def bind_insert(s: Statement, scope: Scope, node: Node) -> Insert:
    """An InsertStmt."""
    ctes = bind_with(s, scope, node.take("withClause"))
    relation, entry, item = _target(s, node.take("relation"))
    override = node.take("override", "OVERRIDING_NOT_SET")
    columns, positions = _insert_columns(s, relation, node.nodes("cols"))
    explicit = bool(node.peek("cols"))
    source_node = node.take("selectStmt")
    if source_node is None:
        columns, source = [], None
    else:
        source = bind_query(s, scope.child(), source_node, keep_unknown=True)
        source_node.finish()
        width = sum(1 for t in source.targets if not t.hidden)
        if width > len(columns):
            raise SyntaxError("INSERT has more expressions than target columns", position=_place(source, len(columns)))
        if width < len(columns) and explicit:
            raise SyntaxError("INSERT has more target columns than expressions", position=positions[width] or None)
        columns = columns[:width]
    chosen, query = _with_defaults(s, relation, columns, source, override)
    conflict_node = node.take("onConflictClause")
    conflict = bind_conflict(s, relation, entry, item, conflict_node) if conflict_node else None
    generated, checks = _derived(s, relation, entry)
    returning, old = bind_returning(s, scope, node.take("returningClause"), [item], item, Insert,
                                    conflict is not None and conflict.update)
    change = Insert(relation=relation, entry=entry, columns=tuple(chosen), source=query, on_conflict=conflict,
                    returning=returning, old=old, generated=generated, checks=checks)
    return _with(change, ctes)


def _with(change: Change, infos: list[CteInfo]) -> Change:
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


def _insert_columns(s: Statement, relation: Relation, nodes: list[Node]) -> tuple[list[Column], list[int]]:
    if not nodes:
        return [c for c in relation.columns if not c.generated], []
    columns: list[Column] = []
    positions = []
    for node in nodes:
        position = s.position(node)
        column = column_named(s, relation, node.take("name"), position)
        if node.nodes("indirection"):
            raise not_supported("assigning to an array element or field in INSERT", position=position or None)
        if column in columns:
            raise DuplicateColumn(f'column "{column.name}" specified more than once', position=position or None)
        columns.append(column)
        positions.append(position)
        node.finish()
    return columns, positions


def _with_defaults(s: Statement, relation: Relation, columns: list[Column], source: Query | None,
                   override: str) -> tuple[list[Column], Query]:
    """The columns to store and a query that gives them all, defaults included."""
    if override == "OVERRIDING_USER_VALUE":
        ignored = {c.name for c in columns if c.identity}
    else:
        ignored = set()
    left_out = [c for c in relation.columns if c not in columns and _is_filled(relation, c)]
    values = _plain_values(source) if source is not None else ValuesEntry(number=s.new_entry(), alias="", columns=(), rows=((),))
    if values is not None:
        rows = []
        for row in values.rows:
            items = [_insert_value(s, relation, c, e, override, c.name in ignored) for c, e in zip(columns, row, strict=False)]
            rows.append((*items, *(default_of(s, relation, c) for c in left_out)))
        chosen = [*columns, *left_out]
        entry = ValuesEntry(number=values.number, alias="", rows=tuple(rows),
                            columns=tuple((c.name, c.type, c.typmod) for c in chosen))
        query = Select(targets=tuple(Target(expr=e, name=n) for n, e in table_columns(entry)), source=(entry,))
        return chosen, query
    assert source is not None
    visible = [t for t in source.targets if not t.hidden]
    for column, target in zip(columns, visible, strict=True):
        _check_identity(column, target.expr, override)
    inner = _convert_unknown(s, source, columns)
    entry_ = QueryEntry(number=s.new_entry(), alias="", query=inner,
                        columns=tuple((t.name, t.expr.type, t.expr.typmod) for t in inner.targets if not t.hidden))
    outputs: list[Expr] = []
    for column, (_, expr), target in zip(columns, table_columns(entry_), visible, strict=True):
        if column.name in ignored:
            outputs.append(default_of(s, relation, column))
        else:
            outputs.append(assign(s, expr, column.type, column.typmod, column.name, target.expr.position))
    outputs += [default_of(s, relation, c) for c in left_out]
    chosen = [*columns, *left_out]
    targets = tuple(Target(expr=e, name=c.name) for c, e in zip(chosen, outputs, strict=True))
    return chosen, Select(targets=targets, source=(entry_,))


def _plain_values(source: Query) -> ValuesEntry | None:
    """The VALUES lists of a source that is nothing else."""
    if not isinstance(source, Select) or len(source.source) != 1 or not isinstance(source.source[0], ValuesEntry):
        return None
    values = source.source[0]
    plain = not (source.order or source.limit or source.offset or source.ctes or source.where)
    same = all(isinstance(t.expr, plan.ColumnRef) and t.expr.entry == values.number for t in source.targets)
    return values if plain and same and len(source.targets) == len(values.columns) else None


def _convert_unknown(s: Statement, source: Query, columns: list[Column]) -> Query:
    """Literals in the target list take their column's type directly, as in PostgreSQL."""
    if not isinstance(source, Select):
        return _resolved(s, source)
    changed = []
    for i, target in enumerate(t for t in source.targets if not t.hidden):
        if target.expr.type == T.UNKNOWN:
            column = columns[i]
            target = msgspec.structs.replace(target, expr=assign(s, target.expr, column.type, column.typmod, column.name))
        changed.append(target)
    return msgspec.structs.replace(source, targets=tuple(changed))


def _resolved(s: Statement, source: Query) -> Query:
    return msgspec.structs.replace(source, targets=tuple(
        msgspec.structs.replace(t, expr=resolve_unknown(s, t.expr)) for t in source.targets))


def _check_identity(column: Column, expr: Expr, override: str) -> None:
    if isinstance(expr, SetDefault) or override == "OVERRIDING_USER_VALUE":
        return
    if column.generated:
        raise GeneratedAlways(f'cannot insert a non-DEFAULT value into column "{column.name}"',
                              detail=f'Column "{column.name}" is a generated column.')
    if column.identity == "a" and override != "OVERRIDING_SYSTEM_VALUE":
        raise GeneratedAlways(f'cannot insert a non-DEFAULT value into column "{column.name}"',
                              detail=f'Column "{column.name}" is an identity column defined as GENERATED ALWAYS.',
                              hint="Use OVERRIDING SYSTEM VALUE to override.")


def _insert_value(s: Statement, relation: Relation, column: Column, expr: Expr, override: str, ignored: bool) -> Expr:
    _check_identity(column, expr, override)
    if isinstance(expr, SetDefault) or ignored:
        return default_of(s, relation, column)
    return assign(s, expr, column.type, column.typmod, column.name)


# ---------------------------------------------------------------- UPDATE, DELETE


def bind_update(s: Statement, scope: Scope, node: Node) -> Update:
    """An UpdateStmt."""
    ctes = bind_with(s, scope, node.take("withClause"))
    relation, entry, item = _target(s, node.take("relation"))
    scope.items.append(item)
    source = bind_from(s, scope, node.nodes("fromClause"))
    assignments = bind_assignments(s, scope, relation, node.nodes("targetList"), "UPDATE")
    where_node = node.take("whereClause")
    where = where_clause(s, scope, where_node) if where_node else None
    generated, checks = _derived(s, relation, entry)
    returning, old = bind_returning(s, scope, node.take("returningClause"), scope.items, item, Update)
    change = Update(relation=relation, entry=entry, assignments=assignments, source=source, where=where,
                    returning=returning, old=old, generated=generated, checks=checks)
    return _with(change, ctes)


def bind_assignments(s: Statement, scope: Scope, relation: Relation, nodes: list[Node],
                     construct: str) -> tuple[tuple[Column, Expr], ...]:
    """SET a = x, (b, c) = (y, z)."""
    scope.aggregates_refused = f"aggregate functions are not allowed in {construct}"
    scope.windows_refused = f"window functions are not allowed in {construct}"
    found: list[tuple[Column, Expr]] = []
    for node in nodes:
        position = s.position(node)
        column = column_named(s, relation, node.take("name"), position)
        parts = node.nodes("indirection")
        value_node = node.take("val")
        node.finish()
        before = next((i for i, (c, _) in enumerate(found) if c is column), None)
        if before is not None and not (parts and isinstance(found[before][1], plan.SubscriptAssign)):
            raise SyntaxError(f'multiple assignments to same column "{column.name}"')
        if value_node.kind == "SetToDefault":
            if column.generated:
                continue
            _refuse_default(parts, position)
            found.append((column, default_of(s, relation, column)))
            continue
        if column.generated or column.identity == "a":
            kind = "a generated column" if column.generated else "an identity column defined as GENERATED ALWAYS"
            raise GeneratedAlways(f'column "{column.name}" can only be updated to DEFAULT',
                                  detail=f'Column "{column.name}" is {kind}.')
        value = _multi(s, scope, value_node) if value_node.kind == "MultiAssignRef" else bind(s, scope, value_node)
        if isinstance(value, SetDefault):
            _refuse_default(parts, position)
            found.append((column, default_of(s, relation, column)))
        elif parts:
            so_far = found.pop(before)[1] if before is not None else _current(scope, relation, column)
            found.append((column, assigned(s, scope, so_far, parts, value, column.name, position)))
        else:
            found.append((column, assign(s, value, column.type, column.typmod, column.name, value.position or position)))
    return tuple(found)


def _current(scope: Scope, relation: Relation, column: Column) -> Expr:
    """A column's value before the change; the target is the first of the tables in sight."""
    columns = next(item.columns for item in scope.items
                   if isinstance(item.entry, TableEntry) and item.entry.relation is relation)
    return next(expr for name, expr in columns if name == column.name)


def _refuse_default(parts: list[Node], position: int) -> None:
    if parts:
        raise FeatureNotSupported("cannot set an array element to DEFAULT", position=position or None)


def _multi(s: Statement, scope: Scope, node: Node) -> Expr:
    """One column of SET (a, b) = ..."""
    number, count = node.take("colno"), node.take("ncolumns")
    source = node.take("source")
    node.finish()
    if source.kind == "RowExpr":
        arguments = source.nodes("args")
        source.take("row_format")
        if len(arguments) != count:
            raise SyntaxError("number of columns does not match number of values", position=s.position(source) or None)
        chosen = arguments[number - 1]
        return SetDefault(type=T.UNKNOWN) if chosen.kind == "SetToDefault" else bind(s, scope, chosen)
    if source.kind != "SubLink":
        raise SyntaxError("source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression",
                          position=s.position(source) or None)
    query = bind_query(s, scope.child(), source.take("subselect"))
    visible = [t for t in query.targets if not t.hidden]
    if len(visible) != count:
        raise SyntaxError("number of columns does not match number of values", position=s.position(source) or None)
    target = visible[number - 1]
    entry = QueryEntry(number=s.new_entry(), alias="", query=query,
                       columns=tuple((t.name, t.expr.type, t.expr.typmod) for t in visible))
    one = Select(targets=(Target(expr=table_columns(entry)[number - 1][1], name=target.name),), source=(entry,))
    return plan.Subquery(type=target.expr.type, typmod=target.expr.typmod, kind="scalar", query=one)


def bind_delete(s: Statement, scope: Scope, node: Node) -> Delete:
    """A DeleteStmt."""
    ctes = bind_with(s, scope, node.take("withClause"))
    relation, entry, item = _target(s, node.take("relation"))
    scope.items.append(item)
    source = bind_from(s, scope, node.nodes("usingClause"))
    where_node = node.take("whereClause")
    where = where_clause(s, scope, where_node) if where_node else None
    returning, old = bind_returning(s, scope, node.take("returningClause"), scope.items, item, Delete)
    change = Delete(relation=relation, entry=entry, source=source, where=where, returning=returning, old=old)
    return _with(change, ctes)


CHANGES: dict[str, Callable[[Statement, Scope, Node], plan.DataChange]] = {
    "InsertStmt": bind_insert, "UpdateStmt": bind_update, "DeleteStmt": bind_delete,
}  # fmt: skip


# ---------------------------------------------------------------- COPY


def bind_copy(s: Statement, relation_node: Node, names: list[str] | None,
              where_node: Node | None) -> tuple[Insert, tuple[Column, ...]]:
    """The INSERT that COPY FROM runs for each line: $1 ... $n are the columns' values, in their types. names: None for
    all columns. The WHERE is executor.bind.copy_from's business."""
    relation, entry, _ = _target(s, relation_node)
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
    if where_node is not None:
        raise not_supported("COPY FROM ... WHERE")
    values = [domains.input_checked(s, Param(type=c.type, typmod=c.typmod, number=i)) for i, c in enumerate(columns, 1)]
    left_out = [c for c in relation.columns if c not in columns and _is_filled(relation, c)]
    chosen = [*columns, *left_out]
    row = (*values, *(default_of(s, relation, c) for c in left_out))
    source_entry = ValuesEntry(number=s.new_entry(), alias="", rows=(row,),
                               columns=tuple((c.name, c.type, c.typmod) for c in chosen))
    source = Select(targets=tuple(Target(expr=e, name=n) for n, e in table_columns(source_entry)), source=(source_entry,))
    generated, checks = _derived(s, relation, entry)
    insert = Insert(relation=relation, entry=entry, columns=tuple(chosen), source=source, generated=generated, checks=checks)
    return insert, tuple(columns)

