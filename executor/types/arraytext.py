"""Array input and output over the codec of the elements: PostgreSQL's text form `{1,"a b",NULL}` and binary format."""

import re
from collections.abc import Callable
from struct import Struct
from typing import Any, NoReturn

from executor.sqlstates import (
    ArraySubscriptError,
    DatatypeMismatch,
    InvalidBinaryRepresentation,
    InvalidTextRepresentation,
    ProgramLimitExceeded,
    ProtocolViolation,
)
from executor.types import arrays
from executor.types.base import Codec, Encoder, Env, Stored, without_zero

ElementReader = Callable[[str], Any]

_SPACE = " \t\n\v\f\r"
_SIMPLE = re.compile(r"\s*\{([^{}\"\\]*)\}\s*", re.ASCII)
_BOUND = re.compile(r"[-+]?[0-9]+")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_UNESCAPE = re.compile(r"\\(.)", re.DOTALL)
_WITHOUT_TRAILING_SPACE = re.compile(r"((?:\\.|[^\\])*?)[ \t\n\v\f\r]*", re.DOTALL)  # unless it is escaped
_MUST_QUOTE = re.compile(r'[{}"\\\s]', re.ASCII)
_ESCAPED = re.compile(r'(["\\])')
_INT4_MAX = (1 << 31) - 1


class _Reader:
    """Reads one array literal, as ReadArrayDimensions and ReadArrayStr do."""

    def __init__(self, text: str, delimiter: str, read: ElementReader) -> None:
        self.text = text
        self.at = 0
        self.delimiter = delimiter
        self.read = read
        # An unquoted element ends at a delimiter or brace; a backslash takes the next character as it is.
        self.unquoted = re.compile(rf'(?:[^{{}}"\\{re.escape(delimiter)}]|\\.)+', re.DOTALL)

    def array(self) -> arrays.Array:
        lowers, lengths = self.dimensions()
        items = self.items()
        self.skip()
        if self.at < len(self.text):
            self.fail("Junk after closing right brace.")
        found = _lengths(items)
        if lengths and found != lengths:
            self.fail("Specified array dimensions do not match array contents.")
        return arrays.Array(items if found else [], (lowers or (1,) * len(found)) if found else ())

    def dimensions(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The optional [l:u][l:u]= before the braces: lower bounds and lengths."""
        lowers: list[int] = []
        lengths: list[int] = []
        self.skip()
        while self.peek() == "[":
            self.at += 1
            if len(lowers) >= arrays.DIMENSIONS_MAX:
                raise ProgramLimitExceeded(
                    f"number of array dimensions exceeds the maximum allowed ({arrays.DIMENSIONS_MAX})")
            lower, upper = 1, self.bound('"[" must introduce explicitly-specified array dimensions.')
            if self.peek() == ":":
                self.at += 1
                lower, upper = upper, self.bound("Missing array dimension value.")
            if self.peek() != "]":
                self.fail('Missing "]" after array dimensions.')
            self.at += 1
            if upper < lower:
                raise ArraySubscriptError("upper bound cannot be less than lower bound")
            if upper == _INT4_MAX:
                raise ProgramLimitExceeded(f"array upper bound is too large: {upper}")
            lowers.append(lower)
            lengths.append(upper - lower + 1)
            self.skip()
        if lowers:
            if self.peek() != "=":
                self.fail('Missing "=" after array dimensions.')
            self.at += 1
            self.skip()
            if self.peek() != "{":
                self.fail("Array contents must start with \"{\".")
        elif self.peek() != "{":
            self.fail('Array value must start with "{" or dimension information.')
        return tuple(lowers), tuple(lengths)

    def bound(self, missing: str) -> int:
        match = _BOUND.match(self.text, self.at)
        if match is None:
            self.fail(missing)
        self.at = match.end()
        value = int(match[0]) if len(match[0]) < 20 else 1 << 40
        if not -_INT4_MAX - 1 <= value <= _INT4_MAX:
            raise ProgramLimitExceeded("array bound is out of integer range")
        return value

    def items(self) -> arrays.Items:
        """The braces and what is in them; the shape is checked as soon as it is known to be wrong."""
        stack: list[arrays.Items] = []
        lengths = [-1] * (arrays.DIMENSIONS_MAX + 1)
        depth, frozen, after_item = 0, False, False
        while True:
            self.skip()
            character = self.peek()
            if character == "{":
                if after_item:
                    self.fail('Unexpected "{" character.')
                if len(stack) >= arrays.DIMENSIONS_MAX:
                    raise ProgramLimitExceeded(
                        f"number of array dimensions exceeds the maximum allowed ({arrays.DIMENSIONS_MAX})")
                stack.append([])
                if len(stack) > depth:
                    if frozen:
                        self.fail_shape()
                    depth = len(stack)
                self.at += 1
            elif character == "}":
                done = stack.pop()
                if done and not after_item:
                    self.fail('Unexpected "}" character.')
                self.at += 1
                if not stack:
                    return done
                if lengths[len(stack)] not in (-1, len(done)):
                    self.fail_shape()
                lengths[len(stack)] = len(done)
                stack[-1].append(done)
                after_item = True
            elif character == self.delimiter:
                if not after_item:
                    self.fail(f'Unexpected "{self.delimiter}" character.')
                after_item = False
                self.at += 1
            else:
                value = self.element()
                if after_item:
                    self.fail("Unexpected array element.")
                frozen = True
                if len(stack) != depth:
                    self.fail_shape()
                stack[-1].append(value)
                after_item = True

    def element(self) -> Any:
        if self.peek() == '"':
            match = _QUOTED.match(self.text, self.at)
            if match is None:
                self.fail("Unexpected end of input.")
            self.at = match.end()
            self.skip()
            self.end_of_element()
            return self.read(_UNESCAPE.sub(r"\1", match[1]))
        match = self.unquoted.match(self.text, self.at)
        if match is None:
            self.fail("Unexpected end of input.")
        self.at = match.end()
        self.end_of_element()
        raw = match[0]
        if "\\" not in raw:
            word = raw.rstrip(_SPACE)
            return None if word.upper() == "NULL" else self.read(word)
        kept = _WITHOUT_TRAILING_SPACE.fullmatch(raw)
        assert kept
        return self.read(_UNESCAPE.sub(r"\1", kept[1]))

    def end_of_element(self) -> None:
        character = self.peek()
        if character == "":
            self.fail("Unexpected end of input.")
        if character == "{":
            self.fail('Unexpected "{" character.')
        if character not in ("}", self.delimiter):
            self.fail("Unexpected end of input." if character == "\\" else "Incorrectly quoted array element.")

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def skip(self) -> None:
        while self.text[self.at : self.at + 1] in tuple(_SPACE):
            self.at += 1

    def fail_shape(self) -> NoReturn:
        self.fail("Multidimensional arrays must have sub-arrays with matching dimensions.")

    def fail(self, detail: str) -> NoReturn:
        raise InvalidTextRepresentation(f'malformed array literal: "{self.text}"', detail=detail)


def _lengths(items: arrays.Items) -> tuple[int, ...]:
    """Lengths of all dimensions; () where there is no element at all."""
    lengths: list[int] = []
    level: Any = items
    while isinstance(level, list):
        if not level:
            return ()
        lengths.append(len(level))
        level = level[0]
    return tuple(lengths)


def read_array(text: str, delimiter: str, read: ElementReader) -> arrays.Array:
    """array_in: `read` turns an element's text into its form inside the stored array. 22P02 for a malformed literal."""
    simple = _SIMPLE.fullmatch(text)
    if simple is not None and simple[1].strip(_SPACE):
        words = [word.strip(_SPACE) for word in simple[1].split(delimiter)]
        if all(words):
            return arrays.Array([None if word.upper() == "NULL" else read(word) for word in words], (1,))
    return _Reader(text, delimiter, read).array()


def quoted(text: str, delimiter: str) -> str:
    """An element's text as array_out writes it."""
    if text and not _MUST_QUOTE.search(text) and delimiter not in text and text.upper() != "NULL":
        return text
    return '"' + _ESCAPED.sub(r"\\\1", text) + '"'


def array_text(array: arrays.Array, show: Callable[[Any], str], delimiter: str = ",") -> str:
    """array_out: `show` gives an element's text from its form inside the stored array."""

    def write(items: arrays.Items) -> str:
        return "{" + delimiter.join([
            write(item) if isinstance(item, list) else "NULL" if item is None else quoted(show(item), delimiter)
            for item in items]) + "}"

    text = write(array.items)
    if any(lower != 1 for lower in array.lowers):
        bounds = "".join(f"[{lower}:{lower + length - 1}]"
                         for lower, length in zip(array.lowers, array.lengths, strict=True))
        return f"{bounds}={text}"
    return text


_HEAD = Struct("!iiI")
_DIMENSION = Struct("!ii")
_LENGTH = Struct("!i")
_NULL = _LENGTH.pack(-1)


class _Binary:
    """Reads the binary format: dimensions, a flag, the element OID, per dimension length and lower bound, elements."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, layout: Struct) -> tuple[Any, ...]:
        if len(self.data) - self.at < layout.size:
            raise ProtocolViolation("insufficient data left in message")
        values = layout.unpack_from(self.data, self.at)
        self.at += layout.size
        return values

    def element(self) -> bytes | None:
        (length,) = self.take(_LENGTH)
        if length == -1:
            return None
        if length < 0 or length > len(self.data) - self.at:
            raise InvalidBinaryRepresentation("insufficient data left in message")
        self.at += length
        return self.data[self.at - length : self.at]

    def array(self, element_oid: int, read: Callable[[bytes], Any]) -> arrays.Array:
        count, flags, oid = self.take(_HEAD)
        if count < 0:
            raise InvalidBinaryRepresentation(f"invalid number of dimensions: {count}")
        if count > arrays.DIMENSIONS_MAX:
            raise arrays.too_many_dimensions(count)
        if flags not in (0, 1):
            raise InvalidBinaryRepresentation("invalid array flags")
        if oid != element_oid:
            raise DatatypeMismatch(
                f"binary data has array element type {oid} instead of expected {element_oid}")
        shape = [self.take(_DIMENSION) for _ in range(count)]
        lengths = tuple(length for length, _ in shape)
        if any(length < 0 for length in lengths):
            raise InvalidBinaryRepresentation("invalid array dimension")
        arrays.check_size(lengths)
        for length, lower in shape:
            if lower + length > arrays.BOUND_MAX:
                raise ProgramLimitExceeded(f"array lower bound is too large: {lower}")
        total = 1 if lengths else 0
        for length in lengths:
            total *= length
        items = [None if (body := self.element()) is None else read(body) for _ in range(total)]
        if self.at != len(self.data):
            raise InvalidBinaryRepresentation("incorrect binary data format")
        return arrays.Array(arrays.nest(items, lengths), tuple(lower for _, lower in shape)) if items else (
            arrays.Array([], ()))


def _write_binary(array: arrays.Array, element_oid: int, write: Callable[[Any], bytes]) -> bytes:
    items = list(arrays.flat(array.items))
    lengths = array.lengths
    parts = [_HEAD.pack(len(lengths), int(None in items), element_oid)]
    parts += [_DIMENSION.pack(length, lower) for length, lower in zip(lengths, array.lowers, strict=True)]
    for item in items:
        if item is None:
            parts.append(_NULL)
        else:
            body = write(item)
            parts += (_LENGTH.pack(len(body)), body)
    return b"".join(parts)


def array_codec(oid: int, element: Codec, delimiter: str = ",", name: str = "array") -> Codec:
    """The codec of arrays (type `oid`) of what `element` reads and writes; a typmod is the elements' typmod."""
    to_json, from_json = arrays.to_json(element.oid), arrays.from_json(element.oid)

    def parse(text: str, typmod: int, env: Env) -> Stored:
        array = read_array(without_zero(text), delimiter, lambda word: to_json(element.parse(word, typmod, env)))
        return arrays.dump(array.items, array.lowers)

    def text_encoder(typmod: int, env: Env) -> Encoder:
        encode = element.text_encoder(typmod, env)

        def show(item: Any) -> str:
            return encode(from_json(item)).decode()

        return lambda value: array_text(arrays.load(value), show, delimiter).encode()

    def receive(data: bytes, typmod: int, env: Env) -> Stored:
        array = _Binary(data).array(element.shown_oid, lambda body: to_json(element.receive(body, typmod, env)))
        return arrays.dump(array.items, array.lowers)

    def binary_encoder(typmod: int, env: Env) -> Encoder:
        encode = element.binary_encoder(typmod, env)
        return lambda value: _write_binary(arrays.load(value), element.shown_oid, lambda item: encode(from_json(item)))

    return Codec(oid, parse, text_encoder, receive, binary_encoder, lambda typmod: f'"{name}" TEXT',
                 f"pg_array_{name.removesuffix('[]')}", arrays.array_comparison(element),
                 equal_as_stored=element.equal_inside, equal_but_zeros=element.equal_inside_but_zeros)


def vector_codec(oid: int, element: Codec, name: str) -> Codec:
    """oidvector and int2vector: stored as arrays, printed as numbers with blanks between, binary with lower bound 0."""

    def parse(text: str, typmod: int, env: Env) -> Stored:
        return arrays.dump([element.parse(word, -1, env) for word in text.split()])

    def text_encoder(typmod: int, env: Env) -> Encoder:
        return lambda value: " ".join(map(str, arrays.load_items(value))).encode()

    def receive(data: bytes, typmod: int, env: Env) -> Stored:
        array = _Binary(data).array(element.shown_oid, lambda body: element.receive(body, -1, env))
        if len(array.lowers) > 1 or None in array.items:
            raise InvalidBinaryRepresentation(f"invalid {name} data")
        return arrays.dump(array.items)

    def binary_encoder(typmod: int, env: Env) -> Encoder:
        encode = element.binary_encoder(-1, env)

        def write(value: Stored) -> bytes:
            # Vectors have one dimension even when they are empty.
            items = arrays.load_items(value)
            bodies = [encode(item) for item in items]
            return b"".join([_HEAD.pack(1, 0, element.oid), _DIMENSION.pack(len(items), 0),
                             *(_LENGTH.pack(len(body)) + body for body in bodies)])

        return write

    return Codec(oid, parse, text_encoder, receive, binary_encoder, lambda typmod: f"{name} TEXT",
                 f"pg_{name}", _vector_comparison(name))


def _vector_comparison(name: str) -> Callable[[str, str], int]:
    def compare(a: str, b: str) -> int:
        first, second = arrays.load_items(a), arrays.load_items(b)
        if name == "oidvector" and len(first) != len(second):  # btoidvectorcmp: the shorter one first
            return -1 if len(first) < len(second) else 1
        return (first > second) - (first < second)

    return compare
