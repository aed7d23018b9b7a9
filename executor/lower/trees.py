"""Reading a table with children: its rows and those of its descendants, as one UNION ALL.

Each part gives the columns by their names in the table that was asked for, then the row's rowid, ctid and tableoid. SQLite
pushes conditions on the union's columns down into its parts, so that each uses its own indexes. Where a condition of the
query says what the partition key is equal to, or between what it is, a part that has no such rows begins with a test of
its bounds against these values, which SQLite makes once, before it looks at any row.
"""

from itertools import count
from typing import Any

from executor import plan, walk
from executor.catalog import trees, usertypes
from executor.catalog.model import Catalog, Relation
from executor.errors import not_supported
from executor.lower.outputs import targets_of
from executor.lower.pruning import pruned
from executor.lower.rewriting import FIRST_NEW_ENTRY, entries_of, numbers_inside, replace_entries, rewrite
from executor.plan import ColumnRef, Const, Expr, FromItem, Query, QueryEntry, Select, TableEntry
from executor.types import oids as T

FIRST_TREE_ENTRY = 3 * FIRST_NEW_ENTRY
EXTRA = (("rowid", T.INT8, -1), ("ctid", T.TID, -1), ("tableoid", T.OID, -1))


class TreeEntry(QueryEntry, frozen=True, kw_only=True):
    """The rows of a table and those that inherit from it. Beside its columns: the rowid, ctid and tableoid of each row."""

    tables: tuple[Relation, ...]


def expand(p: Any, catalog: Catalog) -> Any:
    """A plan that reads the descendants of the tables it names. The tables that it changes stay as they are."""
    if not catalog.children:
        return p
    changed = {node.entry.number for node in walk.nodes(p) if isinstance(node, plan.DataChange)}
    found = {e.number: e for e in entries_of(p)
             if isinstance(e, TableEntry) and not e.only and e.number not in changed and _has_children(catalog, e)}
    if not found:
        return p
    numbers = count(max(FIRST_TREE_ENTRY, *(n + 1 for n in numbers_inside(p))))
    made = {number: _tree(catalog, entry, numbers) for number, entry in found.items()}

    def change(entry: FromItem) -> FromItem:
        return made.get(entry.number, entry) if isinstance(entry, TableEntry) else entry

    def reference(expr: Expr) -> Expr | None:
        if isinstance(expr, ColumnRef) and expr.index < 0 and expr.entry in made:
            extra = 0 if isinstance(expr, plan.RowNumber) else -expr.index
            return output(made[expr.entry], extra)
        return None

    return pruned(rewrite(replace_entries(p, change), reference, reference), catalog)


def output(entry: TreeEntry, extra: int) -> ColumnRef:
    """The rowid (0), ctid (1) or tableoid (2) of a tree's row."""
    name, type_, typmod = EXTRA[extra]
    return ColumnRef(type=type_, typmod=typmod, entry=entry.number, index=len(entry.columns) - len(EXTRA) + extra, name=name)


def _has_children(catalog: Catalog, entry: TableEntry) -> bool:
    return entry.relation.sqlite_schema != "catalog" and entry.relation.oid in catalog.children


def _tree(catalog: Catalog, entry: TableEntry, numbers: "count[int]") -> TreeEntry:
    tables = tuple(usertypes.numbered(catalog, r) for r in trees.with_rows(catalog, entry.relation))
    if entry.sample is not None:
        raise not_supported("TABLESAMPLE of a table with children")
    parts = [part(entry.relation, table, next(numbers)) for table in tables] or [_nothing(entry)]
    query: Query = parts[0]
    for right in parts[1:]:
        number = next(numbers)
        outputs = [ColumnRef(type=t.expr.type, typmod=t.expr.typmod, entry=number, index=i, name=t.name)
                   for i, t in enumerate(right.targets)]
        query = plan.SetOperation(number=number, operator="UNION", every=True, left=query, right=right,
                                  targets=targets_of(list(outputs)))
    return TreeEntry(number=entry.number, alias=entry.alias, columns=(*entry.columns, *EXTRA), query=query, tables=tables,
                     lateral=entry.lateral, has_alias=entry.has_alias, has_column_aliases=entry.has_column_aliases)


def part(parent: Relation, table: Relation, number: int) -> Select:
    """The rows of one table with its parent's columns."""
    if not table.rowid:
        raise not_supported(f'reading table "{table.name}", which has no rowid, through its parent')
    places = {column.name: i for i, column in enumerate(table.columns)}
    missing = next((column.name for column in parent.columns if column.name not in places), None)
    if missing is not None:
        raise not_supported(f'reading table "{table.name}", whose column "{missing}" another program dropped, through its parent')
    entry = TableEntry(number=number, alias=table.name, relation=table, only=True,
                       columns=tuple((c.name, c.type, c.typmod) for c in table.columns))
    outputs: list[Expr] = [ColumnRef(type=c.type, typmod=c.typmod, entry=number, index=places[c.name], name=c.name)
                           for c in parent.columns]
    outputs += [plan.RowNumber(type=T.INT8, entry=number, index=-1, name="rowid"),
                ColumnRef(type=T.TID, entry=number, index=-1, name="ctid"), Const(type=T.OID, value=table.oid)]
    return Select(targets=targets_of(outputs), source=(entry,))


def _nothing(entry: TableEntry) -> Select:
    """No rows: a partitioned table whose partitions are all partitioned, and have none."""
    nulls: list[Expr] = [Const(type=oid, typmod=typmod, value=None) for _, oid, typmod in (*entry.columns, *EXTRA)]
    return Select(targets=targets_of(nulls), where=Const(type=T.BOOL, value=0))
