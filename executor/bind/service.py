"""What DDL asks of the binder (executor.ddl.base.Binder): types, and expressions over one relation, as text for SQLite."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from executor import plan, walk
from executor.bind import typenames
from executor.bind.calls import contains_aggregate, contains_set_returning, contains_window
from executor.bind.coerce import assign, coerce, resolve_unknown, to_boolean
from executor.bind.domains import bind_check, domain_of, value_scope
from executor.bind.enum_order import spelled_out
from executor.bind.expressions import bind
from executor.bind.query import bind_query
from executor.bind.scope import Item, Scope, table_columns
from executor.bind.statement import Statement, type_name
from executor.bind.uses import uses
from executor.bind.views import refusal
from executor.bind.volatility import volatility
from executor.catalog import usertypes
from executor.catalog.model import Catalog, Column, Relation
from executor.catalog.usertypes import numbered
from executor.context import Context
from executor.errors import SqlError
from executor.lower.expressions import value
from executor.lower.generator import Generator, quote
from executor.parse import Node, Source, expression_text, parse_expression, statement_text, wrap
from executor.plan import TableEntry
from executor.sqlstates import FeatureNotSupported, GroupingError, UndefinedColumn, UndefinedParameter, WindowingError
from executor.types.made import oid_of


@dataclass(frozen=True)
class BoundExpression:
    """See executor.ddl.base.Bound."""

    sql_pg: str
    type: int
    sqlite: str
    needs: tuple[Any, ...]
    columns: tuple[int, ...]
    volatility: str


@dataclass(frozen=True)
class BoundView:
    """See executor.ddl.base.BoundView."""

    columns: tuple[tuple[str, int, int], ...]
    sql_pg: str
    uses: tuple[tuple[int, int], ...]
    not_updatable: str = ""


class BinderService:
    """One DDL statement's access to the binder. catalog: moves on as the statement makes objects."""

    def __init__(self, catalog: Catalog, context: Context, search_path: tuple[str, ...], source: str) -> None:
        self.catalog = catalog
        self.context = context
        self.search_path = search_path
        self.source = source

    def _statement(self, positions: bool = True) -> Statement:
        found = Statement(catalog=self.catalog, context=self.context, search_path=self.search_path, source=Source(self.source))
        found.positions = positions
        return found

    def resolve_type(self, node: Node) -> tuple[int, int]:
        """A TypeName node -> (OID, typmod)."""
        number, typmod = typenames.resolve(self._statement(), node)
        return oid_of(number), typmod

    def _numbered(self, target: tuple[int, int]) -> tuple[int, int]:
        number = usertypes.number(self.catalog, target[0])
        assert number is not None, target
        return number, target[1]

    def check_expression(self, expression: Node | str, relation: Relation, what: str,
                         target: tuple[int, int] | None = None) -> BoundExpression:
        """Bind an expression over the relation's columns."""
        s = self._statement(positions=not isinstance(expression, str))
        node = parse_expression(expression) if isinstance(expression, str) else wrap(expression.tree)
        if not isinstance(expression, str):
            _consume(expression)
        relation = numbered(self.catalog, relation)
        target = target and self._numbered(target)
        columns = tuple((c.name, c.type, c.typmod) for c in relation.columns)
        entry = TableEntry(number=s.new_entry(), alias=relation.name, columns=columns, relation=relation)
        scope = Scope(items=[Item(relation.name, table_columns(entry), entry)])
        scope.aggregates_refused = f"aggregate functions are not allowed in {_plural(what)}"
        scope.windows_refused = f"window functions are not allowed in {_plural(what)}"
        expr = bind(s, scope, node)
        _refuse(expr, scope, what)
        if what in CONDITIONS:
            expr = to_boolean(s, expr, CONDITIONS[what])
        elif target is not None:
            expr = coerce(s, expr, target[0], target[1], "a")
        else:
            expr = resolve_unknown(s, expr)
        if what == "index predicates":
            expr = spelled_out(expr)
        return self._bound(_text(s, node), expr, entry)

    def bind_default(self, expression: Node | str, column: Column) -> BoundExpression:
        """Bind a DEFAULT."""
        s = self._statement(positions=not isinstance(expression, str))
        node = parse_expression(expression) if isinstance(expression, str) else wrap(expression.tree)
        if not isinstance(expression, str):
            _consume(expression)
        scope = Scope()
        scope.aggregates_refused = "aggregate functions are not allowed in DEFAULT expressions"
        scope.windows_refused = "window functions are not allowed in DEFAULT expressions"
        try:
            expr = bind(s, scope, node)
        except UndefinedColumn as error:
            raise FeatureNotSupported("cannot use column reference in DEFAULT expression", position=error.position) from None
        if any(isinstance(e, plan.Subquery) for e in walk.descend(expr)):
            raise FeatureNotSupported("cannot use subquery in DEFAULT expression", position=expr.position or None)
        if contains_set_returning(expr):
            raise FeatureNotSupported("set-returning functions are not allowed in DEFAULT expressions",
                                      position=expr.position or None)
        given = expr.type
        number, typmod = self._numbered((column.type, column.typmod))
        try:
            expr = assign(s, expr, number, typmod, column.name)
        except SqlError as error:
            if error.sqlstate == "42804":
                error.message = (f'column "{column.name}" is of type {type_name(number)} but default expression is of '
                                 f"type {type_name(given)}")
                error.args = (error.message,)
            raise
        return self._bound(_text(s, node), expr, None)

    def bind_domain_check(self, expression: Node, base: int, typmod: int) -> str:
        """Bind a domain's CHECK over VALUE; gives its text to be stored."""
        s = self._statement(positions=False)
        node = wrap(expression.tree)
        _consume(expression)
        number, typmod = self._numbered((base, typmod))
        scope = value_scope(number, typmod, s.new_entry())
        scope.aggregates_refused = "aggregate functions are not allowed in check constraints"
        scope.windows_refused = "window functions are not allowed in check constraints"
        expr = bind(s, scope, node)
        _refuse(expr, scope, "CHECK")
        to_boolean(s, expr, "CHECK")
        return _text(s, node)

    def rebind_domain_check(self, text: str, base: int, typmod: int) -> None:
        """Bind a domain's stored CHECK again, for its errors."""
        s = self._statement(positions=False)
        number, typmod = self._numbered((base, typmod))
        to_boolean(s, bind_check(s, text, number, typmod, s.new_entry()), "CHECK")

    def domain_check(self, text: str, base: int, typmod: int, relation: Relation, column: Column) -> BoundExpression:
        """A domain's stored CHECK with a table's column as the value."""
        s = self._statement(positions=False)
        number, typmod = self._numbered((base, typmod))
        entry = s.new_entry()
        found = numbered(self.catalog, relation)
        source = TableEntry(number=s.new_entry(), alias=relation.name, relation=found,
                            columns=tuple((c.name, c.type, c.typmod) for c in found.columns))
        expr = bind_check(s, text, number, typmod, entry)
        g = Generator()
        g.enter(source)
        index = found.columns.index(found.by_number[column.number])
        g.overrides[source.number, index] = quote(column.sqlite_name or column.name)
        of = found.columns[index]
        g.overrides[entry, 0] = value(g, plan.ColumnRef(type=of.type, typmod=of.typmod, entry=source.number, index=index,
                                                        name=of.name))
        return self._finished(g, text, expr, value(g, expr), ())

    def _bound(self, text: str, expr: plan.Expr, entry: TableEntry | None) -> BoundExpression:
        g = Generator()
        used: tuple[int, ...] = ()
        if entry is not None:
            g.enter(entry)
            for i, column in enumerate(entry.relation.columns):
                g.overrides[entry.number, i] = quote(column.sqlite_name or column.name)
            numbers = {entry.relation.columns[e.index].number for e in walk.descend(expr)
                       if isinstance(e, plan.ColumnRef) and e.entry == entry.number and e.index >= 0}
            used = tuple(sorted(numbers))
        return self._finished(g, text, expr, value(g, expr), used)

    def _finished(self, g: Generator, text: str, expr: plan.Expr, sqlite: str, used: tuple[int, ...]) -> BoundExpression:
        needs = tuple(n for n in g.needs.values() if n.name != "decimal")
        return BoundExpression(text, oid_of(expr.type), sqlite, needs if not g.slots else (*needs, g.slots[0]), used,
                               volatility(expr))

    def bind_view(self, query: Node) -> BoundView:
        """Bind a view's query; its text gets schemas and explicit columns, so that it keeps its meaning."""
        s = self._statement()
        s.keeps_text = True
        bound = bind_query(s, Scope(), query)
        if any(isinstance(cte.query, plan.DataChange) for cte in bound.ctes):
            raise FeatureNotSupported("views must not contain data-modifying statements in WITH")
        query.finish()
        if s.parameters:
            raise UndefinedParameter("there is no parameter $1")
        for node, schema in s.qualified:
            if schema != "pg_temp":
                node._fields["schemaname"] = schema
        for node, texts in s.columns:
            node._fields["fields"] = _strings(texts)
        for node, using in s.naturals:
            _name_columns(node, using)
        _qualify_types(s)
        for target, named in s.stars:
            target._fields["pgquill_star"] = named
        tree = expand_stars(query.tree)
        columns = tuple((t.name, *declared_type(t.expr)) for t in bound.targets if not t.hidden)
        return BoundView(columns, statement_text(wrap(tree)), uses(bound), refusal(bound, columns=True))

    def trigger_condition(self, node: Node, relation: Relation, timing: str, level: str,
                          events: tuple[str, ...]) -> tuple[str, tuple[int, ...]]:
        """A trigger's WHEN condition: PostgreSQL's text to be stored, and the attnums that it uses."""
        from executor.bind.trigger_condition import bind_condition, check_condition

        s = self._statement()
        copy = wrap(node.tree)
        _consume(node)
        found = bind_condition(s, relation, copy)
        check_condition(found, relation, timing, level, events)
        used = found.uses(found.old) | found.uses(found.new)
        places = range(len(relation.columns)) if -1 in used else sorted(used)
        return _text(s, copy), tuple(relation.columns[i].number for i in places)

    def row_filter(self, node: Node, relation: Relation) -> tuple[str, tuple[int, ...]]:
        """A publication's WHERE: PostgreSQL's text to be stored, and the attnums that it uses."""
        from executor.bind.row_filter import bind_row_filter

        s = self._statement()
        copy = wrap(node.tree)
        _consume(node)
        expr, entry = bind_row_filter(s, relation, copy)
        used = {entry.relation.columns[e.index].number for e in walk.descend(expr) if isinstance(e, plan.ColumnRef)}
        return _text(s, copy), tuple(sorted(used))

    def role_exists(self, name: str) -> bool:
        """True if there is such a role."""
        return name in (self.context.user, self.context.session_user, "postgres")

    def type_name(self, oid: int, typmod: int) -> str:
        """format_type()."""
        number = usertypes.number(self.catalog, oid)
        return type_name(oid if number is None else number, typmod)


def declared_type(expr: plan.Expr) -> tuple[int, int]:
    """(OID, typmod) of a column that takes its type from an expression: of a domain the typmod is not the column's."""
    return oid_of(expr.type), -1 if domain_of(expr.type) is not None else expr.typmod


CONDITIONS = {"CHECK": "CHECK", "index predicates": "WHERE", "publication WHERE": "PUBLICATION WHERE"}
"""What must be boolean, and what PostgreSQL calls it."""


def _consume(node: Node) -> None:
    """Mark a node as taken as a whole: a copy of it was bound."""
    node._left.clear()


def _text(s: Statement, node: Node) -> str:
    """The text of an expression to be stored: the names of users' types in it get their schemas."""
    _qualify_types(s)
    return expression_text(node)


def _qualify_types(s: Statement) -> None:
    for node, schema, name in s.qualified_types:
        node._fields["names"] = [{"String": {"sval": schema}}, {"String": {"sval": name}}]


def _plural(what: str) -> str:
    return {"CHECK": "check constraints", "publication WHERE": "WHERE"}.get(what, what)


def _refuse(expr: plan.Expr, scope: Scope, what: str) -> None:
    if any(isinstance(e, plan.Subquery) for e in walk.descend(expr)):
        raise FeatureNotSupported(f"cannot use subquery in {_singular(what)}", position=expr.position or None)
    if contains_set_returning(expr):
        raise FeatureNotSupported(f"set-returning functions are not allowed in {_plural(what)}", position=expr.position or None)
    if contains_aggregate(expr):
        raise GroupingError(f"aggregate functions are not allowed in {_plural(what)}", position=expr.position or None)
    if contains_window(expr):
        raise WindowingError(f"window functions are not allowed in {_plural(what)}", position=expr.position or None)


def _singular(what: str) -> str:
    return {"CHECK": "check constraint", "index expressions": "index expression", "index predicates": "index predicate",
            "column generation expressions": "column generation expression"}.get(what, what)


def expand_stars(tree: Any) -> Any:
    """A copy of a JSON tree in which marked "*" targets are lists of their columns."""
    if isinstance(tree, dict):
        return {key: expand_stars(value) for key, value in tree.items()}
    if not isinstance(tree, list):
        return tree
    found = []
    for item in tree:
        fields = item.get("ResTarget") if isinstance(item, dict) else None
        if isinstance(fields, dict) and "pgquill_star" in fields:
            found += [_column_target(alias, name) for alias, name in fields["pgquill_star"]]
        elif isinstance(fields, dict) and "pgquill_fields" in fields:
            found += [_field_target(fields["val"], name) for name in fields["pgquill_fields"]]
        else:
            found.append(expand_stars(item))
    return found


def _field_target(star: Any, name: str) -> dict[str, Any]:
    """The target (row).name instead of (row).*."""
    argument = expand_stars(star["A_Indirection"]["arg"])
    steps = [*star["A_Indirection"]["indirection"][:-1], {"String": {"sval": name}}]
    return {"ResTarget": {"val": {"A_Indirection": {"arg": argument, "indirection": steps}}}}


def _column_target(alias: str, name: str) -> dict[str, Any]:
    texts = [alias, name] if alias else [name]
    return {"ResTarget": {"val": {"ColumnRef": {"fields": _strings(texts)}}}}


def _name_columns(join: Node, using: list[str]) -> None:
    """Make a NATURAL join one with USING, which goes on meaning the same when the tables get more columns."""
    join._fields.pop("isNatural", None)
    if using:
        join._fields["usingClause"] = _strings(using)
    elif join.peek("jointype") != "JOIN_INNER":
        join._fields["quals"] = {"A_Const": {"boolval": {"boolval": True}}}


def _strings(texts: Sequence[str]) -> list[dict[str, Any]]:
    return [{"String": {"sval": text}} for text in texts]
