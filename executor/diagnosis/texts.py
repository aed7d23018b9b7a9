"""What DETAILs print of rows and keys."""

from collections.abc import Sequence

from executor.catalog.model import Relation
from executor.ddl.validate import key_text
from executor.facts.lookup import base_type
from executor.types.base import Env, Stored
from executor.types.registry import codec

VALUE_BYTES_MAX = 64
"""PostgreSQL cuts each value of a failing row after so many bytes, never inside a character."""
UNKNOWN = b"\xff unknown"
"""Stands for a value that only SQLite knows (a default of a file made elsewhere). No stored value of ours is it."""
Row = Sequence[Stored]


def failing_row(relation: Relation, row: Row, env: Env) -> str | None:
    """"Failing row contains (1, null, ...)."; None if a value is not known."""
    if any(value is UNKNOWN for value in row):
        return None
    shown = []
    for column, value in zip(relation.columns, row, strict=True):
        if column.generated == "v":
            shown.append("virtual")
        elif value is None:
            shown.append("null")
        else:
            shown.append(_cut(codec(base_type(column.type)).text_encoder(column.typmod, env)(value)))
    return f"Failing row contains ({', '.join(shown)})."


def _cut(text: bytes) -> str:
    if len(text) <= VALUE_BYTES_MAX:
        return text.decode()
    return text[:VALUE_BYTES_MAX].decode(errors="ignore") + "..."


def key(names: Sequence[str], types: Sequence[tuple[int, int]], values: Row, env: Env) -> str:
    """"Key (a, b)=(1, x)". types: (OID, typmod)."""
    keys = [(name, base_type(oid), typmod) for name, (oid, typmod) in zip(names, types, strict=True)]
    return f"Key {key_text(keys, tuple(values), env)}"


def column_key(relation: Relation, numbers: Sequence[int], values: Row, env: Env) -> str:
    """The same for columns of a relation, by attnum."""
    columns = [relation.by_number[number] for number in numbers]
    return key([c.name for c in columns], [(c.type, c.typmod) for c in columns], values, env)
