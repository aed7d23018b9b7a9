import os
import socket
import subprocess
from pathlib import Path

import pytest

from pgwire.listeners import CannotListen, UnixSocket, close_all, open_tcp


def test_free_port_is_taken_on_loopback() -> None:
    listeners = open_tcp("127.0.0.1", 0)
    try:
        assert listeners[0].getsockname()[1] > 0
    finally:
        close_all(listeners)


def test_port_in_use_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CannotListen, match=f"could not listen on 127.0.0.1, port {port}: ") as caught:
            open_tcp("127.0.0.1", port)
    assert "\n" not in str(caught.value)


def test_host_that_is_no_address_is_one_line() -> None:
    with pytest.raises(CannotListen, match="could not translate host name"):
        open_tcp("no such host", 0)


def test_unix_socket_and_lock_file_come_and_go(tmp_path: Path) -> None:
    unix_socket = UnixSocket(tmp_path, 5432, "app.db")
    lock = (tmp_path / ".s.PGSQL.5432.lock").read_text().splitlines()
    assert (lock[0], lock[1], lock[3], lock[4]) == (str(os.getpid()), "app.db", "5432", str(tmp_path))
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(unix_socket.path))
    unix_socket.remove()
    assert list(tmp_path.iterdir()) == []


def test_unix_socket_of_a_living_server_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".s.PGSQL.5432.lock").write_text(f"{os.getppid()}\n")
    with pytest.raises(CannotListen, match="already exists"):
        UnixSocket(tmp_path, 5432, "app.db")


def test_unix_socket_of_a_dead_server_is_replaced(tmp_path: Path) -> None:
    process = subprocess.Popen(["true"])
    process.wait()
    (tmp_path / ".s.PGSQL.5432.lock").write_text(f"{process.pid}\n")
    (tmp_path / ".s.PGSQL.5432").touch()
    UnixSocket(tmp_path, 5432, "app.db").remove()


def test_unix_socket_in_a_missing_folder_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(CannotListen, match="could not create lock file"):
        UnixSocket(tmp_path / "missing", 5432, "app.db")
