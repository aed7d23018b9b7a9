"""Names in certificates, from ssl.SSLObject.getpeercert(): in the forms that rules and pg_stat_ssl use."""

from collections.abc import Iterator, Mapping
from typing import Any

_SHORT = {
    "commonName": "CN", "countryName": "C", "stateOrProvinceName": "ST", "localityName": "L", "organizationName": "O",
    "organizationalUnitName": "OU", "streetAddress": "street", "surname": "SN", "givenName": "GN", "initials": "initials",
    "userId": "UID", "domainComponent": "DC", "title": "title", "description": "description", "pseudonym": "pseudonym",
    "generationQualifier": "generationQualifier", "dnQualifier": "dnQualifier",
}
"""OpenSSL's long names -> its short ones."""

_ESCAPED = frozenset(',+"\\<>;')


def common_name(peer: Mapping[str, Any]) -> str:
    """The first common name of the subject; "" if there is none."""
    return next((value for part in _parts(peer, "subject") for name, value in part if name == "CN"), "")


def distinguished_name(peer: Mapping[str, Any]) -> str:
    """The subject as RFC 2253 writes it: the last part first."""
    return ",".join("+".join(f"{name}={_escaped(value)}" for name, value in part)
                    for part in reversed(list(_parts(peer, "subject"))))


def one_line(peer: Mapping[str, Any], field: str) -> str:
    """OpenSSL's one-line form: /CN=alice."""
    return "".join("/" + "+".join(f"{name}={value}" for name, value in part) for part in _parts(peer, field))


def _parts(peer: Mapping[str, Any], field: str) -> Iterator[list[tuple[str, str]]]:
    for part in peer.get(field, ()):
        yield [(_SHORT.get(name, name), value) for name, value in part]


def _escaped(value: str) -> str:
    text = "".join(f"\\{character}" if character in _ESCAPED else character for character in value)
    if text.startswith(("#", " ")):
        text = "\\" + text
    return text[:-1] + "\\ " if text.endswith(" ") and len(value) > 1 else text
