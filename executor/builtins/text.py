"""Functions of text: length, case, parts, padding, trimming, splitting. Positions and lengths count characters."""

import unicodedata
from collections.abc import Callable, Iterator

from executor.builtins.base import Builtin, Native, Python, SetReturning, call, native
from executor.builtins.casing import casefold, initcap, lower, upper
from executor.builtins.integer import checked
from executor.sqlstates import (
    InvalidParameterValue,
    NumericValueOutOfRange,
    ProgramLimitExceeded,
    SubstringError,
    SyntaxError,
)
from executor.types import arrays
from executor.types.integer import INT4_MIN
from executor.types.memory import compare_bytes
from executor.types.text import (
    char_from_text,
    char_text,
    shorten_bpchar,
    shorten_varchar,
    truncate_name,
)

SIZE_MAX = 0x3FFFFFFF
"""The size of a value that PostgreSQL can make, in bytes."""


def too_long() -> ProgramLimitExceeded:
    """The error for text of more than a gigabyte."""
    return ProgramLimitExceeded("requested length too large")


def substr(text: str, start: int, length: int | None = None) -> str:
    """The characters at positions start .. start + length - 1, of which some may be before or after the text."""
    if length is None:
        return text[max(start - 1, 0) :]
    if length < 0:
        raise SubstringError("negative substring length not allowed")
    return text[max(start - 1, 0) : max(start - 1 + length, 0)]


def _substr_2(a: str, start: str) -> str:
    return f"substr({a}, max({start}, 1))"


def _substr_3(a: str, start: str, length: str) -> str:
    simple = f"substr({a}, {start}, {length})"
    return f"(CASE WHEN {start} > 0 AND {length} >= 0 THEN {simple} ELSE {call(substr_checked, a, start, length)} END)"


def substr_checked(text: str, start: int, length: int) -> str:
    """The guard of substr: a start before the text, or a negative length."""
    return substr(text, start, length)


def replace(text: str, old: str, new: str) -> str:
    """Each occurrence of `old` as `new`; an empty `old` occurs nowhere."""
    return text.replace(old, new) if old else text


def left(text: str, count: int) -> str:
    """The first `count` characters, or all but the last -count."""
    return text[:count]


def right(text: str, count: int) -> str:
    """The last `count` characters, or all but the first -count."""
    if count == INT4_MIN:  # has no negation; PostgreSQL gives the whole text
        return text
    return text[-count:] if count else ""


def overlay(text: str, new: str, start: int, length: int | None = None) -> str:
    """Put `new` in the place of `length` characters (as many as it has itself) from `start`."""
    if start <= 0:
        raise SubstringError("negative substring length not allowed")
    rest = checked(start + (len(new) if length is None else length), "int4")
    return substr(text, 1, start - 1) + new + substr(text, rest)


def _padding(text: str, length: int, fill: str) -> str:
    missing = length - len(text)
    if missing <= 0 or not fill:
        return ""
    if length * max(len(fill[:1].encode()), 1) > SIZE_MAX:
        raise too_long()
    return (fill * (missing // len(fill) + 1))[:missing]


def lpad(text: str, length: int, fill: str = " ") -> str:
    """Fill up on the left to `length` characters; cut on the right if it is longer."""
    kept = text[: max(length, 0)]
    return _padding(kept, length, fill) + kept


def rpad(text: str, length: int, fill: str = " ") -> str:
    """Fill up on the right to `length` characters; cut if it is longer."""
    kept = text[: max(length, 0)]
    return kept + _padding(kept, length, fill)


def repeat(text: str, count: int) -> str:
    """The text `count` times; empty for a negative count."""
    if count > 0 and len(text.encode()) * count > SIZE_MAX:
        raise too_long()
    return text * max(count, 0)


def translate(text: str, source: str, target: str) -> str:
    """Replace each character of source by the one at its place in target, or delete it."""
    table: dict[int, str | None] = {}
    for at, character in enumerate(source):
        table.setdefault(ord(character), target[at] if at < len(target) else None)
    return text.translate(table)


def chr_(code: int) -> str:
    """The character with this Unicode code point."""
    if code < 0:
        raise InvalidParameterValue("character number must be positive")
    if code == 0:
        raise ProgramLimitExceeded("null character not permitted")
    if code > 0x10FFFF:
        raise ProgramLimitExceeded(f"requested character too large for encoding: {code}")
    if 0xD800 <= code <= 0xDFFF:
        raise ProgramLimitExceeded(f"requested character not valid for encoding: {code}")
    return chr(code)


def split_part(text: str, delimiter: str, field: int) -> str:
    """The field-th part, counted from 1, or from the end for a negative one; empty if there is none."""
    if field == 0:
        raise InvalidParameterValue("field position must not be zero")
    parts = text.split(delimiter) if delimiter else [text]
    at = field - 1 if field > 0 else len(parts) + field
    return parts[at] if 0 <= at < len(parts) else ""


def _parts(text: str, delimiter: str | None, null: str | None) -> list[str | None]:
    if not text:
        return []
    parts: list[str | None]
    if delimiter is None:
        parts = list(text)
    else:
        parts = list(text.split(delimiter)) if delimiter else [text]
    return parts if null is None else [None if part == null else part for part in parts]


def string_to_array(text: str | None, delimiter: str | None, null: str | None = None) -> str | None:
    """Split text; a NULL delimiter gives single characters. Parts equal to `null` become NULL."""
    return None if text is None else arrays.dump(_parts(text, delimiter, null))


def string_to_table(text: str | None, delimiter: str | None, null: str | None = None) -> Iterator[str | None]:
    """The parts of string_to_array as rows."""
    return iter([] if text is None else _parts(text, delimiter, null))


_FORMS = {"NFC": "NFC", "NFD": "NFD", "NFKC": "NFKC", "NFKD": "NFKD"}


def _form(name: str) -> str:
    form = _FORMS.get(name.upper())
    if form is None:
        raise InvalidParameterValue(f"invalid normalization form: {name}")
    return form


def normalize(text: str, form: str) -> str:
    """Unicode normalization."""
    return unicodedata.normalize(_form(form), text)  # type: ignore[arg-type]


def is_normalized(text: str, form: str) -> int:
    """Whether normalization would leave the text as it is."""
    return int(unicodedata.is_normalized(_form(form), text))  # type: ignore[arg-type]


_UNICODE_ESCAPES = {"u": 4, "U": 8, "+": 6, "": 4}


def unistr(text: str) -> str:
    r"""Resolve \XXXX, \+XXXXXX, \uXXXX and \UXXXXXXXX; a doubled backslash is one."""
    parts: list[str] = []
    at = 0
    while at < len(text):
        if text[at] != "\\":
            parts.append(text[at])
            at += 1
        elif text[at + 1 : at + 2] == "\\":
            parts.append("\\")
            at += 2
        else:
            kind = text[at + 1 : at + 2] if text[at + 1 : at + 2] in ("u", "U", "+") else ""
            start = at + 1 + len(kind)
            digits = text[start : start + _UNICODE_ESCAPES[kind]]
            if len(digits) < _UNICODE_ESCAPES[kind] or any(c not in "0123456789abcdefABCDEF" for c in digits):
                raise SyntaxError("invalid Unicode escape",
                                  hint="Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX.")
            parts.append(_code_unit(int(digits, 16)))
            at = start + len(digits)
    try:
        return "".join(parts).encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise SyntaxError("invalid Unicode surrogate pair") from None


def _code_unit(code: int) -> str:
    if code == 0 or code > 0x10FFFF:
        raise InvalidParameterValue(f"invalid Unicode code point: {code:04X}")
    return chr(code)


def char_from_int(code: int) -> str:
    """The cast integer -> "char": a signed byte."""
    if not -128 <= code <= 127:
        raise NumericValueOutOfRange('"char" out of range')
    return chr(code & 255) if code else ""


def text_from_bool(value: int) -> str:
    """The cast bool -> text: the word, not the letter."""
    return "true" if value else "false"


_IDENTITY = native(lambda a: a)
_UNPADDED = native(lambda a: f"rtrim({a}, ' ')")
_LENGTH = native(lambda a: f"length({a})")
_BPCHAR_LENGTH = native(lambda a: f"length(rtrim({a}, ' '))")



def _cased(name: str, function: Callable[[str], str]) -> Native:
    """SQLite's upper and lower know ASCII letters only; a text with as many bytes as characters has no others."""
    return Native(lambda a: f"(CASE WHEN octet_length({a}) = length({a}) THEN {name}({a}) ELSE {call(function, a)} END)",
                  4, function, (function,))


_SUBSTR = Native(_substr_3, 3, substr, (substr_checked,))
_TRIMS: dict[str, tuple[str, Callable[..., str]]] = {
    "btrim": ("trim", str.strip), "ltrim": ("ltrim", str.lstrip), "rtrim": ("rtrim", str.rstrip),
}


def _trims() -> Iterator[Builtin]:
    expected = {"btrim": "a", "ltrim": "axx", "rtrim": "xa"}
    for name, (lowered, _) in _TRIMS.items():
        yield Builtin(f"{name}(text,text)", native(lambda a, b, f=lowered: f"{f}({a}, {b})"),
                      (f"{name}('xaxx', 'x')", expected[name]))
        yield Builtin(f"{name}(text)", native(lambda a, f=lowered: f"{f}({a})"), (f"{name}(' a ')", " a ".strip()
                      if name == "btrim" else " a ".lstrip() if name == "ltrim" else " a ".rstrip()))


BUILTINS = (
    *(Builtin(f"{name}(text)", _LENGTH, (f"{name}('Grüße')", "5"))
      for name in ("length", "char_length", "character_length", "textlen")),
    *(Builtin(f"{name}(bpchar)", _BPCHAR_LENGTH, (f"{name}('ab  '::bpchar)", "2"))
      for name in ("length", "char_length", "character_length")),
    Builtin("octet_length(text)", Python(lambda a: len(a.encode())), ("octet_length('Grüße')", "7")),
    Builtin("bit_length(text)", Python(lambda a: len(a.encode()) * 8), ("bit_length('Grüße')", "56")),
    Builtin("upper(text)", _cased("upper", upper), ("upper('Grüße')", "GRÜßE")),
    Builtin("lower(text)", _cased("lower", lower), ("lower('GRÜSSE')", "grüsse")),
    Builtin("initcap(text)", Python(initcap), ("initcap('hi THOMAS')", "Hi Thomas")),
    Builtin("textcat(text,text)", native(lambda a, b: f"({a} || {b})"), ("textcat('a', 'b')", "ab")),
    *(Builtin(f"{name}(text,int4)", native(_substr_2, python=substr), (f"{name}('abcdef', 3)", "cdef"))
      for name in ("substr", "substring")),
    *(Builtin(f"{name}(text,int4,int4)", _SUBSTR, (f"{name}('abcdef', 0, 3)", "ab")) for name in ("substr",
        "substring")),
    Builtin("left(text,int4)", native(
        lambda a, n: f"substr({a}, 1, CASE WHEN {n} < 0 THEN max(length({a}) + {n}, 0) ELSE {n} END)", repeats=3,
        python=left), ("left('abcde', -2)", "abc")),
    Builtin("right(text,int4)", Python(right), ("right('abcde', 2)", "de")),
    Builtin("strpos(text,text)", native(lambda a, b: f"instr({a}, {b})"), ("strpos('high', 'ig')", "2")),
    Builtin("position(text,text)", native(lambda a, b: f"instr({a}, {b})"),
            ("pg_catalog.\"position\"('high', 'ig')", "2")),
    # SQLite's replace() of nothing gives the text without looking at what to put there, which may be NULL.
    Builtin("replace(text,text,text)", native(lambda a, b, c: f"(CASE WHEN {c} IS NOT NULL THEN replace({a}, {b}, {c}) END)",
                                              repeats=2, python=replace), ("replace('abcabc', 'b', 'xx')", "axxcaxxc")),
    Builtin("translate(text,text,text)", Python(translate), ("translate('12345', '143', 'ax')", "a2x5")),
    Builtin("overlay(text,text,int4,int4)", Python(overlay), ("overlay('Txxxxas', 'hom', 2, 4)", "Thomas")),
    Builtin("overlay(text,text,int4)", Python(overlay), ("overlay('abcdef', 'XX', 3)", "abXXef")),
    *_trims(),
    Builtin("lpad(text,int4,text)", Python(lpad), ("lpad('hi', 5, 'xy')", "xyxhi")),
    Builtin("lpad(text,int4)", Python(lpad), ("lpad('hi', 5)", "   hi")),
    Builtin("rpad(text,int4,text)", Python(rpad), ("rpad('hi', 5, 'xy')", "hixyx")),
    Builtin("rpad(text,int4)", Python(rpad), ("rpad('hi', 1)", "h")),
    Builtin("repeat(text,int4)", Python(repeat), ("repeat('ab', 3)", "ababab")),
    Builtin("reverse(text)", Python(lambda a: a[::-1]), ("reverse('abc')", "cba")),
    Builtin("ascii(text)", Python(lambda a: ord(a[0]) if a else 0), ("ascii('é')", "233")),
    Builtin("chr(int4)", Python(chr_), ("chr(233)", "é")),
    Builtin("split_part(text,text,int4)", Python(split_part), ("split_part('a,b,c', ',', -1)", "c")),
    Builtin("starts_with(text,text)", native(lambda a, b: f"(substr({a}, 1, length({b})) = {b})", repeats=2,
                                             python=lambda a, b: int(a.startswith(b))),
                                                 ("starts_with('abc', 'ab')", "t")),
    Builtin("string_to_array(text,text)", Python(string_to_array), ("string_to_array('a,b', ',')", "{a,b}")),
    Builtin("string_to_array(text,text,text)", Python(string_to_array),
            ("string_to_array('a,,b', ',', '')", "{a,NULL,b}")),
    Builtin("string_to_table(text,text)", SetReturning(string_to_table)),
    Builtin("string_to_table(text,text,text)", SetReturning(string_to_table)),
    Builtin("normalize(text,text)", Python(normalize), ("length(normalize('é', NFD))", "2")),
    Builtin("is_normalized(text,text)", Python(is_normalized), ("is_normalized('é', 'NFC')", "t")),
    Builtin("unistr(text)", Python(unistr), ("unistr('d\\0061t\\+000061')", "data")),
    Builtin("casefold(text)", Python(casefold), ("casefold('ABCς')", "abcσ")),
    Builtin("text(bool)", Python(text_from_bool), ("text(true)", "true")),
    Builtin("text(bpchar)", _UNPADDED, ("text('ab  '::bpchar)", "ab")),
    Builtin("text(name)", _IDENTITY, ("text('ab'::name)", "ab")),
    Builtin("text(char)", Python(char_text), ("text('a'::\"char\")", "a")),
    Builtin("bpchar(name)", _IDENTITY, ("bpchar('ab'::name)", "ab")),
    Builtin("bpchar(char)", Python(char_text), ("bpchar('a'::\"char\")", "a")),
    Builtin("varchar(name)", _IDENTITY, ("\"varchar\"('ab'::name)", "ab")),
    Builtin("char(text)", Python(char_from_text), ("\"char\"('abc'::text)", "a")),
    Builtin("char(int4)", Python(char_from_int), ("\"char\"(65)", "A")),
    Builtin("int4(char)", Python(lambda a: (ord(a) ^ 128) - 128 if a else 0), ("int4('A'::\"char\")", "65")),
    *(Builtin(f"name({kind})", Python(truncate_name), (f"name('ab'::{kind})", "ab")) for kind in ("text", "varchar")),
    Builtin("name(bpchar)", Python(lambda a: truncate_name(a.rstrip(" "))), ("name('ab '::bpchar)", "ab")),
    Builtin("varchar(varchar,int4,bool)", Python(lambda a, typmod,
        explicit: shorten_varchar(a, typmod, bool(explicit))),
            ("\"varchar\"('abc'::varchar, 6, true)", "ab")),
    Builtin("bpchar(bpchar,int4,bool)", Python(lambda a, typmod, explicit: shorten_bpchar(a, typmod, bool(explicit))),
            ("length(bpchar('abc'::bpchar, 6, true))", "2")),
    Builtin("bpcharcmp(bpchar,bpchar)", Python(lambda a, b: compare_bytes(a.rstrip(" ").encode(), b.rstrip(" ").encode())),
            ("bpcharcmp('a'::bpchar, 'a '::bpchar)", "0")),
)
