"""to_number: digits read out of text by a picture, as NUM_processor does step by step."""

from executor.builtins.number_pictures import Picture, read
from executor.builtins.numeric import numeric_mul
from executor.builtins.numeric_math import numeric_power
from executor.errors import not_supported
from executor.sqlstates import FeatureNotSupported
from executor.types.base import Env
from executor.types.numeric import parse_numeric

_DIGITS = frozenset("0123456789")


class _Reader:
    """Takes digits, point and sign from the text in the order in which the picture has places for them."""

    def __init__(self, text: str, picture: Picture) -> None:
        self.text = text
        self.picture = picture
        self.at = 0
        self.sign = " "
        self.number: list[str] = []
        self.read_before = self.read_after = 0
        self.point = False

    @property
    def done(self) -> bool:
        return self.at >= len(self.text)

    def peek(self, ahead: int = 0) -> str:
        return self.text[self.at + ahead : self.at + ahead + 1]

    def digit(self, pattern: str) -> None:
        """One of 9 0 . D; the caller goes on by one character afterwards."""
        if self.done:
            return
        if self.peek() == " ":
            self.at += 1
        if self.done:
            return
        if self.sign == " " and pattern in "90" and not self.read_before + self.read_after:
            self.leading_sign()
        if self.done:
            return
        found = self.digit_or_point()
        if found is None or self.done:
            return
        if self.sign == " " and self.read_before + self.read_after > 0:
            self.trailing_sign(found)

    def leading_sign(self) -> None:
        picture = self.picture
        character = self.peek()
        if picture.anchored_sign and picture.sign_place == "before":
            if character in ("-", "+"):
                self.sign = character
                self.at += 1
        elif character == "-" or (picture.bracket and character == "<"):
            self.sign = "-"
            self.at += 1
        elif character == "+":
            self.sign = "+"
            self.at += 1

    def digit_or_point(self) -> bool | None:
        """Whether something was read; None if there are digits enough after the point."""
        character = self.peek()
        if character in _DIGITS:
            if self.point and self.read_after == self.picture.post:
                return None
            self.number.append(character)
            if self.point:
                self.read_after += 1
            else:
                self.read_before += 1
            return True
        if self.picture.decimal and not self.point and character == ".":
            self.number.append(".")
            self.point = True
            return True
        return False

    def trailing_sign(self, found: bool) -> None:
        picture = self.picture
        if picture.anchored_sign:
            following = self.peek(1)
            if found and following and following not in _DIGITS and following in ("-", "+"):
                self.sign = following
                self.at += 1
        elif not found and (picture.plus or picture.minus) and self.peek() in ("-", "+"):
            self.sign = self.peek()

    def skip(self, count: int) -> None:
        """Pass over characters that cannot be part of the number."""
        while count and not self.done and self.peek() not in _DIGITS and self.peek() not in tuple(".,+-"):
            self.at += 1
            count -= 1

    def own_sign(self, allowed: str) -> None:
        if self.peek() and self.peek() in allowed:
            self.sign = self.peek()
            self.at += 1
        else:
            self.skip(1)

    def separator(self, pattern: str) -> None:
        if pattern == "," and self.peek() == ",":
            self.at += 1
        elif pattern == "G":
            if self.peek() == ",":
                self.at += 1
            else:
                self.skip(1)

    def run(self) -> str:
        for pattern, literal in self.picture.elements:
            if self.done:
                break
            if literal:
                self.at += 1
            elif pattern in ("9", "0", ".", "D"):
                self.digit(pattern)
                self.at += 1
            elif pattern in (",", "G"):
                self.separator(pattern)
            elif pattern == "L":
                self.skip(1)
            elif pattern in ("TH", "th"):
                self.skip(2)
            elif pattern in _SIGNS:
                self.own_sign(_SIGNS[pattern])
        return self.sign + "".join(self.number).removesuffix(".")


_SIGNS = {"MI": "-", "PL": "+", "SG": "+-"}


def to_number(text: str, template: str) -> str | None:
    """The number that text holds according to a picture; 22P02 where there is none."""
    picture = read(template)
    if not picture.elements:
        return None
    if picture.scientific:
        raise FeatureNotSupported('"EEEE" not supported for input')
    if picture.roman:
        raise not_supported("to_number with Roman numerals")
    reader = _Reader(text, picture)
    found = reader.run()
    precision = picture.pre + picture.multi + reader.read_after
    typmod = ((precision << 16) | reader.read_after) + 4
    result = parse_numeric(found, typmod, Env())
    assert isinstance(result, str)
    if picture.shifted:
        return numeric_mul(result, numeric_power("10", str(-picture.multi)))
    return result
