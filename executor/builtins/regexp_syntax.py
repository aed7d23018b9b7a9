r"""PostgreSQL's advanced regular expressions, translated to the syntax of the library `regex`.

What differs: brackets with [:classes:], the constraints \m \M \y \A \Z, embedded options, `.` and `^` and `$` and
newlines, ASCII-only digits, which matches are longest. Whatever has no exact translation is 0A000, what PostgreSQL
refuses is 2201B with its message. Source: functions-matching.html#POSIX-SYNTAX-DETAILS
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NoReturn

from executor.errors import not_supported
from executor.sqlstates import InvalidParameterValue, InvalidRegularExpression

_WORD = r"\p{Alphabetic}0-9_"
_CLASSES = {
    "alpha": r"\p{Alphabetic}", "digit": "0-9", "alnum": r"\p{Alphabetic}0-9", "word": _WORD, "upper": r"\p{Uppercase}",
    "lower": r"\p{Lowercase}", "space": r"\p{White_Space}", "blank": r"\t\p{Zs}", "cntrl": r"\p{Cc}",
    "punct": r"\p{P}\p{S}", "xdigit": "0-9A-Fa-f", "graph": r"\p{graph}", "print": r"\p{print}",
}
_SHORTHANDS = {"d": "0-9", "s": _CLASSES["space"], "w": _WORD}
_CONSTRAINTS = {
    "A": r"\A", "Z": r"\Z", "m": rf"(?<![{_WORD}])(?=[{_WORD}])", "M": rf"(?<=[{_WORD}])(?![{_WORD}])",
    "y": rf"(?:(?<![{_WORD}])(?=[{_WORD}])|(?<=[{_WORD}])(?![{_WORD}]))",
    "Y": rf"(?:(?<![{_WORD}])(?![{_WORD}])|(?<=[{_WORD}])(?=[{_WORD}]))",
}
_CHARACTERS = {"a": 7, "b": 8, "B": 92, "e": 27, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}
_HEX = {"x": 255, "u": 4, "U": 8}
_REPEAT_MAX = 255
_HEX_DIGITS = frozenset("0123456789abcdefABCDEF")
_COLLATING = {"hyphen": "-", "space": " ", "period": ".", "comma": ",", "tab": "\t", "newline": "\n"}


QUANTIFIERS_MAX = 2000
"""PostgreSQL limits the states of its automaton, and has none for three thousand either."""


@dataclass
class Options:
    """What flags and embedded options set."""

    ignore_case: bool = False
    dot_skips_newline: bool = False  # n, p: `.` and [^...] do not match a newline
    anchors_at_newline: bool = False  # n, w: ^ and $ also match at newlines
    expanded: bool = False
    literal: bool = False


@dataclass
class Node:
    """A part of an expression, in the library's syntax: as it is, and with every quantifier greedy.

    kind: "=" a single character or constraint, "." a sequence, "|" alternatives, "(" a capturing group, "*" a
    repetition of its child.
    """

    kind: str
    plain: str
    greedy: str
    children: list["Node"] = field(default_factory=list)
    number: int = 0  # of a capturing group
    low: int = 0
    high: int | None = None
    lazy: bool = False
    fixed: bool = False
    captures: bool = False
    quantifiable: bool = True

    @property
    def shortest(self) -> bool | None:
        """Whether this part prefers to match little; None if it has no preference."""
        if self.kind == "*" and not self.fixed:  # {m} has the preference of what it repeats, {m,m} its own
            return self.lazy
        if self.kind == "|":
            return False
        return next((found for child in self.children if (found := child.shortest) is not None), None)


@dataclass
class Translation:
    """A regular expression in the library's syntax, and what decides how it is to be matched."""

    root: Node = field(default_factory=lambda: Node("=", "", ""))
    options: Options = field(default_factory=Options)
    groups: int = 0
    lazy: int = 0  # quantifiers of each kind
    greedy: int = 0
    alternatives: bool = False
    quantified_group: bool = False
    constraints: bool = False  # lookaround or word boundaries, or ^ and $ elsewhere than at the ends
    back_references: bool = False


def _set(option: str, value: bool) -> Callable[[Options], None]:
    return lambda options: setattr(options, option, value)


def _newline(dot: bool, anchors: bool) -> Callable[[Options], None]:
    def apply(options: Options) -> None:
        options.dot_skips_newline, options.anchors_at_newline = dot, anchors

    return apply


def _nothing(options: Options) -> None:
    """Options that are the default already."""


OPTIONS: dict[str, Callable[[Options], None]] = {
    "c": _set("ignore_case", False), "i": _set("ignore_case", True), "n": _newline(True, True),
    "m": _newline(True, True), "p": _newline(True, False), "w": _newline(False, True), "s": _newline(False, False),
    "x": _set("expanded", True), "t": _set("expanded", False), "q": _set("literal", True), "e": _nothing,
}


def flags(text: str, options: Options) -> bool:
    """Apply the flags of a function's last argument; returns whether `g` is among them. 22023 for an unknown one."""
    everywhere = False
    for letter in text:
        if letter == "g":
            everywhere = True
        elif letter == "e":
            raise not_supported("an extended regular expression (flag e)")
        elif letter in OPTIONS:
            OPTIONS[letter](options)
        elif letter == "b":
            raise not_supported("a basic regular expression (flag b)")
        else:
            raise InvalidParameterValue(f'invalid regular expression option: "{letter}"')
    return everywhere


def wrong(message: str) -> InvalidRegularExpression:
    """PostgreSQL's error for a malformed expression."""
    return InvalidRegularExpression(f"invalid regular expression: {message}")


def translate(pattern: str, options: Options) -> Translation:
    """Translate an expression; the options may be changed by it."""
    pattern = _directors(pattern, options)
    result = Translation(options=options)
    if options.literal:
        text = "".join(map(_literal, pattern))
        result.root = Node("=", text, text)
        return result
    result.root = _Reader(pattern, options, result).expression()
    return result


def _directors(pattern: str, options: Options) -> str:
    if pattern.startswith("***="):
        options.literal = True
        return pattern[4:]
    if pattern.startswith("***:"):
        pattern = pattern[4:]
    elif pattern.startswith("***"):
        raise wrong("quantifier operand invalid")
    if pattern.startswith("(?") and pattern[2:3].isalpha():
        letters, closed, rest = pattern[2:].partition(")")
        if not closed:
            raise wrong("invalid embedded option")
        for letter in letters:
            if letter == "b":
                raise not_supported("a basic regular expression (option b)")
            if letter not in OPTIONS:
                raise wrong("invalid embedded option")
            OPTIONS[letter](options)
        return rest
    return pattern


def _literal(character: str) -> str:
    return character if character.isalnum() or character > "\x7f" else f"\\x{ord(character):02x}"


class _Reader:
    """Reads an expression from left to right."""

    def __init__(self, text: str, options: Options, result: Translation) -> None:
        self.text = text
        self.options = options
        self.result = result
        self.at = 0
        self.complements: list[str] = []  # of the bracket expression being read: \D, \S, \W

    def peek(self, count: int = 1) -> str:
        return self.text[self.at : self.at + count]

    def expression(self) -> Node:
        root = self.branches(0)
        if self.at < len(self.text):
            raise wrong("parentheses () not balanced")
        return root

    def branches(self, depth: int) -> Node:
        """Alternatives up to a closing parenthesis or the end."""
        if depth > 200:
            raise wrong("regular expression is too complex")
        found = [self.branch(depth)]
        while self.peek() == "|":
            self.at += 1
            found.append(self.branch(depth))
        if len(found) == 1:
            return found[0]
        self.result.alternatives = self.result.alternatives or not _distinct(found)
        return Node("|", "|".join(node.plain for node in found), "|".join(node.greedy for node in found), found,
                    captures=any(node.captures for node in found))

    def branch(self, depth: int) -> Node:
        found: list[Node] = []
        while True:
            self.skip_expanded()
            character = self.peek()
            if character in ("", "|", ")"):
                if character == ")" and depth == 0:
                    raise wrong("parentheses () not balanced")
                return _sequence(found)
            found.append(self.repeated(self.atom(depth)))

    def skip_expanded(self) -> None:
        while self.options.expanded and self.peek():
            if self.peek() in " \t\n\r\f\v":
                self.at += 1
            elif self.peek() == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end + 1
            else:
                break
        while self.peek(3) == "(?#":
            end = self.text.find(")", self.at)
            if end < 0:
                raise wrong("parentheses () not balanced")
            self.at = end + 1
            self.skip_expanded()

    def leaf(self, text: str, quantifiable: bool = True) -> Node:
        if not quantifiable and text not in (r"\A", r"\Z"):
            self.result.constraints = True
        return Node("=", text, text, quantifiable=quantifiable)

    def atom(self, depth: int) -> Node:
        """What a quantifier may follow, or a constraint."""
        character = self.peek()
        self.at += 1
        if character == "(":
            return self.group(depth)
        if character == "[":
            if self.peek(6) == "[:<:]]":
                self.at += 6
                return self.leaf(_CONSTRAINTS["m"], False)
            if self.peek(6) == "[:>:]]":
                self.at += 6
                return self.leaf(_CONSTRAINTS["M"], False)
            return self.leaf(self.bracket())
        if character == "\\":
            return self.leaf(*self.escape())
        special = {".": r"[^\n]" if self.options.dot_skips_newline else r"(?s:.)",
                   "^": "(?m:^)" if self.options.anchors_at_newline else r"\A",
                   "$": "(?m:$)" if self.options.anchors_at_newline else r"\Z"}.get(character)
        if special is not None:
            return self.leaf(special, character == ".")
        if character in "*+?" or (character == "{" and self.peek().isdigit()):
            raise wrong("quantifier operand invalid")
        return self.leaf(_literal(character))

    def group(self, depth: int) -> Node:
        opening = "("
        quantifiable = True
        number = 0
        if self.peek() == "?":
            for start in ("?:", "?=", "?!", "?<=", "?<!"):
                if self.peek(len(start)) == start:
                    opening, quantifiable = "(" + start, start == "?:"
                    self.at += len(start)
                    break
            else:
                raise wrong("quantifier operand invalid")
        else:
            self.result.groups += 1
            number = self.result.groups
        inner = self.branches(depth + 1)
        if self.peek() != ")":
            raise wrong("parentheses () not balanced")
        self.at += 1
        self.result.constraints = self.result.constraints or not quantifiable
        plain, greedy = f"{opening}{inner.plain})", f"{opening}{inner.greedy})"
        if not quantifiable:
            return Node("=", plain, greedy, quantifiable=False)
        return Node("(" if number else ".", plain, greedy, [inner], number, captures=bool(number) or inner.captures)

    def repeated(self, atom: Node) -> Node:
        """The atom with the quantifier after it, if there is one."""
        self.skip_expanded()
        character = self.peek()
        if character and character in "*+?":
            self.at += 1
            text = character
        elif character == "{" and self.text[self.at + 1 : self.at + 2].isdigit():
            text = self.bounds()
        else:
            return atom
        if not atom.quantifiable:
            raise wrong("quantifier operand invalid")
        lazy = self.peek() == "?"
        if lazy:
            self.at += 1
        following = self.peek()
        if following and (following in "*+?" or (following == "{" and self.text[self.at + 1 : self.at + 2].isdigit())):
            raise wrong("quantifier operand invalid")
        low, high = _SIGNS[text] if text in _SIGNS else _limits(text)
        fixed = text[0] == "{" and "," not in text
        self.result.lazy += lazy and not fixed
        self.result.greedy += not lazy and not fixed
        if self.result.lazy + self.result.greedy > QUANTIFIERS_MAX:
            raise wrong("regular expression is too complex")
        self.result.quantified_group = self.result.quantified_group or atom.kind != "="
        return Node("*", atom.plain + text + "?" * lazy, atom.greedy + text, [atom], low=low, high=high, lazy=lazy,
                    captures=atom.captures, fixed=fixed)

    def bounds(self) -> str:
        end = self.text.find("}", self.at)
        if end < 0:
            raise wrong("braces {} not balanced")
        low, comma, high = self.text[self.at + 1 : end].partition(",")
        if not low.isdigit() or (high and not high.isdigit()):
            raise wrong("invalid repetition count(s)")
        if int(low) > _REPEAT_MAX or (high and (int(high) > _REPEAT_MAX or int(high) < int(low))):
            raise wrong("invalid repetition count(s)")
        self.at = end + 1
        return f"{{{int(low)}{comma}{int(high) if high else ''}}}"

    def escape(self) -> tuple[str, bool]:
        """What follows a backslash outside of brackets: (text, whether a quantifier may follow)."""
        character = self.peek()
        if not character:
            raise wrong("invalid escape \\ sequence")
        if character in _CONSTRAINTS:
            self.at += 1
            return _CONSTRAINTS[character], False
        if character.lower() in _SHORTHANDS and character.isascii():
            self.at += 1
            negated = "^" if character.isupper() else ""
            newline = r"\n" if negated and self.options.dot_skips_newline else ""
            return f"[{negated}{_SHORTHANDS[character.lower()]}{newline}]", True
        if character in "123456789":
            return self.back_reference(), True
        return _literal(self.escaped_character()), True

    def back_reference(self) -> str:
        start = self.at
        while self.peek().isdigit():
            self.at += 1
        digits = self.text[start : self.at]
        if len(digits) > 1 and int(digits) > self.result.groups:
            self.at = start
            return _literal(self.escaped_character())
        if int(digits) > self.result.groups:
            raise wrong("invalid backreference number")
        self.result.back_references = True
        return f"(?:\\{digits})"

    def escaped_character(self) -> str:
        """A character written as an escape; `at` is at the character after the backslash."""
        character = self.peek()
        self.at += 1
        if character in _CHARACTERS:
            return chr(_CHARACTERS[character])
        if character in _HEX:
            return self.hexadecimal(character)
        if character == "c":
            control = self.peek()
            if not control:
                self.fail_escape()
            self.at += 1
            return chr(ord(control) & 31)
        if character in "01234567":
            start = self.at - 1
            while self.at - start < 3 and self.peek() and self.peek() in "01234567":
                self.at += 1
            return chr(int(self.text[start : self.at], 8))
        if character.isalnum():
            self.fail_escape()
        return character

    def hexadecimal(self, kind: str) -> str:
        start = self.at
        while self.at - start < _HEX[kind] and self.peek() and self.peek() in _HEX_DIGITS:
            self.at += 1
        digits = self.text[start : self.at]
        if not digits or (kind != "x" and len(digits) < _HEX[kind]) or int(digits, 16) > 0x10FFFF:
            self.fail_escape()
        return chr(int(digits, 16))

    def fail_escape(self) -> NoReturn:
        raise wrong("invalid escape \\ sequence")

    def bracket(self) -> str:
        """A bracket expression; `at` is after the opening bracket."""
        negated = self.peek() == "^"
        if negated:
            self.at += 1
        parts: list[str] = []
        self.complements = []
        first = True
        while first or self.peek() != "]":
            first = False
            low = self.bracket_item(parts)
            if low is None:
                continue
            if self.peek() == "-" and self.text[self.at + 1 : self.at + 2] not in ("]", ""):
                self.at += 1
                high = self.bracket_item([])
                if high is None or high < low:
                    raise wrong("invalid character range")
                parts.append(f"{_in_set(low)}-{_in_set(high)}")
            else:
                parts.append(_in_set(low))
        self.at += 1
        if negated and self.options.dot_skips_newline:
            parts.append(r"\n")
        if self.complements:  # a set of the library cannot have a complement as a member
            members = "|".join([*self.complements, *([f"[{''.join(parts)}]"] if parts else [])])
            return f"(?:(?!{members})(?s:.))" if negated else f"(?:{members})"
        return f"[{'^' if negated else ''}{''.join(parts)}]"

    def bracket_item(self, parts: list[str]) -> str | None:
        """One character of a bracket expression; a class is added to parts instead."""
        character = self.peek()
        if not character:
            raise wrong("brackets [] not balanced")
        self.at += 1
        if character == "[" and self.peek() and self.peek() in ":.=":
            return self.bracket_class(parts)
        if character != "\\":
            return character
        shorthand = self.peek()
        if shorthand.lower() in _SHORTHANDS and shorthand.isascii():
            self.at += 1
            if shorthand.isupper():
                self.complements.append(f"[^{_SHORTHANDS[shorthand.lower()]}]")
            else:
                parts.append(_SHORTHANDS[shorthand])
            return None
        if not shorthand:
            raise wrong("brackets [] not balanced")
        if shorthand in _CONSTRAINTS:
            self.fail_escape()
        return self.escaped_character()

    def bracket_class(self, parts: list[str]) -> str | None:
        kind = self.peek()
        end = self.text.find(kind + "]", self.at + 1)
        if end < 0:
            raise wrong("brackets [] not balanced")
        name = self.text[self.at + 1 : end]
        self.at = end + 2
        if kind == ":":
            if name not in _CLASSES:
                raise wrong("invalid character class")
            parts.append(_CLASSES[name])
            return None
        if len(name) != 1 and name not in _COLLATING:
            raise wrong("invalid collating element")
        return _COLLATING.get(name, name)


_SIGNS: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}


def _limits(bounds: str) -> tuple[int, int | None]:
    low, comma, high = bounds[1:-1].partition(",")
    return int(low), int(high) if high else None if comma else int(low)


def _sequence(items: list[Node]) -> Node:
    if len(items) == 1:
        return items[0]
    return Node(".", "".join(node.plain for node in items), "".join(node.greedy for node in items), items,
                captures=any(node.captures for node in items))


def _distinct(alternatives: list[Node]) -> bool:
    """Whether the alternatives are plain texts of which none begins another: then it does not matter which is first."""
    texts = [node.plain for node in alternatives]
    if any(child.kind != "=" or not child.quantifiable or child.plain[:1] in "[(" for node in alternatives
           for child in (node.children or [node])) or any(node.kind not in "=." for node in alternatives):
        return False
    return not any(after.startswith(text) for text, after in pairwise(sorted(texts)))


def _in_set(character: str) -> str:
    return character if character.isalnum() else f"\\U{ord(character):08x}"
