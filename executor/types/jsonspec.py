"""What a SQL/JSON function was asked to do: the parts of JSON_VALUE, JSON_TABLE ... that are no expressions.

The binder fills these in, the plan carries them, executor.builtins.sqljson works by them.
Source: functions-json.html#SQLJSON-QUERY-FUNCTIONS
"""

import msgspec


class Behavior(msgspec.Struct, frozen=True):
    """ON EMPTY or ON ERROR. kind: error, null, true, false, unknown, empty array, empty object, default.

    coerce: its value is jsonb (or none) and becomes the RETURNING type only when it is needed.
    """

    kind: str
    coerce: bool = False


class PathSpec(msgspec.Struct, frozen=True):
    """One path function. op: exists, value, query. type, typmod: RETURNING.

    passing: the type and typmod of each PASSING argument, in the order of `names`. column: the JSON_TABLE column whose
    value it computes, for messages. outcome: RETURNING was a domain with constraints, whose base is `type`; the value
    comes with where it is from, since a refusal of the domain is for ON ERROR, too.
    """

    op: str
    type: int
    typmod: int
    on_error: Behavior
    on_empty: Behavior | None = None
    names: tuple[str, ...] = ()
    passing: tuple[tuple[int, int], ...] = ()
    wrapper: str = "none"  # none, conditional, unconditional
    omit_quotes: bool = False
    column: str = ""
    outcome: bool = False


class TableColumn(msgspec.Struct, frozen=True):
    """A column of JSON_TABLE. spec None: FOR ORDINALITY. output: its place in the row.

    empty, error: which of the table's behaviour values are its ON EMPTY and ON ERROR (-1: none).
    """

    name: str
    output: int
    path: str = ""
    spec: PathSpec | None = None
    empty: int = -1
    error: int = -1


class TableNode(msgspec.Struct, frozen=True):
    """A row pattern of JSON_TABLE with its columns and its nested patterns."""

    path: str
    name: str
    columns: tuple[TableColumn, ...]
    children: "tuple[TableNode, ...]" = ()


class TableSpec(msgspec.Struct, frozen=True):
    """JSON_TABLE. loud: ERROR ON ERROR was said of the table."""

    root: TableNode
    width: int
    loud: bool
    names: tuple[str, ...] = ()
    passing: tuple[tuple[int, int], ...] = ()
