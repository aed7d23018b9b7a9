"""The options of ts_headline: `MaxWords = 10, StartSel = "<i>"`."""

import re
from collections.abc import Callable

import msgspec

from executor.sqlstates import InvalidParameterValue, SyntaxError
from executor.types.integer import INT4_MAX, INT4_MIN, integer_from_text


class Options(msgspec.Struct):
    """Lengths are in words, `short_word` in bytes."""

    max_words: int = 35
    min_words: int = 15
    short_word: int = 3
    max_fragments: int = 0
    highlight_all: bool = False
    start: str = "<b>"
    stop: str = "</b>"
    delimiter: str = " ... "


def _number(text: str) -> int:
    return integer_from_text(text, "integer", INT4_MIN, INT4_MAX)


def _is_true(text: str) -> bool:
    return text.lower() in ("1", "on", "true", "t", "y", "yes")


_OPTIONS: dict[str, tuple[str, Callable[[str], object]]] = {
    "maxwords": ("max_words", _number), "minwords": ("min_words", _number), "shortword": ("short_word", _number),
    "maxfragments": ("max_fragments", _number), "highlightall": ("highlight_all", _is_true), "startsel": ("start", str),
    "stopsel": ("stop", str), "fragmentdelimiter": ("delimiter", str),
}

_S = r"[ \t\n\v\f\r]"
_ENTRY = re.compile(
    rf'(?:"(?P<quoted_key>(?:[^"]|"")*)"|(?P<key>[^"][^= \t\n\v\f\r]*)){_S}*={_S}*'
    rf"""(?:E?'(?P<single>(?:[^']|'')*)'|"(?P<double>(?:[^"]|"")*)"|(?P<plain>(?!E?'|")[^ \t\n\v\f\r][^, \t\n\v\f\r]*))""")
_BETWEEN = re.compile(r"[, \t\n\v\f\r]*")


def _value(match: re.Match[str]) -> str:
    if (single := match["single"]) is not None:
        return single.replace("''", "'").replace("\\\\", "\\")
    double: str | None = match["double"]
    return double.replace('""', '"') if double is not None else match["plain"]


def read_options(text: str) -> Options:
    """Options from their text. 42601, 22023, 22P02."""
    options = Options()
    matches: list[re.Match[str]] = []
    at = len(_BETWEEN.match(text)[0])  # type: ignore[index]
    while at < len(text):
        match = _ENTRY.match(text, at)
        if match is None:
            raise SyntaxError(f'invalid parameter list format: "{text}"')
        matches.append(match)
        at = _BETWEEN.match(text, match.end()).end()  # type: ignore[union-attr]
    for match in matches:
        name = match["key"] if match["quoted_key"] is None else match["quoted_key"].replace('""', '"')
        if name.lower() not in _OPTIONS:
            raise InvalidParameterValue(f'unrecognized headline parameter: "{name}"')
        attribute, convert = _OPTIONS[name.lower()]
        setattr(options, attribute, convert(_value(match)))
    _check(options)
    return options


def _check(options: Options) -> None:
    """Where all is highlighted, lengths do not matter."""
    if options.highlight_all:
        return
    for wrong, message in (
        (options.min_words >= options.max_words, "MinWords must be less than MaxWords"),
        (options.min_words <= 0, "MinWords must be positive"), (options.short_word < 0, "ShortWord must be >= 0"),
        (options.max_fragments < 0, "MaxFragments must be >= 0"),
    ):
        if wrong:
            raise InvalidParameterValue(message)
