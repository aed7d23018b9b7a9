r"""The lexer of jsonpath: tokens by PostgreSQL's rules (longest match, then the order of its rules), and its messages.

Every token remembers `shown`, the text that a syntax error at it names: for a name the scanner has already given back
the character that ended it, so that an error there reads "at end of jsonpath input", as in PostgreSQL.
Source: functions-json.html#FUNCTIONS-SQLJSON-PATH
"""

import re
from typing import NamedTuple

from executor.errors import SqlError
from executor.sqlstates import InvalidTextRepresentation, SyntaxError, UntranslatableCharacter

_SPECIAL = r"?%$.\[\]{}()|&!=<>@#,*:\-+/"
_BLANKS = re.compile(r"[ \t\n\r\f]+")
_OTHER = rf"[^{_SPECIAL}\\\" \t\n\r\f]"
_OTHERS = re.compile(rf"{_OTHER}+")
_VARIABLE = re.compile(rf"\$({_OTHER}+)")
_TWO = frozenset(("&&", "||", "**", "<=", "<>", "==", "!=", ">="))
_PLAIN = re.compile(r'[^\\"]+')

_DIGITS = r"[0-9](?:_?[0-9])*"
_DECINTEGER = r"(?:0|[1-9](?:_?[0-9])*)"
_DECIMAL = rf"(?:{_DECINTEGER}\.(?:{_DIGITS})?|\.{_DIGITS})"
_REAL = rf"(?:{_DECIMAL}|{_DECINTEGER})[Ee][-+]?{_DIGITS}"
_JUNK, _NUMERIC, _INT = "junk", "numeric", "int"
# In the order of PostgreSQL's rules: of matches with the same length the first one counts.
_NUMBERS = tuple((kind, re.compile(pattern)) for kind, pattern in (
    (_NUMERIC, _REAL), (_NUMERIC, _DECIMAL), (_INT, _DECINTEGER),
    (_INT, r"0[xX][0-9A-Fa-f](?:_?[0-9A-Fa-f])*"), (_INT, r"0[oO][0-7](?:_?[0-7])*"), (_INT, r"0[bB][01](?:_?[01])*"),
    ("fail", rf"(?:{_DECIMAL}|{_DECINTEGER})[Ee][-+]"),
    (_JUNK, _DECINTEGER + _OTHER), (_JUNK, _DECIMAL + _OTHER), (_JUNK, _REAL + _OTHER),
))

_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_UNICODE = r"\\u(?:[0-9A-Fa-f]{4}|\{[0-9A-Fa-f]{1,6}\})"
_UNICODES = re.compile(rf"(?:{_UNICODE})+")
_UNICODE_FAIL = re.compile(rf"(?:{_UNICODE})*\\u(?:\{{[0-9A-Fa-f]{{0,6}}|[0-9A-Fa-f]{{0,3}})")
_CODE = re.compile(r"\\u\{?([0-9A-Fa-f]+)\}?")
_HEX = re.compile(r"\\x([0-9A-Fa-f]{2})")
_HEX_FAIL = re.compile(r"\\x[0-9A-Fa-f]?")

KEYWORDS = frozenset((
    "is", "to", "abs", "lax", "date", "flag", "last", "size", "time", "type", "with", "floor", "bigint", "double", "exists",
    "number", "starts", "strict", "string", "boolean", "ceiling", "decimal", "integer", "time_tz", "unknown", "datetime",
    "keyvalue", "timestamp", "like_regex", "timestamp_tz",
))
_LOWER_KEYWORDS = frozenset(("null", "true", "false"))  # not keywords in upper case


class Token(NamedTuple):
    """kind: a punctuation, a keyword, or one of ident, quoted, numeric, int, variable, end."""

    kind: str
    text: str
    shown: str


def syntax_error(message: str, shown: str) -> SqlError:
    """PostgreSQL's 42601 for a mistake at the text `shown` ('': the end)."""
    place = f'at or near "{shown}"' if shown else "at end"
    return SyntaxError(f"{message} {place} of jsonpath input")


class Scanner:
    """Gives the tokens of one jsonpath text one by one. Raises 42601, 22P02, 22P05."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def next(self) -> Token:
        """The next token; at the end again and again one of kind `end`."""
        while True:
            if (blanks := _BLANKS.match(self.text, self.at)) is not None:
                self.at = blanks.end()
            if self.at >= len(self.text):
                return Token("end", "", "")
            token = self._token(self.text[self.at])
            if token is not None:
                return token

    def _token(self, character: str) -> Token | None:
        """A token, or None after a comment (or a name that a comment swallowed)."""
        two = self.text[self.at : self.at + 2]
        if two == "/*":
            self._comment()
            return None
        if two in _TWO:
            self.at += 2
            return Token("<>" if two == "!=" else two, two, two)
        if character == "$":
            return self._variable(two)
        if character == '"':
            self.at += 1
            return Token("quoted", self._quoted(), '"')
        if character in "0123456789." and (token := self._number()) is not None:
            return token
        if character == "\\" or _OTHERS.match(character):
            return self._name()
        self.at += 1
        return Token(character, character, character)

    def _comment(self) -> None:
        end = self.text.find("*/", self.at + 2)
        if end < 0:
            raise syntax_error("unexpected end of comment", "")
        self.at = end + 2

    def _variable(self, two: str) -> Token:
        if (match := _VARIABLE.match(self.text, self.at)) is not None:
            self.at = match.end()
            return Token("variable", match[1], match[0])
        if two == '$"':
            self.at += 2
            return Token("variable", self._quoted(), '"')
        self.at += 1
        return Token("$", "$", "$")

    def _number(self) -> Token | None:
        best, kind = None, ""
        for name, pattern in _NUMBERS:
            match = pattern.match(self.text, self.at)
            if match is not None and (best is None or match.end() > best.end()):
                best, kind = match, name
        word = _OTHERS.match(self.text, self.at)
        if best is None or (word is not None and word.end() > best.end()):
            return None
        if kind == "fail":
            raise syntax_error("invalid numeric literal", best[0])
        if kind == _JUNK:
            raise syntax_error("trailing junk after numeric literal", best[0])
        self.at = best.end()
        return Token(kind, best[0], best[0])

    def _name(self) -> Token | None:
        parts: list[str] = []
        while self.at < len(self.text):
            if (others := _OTHERS.match(self.text, self.at)) is not None:
                parts.append(others[0])
                self.at = others.end()
            elif self.text[self.at] == "\\":
                parts.append(self._escape())
            elif (blanks := _BLANKS.match(self.text, self.at)) is not None:
                self.at = blanks.end()
                return _word("".join(parts), blanks[0])
            elif self.text.startswith("/*", self.at):
                # A comment right behind a name makes PostgreSQL's scanner forget the name.
                self._comment()
                return None
            else:
                break
        return _word("".join(parts), "")

    def _quoted(self) -> str:
        parts: list[str] = []
        while self.at < len(self.text):
            if self.text[self.at] == '"':
                self.at += 1
                return "".join(parts)
            if (plain := _PLAIN.match(self.text, self.at)) is not None:
                parts.append(plain[0])
                self.at = plain.end()
            else:
                parts.append(self._escape())
        raise syntax_error("unterminated quoted string", "")

    def _escape(self) -> str:
        """The characters that the escapes at this backslash stand for."""
        following = self.text[self.at + 1 : self.at + 2]
        if following in ("", "\n"):
            raise syntax_error("unexpected end after backslash", "\\")
        if following == "u":
            codes, fail = _UNICODES.match(self.text, self.at), _UNICODE_FAIL.match(self.text, self.at)
            if codes is None or (fail is not None and fail.end() > codes.end()):
                raise syntax_error("invalid Unicode escape sequence", fail[0] if fail else following)
            self.at = codes.end()
            return _unescaped([int(code, 16) for code in _CODE.findall(codes[0])])
        if following == "x":
            hexadecimal = _HEX.match(self.text, self.at)
            if hexadecimal is None:
                fail = _HEX_FAIL.match(self.text, self.at)
                raise syntax_error("invalid hexadecimal character sequence", fail[0] if fail else following)
            self.at = hexadecimal.end()
            return _unescaped([int(hexadecimal[1], 16)])
        self.at += 2
        return _ESCAPES.get(following, following)


def _word(text: str, shown: str) -> Token:
    lower = text.lower() if text.isascii() else text
    if lower in KEYWORDS or text in _LOWER_KEYWORDS:
        return Token(lower, text, shown)
    return Token("ident", text, shown)


def _wrong_pair(detail: str) -> SqlError:
    return InvalidTextRepresentation("invalid input syntax for type jsonpath", detail=detail)


_LOW_MISSING = "Unicode low surrogate must follow a high surrogate."


def _unescaped(codes: list[int]) -> str:
    """Code points, surrogate pairs joined (22P02, 22P05)."""
    found: list[str] = []
    high = 0
    for code in codes:
        if 0xD800 <= code < 0xDC00:
            if high:
                raise _wrong_pair("Unicode high surrogate must not follow a high surrogate.")
            high = code
            continue
        if 0xDC00 <= code < 0xE000:
            if not high:
                raise _wrong_pair(_LOW_MISSING)
            code, high = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00), 0
        elif high:
            raise _wrong_pair(_LOW_MISSING)
        if code == 0:
            raise UntranslatableCharacter("unsupported Unicode escape sequence",
                                          detail="\\u0000 cannot be converted to text.")
        if code > 0x10FFFF:
            raise SyntaxError("invalid Unicode code point")
        found.append(chr(code))
    if high:
        raise _wrong_pair(_LOW_MISSING)
    return "".join(found)
