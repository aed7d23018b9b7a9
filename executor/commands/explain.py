"""EXPLAIN: the plan SQLite made. The tree is SQLite's, so its words are not PostgreSQL's; VERBOSE adds the SQLite text."""

import json
from collections.abc import Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from executor import sqlstates as states
from executor.analysis import Analyzed, Column, is_optimizable, slot_values
from executor.commands.base import CommandKind, Parameters, Result, text_column
from executor.commands.prepared import executed, portal_for
from executor.errors import not_supported
from executor.option_values import option_boolean, option_text, unrecognized
from executor.parse import Node, RawStatement, Source
from executor.privileges import check_privileges
from executor.types import oids as T
from executor.types.base import Stored
from storage.statement import Statement

if TYPE_CHECKING:
    from executor.session import Session

BOOLEAN = frozenset(("analyze", "verbose", "costs", "settings", "generic_plan", "buffers", "wal", "timing", "summary",
                     "memory"))
FORMATS = ("text", "xml", "json", "yaml")
SERIALIZE = {"none": False, "off": False, "text": True, "binary": True}


class Options(msgspec.Struct):
    """What is asked for. What SQLite cannot tell (costs, buffers ...) is checked, and adds nothing."""

    on: frozenset[str]
    format: str = "text"


def _options(raw: RawStatement) -> Options:
    """The options (42601 and 22023 as in PostgreSQL)."""
    on: dict[str, bool] = {}
    format_ = "text"
    for option in raw.node.nodes("options"):
        name, argument = option.take("defname"), option.take("arg")
        option.take("defaction")
        position = Source(raw.source).position(option.location)
        if name in BOOLEAN:
            on[name] = option_boolean(name, argument)
        elif name == "format":
            format_ = _word(name, argument, FORMATS, position)
        elif name == "serialize":
            on[name] = argument is None or SERIALIZE[_word(name, argument, tuple(SERIALIZE), position)]
        else:
            raise unrecognized("EXPLAIN", name, position)
    found = frozenset(name for name, value in on.items() if value)
    if "analyze" not in found:
        for name in ("wal", "timing", "serialize"):
            if name in found:
                raise states.InvalidParameterValue(f"EXPLAIN option {name.upper()} requires ANALYZE")
    elif "generic_plan" in found:
        raise states.InvalidParameterValue("EXPLAIN options ANALYZE and GENERIC_PLAN cannot be used together")
    return Options(found, format_)


def _word(name: str, argument: Node | None, allowed: Sequence[str], position: int) -> str:
    text = option_text(name, argument)
    if text not in allowed:
        raise states.InvalidParameterValue(f'unrecognized value for EXPLAIN option "{name}": "{text}"', position=position)
    return text


async def run(session: "Session", raw: RawStatement, parameters: Parameters) -> Result:
    """EXPLAIN [ANALYZE] statement, or EXECUTE."""
    options = _options(raw)
    inner = RawStatement(raw.node.take("query"), raw.source, raw.text, raw.offset)
    if not is_optimizable(inner.node) and inner.node.kind != "ExecuteStmt":
        raise not_supported(f"EXPLAIN of {inner.node.kind}")
    if options.format not in ("text", "json"):
        raise not_supported(f"EXPLAIN (FORMAT {options.format.upper()})")
    started = perf_counter()
    values: Sequence[Stored] = parameters
    if inner.node.kind == "ExecuteStmt":
        prepared, values = await executed(session, inner)
        if prepared.analyzed is None:
            return Result("EXPLAIN", describe(session, raw.node), [("Utility statements have no plan structure",)])
    else:
        prepared = await session.prepare_raw("", inner, parameters.oids)
    planned = perf_counter()
    analyzed = prepared.analyzed
    assert analyzed is not None
    if "generic_plan" not in options.on and prepared.name == "":
        parameters.require(analyzed.parameters)
    if not session.identity.is_superuser:
        check_privileges(session, analyzed)
    session.tables.take(analyzed.tables)
    lines = await _plan(session, analyzed, values or [None] * len(analyzed.parameters), "verbose" in options.on)
    if "analyze" in options.on:
        count = await _execute(session, prepared, values)
        lines += [f"Rows: {count}", f"Planning Time: {(planned - started) * 1000:.3f} ms",
                  f"Execution Time: {(perf_counter() - planned) * 1000:.3f} ms"]
    if options.format == "json":
        return Result("EXPLAIN", describe(session, raw.node), [(json.dumps([{"Plan": lines}]),)])
    return Result("EXPLAIN", describe(session, raw.node), [(line,) for line in lines])


async def _plan(session: "Session", analyzed: Analyzed, values: Sequence[Stored], verbose: bool) -> list[str]:
    """The plan of a statement; of all its steps, in their order, where there are several."""
    steps = analyzed.lowered.steps
    if not steps:
        return await _plan_of(session, analyzed, values, verbose)
    lines: list[str] = []
    for number, step in enumerate(steps, 1):
        part = replace(analyzed, lowered=step.lowered, plan=step.plan)
        found = await _plan_of(session, part, values, verbose)
        found = ["LockRows", *_indented(found)] if step.locks is not None else found
        lines += found if len(steps) == 1 else [f"Step {number}", *_indented(found)]
    return lines


def _indented(lines: list[str]) -> list[str]:
    return [f"  ->  {line}" if line[0] != " " else f"      {line}" for line in lines]


async def _plan_of(session: "Session", analyzed: Analyzed, values: Sequence[Stored], verbose: bool) -> list[str]:
    statement = session.statement_of(analyzed)
    slots = slot_values(analyzed.lowered.slots, values, (), session.context.env)
    transaction = session.block.begin_statement()
    rows = await transaction.run(Statement(f"EXPLAIN QUERY PLAN {statement.sql}", statement.needs,
                                           temp_schema=statement.temp_schema), slots)
    lines = _tree(await rows.fetch(10_000))
    return [*lines, f"  SQLite: {statement.sql}"] if verbose else lines


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
        if option.peek("defname") == "format" and argument is not None and option_text("format", argument) == "json":
            return (text_column("QUERY PLAN", T.JSON),)
    return (text_column("QUERY PLAN"),)


COMMANDS = {"ExplainStmt": CommandKind(run, describe, query=lambda node: node.peek("query"))}
