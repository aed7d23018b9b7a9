"""SQL statements: static and dynamic ones, what is done with their rows, CALL, COMMIT and ROLLBACK."""

from collections.abc import Sequence
from typing import Any

from executor import plan as nodes
from executor.bind.statement import Statement as Binding
from executor.errors import SqlError
from executor.parse import parse
from executor.plan import Expr as Bound
from executor.plpgsql import syntax as tree
from executor.plpgsql.control import over_rows
from executor.plpgsql.frame import RowValue
from executor.plpgsql.plans import Plan, Type, add_context, bind_raw, located
from executor.plpgsql.run import HANDLERS, Run, Signal
from executor.sqlstates import FeatureNotSupported, NoDataFound, NullValueNotAllowed, SyntaxError, TooManyRows
from executor.types.base import Stored
from executor.types.made import Field, row_number

DYNAMIC_MAX = 200
"""Statements of EXECUTE whose plans are kept by one function."""
Columns = Sequence[tuple[str, int, int]]


def row_type(columns: Columns) -> int:
    """The number of the type of a result's rows."""
    return row_number(tuple(Field(name, number, typmod) for name, number, typmod in columns))


async def put_row(run: Run, into: tree.Into, row: Sequence[Stored] | None, columns: Columns) -> None:
    """A row of a result, or None where there is none, into variables."""
    if into.whole >= 0:
        variable = run.frame.variables[into.whole]
        if row is None:
            if variable.kind == "record":
                run.frame.types[into.whole] = (row_type(columns), -1)
            run.set_row(variable, None)
            return
        if len(columns) == 1 and _is_same_row(variable, columns[0]):
            await run.assign(into.whole, row[0], columns[0][1:])  # one column that is such a row
            return
        found = RowValue(row_type(columns), list(row))
        run.set_row(variable, found if variable.kind == "record" else await run.reshaped(found, variable.type))
        return
    for i, target in enumerate(into.targets):
        if row is not None and i < len(columns):
            await run.assign_target(target, row[i], columns[i][1:])
        else:
            await run.assign_target(target, None, columns[i][1:] if i < len(columns) else (25, -1))


def _is_same_row(variable: tree.Variable, column: tuple[str, int, int]) -> bool:
    from executor.types.made import fields_of

    return variable.kind == "row" and fields_of(column[1]) is not None and column[1] == variable.type


def query_plan(run: Run, piece: tree.Expr) -> Plan:
    """The plan of a query whose rows are wanted (42601 for what gives none)."""
    plan = run.plan(piece)
    if not plan.columns:
        word = plan.verb if plan.raw is None else plan.raw.node.kind.removesuffix("Stmt").upper()
        if plan.raw is not None and plan.raw.node.kind == "SelectStmt":
            raise SyntaxError("cannot open SELECT INTO query as cursor")
        raise SyntaxError(f"cannot open {word} query as cursor", position=None)
    return plan


async def _sql(run: Run, s: tree.Sql) -> None:
    plan = run.plan(s.query)
    if plan.raw is not None:
        await _command(run, s.query, plan, s.into)
        return
    if plan.columns and s.into is None:
        if plan.verb == "SELECT":
            raise SyntaxError("query has no destination for result data",
                              hint="If you want to discard the results of a SELECT, use PERFORM instead.")
        raise SyntaxError("query has no destination for result data")
    if s.into is not None and not plan.columns:
        raise SyntaxError("INTO used with a command that cannot return data")
    rows = await run.rows_of(s.query, plan)
    run.frame.values[run.compiled.body.found] = int(run.row_count > 0)
    if s.into is not None:
        await _into(run, s.into, rows, plan, [f"{_reference(run, r)}" for r in plan.references])


def _reference(run: Run, reference: tuple[int, int]) -> str:
    number, field = reference
    variable = run.frame.variables[number]
    value = run.frame.get(number, field)
    name = variable.name
    if field >= 0 and (row := run.frame.values[number]) is not None:
        name = f"{name}.{row.fields[field].name}"
        shown = None if value is None else run.printed(value, row.fields[field].type)
    else:
        shown = None if value is None else run.printed(value, run.frame.shape(number), variable.typmod)
    return f"{name} = " + ("NULL" if shown is None else "'" + shown.replace("'", "''") + "'")


async def _into(run: Run, into: tree.Into, rows: list[tuple[Any, ...]], plan: Plan, given: list[str]) -> None:
    detail = "parameters: " + ", ".join(given) if given and _prints_parameters(run) else None
    if into.strict and not rows:
        raise NoDataFound("query returned no rows", detail=detail)
    if len(rows) > 1 and (into.strict or plan.verb != "SELECT"):
        raise TooManyRows("query returned more than one row", detail=detail,
                          hint="Make sure the query returns a single row, or use LIMIT 1.")
    run.row_count = min(len(rows), 1) if plan.verb == "SELECT" else run.row_count
    await put_row(run, into, rows[0] if rows else None, plan.columns)


def _prints_parameters(run: Run) -> bool:
    chosen = run.compiled.body.strict_parameters
    if chosen is not None:
        return chosen
    return bool(run.context.settings is not None and run.context.settings.find("plpgsql.print_strict_params") == "on")


async def _command(run: Run, piece: tree.Expr, plan: Plan, into: tree.Into | None) -> None:
    """What is no query: DDL, SET, SHOW ..."""
    assert plan.raw is not None
    if plan.raw.node.kind == "TransactionStmt":
        raise FeatureNotSupported("unsupported transaction command in PL/pgSQL")
    if plan.raw.node.kind == "CopyStmt":
        raise FeatureNotSupported("cannot COPY to/from client in PL/pgSQL")
    try:
        rows, tag, columns = await run.host.command(plan, run.frame)
    except SqlError as error:
        add_context(error, f'SQL statement "{piece.text}"')
        raise
    if columns is not None and into is None:
        raise SyntaxError("query has no destination for result data")
    words = tag.split()
    run.row_count = int(words[-1]) if words and words[-1].isdigit() else 0
    if into is not None:
        if columns is None:
            raise SyntaxError("INTO used with a command that cannot return data")
        await put_row(run, into, rows[0] if rows else None, tuple((c.name, c.number or c.type_oid, c.typmod) for c in columns))
    run.refresh()


async def _perform(run: Run, s: tree.Perform) -> None:
    plan = run.plan(s.query)
    rows = await run.rows_of(s.query, plan)
    run.frame.values[run.compiled.body.found] = int(bool(rows))


# ---------------------------------------------------------------- EXECUTE


SHOWING = frozenset({"ExplainStmt", "VariableShowStmt"})
"""Commands whose rows a loop may go over."""


class Given:
    """The parameters of a dynamic statement: $1 ... of USING, and no variables."""

    def __init__(self, types: Sequence[Type]) -> None:
        self.types = types
        self.conflict = "column"
        self.references: list[tuple[int, int]] = []
        self.shapes: dict[int, int] = {}

    def find(self, s: Binding, names: Sequence[str], *, strict: bool) -> Bound | None:
        """No names mean variables."""
        return None

    def row(self, s: Binding, names: Sequence[str]) -> Bound | None:
        """No names mean variables."""
        return None

    def parameter(self, s: Binding, number: int) -> Bound | None:
        """$number."""
        if not 1 <= number <= len(self.types):
            return None
        oid, typmod = self.types[number - 1]
        s.parameters[number] = oid
        return nodes.Param(type=oid, typmod=typmod, number=number)


async def dynamic(run: Run, query: tree.Expr, using: tuple[tree.Expr, ...]) -> tuple[str, Plan, list[Stored]]:
    """The text of a dynamic statement, its plan, and the values of USING."""
    text = await run.text(query)
    if text is None:
        raise NullValueNotAllowed("query string argument of EXECUTE is null")
    values: list[Stored] = []
    types: list[Type] = []
    for piece in using:
        value, given = await run.evaluate(piece)
        values.append(value)
        types.append(given)
    key = "dynamic", text, tuple(types)
    found = run._plans.get(key)
    if found is None or found.analyzed is None or found.analyzed.catalog is not run.host.catalog:
        found = _bound(run, text, types)
        if len(run._plans) < DYNAMIC_MAX and found.analyzed is not None and found.analyzed.may_be_kept:
            run._plans[key] = found
    return text, found, values


def _bound(run: Run, text: str, types: list[Type]) -> Plan:
    piece = tree.Expr(text, "statement", None)
    try:
        statements = parse(text)
        if not statements:
            return Plan(None, (), (), (), verb="empty")
        if len(statements) > 1:
            return Plan(None, (), (), (), raw=statements[0], verb="several")
        return bind_raw(statements[0], Given(types), run.frame, run.context, run.host.catalog, run.host.path, None)
    except SqlError as error:
        raise located(error, piece, 0) from None


async def dynamic_plan(run: Run, query: tree.Expr, using: tuple[tree.Expr, ...]) -> tuple[Plan, list[tuple[Any, ...]]]:
    """A dynamic query, and its rows."""
    text, plan, values = await dynamic(run, query, using)
    if plan.raw is not None and plan.raw.node.kind in SHOWING and plan.verb != "several":
        rows, _, columns = await run.host.command(plan, run.frame)
        shown = tuple((c.name, c.number or c.type_oid, c.typmod) for c in columns or ())
        return Plan(None, (), (), shown, verb="SELECT"), rows
    if plan.raw is not None or plan.analyzed is None:
        raise SyntaxError(f"cannot open {'multi-query plan' if plan.verb == 'several' else 'this query'} as cursor")
    return plan, await _rows(run, text, plan, values)


async def _rows(run: Run, text: str, plan: Plan, values: list[Stored]) -> list[tuple[Any, ...]]:
    try:
        rows, changes = await run.host.rows(plan, values)
    except SqlError as error:
        add_context(error, f'SQL statement "{text}"')
        raise
    run.row_count = changes if plan.verb != "SELECT" else len(rows)
    return rows


async def _execute(run: Run, s: tree.Execute) -> None:
    text, plan, values = await dynamic(run, s.query, s.using)
    if plan.verb == "empty":
        return
    if plan.verb == "several":
        for part in parse(text):
            await _execute_one(run, s, part.text, _bound(run, part.text, []), [])
        return
    await _execute_one(run, s, text, plan, values)


async def _execute_one(run: Run, s: tree.Execute, text: str, plan: Plan, values: list[Stored]) -> None:
    if plan.raw is not None:
        kind = plan.raw.node.kind
        if kind == "SelectStmt":
            raise FeatureNotSupported("EXECUTE of SELECT ... INTO is not implemented", hint=(
                "You might want to use EXECUTE ... INTO or EXECUTE CREATE TABLE ... AS instead."))
        if kind == "TransactionStmt":
            raise FeatureNotSupported("EXECUTE of transaction commands is not implemented")
        await _command(run, tree.Expr(text, "statement", None), plan, s.into)
        return
    rows = await _rows(run, text, plan, values)
    if s.into is not None:
        if not plan.columns:
            raise SyntaxError("INTO used with a command that cannot return data")
        shown = [f"${i} = " + ("NULL" if v is None else f"'{v!s}'") for i, v in enumerate(values, 1)]
        await _into(run, s.into, rows, plan, shown)


async def _for_dynamic(run: Run, s: tree.ForDynamic) -> Signal | None:
    plan, rows = await dynamic_plan(run, s.query, s.using)
    return await over_rows(run, s, rows, plan.columns)


# ---------------------------------------------------------------- CALL, transactions


async def _call(run: Run, s: tree.Call) -> None:
    from executor.plpgsql.procedures import call

    await call(run, s)


async def _commit(run: Run, s: tree.Commit) -> None:
    await run.host.end_transaction(commit=s.is_commit, chain=s.chain)
    run.refresh()


HANDLERS.update({
    tree.Sql: _sql, tree.Perform: _perform, tree.Execute: _execute, tree.ForDynamic: _for_dynamic, tree.Call: _call,
    tree.Commit: _commit,
})
