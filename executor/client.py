"""What a session may know of the connection to its client, and the settings that act on it.

pgwire's socket has this shape; a session that has no socket (in tests) has no client. The numbers of SOCKET_SETTINGS are in
the settings' own units, 0 for what the operating system does by itself, as in PostgreSQL.
"""

from typing import Protocol

SOCKET_SETTINGS = ("tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count", "tcp_user_timeout")
CHECK_INTERVAL = "client_connection_check_interval"


class TlsFacts(Protocol):
    """What pg_stat_ssl shows of an encrypted connection."""

    @property
    def version(self) -> str:
        """Of the protocol: TLSv1.3."""

    @property
    def cipher(self) -> tuple[str, int]:
        """Its name, and bits."""

    @property
    def client(self) -> tuple[str | None, str | None, str | None]:
        """Of the client's certificate: the name, the serial number in decimal, the issuer's name. None without one."""


class Client(Protocol):
    """One client's connection. Addresses are None and ports 0 on a Unix socket."""

    address: str | None
    port: int
    check_interval_s: float  # how often to look whether it is still there while a statement runs; 0: as the server likes

    @property
    def tls(self) -> TlsFacts | None:
        """None where the connection is not encrypted."""

    @property
    def system_user(self) -> str | None:
        """What SYSTEM_USER gives: `method:name`; None if nobody was asked who it is."""

    @property
    def server_address(self) -> str | None:
        """Where the client connected to."""

    @property
    def server_port(self) -> int:
        """The port it connected to."""

    def set_option(self, name: str, value: int) -> int:
        """Change one of SOCKET_SETTINGS (0: back to the system's own), and say what is in force now, which is what SHOW
        prints: 0 on a Unix socket, and what it was before where the system refuses the value."""
