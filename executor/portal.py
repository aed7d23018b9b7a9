"""Portals: statements with their parameters, ready to run or running. pgwire drives them (see pgwire.contract.Portal)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from executor.analysis import Analyzed, Column
from executor.outputs import encoders_for
from executor.parse import Node
from executor.sqlstates import ObjectNotInPrerequisiteState
from executor.types.base import Encoder, Stored
from storage.rows import Rows

if TYPE_CHECKING:
    from executor.commands.base import Command, Parameters, Result
    from executor.session import Session


class Portal:
    """What all portals have."""

    def __init__(self, session: "Session", columns: Sequence[Column] | None, encoders: Sequence[Encoder]) -> None:
        self.session = session
        self.columns = columns
        self.encoders = encoders
        self.copy: Any = None
        self.finished = False
        self.tag: str | None = None
        self.fixed = True  # the columns are known to the client before it runs
        self.sent = 0
        self.name = self.statement = self.source = ""  # its own, its prepared statement's, and the text, for the log
        self.node: Node | None = None  # its statement; None for an empty text

    async def start(self) -> None:
        """Begin to run."""
        self.finished = True

    def refuse_another_run(self) -> None:
        """55000 for a portal that has run, unless it gives rows: those may be asked for again, and there are none left."""
        if self.columns is None:
            raise ObjectNotInPrerequisiteState(f'portal "{self.name}" cannot be run')

    async def fetch(self, n: int) -> list[tuple[Any, ...]]:
        """Up to n rows; [] when there are no more."""
        return []

    async def close(self) -> None:
        """Let go of what it holds."""


class EmptyPortal(Portal):
    """A text without a statement."""

    def __init__(self, session: "Session") -> None:
        super().__init__(session, None, ())


class QueryPortal(Portal):
    """A SELECT, or an INSERT, UPDATE or DELETE with or without RETURNING."""

    def __init__(self, session: "Session", prepared: Any, columns: Sequence[Column] | None, encoders: Sequence[Encoder],
                 parameters: Sequence[Stored], literals: Sequence[tuple[str, str]] = (), text: str = "") -> None:
        super().__init__(session, columns, encoders)
        self.node = prepared.raw.node
        self.prepared = prepared
        self.parameters = parameters
        self.literals = literals
        self.text = text  # the statement, if its literals are not those the plan was made with
        self.rows: Rows | None = None
        self.changes = 0
        self.verb = ""

    @property
    def is_new(self) -> bool:
        """Whether it has not begun to run."""
        return not self.finished and self.rows is None

    def show(self, columns: Sequence[Column] | None, formats: tuple[int, ...]) -> None:
        """Take other columns: the schema has changed, and nobody was told of the old ones."""
        wanted = formats if len(formats) > 1 else (formats or (0,)) * len(columns or ())
        self.columns = columns and tuple(replace(c, format=f) for c, f in zip(columns, wanted, strict=True))
        self.encoders = encoders_for(self.session.context, columns, formats) if columns else ()

    async def start(self) -> None:
        """Run the statement; its first rows may be there at once."""
        if not self.is_new:
            self.refuse_another_run()
            return
        analyzed: Analyzed
        rows, analyzed = await self.session.run_plan(self.prepared, self.parameters, self.literals, self.text,
                                                     fixed=self.fixed)
        if not self.fixed and analyzed.columns != self.columns:
            self.show(analyzed.columns, ())
        self.verb = analyzed.verb
        self.changes = rows.changes
        if self.columns is None:
            await rows.close()
            self._finish()
            return
        self.rows = rows

    async def fetch(self, n: int) -> list[tuple[Any, ...]]:
        """Up to n rows."""
        if self.rows is None:
            return []
        found = self.rows.fetch_buffered(n)
        if found is None:
            found = await self.session.fetch(self.rows, n)
        self.sent += len(found)
        if not found or self._complete():
            self._finish()
        return found if self.encoders else [()] * len(found)  # SELECT without columns: SQLite needs one

    def _complete(self) -> bool:
        """True when the last row is known to have been given."""
        rows = self.rows
        return rows is not None and rows.is_exhausted

    def _finish(self) -> None:
        self.finished = True
        self.rows = None
        if self.verb == "INSERT":
            self.tag = f"INSERT 0 {self.changes}"
        elif self.verb == "SELECT":
            self.tag = f"SELECT {self.sent}"
        else:
            self.tag = f"{self.verb} {self.changes}"

    async def close(self) -> None:
        """Give the connection back."""
        if self.rows is not None:
            rows, self.rows = self.rows, None
            self.finished = True
            await rows.close()


class CommandPortal(Portal):
    """Everything else: DDL, SET, COPY, transaction control ..."""

    def __init__(self, session: "Session", command: "Command", columns: Sequence[Column] | None,
                 encoders: Sequence[Encoder], parameters: "Parameters") -> None:
        super().__init__(session, columns, encoders)
        self.node = command.raw.node
        self.command = command
        self.parameters = parameters
        self.result: Result | None = None
        self.inner: Portal | None = None

    async def start(self) -> None:
        """Run the command."""
        if self.finished:
            self.refuse_another_run()
            return
        result = await self.session.run_command(self.command, self.parameters)
        self.result = result
        if result.portal is not None:
            self.inner = result.portal
            await self.inner.start()
            self.columns = self.inner.columns
            self.encoders = self.inner.encoders
            self.copy = self.inner.copy
            self._follow()
            return
        self.copy = result.copy
        if result.copy is None and result.rows is None:
            self.finished = True
            self.tag = result.tag
        if result.columns is not None and not self.columns:
            self.columns = result.columns
        if result.columns is not None and not self.encoders:
            self.encoders = encoders_for(self.session.context, result.columns, ())

    async def fetch(self, n: int) -> list[tuple[Any, ...]]:
        """Up to n rows of a command that has some (SHOW, EXPLAIN, FETCH ...)."""
        if self.inner is not None:
            found = await self.inner.fetch(n)
            self._follow()
            return found
        assert self.result is not None
        if self.copy is not None:
            self.finished = True
            self.tag = f"COPY {self.copy.count}"
            return []
        rows = self.result.rows or []
        found, self.result.rows = rows[:n], rows[n:]
        self.sent += len(found)
        if not self.result.rows:
            self.finished = True
            self.tag = self.result.tag
        return found

    def _follow(self) -> None:
        assert self.inner is not None and self.result is not None
        self.finished = self.inner.finished
        self.tag = self.inner.tag

    async def close(self) -> None:
        """Let go of an inner portal."""
        if self.inner is not None:
            await self.inner.close()
