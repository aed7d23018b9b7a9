"""The table that an ALTER TABLE is working on, from one action to the next."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from executor.catalog.model import Column, Relation
from executor.ddl.base import DdlContext, Step
from executor.ddl.column import SYSTEM_COLUMNS, with_column
from executor.ddl.objects import put_relation
from executor.ddl.transition import transition
from executor.sqlstates import FeatureNotSupported, UndefinedColumn


class Altering:
    """Keeps the steps of an ALTER TABLE; the table itself is always the one in ctx.catalog."""

    def __init__(self, ctx: DdlContext, oid: int) -> None:
        self.ctx = ctx
        self.oid = oid
        self.steps: list[Step] = []

    @property
    def relation(self) -> Relation:
        """The table as it is now."""
        return self.ctx.catalog.relations_by_oid[self.oid]

    def column(self, name: str, verb: str = "alter") -> Column:
        """A column of the table (42703; 0A000 for system columns)."""
        if name in SYSTEM_COLUMNS and name not in self.relation.by_name:
            raise FeatureNotSupported(f'cannot {verb} system column "{name}"')
        if name not in self.relation.by_name:
            raise UndefinedColumn(f'column "{name}" of relation "{self.relation.name}" does not exist')
        return self.relation.by_name[name]

    def become(
        self,
        new: Relation,
        *,
        values: Mapping[int, str] | None = None,
        needs: Sequence[Any] = (),
    ) -> None:
        """Bring the table to its next shape (see transition.transition)."""
        # What DDL has changed is recorded from now on.
        adopted = replace(new, made_elsewhere=False) if new.made_elsewhere else new
        done, steps = transition(self.ctx, self.relation, adopted, values=values, needs=needs)
        self.steps += steps
        self.ctx.catalog = put_relation(self.ctx.catalog, done)

    def with_column(self, column: Column) -> Relation:
        """The table with one of its columns replaced."""
        return with_column(self.relation, column)
