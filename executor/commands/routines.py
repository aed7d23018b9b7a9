"""DO and CALL."""

from typing import TYPE_CHECKING

from executor.analysis import Column
from executor.commands.base import CommandKind, Parameters, Result
from executor.parse import Node, RawStatement
from executor.sqlstates import SyntaxError, UndefinedObject

if TYPE_CHECKING:
    from executor.session import Session


async def run_do(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """DO [LANGUAGE plpgsql] 'body'."""
    from executor.plpgsql import handlers
    from executor.plpgsql.compiled import compile_block
    from executor.plpgsql.run import Run
    from executor.routines.hosts import SessionHost
    from executor.routines.validation import place_in

    assert handlers
    body, language = do_options(raw.node)
    if language != "plpgsql":
        if language == "sql":
            from executor.sqlstates import FeatureNotSupported

            raise FeatureNotSupported(f'language "{language}" does not support inline code execution')
        raise UndefinedObject(f'language "{language}" does not exist')
    host = SessionHost(session, atomic=session.block.in_block)
    session.block.begin_statement()
    try:
        made = compile_block(session.context, host.catalog, host.path, body)
    except Exception as error:
        place_in(error, body, raw.source)
        raise
    await Run(host, made, session.context).call(())
    return Result("DO")


def do_options(node: Node) -> tuple[str, str]:
    """(body, language) of a DO."""
    body: str | None = None
    language: str | None = None
    for option in node.nodes("args"):
        text = option.take("arg").text
        name = option.take("defname")
        option.take("defaction")
        if (body if name == "as" else language) is not None:
            raise SyntaxError("conflicting or redundant options")
        if name == "as":
            body = text
        else:
            language = text
    if body is None:
        raise SyntaxError("no inline code specified")
    return body, language or "plpgsql"


async def run_call(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """CALL procedure(...)."""
    from executor.routines.procedures import call_statement

    return await call_statement(session, raw, parameters)


def describe(session: "Session", node: Node) -> tuple[Column, ...] | None:
    """What comes back from a CALL."""
    from executor.routines.procedures import describe_call

    return describe_call(session, node)


COMMANDS = {
    "DoStmt": CommandKind(run_do), "CallStmt": CommandKind(run_call, describe),
}  # fmt: skip
