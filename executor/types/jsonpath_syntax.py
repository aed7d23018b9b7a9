"""jsonpath expressions as trees: the parser, with PostgreSQL's grammar, errors and checks.

An Item is one step of a path; `next` is the step after it, so that `$.a[0]` is root -> key -> index. Operators hold
their operands in `left` and `right`.
Source: functions-json.html#FUNCTIONS-SQLJSON-PATH
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from executor.errors import SqlError
from executor.sqlstates import FeatureNotSupported, InvalidTextRepresentation, StatementTooComplex, SyntaxError
from executor.types.base import Env
from executor.types.jsonpath_scan import KEYWORDS, Scanner, Token, syntax_error
from executor.types.kept import kept
from executor.types.numeric import parse_numeric

METHODS = frozenset(("abs", "size", "type", "floor", "double", "ceiling", "keyvalue", "bigint", "boolean", "date", "integer",
                     "number", "string"))
"""Methods without arguments."""
PRECISION_METHODS = frozenset(("time", "time_tz", "timestamp", "timestamp_tz"))
COMPARISONS = frozenset(("==", "<>", "<", ">", "<=", ">="))
PREDICATES = COMPARISONS | {"&&", "||", "!", "is unknown", "exists", "starts with", "like_regex"}
ANY_LAST = -1
"""`last` as a level of .**{}."""
_KEYS = KEYWORDS | {"null", "true", "false", "ident", "quoted"}
_DEPTH_MAX = 2000
_INT4_MAX = 2**31 - 1
_FLAGS = "ismxq"


@dataclass(frozen=True, slots=True)
class Item:
    """One step or operator.

    kind -> value: null; bool (bool); numeric, string, variable, key, method (str); current; root; last; anykey; anyarray;
    any ((first, last) levels, ANY_LAST for last); index (a tuple of (from, to or None)); filter (left);
    unary + and -, binary + - * / %, comparisons, && || ! exists, is unknown: left, right; starts with: left, right;
    like_regex (left; (pattern, flags)). A method's arguments are left and right.
    """

    kind: str
    value: Any = None
    left: "Item | None" = None
    right: "Item | None" = None
    next: "Item | None" = None


@dataclass(frozen=True, slots=True)
class Path:
    """A whole jsonpath."""

    lax: bool
    item: Item


def chained(head: Item, steps: list[Item]) -> Item:
    """The steps put behind the last step of a path."""
    if not steps:
        return head
    if head.next is not None:
        return replace(head, next=chained(head.next, steps))
    tail: Item | None = None
    for step in reversed(steps):
        tail = replace(step, next=tail)
    return replace(head, next=tail)


def _number(text: str) -> Item:
    return Item("numeric", parse_numeric(text, -1, Env()))


def _unary(sign: str, operand: Item) -> Item:
    """A sign; that of a literal is made part of it."""
    if operand.kind == "numeric" and operand.next is None:
        if sign == "+":
            return operand
        text = operand.value
        negative = text[1:] if text[0] == "-" else f"-{text}" if text.strip("0.") else text
        return replace(operand, value=negative)
    return Item(f"unary {sign}", left=operand)


class _Parser:
    """Recursive descent over the tokens, one ahead."""

    def __init__(self, text: str) -> None:
        self.scanner = Scanner(text)
        self.token = self.scanner.next()
        self.depth = 0

    def advance(self) -> Token:
        before, self.token = self.token, self.scanner.next()
        return before

    def fail(self) -> SqlError:
        return syntax_error("syntax error", self.token.shown)

    def expect(self, kind: str) -> Token:
        if self.token.kind != kind:
            raise self.fail()
        return self.advance()

    def accept(self, kind: str) -> bool:
        if self.token.kind != kind:
            return False
        self.advance()
        return True

    def path(self) -> Path | None:
        lax = True
        if self.token.kind in ("strict", "lax"):
            lax = self.advance().kind == "lax"
        elif self.token.kind == "end":
            return None
        item = self.item()
        if self.token.kind != "end":
            raise self.fail()
        return Path(lax, item)

    # --- predicates

    def item(self) -> Item:
        """An expression or a predicate."""
        self.depth += 1
        if self.depth > _DEPTH_MAX:
            raise StatementTooComplex("stack depth limit exceeded")
        found = self._binary("||", lambda: self._binary("&&", self._comparison))
        self.depth -= 1
        return found

    def predicate(self) -> Item:
        return self._predicate(self.item())

    def expression(self) -> Item:
        return self._sum(False)

    def _predicate(self, item: Item) -> Item:
        if not _is_predicate(item):
            raise self.fail()
        return item

    def _binary(self, operator: str, operand: Callable[[], Item]) -> Item:
        left = operand()
        while self.token.kind == operator:
            self._predicate(left)
            self.advance()
            left = Item(operator, left=left, right=self._predicate(operand()))
        return left

    def _comparison(self) -> Item:
        if self.token.kind == "!":
            self.advance()
            return Item("!", left=self._delimited())
        if self.token.kind == "exists":
            return self._delimited()
        left = self._sum(True)
        if _is_predicate(left):
            return left
        if self.token.kind in COMPARISONS:
            return Item(self.advance().kind, left=left, right=self._sum(False))
        if self.accept("starts"):
            self.expect("with")
            if self.token.kind not in ("quoted", "variable"):
                raise self.fail()
            token = self.advance()
            return Item("starts with", left=left, right=Item("string" if token.kind == "quoted" else "variable", token.text))
        if self.accept("like_regex"):
            return self._like_regex(left)
        return left

    def _delimited(self) -> Item:
        """(predicate) or exists(expression)."""
        if self.accept("exists"):
            self.expect("(")
            found = Item("exists", left=self.expression())
        else:
            self.expect("(")
            found = self.predicate()
        self.expect(")")
        return found

    def _like_regex(self, left: Item) -> Item:
        pattern = self.expect("quoted").text
        letters = self.expect("quoted").text if self.accept("flag") else ""
        check_regex(pattern, letters)
        return Item("like_regex", (pattern, "".join(flag for flag in _FLAGS if flag in letters)), left=left)

    # --- expressions

    def _sum(self, predicate: bool) -> Item:
        left = self._product(predicate)
        while self.token.kind in ("+", "-") and not _is_predicate(left):
            left = Item(self.advance().kind, left=left, right=self._product(False))
        return left

    def _product(self, predicate: bool) -> Item:
        left = self._signed(predicate)
        while self.token.kind in ("*", "/", "%") and not _is_predicate(left):
            left = Item(self.advance().kind, left=left, right=self._signed(False))
        return left

    def _signed(self, predicate: bool) -> Item:
        if self.token.kind not in ("+", "-"):
            return self._primary(predicate)
        sign = self.advance().kind
        self.depth += 1
        if self.depth > _DEPTH_MAX:
            raise StatementTooComplex("stack depth limit exceeded")
        found = _unary(sign, self._signed(False))
        self.depth -= 1
        return found

    def _primary(self, predicate: bool) -> Item:
        """A path. `predicate`: a predicate in parentheses may stand here by itself."""
        if self.accept("("):
            inner = self.item()
            self.expect(")")
            steps = self._accessors()
            if steps or not _is_predicate(inner):
                return chained(inner, steps)
            if not predicate:
                raise self.fail()
            if self.accept("is"):
                self.expect("unknown")
                return Item("is unknown", left=inner)
            return inner
        make = _SCALARS.get(self.token.kind)
        if make is None:
            raise self.fail()
        head = make(self.advance().text)
        return chained(head, self._accessors())

    # --- accessors

    def _accessors(self) -> list[Item]:
        steps = []
        while True:
            if self.accept("."):
                steps.append(self._member())
            elif self.accept("["):
                steps.append(self._subscript())
            elif self.accept("?"):
                self.expect("(")
                steps.append(Item("filter", left=self.predicate()))
                self.expect(")")
            else:
                return steps

    def _member(self) -> Item:
        if self.accept("*"):
            return Item("anykey")
        if self.accept("**"):
            return self._any()
        if self.token.kind not in _KEYS:
            raise self.fail()
        name = self.advance()
        if self.token.kind == "(" and (arguments := _ARGUMENTS.get(name.kind)) is not None:
            self.advance()
            left, right = arguments(self)
            return Item("method", name.kind, left=left, right=right)
        return Item("key", name.text)

    def _any(self) -> Item:
        if not self.accept("{"):
            return Item("any", (0, ANY_LAST))
        first = last = self._level()
        if self.accept("to"):
            last = self._level()
        self.expect("}")
        return Item("any", (first, last))

    def _level(self) -> int:
        if self.accept("last"):
            return ANY_LAST
        text = self.expect("int").text
        level = int(text, 0)
        if level > _INT4_MAX:
            from executor.sqlstates import NumericValueOutOfRange

            raise NumericValueOutOfRange(f'value "{text}" is out of range for type integer')
        return level

    def _subscript(self) -> Item:
        if self.accept("*"):
            self.expect("]")
            return Item("anyarray")
        parts = []
        while True:
            first = self.expression()
            parts.append((first, self.expression() if self.accept("to") else None))
            if not self.accept(","):
                self.expect("]")
                return Item("index", tuple(parts))

    # --- arguments of methods; each reads up to the closing parenthesis

    def no_arguments(self) -> tuple[None, None]:
        self.expect(")")
        return None, None

    def precision(self) -> tuple[Item | None, None]:
        found = _number(self.advance().text) if self.token.kind == "int" else None
        self.expect(")")
        return found, None

    def template(self) -> tuple[Item | None, None]:
        found = Item("string", self.advance().text) if self.token.kind == "quoted" else None
        self.expect(")")
        return found, None

    def decimals(self) -> tuple[Item | None, Item | None]:
        found: list[Item] = []
        while self.token.kind != ")" or found:
            sign = self.advance().kind if self.token.kind in ("+", "-") else "+"
            found.append(_unary(sign, _number(self.expect("int").text)))
            if not self.accept(","):
                break
        self.expect(")")
        if len(found) > 2:
            raise SyntaxError("invalid input syntax for type jsonpath",
                              detail=".decimal() can only have an optional precision[,scale].")
        left, right = [*found, None, None][:2]
        return left, right


_SCALARS: dict[str, Callable[[str], Item]] = {
    "quoted": lambda text: Item("string", text), "null": lambda text: Item("null"),
    "true": lambda text: Item("bool", True), "false": lambda text: Item("bool", False), "numeric": _number, "int": _number,
    "variable": lambda text: Item("variable", text), "$": lambda text: Item("root"), "@": lambda text: Item("current"),
    "last": lambda text: Item("last"),
}
_ARGUMENTS: dict[str, Callable[[_Parser], tuple[Item | None, Item | None]]] = {
    **dict.fromkeys(METHODS, _Parser.no_arguments), **dict.fromkeys(PRECISION_METHODS, _Parser.precision),
    "datetime": _Parser.template, "decimal": _Parser.decimals,
}


def _is_predicate(item: Item) -> bool:
    return item.kind in PREDICATES and item.next is None


def check_regex(pattern: str, letters: str) -> None:
    """Refuse unknown flags (42601) and malformed patterns (2201B)."""
    for letter in letters:
        if letter not in _FLAGS:
            raise SyntaxError("invalid input syntax for type jsonpath",
                              detail=f'Unrecognized flag character "{letter}" in LIKE_REGEX predicate.')
    regex_of(pattern, letters)


def regex_of(pattern: str, letters: str) -> Any:
    """The compiled expression of like_regex; its flags follow XQuery, where `.` does not match a newline."""
    from executor.builtins.regexp_match import compiled
    from executor.builtins.regexp_syntax import Options

    options = Options(ignore_case="i" in letters)
    if "q" in letters:
        options.literal = True
    else:
        options.dot_skips_newline = "s" not in letters
        options.anchors_at_newline = "m" in letters
        if "x" in letters:
            raise FeatureNotSupported('XQuery "x" flag (expanded regular expressions) is not implemented')
    return compiled(pattern, options)


def _operands(item: Item) -> Iterator[Item]:
    yield from (part for part in (item.left, item.right) if part is not None)


def _check(item: Item | None, nesting: int, subscript: bool) -> None:
    """@ only inside filters, last only inside subscripts."""
    while item is not None:
        if item.kind == "current" and nesting <= 0:
            raise SyntaxError("@ is not allowed in root expressions")
        if item.kind == "last" and not subscript:
            raise SyntaxError("LAST is allowed only in array subscripts")
        for operand in _operands(item):
            _check(operand, nesting + (item.kind == "filter"), subscript)
        if item.kind == "index":
            for first, last in item.value:
                _check(first, nesting, True)
                _check(last, nesting, True)
        item = item.next


@kept(256, 10_000)
def parse(text: str) -> Path:
    """The tree of a jsonpath text. Raises 42601, 22P02, 2201B, 0A000 as PostgreSQL's input function does."""
    try:
        path = _Parser(text).path()
        if path is None:
            raise InvalidTextRepresentation(f'invalid input syntax for type jsonpath: "{text}"')
        _check(path.item, 0, False)
    except RecursionError:
        raise StatementTooComplex("stack depth limit exceeded") from None
    return path
