"""PostgreSQL's own parser (libpg_query 18), its JSON trees wrapped for strict consumption. The only module that knows postgast.

The library is called through ctypes and its JSON output decoded by msgspec, since the protobuf route is slower
and fails beyond about 50 nested operators. The C parser has no stack check of its own, so deep statements are refused first.
"""

import ctypes
import importlib.util
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

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

sys.setrecursionlimit(max(sys.getrecursionlimit(), 40_000))

LONG_TEXT_BYTES = 60_000
DEPTH_MAX = 6_000

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
    if len(encoded) > LONG_TEXT_BYTES:
        _check_depth(text)
    result = _lib.pg_query_parse(encoded)
    try:
        if result.error:
            raise _error(result.error.contents)
        tree = _decode(result.parse_tree)
    except RecursionError:
        raise _too_deep() from None
    finally:
        _lib.pg_query_free_parse_result(result)
    statements = []
    for item in tree["stmts"]:
        start = item.get("stmt_location", 0)
        length = item.get("stmt_len", 0)
        part = encoded[start : start + length] if length else encoded[start:]
        statements.append(RawStatement(wrap(item["stmt"]), text, part.decode(), len(encoded[:start].decode())))
    return statements


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
    return kind(message, position=position, hint=SYNTAX_HINTS.get(message))


SYNTAX_HINTS = {
    "UNENCRYPTED PASSWORD is no longer supported": "Remove UNENCRYPTED to store the password in encrypted form instead.",
}
"""The library tells no hints."""
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


def _check_depth(text: str) -> None:
    """Refuse what would overflow the C parser's stack: nesting plus chained operators above DEPTH_MAX."""
    from postgast import pg_query_pb2 as _pb
    from postgast import scan

    try:
        tokens = scan(text).tokens
    except Exception:  # the scanner's error is reported by the parser itself
        return
    chains = [0]
    names = _pb.Token
    opening, closing = (names.Value("ASCII_40"), names.Value("ASCII_91")), (names.Value("ASCII_41"), names.Value("ASCII_93"))
    resets = (names.Value("ASCII_44"), names.Value("ASCII_59"))
    operators = {names.Value(f"ASCII_{code}") for code in (37, 42, 43, 45, 47, 60, 61, 62, 94)} | {
        names.Value(word) for word in ("Op", "AND", "OR", "NOT", "CASE", "SELECT", "UNION", "JOIN", "TYPECAST")}
    for token in tokens:
        kind = token.token
        if kind in opening:
            chains.append(0)
        elif kind in closing and len(chains) > 1:
            chains.pop()
        elif kind in resets:
            chains[-1] = 0
        elif kind in operators:
            chains[-1] += 1
        if chains[-1] > DEPTH_MAX or len(chains) > DEPTH_MAX:
            raise _too_deep()
