"""`pgquill certificate`: a certificate authority for development, and certificates of a server or a client signed by it.

What it makes is what libpq's sslmode=verify-full and sslrootcert need, and nothing that a public authority would sign. The
authority is made once in a folder and signs everything asked for later; nothing that exists is ever written over.
"""

import datetime
import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

KEY_MODE, CERTIFICATE_MODE = 0o600, 0o644
AUTHORITY = "ca"
AUTHORITY_NAME = "pgquill development CA"
BACKDATED = datetime.timedelta(minutes=5)
"""So that a client whose clock is a little late believes it."""
COMMON_NAME_MAX = 64


class CannotMake(Exception):
    """Why no certificate was made, in one line."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Made:
    """The files of a certificate, and whether the authority was made too."""

    certificate: Path
    key: Path
    authority: Path
    new_authority: bool


def make(folder: Path, file_name: str, common_name: str, *, hosts: Sequence[str] = (), days: int = 365) -> Made:
    """A certificate for a server that is known as `hosts`, or with no hosts for a client. Raises CannotMake."""
    if not 0 < len(common_name) <= COMMON_NAME_MAX:
        raise CannotMake(f"a name in a certificate has 1 to {COMMON_NAME_MAX} characters: {common_name!r}")
    made = Made(folder / f"{file_name}.crt", folder / f"{file_name}.key", folder / f"{AUTHORITY}.crt",
                not (folder / f"{AUTHORITY}.crt").exists())
    for path in (made.certificate, made.key):
        if path.exists():
            raise CannotMake(f"{path} is there already; remove it, or choose another folder with --out")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        authority = _new_authority(folder) if made.new_authority else _read_authority(folder)
        signed = _sign(authority, common_name, hosts, days)
        _write(made.key, _key_bytes(signed.key), KEY_MODE)
        _write(made.certificate, signed.certificate.public_bytes(Encoding.PEM), CERTIFICATE_MODE)
    except OSError as error:
        raise CannotMake(f"{error.filename}: {error.strerror}") from None
    return made


def _sign(authority: Signed, common_name: str, hosts: Sequence[str], days: int) -> Signed:
    key = ec.generate_private_key(ec.SECP256R1())
    usage = ExtendedKeyUsageOID.SERVER_AUTH if hosts else ExtendedKeyUsageOID.CLIENT_AUTH
    builder = _builder(common_name, authority.certificate.subject, key, days).add_extension(
        x509.BasicConstraints(ca=False, path_length=None), critical=True).add_extension(
        x509.ExtendedKeyUsage([usage]), critical=False).add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
    if hosts:
        builder = builder.add_extension(x509.SubjectAlternativeName([_alternative(host) for host in hosts]), critical=False)
    return Signed(builder.sign(authority.key, hashes.SHA256()), key)


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return x509.DNSName(host)
    except ValueError:
        raise CannotMake(f"{host!r} is neither an address nor an ASCII host name") from None


def _builder(common_name: str, issuer: x509.Name | None, key: ec.EllipticCurvePrivateKey, days: int) -> x509.CertificateBuilder:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    now = datetime.datetime.now(datetime.UTC)
    return x509.CertificateBuilder().subject_name(name).issuer_name(issuer or name).public_key(key.public_key()).serial_number(
        x509.random_serial_number()).not_valid_before(now - BACKDATED).not_valid_after(now + datetime.timedelta(days=days)
        ).add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)


def _new_authority(folder: Path) -> Signed:
    key = ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(key_cert_sign=True, crl_sign=True, digital_signature=False, content_commitment=False,
                          key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False,
                          decipher_only=False)
    certificate = _builder(AUTHORITY_NAME, None, key, 3650).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True).add_extension(usage, critical=True).sign(
        key, hashes.SHA256())
    _write(folder / f"{AUTHORITY}.key", _key_bytes(key), KEY_MODE)
    _write(folder / f"{AUTHORITY}.crt", certificate.public_bytes(Encoding.PEM), CERTIFICATE_MODE)
    return Signed(certificate, key)


def _read_authority(folder: Path) -> Signed:
    try:
        certificate = x509.load_pem_x509_certificate((folder / f"{AUTHORITY}.crt").read_bytes())
        key = load_pem_private_key((folder / f"{AUTHORITY}.key").read_bytes(), None)
    except (ValueError, TypeError) as error:
        raise CannotMake(f"the authority in {folder} cannot be used: {error}") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise CannotMake(f"the authority in {folder} was not made by pgquill certificate")
    return Signed(certificate, key)


def _key_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path, data: bytes, mode: int) -> None:
    """Make a file that did not exist; the key is never readable for others, not even for a moment."""
    with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "wb") as file:
        file.write(data)
