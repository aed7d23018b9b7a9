"""Which statements are short enough to run inline in the event loop, judged once per SQL text and remembered.

The judgement reads SQLite's own program for the statement (EXPLAIN), because it names the b-trees that are really
walked, those of triggers and foreign keys included, where EXPLAIN QUERY PLAN only knows aliases:
- a *scan* is a cursor with Rewind, Last or Count, and a *walk* any cursor with Next or Prev, on a table or index;
- a read is long if it scans something that is not small. What else may take long is caught by the budget of the inline
  run, after which `learn_long` says so; a read that then keeps being quick in the thread is short again;
- a write cannot be interrupted without losing its transaction, so it is long if it walks at all over something that is
  not small, or over a virtual table that may give many rows, or recursively. With Python functions in it, "small" is smaller.
Sizes are counted up to the bound, never estimated, and judged anew every RECHECK uses since tables grow and shrink;
a read that is short needs no second judgement.
"""

from collections.abc import Sequence
from typing import Any

import apsw

from storage.connection import Connection
from storage.errors import translate
from storage.statement import Function, Lateral, Statement, TableFunction, Value

SMALL_ROWS = 2000
SMALL_ROWS_WITH_FUNCTIONS = 200
RECHECK = 512
PLANS_MAX = 10_000
QUICK_SECONDS = 0.001
FORGIVE_AFTER = 32

_ANALYSED = frozenset({"SELECT", "WITH", "VALUES", "INSERT", "UPDATE", "DELETE", "REPLACE"})
_SCHEMA_WORK = frozenset({"CREATE", "DROP", "ALTER", "REINDEX", "ANALYZE", "VACUUM"})
_OPEN = frozenset({"OpenRead", "OpenWrite", "ReopenIdx"})
_START = frozenset({"Rewind", "Last", "Count", "Sort"})
_STEP = frozenset({"Next", "Prev", "Count"})


Operation = tuple[Any, ...]
"""A row of EXPLAIN: address, opcode, p1, p2, p3, p4, p5, comment."""


class Plan:
    """What is known of one SQL text. long: run it in a thread. columns: of its result rows; 0 if it has none.
    restartable: nothing it calls has effects of its own, so that it may be stopped and run again.
    settled: whatever tables grow to, it need not be judged again, because its budget guards it.
    schema: it changes the schema. reads: the tables of the file that it looks at; "" for one that cannot be named."""

    __slots__ = ("_learned", "_quick", "columns", "long", "reads", "restartable", "schema", "settled", "uses")

    def __init__(self, *, long: bool, columns: int, restartable: bool, settled: bool, schema: bool = False,
                 reads: frozenset[str] = frozenset()) -> None:
        self.schema = schema
        self.reads = reads
        self.settled = settled
        self.long = long
        self.columns = columns
        self.restartable = restartable
        self.uses = 0
        self._learned = False
        self._quick = 0

    def learn_long(self) -> None:
        """It went over its budget inline."""
        self.long = self._learned = True
        self._quick = 0

    def ran_in_thread(self, seconds: float) -> None:
        """It ended in the thread after so long; often quick, it was judged by an exception."""
        self._quick = self._quick + 1 if seconds < QUICK_SECONDS else 0
        if self._learned and self._quick >= FORGIVE_AFTER:
            self.long = self._learned = False


class Plans:
    """The plans of one database, by SQL text."""

    def __init__(self) -> None:
        self._plans: dict[str, Plan] = {}

    def known(self, sql: str) -> Plan | None:
        """The plan, if the text has been judged and not too long ago."""
        plan = self._plans.get(sql)
        if plan is None or plan.settled:
            return plan
        plan.uses += 1
        return plan if plan.uses <= RECHECK else None

    def judge(self, connection: Connection, statement: Statement, params: Sequence[Value]) -> Plan:
        """The plan; judges the text on this connection, which must have what the statement needs."""
        plan = self.known(statement.sql)
        if plan is None:
            old = self._plans.pop(statement.sql, None)
            plan = _judge(connection, statement, params)
            if old is not None and old._learned and not plan.long:
                plan.learn_long()
            if len(self._plans) >= PLANS_MAX:
                del self._plans[next(iter(self._plans))]
            self._plans[statement.sql] = plan
        return plan


def _judge(connection: Connection, statement: Statement, params: Sequence[Value]) -> Plan:
    words = statement.sql.split(None, 1)
    word = words[0].upper() if words else ""
    functions = [need for need in statement.needs if isinstance(need, Function)]
    restartable = all(function.deterministic or not function.context for function in functions)
    if word not in _ANALYSED:
        schema = word in _SCHEMA_WORK
        return Plan(long=schema, columns=0, restartable=restartable, settled=True, schema=schema)
    try:
        program: list[Operation] = connection.raw.execute(statement.sql, params, explain=1, can_cache=False).fetchall()
        walks = _walks(program)
        careful = statement.writes or not restartable
        small = SMALL_ROWS_WITH_FUNCTIONS if careful and statement.needs else SMALL_ROWS
        long = any(
            not _is_small(connection, database, root, small)
            for database, root, scanned in walks
            if careful or scanned
        )
        reads = _reads(connection, program, words[0].upper())
        for need in statement.needs:
            if isinstance(need, Lateral):
                inner: Any = connection.raw.execute(need.sql, (None,) * need.nargs, explain=1, can_cache=False)
                reads |= _reads(connection, inner.fetchall(), "SELECT")
    except apsw.Error as error:
        raise translate(error) from error
    if careful and not long:
        # Neither the rows of a virtual table nor those of a recursion are bounded by any table's size.
        few = all(need.few for need in statement.needs if isinstance(need, TableFunction)) and not any(
            isinstance(need, Lateral) for need in statement.needs)
        long = (not few and any(op[1] == "VNext" for op in program)) or "recursive" in statement.sql.lower()
    long = long or statement.nested or any(function.blocks for function in functions)
    columns = next((op[3] for op in program if op[1] == "ResultRow"), 0)
    return Plan(long=long, columns=columns, restartable=restartable, settled=not (careful or long), reads=reads)


def tables_read(connection: Connection, statement: Statement, params: Sequence[Value]) -> frozenset[str]:
    """The tables of the file that a statement reads."""
    words = statement.sql.split(None, 1)
    word = words[0].upper() if words else ""
    if word not in _ANALYSED:
        return frozenset()
    try:
        program: Any = connection.raw.execute(statement.sql, params, explain=1, can_cache=False)
        return _reads(connection, program.fetchall(), word)
    except apsw.Error as error:
        raise translate(error) from error


def _walks(program: list[Operation]) -> set[tuple[int, int, bool]]:
    """(database, root page, whether from end to end) of each b-tree that the program, or a subprogram, loops over."""
    programs: list[list[Operation]] = []
    for operation in program:
        if operation[0] == 0 or not programs:
            programs.append([])  # EXPLAIN lists subprograms one after another, each with addresses from 0
        programs[-1].append(operation)
    found: set[tuple[int, int, bool]] = set()
    for part in programs:
        opened = {op[2]: (op[4], op[3]) for op in part if op[1] in _OPEN}
        started = {op[2] for op in part if op[1] in _START}
        stepped = {op[2] for op in part if op[1] in _STEP}
        found |= {(*opened[cursor], cursor in started) for cursor in stepped & opened.keys()}
        found |= {(op[3], op[2], True) for op in part if op[1] == "Clear"}  # DELETE without WHERE
    return found


def _reads(connection: Connection, program: list[Operation], word: str) -> frozenset[str]:
    """The tables of the file that a program reads. An INSERT does not read the table that it opens for writing."""
    opened = _OPEN if word != "INSERT" else _OPEN - {"OpenWrite"}
    roots = {op[3] for op in program if op[1] in opened and op[4] == 0}
    roots -= {1}
    rows: list[Any] = []
    if roots:
        rows = connection.raw.execute("SELECT rootpage, tbl_name FROM main.sqlite_schema WHERE rootpage > 0").fetchall()
    names: dict[int, str] = dict(rows)
    return frozenset(names.get(root, "") for root in roots)


def _is_small(connection: Connection, database: int, root: int, rows: int) -> bool:
    """Whether the table that the b-tree belongs to has at most so many rows."""
    raw: Any = connection.raw
    if root == 1:
        return True  # the schema itself
    schema = raw.db_names()[database].replace('"', '""')
    found = raw.execute(f'SELECT tbl_name FROM "{schema}".sqlite_schema WHERE rootpage = ?', (root,)).fetchall()
    if not found:
        return False
    table = found[0][0].replace('"', '""')
    counted = raw.execute(f'SELECT count(*) FROM (SELECT 1 FROM "{schema}"."{table}" LIMIT {rows + 1})').fetchall()
    return bool(counted[0][0] <= rows)
