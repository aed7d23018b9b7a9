"""Sequence functions."""

from executor.builtins.base import Builtin, Python
from executor.catalog.model import Sequence
from executor.context import Context
from executor.privileges.rules import of_sequence, refused, who_is
from executor.sequences import sequence_by_oid
from executor.types.base import Stored


def _found(context: Context, oid: int, letters: str) -> Sequence:
    """A sequence on which the user has one of these privileges (42501)."""
    sequence = sequence_by_oid(context.catalog, oid)
    if not _may(context, sequence, letters):
        raise refused(of_sequence(sequence))
    return sequence


def _may(context: Context, sequence: Sequence, letters: str) -> bool:
    session = context.session
    if session is None or session.identity.is_superuser:
        return True
    who, thing = who_is(session), of_sequence(sequence)
    # The sequence inside an identity column is taken from by whoever may INSERT.
    return sequence.identity or any(who.may(thing, letter) for letter in letters)


def _nextval(context: Context, oid: int) -> Stored:
    return context.sequences.nextval(_found(context, oid, "Uw"))  # type: ignore[no-any-return]


def _currval(context: Context, oid: int) -> Stored:
    return context.sequences.currval(_found(context, oid, "Ur"))  # type: ignore[no-any-return]


def _lastval(context: Context) -> Stored:
    return context.sequences.lastval()  # type: ignore[no-any-return]


def _setval(context: Context, oid: int, value: int, called: int = 1) -> Stored:
    return context.sequences.setval(_found(context, oid, "w"), value, bool(called))  # type: ignore[no-any-return]


def _last_value(context: Context, oid: int) -> Stored:
    sequence = sequence_by_oid(context.catalog, oid)
    value, called = context.sequences.states.state(sequence)
    return value if called and _may(context, sequence, "Ur") else None


BUILTINS = (
    Builtin("nextval(regclass)", Python(_nextval, context=True)),
    Builtin("currval(regclass)", Python(_currval, context=True)),
    Builtin("lastval()", Python(_lastval, context=True)),
    Builtin("setval(regclass,int8)", Python(_setval, context=True)),
    Builtin("setval(regclass,int8,bool)", Python(_setval, context=True)),
    Builtin("pg_sequence_last_value(regclass)", Python(_last_value, context=True)),
)
