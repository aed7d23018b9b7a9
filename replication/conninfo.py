"""Connection strings, as libpq reads them: `postgresql://user@a:1,b:2/name?sslmode=require` and `host=a,b port=1,2`.

What a string leaves out comes from a service file, then from the environment (PGHOST, ...), then from the defaults. A word that
libpq knows and that is not supported here is refused unless its value asks for nothing. Source: libpq-connect.html.
"""

import configparser
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import msgspec

DEFAULTS = {
    "host": "", "hostaddr": "", "port": "5432", "dbname": "", "user": "", "password": "", "passfile": "", "service": "",
    "servicefile": "", "connect_timeout": "0", "application_name": "", "fallback_application_name": "", "options": "",
    "client_encoding": "", "keepalives": "1", "keepalives_idle": "0", "keepalives_interval": "0", "keepalives_count": "0",
    "tcp_user_timeout": "0", "sslmode": "prefer", "sslnegotiation": "postgres", "sslrootcert": "", "sslcert": "", "sslkey": "",
    "sslpassword": "", "sslcrl": "", "sslsni": "1", "ssl_min_protocol_version": "TLSv1.2", "ssl_max_protocol_version": "",
    "channel_binding": "prefer", "target_session_attrs": "any", "load_balance_hosts": "disable", "replication": "",
}
"""Every word that is followed, and its value if nobody says otherwise."""
HARMLESS = {
    "gssencmode": ("disable", "prefer"), "krbsrvname": None, "gsslib": None, "gssdelegation": ("0",), "requirepeer": ("",),
    "require_auth": ("",), "sslcompression": ("0",), "sslcertmode": ("allow",), "min_protocol_version": ("", "3.0"),
    "max_protocol_version": None, "sslcrldir": ("",), "ssl_key_log_file": ("",), "sslkeylogfile": ("",),
}
"""Words of libpq that are not followed, and the values that ask for nothing; None: any."""
ENVIRONMENT = {
    "host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT", "dbname": "PGDATABASE", "user": "PGUSER",
    "password": "PGPASSWORD", "passfile": "PGPASSFILE", "service": "PGSERVICE", "servicefile": "PGSERVICEFILE",
    "connect_timeout": "PGCONNECT_TIMEOUT", "application_name": "PGAPPNAME", "options": "PGOPTIONS", "sslmode": "PGSSLMODE",
    "sslnegotiation": "PGSSLNEGOTIATION", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY",
    "sslcrl": "PGSSLCRL", "sslsni": "PGSSLSNI", "channel_binding": "PGCHANNELBINDING",
    "ssl_min_protocol_version": "PGSSLMINPROTOCOLVERSION", "ssl_max_protocol_version": "PGSSLMAXPROTOCOLVERSION",
    "target_session_attrs": "PGTARGETSESSIONATTRS", "load_balance_hosts": "PGLOADBALANCEHOSTS",
    "client_encoding": "PGCLIENTENCODING",
}
CHOICES = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "sslnegotiation": ("postgres", "direct"),
    "channel_binding": ("disable", "prefer", "require"),
    "target_session_attrs": ("any", "read-write", "read-only", "primary", "standby", "prefer-standby"),
    "load_balance_hosts": ("disable", "random"),
}
NUMBERS = ("connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout")
SECRETS = ("password", "sslpassword")
_SCHEMES = ("postgresql://", "postgres://")
_SPACES = " \t\n\r\f\v"


class BadConnectionString(Exception):
    """A connection string that cannot be read; says where, and never shows a password."""


class Host(NamedTuple):
    """One place to connect to. name: a host name, an address, or the folder of a Unix socket. address: hostaddr, or ""."""

    name: str
    address: str
    port: int

    @property
    def is_unix(self) -> bool:
        """Whether it is a Unix socket."""
        return not self.address and self.name[:1] in ("/", "@")

    @property
    def shown(self) -> str:
        """As messages name it."""
        if self.is_unix:
            return f"{self.name}/.s.PGSQL.{self.port}"
        return f"{self.name or self.address}, port {self.port}"


class ConnectionInfo(msgspec.Struct, frozen=True):
    """A connection string with everything filled in. words: by the names of DEFAULTS."""

    hosts: tuple[Host, ...]
    words: dict[str, str]

    @property
    def user(self) -> str:
        """The role."""
        return self.words["user"]

    @property
    def database(self) -> str:
        """The database."""
        return self.words["dbname"]

    def number(self, word: str) -> int:
        """A word that is a number."""
        return int(self.words[word])

    def password_for(self, host: Host) -> str | None:
        """The password: of the string, or of the password file."""
        return self.words["password"] or _from_password_file(self, host)

    def replaced(self, **words: str) -> "ConnectionInfo":
        """The same with other words."""
        return ConnectionInfo(self.hosts, self.words | words)

    @property
    def shown(self) -> str:
        """The words that were not left at their defaults, without secrets: what pg_stat_wal_receiver shows."""
        words = {word: value for word, value in self.words.items() if value != DEFAULTS[word] and word not in SECRETS}
        words |= {word: "********" for word in SECRETS if self.words[word]}
        return " ".join(f"{word}={_quoted(value)}" for word, value in words.items())


def parse(text: str, environment: Mapping[str, str] | None = None, home: Path | None = None) -> ConnectionInfo:
    """Read a connection string. environment, home: those of the process if they are not given.

    Raises: BadConnectionString.
    """
    variables = os.environ if environment is None else environment
    folder = home if home is not None else Path.home()
    given = _parse_url(text) if text.startswith(_SCHEMES) else _parse_words(text)
    words = dict(DEFAULTS)
    from_environment = {word: variables[name] for word, name in ENVIRONMENT.items() if variables.get(name)}
    service = given.get("service") or from_environment.get("service")
    from_service = {}
    if service:
        file = given.get("servicefile") or from_environment.get("servicefile") or str(folder / ".pg_service.conf")
        from_service = _read_service(service, Path(file))
    for source in (from_environment, from_service, given):
        for word, value in source.items():
            _take(words, word, value)
    words["passfile"] = words["passfile"] or str(folder / ".pgpass")
    words["user"] = words["user"] or _login_name(variables)
    words["dbname"] = words["dbname"] or words["user"]
    _check(words)
    return ConnectionInfo(_hosts(words), words)


def parse_words(text: str) -> dict[str, str]:
    """Only what the string itself says, by word. Raises: BadConnectionString."""
    return _parse_url(text) if text.startswith(_SCHEMES) else _parse_words(text)


def _take(words: dict[str, str], word: str, value: str) -> None:
    if word in DEFAULTS:
        words[word] = value
    elif word not in HARMLESS:
        raise BadConnectionString(f'invalid connection option "{word}"')
    elif (harmless := HARMLESS[word]) is not None and value not in harmless:
        raise BadConnectionString(f'connection option "{word}" is not supported by pgquill')


def _login_name(variables: Mapping[str, str]) -> str:
    for name in ("LOGNAME", "USER"):
        if variables.get(name):
            return variables[name]
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise BadConnectionString("no user is named, and the operating system does not know one") from None


def _check(words: dict[str, str]) -> None:
    for word, choices in CHOICES.items():
        if words[word] not in choices:
            raise BadConnectionString(f'invalid {word} value: "{words[word]}"')
    for word in NUMBERS:
        if not words[word].strip().lstrip("-").isdecimal():
            raise BadConnectionString(f'invalid integer value "{words[word]}" for connection option "{word}"')
    if words["sslnegotiation"] == "direct" and words["sslmode"] not in ("require", "verify-ca", "verify-full"):
        raise BadConnectionString(f'weak sslmode "{words["sslmode"]}" may not be used with sslnegotiation=direct '
                                  '(use "require", "verify-ca", or "verify-full")')
    if words["client_encoding"].lower().replace("-", "") not in ("", "auto", "utf8", "unicode"):
        raise BadConnectionString("client_encoding other than UTF8 is not supported by pgquill")


def _hosts(words: Mapping[str, str]) -> tuple[Host, ...]:
    names, addresses, ports = (words[word].split(",") for word in ("host", "hostaddr", "port"))
    count = len(addresses) if words["hostaddr"] else len(names)
    if words["hostaddr"] and words["host"] and len(names) != count:
        raise BadConnectionString(f"could not match {len(names)} host names to {count} hostaddr values")
    if len(ports) not in (1, count):
        raise BadConnectionString(f"could not match {len(ports)} port numbers to {count} hosts")
    names = names * count if len(names) == 1 else names
    addresses = addresses * count if len(addresses) == 1 else addresses
    ports = ports * count if len(ports) == 1 else ports
    return tuple(Host(name or ("" if address else "localhost"), address, _port(port))
                 for name, address, port in zip(names, addresses, ports, strict=True))


def _port(text: str) -> int:
    if not text:
        return 5432
    if not text.isdecimal():
        raise BadConnectionString(f'invalid integer value "{text}" for connection option "port"')
    if not 1 <= int(text) <= 65535:
        raise BadConnectionString(f'invalid port number: "{text}"')
    return int(text)


def _parse_words(text: str) -> dict[str, str]:
    """`word = value` pairs, with quotes and backslashes."""
    found: dict[str, str] = {}
    at = 0
    while (at := _skip_spaces(text, at)) < len(text):
        start = at
        while at < len(text) and text[at] not in _SPACES + "=":
            at += 1
        word = text[start:at]
        at = _skip_spaces(text, at)
        if text[at : at + 1] != "=":
            raise BadConnectionString(f'missing "=" after "{word}" in connection info string')
        at = _skip_spaces(text, at + 1)
        found[word], at = _value(text, at)
    return found


def _skip_spaces(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACES:
        at += 1
    return at


def _value(text: str, at: int) -> tuple[str, int]:
    """A value that begins here, and where it ends."""
    quoted = text[at : at + 1] == "'"
    at += quoted
    pieces: list[str] = []
    while at < len(text):
        character = text[at]
        if character == ("'" if quoted else " ") or (not quoted and character in _SPACES):
            return "".join(pieces), at + quoted
        if character == "\\":
            at += 1
        pieces.append(text[at : at + 1])
        at += 1
    if quoted:
        raise BadConnectionString("unterminated quoted string in connection info string")
    return "".join(pieces), at


def _parse_url(text: str) -> dict[str, str]:
    """postgresql://user:password@host:port,host:port/dbname?word=value&word=value"""
    rest = text.split("://", 1)[1]
    rest, _, query = rest.partition("?")
    authority, _, database = rest.partition("/")
    found: dict[str, str] = {}
    if "@" in authority:
        login, _, authority = authority.rpartition("@")
        user, colon, password = login.partition(":")
        found["user"] = _decoded(user)
        if colon:
            found["password"] = _decoded(password)
    if authority:
        pairs = [_host_and_port(place) for place in authority.split(",")]
        found["host"] = ",".join(host for host, _ in pairs)
        if len(pairs) > 1 or pairs[0][1]:
            found["port"] = ",".join(port for _, port in pairs)
    if database:
        found["dbname"] = _decoded(database)
    for pair in filter(None, query.split("&")):
        word, equals, value = pair.partition("=")
        if not equals or "=" in value:
            raise BadConnectionString(f'{"extra" if equals else "missing"} key/value separator "=" in URI query parameter: '
                                      f'"{_decoded(word)}"')
        word, value = _decoded(word), _decoded(value)
        if word == "ssl" and value == "true":
            word, value = "sslmode", "require"
        found[word] = value
    return {word: value for word, value in found.items() if value or word == "password"}


def _host_and_port(place: str) -> tuple[str, str]:
    if place.startswith("["):
        address, bracket, rest = place[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise BadConnectionString(f'invalid IPv6 host address in URI: "{place}"')
        return address, rest[1:]
    host, _, port = place.partition(":")
    return _decoded(host), _decoded(port)


def _decoded(text: str) -> str:
    for piece in text.split("%")[1:]:
        if len(piece) < 2 or any(digit not in "0123456789abcdefABCDEF" for digit in piece[:2]):
            raise BadConnectionString(f'invalid percent-encoded token: "%{piece[:2]}"')
    if "%00" in text:
        raise BadConnectionString("forbidden value %00 in percent-encoded value")
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise BadConnectionString("percent-encoded value is not UTF-8") from None


def _quoted(value: str) -> str:
    if value and not any(character in _SPACES + "'\\" for character in value):
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _read_service(service: str, file: Path) -> dict[str, str]:
    parser = configparser.RawConfigParser(interpolation=None, comment_prefixes=("#",), strict=False, delimiters=("=",))
    try:
        parser.read_string(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadConnectionString(f'service file "{file}" cannot be read: {error.strerror}') from None
    except (configparser.Error, UnicodeDecodeError) as error:
        raise BadConnectionString(f'syntax error in service file "{file}": {error}') from None
    if not parser.has_section(service):
        raise BadConnectionString(f'definition of service "{service}" not found')
    return dict(parser.items(service))


def _from_password_file(info: ConnectionInfo, host: Host) -> str | None:
    """The password that a file of host:port:database:user:password lines has. A file that others may read is not believed."""
    path = Path(info.words["passfile"])
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode) or mode & (stat.S_IRWXG | stat.S_IRWXO):
            return None
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    name = "localhost" if host.is_unix else host.name or host.address
    wanted = (name, str(host.port), info.words["dbname"], info.user)
    replication = (name, str(host.port), "replication", info.user)
    for line in lines:
        fields = _password_fields(line)
        if len(fields) == 5 and any(_fits(fields, those) for those in ((wanted, replication) if info.words["replication"]
                                                                       else (wanted,))):
            return fields[4]
    return None


def _fits(fields: list[str], wanted: tuple[str, ...]) -> bool:
    return all(field in ("*", value) for field, value in zip(fields, wanted, strict=False))


def _password_fields(line: str) -> list[str]:
    """Five fields; a backslash takes the meaning of the colon or backslash that follows."""
    if line.startswith("#"):
        return []
    fields, at = [""], 0
    while at < len(line):
        if line[at] == ":" and len(fields) < 5:
            fields.append("")
        else:
            at += line[at] == "\\" and at + 1 < len(line)
            fields[-1] += line[at]
        at += 1
    return fields
