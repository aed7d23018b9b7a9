"""Assigning to a part of a variable: x[1] := ..., r.a[2].b := ...: the variable gets its value so far with that part replaced."""

from typing import Any

from executor import plan
from executor.bind import parts
from executor.bind.expressions import bind
from executor.bind.scope import Scope
from executor.bind.statement import Statement as Binding
from executor.errors import SqlError
from executor.parse import Node, Source, parse_expression
from executor.plpgsql import syntax as tree
from executor.plpgsql.frame import Names
from executor.plpgsql.plans import Plan, finished, located
from executor.plpgsql.run import MISSING, Run


async def assign_part(run: Run, s: tree.Assign) -> None:
    """Run an assignment to a part."""
    piece = s.value
    key = piece, "part"
    found = run._plans.get(key)
    catalog = run.host.catalog
    if found is None or found.analyzed is None or found.analyzed.catalog is not catalog or not all(
            run.frame.shape(number) == shape for number, shape in found.shapes):
        try:
            found = run._plans[key] = _bind(run, s)
        except SqlError as error:
            raise located(error, piece, len("SELECT ") - piece.prefix) from None
    value = run.host.value(found, found.parameters(run.frame)) if found.is_simple else MISSING
    if value is MISSING:
        rows = await run.rows_of(piece, found)
        value = rows[0][0]
    await run.assign(s.target.number, value, found.type)


def _bind(run: Run, s: tree.Assign) -> Plan:
    piece = s.value
    variable = run.frame.variables[s.target.number]
    text = "SELECT " + piece.text[piece.prefix :]
    binding = Binding(catalog=run.host.catalog, context=run.context, search_path=run.host.path, source=Source(text),
                      fixed_parameters=True)
    names = binding.variables = Names(run.frame, piece.names, piece.conflict)
    value = bind(binding, Scope(), parse_expression(piece.text[piece.prefix :]))
    container = names._whole(binding, variable)
    given = _parts(piece.text[: piece.prefix], s.target.path)
    binding.positions = True
    new = parts.assigned(binding, Scope(), container, given, value, variable.name, 0)
    bound = plan.Select(targets=(plan.Target(expr=new, name="x"),))
    return finished(binding, bound, "SELECT", tuple(names.references), tuple(names.shapes.items()))


def _parts(target: str, path: tuple[Any, ...]) -> list[Node]:
    """The steps of a target as the parser sees them: those that the path has, from the end."""
    node = parse_expression(target.rstrip().removesuffix(":=").removesuffix("=").rstrip())
    steps: list[Node] = []
    if node.kind == "A_Indirection":
        steps = node.nodes("indirection")
        node = node.take("arg")
    if node.kind == "ColumnRef":
        steps = [*node.nodes("fields"), *steps]
    return steps[len(steps) - len(path) :]
