"""The settings and files of TLS."""

from pathlib import Path
from typing import Any

import pytest

from pgwire.certificates import make
from pgwire.tls import BadTls, Tls, TlsSettings, check_key_file, settings_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("tls")
    make(found, "server", "localhost", hosts=["localhost"])
    make(found, "alice", "alice")
    return found


@pytest.mark.parametrize(("mode", "fine"), [(0o600, True), (0o400, True), (0o640, False), (0o604, False), (0o610, False)])
def test_key_that_others_can_read_is_refused(tmp_path: Path, mode: int, fine: bool) -> None:
    path = tmp_path / "server.key"
    path.touch()
    path.chmod(mode)
    if fine:
        check_key_file(path)
        return
    with pytest.raises(BadTls, match="group or world access"):
        check_key_file(path)


def test_key_that_is_missing_or_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadTls, match="No such file"):
        check_key_file(tmp_path / "missing")
    with pytest.raises(BadTls, match="not a regular file"):
        check_key_file(tmp_path)


@pytest.mark.parametrize(("changes", "said"), [
    ({"cert_file": "/nowhere"}, "could not load server certificate file"),
    ({"ca_file": "/nowhere"}, "could not load root certificate file"),
    ({"ciphers": "nothing"}, "could not set up TLS"),
    ({"groups": "nothing"}, "could not set group names"),
    ({"groups": "X25519:P-384"}, "several groups is not supported"),
    ({"unsupported": (("ssl_passphrase_command", "x"),)}, "ssl_passphrase_command is not supported by pgquill"),
])
def test_settings_that_cannot_be_followed_are_refused(folder: Path, changes: dict[str, Any], said: str) -> None:
    files = {"cert_file": str(folder / "server.crt"), "key_file": str(folder / "server.key")}
    with pytest.raises(BadTls, match=said):
        Tls(TlsSettings(**(files | changes)))


def test_key_of_another_certificate_is_refused(folder: Path) -> None:
    with pytest.raises(BadTls, match="could not load server certificate file"):
        Tls(TlsSettings(str(folder / "server.crt"), str(folder / "alice.key")))


def test_file_names_are_relative_to_what_is_served(folder: Path) -> None:
    values: dict[str, object] = {
        "ssl": True, "ssl_cert_file": "server.crt", "ssl_key_file": "/keys/server.key", "ssl_ca_file": "",
        "ssl_ciphers": "HIGH", "ssl_groups": "X25519:prime256v1", "ssl_prefer_server_ciphers": True,
        "ssl_min_protocol_version": "TLSv1.2"}
    found = settings_of(values.get, folder)
    assert found is not None
    assert (found.cert_file, found.key_file, found.ca_file) == (str(folder / "server.crt"), "/keys/server.key", "")
    assert settings_of({"ssl": False}.get, folder) is None
