"""Table-valued functions and lateral queries: one virtual-table module for all of them.

`SELECT f.c0 FROM t, fn(t.x) AS f` works because SQLite turns the arguments into equality constraints on the hidden
columns arg0, arg1, ...; a plan is possible only when every one of them is known (`_Table.BestIndexObject` refuses the
others), and the values, NULL included, arrive in `_Cursor.Filter`. The constraints are marked as checked (omit), since
`arg0 = NULL` would otherwise reject every row of a call with a NULL argument.
The method names are SQLite's (xBestIndex, xFilter, ...), as apsw wants them.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import apsw

from storage.functions import ContextHolder, nesting
from storage.statement import Lateral, TableFunction

Rows = Callable[..., Iterable[Any]]

ESTIMATED_ROWS = 25
"""What the planner is told that one call gives; only the order of joins depends on it."""
_END = object()


def register_table_function(raw: apsw.Connection, holder: ContextHolder, function: TableFunction) -> None:
    """Make the function a table of its name on this connection."""
    call: Rows = function.callable
    if function.context:
        given = function.callable
        call = lambda *args: given(holder.context, *args)  # noqa: E731
    if function.nested:
        call = nesting(partial(_all, call), holder)
    _register(raw, function.name, function.nargs, function.ncolumns, call, wrap=function.ncolumns == 1)


def register_lateral(raw: apsw.Connection, lateral: Lateral) -> None:
    """Make the query a table of its name on this connection."""
    call = partial(_run_lateral, raw, lateral.sql)
    _register(raw, lateral.name, lateral.nargs, lateral.ncolumns, call, wrap=False)


def _all(call: Rows, *args: Any) -> list[Any]:
    """All rows at once: what makes them works only while it is being called."""
    return list(call(*args))


def forget(raw: apsw.Connection, name: str) -> None:
    """Remove the table. No statement that uses it may be running."""
    raw.create_module(name, None)


def _run_lateral(raw: apsw.Connection, sql: str, *args: Any) -> Iterator[Any]:
    return iter(raw.execute(sql, args))


def _register(raw: apsw.Connection, name: str, nargs: int, ncolumns: int, call: Rows, *, wrap: bool) -> None:
    module: Any = _Module(nargs, ncolumns, call, wrap)
    raw.create_module(name, module, use_bestindex_object=True, eponymous_only=True, read_only=True)


class _Module:
    def __init__(self, nargs: int, ncolumns: int, call: Rows, wrap: bool) -> None:
        columns = [f"c{i}" for i in range(ncolumns)] + [f"arg{i} HIDDEN" for i in range(nargs)]
        self._declaration = f"CREATE TABLE x({', '.join(columns)})"
        self._table = _Table(nargs, ncolumns, call, wrap)

    def Connect(self, *_: Any) -> tuple[str, Any]:  # noqa: N802
        return self._declaration, self._table

    Create = Connect


class _Table:
    def __init__(self, nargs: int, ncolumns: int, call: Rows, wrap: bool) -> None:
        self._nargs = nargs
        self._ncolumns = ncolumns
        self._call = call
        self._wrap = wrap

    def BestIndexObject(self, info: apsw.IndexInfo) -> bool:  # noqa: N802
        """Accept only plans that give every argument; the arguments arrive in order, each once."""
        given: dict[int, int] = {}
        for which in range(info.nConstraint):
            argument = info.get_aConstraint_iColumn(which) - self._ncolumns
            equality = info.get_aConstraint_op(which) == apsw.SQLITE_INDEX_CONSTRAINT_EQ
            if argument >= 0 and equality and info.get_aConstraint_usable(which):
                given.setdefault(argument, which)
        if len(given) < self._nargs:
            return False
        for argument, which in given.items():
            info.set_aConstraintUsage_argvIndex(which, argument + 1)
            info.set_aConstraintUsage_omit(which, True)
        info.estimatedRows = ESTIMATED_ROWS
        info.estimatedCost = float(ESTIMATED_ROWS)
        return True

    def Open(self) -> "_Cursor":  # noqa: N802
        return _Cursor(self._call, self._ncolumns, self._wrap)

    def Disconnect(self) -> None:  # noqa: N802
        """Nothing to give back."""

    Destroy = Disconnect


class _Cursor:
    __slots__ = ("_args", "_call", "_ncolumns", "_row", "_rowid", "_rows", "_wrap")

    def __init__(self, call: Rows, ncolumns: int, wrap: bool) -> None:
        self._call = call
        self._ncolumns = ncolumns
        self._wrap = wrap
        self._rows: Iterator[Any] = iter(())
        self._row: Any = _END
        self._rowid = 0
        self._args: tuple[Any, ...] = ()

    def Filter(self, _number: int, _name: str | None, args: tuple[Any, ...]) -> None:  # noqa: N802
        self._args = args
        self._rows = iter(self._call(*args))
        self._rowid = 0
        self.Next()

    def Next(self) -> None:  # noqa: N802
        self._row = next(self._rows, _END)
        self._rowid += 1

    def Eof(self) -> bool:  # noqa: N802
        return self._row is _END

    def Rowid(self) -> int:  # noqa: N802
        return self._rowid

    def Column(self, number: int) -> Any:  # noqa: N802
        if number >= self._ncolumns:
            return self._args[number - self._ncolumns]
        if number < 0:
            return self._rowid
        return self._row if self._wrap else self._row[number]

    def Close(self) -> None:  # noqa: N802
        """End the generator now, so that its `finally` runs before the statement's connection goes on."""
        close = getattr(self._rows, "close", None)
        if close is not None:
            close()
