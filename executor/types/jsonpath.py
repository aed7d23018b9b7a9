"""jsonpath: stored as canonical text, which reads back as the same path.

PostgreSQL leaves out the parentheses around an operator that is itself an operand and has accessors, `($.a * 2).abs()`,
so that its own print of such a path is another path or none. The stored form keeps them; only the output leaves them out.
"""

from collections.abc import Callable
from json.encoder import encode_basestring as quote

from executor.sqlstates import InvalidBinaryRepresentation
from executor.types.base import Codec, Encoder, Env, Stored, constant, declared, misfit, utf8, without_zero
from executor.types.jsonpath_syntax import ANY_LAST, COMPARISONS, Item, Path, parse
from executor.types.kept import kept
from executor.types.oids import JSONPATH

_PRIORITIES = {
    "||": 0, "&&": 1, **dict.fromkeys(COMPARISONS, 2), "starts with": 2, "+": 3, "-": 3, "*": 4, "/": 4, "%": 4,
    "unary +": 5, "unary -": 5,
}
_HIGHEST = 6
_DELIMITED = frozenset(("!", "exists", "is unknown"))


class _Printer:
    """Prints one path; `faithful`: keep the parentheses that PostgreSQL leaves out."""

    def __init__(self, faithful: bool) -> None:
        self.faithful = faithful

    def item(self, item: Item, after: bool, brackets: bool) -> str:
        """A step and those behind it. after: it follows another step; brackets: an operator needs parentheses."""
        if self.faithful and item.next is not None:
            brackets = True
        text = _PRINTERS.get(item.kind, _operator)(self, item, after, brackets)
        if self.faithful and item.next is not None and item.kind in _DELIMITED:
            text = f"({text})"
        return text if item.next is None else text + self.item(item.next, True, True)

    def operand(self, item: Item | None, outer: Item) -> str:
        """An operand, in parentheses if it binds no tighter than the operator around it."""
        assert item is not None
        return self.item(item, False, _priority(item) <= _priority(outer))

    def plain(self, item: Item | None) -> str:
        """An operand inside parentheses that are there anyway; nothing for none."""
        return self.item(item, False, False) if item is not None else ""


def _priority(item: Item) -> int:
    return _PRIORITIES.get(item.kind, _HIGHEST)


def _bracketed(text: str, brackets: bool) -> str:
    return f"({text})" if brackets else text


def _operator(printer: _Printer, item: Item, after: bool, brackets: bool) -> str:
    shown = item.kind if item.kind != "<>" else "!="
    return _bracketed(f"{printer.operand(item.left, item)} {shown} {printer.operand(item.right, item)}", brackets)


def _sign(printer: _Printer, item: Item, after: bool, brackets: bool) -> str:
    return _bracketed(item.kind[-1] + printer.operand(item.left, item), brackets)


def _like_regex(printer: _Printer, item: Item, after: bool, brackets: bool) -> str:
    pattern, letters = item.value
    flag = f' flag "{letters}"' if letters else ""
    return _bracketed(f"{printer.operand(item.left, item)} like_regex {quote(pattern)}{flag}", brackets)


def _level(level: int) -> str:
    return "last" if level == ANY_LAST else str(level)


def _any(printer: _Printer, item: Item, after: bool, brackets: bool) -> str:
    first, last = item.value
    dot = "." if after else ""
    if (first, last) == (0, ANY_LAST):
        return f"{dot}**"
    if first == last:
        return f"{dot}**{{{_level(first)}}}"
    return f"{dot}**{{{_level(first)} to {_level(last)}}}"


def _index(printer: _Printer, item: Item, after: bool, brackets: bool) -> str:
    parts = [printer.plain(first) + (f" to {printer.plain(last)}" if last is not None else "") for first, last in item.value]
    return f"[{','.join(parts)}]"


def _method(printer: _Printer, item: Item, after: bool, brackets: bool) -> str:
    arguments = ",".join(printer.plain(part) for part in (item.left, item.right) if part is not None)
    return f".{item.value}({arguments})"


_Print = Callable[[_Printer, Item, bool, bool], str]


def _fixed(text: str) -> _Print:
    return lambda printer, item, after, brackets: text


_PRINTERS: dict[str, _Print] = {
    "null": _fixed("null"), "root": _fixed("$"), "current": _fixed("@"), "last": _fixed("last"), "anyarray": _fixed("[*]"),
    "bool": lambda printer, item, after, brackets: "true" if item.value else "false",
    "string": lambda printer, item, after, brackets: quote(item.value),
    "numeric": lambda printer, item, after, brackets: _bracketed(item.value, item.next is not None),
    "variable": lambda printer, item, after, brackets: "$" + quote(item.value),
    "anykey": lambda printer, item, after, brackets: ".*" if after else "*",
    "key": lambda printer, item, after, brackets: ("." if after else "") + quote(item.value),
    "any": _any, "index": _index, "method": _method, "unary +": _sign, "unary -": _sign, "like_regex": _like_regex,
    "filter": lambda printer, item, after, brackets: f"?({printer.plain(item.left)})",
    "exists": lambda printer, item, after, brackets: f"exists ({printer.plain(item.left)})",
    "!": lambda printer, item, after, brackets: f"!({printer.plain(item.left)})",
    "is unknown": lambda printer, item, after, brackets: f"({printer.plain(item.left)}) is unknown",
}


def text_of(path: Path, faithful: bool = False) -> str:
    """The print of a path, as PostgreSQL's; faithful: in the stored form."""
    return ("" if path.lax else "strict ") + _Printer(faithful).item(path.item, False, True)


def parse_jsonpath(text: str, typmod: int = -1, env: Env | None = None) -> str:
    """Text of a jsonpath -> its stored form. 42601, 22P02, 2201B, 0A000."""
    return text_of(parse(without_zero(text)), faithful=True)


@kept(256, 10_000)
def _shown(stored: str) -> bytes:
    return text_of(parse(stored)).encode()


def _encode(value: Stored) -> bytes:
    if not isinstance(value, str):
        raise misfit("jsonpath", value)
    return _shown(value)


def _encode_binary(value: Stored) -> bytes:
    return b"\1" + _encode(value)


def _receive(data: bytes, typmod: int, env: Env) -> Stored:
    if data[:1] != b"\1":
        raise InvalidBinaryRepresentation(f"unsupported jsonpath version number: {data[0] if data else 0}")
    return parse_jsonpath(utf8(data[1:]))


_text: Callable[[int, Env], Encoder] = constant(_encode)

CODECS = (Codec(JSONPATH, parse_jsonpath, _text, _receive, constant(_encode_binary), declared("jsonpath TEXT")),)
