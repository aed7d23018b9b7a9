"""Changing a table with children: one step for each table that has some of the rows.

The rows to change are found in the whole tree, and kept with the table that each is in; each table's step takes its own
from there, and is left out if it has none. The rows of an INSERT into a partitioned table are kept with the number of the
partition that takes them; so are those of an UPDATE that can bring a row to another partition, where it is deleted from
its old one and inserted into the new one.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

from executor import plan, walk
from executor.catalog.search_path import shown_schema
from executor.catalog.trees import key_columns
from executor.context import Context
from executor.errors import not_supported
from executor.lower.expressions import value
from executor.lower.generator import Generator
from executor.lower.outputs import Outputs, targets_of
from executor.lower.rewriting import replace, rewrite
from executor.plan import ColumnRef, Const, DataChange, Expr, Insert, Leaf, Query, Select, StepEntry
from executor.sqlstates import CheckViolation
from executor.types import oids as T
from executor.types.base import Stored
from storage.statement import Function

if TYPE_CHECKING:
    from executor.catalog.model import Relation
    from executor.lower.steps import ChangedRows, Program


def has_leaves(c: DataChange) -> bool:
    """True if the rows of a change are in other tables than the one it names, or may be."""
    return bool(c.leaves) or (isinstance(c, Insert) and c.relation.partition_key is not None)


def table_oid(entry: int) -> ColumnRef:
    """The tableoid of a row of a tree."""
    return ColumnRef(type=T.OID, entry=entry, index=-2, name="tableoid")


# ---------------------------------------------------------------- one leaf


def leaf_columns(c: DataChange, leaf: Leaf) -> Any:
    """A function for `rewrite`: columns of the named table, and of `excluded`, as the leaf's."""
    places = {column.name: i for i, column in enumerate(leaf.relation.columns)}
    excluded = c.on_conflict.excluded if isinstance(c, Insert) and c.on_conflict is not None else 0

    def change(expr: Expr) -> Expr | None:
        if not isinstance(expr, ColumnRef) or expr.entry not in (c.entry.number, excluded or c.entry.number):
            return None
        number = leaf.entry.number if expr.entry == c.entry.number else expr.entry
        if expr.index == -2:
            return Const(type=T.OID, value=leaf.relation.oid)
        index = expr.index if expr.index < 0 else places[c.relation.columns[expr.index].name]
        return replace(expr, entry=number, index=index)

    return change


def of_leaf(c: Any, leaf: Leaf) -> Any:
    """The change as it is made to one leaf."""
    change = leaf_columns(c, leaf)
    fields: dict[str, Any] = {"relation": leaf.relation, "entry": leaf.entry, "generated": leaf.generated,
                              "checks": leaf.checks, "leaves": (), "moves": False}
    for name in ("where", "returning", "view_checks"):
        if hasattr(c, name):
            fields[name] = rewrite(getattr(c, name), change, change)
    if isinstance(c, plan.Update):
        fields["assignments"] = _assignments(c.assignments, leaf, change)
    if isinstance(c, Insert):
        fields["columns"] = tuple(leaf.relation.by_name[column.name] for column in c.columns)
        if c.on_conflict is not None:
            conflict = rewrite(c.on_conflict, change, change)
            fields["on_conflict"] = replace(conflict, assignments=_assignments(c.on_conflict.assignments, leaf, change))
    return replace(c, **fields)


def _assignments(assignments: Any, leaf: Leaf, change: Any) -> Any:
    return tuple((leaf.relation.by_name[column.name], rewrite(e, change, change)) for column, e in assignments)


# ---------------------------------------------------------------- UPDATE, DELETE


def write_leaves(program: "Program", c: Any, kept: StepEntry, table: int, *, counts: bool) -> None:
    """Change rows by their addresses, which `c` says. table: the column of the kept rows that is their tableoid."""
    for leaf in c.leaves:
        program.write(of_leaf(c, leaf), counts=counts, only=(kept.step, table, leaf.relation.oid))


def move_rows(program: "Program", c: plan.Update, rows: "ChangedRows", by_address: Any, *, counts: bool) -> "ChangedRows":
    """The steps of an UPDATE that can change the partition of a row. rows: new values by column; as they are afterwards."""
    from executor.lower.steps import ChangedRows, equal

    outputs = Outputs(next(program.numbers))
    kept = rows.entry()
    for i, (_, oid, typmod) in enumerate(kept.columns):
        outputs.add(ColumnRef(type=oid, typmod=typmod, entry=kept.number, index=i, name=f"c{i}"))
    new = {i: rows.new[c.entry.number, i] for i in range(len(c.relation.columns))}
    route = outputs.add(_route(c, new)).index
    program.read(Select(targets=outputs.targets, source=(kept,)), keep=outputs.number)
    entry = StepEntry(number=next(program.numbers), alias="", columns=outputs.columns, step=outputs.number, rowid=0)

    def over(expr: Expr) -> Expr | None:
        return replace(expr, entry=entry.number) if isinstance(expr, ColumnRef) and expr.entry == kept.number else None

    target = replace(outputs.at(route), entry=entry.number)
    table = replace(outputs.at(1), entry=entry.number, type=T.INT8)
    stays = equal(table, target)
    goes = plan.BoolOp(type=T.BOOL, operator="NOT", arguments=(stays,))
    assignments = tuple((column, rewrite(new[c.relation.columns.index(column)], over, over)) for column, _ in c.assignments)
    where = by_address(entry)
    for leaf in c.leaves:
        only = (outputs.number, 1, leaf.relation.oid)
        both = plan.BoolOp(type=T.BOOL, operator="AND", arguments=(where, stays))
        done = replace(c, assignments=assignments, source=(entry,), where=both, returning=(), ctes=())
        program.write(of_leaf(done, leaf), counts=counts, only=only)
        gone = plan.Delete(relation=c.relation, entry=c.entry, source=(entry,),
                           where=plan.BoolOp(type=T.BOOL, operator="AND", arguments=(where, goes)))
        program.write(of_leaf(gone, leaf), only=only)
    columns = [i for i, column in enumerate(c.relation.columns) if not column.generated]
    for leaf in c.leaves:
        own = Const(type=T.INT8, value=leaf.relation.oid)
        source = Select(targets=targets_of([rewrite(new[i], over, over) for i in columns]), source=(entry,),
                        where=plan.BoolOp(type=T.BOOL, operator="AND", arguments=(goes, equal(target, own))))
        insert = Insert(relation=c.relation, entry=c.entry, columns=tuple(c.relation.columns[i] for i in columns),
                        source=source, view_checks=c.view_checks)
        program.write(of_leaf(insert, leaf), counts=counts, only=(outputs.number, route, leaf.relation.oid))
    moved = ChangedRows(outputs.number, outputs, rowid=0)

    def kept_now(expr: Expr) -> Expr | None:
        return replace(expr, entry=outputs.number) if isinstance(expr, ColumnRef) and expr.entry == kept.number else None

    moved.new = {place: rewrite(expr, kept_now, kept_now) for place, expr in rows.new.items()}
    moved.new[c.entry.number, -2] = outputs.at(route)
    if any(isinstance(e, ColumnRef) and (e.entry, e.index) == (c.entry.number, -1) for e in walk.descend(c.returning)):
        raise not_supported("ctid in the RETURNING of an UPDATE that can move rows to other partitions")
    return moved


# ---------------------------------------------------------------- INSERT


def _route(c: DataChange, new: dict[int, Expr]) -> Expr:
    """The OID of the leaf that takes a row (23514 if none does). new: its values by the named table's columns."""
    by_name = {column.name: new[i] for i, column in enumerate(c.relation.columns)}
    def failure(relation: "Relation") -> plan.NoPartition:
        row = tuple(by_name[column.name] for column in relation.columns)
        return plan.NoPartition(type=T.INT8, relation=relation, arguments=row)

    whens: list[tuple[Expr, Expr]] = []
    for leaf in (*c.leaves, *reversed(c.branches)):
        numbers = {leaf.entry.number: leaf}

        def place(expr: Expr, numbers: dict[int, Leaf] = numbers) -> Expr | None:
            if isinstance(expr, ColumnRef) and expr.entry in numbers:
                return by_name[expr.name]
            return None

        inner = leaf.relation.partition_key is not None
        taken = failure(leaf.relation) if inner else Const(type=T.INT8, value=leaf.relation.oid)
        whens.append((rewrite(leaf.condition, place, place), taken))
    failed = failure(c.relation)
    whens = [(plan.BoolOp(type=T.BOOL, operator="NOT", arguments=(_over_new(c, expr, new),)), replace(failed, outside=True))
             for name, expr in c.checks if not name] + whens
    if not whens:
        return failed
    return plan.Case(type=T.INT8, whens=tuple(whens), otherwise=failed)


def _over_new(c: DataChange, expr: Expr, new: dict[int, Expr]) -> Expr:
    def place(e: Expr) -> Expr | None:
        return new[e.index] if isinstance(e, ColumnRef) and e.entry == c.entry.number else None

    found: Expr = rewrite(expr, place, place)
    return found


def routed(program: "Program", c: Insert) -> tuple[StepEntry, int]:
    """Keep the rows of an INSERT with the partition of each: the rows, and which column says it."""
    from executor.lower.expressions import is_volatile
    from executor.lower.steps import columns_of

    given: plan.FromItem
    if is_volatile(tuple(t.expr for t in c.source.targets)) or isinstance(c.source, plan.SetOperation):
        first = next(program.numbers)
        program.read(_with(c.source, c.ctes), keep=first)
        given = StepEntry(number=next(program.numbers), alias="", columns=_columns(c.source), step=first)
        ctes: tuple[plan.Cte, ...] = ()
    else:
        given = plan.QueryEntry(number=next(program.numbers), alias="", columns=_columns(c.source), query=c.source)
        ctes = c.ctes
    outputs = Outputs(next(program.numbers))
    values = {column.number: expr for column, expr in zip(c.columns, columns_of(given), strict=False)}
    for column in c.columns:
        outputs.add(values.get(column.number) or Const(type=column.type, typmod=column.typmod, value=None))
    new = _new_values(c, values)
    route = outputs.add(_route(c, new)).index
    program.read(Select(targets=outputs.targets, source=(given,), ctes=ctes), keep=outputs.number)
    return StepEntry(number=next(program.numbers), alias="", columns=outputs.columns, step=outputs.number), route


def _columns(source: Query) -> tuple[tuple[str, int, int], ...]:
    return tuple((t.name, t.expr.type, t.expr.typmod) for t in source.targets if not t.hidden)


def _with(source: Query, ctes: tuple[plan.Cte, ...]) -> Query:
    found: Query = replace(source, ctes=(*ctes, *source.ctes)) if ctes else source
    return found


def _new_values(c: Insert, values: dict[int, Expr]) -> dict[int, Expr]:
    """A new row by the places of the table's columns, generated ones included."""
    new: dict[int, Expr] = {}
    for i, column in enumerate(c.relation.columns):
        new[i] = values.get(column.number) or Const(type=column.type, typmod=column.typmod, value=None)
    places = {column.number: i for i, column in enumerate(c.relation.columns)}

    for column, expr in c.generated:
        new[places[column.number]] = _over_new(c, expr, new)
    return new


def write_routed(program: "Program", c: Insert, kept: StepEntry, route: int, *, counts: bool, keep: bool = False) -> list[int]:
    """Insert the kept rows into their partitions; with `keep`, gives the numbers under which what was inserted is kept."""
    from executor.lower.steps import equal

    found = []
    if c.moves:
        raise not_supported("ON CONFLICT DO UPDATE that changes the partition key")
    for leaf in c.leaves:
        entry = replace(kept, number=next(program.numbers))
        columns: list[Expr] = [ColumnRef(type=oid, typmod=typmod, entry=entry.number, index=i, name=name)
                               for i, (name, oid, typmod) in enumerate(entry.columns[:route])]
        target = ColumnRef(type=T.INT8, entry=entry.number, index=route, name="route")
        source = Select(targets=targets_of(columns), source=(entry,),
                        where=equal(target, Const(type=T.INT8, value=leaf.relation.oid)))
        number = next(program.numbers) if keep else 0
        done = of_leaf(replace(c, source=source, ctes=(), returning=() if not keep else c.returning), leaf)
        program.write(done, keep=number, counts=counts, only=(kept.step, route, leaf.relation.oid))
        found.append(number)
    return found


def completed(c: Insert) -> Insert:
    """The INSERT with all columns: those that it leaves out are NULL, whatever the defaults of the partitions are."""
    return replace(c, columns=(*c.columns, *(k for k in c.relation.columns if k not in c.columns and not k.generated)))


def inserted(program: "Program", c: Insert, *, keep: int) -> None:
    """All steps of an INSERT into a partitioned table. keep: as in Program.change."""
    c = completed(c)
    is_main = not keep
    kept, route = routed(program, c)
    program.steps[-1] = replace(program.steps[-1], is_result=is_main and not c.returning)
    if not c.returning:
        write_routed(program, c, kept, route, counts=is_main)
        return
    if c.on_conflict is not None:
        numbers = write_routed(program, c, kept, route, counts=is_main, keep=True)
        program.read(_union(program, c, numbers), keep=keep, is_result=is_main)
        return
    write_routed(program, c, kept, route, counts=is_main)
    values = {column.number: ColumnRef(type=oid, typmod=typmod, entry=kept.number, index=i, name=name)
              for i, (column, (name, oid, typmod)) in enumerate(zip(c.columns, kept.columns, strict=False))}
    new = _new_values(c, dict(values))
    partition = ColumnRef(type=T.OID, entry=kept.number, index=route, name="tableoid")

    def place(expr: Expr) -> Expr | None:
        if not isinstance(expr, ColumnRef) or expr.entry != c.entry.number:
            return None
        if expr.index == -1:
            raise not_supported("ctid in the RETURNING of an INSERT into a partitioned table")
        return partition if expr.index == -2 else new[expr.index]

    program.read(Select(targets=rewrite(c.returning, place, place), source=(kept,), ctes=c.ctes), keep=keep, is_result=is_main)


def _union(program: "Program", c: Insert, numbers: list[int]) -> Query:
    """What the steps of the leaves have returned."""
    columns = tuple((t.name, t.expr.type, t.expr.typmod) for t in c.returning)
    found: Query | None = None
    for step in numbers:
        entry = StepEntry(number=next(program.numbers), alias="", columns=columns, step=step)
        part = Select(source=(entry,), targets=_named(c, entry.number))
        if found is None:
            found = part
        else:
            number = next(program.numbers)
            found = plan.SetOperation(number=number, operator="UNION", every=True, left=found, right=part,
                                      targets=_named(c, number))
    if found is None:
        nothing = [Const(type=t.expr.type, typmod=t.expr.typmod, value=None) for t in c.returning]
        found = Select(targets=targets_of(list(nothing)), where=Const(type=T.BOOL, value=0))
    return found


def _named(c: Insert, entry: int) -> tuple[plan.Target, ...]:
    return tuple(replace(t, expr=ColumnRef(type=t.expr.type, typmod=t.expr.typmod, entry=entry, index=i, name=t.name))
                 for i, t in enumerate(c.returning))


# ---------------------------------------------------------------- no partition


def no_partition(g: Generator, expr: plan.NoPartition) -> str:
    """See plan.NoPartition."""
    relation = expr.relation
    if expr.outside:
        return f"{g.need(partition_check(relation))}({', '.join(value(g, e) for e in expr.arguments)})"
    types = tuple((e.type, e.typmod) for e in expr.arguments)
    assert relation.partition_key is not None
    places = {column.number: i for i, column in enumerate(relation.columns)}
    key = tuple(places[part.column] if part.column else -1 for part in relation.partition_key.parts)
    needed = [i for i in key if i >= 0]
    shown = tuple(types[i] for i in needed) if len(needed) == len(key) else ()
    function = _no_partition(relation.schema, relation.name, ", ".join(key_columns(relation)), shown)
    return f"{g.need(function)}({', '.join(value(g, expr.arguments[i]) for i in needed) if shown else ''})"


@cache
def _no_partition(schema: str, table: str, names: str, types: tuple[tuple[int, int], ...]) -> Function:
    def refuse(context: Context, *row: Stored) -> None:
        raise CheckViolation(f'no partition of relation "{table}" found for row', schema=shown_schema(schema), table=table,
                             detail=_key_detail(names, types, row, context))

    suffix = "_".join(f"{oid}m{typmod}" for oid, typmod in types)
    return Function(f"pg_no_partition_{schema}.{table}({names})_{suffix}", refuse, len(types), False, context=True)


def _key_detail(names: str, types: tuple[tuple[int, int], ...], row: tuple[Stored, ...], context: Context) -> str | None:
    from executor.facts.lookup import base_type
    from executor.types.registry import codec

    if not types:
        return None
    texts = ["null" if v is None else codec(base_type(oid)).text_encoder(typmod, context.env)(v).decode()
             for (oid, typmod), v in zip(types, row, strict=True)]
    return f"Partition key of the failing row contains ({names}) = ({', '.join(texts)})."


def partition_check(relation: "Relation") -> Function:
    """The function that raises for a row that its partition does not take (23514)."""
    from executor.diagnosis.texts import failing_row

    def refuse(context: Context, *row: Stored) -> None:
        raise CheckViolation(f'new row for relation "{relation.name}" violates partition constraint',
                             schema=shown_schema(relation.schema), table=relation.name,
                             detail=failing_row(relation, row, context.env) or "Failing row is not known.")

    types = "_".join(f"{c.type}m{c.typmod}" for c in relation.columns)
    name = f"pg_partition_{relation.schema}.{relation.name}_{types}"
    return Function(name, refuse, len(relation.columns), False, context=True)
