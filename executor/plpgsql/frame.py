"""The values of a call's variables, and how names in its SQL find them."""

from collections.abc import Sequence
from typing import Any

from executor import plan
from executor.bind.statement import Statement
from executor.catalog.model import Relation
from executor.errors import SqlError
from executor.plan import Expr
from executor.plpgsql.parser import find
from executor.plpgsql.syntax import Name, Variable
from executor.sqlstates import ObjectNotInPrerequisiteState, UndefinedColumn
from executor.types import made
from executor.types import oids as T
from executor.types.base import Stored
from executor.types.record import dump_fields, field_values


class RowValue:
    """The value of a variable with columns. number: its type, which has them; values: stored forms."""

    __slots__ = ("number", "values")

    def __init__(self, number: int, values: list[Stored]) -> None:
        self.number = number
        self.values = values

    @property
    def fields(self) -> tuple[made.Field, ...]:
        """Its columns."""
        return made.fields_of(self.number) or ()

    def stored(self) -> Stored:
        """As one value."""
        return dump_fields(self.values, [f.type for f in self.fields])

    def field(self, name: str) -> int:
        """The index of a column; -1 if there is none."""
        return next((i for i, f in enumerate(self.fields) if f.name == name), -1)


def row_of(number: int, stored: Stored) -> RowValue | None:
    """A stored row as a variable holds it."""
    if stored is None:
        return None
    return RowValue(number, field_values(stored, [f.type for f in made.fields_of(number) or ()]))


class Frame:
    """The variables of one call. values: a stored form, or a RowValue; None for NULL. types: of those that get their type
    as they get their value. transitions: see executor.bind.statement.Statement."""

    __slots__ = ("transitions", "types", "values", "variables")

    def __init__(self, variables: Sequence[Variable]) -> None:
        self.variables = variables
        self.values: list[Any] = [None] * len(variables)
        self.types: dict[int, tuple[int, int]] = {}
        self.transitions: dict[str, tuple[int, Relation]] = {}

    def shape(self, number: int) -> int:
        """What type a variable has now; 0 for a record that nothing has been assigned to."""
        variable = self.variables[number]
        if variable.kind == "row":
            return variable.type
        if variable.kind == "record":
            value = self.values[number]
            return value.number if value is not None else self.types.get(number, (0, -1))[0]
        if variable.kind == "dynamic":
            return self.types.get(number, (T.INT4, -1))[0]
        return variable.type

    def get(self, number: int, field: int) -> Stored:
        """The value of a variable (field -1), or of one of its columns."""
        value = self.values[number]
        if value.__class__ is RowValue:
            found: Stored = value.values[field] if field >= 0 else value.stored()
            return found
        return None if field >= 0 else value


Reference = tuple[int, int]
"""(variable, index of its column or -1)."""


class Names:
    """What the SQL of a body may name, while one piece of it is bound. references: what each parameter of it is.
    shapes: (variable, type) of the variables whose type is not fixed, under which what is bound is right."""

    def __init__(self, frame: Frame, names: Name | None, conflict: str) -> None:
        self.frame = frame
        self.names = names
        self.conflict = {"error": "error", "use_variable": "variable", "use_column": "column"}[conflict]
        self.references: list[Reference] = []
        self.shapes: dict[int, int] = {}

    def find(self, s: Statement, names: Sequence[str], *, strict: bool) -> Expr | None:
        """See executor.bind.variables.Variables."""
        found = find(self.names, names)
        if found is None:
            return None
        number, used = found
        variable = self.frame.variables[number]
        if used == len(names):
            return self._whole(s, variable)
        if used + 1 < len(names) or variable.kind not in ("row", "record"):
            return None
        return self._field(s, variable, names[used], strict)

    def row(self, s: Statement, names: Sequence[str]) -> Expr | None:
        """See executor.bind.variables.Variables."""
        found = find(self.names, names) if names else None
        if found is None or found[1] != len(names):
            return None
        variable = self.frame.variables[found[0]]
        if variable.kind not in ("row", "record"):
            return None
        return self._whole(s, variable)

    def parameter(self, s: Statement, number: int) -> Expr | None:
        """See executor.bind.variables.Variables."""
        return self.find(s, [f"${number}"], strict=True)

    def _shape(self, variable: Variable) -> int:
        found = self.frame.shape(variable.number)
        if variable.kind in ("record", "dynamic"):
            self.shapes[variable.number] = found
        if not found:
            raise not_assigned(variable)
        return found

    def _whole(self, s: Statement, variable: Variable) -> Expr:
        number = self._shape(variable)
        typmod = variable.typmod
        if variable.kind == "dynamic":
            typmod = self.frame.types.get(variable.number, (0, -1))[1]
        return self._parameter(s, (variable.number, -1), number, typmod)

    def _field(self, s: Statement, variable: Variable, name: str, strict: bool) -> Expr | None:
        fields = made.fields_of(self._shape(variable)) or ()
        for i, field in enumerate(fields):
            if field.name == name:
                return self._parameter(s, (variable.number, i), field.type, field.typmod)
        if strict:
            raise UndefinedColumn(f'record "{variable.name}" has no field "{name}"')
        return None

    def _parameter(self, s: Statement, reference: Reference, number: int, typmod: int) -> Expr:
        if reference not in self.references:
            self.references.append(reference)
        at = self.references.index(reference) + 1
        s.parameters[at] = number
        return plan.Param(type=number, typmod=typmod, number=at)


def not_assigned(variable: Variable) -> SqlError:
    """55000 for a record that nothing has been assigned to."""
    return ObjectNotInPrerequisiteState(f'record "{variable.name}" is not assigned yet',
                                        detail="The tuple structure of a not-yet-assigned record is indeterminate.")
