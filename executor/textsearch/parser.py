"""The default text search parser: cuts a text into tokens of 23 kinds. Its states are in executor.textsearch.parser_states.

Characters are told apart as in locale C, which is what pg_database says of pgquill's databases: everything outside of
ASCII is a letter.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from executor.textsearch.parser_states import STATES
from executor.textsearch.token_types import TOKENS
from storage.worker import look_up

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_DIGITS = frozenset("0123456789")
_ALNUM = _LETTERS | _DIGITS
_URL = frozenset(map(chr, range(0x21, 0x7F))) - frozenset('"<>\\^`{|}')
_END, _BEYOND_ASCII = "", "\x80"
"""The end of the text, and what stands for every character that is not ASCII."""

CLASSES: dict[str, Callable[[str], bool]] = {
    "end": lambda c: c == _END,
    "any": lambda c: True,
    "letter": lambda c: c in _LETTERS,
    "digit": lambda c: c in _DIGITS,
    "alpha": lambda c: c in _LETTERS or c == _BEYOND_ASCII,
    "alnum": lambda c: c in _ALNUM or c == _BEYOND_ASCII,
    "other": lambda c: c != _END and c not in _ALNUM and c != _BEYOND_ASCII,
    "hex": lambda c: c != _END and c in "0123456789abcdefABCDEF",
    "space": lambda c: c != _END and c in " \t\n\v\f\r",
    "url_character": lambda c: c in _URL,
}


class Token(NamedTuple):
    """A piece of the text. kind: its number in pg_ts_config_map; start, end: where it stands."""

    kind: int
    text: str
    start: int


class Rule(NamedTuple):
    """A rule of the table; `number` is its place among its state's rules."""

    number: int
    probe: "Callable[[_Parser], bool] | None"
    action: str
    state: str
    token: int
    hook: "Callable[[_Parser], None] | None"


class _Place:
    """Where the parser is: state, position, length of the token so far; `tried` the rule that led on from here."""

    __slots__ = ("at", "before", "length", "state", "tried")

    def __init__(self, state: str, at: int, length: int = 0, before: "_Place | None" = None) -> None:
        self.state = state
        self.at = at
        self.length = length
        self.before = before
        self.tried = -1


class _Parser:
    """Reads the tokens of one text from a position on."""

    def __init__(self, text: str, at: int = 0) -> None:
        self.text = text
        self.place = _Place("base", at)
        self.start = at
        self.length = 0
        self.host_wanted = False  # a host ends at its path: the path is a token of its own
        self.ignoring = False  # inside of <script> and <style>

    def next(self) -> int:
        """Read a token, its kind; `start` and `length` say where it is. 0 at the end."""
        place = self.place
        if place.at >= len(self.text):
            return 0
        self.start = place.at
        place.tried = -1
        while True:
            place = self.place
            character = self.text[place.at : place.at + 1]
            rule = self._rule(place, character)
            if rule.hook is not None:
                rule.hook(self)
            if rule.token:
                self.length, place.length = place.length, 0
            self._remember(rule)
            place = self.place
            if rule.state and rule.action != "back":
                place.state = rule.state
            if rule.token:
                return rule.token
            if rule.action in ("back", "again"):
                continue
            if place.at >= len(self.text):
                return 0
            place.at += 1
            place.length += 1

    def _rule(self, place: _Place, character: str) -> Rule:
        """The first rule that holds for a character, behind the one that was tried before."""
        candidates = _candidates(place.state, character if character < _BEYOND_ASCII else _BEYOND_ASCII)
        tried, place.tried = place.tried, -1
        for rule in candidates:
            if rule.number > tried and (rule.probe is None or rule.probe(self)):
                return rule
        raise AssertionError(place.state)  # every state ends with `any`

    def _remember(self, rule: Rule) -> None:
        """What a rule does to the remembered places."""
        place = self.place
        if rule.action == "try":
            place.tried = rule.number
            self.place = _Place(place.state, place.at, place.length, place)
        elif rule.action == "found*":
            place.before = None
        elif rule.action in ("back", "join", "sure", "found1"):
            before = place.before
            assert before is not None
            if rule.action == "back":
                self.place = before
            elif rule.action == "join":
                before.at, before.length = place.at, place.length  # and only the rules behind its `try` come next
                self.place = before
            else:
                place.before = before.before


# Probes: tests that look further than one character


def _probe_ignored(parser: _Parser) -> bool:
    return parser.ignoring


def _probe_host_wanted(parser: _Parser) -> bool:
    wanted, parser.host_wanted = parser.host_wanted, False
    return wanted


def _ahead(parser: _Parser, other: _Parser, kind: str) -> bool:
    """Whether another parser finds a token of a kind here, which is passed then."""
    if other.next() != TOKENS[kind]:
        return False
    parser.place.at += other.length
    parser.place.length += other.length
    return True


def _probe_host(parser: _Parser) -> bool:
    other = _Parser(parser.text, parser.place.at)
    other.host_wanted = True
    return _ahead(parser, other, "host")


def _probe_path(parser: _Parser) -> bool:
    other = _Parser(parser.text, parser.place.at)
    other.place = _Place("url_path_first", parser.place.at, 0, other.place)
    return _ahead(parser, other, "url_path")


PROBES: dict[str, Callable[[_Parser], bool]] = {
    "ignored": _probe_ignored, "host_wanted": _probe_host_wanted, "a_host": _probe_host, "a_path": _probe_path,
}


# Hooks


def _to_start(parser: _Parser) -> None:
    """The token is read again, in pieces."""
    parser.place.at -= parser.place.length


def _to_host(parser: _Parser) -> None:
    _to_start(parser)
    parser.host_wanted = True


def _restart(parser: _Parser) -> None:
    _to_start(parser)
    parser.place.length = 0


_SCRIPTS = {"<script": True, "</script": False, "<style": True, "</style": False}


def _script(parser: _Parser) -> None:
    """What is inside of <script> and <style> is no text."""
    name = parser.text[parser.start : parser.start + parser.place.length].lower()
    parser.ignoring = _SCRIPTS.get(name, parser.ignoring)


HOOKS: dict[str, Callable[[_Parser], None]] = {"parts": _to_start, "url": _to_host, "restart": _restart,
                                               "script": _script}


# The table, compiled


def _read_rule(number: int, text: str) -> tuple[Callable[[str], bool], Rule]:
    body, _, hook = text.partition(" ! ")
    body, _, token = body.partition(" = ")
    test, action, *state = body.split()
    if test[0] == "[" and test[-1] == "]":
        characters = test[1:-1]
        holds: Callable[[str], bool] = lambda c: c != _END and c in characters  # noqa: E731
    else:
        holds = CLASSES.get(test, CLASSES["any"])
    target = state[0] if state else "base" if token else ""
    rule = Rule(number, PROBES.get(test), action, target, TOKENS[token.strip()] if token else 0, HOOKS.get(hook.strip()))
    assert target == "" or target in STATES, text
    return holds, rule


@cache
def _rules(state: str) -> list[tuple[Callable[[str], bool], Rule]]:
    lines = STATES[state].replace("; ", "\n").strip().splitlines()
    return [_read_rule(number, line.strip()) for number, line in enumerate(lines)]


@cache
def _candidates(state: str, character: str) -> tuple[Rule, ...]:
    """The rules of a state that may hold for a character."""
    return tuple(rule for holds, rule in _rules(state) if holds(character))


# Texts are mostly words and blanks: these two expressions find what the states would find, where it is plain to see.

_PLAIN_WORD = re.compile(r"([A-Za-z]+)(?![A-Za-z0-9._@:/\x80-\U0010ffff-])")
_PLAIN_BLANKS = re.compile(r"[^A-Za-z0-9<&~/.+\x80-\U0010ffff-][^A-Za-z0-9<&/+\x80-\U0010ffff-]*")
_PLAIN = ((_PLAIN_WORD, TOKENS["asciiword"]), (_PLAIN_BLANKS, TOKENS["blank"]))


def _plain_token(parser: _Parser) -> Token | None:
    place = parser.place
    if place.state != "base" or parser.ignoring or parser.host_wanted:
        return None
    for pattern, kind in _PLAIN:
        if match := pattern.match(parser.text, place.at):
            start, place.at = place.at, match.end()
            return Token(kind, match[0], start)
    return None


def tokens(text: str) -> Iterator[Token]:
    """All tokens of a text, blanks included. A hyphenated word and a URL are followed by their parts."""
    parser = _Parser(text)
    while True:
        look_up()
        plain = _plain_token(parser)
        if plain is not None:
            yield plain
            continue
        kind = parser.next()
        if kind == 0:
            return
        yield Token(kind, text[parser.start : parser.start + parser.length], parser.start)
