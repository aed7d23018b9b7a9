"""SIMILAR TO: its patterns rewritten as regular expressions."""

from executor.builtins.base import Builtin, Python
from executor.sqlstates import InvalidEscapeSequence, InvalidUseOfEscapeCharacter

_HEAD = "^(?:"
_MIDDLE = "){1,1}?("
_AFTER = "){1,1}(?:"


class _Rewriter:
    """Rewrites one pattern; `separators` counts the escape-double-quote marks of substring(... similar ...)."""

    def __init__(self, escape: str | None) -> None:
        self.escape = escape
        self.parts = [_HEAD]
        self.separators = 0
        self.bracket = 0  # 0 outside; in brackets, what may come: 1 at the start, 2 after ^, 3 inside
        self.inside = 0

    def escaped(self, character: str) -> None:
        if character == '"' and self.bracket == 0:
            if self.separators == 0:
                self.parts.append(_MIDDLE)
            elif self.separators == 1:
                self.parts.append(_AFTER)
            else:
                raise InvalidUseOfEscapeCharacter("SQL regular expression may not contain more than two escape-"
                                                  "double-quote separators")
            self.separators += 1
        else:
            self.parts += ("\\", character)

    def plain(self, character: str) -> None:
        if self.bracket:
            self.in_bracket(character)
        elif character == "[":
            self.parts.append("[")
            self.bracket = 1
        elif character == "%":
            self.parts.append(".*")
        elif character == "_":
            self.parts.append(".")
        elif character == "(":
            self.parts.append("(?:")  # groups must not capture
        elif character in "\\.^$":
            self.parts += ("\\", character)
        else:
            self.parts.append(character)

    def in_bracket(self, character: str) -> None:
        """A ] right after [ or [^ is an ordinary character."""
        if character == "\\":
            self.parts.append("\\")
        self.parts.append(character)
        if character == "]" and self.bracket == 3:
            self.bracket = 0
        elif character == "^" and self.bracket == 1:
            self.bracket = 2
        else:
            self.bracket = 3


def similar_to_escape(pattern: str, escape: str | None = "\\") -> str:
    """A SIMILAR TO pattern as an anchored regular expression. An empty escape: there is none."""
    if escape is not None and len(escape) > 1:
        raise InvalidEscapeSequence("invalid escape string", hint="Escape string must be empty or one character.")
    rewriter = _Rewriter(escape)
    after_escape = False
    for character in pattern:
        if after_escape:
            rewriter.escaped(character)
            after_escape = False
        elif escape and character == escape:
            after_escape = True
        else:
            rewriter.plain(character)
    return "".join([*rewriter.parts, ")$"])


def similar_escape(pattern: str | None, escape: str | None) -> str | None:
    """The older form: a NULL escape means a backslash."""
    return None if pattern is None else similar_to_escape(pattern, "\\" if escape is None else escape)


BUILTINS = (
    Builtin("similar_to_escape(text)", Python(similar_to_escape), ("similar_to_escape('a%b_c')", "^(?:a.*b.c)$")),
    Builtin("similar_to_escape(text,text)", Python(similar_to_escape), ("similar_to_escape('a#%', '#')", "^(?:a\\%)$")),
    Builtin("similar_escape(text,text)", Python(similar_escape), ("similar_escape('a(b|c)', NULL)", "^(?:a(?:b|c))$")),
)
