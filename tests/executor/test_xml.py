"""XML over the wire. The answers are those of a PostgreSQL 15 built with libxml, for the package of PostgreSQL 18 is built
without; where the two versions differ (SQLSTATE 10608, table names in views) they are 18's."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from executor.errors import SqlError
from executor.types import xmltext
from tests.executor.session_scripts import check_script
from tests.pgquill_server import PgquillServer, needs_engine

pytestmark = needs_engine


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PgquillServer]:
    pytest.importorskip("lxml")
    started = PgquillServer(tmp_path_factory.mktemp("xml"))
    yield started
    started.stop()


@pytest.mark.parametrize("name", ["xml", "xml_table", "xml_values"])
def test_script_is_answered_as_by_postgresql(server: PgquillServer, name: str) -> None:
    check_script(server, name)


def test_external_entity_is_not_read(server: PgquillServer, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    text = f'<!DOCTYPE a [<!ENTITY e SYSTEM "file://{secret}">]><a>&e;</a>'
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        for query in ("xpath('string(/a)', XMLPARSE(DOCUMENT %s))", "xpath('/a', XMLPARSE(DOCUMENT %s))"):
            try:
                found = str(connection.execute(f"SELECT ({query})::text", [text]).fetchone())
            except psycopg.Error as error:
                found = str(error)
            assert "secret\"" not in found.replace("secret.txt", "")
            assert ">secret<" not in found


def test_indented_document_has_an_element_a_line(server: PgquillServer) -> None:
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        found = connection.execute("SELECT XMLSERIALIZE(DOCUMENT '<a><b><c>x</c></b></a>' AS text INDENT),"
                                   " XMLSERIALIZE(CONTENT '<a><b/></a>x<c/>' AS text INDENT)").fetchone()
    assert found == ("<a>\n  <b>\n    <c>x</c>\n  </b>\n</a>", "<a>\n  <b/>\n</a>x\n<c/>")


def test_without_the_library_parsing_is_not_supported(monkeypatch: pytest.MonkeyPatch) -> None:
    import builtins

    real = builtins.__import__

    def refuse(name: str, *arguments: object, **named: object) -> object:
        if name == "lxml" or name.startswith("lxml."):
            raise ImportError(name)
        return real(name, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", refuse)
    xmltext.library.cache_clear()
    try:
        with pytest.raises(SqlError, match="unsupported XML feature") as raised:
            xmltext.check("<a/>", "content")
    finally:
        xmltext.library.cache_clear()
    assert raised.value.sqlstate == "0A000"
