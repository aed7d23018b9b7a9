"""What UPDATE, ON CONFLICT DO UPDATE and MERGE set: a = x, (b, c) = (y, z), a[1] = x."""

from executor import plan, walk
from executor.bind.coerce import assign
from executor.bind.expressions import bind
from executor.bind.parts import assigned, refuse_default
from executor.bind.query import bind_query
from executor.bind.scope import Scope, table_columns
from executor.bind.statement import Statement
from executor.bind.target import ChangeTarget, default_of
from executor.catalog.model import Column
from executor.errors import not_supported
from executor.parse import Node
from executor.plan import Expr, QueryEntry, Select, SetDefault, TableEntry, Target
from executor.sqlstates import GeneratedAlways, SyntaxError, UndefinedColumn
from executor.types import oids as T


def bind_assignments(s: Statement, scope: Scope, target: ChangeTarget, nodes: list[Node],
                     construct: str, verb: str = "UPDATE") -> tuple[tuple[Column, Expr], ...]:
    """SET a = x, (b, c) = (y, z). construct, verb: what errors about aggregates, and about columns of views, call it."""
    scope.aggregates_refused = f"aggregate functions are not allowed in {construct}"
    scope.windows_refused = f"window functions are not allowed in {construct}"
    found: list[tuple[Column, Expr]] = []
    partial: set[int] = set()  # attnums of columns of which only parts are assigned
    for node in nodes:
        position = s.position(node)
        name, parts = node.take("name"), node.nodes("indirection")
        try:
            column = target.column(s, name, position, verb)
        except UndefinedColumn as error:
            if parts and name == target.item.alias:
                error.hint = "SET target columns cannot be qualified with the relation name."
            raise
        value_node = node.take("val")
        node.finish()
        before = next((i for i, (c, _) in enumerate(found) if c is column), None)
        if before is not None and not (parts and column.number in partial):
            raise SyntaxError(f'multiple assignments to same column "{column.name}"')
        if value_node.kind == "SetToDefault":
            if column.generated:
                continue
            refuse_default(parts, position)
            found.append((column, default_of(s, target.relation, column)))
            continue
        value = _multi(s, scope, value_node) if value_node.kind == "MultiAssignRef" else bind(s, scope, value_node)
        if isinstance(value, SetDefault) and column.generated:
            continue
        if not isinstance(value, SetDefault) and (column.generated or column.identity == "a"):
            kind = "a generated column" if column.generated else "an identity column defined as GENERATED ALWAYS"
            raise GeneratedAlways(f'column "{column.name}" can only be updated to DEFAULT',
                                  detail=f'Column "{column.name}" is {kind}.')
        if isinstance(value, SetDefault):
            refuse_default(parts, position)
            found.append((column, default_of(s, target.relation, column)))
        elif parts:
            partial.add(column.number)
            so_far = found.pop(before)[1] if before is not None else _current(target.entry, column)
            found.append((column, assigned(s, scope, so_far, parts, value, column.name, position)))
        else:
            found.append((column, assign(s, value, column.type, column.typmod, column.name, value.position or position)))
    return tuple(found)


def _current(entry: TableEntry, column: Column) -> Expr:
    """A column's value before the change."""
    return dict(table_columns(entry))[column.name]


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
    if any(isinstance(e, plan.Call) and e.function.volatility == "v" for e in walk.descend(query)):
        raise not_supported("a volatile function in the sub-SELECT of a multiple-column UPDATE item",
                            position=s.position(source) or None)  # it would be run once a column
    visible = [t for t in query.targets if not t.hidden]
    if len(visible) != count:
        raise SyntaxError("number of columns does not match number of values", position=s.position(source) or None)
    target = visible[number - 1]
    entry = QueryEntry(number=s.new_entry(), alias="", query=query,
                       columns=tuple((t.name, t.expr.type, t.expr.typmod) for t in visible))
    one = Select(targets=(Target(expr=table_columns(entry)[number - 1][1], name=target.name),), source=(entry,))
    return plan.Subquery(type=target.expr.type, typmod=target.expr.typmod, kind="scalar", query=one)
