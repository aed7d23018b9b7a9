"""Whether text is valid input of a type: pg_input_is_valid and pg_input_error_info."""

from collections.abc import Iterator

from executor.builtins.base import Builtin, Python, SetReturning
from executor.catalog.names import named_type
from executor.catalog.usertypes import number
from executor.context import Context
from executor.errors import SqlError, not_supported
from executor.sqlstates import FeatureNotSupported
from executor.types.made import is_constrained
from executor.types.registry import codec


def _complaint(context: Context, text: str, type_name: str) -> SqlError | None:
    """What the type's input function says against the text."""
    oid, typmod = named_type(type_name, context)
    found = number(context.catalog, oid)
    if found is not None and is_constrained(found):
        raise not_supported(f"checking input of {type_name}, whose values have constraints,")
    kind = codec(oid if found is None else found)
    try:
        kind.parse(text, typmod, context.env)
    except FeatureNotSupported:
        raise
    except SqlError as error:
        return error
    return None


def input_is_valid(context: Context, text: str, type_name: str) -> int:
    """Whether the type takes the text."""
    return int(_complaint(context, text, type_name) is None)


def input_error_info(context: Context, text: str, type_name: str) -> Iterator[tuple[str | None, ...]]:
    """One row: message, detail, hint and SQLSTATE of what is wrong, all NULL if nothing is."""
    found = _complaint(context, text, type_name)
    yield (None,) * 4 if found is None else (found.message, found.detail, found.hint, found.sqlstate)


BUILTINS = (
    Builtin("pg_input_is_valid(text,text)", Python(input_is_valid, context=True),
            ("pg_input_is_valid('42000', 'int2')", "f")),
    Builtin("pg_input_error_info(text,text)", SetReturning(input_error_info, context=True)),
)
