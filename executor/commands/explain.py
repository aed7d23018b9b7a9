"""EXPLAIN: the plan SQLite made. The tree is SQLite's, so its words are not PostgreSQL's; VERBOSE adds the SQLite text."""

import json
from collections.abc import Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any

from executor import sqlstates as states
from executor.analysis import Column, is_optimizable, slot_values
from executor.commands.base import CommandKind, Result, text_column
from executor.commands.transaction import constant_text
from executor.errors import not_supported
from executor.parse import Node, RawStatement
from executor.types import oids as T
from storage.statement import Statement

if TYPE_CHECKING:
    from executor.session import Session

BOOLEAN = {"analyze", "verbose", "costs", "settings", "generic_plan", "buffers", "wal", "timing", "summary", "memory"}
TRUE = {"", "1", "on", "true"}


def _options(node: Node) -> dict[str, str]:
    found = {}
    for option in node.nodes("options"):
        name, argument = option.take("defname").lower(), option.take("arg")
        option.take("defaction")
        text = "" if argument is None else argument.text if argument.kind == "String" else \
            str(argument.take("ival", 0)) if argument.kind == "Integer" else constant_text(argument)
        if name not in BOOLEAN | {"format", "serialize"}:
            raise states.SyntaxError(f'unrecognized EXPLAIN option "{name}"')
        found[name] = text.lower()
    return found


async def run(session: "Session", raw: RawStatement, parameters: Sequence[Any]) -> Result:
    """EXPLAIN [ANALYZE] statement."""
    options = _options(raw.node)
    inner = RawStatement(raw.node.take("query"), raw.source, raw.text, raw.offset)
    if not is_optimizable(inner.node):
        raise not_supported(f"EXPLAIN of {inner.node.kind}")
    format_ = options.get("format", "text")
    if format_ not in ("text", "json"):
        raise not_supported(f"EXPLAIN (FORMAT {format_.upper()})")
    started = perf_counter()
    prepared = await session.prepare_raw("", inner, ())
    planned = perf_counter()
    analyzed = prepared.analyzed
    assert analyzed is not None
    statement: Statement = analyzed.lowered.statement
    if analyzed.lowered.system:
        from executor.systemtables import system_tables

        statement = system_tables(session, analyzed)
    values = slot_values(analyzed.lowered.slots, parameters or [None] * len(analyzed.parameters), (), session.context.env)
    transaction = session.block.begin_statement()
    rows = await transaction.run(Statement(f"EXPLAIN QUERY PLAN {statement.sql}", statement.needs), values)
    lines = _tree(await rows.fetch(10_000))
    if options.get("verbose", "off") in TRUE:
        lines.append(f"SQLite: {statement.sql}")
    if options.get("analyze", "off") in TRUE:
        count = await _execute(session, prepared, parameters)
        lines += [f"Rows: {count}", f"Planning Time: {(planned - started) * 1000:.3f} ms",
                  f"Execution Time: {(perf_counter() - planned) * 1000:.3f} ms"]
    if format_ == "json":
        return Result("EXPLAIN", describe(session, raw.node), [(json.dumps([{"Plan": lines}]),)])
    return Result("EXPLAIN", describe(session, raw.node), [(line,) for line in lines])


def _tree(rows: list[tuple[Any, ...]]) -> list[str]:
    """EXPLAIN QUERY PLAN's rows, indented as PostgreSQL indents a plan."""
    depth = {0: -1}
    lines = []
    for identifier, parent, _, detail in rows:
        level = depth[identifier] = depth.get(parent, -1) + 1
        text = detail[:1].upper() + detail[1:].lower() if detail.isupper() else detail
        lines.append(text if level == 0 else "  " + "      " * (level - 1) + "->  " + text)
    return lines or ["Result"]


async def _execute(session: "Session", prepared: Any, parameters: Sequence[Any]) -> int:
    from executor.commands.prepared import portal_for

    portal = portal_for(session, prepared, parameters)
    await portal.start()
    count = 0
    while not portal.finished and (rows := await portal.fetch(1000)):
        count += len(rows)
    return count or getattr(portal, "changes", 0)


def describe(session: "Session", node: Node) -> tuple[Column, ...]:
    """One column of text, or of json."""
    for option in node.peek("options", []):
        argument = option.peek("arg")
        if option.peek("defname") == "format" and argument is not None and argument.text.lower() == "json":
            return (text_column("QUERY PLAN", T.JSON),)
    return (text_column("QUERY PLAN"),)


COMMANDS = {"ExplainStmt": CommandKind(run, describe)}
