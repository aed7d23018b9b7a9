"""The rules of pg_hba.conf: a line becomes a Rule, and a Rule says whether it is about a connection.

Source: auth-pg-hba-conf.html. The methods are those of pgwire.auth; messages about bad lines are PostgreSQL's.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from executor.roles.login import Login
from pgwire.access import addresses
from pgwire.access.addresses import Address, BadAddress, IPAddress
from pgwire.access.patterns import BadPattern, pattern_of
from pgwire.access.tokens import Field, Line, Token


class BadRule(Exception):
    """What is wrong with a line."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A connection as rules see it. address: None on a Unix socket. login: None if there is no such role."""

    address: IPAddress | None
    encrypted: bool
    user: str
    database: str
    login: Login | None
    replication: bool = False  # physical: `replication` is its database

    def is_member(self, role: str) -> bool:
        """Whether the user is in a role, directly or not; superusers are not in every role."""
        return self.login is not None and role in self.login.member_of


NameTest = Callable[[Arrival], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. number: of the rule; options: as pg_hba_file_rules shows them."""

    path: str
    line: int
    kind: str
    databases: tuple[str, ...]
    users: tuple[str, ...]
    address: Address | None
    method: str
    options: dict[str, str]
    tests: tuple[NameTest, NameTest] = field(repr=False)

    def applies(self, arrival: Arrival) -> bool:
        """Whether it is about this connection."""
        if not _KINDS[self.kind](arrival):
            return False
        if self.address is not None and (arrival.address is None or not self.address.covers(arrival.address)):
            return False
        return all(test(arrival) for test in self.tests)


_KINDS: dict[str, Callable[[Arrival], bool]] = {
    "local": lambda arrival: arrival.address is None,
    "host": lambda arrival: arrival.address is not None,
    "hostssl": lambda arrival: arrival.address is not None and arrival.encrypted,
    "hostnossl": lambda arrival: arrival.address is not None and not arrival.encrypted,
    "hostgssenc": lambda arrival: False,
    "hostnogssenc": lambda arrival: arrival.address is not None,
}
"""First word of a rule -> whether it is about a connection of this sort."""

METHODS = ("trust", "reject", "scram-sha-256", "md5", "password", "cert", "peer")
ELSEWHERE = ("gss", "sspi", "ident", "pam", "bsd", "ldap", "radius", "oauth")
"""Methods of PostgreSQL that pgquill does not have."""


def parse_rule(line: Line) -> Rule:
    """The rule of a line. Raises BadRule."""
    fields = list(line.fields)
    kind = _single(fields.pop(0), "connection type")
    if kind not in _KINDS:
        raise BadRule(f'invalid connection type "{kind}"')
    databases = _take(fields, "database specification")
    users = _take(fields, "role specification")
    address: Address | None = None
    try:
        tests = (_any_of([_database_test(token) for token in databases]), _any_of([_user_test(token) for token in users]))
        if kind != "local":
            if not fields:
                raise BadRule("end-of-line before IP address specification")
            address = addresses.parse(fields)
    except (BadAddress, BadPattern) as error:
        raise BadRule(str(error)) from None
    method = _single(_take(fields, "authentication method"), "authentication type")
    method = _checked_method(method, kind)
    if kind == "hostgssenc":
        raise BadRule("hostgssenc record cannot match because GSSAPI is not supported by this build")
    options = _options(fields, kind, method)
    return Rule(line.path, line.number, kind, _texts(databases), _texts(users), address, method, options, tests)


def _take(fields: list[Field], what: str) -> Field:
    if not fields:
        raise BadRule(f"end-of-line before {what}")
    return fields.pop(0)


def _single(field: Field, what: str) -> str:
    if len(field) > 1:
        raise BadRule(f"multiple values specified for {what}")
    return field[0].text


def _texts(field: Field) -> tuple[str, ...]:
    return tuple(token.text for token in field)


def _any_of(tests: list[NameTest]) -> NameTest:
    return tests[0] if len(tests) == 1 else lambda arrival: any(test(arrival) for test in tests)


_DATABASE_KEYWORDS: dict[str, NameTest] = {
    "all": lambda arrival: not arrival.replication,
    "sameuser": lambda arrival: not arrival.replication and arrival.database == arrival.user,
    "samerole": lambda arrival: not arrival.replication and arrival.is_member(arrival.database),
    "samegroup": lambda arrival: not arrival.replication and arrival.is_member(arrival.database),
    "replication": lambda arrival: arrival.replication,
}


def _database_test(token: Token) -> NameTest:
    text, expression = token.text, pattern_of(token)
    if not token.quoted and text in _DATABASE_KEYWORDS:
        return _DATABASE_KEYWORDS[text]
    if expression is not None:
        return lambda arrival: not arrival.replication and expression.test(arrival.database)
    return lambda arrival: not arrival.replication and arrival.database == text


def _user_test(token: Token) -> NameTest:
    text, expression = token.text, pattern_of(token)
    if token.is_keyword("all"):
        return lambda arrival: True
    if not token.quoted and text.startswith("+"):
        return lambda arrival: arrival.is_member(text[1:])
    if expression is not None:
        return lambda arrival: expression.test(arrival.user)
    return lambda arrival: arrival.user == text


# -- methods and their options ---------------------------------------------------------------------------------------


def _checked_method(method: str, kind: str) -> str:
    """The method a word means for this kind of connection."""
    if method == "ident" and kind == "local":
        return "peer"
    if method in ELSEWHERE:
        raise BadRule(f'invalid authentication method "{method}": not supported by this build')
    if method not in METHODS:
        raise BadRule(f'invalid authentication method "{method}"')
    if method == "peer" and kind != "local":
        raise BadRule("peer authentication is only supported on local sockets")
    if method == "cert" and kind != "hostssl":
        raise BadRule("cert authentication is only supported on hostssl connections")
    return method


def _options(fields: list[Field], kind: str, method: str) -> dict[str, str]:
    """What follows the method, as name -> value."""
    found: dict[str, str] = {}
    for token in (token for each in fields for token in each):
        name, equals, value = token.text.partition("=")
        if not equals:
            raise BadRule(f"authentication option not in name=value format: {token.text}")
        if name in _OTHER_METHODS:
            methods = _OTHER_METHODS[name]
            raise BadRule(f'authentication option "{name}" is only valid for authentication methods {methods}')
        if name not in _OPTION_CHECKS:
            raise BadRule(f'unrecognized authentication option name: "{name}"')
        _OPTION_CHECKS[name](kind, method, value)
        found[name] = value
    if method == "cert":
        found["clientcert"] = "verify-full"
    return found


def _check_map(kind: str, method: str, value: str) -> None:
    if method not in ("peer", "cert"):
        raise BadRule('authentication option "map" is only valid for authentication methods ident, peer, gssapi, sspi, '
                      "cert, and oauth")


def _check_clientcert(kind: str, method: str, value: str) -> None:
    if kind != "hostssl":
        raise BadRule('clientcert can only be configured for "hostssl" rows')
    if value == "verify-ca" and method == "cert":
        raise BadRule('clientcert can only be set to "verify-full" when using "cert" authentication')
    if value not in ("verify-ca", "verify-full"):
        raise BadRule(f'invalid value for clientcert: "{value}"')


def _check_clientname(kind: str, method: str, value: str) -> None:
    if kind != "hostssl":
        raise BadRule('clientname can only be configured for "hostssl" rows')
    if value not in ("CN", "DN"):
        raise BadRule(f'invalid value for clientname: "{value}"')


_OPTION_CHECKS: dict[str, Callable[[str, str, str], None]] = {
    "map": _check_map, "clientcert": _check_clientcert, "clientname": _check_clientname,
}
_LDAP, _RADIUS, _GSS, _OAUTH = "ldap", "radius", "gssapi and sspi", "oauth"
_OTHER_METHODS = {
    **dict.fromkeys(("ldapurl", "ldaptls", "ldapscheme", "ldapserver", "ldapport", "ldapbinddn", "ldapbindpasswd",
                     "ldapsearchattribute", "ldapsearchfilter", "ldapbasedn", "ldapprefix", "ldapsuffix"), _LDAP),
    **dict.fromkeys(("radiusservers", "radiusports", "radiussecrets", "radiusidentifiers"), _RADIUS),
    "krb_realm": _GSS, "include_realm": _GSS, "compat_realm": "sspi", "upn_username": "sspi", "pamservice": "pam",
    "pam_use_hostname": "pam", **dict.fromkeys(("issuer", "scope", "validator", "delegate_ident_mapping"), _OAUTH),
}
"""Options of methods that pgquill does not have -> those methods, as PostgreSQL names them."""
