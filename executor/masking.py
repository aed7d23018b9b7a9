"""Passwords are taken out of a statement's text before anybody else sees it: the log, pg_stat_activity.

    masked("ALTER ROLE a PASSWORD 'x'").text     ALTER ROLE a PASSWORD '********'

In a statement about roles the string after PASSWORD is one. A text that the parser refuses may be such a statement with a
slip in it: there, everything after PASSWORD goes, and every string if it begins like one. In other statements a
string may hold a statement, a connection string or an address: one that has `password` with a value, or a user
with a password before @, goes as a whole.
"""

import re
from functools import cache
from itertools import pairwise

import msgspec

from executor.errors import SqlError
from executor.parse import Token, parse, scan, token_kind

MASK = "********"

_HINT = re.compile(r"passw|pasw|role|user|group|://", re.IGNORECASE)
"""Without any of these a text has nothing to hide (0.2 us for a short one)."""
_ROLE_STATEMENT = re.compile(
    r"(?:\s|/\*.*?\*/|--[^\n]*\n|;)*(?:create|alter)(?:\s|/\*.*?\*/|--[^\n]*\n)+(?:role|user|group)\b", re.IGNORECASE | re.DOTALL)
_IN_A_STRING = re.compile(r"password\W{0,3}(?:[=:]|\s+['\"$]|\s+[eE]'|\s+[uU]&)|\w+://[^/\s@:]*:[^\s@]+@", re.IGNORECASE)
_SECRET_STATEMENTS = frozenset((
    "CreateRoleStmt", "AlterRoleStmt", "CreateUserMappingStmt", "AlterUserMappingStmt", "CreateForeignServerStmt",
    "AlterForeignServerStmt",
))  # fmt: skip
_PASSWORD = re.compile(r"\bpassword\b", re.IGNORECASE)


class Masked(msgspec.Struct, frozen=True):
    """text: without passwords. secrets: what was taken out, to take it out of messages too."""

    text: str
    secrets: tuple[str, ...] = ()

    def clean(self, message: str) -> str:
        """A message about the statement, without what was taken out of it."""
        for secret in self.secrets:
            message = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", MASK, message)
        return message


def masked(text: str) -> Masked:
    """A statement's text, or several statements', as others may see it. Never raises."""
    if _HINT.search(text) is None:
        return Masked(text)
    if not _PASSWORD.search(text) and not _IN_A_STRING.search(text) and not _ROLE_STATEMENT.match(text):
        return Masked(text)
    encoded = text.encode()
    try:
        statements = parse(text)
        tokens = [token for token in scan(text) if token.kind not in _comments()]
    except SqlError:
        return _masked_anyhow(text, encoded)
    about_roles = [statement for statement in statements if statement.node.kind in _SECRET_STATEMENTS]
    spans = []
    for statement in about_roles:
        begin = len(text[: statement.offset].encode())
        spans += _after_password([t for t in tokens if begin <= t.start < begin + len(statement.text.encode())], encoded)
    spans += [span for token in tokens if token.kind in _strings() and _IN_A_STRING.search(_piece(encoded, token))
              for span in (_inside(encoded, token),)]
    return _without(encoded, spans)


@cache
def _strings() -> frozenset[int]:
    return frozenset(map(token_kind, ("SCONST", "USCONST")))


@cache
def _comments() -> frozenset[int]:
    return frozenset(map(token_kind, ("SQL_COMMENT", "C_COMMENT")))


@cache
def _password_kind() -> int:
    return token_kind("PASSWORD")


def _piece(encoded: bytes, token: Token) -> str:
    return encoded[token.start : token.end].decode(errors="replace")


def _after_password(tokens: list[Token], encoded: bytes) -> list[tuple[int, int]]:
    """Where the strings after PASSWORD are."""
    found = []
    for before, token in pairwise(tokens):
        named = before.kind == _password_kind() or _piece(encoded, before).strip('"').lower() == "password"
        if named and token.kind in _strings():
            found.append(_inside(encoded, token))
    return found


def _inside(encoded: bytes, token: Token) -> tuple[int, int]:
    """Where the content of a string is: without its quotes, of whatever kind."""
    piece = encoded[token.start : token.end]
    dollar = re.match(rb"\$[^$]*\$", piece)
    if dollar is not None:
        return token.start + dollar.end(), token.end - dollar.end()
    opening = piece.find(b"'")
    return token.start + opening + 1, token.end - 1 if piece.endswith(b"'") else token.end


def _masked_anyhow(text: str, encoded: bytes) -> Masked:
    """A text that is no statement: nothing is known of it but its tokens, if even those."""
    if _ROLE_STATEMENT.match(text):
        begin = re.search(rb"['$]", encoded)
        named = _PASSWORD.search(text)
        places = [len(text[: named.end()].encode())] if named else []
        places += [begin.start()] if begin else []
        return _cut(encoded, min(places)) if places else Masked(text)
    if (named := _PASSWORD.search(text)) is not None:
        return _cut(encoded, len(text[: named.end()].encode()))
    found = _IN_A_STRING.search(text)
    return _cut(encoded, len(text[: found.start()].encode())) if found else Masked(text)


def _cut(encoded: bytes, at: int) -> Masked:
    """Everything from here on goes."""
    rest = encoded[at:].decode(errors="replace")
    return Masked(encoded[:at].decode(errors="replace").rstrip() + f" {MASK}", _longest_first(_words(rest)))


def _without(encoded: bytes, spans: list[tuple[int, int]]) -> Masked:
    pieces, secrets, at = [], [], 0
    for start, end in sorted(set(spans)):
        if start < at:
            continue
        pieces += [encoded[at:start].decode(errors="replace"), MASK]
        secret = encoded[start:end].decode(errors="replace")
        secrets += [secret, *_words(secret)]
        at = end
    pieces.append(encoded[at:].decode(errors="replace"))
    return Masked("".join(pieces), _longest_first(secrets))


def _words(secret: str) -> list[str]:
    """What an error may quote of it."""
    return re.findall(r"[^\s'\";,()$=:@/]+", secret)


def _longest_first(secrets: list[str]) -> tuple[str, ...]:
    return tuple(sorted(set(filter(None, secrets)), key=len, reverse=True))
