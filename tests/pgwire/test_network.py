import socket
from collections.abc import Iterator

import pytest

from pgwire.listeners import CannotListen, close_all, open_tcp
from pgwire.network import Safety, check

READY = {"path": "app.db", "host": "0.0.0.0", "tls": True, "password": True, "rules": False, "without_tls": False,
         "without_passwords": False}


def safety(**changes: bool) -> Safety:
    return Safety(**(READY | changes))


@pytest.fixture
def everywhere() -> Iterator[list[socket.socket]]:
    found = open_tcp("0.0.0.0", 0)
    yield found
    close_all(found)


@pytest.mark.parametrize("changes", [{}, {"tls": False, "without_tls": True}, {"password": False, "without_passwords": True},
                                     {"tls": False, "password": False, "rules": True}])
def test_network_with_what_it_needs_is_served(everywhere: list[socket.socket], changes: dict[str, bool]) -> None:
    check(safety(**changes), everywhere)


@pytest.mark.parametrize(("changes", "missing"), [
    ({"tls": False}, "without TLS: anybody on the network could read"),
    ({"password": False}, "without a role with a password: anybody on the network could connect"),
    ({"tls": False, "password": False}, "without TLS and a role with a password"),
    ({"password": False, "without_tls": True}, "without a role with a password"),
])
def test_network_without_what_it_needs_is_refused_with_commands_that_help(
        everywhere: list[socket.socket], changes: dict[str, bool], missing: str) -> None:
    with pytest.raises(CannotListen, match=missing) as caught:
        check(safety(**changes), everywhere)
    text = str(caught.value)
    assert ("pgquill certificate" in text) == (changes.get("tls") is False)
    assert ("pgquill role create NAME app.db --superuser" in text) == (changes.get("password") is False)
    assert "pgquill serve app.db --host 127.0.0.1" in text


def test_loopback_and_unix_sockets_need_nothing() -> None:
    listeners = open_tcp("127.0.0.1", 0)
    try:
        with socket.socket(socket.AF_UNIX) as local:
            check(safety(tls=False, password=False), [*listeners, local])
    finally:
        close_all(listeners)
