"""PostgreSQL's own parser (libpg_query 18), its JSON trees wrapped for strict consumption. The only module that knows postgast.

The library is called through ctypes and its JSON output decoded by msgspec, since the protobuf route is slower
and fails beyond about 50 nested operators. The C parser has no stack check of its own, so deep statements are refused first.
"""

import ctypes
import importlib.util
import platform
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple

import msgspec

from executor.errors import SqlError, not_supported
from executor.sqlstates import BY_SQLSTATE, StatementTooComplex, SyntaxError


class _Error(ctypes.Structure):
    """libpg_query's PgQueryError."""

    _fields_ = [("message", ctypes.c_char_p), ("funcname", ctypes.c_char_p), ("filename", ctypes.c_char_p),
                ("lineno", ctypes.c_int), ("cursorpos", ctypes.c_int), ("context", ctypes.c_char_p)]


class _ParseResult(ctypes.Structure):
    """libpg_query's PgQueryParseResult."""

    _fields_ = [("parse_tree", ctypes.c_char_p), ("stderr_buffer", ctypes.c_char_p),
                ("error", ctypes.POINTER(_Error))]


class _NormalizeResult(ctypes.Structure):
    """libpg_query's PgQueryNormalizeResult."""

    _fields_ = [("normalized_query", ctypes.c_char_p), ("error", ctypes.POINTER(_Error))]


def _load() -> Any:
    """The shared library that postgast ships. Importing postgast itself would cost 60 ms for its protobuf classes."""
    spec = importlib.util.find_spec("postgast")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    name = {"Darwin": "libpg_query.dylib", "Windows": "pg_query.dll"}.get(platform.system(), "libpg_query.so")
    library = ctypes.CDLL(f"{spec.submodule_search_locations[0]}/{name}")
    for function, result in (("parse", _ParseResult), ("normalize", _NormalizeResult)):
        run, free = getattr(library, f"pg_query_{function}"), getattr(library, f"pg_query_free_{function}_result")
        run.argtypes, run.restype = [ctypes.c_char_p], result
        free.argtypes, free.restype = [result], None
    return library


_lib = _load()

RECURSION_MAX = 40_000
sys.setrecursionlimit(max(sys.getrecursionlimit(), RECURSION_MAX))
DIGITS_MAX = 150_000
"""A numeric may have 131,072 digits before its point and 16,383 after it, more than Python reads as a number by itself."""
HEX_DIGITS_MAX = DIGITS_MAX * 4 // 5
sys.set_int_max_str_digits(DIGITS_MAX)

LONG_TEXT_BYTES = 60_000
"""A shorter text cannot be so deep that the C parser, which looks at no limit, needs all of the usual stack of 8 MB."""
DEPTH_MAX = 10_000
COMMENTS_MAX = 1000
COMMENT_STEPS_MAX = 100_000_000
_OPERATOR_RUN = re.compile(r"/\*[-+*/<>=~!@#%^&|`?]+")
JSON_DEPTH_MAX = 20_000
"""The decoder's recursion is in C: Python's limit would let it need more than that stack."""

# Fields that hold a structure of one fixed type, which the JSON leaves unwrapped.
FIELD_KINDS = {
    "relation": "RangeVar", "typeName": "TypeName", "over": "WindowDef", "onConflictClause": "OnConflictClause",
    "infer": "InferClause", "returningClause": "ReturningClause", "alias": "Alias", "intoClause": "IntoClause",
    "withClause": "WithClause", "larg": "SelectStmt", "rarg": "SelectStmt", "into": "IntoClause", "rel": "RangeVar",
    "sequence": "RangeVar", "view": "RangeVar", "collClause": "CollateClause", "join_using_alias": "Alias",
    "pktable": "RangeVar", "partspec": "PartitionSpec", "partbound": "PartitionBoundSpec", "owner": "RoleSpec",
    "newowner": "RoleSpec", "role": "RoleSpec", "authrole": "RoleSpec", "func": "ObjectWithArgs", "returnType": "TypeName",
    "search_clause": "CTESearchClause", "cycle_clause": "CTECycleClause", "variable": "RangeVar", "typevar": "RangeVar",
    "ofTypename": "TypeName", "output": "JsonOutput", "format": "JsonFormat", "grantor": "RoleSpec",
    "setstmt": "VariableSetStmt", "newrole": "RoleSpec", "domainname": "TypeName",
}  # fmt: skip
NEUTRAL = frozenset({
    "SETOP_NONE", "LIMIT_OPTION_DEFAULT", "OVERRIDING_NOT_SET", "COERCE_EXPLICIT_CALL", "ONCOMMIT_NOOP", "DROP_RESTRICT",
    "SORTBY_DEFAULT", "SORTBY_NULLS_DEFAULT", "CTEMaterializeDefault", "OBJECT_TABLE", "VIEW_CHECK_OPTION_NOT_SET",
})  # fmt: skip
# Positions and what the parser notes for itself; nothing a statement could ask for.
UNCHECKED = frozenset({"location", "rexpr_list_start", "rexpr_list_end", "list_start", "list_end", "stmt_len", "typemod"})


class Node:
    """One parse node. Take every field you act on; `finish` raises 0A000 for a meaningful one that nobody took."""

    __slots__ = ("_fields", "_left", "kind")

    def __init__(self, kind: str, fields: dict[str, Any]) -> None:
        self.kind = kind
        self._fields = fields
        self._left = fields.keys() - UNCHECKED

    def take(self, field: str, default: Any = None) -> Any:
        """A field's value: a scalar, a Node, or a list of them; default where it is empty."""
        self._left.discard(field)
        value = self._fields.get(field)
        return default if value is None else wrap(value, field)

    def nodes(self, field: str) -> list["Node"]:
        """A list field; [] if absent."""
        return self.take(field, [])  # type: ignore[no-any-return]

    def texts(self, field: str) -> list[str]:
        """A list of String nodes as Python strings."""
        return [node.text for node in self.nodes(field)]

    def peek(self, field: str, default: Any = None) -> Any:
        """A field's value without marking it as consumed."""
        value = self._fields.get(field)
        return default if value is None else wrap(value, field)

    def raw(self, field: str) -> Any:
        """A field's JSON as the parser gave it (None where it is empty), to put it into another tree."""
        return self._fields.get(field)

    @property
    def location(self) -> int:
        """Byte offset in the source text; -1 unknown."""
        return int(self._fields.get("location", 0))

    @property
    def text(self) -> str:
        """The value of a String node."""
        assert self.kind == "String", self.kind
        self._left.discard("sval")
        return self._fields.get("sval", "")  # type: ignore[no-any-return]

    @property
    def tree(self) -> dict[str, Any]:
        """The raw JSON node, wrapped."""
        return {self.kind: self._fields}

    def finish(self) -> None:
        """Raise 0A000 if a meaningful field was left untaken."""
        for field in self._left:
            value = self._fields[field]
            if value and value not in ([{}],) and not (isinstance(value, str) and value in NEUTRAL):
                raise not_supported(f"{self.kind}.{field}")

    def __repr__(self) -> str:
        return f"Node({self.kind}, {self._fields})"


@contextmanager
def consumed(node: Node) -> Iterator[Node]:
    """`with consumed(node) as n:` checks at the end that every field was taken."""
    yield node
    node.finish()


def wrap(value: Any, field: str = "") -> Any:
    """JSON value -> Node, list of Nodes, or the scalar itself."""
    if isinstance(value, dict):
        if len(value) == 1:
            (kind, fields), = value.items()
            if kind[0].isupper() and isinstance(fields, dict):
                return Node(kind, fields)
        return Node(FIELD_KINDS.get(field, field), value)
    if isinstance(value, list):
        return [wrap(item) for item in value]
    return value


class RawStatement(msgspec.Struct, frozen=True):
    """One statement of a query string. text is its own part of the source; offset: where it begins, in characters."""

    node: Any  # Node
    source: str
    text: str
    offset: int


class Source:
    """Turns the parser's byte offsets into PostgreSQL's character positions."""

    __slots__ = ("encoded", "is_ascii")

    def __init__(self, text: str) -> None:
        self.encoded = text.encode()
        self.is_ascii = len(self.encoded) == len(text)

    def position(self, location: int) -> int:
        """Characters from 1; 0 for an unknown location."""
        if location < 0:
            return 0
        return location + 1 if self.is_ascii else len(self.encoded[:location].decode(errors="replace")) + 1


_decode = msgspec.json.Decoder().decode


def parse(text: str) -> list[RawStatement]:
    """The statements of a query string (42601 with PostgreSQL's message and position; 54001 if too deep)."""
    encoded = text.encode()
    if text.count("/*") > COMMENTS_MAX:
        _check_comments(text)
    if len(encoded) > LONG_TEXT_BYTES:
        _check_depth(text)
    result = _lib.pg_query_parse(encoded)
    try:
        if result.error:
            return _later_syntax(text, _error(result.error.contents))
        sys.setrecursionlimit(JSON_DEPTH_MAX)
        tree = _decode(result.parse_tree)
    except RecursionError:
        raise _too_deep() from None
    finally:
        sys.setrecursionlimit(RECURSION_MAX)
        _lib.pg_query_free_parse_result(result)
    statements = []
    for item in tree["stmts"]:
        start = item.get("stmt_location", 0)
        length = item.get("stmt_len", 0)
        part = encoded[start : start + length] if length else encoded[start:]
        statements.append(RawStatement(wrap(item["stmt"]), text, part.decode(), len(encoded[:start].decode())))
    return statements


_WAIT = re.compile(r"\bwait\b.*\bfor\b", re.IGNORECASE | re.DOTALL)


def _later_syntax(text: str, error: SqlError) -> list[RawStatement]:
    """The statements of a text that PostgreSQL 18's parser has refused, if a later one's would not. Raises: the error."""
    if isinstance(error, SyntaxError) and _WAIT.search(text):
        from executor.wait_syntax import statements  # it knows this module

        found = statements(text)
        if found is not None:
            return found
    raise error


def parse_one(text: str) -> Node:
    """The only statement of a text of our own (stored definitions)."""
    (statement,) = parse(text)
    return statement.node  # type: ignore[no-any-return]


def parse_expression(text: str) -> Node:
    """An expression's SQL text (a stored default, CHECK, index key) as its node."""
    (target,) = parse_one(f"SELECT {text}").nodes("targetList")
    return target.take("val")  # type: ignore[no-any-return]


def literal_value(text: str) -> str:
    """The value of a string literal, in any of the forms it may be written in."""
    return str(parse_expression(text).peek("sval").peek("sval", ""))


def normalize(text: str) -> str | None:
    """The text with its constants replaced by $n, or None if it cannot be."""
    result = _lib.pg_query_normalize(text.encode())
    try:
        return None if result.error else str(result.normalized_query.decode())
    finally:
        _lib.pg_query_free_normalize_result(result)


def deparse(tree: dict[str, Any]) -> str:
    """SQL text of a statement's JSON node (not PostgreSQL's layout, but its meaning)."""
    from google.protobuf import json_format
    from postgast import deparse as print_tree
    from postgast import pg_query_pb2 as _pb

    parsed = json_format.ParseDict({"version": 180004, "stmts": [{"stmt": tree}]}, _pb.ParseResult())
    return str(print_tree(parsed))


def expression_text(node: Node) -> str:
    """SQL text of an expression node."""
    select = {"targetList": [{"ResTarget": {"val": node.tree}}], "limitOption": "LIMIT_OPTION_DEFAULT", "op": "SETOP_NONE"}
    return deparse({"SelectStmt": select}).removeprefix("SELECT ")


def statement_text(node: Node) -> str:
    """SQL text of a statement node."""
    return deparse(node.tree)


def _error(error: Any) -> SqlError:
    message = error.message.decode(errors="replace")
    position = error.cursorpos or None
    if message.startswith("syntax error at"):  # it goes on with the user's text
        return SyntaxError(message, position=position)
    kind = SYNTAX_STATES.get(next((words for words in SYNTAX_STATES if words in message), ""), SyntaxError)
    detail, hint = SYNTAX_DETAILS.get(message), SYNTAX_HINTS.get(message)
    return kind(message, position=position, detail=detail, hint=hint)


SYNTAX_HINTS = {
    "UNENCRYPTED PASSWORD is no longer supported": "Remove UNENCRYPTED to store the password in encrypted form instead.",
}
"""The library tells no hints."""
SYNTAX_DETAILS = {
    "invalid publication object list":
        "One of TABLE or TABLES IN SCHEMA must be specified before a standalone table or schema name.",
}
"""Nor details."""
# The few messages of PostgreSQL's scanner and grammar whose SQLSTATE is not 42601.
SYNTAX_STATES: dict[str, type[SqlError]] = {
    "is not supported": BY_SQLSTATE["0A000"],
    "not yet implemented": BY_SQLSTATE["0A000"],
    "not yet supported": BY_SQLSTATE["0A000"],
    "not implemented": BY_SQLSTATE["0A000"],
    "is no longer supported": BY_SQLSTATE["0A000"],
    "is reserved": BY_SQLSTATE["42939"],
    "cannot be used as a role name": BY_SQLSTATE["42939"],
    "invalid Unicode escape value": BY_SQLSTATE["42601"],
    "invalid byte sequence": BY_SQLSTATE["22021"],
    "precision for type float must be": BY_SQLSTATE["22023"],
    "nonstandard use of": BY_SQLSTATE["22P06"],
    "unsafe use of": BY_SQLSTATE["22P06"],
    "invalid Unicode escape": BY_SQLSTATE["22025"],
    "stack depth limit exceeded": BY_SQLSTATE["54001"],
    "frame start": BY_SQLSTATE["42P20"],
    "frame end": BY_SQLSTATE["42P20"],
    "precision for type float": BY_SQLSTATE["22023"],
}


def _too_deep() -> SqlError:
    return StatementTooComplex(
        "stack depth limit exceeded",
        hint="Simplify the statement: split long chains of operators and deep nesting.",
    )


def _check_comments(text: str) -> None:
    """Refuse nested comments for which the scanner would take minutes: at each /* it reads all the operator's characters
    that follow, and goes back."""
    steps = sum(run.group().count("/*") * len(run.group()) for run in _OPERATOR_RUN.finditer(text))
    if steps > COMMENT_STEPS_MAX:
        raise _too_deep()


def _check_depth(text: str) -> None:
    """Refuse what would overflow the C parser's stack, and ours.

    Counts what can make a tree deeper: brackets, operators and words, as far as nothing says that what follows stands
    beside what was before. A short text cannot have enough of them.
    """
    try:
        tokens = scan(text)
    except SqlError:  # the parser reports it, and makes no tree
        return
    effects = _effects()
    depth = base = 0  # of the whole tree here, and what stays of it when something is put beside
    between = 0  # the AND of BETWEEN x AND y is no operator of its own
    outside: list[tuple[int, int, int]] = []
    for kind, _, _ in tokens:
        effect = effects.get(kind, _DEEPER)
        if effect is _LEVEL:
            continue
        if effect is _CLOSES:
            depth, base, between = outside.pop() if outside else (0, 0, 0)
            depth += 1
        elif effect is _OPENS:
            outside.append((depth, base, between))
            depth = base = depth + 1
            between = 0
        elif effect is _BESIDE or (effect is _AND and not between):
            depth = base
        elif effect is _LONGER:
            depth = base = base + 1
        else:
            between += (effect is _BETWEEN) - (effect is _AND)
            depth += 1
        if depth > DEPTH_MAX:
            raise _too_deep()


class Token(NamedTuple):
    """A token of the scanner: its kind (TOKEN_KINDS of a name) and where it is, in bytes."""

    kind: int
    start: int
    end: int


def scan(text: str) -> Iterator[Token]:
    """The tokens of a text, comments too (42601 where there is none)."""
    from postgast import PgQueryError
    from postgast import scan as scan_tokens

    try:
        found = scan_tokens(text).tokens
    except PgQueryError as error:
        raise SyntaxError(str(error)) from None
    return (Token(token.token, token.start, token.end) for token in found)


def token_kind(name: str) -> int:
    """The kind of tokens that libpg_query calls by this name: SCONST, PASSWORD, ASCII_40."""
    from postgast import pg_query_pb2 as kinds

    return int(kinds.Token.Value(name))


_LEVEL, _DEEPER, _OPENS, _CLOSES, _BESIDE, _LONGER, _BETWEEN, _AND = range(8)
_EFFECTS = {
    _LEVEL: "IDENT UIDENT SCONST USCONST BCONST XCONST FCONST ICONST PARAM ASCII_46 SQL_COMMENT C_COMMENT",
    _OPENS: "ASCII_40 ASCII_91 CASE",
    _CLOSES: "ASCII_41 ASCII_93 END_P",
    _BESIDE: "ASCII_44 ASCII_59 OR WHEN THEN ELSE",  # OR and AND bind less than anything else, and their trees are flat
    _LONGER: "UNION EXCEPT INTERSECT JOIN",  # what is before is inside
    _BETWEEN: "BETWEEN",
    _AND: "AND",
}
"""What tokens mean for the depth of the tree; the others make it deeper by one."""


@cache
def _effects() -> dict[int, int]:
    return {token_kind(name): effect for effect, names in _EFFECTS.items() for name in names.split()}
