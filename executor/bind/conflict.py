"""INSERT ... ON CONFLICT."""

from executor import walk
from executor.bind.assignments import bind_assignments
from executor.bind.coerce import to_boolean
from executor.bind.expressions import bind
from executor.bind.query import where_clause
from executor.bind.scope import Item, Scope, table_columns
from executor.bind.statement import LiteralNeeded, Statement
from executor.bind.target import ChangeTarget, stored_expression
from executor.bind.views import replace_entry
from executor.catalog.model import Index, Relation
from executor.errors import SqlError, not_supported
from executor.parse import Node
from executor.plan import BoolOp, ColumnRef, Const, Expr, OnConflict, TableEntry
from executor.sqlstates import InvalidColumnReference, SyntaxError, UndefinedColumn, UndefinedObject


def bind_conflict(s: Statement, scope: Scope, target: ChangeTarget, node: Node) -> OnConflict:
    """An OnConflictClause of the INSERT in this scope."""
    relation, entry, item = target.relation, target.entry, target.item
    update = node.take("action") == "ONCONFLICT_UPDATE"
    keys, predicate = _inferred(s, target, item, node.take("infer"), update, s.position(node))
    excluded = TableEntry(number=s.new_entry(), alias="excluded", columns=entry.columns, relation=relation)
    target_nodes = node.nodes("targetList")
    where_node = node.take("whereClause")
    outputs = table_columns(excluded)
    shown = tuple((name, replace_entry(e, entry.number, excluded.number)) for name, e in item.columns) if target.view else outputs
    narrowed = Scope(parent=scope.parent, ctes=scope.ctes, items=[item, Item("excluded", shown, excluded)])
    assignments = bind_assignments(s, narrowed, target, target_nodes, "UPDATE", "INSERT") if update else ()
    where = where_clause(s, narrowed, where_node) if where_node else None
    node.finish()
    return OnConflict(keys=keys, predicate=predicate, update=update, assignments=assignments, where=where,
                      excluded=excluded.number)


def _inferred(s: Statement, target: ChangeTarget, item: Item, node: Node | None, update: bool,
              position: int) -> tuple[tuple[Expr, ...], Expr | None]:
    """The columns of the unique index meant."""
    relation = target.relation
    if node is None:
        if update:
            raise SyntaxError("ON CONFLICT DO UPDATE requires inference specification or constraint name",
                              hint="For example, ON CONFLICT (column_name).", position=position or None)
        return (), None
    name = node.take("conname")
    scope = Scope(items=[item])
    if name is not None:
        node.finish()
        return _by_constraint(target, name), None
    numbers: list[int] = []
    keys: list[Expr] = []
    for element in node.nodes("indexElems"):
        column, expression = element.take("name"), element.take("expr")
        for field, neutral, construct in (("ordering", "SORTBY_DEFAULT", "ASC/DESC"),
                                          ("nulls_ordering", "SORTBY_NULLS_DEFAULT", "NULLS FIRST/LAST")):
            if element.take(field, neutral) != neutral:
                raise InvalidColumnReference(f"{construct} is not allowed in ON CONFLICT clause",
                                             position=s.position(node) or None)
        if element.nodes("collation") or element.nodes("opclass"):
            raise not_supported("COLLATE or an operator class in ON CONFLICT")
        element.finish()
        if column is not None:
            if not item.find(column):
                raise UndefinedColumn(f'column "{column}" does not exist', position=position or None)
            numbers.append(target.column(s, column, position, "INSERT").number)
            keys.append(item.find(column)[0])
        else:
            raise not_supported("expressions in ON CONFLICT", position=s.position(expression) or None)
    where_node = node.take("whereClause")
    given = _conjuncts(to_boolean(s, bind(s, scope, where_node), "WHERE")) if where_node else []
    node.finish()
    if any(isinstance(e, Const) and e.lifted is not None for part in given for e in walk.descend(part)):
        raise LiteralNeeded
    matching = [i for i in relation.indexes if _is_over(i, numbers)]
    whole = [i for i in matching if not i.predicate]
    if whole or _is_key(relation, numbers):
        if any(i.nulls_not_distinct for i in whole):
            raise _nulls_alike()
        return tuple(keys), None
    for index in matching:
        predicate = stored_expression(s, target.entry, index.predicate)
        known = {repr(walk.key(e)) for e in given}
        if {repr(walk.key(e)) for e in _conjuncts(predicate)} <= known:
            return tuple(keys), predicate
    if matching and given:
        raise not_supported("an ON CONFLICT predicate that does not repeat the index's")
    raise InvalidColumnReference("there is no unique or exclusion constraint matching the ON CONFLICT specification")


def _conjuncts(expr: Expr) -> list[Expr]:
    """The conditions that are joined by AND."""
    if isinstance(expr, BoolOp) and expr.operator == "AND":
        return [e for argument in expr.arguments for e in _conjuncts(argument)]
    return [expr]


def _is_over(index: Index, numbers: list[int]) -> bool:
    return index.unique and sorted(c.column for c in index.columns) == sorted(numbers)


def _is_key(relation: Relation, numbers: list[int]) -> bool:
    """True if these are the columns of a key that needs no index of its own."""
    key = relation.primary_key
    if key is not None and sorted(key.columns) == sorted(numbers):
        return True
    return any(c.kind == "u" and sorted(c.columns) == sorted(numbers) for c in relation.constraints)


def _nulls_alike() -> SqlError:
    return not_supported("ON CONFLICT with a key that is NULLS NOT DISTINCT")


def _by_constraint(target: ChangeTarget, name: str) -> tuple[Expr, ...]:
    relation = target.relation
    shown = target.view.view.name if target.view is not None else relation.name
    constraint = relation.constraint(name) if target.view is None else None
    if constraint is None:
        raise UndefinedObject(f'constraint "{name}" for table "{shown}" does not exist')
    if constraint.kind not in "pu":
        raise InvalidColumnReference("constraint in ON CONFLICT clause has no associated index")
    if constraint.nulls_not_distinct:
        raise _nulls_alike()
    columns = dict(table_columns(target.entry))
    found = [columns[relation.by_number[n].name] for n in constraint.columns]
    assert all(isinstance(e, ColumnRef) for e in found)
    return tuple(found)

