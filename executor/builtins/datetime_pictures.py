"""Template patterns of to_char, to_date and to_timestamp: 'YYYY-MM-DD HH24:MI:SS' as a list of nodes.

Source: functions-formatting.html.
"""

from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple

from executor.sqlstates import InvalidDatetimeFormat


class NodeKind(Enum):
    """What a piece of a template is."""

    FIELD = auto()
    SPACE = auto()
    SEPARATOR = auto()  # punctuation
    LITERAL = auto()  # any other character, or one in double quotes


class Node(NamedTuple):
    """One field or one character of a template."""

    kind: NodeKind
    text: str  # the field's name as written in the table below, or the character
    fill: bool = False  # FM: no blanks or zeros are added
    ordinal: str = ""  # TH or th follows
    translated: bool = False  # TM


class Convention(Enum):
    """The calendars a field may belong to; a template for reading must not mix them."""

    NONE = auto()
    GREGORIAN = auto()
    ISO_WEEK = auto()


class FieldType(NamedTuple):
    """What is known of a field apart from its meaning."""

    digits: bool  # it reads digits, so a number before it must keep to its length
    convention: Convention


_NONE, _GREGORIAN, _ISO = FieldType(True, Convention.NONE), FieldType(True, Convention.GREGORIAN), Convention.ISO_WEEK
_WORD = FieldType(False, Convention.NONE)
_MONTH_WORD = FieldType(False, Convention.GREGORIAN)

_UPPER: dict[str, FieldType] = {
    **dict.fromkeys(
        ("A.D.", "A.M.", "AD", "AM", "B.C.", "BC", "DAY", "DY", "FX", "OF", "P.M.", "PM", "TZH", "TZ"), _WORD
    ),
    **dict.fromkeys(("CC", "HH24", "HH12", "HH", "J", "MI", "MS", "Q", "SSSSS", "SSSS", "SS", "TZM", "US"), _NONE),
    **dict.fromkeys(("FF1", "FF2", "FF3", "FF4", "FF5", "FF6"), _NONE),
    **dict.fromkeys(("DDD", "DD", "D", "MM", "WW", "W", "Y,YYY", "YYYY", "YYY", "YY", "Y"), _GREGORIAN),
    **dict.fromkeys(("MONTH", "MON", "RM"), _MONTH_WORD),
    **dict.fromkeys(("IDDD", "ID", "IW", "IYYY", "IYY", "IY", "I"), FieldType(True, _ISO)),
}
_CAPITALIZED = {"Day": _WORD, "Dy": _WORD, "Month": _MONTH_WORD, "Mon": _MONTH_WORD}
FIELDS: dict[str, FieldType] = {**_UPPER, **{name.lower(): kind for name, kind in _UPPER.items()}, **_CAPITALIZED}
STANDARD_SEPARATORS = "-./,':; "
_LONGEST = max(map(len, FIELDS))


def _field_at(template: str, position: int) -> str:
    """The longest field name at a position, or ''."""
    for length in range(min(_LONGEST, len(template) - position), 0, -1):
        if template[position : position + length] in FIELDS:
            return template[position : position + length]
    return ""


def is_separator(character: str) -> bool:
    """Printable ASCII other than letters, digits and the blank."""
    return "!" <= character <= "~" and not character.isalnum()


def is_space(character: str) -> bool:
    """What C's isspace says."""
    return character in " \t\n\v\f\r" and character != ""


@lru_cache(maxsize=512)
def parse_template(template: str, standard: bool = False) -> tuple[Node, ...]:
    """The nodes of a template; what is no field stands for itself. standard: SQL's few separators only (22007)."""
    nodes: list[Node] = []
    position = 0
    while position < len(template):
        prefix = template[position : position + 2]
        fill, translated = prefix in ("FM", "fm"), prefix in ("TM", "tm")
        if fill or translated:
            position += 2
        name = _field_at(template, position)
        if name:
            position += len(name)
            suffix = template[position : position + 2]
            ordinal = suffix if suffix in ("TH", "th") else ""
            if ordinal or suffix == "SP":
                position += 2
            nodes.append(Node(NodeKind.FIELD, name, fill, ordinal, translated))
        elif template[position : position + 1] == '"':
            position = _quoted(template, position + 1, nodes)
        elif position < len(template):
            if standard and template[position] not in STANDARD_SEPARATORS:
                raise InvalidDatetimeFormat(f'invalid datetime format separator: "{template[position]}"')
            if template[position] == "\\" and template[position + 1 : position + 2] == '"':
                position += 1
            nodes.append(_character(template[position]))
            position += 1
    return tuple(nodes)


def _quoted(template: str, position: int, nodes: list[Node]) -> int:
    """Characters up to the closing double quote; gives the position behind it."""
    while position < len(template):
        if template[position] == '"':
            return position + 1
        if template[position] == "\\" and position + 1 < len(template):
            position += 1
        nodes.append(Node(NodeKind.LITERAL, template[position]))
        position += 1
    return position


def _character(character: str) -> Node:
    if is_separator(character):
        return Node(NodeKind.SEPARATOR, character)
    return Node(NodeKind.SPACE if is_space(character) else NodeKind.LITERAL, character)
