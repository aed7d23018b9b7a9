"""FROM: tables, views, WITH references, subqueries, functions, joins."""

import dataclasses
from typing import Any

from msgspec.structs import replace

from executor import plan, walk
from executor.bind import expressions, operators, recursion
from executor.bind.coerce import resolve_unknown
from executor.bind.resolve import type_of
from executor.bind.rows import columns_of
from executor.bind.scope import Item, Scope, table_columns
from executor.bind.statement import Statement
from executor.bind.text_search import is_statistics, statistics
from executor.catalog.model import Relation
from executor.catalog.routines import IS_ROUTINE
from executor.catalog.trees import is_tree
from executor.errors import not_supported
from executor.parse import Node, parse_one
from executor.plan import ColumnRef, Const, CteEntry, Expr, FromItem, FunctionEntry, Join, QueryEntry, TableEntry
from executor.sqlstates import (
    AmbiguousColumn,
    DuplicateAlias,
    DuplicateColumn,
    FeatureNotSupported,
    InvalidColumnReference,
    ProgramLimitExceeded,
    SyntaxError,
    UndefinedColumn,
    UndefinedTable,
    WrongObjectType,
)
from executor.types import oids as T
from executor.types.made import Field, is_anonymous, row_number

Bound = tuple[FromItem, list[Item]]

FROM_ITEMS_MAX = 200
"""SQLite's own limit is 64 tables; more than this it does not even read."""


def bind_from(s: Statement, scope: Scope, nodes: list[Node]) -> tuple[FromItem, ...]:
    """The FROM list; fills scope.items."""
    if nodes:
        _check_number(nodes)
    found = []
    for node in nodes:
        item, names = bind_item(s, scope, node)
        add_items(scope, names)
        found.append(item)
    return tuple(found)


def _check_number(nodes: list[Node]) -> None:
    """54000 before time is spent on what SQLite cannot join."""
    count, pending = 0, list(nodes)
    while pending:
        node = pending.pop()
        if node.kind == "JoinExpr":
            pending += (node.peek("larg"), node.peek("rarg"))
        else:
            count += 1
            if count > FROM_ITEMS_MAX:
                raise ProgramLimitExceeded("a query cannot join more than 64 tables")


def bind_joined(s: Statement, scope: Scope, target: Item, nodes: list[Node]) -> tuple[FromItem, ...]:
    """The FROM of an UPDATE or the USING of a DELETE, which cannot refer to the table that is changed."""
    out_of_sight = dataclasses.replace(target, lateral_only=True, lateral_ok=False, is_changed=True)
    scope.items.append(out_of_sight)
    found = bind_from(s, scope, nodes)
    scope.items[0] = target
    return found


def add_items(scope: Scope, items: list[Item]) -> None:
    """Bring names into sight (42712 if one is there already)."""
    for item in items:
        if item.alias is not None and item.qualified:
            for other in scope.items:
                if other.qualified and other.alias == item.alias and (other.schema == item.schema or not other.schema
                                                                      or not item.schema):
                    raise DuplicateAlias(f'table name "{item.alias}" specified more than once')
        scope.items.append(item)


def bind_item(s: Statement, scope: Scope, node: Node) -> Bound:
    """One FROM item and the names it brings."""
    handler = HANDLERS.get(node.kind)
    if handler is None:
        raise not_supported(node.kind,
                            position=s.position(node) or None)
    found = handler(s, scope, node)
    node.finish()
    return found


# ---------------------------------------------------------------- aliases


def _alias(s: Statement, node: Node | None) -> tuple[str | None, list[str]]:
    if node is None:
        return None, []
    name, columns = node.take("aliasname"), node.texts("colnames")
    node.finish()
    return name, columns


def renamed(columns: list[tuple[str, int, int]], names: list[str], alias: str,
             position: int) -> tuple[tuple[str, int, int], ...]:
    """Columns under the names of an alias list (42P10 if it has too many)."""
    if len(names) > len(columns):
        raise InvalidColumnReference(
            f'table "{alias}" has {len(columns)} columns available but {len(names)} columns specified')
    return tuple((names[i] if i < len(names) else name, oid, typmod) for i, (name, oid, typmod) in enumerate(columns))


def relation_columns(relation: Relation) -> list[tuple[str, int, int]]:
    """A relation's columns as range entry outputs."""
    return [(c.name, c.type, c.typmod) for c in relation.columns]


# ---------------------------------------------------------------- tables, views, WITH


def _range_var(s: Statement, scope: Scope, node: Node) -> Bound:
    schema, name, catalog = node.take("schemaname"), node.take("relname"), node.take("catalogname")
    alias, columns = _alias(s, node.take("alias"))
    only = not node.take("inh", False)
    node.take("relpersistence")
    position = s.position(node)
    if catalog is not None and catalog != s.context.database:
        raise not_supported(f"cross-database reference {catalog}.{schema}.{name}", position=position or None)
    if schema is None and (info := scope.find_cte(name)) is not None:
        if info.data_change_without_returning:
            raise FeatureNotSupported(f'WITH query "{name}" does not have a RETURNING clause', position=position or None)
        info.references += 1
        entry: plan.RangeEntry = CteEntry(number=s.new_entry(), alias=alias or name, cte=info.number,
                                          has_alias=alias is not None, has_column_aliases=bool(columns),
                                          columns=renamed(list(info.columns), columns, alias or name, position))
        return entry, [Item(alias or name, table_columns(entry), entry)]
    if schema is None and scope.is_future_cte(name) and s.find_relation(None, name) is None:
        raise recursion.forward_reference(name, position)
    if schema is None and s.positions and name in s.transitions:
        return _transition(s, name, alias, columns, position)
    relation = s.relation(schema, name, position)
    s.qualified.append((node, relation.schema))
    if relation.kind in ("i", "S", "c"):
        raise WrongObjectType(f'cannot open relation "{name}"', position=position or None,
                              detail={"i": "This operation is not supported for indexes.",
                                      "c": "This operation is not supported for composite types."}.get(relation.kind))
    return table_item(s, relation, alias, columns, only, position)


def _transition(s: Statement, name: str, alias: str | None, columns: list[str], position: int) -> Bound:
    """OLD TABLE or NEW TABLE of the trigger whose function this is in."""
    step, relation = s.transitions[name]
    shown = alias or name
    outputs = renamed(relation_columns(relation), columns, shown, position)
    entry = plan.StepEntry(number=s.new_entry(), alias=shown, step=step, has_alias=alias is not None,
                           has_column_aliases=bool(columns), columns=outputs)
    return entry, [Item(shown, table_columns(entry), entry)]


def table_item(s: Statement, relation: Relation, alias: str | None, columns: list[str], only: bool, position: int) -> Bound:
    """A table or view under an alias."""
    shown = alias or relation.name
    written: dict[str, Any] = {"has_alias": alias is not None, "has_column_aliases": bool(columns)}
    outputs = renamed(relation_columns(relation), columns, shown, position)
    number = s.new_entry()
    if relation.kind == "v" and not relation.made_elsewhere and relation.sqlite_schema != "catalog":
        entry: plan.RangeEntry = QueryEntry(number=number, alias=shown, columns=outputs, query=view_query(s, relation),
                                            view=relation, **written)
        hidden: tuple[tuple[str, Expr], ...] = ()
    else:
        s.use_tree(relation, only=only)
        entry = TableEntry(number=number, alias=shown, columns=outputs, relation=relation, only=only, **written)
        hidden = system_columns(entry, relation, tree=not only and is_tree(s.catalog, relation))
    return entry, [Item(shown, table_columns(entry), entry, schema=None if alias else relation.schema, hidden_columns=hidden)]


def system_columns(entry: plan.RangeEntry, relation: Relation, tree: bool = False) -> tuple[tuple[str, Expr], ...]:
    """ctid and tableoid of a table's rows. tree: they may be those of other tables (executor.lower.trees)."""
    if relation.kind not in ("r", "m"):
        return ()
    number = entry.number
    own: Expr = Const(type=T.OID, value=relation.oid, system_column=(number, "tableoid"))
    hidden: list[tuple[str, Expr]] = [
        ("tableoid", ColumnRef(type=T.OID, entry=number, index=TABLEOID, name="tableoid") if tree else own)]
    if relation.rowid and relation.sqlite_schema != "catalog":
        hidden.append(("ctid", ColumnRef(type=T.TID, entry=entry.number, index=-1, name="ctid")))
    return tuple(hidden)


TABLEOID = -2
"""The index of the tableoid of a table with children; -1 is the row's address."""


def view_query(s: Statement, relation: Relation) -> plan.Query:
    """A view's query, bound with its own names."""
    from executor.bind.query import bind_query

    before = s.positions, s.lifted, s.search_path
    s.positions, s.lifted, s.search_path = False, {}, (relation.schema, "public", "pg_catalog")
    s.view_depth += 1
    if s.view_depth > 100:
        raise UndefinedTable(f'infinite recursion detected in rules for relation "{relation.name}"')
    try:
        node = parse_one(relation.definition)
        query = bind_query(s, Scope(), node)
        node.finish()
        return query
    finally:
        s.positions, s.lifted, s.search_path = before
        s.view_depth -= 1


# ---------------------------------------------------------------- subqueries and functions


def _sibling_free(scope: Scope) -> Scope:
    """A scope in which this FROM's other items are out of sight."""
    return Scope(parent=Scope(parent=scope.parent, ctes=scope.ctes))


def _subquery(s: Statement, scope: Scope, node: Node) -> Bound:
    from executor.bind.query import bind_query

    lateral = bool(node.take("lateral"))
    alias, columns = _alias(s, node.take("alias"))
    position = s.position(node)
    inner = node.take("subquery")
    child = scope.child() if lateral else _sibling_free(scope)
    if inner.kind != "SelectStmt":
        raise not_supported(f"{inner.kind} in FROM", position=position or None)
    query = bind_query(s, child, inner)
    inner.finish()
    outputs = [(t.name, t.expr.type, t.expr.typmod) for t in query.targets if not t.hidden]
    entry = QueryEntry(number=s.new_entry(), alias=alias or "", query=query, lateral=lateral and uses_siblings(scope, query),
                       has_alias=alias is not None, has_column_aliases=bool(columns), says_lateral=lateral,
                       columns=renamed(outputs, columns, alias or "unnamed_subquery", position))
    return entry, [Item(alias, table_columns(entry), entry, qualified=alias is not None)]


def uses_siblings(scope: Scope, value: object) -> bool:
    """True if columns of this level's FROM items are used inside."""
    own = {item.entry.number for item in scope.items if item.entry is not None}
    own |= {e.entry for item in scope.items for _, e in item.columns if isinstance(e, ColumnRef)}
    return any(isinstance(e, ColumnRef) and e.entry in own for e in walk.descend(value))


def _function(s: Statement, scope: Scope, node: Node) -> Bound:
    lateral = bool(node.take("lateral"))
    ordinality, rows_from = bool(node.take("ordinality")), bool(node.take("is_rowsfrom"))
    alias, names = _alias(s, node.take("alias"))
    definitions = node.nodes("coldeflist")
    _check_definitions(definitions, len(node.peek("functions")), ordinality, s.position(node))
    listed: list[bool] = []
    calls: list[Expr] = []
    columns: list[tuple[str, int, int]] = []
    widths = []
    for item in node.nodes("functions"):
        call_node, definition = [*item.nodes("items"), None][:2]
        assert call_node is not None
        defined = definition.nodes("items") if definition is not None and definition._fields else definitions
        parts = _unnests(call_node)
        for part in parts:
            call = _table_call(s, scope, part)
            if defined:
                call = defined_row(s, call, defined)
            outputs = function_columns(call, part, alias if not rows_from and len(parts) == 1 else None)
            calls.append(call)
            listed.append(bool(defined))
            columns += outputs
            widths.append(len(outputs))
    if ordinality:
        columns.append(("ordinality", T.INT8, -1))
    shown = alias or (columns[0][0] if not isinstance(calls[0], plan.Call) else calls[0].function.name)
    if any(map(is_statistics, calls)):
        return _statistics(s, calls, renamed(columns, names, shown, s.position(node)), shown)
    entry = FunctionEntry(number=s.new_entry(), alias=shown, columns=renamed(columns, names, shown, s.position(node)),
                          calls=tuple(calls), widths=tuple(widths), ordinality=ordinality, says_lateral=lateral,
                          has_alias=alias is not None, has_column_aliases=bool(names), defined=tuple(listed),
                          lateral=uses_siblings(scope, tuple(calls)))
    return entry, [Item(shown, table_columns(entry), entry)]


def _statistics(s: Statement, calls: list[Expr], columns: tuple[tuple[str, int, int], ...], alias: str) -> Bound:
    """ts_stat, which runs a query of its own."""
    call = calls[0]
    if len(columns) > 3 or not isinstance(call, plan.Call):
        raise not_supported("ts_stat() together with other functions or ordinality", position=call.position or None)
    entry = QueryEntry(number=s.new_entry(), alias=alias, query=statistics(s, call), columns=columns, has_alias=True,
                       has_column_aliases=True)
    return entry, [Item(alias, table_columns(entry), entry)]


def _check_definitions(definitions: list[Node], functions: int, ordinality: bool, position: int) -> None:
    if definitions and functions > 1:
        raise SyntaxError("ROWS FROM() with multiple functions cannot have a column definition list",
                          hint="Put a separate column definition list for each function inside ROWS FROM().",
                          position=position or None)
    if definitions and ordinality:
        raise SyntaxError("WITH ORDINALITY cannot be used with a column definition list",
                          hint="Put the column definition list inside ROWS FROM().", position=position or None)


def defined_row(s: Statement, call: Expr, definitions: list[Node]) -> Expr:
    """A call of a function that returns record, AS (name type, ...) (42601)."""
    from executor.bind import typenames

    fields: list[Field] = []
    for definition in definitions:
        name, (number, typmod) = definition.take("colname"), typenames.resolve(s, definition.take("typeName"))
        definition.take("is_local")
        if definition.take("collClause") is not None:
            raise not_supported("COLLATE in a column definition list", position=s.position(definition) or None)
        definition.finish()
        if any(field.name == name for field in fields):
            raise DuplicateColumn(f'column name "{name}" specified more than once')
        fields.append(Field(name, number, typmod))
    if not isinstance(call, plan.Call) or (call.type != T.RECORD and not is_anonymous(call.type)):
        raise SyntaxError('a column definition list is only allowed for functions returning "record"',
                          position=s.position(definitions[0]) or None)
    if call.function.outputs:
        raise SyntaxError("a column definition list is redundant for a function with OUT parameters",
                          position=s.position(definitions[0]) or None)
    if call.function.source not in DEFINABLE and call.function.source != IS_ROUTINE:
        raise not_supported(f"a column definition list for {call.function.name}", position=call.position or None)
    return replace(call, type=row_number(tuple(fields)))


DEFINABLE = frozenset(f"{kind}_{name}" for kind in ("json", "jsonb") for name in (
    "populate_record", "populate_recordset", "to_record", "to_recordset"))
"""Functions that make the columns they are told to make."""


def _unnests(node: Node) -> list[Node]:
    """unnest(a, b) in FROM is short for ROWS FROM (unnest(a), unnest(b)); anything else is itself."""
    if node.kind != "FuncCall" or [name.text for name in node.peek("funcname", [])] != ["unnest"]:
        return [node]
    arguments = node.peek("args", [])
    if len(arguments) < 2 or any(node.peek(field) for field in ("agg_order", "agg_star", "agg_distinct", "over")):
        return [node]
    name = [{"String": {"sval": "unnest"}}]
    return [Node("FuncCall", {"funcname": name, "args": [argument.tree], "location": node.location})
            for argument in arguments]


def _table_call(s: Statement, scope: Scope, node: Node) -> Expr:
    child = scope.child()
    child.aggregates_refused = "aggregate functions are not allowed in functions in FROM"
    child.windows_refused = "window functions are not allowed in functions in FROM"
    found = resolve_unknown(s, expressions.bind(s, child, node))
    inner = next((e for part in walk.children(found) for e in walk.own(part)
                  if isinstance(e, plan.Call) and e.function.returns_set), None)
    if inner is not None:
        raise FeatureNotSupported("set-returning functions must appear at top level of FROM", position=inner.position or None)
    if isinstance(found, plan.Call) and len(found.function.outputs) > 1 and is_anonymous(found.type):
        return replace(found, type=T.RECORD)  # its columns are those of the range entry
    return found


def function_columns(call: Expr, node: Node, alias: str | None) -> list[tuple[str, int, int]]:
    """The columns a function in FROM gives."""
    from executor.bind.names import figure_name

    if isinstance(call, plan.Call) and call.function.outputs:
        outputs = call.function.outputs
        if len(outputs) > 1 or call.type == T.RECORD:
            declared = [oid for _, oid in outputs]
            concrete = [operators.polymorphic(call.function.arguments, [a.type for a in call.arguments], oid, 0)[1]
                        for oid in declared]
            return [(name or f"column{i}", oid, -1) for i, ((name, _), oid) in enumerate(zip(outputs, concrete, strict=True), 1)]
        label = outputs[0][0]
        return [(alias or label or figure_name(node), call.type, call.typmod)]
    if (fields := columns_of(call)) is not None:
        return [(f.name, f.type, f.typmod) for f in fields]
    if type_of(call.type).kind == "c" or call.type == T.RECORD:
        if isinstance(call, plan.Call) and call.type == T.RECORD:
            raise SyntaxError('a column definition list is required for functions returning "record"',
                              position=call.position or None)
        raise not_supported("functions returning a composite type in FROM")
    return [(alias or figure_name(node), call.type, call.typmod)]


# ---------------------------------------------------------------- joins

JOINS = {"JOIN_INNER": "inner", "JOIN_LEFT": "left", "JOIN_RIGHT": "right", "JOIN_FULL": "full"}


def _join(s: Statement, scope: Scope, node: Node) -> Bound:
    kind = JOINS[node.take("jointype")]
    inner = Scope(parent=scope.parent, items=list(scope.items), ctes=scope.ctes)
    left, left_items = bind_item(s, inner, node.take("larg"))
    right_scope = Scope(parent=scope.parent, items=list(scope.items), ctes=scope.ctes)
    for item in left_items:
        lateral = Item(item.alias, item.columns, item.entry, item.schema, item.qualified, item.unqualified, True,
                       kind in ("inner", "left"), item.hidden_columns)
        right_scope.items.append(lateral)
    right, right_items = bind_item(s, right_scope, node.take("rarg"))
    add_items(Scope(items=list(left_items)), [i for i in right_items if i.qualified])
    using = node.texts("usingClause")
    natural = bool(node.take("isNatural"))
    quals = node.take("quals")
    alias, names = _alias(s, node.take("alias"))
    using_alias, _ = _alias(s, node.take("join_using_alias"))
    node.take("rtindex")
    if natural:
        right_names = {n for n, _ in _visible(right_items)}
        using = [n for n, _ in _visible(left_items) if n in right_names]
        s.naturals.append((node, using))
    merged: list[tuple[str, Expr]] = []
    condition: Expr | None = None
    if using:
        condition, merged = _using(s, kind, using, left_items, right_items, natural)
    elif quals is not None:
        on_scope = Scope(parent=scope.parent, items=[*left_items, *right_items], ctes=scope.ctes)
        on_scope.aggregates_refused = "aggregate functions are not allowed in JOIN conditions"
        on_scope.windows_refused = "window functions are not allowed in JOIN conditions"
        condition = expressions.condition(s, on_scope, quals, "JOIN/ON")
    join = Join(kind="cross" if kind == "inner" and condition is None else kind, left=left, right=right, condition=condition,
                using=tuple(using), using_alias=using_alias or "")
    columns = [*merged, *((n, e) for n, e in _visible(left_items) if n not in using),
               *((n, e) for n, e in _visible(right_items) if n not in using)]
    items = [_hide(item) for item in [*left_items, *right_items]]
    if using_alias:
        items.append(Item(using_alias, tuple(merged), None, unqualified=False))
    if alias is not None:
        if len(names) > len(columns):
            raise InvalidColumnReference(f'join expression "{alias}" has {len(columns)} columns available but '
                                         f"{len(names)} columns specified")
        columns = [(names[i] if i < len(names) else n, e) for i, (n, e) in enumerate(columns)]
        return replace(join, alias=alias, columns=tuple(columns)), [Item(alias, tuple(columns), None)]
    return join, [*items, Item(None, tuple(columns), None, qualified=False)]


def _hide(item: Item) -> Item:
    """A join's part: reachable as a.x, no longer as x."""
    return Item(item.alias, item.columns, item.entry, item.schema, item.qualified and item.alias is not None, False,
                item.lateral_only, item.lateral_ok, item.hidden_columns)


def _visible(items: list[Item]) -> list[tuple[str, Expr]]:
    return [column for item in items if item.unqualified for column in item.columns]


def _using(s: Statement, kind: str, using: list[str], left: list[Item], right: list[Item],
           natural: bool) -> tuple[Expr, list[tuple[str, Expr]]]:
    conditions: list[Expr] = []
    merged: list[tuple[str, Expr]] = []
    if len(set(using)) != len(using):
        twice = next(n for n in using if using.count(n) > 1)
        raise DuplicateColumn(f'column name "{twice}" appears more than once in USING clause')
    for name in using:
        sides = []
        for label, items in (("left", left), ("right", right)):
            hits = [e for n, e in _visible(items) if n == name]
            if not hits:
                raise UndefinedColumn(f'column "{name}" specified in USING clause does not exist in {label} table')
            if len(hits) > 1:
                raise AmbiguousColumn(f'common column name "{name}" appears more than once in {label} table')
            sides.append(hits[0])
        a, b = sides
        conditions.append(operators.make(s, ["="], a, b, 0))
        (one, two), oid, typmod = operators.branches(s, [a, b], "JOIN/USING")
        if kind == "full":
            value: Expr = plan.Coalesce(type=oid, typmod=typmod, arguments=(one, two))
        else:
            value = two if kind == "right" else one
            if isinstance(one, ColumnRef) is False and isinstance(two, ColumnRef) and kind == "inner":
                value = two
        if not isinstance(value, ColumnRef):
            value = plan.Relabel(type=oid, typmod=typmod, argument=value, merged=name)
        merged.append((name, value))
    condition = conditions[0] if len(conditions) == 1 else plan.BoolOp(type=T.BOOL, operator="AND", arguments=tuple(conditions))
    return condition, merged


def _sample(s: Statement, scope: Scope, node: Node) -> Bound:
    from executor.bind.table_sample import bind_sample

    return bind_sample(s, scope, node)


def _json_table(s: Statement, scope: Scope, node: Node) -> Bound:
    from executor.bind.sqljson_table import bind_table

    return bind_table(s, scope, node)


def _xml_table(s: Statement, scope: Scope, node: Node) -> Bound:
    from executor.bind.xml_table import bind_xml_table

    return bind_xml_table(s, scope, node)


HANDLERS = {"RangeVar": _range_var, "RangeSubselect": _subquery, "RangeFunction": _function, "JoinExpr": _join,
            "RangeTableSample": _sample, "JsonTable": _json_table, "RangeTableFunc": _xml_table}
