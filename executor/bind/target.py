"""The table that a statement changes, its defaults, generated columns and checks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from executor import plan, walk
from executor.bind import domains
from executor.bind.coerce import assign
from executor.bind.expressions import bind
from executor.bind.from_clause import system_columns, view_query
from executor.bind.resolve import element_type
from executor.bind.scope import Item, Scope, table_columns
from executor.bind.statement import Statement
from executor.bind.views import UpdatableView, is_replaced, under_alias, updatable_view
from executor.catalog import trees, usertypes
from executor.catalog.model import Column, Relation
from executor.errors import not_supported
from executor.facts.lookup import base_type
from executor.parse import Node, Source, parse_expression
from executor.plan import Expr, TableEntry
from executor.sqlstates import UndefinedColumn, WrongObjectType
from executor.types import oids as T
from executor.types.made import fields_of
from executor.types.registry import codec


@dataclass
class ChangeTarget:
    """What a statement changes: a table, perhaps through a view."""

    relation: Relation
    entry: TableEntry
    item: Item
    view: UpdatableView | None = None
    tree: tuple[plan.Leaf, ...] = ()
    firing: Any = None  # executor.triggers.firing.Firing

    @property
    def leaves(self) -> tuple[plan.Leaf, ...]:
        """The tables of the tree that have rows."""
        return tuple(leaf for leaf in self.tree if leaf.relation.partition_key is None)

    @property
    def branches(self) -> tuple[plan.Leaf, ...]:
        """The partitioned tables below the one that is changed."""
        return tuple(leaf for leaf in self.tree if leaf.relation.partition_key is not None)

    def moves(self, assignments: tuple[tuple[Column, Expr], ...]) -> bool:
        """True if a row may not fit into its partition any more."""
        changed = {column.name for column, _ in assignments}
        return bool(self.leaves) and bool(changed & self.keys)

    @property
    def keys(self) -> set[str]:
        """The columns that decide about the partition."""
        return {e.name for leaf in self.leaves for e in walk.descend(leaf.condition) if isinstance(e, plan.ColumnRef)}

    def column(self, s: Statement, name: str, position: int, verb: str) -> Column:
        """A column of the table by the name the statement knows it by (42703)."""
        if self.view is not None:
            return self.view.base_column(name, position, verb)
        return column_named(s, self.relation, name, position)

    @property
    def names(self) -> list[str]:
        """The columns that an INSERT without a column list gives values for."""
        return [c.name for c in (self.view.view if self.view is not None else self.relation).columns]

    def default(self, s: Statement, column: Column) -> Expr:
        """What an INSERT stores in a column that it gives no value for."""
        if self.view is not None:
            own = self.view.defaults.get(self.relation.columns.index(column))
            if own is not None:
                return default_of(s, self.relation, replace(column, default=own.default, identity=""))
        return default_of(s, self.relation, column)

    def check_defaults(self, verb: str) -> None:
        """0A000 for a view's column that has a default, but cannot be stored."""
        for column in self.view.view.columns if self.view is not None else ():
            if column.default is not None and self.view is not None:
                self.view.base_column(column.name, 0, verb)

    def is_filled(self, column: Column) -> bool:
        """True if the executor gives a value to a column that an INSERT leaves out."""
        own = self.view is not None and self.relation.columns.index(column) in self.view.defaults
        return own or is_filled(self.relation, column)

    @property
    def where(self) -> Expr | None:
        """The rows of the table that the statement may see."""
        return self.view.where if self.view is not None else None

    @property
    def view_checks(self) -> tuple[tuple[str, Expr], ...]:
        """The conditions of WITH CHECK OPTION on the new row."""
        return self.view.checks if self.view is not None else ()


def change_target(s: Statement, node: Node, verb: str, actions: tuple[str, ...] = ()) -> ChangeTarget:
    """The table to change, and its name in scope. verb: INSERT, UPDATE, DELETE, MERGE with these actions, or COPY, which
    takes no views."""
    position = s.position(node)
    alias_node = node.take("alias")
    alias = None
    if alias_node is not None:
        alias = alias_node.take("aliasname")
        alias_node.finish()
    only = not node.take("inh", False)
    node.take("relpersistence")
    relation = s.relation(node.take("schemaname"), node.take("relname"), position)
    node.finish()
    _check_changeable(relation, position)
    shown = alias or relation.name
    if relation.kind == "v":
        merging = verb == "MERGE"
        if merging and is_replaced(relation, actions):
            raise not_supported(f'MERGE into view "{relation.name}", which has INSTEAD OF triggers')
        if is_replaced(relation, actions if merging else ("INSERT",) if verb == "COPY" else (verb,)):
            return _view_with_triggers(s, relation, alias)
        if verb == "COPY":
            raise WrongObjectType(f'cannot copy to view "{relation.name}"',
                                  hint="To enable copying to a view, provide an INSTEAD OF INSERT trigger.")
        if merging and not actions:
            raise not_supported("MERGE into a view that does nothing", position=position or None)
        found = [updatable_view(s, relation, action, merging=merging) for action in (actions if merging else (verb,))]
        view = under_alias(found[-1], shown)
        names = tuple((c.name, e) for c, e in zip(relation.columns, view.columns, strict=True))
        item = Item(shown, names, view.entry, schema=None if alias else relation.schema)
        s.through[view.entry.number] = (view.view, *view.below)
        if view.rows is not None and merging:
            raise not_supported(f'MERGE into view "{relation.name}", whose base has INSTEAD OF triggers')
        below = leaves_of(s, view.relation, verb, only=view.entry.only)
        return ChangeTarget(view.relation, view.entry, item, view, below, _firing(s, view.relation, view.rows, below))
    columns = tuple((c.name, c.type, c.typmod) for c in relation.columns)
    entry = TableEntry(number=s.new_entry(), alias=shown, columns=columns, relation=relation, only=only)
    below = leaves_of(s, relation, verb, only=only)
    tree = bool(below) or relation.partition_key is not None
    item = Item(entry.alias, table_columns(entry), entry, schema=None if alias else relation.schema,
                hidden_columns=system_columns(entry, relation, tree=tree))
    return ChangeTarget(relation, entry, item, tree=below, firing=_firing(s, relation, tree=below))


def _view_with_triggers(s: Statement, relation: Relation, alias: str | None) -> ChangeTarget:
    """A view as the table that its INSTEAD OF triggers make of it."""
    from executor.triggers.firing import firing_of

    columns = tuple((c.name, c.type, c.typmod) for c in relation.columns)
    entry = TableEntry(number=s.new_entry(), alias=alias or relation.name, columns=columns, relation=relation)
    rows = plan.QueryEntry(number=entry.number, alias=entry.alias, columns=columns, query=view_query(s, relation), view=relation)
    item = Item(entry.alias, table_columns(entry), entry, schema=None if alias else relation.schema)
    return ChangeTarget(relation, entry, item, firing=firing_of(s, relation, rows))


def _firing(s: Statement, relation: Relation, rows: plan.QueryEntry | None = None, tree: tuple[plan.Leaf, ...] = ()) -> Any:
    """The triggers that changes of a table can fire; None if there are none in the whole database, as a rule. rows: of a
    view that they are instead of. tree: the tables below (0A000 where a change of them can fire any)."""
    if not s.catalog.has_triggers:
        return None
    from executor.triggers.firing import firing_of  # few databases have triggers

    if tree:
        if any(firing_of(s, below, None) is not None for below in (relation, *(leaf.relation for leaf in tree))):
            raise not_supported(f'a change of "{relation.name}", which has children, with triggers')
        return None
    return firing_of(s, relation, rows)


def _check_changeable(relation: Relation, position: int) -> None:
    if relation.sqlite_schema == "catalog":
        from executor.sqlstates import InsufficientPrivilege

        raise InsufficientPrivilege(f"permission denied: \"{relation.name}\" is a system catalog")
    if relation.kind == "v" and relation.made_elsewhere:
        raise not_supported(f'changing rows through view "{relation.name}"', position=position or None)
    if relation.kind == "c":
        raise WrongObjectType(f'cannot open relation "{relation.name}"', position=position or None,
                              detail="This operation is not supported for composite types.")
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


def is_filled(relation: Relation, column: Column) -> bool:
    """True if the executor fills the column in when it is left out. A key that is the rowid gets its NULL: left to
    SQLite it would be given a number, which only tables made elsewhere expect."""
    if column.generated or column.sqlite_default:
        return False
    is_rowid = column.number == relation.rowid_column and not relation.made_elsewhere
    return column.default is not None or bool(column.identity) or is_rowid or domains.fills_columns(column.type)


def _identity_default(s: Statement, relation: Relation, column: Column) -> str | None:
    """The next value of an identity column's sequence, as SQL text; a partition has that of the partitioned table."""
    if relation.bound is not None:
        relation = trees.ancestors(s.catalog, relation)[-1]
        column = relation.by_name[column.name]
    for sequence in s.catalog.sequences:
        if sequence.identity and sequence.owned_by == (relation.oid, column.number):
            return f"nextval('{sequence.oid}'::regclass)"
    return None


def derived(s: Statement, relation: Relation, entry: TableEntry) -> tuple[tuple[tuple[Column, Expr], ...],
                                                                            tuple[tuple[str, Expr], ...]]:
    """The generated columns and the checks that are not SQLite's, over the new row."""
    generated = tuple((c, assign(s, stored_expression(s, entry, c.default or "NULL"), c.type, c.typmod, c.name))
                      for c in relation.columns if c.generated and not c.computed_by_sqlite)
    checks = tuple((c.name, stored_expression(s, entry, c.expression)) for c in relation.constraints
                   if c.kind == "c" and not c.enforced_by_sqlite)
    bounds: tuple[tuple[str, Expr], ...] = ()
    if relation.bound is not None:
        bounds = (("", stored_expression(s, entry, trees.whole_condition(s.catalog, relation))),)
    return generated, (*bounds, *checks, *_without_negative_zeros(relation, entry))


def leaves_of(s: Statement, relation: Relation, verb: str, *, only: bool) -> tuple[plan.Leaf, ...]:
    """Where the rows are that a change of the table reaches; () if they are its own. An INSERT reaches partitions only."""
    partitioned = relation.partition_key is not None
    if not partitioned and (only or verb in ("INSERT", "COPY") or relation.oid not in s.catalog.children):
        return ()
    if only and verb == "MERGE":
        raise not_supported("MERGE INTO ONLY a partitioned table")
    if only and verb not in ("INSERT", "COPY"):
        return ()
    s.use_tree(relation)
    found = []
    for raw in trees.descendants(s.catalog, relation):
        if raw.oid == relation.oid and partitioned:
            continue
        table = usertypes.numbered(s.catalog, raw)
        entry = TableEntry(number=s.new_entry(), alias=table.name, relation=table, only=True,
                           columns=tuple((c.name, c.type, c.typmod) for c in table.columns))
        generated, checks = derived(s, table, entry)
        text = trees.whole_condition(s.catalog, table) if partitioned else "true"
        found.append(plan.Leaf(relation=table, entry=entry, generated=generated, condition=stored_expression(s, entry, text),
                               checks=tuple(check for check in checks if check[0]) if partitioned else checks))
    return tuple(found)


def _without_negative_zeros(relation: Relation, entry: TableEntry) -> Iterator[tuple[str, Expr]]:
    """A check for each unique column whose stored values tell 0 and -0 apart."""
    unique = {key.column for index in relation.indexes if index.unique for key in index.columns}
    for i, column in enumerate(relation.columns):
        if column.number in unique and _has_parts(column.type):
            found = codec(base_type(column.type))
            if found.equal_but_zeros and not found.equal_as_stored:
                value = plan.ColumnRef(type=column.type, typmod=column.typmod, entry=entry.number, index=i, name=column.name)
                yield column.name, plan.NoNegativeZero(type=T.BOOL, argument=value)


def _has_parts(number: int) -> bool:
    """True if values of the type have others inside."""
    return bool(element_type(number)) or fields_of(number) is not None


def column_named(s: Statement, relation: Relation, name: str, position: int) -> Column:
    """A column of the target by name (42703)."""
    found = relation.by_name.get(name)
    if found is None:
        if name in ("ctid", "tableoid", "xmin", "xmax", "cmin", "cmax"):
            raise not_supported(f'assigning to system column "{name}"', position=position or None)
        raise UndefinedColumn(f'column "{name}" of relation "{relation.name}" does not exist', position=position or None)
    return found
