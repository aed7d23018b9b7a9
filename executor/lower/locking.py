"""FOR UPDATE and the like: queries whose rows are locked become steps of their own (executor.lower.steps).

Such a step gives, beside its outputs, the address of each row that is to be locked; executor.locking takes the rows in
their order, locks them, and counts LIMIT and OFFSET, since PostgreSQL locks after sorting and before LIMIT. A locking
query that is not the main one is run before what uses it, which reads its rows: it is taken for a WITH query. One that
uses the query around it cannot be; it locks its rows where it stands, by a function.

As in PostgreSQL a clause reaches into the subqueries and views in FROM. A simple one is locked with the whole query; one
that sorts, limits or locks itself gets the clause for its own. WITH queries are not reached.
"""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import msgspec

from executor import plan, walk
from executor.bind.locking import entries, is_simple, stronger
from executor.catalog.model import Relation
from executor.errors import not_supported
from executor.facts import lookup
from executor.lower.generator import Bound, Lowered, RowLock, RowLocks, Slot
from executor.lower.levels import ONE
from executor.lower.outputs import targets_of
from executor.lower.rewriting import entries_of, numbers_inside, replace
from executor.lower.steps import equal
from executor.lower.trees import TreeEntry, output
from executor.plan import (
    ColumnRef,
    Cte,
    CteEntry,
    Expr,
    FromItem,
    Join,
    Locking,
    Query,
    QueryEntry,
    RowNumber,
    Select,
    TableEntry,
    Target,
)
from executor.types import oids as T
from storage.locks import Mode

MODES = {"FOR KEY SHARE": Mode.FOR_KEY_SHARE, "FOR SHARE": Mode.FOR_SHARE, "FOR NO KEY UPDATE": Mode.FOR_NO_KEY_UPDATE,
         "FOR UPDATE": Mode.FOR_UPDATE}


# ---------------------------------------------------------------- locking queries that are not the main one


class Lifting:
    """Takes the locking queries out of a statement. ctes: those that were subqueries, as WITH queries.

    numbers: of new range entries.
    """

    def __init__(self, numbers: "count[int]") -> None:
        self.numbers = numbers
        self.ctes: list[Cte] = []
        self.inside = False  # a query locks its rows by itself
        self._visible: set[int] = set()  # the WITH queries of the statement that a lifted query may read

    def statement(self, p: plan.Plan) -> plan.Plan:
        """The statement; its main query, and those of its WITH list, stay what they are."""
        ctes = []
        for cte in p.ctes:
            ctes.append(replace(cte, query=self._part(cte.query)))
            self._visible.add(cte.number)
        main = self._part(replace(p, ctes=()))
        found: plan.Plan = replace(main, ctes=(*ctes, *self.ctes))
        return found

    def _part(self, p: Any) -> Any:
        return self._inside(given(p) if isinstance(p, Select) else p)

    def _inside(self, value: Any) -> Any:
        """A copy of a node with the queries inside of it lifted."""
        if isinstance(value, tuple):
            return tuple(self._query(item) if isinstance(item, Query) else self._inside(item) for item in value)
        if not isinstance(value, msgspec.Struct) or isinstance(value, walk.NOT_PLANS):
            return value
        if isinstance(value, Cte) and not value.references:
            return value  # never run
        if isinstance(value, plan.Subquery) and value.kind == "exists":
            value = replace(value, query=_first_row(value.query))
        fields = {}
        for name in value.__struct_fields__:
            old = getattr(value, name)
            if isinstance(old, (tuple, msgspec.Struct)):
                new = self._query(old) if isinstance(old, Query) else self._inside(old)
                if new is not old:
                    fields[name] = new
        return replace(value, **fields) if fields else value

    def _query(self, q: Query) -> Query:
        """A query that is not the main one."""
        found: Query = self._part(q)
        if not isinstance(found, Select) or not found.locking or not any(tables(found)):
            return found
        if self._is_correlated(found):
            self.inside = True
            return self._locked_inside(found)
        columns = tuple((t.name, t.expr.type, t.expr.typmod) for t in found.targets)
        number, entry = next(self.numbers), next(self.numbers)
        kept = replace(found, targets=found.targets or targets_of([ONE]))
        self.ctes.append(Cte(number=number, name="", query=kept, columns=columns or (("c0", T.INT4, -1),)))
        rows = CteEntry(number=entry, alias="", columns=self.ctes[-1].columns, cte=number)
        return Select(source=(rows,), targets=tuple(
            replace(t, expr=ColumnRef(type=t.expr.type, typmod=t.expr.typmod, entry=entry, index=i, name=t.name))
            for i, t in enumerate(found.targets)))

    def _is_correlated(self, q: Select) -> bool:
        """Whether a query cannot be run by itself."""
        own = numbers_inside(q)
        own |= {e.entry for e in walk.descend(q) if isinstance(e, plan.CheckDomain)}
        ctes = self._visible | {cte.number for cte in self.ctes} | {n.number for n in walk.nodes(q) if isinstance(n, Cte)}
        return any((isinstance(node, ColumnRef) and node.entry not in own)
                   or (isinstance(node, CteEntry) and node.cte not in ctes) for node in walk.nodes(q))

    def _locked_inside(self, q: Select) -> Select:
        """A query that locks its rows itself, by a function: after sorting, before LIMIT."""
        q, found = _addressed(q)
        width = len(q.targets)
        if q.with_ties:
            raise not_supported("locking rows WITH TIES in a subquery that uses the enclosing query")
        body = replace(q, targets=(*q.targets, *_outputs(found)), limit=None, offset=None, ctes=())
        number = next(self.numbers)
        columns = tuple((t.name, t.expr.type, t.expr.typmod) for t in body.targets)
        rows = plan.OrderedEntry(number=number, alias="", columns=columns, query=body)
        outputs = [ColumnRef(type=oid, typmod=typmod, entry=number, index=i, name=name)
                   for i, (name, oid, typmod) in enumerate(columns)]
        tests = tuple(plan.LockRow(type=T.BOOL, address=outputs[width + i], lock=lock) for i, (lock, _) in enumerate(found))
        return Select(
            targets=tuple(replace(t, expr=e) for t, e in zip(q.targets, outputs, strict=False)), source=(rows,), ctes=q.ctes,
            where=tests[0] if len(tests) == 1 else plan.BoolOp(type=T.BOOL, operator="AND", arguments=tests),
            limit=q.limit, offset=q.offset)


def _first_row(q: Query) -> Query:
    """A query of EXISTS, which asks for no more rows than one: others are not locked."""
    return replace(q, limit=ONE) if isinstance(q, Select) and q.locking and q.limit is None else q


def given(q: Select) -> Select:
    """The query, its clauses given to the subqueries in FROM that must lock for themselves."""
    if not q.locking:
        return q
    marks = {locking.entry: locking for locking in q.locking}
    return replace(q, source=_each(q.source, lambda item: _given(item, marks.get(item.number))))


def _given(item: plan.RangeEntry, locking: Locking | None) -> plan.RangeEntry:
    if locking is None or not isinstance(item, QueryEntry) or isinstance(item, TreeEntry) \
            or not isinstance(item.query, Select):
        return item
    inner = item.query
    if is_simple(inner):
        source = _each(inner.source, lambda below: _given(below, replace(locking, entry=below.number)))
        return replace(item, query=replace(inner, source=source)) if source != inner.source else item
    marks = {mark.entry: mark for mark in inner.locking}
    for below in entries(inner.source):
        if isinstance(below, (TableEntry, QueryEntry)):
            marks[below.number] = stronger(marks.get(below.number), replace(locking, entry=below.number))
    return replace(item, query=replace(inner, locking=tuple(marks[number] for number in sorted(marks))))


def _each(items: tuple[FromItem, ...], change: Callable[[plan.RangeEntry], plan.RangeEntry]) -> tuple[FromItem, ...]:
    """A FROM list with other range entries."""
    return tuple(replace(item, left=_each((item.left,), change)[0], right=_each((item.right,), change)[0])
                 if isinstance(item, Join) else change(item) for item in items)


def tables(q: Select) -> Iterator[TableEntry]:
    """The tables whose rows a query locks."""
    locked = {locking.entry for locking in q.locking}
    pending = [entry for entry in entries(q.source) if entry.number in locked]
    for entry in pending:
        if isinstance(entry, TableEntry) and _is_shared(entry.relation):
            yield entry
        elif isinstance(entry, TreeEntry):
            pending += [below for below in entries_of(entry.query) if isinstance(below, TableEntry)]
        elif isinstance(entry, QueryEntry) and isinstance(entry.query, Select) and is_simple(entry.query):
            pending += entries(entry.query.source)


def _is_shared(relation: Relation) -> bool:
    """Whether other sessions could be at a table's rows."""
    return relation.sqlite_schema != "temp"


def first_lock(p: plan.Plan) -> str:
    """The strength of the first clause that locks rows of a table others use; "" if there is none.

    WITH queries that nothing reads are not run.
    """
    unread = [cte.query for cte in p.ctes if not cte.references and isinstance(cte.query, Query)]
    for node in walk.nodes(p, skip=lambda node: any(node is q for q in unread)):
        if isinstance(node, Select) and node.locking and any(tables(node)):
            return node.locking[0].strength
    return ""


# ---------------------------------------------------------------- a locking query as a step


def with_addresses(q: Select, lowered: Callable[[Query], Lowered]) -> tuple[Select, RowLocks | None]:
    """A locking query with the addresses of its rows among its outputs, and what is to be done with them.

    lowered: how a further query of the step is made.
    """
    q, found = _addressed(q)
    if not found:
        return q, None
    width = len(q.targets)
    rows = tuple(replace(lock, output=width + i) for i, (lock, _) in enumerate(found))
    limit, offset, bounds = _bounds(q, lowered)
    locks = RowLocks(width=width, rows=rows, limit=limit, offset=offset, bounds=bounds,
                     skips=any(lock.wait == "SKIP LOCKED" for lock in rows))
    return _bounded(replace(q, targets=(*q.targets, *_outputs(found)))), locks


def _addressed(q: Select) -> tuple[Select, list[tuple[RowLock, Expr]]]:
    """The query without its clauses, and what they lock: how, and the address of the row."""
    marks = {locking.entry: locking for locking in q.locking}
    found: list[tuple[RowLock, Expr]] = []

    def change(item: plan.RangeEntry) -> plan.RangeEntry:
        if item.number not in marks:
            return item
        entry, more = _reached(item, marks[item.number])
        found.extend(more)
        return entry

    q = replace(q, source=_each(q.source, change), locking=())
    return q, found


def _outputs(found: list[tuple[RowLock, Expr]]) -> tuple[Target, ...]:
    return tuple(Target(expr=address, name="rowid") for _, address in found)


def _reached(entry: plan.RangeEntry, locking: Locking) -> tuple[plan.RangeEntry, list[tuple[RowLock, Expr]]]:
    """An entry that gives the addresses of its rows, and these."""
    if isinstance(entry, TableEntry):
        return entry, _of_table(entry, locking)
    if isinstance(entry, TreeEntry):
        return entry, _of_tree(entry, locking)
    if not isinstance(entry, QueryEntry) or not isinstance(entry.query, Select) or not is_simple(entry.query):
        return entry, []
    inner: list[tuple[RowLock, Expr]] = []

    def change(below: plan.RangeEntry) -> plan.RangeEntry:
        changed, more = _reached(below, locking)
        inner.extend(more)
        return changed

    source = _each(entry.query.source, change)
    if not inner:
        return entry, []
    width = len(entry.columns)
    body = replace(entry.query, source=source, targets=(*entry.query.targets, *_outputs(inner)))
    made = replace(entry, query=body, columns=(*entry.columns, *(("rowid", T.INT8, -1) for _ in inner)))
    outputs = [ColumnRef(type=T.INT8, entry=entry.number, index=width + i, name="rowid") for i in range(len(inner))]
    return made, [(lock, output) for (lock, _), output in zip(inner, outputs, strict=True)]


def _of_tree(entry: TreeEntry, locking: Locking) -> list[tuple[RowLock, Expr]]:
    """For each table of a tree: the address of a row that is in it, else NULL."""
    found: list[tuple[RowLock, Expr]] = []
    for table in entry.tables:
        if _is_shared(table):
            here = equal(output(entry, 2), plan.Const(type=T.INT8, value=table.oid))
            address = plan.Case(type=T.INT8, whens=((here, output(entry, 0)),), otherwise=None)
            found.append((_lock(table, locking), address))
    return found


def _lock(relation: Relation, locking: Locking) -> RowLock:
    return RowLock(table=relation.sqlite_name or relation.name, relation=relation.name, mode=MODES[locking.strength],
                   wait=locking.wait)


def _of_table(entry: TableEntry, locking: Locking) -> list[tuple[RowLock, Expr]]:
    relation = entry.relation
    if not _is_shared(relation):
        return []
    lock = _lock(relation, locking)
    if relation.kind == "v":
        raise not_supported(f'{locking.strength} of rows of "{relation.name}", a view made elsewhere')
    if relation.sqlite_schema == "catalog" or not relation.rowid:  # rows have no addresses that stay: all are locked as one
        table = f"{relation.schema}.{relation.name}" if relation.sqlite_schema == "catalog" else lock.table
        return [(replace(lock, table=table, whole=True), plan.Const(type=T.INT8, value=0))]
    return [(lock, RowNumber(type=T.INT8, entry=entry.number, index=-1, name="rowid"))]


def _bounds(q: Select, lowered: Callable[[Query], Lowered]) -> tuple[Bound, Bound, Lowered | None]:
    """LIMIT and OFFSET, as numbers or parameters, or else the statement that computes both."""
    limit = None if q.with_ties else q.limit  # then SQLite leaves out what is too many
    known = [_known(e) for e in (limit, q.offset)]
    if all(bound is not UNKNOWN for bound in known):
        return known[0], known[1], None
    null = plan.Const(type=T.INT8, value=None)
    both = Select(targets=targets_of([null if e is None else e for e in (limit, q.offset)]), ctes=q.ctes)
    return None, None, lowered(both)


UNKNOWN: Any = object()


def _known(expr: Expr | None) -> Bound:
    if expr is None:
        return None
    if isinstance(expr, plan.Call) and len(expr.arguments) == 1 and expr.function.name == "int8":
        expr = expr.arguments[0]
    if isinstance(expr, plan.Const) and expr.lifted is None and (expr.value is None or isinstance(expr.value, int)):
        return expr.value
    if isinstance(expr, plan.Param) and expr.type in (T.INT2, T.INT4, T.INT8):
        return Slot("param", expr.number, expr.type, expr.typmod)
    return UNKNOWN  # type: ignore[no-any-return]


def _bounded(q: Select) -> Select:
    """The query as SQLite runs it: without OFFSET, whose rows are locked too, and with as many rows as will be asked for."""
    if not q.with_ties:
        return replace(q, limit=plan.RowBound(type=T.INT8) if q.limit is not None else None, offset=None)
    if q.offset is None or q.limit is None:
        return replace(q, offset=None)
    plus = lookup.operator_by_signature("+", T.INT8, T.INT8)
    assert plus is not None
    skipped = plan.Coalesce(type=T.INT8, arguments=(q.offset, plan.Const(type=T.INT8, value=0)))
    return replace(q, offset=None, limit=plan.Call(
        type=T.INT8, function=lookup.functions_by_oid()[plus.function], arguments=(q.limit, skipped)))
