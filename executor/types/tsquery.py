"""tsquery: stored as TEXT, PostgreSQL's print with all the brackets that the tree needs.

PostgreSQL prints `a & (b & c)` as it prints `a & b & c`, but tells the two apart. The stored form keeps such brackets;
only the output leaves them out.
"""

from functools import lru_cache
from struct import Struct
from typing import NamedTuple, NoReturn

from executor.sqlstates import InternalError, StatementTooComplex, SyntaxError
from executor.types.base import Codec, Encoder, Env, Stored, constant, declared, misfit, utf8, without_zero
from executor.types.binary import Message
from executor.types.kept import kept
from executor.types.oids import TSQUERY
from executor.types.tsquery_syntax import (
    PRIORITIES,
    WEIGHT_LETTERS,
    Node,
    Operand,
    Operation,
    Reader,
    Sign,
    push_as_is,
    read,
    standard,
)
from executor.types.tsvector import BYTES_MAX, WORD_BYTES_MAX
from executor.types.tsword import quoted

Query = Operand | Operation | None
"""None: the query without words."""


# Text


def text_of(query: Node | None, faithful: bool = False) -> str:
    """tsquery_out; faithful: the stored form."""
    parts: list[str] = []
    if query is not None:
        try:
            _print(query, 0, False, faithful, parts)
        except RecursionError:
            raise StatementTooComplex("stack depth limit exceeded") from None
    return "".join(parts)


def dump(query: Node | None) -> str:
    """The stored form."""
    return text_of(query, faithful=True)


def _print(node: Node, outer: int, right_of_same: bool, faithful: bool, parts: list[str]) -> None:
    """outer: the priority of the operator around; right_of_same: this is the right side of an operator of that priority."""
    if isinstance(node, Operand):
        parts.append(quoted(node.word) + _modifiers(node))
        return
    assert isinstance(node, Operation)
    priority = PRIORITIES[node.sign]
    brackets = priority < outer or (right_of_same and priority == outer and (faithful or node.sign == "<"))
    if brackets:
        parts.append("( ")
    if node.left is None:
        parts.append("!")
        _print(node.right, priority, False, faithful, parts)
    else:
        _print(node.left, priority, False, faithful, parts)
        parts.append(f" {_sign(node)} ")
        _print(node.right, priority, True, faithful, parts)
    if brackets:
        parts.append(" )")


def _sign(node: Operation) -> str:
    if node.sign != "<":
        return node.sign
    return "<->" if node.distance == 1 else f"<{node.distance}>"


def _modifiers(operand: Operand) -> str:
    if not operand.weights and not operand.prefix:
        return ""
    letters = "".join(letter for letter, bit in WEIGHT_LETTERS.items() if operand.weights & bit)
    return f":{'*' if operand.prefix else ''}{letters}"


def parse_tsquery(text: str, typmod: int = -1, env: Env | None = None) -> str:
    """tsquery_in. 42601, 22023, 54000."""
    return dump(read(Reader(without_zero(text)), standard, push_as_is))


def load(text: Stored) -> Query:
    """Read the stored form."""
    if not isinstance(text, str):
        raise misfit("tsquery", text)
    return _load(text)


@kept(256, 10_000)
def _load(text: str) -> Query:
    try:
        query = read(Reader(text, limits=False), standard, push_as_is)
    except SyntaxError:
        raise misfit("tsquery", text) from None
    if dump(query) != text:
        raise misfit("tsquery", text)
    assert query is None or isinstance(query, Operand | Operation)
    return query


def _encode(value: Stored) -> bytes:
    return text_of(load(value)).encode()


# Binary: the number of nodes; then the nodes, each operator before its right and its left side.

_OPERAND, _OPERATION = 1, 2
_OPERATORS: dict[Sign, int] = {"!": 1, "&": 2, "|": 3, "<": 4}
_SIGNS: dict[int, Sign] = {number: sign for sign, number in _OPERATORS.items()}
_COUNT, _BYTE, _SIGNED_BYTE, _DISTANCE = Struct("!I"), Struct("!B"), Struct("!b"), Struct("!H")
_NODES_MAX = ((1 << 30) - 1) // 12


def nodes(query: Node | None) -> list[Node]:
    """All nodes, each operator before its right and its left side: PostgreSQL's order."""
    found: list[Node] = []
    pending = [] if query is None else [query]
    while pending:
        node = pending.pop()
        found.append(node)
        if isinstance(node, Operation):
            if node.left is not None:
                pending.append(node.left)
            pending.append(node.right)
    return found


def operands(query: Node | None) -> list[Operand]:
    """The words, the last one first."""
    return [node for node in nodes(query) if isinstance(node, Operand)]


def _encode_binary(value: Stored) -> bytes:
    found = nodes(load(value))
    parts = [_COUNT.pack(len(found))]
    for node in found:
        if isinstance(node, Operand):
            parts += (bytes((_OPERAND, node.weights, node.prefix)), node.word.encode(), b"\0")
        else:
            assert isinstance(node, Operation)
            parts.append(bytes((_OPERATION, _OPERATORS[node.sign])))
            if node.sign == "<":
                parts.append(_DISTANCE.pack(node.distance))
    return b"".join(parts)


def _malformed(message: str) -> NoReturn:
    raise InternalError(message)


class _Operator(NamedTuple):
    sign: Sign
    distance: int


def _receive_node(message: Message, last: bool) -> Operand | _Operator:
    kind = message.integer(_SIGNED_BYTE)
    if kind == _OPERAND:
        weights, prefix, word = message.integer(_BYTE), message.integer(_BYTE), message.string()
        if weights > 15:
            _malformed("invalid tsquery: invalid weight bitmap")
        if len(word) > WORD_BYTES_MAX + 1:
            _malformed("invalid tsquery: operand too long")
        return Operand(utf8(word), weights, bool(prefix))
    if kind != _OPERATION:
        _malformed(f"unrecognized tsquery node type: {kind}")
    number = message.integer(_SIGNED_BYTE)
    if number not in _SIGNS:
        _malformed(f"invalid tsquery: unrecognized operator type {number}")
    if last:
        _malformed("invalid pointer to right operand")
    sign = _SIGNS[number]
    return _Operator(sign, message.integer(_DISTANCE) if sign == "<" else 0)


def _receive(data: bytes, typmod: int, env: Env) -> Stored:
    message = Message(data)
    count = message.integer(_COUNT)
    if count > _NODES_MAX:
        _malformed("invalid size of tsquery")
    found: list[Operand | _Operator] = []
    total = 0
    for number in range(count):
        if total > BYTES_MAX:
            _malformed("invalid tsquery: total operand length exceeded")
        node = _receive_node(message, number == count - 1)
        total += len(node.word.encode()) + 1 if isinstance(node, Operand) else 0
        found.append(node)
    query = _built(found)
    message.end()
    return dump(query)


def _built(items: list[Operand | _Operator]) -> Node | None:
    """The tree of nodes in binary order."""
    stack: list[Node] = []
    for item in reversed(items):
        if isinstance(item, Operand):
            stack.append(item)
            continue
        if len(stack) < (1 if item.sign == "!" else 2):
            _malformed("malformed tsquery: operand not found")
        right = stack.pop()  # nodes come in reverse here: the left side was pushed first
        left = None if item.sign == "!" else stack.pop()
        stack.append(Operation(item.sign, left, right, item.distance))
    if len(stack) > 1:
        _malformed("malformed tsquery: extra nodes")
    return stack[0] if stack else None


# Order

_NODE_BYTES = 12
_CRC_POLYNOMIAL = 0xEDB88320
_ALL_BITS = 0xFFFFFFFF


def _crc_entry(index: int) -> int:
    for _ in range(8):
        index = index >> 1 ^ (_CRC_POLYNOMIAL if index & 1 else 0)
    return index


_CRC_TABLE = tuple(map(_crc_entry, range(256)))


@lru_cache(maxsize=1024)
def word_hash(word: str) -> int:
    """The checksum by which PostgreSQL orders words in queries: a CRC-32 with its table read at the wrong end."""
    crc = _ALL_BITS
    for byte in word.encode():
        crc = _CRC_TABLE[crc >> 24 ^ byte] ^ crc << 8 & _ALL_BITS
    crc ^= _ALL_BITS
    return crc - (1 << 32) if crc >> 31 else crc


def _bytes_of(found: list[Node]) -> int:
    words = sum(len(node.word.encode()) + 1 for node in found if isinstance(node, Operand))
    return words + _NODE_BYTES * len(found)


def compare(a: str, b: str) -> int:
    """tsquery_cmp: by number of nodes, by the room they need, then node by node. Weights and stars do not count."""
    if a == b:
        return 0
    first, second = nodes(_load(a)), nodes(_load(b))
    for x, y in ((len(first), len(second)), (_bytes_of(first), _bytes_of(second))):
        if x != y:
            return -1 if x < y else 1
    return compare_nodes(_load(a), _load(b)) if first else 0


def compare_nodes(a: Node | None, b: Node | None) -> int:
    """The order of two trees. PostgreSQL compares the right sides first, then the left ones, then distances."""
    pending: list[tuple[Node | None, Node | None, bool]] = [(a, b, False)]
    while pending:
        x, y, done = pending.pop()
        assert isinstance(x, Operand | Operation) and isinstance(y, Operand | Operation)
        if done:
            order = _greater_first(x.distance, y.distance)  # type: ignore[union-attr]
        else:
            order = _compare_node(x, y)
        if order:
            return order
        if isinstance(x, Operation) and isinstance(y, Operation) and not done:
            pending.append((x, y, True))
            if x.left is not None:
                pending.append((x.left, y.left, False))
            pending.append((x.right, y.right, False))
    return 0


def _greater_first(x: int, y: int) -> int:
    return (x < y) - (x > y)


def _compare_node(x: Operand | Operation, y: Operand | Operation) -> int:
    """The nodes without what is below them: operators before words."""
    if isinstance(x, Operand):
        if isinstance(y, Operand):
            return _greater_first(word_hash(x.word), word_hash(y.word)) or (x.word > y.word) - (x.word < y.word)
        return 1
    return _greater_first(_OPERATORS[x.sign], _OPERATORS[y.sign]) if isinstance(y, Operation) else -1


_text: Encoder = _encode

CODECS = (
    Codec(TSQUERY, parse_tsquery, constant(_text), _receive, constant(_encode_binary), declared("tsquery TEXT"),
          "pg_tsquery", compare),
)
