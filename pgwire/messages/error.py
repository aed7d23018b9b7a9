"""ErrorResponse and NoticeResponse: the same fields under two tags. Source: protocol-error-fields.html."""

from typing import ClassVar, Self

import msgspec

from pgwire.messages.body import ProtocolViolation, Reader, encode_string

FIELD_CODES = {
    "severity": "S",
    "severity_not_localized": "V",
    "sqlstate": "C",
    "message": "M",
    "detail": "D",
    "hint": "H",
    "position": "P",
    "internal_position": "p",
    "internal_query": "q",
    "where": "W",
    "schema": "s",
    "table": "t",
    "column": "c",
    "datatype": "d",
    "constraint": "n",
    "file": "F",
    "line": "L",
    "routine": "R",
}
"""Name of each field -> its code, in the order PostgreSQL sends them."""

_BY_CODE = {code.encode(): name for name, code in FIELD_CODES.items()}
_NUMBERS = {"position", "internal_position", "line"}


class ErrorResponse(msgspec.Struct, frozen=True):
    """ErrorResponse (backend, 'E'). Positions count characters from 1."""

    tag: ClassVar[bytes] = b"E"
    severity: str
    sqlstate: str
    message: str
    severity_not_localized: str | None = None
    detail: str | None = None
    hint: str | None = None
    position: int | None = None
    internal_position: int | None = None
    internal_query: str | None = None
    where: str | None = None
    schema: str | None = None
    table: str | None = None
    column: str | None = None
    datatype: str | None = None
    constraint: str | None = None
    file: str | None = None
    line: int | None = None
    routine: str | None = None

    def encode_body(self) -> bytes:
        """Code and string for each field that is there, then a zero byte."""
        fields = ((code, getattr(self, name)) for name, code in FIELD_CODES.items())
        there = [code.encode() + encode_string(str(value)) for code, value in fields if value is not None]
        return b"".join(there) + b"\0"

    @classmethod
    def decode_body(cls, body: bytes) -> Self:
        """The message in this body. Codes nobody knows are skipped, as the manual asks of frontends."""
        reader = Reader(body)
        fields: dict[str, str | int] = {}
        while (code := reader.take(1)) != b"\0":
            value, name = reader.string(), _BY_CODE.get(code)
            if name is None:
                continue
            if name in _NUMBERS and not (value.isascii() and value.isdigit() and len(value) < 20):
                raise ProtocolViolation("invalid message format")
            fields[name] = int(value) if name in _NUMBERS else value
        reader.end()
        try:
            return cls(**fields)  # type: ignore[arg-type]
        except TypeError:  # severity, SQLSTATE or message are missing
            raise ProtocolViolation("invalid message format") from None


class NoticeResponse(ErrorResponse, frozen=True):
    """NoticeResponse (backend, 'N')."""

    tag: ClassVar[bytes] = b"N"
