import ssl
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from pgwire.certificates import CannotMake, make


def read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_server_certificate_is_signed_by_the_authority_for_its_names(tmp_path: Path) -> None:
    made = make(tmp_path, "server", "db.example.com", hosts=["db.example.com", "127.0.0.1"])
    assert made.new_authority
    certificate, authority = read(made.certificate), read(made.authority)
    certificate.verify_directly_issued_by(authority)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["db.example.com"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH]
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(made.certificate, made.key)


def test_client_certificate_is_signed_by_the_authority_that_is_there(tmp_path: Path) -> None:
    first, second = make(tmp_path, "server", "localhost", hosts=["localhost"]), make(tmp_path, "alice", "alice")
    assert (first.new_authority, second.new_authority) == (True, False)
    certificate = read(second.certificate)
    certificate.verify_directly_issued_by(read(first.authority))
    assert certificate.subject.rfc4514_string() == "CN=alice"
    assert list(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [ExtendedKeyUsageOID.CLIENT_AUTH]


def test_keys_are_for_their_owner_only(tmp_path: Path) -> None:
    made = make(tmp_path, "server", "localhost", hosts=["localhost"])
    assert [stat.S_IMODE(path.stat().st_mode) for path in (made.key, tmp_path / "ca.key")] == [0o600, 0o600]


@pytest.mark.parametrize("name", ["server.crt", "server.key"])
def test_nothing_is_written_over(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("precious")
    with pytest.raises(CannotMake, match="is there already"):
        make(tmp_path, "server", "localhost", hosts=["localhost"])
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "precious"


@pytest.mark.parametrize(("common_name", "hosts"), [("", ["x"]), ("x" * 65, ["x"]), ("x", ["b\u00fccher.example"])])
def test_name_that_cannot_be_in_a_certificate_is_refused(tmp_path: Path, common_name: str, hosts: list[str]) -> None:
    with pytest.raises(CannotMake):
        make(tmp_path, "server", common_name, hosts=hosts)
    assert not (tmp_path / "server.crt").exists()


def test_authority_of_somebody_else_is_not_used(tmp_path: Path) -> None:
    make(tmp_path, "server", "localhost", hosts=["localhost"])
    (tmp_path / "ca.key").write_text("no key")
    with pytest.raises(CannotMake, match="cannot be used"):
        make(tmp_path, "alice", "alice")
