"""rank, dense_rank, percent_rank and cume_dist WITHIN GROUP: where a row that is not there would stand."""

from executor.bind.coerce import to_common, unify
from executor.bind.statement import Statement, type_name
from executor.facts.lookup import Function
from executor.plan import Expr
from executor.sqlstates import UndefinedFunction


def paired(s: Statement, function: Function, arguments: list[Expr], ordered: int,
           position: int) -> tuple[tuple[Expr, ...], list[Expr]]:
    """The hypothetical row's values and the ordering columns, each pair converted to its common type.

    arguments: the row's values, and after them the `ordered` columns. 42883 if they are not as many, 42804 if two of
    them have no common type.
    """
    direct, columns = arguments[:-ordered], arguments[-ordered:]
    if len(direct) != len(columns):
        shown = f"{function.name}({', '.join(type_name(a.type) for a in arguments)})"
        raise UndefinedFunction(
            f"function {shown} does not exist", position=position or None,
            hint=f"To use the hypothetical-set aggregate {function.name}, the number of hypothetical direct arguments "
                 f"(here {len(direct)}) must match the number of ordering columns (here {len(columns)}).")
    converted: tuple[list[Expr], list[Expr]] = ([], [])
    for value, column in zip(direct, columns, strict=True):
        common, _ = unify(s, [column, value], "WITHIN GROUP")
        converted[0].append(to_common(s, value, common, "WITHIN GROUP"))
        converted[1].append(to_common(s, column, common, "WITHIN GROUP"))
    return tuple(converted[0]), converted[1]
