"""Comparison functions of every type whose stored form SQLite can compare: natively, or under the type's collation."""

from collections.abc import Callable, Iterator

from executor.builtins.base import ArgumentTypes, Builtin, Native, native
from executor.types.registry import codec

_OPERATORS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}

# (prefix of the names, left type, right type, two values of them in ascending order)
_PLAIN = (
    ("bool", "bool", "bool", ("false", "true")),
    ("int2", "int2", "int2", ("1::int2", "2::int2")), ("int4", "int4", "int4", ("1", "2")),
    ("int8", "int8", "int8", ("1::int8", "2::int8")), ("int24", "int2", "int4", ("1::int2", "2")),
    ("int28", "int2", "int8", ("1::int2", "2::int8")), ("int42", "int4", "int2", ("1", "2::int2")),
    ("int48", "int4", "int8", ("1", "2::int8")), ("int82", "int8", "int2", ("1::int8", "2::int2")),
    ("int84", "int8", "int4", ("1::int8", "2")), ("float4", "float4", "float4", ("1::float4", "'NaN'::float4")),
    ("float8", "float8", "float8", ("1::float8", "'NaN'::float8")),
    ("float48", "float4", "float8", ("1::float4", "'NaN'::float8")),
    ("float84", "float8", "float4", ("'-Infinity'::float8", "2::float4")),
    ("oid", "oid", "oid", ("1::oid", "4294967295::oid")), ("xid8", "xid8", "xid8", ("'1'::xid8", "'2'::xid8")),
    ("char", "char", "char", ("'a'::\"char\"", "'b'::\"char\"")),
    ("name", "name", "name", ("'Z'::name", "'a'::name")), ("bytea", "bytea", "bytea",
     ("'\\x01'::bytea", "'\\xff'::bytea")),
    ("uuid_", "uuid", "uuid", ("'00000000-0000-0000-0000-000000000001'::uuid",
     "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid")),
    ("pg_lsn_", "pg_lsn", "pg_lsn", ("'0/F'::pg_lsn", "'1/0'::pg_lsn")),
)
_COLLATED = (
    ("numeric_", "numeric", ("9.50", "10")),
    ("bpchar", "bpchar", ("'a'::bpchar", "'b  '::bpchar")),
    ("jsonb_", "jsonb", ("'[1, 2]'::jsonb", "'{\"a\": 1}'::jsonb")),
    ("tid", "tid", ("'(0,9)'::tid", "'(0,10)'::tid")),
    ("oidvector", "oidvector", ("'9'::oidvector", "'1 2'::oidvector")),
)
_COLLATIONS = {"numeric": "decimal", "bpchar": "RTRIM", "jsonb": "pg_jsonb", "tid": "pg_tid",
    "oidvector": "pg_oidvector"}
_TRUE_OF_ASCENDING = {"ne", "lt", "le"}


def _plain(operator: str) -> Callable[[str, str], str]:
    return lambda a, b: f"({a} {operator} {b})"


def _collated(operator: str, collation: str) -> Callable[[str, str], str]:
    return lambda a, b: f"({a} {operator} {b} COLLATE {collation})"


def _array(operator: str) -> Callable[[ArgumentTypes, int], Callable[[str, str], str]]:
    return lambda types, result: _collated(operator, codec(types[0][0]).collation or "BINARY")


def _example(name: str, values: tuple[str, str], verb: str) -> tuple[str, str]:
    quoted = f'"{name}"' if name == "char" else name
    return f"{quoted}({values[0]}, {values[1]})", "t" if verb in _TRUE_OF_ASCENDING else "f"


def _rows() -> Iterator[Builtin]:
    for prefix, left, right, values in _PLAIN:
        for verb, operator in _OPERATORS.items():
            name = prefix + verb
            yield Builtin(f"{name}({left},{right})", native(_plain(operator)), _example(name, values, verb))
    for prefix, kind, values in _COLLATED:
        for verb, operator in _OPERATORS.items():
            lower = _collated(operator, _COLLATIONS[kind])
            yield Builtin(f"{prefix}{verb}({kind},{kind})", Native(lower, collate=True),
                          _example(prefix + verb, values, verb))
    for verb, operator in _OPERATORS.items():
        yield Builtin(f"array_{verb}(anyarray,anyarray)", Native(_array(operator), collate=True, typed=True),
                      _example("array_" + verb, ("'{1,2}'::int4[]", "'{1,10}'::int4[]"), verb))
        text = "text" + verb if verb in ("eq", "ne") else "text_" + verb
        yield Builtin(f"{text}(text,text)", native(_plain(operator)), _example(text, ("'B'", "'a'"), verb))
        yield Builtin(f"name{verb}text(name,text)", native(_plain(operator)),
                      _example(f"name{verb}text", ("'B'::name", "'a'"), verb))
        yield Builtin(f"text{verb}name(text,name)", native(_plain(operator)),
                      _example(f"text{verb}name", ("'B'", "'a'::name"), verb))
        if verb not in ("eq", "ne"):
            yield Builtin(f"text_pattern_{verb}(text,text)", native(_plain(operator)),
                          _example(f"text_pattern_{verb}", ("'B'", "'a'"), verb))
            yield Builtin(f"bpchar_pattern_{verb}(bpchar,bpchar)", Native(_collated(operator, "RTRIM")),
                          _example(f"bpchar_pattern_{verb}", ("'B'::bpchar", "'a'::bpchar"), verb))


BUILTINS = (
    *_rows(),
    Builtin("xideq(xid,xid)", native(_plain("=")), ("xideq('1'::xid, '2'::xid)", "f")),
    Builtin("xidneq(xid,xid)", native(_plain("<>")), ("xidneq('1'::xid, '2'::xid)", "t")),
    Builtin("cideq(cid,cid)", native(_plain("=")), ("cideq('1'::cid, '1'::cid)", "t")),
    Builtin("xideqint4(xid,int4)", native(lambda a, b: f"({a} = ({b} & 4294967295))"),
            ("xideqint4('4294967295'::xid, -1)", "t")),
    Builtin("xidneqint4(xid,int4)", native(lambda a, b: f"({a} <> ({b} & 4294967295))"),
            ("xidneqint4('4294967295'::xid, -1)", "f")),
)
