"""The typed plan: frozen nodes, each expression with its PostgreSQL type. The binder makes it, executor.lower reads it.

A plan is read-only and shared by every execution of a cached statement; run state is elsewhere (executor.run).
Names are resolved: a column says which range entry (by number, unique in the statement) and which output of it.
"""

from typing import Any

import msgspec

from executor.catalog.model import Column as TableColumn
from executor.catalog.model import Relation
from executor.facts.lookup import Function
from executor.types.base import Stored


class Expr(msgspec.Struct, frozen=True, kw_only=True):
    """Any expression. position: in the statement's text, characters from 1; 0 if it has none."""

    type: int
    typmod: int = -1
    position: int = 0


class Const(Expr, frozen=True, kw_only=True):
    """A constant. While its type is `unknown` the value is the literal's text.

    lifted: number of the literal in the statement if its value is a parameter of the cached plan (see executor.cache).
    system_column: (entry, name) of the column that it stands for (tableoid). untyped: a literal that is text only
    because nothing said what else (an argument of VARIADIC "any").
    """

    value: Stored
    lifted: int | None = None
    system_column: tuple[int, str] | None = None
    untyped: bool = False


class Param(Expr, frozen=True, kw_only=True):
    """$n of the statement; number counts from 1."""

    number: int


class RowBound(Expr, frozen=True, kw_only=True):
    """How many rows a query whose rows are locked reads at most, -1 for all. No statement of a client has it."""


class LockRow(Expr, frozen=True, kw_only=True):
    """Locks the row with an address; false if it is left out. `lock` is executor.lower's. No statement of a client has it."""

    address: Expr
    lock: msgspec.Struct


class ColumnRef(Expr, frozen=True, kw_only=True):
    """Output `index` (from 0) of range entry `entry`; `name` for messages. index -1: the row's address (rowid)."""

    entry: int
    index: int
    name: str


class RowNumber(ColumnRef, frozen=True, kw_only=True):
    """SQLite's rowid of a range entry's row, as a number; index is -1. No statement of a client has it."""


class DomainValue(ColumnRef, frozen=True, kw_only=True):
    """VALUE in the CHECK of a domain; `entry` is the CheckDomain's."""


class WholeRow(Expr, frozen=True, kw_only=True):
    """A range entry's row as a composite value. absent: there is no such row, so it is NULL."""

    entry: int
    fields: tuple[Expr, ...]
    names: tuple[str, ...]
    absent: bool = False


class Call(Expr, frozen=True, kw_only=True):
    """A function call, also what operators and casts become.

    written: the arguments that were given, in the order of writing, as (index, name or "" if by position); None: all
    by position. What is not among them comes from the function's defaults.
    spread: the last argument is an array, whose elements a VARIADIC "any" parameter gets.
    """

    function: Function
    arguments: tuple[Expr, ...]
    spread: bool = False
    implicit_cast: bool = False  # printed as nothing
    explicit_cast: bool = False
    operator: str = ""  # the operator it was written as
    sql_syntax: bool = False  # written in a syntax of its own: EXTRACT(year FROM x), x AT TIME ZONE y ...
    sql_value: str = ""  # written as CURRENT_DATE, CURRENT_TIMESTAMP(3) ...
    written: tuple[tuple[int, str], ...] | None = None


class AggregateCall(Expr, frozen=True, kw_only=True):
    """An aggregate, or with `window` a window function or aggregate over a window."""

    function: Function
    arguments: tuple[Expr, ...]
    direct_arguments: tuple[Expr, ...] = ()
    star: bool = False
    distinct: bool = False
    order: tuple["SortKey", ...] = ()
    filter: Expr | None = None
    window: "Window | None" = None


class OuterAggregate(Expr, frozen=True, kw_only=True):
    """In a subquery, an aggregate of an enclosing query: the one that has range entry `entry`."""

    call: AggregateCall
    entry: int


class Grouping(Expr, frozen=True, kw_only=True):
    """GROUPING(...): a bit for each argument, 1 if it is not grouped in the row's grouping set."""

    arguments: tuple[Expr, ...]


class MergeAction(Expr, frozen=True, kw_only=True):
    """merge_action() in the RETURNING of a MERGE."""


class Relabel(Expr, frozen=True, kw_only=True):
    """The same stored value under another type (binary-coercible cast, domain), or with a collation (COLLATE "C")."""

    argument: Expr
    explicit: bool = False  # a cast that was written
    collation: tuple[str, ...] = ()  # of COLLATE: the name as written
    merged: str = ""  # the column of JOIN ... USING that stands for the argument


class CheckDomain(Expr, frozen=True, kw_only=True):
    """A value of a domain's base type as one of the domain, if the constraints allow it.
    checks: (name, condition over column 0 of `entry`, which is the value). name: the domain's in messages."""

    argument: Expr
    entry: int
    name: str
    schema: str
    datatype: str
    not_null: bool
    checks: tuple[tuple[str, Expr], ...]
    explicit: bool = False


class NoNegativeZero(Expr, frozen=True, kw_only=True):
    """True, or an error if a row or an array has -0 inside, which a unique index would hold apart from 0."""

    argument: Expr


class NoPartition(Expr, frozen=True, kw_only=True):
    """An error: no partition of the table takes this row; with `outside` the table, a partition itself, does not."""

    relation: Relation
    arguments: tuple[Expr, ...]
    outside: bool = False


class ConvertText(Expr, frozen=True, kw_only=True):
    """A cast through the text form (CoerceViaIO). explicit: it was written."""

    argument: Expr
    explicit: bool = False


class ArrayConvert(Expr, frozen=True, kw_only=True):
    """A cast of each element of an array: `element` converts ElementRef(type=the source's element)."""

    argument: Expr
    element: Expr
    explicit: bool = False  # the cast was written


class ElementRef(Expr, frozen=True, kw_only=True):
    """The current element inside ArrayConvert.element."""


class BoolOp(Expr, frozen=True, kw_only=True):
    """AND, OR (arguments >= 2) or NOT."""

    operator: str
    arguments: tuple[Expr, ...]


class IsTest(Expr, frozen=True, kw_only=True):
    """IS [NOT] NULL / TRUE / FALSE / UNKNOWN; test: null, true, false or unknown. A row is tested by field, if not whole."""

    test: str
    negated: bool
    argument: Expr
    whole: bool = False  # IS DISTINCT FROM NULL takes a row as one value


class DistinctFrom(Expr, frozen=True, kw_only=True):
    """IS [NOT] DISTINCT FROM; `equal` is the = call over the two arguments."""

    negated: bool
    equal: Call


class Case(Expr, frozen=True, kw_only=True):
    """CASE with conditions (the simple form is bound to comparisons of `CaseValue`)."""

    whens: tuple[tuple[Expr, Expr], ...]
    otherwise: Expr | None
    subject: Expr | None = None


class CaseValue(Expr, frozen=True, kw_only=True):
    """The subject of the innermost simple CASE."""


class Coalesce(Expr, frozen=True, kw_only=True):
    """COALESCE."""

    arguments: tuple[Expr, ...]


class MinMax(Expr, frozen=True, kw_only=True):
    """GREATEST or LEAST."""

    greatest: bool
    arguments: tuple[Expr, ...]


class NullIf(Expr, frozen=True, kw_only=True):
    """NULLIF; `equal` is the = call over the two arguments."""

    first: Expr
    equal: Call


class InList(Expr, frozen=True, kw_only=True):
    """value [NOT] IN (list): `equal` is = over (value, CaseValue of the items' type).

    common: the common type of the list, from which the items were converted to the operator's type.
    """

    negated: bool
    value: Expr
    items: tuple[Expr, ...]
    equal: Call
    common: int = 0


class ArrayCompare(Expr, frozen=True, kw_only=True):
    """value op ANY/ALL (array); `compare` is the call over (value, ElementRef)."""

    every: bool
    value: Expr
    array: Expr
    compare: Expr


class Array(Expr, frozen=True, kw_only=True):
    """ARRAY[...]; the elements are of the element type, or arrays when `nested`."""

    elements: tuple[Expr, ...]
    nested: bool = False


class Row(Expr, frozen=True, kw_only=True):
    """ROW(...), of type record or a named composite type."""

    fields: tuple[Expr, ...]
    names: tuple[str, ...] = ()


class RowJson(Expr, frozen=True, kw_only=True):
    """A row as a JSON object (of type json), made where a JSON function is given a row."""

    argument: Expr


class RowCompare(Expr, frozen=True, kw_only=True):
    """(a, b) op (c, d), one call per column; operator is one of = <> < <= > >=."""

    operator: str
    left: tuple[Expr, ...]
    right: tuple[Expr, ...]
    compares: tuple[Expr, ...]  # column by column: the operator (= for <>)
    equals: tuple[Expr, ...]  # column by column: =


class Subscript(Expr, frozen=True, kw_only=True):
    """array[i], array[l:u] or jsonb[key] (upper bounds of plain subscripts only)."""

    argument: Expr
    uppers: tuple[Expr | None, ...]
    lowers: tuple[Expr | None, ...] = ()
    is_slice: bool = False


class SubscriptAssign(Expr, frozen=True, kw_only=True):
    """An array or jsonb with the part that the subscripts name replaced by `value`."""

    argument: Expr
    uppers: tuple[Expr | None, ...]
    value: Expr
    lowers: tuple[Expr | None, ...] = ()
    is_slice: bool = False


class Field(Expr, frozen=True, kw_only=True):
    """(composite).field, index from 0."""

    argument: Expr
    index: int
    name: str


class Subquery(Expr, frozen=True, kw_only=True):
    """A subquery expression. kind: exists, scalar, array, any, all.

    any/all: `value` (a tuple for rows) is compared with the query's columns by `compare` calls whose right sides are
    ElementRef; `operator` names it. `negated` for NOT IN written as such.
    """

    kind: str
    query: "Query"
    value: tuple[Expr, ...] = ()
    compare: tuple[Expr, ...] = ()
    operator: str = ""


class SetDefault(Expr, frozen=True, kw_only=True):
    """DEFAULT in VALUES or SET; replaced by the column's default when the column is known."""


class SortKey(msgspec.Struct, frozen=True, kw_only=True):
    """One key of an ORDER BY: an expression (of the same level)."""

    expr: Expr
    descending: bool = False
    nulls_first: bool = False


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """A window: frame as (mode, start, start offset, end, end offset, exclusion), or None for the default frame.

    name: of the WINDOW clause; base: the window it was made from (`OVER (w ROWS ...)`), copied_order: the order too.
    """

    partition: tuple[Expr, ...] = ()
    order: tuple[SortKey, ...] = ()
    mode: str = "range"  # range, rows, groups
    start: str = "unbounded preceding"  # unbounded preceding, preceding, current row, following, unbounded following
    start_offset: Expr | None = None
    end: str = "current row"
    end_offset: Expr | None = None
    exclude: str = ""  # "", current row, group, ties
    default_frame: bool = True
    between: bool = True  # the frame was written with BETWEEN
    name: str = ""
    base: str = ""
    copied_order: bool = False


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """An output column. hidden: computed for ORDER BY only. origin: (table OID, attnum) for RowDescription."""

    expr: Expr
    name: str
    hidden: bool = False
    origin: tuple[int, int] = (0, 0)


class RangeEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Anything in FROM. number is unique in the statement. columns: (name, type, typmod) of its outputs.

    lateral: it uses what is before it in FROM. As written: an alias, column aliases, LATERAL.
    """

    number: int
    alias: str
    columns: tuple[tuple[str, int, int], ...]
    lateral: bool = False
    has_alias: bool = False
    has_column_aliases: bool = False
    says_lateral: bool = False


class TableEntry(RangeEntry, frozen=True, kw_only=True):
    """A table, or a view that only SQLite understands."""

    relation: Relation
    only: bool = False
    sample: "tuple[str, tuple[Expr, ...], Expr | None] | None" = None


class QueryEntry(RangeEntry, frozen=True, kw_only=True):
    """A subquery or an expanded view."""

    query: "Query"
    view: Relation | None = None


class OrderedEntry(QueryEntry, frozen=True, kw_only=True):
    """A subquery that is done, in its order, before the query around it sees its rows. No statement of a client has it."""


class CteEntry(RangeEntry, frozen=True, kw_only=True):
    """A reference to a WITH query by its number."""

    cte: int


class StepEntry(RangeEntry, frozen=True, kw_only=True):
    """The rows that an earlier step of the statement has kept. rowid: the output that is the row's address, if one is."""

    step: int
    rowid: int = -1


class FunctionEntry(RangeEntry, frozen=True, kw_only=True):
    """Functions in FROM (several: ROWS FROM); each with how many of the columns it gives.

    defined: for each whether it has a column definition list, which is then the type of its rows.
    """

    calls: tuple[Expr, ...]
    widths: tuple[int, ...]
    ordinality: bool = False
    defined: tuple[bool, ...] = ()


class ValuesEntry(RangeEntry, frozen=True, kw_only=True):
    """VALUES lists."""

    rows: tuple[tuple[Expr, ...], ...]


class Join(msgspec.Struct, frozen=True, kw_only=True):
    """A join of two FROM items. kind: inner, left, right, full, cross.

    using: the columns of USING or NATURAL, which `condition` compares; alias, and columns: (name, expression) as seen
    under that alias; using_alias: of the merged columns.
    """

    kind: str
    left: "FromItem"
    right: "FromItem"
    condition: Expr | None = None
    using: tuple[str, ...] = ()
    using_alias: str = ""
    alias: str = ""
    columns: tuple[tuple[str, Expr], ...] = ()


FromItem = RangeEntry | Join


class Cte(msgspec.Struct, frozen=True, kw_only=True):
    """A WITH query. materialized: "", always, never. aliases: its column names, if they were written."""

    number: int
    name: str
    query: "Query | DataChange"
    columns: tuple[tuple[str, int, int], ...]
    recursive: bool = False
    materialized: str = ""
    references: int = 1
    aliases: tuple[str, ...] = ()


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """SELECT, VALUES (a Select over a ValuesEntry) or a set operation. recursive: WITH RECURSIVE was written."""

    targets: tuple[Target, ...]
    ctes: tuple[Cte, ...] = ()
    order: tuple[SortKey, ...] = ()
    limit: Expr | None = None
    offset: Expr | None = None
    with_ties: bool = False
    recursive: bool = False


class Select(Query, frozen=True, kw_only=True):
    """A plain SELECT. grouping: None if not grouped. distinct_on: () for plain DISTINCT, None for none."""

    source: tuple[FromItem, ...] = ()
    where: Expr | None = None
    group: tuple[Expr, ...] = ()
    grouping_sets: tuple[tuple[int, ...], ...] | None = None  # indexes into group
    aggregated: bool = False
    having: Expr | None = None
    distinct_on: tuple[Expr, ...] | None = None
    locking: tuple["Locking", ...] = ()
    windows: tuple[Window, ...] = ()  # the WINDOW clause


class Locking(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of a FROM item are locked. strength: FOR UPDATE and the like; wait: "", NOWAIT or SKIP LOCKED."""

    entry: int
    strength: str
    wait: str


class SetOperation(Query, frozen=True, kw_only=True):
    """UNION, INTERSECT or EXCEPT. Its order keys are ColumnRefs of entry `number` (the result itself)."""

    number: int
    operator: str
    every: bool
    left: Query
    right: Query


class Leaf(msgspec.Struct, frozen=True, kw_only=True):
    """A table whose rows a change of its parent reaches; generated, checks: its own. condition: the rows that it takes."""

    relation: Relation
    entry: TableEntry
    generated: tuple[tuple[TableColumn, Expr], ...]
    checks: tuple[tuple[str, Expr], ...]
    condition: Expr


class DataChange(msgspec.Struct, frozen=True, kw_only=True):
    """INSERT, UPDATE or DELETE. old: number of the entry that is the row as it was, where that is another than `entry`,
    or 0. leaves: the tables with the rows, () if that is itself. branches: partitioned ones between. moves: rows change leaf."""

    relation: Relation
    entry: TableEntry
    ctes: tuple[Cte, ...] = ()
    returning: tuple[Target, ...] = ()
    old: int = 0
    generated: tuple[tuple[TableColumn, Expr], ...] = ()  # stored generated columns, over the new row (`entry`)
    checks: tuple[tuple[str, Expr], ...] = ()  # CHECKs SQLite cannot enforce, over the new row; "": the partition's bounds
    view_checks: tuple[tuple[str, Expr], ...] = ()  # WITH CHECK OPTION: (view, condition that must be true)
    leaves: "tuple[Leaf, ...]" = ()
    branches: "tuple[Leaf, ...]" = ()
    moves: bool = False
    firing: Any = None  # executor.triggers.firing.Firing, if changing the table can fire triggers


class OnConflict(msgspec.Struct, frozen=True, kw_only=True):
    """ON CONFLICT. keys: column or expression targets; excluded: number of the entry EXCLUDED."""

    keys: tuple[Expr, ...]
    predicate: Expr | None
    update: bool
    assignments: tuple[tuple[TableColumn, Expr], ...] = ()
    where: Expr | None = None
    excluded: int = 0


class Insert(DataChange, frozen=True, kw_only=True):
    """INSERT: `values` gives each of `columns` from the outputs of `source` (its targets in the same order)."""

    columns: tuple[TableColumn, ...]
    source: Query
    on_conflict: OnConflict | None = None


class Update(DataChange, frozen=True, kw_only=True):
    """UPDATE ... SET ... FROM ... WHERE."""

    assignments: tuple[tuple[TableColumn, Expr], ...]
    source: tuple[FromItem, ...] = ()
    where: Expr | None = None


class Delete(DataChange, frozen=True, kw_only=True):
    """DELETE ... USING ... WHERE."""

    source: tuple[FromItem, ...] = ()
    where: Expr | None = None


class MergeWhen(msgspec.Struct, frozen=True, kw_only=True):
    """A WHEN clause. matched: both, target (NOT MATCHED BY SOURCE) or source (NOT MATCHED [BY TARGET]).
    change: what it does, over the row of the join; the source of an Insert is one row. None: DO NOTHING."""

    matched: str
    condition: Expr | None
    change: "Insert | Update | Delete | None"


class Merge(DataChange, frozen=True, kw_only=True):
    """MERGE. where: the rows of the table that the target has. new: the number of the row after, as `old` is."""

    source: tuple[FromItem, ...]
    condition: Expr
    where: Expr | None
    whens: tuple[MergeWhen, ...]
    new: int = 0


Plan = Query | DataChange
