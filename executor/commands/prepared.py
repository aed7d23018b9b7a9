"""PREPARE, EXECUTE, DEALLOCATE."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from executor import sqlstates as states
from executor.analysis import Column, declared_number, slot_values
from executor.bind import typenames
from executor.bind.arguments import bind_argument
from executor.bind.statement import Statement
from executor.commands.base import CommandKind, Parameters, Result
from executor.lower.expressions import value
from executor.lower.generator import Generator
from executor.outputs import encoders_for
from executor.parse import Node, RawStatement, Source
from executor.portal import CommandPortal, QueryPortal
from executor.prepared import forget_named
from executor.types.base import Stored
from executor.types.made import oid_of
from storage.statement import Statement as SqliteStatement

if TYPE_CHECKING:
    from executor.prepared import Prepared
    from executor.session import Session


def binding(session: "Session", raw: RawStatement) -> Statement:
    """A binding state for parts of a command."""
    return Statement(catalog=session.context.catalog, context=session.context, search_path=session.search_path(),
                     source=Source(raw.source))


async def run_prepare(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """PREPARE name (types) AS statement."""
    node = raw.node
    name = node.take("name")
    if name in session.statements:
        raise states.DuplicatePstatement(f'prepared statement "{name}" already exists')
    s = binding(session, raw)
    oids = tuple(oid_of(typenames.resolve(s, t)[0]) for t in node.nodes("argtypes"))
    inner = RawStatement(node.take("query"), raw.source, raw.text, raw.offset)
    prepared = await session.prepare_raw(name, inner, oids)
    prepared.text, prepared.from_sql, prepared.prepared_ns = raw.text, True, session.context.statement_ns
    session.statements[name] = prepared
    return Result("PREPARE")


async def run_execute(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """EXECUTE name (values)."""
    return Result("", portal=portal_for(session, *await executed(session, raw)))


async def executed(session: "Session", raw: RawStatement) -> "tuple[Prepared, Sequence[Stored]]":
    """What EXECUTE runs: the statement as it is now, and the values of its parameters."""
    node = raw.node
    prepared = session.statement(node.take("name"))
    values = await _arguments(session, raw, prepared, node.nodes("params"))
    return await session.current(prepared), values


def portal_for(session: "Session", prepared: "Prepared", values: Sequence[Stored]) -> Any:
    """A portal over a prepared statement with text results."""
    if prepared.command is not None:
        columns = prepared.columns
        return CommandPortal(session, prepared.command, columns, encoders_for(session.context, columns, ()) if columns else (),
                             Parameters.of(values, prepared.parameter_oids))
    columns = prepared.columns
    return QueryPortal(session, prepared, columns, encoders_for(session.context, columns, ()) if columns else (), values)


async def _arguments(session: "Session", raw: RawStatement, prepared: "Prepared", nodes: list[Node]) -> list[Stored]:
    if len(nodes) != len(prepared.parameters):
        raise states.SyntaxError(f'wrong number of parameters for prepared statement "{prepared.name}"',
                                 detail=f"Expected {len(prepared.parameters)} parameters but got {len(nodes)}.")
    if not nodes:
        return []
    s = binding(session, raw)
    g = Generator()
    texts = []
    for i, (node, oid) in enumerate(zip(nodes, prepared.parameter_oids, strict=True), 1):
        texts.append(value(g, bind_argument(s, node, i, declared_number(s.catalog, oid))))
    lowered = g.finish("SELECT " + ", ".join(texts))
    transaction = session.block.begin_statement()
    statement: SqliteStatement = lowered.statement
    rows = await transaction.run(statement, slot_values(lowered.slots, (), (), session.context.env))
    (row,) = await rows.fetch(2)
    return list(row)


def describe_execute(session: "Session", node: Node) -> tuple[Column, ...] | None:
    """The columns of the statement executed."""
    prepared = session.statements.get(node.peek("name"))
    return prepared.columns if prepared is not None else None


async def run_deallocate(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """DEALLOCATE name | ALL."""
    node = raw.node
    name = node.take("name")
    node.take("isall")
    if name is None:
        forget_named(session.statements)
        return Result("DEALLOCATE ALL")
    session.statement(name)
    session.close_statement(name)
    return Result("DEALLOCATE")


COMMANDS = {
    "PrepareStmt": CommandKind(run_prepare), "ExecuteStmt": CommandKind(run_execute, describe_execute),
    "DeallocateStmt": CommandKind(run_deallocate),
}  # fmt: skip
