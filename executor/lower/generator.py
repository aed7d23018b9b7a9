"""The state of printing one plan as SQLite SQL: parameters, what the text needs on its connection, names of range entries.

expressions.py, subqueries.py, aggregates.py, query.py and change.py print nodes; passes.py rewrites plans first.
Range entry n is called tn in the text, its outputs c0, c1, ... unless it is a table, whose columns keep their names.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import msgspec

from executor import plan
from executor.catalog.model import Relation
from executor.errors import not_supported
from executor.sqlstates import StatementTooComplex
from executor.types.base import Stored
from storage.statement import Function, Lateral, Need, Statement, TableFunction

TEXT_MAX = 2_000_000


class Slot(msgspec.Struct, frozen=True):
    """One parameter of the SQLite statement, in order: where its value comes from at run time.

    source: "param" (number = $n), "lifted" (number = literal), both converted to stored form for `type`;
    "context" (name of a Context attribute); "bound" (how many rows to read, executor.locking).
    """

    source: str
    number: int = 0
    type: int = 0
    typmod: int = -1
    name: str = ""


class Lowered(msgspec.Struct, frozen=True):
    """A plan as SQLite text. system: the system relations that it reads.

    steps: where it takes several statements, all of them in order; the one whose rows are the result is this one.
    """

    statement: Any  # storage.statement.Statement
    slots: tuple[Slot, ...]
    system: tuple[Relation, ...] = ()
    steps: tuple["Step", ...] = ()


Bound = int | Slot | None
"""LIMIT or OFFSET: a number, a parameter, or none."""


class RowLock(msgspec.Struct, frozen=True):
    """Rows to lock. output: that of their addresses; table: its name in SQLite; relation: its name in messages.

    mode: a storage.locks.Mode. wait: "", NOWAIT or SKIP LOCKED. whole: not rows of the file, but all as one.
    """

    table: str
    relation: str
    mode: int
    wait: str
    whole: bool = False
    output: int = 0


class RowLocks(msgspec.Struct, frozen=True):
    """What is locked of each row of a step; nothing, if SQLite calls a function that locks, and may have to wait.

    width: its outputs without addresses. skips: a row may be left out.

    limit and offset: of the rows that could be locked; bounds: the statement that computes both, if they are expressions.
    """

    width: int
    rows: tuple[RowLock, ...] = ()
    limit: Bound = None
    offset: Bound = None
    bounds: Lowered | None = None
    skips: bool = False


class Step(msgspec.Struct, frozen=True):
    """One statement of several. keep: the number under which its rows are kept for later ones; 0: they are not.

    plan: what it does, to find out why it failed. is_result: its rows go to the client. counts: the rows it changes are
    those of the command tag. first_only: of the rows with one first column, only the first is kept. once: of
    those whose second column is one of these numbers, there must not be two with one first column (21000).
    locks: the rows that it locks. key: the columns that tell whether two rows are one (first_only, once). only: it is left
    out unless among the rows kept under this number, in this column, is this value. fires: AFTER triggers that the other steps
    have queued.
    """

    lowered: Lowered
    plan: Any
    keep: int = 0
    is_result: bool = False
    counts: bool = False
    first_only: bool = False
    once: tuple[int, ...] = ()
    locks: RowLocks | None = None
    key: tuple[int, ...] = (0,)
    only: tuple[int, int, int] | None = None
    fires: bool = False


@dataclass
class Generator:
    """Collects what the printed text refers to."""

    slots: list[Slot] = field(default_factory=list)
    needs: dict[str, Need] = field(default_factory=dict)
    system: dict[int, Relation] = field(default_factory=dict)
    temp: bool = False
    entries: dict[int, plan.RangeEntry | plan.SetOperation] = field(default_factory=dict)
    overrides: dict[tuple[int, int], str] = field(default_factory=dict)  # (entry, index) -> text
    placeholders: list[str] = field(default_factory=list)  # CaseValue and ElementRef, innermost last
    nullable: set[int] = field(default_factory=set)  # entries on the nullable side of an outer join
    not_null: set[tuple[int, int]] = field(default_factory=set)  # columns a WHERE lets through only where they are not NULL
    plain: bool = False  # without scaled integers: what stands where their guards do not hold
    unchecked: bool = False  # columns made elsewhere are compared as they are, so that an index can serve
    outer: "Generator | None" = None  # set while a lateral query is printed: its outer values are parameters
    outer_values: list[str] = field(default_factory=list)
    counter: list[int] = field(default_factory=lambda: [0])
    in_order: set[int] = field(default_factory=set)  # subqueries whose ORDER BY says how volatile functions above count
    exact: bool = False  # RETURNING gives stored forms, for a later step

    def slot(self, slot: Slot) -> str:
        """The ?n of a run-time value."""
        if self.outer is not None:
            return self.outer_value(self.outer.slot(slot))
        if slot not in self.slots:
            self.slots.append(slot)
        return f"?{self.slots.index(slot) + 1}"

    def outer_value(self, text: str) -> str:
        """The parameter of a lateral query that stands for a value computed outside it."""
        if text not in self.outer_values:
            self.outer_values.append(text)
        return f"?{self.outer_values.index(text) + 1}"

    def need(self, need: Need) -> str:
        """Note something to be registered on the connection; gives its name, quoted if it must be."""
        self.root.needs.setdefault(need.name, need)
        return need.name if need.name.isidentifier() else quote(need.name)

    @property
    def root(self) -> "Generator":
        """The generator of the whole statement."""
        return self.outer.root if self.outer is not None else self

    def fresh(self) -> str:
        """A name that occurs nowhere else in the statement."""
        self.root.counter[0] += 1
        return f"x{self.root.counter[0]}"

    def enter(self, entry: plan.RangeEntry | plan.SetOperation) -> str:
        """Make an entry known; gives its alias."""
        self.entries[entry.number] = entry
        return f"t{entry.number}"

    def column(self, reference: plan.ColumnRef) -> str:
        """A column's text."""
        override = self.overrides.get((reference.entry, reference.index))
        if override is not None:
            return override
        entry = self.entries.get(reference.entry)
        if entry is None:
            assert self.outer is not None, reference
            return self.outer_value(self.outer.column(reference))
        return f"t{reference.entry}.{self.column_name(entry, reference.index)}"

    def column_name(self, entry: plan.RangeEntry | plan.SetOperation, index: int) -> str:
        """The name an output has in SQLite."""
        if isinstance(entry, plan.StepEntry) and index < 0:
            return f"c{entry.rowid}"
        if isinstance(entry, plan.TableEntry):
            if index < 0:
                if not entry.relation.rowid:
                    raise not_supported("the row address of a table without rowid")
                return entry.relation.rowid
            column = entry.relation.columns[index]
            return quote(column.sqlite_name or column.name)
        return f"c{index}"

    def table(self, relation: Relation) -> str:
        """A table's name in SQLite, with its schema where it is not main."""
        root = self.root
        if relation.sqlite_schema == "catalog":
            root.system[relation.oid] = relation
        elif relation.sqlite_schema == "temp":
            root.temp = True
        name = quote(relation.sqlite_name or relation.name)
        return name if relation.sqlite_schema == "main" else f"{relation.sqlite_schema}.{name}"

    def lateral(self, sql: str, arguments: list[str], ncolumns: int) -> str:
        """A lateral query as a table-valued function call."""
        name = "lateral_" + blake2b(f"{ncolumns} {len(arguments)} {sql}".encode(), digest_size=12).hexdigest()
        self.need(Lateral(name, sql, len(arguments), ncolumns))
        return f"{name}({', '.join(arguments)})"

    def finish(self, sql: str, writes: bool = False) -> Lowered:
        """The finished statement."""
        if len(sql) > TEXT_MAX * 50:
            raise StatementTooComplex("stack depth limit exceeded")
        needs = tuple(self.needs.values())
        nested = any(isinstance(need, (Function, TableFunction)) and need.nested for need in needs)
        statement = Statement(sql, needs, writes=writes, temp_schema=self.temp, nested=nested)
        return Lowered(statement, tuple(self.slots), tuple(self.system.values()))


def quote(name: str) -> str:
    """A name as a quoted SQLite identifier."""
    return '"' + '""'.join(name.split('"')) + '"'


def string(text: str) -> str:
    """A text as a SQLite literal."""
    return "'" + "''".join(text.split("'")) + "'"


def literal(value: Stored) -> str:
    """A stored value as a SQLite literal."""
    return LITERALS[type(value)](value)


def _float(value: float) -> str:
    if value in (float("inf"), float("-inf")):
        return "9e999" if value > 0 else "(-9e999)"
    text = repr(value)
    return f"({text})" if text[0] == "-" else text


LITERALS: dict[type, Callable[[Any], str]] = {
    type(None): lambda value: "NULL",
    bool: lambda value: "1" if value else "0",
    int: lambda value: str(value) if value >= 0 else f"({value})",
    float: _float,
    str: string,
    bytes: lambda value: f"unhex('{value.hex()}')",  # EXPLAIN, which storage reads, cannot show an x'..' constant
}
