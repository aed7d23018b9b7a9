"""Names, types and times as PostgreSQL prints them. Pure."""

import re
from datetime import UTC, datetime, timedelta, tzinfo

from replication.decoded import Column

RESERVED = frozenset(
    """
    all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast
    char character check coalesce collate collation column concurrently constraint create cross current_catalog
    current_date current_role current_schema current_time current_timestamp current_user dec decimal default deferrable
    desc distinct do else end except exists extract false fetch float for foreign freeze from full grant greatest group
    grouping having ilike in initially inner inout int integer intersect interval into is isnull join json json_array
    json_arrayagg json_exists json_object json_objectagg json_query json_scalar json_serialize json_table json_value
    lateral leading least left like limit localtime localtimestamp merge_action national natural nchar none normalize not
    notnull null nullif numeric offset on only or order out outer overlaps overlay placing position precision primary
    real references returning right row select session_user setof similar smallint some substring symmetric system_user
    table tablesample then time timestamp to trailing treat trim true union unique user using values varchar variadic
    verbose when where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi
    xmlroot xmlserialize xmltable
    """.split()
)
"""The keywords of PostgreSQL 18 that quote_ident() quotes: all but the unreserved ones (pg_get_keywords)."""

PLAIN = re.compile(r"[a-z_][a-z0-9_$]*\Z")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

TYPE_NAMES = {
    "bigint": "int8", "bit": "bit", "bit varying": "varbit", "boolean": "bool", '"char"': "char", "character": "bpchar",
    "character varying": "varchar", "double precision": "float8", "integer": "int4", "real": "float4", "smallint": "int2",
    "time without time zone": "time", "time with time zone": "timetz", "timestamp without time zone": "timestamp",
    "timestamp with time zone": "timestamptz",
}
"""format_type() -> pg_type.typname, of the built-in types where the two differ."""

MODIFIED = {
    18: '"char"', 1042: "character", 1043: "character varying", 1083: "time without time zone",
    1114: "timestamp without time zone",
    1184: "timestamp with time zone", 1186: "interval", 1266: "time with time zone", 1560: "bit", 1562: "bit varying",
    1700: "numeric",
    1014: "character[]", 1015: "character varying[]", 1183: "time without time zone[]", 1115: "timestamp without time zone[]",
    1185: "timestamp with time zone[]", 1187: "interval[]", 1270: "time with time zone[]", 1561: "bit[]",
    1563: "bit varying[]", 1231: "numeric[]",
}
"""OID -> name without a modifier, of the types that may have one."""


def quote_identifier(name: str) -> str:
    """As quote_ident()."""
    if PLAIN.match(name) and name not in RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def quote_qualified(schema: str, name: str) -> str:
    """schema.name, each quoted where it must be."""
    return f"{quote_identifier(schema)}.{quote_identifier(name)}"


def plain_type(column: Column) -> str:
    """The column's type as format_type() prints it without a modifier."""
    return MODIFIED.get(column.type_oid, column.type_name)


def internal_type(column: Column) -> str:
    """The pg_type.typname of the column's type."""
    if column.type is not None:
        return column.type.name
    return internal_name(plain_type(column))


def internal_name(printed: str) -> str:
    """The pg_type.typname of a built-in type without a modifier."""
    element = printed.removesuffix("[]")
    return ("_" if element != printed else "") + TYPE_NAMES.get(element, element)


def format_time(microseconds: int, zone: tzinfo) -> str:
    """A time (since 1970) as PostgreSQL prints timestamptz with DateStyle ISO: 2026-11-23 06:10:00.5+00."""
    moment = (EPOCH + timedelta(microseconds=microseconds)).astimezone(zone)
    fraction = f".{moment.microsecond:06d}".rstrip("0") if moment.microsecond else ""
    return f"{moment:%Y-%m-%d %H:%M:%S}{fraction}{_offset(moment)}"


def _offset(moment: datetime) -> str:
    seconds = round((moment.utcoffset() or timedelta()).total_seconds())
    hours, rest = divmod(abs(seconds), 3600)
    minutes, seconds_left = divmod(rest, 60)
    shown = f"{'-' if seconds < 0 else '+'}{hours:02d}"
    if minutes or seconds_left:
        shown += f":{minutes:02d}"
    return shown + (f":{seconds_left:02d}" if seconds_left else "")
