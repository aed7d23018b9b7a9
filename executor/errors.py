"""The one error a client of the executor sees: SqlError, with every field of PostgreSQL's ErrorResponse.

Each SQLSTATE has its own subclass in executor.sqlstates (generated); raise those, never SqlError itself.
Wording, detail and hint follow PostgreSQL's. `position` counts characters from 1 in the statement's text.
Source: protocol-error-fields.html.
"""

from typing import Any, ClassVar


class SqlError(Exception):
    """An error to report to the client; also used for notices and warnings (severity says which)."""

    sqlstate: ClassVar[str] = "XX000"

    def __init__(
        self,
        message: str,
        *,
        severity: str = "ERROR",
        detail: str | None = None,
        hint: str | None = None,
        position: int | None = None,
        internal_position: int | None = None,
        internal_query: str | None = None,
        where: str | None = None,
        schema: str | None = None,
        table: str | None = None,
        column: str | None = None,
        datatype: str | None = None,
        constraint: str | None = None,
        routine: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.severity = severity
        self.detail = detail
        self.hint = hint
        self.position = position
        self.internal_position = internal_position
        self.internal_query = internal_query
        self.where = where
        self.schema = schema
        self.table = table
        self.column = column
        self.datatype = datatype
        self.constraint = constraint
        self.routine = routine  # the name of a function of PostgreSQL's, where a driver goes by it

    def at(self, position: int | None) -> "SqlError":
        """Fill in the position (characters, from 1) unless the error has one already."""
        if self.position is None:
            self.position = position
        return self


def not_supported(construct: str, **fields: Any) -> SqlError:
    """The 0A000 error that names what pgquill does not implement."""
    from executor.sqlstates import FeatureNotSupported

    return FeatureNotSupported(f"{construct} is not supported by pgquill", **fields)
