"""TLS of a connection to another server, as libpq's sslmode and its fellows ask for it. Source: libpq-ssl.html."""

import hashlib
import ssl
from pathlib import Path

from replication.conninfo import ConnectionInfo, Host

ALPN = "postgresql"
_VERSIONS = {"TLSv1": ssl.TLSVersion.TLSv1, "TLSv1.1": ssl.TLSVersion.TLSv1_1, "TLSv1.2": ssl.TLSVersion.TLSv1_2,
             "TLSv1.3": ssl.TLSVersion.TLSv1_3}
_WEAK = frozenset({"md5", "sha1"})


class BadTls(Exception):
    """Why TLS cannot be used, in one line."""


def context_of(info: ConnectionInfo) -> ssl.SSLContext:
    """The context that a connection string asks for. Raises: BadTls."""
    words = info.words
    mode = words["sslmode"]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # for now: it goes with verifying, which is decided below
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols([ALPN])
    try:
        if words["ssl_min_protocol_version"]:
            context.minimum_version = _VERSIONS[words["ssl_min_protocol_version"]]
        if words["ssl_max_protocol_version"]:
            context.maximum_version = _VERSIONS[words["ssl_max_protocol_version"]]
        _load_authorities(context, words["sslrootcert"], words["sslcrl"], mode)
        context.check_hostname = mode == "verify-full"
        _load_own(context, info)
    except KeyError as error:
        raise BadTls(f"invalid TLS protocol version {error}") from None
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        said = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        raise BadTls(f"could not set up TLS: {said}") from None
    return context


def _load_authorities(context: ssl.SSLContext, root: str, revoked: str, mode: str) -> None:
    """Whose certificates of servers are believed: sslmode=require verifies as well when there is a file of authorities."""
    if root == "system":
        context.load_default_certs()
    else:
        file = Path(root) if root else Path.home() / ".postgresql" / "root.crt"
        if not file.exists():
            if mode.startswith("verify-"):
                raise BadTls(f'root certificate file "{file}" does not exist')
            return
        context.load_verify_locations(file)
    if mode in ("allow", "prefer") and not root:
        return
    context.verify_mode = ssl.CERT_REQUIRED
    if revoked:
        context.load_verify_locations(revoked)
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF


def _load_own(context: ssl.SSLContext, info: ConnectionInfo) -> None:
    """The client's own certificate, if there is one."""
    folder = Path.home() / ".postgresql"
    certificate = Path(info.words["sslcert"] or folder / "postgresql.crt")
    key = Path(info.words["sslkey"] or folder / "postgresql.key")
    if not certificate.exists():
        if info.words["sslcert"]:
            raise BadTls(f'could not open certificate file "{certificate}": No such file or directory')
        return
    context.load_cert_chain(certificate, key, info.words["sslpassword"] or "")


def name_for(info: ConnectionInfo, host: Host) -> str:
    """What the server's certificate must be for, and what the server is told with sslsni."""
    return host.name or host.address


def binding_of(certificate: bytes | None) -> bytes | None:
    """tls-server-end-point (RFC 5929) of a server's certificate; None where the standard defines nothing."""
    if not certificate:
        return None
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        algorithm = x509.load_der_x509_certificate(certificate).signature_hash_algorithm
    except (UnsupportedAlgorithm, ValueError):
        return None
    if algorithm is None:
        return None
    return hashlib.new("sha256" if algorithm.name in _WEAK else algorithm.name, certificate).digest()
