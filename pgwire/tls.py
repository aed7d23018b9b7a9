"""TLS of the server: its settings, its files, the context made of them, and what is known of a connection that uses it.

The names of the settings are PostgreSQL's (ssl, ssl_cert_file, …). A context is shared by all connections; after a reload new
connections get the new one, and those that are there keep theirs. Sources: ssl-tcp.html, runtime-config-connection.html#SSL.
"""

import hashlib
import os
import ssl
import stat
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pgwire.peer_names import common_name, distinguished_name, one_line

ALPN = "postgresql"
_VERSIONS = {"TLSv1": ssl.TLSVersion.TLSv1, "TLSv1.1": ssl.TLSVersion.TLSv1_1, "TLSv1.2": ssl.TLSVersion.TLSv1_2,
             "TLSv1.3": ssl.TLSVersion.TLSv1_3}
DEFAULT_CIPHERS = "HIGH:MEDIUM:+3DES:!aNULL"
DEFAULT_GROUPS = "X25519:prime256v1"


class BadTls(Exception):
    """Why TLS cannot be used, in one line."""


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """What the operator asked for. Files are absolute; "" for none."""

    cert_file: str
    key_file: str
    ca_file: str = ""
    crl_file: str = ""
    crl_dir: str = ""
    ciphers: str = DEFAULT_CIPHERS
    groups: str = DEFAULT_GROUPS
    prefer_server_ciphers: bool = True
    version_min: str = "TLSv1.2"
    version_max: str = ""
    dh_params_file: str = ""
    unsupported: tuple[tuple[str, str], ...] = ()


UNSUPPORTED = ("ssl_tls13_ciphers", "ssl_passphrase_command")
"""Settings that the standard library cannot follow: a value other than the default is refused."""


def settings_of(setting: Callable[[str], object], folder: Path) -> TlsSettings | None:
    """The settings, None when TLS is off. setting: by name. folder: what file names are relative to."""
    if not setting("ssl"):
        return None

    def file(name: str) -> str:
        text = str(setting(name) or "")
        return str((folder / text).absolute()) if text else ""

    return TlsSettings(
        file("ssl_cert_file"), file("ssl_key_file"), file("ssl_ca_file"), file("ssl_crl_file"), file("ssl_crl_dir"),
        str(setting("ssl_ciphers")), str(setting("ssl_groups")), bool(setting("ssl_prefer_server_ciphers")),
        str(setting("ssl_min_protocol_version")), str(setting("ssl_max_protocol_version") or ""), file("ssl_dh_params_file"),
        tuple((name, str(setting(name))) for name in UNSUPPORTED if setting(name)))


class Tls:
    """The context in force and what belongs to it. `reload` replaces it, or leaves it when the files are bad."""

    def __init__(self, settings: TlsSettings) -> None:
        """Raises BadTls."""
        self.settings = settings
        self.context, self.binding = _load(settings)
        self.verifies_clients = bool(settings.ca_file)

    def reload(self) -> None:
        """Read the files again. Raises BadTls, and then everything is as before."""
        self.context, self.binding = _load(self.settings)


def _load(settings: TlsSettings) -> tuple[ssl.SSLContext, bytes | None]:
    for name, value in settings.unsupported:
        raise BadTls(f"{name} is not supported by pgquill: {value}")
    check_key_file(Path(settings.key_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.options |= ssl.OP_NO_TICKET | ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    context.num_tickets = 0  # a session is not worth resuming: PostgreSQL's are long, and each would be a secret to keep
    if not settings.prefer_server_ciphers:
        context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
    try:
        context.minimum_version = _VERSIONS[settings.version_min]
        if settings.version_max:
            context.maximum_version = _VERSIONS[settings.version_max]
        certificate = _load_own(context, settings)
        _load_authorities(context, settings)
        context.set_ciphers(settings.ciphers)
        if settings.dh_params_file:
            context.load_dh_params(settings.dh_params_file)
    except (OSError, ValueError, ssl.SSLError) as error:
        raise BadTls(f"could not set up TLS: {error}") from None
    _set_groups(context, settings.groups)
    context.set_alpn_protocols([ALPN])
    return context, _binding(certificate)


def _load_own(context: ssl.SSLContext, settings: TlsSettings) -> bytes:
    """Load certificate and key; the certificate's bytes."""
    def no_passphrase() -> bytes:
        raise BadTls(f'private key file "{settings.key_file}" needs a passphrase, which is not supported by pgquill')

    try:
        text = Path(settings.cert_file).read_text(encoding="ascii", errors="replace")
    except OSError as error:
        raise BadTls(f'could not load server certificate file "{settings.cert_file}": {error.strerror}') from None
    try:
        context.load_cert_chain(settings.cert_file, settings.key_file, no_passphrase)
        return ssl.PEM_cert_to_DER_cert(_first_certificate(text))
    except (ssl.SSLError, ValueError) as error:
        said = getattr(error, "reason", None) or error
        raise BadTls(f'could not load server certificate file "{settings.cert_file}" with private key file '
                     f'"{settings.key_file}": {said}') from None


def _first_certificate(text: str) -> str:
    _, begin, rest = text.partition(ssl.PEM_HEADER)
    body, end, _ = rest.partition(ssl.PEM_FOOTER)
    if not (begin and end):
        raise ValueError("no certificate in it")
    return begin + body + end


def _load_authorities(context: ssl.SSLContext, settings: TlsSettings) -> None:
    """Whose clients' certificates are believed. Without any, no client is asked for one."""
    if not settings.ca_file:
        return
    try:
        context.load_verify_locations(settings.ca_file)
    except (OSError, ssl.SSLError) as error:
        said = error.strerror if type(error) is not ssl.SSLError else error.reason
        raise BadTls(f'could not load root certificate file "{settings.ca_file}": {said or error}') from None
    context.verify_mode = ssl.CERT_OPTIONAL
    if settings.crl_file or settings.crl_dir:
        context.load_verify_locations(settings.crl_file or None, settings.crl_dir or None)
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF | ssl.VERIFY_CRL_CHECK_CHAIN


def _set_groups(context: ssl.SSLContext, groups: str) -> None:
    """The standard library takes one group, or OpenSSL's own list, which begins with PostgreSQL's two."""
    if groups == DEFAULT_GROUPS:
        return
    if ":" in groups:
        raise BadTls(f"ssl_groups with several groups is not supported by pgquill: {groups}")
    try:
        context.set_ecdh_curve(groups)
    except (ValueError, ssl.SSLError):
        raise BadTls(f'could not set group names specified in ssl_groups: "{groups}"') from None


def check_key_file(path: Path) -> None:
    """PostgreSQL's conditions on who may read a private key. Raises BadTls."""
    try:
        found = path.stat()
    except OSError as error:
        raise BadTls(f'could not access private key file "{path}": {error.strerror}') from None
    if not stat.S_ISREG(found.st_mode):
        raise BadTls(f'private key file "{path}" is not a regular file')
    if found.st_uid not in (os.geteuid(), 0):
        raise BadTls(f'private key file "{path}" must be owned by the database user or root')
    others = stat.S_IRWXG | stat.S_IRWXO if found.st_uid == os.geteuid() else stat.S_IWGRP | stat.S_IXGRP | stat.S_IRWXO
    if found.st_mode & others:
        raise BadTls(f'private key file "{path}" has group or world access: it must have permissions u=rw (0600) or less if '
                     f"owned by the database user, or u=rw,g=r (0640) or less if owned by root (chmod 600 {path})")


_WEAK = frozenset({"md5", "sha1"})


def _binding(certificate: bytes) -> bytes | None:
    """tls-server-end-point (RFC 5929): the certificate's hash, by the algorithm it is signed with. None where the standard
    defines nothing (Ed25519): then SCRAM is not bound to the channel."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        algorithm = x509.load_der_x509_certificate(certificate).signature_hash_algorithm
    except UnsupportedAlgorithm as error:
        raise BadTls(f"the certificate is signed in a way nobody knows: {error}") from None
    except ValueError as error:
        raise BadTls(f"could not read the server certificate: {error}") from None
    if algorithm is None:
        return None
    return hashlib.new("sha256" if algorithm.name in _WEAK else algorithm.name, certificate).digest()


class TlsFacts:
    """What is known of one connection: for pg_stat_ssl, and for rules about certificates."""

    def __init__(self, session: ssl.SSLObject, binding: bytes | None) -> None:
        self.binding = binding
        self._session = session

    @cached_property
    def _peer(self) -> dict[str, object]:
        return dict(self._session.getpeercert() or {})

    @property
    def version(self) -> str:
        """As pg_stat_ssl shows it: TLSv1.3."""
        return self._session.version() or ""

    @property
    def cipher(self) -> tuple[str, int]:
        """Name and bits."""
        name, _, bits = self._session.cipher() or ("", "", 0)
        return name, bits

    @property
    def certificate(self) -> tuple[str, str] | None:
        """The client's (common name, distinguished name), verified; None if it sent none."""
        return (common_name(self._peer), distinguished_name(self._peer)) if self._peer else None

    @property
    def client(self) -> tuple[str | None, str | None, str | None]:
        """pg_stat_ssl's client_dn, client_serial and issuer_dn."""
        if not self._peer:
            return None, None, None
        serial = str(int(str(self._peer["serialNumber"]), 16))
        return one_line(self._peer, "subject"), serial, one_line(self._peer, "issuer")
