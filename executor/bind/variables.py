"""Names in the SQL of a function's body that may be its variables: parameters of the statement, in the end.

A column and a variable of one name are an error, unless the function says which of them is meant; in a SQL function it is the
column. Nothing that is bound from a stored text (a default, a view) sees variables: its places are not the statement's.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from executor.bind.statement import Statement
from executor.errors import SqlError
from executor.parse import Node
from executor.plan import Expr
from executor.sqlstates import AmbiguousColumn, UndefinedColumn, UndefinedParameter, UndefinedTable


class Variables(Protocol):
    """What a body's SQL may name. conflict: error, variable (it wins), column (that wins)."""

    @property
    def conflict(self) -> str:
        """What a name means that both could have."""

    def find(self, s: Statement, names: Sequence[str], *, strict: bool) -> Expr | None:
        """The variable, or field of one, that a name means. strict: 42703 for a field that a record has not."""

    def row(self, s: Statement, names: Sequence[str]) -> Expr | None:
        """The variable with columns that a name means."""

    def parameter(self, s: Statement, number: int) -> Expr | None:
        """$number."""


def column(s: Statement, node: Node, plain: Callable[[], Expr]) -> Expr:
    """A ColumnRef. plain: binds it as what it would be without variables."""
    known: Variables = s.variables
    fields = node.peek("fields")
    if fields[-1].kind == "A_Star":
        found = known.row(s, [f.text for f in fields[:-1]])
        if found is not None:
            node.take("fields")
            return found
        return plain()
    names = [f.text for f in fields]
    if known.conflict == "variable" and (found := known.find(s, names, strict=False)) is not None:
        node.take("fields")
        return found
    missing: SqlError | None = None
    expr: Expr | None = None
    try:
        expr = plain()
    except (UndefinedColumn, UndefinedTable) as error:
        missing = error
    if expr is not None and known.conflict != "error":
        return expr
    found = known.find(s, names, strict=expr is None)
    if found is None:
        if expr is None:
            assert missing is not None
            raise missing
        return expr
    if expr is not None:
        raise AmbiguousColumn(f'column reference "{".".join(names)}" is ambiguous', position=s.position(node) or None,
                              detail="It could refer to either a PL/pgSQL variable or a table column.")
    node.take("fields")
    return found


def row(s: Statement, names: Sequence[str], position: int) -> Expr | None:
    """The variable that `names.*` spreads out."""
    known: Variables = s.variables
    return known.row(s, names)


def parameter(s: Statement, number: int, position: int) -> Expr:
    """$number (42P02)."""
    known: Variables = s.variables
    found = known.parameter(s, number)
    if found is None:
        raise UndefinedParameter(f"there is no parameter ${number}", position=position or None)
    return found
