"""What one level of a query, or one step of a statement, gives to the next."""

from typing import Any

from executor import walk
from executor.plan import ColumnRef, Expr, Target


class Outputs:
    """Expressions that a query level gives to the one above it, each once."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.exprs: list[Expr] = []
        self.places: dict[Any, int] = {}

    def reference(self, expr: Expr) -> ColumnRef:
        """The expression's value as the level above sees it."""
        wanted = walk.key(expr)
        if wanted not in self.places:
            self.places[wanted] = len(self.exprs)
            self.exprs.append(expr)
        return self.at(self.places[wanted])

    def add(self, expr: Expr) -> ColumnRef:
        """The value of an expression that must be an output of its own."""
        self.exprs.append(expr)
        return self.at(len(self.exprs) - 1)

    def at(self, index: int) -> ColumnRef:
        """Output `index`."""
        expr = self.exprs[index]
        return ColumnRef(type=expr.type, typmod=expr.typmod, entry=self.number, index=index, name=f"c{index}")

    @property
    def columns(self) -> tuple[tuple[str, int, int], ...]:
        """The outputs as columns of a range entry."""
        return tuple((f"c{i}", e.type, e.typmod) for i, e in enumerate(self.exprs))

    @property
    def targets(self) -> tuple[Target, ...]:
        """The outputs as a target list."""
        return targets_of(self.exprs)


def targets_of(exprs: list[Expr]) -> tuple[Target, ...]:
    """Expressions as a target list."""
    return tuple(Target(expr=e, name=f"c{i}") for i, e in enumerate(exprs))
