"""The options of COPY: read from the statement's DefElem nodes, checked as PostgreSQL 18 checks them.

Source: sql-copy.html. Order of the checks matters: it decides which of several errors is reported.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from executor.errors import SqlError, not_supported
from executor.option_values import BOOLEANS, option_boolean, option_text
from executor.parse import Node, Source
from executor.settings.checks import encoding_is_utf8
from executor.sqlstates import FeatureNotSupported, InvalidParameterValue, SyntaxError
from executor.types import oids
from executor.types.base import Env
from executor.types.registry import codec


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """Checked options. Column lists are names; "*" stands for all. `default` None: no default marker."""

    format: str = "text"  # text, csv, binary
    delimiter: str = "\t"
    null: str = "\\N"
    default: str | None = None
    header: str = "off"  # off, on, match
    quote: str = '"'
    escape: str = '"'
    force_quote: tuple[str, ...] | str = ()
    force_not_null: tuple[str, ...] | str = ()
    force_null: tuple[str, ...] | str = ()
    freeze: bool = False
    ignore_errors: bool = False
    verbosity: str = "default"  # silent, default, verbose
    reject_limit: int = 0  # 0: none

    @property
    def csv(self) -> bool:
        """FORMAT csv."""
        return self.format == "csv"

    @property
    def binary(self) -> bool:
        """FORMAT binary."""
        return self.format == "binary"


Given = dict[str, Any]


def read_options(nodes: Sequence[Node], source: Source, *, is_from: bool) -> Options:
    """The options of a CopyStmt (42601, 22023, 0A000 as in PostgreSQL)."""
    given: Given = {}
    for node in nodes:
        name, position = node.take("defname"), source.position(node.location) or None
        node.take("defaction")
        reader = _READERS.get(name)
        if reader is None:
            raise SyntaxError(f'option "{name}" not recognized', position=position)
        if name in given:
            raise SyntaxError("conflicting or redundant options", position=position)
        try:
            given[name] = reader(name, node.take("arg"), is_from)
        except SqlError as error:
            if name in _WITH_POSITION and error.sqlstate == InvalidParameterValue.sqlstate:
                error.at(position)
            raise
        node.finish()
    for check in (_check_binary, _check_delimiter, _check_csv_only, _check_markers, _check_errors):
        check(given, is_from)
    return _finished(given)


# --- one option ------------------------------------------------------------------------------------------------------


def _string(name: str, argument: Node | None, is_from: bool) -> str:
    return option_text(name, argument)


def _boolean(name: str, argument: Node | None, is_from: bool) -> bool:
    return option_boolean(name, argument)


def _header(name: str, argument: Node | None, is_from: bool) -> str:
    if argument is None:
        return "on"
    text = option_text(name, argument).lower()
    if text == "match":
        if not is_from:
            raise FeatureNotSupported('cannot use "match" with HEADER in COPY TO')
        return "match"
    value = BOOLEANS.get(text)
    if value is None:
        raise SyntaxError(f'{name} requires a Boolean value or "match"')
    return "on" if value else "off"


def _format(name: str, argument: Node | None, is_from: bool) -> str:
    text = option_text(name, argument)
    if text not in ("text", "csv", "binary"):
        raise InvalidParameterValue(f'COPY format "{text}" not recognized')
    return text


def _columns(name: str, argument: Node | None, is_from: bool) -> tuple[str, ...] | str:
    if argument is not None and argument.kind == "A_Star":
        return "*"
    if argument is not None and argument.kind == "List":
        return tuple(argument.texts("items"))
    raise InvalidParameterValue(f'argument to option "{name}" must be a list of column names')


def _encoding(name: str, argument: Node | None, is_from: bool) -> str:
    text = option_text(name, argument)
    known = encoding_is_utf8(text)
    if known is None:
        raise InvalidParameterValue(f'argument to option "{name}" must be a valid encoding name')
    # SQL_ASCII asks for the bytes as they are, and those are UTF-8.
    if not known and text.lower() != "sql_ascii":
        raise not_supported(f"COPY with ENCODING '{text}'")
    return text


def _on_error(name: str, argument: Node | None, is_from: bool) -> bool:
    if not is_from:
        raise InvalidParameterValue("COPY ON_ERROR cannot be used with COPY TO")
    text = option_text(name, argument)
    if text.lower() not in ("stop", "ignore"):
        raise InvalidParameterValue(f'COPY ON_ERROR "{text}" not recognized')
    return text.lower() == "ignore"


def _verbosity(name: str, argument: Node | None, is_from: bool) -> str:
    text = option_text(name, argument)
    if text.lower() not in ("silent", "default", "verbose"):
        raise InvalidParameterValue(f'COPY LOG_VERBOSITY "{text}" not recognized')
    return text.lower()


def _reject_limit(name: str, argument: Node | None, is_from: bool) -> int:
    if argument is None:
        raise SyntaxError(f"{name} requires a numeric value")
    text = option_text(name, argument)
    limit = codec(oids.INT8).parse(text, -1, Env())
    assert isinstance(limit, int)
    if limit <= 0:
        raise InvalidParameterValue(f"REJECT_LIMIT ({limit}) must be greater than zero")
    return limit


_READERS: dict[str, Callable[[str, Node | None, bool], Any]] = {
    "format": _format,
    "freeze": _boolean,
    "delimiter": _string,
    "null": _string,
    "default": _string,
    "header": _header,
    "quote": _string,
    "escape": _string,
    "force_quote": _columns,
    "force_not_null": _columns,
    "force_null": _columns,
    "convert_selectively": _columns,
    "encoding": _encoding,
    "on_error": _on_error,
    "log_verbosity": _verbosity,
    "reject_limit": _reject_limit,
}
_WITH_POSITION = frozenset(_READERS) - {"reject_limit"}


# --- all of them together --------------------------------------------------------------------------------------------


def _mode(given: Given) -> str:
    return str(given.get("format", "text"))


def _check_binary(given: Given, is_from: bool) -> None:
    if "convert_selectively" in given:
        raise not_supported("COPY with CONVERT_SELECTIVELY")
    if _mode(given) == "binary":
        for name in ("delimiter", "null", "default"):
            if name in given:
                raise SyntaxError(f"cannot specify {name.upper()} in BINARY mode")


def _check_delimiter(given: Given, is_from: bool) -> None:
    delimiter = given.get("delimiter", "\t")
    if len(delimiter.encode()) != 1:
        raise FeatureNotSupported("COPY delimiter must be a single one-byte character")
    if delimiter in "\r\n":
        raise InvalidParameterValue("COPY delimiter cannot be newline or carriage return")
    for name, word in (("null", "null"), ("default", "default")):
        if any(character in given.get(name, "") for character in "\r\n"):
            raise InvalidParameterValue(f"COPY {word} representation cannot use newline or carriage return")
    # Letters and digits could be taken for escape sequences, and a dot for the end-of-data marker.
    if _mode(given) != "csv" and delimiter in "\\.abcdefghijklmnopqrstuvwxyz0123456789":
        raise InvalidParameterValue(f'COPY delimiter cannot be "{delimiter}"')
    if _mode(given) == "binary" and given.get("header", "off") != "off":
        raise FeatureNotSupported("cannot specify HEADER in BINARY mode")


def _check_csv_only(given: Given, is_from: bool) -> None:
    csv = _mode(given) == "csv"
    for name in ("quote", "escape"):
        if name not in given:
            continue
        if not csv:
            raise FeatureNotSupported(f"COPY {name.upper()} requires CSV mode")
        if len(given[name].encode()) != 1:
            raise FeatureNotSupported(f"COPY {name} must be a single one-byte character")
        if name == "quote" and given.get("delimiter", ",") == given["quote"]:
            raise InvalidParameterValue("COPY delimiter and quote must be different")
    if csv and given.get("delimiter", ",") == given.get("quote", '"'):
        raise InvalidParameterValue("COPY delimiter and quote must be different")
    for name, wrong, error in (
        ("force_quote", is_from, FeatureNotSupported),
        ("force_not_null", not is_from, InvalidParameterValue),
        ("force_null", not is_from, InvalidParameterValue),
    ):
        if given.get(name) and not csv:
            raise FeatureNotSupported(f"COPY {name.upper()} requires CSV mode")
        if given.get(name) and wrong:
            raise error(f"COPY {name.upper()} cannot be used with COPY {'FROM' if is_from else 'TO'}")


def _check_markers(given: Given, is_from: bool) -> None:
    csv = _mode(given) == "csv"
    delimiter, quote = given.get("delimiter", "," if csv else "\t"), given.get("quote", '"')
    null = given.get("null", "" if csv else "\\N")
    if delimiter in null:
        raise InvalidParameterValue("COPY delimiter character must not appear in the NULL specification")
    if csv and quote in null:
        raise InvalidParameterValue("CSV quote character must not appear in the NULL specification")
    if given.get("freeze") and not is_from:
        raise InvalidParameterValue("COPY FREEZE cannot be used with COPY TO")
    default = given.get("default")
    if default is None:
        return
    if not is_from:
        raise FeatureNotSupported("COPY DEFAULT cannot be used with COPY TO")
    if delimiter in default:
        raise FeatureNotSupported("COPY delimiter character must not appear in the DEFAULT specification")
    if csv and quote in default:
        raise FeatureNotSupported("CSV quote character must not appear in the DEFAULT specification")
    if null == default:
        raise FeatureNotSupported("NULL specification and DEFAULT specification cannot be the same")


def _check_errors(given: Given, is_from: bool) -> None:
    if _mode(given) == "binary" and given.get("on_error"):
        raise SyntaxError("only ON_ERROR STOP is allowed in BINARY mode")
    if "reject_limit" in given and not given.get("on_error"):
        raise InvalidParameterValue("COPY REJECT_LIMIT requires ON_ERROR to be set to IGNORE")


def _finished(given: Given) -> Options:
    csv = _mode(given) == "csv"
    quote: str = given.get("quote", '"')
    return Options(
        format=_mode(given), delimiter=given.get("delimiter", "," if csv else "\t"),
        null=given.get("null", "" if csv else "\\N"), default=given.get("default"), header=given.get("header", "off"),
        quote=quote, escape=given.get("escape", quote), force_quote=given.get("force_quote", ()),
        force_not_null=given.get("force_not_null", ()), force_null=given.get("force_null", ()),
        freeze=given.get("freeze", False), ignore_errors=given.get("on_error", False),
        verbosity=given.get("log_verbosity", "default"), reject_limit=given.get("reject_limit", 0),
    )  # fmt: skip
