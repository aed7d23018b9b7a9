"""The interpreter: one call of a compiled body. Statements of each kind are in control.py, queries.py and messages.py.

Everything is `async`, but only a Host decides whether anything waits: one that runs in the middle of a SQLite statement never
does, and its calls are driven to their end at once (executor.routines.hosts).
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple, Protocol

from executor.analysis import Column, env_key
from executor.bind.statement import type_name
from executor.catalog.model import Catalog
from executor.context import Context
from executor.errors import SqlError
from executor.facts.lookup import base_type
from executor.plpgsql import syntax as tree
from executor.plpgsql.compiled import Compiled
from executor.plpgsql.conditions import matches
from executor.plpgsql.frame import Frame, RowValue, row_of
from executor.plpgsql.plans import Plan, Type, add_context, bind_conversion, bind_piece
from executor.sqlstates import (
    CardinalityViolation,
    DatatypeMismatch,
    NullValueNotAllowed,
    SREFunctionExecutedNoReturnStatement,
    StatementTooComplex,
    SyntaxError,
    UndefinedColumn,
)
from executor.types import oids as T
from executor.types.base import Stored
from executor.types.made import fields_of, is_constrained
from executor.types.record import undescribed

DEPTH_MAX = 400
"""How many calls may be within one another: each takes C stack in SQLite and in the interpreter of Python."""
MISSING: Any = object()
"""No value yet."""
UNCATCHABLE = frozenset({"57014", "P0004"})
"""What OTHERS does not mean: a cancelled query, a failed ASSERT."""


class Signal(NamedTuple):
    """Why statements in order are left: exit, continue (with a label, or "") or return."""

    kind: str
    label: str = ""


RETURN = Signal("return")


class Host(Protocol):
    """Runs SQL for the interpreter."""

    @property
    def catalog(self) -> Catalog:
        """As it is now."""

    @property
    def path(self) -> tuple[str, ...]:
        """The schemas that names are looked for in."""

    def value(self, plan: Plan, parameters: Sequence[Stored]) -> Stored:
        """The value of a simple expression; MISSING if `rows` has to be asked for it."""

    async def rows(self, plan: Plan, parameters: Sequence[Stored]) -> tuple[list[tuple[Any, ...]], int]:
        """All rows of a statement, in stored forms, and how many rows it has changed."""

    async def command(self, plan: Plan, frame: Frame) -> tuple[list[tuple[Any, ...]], str, Sequence[Column] | None]:
        """Run what is no query (DDL, SET, EXPLAIN ...). Gives its rows, its tag, and its columns if it can have rows."""

    async def mark(self) -> Any:
        """Begin a subtransaction."""

    async def release(self, mark: Any) -> None:
        """It is over."""

    async def undo(self, mark: Any) -> None:
        """It has failed: nothing of it stays."""

    async def breathe(self) -> None:
        """Called now and then by loops: look whether the statement is to stop."""

    async def end_transaction(self, *, commit: bool, chain: bool) -> None:
        """COMMIT or ROLLBACK."""


class Run:
    """One call. rows: the result of a function that returns a set. values given and returned are stored forms."""

    def __init__(self, host: Host, compiled: Compiled, context: Context) -> None:
        self.host = host
        self.compiled = compiled
        self.context = context
        self.frame = Frame(compiled.body.variables)
        self.statement: tree.Statement | None = None
        self.doing = ""
        self.line = 0
        self.rows: list[Any] = []
        self.result: Any = None
        self.result_type: Type = (T.UNKNOWN, -1)
        self.returned = False
        self.row_count = 0
        self.errors: list[SqlError] = []
        self.ticks = 0
        self.noted: list[SqlError] = []
        self._plans: dict[Any, Plan] = {}
        self.refresh()

    def refresh(self) -> None:
        """Look at the settings that decide what SQL in the body means."""
        settings = self.context.settings
        revision = -1 if settings is None else settings.revision
        last = self.compiled.last
        user = self.context.user
        if last is not None and last[:2] == (settings, revision) and last[2] is self.host.catalog and last[4] == user:
            self._plans = last[3]
            return
        self._plans = self.compiled.kept((self.host.path, env_key(self.context.env)))
        self.compiled.last = settings, revision, self.host.catalog, self._plans, user

    # --- the call -------------------------------------------------------------------------------------------------

    async def call(self, arguments: Sequence[Stored]) -> None:
        """Run the body with values for its arguments."""
        context = self.context
        if len(context.calls) >= DEPTH_MAX:
            raise StatementTooComplex("stack depth limit exceeded", hint=(
                'Increase the configuration parameter "max_stack_depth" (currently 2048kB), after ensuring the '
                "platform's stack depth limit is adequate."))
        context.calls.append(self)
        try:
            for number, value in zip(self.compiled.arguments, arguments, strict=True):
                self.put(number, value)
            self.frame.values[self.compiled.body.found] = 0
            signal = await self.block(self.compiled.body.block)
            self.statement, self.doing = None, ""
            if signal is not RETURN and not self._may_end():
                raise SREFunctionExecutedNoReturnStatement("control reached end of function without RETURN" if not (
                    self.compiled.is_trigger) else "control reached end of trigger procedure without RETURN")
        except SqlError as error:
            self.note(error)
            raise
        except RecursionError:
            raise StatementTooComplex("stack depth limit exceeded") from None
        finally:
            context.calls.pop()

    def _may_end(self) -> bool:
        compiled = self.compiled
        return compiled.result == T.VOID or compiled.returns_set or bool(compiled.outputs) or compiled.is_procedure

    def put(self, number: int, value: Stored) -> None:
        """Set a variable to a value of its own type, without further ado."""
        variable = self.frame.variables[number]
        if variable.kind == "row":
            self.frame.values[number] = row_of(variable.type, value)
        else:
            self.frame.values[number] = value

    def place(self) -> str:
        """Where the call is, as a line of CONTEXT."""
        label = self.compiled.label
        if self.doing:
            return f"PL/pgSQL function {label} line {self.line} {self.doing}" if self.line else (
                f"PL/pgSQL function {label} {self.doing}")
        if self.statement is None:
            return f"PL/pgSQL function {label}"
        return f"PL/pgSQL function {label} line {self.statement.line} at {tree.words_of(self.statement)}"

    def note(self, error: SqlError) -> None:
        """Add to an error where it happened, once."""
        if not any(known is error for known in self.noted):
            self.noted.append(error)
            add_context(error, self.place())

    # --- statements -----------------------------------------------------------------------------------------------

    async def statements(self, body: tuple[tree.Statement, ...]) -> Signal | None:
        """Run statements in order."""
        for each in body:
            self.statement = each
            if each.__class__ is tree.Assign and self._assigned_now(each):
                continue
            signal = await HANDLERS[each.__class__](self, each)
            if signal is not None:
                return signal
        return None

    def _assigned_now(self, s: Any) -> bool:
        """Run an assignment that is Python's own and has been run before; False if it is neither."""
        known = s.value.known
        if known is None or known[0] is not self.host.catalog or known[1] is not self._plans:
            return False
        variable = self.frame.variables[s.target.number]
        plan = known[3]
        if s.target.path or plan.compute is None or plan.is_constant or variable.not_null or variable.kind != "scalar":
            return False
        if plan.columns[0][1] != variable.type or variable.typmod != plan.columns[0][2]:
            return False
        self.frame.values[s.target.number] = plan.compute(self.frame.values)
        return True

    async def tick(self) -> None:
        """A loop goes round."""
        self.ticks += 1
        if not self.ticks & 127:
            await self.host.breathe()

    async def block(self, block: tree.Block) -> Signal | None:
        """BEGIN ... END."""
        self.doing = "during statement block local variable initialization"
        for variable in block.variables:
            self.line = variable.line
            await self._initialize(variable)
        self.doing = ""
        if block.handlers is None:
            signal = await self.statements(block.body)
        else:
            signal = await self._guarded(block)
        if signal is not None and signal.kind == "exit" and signal.label and signal.label == block.label:
            return None
        return signal

    async def _initialize(self, variable: tree.Variable) -> None:
        self.frame.types.pop(variable.number, None)
        self.frame.values[variable.number] = None
        if variable.default is not None:
            await self.assign_piece(variable.number, variable.default)
        elif variable.kind == "scalar" and is_constrained(variable.type):
            await self.assign(variable.number, None, (T.TEXT, -1))

    async def _guarded(self, block: tree.Block) -> Signal | None:
        self.doing, self.line = "during statement block entry", block.line
        mark = await self.host.mark()
        self.doing = ""
        depth = len(self.context.calls)
        try:
            signal = await self.statements(block.body)
            if signal is RETURN and self.result.__class__ is RowValue:
                self.result = RowValue(self.result.number, list(self.result.values))
        except SqlError as error:
            del self.context.calls[depth:]
            self.note(error)
            handler = self._handler(block, error)
            await self.host.undo(mark)
            if handler is None:
                raise
            return await self._handle(block, handler, error)
        except BaseException:
            await self.host.undo(mark)
            raise
        await self.host.release(mark)
        return signal

    @staticmethod
    def _handler(block: tree.Block, error: SqlError) -> tree.Handler | None:
        state = error.sqlstate
        for handler in block.handlers or ():
            for wanted in handler.conditions:
                if (not wanted and state not in UNCATCHABLE) or (wanted and matches(wanted, state)):
                    return handler
        return None

    async def _handle(self, block: tree.Block, handler: tree.Handler, error: SqlError) -> Signal | None:
        values = self.frame.values
        before = values[block.state], values[block.message]
        values[block.state], values[block.message] = error.sqlstate, error.message
        self.doing = ""
        self.errors.append(error)
        try:
            return await self.statements(handler.body)
        finally:
            self.errors.pop()
            values[block.state], values[block.message] = before

    # --- expressions ----------------------------------------------------------------------------------------------

    def plan(self, piece: tree.Expr, target: Type | None = None) -> Plan:
        """A piece of SQL, bound for what the variables are now."""
        frame, catalog = self.frame, self.host.catalog
        known = piece.known
        if known is not None and known[0] is catalog and known[1] is self._plans and known[2] == target:
            last: Plan = known[3]
            return last
        key = piece if target is None else (piece, target)
        found = self._plans.get(key)
        if found is not None and (found.analyzed is None or found.analyzed.catalog is catalog) and (
                not found.shapes or all(frame.shape(number) == shape for number, shape in found.shapes)):
            return found
        found = bind_piece(frame, piece, self.context, catalog, self.host.path, target)
        if found.analyzed is not None and found.analyzed.may_be_kept:
            self._plans[key] = found
            if not found.shapes:
                piece.known = catalog, self._plans, target, found
        return found

    async def rows_of(self, piece: tree.Expr, plan: Plan) -> list[tuple[Any, ...]]:
        """The rows of a piece that is no simple expression; row_count says how many it gave or changed."""
        try:
            rows, changes = await self.host.rows(plan, plan.parameters(self.frame))
        except SqlError as error:
            if not plan.is_quiet or plan.is_constant or piece.mode == "statement":
                words = {"statement": "SQL statement", "assignment": "PL/pgSQL assignment"}.get(piece.mode, "PL/pgSQL expression")
                add_context(error, f'{words} "{piece.text}"')
            raise
        self.row_count = changes if plan.verb != "SELECT" else len(rows)
        return rows

    async def evaluate(self, piece: tree.Expr, target: Type | None = None) -> tuple[Any, Type]:
        """The value of an expression, and its type; converted to a type, if one is given."""
        plan = self.plan(piece, target)
        if plan.compute is not None:
            return self._computed(piece, plan), plan.type
        value = MISSING
        if plan.is_simple:
            try:
                value = self.host.value(plan, plan.parameters(self.frame))
            except SqlError as error:
                if plan.is_constant:
                    add_context(error, f'PL/pgSQL {_words(piece)} "{piece.text}"')
                raise
        if value is MISSING:
            if len(plan.columns) != 1:
                what = "assignment source" if piece.mode == "assignment" else "query"
                raise SyntaxError(f"{what} returned {len(plan.columns)} column{'s' if len(plan.columns) != 1 else ''}")
            rows = await self.rows_of(piece, plan)
            if len(rows) > 1:
                raise CardinalityViolation("query returned more than one row")
            value = rows[0][0] if rows else None
        found = plan.type
        if target is not None and found != target:
            return await self.convert(value, found, target), target
        return value, found

    def _computed(self, piece: tree.Expr, plan: Plan) -> Stored:
        assert plan.compute is not None
        if plan.is_constant:
            try:
                return plan.compute(self.frame.values)
            except SqlError as error:
                add_context(error, f'PL/pgSQL {_words(piece)} "{piece.text}"')
                raise
        return plan.compute(self.frame.values)

    async def truth(self, piece: tree.Expr) -> bool:
        """Whether a condition holds; NULL counts as false."""
        return bool((await self.evaluate(piece, (T.BOOL, -1)))[0])

    async def text(self, piece: tree.Expr) -> str | None:
        """A value as text, as its output function prints it."""
        value, (number, typmod) = await self.evaluate(piece)
        return None if value is None else self.printed(value, number, typmod)

    def printed(self, value: Stored, number: int, typmod: int = -1) -> str:
        """A stored value as text."""
        from executor.types.registry import codec

        return codec(number).text_encoder(typmod, self.context.env)(value).decode()

    async def convert(self, value: Stored, source: Type, target: Type) -> Stored:
        """A value as an assignment converts it."""
        if source == target or source[0] == T.UNKNOWN or (value is None and not is_constrained(target[0])):
            return value
        if fields_of(target[0]) is not None and fields_of(source[0]) is not None:
            return await self._converted_row(value, source[0], target[0])
        key = "conversion", source, target
        if key not in self._plans or (self._plans[key] is not None and (
                self._plans[key].analyzed.catalog is not self.host.catalog)):  # type: ignore[union-attr]
            self._plans[key] = bind_conversion(  # type: ignore[assignment]
                self.context, self.host.catalog, self.host.path, source, target)
        plan = self._plans[key]
        if plan is None:
            return value
        if plan.is_simple and (found := self.host.value(plan, (value,))) is not MISSING:
            return found
        rows, _ = await self.host.rows(plan, (value,))
        result: Stored = rows[0][0]
        return result

    async def _converted_row(self, value: Stored, source: int, target: int) -> Stored:
        row = row_of(source, value)
        if row is None or source == target:
            return value
        return (await self.reshaped(row, target)).stored()

    async def reshaped(self, row: RowValue, number: int) -> RowValue:
        """A row as one of another type: column by column, NULLs for what it has not."""
        if row.number == number:
            return RowValue(number, list(row.values))
        given, values = row.fields, list(row.values)
        found: list[Stored] = []
        for i, wanted in enumerate(fields_of(number) or ()):
            if i < len(given):
                found.append(await self.convert(values[i], (given[i].type, given[i].typmod), (wanted.type, wanted.typmod)))
            else:
                found.append(None)
        return RowValue(number, found)

    # --- assignments ----------------------------------------------------------------------------------------------

    async def assign_piece(self, number: int, piece: tree.Expr) -> None:
        """variable := expression."""
        variable = self.frame.variables[number]
        if variable.kind == "scalar":
            wanted = (variable.type, variable.typmod)
            plan = self.plan(piece, wanted)
            if plan.compute is not None and plan.columns[0][1:] == wanted:
                value = self._computed(piece, plan)
                if value is None and variable.not_null:
                    await self.assign(number, None, wanted)
                self.frame.values[number] = value
                return
            value, found = await self.evaluate(piece, wanted)
            await self.assign(number, value, found)
            return
        value, found = await self.evaluate(piece)
        await self.assign(number, value, found)

    async def assign(self, number: int, value: Stored, given: Type) -> None:
        """A value of a type to a whole variable."""
        variable = self.frame.variables[number]
        if variable.kind in ("row", "record"):
            await self._assign_row(variable, value, given[0])
            return
        if variable.kind == "dynamic":
            self.frame.types[number] = given
            self.frame.values[number] = value
            return
        wanted = (variable.type, variable.typmod)
        if given != wanted:
            value = await self.convert(value, given, wanted)
        if value is None and variable.not_null:
            raise NullValueNotAllowed(f'null value cannot be assigned to variable "{variable.name}" declared NOT NULL')
        self.frame.values[number] = value

    async def _assign_row(self, variable: tree.Variable, value: Stored, given: int) -> None:
        if given == T.RECORD and (known := undescribed(value)) is not None:
            given, value = known
        if fields_of(given) is None:
            if value is not None or given not in (T.TEXT, T.UNKNOWN):
                kind = "row" if variable.kind == "row" else "record"
                raise DatatypeMismatch(f"cannot assign non-composite value to a {kind} variable")
            self.set_row(variable, None)
            return
        row = row_of(given, value)
        if row is None and variable.kind == "record":
            self.frame.types[variable.number] = (base_type(given), -1)
        self.set_row(variable, row if row is None or variable.kind == "record" else await self.reshaped(row, variable.type))

    def set_row(self, variable: tree.Variable, row: RowValue | None) -> None:
        """A row, its columns being the variable's own, to a variable with columns."""
        if row is None and variable.not_null:
            raise NullValueNotAllowed(f'null value cannot be assigned to variable "{variable.name}" declared NOT NULL')
        if row is not None and variable.kind == "record":
            self.frame.types[variable.number] = (row.number, -1)
        self.frame.values[variable.number] = row

    async def assign_target(self, target: tree.Target, value: Stored, given: Type) -> None:
        """A value to a variable, or to the column of one."""
        if not target.path:
            await self.assign(target.number, value, given)
            return
        variable = self.frame.variables[target.number]
        if len(target.path) != 1 or not isinstance(target.path[0], str):
            from executor.errors import not_supported

            raise not_supported("assigning to a part of a column of a variable, or of an array, there")
        row, at = self.column(variable, target.path[0])
        wanted = row.fields[at]
        row.values[at] = await self.convert(value, given, (wanted.type, wanted.typmod))
        self.frame.values[target.number] = row

    def column(self, variable: tree.Variable, name: str) -> tuple[RowValue, int]:
        """The row of a variable, and the index of a column of it (42703, 55000)."""
        from executor.plpgsql.frame import not_assigned

        row = self.frame.values[variable.number]
        if row is None:
            shape = self.frame.shape(variable.number)
            if not shape:
                raise not_assigned(variable)
            row = RowValue(shape, [None] * len(fields_of(shape) or ()))
        if row.__class__ is not RowValue:
            raise DatatypeMismatch(f'variable "{variable.name}" has no columns')
        at = row.field(name)
        if at < 0:
            raise UndefinedColumn(f'record "{variable.name}" has no field "{name}"')
        return row, at


def _words(piece: tree.Expr) -> str:
    return "assignment" if piece.mode == "assignment" else "expression"


def type_words(number: int) -> str:
    """A type as messages call it."""
    return type_name(number)


Handle = Callable[[Run, Any], Awaitable[Signal | None]]
HANDLERS: dict[type, Handle] = {}
"""What runs a statement of each class; the modules that have them fill it in (executor.plpgsql.handlers)."""
