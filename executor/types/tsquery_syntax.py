"""The tree of a tsquery and the reading of its text.

Reading is one algorithm for four grammars: what a token is (`tokens`), and what becomes of a word (`push`: as it is, or
through a text search configuration, see executor.textsearch.queries) are arguments.
"""

import re
from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

from executor.errors import SqlError
from executor.sqlstates import InternalError, InvalidParameterValue, ProgramLimitExceeded, StatementTooComplex
from executor.types.tsvector import BYTES_MAX, POSITION_MAX, WORD_BYTES_MAX
from executor.types.tsword import SPACE, Words

Sign = Literal["!", "&", "|", "<"]
DISTANCE_MAX = POSITION_MAX + 1
OPERATORS_PENDING_MAX = 32
PRIORITIES: dict[str, int] = {"|": 1, "&": 2, "<": 3, "!": 4}
WEIGHT_LETTERS = {"A": 8, "B": 4, "C": 2, "D": 1}


class Operand(msgspec.Struct, frozen=True, eq=False):
    """A word to look for. weights: the sum of 8 (A), 4, 2 and 1 (D), 0 for any; prefix: words that begin with it too."""

    word: str
    weights: int = 0
    prefix: bool = False


class Operation(msgspec.Struct, frozen=True, eq=False):
    """sign: ! & | or < for "followed by"; left is None for !. distance: of < only."""

    sign: Sign
    left: "Node | None"
    right: "Node"
    distance: int = 0


class Stop(msgspec.Struct, frozen=True, eq=False):
    """Where a stop word was. A finished query has none."""


Node = Operand | Operation | Stop

STOP = Stop()


class Operator(msgspec.Struct, frozen=True):
    """An operator in the text."""

    sign: Sign
    distance: int = 0


OPEN, CLOSE = "(", ")"
Tokens = Callable[["Reader"], Iterator[Operand | Operator | str]]
Push = Callable[["Reader", Operand], None]


class Reader:
    """Reads one text. `stack` has the finished nodes; `limits`: refuse what PostgreSQL's reader refuses."""

    def __init__(self, text: str, *, web: bool = False, limits: bool = True) -> None:
        self.text = text
        self.words = Words(text, "tsquery", web=web, empty=not limits)
        self.limits = limits
        self.stack: list[Node] = []
        self.operand_bytes = 0
        self.stopped = False

    def operand(self, operand: Operand) -> None:
        """A word is finished (54000 if it is too long, or all of them are)."""
        size = len(operand.word.encode())
        if self.limits:
            if self.operand_bytes >= BYTES_MAX:
                raise ProgramLimitExceeded(f'value is too big in tsquery: "{self.text}"')
            if size > WORD_BYTES_MAX:
                raise ProgramLimitExceeded(f'word is too long in tsquery: "{self.text}"')
        self.operand_bytes += size + 1
        self.stack.append(operand)

    def stop(self) -> None:
        """Here was a stop word."""
        self.stopped = True
        self.stack.append(STOP)

    def operate(self, operator: Operator) -> None:
        """The last one or two nodes become one."""
        right = self.stack.pop()
        left = None if operator.sign == "!" else self.stack.pop()
        self.stack.append(Operation(operator.sign, left, right, operator.distance))

    def syntax_error(self) -> SqlError:
        """42601 without a better explanation."""
        return self.words.syntax_error()


def read(reader: Reader, tokens: Tokens, push: Push) -> Node | None:
    """The tree of a text, stop words included; None if there is no word in it."""
    try:
        _read_group(reader, tokens(reader), push)
    except RecursionError:
        raise StatementTooComplex("stack depth limit exceeded") from None
    return reader.stack[-1] if reader.stack else None


def _read_group(reader: Reader, tokens: Iterator[Operand | Operator | str], push: Push) -> None:
    """Up to a closing bracket or the end. ! binds to what follows; the others are left associative."""
    pending: list[Operator] = []

    def finish(priority: int) -> None:
        while pending and PRIORITIES[pending[-1].sign] >= priority:
            reader.operate(pending.pop())

    for token in tokens:
        if isinstance(token, Operand):
            push(reader, token)
        elif isinstance(token, Operator):
            finish(PRIORITIES[token.sign] + (token.sign == "!"))
            if reader.limits and len(pending) == OPERATORS_PENDING_MAX:
                raise InternalError("tsquery stack too small")
            pending.append(token)
        elif token == OPEN:
            _read_group(reader, tokens, push)
        else:
            break
    finish(0)


def push_as_is(reader: Reader, operand: Operand) -> None:
    """For tsquery_in: words are taken as they are."""
    reader.operand(operand)


# The grammar of tsquery_in and to_tsquery

_MODIFIERS = re.compile(r":([a-dA-D*]*)")
_PHRASE = re.compile(r"<(-|[0-9]+)>(?=.)", re.DOTALL)
_DISTANCE_TOO_LARGE = re.compile("<([0-9]+)")


def standard(reader: Reader) -> Iterator[Operand | Operator | str]:
    """Words with & | ! <-> and brackets. 42601, 22023."""
    words = reader.words
    depth, first, operand_wanted = 0, True, True
    while True:
        words.skip()
        character = words.peek()
        if not operand_wanted:
            token = _operator(reader, character, depth)
            if token is None:
                return
            depth -= token == CLOSE
            operand_wanted = token != CLOSE
            yield token
        elif character in ("!", "("):
            words.at += 1
            first = False
            depth += character == "("
            yield Operator("!") if character == "!" else OPEN
        elif character == ":":
            raise words.syntax_error()
        else:
            word = words.next()
            if word is None:
                if first:
                    return
                raise words.fail(f'no operand in tsquery: "{words.text}"')
            first = operand_wanted = False
            yield _modified(words, word)


def _modified(words: Words, word: str) -> Operand:
    """The word with the letters and the star behind its colon."""
    match = _MODIFIERS.match(words.text, words.at)
    if match is None:
        return Operand(word)
    words.at = match.end()
    letters = match[1].upper()
    return Operand(word, sum(WEIGHT_LETTERS[letter] for letter in set(letters) - {"*"}), "*" in letters)


def _operator(reader: Reader, character: str, depth: int) -> Operator | str | None:
    """What stands where an operator is wanted; None at the end."""
    words = reader.words
    if character in ("&", "|"):
        words.at += 1
        return Operator("&" if character == "&" else "|")
    if character == "<" and (operator := phrase_operator(words)):
        return operator
    if character == ")" and depth > 0:
        words.at += 1
        return CLOSE
    if character == "" and depth == 0:
        return None
    raise words.syntax_error()


def phrase_operator(words: Words) -> Operator | None:
    """The operator <-> or <number> here. At the very end of a text it is none, as in PostgreSQL. 22023."""
    number = _DISTANCE_TOO_LARGE.match(words.text, words.at)
    if number and int(number[1][:40]) > DISTANCE_MAX:
        raise distance_error()
    match = _PHRASE.match(words.text, words.at)
    if match is None:
        return None
    words.at = match.end()
    return Operator("<", 1 if match[1] == "-" else int(match[1]))


def distance_error() -> SqlError:
    """The refusal of a distance."""
    return InvalidParameterValue(
        f"distance in phrase operator must be an integer value between zero and {DISTANCE_MAX} inclusive")


def is_space(character: str) -> bool:
    """A blank in a query."""
    return character != "" and character in SPACE
