"""The values of a Bind message in stored form, and where in the message one stood that cannot be read."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from executor.errors import SqlError
from executor.types.base import Stored, utf8
from executor.types.registry import codec

if TYPE_CHECKING:
    from executor.session import Session

TRAILING_BYTES = "incorrect binary data format"
"""What the codecs say of a binary value with bytes left over (22P03); COPY says no more than that either."""


def decode_parameters(session: "Session", portal: str, types: Sequence[int], formats: tuple[int, ...],
                      values: tuple[bytes | None, ...]) -> list[Stored]:
    """One stored value for each (22P02, 22P03, 22021 ...). formats: none, one for all, or one each; 0 text, 1 binary."""
    env = session.context.env
    wanted = formats if len(formats) > 1 else (formats or (0,)) * len(values)
    decoded: list[Stored] = []
    for oid, format_, value in zip(types, wanted, values, strict=True):
        if value is None:
            decoded.append(None)
            continue
        try:
            decoded.append(codec(oid).receive(value, -1, env) if format_ else codec(oid).parse(utf8(value), -1, env))
        except SqlError as error:
            limit = session.settings.typed("log_parameter_max_length_on_error")
            assert isinstance(limit, int)
            shown = None if format_ else _quoted_start(value, limit)
            raise _in_parameter(error, portal, len(decoded) + 1, shown) from None
    return decoded


def _in_parameter(error: SqlError, portal: str, number: int, shown: str | None) -> SqlError:
    """The error of a value in a Bind message, with its place there. shown: the value in quotes, None for a binary one."""
    if error.message == TRAILING_BYTES:
        error.message += f" in bind parameter {number}"
    holder = f'portal "{portal}"' if portal else "unnamed portal"
    place = f"{holder} parameter ${number}" + ("" if shown is None else f" = {shown}")
    error.where = place if error.where is None else f"{error.where}\n{place}"
    return error


def _quoted_start(data: bytes, length: int) -> str:
    """A text in quotes, cut after `length` bytes; -1 means never."""
    cut = -1 < length < len(data)
    text = (data[:length] if cut else data).decode("utf-8", "ignore" if cut else "replace").replace("'", "''")
    return f"'{text}...'" if cut else f"'{text}'"
