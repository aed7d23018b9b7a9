"""Connection strings. What libpq 18 makes of the same was asked of it."""

import os
from pathlib import Path
from typing import Any

import psycopg
import pytest

from replication.conninfo import BadConnectionString, ConnectionInfo, Host, parse, parse_words

HOME = Path("/nonexistent")
GOOD = [
    "", "host=a", "host=a,b port=1,2 dbname=d user=u", "host = a  port='5'", r"password='it\'s \\ it'", r"password=a\ b dbname=x",
    "postgresql://", "postgresql://a", "postgres://u@a", "postgresql://u:p@a:1/d", "postgresql://u:p%40%2F@a:1,b:2/d%20e?sslmode=require",
    "postgresql://[::1]:5/d", "postgresql://[::1],a:7/d", "postgresql:///d?host=/tmp&port=7", "postgresql://%2Ftmp/d",
    "postgresql://a/?user=u&password=p", "postgresql://a?application_name=x%20y", "postgresql://a,b,c/d?target_session_attrs=standby",
    "postgresql://a?ssl=true", "postgresql://u:@a/d", "postgresql://a:/d", "user='' host=a", "host=a\tport=3\nuser=u"]
BAD = [
    "host", "host a", "=a", "host='a", "hosst=a", "postgresql://a?x", "postgresql://a?x=y=z", "postgresql://[::1/d", "postgresql://[::1]x/d",
    "postgresql://a/%zz", "postgresql://a/%0", "postgresql://a/%00", "postgresql://a?nonsense=1"]


@pytest.mark.parametrize("text", GOOD)
def test_string_means_what_libpq_takes_it_for(text: str) -> None:
    wanted = {str(k): str(v) for k, v in psycopg.conninfo.conninfo_to_dict(text).items()}
    assert {word: value for word, value in parse_words(text).items() if value or word in wanted} == wanted


@pytest.mark.parametrize("text", BAD)
def test_string_that_libpq_refuses_is_refused(text: str) -> None:
    with pytest.raises(psycopg.ProgrammingError):
        psycopg.conninfo.conninfo_to_dict(text)
    with pytest.raises(BadConnectionString):
        parse(text, {"USER": "me"}, HOME)


def parsed(text: str, environment: dict[str, str] | None = None, home: Path = HOME) -> ConnectionInfo:
    return parse(text, {"USER": "me"} | (environment or {}), home)


def test_what_is_left_out_is_filled_in() -> None:
    info = parsed("host=a")
    assert info.hosts == (Host("a", "", 5432),)
    assert (info.user, info.database, info.words["sslmode"]) == ("me", "me", "prefer")


def test_several_hosts_have_a_port_each_or_one_for_all() -> None:
    assert parsed("host=a,b,c port=1,2,3").hosts == (Host("a", "", 1), Host("b", "", 2), Host("c", "", 3))
    assert parsed("host=a,,/tmp port=7").hosts == (Host("a", "", 7), Host("localhost", "", 7), Host("/tmp", "", 7))
    assert parsed("hostaddr=1.2.3.4,::1 host=a,b").hosts == (Host("a", "1.2.3.4", 5432), Host("b", "::1", 5432))


@pytest.mark.parametrize(("text", "message"), [
    ("host=a,b port=1,2,3", "could not match 3 port numbers to 2 hosts"),
    ("host=a,b hostaddr=1.2.3.4", "could not match 2 host names to 1 hostaddr values"),
    ("port=0", 'invalid port number: "0"'), ("port=70000", 'invalid port number: "70000"'),
    ("port=x", 'invalid integer value "x" for connection option "port"'), ("sslmode=x", 'invalid sslmode value: "x"'),
    ("connect_timeout=x", 'invalid integer value "x" for connection option "connect_timeout"'),
    ("target_session_attrs=x", 'invalid target_session_attrs value: "x"'),
    ("channel_binding=x", 'invalid channel_binding value: "x"'),
    ("gssencmode=require", 'connection option "gssencmode" is not supported by pgquill'),
    ("client_encoding=latin1", "client_encoding other than UTF8 is not supported by pgquill"),
    ("sslnegotiation=direct", 'weak sslmode "prefer" may not be used with sslnegotiation=direct (use "require", "verify-ca", or '
     '"verify-full")')])
def test_value_that_cannot_be_is_refused(text: str, message: str) -> None:
    with pytest.raises(BadConnectionString, match="^" + message.translate(str.maketrans({"(": r"\(", ")": r"\)"})) + "$"):
        parsed(text)


def test_environment_gives_what_the_string_does_not() -> None:
    info = parsed("port=7 user=u", {"PGHOST": "h", "PGPORT": "9", "PGDATABASE": "d", "PGTARGETSESSIONATTRS": "primary"})
    assert info.hosts == (Host("h", "", 7),)
    assert (info.user, info.database, info.words["target_session_attrs"]) == ("u", "d", "primary")


def test_service_gives_what_the_string_does_not(tmp_path: Path) -> None:
    (tmp_path / ".pg_service.conf").write_text("# ours\n[one]\nhost=h\nport=9\n[two]\nhost=g\n")
    info = parsed("service=one port=7", {"PGHOST": "x"}, tmp_path)
    assert info.hosts == (Host("h", "", 7),)
    with pytest.raises(BadConnectionString, match='definition of service "three" not found'):
        parsed("service=three", {}, tmp_path)


def password(tmp_path: Path, text: str, lines: str, mode: int = 0o600) -> Any:
    file = tmp_path / "pass"
    file.write_text(lines)
    file.chmod(mode)
    info = parsed(text, {"PGPASSFILE": os.fspath(file)})
    return info.password_for(info.hosts[0])


def test_password_file_gives_the_password_of_the_first_line_that_fits(tmp_path: Path) -> None:
    lines = "# hosts\nh:1:d:u:one\nh:*:*:u:two\\:\\\\x\n*:*:*:*:three:3\nshort\n"
    assert password(tmp_path, "host=h port=1 dbname=d user=u", lines) == "one"
    assert password(tmp_path, "host=h port=2 dbname=d user=u", lines) == "two:\\x"
    assert password(tmp_path, "host=/tmp user=z", lines) == "three:3"
    assert password(tmp_path, "host=h user=u password=own", lines) == "own"
    assert password(tmp_path, "host=h user=u", "g:*:*:*:x\n") is None


def test_password_file_that_others_may_read_is_not_believed(tmp_path: Path) -> None:
    assert password(tmp_path, "host=h user=u", "*:*:*:*:x\n", 0o644) is None


def test_password_is_never_shown() -> None:
    info = parsed("postgresql://u:secret@a:1/d?sslmode=require")
    assert info.shown == "host=a port=1 dbname=d user=u passfile=/nonexistent/.pgpass sslmode=require password=********"
