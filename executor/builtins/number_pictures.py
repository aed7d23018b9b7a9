"""The pictures of to_char and to_number for numbers ("FM999,990.00S"), read into a list of elements.

Source: functions-formatting.html, "Template Patterns for Numeric Formatting".
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from executor.sqlstates import InvalidTextRepresentation, SyntaxError

# Longest first where one begins another.
_PATTERNS = ("EEEE", "FM", "MI", "PL", "PR", "RN", "SG", "SP", "TH", ",", ".", "9", "0", "B", "C", "D", "G", "L", "S",
    "V")
_LITERAL_CASE = frozenset(("RN", "TH"))  # lower and upper case print differently


@dataclass
class Picture:
    """A number picture.

    elements: (pattern, "") in upper case (or "rn", "th"), or ("", literal text). pre and post: digits before and after
    the point; multi: digits after V. zero_start: the place (from 1) of the first 0 before the point, 0 if none;
    zero_end: the place of the last 0. sign_place: of S, "before" or "after" the number.
    """

    elements: list[tuple[str, str]] = field(default_factory=list)
    pre: int = 0
    post: int = 0
    multi: int = 0
    zero_start: int = 0
    zero_end: int = 0
    sign_place: str = ""
    digits_before_sign: int = 0
    decimal: bool = False
    fill: bool = False
    blank: bool = False
    bracket: bool = False
    minus: bool = False
    plus: bool = False
    roman: bool = False
    shifted: bool = False
    scientific: bool = False

    @property
    def anchored_sign(self) -> bool:
        """Whether S is in the picture."""
        return self.sign_place != ""


def _digit(picture: Picture, pattern: str) -> None:
    if picture.bracket:
        raise SyntaxError(f'"{pattern}" must be ahead of "PR"')
    if picture.shifted:
        picture.multi += 1
    elif picture.decimal:
        picture.post += 1
    else:
        picture.pre += 1


def _zero(picture: Picture, pattern: str) -> None:
    if picture.bracket:
        raise SyntaxError('"0" must be ahead of "PR"')
    if not picture.zero_start and not picture.decimal:
        picture.zero_start = picture.pre + 1
    if picture.decimal:
        picture.post += 1
    else:
        picture.pre += 1
    picture.zero_end = picture.pre + picture.post


def _point(picture: Picture, pattern: str) -> None:
    if picture.decimal:
        raise SyntaxError("multiple decimal points")
    if picture.shifted:
        raise SyntaxError('cannot use "V" and decimal point together')
    picture.decimal = True


def _sign(picture: Picture, pattern: str) -> None:
    if picture.anchored_sign:
        raise SyntaxError('cannot use "S" twice')
    if picture.plus or picture.minus or picture.bracket:
        raise SyntaxError('cannot use "S" and "PL"/"MI"/"SG"/"PR" together')
    picture.sign_place = "after" if picture.decimal else "before"
    picture.digits_before_sign = picture.pre


def _own_sign(minus: bool, plus: bool) -> Callable[[Picture, str], None]:
    def apply(picture: Picture, pattern: str) -> None:
        if picture.anchored_sign:
            raise SyntaxError(f'cannot use "S" and "{pattern}" together')
        picture.minus = picture.minus or minus
        picture.plus = picture.plus or plus

    return apply


def _bracket(picture: Picture, pattern: str) -> None:
    if picture.anchored_sign or picture.plus or picture.minus:
        raise SyntaxError('cannot use "PR" and "S"/"PL"/"MI"/"SG" together')
    picture.bracket = True


def _roman(picture: Picture, pattern: str) -> None:
    if picture.roman:
        raise SyntaxError('cannot use "RN" twice')
    picture.roman = True


def _shift(picture: Picture, pattern: str) -> None:
    if picture.decimal:
        raise SyntaxError('cannot use "V" and decimal point together')
    picture.shifted = True


def _scientific(picture: Picture, pattern: str) -> None:
    if picture.scientific:
        raise SyntaxError('cannot use "EEEE" twice')
    if (picture.blank or picture.fill or picture.anchored_sign or picture.bracket or picture.minus or picture.plus
            or picture.roman or picture.shifted):
        raise SyntaxError('"EEEE" is incompatible with other formats',
                          detail='"EEEE" may only be used together with digit and decimal point patterns.')
    picture.scientific = True


def _blank(picture: Picture, pattern: str) -> None:
    if not picture.pre and not picture.post and not picture.zero_start:
        picture.blank = True


def _fill(picture: Picture, pattern: str) -> None:
    picture.fill = True


def _nothing(picture: Picture, pattern: str) -> None:
    """Patterns without effect on the others."""


_EFFECTS: dict[str, Callable[[Picture, str], None]] = {
    "9": _digit, "0": _zero, ".": _point, "D": _point, "S": _sign, "MI": _own_sign(True, False),
    "PL": _own_sign(False, True), "SG": _own_sign(True, True), "PR": _bracket, "RN": _roman, "V": _shift,
    "EEEE": _scientific, "B": _blank, "FM": _fill,
}


@lru_cache(maxsize=64)
def read(text: str) -> Picture:
    """Read a picture. 42601 for patterns that exclude each other. The result is shared: do not change it."""
    picture = Picture()
    upper = text.upper() if text.isascii() else "".join(c.upper() if c.isascii() else c for c in text)
    at = 0
    while at < len(text):
        pattern = next((p for p in _PATTERNS if upper.startswith(p, at)), None)
        if pattern is not None:
            if picture.scientific and pattern != "EEEE":
                raise SyntaxError('"EEEE" must be the last pattern used')
            _EFFECTS.get(pattern, _nothing)(picture, pattern)
            lower = pattern in _LITERAL_CASE and text[at].islower()
            picture.elements.append((pattern.lower() if lower else pattern, ""))
            at += len(pattern)
        elif text[at] == '"':
            at = _quoted(text, at + 1, picture)
        else:
            if text[at] == "\\" and text[at + 1 : at + 2] == '"':
                at += 1
            picture.elements.append(("", text[at]))
            at += 1
    _check_roman(picture)
    return picture


def _quoted(text: str, at: int, picture: Picture) -> int:
    while at < len(text) and text[at] != '"':
        if text[at] == "\\" and at + 1 < len(text):
            at += 1
        picture.elements.append(("", text[at]))
        at += 1
    return at + 1


def _check_roman(picture: Picture) -> None:
    if picture.roman and (picture.decimal or picture.zero_start or picture.blank or picture.anchored_sign
                          or picture.bracket or picture.minus or picture.plus or picture.shifted):
        raise SyntaxError('"RN" is incompatible with other formats',
                          detail='"RN" may only be used together with "FM".')


def not_a_number(text: str) -> InvalidTextRepresentation:
    """The error of TH after something that does not end in a digit."""
    return InvalidTextRepresentation(f'"{text}" is not a number')
