"""to_char of numbers: a number's digits laid into a picture, as NUM_processor does step by step."""

from collections.abc import Callable
from decimal import Decimal
from math import isinf

from executor.builtins.base import Builtin, Python
from executor.builtins.float import Float
from executor.builtins.integer import checked
from executor.builtins.number_parse import to_number
from executor.builtins.number_pictures import Picture, not_a_number, read
from executor.types.integer import INT4_MAX
from executor.types.numeric import EXACT, rounded, text_of

_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
          (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
_END = "\0"
"""What PostgreSQL writes in a digit's place after the last digit: it ends the text, whatever follows in the picture."""
_ROMAN_MAX = 3999
_ROMAN_WIDTH = 15
_ORDINALS = {"1": "ST", "2": "ND", "3": "RD"}


def roman(value: int) -> str:
    """A Roman number; # signs for what has none."""
    if not 1 <= value <= _ROMAN_MAX:
        return "#" * _ROMAN_WIDTH
    parts = []
    for size, letters in _ROMAN:
        count, value = divmod(value, size)
        parts.append(letters * count)
    return "".join(parts)


def _ordinal(number: str) -> str:
    last = number[-1:]
    if not last.isdigit():
        raise not_a_number(number)
    return _ORDINALS.get("" if number[-2:-1] == "1" else last, "TH")


class _Writer:
    """Lays `number` (digits and point, without sign) into a picture. `missing`: places before its first digit."""

    def __init__(self, picture: Picture, number: str, sign: str, pre: int, post: int) -> None:
        self.picture = picture
        self.number = number
        self.sign = sign
        self.post = post
        length = number.find(".") if "." in number else len(number)
        self.missing = max(pre - length, 0)
        if length > pre:
            self.number = "#" * pre + "." + "#" * post
        self.out: list[str] = []
        self.place = 0  # of the digit position being written
        self.at = 0  # in number
        self.inside = False  # a digit has just been written
        self.zero_start = picture.zero_start - 1 if picture.zero_start else 0
        self.bracket = picture.bracket
        self.sign_place = picture.sign_place
        self.count = post + pre - 1
        self.relevant: int | None = None  # index of the last digit that fill mode keeps
        self.sign_written = self._prepare_sign(pre)
        self._prepare_fill()
        if not self.sign_written and self.missing == 0:
            self.count += 1

    def _prepare_sign(self, pre: int) -> bool:
        picture = self.picture
        if picture.plus or picture.minus:
            return not picture.plus or picture.minus
        if self.sign != "-" and picture.fill:
            self.bracket = False
        if self.sign_place == "before" and pre == picture.digits_before_sign:
            self.sign_place = "after"
        return self.sign == "+" and picture.fill and not picture.anchored_sign

    def _prepare_fill(self) -> None:
        picture = self.picture
        if not (picture.fill and picture.decimal and "." in self.number):
            return
        point = self.number.index(".")
        self.relevant = max((at for at in range(point + 1, len(self.number)) if self.number[at] != "0"), default=point)
        if self.relevant and picture.zero_end > self.missing:
            self.relevant = max(self.relevant, min(len(self.number) - 1, picture.zero_end - self.missing))

    @property
    def only_point_relevant(self) -> bool:
        return self.relevant is not None and self.number[self.relevant] == "."

    @property
    def before_point_blank(self) -> bool:
        """A lone 0 before the point is not written unless the picture has a 0 there."""
        return not self.picture.zero_start and self.at == 0 and self.number[:1] == "0" and self.post != 0

    def digit(self, pattern: str) -> None:
        """One of 9 0 . D"""
        self.inside = False
        starts = self.place >= self.missing or (self.picture.zero_start and self.zero_start == self.place)
        if not self.sign_written and starts and (not self.before_point_blank or self.only_point_relevant):
            self.leading_sign()
        if self.place < self.missing:
            if self.picture.zero_start and self.zero_start <= self.place:
                self.out.append("0")
                self.inside = True
            elif not self.picture.fill:
                self.out.append(" ")
        else:
            self.next_character(pattern)
        self.closing_sign()
        self.place += 1

    def leading_sign(self) -> None:
        if self.picture.anchored_sign:
            if self.sign_place == "before":
                self.out.append(self.sign)
                self.sign_written = True
        elif self.bracket:
            self.out.append(" " if self.sign == "+" else "<")
            self.sign_written = True
        else:
            if self.sign == "-" or not self.picture.fill:
                self.out.append("-" if self.sign == "-" else " ")
            self.sign_written = True

    def next_character(self, pattern: str) -> None:
        character = self.number[self.at : self.at + 1]
        if character == ".":
            if not self.only_point_relevant or self.picture.fill:
                self.out.append(".")
        elif self.relevant is not None and self.at > self.relevant and pattern != "0":
            pass
        elif self.before_point_blank:
            if not self.picture.fill:
                self.out.append(" ")
            elif self.only_point_relevant:
                self.out.append("0")
        else:
            self.out.append(character or _END)
            self.inside = True
        if character:
            self.at += 1

    def closing_sign(self) -> None:
        end = self.count + (1 if self.missing else 0) + (1 if self.picture.decimal else 0)
        if self.relevant is not None and self.relevant == self.at:
            end = self.place
        if self.place + 1 != end:
            return
        if self.sign_written and self.bracket:
            self.out.append(" " if self.sign == "+" else ">")
        elif self.picture.anchored_sign and self.sign_place == "after":
            self.out.append(self.sign)

    def separator(self, pattern: str) -> None:
        """, or G"""
        if self.inside:
            self.out.append(",")
        elif not self.picture.fill:
            self.out.append(" ")

    def own_sign(self, wanted: str) -> None:
        if self.sign == wanted:
            self.out.append(wanted)
        elif not self.picture.fill:
            self.out.append(" ")

    def ordinal(self, pattern: str) -> None:
        if self.number[:1] == "#" or self.sign == "-" or self.picture.decimal:
            return
        text = _ordinal(self.number)
        self.out.append(text if pattern == "TH" else text.lower())

    def write(self) -> str:
        for pattern, literal in self.picture.elements:
            if literal:
                self.out.append(literal)
            elif pattern in _ACTIONS:
                _ACTIONS[pattern](self, pattern)
        return "".join(self.out).partition(_END)[0]


_ACTIONS: dict[str, Callable[[_Writer, str], None]] = {
    "9": _Writer.digit, "0": _Writer.digit, ".": _Writer.digit, "D": _Writer.digit, ",": _Writer.separator,
    "G": _Writer.separator, "L": lambda writer, pattern: writer.out.append(" "),
    "MI": lambda writer, pattern: writer.own_sign("-"), "PL": lambda writer, pattern: writer.own_sign("+"),
    "SG": lambda writer, pattern: writer.out.append(writer.sign), "TH": _Writer.ordinal, "th": _Writer.ordinal,
}


def _lay(picture: Picture, text: str, post: int | None = None) -> str:
    """Lay the text of a number, already rounded to the picture's digits, into it."""
    sign = "-" if text.startswith("-") else "+"
    pre = picture.pre + picture.multi
    return _Writer(picture, text.lstrip("-"), sign, pre, picture.post if post is None else post).write()


def _roman_text(picture: Picture, value: int) -> str:
    parts = []
    for pattern, literal in picture.elements:
        if pattern in ("RN", "rn"):
            text = roman(value) if pattern == "RN" else roman(value).lower()
            parts.append(text if picture.fill else text.rjust(_ROMAN_WIDTH))
        else:
            parts.append(literal)
    return "".join(parts)


def _no_exponent(picture: Picture) -> str:
    """What EEEE prints for NaN and the infinities."""
    places = list("#" * (picture.pre + picture.post + 6))
    places[0] = " "
    places[picture.pre + 1] = "."
    return "".join(places)


def _scientific(text: str) -> str:
    return text if text.startswith("-") else " " + text


def _numeric_scientific(value: Decimal, picture: Picture) -> str:
    if not value.is_finite():
        return _no_exponent(picture)
    if not value:
        return " " + (f"0.{'0' * picture.post}" if picture.post else "0") + "e+00"
    exponent = value.adjusted()
    mantissa = rounded(value.scaleb(-exponent, EXACT), picture.post)  # may become 10.0, which PostgreSQL prints so
    sign = "-" if exponent < 0 else "+"
    return _scientific(f"{text_of(mantissa)}e{sign}{abs(exponent):02d}")


def numeric_to_char(text: str, template: str) -> str:
    """to_char(numeric, text)."""
    picture = read(template)
    value = Decimal(text)
    if picture.roman:
        big = not value.is_finite() or abs(value) > INT4_MAX
        return _roman_text(picture, INT4_MAX if big else int(rounded(value, 0)))
    if picture.scientific:
        return _numeric_scientific(value, picture)
    if not value.is_finite():
        return _lay(picture, text)
    if picture.shifted:
        value = value.scaleb(picture.multi, EXACT)
    return _lay(picture, text_of(rounded(value, picture.post)))


def _integer_to_char(kind: str) -> Callable[[int, str], str]:
    def convert(value: int, template: str) -> str:
        picture = read(template)
        if picture.roman:
            return _roman_text(picture, value)
        if picture.scientific:
            if kind == "int8":
                return _numeric_scientific(Decimal(value), picture)
            return _scientific(f"{float(value):.{picture.post}e}")
        if picture.shifted:
            value = checked(value * 10**picture.multi, kind)
        return _lay(picture, f"{value}.{'0' * picture.post}" if picture.post else str(value))

    return convert


def _float_to_char(digits: int) -> Callable[[Float, str], str]:
    def convert(value: Float, template: str) -> str:
        picture = read(template)
        special = isinstance(value, str) or isinf(value)
        if picture.roman:
            return _roman_text(picture, INT4_MAX if special or abs(float(value)) > INT4_MAX else round(float(value)))
        if picture.scientific:
            return _no_exponent(picture) if special else _scientific(f"{float(value):.{picture.post}e}")
        if isinstance(value, str) or isinf(value):
            text = value if isinstance(value, str) else "Infinity" if value > 0 else "-Infinity"
            length = len(text.lstrip("-"))  # PostgreSQL counts these letters as digits
            return _lay(picture, text, max(min(picture.post, digits - length), 0))
        if picture.shifted:
            value = value * 10.0**picture.multi
        length = len(f"{abs(value):.0f}")
        post = max(min(picture.post, digits - length), 0)
        return _lay(picture, f"{value:.{post}f}", post)

    return convert


BUILTINS = (
    Builtin("to_char(numeric,text)", Python(numeric_to_char), ("to_char(-1234.5, '999,990.00')", "  -1,234.50")),
    Builtin("to_char(int4,text)", Python(_integer_to_char("int4")), ("to_char(125, '999th')", " 125th")),
    Builtin("to_char(int8,text)", Python(_integer_to_char("int8")), ("to_char(485::int8, 'FMRN')", "CDLXXXV")),
    Builtin("to_char(float4,text)", Python(_float_to_char(6)), ("to_char(0.5::float4, '0.99')", " 0.50")),
    Builtin("to_char(float8,text)", Python(_float_to_char(15)),
            ("to_char(12345.678::float8, '9.99EEEE')", " 1.23e+04")),
    Builtin("to_number(text,text)", Python(to_number), ("to_number('12,454.8-', '99G999D9S')", "-12454.8")),
)
