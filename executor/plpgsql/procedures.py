"""CALL and DO within a body."""

from executor.errors import SqlError
from executor.parse import parse
from executor.plpgsql import syntax as tree
from executor.plpgsql.compiled import compile_block
from executor.plpgsql.frame import Names
from executor.plpgsql.parser import find
from executor.plpgsql.plans import add_context, located
from executor.plpgsql.run import Run
from executor.sqlstates import SyntaxError


async def call(run: Run, s: tree.Call) -> None:
    """CALL procedure(...): what comes back goes to the variables that are its arguments."""
    from executor.routines.procedures import bind_call, invoke, writable

    piece = s.query
    if not s.is_call:
        await _do(run, piece)
        return
    names = Names(run.frame, piece.names, piece.conflict)
    try:
        (raw,) = parse(piece.text)
        bound = bind_call(raw.node, run.host.catalog, run.context, run.host.path, piece.text, names)
    except SqlError as error:
        raise located(error, piece, 0) from None
    targets = []
    for i in range(len(bound.outputs)):
        path = writable(bound, i)
        found = find(piece.names, path)
        if found is None:
            raise SyntaxError(f'procedure parameter "{bound.outputs[i][1]}" is an output parameter but corresponding '
                              "argument is not writable")
        targets.append(tree.Target(found[0], tuple(path[found[1] :])))
    try:
        values = await invoke(run.host, run.context, bound, bound.plan.parameters(run.frame))
    except SqlError as error:
        add_context(error, f'SQL statement "{piece.text}"')
        raise
    for target, value, (_, _, number) in zip(targets, values, bound.outputs, strict=True):
        await run.assign_target(target, value, (number, -1))


async def _do(run: Run, piece: tree.Expr) -> None:
    from executor.commands.routines import do_options

    (raw,) = parse(piece.text)
    body, _ = do_options(raw.node)
    made = compile_block(run.context, run.host.catalog, run.host.path, body)
    try:
        await Run(run.host, made, run.context).call(())
    except SqlError as error:
        add_context(error, f'SQL statement "{piece.text}"')
        raise
