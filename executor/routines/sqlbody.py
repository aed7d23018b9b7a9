"""Routines in SQL: their statements run one after another; the last one's rows are the result."""

from collections.abc import Sequence
from typing import Any

from executor.bind.statement import type_name
from executor.catalog.model import Catalog, Routine
from executor.context import Context
from executor.errors import SqlError
from executor.parse import RawStatement, parse
from executor.plpgsql.compiled import label_of, output_numbers
from executor.plpgsql.frame import Frame, Names, row_of
from executor.plpgsql.plans import Plan, Type, add_context, bind_conversion, bind_raw
from executor.plpgsql.run import DEPTH_MAX, Host
from executor.plpgsql.syntax import Name, Variable
from executor.prepared import fresh
from executor.sqlstates import InvalidFunctionDefinition, StatementTooComplex
from executor.types import oids as T
from executor.types.base import Stored
from executor.types.made import Field, fields_of, row_number
from executor.types.record import described, dump_fields


class SqlBody:
    """A routine in SQL, for the types it is called with. statements: raw trees; plans: by index, search path and settings."""

    def __init__(self, catalog: Catalog, routine: Routine, types: tuple[int, ...], result: int) -> None:
        self.routine = routine
        self.label = label_of(catalog, routine)
        self.result = result
        self.returns_set = routine.returns_set
        self.variables: list[Variable] = []
        names: Name | None = Name("label", routine.name, 2)
        given = iter(types)
        position = 0
        for argument in routine.arguments:
            if argument.mode not in "ibv":
                continue
            number = next(given)
            position += 1
            kind = "row" if fields_of(number) is not None else "scalar"
            made = Variable(f"${position}", len(self.variables), kind, number)
            self.variables.append(made)
            names = Name("variable", f"${position}", made.number, names)
            if argument.name:
                names = Name("variable", argument.name, made.number, names)
        self.names = names
        outputs = output_numbers(catalog, routine, types)
        self.outputs = [(a.name or f"column{i}", oid) for i, (a, oid) in enumerate(zip(routine.outputs, outputs, strict=True), 1)]
        self.statements: list[RawStatement] = []
        texts = routine.statements if routine.atomic else (routine.body,)
        for text in texts:
            self.statements += parse(text)
        self.plans: dict[Any, Plan] = {}
        self.last: dict[int, Any] = {}  # statement -> (settings, their revision, catalog, plan, user) of the last call
        self.search_path: tuple[str, ...] | None = routine.path if routine.atomic else None

    @property
    def wanted(self) -> list[Type]:
        """(type, typmod) of the columns of its result."""
        if self.outputs:
            return [(oid, -1) for _, oid in self.outputs]
        fields = fields_of(self.result)
        if fields is not None:
            return [(f.type, f.typmod) for f in fields]
        return [(self.result, -1)]

    def plan(self, index: int, frame: Frame, context: Context, host: Host) -> Plan:
        """The plan of a statement."""
        from executor.analysis import env_key

        last = self.last.get(index)
        settings = context.settings
        revision = -1 if settings is None else settings.revision
        user = context.user
        if last is not None and last[:2] == (settings, revision) and last[2] is host.catalog and last[4] == user:
            return last[3]  # type: ignore[no-any-return]
        path = self.search_path or host.path
        key = index, path, env_key(context.env)
        found = self.plans.get(key)
        if found is None or (found.analyzed is not None and found.analyzed.catalog is not host.catalog):
            raw = fresh(self.statements[index])
            try:
                found = bind_raw(raw, Names(frame, self.names, "use_column"), frame, context, host.catalog, path, None)
            except SqlError as error:
                if error.position is not None:
                    error.internal_position, error.internal_query, error.position = error.position, raw.source, None
                raise
            if found.analyzed is not None and found.analyzed.may_be_kept:
                self.plans[key] = found
        if found.analyzed is not None and found.analyzed.may_be_kept:
            self.last[index] = settings, revision, host.catalog, found, user
        return found


def body(catalog: Catalog, routine: Routine, types: tuple[int, ...], result: int) -> SqlBody:
    """The body, kept with the catalog."""
    cache = catalog.memo.setdefault("sql_bodies", {})
    key = routine.oid, types, result
    found: SqlBody | None = cache.get(key)
    if found is None:
        found = cache[key] = SqlBody(catalog, routine, types, result)
    return found


class Call:
    """One call, as contexts of errors and depth limits see it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.statement = 1

    def place(self) -> str:
        """See executor.plpgsql.run.Run."""
        return f'SQL function "{self.name}" statement {self.statement}'


async def run(host: Host, made: SqlBody, context: Context, arguments: Sequence[Stored]) -> list[Any]:
    """The rows that a call gives: each a stored value, or a tuple of several outputs. [] where there is none."""
    if len(context.calls) >= DEPTH_MAX:
        raise StatementTooComplex("stack depth limit exceeded", hint=(
            'Increase the configuration parameter "max_stack_depth" (currently 2048kB), after ensuring the '
            "platform's stack depth limit is adequate."))
    call = Call(made.routine.name)
    context.calls.append(call)
    frame = Frame(made.variables)
    for variable, value in zip(made.variables, arguments, strict=True):
        frame.values[variable.number] = row_of(variable.type, value) if variable.kind == "row" else value
    rows: list[tuple[Any, ...]] = []
    plan: Plan | None = None
    try:
        for index in range(len(made.statements)):
            call.statement = index + 1
            plan = made.plan(index, frame, context, host)
            if plan.raw is not None:
                rows, _ = [], await host.command(plan, frame)
            elif plan.compute is not None:
                rows = [(plan.compute(frame.values),)]
            else:
                rows, _ = await host.rows(plan, plan.parameters(frame))
        if plan is None or made.result == T.VOID:
            return []
        return await _results(host, made, context, rows, plan)
    except SqlError as error:
        if not _is_inlined(made, plan):
            add_context(error, call.place())
        raise
    finally:
        context.calls.pop()


def _is_inlined(made: SqlBody, plan: Plan | None) -> bool:
    """Whether PostgreSQL puts the body's only expression in place of the call, so that errors in it do not know of the call."""
    routine = made.routine
    return (plan is not None and plan.is_quiet and len(made.statements) == 1 and routine.kind == "f" and not (
        routine.returns_set or routine.strict or routine.settings or routine.security_definer))


async def _results(host: Host, made: SqlBody, context: Context, rows: list[tuple[Any, ...]], plan: Plan) -> list[Any]:
    if not made.returns_set:
        rows = rows[:1]
    wanted = made.wanted
    whole = _gives_whole(made, plan)
    columns = plan.columns
    if not whole and not made.outputs and columns[0][1] == made.result:
        return [row[0] for row in rows]
    found: list[Any] = []
    for row in rows:
        if whole:
            found.append(await _whole(host, made, context, row[0], columns[0][1]))
            continue
        if made.result == T.RECORD and not made.outputs:
            number = row_number(tuple(Field(name, oid, typmod) for name, oid, typmod in columns))
            found.append(described(number, dump_fields(row, [oid for _, oid, _ in columns])))
            continue
        values = [await _converted(host, context, value, (number, typmod), want)
                  for value, (_, number, typmod), want in zip(row, columns, wanted, strict=True)]
        if made.outputs:
            found.append(tuple(values) if len(values) > 1 else values[0])
        elif fields_of(made.result) is not None:
            found.append(dump_fields(values, [want for want, _ in wanted]))
        else:
            found.append(values[0])
    return found


def _gives_whole(made: SqlBody, plan: Plan) -> bool:
    """Whether the only column is a row that is the whole result."""
    if len(plan.columns) != 1 or fields_of(plan.columns[0][1]) is None:
        return False
    if made.outputs:
        return len(made.outputs) > 1
    return fields_of(made.result) is not None or made.result == T.RECORD


async def _whole(host: Host, made: SqlBody, context: Context, value: Stored, number: int) -> Any:
    row = row_of(number, value)
    if row is None:
        return (None,) * len(made.outputs) if len(made.outputs) > 1 else None
    if made.result == T.RECORD and not made.outputs:
        return described(number, value)
    values = [await _converted(host, context, v, (f.type, f.typmod), want)
              for v, f, want in zip(row.values, row.fields, made.wanted, strict=True)]
    return tuple(values) if made.outputs else dump_fields(values, [want for want, _ in made.wanted])


async def _converted(host: Host, context: Context, value: Stored, source: Type, target: Type) -> Stored:
    if value is None or source[0] == target[0] or target[0] in (T.RECORD, T.VOID):
        return value
    memo = host.catalog.memo.setdefault("sql_conversions", {})
    key = source, target, host.path
    if key not in memo:
        memo[key] = bind_conversion(context, host.catalog, host.path, source, target)
    plan = memo[key]
    if plan is None:
        return value
    rows, _ = await host.rows(plan, (value,))
    found: Stored = rows[0][0]
    return found


def result_mismatch(made: SqlBody, columns: Sequence[tuple[str, int, int]] | None) -> SqlError | None:
    """42P13 for a last statement whose rows are not what the function returns; None if they are."""
    from executor.bind.resolve import ASSIGNMENT, can_coerce

    if made.result == T.VOID or (made.result == T.RECORD and not made.outputs):
        return None
    shown = type_name(made.result) if made.result != T.RECORD and not (made.outputs and len(made.outputs) > 1) else "record"
    message = f"return type mismatch in function declared to return {shown}"
    if columns is None:
        return InvalidFunctionDefinition(message, detail=(
            "Function's final statement must be SELECT or INSERT/UPDATE/DELETE/MERGE RETURNING."))
    wanted = made.wanted
    if len(columns) == 1 and fields_of(columns[0][1]) is not None and (len(wanted) > 1 or fields_of(made.result) is not None):
        return None
    is_row = len(made.outputs) > 1 or (not made.outputs and fields_of(made.result) is not None)
    if not is_row:
        if len(columns) != 1:
            return InvalidFunctionDefinition(message, detail="Final statement must return exactly one column.")
        if not can_coerce(columns[0][1], wanted[0][0], ASSIGNMENT):
            return InvalidFunctionDefinition(message, detail=f"Actual return type is {type_name(columns[0][1])}.")
        return None
    if len(columns) != len(wanted):
        few = len(columns) < len(wanted)
        return InvalidFunctionDefinition(message, detail=f"Final statement returns too {'few' if few else 'many'} columns.")
    for i, ((_, has, _), (wants, _)) in enumerate(zip(columns, wanted, strict=True), 1):
        if not can_coerce(has, wants, ASSIGNMENT):
            return InvalidFunctionDefinition(message, detail=(
                f"Final statement returns {type_name(has)} instead of {type_name(wants)} at column {i}."))
    return None


