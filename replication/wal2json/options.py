"""What a consumer of wal2json may ask for."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from replication.output import Options, PluginError, pairs, parse_boolean, unknown_option, unparsable

FORMAT_MIN, FORMAT_MAX = 1, 2
ACTIONS = frozenset({"insert", "update", "delete", "truncate"})
ANY = None
"""In a pattern: each schema, or each table."""


class Pattern(NamedTuple):
    """Tables that are meant; ANY stands for each."""

    schema: str | None
    table: str | None

    def matches(self, schema: str, table: str) -> bool:
        """Whether this table is among them."""
        return self.schema in (ANY, schema) and self.table in (ANY, table)


@dataclass(frozen=True, slots=True)
class JsonOptions:
    """The options of one consumer, by the names of wal2json."""

    include_transaction: bool = True
    include_xids: bool = False
    include_timestamp: bool = False
    include_origin: bool = False
    include_schemas: bool = True
    include_types: bool = True
    include_type_oids: bool = False
    include_typmod: bool = True
    include_domain_data_type: bool = False
    include_column_positions: bool = False
    include_not_null: bool = False
    include_default: bool = False
    include_pk: bool = False
    include_lsn: bool = False
    pretty_print: bool = False
    write_in_chunks: bool = False
    numeric_data_types_as_string: bool = False
    actions: frozenset[str] = ACTIONS
    filter_origins: tuple[int, ...] = ()
    filter_tables: tuple[Pattern, ...] = ()
    add_tables: tuple[Pattern, ...] = (Pattern(ANY, ANY),)
    filter_msg_prefixes: tuple[str, ...] = ()
    add_msg_prefixes: tuple[str, ...] = ()
    format_version: int = 1

    def tells_of(self, schema: str, table: str) -> bool:
        """Whether changes of this table are told."""
        refused = any(pattern.matches(schema, table) for pattern in self.filter_tables)
        return not refused and any(pattern.matches(schema, table) for pattern in self.add_tables)

    def tells_message(self, prefix: str) -> bool:
        """Whether messages with this prefix are told."""
        return prefix not in self.filter_msg_prefixes and (not self.add_msg_prefixes or prefix in self.add_msg_prefixes)


def parse_options(options: Options) -> JsonOptions:
    """Check the options one after the other; the last of a name counts. Raises: PluginError."""
    given: dict[str, object] = {}
    for name, value in pairs(options):
        if name == "include-unchanged-toast":
            raise PluginError("42602", f'parameter "{name}" was deprecated')
        if name not in PARSERS:
            raise unknown_option(name, value)
        field = name.replace("-", "_")
        if value is None and name in LEFT_AS_IS:
            continue
        given[field] = PARSERS[name](name, value)
    return JsonOptions(**given)  # type: ignore[arg-type]


LEFT_AS_IS = frozenset({"actions"})
"""Options that without a value mean nothing."""


def _format_version(name: str, value: str | None) -> int:
    if value is None:
        return FORMAT_MAX
    if not re.fullmatch(r"\s*[+-]?[0-9]+\s*", value, re.ASCII):
        raise unparsable(name, value)
    version = int(value)
    if version > FORMAT_MAX:
        raise PluginError("0A000", f"client sent format_version={version} but we only support format {FORMAT_MAX} or lower")
    if version < FORMAT_MIN:
        raise PluginError("0A000", f"client sent format_version={version} but we only support format {FORMAT_MIN} or higher")
    return version


ITEM = re.compile(r"((?:\\.|[^\\,\s])+)\s*(?:,\s*|\Z)", re.ASCII | re.DOTALL)


def _split(name: str, value: str | None) -> list[str]:
    """The items between commas, as they were written."""
    text = (value or "").lstrip()
    found, at = [], 0
    while at < len(text):
        item = ITEM.match(text, at)
        if item is None:
            raise unparsable(name, value or "", "42602")
        found.append(item[1])
        at = item.end()
    if text.rstrip().endswith(",") and not text.rstrip().endswith("\\,"):
        raise unparsable(name, value or "", "42602")
    return found


def _words(name: str, value: str | None) -> tuple[str, ...]:
    return tuple(_split(name, value))


def _actions(name: str, value: str | None) -> frozenset[str]:
    words = _split(name, value)
    for word in words:
        if word not in ACTIONS:
            raise unparsable(name, word)
    return frozenset(words)


def _origins(name: str, value: str | None) -> tuple[int, ...]:
    # What is no number is origin 0, as C's atoi has it: local changes, which are never left out.
    return tuple(int(found[0]) if (found := re.match("[0-9]+", word)) else 0 for word in _split(name, value))


def _tables(name: str, value: str | None) -> tuple[Pattern, ...]:
    found = []
    for word in _split(name, value):
        parts = re.match(r"((?:\\.|[^\\.])*)\.(.*)\Z", word, re.DOTALL)
        if parts is None:
            raise unparsable(name, value or "", "42602")
        schema, table = (ANY if part == "*" else re.sub(r"\\(.)", r"\1", part, flags=re.DOTALL) for part in parts.groups())
        found.append(Pattern(schema, table))
    return tuple(found)


BOOLEANS = (
    "include-transaction", "include-xids", "include-timestamp", "include-pk", "include-origin", "include-schemas",
    "include-types", "include-type-oids", "include-typmod", "include-domain-data-type", "include-column-positions",
    "include-not-null", "include-default", "numeric-data-types-as-string", "pretty-print", "write-in-chunks", "include-lsn",
)
PARSERS: dict[str, Callable[[str, str | None], object]] = {
    **dict.fromkeys(BOOLEANS, parse_boolean),
    "actions": _actions, "filter-origins": _origins, "filter-tables": _tables, "add-tables": _tables,
    "filter-msg-prefixes": _words, "add-msg-prefixes": _words, "format-version": _format_version,
}
