from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import structlog
import trio

from executor import sqlstates
from pgwire.connection import Connection
from pgwire.messages.copy import CopyData, CopyDone, CopyFail, CopyInResponse, CopyOutResponse
from pgwire.messages.error import ErrorResponse, NoticeResponse
from pgwire.messages.extended import Bind, Close, Describe, Execute, Flush, Parse, Sync
from pgwire.messages.result import (
    BindComplete,
    CloseComplete,
    CommandComplete,
    DataRow,
    EmptyQueryResponse,
    NoData,
    ParameterDescription,
    ParseComplete,
    PortalSuspended,
    RowDescription,
)
from pgwire.messages.simple import FunctionCall, Query, Terminate
from pgwire.messages.startup import AuthenticationResponse, ParameterStatus, ReadyForQuery
from pgwire.session import ClientSession, Interrupt
from tests.pgwire.fake_engine import FakeEngine, FakeNotification, FakeSession
from tests.pgwire.wire_client import MemoryLink, WireClient, memory_pair

pytestmark = pytest.mark.trio


@dataclass
class Talk:
    client: WireClient
    link: MemoryLink
    executor: FakeSession
    engine: FakeEngine
    session: ClientSession

    async def ask(self, *messages: Any) -> list[Any]:
        """Send, and what comes up to ReadyForQuery."""
        await self.client.send(*messages)
        return await self.client.until(ReadyForQuery)


@asynccontextmanager
async def talking() -> AsyncIterator[Talk]:
    engine = FakeEngine()
    executor = await engine.connect("app", "tester", {})
    client, link = memory_pair()
    connection = Connection()
    connection.authenticated()
    session = ClientSession(connection, link, executor, structlog.get_logger())

    async def run() -> None:
        await session.run()
        await link.close()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(run)
        await client.until(ReadyForQuery)
        yield Talk(client, link, executor, engine, session)
        await client.stream.aclose()




def kinds(messages: list[Any]) -> list[str]:
    return [type(message).__name__ for message in messages]


def errors(messages: list[Any]) -> list[tuple[str, str]]:
    return [(message.severity, message.sqlstate) for message in messages if isinstance(message, ErrorResponse)]


def pipeline(text: str, max_rows: int = 0) -> list[Any]:
    return [Parse("", text), Bind("", "", (), (), ()), Describe(b"P", ""), Execute("", max_rows)]


async def test_simple_query_with_one_statement_answers_rows() -> None:
    async with talking() as talk:
        messages = await talk.ask(Query("select 1"))
        assert kinds(messages) == ["RowDescription", "DataRow", "CommandComplete", "ReadyForQuery"]
        assert messages[1:] == [DataRow((b"1",)), CommandComplete("SELECT 1"), ReadyForQuery(b"I")]


async def test_simple_query_with_several_statements_answers_each_and_is_ready_once() -> None:
    async with talking() as talk:
        messages = await talk.ask(Query("select 1; insert into t values (1); select 2, null"))
        assert [message.command_tag for message in messages if isinstance(message, CommandComplete)] == [
            "SELECT 1",
            "INSERT 0 1",
            "SELECT 1",
        ]
        assert DataRow((b"2", None)) in messages
        assert talk.executor.calls == ["begin_implicit_block", "sync"]


async def test_simple_query_without_statement_answers_empty_query_response() -> None:
    async with talking() as talk:
        assert await talk.ask(Query(" ; ")) == [EmptyQueryResponse(), ReadyForQuery(b"I")]


async def test_error_in_the_middle_of_a_text_ends_it() -> None:
    async with talking() as talk:
        messages = await talk.ask(Query("select 1; select 1/0; select 2"))
        assert kinds(messages)[-3:] == ["CommandComplete", "ErrorResponse", "ReadyForQuery"]
        assert errors(messages) == [("ERROR", "22012")]
        assert kinds(await talk.ask(Query("select 3")))[-1] == "ReadyForQuery"


async def test_syntax_error_reports_its_position_and_nothing_runs() -> None:
    async with talking() as talk:
        messages = await talk.ask(Query("insert into t values (1); selec"))
        assert (messages[0].sqlstate, messages[0].position) == ("42601", 2)
        assert talk.executor.inserted == 0


async def test_last_command_is_complete_only_after_the_commit() -> None:
    async with talking() as talk:
        talk.executor.fail_sync = sqlstates.ForeignKeyViolation("violates foreign key constraint", constraint="t_fk")
        messages = await talk.ask(Query("insert into t values (1)"))
        assert kinds(messages) == ["ErrorResponse", "ReadyForQuery"]
        assert messages[0].constraint == "t_fk"


async def test_failed_sync_is_an_error_and_then_ready() -> None:
    async with talking() as talk:
        talk.executor.fail_sync = sqlstates.ForeignKeyViolation("violates foreign key constraint")
        messages = await talk.ask(*pipeline("insert into t values (1)"), Sync())
        assert kinds(messages)[-3:] == ["CommandComplete", "ErrorResponse", "ReadyForQuery"]


async def test_transaction_status_is_reported() -> None:
    async with talking() as talk:
        texts = ("begin", "select 1/0", "select 1", "commit", "select 1")
        statuses = [(await talk.ask(Query(text)))[-1].status for text in texts]
        assert statuses == [b"T", b"E", b"E", b"I", b"I"]


async def test_notice_comes_before_the_completion() -> None:
    async with talking() as talk:
        messages = await talk.ask(Query("rollback"))
        assert kinds(messages) == ["NoticeResponse", "CommandComplete", "ReadyForQuery"]
        assert isinstance(messages[0], NoticeResponse)
        assert (messages[0].severity, messages[0].sqlstate) == ("WARNING", "25P01")


async def test_changed_setting_is_reported_before_ready() -> None:
    async with talking() as talk:
        messages = await talk.ask(Query("set application_name = 'mine'"))
        assert messages == [CommandComplete("SET"), ParameterStatus("application_name", "mine"), ReadyForQuery(b"I")]


async def test_pipeline_is_answered_with_one_send() -> None:
    async with talking() as talk:
        before = talk.link.sends
        messages = await talk.ask(*pipeline("select 1"), *pipeline("select $1::int")[:1], Sync())
        assert kinds(messages) == [
            "ParseComplete",
            "BindComplete",
            "RowDescription",
            "DataRow",
            "CommandComplete",
            "ParseComplete",
            "ReadyForQuery",
        ]
        assert talk.link.sends == before + 1


async def test_error_in_a_pipeline_skips_to_sync() -> None:
    async with talking() as talk:
        messages = await talk.ask(*pipeline("select 1/0"), *pipeline("select 1"), Query("select 2"), Sync())
        assert kinds(messages) == ["ParseComplete", "BindComplete", "RowDescription", "ErrorResponse", "ReadyForQuery"]
        assert kinds(await talk.ask(*pipeline("select 1"), Sync()))[-1] == "ReadyForQuery"


async def test_malformed_message_after_an_error_in_a_pipeline_is_skipped() -> None:
    async with talking() as talk:
        await talk.client.send(Parse("", "selec"))
        await talk.client.send_raw(b"P\0\0\0\x05x")
        assert errors(await talk.ask(Sync())) == [("ERROR", "42601")]


async def test_describe_tells_parameters_and_columns_of_a_statement() -> None:
    async with talking() as talk:
        messages = await talk.ask(Parse("s", "select $1::int"), Describe(b"S", "s"), Sync())
        assert messages[:2] == [ParseComplete(), ParameterDescription((23,))]
        assert isinstance(messages[2], RowDescription)
        assert messages[2].fields[0].type_oid == 23


async def test_describe_of_a_statement_without_rows_is_no_data() -> None:
    async with talking() as talk:
        messages = await talk.ask(Parse("s", "begin"), Describe(b"S", "s"), Sync())
        assert messages[1:3] == [ParameterDescription(()), NoData()]


async def test_binary_parameter_and_result_come_back() -> None:
    async with talking() as talk:
        bind = Bind("", "", (1,), (b"\0\0\0\x07",), (1,))
        messages = await talk.ask(Parse("", "select $1::int"), bind, Execute("", 0), Sync())
        assert DataRow((b"\0\0\0\x07",)) in messages


async def test_row_limit_suspends_the_portal_until_it_is_empty() -> None:
    async with talking() as talk:
        steps = [Parse("", "select generate_series(1, 5)"), Bind("p", "", (), (), ())]
        messages = await talk.ask(*steps, Execute("p", 2), Execute("p", 2), Execute("p", 2), Sync())
        assert kinds(messages) == [
            "ParseComplete",
            "BindComplete",
            *["DataRow", "DataRow", "PortalSuspended"] * 2,
            "DataRow",
            "CommandComplete",
            "ReadyForQuery",
        ]
        assert PortalSuspended() in messages


async def test_suspended_portal_is_started_once() -> None:
    async with talking() as talk:
        await talk.ask(Query("begin"))
        steps = [Parse("", "select generate_series(1, 5)"), Bind("p", "", (), (), ())]
        await talk.ask(*steps, Execute("p", 2), Sync())
        portal = talk.executor.portals["p"]
        await talk.ask(Execute("p", 2), Sync())
        assert portal.started == 1


async def test_row_limit_equal_to_the_rows_suspends() -> None:
    async with talking() as talk:
        messages = await talk.ask(*pipeline("select 1", max_rows=1), Execute("", 1), Sync())
        assert kinds(messages)[-4:] == ["DataRow", "PortalSuspended", "CommandComplete", "ReadyForQuery"]


async def test_negative_row_limit_means_all() -> None:
    async with talking() as talk:
        assert CommandComplete("SELECT 1") in await talk.ask(*pipeline("select 1", max_rows=-1), Sync())


async def test_many_rows_arrive_complete() -> None:
    async with talking() as talk:
        messages = await talk.ask(Query("select generate_series(1, 50000)"))
        assert [int(message.values[0]) for message in messages if isinstance(message, DataRow)] == list(range(1, 50001))
        assert talk.link.sends > 3


async def test_flush_sends_what_there_is_and_keeps_the_pipeline_open() -> None:
    async with talking() as talk:
        await talk.client.send(Parse("", "select 1"), Flush())
        assert await talk.client.next() == ParseComplete()
        assert kinds(await talk.ask(Bind("", "", (), (), ()), Sync())) == ["BindComplete", "ReadyForQuery"]


async def test_empty_statement_in_the_extended_protocol() -> None:
    async with talking() as talk:
        messages = await talk.ask(*pipeline(""), Sync())
        assert messages == [ParseComplete(), BindComplete(), NoData(), EmptyQueryResponse(), ReadyForQuery(b"I")]


async def test_close_of_what_does_not_exist_is_no_error() -> None:
    async with talking() as talk:
        messages = await talk.ask(Close(b"S", "x"), Close(b"P", "y"), Sync())
        assert messages == [CloseComplete(), CloseComplete(), ReadyForQuery(b"I")]


async def test_missing_portal_and_statement_have_their_sqlstates() -> None:
    async with talking() as talk:
        assert errors(await talk.ask(Execute("nope", 0), Sync())) == [("ERROR", "34000")]
        assert errors(await talk.ask(Bind("", "nope", (), (), ()), Sync())) == [("ERROR", "26000")]


async def test_format_code_nobody_knows_is_refused() -> None:
    async with talking() as talk:
        messages = await talk.ask(Parse("", "select $1::int"), Bind("", "", (7,), (b"1",), ()), Sync())
        assert errors(messages) == [("ERROR", "22023")]


async def test_query_inside_a_pipeline_is_answered() -> None:
    async with talking() as talk:
        messages = await talk.ask(Parse("", "select 1"), Query("select 2"))
        assert kinds(messages) == ["ParseComplete", "RowDescription", "DataRow", "CommandComplete", "ReadyForQuery"]


async def test_function_call_is_refused_and_the_session_goes_on() -> None:
    async with talking() as talk:
        assert errors(await talk.ask(FunctionCall(1, (), (), 0))) == [("ERROR", "0A000")]
        assert errors(await talk.ask(Query("select 1"))) == []


async def test_text_that_is_not_utf8_is_an_error_and_the_session_goes_on() -> None:
    async with talking() as talk:
        await talk.client.send_raw(b"Q\0\0\0\x08'\xff'\0")
        assert errors(await talk.client.until(ReadyForQuery)) == [("ERROR", "22021")]
        assert errors(await talk.ask(Query("select 1"))) == []


async def test_unknown_message_is_fatal() -> None:
    async with talking() as talk:
        await talk.client.send_raw(b"y\0\0\0\4")
        assert errors(await talk.client.until_closed()) == [("FATAL", "08P01")]
        assert talk.executor.calls[-1] == "terminate"


async def test_authentication_answer_after_authentication_is_fatal() -> None:
    async with talking() as talk:
        await talk.client.send(AuthenticationResponse(b"x\0"))
        messages = await talk.client.until_closed()
        assert errors(messages) == [("FATAL", "08P01")]
        assert messages[0].message == "invalid frontend message type 112"


async def test_huge_length_is_fatal() -> None:
    async with talking() as talk:
        await talk.client.send_raw(b"Q\x7f\xff\xff\xff")
        assert errors(await talk.client.until_closed()) == [("FATAL", "08P01")]


async def test_internal_error_is_xx000_and_the_session_goes_on() -> None:
    async with talking() as talk:
        assert errors(await talk.ask(Query("boom"))) == [("ERROR", "XX000")]
        assert errors(await talk.ask(Query("select 1"))) == []


async def test_rollback_that_fails_ends_the_session() -> None:
    async with talking() as talk:
        talk.executor.fail_failure = OSError("disk on fire")
        await talk.client.send(Query("select 1/0"))
        assert errors(await talk.client.until_closed()) == [("ERROR", "22012"), ("FATAL", "XX000")]


async def test_fatal_error_of_the_executor_ends_the_session() -> None:
    async with talking() as talk:
        talk.executor.fail_sync = sqlstates.AdminShutdown("going down", severity="FATAL")
        await talk.client.send(Sync())
        assert errors(await talk.client.until_closed()) == [("FATAL", "57P01")]


async def test_terminate_ends_the_session_without_a_word() -> None:
    async with talking() as talk:
        await talk.client.send(Terminate())
        assert await talk.client.until_closed() == []
        assert talk.executor.calls == ["terminate"]


async def test_client_that_goes_away_is_cleaned_up_after() -> None:
    async with talking() as talk:
        await talk.client.stream.aclose()
        await talk.engine.terminated.wait()
        assert talk.engine.sessions == []


# -- COPY ------------------------------------------------------------------------------------------------------------


async def test_copy_out_sends_every_chunk_as_a_message() -> None:
    async with talking() as talk:
        messages = await talk.ask(Query("copy (select generate_series(1, 3)) to stdout"))
        assert messages == [
            CopyOutResponse(0, (0,)),
            CopyData(b"1\n"),
            CopyData(b"2\n"),
            CopyData(b"3\n"),
            CopyDone(),
            CommandComplete("COPY 3"),
            ReadyForQuery(b"I"),
        ]


async def test_copy_in_takes_data_ignores_flush_and_sync_and_goes_on_with_the_text() -> None:
    async with talking() as talk:
        await talk.client.send(Query("select 1; copy t from stdin; select 2"))
        assert (await talk.client.until(CopyInResponse))[-1] == CopyInResponse(0, (0,))
        messages = await talk.ask(CopyData(b"1\n2"), Sync(), Flush(), CopyData(b"2\n"), CopyData(b"3\n"), CopyDone())
        assert messages[0] == CommandComplete("COPY 3")
        assert messages[-2:] == [CommandComplete("SELECT 1"), ReadyForQuery(b"I")]


async def test_two_copies_in_one_text_run_one_after_the_other() -> None:
    async with talking() as talk:
        await talk.client.send(Query("copy t from stdin; copy t from stdin"))
        await talk.client.until(CopyInResponse)
        await talk.client.send(CopyData(b"1\n"), CopyDone())
        assert kinds(await talk.client.until(CopyInResponse)) == ["CommandComplete", "CopyInResponse"]
        assert await talk.ask(CopyDone()) == [CommandComplete("COPY 0"), ReadyForQuery(b"I")]


async def test_copy_fail_is_an_error_and_the_rest_of_the_text_is_dropped() -> None:
    async with talking() as talk:
        await talk.client.send(Query("copy t from stdin; select 1"))
        await talk.client.until(CopyInResponse)
        messages = await talk.ask(CopyData(b"1\n"), CopyFail("oops"))
        assert kinds(messages) == ["ErrorResponse", "ReadyForQuery"]
        assert (messages[0].sqlstate, messages[0].message) == ("57014", "COPY from stdin failed: oops")


async def test_copy_data_after_an_error_in_it_is_ignored() -> None:
    async with talking() as talk:
        await talk.client.send(Query("copy t from stdin"))
        await talk.client.until(CopyInResponse)
        await talk.client.send(CopyData(b"x\n"), CopyData(b"2\n"), CopyDone(), Query("select 1"))
        assert kinds(await talk.client.until(ReadyForQuery)) == ["ErrorResponse", "ReadyForQuery"]
        assert errors(await talk.client.until(ReadyForQuery)) == []


async def test_other_message_during_copy_in_loses_synchronization() -> None:
    async with talking() as talk:
        await talk.client.send(Query("copy t from stdin"))
        await talk.client.until(CopyInResponse)
        await talk.client.send(Query("select 1"))
        assert errors(await talk.client.until_closed()) == [("ERROR", "08P01"), ("FATAL", "08P01")]


async def test_copy_in_by_execute_ends_with_sync() -> None:
    async with talking() as talk:
        steps = [Parse("", "copy t from stdin"), Bind("", "", (), (), ()), Describe(b"P", ""), Execute("", 0), Sync()]
        await talk.client.send(*steps)
        assert kinds(await talk.client.until(CopyInResponse))[2:] == ["NoData", "CopyInResponse"]
        assert await talk.ask(CopyData(b"1\n"), CopyDone(), Sync()) == [CommandComplete("COPY 1"), ReadyForQuery(b"I")]


async def test_failed_copy_in_by_execute_skips_to_sync() -> None:
    async with talking() as talk:
        await talk.client.send(Parse("", "copy t from stdin"), Bind("", "", (), (), ()), Execute("", 0))
        await talk.client.send(CopyData(b"x\n"), CopyDone(), *pipeline("select 1"))
        assert kinds(await talk.ask(Sync()))[-2:] == ["ErrorResponse", "ReadyForQuery"]


# -- interrupts ------------------------------------------------------------------------------------------------------


async def test_cancel_of_a_running_statement_is_57014_and_the_session_goes_on() -> None:
    async with talking() as talk:
        await talk.client.send(Query("select pg_sleep(1000); select 1"))
        await talk.engine.sleeping.wait()
        talk.session.interrupt(Interrupt.CANCEL)
        messages = await talk.client.until(ReadyForQuery)
        assert kinds(messages) == ["RowDescription", "ErrorResponse", "ReadyForQuery"]
        assert messages[1].message == "canceling statement due to user request"
        assert errors(await talk.ask(Query("select 1"))) == []


async def test_cancel_in_a_pipeline_skips_to_sync() -> None:
    async with talking() as talk:
        await talk.client.send(*pipeline("select pg_sleep(1000)"), *pipeline("select 1"), Sync())
        await talk.engine.sleeping.wait()
        talk.session.interrupt(Interrupt.CANCEL)
        assert kinds(await talk.client.until(ReadyForQuery))[-2:] == ["ErrorResponse", "ReadyForQuery"]


async def test_cancel_of_an_idle_session_is_forgotten() -> None:
    async with talking() as talk:
        talk.session.interrupt(Interrupt.CANCEL)
        assert errors(await talk.ask(Query("select 1"))) == []


async def test_cancel_while_copy_waits_for_data_is_57014() -> None:
    async with talking() as talk:
        await talk.client.send(Query("copy t from stdin; select 1"))
        await talk.client.until(CopyInResponse)
        await trio.testing.wait_all_tasks_blocked()
        talk.session.interrupt(Interrupt.CANCEL)
        assert errors(await talk.client.until(ReadyForQuery)) == [("ERROR", "57014")]
        assert errors(await talk.ask(CopyData(b"1\n"), CopyDone(), Query("select 1"))) == []


async def test_shutdown_of_an_idle_session_is_57p01() -> None:
    async with talking() as talk:
        await trio.testing.wait_all_tasks_blocked()
        talk.session.interrupt(Interrupt.SHUTDOWN)
        assert errors(await talk.client.until_closed()) == [("FATAL", "57P01")]


async def test_shutdown_lets_a_running_statement_finish(autojump_clock: trio.abc.Clock) -> None:
    async with talking() as talk:
        await talk.client.send(Query("select pg_sleep(1000)"))
        await talk.engine.sleeping.wait()
        talk.session.interrupt(Interrupt.SHUTDOWN)
        assert kinds(await talk.client.until(ReadyForQuery))[-2:] == ["CommandComplete", "ReadyForQuery"]
        assert errors(await talk.client.until_closed()) == [("FATAL", "57P01")]


async def test_termination_ends_a_running_statement() -> None:
    async with talking() as talk:
        await talk.client.send(Query("select pg_sleep(1000)"))
        await talk.engine.sleeping.wait()
        talk.session.interrupt(Interrupt.TERMINATE)
        assert errors(await talk.client.until_closed()) == [("FATAL", "57P01")]


async def test_session_that_is_idle_for_too_long_ends_with_the_words_of_its_limit(autojump_clock: trio.abc.Clock) -> None:
    async with talking() as talk:
        talk.executor.idle_limit = 1000.0, sqlstates.IdleSessionTimeout("too long idle")
        assert errors(await talk.ask(Query("select pg_sleep(5000)"))) == []
        assert errors(await talk.client.until_closed()) == [("FATAL", "57P05")]


async def test_piece_of_a_message_or_a_notification_does_not_begin_the_idle_time_anew(autojump_clock: trio.abc.Clock) -> None:
    async with talking() as talk:
        talk.executor.idle_limit = 1000.0, sqlstates.IdleSessionTimeout("too long idle")
        await talk.ask(Query("select 1"))
        began = trio.current_time()
        await trio.sleep(600)
        await talk.client.send_raw(b"Q\0\0")
        await trio.sleep(300)
        talk.executor.notifications.unread.append(FakeNotification("x"))
        talk.executor.notifications.wake()
        assert errors(await talk.client.until_closed()) == [("FATAL", "57P05")]
        assert trio.current_time() == pytest.approx(began + 1000)


async def test_pause_in_a_pipeline_is_not_idleness(autojump_clock: trio.abc.Clock) -> None:
    async with talking() as talk:
        talk.executor.idle_limit = 1000.0, sqlstates.IdleSessionTimeout("too long idle")
        await talk.client.send(Parse("", "select 1"), Flush())
        await talk.client.until(ParseComplete)
        await trio.sleep(5000)
        assert errors(await talk.ask(Sync())) == []


async def test_session_whose_client_is_gone_ends_and_rolls_back() -> None:
    async with talking() as talk:
        await talk.client.send(Query("select pg_sleep(1000)"))
        await talk.engine.sleeping.wait()
        talk.session.interrupt(Interrupt.GONE)
        await talk.client.until_closed()
        assert talk.executor.calls == ["terminate"]


async def test_cancellation_of_the_task_cleans_up() -> None:
    with trio.CancelScope() as scope:
        async with talking() as talk:
            await talk.client.send(Query("select pg_sleep(1000)"))
            await talk.engine.sleeping.wait()
            scope.cancel()
            await trio.lowlevel.checkpoint()
    assert talk.executor.calls == ["terminate"]
