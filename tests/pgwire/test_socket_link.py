"""The socket options of a connection."""

import socket
from collections.abc import Iterator

import pytest

from pgwire.socket_link import SocketLink

IDLE = "tcp_keepalives_idle"


@pytest.fixture
def accepted() -> Iterator[tuple[socket.socket, tuple[str, int]]]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with socket.create_connection(listener.getsockname()):
            connected, address = listener.accept()
            with connected:
                yield connected, address


def test_tcp_connection_sends_at_once_and_is_kept_alive(accepted: tuple[socket.socket, tuple[str, int]]) -> None:
    connected, address = accepted
    link = SocketLink(connected, address)
    assert connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert connected.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    assert (link.address, link.port) == address
    assert (link.server_address, link.server_port) == connected.getsockname()


def test_option_is_set_on_the_socket_and_goes_back_to_the_systems_own(
        accepted: tuple[socket.socket, tuple[str, int]]) -> None:
    link = SocketLink(*accepted)
    before = link.set_option(IDLE, 0)
    assert before == accepted[0].getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) > 0
    assert link.set_option(IDLE, 11) == accepted[0].getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 11
    assert link.set_option(IDLE, 12) == 12
    assert link.set_option(IDLE, 0) == before


@pytest.mark.parametrize("value", [100_000, 2**31 - 1])
def test_value_the_system_refuses_changes_nothing(accepted: tuple[socket.socket, tuple[str, int]], value: int) -> None:
    link = SocketLink(*accepted)
    assert link.set_option(IDLE, 11) == 11
    assert link.set_option(IDLE, value) == 11


def test_unix_socket_has_no_address_and_no_options() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    with ours, theirs:
        link = SocketLink(ours)
        assert (link.address, link.port, link.server_address, link.server_port) == (None, 0, None, 0)
        assert link.set_option(IDLE, 10) == 0
