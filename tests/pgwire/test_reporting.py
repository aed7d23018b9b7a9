import pytest
import structlog

from executor.sqlstates import NoActiveSqlTransaction, UniqueViolation
from pgwire.connection import NEED_DATA, Connection
from pgwire.messages.body import ProtocolViolation
from pgwire.messages.error import ErrorResponse, NoticeResponse
from pgwire.reporting import from_exception, response_bytes

FIELDS = {
    "detail": "Key (a)=(1) already exists.",
    "hint": "Use another.",
    "position": 8,
    "internal_position": 3,
    "internal_query": "select 1",
    "where": "function f",
    "schema": "public",
    "table": "t",
    "column": "a",
    "datatype": "int4",
    "constraint": "t_pkey",
}


def decoded(data: bytes) -> ErrorResponse:
    connection = Connection(client=True)
    connection.receive_data(data)
    message = connection.next_message()
    assert connection.next_message() is NEED_DATA
    assert isinstance(message, ErrorResponse)
    return message


def test_every_field_of_an_error_is_sent() -> None:
    message = decoded(response_bytes(UniqueViolation("duplicate key", **FIELDS)))
    assert (message.severity, message.severity_not_localized, message.sqlstate) == ("ERROR", "ERROR", "23505")
    assert {name: getattr(message, name) for name in FIELDS} == FIELDS


def test_fields_come_in_the_order_of_postgresql() -> None:
    body = ErrorResponse("ERROR", "23505", "m", severity_not_localized="ERROR", **FIELDS).encode_body()
    assert bytes(field[0] for field in body.split(b"\0") if field) == b"SVCMDHPpqWstcdn"


def test_lesser_severity_is_a_notice() -> None:
    assert isinstance(decoded(response_bytes(NoActiveSqlTransaction("none", severity="WARNING"))), NoticeResponse)


def test_text_that_cannot_be_sent_is_escaped() -> None:
    assert decoded(response_bytes(UniqueViolation("a\0b\ud800c"))).message == "ab\\ud800c"


@pytest.mark.parametrize(
    ("exception", "sqlstate", "severity"),
    [
        (MemoryError(), "53200", "ERROR"),
        (RecursionError(), "54001", "ERROR"),
        (KeyError("x"), "XX000", "ERROR"),
        (ProtocolViolation("x", fatal=True), "08P01", "FATAL"),
        (ProtocolViolation("x", sqlstate="22021"), "22021", "ERROR"),
        (UniqueViolation("x"), "23505", "ERROR"),
    ],
)
def test_exception_has_its_sqlstate(exception: Exception, sqlstate: str, severity: str) -> None:
    error = from_exception(exception, structlog.get_logger())
    assert (error.sqlstate, error.severity) == (sqlstate, severity)
