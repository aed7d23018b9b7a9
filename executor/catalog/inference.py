"""Which PostgreSQL type a column of a file made elsewhere has, from its declared type in SQLite.

SQLite enforces neither lengths nor ranges, so the widest type of each kind is taken and type modifiers are not: a
VARCHAR(10) is text, a SMALLINT is int8. A declared type that is not known is text, which any value can be printed as;
SQLite's own substring rules are not used, for they would make a POINT or an INTERVAL an integer.
"""

BOOL, BYTEA, INT8, TEXT, JSON, FLOAT8 = 16, 17, 20, 25, 114, 701
DATE, TIME, TIMESTAMP, TIMESTAMPTZ, TIMETZ, NUMERIC, UUID = 1082, 1083, 1114, 1184, 1266, 1700, 2950

_NAMES: dict[int, str] = {
    BOOL: "bool boolean",
    BYTEA: "blob bytea binary varbinary tinyblob mediumblob longblob image",
    INT8: "int integer tinyint smallint mediumint bigint int2 int4 int8 smallserial serial bigserial long",
    TEXT: "text clob char varchar character nchar nvarchar bpchar name string tinytext mediumtext longtext ntext any",
    JSON: "json jsonb",
    FLOAT8: "real double float float4 float8",
    DATE: "date",
    TIME: "time",
    TIMESTAMP: "datetime timestamp datetime2 smalldatetime",
    TIMESTAMPTZ: "timestamptz datetimetz",
    TIMETZ: "timetz",
    NUMERIC: "decimal numeric dec number",
    UUID: "uuid",
}
_TYPES = {name: oid for oid, names in _NAMES.items() for name in names.split()}
_PHRASES = {
    "double precision": FLOAT8, "varying character": TEXT, "character varying": TEXT, "native character": TEXT,
    "national character": TEXT, "char varying": TEXT, "character large object": TEXT, "binary large object": BYTEA,
    "unsigned big int": INT8, "big int": INT8, "timestamp with time zone": TIMESTAMPTZ,
    "timestamp without time zone": TIMESTAMP, "time with time zone": TIMETZ, "time without time zone": TIME,
    "bit varying": TEXT,
}
_IGNORED = {"unsigned", "signed", "zerofill", "identity", "auto_increment", "autoincrement"}


def infer(declared: str) -> int:
    """The OID of the type for a declared type such as "VARCHAR(20)" or ""."""
    outside = "".join(part.rpartition(")")[2] for part in declared.lower().split("("))
    words = outside.split()
    phrase = " ".join(words)
    if phrase in _PHRASES:
        return _PHRASES[phrase]
    bare = [word for word in words if word not in _IGNORED]
    if " ".join(bare) in _PHRASES:
        return _PHRASES[" ".join(bare)]
    return _TYPES.get(bare[0], TEXT) if len(bare) == 1 else TEXT
