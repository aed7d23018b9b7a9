"""Text from values of any type: concat, concat_ws, format, ||; quoting of identifiers and literals."""

import re
from collections.abc import Callable

from executor.builtins.base import ArgumentTypes, Builtin, Python
from executor.builtins.output import Printer, cast_printer, printer
from executor.context import Context
from executor.identifiers import ascii_lower, quote_identifier
from executor.sqlstates import InvalidParameterValue, NullValueNotAllowed
from executor.types import arrays
from executor.types.base import Stored

_SPECIFIER = re.compile(r"%(?:([0-9]+)\$)?(-?)(?:(\*)(?:([0-9]+)\$)?|([0-9]+))?")
_SINGLE_PERCENT = 'For a single "%" use "%%".'


def quote_literal(text: str) -> str:
    """Text as a string literal in SQL."""
    quoted = text.replace("'", "''")
    if "\\" in quoted:
        return "E'" + quoted.replace("\\", "\\\\") + "'"
    return f"'{quoted}'"


def quote_nullable(text: str | None) -> str:
    """Text as a string literal, NULL as the word."""
    return "NULL" if text is None else quote_literal(text)


def _quote_any(quote: Callable[[str], str], null: str | None) -> Callable[[ArgumentTypes, int],
               Callable[..., str | None]]:
    def factory(types: ArgumentTypes, result: int) -> Callable[..., str | None]:
        show = cast_printer(*types[0])
        return lambda context, value: null if value is None else quote(show(context, value))

    return factory


def _printers(types: ArgumentTypes) -> list[Printer]:
    return [printer(*kind) for kind in types]


def _concat(types: ArgumentTypes, result: int) -> Callable[..., str]:
    shows = _printers(types)

    def concat(context: Context, *values: Stored) -> str:
        return "".join([show(context, value) for show, value in zip(shows, values, strict=True) if value is not None])

    return concat


def _concat_ws(types: ArgumentTypes, result: int) -> Callable[..., str | None]:
    shows = _printers(types[1:])

    def concat_ws(context: Context, separator: str | None, *values: Stored) -> str | None:
        if separator is None:
            return None
        return separator.join([show(context, value) for show, value in zip(shows, values, strict=True)
                               if value is not None])

    return concat_ws


def _cat(types: ArgumentTypes, result: int) -> Callable[..., str]:
    shows = [cast_printer(*kind) for kind in types]
    return lambda context, a, b: shows[0](context, a) + shows[1](context, b)


class _Formatter:
    """One call of format(): the texts of its arguments, and which comes next."""

    def __init__(self, values: list[str | None]) -> None:
        self.values = values
        self.next = 0

    def take(self, number: str | None) -> str | None:
        if number is not None:
            self.next = int(number) if len(number) < 10 else 1 << 31
            if self.next == 0:
                raise InvalidParameterValue("format specifies argument 0, but arguments are numbered from 1")
        else:
            self.next += 1
        if self.next > len(self.values):
            raise InvalidParameterValue("too few arguments for format()")
        return self.values[self.next - 1]

    def width(self, star: str | None, number: str | None, digits: str | None) -> int:
        if star is None:
            return int(digits or 0) if len(digits or "") < 10 else _width_overflow()
        text = self.take(number)
        try:
            return 0 if text is None else int(text)
        except ValueError:
            from executor.types.base import invalid_syntax

            raise invalid_syntax("integer", text or "") from None


def _width_overflow() -> int:
    from executor.sqlstates import NumericValueOutOfRange

    raise NumericValueOutOfRange("number is out of range")


def _identifier(value: str | None) -> str:
    if value is None:
        raise NullValueNotAllowed("null values cannot be formatted as an SQL identifier")
    return quote_identifier(value)


_CONVERSIONS: dict[str, Callable[[str | None], str]] = {
    "s": lambda value: value or "", "I": _identifier, "L": quote_nullable,
}


def format_text(template: str, values: list[str | None]) -> str:
    """format(): %s, %I and %L, with positions, widths and the flag `-`."""
    formatter = _Formatter(values)
    parts: list[str] = []
    at = 0
    while True:
        percent = template.find("%", at)
        if percent < 0:
            return "".join([*parts, template[at:]])
        parts.append(template[at:percent])
        if template[percent + 1 : percent + 2] == "%":
            parts.append("%")
            at = percent + 2
            continue
        match = _SPECIFIER.match(template, percent)
        assert match
        conversion = template[match.end() : match.end() + 1]
        if not conversion:
            raise InvalidParameterValue("unterminated format() type specifier", hint=_SINGLE_PERCENT)
        number, minus, star, star_number, digits = match.groups()
        width = formatter.width(star, star_number, digits)
        if conversion not in _CONVERSIONS:
            raise InvalidParameterValue(f'unrecognized format() type specifier "{conversion}"', hint=_SINGLE_PERCENT)
        text = _CONVERSIONS[conversion](formatter.take(number))
        parts.append(text.ljust(abs(width)) if minus or width < 0 else text.rjust(width))
        at = match.end() + 1


def _format(types: ArgumentTypes, result: int) -> Callable[..., str | None]:
    shows = _printers(types[1:])

    def format_values(context: Context, template: str | None, *values: Stored) -> str | None:
        if template is None:
            return None
        return format_text(template, [None if value is None else show(context, value)
                                      for show, value in zip(shows, values, strict=True)])

    return format_values


_NAME = re.compile(r"[A-Za-z_\u0080-\U0010ffff][A-Za-z0-9_$\u0080-\U0010ffff]*")
_SPACE = " \t\n\r\f\v"


def parse_ident(text: str, strict: int = 1) -> str:
    """Split a qualified name into its parts, unquoted and folded to lower case, of any length."""
    def fail(detail: str | None = None) -> InvalidParameterValue:
        return InvalidParameterValue(f'string is not a valid identifier: "{text}"', detail=detail)

    parts: list[str] = []
    at = _skip(text, 0)
    after_dot = False
    while True:
        if text[at : at + 1] == '"':
            end = at + 1
            while text[end : end + 1] != '"' or text[end + 1 : end + 2] == '"':
                end += 2 if text[end : end + 1] == '"' else 1
                if end >= len(text):
                    raise fail("String has unclosed double quotes.")
            name = text[at + 1 : end].replace('""', '"')
            if not name:
                raise fail("Quoted identifier must not be empty.")
            at = end + 1
        else:
            match = _NAME.match(text, at)
            if match is None:
                if text[at : at + 1] == ".":
                    raise fail('No valid identifier before ".".')
                raise fail('No valid identifier after ".".' if after_dot else None)
            name, at = ascii_lower(match[0]), match.end()
        parts.append(name)
        at = _skip(text, at)
        if text[at : at + 1] == ".":
            after_dot = True
            at = _skip(text, at + 1)
        elif at >= len(text) or not strict:
            return arrays.dump(parts)
        else:
            raise fail()


def _skip(text: str, at: int) -> int:
    while text[at : at + 1] in tuple(_SPACE):
        at += 1
    return at


def num_nulls(*values: Stored) -> int:
    """How many arguments are NULL."""
    return values.count(None)


def num_nonnulls(*values: Stored) -> int:
    """How many arguments are not NULL."""
    return len(values) - values.count(None)


_TYPED = {"context": True, "typed": True}

BUILTINS = (
    Builtin("concat(any)", Python(_concat, **_TYPED), ("concat('a', NULL, 1, true)", "a1t")),
    Builtin("concat_ws(text,any)", Python(_concat_ws, **_TYPED), ("concat_ws(',', 'a', NULL, 1)", "a,1")),
    Builtin("anytextcat(anynonarray,text)", Python(_cat, **_TYPED), ("anytextcat(1, 'a')", "1a")),
    Builtin("textanycat(text,anynonarray)", Python(_cat, **_TYPED), ("textanycat('a', true)", "atrue")),
    Builtin("format(text,any)", Python(_format, **_TYPED), ("format('%s %I %L', 1, 'a b', NULL)", '1 "a b" NULL')),
    Builtin("format(text)", Python(lambda template: template and format_text(template, [])), ("format('100%%')", "100%")),
    Builtin("quote_ident(text)", Python(quote_identifier), ("quote_ident('Select')", '"Select"')),
    Builtin("quote_literal(text)", Python(quote_literal), ("quote_literal('it''s')", "'it''s'")),
    Builtin("quote_literal(anyelement)", Python(_quote_any(quote_literal, None), **_TYPED),
            ("quote_literal(1.5)", "'1.5'")),
    Builtin("quote_nullable(text)", Python(quote_nullable), ("quote_nullable(NULL::text)", "NULL")),
    Builtin("quote_nullable(anyelement)", Python(_quote_any(quote_literal, "NULL"), **_TYPED),
            ("quote_nullable(1.5)", "'1.5'")),
    Builtin("parse_ident(text,bool)", Python(parse_ident), ("parse_ident('Foo.\"Bar\"', true)", "{foo,Bar}")),
    Builtin("num_nulls(any)", Python(num_nulls), ("num_nulls(1, NULL)", "1")),
    Builtin("num_nonnulls(any)", Python(num_nonnulls), ("num_nonnulls(1, NULL)", "1")),
)
