"""INSERT ... ON CONFLICT."""

from executor.bind.assignments import bind_assignments
from executor.bind.coerce import to_boolean
from executor.bind.expressions import bind
from executor.bind.query import where_clause
from executor.bind.scope import Item, Scope, table_columns
from executor.bind.statement import Statement
from executor.bind.target import ChangeTarget
from executor.bind.views import replace_entry
from executor.catalog.model import Index, Relation
from executor.errors import not_supported
from executor.parse import Node
from executor.plan import ColumnRef, Expr, OnConflict, TableEntry
from executor.sqlstates import InvalidColumnReference, SyntaxError, UndefinedColumn, UndefinedObject


def bind_conflict(s: Statement, target: ChangeTarget, node: Node) -> OnConflict:
    """An OnConflictClause."""
    relation, entry, item = target.relation, target.entry, target.item
    update = node.take("action") == "ONCONFLICT_UPDATE"
    keys, predicate = _inferred(s, target, item, node.take("infer"), update, s.position(node))
    excluded = TableEntry(number=s.new_entry(), alias="excluded", columns=entry.columns, relation=relation)
    target_nodes = node.nodes("targetList")
    where_node = node.take("whereClause")
    outputs = table_columns(excluded)
    shown = tuple((name, replace_entry(e, entry.number, excluded.number)) for name, e in item.columns) if target.view else outputs
    narrowed = Scope(items=[item, Item("excluded", shown, excluded, unqualified=False)])
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
        element.take("ordering")
        element.take("nulls_ordering")
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
    predicate = to_boolean(s, bind(s, scope, where_node), "WHERE") if where_node else None
    node.finish()
    matching = [i for i in relation.indexes if _matches(i, numbers, predicate is not None)]
    if not matching and not _rowid_key(relation, numbers):
        raise InvalidColumnReference("there is no unique or exclusion constraint matching the ON CONFLICT specification")
    if any(not i.predicate for i in matching) or not matching:
        predicate = None
    return tuple(keys), predicate


def _matches(index: Index, numbers: list[int], has_predicate: bool) -> bool:
    if not index.unique or any(not c.column for c in index.columns):
        return False
    if index.predicate and not has_predicate:
        return False
    return sorted(c.column for c in index.columns) == sorted(numbers)


def _rowid_key(relation: Relation, numbers: list[int]) -> bool:
    key = relation.primary_key
    if key is not None and sorted(key.columns) == sorted(numbers):
        return True
    return any(c.kind == "u" and sorted(c.columns) == sorted(numbers) for c in relation.constraints)


def _by_constraint(target: ChangeTarget, name: str) -> tuple[Expr, ...]:
    relation = target.relation
    shown = target.view.view.name if target.view is not None else relation.name
    constraint = relation.constraint(name) if target.view is None else None
    if constraint is None:
        raise UndefinedObject(f'constraint "{name}" for table "{shown}" does not exist')
    if constraint.kind not in "pu":
        raise InvalidColumnReference("constraint in ON CONFLICT clause has no associated index")
    columns = dict(table_columns(target.entry))
    found = [columns[relation.by_number[n].name] for n in constraint.columns]
    assert all(isinstance(e, ColumnRef) for e in found)
    return tuple(found)

