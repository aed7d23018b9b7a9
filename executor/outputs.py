"""How the rows of a plan are sent: columns in the formats asked for, and an encoder for each; kept with the plan."""

from collections.abc import Sequence
from copy import copy

from executor import sqlstates as states
from executor.analysis import Column, encoder, env_key, formatted
from executor.context import Context
from executor.errors import SqlError
from executor.prepared import Prepared
from executor.types.base import Encoder, Stored

OUTPUTS_MAX = 16
"""Ways to send one plan's results that are kept: a client may think of any number of time zones."""

Output = tuple[tuple[Column, ...], tuple[Encoder, ...]]


def output_of(context: Context, prepared: Prepared, formats: tuple[int, ...]) -> Output:
    """Of a prepared query, for a session with these settings (08P01 if the number of formats does not fit)."""
    assert prepared.analyzed is not None and prepared.columns is not None
    outputs = prepared.analyzed.outputs
    key = (formats, env_key(context.env))
    found: Output | None = outputs.get(key)
    if found is None:
        columns = formatted(prepared.columns, formats)
        assert columns is not None
        found = (columns, encoders_for(context, prepared.columns, formats))
        if not prepared.prints_names:  # those are the session's own, and would keep it alive as long as the plan
            if len(outputs) >= OUTPUTS_MAX:
                outputs.clear()
            outputs[key] = found
    return found


def encoders_for(context: Context, columns: Sequence[Column], formats: tuple[int, ...]) -> tuple[Encoder, ...]:
    """One encoder per column in the formats asked for (08P01 if their number does not fit)."""
    if len(formats) > 1 and len(formats) != len(columns):
        raise states.ProtocolViolation(f"bind message has {len(formats)} result formats but query has {len(columns)} columns")
    wanted = formats if len(formats) > 1 else (formats or (0,)) * len(columns)
    env = copy(context.env)  # encoders are kept and shared; they must not follow this session's later SETs
    if not any(c.prints_names for c in columns):
        env.objects = None  # it would keep this session alive
    return tuple(_naming(context, c, encoder(c, f, env)) for c, f in zip(columns, wanted, strict=True))


def _naming(context: Context, column: Column, encode: Encoder) -> Encoder:
    """The encoder; for a column of a table made elsewhere, one that says where a value stood that does not fit."""
    relation = context.catalog.relations_by_oid.get(column.table_oid) if column.table_oid else None
    if relation is None or not relation.made_elsewhere:
        return encode
    name = relation.by_number[column.attribute].name

    def encode_or_tell(value: Stored) -> bytes:
        try:
            return encode(value)
        except SqlError as error:
            raise type(error)(f'{error.message}, in column "{name}" of table "{relation.name}"', schema=relation.schema,
                              table=relation.name, column=name) from None

    return encode_or_tell
