"""Sequence functions."""

from executor.builtins.base import Builtin, Python
from executor.context import Context
from executor.sequences import sequence_by_oid
from executor.types.base import Stored


def _nextval(context: Context, oid: int) -> Stored:
    return context.sequences.nextval(sequence_by_oid(context.catalog, oid))  # type: ignore[no-any-return]


def _currval(context: Context, oid: int) -> Stored:
    return context.sequences.currval(sequence_by_oid(context.catalog, oid))  # type: ignore[no-any-return]


def _lastval(context: Context) -> Stored:
    return context.sequences.lastval()  # type: ignore[no-any-return]


def _setval(context: Context, oid: int, value: int, called: int = 1) -> Stored:
    return context.sequences.setval(sequence_by_oid(context.catalog, oid), value, bool(called))  # type: ignore[no-any-return]


def _last_value(context: Context, oid: int) -> Stored:
    value, called = context.sequences.states.state(sequence_by_oid(context.catalog, oid))
    return value if called else None


BUILTINS = (
    Builtin("nextval(regclass)", Python(_nextval, context=True)),
    Builtin("currval(regclass)", Python(_currval, context=True)),
    Builtin("lastval()", Python(_lastval, context=True)),
    Builtin("setval(regclass,int8)", Python(_setval, context=True)),
    Builtin("setval(regclass,int8,bool)", Python(_setval, context=True)),
    Builtin("pg_sequence_last_value(regclass)", Python(_last_value, context=True)),
)
